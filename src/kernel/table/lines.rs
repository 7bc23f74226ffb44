//! The lines of a view: rows that meet its restriction, one for each value that it shows apart, sorted, and under the headings of its categories.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::cells::Parts;
use super::restrict::{Subject, matches, names_key};
use super::settings::Rules;
use super::source::{Props, Rows};
use super::value::Key;
use crate::mapi::{Prop, PropTag, Restriction, SortOrder, SortOrderSet, Value};

/// One line of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Line {
    /// A row, or one of the values that it shows apart.
    Row {
        /// Number of the row.
        number: u32,
        /// Which combination of its values; zero if it shows them together.
        part: u32,
    },
    /// The heading of a category.
    Heading(u32),
}

/// The heading of a category that can be seen.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Heading {
    /// PR_DEPTH.
    pub depth: u16,
    /// A row of the category, from which its key columns are taken.
    pub sample: u32,
    /// Which combination of its values.
    pub part: u32,
    /// PR_CONTENT_COUNT: how many rows the category has.
    pub count: u32,
    /// PR_CONTENT_UNREAD.
    pub unread: u32,
    /// Whether what is in it can be seen.
    pub expanded: bool,
}

/// A view, made from its rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Built {
    /// What can be seen, in order.
    pub lines: Arc<Vec<Line>>,
    /// Every row in order, seen or not, if there are categories.
    leaves: Arc<Vec<Line>>,
    headings: BTreeMap<u32, Heading>,
    /// Properties whose values are shown apart.
    instances: Vec<u16>,
}

impl Built {
    /// The heading of a number.
    pub fn heading(&self, number: u32) -> Option<&Heading> {
        self.headings.get(&number)
    }

    /// Which value of each property that is shown apart a line stands for.
    pub fn parts(&self, part: u32, row: &[Prop]) -> Parts {
        parts(&self.instances, part, row)
    }
}

/// Which value of each of these properties a line stands for.
fn parts(instances: &[u16], part: u32, row: &[Prop]) -> Parts {
    let mut rest = part as usize;
    let one = |id: &u16| {
        let count = instances_of(*id, row);
        let at = rest % count;
        rest /= count;
        (*id, at)
    };
    instances.iter().map(one).collect()
}

/// Names and states of categories, which outlive the lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Heads {
    /// Numbers of headings by the keys that lead to them.
    numbers: BTreeMap<Vec<u8>, u32>,
    /// The last number; no number is used again while the view is open (TABLE-398).
    last: u32,
    /// Headings whose state is not the one that the sort order began with.
    toggled: BTreeSet<u32>,
}

impl Heads {
    /// Expands what is collapsed and the other way round.
    pub fn toggle(&mut self, number: u32) {
        if !self.toggled.remove(&number) {
            self.toggled.insert(number);
        }
    }

    /// Which headings are not as they began: the keys that lead to them.
    pub fn state(&self) -> impl Iterator<Item = &[u8]> {
        self.numbers.iter().filter(|(_, number)| self.toggled.contains(number)).map(|(keys, _)| &keys[..])
    }

    /// Those of another sort order, of which none is known yet.
    pub fn forget(&mut self) {
        (self.numbers, self.toggled) = Default::default();
    }

    /// The keys that lead to a heading.
    pub fn keys(&self, number: u32) -> Option<&[u8]> {
        self.numbers.iter().find(|(_, known)| **known == number).map(|(keys, _)| &keys[..])
    }

    /// The heading to which keys lead, if there was one.
    pub fn known(&self, keys: &[u8]) -> Option<u32> {
        self.numbers.get(keys).copied()
    }

    /// Takes over a state.
    pub fn restore(&mut self, toggled: Vec<Vec<u8>>) {
        self.toggled = toggled.into_iter().map(|keys| self.number(keys)).collect();
    }

    fn number(&mut self, keys: Vec<u8>) -> u32 {
        *self.numbers.entry(keys).or_insert_with(|| {
            self.last += 1;
            self.last
        })
    }
}

/// One level of categories.
#[derive(Clone, Debug)]
struct Level {
    /// Its key, and those that TABLE_SORT_COMBINE joins with it.
    keys: Vec<SortOrder>,
    /// The column by whose greatest or least value its categories stand: TABLE_SORT_CATEG_MAX or MIN.
    by: Option<SortOrder>,
    /// Whether it begins expanded.
    expanded: bool,
}

/// What a view makes of its rows.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    levels: Vec<Level>,
    /// Keys of the rows inside the innermost category.
    leaf_keys: Vec<SortOrder>,
    instances: Vec<u16>,
}

impl Shape {
    /// The shape that columns and a sort order ask for.
    pub fn of(columns: &[PropTag], sort: &SortOrderSet) -> Self {
        let mut instances = Vec::new();
        for tag in columns.iter().copied().chain(sort.keys.iter().map(|key| key.tag)).filter(|tag| tag.prop_type().is_instance()) {
            if !instances.contains(&tag.id()) {
                instances.push(tag.id());
            }
        }
        let (mut levels, mut leaf_keys): (Vec<Level>, Vec<SortOrder>) = (Vec::new(), Vec::new());
        for (at, key) in (0u32..).zip(&sort.keys) {
            match (key.order, levels.last_mut()) {
                (SortOrder::COMBINE, Some(level)) if at < sort.categories => level.keys.push(*key),
                (SortOrder::CATEG_MAX | SortOrder::CATEG_MIN, Some(level)) => level.by = Some(*key),
                _ if at < sort.categories => levels.push(Level { keys: vec![*key], by: None, expanded: at < sort.expanded }),
                _ => leaf_keys.push(*key),
            }
        }
        Shape { levels, leaf_keys, instances }
    }

    /// Key columns of the categories, level by level.
    pub fn levels(&self) -> Vec<Vec<PropTag>> {
        self.levels.iter().map(|level| level.keys.iter().map(|key| key.tag).collect()).collect()
    }

    /// Every key, the most significant first.
    fn keys(&self) -> Vec<SortOrder> {
        self.levels.iter().flat_map(|level| &level.keys).chain(&self.leaf_keys).copied().collect()
    }

    /// Rows that meet a restriction, sorted.
    pub fn sorted(&self, rows: &Rows, restriction: Option<&Restriction>, rules: &Rules) -> Vec<Line> {
        let mut lines = Vec::with_capacity(if restriction.is_none() { rows.len() } else { 0 });
        let by_key = restriction.is_some_and(names_key);
        // Rows that do not meet the restriction take their room too, so that it is the same with any restriction and without.
        let mut room = MOST_LINES;
        for number in rows.order() {
            let Some(row) = rows.get(*number) else { continue };
            let parts = self.parts_of(row).min(room.max(1));
            room = room.saturating_sub(parts);
            if restriction.is_none_or(|restriction| matches(restriction, &Subject::row(*number, row, by_key, rules), rules)) {
                lines.extend((0..parts).map(|part| Line::Row { number: *number, part }));
            }
        }
        let keys = self.keys();
        if keys.is_empty() { lines } else { sort(lines, &keys, rows, &self.instances, rules) }
    }

    /// Those of sorted lines whose rows meet a restriction.
    pub fn meeting(&self, sorted: &[Line], rows: &Rows, restriction: &Restriction, rules: &Rules) -> Vec<Line> {
        let by_key = names_key(restriction);
        // Rows are looked at in the order in which they lie in memory, not in that of the view.
        let mut met = vec![false; rows.places()];
        for number in rows.order() {
            let meets = |row: &Props| matches(restriction, &Subject::row(*number, row, by_key, rules), rules);
            met[*number as usize] = rows.get(*number).is_some_and(meets);
        }
        let meets = |line: &&Line| matches!(**line, Line::Row { number, .. } if met[number as usize]);
        sorted.iter().filter(meets).copied().collect()
    }

    /// How many lines a row has.
    fn parts_of(&self, row: &[Prop]) -> u32 {
        let parts = self.instances.iter().map(|id| instances_of(*id, row)).fold(1_usize, usize::saturating_mul);
        u32::try_from(parts).unwrap_or(u32::MAX).min(MOST_PARTS)
    }

    /// The order of two rows that show their values together, by the sort keys alone.
    pub fn order(&self, left: &[Prop], right: &[Prop], rules: &Rules) -> std::cmp::Ordering {
        let keys = self.leaf_keys.iter();
        let orders = keys.map(|key| {
            let descending = key.order == SortOrder::DESCEND;
            Key::of(left, key.tag, None, rules).order(&Key::of(right, key.tag, None, rules), descending)
        });
        orders.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
    }

    /// What can be seen of sorted rows.
    pub fn build(&self, leaves: Arc<Vec<Line>>, rows: &Rows, heads: &mut Heads, rules: &Rules) -> Built {
        let instances = self.instances.clone();
        if self.levels.is_empty() {
            return Built { lines: leaves, instances, ..Built::default() };
        }
        let mut tree = Tree { shape: self, rows, rules, heads, lines: Vec::new(), headings: BTreeMap::new() };
        tree.walk(0, &leaves, &[]);
        let (lines, headings) = (Arc::new(tree.lines), tree.headings);
        Built { lines, leaves, headings, instances }
    }

    /// The same view with other states of its categories.
    pub fn rebuild(&self, built: &Built, rows: &Rows, heads: &mut Heads, rules: &Rules) -> Built {
        self.build(built.leaves.clone(), rows, heads, rules)
    }

    /// Whether each row stands on one line, and under no heading: then a change of one row changes no other line.
    pub fn is_plain(&self) -> bool {
        self.instances.is_empty() && self.levels.is_empty()
    }

    /// How many lines a view of these columns shows of a row is another than before.
    pub fn expands_as(&self, other: &Shape) -> bool {
        self.instances == other.instances
    }
}

/// The most lines of one row.
const MOST_PARTS: u32 = 1 << 16;
/// The most lines of one view, unless it has more rows: of those that come after them the first value alone is shown.
const MOST_LINES: u32 = 1 << 20;

/// How many values of a property are shown apart; one of a property without values, so that no row disappears (TABLE-334).
fn instances_of(id: u16, row: &[Prop]) -> usize {
    row.iter().find(|prop| prop.tag.id() == id).map_or(1, |prop| prop.value.len().max(1))
}

/// Sorts lines by keys that are made once a line; equal ones stay in the order in which they are (TABLE-184).
fn sort(lines: Vec<Line>, keys: &[SortOrder], rows: &Rows, instances: &[u16], rules: &Rules) -> Vec<Line> {
    let key = |line: &Line, key: &SortOrder| {
        let Line::Row { number, part } = line else { return Key::Missing };
        let row: &[Prop] = rows.get(*number).map_or(&[], |row| row);
        Key::of(row, key.tag, part_of(&parts(instances, *part, row), key.tag), rules)
    };
    let descending: Vec<bool> = keys.iter().map(|key| key.order == SortOrder::DESCEND).collect();
    if let [only] = keys {
        // One key of numbers, by far the most common order, needs no look at keys elsewhere.
        let number = |line: &Line| if let Key::Int(number) = key(line, only) { Some((number, *line)) } else { None };
        if let Some(mut numbers) = lines.iter().map(number).collect::<Option<Vec<(i64, Line)>>>() {
            let turned = descending[0];
            numbers.sort_by(|(left, _), (right, _)| if turned { right.cmp(left) } else { left.cmp(right) });
            return numbers.into_iter().map(|(_, line)| line).collect();
        }
    }
    let made: Vec<Key<'_>> = lines.iter().flat_map(|line| keys.iter().map(|one| key(line, one))).collect();
    let mut order: Vec<usize> = (0..lines.len()).collect();
    order.sort_by(|left, right| {
        let of = |at: usize| &made[at * keys.len()..(at + 1) * keys.len()];
        let all = of(*left).iter().zip(of(*right)).zip(&descending);
        all.map(|((left, right), descending)| left.order(right, *descending))
            .find(|order| order.is_ne())
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    order.into_iter().map(|at| lines[at]).collect()
}

/// Which value of a property a line stands for.
fn part_of(parts: &Parts, tag: PropTag) -> Option<usize> {
    parts.iter().find(|(id, _)| *id == tag.id()).map(|(_, part)| *part)
}

/// Rows of one category, and its keys as bytes.
type Group<'a> = (Vec<u8>, &'a [Line]);

/// Categories on the way to be lines.
struct Tree<'a> {
    shape: &'a Shape,
    rows: &'a Rows,
    rules: &'a Rules,
    heads: &'a mut Heads,
    lines: Vec<Line>,
    headings: BTreeMap<u32, Heading>,
}

impl Tree<'_> {
    /// The lines of one level within rows that agree on the levels above; `above` are the keys that lead there.
    fn walk(&mut self, depth: usize, leaves: &[Line], above: &[u8]) {
        let Some(level) = self.shape.levels.get(depth) else {
            self.lines.extend(leaves);
            return;
        };
        let mut groups: Vec<Group<'_>> = Vec::new();
        let mut rest = leaves;
        while let Some(first) = rest.first() {
            let keys = self.identity(*first, &level.keys);
            let length = rest.iter().take_while(|line| self.identity(**line, &level.keys) == keys).count();
            let (group, others) = rest.split_at(length);
            groups.push((keys, group));
            rest = others;
        }
        if let Some(by) = level.by {
            self.by_extremes(&mut groups, by);
        }
        for (keys, group) in groups {
            let path = [above, &keys].concat();
            let number = self.heads.number(path.clone());
            let expanded = level.expanded != self.heads.toggled.contains(&number);
            let Line::Row { number: sample, part } = group[0] else { continue };
            let count = u32::try_from(group.len()).unwrap_or(u32::MAX);
            let depth_number = u16::try_from(depth).unwrap_or(u16::MAX);
            self.headings.insert(number, Heading { depth: depth_number, sample, part, count, unread: self.unread(group), expanded });
            self.lines.push(Line::Heading(number));
            if expanded {
                self.walk(depth + 1, group, &path);
            }
        }
    }

    fn props(&self, line: Line) -> (&[Prop], u32) {
        let Line::Row { number, part } = line else { return (&[], 0) };
        (self.rows.get(number).map_or(&[], |row| row), part)
    }

    fn key(&self, line: Line, tag: PropTag) -> Key<'_> {
        let (row, part) = self.props(line);
        Key::of(row, tag, part_of(&parts(&self.shape.instances, part, row), tag), self.rules)
    }

    fn identity(&self, line: Line, keys: &[SortOrder]) -> Vec<u8> {
        let mut identity = Vec::new();
        keys.iter().for_each(|key| self.key(line, key.tag).identity(&mut identity));
        identity
    }

    /// Puts categories in the order of their greatest values, greatest first, or of their least, least first (TABLE-198, TABLE-199).
    fn by_extremes<'g>(&self, groups: &mut [Group<'g>], by: SortOrder) {
        let greatest = by.order == SortOrder::CATEG_MAX;
        let extreme = |group: &[Line]| {
            let mut keys = group.iter().map(|line| self.key(*line, by.tag));
            let first = keys.next().unwrap_or(Key::Missing);
            keys.fold(first, |best, key| if key.order(&best, greatest).is_lt() { key } else { best })
        };
        let mut ordered: Vec<(Key<'_>, Group<'g>)> = groups.iter_mut().map(|group| (extreme(group.1), std::mem::take(group))).collect();
        ordered.sort_by(|(left, _), (right, _)| left.order(right, greatest));
        for (place, (_, group)) in groups.iter_mut().zip(ordered) {
            *place = group;
        }
    }

    /// Rows that were not read: PR_MESSAGE_FLAGS without MSGFLAG_READ (TABLE-196).
    fn unread(&self, group: &[Line]) -> u32 {
        const MSGFLAG_READ: i32 = 1;
        let is_unread = |line: &&Line| {
            let flags = self.props(**line).0.iter().find(|prop| prop.tag == PropTag::PR_MESSAGE_FLAGS);
            flags.is_some_and(|flags| matches!(flags.value, Value::Long(bits) if bits & MSGFLAG_READ == 0))
        };
        u32::try_from(group.iter().filter(is_unread).count()).unwrap_or(u32::MAX)
    }
}
