//! Comparing property values.

use std::cmp::Ordering;

use super::surroundings;
use super::value::{Span, View, at, pt, type_of, units, view};
use crate::abi::{BOOL, FILETIME, GUID, SPropValue};
use crate::boundary::guard;

/// FL_SUBSTRING.
const SUBSTRING: u32 = 1;
/// FL_PREFIX.
const PREFIX: u32 = 2;
/// FL_IGNORECASE and FL_LOOSE.
const ANY_CASE: u32 = 0x0001_0000 | 0x0004_0000;

/// `FPropCompareProp`: whether `left relop right` holds. FALSE for different types, and for RELOP_RE, which is not evaluated (MEMORY-077).
///
/// # Safety
/// Null, or properties that hold what their types say.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FPropCompareProp(left: *const SPropValue, relop: u32, right: *const SPropValue) -> BOOL {
    guard("FPropCompareProp", 0, || {
        if left.is_null() || right.is_null() {
            return 0;
        }
        // SAFETY: the caller vouches for both.
        let (left, right) = unsafe { (at(left, 0), at(right, 0)) };
        if type_of(left.ulPropTag) != type_of(right.ulPropTag) {
            return 0;
        }
        // SAFETY: as above.
        let order = unsafe { compare(&left, &right) };
        BOOL::from(match relop {
            0 => order.is_lt(),
            1 => order.is_le(),
            2 => order.is_gt(),
            3 => order.is_ge(),
            4 => order.is_eq(),
            5 => order.is_ne(),
            _ => false,
        })
    })
}

/// `LPropCompareProp`: -1, 0 or 1 for less, equal, greater (MEMORY-078). Values without an order are told apart in a way that is the same each time
/// (MEMORY-079); values of different types by the numbers of their types (MEMORY-080).
///
/// # Safety
/// As [`FPropCompareProp`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LPropCompareProp(left: *const SPropValue, right: *const SPropValue) -> i32 {
    guard("LPropCompareProp", 0, || {
        if left.is_null() || right.is_null() {
            return left.is_null().cmp(&right.is_null()).reverse() as i32;
        }
        // SAFETY: the caller vouches for both.
        unsafe { compare(&at(left, 0), &at(right, 0)) as i32 }
    })
}

/// `FPropContainsProp`: whether the second value is the first, or its beginning, or a part of it. For PT_STRING8 and PT_BINARY only; upper bits of the level
/// mean nothing for PT_BINARY, and an unknown level means the whole (MEMORY-073 to MEMORY-076).
///
/// # Safety
/// As [`FPropCompareProp`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FPropContainsProp(whole: *const SPropValue, part: *const SPropValue, level: u32) -> BOOL {
    guard("FPropContainsProp", 0, || {
        if whole.is_null() || part.is_null() {
            return 0;
        }
        // SAFETY: the caller vouches for both.
        let (whole, part) = unsafe { (view(&at(whole, 0)), view(&at(part, 0))) };
        BOOL::from(match (whole, part) {
            // SAFETY: as above.
            (Ok(View::String8(whole)), Ok(View::String8(part))) => unsafe { contains_text(whole.bytes(), part.bytes(), level) },
            // SAFETY: as above.
            (Ok(View::Binary(whole)), Ok(View::Binary(part))) => unsafe { contains(whole.bytes(), part.bytes(), level) },
            _ => false,
        })
    })
}

/// Whether a text contains another, with the case that the level asks for.
fn contains_text(whole: &[u8], part: &[u8], level: u32) -> bool {
    if level & ANY_CASE == 0 {
        return contains(whole, part, level);
    }
    let page = surroundings().code_page();
    let lower = |bytes: &[u8]| match page.decode(bytes) {
        Some(text) => text.to_lowercase().into_bytes(),
        None => bytes.to_ascii_lowercase(),
    };
    contains(&lower(whole), &lower(part), level)
}

/// Whether a value contains another.
fn contains(whole: &[u8], part: &[u8], level: u32) -> bool {
    match level & 0xFFFF {
        SUBSTRING => part.is_empty() || whole.windows(part.len()).any(|window| window == part),
        PREFIX => whole.starts_with(part),
        _ => whole == part,
    }
}

/// The order of two values.
///
/// # Safety
/// They hold what their types say.
unsafe fn compare(left: &SPropValue, right: &SPropValue) -> Ordering {
    let kind = type_of(left.ulPropTag);
    if kind != type_of(right.ulPropTag) {
        return kind.cmp(&type_of(right.ulPropTag));
    }
    let (l, r) = (&left.Value, &right.Value);
    // SAFETY: the type says which member is set; the caller vouches for what pointers lead to.
    unsafe {
        match kind {
            pt::I2 => l.i.cmp(&r.i),
            pt::LONG | pt::ERROR => l.l.cmp(&r.l),
            pt::BOOLEAN => (l.b != 0).cmp(&(r.b != 0)),
            pt::R4 => number(f64::from(l.flt), f64::from(r.flt)),
            pt::DOUBLE | pt::APPTIME => number(l.dbl, r.dbl),
            pt::CURRENCY | pt::I8 => l.li.cmp(&r.li),
            pt::SYSTIME => moment(l.ft).cmp(&moment(r.ft)),
            pt::NULL => Ordering::Equal,
            pt::OBJECT => l.x.cmp(&r.x),
            pt::CLSID if !l.lpguid.is_null() && !r.lpguid.is_null() => {
                let bytes = |guid: *mut GUID| guid.cast::<[u8; 16]>().read_unaligned();
                bytes(l.lpguid).cmp(&bytes(r.lpguid))
            }
            _ => match (view(left), view(right)) {
                (Ok(left), Ok(right)) => parts(&left, &right),
                (left, right) => left.is_ok().cmp(&right.is_ok()),
            },
        }
    }
}

/// The order of values with parts: bytes, units, or one part after the other.
///
/// # Safety
/// The parts can be read.
unsafe fn parts(left: &View, right: &View) -> Ordering {
    // SAFETY: the caller vouches for the spans.
    unsafe {
        match (left, right) {
            (View::Unicode(l), View::Unicode(r)) => units(l.bytes()).cmp(units(r.bytes())),
            (View::String8(l), View::String8(r)) | (View::Binary(l), View::Binary(r)) | (View::Numbers(l, _), View::Numbers(r, _)) => {
                l.bytes().cmp(r.bytes())
            }
            (View::Unicodes(l), View::Unicodes(r)) => all(l, r, |l, r| units(l.bytes()).cmp(units(r.bytes()))),
            (View::Strings8(l), View::Strings8(r)) | (View::Binaries(l), View::Binaries(r)) => all(l, r, |l, r| l.bytes().cmp(r.bytes())),
            _ => Ordering::Equal,
        }
    }
}

/// The order of two lists.
fn all(left: &[Span], right: &[Span], one: impl Fn(Span, Span) -> Ordering) -> Ordering {
    let first = left.iter().zip(right).map(|(l, r)| one(*l, *r)).find(|order| order.is_ne());
    first.unwrap_or_else(|| left.len().cmp(&right.len()))
}

/// The order of two numbers; one that is none comes last.
fn number(left: f64, right: f64) -> Ordering {
    left.partial_cmp(&right).unwrap_or_else(|| left.is_nan().cmp(&right.is_nan()))
}

/// A time as one number.
const fn moment(time: FILETIME) -> u64 {
    (time.dwHighDateTime as u64) << 32 | time.dwLowDateTime as u64
}
