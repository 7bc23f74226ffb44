//! Virtual time and the logon mutex: first come, first served, and recursive for the thread that has it.

use std::collections::VecDeque;

use super::types::{Answer, NOT_INITIALIZED, Outcome, TIMEOUT, flag};
use super::world::{CallState, World};

/// Who holds the mutex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// A thread of a process.
    Thread(u32, u32),
    /// Somebody outside, by number of the scripted holder.
    Outside(usize),
}

/// Who waits for the mutex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Waiter {
    /// A logon.
    Call(usize),
    /// A scripted holder.
    Holder(usize),
}

/// The logon mutex of the machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mutex {
    /// Who has it.
    pub owner: Option<Owner>,
    /// How often the owner has taken it.
    pub depth: u32,
    /// Who waits, in order of arrival.
    pub queue: VecDeque<Waiter>,
}

/// Somebody who takes the mutex by script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The thread that takes it; none for somebody outside all processes of the world.
    pub owner: Option<(u32, u32)>,
    /// When it asks for the mutex.
    pub from: u64,
    /// When it gives it back, or stops waiting for it; none for never.
    pub until: Option<u64>,
    /// Where it stands.
    pub state: HolderState,
}

/// Where a scripted holder stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HolderState {
    /// Its time has not come.
    Future,
    /// It waits for the mutex.
    Queued,
    /// It has the mutex.
    Holding,
    /// It is through.
    Over,
}

impl Holder {
    /// A holder whose time has not come.
    pub fn new(owner: Option<(u32, u32)>, from: u64, until: Option<u64>) -> Holder {
        Holder { owner, from, until, state: HolderState::Future }
    }
}

impl World {
    /// Tries to take the mutex for this owner.
    fn take(&mut self, owner: Owner) -> bool {
        let free = self.mutex.owner.is_none() || self.mutex.owner == Some(owner);
        if free {
            self.mutex.owner = Some(owner);
            self.mutex.depth += 1;
        }
        free
    }

    /// Gives the mutex back once. Who is next gets it in [`World::settle`].
    pub(super) fn give_back(&mut self) {
        self.mutex.depth = self.mutex.depth.saturating_sub(1);
        if self.mutex.depth == 0 {
            self.mutex.owner = None;
        }
    }

    /// Step 5 of a logon: take the mutex and go on, or wait for it.
    pub(super) fn take_or_wait(&mut self, number: usize) {
        let call = &self.calls[number];
        let short = call.flags & flag::TIMEOUT_SHORT != 0;
        if self.take(Owner::Thread(call.process, call.thread)) {
            self.calls[number].holds = true;
            return self.proceed(number);
        }
        self.calls[number].blocked = true;
        if short && self.knobs.short_timeout_ms == 0 {
            return self.finish(number, TIMEOUT, None);
        }
        let deadline = short.then(|| self.now.saturating_add(self.knobs.short_timeout_ms));
        self.calls[number].state = CallState::Queued { deadline };
        self.mutex.queue.push_back(Waiter::Call(number));
    }

    /// Does everything that is due by now.
    pub(super) fn settle(&mut self) {
        self.run_ready();
        while self.next_timer().is_some_and(|at| at <= self.now) {
            self.fire();
        }
    }

    /// What is due at one moment, in its order. What frees the mutex comes before what gives up waiting for it, so a wait of exactly the limit
    /// succeeds; the spooler works before calls go on.
    pub(super) fn fire(&mut self) {
        while self.grant() || self.holder_due() {}
        for core in self.cores.iter().map(|core| core.number).collect::<Vec<_>>() {
            self.start_transports(core);
            self.finish_transports(core);
        }
        self.deliver_on_engine();
        while self.dialog_due() {}
        self.run_ready();
        while self.deadline_due() {}
        self.run_ready();
    }

    /// Every call that can goes on.
    fn run_ready(&mut self) {
        loop {
            self.grant();
            if let Some(number) = self.calls.iter().position(|call| call.state == CallState::Granted) {
                self.calls[number].state = CallState::Running;
                self.proceed(number);
            } else if let Some(number) = self.ready_wait() {
                self.go_on(number);
            } else {
                return;
            }
        }
    }

    /// A free mutex goes to the first in the queue.
    fn grant(&mut self) -> bool {
        if self.mutex.owner.is_some() {
            return false;
        }
        match self.mutex.queue.pop_front() {
            Some(Waiter::Call(number)) => {
                let call = &self.calls[number];
                self.take(Owner::Thread(call.process, call.thread));
                self.calls[number].holds = true;
                self.calls[number].state = CallState::Granted;
            }
            Some(Waiter::Holder(number)) => {
                self.take(self.holder_owner(number));
                self.holders[number].state = HolderState::Holding;
            }
            None => return false,
        }
        true
    }

    /// A call whose process was killed: it is done without a result.
    pub(super) fn abandon_call(&mut self, number: usize) {
        self.mutex.queue.retain(|&waiter| waiter != Waiter::Call(number));
        let call = &mut self.calls[number];
        call.state = CallState::Done(Outcome::of(Answer::NoSuchCall));
        if std::mem::take(&mut call.holds) {
            self.give_back();
        }
    }

    /// A holder of the mutex whose process was killed.
    pub(super) fn end_holder(&mut self, number: usize) {
        self.mutex.queue.retain(|&waiter| waiter != Waiter::Holder(number));
        let state = std::mem::replace(&mut self.holders[number].state, HolderState::Over);
        if state == HolderState::Holding {
            self.give_back();
        }
    }

    fn holder_owner(&self, number: usize) -> Owner {
        match self.holders[number].owner {
            Some((process, thread)) => Owner::Thread(process, thread),
            None => Owner::Outside(number),
        }
    }

    /// One scripted holder does what is due: those who end come before those who begin.
    fn holder_due(&mut self) -> bool {
        let now = self.now;
        let ends = |h: &Holder| matches!(h.state, HolderState::Queued | HolderState::Holding) && h.until.is_some_and(|until| until <= now);
        if let Some(number) = self.holders.iter().position(ends) {
            if self.holders[number].state == HolderState::Holding {
                self.give_back();
            } else {
                self.mutex.queue.retain(|&waiter| waiter != Waiter::Holder(number));
            }
            self.holders[number].state = HolderState::Over;
            return true;
        }
        let Some(number) = self.holders.iter().position(|h| h.state == HolderState::Future && h.from <= now) else { return false };
        if self.take(self.holder_owner(number)) {
            self.holders[number].state = HolderState::Holding;
        } else {
            self.holders[number].state = HolderState::Queued;
            self.mutex.queue.push_back(Waiter::Holder(number));
        }
        true
    }

    /// One user answers a dialog.
    fn dialog_due(&mut self) -> bool {
        let due = |world: &World, number: usize| matches!(world.calls[number].state, CallState::Dialog { until, .. } if until <= world.now);
        // The clock goes from timer to timer, so all that are due are due at one moment: the earliest call first.
        let Some(number) = (0..self.calls.len()).find(|&number| due(self, number)) else { return false };
        let state = std::mem::replace(&mut self.calls[number].state, CallState::Running);
        if let CallState::Dialog { answer, .. } = state {
            self.answered(number, answer);
        }
        true
    }

    /// One call gives up waiting.
    fn deadline_due(&mut self) -> bool {
        let due = |world: &World, n: usize| matches!(world.calls[n].state, CallState::Queued { deadline: Some(at) } if at <= world.now);
        let Some(number) = (0..self.calls.len()).find(|&number| due(self, number)) else { return false };
        self.mutex.queue.retain(|&waiter| waiter != Waiter::Call(number));
        // Chosen: a call whose process was uninitialised meanwhile ends as uninitialised here too, as the first step comes first.
        let gone = self.gone(number);
        self.finish(number, if gone { NOT_INITIALIZED } else { TIMEOUT }, None);
        true
    }

    /// The next moment at which something happens by itself.
    pub fn next_timer(&self) -> Option<u64> {
        let holders = self.holders.iter().filter_map(|holder| match holder.state {
            HolderState::Future => Some(holder.from),
            HolderState::Queued | HolderState::Holding => holder.until,
            HolderState::Over => None,
        });
        let calls = self.calls.iter().filter_map(|call| match call.state {
            CallState::Queued { deadline } => deadline,
            CallState::Dialog { until, .. } => Some(until),
            CallState::Running | CallState::Granted | CallState::Done(_) => None,
        });
        let cores = self.cores.iter().flat_map(|core| {
            let starting = core.resources.running.iter().filter_map(|running| running.start.map(|(at, ..)| at));
            starting.chain(core.resources.due)
        });
        let at_once = (self.engine_due() || self.ready_wait().is_some()).then_some(self.now);
        holders.chain(calls).chain(cores).chain(at_once).min()
    }

    /// Time passes, timer by timer.
    pub(super) fn advance(&mut self, ms: u64) {
        let target = self.now.saturating_add(ms);
        self.settle();
        while let Some(at) = self.next_timer().filter(|&at| at <= target) {
            self.now = at.max(self.now);
            self.fire();
        }
        self.now = target;
    }

    /// Runs the clock until a logon is done. When no timer is left it never will be.
    pub(super) fn run_until_done(&mut self, number: usize) -> Outcome {
        loop {
            self.settle();
            let outcome = self.report(number);
            if outcome.answer != Answer::Waiting {
                return outcome;
            }
            match self.next_timer() {
                Some(at) => {
                    self.now = at.max(self.now);
                    self.fire();
                }
                None => return Outcome { answer: Answer::Deadlock, ..outcome },
            }
        }
    }
}
