//! The status table: its rows are computed from the state whenever they are looked at, for the member that looks (STATUS-239, STATUS-240).

use super::profile::{Profile, ProviderKind};
use super::provider::{Active, Place};
use super::{Core, Kernel, eid};
use crate::call::Handle;
use crate::clause::Reading;
use crate::mapi::{Prop, PropTag, ProviderFlags, Row, StatusCode, StatusMethods, Value};

/// PR_ROWID of the subsystem's row.
pub(super) const SUBSYSTEM_ROW: u32 = 1;
/// PR_ROWID of the spooler's row.
pub(super) const SPOOLER_ROW: u32 = 2;
/// PR_ROWID of the integrated address book's row.
pub(super) const ADDRESS_BOOK_ROW: u32 = 3;
/// PR_OBJECT_TYPE of status objects.
pub(super) const MAPI_STATUS: u32 = 10;
/// PR_RESOURCE_TYPE of the rows that MAPI itself has.
const MAPI_AB: u32 = 34;
const MAPI_SPOOLER: u32 = 37;
const MAPI_SUBSYSTEM: u32 = 39;

/// Columns of a status table before SetColumns (STATUS-037).
pub(super) const COLUMNS: &[PropTag] = &[
    PropTag::PR_DISPLAY_NAME,
    PropTag::PR_STATUS_CODE,
    PropTag::PR_RESOURCE_METHODS,
    PropTag::PR_PROVIDER_DLL_NAME,
    PropTag::PR_RESOURCE_FLAGS,
    PropTag::PR_RESOURCE_TYPE,
    PropTag::PR_ENTRYID,
    PropTag::PR_INSTANCE_KEY,
    PropTag::PR_OBJECT_TYPE,
    PropTag::PR_ROWID,
    PropTag::PR_PROVIDER_DISPLAY,
    PropTag::PR_STATUS_STRING,
    PropTag::PR_IDENTITY_DISPLAY,
    PropTag::PR_IDENTITY_ENTRYID,
    PropTag::PR_IDENTITY_SEARCH_KEY,
    PropTag::PR_OWN_STORE_ENTRYID,
];

/// The part of a row that its owner says.
struct Resource<'a> {
    row: u32,
    /// PR_PROVIDER_UID of a provider.
    uid: Option<&'a [u8; 16]>,
    kind: u32,
    display_name: &'a str,
    provider_display: &'a str,
    dll: &'a str,
    methods: StatusMethods,
    flags: u32,
    code: u32,
    text: Option<&'static str>,
}

impl Core {
    /// PR_ROWID of a provider's status row: fixed by the profile under the reading status_rows = "profile", otherwise the next one that was never used.
    pub(super) fn row_of(&mut self, place: Place) -> u32 {
        if let Some((_, row)) = self.reserved_rows.iter().find(|(reserved, _)| *reserved == place) {
            return *row;
        }
        self.rows += 1;
        self.rows
    }
}

impl Kernel {
    /// The rows of the status table as one member sees them, in order of PR_ROWID (STATUS-036).
    pub fn status_rows(&self, member: Handle) -> Vec<Row> {
        let Some(this) = self.member(member) else { return Vec::new() };
        let (Some(core), no_mail) = (self.cores.get(&this.core), this.no_mail) else { return Vec::new() };
        let Some(profile) = self.profiles.get(core.profile) else { return Vec::new() };
        let mut rows = vec![self.row(&subsystem(&core.made_on.name)), self.row(&self.spooler(no_mail)), self.row(&self.address_book(core))];
        let mut shown: Vec<(u32, Place, ProviderKind)> = self.shown(core, profile);
        shown.retain(|(_, _, kind)| !(no_mail && *kind == ProviderKind::Transport));
        shown.sort_unstable_by_key(|(row, ..)| *row);
        rows.extend(shown.into_iter().filter_map(|(row, place, _)| self.provider_row(core, profile, place, row)));
        rows
    }

    /// Row number and place of each provider that has a row.
    fn shown(&self, core: &Core, profile: &Profile) -> Vec<(u32, Place, ProviderKind)> {
        if self.machine.readings.index(Reading::StatusRows) == 0 {
            return core.providers.iter().filter_map(|active: &Active| Some((active.row?, active.place, active.kind))).collect();
        }
        let rows = profile.places().filter_map(|(place, _)| {
            let (_, row) = core.reserved_rows.iter().find(|(reserved, _)| *reserved == place)?;
            Some((*row, place, self.installed(core, place)?.kind))
        });
        rows.collect()
    }

    fn row(&self, resource: &Resource<'_>) -> Row {
        let mut props = vec![
            Prop::new(PropTag::PR_DISPLAY_NAME, resource.display_name),
            Prop::new(PropTag::PR_STATUS_CODE, resource.code),
            Prop::new(PropTag::PR_RESOURCE_METHODS, resource.methods.bits()),
            Prop::new(PropTag::PR_PROVIDER_DLL_NAME, resource.dll),
            Prop::new(PropTag::PR_RESOURCE_FLAGS, resource.flags),
            Prop::new(PropTag::PR_RESOURCE_TYPE, resource.kind),
            Prop::new(PropTag::PR_ENTRYID, eid::status(resource.row, resource.uid)),
            Prop::new(PropTag::PR_INSTANCE_KEY, self.instance_key(resource.row)),
            Prop::new(PropTag::PR_OBJECT_TYPE, MAPI_STATUS),
            Prop::new(PropTag::PR_ROWID, resource.row),
            Prop::new(PropTag::PR_PROVIDER_DISPLAY, resource.provider_display),
        ];
        if let Some(text) = resource.text {
            props.push(Prop::new(PropTag::PR_STATUS_STRING, text));
        }
        Row { props }
    }

    /// PR_INSTANCE_KEY: the row number, little endian, then zeros (STATUS-049, reading instance_key_len).
    pub(super) fn instance_key(&self, row: u32) -> Vec<u8> {
        let length = if self.machine.readings.index(Reading::InstanceKeyLen) == 0 { 16 } else { 8 };
        let mut key = row.to_le_bytes().to_vec();
        key.resize(length, 0);
        key
    }

    /// The spooler's row: in a MAPI_NO_MAIL view it has failed (STATUS-224, STATUS-228).
    fn spooler(&self, no_mail: bool) -> Resource<'static> {
        let flushes = !no_mail || self.machine.readings.index(Reading::NoMailFlush) != 0;
        let methods = StatusMethods::STATUS_VALIDATE_STATE;
        Resource {
            row: SPOOLER_ROW,
            uid: None,
            kind: MAPI_SPOOLER,
            display_name: "MAPI Spooler",
            provider_display: "MAPI Spooler",
            dll: "mapi.dll",
            methods: if flushes { methods | StatusMethods::STATUS_FLUSH_QUEUES } else { methods },
            flags: 0,
            code: if no_mail { StatusCode::STATUS_FAILURE.bits() } else { StatusCode::STATUS_AVAILABLE.bits() },
            text: Some(if no_mail { "Failure" } else { "Available" }),
        }
    }

    /// The integrated address book: it has failed when no provider could log on (STATUS-072).
    fn address_book(&self, core: &Core) -> Resource<'static> {
        let failed = core.address_book_failed && !core.providers.iter().any(|active| active.kind == ProviderKind::AddressBook);
        let code = if failed { StatusCode::STATUS_FAILURE } else { StatusCode::STATUS_AVAILABLE };
        Resource {
            row: ADDRESS_BOOK_ROW,
            uid: None,
            kind: MAPI_AB,
            display_name: "MAPI Address Book",
            provider_display: "MAPI Address Book",
            dll: "mapi.dll",
            methods: StatusMethods::STATUS_VALIDATE_STATE,
            flags: 0,
            code: code.bits(),
            text: Some(if failed { "Failure" } else { "Available" }),
        }
    }

    /// A provider's row.
    fn provider_row(&self, core: &Core, profile: &Profile, place: Place, row: u32) -> Option<Row> {
        let instance = profile.at(place)?;
        let provider = self.machine.providers.get(&instance.provider)?;
        let code = provider.status_code.unwrap_or(default_code(provider.kind));
        let mut made = self.row(&Resource {
            row,
            uid: Some(&instance.uid),
            kind: provider.kind.resource_type(),
            display_name: &instance.display_name,
            provider_display: &provider.provider_display,
            dll: &provider.dll,
            methods: methods(provider.kind),
            flags: self.resource_flags(core, profile, place),
            code,
            text: (provider.kind == ProviderKind::Transport).then(|| text_of(code)),
        });
        if let Some(identity) = self.identity_of(profile, place) {
            made.props.push(Prop::new(PropTag::PR_IDENTITY_DISPLAY, identity.display.as_str()));
            made.props.push(Prop::new(PropTag::PR_IDENTITY_ENTRYID, eid::one_off(identity)));
            made.props.push(Prop::new(PropTag::PR_IDENTITY_SEARCH_KEY, eid::search_key(identity)));
        }
        if let Some(own) = &provider.own_store
            && let Some((_, store)) = profile.places().find(|(at, instance)| at.service == place.service && instance.provider == *own)
        {
            made.props.push(Prop::new(PropTag::PR_OWN_STORE_ENTRYID, eid::store(&store.uid)));
        }
        if provider.kind == ProviderKind::Store {
            made.props.push(Prop::new(PropTag::PR_STORE_RECORD_KEY, self.record_key(profile, place)));
        }
        Some(made)
    }

    /// PR_RESOURCE_FLAGS of a provider: the profile's, with the marks that only one provider or service has.
    pub(super) fn resource_flags(&self, core: &Core, profile: &Profile, place: Place) -> u32 {
        let flags = |place: Place| profile.at(place).map_or(0, |instance| instance.flags);
        let mut mine = flags(place);
        if self.default_store(core, profile) != Some(place) {
            mine &= !ProviderFlags::STATUS_DEFAULT_STORE.bits();
        }
        let identity = ProviderFlags::STATUS_PRIMARY_IDENTITY.bits();
        if primary_service(profile) != Some(place.service) {
            mine &= !identity;
        }
        mine
    }

    /// The first store with STATUS_DEFAULT_STORE (SESSION-229).
    pub(super) fn default_store(&self, core: &Core, profile: &Profile) -> Option<Place> {
        let store = |place| self.installed(core, place).is_some_and(|provider| provider.kind == ProviderKind::Store);
        let default = ProviderFlags::STATUS_DEFAULT_STORE.bits();
        profile.places().find(|(place, instance)| instance.flags & default != 0 && store(*place)).map(|(place, _)| place)
    }

    /// The identity that a provider shows: its own, or that of its service if it supplies the primary one (SESSION-209).
    fn identity_of(&self, profile: &Profile, place: Place) -> Option<&super::Identity> {
        let installed = |instance: &super::ProfileProvider| self.machine.providers.get(&instance.provider);
        let own = installed(profile.at(place)?)?.identity.as_ref();
        let service = profile.services.get(usize::from(place.service))?;
        let refuses = profile.at(place)?.flags & ProviderFlags::STATUS_NO_PRIMARY_IDENTITY.bits() != 0;
        let of_service = || {
            let flagged = primary_service(profile) == Some(place.service);
            service.providers.iter().find_map(|instance| installed(instance)?.identity.as_ref()).filter(|_| flagged && !refuses)
        };
        own.or_else(of_service)
    }

    /// PR_RECORD_KEY of a store: the fixture's, or its PR_PROVIDER_UID.
    pub(super) fn record_key(&self, profile: &Profile, place: Place) -> Vec<u8> {
        let Some(instance) = profile.at(place) else { return Vec::new() };
        let given = self.machine.providers.get(&instance.provider).and_then(|provider| provider.record_key.clone());
        given.unwrap_or_else(|| instance.uid.to_vec())
    }

    /// The identity of a session, by the rows that one member sees: the flagged one, else the first (STATUS-215 to STATUS-219).
    pub(super) fn identity_row(&self, member: Handle) -> Option<Vec<u8>> {
        let rows = self.status_rows(member);
        let identity = |row: &Row| match row.get(PropTag::PR_IDENTITY_ENTRYID) {
            Some(Value::Binary(bytes)) => Some(bytes.clone()),
            _ => None,
        };
        let flagged = |row: &&Row| match row.get(PropTag::PR_RESOURCE_FLAGS) {
            Some(Value::Long(flags)) => flags.cast_unsigned() & ProviderFlags::STATUS_PRIMARY_IDENTITY.bits() != 0,
            _ => false,
        };
        rows.iter().filter(flagged).find_map(identity).or_else(|| rows.iter().find_map(identity))
    }
}

/// The service that supplies the primary identity: the first with a provider that is marked so (SESSION-208).
fn primary_service(profile: &Profile) -> Option<u16> {
    let primary = ProviderFlags::STATUS_PRIMARY_IDENTITY.bits();
    profile.places().find(|(_, instance)| instance.flags & primary != 0).map(|(place, _)| place.service)
}

fn subsystem(profile: &str) -> Resource<'_> {
    Resource {
        row: SUBSYSTEM_ROW,
        uid: None,
        kind: MAPI_SUBSYSTEM,
        display_name: profile,
        provider_display: "MAPI Subsystem",
        dll: "mapi.dll",
        methods: StatusMethods::STATUS_VALIDATE_STATE,
        flags: 0,
        code: StatusCode::STATUS_AVAILABLE.bits(),
        text: Some("Available"),
    }
}

/// PR_RESOURCE_METHODS by kind (STATUS-082, STATUS-083, STATUS-088).
fn methods(kind: ProviderKind) -> StatusMethods {
    let validate = StatusMethods::STATUS_VALIDATE_STATE;
    match kind {
        ProviderKind::AddressBook | ProviderKind::Hook => validate,
        ProviderKind::Store => validate | StatusMethods::STATUS_SETTINGS_DIALOG,
        ProviderKind::Transport => validate | StatusMethods::STATUS_SETTINGS_DIALOG | StatusMethods::STATUS_FLUSH_QUEUES,
    }
}

/// PR_STATUS_CODE of a provider whose fixture says nothing (STATUS-101, STATUS-104).
fn default_code(kind: ProviderKind) -> u32 {
    let available = StatusCode::STATUS_AVAILABLE;
    let traffic = StatusCode::STATUS_INBOUND_ENABLED | StatusCode::STATUS_OUTBOUND_ENABLED;
    (if kind == ProviderKind::Transport { available | traffic } else { available }).bits()
}

/// The text that the spooler supplies for a transport (STATUS-062).
fn text_of(code: u32) -> &'static str {
    let code = StatusCode::from_bits_retain(code);
    if code.intersects(StatusCode::STATUS_OUTBOUND_ACTIVE | StatusCode::STATUS_OUTBOUND_FLUSH) {
        "Sending"
    } else if code.intersects(StatusCode::STATUS_INBOUND_ACTIVE | StatusCode::STATUS_INBOUND_FLUSH) {
        "Receiving"
    } else if code.contains(StatusCode::STATUS_FAILURE) {
        "Failure"
    } else if code.contains(StatusCode::STATUS_OFFLINE) {
        "Offline"
    } else {
        "Available"
    }
}
