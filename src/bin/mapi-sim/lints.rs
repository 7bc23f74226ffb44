//! `mapi-sim lints`: what the simulator finds fault with although MAPI lets it pass.

use std::collections::BTreeSet;

use mapi_sim::Lint;
use mapi_sim::clause::ClauseId;

use crate::{Said, catalogue, line};

/// The subcommand.
pub(crate) fn lints(lint: Option<Lint>) -> Said {
    let mut out = String::new();
    match lint {
        Some(lint) => whole(&mut out, lint),
        None => Lint::ALL.iter().for_each(|lint| line(&mut out, format_args!("{:<5} {:<40} {}", level(*lint), lint.id(), lint.mend()))),
    }
    Said::well(out)
}

/// Reads the name of a lint.
pub(crate) fn lint(text: &str) -> Result<Lint, String> {
    Lint::from_id(&text.to_lowercase()).ok_or_else(|| {
        let ids: Vec<&str> = Lint::ALL.iter().map(|lint| lint.id()).collect();
        format!("no lint is called {text}; there are {}", ids.join(", "))
    })
}

fn level(lint: Lint) -> String {
    lint.default_level().to_string()
}

fn whole(out: &mut String, lint: Lint) {
    let (id, all) = (lint.id(), catalogue::all());
    let pages: BTreeSet<&str> = lint.clauses().iter().filter_map(|id| Some(all.get(id)?.page.as_str())).collect();
    let pages: Vec<&str> = pages.into_iter().collect();
    let clauses: Vec<String> = lint.clauses().iter().map(ClauseId::to_string).collect();
    line(out, format_args!("{id}\n  level:   {}; a fixture changes it by {id} = \"allow\", \"warn\" or \"deny\" in [lints]", level(lint)));
    line(out, format_args!("  finds:   {}\n  why:     {}\n  mend:    {}", lint.says(), lint.why(), lint.mend()));
    line(out, format_args!("  pages:   {}\n  clauses: {}", pages.join(", "), clauses.join(", ")));
}
