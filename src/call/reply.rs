//! What a client gets.

use super::Handle;
use super::form::{self, Bytes, Form, Word};
use crate::mapi::{Hresult, NameId, PropProblem, PropTag, Row, SortOrderSet};

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
