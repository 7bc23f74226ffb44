//! The catalogue of clauses as it comes with the command: their texts, which are shown, and which are deferred.

use std::collections::{BTreeMap, BTreeSet};

use mapi_sim::clause::ClauseId;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The files of the catalogue.
const FILES: &[&str] = &[
    include_str!("../../../docs/clauses/logon-session.toml"),
    include_str!("../../../docs/clauses/profiles-services.toml"),
    include_str!("../../../docs/clauses/status-spooler.toml"),
    include_str!("../../../docs/clauses/tables-props.toml"),
];

/// Clauses that scenarios and tests declare, one a line; a test writes and holds it.
const SHOWN: &str = include_str!("../../../docs/clauses/shown.txt");

/// Clauses that a later stage shows.
const DEFERRED: &str = include_str!("../../../docs/clauses/deferred.toml");

/// One clause.
pub(crate) struct Clause {
    pub page: String,
    pub modality: String,
    pub says: String,
    pub check: String,
}

/// Every clause.
pub(crate) fn all() -> BTreeMap<ClauseId, Clause> {
    let clause = |(id, clause): (String, Clause)| Some((id.parse().ok()?, clause));
    FILES.iter().flat_map(|text| tables(text, "clause", read)).filter_map(clause).collect()
}

/// Those that scenarios and tests declare.
pub(crate) fn shown() -> BTreeSet<ClauseId> {
    SHOWN.lines().filter_map(|line| line.parse().ok()).collect()
}

/// Those that are left for later, with the stage that shows them.
pub(crate) fn deferred() -> BTreeMap<ClauseId, String> {
    let groups = tables(DEFERRED, "deferred", |table| (text(table, "stage"), texts(table, "clauses")));
    let mut all = BTreeMap::new();
    for (stage, entries) in groups {
        for id in entries.iter().flat_map(|entry| range(entry)) {
            all.insert(id, stage.clone());
        }
    }
    all
}

/// `LOGON-017` or `LOGON-017..LOGON-018`.
fn range(entry: &str) -> Vec<ClauseId> {
    let (from, to) = entry.split_once("..").unwrap_or((entry, entry));
    match (from.parse::<ClauseId>(), to.parse::<ClauseId>()) {
        (Ok(from), Ok(to)) => (from.number()..=to.number()).map(|number| ClauseId::new(from.prefix(), number)).collect(),
        _ => Vec::new(),
    }
}

fn read(table: &DeTable<'_>) -> (String, Clause) {
    let text = |key| text(table, key);
    (text("id"), Clause { page: text("page"), modality: text("modality"), says: text("says"), check: text("check") })
}

/// What stands in the tables of an array. Tests read the same files with every mistake fatal, so that none is lost here.
fn tables<T>(file: &str, key: &str, read: impl Fn(&DeTable<'_>) -> T) -> Vec<T> {
    let (root, _) = DeTable::parse_recoverable(file);
    let Some(DeValue::Array(tables)) = root.get_ref().get(key).map(Spanned::get_ref) else { return Vec::new() };
    let table = |value: &Spanned<DeValue<'_>>| if let DeValue::Table(table) = value.get_ref() { Some(read(table)) } else { None };
    tables.iter().filter_map(table).collect()
}

fn text(table: &DeTable<'_>, key: &str) -> String {
    table.get(key).map(string).unwrap_or_default()
}

fn texts(table: &DeTable<'_>, key: &str) -> Vec<String> {
    match table.get(key).map(Spanned::get_ref) {
        Some(DeValue::Array(values)) => values.iter().map(string).collect(),
        _ => Vec::new(),
    }
}

fn string(value: &Spanned<DeValue<'_>>) -> String {
    if let DeValue::String(text) = value.get_ref() { text.to_string() } else { String::new() }
}
