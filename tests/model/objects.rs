//! Methods of the objects that a session gave.

use super::session::Body;
use super::types::{Gave, INVALID_BOOKMARK, INVALID_OBJECT, INVALID_PARAMETER, NO_SUPPORT, ObjectMethod, Outcome, S_OK, UNKNOWN_FLAGS};
use super::world::World;

impl World {
    /// A method of an object.
    pub(super) fn object_method(&mut self, process: u32, thread: u32, object: usize, method: &ObjectMethod) -> Outcome {
        if *method == ObjectMethod::Release {
            return Outcome::hr(self.release_object(process, object));
        }
        if let Some(hr) = self.not_ready(process, thread) {
            return Outcome::hr(hr);
        }
        let Some(found) = self.objects.get(object).filter(|object| object.process == process && !object.released).cloned() else {
            return Outcome::hr(INVALID_OBJECT);
        };
        let Some(rows) = self.view(found.session) else { return Outcome::hr(INVALID_OBJECT) };
        let rows: Vec<u32> = rows.iter().map(|row| row.row).collect();
        match (&found.body, method) {
            (Body::Table(before, at), method) => {
                let at = follow(before, *at, &rows);
                self.objects[object].body = Body::Table(rows.clone(), at);
                self.table_method(object, at, &rows, method)
            }
            (Body::Book | Body::Store(_), ObjectMethod::Props) => Outcome::hr(S_OK),
            (Body::Status(row), method) => Outcome::hr(self.status_method(found.session, *row, &rows, method)),
            _ => Outcome::hr(INVALID_OBJECT),
        }
    }

    /// The last Release works whatever the state of the session; a store closes with it.
    fn release_object(&mut self, process: u32, object: usize) -> u32 {
        let Some(found) = self.objects.get_mut(object).filter(|object| object.process == process && !object.released) else {
            return INVALID_OBJECT;
        };
        found.released = true;
        let (session, body) = (found.session, found.body.clone());
        if let (Body::Store(place), true) = (body, self.members[session].live) {
            self.close_store(self.members[session].core, place);
        }
        S_OK
    }

    /// A table with a cursor over rows that may change between two calls.
    fn table_method(&mut self, object: usize, at: usize, rows: &[u32], method: &ObjectMethod) -> Outcome {
        let count = rows.len() as i128;
        let at = at as i128;
        let inside = |row: i128| row.clamp(0, count);
        let (to, gave) = match method {
            ObjectMethod::Count => return Outcome { gave: Gave::Number(rows.len() as i64), ..Outcome::hr(S_OK) },
            ObjectMethod::Seek { origin, by } => {
                let from = match origin {
                    0 => 0,
                    1 => at,
                    2 => count,
                    _ => return Outcome::hr(INVALID_BOOKMARK),
                };
                let to = inside(from + i128::from(*by));
                (to, Gave::Number((to - from) as i64))
            }
            ObjectMethod::Rows { flags, .. } if flags & !1 != 0 => return Outcome::hr(UNKNOWN_FLAGS),
            ObjectMethod::Rows { count: 0, .. } => return Outcome::hr(INVALID_PARAMETER),
            ObjectMethod::Rows { count, flags } => {
                let end = inside(at + i128::from(*count));
                let (first, last) = (at.min(end), at.max(end));
                let shown = rows[first as usize..last as usize].to_vec();
                // Backwards the cursor stays, by the usual reading, unless the call says that it shall not advance: then it is at the first row.
                let stays = *count < 0 && *flags & 1 == 0 && !self.knobs.negative_read_to_first;
                let to = match (flags & 1 != 0, stays) {
                    (true, _) => first,
                    (false, true) => at,
                    (false, false) => end,
                };
                (to, Gave::Rows(shown))
            }
            _ => return Outcome::hr(INVALID_OBJECT),
        };
        self.objects[object].body = Body::Table(rows.to_vec(), to as usize);
        Outcome { gave, ..Outcome::hr(S_OK) }
    }

    fn status_method(&mut self, session: usize, row: u32, rows: &[u32], method: &ObjectMethod) -> u32 {
        if !rows.contains(&row) {
            return INVALID_OBJECT;
        }
        let member = &self.members[session];
        match method {
            ObjectMethod::Props => S_OK,
            ObjectMethod::Validate => {
                if let Some(section) = self.runs_row(member.core, row) {
                    self.note(&section, "ValidateState", S_OK);
                }
                S_OK
            }
            // Queues are not there yet; without mail the spooler says so or does nothing.
            ObjectMethod::Flush if row == 2 && member.no_mail && self.knobs.no_mail_flush_ok => S_OK,
            ObjectMethod::Flush => NO_SUPPORT,
            _ => INVALID_OBJECT,
        }
    }
}

/// Where a cursor stands when rows came and went: at its row, or the next that is still there. The beginning and the end stay what they are.
fn follow(before: &[u32], at: usize, rows: &[u32]) -> usize {
    if at == 0 {
        return 0;
    }
    before[at..].iter().find_map(|row| rows.iter().position(|other| other == row)).unwrap_or(rows.len())
}
