//! Advise sinks of clients: who registered which, and telling them.
//!
//! The subsystem says in its events which sink is told what. The face calls `OnNotify` after the call is done, when no lock is held, on the thread
//! whose call or whose time it was. The data belong to this library: they are overwritten when `OnNotify` returns (MEMORY-012).

mod block;
mod this_thread;

use std::collections::{BTreeMap, VecDeque};
use std::ffi::c_void;
use std::sync::{Arc, Weak};

use mapi_sim::call::{self, Handle, Reply};
use mapi_sim::clause::Reading;
use mapi_sim::kernel::Event;
use mapi_sim::{Hresult, Sim};
use parking_lot::Mutex;

use crate::com::Object;
use crate::objects::advise_sink::IMAPIAdviseSinkVtbl;
use crate::wire::{self, Out, Raw};
use crate::world::Face;

/// A registration of a sink.
struct Sink {
    /// By what calls and the journal know the sink: the same for all its registrations.
    number: u32,
    /// The session pointer or table whose Advise it was.
    source: Handle,
    /// The session that the source is, or came from.
    session: Option<Handle>,
    connection: u32,
    pointer: Pointer,
    /// The process that registered it.
    process: String,
    /// Unadvise, Logoff or the end of the source ended the registration, and something may be told all the same.
    ended: bool,
    /// How many threads are telling it something.
    telling: u32,
    /// Its reference goes back when nobody tells it anything any more (TABLE-036).
    over: bool,
}

/// A pointer to a client's object, of which this library holds a reference.
#[derive(Clone, Copy, Debug)]
struct Pointer(*mut c_void);

// SAFETY: a sink may be called on any thread (SESSION-173); the pointer itself is only a number.
unsafe impl Send for Pointer {}

/// The registrations of one world. Its sinks are numbered from 1 on, so that its journal does not depend on other worlds.
struct Room {
    world: Weak<Sim>,
    /// How many sinks have got a number.
    named: u32,
    /// How many registrations there were.
    count: u64,
    sinks: BTreeMap<u64, Sink>,
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

/// An Advise: takes a reference of the sink, lets the subsystem register it by a number, and gives the connection to the client. A NULL sink has the
/// number zero.
pub(crate) fn advise(object: &Object<'_>, sink: Raw, connection: Out<usize>, call: impl FnOnce(u32) -> Reply) -> Hresult {
    let (place, number) = if sink.is_null() { (0, 0) } else { register(object, sink.pointer()) };
    let reply = call(number);
    match reply.out {
        call::Out::Number(given) => {
            let given = u32::try_from(given).unwrap_or_default();
            with_room(object.face, |room| {
                if let Some(sink) = room.sinks.get_mut(&place) {
                    sink.connection = given;
                }
            });
            wire::write_connection(connection, given as usize);
        }
        _ => give_back(object.face, |at, _| at == place),
    }
    reply.hr
}

/// An Unadvise of the source that registered.
pub(crate) fn unadvise(object: &Object<'_>, connection: usize, call: impl FnOnce(u32) -> Reply) -> Hresult {
    let connection = wire::low(connection);
    let reply = call(connection);
    if reply.hr == Hresult::S_OK {
        drop_sinks(object.face, |sink| sink.source == object.handle && sink.connection == connection);
    }
    reply.hr
}

/// Takes a reference of a sink; the result is the place of the registration, and the number of the sink in calls.
fn register(object: &Object<'_>, sink: *mut c_void) -> (u64, u32) {
    let pointer = Pointer(sink);
    pointer.add_ref();
    this_thread::registered(sink, object.face);
    let process = object.face.process().to_owned();
    let (source, session) = (object.handle, object.session);
    let mut rooms = ROOMS.lock();
    // Worlds that ended with sinks in them: their clients are gone, and nothing of theirs may be called.
    rooms.retain(|_, room| room.world.strong_count() > 0);
    let new = || Room { world: Arc::downgrade(object.face.sim()), named: 0, count: 0, sinks: BTreeMap::new() };
    let room = rooms.entry(world(object.face)).or_insert_with(new);
    // As long as a sink is registered its address is nobody else's.
    let known = room.sinks.values().find(|known| known.pointer.0 == sink && known.process == process).map(|known| known.number);
    let number = known.unwrap_or(room.named + 1);
    room.named = room.named.max(number);
    room.count += 1;
    room.sinks.insert(room.count, Sink { number, source, session, connection: 0, pointer, process, ended: false, telling: 0, over: false });
    (room.count, number)
}

/// Logoff ended the registrations of a session, and of what came from it.
pub(crate) fn ended(face: &Face, session: Handle) {
    drop_sinks(face, |sink| sink.session == Some(session));
}

/// The last Release of an object ended its registrations.
pub(crate) fn released(face: &Face, source: Handle) {
    drop_sinks(face, |sink| sink.source == source);
}

/// Looks at the sinks of a world, if it has any.
fn with_room<T>(face: &Face, look: impl FnOnce(&mut Room) -> T) -> Option<T> {
    ROOMS.lock().get_mut(&world(face)).map(look)
}

/// By what a world is known here.
fn world(face: &Face) -> usize {
    Arc::as_ptr(face.sim()).addr()
}

/// Registrations end. With the reading `late_delivery` their sinks are told what is queued all the same (NOTIFY-039), so that they stay.
fn drop_sinks(face: &Face, gone: impl Fn(&Sink) -> bool) {
    let any = with_room(face, |room| room.sinks.values().any(&gone)).unwrap_or(false);
    if !any {
        return;
    }
    if face.sim().kernel(|kernel| kernel.machine().readings.index(Reading::LateDelivery)) == 0 {
        return give_back(face, |_, sink| gone(sink));
    }
    with_room(face, |room| room.sinks.values_mut().filter(|sink| gone(sink)).for_each(|sink| sink.ended = true));
}

/// The last MAPIUninitialize of a process: nothing comes late any more.
pub(crate) fn end_of_mapi(face: &Face) {
    give_back(face, |_, sink| sink.ended && sink.process == face.process());
}

/// Releases sinks; one that is being told something when that is over.
fn give_back(face: &Face, gone: impl Fn(u64, &Sink) -> bool) {
    let pointers = with_room(face, |room| {
        let mut pointers = Vec::new();
        room.sinks.retain(|place, sink| {
            if !gone(*place, sink) {
                return true;
            }
            sink.over = true;
            if sink.telling == 0 {
                pointers.push(sink.pointer);
            }
            sink.telling > 0
        });
        pointers
    });
    pointers.into_iter().flatten().for_each(Pointer::release);
}

/// Tells the sinks what is due on the calling thread.
pub fn deliver(face: &Face) {
    let caller = face.caller();
    while let Some(event) = face.sim().take_notification(caller) {
        if let Event::Notified { sink, connection, notice, .. } = event
            && let Some((place, pointer)) = begin_telling(face, sink, connection)
        {
            if let Some(words) = block::of(&notice, face.code_page()) {
                tell(pointer, words);
            }
            end_telling(face, place);
        }
    }
    this_thread::deliver();
}

/// A sink that is still registered is about to be told something: from now on it stays alive. A registration that another thread is just making has no
/// connection yet.
fn begin_telling(face: &Face, number: u32, connection: u32) -> Option<(u64, Pointer)> {
    let found = with_room(face, |room| {
        let told = |at: u32| room.sinks.iter().find(|(_, sink)| sink.number == number && sink.connection == at && !sink.over);
        let place = *told(connection).or_else(|| told(0))?.0;
        let sink = room.sinks.get_mut(&place)?;
        sink.telling += 1;
        Some((place, sink.pointer))
    });
    found.flatten()
}

/// OnNotify returned. Whoever ended the registration meanwhile left the reference to be given back here.
fn end_telling(face: &Face, place: u64) {
    let last = with_room(face, |room| {
        let sink = room.sinks.get_mut(&place)?;
        sink.telling -= 1;
        let last = sink.over && sink.telling == 0;
        if last { room.sinks.remove(&place).map(|sink| sink.pointer) } else { None }
    });
    if let Some(pointer) = last.flatten() {
        pointer.release();
    }
}

/// Notifications whose OnNotify returned, newest last: a sink that kept the pointer reads rubbish instead of somebody else's memory.
static DEAD: Mutex<VecDeque<Vec<u64>>> = Mutex::new(VecDeque::new());
/// How many of them are kept.
const DEAD_KEPT: usize = 32;
/// What they are filled with.
const RUBBISH: u64 = u64::from_ne_bytes([0xDD; 8]);

/// Tells one notification: a piece of memory that is the library's, and rubbish when OnNotify returns (MEMORY-012).
fn tell(sink: Pointer, mut words: Vec<u64>) {
    sink.on_notify(1, words.as_mut_ptr().cast());
    words.fill(RUBBISH);
    let mut dead = DEAD.lock();
    dead.push_back(words);
    if dead.len() > DEAD_KEPT {
        dead.pop_front();
    }
}
