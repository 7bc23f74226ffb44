//! Reading a scenario file: its keys and steps, with every mistake reported at once.

use std::collections::BTreeMap;
use std::path::Path;

use super::Scenario;
use super::form::argument;
use super::object::{Saved, find_method, is_method, kind_for, read_call};
use super::step::{Action, Made, Step};
use super::world::{self, Home};
use super::{expect, inside, refer};
use crate::call::{Call, Form, Handle, Method};
use crate::clause::ClauseId;
use crate::error::{Code, Error};
use crate::fixture;
use crate::fixture::problems::{Note, Problems, quote};
use crate::fixture::source;
use crate::fixture::tree::{Node, Source, Table, bad_word};
use crate::kernel::Row;

/// Keys of a file.
pub(super) const KEYS: &[&str] =
    &["format", "name", "clauses", "rows", "fixture", "readings", "initialize", "check", "leaves_waiting", "step"];

/// Keys of a step.
pub(super) const STEP_KEYS: &[&str] = &[
    "adversary",
    "process",
    "thread",
    "object",
    "call",
    "args",
    "expect",
    "inside",
    "save",
    "fault",
    "own",
    "begin",
    "finish",
    "advance",
    "step",
    "run_until_idle",
    "kill",
];

/// Keys of which a step has exactly one.
const ACTIONS: &[&str] = &["call", "finish", "advance", "step", "run_until_idle", "kill"];

/// Reads a scenario without a home.
pub(super) fn named(name: &str, text: &str) -> Result<Scenario, Error> {
    read(&Source::new(name, text), Home::text())
}

/// Reads a scenario file.
pub(super) fn load(path: &Path) -> Result<Scenario, Error> {
    let name = world::shown(path);
    match world::text(path) {
        Ok(text) => read(&Source::new(&name, &text), Home::file(path)),
        Err(what) => Err(whole_file(&name, Code::File, format!("the file {what}"))),
    }
}

/// An error of a file as a whole.
pub(super) fn whole_file(name: &str, code: Code, what: String) -> Error {
    let mut problems = Problems::default();
    let base = problems.source(&Source::new(name, ""));
    problems.whole(base, code, Note::new(what));
    let outcome = problems.finish();
    Error::scenario(outcome.list, outcome.more)
}

fn read(source: &Source, home: Home) -> Result<Scenario, Error> {
    let mut problems = Problems::default();
    let (_, tree) = source.parse(&mut problems);
    let parents = world::Parents::default();
    let (tree, written_world) = world::extend(tree, &home, &parents, &mut problems);
    let Some(root) = Node::root(&tree).as_table() else {
        return Err(whole_file(&source.name, Code::Syntax, "the file is no table".to_owned()));
    };
    let mut foreign = Vec::new();
    fixture::format(&root, &mut problems);
    root.only_or(KEYS, elsewhere, &mut problems);
    let fixture = world::fixture(&root, written_world, &home, &mut foreign, &mut problems);
    let mut scenario = Scenario {
        name: name(&root, &mut problems),
        file: source.name.clone(),
        clauses: root.each("clauses", "clause numbers", &mut problems, clause),
        rows: root.each("rows", "row numbers", &mut problems, row),
        fixture: fixture.unwrap_or_else(world::none),
        initialize: root.bool("initialize", true, &mut problems),
        check: root.bool("check", true, &mut problems),
        leaves_waiting: root.bool("leaves_waiting", false, &mut problems),
        steps: steps(&root, source, &mut problems),
        written: written(&root),
    };
    let outcome = problems.finish();
    if outcome.failed || !foreign.is_empty() {
        let mut list = outcome.list;
        list.extend(foreign);
        return Err(Error::scenario(list, outcome.more));
    }
    if !outcome.list.is_empty() {
        scenario.fixture = world::with_warnings(&scenario.fixture, outcome.list);
    }
    Ok(scenario)
}

/// What is written beside the world and the steps.
fn written(root: &Table<'_>) -> Form {
    let plain = root.iter().filter(|(key, _)| !matches!(*key, "fixture" | "readings" | "step"));
    Form::Table(plain.filter_map(|(key, node)| Some((key.to_owned(), source::form(&node)?))).collect())
}

/// Where a key belongs that often stands in the wrong place.
fn elsewhere(key: &str) -> Option<String> {
    match key {
        key if crate::fixture::SECTIONS.contains(&key) => Some(format!("belongs in [fixture], as fixture.{key}")),
        "steps" => Some("unknown key; write each step as [[step]]".into()),
        "process" | "call" | "args" | "expect" | "inside" => Some("belongs in a step; write [[step]] above it".into()),
        _ => None,
    }
}

fn name(root: &Table<'_>, problems: &mut Problems) -> String {
    if !root.has("name") {
        root.missing("name", "say in words what the scenario shows", problems);
    }
    root.line("name", problems).unwrap_or_default().to_owned()
}

/// A clause number.
pub(super) fn clause(node: &Node<'_>, problems: &mut Problems) -> Option<ClauseId> {
    let text = node.text(problems)?;
    let id = text.parse();
    if id.is_err() {
        node.bad(format!("{} is no clause number; one looks like LOGON-134", quote(text)), problems);
    }
    id.ok()
}

/// A row of the decision table: `E17` end to end, or `8.7` of a step.
fn row(node: &Node<'_>, problems: &mut Problems) -> Option<String> {
    let text = node.text(problems)?;
    let end_to_end = text.strip_prefix('E').is_some_and(|n| n.len() == 2 && n.bytes().all(|b| b.is_ascii_digit()));
    if !end_to_end && !Row::ALL.iter().any(|row| row.id() == text) {
        node.bad(format!("{} is no row of the decision table; one looks like E17, or 8.7", quote(text)), problems);
    }
    Some(text.to_owned())
}

/// What earlier steps named.
struct Names {
    /// Objects, with a handle that stands for the one to come.
    saved: Saved,
    /// Calls that were begun, and whether a step finished them.
    begun: BTreeMap<String, bool>,
    /// How far lines were counted: an offset, and its line.
    counted: (usize, usize),
}

impl Names {
    /// The line of an offset. Steps come in the order of the text, so that every line is counted once.
    fn line(&mut self, text: &str, offset: usize) -> usize {
        let (from, line) = self.counted;
        let between = text.as_bytes().get(from..offset).unwrap_or_default();
        self.counted = (offset.max(from), line + between.iter().filter(|b| **b == b'\n').count());
        self.counted.1
    }
}

fn steps(root: &Table<'_>, source: &Source, problems: &mut Problems) -> Vec<Step> {
    let Some(node) = root.get("step") else {
        root.missing("step", "a scenario has at least one [[step]]", problems);
        return Vec::new();
    };
    let Some(items) = node.tables("step", problems) else { return Vec::new() };
    if items.iter().next().is_none() {
        problems.error(node.place(), Code::Missing, Note::new("there is no step").hint("a scenario has at least one [[step]]"));
    }
    let mut names = Names { saved: Saved::new(), begun: BTreeMap::new(), counted: (0, 1) };
    items.iter().filter_map(|item| step(&item.table(problems)?, source, &mut names, problems)).collect()
}

fn step(table: &Table<'_>, source: &Source, names: &mut Names, problems: &mut Problems) -> Option<Step> {
    table.only(STEP_KEYS, problems);
    let line = names.line(&source.text, table.place().start);
    let expect = table.table("expect", problems).map(|table| expect::read(&table, names.saved.keys().map(String::as_str), problems));
    let inside = table.table("inside", problems).map_or_else(Vec::new, |table| inside::read(&table, problems));
    let adversary = table.bool("adversary", false, problems);
    let action = action(table, names, problems);
    let save = table.line("save", problems).map(str::to_owned);
    let replies = matches!(action, Some((Action::Call(_) | Action::Finish(_), _)));
    for key in ["expect", "save"] {
        if let Some(node) = table.get(key).filter(|_| action.is_some() && !replies) {
            let note = Note::new("only a step that ends a call has a reply");
            let begun = matches!(action, Some((Action::Begin(..), _)));
            let note = if begun { note.hint("move it to the step that has `finish`") } else { note };
            problems.error(node.key_place(), Code::Conflict, note);
        }
    }
    let (action, method) = action?;
    if let Some(name) = &save {
        let kind = method.map_or(crate::call::ObjectKind::Session, kind_for);
        names.saved.insert(name.clone(), Handle::new(kind, 1));
    }
    let written = source::form(&table.node()).unwrap_or(Form::Null);
    Some(Step { line, adversary, written, action, expect, inside, save })
}

/// What the step does, and which method it calls.
fn action(table: &Table<'_>, names: &mut Names, problems: &mut Problems) -> Option<(Action, Option<&'static Method>)> {
    let given: Vec<&str> = ACTIONS.iter().copied().filter(|key| table.has(key)).collect();
    let [key] = given[..] else {
        if given.is_empty() && !problems.has_syntax_errors() {
            let note = Note::new("the step does nothing").expected(ACTIONS.join(", "));
            problems.error(
                table.place(),
                Code::Missing,
                note.hint("give it `call`, `finish`, `advance`, `step`, `run_until_idle` or `kill`"),
            );
        } else if !given.is_empty() {
            let note = Note::new(format!("a step does one thing; found {}", given.join(" and "))).expected(ACTIONS.join(", "));
            problems.error(table.place(), Code::Conflict, note);
        }
        return None;
    };
    let only_calls = ["process", "thread", "object", "args", "fault", "own", "begin"];
    for node in only_calls.iter().filter(|_| key != "call").filter_map(|key| table.get(key)) {
        problems.error(node.key_place(), Code::Conflict, Note::new(format!("belongs to a step with `call`; this one has `{key}`")));
    }
    let node = table.get(key)?;
    Some(match key {
        "call" => return call(table, &node, names, problems),
        "finish" => (Action::Finish(finish(&node, names, problems)?), None),
        "advance" => (Action::Advance(node.duration(problems)?), None),
        "kill" => (Action::Kill(node.line(problems)?.to_owned()), None),
        _ => {
            if node.bool(problems)? {
                (if key == "step" { Action::Next } else { Action::UntilIdle }, None)
            } else {
                node.bad(format!("{key} = false does nothing"), problems);
                return None;
            }
        }
    })
}

/// The name of a call that was begun.
fn finish(node: &Node<'_>, names: &mut Names, problems: &mut Problems) -> Option<String> {
    let name = node.line(problems)?;
    match names.begun.get_mut(name) {
        Some(finished) if !*finished => *finished = true,
        Some(_) => node.bad(format!("an earlier step finished {} already", quote(name)), problems),
        None if !problems.has_syntax_errors() => {
            let note = problems.unknown(name, "was not begun by an earlier step", "begun", names.begun.keys().map(String::as_str));
            problems.error(node.place(), Code::Undeclared, note);
        }
        None => {}
    }
    Some(name.to_owned())
}

/// A step with `call`.
fn call(table: &Table<'_>, node: &Node<'_>, names: &mut Names, problems: &mut Problems) -> Option<(Action, Option<&'static Method>)> {
    let text = |key, problems: &mut Problems| table.line(key, problems).map(str::to_owned);
    let process = text("process", problems).unwrap_or_else(|| "main".to_owned());
    let thread = text("thread", problems).unwrap_or_else(|| "main".to_owned());
    let object = table.get("object").and_then(|node| object(&node, names, problems));
    let begin = table.line("begin", problems);
    let name = node.line(problems)?;
    let Some(method) = find_method(name) else {
        let all: Vec<String> = Call::methods().map(|method| method.name.to_owned()).collect();
        bad_word(*node, name, all.iter().map(String::as_str), problems);
        return None;
    };
    if is_method(method) != table.has("object") {
        let what = if is_method(method) {
            format!("{method} is called on an object; name it with `object`, as an earlier step saved it")
        } else {
            format!("{method} is a function, it is not called on an object")
        };
        problems.error(node.place(), Code::Conflict, Note::new(what));
        return None;
    }
    let args = args(table, method, names, problems);
    let mut made = Made { process, thread, object, name: name.to_owned(), args, fault: None, own: table.bool("own", false, problems) };
    check_args(table, &made, method, names, problems);
    made.fault = table.table("fault", problems).and_then(|table| fixture::faults::of_step(&table, method, problems));
    if let Some(begin) = begin {
        if names.begun.insert(begin.to_owned(), false).is_some() {
            let note = Note::new(format!("an earlier step began a call under the name {}", quote(begin)));
            problems.error(table.get("begin")?.place(), Code::Duplicate, note);
        }
        return Some((Action::Begin(made, begin.to_owned()), Some(method)));
    }
    Some((Action::Call(made), Some(method)))
}

/// The name of a saved object, or an object by its number in the world: `session#1`.
fn object(node: &Node<'_>, names: &Names, problems: &mut Problems) -> Option<String> {
    let name = node.line(problems)?;
    if !names.saved.contains_key(name) && Handle::parse(name).is_none() && !problems.has_syntax_errors() {
        let note = problems.unknown(name, "was not saved by an earlier step", "saved", names.saved.keys().map(String::as_str));
        problems.error(node.place(), Code::Undeclared, note);
    }
    Some(name.to_owned())
}

/// The arguments, in the order of the file.
fn args(table: &Table<'_>, method: &Method, names: &Names, problems: &mut Problems) -> Vec<(String, Form)> {
    let Some(table) = table.table("args", problems) else { return Vec::new() };
    table.only(method.args, problems);
    table.iter().for_each(|(_, node)| refer::check(&node, names.saved.keys().map(String::as_str), problems));
    table.iter().filter_map(|(key, node)| Some((key.to_owned(), argument(&node, problems)?))).collect()
}

/// Tries whether the arguments can be read.
fn check_args(table: &Table<'_>, made: &Made, method: &Method, names: &Names, problems: &mut Problems) {
    let this = is_method(method).then(|| Handle::new(kind_for(method), 1));
    let tries = |stand_in: &Form| {
        let stand = |(name, form): &(String, Form)| (name.clone(), refer::with_stand_in(form, stand_in));
        read_call(&made.name, this, &made.args.iter().map(stand).collect::<Vec<_>>(), &names.saved)
    };
    // What a reference will bring is not known yet: bytes, text, or a number.
    if matches!(tries(&Form::Str("00".to_owned())), Some(Ok(_))) {
        return;
    }
    let Some(Err(bad)) = tries(&Form::Int(1)) else { return };
    let args = table.table("args", problems);
    let place = args.as_ref().and_then(|args| args.get(bad.name));
    match place {
        Some(node) => problems.error(node.place(), Code::BadValue, Note::new(bad.what).found(node.describe())),
        None => {
            problems.error(table.place(), Code::Missing, Note::new(format!("the argument {} {}", bad.name, bad.what)).expected(bad.name))
        }
    }
}
