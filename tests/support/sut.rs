//! The kernel, driven as the model is.

use std::collections::BTreeMap;

use mapi_sim::Script;
use mapi_sim::call::{Call, CallId, Caller, Handle, Mapi, Reply};
use mapi_sim::kernel::{Ask, Core, DialogAnswer, Event, Finished, Kernel, Member, Profiles, Progress, Question, Response};
use mapi_sim::mapi::{CodePage, InitFlags};
use mapi_sim::{SimDuration, SimTime};

use super::choices::Dice;
use super::plan::Plan;
use super::storm::Storm;
use super::{lower, oracle, texts};
use crate::model::{Answer, Op, Outcome, Request, SessionFacts};

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
            cores: Vec::new(),
            natures: BTreeMap::new(),
            broken: Vec::new(),
            code_page: texts::code_page(plan.code_page),
        }
    }

    /// Does it, and says what came of it.
    pub fn apply(&mut self, op: &Op) -> Outcome {
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
        self.kernel.advance(self.kernel.now(), &mut self.around, &mut done);
        done.iter().for_each(|finished| self.absorb(finished));
    }

    fn advance(&mut self, to: SimTime) {
        let mut done = Vec::new();
        self.kernel.advance(to, &mut self.around, &mut done);
        done.iter().for_each(|finished| self.absorb(finished));
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
        let mut logons = self.logons.iter().zip(&self.callers);
        logons.any(|(id, who)| *who == caller && !self.outcomes.contains_key(id))
    }

    /// How a logon stands.
    pub fn report(&self, number: usize) -> Outcome {
        let Some(id) = self.logons.get(number) else { return Outcome::of(Answer::NoSuchCall) };
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
