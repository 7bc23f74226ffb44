//! The calls of a run as the text of a scenario.

use std::fmt::Write;

use super::{Hit, RULE};
use crate::call::{Form, Handle};
use crate::fixture::Fixture;
use crate::journal::{Entry, Journal};
use crate::kernel::Event;

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
    let shipped = Fixture::shipped(fixture.name()).as_ref() == Some(fixture);
    let parent = if shipped { fixture.name().to_owned() } else { format!("{}.toml", fixture.name()) };
    writeln!(text, "\n[fixture]\nextends = {}", quoted(&parent))?;
    if let (Some(hit), Some(entry)) = (hit, failed(journal)) {
        let earlier = |other: &&Entry| other.id() <= entry.id() && other.call().method() == hit.method;
        let nth = journal.entries().filter(earlier).count();
        let which = if hit.lasts { "from" } else { "nth" };
        let call = quoted(&hit.method.to_string());
        writeln!(text, "\n[[fixture.fault]]\ncall = {call}\n{which} = {nth}\nfail = {}\nname = \"{RULE}\"", result(entry))?;
    }
    journal.entries().try_for_each(|entry| step(text, journal, entry))
}

/// The result of a call as a scenario writes it.
fn result(entry: &Entry) -> String {
    match entry.hr().name() {
        Some(name) => format!("\"{name}\""),
        None => format!("0x{:08X}", entry.hr().code()),
    }
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
    let method = entry.call().method();
    let call = if method.interface == "MAPI" { method.name.to_owned() } else { method.to_string() };
    writeln!(text, "call = {}", quoted(&call))?;
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
