//! Properties of the logon decision and of the kernel: against the reference model, against each other, and over every answer there is.

/// Names the clauses that a test shows, for `docs/coverage.md`.
macro_rules! shows {
    ($($clause:literal),+ $(,)?) => {{
        $( let _: mapi_sim::clause::ClauseId = $clause.parse().expect("a clause id"); )+
    }};
}

mod model;
mod support;
mod tables;

mod properties {
    mod adversary;
    mod exhaustive;
    mod machine;
    mod props;
    mod record;
    mod related;
    mod sessions;
    mod storms;
    mod tables;
    mod tour;
}
