//! IUnknown: what every object has.

use super::interface;
use crate::mapi::Guid;

interface! {
    /// Methods of IUnknown that the kernel sees. Counting references is the C face's own; the kernel sees one final Release a handle.
    IUnknown = "IUnknown" {
        /// QueryInterface: whether the object has an interface.
        QueryInterface {
            /// riid.
            iid: Guid,
        }
        /// The last Release of the object.
        Release {}
    }
}
