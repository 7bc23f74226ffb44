//! C values as the replies of calls have them, read as a client reads them and freed as it frees them; strings as a client passes them.

use std::ffi::c_void;

use mapi_sim::call::{Bytes, MapiError};
use mapi_sim::mapi::{CodePage, Guid, Prop, PropType, SortOrder, SortOrderSet};
use mapi_sim::{Hresult, PropTag, Row, Text, Value};
use mapi32::abi::{FILETIME, MAPIERROR, PV, SBinary, SPropTagArray, SPropValue, SRow, SRowSet, SSortOrderSet};

use crate::client::{FreeProws, MAPIFreeBuffer, Ptr};

/// A string as it lies in a client's memory, with more than enough NULs behind it.
pub fn raw(text: &Text, unicode: bool, page: CodePage) -> Vec<u8> {
    let mut bytes = match text {
        Text::Str(text) if unicode => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Text::Str(text) => page.encode(text).0,
        // An odd byte would be half a unit.
        Text::Ansi(bytes) if unicode => bytes[..bytes.len() & !1].to_vec(),
        Text::Ansi(bytes) => bytes.to_vec(),
        Text::Wide(units) => units.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
    };
    bytes.extend([0; 2]);
    bytes
}

/// A string of the width that its flag or tag says.
///
/// # Safety
///
/// It is there, with its NUL.
unsafe fn string(start: *const c_void, unicode: bool, page: CodePage) -> String {
    // SAFETY: by the promise of the caller.
    unsafe {
        if unicode {
            String::from_utf16(&until_nul(start.cast::<u16>())).expect("the library writes whole characters")
        } else {
            page.decode(&until_nul(start.cast::<u8>())).expect("the library writes its code page").into_owned()
        }
    }
}

unsafe fn until_nul<T: Copy + Default + PartialEq>(start: *const T) -> Vec<T> {
    // SAFETY: by the promise of the caller a NUL follows.
    (0..).map(|at| unsafe { start.add(at).read() }).take_while(|unit| *unit != T::default()).collect()
}

unsafe fn binary(bin: SBinary) -> Vec<u8> {
    // SAFETY: by the promise of the caller the bytes are there.
    if bin.cb == 0 { Vec::new() } else { unsafe { std::slice::from_raw_parts(bin.lpb, bin.cb as usize) }.to_vec() }
}

unsafe fn list<T: Copy>(count: u32, start: *const T) -> Vec<T> {
    // SAFETY: by the promise of the caller as many are there.
    (0..count as usize).map(|at| unsafe { start.add(at).read() }).collect()
}

fn filetime(ft: FILETIME) -> i64 {
    i64::from(ft.dwHighDateTime) << 32 | i64::from(ft.dwLowDateTime)
}

/// # Safety
///
/// The member that the type names is filled.
unsafe fn value(kind: PropType, pv: PV, page: CodePage) -> Value {
    let wide = matches!(kind, PropType::UNICODE | PropType::MV_UNICODE);
    // SAFETY: by the promise of the caller.
    unsafe {
        match kind {
            PropType::NULL => Value::Null,
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
            PropType::STRING8 | PropType::UNICODE => Value::String(string(pv.lpszA.cast(), wide, page)),
            PropType::SYSTIME => Value::SysTime(filetime(pv.ft)),
            PropType::CLSID => Value::Guid(Guid::new(pv.lpguid.cast::<[u8; 16]>().read())),
            PropType::BINARY => Value::Binary(binary(pv.bin)),
            PropType::MV_SHORT => Value::MvShort(list(pv.MVi.cValues, pv.MVi.values)),
            PropType::MV_FLOAT => Value::MvFloat(list(pv.MVflt.cValues, pv.MVflt.values)),
            PropType::MV_DOUBLE => Value::MvDouble(list(pv.MVdbl.cValues, pv.MVdbl.values)),
            PropType::MV_APPTIME => Value::MvAppTime(list(pv.MVat.cValues, pv.MVat.values)),
            PropType::MV_CURRENCY => Value::MvCurrency(list(pv.MVcur.cValues, pv.MVcur.values)),
            PropType::MV_LONGLONG => Value::MvLongLong(list(pv.MVli.cValues, pv.MVli.values)),
            PropType::MV_SYSTIME => Value::MvSysTime(list(pv.MVft.cValues, pv.MVft.values).into_iter().map(filetime).collect()),
            PropType::MV_CLSID => {
                let bytes: Vec<[u8; 16]> = list(pv.MVguid.cValues, pv.MVguid.values.cast());
                Value::MvGuid(bytes.into_iter().map(Guid::new).collect())
            }
            PropType::MV_LONG => Value::MvLong(list(pv.MVl.cValues, pv.MVl.values)),
            PropType::MV_STRING8 | PropType::MV_UNICODE => {
                Value::MvString(list(pv.MVszA.cValues, pv.MVszA.values).into_iter().map(|text| string(text.cast(), wide, page)).collect())
            }
            PropType::MV_BINARY => Value::MvBinary(list(pv.MVbin.cValues, pv.MVbin.values).into_iter().map(|bin| binary(bin)).collect()),
            other => panic!("no reply has values of the type {other:?}"),
        }
    }
}

unsafe fn row(count: u32, props: *const SPropValue, page: CodePage) -> Row {
    // SAFETY: by the promise of the caller.
    let props = unsafe { list(count, props) };
    let props = props.into_iter().map(|prop| {
        let tag = PropTag::new(prop.ulPropTag);
        // SAFETY: the tag names the member.
        Prop { tag, value: unsafe { value(tag.prop_type(), prop.Value, page) } }
    });
    Row { props: props.collect() }
}

/// Property values, and the block is freed.
pub fn take_props(count: u32, props: *mut SPropValue, page: CodePage) -> Row {
    // SAFETY: a root of the library with this many values.
    unsafe {
        let row = row(count, props, page);
        MAPIFreeBuffer(props.cast());
        row
    }
}

/// Rows, and the blocks are freed.
pub fn take_rows(set: *mut SRowSet, page: CodePage) -> Vec<Row> {
    // SAFETY: a set of the library.
    unsafe {
        let rows = list((*set).cRows, (&raw const (*set).aRow).cast());
        let rows = rows.into_iter().map(|entry: mapi32::abi::SRow| row(entry.cValues, entry.lpProps, page)).collect();
        FreeProws(set.cast());
        rows
    }
}

/// A row or none, and the block is freed.
pub fn take_row(entry: *mut SRow, page: CodePage) -> Option<Row> {
    if entry.is_null() {
        return None;
    }
    // SAFETY: a root of the library.
    unsafe {
        let SRow { cValues, lpProps, .. } = entry.read();
        let found = row(cValues, lpProps, page);
        MAPIFreeBuffer(entry.cast());
        Some(found)
    }
}

/// A sort order, and the block is freed.
pub fn take_order(order: *mut SSortOrderSet) -> SortOrderSet {
    // SAFETY: a root of the library: three counts, then the keys.
    unsafe {
        let [sorts, categories, expanded] = order.cast::<[u32; 3]>().read();
        let keys = list(sorts, (&raw const (*order).aSort).cast::<[u32; 2]>());
        MAPIFreeBuffer(order.cast());
        let keys = keys.into_iter().map(|[tag, order]| SortOrder { tag: PropTag::new(tag), order }).collect();
        SortOrderSet { keys, categories, expanded }
    }
}

/// Property tags, and the block is freed.
pub fn take_tags(tags: *mut SPropTagArray) -> Vec<PropTag> {
    // SAFETY: a root of the library.
    unsafe {
        let list = list((*tags).cValues, (&raw const (*tags).aulPropTag).cast::<u32>());
        MAPIFreeBuffer(tags.cast());
        list.into_iter().map(PropTag::new).collect()
    }
}

/// Bytes, and the block is freed.
pub fn take_bytes(count: u32, block: Ptr) -> Bytes {
    // SAFETY: a root of the library of this size.
    unsafe {
        let bytes = list(count, block.cast::<u8>());
        MAPIFreeBuffer(block);
        Bytes::new(bytes)
    }
}

/// Strings, and the block is freed.
pub fn take_strings(count: u32, block: Ptr, unicode: bool, page: CodePage) -> Vec<String> {
    // SAFETY: a root of the library with this many pointers to strings.
    unsafe {
        let strings = list(count, block.cast::<*const c_void>()).into_iter().map(|text| string(text, unicode, page)).collect();
        MAPIFreeBuffer(block);
        strings
    }
}

/// A MAPIERROR or none, and the block is freed.
pub fn take_error(error: *mut MAPIERROR, unicode: bool, page: CodePage) -> Option<Box<MapiError>> {
    if error.is_null() {
        return None;
    }
    // SAFETY: a root of the library.
    unsafe {
        let found = error.read();
        let texts = [found.lpszError, found.lpszComponent].map(|text| string(text, unicode, page));
        MAPIFreeBuffer(error.cast());
        let [error, component] = texts;
        Some(Box::new(MapiError { error, component, low_level_error: found.ulLowLevelError, context: found.ulContext }))
    }
}
