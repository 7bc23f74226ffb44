//! Named properties: GetIDsFromNames and GetNamesFromIDs, and the mapping of names behind them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Home, Kernel};
use crate::call::{Handle, Out, Reply};
use crate::clause::{ClauseId, Reading};
use crate::kernel::fold;
use crate::mapi::{Guid, Hresult, IdRange, NameFlags, NameId, NameKind, PropTag, PropType};

/// MAPI_CREATE of GetIDsFromNames.
const MAPI_CREATE: u32 = 0x2;
/// The identifier of the first name.
const FIRST: u16 = 0x8000;

/// Names and their identifiers: the first name has 0x8000, the next one 0x8001 (PROP-175).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mapping {
    names: Vec<NameId>,
    /// Identifiers by name, as names are compared.
    ids: BTreeMap<NameId, u16>,
}

impl Mapping {
    /// How many names there are.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// The name of an identifier.
    pub(super) fn name(&self, id: u16) -> Option<&NameId> {
        self.names.get(usize::from(id.checked_sub(FIRST)?))
    }

    /// The identifier of a name as names are compared.
    fn id(&self, key: &NameId) -> Option<u16> {
        self.ids.get(key).copied()
    }

    /// Gives a name an identifier, if there is one left among so many.
    fn add(&mut self, name: &NameId, key: NameId, limit: u32) -> Option<u16> {
        let index = u16::try_from(self.names.len()).ok().filter(|index| u32::from(*index) < limit)?;
        let id = FIRST.checked_add(index).filter(|id| IdRange::of(*id) == IdRange::Named)?;
        self.names.push(name.clone());
        self.ids.insert(key, id);
        Some(id)
    }

    fn iter(&self) -> impl Iterator<Item = (u16, &NameId)> {
        (FIRST..).zip(&self.names)
    }
}

impl Kernel {
    /// A name as it is compared, by the reading named_property_case (PROP-192).
    fn name_key(&self, name: &NameId) -> NameId {
        match &name.kind {
            NameKind::String(text) if self.machine.readings.index(Reading::NamedPropertyCase) != 0 => {
                NameId { set: name.set, kind: NameKind::String(fold(text).into_owned()) }
            }
            _ => name.clone(),
        }
    }

    /// The mapping of an object, if it has named properties.
    pub(super) fn mapping(&self, this: Handle) -> Option<Arc<Mapping>> {
        match self.names_of(this)? {
            Home::Store(key) => Some(self.stores.get(&key).map(|store| store.names.clone()).unwrap_or_default()),
            Home::Data => self.prop_data(this).map(|data| data.names.clone()),
        }
    }

    /// Keeps a mapping.
    pub(super) fn set_mapping(&mut self, this: Handle, mapping: Arc<Mapping>) {
        match self.names_of(this) {
            Some(Home::Store(key)) => Arc::make_mut(self.stores.entry(key).or_default()).names = mapping,
            Some(Home::Data) => {
                if let Some(data) = self.prop_data_mut(this) {
                    data.names = mapping;
                }
            }
            None => {}
        }
    }

    /// Whether so many tags or names are more than one call may have (PROP-213).
    fn too_many(&mut self, count: usize) -> Option<Reply> {
        let limit = self.machine.properties.request_limit;
        (limit != 0 && count > limit as usize).then(|| self.decided(ClauseId::prop(213), Hresult::MAPI_E_TOO_BIG))
    }

    /// GetIDsFromNames.
    pub(super) fn get_ids_from_names(&mut self, this: Handle, names: Option<&[NameId]>, flags: u32) -> Reply {
        let Some(mut mapping) = self.mapping(this) else { return self.decided(ClauseId::prop(181), Hresult::MAPI_E_NO_SUPPORT) };
        if let Some(reply) = self.reject_flags(flags, MAPI_CREATE) {
            return reply;
        }
        let create = flags & MAPI_CREATE != 0;
        let names = match names {
            None if create => return self.decided(ClauseId::prop(179), Hresult::MAPI_E_INVALID_PARAMETER),
            None => {
                let tags: Vec<PropTag> = mapping.iter().map(|(id, _)| PropTag::of(id, PropType::UNSPECIFIED)).collect();
                if let Some(reply) = self.too_many(tags.len()) {
                    return reply;
                }
                self.decided(ClauseId::prop(178), Hresult::S_OK);
                return Reply::ok(Out::Tags(tags));
            }
            Some([]) => return self.decided(ClauseId::prop(180), Hresult::MAPI_E_INVALID_PARAMETER),
            Some(names) => names,
        };
        if names.iter().any(|name| name.set.is_none()) {
            return self.decided(ClauseId::prop(188), Hresult::MAPI_E_INVALID_PARAMETER);
        }
        if let Some(reply) = self.too_many(names.len()) {
            return reply;
        }
        let mut tags = Vec::new();
        for name in names {
            match self.id_of_name(&mut mapping, name, create) {
                Ok(id) => tags.push(id.map_or(PropTag::of(0, PropType::ERROR), |id| PropTag::of(id, PropType::UNSPECIFIED))),
                // The mapping is left as it was (PROP-182).
                Err(hr) => return self.decided(ClauseId::prop(182), hr),
            }
        }
        if create {
            self.set_mapping(this, mapping);
        }
        let missing = tags.iter().any(|tag| tag.prop_type() == PropType::ERROR);
        let hr = if missing { Hresult::MAPI_W_ERRORS_RETURNED } else { Hresult::S_OK };
        self.decided(ClauseId::prop(if missing { 177 } else { 174 }), hr);
        Reply { hr, out: Out::Tags(tags) }
    }

    /// The identifier of one name, or a new one.
    fn id_of_name(&self, mapping: &mut Arc<Mapping>, name: &NameId, create: bool) -> Result<Option<u16>, Hresult> {
        if name.set == Some(Guid::PS_MAPI) {
            return Ok(mapi_id(name));
        }
        let key = self.name_key(name);
        match mapping.id(&key) {
            Some(id) => Ok(Some(id)),
            None if create => {
                let limit = self.machine.properties.name_limit;
                Arc::make_mut(mapping).add(name, key, limit).map(Some).ok_or(Hresult::MAPI_E_TOO_BIG)
            }
            None => Ok(None),
        }
    }

    /// The identifier in another mapping of a property that has this name: a name without one gets it (PROP-173).
    pub(super) fn map_name(&self, mapping: &mut Arc<Mapping>, name: &NameId) -> Result<u16, Hresult> {
        self.id_of_name(mapping, name, true)?.ok_or(Hresult::MAPI_E_UNEXPECTED_ID)
    }

    /// GetNamesFromIDs.
    pub(super) fn get_names_from_ids(&mut self, this: Handle, tags: Option<&[PropTag]>, set: Option<Guid>, flags: NameFlags) -> Reply {
        let Some(mapping) = self.mapping(this) else { return self.decided(ClauseId::prop(212), Hresult::MAPI_E_NO_SUPPORT) };
        if let Some(reply) = self.reject_flags(flags.bits(), NameFlags::known_mask()) {
            return reply;
        }
        let wanted = |name: &NameId| match name.kind {
            NameKind::String(_) => !flags.contains(NameFlags::NO_STRINGS),
            NameKind::Id(_) => !flags.contains(NameFlags::NO_IDS),
        };
        let Some(tags) = tags else { return self.all_names(&mapping, set, wanted) };
        if tags.is_empty() {
            return self.decided(ClauseId::prop(206), Hresult::MAPI_E_INVALID_PARAMETER);
        }
        if let Some(reply) = self.too_many(tags.len()) {
            return reply;
        }
        let names: Vec<Option<NameId>> = tags.iter().map(|tag| name_of(&mapping, tag.id()).filter(wanted)).collect();
        let tag = |(tag, name): (&PropTag, &Option<NameId>)| if name.is_some() { *tag } else { tag.with_type(PropType::ERROR) };
        let tags: Vec<PropTag> = tags.iter().zip(&names).map(tag).collect();
        let missing = names.iter().any(Option::is_none);
        let hr = if missing { Hresult::MAPI_W_ERRORS_RETURNED } else { Hresult::S_OK };
        self.decided(ClauseId::prop(if missing { 203 } else { 200 }), hr);
        Reply { hr, out: Out::Names { tags, names } }
    }

    /// The names of a mapping: all of them, or by the reading names_of_set those of one set (PROP-205, PROP-209).
    fn all_names(&mut self, mapping: &Mapping, set: Option<Guid>, wanted: impl Fn(&NameId) -> bool) -> Reply {
        let of_set = match (set, self.machine.readings.index(Reading::NamesOfSet)) {
            (Some(_), 2) => return self.decided(ClauseId::prop(209), Hresult::MAPI_E_INVALID_PARAMETER),
            (set, 0) => set,
            _ => None,
        };
        let chosen = mapping.iter().filter(|(_, name)| wanted(name) && of_set.is_none_or(|set| name.set == Some(set)));
        let (tags, names): (Vec<PropTag>, Vec<Option<NameId>>) =
            chosen.map(|(id, name)| (PropTag::of(id, PropType::UNSPECIFIED), Some(name.clone()))).unzip();
        if let Some(reply) = self.too_many(tags.len()) {
            return reply;
        }
        self.decided(ClauseId::prop(if tags.is_empty() { 208 } else { 205 }), Hresult::S_OK);
        Reply::ok(Out::Names { tags, names })
    }
}

/// The identifier that a name in PS_MAPI stands for: a number is the identifier, or a whole tag (PROP-189, PROP-190).
fn mapi_id(name: &NameId) -> Option<u16> {
    let NameKind::Id(number) = name.kind else { return None };
    let bits = number.cast_unsigned();
    let id = if bits > 0xFFFF { PropTag::new(bits).id() } else { u16::try_from(bits).unwrap_or_default() };
    (id != 0 && id < FIRST).then_some(id)
}

/// The name of an identifier: below 0x8000 its number in PS_MAPI (PROP-189).
fn name_of(mapping: &Mapping, id: u16) -> Option<NameId> {
    match IdRange::of(id) {
        IdRange::Reserved => None,
        IdRange::Named => mapping.name(id).cloned(),
        _ => Some(NameId::id(Guid::PS_MAPI, id.into())),
    }
}
