//! IMAPIProp: what status objects, message stores and address books have in common.

use std::ffi::c_void;

use mapi_sim::Hresult;
use mapi_sim::call::{Call, IMAPIProp, Out as Result, Reply};

use super::need;
use crate::abi::{MAPIERROR, SPropProblemArray, SPropTagArray, SPropValue};
use crate::com::{IUnknownVtbl, Object};
use crate::vtable;
use crate::wire::{self, Iid, Out, Raw, Tags};

vtable! {
    /// IMAPIProp; IProfSect, IAttach and IMailUser have the same slots.
    "IMAPIProp" IMAPIPropVtbl: IUnknownVtbl = IUnknownVtbl::TABLE;
    GetLastError(result: i32, flags: u32, mapi_error: Out<*mut MAPIERROR>);
    SaveChanges(flags: u32);
    GetProps(prop_tag_array: Tags, flags: u32, values: Out<u32>, prop_array: Out<*mut SPropValue>) => get_props;
    GetPropList(flags: u32, prop_tag_array: Out<*mut SPropTagArray>) => get_prop_list;
    OpenProperty(prop_tag: u32, iid: Iid, interface_options: u32, flags: u32, unk: Out<*mut c_void>);
    SetProps(values: u32, prop_array: Raw, problems: Out<*mut SPropProblemArray>);
    DeleteProps(prop_tag_array: Tags, problems: Out<*mut SPropProblemArray>);
    CopyTo(
        ciid_exclude: u32, iid_exclude: Iid, exclude_props: Tags, ui_param: usize, progress: Raw, interface: Iid, dest_obj: Raw, flags: u32,
        problems: Out<*mut SPropProblemArray>,
    );
    CopyProps(
        include_props: Tags, ui_param: usize, progress: Raw, interface: Iid, dest_obj: Raw, flags: u32,
        problems: Out<*mut SPropProblemArray>,
    );
    GetNamesFromIDs(prop_tags: Out<*mut SPropTagArray>, prop_set_guid: Iid, flags: u32, count: Out<u32>, names: Out<*mut c_void>);
    GetIDsFromNames(count: u32, names: Raw, flags: u32, prop_tags: Out<*mut SPropTagArray>);
}

fn get_props(object: &Object<'_>, tags: Tags, flags: u32, values: Out<u32>, out: Out<*mut SPropValue>) -> Hresult {
    need!(values, out);
    let reply = object.call(Call::IMAPIProp(object.handle, IMAPIProp::GetProps { prop_tag_array: tags.tags(), flags }));
    give_props("IMAPIProp::GetProps", object, &reply, values, out)
}

fn get_prop_list(object: &Object<'_>, flags: u32, out: Out<*mut SPropTagArray>) -> Hresult {
    need!(out);
    let reply = object.call(Call::IMAPIProp(object.handle, IMAPIProp::GetPropList { flags }));
    give_tags("IMAPIProp::GetPropList", &reply, out)
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
    match wire::tag_array(by, tags) {
        Ok(array) => {
            out.set(array);
            reply.hr
        }
        Err(hr) => hr,
    }
}
