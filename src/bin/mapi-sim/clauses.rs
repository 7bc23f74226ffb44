//! `mapi-sim clauses`: the catalogue of clauses.

use std::collections::BTreeMap;

use mapi_sim::clause::ClauseId;
use toml::de::{DeTable, DeValue};

use crate::{Said, line};

/// The files of the catalogue.
const FILES: &[&str] = &[
    include_str!("../../../docs/clauses/logon-session.toml"),
    include_str!("../../../docs/clauses/profiles-services.toml"),
    include_str!("../../../docs/clauses/status-spooler.toml"),
    include_str!("../../../docs/clauses/tables-props.toml"),
];

/// One clause.
struct Clause {
    page: String,
    modality: String,
    says: String,
    check: String,
}

/// The subcommand.
pub(crate) fn clauses(which: Option<&str>) -> Said {
    let all: BTreeMap<ClauseId, Clause> = FILES.iter().flat_map(|text| read(text)).collect();
    let out = match which {
        None => counts(&all),
        Some(which) => found(&all, which),
    };
    match out.is_empty() {
        false => Said { out, err: String::new(), ok: true },
        true => {
            let what = which.unwrap_or_default();
            Said {
                out,
                err: format!("no clause has the number, the prefix or the text {what:?}; `mapi-sim clauses` lists the prefixes\n"),
                ok: false,
            }
        }
    }
}

/// The clauses of a file. A test reads every file, so that none is lost here.
fn read(text: &'static str) -> Vec<(ClauseId, Clause)> {
    let (root, _) = DeTable::parse_recoverable(text);
    let Some(DeValue::Array(clauses)) = root.get_ref().get("clause").map(toml::Spanned::get_ref) else { return Vec::new() };
    let clause = |value: &toml::Spanned<DeValue<'_>>| {
        let DeValue::Table(table) = value.get_ref() else { return None };
        let text = |key: &str| match table.get(key).map(toml::Spanned::get_ref) {
            Some(DeValue::String(text)) => text.to_string(),
            _ => String::new(),
        };
        let id = text("id").parse().ok()?;
        Some((id, Clause { page: text("page"), modality: text("modality"), says: text("says"), check: text("check") }))
    };
    clauses.iter().filter_map(clause).collect()
}

/// How many clauses each prefix has.
fn counts(all: &BTreeMap<ClauseId, Clause>) -> String {
    let mut prefixes = BTreeMap::new();
    all.keys().for_each(|id| *prefixes.entry(id.prefix()).or_insert(0) += 1);
    let mut out = String::new();
    for (prefix, count) in prefixes {
        line(&mut out, format_args!("{:<9}{count:>5}", prefix.word()));
    }
    line(&mut out, format_args!("{:<9}{:>5}", "all", all.len()));
    out
}

/// One clause whole, or a line for each of a prefix or with a text.
fn found(all: &BTreeMap<ClauseId, Clause>, which: &str) -> String {
    let upper = which.to_uppercase();
    if let Some((id, clause)) = upper.parse().ok().and_then(|id: ClauseId| all.get_key_value(&id)) {
        return whole(*id, clause);
    }
    let of_prefix = |id: &ClauseId| id.prefix().word() == upper;
    let lower = which.to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&lower);
    let by_prefix = all.keys().any(of_prefix);
    let keep = |id: &ClauseId, clause: &Clause| match by_prefix {
        true => of_prefix(id),
        false => has(&clause.says) || has(&clause.check) || has(&clause.page),
    };
    let mut out = String::new();
    for (id, Clause { modality, says, .. }) in all.iter().filter(|(id, clause)| keep(id, clause)) {
        line(&mut out, format_args!("{id} ({modality}) {says}"));
    }
    out
}

fn whole(id: ClauseId, clause: &Clause) -> String {
    let Clause { page, modality, says, check } = clause;
    format!("{id}\n  page:     {page}\n  modality: {modality}\n  says:     {says}\n  check:    {check}\n")
}
