//! What a test expects of the calls to come.

use std::fmt;
use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

use super::{Sim, World};
use crate::journal::{Entry, Journal, Nearest, Part, Wanted, line, narrowing};

/// How many calls a failure shows.
const SHOWN: usize = 3;

/// How often something is expected: `2`, `1..=2`, `1..`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    least: usize,
    most: usize,
}

impl From<usize> for Times {
    fn from(times: usize) -> Self {
        Times { least: times, most: times }
    }
}

impl From<RangeInclusive<usize>> for Times {
    fn from(times: RangeInclusive<usize>) -> Self {
        Times { least: *times.start(), most: *times.end() }
    }
}

impl From<Range<usize>> for Times {
    fn from(times: Range<usize>) -> Self {
        Times { least: times.start, most: times.end.saturating_sub(1) }
    }
}

impl From<RangeFrom<usize>> for Times {
    fn from(times: RangeFrom<usize>) -> Self {
        Times { least: times.start, most: usize::MAX }
    }
}

impl From<RangeTo<usize>> for Times {
    fn from(times: RangeTo<usize>) -> Self {
        Times::from(0..times.end)
    }
}

impl From<RangeToInclusive<usize>> for Times {
    fn from(times: RangeToInclusive<usize>) -> Self {
        Times { least: 0, most: times.end }
    }
}

impl From<RangeFull> for Times {
    fn from(_: RangeFull) -> Self {
        Times { least: 0, most: usize::MAX }
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.least, self.most) {
            (1, 1) => f.write_str("once"),
            (least, most) if least == most => write!(f, "{least} times"),
            (1, usize::MAX) => f.write_str("at least once"),
            (least, usize::MAX) => write!(f, "at least {least} times"),
            (0, 1) => f.write_str("at most once"),
            (0, most) => write!(f, "at most {most} times"),
            (least, most) => write!(f, "{least} to {most} times"),
        }
    }
}

/// What is expected, and what came of it so far.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    wanted: Wanted,
    times: Times,
    /// What has to come before it.
    first: Option<(Wanted, bool, Nearest)>,
    came: usize,
    /// The first calls that came.
    shown: Vec<String>,
    nearest: Nearest,
    /// Whether calls may have come that nobody saw.
    blind: bool,
}

impl Expected {
    fn new(wanted: Wanted, times: Times, first: Option<Wanted>, blind: bool) -> Self {
        let first = first.map(|first| (first, false, Nearest::default()));
        Expected { wanted, times, first, came: 0, shown: Vec::new(), nearest: Nearest::default(), blind }
    }

    fn see(&mut self, entry: &Entry, caller: &str) {
        let comes = self.nearest.look(&self.wanted, entry, caller);
        if let Some((first, came, nearest)) = &mut self.first {
            // What came in order is no matter of this expectation.
            if *came || nearest.look(first, entry, caller) {
                *came = true;
                return;
            }
        }
        if comes {
            self.came += 1;
            if self.shown.len() < SHOWN {
                self.shown.push(line(entry, caller));
            }
        }
    }

    /// What is wrong; `None` if nothing is.
    fn problem(&self) -> Option<String> {
        let (wanted, came) = (&self.wanted, self.came);
        let times = |n: usize| if n == 1 { "once".to_owned() } else { format!("{n} times") };
        if self.blind {
            return Some(format!("whether {wanted} came as expected is not known: the journal was not kept all the time"));
        }
        if let Some((first, _, nearest)) = &self.first {
            return (came > 0).then(|| format!("{wanted} came before any {first}:{}{nearest}", self.calls()));
        }
        if (self.times.least..=self.times.most).contains(&came) {
            return None;
        }
        if self.times.most == 0 {
            return Some(format!("{wanted} was never to come, but came {}:{}", times(came), self.calls()));
        }
        let what = if came == 0 { "never came".to_owned() } else { format!("came {}", times(came)) };
        let head = format!("{wanted} was expected {}, but {what}", self.times);
        let calls = if came == 0 { String::new() } else { format!(":{}", self.calls()) };
        let near = if came < self.times.least { self.nearest.to_string() } else { String::new() };
        Some(head + &calls + &near)
    }

    fn calls(&self) -> String {
        let more = self.came - self.shown.len();
        let shown: String = self.shown.iter().map(|line| format!("\n  {line}")).collect();
        if more > 0 { format!("{shown}\n  and {more} more") } else { shown }
    }
}

/// What a test expects of the calls to come; [`Sim::expect`] and [`Sim::never`] begin it, its methods narrow it. It needs not be kept.
#[derive(Debug)]
pub struct Expectation<'s> {
    sim: &'s Sim,
    at: usize,
}

impl Expectation<'_> {
    narrowing!();

    fn narrow(self, part: Part) -> Self {
        self.change(|expected| expected.wanted = expected.wanted.clone().narrow(part));
        self
    }

    fn change(&self, change: impl FnOnce(&mut Expected)) {
        if let Some(expected) = self.sim.shared.world.lock().expected.get_mut(self.at) {
            change(expected);
        }
    }

    /// How often such a call has to come: `2`, `1..=2`, `1..`. At least once if nothing is said.
    pub fn times(self, times: impl Into<Times>) -> Self {
        self.change(|expected| expected.times = times.into());
        self
    }
}

impl World {
    /// Shows the line of the journal that was written last to those who expect something.
    pub(super) fn watch(&mut self) {
        let World { expected, journal, .. } = self;
        if expected.is_empty() {
            return;
        }
        if let Some(entry) = journal.entries().next_back() {
            let caller = Journal::caller_name(journal, entry.caller());
            // Clients that an adversary sends are not those that a test speaks of.
            let process = caller.split('/').next().unwrap_or(caller);
            if self.around.adversary.as_ref().is_some_and(|adversary| adversary.is_company(process)) {
                return;
            }
            expected.iter_mut().for_each(|expected| expected.see(entry, caller));
        }
    }

    /// From now on, calls come that nobody sees.
    pub(super) fn look_away(&mut self) {
        self.expected.iter_mut().for_each(|expected| expected.blind = true);
    }

    /// What was expected and did not come, or came too often.
    pub(super) fn unexpected(&self) -> impl Iterator<Item = String> {
        self.expected.iter().filter_map(Expected::problem)
    }
}

impl Sim {
    fn expects(&self, wanted: Wanted, times: Times, first: Option<Wanted>) -> Expectation<'_> {
        let mut world = self.shared.world.lock();
        let expected = Expected::new(wanted, times, first, world.silent);
        world.expected.push(expected);
        Expectation { sim: self, at: world.expected.len() - 1 }
    }

    /// Expects calls of a function or method from now on, at least one unless [`times`](Expectation::times) says otherwise.
    /// [`check`](Sim::check) and [`finish`](Sim::finish) verify it, and so does dropping the `Sim`. A call counts when it is done.
    ///
    /// ```
    /// use mapi_sim::{LogonFlags, Sim};
    ///
    /// let sim = Sim::office();
    /// sim.expect("MAPILogonEx").with_flag("MAPI_NO_MAIL").by("main").times(1..=2);
    /// let session = sim.logon("Work", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION | LogonFlags::NO_MAIL)?;
    /// session.logoff(Default::default())?;
    /// sim.finish();
    /// # Ok::<(), mapi_sim::Failure>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If nothing has that name: a misspelt one would test nothing.
    pub fn expect(&self, name: &str) -> Expectation<'_> {
        self.expects(Wanted::call(name), Times::from(1..), None)
    }

    /// Expects that no such call comes from now on.
    ///
    /// ```should_panic
    /// use mapi_sim::{LogonFlags, Sim};
    ///
    /// let sim = Sim::office();
    /// sim.never("MAPILogonEx").without_flag("MAPI_NO_MAIL").by("main");
    /// sim.logon("Work", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION).unwrap();
    /// sim.finish(); // shows the logon with mail
    /// ```
    ///
    /// # Panics
    ///
    /// If nothing has that name.
    pub fn never(&self, name: &str) -> Expectation<'_> {
        self.expects(Wanted::call(name), Times::from(0), None)
    }

    /// Expects that no call of the second kind is done from now on before one of the first kind was done.
    ///
    /// ```
    /// use mapi_sim::{Sim, Wanted};
    ///
    /// let sim = Sim::office();
    /// sim.expect_before(Wanted::call("MAPIInitialize").by("svc"), Wanted::call("MAPILogonEx").by("svc"));
    /// ```
    pub fn expect_before(&self, first: Wanted, then: Wanted) {
        self.expects(then, Times::from(..), Some(first));
    }
}
