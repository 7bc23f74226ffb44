//! Names under which steps save objects, and calls on them.

use std::collections::BTreeMap;

use crate::call::{BadArg, Call, Form, Handle, Method, ObjectKind, Word};

/// Objects by the names under which they were saved.
pub(super) type Saved = BTreeMap<String, Handle>;

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

/// Reads a call. An argument that is an object is written as the name under which it was saved.
pub(super) fn read_call(name: &str, this: Option<Handle>, args: &[(String, Form)], saved: &Saved) -> Option<Result<Call, BadArg>> {
    let mut args = args.to_vec();
    let mut tries = args.len();
    loop {
        let bad = match Call::read(name, this, &args)? {
            Ok(call) => return Some(Ok(call)),
            Err(bad) => bad,
        };
        let place = args.iter_mut().find(|(key, _)| key == bad.name);
        let Some((place, handle)) = place.and_then(|(_, form)| saved_object(form, saved).map(|handle| (form, handle))) else {
            return Some(Err(bad));
        };
        if tries == 0 {
            return Some(Err(bad));
        }
        tries -= 1;
        *place = handle.write();
    }
}

/// The object that a value names.
fn saved_object(form: &Form, saved: &Saved) -> Option<Handle> {
    match form {
        Form::Str(name) => saved.get(name).copied(),
        _ => None,
    }
}
