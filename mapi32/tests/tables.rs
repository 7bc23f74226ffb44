//! Tables through C: memory and out-parameters, sinks, views of CreateTable, and the helper functions on real tables.
#![allow(clippy::undocumented_unsafe_blocks, reason = "a test vouches for its own pointers")]

#[path = "scenarios/build.rs"]
mod build;
mod client;
#[path = "tables/ends.rs"]
mod ends;
#[path = "tables/memory.rs"]
mod memory;
#[path = "tables/mfcmapi.rs"]
mod mfcmapi;
#[path = "tables/queries.rs"]
mod queries;
#[path = "tables/sink.rs"]
mod sink;
#[path = "tables/slow.rs"]
mod slow;
#[path = "tables/told.rs"]
mod told;

use std::ptr::null_mut;
use std::sync::Arc;

use build::Memory;
use client::*;
use mapi_sim::mapi::{CodePage, Prop, Restriction, SortOrderSet};
use mapi_sim::{PropTag, Row, Sim};
use mapi32::Bound;
use mapi32::abi::{SPropTagArray, SPropValue, SRestriction, SRow};

const MAPI_E_NOT_FOUND: u32 = 0x8004_010F;
const MAPI_E_INVALID_BOOKMARK: u32 = 0x8004_0405;
const MAPI_E_TOO_COMPLEX: u32 = 0x8004_0117;
/// PR_INSTANCE_KEY, the index column of the tables here.
const KEY: PropTag = PropTag::PR_INSTANCE_KEY;
const NAME: PropTag = PropTag::PR_DISPLAY_NAME_W;
const ROWID: PropTag = PropTag::PR_ROWID;

/// A client with an ITableData: rows of a key of one byte, a name and a number.
struct Bench {
    sim: Arc<Sim>,
    bound: Bound,
    memory: Memory,
    data: Ptr,
}

impl Bench {
    /// In this world, without rows.
    fn empty(sim: Sim) -> Bench {
        let sim = Arc::new(sim);
        let bound = mapi32::bind_process(sim.clone(), "client");
        assert_eq!(initialize(), S_OK);
        Bench { sim, bound, memory: Memory::new(CodePage::default()), data: create() }
    }

    /// With ten rows: numbers 0 to 9, names the other way round.
    fn ten() -> Bench {
        let bench = Bench::empty(Sim::office());
        for number in 0..10 {
            assert_eq!(bench.modify(number, &format!("name {}", 9 - number), number.into()), S_OK);
        }
        bench
    }

    fn row(&self, key: u8, name: &str, number: i32) -> SRow {
        self.memory.row(&Row { props: vec![Prop::new(KEY, vec![key]), Prop::new(NAME, name), Prop::new(ROWID, number)] })
    }

    fn key(&self, key: u8) -> SPropValue {
        self.memory.prop(&Prop::new(KEY, vec![key]))
    }

    /// HrModifyRow.
    fn modify(&self, key: u8, name: &str, number: i32) -> u32 {
        let row = self.row(key, name, number);
        method!(self.data, 4, *const SRow = &raw const row)
    }

    /// HrDeleteRow.
    fn delete(&self, key: u8) -> u32 {
        let key = self.key(key);
        method!(self.data, 5, *const SPropValue = &raw const key)
    }

    /// HrGetView.
    fn view(&self) -> Ptr {
        let mut view = null_mut();
        assert_eq!(method!(self.data, 3, Ptr = null_mut(), Ptr = null_mut(), usize = 0, *mut Ptr = &raw mut view), S_OK);
        view
    }

    fn restriction(&self, restriction: &Restriction) -> *mut SRestriction {
        self.memory.restriction(Some(restriction))
    }

    fn restrict(&self, view: Ptr, restriction: &Restriction) -> u32 {
        method!(view, 14, *mut SRestriction = self.restriction(restriction), u32 = 0)
    }

    fn sort(&self, view: Ptr, order: &SortOrderSet) -> u32 {
        method!(view, 17, *const u32 = self.memory.order(Some(order)), u32 = 0)
    }

    fn columns(&self, view: Ptr, columns: &[PropTag]) {
        let words: Vec<u32> = [columns.len() as u32].into_iter().chain(columns.iter().map(|tag| tag.value())).collect();
        assert_eq!(method!(view, 7, *const u32 = words.as_ptr(), u32 = 0), S_OK);
    }

    /// Blocks that are alive.
    fn blocks(&self) -> usize {
        mapi32::memory::leaks(self.bound.face().id()).len()
    }

    /// The last Release of the table data, and nothing may be wrong.
    fn clean(self) {
        assert_eq!(release(self.data), 0);
        self.end();
    }

    /// Nothing may be wrong, and the table data is gone already.
    fn end(self) {
        uninitialize();
        self.bound.finish();
        Arc::into_inner(self.sim).expect("the binding is gone").finish();
    }
}

/// CreateTable of the columns of the bench.
fn create() -> Ptr {
    let columns = [3, KEY.value(), NAME.value(), ROWID.value()];
    let functions = [MAPIAllocateBuffer as *const (), MAPIAllocateMore as *const (), MAPIFreeBuffer as *const ()].map(|f| f as Ptr);
    let [buffer, more, free] = functions;
    let mut data = 0x77 as Ptr;
    let hr = unsafe {
        CreateTable(iid(0x2_0316).as_ptr() as Ptr, buffer, more, free, null_mut(), 2, KEY.value(), columns.as_ptr(), &raw mut data)
    };
    assert_eq!(hr, S_OK);
    data
}

/// SeekRow from a bookmark.
fn seek(table: Ptr, origin: usize, count: i32) -> u32 {
    method!(table, 10, usize = origin, i32 = count, *mut i32 = null_mut())
}

/// QueryPosition's row.
fn position(table: Ptr) -> u32 {
    let mut at = [0u32; 3];
    let [row, numerator, denominator] = at.each_mut().map(|place| &raw mut *place);
    assert_eq!(method!(table, 12, *mut u32 = row, *mut u32 = numerator, *mut u32 = denominator), S_OK);
    at[0]
}

/// PR_ROWID of every row, in order.
fn numbers(table: Ptr) -> Vec<i32> {
    assert_eq!(seek(table, 0, 0), S_OK);
    let number = |row: Vec<(u32, Read)>| {
        row.into_iter().find_map(|(tag, read)| match read {
            Read::Long(number) if tag == ROWID.value() => Some(number),
            _ => None,
        })
    };
    all_rows(table).into_iter().filter_map(number).collect()
}

/// QueryColumns.
fn columns_of(table: Ptr, flags: u32) -> Vec<u32> {
    let mut tags: *mut SPropTagArray = null_mut();
    assert_eq!(method!(table, 8, u32 = flags, *mut *mut SPropTagArray = &raw mut tags), S_OK);
    unsafe {
        let all = std::slice::from_raw_parts((&raw const (*tags).aulPropTag).cast::<u32>(), (*tags).cValues as usize).to_vec();
        assert_eq!(MAPIFreeBuffer(tags.cast()), 0);
        all
    }
}
