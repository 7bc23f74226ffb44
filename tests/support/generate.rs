//! Random operations for a world as it is.

use super::choices::Choices;
use super::plan::{PROCESSES, Plan, THREADS};
use super::texts;
use crate::model::table::Flags;
use crate::model::{Body, Method, Name, ObjectMethod, Op, Pw, Request, World, flag};

/// What an operation can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Kind {
    Logon,
    Begin,
    Finish,
    Logoff,
    Release,
    Initialize,
    Uninitialize,
    Advance,
    Delete,
    Rename,
    SetDefault,
    Method,
    Object,
    Table,
    FinishTable,
    Sink,
    Dispatch,
    Leave,
    Kill,
}

/// Kinds of operations and how often each comes.
const KINDS: [(Kind, usize); 19] = [
    (Kind::Logon, 8),
    (Kind::Begin, 4),
    (Kind::Logoff, 4),
    (Kind::Advance, 3),
    (Kind::Finish, 2),
    (Kind::Release, 2),
    (Kind::Initialize, 2),
    (Kind::Delete, 2),
    (Kind::Rename, 2),
    (Kind::SetDefault, 2),
    (Kind::Uninitialize, 1),
    (Kind::Method, 4),
    (Kind::Object, 2),
    (Kind::Table, 1),
    (Kind::FinishTable, 1),
    (Kind::Sink, 2),
    (Kind::Dispatch, 1),
    (Kind::Leave, 1),
    (Kind::Kill, 1),
];

/// The same for worlds about what hangs from sessions.
const SESSION_KINDS: [(Kind, usize); 14] = [
    (Kind::Logon, 5),
    (Kind::Method, 14),
    (Kind::Object, 8),
    (Kind::Sink, 6),
    (Kind::Logoff, 3),
    (Kind::Table, 3),
    (Kind::FinishTable, 1),
    (Kind::Dispatch, 2),
    (Kind::Advance, 3),
    (Kind::Leave, 2),
    (Kind::Release, 1),
    (Kind::Kill, 1),
    (Kind::Initialize, 2),
    (Kind::Uninitialize, 1),
];

/// Flag words of clients that exist.
pub const REAL_FLAGS: [u32; 15] = [
    0x3B,
    0x23,
    0x8000_8022,
    0x8000_8062,
    0x8000_0001,
    0x8000_0061,
    0x32,
    0x8060,
    0x28,
    0x8000_8068,
    0x1_8032,
    0x8010_0032,
    0x8022,
    0x10_0022,
    0x1022,
];

/// Flag words of logons that share sessions, or have one of their own, with mail and without.
const EASY_FLAGS: [u32; 10] = [0x28, 0x8028, 0x28, 0x8028, 0x2A, 0x802A, 0x1028, 0x22, 0x8022, 0x1022];

/// The kinds of operations of one run: all of them, or some. Each stands there as often as it shall come.
pub fn swarm(choices: &mut impl Choices) -> Vec<Kind> {
    let mask = if choices.coin() { choices.below(1 << 19) | 1 } else { !0 };
    let some = KINDS.iter().enumerate().filter(|(at, _)| mask & (1 << at) != 0);
    some.flat_map(|(_, (kind, times))| std::iter::repeat_n(*kind, *times)).collect()
}

/// The kinds of operations of a run about what hangs from sessions.
pub fn session_swarm() -> Vec<Kind> {
    SESSION_KINDS.iter().flat_map(|(kind, times)| std::iter::repeat_n(*kind, *times)).collect()
}

/// An operation that can be made in this world.
pub fn op(choices: &mut impl Choices, plan: &Plan, world: &World) -> Op {
    let op = any_op(choices, plan, world);
    if possible(world, &op) { op } else { Op::Advance { ms: 1000 } }
}

/// An operation, though perhaps of a thread that is inside a call.
pub fn any_op(choices: &mut impl Choices, plan: &Plan, world: &World) -> Op {
    let kind = choices.of(&plan.kinds);
    let (process, thread) = caller(choices, world);
    match kind {
        Kind::Logon => Op::Logon(request(choices, plan, world, (process, thread))),
        Kind::Begin => Op::BeginLogon(request(choices, plan, world, (process, thread))),
        Kind::Finish => Op::FinishLogon { call: call(choices, world) },
        Kind::Logoff => {
            let (process, session) = session(choices, world, process);
            let flags = choices.of(&[0, flag::LOGOFF_SHARED, flag::LOGOFF_UI, 0, flag::LOGOFF_SHARED, 0x100]);
            Op::Logoff { process, thread, session, flags }
        }
        Kind::Release => {
            let (process, session) = session(choices, world, process);
            Op::Release { process, thread, session }
        }
        Kind::Method => {
            let (process, session) = session(choices, world, process);
            Op::On { process, thread, session, method: method(choices, world, session) }
        }
        Kind::Sink => {
            let (process, session) = session(choices, world, process);
            let connection = choices.below(world.connections.min(200) + 2);
            let method = choices.of(&[Method::Advise { sink: 1 }, Method::Advise { sink: 1 }, Method::Unadvise { connection }]);
            Op::On { process, thread, session, method }
        }
        Kind::Leave => {
            let (process, session) = session(choices, world, process);
            let method = choices.of(&[Method::QueryFastShutdown, Method::NotifyProcessShutdown, Method::DoFastShutdown]);
            Op::On { process, thread, session, method }
        }
        Kind::Table => {
            let (process, session) = session(choices, world, process);
            Op::BeginTable { process, thread, session }
        }
        Kind::FinishTable => Op::FinishTable { call: choices.below(u32::try_from(world.waits.len()).unwrap_or(0) + 1) as usize },
        Kind::Object => object_method(choices, world, (process, thread)),
        Kind::Dispatch => Op::Dispatch { process, thread },
        Kind::Kill => Op::Kill { process },
        Kind::Initialize => {
            let flags = choices.of(&[0, 0x8, 0x1, 0x1_0000, 0x80]);
            Op::Initialize { process, thread, flags, version: u32::from(choices.once_in(9)) }
        }
        Kind::Uninitialize => Op::Uninitialize { process, thread },
        Kind::Advance => Op::Advance { ms: choices.of(&[1u64, 999, 1000, 4000, 5000, 60_000]) },
        Kind::Delete => Op::DeleteProfile { process, thread, name: texts::read_name(choices, world) },
        Kind::Rename => {
            let (name, new) = (texts::read_name(choices, world), texts::read_name(choices, world));
            Op::RenameProfile { process, thread, name, new }
        }
        Kind::SetDefault => {
            let name = (!choices.once_in(5)).then(|| texts::read_name(choices, world));
            Op::SetDefault { process, thread, name }
        }
    }
}

/// Whether an operation can be made: a thread makes one call at a time.
pub fn possible(world: &World, op: &Op) -> bool {
    maker(op).is_none_or(|(process, thread)| !world.thread_busy(process, thread))
}

/// The process and thread that make an operation.
pub fn maker(op: &Op) -> Option<(u32, u32)> {
    op.maker()
}

/// A method of a session, other than those of registrations and of shutdown.
fn method(choices: &mut impl Choices, world: &World, session: usize) -> Method {
    let kept = world.members.get(session).and_then(|member| member.last_error).unwrap_or(0);
    match choices.below(10) {
        0 | 1 => Method::OpenMsgStore { store: choices.below(5) as usize, flags: choices.of(&[0, 0x80, 0x5, 0x81, 0x2]) },
        2 => Method::OpenAddressBook,
        3 | 4 => Method::GetStatusTable,
        5 | 6 => {
            let of = if choices.coin() { session } else { choices.below(u32::try_from(world.members.len()).unwrap_or(0) + 1) as usize };
            Method::OpenStatus { of, row: choices.below(10) as usize }
        }
        7 => Method::EnumAdrTypes,
        8 => Method::QueryIdentity,
        _ => Method::GetLastError { hr: if choices.once_in(4) { choices.of(&[0, 0x8004_010F]) } else { kept } },
    }
}

/// A method of an object, mostly one that it has, mostly by its owner.
fn object_method(choices: &mut impl Choices, world: &World, (process, thread): (u32, u32)) -> Op {
    let there: Vec<usize> = (0..world.objects.len()).filter(|at| !world.objects[*at].released).collect();
    let any = there.is_empty() || choices.once_in(8);
    let object =
        if any { choices.below(u32::try_from(world.objects.len()).unwrap_or(0).min(200) + 1) as usize } else { choices.of(&there) };
    let found = world.objects.get(object);
    let owner = found.map(|object| object.process).filter(|_| !choices.once_in(10)).unwrap_or(process);
    let table = matches!(found.map(|object| &object.body), Some(Body::Table(..)));
    let method = match choices.below(8) {
        0 => ObjectMethod::Release,
        1 if table => ObjectMethod::Count,
        2 | 3 if table => {
            ObjectMethod::Seek { origin: choices.below(4), by: choices.of(&[0, 1, 2, 5, 100, -1, -2, -100, i32::MAX, i32::MIN]) }
        }
        4..=7 if table => {
            ObjectMethod::Rows { count: choices.of(&[1, 2, 255, 0, -1, -3, i32::MAX, i32::MIN]), flags: choices.of(&[0, 0, 1, 1, 2]) }
        }
        1..=3 => ObjectMethod::Props,
        4 | 5 => ObjectMethod::Flush,
        6 => ObjectMethod::Validate,
        _ => ObjectMethod::Release,
    };
    Op::Object { process: owner, thread, object, method }
}

/// A thread, one that is not inside a call if there is one.
fn caller(choices: &mut impl Choices, world: &World) -> (u32, u32) {
    let threads = PROCESSES * THREADS;
    let first = choices.below(threads);
    let nth = |n: u32| (1 + n % threads % PROCESSES, 1 + n % threads / PROCESSES);
    (first..first + threads).map(nth).find(|(process, thread)| !world.thread_busy(*process, *thread)).unwrap_or(nth(first))
}

/// A session, mostly one that lives, with the process that has it; rarely with another process.
fn session(choices: &mut impl Choices, world: &World, process: u32) -> (u32, usize) {
    let live: Vec<usize> = (0..world.members.len()).filter(|at| world.members[*at].live).collect();
    let session = if live.is_empty() || choices.once_in(6) {
        choices.below(u32::try_from(world.members.len()).unwrap_or(0) + 1) as usize
    } else {
        choices.of(&live)
    };
    let owner = world.members.get(session).map(|member| member.process);
    (owner.filter(|_| !choices.once_in(8)).unwrap_or(process), session)
}

/// A logon, mostly one that waits.
fn call(choices: &mut impl Choices, world: &World) -> usize {
    let waiting = world.waiting();
    if waiting.is_empty() || choices.once_in(6) {
        choices.below(u32::try_from(world.calls.len()).unwrap_or(0) + 1) as usize
    } else {
        choices.of(&waiting)
    }
}

/// A logon. The name is what MAPI will read.
pub fn request(choices: &mut impl Choices, plan: &Plan, world: &World, (process, thread): (u32, u32)) -> Request {
    if plan.easy && !choices.once_in(8) {
        let name = Name::Given(choices.of(&["A", "Work"]).to_string());
        let flags = choices.of(&EASY_FLAGS);
        return Request { process, thread, name, password: Pw::Null, flags, null_result: false };
    }
    let mut flags = match choices.below(4) {
        0 => choices.of(&REAL_FLAGS),
        1 => flag::NEW_SESSION | choices.of(&[0, flag::ALLOW_OTHERS, flag::LOGON_UI, flag::SERVICE_UI_ALWAYS]),
        _ => Flags::nth(choices.below(1 << 15)).bits(),
    } & plan.flags;
    if flags & flag::LOGON_UI != 0 && !choices.once_in(8) {
        flags &= !flag::PASSWORD_UI;
    }
    if choices.once_in(16) {
        flags |= 1 << (7 + choices.below(5));
    }
    let code_page = texts::code_page(plan.code_page);
    let name = match choices.below(8) {
        0 => Name::Null,
        1 if choices.coin() => Name::Empty,
        1 => {
            if !texts::has_undecodable(code_page) {
                flags |= flag::UNICODE;
            }
            Name::Undecodable
        }
        _ => texts::as_read(&texts::any_name(choices, world), flags, code_page),
    };
    let password = choices.of(&[Pw::Null, Pw::Null, Pw::Null, Pw::Null, Pw::Null, Pw::Null, Pw::Empty, Pw::Other]);
    Request { process, thread, name, password, flags, null_result: choices.once_in(24) }
}
