//! Questions to the journal, and what a test expects of the calls to come: the texts of what fails are held whole.

use std::panic::{AssertUnwindSafe, catch_unwind};

use mapi_sim::{Hresult, LogoffFlags, Logon, LogonFlags, Sim, Wanted};

const NEW: LogonFlags = LogonFlags::EXTENDED.union(LogonFlags::NEW_SESSION);

/// A service logs on with mail and without, another program fails to.
fn run(sim: &Sim) {
    let svc = sim.process("svc");
    for flags in [NEW | LogonFlags::NO_MAIL, NEW] {
        let session = svc.logon_ex(Logon::profile("Work").flags(flags)).expect("a session");
        let table = session.get_status_table(0).expect("a table");
        table.query_rows(2).expect("rows");
        session.logoff(LogoffFlags::empty()).expect("it lives");
    }
    drop(sim.process("other").thread("ui").logon_ex(Logon::profile("Wrok").flags(NEW)));
}

/// What the check of a world finds.
fn report(sim: Sim) -> String {
    let text = sim.check().map_or_else(|report| report.problems().join("\n"), |()| "nothing\n".to_owned());
    sim.discard();
    text
}

/// What a panic says.
fn panic_of(what: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(what)).expect_err("a panic");
    panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).expect("a text")
}

#[test]
fn the_journal_is_asked() {
    let sim = Sim::office();
    run(&sim);
    let journal = sim.journal();
    let logons = || journal.calls("MAPILogonEx");
    assert_eq!(logons().count(), 3);
    assert_eq!(logons().with_flag("MAPI_NO_MAIL").count(), 1);
    assert_eq!(logons().without_flag("MAPI_NO_MAIL").by("svc").count(), 1);
    assert_eq!(logons().by("other").count(), 1, "a process with all its threads");
    assert_eq!(logons().by("other/ui").count(), 1);
    assert_eq!((logons().by("other/main").count(), logons().by("oth").count()), (0, 0));
    assert_eq!(logons().outcome(Hresult::MAPI_E_LOGON_FAILED).with("profile_name", "Wrok").count(), 1);
    assert_eq!(journal.calls("Logoff").on("session#2").count(), 1);
    assert_eq!(journal.calls("IMAPISession::Logoff").count(), 2);
    assert!(journal.calls("IMAPIProp::GetProps").is_empty());
    assert!(journal.calls("IMsgStore::GetProps").is_empty(), "a name that rules know too");
    assert_eq!(journal.calls("QueryRows").with("row_count", 2).count(), 2);
    let (first, last) = (logons().first().expect("the first"), logons().last().expect("the last"));
    assert!(first.id() < last.id());
    assert_eq!(logons().iter().map(|entry| entry.hr().is_success()).collect::<Vec<_>>(), [true, true, false]);
}

#[test]
fn flags_of_plain_numbers_are_found_by_name() {
    use mapi_sim::call::{Call, IMAPITable};
    let sim = Sim::office();
    let session = sim.logon("Work", NEW).expect("a session");
    let _table = session.get_status_table(0).expect("a table");
    let handle = sim.journal().calls("GetStatusTable").first().and_then(|entry| entry.reply().object()).expect("a table");
    for flags in [1, 0] {
        let call = IMAPITable::QueryRows { row_count: 1, flags };
        sim.call(sim.caller("main", "main"), Call::IMAPITable(handle, call)).expect("a reply");
    }
    assert_eq!(sim.journal().calls("QueryRows").count(), 2);
    assert_eq!(sim.journal().calls("QueryRows").with_flag("TBL_NOADVANCE").count(), 1);
    assert_eq!(sim.journal().calls("QueryRows").without_flag("TBL_NOADVANCE").count(), 1);
}

#[test]
fn what_comes_as_expected_is_no_problem() {
    let sim = Sim::office();
    sim.expect("MAPILogonEx").by("svc").times(2);
    sim.expect("MAPILogonEx").times(2..);
    sim.expect("MAPILogonEx").times(..=3);
    sim.expect("MAPILogonEx").times(1..4);
    sim.expect("MAPILogonEx").times(..);
    sim.expect("MAPILogonEx").times(..4);
    sim.expect("GetStatusTable");
    sim.never("MAPILogonEx").without_flag("MAPI_EXTENDED");
    sim.never("OpenMsgStore");
    sim.expect_before(Wanted::call("MAPIInitialize").by("svc"), Wanted::call("MAPILogonEx").by("svc"));
    sim.expect_before(Wanted::call("MAPILogonEx"), Wanted::call("OpenMsgStore"));
    run(&sim);
    sim.finish();
}

#[test]
fn every_failure_says_what_came_nearest() {
    let sim = Sim::office();
    sim.expect("MAPILogonEx").with_flag("MAPI_NO_MAIL").by("other").outcome(Hresult::S_OK).times(1..=2);
    sim.expect("MAPILogonEx").with("profile_name", "Home");
    sim.expect("MAPILogonEx").by("svc").times(3);
    sim.expect("Logoff").on("session#3").times(2..);
    sim.expect("QueryRows").with("row_count", 50);
    sim.expect("QueryRows").with("flags", 1);
    sim.expect("MAPILogonEx").times(..=1);
    sim.expect("MAPILogonEx").times(1);
    sim.expect("OpenMsgStore");
    sim.never("MAPILogonEx").without_flag("MAPI_NO_MAIL").by("svc");
    sim.never("MAPIInitialize");
    sim.expect_before(Wanted::call("GetStatusTable"), Wanted::call("MAPILogonEx"));
    sim.expect_before(Wanted::call("MAPIInitialize").by("installer"), Wanted::call("MAPILogonEx").by("svc"));
    run(&sim);
    run(&sim);
    insta::assert_snapshot!("unexpected", report(sim));
}

#[test]
fn an_order_that_was_not_kept_is_said() {
    let sim = Sim::office();
    run(&sim);
    let journal = sim.journal();
    let call = Wanted::call;
    assert_eq!(journal.in_order(&[call("MAPIInitialize"), call("MAPILogonEx"), call("Logoff"), call("MAPILogonEx")]), Ok(()));
    assert_eq!(journal.in_order(&[]), Ok(()));
    let said = [
        journal.in_order(&[call("Logoff").by("svc"), call("MAPIInitialize").by("svc")]),
        journal.in_order(&[call("MAPILogonEx").by("other"), call("Logoff")]),
        journal.in_order(&[call("MAPILogonEx").by("nobody")]),
    ];
    insta::assert_snapshot!("out_of_order", said.map(|said| said.expect_err("another order")).join("\n"));
}

#[test]
fn only_calls_after_the_expectation_count() {
    let sim = Sim::office();
    run(&sim);
    sim.never("MAPILogonEx");
    sim.expect("MAPILogonEx").times(0);
    assert_eq!(sim.check(), Ok(()));
    let fork = sim.fork();
    drop(fork.logon("Home", NEW | LogonFlags::NO_MAIL).expect("a session"));
    fork.finish();
    assert_eq!(sim.check(), Ok(()), "a fork answers for itself");
    drop(sim.logon("Home", NEW).expect("a session"));
    assert!(sim.check().is_err());
    sim.discard();
}

#[test]
fn what_nobody_saw_is_not_taken_for_granted() {
    let sim = Sim::office();
    sim.never("MAPILogonEx");
    sim.keep_journal(false);
    insta::assert_snapshot!(report(sim), @"whether MAPILogonEx came as expected is not known: the journal was not kept all the time");
    let sim = Sim::office();
    sim.keep_journal(false);
    sim.never("MAPILogonEx");
    sim.keep_journal(true);
    assert!(report(sim).contains("is not known"));
}

#[test]
fn more_calls_than_the_journal_keeps_are_counted() {
    let sim = Sim::minimal();
    let caller = sim.process("a").caller();
    sim.expect("HrDispatchNotifications").times(5000);
    let dispatch = || mapi_sim::call::Call::Mapi(mapi_sim::call::Mapi::HrDispatchNotifications { flags: 0 });
    (0..5000).for_each(|_| drop(sim.call(caller, dispatch()).expect("an answer")));
    sim.finish();
}

#[test]
fn finish_and_drop_say_it_once() {
    let unmet = || {
        let sim = Sim::office();
        sim.expect("OpenMsgStore");
        sim
    };
    insta::assert_snapshot!(panic_of(|| unmet().finish()), @r#"
    verification of the world "office" found 1 problem(s):
    - OpenMsgStore was expected at least once, but never came
    "#);
    assert_eq!(panic_of(|| drop(unmet())), panic_of(|| unmet().finish()));
    let first = panic_of(|| {
        let _sim = unmet();
        panic!("what the test found itself");
    });
    assert_eq!(first, "what the test found itself", "a second panic would have ended the process");
}

#[test]
fn a_misspelt_name_is_no_question() {
    let said = [
        panic_of(|| drop(Wanted::call("MAPILogonX"))),
        panic_of(|| drop(Wanted::call("IMAPITable::Logoff"))),
        panic_of(|| drop(Wanted::call("MAPILogonEx").with_flag("MAPI_NOMAIL"))),
        panic_of(|| drop(Wanted::call("MAPILogonEx").without_flag("x"))),
        panic_of(|| drop(Wanted::call("MAPILogonEx").with("profile", "Work"))),
        panic_of(|| drop(Wanted::call("Logoff").on("session1"))),
    ];
    insta::assert_snapshot!("misspelt", said.join("\n"));
}
