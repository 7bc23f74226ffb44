//! A property value of a client, read once from C.

use crate::abi::{GUID, PV, SBinary, SPropValue};

/// Property types by number.
pub(crate) mod pt {
    #![allow(missing_docs, reason = "names of the headers")]
    pub(crate) const UNSPECIFIED: u32 = 0;
    pub(crate) const NULL: u32 = 1;
    pub(crate) const I2: u32 = 2;
    pub(crate) const LONG: u32 = 3;
    pub(crate) const R4: u32 = 4;
    pub(crate) const DOUBLE: u32 = 5;
    pub(crate) const CURRENCY: u32 = 6;
    pub(crate) const APPTIME: u32 = 7;
    pub(crate) const ERROR: u32 = 0xA;
    pub(crate) const BOOLEAN: u32 = 0xB;
    pub(crate) const OBJECT: u32 = 0xD;
    pub(crate) const I8: u32 = 0x14;
    pub(crate) const STRING8: u32 = 0x1E;
    pub(crate) const UNICODE: u32 = 0x1F;
    pub(crate) const SYSTIME: u32 = 0x40;
    pub(crate) const CLSID: u32 = 0x48;
    pub(crate) const BINARY: u32 = 0x102;
    pub(crate) const MV_FLAG: u32 = 0x1000;
}

/// The type part of a tag.
pub(crate) const fn type_of(tag: u32) -> u32 {
    tag & 0xFFFF
}

/// The identifier part of a tag.
pub(crate) const fn id_of(tag: u32) -> u32 {
    tag >> 16
}

/// Counted bytes of the client, not looked at yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    /// Where they begin; may be null when there are none.
    pub(crate) start: *const u8,
    /// How many.
    pub(crate) len: usize,
}

impl Span {
    /// The bytes.
    ///
    /// # Safety
    /// They can be read for as long as the result is used.
    pub(crate) unsafe fn bytes<'a>(self) -> &'a [u8] {
        if self.len == 0 || self.start.is_null() {
            return &[];
        }
        // SAFETY: the caller vouches for them; bytes need no alignment.
        unsafe { std::slice::from_raw_parts(self.start, self.len) }
    }
}

/// Why a value cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bad {
    /// Its type is none of MAPI's, or has no value.
    Type,
    /// A pointer is null.
    Pointer,
}

/// A value, with the pointers that it holds. Strings are counted without their terminator; wide ones are bytes too, for a flat copy may leave them at odd
/// addresses.
#[derive(Clone, Debug)]
pub(crate) enum View {
    /// Wholly inside the structure: numbers, PT_NULL, PT_OBJECT.
    Inline,
    /// PT_STRING8.
    String8(Span),
    /// PT_UNICODE.
    Unicode(Span),
    /// PT_BINARY.
    Binary(Span),
    /// PT_CLSID.
    Guid(Span),
    /// Numbers of a multivalued property, with the alignment of one.
    Numbers(Span, usize),
    /// PT_MV_STRING8.
    Strings8(Vec<Span>),
    /// PT_MV_UNICODE.
    Unicodes(Vec<Span>),
    /// PT_MV_BINARY.
    Binaries(Vec<Span>),
}

/// Size and alignment of one number of this type; none for types without a fixed size.
pub(crate) const fn number_size(base: u32) -> Option<(usize, usize)> {
    match base {
        pt::I2 => Some((2, 2)),
        pt::LONG | pt::R4 => Some((4, 4)),
        pt::DOUBLE | pt::CURRENCY | pt::APPTIME | pt::I8 => Some((8, 8)),
        pt::SYSTIME => Some((8, 4)),
        pt::CLSID => Some((size_of::<GUID>(), 4)),
        _ => None,
    }
}

/// Reads a property out of an array of the client.
///
/// # Safety
/// `index` lies within the array.
pub(crate) unsafe fn at(props: *const SPropValue, index: usize) -> SPropValue {
    // SAFETY: the caller vouches for the array.
    unsafe { props.add(index).read_unaligned() }
}

/// Looks at a value.
///
/// # Safety
/// Pointers of the value are null or lead to what its type says; strings end with a zero.
pub(crate) unsafe fn view(prop: &SPropValue) -> Result<View, Bad> {
    let (kind, value) = (type_of(prop.ulPropTag), &prop.Value);
    // SAFETY: the type says which member is set; the caller vouches for what pointers lead to.
    unsafe {
        match kind {
            pt::NULL | pt::I2 | pt::LONG | pt::R4 | pt::DOUBLE | pt::CURRENCY | pt::APPTIME => Ok(View::Inline),
            pt::ERROR | pt::BOOLEAN | pt::OBJECT | pt::I8 | pt::SYSTIME => Ok(View::Inline),
            pt::STRING8 => string8(value.lpszA).map(View::String8),
            pt::UNICODE => unicode(value.lpszW).map(View::Unicode),
            pt::BINARY => binary(value.bin).map(View::Binary),
            pt::CLSID => Ok(View::Guid(span(value.lpguid.cast(), size_of::<GUID>())?)),
            _ if kind & pt::MV_FLAG != 0 => many(kind & !pt::MV_FLAG, value),
            _ => Err(Bad::Type),
        }
    }
}

/// Looks at a multivalued value.
///
/// # Safety
/// As [`view`].
unsafe fn many(base: u32, value: &PV) -> Result<View, Bad> {
    // SAFETY: all arrays have their count and pointer at the same places, so one member tells for all.
    let (count, start) = unsafe { (value.MVl.cValues as usize, value.MVl.values.cast::<u8>()) };
    if let Some((size, align)) = number_size(base) {
        return Ok(View::Numbers(span(start, count.saturating_mul(size))?, align));
    }
    let array = span(start, count)?.start;
    // SAFETY: the caller vouches for the array and what its elements lead to; elements may lie anywhere.
    unsafe {
        match base {
            pt::STRING8 => {
                (0..count).map(|i| string8(array.cast::<*const u8>().add(i).read_unaligned())).collect::<Result<_, _>>().map(View::Strings8)
            }
            pt::UNICODE => (0..count)
                .map(|i| unicode(array.cast::<*const u16>().add(i).read_unaligned()))
                .collect::<Result<_, _>>()
                .map(View::Unicodes),
            pt::BINARY => {
                (0..count).map(|i| binary(array.cast::<SBinary>().add(i).read_unaligned())).collect::<Result<_, _>>().map(View::Binaries)
            }
            _ => Err(Bad::Type),
        }
    }
}

/// So many bytes from here on; null only where there are none.
fn span(start: *const u8, len: usize) -> Result<Span, Bad> {
    if start.is_null() && len > 0 { Err(Bad::Pointer) } else { Ok(Span { start, len }) }
}

/// The bytes of a binary.
fn binary(bin: SBinary) -> Result<Span, Bad> {
    span(bin.lpb, bin.cb as usize)
}

/// A string up to its terminator.
///
/// # Safety
/// Null, or a string that ends with a zero.
pub(crate) unsafe fn string8(start: *const u8) -> Result<Span, Bad> {
    if start.is_null() {
        return Err(Bad::Pointer);
    }
    // SAFETY: the caller vouches for the terminator.
    let len = unsafe { std::ffi::CStr::from_ptr(start.cast()) }.count_bytes();
    Ok(Span { start, len })
}

/// A wide string up to its terminator, in bytes.
///
/// # Safety
/// Null, or a string that ends with a zero unit.
pub(crate) unsafe fn unicode(start: *const u16) -> Result<Span, Bad> {
    if start.is_null() {
        return Err(Bad::Pointer);
    }
    let mut units = 0;
    // SAFETY: the caller vouches for the terminator; nothing behind it is read.
    while unsafe { start.add(units).read_unaligned() } != 0 {
        units += 1;
    }
    Ok(Span { start: start.cast(), len: units * 2 })
}

/// The units of a wide string's bytes.
pub(crate) fn units(bytes: &[u8]) -> impl Iterator<Item = u16> + '_ {
    bytes.chunks_exact(2).map(|pair| u16::from_ne_bytes([pair[0], pair[1]]))
}
