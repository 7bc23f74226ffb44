//! The integration tests, one binary: a module a topic.

/// Names the clauses that a test shows, for `docs/coverage.md`.
macro_rules! shows {
    ($($clause:literal),+ $(,)?) => {{
        $( let _: mapi_sim::clause::ClauseId = $clause.parse().expect("a clause id"); )+
    }};
}

mod assertions;
mod coverage;
mod every_reading;
mod face;
mod fixtures;
mod lints;
mod page;
mod props;
mod readings;
mod replay;
mod scenarios;
mod texts;
mod threads;

#[cfg(feature = "cli")]
mod cli;
