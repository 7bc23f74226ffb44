//! One vocabulary: what a client does ([`Call`]) and what it gets ([`Reply`]).
//!
//! A `Call` is the kernel's input, the journal's record, the operation of the property tests and of the fuzzers, the line of a scenario, and what
//! the C face lowers to. Each interface has a file; one `interface!` declaration a method gives the call, its text form and its printing.

mod form;
mod init_monitor;
mod mapi_functions;
mod prof_admin;
mod prop;
mod session;
mod table;
mod unknown;
mod words;

use std::fmt;

pub(crate) use form::toml_key;
pub use form::{Bytes, Form, OutPtr, Word, hex, hex_bytes};
pub use init_monitor::{IMAPIInitMonitor, IMAPIWaitResult};
pub use mapi_functions::Mapi;
pub use prof_admin::IProfAdmin;
pub use prop::{Boxed, IMAPIProp, IMAPIStatus, IPropData, IStream};
pub use session::{IMAPIClientShutdown, IMAPISession};
pub use table::{IMAPITable, ITableData};
pub use unknown::IUnknown;

use crate::mapi::{Hresult, NameId, PropProblem, PropTag, Row, SortOrderSet};

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

/// What a client gets: the HRESULT first.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// The HRESULT; S_OK for functions that return nothing.
    pub hr: Hresult,
    /// What else came back.
    pub out: Out,
}

impl Reply {
    /// A reply that is an HRESULT alone.
    pub fn of(hr: Hresult) -> Self {
        Reply { hr, out: Out::Nothing }
    }

    /// S_OK and a result.
    pub fn ok(out: Out) -> Self {
        Reply { hr: Hresult::S_OK, out }
    }

    /// The reply as the journal keeps it: of many rows the first ones, so that reading a large table costs neither time nor memory twice.
    pub(crate) fn kept(&self) -> Self {
        match &self.out {
            Out::Rows(rows) if rows.len() > Self::ROWS_KEPT => Reply { hr: self.hr, out: Out::Rows(rows[..Self::ROWS_KEPT].to_vec()) },
            _ => self.clone(),
        }
    }

    /// How many rows of a reply the journal keeps.
    pub const ROWS_KEPT: usize = 32;

    /// The object that came back, if one did.
    pub fn object(&self) -> Option<Handle> {
        match self.out {
            Out::Object(handle) | Out::Opened { object: handle, .. } => Some(handle),
            _ => None,
        }
    }
}

/// What comes back beside the HRESULT.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Out {
    /// Nothing; out-pointers are NULL.
    Nothing,
    /// An object.
    Object(Handle),
    /// An object of a type that the caller has to look at: lpulObjType.
    Opened {
        /// The object.
        object: Handle,
        /// PR_OBJECT_TYPE.
        object_type: u32,
    },
    /// TRUE or FALSE.
    Bool(bool),
    /// A number: a count, a connection.
    Number(i64),
    /// Property tags.
    Tags(Vec<PropTag>),
    /// Rows of a table.
    Rows(Vec<Row>),
    /// Property values.
    Props(Row),
    /// What a table is doing, and its type.
    TableStatus {
        /// lpulTableStatus.
        status: u32,
        /// lpulTableType.
        table_type: u32,
    },
    /// Where the cursor of a table stands.
    Position {
        /// lpulRow.
        row: u32,
        /// lpulNumerator.
        numerator: u32,
        /// lpulDenominator.
        denominator: u32,
    },
    /// A sort order.
    SortOrder(SortOrderSet),
    /// Rows that were shown by expanding a category.
    Expanded {
        /// lppRows.
        rows: Vec<Row>,
        /// lpulMoreRows: how many rows were added to the view.
        more_rows: u32,
    },
    /// One row of an ITableData, or none, and its number.
    DataRow {
        /// lppSRow.
        row: Option<Row>,
        /// lpuliRow.
        number: u32,
    },
    /// Bytes that only their maker can read: a collapse state.
    Block(Bytes),
    /// An entry identifier.
    EntryId(Bytes),
    /// Strings.
    Strings(Vec<String>),
    /// A MAPIERROR, or none.
    Error(Option<Box<MapiError>>),
    /// Problems with single properties: an SPropProblemArray. Without problems there is none (PROP-096).
    Problems(Vec<PropProblem>),
    /// Names of properties beside their tags; none where an identifier has no name, or one that was not asked for.
    Names {
        /// lppPropTags: PT_ERROR is the type of what has no name in the other list.
        tags: Vec<PropTag>,
        /// lpppPropNames.
        names: Vec<Option<NameId>>,
    },
    /// Access levels and states of properties beside their tags.
    Access {
        /// lppPropTagArray: zero for a property that was deleted (PROP-224).
        tags: Vec<PropTag>,
        /// lprgulAccess.
        access: Vec<u32>,
    },
    /// How many bytes IStream::CopyTo read and wrote.
    Copied {
        /// pcbRead.
        read: u64,
        /// pcbWritten.
        written: u64,
    },
}

/// MAPIERROR: what GetLastError gives (SESSION-023).
#[derive(Clone, Debug, PartialEq)]
pub struct MapiError {
    /// lpszError.
    pub error: String,
    /// lpszComponent.
    pub component: String,
    /// ulLowLevelError.
    pub low_level_error: u32,
    /// ulContext.
    pub context: u32,
}

impl Out {
    /// Named values in text form, as a scenario expects them.
    pub fn form(&self) -> Vec<(&'static str, Form)> {
        let strings = |list: &[String]| Form::List(list.iter().cloned().map(Form::Str).collect());
        match self {
            Out::Nothing => vec![],
            Out::Object(handle) => vec![("object", handle.write())],
            Out::Opened { object, object_type } => vec![("object", object.write()), ("object_type", object_type.write())],
            Out::Bool(value) => vec![("value", Form::Bool(*value))],
            Out::Number(value) => vec![("value", Form::Int(*value))],
            Out::Tags(tags) => vec![("tags", tags.write()), ("count", Form::Int(form::count(tags)))],
            Out::Rows(rows) => {
                vec![("rows", Form::List(rows.iter().map(form::row).collect())), ("count", Form::Int(form::count(rows)))]
            }
            Out::Props(row) => {
                let tags: Vec<PropTag> = row.props.iter().map(|prop| prop.tag).collect();
                vec![("props", form::row(row)), ("tags", tags.write()), ("count", Form::Int(form::count(&tags)))]
            }
            Out::TableStatus { status, table_type } => vec![("status", status.write()), ("table_type", table_type.write())],
            Out::Position { row, numerator, denominator } => {
                vec![("row", row.write()), ("numerator", numerator.write()), ("denominator", denominator.write())]
            }
            Out::SortOrder(order) => vec![("sort_order", order.write())],
            Out::Expanded { rows, more_rows } => vec![
                ("rows", Form::List(rows.iter().map(form::row).collect())),
                ("count", Form::Int(form::count(rows))),
                ("more_rows", more_rows.write()),
            ],
            Out::DataRow { row, number } => {
                vec![("props", row.as_ref().map_or(Form::Null, form::row)), ("value", number.write())]
            }
            Out::Block(bytes) => vec![("bytes", bytes.write())],
            Out::EntryId(bytes) => vec![("entry_id", bytes.write())],
            Out::Strings(list) => vec![("strings", strings(list)), ("count", Form::Int(form::count(list)))],
            Out::Error(None) => vec![("error", Form::Null)],
            Out::Error(Some(error)) => {
                vec![("error", Form::Str(error.error.clone())), ("component", Form::Str(error.component.clone()))]
            }
            Out::Problems(problems) => vec![("problems", problems.write())],
            Out::Names { tags, names } => {
                let names = names.iter().map(|name| name.as_ref().map_or(Form::Null, Word::write)).collect();
                vec![("tags", tags.write()), ("names", Form::List(names)), ("count", Form::Int(form::count(tags)))]
            }
            Out::Access { tags, access } => vec![("tags", tags.write()), ("access", access.write())],
            Out::Copied { read, written } => vec![("read", read.write()), ("written", written.write())],
        }
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
