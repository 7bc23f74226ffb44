//! Objects that a client got from its session.

use std::sync::Arc;

use super::props::{PropData, Stream};
use super::provider::Place;
use super::session::LastError;
use super::table::View;
use crate::call::{Handle, ProcessId};
use crate::time::SimTime;

/// An object other than a session.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// The process it belongs to.
    pub process: ProcessId,
    /// The session pointer it came from; it dies with it (SHUTDOWN-010).
    pub session: Option<Handle>,
    /// What it is.
    pub body: Body,
    /// What its GetLastError knows (PROP-216).
    pub last_error: Option<LastError>,
}

/// What an object is.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// IProfAdmin or IMAPIInitMonitor: nothing of its own.
    Plain,
    /// IMAPIWaitResult: when its wait is over.
    Wait(Option<SimTime>),
    /// IMAPITable.
    Table(Box<View>),
    /// IMAPIStatus: the PR_ROWID of its row.
    Status(u32),
    /// IMsgStore: the store provider it is logged on to.
    MsgStore {
        /// Where the provider stands in the profile.
        place: Place,
        /// Whether the client may write.
        writable: bool,
    },
    /// IAddrBook.
    AddrBook,
    /// IPropData.
    PropData(Arc<PropData>),
    /// IStream.
    Stream(Arc<Stream>),
}

impl Object {
    /// An object that belongs to no session.
    pub(super) fn of_process(process: ProcessId, body: Body) -> Self {
        Object { process, session: None, body, last_error: None }
    }

    /// An object that came from a session.
    pub(super) fn of_session(process: ProcessId, session: Handle, body: Body) -> Self {
        Object { process, session: Some(session), body, last_error: None }
    }
}
