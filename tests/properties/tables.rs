//! Tables: kernel and model side by side, and laws that need no model.

use mapi_sim::PropTag;
use mapi_sim::call::{Call, Caller, Handle, IMAPITable, ITableData, Mapi, Out, Reply};
use mapi_sim::kernel::{Kernel, Nobody, Profiles, Progress};
use mapi_sim::mapi::{Hresult, InitFlags, Node, Prop, Relop, Restriction, Row, SortOrderSet, Value};
use proptest::prelude::*;

use crate::support::choices::{Bytes, Choices, Dice};
use crate::tables::generate::{self, Plan};
use crate::tables::restrict::MOST_LEVELS;
use crate::tables::schema::{self, PROPERTIES};
use crate::tables::world::Knobs;
use crate::tables::{OP_BYTES, WORLD_BYTES, differential, drive};

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, max_shrink_iters: 4000, ..ProptestConfig::default() })]

    #[test]
    fn tables_agree(
        world in proptest::collection::vec(any::<u8>(), WORLD_BYTES),
        ops in proptest::collection::vec(proptest::collection::vec(any::<u8>(), OP_BYTES), 1..60),
    ) {
        shows!("TABLE-003", "TABLE-004", "TABLE-009", "TABLE-010", "TABLE-046", "TABLE-059", "TABLE-071", "TABLE-072", "TABLE-098");
        shows!("TABLE-148", "TABLE-151", "TABLE-154", "TABLE-184", "TABLE-198", "TABLE-250", "TABLE-255", "TABLE-256", "TABLE-333");
        shows!("NOTIFY-029", "NOTIFY-046", "NOTIFY-050", "NOTIFY-116", "NOTIFY-119", "NOTIFY-120", "NOTIFY-121", "NOTIFY-122");
        shows!("NOTIFY-127", "NOTIFY-128", "NOTIFY-129");
        differential(&[world, ops.concat()].concat());
    }
}

/// A table with random rows, alone in a world.
struct Table {
    kernel: Kernel,
    caller: Caller,
    view: Handle,
    dice: Dice,
    plan: Plan,
}

impl Table {
    /// Every row has a number in PR_ROWID; the other columns are some properties, with gaps.
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let bytes: Vec<u8> = (0..WORLD_BYTES).map(|_| u8::try_from(dice.below(256)).expect("a byte")).collect();
        let mut plan = generate::plan(&mut Bytes::new(&bytes));
        plan.knobs = Knobs { restrict: plan.knobs.restrict, ordinal: plan.knobs.ordinal, ..Knobs::default() };
        (plan.index, plan.table_type) = (PropTag::PR_ROWID, 2);
        let mut kernel = Kernel::new(drive::machine(&plan.knobs).into(), Profiles::default().into());
        let caller = kernel.caller("client", "main");
        let mut table = Table { kernel, caller, view: drive::first_data(), dice, plan };
        table.call(Call::Mapi(Mapi::MAPIInitialize { version: 0, flags: InitFlags::empty() }));
        let columns = [PropTag::PR_ROWID].into_iter().chain(table.plan.properties.iter().copied()).collect();
        let (interface, table_type, index_column) = (None, 2, PropTag::PR_ROWID);
        let data = table.call(Call::Mapi(Mapi::CreateTable { interface, table_type, index_column, columns })).object().expect("a table");
        let count = table.dice.below(20);
        let rows = (0..count).map(|number| schema::row(&mut table.dice, PropTag::PR_ROWID, Some(number), &table.plan.properties)).collect();
        table.call(Call::ITableData(data, ITableData::HrModifyRows { flags: 0, rows }));
        table.view = table.call(Call::ITableData(data, ITableData::HrGetView { sort_order_set: None })).object().expect("a view");
        table
    }

    fn call(&mut self, call: Call) -> Reply {
        match self.kernel.apply(self.caller, call, &mut Nobody) {
            Progress::Done(finished) => finished.reply,
            Progress::Waiting(_) => panic!("nothing waits here"),
        }
    }

    fn on(&mut self, method: IMAPITable) -> Reply {
        self.call(Call::IMAPITable(self.view, method))
    }

    /// Every row there is to see, as text, so that NaN equals NaN.
    fn all(&mut self) -> Vec<String> {
        self.on(IMAPITable::SeekRow { origin: 0, row_count: 0 });
        self.read(i32::MAX)
    }

    fn read(&mut self, row_count: i32) -> Vec<String> {
        match self.on(IMAPITable::QueryRows { row_count, flags: 0 }) {
            Reply { hr: Hresult::S_OK, out: Out::Rows(rows) } => rows.iter().map(Row::to_string).collect(),
            other => panic!("rows were due: {other:?}"),
        }
    }

    /// What a restriction leaves, or the code with which it is refused.
    fn under(&mut self, restriction: &Restriction) -> Result<Vec<String>, Hresult> {
        let reply = self.on(IMAPITable::Restrict { restriction: Some(Box::new(restriction.clone())), flags: 0 });
        if reply.hr == Hresult::S_OK { Ok(self.all()) } else { Err(reply.hr) }
    }

    /// One that is not refused for its depth, even with some levels around it.
    fn restriction(&mut self) -> Restriction {
        loop {
            let restriction = generate::restriction(&mut self.dice, &self.plan, 4);
            if restriction.depth() < MOST_LEVELS - 4 {
                return restriction;
            }
        }
    }

    /// A sort order that is taken.
    fn sort(&mut self) -> SortOrderSet {
        let plan = self.plan.clone();
        loop {
            let sort = generate::sort_order(&mut self.dice, &plan).categorized(0, 0);
            let instances = sort.keys.iter().any(|key| key.tag.prop_type().is_instance());
            if !instances && self.on(IMAPITable::SortTable { sort_criteria: Some(Box::new(sort.clone())), flags: 0 }).hr == Hresult::S_OK {
                return sort;
            }
        }
    }

    fn position(&mut self) -> (u32, u32, u32) {
        match self.on(IMAPITable::QueryPosition {}).out {
            Out::Position { row, numerator, denominator } => (row, numerator, denominator),
            other => panic!("a position was due: {other:?}"),
        }
    }
}

fn both(a: Restriction, b: Restriction) -> Restriction {
    Node::And(vec![a, b]).into()
}

fn either(a: Restriction, b: Restriction) -> Restriction {
    Node::Or(vec![a, b]).into()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// The algebra of restrictions holds with missing properties and with NaN, as every restriction is true or false of every row.
    #[test]
    fn restrictions_are_an_algebra(seed: u64) {
        shows!("TABLE-265", "TABLE-266", "TABLE-267", "TABLE-273");
        let mut table = Table::new(seed);
        let (a, b) = (table.restriction(), table.restriction());
        let not = |r: &Restriction| r.clone().not();
        prop_assert_eq!(table.under(&not(&a).not()), table.under(&a));
        prop_assert_eq!(table.under(&both(a.clone(), b.clone()).not()), table.under(&either(not(&a), not(&b))));
        prop_assert_eq!(table.under(&either(a.clone(), b.clone()).not()), table.under(&both(not(&a), not(&b))));
        prop_assert_eq!(table.under(&both(a.clone(), b.clone())).ok(), table.under(&both(b.clone(), a.clone())).ok());
        prop_assert_eq!(table.under(&either(a.clone(), b.clone())).ok(), table.under(&either(b.clone(), a.clone())).ok());
        prop_assert_eq!(table.under(&both(a.clone(), a.clone())), table.under(&a));
    }

    /// Restrict leaves the rows that meet the restriction in the order in which they were; those that it leaves out are what its negation leaves.
    #[test]
    fn restrict_is_a_filter(seed: u64) {
        shows!("TABLE-123", "TABLE-128", "TABLE-129", "TABLE-130", "TABLE-132");
        let mut table = Table::new(seed);
        table.sort();
        let all = table.all();
        let a = table.restriction();
        let found = table.under(&a);
        let others = table.under(&a.clone().not());
        table.on(IMAPITable::Restrict { restriction: None, flags: 0 });
        prop_assert_eq!(table.all(), all.clone());
        let Ok(found) = found else { return Ok(()) };
        let others = others.expect("what is taken is taken negated");
        let (mut left, mut right) = (found.iter().peekable(), others.iter().peekable());
        for row in &all {
            // Rows have different numbers, so that each is in one of the two at most.
            let taken = left.next_if_eq(&row).or_else(|| right.next_if_eq(&row));
            prop_assert_eq!(taken, Some(row));
        }
        prop_assert_eq!((left.next(), right.next()), (None, None));
        // FindRow finds one by one what Restrict leaves.
        table.on(IMAPITable::SeekRow { origin: 0, row_count: 0 });
        let mut one_by_one = Vec::new();
        let find = IMAPITable::FindRow { restriction: Some(Box::new(a)), origin: 1, flags: 0 };
        while table.on(find.clone()).hr == Hresult::S_OK {
            one_by_one.extend(table.read(1));
        }
        prop_assert_eq!(one_by_one, found);
    }

    /// A property restriction joined with RES_EXIST never meets a row without the property, whatever the reading (TABLE-146).
    #[test]
    fn exist_guards_a_property(seed: u64) {
        shows!("TABLE-146", "TABLE-288", "TABLE-303");
        let mut table = Table::new(seed);
        let tag = { let list = table.plan.properties.clone(); table.dice.of(&list) };
        let prop = Prop { tag: tag.with_type(tag.prop_type().single()), value: schema::value(&mut table.dice, tag.prop_type().single()) };
        let relop = Relop(table.dice.below(6));
        let compared = Node::Property { relop, tag, prop }.into();
        let guarded = both(Restriction::exist(tag), compared);
        let Ok(rows) = table.under(&guarded) else { return Ok(()) };
        let with = table.under(&Restriction::exist(tag)).expect("taken");
        prop_assert!(rows.iter().all(|row| with.contains(row)));
    }

    /// QueryRows in pieces of any size gives all rows, each once, and ends with a piece of none.
    #[test]
    fn pieces_make_the_whole(seed: u64, sizes in proptest::collection::vec(1..9_i32, 1..40)) {
        shows!("TABLE-224", "TABLE-227", "TABLE-231", "TABLE-232", "TABLE-344");
        let mut table = Table::new(seed);
        table.sort();
        let all = table.all();
        table.on(IMAPITable::SeekRow { origin: 0, row_count: 0 });
        let mut read = Vec::new();
        for size in sizes {
            read.extend(table.read(size));
            prop_assert_eq!(table.position().0 as usize, read.len());
        }
        read.extend(table.read(i32::MAX));
        prop_assert_eq!(read, all);
        prop_assert_eq!(table.read(1), Vec::<String>::new());
    }

    /// Where the cursor stood is found again: by a bookmark, by QueryPosition's row, by its fraction; and back and forth by SeekRow.
    #[test]
    fn a_place_is_found_again(seed: u64, at: u8, away: i32) {
        shows!("TABLE-081", "TABLE-082", "TABLE-083", "TABLE-084", "TABLE-109", "TABLE-110");
        let mut table = Table::new(seed);
        let count = table.all().len();
        table.on(IMAPITable::SeekRow { origin: 0, row_count: i32::from(at) });
        let here = table.position();
        prop_assert_eq!(here.0 as usize, count.min(usize::from(at)));
        let Out::Number(bookmark) = table.on(IMAPITable::CreateBookmark {}).out else { panic!("a bookmark was due") };
        let Out::Number(sought) = table.on(IMAPITable::SeekRow { origin: 1, row_count: away }).out else { panic!("a number was due") };
        prop_assert_eq!(i64::from(table.position().0), i64::from(here.0) + sought);
        prop_assert!(sought.unsigned_abs() <= u64::from(away.unsigned_abs()) && (sought == 0 || (sought < 0) == (away < 0)));
        table.on(IMAPITable::SeekRow { origin: u32::try_from(bookmark).expect("small"), row_count: 0 });
        prop_assert_eq!(table.position(), here);
        table.on(IMAPITable::SeekRowApprox { numerator: 0, denominator: 1 });
        prop_assert_eq!(table.position().0, 0);
        table.on(IMAPITable::SeekRowApprox { numerator: here.1, denominator: here.2 });
        prop_assert_eq!(table.position(), here);
    }

    /// SortTable keeps every row, is the same done twice, and leaves rows with equal keys in their order.
    #[test]
    fn sorting_only_orders(seed: u64) {
        shows!("TABLE-160", "TABLE-161", "TABLE-184");
        let mut table = Table::new(seed);
        let before = table.all();
        let sort = table.sort();
        let sorted = table.all();
        let in_order = |rows: &[String]| { let mut rows = rows.to_vec(); rows.sort(); rows };
        prop_assert_eq!(in_order(&sorted), in_order(&before));
        table.on(IMAPITable::SortTable { sort_criteria: Some(Box::new(sort.clone())), flags: 0 });
        prop_assert_eq!(table.all(), sorted.clone());
        // Rows without any of the keys are last, in the order in which they were.
        let keys: Vec<_> = sort.keys.iter().map(|key| Restriction::exist(key.tag)).collect();
        if keys.is_empty() {
            prop_assert_eq!(sorted, before);
            return Ok(());
        }
        let without = Restriction::from(Node::Or(keys)).not();
        table.on(IMAPITable::SortTable { sort_criteria: Some(Box::default()), flags: 0 });
        let last = table.under(&without).expect("taken");
        prop_assert_eq!(&sorted[sorted.len() - last.len()..], &last[..]);
    }

    /// SetColumns, Restrict and SortTable give the same rows in all six orders (TABLE-177).
    #[test]
    fn the_order_of_the_three_calls_does_not_matter(seed: u64) {
        shows!("TABLE-177");
        let mut table = Table::new(seed);
        let (restriction, sort) = (table.restriction(), table.sort());
        let columns: Vec<PropTag> = table.dice.list(4, |dice| dice.of(&PROPERTIES)).into_iter().chain([PropTag::PR_ROWID]).collect();
        let calls = [
            IMAPITable::SetColumns { prop_tag_array: columns, flags: 0 },
            IMAPITable::Restrict { restriction: Some(Box::new(restriction)), flags: 0 },
            IMAPITable::SortTable { sort_criteria: Some(Box::new(sort)), flags: 0 },
        ];
        let fresh = table.kernel.clone();
        let mut seen = Vec::new();
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            table.kernel = fresh.clone();
            order.iter().for_each(|at| drop(table.on(calls[*at].clone())));
            seen.push(table.all());
        }
        prop_assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{:?}", seen);
    }

    /// Every row of a table is found by its key, and by no other (TABLE-121).
    #[test]
    fn every_row_is_found_by_its_key(seed: u64) {
        shows!("TABLE-121", "TABLE-332", "TABLE-398");
        let mut table = Table::new(seed);
        let mvi: Vec<PropTag> = table.plan.properties.iter().filter(|tag| tag.prop_type().is_multi()).copied().collect();
        let mvi = mvi.into_iter().map(|tag| PropTag::new(tag.value() | 0x2000)).take(2);
        let columns = mvi.chain([PropTag::PR_INSTANCE_KEY]).collect();
        table.on(IMAPITable::SetColumns { prop_tag_array: columns, flags: 0 });
        let Out::Rows(rows) = table.on(IMAPITable::QueryRows { row_count: i32::MAX, flags: 0 }).out else { panic!("rows were due") };
        for (at, row) in rows.iter().enumerate() {
            let Some(Value::Binary(key)) = row.get(PropTag::PR_INSTANCE_KEY) else { panic!("a key was due: {row}") };
            let restriction = Some(Box::new(Restriction::property(PropTag::PR_INSTANCE_KEY, Relop::EQ, key.clone())));
            prop_assert_eq!(table.on(IMAPITable::FindRow { restriction, origin: 0, flags: 0 }).hr, Hresult::S_OK);
            prop_assert_eq!(table.position().0 as usize, at);
        }
    }
}
