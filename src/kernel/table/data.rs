//! ITableData: rows that a client keeps itself, and shows by tables.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::object::{Body, Object};
use super::super::{Kernel, ProcessId};
use super::pending::{check_columns, check_order};
use super::settings::Rules;
use super::source::{Change, Data, Props};
use super::view::View;
use super::{KEYSET, SNAPSHOT, Source, TBLTYPE_DYNAMIC};
use crate::call::{Caller, Handle, ITableData, ObjectKind, Out, Reply};
use crate::clause::{ClauseId, Reading};
use crate::mapi::{Guid, Hresult, Prop, PropTag, PropType, Row, SortOrderSet, TableEvent, TableNotification};

/// TAD_ALL_ROWS of HrDeleteRows.
const TAD_ALL_ROWS: u32 = 0x1;
/// HrModifyRows tells of so many rows one by one (TABLE-359).
const TOLD_APART: usize = 8;

/// How much of a change sinks are told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    /// Each row.
    Rows,
    /// TABLE_CHANGED, if anything changed.
    Once,
}

impl Kernel {
    /// How many rows clients keep in this world: what a copy of it costs once they change.
    pub(crate) fn rows_kept(&self) -> usize {
        self.data.values().map(|data| data.rows.len()).sum()
    }

    /// CreateTable.
    pub(in crate::kernel) fn create_table(
        &mut self,
        caller: Caller,
        interface: Option<&Guid>,
        (table_type, index_column): (u32, PropTag),
        columns: &[PropTag],
    ) -> Reply {
        if !self.has_utilities(caller) {
            return self.decided(ClauseId::logon(37), Hresult::MAPI_E_NOT_INITIALIZED);
        }
        if !super::super::entry::supports(interface.copied(), &["IID_IMAPITableData"]) {
            return self.decided(ClauseId::table(352), Hresult::MAPI_E_INTERFACE_NOT_SUPPORTED);
        }
        let index_type = index_column.prop_type();
        let no_index = matches!(index_type, PropType::UNSPECIFIED | PropType::NULL | PropType::ERROR | PropType::OBJECT);
        if table_type > TBLTYPE_DYNAMIC || index_type.is_multi() || no_index {
            return self.decided(ClauseId::table(373), Hresult::MAPI_E_INVALID_PARAMETER);
        }
        if let Err((clause, hr)) = check_columns(columns, &Rules::of(&self.machine)) {
            return self.decided(clause, hr);
        }
        let handle = self.new_handle(ObjectKind::TableData);
        let data = Data::new(table_type, index_column, columns);
        self.data.insert(handle, data);
        self.objects.insert(handle, Object::of_process(caller.process, Body::Plain));
        self.decided(ClauseId::table(352), Hresult::S_OK);
        Reply::ok(Out::Object(handle))
    }

    /// A method of ITableData.
    pub(in crate::kernel) fn table_data(&mut self, caller: Caller, this: Handle, call: &ITableData) -> Reply {
        match call {
            ITableData::HrGetView { sort_order_set } => self.get_view(caller.process, this, sort_order_set.as_deref()),
            ITableData::HrModifyRow { row } => self.modify_rows(this, std::slice::from_ref(row), 356),
            ITableData::HrModifyRows { flags, rows } => match self.reject_flags(*flags, 0) {
                Some(reply) => reply,
                None => self.modify_rows(this, rows, 358),
            },
            ITableData::HrInsertRow { row_number, row } => self.insert_row(this, *row_number as usize, row),
            ITableData::HrDeleteRow { prop_value } => self.delete_row(this, prop_value),
            ITableData::HrDeleteRows { flags, rows } => self.delete_rows(this, *flags, rows.as_deref()),
            ITableData::HrQueryRow { prop_value } => self.query_row(this, prop_value),
            ITableData::HrEnumRow { row_number } => {
                let data = &self.data[&this];
                let row = data.rows.order().get(*row_number as usize).and_then(|number| data.rows.get(*number)).map(|row| row_of(row));
                self.decided(ClauseId::table(369), Hresult::S_OK);
                Reply::ok(Out::DataRow { row, number: *row_number })
            }
            ITableData::HrNotify { flags, prop_values } => self.notify_row(this, *flags, prop_values),
        }
    }

    /// HrGetView.
    fn get_view(&mut self, process: ProcessId, this: Handle, sort: Option<&SortOrderSet>) -> Reply {
        let rules = Rules::of(&self.machine);
        let none = SortOrderSet::none();
        let sort = sort.unwrap_or(&none);
        if let Err((clause, hr)) = check_order(sort, rules.settings.categories, &rules) {
            return self.decided(clause, hr);
        }
        let Some(data) = self.data.get_mut(&this) else { return Reply::of(Hresult::MAPI_E_INVALID_OBJECT) };
        data.users += 1;
        let mut view = View::new(Source::Data(this), data.table_type, data.columns.to_vec(), sort.clone());
        if matches!(data.table_type, SNAPSHOT | KEYSET) {
            view.own = Some(data.rows.clone());
        }
        let table = self.new_handle(ObjectKind::Table);
        self.objects.insert(table, Object::of_process(process, Body::Table(Box::new(view))));
        self.decided(ClauseId::table(354), Hresult::S_OK);
        Reply::ok(Out::Object(table))
    }

    /// HrModifyRow and HrModifyRows: every row is looked at before any is changed.
    fn modify_rows(&mut self, this: Handle, rows: &[Row], clause: u16) -> Reply {
        let data = &self.data[&this];
        let keyed: Option<Vec<(Vec<u8>, Props)>> = rows.iter().map(|row| keyed(data, row)).collect();
        let Some(keyed) = keyed else { return self.decided(ClauseId::table(357), Hresult::MAPI_E_INVALID_PARAMETER) };
        let single = self.machine.readings.index(Reading::TableDataNotify) != 0;
        let told = if rows.len() > TOLD_APART || (single && rows.len() > 1) { Told::Once } else { Told::Rows };
        self.change(this, told, |data| {
            let mut changes: Vec<Change> = Vec::with_capacity(keyed.len());
            for (key, props) in keyed {
                let known = data.index.get(&key).copied();
                let change = match known {
                    Some(number) => {
                        let before = data.rows.get(number).cloned();
                        data.replace(number, props);
                        Change { number, before }
                    }
                    None => Change { number: data.insert(usize::MAX, key, props), before: None },
                };
                changes.push(change);
            }
            merged(changes)
        });
        self.decided(ClauseId::table(clause), Hresult::S_OK)
    }

    /// HrInsertRow: before the row of this number (TABLE-366).
    fn insert_row(&mut self, this: Handle, at: usize, row: &Row) -> Reply {
        let after = self.machine.readings.index(Reading::TableDataInsert) != 0;
        let data = &self.data[&this];
        let Some((key, props)) = keyed(data, row) else {
            return self.decided(ClauseId::table(357), Hresult::MAPI_E_INVALID_PARAMETER);
        };
        if at > data.rows.len() || data.index.contains_key(&key) {
            return self.decided(ClauseId::table(367), Hresult::MAPI_E_INVALID_PARAMETER);
        }
        let at = if after { at + 1 } else { at };
        self.change(this, Told::Rows, |data| vec![Change { number: data.insert(at, key, props), before: None }]);
        self.decided(ClauseId::table(366), Hresult::S_OK)
    }

    /// The index value that a property names, and whether there is such a row.
    fn row_named(&mut self, this: Handle, prop: &Prop, clause: u16) -> Result<(Vec<u8>, u32), Reply> {
        let data = &self.data[&this];
        if !data.is_index(prop) {
            return Err(self.decided(ClauseId::table(370), Hresult::MAPI_E_INVALID_PARAMETER));
        }
        let key = data.key_of(std::slice::from_ref(prop)).unwrap_or_default();
        match data.index.get(&key) {
            Some(number) => Ok((key, *number)),
            None => Err(self.decided(ClauseId::table(clause), Hresult::MAPI_E_NOT_FOUND)),
        }
    }

    fn delete_row(&mut self, this: Handle, prop: &Prop) -> Reply {
        let (key, _) = match self.row_named(this, prop, 362) {
            Ok(found) => found,
            Err(reply) => return reply,
        };
        self.change(this, Told::Rows, |data| data.remove(&[key]));
        self.decided(ClauseId::table(362), Hresult::S_OK)
    }

    fn delete_rows(&mut self, this: Handle, flags: u32, rows: Option<&[Row]>) -> Reply {
        if let Some(reply) = self.reject_flags(flags, TAD_ALL_ROWS) {
            return reply;
        }
        let data = &self.data[&this];
        if flags & TAD_ALL_ROWS != 0 {
            let count = i64::try_from(data.rows.len()).unwrap_or(i64::MAX);
            if count > 0 {
                self.clear_rows(this);
            }
            self.decided(ClauseId::table(363), Hresult::S_OK);
            return Reply::ok(Out::Number(count));
        }
        let keys: Option<Vec<Vec<u8>>> = rows.and_then(|rows| rows.iter().map(|row| data.key_of(&row.props)).collect());
        let Some(keys) = keys else { return self.decided(ClauseId::table(357), Hresult::MAPI_E_INVALID_PARAMETER) };
        let mut count = 0;
        self.change(this, Told::Rows, |data| {
            let changes = data.remove(&keys);
            count = changes.len();
            changes
        });
        self.decided(ClauseId::table(364), Hresult::S_OK);
        Reply::ok(Out::Number(i64::try_from(count).unwrap_or(i64::MAX)))
    }

    /// TAD_ALL_ROWS: one TABLE_RELOAD for every view that shows the rows as they are.
    fn clear_rows(&mut self, this: Handle) {
        let rules = Rules::of(&self.machine);
        if let Some(data) = self.data.get_mut(&this) {
            data.clear();
        }
        for handle in self.views_of(this) {
            let Some(mut view) = self.take_view(handle) else { continue };
            let told = if view.own.is_none() { view.reload(&rules) } else { Vec::new() };
            self.put_view(handle, view);
            self.tell_table(handle, told);
        }
    }

    fn query_row(&mut self, this: Handle, prop: &Prop) -> Reply {
        let (_, number) = match self.row_named(this, prop, 371) {
            Ok(found) => found,
            Err(reply) => return reply,
        };
        let rows = &self.data[&this].rows;
        let row = rows.get(number).map(|row| row_of(row));
        let place = rows.order().iter().position(|known| *known == number);
        self.decided(ClauseId::table(370), Hresult::S_OK);
        Reply::ok(Out::DataRow { row, number: place.and_then(|at| u32::try_from(at).ok()).unwrap_or(u32::MAX) })
    }

    /// HrNotify: TABLE_ROW_MODIFIED, whether or not the row changed.
    fn notify_row(&mut self, this: Handle, flags: u32, prop_values: &Row) -> Reply {
        if let Some(reply) = self.reject_flags(flags, 0) {
            return reply;
        }
        let data = &self.data[&this];
        let Some(prop) = prop_values.props.iter().find(|prop| data.is_index(prop)).cloned() else {
            return self.decided(ClauseId::table(370), Hresult::MAPI_E_INVALID_PARAMETER);
        };
        let number = match self.row_named(this, &prop, 372) {
            Ok((_, number)) => number,
            Err(reply) => return reply,
        };
        self.change(this, Told::Rows, |data| vec![Change { number, before: data.rows.get(number).cloned() }]);
        self.decided(ClauseId::table(372), Hresult::S_OK)
    }

    /// Views on these rows.
    fn views_of(&self, data: Handle) -> Vec<Handle> {
        let is_view = |body: &Body| matches!(body, Body::Table(view) if view.source == Source::Data(data));
        self.objects.iter().filter(|(_, object)| is_view(&object.body)).map(|(handle, _)| *handle).collect()
    }

    /// Changes rows, and lets the views follow.
    fn change(&mut self, this: Handle, told: Told, what: impl FnOnce(&mut Data) -> Vec<Change>) {
        let rules = Rules::of(&self.machine);
        let views = self.views_of(this);
        for handle in &views {
            // A view that nobody has read yet is made now if somebody is to be told what changes.
            if self.is_told(*handle, &rules)
                && let Some(mut view) = self.take_view(*handle)
            {
                let rows = view.own.clone().unwrap_or_else(|| self.data[&this].rows.clone());
                view.built(&rows, &rules);
                self.put_view(*handle, view);
            }
        }
        let changes = self.data.get_mut(&this).map(what).unwrap_or_default();
        for handle in views {
            let Some(mut view) = self.take_view(handle) else { continue };
            let rows = self.data[&this].rows.clone();
            let mut events = match view.table_type {
                SNAPSHOT => Vec::new(),
                KEYSET => view.values_follow(&rows, &changes, &rules),
                _ => view.follow(&rows, &changes, &rules),
            };
            if told == Told::Once && !events.is_empty() {
                events = vec![TableNotification::of(TableEvent::Changed)];
            }
            self.put_view(handle, view);
            self.tell_table(handle, events);
        }
    }

    /// One object less stands on rows of CreateTable.
    pub(in crate::kernel) fn release_data(&mut self, data: Handle) {
        let Some(found) = self.data.get_mut(&data) else { return };
        found.users = found.users.saturating_sub(1);
        if found.users == 0 {
            self.data.remove(&data);
        }
    }
}

impl View {
    /// The rows of a keyset stay; their values follow (TABLE-010).
    fn values_follow(&mut self, rows: &super::source::Rows, changes: &[Change], rules: &Rules) -> Vec<TableNotification> {
        let Some(mut own) = self.own.take() else { return Vec::new() };
        let mut followed = Vec::new();
        for change in changes {
            if let (Some(before), Some(after)) = (own.get(change.number).cloned(), rows.get(change.number)) {
                Arc::make_mut(&mut own).replace(change.number, after.clone());
                followed.push(Change { number: change.number, before: Some(before) });
            }
        }
        let told = if followed.is_empty() { Vec::new() } else { self.follow(&own, &followed, rules) };
        self.own = Some(own);
        told
    }
}

/// The index value and the properties of a row that a client gives; `None` if it cannot be kept (TABLE-357).
fn keyed(data: &Data, row: &Row) -> Option<(Vec<u8>, Props)> {
    let props = props_of(row)?;
    Some((data.key_of(&props)?, props))
}

/// Properties as rows keep them, of each identifier the first; `None` if a value is not of its tag's type.
fn props_of(row: &Row) -> Option<Props> {
    let mut seen = BTreeSet::new();
    let fit = row.props.iter().all(|prop| prop.value.fits(prop.tag.prop_type()));
    fit.then(|| row.props.iter().filter(|prop| seen.insert(prop.tag.id())).cloned().collect())
}

fn row_of(props: &[Prop]) -> Row {
    Row { props: props.to_vec() }
}

/// One change a row: what it was before the first of several.
fn merged(changes: Vec<Change>) -> Vec<Change> {
    let mut seen = BTreeSet::new();
    changes.into_iter().filter(|change| seen.insert(change.number)).collect()
}
