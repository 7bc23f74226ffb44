//! IMAPIProgress: not built: every method answers MAPI_E_NO_SUPPORT.

use crate::com::IUnknownVtbl;
use crate::vtable;
use crate::wire::{Out, Raw};

vtable! {
    /// IMAPIProgress.
    "IMAPIProgress" IMAPIProgressVtbl: IUnknownVtbl = IUnknownVtbl::TABLE;
    Progress(value: u32, count: u32, total: u32);
    GetFlags(flags: Out<u32>);
    GetMax(max: Out<u32>);
    GetMin(min: Out<u32>);
    SetLimits(min: Raw, max: Raw, flags: Raw);
}
