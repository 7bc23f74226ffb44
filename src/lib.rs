//! A deterministic, in-memory simulation of the Windows Messaging API (Extended MAPI), as a test double.
//!
//! A program that talks MAPI logs on to sessions, shares them, reads status tables and logs off. With this crate its tests do the same against a
//! simulated machine: in `cargo test`, on any system, in milliseconds, every run the same, and every answer names the clause of the documentation
//! that decided it.
//!
//! ```
//! use mapi_sim::{Hresult, LogonFlags, Sim};
//!
//! let sim = Sim::office();
//! let session = sim.logon("Work", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION | LogonFlags::NO_MAIL)?;
//! session.logoff(Default::default())?;
//!
//! let refused = sim.logon("Wrok", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION).unwrap_err();
//! assert_eq!(refused.hresult(), Hresult::MAPI_E_LOGON_FAILED);
//! println!("{refused}"); // which rule decided, and that a profile "Work" is near
//! sim.finish();
//! # Ok::<(), mapi_sim::Failure>(())
//! ```
//!
//! # Reading order
//!
//! 1. [`Sim`]: one world. [`Fixture`]: the TOML text that it begins as.
//! 2. [`Process`], [`Logon`], [`Session`]: what a client does.
//! 3. [`Failure`], [`Journal`]: what it is told.
//! 4. [`scenario`]: the same as data, for the command `mapi-sim run` and for your own tests.
//! 5. [`Sim::expect`], [`Journal::calls`]: assertions about what a client did. [`Sim::record`], [`Sim::at`]: a run again, and its past.
//! 6. [`readings()`]: a test under every answer to what the documentation leaves open.
//! 7. [`on`], [`Rule`] and [`sweep()`]: what happens when calls fail.
//! 8. [`Adversary`]: what happens when anything does; features `fuzz` and `proptest` make it a campaign.
//! 9. [`kernel`] and [`call`]: the subsystem as a plain value, for property tests and fuzzers.
//!
//! [The manual](_documentation) begins with [the first test](_documentation::first_test).
//!
//! # What is simulated
//!
//! MAPIInitialize and MAPIUninitialize for processes and threads; MAPILogonEx whole, with its dialogs (a scripted user answers), the logon mutex in
//! virtual time, shared sessions and their members, message services that need configuration, Windows services, code pages; status tables as each
//! member of a session sees them, with every effect of MAPI_NO_MAIL that shows without moving mail; store, address book and transport providers
//! that log on, fail and are shut down in the documented order; Logoff, notifications of the session, fast shutdown; profiles that are deleted or
//! renamed while in use; initialisation monitors; IMAPIProp whole on stores, status objects, the address book and objects of CreateIProp, with named
//! properties, copies and streams; IMAPITable whole on every table, with ITableData for rows of your own and notifications of what changes.
//! [`Sim::lints`] finds misuse that succeeds.
//!
//! # What is not simulated
//!
//! Folders and messages, moving mail, the contents of address books. A method that is not built answers MAPI_E_NO_SUPPORT, and verification finds the
//! call. The C and COM interface is the crate `mapi32` beside this one. Nothing here talks to a real MAPI, Outlook or Exchange. `docs/coverage.md`
//! lists every documented clause with the test that shows it or the stage that will.
#![forbid(unsafe_code)]

mod adversary;
mod api;
pub mod call;
mod campaign;
mod choices;
pub mod clause;
mod error;
mod explain;
mod fixture;
#[cfg(feature = "fuzz")]
pub mod fuzz;
#[cfg(feature = "generate")]
pub mod generate;
mod journal;
pub mod kernel;
mod lint;
pub mod mapi;
mod near;
mod readings;
mod rule;
pub mod scenario;
mod sim;
mod state;
#[cfg(feature = "proptest")]
pub mod strategy;
mod sweep;
mod time;
mod trial;
mod why;

pub use adversary::{Adversary, Powers};
pub use api::{
    AddrBook, Bookmark, Expanded, Failure, InitMonitor, Logon, MsgStore, NamedTag, PendingLogon, Position, Process, ProfAdmin, PropData,
    Props, Rows, Session, Status, Stream, Table, TableData, TableStatus, Warned,
};
pub use campaign::AdversaryFailure;
pub use choices::Choices;
pub use error::Error;
pub use explain::Explanation;
pub use fixture::{Fixture, ProviderScript, Script, ServiceScript};
pub use journal::{Calls, Entry, Journal, Wanted};
pub use kernel::{DialogAnswer, LogonAct, LogonAnswer};
pub use lint::{Finding, Lint, LintLevel};
pub use mapi::{CodePage, Hresult, InitFlags, LogoffFlags, LogonFlags, PropTag, Row, StoreFlags, Text, Value};
pub use readings::{Choice, ReadingsFailure, ReadingsReport, TestOutcome, readings};
pub use rule::{Rule, Verdict, can_fail, on};
pub use sim::{Expectation, Report, RuleGuard, Sim, Snapshot, Times};
pub use state::{ProcessState, ProfileState, SessionState, State};
pub use sweep::{Broken, Kinds, Sweep, sweep};
pub use time::{SimDuration, SimTime};
pub use trial::{Ending, How};

/// The long texts that belong to the crate.
pub mod _documentation {
    #[doc = include_str!("../docs/manual/first-test.md")]
    pub mod first_test {}
    #[doc = include_str!("../docs/manual/fixtures.md")]
    pub mod fixtures {}
    #[doc = include_str!("../docs/manual/scenarios.md")]
    pub mod scenarios {}
    #[doc = include_str!("../docs/manual/tables.md")]
    pub mod tables {}
    #[doc = include_str!("../docs/manual/replay.md")]
    pub mod replay {}
    #[doc = include_str!("../docs/manual/assertions.md")]
    pub mod assertions {}
    #[doc = include_str!("../docs/manual/readings.md")]
    pub mod readings {}
    #[doc = include_str!("../docs/manual/command.md")]
    pub mod command {}
    #[doc = include_str!("../docs/manual/c-clients.md")]
    pub mod c_clients {}
    #[doc = include_str!("../docs/manual/ci.md")]
    pub mod ci {}
    #[doc = include_str!("../docs/manual/compare.md")]
    pub mod compare {}
    #[doc = include_str!("../docs/lints.md")]
    pub mod list_of_lints {}
    #[doc = include_str!("../docs/readings.md")]
    pub mod list_of_readings {}
    #[doc = include_str!("../docs/manual/faults.md")]
    pub mod faults {}
    #[doc = include_str!("../docs/manual/fuzzing.md")]
    pub mod fuzzing {}
    #[doc = include_str!("../docs/manual/migrating.md")]
    pub mod migrating {}
    #[doc = include_str!("../docs/design.md")]
    pub mod design {}
}

/// The README's code is tested with the crate.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeDoctests;
