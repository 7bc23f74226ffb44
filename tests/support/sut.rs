//! The kernel, driven as the model is.

use std::collections::{BTreeMap, BTreeSet};

use mapi_sim::Script;
use mapi_sim::call::{Bytes, Call, CallId, Caller, Handle, Mapi, ObjectKind, Out, Reply};
use mapi_sim::kernel::{
    Ask, Core, DialogAnswer, Event, Finished, Kernel, Member, Notice, Profiles, Progress, ProviderCall, ProviderKind, Question, Response,
    SessionEvent,
};
use mapi_sim::mapi::{CodePage, InitFlags, PropTag, Value};
use mapi_sim::{SimDuration, SimTime};

use super::choices::Dice;
use super::plan::Plan;
use super::storm::Storm;
use super::{lower, oracle, texts};
use crate::model::{Answer, Gave, Method, Note, ObjectMethod, Op, Outcome, Request, SessionFacts};

/// Who answers the kernel.
#[derive(Clone, Debug)]
pub enum Around {
    /// The script that the model has, too.
    Script(Script),
    /// Anybody.
    Storm(Storm<Dice>),
    /// Somebody who takes a second to confirm a dialog.
    Slow,
}

impl Ask for Around {
    fn ask(&mut self, world: &Kernel, question: &Question) -> Response {
        match self {
            Around::Script(script) => script.ask(world, question),
            Around::Storm(storm) => storm.ask(world, question),
            Around::Slow => Response::After(SimDuration::from_secs(1), mapi_sim::kernel::Answer::Dialog(DialogAnswer::Ok)),
        }
    }
}

/// The kernel and what is around it.
#[derive(Clone, Debug)]
pub struct Sut {
    /// The kernel.
    pub kernel: Kernel,
    /// The user and the services around it.
    pub around: Around,
    /// Every logon, in order of their beginnings.
    pub logons: Vec<CallId>,
    /// Who made them: process and thread.
    pub callers: Vec<(u32, u32)>,
    /// What came of those that are done.
    pub outcomes: BTreeMap<CallId, Outcome>,
    /// Every call that may wait for transports, in order of their beginnings, and who made it.
    pub waits: Vec<(CallId, (u32, u32))>,
    /// Calls whose process was killed.
    pub killed: BTreeSet<CallId>,
    /// Objects that sessions gave, in order.
    pub objects: Vec<Handle>,
    /// What providers and services were asked in the last operation.
    pub did: Vec<(String, &'static str, u32)>,
    /// What sinks were told in the last operation.
    pub told: Vec<(u32, Note)>,
    /// PR_ROWIDs that a core's rows had, with PR_ENTRYID.
    pub rows: BTreeMap<(Handle, u32), Vec<u8>>,
    /// Session cores in order of their making.
    pub cores: Vec<Handle>,
    /// The no-mail nature of each client, as it was when it came.
    pub natures: BTreeMap<Handle, bool>,
    /// Properties of the decision table that did not hold.
    pub broken: Vec<String>,
    code_page: CodePage,
}

/// What all clients share, and what a failing call may not touch (LOGON-172).
#[derive(Clone, Debug, PartialEq)]
pub struct Shared {
    /// The profiles.
    pub profiles: Profiles,
    sessions: Vec<(Handle, Core)>,
    members: Vec<(Handle, Member)>,
    shared: Option<Handle>,
    processes: Vec<(String, u32)>,
}

impl Shared {
    /// As it is now.
    pub fn of(kernel: &Kernel) -> Self {
        let initialized = kernel.processes().iter().filter(|process| process.init_count() > 0);
        Shared {
            profiles: kernel.profiles().clone(),
            sessions: kernel.sessions().map(|(handle, core)| (handle, core.clone())).collect(),
            members: kernel.members().map(|(handle, member)| (handle, member.clone())).collect(),
            shared: kernel.shared_session(),
            processes: initialized.map(|process| (process.name().to_string(), process.init_count())).collect(),
        }
    }
}

impl Sut {
    /// The kernel in the situation of a plan.
    pub fn new(plan: &Plan) -> Self {
        Self::with(plan, Kernel::new(lower::machine(plan), lower::profiles(plan)))
    }

    /// This kernel, for a plan.
    pub fn with(plan: &Plan, kernel: Kernel) -> Self {
        Sut {
            kernel,
            around: Around::Script(lower::script(&plan.world.script)),
            logons: Vec::new(),
            callers: Vec::new(),
            outcomes: BTreeMap::new(),
            waits: Vec::new(),
            killed: BTreeSet::new(),
            objects: Vec::new(),
            did: Vec::new(),
            told: Vec::new(),
            rows: BTreeMap::new(),
            cores: Vec::new(),
            natures: BTreeMap::new(),
            broken: Vec::new(),
            code_page: texts::code_page(plan.code_page),
        }
    }

    /// Does it, and says what came of it.
    pub fn apply(&mut self, op: &Op) -> Outcome {
        self.did.clear();
        self.told.clear();
        match op {
            Op::Initialize { process, thread, flags, version } => {
                let call = Mapi::MAPIInitialize { version: *version, flags: InitFlags::new(*flags) };
                self.at_once(*process, *thread, Call::Mapi(call))
            }
            Op::Uninitialize { process, thread } => self.at_once(*process, *thread, Call::Mapi(Mapi::MAPIUninitialize {})),
            Op::Logon(request) => self.logon(request),
            Op::BeginLogon(request) => {
                let call = self.begin(request);
                self.report(call)
            }
            Op::FinishLogon { call } => self.run_until_done(*call),
            Op::Logoff { process, thread, session, flags } => self.at_once(*process, *thread, lower::logoff(*session, *flags)),
            Op::Release { process, thread, session } => self.at_once(*process, *thread, lower::release(lower::session(*session))),
            Op::On { process, thread, session, method } => self.method(*process, *thread, *session, method),
            Op::BeginTable { process, thread, session } => {
                let number = self.begin_wait(*process, *thread, *session, &Method::GetStatusTable);
                self.report_wait(number)
            }
            Op::FinishTable { call } => self.run_wait(*call),
            Op::Object { process, thread, object, method } => self.object_method(*process, *thread, *object, method),
            Op::Dispatch { process, thread } => self.at_once(*process, *thread, Call::Mapi(Mapi::HrDispatchNotifications { flags: 0 })),
            Op::Kill { process } => self.kill(*process),
            Op::Advance { ms } => {
                self.advance(self.kernel.now().after(SimDuration::from_millis(*ms)));
                Outcome::hr(0)
            }
            Op::DeleteProfile { process, thread, name } => self.admin(*process, *thread, |admin| lower::delete(admin, name)),
            Op::RenameProfile { process, thread, name, new } => self.admin(*process, *thread, |admin| lower::rename(admin, name, new)),
            Op::SetDefault { process, thread, name } => self.admin(*process, *thread, |admin| lower::set_default(admin, name.as_deref())),
        }
    }

    /// A thread of a process.
    pub fn caller(&mut self, process: u32, thread: u32) -> Caller {
        self.kernel.caller(&lower::process_name(process), &lower::thread_name(thread))
    }

    /// A call that never waits.
    fn at_once(&mut self, process: u32, thread: u32, call: Call) -> Outcome {
        match self.reply(process, thread, call) {
            Some(reply) => Outcome::hr(reply.hr.code()),
            None => Outcome::of(Answer::Waiting),
        }
    }

    /// A method of a session; the clock runs until it is done.
    fn method(&mut self, process: u32, thread: u32, session: usize, method: &Method) -> Outcome {
        if matches!(method, Method::GetStatusTable | Method::EnumAdrTypes) {
            let number = self.begin_wait(process, thread, session, method);
            return self.run_wait(number);
        }
        let call = lower::method(lower::session(session), method, self.entry_id(session, method));
        match self.reply(process, thread, call) {
            Some(reply) => self.gives(&reply),
            None => Outcome::of(Answer::Waiting),
        }
    }

    fn begin_wait(&mut self, process: u32, thread: u32, session: usize, method: &Method) -> usize {
        let caller = self.caller(process, thread);
        self.waits.push((CallId::from_number(self.kernel.last_call().number() + 1), (process, thread)));
        let call = lower::method(lower::session(session), method, lower::no_status_row());
        self.call(caller, call);
        self.settle();
        self.waits.len() - 1
    }

    fn report_wait(&self, number: usize) -> Outcome {
        let Some((id, _)) = self.waits.get(number).filter(|(id, _)| !self.killed.contains(id)) else {
            return Outcome::of(Answer::NoSuchCall);
        };
        self.outcomes.get(id).cloned().unwrap_or_else(|| Outcome::of(Answer::Waiting))
    }

    fn run_wait(&mut self, number: usize) -> Outcome {
        loop {
            let outcome = self.report_wait(number);
            if outcome.answer != Answer::Waiting {
                return outcome;
            }
            match self.kernel.next_time() {
                Some(at) => self.advance(at.max(self.kernel.now())),
                None => return Outcome::of(Answer::Deadlock),
            }
        }
    }

    /// The entry identifier that a method is given: of a store of the session's profile, or of a row of some session's table.
    fn entry_id(&self, session: usize, method: &Method) -> Bytes {
        match method {
            Method::OpenMsgStore { store, .. } => {
                let core = self.kernel.session_of(lower::session(session));
                let profile = core.and_then(|core| self.kernel.profiles().get(core.profile));
                let machine = self.kernel.machine();
                let kind = |section: &String| machine.providers.get(section).map(|provider| provider.kind);
                let instances = profile.into_iter().flat_map(|profile| &profile.services).flat_map(|service| &service.providers);
                let uid = instances.filter(|instance| kind(&instance.provider) == Some(ProviderKind::Store)).nth(*store).map(|i| i.uid);
                lower::store_entry_id(uid.unwrap_or([0xFF; 16]))
            }
            Method::OpenStatus { of, row } => {
                let of = lower::session(*of);
                let live = self.kernel.member(of).is_some_and(|member| !member.logged_off);
                let rows = if live { self.kernel.status_rows(of) } else { Vec::new() };
                match rows.get(*row).and_then(|row| row.get(PropTag::PR_ENTRYID)) {
                    Some(Value::Binary(bytes)) => Bytes::new(bytes.clone()),
                    _ => lower::no_status_row(),
                }
            }
            _ => lower::no_status_row(),
        }
    }

    /// What a reply gives, in the model's words. New objects are numbered.
    fn gives(&mut self, reply: &Reply) -> Outcome {
        let gave = match &reply.out {
            Out::Object(object) | Out::Opened { object, .. } => {
                self.objects.push(*object);
                Gave::Object(self.objects.len() - 1)
            }
            Out::Number(number) => Gave::Number(*number),
            Out::Strings(texts) => Gave::Texts(texts.clone()),
            Out::Rows(rows) => Gave::Rows(rows.iter().map(|row| number(row.get(PropTag::PR_ROWID))).collect()),
            Out::EntryId(bytes) => Gave::Identity(self.identity(bytes)),
            Out::Error(error) => Gave::Known(error.is_some()),
            _ => Gave::Nothing,
        };
        Outcome { gave, ..Outcome::hr(reply.hr.code()) }
    }

    /// Whose identity this is: that of the row which has it.
    fn identity(&self, bytes: &Bytes) -> Option<String> {
        let rows = self.kernel.members().flat_map(|(handle, _)| self.kernel.status_rows(handle)).collect::<Vec<_>>();
        let has = |row: &&mapi_sim::Row| matches!(row.get(PropTag::PR_IDENTITY_ENTRYID), Some(Value::Binary(mine)) if **mine == **bytes);
        match rows.iter().find(has).and_then(|row| row.get(PropTag::PR_IDENTITY_DISPLAY)) {
            Some(Value::String(display)) => Some(display.to_string()),
            _ => None,
        }
    }

    fn object_method(&mut self, process: u32, thread: u32, object: usize, method: &ObjectMethod) -> Outcome {
        let kind = match method {
            ObjectMethod::Props | ObjectMethod::Validate | ObjectMethod::Flush => ObjectKind::Status,
            _ => ObjectKind::Table,
        };
        let handle = self.objects.get(object).copied().unwrap_or(Handle::new(kind, u32::MAX));
        match self.reply(process, thread, lower::object_method(handle, method)) {
            Some(reply) => self.gives(&reply),
            None => Outcome::of(Answer::Waiting),
        }
    }

    fn kill(&mut self, process: u32) -> Outcome {
        let id = self.kernel.process_id(&lower::process_name(process));
        let before: BTreeSet<CallId> = self.kernel.waiting().collect();
        self.kernel.kill_process(id, &mut self.around);
        let after: BTreeSet<CallId> = self.kernel.waiting().collect();
        self.killed.extend(before.difference(&after));
        self.happened();
        self.settle();
        Outcome::hr(0)
    }

    fn reply(&mut self, process: u32, thread: u32, call: Call) -> Option<Reply> {
        let caller = self.caller(process, thread);
        let done = self.call(caller, call);
        self.settle();
        done
    }

    /// A call on the profile administration object, which is there for that call only.
    fn admin(&mut self, process: u32, thread: u32, call: impl FnOnce(Handle) -> Call) -> Outcome {
        let Some(reply) = self.reply(process, thread, Call::Mapi(Mapi::MAPIAdminProfiles { flags: 0 })) else {
            return Outcome::of(Answer::Waiting);
        };
        let Some(admin) = reply.object() else { return Outcome::hr(reply.hr.code()) };
        let outcome = self.at_once(process, thread, call(admin));
        self.at_once(process, thread, lower::release(admin));
        outcome
    }

    fn call(&mut self, caller: Caller, call: Call) -> Option<Reply> {
        match self.kernel.apply(caller, call, &mut self.around) {
            Progress::Waiting(_) => None,
            Progress::Done(finished) => {
                self.absorb(&finished);
                Some(finished.reply.clone())
            }
        }
    }

    /// Everything that is due by now happens.
    fn settle(&mut self) {
        let mut done = Vec::new();
        self.kernel.settle(&mut self.around, &mut done);
        done.iter().for_each(|finished| self.absorb(finished));
        self.advance(self.kernel.now());
    }

    /// Time moves, moment by moment, so that what happens is seen in its order.
    fn advance(&mut self, to: SimTime) {
        let mut done = Vec::new();
        while self.kernel.advance_once(to, &mut self.around, &mut done) {
            self.happened();
            std::mem::take(&mut done).iter().for_each(|finished| self.absorb(finished));
        }
    }

    /// Takes note of what happened outside calls.
    fn happened(&mut self) {
        let events = self.kernel.take_happened();
        self.read(&events);
    }

    /// Takes note of what providers were asked and sinks were told.
    fn read(&mut self, events: &[Event]) {
        for event in events {
            match event {
                Event::Provider { provider, call, result, .. } => {
                    self.did.extend(asked(*call).map(|what| (provider.clone(), what, result.code())));
                }
                Event::EntryPoint { service, result } => self.did.push((service.clone(), "configure", result.code())),
                Event::ServiceDisabled { service } => self.did.push((service.clone(), "disabled", 0)),
                Event::SpoolerTold => self.did.push((String::new(), "told", 0)),
                Event::SpoolerForgot => self.did.push((String::new(), "forgot", 0)),
                Event::Download { provider, fetched, result } => {
                    self.did.push((provider.clone(), "download", *fetched));
                    self.did.push((provider.clone(), "downloaded", result.code()));
                }
                Event::Notified { connection, notice: Notice::Session(event), .. } => self.told.push((
                    *connection,
                    match event {
                        SessionEvent::LoggedOff => Note::LoggedOff,
                        SessionEvent::EndOfSession => Note::EndOfSession,
                    },
                )),
                _ => {}
            }
        }
    }

    /// MAPILogonEx; the clock runs until it is done.
    pub fn logon(&mut self, request: &Request) -> Outcome {
        let raw = self.logons.len() % 2 == 1;
        let call = lower::logon(request, raw, self.code_page);
        self.logon_call(request, call)
    }

    /// This call of MAPILogonEx, by the caller of the request.
    pub fn logon_call(&mut self, request: &Request, call: Call) -> Outcome {
        let before = self.kernel.waiting().next().is_none().then(|| (Shared::of(&self.kernel), self.kernel.now()));
        let number = self.begin_call(request, call);
        let outcome = self.run_until_done(number);
        // While time passes the spooler goes on with other sessions.
        if let (Some((before, then)), Some(hr)) = (before, outcome.code())
            && hr != 0
            && (then == self.kernel.now() || self.kernel.machine().providers.is_empty())
        {
            self.broken.extend(oracle::untouched(&before, &Shared::of(&self.kernel), &outcome));
        }
        outcome
    }

    fn begin(&mut self, request: &Request) -> usize {
        let raw = self.logons.len() % 2 == 1;
        let call = lower::logon(request, raw, self.code_page);
        self.begin_call(request, call)
    }

    fn begin_call(&mut self, request: &Request, call: Call) -> usize {
        let caller = self.caller(request.process, request.thread);
        self.logons.push(CallId::from_number(self.kernel.last_call().number() + 1));
        self.callers.push((request.process, request.thread));
        self.call(caller, call);
        self.settle();
        self.logons.len() - 1
    }

    /// Whether a thread is inside a logon.
    pub fn is_busy(&self, caller: (u32, u32)) -> bool {
        let logons = self.logons.iter().zip(self.callers.iter().copied());
        let mut all = logons.chain(self.waits.iter().map(|(id, who)| (id, *who)));
        all.any(|(id, who)| who == caller && !self.outcomes.contains_key(id) && !self.killed.contains(id))
    }

    /// How a logon stands.
    pub fn report(&self, number: usize) -> Outcome {
        let Some(id) = self.logons.get(number).filter(|id| !self.killed.contains(id)) else {
            return Outcome::of(Answer::NoSuchCall);
        };
        let waiting = || Outcome { call: Some(number), ..Outcome::of(Answer::Waiting) };
        self.outcomes.get(id).cloned().unwrap_or_else(waiting)
    }

    fn run_until_done(&mut self, number: usize) -> Outcome {
        loop {
            let outcome = self.report(number);
            if outcome.answer != Answer::Waiting {
                return outcome;
            }
            match self.kernel.next_time() {
                Some(at) => self.advance(at.max(self.kernel.now())),
                None => return Outcome { answer: Answer::Deadlock, ..outcome },
            }
        }
    }

    /// Takes note of a call that is done.
    fn absorb(&mut self, finished: &Finished) {
        self.read(&finished.events);
        if self.waits.iter().any(|(id, _)| *id == finished.id) {
            let outcome = self.gives(&finished.reply);
            self.outcomes.insert(finished.id, outcome);
        }
        if !matches!(finished.call, Call::Mapi(Mapi::MAPILogonEx { .. })) {
            return;
        }
        self.broken.extend(oracle::broken_by(&self.kernel, finished));
        self.cores.extend(finished.events.iter().filter_map(|event| match event {
            Event::SessionMade(handle) => Some(*handle),
            _ => None,
        }));
        let count =
            |what: fn(&Event) -> bool| u32::try_from(finished.events.iter().filter(|event| what(event)).count()).unwrap_or(u32::MAX);
        let outcome = Outcome {
            answer: Answer::Hr(finished.reply.hr.code()),
            call: self.logons.iter().position(|id| *id == finished.id),
            session: finished.reply.object().and_then(|handle| self.facts(handle)),
            logon_dialogs: count(|event| matches!(event, Event::LogonDialog { .. })),
            config_dialogs: count(|event| matches!(event, Event::ServiceDialog { .. })),
            gave: Gave::Nothing,
        };
        if let Some(handle) = finished.reply.object() {
            self.natures.insert(handle, outcome.session.as_ref().is_some_and(|session| session.no_mail));
        }
        self.outcomes.insert(finished.id, outcome);
    }

    fn facts(&self, handle: Handle) -> Option<SessionFacts> {
        let member = self.kernel.member(handle)?;
        let core = self.kernel.session_of(handle)?;
        Some(SessionFacts {
            session: handle.number() as usize - 1,
            profile: self.kernel.profiles().get(core.profile)?.name.clone(),
            joined: member.core != handle,
            shared: core.shared,
            no_mail: member.no_mail,
            core: u32::try_from(self.cores.iter().position(|made| *made == member.core)?).ok()?,
        })
    }

    /// Runs the clock until nothing waits or nothing can go on.
    pub fn drain(&mut self) {
        while self.kernel.waiting().next().is_some()
            && let Some(at) = self.kernel.next_time()
        {
            self.advance(at.max(self.kernel.now()));
        }
    }
}

/// A provider's method in the model's words, if the model knows it.
fn asked(call: ProviderCall) -> Option<&'static str> {
    const COMPARED: [ProviderCall; 13] = [
        ProviderCall::Logon,
        ProviderCall::SpoolerLogon,
        ProviderCall::TransportLogon,
        ProviderCall::StoreLogoffTransports,
        ProviderCall::Logoff,
        ProviderCall::TransportLogoff,
        ProviderCall::Shutdown,
        ProviderCall::OpenStatusEntry,
        ProviderCall::ValidateState,
        ProviderCall::QueryFastShutdown,
        ProviderCall::NotifyProcessShutdown,
        ProviderCall::DoFastShutdown,
        ProviderCall::SettingsDialog,
    ];
    COMPARED.contains(&call).then_some(call.name())
}

/// A number in a row; zero if it is none.
pub fn number(value: Option<&Value>) -> u32 {
    match value {
        Some(Value::Long(number)) => number.cast_unsigned(),
        _ => 0,
    }
}
