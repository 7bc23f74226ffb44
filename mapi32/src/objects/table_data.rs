//! ITableData: not built: every method answers MAPI_E_NO_SUPPORT.

use std::ffi::c_void;

use crate::abi::SRow;
use crate::com::IUnknownVtbl;
use crate::vtable;
use crate::wire::{Out, Raw};

vtable! {
    /// ITableData.
    "ITableData" ITableDataVtbl: IUnknownVtbl = IUnknownVtbl::TABLE;
    HrGetView(s_sort_order_set: Raw, f_caller_release: Raw, caller_data: usize, mapi_table: Out<*mut c_void>);
    HrModifyRow(x: Raw);
    HrDeleteRow(s_prop_value: Raw);
    HrQueryRow(s_prop_value: Raw, s_row: *mut *mut SRow, i_row: Out<u32>);
    HrEnumRow(row_number: u32, s_row: *mut *mut SRow);
    HrNotify(flags: u32, values: u32, s_prop_value: Raw);
    HrInsertRow(i_row: u32, s_row: Raw);
    HrModifyRows(flags: u32, s_row_set: Raw);
    HrDeleteRows(flags: u32, rowset_to_delete: Raw, rows_deleted: Out<u32>);
}
