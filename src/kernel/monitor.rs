//! IMAPIInitMonitor and IMAPIWaitResult: objects that tell whether MAPI is initialised, and wait for it.

use super::wait::{State, Wake};
use super::{Body, Kernel, Object};
use crate::call::{Caller, Handle, IMAPIInitMonitor, ObjectKind, Out, Reply};
use crate::clause::ClauseId;
use crate::mapi::Hresult;
use crate::time::{SimDuration, SimTime};

/// A wait without limit.
const INFINITE: u32 = 0xFFFF_FFFF;

impl Kernel {
    /// CreateMAPIInitializationMonitor: works before MAPIInitialize (LOGON-045).
    pub(super) fn create_monitor(&mut self, caller: Caller) -> Reply {
        let handle = self.new_handle(ObjectKind::InitMonitor);
        self.objects.insert(handle, Object::of_process(caller.process, Body::Plain));
        self.decided(ClauseId::logon(45), Hresult::S_OK);
        Reply::ok(Out::Object(handle))
    }

    /// A method of IMAPIInitMonitor.
    pub(super) fn init_monitor(&mut self, caller: Caller, this: Handle, call: &IMAPIInitMonitor, state: &mut State) -> Result<Reply, Wake> {
        if self.objects.get(&this).is_none_or(|object| object.process != caller.process) {
            return Ok(self.decided(ClauseId::logon(72), Hresult::MAPI_E_INVALID_OBJECT));
        }
        match *call {
            IMAPIInitMonitor::IsInitialized {} => {
                let initialized = self.process(caller.process).count > 0;
                self.decided(ClauseId::logon(47), Hresult::S_OK);
                Ok(Reply::ok(Out::Bool(initialized)))
            }
            IMAPIInitMonitor::Wait { timeout } => self.wait_initialized(caller, self.deadline(timeout), state),
            IMAPIInitMonitor::BeginWait { timeout } => {
                let handle = self.new_handle(ObjectKind::WaitResult);
                self.objects.insert(handle, Object::of_process(caller.process, Body::Wait(self.deadline(timeout))));
                self.decided(ClauseId::logon(50), Hresult::S_OK);
                Ok(Reply::ok(Out::Object(handle)))
            }
        }
    }

    /// IMAPIWaitResult::End: waits with the time of BeginWait (LOGON-051).
    pub(super) fn wait_result(&mut self, caller: Caller, this: Handle, state: &mut State) -> Result<Reply, Wake> {
        match self.objects.get(&this) {
            Some(Object { process, body: Body::Wait(deadline), .. }) if *process == caller.process => {
                self.wait_initialized(caller, *deadline, state)
            }
            _ => Ok(self.decided(ClauseId::logon(72), Hresult::MAPI_E_INVALID_OBJECT)),
        }
    }

    fn deadline(&self, timeout: u32) -> Option<SimTime> {
        (timeout != INFINITE).then(|| self.now.after(SimDuration::from_millis(timeout.into())))
    }

    fn wait_initialized(&mut self, caller: Caller, deadline: Option<SimTime>, state: &mut State) -> Result<Reply, Wake> {
        let came = state.came.take();
        if came == Some(true) || self.process(caller.process).count > 0 {
            return Ok(self.decided(ClauseId::logon(48), Hresult::S_OK));
        }
        if came == Some(false) || deadline.is_some_and(|deadline| deadline <= self.now) {
            return Ok(self.decided(ClauseId::logon(49), Hresult::ERROR_TIMEOUT));
        }
        Err(Wake::Initialized(caller.process, deadline))
    }
}
