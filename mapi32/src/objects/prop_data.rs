//! IPropData: not built: every method answers MAPI_E_NO_SUPPORT.

use crate::abi::{SPropProblemArray, SPropTagArray};
use crate::objects::prop::IMAPIPropVtbl;
use crate::vtable;
use crate::wire::{Out, Tags};

vtable! {
    /// IPropData.
    "IPropData" IPropDataVtbl: IMAPIPropVtbl = IMAPIPropVtbl::TABLE;
    HrSetObjAccess(access: u32);
    HrSetPropAccess(prop_tag_array: Tags, ul_access: Out<u32>);
    HrGetPropAccess(prop_tag_array: Out<*mut SPropTagArray>, ul_access: *mut *mut u32);
    HrAddObjProps(prop_tag_array: Tags, ul_access: Out<*mut SPropProblemArray>);
}
