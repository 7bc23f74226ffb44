//! The command `mapi-sim`: checks fixtures, runs scenarios, explains logons, shows clauses. Everything it says comes from the library.

#[path = "mapi-sim/clauses.rs"]
mod clauses;
#[path = "mapi-sim/explain.rs"]
mod explain;
#[path = "mapi-sim/paint.rs"]
mod paint;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use mapi_sim::scenario::Suite;
use mapi_sim::{Error, Fixture};

const ABOUT: &str = "A simulated Messaging API (Extended MAPI) for tests: worlds, scenarios, and why a logon came out as it did.";

const EXAMPLES: &str = "\
Examples:
  mapi-sim check office tests/mapi/worlds/*.toml
  mapi-sim run tests/mapi
  mapi-sim explain office --profile Home --flags EXTENDED,NEW_SESSION
  mapi-sim clauses LOGON-134

It ends with 0 if everything is as it should be, with 1 if not, and with 2 if the command line is wrong.
Names of the shipped worlds can stand wherever a fixture can: see `mapi-sim check --help`.";

const CHECK_EXAMPLES: &str = "\
Examples:
  mapi-sim check office                 a world that comes with mapi-sim
  mapi-sim check tests/mapi/*.toml      fixture files

Each mistake is shown with its line, what was found, and what would be right.
Shipped worlds:
  broken_services  cyrillic  minimal  no_default  office
  service_host  shared  standard  test_profile  thousand_profiles";

const RUN_EXAMPLES: &str = "\
Examples:
  mapi-sim run tests/mapi               every *.toml below the folder
  mapi-sim run tests/mapi/logon.toml    one file

A scenario is a line; one that failed shows every step that differed, with - before what was expected and + before what was found.
The last line has the counts alone: 12 passed, 0 failed";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  mapi-sim explain office --profile Wrok --flags EXTENDED,NEW_SESSION
  mapi-sim explain office --profile Home --flags 0x20 --shared Work
  mapi-sim explain service_host --profile Service --flags 'MAPI_EXTENDED|MAPI_NT_SERVICE' --process svc --service

It shows the way through the decision table row by row, the outcome, and every flag, name and reading that would have changed it.
Without --profile the name is NULL.";

const CLAUSES_EXAMPLES: &str = "\
Examples:
  mapi-sim clauses                 how many there are of what
  mapi-sim clauses SHUTDOWN        all of a prefix, a line each
  mapi-sim clauses LOGON-134       one, whole
  mapi-sim clauses 'user cancels'  those that have a text in them";

/// The command line.
#[derive(Parser)]
#[command(name = "mapi-sim", version, about = ABOUT, after_help = EXAMPLES)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Reads fixtures and says what is wrong with them
    #[command(after_help = CHECK_EXAMPLES)]
    Check {
        /// Fixture files, or names of shipped worlds
        #[arg(required = true, value_name = "FIXTURE")]
        fixtures: Vec<String>,
    },
    /// Runs scenarios
    #[command(after_help = RUN_EXAMPLES)]
    Run {
        /// Scenario files, and folders of them
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
    /// Takes one logon apart: which rule decided, and what would have changed it
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(Explain),
    /// Shows clauses of the documentation, as the simulator has them
    #[command(after_help = CLAUSES_EXAMPLES)]
    Clauses {
        /// A number (LOGON-134), a prefix (LOGON), or a text to look for
        #[arg(value_name = "WHICH")]
        which: Option<String>,
    },
}

/// A logon to explain.
#[derive(Args)]
struct Explain {
    /// A fixture file, or the name of a shipped world
    fixture: String,
    /// The profile name that is passed; NULL if left out
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Flags of MAPILogonEx, with or without MAPI_, separated by commas or |; or a number
    #[arg(long, default_value = "0", value_name = "FLAGS", value_parser = explain::flags)]
    flags: mapi_sim::LogonFlags,
    /// Name of the process that logs on
    #[arg(long, default_value = "main", value_name = "NAME")]
    process: String,
    /// The process is a Windows service
    #[arg(long)]
    service: bool,
    /// Another process begins a shared session on this profile first
    #[arg(long, value_name = "PROFILE")]
    shared: Option<String>,
}

/// What a command says, and whether all is well.
pub(crate) struct Said {
    /// For standard output.
    pub out: String,
    /// For standard error.
    pub err: String,
    /// Whether all is well.
    pub ok: bool,
}

fn main() -> ExitCode {
    let said = match Line::parse().command {
        Command::Check { fixtures } => check(&fixtures),
        Command::Run { paths } => run(&paths),
        Command::Explain(args) => explain::explain(&args),
        Command::Clauses { which } => clauses::clauses(which.as_deref()),
    };
    // Whoever closed the other end does not want to read more.
    let _ = std::io::stdout().write_all(paint::out(&said.out).as_bytes());
    let _ = std::io::stderr().write_all(paint::err(&said.err).as_bytes());
    if said.ok { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A shipped world, or one in a file.
pub(crate) fn fixture(name: &str) -> Result<Fixture, Error> {
    Fixture::shipped(name).map_or_else(|| Fixture::load(name), Ok)
}

/// `mapi-sim check`.
fn check(names: &[String]) -> Said {
    let mut said = Said { out: String::new(), err: String::new(), ok: true };
    for name in names {
        match fixture(name) {
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

/// `mapi-sim run`.
fn run(paths: &[PathBuf]) -> Said {
    let mut said = Said { out: String::new(), err: String::new(), ok: true };
    let suite = Suite::load(paths);
    let (mut passed, mut failed) = (0, suite.errors().len());
    for scenario in suite.scenarios() {
        let outcome = scenario.run();
        *(if outcome.passed() { &mut passed } else { &mut failed }) += 1;
        line(&mut said.out, format_args!("{outcome}"));
    }
    suite.errors().iter().for_each(|error| line(&mut said.err, format_args!("{error}\n")));
    if passed + failed == 0 {
        line(&mut said.err, format_args!("no scenario found: a folder is searched for files that end with .toml"));
    }
    line(&mut said.out, format_args!("{passed} passed, {failed} failed"));
    said.ok = failed == 0 && passed > 0;
    said
}

/// `1 profile`, `2 profiles`.
fn plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Adds a line.
pub(crate) fn line(text: &mut String, what: std::fmt::Arguments<'_>) {
    // Writing to a String does not fail.
    let _ = writeln!(text, "{what}");
}
