//! Running a scenario, and the report of what it found.

use std::collections::BTreeMap;
use std::fmt;

use super::Scenario;
use super::expect;
use super::inside::{Compared, Place, session};
use super::object::{Saved, read_call};
use super::refer::{self, Replies};
use super::step::{Action, Made, Step};
use crate::call::{Call, CallId, Caller, Handle, Mapi, Reply};
use crate::error::Error;
use crate::journal::Entry;
use crate::kernel::Event;
use crate::lint::{Finding, Lint, LintLevel};
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

/// Who makes the calls of a scenario: the world itself, or another face of the same world.
///
/// Time, the end of processes, and calls that wait between steps are matters of the world; they do not come here.
pub trait Executor {
    /// Makes a call for a client, and runs the clock until it is done. It may make other calls first, if it needs them to make this one.
    ///
    /// # Errors
    ///
    /// As [`Sim::call`].
    fn call(&mut self, caller: Caller, call: &Call) -> Result<Reply, Error>;
}

impl Executor for &Sim {
    fn call(&mut self, caller: Caller, call: &Call) -> Result<Reply, Error> {
        Sim::call(self, caller, call.clone())
    }
}

/// Runs a scenario in a world of its own.
pub fn run(scenario: &Scenario) -> Outcome {
    let sim = scenario.fixture.start();
    let outcome = run_by(scenario, &sim, &mut &sim);
    sim.discard();
    outcome
}

/// Runs a scenario in this world, which has to be a fresh one of its fixture, with its calls made by the executor.
pub fn run_by(scenario: &Scenario, sim: &Sim, executor: &mut dyn Executor) -> Outcome {
    let mut run = Run {
        scenario,
        sim,
        executor,
        saved: Saved::new(),
        replies: Replies::new(),
        begun: BTreeMap::new(),
        initialized: Vec::new(),
        meant: Vec::new(),
        failures: Vec::new(),
    };
    run.levels();
    let mut steps = 0;
    for (at, step) in scenario.steps.iter().enumerate() {
        run.step(at + 1, step);
        steps += 1;
    }
    run.verify();
    Outcome {
        name: scenario.name.clone(),
        file: scenario.file.clone(),
        steps,
        failures: run.failures,
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
    sim: &'a Sim,
    executor: &'a mut dyn Executor,
    saved: Saved,
    replies: Replies,
    begun: BTreeMap<&'a str, Begun>,
    initialized: Vec<&'a str>,
    /// Findings that a step expects.
    meant: Vec<(Lint, CallId)>,
    failures: Vec<String>,
}

/// What a step got.
#[derive(Default)]
struct Got {
    /// The record of the call.
    entry: Option<Entry>,
    /// What the client got.
    reply: Option<Reply>,
    object: Option<Handle>,
    /// What happened outside calls meanwhile.
    world: Vec<Event>,
    /// Why there is no reply, where one was due.
    trouble: Option<String>,
}

impl<'a> Run<'a> {
    /// A scenario does wrong on purpose: what the fixture does not deny fails only where the simulator itself falls short.
    fn levels(&self) {
        let set = self.scenario.fixture.lints();
        for lint in Lint::ALL.iter().filter(|lint| **lint != Lint::UnsupportedCall && !set.contains_key(lint)) {
            self.sim.lint(*lint, lint.default_level().min(LintLevel::Warn));
        }
    }

    fn step(&mut self, number: usize, step: &'a Step) {
        let before = self.sim.journal_length();
        let mut got = self.act(step);
        got.world = self.sim.world_since(before);
        let differences = self.differences(step, &got);
        if let Some(name) = &step.save {
            self.save(name, got.reply.as_ref());
        }
        self.meant.extend(got.entry.iter().flat_map(|entry| step.meant().map(|lint| (lint, entry.id()))));
        if got.trouble.is_some() || !differences.is_empty() {
            let text = self.report(number, step, &got, &differences);
            self.failures.push(text);
        }
    }

    /// Keeps a reply, and the object in it; what was kept under the name before is gone.
    fn save(&mut self, name: &str, reply: Option<&Reply>) {
        self.saved.remove(name);
        self.replies.remove(name);
        let Some(reply) = reply else { return };
        self.replies.insert(name.to_owned(), reply.out.form());
        if let Some(handle) = reply.object() {
            self.saved.insert(name.to_owned(), handle);
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
            Action::Kill(process) if !self.sim.knows_process(process) => trouble(format!("there is no process {process:?} to kill")),
            Action::Kill(process) => {
                self.sim.kill_process(process);
                // Whoever has the name from now on is a new process.
                self.initialized.retain(|name| name != process);
                Got::default()
            }
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
            Some(name) => match self.saved.get(name).copied().or_else(|| Handle::parse(name)) {
                Some(handle) => Some(handle),
                None => return trouble(format!("not run: there is no object \"{name}\", the step that was to save it got none")),
            },
        };
        let args = made.args.iter().map(|(name, form)| Ok((name.clone(), refer::resolve(form, &self.replies)?)));
        let args = match args.collect::<Result<Vec<_>, String>>() {
            Ok(args) => args,
            Err(what) => return trouble(format!("not run: {what}")),
        };
        let call = match read_call(&made.name, object, &args, &self.saved) {
            Some(Ok(call)) => call,
            Some(Err(bad)) => return trouble(format!("not run: the argument {} {}", bad.name, bad.what)),
            None => return trouble(format!("not run: {} has no method {}", object.map_or_else(String::new, |o| o.to_string()), made.name)),
        };
        let caller = self.sim.caller(&made.process, &made.thread);
        if let Some(text) = self.initialize(made, &call, caller) {
            return trouble(text);
        }
        let before = self.sim.kernel(|kernel| kernel.last_call().number());
        let mut got = Got { object, ..Got::default() };
        self.sim.fault_next(made.fault.clone().map(|ruling| (caller, call.method(), ruling)));
        match begin {
            Some(name) => {
                let id = CallId::from_number(before + 1);
                // A call that is done at once is finished all the same by the step that says so.
                let waits = self.sim.begin(caller, call).is_err();
                self.begun.insert(name, Begun { id, object, done: !waits });
                got.entry = self.sim.entry(id);
            }
            None => {
                let reply = if made.own { self.sim.call_own(caller, call.clone()) } else { self.executor.call(caller, &call) };
                match reply {
                    Ok(reply) => got.reply = Some(reply),
                    Err(error) => got.trouble = Some(error.to_string()),
                }
                got.entry = self.record(before, &call);
            }
        }
        self.sim.fault_next(None);
        got
    }

    /// The record of a call that was made after this many; the executor may have made others on the way.
    fn record(&self, before: u32, call: &Call) -> Option<Entry> {
        let last = self.sim.kernel(|kernel| kernel.last_call().number());
        let mut entries = (before + 1..=last).filter_map(|number| self.sim.entry(CallId::from_number(number)));
        entries.find(|entry| entry.call().method() == call.method())
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
        let reply = self.sim.initialize(caller).filter(|reply| reply.hr.is_failure())?;
        Some(format!("not run: the MAPIInitialize that a scenario makes by itself gave {:?}; see `initialize`", reply.hr))
    }

    /// Expects the end of a call that was begun; the clock runs until then.
    fn finish(&mut self, name: &'a str) -> Got {
        let Some(begun) = self.begun.get_mut(name) else { return trouble(format!("not run: no call \"{name}\" was begun")) };
        let mut got = Got { object: begun.object, ..Got::default() };
        if !begun.done {
            begun.done = true;
            got.trouble = self.sim.wait(begun.id).err().map(|error| error.to_string());
        }
        got.entry = self.sim.entry(begun.id);
        got.reply = got.entry.as_ref().map(|entry| entry.reply().clone());
        got
    }

    /// What differs from what was expected.
    fn differences(&self, step: &Step, got: &Got) -> Vec<Compared> {
        let mut all = Vec::new();
        if let (Some(expect), Some(reply)) = (&step.expect, &got.reply) {
            expect::compare(expect, reply, &self.saved, &self.replies, &mut all);
        }
        let place = Place { sim: self.sim, entry: got.entry.as_ref(), world: &got.world, session: session(got.entry.as_ref(), got.object) };
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
        lines.extend(got.world.iter().map(|event| format!("  outside: {event}")));
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
                Action::Kill(process) => format!("kill {process}"),
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
        if self.scenario.check {
            let meant = |finding: &Finding| finding.call.is_some_and(|call| self.meant.contains(&(finding.lint, call)));
            let denied = self.sim.lints().into_iter().filter(|finding| finding.level == LintLevel::Deny && !meant(finding));
            self.failures.extend(denied.map(|finding| format!("at the end: {finding}")));
            self.failures.extend(self.sim.unmet_rules().into_iter().map(|rule| format!("at the end: {rule}")));
        }
    }
}

fn trouble(text: impl Into<String>) -> Got {
    Got { trouble: Some(text.into()), ..Got::default() }
}

fn who(made: &Made) -> String {
    if made.thread == "main" { made.process.clone() } else { format!("{}/{}", made.process, made.thread) }
}
