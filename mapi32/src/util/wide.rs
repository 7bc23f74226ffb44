//! `MNLS_*`: the wide-character functions of Windows under names of MAPI's own (MEMORY-178). What a machine without Windows cannot know, its locales, is left
//! out: comparison is by code unit, with NORM_IGNORECASE after simple lower case.

use std::cmp::Ordering;

use mapi_sim::mapi::CodePage;

use super::surroundings;
use super::value::{unicode, units};
use crate::abi::{BOOL, WCHAR};
use crate::boundary::guard;

/// NORM_IGNORECASE.
const IGNORE_CASE: u32 = 1;
/// The code page "ANSI", whatever that is.
const CP_ACP: u32 = 0;

/// `MNLS_lstrlenW`: units before the terminator; 0 for NULL.
///
/// # Safety
/// Null or a wide string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn MNLS_lstrlenW(text: *const WCHAR) -> i32 {
    // SAFETY: the caller vouches for the string.
    unsafe { unicode(text) }.map_or(0, |span| i32::try_from(span.len / 2).unwrap_or(i32::MAX))
}

/// `MNLS_lstrcmpW`: -1, 0 or 1; NULL is before everything.
///
/// # Safety
/// Both null or wide strings.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn MNLS_lstrcmpW(left: *const WCHAR, right: *const WCHAR) -> i32 {
    // SAFETY: the caller vouches for both.
    let (left, right) = unsafe { (counted(left, -1), counted(right, -1)) };
    left.cmp(&right) as i32
}

/// `MNLS_lstrcpyW`: copies with the terminator; gives the destination, or NULL if there is a NULL.
///
/// # Safety
/// `to` has room for the string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn MNLS_lstrcpyW(to: *mut WCHAR, from: *const WCHAR) -> *mut WCHAR {
    // SAFETY: the caller vouches for string and room.
    match unsafe { unicode(from) } {
        Ok(span) if !to.is_null() => {
            // SAFETY: as above; the terminator is copied too.
            unsafe { std::ptr::copy(from.cast::<u8>(), to.cast::<u8>(), span.len + 2) };
            to
        }
        _ => std::ptr::null_mut(),
    }
}

/// `MNLS_CompareStringW`: 1, 2 or 3 for less, equal, greater; 0 for NULL. A negative count means up to the terminator.
///
/// # Safety
/// Both null or as long as their counts say.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn MNLS_CompareStringW(
    _locale: u32,
    flags: u32,
    left: *const WCHAR,
    left_count: i32,
    right: *const WCHAR,
    right_count: i32,
) -> i32 {
    guard("MNLS_CompareStringW", 0, || {
        // SAFETY: the caller vouches for both.
        let (Some(left), Some(right)) = (unsafe { (counted(left, left_count), counted(right, right_count)) }) else { return 0 };
        let order = if flags & IGNORE_CASE != 0 { lower(&left).cmp(&lower(&right)) } else { left.cmp(&right) };
        match order {
            Ordering::Less => 1,
            Ordering::Equal => 2,
            Ordering::Greater => 3,
        }
    })
}

/// `MNLS_MultiByteToWideChar`: units written, or needed if there is no room given; 0 on failure. A negative count includes the terminator.
///
/// # Safety
/// `text` is as long as its count says; `out` has room for `room` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn MNLS_MultiByteToWideChar(
    page: u32,
    _flags: u32,
    text: *const u8,
    count: i32,
    out: *mut WCHAR,
    room: i32,
) -> i32 {
    guard("MNLS_MultiByteToWideChar", 0, || {
        let Some(page) = code_page(page) else { return 0 };
        if text.is_null() || count == 0 {
            return 0;
        }
        // SAFETY: the caller vouches for the bytes.
        let bytes = unsafe {
            let len = match usize::try_from(count) {
                Ok(len) => len,
                Err(_) => std::ffi::CStr::from_ptr(text.cast()).count_bytes() + 1,
            };
            std::slice::from_raw_parts(text, len)
        };
        let Some(decoded) = page.decode(bytes) else { return 0 };
        let wide: Vec<u16> = decoded.encode_utf16().collect();
        // SAFETY: the caller vouches for the room.
        unsafe { hand_out(&wide, out, room) }
    })
}

/// `MNLS_WideCharToMultiByte`: bytes written, or needed if there is no room given; 0 on failure. Characters that the code page lacks become `?`, which
/// `replaced` tells; another replacement is not offered.
///
/// # Safety
/// `text` is as long as its count says; `out` has room for `room` bytes; `replaced` is null or can be written.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments, reason = "the parameters of the documented function")]
pub unsafe extern "system" fn MNLS_WideCharToMultiByte(
    page: u32,
    _flags: u32,
    text: *const WCHAR,
    count: i32,
    out: *mut u8,
    room: i32,
    _replacement: *const u8,
    replaced: *mut BOOL,
) -> i32 {
    guard("MNLS_WideCharToMultiByte", 0, || {
        // SAFETY: the caller vouches for the string.
        let (Some(page), Some(mut wide)) = (code_page(page), unsafe { counted(text, count) }) else { return 0 };
        if count < 0 {
            wide.push(0);
        }
        let (bytes, lossy) = page.encode(&String::from_utf16_lossy(&wide));
        // SAFETY: the caller vouches for both.
        unsafe {
            if !replaced.is_null() {
                replaced.write(BOOL::from(lossy));
            }
            hand_out(&bytes, out, room)
        }
    })
}

/// `MNLS_IsBadStringPtrW`: whether the pointer cannot be a string: NULL with a limit above 0. Other pointers are not tried out.
#[unsafe(no_mangle)]
pub extern "system" fn MNLS_IsBadStringPtrW(text: *const WCHAR, limit: u32) -> BOOL {
    BOOL::from(text.is_null() && limit > 0)
}

/// The code page of this number; 0 is the world's own.
fn code_page(number: u32) -> Option<CodePage> {
    if number == CP_ACP { Some(surroundings().code_page()) } else { CodePage::new(number) }
}

/// Copies as much as there is; how many, or 0 if they do not fit. No room at all asks for the number only.
///
/// # Safety
/// `out` has room for `room` items.
unsafe fn hand_out<T: Copy>(items: &[T], out: *mut T, room: i32) -> i32 {
    let Ok(count) = i32::try_from(items.len()) else { return 0 };
    if room == 0 {
        return count;
    }
    if out.is_null() || room < count {
        return 0;
    }
    // SAFETY: the caller vouches for the room, which was compared just now.
    unsafe { std::ptr::copy_nonoverlapping(items.as_ptr().cast::<u8>(), out.cast::<u8>(), size_of_val(items)) };
    count
}

/// The units of a string of the client, as many as it says, or up to the terminator if that is negative.
///
/// # Safety
/// Null or as long as said.
unsafe fn counted(text: *const WCHAR, count: i32) -> Option<Vec<u16>> {
    // SAFETY: the caller vouches for it.
    unsafe {
        let all = match usize::try_from(count) {
            Ok(_) if text.is_null() => return None,
            Ok(len) => super::value::Span { start: text.cast(), len: len * 2 },
            Err(_) => unicode(text).ok()?,
        };
        Some(units(all.bytes()).collect())
    }
}

/// Units in lower case, character by character; halves of pairs that stand alone stay as they are.
fn lower(text: &[u16]) -> Vec<u16> {
    let mut unit = [0; 2];
    let chars = char::decode_utf16(text.iter().copied());
    chars
        .flat_map(|c| match c {
            Ok(c) => c.to_lowercase().flat_map(|c| c.encode_utf16(&mut unit).to_vec()).collect::<Vec<_>>(),
            Err(alone) => vec![alone.unpaired_surrogate()],
        })
        .collect()
}
