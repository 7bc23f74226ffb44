//! The C face through its exported functions and vtables, beside the Rust face.

mod client;

use std::ptr::null_mut;
use std::sync::Arc;

use client::*;
use mapi_sim::mapi::PropType;
use mapi_sim::{Hresult, Logon, LogonFlags, Row, Sim, Text, Value};
use mapi32::ledger::Problem;
use mapi32::{Bound, bind_process};

fn office() -> (Arc<Sim>, Bound) {
    let sim = Arc::new(Sim::office());
    let bound = bind_process(sim.clone(), "client");
    assert_eq!(initialize(), S_OK);
    (sim, bound)
}

/// Ends a test in which nothing may be wrong.
fn clean(sim: Arc<Sim>, bound: Bound) {
    uninitialize();
    bound.finish();
    Arc::into_inner(sim).expect("the binding is gone").finish();
}

/// Ends a test in which the client misbehaved: what kinds of findings there are.
fn found(sim: Arc<Sim>, bound: Bound) -> Vec<(Problem, String)> {
    let found = bound.face().ledger().all().into_iter().map(|finding| (finding.problem, finding.text)).collect();
    bound.discard();
    Arc::into_inner(sim).expect("the binding is gone").discard();
    found
}

fn value(tag: u32, value: &Value) -> Read {
    match value {
        Value::Long(v) => Read::Long(*v),
        Value::Bool(v) => Read::Bool((*v).into()),
        Value::Error(hr) => Read::Error(hr.code()),
        Value::String(text) if tag & 0xFFFF == 0x1F => Read::Wide(text.encode_utf16().collect()),
        Value::String(text) => Read::Ansi(text.bytes().collect()),
        Value::Binary(bytes) => Read::Binary(bytes.clone()),
        other => panic!("{other} is not expected in these tables"),
    }
}

fn expected(rows: &[Row]) -> Vec<Vec<(u32, Read)>> {
    rows.iter().map(|row| row.props.iter().map(|prop| (prop.tag.value(), value(prop.tag.value(), &prop.value))).collect()).collect()
}

/// The eight combinations of a client's favourite flags, by both faces: equal answers, and equal worlds afterwards.
#[test]
fn logon_in_eight_ways() {
    let cases = [0x22, 0x8022, 0x20, 0x62, 0x3B, 0x32, 0x8060, 0x0010_0022];
    for profile in [Some("Work"), Some("Nobody"), None] {
        for flags in cases {
            let (sim, bound) = office();
            let (hr, session) = logon(profile, flags);
            let other = Sim::office();
            let process = other.process("client");
            let logon = match profile {
                Some(name) => Logon::profile(Text::ansi(name.as_bytes())),
                None => Logon::default(),
            };
            let rust = process.logon_ex(logon.flags(LogonFlags::new(flags)));
            let wanted = rust.as_ref().map_or_else(|failure| failure.hresult(), |_| Hresult::S_OK);
            assert_eq!(Hresult::new(hr), wanted, "{profile:?} 0x{flags:X}");
            assert_eq!(session.is_null(), hr != S_OK, "LOGON-070");
            assert_eq!(sim.state().to_string(), other.state().to_string());
            if hr == S_OK {
                assert_eq!(logoff(session), S_OK);
                assert_eq!(release(session), 0);
            }
            drop(rust);
            other.discard();
            clean(sim, bound);
        }
    }
}

#[test]
fn names_in_both_widths() {
    let (sim, bound) = office();
    let (hr, session) = logon_wide("Work", QUIET);
    assert_eq!(hr, S_OK);
    assert_eq!(logoff(session), S_OK);
    assert_eq!(release(session), 0);
    // 8-bit bytes under MAPI_UNICODE read as the units that lie there.
    let mut session = null_mut();
    // SAFETY: the bytes of "Work", and NUL.
    let hr = unsafe { MAPILogonEx(0, [0x6F57u16, 0x6B72, 0, 0].as_ptr().cast(), null_mut(), QUIET | MAPI_UNICODE, &raw mut session) };
    assert_eq!(hr, MAPI_E_LOGON_FAILED);
    let (problems, warnings) = bound.face().ledger().findings();
    assert!(problems.is_empty() && warnings[0].contains("looks like 8-bit bytes"), "{warnings:?}");
    clean(sim, bound);
}

/// The status table, column by column, as the Rust face has it on the same fixture.
#[test]
fn status_table_is_that_of_the_rust_face() {
    for (flags, unicode) in [(0, false), (MAPI_UNICODE, true)] {
        let (sim, bound) = office();
        let (_, session) = logon(Some("Work"), 0x22);
        let table = status_table(session, flags);
        let other = Sim::office();
        let process = other.process("client");
        let rust = process.logon_ex(Logon::profile("Work").flags(LogonFlags::new(0x22))).expect("logs on");
        let rust_table = rust.get_status_table(flags).expect("opens");
        let rows = rust_table.query_all_rows().expect("reads");
        assert!(!rows.0.is_empty());
        assert_eq!(all_rows(table), expected(&rows.0));
        let text = if unicode { PropType::UNICODE } else { PropType::STRING8 };
        assert!(rows.0[0].props.iter().any(|prop| prop.tag.prop_type() == text));

        let mut tags: *mut u32 = null_mut();
        assert_eq!(method!(table, 8, u32 = 0, *mut *mut u32 = &raw mut tags), S_OK);
        // SAFETY: a counted array of tags.
        let columns = unsafe { std::slice::from_raw_parts(tags.add(1), *tags as usize) }.to_vec();
        assert_eq!(columns, rust_table.query_columns().expect("reads").iter().map(|tag| tag.value()).collect::<Vec<_>>());
        // SAFETY: a block of the library.
        unsafe { MAPIFreeBuffer(tags.cast()) };

        let (mut count, mut sought) = (0u32, -7i32);
        assert_eq!(method!(table, 9, u32 = 0, *mut u32 = &raw mut count), S_OK);
        assert_eq!(count as usize, rows.0.len());
        assert_eq!(method!(table, 10, usize = 0, i32 = 1, *mut i32 = &raw mut sought), S_OK);
        assert_eq!(sought, 1);
        assert_eq!(method!(table, 10, usize = 0, i32 = 0, *mut i32 = null_mut()), S_OK, "the count of rows sought may be NULL");
        assert_eq!(release(table), 0);
        assert_eq!(logoff(session), S_OK);
        assert_eq!(release(session), 0);
        rust.logoff(Default::default()).expect("logs off");
        drop((rust_table, rust));
        drop(process);
        other.discard();
        clean(sim, bound);
    }
}

#[test]
fn stores_and_their_properties() {
    let (sim, bound) = office();
    let (_, session) = logon(Some("Work"), QUIET);
    let table = stores_table(session, MAPI_UNICODE);
    let rows = all_rows(table);
    assert_eq!(release(table), 0);
    let row = rows.iter().find(|row| row.contains(&(0x3400_000B, Read::Bool(1)))).expect("a default store");
    let Some((_, Read::Binary(entry_id))) = row.iter().find(|(tag, _)| *tag == 0x0FFF_0102) else { panic!("PR_ENTRYID") };

    let mut store = null_mut();
    let hr = method!(
        session, 5, usize = 0, u32 = u32::try_from(entry_id.len()).expect("short"), *const u8 = entry_id.as_ptr(), *const u8 = null_mut(),
        u32 = 0, *mut Ptr = &raw mut store
    );
    assert_eq!(hr, S_OK);
    let (mut count, mut props): (u32, *mut u8) = (0, null_mut());
    let tags: [u32; 4] = [3, 0x3001_001F, 0x3FFE_0102, 0x0FFE_0003];
    let hr = method!(store, 5, *const u32 = tags.as_ptr(), u32 = 0, *mut u32 = &raw mut count, *mut *mut u8 = &raw mut props);
    assert_eq!(hr, 0x0004_0380, "MAPI_W_ERRORS_RETURNED: one of them does not exist");
    // SAFETY: values of the library.
    let read = unsafe { read_props(props, count) };
    assert_eq!(read[0], row.iter().find(|(tag, _)| *tag == 0x3001_001F).cloned().expect("PR_DISPLAY_NAME"));
    assert_eq!(read[1], (0x3FFE_000A, Read::Error(0x8004_010F)));
    assert_eq!(read[2], (0x0FFE_0003, Read::Long(1)));
    // SAFETY: a root of the library.
    unsafe { MAPIFreeBuffer(props.cast()) };
    let mut list: *mut u32 = null_mut();
    assert_eq!(method!(store, 6, u32 = 0, *mut *mut u32 = &raw mut list), S_OK);
    // SAFETY: a root of the library.
    unsafe { MAPIFreeBuffer(list.cast()) };

    // IMsgStore and IMAPIProp are one pointer; the count is one for both.
    let mut again = null_mut();
    assert_eq!(query_interface(store, iid(0x20303), &mut again), S_OK);
    assert_eq!(again, store);
    assert_eq!(release(again), 1);
    assert_eq!(release(store), 0);
    assert_eq!(logoff(session), S_OK);
    assert_eq!(release(session), 0);
    clean(sim, bound);
}

#[test]
fn identity_and_interfaces() {
    let (sim, bound) = office();
    let (_, session) = logon(Some("Work"), QUIET);
    let (mut unknown, mut shutdown, mut back, mut none) = (null_mut(), null_mut(), null_mut(), session);
    assert_eq!(query_interface(session, iid(0), &mut unknown), S_OK);
    assert_eq!(query_interface(session, iid(0x20397), &mut shutdown), S_OK);
    assert_ne!(shutdown, session, "IMAPIClientShutdown has slots of its own");
    assert_eq!(query_interface(shutdown, iid(0), &mut back), S_OK);
    assert_eq!(unknown, back, "one IUnknown an object (ERROR-029)");
    assert_eq!(query_interface(session, iid(0x20301), &mut none), E_NOINTERFACE);
    assert!(none.is_null(), "ERROR-010");
    assert_eq!(query_interface(shutdown, iid(0x20300), &mut none), S_OK);
    assert_eq!(none, session);
    assert_eq!(bound.face().ledger().held()[0].references, 5);
    assert_eq!(method!(shutdown, 4), S_OK, "NotifyProcessShutdown");
    for (pointer, left) in [(none, 4), (back, 3), (shutdown, 2), (unknown, 1)] {
        assert_eq!(release(pointer), left);
    }
    assert_eq!(add_ref(session), 2);
    assert_eq!(release(session), 1);
    assert_eq!(method!(session, 0, *const u8 = null_mut(), *mut Ptr = &raw mut none), MAPI_E_INVALID_PARAMETER);
    assert_eq!(method!(session, 0, *const [u8; 16] = &iid(0), *mut Ptr = null_mut()), MAPI_E_INVALID_PARAMETER);
    assert_eq!(logoff(session), S_OK);
    assert_eq!(release(session), 0);
    clean(sim, bound);
}

#[test]
fn last_error_identity_and_address_types() {
    let (sim, bound) = office();
    let (_, session) = logon(Some("Work"), QUIET);
    let mut error: *mut u8 = null_mut();
    assert_eq!(method!(session, 3, u32 = 0, u32 = 0, *mut *mut u8 = &raw mut error), S_OK);
    assert!(error.is_null(), "nothing to say (SESSION-014)");
    let mut store = null_mut();
    let hr =
        method!(session, 5, usize = 0, u32 = 0, *const u8 = null_mut(), *const u8 = null_mut(), u32 = 0x4000, *mut Ptr = &raw mut store);
    assert_ne!(hr, S_OK);
    assert!(store.is_null());
    for flags in [0, MAPI_UNICODE] {
        assert_eq!(method!(session, 3, u32 = hr, u32 = flags, *mut *mut u8 = &raw mut error), S_OK);
        // SAFETY: a MAPIERROR.
        unsafe {
            assert_eq!(error.cast::<u32>().read(), 0, "MAPI_ERROR_VERSION");
            let text = error.add(8).cast::<*const u8>().read();
            assert_eq!(*text.add(1) == 0, flags != 0, "UTF-16 with MAPI_UNICODE (ERROR-037)");
            MAPIFreeBuffer(error.cast());
        }
    }
    let (mut count, mut block): (u32, Ptr) = (0, null_mut());
    assert_eq!(method!(session, 16, *mut u32 = &raw mut count, *mut Ptr = &raw mut block), S_OK);
    assert!(count > 20);
    // SAFETY: a root of the library.
    unsafe { MAPIFreeBuffer(block) };
    assert_eq!(method!(session, 15, u32 = 0, *mut u32 = &raw mut count, *mut Ptr = &raw mut block), S_OK);
    // SAFETY: a root of the library.
    unsafe { MAPIFreeBuffer(block) };
    assert_eq!(logoff(session), S_OK);
    assert_eq!(release(session), 0);
    clean(sim, bound);
}

/// NULL where there has to be something, and what stands in out-parameters after a failure (ERROR-019, MEMORY-004).
#[test]
fn null_and_out_parameters() {
    let (sim, bound) = office();
    // SAFETY: NULL is what is tried.
    assert_eq!(unsafe { MAPILogonEx(0, null_mut(), null_mut(), 0x20, null_mut()) }, MAPI_E_LOGON_FAILED, "LOGON-069");
    // SAFETY: as above.
    assert_eq!(unsafe { MAPIAdminProfiles(0, null_mut()) }, MAPI_E_INVALID_PARAMETER);
    let (_, session) = logon(Some("Work"), QUIET);
    assert_eq!(method!(session, 8, u32 = 0, *mut Ptr = null_mut()), MAPI_E_INVALID_PARAMETER);
    assert_eq!(method!(session, 3, u32 = 0, u32 = 0, *mut Ptr = null_mut()), MAPI_E_INVALID_PARAMETER);
    let mut table = 0x77 as Ptr;
    assert_ne!(method!(session, 8, u32 = 0x4000_0000, *mut Ptr = &raw mut table), S_OK);
    assert_eq!(table as usize, 0x77, "not written on failure");
    let table = status_table(session, 0);
    assert_eq!(method!(table, 7, *const u32 = null_mut(), u32 = 0), MAPI_E_INVALID_PARAMETER);
    assert_eq!(method!(table, 19, i32 = 1, u32 = 0, *mut Ptr = null_mut()), MAPI_E_INVALID_PARAMETER);
    assert_eq!(release(table), 0);
    assert_eq!(logoff(session), S_OK);
    assert_eq!(release(session), 0);
    clean(sim, bound);
}

#[test]
fn nothing_works_before_initialize() {
    let sim = Arc::new(Sim::office());
    let bound = bind_process(sim.clone(), "client");
    let (hr, session) = logon(Some("Work"), QUIET);
    assert_eq!(hr, MAPI_E_NOT_INITIALIZED);
    assert!(session.is_null());
    // SAFETY: a version that is none.
    assert_eq!(unsafe { MAPIInitialize([7u32, 0].as_ptr()) }, MAPI_E_INVALID_PARAMETER);
    bound.discard();
    Arc::into_inner(sim).expect("alone").discard();
}

#[test]
fn over_release_names_the_call_that_made_the_object() {
    let (sim, bound) = office();
    let (_, session) = logon(Some("Work"), QUIET);
    let table = status_table(session, 0);
    assert_eq!(release(table), 0);
    assert_eq!(release(table), 0);
    assert_eq!(add_ref(table), 0);
    let mut count = 9u32;
    assert_eq!(method!(table, 9, u32 = 0, *mut u32 = &raw mut count), MAPI_E_INVALID_OBJECT);
    assert_eq!(count, 9);
    let mut out = session;
    assert_eq!(query_interface(table, iid(0), &mut out), MAPI_E_CALL_FAILED);
    let found = found(sim, bound);
    let kinds: Vec<Problem> = found.iter().map(|(problem, _)| *problem).collect();
    assert_eq!(kinds, [Problem::OverRelease, Problem::UseAfterRelease, Problem::UseAfterRelease, Problem::UseAfterRelease]);
    assert!(found[0].1.contains("made by call #3 session#1.GetStatusTable() by client"), "{}", found[0].1);
}

#[test]
fn use_after_logoff_and_leaks_are_told() {
    let (sim, bound) = office();
    let (_, session) = logon(Some("Work"), QUIET);
    let table = status_table(session, 0);
    assert_eq!(logoff(session), S_OK);
    let mut count = 0u32;
    assert_eq!(method!(table, 9, u32 = 0, *mut u32 = &raw mut count), MAPI_E_INVALID_OBJECT);
    add_ref(table);
    let mut block = null_mut();
    // SAFETY: a local.
    assert_eq!(unsafe { MAPIAllocateBuffer(10, &raw mut block) }, S_OK);
    assert_eq!(release(session), 0);
    uninitialize();
    let found = found(sim, bound);
    let has = |problem, text: &str| assert!(found.iter().any(|(kind, said)| *kind == problem && said.contains(text)), "{text}: {found:#?}");
    has(Problem::UseAfterLogoff, "IMAPITable::GetRowCount came after Logoff on table#1, made by call #3");
    has(Problem::Order, "session#1 was released before what it had opened: table#1");
    has(Problem::Leak, "table#1, 2 reference(s), made by call #3");
    has(Problem::Leak, "(10 bytes, made by MAPIAllocateBuffer");
}

/// What is not built says so, and the verdict tells it.
#[test]
fn what_is_not_built_is_told() {
    let (sim, bound) = office();
    let (_, session) = logon(Some("Work"), QUIET);
    let mut admin = 0x77 as Ptr;
    assert_eq!(method!(session, 19, u32 = 0, *mut Ptr = &raw mut admin), MAPI_E_NO_SUPPORT, "AdminServices");
    // SAFETY: no argument is looked at.
    assert_eq!(unsafe { OpenIMsgSession() }, MAPI_E_NO_SUPPORT);
    let verdict = bound.face().verdict().expect_err("fails verification");
    for said in ["OpenIMsgSession is not built", "IMAPISession::AdminServices"] {
        assert!(verdict.contains(said), "{verdict}");
    }
    assert_eq!(found(sim, bound).iter().filter(|(kind, _)| *kind == Problem::Unsupported).count(), 1);
}

/// Two processes of one world in one program: the second joins the shared session of the first.
#[test]
fn two_processes_share_a_session() {
    let (sim, outlook) = office();
    let (hr, first) = logon(Some("Work"), 0x2A);
    assert_eq!(hr, S_OK);
    let indexer = bind_process(sim.clone(), "indexer");
    assert_eq!(initialize(), S_OK);
    let (hr, second) = logon(Some("Home"), 0x20);
    assert_eq!(hr, S_OK);
    assert!(sim.kernel(|kernel| kernel.members().all(|(_, member)| Some(member.core) == kernel.shared_session())));
    assert_eq!(logoff(second), S_OK);
    assert_eq!(release(second), 0);
    uninitialize();
    drop(indexer);
    assert_eq!(logoff(first), S_OK);
    assert_eq!(release(first), 0);
    clean(sim, outlook);
}

/// A sink in C: its count, and what it was told.
#[repr(C)]
struct Sink {
    table: *const [usize; 4],
    references: u32,
    told: Vec<(u32, u32)>,
}

unsafe extern "system" fn sink_query(_: *mut Sink, _: *const u8, out: *mut Ptr) -> u32 {
    // SAFETY: the caller gives a place.
    unsafe { *out = null_mut() };
    E_NOINTERFACE
}

unsafe extern "system" fn sink_add(this: *mut Sink) -> u32 {
    // SAFETY: the sink is alive.
    unsafe {
        (*this).references += 1;
        (*this).references
    }
}

unsafe extern "system" fn sink_release(this: *mut Sink) -> u32 {
    // SAFETY: the sink is alive.
    unsafe {
        (*this).references -= 1;
        (*this).references
    }
}

unsafe extern "system" fn sink_notify(this: *mut Sink, count: u32, notifications: *const u32) -> u32 {
    // SAFETY: one notification at least.
    unsafe { (*this).told.push((count, notifications.read())) };
    0
}

#[test]
fn a_sink_is_told_and_let_go() {
    let table: [usize; 4] = [
        sink_query as *const () as usize,
        sink_add as *const () as usize,
        sink_release as *const () as usize,
        sink_notify as *const () as usize,
    ];
    let mut sink = Sink { table: &raw const table, references: 1, told: Vec::new() };
    let (sim, bound) = office();
    let (_, session) = logon(Some("Work"), 0x2A);
    let (_, other) = logon(None, 0x20);
    let mut connection = usize::MAX;
    let place: Ptr = (&raw mut sink).cast();
    let advise = |connection: *mut usize| method!(session, 11, u32 = 0, *const u8 = null_mut(), u32 = 0x8000_0001, Ptr = place, *mut usize = connection);
    assert_eq!(advise(&raw mut connection), S_OK);
    assert!(connection != 0 && connection < 1 << 32, "all eight bytes are written");
    assert_eq!(sink.references, 2, "SESSION-172");
    assert_eq!(logoff(other), S_OK);
    assert_eq!(release(other), 0);
    // SAFETY: no pointers.
    assert_eq!(unsafe { HrDispatchNotifications(0) }, S_OK);
    assert_eq!(sink.told, [(1, 0x8000_0000)], "SESSION-175");
    assert_eq!(method!(session, 12, usize = connection), S_OK);
    assert_eq!(sink.references, 1);
    assert_eq!(advise(&raw mut connection), S_OK);
    assert_eq!(logoff(session), S_OK);
    assert_eq!(sink.references, 1, "Logoff ends the registration");
    assert_eq!(release(session), 0);
    clean(sim, bound);
}

/// A wait that nothing in the world can end fails instead of hanging.
#[test]
fn a_deadlock_is_told() {
    let text = "format = 1\nextends = \"minimal\"\n[[script.mutex]]\nprocess = \"other\"\nfrom = \"0s\"\n";
    let fixture = mapi_sim::Fixture::from_text(text).expect("a world");
    let sim = Arc::new(fixture.start());
    let bound = bind_process(sim.clone(), "client");
    assert_eq!(initialize(), S_OK);
    assert_eq!(logon(Some("Work"), QUIET).0, MAPI_E_CALL_FAILED);
    assert_eq!(found(sim, bound)[0].0, Problem::Deadlock);
}

/// A wrapped sink is told on the thread that wrapped it, in its next call of MAPI (NOTIFY-057, NOTIFY-060).
#[test]
fn a_wrapped_sink_is_told_on_its_thread() {
    let table: [usize; 4] = [
        sink_query as *const () as usize,
        sink_add as *const () as usize,
        sink_release as *const () as usize,
        sink_notify as *const () as usize,
    ];
    let mut sink = Sink { table: &raw const table, references: 1, told: Vec::new() };
    let (sim, bound) = office();
    let mut wrapped = null_mut();
    // SAFETY: a live sink and a local.
    assert_eq!(unsafe { HrThisThreadAdviseSink((&raw mut sink).cast(), &raw mut wrapped) }, S_OK);
    assert_eq!(sink.references, 2);
    let (_, session) = logon(Some("Work"), 0x2A);
    let mut connection = 0usize;
    let hr = method!(session, 11, u32 = 0, *const u8 = null_mut(), u32 = 0x8000_0000, Ptr = wrapped, *mut usize = &raw mut connection);
    assert_eq!(hr, S_OK);
    assert_eq!(release(wrapped), 1);
    let place = wrapped as usize;
    std::thread::spawn(move || {
        let notification = [0x8000_0000u32, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        method!(place as Ptr, 3, u32 = 1, *const u32 = notification.as_ptr())
    })
    .join()
    .expect("runs");
    assert!(sink.told.is_empty(), "not on the other thread");
    // SAFETY: no pointers.
    assert_eq!(unsafe { HrDispatchNotifications(0) }, S_OK);
    assert_eq!(sink.told, [(1, 0x8000_0000)]);
    assert_eq!(logoff(session), S_OK);
    assert_eq!(release(session), 0);
    assert_eq!(sink.references, 1, "the wrapper is gone, and its reference with it");
    clean(sim, bound);
}

/// A row of the status table opens as a status object, with its type beside it.
#[test]
fn a_status_object_opens() {
    let (sim, bound) = office();
    let (_, session) = logon(Some("Work"), QUIET);
    let table = status_table(session, 0);
    let rows = all_rows(table);
    assert_eq!(release(table), 0);
    let Some((_, Read::Binary(entry_id))) = rows[0].iter().find(|(tag, _)| *tag == 0x0FFF_0102) else { panic!("PR_ENTRYID") };
    let length = u32::try_from(entry_id.len()).expect("short");
    let (mut kind, mut status) = (0u32, null_mut());
    let open = |iid: *const [u8; 16], kind: *mut u32, out: *mut Ptr| method!(session, 9, u32 = length, *const u8 = entry_id.as_ptr(), *const [u8; 16] = iid, u32 = 0, *mut u32 = kind, *mut Ptr = out);
    assert_eq!(open(null_mut(), &raw mut kind, null_mut()), MAPI_E_INVALID_PARAMETER);
    assert_eq!(open(&iid(0x20307), &raw mut kind, &raw mut status), E_NOINTERFACE);
    assert_eq!(open(null_mut(), &raw mut kind, &raw mut status), S_OK);
    assert_eq!(kind, 10, "MAPI_STATUS");
    let mut same = 9u32;
    let hr = method!(
        session, 10, u32 = length, *const u8 = entry_id.as_ptr(), u32 = length, *const u8 = entry_id.as_ptr(), u32 = 0,
        *mut u32 = &raw mut same
    );
    assert_eq!((hr, same), (S_OK, 1));
    assert_eq!(method!(status, 14, usize = 0, u32 = 0x4000_0000), 0x8004_0106, "ValidateState: unknown flags");
    assert_eq!(release(status), 0);
    assert_eq!(logoff(session), S_OK);
    assert_eq!(release(session), 0);
    clean(sim, bound);
}

/// IProfAdmin: deleting and renaming by name, in both widths.
#[test]
fn profiles_are_administered() {
    let (sim, bound) = office();
    let mut admin = null_mut();
    // SAFETY: a local.
    assert_eq!(unsafe { MAPIAdminProfiles(0, &raw mut admin) }, S_OK);
    let wide: Vec<u16> = "Büro\0".encode_utf16().collect();
    assert_eq!(method!(admin, 10, *const u8 = c"Home".as_ptr().cast(), u32 = 0), S_OK, "SetDefaultProfile");
    let hr = method!(
        admin, 9, *const u16 = "Home\0".encode_utf16().collect::<Vec<_>>().as_ptr(), *const u16 = null_mut(), *const u16 = wide.as_ptr(),
        usize = 0, u32 = MAPI_UNICODE
    );
    assert_eq!(hr, S_OK, "RenameProfile");
    assert!(sim.state().to_string().contains("profile \"Büro\" (default)"), "{}", sim.state());
    // The name in code page 1252.
    assert_eq!(method!(admin, 6, *const u8 = c"B\xFCro".as_ptr().cast(), u32 = 0), S_OK, "DeleteProfile");
    assert_eq!(method!(admin, 6, *const u8 = c"B\xFCro".as_ptr().cast(), u32 = 0), 0x8004_010F);
    assert_eq!(release(admin), 0);
    clean(sim, bound);
}

/// Threads are named by the order of their first call; objects are called from any.
#[test]
fn threads_have_names() {
    let (sim, bound) = office();
    let (_, session) = logon(Some("Work"), QUIET);
    let (face, place) = (bound.face().clone(), session as usize);
    std::thread::spawn(move || {
        let _bound = mapi32::world::bind_face(face);
        assert_eq!(initialize(), S_OK);
        assert_eq!(release(status_table(place as Ptr, 0)), 0);
        uninitialize();
    })
    .join()
    .expect("runs");
    assert!(sim.journal().to_string().contains("client/t2 session#1.GetStatusTable()"), "{}", sim.journal());
    assert_eq!(logoff(session), S_OK);
    assert_eq!(release(session), 0);
    clean(sim, bound);
}

/// An object outlives its world: its methods say that there is nothing behind it, and Release still works.
#[test]
fn objects_outlive_their_world() {
    let (sim, bound) = office();
    let (_, session) = logon(Some("Work"), QUIET);
    let table = status_table(session, 0);
    found(sim, bound);
    let mut count = 0u32;
    assert_eq!(method!(table, 9, u32 = 0, *mut u32 = &raw mut count), MAPI_E_NOT_INITIALIZED);
    assert_eq!((release(table), release(session)), (0, 0));
}

/// An allocation that fails leaves nothing behind, wherever it fails.
#[test]
fn memory_failures_leave_nothing_behind() {
    let (sim, bound) = office();
    let (_, session) = logon(Some("Work"), QUIET);
    let table = status_table(session, MAPI_UNICODE);
    let world = bound.face().id();
    let mut failed = 0;
    for nth in 1.. {
        mapi32::memory::fail_nth(world, nth, false);
        assert_eq!(method!(table, 10, usize = 0, i32 = 0, *mut i32 = null_mut()), S_OK);
        let mut set = null_mut();
        let hr = method!(table, 19, i32 = 1000, u32 = 0, *mut Ptr = &raw mut set);
        mapi32::memory::fail_nth(world, 0, false);
        if hr == S_OK {
            assert_eq!(method!(table, 10, usize = 0, i32 = 0, *mut i32 = null_mut()), S_OK);
            // SAFETY: a set of the library.
            unsafe { FreeProws(set) };
            break;
        }
        assert_eq!(hr, 0x8007_000E);
        assert!(set.is_null());
        assert_eq!(mapi32::memory::leaks(world).len(), 0);
        failed += 1;
    }
    assert!(failed > 10, "{failed} places");
    assert_eq!(release(table), 0);
    assert_eq!(logoff(session), S_OK);
    assert_eq!(release(session), 0);
    clean(sim, bound);
}
