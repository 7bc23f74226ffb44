//! The list that a view shows, made anew out of all rows.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use mapi_sim::mapi::{Hresult, Prop, PropTag, PropType, Row, SortOrder, SortOrderSet, Value};

use super::compare::sorted;
use super::data::Stored;
use super::world::Knobs;

/// What a line of a view is, as long as the view lives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Id {
    /// A row, and which of its lines it is, if MVI properties make several of it.
    Leaf(u64, usize),
    /// The heading of a category.
    Heading(u64),
}

/// A category that has or had rows in this order. Chosen: one that comes back is the same one.
#[derive(Clone, Debug, PartialEq)]
pub struct Heading {
    /// Its number in the view.
    pub number: u64,
    /// The values of its keys, outermost first.
    pub path: Vec<Option<Value>>,
    /// Whether its rows are shown.
    pub expanded: bool,
    /// Whether they were at first.
    pub began: bool,
}

/// Which value of each MVI property a line shows, by property.
pub type Parts = BTreeMap<u16, usize>;

/// A line of a view.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What it is.
    pub id: Id,
    /// Which of the values of MVI properties it shows; of a heading, those of its first row.
    pub parts: Parts,
    /// How deep it stands in categories.
    pub depth: usize,
    /// What is behind it.
    pub body: Body,
}

/// What is behind a line.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// A row; its MVI properties are narrowed to one value.
    Leaf(Stored),
    /// A category.
    Heading {
        /// The values of its keys.
        path: Vec<Option<Value>>,
        /// How many rows are in it.
        count: usize,
        /// How many of them are unread messages.
        unread: usize,
        /// Whether they are shown.
        expanded: bool,
    },
}

/// Properties that one row a value is asked for: by the columns first, then by the sort order, each once.
pub fn dimensions(columns: &[PropTag], sort: &SortOrderSet) -> Vec<PropTag> {
    let mut found: Vec<PropTag> = Vec::new();
    for tag in columns.iter().copied().chain(sort.keys.iter().map(|key| key.tag)) {
        if tag.prop_type().is_instance() && !found.iter().any(|known| known.id() == tag.id()) {
            found.push(tag);
        }
    }
    found
}

/// One line of a row before it is put in its place.
#[derive(Clone, Debug)]
pub struct Instance {
    /// What it is.
    pub id: Id,
    /// Which values it shows.
    pub parts: Parts,
    /// The row.
    pub row: Stored,
}

/// A row, once for each combination of values of its MVI properties (TABLE-331, TABLE-333, TABLE-334). Chosen: those of the first column change
/// first, and when the row changes, its n-th line stays its n-th line.
pub fn instances(row: &Stored, dimensions: &[PropTag]) -> Vec<Instance> {
    let mut combinations: Vec<Parts> = vec![BTreeMap::new()];
    for tag in dimensions {
        let Some(count) = row.by_id(*tag).filter(|prop| prop.tag.prop_type().is_multi()).map(|prop| prop.value.len()) else { continue };
        let with = |at: usize, old: &Parts| {
            let mut new = old.clone();
            new.insert(tag.id(), at);
            new
        };
        combinations = (0..count).flat_map(|at| combinations.iter().map(move |old| with(at, old)).collect::<Vec<_>>()).collect();
    }
    combinations.into_iter().enumerate().map(|(at, parts)| Instance { id: Id::Leaf(row.id, at), parts, row: row.clone() }).collect()
}

/// The value of a row in an instance under a tag: one value for an MVI tag, everything for any other.
fn instance_value(parts: &Parts, row: &Stored, tag: PropTag) -> Option<Value> {
    let value = row.value(tag)?;
    if tag.prop_type().is_instance() && value.prop_type().is_multi() { value.element(*parts.get(&tag.id())?) } else { Some(value) }
}

/// How two instances stand to each other in a sort order.
fn compare(a: &Instance, b: &Instance, keys: &[SortOrder], ordinal: bool) -> Ordering {
    let one = |key: &SortOrder| {
        let (left, right) = (instance_value(&a.parts, &a.row, key.tag), instance_value(&b.parts, &b.row, key.tag));
        sorted(left.as_ref(), right.as_ref(), key.order == SortOrder::DESCEND, ordinal)
    };
    keys.iter().map(one).find(|order| *order != Ordering::Equal).unwrap_or(Ordering::Equal)
}

/// Whether two categories have the same keys.
pub fn same_path(a: &[Option<Value>], b: &[Option<Value>], ordinal: bool) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| sorted(a.as_ref(), b.as_ref(), false, ordinal) == Ordering::Equal)
}

/// Sorts instances and puts headings over them. Every heading is here; which lines are seen is decided by [`visible`].
///
/// `headings` are those that the view has; new ones are added.
pub fn arrange(mut leaves: Vec<Instance>, sort: &SortOrderSet, ordinal: bool, headings: &mut Vec<Heading>, next: &mut u64) -> Vec<Line> {
    leaves.sort_by(|a, b| compare(a, b, &sort.keys, ordinal));
    let levels = sort.categories as usize;
    let path = |leaf: &Instance, levels: usize| -> Vec<Option<Value>> {
        sort.keys[..levels].iter().map(|key| instance_value(&leaf.parts, &leaf.row, key.tag)).collect()
    };
    let mut lines = Vec::new();
    let mut before: Option<Vec<Option<Value>>> = None;
    for (at, leaf) in leaves.iter().enumerate() {
        let whole = path(leaf, levels);
        let same = |n: &usize| before.as_ref().is_some_and(|before| same_path(&before[..*n], &whole[..*n], ordinal));
        let new = (0..levels).find(|level| !same(&(level + 1))).unwrap_or(levels);
        for level in new..levels {
            let here = whole[..=level].to_vec();
            let known = headings.iter().position(|heading| same_path(&heading.path, &here, ordinal)).unwrap_or_else(|| {
                *next += 1;
                let began = level < sort.expanded as usize;
                headings.push(Heading { number: *next, path: here.clone(), expanded: began, began });
                headings.len() - 1
            });
            let heading = &headings[known];
            let members = leaves[at..].iter().take_while(|leaf| same_path(&path(leaf, level + 1), &here, ordinal));
            let members: Vec<&Stored> = members.map(|leaf| &leaf.row).collect();
            let unread = members.iter().filter(|row| is_unread(row)).count();
            let body = Body::Heading { path: here, count: members.len(), unread, expanded: heading.expanded };
            lines.push(Line { id: Id::Heading(heading.number), parts: leaf.parts.clone(), depth: level, body });
        }
        lines.push(Line { id: leaf.id.clone(), parts: leaf.parts.clone(), depth: levels, body: Body::Leaf(leaf.row.clone()) });
        before = Some(whole);
    }
    lines
}

/// Chosen: a row without PR_MESSAGE_FLAGS is no message and so not unread (TABLE-196).
fn is_unread(row: &Stored) -> bool {
    matches!(row.value(PropTag::PR_MESSAGE_FLAGS), Some(Value::Long(flags)) if flags & 1 == 0)
}

/// The lines that are seen: those below no collapsed heading (TABLE-191).
pub fn visible(lines: Vec<Line>) -> Vec<Line> {
    let mut hidden_below: Option<usize> = None;
    let seen = lines.into_iter().filter(|line| {
        if hidden_below.is_some_and(|depth| line.depth > depth) {
            return false;
        }
        hidden_below = match line.body {
            Body::Heading { expanded: false, .. } => Some(line.depth),
            _ => None,
        };
        true
    });
    seen.collect()
}

/// What a line shows in a column.
pub struct Columns<'a> {
    /// The columns.
    pub tags: &'a [PropTag],
    /// The sort order in force.
    pub sort: &'a SortOrderSet,
    /// The readings.
    pub knobs: &'a Knobs,
}

impl Columns<'_> {
    /// The row of a line whose PR_INSTANCE_KEY is this (TABLE-047, TABLE-235).
    pub fn row(&self, line: &Line, key: &[u8]) -> Row {
        self.tags.iter().map(|tag| self.cell(line, key, *tag).unwrap_or_else(|| self.missing(*tag))).collect()
    }

    /// TABLE-236, TABLE-240, TABLE-241.
    fn missing(&self, tag: PropTag) -> Prop {
        match self.knobs.missing_is_null {
            true => Prop { tag: PropTag::new(1), value: Value::Null },
            false => Prop { tag: tag.with_type(PropType::ERROR), value: Value::Error(Hresult::MAPI_E_NOT_FOUND) },
        }
    }

    fn cell(&self, line: &Line, key: &[u8], tag: PropTag) -> Option<Prop> {
        // TABLE-051.
        if tag == PropTag::new(1) {
            return Some(Prop { tag, value: Value::Null });
        }
        let unspecified = tag.prop_type() == PropType::UNSPECIFIED;
        // TABLE-064.
        if unspecified && self.knobs.unspecified_is_error {
            return None;
        }
        let made =
            |made: PropTag, value: Value| ((unspecified && tag.id() == made.id()) || tag == made).then_some(Prop { tag: made, value });
        if let Some(prop) = made(PropTag::PR_INSTANCE_KEY, Value::Binary(key.to_vec())) {
            return Some(prop);
        }
        match &line.body {
            Body::Leaf(row) => self.leaf_cell(&line.parts, row, tag),
            Body::Heading { path, count, unread, expanded } => {
                let long = |number: usize| Value::Long(i32::try_from(number).expect("few rows"));
                let of_category = [
                    (PropTag::PR_CONTENT_COUNT, long(*count)),
                    (PropTag::PR_CONTENT_UNREAD, long(*unread)),
                    (PropTag::PR_DEPTH, long(line.depth)),
                    (PropTag::PR_ROW_TYPE, long(if *expanded { 3 } else { 4 })),
                ];
                let found = of_category.into_iter().find_map(|(tag, value)| made(tag, value));
                found.or_else(|| self.key_cell(path, tag))
            }
        }
    }

    /// A key column of a heading (TABLE-188). Chosen: the keys of the categories around it, too.
    fn key_cell(&self, path: &[Option<Value>], tag: PropTag) -> Option<Prop> {
        let at = self.sort.keys.iter().take(path.len()).position(|key| key.tag.id() == tag.id())?;
        let value = path[at].clone()?;
        let wanted = if tag.prop_type() == PropType::UNSPECIFIED { self.sort.keys[at].tag.prop_type() } else { tag.prop_type() };
        // A key column of characters takes the width of the column; an MVI key shows the one value that it stands for.
        let wanted = if wanted.is_instance() { wanted.single() } else { wanted };
        value.fits(wanted).then_some(Prop { tag: tag.with_type(wanted), value })
    }

    fn leaf_cell(&self, parts: &Parts, row: &Stored, tag: PropTag) -> Option<Prop> {
        let levels = self.sort.categories as usize;
        if levels > 0 {
            let depth = Value::Long(i32::try_from(levels).expect("few levels"));
            let of_leaf = [(PropTag::PR_DEPTH, depth), (PropTag::PR_ROW_TYPE, Value::Long(1))];
            if let Some((tag, value)) = of_leaf.into_iter().find(|(made, _)| *made == tag) {
                return Some(Prop { tag, value });
            }
            // TABLE-190.
            if self.knobs.leaf_omits_keys && self.sort.keys[..levels].iter().any(|key| key.tag.id() == tag.id()) {
                return None;
            }
        }
        if tag.prop_type() == PropType::UNSPECIFIED {
            return row.by_id(tag).cloned();
        }
        let value = instance_value(parts, row, tag)?;
        // TABLE-335, TABLE-338: what an MVI column shows is a single value.
        let shown = if tag.prop_type().is_instance() { tag.with_type(tag.prop_type().single()) } else { tag };
        Some(Prop { tag: shown, value })
    }
}
