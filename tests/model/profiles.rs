//! Profiles: names, lookup, and what becomes of one that is deleted or renamed while it is used.

use super::types::{DELETE_MARKED, INVALID_PARAMETER, NO_ACCESS, NOT_FOUND, S_OK};
use super::world::World;

/// The most UTF-16 units a name may have.
pub const MOST_UNITS: usize = 64;

/// Whether a name has too many UTF-16 units.
pub fn too_long(name: &str) -> bool {
    name.encode_utf16().count() > MOST_UNITS
}

/// Whether the characters of a name are those a profile name may have: letters, digits, underscores, and spaces inside.
pub fn well_formed(name: &str) -> bool {
    let outer_space = name.starts_with(' ') || name.ends_with(' ');
    !name.is_empty() && !outer_space && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == ' ')
}

/// Whether a profile may be called so.
pub fn valid(name: &str) -> bool {
    well_formed(name) && !too_long(name)
}

impl World {
    /// Whether two names mean the same profile.
    pub fn same_name(&self, a: &str, b: &str) -> bool {
        if self.knobs.case_sensitive { a == b } else { a.to_lowercase() == b.to_lowercase() }
    }

    /// Place of the profile of this name, marked or not.
    pub fn find_profile(&self, name: &str) -> Option<usize> {
        if !valid(name) {
            return None;
        }
        self.profiles.iter().position(|profile| self.same_name(&profile.name, name))
    }

    /// Whether a profile other than `but` has this name, or will have it.
    /// Chosen: two names that differ in case alone are never both there, whatever the reading of lookups, as in a registry.
    pub fn taken(&self, name: &str, but: Option<u32>) -> bool {
        let same = |other: &str| other.to_lowercase() == name.to_lowercase();
        self.profiles
            .iter()
            .filter(|profile| Some(profile.id) != but)
            .any(|profile| same(&profile.name) || profile.pending_rename.as_deref().is_some_and(same))
    }

    /// Whether a session runs on it.
    pub fn in_use(&self, profile: u32) -> bool {
        self.cores.iter().any(|core| core.profile == profile)
    }

    /// A profile that is used is only marked; either way it is the default no longer.
    pub(super) fn delete_profile(&mut self, name: &str) -> u32 {
        let Some(at) = self.find_profile(name) else { return NOT_FOUND };
        let id = self.profiles[at].id;
        if self.profiles[at].marked {
            return DELETE_MARKED;
        }
        if self.default == Some(id) {
            self.default = None;
        }
        if self.in_use(id) {
            self.profiles[at].marked = true;
            self.profiles[at].pending_rename = None;
        } else {
            self.profiles.remove(at);
        }
        S_OK
    }

    /// A profile that is used gets its new name when it is no longer used.
    pub(super) fn rename_profile(&mut self, name: &str, new: &str) -> u32 {
        let Some(at) = self.find_profile(name).filter(|&at| !self.profiles[at].marked) else { return NOT_FOUND };
        if !valid(new) {
            return INVALID_PARAMETER;
        }
        let id = self.profiles[at].id;
        if self.taken(new, Some(id)) {
            return NO_ACCESS;
        }
        if self.in_use(id) {
            self.profiles[at].pending_rename = Some(new.to_string());
        } else {
            self.profiles[at].name = new.to_string();
        }
        S_OK
    }

    /// A session on this profile has ended; if it was the last, the mark or the new name takes effect.
    pub(super) fn profile_left(&mut self, id: u32) {
        if self.in_use(id) {
            return;
        }
        let Some(at) = self.profiles.iter().position(|profile| profile.id == id) else { return };
        if self.profiles[at].marked {
            self.profiles.remove(at);
            return;
        }
        if let Some(new) = self.profiles[at].pending_rename.take()
            && !self.taken(&new, Some(id))
        {
            self.profiles[at].name = new;
        }
    }
}
