//! IMAPITable.

use super::interface;
use crate::mapi::PropTag;

interface! {
    /// Methods of IMAPITable that reading a table needs. The others come with the table engine.
    IMAPITable = "IMAPITable" {
        /// SetColumns: the columns of rows from now on.
        SetColumns {
            /// lpPropTagArray.
            prop_tag_array: Vec<PropTag>,
            /// ulFlags: TBL_ASYNC, TBL_BATCH.
            flags: u32,
        }
        /// QueryColumns: the columns in force, or with TBL_ALL_COLUMNS all there are.
        QueryColumns {
            /// ulFlags.
            flags: u32,
        }
        /// GetRowCount: how many rows there are.
        GetRowCount {
            /// ulFlags: reserved, zero.
            flags: u32,
        }
        /// SeekRow: moves the cursor.
        SeekRow {
            /// bkOrigin: BOOKMARK_BEGINNING 0, BOOKMARK_CURRENT 1, BOOKMARK_END 2.
            origin: u32,
            /// lRowCount.
            row_count: i32,
        }
        /// QueryRows: rows from the cursor on.
        QueryRows {
            /// lRowCount; negative reads backwards.
            row_count: i32,
            /// ulFlags: TBL_NOADVANCE.
            flags: u32,
        }
        /// Restrict: only a NULL restriction, which takes every row.
        Restrict {}
        /// FindRow: not built.
        FindRow {}
        /// SortTable: not built.
        SortTable {}
        /// Advise: not built.
        Advise {}
    }
}
