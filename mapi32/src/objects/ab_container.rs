//! IABContainer and IDistList: not built: every method answers MAPI_E_NO_SUPPORT.

use std::ffi::c_void;

use crate::objects::container::IMAPIContainerVtbl;
use crate::vtable;
use crate::wire::{Out, Raw, Tags};

vtable! {
    /// IABContainer; IDistList has the same slots.
    "IABContainer" IABContainerVtbl: IMAPIContainerVtbl = IMAPIContainerVtbl::TABLE;
    CreateEntry(cb_entry_id: u32, entry_id: Raw, create_flags: u32, mapi_prop_entry: Out<*mut c_void>);
    CopyEntries(entries: Raw, ui_param: usize, progress: Raw, flags: u32);
    DeleteEntries(entries: Raw, flags: u32);
    ResolveNames(prop_tag_array: Tags, flags: u32, adr_list: Raw, flag_list: Raw);
}
