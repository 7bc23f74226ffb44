//! IMAPISession, and IMAPIClientShutdown on the same object.

use super::{Bytes, interface};
use crate::mapi::{Guid, Hresult, LogoffFlags, NotifyEvents, OpenFlags, StoreFlags, Text, WidthFlags};

interface! {
    /// Methods of IMAPISession, in the order of its vtable.
    IMAPISession = "IMAPISession" {
        /// GetLastError: the MAPIERROR of the last failing method (SESSION-013).
        GetLastError {
            /// hResult.
            result: Hresult,
            /// ulFlags.
            flags: WidthFlags,
        }
        /// GetMsgStoresTable: the message stores of the profile (SESSION-027).
        GetMsgStoresTable {
            /// ulFlags.
            flags: WidthFlags,
        }
        /// OpenMsgStore: logs a message store provider on (SESSION-039).
        OpenMsgStore {
            /// ulUIParam.
            ui_param: u64,
            /// lpEntryID with cbEntryID.
            entry_id: Option<Bytes>,
            /// lpInterface.
            interface: Option<Guid>,
            /// ulFlags.
            flags: StoreFlags,
        }
        /// OpenAddressBook: logs the address book providers on (SESSION-077).
        OpenAddressBook {
            /// ulUIParam.
            ui_param: u64,
            /// lpInterface.
            interface: Option<Guid>,
            /// ulFlags.
            flags: u32,
        }
        /// OpenProfileSection: not built.
        OpenProfileSection {}
        /// GetStatusTable: the resources of the session (SESSION-106).
        GetStatusTable {
            /// ulFlags.
            flags: WidthFlags,
        }
        /// OpenEntry: opens an object by its entry identifier (SESSION-128).
        OpenEntry {
            /// lpEntryID with cbEntryID.
            entry_id: Option<Bytes>,
            /// lpInterface.
            interface: Option<Guid>,
            /// ulFlags.
            flags: OpenFlags,
        }
        /// CompareEntryIDs: whether two identifiers denote one object (SESSION-150).
        CompareEntryIDs {
            /// lpEntryID1 with cbEntryID1.
            entry_id1: Option<Bytes>,
            /// lpEntryID2 with cbEntryID2.
            entry_id2: Option<Bytes>,
            /// ulFlags: reserved, zero.
            flags: u32,
        }
        /// Advise: registers a sink for events of the session (SESSION-160).
        Advise {
            /// lpEntryID with cbEntryID; NULL is the session itself.
            entry_id: Option<Bytes>,
            /// ulEventMask.
            event_mask: NotifyEvents,
            /// lpAdviseSink: a number by which the client knows its sink; zero is NULL.
            advise_sink: u32,
        }
        /// Unadvise: cancels a registration (SESSION-182).
        Unadvise {
            /// ulConnection.
            connection: u32,
        }
        /// MessageOptions: always MAPI_E_NOT_FOUND since Outlook 2013 (SESSION-188).
        MessageOptions {
            /// ulFlags.
            flags: WidthFlags,
            /// lpszAdrType.
            adr_type: Option<Text>,
        }
        /// QueryDefaultMessageOpt: no options since Outlook 2013 (SESSION-189).
        QueryDefaultMessageOpt {
            /// lpszAdrType.
            adr_type: Option<Text>,
            /// ulFlags.
            flags: WidthFlags,
        }
        /// EnumAdrTypes: the address types of the active transports (SESSION-193).
        EnumAdrTypes {
            /// ulFlags.
            flags: WidthFlags,
        }
        /// QueryIdentity: the primary identity (SESSION-200).
        QueryIdentity {}
        /// Logoff: ends the session for the client (SHUTDOWN-016).
        Logoff {
            /// ulUIParam: the window to which a dialog is modal.
            ui_param: u64,
            /// ulFlags.
            flags: LogoffFlags,
            /// ulReserved: zero.
            reserved: u32,
        }
        /// SetDefaultStore: not built.
        SetDefaultStore {}
        /// AdminServices: not built.
        AdminServices {}
        /// ShowForm: not built.
        ShowForm {}
        /// PrepareForm: not built.
        PrepareForm {}
    }
}

interface! {
    /// Methods of IMAPIClientShutdown, which every session object has (SHUTDOWN-061).
    IMAPIClientShutdown = "IMAPIClientShutdown" {
        /// QueryFastShutdown: whether the process may leave fast (SHUTDOWN-063).
        QueryFastShutdown {}
        /// NotifyProcessShutdown: tells the providers that the process is about to leave (SHUTDOWN-075).
        NotifyProcessShutdown {}
        /// DoFastShutdown: the providers save what they have; the process makes no call after it (SHUTDOWN-077).
        DoFastShutdown {}
    }
}
