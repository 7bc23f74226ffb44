//! What the tables of a machine can do, and how long it takes them: the `[tables]` table of a fixture.

use super::super::Machine;
use crate::clause::Reading;
use crate::mapi::Hresult;
use crate::time::SimDuration;

/// Settings of tables. The default is a table that can do everything, at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableSettings {
    /// How long an operation with TBL_ASYNC takes; zero is as if the flag were not given (TABLE-052).
    pub async_time: SimDuration,
    /// How operations with TBL_ASYNC fail, when their time is over (TABLE-041).
    pub async_failure: Option<Hresult>,
    /// Whether Abort can stop them (TABLE-254).
    pub abort: bool,
    /// Whether WaitForCompletion is supported (TABLE-261).
    pub wait: bool,
    /// Whether Advise is supported (TABLE-029).
    pub notify: bool,
    /// Whether sinks are told which row changed; otherwise they get TABLE_CHANGED alone (NOTIFY-106).
    pub rich: bool,
    /// Whether the end of an operation with TBL_ASYNC is told: TABLE_SORT_DONE and its like (TABLE-264).
    pub done_events: bool,
    /// Whether GetStatus says TBLSTAT_QCHANGED after a change (TABLE-042, TABLE-043).
    pub qchanged: bool,
    /// How GetRowCount counts.
    pub row_count: RowCount,
    /// Whether QueryPosition knows the number of the row (TABLE-112).
    pub position: bool,
    /// The most rows that one QueryRows returns (TABLE-233).
    pub max_batch: Option<u32>,
    /// The most bookmarks at once (TABLE-149).
    pub max_bookmarks: Option<u32>,
    /// The deepest restriction (TABLE-134, TABLE-271).
    pub max_restriction_depth: u16,
    /// The most sort keys; zero is a table that does not sort (TABLE-168).
    pub max_sort_keys: Option<u32>,
    /// Whether tables of CreateTable have categories; those of MAPI have none (TABLE-200).
    pub categories: bool,
    /// Whether multivalued properties can be shown one value a row (TABLE-145).
    pub instances: bool,
    /// The levels of RES_CONTENT that are supported: FULLSTRING, SUBSTRING, PREFIX (TABLE-280).
    pub content_levels: [bool; 3],
    /// Only the columns of the default set have values (TABLE-011, TABLE-057).
    pub default_columns_only: bool,
    /// Strings and binaries in columns are cut off after so many bytes (TABLE-012).
    pub truncate: Option<u32>,
}

/// How GetRowCount counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RowCount {
    /// It knows.
    #[default]
    Exact,
    /// Off by so many, with MAPI_W_APPROX_COUNT (TABLE-076).
    Approximate(i32),
    /// MAPI_E_NO_SUPPORT (TABLE-075).
    Unsupported,
}

impl Default for TableSettings {
    fn default() -> Self {
        TableSettings {
            async_time: SimDuration::ZERO,
            async_failure: None,
            abort: true,
            wait: true,
            notify: true,
            rich: true,
            done_events: true,
            qchanged: false,
            row_count: RowCount::Exact,
            position: true,
            max_batch: None,
            max_bookmarks: None,
            max_restriction_depth: 64,
            max_sort_keys: None,
            categories: false,
            instances: true,
            content_levels: [true; 3],
            default_columns_only: false,
            truncate: None,
        }
    }
}

/// How a machine reads the open points of tables, looked up once a call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// What its tables can do.
    pub settings: TableSettings,
    /// An absent property is less than every value (TABLE-305).
    pub missing_is_less: bool,
    /// A multivalued constant is compared as a tuple (TABLE-299).
    pub tuples: bool,
    /// PT_STRING8 and PT_UNICODE are one type in restrictions, a NULL sort order is none (TABLE-167, TABLE-287).
    pub lenient: bool,
    /// Restrictions see columns of the view alone (TABLE-137).
    pub columns_only: bool,
    /// Sort keys of strings compare by code point (TABLE-183).
    pub ordinal: bool,
    /// Leaf rows lack their key columns (TABLE-190).
    pub leaf_omits_keys: bool,
    /// A column without value is PR_NULL (TABLE-240).
    pub missing_is_null: bool,
    /// A failed column has identifier zero (TABLE-241).
    pub failed_id_zero: bool,
    /// A PT_UNSPECIFIED column is PT_ERROR (TABLE-064).
    pub unspecified_fails: bool,
    /// Length of PR_INSTANCE_KEY (TABLE-399).
    pub key_length: usize,
    /// Operations without TBL_ASYNC tell their end too (NOTIFY-118).
    pub done_events_sync: bool,
}

impl Rules {
    /// Those of a machine.
    pub fn of(machine: &Machine) -> Self {
        let other = |reading| machine.readings.index(reading) != 0;
        Rules {
            settings: machine.tables,
            missing_is_less: other(Reading::MissingCompare),
            tuples: !other(Reading::MvTuple),
            lenient: other(Reading::ArgumentChecks),
            columns_only: other(Reading::RestrictColumnsOnly),
            ordinal: other(Reading::Collation),
            leaf_omits_keys: other(Reading::LeafOmitsKeys),
            missing_is_null: other(Reading::MissingColumn),
            failed_id_zero: other(Reading::FailedTagId),
            unspecified_fails: other(Reading::UnspecifiedColumn),
            key_length: if other(Reading::InstanceKeyLen) { 8 } else { 16 },
            done_events_sync: other(Reading::DoneEventsSync),
        }
    }
}
