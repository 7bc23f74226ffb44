//! IMAPITable, and rows of tables for people to read.

use std::fmt;
use std::sync::Arc;

use super::{Failure, Object};
use crate::call::{Call, Caller, Handle, IMAPITable, Out};
use crate::mapi::{Hresult, PropTag, Row, StatusCode, StatusMethods, Value};
use crate::sim::Shared;

/// A table: IMAPITable.
#[derive(Clone)]
pub struct Table {
    object: Arc<Object>,
}

/// BOOKMARK_BEGINNING.
const BOOKMARK_BEGINNING: u32 = 0;

impl Table {
    pub(super) fn new(world: &Arc<Shared>, caller: Caller, handle: Handle) -> Self {
        Table { object: Object::new(world, caller, handle) }
    }

    fn call(&self, call: IMAPITable) -> Result<Out, Failure> {
        self.object.call(Call::IMAPITable(self.object.handle, call)).map(|reply| reply.out)
    }

    /// The name by which the journal calls it.
    pub fn handle(&self) -> Handle {
        self.object.handle
    }

    /// SetColumns.
    ///
    /// # Errors
    ///
    /// MAPI_E_INVALID_PARAMETER without columns.
    pub fn set_columns(&self, columns: &[PropTag]) -> Result<(), Failure> {
        self.call(IMAPITable::SetColumns { prop_tag_array: columns.to_vec(), flags: 0 }).map(drop)
    }

    /// QueryColumns: the columns in force.
    ///
    /// # Errors
    ///
    /// MAPI_E_INVALID_OBJECT after the session's Logoff, as every method.
    pub fn query_columns(&self) -> Result<Vec<PropTag>, Failure> {
        self.call(IMAPITable::QueryColumns { flags: 0 }).map(|out| if let Out::Tags(tags) = out { tags } else { Vec::new() })
    }

    /// GetRowCount.
    ///
    /// # Errors
    ///
    /// MAPI_E_INVALID_OBJECT after the session's Logoff.
    pub fn get_row_count(&self) -> Result<usize, Failure> {
        self.call(IMAPITable::GetRowCount { flags: 0 })
            .map(|out| if let Out::Number(count) = out { usize::try_from(count).unwrap_or(0) } else { 0 })
    }

    /// SeekRow: moves the cursor from a bookmark (0 beginning, 1 current, 2 end) and says by how many rows.
    ///
    /// # Errors
    ///
    /// MAPI_E_INVALID_BOOKMARK for another bookmark.
    pub fn seek_row(&self, origin: u32, row_count: i32) -> Result<i64, Failure> {
        self.call(IMAPITable::SeekRow { origin, row_count }).map(|out| if let Out::Number(sought) = out { sought } else { 0 })
    }

    /// QueryRows: rows from the cursor on; a negative count reads backwards.
    ///
    /// # Errors
    ///
    /// MAPI_E_INVALID_PARAMETER for a count of zero.
    pub fn query_rows(&self, row_count: i32) -> Result<Vec<Row>, Failure> {
        self.call(IMAPITable::QueryRows { row_count, flags: 0 }).map(|out| if let Out::Rows(rows) = out { rows } else { Vec::new() })
    }

    /// Every row, in the columns in force.
    ///
    /// # Errors
    ///
    /// MAPI_E_INVALID_OBJECT after the session's Logoff.
    pub fn query_all_rows(&self) -> Result<Rows, Failure> {
        self.seek_row(BOOKMARK_BEGINNING, 0)?;
        let count = i32::try_from(self.get_row_count()?).unwrap_or(i32::MAX);
        let rows = if count == 0 { Vec::new() } else { self.query_rows(count)? };
        Ok(Rows(rows))
    }
}

/// Rows of a table. Printing them gives aligned columns, with flag words by their names, as MFCMAPI shows them.
///
/// ```
/// use mapi_sim::{LogonFlags, Sim};
///
/// let sim = Sim::office();
/// let session = sim.logon("Work", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION | LogonFlags::NO_MAIL)?;
/// let rows = session.get_status_table(0)?.query_all_rows()?;
/// assert!(rows.to_string().contains("STATUS_FAILURE")); // the spooler, in a MAPI_NO_MAIL session
/// # Ok::<(), mapi_sim::Failure>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Rows(pub Vec<Row>);

impl std::ops::Deref for Rows {
    type Target = [Row];

    fn deref(&self) -> &[Row] {
        &self.0
    }
}

/// Columns that the print of a table leaves out: they identify rows, not resources.
const LEFT_OUT: &[PropTag] = &[PropTag::PR_INSTANCE_KEY, PropTag::PR_ENTRYID, PropTag::PR_OBJECT_TYPE, PropTag::PR_MDB_PROVIDER];

impl fmt::Display for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.0.first() else { return f.write_str("(no rows)") };
        let shown = |at: &usize| {
            let tag = first.props[*at].tag;
            let mut cells = self.0.iter().filter_map(|row| row.props.get(*at));
            !LEFT_OUT.iter().any(|left| left.id() == tag.id()) && cells.any(|prop| !matches!(prop.value, Value::Error(_)))
        };
        let columns: Vec<usize> = (0..first.props.len()).filter(shown).collect();
        let title = |at: &usize| self.0.iter().find_map(|row| row.props.get(*at)?.tag.property_name()).unwrap_or("?").to_owned();
        let text = |row: &Row, at: usize| row.props.get(at).map_or_else(|| "-".to_owned(), |prop| cell(prop.tag, &prop.value));
        let mut lines = vec![columns.iter().map(title).collect::<Vec<_>>()];
        lines.extend(self.0.iter().map(|row| columns.iter().map(|at| text(row, *at)).collect()));
        let widths: Vec<usize> =
            (0..columns.len()).map(|at| lines.iter().map(|line: &Vec<String>| line[at].chars().count()).max().unwrap_or(0)).collect();
        for (number, line) in lines.iter().enumerate() {
            let text = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect::<Vec<_>>().join("  ");
            write!(f, "{}{}", if number == 0 { "" } else { "\n" }, text.trim_end())?;
        }
        Ok(())
    }
}

/// One cell, decoded where the column has names for its numbers.
fn cell(tag: PropTag, value: &Value) -> String {
    let Value::Long(number) = value else {
        return match value {
            Value::Error(Hresult::MAPI_E_NOT_FOUND) => "-".to_owned(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
    };
    let bits = number.cast_unsigned();
    match tag.id() {
        id if id == PropTag::PR_RESOURCE_TYPE.id() => resource_type(bits),
        id if id == PropTag::PR_STATUS_CODE.id() => StatusCode::from(bits).to_string(),
        id if id == PropTag::PR_RESOURCE_METHODS.id() => StatusMethods::from(bits).to_string(),
        id if id == PropTag::PR_RESOURCE_FLAGS.id() => crate::mapi::ProviderFlags::from(bits).to_string(),
        _ => number.to_string(),
    }
}

fn resource_type(number: u32) -> String {
    let name = match number {
        33 => "MAPI_STORE_PROVIDER",
        34 => "MAPI_AB",
        35 => "MAPI_AB_PROVIDER",
        36 => "MAPI_TRANSPORT_PROVIDER",
        37 => "MAPI_SPOOLER",
        39 => "MAPI_SUBSYSTEM",
        40 => "MAPI_HOOK_PROVIDER",
        _ => return number.to_string(),
    };
    name.to_owned()
}
