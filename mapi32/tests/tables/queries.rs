//! HrQueryAllRows and HrAddColumns on real tables.

use std::ptr::null_mut;

use mapi_sim::mapi::{Relop, Restriction, SortOrderSet};
use mapi_sim::{Fixture, PropTag};
use mapi32::abi::{SPropTagArray, SRestriction, SRow, SRowSet};

use super::*;

#[allow(non_snake_case, reason = "the names of the exports")]
unsafe extern "system" {
    pub fn HrQueryAllRows(
        table: Ptr,
        columns: *const u32,
        restriction: *const SRestriction,
        order: *const u32,
        most: i32,
        out: *mut *mut SRowSet,
    ) -> u32;
    fn HrAddColumns(table: Ptr, columns: *const u32, allocate: Ptr, free: Ptr) -> u32;
    fn HrAddColumnsEx(
        table: Ptr,
        columns: *const u32,
        allocate: Ptr,
        free: Ptr,
        filter: Option<unsafe extern "system" fn(*mut SPropTagArray)>,
    ) -> u32;
}

/// PR_ROWID of all rows, and the rows are freed.
fn take(set: *mut SRowSet) -> Vec<i32> {
    unsafe {
        let rows = std::slice::from_raw_parts((&raw const (*set).aRow).cast::<SRow>(), (*set).cRows as usize);
        let all: Vec<_> = rows.iter().map(|row| read_props(row.lpProps.cast(), row.cValues)).collect();
        FreeProws(set.cast());
        let number = |row: Vec<(u32, Read)>| row.into_iter().find_map(|(_, read)| if let Read::Long(n) = read { Some(n) } else { None });
        all.into_iter().filter_map(number).collect()
    }
}

// shows TABLE-339, TABLE-340, TABLE-341, TABLE-342, TABLE-343, TABLE-344, TABLE-345, MEMORY-053
#[test]
fn all_rows_of_a_view() {
    let bench = Bench::ten();
    let view = bench.view();
    let columns = [1, ROWID.value()];
    let below = bench.restriction(&Restriction::property(ROWID, Relop::LT, 6));
    let order = bench.memory.order(Some(&SortOrderSet::none().descending(ROWID)));
    let all = |columns, restriction, order, most| {
        let mut set: *mut SRowSet = 0x77 as Ptr as *mut SRowSet;
        let hr = unsafe { HrQueryAllRows(view, columns, restriction, order, most, &raw mut set) };
        assert_eq!(hr == S_OK, !set.is_null());
        (hr, if set.is_null() { Vec::new() } else { take(set) })
    };
    let (none, any) = (std::ptr::null(), std::ptr::null());
    assert_eq!(seek(view, 0, 7), S_OK);
    assert_eq!(all(none, any, none, 0), (S_OK, (0..10).collect()), "from the beginning");
    assert_eq!(all(columns.as_ptr(), below, order, 0), (S_OK, vec![5, 4, 3, 2, 1, 0]));
    assert_eq!((columns_of(view, 0), position(view)), (vec![ROWID.value()], 6), "what was given stays");
    assert_eq!(all(none, any, none, 0), (S_OK, vec![5, 4, 3, 2, 1, 0]), "and is not taken away by NULL");
    assert_eq!(all(none, any, none, 5), (0x8004_0403, vec![]));
    assert_eq!(all(none, any, none, 6), (S_OK, vec![5, 4, 3, 2, 1, 0]));
    // A part that the table does not take.
    let wrong = bench.restriction(&mapi_sim::mapi::Node::Other { rt: 99 }.into());
    assert_eq!(all(none, wrong, none, 0), (MAPI_E_TOO_COMPLEX, vec![]));
    assert_eq!((bench.blocks(), release(view)), (0, 0));
    bench.clean();
}

// shows TABLE-343
#[test]
fn null_clears_a_restriction_by_a_reading() {
    let text = "format = 1\nextends = \"office\"\n[readings]\nquery_all_rows_null = \"clear\"\n";
    let bench = Bench::empty(Fixture::from_text(text).expect("a world").start());
    for number in 0..4 {
        assert_eq!(bench.modify(number, "x", number.into()), S_OK);
    }
    let view = bench.view();
    assert_eq!(bench.restrict(view, &Restriction::property(ROWID, Relop::LT, 2)), S_OK);
    assert_eq!(numbers(view), [0, 1]);
    let mut set: *mut SRowSet = null_mut();
    let none = std::ptr::null();
    assert_eq!(unsafe { HrQueryAllRows(view, none, std::ptr::null(), none, 0, &raw mut set) }, S_OK);
    assert_eq!(take(set), [0, 1, 2, 3]);
    assert_eq!(release(view), 0);
    bench.clean();
}

/// Constants of types that are none, or without a value, are nothing that a table compares with.
#[test]
fn constants_that_are_none_are_refused() {
    let bench = Bench::ten();
    let view = bench.view();
    let place = bench.restriction(&Restriction::property(ROWID, Relop::EQ, 3));
    for kind in [0x0000, 0x0001, 0x00FF, 0x0003 | 0x3000, 0x1001, 0x000D] {
        let tag = ROWID.value() & 0xFFFF_0000 | kind;
        for column in [ROWID.value(), tag] {
            unsafe {
                (*(*place).res.resProperty.lpProp).ulPropTag = tag;
                (*place).res.resProperty.ulPropTag = column;
            }
            let hr = method!(view, 14, Ptr = place.cast(), u32 = 0);
            assert!(hr >> 31 == 1 || numbers(view).is_empty(), "{column:08X} {tag:08X}: {hr:08X}");
            let hr = method!(view, 13, Ptr = place.cast(), usize = 0, u32 = 0);
            assert!(hr >> 31 == 1, "{column:08X} {tag:08X}: {hr:08X}");
        }
    }
    assert_eq!((bench.blocks(), release(view)), (0, 0));
    bench.clean();
}

/// Wide columns become narrow.
unsafe extern "system" fn narrow(columns: *mut SPropTagArray) {
    unsafe {
        let first = (&raw mut (*columns).aulPropTag).cast::<u32>();
        for at in 0..(*columns).cValues as usize {
            if *first.add(at) & 0xFFFF == 0x1F {
                *first.add(at) -= 1;
            }
        }
    }
}

// shows TABLE-349, TABLE-350, TABLE-351
#[test]
fn columns_come_before_those_that_are_there() {
    let bench = Bench::ten();
    let more = [2, ROWID.value(), PropTag::PR_SUBJECT.value()];
    let first = [ROWID.value(), PropTag::PR_SUBJECT.value(), KEY.value()];
    let (buffer, free) = (MAPIAllocateBuffer as *const () as Ptr, MAPIFreeBuffer as *const () as Ptr);
    for (filter, last) in [(None, NAME.value()), (Some(narrow as unsafe extern "system" fn(*mut SPropTagArray)), NAME.value() - 1)] {
        let view = bench.view();
        let hr = unsafe {
            match filter {
                None => HrAddColumns(view, more.as_ptr(), buffer, free),
                filter => HrAddColumnsEx(view, more.as_ptr(), null_mut(), null_mut(), filter),
            }
        };
        assert_eq!((hr, columns_of(view, 0)), (S_OK, [&first[..], &[last]].concat()));
        // The strings of the rows have the width of their column.
        let rows = all_rows(view);
        let narrow: Vec<_> = rows.iter().filter(|row| matches!(row[3].1, Read::Ansi(_))).collect();
        assert_eq!((rows.len(), narrow.len()), (10, if filter.is_some() { 10 } else { 0 }));
        assert_eq!(release(view), 0);
    }
    assert_eq!(bench.blocks(), 0);
    bench.clean();
}
