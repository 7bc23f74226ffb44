//! What a sink of a table is told: TABLE_NOTIFICATION.

use std::fmt;

use super::{Hresult, Prop, Row};

/// ulTableEvent: one of nine, never several (TABLE-103, NOTIFY-104).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u32)]
pub enum TableEvent {
    /// TABLE_CHANGED 1: something changed; keys, bookmarks and position are still valid.
    Changed = 1,
    /// TABLE_ERROR 2: an operation failed.
    Error = 2,
    /// TABLE_ROW_ADDED 3.
    RowAdded = 3,
    /// TABLE_ROW_DELETED 4.
    RowDeleted = 4,
    /// TABLE_ROW_MODIFIED 5.
    RowModified = 5,
    /// TABLE_SORT_DONE 6.
    SortDone = 6,
    /// TABLE_RESTRICT_DONE 7.
    RestrictDone = 7,
    /// TABLE_SETCOL_DONE 8.
    SetColDone = 8,
    /// TABLE_RELOAD 9: nothing of the table's state is valid any more.
    Reload = 9,
}

impl TableEvent {
    /// Its number.
    #[must_use]
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// Its documented name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            TableEvent::Changed => "TABLE_CHANGED",
            TableEvent::Error => "TABLE_ERROR",
            TableEvent::RowAdded => "TABLE_ROW_ADDED",
            TableEvent::RowDeleted => "TABLE_ROW_DELETED",
            TableEvent::RowModified => "TABLE_ROW_MODIFIED",
            TableEvent::SortDone => "TABLE_SORT_DONE",
            TableEvent::RestrictDone => "TABLE_RESTRICT_DONE",
            TableEvent::SetColDone => "TABLE_SETCOL_DONE",
            TableEvent::Reload => "TABLE_RELOAD",
        }
    }
}

impl fmt::Display for TableEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// TABLE_NOTIFICATION.
#[derive(Clone, Debug, PartialEq)]
pub struct TableNotification {
    /// ulTableEvent.
    pub event: TableEvent,
    /// hResult: the failure of TABLE_ERROR, else S_OK (NOTIFY-108).
    pub result: Hresult,
    /// propIndex: PR_INSTANCE_KEY of the row; `None` is PR_NULL (NOTIFY-053).
    pub index: Option<Prop>,
    /// propPrior: PR_INSTANCE_KEY of the row before it; `None` is PR_NULL, for the first row (NOTIFY-110).
    pub prior: Option<Prop>,
    /// row: the columns in force when the change was made (NOTIFY-116); empty for events without row data.
    pub row: Row,
}

impl TableNotification {
    /// A notification that says nothing of a row.
    #[must_use]
    pub const fn of(event: TableEvent) -> Self {
        TableNotification { event, result: Hresult::S_OK, index: None, prior: None, row: Row { props: Vec::new() } }
    }
}

impl fmt::Display for TableNotification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.event)?;
        if self.result != Hresult::S_OK {
            write!(f, " {}", self.result)?;
        }
        if let Some(index) = &self.index {
            write!(f, " {}", index.value)?;
        }
        match &self.prior {
            Some(prior) => write!(f, " after {}", prior.value)?,
            None if matches!(self.event, TableEvent::RowAdded | TableEvent::RowModified) => f.write_str(" first")?,
            None => {}
        }
        if self.row.props.is_empty() { Ok(()) } else { write!(f, " {}", self.row) }
    }
}
