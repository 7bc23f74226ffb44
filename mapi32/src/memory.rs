//! The checked allocator behind `MAPIAllocateBuffer` and its family.
//!
//! Blocks form chains: `MAPIAllocateMore` links a block to a root, and freeing the root frees all of them (MEMORY-022, MEMORY-031). The allocator belongs to the
//! process, as in every MAPI: a block made in one component may be freed in another (MEMORY-007), after logoff (MEMORY-008) and after the last MAPIUninitialize
//! (MEMORY-010). Each block remembers which world and which call made it, so that a leak or a misuse is reported with the guilty call.
//!
//! | room | what it holds |
//! |---|---|
//! | [`Heap`] | the bookkeeping, without unsafe code; finds misuse and never follows a pointer that it does not own |
//! | `places` | the table by address: whether a live block begins there, before anything is followed |
//! | `ledgers` | what is kept for each world: numbers, orders to fail, findings |
//! | `guarded` | one piece of memory between two guards, filled when new and when dead |
//! | [`Finding`], [`Leak`] | what is reported, in words; blocks have names, addresses are never printed |
//! | `fast` | the mode without tracking: a header before the block and nothing else |
//! | `exports` | the C functions |
//! | `malloc` | the `IMalloc` of MAPIGetDefaultMalloc |
//!
//! # Two modes
//!
//! **Tracked** (the default) holds every promise above. **Fast** ([`set_fast`]) is for measuring: pointers are trusted as every other allocator trusts them, so
//! that misuse is undefined behaviour of the client again, though a wrong pointer is usually noticed by the mark in its header. Choose the mode before the first
//! allocation: a block of the tracked mode may be freed in the fast one, not the other way round (it is reported as foreign and kept).

mod exports;
mod fast;
mod guarded;
mod heap;
mod ledgers;
mod malloc;
mod places;
mod report;
mod world;

use std::ffi::c_void;
use std::ptr::NonNull;

use parking_lot::{Mutex, MutexGuard};

use crate::codes::NOT_ENOUGH_MEMORY;

pub use exports::*;
pub use heap::{Family, Heap, Refusal};
pub use malloc::{IMalloc, IMallocVtbl, MAPIGetDefaultMalloc};
pub use report::{BlockName, Finding, Leak, Misuse, Place};
pub use world::{Standing, World, install, set_fast, set_gate};

/// The heap of the process.
static HEAP: Mutex<Heap> = Mutex::new(Heap::new());

/// The heap of the process, locked. A panic elsewhere leaves it whole: no method of [`Heap`] calls out.
fn heap() -> MutexGuard<'static, Heap> {
    HEAP.lock()
}

/// Runs something on the heap, then reports what it found, with the heap unlocked so that the world may use it.
#[inline(always)]
fn with_heap<T>(work: impl FnOnce(&mut Heap) -> T) -> T {
    let mut heap = heap();
    let result = work(&mut heap);
    if !heap.has_found() {
        return result;
    }
    tell(heap);
    result
}

/// Reports what was found, with the heap unlocked.
#[cold]
fn tell(mut heap: MutexGuard<'static, Heap>) {
    let found = heap.take_found();
    drop(heap);
    found.iter().for_each(world::report);
}

/// The blocks of a world that are still alive, in the order in which they were made: for MAPIUninitialize (MEMORY-009). Guards are checked on the way.
/// Nothing is freed.
#[must_use]
pub fn leaks(world: u32) -> Vec<Leak> {
    with_heap(|heap| {
        heap.check();
        heap.leaks(world)
    })
}

/// What was found in a world so far, oldest first, at most the first thousand.
#[must_use]
pub fn findings(world: u32) -> Vec<Finding> {
    with_heap(|heap| {
        heap.check();
        heap.findings(world).to_vec()
    })
}

/// How often a world asked for memory so far, refused requests included. A sweep over allocation failures runs from 1 to the difference of two of these.
#[must_use]
pub fn attempts(world: u32) -> u64 {
    heap().attempts(world)
}

/// Lets the `nth` request of a world from now on fail with MAPI_E_NOT_ENOUGH_MEMORY; with `and_later`, all that follow too. 0 takes the order back.
pub fn fail_nth(world: u32, nth: u64, and_later: bool) {
    let mut heap = heap();
    heap.fail_nth(world, nth, and_later);
    world::faults_ordered(heap.has_orders());
}

/// Forgets a world: its findings, its orders and its numbers. Its blocks stay valid, and are nobody's leak any more.
pub fn forget(world: u32) {
    heap().forget(world);
}

/// A block of the IMalloc of MAPIGetDefaultMalloc, made on behalf of the method `function`: what stands for memory of OLE's task allocator.
///
/// # Errors
/// As [`Owned::new`].
#[cfg(not(windows))]
pub(crate) fn task_block(function: &'static str, size: usize) -> Result<*mut c_void, i32> {
    exports::allocate(function, size, Family::Malloc)
}

/// A root block that the face fills for a client: freed when dropped, unless it is handed over with [`Owned::into_raw`]. So an out parameter is written
/// only when everything behind it is there (MEMORY-004).
#[derive(Debug)]
pub struct Owned(NonNull<c_void>);

// SAFETY: the block belongs to this value alone, and the allocator takes calls from any thread (MEMORY-023).
unsafe impl Send for Owned {}

impl Owned {
    /// A new root block, made on behalf of the method `function`.
    ///
    /// # Errors
    /// The code that the client gets: MAPI_E_NOT_ENOUGH_MEMORY or MAPI_E_NOT_INITIALIZED.
    pub fn new(function: &'static str, size: usize) -> Result<Owned, i32> {
        let block = exports::allocate(function, size, Family::Buffer)?;
        NonNull::new(block).map(Owned).ok_or(NOT_ENOUGH_MEMORY)
    }

    /// A block linked to this one.
    ///
    /// # Errors
    /// As [`Owned::new`].
    pub fn link(&self, function: &'static str, size: usize) -> Result<NonNull<c_void>, i32> {
        // SAFETY: the pointer is a live root of this allocator.
        let block = unsafe { exports::link(function, size, self.0.as_ptr()) }?;
        NonNull::new(block).ok_or(NOT_ENOUGH_MEMORY)
    }

    /// Where the block begins.
    #[must_use]
    pub fn as_ptr(&self) -> *mut c_void {
        self.0.as_ptr()
    }

    /// Hands the block over: from now on its receiver frees it.
    #[must_use]
    pub fn into_raw(self) -> *mut c_void {
        let block = self.0.as_ptr();
        std::mem::forget(self);
        block
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: the pointer is a live root of this allocator.
        unsafe { exports::free("MAPIFreeBuffer", self.0.as_ptr(), Family::Buffer) }
    }
}
