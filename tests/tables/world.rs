//! The model's world: row sets, views, a clock, and what a call does.

use mapi_sim::call::{Call, Handle, IMAPITable, ITableData, IUnknown, Mapi, ObjectKind, Out};
use mapi_sim::mapi::{Hresult, PropTag, Row, SortOrderSet};

use super::data::{Change, Data};
use super::lines::{Columns, Id, Line};
use super::notes::{Batch, Want};
use super::restrict;
use super::state::Saved;
use super::view::{Pending, View};

/// What the documentation leaves open, one way or the other; the defaults are false.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Knobs {
    /// missing_column = "pr_null".
    pub missing_is_null: bool,
    /// unspecified_column = "pt_error".
    pub unspecified_is_error: bool,
    /// negative_read_cursor = "first_row".
    pub negative_to_first: bool,
    /// missing_compare and mv_tuple.
    pub restrict: restrict::Reading,
    /// collation = "ordinal".
    pub ordinal: bool,
    /// leaf_omits_keys.
    pub leaf_omits_keys: bool,
    /// restrict_columns_only.
    pub columns_only: bool,
    /// abort_when_idle = "unable_to_abort".
    pub idle_abort_fails: bool,
    /// table_data_notify = "single".
    pub notify_single: bool,
    /// table_data_insert = "after".
    pub insert_after: bool,
    /// done_events_sync.
    pub done_events_sync: bool,
    /// A setting: tables of ITableData have categories.
    pub categories: bool,
    /// A setting: how many milliseconds an operation with TBL_ASYNC takes.
    pub async_ms: Option<u64>,
}

/// What is done.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// A call; what only the kernel can choose is made up in it.
    Call(Call),
    /// Time goes by.
    Advance(u64),
}

/// What a call may answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The codes that are allowed.
    pub codes: Vec<Hresult>,
    /// What comes back if it succeeds.
    pub gives: Gives,
}

/// What comes back beside the code.
#[derive(Clone, Debug, PartialEq)]
pub enum Gives {
    /// Exactly this, but for keys that a table makes.
    Out(Out),
    /// The cursor stands before this row of so many.
    Position {
        /// The row.
        row: usize,
        /// How many rows there are.
        count: usize,
    },
    /// A new bookmark of a view: the kernel's number for the model's.
    Bookmark(u32),
    /// A new connection.
    Connection(u32),
    /// A collapse state.
    Block(usize),
    /// What the table is doing.
    Status(u32),
    /// The columns; with `all`, those that tables make themselves do not matter.
    Columns {
        /// The tags.
        tags: Vec<PropTag>,
        /// TBL_ALL_COLUMNS.
        all: bool,
    },
    /// A row of an ITableData; the number matters if it is given.
    DataRow(Option<Row>, Option<u32>),
    /// Whatever it is.
    Anything,
}

impl Answer {
    /// A code alone.
    pub fn of(code: Hresult) -> Self {
        Answer { codes: vec![code], gives: Gives::Out(Out::Nothing) }
    }

    /// One of several failures.
    pub fn one_of(codes: Vec<Hresult>) -> Self {
        Answer { codes, gives: Gives::Out(Out::Nothing) }
    }

    /// S_OK and what came back.
    pub fn gives(gives: Gives) -> Self {
        Answer { codes: vec![Hresult::S_OK], gives }
    }

    /// S_OK and exactly this.
    pub fn ok(out: Out) -> Self {
        Self::gives(Gives::Out(out))
    }
}

/// A failure with several possible codes, or how it went on.
pub type Checked<T> = Result<T, Vec<Hresult>>;

/// Some codes as a failure, unless there are none.
pub fn fail_if(codes: Vec<Hresult>) -> Checked<()> {
    if codes.is_empty() { Ok(()) } else { Err(codes) }
}

/// The model's world.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    /// The readings and settings.
    pub knobs: Knobs,
    /// Milliseconds since the beginning.
    pub now: u64,
    /// Every ITableData, by number of its handle less one.
    pub datas: Vec<Data>,
    /// Every view likewise; released ones are gone.
    pub views: Vec<Option<View>>,
    /// Instance keys that tables made: of which view, and for which line.
    pub keys: Vec<(usize, Id)>,
    /// Instance keys that rows brought with them: in which view, of which line.
    pub own_keys: Vec<(usize, Id, Vec<u8>)>,
    /// How many registrations there were.
    pub connections: u32,
    /// Collapse states that were taken.
    pub saved: Vec<Saved>,
    /// What sinks are to be told of the last operation.
    pub told: Vec<Batch>,
}

/// The 16 bytes that stand for a key which a table makes.
pub fn made_key(number: usize) -> Vec<u8> {
    let mut bytes = b"made key".to_vec();
    bytes.extend(u64::try_from(number).expect("few keys").to_be_bytes());
    bytes
}

/// Which key it is, if it is a made-up one.
pub fn made_number(bytes: &[u8]) -> Option<usize> {
    let number = bytes.strip_prefix(b"made key".as_slice())?;
    let number = u64::from_be_bytes(number.try_into().ok()?);
    usize::try_from(number).ok()
}

impl World {
    /// A world without tables.
    pub fn new(knobs: Knobs) -> Self {
        let (datas, views, keys, own_keys, saved, told) = Default::default();
        World { knobs, now: 0, datas, views, keys, own_keys, connections: 0, saved, told }
    }

    /// Does it.
    pub fn apply(&mut self, op: &Op) -> Answer {
        self.told.clear();
        match op {
            Op::Advance(ms) => {
                self.advance(self.now + ms);
                Answer::of(Hresult::S_OK)
            }
            Op::Call(Call::Mapi(Mapi::CreateTable { table_type, index_column, columns, .. })) => {
                // TABLE-373.
                if index_column.prop_type().is_multi() {
                    return Answer::of(Hresult::MAPI_E_INVALID_PARAMETER);
                }
                self.datas.push(Data::new(*table_type, *index_column, columns.clone()));
                Answer::ok(Out::Object(data_handle(self.datas.len() - 1)))
            }
            Op::Call(Call::Mapi(Mapi::HrDispatchNotifications { .. })) => Answer::of(Hresult::S_OK),
            Op::Call(Call::ITableData(this, call)) => self.on_data(this.number() as usize - 1, call),
            Op::Call(Call::IMAPITable(this, call)) => self.on_view(this.number() as usize - 1, call),
            Op::Call(Call::IUnknown(this, IUnknown::Release {})) => {
                self.views[this.number() as usize - 1] = None;
                Answer::of(Hresult::S_OK)
            }
            Op::Call(other) => unreachable!("not generated: {other}"),
        }
    }

    fn on_data(&mut self, at: usize, call: &ITableData) -> Answer {
        let unknown = |flags: u32, known: u32| if flags & !known == 0 { vec![] } else { vec![Hresult::MAPI_E_UNKNOWN_FLAGS] };
        let changed = match call {
            ITableData::HrGetView { sort_order_set } => return self.new_view(at, sort_order_set.as_deref()),
            ITableData::HrQueryRow { prop_value } => {
                let data = &self.datas[at];
                if prop_value.tag != data.index {
                    return Answer::of(Hresult::MAPI_E_INVALID_PARAMETER);
                }
                return match data.find(&prop_value.value) {
                    Some(found) => {
                        let number = u32::try_from(found).expect("few rows");
                        let row = Row { props: data.rows[found].props.clone() };
                        Answer::gives(Gives::DataRow(Some(row), Some(number)))
                    }
                    None => Answer::of(Hresult::MAPI_E_NOT_FOUND),
                };
            }
            ITableData::HrEnumRow { row_number } => {
                let row = self.datas[at].rows.get(*row_number as usize).map(|row| Row { props: row.props.clone() });
                return Answer::gives(Gives::DataRow(row, None));
            }
            ITableData::HrModifyRow { row } => self.datas[at].modify(std::slice::from_ref(row)).map(|change| (change, false)),
            ITableData::HrModifyRows { flags, rows } => {
                if let Err(codes) = fail_if(unknown(*flags, 0)) {
                    return Answer::one_of(codes);
                }
                self.datas[at].modify(rows).map(|change| (change, true))
            }
            ITableData::HrInsertRow { row_number, row } => {
                self.datas[at].insert(*row_number, row, self.knobs.insert_after).map(|change| (change, false))
            }
            ITableData::HrDeleteRow { prop_value } => self.datas[at].delete(prop_value).map(|change| (change, false)),
            ITableData::HrNotify { flags, prop_values } => {
                if let Err(codes) = fail_if(unknown(*flags, 0)) {
                    return Answer::one_of(codes);
                }
                let data = &self.datas[at];
                let row = prop_values.get(data.index).and_then(|key| data.find(key)).map(|at| data.rows[at].id);
                Ok((Change::Rows(row.into_iter().collect()), false))
            }
            ITableData::HrDeleteRows { flags, rows } => return self.delete_rows(at, *flags, rows.as_deref(), unknown(*flags, 1)),
            other => unreachable!("not generated: {other:?}"),
        };
        match changed {
            Ok((change, many)) => {
                self.change(at, &change, many);
                Answer::of(Hresult::S_OK)
            }
            Err(code) => Answer::of(code),
        }
    }

    fn delete_rows(&mut self, at: usize, flags: u32, rows: Option<&[Row]>, unknown: Vec<Hresult>) -> Answer {
        if let Err(codes) = fail_if(unknown) {
            return Answer::one_of(codes);
        }
        if flags & 1 != 0 {
            let count = self.datas[at].delete_all();
            // Chosen: nothing is gone where nothing was.
            if count > 0 {
                self.change(at, &Change::All, false);
            }
            return Answer::ok(Out::Number(i64::try_from(count).expect("few rows")));
        }
        let Some(rows) = rows else { return Answer::of(Hresult::MAPI_E_INVALID_PARAMETER) };
        match self.datas[at].delete_some(rows) {
            Ok(Change::Rows(gone)) => {
                let count = i64::try_from(gone.len()).expect("few rows");
                self.change(at, &Change::Rows(gone), false);
                Answer::ok(Out::Number(count))
            }
            Ok(Change::All) => unreachable!("some rows"),
            Err(code) => Answer::of(code),
        }
    }

    fn new_view(&mut self, at: usize, sort: Option<&SortOrderSet>) -> Answer {
        if let Some(sort) = sort {
            let codes = self.refused_sort(sort);
            if !codes.is_empty() {
                return Answer::one_of(codes);
            }
        }
        let view = View::new(at, &self.datas[at], sort.cloned().unwrap_or_default(), &self.knobs);
        self.views.push(Some(view));
        Answer::ok(Out::Object(view_handle(self.views.len() - 1)))
    }

    /// The views see a change, marks move, and sinks are to be told.
    fn change(&mut self, at: usize, change: &Change, many: bool) {
        for number in 0..self.views.len() {
            let Some(view) = self.views[number].as_ref().filter(|view| view.data == at) else { continue };
            // TAD_ALL_ROWS leaves a keyset as it is: its rows stay.
            let frozen = view.frozen.is_some() || (view.keyset.is_some() && *change == Change::All);
            let before = view.ids();
            let knobs = self.knobs.clone();
            let (views, datas) = (&mut self.views, &self.datas);
            let view = views[number].as_mut().expect("just looked at");
            if !frozen {
                view.refresh(&datas[at], &knobs);
                if *change == Change::All {
                    view.lose_marks();
                } else {
                    view.move_marks(&before);
                }
            }
            // Of a keyset nothing changes when a row goes.
            let seen = match change {
                Change::Rows(rows) if view.keyset.is_some() => {
                    Change::Rows(rows.iter().copied().filter(|id| datas[at].rows.iter().any(|row| row.id == *id)).collect())
                }
                other => other.clone(),
            };
            let want = if frozen { Want::Anything } else { Want::of(&seen, many, &knobs) };
            self.tell(number, &before, &want);
        }
    }

    /// Every sink of a view is to be told this.
    pub fn tell(&mut self, number: usize, before: &[Id], want: &Want) {
        let Some(sinks) = self.views[number].as_ref().map(|view| view.sinks.clone()).filter(|sinks| !sinks.is_empty()) else { return };
        let after: Vec<(Id, Row)> = self.shown(number, None).into_iter().map(|(line, row)| (line.id, row)).collect();
        for connection in sinks {
            self.told.push(Batch { connection, view: number, before: before.to_vec(), after: after.clone(), want: want.clone() });
        }
    }

    /// The key of a line: the row's own, unless MVI columns made several of it, or one that the table makes.
    pub fn key(&mut self, number: usize, line: &Line) -> Vec<u8> {
        if let Some(own) = line.own_key() {
            let known = (number, line.id.clone(), own.clone());
            if !self.own_keys.contains(&known) {
                self.own_keys.push(known);
            }
            return own;
        }
        let wanted = (number, line.id.clone());
        let at = self.keys.iter().position(|known| *known == wanted).unwrap_or_else(|| {
            self.keys.push(wanted);
            self.keys.len() - 1
        });
        made_key(at)
    }

    /// The lines of a view with their rows, in the view's columns or others.
    pub fn shown(&mut self, number: usize, columns: Option<&[PropTag]>) -> Vec<(Line, Row)> {
        let Some(view) = self.views[number].clone() else { return Vec::new() };
        let knobs = self.knobs.clone();
        let shape = Columns { tags: columns.unwrap_or(&view.columns), sort: &view.sort, knobs: &knobs };
        let mut shown = Vec::new();
        for line in &view.lines {
            let key = self.key(number, line);
            shown.push((line.clone(), shape.row(line, &key)));
        }
        shown
    }

    /// Time moves; what is due is done, in the order of time (TABLE-046).
    pub fn advance(&mut self, to: u64) {
        loop {
            let due = |view: &Option<View>| view.as_ref().and_then(|view| view.pending.as_ref()).map(|pending| pending.due);
            let next = (0..self.views.len()).filter_map(|at| Some((due(&self.views[at])?, at))).filter(|(due, _)| *due <= to).min();
            let Some((due, at)) = next else { break };
            self.now = due;
            let pending = self.views[at].as_mut().and_then(|view| view.pending.take()).expect("it is due");
            let event = pending.work.done();
            self.carry_out(at, pending);
            self.tell(at, &[], &Want::One(event));
        }
        self.now = self.now.max(to);
    }

    /// An operation of a view takes effect.
    pub fn carry_out(&mut self, at: usize, pending: Pending) {
        let (views, datas) = (&mut self.views, &self.datas);
        let view = views[at].as_mut().expect("it is open");
        view.carry_out(pending.work, &datas[view.data], &self.knobs);
    }
}

/// The handle of an ITableData.
pub fn data_handle(at: usize) -> Handle {
    Handle::new(ObjectKind::TableData, u32::try_from(at + 1).expect("few objects"))
}

/// The handle of a view.
pub fn view_handle(at: usize) -> Handle {
    Handle::new(ObjectKind::Table, u32::try_from(at + 1).expect("few objects"))
}

/// Whether a call is one of a view.
pub fn view_call(call: &Call) -> Option<(usize, &IMAPITable)> {
    match call {
        Call::IMAPITable(this, call) => Some((this.number() as usize - 1, call)),
        _ => None,
    }
}
