//! IMAPIProp: what every object with properties has.

use std::ffi::c_void;
use std::ptr::null_mut;

use mapi_sim::call::{Call, IMAPIProp, Out as Result, OutPtr, Reply};
use mapi_sim::{Hresult, PropTag, Row};

use super::{destination, give, give_error, need};
use crate::abi::{MAPIERROR, SPropProblemArray, SPropTagArray, SPropValue};
use crate::com::{IUnknownVtbl, Object};
use crate::vtable;
use crate::wire::{self, Iid, Out, Raw, Tags, prop_out};
use crate::wire_in::{Iids, Names, Props, TagsPlace};

vtable! {
    /// IMAPIProp; IProfSect, IAttach and IMailUser have the same slots.
    "IMAPIProp" IMAPIPropVtbl: IUnknownVtbl = IUnknownVtbl::TABLE;
    GetLastError(result: i32, flags: u32, mapi_error: Out<*mut MAPIERROR>) => get_last_error;
    SaveChanges(flags: u32) => save_changes;
    GetProps(prop_tag_array: Tags, flags: u32, values: Out<u32>, prop_array: Out<*mut SPropValue>) => get_props;
    GetPropList(flags: u32, prop_tag_array: Out<*mut SPropTagArray>) => get_prop_list;
    OpenProperty(prop_tag: u32, iid: Iid, interface_options: u32, flags: u32, unk: Out<*mut c_void>) => open_property;
    SetProps(values: u32, prop_array: Props, problems: Out<*mut SPropProblemArray>) => set_props;
    DeleteProps(prop_tag_array: Tags, problems: Out<*mut SPropProblemArray>) => delete_props;
    CopyTo(
        ciid_exclude: u32, iid_exclude: Iids, exclude_props: Tags, ui_param: usize, progress: Raw, interface: Iid, dest_obj: Raw, flags: u32,
        problems: Out<*mut SPropProblemArray>,
    ) => copy_to;
    CopyProps(
        include_props: Tags, ui_param: usize, progress: Raw, interface: Iid, dest_obj: Raw, flags: u32,
        problems: Out<*mut SPropProblemArray>,
    ) => copy_props;
    GetNamesFromIDs(prop_tags: TagsPlace, prop_set_guid: Iid, flags: u32, count: Out<u32>, names: Out<*mut c_void>) => get_names_from_ids;
    GetIDsFromNames(count: u32, names: Names, flags: u32, prop_tags: Out<*mut SPropTagArray>) => get_ids_from_names;
}

fn call(object: &Object<'_>, call: IMAPIProp) -> Reply {
    object.call(Call::IMAPIProp(object.handle, call))
}

/// Whether the client wants what goes here.
pub(super) fn wanted<T>(place: Out<T>) -> OutPtr {
    if place.is_null() { OutPtr::Null } else { OutPtr::Given }
}

fn get_last_error(object: &Object<'_>, result: i32, flags: u32, out: Out<*mut MAPIERROR>) -> Hresult {
    need!(out);
    let reply = call(object, IMAPIProp::GetLastError { result: Hresult::new(result.cast_unsigned()), flags: flags.into() });
    give_error("IMAPIProp::GetLastError", object, &reply, flags, out)
}

fn save_changes(object: &Object<'_>, flags: u32) -> Hresult {
    call(object, IMAPIProp::SaveChanges { flags: flags.into() }).hr
}

/// No properties at all are no array (PROP-065); a failure leaves nothing to be freed (PROP-073).
fn get_props(object: &Object<'_>, tags: Tags, flags: u32, values: Out<u32>, out: Out<*mut SPropValue>) -> Hresult {
    need!(values, out);
    values.set(0);
    out.set(null_mut());
    let reply = call(object, IMAPIProp::GetProps { prop_tag_array: tags.tags(), flags });
    if matches!(&reply.out, Result::Props(row) if row.props.is_empty()) {
        return reply.hr;
    }
    give_props("IMAPIProp::GetProps", object, &reply, values, out)
}

fn get_prop_list(object: &Object<'_>, flags: u32, out: Out<*mut SPropTagArray>) -> Hresult {
    need!(out);
    let reply = call(object, IMAPIProp::GetPropList { flags });
    give_tags("IMAPIProp::GetPropList", &reply, out)
}

fn open_property(object: &Object<'_>, tag: u32, iid: Iid, interface_options: u32, flags: u32, out: Out<*mut c_void>) -> Hresult {
    need!(out);
    out.set(null_mut());
    let (prop_tag, iid) = (PropTag::new(tag), iid.guid().map(Box::new));
    let reply = call(object, IMAPIProp::OpenProperty { prop_tag, iid, interface_options, flags: flags.into() });
    object.make(&reply, "IMAPIProp::OpenProperty", out)
}

/// Properties that cannot be read (a NULL where a string should be) are an invalid parameter, like none at all.
fn set_props(object: &Object<'_>, count: u32, props: Props, problems: Out<*mut SPropProblemArray>) -> Hresult {
    problems.set(null_mut());
    let read = if props.is_null() { None } else { props.props(count, object.face.code_page()) };
    let prop_array = read.map(|props| Row { props });
    let reply = call(object, IMAPIProp::SetProps { prop_array, problems: wanted(problems) });
    give_problems("IMAPIProp::SetProps", &reply, problems)
}

fn delete_props(object: &Object<'_>, tags: Tags, problems: Out<*mut SPropProblemArray>) -> Hresult {
    problems.set(null_mut());
    let reply = call(object, IMAPIProp::DeleteProps { prop_tag_array: tags.tags(), problems: wanted(problems) });
    give_problems("IMAPIProp::DeleteProps", &reply, problems)
}

/// Tags that a client gave and gets back changed, or that it gets in a new array.
pub(super) fn tags_back(by: &'static str, place: TagsPlace, given: bool, tags: &[PropTag]) -> std::result::Result<(), Hresult> {
    if given {
        place.patch(tags);
    } else {
        place.out().set(wire::tag_array(by, tags)?);
    }
    Ok(())
}

#[allow(clippy::too_many_arguments, reason = "the method has them")]
fn copy_to(
    object: &Object<'_>,
    count: u32,
    iids: Iids,
    exclude: Tags,
    ui_param: usize,
    _progress: Raw,
    interface: Iid,
    dest: Raw,
    flags: u32,
    problems: Out<*mut SPropProblemArray>,
) -> Hresult {
    problems.set(null_mut());
    let dest_obj = match destination(object, dest, "IMAPIProp::CopyTo") {
        Ok(dest) => dest,
        Err(hr) => return hr,
    };
    let Some(iid_exclude) = iids.guids(count) else { return Hresult::MAPI_E_INVALID_PARAMETER };
    let reply = call(
        object,
        IMAPIProp::CopyTo {
            iid_exclude: if iid_exclude.is_empty() { None } else { Some(Box::new(iid_exclude)) },
            exclude_props: exclude.tags().map(Box::new),
            ui_param: ui_param as u64,
            interface: interface.guid().map(Box::new),
            dest_obj,
            flags: flags.into(),
            problems: wanted(problems),
        },
    );
    give_problems("IMAPIProp::CopyTo", &reply, problems)
}

#[allow(clippy::too_many_arguments, reason = "the method has them")]
fn copy_props(
    object: &Object<'_>,
    include: Tags,
    ui_param: usize,
    _progress: Raw,
    interface: Iid,
    dest: Raw,
    flags: u32,
    problems: Out<*mut SPropProblemArray>,
) -> Hresult {
    problems.set(null_mut());
    let dest_obj = match destination(object, dest, "IMAPIProp::CopyProps") {
        Ok(dest) => dest,
        Err(hr) => return hr,
    };
    let reply = call(
        object,
        IMAPIProp::CopyProps {
            include_props: include.tags().map(Box::new),
            ui_param: ui_param as u64,
            interface: interface.guid().map(Box::new),
            dest_obj,
            flags: flags.into(),
            problems: wanted(problems),
        },
    );
    give_problems("IMAPIProp::CopyProps", &reply, problems)
}

/// The array of the client tells which names it wants, and afterwards which of them there are (PROP-204); without an array it gets one (PROP-205).
fn get_names_from_ids(object: &Object<'_>, place: TagsPlace, set: Iid, flags: u32, count: Out<u32>, out: Out<*mut c_void>) -> Hresult {
    need!(place, count, out);
    count.set(0);
    out.set(null_mut());
    let prop_tags = place.tags();
    let given = prop_tags.is_some();
    let reply = call(object, IMAPIProp::GetNamesFromIDs { prop_tags, prop_set_guid: set.guid(), flags: flags.into() });
    let Result::Names { tags, names } = &reply.out else { return reply.hr };
    let by = "IMAPIProp::GetNamesFromIDs";
    let block = match prop_out::names(by, names) {
        Ok(block) => block,
        Err(hr) => return hr,
    };
    if let Err(hr) = tags_back(by, place, given, tags) {
        return hr;
    }
    let (number, names) = block.give();
    count.set(number);
    out.set(names);
    reply.hr
}

fn get_ids_from_names(object: &Object<'_>, count: u32, names: Names, flags: u32, out: Out<*mut SPropTagArray>) -> Hresult {
    need!(out);
    out.set(null_mut());
    let Some(prop_names) = names.names(count) else { return Hresult::MAPI_E_INVALID_PARAMETER };
    let reply = call(object, IMAPIProp::GetIDsFromNames { prop_names, flags });
    give_tags("IMAPIProp::GetIDsFromNames", &reply, out)
}

/// Gives the property values of a reply to the client.
pub(super) fn give_props(by: &'static str, object: &Object<'_>, reply: &Reply, values: Out<u32>, out: Out<*mut SPropValue>) -> Hresult {
    let Result::Props(row) = &reply.out else { return reply.hr };
    match wire::props(by, row, object.face.code_page()) {
        Ok((count, array)) => {
            values.set(count);
            out.set(array);
            reply.hr
        }
        Err(hr) => hr,
    }
}

/// Gives the property tags of a reply to the client.
pub(super) fn give_tags(by: &'static str, reply: &Reply, out: Out<*mut SPropTagArray>) -> Hresult {
    let Result::Tags(tags) = &reply.out else { return reply.hr };
    give(reply, out, wire::tag_array(by, tags))
}

/// Gives the problems of a reply to the client, if there are some (PROP-096).
pub(super) fn give_problems(by: &'static str, reply: &Reply, out: Out<*mut SPropProblemArray>) -> Hresult {
    match &reply.out {
        Result::Problems(problems) if !out.is_null() => give(reply, out, prop_out::problems(by, problems)),
        _ => reply.hr,
    }
}
