//! Rows of tables for people to read, and for programs to go through.

use std::fmt;

use crate::mapi::{Hresult, PropTag, Row, StatusCode, StatusMethods, Value};

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

impl IntoIterator for Rows {
    type Item = Row;
    type IntoIter = std::vec::IntoIter<Row>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Rows {
    type Item = &'a Row;
    type IntoIter = std::slice::Iter<'a, Row>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

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
        id if id == PropTag::PR_ROW_TYPE.id() => row_type(bits),
        _ => number.to_string(),
    }
}

fn row_type(number: u32) -> String {
    let name = match number {
        1 => "TBL_LEAF_ROW",
        3 => "TBL_EXPANDED_CATEGORY",
        4 => "TBL_COLLAPSED_CATEGORY",
        _ => return number.to_string(),
    };
    name.to_owned()
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
