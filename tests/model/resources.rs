//! Service providers and the status table: what is installed, what a session has logged on, and the rows that a member sees.

use std::collections::BTreeSet;

use super::types::{StatusRows, flag};
use super::world::{Core, Profile, World};

/// What kind of resource a provider is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Resource {
    AddressBook,
    Store,
    Transport,
}

impl Resource {
    /// PR_RESOURCE_TYPE.
    pub fn number(self) -> u32 {
        match self {
            Resource::AddressBook => 35,
            Resource::Store => 33,
            Resource::Transport => 36,
        }
    }
}

/// STATUS_DEFAULT_STORE
pub const DEFAULT_STORE: u32 = 0x2;
/// STATUS_PRIMARY_IDENTITY
pub const PRIMARY: u32 = 0x4;
/// STATUS_NO_PRIMARY_IDENTITY
pub const NOT_PRIMARY: u32 = 0x20;

/// A provider of an installed service. Every profile with the service has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prov {
    /// Its name, the key of its script.
    pub section: String,
    /// What it is.
    pub resource: Resource,
    /// It has a status row; a transport always has.
    pub row: bool,
    /// PR_RESOURCE_FLAGS in the profile.
    pub flags: u32,
    /// The identity that it supplies; at most one provider of a service does.
    pub identity: Option<String>,
    /// Address types of a transport.
    pub types: Vec<String>,
    /// How many sessions may have the store open.
    pub limit: Option<u32>,
    /// What it answers to QueryFastShutdown; none if it lacks the interface.
    pub fast: Option<bool>,
}

/// Position of a service in its profile, and of a provider in the service.
pub type Place = (usize, usize);

/// A provider that a session has logged on, or a transport that is starting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// Where it stands in the profile.
    pub place: Place,
    /// What it is.
    pub resource: Resource,
    /// Number of its status row.
    pub row: Option<u32>,
    /// Store objects that keep it.
    pub opened: u32,
    /// The spooler has logged on to the store as well.
    pub spooler: bool,
    /// When a starting transport has an answer, which it is, and whether it is the second try.
    pub start: Option<(u64, u32, bool)>,
}

/// What the providers of a session core are doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    /// The spooler knows of the session.
    pub told: bool,
    /// When the spooler was told, until it begins to start the transports.
    pub due: Option<u64>,
    /// Providers in order of their logon.
    pub running: Vec<Running>,
    /// The highest row number so far.
    pub last_row: u32,
    /// The address book was opened.
    pub book: bool,
    /// Address book providers whose last logon failed.
    pub failed_books: BTreeSet<Place>,
}

impl Resources {
    /// The provider of this place, if it is running or starting.
    pub fn at(&mut self, place: Place) -> Option<&mut Running> {
        self.running.iter_mut().find(|running| running.place == place)
    }

    /// Whether a transport has not started yet.
    pub fn pending(&self) -> bool {
        self.due.is_some() || self.running.iter().any(|running| running.start.is_some())
    }
}

/// A status row as far as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFacts {
    /// PR_ROWID.
    pub row: u32,
    /// PR_RESOURCE_TYPE.
    pub kind: u32,
    /// PR_DISPLAY_NAME.
    pub name: String,
    /// PR_STATUS_CODE.
    pub code: u32,
    /// PR_RESOURCE_METHODS.
    pub methods: u32,
    /// PR_RESOURCE_FLAGS.
    pub flags: u32,
    /// PR_STATUS_STRING.
    pub text: Option<&'static str>,
    /// PR_IDENTITY_DISPLAY.
    pub identity: Option<String>,
}

impl World {
    /// Every provider of a profile in order.
    pub fn providers(&self, profile: &Profile) -> Vec<(Place, Prov)> {
        let services = profile.services.iter().enumerate();
        let all = services.flat_map(|(at, service)| {
            let providers = self.installed.get(&service.name).into_iter().flatten().enumerate();
            providers.map(move |(nth, provider)| ((at, nth), provider.clone()))
        });
        all.collect()
    }

    /// Every provider of the profile that a core runs on.
    pub(super) fn providers_of(&self, core: &Core) -> Vec<(Place, Prov)> {
        self.profile(core.profile).map(|profile| self.providers(profile)).unwrap_or_default()
    }

    /// The provider of a place.
    pub(super) fn provider(&self, core: u32, place: Place) -> Option<Prov> {
        let core = self.core(core)?;
        self.providers_of(core).into_iter().find(|(at, _)| *at == place).map(|(_, provider)| provider)
    }

    /// Places of the providers of one kind whose service is not disabled.
    pub(super) fn enabled(&self, core: u32, resource: Resource) -> Vec<Place> {
        let Some(core) = self.core(core) else { return Vec::new() };
        let mine = |(place, provider): (Place, Prov)| (provider.resource == resource).then_some(place);
        self.providers_of(core).into_iter().filter_map(mine).filter(|place| !core.disabled.contains(&place.0)).collect()
    }

    /// The status table as a member sees it; none once it has logged off.
    pub fn view(&self, session: usize) -> Option<Vec<RowFacts>> {
        let member = self.members.get(session).filter(|member| member.live)?;
        let core = self.core(member.core)?;
        let mut rows = self.own_rows(core, member.no_mail);
        let all = self.providers_of(core);
        let numbered: Vec<(u32, Place)> = match self.knobs.status_rows {
            StatusRows::Active => core.resources.running.iter().filter_map(|running| Some((running.row?, running.place))).collect(),
            StatusRows::Profile => fixed_rows(&all),
        };
        let mut shown: Vec<RowFacts> = Vec::new();
        for (row, place) in numbered {
            let Some((_, provider)) = all.iter().find(|(at, _)| *at == place) else { continue };
            if !(member.no_mail && provider.resource == Resource::Transport) {
                shown.push(provider_row(row, place, provider, &all));
            }
        }
        shown.sort_by_key(|row| row.row);
        rows.extend(shown);
        Some(rows)
    }

    /// The three rows of MAPI itself.
    fn own_rows(&self, core: &Core, no_mail: bool) -> Vec<RowFacts> {
        let plain = |row, kind, name: &str| RowFacts {
            row,
            kind,
            name: name.to_string(),
            code: 1,
            methods: 1,
            flags: 0,
            text: Some("Available"),
            identity: None,
        };
        let mut spooler = plain(2, 37, "MAPI Spooler");
        spooler.methods = 9;
        if no_mail {
            (spooler.code, spooler.text) = (4, Some("Failure"));
            spooler.methods = if self.knobs.no_mail_flush_ok { 9 } else { 1 };
        }
        let mut book = plain(3, 34, "MAPI Address Book");
        let works = core.resources.running.iter().any(|running| running.resource == Resource::AddressBook);
        if !works && !core.resources.failed_books.is_empty() {
            (book.code, book.text) = (4, Some("Failure"));
        }
        vec![plain(1, 39, &core.name), spooler, book]
    }

    /// What makes the rows of two providers the same row: the profile by which the provider got its identifier, and its place there.
    pub(super) fn uid(&self, core: u32, row: u32) -> Option<(String, Place)> {
        let core = self.core(core)?;
        let all = self.providers_of(core);
        let place = match self.knobs.status_rows {
            StatusRows::Active => core.resources.running.iter().find(|running| running.row == Some(row)).map(|running| running.place),
            StatusRows::Profile => fixed_rows(&all).into_iter().find(|(number, _)| *number == row).map(|(_, place)| place),
        };
        let profile = self.profile(core.profile)?;
        Some((profile.made_as.clone().unwrap_or_else(|| format!("#{}", profile.id)), place?))
    }

    /// The number for the row of a provider that was just logged on.
    pub(super) fn new_row(&mut self, core: u32, place: Place) -> Option<u32> {
        let provider = self.provider(core, place).filter(|provider| provider.row)?;
        let all = self.providers_of(self.core(core)?);
        if self.knobs.status_rows == StatusRows::Profile {
            return fixed_rows(&all).into_iter().find(|(_, at)| *at == place).map(|(row, _)| row);
        }
        debug_assert!(provider.row);
        let resources = &mut self.core_mut(core)?.resources;
        resources.last_row = resources.last_row.max(3) + 1;
        Some(resources.last_row)
    }

    /// The identity that QueryIdentity finds in a member's view.
    pub(super) fn identity(&self, session: usize) -> Option<String> {
        let rows = self.view(session)?;
        let flagged = rows.iter().filter(|row| row.flags & PRIMARY != 0).find_map(|row| row.identity.clone());
        flagged.or_else(|| rows.iter().find_map(|row| row.identity.clone()))
    }

    /// Whether a client may be asked: the member's logon said neither no dialog nor service.
    pub(super) fn is_service(&self, session: usize) -> bool {
        let call = self.members.get(session).and_then(|member| member.call).and_then(|call| self.calls.get(call));
        call.is_some_and(|call| call.raw_flags & flag::NT_SERVICE != 0)
    }
}

/// Row numbers that the profile fixes.
fn fixed_rows(all: &[(Place, Prov)]) -> Vec<(u32, Place)> {
    (4..).zip(all.iter().filter(|(_, provider)| provider.row).map(|(place, _)| *place)).collect()
}

fn provider_row(row: u32, place: Place, provider: &Prov, all: &[(Place, Prov)]) -> RowFacts {
    // One store is the default, and one service has the primary identity: the first that is marked.
    let mut flags = provider.flags;
    let default = all.iter().find(|(_, other)| other.resource == Resource::Store && other.flags & DEFAULT_STORE != 0);
    if default.is_none_or(|(at, _)| *at != place) {
        flags &= !DEFAULT_STORE;
    }
    let primary = all.iter().find(|(_, other)| other.flags & PRIMARY != 0).map(|(at, _)| at.0);
    if primary != Some(place.0) {
        flags &= !PRIMARY;
    }
    let of_service = || {
        let supplies = primary == Some(place.0) && provider.flags & NOT_PRIMARY == 0;
        all.iter().filter(|(at, _)| at.0 == place.0 && supplies).find_map(|(_, other)| other.identity.clone())
    };
    let (code, methods, text) = match provider.resource {
        Resource::AddressBook => (1, 0x1, None),
        Resource::Store => (1, 0x3, None),
        Resource::Transport => (0x11_0001, 0xB, Some("Available")),
    };
    let kind = provider.resource.number();
    let identity = provider.identity.clone().or_else(of_service);
    RowFacts { row, kind, name: provider.section.clone(), code, methods, flags, text, identity }
}
