//! Notifications of sessions: who registered, what is queued, and when it is delivered.

use super::types::{Delivery, Note, UNADVISE_OK};
use super::world::World;

/// Where notifications of a process are delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// On a thread of MAPI's own.
    Dedicated,
    /// On the thread that initialised the process first.
    Thread(u32),
}

/// A registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sink {
    /// Number of the registration.
    pub connection: u32,
    /// Who registered.
    pub session: usize,
}

/// A notification on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    /// Its number in the order of causes.
    pub number: u32,
    /// To whose process.
    pub process: u32,
    /// To whom.
    pub session: usize,
    /// To which registration.
    pub connection: u32,
    /// What it says.
    pub note: Note,
}

impl World {
    /// Registers for the events of a session.
    pub(super) fn advise(&mut self, session: usize) -> u32 {
        self.connections += 1;
        self.sinks.push(Sink { connection: self.connections, session });
        self.connections
    }

    /// Ends a registration; what is queued for it is dropped.
    pub(super) fn unadvise(&mut self, session: usize, connection: u32) -> u32 {
        let mine = |sink: &Sink| sink.connection == connection && sink.session == session;
        if !self.sinks.iter().any(mine) {
            return self.knobs.unadvise_unknown;
        }
        self.sinks.retain(|sink| !mine(sink));
        if !self.knobs.late_delivery {
            self.queue.retain(|queued| queued.connection != connection);
        }
        UNADVISE_OK
    }

    /// A member leaves: its own registrations end first, then the others are told.
    pub(super) fn tell(&mut self, session: usize, ends: bool) {
        self.sinks.retain(|sink| sink.session != session);
        if !self.knobs.late_delivery {
            self.queue.retain(|queued| queued.session != session);
        }
        let core = self.members[session].core;
        for Sink { connection, session } in self.sinks.clone() {
            let member = &self.members[session];
            let (process, same) = (member.process, member.core == core);
            let mut queue = |note| {
                self.queue.push(Queued { number: self.notes, process, session, connection, note });
                self.notes += 1;
            };
            let everybody = ends && self.knobs.logoff_shared_machine_wide;
            if (ends || self.knobs.critical_on_any_logoff) && same || everybody {
                queue(Note::EndOfSession);
            }
            if same {
                queue(Note::LoggedOff);
            }
        }
        if self.knobs.delivery == Delivery::Inline {
            let due = self.take_due(|_| true);
            self.told.extend(due);
        }
    }

    fn take_due(&mut self, due: impl Fn(&Queued) -> bool) -> Vec<(u32, Note)> {
        let (due, later): (Vec<Queued>, Vec<Queued>) = std::mem::take(&mut self.queue).into_iter().partition(due);
        self.queue = later;
        due.into_iter().map(|queued| (queued.connection, queued.note)).collect()
    }

    /// A call of a thread is done: what waited before it, and was not dropped by it, is delivered.
    pub(super) fn deliver_on(&mut self, process: u32, thread: u32, before: u32) {
        let home = self.processes.get(&process).and_then(|process| process.home);
        if home == Some(Home::Thread(thread)) && self.knobs.delivery != Delivery::Thread {
            let due = self.take_due(|queued| queued.process == process && queued.number < before);
            self.told.extend(due);
        }
    }

    /// Whether something waits for a thread of MAPI's own.
    fn for_engine(&self, queued: &Queued) -> bool {
        let home = self.processes.get(&queued.process).and_then(|process| process.home);
        self.knobs.delivery == Delivery::Thread || home == Some(Home::Dedicated)
    }

    pub(super) fn engine_due(&self) -> bool {
        self.queue.iter().any(|queued| self.for_engine(queued))
    }

    /// The threads of MAPI's own deliver what is theirs.
    pub(super) fn deliver_on_engine(&mut self) {
        let (due, later): (Vec<Queued>, Vec<Queued>) = std::mem::take(&mut self.queue).into_iter().partition(|q| self.for_engine(q));
        self.queue = later;
        self.told.extend(due.into_iter().map(|queued| (queued.connection, queued.note)));
    }
}
