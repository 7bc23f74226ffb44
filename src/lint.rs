//! Lints: what a client does that MAPI lets pass, and that the documentation advises against or leaves open.
//!
//! A lint looks at what the journal keeps and at the world as it is, never at a call on its way: it costs nothing until somebody asks, and changes no
//! answer. The journal is bounded ([`Journal::LIMIT`]); of a call that is no longer kept no lint says anything, and a lint that needs to know how a
//! process began is silent where that beginning is not kept.

mod rules;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub use table::Lint;

use crate::call::{CallId, Caller, Handle};
use crate::journal::Journal;
use crate::kernel::{Kernel, Process};

/// What happens when a lint finds something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LintLevel {
    /// Nothing.
    Allow,
    /// It is said.
    Warn,
    /// The test fails.
    Deny,
}

impl LintLevel {
    /// Every level by its word in the `[lints]` table of a fixture.
    pub const WORDS: &[(&str, LintLevel)] = &[("allow", LintLevel::Allow), ("warn", LintLevel::Warn), ("deny", LintLevel::Deny)];
}

/// `allow`, `warn`, `deny`.
impl fmt::Display for LintLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LintLevel::Allow => "allow",
            LintLevel::Warn => "warn",
            LintLevel::Deny => "deny",
        })
    }
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// Something that a lint found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The lint.
    pub lint: Lint,
    /// What follows: a warning, or the failure of the test.
    pub level: LintLevel,
    /// The call, if one call is to blame and the journal still has it.
    pub call: Option<CallId>,
    /// Name of the process that made it.
    pub process: String,
    /// What was found.
    pub text: String,
}

/// Two lines: what was found, and how to mend it with the clauses behind it.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: ", self.level, self.lint)?;
        match self.call {
            Some(call) => write!(f, "call {call} of {}: ", self.process)?,
            None => write!(f, "{}: ", self.process)?,
        }
        let clauses: Vec<String> = self.lint.clauses().iter().map(ToString::to_string).collect();
        write!(f, "{}\n  {} ({})", self.text, self.lint.mend(), clauses.join(", "))
    }
}

/// The level of every lint in one world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Levels {
    /// By position in [`Lint::ALL`].
    levels: [LintLevel; Lint::COUNT],
}

impl Default for Levels {
    fn default() -> Self {
        let mut levels = [LintLevel::Allow; Lint::COUNT];
        Lint::ALL.iter().for_each(|lint| levels[*lint as usize] = lint.default_level());
        Levels { levels }
    }
}

impl Levels {
    /// The default levels with these changes.
    pub fn with(changes: &BTreeMap<Lint, LintLevel>) -> Self {
        let mut levels = Levels::default();
        changes.iter().for_each(|(lint, level)| levels.set(*lint, *level));
        levels
    }

    /// The level of a lint.
    pub fn get(&self, lint: Lint) -> LintLevel {
        self.levels[lint as usize]
    }

    /// Changes the level of a lint.
    pub fn set(&mut self, lint: Lint, level: LintLevel) {
        self.levels[lint as usize] = level;
    }
}

/// What a world does not answer for: what it inherited from the one it was forked from, and what was done on behalf of Rust handles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Exempt {
    /// Number of the parent's last call.
    call: u32,
    /// Number of the parent's last session.
    session: u32,
    /// MAPIInitialize calls that the parent left to be undone, by number of the process.
    initialized: Vec<u32>,
    /// MAPIInitialize and MAPIUninitialize calls that the Rust face made by itself.
    own: BTreeSet<CallId>,
}

impl Exempt {
    /// For a world that goes on from this one.
    pub fn inherited(&self, kernel: &Kernel) -> Self {
        let sessions = kernel.members().map(|(handle, _)| handle);
        Exempt {
            call: kernel.last_call().number(),
            session: sessions.map(Handle::number).max().unwrap_or(0),
            initialized: kernel.processes().iter().map(Process::init_count).collect(),
            own: self.own.clone(),
        }
    }

    /// Notes a call that the Rust face is about to make by itself.
    pub fn note(&mut self, call: CallId) {
        self.own.insert(call);
    }

    /// The calls that the Rust face made by itself.
    pub fn own(&self) -> &BTreeSet<CallId> {
        &self.own
    }

    /// Whether the Rust face made the call by itself.
    pub fn is_own(&self, call: CallId) -> bool {
        self.own.contains(&call)
    }

    fn is_inherited(&self, handle: Handle) -> bool {
        handle.number() <= self.session
    }

    /// MAPIInitialize calls of a process that the parent left to be undone.
    fn initialized(&self, process: usize) -> u32 {
        self.initialized.get(process).copied().unwrap_or(0)
    }
}

/// Everything that the lints find in what the journal keeps, in its order, and then in the world as it is, as if the test ended now. Lints that are
/// allowed are left out; a strict machine fails for what others only say.
pub(crate) fn find(journal: &Journal, kernel: &Kernel, levels: &Levels, exempt: &Exempt, faces: &[Caller]) -> Vec<Finding> {
    let mut found = rules::Rules::new(journal, kernel, exempt).run(faces);
    let strict = kernel.machine().strict;
    found.retain_mut(|finding| {
        finding.level = match levels.get(finding.lint) {
            LintLevel::Warn if strict => LintLevel::Deny,
            level => level,
        };
        finding.level != LintLevel::Allow
    });
    found
}
