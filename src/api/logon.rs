//! The arguments of a logon, and a logon that waits.

use std::sync::Arc;

use super::{Failure, Session};
use crate::call::{Call, CallId, Caller, Mapi, OutPtr};
use crate::mapi::{LogonFlags, Text};
use crate::sim::Shared;

/// Arguments of MAPILogonEx. What is left out is NULL or zero.
///
/// ```
/// use mapi_sim::{Logon, LogonFlags, Sim};
///
/// let sim = Sim::office();
/// let outlook = sim.process("outlook");
/// let shared = outlook.logon_ex(Logon::profile("Work").flags(LogonFlags::EXTENDED | LogonFlags::NEW_SESSION | LogonFlags::ALLOW_OTHERS))?;
/// let indexer = sim.process("indexer").logon_ex(Logon::profile("Home").flags(LogonFlags::EXTENDED))?;
/// assert_eq!(indexer.profile_name(), "Work"); // joined the shared session: the name was not looked at
/// # Ok::<(), mapi_sim::Failure>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a Logon does nothing until it is given to Process::logon_ex"]
pub struct Logon {
    profile_name: Option<Text>,
    password: Option<Text>,
    flags: LogonFlags,
    ui_param: u64,
    session: OutPtr,
}

impl Logon {
    /// A logon with a NULL profile name.
    pub fn new() -> Self {
        Logon { profile_name: None, password: None, flags: LogonFlags::empty(), ui_param: 0, session: OutPtr::Given }
    }

    /// A logon that names a profile.
    ///
    /// A Rust string is encoded as the call's flags say: UTF-16 with [`LogonFlags::UNICODE`], otherwise the machine's code page, as in a C client.
    /// [`Text::Ansi`] and [`Text::Wide`] pass raw bytes and units.
    pub fn profile(name: impl Into<Text>) -> Self {
        Logon { profile_name: Some(name.into()), ..Logon::new() }
    }

    /// flFlags.
    pub fn flags(self, flags: LogonFlags) -> Self {
        Logon { flags, ..self }
    }

    /// lpszPassword; it has to be NULL (LOGON-065).
    pub fn password(self, password: impl Into<Text>) -> Self {
        Logon { password: Some(password.into()), ..self }
    }

    /// ulUIParam, the window to which a dialog is modal.
    pub fn ui_param(self, ui_param: u64) -> Self {
        Logon { ui_param, ..self }
    }

    /// lppSession NULL, as a careless client passes it (LOGON-069).
    pub fn null_session(self) -> Self {
        Logon { session: OutPtr::Null, ..self }
    }

    pub(super) fn into_call(self) -> Call {
        let Logon { profile_name, password, flags, ui_param, session } = self;
        Call::Mapi(Mapi::MAPILogonEx { ui_param, profile_name, password: password.map(Box::new), flags, session })
    }
}

impl Default for Logon {
    fn default() -> Self {
        Logon::new()
    }
}

/// The profile name of [`Sim::logon`](crate::Sim::logon): a `&str`, or `None` for NULL.
impl From<&str> for Logon {
    fn from(name: &str) -> Self {
        Logon::profile(name)
    }
}

impl From<Option<&str>> for Logon {
    fn from(name: Option<&str>) -> Self {
        name.map_or_else(Logon::new, Logon::profile)
    }
}

/// A logon that was begun: it may wait for the logon mutex, or for a user at a dialog.
#[must_use = "a logon that was begun goes on waiting until it is finished"]
pub struct PendingLogon {
    pub(super) world: Arc<Shared>,
    pub(super) caller: Caller,
    pub(super) id: CallId,
    pub(super) reply: Option<crate::call::Reply>,
}

impl PendingLogon {
    /// Number of the call.
    pub fn call(&self) -> CallId {
        self.id
    }

    /// Whether it waits at this moment.
    pub fn is_waiting(&self) -> bool {
        self.reply.is_none() && self.world.kernel(|kernel| kernel.waiting().any(|id| id == self.id))
    }

    /// Runs the virtual clock until the logon is done.
    ///
    /// # Errors
    ///
    /// As [`Process::logon_ex`](super::Process::logon_ex).
    ///
    /// # Panics
    ///
    /// If nothing in the world can bring about what it waits for (LOGON-159).
    pub fn finish(self) -> Result<Session, Failure> {
        let reply = match self.reply {
            Some(reply) => reply,
            None => self.world.wait(self.id).unwrap_or_else(|error| panic!("{error}")),
        };
        match reply.object() {
            Some(handle) => Ok(Session::new(&self.world, self.caller, handle)),
            None => Err(Failure::new(&self.world, self.id, reply.hr)),
        }
    }
}
