//! IMAPIContainer: not built: every method answers MAPI_E_NO_SUPPORT.

use std::ffi::c_void;

use crate::objects::prop::IMAPIPropVtbl;
use crate::vtable;
use crate::wire::{Iid, Out, Raw};

vtable! {
    /// IMAPIContainer.
    "IMAPIContainer" IMAPIContainerVtbl: IMAPIPropVtbl = IMAPIPropVtbl::TABLE;
    GetContentsTable(flags: u32, table: Out<*mut c_void>);
    GetHierarchyTable(flags: u32, table: Out<*mut c_void>);
    OpenEntry(cb_entry_id: u32, entry_id: Raw, interface: Iid, flags: u32, obj_type: Out<u32>, unk: Out<*mut c_void>);
    SetSearchCriteria(restriction: Raw, container_list: Raw, search_flags: u32);
    GetSearchCriteria(flags: u32, restriction: Out<*mut c_void>, container_list: Out<*mut c_void>, search_state: Out<u32>);
}
