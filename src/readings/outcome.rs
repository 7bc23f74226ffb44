//! What a test body may return.

use std::fmt::Debug;

/// What a test body that is run many times may return: `()`, a `bool`, or a `Result` of one of these.
pub trait TestOutcome {
    /// Why the body failed; `None` if it passed.
    fn failure(self) -> Option<String>;
}

/// Passed, unless it panicked.
impl TestOutcome for () {
    fn failure(self) -> Option<String> {
        None
    }
}

/// Passed if true.
impl TestOutcome for bool {
    fn failure(self) -> Option<String> {
        (!self).then(|| "the body returned false".to_owned())
    }
}

/// Failed with the error's `Debug` text, as a test's `main` shows it.
impl<T: TestOutcome, E: Debug> TestOutcome for Result<T, E> {
    fn failure(self) -> Option<String> {
        match self {
            Ok(outcome) => outcome.failure(),
            Err(error) => Some(format!("{error:?}")),
        }
    }
}
