//! The C functions of the allocator.

use std::ffi::c_void;
use std::ptr;

use super::fast::{self, Kind};
use super::heap::{Family, Refusal};
use super::report::Misuse;
use super::{heap, with_heap, world};
use crate::boundary::guard;
use crate::codes::{CALL_FAILED, INVALID_PARAMETER, NOT_ENOUGH_MEMORY, NOT_INITIALIZED, OK};

/// `MAPIAllocateBuffer`: a new root block.
///
/// # Safety
/// `out` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn MAPIAllocateBuffer(size: u32, out: *mut *mut c_void) -> i32 {
    if out.is_null() {
        return INVALID_PARAMETER; // MEMORY-021
    }
    if world::unquestioned() {
        let block = fast::allocate(size as usize, Family::Buffer);
        // SAFETY: the caller vouches for a non-null `out`.
        unsafe { out.write_unaligned(block.cast()) };
        return if block.is_null() { NOT_ENOUGH_MEMORY } else { OK };
    }
    // SAFETY: as above.
    unsafe { answer("MAPIAllocateBuffer", out, |function| allocate(function, size as usize, Family::Buffer)) }
}

/// `MAPIAllocateMore`: a new block that is freed with `root`.
///
/// # Safety
/// `out` is null or can be written. In the fast mode, `root` is null or a live block.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn MAPIAllocateMore(size: u32, root: *mut c_void, out: *mut *mut c_void) -> i32 {
    if out.is_null() {
        return INVALID_PARAMETER;
    }
    // SAFETY: the caller vouches for both pointers.
    unsafe { answer("MAPIAllocateMore", out, |function| link(function, size as usize, root)) }
}

/// `MAPIFreeBuffer`: frees a root and all that is linked to it. Answers 0 whatever the pointer (MEMORY-033 to MEMORY-037); misuse is reported.
///
/// # Safety
/// Any pointer in the tracked mode; in the fast mode, null or a live block that nobody uses any more.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn MAPIFreeBuffer(block: *mut c_void) -> u32 {
    // SAFETY: the caller vouches for the pointer.
    unsafe {
        if world::is_fast() && !block.is_null() && fast::kind(block.cast()) == Some(Kind::Root) {
            fast::free(block.cast());
            return 0;
        }
        guard("MAPIFreeBuffer", (), || free("MAPIFreeBuffer", block, Family::Buffer));
    }
    0
}

/// `MAPIReallocateBuffer`: a block of another size with the old contents; linked blocks move to it, the old block is freed (MEMORY-041). Null is allocated
/// anew.
///
/// # Safety
/// As [`MAPIAllocateMore`] for `block`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn MAPIReallocateBuffer(block: *mut c_void, size: u32, out: *mut *mut c_void) -> i32 {
    if out.is_null() {
        return INVALID_PARAMETER;
    }
    // SAFETY: the caller vouches for both pointers.
    unsafe { answer("MAPIReallocateBuffer", out, |function| reallocate(function, block, size as usize, Family::Buffer)) }
}

/// Allocates inside the boundary and writes the result: null on failure (MEMORY-019).
///
/// # Safety
/// `out` can be written.
#[inline]
unsafe fn answer(function: &'static str, out: *mut *mut c_void, make: impl FnOnce(&'static str) -> Result<*mut c_void, i32>) -> i32 {
    // SAFETY: the caller vouches for it.
    unsafe {
        out.write_unaligned(ptr::null_mut());
        guard(function, CALL_FAILED, || match make(function) {
            Ok(block) => {
                out.write_unaligned(block);
                OK
            }
            Err(code) => code,
        })
    }
}

/// Makes a root block, or one of IMalloc.
pub(super) fn allocate(function: &'static str, size: usize, family: Family) -> Result<*mut c_void, i32> {
    let standing = world::standing(function);
    if standing.refused {
        return Err(NOT_INITIALIZED); // MEMORY-011
    }
    if world::is_fast() {
        admit(standing)?;
        return some(fast::allocate(size, family));
    }
    with_heap(|heap| heap.allocate(standing.place, size, family)).map_or_else(|why| Err(code(why)), |block| Ok(block.cast()))
}

/// Makes a block linked to `root`.
///
/// # Safety
/// In the fast mode, `root` is null or a live block.
pub(super) unsafe fn link(function: &'static str, size: usize, root: *mut c_void) -> Result<*mut c_void, i32> {
    let standing = world::standing(function);
    if standing.refused {
        return Err(NOT_INITIALIZED);
    }
    if root.is_null() {
        // MEMORY-029
        return if standing.null_root_fails { Err(INVALID_PARAMETER) } else { allocate(function, size, Family::Buffer) };
    }
    // SAFETY: the caller vouches for the root where it is read.
    if world::is_fast() && unsafe { fast::kind(root.cast()) }.is_some_and(|kind| kind != Kind::Malloc) {
        admit(standing)?;
        // SAFETY: its mark says that it is a block of this mode.
        return some(unsafe { fast::link(size, root.cast()) });
    }
    with_heap(|heap| heap.link(standing.place, size, root.addr())).map_or_else(|why| Err(code(why)), |block| Ok(block.cast()))
}

/// Frees a block.
///
/// # Safety
/// As [`MAPIFreeBuffer`].
pub(super) unsafe fn free(function: &'static str, block: *mut c_void, family: Family) {
    if block.is_null() {
        return; // MEMORY-033
    }
    // SAFETY: the caller vouches for the pointer where it is read.
    match if world::is_fast() { unsafe { fast::kind(block.cast()) } } else { None } {
        Some(kind) if (kind == Kind::Malloc) == (family == Family::Malloc) && kind != Kind::Linked => {
            // SAFETY: its mark says that it is a live block of this mode that is not linked.
            unsafe { fast::free(block.cast()) }
        }
        // A linked block dies with its root (MEMORY-028); the two allocators are not mixed (MEMORY-043). Without tracking there is no name to report.
        Some(_) => with_heap(|heap| heap.tell(world::standing(function).place, Misuse::Foreign)),
        None => {
            let standing = world::standing(function);
            with_heap(|heap| heap.free(standing.place, block.addr(), family, standing.ended));
        }
    }
}

/// Gives a block another size.
///
/// # Safety
/// As [`MAPIReallocateBuffer`].
pub(super) unsafe fn reallocate(function: &'static str, block: *mut c_void, size: usize, family: Family) -> Result<*mut c_void, i32> {
    if block.is_null() {
        return allocate(function, size, family);
    }
    let standing = world::standing(function);
    if standing.refused {
        return Err(NOT_INITIALIZED);
    }
    let fitting = if family == Family::Malloc { Kind::Malloc } else { Kind::Root };
    // SAFETY: the caller vouches for the pointer where it is read.
    if world::is_fast() && unsafe { fast::kind(block.cast()) } == Some(fitting) {
        admit(standing)?;
        // SAFETY: its mark says that it is a live block of this mode.
        return some(unsafe { fast::reallocate(block.cast(), size, family) });
    }
    with_heap(|heap| heap.reallocate(standing.place, block.addr(), size, family))
        .map_or_else(|why| Err(code(why)), |block| Ok(block.cast()))
}

/// How large a block of IMalloc is; `None` for any other pointer.
///
/// # Safety
/// In the fast mode, a live block.
pub(super) unsafe fn size_of(block: *mut c_void) -> Option<usize> {
    // SAFETY: the caller vouches for the pointer where it is read.
    if world::is_fast() && unsafe { fast::kind(block.cast()) } == Some(Kind::Malloc) {
        // SAFETY: its mark says that it is a live block of this mode.
        return Some(unsafe { fast::size_of(block.cast()) });
    }
    heap().size_of(block.addr(), Family::Malloc)
}

/// Counts a request of the fast mode, and refuses it where a failure was ordered.
fn admit(standing: world::Standing) -> Result<(), i32> {
    let mut heap = heap();
    let admitted = heap.admit(standing.place).map_err(code);
    world::faults_ordered(heap.has_orders());
    admitted
}

/// A block, or the code for none.
fn some(block: *mut u8) -> Result<*mut c_void, i32> {
    if block.is_null() { Err(NOT_ENOUGH_MEMORY) } else { Ok(block.cast()) }
}

/// The code of a refusal.
const fn code(why: Refusal) -> i32 {
    match why {
        Refusal::NotEnoughMemory => NOT_ENOUGH_MEMORY,
        Refusal::InvalidParameter => INVALID_PARAMETER,
    }
}
