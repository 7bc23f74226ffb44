//! A view: what it shows, and where its marks stand.

use std::collections::BTreeMap;

use mapi_sim::mapi::{PropTag, Restriction, SortOrderSet, TableEvent, Value};

use super::data::{Data, Stored};
use super::lines::{self, Body, Heading, Id, Line};
use super::restrict;
use super::world::Knobs;

/// Where a mark stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// At a line.
    At(Id),
    /// After the last line.
    End,
    /// Nobody says where.
    Unknown,
}

/// Whether a mark lost its line since it was used last (TABLE-088, TABLE-090).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// No.
    No,
    /// Yes.
    Yes,
    /// It was used in a way of which nobody says whether it counts.
    Perhaps,
}

/// The cursor, or a bookmark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Where it stands.
    pub place: Place,
    /// Whether that is another line's place.
    pub moved: Moved,
}

/// What SetColumns, Restrict or SortTable is to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    /// SetColumns.
    Columns(Vec<PropTag>),
    /// Restrict.
    Restrict(Option<Restriction>),
    /// SortTable.
    Sort(SortOrderSet),
}

impl Work {
    /// The status of a table that does this (TABLE-040).
    pub const fn status(&self) -> u32 {
        match self {
            Work::Sort(_) => 9,
            Work::Columns(_) => 11,
            Work::Restrict(_) => 14,
        }
    }

    /// The event that tells of its end (NOTIFY-117).
    pub const fn done(&self) -> TableEvent {
        match self {
            Work::Sort(_) => TableEvent::SortDone,
            Work::Columns(_) => TableEvent::SetColDone,
            Work::Restrict(_) => TableEvent::RestrictDone,
        }
    }
}

/// An operation with TBL_ASYNC that runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    /// What it does.
    pub work: Work,
    /// When it is done.
    pub due: u64,
}

/// A view of the rows of an ITableData.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// Whose rows.
    pub data: usize,
    /// The rows as they were, of a TBLTYPE_SNAPSHOT (TABLE-009).
    pub frozen: Option<Vec<Stored>>,
    /// Of a TBLTYPE_KEYSET: the rows stay, and their values follow as long as they are there (TABLE-010).
    pub keyset: Option<Vec<Stored>>,
    /// The columns.
    pub columns: Vec<PropTag>,
    /// The restriction.
    pub restriction: Option<Restriction>,
    /// The sort order.
    pub sort: SortOrderSet,
    /// The one that HrGetView was asked for, which is back when none is asked for (TABLE-166, TABLE-181).
    pub default_sort: SortOrderSet,
    /// The categories that have rows.
    pub headings: Vec<Heading>,
    /// The cursor.
    pub cursor: Mark,
    /// The bookmarks.
    pub bookmarks: BTreeMap<u32, Mark>,
    /// How many bookmarks there were.
    pub marked: u32,
    /// The registrations.
    pub sinks: Vec<u32>,
    /// What it is doing.
    pub pending: Option<Pending>,
    /// What it shows now.
    pub lines: Vec<Line>,
    next_heading: u64,
}

impl View {
    /// A view with its default columns (TABLE-007, TABLE-072), sorted or not (TABLE-354).
    pub fn new(at: usize, data: &Data, sort: SortOrderSet, knobs: &Knobs) -> Self {
        let mut view = View {
            data: at,
            frozen: (data.table_type == 0).then(|| data.rows.clone()),
            keyset: (data.table_type == 1).then(|| data.rows.clone()),
            columns: data.known.clone(),
            restriction: None,
            default_sort: sort.clone(),
            sort,
            headings: Vec::new(),
            cursor: Mark { place: Place::End, moved: Moved::No },
            bookmarks: BTreeMap::new(),
            marked: 2,
            sinks: Vec::new(),
            pending: None,
            lines: Vec::new(),
            next_heading: 0,
        };
        view.refresh(data, knobs);
        view.put_cursor(0);
        view
    }

    /// Makes the list anew.
    pub fn refresh(&mut self, data: &Data, knobs: &Knobs) {
        for row in self.keyset.iter_mut().flatten() {
            if let Some(now) = data.rows.iter().find(|now| now.id == row.id) {
                *row = now.clone();
            }
        }
        let rows = self.frozen.as_ref().or(self.keyset.as_ref()).unwrap_or(&data.rows).iter();
        let met = |row: &&Stored| {
            self.restriction.as_ref().is_none_or(|restriction| restrict::meets(restriction, &|tag| row.value(tag), knobs.restrict))
        };
        let dimensions = lines::dimensions(&self.columns, &self.sort);
        let leaves = rows.filter(met).flat_map(|row| lines::instances(row, &dimensions)).collect();
        let all = lines::arrange(leaves, &self.sort, knobs.ordinal, &mut self.headings, &mut self.next_heading);
        self.lines = lines::visible(all);
    }

    /// The lines that are shown.
    pub fn ids(&self) -> Vec<Id> {
        self.lines.iter().map(|line| line.id.clone()).collect()
    }

    /// Whether the list has categories.
    pub const fn is_categorized(&self) -> bool {
        self.sort.categories > 0
    }

    /// How many lines stand before a mark.
    pub fn position(&self, mark: &Mark) -> usize {
        match &mark.place {
            Place::At(id) => self.lines.iter().position(|line| line.id == *id).expect("a mark stands at a line that is shown"),
            Place::End | Place::Unknown => self.lines.len(),
        }
    }

    /// The place before which so many lines stand.
    pub fn place(&self, position: usize) -> Place {
        self.lines.get(position).map_or(Place::End, |line| Place::At(line.id.clone()))
    }

    /// Puts the cursor behind so many lines.
    pub fn put_cursor(&mut self, position: usize) {
        self.cursor = Mark { place: self.place(position), moved: Moved::No };
    }

    /// After a change of the list: marks follow their lines. One whose line is gone stands at the next line of the old list that is left, or at the end
    /// (TABLE-148, TABLE-151, TABLE-154). The cursor at the beginning stays there.
    pub fn move_marks(&mut self, old: &[Id]) {
        let new = self.ids();
        let at_start = match &self.cursor.place {
            Place::At(id) => old.first() == Some(id),
            _ => old.is_empty(),
        };
        let move_one = |mark: &mut Mark| {
            let Place::At(id) = &mark.place else { return };
            if new.contains(id) {
                return;
            }
            let was = old.iter().position(|known| known == id).expect("a mark stood at a line that was shown");
            let next = old[was..].iter().find(|known| new.contains(known));
            *mark = Mark { place: next.map_or(Place::End, |id| Place::At(id.clone())), moved: Moved::Yes };
        };
        self.bookmarks.values_mut().for_each(move_one);
        move_one(&mut self.cursor);
        if at_start {
            self.cursor.place = self.place(0);
        }
    }

    /// Bookmarks are gone, and the cursor stands at the beginning (TABLE-131, TABLE-132, TABLE-162, NOTIFY-107).
    pub fn lose_marks(&mut self) {
        self.bookmarks.clear();
        self.put_cursor(0);
    }

    /// An operation takes effect.
    pub fn carry_out(&mut self, work: Work, data: &Data, knobs: &Knobs) {
        match work {
            Work::Columns(columns) => {
                let ids = |view: &View| lines::dimensions(&view.columns, &view.sort).iter().map(|tag| tag.id()).collect::<Vec<_>>();
                let before = (ids(self), self.ids());
                self.columns = columns;
                self.refresh(data, knobs);
                // TABLE-060, TABLE-061.
                if ids(self) == before.0 { self.move_marks(&before.1) } else { self.lose_marks() }
            }
            Work::Restrict(restriction) => {
                self.restriction = restriction;
                self.refresh(data, knobs);
                self.lose_marks();
            }
            Work::Sort(sort) => {
                self.sort = if sort.keys.is_empty() { self.default_sort.clone() } else { sort };
                self.headings.clear();
                self.refresh(data, knobs);
                self.lose_marks();
            }
        }
    }
}

impl Line {
    /// PR_INSTANCE_KEY of the row itself, if this line shows the whole row and the row has one.
    pub fn own_key(&self) -> Option<Vec<u8>> {
        let Body::Leaf(row) = &self.body else { return None };
        match row.value(PropTag::PR_INSTANCE_KEY) {
            Some(Value::Binary(bytes)) if self.parts.is_empty() => Some(bytes),
            _ => None,
        }
    }
}
