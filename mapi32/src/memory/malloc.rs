//! The `IMalloc` of MAPIGetDefaultMalloc: one object of the process, never destroyed, whose blocks are tracked beside those of MAPIAllocateBuffer and never
//! mixed with them (MEMORY-042, MEMORY-043).

use std::ffi::c_void;
use std::ptr;

use super::exports;
use super::heap::Family;
use crate::abi::{GUID, HRESULT, IID_IUNKNOWN};
use crate::boundary::guard;
use crate::codes::{INVALID_PARAMETER, NO_INTERFACE, OK};

/// Identifier of IMalloc.
const IID_IMALLOC: GUID = GUID { Data1: 2, ..IID_IUNKNOWN };

/// The methods of IMalloc, in the order of the headers.
#[repr(C)]
#[allow(non_snake_case, missing_docs, reason = "C's names")]
pub struct IMallocVtbl {
    pub QueryInterface: unsafe extern "system" fn(*mut IMalloc, *const GUID, *mut *mut c_void) -> HRESULT,
    pub AddRef: unsafe extern "system" fn(*mut IMalloc) -> u32,
    pub Release: unsafe extern "system" fn(*mut IMalloc) -> u32,
    pub Alloc: unsafe extern "system" fn(*mut IMalloc, usize) -> *mut c_void,
    pub Realloc: unsafe extern "system" fn(*mut IMalloc, *mut c_void, usize) -> *mut c_void,
    pub Free: unsafe extern "system" fn(*mut IMalloc, *mut c_void),
    pub GetSize: unsafe extern "system" fn(*mut IMalloc, *mut c_void) -> usize,
    pub DidAlloc: unsafe extern "system" fn(*mut IMalloc, *mut c_void) -> i32,
    pub HeapMinimize: unsafe extern "system" fn(*mut IMalloc),
}

/// The object: a pointer to its methods.
#[repr(C)]
#[allow(non_snake_case, missing_docs, reason = "C's name")]
pub struct IMalloc {
    pub lpVtbl: &'static IMallocVtbl,
}

static METHODS: IMallocVtbl = IMallocVtbl {
    QueryInterface: query_interface,
    AddRef: count,
    Release: count,
    Alloc: alloc,
    Realloc: realloc,
    Free: free,
    GetSize: get_size,
    DidAlloc: did_alloc,
    HeapMinimize: heap_minimize,
};

static OBJECT: IMalloc = IMalloc { lpVtbl: &METHODS };

/// `MAPIGetDefaultMalloc`: the allocator as an interface. Nobody has to release it.
#[unsafe(no_mangle)]
pub extern "system" fn MAPIGetDefaultMalloc() -> *mut IMalloc {
    // The object is never written; C has no way to say so.
    (&raw const OBJECT).cast_mut()
}

/// IUnknown and IMalloc, nothing else.
unsafe extern "system" fn query_interface(this: *mut IMalloc, iid: *const GUID, out: *mut *mut c_void) -> HRESULT {
    if iid.is_null() || out.is_null() {
        return INVALID_PARAMETER;
    }
    // SAFETY: the caller vouches for pointers that are not null.
    unsafe {
        let known = [IID_IUNKNOWN, IID_IMALLOC].contains(&iid.read_unaligned());
        out.write_unaligned(if known { this.cast() } else { ptr::null_mut() });
        if known { OK } else { NO_INTERFACE }
    }
}

/// The object is not counted: always 1, as in Wine.
unsafe extern "system" fn count(_: *mut IMalloc) -> u32 {
    1
}

/// A new block, or null.
unsafe extern "system" fn alloc(_: *mut IMalloc, size: usize) -> *mut c_void {
    guard("IMalloc::Alloc", ptr::null_mut(), || exports::allocate("IMalloc::Alloc", size, Family::Malloc).unwrap_or(ptr::null_mut()))
}

/// A block of another size, or null, which leaves the old one alone. Null is allocated, size 0 frees.
unsafe extern "system" fn realloc(_: *mut IMalloc, block: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: the caller vouches for the block as for MAPIFreeBuffer.
    guard("IMalloc::Realloc", ptr::null_mut(), || unsafe {
        if size == 0 && !block.is_null() {
            exports::free("IMalloc::Realloc", block, Family::Malloc);
            return ptr::null_mut();
        }
        exports::reallocate("IMalloc::Realloc", block, size, Family::Malloc).unwrap_or(ptr::null_mut())
    })
}

/// Frees a block; null does nothing.
unsafe extern "system" fn free(_: *mut IMalloc, block: *mut c_void) {
    // SAFETY: the caller vouches for the block.
    guard("IMalloc::Free", (), || unsafe { exports::free("IMalloc::Free", block, Family::Malloc) });
}

/// The size of a block; all bits set for null and for what is no block of this allocator.
unsafe extern "system" fn get_size(_: *mut IMalloc, block: *mut c_void) -> usize {
    if block.is_null() {
        return usize::MAX;
    }
    // SAFETY: the caller vouches for the block.
    guard("IMalloc::GetSize", usize::MAX, || unsafe { exports::size_of(block) }.unwrap_or(usize::MAX))
}

/// "Cannot tell", which is what clients of Windows see.
unsafe extern "system" fn did_alloc(_: *mut IMalloc, _: *mut c_void) -> i32 {
    -1
}

/// There is nothing to give back.
unsafe extern "system" fn heap_minimize(_: *mut IMalloc) {}
