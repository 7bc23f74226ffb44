//! A call that failed.

use std::fmt;
use std::sync::Arc;

use crate::call::CallId;
use crate::mapi::Hresult;
use crate::sim::Shared;

/// A call that failed: its HRESULT, its number, and on demand why.
///
/// Printing it gives the call, the clause that decided, and what would have been near. `Debug` is the same text, because tests print that:
///
/// ```should_panic
/// use mapi_sim::{LogonFlags, Sim};
///
/// let sim = Sim::office();
/// let session = sim.logon("Wrok", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION).unwrap(); // says: nearest: profile "Work" (2 edits)
/// ```
#[derive(Clone)]
pub struct Failure {
    world: Arc<Shared>,
    call: CallId,
    hr: Hresult,
}

impl Failure {
    pub(super) fn new(world: &Arc<Shared>, call: CallId, hr: Hresult) -> Self {
        Failure { world: world.clone(), call, hr }
    }

    /// The HRESULT.
    pub fn hresult(&self) -> Hresult {
        self.hr
    }

    /// Number of the call.
    pub fn call(&self) -> CallId {
        self.call
    }

    /// Why the call failed.
    pub fn why(&self) -> String {
        self.world.why(self.call).unwrap_or_else(|| format!("{:?}   call {} (no longer in the journal)", self.hr, self.call))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why())
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why())
    }
}

impl std::error::Error for Failure {}
