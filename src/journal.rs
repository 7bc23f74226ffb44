//! What happened, in order: every call with its reply, what happened inside it, and what decided.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use crate::call::{Call, CallId, Caller, Reply};
use crate::kernel::{Event, Finished, Why};
use crate::mapi::Hresult;
use crate::time::SimTime;

/// One call that is done.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry(Finished);

impl Entry {
    /// Its number: calls count from 1 in the order in which they were made.
    pub fn id(&self) -> CallId {
        self.0.id
    }

    /// Who made it.
    pub fn caller(&self) -> Caller {
        self.0.caller
    }

    /// The call.
    pub fn call(&self) -> &Call {
        &self.0.call
    }

    /// What it got.
    pub fn reply(&self) -> &Reply {
        &self.0.reply
    }

    /// The HRESULT it got.
    pub fn hr(&self) -> Hresult {
        self.0.reply.hr
    }

    /// What happened inside it, in order.
    pub fn events(&self) -> &[Event] {
        &self.0.events
    }

    /// What decided.
    pub fn why(&self) -> &Why {
        &self.0.why
    }

    /// When it was made and when it was done, in virtual time.
    pub fn times(&self) -> (SimTime, SimTime) {
        (self.0.began, self.0.ended)
    }
}

/// The calls of a world that are done, in the order in which they became done.
///
/// It keeps the newest [`Journal::LIMIT`] and says how many older ones are gone. Printing it gives the same text on every run:
///
/// ```
/// use mapi_sim::{LogonFlags, Sim};
///
/// let sim = Sim::minimal();
/// let session = sim.logon("Work", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION)?;
/// println!("{}", sim.journal());
/// # Ok::<(), mapi_sim::Failure>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Journal {
    entries: VecDeque<Entry>,
    dropped: u64,
    callers: BTreeMap<Caller, String>,
}

impl Journal {
    /// How many entries are kept.
    pub const LIMIT: usize = 65_536;

    pub(crate) fn record(&mut self, finished: Finished, name: impl FnOnce(Caller) -> String) {
        let caller = finished.caller;
        self.callers.entry(caller).or_insert_with(|| name(caller));
        if self.entries.len() == Journal::LIMIT {
            self.entries.pop_front();
            self.dropped += 1;
        }
        self.entries.push_back(Entry(finished));
    }

    /// The entries that are kept, oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> + ExactSizeIterator {
        self.entries.iter()
    }

    /// The entry of a call, if it is done and kept.
    pub fn entry(&self, id: CallId) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| entry.id() == id)
    }

    /// How many older entries are gone.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Name of a caller: `process`, or `process/thread`.
    pub fn caller_name(&self, caller: Caller) -> &str {
        self.callers.get(&caller).map_or("?", String::as_str)
    }
}

impl fmt::Display for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.dropped > 0 {
            writeln!(f, "({} earlier calls are gone)", self.dropped)?;
        }
        for entry in &self.entries {
            write!(f, "{} {} {} -> {}", entry.id(), self.caller_name(entry.caller()), entry.call(), entry.hr())?;
            if let Some(object) = entry.reply().object() {
                write!(f, ", {object}")?;
            }
            let (began, ended) = entry.times();
            if began != ended {
                write!(f, "  [{began} to {ended}]")?;
            }
            match entry.why().clause() {
                Some(clause) => writeln!(f, "  ({clause})")?,
                None => writeln!(f)?,
            }
            for event in entry.events() {
                writeln!(f, "    {event}")?;
            }
        }
        Ok(())
    }
}
