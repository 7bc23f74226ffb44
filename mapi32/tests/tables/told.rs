//! What sinks of tables are told, and when they are let go.

use std::ptr::null_mut;
use std::sync::{Arc, Barrier};

use mapi_sim::mapi::{Prop, Relop, Restriction, SortOrderSet};
use mapi_sim::{Row, Sim};
use mapi32::abi::{NOTIFICATION, SRow};

use super::sink::{Sink, dispatch, unadvise};
use super::*;

/// TABLE_NOTIFICATION.ulTableEvent.
const CHANGED: u32 = 1;
const ADDED: u32 = 3;
const DELETED: u32 = 4;
const MODIFIED: u32 = 5;
const RELOAD: u32 = 9;
/// PR_NULL.
const PR_NULL: u32 = 1;
/// Eight bytes of the filling of dead memory.
const RUBBISH: u64 = 0xDDDD_DDDD_DDDD_DDDD;

// shows NOTIFY-001, NOTIFY-002, NOTIFY-047, NOTIFY-081, NOTIFY-082, NOTIFY-103, NOTIFY-109, NOTIFY-110, NOTIFY-111, NOTIFY-116, NOTIFY-127
#[test]
fn rows_that_come_and_change() {
    let bench = Bench::ten();
    let (view, sink) = (bench.view(), Sink::new());
    bench.columns(view, &[ROWID, NAME]);
    assert_eq!(bench.sort(view, &SortOrderSet::by(ROWID)), S_OK);
    let connection = sink.advise(view);
    assert_eq!(bench.modify(50, "new", 50), S_OK);
    assert_eq!(bench.modify(51, "first", -1), S_OK);
    assert_eq!(bench.modify(3, "moved", 70), S_OK);
    dispatch();
    let told = sink.told();
    assert!(told.iter().all(|told| (told.count, told.event_type, told.result) == (1, 0x100, 0)), "{told:#?}");
    let seen: Vec<_> = told.iter().map(|told| (told.table_event, told.index.clone(), told.prior.clone())).collect();
    let key = |key: u8| Ok(vec![key]);
    assert_eq!(seen, [(ADDED, key(50), key(9)), (ADDED, key(51), Err(PR_NULL)), (MODIFIED, key(3), key(50))]);
    let wide = |text: &str| Read::Wide(text.encode_utf16().collect());
    let rows: Vec<_> = told.into_iter().map(|told| told.row).collect();
    let row = |number, text| vec![(ROWID.value(), Read::Long(number)), (NAME.value(), wide(text))];
    assert_eq!(rows, [row(50, "new"), row(-1, "first"), row(70, "moved")], "the columns and their order are those of the view");
    // The keys are those of the rows.
    bench.columns(view, &[KEY]);
    assert_eq!(seek(view, 0, 0), S_OK);
    let keys: Vec<_> = all_rows(view).into_iter().map(|row| row[0].1.clone()).collect();
    assert!(seen.iter().all(|(_, index, _)| keys.contains(&Read::Binary(index.clone().expect("a key")))));
    assert_eq!(unadvise(view, connection), S_OK);
    assert_eq!(release(view), 0);
    bench.clean();
}

// shows NOTIFY-052, NOTIFY-053, NOTIFY-112, NOTIFY-113, NOTIFY-114, NOTIFY-126
#[test]
fn members_that_are_not_used_are_zero() {
    let bench = Bench::ten();
    let (view, sink) = (bench.view(), Sink::new());
    let connection = sink.advise(view);
    let rows: Vec<Row> = (20..29).map(|key| Row { props: vec![Prop::new(KEY, vec![key]), Prop::new(ROWID, 1)] }).collect();
    assert_eq!(method!(bench.data, 10, u32 = 0, *const u64 = bench.memory.rows(&rows)), S_OK, "HrModifyRows of nine");
    assert_eq!(bench.delete(20), S_OK);
    let mut deleted = 0u32;
    assert_eq!(method!(bench.data, 11, u32 = 1, Ptr = null_mut(), *mut u32 = &raw mut deleted), S_OK, "HrDeleteRows of all");
    assert_eq!(deleted, 18);
    dispatch();
    let told = sink.told();
    assert_eq!(told.iter().map(|told| told.table_event).collect::<Vec<_>>(), [CHANGED, DELETED, RELOAD]);
    let null = u64::from(PR_NULL);
    for told in &told {
        let mut words = told.words;
        assert_eq!(words[1] >> 32, 0, "hResult");
        if told.table_event == DELETED {
            assert_eq!((told.index.clone(), words[2]), (Ok(vec![20]), 0x0FF6_0102));
            words[2..5].copy_from_slice(&[null, 0, 0]);
        }
        // ulEventType and padding; the event; propIndex, propPrior; row and padding.
        let event = u64::from(told.table_event);
        assert_eq!(words, [0x100, event, null, 0, 0, null, 0, 0, 0, 0, 0], "{told:#?}");
    }
    assert_eq!(unadvise(view, connection), S_OK);
    assert_eq!(release(view), 0);
    bench.clean();
}

// shows NOTIFY-003, MEMORY-012, SESSION-180
#[test]
fn what_was_told_is_rubbish_afterwards() {
    let bench = Bench::ten();
    let (view, sink) = (bench.view(), Sink::new());
    let connection = sink.advise(view);
    let before = bench.blocks();
    assert_eq!(bench.modify(3, "another", 3), S_OK);
    dispatch();
    let told = sink.told().pop().expect("told");
    assert_eq!((told.table_event, told.row.len()), (MODIFIED, 3));
    // The library keeps what was told for a while, so that this can be looked at: the notification and its row, in one piece.
    let words = unsafe { std::slice::from_raw_parts(told.place as *const u64, 11) };
    let props = unsafe { std::slice::from_raw_parts(told.props as *const u64, 9) };
    assert!(words.iter().chain(props).all(|word| *word == RUBBISH), "{words:X?} {props:X?}");
    assert!(told.props > told.place && told.props - told.place < 4096, "behind the notification");
    // No block of the client's allocator was in it: there is nothing that a sink could free.
    assert_eq!(bench.blocks(), before);
    assert_eq!(unadvise(view, connection), S_OK);
    assert_eq!(release(view), 0);
    bench.clean();
}

unsafe extern "system" {
    fn ScDupPropset(count: i32, props: Ptr, allocate: *const (), out: *mut Ptr) -> i32;
    fn HrAllocAdviseSink(callback: unsafe extern "system" fn(Ptr, u32, *mut NOTIFICATION) -> i32, context: Ptr, out: *mut Ptr) -> i32;
}

/// MFCMAPI's pattern: the row is copied with ScDupPropset.
unsafe extern "system" fn keep_row(context: Ptr, count: u32, notifications: *mut NOTIFICATION) -> i32 {
    unsafe {
        let row = (*notifications).info.tab.row;
        let copies = &mut *context.cast::<Vec<(Ptr, u32)>>();
        let mut copy = null_mut();
        assert_eq!(ScDupPropset(row.cValues.cast_signed(), row.lpProps.cast(), MAPIAllocateBuffer as *const (), &raw mut copy), 0);
        copies.push((copy, row.cValues * count));
        -1
    }
}

// shows NOTIFY-074, NOTIFY-075, NOTIFY-076, NOTIFY-115
#[test]
fn rows_are_copied_by_a_callback() {
    let bench = Bench::ten();
    let view = bench.view();
    bench.columns(view, &[NAME, mapi_sim::PropTag::PR_SUBJECT]);
    let mut copies: Vec<(Ptr, u32)> = Vec::new();
    let mut sink = null_mut();
    assert_eq!(unsafe { HrAllocAdviseSink(keep_row, (&raw mut copies).cast(), &raw mut sink) }, 0);
    let mut connection = 0usize;
    assert_eq!(method!(view, 4, u32 = 0x100, Ptr = sink, *mut usize = &raw mut connection), S_OK);
    assert_eq!((bench.modify(1, "a", 1), bench.modify(2, "b", 2)), (S_OK, S_OK));
    dispatch();
    let read: Vec<_> = copies.iter().map(|(copy, count)| unsafe { read_props(copy.cast(), *count) }).collect();
    let row = |text: &str| {
        let name = (NAME.value(), Read::Wide(text.encode_utf16().collect()));
        vec![name, (0x0037_000A, Read::Error(MAPI_E_NOT_FOUND))]
    };
    assert_eq!(read, [row("a"), row("b")], "what the callback returns does not matter");
    copies.iter().for_each(|(copy, _)| assert_eq!(unsafe { MAPIFreeBuffer(*copy) }, 0));
    assert_eq!(unadvise(view, connection), S_OK);
    assert_eq!((release(sink), release(view)), (0, 0));
    bench.clean();
}

/// Empty columns, empty values, properties that are missing: a row with any of them is told, to a wrapped sink too.
#[test]
fn rows_with_empty_columns_are_told() {
    let bench = Bench::ten();
    let (view, sink) = (bench.view(), Sink::new());
    let body = mapi_sim::PropTag::new(0x6601_0102);
    bench.columns(view, &[mapi_sim::PropTag::new(PR_NULL), mapi_sim::PropTag::PR_SUBJECT, body, ROWID]);
    let connection = sink.advise(view);
    let mut wrapped = null_mut();
    assert_eq!(unsafe { HrThisThreadAdviseSink(sink.pointer(), &raw mut wrapped) }, S_OK);
    let place = wrapped as usize;
    let row = Row { props: vec![Prop::new(KEY, vec![1]), Prop::new(ROWID, 1), Prop { tag: body, value: Vec::<u8>::new().into() }] };
    let row = bench.memory.row(&row);
    assert_eq!(method!(bench.data, 4, *const SRow = &raw const row), S_OK);
    dispatch();
    let first = sink.told().pop().expect("told");
    let null = (PR_NULL, Read::Other(0));
    let wanted =
        vec![null, (0x0037_000A, Read::Error(MAPI_E_NOT_FOUND)), (body.value(), Read::Binary(vec![])), (ROWID.value(), Read::Long(1))];
    assert_eq!(first.row, wanted);
    std::thread::spawn(move || {
        let key = [7u8];
        let props = [[1u64, 0, 0], [0x0037_000A, MAPI_E_NOT_FOUND.into(), 0], [body.value().into(), 0, 0], [ROWID.value().into(), 1, 0]];
        let words = [0x100, u64::from(MODIFIED), KEY.value().into(), 1, key.as_ptr() as u64, 1, 0, 0, 4 << 32, props.as_ptr() as u64, 0];
        method!(place as Ptr, 3, u32 = 1, *const u64 = words.as_ptr())
    })
    .join()
    .expect("runs");
    dispatch();
    let second = sink.told().pop().expect("told");
    assert_eq!((second.index, second.prior, second.row), (Ok(vec![7]), Err(PR_NULL), wanted));
    assert_eq!(unadvise(view, connection), S_OK);
    assert_eq!((release(wrapped), release(view)), (0, 0));
    bench.clean();
}

// shows TABLE-026, TABLE-028, TABLE-030, TABLE-035, NOTIFY-004, NOTIFY-029, NOTIFY-030, NOTIFY-037
#[test]
fn each_advise_is_a_registration_of_its_own() {
    let bench = Bench::ten();
    let (view, sink) = (bench.view(), Sink::new());
    let first = sink.advise(view);
    assert_eq!(sink.references(), 2);
    let second = sink.advise(view);
    assert_eq!(sink.references(), 3);
    assert!(first != second && first < 1 << 32 && second < 1 << 32);
    assert_eq!(bench.modify(1, "x", 1), S_OK);
    assert_eq!(sink.events(), [MODIFIED, MODIFIED]);
    assert_eq!(unadvise(view, first), S_OK);
    assert_eq!(sink.references(), 2);
    assert_eq!(bench.modify(1, "y", 1), S_OK);
    assert_eq!(sink.events(), [MODIFIED]);
    assert_eq!(unadvise(view, first), MAPI_E_NOT_FOUND);
    assert_eq!(sink.references(), 2, "nothing is released twice");
    assert_eq!(unadvise(view, second), S_OK);
    assert_eq!(sink.references(), 1);
    assert_eq!(bench.modify(1, "z", 1), S_OK);
    assert_eq!(sink.events(), [] as [u32; 0]);
    let mut numbers = std::collections::BTreeSet::new();
    for _ in 0..1000 {
        let connection = sink.advise(view);
        assert!(numbers.insert(connection));
        assert_eq!(unadvise(view, connection), S_OK);
    }
    assert_eq!(sink.references(), 1);
    assert_eq!(release(view), 0);
    bench.clean();
}

// shows NOTIFY-014, NOTIFY-036
#[test]
fn registrations_that_fail_hold_nothing() {
    let bench = Bench::ten();
    let (view, other, sink) = (bench.view(), bench.view(), Sink::new());
    let mut connection = 0x55usize;
    let mut advise = |mask: u32, sink: Ptr, place: bool| {
        let place = if place { &raw mut connection } else { null_mut() };
        method!(view, 4, u32 = mask, Ptr = sink, *mut usize = place)
    };
    assert_eq!(advise(0x100, null_mut(), true), MAPI_E_INVALID_PARAMETER);
    assert_eq!(advise(0x100, sink.pointer(), false), MAPI_E_INVALID_PARAMETER);
    assert!(advise(0x2, sink.pointer(), true) >> 31 == 1);
    assert_eq!((sink.references(), connection), (1, 0x55));
    // A number of one table is none of another.
    let connection = sink.advise(view);
    assert_eq!(unadvise(other, connection), MAPI_E_NOT_FOUND);
    assert_eq!(sink.references(), 2);
    assert_eq!(bench.modify(1, "x", 1), S_OK);
    assert_eq!(sink.events(), [MODIFIED]);
    assert_eq!(unadvise(view, connection), S_OK);
    assert_eq!((release(view), release(other)), (0, 0));
    bench.clean();
}

// shows TABLE-036, SESSION-184
#[test]
fn a_sink_stays_alive_while_it_is_told() {
    let bench = Bench::ten();
    let (view, sink) = (bench.view(), Sink::new());
    let connection = sink.advise(view);
    let (inside, done) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let (enter, leave) = (inside.clone(), done.clone());
    sink.act(Box::new(move || {
        enter.wait();
        leave.wait();
    }));
    let (face, place) = (bench.bound.face().clone(), view as usize);
    let other = std::thread::spawn(move || {
        let bound = mapi32::world::bind_face(face);
        inside.wait();
        // The main thread is inside OnNotify.
        let hr = unadvise(place as Ptr, connection);
        bound.discard();
        done.wait();
        hr
    });
    assert_eq!(bench.modify(1, "x", 1), S_OK);
    let before = sink.references();
    dispatch();
    assert_eq!(other.join().expect("runs"), S_OK);
    assert_eq!((before, sink.references()), (2, 1), "released when OnNotify had returned");
    assert_eq!(sink.told().len(), 1);
    assert_eq!(release(view), 0);
    bench.clean();
}

// shows NOTIFY-038
#[test]
fn a_sink_may_cancel_itself_and_ask_for_more() {
    let bench = Bench::ten();
    let (view, sink, other) = (bench.view(), Sink::new(), bench.view());
    let connection = sink.advise(view);
    let (view_at, other_at, sink_at) = (view as usize, other as usize, sink.pointer() as usize);
    sink.act(Box::new(move || {
        // A method of the table, a registration, and the end of its own: nothing is locked.
        assert_eq!(numbers(view_at as Ptr).len(), 10);
        let mut connection = 0usize;
        if unadvise(view_at as Ptr, connection_of(view_at, sink_at)) == S_OK {
            assert_eq!(method!(other_at as Ptr, 4, u32 = 0x100, Ptr = sink_at as Ptr, *mut usize = &raw mut connection), S_OK);
        }
    }));
    CONNECTION.store(connection, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(bench.modify(1, "x", 1), S_OK);
    assert_eq!(sink.events(), [MODIFIED]);
    assert_eq!(sink.references(), 2, "one registration went, one came");
    assert_eq!((release(view), release(other)), (0, 0));
    assert_eq!(sink.references(), 1);
    bench.clean();
}

static CONNECTION: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);

fn connection_of(_: usize, _: usize) -> usize {
    CONNECTION.load(std::sync::atomic::Ordering::SeqCst)
}

// shows NOTIFY-033, NOTIFY-039
#[test]
fn the_end_of_a_table_ends_its_registrations() {
    let bench = Bench::ten();
    let (view, second, sink) = (bench.view(), bench.view(), Sink::new());
    sink.advise(view);
    sink.advise(second);
    sink.advise(second);
    assert_eq!(sink.references(), 4);
    assert_eq!(bench.modify(1, "x", 1), S_OK);
    assert_eq!(release(second), 0);
    assert_eq!(sink.references(), 2);
    assert!(sink.events().len() <= 3);
    assert_eq!(bench.modify(1, "y", 1), S_OK);
    assert_eq!(sink.events(), [MODIFIED]);
    assert_eq!(release(view), 0);
    assert_eq!(sink.references(), 1);
    bench.clean();
}

/// A status table's sink goes with Logoff, though the table is held on.
#[test]
fn logoff_ends_the_registrations_of_its_tables() {
    let sim = Arc::new(Sim::office());
    let bound = mapi32::bind_process(sim.clone(), "client");
    assert_eq!(initialize(), S_OK);
    let (_, session) = logon(Some("Work"), QUIET);
    let (table, sink) = (status_table(session, 0), Sink::new());
    sink.advise(table);
    assert_eq!(sink.references(), 2);
    assert_eq!(logoff(session), S_OK);
    assert_eq!(sink.references(), 1);
    assert_eq!((release(table), release(session)), (0, 0));
    uninitialize();
    bound.discard();
    Arc::into_inner(sim).expect("the binding is gone").discard();
}

/// Which thread a wrapped sink that is registered elsewhere belongs to: the one that wrapped it, or the one that registered it.
// shows NOTIFY-058, NOTIFY-059, NOTIFY-080
#[test]
fn a_wrapped_sink_may_belong_to_the_thread_of_advise() {
    for (value, here) in [("wrapper", true), ("advise", false)] {
        let text = format!("format = 1\nextends = \"office\"\n[readings]\nwrapped_sink_thread = \"{value}\"\n");
        let bench = Bench::empty(mapi_sim::Fixture::from_text(&text).expect("a good fixture").start());
        assert_eq!(bench.modify(4, "first", 4), S_OK);
        let (view, sink) = (bench.view(), Sink::new());
        let mut wrapped = null_mut();
        assert_eq!(unsafe { HrThisThreadAdviseSink(sink.pointer(), null_mut()) }, MAPI_E_INVALID_PARAMETER);
        assert_eq!(unsafe { HrThisThreadAdviseSink(sink.pointer(), &raw mut wrapped) }, S_OK);
        let (place, table) = (wrapped as usize, view as usize);
        let connection = std::thread::spawn(move || {
            let mut connection = 0usize;
            assert_eq!(method!(table as Ptr, 4, u32 = 0x100, Ptr = place as Ptr, *mut usize = &raw mut connection), S_OK);
            connection
        })
        .join()
        .expect("runs");
        assert_eq!(bench.modify(4, "told", 4), S_OK);
        dispatch();
        assert_eq!(sink.told().len(), usize::from(here), "{value}");
        assert_eq!(unadvise(view, connection), S_OK);
        release(wrapped);
        assert_eq!(release(view), 0);
        bench.clean();
    }
}

// shows TABLE-034, NOTIFY-057, NOTIFY-060, NOTIFY-061
#[test]
fn a_wrapped_sink_is_told_on_its_thread() {
    let bench = Bench::ten();
    let (view, sink) = (bench.view(), Sink::new());
    let mut wrapped = null_mut();
    assert_eq!(unsafe { HrThisThreadAdviseSink(sink.pointer(), &raw mut wrapped) }, S_OK);
    assert_ne!(wrapped, sink.pointer());
    assert_eq!(sink.references(), 2);
    let mut connection = 0usize;
    assert_eq!(method!(view, 4, u32 = 0x100, Ptr = wrapped, *mut usize = &raw mut connection), S_OK);
    // Somebody tells the wrapper on another thread, as a provider's thread would.
    let place = wrapped as usize;
    let copy = {
        let plain = Sink::new();
        let number = plain.advise(view);
        assert_eq!(bench.modify(4, "told", 4), S_OK);
        dispatch();
        assert_eq!(unadvise(view, number), S_OK);
        plain.told().pop().expect("told")
    };
    assert_eq!(sink.told().len(), 1, "by the world itself, on this thread");
    std::thread::spawn(move || {
        let mut text: Vec<u16> = "other thread\0".encode_utf16().collect();
        let mut key = [4u8];
        let mut props = [
            [u64::from(NAME.value()), text.as_mut_ptr() as u64, 0],
            [u64::from(KEY.value()), 1, key.as_mut_ptr() as u64],
            [u64::from(ROWID.value()), 4, 0],
        ];
        let mut words = copy.words;
        words[2..5].copy_from_slice(&[u64::from(KEY.value()), 1, key.as_mut_ptr() as u64]);
        words[5..8].copy_from_slice(&[u64::from(PR_NULL), 0, 0]);
        words[9] = props.as_mut_ptr() as u64;
        method!(place as Ptr, 3, u32 = 1, *const u64 = words.as_ptr());
        // It was copied: what the source does with its memory does not matter any more.
        text.fill(0x2021);
        key.fill(9);
        props.fill([0xFFFF_FFFF_FFFF; 3]);
    })
    .join()
    .expect("runs");
    assert!(sink.told().is_empty(), "not on the other thread");
    dispatch();
    let told = sink.told().pop().expect("told");
    assert_eq!(told.thread, std::thread::current().id());
    assert_eq!((told.table_event, told.index, told.prior), (MODIFIED, Ok(vec![4]), Err(PR_NULL)));
    assert_eq!(told.row[0], (NAME.value(), Read::Wide("other thread".encode_utf16().collect())));
    assert_eq!(unadvise(view, connection), S_OK);
    assert_eq!(release(wrapped), 0);
    assert_eq!(sink.references(), 1);
    assert_eq!(release(view), 0);
    bench.clean();
}

// shows TABLE-059, NOTIFY-119, NOTIFY-120
#[test]
fn rows_that_are_not_seen_are_not_told() {
    let bench = Bench::ten();
    let (view, sink) = (bench.view(), Sink::new());
    assert_eq!(bench.restrict(view, &Restriction::property(ROWID, Relop::LT, 5)), S_OK);
    let connection = sink.advise(view);
    assert_eq!(bench.modify(7, "x", 7), S_OK);
    assert_eq!(sink.events(), [] as [u32; 0]);
    assert_eq!(bench.modify(7, "x", 2), S_OK, "it comes into the view");
    assert_eq!(bench.modify(7, "x", 9), S_OK, "and leaves it");
    assert_eq!(bench.modify(3, "x", 3), S_OK);
    assert_eq!(sink.events(), [ADDED, DELETED, MODIFIED]);
    let row = bench.row(70, "y", 70);
    assert_eq!(method!(bench.data, 9, u32 = 0, *const SRow = &raw const row), S_OK, "HrInsertRow");
    assert_eq!(sink.events(), [] as [u32; 0]);
    assert_eq!(unadvise(view, connection), S_OK);
    assert_eq!(release(view), 0);
    bench.clean();
}
