//! Status objects: opening them, and IMAPIStatus; and what happens when an object that a session opened is released.

use super::object::Body;
use super::profile::ProviderKind;
use super::provider::Place;
use super::status::{MAPI_STATUS, SPOOLER_ROW};
use super::{Event, Kernel, ProviderCall, eid};
use crate::call::{Handle, IMAPIStatus, ObjectKind, Out, Reply};
use crate::clause::{ClauseId, Reading};
use crate::mapi::{Guid, Hresult, OpenFlags, PropTag, Row, StatusMethods, Value};

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

    pub(super) fn status_row(&self, member: Handle, number: u32) -> Option<Row> {
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

    /// A method of IMAPIStatus. A clear bit of PR_RESOURCE_METHODS is MAPI_E_NO_SUPPORT (STATUS-130).
    pub(super) fn status_method(&mut self, this: Handle, call: &IMAPIStatus) -> Reply {
        let reply = self.status_call(this, call);
        self.keep_error(this, call.method().name, &reply);
        reply
    }

    fn status_call(&mut self, this: Handle, call: &IMAPIStatus) -> Reply {
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
        self.release_stream(this);
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
        let Some(active) = self.core_mut(id).and_then(|core| core.active_mut(place)) else { return };
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
