//! Random operations for a world as it is.

use super::choices::Choices;
use super::plan::{PROCESSES, Plan, THREADS};
use super::texts;
use crate::model::table::Flags;
use crate::model::{Name, Op, Pw, Request, World, flag};

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
}

/// Kinds of operations and how often each comes.
const KINDS: [(Kind, usize); 11] = [
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

/// The kinds of operations of one run: all of them, or some. Each stands there as often as it shall come.
pub fn swarm(choices: &mut impl Choices) -> Vec<Kind> {
    let mask = if choices.coin() { choices.below(1 << 11) | 1 } else { !0 };
    let some = KINDS.iter().enumerate().filter(|(at, _)| mask & (1 << at) != 0);
    some.flat_map(|(_, (kind, times))| std::iter::repeat_n(*kind, *times)).collect()
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
    match op {
        Op::Logon(request) | Op::BeginLogon(request) => Some((request.process, request.thread)),
        Op::FinishLogon { .. } | Op::Advance { .. } => None,
        Op::Initialize { process, thread, .. }
        | Op::Uninitialize { process, thread }
        | Op::Logoff { process, thread, .. }
        | Op::Release { process, thread, .. }
        | Op::DeleteProfile { process, thread, .. }
        | Op::RenameProfile { process, thread, .. }
        | Op::SetDefault { process, thread, .. } => Some((*process, *thread)),
    }
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
