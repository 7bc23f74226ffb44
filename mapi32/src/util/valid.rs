//! `FBad*`: whether structures of a client are ill formed. Pointers are checked for NULL, not tried out. Nonzero means bad.

use std::ffi::c_void;

use super::value::{at, pt, type_of, view};
use crate::abi::{ENTRYLIST, MAPINAMEID, SPropTagArray, SPropValue, SRestriction, SRow, SRowSet, SSortOrder, SSortOrderSet};
use crate::boundary::guard;

/// How deep restrictions may be nested.
const DEPTH: u32 = 64;
/// The most columns that a client can mean.
const MOST: u32 = 1 << 20;

/// `FBadPropTag`: whether the type is none of MAPI's (MEMORY-139).
#[unsafe(no_mangle)]
pub extern "system" fn FBadPropTag(tag: u32) -> u32 {
    let base = type_of(tag) & !pt::MV_FLAG;
    u32::from(!matches!(
        base,
        pt::UNSPECIFIED
            ..=pt::APPTIME
                | pt::ERROR
                | pt::BOOLEAN
                | pt::OBJECT
                | pt::I8
                | pt::STRING8
                | pt::UNICODE
                | pt::SYSTIME
                | pt::CLSID
                | pt::BINARY
    ))
}

/// `FBadProp`: whether a property is bad: its type, a missing pointer, or a truth value that is neither (MEMORY-140).
///
/// # Safety
/// Null, or a property whose pointers are null or lead to what its type says.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FBadProp(prop: *const SPropValue) -> u32 {
    // SAFETY: the caller vouches for it.
    guard("FBadProp", 1, || u32::from(prop.is_null() || unsafe { bad_prop(&at(prop, 0)) }))
}

/// Whether a property is bad.
///
/// # Safety
/// As [`FBadProp`].
unsafe fn bad_prop(prop: &SPropValue) -> bool {
    let kind = type_of(prop.ulPropTag);
    // SAFETY: the type says which member is set; the caller vouches for pointers.
    unsafe {
        match kind {
            _ if FBadPropTag(prop.ulPropTag) != 0 => true,
            pt::UNSPECIFIED => false,
            pt::BOOLEAN => prop.Value.b > 1,
            // Nothing says what an array of these would be; an empty one is let pass.
            _ if kind & pt::MV_FLAG != 0 && prop.Value.MVl.cValues == 0 => false,
            _ => view(prop).is_err(),
        }
    }
}

/// `FBadRow`: whether a row or one of its properties is bad (MEMORY-141).
///
/// # Safety
/// Null, or a row whose pointer is null or leads to its properties.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FBadRow(row: *const SRow) -> u32 {
    // SAFETY: the caller vouches for it.
    guard("FBadRow", 1, || u32::from(row.is_null() || unsafe { bad_row(&row.read_unaligned()) }))
}

/// Whether a row is bad.
///
/// # Safety
/// As [`FBadRow`].
unsafe fn bad_row(row: &SRow) -> bool {
    // SAFETY: the caller vouches for the array.
    unsafe { bad_props(row.cValues, row.lpProps) }
}

/// Whether an array of properties is bad.
///
/// # Safety
/// As [`FBadRow`].
unsafe fn bad_props(count: u32, props: *const SPropValue) -> bool {
    // SAFETY: the caller vouches for the array.
    (props.is_null() && count > 0) || (0..count as usize).any(|i| unsafe { bad_prop(&at(props, i)) })
}

/// `FBadRowSet`: whether a set or one of its rows is bad; NULL is (MEMORY-142).
///
/// # Safety
/// Null, or a set of rows as [`FBadRow`] takes them.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FBadRowSet(rows: *const SRowSet) -> i32 {
    guard("FBadRowSet", 1, || {
        if rows.is_null() {
            return 1;
        }
        // SAFETY: the caller vouches for the set.
        i32::from(unsafe {
            let count = (&raw const (*rows).cRows).read_unaligned() as usize;
            let first = (&raw const (*rows).aRow).cast::<SRow>();
            (0..count).any(|i| bad_row(&first.add(i).read_unaligned()))
        })
    })
}

/// `FBadRglpszA`: whether an array of strings, or one of them, is NULL.
///
/// # Safety
/// Null, or an array of this many pointers.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FBadRglpszA(texts: *const *const u8, count: u32) -> i32 {
    // SAFETY: the caller vouches for the array.
    i32::from(unsafe { any_null(texts.cast(), count) })
}

/// `FBadRglpszW`: as [`FBadRglpszA`], for wide strings (MEMORY-147).
///
/// # Safety
/// As [`FBadRglpszA`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FBadRglpszW(texts: *const *const u16, count: u32) -> i32 {
    // SAFETY: the caller vouches for the array.
    i32::from(unsafe { any_null(texts.cast(), count) })
}

/// Whether an array of pointers, or one of them, is null.
///
/// # Safety
/// Null, or an array of this many pointers.
unsafe fn any_null(pointers: *const *const c_void, count: u32) -> bool {
    // SAFETY: the caller vouches for the array.
    pointers.is_null() || (0..count as usize).any(|i| unsafe { pointers.add(i).read_unaligned() }.is_null())
}

/// `FBadRglpNameID`: whether an array of names is bad: one is NULL, has no set, is of neither kind, or a string without a string (MEMORY-146).
///
/// # Safety
/// Null, or an array of this many pointers to names.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FBadRglpNameID(names: *const *const MAPINAMEID, count: u32) -> i32 {
    // SAFETY: the caller vouches for the array.
    i32::from(unsafe {
        any_null(names.cast(), count) || (0..count as usize).any(|i| bad_name(&names.add(i).read_unaligned().read_unaligned()))
    })
}

/// Whether a name is bad.
fn bad_name(name: &MAPINAMEID) -> bool {
    name.lpguid.is_null()
        || match name.ulKind {
            0 => false,
            // SAFETY: the kind says that this member is set; its value is only compared.
            1 => unsafe { name.Kind.lpwstrName }.is_null(),
            _ => true,
        }
}

/// `FBadColumnSet`: whether a set of columns is NULL or holds a bad tag; PT_ERROR is bad here, PT_NULL is not (MEMORY-138).
///
/// # Safety
/// Null, or an array as long as it says.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FBadColumnSet(columns: *const SPropTagArray) -> u32 {
    if columns.is_null() {
        return 1;
    }
    // SAFETY: the caller vouches for the array; alignment is not assumed. A count that no client can mean is bad, and is not believed.
    u32::from(unsafe {
        let count = (&raw const (*columns).cValues).read_unaligned();
        let first = (&raw const (*columns).aulPropTag).cast::<u32>();
        let bad = |i| {
            let tag = first.add(i).read_unaligned();
            type_of(tag) == pt::ERROR || FBadPropTag(tag) != 0
        };
        count > MOST || (0..count as usize).any(bad)
    })
}

/// `FBadEntryList`: whether a list of entry identifiers is NULL, or lacks its array or the bytes of an entry (MEMORY-145).
///
/// # Safety
/// Null, or a list as long as it says.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FBadEntryList(list: *const ENTRYLIST) -> i32 {
    if list.is_null() {
        return 1;
    }
    // SAFETY: the caller vouches for the list.
    i32::from(unsafe {
        let list = list.read_unaligned();
        let bad = |i| {
            let entry = list.values.add(i).read_unaligned();
            entry.cb > 0 && entry.lpb.is_null()
        };
        (list.values.is_null() && list.cValues > 0) || (0..list.cValues as usize).any(bad)
    })
}

/// `FBadSortOrderSet`: whether a sort order is NULL, has a bad tag or direction, more categories than keys, or more expanded ones than categories (MEMORY-144).
///
/// # Safety
/// Null, or a set as long as it says.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FBadSortOrderSet(set: *const SSortOrderSet) -> u32 {
    if set.is_null() {
        return 1;
    }
    // SAFETY: the caller vouches for the set.
    u32::from(unsafe {
        let first = (&raw const (*set).aSort).cast::<SSortOrder>();
        let counts = (*set).cCategories > (*set).cSorts || (*set).cExpanded > (*set).cCategories;
        counts || (0..(*set).cSorts as usize).map(|i| first.add(i).read()).any(|key| bad_key(&key))
    })
}

/// Whether a sort key is bad: its tag, or a direction other than ascending, descending, combined, and by the largest or smallest of a category.
fn bad_key(key: &SSortOrder) -> bool {
    FBadPropTag(key.ulPropTag) != 0 || !matches!(key.ulOrder, 0 | 1 | 2 | 4 | 8)
}

/// `FBadRestriction`: whether a restriction, or one inside it, is bad: NULL, of an unknown kind, with a bad tag, value or operator, or nested too deep
/// (MEMORY-143).
///
/// # Safety
/// Null, or a restriction whose pointers are null or lead to what its kind says.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FBadRestriction(restriction: *const SRestriction) -> u32 {
    // SAFETY: the caller vouches for it.
    guard("FBadRestriction", 1, || u32::from(unsafe { bad_restriction(restriction, DEPTH) }))
}

/// Whether a restriction is bad.
///
/// # Safety
/// As [`FBadRestriction`].
unsafe fn bad_restriction(restriction: *const SRestriction, depth: u32) -> bool {
    if restriction.is_null() || depth == 0 {
        return true;
    }
    // SAFETY: the kind says which member is set; the caller vouches for pointers.
    unsafe {
        let SRestriction { rt, res } = restriction.read_unaligned();
        let inner = |inner: *mut SRestriction| bad_restriction(inner, depth - 1);
        let tag = |tag: u32| FBadPropTag(tag) != 0;
        match rt {
            0 | 1 => {
                let all = res.resAnd;
                (all.lpRes.is_null() && all.cRes > 0) || (0..all.cRes as usize).any(|i| inner(all.lpRes.wrapping_add(i)))
            }
            2 => inner(res.resNot.lpRes),
            3 => tag(res.resContent.ulPropTag) || FBadProp(res.resContent.lpProp) != 0,
            4 => bad_relop(res.resProperty.relop) || tag(res.resProperty.ulPropTag) || FBadProp(res.resProperty.lpProp) != 0,
            5 => bad_relop(res.resCompareProps.relop) || tag(res.resCompareProps.ulPropTag1) || tag(res.resCompareProps.ulPropTag2),
            6 => res.resBitMask.relBMR > 1 || tag(res.resBitMask.ulPropTag),
            7 => bad_relop(res.resSize.relop) || tag(res.resSize.ulPropTag),
            8 => tag(res.resExist.ulPropTag),
            9 => tag(res.resSub.ulSubObject) || inner(res.resSub.lpRes),
            10 => {
                let note = res.resComment;
                bad_props(note.cValues, note.lpProp) || (!note.lpRes.is_null() && inner(note.lpRes))
            }
            11 => inner(res.resCount.lpRes),
            _ => true,
        }
    }
}

/// Whether an operator is none of RELOP_LT to RELOP_RE, nor RELOP_MEMBER_OF_DL.
const fn bad_relop(relop: u32) -> bool {
    relop > 6 && relop != 100
}
