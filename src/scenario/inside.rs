//! `inside`: what only the simulator knows, read from a file and looked up in a world.

use std::borrow::Cow;

use super::form::NULL;
use super::read::clause;
use super::step::Inside;
use crate::call::{Handle, ObjectKind};
use crate::fixture::problems::Problems;
use crate::fixture::tree::{Node, Table};
use crate::journal::Entry;
use crate::kernel::{Event, Kernel, Row, Why};
use crate::lint::{Finding, Lint};
use crate::sim::Sim;
use crate::time::SimTime;

/// Every key.
const KEYS: &[&str] = &[
    "profile",
    "joined",
    "shared",
    "no_mail",
    "spooler",
    "members",
    "decided_by",
    "path",
    "events",
    "no_events",
    "world",
    "no_world",
    "lints",
    "no_lints",
    "dialogs",
    "time",
    "sessions",
    "waiting",
    "mutex",
    "default_profile",
    "profiles",
];

/// Reads the table, in the order of its keys.
pub(super) fn read(table: &Table<'_>, problems: &mut Problems) -> Vec<Inside> {
    table.only(KEYS, problems);
    table.iter().filter_map(|(key, node)| key_value(key, &node, problems)).collect()
}

fn key_value(key: &str, node: &Node<'_>, problems: &mut Problems) -> Option<Inside> {
    let count = |problems: &mut Problems| node.integer(0, i64::MAX, problems);
    Some(match key {
        "profile" => Inside::Profile(node.line(problems)?.to_owned()),
        "joined" => Inside::Joined(node.bool(problems)?),
        "shared" => Inside::Shared(node.bool(problems)?),
        "no_mail" => Inside::NoMail(node.bool(problems)?),
        "spooler" => Inside::Spooler(node.bool(problems)?),
        "members" => Inside::Members(count(problems)?),
        "decided_by" => Inside::DecidedBy(clause(node, problems)?),
        "path" => Inside::Path(path(node, problems)?),
        "events" => Inside::Events(texts(node, problems)?),
        "no_events" => Inside::NoEvents(texts(node, problems)?),
        "world" => Inside::World(texts(node, problems)?),
        "no_world" => Inside::NoWorld(texts(node, problems)?),
        "lints" => Inside::Lints(lints(node, problems)?),
        "no_lints" => Inside::NoLints(node.bool(problems)?),
        "dialogs" => Inside::Dialogs(count(problems)?),
        "time" => Inside::Time(SimTime::from_millis(node.duration(problems)?.as_millis())),
        "sessions" => Inside::Sessions(count(problems)?),
        "waiting" => Inside::Waiting(count(problems)?),
        "mutex" => Inside::Mutex(Some(node.line(problems)?.to_owned()).filter(|holder| holder != "free")),
        "default_profile" => Inside::DefaultProfile(or_null(node, problems)?),
        "profiles" => Inside::Profiles(texts(node, problems)?),
        _ => return None,
    })
}

/// A name, or `"NULL"` for none.
fn or_null(node: &Node<'_>, problems: &mut Problems) -> Option<Option<String>> {
    let name = node.line(problems)?;
    Some((name != NULL).then(|| name.to_owned()))
}

fn texts(node: &Node<'_>, problems: &mut Problems) -> Option<Vec<String>> {
    let items = node.items("strings", problems)?;
    items.iter().map(|item| item.text(problems).map(str::to_owned)).collect()
}

/// Names of lints.
fn lints(node: &Node<'_>, problems: &mut Problems) -> Option<Vec<Lint>> {
    let items = node.items("strings", problems)?;
    let words: Vec<(&str, Lint)> = Lint::ALL.iter().map(|lint| (lint.id(), *lint)).collect();
    items.iter().map(|item| item.word(&words, problems)).collect()
}

/// Numbers of rows.
fn path(node: &Node<'_>, problems: &mut Problems) -> Option<Vec<String>> {
    let rows = texts(node, problems)?;
    match rows.iter().find(|id| !Row::ALL.iter().any(|row| row.id() == **id)) {
        Some(wrong) => {
            node.bad(format!("there is no row {wrong} in the decision table"), problems);
            None
        }
        None => Some(rows),
    }
}

/// Where to look: the world after a step, the call that the step ended, and the session it was about.
pub(super) struct Place<'a> {
    pub sim: &'a Sim,
    pub entry: Option<&'a Entry>,
    /// What happened outside calls during the step.
    pub world: &'a [Event],
    pub session: Option<Handle>,
}

/// A key, what was expected and what was found; equal texts agree.
pub(super) struct Compared {
    pub key: Cow<'static, str>,
    pub expected: String,
    pub found: String,
}

impl Compared {
    /// What was found under a key, beside what was expected.
    pub fn new(key: impl Into<Cow<'static, str>>, expected: String, found: String) -> Self {
        Compared { key: key.into(), expected, found }
    }
}

impl Place<'_> {
    /// Looks one thing up.
    pub fn compare(&self, inside: &Inside) -> Compared {
        let world = |look: &dyn Fn(&Kernel) -> String| self.sim.kernel(|kernel| look(kernel));
        let (key, expected, found) = match inside {
            Inside::Profile(name) => ("profile", quoted(Some(name)), self.session(profile)),
            Inside::Joined(value) => ("joined", value.to_string(), self.member(|handle, core, _| (handle != core).to_string())),
            Inside::Shared(value) => ("shared", value.to_string(), self.session(|k, h| Some(k.session_of(h)?.shared.to_string()))),
            Inside::NoMail(value) => ("no_mail", value.to_string(), self.member(|_, _, no_mail| no_mail.to_string())),
            Inside::Spooler(value) => ("spooler", value.to_string(), self.session(|k, h| Some(k.session_of(h)?.spooler.to_string()))),
            Inside::Members(count) => ("members", count.to_string(), self.session(|k, h| Some(k.session_of(h)?.members.len().to_string()))),
            Inside::DecidedBy(clause) => ("decided_by", quoted(Some(&clause.to_string())), self.decided_by()),
            Inside::Path(rows) => ("path", list(rows), self.path()),
            Inside::Events(parts) => return in_order("events", &self.texts(), parts),
            Inside::NoEvents(parts) => return without("no_events", &self.texts(), parts),
            Inside::World(parts) => return in_order("world", &self.outside(), parts),
            Inside::NoWorld(parts) => return without("no_world", &self.outside(), parts),
            Inside::Lints(lints) => return self.lints(lints),
            Inside::NoLints(none) => ("no_lints", none.to_string(), self.no_lints(*none)),
            Inside::Dialogs(count) => ("dialogs", count.to_string(), self.dialogs()),
            Inside::Time(time) => ("time", quoted(Some(&time.to_string())), world(&|k| quoted(Some(&k.now().to_string())))),
            Inside::Sessions(count) => ("sessions", count.to_string(), world(&|k| k.sessions().count().to_string())),
            Inside::Waiting(count) => ("waiting", count.to_string(), world(&|k| k.waiting().count().to_string())),
            Inside::Mutex(holder) => ("mutex", quoted(Some(holder.as_deref().unwrap_or("free"))), world(&mutex)),
            Inside::DefaultProfile(name) => ("default_profile", quoted(name.as_deref()), world(&default_profile)),
            Inside::Profiles(names) => ("profiles", list(names), world(&profiles)),
        };
        Compared::new(key, expected, found)
    }

    /// Something about the session of the step.
    fn session(&self, look: impl Fn(&Kernel, Handle) -> Option<String>) -> String {
        let Some(handle) = self.session else { return "no session".to_owned() };
        self.sim.kernel(|kernel| look(kernel, handle)).unwrap_or_else(|| "no session: it has ended".to_owned())
    }

    /// Something about the client: its handle, the one that began the session, and MAPI_NO_MAIL.
    fn member(&self, look: impl Fn(Handle, Handle, bool) -> String) -> String {
        let member = |kernel: &Kernel, handle| kernel.member(handle).map(|member| look(handle, member.core, member.no_mail));
        self.session(member)
    }

    fn entry(&self, look: impl Fn(&Entry) -> String) -> String {
        self.entry.map_or_else(|| "the call is not done".to_owned(), look)
    }

    /// What lints found in the call. That a session is open is no finding before the end.
    fn found(&self) -> Vec<Lint> {
        let Some(entry) = self.entry else { return Vec::new() };
        let here = |finding: &Finding| finding.call == Some(entry.id()) && finding.lint != Lint::SessionOpenAtEnd;
        self.sim.lints().into_iter().filter(here).map(|finding| finding.lint).collect()
    }

    /// Each of these lints found something.
    fn lints(&self, lints: &[Lint]) -> Compared {
        let names = |lints: &[Lint]| list(&lints.iter().map(|lint| lint.id().to_owned()).collect::<Vec<_>>());
        let found = self.found();
        let all = lints.iter().all(|lint| found.contains(lint));
        Compared::new("lints", names(lints), if all { names(lints) } else { names(&found) })
    }

    fn no_lints(&self, none: bool) -> String {
        let found: Vec<String> = self.found().iter().map(|lint| lint.id().to_owned()).collect();
        match (found.is_empty(), none) {
            (false, true) => format!("the lints {}", list(&found)),
            (none, _) => none.to_string(),
        }
    }

    fn decided_by(&self) -> String {
        self.entry(|entry| entry.why().clause().map_or_else(|| "no clause".to_owned(), |clause| quoted(Some(&clause.to_string()))))
    }

    fn path(&self) -> String {
        self.entry(|entry| match entry.why() {
            Why::Logon(why) => list(&why.path.ids().into_iter().map(str::to_owned).collect::<Vec<_>>()),
            _ => "no logon".to_owned(),
        })
    }

    fn dialogs(&self) -> String {
        let shown = |event: &&Event| matches!(event, Event::LogonDialog { .. } | Event::ServiceDialog { .. } | Event::LogoffDialog { .. });
        self.entry(|entry| entry.events().iter().filter(shown).count().to_string())
    }

    /// What happened in the call, or while time moved without one.
    fn texts(&self) -> Vec<String> {
        self.entry.map_or_else(|| self.outside(), |entry| entry.events().iter().map(ToString::to_string).collect())
    }

    fn outside(&self) -> Vec<String> {
        self.world.iter().map(ToString::to_string).collect()
    }
}

/// Every part occurs, in this order, each in an event behind that of the part before.
fn in_order(key: &'static str, texts: &[String], parts: &[String]) -> Compared {
    let mut rest = texts.iter();
    let missing = parts.iter().find(|part| !rest.any(|text| text.contains(part.as_str())));
    let found = missing.map_or_else(|| list(parts), |part| format!("no event with {part:?} at its place"));
    Compared::new(key, list(parts), found)
}

/// No part occurs.
fn without(key: &'static str, texts: &[String], parts: &[String]) -> Compared {
    let found = texts.iter().find(|text| parts.iter().any(|part| text.contains(part.as_str())));
    let found = found.map_or_else(|| list(parts), |text| format!("the event {text:?}"));
    Compared::new(key, list(parts), found)
}

/// The session that a step is about: the one that came back, or the one whose method was called.
pub(super) fn session(entry: Option<&Entry>, object: Option<Handle>) -> Option<Handle> {
    let came = entry.and_then(|entry| entry.reply().object());
    [came, object].into_iter().flatten().find(|handle| handle.kind() == ObjectKind::Session)
}

fn profile(kernel: &Kernel, handle: Handle) -> Option<String> {
    let profile = kernel.profiles().get(kernel.session_of(handle)?.profile)?;
    Some(quoted(Some(&profile.name)))
}

fn mutex(kernel: &Kernel) -> String {
    let owner = kernel.logon_mutex().owner().map(|owner| kernel.caller_name(owner));
    quoted(Some(owner.as_deref().unwrap_or("free")))
}

fn default_profile(kernel: &Kernel) -> String {
    let profiles = kernel.profiles();
    let name = profiles.default_profile().and_then(|id| profiles.get(id)).map(|profile| profile.name.as_str());
    quoted(name)
}

fn profiles(kernel: &Kernel) -> String {
    list(&kernel.profiles().iter().map(|(_, profile)| profile.name.clone()).collect::<Vec<_>>())
}

fn quoted(text: Option<&str>) -> String {
    format!("{:?}", text.unwrap_or(NULL))
}

fn list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| format!("{text:?}")).collect();
    format!("[{}]", texts.join(", "))
}
