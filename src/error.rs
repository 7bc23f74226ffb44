//! What is wrong with the test itself: a bad fixture, a bad scenario, a misuse of the simulator.
//!
//! It is no answer of MAPI; those are results of calls. The parts of each problem are fields, so that a test can match on them without reading text.

use std::fmt;

/// What is wrong with a fixture, a scenario, or the use of the simulator.
///
/// It displays every problem with its place; `Debug` shows the same, because that is what a failed test prints.
#[derive(Clone, PartialEq, thiserror::Error)]
#[error("{kind}")]
pub struct Error {
    kind: Box<Kind>,
}

/// The kinds of errors.
#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Fixture(Problems),
    Scenario(Problems),
    Misuse(String),
    Deadlock(String),
}

/// Problems in the order of their places, and how many more there were.
#[derive(Clone, Debug, PartialEq)]
struct Problems {
    list: Vec<Problem>,
    more: usize,
}

impl Error {
    /// A fixture with these problems, and `more` that are not listed.
    #[must_use]
    pub fn fixture(list: Vec<Problem>, more: usize) -> Self {
        Error { kind: Box::new(Kind::Fixture(Problems { list, more })) }
    }

    /// A scenario with these problems, and `more` that are not listed.
    #[must_use]
    pub fn scenario(list: Vec<Problem>, more: usize) -> Self {
        Error { kind: Box::new(Kind::Scenario(Problems { list, more })) }
    }

    /// The simulator was used in a way it cannot be: what, and what to do instead.
    #[must_use]
    pub fn misuse(text: impl Into<String>) -> Self {
        Error { kind: Box::new(Kind::Misuse(text.into())) }
    }

    /// A call waits for something that nothing in the world can bring about.
    #[must_use]
    pub fn deadlock(text: impl Into<String>) -> Self {
        Error { kind: Box::new(Kind::Deadlock(text.into())) }
    }

    /// Whether a fixture is wrong.
    #[must_use]
    pub fn is_fixture(&self) -> bool {
        matches!(*self.kind, Kind::Fixture(_))
    }

    /// Whether a scenario is wrong.
    #[must_use]
    pub fn is_scenario(&self) -> bool {
        matches!(*self.kind, Kind::Scenario(_))
    }

    /// Whether the simulator was used wrongly.
    #[must_use]
    pub fn is_misuse(&self) -> bool {
        matches!(*self.kind, Kind::Misuse(_))
    }

    /// Whether a call can never end.
    #[must_use]
    pub fn is_deadlock(&self) -> bool {
        matches!(*self.kind, Kind::Deadlock(_))
    }

    /// The problems of a file, by line. None for a misuse.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        match &*self.kind {
            Kind::Fixture(problems) | Kind::Scenario(problems) => &problems.list,
            Kind::Misuse(_) | Kind::Deadlock(_) => &[],
        }
    }

    /// How many problems were found beyond those that are listed.
    #[must_use]
    pub fn more(&self) -> usize {
        match &*self.kind {
            Kind::Fixture(problems) | Kind::Scenario(problems) => problems.more,
            Kind::Misuse(_) | Kind::Deadlock(_) => 0,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Fixture(problems) | Kind::Scenario(problems) => problems.fmt(f),
            Kind::Misuse(text) | Kind::Deadlock(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.list.iter().enumerate() {
            write!(f, "{}{problem}", if at == 0 { "" } else { "\n\n" })?;
        }
        if self.more > 0 {
            write!(f, "\n\n… and {} more", self.more)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One problem of a file. It displays as `file:line: path: what; hint`, with the line and a mark below the place.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Problem {
    /// Name of the file, with `/` between its parts.
    pub file: String,
    /// Line, from 1 on; 0 if the problem is the file as a whole.
    pub line: usize,
    /// Column, in characters from 1 on; 0 if the problem is the file as a whole.
    pub column: usize,
    /// Key path: `profile[0] "Home".service[0].service`. Empty for the file as a whole.
    pub path: String,
    /// What kind of problem it is.
    pub code: Code,
    /// Whether it keeps the file from being used.
    pub level: Level,
    /// What is wrong, in words; it mentions what was found and what would be right.
    pub what: String,
    /// What was found, if there was something.
    pub found: Option<String>,
    /// What would be right, if that can be listed.
    pub expected: Option<String>,
    /// Advice, such as the nearest known name.
    pub hint: Option<String>,
    pub(crate) excerpt: Option<Excerpt>,
}

/// The part of a line that a problem shows, and the marked place in it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Excerpt {
    /// The line, or a part of it if it is long.
    pub text: String,
    /// Characters before the mark.
    pub before: usize,
    /// Marked characters, at least one.
    pub marked: usize,
}

/// Kinds of problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Code {
    /// The file cannot be read, is too large or is no text.
    File,
    /// The text is no TOML.
    Syntax,
    /// `format` is missing or is one that this version does not read.
    Format,
    /// The world named by `extends` cannot be used.
    Extends,
    /// A key that means nothing at its place.
    UnknownKey,
    /// A value of another type than the key takes.
    WrongType,
    /// A required key is missing.
    Missing,
    /// A value that the key does not take.
    BadValue,
    /// A name that is declared nowhere.
    Undeclared,
    /// Something is given twice.
    Duplicate,
    /// Two settings contradict each other.
    Conflict,
    /// Allowed, but without effect or unlikely to be meant.
    Useless,
}

impl Code {
    /// The kind as a word, as in `unknown-key`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Code::File => "file",
            Code::Syntax => "syntax",
            Code::Format => "format",
            Code::Extends => "extends",
            Code::UnknownKey => "unknown-key",
            Code::WrongType => "wrong-type",
            Code::Missing => "missing",
            Code::BadValue => "bad-value",
            Code::Undeclared => "undeclared",
            Code::Duplicate => "duplicate",
            Code::Conflict => "conflict",
            Code::Useless => "useless",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// How much a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The file can be used.
    Warning,
    /// The file cannot be used.
    Error,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        f.write_str(if self.level == Level::Warning { ": warning: " } else { ": " })?;
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.what)?;
        if let Some(hint) = &self.hint {
            write!(f, "; {hint}")?;
        }
        let Some(excerpt) = &self.excerpt else { return Ok(()) };
        let gutter = self.line.to_string().len();
        write!(f, "\n{:gutter$} |\n{} | {}\n{:gutter$} | ", "", self.line, excerpt.text, "")?;
        write!(f, "{:before$}{:^<marked$}", "", "", before = excerpt.before, marked = excerpt.marked)
    }
}

/// As displayed.
impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(line: usize, excerpt: Option<Excerpt>) -> Problem {
        Problem {
            file: "home.toml".into(),
            line,
            column: line.min(1),
            path: "machine.seed".into(),
            code: Code::WrongType,
            level: Level::Warning,
            what: "found string \"x\", expected integer".into(),
            found: None,
            expected: None,
            hint: Some("try 1".into()),
            excerpt,
        }
    }

    #[test]
    fn problems_show_their_place() {
        let excerpt = Excerpt { text: "seed = \"x\"".into(), before: 7, marked: 3 };
        let error = Error::fixture(vec![problem(12, Some(excerpt)), problem(0, None)], 2);
        let text = "home.toml:12: warning: machine.seed: found string \"x\", expected integer; try 1\n   |\n12 | seed = \"x\"\n   |        ^^^\n\n\
                    home.toml: warning: machine.seed: found string \"x\", expected integer; try 1\n\n… and 2 more";
        assert_eq!(error.to_string(), text);
        assert_eq!(format!("{error:?}"), text);
        assert!(error.is_fixture() && !error.is_scenario() && !error.is_misuse());
        assert_eq!((error.problems().len(), error.more()), (2, 2));
    }

    #[test]
    fn a_misuse_is_a_sentence() {
        let error = Error::misuse("the session belongs to another Sim");
        assert_eq!(error.to_string(), "the session belongs to another Sim");
        assert!(error.is_misuse() && error.problems().is_empty());
    }
}
