//! Every scenario through both faces: the world's own calls, and a C client that calls exported functions and slots of vtables. Replies are equal.
//!
//! A step that C cannot express is made in the world directly, and counted with its reason.

#[path = "scenarios/arm.rs"]
mod arm;
mod client;
#[path = "scenarios/props.rs"]
mod props;
#[path = "scenarios/values.rs"]
mod values;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arm::Arm;
use mapi_sim::call::{Call, Caller, Reply};
use mapi_sim::scenario::{Executor, Outcome, Scenario, Suite};
use mapi_sim::{Error, Sim};

/// The least part of all steps that has to run through C, in hundredths.
const LEAST: usize = 80;

/// The world's own face, with a record of what it answered.
struct Recorder<'a> {
    sim: &'a Sim,
    made: Vec<(String, Reply)>,
}

impl Executor for Recorder<'_> {
    fn call(&mut self, caller: Caller, call: &Call) -> Result<Reply, Error> {
        let reply = self.sim.call(caller, call.clone())?;
        self.made.push((call.to_string(), reply.clone()));
        Ok(reply)
    }
}

/// What was done and found, all scenarios together.
#[derive(Default)]
struct Tally {
    agreed: usize,
    steps: usize,
    through_c: usize,
    skipped: BTreeMap<&'static str, usize>,
    differences: Vec<String>,
}

impl Tally {
    fn run(&mut self, scenario: &Scenario) {
        let sim = scenario.fixture().start();
        let mut recorder = Recorder { sim: &sim, made: Vec::new() };
        let rust = scenario.run_by(&sim, &mut recorder);
        let expected = recorder.made;
        sim.discard();

        let sim = Arc::new(scenario.fixture().start());
        let mut arm = Arm::new(sim.clone());
        let c = scenario.run_by(&sim, &mut arm);
        let (due, told) = arm.notifications();
        let made = arm.finish(&mut self.skipped, &mut self.through_c);
        Arc::into_inner(sim).expect("the arm is gone").discard();

        self.steps += c.steps();
        let difference = difference(&rust, &c, &expected, &made);
        let difference = difference.or_else(|| (due != told).then(|| format!("{due} notifications for sinks, {told} told")));
        match difference {
            None => self.agreed += 1,
            Some(text) => self.differences.push(format!("{}: {}\n  {text}", scenario.file(), scenario.name())),
        }
    }

    /// Steps that are no calls made in one go: they never come to an executor.
    fn in_the_world(&self) -> usize {
        self.steps - self.through_c - self.skipped.values().sum::<usize>()
    }
}

/// The first thing in which the two runs differ.
fn difference(rust: &Outcome, c: &Outcome, expected: &[(String, Reply)], made: &[(String, Reply)]) -> Option<String> {
    if let Some(failure) = rust.failures().first() {
        return Some(format!("the scenario fails in the world itself: {failure}"));
    }
    for (at, (rust, c)) in expected.iter().zip(made).enumerate() {
        if rust != c {
            return Some(format!("call {}: Rust {} -> {:?}\n           C {} -> {:?}", at + 1, rust.0, rust.1, c.0, c.1));
        }
    }
    if expected.len() != made.len() {
        return Some(format!("{} calls in Rust, {} in C", expected.len(), made.len()));
    }
    c.failures().first().cloned()
}

#[test]
fn every_scenario_runs_through_c_as_through_rust() {
    let root: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    let folders = ["scenarios", "regressions"].map(|name| root.join(name));
    let suite = Suite::load(folders.iter().filter(|folder| folder.is_dir()));
    assert!(suite.errors().is_empty() && !suite.scenarios().is_empty(), "{:?}", suite.errors());
    let mut tally = Tally::default();
    suite.scenarios().iter().for_each(|scenario| tally.run(scenario));

    let mut skipped = tally.skipped.clone();
    skipped.insert("time, the end of a process, or a call that waits between steps", tally.in_the_world());
    println!("{} scenarios agreed, {} of {} steps skipped", tally.agreed, tally.steps - tally.through_c, tally.steps);
    skipped.iter().for_each(|(reason, count)| println!("  {count} skipped: {reason}"));
    assert!(tally.differences.is_empty(), "{} differ:\n\n{}", tally.differences.len(), tally.differences.join("\n\n"));
    assert!(tally.through_c * 100 >= tally.steps * LEAST, "{} of {} steps ran through C", tally.through_c, tally.steps);
}
