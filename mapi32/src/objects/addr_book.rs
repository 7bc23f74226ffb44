//! IAddrBook: its properties are those of IMAPIProp; its own methods are not built.

use std::ffi::c_void;

use crate::abi::{SPropValue, SRowSet};
use crate::objects::prop::IMAPIPropVtbl;
use crate::vtable;
use crate::wire::{Iid, Out, Raw, Str, Tags};

vtable! {
    /// IAddrBook.
    "IAddrBook" IAddrBookVtbl: IMAPIPropVtbl = IMAPIPropVtbl::TABLE;
    OpenEntry(cb_entry_id: u32, entry_id: Raw, interface: Iid, flags: u32, obj_type: Out<u32>, unk: Out<*mut c_void>);
    CompareEntryIDs(cb_entry_id1: u32, entry_id1: Raw, cb_entry_id2: u32, entry_id2: Raw, flags: u32, result: Out<u32>);
    Advise(cb_entry_id: u32, entry_id: Raw, event_mask: u32, advise_sink: Raw, connection: Out<usize>);
    Unadvise(connection: usize);
    CreateOneOff(name: Str, adr_type: Str, address: Str, flags: u32, cb_entry_id: Out<u32>, entry_id: Out<*mut c_void>);
    NewEntry(ui_param: usize, flags: u32, cb_eid_container: u32, eid_container: Raw, cb_eid_new_entry_tpl: u32, eid_new_entry_tpl: Raw, cb_eid_new_entry: Out<u32>, eid_new_entry: Out<*mut c_void>);
    ResolveName(ui_param: usize, flags: u32, new_entry_title: Str, adr_list: Raw);
    Address(ui_param: Out<usize>, adr_parms: Raw, adr_list: Out<*mut SRowSet>);
    Details(ui_param: Out<usize>, fn_dismiss: Raw, v_dismiss_context: Raw, cb_entry_id: u32, entry_id: Raw, f_button_callback: Raw, v_button_context: Raw, button_text: Str, flags: u32);
    RecipOptions(ui_param: usize, flags: u32, recip: Raw);
    QueryDefaultRecipOpt(adr_type: Str, flags: u32, values: Out<u32>, options: Out<*mut SPropValue>);
    GetPAB(cb_entry_id: Out<u32>, entry_id: Out<*mut c_void>);
    SetPAB(cb_entry_id: u32, entry_id: Raw);
    GetDefaultDir(cb_entry_id: Out<u32>, entry_id: Out<*mut c_void>);
    SetDefaultDir(cb_entry_id: u32, entry_id: Raw);
    GetSearchPath(flags: u32, search_path: Out<*mut SRowSet>);
    SetSearchPath(flags: u32, search_path: Raw);
    PrepareRecips(flags: u32, prop_tag_array: Tags, recip_list: Raw);
}
