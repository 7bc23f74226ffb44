//! The mode without tracking: a header before the block and nothing else.
//!
//! The header's mark is mixed with its address, so that a pointer of another origin is seldom taken for one of ours. Pointers are followed before they are
//! known, however: what this mode is for is speed.

use std::alloc::{Layout, alloc, dealloc};
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicPtr, Ordering};

use super::heap::Family;

/// What lies before each block.
#[repr(C, align(16))]
struct Header {
    /// A root's linked blocks; a linked block's next neighbour.
    next: AtomicPtr<Header>,
    /// A linked block's root.
    root: *mut Header,
    /// Usable bytes.
    size: usize,
    /// What the block is, mixed with the header's address.
    mark: usize,
}

const ROOT: usize = 0x4D41_5049;
const LINKED: usize = 0x4C49_4E4B;
const MALLOC: usize = 0x4D41_4C43;

/// What a block of this mode is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Made by MAPIAllocateBuffer.
    Root,
    /// Made by MAPIAllocateMore.
    Linked,
    /// Made by IMalloc.
    Malloc,
}

/// A new root block, or one of IMalloc; null if there is no memory.
pub(super) fn allocate(size: usize, family: Family) -> *mut u8 {
    let mark = if family == Family::Buffer { ROOT } else { MALLOC };
    make(size, mark, ptr::null_mut()).map_or(ptr::null_mut(), |header| usable(header).as_ptr())
}

/// A new block linked to `root`, or to the root of that block; null if there is no memory.
///
/// # Safety
/// `root` is a live block of this mode, as [`kind`] told.
pub(super) unsafe fn link(size: usize, root: *mut u8) -> *mut u8 {
    // SAFETY: the caller vouches for the block, so its header lies before it.
    let root = unsafe {
        let given = header_of(root);
        if (*given).root.is_null() { given } else { (*given).root }
    };
    let Some(new) = make(size, LINKED, root) else { return ptr::null_mut() };
    // SAFETY: the root is alive. Blocks are only ever pushed, so that a plain exchange is enough between threads (MEMORY-023).
    unsafe {
        let mut first = (*root).next.load(Ordering::Relaxed);
        loop {
            new.as_ref().next.store(first, Ordering::Relaxed);
            match (*root).next.compare_exchange_weak(first, new.as_ptr(), Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return usable(new).as_ptr(),
                Err(now) => first = now,
            }
        }
    }
}

/// What the block is; `None` if it is none of this mode.
///
/// # Safety
/// The 32 bytes before the pointer can be read. True for each block of this allocator; else the client's affair in this mode.
pub(super) unsafe fn kind(block: *const u8) -> Option<Kind> {
    if !block.addr().is_multiple_of(align_of::<Header>()) {
        return None;
    }
    // SAFETY: as the caller vouches; the alignment was just seen.
    let mark = unsafe { (&raw const (*header_of(block.cast_mut())).mark).read() };
    match mark ^ header_address(block) {
        ROOT => Some(Kind::Root),
        LINKED => Some(Kind::Linked),
        MALLOC => Some(Kind::Malloc),
        _ => None,
    }
}

/// How large the block is.
///
/// # Safety
/// A live block of this mode.
pub(super) unsafe fn size_of(block: *mut u8) -> usize {
    // SAFETY: the caller vouches for the header.
    unsafe { (*header_of(block)).size }
}

/// Frees a root with all that is linked to it, or a block of IMalloc.
///
/// # Safety
/// A live block of this mode that is not linked; nobody else uses it or its chain.
pub(super) unsafe fn free(block: *mut u8) {
    let mut header = header_of(block);
    while !header.is_null() {
        // SAFETY: the chain holds live blocks only, each once; its next neighbour is read before the block goes.
        header = unsafe {
            let next = (*header).next.load(Ordering::Acquire);
            let size = (*header).size;
            (&raw mut (*header).mark).write_volatile(0);
            if let Some(layout) = layout(size) {
                dealloc(header.cast(), layout);
            }
            next
        };
    }
}

/// Moves the contents and the chain of a root to a new block of another size, and frees the old one; null, and nothing done, if there is no memory.
///
/// # Safety
/// As [`free`].
pub(super) unsafe fn reallocate(block: *mut u8, size: usize, family: Family) -> *mut u8 {
    let new = allocate(size, family);
    if new.is_null() {
        return new;
    }
    // SAFETY: both blocks are live and apart; the chain belongs to the caller.
    unsafe {
        let (from, to) = (header_of(block), header_of(new));
        block.copy_to_nonoverlapping(new, (*from).size.min(size));
        let first = (*from).next.swap(ptr::null_mut(), Ordering::AcqRel);
        (*to).next.store(first, Ordering::Release);
        let mut child = first;
        while !child.is_null() {
            (*child).root = to;
            child = (*child).next.load(Ordering::Relaxed);
        }
        free(block);
    }
    new
}

/// Memory with its header.
fn make(size: usize, mark: usize, root: *mut Header) -> Option<NonNull<Header>> {
    // SAFETY: the layout is never empty, for it contains the header.
    let header = NonNull::new(unsafe { alloc(layout(size)?) })?.cast::<Header>();
    let mark = mark ^ header.as_ptr().addr();
    // SAFETY: the memory is as large and aligned as a header, and more.
    unsafe { header.write(Header { next: AtomicPtr::new(ptr::null_mut()), root, size, mark }) };
    Some(header)
}

/// The header before a block.
fn header_of(block: *mut u8) -> *mut Header {
    block.wrapping_sub(size_of_header()).cast()
}

/// The address of the header before a block.
fn header_address(block: *const u8) -> usize {
    block.addr().wrapping_sub(size_of_header())
}

/// The block behind a header.
fn usable(header: NonNull<Header>) -> NonNull<u8> {
    // SAFETY: every header is followed by its block, in one allocation.
    unsafe { header.add(1) }.cast()
}

/// Bytes of a header.
const fn size_of_header() -> usize {
    std::mem::size_of::<Header>()
}

/// How header and block lie; `None` if the sum overflows (MEMORY-020).
fn layout(size: usize) -> Option<Layout> {
    Layout::from_size_align(size.checked_add(size_of_header())?, align_of::<Header>()).ok()
}
