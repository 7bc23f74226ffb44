//! The utility functions: what native mapi32 is known to answer, as tables, and what the pages say.
#![allow(clippy::undocumented_unsafe_blocks, clippy::unwrap_used, reason = "a test vouches for its own pointers")]
#![allow(non_snake_case, reason = "members of C structures keep their names in closures that fill them")]

#[path = "util/checks.rs"]
mod checks;
#[path = "util/objects.rs"]
mod objects;
#[path = "util/values.rs"]
mod values;

use std::ffi::c_void;
use std::mem::zeroed;
use std::ptr;

use mapi32::abi::*;
use mapi32::memory::MAPIFreeBuffer;
use mapi32::util::*;

const OK: i32 = 0;
const INVALID_PARAMETER: i32 = 0x8007_0057_u32.cast_signed();
const CALL_FAILED: i32 = 0x8000_4005_u32.cast_signed();
const NO_SUPPORT: i32 = 0x8004_0102_u32.cast_signed();
const INVALID_ENTRYID: i32 = 0x8004_0107_u32.cast_signed();

/// Types of single values: I2 I4 R4 R8 CURRENCY APPTIME SYSTIME ERROR BOOLEAN I8 CLSID STRING8 BINARY UNICODE.
const SINGLE: [u32; 14] = [2, 3, 4, 5, 6, 7, 0x40, 0xA, 0xB, 0x14, 0x48, 0x1E, 0x102, 0x1F];
const MV: u32 = 0x1000;

/// A wide string with its terminator.
fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

/// A property with no value yet.
fn prop(tag: u32) -> SPropValue {
    SPropValue { ulPropTag: tag, ..unsafe { zeroed() } }
}

fn long(tag: u32, value: i32) -> SPropValue {
    SPropValue { Value: PV { l: value }, ..prop(tag) }
}

fn string8(tag: u32, text: &[u8]) -> SPropValue {
    assert_eq!(text.last(), Some(&0));
    SPropValue { Value: PV { lpszA: text.as_ptr().cast_mut() }, ..prop(tag) }
}

fn binary(tag: u32, bytes: &[u8]) -> SPropValue {
    SPropValue { Value: PV { bin: SBinary { cb: bytes.len() as u32, lpb: bytes.as_ptr().cast_mut() } }, ..prop(tag) }
}

/// Text and bytes.
// shows MEMORY-101, MEMORY-102, MEMORY-103, MEMORY-104
#[test]
fn hexadecimal() {
    let bytes: Vec<u8> = (0..255).collect();
    let mut text = [0x58u8; 512];
    unsafe { HexFromBin(bytes.as_ptr(), 255, text.as_mut_ptr()) };
    let digits: String = bytes.iter().map(|b| format!("{b:02X}")).collect();
    assert_eq!((&text[..510], &text[510..]), (digits.as_bytes(), &[0, 0x58][..]));
    let mut back = [0u8; 256];
    assert_eq!(unsafe { FBinFromHex(text.as_ptr(), back.as_mut_ptr()) }, 1);
    assert_eq!(back[..255], bytes);
    unsafe { HexFromBin(ptr::null(), 0, text.as_mut_ptr()) };
    assert_eq!(text[0], 0);

    for (text, answer, written) in [("0aFf", 1, vec![0x0A, 0xFF]), ("0G", 0, vec![]), ("0A1", 0, vec![0x0A]), ("", 1, vec![])] {
        let mut out = [0x77u8; 4];
        let text = format!("{text}\0");
        assert_eq!(unsafe { FBinFromHex(text.as_ptr(), out.as_mut_ptr()) }, answer, "{text}");
        assert_eq!(out[..written.len()], written);
        assert!(out[written.len()..].iter().all(|&b| b == 0x77));
    }
    assert_eq!(unsafe { FBinFromHex(ptr::null(), back.as_mut_ptr()) }, 0);
}

// shows MEMORY-105
#[test]
fn hexadecimal_with_a_limit() {
    let mut out = [0x77u8; 4];
    assert_eq!(unsafe { ScBinFromHexBounded(c"0A0B".as_ptr().cast(), out.as_mut_ptr(), 1) }, CALL_FAILED);
    assert_eq!(out[1..], [0x77; 3]);
    assert_eq!(unsafe { ScBinFromHexBounded(c"zz".as_ptr().cast(), out.as_mut_ptr(), 4) }, CALL_FAILED);
    assert_eq!(unsafe { ScBinFromHexBounded(c"0A0B".as_ptr().cast(), out.as_mut_ptr(), 2) }, OK);
    assert_eq!(out, [0x0A, 0x0B, 0x77, 0x77]);
}

// shows MEMORY-110, MEMORY-111, MEMORY-112, MEMORY-113
#[test]
fn numbers_in_text() {
    let decimal = [(c"105679", 105_679), (c" 4", 0), (c"55", 55), (c"5a5b", 5), (c"a5b5", 0), (c"4294967297", 1), (c"", 0)];
    for (text, number) in decimal {
        assert_eq!(unsafe { UFromSz(text.as_ptr().cast()) }, number, "{text:?}");
    }
    let hexadecimal = [(c"fF", 0xFF), (c" c", 0), (c"5a", 90), (c"5g5h", 5), (c"g5h5", 0), (c"FFFFFFFF", u32::MAX)];
    for (text, number) in hexadecimal {
        assert_eq!(unsafe { UlFromSzHex(text.as_ptr().cast()) }, number, "{text:?}");
    }
    assert_eq!(unsafe { (UFromSz(ptr::null()), UlFromSzHex(ptr::null())) }, (0, 0));
}

#[test]
fn swapping() {
    let mut words = [0xFF01u16, 0x10FF, 0x2001];
    unsafe { SwapPword(words.as_mut_ptr(), 2) };
    assert_eq!(words, [0x01FF, 0xFF10, 0x2001]);
    let mut longs = [0xFFFF_0001u32, 0x1000_FFFF, 0x2000_0001];
    unsafe { SwapPlong(longs.as_mut_ptr(), 2) };
    assert_eq!(longs, [0x0100_FFFF, 0xFFFF_0010, 0x2000_0001]);
}

// shows MEMORY-148, MEMORY-149
#[test]
fn lengths_of_text() {
    for length in 0..128usize {
        let text = format!("{}\0", "x".repeat(length));
        assert_eq!(unsafe { CbOfEncoded(text.as_ptr()) } as usize, (((length | 3) >> 2) + 1) * 3);
    }
    let text: *const c_void = c"TEST".as_ptr().cast();
    assert_eq!(
        unsafe { (IsBadBoundedStringPtr(ptr::null(), 0), IsBadBoundedStringPtr(text, 4), IsBadBoundedStringPtr(text, 5)) },
        (1, 1, 0)
    );
}

// shows MEMORY-106, MEMORY-107, MEMORY-108, MEMORY-109
#[test]
fn finding_in_text() {
    let offset = |text: &std::ffi::CStr, found: *const u8| (!found.is_null()).then(|| found.addr() - text.as_ptr().addr());
    let text = c"abcb";
    unsafe {
        assert_eq!(offset(text, SzFindCh(text.as_ptr().cast(), b'b'.into())), Some(1));
        assert_eq!(offset(text, SzFindLastCh(text.as_ptr().cast(), b'b'.into())), Some(3));
        assert_eq!(offset(text, SzFindCh(text.as_ptr().cast(), b'x'.into())), None);
        assert!(SzFindCh(ptr::null(), 1).is_null() && SzFindLastCh(ptr::null(), 1).is_null());
        let hello = c"hello";
        for (key, place) in [(c"ll", Some(2)), (c"", Some(0)), (c"hellohello", None), (c"lo", Some(3))] {
            assert_eq!(offset(hello, SzFindSz(hello.as_ptr().cast(), key.as_ptr().cast())), place);
        }
        assert!(SzFindSz(ptr::null(), hello.as_ptr().cast()).is_null() && SzFindSz(hello.as_ptr().cast(), ptr::null()).is_null());
    }
}

// shows MEMORY-114, MEMORY-115, MEMORY-116
#[test]
fn entry_identifiers_as_text() {
    let entry: Vec<u8> = (0..24).collect();
    let (mut text, mut count, mut back) = (ptr::null_mut(), 0, ptr::null_mut());
    unsafe {
        assert_eq!(HrSzFromEntryID(24, entry.as_ptr().cast(), &raw mut text), OK);
        assert_eq!(std::ffi::CStr::from_ptr(text.cast()).count_bytes(), 48);
        assert_eq!(HrEntryIDFromSz(text, &raw mut count, &raw mut back), OK);
        assert_eq!((count, std::slice::from_raw_parts(back.cast::<u8>(), 24)), (24, &entry[..]));
        assert_eq!((MAPIFreeBuffer(text.cast()), MAPIFreeBuffer(back)), (0, 0));
        assert_eq!(HrEntryIDFromSz(c"XYZ".as_ptr().cast(), &raw mut count, &raw mut back), INVALID_ENTRYID);
        assert_eq!(HrEntryIDFromSz(ptr::null(), &raw mut count, &raw mut back), INVALID_PARAMETER);
    }
}

fn ft(number: u64) -> FILETIME {
    FILETIME { dwLowDateTime: number as u32, dwHighDateTime: (number >> 32) as u32 }
}

// shows MEMORY-172, MEMORY-173, MEMORY-174, MEMORY-175, MEMORY-176, MEMORY-177
#[test]
fn times() {
    assert_eq!(FtAddFt(ft(0xFFFF_FFFF), ft(1)), ft(0x1_0000_0000));
    assert_eq!(FtSubFt(ft(5), ft(3)), ft(2));
    assert_eq!(FtMulDwDw(u32::MAX, u32::MAX), ft(0xFFFF_FFFE_0000_0001));
    assert_eq!(FtMulDw(2, ft(0x1_0000_0000)), ft(0x2_0000_0000));
    assert_eq!((FtNegFt(ft(1)), FtNegFt(ft(0))), (ft(u64::MAX), ft(0)));
    let mut carry = 0;
    assert_eq!(unsafe { FtAdcFt(ft(u64::MAX), ft(1), &raw mut carry) }, ft(0));
    assert_eq!(carry, 1);
    assert_eq!(unsafe { FtAdcFt(ft(1), ft(1), &raw mut carry) }, ft(3));
    assert_eq!(carry, 0);
    assert_eq!(unsafe { FtAdcFt(ft(1), ft(1), ptr::null_mut()) }, ft(2));
}

// shows MEMORY-178
#[test]
fn wide_text() {
    let (a, b) = (wide("Grüße"), wide("grüße"));
    let mut out = [0x7777u16; 8];
    let mut bytes = [0x77u8; 8];
    unsafe {
        assert_eq!((MNLS_lstrlenW(a.as_ptr()), MNLS_lstrlenW(ptr::null())), (5, 0));
        assert_eq!(
            (MNLS_lstrcmpW(a.as_ptr(), b.as_ptr()), MNLS_lstrcmpW(b.as_ptr(), a.as_ptr()), MNLS_lstrcmpW(a.as_ptr(), a.as_ptr())),
            (-1, 1, 0)
        );
        assert_eq!(MNLS_lstrcpyW(out.as_mut_ptr(), a.as_ptr()), out.as_mut_ptr());
        assert_eq!((&out[..6], out[6]), (&a[..], 0x7777));
        assert_eq!(MNLS_CompareStringW(0, 0, a.as_ptr(), -1, b.as_ptr(), -1), 1);
        assert_eq!(MNLS_CompareStringW(0, 1, a.as_ptr(), 3, b.as_ptr(), 3), 2);
        assert_eq!(MNLS_WideCharToMultiByte(1252, 0, a.as_ptr(), -1, ptr::null_mut(), 0, ptr::null(), ptr::null_mut()), 6);
        assert_eq!(MNLS_WideCharToMultiByte(1252, 0, a.as_ptr(), -1, bytes.as_mut_ptr(), 8, ptr::null(), ptr::null_mut()), 6);
        assert_eq!(bytes, *b"Gr\xFC\xDFe\0ww");
        assert_eq!(MNLS_WideCharToMultiByte(1252, 0, a.as_ptr(), -1, bytes.as_mut_ptr(), 5, ptr::null(), ptr::null_mut()), 0);
        assert_eq!(MNLS_MultiByteToWideChar(0, 0, bytes.as_ptr(), -1, out.as_mut_ptr(), 8), 6);
        assert_eq!(out[..6], a);
        assert_eq!(MNLS_MultiByteToWideChar(7, 0, bytes.as_ptr(), -1, out.as_mut_ptr(), 8), 0);
    }
    assert_eq!((MNLS_IsBadStringPtrW(ptr::null(), 1), MNLS_IsBadStringPtrW(a.as_ptr(), 1)), (1, 0));
}
