//! The promises of tables, each a ratio of two things measured interleaved in one process: `cargo bench --bench tables`.
//!
//! The yardstick is what a plain Rust program does with the same rows: filter them by a number, sort an index by keys that are made once, copy the
//! rows. How much memory rows take is measured by `cargo bench -p mapi32 --bench rows`.

#![allow(clippy::print_stdout)] // The ratios are what this is run for.

mod common;

use common::ratio;

use std::hint::black_box;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use mapi_sim::mapi::{Prop, Relop, Restriction, SortOrderSet, Value};
use mapi_sim::{Bookmark, PropTag, Row, Sim, Table, TableData};

const NUMBER: PropTag = PropTag::PR_ROWID;
const SORTED: PropTag = PropTag::PR_MESSAGE_SIZE;
const WANTED: PropTag = PropTag::PR_IMPORTANCE;

/// One of many rows: eight properties, four of them on the heap.
fn row(number: u32) -> Row {
    let mixed = number.wrapping_mul(2_654_435_761);
    let text = |prefix: &str| format!("{prefix} {:08x}", mixed);
    [
        Prop::new(NUMBER, number),
        Prop::new(SORTED, mixed >> 8),
        Prop::new(WANTED, mixed >> 4 & 1),
        Prop::new(PropTag::PR_MESSAGE_FLAGS, number & 3),
        Prop::new(PropTag::PR_SUBJECT_W, text("Subject of message")),
        Prop::new(PropTag::PR_DISPLAY_NAME_W, text("Name")),
        Prop::new(PropTag::PR_ENTRYID, mixed.to_le_bytes().repeat(6)),
        Prop::new(PropTag::PR_SEARCH_KEY, number.to_le_bytes().repeat(4)),
    ]
    .into_iter()
    .collect()
}

fn rows(count: u32) -> Vec<Row> {
    (0..count).map(row).collect()
}

/// Filter, sort by keys that are made once, copy: of rows as the table gives them.
fn by_hand(rows: &[Row]) -> Vec<Row> {
    let long = |row: &Row, tag| if let Some(Value::Long(v)) = row.get(tag) { *v } else { 0 };
    let mut kept: Vec<(i32, &Row)> = rows.iter().filter(|row| long(row, WANTED) == 1).map(|row| (long(row, SORTED), row)).collect();
    kept.sort_by_key(|(key, _)| *key);
    kept.into_iter().map(|(_, row)| row.clone()).collect()
}

/// A world with a table of this many rows.
fn world(count: u32) -> (Sim, TableData, Table) {
    let sim = Sim::minimal();
    sim.keep_journal(false);
    let data = sim.process("bench").create_table(TableData::DYNAMIC, NUMBER, &[NUMBER]).expect("a table");
    data.hr_modify_rows(rows(count)).expect("rows with numbers");
    let view = data.hr_get_view(None).expect("a view");
    (sim, data, view)
}

fn columns() -> Vec<PropTag> {
    row(0).props.iter().map(|prop| prop.tag).collect()
}

fn wanted(value: i32) -> Restriction {
    Restriction::property(WANTED, Relop::EQ, value)
}

/// SetColumns, Restrict, SortTable, QueryRows of everything.
fn all_four(view: &Table, columns: &[PropTag], restriction: &Restriction, sort: &SortOrderSet) -> usize {
    view.set_columns(columns).expect("columns");
    view.restrict(restriction.clone()).expect("taken");
    view.sort_table(sort.clone()).expect("taken");
    black_box(view.query_rows(i32::MAX).expect("rows")).len()
}

fn shapes() {
    let (columns, restriction, sort) = (columns(), wanted(1), SortOrderSet::by(SORTED));
    for (count, name) in [(10, "10"), (1_000, "1,000"), (100_000, "100,000")] {
        let (_sim, _data, view) = world(count);
        let list = rows(count);
        assert_eq!(all_four(&view, &columns, &restriction, &sort), by_hand(&list).len());
        let name = format!("SetColumns, Restrict, SortTable, QueryRows, {name} rows : by hand");
        let ours = || {
            black_box(all_four(&view, &columns, &restriction, &sort));
        };
        ratio(&name, 1.5, ours, || drop(black_box(by_hand(&list))));
    }
}

/// Restrict and one row: rows that are sorted already are not sorted again.
fn restrict_alone() {
    let (_sim, data, view) = world(100_000);
    view.sort_table(SortOrderSet::by(SORTED)).expect("taken");
    view.query_rows(1).expect("a row");
    let (yes, no) = (wanted(1), wanted(0));
    let mut turn = false;
    let restrict = || {
        turn = !turn;
        view.restrict(if turn { yes.clone() } else { no.clone() }).expect("taken");
        black_box(view.query_rows(1).expect("a row"));
    };
    let other = data.hr_get_view(None).expect("a view");
    let sort_again = || {
        other.sort_table(SortOrderSet::by(SORTED)).expect("taken");
        black_box(other.query_rows(1).expect("a row"));
    };
    ratio("Restrict of 100,000 sorted rows, one read : SortTable of them, one read", 0.5, restrict, sort_again);
}

fn windows() {
    let (_small_sim, _small_data, small) = world(1_000);
    let (_large_sim, _large_data, large) = world(100_000);
    let read = |view: &Table| {
        view.seek_row(Bookmark::BEGINNING, 0).expect("the beginning");
        black_box(view.query_rows(20).expect("rows"));
    };
    ratio("QueryRows(20) of 100,000 rows : of 1,000", 1.3, || read(&large), || read(&small));
}

fn forks() {
    let (large, _large_data, _large_view) = world(100_000);
    let (small, _small_data, _small_view) = world(10);
    ratio("fork of a world with 100,000 rows : with 10", 1.3, || drop(black_box(large.fork())), || drop(black_box(small.fork())));
}

fn a_million_rows() {
    let start = Instant::now();
    let (_sim, _data, view) = world(1_000_000);
    let loaded = start.elapsed();
    let shown = all_four(&view, &columns(), &wanted(1), &SortOrderSet::by(SORTED));
    println!("a million rows: loaded in {loaded:.1?}, {shown} filtered, sorted and read in {:.1?}", start.elapsed() - loaded);
}

fn promises(criterion: &mut Criterion) {
    shapes();
    restrict_alone();
    windows();
    forks();
    a_million_rows();
    // One plain measurement, so that criterion keeps a history of the main thing.
    let (_sim, _data, view) = world(1_000);
    let (columns, restriction, sort) = (columns(), wanted(1), SortOrderSet::by(SORTED));
    criterion.bench_function("a table of 1,000 rows filtered, sorted and read", |bencher| {
        bencher.iter(|| all_four(&view, &columns, &restriction, &sort));
    });
}

criterion_group!(benches, promises);
criterion_main!(benches);
