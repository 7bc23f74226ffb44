//! SetProps, DeleteProps and SaveChanges.

use std::sync::Arc;

use super::{Home, Kernel, Rule, given};
use crate::call::{Handle, OutPtr, Reply};
use crate::clause::{ClauseId, Reading};
use crate::kernel::project::{has_width, in_type, property, size};
use crate::mapi::{Hresult, IdRange, Prop, PropProblem, PropTag, PropType, SaveFlags};

impl Kernel {
    /// SetProps.
    pub(super) fn set_props(&mut self, this: Handle, all: &[Prop], props: Option<&[Prop]>, problems: OutPtr) -> Reply {
        let Some(props) = props.filter(|props| !props.is_empty()) else {
            return self.decided(ClauseId::prop(88), Hresult::MAPI_E_INVALID_PARAMETER);
        };
        if let Some(clause) = props.iter().find_map(refused) {
            return self.decided(clause, Hresult::MAPI_E_INVALID_PARAMETER);
        }
        if !self.is_writable(this) {
            return self.decided(Self::read_only_clause(this), Hresult::MAPI_E_NO_ACCESS);
        }
        let mut found = Vec::new();
        for (index, prop) in (0u32..).zip(props) {
            let tag = prop.tag;
            // An empty place, or a property that GetProps failed on (PROP-091).
            if tag == PropTag::PR_NULL || tag.prop_type() == PropType::ERROR {
                continue;
            }
            if let Err(code) = self.write(this, all, prop) {
                found.push(PropProblem { index, tag, code });
            }
        }
        self.decided(ClauseId::prop(if found.is_empty() { 89 } else { 95 }), Hresult::S_OK);
        Reply::ok(given(found, problems))
    }

    /// Writes one property, or says what is in the way (PROP-098).
    pub(super) fn write(&mut self, this: Handle, all: &[Prop], prop: &Prop) -> Result<(), Hresult> {
        let (tag, settings) = (prop.tag, &self.machine.properties);
        let prop_type = tag.prop_type();
        let can_be_stored = !matches!(prop_type, PropType::UNSPECIFIED | PropType::NULL | PropType::OBJECT) && prop_type.name().is_some();
        if !can_be_stored || prop_type.is_multi() && !settings.mv {
            return Err(Hresult::MAPI_E_INVALID_TYPE);
        }
        if IdRange::of(tag.id()) == IdRange::Named && self.names_of(this).is_none() {
            return Err(Hresult::MAPI_E_UNEXPECTED_ID);
        }
        if !has_width(prop_type, settings.unicode, settings.ansi) {
            return Err(Hresult::MAPI_E_BAD_CHARWIDTH);
        }
        if settings.set_limit != 0 && size(&prop.value, prop_type) > u64::from(settings.set_limit) {
            return Err(Hresult::MAPI_E_NOT_ENOUGH_MEMORY);
        }
        let stored = property(all, tag.id());
        if settings.fixed_types && stored.is_some_and(|stored| !prop.value.fits(stored.tag.prop_type())) {
            return Err(Hresult::MAPI_E_UNEXPECTED_TYPE);
        }
        self.may_write(this, tag.id()).map(|may| {
            if may {
                self.store(this, prop);
            }
        })
    }

    /// Whether a property can be written or removed: yes, no without a word, or no with a code.
    fn may_write(&self, this: Handle, id: u16) -> Result<bool, Hresult> {
        match self.rule(this, id) {
            Rule::Free => Ok(true),
            Rule::Computed => Err(Hresult::MAPI_E_COMPUTED),
            Rule::ReadOnly if self.machine.properties.ignore_read_only => Ok(false),
            Rule::ReadOnly => Err(Hresult::MAPI_E_NO_ACCESS),
        }
    }

    /// Keeps a property, whatever the rules say.
    pub(super) fn store(&mut self, this: Handle, prop: &Prop) {
        let prop = Prop { tag: prop.tag, value: in_type(&prop.value, prop.tag.prop_type(), self.machine.code_page) };
        match self.home(this) {
            Some(Home::Store(key)) => {
                Arc::make_mut(self.stores.entry(key).or_default()).props.insert(prop.tag.id(), prop);
            }
            Some(Home::Data) => {
                if let Some(data) = self.prop_data_mut(this) {
                    data.set(prop);
                }
            }
            None => {}
        }
    }

    /// DeleteProps.
    pub(super) fn delete_props(&mut self, this: Handle, all: &[Prop], tags: Option<&[PropTag]>, problems: OutPtr) -> Reply {
        let Some(tags) = tags.filter(|tags| !tags.is_empty()) else {
            return self.decided(ClauseId::prop(109), Hresult::MAPI_E_INVALID_PARAMETER);
        };
        if !self.is_writable(this) {
            return self.decided(Self::read_only_clause(this), Hresult::MAPI_E_NO_ACCESS);
        }
        let reports_missing = self.machine.readings.index(Reading::DeleteMissingProperty) != 0;
        let mut found = Vec::new();
        for (index, tag) in (0u32..).zip(tags) {
            let is_there = property(all, tag.id()).is_some();
            let code = match self.delete(this, tag.id(), is_there) {
                Ok(()) if !is_there && reports_missing => Hresult::MAPI_E_NOT_FOUND,
                Ok(()) => continue,
                Err(code) => code,
            };
            found.push(PropProblem { index, tag: *tag, code });
        }
        self.decided(ClauseId::prop(if found.is_empty() { 110 } else { 111 }), Hresult::S_OK);
        Reply::ok(given(found, problems))
    }

    /// Removes one property, or says what is in the way.
    pub(super) fn delete(&mut self, this: Handle, id: u16, is_there: bool) -> Result<(), Hresult> {
        if !is_there || !self.may_write(this, id)? {
            return Ok(());
        }
        match self.home(this) {
            Some(Home::Store(key)) => {
                if let Some(store) = self.stores.get_mut(&key) {
                    Arc::make_mut(store).props.remove(&id);
                }
            }
            Some(Home::Data) => {
                if let Some(data) = self.prop_data_mut(this) {
                    data.delete(id);
                }
            }
            None => {}
        }
        Ok(())
    }

    /// SaveChanges: no object so far is transacted, so that there is nothing to do (PROP-134). What needs write access fails without it.
    pub(super) fn save_changes(&mut self, this: Handle, flags: SaveFlags) -> Reply {
        if let Some(reply) = self.reject_flags(flags.bits(), SaveFlags::known_mask()) {
            return reply;
        }
        if flags.contains(SaveFlags::READONLY | SaveFlags::READWRITE) && self.machine.readings.index(Reading::ArgumentChecks) == 0 {
            return self.decided(ClauseId::prop(148), Hresult::MAPI_E_INVALID_PARAMETER);
        }
        if flags.contains(SaveFlags::FORCE_SAVE) && !self.is_writable(this) {
            return self.decided(ClauseId::prop(140), Hresult::MAPI_E_NO_ACCESS);
        }
        self.decided(ClauseId::prop(134), Hresult::S_OK)
    }
}

/// The clause by which one property makes the whole call fail.
fn refused(prop: &Prop) -> Option<ClauseId> {
    let (tag, prop_type) = (prop.tag, prop.tag.prop_type());
    if tag == PropTag::PR_NULL || prop_type == PropType::ERROR {
        None
    } else if prop_type == PropType::OBJECT {
        Some(ClauseId::prop(93))
    } else if prop_type == PropType::NULL {
        Some(ClauseId::prop(92))
    } else if IdRange::of(tag.id()) == IdRange::Reserved {
        Some(ClauseId::prop(7))
    } else if prop_type.is_multi() && prop.value.is_empty() {
        Some(ClauseId::prop(94))
    } else if prop_type.name().is_some() && prop_type != PropType::UNSPECIFIED && !prop.value.fits(prop_type) {
        Some(ClauseId::prop(26))
    } else {
        None
    }
}
