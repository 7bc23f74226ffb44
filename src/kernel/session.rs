//! Sessions and their members: how they begin, are shared, and end.

use std::sync::Arc;

use super::Kernel;
use super::ask::{Answer, Ask, Question, Response};
use super::event::Event;
use super::machine::ProcessKind;
use super::object::Body;
use super::profile::{Profile, ProfileId, ProviderKind};
use super::provider::{Active, Place};
use super::status::ADDRESS_BOOK_ROW;
use super::wait::{Running, Wake};
use crate::call::{Caller, Handle, ObjectKind, ProcessId, Reply};
use crate::clause::{ClauseId, Reading};
use crate::mapi::{Hresult, LogoffFlags, LogonFlags};
use crate::time::{SimDuration, SimTime};

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
    /// The profile as it was when the session was made: its name stays, whatever happens to the profile (STATUS-063).
    pub made_on: Arc<Profile>,
    /// Services (by position in the profile) that are disabled for its life (LOGON-225).
    pub disabled: Vec<u16>,
    /// Whether the spooler knows it: it has a messaging member (LOGON-173).
    pub spooler: bool,
    /// When the spooler was told and has not begun to start the transports.
    pub spooler_due: Option<SimTime>,
    /// Providers that are logged on, or being logged on, in order.
    pub providers: Vec<Active>,
    /// Highest PR_ROWID that was given to a status row.
    pub rows: u32,
    /// Row numbers that the profile fixes (reading status_rows = "profile").
    pub reserved_rows: Vec<(Place, u32)>,
    /// Whether the address book was opened, so that its providers were tried.
    pub address_book: bool,
    /// Whether an address book provider failed to log on; the integrated address book has failed if none works either (STATUS-072).
    pub address_book_failed: bool,
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
    /// The window of its MAPILogonEx call; address book providers get it too (LOGON-057).
    pub ui_param: u64,
    /// MAPI_NO_MAIL, set or implied; no other member changes it (LOGON-150).
    pub no_mail: bool,
    /// Whether Logoff was called. Only Release may follow (SHUTDOWN-001).
    pub logged_off: bool,
    /// How many objects it got and has not released.
    pub objects: u32,
    /// What GetLastError knows; of this pointer alone (SESSION-022).
    pub last_error: Option<LastError>,
}

/// A failure that GetLastError can be asked about.
#[derive(Clone, Debug, PartialEq)]
pub struct LastError {
    /// The HRESULT.
    pub hr: Hresult,
    /// The method that returned it.
    pub method: &'static str,
    /// The clause that decided.
    pub clause: Option<ClauseId>,
    /// lpszError, if whoever made the failure gave one.
    pub text: Option<Arc<str>>,
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
        let next = self.made[ObjectKind::Session as usize] + 1;
        let handle = Handle::new(ObjectKind::Session, next);
        let core = self.new_core(profile, publish, disabled);
        self.cores.insert(handle, Arc::new(core));
        self.emit(Event::SessionMade(handle));
        if publish {
            self.shared = Some(handle);
            self.emit(Event::Shared(handle));
        }
        handle
    }

    fn new_core(&self, profile: ProfileId, shared: bool, disabled: Vec<u16>) -> Core {
        let found = self.profiles.get(profile);
        let fixed = self.machine.readings.index(Reading::StatusRows) != 0;
        let places = found.filter(|_| fixed).into_iter().flat_map(|profile| profile.places());
        let with_row = places.filter(|(_, instance)| self.machine.providers.get(&instance.provider).is_some_and(|p| p.status_row));
        let reserved_rows: Vec<(Place, u32)> = with_row.map(|(place, _)| place).zip(ADDRESS_BOOK_ROW + 1..).collect();
        Core {
            profile,
            shared,
            ended: false,
            members: Vec::new(),
            made_on: found.cloned().unwrap_or_default(),
            disabled,
            spooler: false,
            spooler_due: None,
            providers: Vec::new(),
            rows: reserved_rows.last().map_or(ADDRESS_BOOK_ROW, |(_, row)| *row),
            reserved_rows,
            address_book: false,
            address_book_failed: false,
        }
    }

    /// A client gets its session pointer; the spooler is told if it is a messaging one and the first of the session.
    pub(super) fn add_member(&mut self, core: Handle, caller: Caller, (flags, ui_param): (LogonFlags, u64), no_mail: bool) -> Handle {
        let handle = self.new_handle(ObjectKind::Session);
        if handle != core {
            self.emit(Event::Joined(core));
        }
        self.members.insert(
            handle,
            Box::new(Member { core, process: caller.process, flags, ui_param, no_mail, logged_off: false, objects: 0, last_error: None }),
        );
        let now = self.now;
        let session = self.core_mut(core).expect("the session of a new member exists");
        session.members.push(handle);
        if !no_mail && !session.spooler {
            session.spooler = true;
            session.spooler_due = Some(now);
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

    /// Sections of the transports that the session has logged on, in order.
    fn transports(&self, core: Handle) -> Vec<String> {
        let Some(core) = self.cores.get(&core) else { return Vec::new() };
        let active = core.providers.iter().filter(|active| active.kind == ProviderKind::Transport && active.starting.is_none());
        active.filter_map(|active| self.installed(core, active.place)).map(|provider| provider.section.clone()).collect()
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
        let ends = flags.contains(LogoffFlags::SHARED) && self.end_sharing(this);
        self.leave(this, ends, ask);
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
    fn end_sharing(&mut self, this: Handle) -> bool {
        let Some(id) = self.members.get(&this).map(|member| member.core) else { return false };
        let owner_only = self.machine.readings.index(Reading::LogoffSharedBy) != 0;
        let Some(core) = self.core_mut(id) else { return false };
        if !core.shared || (owner_only && this != id) {
            return false;
        }
        if !core.ended {
            core.ended = true;
            self.ended += 1;
        }
        if self.shared == Some(id) {
            self.shared = None;
        }
        true
    }

    /// A client leaves its session; the last one ends it. Its objects die, its stores are closed, the other members' sinks are told.
    fn leave(&mut self, this: Handle, ends: bool, ask: &mut dyn Ask) {
        let Some(member) = self.members.get_mut(&this) else { return };
        member.logged_off = true;
        let (id, no_mail) = (member.core, member.no_mail);
        self.emit(Event::MemberLeft(this));
        self.leave_objects(this, ask);
        self.tell_members(this, ends);
        let Some(core) = self.cores.get_mut(&id).map(Arc::make_mut) else { return };
        core.members.retain(|member| *member != this);
        let members = &self.members;
        if core.members.is_empty() {
            self.end_session(id, ask);
        } else if core.spooler && !no_mail && core.members.iter().all(|member| members[member].no_mail) {
            self.spooler_forgets(id, ask);
        }
        // Whoever waited for transports that are gone waits for nothing any more.
        self.wake_transports();
    }

    /// What a client leaves behind at Logoff is invalid from now on; its stores are closed for it (SHUTDOWN-007 to SHUTDOWN-010).
    fn leave_objects(&mut self, this: Handle, ask: &mut dyn Ask) {
        if self.members.get(&this).is_none_or(|member| member.objects == 0) {
            return;
        }
        let left = self.objects.iter().filter(|(_, object)| object.session == Some(this));
        let left: Vec<(Handle, Body)> = left.map(|(handle, object)| (*handle, object.body.clone())).collect();
        self.emit(Event::ObjectsLeft { session: this, objects: left.iter().map(|(handle, _)| *handle).collect() });
        let last = self.members.get(&this).and_then(|member| self.cores.get(&member.core)).is_some_and(|core| core.members.len() <= 1);
        for (_, body) in left {
            // The last client's stores are logged off with the session.
            if let Body::MsgStore { place, .. } = body
                && !last
            {
                self.close_store(this, place, ask);
            }
        }
    }

    /// The last messaging member left: the transports are logged off, the spooler forgets the session (LOGON-196).
    fn spooler_forgets(&mut self, id: Handle, ask: &mut dyn Ask) {
        self.log_off_providers(id, &[ProviderKind::Transport], ask);
        if let Some(core) = self.core_mut(id) {
            core.spooler = false;
            core.spooler_due = None;
            core.providers.iter_mut().for_each(|active| active.spooler = false);
        }
        self.emit(Event::SpoolerForgot);
    }

    /// The last client has left: the providers are logged off (SHUTDOWN-030).
    fn end_session(&mut self, id: Handle, ask: &mut dyn Ask) {
        if self.cores.get(&id).is_some_and(|core| core.spooler) {
            self.spooler_forgets(id, ask);
        }
        self.log_off_providers(id, &[ProviderKind::Transport, ProviderKind::AddressBook, ProviderKind::Store], ask);
        let Some(core) = self.cores.remove(&id) else { return };
        self.ended -= u32::from(core.ended);
        if self.shared == Some(id) {
            self.shared = None;
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
            self.forget_stores(id);
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
    pub(super) fn release_session(&mut self, this: Handle, ask: &mut dyn Ask) {
        if self.members.get(&this).is_some_and(|member| !member.logged_off) {
            self.emit(Event::ReleasedWithoutLogoff(this));
            self.leave(this, false, ask);
        }
        self.members.remove(&this);
    }

    /// The sessions that a process has when its last MAPIUninitialize comes are logged off (LOGON-037).
    pub(super) fn abandon_sessions(&mut self, process: ProcessId, ask: &mut dyn Ask) {
        let open = self.members.iter().filter(|(_, member)| member.process == process && !member.logged_off);
        for session in open.map(|(handle, _)| *handle).collect::<Vec<_>>() {
            self.emit(Event::SessionAbandoned(session));
            self.leave(session, false, ask);
        }
    }
}
