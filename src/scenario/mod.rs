//! Scenarios: calls with expected replies, written as TOML.
//!
//! A scenario is a test as data: a world, steps that clients make in it, and what each step has to bring. `mapi-sim run` runs them, and so can any
//! test. `docs/manual/scenarios.md` is the list of all keys.
//!
//! ```
//! use mapi_sim::scenario::Scenario;
//!
//! let scenario = Scenario::named("joins.toml", r#"
//!     format = 1
//!     name = "a shared session wins over the profile name"
//!     fixture = "office"
//!
//!     [[step]]
//!     process = "outlook"
//!     call = "MAPILogonEx"
//!     args = { profile_name = "Work", flags = ["MAPI_EXTENDED", "MAPI_NEW_SESSION", "MAPI_ALLOW_OTHERS"] }
//!     expect = { hr = "S_OK" }
//!
//!     [[step]]
//!     process = "indexer"
//!     call = "MAPILogonEx"
//!     args = { profile_name = "Home", flags = ["MAPI_EXTENDED"] }
//!     expect = { hr = "S_OK" }
//!     inside = { profile = "Work", joined = true, decided_by = "LOGON-134" }
//! "#)?;
//! let outcome = scenario.run();
//! assert!(outcome.passed(), "{outcome}");
//! # Ok::<(), mapi_sim::Error>(())
//! ```

mod cell;
mod expect;
mod files;
mod form;
mod inside;
mod object;
mod read;
mod record;
mod refer;
mod run;
mod shrink;
mod step;
mod turns;
mod world;
mod write;

use std::path::Path;

use crate::call::Form;
use crate::clause::ClauseId;
use crate::error::Error;
use crate::fixture::Fixture;
use crate::sim::Sim;

pub use files::{Suite, files};
pub use run::{Executor, Outcome, run, run_by};

use step::Step;

/// A test as data: a world, steps, and what each step has to bring.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    name: String,
    file: String,
    clauses: Vec<ClauseId>,
    rows: Vec<String>,
    fixture: Fixture,
    /// Whether processes are initialised when a step first names them.
    initialize: bool,
    /// Whether the world is verified at the end.
    check: bool,
    /// Whether calls may still wait at the end.
    leaves_waiting: bool,
    steps: Vec<Step>,
    /// What is written beside the world and the steps.
    written: Form,
}

impl Scenario {
    /// Reads a scenario from a text; `name` stands in messages. Its fixture is a shipped world, or stands in the text.
    ///
    /// # Errors
    ///
    /// Every mistake of the text, by line.
    pub fn named(name: &str, text: &str) -> Result<Scenario, Error> {
        read::named(name, text)
    }

    /// Reads a scenario from a file. Its fixture may be another file, named relative to this one.
    ///
    /// # Errors
    ///
    /// That the file cannot be read, or every mistake in it and in its fixture, by line.
    pub fn load(path: impl AsRef<Path>) -> Result<Scenario, Error> {
        read::load(path.as_ref())
    }

    /// What it shows, in words.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file that it was read from.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The clauses that it shows.
    #[must_use]
    pub fn clauses(&self) -> &[ClauseId] {
        &self.clauses
    }

    /// The rows of the decision table that it shows: `E17`.
    #[must_use]
    pub fn rows(&self) -> &[String] {
        &self.rows
    }

    /// The world that it begins in, with the scenario's own readings, and with what was warned of in the scenario among its warnings.
    #[must_use]
    pub fn fixture(&self) -> &Fixture {
        &self.fixture
    }

    /// How many steps it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether it has no steps. None that was read has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Runs it in a world of its own.
    pub fn run(&self) -> Outcome {
        run::run(self)
    }

    /// Runs it in this world, which has to be a fresh one of its [`fixture`](Scenario::fixture), with its calls made by the executor: through another
    /// face of the same world.
    pub fn run_by(&self, sim: &Sim, executor: &mut dyn Executor) -> Outcome {
        run::run_by(self, sim, executor)
    }
}
