//! IMAPIClientShutdown, on the object of a session.

use mapi_sim::Hresult;
use mapi_sim::call::{Call, IMAPIClientShutdown};

use crate::com::{IUnknownVtbl, Object};
use crate::vtable;

vtable! {
    /// IMAPIClientShutdown.
    "IMAPIClientShutdown" IMAPIClientShutdownVtbl: IUnknownVtbl = IUnknownVtbl::TABLE;
    QueryFastShutdown() => query_fast_shutdown;
    NotifyProcessShutdown() => notify_process_shutdown;
    DoFastShutdown() => do_fast_shutdown;
}

fn query_fast_shutdown(object: &Object<'_>) -> Hresult {
    object.call(Call::IMAPIClientShutdown(object.handle, IMAPIClientShutdown::QueryFastShutdown {})).hr
}

fn notify_process_shutdown(object: &Object<'_>) -> Hresult {
    object.call(Call::IMAPIClientShutdown(object.handle, IMAPIClientShutdown::NotifyProcessShutdown {})).hr
}

fn do_fast_shutdown(object: &Object<'_>) -> Hresult {
    object.call(Call::IMAPIClientShutdown(object.handle, IMAPIClientShutdown::DoFastShutdown {})).hr
}
