//! How much memory the rows of a table take: at most 1.5 times what the same properties take as plain rows, lists of tags and values. Beside it
//! stands what they take as structs made for just these eight properties, which no table can know.
//!
//! It stands here because it counts bytes with an allocator of its own, and the library's package has no unsafe code, not even in its benches.
#![allow(missing_docs, reason = "a program without an interface")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};

use mapi_sim::mapi::Prop;
use mapi_sim::{PropTag, Row, Sim, TableData};

/// Bytes that are allocated now.
static HELD: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: every request goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: as asked for by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as asked for by the caller.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// How many bytes something takes as long as it is there, and the thing.
fn bytes_of<T>(make: impl FnOnce() -> T) -> (usize, T) {
    let before = HELD.load(Ordering::Relaxed);
    let made = make();
    (HELD.load(Ordering::Relaxed).saturating_sub(before), made)
}

/// Eight properties, four of them on the heap, as a Rust program has them.
struct Plain {
    number: i32,
    size: i32,
    importance: i32,
    flags: i32,
    subject: String,
    name: String,
    entry_id: Vec<u8>,
    search_key: Vec<u8>,
}

fn plain(number: u32) -> Plain {
    let mixed = number.wrapping_mul(2_654_435_761);
    Plain {
        number: number.cast_signed(),
        size: (mixed >> 8).cast_signed(),
        importance: (mixed >> 4 & 1).cast_signed(),
        flags: (number & 3).cast_signed(),
        subject: format!("Subject of message {mixed:08x}").into_boxed_str().into(),
        name: format!("Name {mixed:08x}").into_boxed_str().into(),
        entry_id: mixed.to_le_bytes().repeat(6),
        search_key: number.to_le_bytes().repeat(4),
    }
}

fn row(plain: Plain) -> Row {
    [
        Prop::new(PropTag::PR_ROWID, plain.number),
        Prop::new(PropTag::PR_MESSAGE_SIZE, plain.size),
        Prop::new(PropTag::PR_IMPORTANCE, plain.importance),
        Prop::new(PropTag::PR_MESSAGE_FLAGS, plain.flags),
        Prop::new(PropTag::PR_SUBJECT_W, plain.subject),
        Prop::new(PropTag::PR_DISPLAY_NAME_W, plain.name),
        Prop::new(PropTag::PR_ENTRYID, plain.entry_id),
        Prop::new(PropTag::PR_SEARCH_KEY, plain.search_key),
    ]
    .into_iter()
    .collect()
}

fn main() {
    const COUNT: u32 = 100_000;
    let (structs, list) = bytes_of(|| (0..COUNT).map(plain).collect::<Vec<Plain>>());
    let (rows, plain_rows) = bytes_of(|| (0..COUNT).map(|number| row(plain(number))).collect::<Vec<Row>>());
    let sim = Sim::minimal();
    sim.keep_journal(false);
    let (table, data) = bytes_of(|| {
        let data = sim.process("bench").create_table(TableData::DYNAMIC, PropTag::PR_ROWID, &[PropTag::PR_ROWID]).expect("a table");
        data.hr_modify_rows((0..COUNT).map(|number| row(plain(number))).collect()).expect("rows with numbers");
        data
    });
    black_box((list, plain_rows, &data));
    let per_row = |bytes: usize| bytes as f64 / f64::from(COUNT);
    let (table, rows, structs) = (per_row(table), per_row(rows), per_row(structs));
    let verdict = if table <= 1.5 * rows { "kept" } else { "MISSED" };
    println!("memory of a row of a table : of a plain row {table:>8.1} B : {rows:>8.1} B = {:.3} (promise 1.500) {verdict}", table / rows);
    println!("memory of a row of a table : of a made struct {table:>6.1} B : {structs:>8.1} B = {:.3}", table / structs);
}
