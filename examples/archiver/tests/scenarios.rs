//! What the archiver takes for granted of MAPI, as scenarios: `mapi-sim run tests/scenarios` runs them too.

use mapi_sim::scenario::Scenario;

#[test]
fn what_the_archiver_takes_for_granted() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios");
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let scenario = Scenario::load(entry.expect("an entry").path()).unwrap_or_else(|error| panic!("{error}"));
        let outcome = scenario.run();
        assert!(outcome.passed(), "{outcome}");
    }
}
