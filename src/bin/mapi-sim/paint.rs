//! Colour, where somebody looks: on a terminal, and if NO_COLOR is not set.

use std::io::IsTerminal;

const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const BOLD: &str = "\x1b[1m";
const PLAIN: &str = "\x1b[0m";

/// A text for standard output.
pub(crate) fn out(text: &str) -> String {
    if wanted() && std::io::stdout().is_terminal() { painted(text) } else { text.to_owned() }
}

/// A text for standard error.
pub(crate) fn err(text: &str) -> String {
    if wanted() && std::io::stderr().is_terminal() { painted(text) } else { text.to_owned() }
}

fn wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Each line in the colour of what it says.
fn painted(text: &str) -> String {
    let colour = |line: &str| match line.trim_start() {
        _ if line.starts_with("ok ") => Some(GREEN),
        _ if line.starts_with("FAILED ") => Some(RED),
        _ if line.starts_with("> ") || line.starts_with("Outcome: ") => Some(BOLD),
        rest if rest.starts_with("- ") => Some(RED),
        rest if rest.starts_with("+ ") => Some(GREEN),
        _ => None,
    };
    let line = |line: &str| match colour(line) {
        Some(colour) => format!("{colour}{line}{PLAIN}\n"),
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}
