//! Properties one by one: their size, finding them, copying them, and freeing rows of them.

use std::ffi::c_void;
use std::ptr;

use super::surroundings;
use super::value::{Bad, Span, View, at, id_of, number_size, pt, string8, type_of, unicode, view};
use crate::abi::{ADRLIST, ALLOCATEMORE, BOOL, MAPINAMEID, SBinary, SPropValue, SRow, SRowSet};
use crate::boundary::guard;
use crate::codes::{CALL_FAILED, INVALID_PARAMETER, NO_SUPPORT, NOT_ENOUGH_MEMORY, OK};
use crate::memory::MAPIFreeBuffer;

/// MNID_ID: the name is a number.
const MNID_ID: u32 = 0;

/// `UlPropSize`: the bytes of the value alone, without the pointers of a multivalued one; 0 for PT_OBJECT and unknown types (MEMORY-081, MEMORY-083).
///
/// # Safety
/// Null, or a property whose strings end with a zero.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UlPropSize(prop: *const SPropValue) -> u32 {
    if prop.is_null() {
        return 0;
    }
    // SAFETY: the caller vouches for the property.
    let size = unsafe { value_size(&at(prop, 0)) };
    u32::try_from(size).unwrap_or(u32::MAX)
}

/// The bytes of a value. Counts are believed where nothing has to be read to know the size.
///
/// # Safety
/// As [`view`].
unsafe fn value_size(prop: &SPropValue) -> usize {
    let (kind, value) = (type_of(prop.ulPropTag), &prop.Value);
    // SAFETY: the type says which member is set; the caller vouches for strings and arrays.
    unsafe {
        match kind {
            pt::ERROR => 4,
            pt::BOOLEAN => 2,
            pt::STRING8 => string8(value.lpszA).map_or(0, |span| span.len + 1),
            pt::UNICODE => unicode(value.lpszW).map_or(0, |span| span.len + 2),
            pt::BINARY => value.bin.cb as usize,
            _ if kind & pt::MV_FLAG == 0 => number_size(kind).map_or(0, |(size, _)| size),
            _ => match number_size(kind & !pt::MV_FLAG) {
                Some((size, _)) => size.saturating_mul(value.MVl.cValues as usize),
                None => view(prop).map_or(0, |view| payload(&view)),
            },
        }
    }
}

/// The bytes of the strings and binaries of a multivalued value.
fn payload(view: &View) -> usize {
    let sum = |spans: &[Span], end: usize| spans.iter().map(|span| span.len + end).sum();
    match view {
        View::Strings8(all) => sum(all, 1),
        View::Unicodes(all) => sum(all, 2),
        View::Binaries(all) => sum(all, 0),
        _ => 0,
    }
}

/// `PpropFindProp`: the first property with exactly this tag, or with this identifier if its type is PT_UNSPECIFIED; NULL if there is none (MEMORY-061 to
/// MEMORY-063).
///
/// # Safety
/// `props` is null or leads to `count` properties.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PpropFindProp(props: *mut SPropValue, count: u32, tag: u32) -> *mut SPropValue {
    // SAFETY: the caller vouches for the array.
    unsafe { find(props, count, |other| matches_tag(other, tag)) }
}

/// `LpValFindProp`: the first property with this identifier, whatever its type (MEMORY-065; the reading `find_prop_match` compares whole tags).
///
/// # Safety
/// As [`PpropFindProp`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LpValFindProp(tag: u32, count: u32, props: *mut SPropValue) -> *mut SPropValue {
    let whole = surroundings().readings().find_by_tag;
    // SAFETY: the caller vouches for the array.
    unsafe { find(props, count, |other| if whole { matches_tag(other, tag) } else { id_of(tag) != 0 && id_of(other) == id_of(tag) }) }
}

/// Whether a tag is the one looked for: by identifier alone if that has no type.
pub(super) const fn matches_tag(tag: u32, wanted: u32) -> bool {
    if type_of(wanted) == pt::UNSPECIFIED { id_of(tag) == id_of(wanted) } else { tag == wanted }
}

/// The first property whose tag suits.
///
/// # Safety
/// As [`PpropFindProp`].
unsafe fn find(props: *mut SPropValue, count: u32, suits: impl Fn(u32) -> bool) -> *mut SPropValue {
    let count = if props.is_null() { 0 } else { count as usize };
    // SAFETY: the caller vouches for the array.
    let found = (0..count).find(|&i| suits(unsafe { at(props, i) }.ulPropTag));
    found.map_or(ptr::null_mut(), |i| props.wrapping_add(i))
}

/// `FEqualNames`: whether two names are equal by set, kind and value; strings with their case (MEMORY-097).
///
/// # Safety
/// Null, or names whose pointers are null or lead to what they say.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FEqualNames(left: *const MAPINAMEID, right: *const MAPINAMEID) -> BOOL {
    if left.is_null() || right.is_null() {
        return 0;
    }
    // SAFETY: the caller vouches for the names; the kind says which member is set.
    BOOL::from(unsafe {
        let (left, right) = (left.read_unaligned(), right.read_unaligned());
        let sets = !left.lpguid.is_null() && !right.lpguid.is_null() && left.lpguid.read_unaligned() == right.lpguid.read_unaligned();
        sets && left.ulKind == right.ulKind
            && if left.ulKind == MNID_ID {
                left.Kind.lID == right.Kind.lID
            } else {
                match (unicode(left.Kind.lpwstrName), unicode(right.Kind.lpwstrName)) {
                    (Ok(left), Ok(right)) => left.bytes() == right.bytes(),
                    _ => false,
                }
            }
    })
}

/// `PropCopyMore`: copies a property; what does not fit in it goes into blocks linked to `root` (MEMORY-094). Types without a value that can be copied are
/// MAPI_E_NO_SUPPORT (MEMORY-095, MEMORY-096).
///
/// # Safety
/// `to` can be written, `from` holds what its type says, `more` is MAPIAllocateMore or null, `root` its root.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PropCopyMore(
    to: *mut SPropValue,
    from: *const SPropValue,
    more: Option<ALLOCATEMORE>,
    root: *mut c_void,
) -> i32 {
    guard("PropCopyMore", CALL_FAILED, || {
        if to.is_null() || from.is_null() {
            return INVALID_PARAMETER;
        }
        // SAFETY: the caller vouches for both properties, the function and its root.
        unsafe {
            let mut copy = at(from, 0);
            let seen = match view(&copy) {
                Ok(_) if type_of(copy.ulPropTag) == pt::OBJECT => return NO_SUPPORT,
                Ok(seen) => seen,
                Err(Bad::Type) => return NO_SUPPORT,
                Err(Bad::Pointer) => return INVALID_PARAMETER,
            };
            let source = Linked { more: more.unwrap_or(crate::memory::MAPIAllocateMore), root };
            match source.deepen(&mut copy, &seen) {
                Ok(()) => {
                    to.write_unaligned(copy);
                    OK
                }
                Err(code) => code,
            }
        }
    })
}

/// Where the parts of a copy come from.
struct Linked {
    more: ALLOCATEMORE,
    root: *mut c_void,
}

impl Linked {
    /// Gives the copy parts of its own.
    ///
    /// # Safety
    /// The view is of the copy, and what it shows can be read.
    unsafe fn deepen(&self, copy: &mut SPropValue, seen: &View) -> Result<(), i32> {
        // SAFETY: the caller vouches for the view; the member written is the one of the type.
        unsafe {
            match seen {
                View::Inline => {}
                View::String8(span) => copy.Value.lpszA = self.bytes(*span, 1)?,
                View::Unicode(span) => copy.Value.lpszW = self.bytes(*span, 2)?.cast(),
                View::Binary(span) => copy.Value.bin.lpb = self.bytes(*span, 0)?,
                View::Guid(span) => copy.Value.lpguid = self.bytes(*span, 0)?.cast(),
                View::Numbers(span, _) => copy.Value.MVl.values = self.bytes(*span, 0)?.cast(),
                View::Strings8(all) => copy.Value.MVl.values = self.pointers(all, 1)?,
                View::Unicodes(all) => copy.Value.MVl.values = self.pointers(all, 2)?,
                View::Binaries(all) => {
                    let array = self.room(all.len() * size_of::<SBinary>())?.cast::<SBinary>();
                    for (i, span) in all.iter().enumerate() {
                        array.add(i).write_unaligned(SBinary { cb: span.len as u32, lpb: self.bytes(*span, 0)? });
                    }
                    copy.Value.MVbin.values = array;
                }
            }
        }
        Ok(())
    }

    /// An array of pointers to copies.
    ///
    /// # Safety
    /// The spans can be read.
    unsafe fn pointers(&self, all: &[Span], end: usize) -> Result<*mut i32, i32> {
        // SAFETY: the caller vouches for the spans; the array has room for one pointer each.
        unsafe {
            let array = self.room(size_of_val(all) / size_of::<Span>() * size_of::<*mut u8>())?.cast::<*mut u8>();
            for (i, span) in all.iter().enumerate() {
                array.add(i).write_unaligned(self.bytes(*span, end)?);
            }
            Ok(array.cast())
        }
    }

    /// A copy of bytes, and of the terminator of so many bytes behind them.
    ///
    /// # Safety
    /// They can be read.
    unsafe fn bytes(&self, span: Span, end: usize) -> Result<*mut u8, i32> {
        if span.start.is_null() {
            return Ok(ptr::null_mut());
        }
        // SAFETY: the caller vouches for the bytes; the block is new.
        unsafe {
            let block = self.room(span.len + end)?;
            span.start.copy_to_nonoverlapping(block, span.len);
            block.add(span.len).write_bytes(0, end);
            Ok(block)
        }
    }

    /// A block linked to the root.
    ///
    /// # Safety
    /// Function and root fit.
    unsafe fn room(&self, size: usize) -> Result<*mut u8, i32> {
        let Ok(size) = u32::try_from(size) else { return Err(NOT_ENOUGH_MEMORY) };
        let mut block = ptr::null_mut();
        // SAFETY: the caller vouches for the function.
        match unsafe { (self.more)(size, self.root, &raw mut block) } {
            code if code < 0 => Err(code),
            _ if block.is_null() => Err(NOT_ENOUGH_MEMORY),
            _ => Ok(block.cast()),
        }
    }
}

/// `FreeProws`: frees each row's properties, then the set; NULLs are left out (MEMORY-045 to MEMORY-047).
///
/// # Safety
/// Null, or a row set of blocks of MAPIAllocateBuffer.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FreeProws(rows: *mut SRowSet) {
    if rows.is_null() {
        return;
    }
    // SAFETY: the caller vouches for the set. A set of MAPI's own is aligned.
    unsafe {
        let first = (&raw mut (*rows).aRow).cast::<SRow>();
        for i in 0..(*rows).cRows as usize {
            MAPIFreeBuffer((*first.add(i)).lpProps.cast());
        }
        MAPIFreeBuffer(rows.cast());
    }
}

/// `FreePadrlist`: as [`FreeProws`], for the same layout under other names (MEMORY-048 to MEMORY-051).
///
/// # Safety
/// Null, or an address list of blocks of MAPIAllocateBuffer.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FreePadrlist(list: *mut ADRLIST) {
    // SAFETY: the caller vouches for the list; the layouts are the same.
    unsafe { FreeProws(list.cast()) }
}
