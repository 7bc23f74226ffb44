//! What of Simple MAPI a client of Extended MAPI meets: a logon, whose handle ScMAPIXFromSMAPI turns into a session.
//!
//! MAPILogon stands for MAPIInitialize and MAPILogonEx, MAPILogoff for Logoff, Release and MAPIUninitialize. The other functions of Simple MAPI are not built.

use std::collections::BTreeMap;
use std::ffi::c_void;

use mapi_sim::Hresult;
use mapi_sim::mapi::Guid;
use parking_lot::Mutex;

use super::{MAPIInitialize, MAPILogonEx, MAPIUninitialize};
use crate::com::{Facet, IUnknownVtbl};
use crate::export_hr;
use crate::objects::session::IMAPISessionVtbl;
use crate::wire::{Iid, Out, Raw, Str};

/// Flags of MAPILogon: MAPI_LOGON_UI, MAPI_NEW_SESSION and MAPI_FORCE_DOWNLOAD mean the same to MAPILogonEx; MAPI_PASSWORD_UI asks for more than there is.
const PASSED: u32 = 0x1 | 0x2 | 0x1000;
const PASSWORD_UI: u32 = 0x0002_0000;
/// MAPI_EXTENDED and MAPI_USE_DEFAULT, of MAPILogonEx.
const EXTENDED: u32 = 0x20;
const USE_DEFAULT: u32 = 0x40;
/// Codes of Simple MAPI.
mod code {
    pub(super) const SUCCESS: u32 = 0;
    pub(super) const USER_ABORT: u32 = 1;
    pub(super) const FAILURE: u32 = 2;
    pub(super) const LOGON_FAILURE: u32 = 3;
    pub(super) const INSUFFICIENT_MEMORY: u32 = 5;
    pub(super) const TOO_MANY_SESSIONS: u32 = 8;
    pub(super) const INVALID_SESSION: u32 = 19;
}

/// A session behind a handle, of which one reference is held.
#[derive(Clone, Copy)]
struct Session(*mut Facet);

// SAFETY: objects of this library may be called on any thread.
unsafe impl Send for Session {}

impl Session {
    fn methods(self) -> &'static IMAPISessionVtbl {
        // SAFETY: the session is alive as long as its reference; its first word is its table.
        unsafe { &**self.0.cast::<*const IMAPISessionVtbl>() }
    }

    fn unknown(self) -> &'static IUnknownVtbl {
        &self.methods().base
    }
}

/// The sessions by handle. Handles are numbers that are never used twice; 0 is none.
static SESSIONS: Mutex<(usize, BTreeMap<usize, Session>)> = Mutex::new((0, BTreeMap::new()));

fn simple(hr: i32) -> u32 {
    match Hresult::new(hr.cast_unsigned()) {
        hr if hr.is_success() => code::SUCCESS,
        Hresult::MAPI_E_USER_CANCEL => code::USER_ABORT,
        Hresult::MAPI_E_LOGON_FAILED => code::LOGON_FAILURE,
        Hresult::MAPI_E_NOT_ENOUGH_MEMORY => code::INSUFFICIENT_MEMORY,
        Hresult::MAPI_E_SESSION_LIMIT => code::TOO_MANY_SESSIONS,
        _ => code::FAILURE,
    }
}

/// MAPILogon: a Simple MAPI session, for its handle. Without a name it takes the default profile.
#[unsafe(no_mangle)]
pub extern "system" fn MAPILogon(
    ui_param: usize,
    profile_name: Str,
    password: Str,
    flags: u32,
    _reserved: u32,
    session: Out<usize>,
) -> u32 {
    if session.is_null() || flags & PASSWORD_UI != 0 {
        return code::FAILURE;
    }
    // SAFETY: NULL is allowed.
    let begun = simple(MAPIInitialize(unsafe { Raw::new(std::ptr::null_mut()) }));
    if begun != code::SUCCESS {
        return begun;
    }
    let mut object = std::ptr::null_mut();
    let default = if profile_name.is_empty() { USE_DEFAULT } else { 0 };
    // SAFETY: a local.
    let place = unsafe { Out::new(&raw mut object) };
    let hr = MAPILogonEx(ui_param, profile_name, password, (flags & PASSED) | EXTENDED | default, place);
    if object.is_null() {
        MAPIUninitialize();
        return simple(hr);
    }
    let mut sessions = SESSIONS.lock();
    sessions.0 += 1;
    let handle = sessions.0;
    sessions.1.insert(handle, Session(object.cast()));
    session.set(handle);
    code::SUCCESS
}

/// MAPILogoff.
#[unsafe(no_mangle)]
pub extern "system" fn MAPILogoff(handle: usize, ui_param: usize, _flags: u32, _reserved: u32) -> u32 {
    let found = SESSIONS.lock().1.remove(&handle);
    let Some(session) = found else { return code::INVALID_SESSION };
    // SAFETY: the session is alive; the reference of the handle is given back.
    let hr = unsafe {
        let hr = (session.methods().Logoff)(session.0, ui_param, 0, 0);
        (session.unknown().Release)(session.0);
        hr
    };
    MAPIUninitialize();
    simple(hr)
}

export_hr! {
    /// ScMAPIXFromSMAPI: the session behind a handle, with a reference of its own; NULL as interface is IMAPISession (LOGON-154, MEMORY-159).
    fn ScMAPIXFromSMAPI(handle: usize, flags: u32, interface: Iid, session: Out<*mut c_void>) {
        session.set(std::ptr::null_mut());
        if flags != 0 {
            return Hresult::MAPI_E_UNKNOWN_FLAGS;
        }
        let found = SESSIONS.lock().1.get(&handle).copied();
        let Some(found) = found.filter(|_| !session.is_null()) else { return Hresult::MAPI_E_INVALID_PARAMETER };
        let wanted = interface.guid().unwrap_or(Guid::IID_IMAPISession);
        // SAFETY: the session is alive, and the identifier is 16 bytes.
        let hr = unsafe { (found.unknown().QueryInterface)(found.0, Iid::new(wanted.bytes().as_ptr().cast()), session) };
        Hresult::new(hr.cast_unsigned())
    }
}
