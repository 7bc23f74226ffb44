//! The three operations that make a view, at once or in their own time: SetColumns, Restrict, SortTable; and what a client asks of those that run.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Source;
use super::lines::Shape;
use super::restrict::{Refusal, check};
use super::settings::Rules;
use super::view::{Answer, View, fail, ok};
use crate::call::Out;
use crate::clause::ClauseId;
use crate::mapi::{Hresult, PropTag, PropType, Restriction, SortOrder, SortOrderSet, TableEvent, TableNotification};
use crate::time::SimTime;

/// TBL_ASYNC; with TBL_BATCH the flags of the three operations.
const TBL_ASYNC: u32 = 0x1;
pub(super) const SET_FLAGS: u32 = TBL_ASYNC | 0x2;
/// TBLSTAT_QCHANGED of GetStatus.
const QCHANGED: u32 = 7;
/// The most sort keys and categories: more is no order that a client means.
const MOST_KEYS: usize = 64;
const MOST_CATEGORIES: u32 = 16;
/// The most columns of which each value is shown apart.
const MOST_INSTANCES: usize = 16;

/// An operation that takes its time.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pending {
    pub work: Work,
    /// When it is done.
    pub until: SimTime,
}

/// What an operation does to a view.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Work {
    SetColumns(Arc<Vec<PropTag>>),
    Restrict(Option<Arc<Restriction>>),
    Sort(Arc<SortOrderSet>),
}

impl Work {
    /// TBLSTAT_SETTING_COLS, TBLSTAT_RESTRICTING, TBLSTAT_SORTING (TABLE-040).
    const fn running(&self) -> u32 {
        match self {
            Work::SetColumns(_) => 11,
            Work::Restrict(_) => 14,
            Work::Sort(_) => 9,
        }
    }

    /// TBLSTAT_SETCOL_ERROR, TBLSTAT_RESTRICT_ERROR, TBLSTAT_SORT_ERROR (TABLE-041).
    const fn failed(&self) -> u32 {
        match self {
            Work::SetColumns(_) => 13,
            Work::Restrict(_) => 15,
            Work::Sort(_) => 10,
        }
    }

    /// What tells that it is done.
    const fn done(&self) -> TableEvent {
        match self {
            Work::SetColumns(_) => TableEvent::SetColDone,
            Work::Restrict(_) => TableEvent::RestrictDone,
            Work::Sort(_) => TableEvent::SortDone,
        }
    }

    const fn clause(&self) -> u16 {
        match self {
            Work::SetColumns(_) => 47,
            Work::Restrict(_) => 128,
            Work::Sort(_) => 160,
        }
    }
}

impl View {
    /// SetColumns.
    pub(super) fn set_columns(&mut self, tags: &[PropTag], flags: u32, now: SimTime, rules: &Rules) -> Result<Begun, Refusal> {
        if tags.is_empty() {
            return fail(49, Hresult::MAPI_E_INVALID_PARAMETER);
        }
        check_columns(tags, rules)?;
        self.begin(Work::SetColumns(Arc::new(tags.to_vec())), flags, now, rules)
    }

    /// Restrict.
    pub(super) fn restrict(
        &mut self,
        restriction: Option<&Restriction>,
        flags: u32,
        now: SimTime,
        rules: &Rules,
    ) -> Result<Begun, Refusal> {
        if let Some(restriction) = restriction {
            check(restriction, &self.columns, rules)?;
        }
        self.begin(Work::Restrict(restriction.cloned().map(Arc::new)), flags, now, rules)
    }

    /// SortTable. Without keys the table has its default order again (TABLE-166).
    pub(super) fn sort_table(&mut self, sort: Option<&SortOrderSet>, flags: u32, now: SimTime, rules: &Rules) -> Result<Begun, Refusal> {
        let none = SortOrderSet::none();
        let sort = match sort {
            Some(sort) => sort,
            None if rules.lenient => &none,
            None => return fail(167, Hresult::MAPI_E_INVALID_PARAMETER),
        };
        check_order(sort, matches!(self.source, Source::Data(_)) && rules.settings.categories, rules)?;
        let sort = if sort.keys.is_empty() { self.default_sort.clone() } else { Arc::new(sort.clone()) };
        self.begin(Work::Sort(sort), flags, now, rules)
    }

    /// Does the work, or puts it off until its time is over.
    fn begin(&mut self, work: Work, flags: u32, now: SimTime, rules: &Rules) -> Result<Begun, Refusal> {
        let clause = ClauseId::table(work.clause());
        self.status = 0;
        if flags & TBL_ASYNC != 0 && rules.settings.async_time > crate::time::SimDuration::ZERO {
            let until = now.after(rules.settings.async_time);
            self.pending = Some(Pending { work, until });
            return Ok(Begun { clause, until: Some(until), told: None });
        }
        let told = rules.done_events_sync.then(|| TableNotification::of(work.done()));
        self.apply(work);
        Ok(Begun { clause, until: None, told })
    }

    fn apply(&mut self, work: Work) {
        match work {
            Work::SetColumns(columns) => {
                let same = self.shape().expands_as(&Shape::of(&columns, &self.sort));
                self.columns = columns;
                if !same {
                    self.made.sorted = None;
                    self.reset();
                }
            }
            Work::Restrict(restriction) => {
                self.restriction = restriction;
                self.reset();
            }
            Work::Sort(sort) => {
                self.sort = sort;
                self.heads.forget();
                self.made.sorted = None;
                self.reset();
            }
        }
    }

    /// The time of an operation is over: what sinks are told of it.
    pub(super) fn complete(&mut self, rules: &Rules) -> Option<TableNotification> {
        let work = self.pending.take()?.work;
        if let Some(result) = rules.settings.async_failure {
            self.status = work.failed();
            return Some(TableNotification { result, ..TableNotification::of(TableEvent::Error) });
        }
        let done = work.done();
        self.apply(work);
        rules.settings.done_events.then(|| TableNotification::of(done))
    }

    /// GetStatus.
    pub(super) fn get_status(&self) -> Answer {
        let status = self.pending.as_ref().map_or(self.status, |pending| pending.work.running());
        ok(if self.pending.is_some() { 40 } else { 39 }, Out::TableStatus { status, table_type: self.table_type })
    }

    /// Abort. `refuse` is the reading for a table that is idle (TABLE-257).
    pub(super) fn abort(&mut self, refuse: bool, rules: &Rules) -> Answer {
        match self.pending {
            None if refuse => fail(257, Hresult::MAPI_E_UNABLE_TO_ABORT),
            None => ok(257, Out::Nothing),
            Some(_) if !rules.settings.abort => fail(254, Hresult::MAPI_E_UNABLE_TO_ABORT),
            Some(_) => {
                self.pending = None;
                ok(253, Out::Nothing)
            }
        }
    }

    /// QuerySortOrder.
    pub(super) fn query_sort_order(&self) -> Answer {
        ok(178, Out::SortOrder((*self.sort).clone()))
    }

    /// Rows changed that the client has not read yet (TABLE-042).
    pub(super) fn changes_unseen(&mut self, rules: &Rules) {
        if rules.settings.qchanged {
            self.status = QCHANGED;
        }
    }

    /// The client reads on (TABLE-043).
    pub(super) fn changes_seen(&mut self) {
        if self.status == QCHANGED {
            self.status = 0;
        }
    }
}

/// How an operation began.
pub(super) struct Begun {
    /// What decided.
    pub clause: ClauseId,
    /// When it is done, if it takes its time.
    pub until: Option<SimTime>,
    /// What sinks are told of it at once.
    pub told: Option<TableNotification>,
}

/// Whether a table can show columns: of some or all it does not show values apart (TABLE-145).
pub(super) fn check_columns(tags: &[PropTag], rules: &Rules) -> Result<(), Refusal> {
    let instances: BTreeSet<u16> = tags.iter().filter(|tag| tag.prop_type().is_instance()).map(|tag| tag.id()).collect();
    let most = if rules.settings.instances { MOST_INSTANCES } else { 0 };
    if instances.len() > most { fail(145, Hresult::MAPI_E_TOO_COMPLEX) } else { Ok(()) }
}

/// Whether a table can have an order.
pub(super) fn check_order(sort: &SortOrderSet, categories: bool, rules: &Rules) -> Result<(), Refusal> {
    let keys = u32::try_from(sort.keys.len()).unwrap_or(u32::MAX);
    if sort.categories > keys || sort.expanded > sort.categories {
        return fail(186, Hresult::MAPI_E_INVALID_PARAMETER);
    }
    match rules.settings.max_sort_keys {
        Some(0) if keys > 0 => return fail(168, Hresult::MAPI_E_NO_SUPPORT),
        Some(most) if keys > most => return fail(168, Hresult::MAPI_E_TOO_COMPLEX),
        _ => {}
    }
    if sort.keys.len() > MOST_KEYS || sort.categories > MOST_CATEGORIES {
        return fail(169, Hresult::MAPI_E_TOO_COMPLEX);
    }
    if sort.categories > 0 && !categories {
        return fail(200, Hresult::MAPI_E_NO_SUPPORT);
    }
    for (at, key) in (0u32..).zip(&sort.keys) {
        check_key(at, *key, sort.categories, rules)?;
    }
    Ok(())
}

fn check_key(at: u32, key: SortOrder, categories: u32, rules: &Rules) -> Result<(), Refusal> {
    match key.order {
        SortOrder::ASCEND | SortOrder::DESCEND => {}
        SortOrder::COMBINE | SortOrder::CATEG_MAX | SortOrder::CATEG_MIN if at == 0 => return fail(197, Hresult::MAPI_E_INVALID_PARAMETER),
        SortOrder::COMBINE if at < categories => {}
        SortOrder::CATEG_MAX | SortOrder::CATEG_MIN if at <= categories => {}
        _ => return fail(169, Hresult::MAPI_E_TOO_COMPLEX),
    }
    if at < categories && key.tag.id() == PropTag::PR_CONTENT_UNREAD.id() {
        return fail(196, Hresult::MAPI_E_INVALID_PARAMETER);
    }
    let prop_type = key.tag.prop_type();
    if prop_type.is_instance() && !rules.settings.instances {
        return fail(145, Hresult::MAPI_E_TOO_COMPLEX);
    }
    match prop_type.single() {
        PropType::UNSPECIFIED | PropType::NULL | PropType::ERROR | PropType::OBJECT => fail(169, Hresult::MAPI_E_TOO_COMPLEX),
        _ => Ok(()),
    }
}
