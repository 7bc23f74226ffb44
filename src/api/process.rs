//! A simulated process, as seen from one of its threads.

use std::sync::Arc;

use super::{Failure, Logon, Object, PendingLogon, ProfAdmin, Session, make};
use crate::call::{Call, Caller, IMAPIInitMonitor, Mapi, Out};
use crate::mapi::{InitFlags, LogonFlags};
use crate::sim::{Shared, Sim};

/// A process of the simulated machine, as seen from one of its threads.
///
/// [`Sim::process`] gives one that has called MAPIInitialize; what it did by itself, [`Sim::finish`] undoes.
#[derive(Clone)]
pub struct Process {
    world: Arc<Shared>,
    name: String,
    caller: Caller,
}

impl Sim {
    /// A process by name, seen from its thread `main`. If it has not called MAPIInitialize yet, it does now, with a NULL MAPIINIT_0.
    pub fn process(&self, name: &str) -> Process {
        let process = self.uninitialized_process(name);
        self.shared().initialize(process.caller);
        process
    }

    /// A process by name that is left as it is: a new one has not called MAPIInitialize.
    ///
    /// ```
    /// use mapi_sim::{Hresult, Logon, Sim};
    ///
    /// let sim = Sim::minimal();
    /// let early = sim.uninitialized_process("early");
    /// let refused = early.logon_ex(Logon::profile("Work")).unwrap_err();
    /// assert_eq!(refused.hresult(), Hresult::MAPI_E_NOT_INITIALIZED);
    /// ```
    pub fn uninitialized_process(&self, name: &str) -> Process {
        Process { world: self.shared().clone(), name: name.to_owned(), caller: self.caller(name, "main") }
    }

    /// Logs the process `main` on: MAPILogonEx with a profile name (`None` is NULL) and flags.
    ///
    /// # Errors
    ///
    /// As [`Process::logon_ex`].
    pub fn logon(&self, profile: impl Into<Logon>, flags: LogonFlags) -> Result<Session, Failure> {
        self.process("main").logon_ex(profile.into().flags(flags))
    }
}

impl Process {
    /// The same process, seen from another of its threads.
    pub fn thread(&self, name: &str) -> Process {
        Process { caller: self.world.caller(&self.name, name), ..self.clone() }
    }

    pub(super) fn world(&self) -> &Arc<Shared> {
        &self.world
    }

    pub(super) fn make(&self, call: Call) -> Result<crate::call::Reply, Failure> {
        make(&self.world, self.caller, call)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Process and thread as a call names them.
    pub fn caller(&self) -> Caller {
        self.caller
    }

    /// MAPIInitialize (LOGON-001).
    ///
    /// # Errors
    ///
    /// MAPI_E_UNKNOWN_FLAGS for an undocumented flag; what the fixture's `machine.init_failure` says.
    pub fn initialize(&self, flags: InitFlags) -> Result<(), Failure> {
        make(&self.world, self.caller, Call::Mapi(Mapi::MAPIInitialize { version: 0, flags })).map(drop)
    }

    /// MAPIUninitialize (LOGON-034). The last one of a process ends its sessions. One too many is ignored (LOGON-036).
    pub fn uninitialize(&self) {
        // It returns nothing.
        let _ = make(&self.world, self.caller, Call::Mapi(Mapi::MAPIUninitialize {}));
    }

    /// HrDispatchNotifications: delivers what is queued for this thread (LOGON-044).
    ///
    /// # Errors
    ///
    /// MAPI_E_NOT_INITIALIZED before MAPIInitialize.
    pub fn hr_dispatch_notifications(&self) -> Result<(), Failure> {
        make(&self.world, self.caller, Call::Mapi(Mapi::HrDispatchNotifications { flags: 0 })).map(drop)
    }

    /// MAPILogonEx, with the virtual clock running until it is done (LOGON-052).
    ///
    /// # Errors
    ///
    /// - MAPI_E_NOT_INITIALIZED before MAPIInitialize;
    /// - MAPI_E_LOGON_FAILED for invalid parameters, without a profile to log on to, above the session limit, or for a required service that
    ///   cannot be configured;
    /// - MAPI_E_TIMEOUT with MAPI_TIMEOUT_SHORT while another thread holds the logon mutex;
    /// - MAPI_E_USER_CANCEL if the user cancels a dialog;
    /// - under readings also MAPI_E_INVALID_PARAMETER, MAPI_E_UNKNOWN_FLAGS and MAPI_E_NOT_FOUND.
    ///
    /// # Panics
    ///
    /// If nothing in the world can bring about what the call waits for (LOGON-159).
    pub fn logon_ex(&self, logon: Logon) -> Result<Session, Failure> {
        let reply = make(&self.world, self.caller, logon.into_call())?;
        let handle = reply.object().expect("MAPILogonEx gives a session when it succeeds");
        Ok(Session::new(&self.world, self.caller, handle))
    }

    /// Begins MAPILogonEx without running the clock, so that others can act while it waits.
    ///
    /// ```
    /// use mapi_sim::{Hresult, Logon, LogonAct, LogonAnswer, LogonFlags, Sim, SimDuration};
    ///
    /// let sim = Sim::office();
    /// let slow = LogonAnswer { after: SimDuration::from_secs(60), ..LogonAnswer::from(LogonAct::Pick("Home".into())) };
    /// sim.script(|script| script.logon_dialog.push_back(slow));
    /// let user = sim.process("user").begin_logon_ex(Logon::new().flags(LogonFlags::NEW_SESSION | LogonFlags::LOGON_UI));
    /// let hasty = sim.process("hasty").logon_ex(Logon::profile("Work").flags(LogonFlags::TIMEOUT_SHORT));
    /// assert_eq!(hasty.unwrap_err().hresult(), Hresult::MAPI_E_TIMEOUT);
    /// assert_eq!(user.finish()?.profile_name(), "Home");
    /// # Ok::<(), mapi_sim::Failure>(())
    /// ```
    pub fn begin_logon_ex(&self, logon: Logon) -> PendingLogon {
        let (id, reply) = self.world.begin(self.caller, logon.into_call());
        PendingLogon { world: self.world.clone(), caller: self.caller, id, reply }
    }

    /// MAPIAdminProfiles: the object that changes profiles.
    ///
    /// # Errors
    ///
    /// MAPI_E_NOT_INITIALIZED before MAPIInitialize.
    pub fn admin_profiles(&self) -> Result<ProfAdmin, Failure> {
        let reply = make(&self.world, self.caller, Call::Mapi(Mapi::MAPIAdminProfiles { flags: 0 }))?;
        let handle = reply.object().expect("MAPIAdminProfiles gives an object when it succeeds");
        Ok(ProfAdmin::new(&self.world, self.caller, handle))
    }

    /// CreateMAPIInitializationMonitor: works before MAPIInitialize (LOGON-045).
    ///
    /// # Errors
    ///
    /// MAPI_E_NOT_ENOUGH_MEMORY; here by a rule alone.
    pub fn create_mapi_initialization_monitor(&self) -> Result<InitMonitor, Failure> {
        let reply = make(&self.world, self.caller, Call::Mapi(Mapi::CreateMAPIInitializationMonitor {}))?;
        let handle = reply.object().expect("CreateMAPIInitializationMonitor gives an object when it succeeds");
        Ok(InitMonitor { object: Object::new(&self.world, self.caller, handle) })
    }
}

/// IMAPIInitMonitor: tells whether MAPI is initialised in its process.
#[derive(Clone)]
pub struct InitMonitor {
    object: Arc<Object>,
}

impl InitMonitor {
    /// IsInitialized (LOGON-047).
    pub fn is_initialized(&self) -> bool {
        let reply = self.object.call(Call::IMAPIInitMonitor(self.object.handle, IMAPIInitMonitor::IsInitialized {}));
        reply.is_ok_and(|reply| reply.out == Out::Bool(true))
    }

    /// Wait: runs the virtual clock until MAPI is initialised, at most `timeout` milliseconds; 0xFFFFFFFF waits without limit (LOGON-048).
    ///
    /// # Errors
    ///
    /// HRESULT_FROM_WIN32(ERROR_TIMEOUT), 0x800705B4, when the time is over (LOGON-049).
    ///
    /// # Panics
    ///
    /// If it waits without limit and nothing in the world will initialise the process.
    pub fn wait(&self, timeout: u32) -> Result<(), Failure> {
        self.object.call(Call::IMAPIInitMonitor(self.object.handle, IMAPIInitMonitor::Wait { timeout })).map(drop)
    }
}
