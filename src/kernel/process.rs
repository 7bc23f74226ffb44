//! Processes and their threads: MAPIInitialize and MAPIUninitialize.

use super::event::{Event, NotificationHome};
use super::machine::{InitStep, ProcessKind};
use super::{Ask, Kernel};
use crate::call::{Caller, ProcessId, Reply, ThreadId};
use crate::clause::{ClauseId, Reading};
use crate::mapi::{Hresult, InitFlags};

/// A process of the simulated machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Process {
    pub(super) name: String,
    pub(super) kind: ProcessKind,
    pub(super) threads: Vec<Thread>,
    /// MAPIInitialize calls that MAPIUninitialize has not undone.
    pub(super) count: u32,
    /// Where notifications are produced; set by the first MAPIInitialize (LOGON-007).
    pub(super) notifications: Option<NotificationHome>,
    /// Whether the process told MAPIInitialize that it is a Windows service (LOGON-031).
    pub(super) service: bool,
    /// ScInitMapiUtil calls that DeinitMapiUtil has not undone.
    pub(super) utilities: u32,
    /// Whether QueryFastShutdown said yes.
    pub(super) asked_fast_shutdown: bool,
    /// Whether DoFastShutdown succeeded: no call is answered any more (SHUTDOWN-083).
    pub(super) fast_shutdown: bool,
}

/// A thread of a process.
#[derive(Clone, Debug, PartialEq)]
pub struct Thread {
    pub(super) name: String,
    /// MAPIInitialize calls of this thread that it has not undone.
    pub(super) count: u32,
}

impl Process {
    /// A process that has not called anything yet.
    pub(super) fn new(name: &str, kind: ProcessKind) -> Self {
        Process {
            name: name.to_owned(),
            kind,
            threads: Vec::new(),
            count: 0,
            notifications: None,
            service: false,
            utilities: 0,
            asked_fast_shutdown: false,
            fast_shutdown: false,
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What kind of program it is.
    pub fn kind(&self) -> ProcessKind {
        self.kind
    }

    /// How many MAPIInitialize calls MAPIUninitialize has not undone.
    pub fn init_count(&self) -> u32 {
        self.count
    }

    /// Where notifications of the process are produced, once it is initialised.
    pub fn notification_home(&self) -> Option<NotificationHome> {
        self.notifications
    }

    /// Whether MAPI knows that it is a Windows service.
    pub fn is_service(&self) -> bool {
        self.service
    }

    /// Whether its DoFastShutdown succeeded: it makes no call any more (SHUTDOWN-082).
    pub fn has_left(&self) -> bool {
        self.fast_shutdown
    }

    /// Name of a thread.
    pub fn thread_name(&self, thread: ThreadId) -> &str {
        self.threads.get(usize::from(thread.0)).map_or("?", |thread| &thread.name)
    }
}

/// Version of MAPIINIT_0 (LOGON-010).
pub const MAPI_INIT_VERSION: u32 = 0;

impl Kernel {
    /// The process of this name, made if there is none yet.
    pub fn process_id(&mut self, name: &str) -> ProcessId {
        let known = self.processes.iter().position(|process| process.name == name);
        let index = known.unwrap_or_else(|| {
            let kind = self.machine.processes.get(name).copied().unwrap_or_default();
            self.processes.push(Process::new(name, kind));
            self.processes.len() - 1
        });
        ProcessId(u16::try_from(index).expect("a world has at most 65536 processes"))
    }

    /// The thread of this name in a process, made if there is none yet.
    pub fn thread_id(&mut self, process: ProcessId, name: &str) -> ThreadId {
        let threads = &mut self.process_mut(process).threads;
        let known = threads.iter().position(|thread| thread.name == name);
        let index = known.unwrap_or_else(|| {
            threads.push(Thread { name: name.to_owned(), count: 0 });
            threads.len() - 1
        });
        ThreadId(u16::try_from(index).expect("a process has at most 65536 threads"))
    }

    /// Whether a thread of this name was named in a process of this name.
    pub(crate) fn knows_thread(&self, process: &str, thread: &str) -> bool {
        let mut threads = self.processes.iter().filter(|known| known.name == process).flat_map(|known| &known.threads);
        threads.any(|known| known.name == thread)
    }

    /// A process and a thread by name.
    pub fn caller(&mut self, process: &str, thread: &str) -> Caller {
        let process = self.process_id(process);
        Caller { process, thread: self.thread_id(process, thread) }
    }

    /// A process.
    pub fn process(&self, id: ProcessId) -> &Process {
        &self.processes[usize::from(id.0)]
    }

    pub(super) fn process_mut(&mut self, id: ProcessId) -> &mut Process {
        &mut self.processes[usize::from(id.0)]
    }

    /// `process/thread`, the thread left out where it is `main`.
    pub fn caller_name(&self, caller: Caller) -> String {
        let process = self.process(caller.process);
        match process.thread_name(caller.thread) {
            "main" => process.name.clone(),
            thread => format!("{}/{thread}", process.name),
        }
    }

    fn thread_mut(&mut self, caller: Caller) -> Option<&mut Thread> {
        self.process_mut(caller.process).threads.get_mut(usize::from(caller.thread.0))
    }

    /// Whether a call of this thread finds MAPI initialised (LOGON-004, LOGON-019).
    pub(super) fn is_initialized(&self, caller: Caller) -> bool {
        let process = self.process(caller.process);
        let strict = self.machine.readings.index(Reading::StrictThreads) != 0;
        process.count > 0
            && !process.fast_shutdown
            && (!strict || process.threads.get(usize::from(caller.thread.0)).is_some_and(|thread| thread.count > 0))
    }

    /// Whether the utility functions can be used: after ScInitMapiUtil or MAPIInitialize (MEMORY-151).
    pub(super) fn has_utilities(&self, caller: Caller) -> bool {
        self.is_initialized(caller) || self.process(caller.process).utilities > 0
    }

    /// MAPIInitialize: its steps in their order; the first that fails names the error (LOGON-008).
    pub(super) fn initialize(&mut self, caller: Caller, version: u32, flags: InitFlags) -> Reply {
        if self.process(caller.process).fast_shutdown {
            return self.decided(ClauseId::shutdown(83), Hresult::MAPI_E_NOT_INITIALIZED);
        }
        if version != MAPI_INIT_VERSION {
            return self.decided(ClauseId::logon(11), Hresult::MAPI_E_INVALID_PARAMETER);
        }
        if flags.unknown_bits() != 0 {
            return self.decided(ClauseId::logon(9), Hresult::MAPI_E_UNKNOWN_FLAGS);
        }
        let mut failing = self.machine.init_failure.clone();
        failing.sort_unstable();
        if let Some((hr, clause)) = failing.into_iter().find_map(|step| failure(step, flags)) {
            return self.decided(clause, hr);
        }
        let process = self.process_mut(caller.process);
        process.count = process.count.saturating_add(1);
        process.service |= flags.contains(InitFlags::NT_SERVICE);
        if process.notifications.is_none() {
            let dedicated = flags.contains(InitFlags::MULTITHREAD_NOTIFICATIONS);
            let home = if dedicated { NotificationHome::Dedicated } else { NotificationHome::Thread(caller.thread) };
            process.notifications = Some(home);
            self.emit(Event::Initialized { notifications: home, coinit: !flags.contains(InitFlags::NO_COINIT) });
        }
        if let Some(thread) = self.thread_mut(caller) {
            thread.count = thread.count.saturating_add(1);
        }
        self.wake_initialized(caller.process);
        self.decided(ClauseId::logon(1), Hresult::S_OK)
    }

    /// MAPIUninitialize: the last one of a process ends its sessions (LOGON-034 to LOGON-037).
    pub(super) fn uninitialize(&mut self, caller: Caller, ask: &mut dyn Ask) -> Reply {
        if self.process(caller.process).fast_shutdown {
            return self.decided(ClauseId::shutdown(83), Hresult::S_OK);
        }
        if let Some(thread) = self.thread_mut(caller) {
            thread.count = thread.count.saturating_sub(1);
        }
        let process = self.process_mut(caller.process);
        if process.count == 0 {
            self.emit(Event::Unbalanced);
            return self.decided(ClauseId::logon(36), Hresult::S_OK);
        }
        process.count -= 1;
        if process.count == 0 {
            self.last_uninitialize(caller.process, ask);
        }
        self.decided(ClauseId::logon(34), Hresult::S_OK)
    }

    fn last_uninitialize(&mut self, id: ProcessId, ask: &mut dyn Ask) {
        self.abandon_sessions(id, ask);
        let process = self.process_mut(id);
        process.notifications = None;
        process.service = false;
        process.threads.iter_mut().for_each(|thread| thread.count = 0);
        self.emit(Event::DeinitMapiUtil);
        self.emit(Event::Uninitialized);
        self.unload_providers();
    }

    /// ScInitMapiUtil and DeinitMapiUtil: they leave the count of MAPIInitialize alone (LOGON-040).
    pub(super) fn init_util(&mut self, caller: Caller, flags: u32) -> Reply {
        if flags != 0 {
            return self.decided(ClauseId::memory(152), Hresult::MAPI_E_INVALID_PARAMETER);
        }
        self.process_mut(caller.process).utilities += 1;
        self.decided(ClauseId::logon(40), Hresult::S_OK)
    }

    pub(super) fn deinit_util(&mut self, caller: Caller) -> Reply {
        let process = self.process_mut(caller.process);
        if process.utilities == 0 {
            self.emit(Event::Unbalanced);
        } else {
            process.utilities -= 1;
        }
        self.decided(ClauseId::logon(42), Hresult::S_OK)
    }
}

/// What a failing step of MAPIInitialize gives; nothing if the flags skip the step.
fn failure(step: InitStep, flags: InitFlags) -> Option<(Hresult, ClauseId)> {
    let (runs, hr, clause) = match step {
        InitStep::Registry => (flags.contains(InitFlags::NT_SERVICE), Hresult::MAPI_E_TOO_COMPLEX, 20),
        InitStep::OleVersion => (true, Hresult::MAPI_E_VERSION, 22),
        InitStep::Coinit(hr) => (!flags.contains(InitFlags::NO_COINIT), hr, 23),
        InitStep::ProcessContext => (true, Hresult::MAPI_E_SESSION_LIMIT, 25),
        InitStep::SharedGlobals => (true, Hresult::MAPI_E_NOT_ENOUGH_RESOURCES, 26),
        InitStep::NotificationEngine => (true, Hresult::MAPI_E_INVALID_OBJECT, 27),
        InitStep::ProfileProvider => (true, Hresult::MAPI_E_NOT_INITIALIZED, 28),
    };
    runs.then_some((hr, ClauseId::logon(clause)))
}
