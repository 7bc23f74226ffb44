//! IMAPIProp and IMAPIStatus on what a session opened: status objects, stores, address books.

use super::object::Body;
use super::profile::ProviderKind;
use super::provider::Place;
use super::status::{MAPI_STATUS, SPOOLER_ROW};
use super::table::{MAPI_STORE, project};
use super::{Event, Kernel, ProviderCall, eid};
use crate::call::{Handle, IMAPIProp, IMAPIStatus, ObjectKind, Out, Reply};
use crate::clause::{ClauseId, Reading};
use crate::mapi::{Guid, Hresult, OpenFlags, Prop, PropTag, PropType, Row, StatusMethods, Value};

/// MAPI_UNICODE in a flag word.
const MAPI_UNICODE: u32 = 0x8000_0000;
/// PR_OBJECT_TYPE of address books.
const MAPI_ADDRBOOK: u32 = 2;
/// Flags of ValidateState (STATUS-147).
const VALIDATE_FLAGS: u32 = 0x007F_0001;
/// Flags of FlushQueues (STATUS-010).
const FLUSH_FLAGS: u32 = 0x3E;
/// UI_READONLY of SettingsDialog.
const UI_READONLY: u32 = 0x1;

impl Kernel {
    /// Whether a member's status table has this row.
    pub(super) fn has_status_row(&self, member: Handle, row: u32, provider: Option<[u8; 16]>) -> bool {
        let entry_id = Value::from(eid::status(row, provider.as_ref()));
        self.status_rows(member).iter().any(|row| row.get(PropTag::PR_ENTRYID) == Some(&entry_id))
    }

    fn status_row(&self, member: Handle, number: u32) -> Option<Row> {
        let number = Value::from(number);
        self.status_rows(member).into_iter().find(|row| row.get(PropTag::PR_ROWID) == Some(&number))
    }

    /// OpenEntry on a status row.
    pub(super) fn open_status(
        &mut self,
        this: Handle,
        (row, provider): (u32, Option<[u8; 16]>),
        interface: Option<Guid>,
        flags: OpenFlags,
    ) -> Reply {
        if let Some(reply) = self.reject_flags(flags.bits(), super::entry::ENTRY_FLAGS) {
            return reply;
        }
        let id = self.members[&this].core;
        if !self.has_status_row(this, row, provider) {
            let hr = if provider.is_some() { Hresult::MAPI_E_UNKNOWN_ENTRYID } else { Hresult::MAPI_E_NOT_FOUND };
            return self.decided(ClauseId::status(117), hr);
        }
        if !super::entry::supports(interface, &["IID_IMAPIStatus", "IID_IMAPIProp", "IID_IUnknown"]) {
            return self.decided(ClauseId::status(118), Hresult::MAPI_E_INTERFACE_NOT_SUPPORTED);
        }
        if let Some(provider) = self.provider_of_row(id, row) {
            let call = ProviderCall::OpenStatusEntry;
            self.emit(Event::Provider { provider, call, flags: flags.bits(), ui_param: 0, result: Hresult::S_OK });
        }
        let object = self.new_object(this, ObjectKind::Status, Body::Status(row));
        self.decided(ClauseId::status(48), Hresult::S_OK);
        Reply::ok(Out::Opened { object, object_type: MAPI_STATUS })
    }

    fn provider_of_row(&self, core: Handle, row: u32) -> Option<String> {
        let core = self.cores.get(&core)?;
        let active = core.providers.iter().find(|active| active.row == Some(row))?;
        self.installed(core, active.place).map(|provider| provider.section.clone())
    }

    /// Everything an object says of itself; `None` if what it stood for is gone.
    fn properties(&self, this: Handle) -> Option<Row> {
        let object = self.objects.get(&this)?;
        let session = object.session?;
        match object.body {
            Body::Status(row) => {
                let mut row = self.status_row(session, row)?;
                // Identities are columns of the table only (STATUS-058).
                let identity = [PropTag::PR_IDENTITY_DISPLAY, PropTag::PR_IDENTITY_ENTRYID, PropTag::PR_IDENTITY_SEARCH_KEY];
                row.props.retain(|prop| !identity.iter().any(|tag| tag.id() == prop.tag.id()));
                Some(row)
            }
            Body::MsgStore { place, writable } => self.store_properties(session, place, writable),
            Body::AddrBook => Some(Row {
                props: vec![Prop::new(PropTag::PR_OBJECT_TYPE, MAPI_ADDRBOOK), Prop::new(PropTag::PR_DISPLAY_NAME, "MAPI Address Book")],
            }),
            _ => None,
        }
    }

    /// What a store says of itself: its row of the message store table, and what a client may do (SESSION-047).
    fn store_properties(&self, session: Handle, place: Place, writable: bool) -> Option<Row> {
        const STORE_MODIFY_OK: u32 = 0x8;
        const STORE_CREATE_OK: u32 = 0x10;
        const STORE_SUBMIT_OK: u32 = 0x80;
        let core = self.session_of(session)?;
        let profile = self.profiles.get(core.profile)?;
        let instance = profile.at(place)?;
        let entry_id = Value::from(eid::store(&instance.uid));
        let row = self.store_rows(session).into_iter().find(|row| row.get(PropTag::PR_ENTRYID) == Some(&entry_id));
        let mut row = row.unwrap_or_else(|| Row { props: vec![Prop::new(PropTag::PR_OBJECT_TYPE, MAPI_STORE)] });
        row.props.retain(|prop| prop.tag != PropTag::PR_INSTANCE_KEY && prop.tag != PropTag::PR_ROWID);
        let modify = if writable { STORE_MODIFY_OK | STORE_CREATE_OK } else { 0 };
        row.props.push(Prop::new(PropTag::PR_STORE_SUPPORT_MASK, STORE_SUBMIT_OK | modify));
        Some(row)
    }

    /// A method of IMAPIProp.
    pub(super) fn prop(&mut self, this: Handle, call: &IMAPIProp) -> Reply {
        let Some(all) = self.properties(this) else {
            return self.decided(ClauseId::status(121), Hresult::MAPI_E_INVALID_OBJECT);
        };
        match call {
            IMAPIProp::GetProps { prop_tag_array, flags } => self.get_props(&all, prop_tag_array.as_deref(), *flags),
            IMAPIProp::GetPropList { flags } => match self.reject_flags(*flags, MAPI_UNICODE) {
                Some(reply) => reply,
                None => {
                    let tags = all.props.iter().map(|prop| prop.tag.in_width(*flags & MAPI_UNICODE != 0)).collect();
                    self.decided(ClauseId::status(129), Hresult::S_OK);
                    Reply::ok(Out::Tags(tags))
                }
            },
            IMAPIProp::SetProps {} => self.decided(ClauseId::status(127), Hresult::MAPI_E_NO_ACCESS),
        }
    }

    fn get_props(&mut self, all: &Row, tags: Option<&[PropTag]>, flags: u32) -> Reply {
        if let Some(reply) = self.reject_flags(flags, MAPI_UNICODE) {
            return reply;
        }
        let unicode = flags & MAPI_UNICODE != 0;
        let tags = match tags {
            Some([]) => return self.decided(ClauseId::error(51), Hresult::MAPI_E_INVALID_PARAMETER),
            Some(tags) => tags.to_vec(),
            None => all.props.iter().map(|prop| prop.tag.in_width(unicode)).collect(),
        };
        let mut row = project(all, &tags);
        for (prop, asked) in row.props.iter_mut().zip(&tags) {
            if asked.prop_type() == PropType::UNSPECIFIED && prop.tag.prop_type().is_text() {
                prop.tag = prop.tag.in_width(unicode);
            }
        }
        let missing = row.props.iter().any(|prop| matches!(prop.value, Value::Error(_)));
        let hr = if missing { Hresult::MAPI_W_ERRORS_RETURNED } else { Hresult::S_OK };
        self.decided(if missing { ClauseId::error(122) } else { ClauseId::status(59) }, hr);
        Reply { hr, out: Out::Props(row) }
    }

    /// A method of IMAPIStatus. A clear bit of PR_RESOURCE_METHODS is MAPI_E_NO_SUPPORT (STATUS-130).
    pub(super) fn status_method(&mut self, this: Handle, call: &IMAPIStatus) -> Reply {
        let Some((session, row)) = self.status_object(this) else {
            return self.decided(ClauseId::status(121), Hresult::MAPI_E_INVALID_OBJECT);
        };
        let methods = match self.status_row(session, row).as_ref().and_then(|row| row.get(PropTag::PR_RESOURCE_METHODS)) {
            Some(Value::Long(bits)) => StatusMethods::from_bits_retain(bits.cast_unsigned()),
            _ => return self.decided(ClauseId::status(121), Hresult::MAPI_E_INVALID_OBJECT),
        };
        let (needs, flags, known) = match call {
            IMAPIStatus::ValidateState { flags, .. } => (StatusMethods::STATUS_VALIDATE_STATE, *flags, VALIDATE_FLAGS),
            IMAPIStatus::SettingsDialog { flags, .. } => (StatusMethods::STATUS_SETTINGS_DIALOG, *flags, UI_READONLY),
            IMAPIStatus::ChangePassword {} => (StatusMethods::STATUS_CHANGE_PASSWORD, 0, 0),
            IMAPIStatus::FlushQueues { flags, .. } => (StatusMethods::STATUS_FLUSH_QUEUES, *flags, FLUSH_FLAGS),
        };
        if !methods.contains(needs) {
            return self.decided(ClauseId::status(if row == SPOOLER_ROW { 229 } else { 130 }), Hresult::MAPI_E_NO_SUPPORT);
        }
        if let Some(reply) = self.reject_flags(flags, known) {
            return reply;
        }
        if matches!(call, IMAPIStatus::FlushQueues { .. }) && !self.members[&session].no_mail {
            // Queues come with stores and the spooler's work.
            return self.unsupported();
        }
        if let Some(provider) = self.provider_of_row(self.members[&session].core, row) {
            let call =
                if needs == StatusMethods::STATUS_VALIDATE_STATE { ProviderCall::ValidateState } else { ProviderCall::SettingsDialog };
            self.emit(Event::Provider { provider, call, flags, ui_param: 0, result: Hresult::S_OK });
        }
        self.decided(ClauseId::status(132), Hresult::S_OK)
    }

    fn status_object(&self, this: Handle) -> Option<(Handle, u32)> {
        let object = self.objects.get(&this)?;
        match object.body {
            Body::Status(row) => Some((object.session?, row)),
            _ => None,
        }
    }

    /// An object is released. A store that no object keeps any more is logged off, and its status row goes (STATUS-211).
    pub(super) fn release_object(&mut self, this: Handle, ask: &mut dyn super::Ask) {
        let Some(object) = self.objects.remove(&this) else { return };
        self.table_released(this, &object.body);
        let Some(session) = object.session else { return };
        if let Some(member) = self.members.get_mut(&session) {
            member.objects = member.objects.saturating_sub(1);
        }
        let live = self.members.get(&session).is_some_and(|member| !member.logged_off);
        if let Body::MsgStore { place, .. } = object.body
            && live
        {
            self.close_store(session, place, ask);
        }
    }

    /// One store object less.
    pub(super) fn close_store(&mut self, session: Handle, place: Place, ask: &mut dyn super::Ask) {
        let Some(id) = self.members.get(&session).map(|member| member.core) else { return };
        let Some(active) = self.cores.get_mut(&id).and_then(|core| core.active_mut(place)) else { return };
        active.opened = active.opened.saturating_sub(1);
        if active.opened > 0 || active.kind != ProviderKind::Store {
            return;
        }
        let spooler = std::mem::take(&mut active.spooler);
        let keeps = self.machine.readings.index(Reading::EagerProviders) != 0;
        if spooler {
            let provider = self.cores.get(&id).and_then(|core| self.installed(core, place)).map(|p| p.section.clone()).unwrap_or_default();
            let call = ProviderCall::StoreLogoffTransports;
            // LOGOFF_ABORT: the store went without StoreLogoff (SHUTDOWN-041).
            self.emit(Event::Provider { provider, call, flags: LOGOFF_ABORT, ui_param: 0, result: Hresult::S_OK });
        }
        if !keeps {
            self.log_off_provider(id, place, ask);
        }
    }
}

/// LOGOFF_ABORT of StoreLogoffTransports.
const LOGOFF_ABORT: u32 = 0x8;
