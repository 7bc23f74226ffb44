//! IProfAdmin: what changes the profiles that a logon sees.

use std::sync::Arc;

use super::profile::{Profile, ProfileId, is_profile_name};
use super::{Body, Event, Kernel, Object};
use crate::call::{Caller, IProfAdmin, ObjectKind, Out, Reply};
use crate::clause::{ClauseId, Reading};
use crate::mapi::{Hresult, Text};

/// MAPI_UNICODE in the flag word of an administration method.
const MAPI_UNICODE: u32 = 0x8000_0000;
/// MAPI_DIALOG: RenameProfile may ask for what it needs.
const MAPI_DIALOG: u32 = 0x8;
/// MAPI_APP_PROFILE: app profiles may be changed (PROFILE-065, PROFILE-102).
const MAPI_APP_PROFILE: u32 = 0x4;

impl Kernel {
    /// MAPIAdminProfiles: the profile administration object.
    pub(super) fn admin_profiles(&mut self, caller: Caller, flags: u32) -> Reply {
        if !self.is_initialized(caller) {
            return self.decided(ClauseId::logon(4), Hresult::MAPI_E_NOT_INITIALIZED);
        }
        if let Some(reply) = self.reject_flags(flags, 0) {
            return reply;
        }
        let handle = self.new_handle(ObjectKind::ProfAdmin);
        self.objects.insert(handle, Object::of_process(caller.process, Body::Plain));
        self.decided(ClauseId::logon(1), Hresult::S_OK);
        Reply::ok(Out::Object(handle))
    }

    /// The reply to undocumented flag bits, by the reading unknown_flags (ERROR-018).
    pub(super) fn reject_flags(&mut self, flags: u32, known: u32) -> Option<Reply> {
        let reject = flags & !known != 0 && self.machine.readings.index(Reading::UnknownFlags) == 0;
        reject.then(|| self.decided(ClauseId::error(18), Hresult::MAPI_E_UNKNOWN_FLAGS))
    }

    /// A method of IProfAdmin.
    pub(super) fn prof_admin(&mut self, call: &IProfAdmin) -> Reply {
        let flags = match call {
            IProfAdmin::ChangeProfilePassword { flags, .. }
            | IProfAdmin::DeleteProfile { flags, .. }
            | IProfAdmin::RenameProfile { flags, .. }
            | IProfAdmin::SetDefaultProfile { flags, .. } => *flags,
        };
        let known = match call {
            IProfAdmin::RenameProfile { .. } => MAPI_UNICODE | MAPI_APP_PROFILE | MAPI_DIALOG,
            IProfAdmin::DeleteProfile { .. } => MAPI_UNICODE | MAPI_APP_PROFILE,
            _ => MAPI_UNICODE,
        };
        if let Some(reply) = self.reject_flags(flags, known) {
            return reply;
        }
        let unicode = flags & MAPI_UNICODE != 0;
        match call {
            IProfAdmin::ChangeProfilePassword { .. } => self.decided(ClauseId::logon(66), Hresult::S_OK),
            IProfAdmin::DeleteProfile { profile_name, .. } => match self.named(profile_name.as_ref(), unicode, flags) {
                Ok((id, profile)) => self.delete_profile(id, &profile),
                Err(reply) => reply,
            },
            IProfAdmin::RenameProfile { old_profile_name, old_password, new_profile_name, .. } => {
                if old_password.as_ref().is_some_and(|password| !password.is_empty()) && self.passwords_fail() {
                    return self.decided(ClauseId::profile(103), Hresult::MAPI_E_LOGON_FAILED);
                }
                match self.named(old_profile_name.as_ref(), unicode, flags) {
                    Ok((_, profile)) if profile.marked => self.decided(ClauseId::profile(105), Hresult::MAPI_E_NOT_FOUND),
                    Ok((id, _)) => self.rename_profile(id, new_profile_name.as_deref(), unicode),
                    Err(reply) => reply,
                }
            }
            IProfAdmin::SetDefaultProfile { profile_name, .. } => self.set_default_profile(profile_name.as_ref(), unicode),
        }
    }

    /// The reading password_policy: whether a non-empty password fails (LOGON-068).
    fn passwords_fail(&self) -> bool {
        self.machine.readings.index(Reading::PasswordPolicy) == 0
    }

    fn decode(&self, name: Option<&Text>, unicode: bool) -> Option<String> {
        name?.decode(unicode, self.machine.code_page).ok().map(std::borrow::Cow::into_owned)
    }

    /// The profile of a name; app profiles only with MAPI_APP_PROFILE among the flags.
    fn named(&mut self, name: Option<&Text>, unicode: bool, flags: u32) -> Result<(ProfileId, Arc<Profile>), Reply> {
        if name.is_none() {
            return Err(self.decided(ClauseId::error(19), Hresult::MAPI_E_INVALID_PARAMETER));
        }
        let found = self.decode(name, unicode).and_then(|name| self.find_profile(&name).map(|(id, profile)| (id, profile.clone())));
        match found {
            None => Err(self.decided(ClauseId::profile(64), Hresult::MAPI_E_NOT_FOUND)),
            Some((_, profile)) if profile.app && flags & MAPI_APP_PROFILE == 0 && self.knows_app_profiles() => {
                Err(self.decided(ClauseId::profile(65), Hresult::MAPI_E_NO_ACCESS))
            }
            Some(found) => Ok(found),
        }
    }

    /// The reading app_profiles: whether this MAPI knows app profiles (LOGON-082).
    pub(super) fn knows_app_profiles(&self) -> bool {
        self.machine.readings.index(Reading::AppProfiles) == 0
    }

    /// DeleteProfile: at once, or with the last session on it. On a marked profile it succeeds again (PROFILE-078).
    fn delete_profile(&mut self, id: ProfileId, profile: &Profile) -> Reply {
        let in_use = self.is_in_use(id);
        let profiles = Arc::make_mut(&mut self.profiles);
        if in_use {
            if let Some(profile) = profiles.get_mut(id) {
                profile.marked = true;
                profile.pending_rename = None;
            }
        } else {
            profiles.remove(id);
            self.forget_stores(id);
            self.emit(Event::ProfileDeleted { name: profile.name.clone() });
        }
        self.decided(ClauseId::logon(112), Hresult::S_OK)
    }

    /// Whether a profile other than `but` has this name, or will have it. Case never counts: no two profiles differ in case alone.
    pub(super) fn is_taken(&self, name: &str, but: Option<ProfileId>) -> bool {
        let wanted = super::fold(name);
        let is = |name: &str| super::fold(name) == wanted;
        let mut others = self.profiles.iter().filter(|(id, _)| Some(*id) != but);
        others.any(|(_, profile)| is(&profile.name) || profile.pending_rename.as_deref().is_some_and(is))
    }

    /// RenameProfile: at once, or after the last session on it.
    fn rename_profile(&mut self, id: ProfileId, to: Option<&Text>, unicode: bool) -> Reply {
        let Some(to) = self.decode(to, unicode).filter(|to| is_profile_name(to)) else {
            return self.decided(ClauseId::logon(62), Hresult::MAPI_E_INVALID_PARAMETER);
        };
        if self.is_taken(&to, Some(id)) {
            return self.decided(ClauseId::error(129), Hresult::MAPI_E_NO_ACCESS);
        }
        let in_use = self.is_in_use(id);
        let profiles = Arc::make_mut(&mut self.profiles);
        if in_use {
            if let Some(profile) = profiles.get_mut(id) {
                profile.pending_rename = Some(to);
            }
        } else {
            let from = profiles.get(id).map_or_else(String::new, |profile| profile.name.clone());
            profiles.rename(id, &to);
            self.emit(Event::ProfileRenamed { from, to });
        }
        self.decided(ClauseId::logon(115), Hresult::S_OK)
    }

    /// SetDefaultProfile: moves the default mark, or with NULL clears it.
    fn set_default_profile(&mut self, name: Option<&Text>, unicode: bool) -> Reply {
        let Some(name) = name else {
            Arc::make_mut(&mut self.profiles).set_default(None);
            return self.decided(ClauseId::profile(111), Hresult::S_OK);
        };
        let name = self.decode(Some(name), unicode);
        let found = name.and_then(|name| self.find_profile(&name).map(|(id, profile)| (id, profile.clone())));
        match found.filter(|(_, profile)| !profile.marked) {
            None => self.decided(ClauseId::profile(112), Hresult::MAPI_E_NOT_FOUND),
            Some((_, profile)) if profile.app && self.knows_app_profiles() => {
                self.decided(ClauseId::logon(109), Hresult::MAPI_E_CALL_FAILED)
            }
            Some((id, _)) => {
                Arc::make_mut(&mut self.profiles).set_default(Some(id));
                self.decided(ClauseId::logon(108), Hresult::S_OK)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Profiles;
    use super::*;

    #[test]
    fn what_was_left_in_the_stores_of_a_profile_goes_with_it() {
        let mut profiles = Profiles::default();
        let ids = ["Home", "Work"].map(|name| profiles.add(Profile { name: name.to_owned(), ..Profile::default() }).expect("a new name"));
        let mut kernel = Kernel::new(Arc::default(), Arc::new(profiles));
        for id in ids {
            kernel.stores.insert((id, [7; 16]), Arc::default());
        }
        let home = kernel.profiles.get(ids[0]).cloned().expect("it is there");
        kernel.delete_profile(ids[0], &home);
        assert_eq!(kernel.stores.keys().collect::<Vec<_>>(), [&(ids[1], [7; 16])]);
    }
}
