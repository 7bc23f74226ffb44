//! What hangs from sessions: the views of the members, and what has to hold of them.

use std::collections::{BTreeMap, BTreeSet};

use mapi_sim::call::{Call, Handle, IMAPISession};
use mapi_sim::kernel::{Kernel, Nobody, Progress};
use mapi_sim::mapi::{Hresult, PropTag, Row, Value, WidthFlags};

use super::lower;
use super::oracle::{hold, same};
use super::sut::{Sut, number};
use crate::model::{RowFacts, Running, World};

/// A running provider: its place, its row, open objects, whether the spooler knows it, and when it is ready.
type RunningFacts = ((usize, usize), Option<u32>, u32, bool, Option<u64>);

/// The status tables of all members that live, made once for all that is asked of them.
pub struct Tables(BTreeMap<Handle, Vec<Row>>);

impl Tables {
    /// As they are now.
    pub fn of(kernel: &Kernel) -> Self {
        let live = kernel.members().filter(|(_, member)| !member.logged_off);
        Tables(live.map(|(handle, _)| (handle, kernel.status_rows(handle))).collect())
    }

    fn get(&self, member: Handle) -> &[Row] {
        self.0.get(&member).map_or(&[], Vec::as_slice)
    }
}

/// Whether the members of both worlds see the same status rows, and the cores run the same providers.
pub fn same_views(model: &World, sut: &Sut, tables: &Tables) -> Result<(), String> {
    for (session, member) in model.members.iter().enumerate() {
        let handle = lower::session(session);
        let known = sut.kernel.member(handle).filter(|member| !member.logged_off);
        hold(member.live == known.is_some(), || format!("{handle} lives in one world"))?;
        if let Some(known) = known {
            let rows = tables.get(handle).iter().map(facts).collect::<Vec<RowFacts>>();
            same(&format!("status tables of {handle}"), &model.view(session).unwrap_or_default(), &rows)?;
            same("last errors", &member.last_error, &known.last_error.as_ref().map(|error| error.hr.code()))?;
        }
    }
    let expected: Vec<Vec<RunningFacts>> = model.cores.iter().map(|core| core.resources.running.iter().map(of_model).collect()).collect();
    let got: Vec<Vec<RunningFacts>> = sut.kernel.sessions().map(|(_, core)| core.providers.iter().map(of_kernel).collect()).collect();
    same("running providers", &expected, &got)
}

fn of_model(running: &Running) -> RunningFacts {
    let at = running.start.map(|(at, ..)| at);
    (running.place, running.row, running.opened, running.spooler, at)
}

fn of_kernel(active: &mapi_sim::kernel::Active) -> RunningFacts {
    let place = (usize::from(active.place.service), usize::from(active.place.provider));
    (place, active.row, active.opened, active.spooler, active.starting.map(|(at, _)| at.as_millis()))
}

/// A status row in the model's words.
fn facts(row: &Row) -> RowFacts {
    let long = |tag| number(row.get(tag));
    let text = |tag| match row.get(tag) {
        Some(Value::String(text)) => Some(text.to_string()),
        _ => None,
    };
    let status = text(PropTag::PR_STATUS_STRING);
    RowFacts {
        row: long(PropTag::PR_ROWID),
        kind: long(PropTag::PR_RESOURCE_TYPE),
        name: text(PropTag::PR_DISPLAY_NAME).unwrap_or_default(),
        code: long(PropTag::PR_STATUS_CODE),
        methods: long(PropTag::PR_RESOURCE_METHODS),
        flags: long(PropTag::PR_RESOURCE_FLAGS),
        text: status.map(|status| ["Available", "Failure"].into_iter().find(|known| *known == status).unwrap_or("something else")),
        identity: text(PropTag::PR_IDENTITY_DISPLAY),
    }
}

fn entry_id(row: &Row) -> &[u8] {
    match row.get(PropTag::PR_ENTRYID) {
        Some(Value::Binary(bytes)) => bytes,
        _ => &[],
    }
}

/// What must hold of sessions between two calls, whatever came before.
pub fn invariants(sut: &mut Sut, tables: &Tables) -> Result<(), String> {
    rows_are_numbered_once(sut, tables)?;
    let kernel = &sut.kernel;
    for (core, session) in kernel.sessions() {
        for member in &session.members {
            views_differ_by_mail_alone(kernel, tables, session.members[0], *member)?;
        }
        let rows: Vec<u32> = session.providers.iter().filter_map(|active| active.row).collect();
        hold(rows.iter().collect::<BTreeSet<_>>().len() == rows.len(), || format!("{core}: rows {rows:?}"))?;
        hold(session.providers.iter().all(|active| active.starting.is_none() || session.spooler), || {
            format!("{core}: transports start without the spooler")
        })?;
    }
    for (handle, member) in kernel.members().filter(|(_, member)| member.logged_off) {
        hold(!kernel.sessions().any(|(_, core)| core.members.contains(&handle)), || format!("{handle} left {}", member.core))?;
    }
    dead_sessions_are_dead(sut)
}

/// Two members of a session see the same rows, but for transports and what the spooler's row says of mail.
fn views_differ_by_mail_alone(kernel: &Kernel, tables: &Tables, one: Handle, other: Handle) -> Result<(), String> {
    if one == other {
        return Ok(());
    }
    let mail = |handle| kernel.member(handle).map(|member| member.no_mail);
    if mail(one) == mail(other) {
        return hold(tables.get(one) == tables.get(other), || format!("{one} and {other} are alike and see different rows"));
    }
    let of_mail = [PropTag::PR_STATUS_CODE, PropTag::PR_STATUS_STRING, PropTag::PR_RESOURCE_METHODS];
    let differ = |one: &Row, other: &Row| {
        let spooler = number(one.get(PropTag::PR_RESOURCE_TYPE)) == 37;
        let props = |row: &Row| row.props.iter().filter(|prop| !(spooler && of_mail.contains(&prop.tag))).cloned().collect::<Vec<_>>();
        if spooler { props(one) != props(other) } else { one != other }
    };
    let common = |handle| tables.get(handle).iter().filter(|row| number(row.get(PropTag::PR_RESOURCE_TYPE)) != 36);
    let (mine, theirs) = (common(one), common(other));
    hold(mine.clone().count() == theirs.clone().count() && !mine.zip(theirs).any(|(one, other)| differ(one, other)), || {
        format!("views of {one} and {other} differ by more than mail\n{:?}\n{:?}", tables.get(one), tables.get(other))
    })
}

/// PR_ROWID of a core is never given to another provider. Under the reading by which the profile fixes the numbers a provider keeps its own.
fn rows_are_numbered_once(sut: &mut Sut, tables: &Tables) -> Result<(), String> {
    for (core, session) in sut.kernel.sessions() {
        for row in session.members.iter().flat_map(|member| tables.get(*member)) {
            let (number, id) = (number(row.get(PropTag::PR_ROWID)), entry_id(row));
            let known = sut.rows.entry((core, number)).or_insert_with(|| id.to_vec());
            hold(known == id, || format!("{core}: row {number} is another provider's now"))?;
        }
    }
    Ok(())
}

/// A session pointer after Logoff answers MAPI_E_INVALID_OBJECT, whatever is asked. Asked in a copy of the world; objects are compared with the model.
fn dead_sessions_are_dead(sut: &Sut) -> Result<(), String> {
    // A copy costs much; now and then is enough.
    if !sut.kernel.last_call().number().is_multiple_of(8) {
        return Ok(());
    }
    let Some((dead, member)) = sut.kernel.members().find(|(_, member)| member.logged_off) else { return Ok(()) };
    if sut.kernel.process(member.process).init_count() == 0
        || !sut.kernel.machine().readings.changed().all(|(r, _)| r.name() != "strict_threads")
    {
        return Ok(());
    }
    let mut copy = sut.kernel.clone();
    let process = copy.process(member.process).name().to_string();
    let caller = copy.caller(&process, "probe");
    let calls = [
        Call::IMAPISession(dead, IMAPISession::GetStatusTable { flags: WidthFlags::empty() }),
        Call::IMAPISession(dead, IMAPISession::OpenAddressBook { ui_param: 0, interface: None, flags: 0 }),
        Call::IMAPISession(dead, IMAPISession::Unadvise { connection: 1 }),
    ];
    for call in calls {
        let done = match copy.apply(caller, call.clone(), &mut Nobody) {
            Progress::Done(finished) => finished.reply.hr,
            Progress::Waiting(_) => Hresult::S_OK,
        };
        hold(done == Hresult::MAPI_E_INVALID_OBJECT, || format!("{call} gave {done:?} after Logoff"))?;
    }
    Ok(())
}
