//! IMessage: not built: every method answers MAPI_E_NO_SUPPORT.

use std::ffi::c_void;

use crate::objects::prop::IMAPIPropVtbl;
use crate::vtable;
use crate::wire::{Iid, Out, Raw};

vtable! {
    /// IMessage.
    "IMessage" IMessageVtbl: IMAPIPropVtbl = IMAPIPropVtbl::TABLE;
    GetAttachmentTable(flags: u32, table: Out<*mut c_void>);
    OpenAttach(attachment_num: u32, interface: Iid, flags: u32, attach: Out<*mut c_void>);
    CreateAttach(interface: Iid, flags: u32, attachment_num: Out<u32>, attach: Out<*mut c_void>);
    DeleteAttach(attachment_num: u32, ui_param: usize, progress: Raw, flags: u32);
    GetRecipientTable(flags: u32, table: Out<*mut c_void>);
    ModifyRecipients(flags: u32, mods: Raw);
    SubmitMessage(flags: u32);
    SetReadFlag(flags: u32);
}
