//! Successes that can carry a warning.

use crate::mapi::Hresult;

/// A success that may carry a warning such as MAPI_W_ERRORS_RETURNED; it dereferences to what was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Warned<T> {
    value: T,
    hr: Hresult,
}

impl<T> Warned<T> {
    pub(super) fn new(value: T, hr: Hresult) -> Self {
        Warned { value, hr }
    }

    /// The warning, if there is one.
    pub fn warning(&self) -> Option<Hresult> {
        self.hr.is_warning().then_some(self.hr)
    }

    /// The same success, with what was asked for made something else.
    pub(super) fn map<U>(self, change: impl FnOnce(T) -> U) -> Warned<U> {
        Warned { value: change(self.value), hr: self.hr }
    }

    /// What was asked for, whatever the warning.
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T> std::ops::Deref for Warned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
