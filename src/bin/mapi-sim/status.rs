//! `mapi-sim status` and `mapi-sim state`: a world after a logon.

use mapi_sim::call::{Bytes, Call, Handle, IMAPISession, IMAPITable, Out, Reply};
use mapi_sim::mapi::Prop;
use mapi_sim::{LogonFlags, PropTag, Row, Rows, StoreFlags, Value};

use crate::args::{Status, WorldState};
use crate::logon::{World, call};
use crate::{Said, compare, line, plural};

/// Most things that happen by themselves before the table is read.
const MOST_EVENTS: u32 = 100_000;

/// Bytes of a binary value that are shown.
const MOST_BYTES: usize = 24;

/// A status table as one client sees it.
pub(crate) struct View {
    /// Who, and where: `main in the world "office"`.
    pub who: String,
    /// The logon.
    pub logon: String,
    /// What became of it: `a session of its own on "Work"`.
    pub outcome: String,
    pub rows: Vec<Row>,
    /// What did not go well on the way.
    pub notes: String,
}

/// `mapi-sim status`.
pub(crate) fn status(args: &Status) -> Said {
    if args.compare {
        return compare::compare(args);
    }
    let View { who, logon, outcome, rows, notes } = match view(args, args.flags) {
        Ok(view) => view,
        Err(why) => return Said::wrong(why),
    };
    let mut out = format!("{logon} by {who}\n{outcome}: a status table of {}\n", plural(rows.len(), "row"));
    if args.wide {
        line(&mut out, format_args!("\n{}", Rows(rows)));
    } else {
        rows.iter().for_each(|row| block(&mut out, row));
    }
    Said { out, err: notes, ok: true }
}

/// `mapi-sim state`.
pub(crate) fn state(args: &WorldState) -> Said {
    let mut world = match World::start(&args.logon) {
        Ok(world) => world,
        Err(why) => return Said::wrong(why),
    };
    let mut said = Said::well(String::new());
    if args.logon.profile.is_some() || args.flags.is_some() {
        let logon = call(args.logon.profile.as_deref(), args.flags.unwrap_or_default());
        if let Err(why) = world.make(logon) {
            said = Said::wrong(why);
        }
    }
    said.out = world.sim().state().to_string();
    said
}

/// Logs on with these flags in a fresh world, and reads the table.
pub(crate) fn view(args: &Status, flags: LogonFlags) -> Result<View, String> {
    let mut world = World::start(&args.logon)?;
    let call = call(args.logon.profile.as_deref(), flags);
    let logon = call.to_string();
    let session = world.open(call)?;
    let outcome = world.outcome(session);
    let who = format!("{} in the world \"{}\"", args.logon.process, world.sim().fixture_name());
    let mut notes = String::new();
    if args.open {
        open_all(&mut world, session, &mut notes)?;
    }
    let table = IMAPISession::GetStatusTable { flags: 0.into() };
    let rows = rows(&mut world, session, table)?;
    Ok(View { who, logon, outcome, rows, notes })
}

/// OpenAddressBook, OpenMsgStore on every store, and then the world comes to rest. What cannot be opened is noted.
fn open_all(world: &mut World, session: Handle, notes: &mut String) -> Result<(), String> {
    let mut open = |world: &mut World, call| {
        if let Err(why) = world.make(Call::IMAPISession(session, call)) {
            line(notes, format_args!("{why}"));
        }
    };
    open(world, IMAPISession::OpenAddressBook { ui_param: 0, interface: None, flags: 0 });
    for row in rows(world, session, IMAPISession::GetMsgStoresTable { flags: 0.into() })? {
        if let Some(Value::Binary(id)) = row.find(PropTag::PR_ENTRYID.id()).map(|prop| &prop.value) {
            let entry_id = Some(Bytes::new(id.as_slice()));
            open(world, IMAPISession::OpenMsgStore { ui_param: 0, entry_id, interface: None, flags: StoreFlags::empty() });
        }
    }
    let _ = (0..MOST_EVENTS).find(|_| !world.sim().step());
    Ok(())
}

/// Every row of a table that a session opens.
fn rows(world: &mut World, session: Handle, opens: IMAPISession) -> Result<Vec<Row>, String> {
    let table = world.open(Call::IMAPISession(session, opens))?;
    let counted = world.make(Call::IMAPITable(table, IMAPITable::GetRowCount { flags: 0 }))?;
    let row_count = if let Out::Number(count) = counted.out { i32::try_from(count).unwrap_or(i32::MAX) } else { 0 };
    if row_count == 0 {
        return Ok(Vec::new());
    }
    let Reply { out, .. } = world.make(Call::IMAPITable(table, IMAPITable::QueryRows { row_count, flags: 0 }))?;
    Ok(if let Out::Rows(rows) = out { rows } else { Vec::new() })
}

/// A row: what it is, then its columns one below the other.
fn block(out: &mut String, row: &Row) {
    let [kind, name] = title(row);
    let number = row.find(PropTag::PR_ROWID.id()).and_then(decoded).map_or_else(String::new, |(_, number)| number);
    line(out, format_args!("\n{number}  {kind} \"{name}\""));
    let in_title = [PropTag::PR_ROWID, PropTag::PR_RESOURCE_TYPE, PropTag::PR_DISPLAY_NAME];
    for prop in row.props.iter().filter(|prop| !in_title.iter().any(|tag| tag.id() == prop.tag.id())) {
        if let Some((column, value)) = decoded(prop) {
            line(out, format_args!("     {column:<22}  {value}"));
        }
    }
}

/// PR_RESOURCE_TYPE and PR_DISPLAY_NAME of a row.
pub(crate) fn title(row: &Row) -> [String; 2] {
    let text = |tag: PropTag| row.find(tag.id()).and_then(names).map_or_else(|| "?".to_owned(), |(_, text)| text);
    [text(PropTag::PR_RESOURCE_TYPE), text(PropTag::PR_DISPLAY_NAME)]
}

/// Column and value as [`Rows`] decodes them. `None` for a value that is absent and for columns that only identify a row.
fn names(prop: &Prop) -> Option<(String, String)> {
    let alone = Rows(vec![Row { props: vec![prop.clone()] }]).to_string();
    let (column, value) = alone.split_once('\n')?;
    (!column.is_empty()).then(|| (column.to_owned(), value.to_owned()))
}

/// Column and value: words with their number, and no more bytes than fit in a line.
pub(crate) fn decoded(prop: &Prop) -> Option<(String, String)> {
    let (column, text) = names(prop)?;
    let value = match &prop.value {
        Value::Long(number) if text.parse::<i32>().is_err() => format!("0x{number:08X} {text}"),
        Value::Binary(bytes) if bytes.len() > MOST_BYTES => {
            let start = Value::Binary(bytes.iter().take(MOST_BYTES).copied().collect());
            format!("{start}… ({} bytes)", bytes.len())
        }
        _ => text,
    };
    Some((column, value))
}
