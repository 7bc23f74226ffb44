//! Service providers of a session: how they are logged on, fail, and are logged off.

use super::ask::{Answer, Ask, Question, Response};
use super::event::{Event, ProviderCall};
use super::profile::{Profile, ProfileProvider, Provider, ProviderKind};
use super::{Core, Kernel};
use crate::call::Handle;
use crate::clause::Reading;
use crate::mapi::Hresult;
use crate::time::SimTime;

/// Where a provider stands in a profile: position of its service, and its own position in the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Position of the service in the profile.
    pub service: u16,
    /// Position of the provider in the service.
    pub provider: u16,
}

/// A provider that a session has logged on, or is logging on.
#[derive(Clone, Debug, PartialEq)]
pub struct Active {
    /// Where it stands.
    pub place: Place,
    /// What kind of provider it is.
    pub kind: ProviderKind,
    /// PR_ROWID of its status row, if it has one.
    pub row: Option<u32>,
    /// Open store objects that keep it; a store is logged off with the last.
    pub opened: u32,
    /// Whether the spooler has logged on to this store too.
    pub spooler: bool,
    /// When a transport that is starting is ready, and how its logon ends.
    pub starting: Option<(SimTime, Hresult)>,
    /// Whether a transport that lacked configuration is tried once more (SPOOLER-033).
    pub retried: bool,
}

/// LOGON_NO_DIALOG, MDB_NO_DIALOG and AB_NO_DIALOG: the provider may show no dialog (LOGON-237).
const NO_DIALOG: u32 = 0x1;
/// LOGON_NO_INBOUND and LOGON_NO_OUTBOUND: how a transport is first logged on (LOGON-239).
const NO_TRAFFIC: u32 = 0x8 | 0x10;
/// MAPI_NT_SERVICE: the flag of entry points that are loaded for a service (LOGON-220).
const NT_SERVICE: u32 = 0x1_0000;

/// What a provider logon needs to know of the client.
#[derive(Clone, Copy)]
pub(super) struct Client {
    pub(super) ui_param: u64,
    pub(super) ui: bool,
    pub(super) service: bool,
}

impl Core {
    /// An active provider by place.
    pub fn active(&self, place: Place) -> Option<&Active> {
        self.providers.iter().find(|active| active.place == place)
    }

    pub(super) fn active_mut(&mut self, place: Place) -> Option<&mut Active> {
        self.providers.iter_mut().find(|active| active.place == place)
    }
}

impl Profile {
    /// Every provider with its place, in profile order.
    pub fn places(&self) -> impl Iterator<Item = (Place, &ProfileProvider)> {
        (0..=u16::MAX).zip(&self.services).flat_map(|(service, entry)| {
            (0..=u16::MAX).zip(&entry.providers).map(move |(provider, instance)| (Place { service, provider }, instance))
        })
    }

    /// The provider at a place.
    pub fn at(&self, place: Place) -> Option<&ProfileProvider> {
        self.services.get(usize::from(place.service))?.providers.get(usize::from(place.provider))
    }
}

impl Kernel {
    /// The installed provider of a place in the profile of a session.
    pub(super) fn installed(&self, core: &Core, place: Place) -> Option<&Provider> {
        self.machine.providers.get(&self.profiles.get(core.profile)?.at(place)?.provider)
    }

    /// Places of the enabled providers of one kind, in profile order.
    pub(super) fn places(&self, core: Handle, kind: ProviderKind) -> Vec<Place> {
        let Some(core) = self.cores.get(&core) else { return Vec::new() };
        let Some(profile) = self.profiles.get(core.profile) else { return Vec::new() };
        let enabled = profile.places().filter(|(place, _)| !core.disabled.contains(&place.service));
        enabled.filter(|(place, _)| self.installed(core, *place).is_some_and(|p| p.kind == kind)).map(|(place, _)| place).collect()
    }

    /// Whether the service of a provider is not disabled for the session; nobody calls a provider of one that is (SERVICE-187).
    pub(super) fn is_enabled(&self, core: Handle, place: Place) -> bool {
        self.cores.get(&core).is_some_and(|core| !core.disabled.contains(&place.service))
    }

    fn section(&self, core: Handle, place: Place) -> String {
        let core = self.cores.get(&core);
        core.and_then(|core| self.installed(core, place)).map_or_else(String::new, |provider| provider.section.clone())
    }

    fn provider_event(&mut self, provider: &str, call: ProviderCall, flags: u32, result: Hresult) {
        self.emit(Event::Provider { provider: provider.to_owned(), call, flags, ui_param: 0, result });
    }

    /// Logs a store or address book provider on, with the one retry after MAPI_E_UNCONFIGURED (LOGON-230).
    pub(super) fn log_on(&mut self, core: Handle, place: Place, client: Client, ask: &mut dyn Ask) -> Hresult {
        let provider = self.section(core, place);
        let kind = self.cores.get(&core).and_then(|core| self.installed(core, place)).map(|provider| provider.kind);
        let init = if kind == Some(ProviderKind::Store) { ProviderCall::MSProviderInit } else { ProviderCall::ABProviderInit };
        let loaded = self.cores.get(&core).is_some_and(|core| core.active(place).is_some());
        if !loaded {
            self.load_provider(&provider);
            self.provider_event(&provider, init, if client.service { NT_SERVICE } else { 0 }, Hresult::S_OK);
        }
        let flags = if client.ui { 0 } else { NO_DIALOG };
        let try_logon = |kernel: &mut Self, ask: &mut dyn Ask| {
            let result = kernel.answered(ask, &Question::ProviderLogon { provider: provider.clone() });
            kernel.emit(Event::Provider {
                provider: provider.clone(),
                call: ProviderCall::Logon,
                flags,
                ui_param: client.ui_param,
                result,
            });
            result
        };
        let mut result = try_logon(self, ask);
        if result == Hresult::MAPI_E_UNCONFIGURED {
            self.configure_again(core, place, ask);
            result = try_logon(self, ask);
        }
        if result.is_success() {
            self.activate(core, place, kind.unwrap_or(ProviderKind::Store));
        } else if !loaded {
            self.provider_event(&provider, ProviderCall::Shutdown, 0, Hresult::S_OK);
            if let Some(core) = self.core_mut(core).filter(|_| kind == Some(ProviderKind::AddressBook)) {
                core.address_book_failed = true;
            }
        }
        result
    }

    /// The entry point function is asked to configure the service of a provider that lacks configuration.
    fn configure_again(&mut self, core: Handle, place: Place, ask: &mut dyn Ask) {
        let profile = self.cores.get(&core).and_then(|core| self.profiles.get(core.profile));
        let Some(service) = profile.and_then(|profile| profile.services.get(usize::from(place.service))) else { return };
        let (service, has_entry) = (service.service.clone(), service.has_entry);
        if has_entry {
            let question = Question::EntryPoint { service: service.clone() };
            let result = match ask.ask(self, &question) {
                Response::Now(Answer::Result(hr)) | Response::After(_, Answer::Result(hr)) => hr,
                _ => Hresult::MAPI_E_UNCONFIGURED,
            };
            self.emit(Event::EntryPoint { service, result });
        }
    }

    /// What somebody outside returns; S_OK where nobody answers.
    pub(super) fn answered(&mut self, ask: &mut dyn Ask, question: &Question) -> Hresult {
        match ask.ask(self, question) {
            Response::Now(Answer::Result(hr)) | Response::After(_, Answer::Result(hr)) => hr,
            _ => Hresult::S_OK,
        }
    }

    /// A provider is logged on; it gets its status row, once.
    pub(super) fn activate(&mut self, core: Handle, place: Place, kind: ProviderKind) {
        let has_row = self.cores.get(&core).and_then(|core| self.installed(core, place)).is_some_and(|provider| provider.status_row);
        let Some(core) = self.core_mut(core) else { return };
        if let Some(active) = core.active_mut(place) {
            active.starting = None;
            return;
        }
        let row = has_row.then(|| core.row_of(place));
        core.providers.push(Active { place, kind, row, opened: 0, spooler: false, starting: None, retried: false });
    }

    /// A failing provider logon takes its whole service out of the session, unless the code says otherwise (SESSION-072, SESSION-073).
    pub(super) fn disable_after(&mut self, core: Handle, place: Place, hr: Hresult, spared: &[Hresult]) {
        if hr.is_success() || spared.contains(&hr) {
            return;
        }
        let profile = self.cores.get(&core).and_then(|core| self.profiles.get(core.profile));
        let name = profile.and_then(|profile| profile.services.get(usize::from(place.service))).map(|service| service.service.clone());
        if let (Some(core), Some(service)) = (self.core_mut(core), name) {
            core.disabled.push(place.service);
            // A transport of the service that is still starting is not logged on any more.
            core.providers.retain(|active| active.place.service != place.service || active.starting.is_none());
            self.emit(Event::ServiceDisabled { service });
            self.wake_transports();
        }
    }

    /// The spooler begins to start the session's transports, each in its own time.
    pub(super) fn start_transports(&mut self, id: Handle, ask: &mut dyn Ask) {
        let Some(core) = self.core_mut(id).filter(|core| core.spooler_due.is_some()) else { return };
        let begin = core.spooler_due.take().unwrap_or(SimTime::ZERO);
        for place in self.places(id, ProviderKind::Transport) {
            let provider = self.section(id, place);
            self.load_provider(&provider);
            self.provider_event(&provider, ProviderCall::XPProviderInit, 0, Hresult::S_OK);
            let starting = Some(self.transport_answer(provider, begin, ask));
            if let Some(core) = self.core_mut(id) {
                let kind = ProviderKind::Transport;
                core.providers.push(Active { place, kind, row: None, opened: 0, spooler: false, starting, retried: false });
            }
        }
        self.finish_transports(id, ask);
    }

    /// When a transport that begins to log on now is ready, and how its logon ends.
    fn transport_answer(&mut self, provider: String, begin: SimTime, ask: &mut dyn Ask) -> (SimTime, Hresult) {
        match ask.ask(self, &Question::ProviderLogon { provider }) {
            Response::Now(Answer::Result(hr)) => (begin, hr),
            Response::After(delay, Answer::Result(hr)) => (begin.after(delay), hr),
            _ => (begin, Hresult::S_OK),
        }
    }

    /// Starts all transports inside a logon, however long they take otherwise: for a download (LOGON-207) or by the reading eager_transports.
    pub(super) fn start_transports_now(&mut self, id: Handle, ask: &mut dyn Ask) {
        self.start_transports(id, ask);
        while self.transports_pending(id) {
            let now = self.now;
            if let Some(core) = self.core_mut(id) {
                for (at, _) in core.providers.iter_mut().filter_map(|active| active.starting.as_mut()) {
                    *at = now.min(*at);
                }
            }
            self.finish_transports(id, ask);
        }
    }

    /// Transports whose time has come are logged on, one after the other.
    pub(super) fn finish_transports(&mut self, id: Handle, ask: &mut dyn Ask) {
        while let Some((place, at, result)) = self.due_transport(id) {
            let provider = self.section(id, place);
            self.provider_event(&provider, ProviderCall::TransportLogon, NO_TRAFFIC | NO_DIALOG, result);
            let again = result == Hresult::MAPI_E_UNCONFIGURED
                && self
                    .core_mut(id)
                    .and_then(|core| core.active_mut(place))
                    .is_some_and(|active| !std::mem::replace(&mut active.retried, true));
            if again {
                self.configure_again(id, place, ask);
                let starting = Some(self.transport_answer(provider, at, ask));
                if let Some(active) = self.core_mut(id).and_then(|core| core.active_mut(place)) {
                    active.starting = starting;
                }
            } else if result.is_failure() {
                self.leave_transport_out(id, place, result);
            } else {
                self.transport_is_on(id, place, &provider);
            }
        }
        self.wake_transports();
    }

    /// The first transport whose time has come.
    fn due_transport(&self, id: Handle) -> Option<(Place, SimTime, Hresult)> {
        let starting = self.cores.get(&id)?.providers.iter().filter_map(|active| active.starting.map(|(at, hr)| (active.place, at, hr)));
        starting.into_iter().find(|(_, at, _)| *at <= self.now)
    }

    fn transport_is_on(&mut self, id: Handle, place: Place, provider: &str) {
        let has_row = self.cores.get(&id).and_then(|core| self.installed(core, place)).is_some_and(|provider| provider.status_row);
        let Some(core) = self.core_mut(id) else { return };
        let row = has_row.then(|| core.row_of(place));
        if let Some(active) = core.active_mut(place) {
            active.starting = None;
            active.row = row;
        }
        self.provider_event(provider, ProviderCall::AddressTypes, 0, Hresult::S_OK);
        self.provider_event(provider, ProviderCall::TransportNotify, 0, Hresult::S_OK);
    }

    /// A transport could not log on. Most errors put the whole service out of use, with its transports that are still starting (SPOOLER-030,
    /// SPOOLER-031).
    fn leave_transport_out(&mut self, id: Handle, place: Place, result: Hresult) {
        self.disable_after(id, place, result, &[Hresult::MAPI_E_FAILONEPROVIDER]);
        if let Some(core) = self.core_mut(id) {
            core.providers.retain(|active| active.place != place);
        }
    }

    /// Whether transports of the session have not started yet.
    pub(super) fn transports_pending(&self, id: Handle) -> bool {
        self.cores.get(&id).is_some_and(|core| core.spooler_due.is_some() || core.providers.iter().any(|active| active.starting.is_some()))
    }

    /// Starts transports for a call that needs them; the moment to wait for, if they are not ready yet.
    pub(super) fn need_transports(&mut self, id: Handle, ask: &mut dyn Ask) -> Option<SimTime> {
        self.start_transports(id, ask);
        self.finish_transports(id, ask);
        self.cores.get(&id)?.providers.iter().filter_map(|active| active.starting.map(|(at, _)| at)).max()
    }

    /// Logs one provider off: its own logoff, then the logon object, Shutdown, and the provider object (SHUTDOWN-045). Failures change nothing.
    pub(super) fn log_off_provider(&mut self, id: Handle, place: Place, ask: &mut dyn Ask) {
        let Some(active) = self.cores.get(&id).and_then(|core| core.active(place)).cloned() else { return };
        let provider = self.section(id, place);
        let (call, twice) = match active.kind {
            // One that is still starting has no logon object.
            ProviderKind::Transport => (ProviderCall::TransportLogoff, u32::from(active.starting.is_none())),
            ProviderKind::Store => (ProviderCall::Logoff, active.opened.max(1)),
            _ => (ProviderCall::Logoff, 1),
        };
        if active.kind == ProviderKind::Transport && active.starting.is_none() {
            self.provider_event(&provider, ProviderCall::AddressTypesDropped, 0, Hresult::S_OK);
        }
        for _ in 0..twice.min(MOST_LOGOFFS) {
            let result = self.answered(ask, &Question::ProviderLogoff { provider: provider.clone() });
            self.provider_event(&provider, call, 0, result);
            self.provider_event(&provider, ProviderCall::ReleaseLogon, 0, Hresult::S_OK);
        }
        self.provider_event(&provider, ProviderCall::Shutdown, 0, Hresult::S_OK);
        self.provider_event(&provider, ProviderCall::ReleaseProvider, 0, Hresult::S_OK);
        if let Some(core) = self.core_mut(id) {
            core.providers.retain(|active| active.place != place);
        }
    }

    /// Notes that the DLL of a provider is loaded until the last client is gone (SHUTDOWN-055).
    fn load_provider(&mut self, provider: &str) {
        if let Some(dll) = self.machine.providers.get(provider).map(|provider| provider.dll.clone()) {
            self.loaded.insert(dll);
        }
    }

    /// Logs all providers of a session off: transports, then address books, then stores (SHUTDOWN-048).
    pub(super) fn log_off_providers(&mut self, id: Handle, kinds: &[ProviderKind], ask: &mut dyn Ask) {
        for kind in kinds {
            let Some(core) = self.cores.get(&id).filter(|core| !core.providers.is_empty()) else { return };
            let places: Vec<Place> = core.providers.iter().filter(|active| active.kind == *kind).map(|active| active.place).collect();
            for place in places {
                self.log_off_provider(id, place, ask);
            }
        }
    }

    /// The reading eager_providers: address book and store providers start inside MAPILogonEx, in that order (LOGON-236).
    pub(super) fn start_eagerly(&mut self, id: Handle, client: Client, ask: &mut dyn Ask) {
        if self.machine.readings.index(Reading::EagerProviders) == 0 {
            return;
        }
        for kind in [ProviderKind::AddressBook, ProviderKind::Store] {
            for place in self.places(id, kind) {
                let full = kind == ProviderKind::Store && self.store_is_full(id, place);
                if !full && self.is_enabled(id, place) {
                    let hr = self.log_on(id, place, client, ask);
                    self.disable_after(id, place, hr, &[Hresult::MAPI_E_FAILONEPROVIDER]);
                }
            }
        }
        if let Some(core) = self.core_mut(id) {
            core.address_book = true;
        }
    }
}

/// The most Logoff events that one provider shows; more open objects than that are one client's leak, not the provider's.
const MOST_LOGOFFS: u32 = 64;
