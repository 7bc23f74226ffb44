//! The integration tests, one binary: a module a topic.

/// Names the clauses that a test shows, for `docs/coverage.md`.
macro_rules! shows {
    ($($clause:literal),+ $(,)?) => {{
        $( let _: mapi_sim::clause::ClauseId = $clause.parse().expect("a clause id"); )+
    }};
}

mod adversary;
mod assertions;
mod coverage;
mod every_reading;
mod face;
mod fixtures;
#[cfg(all(feature = "fuzz", feature = "proptest"))]
mod kit;
mod lints;
mod page;
mod props;
mod readings;
mod replay;
mod rules;
mod scenarios;
mod sweep;
mod texts;
mod threads;

#[cfg(feature = "cli")]
mod cli;
