//! The logon mutex of the machine (LOGON-155 to LOGON-162), and who waits for it.

use std::collections::VecDeque;

use crate::call::{CallId, Caller};

/// Who can hold the mutex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// A call of MAPILogonEx.
    Call(CallId),
    /// Somebody outside the test: the position among the machine's `mutex_holders`.
    Outside(u16),
}

/// The logon mutex: recursive, first come first served.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogonMutex {
    /// The holding thread and its holds; empty when the mutex is free.
    holds: Vec<Holder>,
    owner: Option<Caller>,
    queue: VecDeque<(Holder, Caller)>,
}

impl LogonMutex {
    /// The thread that holds it.
    pub fn owner(&self) -> Option<Caller> {
        self.owner
    }

    /// The calls that hold it.
    pub fn calls(&self) -> impl Iterator<Item = CallId> {
        self.holds.iter().filter_map(|holder| if let Holder::Call(id) = holder { Some(*id) } else { None })
    }

    /// Whether nobody holds it.
    pub fn is_free(&self) -> bool {
        self.holds.is_empty()
    }

    /// Takes the mutex if it is free or the thread holds it already.
    pub(super) fn take(&mut self, holder: Holder, caller: Caller) -> bool {
        if self.owner.is_some_and(|owner| owner != caller) {
            return false;
        }
        self.owner = Some(caller);
        self.holds.push(holder);
        true
    }

    /// Stands in line.
    pub(super) fn queue(&mut self, holder: Holder, caller: Caller) {
        self.queue.push_back((holder, caller));
    }

    /// Leaves the line.
    pub(super) fn leave(&mut self, holder: Holder) {
        self.queue.retain(|(waiting, _)| *waiting != holder);
    }

    /// Gives one hold back. If the mutex became free, the first in line gets it and is named.
    pub(super) fn give_back(&mut self, holder: Holder) -> Option<Holder> {
        if let Some(at) = self.holds.iter().rposition(|held| *held == holder) {
            self.holds.remove(at);
        }
        if !self.holds.is_empty() {
            return None;
        }
        self.owner = None;
        let (next, caller) = self.queue.pop_front()?;
        self.owner = Some(caller);
        self.holds.push(next);
        Some(next)
    }

    /// Whether this holder has a hold.
    pub(super) fn is_held_by(&self, holder: Holder) -> bool {
        self.holds.contains(&holder)
    }
}
