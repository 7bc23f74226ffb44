//! Objects as COM knows them: pointers to pointers to functions, and reference counts.
//!
//! An object has one `Body` and in it a [`Facet`] for each interface that is no beginning of another one. What a client holds is the address of a
//! facet; its first word is the vtable. The count lives here; the subsystem sees one final Release an object.
//!
//! After the final Release the body stays in a bounded graveyard: a client that goes on using the pointer meets a dead object that says so, and
//! reports who made it, instead of freed memory.

use std::collections::VecDeque;
use std::ffi::c_void;
use std::sync::atomic::{AtomicU32, Ordering, fence};
use std::sync::{Arc, Weak};

use mapi_sim::Hresult;
use mapi_sim::call::{Call, Handle, IUnknown, ObjectKind, Reply};
use mapi_sim::mapi::Guid;
use parking_lot::Mutex;

use crate::boundary::guard;
use crate::ledger::{Count, Problem, maker};
use crate::objects;
use crate::wire::{Iid, Out, Raw};
use crate::world::Face;

/// The most interfaces of one object that need a vtable of their own.
const FACETS: usize = 2;
/// How many dead objects are kept.
const GRAVES: usize = 1 << 14;
/// The first word of a live or dead body; anything else is no object of this library.
const MARK: u64 = 0x6D61_7069_2D73_696D;

/// What an interface pointer points at.
#[repr(C)]
pub struct Facet {
    vtbl: *const c_void,
    body: *const Body,
}

/// An object.
#[repr(C)]
struct Body {
    facets: [Facet; FACETS],
    mark: u64,
    count: AtomicU32,
    face: Weak<Face>,
    handle: Handle,
    parent: Option<Handle>,
    session: Option<Handle>,
    made_by: &'static str,
    last: Option<LastRelease>,
}

/// What a client wants to be called when the last reference of an object is gone: CALLERRELEASE of a view.
#[derive(Clone, Copy, Debug)]
pub struct LastRelease {
    callback: unsafe extern "system" fn(usize, *mut Facet, *mut Facet),
    caller_data: usize,
    maker: *mut Facet,
}

impl LastRelease {
    /// The callback with the client's number, and the object whose method gave the other.
    pub fn new(callback: unsafe extern "system" fn(usize, *mut Facet, *mut Facet), caller_data: usize, maker: &Object<'_>) -> Self {
        LastRelease { callback, caller_data, maker: maker.this }
    }
}

/// A vtable, and the interfaces whose methods it has.
#[derive(Clone, Copy)]
pub struct Vtable {
    /// The interfaces.
    pub iids: &'static [Guid],
    /// The functions.
    pub table: *const c_void,
}

/// An object in a method that runs.
pub struct Object<'a> {
    /// The process and the world that it belongs to.
    pub face: &'a Arc<Face>,
    /// Its name in the world.
    pub handle: Handle,
    /// The session that it is, or came from.
    pub(crate) session: Option<Handle>,
    /// Its interface pointer, as the client holds it.
    this: *mut Facet,
}

impl Object<'_> {
    /// Makes a call in the object's world.
    pub fn call(&self, call: Call) -> Reply {
        self.face.call(call)
    }

    /// Makes an object that came out of a method of this one, and gives its pointer to the client.
    pub fn make(&self, reply: &Reply, made_by: &'static str, out: Out<*mut c_void>) -> Hresult {
        give(self.face, reply, Some(self), made_by, out)
    }

    /// As [`Object::make`], with something that is called when the last reference of the new object is gone.
    pub fn make_with(&self, reply: &Reply, made_by: &'static str, out: Out<*mut c_void>, last: Option<LastRelease>) -> Hresult {
        if let Some(handle) = reply.object() {
            out.set(make(self.face, handle, Some(self), made_by, last));
        }
        reply.hr
    }
}

/// Gives the object of a reply to the client: with one reference, if the call succeeded. `from` is the object whose method it was.
pub fn give(face: &Arc<Face>, reply: &Reply, from: Option<&Object<'_>>, made_by: &'static str, out: Out<*mut c_void>) -> Hresult {
    if let Some(handle) = reply.object() {
        out.set(make(face, handle, from, made_by, None));
    }
    reply.hr
}

/// A new object with one reference.
fn make(face: &Arc<Face>, handle: Handle, from: Option<&Object<'_>>, made_by: &'static str, last: Option<LastRelease>) -> *mut c_void {
    let parent = from.map(|object| object.handle);
    let session = if handle.kind() == ObjectKind::Session { Some(handle) } else { from.and_then(|object| object.session) };
    let facet = || Facet { vtbl: std::ptr::null(), body: std::ptr::null() };
    let (facets, count, world) = ([facet(), facet()], AtomicU32::new(1), Arc::downgrade(face));
    let body = Box::into_raw(Box::new(Body { facets, mark: MARK, count, face: world, handle, parent, session, made_by, last }));
    for (at, vtable) in objects::vtables(handle.kind()).iter().take(FACETS).enumerate() {
        // SAFETY: the body was made above and nobody else has it yet.
        unsafe { (*body).facets[at] = Facet { vtbl: vtable.table, body } };
    }
    // SAFETY: the body lives until its last reference is gone; before that, `last_release` takes it out of the ledger.
    face.ledger().made(handle, parent, made_by, unsafe { Count::new(&raw const (*body).count) });
    body.cast()
}

/// The body behind an interface pointer.
///
/// # Safety
///
/// `this` is NULL, or the address of a facet of a body that was not buried long ago.
unsafe fn body<'a>(this: *mut Facet) -> Option<&'a Body> {
    if this.is_null() {
        return None;
    }
    // SAFETY: by the promise of the caller; bodies stay where they are until their grave is given up.
    let body = unsafe { (*this).body.as_ref() }?;
    (body.mark == MARK).then_some(body)
}

/// The object of this library behind an interface pointer of a client; `None` of NULL and of what is somebody else's.
pub fn handle(pointer: Raw) -> Option<Handle> {
    let facet = pointer.pointer().cast::<Facet>();
    if facet.is_null() {
        return None;
    }
    // SAFETY: by the promise of the client an object stands there, and the first word of every object is its vtable. What follows it is looked at only
    // if that is a vtable of this library.
    unsafe {
        let vtbl = (&raw const (*facet).vtbl).read_unaligned();
        if objects::is_own(vtbl) { body(facet).map(|body| body.handle) } else { None }
    }
}

/// What a caller is told who uses a dead object.
fn dead(body: &Body, problem: Problem, method: &str) {
    if let Some(face) = body.face.upgrade() {
        let made = maker(&face, body.handle, body.made_by);
        let what = if problem == Problem::OverRelease { "released once too often" } else { "used after its final Release" };
        face.ledger().note(problem, format!("{} was {what}, by {method}; it was made by {made}", body.handle));
    }
}

/// Runs a method of an object; `failed` makes the answers that an object gives which is none.
///
/// # Safety
///
/// As for the interface pointer of any COM call: `this` came from this library.
pub unsafe fn method(this: *mut Facet, name: &'static str, run: impl FnOnce(&Object<'_>) -> Hresult) -> i32 {
    let hr = guard(name, Hresult::MAPI_E_CALL_FAILED, || {
        // SAFETY: by the promise of the caller.
        let Some(body) = (unsafe { body(this) }) else { return Hresult::MAPI_E_INVALID_PARAMETER };
        if !alive(body.count.load(Ordering::Relaxed)) {
            dead(body, Problem::UseAfterRelease, name);
            return Hresult::MAPI_E_INVALID_OBJECT;
        }
        let Some(face) = body.face.upgrade() else { return Hresult::MAPI_E_NOT_INITIALIZED };
        let hr = run(&Object { face: &face, handle: body.handle, session: body.session, this });
        if hr == Hresult::MAPI_E_INVALID_OBJECT {
            let made = maker(&face, body.handle, body.made_by);
            face.ledger().note(Problem::UseAfterLogoff, format!("{name} came after Logoff on {}, made by {made}", body.handle));
        }
        hr
    });
    hr.code().cast_signed()
}

/// A method that is not built: by the subsystem if it has the call, otherwise by this face.
///
/// # Safety
///
/// As for [`method`].
pub unsafe fn unsupported(this: *mut Facet, name: &'static str) -> i32 {
    // SAFETY: by the promise of the caller.
    unsafe {
        method(this, name, |object| match Call::read(name, Some(object.handle), &[]) {
            Some(Ok(call)) => object.face.call(call).hr,
            _ => object.face.unsupported(name, Some(object.handle)),
        })
    }
}

/// IUnknown::QueryInterface. The subsystem decides; IUnknown is the first facet, always (ERROR-010, ERROR-029).
///
/// # Safety
///
/// As for [`method`].
pub unsafe extern "system" fn query_interface(this: *mut Facet, iid: Iid, out: Out<*mut c_void>) -> i32 {
    out.set(std::ptr::null_mut());
    let hr = guard("IUnknown::QueryInterface", Hresult::MAPI_E_CALL_FAILED, || {
        // SAFETY: by the promise of the caller.
        let (Some(body), Some(iid)) = (unsafe { body(this) }, iid.guid()) else { return Hresult::MAPI_E_INVALID_PARAMETER };
        if out.is_null() {
            return Hresult::MAPI_E_INVALID_PARAMETER;
        }
        if !alive(body.count.load(Ordering::Relaxed)) {
            dead(body, Problem::UseAfterRelease, "IUnknown::QueryInterface");
            return Hresult::MAPI_E_CALL_FAILED;
        }
        let Some(face) = body.face.upgrade() else { return Hresult::MAPI_E_CALL_FAILED };
        let reply = face.call(Call::IUnknown(body.handle, IUnknown::QueryInterface { iid }));
        if reply.hr.is_failure() {
            return reply.hr;
        }
        let vtables = objects::vtables(body.handle.kind());
        let at = if iid == Guid::IID_IUnknown { Some(0) } else { vtables.iter().position(|vtable| vtable.iids.contains(&iid)) };
        match at {
            Some(at) => {
                body.count.fetch_add(1, Ordering::Relaxed);
                out.set((&raw const body.facets[at]).cast_mut().cast());
                Hresult::S_OK
            }
            None => Hresult::MAPI_E_INTERFACE_NOT_SUPPORTED,
        }
    });
    hr.code().cast_signed()
}

/// IUnknown::AddRef.
///
/// # Safety
///
/// As for [`method`].
pub unsafe extern "system" fn add_ref(this: *mut Facet) -> u32 {
    // SAFETY: by the promise of the caller.
    let Some(body) = (unsafe { body(this) }) else { return 0 };
    let before = body.count.fetch_add(1, Ordering::Relaxed);
    if alive(before) {
        return before + 1;
    }
    // The object was dead: it stays so.
    body.count.fetch_sub(1, Ordering::Relaxed);
    misused("IUnknown::AddRef", body, Problem::UseAfterRelease);
    0
}

/// IUnknown::Release.
///
/// # Safety
///
/// As for [`method`].
pub unsafe extern "system" fn release(this: *mut Facet) -> u32 {
    // SAFETY: by the promise of the caller.
    let Some(body) = (unsafe { body(this) }) else { return 0 };
    let before = body.count.fetch_sub(1, Ordering::Release);
    if before == 1 {
        fence(Ordering::Acquire);
        end(body);
        return 0;
    }
    if alive(before) {
        return before - 1;
    }
    body.count.fetch_add(1, Ordering::Relaxed);
    misused("IUnknown::Release", body, Problem::OverRelease);
    0
}

/// Whether a count is that of an object with references. A dead one has none; while it is misused its count is for a moment near the largest.
fn alive(count: u32) -> bool {
    count.wrapping_sub(1) < u32::MAX / 2
}

#[cold]
fn misused(method: &str, body: &Body, problem: Problem) {
    guard(method, (), || dead(body, problem, method));
}

#[cold]
fn end(body: &Body) {
    guard("IUnknown::Release", (), || last_release(body));
    if let Some(LastRelease { callback, caller_data, maker }) = body.last {
        // SAFETY: the client gave a function of this type. Nothing is locked: it may release what it is told of (TABLE-374).
        unsafe { callback(caller_data, maker, std::ptr::from_ref(body).cast_mut().cast()) };
    }
    bury(std::ptr::from_ref(body));
}

/// The last reference is gone: the subsystem hears of it.
fn last_release(body: &Body) {
    let Some(face) = body.face.upgrade() else { return };
    let children = face.ledger().gone(body.handle);
    if body.handle.kind() == ObjectKind::Session && !children.is_empty() {
        let names: Vec<String> = children.iter().map(ToString::to_string).collect();
        let text = format!("{} was released before what it had opened: {}", body.handle, names.join(", "));
        face.ledger().note(Problem::Order, text);
    }
    let _ = face.call(Call::IUnknown(body.handle, IUnknown::Release {}));
    if body.handle.kind() == ObjectKind::Session {
        crate::notify::ended(&face, body.handle);
    } else {
        crate::notify::released(&face, body.handle);
    }
}

/// A dead body, on its way to be freed some day.
struct Grave(*const Body);

// SAFETY: a dead body is only freed, by whoever digs.
unsafe impl Send for Grave {}

static GRAVEYARD: Mutex<VecDeque<Grave>> = Mutex::new(VecDeque::new());

/// Keeps a dead body; the oldest one is freed when the graveyard is full.
fn bury(body: *const Body) {
    let oldest = {
        let mut graves = GRAVEYARD.lock();
        graves.push_back(Grave(body));
        if graves.len() > GRAVES { graves.pop_front() } else { None }
    };
    if let Some(Grave(body)) = oldest {
        // SAFETY: the body was made by a Box, its count is zero, and nobody but the graveyard had it.
        drop(unsafe { Box::from_raw(body.cast_mut()) });
    }
}

/// Declares the vtable of one interface: its structure in the order of its slots, its functions, and the list of their names.
///
/// A method with `=> function` is built: the function gets the object and the arguments. One without answers MAPI_E_NO_SUPPORT.
#[macro_export]
macro_rules! vtable {
    (
        $(#[$about:meta])*
        $name:literal $vtbl:ident: $base:ident = $base_table:expr;
        $( $method:ident($($arg:ident: $ty:ty),* $(,)?) $(=> $built:path)?; )*
    ) => {
        $(#[$about])*
        #[repr(C)]
        #[derive(Clone, Copy)]
        #[allow(non_snake_case, missing_docs, reason = "the methods are those of MAPI, by their names")]
        pub struct $vtbl {
            pub base: $base,
            $( pub $method: unsafe extern "system" fn(this: *mut $crate::com::Facet, $($arg: $ty),*) -> i32, )*
        }

        impl $vtbl {
            /// The names of the slots after those of the base.
            pub const OWN: &'static [&'static str] = &[$(stringify!($method)),*];

            /// The names of all slots, in order.
            pub fn slots() -> Vec<&'static str> {
                let mut slots = <$base>::slots();
                slots.extend(Self::OWN);
                slots
            }

            /// The functions.
            pub const TABLE: $vtbl = {
                $(
                    #[allow(non_snake_case)]
                    unsafe extern "system" fn $method(this: *mut $crate::com::Facet, $($arg: $ty),*) -> i32 {
                        $crate::vtable!(@body concat!($name, "::", stringify!($method)), this, ($($arg),*) $(, $built)?)
                    }
                )*
                $vtbl { base: $base_table, $($method),* }
            };
        }

        const _: () = assert!(size_of::<$vtbl>() == size_of::<$base>() + $vtbl::OWN.len() * size_of::<usize>());
    };
    (@body $name:expr, $this:ident, ($($arg:ident),*), $built:path) => {
        // SAFETY: the client called a method through its vtable, with the object that has it.
        unsafe { $crate::com::method($this, $name, |object| $built(object, $($arg),*)) }
    };
    (@body $name:expr, $this:ident, ($($arg:ident),*)) => {{
        $( let _ = $arg; )*
        // SAFETY: the client called a method through its vtable, with the object that has it.
        unsafe { $crate::com::unsupported($this, $name) }
    }};
}

/// IUnknown.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_snake_case, missing_docs, reason = "the methods are those of COM, by their names")]
pub struct IUnknownVtbl {
    pub QueryInterface: unsafe extern "system" fn(*mut Facet, Iid, Out<*mut c_void>) -> i32,
    pub AddRef: unsafe extern "system" fn(*mut Facet) -> u32,
    pub Release: unsafe extern "system" fn(*mut Facet) -> u32,
}

impl IUnknownVtbl {
    /// The names of all slots, in order.
    pub fn slots() -> Vec<&'static str> {
        vec!["QueryInterface", "AddRef", "Release"]
    }

    /// The functions.
    pub const TABLE: IUnknownVtbl = IUnknownVtbl { QueryInterface: query_interface, AddRef: add_ref, Release: release };
}
