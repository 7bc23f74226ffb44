//! The archiver under every reading of what the documentation of MAPI leaves open.

mod support;

use archiver::{MailError, archive};
use mapi_sim::{LogoffFlags, Logon, LogonFlags, Sim};
use support::{SimMail, desk, outlook, stamps};

/// Outlook shares a session, an add-in ends it for everybody, and then the archiver comes and wants another profile. So there is nothing left to join,
/// and a test of the default reading sees nothing wrong; but may anybody end the session of another?
fn after_the_shared_session(sim: &Sim) -> Result<(), MailError> {
    let outlook = outlook(sim, "Private");
    let add_in = sim.process("add-in").logon_ex(Logon::new().flags(LogonFlags::EXTENDED)).expect("a session to join");
    add_in.logoff(LogoffFlags::SHARED).expect("logged on");
    archive(&SimMail::new(sim), "Work", "Monday")?;
    assert!(stamps(sim, "Private").is_empty(), "asked for \"Work\", archived \"Private\"");
    outlook.logoff(Default::default()).expect("logged on");
    Ok(())
}

/// Finds the bug of the feature `bug`, under one reading.
#[test]
fn another_profile_is_left_alone_under_every_reading() {
    mapi_sim::readings(&desk(), after_the_shared_session).verify();
}

#[test]
fn archiving_twice_works_under_every_reading() {
    let twice = |sim: &Sim| -> Result<bool, MailError> {
        let first = archive(&SimMail::new(sim), "Work", "Monday")?;
        let second = archive(&SimMail::new(sim), "Work", "Monday")?;
        Ok(second.stores.is_empty() && second.skipped == first.stores)
    };
    mapi_sim::readings(&desk(), twice).verify();
}
