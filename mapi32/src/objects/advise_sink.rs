//! IMAPIAdviseSink: the client's object, of which this library only knows the vtable.

use crate::com::IUnknownVtbl;
use crate::vtable;
use crate::wire::Raw;

vtable! {
    /// IMAPIAdviseSink. OnNotify gives a ULONG, which nobody looks at.
    "IMAPIAdviseSink" IMAPIAdviseSinkVtbl: IUnknownVtbl = IUnknownVtbl::TABLE;
    OnNotify(count: u32, notifications: Raw);
}
