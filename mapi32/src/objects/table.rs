//! IMAPITable.

use std::ffi::c_void;

use mapi_sim::Hresult;
use mapi_sim::call::{Call, IMAPITable, Out as Result, Reply};

use super::need;
use crate::abi::{MAPIERROR, SPropTagArray, SRowSet};
use crate::com::{IUnknownVtbl, Object};
use crate::vtable;
use crate::wire::{self, Out, Raw, Tags};

vtable! {
    /// IMAPITable.
    "IMAPITable" IMAPITableVtbl: IUnknownVtbl = IUnknownVtbl::TABLE;
    GetLastError(result: i32, flags: u32, mapi_error: Out<*mut MAPIERROR>);
    Advise(event_mask: u32, advise_sink: Raw, connection: Out<usize>);
    Unadvise(connection: usize);
    GetStatus(table_status: Out<u32>, table_type: Out<u32>);
    SetColumns(prop_tag_array: Tags, flags: u32) => set_columns;
    QueryColumns(flags: u32, prop_tag_array: Out<*mut SPropTagArray>) => query_columns;
    GetRowCount(flags: u32, count: Out<u32>) => get_row_count;
    SeekRow(origin: usize, row_count: i32, rows_sought: Out<i32>) => seek_row;
    SeekRowApprox(numerator: u32, denominator: u32);
    QueryPosition(row: Out<u32>, numerator: Out<u32>, denominator: Out<u32>);
    FindRow(restriction: Raw, origin: usize, flags: u32);
    Restrict(restriction: Raw, flags: u32) => restrict;
    CreateBookmark(position: Out<usize>);
    FreeBookmark(position: usize);
    SortTable(sort_criteria: Raw, flags: u32);
    QuerySortOrder(sort_criteria: Out<*mut c_void>);
    QueryRows(row_count: i32, flags: u32, rows: Out<*mut SRowSet>) => query_rows;
    Abort();
    ExpandRow(cb_instance_key: u32, instance_key: Raw, row_count: u32, flags: u32, rows: Out<*mut SRowSet>, more_rows: Out<u32>);
    CollapseRow(cb_instance_key: u32, instance_key: Raw, flags: u32, row_count: Out<u32>);
    WaitForCompletion(flags: u32, timeout: u32, table_status: Out<u32>);
    GetCollapseState(flags: u32, cb_instance_key: u32, instance_key: Raw, cb_collapse_state: Out<u32>, collapse_state: Out<*mut c_void>);
    SetCollapseState(flags: u32, cb_collapse_state: u32, collapse_state: Raw, location: Out<usize>);
}

fn call(object: &Object<'_>, call: IMAPITable) -> Reply {
    object.call(Call::IMAPITable(object.handle, call))
}

fn set_columns(object: &Object<'_>, tags: Tags, flags: u32) -> Hresult {
    let Some(prop_tag_array) = tags.tags() else { return Hresult::MAPI_E_INVALID_PARAMETER };
    call(object, IMAPITable::SetColumns { prop_tag_array, flags }).hr
}

fn query_columns(object: &Object<'_>, flags: u32, out: Out<*mut SPropTagArray>) -> Hresult {
    need!(out);
    let reply = call(object, IMAPITable::QueryColumns { flags });
    super::prop::give_tags("IMAPITable::QueryColumns", &reply, out)
}

fn get_row_count(object: &Object<'_>, flags: u32, count: Out<u32>) -> Hresult {
    need!(count);
    let reply = call(object, IMAPITable::GetRowCount { flags });
    if let Result::Number(number) = reply.out {
        count.set(u32::try_from(number).unwrap_or(u32::MAX));
    }
    reply.hr
}

/// The count of rows sought is wanted or not: NULL is allowed.
fn seek_row(object: &Object<'_>, origin: usize, row_count: i32, sought: Out<i32>) -> Hresult {
    let origin = wire::low(origin);
    let reply = call(object, IMAPITable::SeekRow { origin, row_count });
    if let Result::Number(number) = reply.out {
        sought.set(i32::try_from(number).unwrap_or(i32::MAX));
    }
    reply.hr
}

/// Only NULL, which takes every row, is built.
fn restrict(object: &Object<'_>, restriction: Raw, flags: u32) -> Hresult {
    if restriction.is_null() {
        return call(object, IMAPITable::Restrict { restriction: None, flags }).hr;
    }
    object.face.unsupported("IMAPITable::Restrict with a restriction", Some(object.handle))
}

fn query_rows(object: &Object<'_>, row_count: i32, flags: u32, out: Out<*mut SRowSet>) -> Hresult {
    need!(out);
    let reply = call(object, IMAPITable::QueryRows { row_count, flags });
    let Result::Rows(rows) = &reply.out else { return reply.hr };
    match wire::rows("IMAPITable::QueryRows", rows, object.face.code_page()) {
        Ok(set) => {
            out.set(set);
            reply.hr
        }
        Err(hr) => hr,
    }
}
