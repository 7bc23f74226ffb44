//! IMAPISession.

use super::interface;
use crate::mapi::LogoffFlags;

interface! {
    /// Methods of IMAPISession.
    IMAPISession = "IMAPISession" {
        /// Logoff: ends the session for the client (SHUTDOWN-016).
        Logoff {
            /// ulUIParam: the window to which a dialog is modal.
            ui_param: u64,
            /// ulFlags.
            flags: LogoffFlags,
            /// ulReserved: zero.
            reserved: u32,
        }
    }
}
