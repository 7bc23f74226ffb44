//! Categories: what is expanded and collapsed, and blocks that remember it.

use std::sync::Arc;

use super::cells::heading_key;
use super::follow::carry;
use super::lines::{Built, Line};
use super::restrict::Refusal;
use super::settings::Rules;
use super::source::Rows;
use super::view::{Answer, Mark, View, fail, key_of, ok, props_of};
use crate::call::{Bytes, Out};
use crate::mapi::Hresult;

/// How a collapse state begins.
const MAGIC: &[u8; 8] = b"collapse";
/// What the line is that it names.
const ROW: u32 = 0;
const HEADING: u32 = 1;

impl View {
    /// The line of a heading that an instance key names, and its number.
    fn heading_at(&self, key: &[u8], built: &Built, rules: &Rules, clause: u16) -> Result<(usize, u32), Refusal> {
        let found = built.lines.iter().enumerate().find_map(|(at, line)| match line {
            Line::Heading(number) if heading_key(*number, rules) == key => Some((at, *number)),
            _ => None,
        });
        found.map_or_else(|| fail(clause, Hresult::MAPI_E_NOT_FOUND), Ok)
    }

    /// An instance key, of a table that has categories.
    fn categorized<'k>(&self, key: Option<&'k Bytes>, clause: u16) -> Result<&'k Bytes, Refusal> {
        if self.shape().levels().is_empty() {
            return fail(223, Hresult::MAPI_E_NO_SUPPORT);
        }
        key.map_or_else(|| fail(clause, Hresult::MAPI_E_INVALID_PARAMETER), Ok)
    }

    fn toggle(&mut self, heading: u32, built: &Built, rows: &Rows, rules: &Rules) -> Arc<Built> {
        self.heads.toggle(heading);
        let shape = self.shape();
        let rebuilt = Arc::new(shape.rebuild(built, rows, &mut self.heads, rules));
        self.made.built = Some(rebuilt.clone());
        rebuilt
    }

    /// ExpandRow.
    pub(super) fn expand_row(&mut self, key: Option<&Bytes>, row_count: u32, rows: &Rows, rules: &Rules) -> Answer {
        let key = self.categorized(key, 207)?;
        let before = self.built(rows, rules);
        let (at, number) = self.heading_at(key, &before, rules, 207)?;
        if before.heading(number).is_some_and(|heading| heading.expanded) {
            self.cursor = at + 1;
            return ok(209, Out::Expanded { rows: Vec::new(), more_rows: 0 });
        }
        let after = self.toggle(number, &before, rows, rules);
        let added = after.lines.len() - before.lines.len();
        for mark in self.bookmarks.values_mut().filter(|mark| mark.position > at) {
            mark.position += added;
        }
        let returned = added.min(row_count as usize);
        let shown = self.rows_between(at + 1, at + 1 + returned, &after, rows, rules);
        self.cursor = at + 1 + returned;
        let more_rows = u32::try_from(added).unwrap_or(u32::MAX);
        ok(201, Out::Expanded { rows: shown, more_rows })
    }

    /// CollapseRow.
    pub(super) fn collapse_row(&mut self, key: Option<&Bytes>, rows: &Rows, rules: &Rules) -> Answer {
        let key = self.categorized(key, 211)?;
        let before = self.built(rows, rules);
        let (at, number) = self.heading_at(key, &before, rules, 211)?;
        if before.heading(number).is_some_and(|heading| !heading.expanded) {
            return ok(210, Out::Number(0));
        }
        let after = self.toggle(number, &before, rows, rules);
        let gone = before.lines.len() - after.lines.len();
        let place = |position: usize| match position {
            _ if position <= at => (position, false),
            _ if position <= at + gone => (at + 1, true),
            _ => (position - gone, false),
        };
        for mark in self.bookmarks.values_mut() {
            let (position, moved) = place(mark.position);
            *mark = Mark { position, moved: mark.moved || moved };
        }
        self.cursor = place(self.cursor).0;
        ok(210, Out::Number(i64::try_from(gone).unwrap_or(i64::MAX)))
    }

    /// GetCollapseState.
    pub(super) fn get_collapse_state(&mut self, key: Option<&Bytes>, rows: &Rows, rules: &Rules) -> Answer {
        if self.shape().levels().is_empty() {
            return fail(218, Hresult::MAPI_E_NO_SUPPORT);
        }
        let Some(key) = key else { return fail(217, Hresult::MAPI_E_INVALID_PARAMETER) };
        let built = self.built(rows, rules);
        let line = built.lines.iter().find(|line| key_of(**line, props_of(**line, &built, rows), rules) == key[..]);
        let Some(line) = line else { return fail(217, Hresult::MAPI_E_NOT_FOUND) };
        let mut block = MAGIC.to_vec();
        block.extend(self.order_and_restriction().to_le_bytes());
        match line {
            Line::Row { number, part } => block.extend([ROW, *number, *part].into_iter().flat_map(u32::to_le_bytes)),
            // Its number is another one when the table was sorted anew.
            Line::Heading(number) => {
                block.extend(HEADING.to_le_bytes());
                put(&mut block, self.heads.keys(*number).unwrap_or_default());
            }
        }
        self.heads.state().for_each(|keys| put(&mut block, keys));
        ok(216, Out::Block(Bytes::new(block)))
    }

    /// SetCollapseState. A block of another order or restriction changes nothing (TABLE-222).
    pub(super) fn set_collapse_state(&mut self, block: Option<&Bytes>, rows: &Rows, rules: &Rules) -> Answer {
        let block = self.categorized(block, 222)?;
        let Some((named, toggled)) = read(block, self.order_and_restriction()) else { return fail(222, Hresult::MAPI_E_INVALID_PARAMETER) };
        if rules.settings.max_bookmarks.is_some_and(|most| self.bookmarks.len() >= most as usize) {
            return fail(221, Hresult::MAPI_E_UNABLE_TO_COMPLETE);
        }
        let before = self.built(rows, rules);
        self.heads.restore(toggled);
        let after = Arc::new(self.shape().rebuild(&before, rows, &mut self.heads, rules));
        self.made.built = Some(after.clone());
        carry(self, &before.lines, &after.lines);
        let line = match named {
            Named::Row { number, part } => Some(Line::Row { number, part }),
            Named::Heading(keys) => self.heads.known(keys).map(Line::Heading),
        };
        let at = after.lines.iter().position(|known| Some(*known) == line);
        self.last_bookmark += 1;
        self.bookmarks.insert(self.last_bookmark, Mark { position: at.unwrap_or(0), moved: at.is_none() });
        ok(220, Out::Number(self.last_bookmark.into()))
    }

    /// A number that is another one for another order or restriction: FNV-1a over their text.
    fn order_and_restriction(&self) -> u64 {
        let text = format!("{} where {:?}", self.sort, self.restriction);
        text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3))
    }
}

/// The line that a collapse state names.
enum Named<'a> {
    Row {
        number: u32,
        part: u32,
    },
    /// By the keys that lead to it.
    Heading(&'a [u8]),
}

/// Reads a collapse state of this order: a line, and the headings that are not as they began.
fn read(block: &[u8], order: u64) -> Option<(Named<'_>, Vec<Vec<u8>>)> {
    let rest = block.strip_prefix(MAGIC)?.strip_prefix(&order.to_le_bytes())?;
    let (kind, rest) = number(rest)?;
    let (named, mut rest) = match kind {
        ROW => {
            let (first, rest) = number(rest)?;
            let (part, rest) = number(rest)?;
            (Named::Row { number: first, part }, rest)
        }
        HEADING => counted(rest).map(|(keys, rest)| (Named::Heading(keys), rest))?,
        _ => return None,
    };
    let mut toggled = Vec::new();
    while !rest.is_empty() {
        let (keys, others) = counted(rest)?;
        toggled.push(keys.to_vec());
        rest = others;
    }
    Some((named, toggled))
}

/// Bytes with their number before them.
fn put(block: &mut Vec<u8>, bytes: &[u8]) {
    block.extend(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
    block.extend(bytes);
}

fn counted(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = number(bytes)?;
    rest.split_at_checked(length as usize)
}

fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (first, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_le_bytes(*first), rest))
}
