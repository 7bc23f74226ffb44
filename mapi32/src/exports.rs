//! The functions that begin everything: MAPIInitialize, MAPILogonEx, MAPIAdminProfiles and their like. What is exported and not built is in `stubs`.

#[cfg(all(windows, target_arch = "x86_64"))]
mod aliases;
mod simple;
mod stubs;

pub use simple::{MAPILogoff, MAPILogon, ScMAPIXFromSMAPI};

use std::ffi::c_void;

use mapi_sim::Hresult;
use mapi_sim::call::{Call, Mapi, OutPtr};

use crate::abi::MAPIINIT_0;
use crate::boundary::guard;
use crate::com::give;
use crate::export_hr;
use crate::wire::{Iid, Out, Raw, Str};
use crate::{notify, world};

export_hr! {
    /// MAPIInitialize (LOGON-001). NULL is version 0 without flags.
    fn MAPIInitialize(init: Raw) {
        let Some(face) = world::current() else { return Hresult::MAPI_E_CALL_FAILED };
        let (version, flags) = if init.is_null() {
            (0, 0)
        } else {
            // SAFETY: by the promise of the client a MAPIINIT_0 stands there; alignment is not assumed.
            let init = unsafe { init.pointer().cast::<MAPIINIT_0>().read_unaligned() };
            (init.ulVersion, init.ulFlags)
        };
        let hr = face.call(Call::Mapi(Mapi::MAPIInitialize { version, flags: flags.into() })).hr;
        if hr.is_success() {
            face.count_initialize(true);
        }
        hr
    }

    /// MAPILogonEx (LOGON-052). The session pointer is NULL after a failure (LOGON-070).
    fn MAPILogonEx(ui_param: usize, profile_name: Str, password: Str, flags: u32, session: Out<*mut c_void>) {
        session.set(std::ptr::null_mut());
        let Some(face) = world::current() else { return Hresult::MAPI_E_NOT_INITIALIZED };
        let call = Mapi::MAPILogonEx {
            ui_param: ui_param as u64,
            profile_name: face.text("MAPILogonEx", profile_name, flags),
            password: face.text("MAPILogonEx", password, flags).map(Box::new),
            flags: flags.into(),
            session: if session.is_null() { OutPtr::Null } else { OutPtr::Given },
        };
        give(&face, &face.call(Call::Mapi(call)), None, "MAPILogonEx", session)
    }

    /// MAPIAdminProfiles.
    fn MAPIAdminProfiles(flags: u32, admin: Out<*mut c_void>) {
        if admin.is_null() {
            return Hresult::MAPI_E_INVALID_PARAMETER;
        }
        let Some(face) = world::current() else { return Hresult::MAPI_E_NOT_INITIALIZED };
        give(&face, &face.call(Call::Mapi(Mapi::MAPIAdminProfiles { flags })), None, "MAPIAdminProfiles", admin)
    }

    /// CreateIProp (PROP-220). What it gives lies in blocks of MAPIAllocateBuffer, whatever functions are passed.
    fn CreateIProp(interface: Iid, allocate: Raw, more: Raw, free: Raw, reserved: Raw, prop_data: Out<*mut c_void>) {
        let _ = (allocate, more, free);
        if prop_data.is_null() {
            return Hresult::MAPI_E_INVALID_PARAMETER;
        }
        prop_data.set(std::ptr::null_mut());
        if !reserved.is_null() {
            return Hresult::MAPI_E_INVALID_PARAMETER;
        }
        let Some(face) = world::current() else { return Hresult::MAPI_E_NOT_INITIALIZED };
        let call = Mapi::CreateIProp { interface: interface.guid().map(Box::new) };
        give(&face, &face.call(Call::Mapi(call)), None, "CreateIProp", prop_data)
    }

    /// ScInitMapiUtil (LOGON-040).
    fn ScInitMapiUtil(flags: u32) {
        let Some(face) = world::current() else { return Hresult::MAPI_E_CALL_FAILED };
        face.call(Call::Mapi(Mapi::ScInitMapiUtil { flags })).hr
    }

    /// HrDispatchNotifications (LOGON-044).
    fn HrDispatchNotifications(flags: u32) {
        let Some(face) = world::current() else { return Hresult::MAPI_E_NOT_INITIALIZED };
        face.call(Call::Mapi(Mapi::HrDispatchNotifications { flags })).hr
    }
}

/// MAPIUninitialize (LOGON-034). The last one of the process tells what is alive still.
#[unsafe(no_mangle)]
pub extern "system" fn MAPIUninitialize() {
    guard("MAPIUninitialize", (), || {
        let Some(face) = world::current() else { return };
        let last = face.count_initialize(false);
        if last {
            face.end_of_mapi();
        }
        let _ = face.call(Call::Mapi(Mapi::MAPIUninitialize {}));
        if last {
            notify::end_of_mapi(&face);
            face.write_journal();
        }
    });
}

/// DeinitMapiUtil (LOGON-042).
#[unsafe(no_mangle)]
pub extern "system" fn DeinitMapiUtil() {
    guard("DeinitMapiUtil", (), || {
        if let Some(face) = world::current() {
            let _ = face.call(Call::Mapi(Mapi::DeinitMapiUtil {}));
        }
    });
}
