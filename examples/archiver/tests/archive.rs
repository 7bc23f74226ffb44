//! The archiver in worlds of its own.

mod support;

use archiver::{Archived, archive};
use mapi_sim::{Hresult, Sim};
use support::{SimMail, desk, outlook, stamps};

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

fn archived(sim: &Sim, profile: &str, stamp: &str) -> Archived {
    archive(&SimMail::new(sim), profile, stamp).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_store_is_archived_in_the_order_of_names() {
    let sim = desk().start();
    let first = archived(&sim, "Work", "Monday");
    assert_eq!(first.stores, names(&["Personal Folders", "Server Mailbox"]));
    // Stores are logged on when they are opened; a notification of the status table told of it.
    assert_eq!(first.running, names(&["Personal Folders", "Server Mailbox"]));
    assert_eq!(stamps(&sim, "Work"), names(&["Monday", "Monday"]));
    sim.finish();
}

#[test]
fn what_was_archived_is_not_archived_again() {
    let sim = desk().start();
    archived(&sim, "Private", "Monday");
    let again = archived(&sim, "Private", "Monday");
    assert_eq!((again.stores, again.skipped), (names(&[]), names(&["Personal Folders"])));
    assert_eq!(archived(&sim, "Private", "Tuesday").stores, names(&["Personal Folders"]));
    sim.finish();
}

#[test]
fn a_shared_session_of_the_same_profile_is_joined() {
    let sim = desk().start();
    let outlook = outlook(&sim, "Work");
    archived(&sim, "Work", "Monday");
    let sessions = sim.journal().entries().filter(|entry| entry.events().iter().any(|event| event.to_string().ends_with(" made"))).count();
    assert_eq!(sessions, 1, "the archiver needs none of its own:\n{}", sim.journal());
    outlook.logoff(Default::default()).expect("logged on");
    sim.finish();
}

/// Finds the bug of the feature `bug`.
#[test]
fn a_shared_session_of_another_profile_is_left_alone() {
    let sim = desk().start();
    let outlook = outlook(&sim, "Private");
    archived(&sim, "Work", "Monday");
    assert_eq!(stamps(&sim, "Private"), names(&[]), "asked for \"Work\", archived \"Private\"");
    assert_eq!(stamps(&sim, "Work"), names(&["Monday", "Monday"]));
    outlook.logoff(Default::default()).expect("logged on");
    sim.finish();
}

#[test]
fn a_misspelt_profile_is_told_with_the_one_that_is_near() {
    let sim = desk().start();
    let refused = archive(&SimMail::new(&sim), "Wrok", "Monday").expect_err("there is no such profile");
    assert_eq!(refused.code, Hresult::MAPI_E_LOGON_FAILED.code());
    assert!(refused.text.contains("nearest: profile \"Work\" (2 edits)"), "{refused}");
    sim.finish();
}
