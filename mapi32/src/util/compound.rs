//! Compound identifiers: the record key of a store and the entry identifier of a message in one, as bytes or as text.
//!
//! The pages do not say how a compound looks. Here it is an entry identifier of its own: four flag bytes with MAPI_COMPOUND in the second, the size of
//! the key as a little-endian long, the key, the identifier (MEMORY-117).

use std::ffi::c_void;
use std::ptr;

use super::{HrEntryIDFromSz, HrSzFromEntryID};
use crate::boundary::guard;
use crate::codes::{CALL_FAILED, INVALID_ENTRYID, INVALID_PARAMETER, OK};
use crate::memory::{MAPIFreeBuffer, Owned};

/// MAPI_COMPOUND, in the second flag byte.
const COMPOUND: u8 = 0x80;
/// Flags and the size of the key.
const HEAD: usize = 8;

/// Counted bytes of the client; none where they are missing, or more than anybody can mean.
///
/// # Safety
/// `start` is null, or leads to `count` bytes that stay as they are while the result is used.
unsafe fn bytes<'a>(count: u32, start: *const c_void) -> Option<&'a [u8]> {
    if count == 0 {
        return Some(&[]);
    }
    // SAFETY: the caller vouches for the bytes.
    (!start.is_null() && i32::try_from(count).is_ok()).then(|| unsafe { std::slice::from_raw_parts(start.cast(), count as usize) })
}

/// Bytes in a block of their own.
fn block(by: &'static str, parts: &[&[u8]]) -> Result<(u32, Owned), i32> {
    let all = parts.concat();
    let count = u32::try_from(all.len()).map_err(|_| INVALID_PARAMETER)?;
    let owned = Owned::new(by, all.len())?;
    // SAFETY: the block is as large as the bytes.
    unsafe { ptr::copy_nonoverlapping(all.as_ptr(), owned.as_ptr().cast(), all.len()) };
    Ok((count, owned))
}

/// `HrComposeEID`: key and identifier in one block; without a key a copy of the identifier (MEMORY-117). The session is not looked at.
///
/// # Safety
/// Counted bytes can be read; `count` and `out` are null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HrComposeEID(
    _session: *mut c_void,
    key_size: u32,
    key: *const c_void,
    id_size: u32,
    id: *const c_void,
    count: *mut u32,
    out: *mut *mut c_void,
) -> i32 {
    guard("HrComposeEID", CALL_FAILED, || {
        // SAFETY: the caller vouches for its bytes.
        let (Some(key), Some(id)) = (unsafe { (bytes(key_size, key), bytes(id_size, id)) }) else { return INVALID_PARAMETER };
        if count.is_null() || out.is_null() || id.is_empty() {
            return INVALID_PARAMETER;
        }
        let size = key_size.to_le_bytes();
        let parts: [&[u8]; 4] = if key.is_empty() { [&[], &[], &[], id] } else { [&[0, COMPOUND, 0, 0], &size, key, id] };
        match block("HrComposeEID", &parts) {
            Ok((size, owned)) => {
                // SAFETY: the caller vouches for the out parameters.
                unsafe {
                    count.write(size);
                    out.write(owned.into_raw());
                }
                OK
            }
            Err(code) => code,
        }
    })
}

/// The two parts of a compound; no key where the identifier is none. `Err` for one that was cut off.
fn split(id: &[u8]) -> Result<(&[u8], &[u8]), i32> {
    if id.get(1).is_none_or(|flags| flags & COMPOUND == 0) {
        return Ok((&[], id));
    }
    let size = id.get(4..HEAD).and_then(|size| size.try_into().ok()).map(u32::from_le_bytes).ok_or(INVALID_ENTRYID)?;
    let rest = &id[HEAD..];
    let size = usize::try_from(size).ok().filter(|size| *size < rest.len()).ok_or(INVALID_ENTRYID)?;
    Ok(rest.split_at(size))
}

/// `HrDecomposeEID`: both parts, each in a block of its own; the identifier alone where it is no compound (MEMORY-118). The input stays the caller's
/// (MEMORY-119).
///
/// # Safety
/// Counted bytes can be read; the out parameters are null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HrDecomposeEID(
    _session: *mut c_void,
    id_size: u32,
    id: *const c_void,
    store_count: *mut u32,
    store: *mut *mut c_void,
    message_count: *mut u32,
    message: *mut *mut c_void,
) -> i32 {
    guard("HrDecomposeEID", CALL_FAILED, || {
        // SAFETY: the caller vouches for its bytes.
        let Some(id) = (unsafe { bytes(id_size, id) }).filter(|id| !id.is_empty()) else { return INVALID_PARAMETER };
        if store_count.is_null() || store.is_null() || message_count.is_null() || message.is_null() {
            return INVALID_PARAMETER;
        }
        let (key, rest) = match split(id) {
            Ok(parts) => parts,
            Err(code) => return code,
        };
        let blocks = block("HrDecomposeEID", &[rest]).and_then(|rest| Ok((block("HrDecomposeEID", &[key])?, rest)));
        match blocks {
            Ok(((key_count, key_block), (rest_count, rest_block))) => {
                // SAFETY: the caller vouches for the out parameters.
                unsafe {
                    store_count.write(key_count);
                    store.write(if key_count == 0 { ptr::null_mut() } else { key_block.into_raw() });
                    message_count.write(rest_count);
                    message.write(rest_block.into_raw());
                }
                OK
            }
            Err(code) => code,
        }
    })
}

/// `HrComposeMsgID`: `HrComposeEID`, as text (MEMORY-120).
///
/// # Safety
/// As [`HrComposeEID`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HrComposeMsgID(
    session: *mut c_void,
    key_size: u32,
    key: *const c_void,
    id_size: u32,
    id: *const c_void,
    out: *mut *mut u8,
) -> i32 {
    if out.is_null() {
        return INVALID_PARAMETER;
    }
    let (mut count, mut compound) = (0, ptr::null_mut());
    // SAFETY: the caller vouches for its bytes; the block is this function's until it is freed.
    unsafe {
        match HrComposeEID(session, key_size, key, id_size, id, &raw mut count, &raw mut compound) {
            OK => {
                let code = HrSzFromEntryID(count, compound, out);
                MAPIFreeBuffer(compound);
                code
            }
            code => code,
        }
    }
}

/// `HrDecomposeMsgID`: `HrEntryIDFromSz`, then `HrDecomposeEID` (MEMORY-121).
///
/// # Safety
/// `text` is null or a string; the out parameters are null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HrDecomposeMsgID(
    session: *mut c_void,
    text: *const u8,
    store_count: *mut u32,
    store: *mut *mut c_void,
    message_count: *mut u32,
    message: *mut *mut c_void,
) -> i32 {
    let (mut count, mut compound) = (0, ptr::null_mut());
    // SAFETY: the caller vouches for the string; the block is this function's until it is freed.
    unsafe {
        match HrEntryIDFromSz(text, &raw mut count, &raw mut compound) {
            OK => {
                let code = HrDecomposeEID(session, count, compound, store_count, store, message_count, message);
                MAPIFreeBuffer(compound);
                code
            }
            code => code,
        }
    }
}
