//! The house rules, held by machine: who may import whom, what may not occur in `src`, how large files and functions grow.

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms of `src`, and the rooms each may name. What is not here is forbidden.
const LAYERS: &[(&str, &[&str])] = &[
    ("mapi", &[]),
    ("time", &[]),
    ("near", &[]),
    ("clause", &["mapi"]),
    ("error", &[]),
    ("choices", &[]),
    ("call", &["mapi", "choices"]),
    ("kernel", &["mapi", "clause", "time", "call"]),
    ("journal", &["mapi", "time", "call", "near", "kernel"]),
    ("why", &["mapi", "call", "kernel", "journal", "near"]),
    ("state", &["time", "call", "kernel"]),
    ("lint", &["mapi", "clause", "time", "call", "kernel", "journal"]),
    ("rule", &["mapi", "time", "call", "error", "near", "kernel"]),
    ("fixture", &["mapi", "clause", "time", "error", "call", "near", "kernel", "lint", "rule"]),
    ("adversary", &["mapi", "clause", "time", "choices", "call", "kernel", "rule", "fixture"]),
    ("sim", &["mapi", "time", "call", "error", "kernel", "journal", "why", "state", "lint", "rule", "fixture", "adversary"]),
    ("trial", &["sim"]),
    ("readings", &["clause", "call", "kernel", "journal", "fixture", "sim"]),
    ("explain", &["mapi", "clause", "time", "call", "error", "kernel", "journal", "why", "fixture", "sim"]),
    (
        "scenario",
        &["mapi", "clause", "time", "error", "call", "near", "kernel", "journal", "why", "state", "lint", "fixture", "adversary", "sim"],
    ),
    ("sweep", &["mapi", "call", "kernel", "journal", "rule", "fixture", "sim", "trial"]),
    ("campaign", &["adversary", "fixture", "sim", "trial", "scenario"]),
    ("api", &["mapi", "call", "sim"]),
    ("generate", &["mapi", "choices", "call", "kernel", "fixture", "sim", "api"]),
    ("fuzz", &["choices", "fixture", "adversary", "sim", "trial", "generate"]),
    ("strategy", &["choices", "fixture", "adversary", "api", "generate"]),
    ("bin", &[]),
];

/// Words that may not occur in the library, and why.
const BANNED: &[(&str, &str)] = &[
    ("HashMap", "its order differs from run to run"),
    ("HashSet", "its order differs from run to run"),
    ("SystemTime", "the wall clock"),
    ("Instant", "the wall clock"),
    ("thread::spawn", "threads belong to the test"),
    ("thread::sleep", "nothing sleeps"),
    ("println!", "printing belongs to the command"),
    ("eprintln!", "printing belongs to the command"),
    ("print!", "printing belongs to the command"),
    ("dbg!", "printing belongs to the command"),
    ("env::var", "the environment"),
    ("std::net", "the network"),
    ("{:p}", "an address"),
    ("unsafe ", "the library forbids it"),
];

/// Rooms that may read files: those that are given a path.
const READS_FILES: &[&str] = &["fixture", "scenario", "bin"];

const LONGEST_FILE: usize = 650;
const LONGEST_FUNCTION: usize = 75;

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(dir).expect("src is readable").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Every source file: its room, its path for messages, its text.
fn files() -> Vec<(String, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    sources(&root, &mut paths);
    let file = |path: &PathBuf| {
        let name = path.strip_prefix(&root).expect("below src").to_string_lossy().replace('\\', "/");
        let room = name.split('/').next().expect("a first part").trim_end_matches(".rs").to_owned();
        (room, name, fs::read_to_string(path).expect("UTF-8"))
    };
    paths.iter().map(file).collect()
}

/// The code of a line, without its comment.
fn code(line: &str) -> &str {
    let line = line.trim();
    if line.starts_with("//") { "" } else { line }
}

/// Lines before the unit tests of a file.
fn library_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().take_while(|(_, line)| !line.starts_with("#[cfg(test)]")).map(|(at, line)| (at + 1, code(line)))
}

fn report(problems: &[String]) {
    assert!(problems.is_empty(), "{} problem(s):\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn rooms_open_only_downwards() {
    let mut problems = Vec::new();
    for (room, name, text) in files() {
        if room == "lib" {
            continue;
        }
        let Some((_, allowed)) = LAYERS.iter().find(|(layer, _)| *layer == room) else {
            problems.push(format!("src/{name}: the room `{room}` is not in the table of layers"));
            continue;
        };
        for (at, line) in library_lines(&text) {
            for rest in line.split("crate::").skip(1) {
                let other: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let known = LAYERS.iter().any(|(layer, _)| *layer == other);
                if known && other != room && !allowed.contains(&other.as_str()) {
                    problems.push(format!("src/{name}:{at}: `{room}` may not import `{other}`"));
                }
            }
        }
    }
    report(&problems);
}

#[test]
fn nothing_that_differs_from_run_to_run() {
    let mut problems = Vec::new();
    for (room, name, text) in files() {
        for (at, line) in library_lines(&text) {
            for (word, why) in BANNED {
                if line.contains(word)
                    && !(room == "bin" && (word.ends_with("print!") || word.ends_with("println!") || *word == "env::var"))
                {
                    problems.push(format!("src/{name}:{at}: `{word}`: {why}"));
                }
            }
            if line.contains("std::fs") && !READS_FILES.contains(&room.as_str()) {
                problems.push(format!("src/{name}:{at}: files are read by {READS_FILES:?} only"));
            }
        }
    }
    report(&problems);
}

#[test]
fn files_and_functions_stay_small() {
    let mut problems = Vec::new();
    for (_, name, text) in files() {
        let lines = text.lines().count();
        if lines > LONGEST_FILE {
            problems.push(format!("src/{name}: {lines} lines, at most {LONGEST_FILE}"));
        }
        let mut open: Option<(usize, String)> = None;
        for (at, line) in text.lines().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let starts = ["fn ", "pub fn ", "pub(crate) fn ", "pub(super) fn ", "const fn ", "pub const fn "];
            if starts.iter().any(|start| line.trim_start().starts_with(start)) && !line.trim_end().ends_with(';') {
                open = Some((at, " ".repeat(indent) + "}"));
            }
            if let Some((from, end)) = &open
                && line == end
            {
                if at - from + 1 > LONGEST_FUNCTION {
                    problems.push(format!("src/{name}:{}: a function of {} lines, at most {LONGEST_FUNCTION}", from + 1, at - from + 1));
                }
                open = None;
            }
        }
    }
    report(&problems);
}

#[test]
fn the_library_forbids_unsafe_code() {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).expect("src/lib.rs");
    assert!(lib.contains("#![forbid(unsafe_code)]"));
}

#[test]
fn a_call_is_at_most_64_bytes() {
    assert!(size_of::<mapi_sim::call::Call>() <= 64);
}
