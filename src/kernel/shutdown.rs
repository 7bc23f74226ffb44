//! How a process leaves: fast, or without a word.

use super::event::{Event, ProviderCall};
use super::mutex::Holder;
use super::profile::ProviderKind;
use super::provider::Active;
use super::{Ask, Kernel};
use crate::call::{Caller, Handle, IMAPIClientShutdown, ProcessId, Reply};
use crate::clause::ClauseId;
use crate::mapi::Hresult;

/// The order in which the providers of a session are asked and told (SHUTDOWN-072).
const ORDER: [ProviderKind; 3] = [ProviderKind::Transport, ProviderKind::AddressBook, ProviderKind::Store];

impl Kernel {
    /// A method of IMAPIClientShutdown.
    pub(super) fn client_shutdown(&mut self, caller: Caller, call: &IMAPIClientShutdown) -> Reply {
        match call {
            IMAPIClientShutdown::QueryFastShutdown {} => {
                let hr = self.fast_shutdown_supported(caller.process);
                self.process_mut(caller.process).asked_fast_shutdown = hr.is_success();
                self.decided(ClauseId::shutdown(63), hr)
            }
            IMAPIClientShutdown::NotifyProcessShutdown {} => {
                for (provider, _) in self.shutdown_providers(caller.process).into_iter().filter(|(_, answer)| answer.is_some()) {
                    self.shutdown_event(provider, ProviderCall::NotifyProcessShutdown, Hresult::S_OK);
                }
                self.decided(ClauseId::shutdown(75), Hresult::S_OK)
            }
            IMAPIClientShutdown::DoFastShutdown {} => self.do_fast_shutdown(caller.process),
        }
    }

    /// Providers of the process's sessions in order of logon, each session's in the documented order; with what they answer, if they have the
    /// interface at all (SHUTDOWN-071, SHUTDOWN-073, SHUTDOWN-076).
    fn shutdown_providers(&self, process: ProcessId) -> Vec<(String, Option<bool>)> {
        let mut sessions: Vec<Handle> =
            self.members.values().filter(|member| member.process == process && !member.logged_off).map(|member| member.core).collect();
        sessions.sort_unstable();
        sessions.dedup();
        let mut found = Vec::new();
        for core in sessions.iter().filter_map(|id| self.cores.get(id)) {
            for kind in ORDER {
                let of_kind = |active: &&Active| active.kind == kind && active.starting.is_none();
                let providers = core.providers.iter().filter(of_kind).filter_map(|active| self.installed(core, active.place));
                found.extend(providers.map(|provider| (provider.section.clone(), provider.fast_shutdown)));
            }
        }
        found
    }

    fn shutdown_event(&mut self, provider: String, call: ProviderCall, result: Hresult) {
        self.emit(Event::Provider { provider, call, flags: 0, ui_param: 0, result });
    }

    /// Whether the process may leave fast, by the machine's setting and the providers' answers. All are asked, whatever the first says (SHUTDOWN-074).
    fn fast_shutdown_supported(&mut self, process: ProcessId) -> Hresult {
        let setting = self.machine.fast_shutdown;
        if setting >= 2 {
            return Hresult::MAPI_E_NO_SUPPORT;
        }
        let mut supported = true;
        for (provider, answer) in self.shutdown_providers(process) {
            match answer {
                Some(willing) => {
                    let hr = if willing { Hresult::S_OK } else { Hresult::MAPI_E_NO_SUPPORT };
                    self.shutdown_event(provider, ProviderCall::QueryFastShutdown, hr);
                    supported &= willing;
                }
                None => supported &= setting == 0,
            }
        }
        if supported { Hresult::S_OK } else { Hresult::MAPI_E_NO_SUPPORT }
    }

    /// DoFastShutdown: the test is made again; then the process is gone as far as MAPI is concerned (SHUTDOWN-080, SHUTDOWN-083).
    fn do_fast_shutdown(&mut self, process: ProcessId) -> Reply {
        if !self.process(process).asked_fast_shutdown {
            self.emit(Event::FastShutdownUnasked);
        }
        let hr = self.fast_shutdown_supported(process);
        if hr.is_failure() {
            return self.decided(ClauseId::shutdown(84), hr);
        }
        for (provider, _) in self.shutdown_providers(process).into_iter().filter(|(_, answer)| answer.is_some()) {
            self.shutdown_event(provider, ProviderCall::DoFastShutdown, Hresult::S_OK);
        }
        self.process_mut(process).fast_shutdown = true;
        self.decided(ClauseId::shutdown(77), Hresult::S_OK)
    }

    /// A process ends without a word: its calls, sessions and objects go, and it holds nothing any more (SHUTDOWN-059).
    pub fn kill_process(&mut self, process: ProcessId, ask: &mut dyn Ask) {
        let calls: Vec<_> = self.waiting.iter().filter(|(_, waiting)| waiting.is_of(process)).map(|(id, _)| *id).collect();
        for id in calls {
            self.waiting.remove(&id);
            self.mutex.leave(Holder::Call(id));
            self.give_mutex_back(Holder::Call(id));
        }
        let name = self.process(process).name.clone();
        self.drop_outside_holders(&name);
        self.abandon_sessions(process, ask);
        self.queue.drop_process(process);
        self.members.retain(|_, member| member.process != process);
        self.forget_objects(process);
        let gone = self.process_mut(process);
        let (name, kind, threads) = (gone.name.clone(), gone.kind, std::mem::take(&mut gone.threads));
        *gone = super::Process::new(&name, kind);
        gone.threads = threads;
        gone.threads.iter_mut().for_each(|thread| thread.count = 0);
        self.emit(Event::ProcessKilled { process: name });
        self.unload_providers();
        self.happened.append(&mut self.trace);
    }

    /// Provider DLLs go when no client is left (SHUTDOWN-055).
    pub(super) fn unload_providers(&mut self) {
        if self.processes.iter().all(|process| process.count == 0) {
            for dll in std::mem::take(&mut self.loaded) {
                self.emit(Event::FreeLibrary { dll });
            }
        }
    }
}
