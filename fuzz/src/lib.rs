//! What the targets share: their bodies, and the replay of files on stable.
//!
//! With `--cfg fuzzing` a target is driven by libFuzzer; without it is a program that runs every file given (or found in a folder given), says
//! which fail, and ends with `N passed, M failed`. Without arguments it takes the target's corpus.

#[allow(clippy::undocumented_unsafe_blocks, reason = "as in the test of the same name")]
#[path = "../../mapi32/tests/abi/mod.rs"]
mod abi;
#[path = "../../tests/model/mod.rs"]
mod model;
#[path = "../../tests/support/mod.rs"]
mod support;
#[path = "../../tests/tables/mod.rs"]
mod tables;

use std::io::Write;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use arbitrary::{Arbitrary, Unstructured};
use mapi_sim::fuzz::{self, CallSequence, World};
use mapi_sim::scenario::Scenario;
use mapi_sim::{Adversary, Error, Fixture, Lint, LintLevel, Logon, LogonFlags};

/// Makes a program of a body: a fuzz target, or a replay of files.
#[macro_export]
macro_rules! target {
    ($body:path) => {
        #[cfg(fuzzing)]
        libfuzzer_sys::fuzz_target!(|input: &[u8]| $body(input));

        #[cfg(not(fuzzing))]
        fn main() -> std::process::ExitCode {
            $crate::replay(env!("CARGO_BIN_NAME"), $body)
        }
    };
}

/// Model and kernel side by side over a world and calls out of bytes.
pub fn logon(input: &[u8]) {
    support::differential(input);
}

/// The same where logons succeed, with what hangs from sessions: providers, status tables, notifications, shutdown.
pub fn session_ops(input: &[u8]) {
    support::session_differential(input);
}

/// Model and kernel side by side over tables and calls out of bytes: rows, restrictions, orders, categories, marks, notifications.
pub fn table_ops(input: &[u8]) {
    tables::differential(input);
}

/// Any calls in any world, beside an adversary: no panic; whoever is killed leaves nothing behind; the run is recorded, and the record does the same
/// again; every moment can be come back to.
pub fn api_ops(input: &[u8]) {
    let Ok((world, adversary, calls)) = <(World, Adversary, CallSequence)>::arbitrary_take_rest(Unstructured::new(input)) else { return };
    fuzz::run_beside(world.fixture(), &adversary, |sim| {
        calls.clone().play(sim);
        let last = sim.kernel(|kernel| kernel.last_call().number());
        sim.at(last / 2).unwrap_or_else(|error| panic!("{error}"));
        assert!(!sim.state().to_string().is_empty());
        let _ = sim.lints();
        // Reading a scenario takes longer than all the rest: some inputs do.
        if input.len().is_multiple_of(4) {
            match sim.record() {
                Ok(text) => replays(&text, &sim.journal().to_string()),
                // Some arguments are in no text, and nothing may have been done.
                Err(error) => assert!(!error.to_string().is_empty()),
            }
        }
        let killed: Vec<String> = sim.state().processes.into_iter().map(|process| process.name).collect();
        killed.iter().for_each(|name| sim.kill_process(name));
    });
}

/// A record does the same again.
fn replays(text: &str, journal: &str) {
    let scenario = Scenario::named("record.toml", text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let sim = scenario.fixture().start();
    let outcome = scenario.run_by(&sim, &mut &sim);
    assert!(outcome.passed(), "{outcome}");
    assert_eq!(sim.journal().to_string(), journal);
    sim.discard();
}

/// A client in C that keeps the promises that C cannot check, and breaks the others.
pub fn abi_ops(input: &[u8]) {
    abi::run(input);
}

/// An error has problems, and each has a whole place in the text or none.
fn has_places(error: &Error, text: &str) {
    assert!(!error.problems().is_empty(), "an error without a problem: {error}");
    let lines = text.split('\n').count();
    for problem in error.problems() {
        assert_eq!(problem.line == 0, problem.column == 0, "half a place: {error}");
        assert!(problem.line <= lines || problem.file != "input.toml", "{lines} lines: {error}");
    }
    assert!(!error.to_string().is_empty());
}

/// Any text as a scenario: no panic; what is wrong has a place; what loads runs to its end, whatever it says.
pub fn scenario_toml(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    match Scenario::named("input.toml", &text) {
        Err(error) => has_places(&error, &text),
        Ok(scenario) => {
            let outcome = scenario.run();
            assert_eq!(outcome.steps(), scenario.len());
            assert!(!outcome.to_string().is_empty());
        }
    }
}

/// Any text as a fixture: no panic; what is wrong has a place; what loads starts, and a logon in it ends.
pub fn fixture_toml(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    match Fixture::named("input.toml", &text) {
        Err(error) => has_places(&error, &text),
        Ok(fixture) => {
            // With MAPI_TIMEOUT_SHORT and without a user interface no logon waits for ever.
            let flags = LogonFlags::EXTENDED | LogonFlags::NEW_SESSION | LogonFlags::USE_DEFAULT | LogonFlags::TIMEOUT_SHORT;
            let sim = fixture.start();
            // The text may deny what this client does.
            Lint::ALL.iter().for_each(|lint| sim.lint(*lint, LintLevel::Allow));
            match sim.process("client").logon_ex(Logon::new().flags(flags)) {
                Ok(session) => drop(session),
                Err(failure) => assert!(!failure.why().is_empty()),
            }
            assert!(!sim.journal().to_string().is_empty());
            let _ = sim.state().to_string();
            sim.finish();
        }
    }
}

/// Nothing.
pub fn empty(input: &[u8]) {
    std::hint::black_box(input);
}

/// Runs a body over files.
pub fn replay(target: &str, body: fn(&[u8])) -> ExitCode {
    let given: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let given = if given.is_empty() { corpus(target) } else { given };
    let mut files = Vec::new();
    given.iter().for_each(|path| collect(path, &mut files));
    let (mut passed, mut failed) = (0, 0);
    let mut out = std::io::stdout().lock();
    for file in files {
        let good = std::fs::read(&file).is_ok_and(|input| catch_unwind(|| body(&input)).is_ok());
        if good {
            passed += 1;
        } else {
            failed += 1;
            let _ = writeln!(out, "FAILED {}", file.display());
        }
    }
    let _ = writeln!(out, "{passed} passed, {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The corpus of a target; for fixtures and scenarios those of the project too.
fn corpus(target: &str) -> Vec<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![here.join("corpus").join(target)];
    match target {
        "fixture_toml" => folders.push(here.join("../fixtures")),
        "scenario_toml" => folders.push(here.join("../fixtures/scenarios")),
        _ => {}
    }
    folders
}

/// The files at or below a path, in order of their names.
fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if !path.is_dir() {
        files.push(path.to_owned());
        return;
    }
    let mut entries: Vec<PathBuf> = std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    entries.iter().for_each(|entry| collect(entry, files));
}
