//! What happened, in order: every call with its reply, what happened inside it, and what decided.

pub(crate) mod query;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use crate::call::{Call, CallId, Caller, Reply};
use crate::kernel::{Event, Finished, Why};
use crate::mapi::Hresult;
use crate::time::SimTime;

pub use query::{Calls, Wanted};
pub(crate) use query::{Nearest, Part, line, narrowing};

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

    /// What it got; of many rows the first [`Reply::ROWS_KEPT`].
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

/// A line of the journal.
#[allow(clippy::large_enum_variant)] // Nearly all are calls.
#[derive(Clone, Debug, PartialEq)]
enum Line {
    Call(Entry),
    World(SimTime, Vec<Event>),
}

/// The calls of a world that are done, in the order in which they became done.
///
/// It keeps the newest [`Journal::LIMIT`] lines and says how many older ones are gone. Printing it gives the same text on every run:
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
    lines: VecDeque<Line>,
    dropped: u64,
    callers: BTreeMap<Caller, String>,
}

impl Journal {
    /// How many lines are kept.
    pub const LIMIT: usize = 4096;

    pub(crate) fn record(&mut self, finished: Finished, name: impl FnOnce(Caller) -> String) {
        let caller = finished.caller;
        self.callers.entry(caller).or_insert_with(|| name(caller));
        self.push(Line::Call(Entry(finished)));
    }

    /// Notes what happened outside calls.
    pub(crate) fn note(&mut self, time: SimTime, events: Vec<Event>) {
        if !events.is_empty() {
            self.push(Line::World(time, events));
        }
    }

    fn push(&mut self, line: Line) {
        if self.lines.len() == Journal::LIMIT {
            self.lines.pop_front();
            self.dropped += 1;
        }
        self.lines.push_back(line);
    }

    /// The calls that are kept, oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.lines.iter().filter_map(|line| match line {
            Line::Call(entry) => Some(entry),
            Line::World(..) => None,
        })
    }

    /// Every event that is kept, oldest first: those inside calls, and those that came when time moved.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        self.lines.iter().flat_map(|line| match line {
            Line::Call(entry) => entry.events(),
            Line::World(_, events) => events,
        })
    }

    /// Every line that is kept, oldest first: a call with its events, or what happened outside calls.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (Option<&Entry>, &[Event])> {
        self.lines.iter().map(|line| match line {
            Line::Call(entry) => (Some(entry), entry.events()),
            Line::World(_, events) => (None, events.as_slice()),
        })
    }

    /// The entry of a call, if it is done and kept.
    pub fn entry(&self, id: CallId) -> Option<&Entry> {
        self.entries().rev().find(|entry| entry.id() == id)
    }

    /// How many lines there have been, those that are gone included.
    pub(crate) fn length(&self) -> u64 {
        self.dropped + self.lines.len() as u64
    }

    /// What happened outside calls since there had been this many lines, as far as it is kept.
    pub(crate) fn world_since(&self, length: u64) -> Vec<Event> {
        let skip = usize::try_from(length.saturating_sub(self.dropped)).unwrap_or(usize::MAX);
        let events = self.lines.iter().skip(skip).filter_map(|line| match line {
            Line::Call(_) => None,
            Line::World(_, events) => Some(events),
        });
        events.flatten().cloned().collect()
    }

    /// How many older lines are gone.
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
            writeln!(f, "({} earlier lines are gone)", self.dropped)?;
        }
        for line in &self.lines {
            match line {
                Line::Call(entry) => self.write(entry, f)?,
                Line::World(time, events) => {
                    writeln!(f, "at {time}")?;
                    events.iter().try_for_each(|event| writeln!(f, "    {event}"))?;
                }
            }
        }
        Ok(())
    }
}

impl Journal {
    fn write(&self, entry: &Entry, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
        entry.events().iter().try_for_each(|event| writeln!(f, "    {event}"))
    }
}
