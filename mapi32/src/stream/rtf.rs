//! WrapCompressedRTFStream: plain RTF over the stream of PR_RTF_COMPRESSED.

use std::ffi::c_void;

use super::lzfu::{compress, decompress, uncompressed};
use super::{Inner, Other, make};
use crate::boundary::guard;
use crate::codes::{ACCESS_DENIED, CALL_FAILED, CORRUPT_DATA, INVALID_PARAMETER, NO_SUPPORT, OK, UNKNOWN_FLAGS};

/// MAPI_MODIFY: for writing.
const MODIFY: u32 = 0x1;
/// STORE_UNCOMPRESSED_RTF: what is written is not compressed (MEMORY-129).
const UNCOMPRESSED: u32 = 0x8000;
/// MAPI_NATIVE_BODY, of WrapCompressedRTFStreamEx.
const NATIVE_BODY: u32 = 0x0001_0000;

/// RTF that is read: all of it, unpacked when the stream was wrapped, which stays referred to as long as its wrapper lives.
struct Reader {
    _stream: Other,
    text: Vec<u8>,
    at: usize,
}

impl Inner for Reader {
    fn read(&mut self, to: &mut [u8]) -> Result<usize, i32> {
        let rest = &self.text[self.at..];
        let count = rest.len().min(to.len());
        to[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        Ok(count)
    }

    fn write(&mut self, _from: &[u8]) -> Result<usize, i32> {
        Err(ACCESS_DENIED)
    }

    fn commit(&mut self) -> Result<(), i32> {
        Ok(())
    }
}

/// RTF that is written: kept until Commit, which packs all of it (MEMORY-131).
struct Writer {
    stream: Other,
    text: Vec<u8>,
    compressed: bool,
}

impl Inner for Writer {
    fn read(&mut self, _to: &mut [u8]) -> Result<usize, i32> {
        Err(ACCESS_DENIED)
    }

    fn write(&mut self, from: &[u8]) -> Result<usize, i32> {
        self.text.extend_from_slice(from);
        Ok(from.len())
    }

    fn commit(&mut self) -> Result<(), i32> {
        let packed = if self.compressed { compress(&self.text) } else { uncompressed(&self.text) };
        self.stream.replace(&packed)
    }
}

/// Wraps a stream.
///
/// # Safety
/// `stream` is null or a live IStream; `out` is null or can be written.
unsafe fn wrap(stream: *mut c_void, flags: u32, out: *mut *mut c_void) -> i32 {
    // SAFETY: by the promise of the caller.
    let Some(stream) = (unsafe { Other::new(stream) }) else { return INVALID_PARAMETER };
    if out.is_null() {
        return INVALID_PARAMETER;
    }
    let inner: Box<dyn Inner> = if flags & MODIFY != 0 {
        Box::new(Writer { stream, text: Vec::new(), compressed: flags & UNCOMPRESSED == 0 })
    } else {
        let text = match stream.read_to_end() {
            // A property that was just made is empty.
            Ok(packed) if packed.is_empty() => Some(packed),
            Ok(packed) => decompress(&packed),
            Err(code) => return code,
        };
        let Some(text) = text else { return CORRUPT_DATA };
        Box::new(Reader { _stream: stream, text, at: 0 })
    };
    // SAFETY: by the promise of the caller.
    unsafe { out.write_unaligned(make(inner)) };
    OK
}

/// `WrapCompressedRTFStream`: a stream of plain RTF; with MAPI_MODIFY for writing, otherwise for reading (MEMORY-128). Bytes that are no compressed RTF are
/// MAPI_E_CORRUPT_DATA.
///
/// # Safety
/// `stream` is null or a live IStream; `out` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WrapCompressedRTFStream(stream: *mut c_void, flags: u32, out: *mut *mut c_void) -> i32 {
    guard("WrapCompressedRTFStream", CALL_FAILED, || {
        if flags & !(MODIFY | UNCOMPRESSED) != 0 {
            return UNKNOWN_FLAGS;
        }
        // SAFETY: by the promise of the caller.
        unsafe { wrap(stream, flags, out) }
    })
}

/// RTF_WCSINFO: what the client wants.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_snake_case, missing_docs, reason = "names of the headers")]
pub struct RTF_WCSINFO {
    pub size: u32,
    pub ulFlags: u32,
    pub ulInCodePage: u32,
    pub ulOutCodePage: u32,
}

/// RTF_WCSRETINFO: what it gets.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_snake_case, missing_docs, reason = "names of the headers")]
pub struct RTF_WCSRETINFO {
    pub size: u32,
    pub ulStreamFlags: u32,
}

/// MAPI_NATIVE_BODY_TYPE_RTF.
const BODY_TYPE_RTF: u32 = 1;

/// `WrapCompressedRTFStreamEx`: the same, told by structures. The native body of a message in another form than RTF is not built (MEMORY-132).
///
/// # Safety
/// As [`WrapCompressedRTFStream`]; `info` is null or can be read, `told` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WrapCompressedRTFStreamEx(
    stream: *mut c_void,
    info: *const RTF_WCSINFO,
    out: *mut *mut c_void,
    told: *mut RTF_WCSRETINFO,
) -> i32 {
    guard("WrapCompressedRTFStreamEx", CALL_FAILED, || {
        if info.is_null() {
            return INVALID_PARAMETER;
        }
        // SAFETY: by the promise of the caller.
        let RTF_WCSINFO { ulFlags: flags, .. } = unsafe { info.read_unaligned() };
        if flags & !(MODIFY | UNCOMPRESSED | NATIVE_BODY) != 0 {
            return UNKNOWN_FLAGS;
        }
        match flags & (NATIVE_BODY | MODIFY) {
            NATIVE_BODY => return NO_SUPPORT,
            both if both == NATIVE_BODY | MODIFY => return INVALID_PARAMETER,
            _ => {}
        }
        // SAFETY: by the promise of the caller.
        unsafe {
            let code = wrap(stream, flags, out);
            if code == OK && !told.is_null() {
                let size = u32::try_from(size_of::<RTF_WCSRETINFO>()).unwrap_or_default();
                told.write_unaligned(RTF_WCSRETINFO { size, ulStreamFlags: BODY_TYPE_RTF });
            }
            code
        }
    })
}
