//! Every clause of the catalogue is shown by a test or listed with the stage that will show it; `docs/coverage.md` says which.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use mapi_sim::clause::ClauseId;
use serde::Deserialize;

#[derive(Deserialize)]
struct Catalogue {
    clause: Vec<Clause>,
}

/// A clause of the catalogue.
#[derive(Deserialize)]
pub(crate) struct Clause {
    id: String,
    /// The catalogue's name of the page that says it.
    pub(crate) page: String,
    modality: String,
}

#[derive(Deserialize)]
struct Deferred {
    deferred: Vec<DeferredGroup>,
}

#[derive(Deserialize)]
struct DeferredGroup {
    stage: String,
    clauses: Vec<String>,
}

#[derive(Deserialize)]
struct Scenario {
    #[serde(default)]
    clauses: Vec<String>,
}

pub(crate) fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn files(dir: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    let mut entries: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.extension().is_some_and(|e| e == ending) {
            found.push(path);
        }
    }
}

pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn id(text: &str, wherefrom: &Path) -> ClauseId {
    text.parse().unwrap_or_else(|error| panic!("{}: `{text}`: {error}", wherefrom.display()))
}

/// Every clause.
pub(crate) fn catalogue() -> BTreeMap<ClauseId, Clause> {
    let mut all = BTreeMap::new();
    for name in ["logon-session", "profiles-services", "status-spooler", "tables-props"] {
        let path = root(&format!("docs/clauses/{name}.toml"));
        let file: Catalogue = toml::from_str(&read(&path)).expect("the catalogue reads");
        all.extend(file.clause.into_iter().map(|clause| (id(&clause.id, &path), clause)));
    }
    all
}

/// Clauses that a scenario declares.
pub(crate) fn declared(path: &Path) -> Vec<ClauseId> {
    let file: Scenario = toml::from_str(&read(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    file.clauses.iter().map(|clause| id(clause, path)).collect()
}

/// Clauses that scenarios declare, and those that Rust tests name with `shows!`.
fn shown() -> BTreeSet<ClauseId> {
    let mut shown = BTreeSet::new();
    let mut scenarios = Vec::new();
    files(&root("fixtures/scenarios"), "toml", &mut scenarios);
    files(&root("fixtures/regressions"), "toml", &mut scenarios);
    for path in &scenarios {
        shown.extend(declared(path));
    }
    // Tests of the C face cannot use the macro; they say it in a comment of its own.
    let mut faces = Vec::new();
    files(&root("mapi32/tests"), "rs", &mut faces);
    for path in faces {
        for line in read(&path).lines().filter_map(|line| line.trim_start().strip_prefix("// shows ")) {
            shown.extend(line.split([',', ' ']).filter(|part| part.contains('-')).map(|clause| id(clause, &path)));
        }
    }
    // So do the clients in C.
    let mut clients = Vec::new();
    files(&root("mapi32/clients/c"), "c", &mut clients);
    for path in clients {
        for line in read(&path).lines().filter_map(|line| line.trim_start().strip_prefix("/* shows ")) {
            shown.extend(line.split([',', ' ']).filter(|part| part.contains('-')).map(|clause| id(clause, &path)));
        }
    }
    let mut sources = Vec::new();
    files(&root("tests"), "rs", &mut sources);
    files(&root("src"), "rs", &mut sources);
    for path in sources {
        for rest in read(&path).split(concat!("shows", "!(")).skip(1) {
            let list = rest.split(')').next().unwrap_or("");
            shown.extend(list.split('"').filter(|part| part.contains('-')).map(|clause| id(clause, &path)));
        }
    }
    shown
}

/// Clauses left for later, with the stage.
pub(crate) fn deferred() -> BTreeMap<ClauseId, String> {
    let path = root("docs/clauses/deferred.toml");
    let file: Deferred = toml::from_str(&read(&path)).expect("deferred.toml reads");
    let mut all = BTreeMap::new();
    for group in file.deferred {
        for entry in &group.clauses {
            let (from, to) = entry.split_once("..").unwrap_or((entry, entry));
            let (from, to) = (id(from, &path), id(to, &path));
            assert_eq!(from.prefix(), to.prefix(), "{entry}");
            for number in from.number()..=to.number() {
                all.insert(ClauseId::new(from.prefix(), number), group.stage.clone());
            }
        }
    }
    all
}

#[test]
fn every_clause_is_shown_or_deferred() {
    let (all, shown, deferred) = (catalogue(), shown(), deferred());
    let list = |ids: Vec<&ClauseId>| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let unknown: Vec<_> = shown.iter().chain(deferred.keys()).filter(|id| !all.contains_key(id)).collect();
    assert!(unknown.is_empty(), "not in the catalogue: {}", list(unknown));
    let forgotten: Vec<_> = all.keys().filter(|id| !shown.contains(id) && !deferred.contains_key(id)).collect();
    assert!(forgotten.is_empty(), "neither shown nor deferred: {}", list(forgotten));
    let both: Vec<_> = shown.iter().filter(|id| deferred.contains_key(id)).collect();
    assert!(both.is_empty(), "shown and deferred: {}", list(both));
}

#[test]
fn coverage_page_is_current() {
    let (all, shown, deferred) = (catalogue(), shown(), deferred());
    let mut page = String::from(
        "# Clauses shown\n\nGenerated from the scenarios, the tests and `docs/clauses/deferred.toml`; `UPDATE_DOCS=1 cargo test --test it coverage` writes it anew.\n\
         A clause counts as shown when a scenario or a test declares it; whether a claim is empty is what mutation tests tell.\n\n\
         | Prefix | Clauses | must | should | shown | must shown | deferred |\n|---|---|---|---|---|---|---|\n",
    );
    let prefixes: BTreeSet<_> = all.keys().map(|id| id.prefix()).collect();
    for prefix in prefixes {
        let of = |keep: &dyn Fn(&ClauseId, &str) -> bool| {
            all.iter().filter(|(id, clause)| id.prefix() == prefix && keep(id, &clause.modality)).count()
        };
        writeln!(
            page,
            "| {} | {} | {} | {} | {} | {} | {} |",
            prefix.word(),
            of(&|_, _| true),
            of(&|_, m| m == "must"),
            of(&|_, m| m == "should"),
            of(&|id, _| shown.contains(id)),
            of(&|id, m| m == "must" && shown.contains(id)),
            of(&|id, _| deferred.contains_key(id)),
        )
        .expect("a String takes everything");
    }
    let mut stages: BTreeMap<&str, Vec<ClauseId>> = BTreeMap::new();
    deferred.iter().for_each(|(id, stage)| stages.entry(stage).or_default().push(*id));
    for (stage, ids) in stages {
        write!(page, "\n## Deferred: {stage}\n\n{}\n", ranges(&ids)).expect("a String takes everything");
    }
    let path = root("docs/coverage.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &page).expect("docs is writable");
    }
    assert_eq!(read(&path), page, "docs/coverage.md is out of date; UPDATE_DOCS=1 writes it anew");
}

/// The command has no tests and scenarios to look into: it embeds this list.
#[test]
fn list_of_shown_clauses_is_current() {
    let list: String = shown().iter().map(|id| format!("{id}\n")).collect();
    let path = root("docs/clauses/shown.txt");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &list).expect("docs is writable");
    }
    assert_eq!(read(&path).replace('\r', ""), list, "docs/clauses/shown.txt is out of date; UPDATE_DOCS=1 writes it anew");
}

/// `LOGON-014 to 016, LOGON-041`.
fn ranges(ids: &[ClauseId]) -> String {
    let mut parts: Vec<(ClauseId, ClauseId)> = Vec::new();
    for id in ids {
        match parts.last_mut() {
            Some((_, last)) if last.prefix() == id.prefix() && last.number() + 1 == id.number() => *last = *id,
            _ => parts.push((*id, *id)),
        }
    }
    let part = |(from, to): &(ClauseId, ClauseId)| if from == to { from.to_string() } else { format!("{from} to {:03}", to.number()) };
    parts.iter().map(part).collect::<Vec<_>>().join(", ")
}
