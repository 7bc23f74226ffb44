//! What came of the runs: the report and its text.

use std::collections::BTreeSet;
use std::fmt;

use crate::call::{CallId, Reply};
use crate::clause::{ClauseId, Reading, ReadingValue};
use crate::fixture::Fixture;
use crate::journal::{Entry, Journal};
use crate::kernel::Why;

/// The longest text of a result in a report, in characters.
const LONGEST: usize = 120;

/// What came of a body's runs under all readings. It displays every failure; see [`readings`](crate::readings).
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a report says nothing until it is looked at; `verify` panics if a run failed"]
pub struct ReadingsReport {
    fixture: String,
    consulted: BTreeSet<Reading>,
    pub(super) singles: usize,
    pub(super) pairs: usize,
    pub(super) left_out: usize,
    pub(super) failures: Vec<ReadingsFailure>,
}

/// A value of a reading that a run was made under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Choice {
    /// The reading.
    pub reading: Reading,
    /// The value in that run.
    pub value: ReadingValue,
    /// The value in the fixture.
    pub instead_of: ReadingValue,
    pub(super) place: usize,
}

/// A run that failed.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadingsFailure {
    under: Vec<Choice>,
    text: String,
    difference: Option<Difference>,
}

/// Where two runs part: the first call that was made by both and was decided otherwise or got another reply, or the first that only one of them made.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Difference {
    call: CallId,
    text: String,
}

impl ReadingsReport {
    /// The most pairs that are tried.
    pub const MOST_PAIRS: usize = 1000;

    pub(super) fn new(fixture: &Fixture, consulted: BTreeSet<Reading>) -> Self {
        let fixture = fixture.name().to_owned();
        ReadingsReport { fixture, consulted, singles: 0, pairs: 0, left_out: 0, failures: Vec::new() }
    }

    /// The runs that failed: as the fixture is, then of one reading, then of pairs.
    pub fn failures(&self) -> &[ReadingsFailure] {
        &self.failures
    }

    /// How many runs there were.
    pub fn runs(&self) -> usize {
        1 + self.singles + self.pairs
    }

    /// How many pairs were tried.
    pub fn pairs(&self) -> usize {
        self.pairs
    }

    /// How many pairs were left out, because there were more than [`MOST_PAIRS`](Self::MOST_PAIRS).
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// The readings that the run of the fixture as it is looked up.
    pub fn consulted(&self) -> &BTreeSet<Reading> {
        &self.consulted
    }

    /// Passes if every run did.
    ///
    /// # Panics
    ///
    /// With the whole report, if a run failed.
    pub fn verify(&self) {
        assert!(self.failures.is_empty(), "{self}");
    }
}

impl ReadingsFailure {
    pub(super) fn new(under: Vec<Choice>, text: String, difference: Option<Difference>) -> Self {
        ReadingsFailure { under, text, difference }
    }

    /// What was chosen in this run: none, one value or a pair. None is the fixture as it is.
    pub fn under(&self) -> &[Choice] {
        &self.under
    }

    /// Why the body failed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The open clauses that the chosen readings decide.
    pub fn clauses(&self) -> Vec<ClauseId> {
        self.under.iter().flat_map(|choice| choice.reading.clauses()).copied().collect()
    }

    /// The first call that was decided otherwise or got another reply than in the fixture as it is, or that was not made there; `None` if all were
    /// alike, or if it is not known because the journals were too long.
    pub fn first_difference(&self) -> Option<CallId> {
        self.difference.as_ref().map(|difference| difference.call)
    }
}

impl Difference {
    /// Where the journal of a run parts from the one of the fixture as it is.
    pub(super) fn first(base: &Journal, run: &Journal) -> Option<Self> {
        if base.dropped() > 0 || run.dropped() > 0 {
            return None;
        }
        let mut base_entries = base.entries();
        let mut way = None;
        for entry in run.entries() {
            let Some(before) = base_entries.next() else {
                return Some(Difference::at(entry, way, format!("one call more: {}", made(run, entry))));
            };
            if (before.caller(), before.call()) != (entry.caller(), entry.call()) {
                let text = format!("other call: {}\n  instead of {}", made(run, entry), made(base, before));
                return Some(Difference::at(entry, way, text));
            }
            if before.reply() != entry.reply() {
                let (was, is) = replies(before.reply(), entry.reply());
                let text = format!("other reply: {} -> {is}\n  instead of {was}", made(run, entry));
                return Some(Difference::at(entry, way, text));
            }
            let (was, is) = (rows(before), rows(entry));
            if way.is_none() && was != is {
                let text = format!("decided otherwise: {} by rows {is}\n  instead of {was}", made(run, entry));
                way = Some(Difference { call: entry.id(), text });
            }
        }
        match base_entries.next() {
            Some(missing) => Some(Difference::at(missing, way, format!("one call less: {} is not made", made(base, missing)))),
            None => way,
        }
    }

    /// A difference at this call, after one in the way to a reply.
    fn at(entry: &Entry, way: Option<Difference>, text: String) -> Self {
        match way {
            Some(way) => Difference { text: format!("{}\n{text}", way.text), ..way },
            None => Difference { call: entry.id(), text },
        }
    }
}

fn made(journal: &Journal, entry: &Entry) -> String {
    format!("{} {} of {}", entry.id(), entry.call(), journal.caller_name(entry.caller()))
}

/// The rows of the decision table of a logon that say something of it.
fn rows(entry: &Entry) -> String {
    let Why::Logon(why) = entry.why() else { return String::new() };
    let rows: Vec<&str> = why.path.rows().iter().map(|row| row.id()).collect();
    rows.join(" ")
}

/// Two replies that differ, as texts that differ.
fn replies(before: &Reply, after: &Reply) -> (String, String) {
    if before.hr != after.hr {
        return (before.hr.to_string(), after.hr.to_string());
    }
    let (was, is) = (before.out.form(), after.out.form());
    let text =
        |found: Option<&(&str, crate::call::Form)>| found.map_or_else(|| "nothing".to_owned(), |(name, form)| format!("{name} = {form}"));
    let place = (0..was.len().max(is.len())).find(|place| was.get(*place) != is.get(*place)).unwrap_or_default();
    let (was, is) = (text(was.get(place)), text(is.get(place)));
    let alike = was.chars().zip(is.chars()).take_while(|(one, other)| one == other).count();
    (cut(&was, alike), cut(&is, alike))
}

/// A part of a long text that has this place in it.
fn cut(text: &str, place: usize) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let from = place.saturating_sub(LONGEST / 3);
    let part: String = text.chars().skip(from).take(LONGEST).collect();
    let (before, after) = (if from == 0 { "" } else { "…" }, if from + LONGEST < text.chars().count() { "…" } else { "" });
    format!("{before}{part}{after}")
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.reading, self.value)
    }
}

impl fmt::Display for ReadingsFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.under.iter().map(ToString::to_string).collect();
        match &names[..] {
            [] => write!(f, "as the fixture is")?,
            _ => write!(f, "under {}", names.join(" and "))?,
        }
        for Choice { reading, instead_of, .. } in &self.under {
            let clauses: Vec<String> = reading.clauses().iter().map(ToString::to_string).collect();
            write!(f, "\n  {reading} is {instead_of} in the fixture; it decides {}: {}", clauses.join(", "), reading.says())?;
        }
        write!(f, "\n  {}", self.text.replace('\n', "\n  "))?;
        match &self.difference {
            Some(difference) => write!(f, "\n  {}", difference.text.replace('\n', "\n  ")),
            None => Ok(()),
        }
    }
}

impl fmt::Display for ReadingsReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (runs, singles, pairs) = (self.runs(), self.singles, self.pairs);
        write!(f, "readings of \"{}\": ", self.fixture)?;
        match self.failures.len() {
            0 => write!(f, "passed in all {runs} runs")?,
            failed => write!(f, "failed in {failed} of {runs} runs")?,
        }
        write!(f, " (1 as the fixture is, {singles} with another value, {pairs} with two)")?;
        if self.left_out > 0 {
            write!(f, "; {} more pairs were left out", self.left_out)?;
        }
        if self.failures.first().is_some_and(|failure| failure.under.is_empty()) {
            write!(f, "; nothing else was tried")?;
        }
        self.failures.iter().try_for_each(|failure| write!(f, "\n\n{failure}"))
    }
}
