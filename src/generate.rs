//! Worlds, logons and sequences of calls out of choices (features `fuzz` and `proptest`).
//!
//! [`crate::fuzz`] makes them out of a fuzzer's bytes, [`crate::strategy`] out of those of proptest; both mean the same by the same bytes.

mod sequence;
mod worlds;

pub use sequence::CallSequence;
pub use worlds::World;

use crate::api::Logon;
use crate::call::{Draw, Drawn, Scope};
use crate::choices::Choices;
use crate::fixture::Fixture;
use crate::mapi::{LogonFlags, Text};

/// The arguments of a logon: a profile of the world or another name, with flag words of real clients and any others.
///
/// ```
/// use mapi_sim::{Choices, Fixture, generate};
///
/// let office = Fixture::shipped("office").unwrap();
/// let sim = office.start();
/// // Never a panic, whatever the bytes are.
/// drop(sim.process("client").logon_ex(generate::logon(&mut Choices::new(b"any"), &office)));
/// ```
pub fn logon(choices: &mut Choices, fixture: &Fixture) -> Logon {
    let scope = Scope::of(fixture.profiles().iter().map(|(_, profile)| profile.name.clone()).collect());
    let mut from = Draw { choices, scope: &scope, arg: "profile_name" };
    let name: Option<Text> = Drawn::draw(&mut from);
    let flags = LogonFlags::draw(&mut from);
    let logon = name.map_or_else(Logon::new, Logon::profile).flags(flags);
    let choices = from.choices;
    let logon = if choices.once_in(32) { logon.password("secret") } else { logon };
    let logon = if choices.once_in(8) { logon.ui_param(0x1_0001) } else { logon };
    if choices.once_in(64) { logon.null_session() } else { logon }
}
