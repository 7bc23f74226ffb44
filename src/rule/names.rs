//! What a rule is for: a function, a method, an interface, or everything.

use std::fmt;

use crate::call::{Call, Method, ObjectKind};
use crate::error::Error;
use crate::near::nearest;

/// Calls that return nothing: nothing of them can fail.
const WITHOUT_RESULT: &[&str] = &["MAPIUninitialize", "DeinitMapiUtil", "Release"];

/// Whether a function or method returns something that tells a failure. MAPIUninitialize, DeinitMapiUtil and Release do not.
pub fn can_fail(method: &Method) -> bool {
    !WITHOUT_RESULT.contains(&method.name)
}

/// What a rule is for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Target {
    interface: Option<String>,
    name: Option<String>,
}

impl Target {
    /// One function or method.
    pub fn of(method: &Method) -> Self {
        Target { interface: (method.interface != "MAPI").then(|| method.interface.to_owned()), name: Some(method.name.to_owned()) }
    }

    /// Reads `*`, `MAPILogonEx`, `GetLastError`, `IMAPITable::QueryRows`, `IMAPITable::*`.
    ///
    /// # Errors
    ///
    /// That nothing has this name, with the nearest that there is; or that it returns nothing that could fail.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let (interface, name) = text.split_once("::").map_or((None, text), |(interface, name)| (Some(interface), name));
        let target = Target { interface: interface.map(str::to_owned), name: (name != "*").then(|| name.to_owned()) };
        if WITHOUT_RESULT.contains(&name) {
            return Err(Error::misuse(format!("{name} returns nothing that could fail; rules do not see it")));
        }
        if Call::methods().any(|method| method.is_called(interface, target.name.as_deref())) {
            Ok(target)
        } else {
            Err(Error::misuse(unknown(text)))
        }
    }

    /// Whether it is a call of what is named here.
    pub fn is(&self, call: &Call) -> bool {
        call.is_called(self.interface.as_deref(), self.name.as_deref())
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(interface) = &self.interface {
            write!(f, "{interface}::")?;
        }
        f.write_str(self.name.as_deref().unwrap_or("*"))
    }
}

/// What to say of a name that nothing has.
fn unknown(text: &str) -> String {
    let full: Vec<String> = Call::methods().filter(|method| can_fail(method)).map(ToString::to_string).collect();
    let interfaces = ObjectKind::ALL.iter().flat_map(|kind| kind.interfaces()).map(|interface| format!("{interface}::*"));
    let names: Vec<String> = full.iter().cloned().chain(Call::methods().map(|method| method.name.to_owned())).chain(interfaces).collect();
    let advice =
        nearest(text, names.iter().map(String::as_str)).map_or_else(String::new, |(name, _)| format!("; did you mean \"{name}\"?"));
    format!("no function or method is called \"{text}\"{advice}")
}
