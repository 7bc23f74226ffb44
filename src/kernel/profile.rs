//! Installed services and providers, and the profiles that users made of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::mapi::PropTag;

/// An installed message service: one section of `mapisvc.inf`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Service {
    /// PR_SERVICE_NAME.
    pub name: String,
    /// Right side of the `[Services]` line.
    pub title: String,
    /// PR_DISPLAY_NAME in `mapisvc.inf`, if it has one.
    pub display_name: Option<String>,
    /// PR_SERVICE_DLL_NAME.
    pub dll: Option<String>,
    /// PR_SERVICE_ENTRY_NAME. A service without an entry point function cannot be configured by a dialog.
    pub entry: Option<String>,
    /// PR_RESOURCE_FLAGS (`SERVICE_...`).
    pub flags: u32,
    /// Sections of its providers, in order.
    pub providers: Vec<String>,
    /// Whether a logon fails when the service cannot be configured, instead of going on without it (LOGON-226).
    pub required: bool,
    /// Whether it is an Exchange-like service.
    pub exchange: bool,
}

/// An installed service provider: one section of `mapisvc.inf`.
#[derive(Clone, Debug, PartialEq)]
pub struct Provider {
    /// Name of its section.
    pub section: String,
    /// PR_RESOURCE_TYPE.
    pub kind: ProviderKind,
    /// PR_PROVIDER_DISPLAY.
    pub provider_display: String,
    /// PR_DISPLAY_NAME.
    pub display_name: String,
    /// PR_PROVIDER_DLL_NAME.
    pub dll: String,
    /// PR_RESOURCE_FLAGS (`STATUS_...`, `HOOK_...`).
    pub flags: u32,
    /// The identity it can supply.
    pub identity: Option<Identity>,
    /// Properties without which it is not configured (PROVIDER-145).
    pub required: Vec<PropTag>,
    /// First PR_STATUS_CODE of its status row.
    pub status_code: Option<u32>,
    /// A store that sends and receives by itself, on a server (LOGON-179).
    pub server_based: bool,
    /// PR_RECORD_KEY of a store, if the fixture sets it.
    pub record_key: Option<Vec<u8>>,
    /// How many sessions may have it open at once (LOGON-167).
    pub session_limit: Option<u32>,
    /// Address types a transport takes; upper case. A transport for any type has `["*"]`.
    pub address_types: Vec<String>,
    /// The store (by section) that a tightly coupled transport belongs to.
    pub own_store: Option<String>,
    /// Shows dialogs even when the client forbade them (LOGON-133).
    pub ignores_no_dialog: bool,
    /// Answer of its QueryFastShutdown; `None`: it does not implement IMAPIProviderShutdown.
    pub fast_shutdown: Option<bool>,
    /// Whether it has a status row (STATUS-084).
    pub status_row: bool,
}

/// The four kinds of service providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProviderKind {
    /// MAPI_AB_PROVIDER (35).
    AddressBook,
    /// MAPI_STORE_PROVIDER (33).
    Store,
    /// MAPI_TRANSPORT_PROVIDER (36).
    Transport,
    /// MAPI_HOOK_PROVIDER (40).
    Hook,
}

impl ProviderKind {
    /// PR_RESOURCE_TYPE of the kind.
    pub const fn resource_type(self) -> u32 {
        match self {
            ProviderKind::Store => 33,
            ProviderKind::AddressBook => 35,
            ProviderKind::Transport => 36,
            ProviderKind::Hook => 40,
        }
    }
}

/// A user as a provider presents it: PR_IDENTITY_DISPLAY, PR_IDENTITY_ENTRYID, PR_IDENTITY_SEARCH_KEY.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    /// Display name.
    pub display: String,
    /// Address type, upper case.
    pub address_type: String,
    /// Address.
    pub address: String,
}

/// A profile: the message services that a user put together under one name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// PR_DISPLAY_NAME, in the case in which it was made.
    pub name: String,
    /// An app profile (PROFILE-034): not offered in the logon dialog without MAPI_APP_PROFILE, never the default.
    pub app: bool,
    /// Marked for deletion: goes with the last session on it (LOGON-112).
    pub marked: bool,
    /// The name it takes when the last session on it has ended (LOGON-115).
    pub pending_rename: Option<String>,
    /// Its message services, in order of addition.
    pub services: Vec<ProfileService>,
}

/// A message service in a profile.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProfileService {
    /// PR_SERVICE_NAME: a key of the machine's installed services.
    pub service: String,
    /// Name by which fixtures refer to it; unique in the profile.
    pub id: String,
    /// PR_DISPLAY_NAME.
    pub display_name: String,
    /// Whether all data that its providers need is there.
    pub configured: bool,
    /// Whether a logon fails when it cannot be configured (LOGON-226).
    pub required: bool,
    /// Whether it has an entry point function that can be asked to configure it.
    pub has_entry: bool,
    /// Treated as failed by every logon (SERVICE-187).
    pub disabled: bool,
    /// PR_SERVICE_UID.
    pub uid: [u8; 16],
    /// Its providers, in order.
    pub providers: Vec<ProfileProvider>,
}

/// A provider in a profile.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProfileProvider {
    /// Section name: a key of the machine's installed providers.
    pub provider: String,
    /// Name by which fixtures refer to it; unique in the profile.
    pub id: String,
    /// PR_DISPLAY_NAME of the instance.
    pub display_name: String,
    /// PR_RESOURCE_FLAGS of the instance.
    pub flags: u32,
    /// PR_PROVIDER_UID.
    pub uid: [u8; 16],
}

/// Number of a profile, never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProfileId(pub(crate) u32);

/// All profiles of the machine.
///
/// Names are found without regard to case (LOGON-064); the reading `profile_name_case` is applied by the caller, who gets the name as it was made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profiles {
    by_name: BTreeMap<Box<str>, ProfileId>,
    list: Vec<Option<Arc<Profile>>>,
    default: Option<ProfileId>,
}

impl Profiles {
    /// Adds a profile; `None` if one of that name exists (without regard to case).
    pub fn add(&mut self, profile: Profile) -> Option<ProfileId> {
        let key = fold(&profile.name).into_owned();
        if self.by_name.contains_key(key.as_str()) {
            return None;
        }
        let id = ProfileId(u32::try_from(self.list.len()).ok()?);
        self.by_name.insert(key.into_boxed_str(), id);
        self.list.push(Some(Arc::new(profile)));
        Some(id)
    }

    /// The profile of this number, unless it was deleted.
    pub fn get(&self, id: ProfileId) -> Option<&Arc<Profile>> {
        self.list.get(id.0 as usize)?.as_ref()
    }

    /// The profile of this number, to change it.
    pub fn get_mut(&mut self, id: ProfileId) -> Option<&mut Profile> {
        self.list.get_mut(id.0 as usize)?.as_mut().map(Arc::make_mut)
    }

    /// Finds a profile by name, without regard to case.
    pub fn find(&self, name: &str) -> Option<(ProfileId, &Arc<Profile>)> {
        let id = *self.by_name.get(&*fold(name))?;
        Some((id, self.get(id)?))
    }

    /// The default profile, if there is one that can be used (LOGON-114).
    pub fn default_profile(&self) -> Option<ProfileId> {
        self.default.filter(|id| self.get(*id).is_some_and(|p| !p.marked))
    }

    /// Makes a profile the default, or leaves the machine without one.
    pub fn set_default(&mut self, id: Option<ProfileId>) {
        self.default = id;
    }

    /// Removes a profile for good.
    pub fn remove(&mut self, id: ProfileId) {
        if let Some(profile) = self.list.get_mut(id.0 as usize).and_then(Option::take) {
            self.by_name.remove(&*fold(&profile.name));
        }
        if self.default == Some(id) {
            self.default = None;
        }
    }

    /// Gives a profile another name; false if the name is taken by another one.
    pub fn rename(&mut self, id: ProfileId, name: &str) -> bool {
        let key = fold(name).into_owned();
        if self.by_name.get(key.as_str()).is_some_and(|taken| *taken != id) {
            return false;
        }
        let Some(profile) = self.get_mut(id) else { return false };
        let old = fold(&profile.name).into_owned();
        profile.name = name.to_owned();
        self.by_name.remove(old.as_str());
        self.by_name.insert(key.into_boxed_str(), id);
        true
    }

    /// Every profile, in order of creation.
    pub fn iter(&self) -> impl Iterator<Item = (ProfileId, &Arc<Profile>)> {
        (0u32..).zip(&self.list).filter_map(|(number, profile)| Some((ProfileId(number), profile.as_ref()?)))
    }
}

/// A name as it is compared: folded from the tables of the crate `unicase`, whatever the compiler's release. ASCII lower case costs nothing.
pub fn fold(name: &str) -> std::borrow::Cow<'_, str> {
    if name.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
        return name.into();
    }
    unicase::UniCase::new(name).to_folded_case().into()
}

/// Whether a text is a possible profile name (LOGON-062): 1 to 64 UTF-16 units of letters, digits, `_` and inner spaces.
pub fn is_profile_name(name: &str) -> bool {
    name_length(name) <= MAX_PROFILE_NAME
        && !name.is_empty()
        && !name.starts_with(' ')
        && !name.ends_with(' ')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == ' ')
}

/// Longest profile name, in UTF-16 units (LOGON-059, LOGON-061).
pub const MAX_PROFILE_NAME: usize = 64;

/// Length of a name in UTF-16 units, the unit of the limit (LOGON-061).
pub fn name_length(name: &str) -> usize {
    if name.len() <= MAX_PROFILE_NAME { name.encode_utf16().count() } else { name.encode_utf16().take(MAX_PROFILE_NAME + 1).count() }
}
