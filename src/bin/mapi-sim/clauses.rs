//! `mapi-sim clauses`: the catalogue of clauses.

use std::collections::BTreeMap;

use mapi_sim::clause::ClauseId;

use crate::catalogue::{self, Clause};
use crate::{Said, line};

/// The subcommand.
pub(crate) fn clauses(which: Option<&str>) -> Said {
    let all = catalogue::all();
    let out = match which {
        None => counts(&all),
        Some(which) => found(&all, which),
    };
    if out.is_empty() {
        let what = which.unwrap_or_default();
        return Said::wrong(format_args!(
            "no clause has the number, the prefix or the text {what:?}; `mapi-sim clauses` lists the prefixes"
        ));
    }
    Said::well(out)
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
