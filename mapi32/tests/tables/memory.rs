//! Blocks and out-parameters of tables.

use std::ptr::null_mut;

use mapi_sim::mapi::{FuzzyLevel, Node, Relop, Restriction, SortOrderSet};
use mapi32::abi::{MAPIERROR, SRestriction, SRow, SRowSet, SSortOrderSet};

use super::*;

const SENTINEL: Ptr = 0x5EED as Ptr;

fn rows(table: Ptr, count: i32, flags: u32) -> (u32, *mut SRowSet) {
    let mut set: *mut SRowSet = SENTINEL.cast();
    let hr = method!(table, 19, i32 = count, u32 = flags, *mut *mut SRowSet = &raw mut set);
    (hr, set)
}

// shows TABLE-231, TABLE-242, TABLE-243, MEMORY-002, MEMORY-044, MEMORY-046, MEMORY-052, MEMORY-055
#[test]
fn rows_are_blocks_of_their_own() {
    let bench = Bench::ten();
    let view = bench.view();
    let before = bench.blocks();
    let (hr, set) = rows(view, 3, 0);
    assert_eq!((hr, bench.blocks() - before), (S_OK, 4), "three rows and the set");
    unsafe {
        assert_eq!((*set).cRows, 3);
        assert!(std::slice::from_raw_parts((&raw const (*set).aRow).cast::<SRow>(), 3).iter().all(|row| row.ulAdrEntryPad == 0));
        FreeProws(set.cast());
    }
    assert_eq!(bench.blocks(), before);
    assert_eq!(seek(view, 2, 0), S_OK);
    for free_as_rows in [false, true] {
        let (hr, set) = rows(view, 3, 0);
        assert_eq!((hr, bench.blocks() - before), (S_OK, 1));
        unsafe {
            assert_eq!((*set).cRows, 0);
            if free_as_rows { FreeProws(set.cast()) } else { assert_eq!(MAPIFreeBuffer(set.cast()), 0) }
        }
        assert_eq!(bench.blocks(), before);
    }
    assert_eq!(release(view), 0);
    bench.clean();
}

// shows TABLE-068
#[test]
fn columns_are_one_block() {
    let bench = Bench::ten();
    let view = bench.view();
    let before = bench.blocks();
    let mut tags = null_mut();
    assert_eq!(method!(view, 8, u32 = 1, *mut Ptr = &raw mut tags), S_OK);
    assert_eq!(bench.blocks() - before, 1);
    assert_eq!(unsafe { MAPIFreeBuffer(tags) }, 0);
    assert_eq!(bench.blocks(), before);
    assert_eq!(release(view), 0);
    bench.clean();
}

// shows TABLE-048, TABLE-225, TABLE-249, MEMORY-004
#[test]
fn failures_leave_nothing() {
    let bench = Bench::ten();
    let view = bench.view();
    let before = bench.blocks();
    for (count, flags) in [(0, 0), (1, 0x4000)] {
        let (hr, set) = rows(view, count, flags);
        assert!(hr >> 31 == 1 && set.is_null(), "{hr:08X}");
    }
    let mut place = SENTINEL;
    let key = [1u8];
    let fails: [&dyn Fn(*mut Ptr) -> u32; 4] = [
        &|out| method!(view, 8, u32 = 0x10, *mut Ptr = out),
        &|out| method!(view, 21, u32 = 1, *const u8 = key.as_ptr(), u32 = 1, u32 = 0, *mut Ptr = out, *mut u32 = &mut 0),
        &|out| method!(view, 24, u32 = 0, u32 = 1, *const u8 = key.as_ptr(), *mut u32 = &mut 0, *mut Ptr = out),
        &|out| {
            let wrong = bench.memory.prop(&Prop::new(NAME, "name 1"));
            method!(bench.data, 6, *const SPropValue = &raw const wrong, *mut Ptr = out, *mut u32 = null_mut())
        },
    ];
    for (at, fail) in fails.iter().enumerate() {
        let hr = fail(&raw mut place);
        assert!(hr >> 31 == 1 && place.is_null(), "{at}: {hr:08X}");
        place = SENTINEL;
    }
    // Memory that runs short, wherever it does.
    let world = bench.bound.face().id();
    let mut failed = 0;
    for nth in 1.. {
        assert_eq!(seek(view, 0, 0), S_OK);
        mapi32::memory::fail_nth(world, nth, false);
        let (hr, set) = rows(view, 3, 1);
        mapi32::memory::fail_nth(world, 0, false);
        if hr == S_OK {
            unsafe { FreeProws(set.cast()) };
            break;
        }
        assert_eq!((hr, set.is_null(), bench.blocks()), (0x8007_000E, true, before));
        failed += 1;
    }
    assert!(failed > 4, "{failed} places");
    assert_eq!(method!(view, 7, Ptr = null_mut(), u32 = 0), MAPI_E_INVALID_PARAMETER, "SetColumns without columns");
    assert_eq!(columns_of(view, 0), [KEY, NAME, ROWID].map(|tag| tag.value()));
    assert_eq!(release(view), 0);
    bench.clean();
}

// shows TABLE-045, TABLE-085, TABLE-203, TABLE-259, TABLE-370
#[test]
fn places_that_may_be_null_and_those_that_may_not() {
    let bench = Bench::ten();
    let view = bench.view();
    let (mut a, mut b, null) = (7u32, 7u32, null_mut::<u32>());
    let bad = MAPI_E_INVALID_PARAMETER;
    let mut numbers = |first: bool, second: bool| {
        let (first, second) = (if first { &raw mut a } else { null }, if second { &raw mut b } else { null });
        method!(view, 6, *mut u32 = first, *mut u32 = second)
    };
    assert_eq!([numbers(false, true), numbers(true, false), numbers(true, true)], [bad, bad, S_OK], "GetStatus");
    assert_eq!((a, b), (0, 2));
    assert_eq!(method!(view, 9, u32 = 0, *mut u32 = null), bad, "GetRowCount");
    assert_eq!(method!(view, 10, usize = 0, i32 = 4, *mut i32 = null_mut()), S_OK, "SeekRow");
    assert_eq!(position(view), 4);
    assert_eq!(method!(view, 12, *mut u32 = &raw mut a, *mut u32 = &raw mut b, *mut u32 = null), bad, "QueryPosition");
    for slot in [8, 15, 18, 19] {
        let hr = match slot {
            8 => method!(view, 8, u32 = 0, Ptr = null_mut()),
            15 => method!(view, 15, Ptr = null_mut()),
            18 => method!(view, 18, Ptr = null_mut()),
            _ => method!(view, 19, i32 = 1, u32 = 0, Ptr = null_mut()),
        };
        assert_eq!(hr, bad, "slot {slot}");
    }
    assert_eq!(method!(view, 23, u32 = 0, u32 = 0, *mut u32 = null), S_OK, "WaitForCompletion");
    assert_eq!(method!(view, 23, u32 = 0, u32 = 0, *mut u32 = &raw mut a), S_OK);
    assert_eq!(a, 0);
    assert_eq!(method!(view, 3, u32 = 0, u32 = 0, Ptr = null_mut()), bad, "GetLastError");
    let key = bench.key(3);
    let mut row: *mut SRow = null_mut();
    assert_eq!(method!(bench.data, 6, *const SPropValue = &raw const key, *mut *mut SRow = &raw mut row, *mut u32 = null), S_OK);
    unsafe {
        assert_eq!(read_props((*row).lpProps.cast(), (*row).cValues)[2], (ROWID.value(), Read::Long(3)));
        assert_eq!(MAPIFreeBuffer(row.cast()), 0, "the row is one block");
    }
    assert_eq!(method!(bench.data, 6, *const SPropValue = &raw const key, Ptr = null_mut(), *mut u32 = &raw mut a), bad);
    assert_eq!(method!(bench.data, 3, Ptr = null_mut(), Ptr = null_mut(), usize = 0, Ptr = null_mut()), bad, "HrGetView");
    for slot in [4, 5] {
        let hr = if slot == 4 { method!(bench.data, 4, Ptr = null_mut()) } else { method!(bench.data, 5, Ptr = null_mut()) };
        assert_eq!(hr, bad, "slot {slot}");
    }
    assert_eq!(numbers_left(&bench, view), 10);
    assert_eq!(release(view), 0);
    bench.clean();
}

fn numbers_left(bench: &Bench, view: Ptr) -> usize {
    assert_eq!(bench.blocks(), 0);
    numbers(view).len()
}

// shows TABLE-152, TABLE-153
#[test]
fn bookmarks_fill_eight_bytes() {
    let bench = Bench::ten();
    let view = bench.view();
    assert_eq!(seek(view, 0, 4), S_OK);
    let mut place = [usize::MAX, 0x5EED];
    assert_eq!(method!(view, 15, *mut usize = &raw mut place[0]), S_OK);
    assert!((3..1 << 32).contains(&place[0]), "all eight bytes are written, with a number of four");
    assert_eq!(place[1], 0x5EED, "and nothing behind them");
    // A client of headers with four bytes passes rubbish in the upper half.
    assert_eq!(seek(view, 0, 0), S_OK);
    assert_eq!(seek(view, place[0] | 0xABCD << 32, 0), S_OK);
    assert_eq!(position(view), 4);
    assert_eq!(method!(view, 16, usize = place[0] | 0x1234 << 32), S_OK);
    assert_eq!(seek(view, place[0], 0), MAPI_E_INVALID_BOOKMARK);
    assert_eq!(release(view), 0);
    bench.clean();
}

// shows TABLE-160, TABLE-178, MEMORY-056
#[test]
fn sort_orders_are_one_block() {
    let bench = Bench::ten();
    let view = bench.view();
    let order = SortOrderSet::by(NAME).descending(ROWID);
    assert_eq!(bench.sort(view, &order), S_OK);
    assert_eq!(numbers(view), (0..10).rev().collect::<Vec<_>>());
    let mut found: *mut SSortOrderSet = null_mut();
    assert_eq!(method!(view, 18, *mut *mut SSortOrderSet = &raw mut found), S_OK);
    unsafe {
        assert_eq!(found.cast::<[u32; 7]>().read(), [2, 0, 0, NAME.value(), 0, ROWID.value(), 1]);
        assert_eq!((bench.blocks(), MAPIFreeBuffer(found.cast()), bench.blocks()), (1, 0, 0));
    }
    assert_eq!(release(view), 0);
    bench.clean();
}

// shows TABLE-272, MEMORY-001
#[test]
fn what_the_client_passed_is_its_own() {
    let bench = Bench::ten();
    let view = bench.view();
    let (number, mut name): (Vec<u16>, Vec<u16>) = ("x\0".encode_utf16().collect(), "name 3\0".encode_utf16().collect());
    let wanted = Node::Or(vec![Restriction::property(ROWID, Relop::EQ, 2), Restriction::content(NAME, FuzzyLevel::FULLSTRING, "name 3")]);
    let place: *mut SRestriction = bench.restriction(&wanted.into());
    // The string of the second one is the client's to change.
    unsafe {
        let second = (*place).res.resOr.lpRes.add(1);
        (*(*second).res.resContent.lpProp).Value.lpszW = name.as_mut_ptr();
    }
    assert_eq!(method!(view, 14, *mut SRestriction = place, u32 = 2), S_OK, "TBL_BATCH");
    name.copy_from_slice(&[number[0]; 7]);
    unsafe { place.write_bytes(0xAA, 1) };
    assert_eq!(numbers(view), [2, 6]);
    assert_eq!((bench.blocks(), release(view)), (0, 0));
    bench.clean();
}

// shows TABLE-020, TABLE-021, TABLE-022, TABLE-024
#[test]
fn errors_are_one_block_of_either_width() {
    let bench = Bench::ten();
    let view = bench.view();
    let mut error: *mut MAPIERROR = SENTINEL.cast();
    assert_eq!(method!(view, 3, u32 = S_OK, u32 = 0, *mut *mut MAPIERROR = &raw mut error), S_OK);
    assert!(error.is_null(), "there is nothing to tell");
    let hr = bench.restrict(view, &Node::Other { rt: 77 }.into());
    assert_eq!(hr, MAPI_E_TOO_COMPLEX);
    let mut texts = Vec::new();
    for flags in [0, MAPI_UNICODE] {
        error = SENTINEL.cast();
        assert_eq!(method!(view, 3, u32 = hr, u32 = flags, *mut *mut MAPIERROR = &raw mut error), S_OK);
        assert!(!error.is_null(), "the last method failed");
        unsafe {
            let text = (*error).lpszError;
            let length = |unit: usize| (0..).find(|at| (0..unit).all(|byte| *text.cast::<u8>().add(at * unit + byte) == 0)).expect("a NUL");
            texts.push(if flags == 0 {
                String::from_utf8(std::slice::from_raw_parts(text.cast::<u8>(), length(1)).to_vec()).expect("ASCII")
            } else {
                String::from_utf16(std::slice::from_raw_parts(text.cast::<u16>(), length(2))).expect("UTF-16")
            });
            assert_eq!((bench.blocks(), MAPIFreeBuffer(error.cast()), bench.blocks()), (1, 0, 0));
        }
    }
    assert!(!texts[0].is_empty() && texts[0] == texts[1], "{texts:?}");
    error = SENTINEL.cast();
    assert!(method!(view, 3, u32 = hr, u32 = 0x4000, *mut *mut MAPIERROR = &raw mut error) >> 31 == 1, "unknown flags");
    assert!(error.is_null() && bench.blocks() == 0);
    assert_eq!(release(view), 0);
    bench.clean();
}
