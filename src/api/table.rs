//! IMAPITable, method for method and as an iterator.

use std::sync::Arc;

use super::props::tags_of;
use super::table_data::count;
use super::{Failure, Object, Rows, Warned};
use crate::call::{Bytes, Call, Caller, Handle, IMAPITable, MapiError, Out, Reply};
use crate::mapi::{Hresult, NotifyEvents, PropTag, Restriction, Row, SortOrderSet, WidthFlags};
use crate::sim::Shared;

/// A table: IMAPITable.
///
/// ```
/// use mapi_sim::mapi::{Relop, Restriction, SortOrderSet};
/// use mapi_sim::{LogonFlags, PropTag, Sim};
///
/// let sim = Sim::office();
/// let session = sim.logon("Work", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION | LogonFlags::NO_MAIL)?;
/// let table = session.get_status_table(0)?;
/// table.restrict(Restriction::property(PropTag::PR_RESOURCE_TYPE, Relop::NE, 37))?; // not MAPI_SPOOLER
/// table.sort_table(SortOrderSet::by(PropTag::PR_DISPLAY_NAME))?;
/// let names: Vec<String> = table.rows()?.filter_map(|row| row.text(PropTag::PR_DISPLAY_NAME).map(str::to_owned)).collect();
/// assert_eq!(names.len(), table.get_row_count()?);
/// # Ok::<(), mapi_sim::Failure>(())
/// ```
#[derive(Clone)]
pub struct Table {
    object: Arc<Object>,
}

/// A place in a table: BOOKMARK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bookmark(pub u32);

impl Bookmark {
    /// BOOKMARK_BEGINNING: before the first row.
    pub const BEGINNING: Bookmark = Bookmark(0);
    /// BOOKMARK_CURRENT: where the cursor is.
    pub const CURRENT: Bookmark = Bookmark(1);
    /// BOOKMARK_END: after the last row (TABLE-096).
    pub const END: Bookmark = Bookmark(2);
}

impl From<u32> for Bookmark {
    fn from(number: u32) -> Self {
        Bookmark(number)
    }
}

/// What QueryPosition says: the row that is read next, from 0, and the place as a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// lpulRow; 0xFFFFFFFF if the table does not know (TABLE-112).
    pub row: u32,
    /// lpulNumerator.
    pub numerator: u32,
    /// lpulDenominator; never zero (TABLE-109).
    pub denominator: u32,
}

/// What GetStatus says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableStatus {
    /// lpulTableStatus: TBLSTAT_COMPLETE 0, TBLSTAT_QCHANGED 7, TBLSTAT_SORTING 9, TBLSTAT_SORT_ERROR 10, TBLSTAT_SETTING_COLS 11,
    /// TBLSTAT_SETCOL_ERROR 13, TBLSTAT_RESTRICTING 14, TBLSTAT_RESTRICT_ERROR 15.
    pub status: u32,
    /// lpulTableType: TBLTYPE_SNAPSHOT 0, TBLTYPE_KEYSET 1, TBLTYPE_DYNAMIC 2.
    pub table_type: u32,
}

/// What ExpandRow shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Expanded {
    /// The first rows of the category, as many as were asked for.
    pub rows: Rows,
    /// lpulMoreRows: how many rows the view has more (TABLE-202).
    pub more_rows: u32,
}

/// TBL_ASYNC.
const TBL_ASYNC: u32 = 0x1;
/// TBL_NOADVANCE.
const TBL_NOADVANCE: u32 = 0x1;
/// TBL_ALL_COLUMNS.
const TBL_ALL_COLUMNS: u32 = 0x1;
/// DIR_BACKWARD.
const DIR_BACKWARD: u32 = 0x1;
/// How many rows [`Table::rows`] reads at a time.
const BATCH: i32 = 1024;

impl Table {
    pub(super) fn new(world: &Arc<Shared>, caller: Caller, handle: Handle) -> Self {
        Table { object: Object::new(world, caller, handle) }
    }

    fn make(&self, call: IMAPITable) -> Result<Reply, Failure> {
        self.object.call(Call::IMAPITable(self.object.handle, call))
    }

    fn call(&self, call: IMAPITable) -> Result<Out, Failure> {
        self.make(call).map(|reply| reply.out)
    }

    /// The name by which the journal calls it.
    pub fn handle(&self) -> Handle {
        self.object.handle
    }

    /// GetLastError: the text for the last failing method of this table, if `result` is its HRESULT (TABLE-020).
    ///
    /// # Errors
    ///
    /// MAPI_E_INVALID_OBJECT after the session's Logoff, as every method of a session's table.
    pub fn get_last_error(&self, result: Hresult) -> Result<Option<MapiError>, Failure> {
        let out = self.call(IMAPITable::GetLastError { result, flags: WidthFlags::empty() })?;
        Ok(if let Out::Error(error) = out { error.map(|error| *error) } else { None })
    }

    /// Advise for changes of the table; `sink` is your number for the sink, not zero. What it is told stands in the journal as
    /// [`Event::Notified`](crate::kernel::Event::Notified). The result is ulConnection.
    ///
    /// # Errors
    ///
    /// - MAPI_E_NO_SUPPORT of a table that does not change, or with the fixture's `tables.notify = false` (TABLE-029);
    /// - MAPI_E_INVALID_PARAMETER for a sink of zero.
    pub fn advise(&self, sink: u32) -> Result<u32, Failure> {
        let out = self.call(IMAPITable::Advise { event_mask: NotifyEvents::TABLE_MODIFIED, advise_sink: sink })?;
        Ok(number(&out))
    }

    /// Unadvise.
    ///
    /// # Errors
    ///
    /// MAPI_E_NOT_FOUND for a connection that this table did not give (TABLE-037).
    pub fn unadvise(&self, connection: u32) -> Result<(), Failure> {
        self.call(IMAPITable::Unadvise { connection }).map(drop)
    }

    /// GetStatus: what the table is doing, and its type.
    ///
    /// # Errors
    ///
    /// MAPI_E_INVALID_OBJECT after the session's Logoff.
    pub fn get_status(&self) -> Result<TableStatus, Failure> {
        self.call(IMAPITable::GetStatus {}).map(|out| status(&out))
    }

    /// SetColumns.
    ///
    /// # Errors
    ///
    /// - MAPI_E_INVALID_PARAMETER without columns (TABLE-049);
    /// - MAPI_E_TOO_COMPLEX for MVI_FLAG in more than 16 columns, or in any with the fixture's `tables.instances = false` (TABLE-145);
    /// - MAPI_E_BUSY while an operation runs (TABLE-054), as most methods.
    pub fn set_columns(&self, columns: &[PropTag]) -> Result<(), Failure> {
        self.call(IMAPITable::SetColumns { prop_tag_array: columns.to_vec(), flags: 0 }).map(drop)
    }

    /// SetColumns with TBL_ASYNC: it takes the fixture's `tables.async`.
    ///
    /// # Errors
    ///
    /// As [`set_columns`](Self::set_columns).
    pub fn set_columns_async(&self, columns: &[PropTag]) -> Result<(), Failure> {
        self.call(IMAPITable::SetColumns { prop_tag_array: columns.to_vec(), flags: TBL_ASYNC }).map(drop)
    }

    /// QueryColumns: the columns in force.
    ///
    /// # Errors
    ///
    /// MAPI_E_INVALID_OBJECT after the session's Logoff; MAPI_E_BUSY.
    pub fn query_columns(&self) -> Result<Vec<PropTag>, Failure> {
        self.call(IMAPITable::QueryColumns { flags: 0 }).map(tags_of)
    }

    /// QueryColumns with TBL_ALL_COLUMNS: every column that the table can have (TABLE-067).
    ///
    /// # Errors
    ///
    /// As [`query_columns`](Self::query_columns).
    pub fn query_all_columns(&self) -> Result<Vec<PropTag>, Failure> {
        self.call(IMAPITable::QueryColumns { flags: TBL_ALL_COLUMNS }).map(tags_of)
    }

    /// GetRowCount.
    ///
    /// # Errors
    ///
    /// MAPI_E_INVALID_OBJECT after the session's Logoff; MAPI_E_BUSY; MAPI_E_NO_SUPPORT with the fixture's `tables.row_count = "unsupported"`.
    pub fn get_row_count(&self) -> Result<usize, Failure> {
        self.call(IMAPITable::GetRowCount { flags: 0 }).map(|out| count(&out))
    }

    /// SeekRow: moves the cursor from a bookmark and says by how many rows.
    ///
    /// # Errors
    ///
    /// MAPI_E_INVALID_BOOKMARK for a bookmark that does not exist (TABLE-087); MAPI_E_BUSY.
    pub fn seek_row(&self, origin: impl Into<Bookmark>, row_count: i32) -> Result<i64, Failure> {
        self.seek_row_warned(origin, row_count).map(Warned::into_inner)
    }

    /// SeekRow, with MAPI_W_POSITION_CHANGED if the bookmark's row was gone (TABLE-088).
    ///
    /// # Errors
    ///
    /// As [`seek_row`](Self::seek_row).
    pub fn seek_row_warned(&self, origin: impl Into<Bookmark>, row_count: i32) -> Result<Warned<i64>, Failure> {
        let reply = self.make(IMAPITable::SeekRow { origin: origin.into().0, row_count })?;
        let sought = if let Out::Number(sought) = reply.out { sought } else { 0 };
        Ok(Warned::new(sought, reply.hr))
    }

    /// SeekRowApprox: moves the cursor to a fraction of the table.
    ///
    /// # Errors
    ///
    /// MAPI_E_INVALID_PARAMETER for a denominator of zero (TABLE-103); MAPI_E_BUSY.
    pub fn seek_row_approx(&self, numerator: u32, denominator: u32) -> Result<(), Failure> {
        self.call(IMAPITable::SeekRowApprox { numerator, denominator }).map(drop)
    }

    /// QueryPosition.
    ///
    /// # Errors
    ///
    /// MAPI_E_BUSY while an operation runs (TABLE-113).
    pub fn query_position(&self) -> Result<Position, Failure> {
        let out = self.call(IMAPITable::QueryPosition {})?;
        let Out::Position { row, numerator, denominator } = out else { return Ok(Position { row: 0, numerator: 0, denominator: 1 }) };
        Ok(Position { row, numerator, denominator })
    }

    /// FindRow: moves the cursor to the first row from the bookmark on that meets a restriction.
    ///
    /// # Errors
    ///
    /// MAPI_E_NOT_FOUND if there is none; the cursor stays (TABLE-118). MAPI_E_INVALID_BOOKMARK, MAPI_E_TOO_COMPLEX, MAPI_E_BUSY.
    pub fn find_row(&self, restriction: Restriction, origin: impl Into<Bookmark>) -> Result<Warned<()>, Failure> {
        self.find(restriction, origin.into(), 0)
    }

    /// FindRow with DIR_BACKWARD: the last row before the bookmark that meets a restriction (TABLE-116).
    ///
    /// # Errors
    ///
    /// As [`find_row`](Self::find_row).
    pub fn find_row_backward(&self, restriction: Restriction, origin: impl Into<Bookmark>) -> Result<Warned<()>, Failure> {
        self.find(restriction, origin.into(), DIR_BACKWARD)
    }

    fn find(&self, restriction: Restriction, origin: Bookmark, flags: u32) -> Result<Warned<()>, Failure> {
        let reply = self.make(IMAPITable::FindRow { restriction: Some(Box::new(restriction)), origin: origin.0, flags })?;
        Ok(Warned::new((), reply.hr))
    }

    /// Restrict: shows only rows that meet a restriction; `None` shows all again. Bookmarks are gone, and the cursor is at the beginning
    /// (TABLE-131, TABLE-132).
    ///
    /// # Errors
    ///
    /// MAPI_E_TOO_COMPLEX for one that the table does not take; the former one stays (TABLE-135). MAPI_E_BUSY.
    pub fn restrict(&self, restriction: impl Into<Option<Restriction>>) -> Result<(), Failure> {
        self.call(IMAPITable::Restrict { restriction: restriction.into().map(Box::new), flags: 0 }).map(drop)
    }

    /// Restrict with TBL_ASYNC: it takes the fixture's `tables.async`.
    ///
    /// # Errors
    ///
    /// As [`restrict`](Self::restrict).
    pub fn restrict_async(&self, restriction: impl Into<Option<Restriction>>) -> Result<(), Failure> {
        self.call(IMAPITable::Restrict { restriction: restriction.into().map(Box::new), flags: TBL_ASYNC }).map(drop)
    }

    /// CreateBookmark: marks the current row.
    ///
    /// # Errors
    ///
    /// MAPI_E_UNABLE_TO_COMPLETE above the fixture's `tables.max_bookmarks` (TABLE-149); MAPI_E_BUSY.
    pub fn create_bookmark(&self) -> Result<Bookmark, Failure> {
        self.call(IMAPITable::CreateBookmark {}).map(|out| Bookmark(number(&out)))
    }

    /// FreeBookmark. The three predefined ones are ignored (TABLE-156).
    ///
    /// # Errors
    ///
    /// MAPI_E_INVALID_BOOKMARK for a bookmark that does not exist (TABLE-157).
    pub fn free_bookmark(&self, bookmark: Bookmark) -> Result<(), Failure> {
        self.call(IMAPITable::FreeBookmark { position: bookmark.0 }).map(drop)
    }

    /// SortTable: the order of the rows from now on. Without keys the table has its default order again (TABLE-166).
    ///
    /// # Errors
    ///
    /// - MAPI_E_INVALID_PARAMETER for numbers of categories that do not fit (TABLE-186);
    /// - MAPI_E_TOO_COMPLEX for a key that the table cannot sort by (TABLE-169), MAPI_E_NO_SUPPORT for categories where there are none (TABLE-200);
    /// - MAPI_E_BUSY.
    pub fn sort_table(&self, sort_criteria: SortOrderSet) -> Result<(), Failure> {
        self.call(IMAPITable::SortTable { sort_criteria: Some(Box::new(sort_criteria)), flags: 0 }).map(drop)
    }

    /// SortTable with TBL_ASYNC: it takes the fixture's `tables.async`.
    ///
    /// # Errors
    ///
    /// As [`sort_table`](Self::sort_table).
    pub fn sort_table_async(&self, sort_criteria: SortOrderSet) -> Result<(), Failure> {
        self.call(IMAPITable::SortTable { sort_criteria: Some(Box::new(sort_criteria)), flags: TBL_ASYNC }).map(drop)
    }

    /// QuerySortOrder: the order in force, without keys if there is none (TABLE-179).
    ///
    /// # Errors
    ///
    /// MAPI_E_BUSY while an operation runs (TABLE-180).
    pub fn query_sort_order(&self) -> Result<SortOrderSet, Failure> {
        self.call(IMAPITable::QuerySortOrder {}).map(|out| if let Out::SortOrder(order) = out { order } else { SortOrderSet::none() })
    }

    /// QueryRows: rows from the cursor on; a negative count reads backwards.
    ///
    /// # Errors
    ///
    /// MAPI_E_INVALID_PARAMETER for a count of zero (TABLE-225); MAPI_E_BUSY.
    pub fn query_rows(&self, row_count: i32) -> Result<Vec<Row>, Failure> {
        self.call(IMAPITable::QueryRows { row_count, flags: 0 }).map(rows)
    }

    /// QueryRows with TBL_NOADVANCE: the cursor is at the first of the rows afterwards (TABLE-228).
    ///
    /// # Errors
    ///
    /// As [`query_rows`](Self::query_rows).
    pub fn query_rows_no_advance(&self, row_count: i32) -> Result<Vec<Row>, Failure> {
        self.call(IMAPITable::QueryRows { row_count, flags: TBL_NOADVANCE }).map(rows)
    }

    /// Abort: stops an operation with TBL_ASYNC.
    ///
    /// # Errors
    ///
    /// MAPI_E_UNABLE_TO_ABORT with the fixture's `tables.abort = false` (TABLE-254).
    pub fn abort(&self) -> Result<(), Failure> {
        self.call(IMAPITable::Abort {}).map(drop)
    }

    /// ExpandRow: shows the rows of a category, and returns the first of them.
    ///
    /// # Errors
    ///
    /// MAPI_E_NOT_FOUND if the key names no heading (TABLE-207, TABLE-209); MAPI_E_NO_SUPPORT without categories (TABLE-223).
    pub fn expand_row(&self, instance_key: &[u8], row_count: u32) -> Result<Expanded, Failure> {
        let out = self.call(IMAPITable::ExpandRow { instance_key: Some(Bytes::new(instance_key)), row_count, flags: 0 })?;
        Ok(match out {
            Out::Expanded { rows, more_rows } => Expanded { rows: Rows(rows), more_rows },
            _ => Expanded { rows: Rows(Vec::new()), more_rows: 0 },
        })
    }

    /// CollapseRow: hides the rows of a category, and says how many.
    ///
    /// # Errors
    ///
    /// As [`expand_row`](Self::expand_row).
    pub fn collapse_row(&self, instance_key: &[u8]) -> Result<u32, Failure> {
        self.call(IMAPITable::CollapseRow { instance_key: Some(Bytes::new(instance_key)), flags: 0 }).map(|out| number(&out))
    }

    /// WaitForCompletion: runs the virtual clock until the table is done, at most `timeout` milliseconds; 0xFFFFFFFF is without end.
    ///
    /// # Errors
    ///
    /// MAPI_E_TIMEOUT when the time is over; the operation goes on (TABLE-263). MAPI_E_NO_SUPPORT with the fixture's `tables.wait = false`.
    pub fn wait_for_completion(&self, timeout: u32) -> Result<TableStatus, Failure> {
        self.call(IMAPITable::WaitForCompletion { flags: 0, timeout }).map(|out| status(&out))
    }

    /// GetCollapseState: which categories are collapsed, and where a row is, as bytes for [`set_collapse_state`](Self::set_collapse_state).
    ///
    /// # Errors
    ///
    /// MAPI_E_NO_SUPPORT without categories (TABLE-218); MAPI_E_NOT_FOUND if the key names no row that can be seen.
    pub fn get_collapse_state(&self, instance_key: &[u8]) -> Result<Vec<u8>, Failure> {
        let out = self.call(IMAPITable::GetCollapseState { flags: 0, instance_key: Some(Bytes::new(instance_key)) })?;
        Ok(if let Out::Block(bytes) = out { bytes.to_vec() } else { Vec::new() })
    }

    /// SetCollapseState: a bookmark to the row that was named when the state was taken (TABLE-220).
    ///
    /// # Errors
    ///
    /// MAPI_E_INVALID_PARAMETER for the state of another order or restriction, or no state at all (TABLE-222).
    pub fn set_collapse_state(&self, collapse_state: &[u8]) -> Result<Bookmark, Failure> {
        let call = IMAPITable::SetCollapseState { flags: 0, collapse_state: Some(Bytes::new(collapse_state)) };
        self.call(call).map(|out| Bookmark(number(&out)))
    }

    /// Every row, in the columns in force. The cursor is at the end afterwards.
    ///
    /// # Errors
    ///
    /// MAPI_E_INVALID_OBJECT after the session's Logoff; MAPI_E_BUSY.
    pub fn query_all_rows(&self) -> Result<Rows, Failure> {
        self.seek_row(Bookmark::BEGINNING, 0)?;
        let mut all = Vec::new();
        loop {
            let batch = self.query_rows(BATCH)?;
            if batch.is_empty() {
                return Ok(Rows(all));
            }
            all.extend(batch);
        }
    }

    /// Every row, to go through: [`query_all_rows`](Self::query_all_rows) as an iterator.
    ///
    /// # Errors
    ///
    /// As [`query_all_rows`](Self::query_all_rows).
    pub fn rows(&self) -> Result<impl Iterator<Item = Row>, Failure> {
        self.query_all_rows().map(Rows::into_iter)
    }
}

/// The number that came back.
fn number(out: &Out) -> u32 {
    if let Out::Number(number) = out { u32::try_from(*number).unwrap_or(u32::MAX) } else { 0 }
}

fn rows(out: Out) -> Vec<Row> {
    if let Out::Rows(rows) = out { rows } else { Vec::new() }
}

fn status(out: &Out) -> TableStatus {
    match out {
        Out::TableStatus { status, table_type } => TableStatus { status: *status, table_type: *table_type },
        _ => TableStatus { status: 0, table_type: 0 },
    }
}
