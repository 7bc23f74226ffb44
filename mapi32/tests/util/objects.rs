//! Functions that work through interfaces: on objects that are made here, slot by slot, as a provider in C would make them.

#![allow(clippy::needless_borrow, reason = "the compiler wants references through raw pointers to be seen")]

use std::cell::RefCell;
use std::ffi::c_void;

use mapi32::memory::{MAPIAllocateBuffer, MAPIAllocateMore, MAPIFreeBuffer};

use super::*;

const NOT_FOUND: i32 = 0x8004_010F_u32.cast_signed();
const TABLE_TOO_BIG: i32 = 0x8004_0403_u32.cast_signed();
const NOT_ENOUGH_MEMORY: i32 = 0x8007_000E_u32.cast_signed();
const NO_INTERFACE: i32 = 0x8000_4002_u32.cast_signed();
const ERRORS_RETURNED: i32 = 0x0004_0380;

/// A table of ten rows that gives at most three at a time, and an object with three properties.
#[repr(C)]
struct Fake {
    methods: *const usize,
    slots: Box<[usize; 26]>,
    count: u32,
    position: usize,
    rows: usize,
    fail_at: Option<usize>,
    columns: Vec<u32>,
    said: RefCell<Vec<String>>,
}

impl Fake {
    /// With these methods by slot.
    fn new(methods: &[(usize, usize)]) -> Box<Fake> {
        let mut slots = Box::new([0; 26]);
        slots[1] = add_ref as *const () as usize;
        slots[2] = release as *const () as usize;
        methods.iter().for_each(|(slot, method)| slots[*slot] = *method);
        let said = RefCell::default();
        let mut fake =
            Box::new(Fake { methods: ptr::null(), slots, count: 1, position: 5, rows: 10, fail_at: None, columns: vec![], said });
        fake.methods = fake.slots.as_ptr();
        fake
    }

    fn table() -> Box<Fake> {
        let mut fake = Fake::new(&[
            (7, set_columns as *const () as usize),
            (8, query_columns as *const () as usize),
            (10, seek_row as *const () as usize),
            (14, restrict as *const () as usize),
            (17, sort_table as *const () as usize),
            (19, query_rows as *const () as usize),
        ]);
        fake.columns = vec![0x000A_0003, 0x000B_001F, 0x000C_0003];
        fake
    }

    fn object() -> Box<Fake> {
        Fake::new(&[(5, get_props as *const () as usize), (6, get_prop_list as *const () as usize), (8, set_props as *const () as usize)])
    }

    fn said(&self) -> Vec<String> {
        self.said.take()
    }
}

unsafe extern "system" fn add_ref(this: *mut Fake) -> u32 {
    unsafe {
        (*this).count += 1;
        (*this).count
    }
}

unsafe extern "system" fn release(this: *mut Fake) -> u32 {
    unsafe {
        (*this).count -= 1;
        (*this).count
    }
}

/// The tags of an array.
unsafe fn tags<'a>(array: *const SPropTagArray) -> &'a [u32] {
    unsafe { std::slice::from_raw_parts((&raw const (*array).aulPropTag).cast(), (*array).cValues as usize) }
}

/// An array of tags in a block.
unsafe fn array(tags: &[u32]) -> *mut SPropTagArray {
    unsafe {
        let mut block = ptr::null_mut();
        assert_eq!(MAPIAllocateBuffer(4 + 4 * tags.len().max(1) as u32, &raw mut block), OK);
        let array = block.cast::<SPropTagArray>();
        (&raw mut (*array).cValues).write(tags.len() as u32);
        (&raw mut (*array).aulPropTag).cast::<u32>().copy_from_nonoverlapping(tags.as_ptr(), tags.len());
        array
    }
}

unsafe extern "system" fn set_columns(this: *mut Fake, columns: *const SPropTagArray, flags: u32) -> i32 {
    unsafe {
        (*this).columns = tags(columns).to_vec();
        (&(*this).said).borrow_mut().push(format!("SetColumns {:X?} {flags}", (&(*this).columns)));
    }
    OK
}

unsafe extern "system" fn query_columns(this: *mut Fake, _: u32, out: *mut *mut SPropTagArray) -> i32 {
    unsafe { out.write(array(&(&(*this).columns).clone())) };
    OK
}

unsafe extern "system" fn seek_row(this: *mut Fake, origin: usize, rows: i32, _: *mut i32) -> i32 {
    unsafe {
        (*this).position = 0;
        (&(*this).said).borrow_mut().push(format!("SeekRow {origin} {rows}"));
    }
    OK
}

unsafe extern "system" fn restrict(this: *mut Fake, _: *const SRestriction, _: u32) -> i32 {
    unsafe { (&(*this).said).borrow_mut().push("Restrict".into()) };
    OK
}

unsafe extern "system" fn sort_table(this: *mut Fake, _: *const SSortOrderSet, _: u32) -> i32 {
    unsafe { (&(*this).said).borrow_mut().push("SortTable".into()) };
    OK
}

unsafe extern "system" fn query_rows(this: *mut Fake, wanted: i32, _: u32, out: *mut *mut SRowSet) -> i32 {
    unsafe {
        if (*this).fail_at.is_some_and(|at| at <= (*this).position) {
            return NOT_ENOUGH_MEMORY;
        }
        let count = ((*this).rows - (*this).position).min(3).min(wanted as usize);
        let mut block = ptr::null_mut();
        assert_eq!(MAPIAllocateBuffer(8 + 16 * count.max(1) as u32, &raw mut block), OK);
        let set = block.cast::<SRowSet>();
        (&raw mut (*set).cRows).write(count as u32);
        for i in 0..count {
            let mut row = ptr::null_mut();
            assert_eq!(MAPIAllocateBuffer(24, &raw mut row), OK);
            row.cast::<SPropValue>().write(long(0x000A_0003, ((*this).position + i) as i32));
            (&raw mut (*set).aRow).cast::<SRow>().add(i).write(SRow { ulAdrEntryPad: 0, cValues: 1, lpProps: row.cast() });
        }
        (*this).position += count;
        out.write(set);
    }
    OK
}

/// PR_SUBJECT_W is there, 0x0E06 lacks memory, everything else is missing.
unsafe extern "system" fn get_props(_: *mut Fake, wanted: *const SPropTagArray, _: u32, count: *mut u32, out: *mut *mut SPropValue) -> i32 {
    unsafe {
        let mut block = ptr::null_mut();
        assert_eq!(MAPIAllocateBuffer(24, &raw mut block), OK);
        let error = |id: u32, err| SPropValue { Value: PV { err }, ..prop(id << 16 | 0xA) };
        let answer = match tags(wanted)[0] >> 16 {
            0x0037 => long(0x0037_0003, 5),
            0x0E06 => error(0x0E06, NOT_ENOUGH_MEMORY),
            id => error(id, NOT_FOUND),
        };
        block.cast::<SPropValue>().write(answer);
        count.write(1);
        out.write(block.cast());
        if answer.ulPropTag & 0xFFFF == 0xA { ERRORS_RETURNED } else { OK }
    }
}

unsafe extern "system" fn get_prop_list(_: *mut Fake, flags: u32, out: *mut *mut SPropTagArray) -> i32 {
    unsafe { out.write(array(&[0x0037_001E | flags >> 31, 0x0E07_0003])) };
    OK
}

/// A problem for everything but PR_SUBJECT.
unsafe extern "system" fn set_props(_: *mut Fake, _: u32, props: *const SPropValue, problems: *mut *mut SPropProblemArray) -> i32 {
    unsafe {
        if (*props).ulPropTag >> 16 == 0x0037 || problems.is_null() {
            return OK;
        }
        let mut block = ptr::null_mut();
        assert_eq!(MAPIAllocateBuffer(16, &raw mut block), OK);
        let problem = SPropProblem { ulIndex: 0, ulPropTag: (*props).ulPropTag, scode: 0x8007_0005_u32.cast_signed() };
        block.cast::<SPropProblemArray>().write(SPropProblemArray { cProblem: 1, aProblem: [problem] });
        problems.write(block.cast());
    }
    OK
}

/// The numbers in the rows of a set.
unsafe fn numbers(set: *const SRowSet) -> Vec<i32> {
    unsafe {
        let rows = (&raw const (*set).aRow).cast::<SRow>();
        (0..(*set).cRows as usize).map(|i| (*(*rows.add(i)).lpProps).Value.l).collect()
    }
}

/// The blocks alive in this thread's world: every test here has a process-wide heap, so that only its own are looked at.
unsafe fn is_live_root(block: *mut c_void) -> bool {
    let mut linked = ptr::null_mut();
    unsafe { MAPIAllocateMore(1, block, &raw mut linked) == OK }
}

// shows TABLE-339, TABLE-340, TABLE-341, TABLE-342, TABLE-343, TABLE-344, TABLE-346, MEMORY-044, MEMORY-045, MEMORY-053, MEMORY-055
// shows ERROR-106
#[test]
fn all_rows() {
    let mut table = Fake::table();
    let this: *mut c_void = (&raw mut *table).cast();
    let mut rows = ptr::dangling_mut();
    unsafe {
        assert_eq!(HrQueryAllRows(this, ptr::null(), ptr::null(), ptr::null(), 0, &raw mut rows), OK);
        assert_eq!(numbers(rows), (0..10).collect::<Vec<_>>());
        let first = (&raw mut (*rows).aRow).cast::<SRow>();
        assert!((0..10).all(|i| is_live_root((*first.add(i)).lpProps.cast()) && (*first.add(i)).ulAdrEntryPad == 0));
        // A row may be kept beyond its set.
        let kept = std::mem::replace(&mut (*first.add(1)).lpProps, ptr::null_mut());
        FreeProws(rows);
        assert_eq!((*kept).Value.l, 1);
        assert_eq!(MAPIFreeBuffer(kept.cast()), 0);
        assert_eq!(table.said(), ["SeekRow 0 0"]);

        for (most, code) in [(9, TABLE_TOO_BIG), (10, OK), (1, TABLE_TOO_BIG), (-1, INVALID_PARAMETER)] {
            assert_eq!(HrQueryAllRows(this, ptr::null(), ptr::null(), ptr::null(), most, &raw mut rows), code, "{most}");
            if code == OK {
                assert_eq!(numbers(rows).len(), 10);
                FreeProws(rows);
            } else if code == TABLE_TOO_BIG {
                assert!(rows.is_null());
            }
            rows = ptr::null_mut();
        }
        table.said();
        let columns = SPropTagArray { cValues: 1, aulPropTag: [0x000A_0003] };
        let order = SSortOrderSet { cSorts: 0, cCategories: 0, cExpanded: 0, aSort: [SSortOrder { ulPropTag: 0, ulOrder: 0 }] };
        let res = SRestriction {
            rt: 8,
            res: SRestrictionUnion { resExist: SExistRestriction { ulReserved1: 0, ulPropTag: 0x000A_0003, ulReserved2: 0 } },
        };
        assert_eq!(HrQueryAllRows(this, &raw const columns, &raw const res, &raw const order, 0, &raw mut rows), OK);
        FreeProws(rows);
        assert_eq!(table.said(), ["SetColumns [A0003] 0", "Restrict", "SortTable", "SeekRow 0 0"]);
    }
}

// shows TABLE-347, MEMORY-004
#[test]
fn all_rows_or_none() {
    let mut table = Fake::table();
    table.fail_at = Some(5);
    let mut rows = ptr::dangling_mut();
    let this: *mut c_void = (&raw mut *table).cast();
    assert_eq!(unsafe { HrQueryAllRows(this, ptr::null(), ptr::null(), ptr::null(), 0, &raw mut rows) }, NOT_ENOUGH_MEMORY);
    assert!(rows.is_null());
    assert_eq!(unsafe { HrQueryAllRows(ptr::null_mut(), ptr::null(), ptr::null(), ptr::null(), 0, &raw mut rows) }, INVALID_PARAMETER);
}

/// Makes wide columns narrow.
unsafe extern "system" fn narrow(columns: *mut SPropTagArray) {
    unsafe {
        let first = (&raw mut (*columns).aulPropTag).cast::<u32>();
        for i in 0..(*columns).cValues as usize {
            if *first.add(i) & 0xFFFF == 0x1F {
                *first.add(i) -= 1;
            }
        }
    }
}

// shows TABLE-349, TABLE-350, TABLE-351
#[test]
fn more_columns() {
    let columns = unsafe { array(&[0x000C_0003, 0x000D_0003]) };
    for (filter, second) in [(None, 0x000B_001F), (Some(narrow as unsafe extern "system" fn(*mut SPropTagArray)), 0x000B_001E)] {
        let mut table = Fake::table();
        let this: *mut c_void = (&raw mut *table).cast();
        let code = match filter {
            None => unsafe { HrAddColumns(this, columns, Some(MAPIAllocateBuffer), Some(MAPIFreeBuffer)) },
            filter => unsafe { HrAddColumnsEx(this, columns, None, None, filter) },
        };
        assert_eq!((code, &table.columns[..]), (OK, &[0x000C_0003, 0x000D_0003, 0x000A_0003, second][..]));
    }
    unsafe { MAPIFreeBuffer(columns.cast()) };
}

// shows MEMORY-066, MEMORY-067, MEMORY-068, MEMORY-069, MEMORY-070, MEMORY-071, MEMORY-072
#[test]
fn one_property() {
    let mut object = Fake::object();
    let this: *mut c_void = (&raw mut *object).cast();
    unsafe {
        let mut out = ptr::null_mut();
        assert_eq!(HrGetOneProp(this, 0x0037_0000, &raw mut out), OK);
        assert_eq!(((*out).ulPropTag, (*out).Value.l), (0x0037_0003, 5));
        assert_eq!(MAPIFreeBuffer(out.cast()), 0);
        for (tag, code) in [(0x0001_0003, NOT_FOUND), (0x0E06_0040, NOT_ENOUGH_MEMORY)] {
            out = ptr::dangling_mut();
            assert_eq!(HrGetOneProp(this, tag, &raw mut out), code);
            assert!(out.is_null());
        }
        assert_eq!(HrGetOneProp(ptr::null_mut(), 1, &raw mut out), INVALID_PARAMETER);
        assert_eq!(HrSetOneProp(this, &long(0x0037_0003, 1)), OK);
        assert_eq!(HrSetOneProp(this, &long(0x0038_0003, 1)), 0x8007_0005_u32.cast_signed());
        let exists = [(0x0037_0000, 1), (0x0037_001E, 1), (0x0037_001F, 1), (0x0037_0003, 0), (0x0E07_0003, 1), (0x0E08_0000, 0)];
        for (tag, answer) in exists {
            assert_eq!(FPropExists(this, tag), answer, "{tag:08X}");
        }
    }
}

// shows MEMORY-135, MEMORY-136, MEMORY-137
#[test]
fn counting() {
    let mut object = Fake::object();
    let this: *mut c_void = (&raw mut *object).cast();
    assert_eq!(unsafe { (UlAddRef(this), UlAddRef(this), UlRelease(this)) }, (2, 3, 2));
    assert_eq!(unsafe { (UlAddRef(ptr::null_mut()), UlRelease(ptr::null_mut())) }, (0, 0));
}

// shows MEMORY-046, MEMORY-047, MEMORY-048, MEMORY-049, MEMORY-050, MEMORY-051, MEMORY-052
#[test]
fn rows_and_lists_are_freed() {
    unsafe {
        FreeProws(ptr::null_mut());
        FreePadrlist(ptr::null_mut());
        for free_as_list in [false, true] {
            let mut set = ptr::null_mut();
            assert_eq!(MAPIAllocateBuffer(8 + 3 * 16, &raw mut set), OK);
            let set = set.cast::<SRowSet>();
            (&raw mut (*set).cRows).write(3);
            let mut props = [ptr::null_mut(); 3];
            for (i, block) in props.iter_mut().enumerate() {
                // The middle one is empty.
                if i != 1 {
                    assert_eq!(MAPIAllocateBuffer(24, block), OK);
                }
                let row = SRow { ulAdrEntryPad: 0, cValues: u32::from(i != 1), lpProps: block.cast() };
                (&raw mut (*set).aRow).cast::<SRow>().add(i).write(row);
            }
            if free_as_list {
                FreePadrlist(set.cast())
            } else {
                FreeProws(set)
            }
            assert!([set.cast(), props[0], props[2]].iter().all(|block| !is_live_root(*block)));
        }
        let mut empty = ptr::null_mut();
        assert_eq!(MAPIAllocateBuffer(8, &raw mut empty), OK);
        empty.cast::<u32>().write(0);
        FreeProws(empty.cast());
        assert!(!is_live_root(empty));
    }
}

/// Counts what it is told.
unsafe extern "system" fn callback(context: *mut c_void, count: u32, notifications: *mut NOTIFICATION) -> i32 {
    unsafe { (*context.cast::<Vec<(u32, usize)>>()).push((count, notifications.addr())) };
    -1
}

// shows NOTIFY-074, NOTIFY-077, NOTIFY-078, NOTIFY-079
#[test]
fn a_sink_that_calls() {
    type Slots = *const *const usize;
    let mut told: Vec<(u32, usize)> = Vec::new();
    let (mut sink, mut other) = (ptr::null_mut(), ptr::null_mut());
    unsafe {
        let context: *mut c_void = (&raw mut told).cast();
        assert_eq!(HrAllocAdviseSink(None, context, &raw mut sink), INVALID_PARAMETER);
        assert_eq!(HrAllocAdviseSink(Some(callback), context, ptr::null_mut()), INVALID_PARAMETER);
        assert_eq!(HrAllocAdviseSink(Some(callback), context, &raw mut sink), OK);
        let slots = *sink.cast::<*const usize>();
        let query: unsafe extern "system" fn(*mut c_void, *const GUID, *mut *mut c_void) -> i32 =
            std::mem::transmute(slots.cast::<*const c_void>().read());
        for (first, code) in [(0, OK), (0x0002_0302, OK), (0x0002_0303, NO_INTERFACE)] {
            let iid = GUID { Data1: first, Data4: [0xC0, 0, 0, 0, 0, 0, 0, 0x46], ..GUID::default() };
            assert_eq!(query(sink, &raw const iid, &raw mut other), code);
            assert_eq!(other, if code == OK { sink } else { ptr::null_mut() });
        }
        assert_eq!((UlRelease(sink), UlRelease(sink)), (2, 1));
        let notify = (sink as Slots).read().cast::<unsafe extern "system" fn(*mut c_void, u32, *mut NOTIFICATION) -> u32>().add(3).read();
        assert_eq!(notify(sink, 2, ptr::without_provenance_mut(16)), u32::MAX);
        assert_eq!(UlRelease(sink), 0);
    }
    assert_eq!(told, [(2, 16)]);
}

// shows MEMORY-155, MEMORY-156
#[test]
fn conversation_indices() {
    let mut parent: Vec<u8> = Vec::new();
    for length in [22, 27, 32] {
        let (mut count, mut out) = (0, ptr::null_mut());
        unsafe {
            assert_eq!(ScCreateConversationIndex(parent.len() as u32, parent.as_ptr(), &raw mut count, &raw mut out), OK);
            let index = std::slice::from_raw_parts(out, count as usize).to_vec();
            assert_eq!(MAPIFreeBuffer(out.cast()), 0);
            assert_eq!((index.len(), &index[..parent.len()], index[0]), (length, &parent[..], 1));
            parent = index;
        }
    }
    // Siblings of one moment are told apart by their depth at least; the clock of a thread without a world stands still.
    assert_ne!(parent[22..27], parent[27..32]);
    assert_eq!(unsafe { ScCreateConversationIndex(4, ptr::null(), &mut 0, &mut ptr::null_mut()) }, INVALID_PARAMETER);
}
