//! Random worlds and operations.

use mapi_sim::call::{Bytes, Call, Handle, IMAPITable, ITableData, IUnknown, Mapi};
use mapi_sim::mapi::{
    Bmr, FuzzyLevel, Node, NotifyEvents, Prop, PropTag, PropType, Relop, Restriction, Row, SortOrder, SortOrderSet, Value,
};

use super::bind;
use super::compare::size;
use super::lines::{self, Body};
use super::methods::is_known;
use super::restrict::{self, Reading};
use super::schema;
use super::world::{Knobs, Op, World, data_handle, view_handle};
use crate::support::choices::{Choices, Dice};

/// How many rows a table can have.
const MOST_ROWS: u32 = 24;

/// A random world.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Readings and settings.
    pub knobs: Knobs,
    /// TBLTYPE_SNAPSHOT, TBLTYPE_KEYSET or TBLTYPE_DYNAMIC.
    pub table_type: u32,
    /// The index column.
    pub index: PropTag,
    /// The columns of CreateTable.
    pub columns: Vec<PropTag>,
    /// The properties that rows have.
    pub properties: Vec<PropTag>,
    rows: Vec<Row>,
}

/// A world out of choices.
pub fn plan(choices: &mut impl Choices) -> Plan {
    let other = choices.coin();
    let mut knob = |often: u32| other && choices.once_in(often);
    let mut knobs = Knobs {
        missing_is_null: knob(5),
        unspecified_is_error: knob(5),
        negative_to_first: knob(4),
        restrict: Reading { missing_is_less: knob(4), no_tuples: knob(4) },
        ordinal: knob(4),
        leaf_omits_keys: knob(4),
        columns_only: knob(6),
        idle_abort_fails: knob(4),
        notify_single: knob(4),
        insert_after: knob(4),
        done_events_sync: knob(4),
        categories: false,
        async_ms: None,
    };
    // With both, nobody says which of the two a column that cannot be resolved is.
    knobs.unspecified_is_error &= !knobs.missing_is_null;
    knobs.categories = choices.once_in(3);
    knobs.async_ms = choices.once_in(4).then_some(50);
    let table_type = choices.of(&[2, 2, 2, 2, 1, 0]);
    let index = choices.of(&schema::INDEXES);
    let mut properties: Vec<PropTag> = Vec::new();
    for _ in 0..2 + choices.below(5) {
        let tag = choices.of(&schema::PROPERTIES);
        if !properties.contains(&tag) {
            properties.push(tag);
        }
    }
    let mut columns: Vec<PropTag> = if choices.once_in(4) { vec![] } else { vec![index] };
    columns.extend(properties.iter().filter(|_| choices.once_in(3)));
    let mut dice = Dice(choices.below(1 << 16).into());
    let rows = (0..choices.below(9)).map(|number| schema::row(&mut dice, index, Some(number), &properties)).collect();
    Plan { knobs, table_type, index, columns, properties, rows }
}

impl Plan {
    /// The operations that come first.
    pub fn start(&self) -> Vec<Op> {
        let create =
            Mapi::CreateTable { interface: None, table_type: self.table_type, index_column: self.index, columns: self.columns.clone() };
        let rows = ITableData::HrModifyRows { flags: 0, rows: self.rows.clone() };
        vec![Op::Call(Call::Mapi(create)), Op::Call(Call::ITableData(data_handle(0), rows)), Op::Call(view_of(None))]
    }
}

fn view_of(sort: Option<SortOrderSet>) -> Call {
    Call::ITableData(data_handle(0), ITableData::HrGetView { sort_order_set: sort.map(Box::new) })
}

/// An operation out of choices.
pub fn op(choices: &mut impl Choices, plan: &Plan, world: &mut World) -> Op {
    let open: Vec<usize> = (0..world.views.len()).filter(|at| world.views[*at].is_some()).collect();
    if open.is_empty() || (open.len() < 4 && choices.once_in(24)) {
        let sort = choices.coin().then(|| sort_order(choices, plan));
        return Op::Call(view_of(sort));
    }
    let mut make = Maker { at: choices.of(&open), choices, plan, world };
    match make.choices.below(32) {
        0..=5 => Op::Call(make.data()),
        6 => Op::Advance(make.choices.of(&[50, 0, 20, 30, 100])),
        7 if open.len() > 1 && make.choices.coin() => Op::Call(Call::IUnknown(make.this(), IUnknown::Release {})),
        7 => Op::Call(Call::Mapi(Mapi::HrDispatchNotifications { flags: 0 })),
        8..=14 => Op::Call(Call::IMAPITable(make.this(), make.shape())),
        21..=28 if make.is_categorized() || make.choices.once_in(24) => Op::Call(Call::IMAPITable(make.this(), make.categories())),
        15..=27 => Op::Call(Call::IMAPITable(make.this(), make.marks())),
        _ => Op::Call(Call::IMAPITable(make.this(), make.others())),
    }
}

struct Maker<'a, C> {
    choices: &'a mut C,
    plan: &'a Plan,
    world: &'a mut World,
    at: usize,
}

impl<C: Choices> Maker<'_, C> {
    fn this(&self) -> Handle {
        view_handle(self.at)
    }

    fn is_categorized(&self) -> bool {
        self.world.view(self.at).is_categorized()
    }

    /// A call of ITableData.
    fn data(&mut self) -> Call {
        let index = self.plan.index;
        let mut dice = Dice(self.choices.below(1 << 16).into());
        let number = self.number();
        let prop = Prop { tag: index, value: schema::index_value(index, number) };
        let wrong = Prop::new(PropTag::PR_COMMENT_W, "x");
        let mut row = |number: Option<u32>| schema::row(&mut dice, index, number, &self.plan.properties);
        let named = if self.choices.once_in(16) { None } else { Some(number) };
        let flags = self.choices.of(&[0, 0, 0, 0, 0, 0, 0, 2]);
        let call = match self.choices.below(12) {
            0..=2 => ITableData::HrModifyRow { row: row(named) },
            3 | 4 => {
                let fresh = named.map(|_| self.choices.below(MOST_ROWS));
                ITableData::HrInsertRow { row_number: self.choices.below(8), row: row(fresh) }
            }
            5 | 6 => ITableData::HrDeleteRow { prop_value: if named.is_none() { wrong } else { prop } },
            7 => {
                let count = self.choices.of(&[1, 2, 3, 8, 9, 12]);
                let mut rows: Vec<Row> = (0..count).map(|at| row(Some((number + at * 7) % MOST_ROWS))).collect();
                if named.is_none() {
                    rows.insert(0, row(None));
                }
                ITableData::HrModifyRows { flags, rows }
            }
            8 => {
                let count = self.choices.of(&[1, 2, 3, 8, 9, 12]);
                let key = |at: u32| Prop { tag: index, value: schema::index_value(index, (number + at * 5) % MOST_ROWS) };
                let rows = (0..count).map(|at| [key(at)].into_iter().collect()).collect();
                let all = self.choices.once_in(6);
                ITableData::HrDeleteRows { flags: if all { 1 } else { flags }, rows: if all { None } else { Some(rows) } }
            }
            9 => ITableData::HrQueryRow { prop_value: if named.is_none() { wrong } else { prop } },
            10 => ITableData::HrEnumRow { row_number: number },
            _ => {
                // Of a row that is not there nobody says what HrNotify does.
                let known: Vec<Prop> = self.world.datas[0].rows.iter().filter_map(|row| row.by_id(index).cloned()).collect();
                if known.is_empty() {
                    ITableData::HrEnumRow { row_number: number }
                } else {
                    ITableData::HrNotify { flags, prop_values: [self.choices.of(&known)].into_iter().collect() }
                }
            }
        };
        Call::ITableData(data_handle(0), call)
    }

    /// The number of a row, often of one that is there.
    fn number(&mut self) -> u32 {
        let index = self.plan.index;
        let known = |number: &u32| self.world.datas[0].find(&schema::index_value(index, *number)).is_some();
        let known: Vec<u32> = (0..MOST_ROWS).filter(known).collect();
        if known.is_empty() || self.choices.once_in(3) { self.choices.below(MOST_ROWS) } else { self.choices.of(&known) }
    }

    fn flags(&mut self) -> u32 {
        self.choices.of(&[0, 0, 0, 0, 1, 1, 2, 3, 0, 0, 0, 0, 1, 1, 2, 4])
    }

    /// Columns, restriction, order.
    fn shape(&mut self) -> IMAPITable {
        let flags = self.flags();
        match self.choices.below(7) {
            0 | 1 => IMAPITable::SetColumns { prop_tag_array: self.columns(), flags },
            2..=4 => {
                let restriction = (!self.choices.once_in(4)).then(|| Box::new(restriction(self.choices, self.plan, 5)));
                IMAPITable::Restrict { restriction, flags }
            }
            _ => {
                let sort = (!self.choices.once_in(16)).then(|| Box::new(sort_order(self.choices, self.plan)));
                IMAPITable::SortTable { sort_criteria: sort, flags }
            }
        }
    }

    fn columns(&mut self) -> Vec<PropTag> {
        if self.choices.once_in(20) {
            return vec![];
        }
        let categorized = self.world.view(self.at).is_categorized();
        (0..1 + self.choices.below(5)).map(|_| self.column(categorized)).collect()
    }

    fn column(&mut self, categorized: bool) -> PropTag {
        let made = [PropTag::PR_ROW_TYPE, PropTag::PR_DEPTH, PropTag::PR_CONTENT_COUNT, PropTag::PR_CONTENT_UNREAD];
        match self.choices.below(16) {
            0 => PropTag::new(1),
            1 => PropTag::new(0x7FFE_001E),
            2 | 3 => PropTag::PR_INSTANCE_KEY,
            4 | 5 if categorized => self.choices.of(&made),
            6 => self.plan.index,
            _ => variant(self.choices, self.plan),
        }
    }

    /// A bookmark: predefined, made before, or none.
    fn bookmark(&mut self) -> u32 {
        let view = self.world.view(self.at);
        let known: Vec<u32> = view.bookmarks.iter().filter(|(_, mark)| is_known(mark)).map(|(number, _)| *number).collect();
        match self.choices.below(8) {
            0 => self.choices.of(&[0, 2, 0x7FFF_FFFF]),
            1 => {
                let marked = view.marked;
                let number = self.choices.below(marked + 1);
                let unknown = self.world.view(self.at).bookmarks.get(&number).is_some_and(|mark| !is_known(mark));
                if unknown { 0 } else { number }
            }
            2..=4 if !known.is_empty() => self.choices.of(&known),
            _ => self.choices.of(&[1, 0]),
        }
    }

    /// What reads and moves.
    fn marks(&mut self) -> IMAPITable {
        let view = self.world.view(self.at);
        // Where the cursor stands that nobody knows of is said by a method that puts it somewhere.
        if !is_known(&view.cursor) {
            return IMAPITable::SeekRow { origin: 0, row_count: 0 };
        }
        let count = self.choices.of(&[1, 2, 3, -1, -2, 5, 100, -100, i32::MIN, i32::MAX, 0]);
        match self.choices.below(16) {
            0..=3 => IMAPITable::QueryRows { row_count: count, flags: self.choices.of(&[0, 1, 0, 1, 0, 1, 2]) },
            4..=6 => IMAPITable::SeekRow { origin: self.bookmark(), row_count: if count == 1 { 0 } else { count } },
            7 => {
                let numerator = self.choices.of(&[1, 0, 2, 5, u32::MAX]);
                IMAPITable::SeekRowApprox { numerator, denominator: self.choices.of(&[2, 3, 5, 0, u32::MAX]) }
            }
            8 => IMAPITable::QueryPosition {},
            9..=11 => {
                let restriction = (!self.choices.once_in(16)).then(|| Box::new(self.search()));
                IMAPITable::FindRow { restriction, origin: self.bookmark(), flags: self.choices.of(&[0, 1, 0, 1, 0, 2]) }
            }
            12 | 13 => IMAPITable::CreateBookmark {},
            14 => {
                let position = self.bookmark();
                IMAPITable::FreeBookmark { position }
            }
            _ => IMAPITable::GetRowCount { flags: self.choices.of(&[0, 0, 0, 1]) },
        }
    }

    /// What FindRow looks for: often a row by its key (TABLE-121).
    fn search(&mut self) -> Restriction {
        let key = if self.choices.coin() { self.key(false) } else { None };
        match key {
            Some(key) => Restriction::property(PropTag::PR_INSTANCE_KEY, Relop::EQ, key.to_vec()),
            None => {
                let found = restriction(self.choices, self.plan, 3);
                // Of keys that are made, for the lines of one row or for headings, nobody says how they compare.
                let view = self.world.view(self.at);
                let makes_keys = !lines::dimensions(&view.columns, &view.sort).is_empty() || view.is_categorized();
                let by_key = restrict::asked(&found).iter().any(|tag| tag.id() == PropTag::PR_INSTANCE_KEY.id());
                if makes_keys && by_key { Restriction::exist(self.plan.properties[0]) } else { found }
            }
        }
    }

    /// The key of a line that is shown.
    fn key(&mut self, heading: bool) -> Option<Bytes> {
        let lines = self.world.view(self.at).lines.clone();
        let fit: Vec<_> = lines.iter().filter(|line| !heading || matches!(line.body, Body::Heading { .. })).cloned().collect();
        if fit.is_empty() {
            return None;
        }
        let line = self.choices.of(&fit);
        Some(Bytes::new(self.world.key(self.at, &line)))
    }

    /// Categories.
    fn categories(&mut self) -> IMAPITable {
        let leaf = self.choices.once_in(6);
        let instance_key = match self.choices.below(12) {
            0 => None,
            1 => Some(Bytes::new([1, 2, 3])),
            _ => self.key(!leaf).or_else(|| Some(Bytes::new([7; 16]))),
        };
        let flags = self.choices.of(&[0, 0, 0, 0, 0, 0, 0, 1]);
        match self.choices.below(10) {
            0 | 1 => IMAPITable::ExpandRow { instance_key, row_count: self.choices.of(&[0, 1, 2, 100, u32::MAX]), flags },
            2 | 3 => IMAPITable::CollapseRow { instance_key, flags },
            4 | 5 => IMAPITable::GetCollapseState { flags, instance_key },
            // Inside a category that may be collapsed soon.
            6 | 7 => IMAPITable::CreateBookmark {},
            _ => {
                let mine: Vec<usize> = (0..self.world.saved.len()).filter(|number| self.world.saved[*number].view == self.at).collect();
                let collapse_state = match self.choices.below(8) {
                    0 => None,
                    1 => Some(Bytes::new([1, 2, 3, 4, 5, 6, 7, 8, 9])),
                    _ if mine.is_empty() => Some(Bytes::new([])),
                    _ => Some(bind::made(self.choices.of(&mine), true)),
                };
                IMAPITable::SetCollapseState { flags, collapse_state }
            }
        }
    }

    /// Sinks, status, waiting, what is in force.
    fn others(&mut self) -> IMAPITable {
        let sinks = self.world.view(self.at).sinks.clone();
        match self.choices.below(12) {
            0..=2 => {
                let event_mask = self.choices.of(&[0x100, 0x100, 0x100, 0x100, 0x100, 0x100, 0, 0x2]);
                IMAPITable::Advise {
                    event_mask: NotifyEvents::new(event_mask),
                    advise_sink: self.choices.of(&[1, 2, 3, 1, 2, 3, 1, 2, 3, 0]),
                }
            }
            3 => IMAPITable::Unadvise { connection: if sinks.is_empty() { 9999 } else { self.choices.of(&sinks) } },
            4 => IMAPITable::GetStatus {},
            5 => IMAPITable::QueryColumns { flags: self.choices.of(&[0, 1, 0, 1, 2]) },
            6 => IMAPITable::QuerySortOrder {},
            7 => IMAPITable::Abort {},
            8 | 9 => {
                let timeout = self.choices.of(&[u32::MAX, 10, 100, 0]);
                IMAPITable::WaitForCompletion { flags: self.choices.of(&[0, 0, 0, 0, 1]), timeout }
            }
            _ => IMAPITable::QueryColumns { flags: 1 },
        }
    }
}

/// A property of the rows, sometimes under another type.
fn variant(choices: &mut impl Choices, plan: &Plan) -> PropTag {
    let tag = choices.of(&plan.properties);
    let kind = tag.prop_type();
    match choices.below(8) {
        0 => tag.with_type(PropType::UNSPECIFIED),
        1 | 2 if kind.is_multi() => tag.with_type(PropType::new(kind.number() | PropType::MV_INSTANCE)),
        1 if kind.is_text() => tag.in_width(kind == PropType::STRING8),
        3 => tag.with_type(choices.of(&[PropType::LONG, PropType::UNICODE, PropType::MV_LONG, PropType::CLSID])),
        _ => tag,
    }
}

/// A sort order, sometimes one that is refused.
pub fn sort_order(choices: &mut impl Choices, plan: &Plan) -> SortOrderSet {
    let mut sort = SortOrderSet::none();
    for _ in 0..choices.of(&[1, 2, 3, 1, 2, 0]) {
        let tag = choices.of(&plan.properties);
        let tag = match choices.below(8) {
            0 => plan.index,
            1 | 2 if tag.prop_type().is_multi() => tag.with_type(PropType::new(tag.prop_type().number() | PropType::MV_INSTANCE)),
            3 => tag.with_type(choices.of(&[PropType::LONG, PropType::UNICODE])),
            _ => tag,
        };
        sort = sort.then(tag, choices.of(&[SortOrder::ASCEND, SortOrder::DESCEND]));
    }
    let count = u32::try_from(sort.keys.len()).expect("few");
    if choices.once_in(16) && count > 0 {
        sort.keys[0].order = choices.of(&[SortOrder::COMBINE, 3, 99]);
    }
    if plan.knobs.categories && !choices.once_in(3) || choices.once_in(16) {
        let categories = choices.below(count.min(2) + 1);
        let expanded = categories - choices.below(categories + 1);
        sort = if choices.once_in(16) { sort.categorized(expanded, categories + 1) } else { sort.categorized(categories, expanded) };
    }
    sort
}

/// A restriction of at most so many levels, now and then one that is refused.
pub fn restriction(choices: &mut impl Choices, plan: &Plan, levels: u32) -> Restriction {
    let inside = levels > 1;
    let inner = |choices: &mut _| restriction(choices, plan, levels - 1);
    match choices.below(20) {
        0..=2 if inside => Node::And((0..1 + choices.below(3)).map(|_| inner(choices)).collect()).into(),
        3..=5 if inside => Node::Or((0..1 + choices.below(3)).map(|_| inner(choices)).collect()).into(),
        6 | 7 if inside => inner(choices).not(),
        8 if inside => {
            let restriction = choices.coin().then(|| Box::new(inner(choices)));
            Node::Comment { props: Row::default(), restriction }.into()
        }
        9 if choices.once_in(8) => odd(choices),
        10 | 11 => content(choices, plan),
        12 => {
            let (tag1, tag2) = (single(choices, plan), single(choices, plan));
            let tag2 = if choices.once_in(4) || tag1.prop_type().is_text() == tag2.prop_type().is_text() { tag2 } else { tag1 };
            let tag2 = if tag1.prop_type().is_text() && tag2.prop_type().is_text() { tag2.with_type(tag1.prop_type()) } else { tag2 };
            Restriction::compare_props(tag1, relop(choices), tag2)
        }
        13 => {
            let tag = choices.of(&[PropTag::PR_MESSAGE_FLAGS, PropTag::PR_IMPORTANCE, plan.properties[0]]);
            Restriction::bit_mask(tag, choices.of(&[Bmr::EQZ, Bmr::NEZ, Bmr::EQZ, Bmr::NEZ, Bmr(2)]), choices.of(&[1, 0, 2, u32::MAX]))
        }
        14 => {
            let tag = choices.of(&plan.properties);
            let size = size(&schema::value(choices, tag.prop_type()), tag.prop_type());
            Restriction::size(tag, relop(choices), u32::try_from(size).expect("small"))
        }
        15 | 16 => {
            let tag = choices.of(&plan.properties);
            let tag = match choices.below(6) {
                0 => tag.with_type(PropType::UNSPECIFIED),
                1 => tag.with_type(choices.of(&[PropType::LONG, PropType::UNICODE, PropType::OBJECT])),
                2 => tag.in_width(tag.prop_type() == PropType::STRING8),
                _ => tag,
            };
            Restriction::exist(tag)
        }
        _ => property(choices, plan),
    }
}

/// What no table takes, or only by a reading.
fn odd(choices: &mut impl Choices) -> Restriction {
    let exist = Restriction::exist(PropTag::PR_ROWID);
    match choices.below(7) {
        0 => Node::And(vec![]).into(),
        1 => Node::Or(vec![]).into(),
        2 => Node::Not(None).into(),
        3 => Restriction::sub(PropTag::PR_MESSAGE_RECIPIENTS, exist),
        4 => Node::Count { count: 1, restriction: Some(Box::new(exist)) }.into(),
        5 => Node::Other { rt: 12 }.into(),
        // One level too deep, or just not.
        _ => (1..64 + choices.below(2)).fold(exist, |inner, _| inner.not()),
    }
}

fn relop(choices: &mut impl Choices) -> Relop {
    match choices.below(64) {
        63 => Relop::RE,
        62 => Relop(9),
        other => Relop(other % 6),
    }
}

/// A property of the rows with one value or many, in its type or the other width.
fn single(choices: &mut impl Choices, plan: &Plan) -> PropTag {
    let tag = choices.of(&plan.properties);
    if tag.prop_type().is_text() && choices.once_in(4) { tag.in_width(tag.prop_type().single() == PropType::STRING8) } else { tag }
}

fn property(choices: &mut impl Choices, plan: &Plan) -> Restriction {
    let tag = if choices.once_in(5) { plan.index } else { single(choices, plan) };
    let kind = tag.prop_type();
    let (tag, given) = match choices.below(4) {
        0 | 1 if kind.is_multi() => (tag, kind),
        2 if kind.is_multi() => (tag.with_type(PropType::new(kind.number() | PropType::MV_INSTANCE)), kind.single()),
        _ => (tag, kind.single()),
    };
    let given = if choices.once_in(16) { choices.of(&[PropType::SHORT, PropType::STRING8, PropType::MV_LONG]) } else { given };
    let value =
        if tag == plan.index && given == kind { schema::index_value(tag, choices.below(MOST_ROWS)) } else { schema::value(choices, given) };
    let id = if choices.once_in(4) { 0 } else { tag.id() };
    Node::Property { relop: relop(choices), tag, prop: Prop { tag: PropTag::of(id, given), value } }.into()
}

fn content(choices: &mut impl Choices, plan: &Plan) -> Restriction {
    let fit = |tag: &&PropTag| tag.prop_type().is_text() || tag.prop_type().single() == PropType::BINARY;
    let fitting: Vec<PropTag> = plan.properties.iter().filter(fit).copied().collect();
    let tag = if fitting.is_empty() || choices.once_in(12) { single(choices, plan) } else { choices.of(&fitting) };
    let kind = tag.prop_type();
    let tag = if kind.is_multi() && choices.once_in(3) { tag.with_type(PropType::new(kind.number() | PropType::MV_INSTANCE)) } else { tag };
    let given = if choices.once_in(12) { choices.of(&[PropType::STRING8, PropType::UNICODE, PropType::LONG, kind]) } else { kind.single() };
    let level = FuzzyLevel(choices.of(&[0, 1, 2, 0x1_0000, 0x1_0001, 0x1_0002, 0x2_0001, 0x4_0000, 0x4_0002, 0x7_0001, 3]));
    let value: Value = schema::value(choices, given);
    Node::Content { fuzzy_level: level, tag, prop: Prop { tag: PropTag::of(tag.id(), given), value } }.into()
}
