//! Functions of mapi32.

use super::{OutPtr, interface};
use crate::mapi::{Guid, InitFlags, LogonFlags, PropTag, Text};

interface! {
    /// Functions of mapi32.
    Mapi = "MAPI" {
        /// MAPIInitialize: begins the use of MAPI in a process (LOGON-001).
        MAPIInitialize {
            /// MAPIINIT_0.ulVersion.
            version: u32,
            /// MAPIINIT_0.ulFlags. A NULL lpMapiInit is version 0 without flags (LOGON-002).
            flags: InitFlags,
        }
        /// MAPIUninitialize: undoes one MAPIInitialize (LOGON-034).
        MAPIUninitialize {}
        /// MAPILogonEx: logs a client on to a session (LOGON-052).
        MAPILogonEx {
            /// ulUIParam: the window to which a dialog is modal.
            ui_param: u64,
            /// lpszProfileName.
            profile_name: Option<Text>,
            /// lpszPassword: has to be NULL (LOGON-065).
            password: Option<Box<Text>>,
            /// flFlags.
            flags: LogonFlags,
            /// lppSession.
            session: OutPtr,
        }
        /// MAPIAdminProfiles: gives the profile administration object.
        MAPIAdminProfiles {
            /// ulFlags.
            flags: u32,
        }
        /// ScInitMapiUtil: begins the use of the utility functions alone (LOGON-040).
        ScInitMapiUtil {
            /// ulFlags: reserved, zero.
            flags: u32,
        }
        /// DeinitMapiUtil: ends the use of the utility functions (LOGON-042).
        DeinitMapiUtil {}
        /// HrDispatchNotifications: delivers what is queued for the calling thread (LOGON-044).
        HrDispatchNotifications {
            /// ulFlags: reserved, zero.
            flags: u32,
        }
        /// CreateMAPIInitializationMonitor: gives an object that tells whether MAPI is initialised (LOGON-045).
        CreateMAPIInitializationMonitor {}
        /// CreateTable: gives an ITableData without rows (TABLE-352).
        CreateTable {
            /// lpInterface.
            interface: Option<Box<Guid>>,
            /// ulTableType: TBLTYPE_SNAPSHOT 0, TBLTYPE_KEYSET 1, TBLTYPE_DYNAMIC 2.
            table_type: u32,
            /// ulPropTagIndexColumn: the column that names a row (TABLE-353).
            index_column: PropTag,
            /// lpSPropTagArrayColumns: the columns that are always there.
            columns: Vec<PropTag>,
        }
        /// CreateIProp: gives an IPropData without properties (PROP-220).
        CreateIProp {
            /// lpInterface.
            interface: Option<Box<Guid>>,
        }
    }
}
