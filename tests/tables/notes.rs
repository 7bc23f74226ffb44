//! What sinks are to be told, and whether what they were told is that.

use std::collections::BTreeSet;

use mapi_sim::mapi::{Hresult, Row, TableEvent, TableNotification};

use super::data::Change;
use super::lines::Id;
use super::world::Knobs;

/// Up to how many rows are told one by one (TABLE-359).
const MOST_ROWS: usize = 8;

/// What has to come.
#[derive(Clone, Debug, PartialEq)]
pub enum Want {
    /// These rows were touched: an event for each line of them that is or was shown.
    Rows {
        /// Numbers of the rows.
        touched: BTreeSet<u64>,
        /// How it may be told.
        how: How,
    },
    /// TABLE_RELOAD.
    Reload,
    /// One event that tells nothing of rows.
    One(TableEvent),
    /// Nobody says.
    Anything,
}

/// How a change of rows is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// One by one.
    Each,
    /// With one TABLE_CHANGED.
    Whole,
    /// One way or the other.
    Either,
    /// With one TABLE_CHANGED, however few they are.
    Single,
}

impl Want {
    /// What a change asks for. `many`: it was made by HrModifyRows.
    pub fn of(change: &Change, many: bool, knobs: &Knobs) -> Self {
        match change {
            Change::All => Want::Reload,
            Change::Rows(rows) => {
                let how = match rows.len() > MOST_ROWS {
                    _ if many && knobs.notify_single && rows.len() > 1 => How::Single,
                    true if many => How::Whole,
                    // Of HrDeleteRows no clause says it.
                    true => How::Either,
                    false => How::Each,
                };
                Want::Rows { touched: rows.iter().copied().collect(), how }
            }
        }
    }
}

/// What one registration is to be told of one operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// The registration.
    pub connection: u32,
    /// Its view.
    pub view: usize,
    /// What the view showed before.
    pub before: Vec<Id>,
    /// What it shows after, in the columns at that time (NOTIFY-116).
    pub after: Vec<(Id, Row)>,
    /// What has to come.
    pub want: Want,
}

/// An event as a sink got it, with the lines that its keys name.
#[derive(Clone, Debug, PartialEq)]
pub struct Got {
    /// The notification.
    pub notification: TableNotification,
    /// The line of propIndex.
    pub index: Option<Id>,
    /// The line of propPrior.
    pub prior: Option<Id>,
}

fn wrong<T>(what: impl Into<String>) -> Result<T, String> {
    Err(what.into())
}

impl Batch {
    /// Lines that have to be told, with their events.
    fn due(&self, touched: &BTreeSet<u64>) -> Vec<(TableEvent, Id)> {
        let is_touched = |id: &Id| matches!(id, Id::Leaf(row, _) if touched.contains(row));
        let mut due = Vec::new();
        for id in self.before.iter().filter(|id| is_touched(id)) {
            if !self.after.iter().any(|(known, _)| known == id) {
                due.push((TableEvent::RowDeleted, id.clone()));
            }
        }
        for (id, _) in self.after.iter().filter(|(id, _)| is_touched(id)) {
            let was = self.before.contains(id);
            due.push((if was { TableEvent::RowModified } else { TableEvent::RowAdded }, id.clone()));
        }
        due
    }

    /// Whether the view has categories, whose headings may be told of or not.
    fn has_headings(&self) -> bool {
        let heading = |id: &Id| matches!(id, Id::Heading(_));
        self.before.iter().any(heading) || self.after.iter().any(|(id, _)| heading(id))
    }

    /// Whether the same lines are shown as before, in the same order.
    fn is_same_list(&self) -> bool {
        self.before.iter().eq(self.after.iter().map(|(id, _)| id))
    }

    /// How many of the events that came belong to this batch, at most.
    pub fn takes(&self, came: &[TableEvent]) -> usize {
        let is_row = |event: &TableEvent| matches!(event, TableEvent::RowAdded | TableEvent::RowDeleted | TableEvent::RowModified);
        match &self.want {
            Want::One(_) | Want::Reload => came.len().min(1),
            Want::Anything => came.len(),
            Want::Rows { .. } => match came.first() {
                Some(first) if is_row(first) => came.iter().take_while(|event| is_row(event)).count(),
                Some(TableEvent::Changed) => 1,
                _ => 0,
            },
        }
    }

    /// Whether these events are what had to come.
    pub fn check(&self, got: &[Got], substitute: &dyn Fn(&Row, &Row) -> bool) -> Result<(), String> {
        let bare = |event: TableEvent| got.len() == 1 && got[0].notification == TableNotification::of(event);
        let shows_nothing = self.before.is_empty() && self.after.is_empty();
        match &self.want {
            Want::Anything => Ok(()),
            Want::One(event) if bare(*event) => Ok(()),
            Want::One(event) => wrong(format!("one {event} was due")),
            Want::Reload if bare(TableEvent::Reload) || (shows_nothing && got.is_empty()) => Ok(()),
            Want::Reload => wrong("one TABLE_RELOAD was due"),
            Want::Rows { touched, how } => {
                let due = self.due(touched);
                let changed = bare(TableEvent::Changed);
                match how {
                    How::Whole | How::Either if changed => return Ok(()),
                    How::Whole if due.is_empty() && got.is_empty() && self.is_same_list() => return Ok(()),
                    How::Whole => return wrong("one TABLE_CHANGED was due"),
                    How::Single if changed => return Ok(()),
                    How::Single if due.is_empty() && got.is_empty() => return Ok(()),
                    How::Single => return wrong("a single event was due"),
                    _ => {}
                }
                self.check_each(got, due)?;
                self.check_rows(got, substitute)?;
                self.check_list(got)
            }
        }
    }

    /// An event for each line that was due, and for no other row (NOTIFY-119, NOTIFY-120, NOTIFY-129); modified ones in the order of the view (NOTIFY-050).
    fn check_each(&self, got: &[Got], mut due: Vec<(TableEvent, Id)>) -> Result<(), String> {
        let (mut came, mut modified) = (Vec::new(), Vec::new());
        for one in got {
            let Some(index) = &one.index else { return wrong("an event of a row without propIndex") };
            let event = one.notification.event;
            if matches!(index, Id::Leaf(..)) {
                came.push((event, index.clone()));
                if event == TableEvent::RowModified {
                    modified.push(self.after.iter().position(|(id, _)| id == index));
                }
            } else if !self.has_headings() {
                return wrong("an event of a heading in a view without any");
            }
        }
        came.sort();
        due.sort();
        if came != due {
            return wrong(format!("rows to be told {due:?}, told {came:?}"));
        }
        if modified.is_sorted() { Ok(()) } else { wrong("TABLE_ROW_MODIFIED not in the order of the view") }
    }

    /// Row data of rows that are there (NOTIFY-109, NOTIFY-111), none of those that are gone (NOTIFY-112 to NOTIFY-114).
    fn check_rows(&self, got: &[Got], substitute: &dyn Fn(&Row, &Row) -> bool) -> Result<(), String> {
        for one in got {
            let TableNotification { event, result, prior, row, .. } = &one.notification;
            if *result != Hresult::S_OK {
                return wrong("hResult of an event that is no TABLE_ERROR");
            }
            if *event == TableEvent::RowDeleted {
                if prior.is_some() || !row.props.is_empty() {
                    return wrong("row data or propPrior of a row that is gone");
                }
                continue;
            }
            let Some((id, expected)) = self.after.iter().find(|(id, _)| Some(id) == one.index.as_ref()) else {
                return wrong("an event of a row that is not shown");
            };
            if matches!(id, Id::Leaf(..)) && !substitute(expected, row) {
                return wrong(format!("row data\n  model: {expected}\n kernel: {row}"));
            }
        }
        Ok(())
    }

    /// Applied in their order to what was shown before, they give what is shown after (NOTIFY-046).
    fn check_list(&self, got: &[Got]) -> Result<(), String> {
        let mut list = self.before.clone();
        for one in got {
            let index = one.index.clone().expect("looked at");
            let known = list.iter().position(|id| *id == index);
            match (one.notification.event, known) {
                (TableEvent::RowAdded, Some(_)) => return wrong("a row is added that is there"),
                (TableEvent::RowDeleted | TableEvent::RowModified, None) => return wrong("an event of a row that is not there"),
                (_, Some(at)) => {
                    list.remove(at);
                }
                _ => {}
            }
            if one.notification.event == TableEvent::RowDeleted {
                continue;
            }
            let at = match (&one.prior, &one.notification.prior) {
                (None, None) => 0,
                (Some(prior), _) => match list.iter().position(|id| id == prior) {
                    Some(at) => at + 1,
                    None => return wrong("propPrior is not there"),
                },
                (None, Some(_)) => return wrong("propPrior names nothing"),
            };
            list.insert(at, index);
        }
        let after: Vec<&Id> = self.after.iter().map(|(id, _)| id).collect();
        if list.iter().eq(after.iter().copied()) {
            Ok(())
        } else {
            wrong(format!("applied, the events give {list:?} instead of {after:?}"))
        }
    }
}
