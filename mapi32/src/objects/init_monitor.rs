//! IMAPIInitMonitor and IMAPIWaitResult. The pages give the order of the slots and no identifiers, so that QueryInterface knows IUnknown alone.

use std::ffi::c_void;

use mapi_sim::Hresult;
use mapi_sim::call::{Call, IMAPIInitMonitor, IMAPIWaitResult, Mapi, Out as Result};

use super::need;
use crate::com::{IUnknownVtbl, Object, give};
use crate::wire::Out;
use crate::{export_hr, vtable, world};

vtable! {
    /// IMAPIInitMonitor. IsInitialized gives a truth value, no HRESULT.
    "IMAPIInitMonitor" IMAPIInitMonitorVtbl: IUnknownVtbl = IUnknownVtbl::TABLE;
    IsInitialized() => is_initialized;
    Wait(timeout: u32) => wait;
    BeginWait(timeout: u32, wait_result: Out<*mut c_void>) => begin_wait;
}

vtable! {
    /// IMAPIWaitResult. One page gives End an argument and one does not (LOGON-051); on 64-bit systems both callers reach the same function.
    "IMAPIWaitResult" IMAPIWaitResultVtbl: IUnknownVtbl = IUnknownVtbl::TABLE;
    End() => end;
}

fn call(object: &Object<'_>, call: IMAPIInitMonitor) -> mapi_sim::call::Reply {
    object.call(Call::IMAPIInitMonitor(object.handle, call))
}

fn is_initialized(object: &Object<'_>) -> Hresult {
    let initialized = matches!(call(object, IMAPIInitMonitor::IsInitialized {}).out, Result::Bool(true));
    Hresult::new(initialized.into())
}

fn wait(object: &Object<'_>, timeout: u32) -> Hresult {
    call(object, IMAPIInitMonitor::Wait { timeout }).hr
}

fn begin_wait(object: &Object<'_>, timeout: u32, out: Out<*mut c_void>) -> Hresult {
    need!(out);
    object.make(&call(object, IMAPIInitMonitor::BeginWait { timeout }), "IMAPIInitMonitor::BeginWait", out)
}

fn end(object: &Object<'_>) -> Hresult {
    object.call(Call::IMAPIWaitResult(object.handle, IMAPIWaitResult::End {})).hr
}

fn create(out: Out<*mut c_void>) -> Hresult {
    need!(out);
    let Some(face) = world::current() else { return Hresult::MAPI_E_CALL_FAILED };
    let reply = face.call(Call::Mapi(Mapi::CreateMAPIInitializationMonitor {}));
    give(&face, &reply, None, "CreateMAPIInitializationMonitor", out)
}

export_hr! {
    /// CreateMAPIInitializationMonitor: works before MAPIInitialize (LOGON-045).
    fn CreateMAPIInitializationMonitor(out: Out<*mut c_void>) {
        create(out)
    }

    /// The name by which olmapi32 exports it.
    fn CreateMapiInitializationMonitor(out: Out<*mut c_void>) {
        create(out)
    }
}
