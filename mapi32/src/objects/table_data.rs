//! ITableData: the rows behind tables of CreateTable.

use std::ffi::c_void;
use std::ptr::null_mut;

use mapi_sim::Hresult;
use mapi_sim::call::{Call, ITableData, Mapi, Out as Result, Reply};
use mapi_sim::mapi::PropTag;

use super::{need, number};
use crate::abi::SRow;
use crate::com::{Facet, IUnknownVtbl, LastRelease, Object, give};
use crate::wire::{self, Iid, OneRow, Order, Out, Raw, Rows, Tags};
use crate::wire_in::Props;
use crate::{export_hr, vtable, world};

/// CALLERRELEASE: what a client wants to be called at the last Release of a view, with its number, the ITableData and the view; or NULL.
pub type Callback = Option<unsafe extern "system" fn(caller_data: usize, table_data: *mut Facet, view: *mut Facet)>;

/// TAD_ALL_ROWS of HrDeleteRows.
const TAD_ALL_ROWS: u32 = 1;

vtable! {
    /// ITableData.
    "ITableData" ITableDataVtbl: IUnknownVtbl = IUnknownVtbl::TABLE;
    HrGetView(sort_order_set: Order, caller_release: Callback, caller_data: usize, mapi_table: Out<*mut c_void>) => get_view;
    HrModifyRow(row: OneRow) => modify_row;
    HrDeleteRow(prop_value: Props) => delete_row;
    HrQueryRow(prop_value: Props, row: Out<*mut SRow>, row_number: Out<u32>) => query_row;
    HrEnumRow(row_number: u32, row: Out<*mut SRow>) => enum_row;
    HrNotify(flags: u32, values: u32, prop_values: Props) => notify;
    HrInsertRow(row_number: u32, row: OneRow) => insert_row;
    HrModifyRows(flags: u32, rows: Rows) => modify_rows;
    HrDeleteRows(flags: u32, rows: Rows, rows_deleted: Out<u32>) => delete_rows;
}

export_hr! {
    /// CreateTable (TABLE-352). What it gives comes from the allocator of this library, whose functions the client passes.
    fn CreateTable(
        interface: Iid,
        _allocate_buffer: Raw,
        _allocate_more: Raw,
        _free_buffer: Raw,
        _reserved: Raw,
        table_type: u32,
        index_column: u32,
        columns: Tags,
        table_data: Out<*mut c_void>,
    ) {
        need!(table_data);
        table_data.set(null_mut());
        let Some(columns) = columns.tags() else { return Hresult::MAPI_E_INVALID_PARAMETER };
        let Some(face) = world::current() else { return Hresult::MAPI_E_NOT_INITIALIZED };
        let (interface, index_column) = (interface.guid().map(Box::new), PropTag::new(index_column));
        let reply = face.call(Call::Mapi(Mapi::CreateTable { interface, table_type, index_column, columns }));
        give(&face, &reply, None, "CreateTable", table_data)
    }
}

fn call(object: &Object<'_>, call: ITableData) -> Reply {
    object.call(Call::ITableData(object.handle, call))
}

/// Reads an argument, or leaves with the code of one that cannot be read.
macro_rules! read {
    ($argument:expr) => {
        match $argument {
            Ok(read) => read,
            Err(unreadable) => return unreadable.into(),
        }
    };
}

/// The callback goes with the view: it is called when the view's last reference is gone (TABLE-355).
fn get_view(object: &Object<'_>, order: Order, callback: Callback, caller_data: usize, out: Out<*mut c_void>) -> Hresult {
    need!(out);
    out.set(null_mut());
    let reply = call(object, ITableData::HrGetView { sort_order_set: read!(order.order()) });
    let last = callback.map(|callback| LastRelease::new(callback, caller_data, object));
    object.make_with(&reply, "ITableData::HrGetView", out, last)
}

fn modify_row(object: &Object<'_>, row: OneRow) -> Hresult {
    call(object, ITableData::HrModifyRow { row: read!(row.row(object.face.code_page())) }).hr
}

fn delete_row(object: &Object<'_>, prop_value: Props) -> Hresult {
    call(object, ITableData::HrDeleteRow { prop_value: read!(prop_value.one(object.face.code_page())) }).hr
}

/// The number of the row is wanted or not (TABLE-370).
fn query_row(object: &Object<'_>, prop_value: Props, out: Out<*mut SRow>, number: Out<u32>) -> Hresult {
    need!(out);
    out.set(null_mut());
    let reply = call(object, ITableData::HrQueryRow { prop_value: read!(prop_value.one(object.face.code_page())) });
    give_row("ITableData::HrQueryRow", object, &reply, out, number)
}

fn enum_row(object: &Object<'_>, row_number: u32, out: Out<*mut SRow>) -> Hresult {
    need!(out);
    out.set(null_mut());
    let reply = call(object, ITableData::HrEnumRow { row_number });
    // SAFETY: NULL is a place for nothing.
    give_row("ITableData::HrEnumRow", object, &reply, out, unsafe { Out::new(null_mut()) })
}

/// Gives the row of a reply to the client, or NULL for none (TABLE-369).
fn give_row(by: &'static str, object: &Object<'_>, reply: &Reply, out: Out<*mut SRow>, place: Out<u32>) -> Hresult {
    let Result::DataRow { row, number } = &reply.out else { return reply.hr };
    let given = row.as_ref().map_or(Ok(null_mut()), |row| wire::row(by, row, object.face.code_page()));
    if given.is_ok() {
        place.set(*number);
    }
    super::give(reply, out, given)
}

fn notify(object: &Object<'_>, flags: u32, values: u32, prop_values: Props) -> Hresult {
    call(object, ITableData::HrNotify { flags, prop_values: read!(prop_values.row(values, object.face.code_page())) }).hr
}

fn insert_row(object: &Object<'_>, row_number: u32, row: OneRow) -> Hresult {
    call(object, ITableData::HrInsertRow { row_number, row: read!(row.row(object.face.code_page())) }).hr
}

fn modify_rows(object: &Object<'_>, flags: u32, rows: Rows) -> Hresult {
    let Some(rows) = read!(rows.rows(object.face.code_page())) else { return Hresult::MAPI_E_INVALID_PARAMETER };
    call(object, ITableData::HrModifyRows { flags, rows }).hr
}

/// The rows are not looked at with TAD_ALL_ROWS (TABLE-363); how many were deleted is wanted.
fn delete_rows(object: &Object<'_>, flags: u32, rows: Rows, deleted: Out<u32>) -> Hresult {
    need!(deleted);
    let rows = if flags & TAD_ALL_ROWS == 0 { read!(rows.rows(object.face.code_page())) } else { None };
    let reply = call(object, ITableData::HrDeleteRows { flags, rows });
    number(&reply, deleted)
}
