//! ITableData: rows of your own behind a table.

use std::sync::Arc;

use super::{Failure, Object, Process, Table};
use crate::call::{Call, Caller, Handle, ITableData, Mapi, Out};
use crate::mapi::{Prop, PropTag, Row, SortOrderSet};
use crate::sim::Shared;

/// Rows that a client keeps itself, and shows by tables: ITableData.
///
/// ```
/// use mapi_sim::mapi::{Prop, SortOrderSet};
/// use mapi_sim::{PropTag, Row, Sim, TableData};
///
/// let sim = Sim::minimal();
/// let data = sim.process("main").create_table(TableData::DYNAMIC, PropTag::PR_ROWID, &[])?;
/// for (id, subject) in [(1, "late"), (2, "early")] {
///     let row: Row = [Prop::new(PropTag::PR_ROWID, id), Prop::new(PropTag::PR_SUBJECT, subject)].into_iter().collect();
///     data.hr_modify_row(&row)?;
/// }
/// let table = data.hr_get_view(Some(SortOrderSet::by(PropTag::PR_SUBJECT)))?;
/// assert_eq!(table.query_all_rows()?.to_string(), "PR_ROWID  PR_SUBJECT\n2         early\n1         late");
/// # Ok::<(), mapi_sim::Failure>(())
/// ```
#[derive(Clone)]
pub struct TableData {
    object: Arc<Object>,
}

/// TAD_ALL_ROWS.
const TAD_ALL_ROWS: u32 = 0x1;

impl Process {
    /// CreateTable: rows of your own, named by the values of an index column (TABLE-352). Needs MAPIInitialize or ScInitMapiUtil.
    ///
    /// # Errors
    ///
    /// - MAPI_E_NOT_INITIALIZED before both;
    /// - MAPI_E_INVALID_PARAMETER for an unknown table type, or an index column that is multivalued or has no values (TABLE-373);
    /// - MAPI_E_TOO_COMPLEX for columns that [`Table::set_columns`] does not take either (TABLE-145).
    pub fn create_table(&self, table_type: u32, index_column: PropTag, columns: &[PropTag]) -> Result<TableData, Failure> {
        let call = Mapi::CreateTable { interface: None, table_type, index_column, columns: columns.to_vec() };
        let handle = self.make(Call::Mapi(call))?.object().expect("CreateTable gives an object when it succeeds");
        Ok(TableData::new(self.world(), self.caller(), handle))
    }
}

impl TableData {
    /// TBLTYPE_SNAPSHOT: a view never changes.
    pub const SNAPSHOT: u32 = 0;
    /// TBLTYPE_KEYSET: the values of a view's rows change.
    pub const KEYSET: u32 = 1;
    /// TBLTYPE_DYNAMIC: a view's rows and their values change.
    pub const DYNAMIC: u32 = 2;

    fn new(world: &Arc<Shared>, caller: Caller, handle: Handle) -> Self {
        TableData { object: Object::new(world, caller, handle) }
    }

    fn call(&self, call: ITableData) -> Result<Out, Failure> {
        self.object.call(Call::ITableData(self.object.handle, call)).map(|reply| reply.out)
    }

    /// The name by which the journal calls it.
    pub fn handle(&self) -> Handle {
        self.object.handle
    }

    /// HrGetView: a table on the rows, in an order or in that of insertion (TABLE-354). It outlives this object.
    ///
    /// # Errors
    ///
    /// As [`Table::sort_table`].
    pub fn hr_get_view(&self, sort_order_set: Option<SortOrderSet>) -> Result<Table, Failure> {
        let call = ITableData::HrGetView { sort_order_set: sort_order_set.map(Box::new) };
        let reply = self.object.call(Call::ITableData(self.object.handle, call))?;
        let handle = reply.object().expect("HrGetView gives a table when it succeeds");
        Ok(Table::new(&self.object.world, self.object.caller, handle))
    }

    /// HrModifyRow: replaces the row with the same index value, or appends a new one (TABLE-356).
    ///
    /// # Errors
    ///
    /// MAPI_E_INVALID_PARAMETER if the row has no index value, or a value is not of its tag's type.
    pub fn hr_modify_row(&self, row: &Row) -> Result<(), Failure> {
        self.call(ITableData::HrModifyRow { row: row.clone() }).map(drop)
    }

    /// HrModifyRows: all of them, or none. Sinks are told of up to eight rows one by one, of more by one TABLE_CHANGED (TABLE-359).
    ///
    /// # Errors
    ///
    /// As [`hr_modify_row`](Self::hr_modify_row); nothing is changed then (TABLE-358).
    pub fn hr_modify_rows(&self, rows: Vec<Row>) -> Result<(), Failure> {
        self.call(ITableData::HrModifyRows { flags: 0, rows }).map(drop)
    }

    /// HrInsertRow: a new row before the one of this number; as many as there are appends (TABLE-366).
    ///
    /// # Errors
    ///
    /// MAPI_E_INVALID_PARAMETER for a number beyond the end, an index value that is there already (TABLE-367), or a row without one.
    pub fn hr_insert_row(&self, row_number: u32, row: &Row) -> Result<(), Failure> {
        self.call(ITableData::HrInsertRow { row_number, row: row.clone() }).map(drop)
    }

    /// HrDeleteRow: the row with this index value.
    ///
    /// # Errors
    ///
    /// MAPI_E_NOT_FOUND if there is none (TABLE-362); MAPI_E_INVALID_PARAMETER for another property.
    pub fn hr_delete_row(&self, index: impl Into<crate::mapi::Value>, index_column: PropTag) -> Result<(), Failure> {
        self.call(ITableData::HrDeleteRow { prop_value: Prop::new(index_column, index) }).map(drop)
    }

    /// HrDeleteRows: the rows with these index values; how many there were (TABLE-364).
    ///
    /// # Errors
    ///
    /// MAPI_E_INVALID_PARAMETER if one has no index value.
    pub fn hr_delete_rows(&self, rows: Vec<Row>) -> Result<usize, Failure> {
        self.call(ITableData::HrDeleteRows { flags: 0, rows: Some(rows) }).map(|out| count(&out))
    }

    /// HrDeleteRows with TAD_ALL_ROWS; how many there were (TABLE-363).
    ///
    /// # Errors
    ///
    /// MAPI_E_NOT_INITIALIZED after the last MAPIUninitialize, as every method.
    pub fn hr_delete_all_rows(&self) -> Result<usize, Failure> {
        self.call(ITableData::HrDeleteRows { flags: TAD_ALL_ROWS, rows: None }).map(|out| count(&out))
    }

    /// HrQueryRow: the row with an index value, and its number.
    ///
    /// # Errors
    ///
    /// MAPI_E_NOT_FOUND if there is none (TABLE-371); MAPI_E_INVALID_PARAMETER for another property (TABLE-370).
    pub fn hr_query_row(&self, index: impl Into<crate::mapi::Value>, index_column: PropTag) -> Result<(Row, u32), Failure> {
        let out = self.call(ITableData::HrQueryRow { prop_value: Prop::new(index_column, index) })?;
        Ok(if let Out::DataRow { row: Some(row), number } = out { (row, number) } else { (Row::default(), u32::MAX) })
    }

    /// HrEnumRow: the row of a number, or none past the end (TABLE-369).
    ///
    /// # Errors
    ///
    /// MAPI_E_NOT_INITIALIZED after the last MAPIUninitialize.
    pub fn hr_enum_row(&self, row_number: u32) -> Result<Option<Row>, Failure> {
        self.call(ITableData::HrEnumRow { row_number }).map(|out| if let Out::DataRow { row, .. } = out { row } else { None })
    }

    /// HrNotify: sinks are told that the row changed, whether or not it did (TABLE-372).
    ///
    /// # Errors
    ///
    /// MAPI_E_NOT_FOUND if there is no such row.
    pub fn hr_notify(&self, index: impl Into<crate::mapi::Value>, index_column: PropTag) -> Result<(), Failure> {
        let prop_values = [Prop::new(index_column, index)].into_iter().collect();
        self.call(ITableData::HrNotify { flags: 0, prop_values }).map(drop)
    }
}

pub(super) fn count(out: &Out) -> usize {
    if let Out::Number(count) = out { usize::try_from(*count).unwrap_or(0) } else { 0 }
}
