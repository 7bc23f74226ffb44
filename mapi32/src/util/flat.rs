//! Properties in one piece of memory: the array first, then all parts of the values.
//!
//! The parts are laid by their alignment, the strictest first, so that each is aligned without a byte of padding: the size is that of the structures and
//! the parts, as clients compute it (MEMORY-086).

use std::ffi::c_void;
use std::ptr;

use super::value::{Span, View, at, id_of, pt, type_of, view};
use crate::abi::{ALLOCATEBUFFER, SBinary, SPropValue};
use crate::boundary::guard;
use crate::codes::{CALL_FAILED, INVALID_PARAMETER, NOT_ENOUGH_MEMORY, OK};

/// PROP_ID_INVALID.
const ID_INVALID: u32 = 0xFFFF;
/// Alignments of the parts, in the order in which they are laid.
const ALIGNMENTS: [usize; 4] = [8, 4, 2, 1];

/// `ScCountProps`: the bytes of a flat copy; checks the properties on the way (MEMORY-084 to MEMORY-087). `size` may be NULL.
///
/// # Safety
/// `props` is null or leads to `count` properties that hold what their types say; `size` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ScCountProps(count: i32, props: *const SPropValue, size: *mut u32) -> i32 {
    guard("ScCountProps", CALL_FAILED, || {
        // SAFETY: the caller vouches for the properties.
        match unsafe { look(count, props) } {
            // SAFETY: the caller vouches for the out parameter.
            Ok(flat) => unsafe { tell(flat.size(), size) },
            Err(code) => code,
        }
    })
}

/// `ScCopyProps`: a flat copy at `to`, whose pointers are good there (MEMORY-088, MEMORY-089). `size` may be NULL.
///
/// # Safety
/// As [`ScCountProps`]; `to` has as much room as that counts.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ScCopyProps(count: i32, props: *const SPropValue, to: *mut c_void, size: *mut u32) -> i32 {
    guard("ScCopyProps", CALL_FAILED, || {
        if to.is_null() {
            return INVALID_PARAMETER;
        }
        // SAFETY: the caller vouches for the properties, the room and the out parameter.
        unsafe {
            match look(count, props) {
                Ok(flat) => {
                    flat.write(to.cast());
                    tell(flat.size(), size)
                }
                Err(code) => code,
            }
        }
    })
}

/// `ScDupPropset`: a flat copy in a block of its own (MEMORY-092, MEMORY-093).
///
/// # Safety
/// As [`ScCountProps`]; `allocate` is MAPIAllocateBuffer or null, `out` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ScDupPropset(
    count: i32,
    props: *const SPropValue,
    allocate: Option<ALLOCATEBUFFER>,
    out: *mut *mut SPropValue,
) -> i32 {
    guard("ScDupPropset", CALL_FAILED, || {
        if out.is_null() {
            return INVALID_PARAMETER;
        }
        // SAFETY: the caller vouches for the properties, the function and the out parameter.
        unsafe {
            let flat = match look(count, props) {
                Ok(flat) => flat,
                Err(code) => return code,
            };
            let Ok(size) = u32::try_from(flat.size()) else { return NOT_ENOUGH_MEMORY };
            let mut block = ptr::null_mut();
            match allocate.unwrap_or(crate::memory::MAPIAllocateBuffer)(size, &raw mut block) {
                code if code < 0 => return code,
                _ if block.is_null() => return NOT_ENOUGH_MEMORY,
                _ => flat.write(block.cast()),
            }
            out.write(block.cast());
            OK
        }
    })
}

/// `ScRelocProps`: corrects the pointers of a flat array that was moved from one base to another (MEMORY-090). A new base of 0 makes offsets of pointers where
/// the array lies now, for a file; an old base of 0 makes pointers of offsets (MEMORY-091). `size` may be NULL.
///
/// # Safety
/// `props` leads to `count` properties as a flat copy holds them, which lie at the new base, or at the old one if the new one is 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ScRelocProps(count: i32, props: *mut SPropValue, old: *mut c_void, new: *mut c_void, size: *mut u32) -> i32 {
    guard("ScRelocProps", CALL_FAILED, || {
        let Ok(count) = usize::try_from(count) else { return INVALID_PARAMETER };
        // SAFETY: the caller vouches for the array.
        if props.is_null() || count == 0 || (0..count).any(|i| !known(unsafe { at(props, i) }.ulPropTag)) {
            return INVALID_PARAMETER;
        }
        let bases = Bases { old: old.cast(), new: new.cast() };
        let mut total = count * size_of::<SPropValue>();
        for i in 0..count {
            // SAFETY: the caller vouches for the array and the bases.
            unsafe {
                let mut prop = at(props, i);
                match bases.relocate(&mut prop) {
                    Some(bytes) => total += bytes,
                    None => return INVALID_PARAMETER,
                }
                props.add(i).write_unaligned(prop);
            }
        }
        // SAFETY: the caller vouches for the out parameter.
        unsafe { tell(total, size) }
    })
}

/// Whether a flat copy can hold a property of this tag.
fn known(tag: u32) -> bool {
    let base = type_of(tag) & !pt::MV_FLAG;
    let single = matches!(base, pt::ERROR | pt::BOOLEAN | pt::OBJECT) && type_of(tag) & pt::MV_FLAG == 0;
    let parted = matches!(base, pt::STRING8 | pt::UNICODE | pt::BINARY);
    !matches!(id_of(tag), 0 | ID_INVALID) && (single || parted || super::value::number_size(base).is_some())
}

/// Writes a size, if anybody asked.
///
/// # Safety
/// `out` is null or can be written.
unsafe fn tell(size: usize, out: *mut u32) -> i32 {
    let Ok(size) = u32::try_from(size) else { return NOT_ENOUGH_MEMORY };
    if !out.is_null() {
        // SAFETY: the caller vouches for it.
        unsafe { out.write(size) };
    }
    OK
}

/// Properties that were looked at.
pub(super) struct Flat {
    props: Vec<(SPropValue, View)>,
}

/// Looks at properties, and refuses what a flat copy cannot hold.
///
/// # Safety
/// As [`ScCountProps`].
pub(super) unsafe fn look(count: i32, props: *const SPropValue) -> Result<Flat, i32> {
    let count = usize::try_from(count).ok().filter(|&count| count > 0 && !props.is_null()).ok_or(INVALID_PARAMETER)?;
    let mut seen = Vec::with_capacity(count);
    for i in 0..count {
        // SAFETY: the caller vouches for the array and its values.
        unsafe {
            let prop = at(props, i);
            match view(&prop) {
                Ok(view) if known(prop.ulPropTag) && !is_empty(&view) => seen.push((prop, view)),
                _ => return Err(INVALID_PARAMETER),
            }
        }
    }
    Ok(Flat { props: seen })
}

/// A binary of no bytes, or a multivalued property of no values: neither has a flat copy (MEMORY-085, MEMORY-087).
fn is_empty(view: &View) -> bool {
    match view {
        View::Binary(span) | View::Numbers(span, _) => span.len == 0,
        View::Strings8(all) | View::Unicodes(all) | View::Binaries(all) => all.is_empty(),
        _ => false,
    }
}

/// The place of each alignment's next part, as offsets.
struct Cursors([usize; 4]);

impl Cursors {
    /// Takes room for a part.
    fn take(&mut self, align: usize, len: usize) -> usize {
        let lane = ALIGNMENTS.iter().position(|&a| a <= align).unwrap_or(ALIGNMENTS.len() - 1);
        let at = self.0[lane];
        self.0[lane] += len;
        at
    }
}

impl Flat {
    /// The parts of a value: alignment and length of each.
    fn parts(view: &View, mut part: impl FnMut(usize, usize)) {
        let array = |count: usize, each: usize| (align_of::<usize>(), count * each);
        let mut many = |(align, len): (usize, usize), spans: &[Span], unit: usize, end: usize| {
            part(align, len);
            spans.iter().for_each(|span| part(unit, span.len + end));
        };
        match view {
            View::Inline => {}
            View::String8(span) => part(1, span.len + 1),
            View::Unicode(span) => part(2, span.len + 2),
            View::Binary(span) => part(1, span.len),
            View::Guid(span) => part(4, span.len),
            View::Numbers(span, align) => part(*align, span.len),
            View::Strings8(all) => many(array(all.len(), size_of::<usize>()), all, 1, 1),
            View::Unicodes(all) => many(array(all.len(), size_of::<usize>()), all, 2, 2),
            View::Binaries(all) => many(array(all.len(), size_of::<SBinary>()), all, 1, 0),
        }
    }

    /// The lengths of all parts, by alignment.
    fn lanes(&self) -> [usize; 4] {
        let mut lanes = Cursors([0; 4]);
        for (_, view) in &self.props {
            Self::parts(view, |align, len| {
                lanes.take(align, len);
            });
        }
        lanes.0
    }

    /// The bytes of the array.
    fn head(&self) -> usize {
        self.props.len() * size_of::<SPropValue>()
    }

    /// The bytes of everything.
    pub(super) fn size(&self) -> usize {
        self.head() + self.lanes().iter().sum::<usize>()
    }

    /// Writes everything.
    ///
    /// # Safety
    /// `base` has room for [`Flat::size`] bytes, apart from the source; what the views show can be read.
    pub(super) unsafe fn write(&self, base: *mut u8) {
        let mut start = self.head();
        let mut cursors = Cursors(self.lanes().map(|len| {
            start += len;
            start - len
        }));
        for (i, (prop, view)) in self.props.iter().enumerate() {
            let mut copy = *prop;
            // SAFETY: the cursors stay within the size that was counted over the same views; the member written is the one of the type.
            unsafe {
                let mut put = |span: &Span, align: usize, end: usize| {
                    let to = base.add(cursors.take(align, span.len + end));
                    if span.len > 0 {
                        span.start.copy_to_nonoverlapping(to, span.len);
                    }
                    to.add(span.len).write_bytes(0, end);
                    to
                };
                match view {
                    View::Inline => {}
                    View::String8(span) => copy.Value.lpszA = put(span, 1, 1),
                    View::Unicode(span) => copy.Value.lpszW = put(span, 2, 2).cast(),
                    View::Binary(span) => copy.Value.bin.lpb = put(span, 1, 0),
                    View::Guid(span) => copy.Value.lpguid = put(span, 4, 0).cast(),
                    View::Numbers(span, align) => copy.Value.MVl.values = put(span, *align, 0).cast(),
                    View::Strings8(all) => copy.Value.MVl.values = pointers(base, &mut cursors, all, 1).cast(),
                    View::Unicodes(all) => copy.Value.MVl.values = pointers(base, &mut cursors, all, 2).cast(),
                    View::Binaries(all) => copy.Value.MVbin.values = binaries(base, &mut cursors, all),
                }
                base.cast::<SPropValue>().add(i).write_unaligned(copy);
            }
        }
    }
}

/// Writes an array of pointers to strings whose units and terminators have so many bytes.
///
/// # Safety
/// As [`Flat::write`].
unsafe fn pointers(base: *mut u8, cursors: &mut Cursors, all: &[Span], unit: usize) -> *mut *mut u8 {
    // SAFETY: the caller vouches for the room.
    unsafe {
        let array = base.add(cursors.take(align_of::<usize>(), all.len() * size_of::<usize>())).cast::<*mut u8>();
        for (i, span) in all.iter().enumerate() {
            let to = base.add(cursors.take(unit, span.len + unit));
            span.start.copy_to_nonoverlapping(to, span.len);
            to.add(span.len).write_bytes(0, unit);
            array.add(i).write_unaligned(to);
        }
        array
    }
}

/// Writes an array of binaries.
///
/// # Safety
/// As [`Flat::write`].
unsafe fn binaries(base: *mut u8, cursors: &mut Cursors, all: &[Span]) -> *mut SBinary {
    // SAFETY: the caller vouches for the room.
    unsafe {
        let array = base.add(cursors.take(align_of::<usize>(), all.len() * size_of::<SBinary>())).cast::<SBinary>();
        for (i, span) in all.iter().enumerate() {
            let to = base.add(cursors.take(1, span.len));
            if span.len > 0 {
                span.start.copy_to_nonoverlapping(to, span.len);
            }
            array.add(i).write_unaligned(SBinary { cb: span.len as u32, lpb: to });
        }
        array
    }
}

/// Where a flat array was, and where it is to be.
pub(super) struct Bases {
    pub(super) old: *mut u8,
    pub(super) new: *mut u8,
}

impl Bases {
    /// What a pointer becomes.
    pub(super) fn moved(&self, pointer: *mut u8) -> *mut u8 {
        self.new.wrapping_add(pointer.addr().wrapping_sub(self.old.addr()))
    }

    /// Where its target can be read now.
    pub(super) fn target(&self, pointer: *mut u8) -> *mut u8 {
        if self.new.is_null() { pointer } else { self.moved(pointer) }
    }

    /// Where the target of a pointer that was corrected can be read now.
    pub(super) fn where_now(&self, pointer: *mut u8) -> *mut u8 {
        if self.new.is_null() { self.old.wrapping_add(pointer.addr()) } else { pointer }
    }

    /// Corrects the pointers of a property; the bytes of its parts. None if a pointer is missing.
    ///
    /// # Safety
    /// As [`ScRelocProps`].
    pub(super) unsafe fn relocate(&self, prop: &mut SPropValue) -> Option<usize> {
        let kind = type_of(prop.ulPropTag);
        let has_pointer = kind & pt::MV_FLAG != 0 || matches!(kind, pt::STRING8 | pt::UNICODE | pt::CLSID | pt::BINARY);
        if !has_pointer {
            return Some(0);
        }
        // SAFETY: the type says which member is set; all counted ones have their pointer at the same place. The parts can be read at the target.
        unsafe {
            let counted = kind & pt::MV_FLAG != 0 || kind == pt::BINARY;
            let pointer = if counted { prop.Value.bin.lpb } else { prop.Value.lpszA };
            if pointer.is_null() && !self.old.is_null() {
                return None;
            }
            let mut there = *prop;
            set_pointer(&mut there, counted, self.target(pointer));
            set_pointer(prop, counted, self.moved(pointer));
            if matches!(kind & !pt::MV_FLAG, pt::STRING8 | pt::UNICODE | pt::BINARY) && kind & pt::MV_FLAG != 0 {
                return Some(self.elements(&there));
            }
            let mut size = 0;
            Flat::parts(&view(&there).ok()?, |_, len| size += len);
            Some(size)
        }
    }

    /// Corrects the pointers of an array of strings or binaries where it lies now; the bytes of array and elements.
    ///
    /// # Safety
    /// As [`ScRelocProps`].
    unsafe fn elements(&self, there: &SPropValue) -> usize {
        let base = type_of(there.ulPropTag) & !pt::MV_FLAG;
        let binary = base == pt::BINARY;
        // SAFETY: the caller vouches for the array; elements may lie anywhere.
        unsafe {
            let (count, array) = (there.Value.MVl.cValues as usize, there.Value.MVl.values.cast::<u8>());
            let each = if binary { size_of::<SBinary>() } else { size_of::<usize>() };
            let offset = if binary { std::mem::offset_of!(SBinary, lpb) } else { 0 };
            let mut size = count * each;
            for i in 0..count {
                let place = array.add(i * each + offset).cast::<*mut u8>();
                let pointer = place.read_unaligned();
                let target = self.target(pointer);
                size += match base {
                    pt::STRING8 => super::value::string8(target).map_or(0, |span| span.len + 1),
                    pt::UNICODE => super::value::unicode(target.cast()).map_or(0, |span| span.len + 2),
                    _ => array.add(i * each).cast::<u32>().read_unaligned() as usize,
                };
                place.write_unaligned(self.moved(pointer));
            }
            size
        }
    }
}

/// Sets the one pointer of a value.
fn set_pointer(prop: &mut SPropValue, counted: bool, pointer: *mut u8) {
    if counted {
        // The count beside it stays.
        prop.Value.bin.lpb = pointer;
    } else {
        prop.Value.lpszA = pointer;
    }
}
