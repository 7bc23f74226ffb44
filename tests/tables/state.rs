//! Categories: expanding, collapsing, and the state that a client can keep.

use mapi_sim::call::{Bytes, Out};
use mapi_sim::mapi::{Hresult, Value};

use super::lines::{self, Body, Id};
use super::view::{Mark, Moved, Place};
use super::world::{Answer, Checked, Gives, World, fail_if};

/// A collapse state that was taken (TABLE-216, TABLE-222).
#[derive(Clone, Debug, PartialEq)]
pub struct Saved {
    /// Of which view.
    pub view: usize,
    /// Sort order and restriction, printed.
    order: String,
    states: Vec<(Vec<Option<Value>>, bool)>,
    row: Id,
}

/// The bytes that stand for a collapse state.
pub fn made_block(number: usize) -> Vec<u8> {
    let mut bytes = b"made state".to_vec();
    bytes.push(u8::try_from(number).expect("few states"));
    bytes
}

/// Which collapse state it is, if it is a made-up one.
pub fn block_number(bytes: &[u8]) -> Option<usize> {
    match bytes.strip_prefix(b"made state".as_slice())? {
        [number] => Some(usize::from(*number)),
        _ => None,
    }
}

impl World {
    /// The line of a view with this key.
    fn line_of_key(&mut self, at: usize, key: &[u8]) -> Option<usize> {
        let lines = self.views[at].as_ref()?.lines.clone();
        lines.iter().position(|line| self.key(at, line) == key)
    }

    /// What every method about categories refuses.
    fn categorized(&mut self, at: usize, flags: u32, key: Option<&Bytes>) -> Checked<()> {
        let mut codes = Vec::new();
        if flags != 0 {
            codes.push(Hresult::MAPI_E_UNKNOWN_FLAGS);
        }
        if !self.view(at).is_categorized() {
            // TABLE-218, TABLE-223.
            codes.push(Hresult::MAPI_E_NO_SUPPORT);
        }
        if key.is_none() {
            // TABLE-217.
            codes.push(Hresult::MAPI_E_INVALID_PARAMETER);
        }
        fail_if(codes)
    }

    /// The heading with this key: its number, its place, whether it is expanded.
    fn heading(&mut self, at: usize, key: &Bytes) -> Checked<(u64, usize, bool)> {
        let Some(place) = self.line_of_key(at, key) else { return Err(vec![Hresult::MAPI_E_NOT_FOUND]) };
        let line = &self.view(at).lines[place];
        match (&line.id, &line.body) {
            (Id::Heading(number), Body::Heading { expanded, .. }) => Ok((*number, place, *expanded)),
            // TABLE-209.
            _ => Err(vec![Hresult::MAPI_E_NOT_FOUND]),
        }
    }

    fn set_expanded(&mut self, at: usize, number: u64, expanded: bool) {
        let (views, datas) = (&mut self.views, &self.datas);
        let view = views[at].as_mut().expect("it is open");
        let before = view.ids();
        for heading in view.headings.iter_mut().filter(|heading| heading.number == number) {
            heading.expanded = expanded;
        }
        view.refresh(&datas[view.data], &self.knobs);
        view.move_marks(&before);
    }

    /// ExpandRow (TABLE-201 to TABLE-209).
    pub fn expand_row(&mut self, at: usize, key: Option<&Bytes>, count: u32, flags: u32) -> Checked<Answer> {
        self.categorized(at, flags, key)?;
        let (number, place, expanded) = self.heading(at, key.expect("looked at"))?;
        let before = self.view(at).lines.len();
        if !expanded {
            self.set_expanded(at, number, true);
        }
        let more = self.view(at).lines.len() - before;
        let returned = more.min(count as usize);
        let rows = self.shown(at, None).into_iter().skip(place + 1).take(returned).map(|(_, row)| row).collect();
        self.view_mut(at).put_cursor(place + 1 + returned);
        let more_rows = u32::try_from(more).expect("few rows");
        Ok(Answer::ok(Out::Expanded { rows, more_rows }))
    }

    /// CollapseRow (TABLE-210 to TABLE-214).
    pub fn collapse_row(&mut self, at: usize, key: Option<&Bytes>, flags: u32) -> Checked<Answer> {
        self.categorized(at, flags, key)?;
        let (number, _, _) = self.heading(at, key.expect("looked at"))?;
        let before = self.view(at).lines.len();
        self.set_expanded(at, number, false);
        let gone = before - self.view(at).lines.len();
        Ok(Answer::ok(Out::Number(i64::try_from(gone).expect("few rows"))))
    }

    fn order_of(&self, at: usize) -> String {
        let view = self.view(at);
        format!("{} where {:?}", view.sort, view.restriction)
    }

    /// GetCollapseState (TABLE-216 to TABLE-219).
    pub fn get_collapse_state(&mut self, at: usize, key: Option<&Bytes>, flags: u32) -> Checked<Answer> {
        self.categorized(at, flags, key)?;
        // Chosen: a key that names no row is not found.
        let Some(place) = self.line_of_key(at, key.expect("looked at")) else { return Err(vec![Hresult::MAPI_E_NOT_FOUND]) };
        let order = self.order_of(at);
        let view = self.view(at);
        let states = view.headings.iter().map(|heading| (heading.path.clone(), heading.expanded)).collect();
        let saved = Saved { view: at, order, states, row: view.lines[place].id.clone() };
        self.saved.push(saved);
        Ok(Answer::gives(Gives::Block(self.saved.len() - 1)))
    }

    /// SetCollapseState (TABLE-220 to TABLE-223).
    pub fn set_collapse_state(&mut self, at: usize, block: Option<&Bytes>, flags: u32) -> Checked<Answer> {
        self.categorized(at, flags, block)?;
        let saved = block.and_then(|block| block_number(block)).and_then(|number| self.saved.get(number)).cloned();
        let invalid = vec![Hresult::MAPI_E_INVALID_PARAMETER];
        let Some(saved) = saved.filter(|saved| saved.view == at && saved.order == self.order_of(at)) else { return Err(invalid) };
        let ordinal = self.knobs.ordinal;
        let (views, datas) = (&mut self.views, &self.datas);
        let view = views[at].as_mut().expect("it is open");
        let before = view.ids();
        for heading in &mut view.headings {
            // Chosen: a category that is new since then is as it began.
            let state = saved.states.iter().find(|(path, _)| lines::same_path(path, &heading.path, ordinal));
            heading.expanded = state.map_or(heading.began, |(_, expanded)| *expanded);
        }
        view.refresh(&datas[view.data], &self.knobs);
        view.move_marks(&before);
        let shown = view.lines.iter().any(|line| line.id == saved.row);
        let place = if shown { Place::At(saved.row) } else { Place::Unknown };
        view.marked += 1;
        view.bookmarks.insert(view.marked, Mark { place, moved: Moved::No });
        Ok(Answer::gives(Gives::Bookmark(view.marked)))
    }
}
