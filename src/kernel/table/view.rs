//! A table as one client sees it: its columns, restriction and order, and where it stands.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Source;
use super::cells::{Cells, row_key};
use super::lines::{Built, Heads, Line, Shape};
use super::pending::Pending;
use super::restrict::Refusal;
use super::settings::Rules;
use super::source::Rows;
use crate::call::Out;
use crate::clause::ClauseId;
use crate::kernel::{Core, Profile};
use crate::mapi::{Hresult, Prop, PropTag, Restriction, Row, SortOrderSet};

/// What a method answers: the clause that decided, the HRESULT, and what comes back; or a refusal.
pub(super) type Answer = Result<(ClauseId, Hresult, Out), Refusal>;

/// S_OK, by a clause.
pub(super) fn ok(clause: u16, out: Out) -> Answer {
    Ok((ClauseId::table(clause), Hresult::S_OK, out))
}

/// A failure, by a clause.
pub(super) fn fail<T>(clause: u16, hr: Hresult) -> Result<T, Refusal> {
    Err((ClauseId::table(clause), hr))
}

/// A table as one client sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// What it lists.
    pub source: Source,
    /// ulTableType.
    pub(super) table_type: u32,
    /// Rows of its own: those that were computed last, or those that do not change with the source.
    pub(super) own: Option<Arc<Rows>>,
    /// The columns before SetColumns.
    pub(super) default_columns: Arc<Vec<PropTag>>,
    pub(super) columns: Arc<Vec<PropTag>>,
    pub(super) restriction: Option<Arc<Restriction>>,
    /// The order before SortTable.
    pub(super) default_sort: Arc<SortOrderSet>,
    pub(super) sort: Arc<SortOrderSet>,
    pub(super) heads: Heads,
    /// How many lines stand before the cursor.
    pub(super) cursor: usize,
    pub(super) bookmarks: BTreeMap<u32, Mark>,
    /// The number of the last bookmark; below 3 they are predefined (TABLE-153).
    pub(super) last_bookmark: u32,
    /// An operation that takes its time.
    pub(super) pending: Option<Pending>,
    /// lpulTableStatus while no operation runs.
    pub(super) status: u32,
    /// What was made of the above already.
    pub(super) made: Made,
}

/// Where a bookmark stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// How many lines stand before it.
    pub position: usize,
    /// Whether its row went since it was last used (TABLE-090).
    pub moved: bool,
}

/// Lines that were made once and are good until something changes. They follow from the rest, so that they are never compared.
#[derive(Clone, Debug, Default)]
pub(super) struct Made {
    /// What can be seen.
    pub built: Option<Arc<Built>>,
    /// Every row, sorted, without the restriction.
    pub sorted: Option<Arc<Vec<Line>>>,
    /// What the rows of its own were computed of: a session, and its profile. While these are the same two, so are the rows.
    pub of: Option<(Arc<Core>, Arc<Profile>)>,
}

impl PartialEq for Made {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl View {
    /// A table over a source, with its default columns.
    pub(super) fn new(source: Source, table_type: u32, columns: Vec<PropTag>, sort: SortOrderSet) -> Self {
        let (columns, sort) = (Arc::new(columns), Arc::new(sort));
        View {
            source,
            table_type,
            own: None,
            default_columns: columns.clone(),
            columns,
            restriction: None,
            default_sort: sort.clone(),
            sort,
            heads: Heads::default(),
            cursor: 0,
            bookmarks: BTreeMap::new(),
            last_bookmark: 2,
            pending: None,
            status: 0,
            made: Made::default(),
        }
    }

    /// The columns in force.
    pub fn columns(&self) -> &[PropTag] {
        &self.columns
    }

    pub(super) fn shape(&self) -> Shape {
        Shape::of(&self.columns, &self.sort)
    }

    /// What can be seen; made if it is not there.
    pub(super) fn built(&mut self, rows: &Rows, rules: &Rules) -> Arc<Built> {
        if let Some(built) = &self.made.built {
            return built.clone();
        }
        let shape = self.shape();
        let leaves = match (&self.restriction, &self.made.sorted) {
            (None, Some(sorted)) => sorted.clone(),
            (Some(restriction), Some(sorted)) => Arc::new(shape.meeting(sorted, rows, restriction, rules)),
            (restriction, None) => Arc::new(shape.sorted(rows, restriction.as_deref(), rules)),
        };
        if self.restriction.is_none() {
            self.made.sorted = Some(leaves.clone());
        }
        let built = Arc::new(shape.build(leaves, rows, &mut self.heads, rules));
        self.made.built = Some(built.clone());
        built
    }

    /// A line in some columns; `levels` are the key columns of the view's categories.
    pub(super) fn row(
        &self,
        line: Line,
        built: &Built,
        rows: &Rows,
        rules: &Rules,
        (levels, columns): (&[Vec<PropTag>], &[PropTag]),
    ) -> Row {
        let available = rules.settings.default_columns_only.then_some(&self.default_columns[..]);
        Cells { rules, built, levels, available }.row(line, props_of(line, built, rows), columns)
    }

    /// Some lines in the columns of the view.
    pub(super) fn rows_between(&self, from: usize, to: usize, built: &Built, rows: &Rows, rules: &Rules) -> Vec<Row> {
        let levels = self.shape().levels();
        let available = rules.settings.default_columns_only.then_some(&self.default_columns[..]);
        let lines = built.lines.get(from..to).unwrap_or_default();
        let lines = lines.iter().map(|line| (*line, props_of(*line, built, rows)));
        Cells { rules, built, levels: &levels, available }.rows(lines, &self.columns)
    }

    /// Another order or restriction: bookmarks are gone, and the cursor is at the beginning.
    pub(super) fn reset(&mut self) {
        self.cursor = 0;
        self.bookmarks.clear();
        self.made.built = None;
    }
}

/// The properties of a line: of its row, or of a row of the category.
pub(super) fn props_of<'a>(line: Line, built: &Built, rows: &'a Rows) -> &'a [Prop] {
    let number = match line {
        Line::Row { number, .. } => Some(number),
        Line::Heading(number) => built.heading(number).map(|heading| heading.sample),
    };
    number.and_then(|number| rows.get(number)).map_or(&[], |row| row)
}

/// PR_INSTANCE_KEY of a line.
pub(super) fn key_of(line: Line, row: &[Prop], rules: &Rules) -> Vec<u8> {
    match line {
        Line::Row { number, part } => row_key(number, part, row, rules),
        Line::Heading(number) => super::cells::heading_key(number, rules),
    }
}
