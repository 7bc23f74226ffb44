//! Who made which object, how many references it has, and who misused it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};

use mapi_sim::call::{Handle, ObjectKind};
use parking_lot::Mutex;

use crate::world::Face;

/// How many findings are kept; the rest is counted.
const KEPT: usize = 1000;

/// What kind of thing was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    /// Release on an object whose references are all gone.
    OverRelease,
    /// A method of an object whose references are all gone.
    UseAfterRelease,
    /// A method of an object that died with Logoff.
    UseAfterLogoff,
    /// An object that was alive at the last MAPIUninitialize.
    Leak,
    /// A string of 8-bit bytes that was passed with MAPI_UNICODE.
    Width,
    /// A session that was released before what it had opened.
    Order,
    /// A misuse of the allocator.
    Memory,
    /// A call of a process that has not called MAPIInitialize.
    NotInitialized,
    /// A call that would never have returned.
    Deadlock,
    /// A panic inside the simulator.
    Panic,
    /// A path that is not built.
    Unsupported,
    /// Something that may be wanted.
    Note,
}

impl Problem {
    /// Whether verification only warns of it. Use after Logoff is a lint of the world, which counts it; the line here names who made the object.
    pub fn is_warning(self) -> bool {
        matches!(self, Problem::UseAfterLogoff | Problem::Width | Problem::Order | Problem::Note)
    }
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind.
    pub problem: Problem,
    /// The text.
    pub text: String,
}

/// An object that a client holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its name in the journal.
    pub object: Handle,
    /// How many references clients have.
    pub references: u32,
    /// The object whose method made it.
    pub parent: Option<Handle>,
    /// The method that made it.
    pub made_by: &'static str,
}

/// What is known of an object that is alive.
#[derive(Debug)]
struct Record {
    parent: Option<Handle>,
    made_by: &'static str,
    count: Count,
}

/// The ledger of one process.
#[derive(Debug, Default)]
pub struct Ledger(Mutex<Book>);

#[derive(Debug, Default)]
struct Book {
    alive: BTreeMap<Handle, Record>,
    findings: Vec<Finding>,
    more: usize,
}

/// The count of an object that is alive: its record is gone before it is.
#[derive(Debug)]
pub(crate) struct Count(*const AtomicU32);

// SAFETY: the count is an atomic, and only read.
unsafe impl Send for Count {}

impl Count {
    /// The count at this address.
    ///
    /// # Safety
    ///
    /// It lives until [`Ledger::gone`] was called for the object.
    pub(crate) const unsafe fn new(count: *const AtomicU32) -> Self {
        Count(count)
    }

    fn get(&self) -> u32 {
        // SAFETY: by the promise of `new`; the ledger reads only what is in its book, under its lock.
        unsafe { (*self.0).load(Ordering::Relaxed) }
    }
}

impl Ledger {
    /// An object was made.
    pub(crate) fn made(&self, object: Handle, parent: Option<Handle>, made_by: &'static str, count: Count) {
        self.0.lock().alive.insert(object, Record { parent, made_by, count });
    }

    /// The last reference of an object is gone. What it had opened and is alive still was released in the wrong order, if it is a session.
    pub(crate) fn gone(&self, object: Handle) -> Vec<Handle> {
        let mut book = self.0.lock();
        book.alive.remove(&object);
        book.alive.iter().filter(|(_, record)| record.parent == Some(object)).map(|(child, _)| *child).collect()
    }

    /// Notes a finding.
    pub fn note(&self, problem: Problem, text: String) {
        let mut book = self.0.lock();
        if book.findings.len() < KEPT {
            book.findings.push(Finding { problem, text });
        } else {
            book.more += 1;
        }
    }

    /// The objects that are alive.
    pub fn held(&self) -> Vec<Held> {
        let held = |(object, record): (&Handle, &Record)| Held {
            object: *object,
            references: record.count.get(),
            parent: record.parent,
            made_by: record.made_by,
        };
        self.0.lock().alive.iter().map(held).collect()
    }

    /// Everything that was found so far.
    pub fn all(&self) -> Vec<Finding> {
        self.0.lock().findings.clone()
    }

    /// Texts of what fails verification, and of what it only warns of.
    pub fn findings(&self) -> (Vec<String>, Vec<String>) {
        let book = self.0.lock();
        let (warnings, mut problems): (Vec<&Finding>, Vec<&Finding>) =
            book.findings.iter().partition(|finding| finding.problem.is_warning());
        problems.dedup_by(|a, b| a == b);
        let texts = |list: Vec<&Finding>| list.into_iter().map(|finding| finding.text.clone()).collect::<Vec<_>>();
        let mut problems = texts(problems);
        if book.more > 0 {
            problems.push(format!("{} more of the same kinds", book.more));
        }
        (problems, texts(warnings))
    }

    /// The last MAPIUninitialize of the process: whatever is alive leaks.
    pub(crate) fn end_of_mapi(&self, face: &Face) {
        // A monitor of initialisation, and what waits for one, are made to outlive it (LOGON-046).
        let outlives = |held: &Held| matches!(held.object.kind(), ObjectKind::InitMonitor | ObjectKind::WaitResult);
        for held in self.held().into_iter().filter(|held| !outlives(held)) {
            self.note(Problem::Leak, format!("alive at MAPIUninitialize: {}", told(face, &held)));
        }
    }

    /// The end of the process without a last MAPIUninitialize.
    pub(crate) fn end_of_process(&self, face: &Face) {
        let known = self.all();
        for held in self.held() {
            let text = told(face, &held);
            if !known.iter().any(|finding| finding.problem == Problem::Leak && finding.text.ends_with(&text)) {
                self.note(Problem::Leak, format!("alive at the end of the process: {text}"));
            }
        }
    }
}

/// An object, its references, and the call that made it.
fn told(face: &Face, held: &Held) -> String {
    format!("{}, {} reference(s), made by {}", held.object, held.references, maker(face, held.object, held.made_by))
}

/// The call that made an object: as the journal has it, or the method alone.
pub(crate) fn maker(face: &Face, object: Handle, made_by: &str) -> String {
    face.maker(object).unwrap_or_else(|| made_by.to_owned())
}

impl fmt::Display for Ledger {
    /// The objects that are alive, one a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Held { object, references, parent, made_by } in self.held() {
            write!(f, "{object}: {references} reference(s), from {made_by}")?;
            match parent {
                Some(parent) => writeln!(f, " of {parent}")?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }
}
