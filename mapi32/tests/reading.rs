//! Structures of the client, read by the library: everything arrives as it was laid out, and what is hostile is refused without harm.
#![allow(
    clippy::undocumented_unsafe_blocks,
    reason = "structures here are made by the test, or wrong on purpose in ways that the library finds"
)]

#[path = "scenarios/build.rs"]
mod build;

use std::ptr::{null, null_mut};

use build::Memory;
use mapi_sim::mapi::{Bmr, CodePage, FuzzyLevel, Guid, Node, Prop, Relop, Restriction, SortOrderSet};
use mapi_sim::{Hresult, PropTag, Row, Value};
use mapi32::abi::{
    PV, SAndRestriction, SBinary, SLongArray, SNotRestriction, SPropValue, SPropertyRestriction, SRestriction, SRestrictionUnion, SRow,
};
use mapi32::wire::{Condition, OneRow, Order, Rows, Unreadable};
use mapi32::wire_in::Props;

/// The coverage test reads the clauses in it.
macro_rules! shows {
    ($($clause:literal),+) => {};
}

fn memory() -> Memory {
    Memory::new(CodePage::default())
}

/// One value of every type.
fn values() -> Row {
    let value = |kind: u32, value: Value| Prop { tag: PropTag::new(0x6600_0000 | kind), value };
    let text = || "Gr\u{FC}\u{DF}e".to_owned();
    Row {
        props: vec![
            value(0x0001, Value::Null),
            value(0x0002, Value::Short(-2)),
            value(0x0003, Value::Long(i32::MIN)),
            value(0x0004, Value::Float(0.5)),
            value(0x0005, Value::Double(-0.1)),
            value(0x0006, Value::Currency(i64::MAX)),
            value(0x0007, Value::AppTime(1.5)),
            value(0x000A, Value::Error(Hresult::MAPI_E_NOT_FOUND)),
            value(0x000B, Value::Bool(true)),
            value(0x000D, Value::Object),
            value(0x0014, Value::LongLong(i64::MIN)),
            value(0x001E, Value::String(text())),
            value(0x001F, Value::String(text() + "\u{1F600}")),
            value(0x001F, Value::String(String::new())),
            value(0x0040, Value::SysTime(0x01DA_3C45_2EF5_8000)),
            value(0x0048, Value::Guid(Guid::new([9; 16]))),
            value(0x0102, Value::Binary(vec![0, 1, 255])),
            value(0x0102, Value::Binary(vec![])),
            value(0x1002, Value::MvShort(vec![1, -1])),
            value(0x1003, Value::MvLong(vec![3, 2, 1])),
            value(0x1004, Value::MvFloat(vec![0.5])),
            value(0x1005, Value::MvDouble(vec![0.5, 1.0])),
            value(0x1006, Value::MvCurrency(vec![1])),
            value(0x1007, Value::MvAppTime(vec![2.0])),
            value(0x1014, Value::MvLongLong(vec![-1, 1])),
            value(0x101E, Value::MvString(vec![text(), String::new()])),
            value(0x101F, Value::MvString(vec![text()])),
            value(0x1040, Value::MvSysTime(vec![1, -1])),
            value(0x1048, Value::MvGuid(vec![Guid::new([1; 16]), Guid::new([2; 16])])),
            value(0x1102, Value::MvBinary(vec![vec![1], vec![]])),
            value(0x1003, Value::MvLong(vec![])),
        ],
    }
}

#[test]
fn values_of_every_type_arrive() {
    let (memory, row, page) = (memory(), values(), CodePage::default());
    let entry = memory.row(&row);
    assert_eq!(unsafe { OneRow::new(&raw const entry) }.row(page), Ok(row.clone()));
    assert_eq!(unsafe { Props::new(entry.lpProps) }.row(entry.cValues, page), Ok(row.clone()));
    let set = memory.rows(&[row.clone(), Row::default()]);
    assert_eq!(unsafe { Rows::new(set.cast()) }.rows(page), Ok(Some(vec![row.clone(), Row::default()])));

    // At an odd address, and with pointers to odd addresses.
    let mut bytes = vec![0u8; 1 + size_of::<SPropValue>() * row.props.len()];
    let odd = unsafe { bytes.as_mut_ptr().add(1) };
    unsafe { odd.copy_from_nonoverlapping(entry.lpProps.cast(), bytes.len() - 1) };
    assert_eq!(unsafe { Props::new(odd.cast()) }.row(entry.cValues, page), Ok(row));
    let units: Vec<u8> = [0xEE, 0x41, 0, 0x42, 0, 0, 0].into();
    let wide = prop(0x3001_001F, PV { lpszW: unsafe { units.as_ptr().add(1) }.cast_mut().cast() });
    assert_eq!(unsafe { Props::new(&raw const wide) }.one(page), Ok(Prop::new(PropTag::new(0x3001_001F), "AB")));
}

fn prop(tag: u32, value: PV) -> SPropValue {
    SPropValue { ulPropTag: tag, dwAlignPad: 0, Value: value }
}

#[test]
fn values_that_are_none_are_refused() {
    let page = CodePage::default();
    let many = |count, values: *mut u8| PV { MVl: SLongArray { cValues: count, values: values.cast() } };
    let memory = memory();
    let odd = memory.copy(&[0u64; 4]).cast::<u8>();
    let bad = [
        prop(0x3001_001E, PV { lpszA: null_mut() }),
        prop(0x3001_001F, PV { lpszW: null_mut() }),
        prop(0x3001_0048, PV { lpguid: null_mut() }),
        prop(0x3001_0102, PV { bin: SBinary { cb: 1, lpb: null_mut() } }),
        prop(0x3001_0102, PV { bin: SBinary { cb: u32::MAX, lpb: odd } }),
        prop(0x3001_1003, many(1, null_mut())),
        prop(0x3001_1003, many(u32::MAX, odd)),
        prop(0x3001_101E, many(u32::MAX / 8, odd)),
        // An array of NULL pointers.
        prop(0x3001_101E, many(1, memory.copy(&[0u64]).cast())),
    ];
    for bad in bad {
        let found = unsafe { Props::new(&raw const bad) }.one(page);
        assert_eq!(found, Err(Unreadable), "{:08X}", bad.ulPropTag);
    }
    let good = prop(0x3001_0003, PV { l: 1 });
    let some = unsafe { Props::new(&raw const good) };
    assert_eq!(some.row(u32::MAX, page), Err(Unreadable));
    let none = unsafe { Props::new(null()) };
    assert_eq!((none.row(0, page), none.row(1, page)), (Ok(Row::default()), Err(Unreadable)));
    let row = SRow { ulAdrEntryPad: 0, cValues: 1, lpProps: null_mut() };
    assert_eq!(unsafe { OneRow::new(&raw const row) }.row(page), Err(Unreadable));
    assert_eq!(unsafe { OneRow::new(null()) }.row(page), Err(Unreadable));
    assert_eq!(unsafe { Rows::new(null()) }.rows(page), Ok(None));
    let huge = [u64::from(u32::MAX); 3];
    assert_eq!(unsafe { Rows::new(huge.as_ptr().cast()) }.rows(page), Err(Unreadable));
}

#[test]
fn sort_orders_arrive() {
    let page = memory();
    let order = SortOrderSet::by(PropTag::PR_ROWID).descending(PropTag::PR_SUBJECT).then(PropTag::new(7), 99).categorized(5, u32::MAX);
    for order in [order, SortOrderSet::none()] {
        let read = unsafe { Order::new(page.order(Some(&order)).cast()) }.order();
        assert_eq!(read, Ok(Some(Box::new(order))));
    }
    assert_eq!(unsafe { Order::new(null()) }.order(), Ok(None));
    let huge = [u32::MAX, 0, 0, 0, 0];
    assert_eq!(unsafe { Order::new(huge.as_ptr().cast()) }.order(), Err(Unreadable));
}

fn read(place: *const SRestriction) -> Option<Restriction> {
    unsafe { Condition::new(place) }.restriction(CodePage::default()).map(|read| *read)
}

#[test]
fn restrictions_of_every_type_arrive() {
    let (memory, tag) = (memory(), PropTag::PR_DISPLAY_NAME);
    let leaf = || Restriction::content(tag, FuzzyLevel::PREFIX | FuzzyLevel::LOOSE, "\u{E4}");
    let boxed = || Some(Box::new(leaf()));
    let all: Vec<Restriction> = vec![
        Restriction::property(PropTag::PR_ROWID, Relop(100), -3),
        Restriction::compare_props(tag, Relop::NE, PropTag::PR_SUBJECT),
        Restriction::bit_mask(PropTag::PR_STATUS_CODE, Bmr(7), 0x8000_0000),
        Restriction::size(tag, Relop::GE, u32::MAX),
        Restriction::exist(tag),
        leaf(),
        leaf().not(),
        Node::Not(None).into(),
        Node::And(vec![]).into(),
        Node::Or(vec![]).into(),
        Restriction::sub(PropTag::PR_MESSAGE_RECIPIENTS, leaf()),
        Node::Sub { subobject: tag, restriction: None }.into(),
        Node::Comment { props: values(), restriction: boxed() }.into(),
        Node::Comment { props: Row::default(), restriction: None }.into(),
        Node::Count { count: 3, restriction: boxed() }.into(),
        Node::Count { count: 0, restriction: None }.into(),
        Node::Other { rt: 12 }.into(),
        Node::Other { rt: u32::MAX }.into(),
        // What lacks what it points at.
        Node::Other { rt: 0 }.into(),
        Node::Other { rt: 1 }.into(),
        Node::Other { rt: 3 }.into(),
        Node::Other { rt: 4 }.into(),
    ];
    for one in &all {
        assert_eq!(read(memory.restriction(Some(one))).as_ref(), Some(one));
    }
    let together: Restriction = Node::And(vec![Node::Or(all).into(), leaf()]).into();
    assert_eq!(read(memory.restriction(Some(&together))), Some(together));
    assert_eq!(read(null()), None);
}

fn not(inner: *mut SRestriction) -> SRestriction {
    SRestriction { rt: 2, res: SRestrictionUnion { resNot: SNotRestriction { ulReserved: 0, lpRes: inner } } }
}

fn both(count: u32, first: *mut SRestriction) -> SRestriction {
    SRestriction { rt: 0, res: SRestrictionUnion { resAnd: SAndRestriction { cRes: count, lpRes: first } } }
}

/// Trees deeper or larger than any: refused in no time, and without a stack to match.
#[test]
fn restrictions_without_end_are_cut_off() {
    shows!("TABLE-271");
    let (memory, too_deep) = (memory(), Some(Restriction::from(Node::TooDeep)));
    let shape = |found: Option<Restriction>| found.map(|found| Restriction::from(found.node().clone()));
    let exist = *unsafe { memory.restriction(Some(&Restriction::exist(PropTag::PR_ROWID))).as_ref() }.expect("made");
    // As deep as a table may take, one deeper, and far deeper.
    for (levels, deep) in [(255, false), (256, true), (100_000, true)] {
        let mut place = memory.copy(&[exist]);
        for _ in 0..levels {
            place = memory.copy(&[not(place)]);
        }
        let found = read(place).expect("something");
        assert_eq!(found.to_string().contains("deeper than"), deep, "{levels}");
    }
    // A circle.
    let circle = memory.copy(&[exist]);
    unsafe { circle.write(not(circle)) };
    assert!(read(circle).expect("something").to_string().contains("deeper than"));
    // Few restrictions, and two to the power of 200 ways through them.
    let mut place = memory.copy(&[exist; 2]);
    for _ in 0..200 {
        place = memory.copy(&[both(2, place); 2]);
    }
    assert_eq!(shape(read(place)), too_deep);
    // Counts that no client can mean are not believed, and not read.
    for count in [1 << 20, u32::MAX] {
        assert_eq!(shape(read(memory.copy(&[both(count, memory.copy(&[exist]))]))), too_deep);
    }
    let none = SPropertyRestriction { relop: 0, ulPropTag: 0x3000_0003, lpProp: null_mut() };
    let property = SRestriction { rt: 4, res: SRestrictionUnion { resProperty: none } };
    assert_eq!(read(&raw const property), Some(Node::Other { rt: 4 }.into()));
}
