//! Structures that a client passes in: property values of every type, and names of properties.
//!
//! As in [`wire`](crate::wire), a client promises that a pointer is NULL or leads to what its type names. A count that no client can mean is refused
//! before anything is read; a NULL where there has to be something is refused too.

use std::borrow::Cow;

use mapi_sim::mapi::{CodePage, Guid, NameId, NameKind, Prop, PropType};
use mapi_sim::{Hresult, PropTag, Value};

use crate::abi::{FILETIME, GUID, MAPINAMEID, PV, SPropTagArray, SPropValue};
use crate::util::value::{Span, View, unicode, units, view};
use crate::wire::{Iid, MOST, Out, Tags};

/// The most bytes of a binary that is read.
const LARGEST: u32 = 1 << 28;

/// An array of property values, or NULL; how long it is stands in another argument.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct Props(*const SPropValue);

impl Props {
    /// The value at this address.
    ///
    /// # Safety
    ///
    /// As long as the value lives, it is NULL, or as many properties can be read as the call says.
    pub const unsafe fn new(place: *const SPropValue) -> Self {
        Props(place)
    }

    /// Whether the client passed NULL.
    pub fn is_null(self) -> bool {
        self.0.is_null()
    }

    /// The properties; `None` if there are none where there should be, or one of them cannot be read. See [`read_props`].
    pub fn props(self, count: u32, page: CodePage) -> Option<Vec<Prop>> {
        // SAFETY: by the promise of the client.
        unsafe { read_props(count, self.0, page) }
    }
}

/// Reads so many properties. `None` if the pointer is NULL and the count is not zero, if the count is beyond belief, or if a value is a NULL pointer.
///
/// A value of a type that MAPI does not know reads as [`Value::Null`] under its tag, so that the subsystem can say what it thinks of the type. Characters
/// that are none, in the code page of the machine or in UTF-16, read as U+FFFD.
///
/// # Safety
///
/// `props` is NULL or leads to `count` properties whose pointers are NULL or lead to what their types say; strings end with a zero.
pub unsafe fn read_props(count: u32, props: *const SPropValue, page: CodePage) -> Option<Vec<Prop>> {
    if count == 0 {
        return Some(Vec::new());
    }
    if props.is_null() || count > MOST {
        return None;
    }
    // SAFETY: the caller vouches for the array.
    (0..count as usize).map(|at| unsafe { read_prop(&props.add(at).read_unaligned(), page) }).collect()
}

/// Reads one property, as [`read_props`].
///
/// # Safety
///
/// As [`read_props`].
pub unsafe fn read_prop(prop: &SPropValue, page: CodePage) -> Option<Prop> {
    let tag = PropTag::new(prop.ulPropTag);
    // SAFETY: the caller vouches for the value.
    Some(Prop { tag, value: unsafe { read_value(tag.prop_type(), prop, page) }? })
}

/// Reads the value of a type.
///
/// # Safety
///
/// As [`read_props`].
unsafe fn read_value(prop_type: PropType, prop: &SPropValue, page: CodePage) -> Option<Value> {
    let pv = &prop.Value;
    // SAFETY: the type says which member is set; numbers are valid whatever their bits are, and every array has its count at the same place.
    unsafe {
        Some(match prop_type {
            PropType::SHORT => Value::Short(pv.i),
            PropType::LONG => Value::Long(pv.l),
            PropType::FLOAT => Value::Float(pv.flt),
            PropType::DOUBLE => Value::Double(pv.dbl),
            PropType::CURRENCY => Value::Currency(pv.cur),
            PropType::APPTIME => Value::AppTime(pv.at),
            PropType::ERROR => Value::Error(Hresult::new(pv.err.cast_unsigned())),
            PropType::BOOLEAN => Value::Bool(pv.b != 0),
            PropType::OBJECT => Value::Object,
            PropType::LONGLONG => Value::LongLong(pv.li),
            PropType::SYSTIME => Value::SysTime(filetime(pv.ft)),
            PropType::BINARY if pv.bin.cb > LARGEST => return None,
            many if many.is_multi() && !many.is_instance() && pv.MVl.cValues > MOST => return None,
            PropType::STRING8 | PropType::UNICODE | PropType::CLSID | PropType::BINARY => pointed(view(prop).ok()?, page)?,
            many if many.is_multi() && PropType::name(many).is_some() => several(prop_type, pv, view(prop).ok()?, page)?,
            _ => Value::Null,
        })
    }
}

/// A value that a pointer leads to.
///
/// # Safety
///
/// The view is of a value that can be read.
unsafe fn pointed(view: View, page: CodePage) -> Option<Value> {
    // SAFETY: the caller vouches for the spans.
    unsafe {
        Some(match view {
            View::String8(span) => Value::String(narrow(span, page)),
            View::Unicode(span) => Value::String(wide(span)),
            View::Binary(span) => Value::Binary(span.bytes().to_vec()),
            View::Guid(span) => Value::Guid(Guid::new(span.bytes().try_into().ok()?)),
            _ => return None,
        })
    }
}

/// The values of a multivalued property.
///
/// # Safety
///
/// The view is of the value `pv`, and can be read.
unsafe fn several(prop_type: PropType, pv: &PV, view: View, page: CodePage) -> Option<Value> {
    // SAFETY: the caller vouches for the spans and the value; every array has its count at the same place.
    unsafe {
        let count = pv.MVl.cValues as usize;
        Some(match view {
            View::Strings8(all) => Value::MvString(all.into_iter().map(|span| narrow(span, page)).collect()),
            View::Unicodes(all) => Value::MvString(all.into_iter().map(|span| wide(span)).collect()),
            View::Binaries(all) => Value::MvBinary(binaries(&all)?),
            View::Numbers(span, _) => numbers(prop_type, span.bytes(), count),
            _ => return None,
        })
    }
}

/// The bytes of several binaries.
///
/// # Safety
///
/// They can be read.
unsafe fn binaries(all: &[Span]) -> Option<Vec<Vec<u8>>> {
    // SAFETY: the caller vouches for the spans.
    all.iter().map(|span| (span.len <= LARGEST as usize).then(|| unsafe { span.bytes() }.to_vec())).collect()
}

/// Numbers, times and GUIDs out of their bytes.
fn numbers(prop_type: PropType, bytes: &[u8], count: usize) -> Value {
    fn each<const SIZE: usize, T>(bytes: &[u8], read: impl Fn([u8; SIZE]) -> T) -> Vec<T> {
        bytes.chunks_exact(SIZE).filter_map(|chunk| chunk.try_into().ok()).map(read).collect()
    }
    let value = match prop_type {
        PropType::MV_SHORT => Value::MvShort(each(bytes, i16::from_ne_bytes)),
        PropType::MV_LONG => Value::MvLong(each(bytes, i32::from_ne_bytes)),
        PropType::MV_FLOAT => Value::MvFloat(each(bytes, f32::from_ne_bytes)),
        PropType::MV_DOUBLE => Value::MvDouble(each(bytes, f64::from_ne_bytes)),
        PropType::MV_CURRENCY => Value::MvCurrency(each(bytes, i64::from_ne_bytes)),
        PropType::MV_APPTIME => Value::MvAppTime(each(bytes, f64::from_ne_bytes)),
        PropType::MV_LONGLONG => Value::MvLongLong(each(bytes, i64::from_ne_bytes)),
        PropType::MV_SYSTIME => Value::MvSysTime(each(bytes, i64::from_ne_bytes)),
        PropType::MV_CLSID => Value::MvGuid(each(bytes, Guid::new)),
        _ => Value::Null,
    };
    debug_assert!(value == Value::Null || value.len() == count, "a span has the bytes of all numbers");
    value
}

fn filetime(ft: FILETIME) -> i64 {
    (u64::from(ft.dwHighDateTime) << 32 | u64::from(ft.dwLowDateTime)).cast_signed()
}

/// Characters of the code page.
///
/// # Safety
///
/// The bytes can be read.
unsafe fn narrow(span: Span, page: CodePage) -> String {
    // SAFETY: the caller vouches for the bytes.
    let bytes = unsafe { span.bytes() };
    page.decode(bytes).map_or_else(|| rescue(bytes, page), Cow::into_owned)
}

/// The characters of bytes that are not all characters: each byte for itself.
fn rescue(bytes: &[u8], page: CodePage) -> String {
    bytes.chunks(1).map(|byte| page.decode(byte).unwrap_or(Cow::Borrowed("\u{FFFD}"))).collect()
}

/// Characters of UTF-16.
///
/// # Safety
///
/// The bytes can be read.
unsafe fn wide(span: Span) -> String {
    // SAFETY: the caller vouches for the bytes.
    char::decode_utf16(units(unsafe { span.bytes() })).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// A counted array of interface identifiers, or NULL; how long it is stands in another argument.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct Iids(*const GUID);

impl Iids {
    /// The identifiers: none of NULL with no count, and `None` of NULL with one.
    pub fn guids(self, count: u32) -> Option<Vec<Guid>> {
        if count == 0 {
            return Some(Vec::new());
        }
        if self.0.is_null() || count > MOST {
            return None;
        }
        // SAFETY: by the promise of the client as many identifiers can be read; alignment is not assumed.
        Some((0..count as usize).map(|at| Guid::new(unsafe { self.0.cast::<[u8; 16]>().add(at).read_unaligned() })).collect())
    }
}

/// Words of 32 bits, or NULL; how many stands elsewhere.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct Words(*const u32);

impl Words {
    /// So many words; `None` of NULL.
    pub fn words(self, count: usize) -> Option<Vec<u32>> {
        if self.0.is_null() {
            return None;
        }
        // SAFETY: by the promise of the client as many words can be read; alignment is not assumed.
        Some((0..count).map(|at| unsafe { self.0.add(at).read_unaligned() }).collect())
    }
}

/// Where bytes go, or NULL; how many fit there stands in another argument.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct Buffer(*mut u8);

impl Buffer {
    /// Whether the client passed NULL.
    pub fn is_null(self) -> bool {
        self.0.is_null()
    }

    /// Writes bytes: at most as many as the client said that fit.
    pub fn fill(self, bytes: &[u8]) {
        if !self.0.is_null() {
            // SAFETY: by the promise of the client the bytes fit there, and a buffer of the client is no memory of this library.
            unsafe { self.0.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) }
        }
    }
}

/// A place that holds a pointer to an SPropTagArray or NULL, and that gets another one; or NULL itself.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct TagsPlace(*mut *mut SPropTagArray);

impl TagsPlace {
    /// Whether the client passed NULL.
    pub fn is_null(self) -> bool {
        self.0.is_null()
    }

    /// The array of the client, if there is one.
    fn array(self) -> *mut SPropTagArray {
        // SAFETY: by the promise of the client a pointer stands there; alignment is not assumed.
        if self.0.is_null() { std::ptr::null_mut() } else { unsafe { self.0.read_unaligned() } }
    }

    /// The tags of the client's array; `None` if it passed none.
    pub fn tags(self) -> Option<Vec<PropTag>> {
        // SAFETY: by the promise of the client a counted array stands there, or NULL.
        unsafe { Tags::new(self.array()) }.tags()
    }

    /// Writes tags over those of the client's array, which are as many.
    pub fn patch(self, tags: &[PropTag]) {
        let array = self.array();
        if array.is_null() {
            return;
        }
        for (at, tag) in tags.iter().enumerate() {
            // SAFETY: by the promise of the client its array has as many tags as were read from it.
            unsafe { (&raw mut (*array).aulPropTag).cast::<u32>().add(at).write_unaligned(tag.value()) };
        }
    }

    /// The place of the pointer, for an array that the client gets.
    pub fn out(self) -> Out<*mut SPropTagArray> {
        // SAFETY: by the promise of the client the place can be written.
        unsafe { Out::new(self.0) }
    }
}

/// An array of pointers to names of properties, or NULL; how long it is stands in another argument.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct Names(*const *const MAPINAMEID);

impl Names {
    /// The names: nothing of NULL with no count. `None` if one of them cannot be read: a NULL pointer, or a kind that is none.
    pub fn names(self, count: u32) -> Option<Option<Vec<NameId>>> {
        if self.0.is_null() {
            return if count == 0 { Some(None) } else { None };
        }
        if count > MOST {
            return None;
        }
        // SAFETY: by the promise of the client as many pointers can be read; alignment is not assumed.
        let names = (0..count as usize).map(|at| unsafe { name(self.0.add(at).read_unaligned()) });
        names.collect::<Option<Vec<_>>>().map(Some)
    }
}

/// Reads a name.
///
/// # Safety
///
/// It is NULL, or a name whose pointers are NULL or lead to what its kind says; a string ends with a zero.
unsafe fn name(place: *const MAPINAMEID) -> Option<NameId> {
    if place.is_null() {
        return None;
    }
    // SAFETY: the caller vouches for the name; its kind says which member is set.
    unsafe {
        let read = place.read_unaligned();
        let set = Iid::new(read.lpguid).guid();
        let kind = match read.ulKind {
            NameId::MNID_ID => NameKind::Id(read.Kind.lID),
            NameId::MNID_STRING => NameKind::String(wide(unicode(read.Kind.lpwstrName).ok()?)),
            _ => return None,
        };
        Some(NameId { set, kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::MAPIFreeBuffer;
    use crate::wire;

    fn read(count: u32, props: *const SPropValue) -> Option<Vec<Prop>> {
        // SAFETY: the tests pass what the count says.
        unsafe { read_props(count, props, CodePage::default()) }
    }

    #[test]
    fn what_the_library_writes_it_reads_back() {
        let all = [
            Value::Null,
            Value::Short(-1),
            Value::Long(i32::MIN),
            Value::Float(0.5),
            Value::Double(-2.5),
            Value::Currency(327_500),
            Value::AppTime(2.25),
            Value::Error(Hresult::MAPI_E_NOT_FOUND),
            Value::Bool(true),
            Value::Object,
            Value::LongLong(i64::MIN),
            Value::String("Prüf".into()),
            Value::SysTime(116_444_736_000_000_000),
            Value::Guid(Guid::new([7; 16])),
            Value::Binary(vec![]),
            Value::Binary(vec![0, 1]),
            Value::MvShort(vec![-1, 1]),
            Value::MvLong(vec![3]),
            Value::MvFloat(vec![0.25]),
            Value::MvDouble(vec![1.0, 2.0]),
            Value::MvCurrency(vec![-1]),
            Value::MvAppTime(vec![9.5]),
            Value::MvLongLong(vec![1, 2, 3]),
            Value::MvString(vec![String::new(), "ä".into()]),
            Value::MvSysTime(vec![1, -1]),
            Value::MvGuid(vec![Guid::new([1; 16]), Guid::new([2; 16])]),
            Value::MvBinary(vec![vec![], vec![1, 2]]),
            Value::MvLong(vec![]),
        ];
        let tags = (1u16..).zip(all).flat_map(|(id, value)| {
            let tag = PropTag::of(id, value.prop_type());
            [Prop { tag, value: value.clone() }, Prop { tag: tag.in_width(false), value }]
        });
        let row: mapi_sim::Row = tags.collect();
        let (count, array) = wire::props("test", &row, CodePage::default()).expect("memory is left");
        assert_eq!(read(count, array), Some(row.props));
        // SAFETY: a root of the library.
        assert_eq!(unsafe { MAPIFreeBuffer(array.cast()) }, 0);
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let prop = |tag: u32, pv: PV| SPropValue { ulPropTag: tag, dwAlignPad: 0x55, Value: pv };
        let null = |tag| read(1, &prop(tag, PV { li: 0 }));
        assert_eq!(read(0, std::ptr::null()), Some(vec![]));
        assert_eq!(read(1, std::ptr::null()), None);
        assert_eq!(read(MOST + 1, std::ptr::dangling()), None);
        for tag in [0x0037_001E, 0x0037_001F, 0x0037_0048] {
            assert_eq!(null(tag), None, "{tag:08X}");
        }
        let counted = |tag, count: i32| {
            read(1, &prop(tag, PV { MVl: crate::abi::SLongArray { cValues: count.cast_unsigned(), values: std::ptr::null_mut() } }))
        };
        for tag in [0x0FFF_0102, 0x0037_1003, 0x0037_101E, 0x0037_1102] {
            assert_eq!(counted(tag, 1), None, "{tag:08X}");
            assert_eq!(counted(tag, -1), None, "{tag:08X}");
            assert!(counted(tag, 0).is_some(), "{tag:08X}");
        }
        for tag in [0x0037_0000, 0x0037_0099, 0x0037_00FD, 0x0037_100B, 0x0037_3003] {
            assert_eq!(null(tag), Some(vec![Prop { tag: PropTag::new(tag), value: Value::Null }]));
        }
    }

    #[test]
    fn characters_that_are_none_are_replaced() {
        let halves = [0xD800u16, 0x41, 0];
        let prop = SPropValue { ulPropTag: 0x0037_001F, dwAlignPad: 0, Value: PV { lpszW: halves.as_ptr().cast_mut() } };
        assert_eq!(read(1, &raw const prop), Some(vec![Prop::new(PropTag::PR_SUBJECT, "\u{FFFD}A")]));
        let page = CodePage::UTF_8;
        // SAFETY: a string with its zero.
        let found = unsafe {
            read_prop(&SPropValue { ulPropTag: 0x0037_001E, dwAlignPad: 0, Value: PV { lpszA: c"a\xFC".as_ptr().cast_mut().cast() } }, page)
        };
        assert_eq!(found, Some(Prop::new(PropTag::PR_SUBJECT_A, "a\u{FFFD}")));
    }
}
