//! What a session opens besides tables: message stores, the address book, status objects.

use std::ops::Deref;
use std::sync::Arc;

use super::{Failure, Props};
use crate::call::{Call, Caller, Handle, IMAPIStatus};
use crate::sim::Shared;

/// Declares a handle of an object with properties.
macro_rules! with_props {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name {
            props: Props,
        }

        impl $name {
            pub(super) fn new(world: &Arc<Shared>, caller: Caller, handle: Handle) -> Self {
                $name { props: Props::new(world, caller, handle) }
            }
        }

        impl Deref for $name {
            type Target = Props;

            fn deref(&self) -> &Props {
                &self.props
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
