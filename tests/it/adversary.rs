//! The adversary: what each of its powers does and does not, what it leaves alone, what it tells, and its part in a rehearsal.

use mapi_sim::call::{Call, Mapi};
use mapi_sim::kernel::Event;
use mapi_sim::scenario::Scenario;
use mapi_sim::{Adversary, Failure, Fixture, How, Hresult, Logon, LogonFlags, Powers, Sim, StoreFlags};

const NEW: LogonFlags = LogonFlags::EXTENDED.union(LogonFlags::NEW_SESSION);

fn office() -> Fixture {
    Fixture::shipped("office").expect("it is shipped")
}

/// Bytes without a pattern, the same in every run.
fn bytes(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u8::try_from(state >> 56).expect("a byte")
    };
    // The first byte says which powers a run goes without: here none.
    std::iter::once(0).chain((0..300).map(|_| next())).collect()
}

/// A client with everything that an adversary can get at.
fn client(sim: &Sim) -> Result<(), Failure> {
    let process = sim.process("client");
    for flags in [LogonFlags::EXTENDED | LogonFlags::LOGON_UI, NEW] {
        let session = process.logon_ex(Logon::profile("Work").flags(flags))?;
        let tables = [session.get_status_table(0)?, session.get_msg_stores_table(0)?];
        for table in &tables {
            table.advise(1)?;
        }
        for row in tables[1].query_rows(9)? {
            session.open_msg_store(row.binary(mapi_sim::PropTag::PR_ENTRYID).unwrap_or_default(), StoreFlags::WRITE)?;
        }
        process.hr_dispatch_notifications()?;
        session.logoff(Default::default())?;
    }
    Ok(())
}

/// What can be seen of an adversary in a run.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Signs {
    readings: bool,
    answers: bool,
    fails: bool,
    delays: bool,
    company: bool,
    profiles: bool,
    time: bool,
}

fn signs(sim: &Sim, fixture: &Fixture) -> Signs {
    let journal = sim.journal();
    let text = journal.to_string();
    let by = |call: &str| {
        journal.entries().any(|entry| journal.caller_name(entry.caller()).starts_with("adversary-") && entry.call().method().name == call)
    };
    // Time also passes in calls that are held back, and while a user looks at a dialog.
    let within: u64 = journal.entries().map(|entry| entry.times().1.as_millis() - entry.times().0.as_millis()).sum();
    Signs {
        readings: sim.kernel(|kernel| kernel.machine().readings != fixture.machine().readings),
        answers: journal
            .entries()
            .flat_map(|entry| entry.events())
            .any(|event| matches!(event, Event::Provider { result, .. } if result.is_failure())),
        fails: text.contains("rule \"adversary\": fail") || text.contains("rule \"adversary\": warn"),
        delays: text.contains("rule \"adversary\": delay"),
        company: by("MAPILogonEx"),
        profiles: by("SetDefaultProfile") || by("DeleteProfile") || by("RenameProfile"),
        time: sim.now().as_millis() > within,
    }
}

/// Over many runs, all signs that were seen of an adversary with these powers.
fn seen(powers: Powers) -> Signs {
    let mut all = Signs::default();
    let fixture = office();
    for seed in 0..200 {
        let sim = Adversary::new(&bytes(seed)).only(powers).start(&fixture);
        drop(client(&sim));
        let one = signs(&sim, &fixture);
        sim.discard();
        all = Signs {
            readings: all.readings | one.readings,
            answers: all.answers | one.answers,
            fails: all.fails | one.fails,
            delays: all.delays | one.delays,
            company: all.company | one.company,
            profiles: all.profiles | one.profiles,
            time: all.time | one.time,
        };
    }
    all
}

#[test]
fn each_power_does_what_it_says_and_nothing_else() {
    let none = Signs::default;
    assert_eq!(seen(Powers::empty()), none());
    assert_eq!(seen(Powers::READINGS), Signs { readings: true, ..none() });
    assert_eq!(seen(Powers::ANSWERS), Signs { answers: true, ..none() });
    assert_eq!(seen(Powers::FAULTS), Signs { fails: true, ..none() });
    assert_eq!(seen(Powers::DELAYS), Signs { delays: true, ..none() });
    assert_eq!(seen(Powers::COMPANY), Signs { company: true, ..none() });
    assert_eq!(seen(Powers::PROFILES), Signs { profiles: true, ..none() });
    assert_eq!(seen(Powers::TIME), Signs { time: true, ..none() });
    assert_eq!(seen(Powers::all() - Powers::COMPANY - Powers::DELAYS), Signs { company: false, delays: false, ..seen(Powers::all()) });
    let all = seen(Powers::all());
    assert!(all.readings && all.answers && all.fails && all.delays && all.company && all.profiles && all.time, "{all:?}");
}

/// Which powers a run goes without is the first thing that is chosen.
#[test]
fn the_first_byte_takes_powers_away() {
    let office = office();
    let mut input = bytes(3);
    let with = Adversary::new(&input).start(&office);
    drop(client(&with));
    assert!(with.journal().to_string().contains("adversary"));
    with.discard();
    input[0] = 0xFF;
    let without = Adversary::new(&input).start(&office);
    let plain = office.start();
    drop((client(&without), client(&plain)));
    assert_eq!(without.journal().to_string(), plain.journal().to_string());
    without.discard();
    plain.discard();
}

/// Without bytes, or with zeros, everything goes its usual way.
#[test]
fn plain_choices_change_nothing() {
    let run = |sim: Sim| {
        client(&sim).unwrap_or_else(|failure| panic!("{failure}"));
        let text = sim.journal().to_string();
        sim.discard();
        text
    };
    // A user who is asked would press Cancel: here nobody is.
    let plain = run(office().start());
    assert_eq!(run(Adversary::new(&[]).start(&office())), plain);
    assert_eq!(run(Adversary::new(&[0; 500]).start(&office())), plain);
}

#[test]
fn it_meddles_with_one_process_if_it_is_told_to() {
    let mut meddled = 0;
    for seed in 0..60 {
        let sim =
            Adversary::new(&bytes(seed)).without(Powers::READINGS | Powers::ANSWERS | Powers::PROFILES).against("victim").start(&office());
        let other = sim.process("other").logon_ex(Logon::profile("Home").flags(NEW)).expect("nobody stands in its way");
        let before = sim.kernel(|kernel| kernel.last_call().number());
        assert_eq!(before, 2, "nobody else did anything");
        drop(sim.process("victim").logon_ex(Logon::profile("Work").flags(NEW)));
        other.get_status_table(0).expect("nor in this");
        other.logoff(Default::default()).expect("nor in this");
        meddled += u32::from(sim.journal().to_string().contains("adversary"));
        sim.discard();
    }
    assert!(meddled > 10, "{meddled}");
}

/// What the fixture says stays as it says.
#[test]
fn it_answers_where_the_fixture_says_nothing() {
    let fixture = r#"
        format = 1
        extends = "office"

        [script.provider."Personal Folders"]
        logon = ["MAPI_E_FAILONEPROVIDER"]

        [[script.ui.MAPILogonEx]]
        pick = "Home"
    "#;
    let fixture = Fixture::named("scripted.toml", fixture).expect("a fixture");
    let mut others = 0;
    for seed in 0..60 {
        let sim = Adversary::new(&bytes(seed)).only(Powers::ANSWERS).start(&fixture);
        let session = sim.logon(None, NEW | LogonFlags::LOGON_UI).expect("the user picks a profile");
        assert_eq!(session.profile_name(), "Home");
        let stores = session.get_msg_stores_table(0).and_then(|table| table.query_rows(9)).expect("rows");
        let id = stores[0].binary(mapi_sim::PropTag::PR_ENTRYID).expect("an entry identifier");
        let failed = session.open_msg_store(id, StoreFlags::empty()).err().expect("the fixture says so");
        assert_eq!(failed.hresult(), Hresult::MAPI_E_FAILONEPROVIDER);
        drop(session);
        // The next dialog is its own: any answer may come.
        match sim.logon(None, NEW | LogonFlags::LOGON_UI) {
            Ok(session) => others += u32::from(session.profile_name() != "Home"),
            Err(failure) => assert!(!failure.to_string().is_empty()),
        }
        sim.discard();
    }
    assert!(others > 5, "{others}");
}

/// Sinks of different registrations may be told in any order, those of one in theirs.
#[test]
fn it_chooses_whose_notification_comes_first() {
    let mut orders = std::collections::BTreeSet::new();
    for seed in 0..40 {
        let sim = Adversary::new(&bytes(seed)).only(Powers::NOTIFICATIONS).start(&office());
        sim.keep_notifications(true);
        let process = sim.process("client");
        let session = process.logon_ex(Logon::profile("Work").flags(NEW)).expect("a session");
        let status = session.get_status_table(0).expect("a table");
        let (one, two) = (status.advise(1).expect("a connection"), status.advise(2).expect("a connection"));
        let rows = session.get_msg_stores_table(0).and_then(|table| table.query_rows(9)).expect("rows");
        for row in &rows {
            let id = row.binary(mapi_sim::PropTag::PR_ENTRYID).expect("an entry identifier");
            drop(session.open_msg_store(id, StoreFlags::empty()).expect("a store"));
        }
        process.hr_dispatch_notifications().expect("told");
        let mut told: Vec<(u32, String)> = Vec::new();
        while let Some(Event::Notified { connection, notice, .. }) = sim.take_notification(process.caller()) {
            told.push((connection, format!("{notice:?}")));
        }
        let of = |connection: u32| -> Vec<&str> { told.iter().filter(|(of, _)| *of == connection).map(|(_, notice)| &**notice).collect() };
        assert!(told.len() >= 4, "{told:?}");
        assert_eq!(of(one).len() + of(two).len(), told.len(), "{told:?}");
        assert_eq!(of(one), of(two), "each in the order of the events");
        orders.insert(told);
        sim.discard();
    }
    assert!(orders.len() > 3, "{}", orders.len());
}

/// A body that takes it that a logon cannot fail.
fn careless(sim: &Sim) {
    let session = sim.logon("Work", NEW).expect("it always works");
    let _ = session.logoff(Default::default());
}

#[test]
fn what_broke_is_told_with_the_whole_run() {
    let failure = (0..100).find_map(|seed| Adversary::new(&bytes(seed)).run(&office(), careless).err()).expect("a logon that fails");
    assert!(matches!(failure.how(), How::Panicked(text) if text.contains("it always works")));
    insta::assert_snapshot!(failure);
    // It is a scenario that passes, since it says what was; and a rehearsal that fails until the body is mended.
    let scenario = Scenario::named("found.toml", failure.scenario()).unwrap_or_else(|error| panic!("{error}"));
    let outcome = scenario.run();
    assert!(outcome.passed(), "{outcome}");
    let again = scenario.rehearse(careless).expect_err("nothing is mended");
    assert_eq!(again.how(), failure.how());
    let mended = |sim: &Sim| -> Result<(), Failure> { sim.logon("Work", NEW)?.logoff(Default::default()) };
    scenario.rehearse(mended).unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn what_is_left_behind_is_found_and_company_is_not_counted() {
    let forgetful = |sim: &Sim| -> Result<(), Failure> {
        let session = sim.logon("Work", NEW)?;
        let table = match session.get_status_table(0) {
            Ok(table) => table,
            Err(failure) => {
                // Nothing releases the session.
                std::mem::forget(session);
                return Err(failure);
            }
        };
        drop(table);
        session.logoff(Default::default())
    };
    let (mut left, mut company) = (0, 0);
    for seed in 0..150 {
        let adversary = Adversary::new(&bytes(seed)).without(Powers::READINGS | Powers::ANSWERS);
        match adversary.run(&office(), forgetful) {
            Ok(()) => {
                let sim = adversary.start(&office());
                drop(forgetful(&sim));
                company += u32::from(sim.state().sessions.iter().any(|session| !session.members.is_empty()));
                // The adversary's own sessions, and its calls that wait, are no fault of the test.
                sim.finish();
            }
            Err(failure) => {
                left += 1;
                assert!(matches!(failure.how(), How::Left(what) if what.iter().any(|text| text.contains("session"))), "{failure}");
            }
        }
    }
    assert!(left > 2 && company > 2, "{left} {company}");
}

/// The client of a rehearsal may do more than it did, or less: others act before the next call of the same function.
#[test]
fn a_rehearsal_follows_the_client() {
    let scenario = r#"
        format = 1
        name = "two logons, the second fails"
        initialize = false
        fixture = "office"

        [[step]]
        call = "MAPIInitialize"

        [[step]]
        adversary = true
        process = "adversary-1"
        call = "MAPIInitialize"

        [[step]]
        adversary = true
        process = "adversary-1"
        call = "MAPILogonEx"
        args = { profile_name = "Home", flags = ["MAPI_NEW_SESSION", "MAPI_EXTENDED", "MAPI_ALLOW_OTHERS"] }
        save = "other"

        [[step]]
        call = "MAPILogonEx"
        args = { profile_name = "Work", flags = ["MAPI_EXTENDED"] }
        save = "first"

        [[step]]
        adversary = true
        process = "adversary-1"
        object = "other"
        call = "Logoff"

        [[step]]
        adversary = true
        advance = "3s"

        [[step]]
        call = "MAPILogonEx"
        args = { profile_name = "Work", flags = ["MAPI_EXTENDED"] }
        fault = { fail = "MAPI_E_BUSY" }
    "#;
    let scenario = Scenario::named("two.toml", scenario).unwrap_or_else(|error| panic!("{error}"));
    let mut seen = Vec::new();
    scenario
        .rehearse(|sim: &Sim| {
            let process = sim.process("main");
            // A call that the scenario does not have goes its usual way, and takes nothing away.
            assert!(process.hr_dispatch_notifications().is_ok());
            let first = process.logon_ex(Logon::profile("Work").flags(LogonFlags::EXTENDED)).expect("a session to join");
            seen.push((first.profile_name(), sim.now().as_millis()));
            drop(first.get_status_table(0).expect("unknown to the scenario"));
            let second = process.logon_ex(Logon::profile("Work").flags(LogonFlags::EXTENDED)).expect_err("it fails there");
            assert_eq!(second.hresult(), Hresult::MAPI_E_BUSY);
            seen.push((String::new(), sim.now().as_millis()));
            // Beyond the end of the scenario nothing happens.
            assert!(process.logon_ex(Logon::profile("Home").flags(NEW)).is_ok());
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!(seen, [("Home".to_owned(), 0), (String::new(), 3000)]);
}

/// A world beside an adversary forks with it; one that begins as a snapshot of it has none.
#[test]
fn forks_have_it_and_snapshots_do_not() {
    let adversary = (0..100)
        .map(|seed| Adversary::new(&bytes(seed)).only(Powers::FAULTS))
        .find(|adversary| {
            let sim = adversary.start(&office());
            let failed = (0..20).any(|_| dispatch(&sim).is_failure());
            sim.discard();
            failed
        })
        .expect("one that fails a call");
    let sim = adversary.start(&office());
    drop(sim.process("client"));
    let (fork, again) = (sim.fork(), sim.snapshot().start());
    let results = |sim: &Sim| (0..20).map(|_| dispatch(sim)).collect::<Vec<_>>();
    let first = results(&sim);
    assert!(first.iter().any(|hr| hr.is_failure()));
    assert_eq!(results(&fork), first);
    assert!(results(&again).iter().all(|hr| hr.is_success()));
    [sim, fork, again].into_iter().for_each(Sim::discard);
}

fn dispatch(sim: &Sim) -> Hresult {
    drop(sim.process("client"));
    let call = Call::Mapi(Mapi::HrDispatchNotifications { flags: 0 });
    sim.call(sim.caller("client", "main"), call).expect("an answer").hr
}
