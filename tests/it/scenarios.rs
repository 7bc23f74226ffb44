//! Every scenario of `fixtures/` passes; one with a wrong expectation fails with the whole story; bad files are refused with every mistake.
//!
//! With `UPDATE_EXPECTED` in the environment the golden texts are written anew; read them before you keep them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use mapi_sim::scenario::{Scenario, Suite, files};

/// Holds a text against the file `tests/it/golden/NAME`.
pub fn golden(name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden").join(name);
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&path, found).expect("a folder that can be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "the text differs from {}", path.display());
}

/// The scenarios that come with the project.
fn suite() -> Suite {
    Suite::load(["fixtures/scenarios", "fixtures/regressions"].iter().filter(|folder| Path::new(folder).is_dir()))
}

#[test]
fn every_scenario_passes() {
    let suite = suite();
    let outcomes: Vec<_> = suite.scenarios().iter().map(Scenario::run).collect();
    let errors = suite.errors().iter().map(ToString::to_string);
    let failed = outcomes.iter().filter(|outcome| !outcome.passed()).map(ToString::to_string);
    let problems: Vec<String> = errors.chain(failed).collect();
    assert!(problems.is_empty(), "{} of {} failed:\n\n{}", problems.len(), outcomes.len(), problems.join("\n\n"));
}

#[test]
fn every_end_to_end_row_of_the_decision_table_has_its_scenario() {
    let suite = suite();
    let rows: BTreeSet<&str> = suite.scenarios().iter().flat_map(|scenario| scenario.rows()).map(String::as_str).collect();
    let missing: Vec<String> = (1..=89).map(|row| format!("E{row:02}")).filter(|row| !rows.contains(row.as_str())).collect();
    assert!(missing.is_empty(), "no scenario shows {}", missing.join(", "));
}

#[test]
fn scenarios_run_the_same_every_time() {
    for scenario in suite().scenarios() {
        assert_eq!(scenario.run(), scenario.run(), "{}", scenario.name());
    }
}

const WRONG: &str = r#"format = 1
name = "everything here is expected wrongly"

[fixture]
extends = "office"

[fixture.machine]
max_sessions = 1

[[fixture.script.ui.MAPILogonEx]]
pick = "Home"
after = "60s"

[[step]]
call = "MAPILogonEx"
args = { profile_name = "Work", flags = ["MAPI_NEW_SESSION"] }
expect = { hr = "MAPI_E_LOGON_FAILED", object = "NULL" }
inside = { profile = "Home", joined = true, shared = true, no_mail = true, spooler = false, members = 2, path = ["6.1"], decided_by = "LOGON-134" }
save = "s"

[[step]]
process = "second"
call = "MAPILogonEx"
args = { profile_name = "Work", flags = ["MAPI_NEW_SESSION"] }
expect = { hr = "S_OK" }
inside = { events = ["logon mutex taken", "spooler told"], no_events = ["given back"], dialogs = 1, sessions = 2, time = "1s", mutex = "main" }
save = "t"

[[step]]
process = "second"
object = "t"
call = "Logoff"
expect = { hr = "S_OK" }

[[step]]
object = "s"
call = "Logoff"
expect = { hr = "MAPI_E_USER_CANCEL" }

[[step]]
call = "MAPILogonEx"
args = { flags = ["MAPI_NEW_SESSION", "MAPI_LOGON_UI"] }
begin = "dialog"
inside = { default_profile = "NULL", profiles = ["Work"], waiting = 0 }
"#;

#[test]
fn a_wrong_expectation_fails_with_the_whole_story() {
    let outcome = Scenario::named("wrong.toml", WRONG).expect("it reads").run();
    assert!(!outcome.passed());
    assert_eq!((outcome.steps(), outcome.failures().len()), (5, 6));
    golden("wrong_expectations.txt", &format!("{outcome}\n"));
}

const BAD: &str = r#"format = 2
nam = "a key that is none"
clauses = ["LOGON-1", 7]
rows = ["E1", "8.99"]
fixture = "ofice"
machine = { max_sessions = 1 }

[readings]
implicit_defualt = true

[[step]]
call = "MAPILogonX"

[[step]]
call = "MAPILogonEx"
args = { profile = "Work", flags = ["MAPI_NEW"], ui_param = 1.5, session = "s1" }
expect = { object = 1979-05-27 }
inside = { profil = "Work", path = ["99"], dialogs = -1, decided_by = "LOGON" }

[[step]]
object = "s1"
call = "Logoff"
args = { reserved = "x" }

[[step]]
call = "IMAPISession::Logoff"

[[step]]
object = "s1"
call = "MAPIUninitialize"

[[step]]
finish = "c1"
call = "MAPIInitialize"

[[step]]
finish = "c1"
process = "main"

[[step]]
call = "MAPIInitialize"
begin = "c1"
expect = { hr = "S_OKAY" }
save = "x"

[[step]]
call = "MAPIInitialize"
begin = "c1"

[[step]]
advance = "5 parsecs"

[[step]]
step = false

[[step]]
process = "nobody"

[[step]]
call = "MAPIUninitialize"
fault = { fail = "MAPI_E_CALL_FAILED" }

[[step]]
call = "MAPIInitialize"
fault = { fial = "MAPI_E_BUSY", fail = "MAPI_E_BUSSY", delay = "soon", nth = 2 }

[[step]]
call = "MAPIInitialize"
fault = { text = "nothing fails" }

[[step]]
advance = "5s"
fault = { fail = "S_OK" }
"#;

#[test]
fn every_mistake_of_a_file_is_reported_at_once() {
    let error = Scenario::named("bad.toml", BAD).expect_err("a bad scenario");
    assert!(error.is_scenario());
    golden("bad_scenario.txt", &format!("{error}\n"));
}

#[test]
fn what_is_wrong_with_a_world_is_among_the_mistakes() {
    let text = "format = 1\nname = \"n\"\n[fixture]\nextends = \"office\"\n[fixture.machine]\nmax_session = 1\n[[step]]\nstep = true\n";
    let error = Scenario::named("bad.toml", text).expect_err("a bad world").to_string();
    assert!(error.starts_with("bad.toml:6: fixture.machine.max_session: unknown key"), "{error}");
    let text = "format = 1\nname = \"n\"\nfixture = \"../x.toml\"\n[[step]]\nstep = true\n";
    let error = Scenario::named("bad.toml", text).expect_err("a text has no neighbours").to_string();
    assert!(error.contains("only in a scenario that was loaded from a file"), "{error}");
}

#[test]
fn nothing_that_is_no_scenario_is_one() {
    for text in
        ["", "x", "[", "format = 1", "step = 1\nformat = 1\nname = 1\nfixture = 1", "[[step]]\n[[step.step]]", "fixture = {}", "\u{0}"]
    {
        let error = Scenario::named("no.toml", text).expect_err("no scenario");
        assert!(!error.problems().is_empty(), "{text:?}");
    }
    for text in [WRONG, BAD] {
        for end in 0..text.len() {
            // Every beginning of a file is a scenario or an error, and never a panic.
            let _ = Scenario::named("part.toml", &text[..end]);
        }
    }
    let error = Scenario::load("fixtures/none.toml").expect_err("no such file").to_string();
    assert_eq!(error, "fixtures/none.toml: the file does not exist");
}

#[test]
fn the_examples_of_the_manual_pass() {
    let page = std::fs::read_to_string("docs/manual/scenarios.md").expect("the page");
    let examples: Vec<&str> = page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(examples.len(), 5);
    for example in examples {
        let outcome = Scenario::named("example.toml", example).unwrap_or_else(|error| panic!("{error}")).run();
        assert!(outcome.passed(), "{outcome}");
    }
}

#[test]
fn folders_are_walked_in_order() {
    let found = files("fixtures/scenarios").expect("a folder");
    let mut sorted: Vec<PathBuf> = found.clone();
    sorted.sort();
    assert!(!found.is_empty());
    assert_eq!(found, sorted);
    assert!(files("fixtures/none").is_ok_and(|files| files.len() == 1), "a path that is no folder is itself");
}

#[test]
fn processes_are_initialised_unless_the_scenario_does_it() {
    let step = |more: &str| {
        format!("{more}\n[[step]]\ncall = \"MAPILogonEx\"\nargs = {{ profile_name = \"Work\" }}\nexpect = {{ hr = \"S_OK\" }}\n")
    };
    let head = "format = 1\nname = \"n\"\nfixture = \"minimal\"\n";
    let passes = |text: String| Scenario::named("init.toml", &text).unwrap_or_else(|error| panic!("{error}")).run().passed();
    assert!(passes(format!("{head}{}", step(""))));
    assert!(!passes(format!("{head}initialize = false\n{}", step(""))));
    let initialize = "[[step]]\ncall = \"MAPIInitialize\"\nexpect = { hr = \"S_OK\" }\n";
    assert!(passes(format!("{head}{initialize}{}", step(""))));
    assert!(passes(format!("{head}initialize = false\n{initialize}{}", step(""))));
    let refused = step("").replace("S_OK", "MAPI_E_NOT_INITIALIZED");
    assert!(passes(format!("{head}initialize = false\n{refused}")));
}

#[test]
fn calls_left_waiting_fail_unless_that_is_meant() {
    let text = |more: &str| {
        format!(
            "format = 1\nname = \"n\"\n{more}\n[fixture]\nextends = \"minimal\"\n[[fixture.script.mutex]]\nprocess = \"other\"\n\
             [[step]]\ncall = \"MAPILogonEx\"\nargs = {{ profile_name = \"Work\" }}\nbegin = \"c\"\ninside = {{ waiting = 1, mutex = \"other\" }}\n"
        )
    };
    let outcome = Scenario::named("waits.toml", &text("")).unwrap_or_else(|error| panic!("{error}")).run();
    assert_eq!(outcome.failures().len(), 1, "{outcome}");
    assert!(outcome.to_string().contains("still waits"), "{outcome}");
    let meant = Scenario::named("waits.toml", &text("leaves_waiting = true")).unwrap_or_else(|error| panic!("{error}")).run();
    assert!(meant.passed(), "{meant}");
    let finished = text("") + "[[step]]\nfinish = \"c\"\n";
    let deadlock = Scenario::named("waits.toml", &finished).unwrap_or_else(|error| panic!("{error}")).run();
    assert!(deadlock.to_string().contains("nothing in this world can bring about"), "{deadlock}");
}

#[test]
fn warnings_of_a_scenario_are_those_of_its_world() {
    let scenario = Scenario::load("fixtures/scenarios/readings/server_sends_under_no_mail-false.toml").expect("a scenario");
    let [warning] = scenario.fixture().warnings() else { panic!("{:?}", scenario.fixture().warnings()) };
    assert_eq!((warning.line, warning.path.as_str()), (6, "readings.server_sends_under_no_mail"));
}
