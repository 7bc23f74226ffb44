//! One run of a test body in a world of its own, and how it ended.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::sim::{Sim, panic_text};

/// How a body ends: `()`, or a `Result` whose error is a decent end too.
pub trait Ending {
    /// The text of the error, if it is one.
    fn error(self) -> Option<String>;
}

impl Ending for () {
    fn error(self) -> Option<String> {
        None
    }
}

impl<T, E: fmt::Display> Ending for Result<T, E> {
    fn error(self) -> Option<String> {
        self.err().map(|error| error.to_string())
    }
}

/// How a body broke.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum How {
    /// It panicked with this text.
    Panicked(String),
    /// It ended in this error although nothing stood in its way.
    Failed(String),
    /// It left this behind, one text each.
    Left(Vec<String>),
    /// It ended well, and what it expected of its calls, or of its rules, did not come, one text each.
    Unmet(Vec<String>),
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            How::Panicked(text) => write!(f, "the body panicked: {text}"),
            How::Failed(text) => write!(f, "the body failed: {text}"),
            How::Left(what) => write!(f, "the body left {}", what.join("; ")),
            How::Unmet(what) => write!(f, "the body expected otherwise: {}", what.join("; ")),
        }
    }
}

/// One run.
pub(crate) struct Trial {
    pub sim: Sim,
    /// The text of a panic, or that of an error if there was one.
    end: Result<Option<String>, String>,
}

impl Trial {
    /// Runs a body in this world.
    pub fn run<R: Ending>(sim: Sim, body: impl FnOnce(&Sim) -> R) -> Trial {
        let end = catch_unwind(AssertUnwindSafe(|| body(&sim).error()));
        sim.dismiss();
        Trial { sim, end: end.map_err(|panic| panic_text(&*panic).to_owned()) }
    }

    /// How the run broke the body, if it did.
    pub fn broke(&self, must_succeed: bool) -> Option<How> {
        match &self.end {
            Err(text) => return Some(How::Panicked(text.clone())),
            Ok(Some(text)) if must_succeed => return Some(How::Failed(text.clone())),
            Ok(_) => {}
        }
        let left = self.sim.leftovers();
        if !left.is_empty() {
            return Some(How::Left(left));
        }
        // A body that gives up cannot have done everything that it expected.
        let unmet = if self.end == Ok(None) { self.sim.unmet() } else { Vec::new() };
        (!unmet.is_empty()).then_some(How::Unmet(unmet))
    }
}

impl Drop for Trial {
    /// The world was looked at; nobody else verifies it.
    fn drop(&mut self) {
        self.sim.skip_check();
    }
}
