//! Running a scenario, and the report of what it found.

use std::collections::BTreeMap;
use std::fmt;

use super::Scenario;
use super::inside::{Compared, Place, session};
use super::object::{Saved, read_call};
use super::step::{Action, Expect, Made, Step};
use crate::call::{Call, CallId, Caller, Form, Handle, Mapi, Reply};
use crate::journal::Entry;
use crate::mapi::InitFlags;
use crate::sim::Sim;

/// Most things that happen by themselves in one step with `run_until_idle`.
const MOST_EVENTS: u32 = 1_000_000;

/// What came out of a scenario. It displays as the report: one line if everything was as expected.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    name: String,
    file: String,
    steps: usize,
    failures: Vec<String>,
    replay: String,
}

impl Outcome {
    /// Whether everything was as expected.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }

    /// What was not as expected, one text each: the step, what it got, and the difference.
    #[must_use]
    pub fn failures(&self) -> &[String] {
        &self.failures
    }

    /// How many steps were run.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Name of the scenario.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// File of the scenario.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.passed() { "ok" } else { "FAILED" };
        let steps = if self.steps == 1 { "step" } else { "steps" };
        write!(f, "{verdict} {}: {} ({} {steps})", self.file, self.name, self.steps)?;
        for failure in &self.failures {
            for line in failure.lines() {
                write!(f, "\n  {line}")?;
            }
        }
        if self.passed() { Ok(()) } else { write!(f, "\n  again: {}", self.replay) }
    }
}

/// Runs a scenario in a world of its own.
pub fn run(scenario: &Scenario) -> Outcome {
    let mut run = Run {
        scenario,
        sim: scenario.fixture.start(),
        saved: Saved::new(),
        begun: BTreeMap::new(),
        initialized: Vec::new(),
        failures: Vec::new(),
    };
    let mut steps = 0;
    for (at, step) in scenario.steps.iter().enumerate() {
        run.step(at + 1, step);
        steps += 1;
    }
    run.verify();
    let Run { sim, failures, .. } = run;
    discard(sim);
    Outcome {
        name: scenario.name.clone(),
        file: scenario.file.clone(),
        steps,
        failures,
        replay: format!("mapi-sim run {}   (world \"{}\")", scenario.file, scenario.fixture.name()),
    }
}

/// A call that was begun.
#[derive(Clone, Copy)]
struct Begun {
    id: CallId,
    /// The object whose method was called.
    object: Option<Handle>,
    /// Whether its reply was collected.
    done: bool,
}

/// A scenario on its way.
struct Run<'a> {
    scenario: &'a Scenario,
    sim: Sim,
    saved: Saved,
    begun: BTreeMap<&'a str, Begun>,
    initialized: Vec<&'a str>,
    failures: Vec<String>,
}

/// What a step got.
#[derive(Default)]
struct Got {
    entry: Option<Entry>,
    object: Option<Handle>,
    /// Why there is no reply, where one was due.
    trouble: Option<String>,
}

impl<'a> Run<'a> {
    fn step(&mut self, number: usize, step: &'a Step) {
        let got = self.act(step);
        let differences = self.differences(step, &got);
        if let (Some(name), Some(handle)) = (&step.save, got.entry.as_ref().and_then(|entry| entry.reply().object())) {
            self.saved.insert(name.clone(), handle);
        }
        if got.trouble.is_some() || !differences.is_empty() {
            let text = self.report(number, step, &got, &differences);
            self.failures.push(text);
        }
    }

    /// Does what the step says.
    fn act(&mut self, step: &'a Step) -> Got {
        match &step.action {
            Action::Call(made) => self.make(made, None),
            Action::Begin(made, name) => self.make(made, Some(name)),
            Action::Finish(name) => self.finish(name),
            Action::Advance(span) => {
                self.sim.advance(*span);
                Got::default()
            }
            Action::Next if self.sim.step() => Got::default(),
            Action::Next => trouble("nothing happens by itself any more"),
            Action::UntilIdle => {
                let mut left = MOST_EVENTS;
                while left > 0 && self.sim.step() {
                    left -= 1;
                }
                if left > 0 { Got::default() } else { trouble(format!("still not idle after {MOST_EVENTS} events")) }
            }
        }
    }

    /// Makes a call; under a name it may go on waiting.
    fn make(&mut self, made: &'a Made, begin: Option<&'a str>) -> Got {
        let object = match &made.object {
            None => None,
            Some(name) => match self.saved.get(name) {
                Some(handle) => Some(*handle),
                None => return trouble(format!("not run: there is no object \"{name}\", the step that was to save it got none")),
            },
        };
        let call = match read_call(&made.name, object, &made.args, &self.saved) {
            Some(Ok(call)) => call,
            Some(Err(bad)) => return trouble(format!("not run: the argument {} {}", bad.name, bad.what)),
            None => return trouble(format!("not run: {} has no method {}", object.map_or_else(String::new, |o| o.to_string()), made.name)),
        };
        let caller = self.sim.caller(&made.process, &made.thread);
        if let Some(text) = self.initialize(made, &call, caller) {
            return trouble(text);
        }
        let id = CallId::from_number(self.sim.kernel(|kernel| kernel.last_call().number()) + 1);
        let mut got = Got { object, ..Got::default() };
        match begin {
            Some(name) => {
                // A call that is done at once is finished all the same by the step that says so.
                let waits = self.sim.begin(caller, call).is_err();
                self.begun.insert(name, Begun { id, object, done: !waits });
            }
            None => got.trouble = self.sim.call(caller, call).err().map(|error| error.to_string()),
        }
        got.entry = self.sim.journal().entry(id).cloned();
        got
    }

    /// A process is initialised when a step first names it, unless that step does it, or the scenario says not to.
    fn initialize(&mut self, made: &'a Made, call: &Call, caller: Caller) -> Option<String> {
        if !self.scenario.initialize || self.initialized.contains(&made.process.as_str()) {
            return None;
        }
        self.initialized.push(&made.process);
        if matches!(call, Call::Mapi(Mapi::MAPIInitialize { .. })) {
            return None;
        }
        let call = Call::Mapi(Mapi::MAPIInitialize { version: 0, flags: InitFlags::empty() });
        match self.sim.call(caller, call) {
            Ok(Reply { hr, .. }) if hr.is_success() => None,
            Ok(Reply { hr, .. }) => {
                Some(format!("not run: the MAPIInitialize that a scenario makes by itself gave {hr:?}; see `initialize`"))
            }
            Err(error) => Some(error.to_string()),
        }
    }

    /// Expects the end of a call that was begun; the clock runs until then.
    fn finish(&mut self, name: &'a str) -> Got {
        let Some(begun) = self.begun.get_mut(name) else { return trouble(format!("not run: no call \"{name}\" was begun")) };
        let mut got = Got { object: begun.object, ..Got::default() };
        if !begun.done {
            begun.done = true;
            got.trouble = self.sim.wait(begun.id).err().map(|error| error.to_string());
        }
        got.entry = self.sim.journal().entry(begun.id).cloned();
        got
    }

    /// What differs from what was expected.
    fn differences(&self, step: &Step, got: &Got) -> Vec<Compared> {
        let mut all = Vec::new();
        if let (Some(expect), Some(entry)) = (&step.expect, &got.entry) {
            expected(expect, entry.reply(), &self.saved, &mut all);
        }
        let place = Place { sim: &self.sim, entry: got.entry.as_ref(), session: session(got.entry.as_ref(), got.object) };
        if got.trouble.is_none() {
            all.extend(step.inside.iter().map(|inside| place.compare(inside)));
        }
        all.retain(|compared| compared.expected != compared.found);
        all
    }

    /// Everything the step got, and the differences.
    fn report(&self, number: usize, step: &Step, got: &Got, differences: &[Compared]) -> String {
        let mut lines = vec![format!("step {number} ({}:{}), {}", self.scenario.file, step.line, self.headline(step, got))];
        lines.extend(got.trouble.iter().map(|trouble| format!("  {trouble}")));
        for compared in differences {
            lines.push(format!("  - {} = {}", compared.key, compared.expected));
            lines.push(format!("  + {} = {}", compared.key, compared.found));
        }
        if let Some(entry) = &got.entry {
            lines.extend(entry.events().iter().map(|event| format!("  event: {event}")));
            let why = self.sim.why(entry.id()).unwrap_or_default();
            lines.extend(why.lines().skip(1).map(|line| format!("  why: {}", line.trim_start())));
        }
        lines.join("\n")
    }

    fn headline(&self, step: &Step, got: &Got) -> String {
        let Some(entry) = &got.entry else {
            return match &step.action {
                Action::Call(made) => format!("{}: {}", who(made), made.name),
                Action::Begin(made, name) => format!("{}: {}, begun as \"{name}\"", who(made), made.name),
                Action::Finish(name) => format!("finish \"{name}\""),
                Action::Advance(span) => format!("advance {span}"),
                Action::Next => "step".to_owned(),
                Action::UntilIdle => "run until idle".to_owned(),
            };
        };
        let caller = self.sim.kernel(|kernel| kernel.caller_name(entry.caller()));
        let object = entry.reply().object().map_or_else(String::new, |handle| format!(", {handle}"));
        format!("call {} of {caller}: {} -> {:?}{object}", entry.id(), entry.call(), entry.hr())
    }

    /// What has to hold at the end.
    fn verify(&mut self) {
        let waiting: Vec<CallId> = self.sim.kernel(|kernel| kernel.waiting().collect());
        if !self.scenario.leaves_waiting {
            for id in &waiting {
                let what = self.sim.kernel(|kernel| kernel.waits_for(*id));
                self.failures
                    .push(format!("at the end: call {id} still waits: {what}\n  finish it in a step, or say leaves_waiting = true"));
            }
        }
        if self.scenario.check
            && let Err(report) = self.sim.check()
        {
            let waits = |problem: &&String| waiting.iter().any(|id| problem.starts_with(&format!("call {id} still waits")));
            let problems = report.problems().iter().filter(|problem| !waits(problem));
            self.failures.extend(problems.map(|problem| format!("at the end: {problem}")));
        }
    }
}

/// Ends a world that was verified already. Dropping a `Sim` verifies again and would panic, so one with problems is left alone.
fn discard(sim: Sim) {
    if sim.check().is_err() {
        std::mem::forget(sim);
    }
}

fn trouble(text: impl Into<String>) -> Got {
    Got { trouble: Some(text.into()), ..Got::default() }
}

fn who(made: &Made) -> String {
    if made.thread == "main" { made.process.clone() } else { format!("{}/{}", made.process, made.thread) }
}

/// Compares a reply with what the client has to see.
fn expected(expect: &Expect, reply: &Reply, saved: &Saved, all: &mut Vec<Compared>) {
    if let Some(hr) = expect.hr {
        all.push(Compared { key: "hr", expected: format!("\"{hr}\""), found: format!("\"{}\"", reply.hr) });
    }
    let found = reply.out.form();
    for (name, value) in &expect.outs {
        let Some((key, found)) = found.iter().map(|(key, form)| (*key, form.clone())).find(|(key, _)| key == name).or_else(|| absent(name))
        else {
            continue;
        };
        let value = match value {
            Form::Str(name) if key == "object" => saved.get(name).map_or_else(|| value.clone(), |handle| Form::Str(handle.to_string())),
            value => value.clone(),
        };
        all.push(Compared { key, expected: value.to_string(), found: found.to_string() });
    }
}

/// A result that did not come back.
fn absent(name: &str) -> Option<(&'static str, Form)> {
    ["object", "value"].into_iter().find(|key| *key == name).map(|key| (key, Form::Null))
}
