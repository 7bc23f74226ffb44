//! Where a view stands: SeekRow, SeekRowApprox, QueryPosition, FindRow, bookmarks, and the rows that are read from there.

use super::lines::{Built, Line};
use super::restrict::{Refusal, Subject, check, matches};
use super::settings::{RowCount, Rules};
use super::source::Rows;
use super::view::{Answer, Mark, View, fail, key_of, ok, props_of};
use crate::call::Out;
use crate::clause::ClauseId;
use crate::mapi::{Hresult, Prop, PropTag, Restriction};

/// Predefined bookmarks (TABLE-094).
const BOOKMARK_BEGINNING: u32 = 0;
const BOOKMARK_CURRENT: u32 = 1;
const BOOKMARK_END: u32 = 2;
/// TBL_NOADVANCE of QueryRows.
pub(super) const TBL_NOADVANCE: u32 = 0x1;
/// DIR_BACKWARD of FindRow.
pub(super) const DIR_BACKWARD: u32 = 0x1;

impl View {
    /// GetRowCount.
    pub(super) fn get_row_count(&mut self, rows: &Rows, rules: &Rules) -> Answer {
        let count = signed(self.built(rows, rules).lines.len());
        match rules.settings.row_count {
            RowCount::Exact => ok(73, Out::Number(count)),
            RowCount::Unsupported => fail(75, Hresult::MAPI_E_NO_SUPPORT),
            RowCount::Approximate(off) => {
                let count = (count + i64::from(off)).max(0);
                Ok((ClauseId::table(76), Hresult::MAPI_W_APPROX_COUNT, Out::Number(count)))
            }
        }
    }

    /// Where a bookmark is, and whether it had to move; that is told once (TABLE-090).
    fn origin(&mut self, bookmark: u32, length: usize) -> Result<(usize, bool), Refusal> {
        match bookmark {
            BOOKMARK_BEGINNING => Ok((0, false)),
            BOOKMARK_CURRENT => Ok((self.cursor.min(length), false)),
            BOOKMARK_END => Ok((length, false)),
            own => match self.bookmarks.get_mut(&own) {
                Some(mark) => Ok((mark.position.min(length), std::mem::take(&mut mark.moved))),
                None => fail(87, Hresult::MAPI_E_INVALID_BOOKMARK),
            },
        }
    }

    /// SeekRow.
    pub(super) fn seek_row(&mut self, origin: u32, by: i32, rows: &Rows, rules: &Rules) -> Answer {
        let length = self.built(rows, rules).lines.len();
        let (from, changed) = self.origin(origin, length)?;
        self.cursor = moved(from, by, length);
        let sought = Out::Number(signed(self.cursor) - signed(from));
        if changed { Ok((ClauseId::table(88), Hresult::MAPI_W_POSITION_CHANGED, sought)) } else { ok(81, sought) }
    }

    /// SeekRowApprox: exactly so many lines as the fraction of all, rounded down (TABLE-105).
    pub(super) fn seek_row_approx(&mut self, numerator: u32, denominator: u32, rows: &Rows, rules: &Rules) -> Answer {
        if denominator == 0 {
            return fail(103, Hresult::MAPI_E_INVALID_PARAMETER);
        }
        let length = self.built(rows, rules).lines.len();
        let place = length as u64 * u64::from(numerator) / u64::from(denominator);
        self.cursor = usize::try_from(place).map_or(length, |place| place.min(length));
        ok(99, Out::Nothing)
    }

    /// QueryPosition.
    pub(super) fn query_position(&mut self, rows: &Rows, rules: &Rules) -> Answer {
        let length = self.built(rows, rules).lines.len();
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let at = number(self.cursor.min(length));
        let row = if rules.settings.position { at } else { u32::MAX };
        ok(if rules.settings.position { 108 } else { 112 }, Out::Position { row, numerator: at, denominator: number(length).max(1) })
    }

    /// FindRow.
    pub(super) fn find_row(&mut self, restriction: Option<&Restriction>, origin: u32, flags: u32, rows: &Rows, rules: &Rules) -> Answer {
        let Some(restriction) = restriction else { return fail(124, Hresult::MAPI_E_INVALID_PARAMETER) };
        // Every table finds rows by their keys (TABLE-121).
        let columns: Vec<PropTag> = self.columns.iter().copied().chain([PropTag::PR_INSTANCE_KEY]).collect();
        check(restriction, &columns, rules).map_err(|(clause, hr)| {
            // A column that the view does not have is found nowhere (TABLE-138).
            if clause == ClauseId::table(137) { (ClauseId::table(138), Hresult::MAPI_E_NOT_FOUND) } else { (clause, hr) }
        })?;
        let built = self.built(rows, rules);
        let (from, changed) = self.origin(origin, built.lines.len())?;
        let levels = self.shape().levels();
        let meets = |at: &usize| {
            let line = built.lines[*at];
            matches(restriction, &self.subject(line, &built, rows, rules, &levels), rules)
        };
        let found = if flags & DIR_BACKWARD != 0 { (0..from).rev().find(meets) } else { (from..built.lines.len()).find(meets) };
        match found {
            None => fail(117, Hresult::MAPI_E_NOT_FOUND),
            Some(at) => {
                self.cursor = at;
                let hr = if changed { Hresult::MAPI_W_POSITION_CHANGED } else { Hresult::S_OK };
                Ok((ClauseId::table(if changed { 119 } else { 114 }), hr, Out::Nothing))
            }
        }
    }

    /// A line as a search sees it: with its own instance key, depth and type, and with the one value that it stands for.
    fn subject<'a>(&self, line: Line, built: &Built, rows: &'a Rows, rules: &Rules, levels: &[Vec<PropTag>]) -> Subject<'a> {
        let row = props_of(line, built, rows);
        match line {
            Line::Heading(_) => {
                let mut columns = vec![
                    PropTag::PR_INSTANCE_KEY,
                    PropTag::PR_CONTENT_COUNT,
                    PropTag::PR_CONTENT_UNREAD,
                    PropTag::PR_DEPTH,
                    PropTag::PR_ROW_TYPE,
                ];
                columns.extend(levels.iter().flatten());
                Subject::line(&[], self.row(line, built, rows, rules, (levels, &columns)).props, Vec::new())
            }
            Line::Row { part, .. } => {
                let mut made = vec![Prop::new(PropTag::PR_INSTANCE_KEY, key_of(line, row, rules))];
                if !levels.is_empty() {
                    let columns = [PropTag::PR_DEPTH, PropTag::PR_ROW_TYPE];
                    made.extend(self.row(line, built, rows, rules, (levels, &columns)).props);
                }
                Subject::line(row, made, built.parts(part, row))
            }
        }
    }

    /// CreateBookmark.
    pub(super) fn create_bookmark(&mut self, rows: &Rows, rules: &Rules) -> Answer {
        if rules.settings.max_bookmarks.is_some_and(|most| self.bookmarks.len() >= most as usize) {
            return fail(149, Hresult::MAPI_E_UNABLE_TO_COMPLETE);
        }
        let length = self.built(rows, rules).lines.len();
        self.bookmarks.insert(self.last_bookmark + 1, Mark { position: self.cursor.min(length), moved: false });
        self.last_bookmark += 1;
        ok(148, Out::Number(self.last_bookmark.into()))
    }

    /// FreeBookmark.
    pub(super) fn free_bookmark(&mut self, bookmark: u32) -> Answer {
        match bookmark {
            BOOKMARK_BEGINNING..=BOOKMARK_END => ok(156, Out::Nothing),
            own if self.bookmarks.remove(&own).is_some() => ok(155, Out::Nothing),
            _ => fail(157, Hresult::MAPI_E_INVALID_BOOKMARK),
        }
    }

    /// QueryRows. `first_row` puts the cursor of a backward read before the rows (TABLE-229).
    pub(super) fn query_rows(&mut self, count: i32, flags: u32, first_row: bool, rows: &Rows, rules: &Rules) -> Answer {
        if count == 0 {
            return fail(225, Hresult::MAPI_E_INVALID_PARAMETER);
        }
        let built = self.built(rows, rules);
        let most = rules.settings.max_batch.map_or(i32::MAX, |most| i32::try_from(most.max(1)).unwrap_or(i32::MAX));
        let position = self.cursor.min(built.lines.len());
        let end = moved(position, count.clamp(-most, most), built.lines.len());
        let (first, last) = (position.min(end), position.max(end));
        let shown = self.rows_between(first, last, &built, rows, rules);
        self.cursor = if flags & TBL_NOADVANCE != 0 || (count < 0 && first_row) { first } else { last };
        self.changes_seen();
        ok(224, Out::Rows(shown))
    }
}

/// A position moved by some rows, within a table.
pub(super) fn moved(from: usize, by: i32, count: usize) -> usize {
    let distance = by.unsigned_abs() as usize;
    if by < 0 { from.saturating_sub(distance) } else { from.saturating_add(distance).min(count) }
}

fn signed(position: usize) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
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
