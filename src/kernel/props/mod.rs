//! IMAPIProp on everything that has properties: what the objects have in common, and who has which properties.

mod copy;
mod data;
mod names;
mod read;
mod stream;
mod write;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use data::PropData;
pub use names::Mapping;
pub use stream::Stream;

use super::object::Body;
use super::profile::ProfileId;
use super::session::LastError;
use super::{Kernel, eid};
use crate::call::{Handle, IMAPIProp, MapiError, ObjectKind, Out, OutPtr, Reply, hex};
use crate::clause::{ClauseId, Reading};
use crate::mapi::{Guid, Hresult, Prop, PropProblem, PropTag, Value, WidthFlags};

/// MAPI_UNICODE in a flag word.
const MAPI_UNICODE: u32 = 0x8000_0000;
/// PR_OBJECT_TYPE of address books.
const MAPI_ADDRBOOK: u32 = 2;
/// Bits of PR_ACCESS (PROP-227).
const MAPI_ACCESS_MODIFY: u32 = 0x1;
const MAPI_ACCESS_READ: u32 = 0x2;
/// PR_ACCESS_LEVEL of an object that was opened for changes (PROP-228).
const MAPI_MODIFY: u32 = 0x1;
/// What GetLastError names as the component; at most 30 characters (SESSION-024).
pub(super) const COMPONENT: &str = "MAPI subsystem (mapi-sim)";

/// A store among all: its profile and its PR_PROVIDER_UID.
pub(super) type StoreKey = (ProfileId, [u8; 16]);

/// What clients left in a store: properties that they set, and names that they made. It outlives sessions (PROP-176).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StoreData {
    props: BTreeMap<u16, Prop>,
    names: Arc<Mapping>,
}

/// Where an object keeps properties that are set, and names of properties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Home {
    /// In a store; everything in it shares its names (PROP-187).
    Store(StoreKey),
    /// In itself: an IPropData.
    Data,
}

/// What a client may do with a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// Read and write it.
    Free,
    /// Read it; writing gives MAPI_E_NO_ACCESS, or nothing (PROP-100).
    ReadOnly,
    /// Read it; writing gives MAPI_E_COMPUTED.
    Computed,
}

/// What a store computes: which object it is, and what a client may do with it.
const COMPUTED: &[PropTag] = &[
    PropTag::PR_ACCESS,
    PropTag::PR_ACCESS_LEVEL,
    PropTag::PR_ENTRYID,
    PropTag::PR_MAPPING_SIGNATURE,
    PropTag::PR_MDB_PROVIDER,
    PropTag::PR_OBJECT_TYPE,
    PropTag::PR_RECORD_KEY,
    PropTag::PR_STORE_ENTRYID,
    PropTag::PR_STORE_RECORD_KEY,
];

/// What the profile and the provider say of a store: read-only.
const FIXED: &[PropTag] = &[
    PropTag::PR_DEFAULT_STORE,
    PropTag::PR_DISPLAY_NAME,
    PropTag::PR_PROVIDER_DISPLAY,
    PropTag::PR_RESOURCE_FLAGS,
    PropTag::PR_RESOURCE_TYPE,
    PropTag::PR_STORE_SUPPORT_MASK,
];

/// The problems that a client gets, if it wants them and there are some (PROP-096).
fn given(problems: Vec<PropProblem>, wanted: OutPtr) -> Out {
    if problems.is_empty() || wanted == OutPtr::Null { Out::Nothing } else { Out::Problems(problems) }
}

impl Kernel {
    /// Every property of an object, in ascending order of identifiers; `None` if what it stood for is gone. A multivalued property without values is
    /// none (PROP-066).
    fn properties(&self, this: Handle) -> Option<Vec<Prop>> {
        let object = self.objects.get(&this)?;
        let mut all: Vec<Prop> = match &object.body {
            Body::Status(row) => {
                let mut row = self.status_row(object.session?, *row)?;
                // Identities are columns of the table only (STATUS-058).
                let identity = [PropTag::PR_IDENTITY_DISPLAY, PropTag::PR_IDENTITY_ENTRYID, PropTag::PR_IDENTITY_SEARCH_KEY];
                row.props.retain(|prop| !identity.iter().any(|tag| tag.id() == prop.tag.id()));
                row.props
            }
            Body::MsgStore { .. } => {
                let mut all = self.computed(this)?;
                let key = self.store_key(this)?;
                all.extend(self.stores.get(&key).into_iter().flat_map(|store| store.props.values().cloned()));
                all
            }
            Body::AddrBook => {
                vec![Prop::new(PropTag::PR_OBJECT_TYPE, MAPI_ADDRBOOK), Prop::new(PropTag::PR_DISPLAY_NAME, "MAPI Address Book")]
            }
            Body::PropData(data) => data.props().cloned().collect(),
            _ => return None,
        };
        all.retain(|prop| !prop.value.is_empty());
        all.sort_by_key(|prop| prop.tag.id());
        Some(all)
    }

    /// What a store says of itself: its row of the message store table, whose it is, and what a client may do (SESSION-047).
    fn computed(&self, this: Handle) -> Option<Vec<Prop>> {
        const STORE_MODIFY_OK: u32 = 0x8;
        const STORE_CREATE_OK: u32 = 0x10;
        const STORE_SUBMIT_OK: u32 = 0x80;
        let object = self.objects.get(&this)?;
        let (session, Body::MsgStore { place, writable }) = (object.session?, &object.body) else { return None };
        let key = self.store_key(this)?;
        let profile = self.profiles.get(key.0)?;
        let entry_id = eid::store(&key.1);
        let wanted = Value::from(entry_id.clone());
        let row = self.store_rows(session).into_iter().find(|row| row.get(PropTag::PR_ENTRYID) == Some(&wanted));
        let mut all = row.map_or_else(|| vec![Prop::new(PropTag::PR_OBJECT_TYPE, super::table::MAPI_STORE)], |row| row.props);
        all.retain(|prop| prop.tag != PropTag::PR_INSTANCE_KEY && prop.tag != PropTag::PR_ROWID);
        let (access, level, modify) = match writable {
            true => (MAPI_ACCESS_READ | MAPI_ACCESS_MODIFY, MAPI_MODIFY, STORE_MODIFY_OK | STORE_CREATE_OK),
            false => (MAPI_ACCESS_READ, 0, 0),
        };
        debug_assert!(all.iter().all(|prop| COMPUTED.iter().chain(FIXED).any(|tag| tag.id() == prop.tag.id())), "{all:?}");
        all.extend([
            Prop::new(PropTag::PR_ACCESS, access),
            Prop::new(PropTag::PR_ACCESS_LEVEL, level),
            Prop::new(PropTag::PR_MAPPING_SIGNATURE, self.signature(key)),
            Prop::new(PropTag::PR_STORE_RECORD_KEY, self.record_key(profile, *place)),
            Prop::new(PropTag::PR_STORE_ENTRYID, entry_id),
            Prop::new(PropTag::PR_STORE_SUPPORT_MASK, STORE_SUBMIT_OK | modify),
        ]);
        Some(all)
    }

    /// PR_MAPPING_SIGNATURE of a store: constant, or by the reading signature_changes another one for each number of names (PROP-199).
    fn signature(&self, key: StoreKey) -> Vec<u8> {
        let uid = hex(&key.1);
        let names = self.stores.get(&key).map_or(0, |store| store.names.len()).to_string();
        let changes = self.machine.readings.index(Reading::SignatureChanges) != 0;
        let words: &[&str] = if changes { &["mapping", &uid, &names] } else { &["mapping", &uid] };
        self.machine.new_uid(words).to_vec()
    }

    /// Which store an object is.
    fn store_key(&self, this: Handle) -> Option<StoreKey> {
        let object = self.objects.get(&this)?;
        let Body::MsgStore { place, .. } = object.body else { return None };
        let profile = self.session_of(object.session?)?.profile;
        Some((profile, self.profiles.get(profile)?.at(place)?.uid))
    }

    /// What was left in the stores of a profile goes with it: its number is never used again.
    pub(super) fn forget_stores(&mut self, profile: ProfileId) {
        self.stores.retain(|(owner, _), _| *owner != profile);
    }

    /// Where an object keeps what is set, if it keeps anything: stores and IPropData do.
    fn home(&self, this: Handle) -> Option<Home> {
        match this.kind() {
            ObjectKind::MsgStore => self.store_key(this).map(Home::Store),
            ObjectKind::PropData => Some(Home::Data),
            _ => None,
        }
    }

    /// The same, if it has named properties (PROP-197).
    fn names_of(&self, this: Handle) -> Option<Home> {
        self.home(this).filter(|_| self.machine.properties.named)
    }

    /// Whether a client may write to an object at all.
    fn is_writable(&self, this: Handle) -> bool {
        match self.objects.get(&this).map(|object| &object.body) {
            Some(Body::MsgStore { writable, .. }) => *writable,
            Some(Body::PropData(data)) => !data.read_only,
            _ => false,
        }
    }

    /// What a client may do with the property of an identifier.
    fn rule(&self, this: Handle, id: u16) -> Rule {
        let is_in = |tags: &[PropTag]| tags.iter().any(|tag| tag.id() == id);
        match self.objects.get(&this).map(|object| &object.body) {
            Some(Body::PropData(data)) if data.slots.get(&id).is_some_and(|slot| slot.read_only) => Rule::ReadOnly,
            Some(Body::MsgStore { .. }) if is_in(COMPUTED) => Rule::Computed,
            Some(Body::MsgStore { .. }) if is_in(FIXED) => Rule::ReadOnly,
            _ => Rule::Free,
        }
    }

    /// Whether an object is gone, or its session was logged off.
    fn is_dead(&self, this: Handle) -> bool {
        self.objects.get(&this).is_none_or(|object| object.session.is_some_and(|session| self.is_logged_off(session)))
    }

    /// The clause by which an object that cannot be written refuses.
    fn read_only_clause(this: Handle) -> ClauseId {
        match this.kind() {
            ObjectKind::Status => ClauseId::status(127),
            ObjectKind::PropData => ClauseId::prop(221),
            _ => ClauseId::prop(112),
        }
    }

    /// A method of IMAPIProp, and the note for GetLastError that a failure leaves.
    pub(super) fn prop(&mut self, this: Handle, call: &IMAPIProp) -> Reply {
        let reply = self.prop_call(this, call);
        if !matches!(call, IMAPIProp::GetLastError { .. }) {
            self.keep_error(this, call.method().name, &reply);
        }
        reply
    }

    fn prop_call(&mut self, this: Handle, call: &IMAPIProp) -> Reply {
        let Some(all) = self.properties(this) else {
            return self.decided(ClauseId::status(121), Hresult::MAPI_E_INVALID_OBJECT);
        };
        match call {
            IMAPIProp::GetLastError { result, flags } => self.object_last_error(this, *result, *flags),
            IMAPIProp::SaveChanges { flags } => self.save_changes(this, *flags),
            IMAPIProp::GetProps { prop_tag_array, flags } => self.get_props(this, &all, prop_tag_array.as_deref(), *flags),
            IMAPIProp::GetPropList { flags } => self.get_prop_list(this, &all, *flags),
            IMAPIProp::OpenProperty { prop_tag, iid, interface_options: _, flags } => {
                self.open_property(this, &all, *prop_tag, (iid.as_deref().copied(), *flags))
            }
            IMAPIProp::SetProps { prop_array, problems } => {
                self.set_props(this, &all, prop_array.as_ref().map(|row| row.props.as_slice()), *problems)
            }
            IMAPIProp::DeleteProps { prop_tag_array, problems } => self.delete_props(this, &all, prop_tag_array.as_deref(), *problems),
            IMAPIProp::CopyTo { iid_exclude, exclude_props, ui_param: _, interface, dest_obj, flags, problems } => {
                let excluded = exclude_props.as_deref().map(Vec::as_slice);
                let exclude: &[Guid] = iid_exclude.as_deref().map_or(&[], Vec::as_slice);
                self.copy_to(this, &all, (excluded, exclude), copy::To { interface, dest: *dest_obj, flags: *flags, problems: *problems })
            }
            IMAPIProp::CopyProps { include_props, ui_param: _, interface, dest_obj, flags, problems } => {
                let included = include_props.as_deref().map(Vec::as_slice);
                self.copy_props(this, &all, included, copy::To { interface, dest: *dest_obj, flags: *flags, problems: *problems })
            }
            IMAPIProp::GetNamesFromIDs { prop_tags, prop_set_guid, flags } => {
                self.get_names_from_ids(this, prop_tags.as_deref(), *prop_set_guid, *flags)
            }
            IMAPIProp::GetIDsFromNames { prop_names, flags } => self.get_ids_from_names(this, prop_names.as_deref(), *flags),
        }
    }

    /// GetLastError of an object: the text for the last failure, if `result` is its HRESULT (PROP-216). Its strings have a width of their own (PROP-218).
    pub(super) fn object_last_error(&mut self, this: Handle, result: Hresult, flags: WidthFlags) -> Reply {
        if let Some(reply) = self.reject_flags(flags.bits(), MAPI_UNICODE).or_else(|| self.reject_object_width(this, flags.bits())) {
            return reply;
        }
        let known = self.machine.readings.index(Reading::LastError) != 2;
        let kept = self.objects.get(&this).and_then(|object| object.last_error.clone());
        let kept = kept.filter(|kept| known && kept.hr == result && result != Hresult::S_OK);
        self.decided(ClauseId::prop(216), Hresult::S_OK);
        Reply::ok(Out::Error(kept.map(|kept| Box::new(kept.text()))))
    }

    /// The reply to a width of strings that an object does not have (PROP-041, PROP-042), or that under the reading unicode = "classic" the objects
    /// of MAPI do not have (PROP-218).
    fn reject_object_width(&mut self, this: Handle, flags: u32) -> Option<Reply> {
        let unicode = flags & MAPI_UNICODE != 0;
        let classic =
            self.machine.readings.index(Reading::Unicode) != 0 && matches!(this.kind(), ObjectKind::Status | ObjectKind::PropData);
        let settings = &self.machine.properties;
        let clause = match unicode {
            true if classic => 218,
            true if !settings.unicode => 41,
            false if !settings.ansi => 42,
            _ => return None,
        };
        Some(self.decided(ClauseId::prop(clause), Hresult::MAPI_E_BAD_CHARWIDTH))
    }
}

impl LastError {
    /// The MAPIERROR of a failure.
    pub(super) fn text(self) -> MapiError {
        let LastError { hr, method, clause, text } = self;
        let clause = clause.map_or_else(String::new, |clause| format!(" ({clause})"));
        MapiError {
            error: text.map_or_else(|| format!("{method} returned {hr:?}{clause}"), |text| text.to_string()),
            component: COMPONENT.to_owned(),
            low_level_error: hr.code(),
            context: 0,
        }
    }
}
