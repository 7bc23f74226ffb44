//! Helpers that need no session: compound identifiers, flat notifications, streams, paths; and the handles of Simple MAPI.
#![allow(clippy::undocumented_unsafe_blocks, clippy::unwrap_used, reason = "a test vouches for its own pointers")]

#[macro_use]
mod client;
#[path = "helpers/streams.rs"]
mod streams;

use std::ffi::c_void;
use std::mem::zeroed;
use std::ptr::{self, null_mut};
use std::sync::Arc;

use client::{MAPI_E_NO_SUPPORT, MAPI_E_NOT_INITIALIZED, Ptr, iid, initialize, logon, release, uninitialize};
use mapi_sim::{Fixture, Sim};
use mapi32::abi::*;
use mapi32::bind_process;
use mapi32::exports::{MAPILogoff, MAPILogon, ScMAPIXFromSMAPI};
use mapi32::memory::{MAPIAllocateBuffer, MAPIFreeBuffer};
use mapi32::util::*;
use mapi32::wire::{Iid, Out, Str};

const OK: i32 = 0;
const INVALID_PARAMETER: i32 = 0x8007_0057_u32.cast_signed();
const NO_SUPPORT: i32 = 0x8004_0102_u32.cast_signed();
const INVALID_ENTRYID: i32 = 0x8004_0107_u32.cast_signed();
const TOO_BIG: i32 = 0x8004_0305_u32.cast_signed();
const NOT_FOUND: i32 = 0x8004_010F_u32.cast_signed();

/// Takes a block of the library as bytes, and frees it.
unsafe fn take(count: u32, block: *mut c_void) -> Vec<u8> {
    unsafe {
        let bytes = std::slice::from_raw_parts(block.cast::<u8>(), count as usize).to_vec();
        assert_eq!(MAPIFreeBuffer(block), 0);
        bytes
    }
}

fn compose(key: &[u8], id: &[u8]) -> Vec<u8> {
    let (mut count, mut block) = (0, null_mut());
    let code = unsafe {
        HrComposeEID(null_mut(), key.len() as u32, key.as_ptr().cast(), id.len() as u32, id.as_ptr().cast(), &raw mut count, &raw mut block)
    };
    assert_eq!(code, OK);
    unsafe { take(count, block) }
}

/// The two parts, or the code.
fn decompose(id: &[u8]) -> Result<(Vec<u8>, Vec<u8>), i32> {
    let (mut key_count, mut key, mut count, mut block) = (77, ptr::dangling_mut(), 77, ptr::dangling_mut());
    let code = unsafe {
        HrDecomposeEID(null_mut(), id.len() as u32, id.as_ptr().cast(), &raw mut key_count, &raw mut key, &raw mut count, &raw mut block)
    };
    if code != OK {
        assert_eq!((key_count, count), (77, 77), "nothing is written");
        return Err(code);
    }
    assert_eq!(key.is_null(), key_count == 0);
    unsafe { Ok((if key.is_null() { Vec::new() } else { take(key_count, key) }, take(count, block))) }
}

const KEY: &[u8] = &[0xD0, 0xD1, 0xD2];
const ID: &[u8] = &[0, 0, 0, 0, 9, 8, 7, 6, 5];

// shows MEMORY-117, MEMORY-118, EID-102
#[test]
fn compounds_come_apart_again() {
    let compound = compose(KEY, ID);
    assert_eq!(compound[1], 0x80, "MAPI_COMPOUND");
    assert_eq!(decompose(&compound), Ok((KEY.to_vec(), ID.to_vec())));
    assert_eq!(compose(&[], ID), ID);
    assert_eq!(decompose(ID), Ok((Vec::new(), ID.to_vec())));
    assert_eq!(decompose(&compound[..11]), Err(INVALID_ENTRYID), "the identifier is missing");
    assert_eq!(decompose(&compound[..6]), Err(INVALID_ENTRYID));
    assert_eq!(decompose(&[]), Err(INVALID_PARAMETER));
    let code = unsafe { HrComposeEID(null_mut(), 3, ptr::null(), 9, ID.as_ptr().cast(), &mut 0, &mut null_mut()) };
    assert_eq!(code, INVALID_PARAMETER, "a key that is not there");
}

// shows MEMORY-119
#[test]
fn a_compound_stays_its_owners() {
    let sim = Arc::new(Sim::office());
    let bound = bind_process(sim.clone(), "client");
    let (mut count, mut block) = (0, null_mut());
    let code = unsafe { HrComposeEID(null_mut(), 3, KEY.as_ptr().cast(), 9, ID.as_ptr().cast(), &raw mut count, &raw mut block) };
    assert_eq!(code, OK);
    let compound = unsafe { std::slice::from_raw_parts(block.cast::<u8>(), count as usize) };
    assert!(decompose(compound).is_ok() && decompose(compound).is_ok());
    assert_eq!(mapi32::memory::leaks(bound.face().id()).len(), 1, "it was not freed");
    assert_eq!(unsafe { MAPIFreeBuffer(block) }, 0);
    assert!(mapi32::memory::findings(bound.face().id()).is_empty());
    bound.finish();
    Arc::into_inner(sim).unwrap().finish();
}

// shows MEMORY-120, MEMORY-121
#[test]
fn compounds_as_text() {
    let mut text = null_mut();
    let code = unsafe { HrComposeMsgID(null_mut(), 3, KEY.as_ptr().cast(), 9, ID.as_ptr().cast(), &raw mut text) };
    assert_eq!(code, OK);
    let hex: String = compose(KEY, ID).iter().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(unsafe { std::ffi::CStr::from_ptr(text.cast()) }.to_str().unwrap(), hex);
    let (mut key_count, mut key, mut count, mut block) = (0, null_mut(), 0, null_mut());
    let code = unsafe { HrDecomposeMsgID(null_mut(), text, &raw mut key_count, &raw mut key, &raw mut count, &raw mut block) };
    assert_eq!(code, OK);
    unsafe {
        assert_eq!((take(key_count, key), take(count, block)), (KEY.to_vec(), ID.to_vec()));
        MAPIFreeBuffer(text.cast());
    }
    let code =
        unsafe { HrDecomposeMsgID(null_mut(), c"zz".as_ptr().cast(), &raw mut key_count, &raw mut key, &raw mut count, &raw mut block) };
    assert_eq!(code, INVALID_ENTRYID);
}

/// A notification of a table: row added, with a string and a binary.
fn row_added(row: &mut [SPropValue; 2], key: &[u8]) -> NOTIFICATION {
    let mut it: NOTIFICATION = unsafe { zeroed() };
    it.ulEventType = 0x100;
    let mut index: SPropValue = unsafe { zeroed() };
    index.ulPropTag = 0x0FF6_0102;
    index.Value.bin = SBinary { cb: key.len() as u32, lpb: key.as_ptr().cast_mut() };
    let mut prior: SPropValue = unsafe { zeroed() };
    prior.ulPropTag = 1;
    it.info.tab = TABLE_NOTIFICATION {
        ulTableEvent: 3,
        hResult: 0,
        propIndex: index,
        propPrior: prior,
        row: SRow { ulAdrEntryPad: 0, cValues: 2, lpProps: row.as_mut_ptr() },
        ulPad: 0,
    };
    it
}

/// What a row-added notification holds: key, text, number.
unsafe fn read_row(it: &NOTIFICATION) -> (Vec<u8>, String, i32) {
    unsafe {
        let tab = &it.info.tab;
        let key = tab.propIndex.Value.bin;
        let props = std::slice::from_raw_parts(tab.row.lpProps, tab.row.cValues as usize);
        let text = std::ffi::CStr::from_ptr(props[0].Value.lpszA.cast()).to_str().unwrap().to_owned();
        (std::slice::from_raw_parts(key.lpb, key.cb as usize).to_vec(), text, props[1].Value.l)
    }
}

// shows MEMORY-162, MEMORY-163, MEMORY-164, MEMORY-165
#[test]
fn notifications_are_counted_copied_and_moved() {
    let mut text = b"a row\0".to_vec();
    let mut key = vec![1u8, 2, 3];
    let mut row: [SPropValue; 2] = unsafe { zeroed() };
    (row[0].ulPropTag, row[0].Value.lpszA) = (0x3001_001E, text.as_mut_ptr());
    (row[1].ulPropTag, row[1].Value.l) = (0x6601_0003, 42);
    let it = row_added(&mut row, &key);
    let mut size = 0;
    unsafe {
        assert_eq!(ScCountNotifications(1, &raw const it, &raw mut size), OK);
        assert!(size as usize >= 88 + 2 * 24 + 6 + 3, "{size}");
        let words = (size as usize).div_ceil(8);
        let mut copy = vec![0xEEEE_EEEE_EEEE_EEEEu64; words + 1];
        let mut told = 0;
        assert_eq!(ScCopyNotifications(1, &raw const it, copy.as_mut_ptr().cast(), &raw mut told), OK);
        assert_eq!((told, copy[words]), (size, 0xEEEE_EEEE_EEEE_EEEE), "no byte more than counted");
        let mut second = vec![0u64; words];
        assert_eq!(ScCopyNotifications(1, &raw const it, second.as_mut_ptr().cast(), null_mut()), OK, "the size need not be wanted");
        assert_eq!(read_row(&*second.as_ptr().cast()), (vec![1, 2, 3], "a row".to_owned(), 42));
        // The source may go; then the copy moves, and the place where it was is overwritten.
        text.fill(b'x');
        key.fill(9);
        assert_eq!(read_row(&*copy.as_ptr().cast()), (vec![1, 2, 3], "a row".to_owned(), 42));
        let mut moved = copy[..words].to_vec();
        let old = copy.as_mut_ptr();
        copy.fill(0);
        assert_eq!(ScRelocNotifications(1, moved.as_mut_ptr().cast(), old.cast(), moved.as_mut_ptr().cast(), &raw mut told), OK);
        assert_eq!((told, read_row(&*moved.as_ptr().cast())), (size, (vec![1, 2, 3], "a row".to_owned(), 42)));
        // To a file and back: offsets, then pointers.
        let base = moved.as_mut_ptr();
        assert_eq!(ScRelocNotifications(1, base.cast(), base.cast(), null_mut(), null_mut()), OK);
        let mut loaded = moved.clone();
        moved.fill(0);
        assert_eq!(ScRelocNotifications(1, loaded.as_mut_ptr().cast(), null_mut(), loaded.as_mut_ptr().cast(), null_mut()), OK);
        assert_eq!(read_row(&*loaded.as_ptr().cast()), (vec![1, 2, 3], "a row".to_owned(), 42));
    }
}

/// The other kinds: each pointer of theirs, by what it leads to; and what is no notification.
// shows MEMORY-162, MEMORY-163
#[test]
fn every_kind_of_notification_is_copied() {
    let id = [0u8, 0, 0, 0, 5, 6];
    let place = id.as_ptr().cast_mut().cast::<ENTRYID>();
    let wide: Vec<u16> = "IPM.Note\0".encode_utf16().collect();
    let tags = [2u32, 0x3001_001E, 0x0E08_0003];
    let mut error = MAPIERROR {
        ulVersion: 0,
        lpszError: c"it failed".as_ptr().cast_mut().cast(),
        lpszComponent: null_mut(),
        ulLowLevelError: 7,
        ulContext: 8,
    };
    let mut all: [NOTIFICATION; 5] = unsafe { zeroed() };
    all[0].ulEventType = 1;
    all[0].info.err = ERROR_NOTIFICATION { cbEntryID: 6, lpEntryID: place, scode: -1, ulFlags: 0, lpMAPIError: &raw mut error };
    all[1].ulEventType = 2;
    all[1].info.newmail = NEWMAIL_NOTIFICATION {
        cbEntryID: 6,
        lpEntryID: place,
        cbParentID: 6,
        lpParentID: place,
        ulFlags: 0x8000_0000,
        lpszMessageClass: wide.as_ptr().cast_mut().cast(),
        ulMessageFlags: 0,
    };
    all[2].ulEventType = 0x10;
    all[2].info.obj.cbEntryID = 6;
    all[2].info.obj.lpEntryID = place;
    all[2].info.obj.lpPropTagArray = tags.as_ptr().cast_mut().cast();
    all[3].ulEventType = 0x200;
    all[3].info.statobj = STATUS_OBJECT_NOTIFICATION { cbEntryID: 6, lpEntryID: place, cValues: 0, lpPropVals: null_mut() };
    all[4].ulEventType = 0x8000_0000;
    all[4].info.ext = EXTENDED_NOTIFICATION { ulEvent: 3, cb: 6, pbEventParameters: place.cast() };
    unsafe {
        let mut size = 0;
        assert_eq!(ScCountNotifications(5, all.as_ptr(), &raw mut size), OK);
        let mut copy = vec![0u64; (size as usize).div_ceil(8)];
        assert_eq!(ScCopyNotifications(5, all.as_ptr(), copy.as_mut_ptr().cast(), null_mut()), OK);
        let bounds = copy.as_ptr_range();
        let inside = |pointer: *const c_void| bounds.contains(&pointer.cast());
        let copies = std::slice::from_raw_parts(copy.as_ptr().cast::<NOTIFICATION>(), 5);
        let err = copies[0].info.err;
        assert!(inside(err.lpEntryID.cast()) && inside(err.lpMAPIError.cast()) && inside((*err.lpMAPIError).lpszError));
        assert_eq!(std::ffi::CStr::from_ptr((*err.lpMAPIError).lpszError.cast()), c"it failed");
        assert_eq!(((*err.lpMAPIError).ulLowLevelError, (*err.lpMAPIError).lpszComponent), (7, null_mut()));
        let mail = copies[1].info.newmail;
        assert!(inside(mail.lpParentID.cast()) && inside(mail.lpszMessageClass));
        assert_eq!(std::slice::from_raw_parts(mail.lpszMessageClass.cast::<u16>(), wide.len()), wide);
        let obj = copies[2].info.obj;
        assert!(inside(obj.lpEntryID.cast()) && obj.lpParentID.is_null());
        assert_eq!(std::slice::from_raw_parts(obj.lpPropTagArray.cast::<u32>(), 3), tags);
        assert!(inside(copies[3].info.statobj.lpEntryID.cast()));
        assert_eq!(std::slice::from_raw_parts(copies[4].info.ext.pbEventParameters, 6), id);

        // Moved, and to a file and back: the tag array of the second object is NULL, which is what most of them have.
        let mut pair = [copies[2], copies[2]];
        pair[1].info.obj.lpPropTagArray = null_mut();
        assert_eq!(ScCountNotifications(2, pair.as_ptr(), &raw mut size), OK);
        let mut old = vec![0u64; (size as usize).div_ceil(8)];
        assert_eq!(ScCopyNotifications(2, pair.as_ptr(), old.as_mut_ptr().cast(), null_mut()), OK);
        let (mut new, mut told) = (old.clone(), 0);
        assert_eq!(ScRelocNotifications(2, new.as_mut_ptr().cast(), old.as_mut_ptr().cast(), new.as_mut_ptr().cast(), &raw mut told), OK);
        assert_eq!(told, size);
        old.fill(0);
        let base = new.as_mut_ptr();
        assert_eq!(ScRelocNotifications(2, base.cast(), base.cast(), null_mut(), null_mut()), OK);
        let mut loaded = new.clone();
        new.fill(0);
        assert_eq!(ScRelocNotifications(2, loaded.as_mut_ptr().cast(), null_mut(), loaded.as_mut_ptr().cast(), null_mut()), OK);
        let back = std::slice::from_raw_parts(loaded.as_ptr().cast::<NOTIFICATION>(), 2);
        assert_eq!(std::slice::from_raw_parts(back[0].info.obj.lpPropTagArray.cast::<u32>(), 3), tags);
        assert!(back[1].info.obj.lpPropTagArray.is_null());
        assert_eq!(std::slice::from_raw_parts(back[1].info.obj.lpEntryID.cast::<u8>(), 6), id);

        let untouched = size;
        all[4].ulEventType = 0x1234;
        assert_eq!(ScCountNotifications(5, all.as_ptr(), &raw mut size), INVALID_PARAMETER, "no kind of event");
        assert_eq!(ScCopyNotifications(5, all.as_ptr(), copy.as_mut_ptr().cast(), &raw mut size), INVALID_PARAMETER);
        all[4].ulEventType = 0x8000_0000;
        all[4].info.ext.pbEventParameters = null_mut();
        assert_eq!(ScCountNotifications(5, all.as_ptr(), &raw mut size), INVALID_PARAMETER, "six bytes at NULL");
        assert_eq!(ScCountNotifications(0, all.as_ptr(), &raw mut size), INVALID_PARAMETER);
        assert_eq!(ScCountNotifications(1, ptr::null(), &raw mut size), INVALID_PARAMETER);
        assert_eq!(size, untouched);
    }
}

// shows MEMORY-098, MEMORY-099, MEMORY-100
#[test]
fn one_value_out_of_many() {
    let longs = [5i32, 7];
    let (a, b) = (c"a".as_ptr().cast_mut().cast::<u8>(), c"b".as_ptr().cast_mut().cast::<u8>());
    let texts = [a, b];
    let mut many: SPropValue = unsafe { zeroed() };
    let mut one: SPropValue = unsafe { zeroed() };
    many.ulPropTag = 0x6601_1003;
    many.Value.MVl = SLongArray { cValues: 2, values: longs.as_ptr().cast_mut() };
    unsafe {
        GetInstance(&raw const many, &raw mut one, 1);
        assert_eq!((one.ulPropTag, one.Value.l), (0x6601_0003, 7));
        GetInstance(&raw const many, &raw mut one, 2);
        assert_eq!((one.ulPropTag, one.Value.l), (0x6601_0003, 7), "there is no third");
        many.ulPropTag = 0x6601_101E;
        many.Value.MVszA = SLPSTRArray { cValues: 2, values: texts.as_ptr().cast_mut() };
        GetInstance(&raw const many, &raw mut one, 0);
        assert_eq!((one.ulPropTag, one.Value.lpszA), (0x6601_001E, a), "the pointer, not a copy");
        GetInstance(&raw const one, &raw mut many, 0);
        assert_eq!(many.ulPropTag, 0x6601_101E, "a single value has no instances");
    }
}

// shows MEMORY-169
#[test]
fn storage_codes() {
    let mapped: [(u32, u32); 5] =
        [(0x8003_0005, 0x8007_0005), (0x8003_0008, 0x8007_000E), (0x8003_0002, 0x8004_010F), (0x8003_0FFF, 0x8000_4005), (0, 0)];
    for (storage, mapi) in mapped {
        assert_eq!(MapStorageSCode(storage.cast_signed()), mapi.cast_signed(), "0x{storage:08X}");
    }
}

fn path(function: unsafe extern "system" fn(*const u8, *mut u8, u32) -> i32, from: &str, room: u32) -> (i32, String) {
    let from = format!("{from}\0");
    let mut to = [b'?'; 64];
    let code = unsafe { function(from.as_ptr(), to.as_mut_ptr(), room) };
    let end = to.iter().position(|byte| *byte == 0 || *byte == b'?').unwrap();
    (code, String::from_utf8(to[..end].to_vec()).unwrap())
}

// shows MEMORY-160, MEMORY-161, ERROR-048
#[test]
fn paths_on_drives_and_shares() {
    let (unc, local) = (r"\\MAPI-SIM\C$\mail\x.pst", r"C:\mail\x.pst");
    assert_eq!(path(ScUNCFromLocalPath, local, 64), (OK, unc.to_owned()));
    assert_eq!(path(ScLocalPathFromUNC, unc, 64), (OK, local.to_owned()));
    assert_eq!(path(ScUNCFromLocalPath, unc, 64), (1, unc.to_owned()), "S_FALSE");
    assert_eq!(path(ScLocalPathFromUNC, local, 64), (1, local.to_owned()));
    assert!(mapi_sim::Hresult::S_FALSE.is_success() && mapi_sim::Hresult::S_FALSE.code() == 1);
    assert_eq!(path(ScUNCFromLocalPath, local, 1), (TOO_BIG, String::new()));
    assert_eq!(path(ScLocalPathFromUNC, unc, local.len() as u32), (TOO_BIG, String::new()));
    assert_eq!(path(ScLocalPathFromUNC, unc, local.len() as u32 + 1).0, OK);
    assert_eq!(path(ScLocalPathFromUNC, r"\\other\share\x", 64).0, NOT_FOUND);
    assert_eq!(unsafe { ScUNCFromLocalPath(ptr::null(), [0u8; 9].as_mut_ptr(), 9) }, INVALID_PARAMETER);
    assert_eq!(unsafe { ScUNCFromLocalPath(c"C:\\".as_ptr().cast(), null_mut(), 9) }, INVALID_PARAMETER);
}

// shows MEMORY-171
#[test]
fn the_component_of_the_default_client() {
    let ask = |room: u32| {
        let mut place = [b'?'; 16];
        let found = unsafe { FGetComponentPath(c"{X}".as_ptr().cast(), ptr::null(), place.as_mut_ptr(), room, 0) };
        (found, place)
    };
    let (found, place) = ask(16);
    assert_eq!((found, place[0]), (0, 0), "an empty text");
    let text = "format = 1\nextends = \"minimal\"\n[machine]\ncomponent_path = 'C:\\mapi\\x.dll'\n";
    let sim = Arc::new(Fixture::from_text(text).unwrap().start());
    let bound = bind_process(sim.clone(), "client");
    let (found, place) = ask(16);
    assert_eq!((found, &place[..14]), (1, &b"C:\\mapi\\x.dll\0"[..]));
    let (found, place) = ask(5);
    assert_eq!((found, &place[..6]), (1, &b"C:\\m\0?"[..]), "cut, with its NUL");
    bound.finish();
    Arc::into_inner(sim).unwrap().finish();
}

unsafe extern "system" {
    fn MAPIInitIdle(reserved: Ptr) -> i32;
    fn EnableIdleRoutine(tag: usize, enable: i32);
    fn ChangeIdleRoutine(tag: usize, routine: Ptr, context: Ptr, priority: i16, wait: u32, flags: u16, change: u16);
    fn DeregisterIdleRoutine(tag: usize);
    fn MAPIDeinitIdle();
    fn HrIStorageFromStream(unknown: Ptr, interface: Ptr, flags: u32, storage: *mut Ptr) -> u32;
    fn __ValidateParameters(method: u32, this: Ptr) -> u32;
    fn __CPPValidateParameters(method: u32, first: Ptr) -> u32;
    fn HrValidateParameters(method: u32, first: Ptr) -> u32;
}

// shows MEMORY-166, MEMORY-168, MEMORY-170, MEMORY-134, MEMORY-150
#[test]
fn stubs_answer_as_documented() {
    let sim = Arc::new(Sim::office());
    let bound = bind_process(sim.clone(), "client");
    unsafe {
        assert_eq!(MAPIInitIdle(null_mut()), 0);
        let tag = FtgRegisterIdleRoutine(null_mut(), null_mut(), 0, 0, 0);
        assert_ne!(tag, 0);
        EnableIdleRoutine(tag, 0);
        ChangeIdleRoutine(tag, null_mut(), null_mut(), 0, 0, 0, 0);
        DeregisterIdleRoutine(tag);
        MAPIDeinitIdle();
        let (mut table, mut data, mut storage) = (ptr::dangling_mut(), ptr::dangling_mut(), null_mut());
        let none = null_mut();
        let code = BuildDisplayTable(none, none, none, none, none, 0, none, 0, &raw mut table, &raw mut data);
        assert_eq!((code, table, data), (NO_SUPPORT, none, none));
        assert_eq!(HrIStorageFromStream(none, none, 0, &raw mut storage), MAPI_E_NO_SUPPORT);
        for code in [__ValidateParameters(0, none), __CPPValidateParameters(0, none), HrValidateParameters(0, none)] {
            assert_eq!(code, 0, "nothing is looked at");
        }
    }
    let verdict = bound.face().verdict().expect_err("three of them are told");
    for name in ["FtgRegisterIdleRoutine", "BuildDisplayTable", "HrIStorageFromStream"] {
        assert!(verdict.contains(&format!("{name} is not built")), "{verdict}");
    }
    bound.discard();
    Arc::into_inner(sim).unwrap().discard();
}

/// Each misspelling of a name, and the one that is exported.
// shows MEMORY-167
#[test]
fn names_of_the_definition_file() {
    let names: Vec<&str> = include_str!("../exports.txt").lines().map(|line| line.split('@').next().unwrap()).collect();
    assert!(names.contains(&"MAPIDeinitIdle") && !names.contains(&"MAPIDeInitIdle"));
}

// shows MEMORY-151, MEMORY-152, MEMORY-153, MEMORY-154
#[test]
fn utilities_without_mapi() {
    let sim = Arc::new(Sim::office());
    let bound = bind_process(sim.clone(), "client");
    unsafe extern "system" fn callback(_: *mut c_void, _: u32, _: *mut NOTIFICATION) -> i32 {
        0
    }
    unsafe {
        assert_eq!(client::ScInitMapiUtil(1), INVALID_PARAMETER.cast_unsigned());
        assert_eq!(client::ScInitMapiUtil(0), 0);
        let mut sink = null_mut();
        assert_eq!(HrAllocAdviseSink(Some(callback), null_mut(), &raw mut sink), OK);
        assert_eq!(release(sink), 0);
        let mut prop: SPropValue = zeroed();
        (prop.ulPropTag, prop.Value.l) = (0x6601_0003, 1);
        let mut copy = null_mut();
        assert_eq!(ScDupPropset(1, &raw const prop, Some(MAPIAllocateBuffer), &raw mut copy), OK);
        MAPIFreeBuffer(copy.cast());
        assert_eq!(logon(Some("Work"), 0x22).0, MAPI_E_NOT_INITIALIZED, "that is not MAPIInitialize");
        client::DeinitMapiUtil();
        client::DeinitMapiUtil();
        // MAPIUninitialize ends what MAPIInitialize began for the utilities: a DeinitMapiUtil behind it is one too many, and harmless.
        assert_eq!(initialize(), 0);
        uninitialize();
        client::DeinitMapiUtil();
    }
    let told: Vec<_> = bound.face().ledger().all();
    assert_eq!(told.len(), 1, "the logon alone: {told:?}");
    bound.discard();
    Arc::into_inner(sim).unwrap().discard();
}

fn from_simple(handle: usize, flags: u32, interface: Option<u32>) -> (u32, Ptr) {
    let wanted = interface.map(iid);
    let place = wanted.as_ref().map_or(ptr::null(), |iid| iid.as_ptr());
    let mut session = ptr::dangling_mut();
    let code = unsafe { ScMAPIXFromSMAPI(handle, flags, Iid::new(place.cast()), Out::new(&raw mut session)) };
    (code.cast_unsigned(), session)
}

// shows LOGON-154, MEMORY-159
#[test]
fn a_session_of_simple_mapi_becomes_one_of_extended_mapi() {
    let sim = Arc::new(Sim::office());
    let bound = bind_process(sim.clone(), "client");
    let mut handle = 0usize;
    let text = |text: Option<&std::ffi::CStr>| unsafe { Str::new(text.map_or(ptr::null(), |text| text.as_ptr().cast())) };
    assert_eq!(MAPILogon(0, text(Some(c"Nobody")), text(None), 2, 0, unsafe { Out::new(&raw mut handle) }), 3, "MAPI_E_LOGON_FAILURE");
    assert_eq!(MAPILogon(0, text(Some(c"Work")), text(None), 2, 0, unsafe { Out::new(&raw mut handle) }), 0);
    assert_eq!(from_simple(0, 0, None), (INVALID_PARAMETER.cast_unsigned(), null_mut()));
    assert_eq!(from_simple(handle, 1, None), (0x8004_0106, null_mut()));
    assert_eq!(from_simple(handle, 0, Some(0x20307)), (0x8000_4002, null_mut()), "IID_IMessage");
    let (code, session) = from_simple(handle, 0, None);
    assert_eq!(code, 0);
    let (code, again) = from_simple(handle, 0, Some(0x20300));
    assert_eq!((code, again), (0, session));
    assert!(sim.state().to_string().contains("session#1"), "{}", sim.state());
    assert_eq!((release(again), release(session)), (2, 1));
    assert_eq!(MAPILogoff(handle, 0, 0, 0), 0);
    assert_eq!(MAPILogoff(handle, 0, 0, 0), 19, "MAPI_E_INVALID_SESSION");
    assert_eq!(from_simple(handle, 0, None).0, INVALID_PARAMETER.cast_unsigned());
    bound.finish();
    Arc::into_inner(sim).unwrap().finish();
}
