//! A C client written in Rust: it knows nothing of the library but the exported names and the numbers of the slots.
#![allow(dead_code, non_snake_case, reason = "each test binary uses its part; the names are those of MAPI")]

use std::ffi::{CString, c_void};
use std::ptr::null_mut;

pub type Ptr = *mut c_void;

// The library is linked for its exports.
use mapi32 as _;

unsafe extern "system" {
    pub fn MAPIInitialize(init: *const u32) -> u32;
    pub fn MAPIUninitialize();
    pub fn MAPILogonEx(ui: usize, profile: *const c_void, password: *const c_void, flags: u32, session: *mut Ptr) -> u32;
    pub fn MAPIAdminProfiles(flags: u32, admin: *mut Ptr) -> u32;
    pub fn CreateIProp(iid: *const u8, allocate: Ptr, more: Ptr, free: Ptr, reserved: Ptr, out: *mut Ptr) -> u32;
    pub fn MAPIFreeBuffer(block: Ptr) -> u32;
    pub fn MAPIAllocateBuffer(size: u32, out: *mut Ptr) -> u32;
    pub fn HrDispatchNotifications(flags: u32) -> u32;
    pub fn ScInitMapiUtil(flags: u32) -> u32;
    pub fn DeinitMapiUtil();
    pub fn OpenIMsgSession() -> u32;
    pub fn HrThisThreadAdviseSink(sink: Ptr, out: *mut Ptr) -> u32;
    pub fn MAPIAllocateMore(size: u32, root: Ptr, out: *mut Ptr) -> u32;
    pub fn CreateTable(
        interface: Ptr,
        allocate_buffer: Ptr,
        allocate_more: Ptr,
        free_buffer: Ptr,
        reserved: Ptr,
        table_type: u32,
        index_column: u32,
        columns: *const u32,
        table_data: *mut Ptr,
    ) -> u32;
    pub fn FreeProws(rows: Ptr);
}

pub const S_OK: u32 = 0;
pub const MAPI_E_CALL_FAILED: u32 = 0x8000_4005;
pub const MAPI_E_NO_SUPPORT: u32 = 0x8004_0102;
pub const MAPI_E_NOT_INITIALIZED: u32 = 0x8004_0605;
pub const MAPI_E_INVALID_OBJECT: u32 = 0x8004_0108;
pub const MAPI_E_INVALID_PARAMETER: u32 = 0x8007_0057;
pub const MAPI_E_LOGON_FAILED: u32 = 0x8004_0111;
pub const E_NOINTERFACE: u32 = 0x8000_4002;
pub const MAPI_UNICODE: u32 = 0x8000_0000;
/// MAPI_EXTENDED, MAPI_NEW_SESSION and MAPI_NO_MAIL.
pub const QUIET: u32 = 0x8022;

/// The address in a slot of an object's vtable.
pub fn slot(object: Ptr, number: usize) -> usize {
    // SAFETY: the object came from the library: its first word is its vtable, which has this slot.
    unsafe { *(*object.cast::<*const usize>()).add(number) }
}

/// Calls whatever is in a slot, with more arguments than any method has.
pub fn call_slot(object: Ptr, number: usize, args: [usize; 4]) -> u32 {
    type Method = unsafe extern "system" fn(Ptr, usize, usize, usize, usize, usize, usize, usize, usize, usize, usize, usize) -> u32;
    let [first, second, third, fourth] = args;
    // SAFETY: on 64-bit systems the caller cleans up, so that arguments beyond those of the method are not looked at.
    unsafe {
        let method: Method = std::mem::transmute(slot(object, number));
        method(object, first, second, third, fourth, 0, 0, 0, 0, 0, 0, 0)
    }
}

/// Calls the method in a slot: the types of the arguments, then the arguments.
#[macro_export]
macro_rules! method {
    ($object:expr, $slot:literal $(, $type:ty = $arg:expr)*) => {{
        let object: $crate::client::Ptr = $object;
        let address = $crate::client::slot(object, $slot);
        // SAFETY: the slot has this signature.
        let function: unsafe extern "system" fn($crate::client::Ptr $(, $type)*) -> u32 = unsafe { std::mem::transmute(address) };
        $crate::method!(@call function, object, ($($arg),*))
    }};
    (@call $function:ident, $object:ident, ($($arg:expr),*)) => {
        // SAFETY: the arguments are what the method wants, or what the test tries on purpose.
        #[allow(clippy::macro_metavars_in_unsafe, reason = "arguments are written at the place of the call")]
        unsafe { $function($object $(, $arg)*) }
    };
}

/// QueryInterface, AddRef and Release have the same slots everywhere.
pub fn query_interface(object: Ptr, iid: [u8; 16], out: &mut Ptr) -> u32 {
    method!(object, 0, *const [u8; 16] = &raw const iid, *mut Ptr = out)
}

pub fn add_ref(object: Ptr) -> u32 {
    method!(object, 1)
}

pub fn release(object: Ptr) -> u32 {
    method!(object, 2)
}

/// An identifier of MAPI's range.
pub fn iid(first: u32) -> [u8; 16] {
    let [a, b, c, d] = first.to_le_bytes();
    [a, b, c, d, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46]
}

pub fn initialize() -> u32 {
    // SAFETY: NULL is allowed.
    unsafe { MAPIInitialize(null_mut()) }
}

pub fn uninitialize() {
    // SAFETY: no arguments.
    unsafe { MAPIUninitialize() }
}

/// Logs on by an 8-bit name.
pub fn logon(profile: Option<&str>, flags: u32) -> (u32, Ptr) {
    let name = profile.map(|name| CString::new(name).expect("no NUL inside"));
    let mut session = 0x1234 as Ptr;
    // SAFETY: the name lives through the call.
    let hr = unsafe { MAPILogonEx(0, name.as_ref().map_or(null_mut(), |name| name.as_ptr().cast()), null_mut(), flags, &raw mut session) };
    (hr, session)
}

/// Logs on by a UTF-16 name.
pub fn logon_wide(profile: &str, flags: u32) -> (u32, Ptr) {
    let name: Vec<u16> = profile.encode_utf16().chain([0]).collect();
    let mut session = null_mut();
    // SAFETY: the name lives through the call.
    let hr = unsafe { MAPILogonEx(0, name.as_ptr().cast(), null_mut(), flags | MAPI_UNICODE, &raw mut session) };
    (hr, session)
}

pub fn logoff(session: Ptr) -> u32 {
    method!(session, 17, usize = 0, u32 = 0, u32 = 0)
}

pub fn status_table(session: Ptr, flags: u32) -> Ptr {
    let mut table = null_mut();
    assert_eq!(method!(session, 8, u32 = flags, *mut Ptr = &raw mut table), S_OK);
    table
}

pub fn stores_table(session: Ptr, flags: u32) -> Ptr {
    let mut table = null_mut();
    assert_eq!(method!(session, 4, u32 = flags, *mut Ptr = &raw mut table), S_OK);
    table
}

/// A property as a client reads it.
#[derive(Clone, Debug, PartialEq)]
pub enum Read {
    Long(i32),
    Bool(u16),
    Error(u32),
    Ansi(Vec<u8>),
    Wide(Vec<u16>),
    Binary(Vec<u8>),
    Other(u64),
}

/// Reads `count` property values.
///
/// # Safety
///
/// They are there.
pub unsafe fn read_props(props: *const u8, count: u32) -> Vec<(u32, Read)> {
    (0..count as usize)
        .map(|at| {
            // SAFETY: 24 bytes a value; the tag at 0, the value at 8; strings end with NUL.
            unsafe {
                let prop = props.add(at * 24);
                let tag = prop.cast::<u32>().read();
                let value = prop.add(8);
                let pointer = value.cast::<*const u8>();
                let read = match tag & 0xFFFF {
                    0x0003 => Read::Long(value.cast::<i32>().read()),
                    0x000B => Read::Bool(value.cast::<u16>().read()),
                    0x000A => Read::Error(value.cast::<u32>().read()),
                    0x001E => Read::Ansi(until_nul(pointer.read())),
                    0x001F => Read::Wide(until_nul(pointer.cast::<*const u16>().read())),
                    0x0102 => {
                        let (length, start) = (value.cast::<u32>().read() as usize, value.add(8).cast::<*const u8>().read());
                        Read::Binary(if length == 0 { Vec::new() } else { std::slice::from_raw_parts(start, length).to_vec() })
                    }
                    _ => Read::Other(value.cast::<u64>().read()),
                };
                (tag, read)
            }
        })
        .collect()
}

unsafe fn until_nul<T: Copy + Default + PartialEq>(start: *const T) -> Vec<T> {
    let mut found = Vec::new();
    // SAFETY: a NUL follows.
    unsafe {
        while *start.add(found.len()) != T::default() {
            found.push(*start.add(found.len()));
        }
    }
    found
}

/// Every row of a table, freed as a client of MAPI does: each row, then the set.
pub fn all_rows(table: Ptr) -> Vec<Vec<(u32, Read)>> {
    let mut set: *mut u8 = null_mut();
    assert_eq!(method!(table, 19, i32 = 1000, u32 = 0, *mut *mut u8 = &raw mut set), S_OK);
    // SAFETY: an SRowSet: the count at 0, rows of 16 bytes from 8 on.
    unsafe {
        let count = set.cast::<u32>().read() as usize;
        let rows = (0..count)
            .map(|at| {
                let row = set.add(8 + at * 16);
                let (values, props) = (row.add(4).cast::<u32>().read(), row.add(8).cast::<*mut u8>().read());
                let read = read_props(props, values);
                assert_eq!(MAPIFreeBuffer(props.cast()), 0);
                read
            })
            .collect();
        assert_eq!(MAPIFreeBuffer(set.cast()), 0);
        rows
    }
}
