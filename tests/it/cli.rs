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

/// A file for a report.
fn report_file(name: &str) -> String {
    format!("{}/{name}", env!("CARGO_TARGET_TMPDIR"))
}

#[test]
fn run_reports_to_programs() {
    golden("cli_junit.txt", &story(&["run", "tests/it/golden/failing", "--format", "junit"]));
    let (code, out, err) = ends(&["run", "tests/it/golden/failing", "--format", "json"]);
    assert_eq!(code, 1);
    assert!(err.contains("unknown key"), "{err}");
    let report: serde_json::Value = serde_json::from_str(&out).expect("JSON and nothing else");
    let cases = report.as_array().expect("a list");
    let of = |key: &str| cases.iter().map(|case| case[key].clone()).collect::<Vec<_>>();
    assert_eq!(of("passed"), [true, false, false]);
    assert_eq!(
        of("name"),
        ["a scenario that passes", "a scenario that expects what does not come", "(not run: the file could not be read)"]
    );
    assert_eq!(of("file"), ["passes", "wrong", "bad"].map(|name| format!("tests/it/golden/failing/{name}.toml")));
    assert_eq!(cases[0]["failures"], serde_json::json!([]));
    assert!(cases[1]["failures"][0].as_str().is_some_and(|text| text.contains("- joined = false\n")), "{out}");
    assert!(cases[2]["failures"][0].as_str().is_some_and(|text| text.contains("did you mean \"profile_name\"?")), "{out}");
}

#[test]
fn a_report_in_a_file_leaves_the_text_where_it_was() {
    let (_, text, errors) = ends(&["run", "tests/it/golden/failing"]);
    for format in ["text", "json", "junit"] {
        let path = report_file(&format!("report.{format}"));
        let (code, out, err) = ends(&["run", "tests/it/golden/failing", "--format", format, "--output", &path]);
        assert_eq!((code, &out, &err), (1, &text, &errors));
        let (_, alone, _) = ends(&["run", "tests/it/golden/failing", "--format", format]);
        assert_eq!(std::fs::read_to_string(&path).expect("it was written"), alone);
    }
    let nowhere = report_file("no such folder/report.json");
    let (code, out, err) = ends(&["run", "tests/it/golden/failing/passes.toml", "--format", "json", "--output", &nowhere]);
    assert_eq!((code, out.lines().last()), (1, Some("1 passed, 0 failed")));
    assert!(err.contains("the report cannot be written"), "{err}");
}

#[test]
fn status_shows_the_table_after_a_logon() {
    let work = ["status", "office", "--profile", "Work", "--flags", "EXTENDED,NEW_SESSION"];
    golden("cli_status.txt", &story(&[&work[..], &["--open"]].concat()));
    golden(
        "cli_status_joined.txt",
        &story(&["status", "office", "--flags", "EXTENDED,NO_MAIL", "--shared", "Work", "--process", "indexer"]),
    );
    golden("cli_status_refused.txt", &story(&["status", "office", "--profile", "Wrok", "--flags", "EXTENDED"]));
    let (code, out, err) = ends(&[&work[..], &["--wide"]].concat());
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(out.lines().filter(|line| line.contains("MAPI_TRANSPORT_PROVIDER")).count(), 2, "{out}");
    assert!(out.lines().any(|line| line.starts_with("PR_DISPLAY_NAME  ")), "{out}");
}

#[test]
fn status_compares_with_and_without_mail() {
    let work = ["status", "office", "--profile", "Work", "--flags", "EXTENDED,NEW_SESSION", "--compare"];
    let compared = story(&[&work[..], &["--open"]].concat());
    assert!(compared.lines().skip(1).all(|line| line.chars().count() <= 120), "{compared}");
    golden("cli_status_compare.txt", &compared);
    // Which of the two was asked for does not matter.
    let (code, out, _) = ends(&work);
    assert_eq!((code, &out), (0, &ends(&["status", "office", "--profile", "Work", "--flags", "0x8022", "--compare"]).1));
    let (code, out, err) = ends(&["status", "office", "--profile", "Wrok", "--compare"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.starts_with("without MAPI_NO_MAIL:\n") && err.contains("\nwith MAPI_NO_MAIL:\n"), "{err}");
}

#[test]
fn state_shows_a_world() {
    golden("cli_state.txt", &story(&["state", "office", "--flags", "EXTENDED", "--shared", "Work", "--process", "indexer"]));
    let (code, out, err) = ends(&["state", "office"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(out, mapi_sim::Sim::office().state().to_string());
    let (code, out, err) = ends(&["state", "office", "--profile", "Nope"]);
    assert_eq!(code, 1);
    assert!(out.contains("process main: initialised") && err.contains("LOGON-110"), "{out}{err}");
    let (code, _, err) = ends(&["state", "office", "--shared", "Nope"]);
    assert_eq!((code, err.as_str()), (1, "--shared Nope: the world \"office\" has no such profile\n"));
}

#[test]
fn coverage_counts_clauses() {
    let (code, out, err) = ends(&["coverage", "--format", "json"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let all: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let all = all.as_object().expect("an object");
    assert_eq!(all.len(), mapi_sim::clause::Prefix::ALL.len());
    let (_, text, _) = ends(&["coverage"]);
    for (prefix, counts) in all {
        let number = |key: &str| counts[key].as_u64().expect("a number");
        let not_shown = counts["not_shown"].as_array().expect("a list");
        assert_eq!(not_shown.len() as u64 + number("shown"), number("clauses"), "{prefix}");
        assert!(not_shown.iter().all(|id| id.as_str().is_some_and(|id| id.starts_with(&format!("{prefix}-")))), "{prefix}");
        let row = text.lines().find(|line| line.starts_with(&format!("{prefix} "))).expect("a line each");
        let numbers: Vec<u64> = row.split_whitespace().skip(1).map(|number| number.parse().expect("a number")).collect();
        assert_eq!(numbers, ["clauses", "must", "should", "shown", "deferred"].map(number), "{prefix}");
    }
    let (code, out, _) = ends(&["coverage", "logon", "PROP"]);
    assert_eq!(code, 0);
    assert!(out.contains("\nLOGON: ") && out.contains("\nPROP: ") && !out.contains("EID"), "{out}");
    let (code, _, err) = ends(&["coverage", "XYZZY"]);
    assert!(code == 2 && err.contains("no clause has the prefix XYZZY; there are LOGON"), "{err}");
}

#[test]
fn lints_are_listed_and_told() {
    golden("cli_lint.txt", &story(&["lints", "missing-mapi-extended"]));
    let (code, out, err) = ends(&["lints"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(out.lines().count(), mapi_sim::Lint::COUNT);
    for lint in mapi_sim::Lint::ALL {
        let (code, whole, _) = ends(&["lints", lint.id()]);
        assert_eq!(code, 0);
        assert!(out.contains(lint.id()) && whole.contains(lint.why()) && !whole.contains("pages:   \n"), "{whole}");
    }
    let (code, _, err) = ends(&["lints", "xyzzy"]);
    assert!(code == 2 && err.contains("no lint is called xyzzy"), "{err}");
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
    for command in ["", "check", "run", "with", "explain", "status", "state", "clauses", "coverage", "lints"] {
        let args: Vec<&str> = [command, "--help"].into_iter().filter(|word| !word.is_empty()).collect();
        let (code, out, err) = ends(&args);
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

/// A client in the shell: it tells what it was given, writes the record that the library would write, and ends with its second argument.
#[cfg(unix)]
const CLIENT: &str = r#"
echo "fixture $MAPI_SIM_FIXTURE seed $MAPI_SIM_SEED strict $MAPI_SIM_STRICT path $LD_LIBRARY_PATH"
test -n "$1" && printf 'call #1\n\nverdict on sh in "office": %s problem(s)\nproblem: it is only a test\n' "$1" > "$MAPI_SIM_JOURNAL"
exit "$2"
"#;

#[cfg(unix)]
fn with(options: &[&str], problems: &str, status: &str) -> (i32, String, String) {
    ends(&[&["with"], options, &["--", "sh", "-c", CLIENT, "client", problems, status]].concat())
}

#[cfg(unix)]
#[test]
fn with_runs_a_client_and_says_the_verdict() {
    let (code, out, err) = with(&["office", "--seed", "7"], "0", "0");
    assert_eq!(code, 0);
    assert!(out.starts_with("fixture office seed 7 strict  path "), "{out}");
    assert_eq!(err, "verdict on sh in \"office\": 0 problem(s)\nproblem: it is only a test\n");
    let here = env!("CARGO_MANIFEST_DIR");
    let (_, out, _) = with(&["fixtures/minimal.toml"], "0", "0");
    assert!(out.starts_with(&format!("fixture {here}/fixtures/minimal.toml seed  strict  path ")), "{out}");
    for (options, problems, status, expected) in [
        (&["office"][..], "3", "0", 86),
        (&["office"], "10", "0", 86),
        (&["office"], "0", "5", 5),
        (&["office"], "3", "5", 5),
        (&["office", "--strict"], "3", "5", 86),
        (&["office", "--strict"], "0", "5", 5),
        (&["office"], "", "0", 86),
        (&["office"], "", "5", 5),
    ] {
        let (code, _, err) = with(options, problems, status);
        assert_eq!((code, err.contains("no verdict")), (expected, problems.is_empty()), "{options:?} {problems} {status}: {err}");
    }
}

#[cfg(unix)]
#[test]
fn with_finds_the_library_and_keeps_the_journal() {
    let folder = report_file("with");
    std::fs::create_dir_all(&folder).expect("a folder that can be written");
    let library = format!("{folder}/libmapi32.so");
    std::fs::write(&library, "").expect("a folder that can be written");
    for given in [&folder, &library] {
        let (_, out, _) = with(&["office", "--library", given], "0", "0");
        let path = out.trim_end().rsplit(' ').next().unwrap_or_default();
        assert_eq!(path.split(':').next(), Some(folder.as_str()), "{out}");
    }
    let journal = format!("{folder}/journal.txt");
    std::fs::write(&journal, "verdict on an earlier run: 0 problem(s)\n").expect("a folder that can be written");
    let (code, _, err) = with(&["office", "--journal", &journal], "", "0");
    assert_eq!(code, 86, "what an earlier run left is no verdict: {err}");
    let (code, _, err) = with(&["office", "--journal", &journal], "0", "0");
    assert_eq!(code, 0, "{err}");
    assert!(std::fs::read_to_string(&journal).is_ok_and(|text| text.starts_with("call #1\n")));
}

#[test]
fn with_says_what_it_cannot_run() {
    for (args, what) in [
        (&["office", "--", "./no such client"][..], "./no such client cannot be run: "),
        (&["ofice", "--", "client"], "ofice"),
        (&["office", "--library", "fixtures", "--", "client"], "`cargo build --release -p mapi32` makes it"),
    ] {
        let (code, out, err) = ends(&[&["with"], args].concat());
        assert_eq!((code, out.as_str()), (1, ""));
        assert!(err.contains(what), "{err}");
    }
    assert_eq!(ends(&["with", "office"]).0, 2);
}

/// A client in Python, where the library was built beside the command and there is a Python: one without and one with a mistake.
#[cfg(target_os = "linux")]
#[test]
fn with_runs_a_client_of_the_real_library() {
    let built = std::path::Path::new(env!("CARGO_BIN_EXE_mapi-sim")).with_file_name("libmapi32.so").is_file();
    if !built || Command::new("python3").arg("--version").output().is_err() {
        return;
    }
    let client = |freed: &str| {
        let text = format!(
            "import ctypes\nmapi = ctypes.CDLL('libmapi32.so')\nblock = ctypes.c_void_p()\nassert mapi.MAPIInitialize(None) == 0\n\
             assert mapi.MAPIAllocateBuffer(100, ctypes.byref(block)) == 0\n{freed}\nmapi.MAPIUninitialize()\nprint('done')\n"
        );
        ends(&["with", "office", "--", "python3", "-c", &text])
    };
    let (code, out, err) = client("mapi.MAPIFreeBuffer(block)");
    assert_eq!((code, out.as_str()), (0, "done\n"), "{err}");
    assert!(err.contains(" in \"office\": 0 problem(s)\n"), "{err}");
    let (code, out, err) = client("");
    assert_eq!((code, out.as_str()), (86, "done\n"), "{err}");
    assert!(err.contains("problem: ") && err.contains("100 bytes, made by MAPIAllocateBuffer"), "{err}");
}
