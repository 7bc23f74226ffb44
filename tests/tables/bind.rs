//! What only the kernel can choose: it is learnt here, and the kernel is held to its choice.

use std::collections::BTreeMap;

use mapi_sim::call::{Bytes, Call, IMAPITable, Out};
use mapi_sim::mapi::{Node, Prop, PropTag, Restriction, Row, Value};

use super::lines::Id;
use super::state::{block_number, made_block};
use super::world::{Gives, World, made_key, made_number};

/// How long an instance key is that a table makes (TABLE-399).
const KEY_LENGTH: usize = 16;

/// The kernel's choices.
#[derive(Clone, Debug, Default)]
pub struct Bindings {
    keys: BTreeMap<usize, Vec<u8>>,
    /// Which row or heading of which view has or had a key: a key is never used for another (TABLE-398).
    owners: BTreeMap<(usize, Vec<u8>), (bool, u64)>,
    /// Keys of headings that a copy of the kernel has shown: it may have made them itself.
    guesses: BTreeMap<usize, Vec<u8>>,
    bookmarks: BTreeMap<(usize, u32), u32>,
    connections: BTreeMap<u32, u32>,
    blocks: BTreeMap<usize, Vec<u8>>,
}

/// The row or the heading of a line.
const fn owner(id: &Id) -> (bool, u64) {
    match id {
        Id::Leaf(row, _) => (false, *row),
        Id::Heading(number) => (true, *number),
    }
}

/// Whether two values are the same; NaN is.
fn same_value(a: &Value, b: &Value) -> bool {
    a == b || format!("{a:?}") == format!("{b:?}")
}

fn differ<T: std::fmt::Debug>(what: &str, model: &T, kernel: &T) -> String {
    format!("{what} differ\n  model: {model:?}\n kernel: {kernel:?}")
}

impl Bindings {
    /// The call as the kernel is to get it; `None` if it needs a choice that was not seen yet.
    pub fn lower(&self, call: &Call) -> Option<Call> {
        let Call::IMAPITable(this, method) = call else { return Some(call.clone()) };
        let view = this.number() as usize - 1;
        let bookmark = |number: &u32| {
            if *number <= 2 { Some(*number) } else { Some(self.bookmarks.get(&(view, *number)).copied().unwrap_or(*number)) }
        };
        let key = |bytes: &Option<Bytes>| match bytes {
            Some(bytes) => self.real(bytes).map(|bytes| Some(Bytes::new(bytes))),
            None => Some(None),
        };
        let method = match method {
            IMAPITable::Unadvise { connection } => {
                IMAPITable::Unadvise { connection: self.connections.get(connection).copied().unwrap_or(*connection) }
            }
            IMAPITable::SeekRow { origin, row_count } => IMAPITable::SeekRow { origin: bookmark(origin)?, row_count: *row_count },
            IMAPITable::FindRow { restriction, origin, flags } => {
                let restriction = match restriction {
                    Some(restriction) => Some(Box::new(self.restriction(restriction)?)),
                    None => None,
                };
                IMAPITable::FindRow { restriction, origin: bookmark(origin)?, flags: *flags }
            }
            IMAPITable::FreeBookmark { position } => IMAPITable::FreeBookmark { position: bookmark(position)? },
            IMAPITable::ExpandRow { instance_key, row_count, flags } => {
                IMAPITable::ExpandRow { instance_key: key(instance_key)?, row_count: *row_count, flags: *flags }
            }
            IMAPITable::CollapseRow { instance_key, flags } => IMAPITable::CollapseRow { instance_key: key(instance_key)?, flags: *flags },
            IMAPITable::GetCollapseState { flags, instance_key } => {
                IMAPITable::GetCollapseState { flags: *flags, instance_key: key(instance_key)? }
            }
            IMAPITable::SetCollapseState { flags, collapse_state } => {
                IMAPITable::SetCollapseState { flags: *flags, collapse_state: key(collapse_state)? }
            }
            other => other.clone(),
        };
        Some(Call::IMAPITable(*this, method))
    }

    /// The kernel's bytes for made-up ones; all others stay.
    fn real(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        match (made_number(bytes), block_number(bytes)) {
            (Some(number), _) => self.keys.get(&number).cloned(),
            (_, Some(number)) => self.blocks.get(&number).cloned(),
            _ => Some(bytes.to_vec()),
        }
    }

    fn restriction(&self, restriction: &Restriction) -> Option<Restriction> {
        let all = |list: &[Restriction]| list.iter().map(|one| self.restriction(one)).collect::<Option<Vec<_>>>();
        let node = match restriction.node() {
            Node::And(list) => Node::And(all(list)?),
            Node::Or(list) => Node::Or(all(list)?),
            Node::Not(Some(one)) => Node::Not(Some(Box::new(self.restriction(one)?))),
            Node::Property { relop, tag, prop } => match &prop.value {
                Value::Binary(bytes) => {
                    let prop = Prop { tag: prop.tag, value: Value::Binary(self.real(bytes)?) };
                    Node::Property { relop: *relop, tag: *tag, prop }
                }
                _ => return Some(restriction.clone()),
            },
            _ => return Some(restriction.clone()),
        };
        Some(node.into())
    }

    /// Learns the key of a line, or says what is wrong with it.
    fn learn_key(&mut self, world: &World, number: usize, bytes: &[u8]) -> Result<(), String> {
        let (view, id) = &world.keys[number];
        // An instance of a row with a key of its own has one that is made of it.
        let made_of_own = world.datas.iter().any(|data| data.index == PropTag::PR_INSTANCE_KEY);
        if bytes.len() != KEY_LENGTH && !made_of_own {
            return Err(format!("an instance key of {} bytes", bytes.len()));
        }
        let known = self.keys.entry(number).or_insert_with(|| bytes.to_vec());
        if *known != bytes {
            return Err(format!("the key of {id:?} in view {view} changed from {known:02X?} to {bytes:02X?}"));
        }
        if made_of_own {
            // A client may use its keys again.
            return Ok(());
        }
        let first = *self.owners.entry((*view, bytes.to_vec())).or_insert_with(|| owner(id));
        if first == owner(id) { Ok(()) } else { Err(format!("the key of {first:?} is used again for {id:?}: {bytes:02X?}")) }
    }

    /// Holds a row against the kernel's.
    pub fn row(&mut self, world: &World, model: &Row, kernel: &Row) -> Result<(), String> {
        let same =
            |kernel: &Row| model.props.len() == kernel.props.len() && model.props.iter().zip(&kernel.props).all(|(a, b)| a.tag == b.tag);
        if !same(kernel) {
            return Err(differ("rows", model, kernel));
        }
        for (a, b) in model.props.iter().zip(&kernel.props) {
            match (&a.value, &b.value) {
                (Value::Binary(made), Value::Binary(bytes)) if made_number(made).is_some() => {
                    self.learn_key(world, made_number(made).unwrap_or_default(), bytes)?;
                }
                (a, b) if same_value(a, b) => {}
                _ => return Err(differ("rows", model, kernel)),
            }
        }
        Ok(())
    }

    /// Holds lists of rows against each other.
    pub fn rows(&mut self, world: &World, model: &[Row], kernel: &[Row]) -> Result<(), String> {
        if model.len() != kernel.len() {
            return Err(differ("rows", &model, &kernel));
        }
        model
            .iter()
            .zip(kernel)
            .try_for_each(|(a, b)| self.row(world, a, b).map_err(|what| format!("{what}\n in {kernel:?}\n for {model:?}")))
    }

    /// The same for rows that only a copy of the kernel has shown: keys that it made for headings are no choice of the kernel.
    pub fn rows_of_copy(&mut self, world: &World, model: &[Row], kernel: &[Row]) -> Result<(), String> {
        let mut copy = self.clone();
        copy.rows(world, model, kernel)?;
        let sure = |number: &usize| self.keys.contains_key(number) || matches!(world.keys[*number].1, Id::Leaf(..));
        let (keys, guesses) = copy.keys.into_iter().partition(|(number, _)| sure(number));
        (copy.keys, copy.guesses) = (keys, guesses);
        copy.owners.retain(|key, (heading, _)| self.owners.contains_key(key) || !*heading);
        *self = copy;
        Ok(())
    }

    /// The line that a key names, out of some; a key that was not seen yet is that of the first line without one.
    pub fn line(&mut self, world: &World, view: usize, bytes: &[u8], among: &[Id]) -> Option<Id> {
        let own = world.own_keys.iter().find(|(at, id, own)| *at == view && own == bytes && among.contains(id));
        if let Some((_, id, _)) = own {
            return Some(id.clone());
        }
        let made = |id: &Id| world.keys.iter().position(|(at, known)| *at == view && known == id);
        let known = |id: &&Id| made(id).is_some_and(|number| self.keys.get(&number).is_some_and(|key| key == bytes));
        if let Some(id) = among.iter().find(known) {
            return Some(id.clone());
        }
        let free = |id: &&Id| made(id).is_some_and(|number| !self.keys.contains_key(&number));
        let guessed = |id: &&Id| free(id) && made(id).is_some_and(|number| self.guesses.get(&number).is_some_and(|key| key == bytes));
        let id = among.iter().find(guessed).or_else(|| among.iter().find(free))?.clone();
        let number = made(&id)?;
        self.learn_key(world, number, bytes).ok()?;
        Some(id)
    }

    /// Holds what came back against what had to, of a call that succeeded.
    pub fn gives(&mut self, world: &World, view: Option<usize>, model: &Gives, kernel: &Out) -> Result<(), String> {
        let number = |out: &Out| match out {
            Out::Number(number) => u32::try_from(*number).map_err(|_| format!("{number} is no number of 32 bits")),
            other => Err(format!("a number was due, not {other:?}")),
        };
        match (model, kernel) {
            (Gives::Anything, _) => Ok(()),
            (Gives::Out(Out::Rows(a)), Out::Rows(b)) => self.rows(world, a, b),
            (Gives::Out(Out::Expanded { rows: a, more_rows: n }), Out::Expanded { rows: b, more_rows: m }) => {
                if n != m {
                    return Err(differ("rows that were shown", n, m));
                }
                self.rows(world, a, b)
            }
            (Gives::Out(a), b) if a == b => Ok(()),
            (Gives::Out(a), b) => Err(differ("results", a, b)),
            (Gives::Position { row, count }, Out::Position { row: at, numerator, denominator }) => {
                let whole = (*count).max(1) as u64;
                let ratio = u64::from(*numerator) * whole == u64::from(*denominator) * (*row as u64);
                if *at as usize == *row && *denominator != 0 && ratio {
                    Ok(())
                } else {
                    Err(differ("positions", model, &Gives::Out(kernel.clone())))
                }
            }
            (Gives::Bookmark(made), out) => {
                let (real, view) = (number(out)?, view.unwrap_or_default());
                let used = self.bookmarks.iter().any(|((at, _), known)| *at == view && *known == real);
                self.bookmarks.insert((view, *made), real);
                if real < 3 || used { Err(format!("bookmark {real} is predefined or used (TABLE-153)")) } else { Ok(()) }
            }
            (Gives::Connection(made), out) => {
                let real = number(out)?;
                let used = self.connections.values().any(|known| *known == real);
                self.connections.insert(*made, real);
                if real == 0 || used { Err(format!("connection {real} is zero or used (TABLE-028)")) } else { Ok(()) }
            }
            (Gives::Block(made), Out::Block(bytes)) => {
                self.blocks.insert(*made, bytes.to_vec());
                Ok(())
            }
            (Gives::Status(status), Out::TableStatus { status: got, .. }) if status == got => Ok(()),
            (Gives::Status(status), Out::Number(got)) if i64::from(*status) == *got => Ok(()),
            (Gives::Columns { tags, all }, Out::Tags(got)) => columns(tags, got, *all),
            (Gives::DataRow(row, place), Out::DataRow { row: got, number }) => {
                let right = row == got || matches!((row, got), (Some(a), Some(b)) if format!("{a:?}") == format!("{b:?}"));
                if right && place.is_none_or(|place| place == *number) { Ok(()) } else { Err(differ("rows", row, got)) }
            }
            (model, kernel) => Err(format!("results differ in kind\n  model: {model:?}\n kernel: {kernel:?}")),
        }
    }

    /// The kernel's number of a bookmark.
    pub fn bookmark(&self, view: usize, made: u32) -> Option<u32> {
        self.bookmarks.get(&(view, made)).copied()
    }

    /// The model's number of a connection.
    pub fn connection(&self, real: u32) -> Option<u32> {
        self.connections.iter().find(|(_, known)| **known == real).map(|(made, _)| *made)
    }
}

/// Tags in order. Among all columns there may be those that tables make themselves; nobody says where (TABLE-067).
fn columns(model: &[PropTag], kernel: &[PropTag], all: bool) -> Result<(), String> {
    let made = [PropTag::PR_INSTANCE_KEY, PropTag::PR_DEPTH, PropTag::PR_ROW_TYPE, PropTag::PR_CONTENT_COUNT, PropTag::PR_CONTENT_UNREAD];
    let kept: Vec<PropTag> = kernel.iter().copied().filter(|tag| !all || model.contains(tag) || !made.contains(tag)).collect();
    if kept == model { Ok(()) } else { Err(differ("columns", &model.to_vec(), &kept)) }
}

/// The made-up bytes of a key or a collapse state.
pub fn made(number: usize, block: bool) -> Bytes {
    Bytes::new(if block { made_block(number) } else { made_key(number) })
}
