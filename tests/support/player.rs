//! A `Sim`, driven by the operations of the model.

use mapi_sim::call::{Bytes, Call, CallId, Caller, Handle, Mapi, ObjectKind, Reply};
use mapi_sim::kernel::ProviderKind;
use mapi_sim::mapi::{CodePage, InitFlags, PropTag, Value};
use mapi_sim::{Sim, SimDuration};

use super::lower;
use crate::model::{Method, Op};

/// A world and what its clients hold.
pub struct Player<'a> {
    sim: &'a Sim,
    code_page: CodePage,
    logons: Vec<CallId>,
    waits: Vec<CallId>,
    objects: Vec<Handle>,
}

impl<'a> Player<'a> {
    /// Nothing was done yet.
    pub fn new(sim: &'a Sim, code_page: CodePage) -> Self {
        Player { sim, code_page, logons: Vec::new(), waits: Vec::new(), objects: Vec::new() }
    }

    /// Does it. What cannot be done is left.
    pub fn apply(&mut self, op: &Op) {
        match op {
            Op::Initialize { process, thread, flags, version } => {
                let call = Mapi::MAPIInitialize { version: *version, flags: InitFlags::new(*flags) };
                self.call(*process, *thread, Call::Mapi(call));
            }
            Op::Uninitialize { process, thread } => self.call(*process, *thread, Call::Mapi(Mapi::MAPIUninitialize {})),
            Op::Logon(request) => {
                self.logons.push(self.next());
                self.call(request.process, request.thread, lower::logon(request, false, self.code_page));
            }
            Op::BeginLogon(request) => {
                self.logons.push(self.next());
                let caller = self.caller(request.process, request.thread);
                let _ = self.sim.begin(caller, lower::logon(request, true, self.code_page));
            }
            Op::FinishLogon { call } => self.wait(self.logons.get(*call).copied()),
            Op::Logoff { process, thread, session, flags } => self.call(*process, *thread, lower::logoff(*session, *flags)),
            Op::Release { process, thread, session } => self.call(*process, *thread, lower::release(lower::session(*session))),
            Op::On { process, thread, session, method } => {
                let call = lower::method(lower::session(*session), method, self.entry_id(*session, method));
                self.call(*process, *thread, call);
            }
            Op::BeginTable { process, thread, session } => {
                self.waits.push(self.next());
                let call = lower::method(lower::session(*session), &Method::GetStatusTable, lower::no_status_row());
                let _ = self.sim.begin(self.caller(*process, *thread), call);
            }
            Op::FinishTable { call } => self.wait(self.waits.get(*call).copied()),
            Op::Object { process, thread, object, method } => {
                let handle = self.objects.get(*object).copied().unwrap_or(Handle::new(ObjectKind::Status, 999));
                self.call(*process, *thread, lower::object_method(handle, method));
            }
            Op::Dispatch { process, thread } => {
                self.call(*process, *thread, Call::Mapi(Mapi::HrDispatchNotifications { flags: 0 }));
            }
            Op::Kill { process } => {
                let name = lower::process_name(*process);
                if self.sim.journal().entries().any(|entry| self.sim.journal().caller_name(entry.caller()).starts_with(&name)) {
                    self.sim.kill_process(&name);
                }
            }
            Op::Advance { ms } => self.sim.advance(SimDuration::from_millis(*ms)),
            Op::DeleteProfile { process, thread, name } => self.admin(*process, *thread, |admin| lower::delete(admin, name)),
            Op::RenameProfile { process, thread, name, new } => self.admin(*process, *thread, |admin| lower::rename(admin, name, new)),
            Op::SetDefault { process, thread, name } => self.admin(*process, *thread, |admin| lower::set_default(admin, name.as_deref())),
        }
    }

    fn caller(&self, process: u32, thread: u32) -> Caller {
        self.sim.caller(&lower::process_name(process), &lower::thread_name(thread))
    }

    fn next(&self) -> CallId {
        CallId::from_number(self.sim.kernel(|kernel| kernel.last_call().number()) + 1)
    }

    fn call(&mut self, process: u32, thread: u32, call: Call) {
        let reply = self.sim.call(self.caller(process, thread), call);
        self.keep(reply.ok());
    }

    /// A call that waits for ever goes on waiting.
    fn wait(&mut self, call: Option<CallId>) {
        let reply = call.and_then(|call| self.sim.wait(call).ok());
        self.keep(reply);
    }

    fn keep(&mut self, reply: Option<Reply>) {
        let object = reply.and_then(|reply| reply.object());
        self.objects.extend(object.filter(|object| object.kind() != ObjectKind::Session));
    }

    fn admin(&mut self, process: u32, thread: u32, call: impl FnOnce(Handle) -> Call) {
        let caller = self.caller(process, thread);
        let admin = self.sim.call(caller, Call::Mapi(Mapi::MAPIAdminProfiles { flags: 0 }));
        if let Some(admin) = admin.ok().and_then(|reply| reply.object()) {
            self.call(process, thread, call(admin));
            self.call(process, thread, lower::release(admin));
        }
    }

    /// The entry identifier that a method is given: of a store of the session's profile, or of a row of its table.
    fn entry_id(&self, session: usize, method: &Method) -> Bytes {
        let handle = lower::session(session);
        self.sim.kernel(|kernel| match method {
            Method::OpenMsgStore { store, .. } => {
                let profile = kernel.session_of(handle).and_then(|core| kernel.profiles().get(core.profile));
                let instances = profile.into_iter().flat_map(|profile| &profile.services).flat_map(|service| &service.providers);
                let kind = |section: &String| kernel.machine().providers.get(section).map(|provider| provider.kind);
                let uid = instances.filter(|instance| kind(&instance.provider) == Some(ProviderKind::Store)).nth(*store).map(|i| i.uid);
                lower::store_entry_id(uid.unwrap_or([0xFF; 16]))
            }
            Method::OpenStatus { row, .. } => {
                let live = kernel.member(handle).is_some_and(|member| !member.logged_off);
                let rows = if live { kernel.status_rows(handle) } else { Vec::new() };
                match rows.get(*row).and_then(|row| row.get(PropTag::PR_ENTRYID)) {
                    Some(Value::Binary(bytes)) => Bytes::new(bytes.clone()),
                    _ => lower::no_status_row(),
                }
            }
            _ => lower::no_status_row(),
        })
    }
}
