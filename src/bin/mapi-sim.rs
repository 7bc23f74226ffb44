//! The command `mapi-sim`: checks fixtures, runs scenarios and clients, explains logons, shows worlds and clauses. Everything it says comes from the library.

#[path = "mapi-sim/args.rs"]
mod args;
#[path = "mapi-sim/catalogue.rs"]
mod catalogue;
#[path = "mapi-sim/clauses.rs"]
mod clauses;
#[path = "mapi-sim/compare.rs"]
mod compare;
#[path = "mapi-sim/coverage.rs"]
mod coverage;
#[path = "mapi-sim/explain.rs"]
mod explain;
#[path = "mapi-sim/lints.rs"]
mod lints;
#[path = "mapi-sim/logon.rs"]
mod logon;
#[path = "mapi-sim/paint.rs"]
mod paint;
#[path = "mapi-sim/report.rs"]
mod report;
#[path = "mapi-sim/run.rs"]
mod run;
#[path = "mapi-sim/status.rs"]
mod status;
#[path = "mapi-sim/with.rs"]
mod with;

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

use args::{Command, Line};
use clap::Parser;
use mapi_sim::{Error, Fixture};

/// What a command says, and whether all is well.
pub(crate) struct Said {
    /// For standard output.
    pub out: String,
    /// For standard error.
    pub err: String,
    /// Whether all is well.
    pub ok: bool,
}

impl Said {
    /// Something to read, and all is well.
    pub fn well(out: String) -> Self {
        Said { out, err: String::new(), ok: true }
    }

    /// Nothing but what is wrong.
    pub fn wrong(what: impl std::fmt::Display) -> Self {
        Said { out: String::new(), err: format!("{what}\n"), ok: false }
    }
}

fn main() -> ExitCode {
    let said = match Line::parse().command {
        Command::Check { fixtures } => check(&fixtures),
        Command::Run(args) => run::run(&args),
        Command::With(args) => std::process::exit(with::with(&args)),
        Command::Explain(args) => explain::explain(&args),
        Command::Status(args) => status::status(&args),
        Command::State(args) => status::state(&args),
        Command::Clauses { which } => clauses::clauses(which.as_deref()),
        Command::Coverage(args) => coverage::coverage(&args),
        Command::Lints { which } => lints::lints(which),
    };
    // Whoever closed the other end does not want to read more.
    let _ = std::io::stdout().write_all(paint::out(&said.out).as_bytes());
    let _ = std::io::stderr().write_all(paint::err(&said.err).as_bytes());
    if said.ok { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A shipped world, or one in a file.
pub(crate) fn named_fixture(name: &str) -> Result<Fixture, Error> {
    Fixture::shipped(name).map_or_else(|| Fixture::load(name), Ok)
}

/// `mapi-sim check`.
fn check(names: &[String]) -> Said {
    let mut said = Said::well(String::new());
    for name in names {
        match named_fixture(name) {
            Ok(fixture) => {
                let (machine, profiles) = (fixture.machine(), fixture.profiles().iter().count());
                let (services, providers) = (machine.services.len(), machine.providers.len());
                let counts =
                    [(profiles, "profile"), (services, "service"), (providers, "provider")].map(|(count, what)| plural(count, what));
                line(&mut said.out, format_args!("ok {name}: {}", counts.join(", ")));
                fixture.warnings().iter().for_each(|warning| line(&mut said.err, format_args!("{warning}\n")));
            }
            Err(error) => {
                said.ok = false;
                line(&mut said.err, format_args!("{error}\n"));
            }
        }
    }
    said
}

/// `1 profile`, `2 profiles`.
pub(crate) fn plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Adds a line.
pub(crate) fn line(text: &mut String, what: std::fmt::Arguments<'_>) {
    // Writing to a String does not fail.
    let _ = writeln!(text, "{what}");
}
