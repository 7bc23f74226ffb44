//! The subsystem itself: a plain value that takes calls and gives replies.
//!
//! It has no lock, clock, input, output or chance. Two kernels that were given the same calls and the same answers are equal. Whatever it cannot
//! know it asks through [`Ask`]; a call that has to wait stays here and goes on when time or another call lets it.

mod admin;
mod ask;
mod eid;
mod entry;
mod event;
pub mod logon;
mod machine;
mod monitor;
mod mutex;
mod notify;
mod object;
mod process;
mod profile;
mod project;
mod props;
mod provider;
mod rows;
mod ruling;
mod run;
mod session;
mod shutdown;
mod status;
mod status_object;
mod table;
mod wait;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use ask::{Answer, Ask, DialogAnswer, LogonAct, LogonAnswer, Nobody, Question, Response, Tick};
pub use event::{Event, NotificationHome, ProviderCall};
pub use machine::{InitStep, Machine, MutexHolder, ProcessKind, PropertySettings};
pub use mutex::{Holder, LogonMutex};
pub use notify::{Notice, Registration, SessionEvent};
pub use object::{Body, Object};
pub use process::{MAPI_INIT_VERSION, Process, Thread};
pub use profile::{
    Identity, MAX_PROFILE_NAME, Profile, ProfileId, ProfileProvider, ProfileService, Profiles, Provider, ProviderKind, Service, fold,
    is_profile_name, name_length,
};
pub use props::{Mapping, PropData, StoreData, Stream};
pub use provider::{Active, Place};
pub use rows::{Path, Row};
pub use ruling::{Hold, RuleAct, RuleId, Ruling, Then};
pub use run::{Before, LogonWhy};
pub use session::{Core, LastError, Member};
pub use table::{RowCount, Source, TableSettings, View};
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
    cores: BTreeMap<Handle, Arc<Core>>,
    /// Clients of sessions, by their session pointers.
    members: BTreeMap<Handle, Box<Member>>,
    /// Other objects: what they are and whose.
    objects: BTreeMap<Handle, Object>,
    /// What clients left in stores.
    stores: BTreeMap<props::StoreKey, Arc<StoreData>>,
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
    made: [u32; ObjectKind::COUNT],
    /// Registrations for events of sessions.
    registrations: Vec<Registration>,
    /// How many registrations were made.
    connections: u32,
    /// Notifications that wait for their delivery.
    queue: notify::Queue,
    /// Rows behind tables of CreateTable.
    data: BTreeMap<Handle, table::Data>,
    /// Tables with an operation that takes its time, and when it is done.
    busy: BTreeMap<Handle, SimTime>,
    /// Provider DLLs that stay loaded until the last client is gone.
    loaded: BTreeSet<String>,
    /// What happened in the call that runs; taken away with its reply.
    trace: Vec<Event>,
    /// What happened outside calls, when time moved; taken away by [`Kernel::take_happened`].
    happened: Vec<Event>,
    /// What decided the call that runs.
    why: Why,
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
    /// A rule of the test, by its name.
    Rule(Arc<str>),
}

impl Why {
    /// The clause that decided.
    pub fn clause(&self) -> Option<ClauseId> {
        match self {
            Why::Nothing | Why::Rule(_) => None,
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
            stores: BTreeMap::new(),
            shared: None,
            ended: 0,
            mutex: LogonMutex::default(),
            outside,
            waiting: BTreeMap::new(),
            now: SimTime::ZERO,
            calls: 0,
            made: [0; ObjectKind::COUNT],
            registrations: Vec::new(),
            connections: 0,
            queue: notify::Queue::default(),
            data: BTreeMap::new(),
            busy: BTreeMap::new(),
            loaded: BTreeSet::new(),
            trace: Vec::new(),
            happened: Vec::new(),
            why: Why::Nothing,
        };
        kernel.move_outside_holders();
        kernel
    }

    /// Makes a call. It is done, or it waits.
    pub fn apply(&mut self, caller: Caller, call: Call, ask: &mut dyn Ask) -> Progress {
        let run = self.next_run(caller, call);
        self.drive(run, ask)
    }

    /// A call that begins.
    fn next_run(&mut self, caller: Caller, call: Call) -> Running {
        self.calls += 1;
        Running::new(CallId(self.calls), caller, call, self.now)
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
        self.cores.iter().map(|(handle, core)| (*handle, &**core))
    }

    /// A session, by the handle of any client of it that has not logged off.
    pub fn session_of(&self, member: Handle) -> Option<&Core> {
        self.cores.get(&self.member(member)?.core).map(|core| &**core)
    }

    /// A session that is about to change.
    fn core_mut(&mut self, id: Handle) -> Option<&mut Core> {
        self.cores.get_mut(&id).map(Arc::make_mut)
    }

    /// The client that holds this session pointer.
    pub fn member(&self, handle: Handle) -> Option<&Member> {
        self.members.get(&handle).map(|member| &**member)
    }

    /// Every session pointer that was not released yet.
    pub fn members(&self) -> impl Iterator<Item = (Handle, &Member)> {
        self.members.iter().map(|(handle, member)| (*handle, &**member))
    }

    /// Every other object that was not released yet.
    pub fn objects(&self) -> impl Iterator<Item = (Handle, &Object)> {
        self.objects.iter().map(|(handle, object)| (*handle, object))
    }

    /// The session that a call without MAPI_NEW_SESSION joins.
    pub fn shared_session(&self) -> Option<Handle> {
        self.shared
    }

    /// Calls that wait.
    pub fn waiting(&self) -> impl Iterator<Item = CallId> {
        self.waiting.keys().copied()
    }

    /// What happened outside calls since this was last asked: transports that started, notifications on threads of their own.
    pub fn take_happened(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.happened)
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
        let made = &mut self.made[kind as usize];
        *made += 1;
        Handle::new(kind, *made)
    }

    /// Lets the running call go as far as it can.
    fn step(&mut self, run: &mut Running, ask: &mut dyn Ask) -> Result<Reply, Wake> {
        match run.call {
            Call::Mapi(Mapi::MAPILogonEx { .. }) => return self.logon_ex(run, ask),
            Call::Mapi(ref call) => return Ok(self.function(run.caller, call, ask)),
            Call::IUnknown(this, ref call) => return Ok(self.unknown(run.caller, this, call, ask)),
            Call::IMAPIInitMonitor(this, ref call) => return self.init_monitor(run.caller, this, call, &mut run.state),
            Call::IMAPIWaitResult(this, _) => return self.wait_result(run.caller, this, &mut run.state),
            _ => {}
        }
        let this = run.call.this().expect("functions were taken above");
        // The fast shutdown of a session that was logged off acts on what the process still has (SHUTDOWN-062).
        let outlives = matches!(run.call, Call::IMAPIClientShutdown(..));
        if let Some(reply) = self.refuse_object(run.caller, this, outlives) {
            return Ok(reply);
        }
        match run.call {
            Call::IMAPISession(_, IMAPISession::Logoff { ui_param, flags, reserved }) => {
                self.logoff(run, this, (ui_param, flags, reserved), ask)
            }
            Call::IMAPISession(_, ref call) => self.session_method(run.caller, this, call, ask),
            Call::IMAPIClientShutdown(_, ref call) => Ok(self.client_shutdown(run.caller, call)),
            Call::IProfAdmin(_, ref call) => Ok(self.prof_admin(call)),
            Call::IMAPITable(_, ref call) => self.table(this, call, &mut run.state),
            Call::ITableData(_, ref call) => Ok(self.table_data(run.caller, this, call)),
            Call::IMAPIProp(_, ref call) => Ok(self.prop(this, call)),
            Call::IPropData(_, ref call) => Ok(self.prop_data_method(this, call)),
            Call::IStream(_, ref call) => Ok(self.stream_method(this, call)),
            Call::IMAPIStatus(_, ref call) => Ok(self.status_method(this, call)),
            _ => unreachable!("functions and waits were taken above"),
        }
    }

    /// Functions that never wait.
    fn function(&mut self, caller: Caller, call: &Mapi, ask: &mut dyn Ask) -> Reply {
        match *call {
            Mapi::MAPIInitialize { version, flags } => self.initialize(caller, version, flags),
            Mapi::MAPIUninitialize {} => self.uninitialize(caller, ask),
            Mapi::MAPIAdminProfiles { flags } => self.admin_profiles(caller, flags),
            Mapi::ScInitMapiUtil { flags } => self.init_util(caller, flags),
            Mapi::DeinitMapiUtil {} => self.deinit_util(caller),
            Mapi::HrDispatchNotifications { flags } => self.dispatch_notifications(caller, flags),
            Mapi::CreateMAPIInitializationMonitor {} => self.create_monitor(caller),
            Mapi::CreateIProp { ref interface } => self.create_iprop(caller, interface.as_deref().copied()),
            Mapi::CreateTable { ref interface, table_type, index_column, ref columns } => {
                self.create_table(caller, interface.as_deref(), (table_type, index_column), columns)
            }
            Mapi::MAPILogonEx { .. } => unreachable!("a logon can wait; `step` takes it first"),
        }
    }

    /// HrDispatchNotifications (LOGON-044).
    fn dispatch_notifications(&mut self, caller: Caller, flags: u32) -> Reply {
        if let Some(reply) = self.reject_flags(flags, 0) {
            return reply;
        }
        let hr = if self.is_initialized(caller) { Hresult::S_OK } else { Hresult::MAPI_E_NOT_INITIALIZED };
        self.decided(ClauseId::logon(44), hr)
    }

    /// Whether a session was logged off, or is gone.
    fn is_logged_off(&self, session: Handle) -> bool {
        self.members.get(&session).is_none_or(|member| member.logged_off)
    }

    /// What every method answers when MAPI is not initialised, or the object is dead or another process's.
    fn refuse_object(&mut self, caller: Caller, this: Handle, outlives: bool) -> Option<Reply> {
        if self.process(caller.process).fast_shutdown {
            return Some(self.decided(ClauseId::shutdown(83), Hresult::MAPI_E_INVALID_OBJECT));
        }
        let no_session = self.objects.get(&this).is_some_and(|object| object.session.is_none()) && this.kind() != ObjectKind::ProfAdmin;
        if !(self.is_initialized(caller) || (no_session && self.has_utilities(caller))) {
            return Some(self.decided(ClauseId::logon(37), Hresult::MAPI_E_NOT_INITIALIZED));
        }
        let (owner, clause) = match (self.members.get(&this), self.objects.get(&this)) {
            (Some(member), _) if member.logged_off && !outlives => (None, ClauseId::shutdown(2)),
            (Some(member), _) => (Some(member.process), ClauseId::logon(72)),
            (_, Some(object)) if object.session.is_some_and(|session| self.is_logged_off(session)) => (None, ClauseId::shutdown(9)),
            (_, object) => (object.map(|object| object.process), ClauseId::logon(72)),
        };
        (owner != Some(caller.process)).then(|| self.decided(clause, Hresult::MAPI_E_INVALID_OBJECT))
    }

    /// QueryInterface and the final Release.
    fn unknown(&mut self, caller: Caller, this: Handle, call: &IUnknown, ask: &mut dyn Ask) -> Reply {
        let owner = self.members.get(&this).map(|member| member.process).or_else(|| self.objects.get(&this).map(|object| object.process));
        if owner != Some(caller.process) {
            return self.decided(ClauseId::logon(72), Hresult::MAPI_E_INVALID_OBJECT);
        }
        match call {
            IUnknown::QueryInterface { iid } => self.query_interface(this, *iid),
            IUnknown::Release {} => {
                if this.kind() == ObjectKind::Session {
                    self.release_session(this, ask);
                } else {
                    self.release_object(this, ask);
                }
                self.decided(ClauseId::shutdown(6), Hresult::S_OK)
            }
        }
    }

    /// QueryInterface: the object's own interface and IUnknown (ERROR-010). A dead session still answers, by the default reading (SHUTDOWN-004).
    fn query_interface(&mut self, this: Handle, iid: Guid) -> Reply {
        let session = self.objects.get(&this).and_then(|object| object.session).unwrap_or(this);
        let dead = match self.members.get(&session) {
            Some(member) => member.logged_off,
            None => session != this,
        };
        if dead && self.machine.readings.index(Reading::DeadQueryInterface) != 0 {
            return self.decided(ClauseId::shutdown(4), Hresult::MAPI_E_INVALID_OBJECT);
        }
        let mut interfaces = this.kind().interfaces().iter().chain(&["IUnknown"]);
        let known = interfaces.any(|name| self::iid(name) == Some(iid));
        let hr = if known { Hresult::S_OK } else { Hresult::MAPI_E_INTERFACE_NOT_SUPPORTED };
        self.decided(ClauseId::error(10), hr)
    }
}

/// The identifier of an interface by its name. Two of them go by another name in the headers.
fn iid(interface: &str) -> Option<Guid> {
    match interface {
        "IPropData" => Some(Guid::IID_IMAPIPropData),
        "ITableData" => Some(Guid::IID_IMAPITableData),
        name => Guid::from_name(&format!("IID_{name}")),
    }
}
