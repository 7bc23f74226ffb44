//! IMAPIFolder: not built: every method answers MAPI_E_NO_SUPPORT.

use std::ffi::c_void;

use crate::objects::container::IMAPIContainerVtbl;
use crate::vtable;
use crate::wire::{Iid, Out, Raw, Str};

vtable! {
    /// IMAPIFolder.
    "IMAPIFolder" IMAPIFolderVtbl: IMAPIContainerVtbl = IMAPIContainerVtbl::TABLE;
    CreateMessage(interface: Iid, flags: u32, message: Out<*mut c_void>);
    CopyMessages(msg_list: Raw, interface: Iid, dest_folder: Raw, ui_param: usize, progress: Raw, flags: u32);
    DeleteMessages(msg_list: Raw, ui_param: usize, progress: Raw, flags: u32);
    CreateFolder(folder_type: u32, folder_name: Str, folder_comment: Str, interface: Iid, flags: u32, folder: Out<*mut c_void>);
    CopyFolder(cb_entry_id: u32, entry_id: Raw, interface: Iid, dest_folder: Raw, new_folder_name: Str, ui_param: usize, progress: Raw, flags: u32);
    DeleteFolder(cb_entry_id: u32, entry_id: Raw, ui_param: usize, progress: Raw, flags: u32);
    SetReadFlags(msg_list: Raw, ui_param: usize, progress: Raw, flags: u32);
    GetMessageStatus(cb_entry_id: u32, entry_id: Raw, flags: u32, message_status: Out<u32>);
    SetMessageStatus(cb_entry_id: u32, entry_id: Raw, new_status: u32, new_status_mask: u32, old_status: Out<u32>);
    SaveContentsSort(sort_criteria: Raw, flags: u32);
    EmptyFolder(ui_param: usize, progress: Raw, flags: u32);
}
