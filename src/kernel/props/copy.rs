//! CopyTo and CopyProps: properties from one object to another.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Kernel, Mapping, given};
use crate::call::{Boxed, Handle, ObjectKind, OutPtr, Reply};
use crate::clause::{ClauseId, Reading};
use crate::kernel::project::property;
use crate::mapi::{CopyFlags, Guid, Hresult, Prop, PropProblem, PropTag, PropType};

/// Where to, and how.
pub(super) struct To<'a> {
    pub(super) interface: &'a Boxed<Guid>,
    pub(super) dest: Option<Handle>,
    /// MAPI_DECLINE_OK makes no difference: the copy is made all the same (PROP-163). Nor does MAPI_DIALOG: there is no progress to show (PROP-166).
    pub(super) flags: CopyFlags,
    pub(super) problems: OutPtr,
}

/// The names of both objects.
struct Maps {
    from: Option<Arc<Mapping>>,
    to: Option<Arc<Mapping>>,
}

/// The interfaces of an object of this kind, each with those that it is derived from.
fn interfaces(kind: ObjectKind) -> impl Iterator<Item = Guid> {
    kind.interfaces().iter().copied().chain(["IUnknown"]).filter_map(crate::kernel::iid)
}

/// Whether an interface is excluded: itself, or one that it is derived from (PROP-165). All with properties are derived from IMAPIProp.
fn is_excluded(interface: Guid, exclude: &[Guid]) -> bool {
    exclude.iter().any(|excluded| *excluded == interface || [Guid::IID_IUnknown, Guid::IID_IMAPIProp].contains(excluded))
}

impl Kernel {
    /// CopyTo: every property but the excluded ones.
    pub(super) fn copy_to(&mut self, this: Handle, all: &[Prop], (props, iids): (Option<&[PropTag]>, &[Guid]), to: To<'_>) -> Reply {
        let excluded = match props {
            Some([]) => return self.decided(ClauseId::prop(154), Hresult::MAPI_E_INVALID_PARAMETER),
            Some(tags) if tags.contains(&PropTag::PR_NULL) => return self.decided(ClauseId::prop(156), Hresult::MAPI_E_INVALID_PARAMETER),
            Some(tags) => tags,
            None => &[],
        };
        let lenient = self.machine.readings.index(Reading::ArgumentChecks) != 0;
        let interface = match to.interface.as_deref() {
            Some(interface) => *interface,
            None if lenient => crate::kernel::iid(this.kind().interface()).unwrap_or_default(),
            None => return self.decided(ClauseId::prop(157), Hresult::MAPI_E_INVALID_PARAMETER),
        };
        // All interfaces of the source that are known, and none is left.
        let none_left = interfaces(this.kind()).filter(|iid| *iid != Guid::IID_IUnknown).all(|iid| is_excluded(iid, iids));
        let dest = match self.destination(this, &to, interface, lenient && to.interface.is_none(), none_left) {
            Ok(dest) => dest,
            Err(reply) => return reply,
        };
        let excluded: BTreeSet<u16> = excluded.iter().map(|tag| tag.id()).collect();
        let wanted = all.iter().filter(|prop| !excluded.contains(&prop.tag.id()));
        let wanted: Vec<(u32, PropTag, Option<&Prop>)> = (0u32..).zip(wanted).map(|(index, prop)| (index, prop.tag, Some(prop))).collect();
        self.copy(this, dest, &wanted, &to)
    }

    /// CopyProps: the properties of a list.
    pub(super) fn copy_props(&mut self, this: Handle, all: &[Prop], props: Option<&[PropTag]>, to: To<'_>) -> Reply {
        let tags = props.filter(|tags| !tags.is_empty() && !tags.contains(&PropTag::PR_NULL));
        let (Some(tags), Some(interface)) = (tags, to.interface.as_deref()) else {
            return self.decided(ClauseId::prop(168), Hresult::MAPI_E_INVALID_PARAMETER);
        };
        let dest = match self.destination(this, &to, *interface, false, false) {
            Ok(dest) => dest,
            Err(reply) => return reply,
        };
        let find = |tag: &PropTag| property(all, tag.id());
        let wanted: Vec<(u32, PropTag, Option<&Prop>)> = (0u32..).zip(tags).map(|(index, tag)| (index, *tag, find(tag))).collect();
        self.copy(this, dest, &wanted, &to)
    }

    /// The object that the copy goes to; `Err` is the reply if it cannot go there.
    fn destination(&mut self, this: Handle, to: &To<'_>, interface: Guid, any: bool, none_left: bool) -> Result<Handle, Reply> {
        if let Some(reply) = self.reject_flags(to.flags.bits(), CopyFlags::known_mask()) {
            return Err(reply);
        }
        let Some(dest) = to.dest else { return Err(self.decided(ClauseId::prop(157), Hresult::MAPI_E_INVALID_PARAMETER)) };
        let process = |handle| self.objects.get(&handle).map(|object| object.process);
        if self.is_dead(dest)
            || process(dest) != process(this)
            || self.properties(dest).is_none() && dest.kind().interfaces().contains(&"IMAPIProp")
        {
            return Err(self.decided(ClauseId::shutdown(9), Hresult::MAPI_E_INVALID_OBJECT));
        }
        let has_it = interfaces(dest.kind()).any(|iid| iid == interface);
        if none_left || !dest.kind().interfaces().contains(&"IMAPIProp") || !has_it && !any {
            return Err(self.decided(ClauseId::prop(159), Hresult::MAPI_E_INTERFACE_NOT_SUPPORTED));
        }
        let same_store = self.store_key(this).is_some_and(|key| self.store_key(dest) == Some(key));
        if dest == this || same_store {
            return Err(self.decided(ClauseId::prop(160), Hresult::MAPI_E_NO_ACCESS));
        }
        let moves = to.flags.contains(CopyFlags::MOVE);
        if !self.is_writable(dest) || moves && !self.is_writable(this) {
            return Err(self.decided(ClauseId::prop(160), Hresult::MAPI_E_NO_ACCESS));
        }
        Ok(dest)
    }

    /// Copies properties, one after the other.
    fn copy(&mut self, this: Handle, dest: Handle, wanted: &[(u32, PropTag, Option<&Prop>)], to: &To<'_>) -> Reply {
        let there = self.properties(dest).unwrap_or_default();
        let reports_missing = self.machine.readings.index(Reading::CopyMissingProperty) != 0;
        let mut maps = Maps { from: self.mapping(this), to: self.mapping(dest) };
        let before = maps.to.as_ref().map(|mapping| mapping.len());
        let mut found = Vec::new();
        for (index, tag, prop) in wanted {
            let done = match prop {
                None if reports_missing => Err(Hresult::MAPI_E_NOT_FOUND),
                // What is opened and not read is no property that could be copied (PROP-067).
                Some(prop) if prop.tag.prop_type() != PropType::OBJECT => self.copy_one(this, dest, prop, (&there, &mut maps), to.flags),
                _ => Ok(()),
            };
            if let Err(code) = done {
                found.push(PropProblem { index: *index, tag: *tag, code });
            }
        }
        if let Some(mapping) = maps.to.filter(|mapping| Some(mapping.len()) != before) {
            self.set_mapping(dest, mapping);
        }
        self.decided(ClauseId::prop(if found.is_empty() { 151 } else { 164 }), Hresult::S_OK);
        Reply::ok(given(found, to.problems))
    }

    /// Copies or moves one property. A named one goes where its name goes (PROP-173).
    fn copy_one(
        &mut self,
        this: Handle,
        dest: Handle,
        prop: &Prop,
        (there, maps): (&[Prop], &mut Maps),
        flags: CopyFlags,
    ) -> Result<(), Hresult> {
        let name = maps.from.as_ref().and_then(|mapping| mapping.name(prop.tag.id()));
        let id = match (name, &mut maps.to) {
            (Some(name), Some(to)) => self.map_name(to, name)?,
            _ => prop.tag.id(),
        };
        if !flags.contains(CopyFlags::NOREPLACE) || property(there, id).is_none() {
            let copy = Prop { tag: PropTag::of(id, prop.tag.prop_type()), value: prop.value.clone() };
            self.write(dest, there, &copy)?;
        } else if flags.contains(CopyFlags::MOVE) {
            return Ok(());
        }
        if flags.contains(CopyFlags::MOVE) {
            // What the source computes or protects stays with it.
            let _ = self.delete(this, prop.tag.id(), true);
        }
        Ok(())
    }
}
