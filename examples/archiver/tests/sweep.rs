//! The archiver when calls fail: each of them once and for good, with every result that the documentation lists for it.

mod support;

use archiver::{MailError, archive};
use mapi_sim::{Kinds, Sim, sweep};
use support::{SimMail, desk, outlook};

/// However a call fails, the archiver ends with an error or does without, and leaves nothing behind.
#[test]
fn nothing_is_left_behind_when_a_call_fails() {
    let body = |sim: &Sim| -> Result<(), MailError> {
        archive(&SimMail::new(sim), "Work", "Monday")?;
        Ok(())
    };
    let sweep = sweep(&desk(), Kinds::default(), body);
    assert!(sweep.calls() > 20, "{sweep}");
    sweep.expect_clean();
}

/// The calls of Outlook do not fail, those of the archiver do; and Outlook notices nothing.
#[test]
fn a_session_that_was_joined_is_left_as_well() {
    let body = |sim: &Sim| -> Result<(), MailError> {
        let outlook = outlook(sim, "Work");
        let archived = archive(&SimMail::new(sim), "Work", "Monday");
        outlook.logoff(Default::default()).expect("logged on");
        archived.map(drop)
    };
    sweep(&desk(), Kinds::default().of_process("archiver"), body).expect_clean();
}
