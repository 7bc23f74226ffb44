//! Questions to the journal: which calls were made, by whom, how, and what came of them.

use std::fmt;

use super::{Entry, Journal};
use crate::call::{Call, Form, Handle, Word};
use crate::mapi::{
    CopyFlags, Hresult, InitFlags, LogoffFlags, LogonFlags, NameFlags, NotifyEvents, OpenFlags, SaveFlags, StoreFlags, WidthFlags,
};
use crate::near::nearest;

/// Which calls are meant: a function or method by its documented name, and what else they have to be.
///
/// ```
/// use mapi_sim::Wanted;
///
/// let quiet = Wanted::call("MAPILogonEx").with_flag("MAPI_NO_MAIL").by("svc");
/// assert_eq!(quiet.to_string(), "MAPILogonEx with MAPI_NO_MAIL by svc");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Wanted {
    name: String,
    parts: Vec<Part>,
}

/// One thing that a call has to be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    Flag(String),
    NoFlag(String),
    Arg(String, String),
    On(Handle),
    By(String),
    Outcome(Hresult),
}

/// The parts by name, for everything that is narrowed by them: a method `narrow` takes each.
macro_rules! narrowing {
    () => {
        /// Only calls with this flag, by its documented name, in one of their flag words.
        ///
        /// # Panics
        ///
        /// If no flag has that name: a misspelt one would test nothing.
        pub fn with_flag(self, flag: &str) -> Self {
            self.narrow($crate::journal::query::flag(flag, false))
        }

        /// Only calls without this flag.
        ///
        /// # Panics
        ///
        /// If no flag has that name.
        pub fn without_flag(self, flag: &str) -> Self {
            self.narrow($crate::journal::query::flag(flag, true))
        }

        /// Only calls with this value of an argument, as a scenario or the journal writes it: `with("profile_name", "Work")`.
        ///
        /// # Panics
        ///
        /// If no function or method has an argument of that name.
        pub fn with(self, argument: &str, value: impl std::fmt::Display) -> Self {
            self.narrow($crate::journal::query::argument(argument, &value.to_string()))
        }

        /// Only calls on this object: a handle, or `session#1`.
        ///
        /// # Panics
        ///
        /// If it is no name of an object.
        pub fn on(self, object: impl std::fmt::Display) -> Self {
            self.narrow($crate::journal::query::object(&object.to_string()))
        }

        /// Only calls of this process, `svc`, or of this thread of it, `svc/worker`.
        pub fn by(self, caller: &str) -> Self {
            self.narrow($crate::journal::Part::By(caller.to_owned()))
        }

        /// Only calls that got this result.
        pub fn outcome(self, hr: $crate::mapi::Hresult) -> Self {
            self.narrow($crate::journal::Part::Outcome(hr))
        }
    };
}
pub(crate) use narrowing;

impl Wanted {
    /// Calls of a function or method: `MAPILogonEx`, `Logoff`, or with its interface `IMAPISession::Logoff`.
    ///
    /// # Panics
    ///
    /// If nothing has that name: a misspelt one would test nothing.
    pub fn call(name: &str) -> Self {
        let (interface, method_name) = parts_of(name);
        if !Call::methods().any(|method| method.is_called(interface, method_name)) {
            let all: Vec<String> = Call::methods().map(|method| method.name.to_owned()).collect();
            panic!("no function or method has the name {name:?}{}", near(name, all.iter().map(String::as_str)));
        }
        Wanted { name: name.to_owned(), parts: Vec::new() }
    }

    narrowing!();

    pub(crate) fn narrow(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }

    /// What of a call is not as wanted; `None` if it calls something else.
    pub(crate) fn misses(&self, entry: &Entry, caller: &str) -> Option<Vec<String>> {
        let (interface, name) = parts_of(&self.name);
        entry.call().is_called(interface, name).then(|| self.parts.iter().filter_map(|part| part.miss(entry, caller)).collect())
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.parts.iter().try_for_each(|part| match part {
            Part::Flag(flag) => write!(f, " with {flag}"),
            Part::NoFlag(flag) => write!(f, " without {flag}"),
            Part::Arg(name, value) => write!(f, " with {name}={value}"),
            Part::On(object) => write!(f, " on {object}"),
            Part::By(caller) => write!(f, " by {caller}"),
            Part::Outcome(hr) => write!(f, " -> {hr}"),
        })
    }
}

impl Part {
    /// How a call differs from this; `None` if it does not.
    fn miss(&self, entry: &Entry, caller: &str) -> Option<String> {
        let call = entry.call();
        match self {
            Part::Flag(flag) => (!has_flag(call, flag)).then(|| format!("it is without {flag}")),
            Part::NoFlag(flag) => has_flag(call, flag).then(|| format!("it is with {flag}")),
            Part::Arg(name, value) => {
                let found = call.args().into_iter().find(|(key, _, _)| key == name);
                let same = |(_, form, shown): &(_, Form, String)| shown == value || matches!(form, Form::Str(text) if text == value);
                match found {
                    Some(found) if same(&found) => None,
                    Some((_, _, shown)) => Some(format!("its {name} is {shown}, not {value}")),
                    None => Some(format!("its {name} is left out, not {value}")),
                }
            }
            Part::On(object) => {
                let found = call.this().map_or_else(|| "no object".to_owned(), |object| object.to_string());
                (call.this() != Some(*object)).then(|| format!("it is on {found}, not {object}"))
            }
            Part::By(wanted) => {
                let same = caller == wanted || caller.strip_prefix(&**wanted).is_some_and(|thread| thread.starts_with('/'));
                (!same).then(|| format!("it is by {caller}, not {wanted}"))
            }
            Part::Outcome(hr) => (entry.hr() != *hr).then(|| format!("it got {}, not {hr}", entry.hr())),
        }
    }
}

/// Whether a call has a flag of this name in one of its flag words.
fn has_flag(call: &Call, flag: &str) -> bool {
    let number = u32::read(&Form::Str(flag.to_owned())).ok().filter(|bits| *bits != 0).map(i64::from);
    call.args().iter().any(|(name, form, _)| match form {
        Form::List(words) => words.iter().any(|word| matches!(word, Form::Str(word) if word == flag)),
        // Words of one or two flags are numbers.
        Form::Int(word) => name.ends_with("flags") && number.is_some_and(|bits| word & bits == bits),
        _ => false,
    })
}

/// The interface and the name, of a name that may have both.
fn parts_of(name: &str) -> (Option<&str>, Option<&str>) {
    name.split_once("::").map_or((None, Some(name)), |(interface, name)| (Some(interface), Some(name)))
}

fn near<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    nearest(name, known).map_or_else(String::new, |(near, _)| format!("; did you mean {near}?"))
}

/// The part that asks for a flag, or for its absence.
pub(crate) fn flag(name: &str, absent: bool) -> Part {
    let mut known: Vec<&str> = LogonFlags::names().map(|(name, _)| name).collect();
    known.extend(InitFlags::names().map(|(name, _)| name));
    known.extend(LogoffFlags::names().map(|(name, _)| name));
    known.extend(WidthFlags::names().map(|(name, _)| name));
    known.extend(StoreFlags::names().map(|(name, _)| name));
    known.extend(OpenFlags::names().map(|(name, _)| name));
    known.extend(NotifyEvents::names().map(|(name, _)| name));
    known.extend(SaveFlags::names().map(|(name, _)| name));
    known.extend(CopyFlags::names().map(|(name, _)| name));
    known.extend(NameFlags::names().map(|(name, _)| name));
    if !known.contains(&name) && u32::read(&Form::Str(name.to_owned())).is_err() {
        panic!("no flag has the name {name:?}{}", near(name, known.into_iter()));
    }
    if absent { Part::NoFlag(name.to_owned()) } else { Part::Flag(name.to_owned()) }
}

/// The part that asks for the value of an argument.
pub(crate) fn argument(name: &str, value: &str) -> Part {
    let known = || Call::methods().flat_map(|method| method.args.iter().copied());
    if !known().any(|arg| arg == name) {
        panic!("no argument has the name {name:?}{}", near(name, known()));
    }
    Part::Arg(name.to_owned(), value.to_owned())
}

/// The part that asks for an object.
pub(crate) fn object(name: &str) -> Part {
    match Handle::parse(name) {
        Some(object) => Part::On(object),
        None => panic!("{name:?} is no object; one looks like session#1"),
    }
}

/// The calls of a journal that are as wanted, oldest first. [`Journal::calls`] begins it, the methods of [`Wanted`] narrow it.
///
/// ```
/// use mapi_sim::{Hresult, LogonFlags, Sim};
///
/// let sim = Sim::office();
/// let session = sim.logon("Work", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION | LogonFlags::NO_MAIL)?;
/// session.logoff(Default::default())?;
/// let journal = sim.journal();
/// assert_eq!(journal.calls("MAPILogonEx").with_flag("MAPI_NO_MAIL").by("main").outcome(Hresult::S_OK).count(), 1);
/// assert!(journal.calls("Logoff").on("session#1").first().is_some());
/// # Ok::<(), mapi_sim::Failure>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Calls<'j> {
    journal: &'j Journal,
    wanted: Wanted,
}

impl<'j> Calls<'j> {
    narrowing!();

    fn narrow(self, part: Part) -> Self {
        Calls { wanted: self.wanted.narrow(part), ..self }
    }

    /// The calls, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &'j Entry> {
        let (journal, wanted) = (self.journal, self.wanted.clone());
        let as_wanted =
            move |entry: &&Entry| wanted.misses(entry, journal.caller_name(entry.caller())).is_some_and(|misses| misses.is_empty());
        journal.entries().filter(as_wanted)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.iter().count()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// The oldest.
    pub fn first(&self) -> Option<&'j Entry> {
        self.iter().next()
    }

    /// The newest.
    pub fn last(&self) -> Option<&'j Entry> {
        self.iter().next_back()
    }
}

impl Journal {
    /// The calls of a function or method that are kept, by its documented name.
    ///
    /// # Panics
    ///
    /// If nothing has that name: a misspelt one would test nothing.
    pub fn calls(&self, name: &str) -> Calls<'_> {
        Calls { journal: self, wanted: Wanted::call(name) }
    }

    /// Whether calls as these were done in this order; others may lie between them.
    ///
    /// # Errors
    ///
    /// Which of them did not come behind the one before it, and what came nearest.
    pub fn in_order(&self, wanted: &[Wanted]) -> Result<(), String> {
        let mut entries = self.entries();
        let mut before: Option<(&Wanted, &Entry)> = None;
        for wanted in wanted {
            let mut near = Nearest::default();
            let found = entries.find(|entry| near.look(wanted, entry, self.caller_name(entry.caller())));
            let Some(found) = found else {
                let behind = before.map_or_else(String::new, |(first, entry)| format!(" behind {first}, which was call {}", entry.id()));
                return Err(format!("{wanted} did not come{behind}{near}"));
            };
            before = Some((wanted, found));
        }
        Ok(())
    }
}

/// The call that was nearest to what was wanted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Nearest {
    found: Option<(String, Vec<String>)>,
}

impl Nearest {
    /// Whether a call is as wanted; if it is nearer than those before it, it is kept.
    pub fn look(&mut self, wanted: &Wanted, entry: &Entry, caller: &str) -> bool {
        let Some(misses) = wanted.misses(entry, caller) else { return false };
        if misses.is_empty() {
            return true;
        }
        if self.found.as_ref().is_none_or(|(_, fewest)| misses.len() < fewest.len()) {
            self.found = Some((line(entry, caller), misses));
        }
        false
    }
}

impl fmt::Display for Nearest {
    /// On a line of its own, with a line break before it; nothing if no call was near.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.found {
            Some((line, misses)) => write!(f, "\n  nearest: {line}: {}", misses.join(", and ")),
            None => Ok(()),
        }
    }
}

/// A call in one line.
pub(crate) fn line(entry: &Entry, caller: &str) -> String {
    format!("{} {caller} {} -> {}", entry.id(), entry.call(), entry.hr())
}
