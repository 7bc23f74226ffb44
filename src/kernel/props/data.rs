//! IPropData: properties in memory that a client makes and fills itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Kernel, Mapping, given};
use crate::call::{Caller, Handle, IPropData, ObjectKind, Out, OutPtr, Reply};
use crate::clause::ClauseId;
use crate::kernel::{Body, Object};
use crate::mapi::{Guid, Hresult, Prop, PropProblem, PropTag, PropType, Value};

/// Access levels and states of IPropData.
const IPROP_READONLY: u32 = 0x1;
const IPROP_READWRITE: u32 = 0x2;
const IPROP_CLEAN: u32 = 0x1_0000;
const IPROP_DIRTY: u32 = 0x2_0000;

/// An object of CreateIProp.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PropData {
    pub(super) slots: BTreeMap<u16, Slot>,
    pub(super) read_only: bool,
    pub(super) names: Arc<Mapping>,
}

/// A property of an IPropData, or one that was deleted.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    prop: Prop,
    deleted: bool,
    pub(super) read_only: bool,
    dirty: bool,
}

impl PropData {
    /// What there is, in ascending order of identifiers.
    pub(super) fn props(&self) -> impl Iterator<Item = &Prop> {
        self.slots.values().filter(|slot| !slot.deleted).map(|slot| &slot.prop)
    }

    /// Writes a property; from now on it counts as changed (PROP-223).
    pub(super) fn set(&mut self, prop: Prop) {
        let read_only = self.slots.get(&prop.tag.id()).is_some_and(|slot| slot.read_only);
        self.slots.insert(prop.tag.id(), Slot { prop, deleted: false, read_only, dirty: true });
    }

    /// Removes a property; its tag is remembered (PROP-224).
    pub(super) fn delete(&mut self, id: u16) {
        if let Some(slot) = self.slots.get_mut(&id) {
            let tag = slot.prop.tag;
            *slot = Slot { prop: Prop { tag, value: Value::Null }, deleted: true, read_only: false, dirty: true };
        }
    }
}

impl Slot {
    /// Access and state as HrGetPropAccess tells them: a changed property is dirty and nothing else.
    fn access(&self) -> u32 {
        match (self.dirty, self.read_only) {
            (true, _) => IPROP_DIRTY,
            (false, true) => IPROP_READONLY,
            (false, false) => IPROP_READWRITE,
        }
    }

    /// What was deleted has a state, and no access level.
    fn set_access(&mut self, access: u32) {
        match access & (IPROP_READONLY | IPROP_READWRITE) {
            IPROP_READONLY => self.read_only = !self.deleted,
            IPROP_READWRITE => self.read_only = false,
            _ => {}
        }
        match access & (IPROP_CLEAN | IPROP_DIRTY) {
            IPROP_CLEAN => self.dirty = false,
            IPROP_DIRTY => self.dirty = true,
            _ => {}
        }
    }
}

/// Whether access flags are some of those there are, at most one of each kind (PROP-222).
fn is_access(access: u32) -> bool {
    let (level, state) = (IPROP_READONLY | IPROP_READWRITE, IPROP_CLEAN | IPROP_DIRTY);
    access & !(level | state) == 0 && access & level != level && access & state != state
}

impl Kernel {
    /// CreateIProp.
    pub(in crate::kernel) fn create_iprop(&mut self, caller: Caller, interface: Option<Guid>) -> Reply {
        if !self.is_initialized(caller) {
            return self.decided(ClauseId::logon(4), Hresult::MAPI_E_NOT_INITIALIZED);
        }
        if !super::super::entry::supports(interface, &["IID_IMAPIPropData"]) {
            return self.decided(ClauseId::prop(220), Hresult::MAPI_E_INTERFACE_NOT_SUPPORTED);
        }
        let handle = self.new_handle(ObjectKind::PropData);
        self.objects.insert(handle, Object::of_process(caller.process, Body::PropData(Arc::default())));
        self.decided(ClauseId::prop(220), Hresult::S_OK);
        Reply::ok(Out::Object(handle))
    }

    pub(super) fn prop_data(&self, this: Handle) -> Option<&PropData> {
        match &self.objects.get(&this)?.body {
            Body::PropData(data) => Some(data),
            _ => None,
        }
    }

    pub(super) fn prop_data_mut(&mut self, this: Handle) -> Option<&mut PropData> {
        match &mut self.objects.get_mut(&this)?.body {
            Body::PropData(data) => Some(Arc::make_mut(data)),
            _ => None,
        }
    }

    /// A method that only IPropData has.
    pub(in crate::kernel) fn prop_data_method(&mut self, this: Handle, call: &IPropData) -> Reply {
        let reply = match call {
            IPropData::HrSetObjAccess { access } => self.set_obj_access(this, *access),
            IPropData::HrSetPropAccess { prop_tag_array, access } => {
                self.set_prop_access(this, prop_tag_array.as_deref(), access.as_deref().map(Vec::as_slice))
            }
            IPropData::HrGetPropAccess { prop_tag_array } => self.get_prop_access(this, prop_tag_array.as_deref()),
            IPropData::HrAddObjProps { prop_tag_array, problems } => self.add_obj_props(this, prop_tag_array.as_deref(), *problems),
        };
        self.keep_error(this, call.method().name, &reply);
        reply
    }

    fn set_obj_access(&mut self, this: Handle, access: u32) -> Reply {
        if !matches!(access, IPROP_READONLY | IPROP_READWRITE) {
            return self.decided(ClauseId::prop(221), Hresult::MAPI_E_INVALID_PARAMETER);
        }
        if let Some(data) = self.prop_data_mut(this) {
            data.read_only = access == IPROP_READONLY;
        }
        self.decided(ClauseId::prop(221), Hresult::S_OK)
    }

    fn set_prop_access(&mut self, this: Handle, tags: Option<&[PropTag]>, access: Option<&[u32]>) -> Reply {
        let clause = ClauseId::prop(222);
        let (Some(tags), Some(access)) = (tags, access) else { return self.decided(clause, Hresult::MAPI_E_INVALID_PARAMETER) };
        if tags.len() != access.len() || !access.iter().copied().all(is_access) {
            return self.decided(clause, Hresult::MAPI_E_INVALID_PARAMETER);
        }
        let Some(data) = self.prop_data_mut(this).filter(|data| !data.read_only) else {
            return self.decided(clause, Hresult::MAPI_E_NO_ACCESS);
        };
        for (tag, access) in tags.iter().zip(access) {
            if let Some(slot) = data.slots.get_mut(&tag.id()) {
                slot.set_access(*access);
            }
        }
        // What was deleted and is clean again is as if it had never been.
        data.slots.retain(|_, slot| slot.dirty || !slot.deleted);
        self.decided(clause, Hresult::S_OK)
    }

    fn get_prop_access(&mut self, this: Handle, tags: Option<&[PropTag]>) -> Reply {
        let Some(data) = self.prop_data(this) else { return self.decided(ClauseId::prop(223), Hresult::MAPI_E_INVALID_OBJECT) };
        let (tags, access) = match tags {
            None => data.slots.values().map(|slot| (slot.prop.tag, slot.access())).unzip(),
            Some(tags) => {
                let live = |tag: &PropTag| data.slots.get(&tag.id()).filter(|slot| !slot.deleted);
                tags.iter().map(|tag| live(tag).map_or((PropTag::new(0), 0), |slot| (*tag, slot.access()))).unzip()
            }
        };
        self.decided(ClauseId::prop(223), Hresult::S_OK);
        Reply::ok(Out::Access { tags, access })
    }

    fn add_obj_props(&mut self, this: Handle, tags: Option<&[PropTag]>, problems: OutPtr) -> Reply {
        let clause = ClauseId::prop(225);
        let Some(tags) = tags.filter(|tags| !tags.is_empty()) else { return self.decided(clause, Hresult::MAPI_E_INVALID_PARAMETER) };
        let Some(data) = self.prop_data_mut(this).filter(|data| !data.read_only) else {
            return self.decided(clause, Hresult::MAPI_E_NO_ACCESS);
        };
        let mut found = Vec::new();
        for (index, tag) in (0u32..).zip(tags) {
            if tag.prop_type() == PropType::OBJECT && !matches!(tag.id(), 0 | 0xFFFF) {
                data.set(Prop { tag: *tag, value: Value::Object });
            } else {
                found.push(PropProblem { index, tag: *tag, code: Hresult::MAPI_E_INVALID_TYPE });
            }
        }
        let hr = match found.len() {
            0 => Hresult::S_OK,
            all if all == tags.len() => return self.decided(clause, Hresult::MAPI_E_INVALID_TYPE),
            _ => Hresult::MAPI_W_PARTIAL_COMPLETION,
        };
        self.decided(clause, hr);
        Reply { hr, out: given(found, problems) }
    }
}
