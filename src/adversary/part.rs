//! The parts of others in a scenario that was recorded, to be played again beside a client.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::Move;
use crate::call::{CallId, Form, Handle, Method, Reply, Saved, read_call};
use crate::kernel::Ruling;
use crate::time::SimDuration;

/// What happened before a call of the client, and what was decided about it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Turn {
    pub parts: Vec<Part>,
    pub process: String,
    pub method: &'static Method,
    pub fault: Option<Ruling>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    Time(SimDuration),
    /// Time passes until the next thing happens by itself.
    Next,
    /// Time passes until nothing happens by itself any more.
    UntilIdle,
    Kill(String),
    Call(Box<PartCall>),
    /// The end of a call that was begun.
    Finish {
        name: String,
        save: Option<String>,
    },
}

/// A call, by what the scenario calls its object, and how it calls what came of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PartCall {
    pub process: String,
    pub thread: String,
    pub name: String,
    pub object: Option<String>,
    pub args: Vec<(String, Form)>,
    pub save: Option<String>,
    pub begin: Option<String>,
    pub fault: Option<Ruling>,
}

/// All of them, and how far they were played.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parts {
    turns: VecDeque<Turn>,
    /// Whether anything of them was.
    played: bool,
    now: VecDeque<Part>,
    fault: Option<Ruling>,
    processes: BTreeSet<String>,
    saved: Saved,
    begun: BTreeMap<String, CallId>,
    /// What came at once of calls that waited in the scenario.
    early: BTreeMap<String, Option<Handle>>,
    /// Under what names the results of calls are kept: of a reply, of a call that waits.
    names: Vec<(Option<String>, Option<String>)>,
}

impl Parts {
    pub fn new(turns: Vec<Turn>) -> Self {
        let parts = turns.iter().flat_map(|turn| &turn.parts);
        let processes = parts.filter_map(|part| if let Part::Call(call) = part { Some(call.process.clone()) } else { None }).collect();
        Parts {
            turns: turns.into(),
            played: false,
            now: VecDeque::new(),
            fault: None,
            processes,
            saved: Saved::new(),
            begun: BTreeMap::new(),
            early: BTreeMap::new(),
            names: Vec::new(),
        }
    }

    /// Whether there was something to be played, and no call came before which it was.
    pub fn missed(&self) -> bool {
        !self.played && self.turns.iter().any(|turn| turn.fault.is_some() || !turn.parts.is_empty())
    }

    /// Whether a process is one of theirs.
    pub fn is(&self, process: &str) -> bool {
        self.processes.contains(process)
    }

    /// Begins the turn before a call: the next that was before one of the same function and process, with everything on the way to it. A call that the client
    /// did not make in the scenario has none.
    pub fn turn(&mut self, process: &str, method: &'static Method) {
        self.fault = None;
        let Some(at) = self.turns.iter().position(|turn| turn.method == method && turn.process == process) else { return };
        for turn in self.turns.drain(..=at) {
            self.played |= turn.fault.is_some() || !turn.parts.is_empty();
            self.now.extend(turn.parts);
            self.fault = turn.fault;
        }
    }

    /// What was decided about the call.
    pub fn fault(&mut self) -> Option<Ruling> {
        self.fault.take()
    }

    /// What happens next. What needs something that did not come is left out.
    pub fn next(&mut self) -> Option<Move> {
        while let Some(part) = self.now.pop_front() {
            match part {
                Part::Time(span) => return Some(Move::Time(span)),
                Part::Next => return Some(Move::Next),
                Part::UntilIdle => return Some(Move::UntilIdle),
                Part::Kill(process) => return Some(Move::Kill(process)),
                Part::Finish { name, save } => {
                    if let Some(call) = self.begun.remove(&name) {
                        return Some(Move::Take { call, key: self.key(save, None) });
                    }
                    self.saved.extend(save.zip(self.early.remove(&name).flatten()));
                }
                Part::Call(part) => {
                    let PartCall { process, thread, name, object, args, save, begin, fault } = *part;
                    let this = object.map(|name| self.saved.get(&name).copied().or_else(|| Handle::parse(&name)));
                    if this == Some(None) {
                        continue;
                    }
                    if let Some(Ok(call)) = read_call(&name, this.flatten(), &args, &self.saved) {
                        return Some(Move::Call { process, thread, call, fault: fault.map(Box::new), key: self.key(save, begin) });
                    }
                }
            }
        }
        None
    }

    fn key(&mut self, save: Option<String>, begin: Option<String>) -> usize {
        self.names.push((save, begin));
        self.names.len() - 1
    }

    /// What came of a call.
    pub fn got(&mut self, key: usize, result: Result<Reply, CallId>) {
        let (save, begin) = self.names[key].clone();
        match result {
            Ok(reply) => {
                self.saved.extend(save.zip(reply.object()));
                self.early.extend(begin.map(|begin| (begin, reply.object())));
            }
            Err(call) => self.begun.extend(begin.map(|begin| (begin, call))),
        }
    }
}
