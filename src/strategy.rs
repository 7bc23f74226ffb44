//! Strategies for proptest (feature `proptest`): worlds, logons, sequences of calls, adversaries.
//!
//! They are made of bytes, of which proptest takes some away and makes others smaller until what is left is as plain as can be: zero is the plain
//! choice everywhere.
//!
//! ```
//! use mapi_sim::{Failure, LogonFlags, Sim, strategy};
//! use proptest::prelude::*;
//!
//! fn body(sim: &Sim) -> Result<(), Failure> {
//!     sim.logon("Work", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION)?.logoff(Default::default())
//! }
//!
//! proptest! {
//!     # #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]
//!     # /*
//!     #[test]
//!     # */
//!     fn whatever_happens_the_session_is_closed(world in strategy::worlds(), adversary in strategy::adversaries()) {
//!         adversary.run(world.fixture(), body)?;
//!     }
//! }
//! # whatever_happens_the_session_is_closed();
//! ```

use proptest::collection::vec;
use proptest::num::u8::ANY;
use proptest::prelude::Strategy;

use crate::adversary::Adversary;
use crate::api::Logon;
use crate::choices::Choices;
use crate::fixture::Fixture;
use crate::generate::{CallSequence, World, logon};

/// Bytes to choose out of, up to so many.
pub fn choices(most: usize) -> impl Strategy<Value = Choices> {
    vec(ANY, 0..=most).prop_map(|bytes| Choices::new(&bytes))
}

/// Worlds: shipped ones, with other profiles, services, limits and manners.
pub fn worlds() -> impl Strategy<Value = World> {
    choices(World::BYTES).prop_map(|mut choices| World::of(&mut choices))
}

/// Arguments of logons in a world.
pub fn logons(fixture: &Fixture) -> impl Strategy<Value = Logon> + use<> {
    let fixture = fixture.clone();
    choices(24).prop_map(move |mut choices| logon(&mut choices, &fixture))
}

/// Sequences of calls.
pub fn calls() -> impl Strategy<Value = CallSequence> {
    choices(1024).prop_map(CallSequence::of)
}

/// Adversaries: for a run of some hundred calls.
pub fn adversaries() -> impl Strategy<Value = Adversary> {
    vec(ANY, 0..=400).prop_map(|bytes| Adversary::new(&bytes))
}
