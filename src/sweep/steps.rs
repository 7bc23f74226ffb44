//! The calls of a run as the text of a scenario.

use std::fmt::Write;

use super::{Hit, RULE};
use crate::call::{Form, Handle};
use crate::fixture::Fixture;
use crate::journal::{Entry, Journal};
use crate::kernel::Event;
use crate::scenario::world_with_fault;

/// The call that a sweep failed.
pub(super) fn failed(journal: &Journal) -> Option<&Entry> {
    let by_sweep = |event: &Event| matches!(event, Event::Ruled { rule, .. } if &**rule == RULE);
    let mut failed = journal.entries().filter(|entry| entry.events().iter().any(by_sweep));
    failed.next()
}

/// The whole file: the world with the fault, and a step for each call, in the order in which they ended.
///
/// Time that the body let pass, and a process that it killed, are not calls: they are not here.
pub(super) fn scenario(fixture: &Fixture, journal: &Journal, hit: Option<&Hit>, name: &str) -> String {
    let mut text = String::new();
    // Writing to a String does not fail.
    let _ = write_all(&mut text, fixture, journal, hit, name);
    text
}

fn write_all(text: &mut String, fixture: &Fixture, journal: &Journal, hit: Option<&Hit>, name: &str) -> std::fmt::Result {
    let quoted = |text: &str| Form::Str(text.to_owned());
    writeln!(text, "format = 1\nname = {}\ninitialize = false\ncheck = false\nleaves_waiting = true", quoted(name))?;
    if journal.dropped() > 0 {
        writeln!(text, "# {} earlier calls are gone from the journal", journal.dropped())?;
    }
    world_with_fault(text, fixture, hit.zip(failed(journal)).map(|(hit, entry)| fault(journal, hit, entry)));
    journal.entries().try_for_each(|entry| step(text, journal, entry))
}

/// The fault that a sweep tried, as a fixture has it.
fn fault(journal: &Journal, hit: &Hit, failed: &Entry) -> Form {
    // Calls about which a fault of the world decided are none that the rule behind it sees.
    let elsewhere = |event: &Event| matches!(event, Event::Ruled { rule, .. } if &**rule != RULE);
    let process = |entry: &Entry| journal.caller_name(entry.caller()).split('/').next().map(str::to_owned);
    let counts = |entry: &&Entry| {
        entry.id() <= failed.id()
            && entry.call().method() == hit.method
            && (hit.process.is_none() || hit.process == process(entry))
            && !entry.events().iter().any(elsewhere)
    };
    let nth = i64::try_from(journal.entries().filter(counts).count()).unwrap_or(i64::MAX);
    let mut keys = vec![("call", Form::Str(hit.method.to_string()))];
    keys.extend(hit.process.clone().map(|process| ("process", Form::Str(process))));
    keys.extend([(if hit.lasts { "from" } else { "nth" }, Form::Int(nth)), ("fail", result(failed)), ("name", Form::Str(RULE.to_owned()))]);
    Form::Table(keys.into_iter().map(|(key, form)| (key.to_owned(), form)).collect())
}

/// The result of a call as a scenario writes it.
fn result(entry: &Entry) -> Form {
    entry.hr().name().map_or(Form::Int(entry.hr().code().into()), |name| Form::Str(name.to_owned()))
}

fn step(text: &mut String, journal: &Journal, entry: &Entry) -> std::fmt::Result {
    let quoted = |text: &str| Form::Str(text.to_owned());
    let name = |handle: Handle| quoted(&handle.to_string());
    let caller = journal.caller_name(entry.caller());
    let (process, thread) = caller.split_once('/').map_or((caller, None), |(process, thread)| (process, Some(thread)));
    writeln!(text, "\n[[step]]\nprocess = {}", quoted(process))?;
    if let Some(thread) = thread {
        writeln!(text, "thread = {}", quoted(thread))?;
    }
    if let Some(this) = entry.call().this() {
        writeln!(text, "object = {}", name(this))?;
    }
    writeln!(text, "call = {}", quoted(&entry.call().method().to_string()))?;
    let args: Vec<(String, Form)> = entry.call().args().into_iter().map(|(name, form, _)| (name.to_owned(), form)).collect();
    if !args.is_empty() {
        writeln!(text, "args = {}", Form::Table(args))?;
    }
    writeln!(text, "expect = {{ hr = {} }}", result(entry))?;
    match entry.reply().object() {
        Some(object) => writeln!(text, "save = {}", name(object)),
        None => Ok(()),
    }
}
