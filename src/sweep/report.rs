//! What a sweep found.

use std::fmt;

use super::{Hit, RULE, Run};
use crate::call::CallId;
use crate::journal::Entry;
use crate::kernel::Event;
use crate::trial::How;

/// What [`sweep`](crate::sweep) found. It displays as a text that names each call whose failure broke the body, with the first as a scenario.
#[derive(Clone, PartialEq)]
#[must_use = "a sweep says what it found; `expect_clean` fails the test for it"]
pub struct Sweep {
    fixture: String,
    runs: u32,
    calls: u32,
    stopped: bool,
    broken: Vec<Broken>,
    more: u32,
}

/// A fault that broke the body.
#[derive(Clone, Debug, PartialEq)]
pub struct Broken {
    /// Number of the call that was failed, if one was.
    pub call: Option<CallId>,
    /// The call, with what it was failed with, in words.
    pub fault: String,
    /// What happened.
    pub how: How,
    /// What was done in the run as the text of a scenario file, each fault with its call. A comment that says why, if no scenario can say it.
    pub scenario: String,
}

impl Broken {
    pub(super) fn new(run: &Run, hit: Option<&Hit>, how: How) -> Self {
        let journal = run.trial.sim.journal();
        let by_sweep = |event: &Event| matches!(event, Event::Ruled { rule, .. } if &**rule == RULE);
        let failed = hit.and_then(|_| journal.entries().find(|entry| entry.events().iter().any(by_sweep)));
        let fault = match (failed, hit) {
            (Some(entry), Some(hit)) => {
                let lasts = if hit.lasts { "from then on" } else { "once" };
                format!("call {} {} -> {}, {lasts}", entry.id(), entry.call(), hit.hr)
            }
            (None, Some(hit)) => format!("{} with {}", hit.method, hit.hr),
            (_, None) => "without any fault".to_owned(),
        };
        let scenario = run.trial.sim.record_as(&fault).unwrap_or_else(|error| format!("# {error}\n"));
        Broken { call: failed.map(Entry::id), fault, how, scenario }
    }
}

impl Sweep {
    /// How many faults are kept.
    pub const KEPT: usize = 32;

    pub(super) fn new(fixture: &str) -> Self {
        Sweep { fixture: fixture.to_owned(), runs: 0, calls: 0, stopped: false, broken: Vec::new(), more: 0 }
    }

    pub(super) fn count(&mut self, call: bool) {
        self.runs += 1;
        self.calls += u32::from(call);
    }

    pub(super) fn stop(&mut self) {
        self.stopped = true;
    }

    pub(super) fn note(&mut self, broken: Broken) {
        if self.broken.len() < Sweep::KEPT {
            self.broken.push(broken);
        } else {
            self.more += 1;
        }
    }

    /// How many runs there were, the first without a fault.
    pub fn runs(&self) -> u32 {
        self.runs
    }

    /// How many calls were failed, each in every way.
    pub fn calls(&self) -> u32 {
        self.calls
    }

    /// Whether the sweep stopped before it was through, because there were too many runs.
    pub fn stopped(&self) -> bool {
        self.stopped
    }

    /// The faults that broke the body, in the order in which they were tried; at most [`Sweep::KEPT`].
    pub fn broken(&self) -> &[Broken] {
        &self.broken
    }

    /// Fails the test if a fault broke the body, or if the sweep stopped before it was through.
    ///
    /// # Panics
    ///
    /// With the whole text of what was found.
    #[track_caller]
    pub fn expect_clean(&self) {
        assert!(self.broken.is_empty() && !self.stopped, "{self}");
    }
}

impl fmt::Display for Sweep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sweep { fixture, runs, calls, .. } = self;
        write!(f, "the sweep over the world \"{fixture}\" failed {calls} call(s) in {runs} run(s) and ")?;
        match self.broken.len() {
            0 => f.write_str("found nothing")?,
            count => write!(f, "broke the body {} time(s):", count + self.more as usize)?,
        }
        for broken in &self.broken {
            write!(f, "\n- {}: {}", broken.fault, indented(&broken.how.to_string()))?;
        }
        if self.more > 0 {
            write!(f, "\n- and {} more", self.more)?;
        }
        if self.stopped {
            write!(f, "\nit stopped there: no more runs were allowed; the rest is not swept")?;
        }
        match self.broken.first() {
            Some(broken) => write!(f, "\n\nthe first as a scenario:\n\n{}", broken.scenario),
            None => Ok(()),
        }
    }
}

/// Later lines of a text stand under the first.
fn indented(text: &str) -> String {
    text.replace('\n', "\n    ")
}

impl fmt::Debug for Sweep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
