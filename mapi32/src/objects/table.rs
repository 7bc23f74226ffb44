//! IMAPITable.

use std::ffi::c_void;
use std::ptr::null_mut;

use mapi_sim::Hresult;
use mapi_sim::call::{Call, IMAPITable, Out as Result, Reply};
use mapi_sim::mapi::NotifyEvents;

use super::{need, number, word};
use crate::abi::{MAPIERROR, SPropTagArray, SRowSet, SSortOrderSet};
use crate::com::{IUnknownVtbl, Object};
use crate::notify;
use crate::vtable;
use crate::wire::{self, Condition, Order, Out, Raw, Tags};

vtable! {
    /// IMAPITable.
    "IMAPITable" IMAPITableVtbl: IUnknownVtbl = IUnknownVtbl::TABLE;
    GetLastError(result: i32, flags: u32, mapi_error: Out<*mut MAPIERROR>) => get_last_error;
    Advise(event_mask: u32, advise_sink: Raw, connection: Out<usize>) => advise;
    Unadvise(connection: usize) => unadvise;
    GetStatus(table_status: Out<u32>, table_type: Out<u32>) => get_status;
    SetColumns(prop_tag_array: Tags, flags: u32) => set_columns;
    QueryColumns(flags: u32, prop_tag_array: Out<*mut SPropTagArray>) => query_columns;
    GetRowCount(flags: u32, count: Out<u32>) => get_row_count;
    SeekRow(origin: usize, row_count: i32, rows_sought: Out<i32>) => seek_row;
    SeekRowApprox(numerator: u32, denominator: u32) => seek_row_approx;
    QueryPosition(row: Out<u32>, numerator: Out<u32>, denominator: Out<u32>) => query_position;
    FindRow(restriction: Condition, origin: usize, flags: u32) => find_row;
    Restrict(restriction: Condition, flags: u32) => restrict;
    CreateBookmark(position: Out<usize>) => create_bookmark;
    FreeBookmark(position: usize) => free_bookmark;
    SortTable(sort_criteria: Order, flags: u32) => sort_table;
    QuerySortOrder(sort_criteria: Out<*mut SSortOrderSet>) => query_sort_order;
    QueryRows(row_count: i32, flags: u32, rows: Out<*mut SRowSet>) => query_rows;
    Abort() => abort;
    ExpandRow(cb_instance_key: u32, instance_key: Raw, row_count: u32, flags: u32, rows: Out<*mut SRowSet>, more_rows: Out<u32>) => expand_row;
    CollapseRow(cb_instance_key: u32, instance_key: Raw, flags: u32, row_count: Out<u32>) => collapse_row;
    WaitForCompletion(flags: u32, timeout: u32, table_status: Out<u32>) => wait_for_completion;
    GetCollapseState(
        flags: u32, cb_instance_key: u32, instance_key: Raw, cb_collapse_state: Out<u32>, collapse_state: Out<*mut c_void>,
    ) => get_collapse_state;
    SetCollapseState(flags: u32, cb_collapse_state: u32, collapse_state: Raw, location: Out<usize>) => set_collapse_state;
}

fn call(object: &Object<'_>, call: IMAPITable) -> Reply {
    object.call(Call::IMAPITable(object.handle, call))
}

/// A method that gives a bookmark.
fn bookmark(reply: &Reply, out: Out<usize>) -> Hresult {
    if let Result::Number(number) = reply.out {
        wire::write_connection(out, word(number) as usize);
    }
    reply.hr
}

fn get_last_error(object: &Object<'_>, result: i32, flags: u32, out: Out<*mut MAPIERROR>) -> Hresult {
    need!(out);
    let reply = call(object, IMAPITable::GetLastError { result: Hresult::new(result.cast_unsigned()), flags: flags.into() });
    super::give_error("IMAPITable::GetLastError", object, &reply, flags, out)
}

fn advise(object: &Object<'_>, event_mask: u32, sink: Raw, connection: Out<usize>) -> Hresult {
    need!(connection);
    let event_mask = NotifyEvents::from_bits_retain(event_mask);
    notify::advise(object, sink, connection, |advise_sink| call(object, IMAPITable::Advise { event_mask, advise_sink }))
}

fn unadvise(object: &Object<'_>, connection: usize) -> Hresult {
    notify::unadvise(object, connection, |connection| call(object, IMAPITable::Unadvise { connection }))
}

/// Neither place may be NULL (TABLE-045).
fn get_status(object: &Object<'_>, status: Out<u32>, kind: Out<u32>) -> Hresult {
    need!(status, kind);
    let reply = call(object, IMAPITable::GetStatus {});
    if let Result::TableStatus { status: found, table_type } = reply.out {
        status.set(found);
        kind.set(table_type);
    }
    reply.hr
}

fn set_columns(object: &Object<'_>, tags: Tags, flags: u32) -> Hresult {
    let Some(prop_tag_array) = tags.tags() else { return Hresult::MAPI_E_INVALID_PARAMETER };
    call(object, IMAPITable::SetColumns { prop_tag_array, flags }).hr
}

fn query_columns(object: &Object<'_>, flags: u32, out: Out<*mut SPropTagArray>) -> Hresult {
    need!(out);
    out.set(null_mut());
    let reply = call(object, IMAPITable::QueryColumns { flags });
    super::prop::give_tags("IMAPITable::QueryColumns", &reply, out)
}

fn get_row_count(object: &Object<'_>, flags: u32, count: Out<u32>) -> Hresult {
    need!(count);
    number(&call(object, IMAPITable::GetRowCount { flags }), count)
}

/// The count of rows sought is wanted or not: NULL is allowed (TABLE-085).
fn seek_row(object: &Object<'_>, origin: usize, row_count: i32, sought: Out<i32>) -> Hresult {
    let origin = wire::low(origin);
    let reply = call(object, IMAPITable::SeekRow { origin, row_count });
    if let Result::Number(number) = reply.out {
        sought.set(i32::try_from(number).unwrap_or(i32::MAX));
    }
    reply.hr
}

fn seek_row_approx(object: &Object<'_>, numerator: u32, denominator: u32) -> Hresult {
    call(object, IMAPITable::SeekRowApprox { numerator, denominator }).hr
}

fn query_position(object: &Object<'_>, row: Out<u32>, numerator: Out<u32>, denominator: Out<u32>) -> Hresult {
    need!(row, numerator, denominator);
    let reply = call(object, IMAPITable::QueryPosition {});
    if let Result::Position { row: at, numerator: part, denominator: whole } = reply.out {
        row.set(at);
        numerator.set(part);
        denominator.set(whole);
    }
    reply.hr
}

/// A NULL restriction is the table's to refuse (TABLE-124).
fn find_row(object: &Object<'_>, restriction: Condition, origin: usize, flags: u32) -> Hresult {
    let (restriction, origin) = (restriction.restriction(object.face.code_page()), wire::low(origin));
    call(object, IMAPITable::FindRow { restriction, origin, flags }).hr
}

/// NULL shows every row (TABLE-129).
fn restrict(object: &Object<'_>, restriction: Condition, flags: u32) -> Hresult {
    let restriction = restriction.restriction(object.face.code_page());
    call(object, IMAPITable::Restrict { restriction, flags }).hr
}

fn create_bookmark(object: &Object<'_>, position: Out<usize>) -> Hresult {
    need!(position);
    bookmark(&call(object, IMAPITable::CreateBookmark {}), position)
}

fn free_bookmark(object: &Object<'_>, position: usize) -> Hresult {
    call(object, IMAPITable::FreeBookmark { position: wire::low(position) }).hr
}

/// What NULL gets depends on the table (TABLE-167).
fn sort_table(object: &Object<'_>, criteria: Order, flags: u32) -> Hresult {
    match criteria.order() {
        Ok(sort_criteria) => call(object, IMAPITable::SortTable { sort_criteria, flags }).hr,
        Err(unreadable) => unreadable.into(),
    }
}

fn query_sort_order(object: &Object<'_>, out: Out<*mut SSortOrderSet>) -> Hresult {
    need!(out);
    out.set(null_mut());
    let reply = call(object, IMAPITable::QuerySortOrder {});
    let Result::SortOrder(order) = &reply.out else { return reply.hr };
    super::give(&reply, out, wire::sort_order("IMAPITable::QuerySortOrder", order))
}

fn query_rows(object: &Object<'_>, row_count: i32, flags: u32, out: Out<*mut SRowSet>) -> Hresult {
    need!(out);
    out.set(null_mut());
    let reply = call(object, IMAPITable::QueryRows { row_count, flags });
    let Result::Rows(rows) = &reply.out else { return reply.hr };
    super::give(&reply, out, wire::rows("IMAPITable::QueryRows", rows, object.face.code_page()))
}

fn abort(object: &Object<'_>) -> Hresult {
    call(object, IMAPITable::Abort {}).hr
}

/// Without rows that are asked for, the place for them may be NULL (TABLE-203).
fn expand_row(object: &Object<'_>, cb: u32, key: Raw, row_count: u32, flags: u32, out: Out<*mut SRowSet>, more: Out<u32>) -> Hresult {
    need!(more);
    if row_count > 0 {
        need!(out);
    }
    out.set(null_mut());
    let reply = call(object, IMAPITable::ExpandRow { instance_key: key.bytes(cb), row_count, flags });
    let Result::Expanded { rows, more_rows } = &reply.out else { return reply.hr };
    if !out.is_null() {
        match wire::rows("IMAPITable::ExpandRow", rows, object.face.code_page()) {
            Ok(set) => out.set(set),
            Err(hr) => return hr,
        }
    }
    more.set(*more_rows);
    reply.hr
}

fn collapse_row(object: &Object<'_>, cb: u32, key: Raw, flags: u32, row_count: Out<u32>) -> Hresult {
    need!(row_count);
    number(&call(object, IMAPITable::CollapseRow { instance_key: key.bytes(cb), flags }), row_count)
}

/// The place for the status may be NULL (TABLE-259).
fn wait_for_completion(object: &Object<'_>, flags: u32, timeout: u32, status: Out<u32>) -> Hresult {
    let reply = call(object, IMAPITable::WaitForCompletion { flags, timeout });
    if let Result::TableStatus { status: found, .. } = reply.out {
        status.set(found);
    }
    reply.hr
}

fn get_collapse_state(object: &Object<'_>, flags: u32, cb: u32, key: Raw, cb_state: Out<u32>, out: Out<*mut c_void>) -> Hresult {
    need!(cb_state, out);
    out.set(null_mut());
    let reply = call(object, IMAPITable::GetCollapseState { flags, instance_key: key.bytes(cb) });
    let Result::Block(bytes) = &reply.out else { return reply.hr };
    match wire::bytes("IMAPITable::GetCollapseState", bytes) {
        Ok((count, block)) => {
            cb_state.set(count);
            out.set(block);
            reply.hr
        }
        Err(hr) => hr,
    }
}

fn set_collapse_state(object: &Object<'_>, flags: u32, cb: u32, state: Raw, location: Out<usize>) -> Hresult {
    need!(location);
    bookmark(&call(object, IMAPITable::SetCollapseState { flags, collapse_state: state.bytes(cb) }), location)
}
