//! A tour through what hangs from a session: every member of a shared session with and without mail does everything once, under every reading
//! that matters, beside the model.

use std::collections::BTreeMap;

use crate::model::{
    Act, Behaviour, Delivery, DialogAnswer, FAIL_ONE, Holder, INVALID_PARAMETER, Knobs, LastError, Method, NOT_FOUND, NOT_PRIMARY, Name,
    ObjectMethod, Op, Outcome, PRIMARY, Prov, Pw, Request, Resource, S_OK, StatusRows, Svc, UNCONFIGURED, World,
};
use crate::support::choices::Bytes;
use crate::support::plan::{self, Plan};
use crate::support::run_ops;

const MAIL: u32 = 0x28;
const NO_MAIL: u32 = 0x8028;
const ALONE: u32 = 0x22;
const SHARED: u32 = 0x1;

fn prov(section: &str, resource: Resource, flags: u32) -> Prov {
    let types = if resource == Resource::Transport { vec![section.to_uppercase()] } else { Vec::new() };
    Prov { section: section.to_string(), resource, row: true, flags, identity: None, types, limit: None, fast: Some(true) }
}

/// Two profiles with a service that has everything, one that is coupled, and one whose providers fail.
fn plan(knobs: Knobs) -> Plan {
    let mut plan = plan::plan(&mut Bytes::new(&[]));
    let mut world = World::new(knobs);
    let (ab, store, transport) = (Resource::AddressBook, Resource::Store, Resource::Transport);
    let mut home = vec![prov("ab", ab, PRIMARY), prov("store", store, 0x2 | NOT_PRIMARY), prov("smtp", transport, NOT_PRIMARY)];
    home[0].identity = Some("Test User".to_string());
    let mut server = vec![prov("box", store, 0x2), prov("srv", transport, PRIMARY), prov("book", ab, 0)];
    server[1].identity = Some("Server User".to_string());
    (server[0].limit, server[2].fast) = (Some(1), None);
    let bad = vec![prov("bad", store, 0), prov("once", store, 0), prov("lame", transport, 0)];
    for (name, providers) in [("SVC0", home), ("SVC1", server), ("SVC2", bad)] {
        world.installed.insert(name.to_string(), providers);
    }
    let all = ["SVC0", "SVC1", "SVC2"];
    for name in ["A", "Work"] {
        let svc = |name: &&str| Svc { name: name.to_string(), configured: true, required: false, has_entry: true, disabled: false };
        world.add_profile(name, false, all.iter().map(svc).collect());
    }
    let says = |logon: &[u32], after_ms| Behaviour { logon: logon.iter().copied().collect(), after_ms, ..Behaviour::default() };
    world.script.providers = BTreeMap::from([
        ("smtp".to_string(), Behaviour { inbound: 2, ..says(&[], 0) }),
        ("srv".to_string(), says(&[S_OK], 1000)),
        ("once".to_string(), says(&[UNCONFIGURED, S_OK], 0)),
        ("bad".to_string(), says(&[FAIL_ONE, 0x8004_0115], 0)),
        ("lame".to_string(), says(&[FAIL_ONE], 0)),
    ]);
    world.script.entry.insert("SVC2".to_string(), [true].into());
    world.processes = plan.world.processes.clone();
    plan.world = world;
    plan.initialized = vec![1, 2, 3];
    plan
}

fn on(process: u32, session: usize, method: Method) -> Op {
    Op::On { process, thread: 1, session, method }
}

fn logon(process: u32, name: &str, flags: u32) -> Op {
    let name = Name::Given(name.to_string());
    Op::Logon(Request { process, thread: 1, name, password: Pw::Null, flags, null_result: false })
}

/// What one member does.
fn everything(process: u32, session: usize) -> Vec<Op> {
    let mut ops = vec![on(process, session, Method::GetStatusTable), on(process, session, Method::QueryIdentity)];
    ops.extend([Method::EnumAdrTypes, Method::OpenAddressBook, Method::OpenAddressBook].map(|method| on(process, session, method)));
    for (store, flags) in [(0, 0), (0, 0x80), (1, 5), (1, 0), (2, 0), (3, 0), (2, 0), (3, 0), (9, 0), (0, 2)] {
        ops.push(on(process, session, Method::OpenMsgStore { store, flags }));
        ops.push(on(process, session, Method::GetLastError { hr: NOT_FOUND }));
    }
    ops.extend((0..10).map(|row| on(process, session, Method::OpenStatus { of: session, row })));
    ops.extend((0..10).map(|row| on(process, session, Method::OpenStatus { of: 0, row })));
    ops.extend([1, 2, 0].map(|sink| on(process, session, Method::Advise { sink })));
    ops.extend([1, 99].map(|connection| on(process, session, Method::Unadvise { connection })));
    ops.push(on(process, session, Method::GetLastError { hr: NOT_FOUND }));
    ops
}

/// What is done to an object, whatever it is.
fn handled(process: u32, object: usize) -> Vec<Op> {
    let mut methods = vec![ObjectMethod::Count, ObjectMethod::Props, ObjectMethod::Validate, ObjectMethod::Flush];
    for (origin, by, count, flags) in [(0, 2, 1, 0), (1, 1, 2, 1), (2, -1, -2, 0), (1, 0, -1, 1), (1, i32::MAX, i32::MIN, 0), (3, 0, 0, 0)]
    {
        methods.extend([ObjectMethod::Seek { origin, by }, ObjectMethod::Rows { count, flags }, ObjectMethod::Rows { count: 1, flags: 0 }]);
    }
    methods.into_iter().map(|method| Op::Object { process, thread: 1, object, method }).collect()
}

/// Members come, do everything, and go, one way or the other.
fn tour(first: u32, ends: &[Op]) -> Vec<Op> {
    let mut ops = vec![logon(1, "A", first), logon(2, "A", NO_MAIL), on(2, 1, Method::GetStatusTable)];
    ops.push(Op::BeginTable { process: 1, thread: 2, session: 0 });
    ops.push(Op::Advance { ms: 500 });
    ops.extend([logon(3, "A", MAIL | 0x1000), logon(1, "Work", ALONE)]);
    for (process, session) in [(1, 0), (2, 1), (3, 2), (1, 3), (2, 0)] {
        ops.extend(everything(process, session));
    }
    for object in (0..50).step_by(7) {
        (1..=3).for_each(|process| ops.extend(handled(process, object)));
    }
    ops.extend((0..60).step_by(2).map(|object| Op::Object { process: 2, thread: 1, object, method: ObjectMethod::Release }));
    ops.push(on(2, 1, Method::QueryFastShutdown));
    ops.push(on(3, 2, Method::NotifyProcessShutdown));
    for end in ends {
        ops.push(end.clone());
        ops.extend((1..=3).map(|process| Op::Dispatch { process, thread: 2 }));
        ops.extend((0..4).map(|session| on(1 + session as u32 % 3, session, Method::GetStatusTable)));
        ops.push(Op::Advance { ms: 1 });
        ops.extend((0..60).step_by(5).map(|object| Op::Object { process: 1, thread: 1, object, method: ObjectMethod::Props }));
    }
    ops.push(logon(2, "A", MAIL));
    ops.push(on(2, 4, Method::GetStatusTable));
    ops
}

/// Ways in which the members leave.
fn ways() -> Vec<Vec<Op>> {
    let logoff = |process, session, flags| Op::Logoff { process, thread: 1, session, flags };
    let release = |process, session| Op::Release { process, thread: 1, session };
    let uninitialize = |process| Op::Uninitialize { process, thread: 1 };
    vec![
        vec![logoff(3, 2, 0), logoff(1, 0, 0), logoff(2, 1, 0), logoff(1, 3, 0)],
        vec![logoff(1, 0, 0), logoff(3, 2, SHARED), logoff(1, 3, SHARED), logoff(2, 1, 0)],
        vec![logoff(1, 3, SHARED), logoff(1, 0, SHARED), logoff(2, 1, SHARED), logoff(3, 2, 0)],
        vec![release(2, 1), release(3, 2), logoff(3, 2, 0), uninitialize(1)],
        vec![Op::Kill { process: 1 }, Op::Kill { process: 3 }, uninitialize(2)],
        vec![on(1, 0, Method::DoFastShutdown), on(3, 2, Method::DoFastShutdown), Op::Kill { process: 1 }, logoff(2, 1, 0)],
    ]
}

/// Each reading but the usual one, alone.
fn readings() -> Vec<Knobs> {
    let usual = Knobs::default;
    vec![
        Knobs { eager_providers: true, ..usual() },
        Knobs { eager_transports: true, ..usual() },
        Knobs { status_rows: StatusRows::Profile, ..usual() },
        Knobs { no_mail_flush_ok: true, ..usual() },
        Knobs { late_delivery: true, ..usual() },
        Knobs { delivery: Delivery::Inline, ..usual() },
        Knobs { delivery: Delivery::Thread, ..usual() },
        Knobs { critical_on_any_logoff: true, ..usual() },
        Knobs { unadvise_unknown: INVALID_PARAMETER, ..usual() },
        Knobs { unadvise_unknown: S_OK, ..usual() },
        Knobs { logoff_shared_by_owner: true, ..usual() },
        Knobs { logoff_shared_machine_wide: true, ..usual() },
        Knobs { last_error: LastError::Cleared, ..usual() },
        Knobs { last_error: LastError::None, ..usual() },
        Knobs { query_identity_opens_ab: false, ..usual() },
        Knobs { negative_read_to_first: true, ..usual() },
    ]
}

/// One tour; `at` is the way in which the members leave.
fn walk(knobs: &Knobs, at: usize, first: u32) {
    let mut plan = plan(knobs.clone());
    plan.world.fast_shutdown = u8::try_from(at % 3).expect("below three");
    plan.init_flags = u32::from(at % 4 == 3);
    let ways = ways();
    run_ops(&plan, &tour(first, &ways[at % ways.len()]));
}

#[test]
fn every_member_does_everything() {
    for at in 0..ways().len() {
        walk(&Knobs::default(), at, if at % 2 == 0 { NO_MAIL | 0x2 } else { MAIL | 0x2 });
    }
    for (at, knobs) in readings().iter().enumerate() {
        walk(knobs, at, if at % 2 == 0 { MAIL | 0x2 } else { NO_MAIL | 0x2 });
    }
}

/// Who logs on, and what the user of the first does with the logon dialog after five seconds.
fn beside_a_dialog() -> (Plan, Op, Op) {
    let ask = |process, name, flags| Op::BeginLogon(Request { process, thread: 1, name, password: Pw::Null, flags, null_result: false });
    let mut plan = plan(Knobs::default());
    let picks = DialogAnswer { act: Act::Pick("A".to_string()), configure_services: false, after_ms: 5000 };
    plan.world.script.logon = [picks].into_iter().collect();
    (plan, ask(1, Name::Null, 0x23), ask(2, Name::Given("A".to_string()), 0x10_0022))
}

/// Who waits exactly as long as it may gets the mutex that a dialog, or somebody outside, frees at that moment.
#[test]
fn what_frees_the_mutex_comes_before_the_end_of_patience() {
    let (mut plan, dialog, short) = beside_a_dialog();
    let outcomes = run_ops(&plan, &[dialog, short.clone(), Op::FinishLogon { call: 1 }]);
    assert_eq!(outcomes.last().and_then(Outcome::code), Some(S_OK));
    plan.world.holders.push(Holder::new(None, 0, Some(5000)));
    let outcomes = run_ops(&plan, &[short, Op::FinishLogon { call: 0 }]);
    assert_eq!(outcomes.last().and_then(Outcome::code), Some(S_OK));
}

/// A process that is killed in a logon holds the mutex no longer.
#[test]
fn a_killed_process_holds_no_mutex() {
    let (plan, dialog, short) = beside_a_dialog();
    let ops = [dialog, short, Op::Kill { process: 1 }, Op::FinishLogon { call: 1 }, Op::FinishLogon { call: 0 }];
    let outcomes = run_ops(&plan, &ops);
    assert_eq!(outcomes.iter().rev().nth(1).and_then(Outcome::code), Some(S_OK));
}

/// Names are measured in UTF-16 units, whatever bytes they take.
#[test]
fn a_name_of_64_letters_fits_in_any_alphabet() {
    for (letter, most) in [("z", 64), ("\u{44f}", 64), ("\u{4e88}", 64), ("\u{20000}", 32)] {
        for length in [most, most + 1] {
            let rename = Op::RenameProfile { process: 1, thread: 1, name: "A".to_string(), new: letter.repeat(length) };
            let outcomes = run_ops(&plan(Knobs::default()), &[rename]);
            assert_eq!(outcomes.last().and_then(Outcome::code) == Some(S_OK), length == most, "{length} times {letter}");
        }
    }
}
