//! Rules of every call: codes and their names, NULL, identities, references, memory that goes in.

use mapi_sim::Hresult;

use super::*;

/// Every code by name and number: the C programs hold the same list against the headers.
const CODES: &str = include_str!("../../clients/c/codes.h");

/// The rows of the list: name and number.
fn codes() -> Vec<(&'static str, u32)> {
    let row = |line: &'static str| {
        let (name, number) = line.strip_prefix("CODE(")?.strip_suffix(')')?.split_once(", 0x")?;
        Some((name, u32::from_str_radix(number, 16).unwrap()))
    };
    CODES.lines().filter_map(row).collect()
}

/// The codes that no page uses: they have a name and a number, and no call gives them by itself.
// shows ERROR-008, ERROR-047, ERROR-049, ERROR-084, ERROR-085, ERROR-086, ERROR-087, ERROR-088, ERROR-089, ERROR-090, ERROR-091, ERROR-092
// shows ERROR-093, ERROR-094, ERROR-131, ERROR-136
#[test]
fn codes_are_those_of_the_headers() {
    let list = codes();
    assert!(list.len() > 85, "{}", list.len());
    for (name, number) in &list {
        assert_eq!(Hresult::from_name(name), Some(Hresult::new(*number)), "{name}");
    }
    // ERROR_TIMEOUT is Windows' own error 1460 in the headers; here it is that error as a result.
    for (name, hr) in Hresult::names().filter(|(name, _)| *name != "ERROR_TIMEOUT") {
        assert!(list.contains(&(name, hr.code())), "{name} is not in codes.h");
        let made = match name.get(..7) {
            Some("MAPI_E_") if hr.code() >> 16 == 0x8004 => 0x8004_0000 | hr.short_code(),
            Some("MAPI_W_") => 0x0004_0000 | hr.short_code(),
            _ => hr.code(),
        };
        assert_eq!(made, hr.code(), "{name}: MAKE_MAPI_E, MAKE_MAPI_S");
        assert_eq!(hr.is_failure(), !name.starts_with("S_") && !name.starts_with("MAPI_W_"), "{name}");
        assert_eq!(hr.to_string(), name);
    }
    assert_eq!(Hresult::from_name("MAPI_E_BAD_CHARWIDTH"), Some(Hresult::new(0x8004_0103)));
    assert_eq!(Hresult::from_name("MAPI_E_BAD_CHAR_WIDTH"), None, "a misspelling of one page");
    assert_eq!(Hresult::new(0x8004_0FFF).to_string(), "0x80040FFF", "no name: the number");
}

// shows ERROR-001, ERROR-002, ERROR-003, ERROR-004, ERROR-005, ERROR-006, ERROR-007, ERROR-009
#[test]
fn the_fields_of_a_code() {
    let [failure, warning, no] = [0x8004_0102, 0x0004_0380, 1].map(Hresult::new);
    assert!(failure.is_failure() && !failure.is_success());
    assert!(warning.is_success() && !warning.is_failure() && warning.is_warning());
    assert!(no.is_success() && Hresult::S_OK.is_success() && !Hresult::S_OK.is_warning(), "only the high bit decides");
    assert_eq!((warning.short_code(), warning.facility(), failure.facility()), (0x380, 4, 4));
    for (name, hr) in Hresult::names() {
        if hr.is_warning() && name.starts_with("MAPI_W_") || hr.code() & 0xFFFF_0000 == 0x8004_0000 {
            assert_eq!(hr.facility(), 4, "{name}: FACILITY_ITF");
        }
        // Four reserved bits before eleven of the facility, or eleven before four: no code in use can tell.
        assert_eq!(((hr.code() >> 16) & 0xF, (hr.code() >> 16) & 0x7FF), (hr.facility() & 0xF, hr.facility()), "{name}");
    }
    assert_eq!((size_of::<Hresult>(), size_of::<mapi32::abi::HRESULT>(), size_of::<mapi32::abi::SCODE>()), (4, 4, 4));
}

/// The triggers of codes that can be seen in this library by now, through C.
// shows ERROR-023, ERROR-024, ERROR-025, ERROR-026, ERROR-064, ERROR-066, ERROR-114
#[test]
fn each_failure_of_mapiinitialize() {
    let fails = |step: &str, init: [u32; 2]| {
        let machine = if step.is_empty() { String::new() } else { format!("[machine]\ninit_failure = \"{step}\"\n") };
        let sim = Arc::new(Fixture::from_text(&format!("format = 1\nextends = \"minimal\"\n{machine}")).unwrap().start());
        let bound = bind_process(sim.clone(), "client");
        let hr = unsafe { MAPIInitialize(init.as_ptr()) };
        let mut admin = null_mut();
        assert_eq!(unsafe { MAPIAdminProfiles(0, &raw mut admin) }, MAPI_E_NOT_INITIALIZED);
        assert_eq!(logon(Some("Work"), QUIET), (MAPI_E_NOT_INITIALIZED, null_mut()));
        bound.discard();
        Arc::into_inner(sim).unwrap().discard();
        hr
    };
    assert_eq!(fails("", [1, 0]), MAPI_E_INVALID_PARAMETER, "MAPI_INIT_VERSION is 0");
    assert_eq!(fails("", [0, 0x4000_0000]), 0x8004_0106);
    assert_eq!(fails("registry", [0, 0x0001_0000]), 0x8004_0117, "MAPI_NT_SERVICE");
    assert_eq!(fails("ole_version", [0, 0]), Hresult::MAPI_E_VERSION.code());
    assert_eq!(fails("process_context", [0, 0]), 0x8004_0112);
    assert_eq!(fails("shared_globals", [0, 0]), Hresult::MAPI_E_NOT_ENOUGH_RESOURCES.code());
    assert_eq!(fails("notification_engine", [0, 0]), MAPI_E_INVALID_OBJECT);
    assert_eq!(fails("profile_provider", [0, 0]), Hresult::MAPI_E_NOT_INITIALIZED.code());
}

/// Codes whose trigger is a method that is here.
// shows ERROR-052, ERROR-055, ERROR-057, ERROR-058, ERROR-059, ERROR-096, ERROR-121, ERROR-022, ERROR-014
#[test]
fn codes_that_a_session_gives() {
    let (sim, bound) = world(None);
    let (_, session) = logon(Some("Work"), QUIET);
    let (mut out, mut kind, none): (Ptr, u32, Ptr) = (null_mut(), 0, null_mut());
    assert_eq!(query_interface(session, iid(0x20301), &mut out), Hresult::MAPI_E_INTERFACE_NOT_SUPPORTED.code());
    assert_eq!(method!(session, 19, u32 = 0, *mut Ptr = &raw mut out), Hresult::MAPI_E_NO_SUPPORT.code());
    let table = status_table(session, 0);
    assert_eq!(method!(table, 8, u32 = 0x100, *mut Ptr = &raw mut out), Hresult::MAPI_E_UNKNOWN_FLAGS.code());
    let sink = sink();
    let mut connection = 0usize;
    let three = [1u8; 24];
    let hr = method!(session, 11, u32 = 3, *const u8 = three.as_ptr(), u32 = 1, Ptr = sink.pointer(), *mut usize = &raw mut connection);
    assert_eq!((hr, connection, sink.references()), (Hresult::MAPI_E_INVALID_ENTRYID.code(), 0, 1));
    let mut foreign = [7u8; 24];
    foreign[..4].fill(0);
    let hr =
        method!(session, 9, u32 = 24, *const u8 = foreign.as_ptr(), Ptr = none, u32 = 0, *mut u32 = &raw mut kind, *mut Ptr = &raw mut out);
    assert_eq!((hr, out), (Hresult::MAPI_E_UNKNOWN_ENTRYID.code(), null_mut()));
    assert_eq!(logoff(session), S_OK);
    let mut count = 0u32;
    assert_eq!(method!(table, 9, u32 = 0, *mut u32 = &raw mut count), Hresult::MAPI_E_INVALID_OBJECT.code());
    assert_eq!((release(table), release(session)), (0, 0), "apart from IUnknown");
    bound.discard();
    Arc::into_inner(sim).unwrap().discard();
    // Nobody is the primary identity of a profile without one.
    let (sim, bound) = world(Some("format = 1\nextends = \"standard\"\n[[profile]]\nname = \"Own\"\nservices = [\"LOCAL\"]\n"));
    let (hr, session) = logon(Some("Own"), QUIET);
    assert_eq!(hr, S_OK);
    let (mut size, mut id): (u32, Ptr) = (0, null_mut());
    let hr = method!(session, 16, *mut u32 = &raw mut size, *mut Ptr = &raw mut id);
    assert_eq!((hr, Hresult::new(hr).is_failure(), Hresult::new(hr)), (0x0004_0203, false, Hresult::MAPI_W_NO_SERVICE));
    leave(session);
    bound.discard();
    Arc::into_inner(sim).unwrap().discard();
}

/// Methods by object and slot: the argument of the flags, and those that lead to results.
const OUT: &[(&str, usize, Option<usize>, &[usize])] = &[
    ("session", 3, Some(1), &[2]),
    ("session", 4, Some(0), &[1]),
    ("session", 5, Some(4), &[5]),
    ("session", 6, Some(2), &[3]),
    ("session", 8, Some(0), &[1]),
    ("session", 9, Some(3), &[4, 5]),
    ("session", 10, Some(4), &[5]),
    ("session", 11, None, &[4]),
    ("session", 14, Some(1), &[2, 3]),
    ("session", 15, Some(0), &[1, 2]),
    ("session", 16, None, &[0, 1]),
    ("table", 8, Some(0), &[1]),
    ("table", 9, Some(0), &[1]),
    ("table", 19, Some(1), &[2]),
];

/// NULL where a result goes is MAPI_E_INVALID_PARAMETER; a method that fails leaves its out-parameters as they are, or NULL.
// shows ERROR-019, ERROR-028, ERROR-051
#[test]
fn out_parameters_that_are_null_or_not_written() {
    let (sim, bound) = world(None);
    let (_, session) = logon(Some("Work"), QUIET);
    let table = status_table(session, 0);
    type Any = unsafe extern "system" fn(Ptr, usize, usize, usize, usize, usize, usize) -> u32;
    let call = |object: Ptr, number: usize, args: [usize; 6]| {
        let function: Any = unsafe { std::mem::transmute(slot(object, number)) };
        let [a, b, c, d, e, f] = args;
        unsafe { function(object, a, b, c, d, e, f) }
    };
    let mut failed = 0;
    for (name, number, flags, outs) in OUT {
        let object = if *name == "session" { session } else { table };
        let mut places = [0x5A5A_5A5A_5A5A_5A5Au64; 6];
        let start = places.as_mut_ptr();
        let given: [usize; 6] = std::array::from_fn(|at| if outs.contains(&at) { start.wrapping_add(at).expose_provenance() } else { 0 });
        for missing in *outs {
            let mut args = given;
            args[*missing] = 0;
            assert_eq!(call(object, *number, args), Hresult::MAPI_E_INVALID_PARAMETER.code(), "{name} {number}");
        }
        // A flag that no method has, or what else is missing.
        let args: [usize; 6] = std::array::from_fn(|at| if Some(at) == *flags { 0x1000_0000 } else { given[at] });
        if call(object, *number, args) >> 31 == 1 {
            failed += 1;
            for at in *outs {
                let place = unsafe { start.add(*at).read_volatile() };
                assert!(place == 0x5A5A_5A5A_5A5A_5A5A || place & 0xFFFF_FFFF == 0, "{name} {number}: {place:X}");
            }
        }
    }
    assert!(failed > 10, "{failed} methods");
    assert_eq!(release(table), 0);
    leave(session);
    bound.discard();
    Arc::into_inner(sim).unwrap().discard();
}

/// One identity an object, no outer unknown; one reference for whoever asked; counts that nobody relies on, and a report that counts by itself.
// shows ERROR-029, MEMORY-005, SESSION-005
#[test]
fn identities_and_references() {
    let (sim, bound) = world(None);
    let (_, session) = logon(Some("Work"), QUIET);
    let held = || bound.face().ledger().held();
    assert_eq!((held().len(), held()[0].references), (1, 1));
    let table = status_table(session, 0);
    assert_eq!((held().len(), held()[1].references), (2, 1), "one reference for the caller");
    let (mut one, mut other, mut shutdown) = (null_mut(), null_mut(), null_mut());
    assert_eq!(query_interface(session, iid(0x20397), &mut shutdown), S_OK);
    assert_eq!((query_interface(session, iid(0), &mut one), query_interface(shutdown, iid(0), &mut other)), (S_OK, S_OK));
    assert_eq!(one, other);
    // What Release gives is not looked at: the report knows all the same.
    let _ = (release(one), release(other), release(shutdown), add_ref(table));
    leave(session);
    uninitialize();
    let verdict = bound.face().verdict().expect_err("a reference too many");
    assert!(verdict.contains("alive at MAPIUninitialize: table#1, 2 reference(s), made by call #3"), "{verdict}");
    let _ = (release(table), release(table));
    assert!(held().is_empty(), "the last Release ended it");
    bound.discard();
    Arc::into_inner(sim).unwrap().discard();
}

/// What goes in stays the client's: memory of any kind is read, and neither freed nor changed.
// shows MEMORY-001
#[test]
fn arguments_stay_their_owners() {
    let (sim, bound) = world(None);
    let (_, session) = logon(Some("Work"), QUIET);
    let table = status_table(session, 0);
    static TAGS: [u32; 2] = [1, 0x3001_001E];
    let stack = TAGS;
    let mut heap: Ptr = null_mut();
    assert_eq!(unsafe { MAPIAllocateBuffer(8, &raw mut heap) }, S_OK);
    unsafe { heap.cast::<[u32; 2]>().write(TAGS) };
    for tags in [(&raw const TAGS).cast::<u32>(), stack.as_ptr(), heap.cast_const().cast()] {
        assert_eq!(method!(table, 7, *const u32 = tags, u32 = 0), S_OK);
        assert_eq!(unsafe { std::slice::from_raw_parts(tags, 2) }, TAGS);
    }
    assert_eq!(leaks(bound.face().id()).len(), 1, "the client's block is there still");
    free(heap);
    assert!(findings(bound.face().id()).is_empty());
    assert_eq!(release(table), 0);
    leave(session);
    clean(sim, bound);
}

/// MAPILogonEx through C: five arguments, the window in its full width; strings are 16-bit units everywhere.
// shows LOGON-053, LOGON-078
#[test]
fn arguments_of_mapilogonex_arrive() {
    let (sim, bound) = world(None);
    let name: Vec<u16> = "Work\0".encode_utf16().collect();
    let password: Vec<u16> = "secret\0".encode_utf16().collect();
    let mut session = null_mut();
    let logon: unsafe extern "system" fn(usize, *const std::ffi::c_void, *const std::ffi::c_void, u32, *mut Ptr) -> u32 = MAPILogonEx;
    let hr =
        unsafe { logon(0x1234_5678_9ABC_DEF0, name.as_ptr().cast(), password.as_ptr().cast(), QUIET | MAPI_UNICODE, &raw mut session) };
    assert_eq!((hr, session), (MAPI_E_LOGON_FAILED, null_mut()), "the profile has no such password");
    let call = sim.journal().entries().map(|entry| entry.call().to_string()).find(|call| call.starts_with("MAPILogonEx")).unwrap();
    let window = 0x1234_5678_9ABC_DEF0u64;
    assert!(call.contains(&format!("ui_param={window}")) || call.contains(&format!("ui_param=0x{window:X}")), "{call}");
    assert!(
        call.contains("\"Work\"") && call.contains("MAPI_UNICODE") && call.contains("MAPI_NO_MAIL") && call.contains("password="),
        "{call}"
    );
    bound.discard();
    Arc::into_inner(sim).unwrap().discard();
}

/// The results of the allocator are 32 bits of their own kind.
// shows ERROR-027
#[test]
fn results_that_are_no_hresult() {
    let free: unsafe extern "system" fn(Ptr) -> u32 = mapi32::memory::MAPIFreeBuffer;
    let allocate: mapi32::abi::ALLOCATEBUFFER = mapi32::memory::MAPIAllocateBuffer;
    let mut block = null_mut();
    assert_eq!((unsafe { allocate(4, &raw mut block) }, unsafe { free(block) }), (0i32, 0u32));
}

/// Sizes of structures with so many elements: what the macros of the headers compute (the C programs hold the macros themselves).
// shows MEMORY-057, MEMORY-058, MEMORY-059, MEMORY-060
#[test]
fn sizes_of_counted_structures() {
    use mapi32::abi::*;
    use std::mem::offset_of;
    let size = |head: usize, each: usize, count: usize| head + each * count;
    assert_eq!(size(offset_of!(SRowSet, aRow), size_of::<SRow>(), 3), 56);
    assert_eq!(size(offset_of!(SPropTagArray, aulPropTag), 4, 5), 24);
    assert_eq!(size(offset_of!(ADRLIST, aEntries), size_of::<ADRENTRY>(), 2), 40);
    assert_eq!(size(offset_of!(SSortOrderSet, aSort), size_of::<SSortOrder>(), 2), 28);
    assert_eq!(size(offset_of!(ENTRYID, ab), 1, 20), 24);
    let one = MAPIUID { ab: [1; 16] };
    for bit in 0..128 {
        let mut other = one;
        other.ab[bit / 8] ^= 1 << (bit % 8);
        assert!(one == one && one != other);
    }
}
