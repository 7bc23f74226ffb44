//! Scenarios as text.

use std::fmt::Write;

use super::Scenario;
use super::read::{KEYS, STEP_KEYS};
use crate::call::{Form, toml_key};
use crate::clause::{Reading, ReadingValue, Readings};
use crate::error::Error;
use crate::fixture::{Fixture, Script};

impl Scenario {
    /// The scenario as the text of a file. A world that is no shipped one stands in it whole, with its parents; comments are gone.
    ///
    /// # Errors
    ///
    /// That its world was not written as text.
    pub fn to_text(&self) -> Result<String, Error> {
        let mut text = String::new();
        keys(&mut text, KEYS, &self.written);
        world(&mut text, &self.fixture, &Script::default())
            .ok_or_else(|| Error::misuse(format!("the world of {:?} was not written as text", self.name)))?;
        for step in &self.steps {
            text.push_str("\n[[step]]\n");
            keys(&mut text, STEP_KEYS, &step.written);
        }
        Ok(text)
    }
}

/// The values of a table, in the order of these keys.
fn keys(text: &mut String, order: &[&str], table: &Form) {
    for name in order {
        if let Some(value) = table.get(name) {
            line(text, name, value);
        }
    }
}

/// A key and its value, on one line.
pub(super) fn line(text: &mut String, name: &str, value: &Form) {
    // Writing to a String does not fail.
    let _ = writeln!(text, "{} = {value}", toml_key(name));
}

/// Whether a value is a list of tables.
fn is_tables(form: &Form) -> bool {
    matches!(form, Form::List(items) if !items.is_empty() && items.iter().all(|item| matches!(item, Form::Table(_))))
}

/// A table under a header: its plain values first, then the tables in it.
fn section(text: &mut String, path: &str, header: &str, entries: &[(String, Form)]) {
    let is_section = |form: &Form| matches!(form, Form::Table(_)) || is_tables(form);
    if entries.is_empty() || entries.iter().any(|(_, form)| !is_section(form)) || header.starts_with("[[") {
        let _ = write!(text, "\n{header}\n");
    }
    for (name, form) in entries.iter().filter(|(_, form)| !is_section(form)) {
        line(text, name, form);
    }
    for (name, form) in entries.iter().filter(|(_, form)| is_section(form)) {
        let path = format!("{path}.{}", toml_key(name));
        match form {
            Form::Table(entries) => section(text, &path, &format!("[{path}]"), entries),
            Form::List(items) => items.iter().for_each(|item| {
                if let Form::Table(entries) = item {
                    section(text, &path, &format!("[[{path}]]"), entries);
                }
            }),
            _ => {}
        }
    }
}

/// The world of a scenario by its name, or as sections, with what was said beside its own script; `None` if no text can say it.
pub(super) fn world(text: &mut String, fixture: &Fixture, said: &Script) -> Option<()> {
    let more = fixture.script().and_written(said);
    if is_shipped(fixture) {
        if let Some(more) = more {
            let extends = ("extends".to_owned(), Form::Str(fixture.name().to_owned()));
            sections(text, fixture, vec![extends, ("script".to_owned(), more)]);
            return Some(());
        }
        line(text, "fixture", &Form::Str(fixture.name().to_owned()));
        write_readings(text, &fixture.machine().readings, Some(fixture.name()));
        return Some(());
    }
    let mut entries = written(fixture)?;
    if let Some(more) = more {
        merge(&mut entries, vec![("script".to_owned(), more)]);
    }
    sections(text, fixture, entries);
    Some(())
}

/// Puts entries into a table: tables into tables, anything else in place of what is there.
fn merge(entries: &mut Vec<(String, Form)>, more: Vec<(String, Form)>) {
    for (name, form) in more {
        match (entries.iter_mut().find(|(known, _)| *known == name), form) {
            (Some((_, Form::Table(inner))), Form::Table(more)) => merge(inner, more),
            (Some((_, known)), form) => *known = form,
            (None, form) => entries.push((name, form)),
        }
    }
}

/// Whether a world is a shipped one, but for its readings.
fn is_shipped(fixture: &Fixture) -> bool {
    let readings = &fixture.machine().readings;
    let same = |shipped: &Fixture| {
        let machine = crate::kernel::Machine { readings: readings.clone(), ..(**shipped.machine()).clone() };
        machine == **fixture.machine()
            && shipped.profiles() == fixture.profiles()
            && shipped.script() == fixture.script()
            && shipped.faults() == fixture.faults()
            && shipped.lints() == fixture.lints()
    };
    Fixture::shipped(fixture.name()).is_some_and(|shipped| same(&shipped))
}

/// What the sections of a world were written as, its readings left out.
fn written(fixture: &Fixture) -> Option<Vec<(String, Form)>> {
    let Form::Table(entries) = fixture.written()? else { return None };
    Some(entries.iter().filter(|(name, _)| name != "readings").cloned().collect())
}

/// Readings, and a world as sections.
fn sections(text: &mut String, fixture: &Fixture, entries: Vec<(String, Form)>) {
    let parent =
        entries.iter().find_map(|(name, form)| if let ("extends", Form::Str(parent)) = (&**name, form) { Some(&**parent) } else { None });
    write_readings(text, &fixture.machine().readings, parent);
    if entries.is_empty() {
        text.push_str("\n[fixture]\n");
    }
    section(text, "fixture", "[fixture]", &entries);
}

/// The readings that are not those of the shipped parent, or not the usual ones.
fn write_readings(text: &mut String, readings: &Readings, parent: Option<&str>) {
    let parent = parent.and_then(Fixture::shipped).map(|parent| parent.machine().readings.clone()).unwrap_or_default();
    // Looked at from outside, so that it does not count as looked up.
    let value = |readings: &Readings, reading: Reading| {
        readings.changed().find(|(changed, _)| *changed == reading).map_or(reading.default_value(), |(_, value)| value)
    };
    let others = Reading::ALL.iter().filter(|reading| value(readings, **reading) != value(&parent, **reading));
    let entries: Vec<(String, Form)> = others.map(|reading| (reading.name().to_owned(), reading_form(value(readings, *reading)))).collect();
    if !entries.is_empty() {
        line(text, "readings", &Form::Table(entries));
    }
}

fn reading_form(value: ReadingValue) -> Form {
    match value {
        ReadingValue::Bool(value) => Form::Bool(value),
        ReadingValue::Number(value) => Form::Int(value),
        ReadingValue::Word(value) => Form::Str(value.to_owned()),
    }
}
