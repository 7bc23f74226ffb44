//! The methods of IMAPITable.

use mapi_sim::call::{IMAPITable, Out};
use mapi_sim::mapi::{Hresult, NotifyEvents, PropTag, PropType, Restriction, Row, SortOrder, SortOrderSet, Value};

use super::lines::{Body, Line};
use super::notes::Want;
use super::restrict;
use super::view::{Mark, Moved, Pending, Place, View, Work};
use super::world::{Answer, Checked, Gives, World, fail_if};

/// TBL_ASYNC.
const ASYNC: u32 = 1;

/// The codes for flags that nobody knows (TABLE-063, TABLE-070, TABLE-074, TABLE-248).
fn unknown(flags: u32, known: u32) -> Vec<Hresult> {
    if flags & !known == 0 { vec![] } else { vec![Hresult::MAPI_E_UNKNOWN_FLAGS] }
}

/// Codes for everything that is wrong.
fn wrong(checks: &[(bool, Hresult)]) -> Vec<Hresult> {
    checks.iter().filter(|(wrong, _)| *wrong).map(|(_, code)| *code).collect()
}

impl World {
    /// A view.
    pub fn view(&self, at: usize) -> &View {
        self.views[at].as_ref().expect("operations are made for open views")
    }

    /// A view, to change it.
    pub fn view_mut(&mut self, at: usize) -> &mut View {
        self.views[at].as_mut().expect("operations are made for open views")
    }

    /// A method of IMAPITable.
    pub fn on_view(&mut self, at: usize, call: &IMAPITable) -> Answer {
        let works_while_busy = matches!(
            call,
            IMAPITable::GetLastError { .. }
                | IMAPITable::Advise { .. }
                | IMAPITable::Unadvise { .. }
                | IMAPITable::GetStatus {}
                | IMAPITable::Abort {}
                | IMAPITable::WaitForCompletion { .. }
                // Chosen: no page says that this one may have to wait.
                | IMAPITable::FreeBookmark { .. }
        );
        if !works_while_busy && self.view(at).pending.is_some() {
            // Which of two things that are wrong is said first is open.
            let mut idle = self.clone();
            idle.view_mut(at).pending = None;
            let also = idle.on_view(at, call).codes;
            let also = also.into_iter().filter(|code| *code == Hresult::MAPI_E_UNKNOWN_FLAGS);
            return Answer::one_of([Hresult::MAPI_E_BUSY].into_iter().chain(also).collect());
        }
        let answer = match call {
            IMAPITable::SetColumns { prop_tag_array, flags } => self.set_columns(at, prop_tag_array, *flags),
            IMAPITable::Restrict { restriction, flags } => self.restrict(at, restriction.as_deref(), *flags),
            IMAPITable::SortTable { sort_criteria, flags } => self.sort_table(at, sort_criteria.as_deref(), *flags),
            IMAPITable::ExpandRow { instance_key, row_count, flags } => self.expand_row(at, instance_key.as_ref(), *row_count, *flags),
            IMAPITable::CollapseRow { instance_key, flags } => self.collapse_row(at, instance_key.as_ref(), *flags),
            IMAPITable::GetCollapseState { flags, instance_key } => self.get_collapse_state(at, instance_key.as_ref(), *flags),
            IMAPITable::SetCollapseState { flags, collapse_state } => self.set_collapse_state(at, collapse_state.as_ref(), *flags),
            IMAPITable::SeekRow { origin, row_count } => self.seek_row(at, *origin, *row_count),
            IMAPITable::FindRow { restriction, origin, flags } => self.find_row(at, restriction.as_deref(), *origin, *flags),
            IMAPITable::QueryRows { row_count, flags } => self.query_rows(at, *row_count, *flags),
            IMAPITable::WaitForCompletion { flags, timeout } => self.wait(at, *flags, *timeout),
            other => self.simple(at, other),
        };
        answer.unwrap_or_else(Answer::one_of)
    }

    /// Methods of a few lines.
    fn simple(&mut self, at: usize, call: &IMAPITable) -> Checked<Answer> {
        match call {
            IMAPITable::GetLastError { .. } => Ok(Answer::gives(Gives::Anything)),
            IMAPITable::Advise { event_mask, advise_sink } => {
                // TABLE-027.
                let mask = *event_mask == NotifyEvents::fnevTableModified;
                let cannot_change = self.view(at).frozen.is_some();
                // TABLE-029.
                let checks = [(!mask || *advise_sink == 0, Hresult::MAPI_E_INVALID_PARAMETER), (cannot_change, Hresult::MAPI_E_NO_SUPPORT)];
                fail_if(wrong(&checks))?;
                self.connections += 1;
                let connection = self.connections;
                self.view_mut(at).sinks.push(connection);
                Ok(Answer::gives(Gives::Connection(connection)))
            }
            IMAPITable::Unadvise { connection } => {
                let sinks = &mut self.view_mut(at).sinks;
                let known = sinks.iter().position(|sink| sink == connection).ok_or(vec![Hresult::MAPI_E_NOT_FOUND])?;
                sinks.remove(known);
                Ok(Answer::of(Hresult::S_OK))
            }
            IMAPITable::GetStatus {} => {
                let view = self.view(at);
                let status = view.pending.as_ref().map_or(0, |pending| pending.work.status());
                Ok(Answer::ok(Out::TableStatus { status, table_type: self.datas[view.data].table_type }))
            }
            IMAPITable::QueryColumns { flags } => {
                fail_if(unknown(*flags, 1))?;
                let view = self.view(at);
                let all = *flags == 1;
                let tags = if all { self.datas[view.data].known.clone() } else { view.columns.clone() };
                Ok(Answer::gives(Gives::Columns { tags, all }))
            }
            IMAPITable::GetRowCount { flags } => {
                fail_if(unknown(*flags, 0))?;
                Ok(Answer::ok(Out::Number(i64::try_from(self.view(at).lines.len()).expect("few rows"))))
            }
            IMAPITable::SeekRowApprox { numerator, denominator } => {
                fail_if(wrong(&[(*denominator == 0, Hresult::MAPI_E_INVALID_PARAMETER)]))?;
                let view = self.view_mut(at);
                let count = view.lines.len();
                let place = count as u128 * u128::from(*numerator) / u128::from(*denominator);
                view.put_cursor(usize::try_from(place).unwrap_or(usize::MAX).min(count));
                Ok(Answer::of(Hresult::S_OK))
            }
            IMAPITable::QueryPosition {} => {
                let view = self.view(at);
                Ok(Answer::gives(Gives::Position { row: view.position(&view.cursor), count: view.lines.len() }))
            }
            IMAPITable::CreateBookmark {} => {
                let view = self.view_mut(at);
                view.marked += 1;
                let mark = Mark { place: view.cursor.place.clone(), moved: Moved::No };
                view.bookmarks.insert(view.marked, mark);
                Ok(Answer::gives(Gives::Bookmark(view.marked)))
            }
            IMAPITable::FreeBookmark { position } => {
                let known = *position <= 2 || self.view_mut(at).bookmarks.remove(position).is_some();
                fail_if(wrong(&[(!known, Hresult::MAPI_E_INVALID_BOOKMARK)]))?;
                Ok(Answer::of(Hresult::S_OK))
            }
            IMAPITable::QuerySortOrder {} => Ok(Answer::ok(Out::SortOrder(self.view(at).sort.clone()))),
            IMAPITable::Abort {} => {
                let ran = self.view_mut(at).pending.take().is_some();
                // TABLE-257.
                fail_if(wrong(&[(!ran && self.knobs.idle_abort_fails, Hresult::MAPI_E_UNABLE_TO_ABORT)]))?;
                Ok(Answer::of(Hresult::S_OK))
            }
            other => unreachable!("not generated: {other:?}"),
        }
    }

    /// SetColumns, Restrict and SortTable, once nothing is wrong: now, or when the time has come (TABLE-046, TABLE-052).
    fn begin(&mut self, at: usize, work: Work, flags: u32) -> Checked<Answer> {
        if let Some(ms) = self.knobs.async_ms.filter(|_| flags & ASYNC != 0) {
            let due = self.now + ms;
            self.view_mut(at).pending = Some(Pending { work, due });
        } else {
            let event = work.done();
            self.carry_out(at, Pending { work, due: self.now });
            // NOTIFY-118.
            if self.knobs.done_events_sync {
                self.tell(at, &[], &Want::One(event));
            }
        }
        Ok(Answer::of(Hresult::S_OK))
    }

    fn set_columns(&mut self, at: usize, tags: &[PropTag], flags: u32) -> Checked<Answer> {
        let mut codes = unknown(flags, 3);
        codes.extend(wrong(&[(tags.is_empty(), Hresult::MAPI_E_INVALID_PARAMETER)]));
        fail_if(codes)?;
        self.begin(at, Work::Columns(tags.to_vec()), flags)
    }

    fn restrict(&mut self, at: usize, restriction: Option<&Restriction>, flags: u32) -> Checked<Answer> {
        let mut codes = unknown(flags, 3);
        codes.extend(restriction.iter().flat_map(|restriction| restrict::refused(restriction, self.knobs.restrict)));
        let outside = restriction.is_some_and(|restriction| self.asks_outside(at, restriction, false));
        codes.extend(wrong(&[(outside, Hresult::MAPI_E_TOO_COMPLEX)]));
        fail_if(codes)?;
        self.begin(at, Work::Restrict(restriction.cloned()), flags)
    }

    /// restrict_columns_only: whether a restriction asks about properties that are no columns (TABLE-137). FindRow takes PR_INSTANCE_KEY always.
    fn asks_outside(&self, at: usize, restriction: &Restriction, find: bool) -> bool {
        let columns = &self.view(at).columns;
        let outside = |tag: &PropTag| {
            let exempt = find && tag.id() == PropTag::PR_INSTANCE_KEY.id();
            !exempt && !columns.iter().any(|column| column.id() == tag.id())
        };
        self.knobs.columns_only && restrict::asked(restriction).iter().any(outside)
    }

    /// The codes with which a sort order may be refused.
    pub fn refused_sort(&self, sort: &SortOrderSet) -> Vec<Hresult> {
        let count = u32::try_from(sort.keys.len()).expect("few keys");
        // TABLE-186, TABLE-197, TABLE-196.
        let malformed = sort.categories > count || sort.expanded > sort.categories;
        let strange = sort.keys.iter().any(|key| key.order > SortOrder::DESCEND);
        let by_unread = sort.keys.iter().take(sort.categories as usize).any(|key| key.tag == PropTag::PR_CONTENT_UNREAD);
        let mut codes = wrong(&[(malformed || strange || by_unread, Hresult::MAPI_E_INVALID_PARAMETER)]);
        // TABLE-169.
        let objects = sort.keys.iter().any(|key| key.tag.prop_type() == PropType::OBJECT);
        codes.extend(wrong(&[(strange || objects, Hresult::MAPI_E_TOO_COMPLEX)]));
        // TABLE-200.
        codes.extend(wrong(&[(sort.categories > 0 && !self.knobs.categories, Hresult::MAPI_E_NO_SUPPORT)]));
        codes
    }

    fn sort_table(&mut self, at: usize, sort: Option<&SortOrderSet>, flags: u32) -> Checked<Answer> {
        let mut codes = unknown(flags, 3);
        match sort {
            Some(sort) => codes.extend(self.refused_sort(sort)),
            None => codes.push(Hresult::MAPI_E_INVALID_PARAMETER),
        }
        fail_if(codes)?;
        self.begin(at, Work::Sort(sort.cloned().unwrap_or_default()), flags)
    }

    /// The place of a bookmark, and the codes that using it may give.
    fn origin(&mut self, at: usize, bookmark: u32) -> Checked<(usize, Vec<Hresult>)> {
        let view = self.view_mut(at);
        let mark = match bookmark {
            0 => return Ok((0, vec![Hresult::S_OK])),
            1 => view.cursor.clone(),
            2 => return Ok((view.lines.len(), vec![Hresult::S_OK])),
            other => view.bookmarks.get(&other).cloned().ok_or(vec![Hresult::MAPI_E_INVALID_BOOKMARK])?,
        };
        let codes = match mark.moved {
            Moved::No => vec![Hresult::S_OK],
            // TABLE-119: of the cursor nobody has to say so.
            Moved::Yes if bookmark != 1 => vec![Hresult::MAPI_W_POSITION_CHANGED],
            _ => vec![Hresult::S_OK, Hresult::MAPI_W_POSITION_CHANGED],
        };
        Ok((view.position(&mark), codes))
    }

    /// A bookmark was used.
    fn used(&mut self, at: usize, bookmark: u32, now: Moved) {
        if let Some(mark) = self.view_mut(at).bookmarks.get_mut(&bookmark)
            && mark.moved != Moved::No
        {
            mark.moved = now;
        }
    }

    fn seek_row(&mut self, at: usize, bookmark: u32, by: i32) -> Checked<Answer> {
        let (from, codes) = self.origin(at, bookmark)?;
        self.used(at, bookmark, Moved::No);
        let view = self.view_mut(at);
        let to = moved(from, by, view.lines.len());
        view.put_cursor(to);
        let sought = i64::try_from(to).expect("few rows") - i64::try_from(from).expect("few rows");
        Ok(Answer { codes, gives: Gives::Out(Out::Number(sought)) })
    }

    fn find_row(&mut self, at: usize, restriction: Option<&Restriction>, bookmark: u32, flags: u32) -> Checked<Answer> {
        let mut codes = unknown(flags, 1);
        match restriction {
            Some(restriction) => codes.extend(restrict::refused(restriction, self.knobs.restrict)),
            // TABLE-124.
            None => codes.push(Hresult::MAPI_E_INVALID_PARAMETER),
        }
        let outside = restriction.is_some_and(|restriction| self.asks_outside(at, restriction, true));
        codes.extend(wrong(&[(outside, Hresult::MAPI_E_NOT_FOUND)]));
        let origin = self.origin(at, bookmark);
        codes.extend(origin.as_ref().err().into_iter().flatten().copied());
        fail_if(codes)?;
        let (from, codes) = origin.expect("looked at");
        let restriction = restriction.expect("looked at");
        let lines = self.view(at).lines.clone();
        let mut meets = |place: usize| {
            let key = self.key(at, &lines[place]);
            let levels = &self.view(at).sort;
            restrict::meets(restriction, &|tag| lookup(&lines[place], levels, &key, tag), self.knobs.restrict)
        };
        let found = match flags {
            0 => (from..lines.len()).find(|place| meets(*place)),
            _ => (0..from).rev().find(|place| meets(*place)),
        };
        match found {
            Some(place) => {
                self.used(at, bookmark, Moved::No);
                self.view_mut(at).put_cursor(place);
                Ok(Answer { codes, gives: Gives::Out(Out::Nothing) })
            }
            None => {
                self.used(at, bookmark, Moved::Perhaps);
                Ok(Answer::of(Hresult::MAPI_E_NOT_FOUND))
            }
        }
    }

    fn query_rows(&mut self, at: usize, count: i32, flags: u32) -> Checked<Answer> {
        let mut codes = unknown(flags, 1);
        codes.extend(wrong(&[(count == 0, Hresult::MAPI_E_INVALID_PARAMETER)]));
        fail_if(codes)?;
        let view = self.view(at);
        let here = view.position(&view.cursor);
        let end = moved(here, count, view.lines.len());
        let (first, last) = (here.min(end), here.max(end));
        let rows: Vec<Row> = self.shown(at, None).drain(first..last).map(|(_, row)| row).collect();
        // TABLE-227 to TABLE-229.
        let back = flags == 1 || (count < 0 && self.knobs.negative_to_first);
        self.view_mut(at).put_cursor(if back { first } else { last });
        Ok(Answer::ok(Out::Rows(rows)))
    }

    /// WaitForCompletion (TABLE-258 to TABLE-263).
    fn wait(&mut self, at: usize, flags: u32, timeout: u32) -> Checked<Answer> {
        fail_if(unknown(flags, 0))?;
        let done = Answer::gives(Gives::Status(0));
        let Some(due) = self.view(at).pending.as_ref().map(|pending| pending.due) else { return Ok(done) };
        let (patience, rest) = (u64::from(timeout), due.saturating_sub(self.now));
        if timeout == u32::MAX || rest < patience {
            self.advance(due);
            return Ok(done);
        }
        self.advance(self.now + patience);
        // Who waits exactly as long as it takes may see either.
        let either = rest == patience;
        let codes = if either { vec![Hresult::S_OK, Hresult::MAPI_E_TIMEOUT] } else { vec![Hresult::MAPI_E_TIMEOUT] };
        Ok(Answer { codes, gives: Gives::Anything })
    }
}

/// A place moved by some rows, within the table (TABLE-082, TABLE-083, TABLE-098).
fn moved(from: usize, by: i32, count: usize) -> usize {
    let to = i64::try_from(from).expect("few rows") + i64::from(by);
    usize::try_from(to.max(0)).expect("not negative").min(count)
}

/// What FindRow sees of a line.
fn lookup(line: &Line, sort: &SortOrderSet, key: &[u8], tag: PropTag) -> Option<Value> {
    if tag == PropTag::PR_INSTANCE_KEY {
        return Some(Value::Binary(key.to_vec()));
    }
    match &line.body {
        // Chosen: of an MVI column FindRow sees the one value that the line shows.
        Body::Leaf(row) => match line.parts.get(&tag.id()) {
            Some(at) if tag.prop_type().is_instance() => row.value(tag)?.element(*at),
            _ => row.value(tag),
        },
        Body::Heading { path, .. } => {
            let keys = sort.keys.iter().zip(path).filter(|(key, _)| key.tag.id() == tag.id());
            let wanted = tag.prop_type();
            let many = PropType::new(wanted.number() & !PropType::MV_INSTANCE);
            let fits = |value: &Value| value.fits(many) || (wanted.is_instance() && value.fits(wanted.single()));
            keys.filter_map(|(_, value)| value.clone()).find(|value| fits(value) || wanted == PropType::UNSPECIFIED)
        }
    }
}

/// A mark that stands nowhere is of no use.
pub fn is_known(mark: &Mark) -> bool {
    mark.place != Place::Unknown
}
