//! Calls on their way: those that wait, what lets them go on, and virtual time.

use std::sync::Arc;

use super::ask::{Answer, Ask};
use super::logon::Found;
use super::mutex::Holder;
use super::ruling::{RuleId, Ruling};
use super::{Event, Finished, Kernel};
use crate::call::{Call, CallId, Caller, Handle, ProcessId, Reply};
use crate::time::SimTime;

/// A call that is not done yet.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Running {
    pub(super) id: CallId,
    pub(super) caller: Caller,
    pub(super) call: Call,
    pub(super) state: State,
    /// What was decided about it outside, as far as it is still to be done.
    pub(super) ruling: Option<Box<Ruling>>,
    began: SimTime,
    events: Vec<Event>,
}

/// How far a call has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct State {
    /// What was found out so far, in order.
    pub(super) log: Vec<Found>,
    /// An answer that was promised for later and is there now.
    pub(super) answer: Option<Answer>,
    /// How a wait ended: true if what was waited for came, false if the time was over.
    pub(super) came: Option<bool>,
    /// How many logon dialogs were shown.
    pub(super) dialogs: u32,
}

/// A call that waits, and for what.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Waiting {
    run: Running,
    wake: Wake,
}

/// What lets a waiting call go on.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Wake {
    /// Nothing more: it can go on.
    Ready,
    /// A moment, at which the answer is there.
    At(SimTime, Answer),
    /// The logon mutex, or the end of the patience.
    Mutex(Option<SimTime>),
    /// That a process is initialised, or the end of the patience.
    Initialized(ProcessId, Option<SimTime>),
    /// That the transports of a session have started.
    Transports(Handle),
    /// That a table is done with what takes its time, or the end of the patience.
    Table(Handle, Option<SimTime>),
    /// A moment, until which a rule holds it back.
    Delay(SimTime),
    /// That a rule lets it go; its number and its name.
    Rule(RuleId, Arc<str>),
}

/// How far somebody outside is, who holds the logon mutex for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outside {
    /// Has not come yet.
    Pending,
    /// Stands in line.
    Queued,
    /// Holds the mutex.
    Holding,
    /// Is gone.
    Done,
}

/// Whether a call is done.
#[allow(clippy::large_enum_variant)] // A call that is done is the rule, and it moves on at once; a box would cost every call an allocation.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// It is.
    Done(Finished),
    /// It waits.
    Waiting(CallId),
}

impl Waiting {
    /// Whether the call was made by this process.
    pub(super) fn is_of(&self, process: ProcessId) -> bool {
        self.run.caller.process == process
    }
}

impl Running {
    pub(super) fn new(id: CallId, caller: Caller, call: Call, now: SimTime) -> Self {
        Running { id, caller, call, state: State::default(), ruling: None, began: now, events: Vec::new() }
    }
}

impl Kernel {
    /// Lets a call go as far as it can.
    pub(super) fn drive(&mut self, mut run: Running, ask: &mut dyn Ask) -> Progress {
        let before = self.queue.mark();
        let end = if run.ruling.is_some() { self.step_ruled(&mut run, ask) } else { self.step(&mut run, ask) };
        self.look_at_watched_tables();
        if end.is_ok() {
            self.deliver_on(run.caller, before);
        }
        if run.events.is_empty() {
            run.events = std::mem::take(&mut self.trace);
        } else {
            run.events.append(&mut self.trace);
        }
        match end {
            Ok(reply) => Progress::Done(self.finish(run, reply)),
            Err(wake) => {
                let id = run.id;
                self.waiting.insert(id, Waiting { run, wake });
                Progress::Waiting(id)
            }
        }
    }

    fn finish(&mut self, run: Running, reply: Reply) -> Finished {
        let Running { id, caller, call, events, began, .. } = run;
        Finished { id, caller, call, reply, events, why: std::mem::take(&mut self.why), began, ended: self.now }
    }

    /// Lets every call go on that can, and collects those that become done.
    pub fn settle(&mut self, ask: &mut dyn Ask, done: &mut Vec<Finished>) {
        while let Some(id) = self.ready() {
            let Some(waiting) = self.waiting.remove(&id) else { return };
            if let Progress::Done(finished) = self.drive(waiting.run, ask) {
                done.push(finished);
            }
        }
    }

    fn ready(&self) -> Option<CallId> {
        self.waiting.iter().find(|(_, waiting)| waiting.wake == Wake::Ready).map(|(id, _)| *id)
    }

    /// The next moment at which something happens by itself.
    pub fn next_time(&self) -> Option<SimTime> {
        let calls = self.waiting.values().filter_map(|waiting| match &waiting.wake {
            Wake::Ready => Some(self.now),
            Wake::At(time, _) | Wake::Delay(time) => Some(*time),
            Wake::Mutex(deadline) | Wake::Initialized(_, deadline) | Wake::Table(_, deadline) => *deadline,
            Wake::Transports(_) | Wake::Rule(..) => None,
        });
        let outside = self.outside.iter().zip(&self.machine.mutex_holders).filter_map(|(state, holder)| match state {
            Outside::Pending => Some(holder.from),
            Outside::Queued | Outside::Holding => holder.until,
            Outside::Done => None,
        });
        calls.chain(outside).chain(self.spooler_times()).chain(self.table_times()).chain(self.engine_is_due().then_some(self.now)).min()
    }

    /// When the spooler has something to do: a session's transports to start, or one that becomes ready.
    fn spooler_times(&self) -> impl Iterator<Item = SimTime> {
        self.cores.values().flat_map(|core| {
            let starting = core.providers.iter().filter_map(|active| active.starting.map(|(at, _)| at));
            starting.chain(core.spooler_due)
        })
    }

    /// Moves time on to `to`, letting everything happen on the way, in order.
    pub fn advance(&mut self, to: SimTime, ask: &mut dyn Ask, done: &mut Vec<Finished>) {
        while self.advance_once(to, ask, done) {}
    }

    /// Moves time on to the next moment at which something happens, at most to `to`; false when nothing more happens until then.
    pub fn advance_once(&mut self, to: SimTime, ask: &mut dyn Ask, done: &mut Vec<Finished>) -> bool {
        let next = self.next_time().filter(|next| *next <= to);
        self.now = self.now.max(next.unwrap_or(to));
        if next.is_some() {
            self.fire(ask, done);
        }
        next.is_some()
    }

    /// Lets everything happen that is due: first what lets calls go on, then the ends of patience.
    fn fire(&mut self, ask: &mut dyn Ask, done: &mut Vec<Finished>) {
        self.move_outside_holders();
        self.finish_tables();
        self.run_spooler(ask);
        self.look_at_watched_tables();
        self.deliver_on_engine();
        self.happened.append(&mut self.trace);
        self.wake_transports();
        self.wake_tables();
        self.wake_due();
        self.settle(ask, done);
        self.time_out_due();
        self.settle(ask, done);
    }

    /// The spooler starts the transports of sessions that it was told of; those that are ready are logged on.
    fn run_spooler(&mut self, ask: &mut dyn Ask) {
        let pending: Vec<Handle> = self.cores.keys().copied().filter(|id| self.transports_pending(*id)).collect();
        for id in pending {
            self.start_transports(id, ask);
            self.finish_transports(id, ask);
        }
    }

    /// Calls whose transports have started.
    pub(super) fn wake_transports(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        let pending: Vec<(CallId, Handle)> = self
            .waiting
            .iter()
            .filter_map(|(id, waiting)| match waiting.wake {
                Wake::Transports(core) => Some((*id, core)),
                _ => None,
            })
            .collect();
        for (id, core) in pending {
            if !self.transports_pending(core)
                && let Some(waiting) = self.waiting.get_mut(&id)
            {
                waiting.wake = Wake::Ready;
            }
        }
    }

    /// Calls that wait for a table that is idle now.
    pub(super) fn wake_tables(&mut self) {
        let done = |waiting: &Waiting| matches!(waiting.wake, Wake::Table(table, _) if self.is_table_idle(table));
        let done: Vec<CallId> = self.waiting.iter().filter(|(_, waiting)| done(waiting)).map(|(id, _)| *id).collect();
        for id in done {
            if let Some(waiting) = self.waiting.get_mut(&id) {
                waiting.run.state.came = Some(true);
                waiting.wake = Wake::Ready;
            }
        }
    }

    /// Lets calls go on that wait for this; how many there are.
    pub(super) fn wake_where(&mut self, over: impl Fn(&Wake) -> bool) -> usize {
        let waiting = self.waiting.values_mut().filter(|waiting| over(&waiting.wake));
        waiting.map(|waiting| waiting.wake = Wake::Ready).count()
    }

    /// Calls whose answer has come, and those that were held back for long enough.
    fn wake_due(&mut self) {
        let now = self.now;
        self.wake_where(|wake| matches!(wake, Wake::Delay(time) if *time <= now));
        for waiting in self.waiting.values_mut() {
            if let Wake::At(time, answer) = &mut waiting.wake
                && *time <= self.now
            {
                waiting.run.state.answer = Some(answer.clone());
                waiting.wake = Wake::Ready;
            }
        }
    }

    /// Calls whose patience is over.
    fn time_out_due(&mut self) {
        for (id, waiting) in &mut self.waiting {
            if let Wake::Mutex(Some(deadline)) | Wake::Initialized(_, Some(deadline)) | Wake::Table(_, Some(deadline)) = waiting.wake
                && deadline <= self.now
            {
                self.mutex.leave(Holder::Call(*id));
                waiting.run.state.came = Some(false);
                waiting.wake = Wake::Ready;
            }
        }
    }

    /// Holders of the mutex from outside come and go.
    pub(super) fn move_outside_holders(&mut self) {
        let machine = self.machine.clone();
        for (index, holder) in (0..=u16::MAX).zip(&machine.mutex_holders) {
            let who = Holder::Outside(index);
            let over = holder.until.is_some_and(|until| until <= self.now);
            match self.outside[usize::from(index)] {
                Outside::Holding if over => {
                    self.outside[usize::from(index)] = Outside::Done;
                    self.give_mutex_back(who);
                }
                Outside::Queued if over => {
                    self.mutex.leave(who);
                    self.outside[usize::from(index)] = Outside::Done;
                }
                Outside::Pending if holder.from <= self.now => {
                    let caller = self.caller(&holder.process, &holder.thread);
                    let taken = self.mutex.take(who, caller);
                    if !taken {
                        self.mutex.queue(who, caller);
                    }
                    self.outside[usize::from(index)] = if taken { Outside::Holding } else { Outside::Queued };
                }
                _ => {}
            }
        }
    }

    /// A process is killed: what it holds of the mutex from outside is free, and it will not come for it any more (SHUTDOWN-059).
    pub(super) fn drop_outside_holders(&mut self, process: &str) {
        let machine = self.machine.clone();
        for (index, _) in (0..=u16::MAX).zip(&machine.mutex_holders).filter(|(_, holder)| holder.process == process) {
            let who = Holder::Outside(index);
            match std::mem::replace(&mut self.outside[usize::from(index)], Outside::Done) {
                Outside::Holding => self.give_mutex_back(who),
                Outside::Queued => self.mutex.leave(who),
                Outside::Pending | Outside::Done => {}
            }
        }
    }

    /// Gives a hold of the mutex back; the next in line has it then.
    pub(super) fn give_mutex_back(&mut self, holder: Holder) {
        match self.mutex.give_back(holder) {
            Some(Holder::Call(id)) => {
                if let Some(waiting) = self.waiting.get_mut(&id) {
                    waiting.run.state.came = Some(true);
                    waiting.wake = Wake::Ready;
                }
            }
            Some(Holder::Outside(index)) => self.outside[usize::from(index)] = Outside::Holding,
            None => {}
        }
    }

    /// A process was initialised: those who wait for it go on.
    pub(super) fn wake_initialized(&mut self, process: ProcessId) {
        for waiting in self.waiting.values_mut() {
            if matches!(waiting.wake, Wake::Initialized(id, _) if id == process) {
                waiting.run.state.came = Some(true);
                waiting.wake = Wake::Ready;
            }
        }
    }
}

impl Kernel {
    /// Whether a waiting call can go on.
    pub(crate) fn has_ready(&self) -> bool {
        !self.waiting.is_empty() && self.ready().is_some()
    }

    /// Who made a call that waits.
    pub fn caller_of(&self, id: CallId) -> Option<Caller> {
        self.waiting.get(&id).map(|waiting| waiting.run.caller)
    }

    /// What a waiting call waits for, in words.
    pub fn waits_for(&self, id: CallId) -> String {
        let Some(waiting) = self.waiting.get(&id) else { return "nothing".to_owned() };
        let who = format!("{} in {}", waiting.run.call, self.caller_name(waiting.run.caller));
        let until = |deadline: &Option<SimTime>| deadline.map_or_else(String::new, |deadline| format!(", until {deadline}"));
        match &waiting.wake {
            Wake::Ready => format!("{who} can go on"),
            Wake::At(time, _) => format!("{who} has its answer at {time}"),
            Wake::Mutex(deadline) => {
                let holder = self.mutex.owner().map_or_else(|| "nobody".to_owned(), |owner| self.caller_name(owner));
                format!("{who} waits for the logon mutex, held by {holder}{}", until(deadline))
            }
            Wake::Delay(time) => format!("{who} is held back by a rule until {time}"),
            Wake::Rule(_, rule) => format!("{who} is held back until the rule \"{rule}\" lets it go"),
            Wake::Table(table, deadline) => format!("{who} waits for {table}{}", until(deadline)),
            Wake::Transports(core) => format!("{who} waits for the transports of {core}"),
            Wake::Initialized(process, deadline) => {
                format!("{who} waits for MAPIInitialize in {}{}", self.process(*process).name, until(deadline))
            }
        }
    }
}
