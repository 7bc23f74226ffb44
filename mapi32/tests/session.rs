//! What only the C interface of a session has: buffers and who frees them, widths, sinks, numbers of slots.
#![allow(clippy::undocumented_unsafe_blocks, clippy::unwrap_used, reason = "a test vouches for its own pointers")]

#[macro_use]
mod client;
#[path = "session/rules.rs"]
mod rules;

use std::ptr::null_mut;
use std::sync::{Arc, Mutex, mpsc};

use client::*;
use mapi_sim::{Fixture, Sim};
use mapi32::memory::{findings, leaks};
use mapi32::{Bound, bind_process};

fn world(text: Option<&str>) -> (Arc<Sim>, Bound) {
    let sim = Arc::new(text.map_or_else(Sim::office, |text| Fixture::from_text(text).unwrap().start()));
    let bound = bind_process(sim.clone(), "client");
    assert_eq!(initialize(), S_OK);
    (sim, bound)
}

fn clean(sim: Arc<Sim>, bound: Bound) {
    uninitialize();
    bound.finish();
    Arc::into_inner(sim).unwrap().finish();
}

fn leave(session: Ptr) {
    assert_eq!((logoff(session), release(session)), (S_OK, 0));
}

fn free(block: Ptr) {
    assert_eq!(unsafe { MAPIFreeBuffer(block) }, 0);
}

/// Buffers of a session outlive it, and each goes with one MAPIFreeBuffer.
// shows SESSION-011, SESSION-196, SESSION-211, SHUTDOWN-011, MEMORY-002, MEMORY-008, MEMORY-056
#[test]
fn buffers_outlive_their_session() {
    let (sim, bound) = world(None);
    let here = bound.face().id();
    let (_, session) = logon(Some("Work"), QUIET);
    let (mut id_size, mut id, mut count, mut types): (u32, Ptr, u32, Ptr) = (0, null_mut(), 0, null_mut());
    assert_eq!(method!(session, 16, *mut u32 = &raw mut id_size, *mut Ptr = &raw mut id), S_OK);
    assert_eq!(method!(session, 15, u32 = 0, *mut u32 = &raw mut count, *mut Ptr = &raw mut types), S_OK);
    let table = stores_table(session, 0);
    let mut columns = null_mut();
    assert_eq!(method!(table, 8, u32 = 0, *mut Ptr = &raw mut columns), S_OK);
    let row = all_rows(table)[0].clone();
    let Some((_, Read::Binary(entry))) = row.iter().find(|(tag, _)| *tag == 0x0FFF_0102) else { panic!("PR_ENTRYID") };
    let mut store = null_mut();
    let length = u32::try_from(entry.len()).unwrap();
    let none: Ptr = null_mut();
    assert_eq!(
        method!(session, 5, usize = 0, u32 = length, *const u8 = entry.as_ptr(), Ptr = none, u32 = 0, *mut Ptr = &raw mut store),
        S_OK
    );
    let (mut values, mut props): (u32, Ptr) = (0, null_mut());
    assert_eq!(method!(store, 5, *const u32 = null_mut(), u32 = 0, *mut u32 = &raw mut values, *mut Ptr = &raw mut props), S_OK);
    let mut error = null_mut();
    assert_eq!(method!(session, 3, u32 = failing_call(session), u32 = 0, *mut Ptr = &raw mut error), S_OK);
    let before = unsafe { std::slice::from_raw_parts(id.cast::<u8>(), id_size as usize) }.to_vec();
    assert_eq!((release(store), release(table)), (0, 0));
    leave(session);
    assert_eq!(unsafe { std::slice::from_raw_parts(id.cast::<u8>(), id_size as usize) }, before, "readable still");
    assert!(!unsafe { read_props(props.cast(), values) }.is_empty());
    let made: Vec<&str> = leaks(here).iter().map(|leak| leak.block.made.function).collect();
    let wanted = [
        "IMAPISession::QueryIdentity",
        "IMAPISession::EnumAdrTypes",
        "IMAPITable::QueryColumns",
        "IMAPIProp::GetProps",
        "IMAPISession::GetLastError",
    ];
    assert_eq!(made, wanted, "each is a root, and nothing else is left");
    [id, types, columns, props, error].into_iter().for_each(free);
    assert_eq!((leaks(here).len(), findings(here).len()), (0, 0));
    clean(sim, bound);
}

/// A call that fails with a text behind it; its code.
fn failing_call(session: Ptr) -> u32 {
    let (mut store, none): (Ptr, Ptr) = (null_mut(), null_mut());
    let hr = method!(session, 5, usize = 0, u32 = 0, Ptr = none, Ptr = none, u32 = 0x4000, *mut Ptr = &raw mut store);
    assert_ne!(hr, S_OK);
    hr
}

/// A MAPIERROR, read as C lays it out, and freed.
fn last_error(session: Ptr, hr: u32, flags: u32) -> (u32, Vec<u8>, bool) {
    let mut error: *mut u8 = null_mut();
    assert_eq!(method!(session, 3, u32 = hr, u32 = flags, *mut *mut u8 = &raw mut error), S_OK);
    unsafe {
        let version = error.cast::<u32>().read();
        let text = error.add(8).cast::<*const u8>().read();
        let component = error.add(16).cast::<*const u8>().read();
        let wide = flags & MAPI_UNICODE != 0;
        let length = |from: *const u8| (0..).find(|at| *from.add(at * if wide { 2 } else { 1 }) == 0).unwrap() * if wide { 2 } else { 1 };
        let bytes = std::slice::from_raw_parts(text, length(text)).to_vec();
        free(error.cast());
        (version, bytes, component.is_null())
    }
}

// shows SESSION-015, SESSION-023, SESSION-025, ERROR-036, ERROR-037, ERROR-039, ERROR-045
#[test]
fn the_last_error_in_both_widths() {
    assert_eq!(size_of::<mapi32::abi::MAPIERROR>(), 32);
    let (sim, bound) = world(None);
    let (_, session) = logon(Some("Work"), QUIET);
    let hr = failing_call(session);
    let (version, narrow, _) = last_error(session, hr, 0);
    let (_, wide, _) = last_error(session, hr, MAPI_UNICODE);
    assert_eq!(version, 0, "MAPI_ERROR_VERSION");
    assert!(narrow.len() > 3 && narrow.is_ascii());
    let expected: Vec<u8> = narrow.iter().flat_map(|byte| [*byte, 0]).collect();
    assert_eq!(wide, expected);
    assert!(leaks(bound.face().id()).is_empty(), "one MAPIFreeBuffer takes all of it");
    assert_eq!(method!(session, 3, u32 = hr, u32 = 0, *mut Ptr = null_mut()), MAPI_E_INVALID_PARAMETER);
    leave(session);
    clean(sim, bound);
}

// shows SESSION-195, SESSION-196
#[test]
fn address_types_in_both_widths() {
    let (sim, bound) = world(None);
    let (_, session) = logon(Some("Work"), 0x22);
    let mut texts = Vec::new();
    for (flags, unit) in [(0, 1usize), (MAPI_UNICODE, 2)] {
        let (mut count, mut array): (u32, *mut *const u8) = (0, null_mut());
        assert_eq!(method!(session, 15, u32 = flags, *mut u32 = &raw mut count, *mut *mut *const u8 = &raw mut array), S_OK);
        assert!(count > 0);
        let list: Vec<String> = (0..count as usize)
            .map(|at| unsafe {
                let text = *array.add(at);
                (0..).map(|i| *text.add(i * unit)).take_while(|byte| *byte != 0).map(char::from).collect()
            })
            .collect();
        free(array.cast());
        assert!(leaks(bound.face().id()).is_empty());
        texts.push(list);
    }
    assert_eq!(texts[0], texts[1]);
    assert!(texts[0].iter().all(|text| text.len() > 1), "{texts:?}");
    leave(session);
    clean(sim, bound);
}

// shows SESSION-001, SESSION-187, SHUTDOWN-060, STATUS-123
#[test]
fn methods_answer_in_their_slots() {
    let (sim, bound) = world(None);
    let (_, session) = logon(Some("Work"), QUIET);
    // What each slot calls, as the journal has it; NULL and 0 are enough to be recognised.
    let names = |object: Ptr, slots: &[usize]| -> Vec<String> {
        let mut names = Vec::new();
        for number in slots {
            let before = sim.journal().entries().count();
            let place = [0usize; 8];
            let out = place.as_ptr() as usize;
            // The third and fourth argument of QueryDefaultMessageOpt may not be NULL.
            call_slot(object, *number, [0, 0, out, out]);
            names.extend(sim.journal().entries().skip(before).map(|entry| entry.call().method().name.to_owned()));
        }
        names
    };
    assert_eq!(names(session, &[13, 14]), ["MessageOptions", "QueryDefaultMessageOpt"], "SESSION-187");
    let table = status_table(session, 0);
    let rows = all_rows(table);
    let Some((_, Read::Binary(entry))) = rows[0].iter().find(|(tag, _)| *tag == 0x0FFF_0102) else { panic!("PR_ENTRYID") };
    let (mut kind, mut status, none): (u32, Ptr, Ptr) = (0, null_mut(), null_mut());
    let length = u32::try_from(entry.len()).unwrap();
    let hr = method!(session, 9, u32 = length, *const u8 = entry.as_ptr(), Ptr = none, u32 = 0, *mut u32 = &raw mut kind, *mut Ptr = &raw mut status);
    assert_eq!(hr, S_OK);
    assert_eq!(names(status, &[14, 15, 16, 17]), ["ValidateState", "SettingsDialog", "ChangePassword", "FlushQueues"]);
    assert_eq!((release(status), release(table)), (0, 0));
    let layout = mapi32::objects::layouts().into_iter().find(|layout| layout.interface == "IMAPISession").unwrap();
    assert_eq!(
        layout.slots[3..13].join(" "),
        "GetLastError GetMsgStoresTable OpenMsgStore OpenAddressBook OpenProfileSection GetStatusTable OpenEntry CompareEntryIDs Advise Unadvise"
    );
    let mut shutdown = null_mut();
    assert_eq!(query_interface(session, iid(0x20397), &mut shutdown), S_OK);
    assert_eq!(names(shutdown, &[3, 4, 5]), ["QueryFastShutdown", "NotifyProcessShutdown", "DoFastShutdown"]);
    assert_eq!(release(shutdown), 1);
    // DoFastShutdown ended everything.
    assert_eq!(release(session), 0);
    bound.discard();
    Arc::into_inner(sim).unwrap().discard();
}

/// What a sink does and saw.
struct Seen {
    references: i32,
    /// Each notification: where it was, and its bytes.
    told: Vec<(usize, Vec<u8>)>,
    threads: Vec<std::thread::ThreadId>,
    /// Where OnNotify waits until it may go on.
    gate: Option<(mpsc::Sender<()>, mpsc::Receiver<()>)>,
}

/// A sink of a client.
#[repr(C)]
struct Sink {
    table: &'static [usize; 4],
    seen: Mutex<Seen>,
}

unsafe extern "system" fn add(this: *const Sink) -> u32 {
    let mut seen = unsafe { (*this).seen.lock().unwrap() };
    seen.references += 1;
    seen.references.cast_unsigned()
}

unsafe extern "system" fn drop_one(this: *const Sink) -> u32 {
    let mut seen = unsafe { (*this).seen.lock().unwrap() };
    seen.references -= 1;
    seen.references.cast_unsigned()
}

unsafe extern "system" fn told(this: *const Sink, count: u32, notifications: *const u8) -> u32 {
    let gate = {
        let mut seen = unsafe { (*this).seen.lock().unwrap() };
        assert_eq!(count, 1);
        seen.told.push((notifications as usize, unsafe { std::slice::from_raw_parts(notifications, 88) }.to_vec()));
        seen.threads.push(std::thread::current().id());
        seen.gate.take()
    };
    if let Some((inside, go_on)) = gate {
        inside.send(()).unwrap();
        go_on.recv_timeout(std::time::Duration::from_secs(20)).expect("Unadvise returns meanwhile");
    }
    // No HRESULT: this one would be a failure (ERROR-030).
    0x8000_0001
}

unsafe extern "system" fn query(_: *const Sink, _: *const u8, out: *mut Ptr) -> u32 {
    unsafe { *out = null_mut() };
    E_NOINTERFACE
}

fn sink() -> Box<Sink> {
    let table = [query as *const () as usize, add as *const () as usize, drop_one as *const () as usize, told as *const () as usize];
    let seen = Seen { references: 1, told: Vec::new(), threads: Vec::new(), gate: None };
    Box::new(Sink { table: Box::leak(Box::new(table)), seen: Mutex::new(seen) })
}

impl Sink {
    fn pointer(&self) -> Ptr {
        std::ptr::from_ref(self).cast_mut().cast()
    }

    fn references(&self) -> i32 {
        self.seen.lock().unwrap().references
    }
}

fn advise(session: Ptr, sink: &Sink, mask: u32) -> usize {
    let mut connection = 0;
    let none: Ptr = null_mut();
    assert_eq!(method!(session, 11, u32 = 0, Ptr = none, u32 = mask, Ptr = sink.pointer(), *mut usize = &raw mut connection), S_OK);
    connection
}

/// The bytes of a notification with this event, and a code where an error has it.
fn notification(event: u32, code: u32) -> Vec<u8> {
    let mut bytes = vec![0; 88];
    bytes[..4].copy_from_slice(&event.to_le_bytes());
    bytes[24..28].copy_from_slice(&code.to_le_bytes());
    bytes
}

// shows NOTIFY-084, NOTIFY-096, SESSION-172, SESSION-178, SESSION-179, SESSION-180, SESSION-181, ERROR-030, ERROR-095
#[test]
fn what_a_sink_is_told() {
    let (sim, bound) = world(None);
    let (_, session) = logon(Some("Work"), 0x2A);
    let (_, other) = logon(None, 0x20);
    let sink = sink();
    let connection = advise(session, &sink, 0x8000_0001);
    unsafe { drop_one(&raw const *sink) };
    assert_eq!(sink.references(), 1, "the session's own");
    assert_eq!(method!(other, 17, usize = 0, u32 = 1, u32 = 0), S_OK, "MAPI_LOGOFF_SHARED");
    assert_eq!(release(other), 0);
    assert_eq!(unsafe { HrDispatchNotifications(0) }, S_OK, "whatever OnNotify gave");
    let seen = std::mem::take(&mut sink.seen.lock().unwrap().told);
    let mut bytes: Vec<&Vec<u8>> = seen.iter().map(|(_, bytes)| bytes).collect();
    bytes.sort();
    assert_eq!(mapi_sim::Hresult::MAPI_E_END_OF_SESSION.code(), 0x8004_0200);
    assert_eq!(bytes, [&notification(0x8000_0000, 0), &notification(1, 0x8004_0200)]);
    for (place, _) in &seen {
        let after = unsafe { std::slice::from_raw_parts(std::ptr::with_exposed_provenance::<u8>(*place), 88) };
        assert_eq!(after, [0xDD; 88], "not good any more");
    }
    assert_eq!(method!(session, 12, usize = connection), S_OK);
    assert_eq!(sink.references(), 0);
    leave(session);
    clean(sim, bound);
}

/// Unadvise while another thread is inside OnNotify: the last reference goes when OnNotify has returned.
// shows SESSION-184
#[test]
fn a_sink_lives_until_onnotify_returned() {
    let (sim, bound) = world(None);
    let (_, session) = logon(Some("Work"), 0x2A);
    let (_, other) = logon(None, 0x20);
    let sink = sink();
    let connection = advise(session, &sink, 0x8000_0000);
    unsafe { drop_one(&raw const *sink) };
    let (inside, is_inside) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel();
    sink.seen.lock().unwrap().gate = Some((inside, may_go_on));
    let (face, place) = (bound.face().clone(), session as usize);
    std::thread::scope(|scope| {
        let shared = &sink;
        let second = scope.spawn(move || {
            let _bound = mapi32::world::bind_face(face);
            is_inside.recv_timeout(std::time::Duration::from_secs(20)).expect("OnNotify is called");
            assert_eq!(method!(std::ptr::with_exposed_provenance_mut(place), 12, usize = connection), S_OK);
            let left = shared.references();
            go_on.send(()).unwrap();
            left
        });
        // The thread that delivers: OnNotify returns when the other has called Unadvise.
        assert_eq!((logoff(other), release(other)), (S_OK, 0));
        assert_eq!(unsafe { HrDispatchNotifications(0) }, S_OK);
        assert_eq!(second.join().unwrap(), 1, "alive while OnNotify runs");
    });
    assert_eq!(sink.references(), 0);
    leave(session);
    uninitialize();
    bound.discard();
    Arc::into_inner(sim).unwrap().discard();
}

/// A sink that is not wrapped is told on the thread whose call it was; a wrapped one on its own, in its next call.
// shows SESSION-173
#[test]
fn threads_of_sinks() {
    let (sim, bound) = world(Some("format = 1\nextends = \"office\"\n[readings]\ndelivery = \"thread\"\n"));
    let (_, session) = logon(Some("Work"), 0x2A);
    let (_, other) = logon(None, 0x20);
    let (plain, inner) = (sink(), sink());
    let mut wrapped = null_mut();
    assert_eq!(unsafe { HrThisThreadAdviseSink(inner.pointer(), &raw mut wrapped) }, S_OK);
    advise(session, &plain, 0x8000_0000);
    let (mut connection, none): (usize, Ptr) = (0, null_mut());
    assert_eq!(method!(session, 11, u32 = 0, Ptr = none, u32 = 0x8000_0000, Ptr = wrapped, *mut usize = &raw mut connection), S_OK);
    assert_eq!(release(wrapped), 1);
    assert_eq!((logoff(other), release(other)), (S_OK, 0));
    let face = bound.face().clone();
    let second = std::thread::spawn(move || {
        let _bound = mapi32::world::bind_face(face);
        assert_eq!(mapi32::control::MapiSimAdvance(1000), 0);
        std::thread::current().id()
    });
    let second = second.join().unwrap();
    assert_eq!(plain.seen.lock().unwrap().threads, [second]);
    assert!(inner.seen.lock().unwrap().told.is_empty(), "its thread is not in a call");
    assert_eq!(unsafe { HrDispatchNotifications(0) }, S_OK);
    assert_eq!(inner.seen.lock().unwrap().threads, [std::thread::current().id()]);
    assert_eq!(inner.seen.lock().unwrap().told[0].1, notification(0x8000_0000, 0));
    leave(session);
    clean(sim, bound);
}

/// The number of a connection is written in eight bytes, or in four for the headers that have four.
// shows NOTIFY-013, SESSION-167
#[test]
fn connections_in_both_widths() {
    let (sim, bound) = world(None);
    let (_, session) = logon(Some("Work"), QUIET);
    let sink = sink();
    let none: Ptr = null_mut();
    for (bytes, beside) in [(8, 0), (4, 0xAAAA_AAAA), (8, 0)] {
        assert_eq!(mapi32::control::MapiSimSetConnectionBytes(bytes), 0);
        let mut place = [0xAAAA_AAAAu32; 4];
        let out = place.as_mut_ptr().wrapping_add(1);
        assert_eq!(method!(session, 11, u32 = 0, Ptr = none, u32 = 0x8000_0000, Ptr = sink.pointer(), *mut u32 = out), S_OK);
        assert!(place[1] != 0 && place[1] != 0xAAAA_AAAA);
        assert_eq!((place[0], place[2], place[3]), (0xAAAA_AAAA, beside, 0xAAAA_AAAA), "{bytes} bytes");
        // What a client with narrow headers passes has an upper half that is not defined.
        assert_eq!(method!(session, 12, usize = place[1] as usize | 0xBBBB_0000_0000_0000), S_OK);
        assert_eq!(sink.references(), 1);
    }
    assert_eq!(mapi32::control::MapiSimSetConnectionBytes(5), MAPI_E_INVALID_PARAMETER.cast_signed());
    leave(session);
    clean(sim, bound);
}

/// The monitor of initialisation, by its slots.
// shows LOGON-045, LOGON-046, LOGON-047, LOGON-049, LOGON-051
#[test]
fn the_monitor_of_initialisation() {
    unsafe extern "system" {
        fn CreateMAPIInitializationMonitor(out: *mut Ptr) -> u32;
        fn CreateMapiInitializationMonitor(out: *mut Ptr) -> u32;
    }
    let sim = Arc::new(Sim::office());
    let bound = bind_process(sim.clone(), "client");
    let (mut monitor, mut second, mut result, mut unknown) = (null_mut(), null_mut(), null_mut(), null_mut());
    assert_eq!(unsafe { CreateMAPIInitializationMonitor(&raw mut monitor) }, S_OK);
    assert_eq!(unsafe { CreateMapiInitializationMonitor(&raw mut second) }, S_OK);
    assert_eq!(unsafe { CreateMAPIInitializationMonitor(null_mut()) }, MAPI_E_INVALID_PARAMETER);
    assert_eq!(query_interface(monitor, iid(0), &mut unknown), S_OK);
    assert_eq!((unknown, release(unknown), release(second)), (monitor, 1, 0));
    assert_eq!(method!(monitor, 3), 0);
    assert_eq!(method!(monitor, 4, u32 = 100), 0x8007_05B4, "Wait: ERROR_TIMEOUT");
    assert_eq!(sim.now().as_millis(), 100);
    assert_eq!(method!(monitor, 5, u32 = 250, *mut Ptr = &raw mut result), S_OK, "BeginWait");
    assert_eq!(method!(result, 3, u32 = 7), 0x8007_05B4, "End, with an argument that nobody looks at");
    assert_eq!(sim.now().as_millis(), 350);
    for _ in 0..2 {
        assert_eq!(initialize(), S_OK);
        assert_eq!((method!(monitor, 3), method!(monitor, 4, u32 = u32::MAX), method!(result, 3)), (1, S_OK, S_OK));
        // It is alive at MAPIUninitialize, as its page says that it may be.
        uninitialize();
        assert_eq!(method!(monitor, 3), 0);
    }
    assert_eq!((release(result), release(monitor)), (0, 0));
    let problems: Vec<_> = bound.face().ledger().all();
    bound.discard();
    assert!(problems.is_empty(), "{problems:?}");
    Arc::into_inner(sim).unwrap().finish();
}
