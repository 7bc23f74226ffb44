//! The Rust face: handles, forks, snapshots, verification.

use mapi_sim::{
    Hresult, InitFlags, Lint, LintLevel, LogoffFlags, Logon, LogonAct, LogonAnswer, LogonFlags, Process, Session, Sim, SimDuration,
};

const NEW: LogonFlags = LogonFlags::EXTENDED.union(LogonFlags::NEW_SESSION);

#[test]
fn handles_can_be_cloned_and_sent() {
    fn is<T: Clone + Send + Sync>() {}
    is::<Process>();
    is::<Session>();
    fn is_send<T: Send + Sync>() {}
    is_send::<Sim>();
}

#[test]
fn dropping_the_last_clone_releases_and_counts_as_logoff() {
    shows!("SHUTDOWN-006");
    let sim = Sim::minimal();
    let session = sim.logon("Work", NEW).expect("a session");
    let clone = session.clone();
    drop(session);
    assert_eq!(sim.kernel(|kernel| kernel.sessions().count()), 1);
    drop(clone);
    assert_eq!(sim.kernel(|kernel| kernel.sessions().count()), 0);
    assert_eq!(sim.kernel(|kernel| kernel.members().count()), 0);
}

#[test]
fn after_logoff_only_release() {
    let sim = Sim::minimal();
    sim.lint(Lint::UseAfterLogoff, LintLevel::Allow);
    let session = sim.logon("Work", NEW).expect("a session");
    session.logoff(LogoffFlags::empty()).expect("logged on");
    let again = session.logoff(LogoffFlags::empty()).expect_err("logged off");
    assert_eq!(again.hresult(), Hresult::MAPI_E_INVALID_OBJECT);
    assert_eq!(sim.kernel(|kernel| kernel.members().count()), 1, "the pointer is there until it is released");
}

#[test]
fn a_fork_goes_its_own_way() {
    let sim = Sim::office();
    let session = sim.logon("Work", NEW).expect("a session");
    let before = sim.snapshot();
    let fork = sim.fork();
    fork.advance(SimDuration::from_secs(1));
    let _other = fork.logon("Home", NEW).expect("a session");
    assert_eq!(sim.snapshot(), before, "the fork changed the original");
    assert_eq!(fork.kernel(|kernel| kernel.sessions().count()), 2);
    let again = before.start();
    assert_eq!(again.snapshot(), before);
    session.logoff(LogoffFlags::empty()).expect("the original's session still lives");
}

#[test]
fn the_same_calls_give_the_same_journal() {
    let run = || {
        let sim = Sim::office();
        let outlook = sim.process("outlook");
        let shared = outlook.logon_ex(Logon::profile("Work").flags(NEW | LogonFlags::ALLOW_OTHERS | LogonFlags::FORCE_DOWNLOAD));
        let joined = sim.process("indexer").thread("worker").logon_ex(Logon::profile("Home").flags(LogonFlags::NO_MAIL));
        let _ = sim.logon("Nope", NEW);
        drop((shared, joined));
        (sim.journal().to_string(), sim.snapshot())
    };
    assert_eq!(run(), run());
}

#[test]
fn what_the_face_initialised_it_uninitialises() {
    let sim = Sim::minimal();
    let process = sim.process("a");
    process.initialize(InitFlags::empty()).expect("a second time");
    sim.process("a");
    let count = |sim: &Sim| sim.kernel(|kernel| kernel.processes()[0].init_count());
    assert_eq!(count(&sim), 2, "once by the face, once by the test");
    process.uninitialize();
    sim.finish();
}

#[test]
fn threads_of_the_test_share_a_world() {
    let sim = Sim::office();
    let names: Vec<String> = std::thread::scope(|scope| {
        let logon = |number: usize| {
            let process = sim.process(&format!("client{number}"));
            scope.spawn(move || process.logon_ex(Logon::profile("Work").flags(NEW)).expect("a session").profile_name())
        };
        let threads: Vec<_> = (0..4).map(logon).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert_eq!(names, ["Work"; 4]);
}

#[test]
fn a_call_begun_and_never_finished_is_found() {
    let sim = Sim::office();
    let slow = LogonAnswer { after: SimDuration::from_secs(60), ..LogonAnswer::from(LogonAct::Cancel) };
    sim.script(|script| script.logon_dialog.push_back(slow));
    let pending = sim.process("a").begin_logon_ex(Logon::new().flags(NEW | LogonFlags::LOGON_UI));
    assert!(pending.is_waiting());
    assert!(sim.check().is_err());
    sim.advance(SimDuration::from_secs(60));
    assert!(!pending.is_waiting());
    assert_eq!(pending.finish().expect_err("cancelled").hresult(), Hresult::MAPI_E_USER_CANCEL);
    sim.finish();
}

#[test]
fn a_raw_call_that_waits_for_ever_is_an_error() {
    shows!("LOGON-159");
    let fixture =
        mapi_sim::Fixture::named("held.toml", "format = 1\nextends = \"minimal\"\n[[script.mutex]]\nprocess = \"setup\"\n").expect("reads");
    let sim = fixture.start();
    let caller = sim.process("main").caller();
    let call = mapi_sim::call::Mapi::MAPILogonEx {
        ui_param: 0,
        profile_name: Some("Work".into()),
        password: None,
        flags: NEW,
        session: mapi_sim::call::OutPtr::Given,
    };
    let error = sim.call(caller, mapi_sim::call::Call::Mapi(call)).expect_err("a deadlock");
    assert!(error.is_deadlock(), "{error}");
    std::mem::forget(sim);
}

/// The bits of ulEventMask are those of the headers.
#[test]
fn event_masks_have_their_numbers() {
    shows!("NOTIFY-005");
    use mapi_sim::mapi::NotifyEvents as Fnev;
    let numbers = [
        (Fnev::fnevCriticalError, 0x1),
        (Fnev::fnevNewMail, 0x2),
        (Fnev::fnevObjectCreated, 0x4),
        (Fnev::fnevObjectDeleted, 0x8),
        (Fnev::fnevObjectModified, 0x10),
        (Fnev::fnevObjectMoved, 0x20),
        (Fnev::fnevObjectCopied, 0x40),
        (Fnev::fnevSearchComplete, 0x80),
        (Fnev::fnevTableModified, 0x100),
        (Fnev::fnevStatusObjectModified, 0x200),
        (Fnev::fnevExtended, 0x8000_0000),
    ];
    for (event, number) in numbers {
        assert_eq!(event.bits(), number, "{event}");
    }
}
