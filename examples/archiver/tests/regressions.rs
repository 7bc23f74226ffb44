//! What an adversary found once, as it was printed: others do again what they did then, and the archiver has to hold.

mod support;

use mapi_sim::scenario::Scenario;

/// Finds the bug of the feature `bug`.
#[test]
fn what_was_found_once_holds() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/regressions");
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let scenario = Scenario::load(entry.expect("an entry").path()).unwrap_or_else(|error| panic!("{error}"));
        scenario.rehearse(support::archives_its_own).unwrap_or_else(|failure| panic!("{failure}"));
    }
}
