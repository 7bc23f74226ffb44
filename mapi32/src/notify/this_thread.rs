//! HrThisThreadAdviseSink: a sink that is told on the thread that wrapped it, while that thread is in a MAPI call (NOTIFY-057, NOTIFY-060).

use std::collections::VecDeque;
use std::ffi::c_void;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};

use mapi_sim::Hresult;
use mapi_sim::clause::Reading;
use mapi_sim::mapi::{CodePage, Guid, NotifyEvents};
use parking_lot::Mutex;

use super::Pointer;
use crate::abi::NOTIFICATION;
use crate::boundary::guard;
use crate::com::{Facet, IUnknownVtbl};
use crate::export_hr;
use crate::ledger::Problem;
use crate::objects::advise_sink::IMAPIAdviseSinkVtbl;
use crate::util::{ScCopyNotifications, ScCountNotifications};
use crate::wire::{Iid, Out, Raw};
use crate::world::{self, Face};

/// A wrapped sink.
#[repr(C)]
struct Wrapped {
    table: &'static IMAPIAdviseSinkVtbl,
    count: AtomicU32,
    inner: Pointer,
    /// The thread on which the sink is told.
    thread: AtomicU64,
}

static TABLE: IMAPIAdviseSinkVtbl =
    IMAPIAdviseSinkVtbl { base: IUnknownVtbl { QueryInterface: query_interface, AddRef: add_ref, Release: release }, OnNotify: on_notify };

/// A notification that waits for its thread: a flat copy.
struct Waiting {
    thread: u64,
    sink: Pointer,
    words: Vec<u64>,
}

static QUEUE: Mutex<VecDeque<Waiting>> = Mutex::new(VecDeque::new());

export_hr! {
    /// HrThisThreadAdviseSink: the wrapper has one reference, and holds one of the sink.
    fn HrThisThreadAdviseSink(sink: Raw, out: Out<*mut c_void>) {
        if sink.is_null() || out.is_null() {
            return Hresult::MAPI_E_INVALID_PARAMETER;
        }
        let inner = Pointer(sink.pointer());
        inner.add_ref();
        let wrapped = Wrapped { table: &TABLE, count: AtomicU32::new(1), inner, thread: AtomicU64::new(world::thread()) };
        out.set(Box::into_raw(Box::new(wrapped)).cast());
        Hresult::S_OK
    }
}

/// A sink is registered. If it is a wrapper, under the reading wrapped_sink_thread = "advise" its thread is from now on the one that calls
/// Advise (NOTIFY-059).
pub(super) fn registered(sink: *mut c_void, face: &Face) {
    let wraps = face.sim().kernel(|kernel| kernel.machine().readings.index(Reading::WrappedSinkThread)) != 0;
    // SAFETY: an interface pointer leads to the pointer to its vtable.
    if wraps && unsafe { sink.cast::<*const IMAPIAdviseSinkVtbl>().read() } == &raw const TABLE {
        // SAFETY: this vtable belongs to wrappers alone, and the caller of Advise has a reference.
        unsafe { wrapped(sink.cast()) }.thread.store(world::thread(), Ordering::Relaxed);
    }
}

/// The wrapper behind an interface pointer.
///
/// # Safety
///
/// `this` came from HrThisThreadAdviseSink, and has a reference left.
unsafe fn wrapped<'a>(this: *mut Facet) -> &'a Wrapped {
    // SAFETY: by the promise of the caller.
    unsafe { &*this.cast::<Wrapped>() }
}

unsafe extern "system" fn query_interface(this: *mut Facet, iid: Iid, out: Out<*mut c_void>) -> i32 {
    out.set(std::ptr::null_mut());
    let hr = match iid.guid() {
        None => Hresult::MAPI_E_INVALID_PARAMETER,
        Some(_) if out.is_null() => Hresult::MAPI_E_INVALID_PARAMETER,
        Some(Guid::IID_IUnknown | Guid::IID_IMAPIAdviseSink) => {
            // SAFETY: the caller holds a reference.
            unsafe { add_ref(this) };
            out.set(this.cast());
            Hresult::S_OK
        }
        Some(_) => Hresult::MAPI_E_INTERFACE_NOT_SUPPORTED,
    };
    hr.code().cast_signed()
}

unsafe extern "system" fn add_ref(this: *mut Facet) -> u32 {
    // SAFETY: the caller holds a reference.
    unsafe { wrapped(this) }.count.fetch_add(1, Ordering::Relaxed) + 1
}

unsafe extern "system" fn release(this: *mut Facet) -> u32 {
    // SAFETY: the caller holds a reference, and gives it up.
    let left = unsafe { wrapped(this) }.count.fetch_sub(1, Ordering::Release).wrapping_sub(1);
    if left == 0 {
        fence(Ordering::Acquire);
        // SAFETY: it was made by a Box, and this was the last reference.
        let wrapped = unsafe { Box::from_raw(this.cast::<Wrapped>()) };
        guard("IUnknown::Release", (), || wrapped.inner.release());
    }
    left
}

unsafe extern "system" fn on_notify(this: *mut Facet, count: u32, notifications: Raw) -> i32 {
    guard("IMAPIAdviseSink::OnNotify", (), || {
        // SAFETY: the caller holds a reference.
        let wrapped = unsafe { wrapped(this) };
        if wrapped.thread.load(Ordering::Relaxed) == world::thread() || notifications.is_null() {
            return wrapped.inner.on_notify(count, notifications.pointer());
        }
        let first = notifications.pointer().cast::<NOTIFICATION>();
        for at in 0..count as usize {
            // SAFETY: the caller gives as many notifications as it says.
            unsafe { queue(wrapped, first.add(at)) };
        }
    });
    0
}

/// Copies a notification, with all that it points at, for its thread.
///
/// # Safety
///
/// A notification stands there, with what it points at.
unsafe fn queue(wrapped: &Wrapped, place: *mut NOTIFICATION) {
    // SAFETY: by the promise of the caller.
    let Some(words) = (unsafe { copy(place) }) else { return not_copied() };
    wrapped.inner.add_ref();
    QUEUE.lock().push_back(Waiting { thread: wrapped.thread.load(Ordering::Relaxed), sink: wrapped.inner, words });
}

/// The copy, in one piece.
///
/// # Safety
///
/// As [`queue`].
unsafe fn copy(place: *mut NOTIFICATION) -> Option<Vec<u64>> {
    // SAFETY: by the promise of the caller.
    let notification = unsafe { place.read_unaligned() };
    if notification.ulEventType == NotifyEvents::fnevTableModified.bits() {
        let page = world::known().map_or_else(CodePage::default, |face| face.code_page());
        // SAFETY: as above: the kind is that of tables.
        let copied = unsafe { super::block::copy_of_table(&notification, page) };
        if copied.is_some() {
            return copied;
        }
    }
    let mut size = 0;
    // SAFETY: by the promise of the caller; the copy is as large as was counted.
    unsafe {
        if ScCountNotifications(1, place, &raw mut size) != 0 {
            return None;
        }
        let mut words = vec![0u64; (size as usize).div_ceil(size_of::<u64>())];
        (ScCopyNotifications(1, place, words.as_mut_ptr().cast(), std::ptr::null_mut()) == 0).then_some(words)
    }
}

/// A notification that is none: nobody is told.
fn not_copied() {
    if let Some(face) = world::current() {
        let text = "HrThisThreadAdviseSink: a notification that cannot be read was not passed on";
        face.ledger().note(Problem::Note, text.to_owned());
    }
}

/// Tells the sinks of the calling thread what waits for it.
pub(super) fn deliver() {
    let me = world::thread();
    loop {
        let mine = {
            let mut queue = QUEUE.lock();
            let at = queue.iter().position(|waiting| waiting.thread == me);
            at.and_then(|at| queue.remove(at))
        };
        // The words stay where they are when their vector moves: the pointers inside stay good.
        let Some(Waiting { sink, words, .. }) = mine else { return };
        super::tell(sink, words);
        sink.release();
    }
}
