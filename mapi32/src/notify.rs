//! Advise sinks of clients: who registered which, and telling them.
//!
//! The subsystem says in its events which sink is told what. The face calls `OnNotify` after the call is done, when no lock is held, on the thread
//! whose call or whose time it was. The data belong to this library: they are overwritten when `OnNotify` returns (MEMORY-012).

mod this_thread;

use std::collections::BTreeMap;
use std::ffi::c_void;
use std::sync::{Arc, Weak};

use mapi_sim::call::Handle;
use mapi_sim::clause::Reading;
use mapi_sim::kernel::{Event, Notice, SessionEvent};
use mapi_sim::{Hresult, Sim};
use parking_lot::Mutex;

use crate::abi::{ENTRYID, ERROR_NOTIFICATION, EXTENDED_NOTIFICATION, NOTIFICATION, NotificationInfo};
use crate::objects::advise_sink::IMAPIAdviseSinkVtbl;
use crate::wire::Raw;
use crate::world::Face;

/// A sink that is registered.
struct Sink {
    session: Handle,
    connection: usize,
    pointer: Pointer,
    /// The process that registered it.
    process: String,
    /// Unadvise or Logoff ended the registration, and something may be told all the same.
    ended: bool,
}

/// A pointer to a client's object, of which this library holds a reference.
#[derive(Clone, Copy, Debug)]
struct Pointer(*mut c_void);

// SAFETY: a sink may be called on any thread (SESSION-173); the pointer itself is only a number.
unsafe impl Send for Pointer {}

/// The sinks of one world, numbered from 1 on, so that its journal does not depend on other worlds.
struct Room {
    world: Weak<Sim>,
    last: u32,
    sinks: BTreeMap<u32, Sink>,
}

/// The worlds in which clients registered sinks, by their address: it is nobody else's as long as the room refers to the world.
static ROOMS: Mutex<BTreeMap<usize, Room>> = Mutex::new(BTreeMap::new());

impl Pointer {
    /// The functions of the sink.
    fn vtbl(self) -> &'static IMAPIAdviseSinkVtbl {
        // SAFETY: the client passed a live sink, and this library holds a reference; its first word is its vtable.
        unsafe { &**self.0.cast::<*const IMAPIAdviseSinkVtbl>() }
    }

    fn add_ref(self) {
        // SAFETY: AddRef of a live object.
        let _ = unsafe { (self.vtbl().base.AddRef)(self.0.cast()) };
    }

    fn on_notify(self, count: u32, notifications: *mut c_void) {
        // SAFETY: OnNotify of a live object; the notifications live until it returns.
        let _ = unsafe { (self.vtbl().OnNotify)(self.0.cast(), count, Raw::new(notifications)) };
    }

    fn release(self) {
        // SAFETY: Release of a reference that this library holds.
        let _ = unsafe { (self.vtbl().base.Release)(self.0.cast()) };
    }
}

/// The world shall keep notifications for this library to deliver.
pub(crate) fn listen(sim: &Sim) {
    sim.keep_notifications(true);
}

/// Takes a reference of a sink; the result is its number in calls.
pub(crate) fn register(face: &Face, session: Handle, sink: *mut c_void) -> u32 {
    let pointer = Pointer(sink);
    pointer.add_ref();
    let mut rooms = ROOMS.lock();
    // Worlds that ended with sinks in them: their clients are gone, and nothing of theirs may be called.
    rooms.retain(|_, room| room.world.strong_count() > 0);
    let room = rooms.entry(world(face)).or_insert_with(|| Room { world: Arc::downgrade(face.sim()), last: 0, sinks: BTreeMap::new() });
    room.last += 1;
    room.sinks.insert(room.last, Sink { session, connection: 0, pointer, process: face.process().to_owned(), ended: false });
    room.last
}

/// The registration has its connection number.
pub(crate) fn connected(face: &Face, number: u32, connection: usize) {
    if let Some(sink) = ROOMS.lock().get_mut(&world(face)).and_then(|room| room.sinks.get_mut(&number)) {
        sink.connection = connection;
    }
}

/// The registration failed: the reference is given back.
pub(crate) fn unregister(face: &Face, number: u32) {
    let sink = ROOMS.lock().get_mut(&world(face)).and_then(|room| room.sinks.remove(&number));
    if let Some(sink) = sink {
        sink.pointer.release();
    }
}

/// Unadvise succeeded.
pub(crate) fn disconnected(face: &Face, session: Handle, connection: usize) {
    drop_sinks(face, |sink| sink.session == session && sink.connection == connection);
}

/// Logoff ended the registrations of a session.
pub(crate) fn ended(face: &Face, session: Handle) {
    drop_sinks(face, |sink| sink.session == session);
}

/// By what a world is known here.
fn world(face: &Face) -> usize {
    Arc::as_ptr(face.sim()).addr()
}

/// Registrations end. With the reading `late_delivery` their sinks are told what is queued all the same (NOTIFY-039), so that they stay.
fn drop_sinks(face: &Face, gone: impl Fn(&Sink) -> bool) {
    if face.sim().kernel(|kernel| kernel.machine().readings.index(Reading::LateDelivery)) == 0 {
        return give_back(face, gone);
    }
    if let Some(room) = ROOMS.lock().get_mut(&world(face)) {
        room.sinks.values_mut().filter(|sink| gone(sink)).for_each(|sink| sink.ended = true);
    }
}

/// The last MAPIUninitialize of a process: nothing comes late any more.
pub(crate) fn end_of_mapi(face: &Face) {
    give_back(face, |sink| sink.ended && sink.process == face.process());
}

/// Releases sinks.
fn give_back(face: &Face, gone: impl Fn(&Sink) -> bool) {
    let pointers: Vec<Pointer> = {
        let mut rooms = ROOMS.lock();
        let Some(room) = rooms.get_mut(&world(face)) else { return };
        let numbers: Vec<u32> = room.sinks.iter().filter(|(_, sink)| gone(sink)).map(|(number, _)| *number).collect();
        numbers.into_iter().filter_map(|number| room.sinks.remove(&number)).map(|sink| sink.pointer).collect()
    };
    pointers.into_iter().for_each(Pointer::release);
}

/// Tells the sinks what is due on the calling thread.
pub fn deliver(face: &Face) {
    let caller = face.caller();
    while let Some(event) = face.sim().take_notification(caller) {
        if let Event::Notified { sink, notice, .. } = event {
            let pointer = ROOMS.lock().get(&world(face)).and_then(|room| room.sinks.get(&sink)).map(|sink| sink.pointer);
            if let Some(pointer) = pointer {
                pointer.add_ref();
                tell(pointer, &notice);
                pointer.release();
            }
        }
    }
    this_thread::deliver();
}

/// One notification.
fn tell(sink: Pointer, notice: &Notice) {
    let mut id = ENTRYID { abFlags: [0; 4], ab: [0; 1] };
    let info = match notice {
        Notice::Session(SessionEvent::LoggedOff) => {
            NotificationInfo { ext: EXTENDED_NOTIFICATION { ulEvent: 0, cb: 0, pbEventParameters: std::ptr::null_mut() } }
        }
        Notice::Session(SessionEvent::EndOfSession) => NotificationInfo {
            err: ERROR_NOTIFICATION {
                cbEntryID: 0,
                lpEntryID: &raw mut id,
                scode: Hresult::MAPI_E_END_OF_SESSION.code().cast_signed(),
                ulFlags: 0,
                lpMAPIError: std::ptr::null_mut(),
            },
        },
        // Tables have no Advise in this face yet.
        _ => return,
    };
    let mut notification = NOTIFICATION { ulEventType: notice.event_type().bits(), ulAlignPad: 0, info };
    sink.on_notify(1, (&raw mut notification).cast());
    // SAFETY: a local of this size; any bytes are a value of it.
    unsafe { (&raw mut notification).cast::<u8>().write_bytes(0xDD, size_of::<NOTIFICATION>()) };
}
