//! Sessions and their members: how they begin, are shared, and end.

use std::sync::Arc;

use super::ask::{Answer, Ask, Question, Response};
use super::event::Event;
use super::machine::ProcessKind;
use super::profile::{ProfileId, ProviderKind};
use super::wait::{Running, Wake};
use super::Kernel;
use crate::call::{Caller, Handle, ObjectKind, ProcessId, Reply};
use crate::clause::{ClauseId, Reading};
use crate::mapi::{Hresult, LogoffFlags, LogonFlags};
use crate::time::SimDuration;

/// What the clients of one session have in common. An individual session has one client.
#[derive(Clone, Debug, PartialEq)]
pub struct Core {
    /// The profile it runs on (LOGON-117).
    pub profile: ProfileId,
    /// Made with MAPI_ALLOW_OTHERS.
    pub shared: bool,
    /// Ended by MAPI_LOGOFF_SHARED; its members work on until they log off (SHUTDOWN-026).
    pub ended: bool,
    /// Clients that have not logged off.
    pub members: Vec<Handle>,
    /// Services (by position in the profile) that are disabled for its life (LOGON-225).
    pub disabled: Vec<u16>,
    /// Whether the spooler knows it: it has a messaging member (LOGON-173).
    pub spooler: bool,
}

/// A client of a session, with a session pointer of its own (LOGON-071).
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The session: the handle of the client that began it.
    pub core: Handle,
    /// The process it belongs to.
    pub process: ProcessId,
    /// The flags of its MAPILogonEx call.
    pub flags: LogonFlags,
    /// MAPI_NO_MAIL, set or implied; no other member changes it (LOGON-150).
    pub no_mail: bool,
    /// Whether Logoff was called. Only Release may follow (SHUTDOWN-001).
    pub logged_off: bool,
}

/// The most messages that one download fetches.
const MAX_FETCH: u32 = 10_000;

impl Kernel {
    /// A new session on a profile.
    pub(super) fn make_session(&mut self, profile: ProfileId, publish: bool, disabled: Vec<u16>) -> Handle {
        for service in &disabled {
            let name = self.profiles.get(profile).and_then(|profile| profile.services.get(usize::from(*service)));
            if let Some(service) = name.map(|service| service.service.clone()) {
                self.emit(Event::ServiceDisabled { service });
            }
        }
        let next = self.made.get(&ObjectKind::Session).copied().unwrap_or(0) + 1;
        let handle = Handle::new(ObjectKind::Session, next);
        let core = Core { profile, shared: publish, ended: false, members: Vec::new(), disabled, spooler: false };
        self.cores.insert(handle, core);
        self.emit(Event::SessionMade(handle));
        if publish {
            self.shared = Some(handle);
            self.emit(Event::Shared(handle));
        }
        handle
    }

    /// A client gets its session pointer; the spooler is told if it is a messaging one and the first of the session.
    pub(super) fn add_member(&mut self, core: Handle, caller: Caller, flags: LogonFlags, no_mail: bool) -> Handle {
        let handle = self.new_handle(ObjectKind::Session);
        if handle != core {
            self.emit(Event::Joined(core));
        }
        self.members.insert(handle, Member { core, process: caller.process, flags, no_mail, logged_off: false });
        let session = self.cores.get_mut(&core).expect("the session of a new member exists");
        session.members.push(handle);
        if !no_mail && !session.spooler {
            session.spooler = true;
            self.emit(Event::SpoolerTold);
        }
        handle
    }

    /// Fetches what waits for the session's transports (LOGON-207). A failure ends the attempt of that transport only (LOGON-209).
    pub(super) fn download(&mut self, core: Handle, ask: &mut dyn Ask) {
        for provider in self.transports(core) {
            let waiting = match ask.ask(self, &Question::Inbound { provider: provider.clone() }) {
                Response::Now(Answer::Count(count)) | Response::After(_, Answer::Count(count)) => count.min(MAX_FETCH),
                _ => 0,
            };
            let (mut fetched, mut result) = (0, Hresult::S_OK);
            while fetched < waiting && result.is_success() {
                result = match ask.ask(self, &Question::Fetch { provider: provider.clone() }) {
                    Response::Now(Answer::Result(hr)) | Response::After(_, Answer::Result(hr)) => hr,
                    _ => Hresult::S_OK,
                };
                fetched += u32::from(result.is_success());
            }
            self.emit(Event::Download { provider, fetched, result });
        }
    }

    /// Sections of the session's transports, in order, without those of disabled services.
    fn transports(&self, core: Handle) -> Vec<String> {
        let Some(core) = self.cores.get(&core) else { return Vec::new() };
        let Some(profile) = self.profiles.get(core.profile) else { return Vec::new() };
        let enabled = (0u16..).zip(&profile.services).filter(|(at, _)| !core.disabled.contains(at));
        let sections = enabled.flat_map(|(_, service)| &service.providers).map(|provider| &provider.provider);
        sections.filter(|section| self.kind_of(section) == Some(ProviderKind::Transport)).cloned().collect()
    }

    fn kind_of(&self, section: &str) -> Option<ProviderKind> {
        self.machine.providers.get(section).map(|provider| provider.kind)
    }

    /// IMAPISession::Logoff.
    pub(super) fn logoff(
        &mut self,
        run: &mut Running,
        this: Handle,
        (ui_param, flags, reserved): (u64, LogoffFlags, u32),
        ask: &mut dyn Ask,
    ) -> Result<Reply, Wake> {
        if reserved != 0 {
            return Ok(self.decided(ClauseId::session(253), Hresult::MAPI_E_INVALID_PARAMETER));
        }
        if flags.unknown_bits() != 0 && self.machine.readings.index(Reading::UnknownFlags) == 0 {
            return Ok(self.decided(ClauseId::session(252), Hresult::MAPI_E_UNKNOWN_FLAGS));
        }
        if flags.contains(LogoffFlags::UI) && !self.confirmed(run, ui_param, ask)? {
            return Ok(self.decided(ClauseId::shutdown(36), Hresult::MAPI_E_USER_CANCEL));
        }
        if flags.contains(LogoffFlags::SHARED) {
            self.end_sharing(this);
        }
        self.leave(this);
        Ok(self.decided(ClauseId::session(250), Hresult::S_OK))
    }

    /// Asks the user, where there is one (SHUTDOWN-035 to SHUTDOWN-038). Where nobody has an answer ready no dialog comes up.
    fn confirmed(&mut self, run: &mut Running, parent: u64, ask: &mut dyn Ask) -> Result<bool, Wake> {
        let process = self.process(run.caller.process);
        if process.kind == ProcessKind::Service || process.service {
            return Ok(true);
        }
        let answer = match run.state.answer.take() {
            Some(answer) => answer,
            None => match ask.ask(self, &Question::LogoffDialog { parent }) {
                Response::Nobody => return Ok(true),
                Response::Now(answer) | Response::After(SimDuration::ZERO, answer) => answer,
                Response::After(delay, answer) => return Err(Wake::At(self.now.after(delay), answer)),
            },
        };
        let confirmed = !matches!(answer, Answer::Confirm(false));
        self.emit(Event::LogoffDialog { parent, confirmed });
        Ok(confirmed)
    }

    /// MAPI_LOGOFF_SHARED: nobody joins this session any more (LOGON-147). On an individual session the flag has no effect (SHUTDOWN-024).
    fn end_sharing(&mut self, this: Handle) {
        let Some(id) = self.members.get(&this).map(|member| member.core) else { return };
        let owner_only = self.machine.readings.index(Reading::LogoffSharedBy) != 0;
        let Some(core) = self.cores.get_mut(&id) else { return };
        if !core.shared || core.ended || (owner_only && this != id) {
            return;
        }
        core.ended = true;
        self.ended += 1;
        if self.shared == Some(id) {
            self.shared = None;
        }
    }

    /// A client leaves its session; the last one ends it.
    fn leave(&mut self, this: Handle) {
        let Some(member) = self.members.get_mut(&this) else { return };
        member.logged_off = true;
        let id = member.core;
        let no_mail = member.no_mail;
        self.emit(Event::MemberLeft(this));
        let Some(core) = self.cores.get_mut(&id) else { return };
        core.members.retain(|member| *member != this);
        if core.members.is_empty() {
            return self.end_session(id);
        }
        let members = &self.members;
        if core.spooler && !no_mail && core.members.iter().all(|member| members[member].no_mail) {
            core.spooler = false;
            self.emit(Event::SpoolerForgot);
        }
    }

    /// The last client has left.
    fn end_session(&mut self, id: Handle) {
        let Some(core) = self.cores.remove(&id) else { return };
        self.ended -= u32::from(core.ended);
        if self.shared == Some(id) {
            self.shared = None;
        }
        if core.spooler {
            self.emit(Event::SpoolerForgot);
        }
        self.emit(Event::SessionEnded(id));
        self.release_profile(core.profile);
    }

    /// A profile may be free now: what was put off until then happens (SHUTDOWN-033, LOGON-115).
    fn release_profile(&mut self, id: ProfileId) {
        let Some(profile) = self.profiles.get(id) else { return };
        if !profile.marked && profile.pending_rename.is_none() || self.is_in_use(id) {
            return;
        }
        let (name, marked, rename) = (profile.name.clone(), profile.marked, profile.pending_rename.clone());
        let profiles = Arc::make_mut(&mut self.profiles);
        if marked {
            profiles.remove(id);
            self.emit(Event::ProfileDeleted { name });
        } else if let Some(to) = rename {
            if let Some(profile) = profiles.get_mut(id) {
                profile.pending_rename = None;
            }
            if profiles.rename(id, &to) {
                self.emit(Event::ProfileRenamed { from: name, to });
            }
        }
    }

    /// Whether a session runs on the profile.
    pub(super) fn is_in_use(&self, id: ProfileId) -> bool {
        self.cores.values().any(|core| core.profile == id)
    }

    /// The last Release of a session pointer; without Logoff before it counts as one (SHUTDOWN-006).
    pub(super) fn release_session(&mut self, this: Handle) {
        if self.members.get(&this).is_some_and(|member| !member.logged_off) {
            self.leave(this);
        }
        self.members.remove(&this);
    }

    /// The sessions that a process has when its last MAPIUninitialize comes are logged off (LOGON-037).
    pub(super) fn abandon_sessions(&mut self, process: ProcessId) {
        let open = self.members.iter().filter(|(_, member)| member.process == process && !member.logged_off);
        for session in open.map(|(handle, _)| *handle).collect::<Vec<_>>() {
            self.emit(Event::SessionAbandoned(session));
            self.leave(session);
        }
    }
}
