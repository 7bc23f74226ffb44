//! IMAPISession.

use std::fmt;
use std::sync::Arc;

use super::{AddrBook, Failure, MsgStore, Object, Status, Table, Warned};
use crate::call::{Bytes, Call, Caller, Handle, IMAPIClientShutdown, IMAPISession, MapiError, Out, Reply};
use crate::mapi::{Hresult, LogoffFlags, NotifyEvents, OpenFlags, StoreFlags};
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
        self.call(IMAPISession::Logoff { ui_param: 0, flags, reserved: 0 }).map(drop)
    }

    fn call(&self, call: IMAPISession) -> Result<Reply, Failure> {
        self.object.call(Call::IMAPISession(self.object.handle, call))
    }

    fn table(&self, reply: &Reply) -> Table {
        Table::new(&self.object.world, self.object.caller, opened(reply))
    }

    /// GetStatusTable: the resources of the session as this client sees them (SESSION-106). In a messaging session it runs the virtual clock until
    /// the transports have started (STATUS-032). `flags`: 0 or MAPI_UNICODE.
    ///
    /// # Errors
    ///
    /// MAPI_E_UNKNOWN_FLAGS for other flags; MAPI_E_INVALID_OBJECT after Logoff.
    pub fn get_status_table(&self, flags: u32) -> Result<Table, Failure> {
        self.call(IMAPISession::GetStatusTable { flags: flags.into() }).map(|reply| self.table(&reply))
    }

    /// GetMsgStoresTable: the message stores of the profile (SESSION-027). `flags`: 0 or MAPI_UNICODE.
    ///
    /// # Errors
    ///
    /// As [`get_status_table`](Session::get_status_table).
    pub fn get_msg_stores_table(&self, flags: u32) -> Result<Table, Failure> {
        self.call(IMAPISession::GetMsgStoresTable { flags: flags.into() }).map(|reply| self.table(&reply))
    }

    /// OpenMsgStore: logs a store provider on by the PR_ENTRYID of its row (SESSION-039).
    ///
    /// # Errors
    ///
    /// MAPI_E_LOGON_FAILED for a store whose service is disabled, or that lacks configuration; MAPI_E_FAILONEPROVIDER and other codes as the
    /// provider's script says; MAPI_E_NOT_FOUND, MAPI_E_UNKNOWN_ENTRYID, MAPI_E_INVALID_ENTRYID for other identifiers.
    pub fn open_msg_store(&self, entry_id: &[u8], flags: StoreFlags) -> Result<Warned<MsgStore>, Failure> {
        let call = IMAPISession::OpenMsgStore { ui_param: 0, entry_id: Some(Bytes::new(entry_id)), interface: None, flags };
        let reply = self.call(call)?;
        Ok(Warned::new(MsgStore::new(&self.object.world, self.object.caller, opened(&reply)), reply.hr))
    }

    /// OpenAddressBook: logs the address book providers on; MAPI_W_ERRORS_RETURNED warns that some failed (SESSION-080). `flags`: 0 or AB_NO_DIALOG.
    ///
    /// # Errors
    ///
    /// MAPI_E_UNKNOWN_FLAGS for other flags; MAPI_E_INVALID_OBJECT after Logoff.
    pub fn open_address_book(&self, flags: u32) -> Result<Warned<AddrBook>, Failure> {
        let reply = self.call(IMAPISession::OpenAddressBook { ui_param: 0, interface: None, flags })?;
        Ok(Warned::new(AddrBook::new(&self.object.world, self.object.caller, opened(&reply)), reply.hr))
    }

    /// OpenEntry on a row of the status table: its status object (STATUS-048).
    ///
    /// # Errors
    ///
    /// MAPI_E_UNKNOWN_ENTRYID for a row that this client does not have, MAPI_E_NOT_FOUND for one that never was (STATUS-117).
    pub fn open_status(&self, entry_id: &[u8]) -> Result<Status, Failure> {
        let call = IMAPISession::OpenEntry { entry_id: Some(Bytes::new(entry_id)), interface: None, flags: OpenFlags::empty() };
        let reply = self.call(call)?;
        Ok(Status::new(&self.object.world, self.object.caller, opened(&reply)))
    }

    /// QueryIdentity: the entry identifier of the primary identity; MAPI_W_NO_SERVICE warns that there is none (SESSION-205).
    ///
    /// # Errors
    ///
    /// MAPI_E_INVALID_OBJECT after Logoff.
    pub fn query_identity(&self) -> Result<Warned<Vec<u8>>, Failure> {
        let reply = self.call(IMAPISession::QueryIdentity {})?;
        let bytes = if let Out::EntryId(bytes) = &reply.out { bytes.to_vec() } else { Vec::new() };
        Ok(Warned::new(bytes, reply.hr))
    }

    /// EnumAdrTypes: the address types of the active transports; none in a MAPI_NO_MAIL session (SESSION-193, SESSION-199).
    ///
    /// # Errors
    ///
    /// MAPI_E_INVALID_OBJECT after Logoff.
    pub fn enum_adr_types(&self) -> Result<Vec<String>, Failure> {
        let reply = self.call(IMAPISession::EnumAdrTypes { flags: 0.into() })?;
        Ok(if let Out::Strings(types) = reply.out { types } else { Vec::new() })
    }

    /// CompareEntryIDs: whether two identifiers denote one object (SESSION-150).
    ///
    /// # Errors
    ///
    /// MAPI_E_UNKNOWN_ENTRYID if one of them denotes nothing.
    pub fn compare_entry_ids(&self, one: &[u8], other: &[u8]) -> Result<bool, Failure> {
        let (entry_id1, entry_id2) = (Some(Bytes::new(one)), Some(Bytes::new(other)));
        self.call(IMAPISession::CompareEntryIDs { entry_id1, entry_id2, flags: 0 }).map(|reply| reply.out == Out::Bool(true))
    }

    /// GetLastError: the text for the last failing method of this pointer, if `result` is its HRESULT (SESSION-013).
    ///
    /// # Errors
    ///
    /// MAPI_E_INVALID_OBJECT after Logoff.
    pub fn get_last_error(&self, result: Hresult) -> Result<Option<MapiError>, Failure> {
        let reply = self.call(IMAPISession::GetLastError { result, flags: 0.into() })?;
        Ok(if let Out::Error(error) = reply.out { error.map(|error| *error) } else { None })
    }

    /// Advise for events of the session itself; `sink` is your number for the sink, not zero. What it is told stands in the journal as
    /// [`Event::Notified`](crate::kernel::Event::Notified). The result is ulConnection.
    ///
    /// # Errors
    ///
    /// MAPI_E_NO_SUPPORT for a mask of internal events alone (SESSION-164).
    pub fn advise(&self, event_mask: NotifyEvents, sink: u32) -> Result<u32, Failure> {
        let reply = self.call(IMAPISession::Advise { entry_id: None, event_mask, advise_sink: sink })?;
        Ok(if let Out::Number(connection) = reply.out { u32::try_from(connection).unwrap_or(0) } else { 0 })
    }

    /// Unadvise.
    ///
    /// # Errors
    ///
    /// MAPI_E_NOT_FOUND for a connection that does not exist (SESSION-183).
    pub fn unadvise(&self, connection: u32) -> Result<(), Failure> {
        self.call(IMAPISession::Unadvise { connection }).map(drop)
    }

    fn shutdown(&self, call: IMAPIClientShutdown) -> Result<(), Failure> {
        self.object.call(Call::IMAPIClientShutdown(self.object.handle, call)).map(drop)
    }

    /// IMAPIClientShutdown::QueryFastShutdown: whether the process may leave fast (SHUTDOWN-063).
    ///
    /// # Errors
    ///
    /// MAPI_E_NO_SUPPORT if not.
    pub fn query_fast_shutdown(&self) -> Result<(), Failure> {
        self.shutdown(IMAPIClientShutdown::QueryFastShutdown {})
    }

    /// IMAPIClientShutdown::NotifyProcessShutdown: never fails (SHUTDOWN-075).
    ///
    /// # Errors
    ///
    /// MAPI_E_INVALID_OBJECT after Logoff.
    pub fn notify_process_shutdown(&self) -> Result<(), Failure> {
        self.shutdown(IMAPIClientShutdown::NotifyProcessShutdown {})
    }

    /// IMAPIClientShutdown::DoFastShutdown: the process makes no MAPI call after it; end it with [`Sim::kill_process`](crate::Sim::kill_process).
    ///
    /// # Errors
    ///
    /// MAPI_E_NO_SUPPORT if fast shutdown is not supported; nothing has changed then (SHUTDOWN-084).
    pub fn do_fast_shutdown(&self) -> Result<(), Failure> {
        self.shutdown(IMAPIClientShutdown::DoFastShutdown {})
    }

    /// Name of the session's profile: what only the simulator knows at once. Empty after Logoff.
    pub fn profile_name(&self) -> String {
        self.object
            .world
            .kernel(|kernel| {
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

/// The object of a reply that succeeded.
fn opened(reply: &Reply) -> Handle {
    reply.object().expect("a method that opens an object gives one when it succeeds")
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {:?}", self.handle(), self.profile_name())
    }
}
