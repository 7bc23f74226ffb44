//! A body under every reading: what is found, and what the report says.

use std::sync::Mutex;

use mapi_sim::clause::{Reading, Readings};
use mapi_sim::{Choice, Failure, Fixture, Hresult, LogonFlags, ReadingsFailure, ReadingsReport, Sim, readings};

const NEW: LogonFlags = LogonFlags::EXTENDED.union(LogonFlags::NEW_SESSION);

fn office() -> Fixture {
    Fixture::shipped("office").expect("it is shipped")
}

/// Logs on and off, and says on which profile it was.
fn profile_of(sim: &Sim, name: &str, flags: LogonFlags) -> Result<String, Failure> {
    let session = sim.logon(name, flags)?;
    let profile = session.profile_name();
    session.logoff(Default::default())?;
    Ok(profile)
}

fn names(failure: &ReadingsFailure) -> Vec<String> {
    failure.under().iter().map(Choice::to_string).collect()
}

/// How many values there are beside those of the fixture.
fn values() -> usize {
    Reading::ALL.iter().filter(|reading| reading.has_effect()).map(|reading| reading.values().len() - 1).sum()
}

#[test]
fn a_client_that_needs_no_reading_passes_under_all() {
    let report = readings(&office(), |sim| profile_of(sim, "Home", NEW).map(|profile| profile == "Home"));
    report.verify();
    assert!(report.runs() > values(), "{report}");
    assert_eq!(report.runs(), 1 + values() + report.pairs());
    assert_eq!(report.left_out(), 0);
    assert!(report.consulted().contains(&Reading::ProfileNameCase) && !report.consulted().contains(&Reading::UseDefaultOverridesName));
}

#[test]
fn the_report_names_the_reading_the_clause_and_the_first_other_reply() {
    let report = readings(&office(), |sim| {
        let profile = profile_of(sim, "Home", NEW | LogonFlags::USE_DEFAULT)?;
        assert_eq!(profile, "Work", "MAPI_USE_DEFAULT wins");
        let unknown = sim.logon("Nobody", NEW).map(drop).expect_err("there is no such profile");
        if unknown.hresult() == Hresult::MAPI_E_LOGON_FAILED { Ok(()) } else { Err(unknown) }
    });
    assert_eq!(
        report.failures().iter().map(names).collect::<Vec<_>>(),
        [["unknown_profile_result = \"not_found\""], ["use_default_overrides_name = false"]]
    );
    assert_eq!(report.failures()[1].clauses()[0].to_string(), "LOGON-099");
    insta::assert_snapshot!(report.to_string());
}

/// Forgives another case of the name, and an unknown profile, but not both at once.
fn forgiving(sim: &Sim) -> Result<bool, Failure> {
    let profile = match profile_of(sim, "HOME", NEW) {
        Err(failure) if failure.hresult() == Hresult::MAPI_E_LOGON_FAILED => profile_of(sim, "Home", NEW),
        other => other,
    };
    profile.map(|profile| profile == "Home")
}

#[test]
fn what_only_two_readings_together_break_is_found_as_a_pair() {
    let report = readings(&office(), forgiving);
    assert_eq!(
        report.failures().iter().map(names).collect::<Vec<_>>(),
        [["profile_name_case = \"sensitive\"", "unknown_profile_result = \"not_found\""]]
    );
    // The second reading is looked up only under the first.
    assert!(!report.consulted().contains(&Reading::UnknownProfileResult));
    let manual = include_str!("../../docs/manual/readings.md");
    assert_eq!(report.to_string().lines().skip(1).find(|line| !manual.contains(line)), None, "the manual shows this report");
    insta::assert_snapshot!(report.to_string());
}

#[test]
fn no_other_pair_could_fail() {
    // All pairs by hand: the failures are those of the report.
    let built = || Reading::ALL.iter().copied().filter(|reading| reading.has_effect());
    let (office, mut failed) = (office(), Vec::new());
    for one in built() {
        for other in built().filter(|other| *other > one) {
            for (a, b) in (1..one.values().len()).flat_map(|a| (1..other.values().len()).map(move |b| (a, b))) {
                let sim = office.with_readings(Readings::default().with_index(one, a).with_index(other, b)).start();
                if !matches!(forgiving(&sim), Ok(true)) {
                    failed.push((one, other));
                }
                sim.discard();
            }
        }
    }
    assert_eq!(failed, [(Reading::ProfileNameCase, Reading::UnknownProfileResult)]);
}

#[test]
fn panics_are_caught_and_a_fixture_that_fails_ends_the_runs() {
    let report = readings(&office(), |sim: &Sim| {
        let _session = sim.logon("Wrok", NEW).expect("a session");
    });
    assert_eq!((report.runs(), report.failures().len()), (1, 1));
    assert!(report.failures()[0].under().is_empty());
    insta::assert_snapshot!(report.to_string());
}

#[test]
fn false_and_what_verification_finds_are_failures() {
    let report = readings(&office(), |_: &Sim| false);
    assert_eq!(report.failures()[0].text(), "the body returned false");
    let report = readings(&office(), |sim: &Sim| {
        let session = sim.logon("Work", NEW)?;
        session.logoff(Default::default())?;
        let _used_after = session.get_status_table(0);
        Ok::<(), Failure>(())
    });
    assert!(report.failures()[0].text().contains("use-after-logoff"), "{report}");
}

#[test]
fn the_fixture_own_readings_are_where_the_runs_begin() {
    let mut own = Readings::default();
    own.set(Reading::UseDefaultOverridesName, false).expect("a value");
    let report = readings(&office().with_readings(own), |sim| {
        profile_of(sim, "Home", NEW | LogonFlags::USE_DEFAULT).map(|profile| profile == "Home")
    });
    assert_eq!(report.failures().iter().map(names).collect::<Vec<_>>(), [["use_default_overrides_name = true"]]);
}

#[test]
fn runs_do_not_see_each_other_and_are_made_under_every_value_once() {
    let seen = Mutex::new(Vec::new());
    let report = readings(&office(), |sim: &Sim| {
        assert_eq!((sim.journal().entries().count(), sim.now().as_millis()), (0, 0), "a fresh world");
        let changed = sim.kernel(|kernel| format!("{:?}", kernel.machine().readings));
        seen.lock().expect("no panic").push(changed);
    });
    report.verify();
    let mut seen = seen.into_inner().expect("no panic");
    assert_eq!(seen.len(), 1 + values(), "nothing is looked up, so there are no pairs");
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 1 + values());
}

#[test]
fn the_verdict_panics_with_the_report() {
    let report = readings(&office(), |_: &Sim| false);
    let text = report.to_string();
    let caught = std::panic::catch_unwind(|| report.verify()).expect_err("a run failed");
    assert_eq!(caught.downcast_ref::<String>(), Some(&text));
    assert_eq!(ReadingsReport::MOST_PAIRS, 1000);
}
