//! What a session opens: tables, stores, the address book, objects by entry identifier; and what it says of itself.

use super::event::{Event, ProviderCall};
use super::object::{Body, Object};
use super::profile::ProviderKind;
use super::provider::{Client, Place};
use super::session::LastError;
use super::table::{MAPI_STORE, Source, View};
use super::wait::Wake;
use super::{Ask, Kernel, eid};
use crate::call::{Bytes, Caller, Handle, IMAPISession, ObjectKind, Out, Reply};
use crate::clause::{ClauseId, Reading};
use crate::mapi::{Guid, Hresult, LogonFlags, OpenFlags, StoreFlags, WidthFlags};

/// Bits that OpenMsgStore knows (SESSION-046).
const STORE_FLAGS: u32 = 0x1BD;
/// Bits that OpenEntry knows: MAPI_MODIFY, SHOW_SOFT_DELETES, MAPI_DEFERRED_ERRORS, MAPI_BEST_ACCESS, MAPI_NO_CACHE, MAPI_CACHE_ONLY (SESSION-136).
pub(super) const ENTRY_FLAGS: u32 = 0x1 | 0x2 | 0x8 | 0x10 | 0x200 | 0x4000;
/// AB_NO_DIALOG.
const AB_NO_DIALOG: u32 = 0x1;
/// Errors of a store logon that leave its service enabled (SESSION-073).
const STORE_SPARED: &[Hresult] = &[
    Hresult::MAPI_E_FAILONEPROVIDER,
    Hresult::MAPI_E_USER_CANCEL,
    Hresult::MAPI_E_NO_ACCESS,
    Hresult::MAPI_E_INTERFACE_NOT_SUPPORTED,
    Hresult::MAPI_E_UNKNOWN_FLAGS,
];

impl Kernel {
    /// A method of IMAPISession other than Logoff, and the note for GetLastError that a failure leaves.
    pub(super) fn session_method(&mut self, caller: Caller, this: Handle, call: &IMAPISession, ask: &mut dyn Ask) -> Result<Reply, Wake> {
        let reply = self.session_call(caller, this, call, ask)?;
        if !matches!(call, IMAPISession::GetLastError { .. }) {
            self.keep_error(this, call.method().name, &reply);
        }
        Ok(reply)
    }

    fn session_call(&mut self, caller: Caller, this: Handle, call: &IMAPISession, ask: &mut dyn Ask) -> Result<Reply, Wake> {
        Ok(match call {
            IMAPISession::GetLastError { result, flags } => self.last_error(this, *result, *flags),
            IMAPISession::GetMsgStoresTable { flags } => self.open_table(this, Source::MsgStores, *flags),
            IMAPISession::GetStatusTable { flags } => return self.status_table(this, *flags, ask),
            IMAPISession::OpenMsgStore { ui_param, entry_id, interface, flags } => {
                let flags = flags.bits();
                self.open_msg_store(this, (*ui_param, entry_id.as_ref(), *interface, flags), ask)
            }
            IMAPISession::OpenAddressBook { ui_param, interface, flags } => {
                self.open_address_book(this, *ui_param, *interface, *flags, ask)
            }
            IMAPISession::OpenEntry { entry_id, interface, flags } => self.open_entry(this, entry_id.as_ref(), *interface, *flags, ask),
            IMAPISession::CompareEntryIDs { entry_id1, entry_id2, flags } => {
                self.compare_entry_ids(this, entry_id1.as_ref(), entry_id2.as_ref(), *flags)
            }
            IMAPISession::Advise { entry_id, event_mask, advise_sink } => self.advise(this, entry_id.as_ref(), *event_mask, *advise_sink),
            IMAPISession::Unadvise { connection } => self.unadvise(this, *connection),
            IMAPISession::MessageOptions { flags, .. } => match self.reject_width(*flags) {
                Some(reply) => reply,
                None => self.decided(ClauseId::session(188), Hresult::MAPI_E_NOT_FOUND),
            },
            IMAPISession::QueryDefaultMessageOpt { adr_type, flags } => return self.default_options(this, adr_type.as_ref(), *flags, ask),
            IMAPISession::EnumAdrTypes { flags } => return self.enum_adr_types(this, *flags, ask),
            IMAPISession::QueryIdentity {} => self.query_identity(caller.process, this, ask),
            IMAPISession::Logoff { .. } => unreachable!("`step` takes Logoff first"),
            IMAPISession::OpenProfileSection {}
            | IMAPISession::SetDefaultStore {}
            | IMAPISession::AdminServices {}
            | IMAPISession::ShowForm {}
            | IMAPISession::PrepareForm {} => self.unsupported(),
        })
    }

    /// A path that is not built: said in the journal, and found by verification.
    pub(super) fn unsupported(&mut self) -> Reply {
        self.emit(Event::Unsupported);
        self.decided(ClauseId::session(6), Hresult::MAPI_E_NO_SUPPORT)
    }

    /// The reply to undocumented bits beside MAPI_UNICODE, or to MAPI_UNICODE under the reading unicode = "classic" (SESSION-016).
    fn reject_width(&mut self, flags: WidthFlags) -> Option<Reply> {
        if flags.contains(WidthFlags::UNICODE) && self.machine.readings.index(Reading::Unicode) != 0 {
            return Some(self.decided(ClauseId::session(123), Hresult::MAPI_E_BAD_CHARWIDTH));
        }
        self.reject_flags(flags.bits(), WidthFlags::known_mask())
    }

    /// Makes an object of a session.
    pub(super) fn new_object(&mut self, session: Handle, kind: ObjectKind, body: Body) -> Handle {
        let member = self.members.get_mut(&session).expect("a method of a live session makes objects");
        member.objects += 1;
        let process = member.process;
        let handle = self.new_handle(kind);
        self.objects.insert(handle, Object::of_session(process, session, body));
        handle
    }

    fn open_table(&mut self, this: Handle, source: Source, flags: WidthFlags) -> Reply {
        if let Some(reply) = self.reject_width(flags) {
            return reply;
        }
        let view = View::of_session(source, flags.contains(WidthFlags::UNICODE));
        let table = self.new_object(this, ObjectKind::Table, Body::Table(Box::new(view)));
        self.decided(if source == Source::Status { ClauseId::session(106) } else { ClauseId::session(27) }, Hresult::S_OK);
        Reply::ok(Out::Object(table))
    }

    /// GetStatusTable: in a messaging session it waits until the spooler has started the transports (STATUS-032, STATUS-033).
    fn status_table(&mut self, this: Handle, flags: WidthFlags, ask: &mut dyn Ask) -> Result<Reply, Wake> {
        if let Some(reply) = self.reject_width(flags) {
            return Ok(reply);
        }
        self.wait_for_transports(this, ask)?;
        Ok(self.open_table(this, Source::Status, flags))
    }

    /// Waits for the transports of a messaging client.
    fn wait_for_transports(&mut self, this: Handle, ask: &mut dyn Ask) -> Result<(), Wake> {
        let member = &self.members[&this];
        if member.no_mail {
            return Ok(());
        }
        let core = member.core;
        match self.need_transports(core, ask) {
            Some(_) => Err(Wake::Transports(core)),
            None => Ok(()),
        }
    }

    /// The client's side of a provider logon.
    fn client(&self, this: Handle, ui_param: u64, no_dialog: bool) -> Client {
        let member = &self.members[&this];
        let service = member.flags.contains(LogonFlags::NT_SERVICE);
        Client { ui_param, ui: !no_dialog && !service, service }
    }

    /// OpenMsgStore.
    fn open_msg_store(
        &mut self,
        this: Handle,
        (ui_param, entry_id, interface, flags): (u64, Option<&Bytes>, Option<Guid>, u32),
        ask: &mut dyn Ask,
    ) -> Reply {
        let Some(entry_id) = entry_id.filter(|id| !id.is_empty()) else {
            return self.decided(ClauseId::session(43), Hresult::MAPI_E_INVALID_PARAMETER);
        };
        if let Some(reply) = self.reject_flags(flags, STORE_FLAGS) {
            return reply;
        }
        let uid = match eid::read(entry_id) {
            eid::Eid::Store(uid) => uid,
            eid::Eid::Foreign => return self.decided(ClauseId::session(75), Hresult::MAPI_E_UNKNOWN_ENTRYID),
            _ => return self.decided(ClauseId::session(75), Hresult::MAPI_E_INVALID_ENTRYID),
        };
        if !supports(interface, &["IID_IMsgStore", "IID_IMAPIProp", "IID_IUnknown"]) {
            return self.decided(ClauseId::session(41), Hresult::MAPI_E_INTERFACE_NOT_SUPPORTED);
        }
        let flags = StoreFlags::from_bits_retain(flags);
        let Some(place) = self.store_place(this, uid) else {
            return self.decided(ClauseId::session(68), Hresult::MAPI_E_NOT_FOUND);
        };
        let client = self.client(this, ui_param, flags.contains(StoreFlags::NO_DIALOG));
        match self.log_store_on(this, place, client, flags.contains(StoreFlags::NO_MAIL), ask) {
            Ok(hr) => {
                let writable = flags.intersects(StoreFlags::WRITE | StoreFlags::BEST_ACCESS);
                let store = self.new_object(this, ObjectKind::MsgStore, Body::MsgStore { place, writable });
                self.decided(ClauseId::session(39), hr);
                Reply { hr, out: Out::Object(store) }
            }
            Err(reply) => reply,
        }
    }

    /// The store of this PR_PROVIDER_UID in the session's profile.
    fn store_place(&self, this: Handle, uid: [u8; 16]) -> Option<Place> {
        let core = self.session_of(this)?;
        let profile = self.profiles.get(core.profile)?;
        profile.places().find(|(_, instance)| instance.uid == uid).map(|(place, _)| place)
    }

    /// Logs a store on for one more object; what it returned, or the reply to the client.
    fn log_store_on(&mut self, this: Handle, place: Place, client: Client, no_mail: bool, ask: &mut dyn Ask) -> Result<Hresult, Reply> {
        let (id, member_no_mail) = (self.members[&this].core, self.members[&this].no_mail);
        let core = &self.cores[&id];
        if core.disabled.contains(&place.service) {
            return Err(self.decided(ClauseId::session(73), Hresult::MAPI_E_LOGON_FAILED));
        }
        if self.store_is_full(id, place) {
            return Err(self.decided(ClauseId::logon(167), Hresult::MAPI_E_SESSION_LIMIT));
        }
        let hr = self.log_on(id, place, client, ask);
        if hr.is_failure() {
            self.disable_after(id, place, hr, STORE_SPARED);
            let shown = if hr == Hresult::MAPI_E_UNCONFIGURED { Hresult::MAPI_E_LOGON_FAILED } else { hr };
            return Err(self.decided(ClauseId::session(72), shown));
        }
        let tells_spooler = !no_mail && !member_no_mail;
        let provider = self.cores.get(&id).and_then(|core| self.installed(core, place)).map(|provider| provider.section.clone());
        if let Some(active) = self.core_mut(id).and_then(|core| core.active_mut(place)) {
            active.opened += 1;
            if tells_spooler && !active.spooler {
                active.spooler = true;
                let provider = provider.unwrap_or_default();
                let call = ProviderCall::SpoolerLogon;
                self.emit(Event::Provider { provider, call, flags: 0, ui_param: 0, result: Hresult::S_OK });
            }
        }
        Ok(hr)
    }

    /// Whether a store admits no further session (LOGON-167).
    pub(super) fn store_is_full(&self, id: Handle, place: Place) -> bool {
        let core = &self.cores[&id];
        let Some(provider) = self.installed(core, place) else { return false };
        let Some(limit) = provider.session_limit else { return false };
        let uses = |core: &super::Core| {
            core.providers.iter().any(|active| self.installed(core, active.place).is_some_and(|other| other.section == provider.section))
        };
        let others = self.cores.iter().filter(|(other, core)| **other != id && uses(core)).count();
        others >= limit as usize
    }

    /// OpenAddressBook: logs every address book provider on; a pointer comes back however many fail (SESSION-081).
    fn open_address_book(&mut self, this: Handle, ui_param: u64, interface: Option<Guid>, flags: u32, ask: &mut dyn Ask) -> Reply {
        if let Some(reply) = self.reject_flags(flags, AB_NO_DIALOG) {
            return reply;
        }
        if !supports(interface, &["IID_IAddrBook", "IID_IMAPIProp", "IID_IUnknown"]) {
            return self.decided(ClauseId::session(78), Hresult::MAPI_E_INTERFACE_NOT_SUPPORTED);
        }
        // The window of MAPILogonEx counts, if there was one (LOGON-057).
        let window = self.members.get(&this).map(|member| member.ui_param).filter(|window| *window != 0).unwrap_or(ui_param);
        let client = self.client(this, window, flags & AB_NO_DIALOG != 0);
        let failed = self.start_address_book(this, client, ask);
        let book = self.new_object(this, ObjectKind::AddrBook, Body::AddrBook);
        let hr = if failed { Hresult::MAPI_W_ERRORS_RETURNED } else { Hresult::S_OK };
        self.decided(ClauseId::session(if failed { 80 } else { 77 }), hr);
        Reply { hr, out: Out::Object(book) }
    }

    /// Logs the address book providers on that are not; whether any failed. A second call keeps those that are (SESSION-084).
    fn start_address_book(&mut self, this: Handle, client: Client, ask: &mut dyn Ask) -> bool {
        let id = self.members[&this].core;
        let all = self.places(id, ProviderKind::AddressBook);
        let mut failed = false;
        for place in &all {
            if self.cores[&id].active(*place).is_some() || !self.is_enabled(id, *place) {
                continue;
            }
            let hr = self.log_on(id, *place, client, ask);
            failed |= hr.is_failure();
            let strict = self.machine.readings.index(Reading::AbUnconfiguredDisablesService) != 0;
            let spared: &[Hresult] =
                if strict { &[Hresult::MAPI_E_FAILONEPROVIDER] } else { &[Hresult::MAPI_E_FAILONEPROVIDER, Hresult::MAPI_E_UNCONFIGURED] };
            self.disable_after(id, *place, hr, spared);
        }
        if let Some(core) = self.core_mut(id) {
            core.address_book = true;
        }
        failed
    }

    /// OpenEntry.
    fn open_entry(
        &mut self,
        this: Handle,
        entry_id: Option<&Bytes>,
        interface: Option<Guid>,
        flags: OpenFlags,
        ask: &mut dyn Ask,
    ) -> Reply {
        let Some(entry_id) = entry_id.filter(|id| !id.is_empty()) else {
            return self.decided(ClauseId::session(132), Hresult::MAPI_E_INVALID_PARAMETER);
        };
        match eid::read(entry_id) {
            eid::Eid::Status(row, provider) => self.open_status(this, (row, provider), interface, flags),
            eid::Eid::Store(_) => {
                let access = OpenFlags::MAPI_MODIFY | OpenFlags::MAPI_BEST_ACCESS | OpenFlags::MAPI_DEFERRED_ERRORS;
                if let Some(reply) = self.reject_flags(flags.bits(), access.bits()) {
                    return reply;
                }
                let write = if flags.contains(OpenFlags::MAPI_MODIFY) { StoreFlags::WRITE } else { StoreFlags::empty() };
                let best = if flags.contains(OpenFlags::MAPI_BEST_ACCESS) { StoreFlags::BEST_ACCESS } else { StoreFlags::empty() };
                let flags = (StoreFlags::NO_DIALOG | write | best).bits();
                let reply = self.open_msg_store(this, (0, Some(entry_id), interface, flags), ask);
                match reply.object() {
                    Some(object) => Reply { hr: reply.hr, out: Out::Opened { object, object_type: MAPI_STORE } },
                    None => reply,
                }
            }
            // Users and one-offs are opened by the address book, which is not built.
            eid::Eid::OneOff => self.unsupported(),
            eid::Eid::BadOneOff => self.decided(ClauseId::eid(84), Hresult::MAPI_E_INVALID_ENTRYID),
            eid::Eid::Malformed | eid::Eid::Foreign => self.decided(ClauseId::session(144), Hresult::MAPI_E_UNKNOWN_ENTRYID),
        }
    }

    /// CompareEntryIDs: two identifiers denote one object when they are equal byte for byte, or are one-offs of one recipient (EID-083, EID-086).
    fn compare_entry_ids(&mut self, this: Handle, one: Option<&Bytes>, other: Option<&Bytes>, flags: u32) -> Reply {
        if let Some(reply) = self.reject_flags(flags, 0) {
            return reply;
        }
        let (Some(one), Some(other)) = (one.filter(|id| !id.is_empty()), other.filter(|id| !id.is_empty())) else {
            return self.decided(ClauseId::session(156), Hresult::MAPI_E_INVALID_PARAMETER);
        };
        if !self.is_known(this, one) || !self.is_known(this, other) {
            return self.decided(ClauseId::session(153), Hresult::MAPI_E_UNKNOWN_ENTRYID);
        }
        self.decided(ClauseId::session(150), Hresult::S_OK);
        let recipient = |id: &Bytes| eid::recipient(id, self.machine.code_page).filter(|_| eid::read(id) == eid::Eid::OneOff);
        let one_recipient = recipient(one).is_some_and(|one| recipient(other) == Some(one));
        Reply::ok(Out::Bool(one == other || one_recipient))
    }

    /// Whether an entry identifier denotes an object that this client could open.
    fn is_known(&self, this: Handle, entry_id: &Bytes) -> bool {
        match eid::read(entry_id) {
            eid::Eid::Status(row, provider) => self.has_status_row(this, row, provider),
            eid::Eid::Store(uid) => self.store_place(this, uid).is_some(),
            eid::Eid::OneOff => true,
            eid::Eid::BadOneOff | eid::Eid::Malformed | eid::Eid::Foreign => false,
        }
    }

    /// QueryDefaultMessageOpt: nothing since Outlook 2013; with the reading options = "classic" a messaging client sees its transports' (none have any).
    fn default_options(
        &mut self,
        this: Handle,
        adr_type: Option<&crate::mapi::Text>,
        flags: WidthFlags,
        ask: &mut dyn Ask,
    ) -> Result<Reply, Wake> {
        if let Some(reply) = self.reject_width(flags) {
            return Ok(reply);
        }
        let classic = self.machine.readings.index(Reading::Options) != 0 && !self.members[&this].no_mail;
        if !classic {
            return Ok(self.decided(ClauseId::session(190), Hresult::MAPI_E_NOT_FOUND));
        }
        self.wait_for_transports(this, ask)?;
        let unicode = flags.contains(WidthFlags::UNICODE);
        let wanted = adr_type.and_then(|text| text.decode(unicode, self.machine.code_page).ok().map(|text| text.to_uppercase()));
        let known = self.address_types(this).into_iter().any(|known| Some(known) == wanted);
        let hr = if known { Hresult::S_OK } else { Hresult::MAPI_E_NOT_FOUND };
        let reply = self.decided(ClauseId::session(190), hr);
        Ok(if known { Reply::ok(Out::Props(crate::mapi::Row { props: Vec::new() })) } else { reply })
    }

    /// EnumAdrTypes: what the active transports take (SESSION-193, SESSION-198, SESSION-199).
    fn enum_adr_types(&mut self, this: Handle, flags: WidthFlags, ask: &mut dyn Ask) -> Result<Reply, Wake> {
        if let Some(reply) = self.reject_width(flags) {
            return Ok(reply);
        }
        self.wait_for_transports(this, ask)?;
        let outlook = self.machine.readings.index(Reading::OutlookProtocolManager) != 0;
        let types = if self.members[&this].no_mail || outlook { Vec::new() } else { self.address_types(this) };
        self.decided(ClauseId::session(193), Hresult::S_OK);
        Ok(Reply::ok(Out::Strings(types)))
    }

    /// The address types of the session's active transports, in transport order, each once; those that take any type add none.
    fn address_types(&self, this: Handle) -> Vec<String> {
        let Some(core) = self.session_of(this) else { return Vec::new() };
        let active = core.providers.iter().filter(|active| active.kind == ProviderKind::Transport && active.starting.is_none());
        let mut types: Vec<String> = Vec::new();
        for name in active.filter_map(|active| self.installed(core, active.place)).flat_map(|provider| &provider.address_types) {
            if name != "*" && !types.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                types.push(name.clone());
            }
        }
        types
    }

    /// QueryIdentity: logs the address books on first, so that the answer does not depend on the order of calls (STATUS-222).
    fn query_identity(&mut self, process: crate::call::ProcessId, this: Handle, ask: &mut dyn Ask) -> Reply {
        let opens = self.machine.readings.index(Reading::QueryIdentityOpensAb) == 0;
        if opens && !self.cores[&self.members[&this].core].address_book {
            let service = self.process(process).service;
            self.start_address_book(this, Client { ui_param: 0, ui: false, service }, ask);
        }
        match self.identity_row(this) {
            Some(bytes) => {
                self.decided(ClauseId::session(200), Hresult::S_OK);
                Reply::ok(Out::EntryId(Bytes::new(bytes)))
            }
            None => {
                self.decided(ClauseId::session(205), Hresult::MAPI_W_NO_SERVICE);
                Reply { hr: Hresult::MAPI_W_NO_SERVICE, out: Out::EntryId(Bytes::new(eid::nobody())) }
            }
        }
    }

    /// Keeps a failure for GetLastError of a session or another object, by the reading last_error (SESSION-022).
    pub(super) fn keep_error(&mut self, this: Handle, method: &'static str, reply: &Reply) {
        let clause = self.why.clause();
        let clears = self.machine.readings.index(Reading::LastError) == 1;
        let Some(kept) = self.last_error_mut(this) else { return };
        if reply.hr != Hresult::S_OK {
            *kept = Some(LastError { hr: reply.hr, method, clause, text: None });
        } else if clears {
            *kept = None;
        }
    }

    /// The failure that is kept for GetLastError.
    pub(super) fn last_error_mut(&mut self, this: Handle) -> Option<&mut Option<LastError>> {
        match self.members.get_mut(&this) {
            Some(member) => Some(&mut member.last_error),
            None => self.objects.get_mut(&this).map(|object| &mut object.last_error),
        }
    }

    /// GetLastError: the text for the last failure, if `result` is its HRESULT (SESSION-013, SESSION-021).
    fn last_error(&mut self, this: Handle, result: Hresult, flags: WidthFlags) -> Reply {
        let kept = self.members[&this].last_error.clone();
        self.last_error_of(kept, result, flags, ClauseId::session(13))
    }

    /// The text for a failure that was kept, if it is the one that is asked about.
    pub(super) fn last_error_of(&mut self, kept: Option<LastError>, result: Hresult, flags: WidthFlags, clause: ClauseId) -> Reply {
        if let Some(reply) = self.reject_width(flags) {
            return reply;
        }
        let known = self.machine.readings.index(Reading::LastError) != 2;
        let kept = kept.filter(|kept| known && kept.hr == result && result != Hresult::S_OK);
        let error = kept.map(|kept| Box::new(kept.text()));
        self.decided(if error.is_some() { clause } else { ClauseId::session(14) }, Hresult::S_OK);
        Reply::ok(Out::Error(error))
    }
}

/// Whether an interface is one of these; NULL asks for the standard one.
pub(super) fn supports(interface: Option<Guid>, names: &[&str]) -> bool {
    interface.is_none_or(|interface| interface.name().is_some_and(|name| names.contains(&name)))
}
