//! Reports of scenarios for programs: JSON, and the XML of JUnit that CI servers read.

use mapi_sim::Error;
use mapi_sim::scenario::Outcome;
use serde::Serialize;

use crate::line;

/// The name under which a file stands that could not be read.
const UNREADABLE: &str = "(not run: the file could not be read)";

/// One scenario, or one file that holds none.
#[derive(Serialize)]
struct Case {
    name: String,
    file: String,
    passed: bool,
    failures: Vec<String>,
}

fn cases(outcomes: &[Outcome], errors: &[Error]) -> Vec<Case> {
    let outcome = |outcome: &Outcome| Case {
        name: outcome.name().to_owned(),
        file: outcome.file().to_owned(),
        passed: outcome.passed(),
        failures: outcome.failures().to_vec(),
    };
    let error = |error: &Error| Case {
        name: UNREADABLE.to_owned(),
        file: error.problems().first().map_or_else(String::new, |problem| problem.file.clone()),
        passed: false,
        failures: vec![error.to_string()],
    };
    outcomes.iter().map(outcome).chain(errors.iter().map(error)).collect()
}

/// A list of scenarios.
pub(crate) fn json(outcomes: &[Outcome], errors: &[Error]) -> String {
    // Texts and booleans: there is nothing in a case that JSON could not say.
    serde_json::to_string_pretty(&cases(outcomes, errors)).unwrap_or_default() + "\n"
}

/// A test suite with one test case a scenario.
pub(crate) fn junit(outcomes: &[Outcome], errors: &[Error]) -> String {
    let cases = cases(outcomes, errors);
    let failed = outcomes.iter().filter(|outcome| !outcome.passed()).count();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let (tests, errors) = (cases.len(), errors.len());
    line(&mut out, format_args!("<testsuite name=\"mapi-sim\" tests=\"{tests}\" failures=\"{failed}\" errors=\"{errors}\" skipped=\"0\">"));
    for (at, case) in cases.iter().enumerate() {
        test_case(&mut out, case, if at < outcomes.len() { "failure" } else { "error" });
    }
    out + "</testsuite>\n"
}

fn test_case(out: &mut String, case: &Case, element: &str) {
    let (name, file) = (escaped(&case.name), escaped(&case.file));
    let start = format!("  <testcase classname=\"{file}\" name=\"{name}\" file=\"{file}\"");
    if case.passed {
        return line(out, format_args!("{start}/>"));
    }
    line(out, format_args!("{start}>"));
    for failure in &case.failures {
        let message = escaped(failure.lines().next().unwrap_or_default());
        line(out, format_args!("    <{element} message=\"{message}\">{}</{element}>", escaped(failure)));
    }
    line(out, format_args!("  </testcase>"));
}

/// The five characters that XML means something by; control characters that it does not allow become U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}
