//! IProfAdmin.

use std::ffi::c_void;

use mapi_sim::call::{Call, IProfAdmin};
use mapi_sim::{Hresult, Text};

use crate::abi::MAPIERROR;
use crate::com::{IUnknownVtbl, Object};
use crate::vtable;
use crate::wire::{Out, Str};

vtable! {
    /// IProfAdmin.
    "IProfAdmin" IProfAdminVtbl: IUnknownVtbl = IUnknownVtbl::TABLE;
    GetLastError(result: i32, flags: u32, mapi_error: Out<*mut MAPIERROR>);
    GetProfileTable(flags: u32, table: Out<*mut c_void>);
    CreateProfile(profile_name: Str, password: Str, ui_param: usize, flags: u32);
    DeleteProfile(profile_name: Str, flags: u32) => delete_profile;
    ChangeProfilePassword(profile_name: Str, old_password: Str, new_password: Str, flags: u32) => change_profile_password;
    CopyProfile(old_profile_name: Str, old_password: Str, new_profile_name: Str, ui_param: usize, flags: u32);
    RenameProfile(old_profile_name: Str, old_password: Str, new_profile_name: Str, ui_param: usize, flags: u32) => rename_profile;
    SetDefaultProfile(profile_name: Str, flags: u32) => set_default_profile;
    AdminServices(profile_name: Str, password: Str, ui_param: usize, flags: u32, service_admin: Out<*mut c_void>);
}

fn call(object: &Object<'_>, call: IProfAdmin) -> Hresult {
    object.call(Call::IProfAdmin(object.handle, call)).hr
}

fn text(object: &Object<'_>, string: Str, flags: u32) -> Option<Text> {
    object.face.text("IProfAdmin", string, flags)
}

fn delete_profile(object: &Object<'_>, name: Str, flags: u32) -> Hresult {
    call(object, IProfAdmin::DeleteProfile { profile_name: text(object, name, flags), flags })
}

fn change_profile_password(object: &Object<'_>, name: Str, old: Str, new: Str, flags: u32) -> Hresult {
    let [old_password, new_password] = [old, new].map(|password| text(object, password, flags).map(Box::new));
    call(object, IProfAdmin::ChangeProfilePassword { profile_name: text(object, name, flags), old_password, new_password, flags })
}

fn rename_profile(object: &Object<'_>, old: Str, password: Str, new: Str, ui_param: usize, flags: u32) -> Hresult {
    let [old_password, new_profile_name] = [password, new].map(|string| text(object, string, flags).map(Box::new));
    // The window is a handle of 32 bits in the call; of a pointer the low half is as good a name.
    let ui_param = u32::try_from(ui_param & 0xFFFF_FFFF).unwrap_or_default();
    call(object, IProfAdmin::RenameProfile { old_profile_name: text(object, old, flags), old_password, new_profile_name, ui_param, flags })
}

fn set_default_profile(object: &Object<'_>, name: Str, flags: u32) -> Hresult {
    call(object, IProfAdmin::SetDefaultProfile { profile_name: text(object, name, flags), flags })
}
