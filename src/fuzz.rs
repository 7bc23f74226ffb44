//! For `fuzz_target!` in your own project (feature `fuzz`): worlds, calls and an adversary out of a fuzzer's bytes.
//!
//! The shortest target runs a body of yours beside an adversary:
//!
//! ```
//! use mapi_sim::{Failure, Fixture, LogonFlags, Sim};
//!
//! fn body(sim: &Sim) -> Result<(), Failure> {
//!     sim.logon("Work", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION)?.logoff(Default::default())
//! }
//!
//! fn target(bytes: &[u8]) {
//!     let office = Fixture::shipped("office").unwrap();
//!     mapi_sim::fuzz::run(&office, bytes, body);
//! }
//! # target(b"any bytes");
//! ```
//!
//! [`Adversary`], [`World`] and [`CallSequence`] implement [`Arbitrary`], so that a target may also take them as its input:
//! `fuzz_target!(|input: (World, Adversary, CallSequence)| { … })`. `docs/manual/fuzzing.md` is the page about it.

use std::cell::Cell;
use std::panic;
use std::sync::Once;

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::adversary::Adversary;
use crate::choices::Choices;
use crate::fixture::Fixture;
pub use crate::generate::{CallSequence, World, logon};
use crate::sim::Sim;
use crate::trial::Ending;

/// Runs a body beside the adversary of these bytes, as [`Adversary::run`].
///
/// # Panics
///
/// If it broke the body: with what happened, and the run as the text of a scenario file that can go among the regressions as it is.
pub fn run<R: Ending>(fixture: &Fixture, bytes: &[u8], body: impl FnOnce(&Sim) -> R) {
    run_beside(fixture, &Adversary::new(bytes), body);
}

/// Runs a body beside this adversary: one that leaves some processes alone, or has some of its powers only.
///
/// # Panics
///
/// As [`run`].
pub fn run_beside<R: Ending>(fixture: &Fixture, adversary: &Adversary, body: impl FnOnce(&Sim) -> R) {
    let quiet = Quiet::begin();
    let result = adversary.run(fixture, body);
    drop(quiet);
    if let Err(failure) = result {
        panic!("{failure}");
    }
}

thread_local! {
    /// Whether a panic of this thread is one of a body, which is caught and told of with its run.
    static IN_BODY: Cell<bool> = const { Cell::new(false) };
}

/// While it lives, the hook for panics does not see those of this thread: that of libFuzzer ends the process before anything could be told.
struct Quiet;

impl Quiet {
    fn begin() -> Self {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let others = panic::take_hook();
            panic::set_hook(Box::new(move |info| {
                if !IN_BODY.get() {
                    others(info);
                }
            }));
        });
        IN_BODY.set(true);
        Quiet
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        IN_BODY.set(false);
    }
}

/// Out of what is left, at most [`World::BYTES`].
impl<'a> Arbitrary<'a> for World {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let length = u.len().min(World::BYTES);
        Ok(World::of(&mut Choices::new(u.bytes(length)?)))
    }

    fn size_hint(_: usize) -> (usize, Option<usize>) {
        (0, Some(World::BYTES))
    }
}

impl<'a> Arbitrary<'a> for Adversary {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let length = u.arbitrary_len::<u8>()?;
        Ok(Adversary::new(u.bytes(length)?))
    }

    fn arbitrary_take_rest(u: Unstructured<'a>) -> Result<Self> {
        Ok(Adversary::new(u.take_rest()))
    }
}

impl<'a> Arbitrary<'a> for CallSequence {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let length = u.arbitrary_len::<u8>()?;
        Ok(CallSequence::of(Choices::new(u.bytes(length)?)))
    }

    fn arbitrary_take_rest(u: Unstructured<'a>) -> Result<Self> {
        Ok(CallSequence::of(Choices::new(u.take_rest())))
    }
}

impl<'a> Arbitrary<'a> for Choices {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let length = u.arbitrary_len::<u8>()?;
        Ok(Choices::new(u.bytes(length)?))
    }

    fn arbitrary_take_rest(u: Unstructured<'a>) -> Result<Self> {
        Ok(Choices::new(u.take_rest()))
    }
}
