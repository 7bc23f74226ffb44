//! Scenes of several calls: the mutex, the clock, shared sessions, the end of sessions, profiles that change while they are used.

use super::clock::Holder;
use super::types::{
    Act, Answer, Config, DELETE_MARKED, DialogAnswer, E_FAIL, INVALID_OBJECT, INVALID_PARAMETER, Knobs, LOGON_FAILED, NO_ACCESS, NOT_FOUND,
    NOT_INITIALIZED, Name, Op, Outcome, Pw, Request, S_OK, TIMEOUT, UNKNOWN_FLAGS, USER_CANCEL,
};
use super::world::{ProcessKind, Svc, World};

const NEW: u32 = 0x2;
const SHARE: u32 = 0xA;
const UI: u32 = 0x3;
const SHORT: u32 = 0x10_0002;

/// Profiles A (the default), B and the app profile P; processes 1 to 3.
fn world(knobs: Knobs) -> World {
    let mut world = World::new(knobs);
    (1..4).for_each(|process| world.add_process(process, ProcessKind::Interactive, 1));
    let a = world.add_profile("A", false, Vec::new());
    world.add_profile("B", false, Vec::new());
    world.add_profile("P", true, Vec::new());
    world.default = Some(a);
    world
}

fn office() -> World {
    world(Knobs::default())
}

fn request(process: u32, name: Option<&str>, flags: u32) -> Request {
    let name = name.map_or(Name::Null, |name| Name::Given(name.to_string()));
    Request { process, thread: 1, name, password: Pw::Null, flags, null_result: false }
}

fn apply(world: &mut World, op: Op) -> Outcome {
    let outcome = world.apply(&op);
    assert_eq!(world.check(), Ok(()), "after {op:?}");
    outcome
}

fn logon(world: &mut World, process: u32, name: Option<&str>, flags: u32) -> Outcome {
    apply(world, Op::Logon(request(process, name, flags)))
}

fn hr(world: &mut World, process: u32, name: Option<&str>, flags: u32) -> Option<u32> {
    logon(world, process, name, flags).code()
}

fn begin(world: &mut World, process: u32, name: Option<&str>, flags: u32) -> Answer {
    apply(world, Op::BeginLogon(request(process, name, flags))).answer
}

fn logoff(world: &mut World, process: u32, session: usize, flags: u32) -> Option<u32> {
    apply(world, Op::Logoff { process, thread: 1, session, flags }).code()
}

fn release(world: &mut World, process: u32, session: usize) -> Option<u32> {
    apply(world, Op::Release { process, thread: 1, session }).code()
}

fn advance(world: &mut World, ms: u64) {
    apply(world, Op::Advance { ms });
}

fn delete(world: &mut World, name: &str) -> Option<u32> {
    apply(world, Op::DeleteProfile { process: 1, thread: 1, name: name.to_string() }).code()
}

fn rename(world: &mut World, name: &str, new: &str) -> Option<u32> {
    apply(world, Op::RenameProfile { process: 1, thread: 1, name: name.to_string(), new: new.to_string() }).code()
}

fn default(world: &mut World, name: Option<&str>) -> Option<u32> {
    apply(world, Op::SetDefault { process: 1, thread: 1, name: name.map(str::to_string) }).code()
}

fn initialize(world: &mut World, process: u32, thread: u32, flags: u32, version: u32) -> Option<u32> {
    apply(world, Op::Initialize { process, thread, flags, version }).code()
}

fn answer(act: Act, after_ms: u64) -> DialogAnswer {
    DialogAnswer { act, configure_services: false, after_ms }
}

fn pick(name: &str, after_ms: u64) -> DialogAnswer {
    answer(Act::Pick(name.to_string()), after_ms)
}

fn service(name: &str, configured: bool, required: bool) -> Svc {
    Svc { name: name.to_string(), configured, required, has_entry: true, disabled: false }
}

#[test]
fn a_short_wait_of_exactly_the_limit_succeeds() {
    for (held, expected) in [(4999, S_OK), (5000, S_OK), (5001, TIMEOUT)] {
        let mut w = office();
        w.holders.push(Holder::new(None, 0, Some(held)));
        assert_eq!(hr(&mut w, 1, Some("B"), SHORT), Some(expected), "held {held} ms");
        assert_eq!(w.now, held.min(5000));
    }
    let mut w = world(Knobs { short_timeout_ms: 0, ..Knobs::default() });
    w.holders.push(Holder::new(None, 0, Some(1)));
    assert_eq!(hr(&mut w, 1, Some("B"), SHORT), Some(TIMEOUT));
    assert_eq!(w.now, 0);
}

#[test]
fn waiters_are_served_in_order() {
    let mut w = office();
    w.holders.push(Holder::new(None, 0, Some(100)));
    w.holders.push(Holder::new(None, 50, Some(300)));
    assert_eq!(begin(&mut w, 1, Some("A"), NEW), Answer::Waiting);
    advance(&mut w, 60);
    assert_eq!(begin(&mut w, 2, Some("B"), NEW), Answer::Waiting);
    let third = logon(&mut w, 3, Some("A"), NEW);
    assert_eq!((w.now, third.session.map(|s| s.session)), (300, Some(2)), "behind the second holder and the second call");
    let second = apply(&mut w, Op::FinishLogon { call: 1 });
    assert_eq!(second.session.map(|s| (s.session, s.profile)), Some((1, "B".to_string())));
    assert_eq!(apply(&mut w, Op::FinishLogon { call: 9 }).answer, Answer::NoSuchCall);
}

#[test]
fn a_mutex_that_is_never_given_back_is_a_deadlock() {
    let mut w = office();
    w.holders.push(Holder::new(Some((2, 1)), 0, None));
    let stuck = logon(&mut w, 1, Some("B"), NEW);
    assert_eq!((stuck.answer, stuck.call), (Answer::Deadlock, Some(0)));
    assert_eq!(hr(&mut w, 1, Some("B"), SHORT), Some(TIMEOUT));
    assert_eq!(hr(&mut w, 2, Some("B"), NEW), Some(S_OK), "the holder's own thread");
    assert_eq!(w.waiting(), vec![0]);
}

#[test]
fn a_dialog_keeps_the_mutex() {
    let mut w = office();
    w.script.logon.extend([pick("Nope", 1000), pick("b", 60_000)]);
    assert_eq!(begin(&mut w, 1, None, UI), Answer::Waiting);
    assert!(!w.mutex_free());
    assert_eq!(hr(&mut w, 2, Some("A"), SHORT), Some(TIMEOUT));
    assert_eq!(hr(&mut w, 3, Some("A"), NEW), Some(S_OK));
    assert_eq!(w.now, 61_000);
    let done = apply(&mut w, Op::FinishLogon { call: 0 });
    assert_eq!((done.logon_dialogs, done.session.map(|s| s.profile)), (2, Some("B".to_string())));
    assert!(w.mutex_free());
}

#[test]
fn a_call_that_outlives_its_process_is_not_initialised() {
    let mut w = office();
    w.script.logon.push_back(pick("B", 1000));
    begin(&mut w, 1, None, UI);
    apply(&mut w, Op::Uninitialize { process: 1, thread: 1 });
    assert_eq!(apply(&mut w, Op::FinishLogon { call: 0 }).code(), Some(NOT_INITIALIZED));
    assert!(w.mutex_free());
}

#[test]
fn dialogs_end_at_a_hundred() {
    let mut w = office();
    w.script.logon.extend((0..150).map(|_| pick("Nope", 0)));
    let tired = logon(&mut w, 1, None, UI);
    assert_eq!((tired.code(), tired.logon_dialogs), (Some(USER_CANCEL), 100));
}

#[test]
fn names_that_the_user_may_not_create_are_wrong_names() {
    let mut w = office();
    let create = |name: &str| answer(Act::Create { name: name.to_string(), services: vec![service("X", false, true)] }, 0);
    let names = ["a", " N", "a-b", "", "N"];
    w.script.logon.extend(names.map(create));
    let made = logon(&mut w, 1, None, UI);
    assert_eq!((made.code(), made.logon_dialogs, made.config_dialogs), (Some(S_OK), 5, 0));
    assert_eq!(w.profile_names(), ["A", "B", "P", "N"]);
    w.script.logon.extend([pick("P", 0)]);
    assert_eq!(logon(&mut w, 1, None, UI).session.map(|s| s.profile), Some("P".to_string()), "an app profile can be typed");
}

#[test]
fn case_counts_only_under_its_knob() {
    let mut w = office();
    assert_eq!(hr(&mut w, 1, Some("b"), NEW), Some(S_OK));
    let mut w = world(Knobs { case_sensitive: true, ..Knobs::default() });
    assert_eq!(hr(&mut w, 1, Some("b"), NEW), Some(LOGON_FAILED));
    assert_eq!(rename(&mut w, "A", "b"), Some(NO_ACCESS), "names that differ in case alone are never both there");
    assert_eq!(rename(&mut w, "A", "a"), Some(S_OK));
    assert_eq!((hr(&mut w, 1, Some("A"), NEW), hr(&mut w, 1, Some("a"), NEW)), (Some(LOGON_FAILED), Some(S_OK)));
}

#[test]
fn names_are_measured_in_utf16_units() {
    let mut w = office();
    for (name, expected) in [("é".repeat(64), S_OK), ("é".repeat(65), INVALID_PARAMETER), ("𝐀".repeat(33), INVALID_PARAMETER)] {
        assert_eq!(rename(&mut w, "B", &name), Some(expected));
        rename(&mut w, &name, "B");
    }
}

#[test]
fn a_shared_session_lives_with_its_members() {
    let mut w = office();
    assert_eq!(hr(&mut w, 1, Some("A"), SHARE), Some(S_OK));
    let joined = logon(&mut w, 2, Some("B"), 0x8000).session;
    assert_eq!(joined.map(|s| (s.profile, s.joined, s.no_mail, s.core)), Some(("A".to_string(), true, true, 0)));
    assert_eq!(logoff(&mut w, 1, 0, 0), Some(S_OK));
    assert_eq!(w.joinable().as_deref(), Some("A"));
    assert_eq!(hr(&mut w, 3, None, 0), Some(S_OK));
    assert_eq!(w.no_mail(1), Some(true));
    assert_eq!((logoff(&mut w, 2, 1, 0), logoff(&mut w, 3, 2, 0)), (Some(S_OK), Some(S_OK)));
    assert_eq!((w.joinable(), w.core_list().len()), (None, 0));
    assert_eq!(hr(&mut w, 3, None, 0), Some(LOGON_FAILED));
}

#[test]
fn a_shared_logoff_closes_the_session_for_newcomers() {
    let mut w = office();
    hr(&mut w, 1, Some("A"), SHARE);
    hr(&mut w, 2, None, 0);
    hr(&mut w, 3, None, 0);
    assert_eq!(logoff(&mut w, 2, 1, 1), Some(S_OK));
    assert_eq!((w.joinable(), w.core_list()), (None, vec![("A".to_string(), 2, true)]));
    assert!(w.cores[0].ended);
    assert_eq!(hr(&mut w, 2, None, 0), Some(LOGON_FAILED));
    assert_eq!(hr(&mut w, 2, Some("B"), 0x8), Some(S_OK));
    assert_eq!(logoff(&mut w, 1, 0, 1), Some(S_OK));
    assert_eq!(w.joinable().as_deref(), Some("B"), "the new shared session is another one");

    let mut w = world(Knobs { logoff_shared_by_owner: true, ..Knobs::default() });
    hr(&mut w, 1, Some("A"), SHARE);
    hr(&mut w, 2, None, 0);
    hr(&mut w, 3, None, 0);
    assert_eq!(logoff(&mut w, 2, 1, 1), Some(S_OK));
    assert_eq!(w.joinable().as_deref(), Some("A"));
    logoff(&mut w, 1, 0, 1);
    assert_eq!(w.joinable(), None);
}

#[test]
fn the_newest_shared_session_has_the_slot() {
    let mut w = office();
    hr(&mut w, 1, Some("A"), SHARE);
    hr(&mut w, 2, Some("B"), SHARE);
    assert_eq!(w.joinable().as_deref(), Some("B"));
    logoff(&mut w, 2, 1, 0);
    assert_eq!(w.joinable(), None, "the old one does not come back");
    assert_eq!(w.core_list(), vec![("A".to_string(), 1, true)]);
}

#[test]
fn sessions_that_are_over_say_so() {
    let mut w = office();
    hr(&mut w, 1, Some("A"), NEW);
    hr(&mut w, 1, Some("B"), NEW);
    assert_eq!(logoff(&mut w, 2, 0, 0), Some(INVALID_OBJECT), "another process's");
    assert_eq!(logoff(&mut w, 1, 0, 4), Some(UNKNOWN_FLAGS));
    assert_eq!(logoff(&mut w, 1, 0, 3), Some(S_OK));
    assert_eq!(logoff(&mut w, 1, 0, 4), Some(INVALID_OBJECT));
    assert_eq!((release(&mut w, 1, 0), release(&mut w, 1, 0)), (Some(S_OK), Some(INVALID_OBJECT)));
    assert_eq!((release(&mut w, 1, 1), logoff(&mut w, 1, 1, 0)), (Some(S_OK), Some(INVALID_OBJECT)));
    assert_eq!(logoff(&mut w, 1, 7, 0), Some(INVALID_OBJECT));
    assert!(w.core_list().is_empty());
}

#[test]
fn counts_of_processes_and_threads() {
    let mut w = world(Knobs { strict_threads: true, ..Knobs::default() });
    assert_eq!(initialize(&mut w, 7, 1, 0x2, 1), Some(INVALID_PARAMETER), "the version is looked at first");
    assert_eq!(initialize(&mut w, 7, 1, 0x4000_0000, 0), Some(UNKNOWN_FLAGS));
    assert_eq!(w.init_count(7), 0);
    assert_eq!(initialize(&mut w, 7, 1, 0x1_0009, 0), Some(S_OK));
    let other = Request { thread: 2, ..request(7, Some("A"), NEW) };
    assert_eq!(apply(&mut w, Op::Logon(other.clone())).code(), Some(NOT_INITIALIZED));
    initialize(&mut w, 7, 2, 0, 0);
    assert_eq!(apply(&mut w, Op::Logon(other)).code(), Some(S_OK));
    apply(&mut w, Op::Uninitialize { process: 7, thread: 2 });
    assert_eq!((w.init_count(7), w.core_list().len()), (1, 1));
    apply(&mut w, Op::Uninitialize { process: 7, thread: 1 });
    assert_eq!((w.init_count(7), w.core_list().len()), (0, 0), "its sessions end");
    assert_eq!(apply(&mut w, Op::Uninitialize { process: 7, thread: 1 }).code(), Some(S_OK));
    assert_eq!(logoff(&mut w, 7, 0, 0), Some(NOT_INITIALIZED));
    assert_eq!(initialize(&mut w, 7, 1, 0, 0), Some(S_OK));
    assert_eq!(logoff(&mut w, 7, 0, 0), Some(INVALID_OBJECT));
    assert_eq!(release(&mut w, 7, 0), Some(S_OK));
}

#[test]
fn the_limit_counts_cores() {
    let mut w = office();
    w.max_sessions = Some(1);
    hr(&mut w, 1, Some("A"), SHARE);
    assert_eq!(hr(&mut w, 2, None, 0), Some(S_OK));
    logoff(&mut w, 1, 0, 0);
    assert_eq!(hr(&mut w, 1, Some("B"), NEW), Some(LOGON_FAILED));
    logoff(&mut w, 2, 1, 0);
    assert_eq!(hr(&mut w, 1, Some("B"), NEW), Some(S_OK));
}

#[test]
fn a_used_profile_is_deleted_later() {
    let mut w = office();
    assert_eq!((delete(&mut w, "Nope"), delete(&mut w, "b")), (Some(NOT_FOUND), Some(S_OK)));
    hr(&mut w, 1, Some("A"), SHARE);
    assert_eq!((delete(&mut w, "A"), delete(&mut w, "A")), (Some(S_OK), Some(DELETE_MARKED)));
    assert_eq!((w.profile_names(), w.default_name()), (vec!["P".to_string()], None));
    assert_eq!(hr(&mut w, 2, Some("A"), NEW), Some(LOGON_FAILED));
    assert_eq!(hr(&mut w, 2, Some("A"), 0x42), Some(LOGON_FAILED), "no default any more");
    assert_eq!(
        (default(&mut w, Some("A")), rename(&mut w, "A", "Z"), rename(&mut w, "P", "a")),
        (Some(NOT_FOUND), Some(NOT_FOUND), Some(NO_ACCESS))
    );
    w.script.logon.push_back(pick("A", 0));
    let refused = logon(&mut w, 2, None, UI);
    assert_eq!((refused.code(), refused.logon_dialogs), (Some(USER_CANCEL), 2));
    assert_eq!(hr(&mut w, 2, None, 0), Some(S_OK), "joining still works");
    logoff(&mut w, 1, 0, 0);
    assert_eq!(w.profiles.len(), 2);
    release(&mut w, 2, 1);
    assert_eq!(w.profiles.len(), 1);
}

#[test]
fn a_used_profile_is_renamed_later() {
    let mut w = office();
    hr(&mut w, 1, Some("A"), NEW);
    assert_eq!(rename(&mut w, "A", "Z"), Some(S_OK));
    assert_eq!((hr(&mut w, 2, Some("A"), NEW), hr(&mut w, 2, Some("Z"), NEW)), (Some(S_OK), Some(LOGON_FAILED)));
    assert_eq!(
        (rename(&mut w, "B", "z"), rename(&mut w, "B", "a"), rename(&mut w, "B", "b ")),
        (Some(NO_ACCESS), Some(NO_ACCESS), Some(INVALID_PARAMETER))
    );
    logoff(&mut w, 1, 0, 0);
    assert_eq!(w.profile_names(), ["A", "B", "P"]);
    logoff(&mut w, 2, 1, 0);
    assert_eq!((w.profile_names(), w.default_name()), (vec!["Z".to_string(), "B".to_string(), "P".to_string()], Some("Z".to_string())));
    assert_eq!((hr(&mut w, 2, Some("A"), NEW), hr(&mut w, 2, Some("Z"), NEW)), (Some(LOGON_FAILED), Some(S_OK)));
}

#[test]
fn the_default_moves() {
    let mut w = office();
    assert_eq!(
        (default(&mut w, Some("P")), default(&mut w, Some("Nope")), default(&mut w, Some(""))),
        (Some(E_FAIL), Some(NOT_FOUND), Some(NOT_FOUND))
    );
    assert_eq!((default(&mut w, Some("b")), w.default_name().as_deref()), (Some(S_OK), Some("B")));
    assert_eq!((default(&mut w, None), default(&mut w, None), w.default_name()), (Some(S_OK), Some(S_OK), None));
    let mut w = world(Knobs { app_profiles: false, ..Knobs::default() });
    assert_eq!(default(&mut w, Some("P")), Some(S_OK));
    let stranger = Op::SetDefault { process: 9, thread: 1, name: None };
    assert_eq!(apply(&mut w, stranger).code(), Some(NOT_INITIALIZED));
}

#[test]
fn what_an_entry_function_cures_stays_only_if_the_logon_succeeds() {
    let mut w = office();
    w.add_profile("Q", false, vec![service("X", false, false), service("Y", false, true)]);
    w.script.entry.insert("X".to_string(), [false, true].into());
    w.script.entry.insert("Y".to_string(), [false, true].into());
    let configured = |w: &World| w.profiles[3].services.iter().map(|s| s.configured).collect::<Vec<_>>();
    assert_eq!((hr(&mut w, 1, Some("Q"), NEW), configured(&w)), (Some(LOGON_FAILED), vec![false, false]));
    assert_eq!((hr(&mut w, 1, Some("Q"), NEW), configured(&w)), (Some(S_OK), vec![true, true]));
    let mut w = office();
    w.add_profile("Q", false, vec![service("X", false, false), service("Y", false, true)]);
    w.script.config.insert("X".to_string(), [Config::Ok, Config::Supply].into());
    let failed = logon(&mut w, 1, Some("Q"), 0x2_0002);
    assert_eq!((failed.code(), failed.config_dialogs, failed.logon_dialogs), (Some(LOGON_FAILED), 4, 0));
    assert!(w.profiles[3].services[0].configured, "what the user did stays");
}

#[test]
fn a_disabled_service_is_left_alone() {
    let mut w = office();
    w.add_profile("Q", false, vec![Svc { disabled: true, ..service("X", false, true) }, service("Y", false, false)]);
    let done = logon(&mut w, 1, Some("Q"), NEW);
    assert_eq!(done.code(), Some(S_OK));
    assert_eq!(w.cores[0].disabled, [0, 1]);
}

/// Random operations of three processes: whatever happens, the world stays sound, and running it twice gives the same.
#[test]
fn random_operations_keep_the_world_sound() {
    for seed in 0..300u64 {
        let (mut w, mut again) = (office(), office());
        for world in [&mut w, &mut again] {
            world.max_sessions = (seed % 3 == 0).then_some(3);
            world.script.logon.extend((0..9).map(|n| pick(["A", "Nope", "b", "P"][n % 4], 700 * (n as u64 % 3))));
            world.holders.extend((0..4).map(|n| Holder::new((n == 2).then_some((1, 1)), n * 2500, Some(n * 2500 + 4000))));
        }
        let mut seed = seed;
        for _ in 0..60 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let Some(op) = random_op(&w, seed >> 8) else { continue };
            let before = w.state();
            let outcome = w.apply(&op);
            assert_eq!(w.check(), Ok(()), "after {op:?}");
            assert_eq!(outcome, again.apply(&op), "twice the same");
            let alone = matches!(op, Op::Logoff { .. } | Op::DeleteProfile { .. } | Op::RenameProfile { .. } | Op::SetDefault { .. });
            assert!(!alone || outcome.code() == Some(S_OK) || before == w.state(), "{op:?} failed and changed the world");
        }
        assert_eq!(w, again);
    }
}

/// An operation out of a number; none if the thread that it needs is inside a call.
fn random_op(w: &World, number: u64) -> Option<Op> {
    let bits = |shift: u32, sides: u64| (number >> shift) % sides;
    let process = 1 + bits(4, 3) as u32;
    if w.thread_busy(process, 1) && bits(0, 12) != 9 {
        return None;
    }
    let name = ["A", "b", "P", "Nope", "Z", " A"][bits(8, 6) as usize];
    let flags = [0, NEW, SHARE, UI, SHORT, 0x42, 0x8, 0x8002, 0x1_0003, 0x10_0000, 0x2_0001, 0x82][bits(12, 12) as usize];
    let request = request(process, (bits(16, 3) != 0).then_some(name), flags);
    let session = bits(20, w.members.len() as u64 + 1) as usize;
    Some(match bits(0, 12) {
        0..=2 => Op::Logon(request),
        3 | 4 => Op::BeginLogon(request),
        5 | 6 => Op::Logoff { process, thread: 1, session, flags: [0, 0, 1, 2, 4][bits(24, 5) as usize] },
        7 => Op::Release { process, thread: 1, session },
        8 => Op::Initialize { process, thread: 1, flags: 0, version: 0 },
        9 => Op::Advance { ms: bits(28, 5) * 600 },
        10 if bits(24, 2) == 0 => Op::Uninitialize { process, thread: 1 },
        10 => Op::SetDefault { process, thread: 1, name: (bits(26, 3) != 0).then(|| name.to_string()) },
        _ if bits(24, 3) == 0 => Op::DeleteProfile { process, thread: 1, name: name.to_string() },
        _ => {
            Op::RenameProfile { process, thread: 1, name: name.to_string(), new: ["A", "Z", "y", "bad-"][bits(26, 4) as usize].to_string() }
        }
    })
}
