//! One vocabulary: what a client does ([`Call`]) and what it gets ([`Reply`]).
//!
//! A `Call` is the kernel's input, the journal's record, the operation of the property tests and of the fuzzers, the line of a scenario, and what
//! the C face lowers to. Each interface has a file; one `interface!` declaration a method gives the call, its text form and its printing.

#[cfg(feature = "generate")]
mod draw;
mod form;
mod init_monitor;
mod mapi_functions;
mod prof_admin;
mod prop;
mod reply;
mod saved;
mod session;
mod table;
mod unknown;
mod words;

use std::fmt;

#[cfg(feature = "generate")]
pub(crate) use draw::{Draw, Drawn, Scope};
pub(crate) use form::toml_key;
pub use form::{Bytes, Form, OutPtr, Word, hex, hex_bytes};
pub use init_monitor::{IMAPIInitMonitor, IMAPIWaitResult};
pub use mapi_functions::Mapi;
pub use prof_admin::IProfAdmin;
pub use prop::{Boxed, IMAPIProp, IMAPIStatus, IPropData, IStream};
pub use reply::{MapiError, Out, Reply};
pub(crate) use saved::{Saved, read_call};
pub use session::{IMAPIClientShutdown, IMAPISession};
pub use table::{IMAPITable, ITableData};
pub use unknown::IUnknown;

/// An object that a client holds. Numbers count per kind and are never used twice in a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Handle {
    kind: ObjectKind,
    number: u32,
}

/// What kind of object a handle names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ObjectKind {
    /// IMAPISession.
    Session,
    /// IProfAdmin.
    ProfAdmin,
    /// IMAPIInitMonitor.
    InitMonitor,
    /// IMAPIWaitResult.
    WaitResult,
    /// IMAPITable.
    Table,
    /// IMAPIStatus.
    Status,
    /// IMsgStore.
    MsgStore,
    /// IAddrBook.
    AddrBook,
    /// ITableData.
    TableData,
    /// IPropData.
    PropData,
    /// IStream.
    Stream,
}

impl ObjectKind {
    /// How many kinds there are.
    pub(crate) const COUNT: usize = Self::ALL.len();

    /// Every kind.
    pub const ALL: [ObjectKind; 11] = [
        ObjectKind::Session,
        ObjectKind::ProfAdmin,
        ObjectKind::InitMonitor,
        ObjectKind::WaitResult,
        ObjectKind::Table,
        ObjectKind::Status,
        ObjectKind::MsgStore,
        ObjectKind::AddrBook,
        ObjectKind::TableData,
        ObjectKind::PropData,
        ObjectKind::Stream,
    ];

    /// The interface of the objects of this kind.
    pub const fn interface(self) -> &'static str {
        match self {
            ObjectKind::Session => "IMAPISession",
            ObjectKind::ProfAdmin => "IProfAdmin",
            ObjectKind::InitMonitor => "IMAPIInitMonitor",
            ObjectKind::WaitResult => "IMAPIWaitResult",
            ObjectKind::Table => "IMAPITable",
            ObjectKind::Status => "IMAPIStatus",
            ObjectKind::MsgStore => "IMsgStore",
            ObjectKind::AddrBook => "IAddrBook",
            ObjectKind::TableData => "ITableData",
            ObjectKind::PropData => "IPropData",
            ObjectKind::Stream => "IStream",
        }
    }

    /// The interfaces of the objects of this kind, their own first; IUnknown is left out.
    pub const fn interfaces(self) -> &'static [&'static str] {
        match self {
            ObjectKind::Session => &["IMAPISession", "IMAPIClientShutdown"],
            ObjectKind::ProfAdmin => &["IProfAdmin"],
            ObjectKind::InitMonitor => &["IMAPIInitMonitor"],
            ObjectKind::WaitResult => &["IMAPIWaitResult"],
            ObjectKind::Table => &["IMAPITable"],
            ObjectKind::Status => &["IMAPIStatus", "IMAPIProp"],
            ObjectKind::MsgStore => &["IMsgStore", "IMAPIProp"],
            ObjectKind::AddrBook => &["IAddrBook", "IMAPIProp"],
            ObjectKind::TableData => &["ITableData"],
            ObjectKind::PropData => &["IPropData", "IMAPIProp"],
            ObjectKind::Stream => &["IStream"],
        }
    }

    /// The word that stands before the number in `session#1`.
    pub const fn word(self) -> &'static str {
        match self {
            ObjectKind::Session => "session",
            ObjectKind::ProfAdmin => "prof_admin",
            ObjectKind::InitMonitor => "init_monitor",
            ObjectKind::WaitResult => "wait_result",
            ObjectKind::Table => "table",
            ObjectKind::Status => "status",
            ObjectKind::MsgStore => "msg_store",
            ObjectKind::AddrBook => "addr_book",
            ObjectKind::TableData => "table_data",
            ObjectKind::PropData => "prop_data",
            ObjectKind::Stream => "stream",
        }
    }
}

impl Handle {
    /// The object of this kind and number.
    pub const fn new(kind: ObjectKind, number: u32) -> Self {
        Handle { kind, number }
    }

    /// What kind of object it is.
    pub const fn kind(self) -> ObjectKind {
        self.kind
    }

    /// Its number among the objects of its kind, from 1.
    pub const fn number(self) -> u32 {
        self.number
    }

    /// Reads `session#1`.
    pub fn parse(text: &str) -> Option<Self> {
        let (word, number) = text.split_once('#')?;
        let kind = ObjectKind::ALL.into_iter().find(|kind| kind.word() == word)?;
        number.parse().ok().map(|number| Handle { kind, number })
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.kind.word(), self.number)
    }
}

/// Who makes a call: a process and one of its threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Caller {
    /// Number of the process.
    pub process: ProcessId,
    /// Number of the thread within the process.
    pub thread: ThreadId,
}

/// Number of a process of the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcessId(pub(crate) u16);

/// Number of a thread of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThreadId(pub(crate) u16);

/// A function or method, as the reference names it.
#[derive(Debug, PartialEq, Eq)]
pub struct Method {
    /// The interface, or `MAPI` for the functions of mapi32.
    pub interface: &'static str,
    /// The method or function.
    pub name: &'static str,
    /// Its arguments: the page's parameter names without their type prefix, in snake_case.
    pub args: &'static [&'static str],
}

impl Method {
    /// Whether it is named so: by its own interface, by that of an object which has it beside its own, or without an interface.
    pub(crate) fn is_called(&self, interface: Option<&str>, name: Option<&str>) -> bool {
        let has = |kind: &ObjectKind| Some(kind.interface()) == interface && kind.interfaces().contains(&self.interface);
        self.has_name(name) && (interface.is_none_or(|interface| interface == self.interface) || ObjectKind::ALL.iter().any(has))
    }

    fn has_name(&self, name: Option<&str>) -> bool {
        name.is_none_or(|name| name == self.name)
    }
}

impl Call {
    /// Whether it is a call of what is named so: of the method's interface or of the object's.
    pub(crate) fn is_called(&self, interface: Option<&str>, name: Option<&str>) -> bool {
        let method = self.method();
        let of_object = |interface: &str| self.this().is_some_and(|this| this.kind().interface() == interface);
        method.has_name(name) && interface.is_none_or(|interface| interface == method.interface || of_object(interface))
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.interface == "MAPI" { f.write_str(self.name) } else { write!(f, "{}::{}", self.interface, self.name) }
    }
}

/// Arguments of a call in text form, taken one by one.
#[derive(Debug)]
pub struct Args<'a> {
    given: &'a [(String, Form)],
}

/// An argument that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadArg {
    /// Its name.
    pub name: &'static str,
    /// What is wrong with it.
    pub what: String,
}

impl Args<'_> {
    fn take<T: Word>(&self, name: &'static str) -> Result<T, BadArg> {
        let Some((_, form)) = self.given.iter().find(|(key, _)| key == name) else {
            return T::absent().ok_or_else(|| BadArg { name, what: format!("is missing; expected {}", T::EXPECTED) });
        };
        T::read(form).map_err(|what| BadArg { name, what: what.unwrap_or_else(|| format!("is {form}; expected {}", T::EXPECTED)) })
    }
}

/// Declares the methods of one interface: for each its MAPI name and its arguments.
///
/// It makes an enum of calls with the documentation, and from the same words their reading, writing and printing.
macro_rules! interface {
    (
        $(#[$doc:meta])*
        $name:ident = $label:literal {
            $( $(#[$mdoc:meta])* $method:ident { $( $(#[$adoc:meta])* $arg:ident : $ty:ty ),* $(,)? } )*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$mdoc])* $method { $( $(#[$adoc])* $arg: $ty ),* }, )*
        }

        impl $name {
            /// Every method of the interface that has a call.
            pub const METHODS: &'static [$crate::call::Method] = &[
                $( $crate::call::Method { interface: $label, name: stringify!($method), args: &[$(stringify!($arg)),*] } ),*
            ];

            /// Which method this calls.
            pub fn method(&self) -> &'static $crate::call::Method {
                let name = match self { $( Self::$method { .. } => stringify!($method), )* };
                Self::METHODS.iter().find(|method| method.name == name).expect("each variant has its row in METHODS")
            }

            /// Reads a call; `None` if the interface has no such method.
            pub(crate) fn read(name: &str, args: &$crate::call::Args<'_>) -> Option<Result<Self, $crate::call::BadArg>> {
                Self::METHODS.iter().any(|method| method.name == name).then(|| Self::read_known(name, args))
            }

            #[allow(unused_variables)]
            fn read_known(name: &str, args: &$crate::call::Args<'_>) -> Result<Self, $crate::call::BadArg> {
                match name {
                    $( stringify!($method) => Ok(Self::$method { $( $arg: args.take(stringify!($arg))? ),* }), )*
                    _ => unreachable!("`read` asks for methods of METHODS only"),
                }
            }

            /// A call of this method with drawn arguments.
            #[cfg(feature = "generate")]
            #[allow(unused_variables)]
            pub(crate) fn draw(name: &str, from: &mut $crate::call::Draw<'_>) -> Self {
                match name {
                    $( stringify!($method) => Self::$method { $( $arg: { from.arg = stringify!($arg); $crate::call::Drawn::draw(from) } ),* }, )*
                    _ => unreachable!("only methods of METHODS are drawn"),
                }
            }

            /// The arguments in text form, those left out that are as if left out.
            #[allow(unused_mut, clippy::vec_init_then_push)]
            pub(crate) fn args(&self) -> Vec<(&'static str, $crate::call::Form, String)> {
                let mut args = Vec::new();
                match self {
                    $( Self::$method { $( $arg ),* } => {
                        $( if let Some(shown) = $crate::call::Word::show($arg) {
                            args.push((stringify!($arg), $crate::call::Word::write($arg), shown));
                        } )*
                    } )*
                }
                args
            }
        }
    };
}
pub(crate) use interface;

/// Ties the interfaces together into [`Call`].
macro_rules! calls {
    ($( $(#[$doc:meta])* $variant:ident ),* $(,)?) => {
        /// What a client does: a function of mapi32, or a method on an object that it holds.
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum Call {
            /// A function of mapi32.
            Mapi(Mapi),
            $( $(#[$doc])* $variant(Handle, $variant), )*
        }

        impl Call {
            /// Which function or method this is.
            pub fn method(&self) -> &'static Method {
                match self {
                    Call::Mapi(call) => call.method(),
                    $( Call::$variant(_, call) => call.method(), )*
                }
            }

            /// The object whose method is called.
            pub fn this(&self) -> Option<Handle> {
                match self {
                    Call::Mapi(_) => None,
                    $( Call::$variant(this, _) => Some(*this), )*
                }
            }

            /// Name, text form and printed form of each argument that is not as if left out.
            pub fn args(&self) -> Vec<(&'static str, Form, String)> {
                match self {
                    Call::Mapi(call) => call.args(),
                    $( Call::$variant(_, call) => call.args(), )*
                }
            }

            /// A call of this function, or of this method on the object, with drawn arguments.
            #[cfg(feature = "generate")]
            pub(crate) fn draw(method: &Method, this: Option<Handle>, from: &mut Draw<'_>) -> Call {
                let Some(this) = this else { return Call::Mapi(Mapi::draw(method.name, from)) };
                match method.interface {
                    $( stringify!($variant) => Call::$variant(this, $variant::draw(method.name, from)), )*
                    _ => unreachable!("a method on an object is one of an interface"),
                }
            }

            /// Every function and method that has a call.
            pub fn methods() -> impl Iterator<Item = &'static Method> {
                Mapi::METHODS.iter()$( .chain($variant::METHODS) )*
            }

            /// Reads a call from its text form.
            ///
            /// `name` is the documented name, alone (`Logoff`) or with its interface (`IMAPISession::Logoff`). `None` if nothing has that name.
            pub fn read(name: &str, this: Option<Handle>, args: &[(String, Form)]) -> Option<Result<Call, BadArg>> {
                let (wanted, method) = name.split_once("::").map_or((None, name), |(left, right)| (Some(left), right));
                let args = Args { given: args };
                let Some(this) = this else {
                    return Mapi::read(name, &args).map(|call| call.map(Call::Mapi));
                };
                let looks_at = |interface: &str| wanted.map_or_else(|| this.kind.interfaces().contains(&interface), |wanted| wanted == interface);
                $( if looks_at(stringify!($variant)) {
                    if let Some(call) = $variant::read(method, &args) {
                        return Some(call.map(|call| Call::$variant(this, call)));
                    }
                } )*
                IUnknown::read(method, &args).map(|call| call.map(|call| Call::IUnknown(this, call)))
            }
        }
    };
}

calls! {
    /// A method that every object has.
    IUnknown,
    /// A method of a session.
    IMAPISession,
    /// A method of a session's fast shutdown.
    IMAPIClientShutdown,
    /// A method of a table.
    IMAPITable,
    /// A method of the rows behind tables of CreateTable.
    ITableData,
    /// A method of an object with properties.
    IMAPIProp,
    /// A method of an object of CreateIProp.
    IPropData,
    /// A method of a stream on a property.
    IStream,
    /// A method of a status object.
    IMAPIStatus,
    /// A method of the profile administration object.
    IProfAdmin,
    /// A method of an initialisation monitor.
    IMAPIInitMonitor,
    /// A method of a pending wait for initialisation.
    IMAPIWaitResult,
}

impl fmt::Display for Call {
    /// `MAPILogonEx(profile_name="Work", flags=MAPI_EXTENDED|MAPI_NEW_SESSION)`, `session#1.Logoff()`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(this) = self.this() {
            write!(f, "{this}.")?;
        }
        write!(f, "{}(", self.method().name)?;
        for (i, (name, _, shown)) in self.args().iter().enumerate() {
            write!(f, "{}{name}={shown}", if i == 0 { "" } else { ", " })?;
        }
        f.write_str(")")
    }
}

/// Number of a call in a world: 1 is the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub(crate) u32);

impl CallId {
    /// The number.
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The call of this number.
    pub const fn from_number(number: u32) -> Self {
        CallId(number)
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_stays_small() {
        assert!(size_of::<Call>() <= 64, "{}", size_of::<Call>());
    }

    #[test]
    fn no_two_methods_share_a_place() {
        let mut names: Vec<String> = Call::methods().map(Method::to_string).collect();
        names.sort();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
