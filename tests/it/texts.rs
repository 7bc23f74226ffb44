//! Texts that people read, whole.

use mapi_sim::{Fixture, Hresult, Logon, LogonAct, LogonAnswer, LogonFlags, Sim, SimDuration};

const NEW: LogonFlags = LogonFlags::EXTENDED.union(LogonFlags::NEW_SESSION);

#[test]
fn a_misspelt_profile() {
    let sim = Sim::office();
    let refused = sim.logon("Wrok", LogonFlags::NEW_SESSION | LogonFlags::NO_MAIL).expect_err("no such profile");
    assert_eq!(refused.hresult(), Hresult::MAPI_E_LOGON_FAILED);
    insta::assert_snapshot!(refused, @r#"
    MAPILogonEx(profile_name="Wrok", flags=MAPI_NEW_SESSION|MAPI_NO_MAIL) -> MAPI_E_LOGON_FAILED (0x80040111)   call #2
      decided by LOGON-110 (row 8.10): the named profile does not exist and MAPI_LOGON_UI is not set
      nearest: profile "Work" (2 edits); default profile "Work" would be used with MAPI_USE_DEFAULT
    "#);
    assert_eq!(format!("{refused:?}"), refused.to_string(), "tests print Debug");
}

#[test]
fn a_shared_session_that_was_not_looked_at() {
    let sim = Sim::office();
    let _shared = sim.process("outlook").logon_ex(Logon::profile("Home").flags(NEW | LogonFlags::ALLOW_OTHERS)).expect("a session");
    let refused = sim.logon("Wrok", NEW).expect_err("no such profile");
    insta::assert_snapshot!(refused, @r#"
    MAPILogonEx(profile_name="Wrok", flags=MAPI_NEW_SESSION|MAPI_EXTENDED) -> MAPI_E_LOGON_FAILED (0x80040111)   call #4
      decided by LOGON-110 (row 8.10): the named profile does not exist and MAPI_LOGON_UI is not set
      nearest: profile "Work" (2 edits); default profile "Work" would be used with MAPI_USE_DEFAULT
      shared session session#1 ("Home") not considered: MAPI_NEW_SESSION
    "#);
}

#[test]
fn every_refusal_says_what_would_have_succeeded() {
    let sim = Fixture::shipped("office").expect("shipped").start();
    let main = sim.process("main");
    let mut text = String::new();
    for logon in [
        Logon::profile("Work").flags(NEW).null_session(),
        Logon::profile("Work").flags(NEW | LogonFlags::from(0x80)),
        Logon::profile("Work").flags(NEW | LogonFlags::LOGON_UI | LogonFlags::PASSWORD_UI),
        Logon::profile("Work").flags(NEW).password("x"),
        Logon::new().flags(NEW),
        Logon::new().flags(NEW | LogonFlags::LOGON_UI),
        Logon::profile("x".repeat(65).as_str()).flags(NEW),
        Logon::profile("work ").flags(NEW),
    ] {
        text += &format!("{}\n", main.logon_ex(logon).expect_err("refused"));
    }
    let early = sim.uninitialized_process("early").logon_ex(Logon::profile("Work").flags(NEW)).expect_err("not initialised");
    insta::assert_snapshot!(format!("{text}{early}"));
}

#[test]
fn the_journal_and_the_state() {
    let sim = Sim::office();
    let slow = LogonAnswer { after: SimDuration::from_secs(60), ..LogonAnswer::from(LogonAct::Pick("Home".into())) };
    sim.script(|script| script.logon_dialog.push_back(slow));
    let user = sim.process("user").begin_logon_ex(Logon::new().flags(NEW | LogonFlags::LOGON_UI | LogonFlags::ALLOW_OTHERS));
    let waiting = sim.process("indexer").begin_logon_ex(Logon::new().flags(LogonFlags::EXTENDED | LogonFlags::NO_MAIL));
    insta::assert_snapshot!("while_a_dialog_is_open", sim.state());
    let user = user.finish().expect("picked");
    let indexer = waiting.finish().expect("joined");
    insta::assert_snapshot!("after_the_dialog", sim.state());
    user.logoff(mapi_sim::LogoffFlags::SHARED).expect("logged on");
    drop(indexer);
    insta::assert_snapshot!("the_journal", sim.journal());
}

#[test]
fn a_logon_that_can_never_end() {
    let fixture = Fixture::named("held.toml", "format = 1\nextends = \"minimal\"\n[[script.mutex]]\nprocess = \"setup\"\n").expect("reads");
    let sim = fixture.start();
    let process = sim.process("main");
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| process.logon_ex(Logon::profile("Work").flags(NEW))));
    let text = panic.expect_err("nobody ever gives the mutex back").downcast::<String>().expect("a text");
    insta::assert_snapshot!(text);
    let report = sim.check().expect_err("the call still waits");
    insta::assert_snapshot!("check_names_what_waits", report);
    std::mem::forget(sim);
}

#[test]
fn a_raw_name_is_compared_too() {
    let sim = Sim::office();
    let narrow = sim.process("main").logon_ex(Logon::profile(mapi_sim::Text::ansi(b"Wrok\0")).flags(NEW)).expect_err("no such profile");
    assert!(narrow.to_string().contains("nearest: profile \"Work\" (2 edits)"), "{narrow}");
}
