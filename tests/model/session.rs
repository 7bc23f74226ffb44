//! Methods of a session, and calls that wait for its transports.

use super::clock::HolderState;
use super::providers::{STORE_SPARED, failed};
use super::resources::{Place, Resource};
use super::types::{
    Answer, ERRORS_RETURNED, Gave, INVALID_OBJECT, LOGON_FAILED, LastError, Method, NO_SERVICE, NO_SUPPORT, NOT_FOUND, NOT_INITIALIZED,
    Outcome, S_OK, SESSION_LIMIT, UNCONFIGURED, UNKNOWN_ENTRYID, UNKNOWN_FLAGS, store_flag,
};
use super::world::World;

/// What an object of a session is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Body {
    /// The status table: the rows that it had last, and how many of them stand before its cursor.
    Table(Vec<u32>, usize),
    Book,
    Store(Place),
    /// The status object of a row.
    Status(u32),
}

/// An object of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Whose process.
    pub process: u32,
    /// Whose session.
    pub session: usize,
    /// What it is.
    pub body: Body,
    /// Its pointer is gone.
    pub released: bool,
}

/// A call that waits for transports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Calling process.
    pub process: u32,
    /// Calling thread.
    pub thread: u32,
    /// The session whose method it is.
    pub session: usize,
    /// The method.
    pub method: Method,
    /// What came of it.
    pub done: Option<Outcome>,
    /// Its process was killed.
    pub killed: bool,
}

impl Outcome {
    fn gives(hr: u32, gave: Gave) -> Outcome {
        Outcome { gave, ..Outcome::hr(hr) }
    }
}

impl World {
    /// What keeps a method from running, if anything does.
    pub(super) fn refusal(&self, process: u32, thread: u32, session: usize) -> Option<u32> {
        if let Some(hr) = self.not_ready(process, thread) {
            return Some(hr);
        }
        let mine = self.members.get(session).is_some_and(|member| member.process == process && member.live && !member.released);
        (!mine).then_some(INVALID_OBJECT)
    }

    /// What keeps the methods of a thread from running. A process that has left fast has dead objects.
    pub(super) fn not_ready(&self, process: u32, thread: u32) -> Option<u32> {
        if self.processes.get(&process).is_some_and(|process| process.left) {
            return Some(INVALID_OBJECT);
        }
        (!self.ready(process, thread)).then_some(NOT_INITIALIZED)
    }

    /// A method of a session; the clock runs until it is done.
    pub(super) fn method(&mut self, process: u32, thread: u32, session: usize, method: &Method) -> Outcome {
        if !matches!(method, Method::GetStatusTable | Method::EnumAdrTypes) {
            let before = self.notes;
            let outcome = self.run_method(process, thread, session, method);
            self.deliver_on(process, thread, before);
            return outcome;
        }
        let number = self.begin_wait(process, thread, session, method.clone());
        self.run_wait(number)
    }

    /// Begins a call that may wait for transports.
    pub(super) fn begin_wait(&mut self, process: u32, thread: u32, session: usize, method: Method) -> usize {
        self.waits.push(Wait { process, thread, session, method, done: None, killed: false });
        let number = self.waits.len() - 1;
        self.go_on(number);
        number
    }

    /// Lets a call that waits for transports go on, if it can.
    pub(super) fn go_on(&mut self, number: usize) {
        let Wait { process, thread, session, method, .. } = self.waits[number].clone();
        if self.refusal(process, thread, session).is_none() && !self.members[session].no_mail {
            let core = self.members[session].core;
            self.start_transports(core);
            self.finish_transports(core);
            if self.core(core).is_some_and(|core| core.resources.pending()) {
                return;
            }
        }
        let before = self.notes;
        self.waits[number].done = Some(self.run_method(process, thread, session, &method));
        self.deliver_on(process, thread, before);
    }

    /// The first waiting call whose transports are there, or will never be.
    pub(super) fn ready_wait(&self) -> Option<usize> {
        (0..self.waits.len()).find(|&number| {
            let wait = &self.waits[number];
            let core = self.members.get(wait.session).and_then(|member| self.core(member.core));
            wait.done.is_none() && !wait.killed && core.is_none_or(|core| !core.resources.pending())
        })
    }

    /// How a call stands that may wait for transports.
    pub fn report_wait(&self, number: usize) -> Outcome {
        match self.waits.get(number) {
            Some(Wait { done: Some(outcome), .. }) => outcome.clone(),
            Some(Wait { killed: false, .. }) => Outcome::of(Answer::Waiting),
            _ => Outcome::of(Answer::NoSuchCall),
        }
    }

    pub(super) fn run_wait(&mut self, number: usize) -> Outcome {
        loop {
            self.settle();
            let outcome = self.report_wait(number);
            if outcome.answer != Answer::Waiting {
                return outcome;
            }
            let Some(at) = self.next_timer() else { return Outcome::of(Answer::Deadlock) };
            self.now = at.max(self.now);
            self.fire();
        }
    }

    fn run_method(&mut self, process: u32, thread: u32, session: usize, method: &Method) -> Outcome {
        if let Method::QueryFastShutdown | Method::NotifyProcessShutdown | Method::DoFastShutdown = method {
            return Outcome::hr(self.client_shutdown((process, thread), session, method));
        }
        if let Some(hr) = self.refusal(process, thread, session) {
            return Outcome::hr(hr);
        }
        let core = self.members[session].core;
        let outcome = match method {
            Method::GetLastError { hr } => return self.last_error(session, *hr),
            Method::QueryFastShutdown | Method::NotifyProcessShutdown | Method::DoFastShutdown => return Outcome::hr(NO_SUPPORT),
            Method::OpenAddressBook => {
                let any = self.open_books(core);
                let object = self.new_object(session, Body::Book);
                Outcome::gives(if any { ERRORS_RETURNED } else { S_OK }, Gave::Object(object))
            }
            Method::OpenMsgStore { store, flags } => match self.open_store(session, *store, *flags) {
                Ok((hr, object)) => Outcome::gives(hr, Gave::Object(object)),
                Err(hr) => Outcome::hr(hr),
            },
            Method::OpenStatus { of, row } => self.open_status(session, *of, *row),
            Method::GetStatusTable => Outcome::gives(S_OK, Gave::Object(self.new_object(session, Body::Table(Vec::new(), 0)))),
            Method::EnumAdrTypes => Outcome::gives(S_OK, Gave::Texts(self.address_types(session))),
            Method::QueryIdentity => {
                if self.knobs.query_identity_opens_ab && !self.core(core).is_some_and(|core| core.resources.book) {
                    self.open_books(core);
                }
                let identity = self.identity(session);
                Outcome::gives(if identity.is_some() { S_OK } else { NO_SERVICE }, Gave::Identity(identity))
            }
            Method::Advise { sink } if *sink == 0 => Outcome::hr(super::types::INVALID_PARAMETER),
            Method::Advise { .. } => Outcome::gives(S_OK, Gave::Number(self.advise(session).into())),
            Method::Unadvise { connection } => Outcome::hr(self.unadvise(session, *connection)),
        };
        let hr = outcome.code().unwrap_or(S_OK);
        let kept = &mut self.members[session].last_error;
        if hr != S_OK {
            *kept = Some(hr);
        } else if self.knobs.last_error == LastError::Cleared {
            *kept = None;
        }
        outcome
    }

    fn last_error(&self, session: usize, hr: u32) -> Outcome {
        let known = self.members[session].last_error == Some(hr) && self.knobs.last_error != LastError::None;
        Outcome::gives(S_OK, Gave::Known(known))
    }

    pub(super) fn new_object(&mut self, session: usize, body: Body) -> usize {
        let process = self.members[session].process;
        self.objects.push(Object { process, session, body, released: false });
        self.objects.len() - 1
    }

    fn open_store(&mut self, session: usize, store: usize, flags: u32) -> Result<(u32, usize), u32> {
        if flags & !store_flag::KNOWN != 0 {
            return Err(UNKNOWN_FLAGS);
        }
        let (core, no_mail) = (self.members[session].core, self.members[session].no_mail);
        let found = self.core(core).expect("a live session has a core");
        let stores = self.providers_of(found).into_iter().filter(|(_, provider)| provider.resource == Resource::Store);
        let Some((place, provider)) = stores.into_iter().nth(store) else { return Err(NOT_FOUND) };
        if found.disabled.contains(&place.0) {
            return Err(LOGON_FAILED);
        }
        if self.full(core, place) {
            return Err(SESSION_LIMIT);
        }
        let hr = self.log_on(core, place);
        if failed(hr) {
            self.disable_after(core, place, hr, &STORE_SPARED);
            return Err(if hr == UNCONFIGURED { LOGON_FAILED } else { hr });
        }
        let tells = !no_mail && flags & store_flag::NO_MAIL == 0;
        let running = self.core_mut(core).and_then(|core| core.resources.at(place)).expect("it was logged on");
        running.opened += 1;
        if tells && !running.spooler {
            running.spooler = true;
            self.note(&provider.section, "SpoolerLogon", S_OK);
        }
        Ok((hr, self.new_object(session, Body::Store(place))))
    }

    /// Opens the status object of a row that some session shows.
    fn open_status(&mut self, session: usize, of: usize, row: usize) -> Outcome {
        let Some(shown) = self.view(of).and_then(|rows| rows.get(row).cloned()) else { return Outcome::hr(NOT_FOUND) };
        let (core, other) = (self.members[session].core, self.members[of].core);
        let here = self.view(session).into_iter().flatten().find(|mine| mine.row == shown.row);
        let Some(here) = here.filter(|_| self.uid(core, shown.row) == self.uid(other, shown.row)) else {
            return Outcome::hr(UNKNOWN_ENTRYID);
        };
        if let Some(section) = self.runs_row(core, here.row) {
            self.note(&section, "OpenStatusEntry", S_OK);
        }
        Outcome::gives(S_OK, Gave::Object(self.new_object(session, Body::Status(here.row))))
    }

    /// Name of the provider that is logged on and has this row.
    pub(super) fn runs_row(&self, core: u32, row: u32) -> Option<String> {
        let running = self.core(core)?.resources.running.iter().find(|running| running.row == Some(row))?;
        self.provider(core, running.place).map(|provider| provider.section)
    }

    /// What the transports that work take, each type once.
    fn address_types(&self, session: usize) -> Vec<String> {
        let member = &self.members[session];
        let mut types: Vec<String> = Vec::new();
        let running = self.core(member.core).into_iter().flat_map(|core| &core.resources.running);
        for running in running.filter(|running| running.resource == Resource::Transport && running.start.is_none()) {
            for name in self.provider(member.core, running.place).map(|provider| provider.types).unwrap_or_default() {
                if name != "*" && !types.contains(&name) {
                    types.push(name);
                }
            }
        }
        if member.no_mail { Vec::new() } else { types }
    }

    /// IMAPIClientShutdown. It outlives Logoff, and acts on what sessions the process has.
    fn client_shutdown(&mut self, (process, thread): (u32, u32), session: usize, method: &Method) -> u32 {
        if let Some(hr) = self.not_ready(process, thread) {
            return hr;
        }
        if !self.members.get(session).is_some_and(|member| member.process == process && !member.released) {
            return INVALID_OBJECT;
        }
        if *method == Method::NotifyProcessShutdown {
            for (section, _) in self.asked_to_leave(process).into_iter().filter(|(_, answer)| answer.is_some()) {
                self.note(&section, "NotifyProcessShutdown", S_OK);
            }
            return S_OK;
        }
        let allowed = self.may_leave_fast(process);
        if !allowed || *method == Method::QueryFastShutdown {
            return if allowed { S_OK } else { NO_SUPPORT };
        }
        for (section, _) in self.asked_to_leave(process).into_iter().filter(|(_, answer)| answer.is_some()) {
            self.note(&section, "DoFastShutdown", S_OK);
        }
        self.processes.entry(process).or_default().left = true;
        S_OK
    }

    /// Every provider of the process's sessions: transports, address books, stores, session after session.
    fn asked_to_leave(&self, process: u32) -> Vec<(String, Option<bool>)> {
        let mut asked = Vec::new();
        let mine = |number: u32| self.members.iter().any(|member| member.live && member.process == process && member.core == number);
        for core in self.cores.iter().filter(|core| mine(core.number)) {
            for resource in [Resource::Transport, Resource::AddressBook, Resource::Store] {
                for running in core.resources.running.iter().filter(|r| r.resource == resource && r.start.is_none()) {
                    asked.extend(self.provider(core.number, running.place).map(|provider| (provider.section, provider.fast)));
                }
            }
        }
        asked
    }

    fn may_leave_fast(&mut self, process: u32) -> bool {
        if self.fast_shutdown == 2 {
            return false;
        }
        let mut all = true;
        for (section, answer) in self.asked_to_leave(process) {
            if let Some(willing) = answer {
                self.note(&section, "QueryFastShutdown", if willing { S_OK } else { NO_SUPPORT });
            }
            all &= answer.unwrap_or(self.fast_shutdown == 0);
        }
        all
    }

    /// A process ends without a word.
    pub(super) fn kill(&mut self, number: u32) {
        for call in 0..self.calls.len() {
            if self.calls[call].process == number && !matches!(self.calls[call].state, super::world::CallState::Done(_)) {
                self.abandon_call(call);
            }
        }
        for holder in 0..self.holders.len() {
            let there = matches!(self.holders[holder].state, HolderState::Queued | HolderState::Holding);
            if there && self.holders[holder].owner.is_some_and(|(process, _)| process == number) {
                self.end_holder(holder);
            }
        }
        self.waits.iter_mut().filter(|wait| wait.process == number && wait.done.is_none()).for_each(|wait| wait.killed = true);
        self.end_sessions(number);
        self.members.iter_mut().filter(|member| member.process == number).for_each(|member| member.released = true);
        self.objects.iter_mut().filter(|object| object.process == number).for_each(|object| object.released = true);
        self.queue.retain(|queued| queued.process != number);
        let process = self.processes.entry(number).or_default();
        *process = super::world::Process { kind: process.kind, ..Default::default() };
    }
}
