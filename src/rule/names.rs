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
        if Call::methods().any(|method| target.could_be(method)) { Ok(target) } else { Err(Error::misuse(unknown(text))) }
    }

    /// Whether this names a method of an interface, or of an object that has it beside its own.
    fn could_be(&self, method: &Method) -> bool {
        let of = |kind: &ObjectKind| Some(kind.interface()) == self.interface.as_deref() && kind.interfaces().contains(&method.interface);
        self.has_name(method) && (self.has_interface(method.interface) || ObjectKind::ALL.iter().any(of))
    }

    fn has_name(&self, method: &Method) -> bool {
        self.name.as_deref().is_none_or(|name| name == method.name)
    }

    fn has_interface(&self, interface: &str) -> bool {
        self.interface.as_deref().is_none_or(|wanted| wanted == interface)
    }

    /// Whether it is a call of what is named here.
    pub fn is(&self, call: &Call) -> bool {
        let method = call.method();
        self.has_name(method)
            && (self.has_interface(method.interface) || call.this().is_some_and(|this| self.has_interface(this.kind().interface())))
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
