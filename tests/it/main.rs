//! The integration tests, one binary: a module a topic.

/// Names the clauses that a test shows, for `docs/coverage.md`.
macro_rules! shows {
    ($($clause:literal),+ $(,)?) => {{
        $( let _: mapi_sim::clause::ClauseId = $clause.parse().expect("a clause id"); )+
    }};
}

mod coverage;
mod face;
mod fixtures;
mod lints;
mod page;
mod props;
mod readings;
mod rules;
mod scenarios;
mod sweep;
mod texts;

#[cfg(feature = "cli")]
mod cli;
