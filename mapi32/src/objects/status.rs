//! IMAPIStatus.

use mapi_sim::Hresult;
use mapi_sim::call::{Call, IMAPIStatus};

use super::prop::IMAPIPropVtbl;
use crate::com::Object;
use crate::vtable;
use crate::wire::Raw;

vtable! {
    /// IMAPIStatus.
    "IMAPIStatus" IMAPIStatusVtbl: IMAPIPropVtbl = IMAPIPropVtbl::TABLE;
    ValidateState(ui_param: usize, flags: u32) => validate_state;
    SettingsDialog(ui_param: usize, flags: u32) => settings_dialog;
    ChangePassword(old_pass: Raw, new_pass: Raw, flags: u32);
    FlushQueues(ui_param: usize, cb_target_transport: u32, target_transport: Raw, flags: u32) => flush_queues;
}

fn call(object: &Object<'_>, call: IMAPIStatus) -> Hresult {
    object.call(Call::IMAPIStatus(object.handle, call)).hr
}

fn validate_state(object: &Object<'_>, ui_param: usize, flags: u32) -> Hresult {
    call(object, IMAPIStatus::ValidateState { ui_param: ui_param as u64, flags })
}

fn settings_dialog(object: &Object<'_>, ui_param: usize, flags: u32) -> Hresult {
    call(object, IMAPIStatus::SettingsDialog { ui_param: ui_param as u64, flags })
}

fn flush_queues(object: &Object<'_>, ui_param: usize, cb: u32, target: Raw, flags: u32) -> Hresult {
    let target_transport = if cb == 0 { None } else { target.bytes(cb) };
    call(object, IMAPIStatus::FlushQueues { ui_param: ui_param as u64, target_transport, flags })
}
