//! IPropData.

use std::ptr::null_mut;

use mapi_sim::Hresult;
use mapi_sim::call::{Call, IPropData, Out as Result, Reply};

use super::need;
use crate::abi::SPropProblemArray;
use crate::com::Object;
use crate::objects::prop::{IMAPIPropVtbl, give_problems, wanted};
use crate::vtable;
use crate::wire::{Out, Tags, prop_out};
use crate::wire_in::{TagsPlace, Words};

vtable! {
    /// IPropData.
    "IPropData" IPropDataVtbl: IMAPIPropVtbl = IMAPIPropVtbl::TABLE;
    HrSetObjAccess(access: u32) => set_obj_access;
    HrSetPropAccess(prop_tag_array: Tags, access: Words) => set_prop_access;
    HrGetPropAccess(prop_tag_array: TagsPlace, access: Out<*mut u32>) => get_prop_access;
    HrAddObjProps(prop_tag_array: Tags, problems: Out<*mut SPropProblemArray>) => add_obj_props;
}

fn call(object: &Object<'_>, call: IPropData) -> Reply {
    object.call(Call::IPropData(object.handle, call))
}

fn set_obj_access(object: &Object<'_>, access: u32) -> Hresult {
    call(object, IPropData::HrSetObjAccess { access }).hr
}

fn set_prop_access(object: &Object<'_>, tags: Tags, access: Words) -> Hresult {
    let prop_tag_array = tags.tags();
    let access = access.words(prop_tag_array.as_ref().map_or(0, Vec::len)).map(Box::new);
    call(object, IPropData::HrSetPropAccess { prop_tag_array, access }).hr
}

/// Tags that the client passes are marked in its own array (PROP-224); without an array it gets one.
fn get_prop_access(object: &Object<'_>, place: TagsPlace, out: Out<*mut u32>) -> Hresult {
    need!(place, out);
    out.set(null_mut());
    let prop_tag_array = place.tags();
    let given = prop_tag_array.is_some();
    let reply = call(object, IPropData::HrGetPropAccess { prop_tag_array });
    let Result::Access { tags, access } = &reply.out else { return reply.hr };
    let by = "IPropData::HrGetPropAccess";
    let block = match prop_out::words(by, access) {
        Ok(block) => block,
        Err(hr) => return hr,
    };
    if let Err(hr) = super::prop::tags_back(by, place, given, tags) {
        return hr;
    }
    out.set(block.give().1);
    reply.hr
}

fn add_obj_props(object: &Object<'_>, tags: Tags, problems: Out<*mut SPropProblemArray>) -> Hresult {
    problems.set(null_mut());
    let reply = call(object, IPropData::HrAddObjProps { prop_tag_array: tags.tags(), problems: wanted(problems) });
    give_problems("IPropData::HrAddObjProps", &reply, problems)
}
