//! The command line, and the help that teaches it.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use mapi_sim::clause::Prefix;
use mapi_sim::{Lint, LogonFlags};

const ABOUT: &str = "A simulated Messaging API (Extended MAPI) for tests: worlds, scenarios, and why a logon came out as it did.";

const EXAMPLES: &str = "\
Examples:
  mapi-sim check office tests/mapi/worlds/*.toml
  mapi-sim run tests/mapi
  mapi-sim with office -- ./client
  mapi-sim explain office --profile Home --flags EXTENDED,NEW_SESSION
  mapi-sim status office --profile Work --flags EXTENDED,NEW_SESSION --compare
  mapi-sim clauses LOGON-134

It ends with 0 if everything is as it should be, with 1 if not, and with 2 if the command line is wrong;
`with` ends as its client does.
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
  mapi-sim run tests/mapi --format junit --output mapi.xml
                                        the text to read, and the report for CI
  mapi-sim run tests/mapi --format json the report alone, on standard output

A scenario is a line; one that failed shows every step that differed, with - before what was expected and + before what was found.
The last line has the counts alone: 12 passed, 0 failed
It ends with 1 if a scenario failed or could not be read, if there was none, or if the report could not be written.";

const WITH_EXAMPLES: &str = "\
Examples:
  mapi-sim with office -- ./client --quiet        a program that loads libmapi32.so
  mapi-sim with tests/mapi/two_profiles.toml -- python3 client.py
  mapi-sim with office --library build/lib --journal journal.txt -- ./client
  WINEDLLOVERRIDES='mapi32=n' mapi-sim with office -- wine client.exe

The client is run as it is: nothing of it changes. It gets the world by MAPI_SIM_FIXTURE, and on Linux the library by LD_LIBRARY_PATH.
A Windows program needs mapi32.dll beside it. `cargo build --release -p mapi32` makes the library.

The client's output stays as it is. The verdict follows on standard error: a line for each thing it did wrong, with the guilty call.
It ends with the client's own status; with 86 if the client ended with 0, and the verdict has a problem or there is none.";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  mapi-sim explain office --profile Wrok --flags EXTENDED,NEW_SESSION
  mapi-sim explain office --profile Home --flags 0x20 --shared Work
  mapi-sim explain service_host --profile Service --flags 'MAPI_EXTENDED|MAPI_NT_SERVICE' --process svc --service

It shows the way through the decision table row by row, the outcome, and every flag, name and reading that would have changed it.
Without --profile the name is NULL.";

const STATUS_EXAMPLES: &str = "\
Examples:
  mapi-sim status office --profile Work --flags EXTENDED,NEW_SESSION
  mapi-sim status office --profile Work --flags EXTENDED,NEW_SESSION --open --compare
                        what MAPI_NO_MAIL takes away
  mapi-sim status office --flags EXTENDED,NO_MAIL --shared Work
                        the view of a client that joined
  mapi-sim status office --profile Work --flags EXTENDED --wide | grep TRANSPORT

The rows of IMAPISession::GetStatusTable, each with its columns; columns that a row does not have are left out.
Store and address book providers have rows when somebody opened them: --open does.
With --compare, - is what the logon without MAPI_NO_MAIL sees, and + what the one with it sees.
It ends with 1 if the logon was refused; standard error says why.";

const STATE_EXAMPLES: &str = "\
Examples:
  mapi-sim state office                                       the world as it begins
  mapi-sim state office --profile Work --flags EXTENDED,NEW_SESSION
  mapi-sim state office --flags EXTENDED --shared Work        two processes, one session

Without --profile and --flags nobody logs on. A refused logon is told on standard error and ends with 1; the world after it is shown all the same.";

const CLAUSES_EXAMPLES: &str = "\
Examples:
  mapi-sim clauses                 how many there are of what
  mapi-sim clauses SHUTDOWN        all of a prefix, a line each
  mapi-sim clauses LOGON-134       one, whole
  mapi-sim clauses 'user cancels'  those that have a text in them";

const COVERAGE_EXAMPLES: &str = "\
Examples:
  mapi-sim coverage                       a line for each prefix
  mapi-sim coverage LOGON SHUTDOWN        those two, and which clauses nothing shows
  mapi-sim coverage --format json         all of them, for programs

A clause is shown if a scenario or a test of mapi-sim declares it, and deferred if a later stage will show it.";

const LINTS_EXAMPLES: &str = "\
Examples:
  mapi-sim lints                        all of them, a line each: level, name, how to mend it
  mapi-sim lints missing-mapi-extended  one, whole: what it finds, why it matters, pages and clauses

A lint is about what MAPI lets pass and its documentation advises against. A fixture changes levels in its [lints] table.";

/// The command line.
#[derive(Parser)]
#[command(name = "mapi-sim", version, about = ABOUT, after_help = EXAMPLES)]
pub(crate) struct Line {
    #[command(subcommand)]
    pub command: Command,
}

/// What is to be done.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Reads fixtures and says what is wrong with them
    #[command(after_help = CHECK_EXAMPLES)]
    Check {
        /// Fixture files, or names of shipped worlds
        #[arg(required = true, value_name = "FIXTURE")]
        fixtures: Vec<String>,
    },
    /// Runs scenarios
    #[command(after_help = RUN_EXAMPLES)]
    Run(Run),
    /// Runs an unmodified client in a simulated world, and says what it did wrong
    #[command(after_help = WITH_EXAMPLES)]
    With(With),
    /// Takes one logon apart: which rule decided, and what would have changed it
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(Explain),
    /// Logs on and shows the status table
    #[command(after_help = STATUS_EXAMPLES)]
    Status(Status),
    /// Shows the state of a world: processes, profiles, sessions
    #[command(after_help = STATE_EXAMPLES)]
    State(WorldState),
    /// Shows clauses of the documentation, as the simulator has them
    #[command(after_help = CLAUSES_EXAMPLES)]
    Clauses {
        /// A number (LOGON-134), a prefix (LOGON), or a text to look for
        #[arg(value_name = "WHICH")]
        which: Option<String>,
    },
    /// Says how many clauses are shown by scenarios and tests
    #[command(after_help = COVERAGE_EXAMPLES)]
    Coverage(Coverage),
    /// Lists what is found fault with although MAPI lets it pass
    #[command(after_help = LINTS_EXAMPLES)]
    Lints {
        /// Name of a lint; all if left out
        #[arg(value_name = "ID", value_parser = crate::lints::lint)]
        which: Option<Lint>,
    },
}

/// Scenarios to run.
#[derive(Args)]
pub(crate) struct Run {
    /// Scenario files, and folders of them
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How the report is written
    #[arg(long, value_enum, default_value = "text")]
    pub format: RunFormat,
    /// Where the report is written; the text is on standard output all the same
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// How a report of scenarios is written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RunFormat {
    /// For people
    Text,
    /// A list of scenarios with name, file, passed and failures
    Json,
    /// XML, as CI servers read it
    Junit,
}

/// A client to run.
#[derive(Args)]
pub(crate) struct With {
    /// A fixture file, or the name of a shipped world
    pub fixture: String,
    /// The library, or its folder; if left out, it is looked for beside this command and in target/release
    #[arg(long, value_name = "PATH")]
    pub library: Option<PathBuf>,
    /// Takes the place of the fixture's seed
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// A bad verdict gives 86 even if the client itself ended with another error
    #[arg(long)]
    pub strict: bool,
    /// Where the whole journal is kept; without it the verdict alone is shown
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,
    /// The client and its arguments
    #[arg(last = true, required = true, value_name = "CLIENT")]
    pub client: Vec<OsString>,
}

/// A logon to explain.
#[derive(Args)]
pub(crate) struct Explain {
    #[command(flatten)]
    pub logon: Logon,
    /// Flags of MAPILogonEx, with or without MAPI_, separated by commas or |; or a number
    #[arg(long, default_value = "0", value_name = "FLAGS", value_parser = crate::logon::flags)]
    pub flags: LogonFlags,
    /// The process is a Windows service
    #[arg(long)]
    pub service: bool,
}

/// A logon whose status table is shown.
#[derive(Args)]
pub(crate) struct Status {
    #[command(flatten)]
    pub logon: Logon,
    /// Flags of MAPILogonEx, with or without MAPI_, separated by commas or |; or a number
    #[arg(long, default_value = "0", value_name = "FLAGS", value_parser = crate::logon::flags)]
    pub flags: LogonFlags,
    /// Open the address book and every message store first, and let the world come to rest
    #[arg(long)]
    pub open: bool,
    /// Side by side: the logon without and with MAPI_NO_MAIL
    #[arg(long)]
    pub compare: bool,
    /// One long line a row, with the columns aligned
    #[arg(long, conflicts_with = "compare")]
    pub wide: bool,
}

/// A world whose state is shown.
#[derive(Args)]
pub(crate) struct WorldState {
    #[command(flatten)]
    pub logon: Logon,
    /// Flags of MAPILogonEx, with or without MAPI_, separated by commas or |; or a number
    #[arg(long, value_name = "FLAGS", value_parser = crate::logon::flags)]
    pub flags: Option<LogonFlags>,
}

/// The world of a logon, and who logs on to what.
#[derive(Args)]
pub(crate) struct Logon {
    /// A fixture file, or the name of a shipped world
    pub fixture: String,
    /// The profile name that is passed; NULL if left out
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Name of the process that logs on
    #[arg(long, default_value = "main", value_name = "NAME")]
    pub process: String,
    /// Another process begins a shared session on this profile first
    #[arg(long, value_name = "PROFILE")]
    pub shared: Option<String>,
}

/// Prefixes whose coverage is asked for.
#[derive(Args)]
pub(crate) struct Coverage {
    /// Prefixes of clauses, such as LOGON; all if left out
    #[arg(value_name = "PREFIX", value_parser = crate::coverage::prefix)]
    pub prefixes: Vec<Prefix>,
    /// How it is written
    #[arg(long, value_enum, default_value = "text")]
    pub format: CoverageFormat,
}

/// How coverage is written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CoverageFormat {
    /// For people
    Text,
    /// An object with one object a prefix
    Json,
}
