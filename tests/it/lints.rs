//! Lints: each is shown with its whole text, and a client that does everything right hears nothing.

use std::fmt::Write as _;

use mapi_sim::call::{Call, IMAPISession};
use mapi_sim::kernel::Event;
use mapi_sim::mapi::{NotifyEvents, OpenFlags, Prop};
use mapi_sim::scenario::Scenario;
use mapi_sim::{
    Bookmark, Fixture, Hresult, InitFlags, Lint, LintLevel, LogoffFlags, Logon, LogonFlags, PropTag, Session, Sim, SimDuration, TableData,
};

/// What a client passes that does it right.
const NEW: LogonFlags = LogonFlags::EXTENDED.union(LogonFlags::NEW_SESSION);
const QUIET: LogonFlags = NEW.union(LogonFlags::NO_MAIL);
const SERVICE: LogonFlags = QUIET.union(LogonFlags::NT_SERVICE);

/// The office with these lines added.
fn office(lines: &str) -> Sim {
    Fixture::named("home.toml", &format!("format = 1\nextends = \"office\"\n{lines}")).unwrap_or_else(|error| panic!("{error}")).start()
}

/// An office with a Windows service `svc` and a program `robot` that no user watches.
fn programs() -> Sim {
    office("[[machine.process]]\nname = \"svc\"\nkind = \"service\"\n[[machine.process]]\nname = \"robot\"\nkind = \"unattended\"\n")
}

/// Everything that was found.
fn found(sim: &Sim) -> String {
    sim.lints().iter().map(|finding| format!("{finding}\n")).collect()
}

/// Logs on.
fn logon(sim: &Sim, profile: &str, flags: LogonFlags) -> Session {
    sim.logon(profile, flags).unwrap_or_else(|failure| panic!("{failure}"))
}

/// Ends a session as it has to end.
fn end(session: Session) {
    session.logoff(LogoffFlags::empty()).unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn a_client_that_does_everything_right_hears_nothing() {
    shows!("SHUTDOWN-014", "LOGON-087");
    let sim = Sim::office();
    let client = sim.uninitialized_process("client");
    client.initialize(InitFlags::MULTITHREAD_NOTIFICATIONS).expect("initialised");
    let session = client.logon_ex(Logon::profile("Work").flags(NEW)).expect("a session");
    sim.advance(SimDuration::from_secs(60));
    let connection = session.advise(NotifyEvents::CRITICAL_ERROR, 1).expect("a registration");
    let table = session.get_status_table(0).expect("a table");
    session.unadvise(connection).expect("registered");
    drop(table);
    session.logoff(LogoffFlags::empty()).expect("logged on");
    drop(session);
    client.uninitialize();
    assert_eq!(found(&sim), "");
    sim.check().expect("nothing to find");
}

#[test]
fn a_service_that_does_everything_right_hears_nothing() {
    shows!("LOGON-031", "LOGON-197", "LOGON-213", "LOGON-217");
    let sim = programs();
    let service = sim.uninitialized_process("svc");
    service.initialize(InitFlags::NT_SERVICE).expect("initialised");
    assert!(sim.kernel(|kernel| kernel.processes()[0].is_service()));
    let session = service.logon_ex(Logon::profile("Work").flags(SERVICE)).expect("a session");
    assert!(!sim.kernel(|kernel| kernel.session_of(session.handle()).expect("a session").spooler));
    end(session);
    service.uninitialize();
    assert_eq!(found(&sim), "");
}

#[test]
fn what_the_rust_face_does_by_itself_is_not_the_clients() {
    let sim = programs();
    end(sim.process("svc").logon_ex(Logon::profile("Work").flags(SERVICE)).expect("a session"));
    let session = sim.process("a").thread("b").logon_ex(Logon::profile("Work").flags(QUIET)).expect("a session");
    let other = sim.process("a").logon_ex(Logon::profile("Work").flags(QUIET)).expect("a session");
    end(session);
    end(other);
    assert_eq!(found(&sim), "");
    sim.finish();
}

#[test]
fn missing_mapi_extended() {
    shows!("LOGON-088");
    let sim = Sim::office();
    end(logon(&sim, "Work", LogonFlags::NEW_SESSION));
    insta::assert_snapshot!(found(&sim), @"
    warn missing-mapi-extended: call #2 of main: MAPILogonEx without MAPI_EXTENDED
      pass MAPI_EXTENDED in every call (LOGON-087, LOGON-088)
    ");
}

#[test]
fn name_without_new_session() {
    shows!("LOGON-137");
    let sim = Sim::office();
    let outlook = sim.process("outlook").logon_ex(Logon::profile("Home").flags(NEW | LogonFlags::ALLOW_OTHERS)).expect("a session");
    for name in ["home", "Work"] {
        end(logon(&sim, name, LogonFlags::EXTENDED));
    }
    end(outlook);
    insta::assert_snapshot!(found(&sim), @r#"
    warn name-without-new-session: call #7 of main: asked for "Work", joined a shared session on "Home"
      pass MAPI_NEW_SESSION together with the name, or no name where any profile will do (LOGON-137)
    "#);
}

#[test]
fn profile_name_too_long() {
    let sim = Sim::office();
    let outlook = sim.process("outlook").logon_ex(Logon::profile("Work").flags(NEW | LogonFlags::ALLOW_OTHERS)).expect("a session");
    sim.lint(Lint::NameWithoutNewSession, LintLevel::Allow);
    for length in [64, 65] {
        end(logon(&sim, &"x".repeat(length), LogonFlags::EXTENDED));
    }
    end(outlook);
    insta::assert_snapshot!(found(&sim), @"
    warn profile-name-too-long: call #7 of main: a profile name of 65 UTF-16 units, 65 bytes in code page 1252
      keep profile names within 64 bytes of the code page (LOGON-059, LOGON-060, LOGON-061)
    ");
}

#[test]
fn password_given() {
    shows!("LOGON-065");
    let sim = Sim::office();
    for password in ["", "secret"] {
        let _ = sim.process("main").logon_ex(Logon::profile("Work").flags(NEW).password(password)).map(end);
    }
    insta::assert_snapshot!(found(&sim), @"
    warn password-given: call #2 of main: lpszPassword is not NULL
      pass NULL (LOGON-065)
    warn password-given: call #5 of main: lpszPassword is not NULL
      pass NULL (LOGON-065)
    ");
}

#[test]
fn unknown_flags_ignored() {
    shows!("LOGON-089");
    let sim = office("[readings]\ninvalid_parameters = \"ignore_flags\"\nunknown_flags = \"ignore\"\n");
    let session = logon(&sim, "Work", NEW | LogonFlags::from(0x80));
    session.logoff(LogoffFlags::from(0x10)).expect("logged on");
    insta::assert_snapshot!(found(&sim), @"
    warn unknown-flags-ignored: call #2 of main: MAPILogonEx with the undocumented bits 0x80
      pass documented bits only (LOGON-089, ERROR-018)
    warn unknown-flags-ignored: call #3 of main: IMAPISession::Logoff with the undocumented bits 0x10
      pass documented bits only (LOGON-089, ERROR-018)
    ");
}

#[test]
fn dialog_unanswered() {
    shows!("LOGON-126");
    let sim = Sim::office();
    sim.logon(None, NEW | LogonFlags::LOGON_UI).expect_err("cancelled");
    insta::assert_snapshot!(found(&sim), @"
    warn dialog-unanswered: call #2 of main: nobody answered the logon dialog
      script an answer, or call without the flags that allow a dialog (LOGON-126)
    ");
}

#[test]
fn service_without_its_flags() {
    shows!("LOGON-033", "LOGON-213", "LOGON-214");
    let sim = programs();
    let service = sim.uninitialized_process("svc");
    service.initialize(InitFlags::empty()).expect("initialised");
    assert!(!sim.kernel(|kernel| kernel.processes()[0].is_service()));
    end(service.logon_ex(Logon::profile("Work").flags(SERVICE)).expect("a session"));
    end(service.logon_ex(Logon::profile("Work").flags(NEW)).expect("a session"));
    service.uninitialize();
    insta::assert_snapshot!(found(&sim), @"
    warn service-without-nt-service: call #1 of svc: a service without MAPI_NT_SERVICE in MAPIINIT_0.ulFlags
      pass MAPI_NT_SERVICE in MAPIINIT_0.ulFlags and in flFlags of MAPILogonEx (LOGON-213, LOGON-031, LOGON-033, LOGON-214)
    warn service-without-no-mail: call #5 of svc: a service logs on without MAPI_NO_MAIL
      pass MAPI_NO_MAIL (LOGON-197, LOGON-217)
    warn service-without-nt-service: call #5 of svc: a service without MAPI_NT_SERVICE in the flags of MAPILogonEx
      pass MAPI_NT_SERVICE in MAPIINIT_0.ulFlags and in flFlags of MAPILogonEx (LOGON-213, LOGON-031, LOGON-033, LOGON-214)
    ");
}

#[test]
fn nt_service_by_non_service() {
    shows!("LOGON-032", "LOGON-212");
    let sim = Sim::office();
    let client = sim.uninitialized_process("client");
    client.initialize(InitFlags::NT_SERVICE).expect("initialised");
    end(client.logon_ex(Logon::profile("Work").flags(SERVICE)).expect("a session"));
    client.uninitialize();
    insta::assert_snapshot!(found(&sim), @"
    warn nt-service-by-non-service: call #1 of client: MAPI_NT_SERVICE in MAPIINIT_0.ulFlags of a process that is no service
      leave MAPI_NT_SERVICE out (LOGON-212, LOGON-032)
    warn nt-service-by-non-service: call #2 of client: MAPI_NT_SERVICE in the flags of a process that is no service
      leave MAPI_NT_SERVICE out (LOGON-212, LOGON-032)
    ");
}

#[test]
fn ui_in_service() {
    shows!("LOGON-215", "LOGON-216");
    let sim = programs();
    let flags = SERVICE | LogonFlags::LOGON_UI | LogonFlags::SERVICE_UI_ALWAYS;
    let session = sim.process("svc").logon_ex(Logon::profile("Work").flags(flags)).expect("a session");
    session.logoff(LogoffFlags::UI).expect("logged on");
    insta::assert_snapshot!(found(&sim), @"
    warn ui-in-service: call #2 of svc: a service passes MAPI_LOGON_UI|MAPI_SERVICE_UI_ALWAYS
      leave out MAPI_LOGON_UI, MAPI_PASSWORD_UI, MAPI_SERVICE_UI_ALWAYS and MAPI_LOGOFF_UI (LOGON-215, LOGON-216)
    warn ui-in-service: call #3 of svc: a service passes MAPI_LOGOFF_UI
      leave out MAPI_LOGON_UI, MAPI_PASSWORD_UI, MAPI_SERVICE_UI_ALWAYS and MAPI_LOGOFF_UI (LOGON-215, LOGON-216)
    ");
}

#[test]
fn unattended_without_no_mail() {
    shows!("LOGON-198");
    let sim = programs();
    for flags in [NEW, QUIET] {
        end(sim.process("robot").logon_ex(Logon::profile("Work").flags(flags)).expect("a session"));
    }
    insta::assert_snapshot!(found(&sim), @"
    warn unattended-without-no-mail: call #2 of robot: a program without a user logs on without MAPI_NO_MAIL
      pass MAPI_NO_MAIL (LOGON-198)
    ");
}

#[test]
fn status_table_at_startup() {
    shows!("STATUS-031");
    let sim = Sim::office();
    for (name, flags) in [("early", NEW), ("quiet", QUIET)] {
        let session = sim.process(name).logon_ex(Logon::profile("Work").flags(flags)).expect("a session");
        drop(session.get_status_table(0).expect("a table"));
        end(session);
    }
    insta::assert_snapshot!(found(&sim), @"
    warn status-table-at-startup: call #3 of early: GetStatusTable is the first method called after the logon to session#1
      call it later, or log on with MAPI_NO_MAIL (STATUS-031)
    ");
}

#[test]
fn threads() {
    shows!("LOGON-017", "LOGON-018", "LOGON-019");
    let sim = Sim::office();
    let client = sim.uninitialized_process("client");
    client.initialize(InitFlags::empty()).expect("initialised");
    end(client.logon_ex(Logon::profile("Work").flags(QUIET)).expect("a session"));
    let worker = client.thread("worker");
    end(worker.logon_ex(Logon::profile("Work").flags(QUIET)).expect("a session"));
    client.uninitialize();
    insta::assert_snapshot!(found(&sim), @r#"
    warn thread-not-initialised: call #5 of client: MAPILogonEx on thread "worker", which has not called MAPIInitialize
      call MAPIInitialize on every thread that uses MAPI, and MAPIUninitialize at its end (LOGON-018, LOGON-019)
    warn several-threads-without-multithread-flag: call #5 of client: thread "worker" is the second one that uses MAPI; MAPI_MULTITHREAD_NOTIFICATIONS was not set
      pass MAPI_MULTITHREAD_NOTIFICATIONS to MAPIInitialize, on every thread (LOGON-017)
    "#);
}

#[test]
fn threads_that_do_it_right() {
    shows!("LOGON-018");
    let sim = Sim::office();
    let client = sim.uninitialized_process("client");
    let worker = client.thread("worker");
    for thread in [&client, &worker] {
        thread.initialize(InitFlags::MULTITHREAD_NOTIFICATIONS).expect("initialised");
        end(thread.logon_ex(Logon::profile("Work").flags(QUIET)).expect("a session"));
    }
    worker.uninitialize();
    client.uninitialize();
    assert_eq!(found(&sim), "");
}

#[test]
fn unbalanced_initialize() {
    shows!("LOGON-036");
    let sim = Sim::office();
    let early = sim.uninitialized_process("early");
    early.uninitialize();
    sim.uninitialized_process("late").initialize(InitFlags::empty()).expect("initialised");
    insta::assert_snapshot!(sim.check().expect_err("a problem"), @r#"
    verification of the world "office" found 2 problem(s):
    - deny unbalanced-initialize: call #1 of early: MAPIUninitialize with nothing to undo
      call MAPIUninitialize once for each MAPIInitialize that succeeded (LOGON-036, LOGON-034, LOGON-042)
    - deny unbalanced-initialize: late: 1 MAPIInitialize not undone
      call MAPIUninitialize once for each MAPIInitialize that succeeded (LOGON-036, LOGON-034, LOGON-042)
    "#);
    sim.lint(Lint::UnbalancedInitialize, LintLevel::Allow);
    sim.finish();
}

#[test]
fn uninitialised_with_sessions() {
    shows!("LOGON-037");
    let sim = Sim::office();
    let client = sim.uninitialized_process("client");
    client.initialize(InitFlags::empty()).expect("initialised");
    let _session = client.logon_ex(Logon::profile("Work").flags(QUIET)).expect("a session");
    client.uninitialize();
    insta::assert_snapshot!(found(&sim), @"
    warn uninitialised-with-sessions: call #3 of client: the last MAPIUninitialize came while session#1 was open; it began with call #2
      log off and release every session before (LOGON-037)
    ");
}

#[test]
fn released_without_logoff() {
    shows!("SHUTDOWN-006");
    let sim = Sim::office();
    drop(logon(&sim, "Work", QUIET));
    insta::assert_snapshot!(found(&sim), @"
    warn released-without-logoff: call #3 of main: session#1 was released without Logoff; it began with call #2
      call Logoff before the last Release (SHUTDOWN-006)
    ");
}

#[test]
fn session_open_at_end() {
    let sim = Sim::office();
    sim.lint(Lint::SessionOpenAtEnd, LintLevel::Deny);
    let session = logon(&sim, "Work", QUIET);
    let fork = sim.fork();
    let again = sim.snapshot().start();
    assert_eq!(found(&fork) + &found(&again), "", "they do not answer for what they inherit");
    insta::assert_snapshot!(sim.check().expect_err("a problem"), @r#"
    verification of the world "office" found 1 problem(s):
    - deny session-open-at-end: call #2 of main: session#1 was not logged off
      log off (LOGON-037, SHUTDOWN-006)
    "#);
    end(session);
    fork.finish();
    sim.finish();
}

#[test]
fn what_is_left_at_logoff() {
    shows!("SHUTDOWN-007", "SHUTDOWN-012");
    let sim = Sim::office();
    let session = logon(&sim, "Work", QUIET | LogonFlags::ALLOW_OTHERS);
    let other = logon(&sim, "Work", LogonFlags::EXTENDED | LogonFlags::NO_MAIL);
    let table = session.get_msg_stores_table(0).expect("a table");
    session.advise(NotifyEvents::CRITICAL_ERROR | NotifyEvents::EXTENDED, 1).expect("a registration");
    session.logoff(LogoffFlags::empty()).expect("logged on");
    drop(table);
    end(other);
    assert!(!sim.journal().events().any(|event| matches!(event, Event::Notified { .. })), "nobody hears of the other one");
    insta::assert_snapshot!(found(&sim), @"
    warn objects-left-at-logoff: call #6 of main: session#1 was left with table#1
      release every object that came from the session before Logoff (SHUTDOWN-007)
    warn sinks-left-at-logoff: call #6 of main: session#1 was left with 1 registration for events
      call Unadvise for each Advise before Logoff (SHUTDOWN-012)
    ");
}

#[test]
fn use_after_logoff() {
    shows!("SHUTDOWN-002", "SHUTDOWN-009");
    let sim = Sim::office();
    sim.lint(Lint::ObjectsLeftAtLogoff, LintLevel::Allow);
    let session = logon(&sim, "Work", QUIET);
    let table = session.get_msg_stores_table(0).expect("a table");
    session.logoff(LogoffFlags::empty()).expect("logged on");
    let dead = [session.logoff(LogoffFlags::empty()).err(), table.set_columns(&[PropTag::PR_ENTRYID]).err()];
    insta::assert_snapshot!(sim.check().expect_err("a problem"), @r#"
    verification of the world "office" found 2 problem(s):
    - deny use-after-logoff: call #5 of main: IMAPISession::Logoff on session#1, which was logged off with call #4
      call nothing but Release after Logoff (SHUTDOWN-002, SHUTDOWN-009)
    - deny use-after-logoff: call #6 of main: IMAPITable::SetColumns on table#1 of session#1, which was logged off with call #4
      call nothing but Release after Logoff (SHUTDOWN-002, SHUTDOWN-009)
    "#);
    sim.lint(Lint::UseAfterLogoff, LintLevel::Allow);
    let more = [
        session.get_msg_stores_table(0).err(),
        session.get_status_table(0).err(),
        session.open_address_book(0).err(),
        session.query_identity().err(),
        session.enum_adr_types().err(),
        session.get_last_error(Hresult::S_OK).err(),
        session.advise(NotifyEvents::CRITICAL_ERROR, 1).err(),
        session.unadvise(1).err(),
        table.get_row_count().err(),
    ];
    for failure in dead.into_iter().chain(more) {
        assert_eq!(failure.map(|failure| failure.hresult()), Some(Hresult::MAPI_E_INVALID_OBJECT));
    }
}

#[test]
fn logoff_shared_used() {
    shows!("SHUTDOWN-022");
    let sim = Sim::office();
    logon(&sim, "Work", QUIET).logoff(LogoffFlags::SHARED).expect("logged on");
    insta::assert_snapshot!(found(&sim), @"
    warn logoff-shared-used: call #3 of main: Logoff of session#1 with MAPI_LOGOFF_SHARED
      leave MAPI_LOGOFF_SHARED out (SHUTDOWN-022)
    ");
}

#[test]
fn fast_shutdown() {
    shows!("SHUTDOWN-079", "SHUTDOWN-080", "SHUTDOWN-082");
    let sim = Sim::office();
    for (name, ask) in [("rude", false), ("polite", true)] {
        let client = sim.uninitialized_process(name);
        client.initialize(InitFlags::empty()).expect("initialised");
        let session = client.logon_ex(Logon::profile("Home").flags(QUIET)).expect("a session");
        if ask {
            session.query_fast_shutdown().expect("nobody refuses");
            session.notify_process_shutdown().expect("always");
        }
        session.do_fast_shutdown().expect("nobody refuses");
        if !ask {
            client.uninitialize();
            client.logon_ex(Logon::profile("Home").flags(QUIET)).expect_err("the process has left");
        }
    }
    insta::assert_snapshot!(found(&sim), @"
    warn fast-shutdown-unasked: call #3 of rude: DoFastShutdown without a QueryFastShutdown that succeeded
      call QueryFastShutdown and NotifyProcessShutdown first, and go on only after S_OK (SHUTDOWN-079, SHUTDOWN-080)
    warn call-after-fast-shutdown: call #4 of rude: MAPIUninitialize after the process left with call #3
      leave the process after DoFastShutdown (SHUTDOWN-082, SHUTDOWN-083)
    warn call-after-fast-shutdown: call #5 of rude: MAPILogonEx after the process left with call #3
      leave the process after DoFastShutdown (SHUTDOWN-082, SHUTDOWN-083)
    ");
    sim.finish();
}

#[test]
fn fast_shutdown_after_a_refusal() {
    shows!("SHUTDOWN-079");
    let sim = office("[machine]\nfast_shutdown = 2\n");
    let session = logon(&sim, "Home", QUIET);
    session.query_fast_shutdown().expect_err("never");
    session.do_fast_shutdown().expect_err("never");
    end(session);
    insta::assert_snapshot!(found(&sim), @"
    warn fast-shutdown-unasked: call #4 of main: DoFastShutdown without a QueryFastShutdown that succeeded
      call QueryFastShutdown and NotifyProcessShutdown first, and go on only after S_OK (SHUTDOWN-079, SHUTDOWN-080)
    ");
}

#[test]
fn long_seek() {
    shows!("TABLE-091");
    let sim = Sim::minimal();
    let data = sim.process("main").create_table(TableData::DYNAMIC, PropTag::PR_ROWID, &[]).expect("rows");
    let rows = (0..2000).map(|id| [Prop::new(PropTag::PR_ROWID, id)].into_iter().collect());
    data.hr_modify_rows(rows.collect()).expect("2000 of them");
    let table = data.hr_get_view(None).expect("a view");
    assert_eq!(table.seek_row(Bookmark::BEGINNING, 50).expect("50 rows"), 50);
    assert_eq!(found(&sim), "");
    assert_eq!(table.seek_row(Bookmark::BEGINNING, 1000).expect("it works all the same"), 1000);
    insta::assert_snapshot!(found(&sim), @"
    warn long-seek: call #6 of main: SeekRow moves table#1 by 1000 rows
      go to a fraction of the table with SeekRowApprox, or to a row with FindRow (TABLE-091)
    ");
}

#[test]
fn bookmarks_left() {
    shows!("TABLE-019", "TABLE-158", "TABLE-159");
    let sim = Sim::minimal();
    let data = sim.process("main").create_table(TableData::DYNAMIC, PropTag::PR_ROWID, &[]).expect("rows");
    for freed in [true, false] {
        let table = data.hr_get_view(None).expect("a view");
        let bookmarks = [table.create_bookmark().expect("one"), table.create_bookmark().expect("two")];
        if freed {
            bookmarks.into_iter().for_each(|bookmark| table.free_bookmark(bookmark).expect("it is there"));
        }
        drop(table);
    }
    insta::assert_snapshot!(found(&sim), @"
    warn bookmarks-left: call #12 of main: table#2 was released with 2 bookmark(s) that were not freed
      call FreeBookmark for each CreateBookmark before the last Release (TABLE-158, TABLE-159)
    ");
}

#[test]
fn streams() {
    shows!("PROP-128", "PROP-130");
    let sim = Sim::minimal();
    let data = sim.process("main").create_iprop().expect("an object");
    let (comment, subject) = (PropTag::PR_COMMENT, PropTag::PR_SUBJECT);
    let open = || data.open_property(comment, OpenFlags::CREATE | OpenFlags::MODIFY).expect("a stream");
    let stream = open();
    stream.seek(0, 0).expect("to the beginning");
    stream.set_size(0).expect("emptied");
    stream.write(b"text").expect("written");
    data.set_props(&[Prop::new(subject, "another property")]).expect("set");
    stream.commit().expect("committed");
    drop(stream);
    data.set_props(&[Prop::new(comment, "no stream is open any more")]).expect("set");
    assert_eq!(found(&sim), "");
    let stream = open();
    stream.seek(2, 0).expect("it works all the same");
    stream.set_size(10).expect("and this");
    data.set_props(&[Prop::new(subject, "a"), Prop::new(comment, "b")]).expect("and this");
    data.delete_props(&[comment]).expect("and this");
    drop(stream);
    insta::assert_snapshot!(found(&sim));
}

#[test]
fn unsupported_call() {
    let sim = Sim::office();
    let session = logon(&sim, "Work", QUIET);
    let caller = sim.process("main").caller();
    sim.call(caller, Call::IMAPISession(session.handle(), IMAPISession::AdminServices {})).expect("done at once");
    end(session);
    insta::assert_snapshot!(sim.check().expect_err("a problem"), @r#"
    verification of the world "office" found 1 problem(s):
    - deny unsupported-call: call #3 of main: IMAPISession::AdminServices is not built
      keep the call out of the test, or allow the lint where the failure is meant (SESSION-006, ERROR-013)
    "#);
    sim.lint(Lint::UnsupportedCall, LintLevel::Allow);
}

#[test]
fn levels_come_from_the_fixture_and_a_strict_machine_fails() {
    let sim = office("[lints]\nmissing-mapi-extended = \"deny\"\npassword-given = \"allow\"\n");
    let client = sim.process("main");
    let _ = client.logon_ex(Logon::profile("Work").flags(LogonFlags::NEW_SESSION).password("x")).map(end);
    let report = sim.check().expect_err("a problem");
    assert_eq!((report.problems().len(), report.warnings().len()), (1, 0), "{report}");
    sim.lint(Lint::MissingMapiExtended, LintLevel::Warn);
    sim.finish();

    let strict = office("[machine]\nstrict = true\n");
    drop(logon(&strict, "Work", QUIET));
    let report = strict.check().expect_err("a problem");
    assert_eq!(report.problems().len(), 1, "{report}");
    strict.lint(Lint::ReleasedWithoutLogoff, LintLevel::Allow);
    strict.finish();
}

#[test]
fn warnings_stand_in_a_report_behind_the_problems() {
    let sim = Sim::office();
    let session = logon(&sim, "Work", LogonFlags::NEW_SESSION);
    session.logoff(LogoffFlags::empty()).expect("logged on");
    session.logoff(LogoffFlags::empty()).expect_err("logged off");
    insta::assert_snapshot!(sim.check().expect_err("a problem"), @r#"
    verification of the world "office" found 1 problem(s):
    - deny use-after-logoff: call #4 of main: IMAPISession::Logoff on session#1, which was logged off with call #3
      call nothing but Release after Logoff (SHUTDOWN-002, SHUTDOWN-009)
    - warn missing-mapi-extended: call #2 of main: MAPILogonEx without MAPI_EXTENDED
      pass MAPI_EXTENDED in every call (LOGON-087, LOGON-088)
    "#);
    sim.lint(Lint::UseAfterLogoff, LintLevel::Warn);
    sim.check().expect("warnings alone are no failure");
}

#[test]
fn a_lint_that_does_not_exist_is_a_mistake_of_the_fixture() {
    let error = Fixture::named("home.toml", "format = 1\n[lints]\nuse-after-logof = \"allow\"\n").expect_err("a bad fixture");
    insta::assert_snapshot!(error, @r#"
    home.toml:3: lints.use-after-logof: there is no lint "use-after-logof"; docs/lints.md lists all 29; did you mean "use-after-logoff"?
      |
    3 | use-after-logof = "allow"
      | ^^^^^^^^^^^^^^^
    "#);
}

/// A scenario that logs on without MAPI_EXTENDED in the minimal world with these lines, and expects this of the step.
fn scenario(lines: &str, inside: &str) -> String {
    let text = format!(
        "format = 1\nname = \"n\"\n[fixture]\nextends = \"minimal\"\n{lines}[[step]]\ncall = \"MAPILogonEx\"\n\
         args = {{ profile_name = \"Work\", flags = [\"MAPI_NEW_SESSION\"] }}\nexpect = {{ hr = \"S_OK\" }}\n{inside}\n"
    );
    let outcome = Scenario::named("n.toml", &text).unwrap_or_else(|error| panic!("{error}")).run();
    outcome.failures().join("\n")
}

#[test]
fn scenarios_expect_lints_and_fail_for_what_their_world_denies() {
    assert_eq!(scenario("", "inside = { lints = [\"missing-mapi-extended\"] }"), "");
    assert_eq!(scenario("", "inside = { no_lints = false }"), "");
    let wrong = scenario("", "inside = { no_lints = true, lints = [\"password-given\"] }");
    insta::assert_snapshot!(wrong, @r#"
    step 1 (n.toml:5), call #2 of main: MAPILogonEx(profile_name="Work", flags=MAPI_NEW_SESSION) -> S_OK (0x00000000), session#1
      - lints = ["password-given"]
      + lints = ["missing-mapi-extended"]
      - no_lints = true
      + no_lints = the lints ["missing-mapi-extended"]
      event: logon mutex taken
      event: session#1 made
      event: spooler told
      event: logon mutex given back
      why: decided by LOGON-095 (row 8.7): the named profile exists
    "#);
    let deny = "[fixture.lints]\nmissing-mapi-extended = \"deny\"\n";
    insta::assert_snapshot!(scenario(deny, ""), @"
    at the end: deny missing-mapi-extended: call #2 of main: MAPILogonEx without MAPI_EXTENDED
      pass MAPI_EXTENDED in every call (LOGON-087, LOGON-088)
    ");
    assert_eq!(scenario(deny, "inside = { lints = [\"missing-mapi-extended\"] }"), "");
}

#[test]
fn a_process_that_was_killed_begins_anew() {
    let sim = Sim::office();
    let client = sim.uninitialized_process("client");
    client.initialize(InitFlags::empty()).expect("initialised");
    let session = client.logon_ex(Logon::profile("Work").flags(QUIET)).expect("a session");
    session.query_fast_shutdown().and_then(|()| session.do_fast_shutdown()).expect("nobody refuses");
    sim.kill_process("client");
    let client = client.thread("other");
    client.initialize(InitFlags::empty()).expect("initialised");
    end(client.logon_ex(Logon::profile("Work").flags(QUIET)).expect("a session"));
    client.uninitialize();
    assert_eq!(found(&sim), "");
}

const HEAD: &str = "\
# Lints

A lint finds what a client does that MAPI lets pass, and that the documentation advises against or leaves open. It changes no answer that a client gets.

`deny` makes the verification of a `Sim` fail, `warn` says it in `Sim::lints()` and behind the problems of a failed verification, `allow` says nothing. The
`[lints]` table of a fixture sets levels by name (`use-after-logoff = \"allow\"`), `Sim::lint` those of one world; `machine.strict = true` makes every `warn` a
`deny`. A scenario fails for `unsupported-call` alone, and for what its fixture denies; `inside.lints` of a step names what has to be found in its call.

Lints read the journal and the world as it is, as if the test ended now. The journal keeps its newest 4096 lines; of a call that is gone no lint says anything;
with `Sim::keep_journal(false)` lints see only what the test leaves behind.
What the Rust face does by itself (MAPIInitialize for `Sim::process`, its MAPIUninitialize at the end) is not the client's, and a fork does not answer for
what it inherits.

This page is written from the table in `src/lint/table.rs`.

";

/// The page, out of the table.
fn page() -> String {
    let mut page = HEAD.to_owned();
    page.push_str("| Lint | Level | Clauses |\n|---|---|---|\n");
    let clauses = |lint: &Lint| lint.clauses().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    for lint in Lint::ALL {
        let _ = writeln!(page, "| [`{lint}`](#{lint}) | {} | {} |", lint.default_level(), clauses(lint));
    }
    for lint in Lint::ALL {
        let _ = write!(page, "\n## {lint}\n\n{}\n\n{}\n\nTo mend it: {}.\n", lint.says(), lint.why(), lint.mend());
    }
    page
}

#[test]
fn the_page_of_lints_is_the_table_of_the_code() {
    let (wanted, file) = (page(), concat!(env!("CARGO_MANIFEST_DIR"), "/docs/lints.md"));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(file, &wanted).expect("docs/lints.md can be written");
    }
    let found = std::fs::read_to_string(file).unwrap_or_default();
    assert!(found == wanted, "docs/lints.md is not the table of src/lint/table.rs; UPDATE_DOCS=1 writes it anew");
}

#[test]
fn lints_are_found_by_their_names_and_rest_on_clauses() {
    for (at, lint) in Lint::ALL.iter().enumerate() {
        assert_eq!(Lint::from_id(lint.id()), Some(*lint));
        assert_eq!(*lint as usize, at);
        assert!(lint.id().bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{lint}");
        assert!(!lint.clauses().is_empty(), "{lint}");
    }
}
