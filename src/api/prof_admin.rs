//! IProfAdmin.

use std::sync::Arc;

use super::{Failure, Object};
use crate::call::{Call, Caller, Handle, IProfAdmin};
use crate::mapi::Text;
use crate::sim::Shared;

/// The profile administration object: IProfAdmin.
#[derive(Clone)]
pub struct ProfAdmin {
    object: Arc<Object>,
}

/// MAPI_APP_PROFILE.
const MAPI_APP_PROFILE: u32 = 0x4;

impl ProfAdmin {
    pub(super) fn new(world: &Arc<Shared>, caller: Caller, handle: Handle) -> Self {
        ProfAdmin { object: Object::new(world, caller, handle) }
    }

    fn call(&self, call: IProfAdmin) -> Result<(), Failure> {
        self.object.call(Call::IProfAdmin(self.object.handle, call)).map(drop)
    }

    /// DeleteProfile, app profiles too (MAPI_APP_PROFILE): at once, or with the last session on it (LOGON-112).
    ///
    /// # Errors
    ///
    /// MAPI_E_NOT_FOUND for an unknown name.
    pub fn delete_profile(&self, name: &str) -> Result<(), Failure> {
        self.call(IProfAdmin::DeleteProfile { profile_name: Some(Text::from(name)), flags: MAPI_APP_PROFILE })
    }

    /// RenameProfile, app profiles too: at once, or after the last session on it (LOGON-115).
    ///
    /// # Errors
    ///
    /// MAPI_E_NOT_FOUND for an unknown name; MAPI_E_INVALID_PARAMETER for a new name that no profile can have; MAPI_E_NO_ACCESS for one that is taken.
    pub fn rename_profile(&self, from: &str, to: &str) -> Result<(), Failure> {
        self.call(IProfAdmin::RenameProfile {
            old_profile_name: Some(Text::from(from)),
            old_password: None,
            new_profile_name: Some(Box::new(Text::from(to))),
            ui_param: 0,
            flags: MAPI_APP_PROFILE,
        })
    }

    /// SetDefaultProfile; `None` leaves the machine without a default profile (LOGON-108).
    ///
    /// # Errors
    ///
    /// MAPI_E_NOT_FOUND for an unknown name; MAPI_E_CALL_FAILED for an app profile (LOGON-109).
    pub fn set_default_profile(&self, name: Option<&str>) -> Result<(), Failure> {
        self.call(IProfAdmin::SetDefaultProfile { profile_name: name.map(Text::from), flags: 0 })
    }

    /// ChangeProfilePassword: succeeds and does nothing (LOGON-066).
    ///
    /// # Errors
    ///
    /// None of its own.
    pub fn change_profile_password(&self, name: &str, old: Option<&str>, new: Option<&str>) -> Result<(), Failure> {
        self.call(IProfAdmin::ChangeProfilePassword {
            profile_name: Some(Text::from(name)),
            old_password: old.map(|text| Box::new(Text::from(text))),
            new_password: new.map(|text| Box::new(Text::from(text))),
            flags: 0,
        })
    }
}
