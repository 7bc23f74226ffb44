//! Views follow their rows: where the cursor and the bookmarks stand afterwards, and what sinks are told.

use std::sync::Arc;

use super::lines::{Built, Line, Shape};
use super::restrict::{Subject, matches, names_key};
use super::settings::Rules;
use super::source::{Change, Rows};
use super::view::{View, key_of, props_of};
use crate::mapi::{Prop, PropTag, Row, TableEvent, TableNotification};

/// TBLTYPE_SNAPSHOT and TBLTYPE_KEYSET.
pub(super) const SNAPSHOT: u32 = 0;
pub(super) const KEYSET: u32 = 1;

impl View {
    /// Rows behind the view changed from what it was built of to these. What sinks are told, in an order in which it can be applied from first to
    /// last (NOTIFY-046): rows that went, and then those that came or changed, as they stand in the view (NOTIFY-050).
    pub(super) fn follow(&mut self, rows: &Rows, changes: &[Change], rules: &Rules) -> Vec<TableNotification> {
        self.made.sorted = None;
        let Some(before) = self.made.built.take() else { return Vec::new() };
        let shape = self.shape();
        let told = match changes {
            [change] if shape.is_plain() && rows.is_in_order() => self.follow_one(before, rows, change, &shape, rules),
            _ => {
                let after = self.built(rows, rules);
                carry(self, &before.lines, &after.lines);
                self.compare(&before, &after, rows, changes, rules)
            }
        };
        if !told.is_empty() {
            self.changes_unseen(rules);
        }
        told
    }

    /// The change of one row in a view where it can change no other line. Nothing is made anew.
    fn follow_one(&mut self, mut built: Arc<Built>, rows: &Rows, change: &Change, shape: &Shape, rules: &Rules) -> Vec<TableNotification> {
        let line = Line::Row { number: change.number, part: 0 };
        let made = Arc::make_mut(&mut built);
        let lines = Arc::make_mut(&mut made.lines);
        let was = lines.iter().position(|known| *known == line);
        if let Some(at) = was {
            lines.remove(at);
        }
        let row = rows.get(change.number).filter(|row| {
            let restriction = self.restriction.as_deref();
            restriction
                .is_none_or(|restriction| matches(restriction, &Subject::row(change.number, row, names_key(restriction), rules), rules))
        });
        let is = row.map(|row| {
            let at = lines.partition_point(|known| {
                let Line::Row { number, .. } = *known else { return true };
                let other: &[crate::mapi::Prop] = rows.get(number).map_or(&[], |row| row);
                shape.order(other, row, rules).then(number.cmp(&change.number)).is_lt()
            });
            lines.insert(at, line);
            at
        });
        self.marks_follow(was, is);
        let event = match (was, is) {
            (None, None) => None,
            (Some(_), None) => {
                let before: &[Prop] = change.before.as_deref().unwrap_or_default();
                Some(deleted(line, before, rules))
            }
            (None, Some(at)) => Some(self.shown(TableEvent::RowAdded, at, &built, rows, rules)),
            (Some(_), Some(at)) => Some(self.shown(TableEvent::RowModified, at, &built, rows, rules)),
        };
        self.made.built = Some(built);
        event.into_iter().collect()
    }

    /// One line went from a place, came to one, or both.
    fn marks_follow(&mut self, was: Option<usize>, is: Option<usize>) {
        let place = |position: usize, is_cursor: bool| {
            if is_cursor && position == 0 {
                return (0, false);
            }
            match (was, is) {
                (Some(was), Some(is)) if position == was => (is, false),
                _ => {
                    let gone = was == Some(position);
                    let position = position - usize::from(was.is_some_and(|was| was < position));
                    (position + usize::from(is.is_some_and(|is| is <= position)), gone)
                }
            }
        };
        self.cursor = place(self.cursor, true).0;
        for mark in self.bookmarks.values_mut() {
            let (position, gone) = place(mark.position, false);
            mark.position = position;
            mark.moved |= gone;
        }
    }

    /// What changed from one state of the view to another.
    fn compare(&self, before: &Built, after: &Built, rows: &Rows, changes: &[Change], rules: &Rules) -> Vec<TableNotification> {
        let (old, new) = (Places::of(&before.lines), Places::of(&after.lines));
        let mut changed: Vec<(u32, &Change)> = changes.iter().map(|change| (change.number, change)).collect();
        changed.sort_unstable_by_key(|(number, _)| *number);
        let change_of = |number: u32| changed.binary_search_by_key(&number, |(number, _)| *number).ok().map(|at| changed[at].1);
        let mut told = Vec::new();
        for line in before.lines.iter().filter(|line| new.place(**line).is_none()) {
            let row: &[Prop] = match line {
                Line::Row { number, .. } => match change_of(*number) {
                    Some(change) => change.before.as_deref().unwrap_or_default(),
                    None => rows.get(*number).map_or(&[], |row| row),
                },
                Line::Heading(_) => &[],
            };
            told.push(deleted(*line, row, rules));
        }
        // Where the last line stood of which nothing is told: those keep their order, and a category that went elsewhere among them is told of.
        let mut stood = 0;
        for (at, line) in after.lines.iter().enumerate() {
            let modified = match line {
                Line::Row { number, .. } => change_of(*number).is_some(),
                Line::Heading(number) => before.heading(*number) != after.heading(*number),
            };
            match old.place(*line) {
                None => told.push(self.shown(TableEvent::RowAdded, at, after, rows, rules)),
                Some(was) if modified || was < stood => told.push(self.shown(TableEvent::RowModified, at, after, rows, rules)),
                Some(was) => stood = was,
            }
        }
        told
    }

    /// A line that came or changed.
    fn shown(&self, event: TableEvent, at: usize, built: &Built, rows: &Rows, rules: &Rules) -> TableNotification {
        let key = |at: usize| instance_key(built.lines[at], props_of(built.lines[at], built, rows), rules);
        TableNotification {
            index: Some(key(at)),
            prior: at.checked_sub(1).map(key),
            row: self.row(built.lines[at], built, rows, rules, (&self.shape().levels(), &self.columns)),
            ..TableNotification::of(event)
        }
    }

    /// Nothing of the view's state is valid any more (NOTIFY-107).
    pub(super) fn reload(&mut self, rules: &Rules) -> Vec<TableNotification> {
        self.made.sorted = None;
        self.reset();
        self.changes_unseen(rules);
        vec![TableNotification::of(TableEvent::Reload)]
    }
}

fn instance_key(line: Line, row: &[Prop], rules: &Rules) -> Prop {
    Prop::new(PropTag::PR_INSTANCE_KEY, key_of(line, row, rules))
}

/// A line that went: its key alone (NOTIFY-113, NOTIFY-114).
fn deleted(line: Line, row: &[Prop], rules: &Rules) -> TableNotification {
    TableNotification { index: Some(instance_key(line, row, rules)), row: Row::default(), ..TableNotification::of(TableEvent::RowDeleted) }
}

/// Where lines stand.
struct Places(Vec<(Line, usize)>);

impl Places {
    fn of(lines: &[Line]) -> Self {
        let mut places: Vec<(Line, usize)> = lines.iter().copied().zip(0..).collect();
        places.sort_unstable();
        Places(places)
    }

    fn place(&self, line: Line) -> Option<usize> {
        self.0.binary_search_by_key(&line, |(line, _)| *line).ok().map(|at| self.0[at].1)
    }
}

/// The cursor and the bookmarks go where their lines went; where a line is gone, to the next one that is still there (TABLE-151). A cursor at the
/// beginning stays there.
pub(super) fn carry(view: &mut View, before: &[Line], after: &[Line]) {
    if view.bookmarks.is_empty() && view.cursor == 0 {
        return;
    }
    let places = Places::of(after);
    // For each line the place of the next one that is still there, and whether that is another.
    let mut next = vec![(after.len(), false); before.len() + 1];
    for (at, line) in before.iter().enumerate().rev() {
        next[at] = places.place(*line).map_or((next[at + 1].0, true), |place| (place, false));
    }
    let place = |position: usize| next[position.min(before.len())];
    if view.cursor > 0 {
        view.cursor = place(view.cursor).0;
    }
    for mark in view.bookmarks.values_mut() {
        let (position, moved) = place(mark.position);
        mark.position = position;
        mark.moved |= moved;
    }
}

#[cfg(test)]
mod tests {
    use super::super::Source;
    use super::super::view::Mark;
    use super::*;
    use crate::call::{Handle, ObjectKind};
    use crate::mapi::SortOrderSet;

    #[test]
    fn many_bookmarks_go_on_from_lines_that_are_gone() {
        const MANY: u32 = 20_000;
        let line = |number| Line::Row { number, part: 0 };
        let source = Source::Data(Handle::new(ObjectKind::TableData, 1));
        let mut view = View::new(source, 2, Vec::new(), SortOrderSet::none());
        view.bookmarks = (0..=MANY).map(|at| (at + 3, Mark { position: at as usize, moved: false })).collect();
        let before: Vec<Line> = (0..MANY).map(line).collect();
        carry(&mut view, &before, &[line(MANY - 1)]);
        let mark = |at: u32| (view.bookmarks[&(at + 3)].position, view.bookmarks[&(at + 3)].moved);
        assert_eq!([mark(0), mark(MANY - 2), mark(MANY - 1), mark(MANY)], [(0, true), (0, true), (0, false), (1, false)]);
    }
}
