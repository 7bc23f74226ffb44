//! What the allocator asks of the world that a thread belongs to, and the switches of the process.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use super::report::{Finding, Place};

/// Where a thread stands when it calls the allocator.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// World, call and function.
    pub place: Place,
    /// Whether the reading `alloc_needs_init` asks for MAPIInitialize and the thread's process has not called it: allocations give MAPI_E_NOT_INITIALIZED
    /// (MEMORY-011).
    pub refused: bool,
    /// Whether the reading `alloc_more_null` is `invalid_parameter`: MAPIAllocateMore without a root fails (MEMORY-029).
    pub null_root_fails: bool,
    /// Whether the last MAPIUninitialize lies behind: freeing works and is reported (MEMORY-010).
    pub ended: bool,
}

impl Standing {
    /// A thread without a world: the default readings.
    #[must_use]
    pub const fn alone(function: &'static str) -> Self {
        Standing { place: Place { world: 0, call: 0, function }, refused: false, null_root_fails: false, ended: false }
    }
}

/// The worlds behind the face, as the allocator sees them.
pub trait World: Sync {
    /// Where the calling thread stands; `function` is what the client called. Must not call the allocator.
    fn standing(&self, function: &'static str) -> Standing;

    /// Something was found. Called with the heap unlocked, on the thread that found it.
    fn report(&self, finding: &Finding);
}

/// The worlds, once there are some.
static WORLD: OnceLock<&'static dyn World> = OnceLock::new();
/// Whether allocations leave the tracked way, as bits: only a word of 0 lets them.
static MODE: AtomicU8 = AtomicU8::new(TRACKED);
/// Whether the fast mode is on.
static FAST: AtomicBool = AtomicBool::new(false);

/// The tracked mode.
const TRACKED: u8 = 1;
/// Some world has a reading or a state that refuses allocations.
const GATE: u8 = 2;
/// Some world has ordered a failure.
const FAULTS: u8 = 4;

/// Sets the worlds, once in a process. `false` if there were some already.
pub fn install(world: &'static dyn World) -> bool {
    WORLD.set(world).is_ok()
}

/// Chooses the fast mode, or the tracked one (the default). See the module on what the fast mode gives up.
pub fn set_fast(fast: bool) {
    FAST.store(fast, Ordering::Relaxed);
    set(TRACKED, !fast);
}

/// Says that some world may refuse allocations (`alloc_needs_init`, or `alloc_more_null`), so that the fast mode asks too.
pub fn set_gate(closed: bool) {
    set(GATE, closed);
}

/// Says whether some world has ordered a failure.
pub(super) fn faults_ordered(some: bool) {
    set(FAULTS, some);
}

/// Whether the fast mode is on.
pub(super) fn is_fast() -> bool {
    FAST.load(Ordering::Relaxed)
}

/// Whether an allocation may leave out every question.
pub(super) fn unquestioned() -> bool {
    MODE.load(Ordering::Relaxed) == 0
}

/// Where the calling thread stands.
#[inline]
pub(super) fn standing(function: &'static str) -> Standing {
    let Some(world) = WORLD.get() else { return Standing::alone(function) };
    // Taken apart, so that it goes on in registers: a copy in one piece would wait until the pieces that were just written have reached the memory.
    let Standing { place: Place { world, call, .. }, refused, null_root_fails, ended } = world.standing(function);
    Standing { place: Place { world, call, function }, refused, null_root_fails, ended }
}

/// Reports something to the worlds.
pub(super) fn report(finding: &Finding) {
    if let Some(world) = WORLD.get() {
        world.report(finding);
    }
}

/// Sets or clears a bit of the mode.
fn set(bit: u8, on: bool) {
    if on {
        MODE.fetch_or(bit, Ordering::Relaxed);
    } else {
        MODE.fetch_and(!bit, Ordering::Relaxed);
    }
}
