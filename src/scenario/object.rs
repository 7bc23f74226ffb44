//! Methods by the names that steps give them.

use crate::call::{Call, Method, ObjectKind};
pub(super) use crate::call::{Saved, read_call};

/// The kind of object that a method of this name needs, when a file is read and the object does not exist yet.
pub(super) fn kind_for(method: &Method) -> ObjectKind {
    let has = |kind: &ObjectKind| kind.interfaces().contains(&method.interface);
    ObjectKind::ALL.into_iter().find(has).unwrap_or(ObjectKind::Session)
}

/// Whether a method is called on an object.
pub(super) fn is_method(method: &Method) -> bool {
    method.interface != "MAPI"
}

/// The function or method of a name, alone or with its interface.
pub(super) fn find_method(name: &str) -> Option<&'static Method> {
    match name.split_once("::") {
        Some((interface, name)) => Call::methods().find(|method| method.interface == interface && method.name == name),
        None => Call::methods().find(|method| method.name == name),
    }
}
