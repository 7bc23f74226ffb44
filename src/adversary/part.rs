//! The parts of others in a scenario that was recorded, to be played again beside a client.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::Move;
use crate::call::{Call, CallId, Form, Handle, Method, Reply};
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
    Kill(String),
    /// A call, by what the scenario calls its object, and how it calls what came of it.
    Call {
        process: String,
        thread: String,
        name: String,
        object: Option<String>,
        args: Vec<(String, Form)>,
        save: Option<String>,
        begin: Option<String>,
    },
    /// The end of a call that was begun.
    Finish {
        name: String,
        save: Option<String>,
    },
}

/// All of them, and how far they were played.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parts {
    turns: VecDeque<Turn>,
    now: VecDeque<Part>,
    fault: Option<Ruling>,
    processes: BTreeSet<String>,
    saved: BTreeMap<String, Handle>,
    begun: BTreeMap<String, CallId>,
    /// What came at once of calls that waited in the scenario.
    early: BTreeMap<String, Option<Handle>>,
    /// Under what names the results of calls are kept: of a reply, of a call that waits.
    names: Vec<(Option<String>, Option<String>)>,
}

impl Parts {
    pub fn new(turns: Vec<Turn>) -> Self {
        let parts = turns.iter().flat_map(|turn| &turn.parts);
        let processes = parts.filter_map(|part| if let Part::Call { process, .. } = part { Some(process.clone()) } else { None }).collect();
        Parts {
            turns: turns.into(),
            now: VecDeque::new(),
            fault: None,
            processes,
            saved: BTreeMap::new(),
            begun: BTreeMap::new(),
            early: BTreeMap::new(),
            names: Vec::new(),
        }
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
                Part::Kill(process) => return Some(Move::Kill(process)),
                Part::Finish { name, save } => {
                    if let Some(call) = self.begun.remove(&name) {
                        return Some(Move::Take { call, key: self.key(save, None) });
                    }
                    self.saved.extend(save.zip(self.early.remove(&name).flatten()));
                }
                Part::Call { process, thread, name, object, args, save, begin } => {
                    let this = object.as_ref().map(|name| self.saved.get(name).copied());
                    if this == Some(None) {
                        continue;
                    }
                    if let Some(Ok(call)) = Call::read(&name, this.flatten(), &args) {
                        return Some(Move::Call { process, thread, call, key: self.key(save, begin) });
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
