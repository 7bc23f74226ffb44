//! A test under every reading of the open points: [`readings`].

mod outcome;
mod report;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::clause::Reading;
use crate::fixture::Fixture;
use crate::journal::Journal;
use crate::sim::{Sim, panic_text};
pub use outcome::TestOutcome;
use report::Difference;
pub use report::{Choice, ReadingsFailure, ReadingsReport};

/// Runs a test body under every reading of the open points of the documentation, and says under which it fails.
///
/// Each run has a world of its own, started from the fixture:
///
/// 1. as the fixture is. If that fails already, nothing else is tried;
/// 2. under every other value of every reading that has an effect ([`Reading::has_effect`]), one reading at a time;
/// 3. under pairs of those values under which the body passed, where each of the two readings was looked up in the run of the other. All other
///    pairs would go exactly as one of the two runs went.
///
/// That are 1 run, a run a value, and at most [`ReadingsReport::MOST_PAIRS`] pairs, in the order of `docs/readings.md`; the report says how many pairs
/// were left out.
///
/// The body returns `()`, a `bool`, or a `Result` of these; `false`, an error, a panic (which is caught), and what [`Sim::check`] finds when it is
/// done count as failures. It has to do the same in every run: a body that counts its runs, or asks the clock, has no readings to blame.
///
/// ```
/// use mapi_sim::{Failure, Fixture, LogonFlags, Sim, clause::Reading};
///
/// // Asks for a profile, and for the default one if there is no such; which of the two wins if there are both?
/// fn body(sim: &Sim) -> Result<bool, Failure> {
///     let session = sim.logon("Home", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION | LogonFlags::USE_DEFAULT)?;
///     let took_the_default = session.profile_name() == "Work";
///     session.logoff(Default::default())?;
///     Ok(took_the_default)
/// }
///
/// let report = mapi_sim::readings(&Fixture::shipped("office").expect("it is shipped"), body);
/// assert_eq!(report.failures().len(), 1);
/// assert_eq!(report.failures()[0].under()[0].reading, Reading::UseDefaultOverridesName);
/// assert!(report.to_string().contains("LOGON-099"));
/// ```
///
/// A test that wants none says [`verify`](ReadingsReport::verify):
///
/// ```
/// # use mapi_sim::{Fixture, LogonFlags, Sim};
/// mapi_sim::readings(&Fixture::shipped("office").expect("it is shipped"), |sim: &Sim| {
///     let session = sim.logon("Home", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION)?;
///     assert_eq!(session.profile_name(), "Home");
///     session.logoff(Default::default())
/// })
/// .verify();
/// ```
pub fn readings<T: TestOutcome>(fixture: &Fixture, body: impl Fn(&Sim) -> T) -> ReadingsReport {
    let base = run(fixture, &[], &body);
    let mut report = ReadingsReport::new(fixture, base.consulted.clone());
    if let Some(text) = base.failure {
        report.failures.push(ReadingsFailure::new(Vec::new(), text, None));
        return report;
    }
    let mut passed = Vec::new();
    for choice in choices(fixture) {
        let single = run(fixture, &[choice], &body);
        report.singles += 1;
        match single.failure {
            Some(text) => report.failures.push(ReadingsFailure::new(vec![choice], text, Difference::first(&base.journal, &single.journal))),
            None => passed.push((choice, single.consulted)),
        }
    }
    for (at, (one, by_one)) in passed.iter().enumerate() {
        for (other, by_other) in &passed[at + 1..] {
            if one.reading == other.reading || !by_one.contains(&other.reading) || !by_other.contains(&one.reading) {
                continue;
            }
            if report.pairs == ReadingsReport::MOST_PAIRS {
                report.left_out += 1;
                continue;
            }
            let pair = [*one, *other];
            let both = run(fixture, &pair, &body);
            report.pairs += 1;
            if let Some(text) = both.failure {
                report.failures.push(ReadingsFailure::new(pair.to_vec(), text, Difference::first(&base.journal, &both.journal)));
            }
        }
    }
    report
}

/// Every value that the fixture did not choose, of every reading with an effect.
fn choices(fixture: &Fixture) -> impl Iterator<Item = Choice> {
    // A copy, so that these look-ups are not a run's.
    let chosen = fixture.machine().readings.clone();
    let built = Reading::ALL.iter().copied().filter(|reading| reading.has_effect());
    built.flat_map(move |reading| {
        let at = chosen.index(reading);
        let others = reading.values().iter().enumerate().filter(move |(place, _)| *place != at);
        others.map(move |(place, value)| Choice { reading, value: *value, instead_of: reading.values()[at], place })
    })
}

/// One run of the body.
struct Run {
    failure: Option<String>,
    journal: Journal,
    consulted: BTreeSet<Reading>,
}

fn run<T: TestOutcome>(fixture: &Fixture, under: &[Choice], body: &impl Fn(&Sim) -> T) -> Run {
    let own = fixture.machine().readings.clone();
    let readings = under.iter().fold(own, |readings, choice| readings.with_index(choice.reading, choice.place));
    // The machine is this run's alone, and so are the notes of what was looked up.
    let fixture = fixture.with_readings(readings);
    let sim = fixture.start();
    // The world is only looked at after a panic, and its lock is never poisoned.
    let failure = match catch_unwind(AssertUnwindSafe(|| body(&sim).failure())) {
        Ok(None) => sim.check().err().map(|found| found.to_string()),
        Ok(failure) => failure,
        Err(payload) => Some(format!("panicked: {}", panic_text(&*payload))),
    };
    let journal = sim.journal();
    sim.discard();
    Run { failure, journal, consulted: fixture.machine().readings.consulted() }
}
