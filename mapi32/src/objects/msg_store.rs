//! IMsgStore: its properties are those of IMAPIProp; its own methods are not built.

use std::ffi::c_void;

use crate::objects::prop::IMAPIPropVtbl;
use crate::vtable;
use crate::wire::{Iid, Out, Raw, Str};

vtable! {
    /// IMsgStore.
    "IMsgStore" IMsgStoreVtbl: IMAPIPropVtbl = IMAPIPropVtbl::TABLE;
    Advise(cb_entry_id: u32, entry_id: Raw, event_mask: u32, advise_sink: Raw, connection: Out<usize>);
    Unadvise(connection: usize);
    CompareEntryIDs(cb_entry_id1: u32, entry_id1: Raw, cb_entry_id2: u32, entry_id2: Raw, flags: u32, result: Out<u32>);
    OpenEntry(cb_entry_id: u32, entry_id: Raw, interface: Iid, flags: u32, obj_type: Out<u32>, unk: Out<*mut c_void>);
    SetReceiveFolder(message_class: Str, flags: u32, cb_entry_id: u32, entry_id: Raw);
    GetReceiveFolder(message_class: Str, flags: u32, cb_entry_id: Out<u32>, entry_id: Out<*mut c_void>, sz_explicit_class: Out<*mut c_void>);
    GetReceiveFolderTable(flags: u32, table: Out<*mut c_void>);
    StoreLogoff(flags: Out<u32>);
    AbortSubmit(cb_entry_id: u32, entry_id: Raw, flags: u32);
    GetOutgoingQueue(flags: u32, table: Out<*mut c_void>);
    SetLockState(message: Raw, lock_state: u32);
    FinishedMsg(flags: u32, cb_entry_id: u32, entry_id: Raw);
    NotifyNewMail(notification: Raw);
}
