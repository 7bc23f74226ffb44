//! Streams of the face's own: IStream over a file (`OpenStreamOnFile`) and over compressed RTF (`WrapCompressedRTFStream`).
//!
//! They need no world: MAPI's streams on properties are the subsystem's affair, these two are helpers over what the client has. An `Inner` does the
//! work; this file has the COM object around it, and what every stream refuses alike.

mod file;
mod lzfu;
mod rtf;

use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering, fence};

use parking_lot::Mutex;

pub use file::*;
pub use lzfu::{compress, decompress, uncompressed};
pub use rtf::*;

use crate::abi::{FILETIME, GUID, IID_IUNKNOWN};
use crate::boundary::guard;
use crate::codes::{CALL_FAILED, INVALID_PARAMETER, INVALID_POINTER, NO_INTERFACE, NOT_IMPLEMENTED, OK, WRITE_FAULT};

/// STATFLAG_NONAME.
const NO_NAME: u32 = 1;
/// Bytes that CopyTo moves at once.
const PIECE: usize = 1 << 14;

/// Identifiers of IStream and ISequentialStream.
const IID_ISTREAM: GUID = GUID { Data1: 0xC, ..IID_IUNKNOWN };
const IID_ISEQUENTIALSTREAM: GUID =
    GUID { Data1: 0x0C73_3A30, Data2: 0x2A1C, Data3: 0x11CE, Data4: [0xAD, 0xE5, 0, 0xAA, 0, 0x44, 0x77, 0x3D] };

/// STATSTG. Times are zero: what the system's clock said is no part of a simulated machine.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_snake_case, missing_docs, reason = "names of the headers")]
pub struct STATSTG {
    pub pwcsName: *mut u16,
    pub kind: u32,
    pub cbSize: u64,
    pub mtime: FILETIME,
    pub ctime: FILETIME,
    pub atime: FILETIME,
    pub grfMode: u32,
    pub grfLocksSupported: u32,
    pub clsid: GUID,
    pub grfStateBits: u32,
    pub reserved: u32,
}

/// STGTY_STREAM.
const KIND_STREAM: u32 = 2;

impl STATSTG {
    /// Of a stream with this name, or without one.
    pub(crate) fn new(name: *mut u16, size: u64, mode: u32) -> Self {
        let none = FILETIME::default();
        STATSTG {
            pwcsName: name,
            kind: KIND_STREAM,
            cbSize: size,
            mtime: none,
            ctime: none,
            atime: none,
            grfMode: mode,
            grfLocksSupported: 0,
            clsid: GUID::default(),
            grfStateBits: 0,
            reserved: 0,
        }
    }
}

/// What a stream tells of itself.
struct Description {
    name: String,
    size: u64,
    mode: u32,
}

/// What is behind a stream. A method that is not overridden is not supported.
trait Inner: Send {
    fn read(&mut self, to: &mut [u8]) -> Result<usize, i32>;

    fn write(&mut self, from: &[u8]) -> Result<usize, i32>;

    /// Moves the place; the new one, from the beginning.
    fn seek(&mut self, _by: i64, _origin: u32) -> Result<u64, i32> {
        Err(NOT_IMPLEMENTED)
    }

    fn set_size(&mut self, _size: u64) -> Result<(), i32> {
        Err(NOT_IMPLEMENTED)
    }

    fn commit(&mut self) -> Result<(), i32>;

    fn stat(&mut self) -> Result<Description, i32> {
        Err(NOT_IMPLEMENTED)
    }
}

/// A stream: methods, count, and what is behind it.
#[repr(C)]
struct Stream {
    methods: &'static Methods,
    count: AtomicU32,
    inner: Mutex<Box<dyn Inner>>,
}

/// A new stream with one reference.
fn make(inner: Box<dyn Inner>) -> *mut c_void {
    Box::into_raw(Box::new(Stream { methods: &METHODS, count: AtomicU32::new(1), inner: Mutex::new(inner) })).cast()
}

/// The methods of IStream, in the order of its slots.
#[repr(C)]
struct Methods {
    query_interface: unsafe extern "system" fn(*mut Stream, *const GUID, *mut *mut c_void) -> i32,
    add_ref: unsafe extern "system" fn(*mut Stream) -> u32,
    release: unsafe extern "system" fn(*mut Stream) -> u32,
    read: unsafe extern "system" fn(*mut Stream, *mut u8, u32, *mut u32) -> i32,
    write: unsafe extern "system" fn(*mut Stream, *const u8, u32, *mut u32) -> i32,
    seek: unsafe extern "system" fn(*mut Stream, i64, u32, *mut u64) -> i32,
    set_size: unsafe extern "system" fn(*mut Stream, u64) -> i32,
    copy_to: unsafe extern "system" fn(*mut Stream, *mut c_void, u64, *mut u64, *mut u64) -> i32,
    commit: unsafe extern "system" fn(*mut Stream, u32) -> i32,
    revert: unsafe extern "system" fn(*mut Stream) -> i32,
    lock_region: unsafe extern "system" fn(*mut Stream, u64, u64, u32) -> i32,
    unlock_region: unsafe extern "system" fn(*mut Stream, u64, u64, u32) -> i32,
    stat: unsafe extern "system" fn(*mut Stream, *mut STATSTG, u32) -> i32,
    clone: unsafe extern "system" fn(*mut Stream, *mut *mut c_void) -> i32,
}

static METHODS: Methods = Methods {
    query_interface,
    add_ref,
    release,
    read,
    write,
    seek,
    set_size,
    copy_to,
    commit,
    revert,
    lock_region: no_region,
    unlock_region: no_region,
    stat,
    clone,
};

/// Runs a method on what is behind a stream.
///
/// # Safety
/// The caller of the method holds a reference.
unsafe fn with(this: *mut Stream, name: &'static str, run: impl FnOnce(&mut dyn Inner) -> Result<(), i32>) -> i32 {
    guard(name, CALL_FAILED, || {
        // SAFETY: by the promise of the caller.
        let stream = unsafe { &*this };
        run(stream.inner.lock().as_mut()).map_or_else(|code| code, |()| OK)
    })
}

/// Writes a result that may not be wanted.
///
/// # Safety
/// `out` is null or can be written.
unsafe fn set<T>(out: *mut T, value: T) {
    if !out.is_null() {
        // SAFETY: by the promise of the caller.
        unsafe { out.write_unaligned(value) };
    }
}

unsafe extern "system" fn query_interface(this: *mut Stream, iid: *const GUID, out: *mut *mut c_void) -> i32 {
    // SAFETY: the caller holds a reference; pointers that are not null are good.
    unsafe {
        set(out, ptr::null_mut());
        if iid.is_null() || out.is_null() {
            return INVALID_PARAMETER;
        }
        if ![IID_IUNKNOWN, IID_ISTREAM, IID_ISEQUENTIALSTREAM].contains(&iid.read_unaligned()) {
            return NO_INTERFACE;
        }
        add_ref(this);
        out.write_unaligned(this.cast());
    }
    OK
}

unsafe extern "system" fn add_ref(this: *mut Stream) -> u32 {
    // SAFETY: the caller holds a reference.
    unsafe { (*this).count.fetch_add(1, Ordering::Relaxed) + 1 }
}

unsafe extern "system" fn release(this: *mut Stream) -> u32 {
    // SAFETY: the caller holds a reference, and gives it up. The last one is alone with the stream.
    unsafe {
        let left = (*this).count.fetch_sub(1, Ordering::Release).wrapping_sub(1);
        if left == 0 {
            fence(Ordering::Acquire);
            let stream = Box::from_raw(this);
            guard("IUnknown::Release", (), || drop(stream));
        }
        left
    }
}

unsafe extern "system" fn read(this: *mut Stream, to: *mut u8, size: u32, done: *mut u32) -> i32 {
    // SAFETY: the caller holds a reference, and vouches for `size` bytes and the count.
    unsafe {
        set(done, 0);
        if to.is_null() {
            return INVALID_POINTER;
        }
        to.write_bytes(0, size as usize);
        with(this, "IStream::Read", |inner| {
            let read = inner.read(std::slice::from_raw_parts_mut(to, size as usize))?;
            set(done, u32::try_from(read).unwrap_or(u32::MAX));
            Ok(())
        })
    }
}

unsafe extern "system" fn write(this: *mut Stream, from: *const u8, size: u32, done: *mut u32) -> i32 {
    // SAFETY: as for `read`.
    unsafe {
        set(done, 0);
        if from.is_null() {
            return INVALID_POINTER;
        }
        with(this, "IStream::Write", |inner| {
            let written = inner.write(std::slice::from_raw_parts(from, size as usize))?;
            set(done, u32::try_from(written).unwrap_or(u32::MAX));
            Ok(())
        })
    }
}

unsafe extern "system" fn seek(this: *mut Stream, by: i64, origin: u32, place: *mut u64) -> i32 {
    // SAFETY: the caller holds a reference; the place may be null.
    unsafe {
        with(this, "IStream::Seek", |inner| {
            let now = inner.seek(by, origin)?;
            set(place, now);
            Ok(())
        })
    }
}

unsafe extern "system" fn set_size(this: *mut Stream, size: u64) -> i32 {
    // SAFETY: the caller holds a reference.
    unsafe { with(this, "IStream::SetSize", |inner| inner.set_size(size)) }
}

/// Reads here and writes there, until `limit` bytes or the end.
unsafe extern "system" fn copy_to(this: *mut Stream, to: *mut c_void, limit: u64, read: *mut u64, written: *mut u64) -> i32 {
    // SAFETY: the caller holds references of both streams; the counts may be null. The other stream is called with ours unlocked: it may be ours.
    unsafe {
        set(read, 0);
        set(written, 0);
        let Some(to) = Other::new(to) else { return INVALID_POINTER };
        let (mut piece, mut moved) = ([0; PIECE], 0);
        while moved < limit {
            let want = usize::try_from(limit - moved).unwrap_or(PIECE).min(PIECE);
            let mut got = 0;
            let code = with(this, "IStream::CopyTo", |inner| {
                got = inner.read(&mut piece[..want])?;
                Ok(())
            });
            if code != OK || got == 0 {
                return code;
            }
            if let Err(code) = to.write_all(&piece[..got]) {
                return code;
            }
            moved += got as u64;
            set(read, moved);
            set(written, moved);
        }
    }
    OK
}

unsafe extern "system" fn commit(this: *mut Stream, _flags: u32) -> i32 {
    // SAFETY: the caller holds a reference.
    unsafe { with(this, "IStream::Commit", |inner| inner.commit()) }
}

unsafe extern "system" fn revert(_this: *mut Stream) -> i32 {
    NOT_IMPLEMENTED
}

unsafe extern "system" fn no_region(_this: *mut Stream, _from: u64, _size: u64, _kind: u32) -> i32 {
    NOT_IMPLEMENTED
}

/// The name, unless STATFLAG_NONAME says that nobody wants it, is memory of the task allocator (MEMORY-006).
unsafe extern "system" fn stat(this: *mut Stream, out: *mut STATSTG, flags: u32) -> i32 {
    if out.is_null() {
        return INVALID_POINTER;
    }
    // SAFETY: the caller holds a reference, and vouches for the structure.
    unsafe {
        with(this, "IStream::Stat", |inner| {
            let told = inner.stat()?;
            let name = if flags & NO_NAME == 0 { task_string(&told.name)? } else { ptr::null_mut() };
            out.write_unaligned(STATSTG::new(name, told.size, told.mode));
            Ok(())
        })
    }
}

/// A failing method of OLE sets its out parameter to NULL (ERROR-028).
unsafe extern "system" fn clone(_this: *mut Stream, out: *mut *mut c_void) -> i32 {
    // SAFETY: the caller vouches for the place.
    unsafe { set(out, ptr::null_mut()) };
    NOT_IMPLEMENTED
}

/// A wide string that the client gives to CoTaskMemFree.
fn task_string(text: &str) -> Result<*mut u16, i32> {
    let units: Vec<u16> = text.encode_utf16().chain([0]).collect();
    let block = task_memory(units.len() * 2)?.cast::<u16>();
    // SAFETY: the block is large enough, and aligned for any value of C.
    unsafe { block.copy_from_nonoverlapping(units.as_ptr(), units.len()) };
    Ok(block)
}

/// Memory of the task allocator: on Windows that of OLE. Elsewhere there is no OLE, and the IMalloc of MAPIGetDefaultMalloc takes its place.
fn task_memory(size: usize) -> Result<*mut c_void, i32> {
    #[cfg(windows)]
    {
        #[link(name = "ole32")]
        unsafe extern "system" {
            fn CoTaskMemAlloc(size: usize) -> *mut c_void;
        }
        // SAFETY: any size is allowed.
        let block = unsafe { CoTaskMemAlloc(size) };
        if block.is_null() { Err(crate::codes::NOT_ENOUGH_MEMORY) } else { Ok(block) }
    }
    #[cfg(not(windows))]
    crate::memory::task_block("IStream::Stat", size)
}

/// A stream of somebody else, of which a reference is held.
struct Other(ptr::NonNull<c_void>);

// SAFETY: a stream that a client wraps is used from whatever thread the wrapper is used from; that is the client's promise.
unsafe impl Send for Other {}

impl Other {
    /// Takes a reference of a stream.
    ///
    /// # Safety
    /// Null, or a live IStream.
    unsafe fn new(stream: *mut c_void) -> Option<Other> {
        let other = Other(ptr::NonNull::new(stream)?);
        // SAFETY: by the promise of the caller.
        unsafe { (other.methods().add_ref)(other.0.as_ptr().cast()) };
        Some(other)
    }

    fn methods(&self) -> &'static Methods {
        // SAFETY: the stream is alive as long as its reference; its first word is the table of IStream's methods.
        unsafe { &**self.0.cast::<*const Methods>().as_ptr() }
    }

    fn this(&self) -> *mut Stream {
        self.0.as_ptr().cast()
    }

    /// Everything from the place where the stream is.
    fn read_to_end(&self) -> Result<Vec<u8>, i32> {
        let mut all = Vec::new();
        let mut piece = [0; PIECE];
        loop {
            let mut got = 0;
            // SAFETY: a live stream, and a local as large as it says.
            let code = unsafe { (self.methods().read)(self.this(), piece.as_mut_ptr(), PIECE as u32, &raw mut got) };
            if code < 0 {
                return Err(code);
            }
            all.extend_from_slice(&piece[..(got as usize).min(PIECE)]);
            if got == 0 {
                return Ok(all);
            }
        }
    }

    fn write_all(&self, mut from: &[u8]) -> Result<(), i32> {
        while !from.is_empty() {
            let size = u32::try_from(from.len()).unwrap_or(u32::MAX);
            let mut done = 0;
            // SAFETY: a live stream, and bytes as many as it says.
            let code = unsafe { (self.methods().write)(self.this(), from.as_ptr(), size, &raw mut done) };
            if code < 0 {
                return Err(code);
            }
            if done == 0 {
                return Err(WRITE_FAULT);
            }
            from = &from[(done as usize).min(from.len())..];
        }
        Ok(())
    }

    /// Makes these bytes the whole contents, and commits them.
    fn replace(&self, bytes: &[u8]) -> Result<(), i32> {
        let fine = |code: i32| if code < 0 { Err(code) } else { Ok(()) };
        // SAFETY: a live stream.
        unsafe {
            fine((self.methods().seek)(self.this(), 0, 0, ptr::null_mut()))?;
            self.write_all(bytes)?;
            fine((self.methods().set_size)(self.this(), bytes.len() as u64))?;
            fine((self.methods().commit)(self.this(), 0))
        }
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        // SAFETY: the reference that was taken is given back.
        unsafe { (self.methods().release)(self.this()) };
    }
}
