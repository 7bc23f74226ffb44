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
    pub(super) fn renew(&mut self) {
        // SAFETY: the three pieces lie side by side within the allocation.
        unsafe {
            self.start.write_bytes(FENCE, GUARD);
            self.start.add(GUARD).write_bytes(FRESH, self.size);
            self.start.add(GUARD + self.size).write_bytes(FENCE, GUARD);
        }
    }

    /// The first usable byte.
    pub(super) fn pointer(&self) -> *mut u8 {
        // SAFETY: the guard lies within the allocation.
        unsafe { self.start.add(GUARD) }.as_ptr()
    }

    /// The address of the first usable byte.
    pub(super) fn address(&self) -> usize {
        self.pointer().addr()
    }

    /// Usable bytes.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Whether somebody wrote into a guard, and where: the place nearest to the block.
    pub(super) fn damage(&self) -> Option<Damage> {
        // SAFETY: both guards lie within the allocation, were written when it was made, and no reference to them is kept.
        let (before, behind) = unsafe {
            let behind = self.start.add(GUARD + self.size).cast::<[u8; GUARD]>().as_ptr();
            (self.start.cast::<[u8; GUARD]>().as_ptr().read(), behind.read())
        };
        if before == [FENCE; GUARD] && behind == [FENCE; GUARD] {
            return None;
        }
        if let Some(at) = behind.iter().position(|&b| b != FENCE) {
            return Some(Damage::Behind(at));
        }
        before.iter().rposition(|&b| b != FENCE).map(|at| Damage::Before(GUARD - at))
    }

    /// Fills the block with the sign of the dead.
    pub(super) fn bury(&mut self) {
        // SAFETY: the usable bytes lie within the allocation.
        unsafe { self.start.add(GUARD).write_bytes(DEAD, self.size) }
    }

    /// Whether somebody wrote into the buried block: at which byte first.
    pub(super) fn disturbed(&self) -> Option<usize> {
        // SAFETY: the usable bytes lie within the allocation and were all written by `bury`; the slice ends with this function.
        let bytes = unsafe { std::slice::from_raw_parts(self.pointer(), self.size) };
        // All at once first: nearly always there is nothing to find.
        let differs = bytes.iter().fold(0, |seen, &b| seen | (b ^ DEAD)) != 0;
        if differs { bytes.iter().position(|&b| b != DEAD) } else { None }
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
