//! `mapi-sim run`.

use mapi_sim::scenario::{Outcome, Scenario, Suite};

use crate::args::{Run, RunFormat};
use crate::{Said, line, report};

/// The subcommand.
pub(crate) fn run(args: &Run) -> Said {
    let suite = Suite::load(&args.paths);
    let outcomes: Vec<Outcome> = suite.scenarios().iter().map(Scenario::run).collect();
    let mut said = text(&suite, &outcomes);
    let report = match args.format {
        RunFormat::Text => said.out.clone(),
        RunFormat::Json => report::json(&outcomes, suite.errors()),
        RunFormat::Junit => report::junit(&outcomes, suite.errors()),
    };
    match &args.output {
        None => said.out = report,
        Some(path) => {
            if let Err(error) = std::fs::write(path, report) {
                line(&mut said.err, format_args!("{}: the report cannot be written: {error}", path.display()));
                said.ok = false;
            }
        }
    }
    said
}

fn text(suite: &Suite, outcomes: &[Outcome]) -> Said {
    let mut said = Said::well(String::new());
    outcomes.iter().for_each(|outcome| line(&mut said.out, format_args!("{outcome}")));
    suite.errors().iter().for_each(|error| line(&mut said.err, format_args!("{error}\n")));
    let passed = outcomes.iter().filter(|outcome| outcome.passed()).count();
    let failed = outcomes.len() - passed + suite.errors().len();
    if passed + failed == 0 {
        line(&mut said.err, format_args!("no scenario found: a folder is searched for files that end with .toml"));
    }
    line(&mut said.out, format_args!("{passed} passed, {failed} failed"));
    said.ok = failed == 0 && passed > 0;
    said
}
