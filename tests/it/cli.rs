//! The command `mapi-sim`, run as people run it.

use std::process::{Command, Output};

use crate::scenarios::golden;

/// Runs the command in the folder of the project.
fn mapi_sim(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mapi-sim"));
    command.args(args).current_dir(env!("CARGO_MANIFEST_DIR")).env("NO_COLOR", "1").env_remove("RUST_BACKTRACE").env("COLUMNS", "100");
    command.output().expect("the command runs")
}

/// What a run printed, and how it ended.
fn story(args: &[&str]) -> String {
    let output = mapi_sim(args);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace('\r', "");
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    let code = output.status.code().expect("it was not killed");
    let err = err.replace("mapi-sim.exe", "mapi-sim");
    format!("$ mapi-sim {}\n{out}--- standard error ---\n{err}--- ends with {code} ---\n", args.join(" "))
}

/// Code, standard output and standard error.
fn ends(args: &[&str]) -> (i32, String, String) {
    let output = mapi_sim(args);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().expect("it was not killed"), text(&output.stdout), text(&output.stderr))
}

#[test]
fn check_counts_what_is_right_and_shows_what_is_wrong() {
    golden(
        "cli_check.txt",
        &story(&["check", "office", "fixtures/minimal.toml", "fixtures/none.toml", "tests/it/golden/two_mistakes.toml"]),
    );
    let (code, out, err) = ends(&["check", "office"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.starts_with("ok office: 3 profiles"), "{out}");
}

#[test]
fn run_ends_with_the_counts_alone() {
    let (code, out, err) = ends(&["run", "fixtures/scenarios/logon"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert_eq!(out.lines().last(), Some("89 passed, 0 failed"));
    assert!(out.lines().all(|line| line.starts_with("ok ") || line.ends_with("failed")), "{out}");
}

#[test]
fn run_shows_what_failed() {
    golden("cli_run.txt", &story(&["run", "tests/it/golden/failing"]));
    let (code, out, err) = ends(&["run", "tests/it/golden/none.toml"]);
    assert_eq!((code, out.as_str()), (1, "0 passed, 1 failed\n"));
    assert!(err.contains("the file does not exist"), "{err}");
}

#[test]
fn explain_teaches() {
    golden("cli_explain_refused.txt", &story(&["explain", "office", "--profile", "Wrok", "--flags", "extended,NEW_SESSION"]));
    golden(
        "cli_explain_joined.txt",
        &story(&["explain", "office", "--profile", "Home", "--flags", "0x20", "--shared", "Work", "--process", "indexer"]),
    );
    let service =
        ["explain", "service_host", "--profile", "Service", "--flags", "MAPI_EXTENDED|MAPI_NEW_SESSION", "--process", "svc", "--service"];
    golden("cli_explain_service.txt", &story(&service));
    let (code, _, err) = ends(&["explain", "office", "--flags", "EXTENDET"]);
    assert_eq!(code, 2);
    assert!(err.contains("no flag of MAPILogonEx is called EXTENDET; there are LOGON_UI"), "{err}");
    let (code, _, err) = ends(&["explain", "office", "--shared", "Nope"]);
    assert_eq!((code, err.as_str()), (1, "--shared Nope: the world \"office\" has no such profile\n"));
}

#[test]
fn clauses_are_found_by_number_prefix_and_text() {
    golden("cli_clause.txt", &story(&["clauses", "logon-134"]));
    let (code, out, _) = ends(&["clauses", "SHUTDOWN"]);
    assert_eq!(code, 0);
    assert!(out.lines().count() > 50 && out.lines().all(|line| line.starts_with("SHUTDOWN-")), "{out}");
    let (_, out, _) = ends(&["clauses"]);
    let counts: Vec<usize> = out.lines().filter_map(|line| line.split_whitespace().last()?.parse().ok()).collect();
    let (all, each) = counts.split_last().expect("a line for all");
    assert_eq!(*all, each.iter().sum::<usize>());
    assert_eq!(each.len(), mapi_sim::clause::Prefix::ALL.len());
    let (_, out, _) = ends(&["clauses", "user cancels"]);
    assert!(out.contains("LOGON-123 (must)"), "{out}");
    let (code, out, err) = ends(&["clauses", "xyzzy"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("\"xyzzy\""), "{err}");
}

#[test]
fn every_clause_of_the_catalogue_can_be_shown() {
    let files = ["logon-session", "profiles-services", "status-spooler", "tables-props"];
    let text = files.map(|name| std::fs::read_to_string(format!("docs/clauses/{name}.toml")).expect("the catalogue")).concat();
    let written = text.lines().filter(|line| line.trim() == "[[clause]]").count();
    let (_, out, _) = ends(&["clauses"]);
    assert!(out.ends_with(&format!(" {written}\n")), "{written} clauses are written, and these are found:\n{out}");
}

#[test]
fn help_teaches_with_examples() {
    for args in [&["--help"][..], &["check", "--help"], &["run", "--help"], &["explain", "--help"], &["clauses", "--help"]] {
        let (code, out, err) = ends(args);
        assert_eq!((code, err.as_str()), (0, ""));
        assert!(out.contains("Examples:\n  mapi-sim "), "{out}");
    }
    let (_, help, _) = ends(&["check", "--help"]);
    for name in mapi_sim::Fixture::shipped_names() {
        assert!(help.contains(name), "{name} is not in the help of check");
    }
    assert_eq!(ends(&[]).0, 2);
    assert_eq!(ends(&["frobnicate"]).0, 2);
}

#[test]
fn there_is_no_colour_where_nobody_looks() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_mapi-sim")).args(["check", "office"]).env_remove("NO_COLOR").output().expect("the command runs");
    assert!(!output.stdout.contains(&0x1B));
}
