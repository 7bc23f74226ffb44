//! One piece of memory between two guards.

use std::alloc::{Layout, alloc, dealloc};
use std::ptr::NonNull;

/// Bytes of guard on each side. As much as the alignment, so that the block itself is aligned too.
pub(super) const GUARD: usize = 16;
/// Blocks lie on multiples of 16: that satisfies every page and SPropValue (MEMORY-014 to MEMORY-016).
const ALIGN: usize = 16;
/// What guards are made of.
const FENCE: u8 = 0xFD;
/// What a new block is filled with: a client that relies on zeros fails at once (MEMORY-018).
pub(super) const FRESH: u8 = 0xCD;
/// What a freed block is filled with (MEMORY-012, MEMORY-038).
pub(super) const DEAD: u8 = 0xDD;

/// Where somebody wrote outside a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Damage {
    /// So many bytes before its first.
    Before(usize),
    /// So many bytes behind its last, 0 for the very next.
    Behind(usize),
}

/// Memory of our own, with guards. The address of its first usable byte is what clients hold.
#[derive(Debug)]
pub(super) struct Guarded {
    start: NonNull<u8>,
    size: usize,
}

// SAFETY: the memory belongs to this value alone; clients that hold the pointer order their own accesses.
unsafe impl Send for Guarded {}

impl Guarded {
    /// Memory for `size` bytes; `None` if the system has none, or the sum would overflow.
    pub(super) fn new(size: usize) -> Option<Guarded> {
        let layout = layout(size)?;
        // SAFETY: the layout is never empty, for it contains the guards.
        let start = NonNull::new(unsafe { alloc(layout) })?;
        let mut made = Guarded { start, size };
        made.renew();
        Some(made)
    }

    /// Makes it look new: guards whole, the block filled.
    #[inline]
    pub(super) fn renew(&mut self) {
        // SAFETY: the three pieces lie side by side within the allocation.
        unsafe {
            self.start.write_bytes(FENCE, GUARD);
            self.start.add(GUARD).write_bytes(FRESH, self.size);
            self.start.add(GUARD + self.size).write_bytes(FENCE, GUARD);
        }
    }

    /// The first usable byte.
    #[inline]
    pub(super) fn pointer(&self) -> *mut u8 {
        // SAFETY: the guard lies within the allocation.
        unsafe { self.start.add(GUARD) }.as_ptr()
    }

    /// The address of the first usable byte.
    #[inline]
    pub(super) fn address(&self) -> usize {
        self.pointer().addr()
    }

    /// Usable bytes.
    #[inline]
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// The guards before and behind the block.
    #[inline]
    fn guards(&self) -> ([u8; GUARD], [u8; GUARD]) {
        // SAFETY: both guards lie within the allocation, were written when it was made, and no reference to them is kept.
        unsafe {
            let behind = self.start.add(GUARD + self.size).cast::<[u8; GUARD]>().as_ptr();
            (self.start.cast::<[u8; GUARD]>().as_ptr().read(), behind.read())
        }
    }

    /// Whether nobody wrote into a guard.
    #[inline]
    pub(super) fn is_whole(&self) -> bool {
        let (before, behind) = self.guards();
        let whole = u128::from_ne_bytes([FENCE; GUARD]);
        (u128::from_ne_bytes(before) ^ whole) | (u128::from_ne_bytes(behind) ^ whole) == 0
    }

    /// Whether somebody wrote into a guard, and where: the place nearest to the block.
    pub(super) fn damage(&self) -> Option<Damage> {
        let (before, behind) = self.guards();
        if let Some(at) = behind.iter().position(|&b| b != FENCE) {
            return Some(Damage::Behind(at));
        }
        before.iter().rposition(|&b| b != FENCE).map(|at| Damage::Before(GUARD - at))
    }

    /// Fills the block with the sign of the dead.
    #[inline]
    pub(super) fn bury(&mut self) {
        // SAFETY: the usable bytes lie within the allocation.
        unsafe { self.start.add(GUARD).write_bytes(DEAD, self.size) }
    }

    /// The usable bytes of a buried block.
    #[inline]
    fn buried(&self) -> &[u8] {
        // SAFETY: the usable bytes lie within the allocation and were all written by `bury`; the slice does not outlive the look at it.
        unsafe { std::slice::from_raw_parts(self.pointer(), self.size) }
    }

    /// Whether nobody wrote into the buried block. All bytes at once: nearly always there is nothing to find.
    #[inline]
    pub(super) fn is_undisturbed(&self) -> bool {
        self.buried().iter().fold(0, |seen, &b| seen | (b ^ DEAD)) == 0
    }

    /// Where somebody wrote into the buried block: at which byte first.
    pub(super) fn disturbed(&self) -> Option<usize> {
        self.buried().iter().position(|&b| b != DEAD)
    }

    /// Takes over the contents of another block, as far as both go. Bit by bit: pointers keep their values.
    pub(super) fn copy_from(&mut self, other: &Guarded) {
        // SAFETY: both are allocations of their own, as long as their sizes say.
        unsafe { self.pointer().copy_from_nonoverlapping(other.pointer(), self.size.min(other.size)) }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        if let Some(layout) = layout(self.size) {
            // SAFETY: the memory was allocated with this very layout.
            unsafe { dealloc(self.start.as_ptr(), layout) }
        }
    }
}

/// How the pieces lie for a block of this size.
fn layout(size: usize) -> Option<Layout> {
    Layout::from_size_align(size.checked_add(2 * GUARD)?, ALIGN).ok()
}
