//! IMAPISession.

use std::fmt;
use std::sync::Arc;

use super::{Failure, Object};
use crate::call::{Call, Caller, Handle, IMAPISession};
use crate::mapi::LogoffFlags;
use crate::sim::Shared;

/// A session pointer of one client: IMAPISession.
///
/// Clones are the same pointer; when the last one is dropped, the pointer is released, and a session that was not logged off counts as logged off
/// then (SHUTDOWN-006).
#[derive(Clone)]
pub struct Session {
    object: Arc<Object>,
}

impl Session {
    pub(super) fn new(world: &Arc<Shared>, caller: Caller, handle: Handle) -> Self {
        Session { object: Object::new(world, caller, handle) }
    }

    /// The name by which the journal calls it.
    pub fn handle(&self) -> Handle {
        self.object.handle
    }

    /// Logoff (SHUTDOWN-016). Afterwards only releasing the session is allowed.
    ///
    /// # Errors
    ///
    /// MAPI_E_INVALID_OBJECT after an earlier Logoff; MAPI_E_USER_CANCEL if the user refuses in the dialog of MAPI_LOGOFF_UI;
    /// MAPI_E_UNKNOWN_FLAGS for an undocumented flag; MAPI_E_NOT_INITIALIZED after the last MAPIUninitialize.
    pub fn logoff(&self, flags: LogoffFlags) -> Result<(), Failure> {
        self.object.call(Call::IMAPISession(self.object.handle, IMAPISession::Logoff { ui_param: 0, flags, reserved: 0 })).map(drop)
    }

    /// Name of the session's profile: what only the simulator knows at once. Empty after Logoff.
    pub fn profile_name(&self) -> String {
        self.object.world.kernel(|kernel| {
            let core = kernel.session_of(self.object.handle)?;
            Some(kernel.profiles().get(core.profile)?.name.clone())
        })
        .unwrap_or_default()
    }

    /// Whether the client joined a session that another one began.
    pub fn joined(&self) -> bool {
        self.object.world.kernel(|kernel| kernel.member(self.object.handle).is_some_and(|member| member.core != self.object.handle))
    }

    /// Whether later clients can join the session.
    pub fn is_shared(&self) -> bool {
        self.object.world.kernel(|kernel| {
            kernel.member(self.object.handle).is_some_and(|member| !member.logged_off && kernel.shared_session() == Some(member.core))
        })
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {:?}", self.handle(), self.profile_name())
    }
}
