//! IProviderAdmin: not built: every method answers MAPI_E_NO_SUPPORT.

use std::ffi::c_void;

use crate::abi::MAPIERROR;
use crate::com::IUnknownVtbl;
use crate::vtable;
use crate::wire::{Iid, Out, Raw, Str};

vtable! {
    /// IProviderAdmin.
    "IProviderAdmin" IProviderAdminVtbl: IUnknownVtbl = IUnknownVtbl::TABLE;
    GetLastError(result: i32, flags: u32, mapi_error: Out<*mut MAPIERROR>);
    GetProviderTable(flags: u32, table: Out<*mut c_void>);
    CreateProvider(provider: Str, values: u32, props: Raw, ui_param: usize, flags: u32, uid: Raw);
    DeleteProvider(uid: Iid);
    OpenProfileSection(uid: Iid, interface: Iid, flags: u32, prof_sect: Out<*mut c_void>);
}
