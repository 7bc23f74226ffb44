//! `mapi-sim with`: an unmodified client in a simulated world, and the verdict on it.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use mapi_sim::Fixture;

use crate::args::With;
use crate::{named_fixture, paint};

/// What `mapi-sim with` ends with if the client is content and the verdict is not; the library's own status for the same.
const BAD_VERDICT: i32 = 86;
/// What it ends with if there was no run.
const NO_RUN: i32 = 1;
/// The library as the system names it.
const LIBRARY: &str = if cfg!(windows) { "mapi32.dll" } else { "libmapi32.so" };

/// The subcommand: the status to end with.
pub(crate) fn with(args: &With) -> i32 {
    let place = match Place::new() {
        Ok(place) => place,
        Err(error) => return refuse(&format!("no folder for the journal: {error}")),
    };
    let journal = args.journal.as_deref().unwrap_or(&place.journal);
    match run(args, journal) {
        Ok(status) => judge(args, code(status), journal),
        Err(what) => refuse(&what),
    }
}

/// Runs the client to its end; its input and output are ours.
fn run(args: &With, journal: &Path) -> Result<ExitStatus, String> {
    let absolute = |path: &Path| std::path::absolute(path).map_err(|error| format!("{}: {error}", path.display()));
    named_fixture(&args.fixture).map_err(|error| error.to_string())?;
    let (program, arguments) = args.client.split_first().ok_or("there is no client to run")?;
    let mut command = Command::new(program);
    command.args(arguments).env("MAPI_SIM_JOURNAL", absolute(journal)?).env_remove("MAPI_SIM_STRICT");
    match Fixture::shipped(&args.fixture) {
        Some(_) => command.env("MAPI_SIM_FIXTURE", &args.fixture),
        None => command.env("MAPI_SIM_FIXTURE", absolute(args.fixture.as_ref())?),
    };
    if let Some(seed) = args.seed {
        command.env("MAPI_SIM_SEED", seed.to_string());
    }
    if let Some(folder) = folder(args.library.as_deref())?.filter(|_| cfg!(unix)) {
        command.env("LD_LIBRARY_PATH", search_path(&absolute(&folder)?)?);
    }
    // What an earlier run left must not be taken for this one's.
    match std::fs::remove_file(journal) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(format!("{}: {error}", journal.display())),
        _ => {}
    }
    command.status().map_err(|error| format!("{} cannot be run: {error}", program.display()))
}

/// The folder of the library: the given one, that of this command, or the one in which cargo builds it; nothing if it is in none.
fn folder(given: Option<&Path>) -> Result<Option<PathBuf>, String> {
    if let Some(path) = given {
        let file = if path.is_dir() { path.join(LIBRARY) } else { path.to_owned() };
        if !file.is_file() {
            return Err(format!("--library {}: there is no {LIBRARY}; `cargo build --release -p mapi32` makes it", path.display()));
        }
        return Ok(Some(file.parent().map(Path::to_owned).filter(|folder| folder != Path::new("")).unwrap_or(PathBuf::from("."))));
    }
    let beside = std::env::current_exe().ok().and_then(|command| command.parent().map(Path::to_owned));
    let built = Some(PathBuf::from("target/release"));
    Ok([beside, built].into_iter().flatten().find(|folder| folder.join(LIBRARY).is_file()))
}

/// Where the system looks for libraries: in this folder first.
fn search_path(folder: &Path) -> Result<OsString, String> {
    let before = std::env::var_os("LD_LIBRARY_PATH").filter(|value| !value.is_empty());
    let folders = std::iter::once(folder.to_owned()).chain(before.iter().flat_map(std::env::split_paths));
    std::env::join_paths(folders).map_err(|error| format!("{}: {error}", folder.display()))
}

/// Says the verdict; the status is the client's, unless that says less than the verdict.
fn judge(args: &With, code: i32, journal: &Path) -> i32 {
    let record = std::fs::read(journal).unwrap_or_default();
    let record = String::from_utf8_lossy(&record);
    let good = match verdict(&record) {
        Some(verdict) => {
            say(verdict);
            verdict.lines().next().is_some_and(|line| line.ends_with(": 0 problem(s)"))
        }
        None => {
            say(&format!(
                "mapi-sim: no verdict. The client did not come to the simulated MAPI, or did not end by itself.\n\
                 It has to find {LIBRARY}: see --library, and the manual's page on unmodified clients.\n"
            ));
            false
        }
    };
    if good || (code != 0 && !args.strict) { code } else { BAD_VERDICT }
}

/// The verdict in a record: its last part.
fn verdict(record: &str) -> Option<&str> {
    const HEAD: &str = "verdict on ";
    if let Some(at) = record.rfind(&format!("\n{HEAD}")) {
        return record.get(at + 1..);
    }
    record.starts_with(HEAD).then_some(record)
}

/// The status of the client as a shell has it: of one that a signal ended, 128 and the signal.
fn code(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal: Option<i32> = None;
    status.code().or(signal.map(|signal| 128 + signal)).unwrap_or(NO_RUN)
}

fn refuse(what: &str) -> i32 {
    say(&format!("{what}\n"));
    NO_RUN
}

/// Says something beside the client's own output, which has standard output for itself.
fn say(text: &str) {
    // Whoever closed the other end does not want to read more.
    let _ = std::io::stderr().write_all(paint::err(text).as_bytes());
}

/// A folder of this run alone, for the journal.
struct Place {
    folder: PathBuf,
    journal: PathBuf,
}

impl Place {
    fn new() -> std::io::Result<Place> {
        let mut number = 0;
        loop {
            let folder = std::env::temp_dir().join(format!("mapi-sim-{}-{number}", std::process::id()));
            match std::fs::create_dir(&folder) {
                Ok(()) => return Ok(Place { journal: folder.join("journal.txt"), folder }),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && number < 1000 => number += 1,
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What cannot be removed stays for whoever cleans the folder of temporary files.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
