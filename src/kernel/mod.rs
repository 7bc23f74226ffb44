//! The subsystem itself: a plain value that takes calls and gives replies.
//!
//! It has no lock, clock, input, output or chance. Two kernels that were given the same calls and the same answers are equal. Whatever it cannot
//! know it asks through [`Ask`]; a call that has to wait stays here and goes on when time or another call lets it.

mod admin;
mod ask;
mod event;
pub mod logon;
mod machine;
mod monitor;
mod mutex;
mod process;
mod profile;
mod rows;
mod run;
mod session;
mod wait;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use ask::{Answer, Ask, DialogAnswer, LogonAct, LogonAnswer, Nobody, Question, Response, Tick};
pub use event::{Event, NotificationHome};
pub use machine::{InitStep, Machine, MutexHolder, ProcessKind};
pub use mutex::{Holder, LogonMutex};
pub use process::{MAPI_INIT_VERSION, Process, Thread};
pub use profile::{
    Identity, MAX_PROFILE_NAME, Profile, ProfileId, ProfileProvider, ProfileService, Profiles, Provider, ProviderKind, Service, fold,
    is_profile_name, name_length,
};
pub use rows::{Path, Row};
pub use run::{Before, LogonWhy};
pub use session::{Core, Member};
pub use wait::Progress;

use crate::call::{Call, CallId, Caller, Handle, IMAPISession, IUnknown, Mapi, ObjectKind, ProcessId, Reply};
use crate::clause::{ClauseId, Reading};
use crate::mapi::{Guid, Hresult};
use crate::time::SimTime;
use wait::{Outside, Running, Waiting, Wake};

/// The simulated subsystem of one machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Kernel {
    machine: Arc<Machine>,
    profiles: Arc<Profiles>,
    processes: Vec<Process>,
    /// Sessions by the handle of the client that began them.
    cores: BTreeMap<Handle, Core>,
    /// Clients of sessions, by their session pointers.
    members: BTreeMap<Handle, Member>,
    /// Other objects: what they are and whose.
    objects: BTreeMap<Handle, Object>,
    /// The session that others join.
    shared: Option<Handle>,
    /// Sessions ended by MAPI_LOGOFF_SHARED that still have members.
    ended: u32,
    mutex: LogonMutex,
    outside: Vec<Outside>,
    waiting: BTreeMap<CallId, Waiting>,
    now: SimTime,
    calls: u32,
    /// How many objects of each kind were made.
    made: BTreeMap<ObjectKind, u32>,
    /// What happened in the call that runs; taken away with its reply.
    trace: Vec<Event>,
    /// What decided the call that runs.
    why: Why,
}

/// An object other than a session.
#[derive(Clone, Debug, PartialEq)]
struct Object {
    process: ProcessId,
    /// When a wait that this object stands for is over; IMAPIWaitResult only.
    deadline: Option<SimTime>,
}

/// What decided a reply.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Why {
    /// Nothing in particular.
    #[default]
    Nothing,
    /// A clause.
    Clause(ClauseId),
    /// The decision table of MAPILogonEx.
    Logon(Box<LogonWhy>),
}

impl Why {
    /// The clause that decided.
    pub fn clause(&self) -> Option<ClauseId> {
        match self {
            Why::Nothing => None,
            Why::Clause(clause) => Some(*clause),
            Why::Logon(why) => why.path.deciding().clauses().first().copied(),
        }
    }
}

/// A call that is done.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    /// Its number.
    pub id: CallId,
    /// Who made it.
    pub caller: Caller,
    /// The call.
    pub call: Call,
    /// What it got.
    pub reply: Reply,
    /// What happened in it.
    pub events: Vec<Event>,
    /// What decided.
    pub why: Why,
    /// When it was made.
    pub began: SimTime,
    /// When it was done.
    pub ended: SimTime,
}

impl Kernel {
    /// A machine with these profiles, at time zero.
    pub fn new(machine: Arc<Machine>, profiles: Arc<Profiles>) -> Self {
        let outside = machine.mutex_holders.iter().map(|_| Outside::Pending).collect();
        let mut kernel = Kernel {
            machine,
            profiles,
            processes: Vec::new(),
            cores: BTreeMap::new(),
            members: BTreeMap::new(),
            objects: BTreeMap::new(),
            shared: None,
            ended: 0,
            mutex: LogonMutex::default(),
            outside,
            waiting: BTreeMap::new(),
            now: SimTime::ZERO,
            calls: 0,
            made: BTreeMap::new(),
            trace: Vec::new(),
            why: Why::Nothing,
        };
        kernel.move_outside_holders();
        kernel
    }

    /// Makes a call. It is done, or it waits.
    pub fn apply(&mut self, caller: Caller, call: Call, ask: &mut dyn Ask) -> Progress {
        self.calls += 1;
        self.drive(Running::new(CallId(self.calls), caller, call, self.now), ask)
    }

    /// The machine and what is installed on it.
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// The profiles.
    pub fn profiles(&self) -> &Profiles {
        &self.profiles
    }

    /// The virtual time.
    pub fn now(&self) -> SimTime {
        self.now
    }

    /// Number of the last call that was made.
    pub fn last_call(&self) -> CallId {
        CallId(self.calls)
    }

    /// The logon mutex.
    pub fn logon_mutex(&self) -> &LogonMutex {
        &self.mutex
    }

    /// Every process that was named so far.
    pub fn processes(&self) -> &[Process] {
        &self.processes
    }

    /// Sessions, by the handle of the client that began them.
    pub fn sessions(&self) -> impl Iterator<Item = (Handle, &Core)> {
        self.cores.iter().map(|(handle, core)| (*handle, core))
    }

    /// A session, by the handle of any client of it that has not logged off.
    pub fn session_of(&self, member: Handle) -> Option<&Core> {
        self.cores.get(&self.member(member)?.core)
    }

    /// The client that holds this session pointer.
    pub fn member(&self, handle: Handle) -> Option<&Member> {
        self.members.get(&handle)
    }

    /// Every session pointer that was not released yet.
    pub fn members(&self) -> impl Iterator<Item = (Handle, &Member)> {
        self.members.iter().map(|(handle, member)| (*handle, member))
    }

    /// The session that a call without MAPI_NEW_SESSION joins.
    pub fn shared_session(&self) -> Option<Handle> {
        self.shared
    }

    /// Calls that wait.
    pub fn waiting(&self) -> impl Iterator<Item = CallId> {
        self.waiting.keys().copied()
    }

    /// Notes what happened in the call that runs.
    fn emit(&mut self, event: Event) {
        self.trace.push(event);
    }

    /// A reply that is an HRESULT alone, and the clause that decided it.
    fn decided(&mut self, clause: ClauseId, hr: Hresult) -> Reply {
        self.why = Why::Clause(clause);
        Reply::of(hr)
    }

    /// A number for a new object.
    fn new_handle(&mut self, kind: ObjectKind) -> Handle {
        let made = self.made.entry(kind).or_insert(0);
        *made += 1;
        Handle::new(kind, *made)
    }

    /// Lets the running call go as far as it can.
    fn step(&mut self, run: &mut Running, ask: &mut dyn Ask) -> Result<Reply, Wake> {
        match run.call {
            Call::Mapi(Mapi::MAPILogonEx { .. }) => self.logon_ex(run, ask),
            Call::Mapi(ref call) => Ok(self.function(run.caller, call)),
            Call::IUnknown(this, ref call) => Ok(self.unknown(run.caller, this, call)),
            Call::IMAPIInitMonitor(this, ref call) => self.init_monitor(run.caller, this, call, &mut run.state),
            Call::IMAPIWaitResult(this, _) => self.wait_result(run.caller, this, &mut run.state),
            Call::IMAPISession(this, ref call) => match self.refuse_object(run.caller, this) {
                Some(reply) => Ok(reply),
                None => match *call {
                    IMAPISession::Logoff { ui_param, flags, reserved } => self.logoff(run, this, (ui_param, flags, reserved), ask),
                },
            },
            Call::IProfAdmin(this, ref call) => match self.refuse_object(run.caller, this) {
                Some(reply) => Ok(reply),
                None => Ok(self.prof_admin(call)),
            },
        }
    }

    /// Functions that never wait.
    fn function(&mut self, caller: Caller, call: &Mapi) -> Reply {
        match *call {
            Mapi::MAPIInitialize { version, flags } => self.initialize(caller, version, flags),
            Mapi::MAPIUninitialize {} => self.uninitialize(caller),
            Mapi::MAPIAdminProfiles { flags } => self.admin_profiles(caller, flags),
            Mapi::ScInitMapiUtil { flags } => self.init_util(caller, flags),
            Mapi::DeinitMapiUtil {} => self.deinit_util(caller),
            Mapi::HrDispatchNotifications { .. } => self.dispatch_notifications(caller),
            Mapi::CreateMAPIInitializationMonitor {} => self.create_monitor(caller),
            Mapi::MAPILogonEx { .. } => unreachable!("a logon can wait; `step` takes it first"),
        }
    }

    /// HrDispatchNotifications (LOGON-044).
    fn dispatch_notifications(&mut self, caller: Caller) -> Reply {
        let hr = if self.is_initialized(caller) { Hresult::S_OK } else { Hresult::MAPI_E_NOT_INITIALIZED };
        self.decided(ClauseId::logon(44), hr)
    }

    /// What every method answers when MAPI is not initialised, or the object is dead or another process's.
    fn refuse_object(&mut self, caller: Caller, this: Handle) -> Option<Reply> {
        if !self.is_initialized(caller) {
            return Some(self.decided(ClauseId::logon(37), Hresult::MAPI_E_NOT_INITIALIZED));
        }
        let (owner, clause) = match self.members.get(&this) {
            Some(member) if member.logged_off => (None, ClauseId::shutdown(2)),
            Some(member) => (Some(member.process), ClauseId::logon(72)),
            None => (self.objects.get(&this).map(|object| object.process), ClauseId::logon(72)),
        };
        (owner != Some(caller.process)).then(|| self.decided(clause, Hresult::MAPI_E_INVALID_OBJECT))
    }

    /// QueryInterface and the final Release.
    fn unknown(&mut self, caller: Caller, this: Handle, call: &IUnknown) -> Reply {
        let owner = self.members.get(&this).map(|member| member.process).or_else(|| self.objects.get(&this).map(|object| object.process));
        if owner != Some(caller.process) {
            return self.decided(ClauseId::logon(72), Hresult::MAPI_E_INVALID_OBJECT);
        }
        match call {
            IUnknown::QueryInterface { iid } => self.query_interface(this, *iid),
            IUnknown::Release {} => {
                if this.kind() == ObjectKind::Session {
                    self.release_session(this);
                } else {
                    self.objects.remove(&this);
                }
                self.decided(ClauseId::shutdown(6), Hresult::S_OK)
            }
        }
    }

    /// QueryInterface: the object's own interface and IUnknown (ERROR-010). A dead session still answers, by the default reading (SHUTDOWN-004).
    fn query_interface(&mut self, this: Handle, iid: Guid) -> Reply {
        let dead = self.members.get(&this).is_some_and(|member| member.logged_off);
        if dead && self.machine.readings.index(Reading::DeadQueryInterface) != 0 {
            return self.decided(ClauseId::shutdown(4), Hresult::MAPI_E_INVALID_OBJECT);
        }
        let own = Guid::from_name(&format!("IID_{}", this.kind().interface()));
        let known = own == Some(iid) || Guid::from_name("IID_IUnknown") == Some(iid);
        let hr = if known { Hresult::S_OK } else { Hresult::MAPI_E_INTERFACE_NOT_SUPPORTED };
        self.decided(ClauseId::error(10), hr)
    }
}
