//! The utility functions: what native mapi32 is known to answer, as tables, and what the pages say.
#![allow(clippy::undocumented_unsafe_blocks, clippy::unwrap_used, reason = "a test vouches for its own pointers")]

use std::ffi::c_void;
use std::mem::zeroed;
use std::ptr;

use mapi32::abi::*;
use mapi32::memory::{MAPIAllocateBuffer, MAPIAllocateMore, MAPIFreeBuffer};
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

// shows MEMORY-149
#[test]
fn lengths_of_text() {
    for length in 0..128usize {
        let text = format!("{}\0", "x".repeat(length));
        assert_eq!(unsafe { CbOfEncoded(text.as_ptr()) } as usize, (((length | 3) >> 2) + 1) * 3);
    }
    let text: *const c_void = c"TEST".as_ptr().cast();
    assert_eq!(unsafe { (IsBadBoundedStringPtr(ptr::null(), 0), IsBadBoundedStringPtr(text, 4), IsBadBoundedStringPtr(text, 5)) }, (1, 1, 0));
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
        assert_eq!((MNLS_lstrcmpW(a.as_ptr(), b.as_ptr()), MNLS_lstrcmpW(b.as_ptr(), a.as_ptr()), MNLS_lstrcmpW(a.as_ptr(), a.as_ptr())), (-1, 1, 0));
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

/// What one property of each type is: its value, the size of that, and whether a flat copy adds pointers.
fn with_sample<T>(kind: u32, use_it: impl FnOnce(Option<(SPropValue, u32)>, u32) -> T) -> T {
    let (hi, hi_wide, guid) = (*b"Hi!\0", wide("Hi!"), GUID::default());
    let mut space = [0u64; 8];
    let mut texts = [hi.as_ptr().cast_mut(); 3];
    let mut wides = [hi_wide.as_ptr().cast_mut(); 3];
    let mut bins = [17, 2, 1].map(|cb| SBinary { cb, lpb: space.as_mut_ptr().cast() });
    let many = |each: u32| Some((PV { MVl: SLongArray { cValues: 3, values: space.as_ptr().cast_mut().cast() } }, 3 * each));
    let pointer = size_of::<usize>() as u32;
    let mut extra = 0;
    let value = match kind {
        2..=7 | 0xA | 0xB | 0x14 | 0x40 => {
            let size = match kind {
                2 | 0xB => 2,
                3 | 4 | 0xA => 4,
                _ => 8,
            };
            extra = 0u32.wrapping_sub(size);
            Some((PV { li: 0 }, size))
        }
        0xD => Some((PV { li: 0 }, 0)),
        0x48 => Some((PV { lpguid: (&raw const guid).cast_mut() }, 16)),
        0x1E => Some((PV { lpszA: hi.as_ptr().cast_mut() }, 4)),
        0x1F => Some((PV { lpszW: hi_wide.as_ptr().cast_mut() }, 8)),
        0x102 => Some((PV { bin: SBinary { cb: 2, lpb: hi.as_ptr().cast_mut() } }, 2)),
        0x1002 => many(2),
        0x1003 | 0x1004 => many(4),
        0x1005 | 0x1006 | 0x1007 | 0x1014 | 0x1040 => many(8),
        0x101E => {
            extra = 3 * pointer;
            Some((PV { MVszA: SLPSTRArray { cValues: 3, values: texts.as_mut_ptr() } }, 12))
        }
        0x101F => {
            extra = 3 * pointer;
            Some((PV { MVszW: SWStringArray { cValues: 3, values: wides.as_mut_ptr() } }, 24))
        }
        0x1102 => {
            extra = 3 * size_of::<SBinary>() as u32;
            Some((PV { MVbin: SBinaryArray { cValues: 3, values: bins.as_mut_ptr() } }, 20))
        }
        _ => None,
    };
    use_it(value.map(|(value, size)| (SPropValue { Value: value, ..prop(1 << 16 | kind) }, size)), extra)
}

// shows MEMORY-081, MEMORY-083
#[test]
fn sizes_of_values() {
    for kind in 0..0xFFFF {
        // Native gives 0 for PT_MV_CLSID, which is left open.
        let (got, wanted) = with_sample(kind, |sample, _| sample.map_or((unsafe { UlPropSize(&prop(kind)) }, 0), |(p, size)| (unsafe { UlPropSize(&raw const p) }, size)));
        assert_eq!(got, wanted, "type {kind:04X}");
    }
    // Counts are enough where nothing has to be read.
    for (kind, size) in [(0x1002, 4), (0x1003, 8), (0x1014, 16), (0x1040, 16)] {
        let p = SPropValue { Value: PV { MVl: SLongArray { cValues: 2, values: ptr::null_mut() } }, ..prop(kind) };
        assert_eq!(unsafe { UlPropSize(&raw const p) }, size);
    }
    assert_eq!(unsafe { UlPropSize(&raw const *&SPropValue { Value: PV { bin: SBinary { cb: 19, lpb: ptr::null_mut() } }, ..prop(0x102) }) }, 19);
}

// shows MEMORY-084, MEMORY-086, MEMORY-089
#[test]
fn sizes_of_flat_copies() {
    for kind in 0..0xFFFF {
        let mut size = u32::MAX;
        let (code, wanted) = with_sample(kind, |sample, extra| {
            let wanted = sample.map(|(_, value)| size_of::<SPropValue>() as u32 + value.wrapping_add(extra));
            let p = sample.map_or_else(|| prop(1 << 16 | kind), |(p, _)| p);
            (unsafe { ScCountProps(1, &raw const p, &raw mut size) }, wanted)
        });
        let expected = wanted.map_or((INVALID_PARAMETER, u32::MAX), |wanted| (OK, wanted));
        assert_eq!((code, size), expected, "type {kind:04X}");
    }
}

// shows MEMORY-085, MEMORY-087, MEMORY-093
#[test]
fn what_a_flat_copy_refuses() {
    let refused = [string8(0x0000_001E, b"a\0"), string8(0xFFFF_001E, b"a\0"), prop(0x0001_1003), binary(0x0001_0102, &[]), prop(0x0001_001E)];
    for p in refused {
        assert_eq!(unsafe { ScCountProps(1, &raw const p, ptr::null_mut()) }, INVALID_PARAMETER, "{:08X}", p.ulPropTag);
        let mut out = ptr::dangling_mut();
        assert_eq!(unsafe { ScDupPropset(1, &raw const p, Some(MAPIAllocateBuffer), &raw mut out) }, INVALID_PARAMETER);
    }
    let good = long(0x0001_0003, 1);
    for (count, props) in [(0, &raw const good), (-1, &raw const good), (1, ptr::null())] {
        assert_eq!(unsafe { ScCountProps(count, props, ptr::null_mut()) }, INVALID_PARAMETER);
    }
    assert_eq!(unsafe { ScCountProps(1, &raw const good, ptr::null_mut()) }, OK);
}

/// The text of a multivalued property's one string.
unsafe fn only_text(p: &SPropValue) -> &[u8] {
    unsafe { std::ffi::CStr::from_ptr(p.Value.MVszA.values.read_unaligned().cast()).to_bytes() }
}

// shows MEMORY-088, MEMORY-090
#[test]
fn copies_that_move() {
    let mut text = *b"Test\0";
    let mut texts = [text.as_mut_ptr()];
    let source = SPropValue { Value: PV { MVszA: SLPSTRArray { cValues: 1, values: texts.as_mut_ptr() } }, ..prop(0x0001_101E) };
    let expected = size_of::<SPropValue>() + size_of::<usize>() + 5;
    let (mut first, mut second) = ([0u64; 64], [0u64; 64]);
    let mut size = 0;
    unsafe {
        assert_eq!(ScCopyProps(1, &raw const source, first.as_mut_ptr().cast(), &raw mut size), OK);
        assert_eq!(size as usize, expected);
        text = [0; 5];
        let copy = &first.as_ptr().cast::<SPropValue>().read();
        assert_eq!((copy.ulPropTag, copy.Value.MVszA.cValues, only_text(copy)), (0x0001_101E, 1, &b"Test"[..]));
        let place = copy.Value.MVszA.values.read().addr() - first.as_ptr().addr();
        assert_eq!(place, size_of::<SPropValue>() + size_of::<usize>());
        second.as_mut_ptr().copy_from_nonoverlapping(first.as_ptr(), 64);
        first = [0; 64];
        size = 0;
        let (old, new) = (first.as_mut_ptr().cast(), second.as_mut_ptr().cast::<c_void>());
        assert_eq!(ScRelocProps(1, new.cast(), old, new, &raw mut size), OK);
        assert_eq!(size as usize, expected);
        let moved = &second.as_ptr().cast::<SPropValue>().read();
        assert_eq!(only_text(moved), b"Test");
        assert_eq!(moved.Value.MVszA.values.read().addr() - second.as_ptr().addr(), place);
    }
    assert_eq!(text, [0; 5]);
    assert_eq!(unsafe { ScRelocProps(0, second.as_mut_ptr().cast(), ptr::null_mut(), ptr::null_mut(), ptr::null_mut()) }, INVALID_PARAMETER);
}

// shows MEMORY-091
#[test]
fn copies_through_a_file() {
    let hi = wide("Hi!");
    let mut texts = [b"a\0".as_ptr().cast_mut(), b"bc\0".as_ptr().cast_mut()];
    let source = [
        long(0x0001_0003, 7),
        SPropValue { Value: PV { lpszW: hi.as_ptr().cast_mut() }, ..prop(0x0002_001F) },
        SPropValue { Value: PV { MVszA: SLPSTRArray { cValues: 2, values: texts.as_mut_ptr() } }, ..prop(0x0003_101E) },
        binary(0x0004_0102, &[1, 2, 3]),
    ];
    let mut here = [0u64; 64];
    let mut size = 0;
    unsafe {
        assert_eq!(ScCopyProps(4, source.as_ptr(), here.as_mut_ptr().cast(), ptr::null_mut()), OK);
        assert_eq!(ScRelocProps(4, here.as_mut_ptr().cast(), here.as_mut_ptr().cast(), ptr::null_mut(), &raw mut size), OK);
        let file: Vec<u8> = std::slice::from_raw_parts(here.as_ptr().cast::<u8>(), size as usize).to_vec();
        here = [0; 64];
        let mut there = [0u64; 64];
        there.as_mut_ptr().cast::<u8>().copy_from_nonoverlapping(file.as_ptr(), file.len());
        assert_eq!(ScRelocProps(4, there.as_mut_ptr().cast(), ptr::null_mut(), there.as_mut_ptr().cast(), ptr::null_mut()), OK);
        let back = std::slice::from_raw_parts(there.as_ptr().cast::<SPropValue>(), 4);
        for (one, other) in source.iter().zip(back) {
            assert_eq!(one.ulPropTag, other.ulPropTag);
            assert_eq!(LPropCompareProp(one, other), 0);
        }
    }
    assert_eq!(here, [0; 64]);
}

// shows MEMORY-092, MEMORY-182
#[test]
fn a_duplicate_is_one_block() {
    for kind in SINGLE.iter().flat_map(|&kind| [kind, kind | MV]) {
        with_sample(kind, |sample, _| {
            let Some((source, _)) = sample else { return };
            let mut out = ptr::null_mut();
            unsafe {
                assert_eq!(ScDupPropset(1, &raw const source, Some(MAPIAllocateBuffer), &raw mut out), OK, "{kind:04X}");
                assert_eq!(LPropCompareProp(&raw const source, out), 0, "{kind:04X}");
                assert_eq!(MAPIFreeBuffer(out.cast()), 0);
            }
        });
    }
}

// shows MEMORY-094, MEMORY-095, MEMORY-096
#[test]
fn copies_with_linked_parts() {
    let mut root = ptr::null_mut();
    unsafe {
        assert_eq!(MAPIAllocateBuffer(24, &raw mut root), OK);
        let to = root.cast::<SPropValue>();
        for kind in SINGLE.iter().flat_map(|&kind| [kind, kind | MV]).chain([1]) {
            with_sample(kind, |sample, _| {
                let source = match sample {
                    Some((source, _)) => source,
                    None if kind == 1 => prop(1 << 16 | 1),
                    None => return,
                };
                assert_eq!(PropCopyMore(to, &raw const source, Some(MAPIAllocateMore), root), OK, "{kind:04X}");
                assert_eq!(((*to).ulPropTag, LPropCompareProp(to, &raw const source)), (source.ulPropTag, 0), "{kind:04X}");
                if kind == 0x1E {
                    assert_ne!((*to).Value.lpszA, source.Value.lpszA);
                }
            });
        }
        for kind in [0x99, 0xD, 0] {
            assert_eq!(PropCopyMore(to, &raw const *&prop(1 << 16 | kind), Some(MAPIAllocateMore), root), NO_SUPPORT);
        }
        assert_eq!(MAPIFreeBuffer(root), 0);
    }
}

/// Two values of a type, made of two small numbers.
fn with_numbers<T>(kind: u32, left: u8, right: u8, use_them: impl FnOnce(&SPropValue, &SPropValue) -> T) -> T {
    let texts = [left, right].map(|n| [b'0' + n, 0]);
    let wides = [left, right].map(|n| [u16::from(b'0' + n), 0]);
    let bytes = [[left], [right]];
    let guids = [left, right].map(|n| GUID { Data4: [0, 0, 0, 0, 0, 0, 0, n], ..GUID::default() });
    let value = |i: usize, n: u8| match kind {
        2 => PV { i: n.into() },
        0xB => PV { b: n.into() },
        3 | 0xA => PV { l: n.into() },
        4 => PV { flt: n.into() },
        5 | 7 => PV { dbl: n.into() },
        0x40 => PV { ft: ft(n.into()) },
        0x48 => PV { lpguid: (&raw const guids[i]).cast_mut() },
        0x1E => PV { lpszA: texts[i].as_ptr().cast_mut() },
        0x1F => PV { lpszW: wides[i].as_ptr().cast_mut() },
        0x102 => PV { bin: SBinary { cb: 1, lpb: bytes[i].as_ptr().cast_mut() } },
        _ => PV { li: n.into() },
    };
    use_them(&SPropValue { Value: value(0, left), ..prop(kind) }, &SPropValue { Value: value(1, right), ..prop(kind) })
}

// shows MEMORY-077, MEMORY-078, MEMORY-079, MEMORY-080
#[test]
fn comparing() {
    // For 1 and 2, 1 and 1, 2 and 1: LT, LE, GT, GE, EQ, NE.
    let rows = [(1, 2, -1, [1, 1, 0, 0, 0, 1]), (1, 1, 0, [0, 1, 0, 1, 1, 0]), (2, 1, 1, [0, 0, 1, 1, 0, 1])];
    for kind in SINGLE {
        for (left, right, order, answers) in rows {
            // 1 and 2 are the same truth.
            let (order, answers) = if kind == 0xB { (0, rows[1].3) } else { (order, answers) };
            with_numbers(kind, left, right, |l, r| unsafe {
                assert_eq!(LPropCompareProp(l, r), order, "{kind:04X}");
                for (relop, answer) in (0..).zip(answers) {
                    assert_eq!(FPropCompareProp(l, relop, r), answer, "{kind:04X} {left} {relop} {right}");
                }
                assert_eq!(FPropCompareProp(l, 6, r), 0);
            });
        }
    }
    let (a, b) = (long(3, 1), SPropValue { Value: PV { i: 1 }, ..prop(2) });
    for relop in 0..7 {
        assert_eq!(unsafe { FPropCompareProp(&raw const a, relop, &raw const b) }, 0);
    }
    assert_ne!(unsafe { LPropCompareProp(&raw const a, &raw const b) }, 0);
    with_numbers(0xB, 0, 1, |l, r| assert_ne!(unsafe { LPropCompareProp(l, r) }, 0));
}

const FULL: u32 = 0;
const SUBSTRING: u32 = 1;
const PREFIX: u32 = 2;
const ANY_CASE: u32 = 0x1_0000;

// shows MEMORY-073, MEMORY-074, MEMORY-075, MEMORY-076
#[test]
fn containing() {
    for kind in (0..0xFFFF).filter(|kind| ![0x1E, 0x102].contains(kind)) {
        let empty = prop(kind);
        assert_eq!(unsafe { FPropContainsProp(&raw const empty, &raw const empty, FULL) }, 0, "{kind:04X}");
    }
    // The part, the level, and the answers for text and for bytes.
    let rows = [
        ("Full String\0", FULL, 1, 1),
        ("Full\0", FULL, 0, 0),
        ("Full\0", PREFIX, 1, 1),
        ("Full\0", SUBSTRING, 1, 1),
        ("full\0", PREFIX, 0, 0),
        ("full\0", SUBSTRING, 0, 0),
        ("full\0", PREFIX | ANY_CASE, 1, 0),
        ("full\0", SUBSTRING | ANY_CASE, 1, 0),
        ("ll St\0", FULL, 0, 0),
        ("ll St\0", PREFIX, 0, 0),
        ("ll St\0", SUBSTRING, 1, 1),
        ("ll st\0", PREFIX, 0, 0),
        ("ll st\0", SUBSTRING, 0, 0),
        ("ll st\0", PREFIX | ANY_CASE, 0, 0),
        ("ll st\0", SUBSTRING | ANY_CASE, 1, 0),
        ("full string\0", FULL | ANY_CASE, 1, 0),
        ("Full String\0", 3, 1, 1),
        ("Full\0", 3, 0, 0),
        ("\0", SUBSTRING, 1, 1),
    ];
    let whole = b"Full String\0";
    for (part, level, text_answer, bytes_answer) in rows {
        let (text, bytes) = (string8(0x1E, whole), binary(0x102, &whole[..11]));
        let (text_part, bytes_part) = (string8(0x1E, part.as_bytes()), binary(0x102, &part.as_bytes()[..part.len() - 1]));
        unsafe {
            assert_eq!(FPropContainsProp(&raw const text, &raw const text_part, level), text_answer, "{part} {level:X}");
            assert_eq!(FPropContainsProp(&raw const bytes, &raw const bytes_part, level), bytes_answer, "{part} {level:X}");
            assert_eq!(FPropContainsProp(&raw const text, &raw const bytes_part, level), 0);
        }
    }
}

// shows MEMORY-061, MEMORY-062, MEMORY-063, MEMORY-065
#[test]
fn finding() {
    for (i, &kind) in SINGLE.iter().enumerate() {
        let mut one = prop(kind);
        let other = SINGLE[if i == 0 { 1 } else { i - 1 }];
        assert_eq!(unsafe { PpropFindProp(&raw mut one, 1, kind) }, &raw mut one);
        assert!(unsafe { PpropFindProp(&raw mut one, 1, other) }.is_null());
        one.ulPropTag = 1 << 16 | kind;
        for (tag, found) in [(1 << 16 | kind, true), (kind, false), (1, false), (1 << 16 | 1, true)] {
            assert_eq!(unsafe { LpValFindProp(tag, 1, &raw mut one) }.is_null(), !found, "{tag:08X}");
        }
    }
    let mut props = [prop(0x0001_0002), prop(0x0037_001E), prop(0x0E07_000A)];
    let first = props.as_mut_ptr();
    for (tag, place) in [(0x0037_001E, Some(1)), (0x0037_0000, Some(1)), (0x0037_001F, None), (0, None), (0x0E07_0003, None), (0x0E07_0000, Some(2))] {
        let found = unsafe { PpropFindProp(first, 3, tag) };
        assert_eq!(found, place.map_or(ptr::null_mut(), |i| first.wrapping_add(i)), "{tag:08X}");
    }
    assert!(unsafe { PpropFindProp(ptr::null_mut(), 5, 1) }.is_null() && unsafe { PpropFindProp(first, 0, 0x0001_0002) }.is_null());
}

// shows MEMORY-097
#[test]
fn equal_names() {
    let (mut set, mut other_set, mut same) = (GUID::default(), GUID { Data1: 1, ..GUID::default() }, GUID::default());
    let (mut a, mut b, mut c) = (wide("Keywords"), wide("Keywords"), wide("keywords"));
    let text = |set: &mut GUID, name: &mut Vec<u16>| MAPINAMEID { lpguid: set, ulKind: 1, Kind: NameKind { lpwstrName: name.as_mut_ptr() } };
    let number = |set: &mut GUID, lID: i32| MAPINAMEID { lpguid: set, ulKind: 0, Kind: NameKind { lID } };
    let names = [text(&mut set, &mut a), text(&mut same, &mut b), text(&mut set, &mut c), text(&mut other_set, &mut a), number(&mut set, 5), number(&mut same, 5)];
    let class = [0, 0, 1, 2, 3, 3];
    for (i, left) in names.iter().enumerate() {
        for (j, right) in names.iter().enumerate() {
            assert_eq!(unsafe { FEqualNames(left, right) }, i32::from(class[i] == class[j]), "{i} {j}");
        }
    }
    assert_eq!(unsafe { FEqualNames(ptr::null(), &raw const names[0]) }, 0);
}

/// The seventeen types that a tag may have.
fn is_known(kind: u32) -> bool {
    [0, 1, 0xD].contains(&(kind & !MV)) || SINGLE.contains(&(kind & !MV))
}

// shows MEMORY-138, MEMORY-139, MEMORY-140
#[test]
fn bad_tags_and_values() {
    let (empty, guid) = ([0u16], GUID::default());
    for kind in 0..0xFFFF {
        assert_eq!(FBadPropTag(kind) == 0, is_known(kind), "{kind:04X}");
        let columns = SPropTagArray { cValues: 1, aulPropTag: [kind] };
        assert_eq!(unsafe { FBadColumnSet(&raw const columns) } == 0, is_known(kind) && kind != 0xA, "{kind:04X}");
        let value = match kind {
            0x1E | 0x1F => PV { lpszW: empty.as_ptr().cast_mut() },
            0x48 => PV { lpguid: (&raw const guid).cast_mut() },
            _ => prop(0).Value,
        };
        let p = SPropValue { Value: value, ..prop(kind) };
        assert_eq!(unsafe { FBadProp(&raw const p) } == 0, is_known(kind), "{kind:04X}");
    }
    let bad = [SPropValue { Value: PV { b: 2 }, ..prop(0xB) }, prop(0x1E), prop(0x48), SPropValue { Value: PV { bin: SBinary { cb: 4, lpb: ptr::null_mut() } }, ..prop(0x102) }];
    for p in bad {
        assert_ne!(unsafe { FBadProp(&raw const p) }, 0, "{:04X}", p.ulPropTag);
    }
    assert_ne!(unsafe { FBadProp(ptr::null()) | FBadColumnSet(ptr::null()) }, 0);
}

// shows MEMORY-141, MEMORY-142
#[test]
fn bad_rows() {
    let (mut good, mut bad) = ([long(3, 1)], [SPropValue { Value: PV { b: 2 }, ..prop(0xB) }]);
    let row = |lpProps: *mut SPropValue, cValues| SRow { ulAdrEntryPad: 0, cValues, lpProps };
    for (row, is_bad) in [(row(good.as_mut_ptr(), 1), false), (row(bad.as_mut_ptr(), 1), true), (row(ptr::null_mut(), 1), true), (row(ptr::null_mut(), 0), false)] {
        let set = SRowSet { cRows: 1, aRow: [row] };
        assert_eq!(unsafe { (FBadRow(&raw const row) != 0, FBadRowSet(&raw const set) != 0) }, (is_bad, is_bad));
    }
    assert!(unsafe { FBadRow(ptr::null()) != 0 && FBadRowSet(ptr::null()) != 0 });
}

// shows MEMORY-145, MEMORY-146, MEMORY-147
#[test]
fn bad_lists() {
    let mut guid = GUID::default();
    let wide = wide("A String");
    let (text, wide) = (c"A String".as_ptr().cast::<u8>(), wide.as_ptr());
    unsafe {
        let (texts, wides) = ([text, text, text, ptr::null()], [wide, wide, wide, ptr::null()]);
        assert_eq!((FBadRglpszA(ptr::null(), 10), FBadRglpszW(ptr::null(), 10)), (1, 1));
        for (count, bad) in [(3, 0), (4, 1)] {
            assert_eq!((FBadRglpszA(texts.as_ptr(), count), FBadRglpszW(wides.as_ptr(), count)), (bad, bad));
        }
        let mut entries = [SBinary { cb: 20, lpb: (&raw mut guid).cast() }, SBinary { cb: 20, lpb: ptr::null_mut() }];
        for (count, bad) in [(1, 0), (2, 1), (0, 0)] {
            assert_eq!(FBadEntryList(&raw const *&SBinaryArray { cValues: count, values: entries.as_mut_ptr() }), bad);
        }
        assert_eq!(FBadEntryList(ptr::null()), 1);
        let mut name = |ulKind, name: *const u16| MAPINAMEID { lpguid: &raw mut guid, ulKind, Kind: NameKind { lpwstrName: name.cast_mut() } };
        for (name, bad) in [(name(1, wide), 0), (name(1, ptr::null()), 1), (name(0, ptr::null()), 0), (name(2, wide), 1)] {
            assert_eq!(FBadRglpNameID(&(&raw const name), 1), bad);
        }
    }
}

// shows MEMORY-143, MEMORY-144
#[test]
fn bad_restrictions_and_sort_orders() {
    let exist = |rt| SRestriction { rt, res: SRestrictionUnion { resExist: SExistRestriction { ulReserved1: 0, ulPropTag: 0x0037_001E, ulReserved2: 0 } } };
    let and = |inner: &mut [SRestriction]| SRestriction {
        rt: 0,
        res: SRestrictionUnion { resAnd: SAndRestriction { cRes: inner.len() as u32, lpRes: inner.as_mut_ptr() } },
    };
    unsafe {
        assert_eq!(FBadRestriction(&raw const *&and(&mut [exist(8), exist(8)])), 0);
        assert_ne!(FBadRestriction(&raw const *&and(&mut [exist(8), exist(99)])), 0);
        assert_ne!(FBadRestriction(ptr::null()), 0);
        // One that contains itself ends by its depth.
        let mut knot = exist(8);
        knot.rt = 2;
        knot.res.resNot = SNotRestriction { ulReserved: 0, lpRes: &raw mut knot };
        assert_ne!(FBadRestriction(&raw const knot), 0);
        let set = |cSorts, cCategories, ulOrder| SSortOrderSet { cSorts, cCategories, cExpanded: 0, aSort: [SSortOrder { ulPropTag: 0x0037_001E, ulOrder }] };
        for (set, bad) in [(set(1, 0, 0), false), (set(1, 1, 4), false), (set(1, 2, 0), true), (set(1, 0, 3), true)] {
            assert_eq!(FBadSortOrderSet(&raw const set) != 0, bad);
        }
    }
}
