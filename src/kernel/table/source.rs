//! Rows behind tables, shared by all views of them and by the worlds that fork.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::mapi::{Prop, PropTag, PropType, Row, Value};

/// The properties of one row. Views, forks and notifications share it.
pub(super) type Props = Arc<[Prop]>;

/// Rows by numbers that are never used again, and their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    /// By number; a row that is gone leaves its place empty.
    slots: Vec<Option<Props>>,
    /// Numbers in the order of the rows.
    order: Vec<u32>,
    /// Whether the numbers stand in ascending order.
    unordered: bool,
}

impl Rows {
    /// Rows that were computed; each has the number beside it.
    pub(super) fn computed(rows: impl Iterator<Item = (u32, Row)>) -> Self {
        let mut all = Rows::default();
        for (number, row) in rows {
            all.put(number, row.props.into());
        }
        all
    }

    fn put(&mut self, number: u32, props: Props) {
        let at = number as usize;
        if at >= self.slots.len() {
            self.slots.resize(at + 1, None);
        }
        self.slots[at] = Some(props);
        self.unordered |= self.order.last().is_some_and(|last| *last > number);
        self.order.push(number);
    }

    /// The row of a number.
    pub(super) fn get(&self, number: u32) -> Option<&Props> {
        self.slots.get(number as usize)?.as_ref()
    }

    /// Numbers in the order of the rows.
    pub(super) fn order(&self) -> &[u32] {
        &self.order
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    /// One more than the greatest number there ever was.
    pub(super) fn places(&self) -> usize {
        self.slots.len()
    }

    /// Whether the order of the rows is that of their numbers.
    pub(super) fn is_in_order(&self) -> bool {
        !self.unordered
    }

    /// A new row before the one at this place, or last; its number.
    pub(super) fn insert(&mut self, at: usize, props: Props) -> u32 {
        let number = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        if at >= self.order.len() {
            self.put(number, props);
        } else {
            self.slots.push(Some(props));
            self.order.insert(at, number);
            self.unordered = true;
        }
        number
    }

    /// Replaces a row.
    pub(super) fn replace(&mut self, number: u32, props: Props) {
        if let Some(slot) = self.slots.get_mut(number as usize) {
            *slot = Some(props);
        }
    }

    /// Removes rows.
    fn remove(&mut self, numbers: &[u32]) -> Vec<Change> {
        let gone = |number: &u32| Some(Change { number: *number, before: Some(self.slots.get_mut(*number as usize)?.take()?) });
        let changes = numbers.iter().filter_map(gone).collect();
        match numbers {
            [number] if !self.unordered => {
                if let Ok(at) = self.order.binary_search(number) {
                    self.order.remove(at);
                }
            }
            _ => self.order.retain(|number| self.slots.get(*number as usize).is_some_and(Option::is_some)),
        }
        changes
    }

    /// Removes every row.
    pub(super) fn clear(&mut self) {
        self.slots.iter_mut().for_each(|slot| *slot = None);
        self.order.clear();
        self.unordered = false;
    }
}

/// What happened to one row.
#[derive(Clone, Debug)]
pub(super) struct Change {
    /// Which.
    pub number: u32,
    /// What it was, if it was there.
    pub before: Option<Props>,
}

/// What has to happen to the first rows to make the second of them.
pub(super) fn difference(before: &Rows, after: &Rows) -> Vec<Change> {
    let numbers = before.slots.len().max(after.slots.len());
    let numbers = 0..u32::try_from(numbers).unwrap_or(u32::MAX);
    let changed = |number: &u32| before.get(*number) != after.get(*number);
    numbers.filter(changed).map(|number| Change { number, before: before.get(number).cloned() }).collect()
}

/// Rows of CreateTable: ITableData.
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    /// ulTableType.
    pub(super) table_type: u32,
    /// ulPropTagIndexColumn.
    pub(super) index_column: PropTag,
    /// Every column that was ever there, in order of appearance (TABLE-071, TABLE-072).
    pub(super) columns: Arc<Vec<PropTag>>,
    /// Their identifiers.
    known: Arc<BTreeSet<u16>>,
    /// The rows.
    pub(super) rows: Arc<Rows>,
    /// Numbers of rows by their index values.
    pub(super) index: Arc<BTreeMap<Vec<u8>, u32>>,
    /// How many objects stand on it: itself and its views.
    pub(super) users: u32,
}

impl Data {
    /// No rows yet.
    pub(super) fn new(table_type: u32, index_column: PropTag, columns: &[PropTag]) -> Self {
        let (rows, index) = (Arc::default(), Arc::default());
        let mut data = Data { table_type, index_column, columns: Arc::default(), known: Arc::default(), rows, index, users: 1 };
        data.know(columns.iter().copied());
        data
    }

    /// What a row is found by: its value of the index column, as bytes.
    pub(super) fn key_of(&self, props: &[Prop]) -> Option<Vec<u8>> {
        props.iter().find(|prop| self.is_index(prop)).map(|prop| exact(&prop.value))
    }

    /// Whether a property is the index column with a value of its type.
    pub(super) fn is_index(&self, prop: &Prop) -> bool {
        prop.tag.id() == self.index_column.id() && prop.value.fits(self.index_column.prop_type())
    }

    /// Puts a row in its place.
    pub(super) fn insert(&mut self, at: usize, key: Vec<u8>, props: Props) -> u32 {
        self.know_columns(&props);
        let number = Arc::make_mut(&mut self.rows).insert(at, props);
        Arc::make_mut(&mut self.index).insert(key, number);
        number
    }

    /// Replaces a row by one with the same index value.
    pub(super) fn replace(&mut self, number: u32, props: Props) {
        self.know_columns(&props);
        Arc::make_mut(&mut self.rows).replace(number, props);
    }

    /// Removes the rows with these index values, as far as they are there.
    pub(super) fn remove(&mut self, keys: &[Vec<u8>]) -> Vec<Change> {
        if !keys.iter().any(|key| self.index.contains_key(key)) {
            return Vec::new();
        }
        let index = Arc::make_mut(&mut self.index);
        let numbers: Vec<u32> = keys.iter().filter_map(|key| index.remove(key)).collect();
        Arc::make_mut(&mut self.rows).remove(&numbers)
    }

    /// Removes every row.
    pub(super) fn clear(&mut self) {
        Arc::make_mut(&mut self.rows).clear();
        self.index = Arc::default();
    }

    /// Takes the columns of a row into account.
    fn know_columns(&mut self, props: &[Prop]) {
        let is_value = |prop: &&Prop| !matches!(prop.tag.prop_type(), PropType::ERROR | PropType::NULL);
        self.know(props.iter().filter(is_value).map(|prop| prop.tag));
    }

    /// Takes columns into account that are not known yet.
    fn know(&mut self, tags: impl Iterator<Item = PropTag>) {
        for tag in tags {
            if !self.known.contains(&tag.id()) {
                Arc::make_mut(&mut self.known).insert(tag.id());
                Arc::make_mut(&mut self.columns).push(tag);
            }
        }
    }
}

/// A value as bytes that are equal only for equal values.
fn exact(value: &Value) -> Vec<u8> {
    match value {
        Value::String(text) => text.as_bytes().to_vec(),
        Value::Binary(bytes) => bytes.clone(),
        Value::Long(number) => number.to_le_bytes().to_vec(),
        // Floating-point numbers print with all their digits; no other type has two texts that are equal.
        other => other.to_string().into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_columns_are_known_once_each() {
        let tags: Vec<PropTag> = (0..3).flat_map(|_| (1..=u16::MAX).map(|id| PropTag::of(id, PropType::LONG))).collect();
        let mut data = Data::new(2, PropTag::PR_ROWID, &tags);
        assert_eq!(data.columns[..], tags[..usize::from(u16::MAX)]);
        let row: Vec<Prop> = tags.iter().map(|tag| Prop::new(*tag, 1)).collect();
        data.insert(0, vec![1], row.into());
        assert_eq!(data.columns.len(), usize::from(u16::MAX));
    }

    #[test]
    fn rows_go_one_by_one_or_many_at_once() {
        let key = |number: u32| number.to_le_bytes().to_vec();
        let row = |number: i32| -> Props { [Prop::new(PropTag::PR_ROWID, number)].into() };
        let numbers = |changes: Vec<Change>| changes.iter().map(|change| change.number).collect::<Vec<_>>();
        for first in [usize::MAX, 0] {
            let mut data = Data::new(2, PropTag::PR_ROWID, &[]);
            for number in 0..5 {
                data.insert(first, key(number), row(0));
            }
            assert_eq!(numbers(data.remove(&[key(9)])), []);
            assert_eq!(numbers(data.remove(&[key(2)])), [2]);
            assert_eq!(numbers(data.remove(&[key(4), key(9), key(4), key(0)])), [4, 0]);
            assert_eq!(data.rows.order(), if first == 0 { [3, 1] } else { [1, 3] });
            assert_eq!(data.index.len(), 2);
        }
    }
}
