//! IMAPISession.

use std::ffi::c_void;

use mapi_sim::Hresult;
use mapi_sim::call::{Call, IMAPISession, Out as Result};
use mapi_sim::mapi::NotifyEvents;

use super::need;
use crate::abi::{MAPIERROR, SPropValue};
use crate::com::{IUnknownVtbl, Object};
use crate::notify;
use crate::vtable;
use crate::wire::{self, Iid, MAPI_UNICODE, Out, Raw, Str};

vtable! {
    /// IMAPISession.
    "IMAPISession" IMAPISessionVtbl: IUnknownVtbl = IUnknownVtbl::TABLE;
    GetLastError(result: i32, flags: u32, mapi_error: Out<*mut MAPIERROR>) => get_last_error;
    GetMsgStoresTable(flags: u32, table: Out<*mut c_void>) => get_msg_stores_table;
    OpenMsgStore(ui_param: usize, cb_entry_id: u32, entry_id: Raw, interface: Iid, flags: u32, mdb: Out<*mut c_void>) => open_msg_store;
    OpenAddressBook(ui_param: usize, interface: Iid, flags: u32, adr_book: Out<*mut c_void>) => open_address_book;
    OpenProfileSection(uid: Iid, interface: Iid, flags: u32, prof_sect: Out<*mut c_void>);
    GetStatusTable(flags: u32, table: Out<*mut c_void>) => get_status_table;
    OpenEntry(cb_entry_id: u32, entry_id: Raw, interface: Iid, flags: u32, obj_type: Out<u32>, unk: Out<*mut c_void>) => open_entry;
    CompareEntryIDs(cb_entry_id1: u32, entry_id1: Raw, cb_entry_id2: u32, entry_id2: Raw, flags: u32, result: Out<u32>) => compare_entry_ids;
    Advise(cb_entry_id: u32, entry_id: Raw, event_mask: u32, advise_sink: Raw, connection: Out<usize>) => advise;
    Unadvise(connection: usize) => unadvise;
    MessageOptions(ui_param: usize, flags: u32, adr_type: Str, message: Raw) => message_options;
    QueryDefaultMessageOpt(adr_type: Str, flags: u32, values: Out<u32>, options: Out<*mut SPropValue>) => query_default_message_opt;
    EnumAdrTypes(flags: u32, adr_types: Out<u32>, strings: Out<*mut c_void>) => enum_adr_types;
    QueryIdentity(cb_entry_id: Out<u32>, entry_id: Out<*mut c_void>) => query_identity;
    Logoff(ui_param: usize, flags: u32, reserved: u32) => logoff;
    SetDefaultStore(flags: u32, cb_entry_id: u32, entry_id: Raw);
    AdminServices(flags: u32, service_admin: Out<*mut c_void>);
    ShowForm(
        ui_param: usize, msg_store: Raw, parent_folder: Raw, interface: Iid, message_token: usize, message_sent: Raw, flags: u32,
        message_status: u32, message_flags: u32, access: u32, message_class: Str,
    );
    PrepareForm(interface: Iid, message: Raw, message_token: Out<usize>);
}

fn call(object: &Object<'_>, call: IMAPISession) -> mapi_sim::call::Reply {
    object.call(Call::IMAPISession(object.handle, call))
}

fn get_last_error(object: &Object<'_>, result: i32, flags: u32, out: Out<*mut MAPIERROR>) -> Hresult {
    need!(out);
    let reply = call(object, IMAPISession::GetLastError { result: Hresult::new(result.cast_unsigned()), flags: flags.into() });
    super::give_error("IMAPISession::GetLastError", object, &reply, flags, out)
}

fn get_msg_stores_table(object: &Object<'_>, flags: u32, out: Out<*mut c_void>) -> Hresult {
    need!(out);
    let reply = call(object, IMAPISession::GetMsgStoresTable { flags: flags.into() });
    object.make(&reply, "IMAPISession::GetMsgStoresTable", out)
}

fn get_status_table(object: &Object<'_>, flags: u32, out: Out<*mut c_void>) -> Hresult {
    need!(out);
    let reply = call(object, IMAPISession::GetStatusTable { flags: flags.into() });
    object.make(&reply, "IMAPISession::GetStatusTable", out)
}

fn open_msg_store(
    object: &Object<'_>,
    ui_param: usize,
    cb: u32,
    entry_id: Raw,
    interface: Iid,
    flags: u32,
    out: Out<*mut c_void>,
) -> Hresult {
    need!(out);
    let (entry_id, interface) = (entry_id.bytes(cb), interface.guid());
    let reply = call(object, IMAPISession::OpenMsgStore { ui_param: ui_param as u64, entry_id, interface, flags: flags.into() });
    object.make(&reply, "IMAPISession::OpenMsgStore", out)
}

fn open_address_book(object: &Object<'_>, ui_param: usize, interface: Iid, flags: u32, out: Out<*mut c_void>) -> Hresult {
    need!(out);
    let reply = call(object, IMAPISession::OpenAddressBook { ui_param: ui_param as u64, interface: interface.guid(), flags });
    object.make(&reply, "IMAPISession::OpenAddressBook", out)
}

fn open_entry(
    object: &Object<'_>,
    cb: u32,
    entry_id: Raw,
    interface: Iid,
    flags: u32,
    object_type: Out<u32>,
    out: Out<*mut c_void>,
) -> Hresult {
    need!(object_type, out);
    let (entry_id, interface) = (entry_id.bytes(cb), interface.guid());
    let reply = call(object, IMAPISession::OpenEntry { entry_id, interface, flags: flags.into() });
    if let Result::Opened { object_type: found, .. } = reply.out {
        object_type.set(found);
    }
    object.make(&reply, "IMAPISession::OpenEntry", out)
}

fn compare_entry_ids(object: &Object<'_>, cb1: u32, one: Raw, cb2: u32, other: Raw, flags: u32, result: Out<u32>) -> Hresult {
    need!(result);
    let (entry_id1, entry_id2) = (one.bytes(cb1), other.bytes(cb2));
    let reply = call(object, IMAPISession::CompareEntryIDs { entry_id1, entry_id2, flags });
    if let Result::Bool(same) = reply.out {
        result.set(same.into());
    }
    reply.hr
}

/// What a NULL sink gets depends on the session: the subsystem says it.
fn advise(object: &Object<'_>, cb: u32, entry_id: Raw, event_mask: u32, sink: Raw, connection: Out<usize>) -> Hresult {
    need!(connection);
    let entry_id = if cb == 0 { None } else { entry_id.bytes(cb) };
    let event_mask = NotifyEvents::from_bits_retain(event_mask);
    notify::advise(object, sink, connection, |advise_sink| call(object, IMAPISession::Advise { entry_id, event_mask, advise_sink }))
}

fn unadvise(object: &Object<'_>, connection: usize) -> Hresult {
    notify::unadvise(object, connection, |connection| call(object, IMAPISession::Unadvise { connection }))
}

fn message_options(object: &Object<'_>, _ui_param: usize, flags: u32, adr_type: Str, _message: Raw) -> Hresult {
    let adr_type = object.face.text("IMAPISession::MessageOptions", adr_type, flags);
    call(object, IMAPISession::MessageOptions { flags: flags.into(), adr_type }).hr
}

fn query_default_message_opt(object: &Object<'_>, adr_type: Str, flags: u32, values: Out<u32>, options: Out<*mut SPropValue>) -> Hresult {
    need!(values, options);
    values.set(0);
    options.set(std::ptr::null_mut());
    let adr_type = object.face.text("IMAPISession::QueryDefaultMessageOpt", adr_type, flags);
    let reply = call(object, IMAPISession::QueryDefaultMessageOpt { adr_type, flags: flags.into() });
    super::prop::give_props("IMAPISession::QueryDefaultMessageOpt", object, &reply, values, options)
}

fn enum_adr_types(object: &Object<'_>, flags: u32, count: Out<u32>, out: Out<*mut c_void>) -> Hresult {
    need!(count, out);
    let reply = call(object, IMAPISession::EnumAdrTypes { flags: flags.into() });
    let Result::Strings(list) = &reply.out else { return reply.hr };
    match wire::strings("IMAPISession::EnumAdrTypes", list, flags & MAPI_UNICODE != 0, object.face.code_page()) {
        Ok((number, array)) => {
            count.set(number);
            out.set(array);
            reply.hr
        }
        Err(hr) => hr,
    }
}

fn query_identity(object: &Object<'_>, count: Out<u32>, out: Out<*mut c_void>) -> Hresult {
    need!(count, out);
    let reply = call(object, IMAPISession::QueryIdentity {});
    let Result::EntryId(bytes) = &reply.out else { return reply.hr };
    match wire::bytes("IMAPISession::QueryIdentity", bytes) {
        Ok((number, block)) => {
            count.set(number);
            out.set(block);
            reply.hr
        }
        Err(hr) => hr,
    }
}

fn logoff(object: &Object<'_>, ui_param: usize, flags: u32, reserved: u32) -> Hresult {
    let hr = call(object, IMAPISession::Logoff { ui_param: ui_param as u64, flags: flags.into(), reserved }).hr;
    if hr == Hresult::S_OK {
        notify::ended(object.face, object.handle);
    }
    hr
}
