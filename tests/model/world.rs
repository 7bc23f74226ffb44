//! The machine as the model sees it, and the operations other than logon.

use std::collections::BTreeMap;

use super::clock::{Holder, Mutex};
use super::notify::{Home, Queued, Sink};
use super::resources::{Prov, Resource, Resources};
use super::session::{Body, Object, Wait};
use super::types::{
    Answer, E_FAIL, Gave, INVALID_OBJECT, INVALID_PARAMETER, Knobs, Method, NOT_FOUND, NOT_INITIALIZED, Name, Note, Op, Outcome, S_OK,
    Script, SessionFacts, UNKNOWN_FLAGS, flag,
};

/// What a process is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProcessKind {
    /// A program with a user.
    #[default]
    Interactive,
    /// A Windows service.
    Service,
}

/// A process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Process {
    /// What it is.
    pub kind: ProcessKind,
    /// How often it is initialised.
    pub count: u32,
    /// How often each thread called MAPIInitialize more than MAPIUninitialize.
    pub threads: BTreeMap<u32, u32>,
    /// Where its notifications are delivered, while it is initialised.
    pub home: Option<Home>,
    /// It has left fast.
    pub left: bool,
}

/// A message service of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Svc {
    /// Its name, the key of its script.
    pub name: String,
    /// It has all the data it needs.
    pub configured: bool,
    /// Without it the logon fails.
    pub required: bool,
    /// It has an entry function, so it can be asked to configure itself.
    pub has_entry: bool,
    /// It is switched off in the profile.
    pub disabled: bool,
}

/// A profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Stays the same over renames.
    pub id: u32,
    /// Its name, as it was spelled when it was given.
    pub name: String,
    /// It is an app profile.
    pub app: bool,
    /// It is marked for deletion.
    pub marked: bool,
    /// The name it gets when it is no longer used.
    pub pending_rename: Option<String>,
    /// Its services, in order.
    pub services: Vec<Svc>,
    /// The name under which a user created it in a dialog.
    pub made_as: Option<String>,
}

/// A session core: what the members of a shared session have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Core {
    /// Its number.
    pub number: u32,
    /// The profile it runs on.
    pub profile: u32,
    /// It was made with MAPI_ALLOW_OTHERS.
    pub shared: bool,
    /// It was ended by MAPI_LOGOFF_SHARED; members may still be there.
    pub ended: bool,
    /// The session that made it.
    pub creator: usize,
    /// Positions of the services that are disabled for it.
    pub disabled: Vec<usize>,
    /// The profile's name when it was made.
    pub name: String,
    /// Its providers.
    pub resources: Resources,
}

/// One client's session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Whose it is.
    pub process: u32,
    /// What it runs on.
    pub core: u32,
    /// It has the no-mail view.
    pub no_mail: bool,
    /// It has not logged off.
    pub live: bool,
    /// Its pointer is gone.
    pub released: bool,
    /// The logon that made it, unless the world began with it.
    pub call: Option<usize>,
    /// The last failure of one of its methods.
    pub last_error: Option<u32>,
}

/// A logon, done or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Calling process.
    pub process: u32,
    /// Calling thread.
    pub thread: u32,
    /// Profile name.
    pub name: Name,
    /// Flag word as passed.
    pub raw_flags: u32,
    /// Flag word after the corrections for services.
    pub flags: u32,
    /// Logon dialogs shown.
    pub logon_dialogs: u32,
    /// Configuration dialogs shown.
    pub config_dialogs: u32,
    /// It holds the mutex.
    pub holds: bool,
    /// It had to wait for the mutex, or was refused it.
    pub blocked: bool,
    /// Where it stands.
    pub state: CallState,
}

/// Where a logon stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallState {
    /// On its way, within one operation.
    Running,
    /// It was handed the mutex and can go on.
    Granted,
    /// In the queue for the mutex, at most until then.
    Queued {
        /// The moment at which it gives up.
        deadline: Option<u64>,
    },
    /// A logon dialog is open.
    Dialog {
        /// The moment at which the user answers.
        until: u64,
        /// The answer.
        answer: super::types::DialogAnswer,
    },
    /// It has returned, or will never: its process was killed.
    Done(Outcome),
}

/// What all clients share: a failing call leaves it as it was (but for what the user did in dialogs).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Profiles in order of creation.
    pub profiles: Vec<Profile>,
    /// The default profile.
    pub default: Option<u32>,
    /// Session cores.
    pub cores: Vec<Core>,
    /// Sessions.
    pub members: Vec<Member>,
    /// The core that later clients join.
    pub shared_slot: Option<u32>,
}

/// The machine.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct World {
    /// Readings.
    pub knobs: Knobs,
    /// How many session cores may live at once.
    pub max_sessions: Option<u32>,
    /// Processes; one that is not listed is interactive and not initialised.
    pub processes: BTreeMap<u32, Process>,
    /// Profiles in order of creation.
    pub profiles: Vec<Profile>,
    /// The default profile.
    pub default: Option<u32>,
    /// Session cores that live.
    pub cores: Vec<Core>,
    /// Every session that ever was.
    pub members: Vec<Member>,
    /// The core that later clients join.
    pub shared_slot: Option<u32>,
    /// The logon mutex.
    pub mutex: Mutex,
    /// Scripted holders of the mutex.
    pub holders: Vec<Holder>,
    /// Every logon that ever was.
    pub calls: Vec<Call>,
    /// Virtual time in milliseconds.
    pub now: u64,
    /// The scripted user and services.
    pub script: Script,
    /// Numbers given so far.
    pub next_profile: u32,
    /// Numbers given so far.
    pub next_core: u32,
    /// Providers of the installed services, by name of the service.
    pub installed: BTreeMap<String, Vec<Prov>>,
    /// The setting of fast shutdown: 0 unless a provider objects, 1 if all agree, 2 never.
    pub fast_shutdown: u8,
    /// Objects that sessions gave, in order.
    pub objects: Vec<Object>,
    /// Calls that may wait for transports, in order.
    pub waits: Vec<Wait>,
    /// Registrations.
    pub sinks: Vec<Sink>,
    /// Numbers given so far.
    pub connections: u32,
    /// How many notifications were caused so far.
    pub notes: u32,
    /// Notifications on their way.
    pub queue: Vec<Queued>,
    /// What providers and services were asked in the last operation: which, what, and the answer.
    pub did: Vec<(String, &'static str, u32)>,
    /// What sinks were told in the last operation.
    pub told: Vec<(u32, Note)>,
}

impl World {
    /// An empty machine under these readings.
    pub fn new(knobs: Knobs) -> World {
        World { knobs, ..World::default() }
    }

    /// Does it, and says what came of it.
    pub fn apply(&mut self, op: &Op) -> Outcome {
        self.settle();
        self.did.clear();
        self.told.clear();
        let waits = matches!(op, Op::Logon(_) | Op::BeginLogon(_) | Op::BeginTable { .. } | Op::On { .. });
        let before = self.notes;
        let outcome = match op {
            Op::Initialize { process, thread, flags, version } => self.initialize(*process, *thread, *flags, *version),
            Op::Uninitialize { process, thread } => self.uninitialize(*process, *thread),
            Op::Logon(request) => {
                let call = self.begin(request);
                self.run_until_done(call)
            }
            Op::BeginLogon(request) => {
                let call = self.begin(request);
                self.settle();
                self.report(call)
            }
            Op::FinishLogon { call } => self.run_until_done(*call),
            Op::Logoff { process, thread, session, flags } => self.logoff(*process, *thread, *session, *flags),
            Op::Release { process, session, .. } => self.release_session(*process, *session),
            Op::On { process, thread, session, method } => self.method(*process, *thread, *session, method),
            Op::BeginTable { process, thread, session } => {
                let call = self.begin_wait(*process, *thread, *session, Method::GetStatusTable);
                self.settle();
                self.report_wait(call)
            }
            Op::FinishTable { call } => self.run_wait(*call),
            Op::Object { process, thread, object, method } => self.object_method(*process, *thread, *object, method),
            Op::Dispatch { process, thread } => self.if_ready(*process, *thread, |_| S_OK),
            Op::Kill { process } => {
                self.kill(*process);
                Outcome::hr(S_OK)
            }
            Op::Advance { ms } => {
                self.advance(*ms);
                Outcome::hr(S_OK)
            }
            Op::DeleteProfile { process, thread, name } => self.if_ready(*process, *thread, |world| world.delete_profile(name)),
            Op::RenameProfile { process, thread, name, new } => self.if_ready(*process, *thread, |world| world.rename_profile(name, new)),
            Op::SetDefault { process, thread, name } => self.if_ready(*process, *thread, |world| world.set_default(name.as_deref())),
        };
        if let Some((process, thread)) = op.maker().filter(|_| !waits) {
            self.deliver_on(process, thread, before);
        }
        self.settle();
        outcome
    }

    /// Whether this thread may call: its process is initialised, and under strict threads the thread is too.
    pub fn ready(&self, process: u32, thread: u32) -> bool {
        let Some(process) = self.processes.get(&process) else { return false };
        let own = process.threads.get(&thread).copied().unwrap_or(0);
        process.count > 0 && !process.left && (!self.knobs.strict_threads || own > 0)
    }

    fn if_ready(&mut self, process: u32, thread: u32, act: impl FnOnce(&mut World) -> u32) -> Outcome {
        if self.ready(process, thread) { Outcome::hr(act(self)) } else { Outcome::hr(NOT_INITIALIZED) }
    }

    fn initialize(&mut self, process: u32, thread: u32, flags: u32, version: u32) -> Outcome {
        if self.processes.get(&process).is_some_and(|process| process.left) {
            return Outcome::hr(NOT_INITIALIZED);
        }
        if version != 0 {
            return Outcome::hr(INVALID_PARAMETER);
        }
        if flags & !flag::INIT_KNOWN != 0 {
            return Outcome::hr(UNKNOWN_FLAGS);
        }
        let process = self.processes.entry(process).or_default();
        process.count += 1;
        let home = if flags & flag::INIT_MULTITHREAD != 0 { Home::Dedicated } else { Home::Thread(thread) };
        process.home.get_or_insert(home);
        *process.threads.entry(thread).or_default() += 1;
        Outcome::hr(S_OK)
    }

    /// Lowers the counts; at zero every session of the process ends, in order.
    /// Chosen: the counts of its other threads go to zero with it.
    fn uninitialize(&mut self, number: u32, thread: u32) -> Outcome {
        let usable = |process: &&mut Process| process.count > 0 && !process.left;
        let Some(process) = self.processes.get_mut(&number).filter(usable) else { return Outcome::hr(S_OK) };
        process.count -= 1;
        if let Some(own) = process.threads.get_mut(&thread) {
            *own = own.saturating_sub(1);
        }
        if process.count == 0 {
            process.threads.values_mut().for_each(|own| *own = 0);
            self.end_sessions(number);
            self.processes.entry(number).or_default().home = None;
        }
        Outcome::hr(S_OK)
    }

    /// The sessions of a process end, in order.
    pub(super) fn end_sessions(&mut self, process: u32) {
        let ending: Vec<usize> = (0..self.members.len()).filter(|&m| self.members[m].live && self.members[m].process == process).collect();
        for session in ending {
            self.leave(session, false);
        }
    }

    /// Chosen: an ended, foreign or unknown session is noticed before a bad flag.
    fn logoff(&mut self, process: u32, thread: u32, session: usize, flags: u32) -> Outcome {
        if let Some(hr) = self.refusal(process, thread, session) {
            return Outcome::hr(hr);
        }
        if flags & !(flag::LOGOFF_SHARED | flag::LOGOFF_UI) != 0 {
            return Outcome::hr(UNKNOWN_FLAGS);
        }
        let number = self.members[session].core;
        let ends = flags & flag::LOGOFF_SHARED != 0 && self.end_sharing(number, session);
        self.leave(session, ends);
        Outcome::hr(S_OK)
    }

    /// A shared core is closed for new members; an individual one does not care.
    /// Chosen: the owner of a shared session is the session that made it, not its process.
    fn end_sharing(&mut self, number: u32, session: usize) -> bool {
        let by_owner = self.knobs.logoff_shared_by_owner;
        let Some(core) = self.cores.iter_mut().find(|core| core.number == number) else { return false };
        let counts = core.shared && (!by_owner || core.creator == session);
        if counts {
            core.ended = true;
            if self.shared_slot == Some(number) {
                self.shared_slot = None;
            }
        }
        counts
    }

    /// Release works whatever the state of the process; only the owner's pointer counts, and only once.
    fn release_session(&mut self, process: u32, session: usize) -> Outcome {
        let Some(member) = self.members.get_mut(session).filter(|m| m.process == process && !m.released) else {
            return Outcome::hr(INVALID_OBJECT);
        };
        member.released = true;
        if member.live {
            self.leave(session, false);
        }
        Outcome::hr(S_OK)
    }

    /// A member goes: its stores close, the others are told. With the last one the core goes, its providers are logged off, and what waited on
    /// the profile happens; with the last one that has mail the spooler forgets the session.
    fn leave(&mut self, session: usize, ends: bool) {
        let Some(member) = self.members.get_mut(session) else { return };
        member.live = false;
        let (number, had_mail) = (member.core, !member.no_mail);
        let last = self.member_count(number) == 0;
        for object in self.objects.clone().into_iter().filter(|object| object.session == session && !object.released && !last) {
            if let Body::Store(place) = object.body {
                self.close_store(number, place);
            }
        }
        self.tell(session, ends);
        let others_mail = self.members.iter().any(|m| m.live && m.core == number && !m.no_mail);
        let told = self.core(number).is_some_and(|core| core.resources.told);
        if told && (last || had_mail && !others_mail) {
            self.forget(number);
        }
        if !last {
            return;
        }
        for resource in [Resource::Transport, Resource::AddressBook, Resource::Store] {
            self.log_off_all(number, resource);
        }
        let Some(at) = self.cores.iter().position(|core| core.number == number) else { return };
        let core = self.cores.remove(at);
        if self.shared_slot == Some(number) {
            self.shared_slot = None;
        }
        self.profile_left(core.profile);
    }

    fn set_default(&mut self, name: Option<&str>) -> u32 {
        let Some(name) = name else {
            self.default = None;
            return S_OK;
        };
        match self.find_profile(name) {
            Some(at) if self.profiles[at].marked => NOT_FOUND,
            Some(at) if self.profiles[at].app && self.knobs.app_profiles => E_FAIL,
            Some(at) => {
                self.default = Some(self.profiles[at].id);
                S_OK
            }
            None => NOT_FOUND,
        }
    }

    // Setting up.

    /// Adds a process that has called MAPIInitialize once, on this thread.
    pub fn add_process(&mut self, number: u32, kind: ProcessKind, thread: u32) {
        self.processes.insert(
            number,
            Process { kind, count: 1, threads: BTreeMap::from([(thread, 1)]), home: Some(Home::Thread(thread)), left: false },
        );
    }

    /// Adds a profile and returns its id.
    pub fn add_profile(&mut self, name: &str, app: bool, services: Vec<Svc>) -> u32 {
        let id = self.next_profile;
        self.next_profile += 1;
        self.profiles.push(Profile { id, name: name.to_string(), app, marked: false, pending_rename: None, services, made_as: None });
        id
    }

    /// Adds a session core with one member, as if that process had logged on; a shared one takes the slot.
    pub fn add_session(&mut self, process: u32, profile: u32, shared: bool, no_mail: bool) -> usize {
        let number = self.next_core;
        self.next_core += 1;
        let session = self.members.len();
        self.add_core(number, profile, shared, Vec::new());
        self.members.push(Member { process, core: number, no_mail, live: true, released: false, call: None, last_error: None });
        if shared {
            self.shared_slot = Some(number);
        }
        session
    }

    pub(super) fn add_core(&mut self, number: u32, profile: u32, shared: bool, disabled: Vec<usize>) {
        let name = self.profile(profile).map(|profile| profile.name.clone()).unwrap_or_default();
        let (creator, resources) = (self.members.len(), Resources::default());
        self.cores.push(Core { number, profile, shared, ended: false, creator, disabled, name, resources });
    }

    // Queries for comparison.

    /// Name of the profile of the session that a client would join.
    pub fn joinable(&self) -> Option<String> {
        let core = self.core(self.shared_slot?)?;
        self.profile(core.profile).map(|profile| profile.name.clone())
    }

    /// Every living core in order of creation: name of its profile, members, whether it is of the shared kind.
    pub fn core_list(&self) -> Vec<(String, usize, bool)> {
        let name = |id| self.profile(id).map(|profile| profile.name.clone()).unwrap_or_default();
        self.cores.iter().map(|core| (name(core.profile), self.member_count(core.number), core.shared)).collect()
    }

    /// How many members a core has.
    pub fn member_count(&self, core: u32) -> usize {
        self.members.iter().filter(|m| m.live && m.core == core).count()
    }

    /// Whether a session that lives has the no-mail view.
    pub fn no_mail(&self, session: usize) -> Option<bool> {
        self.members.get(session).filter(|m| m.live).map(|m| m.no_mail)
    }

    /// Whether nobody holds the logon mutex.
    pub fn mutex_free(&self) -> bool {
        self.mutex.owner.is_none()
    }

    /// How often a process is initialised.
    pub fn init_count(&self, process: u32) -> u32 {
        self.processes.get(&process).map_or(0, |process| process.count)
    }

    /// Names of the profiles that a profile table would list, in order; app profiles too.
    pub fn profile_names(&self) -> Vec<String> {
        self.profiles.iter().filter(|profile| !profile.marked).map(|profile| profile.name.clone()).collect()
    }

    /// Name of the default profile.
    pub fn default_name(&self) -> Option<String> {
        self.profile(self.default?).map(|profile| profile.name.clone())
    }

    /// Whether this thread is inside a logon. A real thread makes one call at a time, so a generator should leave such a thread alone.
    pub fn thread_busy(&self, process: u32, thread: u32) -> bool {
        let logons = self.calls.iter().filter(|call| !matches!(call.state, CallState::Done(_))).map(|call| (call.process, call.thread));
        let waits = self.waits.iter().filter(|wait| wait.done.is_none() && !wait.killed).map(|wait| (wait.process, wait.thread));
        logons.chain(waits).any(|caller| caller == (process, thread))
    }

    /// Numbers of the logons that are not done.
    pub fn waiting(&self) -> Vec<usize> {
        (0..self.calls.len()).filter(|&call| !matches!(self.calls[call].state, CallState::Done(_))).collect()
    }

    /// What all clients share.
    pub fn state(&self) -> State {
        State {
            profiles: self.profiles.clone(),
            default: self.default,
            cores: self.cores.clone(),
            members: self.members.clone(),
            shared_slot: self.shared_slot,
        }
    }

    /// What is known of a session.
    pub fn facts(&self, session: usize, joined: bool) -> Option<SessionFacts> {
        let member = self.members.get(session)?;
        let core = self.core(member.core)?;
        let profile = self.profile(core.profile)?.name.clone();
        Some(SessionFacts { session, profile, joined, shared: core.shared, no_mail: member.no_mail, core: core.number })
    }

    /// How a logon stands now.
    pub fn report(&self, number: usize) -> Outcome {
        let Some(call) = self.calls.get(number) else { return Outcome::of(Answer::NoSuchCall) };
        match &call.state {
            CallState::Done(outcome) => outcome.clone(),
            _ => Outcome {
                answer: Answer::Waiting,
                call: Some(number),
                session: None,
                logon_dialogs: call.logon_dialogs,
                config_dialogs: call.config_dialogs,
                gave: Gave::Nothing,
            },
        }
    }

    pub(super) fn core(&self, number: u32) -> Option<&Core> {
        self.cores.iter().find(|core| core.number == number)
    }

    pub(super) fn core_mut(&mut self, number: u32) -> Option<&mut Core> {
        self.cores.iter_mut().find(|core| core.number == number)
    }

    pub(super) fn profile(&self, id: u32) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.id == id)
    }

    pub(super) fn profile_mut(&mut self, id: u32) -> Option<&mut Profile> {
        self.profiles.iter_mut().find(|profile| profile.id == id)
    }
}
