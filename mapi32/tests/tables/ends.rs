//! The ends of views and of what they look at.

use std::ptr::null_mut;
use std::sync::Mutex;

use super::*;

/// What the callback was told: the number, the table data, the view.
static ENDED: Mutex<Vec<[usize; 3]>> = Mutex::new(Vec::new());

unsafe extern "system" fn ended(caller_data: usize, data: Ptr, view: Ptr) {
    ENDED.lock().expect("not poisoned").push([caller_data, data as usize, view as usize]);
    // The client said by its number that the data go with the view.
    if caller_data == usize::MAX {
        assert_eq!(release(data), 0);
    }
}

fn told() -> Vec<[usize; 3]> {
    std::mem::take(&mut *ENDED.lock().expect("not poisoned"))
}

fn view_with(data: Ptr, caller_data: usize) -> Ptr {
    let mut view = null_mut();
    let callback = ended as *const () as Ptr;
    assert_eq!(method!(data, 3, Ptr = null_mut(), Ptr = callback, usize = caller_data, *mut Ptr = &raw mut view), S_OK);
    view
}

// shows TABLE-355, TABLE-374
#[test]
fn the_last_release_of_a_view_is_told() {
    let bench = Bench::ten();
    let (view, other) = (view_with(bench.data, 7), bench.view());
    assert_eq!(add_ref(view), 2);
    let mut same = null_mut();
    assert_eq!(query_interface(view, iid(0x2_0301), &mut same), S_OK);
    assert_eq!((same, release(same), release(view)), (view, 2, 1));
    assert!(told().is_empty());
    assert_eq!(release(view), 0);
    assert_eq!(told(), [[7, bench.data as usize, view as usize]]);
    assert_eq!(release(other), 0);
    assert!(told().is_empty(), "a view without a callback");
    // Views that fail tell nothing.
    let mut none = 0x77 as Ptr;
    let huge = [u32::MAX, 0, 0, 0, 0];
    let hr = method!(bench.data, 3, *const u32 = huge.as_ptr(), Ptr = ended as *const () as Ptr, usize = 1, *mut Ptr = &raw mut none);
    assert!(hr >> 31 == 1 && none.is_null() && told().is_empty());
    // The callback releases the table data itself.
    let (data, view) = (bench.data, view_with(bench.data, usize::MAX));
    assert_eq!(release(view), 0);
    assert_eq!(told(), [[usize::MAX, data as usize, view as usize]]);
    bench.end();
}

/// A client that lets the table data go before its views: they are good for as long as they are held.
#[test]
fn views_outlive_the_table_data() {
    let bench = Bench::ten();
    let view = bench.view();
    assert_eq!(release(bench.data), 0);
    assert_eq!(numbers(view).len(), 10);
    assert_eq!(release(view), 0);
    bench.end();
}

// shows TABLE-001, TABLE-352, ERROR-010
#[test]
fn interfaces_of_tables() {
    let bench = Bench::ten();
    let view = bench.view();
    for (object, own, others) in [(view, 0x2_0301, [0x2_0316, 0x2_0303]), (bench.data, 0x2_0316, [0x2_0301, 0x2_0300])] {
        for first in [0, own] {
            let mut found = null_mut();
            assert_eq!(query_interface(object, iid(first), &mut found), S_OK);
            assert_eq!((found, release(found)), (object, 1));
        }
        for other in others {
            let mut found = 0x77 as Ptr;
            assert_eq!(query_interface(object, iid(other), &mut found), E_NOINTERFACE);
            assert!(found.is_null());
        }
    }
    assert_eq!(release(view), 0);
    bench.clean();
}

// shows TABLE-352, TABLE-353, TABLE-373
#[test]
fn tables_that_are_refused() {
    let bench = Bench::ten();
    let columns = [1, KEY.value()];
    let make = |interface: Ptr, index: u32, columns: *const u32, out: *mut Ptr| unsafe {
        CreateTable(interface, null_mut(), null_mut(), null_mut(), null_mut(), 0, index, columns, out)
    };
    let mut data = 0x77 as Ptr;
    assert_eq!(make(null_mut(), KEY.value(), columns.as_ptr(), null_mut()), MAPI_E_INVALID_PARAMETER);
    assert_eq!(make(null_mut(), KEY.value(), null_mut(), &raw mut data), MAPI_E_INVALID_PARAMETER);
    assert!(data.is_null());
    let many = 0x6601_101E;
    assert_eq!(make(null_mut(), many, columns.as_ptr(), &raw mut data), MAPI_E_INVALID_PARAMETER);
    let strange = iid(0x2_0307);
    assert!(make(strange.as_ptr() as Ptr, KEY.value(), columns.as_ptr(), &raw mut data) >> 31 == 1 && data.is_null());
    // NULL means IID_IMAPITableData; the type is that of the views.
    assert_eq!(make(null_mut(), KEY.value(), columns.as_ptr(), &raw mut data), S_OK);
    let mut view = null_mut();
    assert_eq!(method!(data, 3, Ptr = null_mut(), Ptr = null_mut(), usize = 0, *mut Ptr = &raw mut view), S_OK);
    let (mut status, mut kind) = (9u32, 9u32);
    assert_eq!(method!(view, 6, *mut u32 = &raw mut status, *mut u32 = &raw mut kind), S_OK);
    assert_eq!((status, kind), (0, 0));
    assert_eq!((release(view), release(data)), (0, 0));
    bench.clean();
}

// shows TABLE-018, TABLE-019
#[test]
fn bookmarks_end_with_their_table() {
    let bench = Bench::ten();
    let view = bench.view();
    let mut mark = 0usize;
    assert_eq!(method!(view, 15, *mut usize = &raw mut mark), S_OK);
    assert_eq!(seek(view, mark, 0), S_OK);
    assert_eq!(release(view), 0);
    let view = bench.view();
    assert_eq!(seek(view, mark, 0), MAPI_E_INVALID_BOOKMARK);
    assert_eq!((release(view), bench.blocks()), (0, 0));
    bench.clean();
}
