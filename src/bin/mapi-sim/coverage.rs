//! `mapi-sim coverage`: how many clauses scenarios and tests show.

use std::collections::BTreeMap;

use mapi_sim::clause::{ClauseId, Prefix};
use serde::Serialize;

use crate::args::{Coverage, CoverageFormat};
use crate::{Said, catalogue, line};

/// What one prefix has.
#[derive(Default, Serialize)]
struct Counts {
    clauses: usize,
    must: usize,
    should: usize,
    shown: usize,
    deferred: usize,
    not_shown: Vec<String>,
    #[serde(skip)]
    left: Vec<(ClauseId, String)>,
}

/// Reads a prefix, in any case.
pub(crate) fn prefix(text: &str) -> Result<Prefix, String> {
    let upper = text.to_uppercase();
    Prefix::ALL.iter().find(|prefix| prefix.word() == upper).copied().ok_or_else(|| {
        let words: Vec<&str> = Prefix::ALL.iter().map(|prefix| prefix.word()).collect();
        format!("no clause has the prefix {text}; there are {}", words.join(", "))
    })
}

/// The subcommand.
pub(crate) fn coverage(args: &Coverage) -> Said {
    let mut all = count();
    if !args.prefixes.is_empty() {
        all.retain(|prefix, _| args.prefixes.contains(prefix));
    }
    match args.format {
        CoverageFormat::Text => Said::well(text(&all, !args.prefixes.is_empty())),
        CoverageFormat::Json => {
            let by_word: BTreeMap<&str, &Counts> = all.iter().map(|(prefix, counts)| (prefix.word(), counts)).collect();
            match serde_json::to_string_pretty(&by_word) {
                Ok(json) => Said::well(json + "\n"),
                Err(error) => Said::wrong(error),
            }
        }
    }
}

fn count() -> BTreeMap<Prefix, Counts> {
    let (shown, deferred) = (catalogue::shown(), catalogue::deferred());
    let mut all: BTreeMap<Prefix, Counts> = BTreeMap::new();
    for (id, clause) in catalogue::all() {
        let counts = all.entry(id.prefix()).or_default();
        counts.clauses += 1;
        counts.must += usize::from(clause.modality == "must");
        counts.should += usize::from(clause.modality == "should");
        counts.deferred += usize::from(deferred.contains_key(&id));
        if shown.contains(&id) {
            counts.shown += 1;
        } else {
            counts.not_shown.push(id.to_string());
            let stage = deferred.get(&id).map_or("not deferred either", String::as_str);
            counts.left.push((id, stage.to_owned()));
        }
    }
    all
}

/// A line for each prefix; if wanted also what is not shown, by stage.
fn text(all: &BTreeMap<Prefix, Counts>, list: bool) -> String {
    let mut out = String::new();
    line(&mut out, format_args!("prefix    clauses   must  should  shown  deferred"));
    let mut row = |word: &str, [clauses, must, should, shown, deferred]: [usize; 5]| {
        line(&mut out, format_args!("{word:<9} {clauses:>7} {must:>6} {should:>7} {shown:>6} {deferred:>9}"));
    };
    let mut sums = [0; 5];
    for (prefix, counts) in all {
        let numbers = [counts.clauses, counts.must, counts.should, counts.shown, counts.deferred];
        sums.iter_mut().zip(numbers).for_each(|(sum, number)| *sum += number);
        row(prefix.word(), numbers);
    }
    if all.len() > 1 {
        row("all", sums);
    }
    for (prefix, counts) in all.iter().filter(|_| list) {
        not_shown(&mut out, *prefix, &counts.left);
    }
    out
}

fn not_shown(out: &mut String, prefix: Prefix, left: &[(ClauseId, String)]) {
    if left.is_empty() {
        return line(out, format_args!("\n{}: all are shown", prefix.word()));
    }
    line(out, format_args!("\n{}: not shown", prefix.word()));
    let mut stages: BTreeMap<&str, Vec<ClauseId>> = BTreeMap::new();
    left.iter().for_each(|(id, stage)| stages.entry(stage).or_default().push(*id));
    for (stage, ids) in stages {
        line(out, format_args!("  {stage}"));
        ranges(&ids).chunks(5).for_each(|some| line(out, format_args!("    {}", some.join("  "))));
    }
}

/// `LOGON-014 to 016`, `LOGON-041`.
fn ranges(ids: &[ClauseId]) -> Vec<String> {
    let mut parts: Vec<(ClauseId, ClauseId)> = Vec::new();
    for id in ids {
        match parts.last_mut() {
            Some((_, last)) if last.number() + 1 == id.number() => *last = *id,
            _ => parts.push((*id, *id)),
        }
    }
    parts.iter().map(|(from, to)| if from == to { from.to_string() } else { format!("{from} to {:03}", to.number()) }).collect()
}
