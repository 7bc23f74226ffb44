//! Providers of a session: how they log on, fail, and are logged off; the spooler and its transports.

use super::resources::{Place, Resource, Running};
use super::types::{CANNOT_CONTINUE, FAIL_ONE, NO_ACCESS, NO_INTERFACE, S_OK, UNCONFIGURED, UNKNOWN_FLAGS, USER_CANCEL};
use super::world::World;

/// Failures of a store that leave its service enabled.
pub(super) const STORE_SPARED: [u32; 5] = [FAIL_ONE, USER_CANCEL, NO_ACCESS, NO_INTERFACE, UNKNOWN_FLAGS];
/// The most Logoff calls that are shown of one provider.
const MOST_LOGOFFS: u32 = 64;

/// Whether an HRESULT is a failure.
pub(super) fn failed(hr: u32) -> bool {
    hr & CANNOT_CONTINUE != 0
}

impl World {
    /// Notes what was asked of a provider, and its answer.
    pub(super) fn note(&mut self, who: &str, what: &'static str, hr: u32) {
        self.did.push((who.to_string(), what, hr));
    }

    fn section(&self, core: u32, place: Place) -> String {
        self.provider(core, place).map(|provider| provider.section).unwrap_or_default()
    }

    /// The logon of a store or an address book, tried twice if configuration is lacking.
    pub(super) fn log_on(&mut self, core: u32, place: Place) -> u32 {
        let Some(provider) = self.provider(core, place) else { return S_OK };
        let mut hr = self.script.next_logon(&provider.section).0;
        self.note(&provider.section, "Logon", hr);
        if hr == UNCONFIGURED {
            self.entry_function(core, place);
            hr = self.script.next_logon(&provider.section).0;
            self.note(&provider.section, "Logon", hr);
        }
        let Some(resources) = self.core_mut(core).map(|core| &mut core.resources) else { return hr };
        if provider.resource == Resource::AddressBook {
            if failed(hr) {
                resources.failed_books.insert(place);
            } else {
                resources.failed_books.remove(&place);
            }
        }
        let known = resources.at(place).is_some();
        if failed(hr) && !known {
            self.note(&provider.section, "Shutdown", S_OK);
        } else if !failed(hr) && !known {
            let row = self.new_row(core, place);
            let running = Running { place, resource: provider.resource, row, opened: 0, spooler: false, start: None };
            self.core_mut(core).expect("it was there").resources.running.push(running);
        }
        hr
    }

    /// The entry function of a provider's service is told to configure it.
    fn entry_function(&mut self, core: u32, place: Place) {
        let profile = self.core(core).and_then(|core| self.profile(core.profile));
        let Some(service) = profile.and_then(|profile| profile.services.get(place.0)).cloned() else { return };
        if service.has_entry {
            let good = self.script.next_entry(&service.name);
            self.note(&service.name, "configure", if good { S_OK } else { UNCONFIGURED });
        }
    }

    /// A failure takes the whole service out of the session, but for some codes.
    pub(super) fn disable_after(&mut self, core: u32, place: Place, hr: u32, spared: &[u32]) {
        if !failed(hr) || spared.contains(&hr) {
            return;
        }
        let name = self.core(core).and_then(|core| self.profile(core.profile)?.services.get(place.0)).map(|service| service.name.clone());
        if let (Some(core), Some(name)) = (self.core_mut(core), name) {
            core.disabled.push(place.0);
            self.note(&name, "disabled", S_OK);
        }
        self.drop_running(core, |running| running.place.0 == place.0 && running.start.is_some());
    }

    /// Logs the address book providers on that are not; whether one failed. Nobody asks a provider of a disabled service.
    pub(super) fn open_books(&mut self, core: u32) -> bool {
        let mut any = false;
        for place in self.enabled(core, Resource::AddressBook) {
            let Some(found) = self.core_mut(core) else { continue };
            if found.resources.at(place).is_some() || found.disabled.contains(&place.0) {
                continue;
            }
            let hr = self.log_on(core, place);
            any |= failed(hr);
            let spared: &[u32] = if self.knobs.ab_unconfigured_disables { &[FAIL_ONE] } else { &[FAIL_ONE, UNCONFIGURED] };
            self.disable_after(core, place, hr, spared);
        }
        if let Some(core) = self.core_mut(core) {
            core.resources.book = true;
        }
        any
    }

    /// Address books and stores log on inside the logon. Chosen: a store that is full is left out.
    pub(super) fn start_eagerly(&mut self, core: u32) {
        if !self.knobs.eager_providers {
            return;
        }
        for resource in [Resource::AddressBook, Resource::Store] {
            for place in self.enabled(core, resource) {
                let off = self.core(core).is_none_or(|core| core.disabled.contains(&place.0));
                let full = resource == Resource::Store && self.full(core, place);
                if !off && !full {
                    let hr = self.log_on(core, place);
                    self.disable_after(core, place, hr, &[FAIL_ONE]);
                }
            }
        }
        if let Some(core) = self.core_mut(core) {
            core.resources.book = true;
        }
    }

    /// Whether as many other sessions as may have this store open.
    pub(super) fn full(&self, core: u32, place: Place) -> bool {
        let Some((section, limit)) = self.provider(core, place).and_then(|provider| Some((provider.section, provider.limit?))) else {
            return false;
        };
        let has = |other: &super::world::Core| {
            let mut places = other.resources.running.iter().map(|running| running.place);
            places.any(|place| self.section(other.number, place) == section)
        };
        self.cores.iter().filter(|other| other.number != core && has(other)).count() >= limit as usize
    }

    /// The spooler begins to start the transports of a session that it was told of.
    pub(super) fn start_transports(&mut self, core: u32) {
        let Some(due) = self.core_mut(core).and_then(|core| core.resources.due.take()) else { return };
        for place in self.enabled(core, Resource::Transport) {
            let section = self.section(core, place);
            let (hr, after) = self.script.next_logon(&section);
            let start = Some((due.saturating_add(after), hr, false));
            if let Some(core) = self.core_mut(core) {
                core.resources.running.push(Running { place, resource: Resource::Transport, row: None, opened: 0, spooler: false, start });
            }
        }
        self.finish_transports(core);
    }

    /// Transports whose answer is due are logged on, asked once more, or left out; a service that is disabled starts none.
    pub(super) fn finish_transports(&mut self, core: u32) {
        loop {
            let now = self.now;
            let Some(found) = self.core(core) else { return };
            let due = |running: &&Running| running.start.is_some_and(|(at, ..)| at <= now);
            let Some(running) = found.resources.running.iter().find(due).cloned() else { return };
            let (at, hr, second) = running.start.expect("it is starting");
            let place = running.place;
            let section = self.section(core, place);
            self.note(&section, "TransportLogon", hr);
            if hr == UNCONFIGURED && !second {
                self.entry_function(core, place);
                let (hr, after) = self.script.next_logon(&section);
                if let Some(running) = self.core_mut(core).and_then(|core| core.resources.at(place)) {
                    running.start = Some((at.saturating_add(after), hr, true));
                }
                continue;
            }
            if failed(hr) {
                self.transport_failed(core, place, hr);
                continue;
            }
            let row = self.new_row(core, place);
            if let Some(running) = self.core_mut(core).and_then(|core| core.resources.at(place)) {
                (running.start, running.row) = (None, row);
            }
        }
    }

    fn transport_failed(&mut self, core: u32, place: Place, hr: u32) {
        self.drop_running(core, |running| running.place == place);
        self.disable_after(core, place, hr, &[FAIL_ONE]);
    }

    fn drop_running(&mut self, core: u32, gone: impl Fn(&Running) -> bool) {
        if let Some(core) = self.core_mut(core) {
            core.resources.running.retain(|running| !gone(running));
        }
    }

    /// All transports start inside a logon, whatever time they would take.
    pub(super) fn start_transports_now(&mut self, core: u32) {
        self.start_transports(core);
        while self.core(core).is_some_and(|core| core.resources.pending()) {
            let now = self.now;
            for running in self.core_mut(core).into_iter().flat_map(|core| &mut core.resources.running) {
                if let Some((at, ..)) = &mut running.start {
                    *at = now.min(*at);
                }
            }
            self.finish_transports(core);
        }
    }

    /// What waits for the transports that work is fetched.
    pub(super) fn download(&mut self, core: u32) {
        let Some(found) = self.core(core) else { return };
        let works = found.resources.running.iter().filter(|running| running.resource == Resource::Transport && running.start.is_none());
        for place in works.map(|running| running.place).collect::<Vec<_>>() {
            let section = self.section(core, place);
            let (fetched, hr) = self.script.fetch(&section);
            self.note(&section, "download", fetched);
            self.note(&section, "downloaded", hr);
        }
    }

    /// One provider is logged off.
    fn log_off(&mut self, core: u32, place: Place) {
        let Some(running) = self.core_mut(core).and_then(|core| core.resources.at(place)).cloned() else { return };
        let section = self.section(core, place);
        let (what, times) = match running.resource {
            // One that is still starting was not logged on.
            Resource::Transport => ("TransportLogoff", u32::from(running.start.is_none())),
            Resource::AddressBook => ("Logoff", 1),
            Resource::Store => ("Logoff", running.opened.clamp(1, MOST_LOGOFFS)),
        };
        for _ in 0..times {
            let hr = self.script.next_logoff(&section);
            self.note(&section, what, hr);
        }
        self.note(&section, "Shutdown", S_OK);
        self.drop_running(core, |running| running.place == place);
    }

    pub(super) fn log_off_all(&mut self, core: u32, resource: Resource) {
        let Some(found) = self.core(core) else { return };
        let places: Vec<Place> = found.resources.running.iter().filter(|r| r.resource == resource).map(|r| r.place).collect();
        places.into_iter().for_each(|place| self.log_off(core, place));
    }

    /// The spooler forgets a session: its transports end, and it has no store any more.
    pub(super) fn forget(&mut self, core: u32) {
        self.log_off_all(core, Resource::Transport);
        if let Some(core) = self.core_mut(core) {
            (core.resources.told, core.resources.due) = (false, None);
            core.resources.running.iter_mut().for_each(|running| running.spooler = false);
        }
        self.note("", "forgot", S_OK);
    }

    /// One store object less; the last one logs the store off, unless stores live as long as their session.
    pub(super) fn close_store(&mut self, core: u32, place: Place) {
        let keeps = self.knobs.eager_providers;
        let section = self.section(core, place);
        let Some(running) = self.core_mut(core).and_then(|core| core.resources.at(place)) else { return };
        running.opened = running.opened.saturating_sub(1);
        if running.opened > 0 {
            return;
        }
        if std::mem::take(&mut running.spooler) {
            self.note(&section, "StoreLogoffTransports", S_OK);
        }
        if !keeps {
            self.log_off(core, place);
        }
    }
}
