//! Finding properties, and judging structures.

use super::*;

// shows MEMORY-061, MEMORY-062, MEMORY-063, MEMORY-064, MEMORY-065
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
    for (tag, place) in
        [(0x0037_001E, Some(1)), (0x0037_0000, Some(1)), (0x0037_001F, None), (0, None), (0x0E07_0003, None), (0x0E07_0000, Some(2))]
    {
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
    let text =
        |set: &mut GUID, name: &mut Vec<u16>| MAPINAMEID { lpguid: set, ulKind: 1, Kind: NameKind { lpwstrName: name.as_mut_ptr() } };
    let number = |set: &mut GUID, lID: i32| MAPINAMEID { lpguid: set, ulKind: 0, Kind: NameKind { lID } };
    let names = [
        text(&mut set, &mut a),
        text(&mut same, &mut b),
        text(&mut set, &mut c),
        text(&mut other_set, &mut a),
        number(&mut set, 5),
        number(&mut same, 5),
    ];
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
    let bad = [
        SPropValue { Value: PV { b: 2 }, ..prop(0xB) },
        prop(0x1E),
        prop(0x48),
        SPropValue { Value: PV { bin: SBinary { cb: 4, lpb: ptr::null_mut() } }, ..prop(0x102) },
    ];
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
    for (row, is_bad) in [
        (row(good.as_mut_ptr(), 1), false),
        (row(bad.as_mut_ptr(), 1), true),
        (row(ptr::null_mut(), 1), true),
        (row(ptr::null_mut(), 0), false),
    ] {
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
            assert_eq!(FBadEntryList(&SBinaryArray { cValues: count, values: entries.as_mut_ptr() }), bad);
        }
        assert_eq!(FBadEntryList(ptr::null()), 1);
        let mut name =
            |ulKind, name: *const u16| MAPINAMEID { lpguid: &raw mut guid, ulKind, Kind: NameKind { lpwstrName: name.cast_mut() } };
        for (name, bad) in [(name(1, wide), 0), (name(1, ptr::null()), 1), (name(0, ptr::null()), 0), (name(2, wide), 1)] {
            assert_eq!(FBadRglpNameID(&(&raw const name), 1), bad);
        }
    }
}

// shows MEMORY-143, MEMORY-144
#[test]
fn bad_restrictions_and_sort_orders() {
    let exist = |rt| SRestriction {
        rt,
        res: SRestrictionUnion { resExist: SExistRestriction { ulReserved1: 0, ulPropTag: 0x0037_001E, ulReserved2: 0 } },
    };
    let and = |inner: &mut [SRestriction]| SRestriction {
        rt: 0,
        res: SRestrictionUnion { resAnd: SAndRestriction { cRes: inner.len() as u32, lpRes: inner.as_mut_ptr() } },
    };
    unsafe {
        assert_eq!(FBadRestriction(&and(&mut [exist(8), exist(8)])), 0);
        assert_ne!(FBadRestriction(&and(&mut [exist(8), exist(99)])), 0);
        assert_ne!(FBadRestriction(ptr::null()), 0);
        // One that contains itself ends by its depth.
        let mut knot = exist(8);
        knot.rt = 2;
        knot.res.resNot = SNotRestriction { ulReserved: 0, lpRes: &raw mut knot };
        assert_ne!(FBadRestriction(&raw const knot), 0);
        let set = |cSorts, cCategories, ulOrder| SSortOrderSet {
            cSorts,
            cCategories,
            cExpanded: 0,
            aSort: [SSortOrder { ulPropTag: 0x0037_001E, ulOrder }],
        };
        for (set, bad) in [(set(1, 0, 0), false), (set(1, 1, 4), false), (set(1, 2, 0), true), (set(1, 0, 3), true)] {
            assert_eq!(FBadSortOrderSet(&raw const set) != 0, bad);
        }
    }
}
