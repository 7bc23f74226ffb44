//! IMsgServiceAdmin and IMsgServiceAdmin2: not built: every method answers MAPI_E_NO_SUPPORT.

use std::ffi::c_void;

use crate::abi::MAPIERROR;
use crate::com::IUnknownVtbl;
use crate::vtable;
use crate::wire::{Iid, Out, Raw, Str};

vtable! {
    /// IMsgServiceAdmin.
    "IMsgServiceAdmin" IMsgServiceAdminVtbl: IUnknownVtbl = IUnknownVtbl::TABLE;
    GetLastError(result: i32, flags: u32, mapi_error: Out<*mut MAPIERROR>);
    GetMsgServiceTable(flags: u32, table: Out<*mut c_void>);
    CreateMsgService(service: Str, display_name: Str, ui_param: usize, flags: u32);
    DeleteMsgService(uid: Iid);
    CopyMsgService(uid: Iid, display_name: Str, interface_to_copy: Iid, interface_dst: Iid, object_dst: Raw, ui_param: usize, flags: u32);
    RenameMsgService(uid: Iid, flags: u32, display_name: Str);
    ConfigureMsgService(uid: Iid, ui_param: usize, flags: u32, values: u32, props: Raw);
    OpenProfileSection(uid: Iid, interface: Iid, flags: u32, prof_sect: Out<*mut c_void>);
    MsgServiceTransportOrder(uid: u32, uid_list: Iid, flags: u32);
    AdminProviders(uid: Iid, flags: u32, provider_admin: Out<*mut c_void>);
    SetPrimaryIdentity(uid: Iid, flags: u32);
    GetProviderTable(flags: u32, table: Out<*mut c_void>);
}

vtable! {
    /// IMsgServiceAdmin2: IMsgServiceAdmin and one method more.
    "IMsgServiceAdmin2" IMsgServiceAdmin2Vtbl: IMsgServiceAdminVtbl = IMsgServiceAdminVtbl::TABLE;
    CreateMsgServiceEx(service: Str, display_name: Str, ui_param: usize, flags: u32, uid_service: Iid);
}
