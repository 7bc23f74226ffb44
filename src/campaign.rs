//! A body run beside an adversary, and again beside what a scenario tells of one.

use std::fmt;

use crate::adversary::Adversary;
use crate::fixture::Fixture;
use crate::scenario::Scenario;
use crate::sim::Sim;
use crate::trial::{Ending, How, Trial};

/// How an adversary broke a body. It displays as a text with the run as a scenario file.
#[derive(Clone, PartialEq)]
pub struct AdversaryFailure {
    fixture: String,
    how: How,
    scenario: String,
}

impl AdversaryFailure {
    /// What happened.
    #[must_use]
    pub fn how(&self) -> &How {
        &self.how
    }

    /// What was done in the run, as the text of a scenario file: the calls of the body, and what the adversary did, answered and decided. A comment
    /// that says why, if no scenario can say it.
    ///
    /// `mapi-sim run` runs it; [`Scenario::rehearse`] runs the body again beside it.
    #[must_use]
    pub fn scenario(&self) -> &str {
        &self.scenario
    }

    fn of(trial: &Trial, fixture: &Fixture, how: How) -> Self {
        let name = how.to_string();
        let scenario = trial.sim.record_as(name.lines().next().unwrap_or_default()).unwrap_or_else(|error| format!("# {error}\n"));
        AdversaryFailure { fixture: fixture.name().to_owned(), how, scenario }
    }
}

impl fmt::Display for AdversaryFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let AdversaryFailure { fixture, how, scenario } = self;
        write!(f, "an adversary in the world \"{fixture}\": {how}\n\nthe run as a scenario:\n\n{scenario}")
    }
}

impl fmt::Debug for AdversaryFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for AdversaryFailure {}

fn run<R: Ending>(fixture: &Fixture, adversary: Adversary, body: impl FnOnce(&Sim) -> R) -> Result<(), AdversaryFailure> {
    let trial = Trial::run(Sim::against(fixture, adversary), body);
    let missed = || "it made none of the calls before which others act in the scenario: is its process called as there?".to_owned();
    let broke = trial.broke(false).or_else(|| trial.sim.missed().then(|| How::Failed(missed())));
    broke.map_or(Ok(()), |how| Err(AdversaryFailure::of(&trial, fixture, how)))
}

impl Adversary {
    /// Runs a body in a world of its own beside this adversary.
    ///
    /// Whatever the adversary does, the body must end in success or in an error, never in a panic, and leave the world clean, as for
    /// [`sweep`](crate::sweep()): no session, no object, no held mutex, no waiting call, no MAPIInitialize that was not undone. Processes of the
    /// adversary's own are not counted. It must not keep handles: what it returns is dropped first. Lints are not looked at.
    ///
    /// # Errors
    ///
    /// How the body broke, with the run as a scenario.
    pub fn run<R: Ending>(&self, fixture: &Fixture, body: impl FnOnce(&Sim) -> R) -> Result<(), AdversaryFailure> {
        run(fixture, self.clone(), body)
    }

    /// Starts a world of its own beside this adversary, for a test that wants to look at it. A record of its run has what the adversary did.
    ///
    /// ```
    /// use mapi_sim::{Adversary, Fixture, LogonFlags};
    ///
    /// let sim = Adversary::new(b"any bytes").start(&Fixture::shipped("office").unwrap());
    /// if let Ok(session) = sim.logon("Work", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION) {
    ///     drop(session.logoff(Default::default()));
    /// }
    /// println!("{}", sim.journal());
    /// sim.finish();
    /// ```
    #[must_use]
    pub fn start(&self, fixture: &Fixture) -> Sim {
        Sim::against(fixture, self.clone())
    }
}

impl Scenario {
    /// Runs a body in the world of this scenario, beside everything that others do in it: the steps with `adversary = true`, the faults of single
    /// steps, the answers in its world. The calls that the scenario itself tells of are not made; they only say when the others' turn is.
    ///
    /// This is how a scenario that an [`Adversary`] led to becomes a test: it fails as long as the body does what it did, and goes on holding once
    /// that is mended. Before a call of the body comes what came in the scenario before the next call of the same function by the same process; a
    /// call that the scenario does not know goes its usual way.
    ///
    /// ```
    /// use mapi_sim::{Failure, LogonFlags, Sim, scenario::Scenario};
    ///
    /// let found = Scenario::named("found.toml", r#"
    ///     format = 1
    ///     name = "the body panicked"
    ///     initialize = false
    ///     fixture = "office"
    ///
    ///     [[step]]
    ///     call = "MAPIInitialize"
    ///
    ///     [[step]]
    ///     adversary = true
    ///     advance = "61s"
    ///
    ///     [[step]]
    ///     call = "MAPILogonEx"
    ///     args = { profile_name = "Work", flags = ["MAPI_NEW_SESSION", "MAPI_EXTENDED"] }
    ///     fault = { fail = "MAPI_E_UNCONFIGURED", name = "adversary" }
    /// "#).unwrap();
    ///
    /// let logon = |sim: &Sim| sim.logon("Work", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION);
    /// let broken = found.rehearse(|sim: &Sim| { logon(sim).expect("nothing can go wrong"); }).unwrap_err();
    /// assert!(broken.to_string().contains("nothing can go wrong"));
    /// found.rehearse(|sim: &Sim| -> Result<(), Failure> { logon(sim)?.logoff(Default::default()) })?;
    /// # Ok::<(), mapi_sim::AdversaryFailure>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Adversary::run`]; also that the body made none of the calls before which others act: such a rehearsal would test nothing.
    ///
    /// # Panics
    ///
    /// If what others do cannot be done again: a step of theirs takes an argument from an earlier reply, or a process is both a client and one of
    /// the others.
    #[track_caller]
    pub fn rehearse<R: Ending>(&self, body: impl FnOnce(&Sim) -> R) -> Result<(), AdversaryFailure> {
        let turns = self.turns().unwrap_or_else(|error| panic!("{error}"));
        run(self.fixture(), Adversary::of_turns(turns), body)
    }
}
