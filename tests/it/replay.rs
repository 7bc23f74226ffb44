//! Runs that are recorded, moments that are come back to, states that differ, scenarios made small.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use mapi_sim::call::{Call, Mapi, OutPtr, Reply};
use mapi_sim::scenario::Scenario;
use mapi_sim::{
    Fixture, Hresult, InitFlags, LogoffFlags, Logon, LogonAct, LogonAnswer, LogonFlags, Sim, SimDuration, SimTime, Verdict, on,
};

const NEW: LogonFlags = LogonFlags::EXTENDED.union(LogonFlags::NEW_SESSION);

const SLOW: &str = r#"
    format = 1
    extends = "minimal"

    [machine]
    code_page = 1252

    [readings]
    eager_providers = true

    [[profile]]
    name = "Two words"
    services = ["LOCAL"]

    [[script.ui.MAPILogonEx]]
    pick = "Two words"
    after = "3s"

    [script.service.LOCAL]
    dialog = ["ok"]
"#;

/// A run with everything that a record has: a call that waits, time, a thread, an object that nobody gave, a process that is killed.
fn run(sim: &Sim) {
    let outlook = sim.process("outlook");
    let pending = outlook.begin_logon_ex(Logon::new().flags(NEW | LogonFlags::LOGON_UI | LogonFlags::NO_MAIL));
    assert!(pending.is_waiting());
    sim.advance(SimDuration::from_millis(1500));
    let indexer = sim.process("indexer").thread("worker");
    let other = indexer.logon_ex(Logon::profile("Work").flags(NEW | LogonFlags::NO_MAIL)).expect("a session");
    let session = pending.finish().expect("a session");
    session.get_status_table(0).expect("a table").query_all_rows().expect("rows");
    session.logoff(LogoffFlags::empty()).expect("it was logged on");
    let made_up = mapi_sim::call::Handle::new(mapi_sim::call::ObjectKind::Session, 7);
    let logoff = mapi_sim::call::IMAPISession::Logoff { ui_param: 0, flags: LogoffFlags::empty(), reserved: 0 };
    sim.call(sim.caller("outlook", "main"), Call::IMAPISession(made_up, logoff)).expect("an answer");
    sim.kill_process("indexer");
    drop(other);
}

fn logon_call() -> Call {
    Call::Mapi(Mapi::MAPILogonEx { ui_param: 0, profile_name: None, password: None, flags: NEW, session: OutPtr::Given })
}

fn replayed(text: &str) -> String {
    let scenario = Scenario::named("record.toml", text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let sim = scenario.fixture().start();
    let outcome = scenario.run_by(&sim, &mut &sim);
    assert!(outcome.passed(), "{outcome}\n{text}");
    let journal = sim.journal().to_string();
    sim.discard();
    journal
}

#[test]
fn a_record_is_a_scenario_to_read() {
    let sim = Fixture::named("slow.toml", SLOW).unwrap_or_else(|error| panic!("{error}")).start();
    run(&sim);
    let (text, journal) = (sim.record().expect("a record"), sim.journal().to_string());
    sim.discard();
    insta::assert_snapshot!("record", text);
    assert_eq!(replayed(&text), journal);
}

#[test]
fn a_shipped_world_stands_in_a_record_by_its_name() {
    let sim = Sim::office();
    drop(sim.logon("Work", NEW).expect("a session"));
    let (text, journal) = (sim.record().expect("a record"), sim.journal().to_string());
    assert!(text.contains("\nfixture = \"office\"\n"), "{text}");
    assert_eq!(replayed(&text), journal);
}

#[test]
fn a_record_with_an_unknown_format_says_so() {
    let sim = Sim::minimal();
    drop(sim.logon("Work", NEW).expect("a session"));
    let text = sim.record().expect("a record").replace("format = 1", "format = 99");
    let error = Scenario::named("new.toml", &text).expect_err("no such format").to_string();
    assert!(error.contains("found integer 99, but this version reads format 1 only"), "{error}");
    let error = Scenario::named("old.toml", &text.replace("format = 99\n", "")).expect_err("no format").to_string();
    assert!(error.contains("format is missing"), "{error}");
}

#[test]
fn what_rules_of_code_decided_stands_in_a_record() {
    let fixture = r#"
        format = 1
        extends = "office"

        [[fault]]
        call = "GetMsgStoresTable"
        nth = 2
        fail = "MAPI_E_BUSY"
    "#;
    let sim = Fixture::named("busy.toml", fixture).expect("a fixture").start();
    let slow = sim.rule(on("MAPILogonEx").delay(SimDuration::from_secs(2)).fail(Hresult::MAPI_E_CALL_FAILED).first(1));
    assert!(sim.logon("Work", NEW).is_err());
    drop(slow);
    let session = sim.logon("Work", NEW).expect("a session");
    let asked = AtomicU32::new(0);
    let third = move |_: &Call, _| match asked.fetch_add(1, Ordering::Relaxed) {
        1 => Verdict::Fail(Hresult::MAPI_W_ERRORS_RETURNED),
        2 => Verdict::Fail(Hresult::MAPI_E_NETWORK_ERROR),
        _ => Verdict::Pass,
    };
    sim.rule(on("GetMsgStoresTable").decide(third).named("by code").text("no cable")).keep();
    (0..5).for_each(|_| drop(session.get_msg_stores_table(0)));
    let got: Vec<Hresult> =
        sim.journal().entries().filter(|entry| entry.call().method().name == "GetMsgStoresTable").map(|entry| entry.hr()).collect();
    let (ok, warned) = (Hresult::S_OK, Hresult::MAPI_W_ERRORS_RETURNED);
    assert_eq!(got, [ok, Hresult::MAPI_E_BUSY, warned, Hresult::MAPI_E_NETWORK_ERROR, ok]);
    drop(session);
    let (text, journal) = (sim.record().expect("a record"), sim.journal().to_string());
    sim.discard();
    insta::assert_snapshot!("record_of_rules", text);
    assert_eq!(replayed(&text), journal);
}

#[test]
fn what_cannot_be_recorded_is_said() {
    let mut said = Vec::new();
    let mut say = |sim: Sim| {
        said.push(sim.record().expect_err("no record").to_string());
        sim.discard();
    };
    say(Sim::minimal());
    let sim = Sim::office();
    sim.script(|script| script.logon_dialog.push_back(LogonAnswer::from(LogonAct::Cancel)));
    say(sim);
    say(Sim::office().snapshot().start());
    let sim = Sim::office();
    sim.rule(on("MAPILogonEx").answer(Reply::of(Hresult::S_FALSE))).keep();
    drop(sim.call(sim.caller("a", "main"), logon_call()));
    say(sim);
    let sim = Sim::office();
    sim.rule(on("MAPILogonEx").block()).keep();
    drop(sim.begin(sim.caller("a", "main"), logon_call()));
    say(sim);
    let sim = Sim::office();
    sim.keep_journal(false);
    say(sim);
    let sim = Sim::office();
    sim.keep_journal(false);
    sim.keep_journal(true);
    say(sim);
    let changed = Fixture::shipped("office").expect("it is shipped").with_seed(17).start();
    changed.process("a");
    say(changed);
    let sim = Sim::minimal();
    let caller = sim.caller("a", "main");
    let dispatch = || Call::Mapi(Mapi::HrDispatchNotifications { flags: 0 });
    (0..5000).for_each(|_| drop(sim.call(caller, dispatch())));
    say(sim);
    let sim = Sim::minimal();
    sim.uninitialized_process("idle");
    sim.kill_process("idle");
    say(sim);
    let sim = Sim::minimal();
    let logon = Logon::profile("NULL").flags(NEW);
    drop(sim.process("a").logon_ex(logon));
    say(sim);
    let sim = Sim::minimal();
    drop(sim.call(sim.caller("two\nlines", "main"), dispatch()));
    say(sim);
    insta::assert_snapshot!("not_recorded", said.join("\n"));
}

#[test]
fn every_call_of_a_run_can_be_come_back_to() {
    let sim = Fixture::named("slow.toml", SLOW).unwrap_or_else(|error| panic!("{error}")).start();
    let mut states = vec![sim.state()];
    run(&sim);
    let last = sim.kernel(|kernel| kernel.last_call().number());
    states.extend((1..=last).map(|call| sim.at(call).expect("it is kept").state()));
    assert_eq!(sim.at(0).expect("the beginning").state(), states[0]);
    let told: Vec<String> =
        states.windows(2).enumerate().map(|(at, pair)| format!("call #{}\n{}", at + 1, pair[0].diff(&pair[1]))).collect();
    insta::assert_snapshot!("moments", told.concat());
    let error = sim.at(last + 1).expect_err("there is no such call").to_string();
    assert_eq!(error, format!("there is no moment after call #{}: the last call of this world is #{last}", last + 1));
    sim.discard();
}

#[test]
fn what_is_older_than_the_past_that_is_kept_is_an_error() {
    let sim = Sim::minimal();
    let caller = sim.process("a").caller();
    let mut early = None;
    for call in 0..5000 {
        sim.call(caller, Call::Mapi(Mapi::HrDispatchNotifications { flags: 0 })).expect("an answer");
        sim.advance(SimDuration::from_millis(1));
        if call == 10 {
            early = Some(sim.snapshot());
        }
    }
    let error = sim.at(7).expect_err("long gone").to_string();
    assert_eq!(
        error,
        "the moment after call #7 is gone, because it is longer than what is kept; the oldest that is kept is that after call #2977"
    );
    assert_eq!(sim.at(2977).expect("the oldest").state().time, mapi_sim::SimTime::from_millis(2975));
    assert_eq!(sim.at(5001).expect("the newest").state().time, mapi_sim::SimTime::from_millis(4999));
    sim.keep_journal(false);
    let error = sim.at(5001).expect_err("forgotten").to_string();
    assert_eq!(error, "the moment after call #5001 is gone, because the journal was not kept all the time; the journal is not kept");
    sim.discard();
    let later = early.expect("it was taken").start();
    let error = later.at(3).expect_err("before it began").to_string();
    assert_eq!(error, "the moment after call #3 is gone, because the world began as a snapshot; nothing was done since");
    later.process("b");
    assert_eq!(later.at(13).expect("after it began").state().processes.len(), 2);
    later.discard();
}

#[test]
fn coming_back_does_not_disturb() {
    let sim = Sim::office();
    let session = sim.logon("Work", NEW).expect("a session");
    sim.script(|script| script.logoff_dialog.push_back(true));
    sim.process("b");
    let before = (sim.snapshot(), sim.journal().to_string());
    let then = sim.at(2).expect("it is kept");
    assert_ne!(then, before.0);
    assert_eq!((sim.snapshot(), sim.journal().to_string()), before);
    assert_eq!(sim.at(3).expect("it is kept"), before.0, "the script as the test changed it");
    assert_eq!(sim.fork().at(2).expect("a fork has the past of its world"), then);
    let unseen = then.diff(&sim.at(2).expect("again"));
    assert_eq!(unseen, "");
    session.logoff(LogoffFlags::empty()).expect("it lives");
}

/// A run of many steps, of which few matter.
fn long() -> Scenario {
    let sim = Sim::office();
    let outlook = sim.process("outlook");
    for name in ["Work", "Home", "Wrok"] {
        if let Ok(session) = outlook.logon_ex(Logon::profile(name).flags(NEW | LogonFlags::NO_MAIL)) {
            let table = session.get_status_table(0).expect("a table");
            table.query_all_rows().expect("rows");
            sim.advance(SimDuration::from_millis(10));
            session.logoff(LogoffFlags::empty()).expect("it lives");
        }
    }
    let text = sim.record().expect("a record").replace("fixture = \"office\"", "fixture = \"minimal\"");
    Scenario::named("long.toml", &text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_failing_scenario_is_made_small() {
    let scenario = long();
    let mut tries = Vec::new();
    let small = scenario.shrink(|scenario| {
        tries.push(scenario.len());
        scenario.run().failures().iter().any(|failure| failure.contains("\"Home\""))
    });
    insta::assert_snapshot!("small", small.to_text().expect("its world is a shipped one"));
    assert!(tries.len() < 60, "{tries:?}");
    let mut again = Vec::new();
    let same = scenario.shrink(|scenario| {
        again.push(scenario.len());
        scenario.run().failures().iter().any(|failure| failure.contains("\"Home\""))
    });
    assert_eq!((same, again), (small, tries));
}

#[test]
fn what_a_step_needs_stays_with_it() {
    let small = long().shrink(|scenario| scenario.to_text().is_ok_and(|text| text.contains("SeekRow")));
    let text = small.to_text().expect("a text");
    let calls: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("call = ")).collect();
    assert_eq!(calls, ["\"MAPILogonEx\"", "\"GetStatusTable\"", "\"SeekRow\""]);
}

#[test]
fn shrinking_ends() {
    let without = Scenario::named("none.toml", "format = 1\nname = \"none\"\nstep = []\n").expect_err("it has no steps");
    assert!(without.to_string().contains("there is no step"), "{without}");
    let scenario = long();
    assert_eq!(scenario.shrink(|_| false), scenario, "what does not fail stays");
    assert_eq!(scenario.shrink(|_| true).len(), 1);
    let step = "\n[[step]]\nadvance = \"1s\"\n".repeat(700);
    let text = format!("format = 1\nname = \"n\"\nfixture = \"minimal\"\n{step}");
    let scenario = Scenario::named("long.toml", &text).unwrap_or_else(|error| panic!("{error}"));
    let (mut tries, all) = (0, scenario.len());
    let small = scenario.shrink(|scenario| {
        tries += 1;
        scenario.len() == all
    });
    assert_eq!((tries, small.len()), (Scenario::MOST_TRIES, all));
}

#[test]
fn every_scenario_is_written_as_it_was_read() {
    let suite = mapi_sim::scenario::Suite::load(["fixtures/scenarios"]);
    for scenario in suite.scenarios() {
        let text = scenario.to_text().unwrap_or_else(|error| panic!("{}: {error}", scenario.file()));
        let again = Scenario::named("again.toml", &text).unwrap_or_else(|error| panic!("{}: {error}\n{text}", scenario.file()));
        assert_eq!(again.to_text().expect("a text"), text);
        let (first, second) = (scenario.run(), again.run());
        assert_eq!((first.failures(), first.steps()), (second.failures(), second.steps()), "{}\n{text}", scenario.file());
    }
}

/// A world that is large is copied for checkpoints the more rarely: its past reaches back farther.
#[test]
fn many_rows_are_not_copied_all_the_time() {
    use mapi_sim::mapi::{Prop, PropTag, Value};
    let sim = Sim::minimal();
    let row = |number: i32| [Prop { tag: PropTag::PR_ROWID, value: Value::Long(number) }].into_iter().collect();
    let process = sim.process("a");
    let data = process.create_table(2, PropTag::PR_ROWID, &[]).expect("a table");
    data.hr_modify_rows((0..80_000).map(row).collect()).expect("rows");
    let small = sim.kernel(|kernel| kernel.last_call().number());
    (0..4700).for_each(|number| data.hr_modify_row(&row(number)).expect("a row"));
    assert!(sim.at(small).is_ok());
    sim.discard();
}

/// Whatever a scenario of the project does is recorded and does the same again: every method, every kind of argument, every world.
#[test]
fn the_run_of_every_scenario_is_recorded() {
    let suite = mapi_sim::scenario::Suite::load(["fixtures/scenarios"]);
    let mut refused = Vec::new();
    for scenario in suite.scenarios() {
        let sim = scenario.fixture().start();
        scenario.run_by(&sim, &mut &sim);
        match sim.record() {
            Ok(text) => assert_eq!(replayed(&text), sim.journal().to_string(), "{}", scenario.file()),
            Err(error) => refused.push(format!("{}: {error}", scenario.file())),
        }
        sim.discard();
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

/// Looking back asks no rule again: a rule of code may answer otherwise the second time.
#[test]
fn what_rules_decided_is_part_of_the_past() {
    let sim = Sim::office();
    let caller = sim.caller("a", "main");
    let asked = Arc::new(AtomicU32::new(0));
    let counter = asked.clone();
    let rule = sim.rule(on("HrDispatchNotifications").decide(move |_, _| {
        let odd = counter.fetch_add(1, Ordering::Relaxed).is_multiple_of(2);
        if odd { Verdict::Fail(Hresult::MAPI_E_BUSY) } else { Verdict::Pass }
    }));
    let blocked = sim.rule(on("MAPIInitialize").block());
    let mut seen = vec![sim.snapshot()];
    let held = sim.begin(caller, Call::Mapi(Mapi::MAPIInitialize { version: 0, flags: InitFlags::empty() })).expect_err("it is held back");
    seen.push(sim.snapshot());
    for _ in 0..10 {
        let _ = sim.call(caller, Call::Mapi(Mapi::HrDispatchNotifications { flags: 0 }));
        seen.push(sim.snapshot());
    }
    assert_eq!((blocked.fired(), rule.fired()), (1, 5));
    assert_eq!(blocked.release(), 1);
    assert!(sim.wait(held).expect("it was let go").hr.is_success());
    seen.push({
        let _ = sim.call(caller, Call::Mapi(Mapi::MAPIUninitialize {}));
        sim.snapshot()
    });
    drop(blocked);
    drop(rule);
    for (call, then) in seen.iter().enumerate().skip(1) {
        let back = sim.at(u32::try_from(call).expect("few")).expect("it is kept");
        assert!(back == *then, "after call #{call}: {}", then.diff(&back));
    }
    assert_eq!(asked.load(Ordering::Relaxed), 10, "the rule was asked once a call");
    sim.discard();
}

/// The time that passes while a call waits in vain is part of the moment after it.
#[test]
fn a_wait_in_vain_is_come_back_to() {
    let world = r#"
        format = 1
        extends = "minimal"

        [[script.mutex]]
        process = "setup"
        from = "0s"

        [[script.mutex]]
        process = "other"
        from = "2s"
        for = "1s"
    "#;
    let sim = Fixture::named("world.toml", world).expect("it is a fixture").start();
    let caller = sim.process("a").caller();
    let logon = Mapi::MAPILogonEx {
        ui_param: 0,
        profile_name: Some("Work".into()),
        password: None,
        flags: NEW,
        session: mapi_sim::call::OutPtr::Given,
    };
    let error = sim.call(caller, Call::Mapi(logon)).expect_err("nobody lets the mutex go");
    assert!(error.is_deadlock(), "{error}");
    assert!(sim.now() > SimTime::ZERO, "time passed");
    let then = sim.snapshot();
    let back = sim.at(2).expect("it is kept");
    assert!(back == then, "{}", then.diff(&back));
    sim.discard();
}

/// Found by fuzzing: a world in which nothing was done yet had no beginning.
#[test]
fn a_world_has_its_beginning_before_anything_was_done() {
    let sim = Sim::minimal();
    assert_eq!(sim.at(0).expect("the beginning").state(), sim.state());
    assert_eq!(sim.at(1).expect_err("no call").to_string(), "there is no moment after call #1: the last call of this world is #0");
    sim.finish();
}

/// A shipped world that the fixture builds on is named, not written out.
#[test]
fn a_record_names_the_shipped_world_that_it_builds_on() {
    let fixture = "format = 1\nextends = \"office\"\n\n[[profile]]\nname = \"Third\"\nservices = [\"LOCAL\"]\n";
    let sim = Fixture::named("third.toml", fixture).expect("a fixture").start();
    drop(sim.logon("Third", NEW | LogonFlags::NO_MAIL).expect("a session"));
    let (text, journal) = (sim.record().expect("a record"), sim.journal().to_string());
    let head = text.split("\n[[step]]").next().expect("a head");
    insta::assert_snapshot!(head);
    assert_eq!(replayed(&text), journal);
    let scenario = Scenario::named("record.toml", &text).expect("it reads");
    let again = scenario.to_text().expect("it was read");
    assert_eq!(again.split("\n[[step]]").next(), Some(head), "written again, it is the same");
}
