//! Sizes, copies and comparisons of values.

use std::ffi::c_void;

use mapi32::memory::{MAPIAllocateBuffer, MAPIAllocateMore, MAPIFreeBuffer};

use super::*;

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

// shows MEMORY-081, MEMORY-082, MEMORY-083
#[test]
fn sizes_of_values() {
    for kind in 0..0xFFFF {
        // Native gives 0 for PT_MV_CLSID, which is left open.
        let (got, wanted) = with_sample(kind, |sample, _| {
            sample.map_or((unsafe { UlPropSize(&prop(kind)) }, 0), |(p, size)| (unsafe { UlPropSize(&raw const p) }, size))
        });
        assert_eq!(got, wanted, "type {kind:04X}");
    }
    // Counts are enough where nothing has to be read.
    for (kind, size) in [(0x1002, 4), (0x1003, 8), (0x1014, 16), (0x1040, 16)] {
        let p = SPropValue { Value: PV { MVl: SLongArray { cValues: 2, values: ptr::null_mut() } }, ..prop(kind) };
        assert_eq!(unsafe { UlPropSize(&raw const p) }, size);
    }
    assert_eq!(unsafe { UlPropSize(&SPropValue { Value: PV { bin: SBinary { cb: 19, lpb: ptr::null_mut() } }, ..prop(0x102) }) }, 19);
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
    let refused =
        [string8(0x0000_001E, b"a\0"), string8(0xFFFF_001E, b"a\0"), prop(0x0001_1003), binary(0x0001_0102, &[]), prop(0x0001_001E)];
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
    assert_eq!(
        unsafe { ScRelocProps(0, second.as_mut_ptr().cast(), ptr::null_mut(), ptr::null_mut(), ptr::null_mut()) },
        INVALID_PARAMETER
    );
}

// shows MEMORY-091
#[test]
fn copies_through_a_file() {
    let hi = wide("Hi!");
    let mut texts = [c"a".as_ptr().cast_mut().cast(), c"bc".as_ptr().cast_mut().cast()];
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
            assert_eq!(PropCopyMore(to, &prop(1 << 16 | kind), Some(MAPIAllocateMore), root), NO_SUPPORT);
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

// shows MEMORY-073, MEMORY-074, MEMORY-075, MEMORY-076, TABLE-277
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
