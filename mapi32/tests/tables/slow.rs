//! Operations that take time, categories, and reads in batches.

use std::ptr::{null, null_mut};

use mapi_sim::mapi::{Relop, Restriction, SortOrderSet};
use mapi_sim::{Fixture, PropTag};
use mapi32::abi::{SRow, SRowSet};

use super::queries::HrQueryAllRows;
use super::sink::{Sink, dispatch, unadvise};
use super::*;

const MAPI_E_BUSY: u32 = 0x8004_010B;
const MAPI_E_TIMEOUT: u32 = 0x8004_0401;
const TBL_ASYNC: u32 = 1;

/// A world whose tables are as the section says.
fn world(tables: &str) -> Bench {
    let text = format!("format = 1\nextends = \"office\"\n[tables]\n{tables}\n");
    let bench = Bench::empty(Fixture::from_text(&text).expect("a world").start());
    for number in 0..10 {
        assert_eq!(bench.modify(number, &format!("name {}", 9 - number), (number % 3).into()), S_OK);
    }
    bench
}

fn status(table: Ptr) -> u32 {
    let (mut status, mut kind) = (99u32, 99u32);
    assert_eq!(method!(table, 6, *mut u32 = &raw mut status, *mut u32 = &raw mut kind), S_OK);
    status
}

fn wait(table: Ptr, timeout: u32) -> (u32, u32) {
    let mut status = 99u32;
    let hr = method!(table, 23, u32 = 0, u32 = timeout, *mut u32 = &raw mut status);
    (hr, status)
}

// shows TABLE-040, TABLE-244, TABLE-258, TABLE-259, NOTIFY-117
#[test]
fn a_client_waits_for_a_sort() {
    let bench = world("async = \"50ms\"");
    let (view, sink) = (bench.view(), Sink::new());
    let connection = sink.advise(view);
    let order = bench.memory.order(Some(&SortOrderSet::by(NAME)));
    assert_eq!(method!(view, 17, *const u32 = order, u32 = TBL_ASYNC), S_OK);
    assert_eq!(status(view), 9, "TBLSTAT_SORTING");
    let mut set: *mut SRowSet = 0x77 as Ptr as *mut SRowSet;
    assert_eq!(method!(view, 19, i32 = 5, u32 = 0, *mut *mut SRowSet = &raw mut set), MAPI_E_BUSY);
    assert!(set.is_null());
    assert_eq!(wait(view, 10).0, MAPI_E_TIMEOUT);
    // The call returns when the virtual clock has gone as far.
    assert_eq!(wait(view, u32::MAX), (S_OK, 0));
    assert_eq!(method!(view, 23, u32 = 0, u32 = 5, *mut u32 = null_mut()), S_OK, "the place for the status may be NULL");
    dispatch();
    let told = sink.told();
    assert_eq!(told.iter().map(|told| (told.table_event, told.result)).collect::<Vec<_>>(), [(6, 0)], "TABLE_SORT_DONE");
    assert_eq!(all_rows(view)[0][1].1, Read::Wide("name 0".encode_utf16().collect()));
    assert_eq!(unadvise(view, connection), S_OK);
    assert_eq!(release(view), 0);
    bench.clean();
}

// shows TABLE-041, NOTIFY-108
#[test]
fn a_failure_by_and_by_is_told() {
    let bench = world("async = \"50ms\"\nasync_failure = \"MAPI_E_NOT_ENOUGH_MEMORY\"");
    let (view, sink) = (bench.view(), Sink::new());
    let connection = sink.advise(view);
    let few = bench.restriction(&Restriction::property(ROWID, Relop::EQ, 1));
    assert_eq!(method!(view, 14, Ptr = few.cast(), u32 = TBL_ASYNC), S_OK);
    assert_eq!(wait(view, u32::MAX).0, S_OK);
    assert_eq!(status(view), 15, "TBLSTAT_RESTRICT_ERROR");
    dispatch();
    let told = sink.told();
    assert_eq!(told.iter().map(|told| (told.table_event, told.result.cast_unsigned())).collect::<Vec<_>>(), [(2, 0x8007_000E)]);
    let words = told[0].words;
    assert_eq!(words[1], 0x8007_000E << 32 | 2, "hResult beside the event");
    assert_eq!([words[2], words[5], words[9]], [1, 1, 0], "and nothing of a row");
    assert_eq!(unadvise(view, connection), S_OK);
    assert_eq!(release(view), 0);
    bench.clean();
}

// shows TABLE-262
#[test]
fn a_wait_without_an_operation_is_over_at_once() {
    let bench = Bench::ten();
    let view = bench.view();
    assert_eq!(wait(view, u32::MAX), (S_OK, 0));
    assert_eq!(release(view), 0);
    bench.clean();
}

/// PR_INSTANCE_KEY of every row.
fn keys(view: Ptr) -> Vec<Vec<u8>> {
    assert_eq!(seek(view, 0, 0), S_OK);
    let key = |row: Vec<(u32, Read)>| row.into_iter().find_map(|(_, read)| if let Read::Binary(key) = read { Some(key) } else { None });
    all_rows(view).into_iter().filter_map(key).collect()
}

// shows TABLE-201, TABLE-202, TABLE-203, TABLE-208, TABLE-212, TABLE-216, TABLE-219, TABLE-220, MEMORY-054
#[test]
fn categories_in_blocks() {
    let bench = world("categories = true");
    let (view, sink) = (bench.view(), Sink::new());
    bench.columns(view, &[KEY, ROWID, NAME]);
    assert_eq!(bench.sort(view, &SortOrderSet::by(ROWID).ascending(NAME).categorized(1, 0)), S_OK);
    let connection = sink.advise(view);
    let heads = keys(view);
    assert_eq!(heads.len(), 3);
    let (first, cb) = (&heads[0], heads[0].len() as u32);
    let expand = |count: u32, rows: *mut *mut SRowSet, more: *mut u32| method!(view, 21, u32 = cb, *const u8 = first.as_ptr(), u32 = count, u32 = 0, *mut *mut SRowSet = rows, *mut u32 = more);
    let collapse = || {
        let mut count = 0u32;
        let hr = method!(view, 22, u32 = cb, *const u8 = first.as_ptr(), u32 = 0, *mut u32 = &raw mut count);
        (hr, count)
    };
    let (mut set, mut more): (*mut SRowSet, u32) = (null_mut(), 0);
    assert_eq!(expand(2, null_mut(), &raw mut more), MAPI_E_INVALID_PARAMETER);
    assert_eq!(expand(2, &raw mut set, null_mut()), MAPI_E_INVALID_PARAMETER);
    let before = bench.blocks();
    assert_eq!(expand(2, &raw mut set, &raw mut more), S_OK);
    unsafe {
        assert_eq!(((*set).cRows, more, bench.blocks() - before), (2, 4, 3), "two rows and the set");
        let rows = std::slice::from_raw_parts((&raw const (*set).aRow).cast::<SRow>(), 2);
        assert_eq!(read_props(rows[0].lpProps.cast(), rows[0].cValues)[1].1, Read::Long(0));
        FreeProws(set.cast());
    }
    assert_eq!((bench.blocks(), collapse()), (before, (S_OK, 4)));
    more = 0;
    assert_eq!(expand(0, null_mut(), &raw mut more), S_OK, "no rows, and no place for them");
    assert_eq!((more, keys(view).len()), (4, 7));

    let (mut count, mut state, mut place) = (0u32, null_mut(), usize::MAX);
    let hr = method!(view, 24, u32 = 0, u32 = cb, *const u8 = first.as_ptr(), *mut u32 = &raw mut count, *mut Ptr = &raw mut state);
    assert_eq!((hr, bench.blocks() - before), (S_OK, 1));
    let copy = unsafe { std::slice::from_raw_parts(state.cast::<u8>(), count as usize) }.to_vec();
    assert_eq!((unsafe { MAPIFreeBuffer(state) }, collapse(), keys(view).len()), (0, (S_OK, 4), 3));
    assert_eq!(method!(view, 25, u32 = 0, u32 = count, *const u8 = copy.as_ptr(), *mut usize = &raw mut place), S_OK);
    assert!(place < 1 << 32, "all eight bytes are written");
    assert_eq!((keys(view).len(), seek(view, place, 0), position(view)), (7, S_OK, 0));
    assert_eq!(method!(view, 16, usize = place), S_OK);
    assert_eq!(sink.events(), [] as [u32; 0], "nothing of this is told");
    assert_eq!(unadvise(view, connection), S_OK);
    assert_eq!((bench.blocks(), release(view)), (before, 0));
    bench.clean();
}

// shows TABLE-233, TABLE-346, TABLE-347, TABLE-348
#[test]
fn rows_in_batches() {
    let bench = world("max_batch = 3");
    let view = bench.view();
    let mut sizes = Vec::new();
    loop {
        let mut set: *mut SRowSet = null_mut();
        assert_eq!(method!(view, 19, i32 = 50, u32 = 0, *mut *mut SRowSet = &raw mut set), S_OK);
        let rows = unsafe { (*set).cRows };
        unsafe { FreeProws(set.cast()) };
        sizes.push(rows);
        if rows == 0 {
            break;
        }
    }
    assert_eq!(sizes, [3, 3, 3, 1, 0], "fewer than asked for is not the end");
    let all = |set: *mut *mut SRowSet| unsafe { HrQueryAllRows(view, null(), null(), null(), 0, set) };
    let mut set: *mut SRowSet = null_mut();
    assert_eq!(all(&raw mut set), S_OK);
    assert_eq!((unsafe { (*set).cRows }, bench.blocks()), (10, 11), "one set, and a block for each row");
    unsafe { FreeProws(set.cast()) };
    // All or nothing, wherever memory runs short.
    let (world, mut failed) = (bench.bound.face().id(), 0);
    for nth in 1.. {
        mapi32::memory::fail_nth(world, nth, false);
        set = 0x77 as Ptr as *mut SRowSet;
        let hr = all(&raw mut set);
        mapi32::memory::fail_nth(world, 0, false);
        if hr == S_OK {
            unsafe { FreeProws(set.cast()) };
            break;
        }
        assert_eq!((hr, set.is_null(), bench.blocks()), (0x8007_000E, true, 0));
        failed += 1;
    }
    assert!(failed > 20, "{failed} places");
    assert_eq!(release(view), 0);
    bench.clean();
}

// Readings of delivery: a sink that is told inside the call that causes it, and one that is told although it cancelled.
// shows NOTIFY-028, NOTIFY-031, NOTIFY-032, NOTIFY-039, NOTIFY-042
#[test]
fn delivery_by_readings() {
    let with = |reading: &str| {
        let text = format!("format = 1\nextends = \"office\"\n[readings]\n{reading}\n");
        let bench = Bench::empty(Fixture::from_text(&text).expect("a world").start());
        assert_eq!(bench.modify(1, "one", 1), S_OK);
        bench
    };
    let bench = with("delivery = \"inline\"");
    let (view, sink) = (bench.view(), Sink::new());
    let connection = sink.advise(view);
    // Inside OnNotify another row is changed, which is told in turn.
    let data = bench.data as usize;
    let again = Memory::new(CodePage::default());
    let row = again.row(&Row { props: vec![Prop::new(KEY, vec![2]), Prop::new(ROWID, 2)] });
    let (count, props) = (row.cValues, row.lpProps as usize);
    sink.act(Box::new(move || {
        let row = SRow { ulAdrEntryPad: 0, cValues: count, lpProps: props as *mut SPropValue };
        assert_eq!(method!(data as Ptr, 4, *const SRow = &raw const row), S_OK);
    }));
    assert_eq!(bench.modify(1, "uno", 1), S_OK);
    assert_eq!(sink.told().iter().map(|told| told.table_event).collect::<Vec<_>>(), [5, 3], "before HrModifyRow returned");
    assert_eq!(unadvise(view, connection), S_OK);
    assert_eq!(release(view), 0);
    bench.clean();

    let bench = with("late_delivery = true");
    let (view, sink) = (bench.view(), Sink::new());
    let connection = sink.advise(view);
    assert_eq!(bench.modify(1, "uno", 1), S_OK);
    assert_eq!(unadvise(view, connection), S_OK);
    assert_eq!(sink.references(), 2, "it is held for what comes late");
    assert_eq!(sink.events(), [5]);
    assert_eq!(bench.modify(1, "due", 1), S_OK);
    assert_eq!(sink.events(), [] as [u32; 0]);
    assert_eq!((release(view), release(bench.data)), (0, 0));
    let Bench { sim, bound, .. } = bench;
    uninitialize();
    assert_eq!(sink.references(), 1, "nothing comes after the last MAPIUninitialize");
    bound.finish();
    Arc::into_inner(sim).expect("the binding is gone").finish();
}

/// Columns of any type and values of any type come through a table of the client's own, and out of it as they were put in.
#[test]
fn values_of_every_type_in_a_table() {
    let bench = Bench::empty(Sim::office());
    let kinds: [(u32, mapi_sim::Value); 8] = [
        (0x0002, mapi_sim::Value::Short(-2)),
        (0x0005, mapi_sim::Value::Double(0.5)),
        (0x0014, mapi_sim::Value::LongLong(1 << 40)),
        (0x001E, "8 bits".into()),
        (0x0040, mapi_sim::Value::SysTime(77)),
        (0x0048, mapi_sim::mapi::Guid::new([3; 16]).into()),
        (0x1003, mapi_sim::Value::MvLong(vec![1, 2])),
        (0x101F, mapi_sim::Value::MvString(vec!["a".into(), String::new()])),
    ];
    let props = kinds
        .iter()
        .enumerate()
        .map(|(at, (kind, value))| Prop { tag: PropTag::new(0x6600_0000 + ((at as u32) << 16) + kind), value: value.clone() });
    let row = Row { props: [Prop::new(KEY, vec![1])].into_iter().chain(props).collect() };
    let given = bench.memory.row(&row);
    assert_eq!(method!(bench.data, 4, *const SRow = &raw const given), S_OK);
    let mut found: *mut SRow = null_mut();
    assert_eq!(method!(bench.data, 7, u32 = 0, *mut *mut SRow = &raw mut found), S_OK, "HrEnumRow");
    let page = CodePage::default();
    let read = unsafe { mapi32::wire::OneRow::new(found).row(page) };
    assert_eq!(read, Ok(row));
    assert_eq!(unsafe { MAPIFreeBuffer(found.cast()) }, 0);
    bench.clean();
}
