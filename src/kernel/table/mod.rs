//! Tables: one engine for every table of the subsystem.
//!
//! A [`View`] is a table as one client sees it; its methods are pure functions of the view, its rows and the machine's [`TableSettings`]. Rows come
//! from the state of the subsystem, computed anew whenever they are looked at, or from ITableData. This file ties both to the kernel.

mod category;
mod cells;
mod cursor;
mod data;
mod follow;
mod lines;
mod pending;
mod restrict;
mod settings;
mod source;
mod value;
mod view;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use settings::{RowCount, TableSettings};
pub(super) use source::Data;
pub use view::View;

use super::object::Body;
use super::profile::ProviderKind;
use super::wait::{State, Wake};
use super::{Core, Event, Kernel, Profile, eid, status};
use crate::call::{Handle, IMAPITable, Out, Reply};
use crate::clause::{ClauseId, Reading};
use crate::mapi::{Hresult, NotifyEvents, Prop, PropTag, PropType, Row, SortOrderSet, TableEvent, TableNotification, Value};
use crate::time::{SimDuration, SimTime};
use cursor::{DIR_BACKWARD, TBL_NOADVANCE};
use follow::{KEYSET, SNAPSHOT};
use pending::{Begun, SET_FLAGS};
use restrict::Refusal;
use settings::Rules;
use source::{Rows, difference};
use view::{Answer, fail, ok};

/// What a table lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The resources of the session.
    Status,
    /// The message stores of the profile.
    MsgStores,
    /// Rows of CreateTable.
    Data(Handle),
}

/// TBL_ALL_COLUMNS of QueryColumns.
const TBL_ALL_COLUMNS: u32 = 0x1;
/// TBLTYPE_DYNAMIC, the greatest type of a table: the tables of a session follow it (STATUS-031, SESSION-029).
const TBLTYPE_DYNAMIC: u32 = 2;
/// ulTimeout of WaitForCompletion without end.
const INFINITE: u32 = u32::MAX;

/// Columns of a message store table before SetColumns (SESSION-028).
const STORE_COLUMNS: &[PropTag] = &[
    PropTag::PR_DEFAULT_STORE,
    PropTag::PR_DISPLAY_NAME,
    PropTag::PR_ENTRYID,
    PropTag::PR_INSTANCE_KEY,
    PropTag::PR_MDB_PROVIDER,
    PropTag::PR_OBJECT_TYPE,
    PropTag::PR_PROVIDER_DISPLAY,
    PropTag::PR_RECORD_KEY,
    PropTag::PR_RESOURCE_FLAGS,
    PropTag::PR_RESOURCE_TYPE,
];
/// PR_OBJECT_TYPE of message stores.
pub(super) const MAPI_STORE: u32 = 1;

impl View {
    /// A table of a session, with its default columns in the width that the client asked for.
    pub(super) fn of_session(source: Source, unicode: bool) -> Self {
        let columns = if source == Source::MsgStores { STORE_COLUMNS } else { status::COLUMNS };
        let columns = columns.iter().map(|tag| tag.in_width(unicode)).collect();
        View::new(source, TBLTYPE_DYNAMIC, columns, SortOrderSet::none())
    }

    /// QueryColumns.
    fn query_columns(&self, flags: u32, known: &[PropTag]) -> Answer {
        if flags & TBL_ALL_COLUMNS == 0 {
            return ok(66, Out::Tags(self.columns.to_vec()));
        }
        let mut tags = self.default_columns.to_vec();
        let mut seen: BTreeSet<u16> = tags.iter().map(|tag| tag.id()).collect();
        tags.extend(known.iter().filter(|tag| seen.insert(tag.id())));
        ok(67, Out::Tags(tags))
    }

    /// The methods that do not begin an operation and do not wait.
    fn method(&mut self, call: &IMAPITable, rows: &Rows, known: &[PropTag], (rules, kernel): (&Rules, &Kernel)) -> Answer {
        let reading = |reading: Reading| kernel.machine.readings.index(reading) != 0;
        match call {
            IMAPITable::GetStatus {} => self.get_status(),
            IMAPITable::QueryColumns { flags } => self.query_columns(*flags, known),
            IMAPITable::GetRowCount { .. } => self.get_row_count(rows, rules),
            IMAPITable::SeekRow { origin, row_count } => {
                self.changes_seen();
                self.seek_row(*origin, *row_count, rows, rules)
            }
            IMAPITable::SeekRowApprox { numerator, denominator } => self.seek_row_approx(*numerator, *denominator, rows, rules),
            IMAPITable::QueryPosition {} => self.query_position(rows, rules),
            IMAPITable::FindRow { restriction, origin, flags } => self.find_row(restriction.as_deref(), *origin, *flags, rows, rules),
            IMAPITable::CreateBookmark {} => self.create_bookmark(rows, rules),
            IMAPITable::FreeBookmark { position } => self.free_bookmark(*position),
            IMAPITable::QuerySortOrder {} => self.query_sort_order(),
            IMAPITable::QueryRows { row_count, flags } => {
                self.query_rows(*row_count, *flags, reading(Reading::NegativeReadCursor), rows, rules)
            }
            IMAPITable::Abort {} => self.abort(reading(Reading::AbortWhenIdle), rules),
            IMAPITable::ExpandRow { instance_key, row_count, .. } => self.expand_row(instance_key.as_ref(), *row_count, rows, rules),
            IMAPITable::CollapseRow { instance_key, .. } => self.collapse_row(instance_key.as_ref(), rows, rules),
            IMAPITable::GetCollapseState { instance_key, .. } => self.get_collapse_state(instance_key.as_ref(), rows, rules),
            IMAPITable::SetCollapseState { collapse_state, .. } => self.set_collapse_state(collapse_state.as_ref(), rows, rules),
            _ => fail(13, Hresult::MAPI_E_NO_SUPPORT),
        }
    }
}

/// The flags that a method knows.
fn flags_of(call: &IMAPITable) -> (u32, u32) {
    match call {
        IMAPITable::SetColumns { flags, .. } | IMAPITable::Restrict { flags, .. } | IMAPITable::SortTable { flags, .. } => {
            (*flags, SET_FLAGS)
        }
        IMAPITable::QueryColumns { flags } => (*flags, TBL_ALL_COLUMNS),
        IMAPITable::FindRow { flags, .. } => (*flags, DIR_BACKWARD),
        IMAPITable::QueryRows { flags, .. } => (*flags, TBL_NOADVANCE),
        IMAPITable::GetRowCount { flags }
        | IMAPITable::ExpandRow { flags, .. }
        | IMAPITable::CollapseRow { flags, .. }
        | IMAPITable::WaitForCompletion { flags, .. }
        | IMAPITable::GetCollapseState { flags, .. }
        | IMAPITable::SetCollapseState { flags, .. } => (*flags, 0),
        _ => (0, 0),
    }
}

/// Whether a method goes on while an operation runs (TABLE-046).
const fn is_free(call: &IMAPITable) -> bool {
    matches!(call, IMAPITable::GetStatus {} | IMAPITable::Abort {} | IMAPITable::FreeBookmark { .. })
}

impl Kernel {
    /// A method of IMAPITable.
    pub(super) fn table(&mut self, this: Handle, call: &IMAPITable, state: &mut State) -> Result<Reply, Wake> {
        let reply = match call {
            IMAPITable::GetLastError { result, flags } => return Ok(self.table_error(this, *result, *flags)),
            IMAPITable::WaitForCompletion { flags, timeout } => match self.reject_flags(*flags, 0) {
                Some(reply) => reply,
                None => self.wait_for_table(this, *timeout, state)?,
            },
            IMAPITable::Advise { event_mask, advise_sink } => self.advise_table(this, *event_mask, *advise_sink),
            IMAPITable::Unadvise { connection } => self.unadvise(this, *connection),
            _ => self.table_method(this, call),
        };
        self.keep_error(this, call.method().name, &reply);
        Ok(reply)
    }

    fn table_method(&mut self, this: Handle, call: &IMAPITable) -> Reply {
        self.look_again(this);
        let (flags, known) = flags_of(call);
        if let Some(reply) = self.reject_flags(flags, known) {
            return reply;
        }
        let rules = Rules::of(&self.machine);
        let Some(mut view) = self.take_view(this) else { return Reply::of(Hresult::MAPI_E_INVALID_OBJECT) };
        let answer = if view.pending.is_some() && !is_free(call) {
            fail(244, Hresult::MAPI_E_BUSY)
        } else {
            let now = self.now;
            let mut begin = |begun: Result<Begun, Refusal>| {
                let begun = begun?;
                if let Some(until) = begun.until {
                    self.busy.insert(this, until);
                }
                self.tell_table(this, begun.told.into_iter().collect());
                Ok((begun.clause, Hresult::S_OK, Out::Nothing))
            };
            match call {
                IMAPITable::SetColumns { prop_tag_array, flags } => begin(view.set_columns(prop_tag_array, *flags, now, &rules)),
                IMAPITable::Restrict { restriction, flags } => begin(view.restrict(restriction.as_deref(), *flags, now, &rules)),
                IMAPITable::SortTable { sort_criteria, flags } => begin(view.sort_table(sort_criteria.as_deref(), *flags, now, &rules)),
                _ => {
                    let rows = self.rows_behind(&view);
                    let known = if matches!(call, IMAPITable::QueryColumns { .. }) { self.known_columns(&view, &rows) } else { Vec::new() };
                    view.method(call, &rows, &known, (&rules, self))
                }
            }
        };
        let idle = view.pending.is_none();
        self.put_view(this, view);
        if idle && self.busy.remove(&this).is_some() {
            self.wake_tables();
        }
        match answer {
            Ok((clause, hr, out)) => {
                self.decided(clause, hr);
                Reply { hr, out }
            }
            Err((clause, hr)) => self.decided(clause, hr),
        }
    }

    /// Takes a view out of its object, to be changed beside the rest of the kernel; `put_view` puts it back.
    fn take_view(&mut self, this: Handle) -> Option<Box<View>> {
        let body = &mut self.objects.get_mut(&this)?.body;
        match std::mem::replace(body, Body::Plain) {
            Body::Table(view) => Some(view),
            other => {
                *body = other;
                None
            }
        }
    }

    fn put_view(&mut self, this: Handle, view: Box<View>) {
        if let Some(object) = self.objects.get_mut(&this) {
            object.body = Body::Table(view);
        }
    }

    fn view(&self, this: Handle) -> Option<&View> {
        match &self.objects.get(&this)?.body {
            Body::Table(view) => Some(view),
            _ => None,
        }
    }

    /// The rows behind a view.
    fn rows_behind(&self, view: &View) -> Arc<Rows> {
        match (&view.own, view.source) {
            (Some(own), _) => own.clone(),
            (None, Source::Data(data)) => self.data.get(&data).map(|data| data.rows.clone()).unwrap_or_default(),
            (None, _) => Arc::default(),
        }
    }

    /// Every column that a table can have, beside its default ones.
    fn known_columns(&self, view: &View, rows: &Rows) -> Vec<PropTag> {
        if let Source::Data(data) = view.source {
            return self.data.get(&data).map(|data| data.columns.to_vec()).unwrap_or_default();
        }
        let unicode = view.columns().iter().any(|tag| tag.prop_type() == PropType::UNICODE);
        let rows = rows.order().iter().filter_map(|number| rows.get(*number));
        rows.flat_map(|row| row.iter()).map(|prop| prop.tag.in_width(unicode)).collect()
    }

    /// Computes the rows of a session's table, and lets the view follow what changed since they were computed last.
    fn look_again(&mut self, this: Handle) {
        let Some((source, session)) =
            self.view(this).map(|view| view.source).zip(self.objects.get(&this).and_then(|object| object.session))
        else {
            return;
        };
        if let Source::Data(_) = source {
            return;
        }
        let of = self.computed_of(session);
        let same = |(core, profile): &(Arc<Core>, Arc<Profile>)| {
            of.as_ref().is_some_and(|of| Arc::ptr_eq(&of.0, core) && Arc::ptr_eq(&of.1, profile))
        };
        if self.view(this).is_some_and(|view| view.own.is_some() && view.made.of.as_ref().is_some_and(same)) {
            return;
        }
        let rows = match source {
            Source::Status => numbered(self.status_rows(session)),
            Source::MsgStores => numbered(self.store_rows(session)),
            Source::Data(_) => return,
        };
        let rules = Rules::of(&self.machine);
        let Some(mut view) = self.take_view(this) else { return };
        view.made.of = of;
        let told = match view.own.clone() {
            Some(own) if *own == rows => Vec::new(),
            Some(own) => {
                if self.is_told(this, &rules) {
                    view.built(&own, &rules);
                }
                let changes = difference(&own, &rows);
                view.own = Some(Arc::new(rows));
                let rows = self.rows_behind(&view);
                view.follow(&rows, &changes, &rules)
            }
            None => {
                view.own = Some(Arc::new(rows));
                Vec::new()
            }
        };
        self.put_view(this, view);
        self.tell_table(this, told);
    }

    /// What the rows of a session's tables follow from, beside the machine and what the client itself is: neither changes.
    fn computed_of(&self, session: Handle) -> Option<(Arc<Core>, Arc<Profile>)> {
        let core = self.cores.get(&self.member(session)?.core)?;
        Some((core.clone(), self.profiles.get(core.profile)?.clone()))
    }

    /// Whether somebody is told what changes in a table: a sink, or whoever asks GetStatus.
    fn is_told(&self, this: Handle, rules: &Rules) -> bool {
        rules.settings.qchanged || self.is_watched(this)
    }

    /// Lets every table of a session follow that somebody watches.
    pub(super) fn look_at_watched_tables(&mut self) {
        let watched = self.registrations.iter().map(|reg| reg.source).filter(|source| source.kind() == crate::call::ObjectKind::Table);
        // Each once, in the order in which they were registered.
        let mut seen = BTreeSet::new();
        let watched: Vec<Handle> = watched.filter(|table| seen.insert(*table)).collect();
        for table in watched {
            let session = self.objects.get(&table).and_then(|object| object.session);
            if session.is_some_and(|session| !self.is_logged_off(session)) {
                self.look_again(table);
            }
        }
    }

    /// IMAPITable::Advise.
    fn advise_table(&mut self, this: Handle, mask: NotifyEvents, sink: u32) -> Reply {
        if sink == 0 || !mask.contains(NotifyEvents::fnevTableModified) {
            return self.decided(ClauseId::table(27), Hresult::MAPI_E_INVALID_PARAMETER);
        }
        let fixed = self.view(this).is_some_and(|view| view.table_type == SNAPSHOT);
        if fixed || !self.machine.tables.notify {
            return self.decided(ClauseId::table(29), Hresult::MAPI_E_NO_SUPPORT);
        }
        // What is there now is what the sink's changes begin from.
        self.look_again(this);
        let rules = Rules::of(&self.machine);
        if let Some(mut view) = self.take_view(this) {
            let rows = self.rows_behind(&view);
            view.built(&rows, &rules);
            self.put_view(this, view);
        }
        let connection = self.register(this, sink);
        self.decided(ClauseId::table(26), Hresult::S_OK);
        Reply::ok(Out::Number(connection.into()))
    }

    /// Queues what the sinks of a table are told. Without rich notifications that is TABLE_CHANGED for any change of rows (NOTIFY-106).
    fn tell_table(&mut self, this: Handle, mut told: Vec<TableNotification>) {
        if told.is_empty() || !self.is_watched(this) {
            return;
        }
        let is_row = |event: TableEvent| matches!(event, TableEvent::RowAdded | TableEvent::RowDeleted | TableEvent::RowModified);
        if !self.machine.tables.rich && told.iter().any(|one| is_row(one.event)) {
            told = vec![TableNotification::of(TableEvent::Changed)];
        }
        self.queue_for_table(this, told);
    }

    /// Operations whose time is over.
    pub(super) fn finish_tables(&mut self) {
        let due: Vec<Handle> = self.busy.iter().filter(|(_, until)| **until <= self.now).map(|(table, _)| *table).collect();
        let rules = Rules::of(&self.machine);
        for table in due {
            self.busy.remove(&table);
            let Some(mut view) = self.take_view(table) else { continue };
            let told = view.complete(&rules);
            if self.is_watched(table) {
                let rows = self.rows_behind(&view);
                view.built(&rows, &rules);
            }
            self.put_view(table, view);
            self.tell_table(table, told.into_iter().collect());
        }
    }

    /// When the next operation of a table is done.
    pub(super) fn table_times(&self) -> impl Iterator<Item = SimTime> {
        self.busy.values().copied()
    }

    /// WaitForCompletion. A wait that ends early stops nothing (TABLE-263).
    fn wait_for_table(&mut self, this: Handle, timeout: u32, state: &mut State) -> Result<Reply, Wake> {
        if !self.machine.tables.wait {
            return Ok(self.decided(ClauseId::table(261), Hresult::MAPI_E_NO_SUPPORT));
        }
        let Some(view) = self.view(this) else { return Ok(Reply::of(Hresult::MAPI_E_INVALID_OBJECT)) };
        if view.pending.is_none() {
            let answer = view.get_status();
            self.decided(ClauseId::table(if state.came.is_some() { 258 } else { 262 }), Hresult::S_OK);
            return Ok(Reply::ok(answer.map_or(Out::Nothing, |(_, _, out)| out)));
        }
        match state.came {
            Some(false) => Ok(self.decided(ClauseId::table(258), Hresult::MAPI_E_TIMEOUT)),
            _ if timeout == 0 => Ok(self.decided(ClauseId::table(258), Hresult::MAPI_E_TIMEOUT)),
            _ => {
                let deadline = (timeout != INFINITE).then(|| self.now.after(SimDuration::from_millis(timeout.into())));
                Err(Wake::Table(this, deadline))
            }
        }
    }

    /// Whether a table does nothing that takes time.
    pub(super) fn is_table_idle(&self, this: Handle) -> bool {
        self.view(this).is_none_or(|view| view.pending.is_none())
    }

    /// IMAPITable::GetLastError (TABLE-020 to TABLE-024).
    fn table_error(&mut self, this: Handle, result: Hresult, flags: crate::mapi::WidthFlags) -> Reply {
        let kept = self.objects.get(&this).and_then(|object| object.last_error.clone());
        self.last_error_of(kept, result, flags, ClauseId::table(20))
    }

    /// A table is released: its registrations and what it stands on go with it.
    pub(super) fn table_released(&mut self, this: Handle, body: &Body) {
        if self.busy.remove(&this).is_some() {
            self.wake_tables();
        }
        match body {
            Body::Table(view) => {
                if !view.bookmarks.is_empty() {
                    self.emit(Event::BookmarksLeft { table: this, count: view.bookmarks.len() });
                }
                self.end_registrations(|source| source == this);
                if let Source::Data(data) = view.source {
                    self.release_data(data);
                }
            }
            _ => self.release_data(this),
        }
    }

    /// The objects of a process that is gone.
    pub(super) fn forget_objects(&mut self, process: super::ProcessId) {
        let gone: Vec<Handle> = self.objects.iter().filter(|(_, object)| object.process == process).map(|(handle, _)| *handle).collect();
        for handle in gone {
            if let Some(object) = self.objects.remove(&handle) {
                self.table_released(handle, &object.body);
            }
        }
    }

    /// The message stores of the session's profile, in profile order (SESSION-027, SESSION-032).
    pub(super) fn store_rows(&self, session: Handle) -> Vec<Row> {
        let Some(core) = self.session_of(session) else { return Vec::new() };
        let Some(profile) = self.profiles.get(core.profile) else { return Vec::new() };
        let only_open = self.machine.readings.index(Reading::StoreTableRows) != 0;
        let default = self.default_store(core, profile);
        let stores = profile.places().filter(|(place, _)| self.installed(core, *place).is_some_and(|p| p.kind == ProviderKind::Store));
        let row = |(number, (place, instance)): (u32, (super::Place, &super::ProfileProvider))| {
            let provider = self.machine.providers.get(&instance.provider)?;
            (!only_open || core.active(place).is_some()).then(|| Row {
                props: vec![
                    Prop::new(PropTag::PR_DEFAULT_STORE, default == Some(place)),
                    Prop::new(PropTag::PR_DISPLAY_NAME, instance.display_name.as_str()),
                    Prop::new(PropTag::PR_ENTRYID, eid::store(&instance.uid)),
                    Prop::new(PropTag::PR_INSTANCE_KEY, self.instance_key(number)),
                    Prop::new(PropTag::PR_MDB_PROVIDER, self.machine.new_uid(&["mdb", &provider.section]).to_vec()),
                    Prop::new(PropTag::PR_OBJECT_TYPE, MAPI_STORE),
                    Prop::new(PropTag::PR_PROVIDER_DISPLAY, provider.provider_display.as_str()),
                    Prop::new(PropTag::PR_RECORD_KEY, self.record_key(profile, place)),
                    Prop::new(PropTag::PR_RESOURCE_FLAGS, self.resource_flags(core, profile, place)),
                    Prop::new(PropTag::PR_RESOURCE_TYPE, ProviderKind::Store.resource_type()),
                    Prop::new(PropTag::PR_ROWID, number),
                ],
            })
        };
        (1u32..).zip(stores).filter_map(row).collect()
    }
}

/// Rows with their numbers: PR_ROWID.
fn numbered(rows: Vec<Row>) -> Rows {
    let number = |row: &Row| match row.get(PropTag::PR_ROWID) {
        Some(Value::Long(number)) => number.cast_unsigned(),
        _ => 0,
    };
    Rows::computed(rows.into_iter().map(|row| (number(&row), row)))
}
