//! Hexadecimal text, numbers in text, searching and swapping.

use std::ffi::c_void;
use std::ptr;

use super::value::{Span, string8};
use crate::abi::BOOL;
use crate::boundary::guard;
use crate::codes::{CALL_FAILED, INVALID_ENTRYID, INVALID_PARAMETER, OK};
use crate::memory::Owned;

/// `SwapPword`: exchanges the two bytes of each word.
///
/// # Safety
/// `words` is null or leads to `count` words.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SwapPword(words: *mut u16, count: u32) {
    for i in 0..if words.is_null() { 0 } else { count as usize } {
        // SAFETY: the caller vouches for the array.
        unsafe { words.add(i).write_unaligned(words.add(i).read_unaligned().swap_bytes()) }
    }
}

/// `SwapPlong`: turns the four bytes of each long around.
///
/// # Safety
/// `longs` is null or leads to `count` longs.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SwapPlong(longs: *mut u32, count: u32) {
    for i in 0..if longs.is_null() { 0 } else { count as usize } {
        // SAFETY: the caller vouches for the array.
        unsafe { longs.add(i).write_unaligned(longs.add(i).read_unaligned().swap_bytes()) }
    }
}

/// `HexFromBin`: two upper-case digits a byte and a terminator, in 8-bit characters whatever UNICODE is (MEMORY-101, MEMORY-102).
///
/// # Safety
/// `bytes` leads to `count` bytes, `text` to room for twice as many and one.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HexFromBin(bytes: *const u8, count: i32, text: *mut u8) {
    if text.is_null() {
        return;
    }
    let len = if bytes.is_null() { 0 } else { usize::try_from(count).unwrap_or(0) };
    // SAFETY: the caller vouches for both arrays; single bytes are written, so that the two may even overlap without harm to us.
    unsafe {
        for i in 0..len {
            let byte = bytes.add(i).read();
            text.add(2 * i).write(digit(byte >> 4));
            text.add(2 * i + 1).write(digit(byte & 0xF));
        }
        text.add(2 * len).write(0);
    }
}

/// `FBinFromHex`: the bytes of hexadecimal text in either case. FALSE for another character, or an odd number of digits; the full bytes before are written
/// (MEMORY-103, MEMORY-104).
///
/// # Safety
/// `text` is null or a string, `bytes` leads to room for half its length.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FBinFromHex(text: *const u8, bytes: *mut u8) -> BOOL {
    // SAFETY: the caller vouches for both.
    BOOL::from(unsafe { from_hex(text, bytes, usize::MAX) })
}

/// `ScBinFromHexBounded`: as `FBinFromHex` with a limit: more bytes than that are MAPI_E_CALL_FAILED too, and are not written (MEMORY-105).
///
/// # Safety
/// `text` is null or a string, `bytes` leads to room for `limit` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ScBinFromHexBounded(text: *const u8, bytes: *mut u8, limit: u32) -> i32 {
    // SAFETY: the caller vouches for both.
    if unsafe { from_hex(text, bytes, limit as usize) } { OK } else { CALL_FAILED }
}

/// Writes the bytes of hexadecimal text, at most `limit`; whether that was all of it.
///
/// # Safety
/// `text` is null or a string; `bytes` is null or has room.
unsafe fn from_hex(text: *const u8, bytes: *mut u8, limit: usize) -> bool {
    // SAFETY: the caller vouches for the string.
    let Ok(span) = (unsafe { string8(text) }) else { return false };
    if bytes.is_null() {
        return false;
    }
    // The text is not kept as a slice, for the bytes may be written over it.
    for i in 0..span.len.div_ceil(2) {
        // SAFETY: the second digit of an odd number is the terminator.
        let (high, low) = unsafe { (nibble(text.add(2 * i).read()), nibble(text.add(2 * i + 1).read())) };
        let (Some(high), Some(low), true) = (high, low, i < limit) else { return false };
        // SAFETY: the caller vouches for the room up to the limit.
        unsafe { bytes.add(i).write(high << 4 | low) };
    }
    true
}

/// `UFromSz`: the number that a text begins with, modulo 2^32; 0 if it begins with none (MEMORY-110, MEMORY-111).
///
/// # Safety
/// Null or a string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UFromSz(text: *const u8) -> u32 {
    // SAFETY: the caller vouches for the string.
    unsafe { number(text, 10) }
}

/// `UlFromSzHex`: the hexadecimal number that a text begins with (MEMORY-112, MEMORY-113).
///
/// # Safety
/// Null or a string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UlFromSzHex(text: *const u8) -> u32 {
    // SAFETY: the caller vouches for the string.
    unsafe { number(text, 16) }
}

/// The number that a text begins with.
///
/// # Safety
/// Null or a string.
unsafe fn number(text: *const u8, base: u32) -> u32 {
    // SAFETY: the caller vouches for the string.
    let bytes = unsafe { text_bytes(text) }.unwrap_or_default();
    let digits = bytes.iter().map_while(|&c| char::from(c).to_digit(base));
    digits.fold(0, |sum: u32, digit| sum.wrapping_mul(base).wrapping_add(digit))
}

/// `CbOfEncoded`: room for the bytes behind a text of four characters to three bytes.
///
/// # Safety
/// Null or a string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CbOfEncoded(text: *const u8) -> i32 {
    // SAFETY: the caller vouches for the string.
    unsafe { string8(text) }.map_or(0, |span| i32::try_from(((span.len | 3) / 4 + 1) * 3).unwrap_or(i32::MAX))
}

/// `IsBadBoundedStringPtr`: TRUE for NULL, and for a string that does not end within `limit` characters, its terminator among them (MEMORY-149; the page says
/// otherwise of a limit of 0).
///
/// # Safety
/// Null, or readable up to the limit or the terminator.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn IsBadBoundedStringPtr(text: *const c_void, limit: u32) -> BOOL {
    let text = text.cast::<u8>();
    // SAFETY: the caller vouches for it; nothing behind the terminator is read.
    BOOL::from(text.is_null() || (0..limit as usize).all(|i| unsafe { text.add(i).read() } != 0))
}

/// `SzFindCh`: the first such character, or NULL (MEMORY-106).
///
/// # Safety
/// Null or a string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SzFindCh(text: *const u8, wanted: u16) -> *const u8 {
    // SAFETY: the caller vouches for the string.
    unsafe { find(text, |bytes| bytes.iter().position(|&c| u16::from(c) == wanted)) }
}

/// `SzFindLastCh`: the last such character, or NULL (MEMORY-107).
///
/// # Safety
/// Null or a string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SzFindLastCh(text: *const u8, wanted: u16) -> *const u8 {
    // SAFETY: the caller vouches for the string.
    unsafe { find(text, |bytes| bytes.iter().rposition(|&c| u16::from(c) == wanted)) }
}

/// `SzFindSz`: where a text first occurs in another, or NULL; an empty one at the start (MEMORY-108, MEMORY-109).
///
/// # Safety
/// Both null or strings.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SzFindSz(text: *const u8, key: *const u8) -> *const u8 {
    // SAFETY: the caller vouches for both.
    unsafe {
        let Some(key) = text_bytes(key) else { return ptr::null() };
        find(text, |bytes| if key.is_empty() { Some(0) } else { bytes.windows(key.len()).position(|part| part == key) })
    }
}

/// A place in a string.
///
/// # Safety
/// Null or a string.
unsafe fn find(text: *const u8, place: impl FnOnce(&[u8]) -> Option<usize>) -> *const u8 {
    // SAFETY: the caller vouches for the string; the place lies within it.
    unsafe { text_bytes(text).and_then(place).map_or(ptr::null(), |at| text.add(at)) }
}

/// `HrSzFromEntryID`: an entry identifier as hexadecimal text in a block of its own (MEMORY-116).
///
/// # Safety
/// `entry` leads to `count` bytes; `out` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HrSzFromEntryID(count: u32, entry: *const c_void, out: *mut *mut u8) -> i32 {
    guard("HrSzFromEntryID", CALL_FAILED, || {
        let (Ok(len), false, false) = (i32::try_from(count), entry.is_null(), out.is_null()) else { return INVALID_PARAMETER };
        let block = match Owned::new("HrSzFromEntryID", 2 * count as usize + 1) {
            Ok(block) => block,
            Err(code) => return code,
        };
        // SAFETY: the caller vouches for its pointers; the block has room for the digits and the terminator.
        unsafe {
            HexFromBin(entry.cast(), len, block.as_ptr().cast());
            out.write(block.into_raw().cast());
        }
        OK
    })
}

/// `HrEntryIDFromSz`: the entry identifier behind hexadecimal text, in a block of its own (MEMORY-114, MEMORY-115).
///
/// # Safety
/// `text` is null or a string; the others are null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HrEntryIDFromSz(text: *const u8, count: *mut u32, entry: *mut *mut c_void) -> i32 {
    guard("HrEntryIDFromSz", CALL_FAILED, || {
        // SAFETY: the caller vouches for the string.
        let Ok(Span { len, .. }) = (unsafe { string8(text) }) else { return INVALID_PARAMETER };
        if count.is_null() || entry.is_null() {
            return INVALID_PARAMETER;
        }
        let (Ok(bytes), true) = (u32::try_from(len / 2), len > 0) else { return INVALID_ENTRYID };
        let block = match Owned::new("HrEntryIDFromSz", len / 2) {
            Ok(block) => block,
            Err(code) => return code,
        };
        // SAFETY: the block has room for half as many bytes as there are digits; the out parameters are the caller's affair.
        unsafe {
            if !from_hex(text, block.as_ptr().cast(), len / 2) {
                return INVALID_ENTRYID;
            }
            count.write(bytes);
            entry.write(block.into_raw());
        }
        OK
    })
}

/// The bytes of a string without its terminator.
///
/// # Safety
/// Null, or a string that stays as it is while the result is used.
unsafe fn text_bytes<'a>(text: *const u8) -> Option<&'a [u8]> {
    // SAFETY: the caller vouches for it.
    unsafe { string8(text).ok().map(|span| span.bytes()) }
}

/// A hexadecimal digit.
const fn digit(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 }
}

/// The number behind a hexadecimal digit.
fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|n| u8::try_from(n).ok())
}
