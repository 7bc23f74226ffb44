//! IMAPITable, and ITableData behind it.

use super::{Bytes, interface};
use crate::mapi::{Hresult, NotifyEvents, Prop, PropTag, Restriction, Row, SortOrderSet, WidthFlags};

interface! {
    /// Methods of IMAPITable, in the order of its vtable (TABLE-002).
    IMAPITable = "IMAPITable" {
        /// GetLastError: the MAPIERROR of the last failing method (TABLE-020).
        GetLastError {
            /// hResult.
            result: Hresult,
            /// ulFlags.
            flags: WidthFlags,
        }
        /// Advise: registers a sink for changes of the table (TABLE-026).
        Advise {
            /// ulEventMask: fnevTableModified.
            event_mask: NotifyEvents,
            /// lpAdviseSink: a number by which the client knows its sink; zero is NULL.
            advise_sink: u32,
        }
        /// Unadvise: cancels a registration (TABLE-035).
        Unadvise {
            /// ulConnection.
            connection: u32,
        }
        /// GetStatus: what the table is doing, and its type (TABLE-039).
        GetStatus {}
        /// SetColumns: the columns of rows from now on (TABLE-047).
        SetColumns {
            /// lpPropTagArray.
            prop_tag_array: Vec<PropTag>,
            /// ulFlags: TBL_ASYNC, TBL_BATCH.
            flags: u32,
        }
        /// QueryColumns: the columns in force, or with TBL_ALL_COLUMNS all there are (TABLE-066).
        QueryColumns {
            /// ulFlags.
            flags: u32,
        }
        /// GetRowCount: how many rows there are (TABLE-073).
        GetRowCount {
            /// ulFlags: reserved, zero.
            flags: u32,
        }
        /// SeekRow: moves the cursor (TABLE-081).
        SeekRow {
            /// bkOrigin: BOOKMARK_BEGINNING 0, BOOKMARK_CURRENT 1, BOOKMARK_END 2, or one from CreateBookmark.
            origin: u32,
            /// lRowCount.
            row_count: i32,
        }
        /// SeekRowApprox: moves the cursor to a fraction of the table (TABLE-099).
        SeekRowApprox {
            /// ulNumerator.
            numerator: u32,
            /// ulDenominator.
            denominator: u32,
        }
        /// QueryPosition: where the cursor stands (TABLE-108).
        QueryPosition {}
        /// FindRow: moves the cursor to the next row that meets a restriction (TABLE-114).
        FindRow {
            /// lpRestriction.
            restriction: Option<Box<Restriction>>,
            /// bkOrigin.
            origin: u32,
            /// ulFlags: DIR_BACKWARD.
            flags: u32,
        }
        /// Restrict: shows only rows that meet a restriction; NULL shows all (TABLE-128).
        Restrict {
            /// lpRestriction.
            restriction: Option<Box<Restriction>>,
            /// ulFlags: TBL_ASYNC, TBL_BATCH.
            flags: u32,
        }
        /// CreateBookmark: marks the current row (TABLE-148).
        CreateBookmark {}
        /// FreeBookmark: releases a bookmark (TABLE-155).
        FreeBookmark {
            /// bkPosition.
            position: u32,
        }
        /// SortTable: the order of the rows from now on (TABLE-160).
        SortTable {
            /// lpSortCriteria.
            sort_criteria: Option<Box<SortOrderSet>>,
            /// ulFlags: TBL_ASYNC, TBL_BATCH.
            flags: u32,
        }
        /// QuerySortOrder: the order in force (TABLE-178).
        QuerySortOrder {}
        /// QueryRows: rows from the cursor on (TABLE-224).
        QueryRows {
            /// lRowCount; negative reads backwards.
            row_count: i32,
            /// ulFlags: TBL_NOADVANCE.
            flags: u32,
        }
        /// Abort: stops what the table is doing (TABLE-253).
        Abort {}
        /// ExpandRow: shows the rows of a category (TABLE-201).
        ExpandRow {
            /// pbInstanceKey with cbInstanceKey.
            instance_key: Option<Bytes>,
            /// ulRowCount: how many of them come back.
            row_count: u32,
            /// ulFlags: reserved, zero.
            flags: u32,
        }
        /// CollapseRow: hides the rows of a category (TABLE-210).
        CollapseRow {
            /// pbInstanceKey with cbInstanceKey.
            instance_key: Option<Bytes>,
            /// ulFlags: reserved, zero.
            flags: u32,
        }
        /// WaitForCompletion: waits until the table is done (TABLE-258).
        WaitForCompletion {
            /// ulFlags: reserved, zero.
            flags: u32,
            /// ulTimeout, in milliseconds; 0xFFFFFFFF is without end.
            timeout: u32,
        }
        /// GetCollapseState: which categories are collapsed, and where a row is (TABLE-216).
        GetCollapseState {
            /// ulFlags: reserved, zero.
            flags: u32,
            /// lpbInstanceKey with cbInstanceKey.
            instance_key: Option<Bytes>,
        }
        /// SetCollapseState: collapses and expands as a block from GetCollapseState says (TABLE-220).
        SetCollapseState {
            /// ulFlags: reserved, zero.
            flags: u32,
            /// pbCollapseState with cbCollapseState.
            collapse_state: Option<Bytes>,
        }
    }
}

interface! {
    /// Methods of ITableData, the rows behind tables of CreateTable, in the order of its vtable (TABLE-352).
    ITableData = "ITableData" {
        /// HrGetView: a table on the rows (TABLE-354).
        HrGetView {
            /// lpSortOrderSet; NULL is the order of insertion.
            sort_order_set: Option<Box<SortOrderSet>>,
        }
        /// HrModifyRow: replaces the row with this index value, or appends one (TABLE-356).
        HrModifyRow {
            /// The row.
            row: Row,
        }
        /// HrDeleteRow: removes the row with an index value (TABLE-362).
        HrDeleteRow {
            /// lpSPropValue: the index column and its value.
            prop_value: Prop,
        }
        /// HrQueryRow: the row with an index value, and its number (TABLE-370).
        HrQueryRow {
            /// lpSPropValue: the index column and its value.
            prop_value: Prop,
        }
        /// HrEnumRow: the row of a number in the order of insertion, or none (TABLE-369).
        HrEnumRow {
            /// ulRowNumber.
            row_number: u32,
        }
        /// HrNotify: tells the sinks of the views that a row was changed (TABLE-372).
        HrNotify {
            /// ulFlags: reserved, zero.
            flags: u32,
            /// lpSPropValue with cValues: which row.
            prop_values: Row,
        }
        /// HrInsertRow: puts a new row in its place (TABLE-366).
        HrInsertRow {
            /// uliRow.
            row_number: u32,
            /// The row.
            row: Row,
        }
        /// HrModifyRows: HrModifyRow of several rows (TABLE-358).
        HrModifyRows {
            /// ulFlags: reserved, zero.
            flags: u32,
            /// lpSRowSet.
            rows: Vec<Row>,
        }
        /// HrDeleteRows: HrDeleteRow of several rows, or of all with TAD_ALL_ROWS (TABLE-363).
        HrDeleteRows {
            /// ulFlags: TAD_ALL_ROWS 1.
            flags: u32,
            /// lprowsetToDelete.
            rows: Option<Vec<Row>>,
        }
    }
}
