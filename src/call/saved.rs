//! Calls on objects that were saved under names.

use std::collections::BTreeMap;

use super::{BadArg, Call, Form, Handle, Word};

/// Objects by the names under which they were saved.
pub(crate) type Saved = BTreeMap<String, Handle>;

/// Reads a call. An argument that is an object is written as the name under which it was saved.
pub(crate) fn read_call(name: &str, this: Option<Handle>, args: &[(String, Form)], saved: &Saved) -> Option<Result<Call, BadArg>> {
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
