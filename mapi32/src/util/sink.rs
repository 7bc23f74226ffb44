//! `HrAllocAdviseSink`: an advise sink that calls a function.

use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering, fence};

use crate::abi::{GUID, HRESULT, IID_IUNKNOWN, NOTIFCALLBACK, NOTIFICATION};
use crate::boundary::guard;
use crate::codes::{CALL_FAILED, INVALID_PARAMETER, NO_INTERFACE, OK};

const IID_IMAPIADVISESINK: GUID = GUID { Data1: 0x0002_0302, ..IID_IUNKNOWN };

/// The methods of IMAPIAdviseSink.
#[repr(C)]
struct Methods {
    query_interface: unsafe extern "system" fn(*mut Sink, *const GUID, *mut *mut c_void) -> HRESULT,
    add_ref: unsafe extern "system" fn(*mut Sink) -> u32,
    release: unsafe extern "system" fn(*mut Sink) -> u32,
    on_notify: unsafe extern "system" fn(*mut Sink, u32, *mut NOTIFICATION) -> u32,
}

static METHODS: Methods = Methods { query_interface, add_ref, release, on_notify };

/// A sink: methods, count, and what to call.
#[repr(C)]
struct Sink {
    methods: &'static Methods,
    count: AtomicU32,
    callback: NOTIFCALLBACK,
    context: *mut c_void,
}

/// `HrAllocAdviseSink`: a sink that calls a function with this context, with one reference for the caller (NOTIFY-074, NOTIFY-077 to NOTIFY-079).
///
/// # Safety
/// `callback` can be called with the context for as long as the sink lives; `out` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HrAllocAdviseSink(callback: Option<NOTIFCALLBACK>, context: *mut c_void, out: *mut *mut c_void) -> HRESULT {
    guard("HrAllocAdviseSink", CALL_FAILED, || {
        let (Some(callback), false) = (callback, out.is_null()) else { return INVALID_PARAMETER };
        let sink = Box::new(Sink { methods: &METHODS, count: AtomicU32::new(1), callback, context });
        // SAFETY: the caller vouches for the out parameter.
        unsafe { out.write(Box::into_raw(sink).cast()) };
        OK
    })
}

/// IUnknown and IMAPIAdviseSink, nothing else.
unsafe extern "system" fn query_interface(this: *mut Sink, iid: *const GUID, out: *mut *mut c_void) -> HRESULT {
    if iid.is_null() || out.is_null() {
        return INVALID_PARAMETER;
    }
    // SAFETY: the caller holds a reference; its pointers are not null.
    unsafe {
        if [IID_IUNKNOWN, IID_IMAPIADVISESINK].contains(&iid.read_unaligned()) {
            add_ref(this);
            out.write(this.cast());
            return OK;
        }
        out.write(ptr::null_mut());
    }
    NO_INTERFACE
}

/// One reference more.
unsafe extern "system" fn add_ref(this: *mut Sink) -> u32 {
    // SAFETY: the caller holds a reference.
    unsafe { (*this).count.fetch_add(1, Ordering::Relaxed) + 1 }
}

/// One reference less; the last one destroys the sink.
unsafe extern "system" fn release(this: *mut Sink) -> u32 {
    // SAFETY: the caller holds a reference, and gives it up. The last one is alone with the sink.
    unsafe {
        let left = (*this).count.fetch_sub(1, Ordering::Release) - 1;
        if left == 0 {
            fence(Ordering::Acquire);
            drop(Box::from_raw(this));
        }
        left
    }
}

/// Calls the function. Its result is passed on as it is.
unsafe extern "system" fn on_notify(this: *mut Sink, count: u32, notifications: *mut NOTIFICATION) -> u32 {
    // SAFETY: the caller holds a reference; the maker of the sink vouched for function and context.
    unsafe { ((*this).callback)((*this).context, count, notifications).cast_unsigned() }
}
