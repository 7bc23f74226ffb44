//! What verification found.

use std::any::Any;
use std::fmt;

/// What [`Sim::check`](super::Sim::check) found.
#[derive(Clone, PartialEq)]
pub struct Report {
    pub(super) fixture: String,
    pub(super) problems: Vec<String>,
    pub(super) warnings: Vec<String>,
}

impl Report {
    /// What was found, one text each.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    /// What lints found that only say so, one text each.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "verification of the world \"{}\" found {} problem(s):", self.fixture, self.problems.len())?;
        self.problems.iter().chain(&self.warnings).try_for_each(|problem| write!(f, "\n- {problem}"))
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Report {}

/// What a panic says.
pub(crate) fn panic_text(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("(something that is no text)")
}
