//! Reading tables: columns, position, rows. Rows are computed anew for each call, so that a table is always current.

use super::object::Body;
use super::profile::ProviderKind;
use super::{Kernel, eid, status};
use crate::call::{Handle, IMAPITable, Out, Reply};
use crate::clause::ClauseId;
use crate::mapi::{Hresult, Prop, PropTag, PropType, Row, Value};

/// A table as one client sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// What it lists.
    pub source: Source,
    /// Its columns.
    pub columns: Vec<PropTag>,
    /// How many rows stand before the cursor.
    pub position: usize,
}

/// What a table lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The resources of the session.
    Status,
    /// The message stores of the profile.
    MsgStores,
}

/// TBL_ALL_COLUMNS of QueryColumns.
const TBL_ALL_COLUMNS: u32 = 0x1;
/// TBL_NOADVANCE of QueryRows.
const TBL_NOADVANCE: u32 = 0x1;
/// TBL_ASYNC and TBL_BATCH of SetColumns.
const SET_FLAGS: u32 = 0x1 | 0x2;
/// Predefined bookmarks.
const BOOKMARK_BEGINNING: u32 = 0;
const BOOKMARK_CURRENT: u32 = 1;
const BOOKMARK_END: u32 = 2;

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
    /// A table over a source, with its default columns in the width that the client asked for.
    pub(super) fn new(source: Source, unicode: bool) -> Self {
        let columns = match source {
            Source::Status => status::COLUMNS,
            Source::MsgStores => STORE_COLUMNS,
        };
        View { source, columns: columns.iter().map(|tag| tag.in_width(unicode)).collect(), position: 0 }
    }
}

impl Kernel {
    /// Every row of a table, with everything its owners say.
    fn rows(&self, session: Handle, source: Source) -> Vec<Row> {
        match source {
            Source::Status => self.status_rows(session),
            Source::MsgStores => self.store_rows(session),
        }
    }

    /// The message stores of the session's profile, in profile order (SESSION-027, SESSION-032).
    pub(super) fn store_rows(&self, session: Handle) -> Vec<Row> {
        let Some(core) = self.session_of(session) else { return Vec::new() };
        let Some(profile) = self.profiles.get(core.profile) else { return Vec::new() };
        let only_open = self.machine.readings.index(crate::clause::Reading::StoreTableRows) != 0;
        let default = self.default_store(core, profile);
        let stores = profile.places().filter(|(place, _)| self.installed(core, *place).is_some_and(|p| p.kind == ProviderKind::Store));
        let stores = stores.filter(|(place, _)| !only_open || core.active(*place).is_some());
        let row = |(number, (place, instance)): (u32, (super::Place, &super::ProfileProvider))| {
            let provider = self.machine.providers.get(&instance.provider)?;
            Some(Row {
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

    /// A method of IMAPITable.
    pub(super) fn table(&mut self, this: Handle, call: &IMAPITable) -> Reply {
        let Some((session, view)) = self.view(this) else { return Reply::of(Hresult::MAPI_E_INVALID_OBJECT) };
        match call {
            IMAPITable::SetColumns { prop_tag_array, flags } => self.set_columns(this, prop_tag_array, *flags),
            IMAPITable::QueryColumns { flags } => self.query_columns(session, &view, *flags),
            IMAPITable::GetRowCount { flags } => {
                if let Some(reply) = self.reject_flags(*flags, 0) {
                    return reply;
                }
                let count = i64::try_from(self.rows(session, view.source).len()).unwrap_or(i64::MAX);
                self.decided(ClauseId::table(73), Hresult::S_OK);
                Reply::ok(Out::Number(count))
            }
            IMAPITable::SeekRow { origin, row_count } => self.seek_row(this, session, &view, *origin, *row_count),
            IMAPITable::QueryRows { row_count, flags } => self.query_rows(this, session, &view, *row_count, *flags),
            IMAPITable::Restrict { restriction: None, .. } => {
                if let Some(view) = self.view_mut(this) {
                    view.position = 0;
                }
                self.decided(ClauseId::table(129), Hresult::S_OK)
            }
            _ => self.unsupported(),
        }
    }

    fn view(&self, this: Handle) -> Option<(Handle, View)> {
        let object = self.objects.get(&this)?;
        match &object.body {
            Body::Table(view) => Some((object.session?, view.clone())),
            _ => None,
        }
    }

    fn view_mut(&mut self, this: Handle) -> Option<&mut View> {
        match &mut self.objects.get_mut(&this)?.body {
            Body::Table(view) => Some(view),
            _ => None,
        }
    }

    fn set_columns(&mut self, this: Handle, tags: &[PropTag], flags: u32) -> Reply {
        if let Some(reply) = self.reject_flags(flags, SET_FLAGS) {
            return reply;
        }
        if tags.is_empty() {
            return self.decided(ClauseId::table(49), Hresult::MAPI_E_INVALID_PARAMETER);
        }
        if let Some(view) = self.view_mut(this) {
            view.columns = tags.to_vec();
        }
        self.decided(ClauseId::table(47), Hresult::S_OK)
    }

    fn query_columns(&mut self, session: Handle, view: &View, flags: u32) -> Reply {
        if let Some(reply) = self.reject_flags(flags, TBL_ALL_COLUMNS) {
            return reply;
        }
        let mut tags = view.columns.clone();
        if flags & TBL_ALL_COLUMNS != 0 {
            let unicode = tags.iter().any(|tag| tag.prop_type() == PropType::UNICODE);
            tags = View::new(view.source, unicode).columns;
            for prop in self.rows(session, view.source).iter().flat_map(|row| &row.props) {
                if !tags.iter().any(|tag| tag.id() == prop.tag.id()) {
                    tags.push(prop.tag.in_width(unicode));
                }
            }
        }
        self.decided(ClauseId::table(66), Hresult::S_OK);
        Reply::ok(Out::Tags(tags))
    }

    fn seek_row(&mut self, this: Handle, session: Handle, view: &View, origin: u32, by: i32) -> Reply {
        let count = self.rows(session, view.source).len();
        let from = match origin {
            BOOKMARK_BEGINNING => 0,
            BOOKMARK_CURRENT => view.position.min(count),
            BOOKMARK_END => count,
            _ => return self.decided(ClauseId::table(87), Hresult::MAPI_E_INVALID_BOOKMARK),
        };
        let to = moved(from, by, count);
        if let Some(view) = self.view_mut(this) {
            view.position = to;
        }
        self.decided(ClauseId::table(81), Hresult::S_OK);
        Reply::ok(Out::Number(signed(to) - signed(from)))
    }

    fn query_rows(&mut self, this: Handle, session: Handle, view: &View, count: i32, flags: u32) -> Reply {
        if let Some(reply) = self.reject_flags(flags, TBL_NOADVANCE) {
            return reply;
        }
        if count == 0 {
            return self.decided(ClauseId::table(225), Hresult::MAPI_E_INVALID_PARAMETER);
        }
        let rows = self.rows(session, view.source);
        let position = view.position.min(rows.len());
        let end = moved(position, count, rows.len());
        let (first, last) = (position.min(end), position.max(end));
        let shown = rows[first..last].iter().map(|row| project(row, &view.columns)).collect();
        let after = if flags & TBL_NOADVANCE != 0 {
            first
        } else if count > 0 || self.machine.readings.index(crate::clause::Reading::NegativeReadCursor) != 0 {
            end
        } else {
            last
        };
        if let Some(view) = self.view_mut(this) {
            view.position = after;
        }
        self.decided(ClauseId::table(224), Hresult::S_OK);
        Reply::ok(Out::Rows(shown))
    }
}

/// A position moved by some rows, within a table.
fn moved(from: usize, by: i32, count: usize) -> usize {
    let distance = by.unsigned_abs() as usize;
    if by < 0 { from.saturating_sub(distance) } else { from.saturating_add(distance).min(count) }
}

fn signed(position: usize) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}

/// A row in the columns of a view: what is not there is PT_ERROR with MAPI_E_NOT_FOUND (STATUS-034); PT_UNSPECIFIED takes the stored type.
pub(super) fn project(row: &Row, columns: &[PropTag]) -> Row {
    let column = |tag: &PropTag| {
        let found = row.props.iter().find(|prop| prop.tag.id() == tag.id());
        match found {
            Some(prop) if tag.prop_type() == PropType::UNSPECIFIED => prop.clone(),
            Some(prop) if tag.prop_type() == prop.tag.prop_type() || (tag.prop_type().is_text() && prop.tag.prop_type().is_text()) => {
                Prop { tag: *tag, value: prop.value.clone() }
            }
            _ => Prop { tag: tag.with_type(PropType::ERROR), value: Value::Error(Hresult::MAPI_E_NOT_FOUND) },
        }
    };
    Row { props: columns.iter().map(column).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_stay_in_the_table() {
        assert_eq!(moved(0, -1, 5), 0);
        assert_eq!(moved(3, i32::MAX, 5), 5);
        assert_eq!(moved(3, i32::MIN, 5), 0);
        assert_eq!(moved(1, 2, 5), 3);
    }
}
