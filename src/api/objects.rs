//! What a session opens besides tables: message stores, the address book, status objects.

use std::sync::Arc;

use super::{Failure, Object, Warned};
use crate::call::{Call, Caller, Handle, IMAPIProp, IMAPIStatus, Out};
use crate::mapi::{PropTag, Row};
use crate::sim::Shared;

/// Declares a handle with properties.
macro_rules! with_props {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name {
            object: Arc<Object>,
        }

        impl $name {
            pub(super) fn new(world: &Arc<Shared>, caller: Caller, handle: Handle) -> Self {
                $name { object: Object::new(world, caller, handle) }
            }

            /// The name by which the journal calls it.
            pub fn handle(&self) -> Handle {
                self.object.handle
            }

            /// GetProps: the values of some properties; with no tags, of all. MAPI_W_ERRORS_RETURNED warns that some are missing.
            ///
            /// # Errors
            ///
            /// MAPI_E_INVALID_OBJECT after the session's Logoff, or when what the object stood for is gone.
            pub fn get_props(&self, tags: Option<&[PropTag]>) -> Result<Warned<Row>, Failure> {
                let call = IMAPIProp::GetProps { prop_tag_array: tags.map(<[PropTag]>::to_vec), flags: 0 };
                let reply = self.object.call(Call::IMAPIProp(self.object.handle, call))?;
                let row = if let Out::Props(row) = reply.out { row } else { Row { props: Vec::new() } };
                Ok(Warned::new(row, reply.hr))
            }
        }
    )*};
}

with_props! {
    /// A message store: IMsgStore. So far it knows its properties and its Release, which logs the store off with its last object.
    MsgStore;
    /// The address book: IAddrBook. So far it knows its properties and its Release.
    AddrBook;
    /// A status object: IMAPIStatus.
    Status;
}

impl Status {
    fn status(&self, call: IMAPIStatus) -> Result<(), Failure> {
        self.object.call(Call::IMAPIStatus(self.object.handle, call)).map(drop)
    }

    /// ValidateState: the one method that every status object supports (STATUS-132).
    ///
    /// # Errors
    ///
    /// MAPI_E_UNKNOWN_FLAGS for undocumented flags (STATUS-147).
    pub fn validate_state(&self, flags: u32) -> Result<(), Failure> {
        self.status(IMAPIStatus::ValidateState { ui_param: 0, flags })
    }

    /// SettingsDialog.
    ///
    /// # Errors
    ///
    /// MAPI_E_NO_SUPPORT where STATUS_SETTINGS_DIALOG is clear (STATUS-162).
    pub fn settings_dialog(&self, flags: u32) -> Result<(), Failure> {
        self.status(IMAPIStatus::SettingsDialog { ui_param: 0, flags })
    }

    /// FlushQueues. So far it has no queues to flush: in a messaging session it is not built.
    ///
    /// # Errors
    ///
    /// MAPI_E_NO_SUPPORT where STATUS_FLUSH_QUEUES is clear, such as on the spooler in a MAPI_NO_MAIL session (STATUS-229).
    pub fn flush_queues(&self, flags: u32) -> Result<(), Failure> {
        self.status(IMAPIStatus::FlushQueues { ui_param: 0, target_transport: None, flags })
    }
}
