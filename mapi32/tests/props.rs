//! Properties through C: what only the C interface has, and the utility functions through objects that are real.

mod client;

use std::ffi::c_void;
use std::mem::offset_of;
use std::ptr::{null, null_mut};
use std::sync::Arc;

use client::*;
use mapi_sim::Sim;
use mapi_sim::mapi::Guid;
use mapi32::abi::*;
use mapi32::{Bound, bind_process, memory};

unsafe extern "system" {
    fn HrGetOneProp(object: Ptr, tag: u32, out: *mut *mut SPropValue) -> u32;
    fn HrSetOneProp(object: Ptr, prop: *const SPropValue) -> u32;
    fn FPropExists(object: Ptr, tag: u32) -> i32;
    fn ScDupPropset(count: i32, props: *const SPropValue, allocate: ALLOCATEBUFFER, out: *mut *mut SPropValue) -> u32;
    fn LPropCompareProp(left: *const SPropValue, right: *const SPropValue) -> i32;
    fn UlPropSize(prop: *const SPropValue) -> u32;
}

const MAPI_E_NOT_FOUND: u32 = 0x8004_010F;
const MAPI_E_NOT_ENOUGH_MEMORY: u32 = 0x8007_000E;
const MAPI_E_NO_ACCESS: u32 = 0x8007_0005;
const MAPI_W_ERRORS_RETURNED: u32 = 0x0004_0380;
const MAPI_E_INTERFACE_NOT_SUPPORTED: u32 = 0x8000_4002;

/// A world, and an object without properties in it.
fn world() -> (Arc<Sim>, Bound, Ptr) {
    let sim = Arc::new(Sim::office());
    let bound = bind_process(sim.clone(), "client");
    assert_eq!(initialize(), S_OK);
    let object = create();
    (sim, bound, object)
}

fn create() -> Ptr {
    let mut object = null_mut();
    // SAFETY: NULL functions are allowed: what is used is the library's own.
    assert_eq!(unsafe { CreateIProp(null(), null_mut(), null_mut(), null_mut(), null_mut(), &raw mut object) }, S_OK);
    object
}

/// Releases the object; nothing may be left of it, nor anything be wrong.
fn clean(sim: Arc<Sim>, bound: Bound, object: Ptr) {
    assert_eq!(release(object), 0);
    assert_eq!(memory::leaks(bound.face().id()).len(), 0);
    uninitialize();
    bound.finish();
    Arc::into_inner(sim).expect("the binding is gone").finish();
}

fn prop(tag: u32, value: PV) -> SPropValue {
    SPropValue { ulPropTag: tag, dwAlignPad: 0xDEAD_BEEF, Value: value }
}

fn set(object: Ptr, props: &[SPropValue]) -> u32 {
    method!(object, 8, u32 = props.len() as u32, *const SPropValue = props.as_ptr(), Ptr = null_mut())
}

/// GetProps of some tags: the code and the array.
fn get(object: Ptr, tags: &[u32]) -> (u32, u32, *mut SPropValue) {
    let words: Vec<u32> = [tags.len() as u32].iter().chain(tags).copied().collect();
    let (mut count, mut props) = (77, 0x77 as *mut SPropValue);
    let hr = method!(object, 5, *const u32 = words.as_ptr(), u32 = 0, *mut u32 = &raw mut count, *mut *mut SPropValue = &raw mut props);
    (hr, count, props)
}

/// The first value of an array that is freed then.
fn first(props: *mut SPropValue) -> SPropValue {
    // SAFETY: a root of the library with one value at least.
    unsafe {
        let found = props.read();
        assert_eq!(MAPIFreeBuffer(props.cast()), 0);
        found
    }
}

#[test]
fn structures_of_properties_are_laid_out_as_in_c() {
    // shows PROP-025, PROP-027, PROP-191, EID-001, EID-015, EID-094
    assert_eq!((offset_of!(SPropValue, ulPropTag), offset_of!(SPropValue, dwAlignPad), offset_of!(SPropValue, Value)), (0, 4, 8));
    assert_eq!(align_of::<SPropValue>(), 8);
    if size_of::<usize>() == 8 {
        assert_eq!((size_of::<MAPINAMEID>(), offset_of!(MAPINAMEID, ulKind), offset_of!(MAPINAMEID, Kind)), (24, 8, 16));
    }
    assert_eq!((offset_of!(ENTRYID, abFlags), offset_of!(ENTRYID, ab), align_of::<ENTRYID>()), (0, 4, 1));
    // CbNewENTRYID: so many bytes of ab, and the flags before them.
    assert_eq!(offset_of!(ENTRYID, ab) + 20, 24);
    assert_eq!((offset_of!(FLATENTRY, cb), offset_of!(FLATENTRY, abEntry)), (0, 4));
    assert_eq!(
        (offset_of!(FLATENTRYLIST, cEntries), offset_of!(FLATENTRYLIST, cbEntries), offset_of!(FLATENTRYLIST, abEntries)),
        (0, 4, 8)
    );
}

#[test]
fn numbers_have_their_sign_and_truth_is_one() {
    // shows PROP-022, PROP-023, PROP-024, PROP-025, PROP-028
    let (sim, bound, object) = world();
    let values = [prop(0x6700_000B, PV { b: 2 }), prop(0x6701_0003, PV { ul: u32::MAX }), prop(0x6702_0002, PV { i: -1 })];
    assert_eq!(set(object, &values), S_OK);
    let (hr, count, props) = get(object, &[0x6700_000B, 0x6701_0003, 0x6702_0002]);
    assert_eq!((hr, count), (S_OK, 3));
    // SAFETY: three values of these types.
    unsafe {
        assert_eq!(((*props).Value.b, (*props.add(1)).Value.l, (*props.add(2)).Value.i), (1, -1, -1));
        let zero = [prop(0x6701_0003, PV { l: 0 }), prop(0x6702_0002, PV { i: 0 }), prop(0x6703_0014, PV { li: 0 })];
        assert_eq!(LPropCompareProp(props.add(1), &raw const zero[0]), -1);
        assert_eq!(LPropCompareProp(props.add(2), &raw const zero[1]), -1);
        assert_eq!(LPropCompareProp(&prop(0x6703_0014, PV { li: -1 }), &raw const zero[2]), -1);
        assert_eq!(UlPropSize(&prop(0x6704_0004, PV { flt: 1.0 })), 4, "PT_R4 has four bytes");
        assert_eq!(MAPIFreeBuffer(props.cast()), 0);
    }
    clean(sim, bound, object);
}

#[test]
fn values_are_one_block_aligned_for_every_type() {
    // shows PROP-027, PROP-029, PROP-033, PROP-051, PROP-072, LOGON-075
    let (sim, bound, object) = world();
    let (guid, text, long) = (GUID { Data1: 7, ..GUID::default() }, c"Pr\xFCf", 116_444_736_000_000_000_u64);
    let time = FILETIME { dwLowDateTime: long as u32, dwHighDateTime: (long >> 32) as u32 };
    let values = [
        prop(0x6700_0048, PV { lpguid: (&raw const guid).cast_mut() }),
        prop(0x6701_001E, PV { lpszA: text.as_ptr().cast_mut().cast() }),
        prop(0x6702_0040, PV { ft: time }),
    ];
    assert_eq!(set(object, &values), S_OK);
    let (hr, count, props) = get(object, &[0x6700_0048, 0x6701_001F, 0x6702_0040, 0x6701_001E]);
    assert_eq!((hr, count, props.addr() % 8), (S_OK, 4, 0));
    // SAFETY: four values of these types.
    unsafe {
        assert_eq!((*props).Value.lpguid.read(), guid);
        // All 8-bit characters are those of the code page.
        let wide: Vec<u16> = (0..4).map(|at| (*props.add(1)).Value.lpszW.add(at).read()).collect();
        assert_eq!(String::from_utf16(&wide).expect("whole characters"), "Prüf");
        assert_eq!((*props.add(2)).Value.ft, time);
        assert_eq!(std::ffi::CStr::from_ptr((*props.add(3)).Value.lpszA.cast()), text);
        let world = bound.face().id();
        assert_eq!(memory::leaks(world).len(), 1, "one root");
        assert_eq!(MAPIFreeBuffer(props.cast()), 0);
        assert_eq!(memory::leaks(world).len(), 0);
    }
    clean(sim, bound, object);
}

#[test]
fn what_fails_leaves_nothing_to_be_freed() {
    // shows PROP-055, PROP-065, PROP-073, PROP-092, PROP-105
    let (sim, bound, object) = world();
    let (hr, count, props) = get(object, &[]);
    assert_eq!((hr, count, props.is_null()), (MAPI_E_INVALID_PARAMETER, 0, true));
    let (mut count, mut props) = (77u32, 0x77 as *mut SPropValue);
    let hr = method!(object, 5, *const u32 = null(), u32 = 0, *mut u32 = &raw mut count, *mut *mut SPropValue = &raw mut props);
    assert_eq!((hr, count, props.is_null()), (S_OK, 0, true), "an empty object");
    // A string that is NULL, a count without an array, and a PT_NULL that is not PR_NULL.
    assert_eq!(set(object, &[prop(0x6700_001E, PV { lpszA: null_mut() })]), MAPI_E_INVALID_PARAMETER);
    assert_eq!(set(object, &[prop(0x6700_0001, PV { li: 0 })]), MAPI_E_INVALID_PARAMETER);
    assert_eq!(method!(object, 8, u32 = 3, *const SPropValue = null(), Ptr = null_mut()), MAPI_E_INVALID_PARAMETER);
    // A problem array is one block of its own.
    let mut problems = 0x77 as *mut SPropProblemArray;
    let wrong = [prop(0x6700_0003, PV { l: 1 }), prop(0x6701_0099, PV { li: 0 })];
    let hr = method!(object, 8, u32 = 2, *const SPropValue = wrong.as_ptr(), *mut *mut SPropProblemArray = &raw mut problems);
    assert_eq!(hr, S_OK);
    // SAFETY: a root of the library.
    unsafe {
        let problem = (&raw const (*problems).aProblem).cast::<SPropProblem>().read();
        assert_eq!(((*problems).cProblem, problem.ulIndex, problem.ulPropTag), (1, 1, 0x6701_0099));
        assert_eq!(problem.scode.cast_unsigned(), 0x8004_0302);
        assert_eq!(MAPIFreeBuffer(problems.cast()), 0);
    }
    clean(sim, bound, object);
}

#[test]
fn memory_that_runs_out_is_said_and_nothing_leaks() {
    // shows PROP-183
    let (sim, bound, object) = world();
    let world = bound.face().id();
    let (set_guid, text) = (*Guid::PS_PUBLIC_STRINGS.bytes(), [b'a'.into(), 0u16]);
    let name =
        MAPINAMEID { lpguid: set_guid.as_ptr().cast_mut().cast(), ulKind: 1, Kind: NameKind { lpwstrName: text.as_ptr().cast_mut() } };
    let names = [&raw const name];
    let mut failures = 0;
    for nth in 1..6 {
        let (mut tags, mut count, mut found): (*mut SPropTagArray, u32, Ptr) = (null_mut(), 0, null_mut());
        memory::fail_nth(world, nth, false);
        let ids = method!(object, 13, u32 = 1, *const *const MAPINAMEID = names.as_ptr(), u32 = 2, *mut *mut SPropTagArray = &raw mut tags);
        let mut all: *mut SPropTagArray = null_mut();
        let of = method!(
            object, 12, *mut *mut SPropTagArray = &raw mut all, *const u8 = null(), u32 = 0, *mut u32 = &raw mut count,
            *mut Ptr = &raw mut found
        );
        memory::fail_nth(world, 0, false);
        for (hr, block) in [(ids, tags.cast::<c_void>()), (of, found)] {
            assert_eq!(block.is_null(), hr != S_OK, "{hr:08X}");
            assert!(hr == S_OK || hr == MAPI_E_NOT_ENOUGH_MEMORY, "{hr:08X}");
            failures += u32::from(hr != S_OK);
        }
        // SAFETY: roots of the library, or NULL.
        unsafe {
            assert_eq!([tags.cast::<c_void>(), all.cast(), found].map(|block| MAPIFreeBuffer(block)), [0; 3]);
        }
        assert_eq!(memory::leaks(world).len(), 0);
    }
    assert!(failures >= 4, "{failures}");
    clean(sim, bound, object);
}

#[test]
fn names_go_in_and_out_of_blocks_of_their_own() {
    // shows PROP-191, PROP-204, PROP-205, PROP-208, PROP-210, PROP-211
    let (sim, bound, object) = world();
    let (mut count, mut found) = (77u32, 0x77 as Ptr);
    // lppPropTags has to be there, even where it holds NULL (PROP-210).
    let hr = method!(
        object, 12, *mut *mut SPropTagArray = null_mut(), *const u8 = null(), u32 = 0, *mut u32 = &raw mut count, *mut Ptr = &raw mut found
    );
    assert_eq!(hr, MAPI_E_INVALID_PARAMETER);
    let mut tags: *mut SPropTagArray = null_mut();
    let hr = method!(
        object, 12, *mut *mut SPropTagArray = &raw mut tags, *const u8 = null(), u32 = 0, *mut u32 = &raw mut count, *mut Ptr = &raw mut found
    );
    assert_eq!((hr, count, found.is_null(), tags.is_null()), (S_OK, 0, true, false), "an array without tags");
    // SAFETY: a root of the library.
    unsafe { assert_eq!(((*tags).cValues, MAPIFreeBuffer(tags.cast())), (0, 0)) };

    let set_guid = *Guid::PSETID_Common.bytes();
    let name = |kind, value| MAPINAMEID { lpguid: set_guid.as_ptr().cast_mut().cast(), ulKind: kind, Kind: value };
    let (number, other) = (name(0, NameKind { lID: 0x8503 }), name(7, NameKind { lID: 1 }));
    let mut tags: *mut SPropTagArray = null_mut();
    let mut ids = |names: &[*const MAPINAMEID]| {
        let (count, start) = (names.len() as u32, names.as_ptr());
        method!(object, 13, u32 = count, *const *const MAPINAMEID = start, u32 = 2, *mut *mut SPropTagArray = &raw mut tags)
    };
    assert_eq!(ids(&[&raw const other]), MAPI_E_INVALID_PARAMETER, "a kind that is none");
    assert_eq!(ids(&[null()]), MAPI_E_INVALID_PARAMETER);
    assert_eq!(ids(&[&raw const number]), S_OK);
    // SAFETY: a root of the library with one tag.
    unsafe { assert_eq!(((*tags).aulPropTag[0], MAPIFreeBuffer(tags.cast())), (0x8000_0000, 0)) };

    let mut own = [2u32, 0x8000_0003, 0x9000_001F];
    let mut place: *mut SPropTagArray = own.as_mut_ptr().cast();
    let hr = method!(
        object, 12, *mut *mut SPropTagArray = &raw mut place, *const u8 = null(), u32 = 0, *mut u32 = &raw mut count,
        *mut Ptr = &raw mut found
    );
    assert_eq!((hr, count, place.cast::<u32>().cast_const()), (MAPI_W_ERRORS_RETURNED, 2, own.as_ptr()));
    assert_eq!(own, [2, 0x8000_0003, 0x9000_000A], "the client's own array says what has no name");
    // SAFETY: two pointers, the second of them NULL.
    unsafe {
        let names = found.cast::<*const MAPINAMEID>();
        assert_eq!(((*names.read()).ulKind, (*names.read()).Kind.lID), (0, 0x8503));
        assert_eq!((*names.read()).lpguid.cast::<[u8; 16]>().read(), set_guid);
        assert!(names.add(1).read().is_null());
        assert_eq!(MAPIFreeBuffer(found), 0, "one block frees all of it");
    }
    clean(sim, bound, object);
}

#[test]
fn utility_functions_work_through_real_objects() {
    let (sim, bound, object) = world();
    let text: Vec<u16> = "Minutes".encode_utf16().chain([0]).collect();
    let subject = prop(0x0037_001F, PV { lpszW: text.as_ptr().cast_mut() });
    let mut found: *mut SPropValue = null_mut();
    // SAFETY: an object of the library, properties as their tags say, places for the results.
    unsafe {
        assert_eq!(HrGetOneProp(object, 0x0037_001F, &raw mut found), MAPI_E_NOT_FOUND);
        assert!(found.is_null());
        assert_eq!(HrSetOneProp(object, &raw const subject), S_OK);
        assert_eq!((FPropExists(object, 0x0037_001F), FPropExists(object, 0x0037_0000), FPropExists(object, 0x1000_001F)), (1, 1, 0));
        assert_eq!(HrGetOneProp(object, 0x0037_001F, &raw mut found), S_OK);
        let mut copy: *mut SPropValue = null_mut();
        let allocate: ALLOCATEBUFFER = mapi32::memory::MAPIAllocateBuffer;
        assert_eq!(ScDupPropset(1, found, allocate, &raw mut copy), S_OK);
        assert_eq!(MAPIFreeBuffer(found.cast()), 0);
        let units: Vec<u16> = (0..text.len()).map(|at| (*copy).Value.lpszW.add(at).read_unaligned()).collect();
        assert_eq!(units, text);
        assert_eq!(MAPIFreeBuffer(copy.cast()), 0);
        assert_eq!(HrSetOneProp(object, &prop(0x6701_0099, PV { li: 0 })), 0x8004_0302, "a problem is the result");
        // A property of a status object, and one that cannot be set there.
        let (hr, session) = logon(Some("Work"), QUIET);
        assert_eq!(hr, S_OK);
        let table = status_table(session, 0);
        let rows = all_rows(table);
        assert_eq!(release(table), 0);
        let Some((_, Read::Binary(id))) = rows[0].iter().find(|(tag, _)| *tag == 0x0FFF_0102) else { panic!("an identifier") };
        let status = open_odd(session, id);
        assert_eq!(HrGetOneProp(status, 0x0FFE_0003, &raw mut found), S_OK);
        assert_eq!(first(found).Value.l, 10);
        assert_eq!(HrSetOneProp(status, &raw const subject), MAPI_E_NO_ACCESS);
        assert_eq!(release(status), 0);
        assert_eq!(logoff(session), S_OK);
        assert_eq!(release(session), 0);
    }
    clean(sim, bound, object);
}

/// OpenEntry with an identifier that lies at an odd address, which is as good as any (EID-013).
fn open_odd(session: Ptr, id: &[u8]) -> Ptr {
    // shows EID-013
    let mut bytes = vec![0u64; id.len() / 8 + 2];
    let odd = bytes.as_mut_ptr().cast::<u8>().wrapping_add(1);
    // SAFETY: the block has room for the identifier and a byte more.
    unsafe { odd.copy_from_nonoverlapping(id.as_ptr(), id.len()) };
    assert_eq!(odd.addr() % 2, 1);
    let (mut kind, mut object) = (0u32, null_mut());
    let hr = method!(
        session, 9, u32 = id.len() as u32, *const u8 = odd, *const u8 = null(), u32 = 0, *mut u32 = &raw mut kind, *mut Ptr = &raw mut object
    );
    assert_eq!((hr, kind), (S_OK, 10));
    object
}

#[test]
fn a_destination_of_the_client_s_own_is_not_taken_for_ours() {
    let sim = Arc::new(Sim::office());
    let bound = bind_process(sim.clone(), "client");
    assert_eq!(initialize(), S_OK);
    let object = create();
    // An object of the client: a pointer to functions that are not the library's, and nothing behind it.
    let functions = [0usize; 32];
    let mut foreign = [functions.as_ptr().addr(), 1];
    let dest: Ptr = foreign.as_mut_ptr().cast();
    let iid = *Guid::IID_IMAPIProp.bytes();
    let hr = method!(
        object, 10, u32 = 0, *const u8 = null(), *const u32 = null(), usize = 0, Ptr = null_mut(), *const u8 = iid.as_ptr(), Ptr = dest,
        u32 = 0, Ptr = null_mut()
    );
    assert_eq!(hr, MAPI_E_NO_SUPPORT);
    assert_eq!(release(object), 0);
    bound.discard();
    Arc::into_inner(sim).expect("the binding is gone").discard();
}

/// Table data are an object of the library, of which the subsystem decides whether properties can be copied onto it.
#[test]
fn a_destination_of_every_kind_is_judged_by_the_subsystem() {
    let (sim, bound, object) = world();
    let (mut data, columns) = (null_mut(), [1u32, 0x3000_0003]);
    // SAFETY: NULL functions are allowed, and the places are locals.
    let hr =
        unsafe { CreateTable(null_mut(), null_mut(), null_mut(), null_mut(), null_mut(), 0, 0x3000_0003, columns.as_ptr(), &raw mut data) };
    assert_eq!(hr, S_OK);
    let iid = *Guid::IID_IMAPIProp.bytes();
    let hr = method!(
        object, 10, u32 = 0, *const u8 = null(), *const u32 = null(), usize = 0, Ptr = null_mut(), *const u8 = iid.as_ptr(), Ptr = data,
        u32 = 0, Ptr = null_mut()
    );
    assert_eq!(hr, MAPI_E_INTERFACE_NOT_SUPPORTED);
    assert_eq!(release(data), 0);
    clean(sim, bound, object);
}

/// More than any array of the interface may have: how much a stream takes is the subsystem's affair.
#[test]
fn a_stream_takes_two_mebibytes_at_once() {
    let (sim, bound, object) = world();
    let (mut stream, iid) = (null_mut(), iid(0xC));
    // PR_HTML, with MAPI_CREATE and MAPI_MODIFY.
    let hr = method!(object, 7, u32 = 0x1013_0102, *const u8 = iid.as_ptr(), u32 = 0, u32 = 3, *mut Ptr = &raw mut stream);
    assert_eq!(hr, S_OK);
    let (bytes, mut written) = (vec![7u8; 2 << 20], 0u32);
    let count = bytes.len() as u32;
    assert_eq!(method!(stream, 4, *const u8 = bytes.as_ptr(), u32 = count, *mut u32 = &raw mut written), S_OK);
    assert_eq!(written, count);
    assert_eq!(release(stream), 0);
    clean(sim, bound, object);
}
