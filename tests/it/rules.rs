//! Rules: which calls they act on, what they do to them, and what is left of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use mapi_sim::call::{Call, CallId, Caller, IMAPISession, IMAPITable, Mapi, Method, Out, Reply};
use mapi_sim::scenario::Scenario;
use mapi_sim::{Fixture, Hresult, LogoffFlags, Logon, LogonFlags, Rule, Session, Sim, SimDuration, SimTime, Verdict, can_fail, on};

const NEW: LogonFlags = LogonFlags::EXTENDED.union(LogonFlags::NEW_SESSION);
const NETWORK: Hresult = Hresult::MAPI_E_NETWORK_ERROR;

fn logon(sim: &Sim) -> Session {
    sim.logon("Work", NEW | LogonFlags::NO_MAIL).expect("a session")
}

fn end(session: Session) {
    session.logoff(LogoffFlags::empty()).expect("logged on");
}

/// Of four calls of GetMsgStoresTable, those that fail under a rule.
fn failing(rule: Rule) -> Vec<u32> {
    let sim = Sim::office();
    let session = logon(&sim);
    let _rule = sim.rule(rule);
    let failing = (1..=4).filter(|_| session.get_msg_stores_table(0).is_err()).collect();
    end(session);
    failing
}

#[test]
fn a_rule_acts_on_the_calls_that_it_says() {
    let rule = || on("IMAPISession::GetMsgStoresTable").fail(NETWORK);
    assert_eq!(failing(rule()), [1, 2, 3, 4]);
    assert_eq!(failing(rule().nth(2)), [2]);
    assert_eq!(failing(rule().first(2)), [1, 2]);
    assert_eq!(failing(rule().from(3)), [3, 4]);
    assert_eq!(failing(rule().every(2)), [2, 4]);
    assert_eq!(failing(rule().nth(2).always()), [1, 2, 3, 4]);
    assert_eq!(failing(on("GetMsgStoresTable").fail(NETWORK)), [1, 2, 3, 4], "the method's name alone");
    assert_eq!(failing(on("IMAPISession::*").fail(NETWORK).first(4)), [1, 2, 3, 4], "every method of an interface");
    assert_eq!(failing(on("*").fail(NETWORK).nth(3)), [3], "every call");
    assert_eq!(failing(on("IMAPITable::*").fail(NETWORK)), [0u32; 0], "another interface");
    assert_eq!(failing(on("GetStatusTable").fail(NETWORK)), [0u32; 0], "another method");
    assert_eq!(failing(rule().process("main")), [1, 2, 3, 4]);
    assert_eq!(failing(rule().process("other")), [0u32; 0]);
}

#[test]
fn a_rule_looks_at_object_process_and_arguments() {
    let sim = Sim::office();
    let (one, two) = (logon(&sim), logon(&sim));
    let long = |call: &Call| matches!(call, Call::IMAPITable(_, IMAPITable::QueryRows { row_count, .. }) if *row_count > 100);
    let table = one.get_status_table(0).expect("a table");
    let _rules = [sim.rule(on("GetStatusTable").object(two.handle()).fail(NETWORK)), sim.rule(on("QueryRows").when(long).fail(NETWORK))];
    assert!(one.get_status_table(0).is_ok());
    assert_eq!(two.get_status_table(0).err().map(|failure| failure.hresult()), Some(NETWORK));
    assert!(table.query_rows(100).is_ok());
    assert_eq!(table.query_rows(101).err().map(|failure| failure.hresult()), Some(NETWORK));
    drop(table);
    end(one);
    end(two);
}

#[test]
fn an_interface_of_an_object_reaches_all_its_methods() {
    let sim = Sim::office();
    let session = logon(&sim);
    let rows = session.get_msg_stores_table(0).expect("a table").query_rows(1).expect("rows");
    let id = rows[0].props.iter().find(|prop| prop.tag == mapi_sim::PropTag::PR_ENTRYID).expect("an identifier");
    let mapi_sim::Value::Binary(id) = &id.value else { panic!("{id:?}") };
    let store = session.open_msg_store(id, mapi_sim::StoreFlags::empty()).expect("a store").into_inner();
    let _rule = sim.rule(on("IMsgStore::GetPropList").fail(NETWORK));
    assert_eq!(store.get_prop_list().err().map(|failure| failure.hresult()), Some(NETWORK));
    drop(store);
    end(session);
}

#[test]
fn the_first_rule_that_does_not_pass_decides_and_a_dropped_one_is_gone() {
    let sim = Sim::office();
    let session = logon(&sim);
    let code = |session: &Session| session.get_msg_stores_table(0).err().map(|failure| failure.hresult());
    let pass = sim.rule(on("*").decide(|_, _| Verdict::Pass));
    let first = sim.rule(on("GetMsgStoresTable").nth(2).fail(NETWORK));
    let second = sim.rule(on("GetMsgStoresTable").fail(Hresult::MAPI_E_CALL_FAILED));
    assert_eq!(code(&session), Some(Hresult::MAPI_E_CALL_FAILED), "the first one passes its first call");
    assert_eq!(code(&session), Some(NETWORK));
    assert_eq!((pass.fired(), first.fired(), second.fired()), (0, 1, 1));
    drop(second);
    assert_eq!(code(&session), None);
    sim.rule(on("GetMsgStoresTable").fail(NETWORK)).keep();
    assert_eq!(code(&session), Some(NETWORK), "kept without its guard");
    end(session);
}

#[test]
fn any_code_can_be_injected_into_any_method() {
    shows!("LOGON-170", "LOGON-171", "ERROR-016", "ERROR-017");
    let common = [
        Hresult::MAPI_E_INVALID_PARAMETER,
        Hresult::MAPI_E_UNKNOWN_FLAGS,
        Hresult::MAPI_E_DISK_ERROR,
        Hresult::MAPI_E_NOT_ENOUGH_DISK,
        Hresult::MAPI_E_NOT_ENOUGH_MEMORY,
        Hresult::MAPI_E_NOT_ENOUGH_RESOURCES,
        Hresult::MAPI_E_BAD_CHARWIDTH,
        Hresult::MAPI_E_CALL_FAILED,
        Hresult::new(0x8123_4567),
    ];
    for hr in common {
        let sim = Sim::office();
        let rule = sim.rule(on("MAPILogonEx").nth(1).fail(hr));
        let main = sim.process("main");
        let before = sim.state().to_string();
        let refused = main.logon_ex(Logon::profile("Work").flags(NEW)).expect_err("injected");
        assert_eq!((refused.hresult(), sim.state().to_string()), (hr, before));
        sim.kernel(|kernel| {
            assert_eq!((kernel.sessions().count(), kernel.logon_mutex().owner(), kernel.shared_session()), (0, None, None));
        });
        end(logon(&sim));
        assert_eq!(rule.fired(), 1);
    }
    let methods: Vec<&Method> = Call::methods().filter(|method| can_fail(method)).collect();
    assert_eq!(methods.len() + 3, Call::methods().count());
    for method in methods {
        let _ = Sim::minimal().rule(on(&method.to_string()).fail(Hresult::MAPI_E_CALL_FAILED));
    }
}

#[test]
fn a_failed_call_is_a_call_of_the_world() {
    let sim = Sim::office();
    let session = logon(&sim);
    let rule = sim.rule(on("IMAPISession::GetMsgStoresTable").nth(1).fail(NETWORK));
    let failure = session.get_msg_stores_table(0).err().expect("injected");
    assert_eq!(failure.call(), CallId::from_number(3));
    insta::assert_snapshot!(failure, @r#"
    session#1.GetMsgStoresTable() -> MAPI_E_NETWORK_ERROR (0x80040115)   call #3
      decided by the rule "IMAPISession::GetMsgStoresTable, 1st" of the test
    "#);
    drop(rule);
    end(session);
    insta::assert_snapshot!(sim.journal().to_string().lines().skip_while(|line| !line.starts_with("#3")).take(2).collect::<Vec<_>>().join("\n"), @r#"
    #3 main session#1.GetMsgStoresTable() -> MAPI_E_NETWORK_ERROR
        rule "IMAPISession::GetMsgStoresTable, 1st": fail MAPI_E_NETWORK_ERROR
    "#);
}

#[test]
fn a_warning_lets_the_call_run() {
    let sim = Sim::office();
    let session = logon(&sim);
    let rule = sim.rule(on("OpenAddressBook").fail(Hresult::MAPI_W_ERRORS_RETURNED));
    let book = session.open_address_book(0).expect("opened");
    assert_eq!(book.warning(), Some(Hresult::MAPI_W_ERRORS_RETURNED));
    assert_eq!(rule.fired(), 1);
    assert!(session.get_last_error(Hresult::MAPI_W_ERRORS_RETURNED).expect("a text").is_some());
    drop(book);
    assert!(session.open_address_book(1 << 20).is_err(), "what fails by itself goes on failing");
    end(session);
}

#[test]
fn get_last_error_has_the_text_of_the_rule_on_the_object_that_failed() {
    shows!("SESSION-020", "ERROR-031", "ERROR-035");
    let sim = Sim::office();
    let session = logon(&sim);
    let table = session.get_status_table(0).expect("a table");
    let extended = Hresult::MAPI_E_EXTENDED_ERROR;
    let _rules = [
        sim.rule(on("QueryRows").nth(1).fail(extended).text("the server is in pieces")),
        sim.rule(on("OpenAddressBook").fail(extended).named("no book")),
    ];
    assert_eq!(table.query_rows(1).err().map(|failure| failure.hresult()), Some(extended));
    let error = table.get_last_error(extended).expect("supported").expect("a text");
    assert_eq!((error.error.as_str(), error.low_level_error), ("the server is in pieces", extended.code()));
    assert_eq!(session.get_last_error(extended).expect("supported"), None, "of another object");
    assert!(table.query_rows(1).is_ok());
    assert!(table.get_last_error(extended).expect("supported").is_some(), "a success does not clear it");
    assert!(session.open_address_book(0).is_err());
    let error = session.get_last_error(extended).expect("supported").expect("a text");
    assert_eq!(error.error, "OpenAddressBook returned MAPI_E_EXTENDED_ERROR (0x80040119) (rule \"no book\")");
    assert!(error.component.len() <= 30);
    assert_eq!(session.get_last_error(NETWORK).expect("supported"), None, "of another code");
    drop(table);
    end(session);
}

#[test]
fn every_object_with_a_last_error_keeps_that_of_a_rule() {
    let sim = Sim::office();
    let session = logon(&sim);
    let book = session.open_address_book(0).expect("opened").into_inner();
    let _rule = sim.rule(on("IMAPIProp::GetPropList").fail(Hresult::MAPI_E_EXTENDED_ERROR).text("no list"));
    assert!(book.get_prop_list().is_err());
    let error = book.get_last_error(Hresult::MAPI_E_EXTENDED_ERROR).expect("supported").expect("a text");
    assert_eq!(error.error, "no list");
    drop(book);
    end(session);
}

#[test]
fn a_client_has_to_accept_that_there_is_no_text() {
    shows!("ERROR-034");
    let text = "format = 1\nextends = \"office\"\n[readings]\nlast_error = \"none\"\n[[fault]]\ncall = \"OpenAddressBook\"\nfail = \"MAPI_E_EXTENDED_ERROR\"\n";
    let sim = Fixture::from_text(text).expect("a good fixture").start();
    let session = logon(&sim);
    assert!(session.open_address_book(0).is_err());
    assert_eq!(session.get_last_error(Hresult::MAPI_E_EXTENDED_ERROR).expect("S_OK"), None);
    end(session);
}

#[test]
fn a_delay_takes_virtual_time_and_others_go_on_meanwhile() {
    let sim = Sim::office();
    let _rule = sim.rule(on("MAPILogonEx").process("slow").delay(SimDuration::from_secs(5)));
    let slow = sim.process("slow").begin_logon_ex(Logon::profile("Work").flags(NEW));
    assert!(slow.is_waiting());
    end(logon(&sim));
    assert_eq!(sim.now(), SimTime::ZERO);
    sim.advance(SimDuration::from_secs(4));
    assert!(slow.is_waiting());
    let session = slow.finish().expect("a session");
    assert_eq!(sim.now(), SimTime::ZERO.after(SimDuration::from_secs(5)));
    end(session);
    let _rule = sim.rule(on("GetStatusTable").delay(SimDuration::from_secs(1)).fail(Hresult::MAPI_E_TIMEOUT));
    let session = logon(&sim);
    assert_eq!(session.get_status_table(0).err().map(|failure| failure.hresult()), Some(Hresult::MAPI_E_TIMEOUT));
    assert_eq!(sim.now(), SimTime::ZERO.after(SimDuration::from_secs(6)), "a delay and then the failure");
    end(session);
}

#[test]
fn a_blocked_call_goes_on_when_it_is_released() {
    let sim = Sim::office();
    let rule = sim.rule(on("MAPILogonEx").process("held").named("gate").block());
    let held = |sim: &Sim| sim.process("held").begin_logon_ex(Logon::profile("Work").flags(NEW));
    let first = held(&sim);
    sim.advance(SimDuration::from_secs(3600));
    assert!(first.is_waiting());
    let report = sim.check().expect_err("a call waits").to_string();
    insta::assert_snapshot!(report, @r#"
    verification of the world "office" found 1 problem(s):
    - call #2 still waits: MAPILogonEx(profile_name="Work", flags=MAPI_NEW_SESSION|MAPI_EXTENDED) in held is held back until the rule "gate" lets it go
    "#);
    let fork = sim.fork();
    assert_eq!(rule.release(), 1);
    end(first.finish().expect("a session"));
    assert_eq!(fork.release_rule(rule.id()), 1, "a fork has its own");
    fork.wait(CallId::from_number(2)).expect("done");
    let second = held(&sim);
    assert!(second.is_waiting(), "the rule holds back those that come later");
    drop(rule);
    end(second.finish().expect("a rule that is gone holds nothing back"));
    fork.discard();
}

#[test]
fn a_call_whose_process_is_killed_does_not_come_back() {
    let sim = Sim::office();
    let rule = sim.rule(on("MAPILogonEx").block());
    let _held = sim.process("held").begin_logon_ex(Logon::profile("Work").flags(NEW));
    sim.kill_process("held");
    assert_eq!(rule.release(), 0);
}

#[test]
fn a_given_reply_is_the_answer() {
    let sim = Sim::office();
    let session = logon(&sim);
    let reply = Reply::ok(Out::Strings(vec!["X500".to_owned()]));
    let rule = sim.rule(on("EnumAdrTypes").answer(reply));
    assert_eq!(session.enum_adr_types().expect("an answer"), ["X500"]);
    assert!(sim.journal().to_string().contains("rule \"EnumAdrTypes\": answer S_OK"));
    drop(rule);
    end(session);
}

/// A closure that fails every third call by its own count, and what the journal says of a run under it.
fn counted(sim: &Sim) -> String {
    let count = AtomicU32::new(0);
    let decide = move |call: &Call, _: Caller| match call {
        Call::IMAPISession(_, IMAPISession::Logoff { .. }) => Verdict::Pass,
        _ if count.fetch_add(1, Ordering::Relaxed) % 3 == 2 => Verdict::Fail(NETWORK),
        Call::Mapi(Mapi::MAPILogonEx { .. }) => Verdict::Delay(SimDuration::from_secs(1)),
        _ => Verdict::Pass,
    };
    let _rule = sim.rule(on("*").named("every third").decide(decide));
    let session = logon(sim);
    for _ in 0..4 {
        let _ = session.get_msg_stores_table(0);
    }
    end(session);
    sim.journal().to_string()
}

#[test]
fn a_closure_decides_and_the_journal_tells() {
    let journal = counted(&Sim::office());
    assert_eq!(journal, counted(&Sim::office()), "the same again");
    insta::assert_snapshot!(journal.lines().filter(|line| line.contains("rule \"") || line.contains(" -> MAPI_E")).collect::<Vec<_>>().join("\n"), @r#"
        rule "every third": delay 1s
    #5 main session#1.GetMsgStoresTable() -> MAPI_E_NETWORK_ERROR
        rule "every third": fail MAPI_E_NETWORK_ERROR
    "#);
}

#[test]
fn forks_and_snapshots_have_the_rules_with_their_counts() {
    let sim = Sim::office();
    let session = logon(&sim);
    let rule = sim.rule(on("GetMsgStoresTable").nth(2).fail(NETWORK).expect(1..));
    assert!(session.get_msg_stores_table(0).is_ok());
    let call = Call::IMAPISession(session.handle(), IMAPISession::GetMsgStoresTable { flags: 0.into() });
    for world in [sim.fork(), sim.snapshot().start()] {
        let caller = world.caller("main", "main");
        world.check().expect("it does not answer for what was expected of its parent");
        assert_eq!(world.call(caller, call.clone()).expect("done").hr, NETWORK);
        world.discard();
    }
    assert_eq!(sim.snapshot(), sim.snapshot());
    assert!(session.get_msg_stores_table(0).is_err());
    assert_eq!(rule.fired(), 1);
    end(session);
}

#[test]
fn a_rule_that_was_expected_to_act_and_did_not_is_reported() {
    let sim = Sim::office();
    let session = logon(&sim);
    let never = sim.rule(on("OpenMsgStore").fail(NETWORK).expect(1..));
    let twice = sim.rule(on("GetMsgStoresTable").nth(1).fail(NETWORK).named("stores").expect(2..=3));
    let not = sim.rule(on("GetStatusTable").first(1).fail(NETWORK).expect(0..=0));
    let met = sim.rule(on("EnumAdrTypes").fail(NETWORK).expect(1..=2));
    drop(never);
    let _ = (session.get_msg_stores_table(0), session.get_msg_stores_table(0), session.get_status_table(0), session.enum_adr_types());
    end(session);
    drop((twice, not, met));
    let report = sim.check().expect_err("three rules").to_string();
    let report: String = report.split("tests/it/rules.rs:").map(|part| part.trim_start_matches(|c: char| c.is_ascii_digit())).collect();
    insta::assert_snapshot!(report, @r#"
    verification of the world "office" found 3 problem(s):
    - the rule "OpenMsgStore" () acted never, expected at least 1; calls that it is for came never
    - the rule "stores" () acted once, expected 2 to 3; calls that it is for came 2 times
    - the rule "GetStatusTable, first 1" () acted once, expected never; calls that it is for came once
    "#);
    sim.discard();
}

#[test]
fn a_rule_that_can_never_act_is_refused() {
    let refused = |rule: Rule| {
        let sim = Sim::minimal();
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(sim.rule(rule)))).expect_err("refused");
        panic.downcast_ref::<String>().cloned().unwrap_or_default()
    };
    let texts = [
        refused(on("IMAPISession::OpenMsgStor").fail(NETWORK)),
        refused(on("IMAPISession::QueryRows").fail(NETWORK)),
        refused(on("Nothing like it").fail(NETWORK)),
        refused(on("Release").fail(NETWORK)),
        refused(on("OpenMsgStore")),
        refused(on("OpenMsgStore").nth(0).fail(NETWORK)),
        refused(on("OpenMsgStore").fail(Hresult::S_OK)),
    ];
    insta::assert_snapshot!(texts.join("\n"));
}

#[test]
fn calls_of_the_rust_face_itself_are_no_clients() {
    let sim = Sim::office();
    let rule = sim.rule(on("MAPIInitialize").fail(NETWORK));
    end(logon(&sim));
    assert_eq!(rule.fired(), 0);
    let client = sim.uninitialized_process("client");
    assert_eq!(client.initialize(mapi_sim::InitFlags::empty()).err().map(|failure| failure.hresult()), Some(NETWORK));
    client.uninitialize();
    let _ = sim.lints();
    sim.discard();
}

#[test]
fn a_rule_can_be_shared_between_threads() {
    fn is_shareable<T: Send + Sync>(_: &T) {}
    let sim = Arc::new(Sim::office());
    let rule = sim.rule(on("MAPILogonEx").fail(NETWORK));
    is_shareable(&rule);
    assert!(std::thread::scope(|scope| scope.spawn(|| sim.logon("Work", NEW).is_err()).join()).expect("no panic"));
    assert_eq!(rule.fired(), 1);
}

#[test]
fn a_fixture_says_the_same() {
    let text = r#"
        format = 1
        extends = "office"
        [[fault]]
        call = "IMAPISession::GetMsgStoresTable"
        process = "main"
        nth = 2
        fail = "MAPI_E_NETWORK_ERROR"
        text = "no network"
        [[fault]]
        call = "GetStatusTable"
        object = "session#1"
        delay = "2s"
        [[fault]]
        call = "OpenMsgStore"
        name = "stores"
        fail = 0x80040115
        expected = true
    "#;
    let fixture = Fixture::named("lame.toml", text).expect("a good fixture");
    assert_eq!(fixture.faults().len(), 3);
    let sim = fixture.start();
    let session = logon(&sim);
    assert!(session.get_msg_stores_table(0).is_ok());
    assert_eq!(session.get_msg_stores_table(0).err().map(|failure| failure.hresult()), Some(NETWORK));
    assert_eq!(session.get_last_error(NETWORK).expect("supported").expect("a text").error, "no network");
    assert!(session.get_status_table(0).is_ok());
    assert_eq!(sim.now().as_millis(), 2000);
    end(session);
    insta::assert_snapshot!(sim.check().expect_err("one never acted"), @r#"
    verification of the world "lame" found 1 problem(s):
    - the rule "stores" (fault[2] of lame) acted never, expected at least 1; calls that it is for came never
    "#);
    sim.discard();
}

#[test]
fn a_scenario_fails_for_a_fault_that_was_expected_and_never_acted() {
    let text = r#"
        format = 1
        name = "nothing is opened"
        [fixture]
        extends = "minimal"
        [[fixture.fault]]
        call = "OpenMsgStore"
        fail = "MAPI_E_CALL_FAILED"
        expected = true
        [[step]]
        call = "MAPIAdminProfiles"
        expect = { hr = "S_OK" }
    "#;
    let run = |text: &str| Scenario::named("nothing.toml", text).expect("a good scenario").run();
    insta::assert_snapshot!(run(text), @r#"
    FAILED nothing.toml: nothing is opened (1 step)
      at the end: the rule "OpenMsgStore" (fault[0] of [fixture]) acted never, expected at least 1; calls that it is for came never
      again: mapi-sim run nothing.toml   (world "[fixture]")
    "#);
    assert!(run(&text.replace("expected = true", "")).passed());
}

#[test]
fn a_closure_that_passes_is_as_if_it_were_not_there() {
    let run = |rule: Option<Rule>| {
        let sim = Sim::office();
        let _rule = rule.map(|rule| sim.rule(rule));
        let session = logon(&sim);
        let _ = (session.get_msg_stores_table(0), session.get_status_table(0), session.get_last_error(NETWORK));
        end(session);
        (sim.journal().to_string(), sim.state().to_string())
    };
    assert_eq!(run(None), run(Some(on("*").decide(|_, _| Verdict::Pass))));
    assert_eq!(run(None), run(Some(on("*").process("nobody").fail(NETWORK))));
}
