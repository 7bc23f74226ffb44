//! `docs/readings.md` is the table of readings in the code, and both fit the catalogue of clauses.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use mapi_sim::clause::{ClauseId, Prefix, Reading};

const HEAD: &str = "\
# Readings

A reading is one way to take a point that the documentation leaves open or contradicts itself on; the clause with modality `silent` names the point and
its default. The `[readings]` table of a fixture selects, and `mapi_sim::readings` runs a test under every reading (`docs/manual/readings.md`).

Names are snake_case; values are `true`, `false`, a number or a word in quotes. The first value is the default: what a fixture without `[readings]` gets,
through whatever door (Rust, C, scenario) a client comes. A reading stands here only if a client can see the difference and a page, a header, a real client
or another implementation supports the other value. An unknown name or value in `[readings]` is an error that lists the allowed ones.

A dagger (†) marks a reading that belongs to what is not built: it has no effect yet, and a fixture that sets it gets a warning.

This page is written from the table in `src/clause/knobs.rs`.
";

const TAIL: &str = "
## What is no reading

- **Settings of the machine, a service or a store** decide an open clause by a value: `code_page` (1252; LOGON-076), `max_sessions` (none; LOGON-165),
  `required` of a service (false; LOGON-226), `status_row` of a provider (true; STATUS-084) and the like.
- **Documented freedoms** (clauses with modality `may`, or `must` with several allowed outcomes) are set on the store, table or provider of the fixture. A
  client has to work under all of them.
- **`machine.strict`** turns diagnostics into failures of the test; it changes no answer that a client gets.
";

/// The whole page.
fn page(silent: &BTreeSet<ClauseId>) -> String {
    let mut page = HEAD.to_owned();
    let mut area = "";
    for reading in Reading::ALL {
        if reading.area() != area {
            area = reading.area();
            let _ = write!(page, "\n## {area}\n\n| Reading | Values | What changes | Decides |\n|---|---|---|---|\n");
        }
        let values: Vec<String> = reading.values().iter().map(|value| format!("`{value}`")).collect();
        let clauses: Vec<String> = reading.clauses().iter().map(ToString::to_string).collect();
        let mark = if reading.has_effect() { "" } else { " †" };
        let _ = writeln!(page, "| `{reading}`{mark} | {} | {} | {} |", values.join(", "), reading.says(), clauses.join(", "));
    }
    page.push_str("\n## Open clauses\n\n");
    let built = Reading::ALL.iter().filter(|reading| reading.has_effect()).count();
    let decided = |id: &ClauseId| Reading::ALL.iter().any(|reading| reading.clauses().contains(id));
    let with: usize = silent.iter().filter(|id| decided(id)).count();
    let _ = writeln!(
        page,
        "Of {} open clauses, {with} are decided by the {} readings above; {built} of the readings have an effect now. The other clauses have\n\
         one answer: a client cannot see the point, or nothing supports another outcome. When a real client or implementation shows one, the clause gets a reading here.\n",
        silent.len(),
        Reading::COUNT
    );
    page.push_str("| Prefix | Open | With a reading |\n|---|---|---|\n");
    for prefix in Prefix::ALL {
        let of_prefix: Vec<&ClauseId> = silent.iter().filter(|id| id.prefix() == *prefix).collect();
        let _ = writeln!(page, "| {} | {} | {} |", prefix.word(), of_prefix.len(), of_prefix.iter().filter(|id| decided(id)).count());
    }
    page.push_str(TAIL);
    page
}

/// Where a file of the project is.
fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The code of a folder and what is in it, without comments and unit tests, and without the table of readings itself.
fn code(folder: &Path, all: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
        let file = entry.expect("a folder that can be read").path();
        if file.is_dir() {
            if file != path("src/clause") {
                code(&file, all);
            }
        } else if file.extension().is_some_and(|found| found == "rs") {
            let text = std::fs::read_to_string(&file).expect("a source file");
            let lines = text.lines().take_while(|line| line.trim() != "mod tests {");
            lines.filter(|line| !line.trim_start().starts_with("//")).for_each(|line| all.extend([line, "\n"]));
        }
    }
}

/// The readings that some code names, as `Reading::Name`.
fn looked_at() -> BTreeSet<String> {
    let mut all = String::new();
    for folder in ["src", "mapi32/src"] {
        code(&path(folder), &mut all);
    }
    let word = |rest: &str| rest.chars().take_while(|letter| letter.is_alphanumeric()).collect();
    all.split("Reading::").skip(1).map(word).collect()
}

/// Every clause of the catalogue with this modality.
fn clauses_that_are(modality: &str) -> BTreeSet<ClauseId> {
    let mut found = BTreeSet::new();
    for file in ["logon-session", "profiles-services", "status-spooler", "tables-props"] {
        let text = std::fs::read_to_string(path(&format!("docs/clauses/{file}.toml"))).expect("a file of the catalogue");
        let catalogue: toml::Table = text.parse().expect("a catalogue in TOML");
        for clause in catalogue["clause"].as_array().expect("a list of clauses") {
            let id: ClauseId = clause["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_else(|| panic!("{file}: {}", clause["id"]));
            if clause["modality"].as_str() == Some(modality) {
                found.insert(id);
            }
        }
    }
    found
}

#[test]
fn the_page_of_readings_is_the_table_of_the_code() {
    let wanted = page(&clauses_that_are("silent"));
    let file = path("docs/readings.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&file, &wanted).expect("docs/readings.md can be written");
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(found == wanted, "docs/readings.md is not the table of src/clause/knobs.rs; UPDATE_DOCS=1 writes it anew");
}

#[test]
fn readings_decide_open_clauses_or_freedoms() {
    let (silent, may) = (clauses_that_are("silent"), clauses_that_are("may"));
    for reading in Reading::ALL {
        assert!(reading.clauses().iter().any(|id| silent.contains(id)), "{reading} decides no open clause");
        for id in reading.clauses() {
            assert!(silent.contains(id) || may.contains(id), "{reading}: {id} leaves nothing open");
        }
    }
}

#[test]
fn a_reading_has_an_effect_if_some_code_looks_at_it() {
    let looked_at = looked_at();
    for reading in Reading::ALL {
        let used = looked_at.contains(&format!("{reading:?}"));
        let list = "the list in src/clause/reading.rs";
        assert_eq!(reading.has_effect(), used, "{reading}: {list} has it, or some code names it, but not both");
    }
}

#[test]
fn the_pages_say_how_many_readings_have_an_effect() {
    let built = Reading::ALL.iter().filter(|reading| reading.has_effect()).count();
    for name in ["README.md", "CHANGELOG.md"] {
        let text = std::fs::read_to_string(path(name)).expect("a page");
        let says = format!("{built} have an effect now");
        assert!(text.contains(&format!("{} readings", Reading::COUNT)) && text.contains(&says), "{name} does not say: {says}");
    }
}
