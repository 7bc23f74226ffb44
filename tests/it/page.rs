//! The page of MAPILogonEx, sentence by sentence: `docs/mapilogonex.md` names the clauses of each sentence, and the scenarios that show them.

use std::collections::{BTreeMap, BTreeSet};

use mapi_sim::clause::ClauseId;

use super::coverage::{self, catalogue, declared, read, root};

/// The catalogue's name of the page.
const PAGE: &str = "mapilogonex";

/// One sentence of the page.
struct Row {
    /// `P17`.
    number: String,
    /// Clauses that hold it.
    clauses: Vec<ClauseId>,
    /// Scenarios, as paths without ending.
    scenarios: Vec<String>,
    /// `stage 3`, `later`.
    stages: BTreeSet<String>,
}

/// The stage of each clause that waits for one: the word before the colon.
fn deferred() -> BTreeMap<ClauseId, String> {
    let stage = |stage: String| stage.split(':').next().unwrap_or_default().to_owned();
    coverage::deferred().into_iter().map(|(id, text)| (id, stage(text))).collect()
}

/// The rows of the page's tables.
fn rows() -> Vec<Row> {
    let text = read(&root("docs/mapilogonex.md"));
    let lines = text.lines().filter(|line| line.starts_with("| P"));
    lines.map(row).collect()
}

fn row(line: &str) -> Row {
    let cells: Vec<&str> = line.trim().trim_matches('|').split(" | ").map(str::trim).collect();
    let [number, says, clauses, shown] = cells[..] else { panic!("four cells are expected: {line}") };
    assert!(!says.is_empty(), "{number} says nothing");
    let list = |cell: &str| cell.split(", ").filter(|item| !item.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let (scenarios, stages): (Vec<_>, Vec<_>) = list(shown).into_iter().partition(|item| item.starts_with('`'));
    Row {
        number: number.to_owned(),
        clauses: list(clauses).iter().map(|clause| clause.parse().unwrap_or_else(|error| panic!("{number}: {clause}: {error}"))).collect(),
        scenarios: scenarios.iter().map(|item| item.trim_matches('`').to_owned()).collect(),
        stages: stages.into_iter().collect(),
    }
}

fn report(problems: &[String]) {
    assert!(problems.is_empty(), "docs/mapilogonex.md, {} problem(s):\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn sentences_are_numbered_in_order() {
    let rows = rows();
    assert!(!rows.is_empty());
    for (at, row) in rows.iter().enumerate() {
        assert_eq!(row.number, format!("P{:02}", at + 1));
    }
}

#[test]
fn sentences_name_clauses_of_the_catalogue_and_leave_out_none_of_the_page() {
    let catalogue = catalogue();
    let mut problems = Vec::new();
    let mut named = BTreeSet::new();
    for row in rows() {
        if row.clauses.is_empty() {
            problems.push(format!("{} names no clause", row.number));
        }
        for clause in row.clauses {
            if !catalogue.contains_key(&clause) {
                problems.push(format!("{}: {clause} is not in the catalogue", row.number));
            }
            named.insert(clause);
        }
    }
    let missing = catalogue.iter().filter(|(id, clause)| clause.page == PAGE && !named.contains(*id));
    problems.extend(missing.map(|(id, _)| format!("{id} is of this page, but no sentence names it")));
    report(&problems);
}

#[test]
fn sentences_are_shown_by_scenarios_or_name_the_stage() {
    let deferred = deferred();
    let mut problems = Vec::new();
    for row in rows() {
        let number = &row.number;
        if row.scenarios.is_empty() && row.stages.is_empty() {
            problems.push(format!("{number} is shown by nothing and names no stage"));
        }
        for name in &row.scenarios {
            // What only C has is shown by a test of the C face.
            if name.starts_with("mapi32/tests/") {
                let text = read(&root(name));
                if !row.clauses.iter().any(|clause| text.contains(&clause.to_string())) {
                    problems.push(format!("{number}: {name} names none of {:?}", row.clauses));
                }
                continue;
            }
            let path = format!("fixtures/scenarios/{name}.toml");
            if !root(&path).is_file() {
                problems.push(format!("{number}: there is no {path}"));
                continue;
            }
            let declared = declared(&root(&path));
            if !row.clauses.iter().any(|clause| declared.contains(clause)) {
                problems.push(format!("{number}: {path} declares none of {:?}", row.clauses));
            }
        }
        let stages: BTreeSet<String> = row.clauses.iter().filter_map(|clause| deferred.get(clause).cloned()).collect();
        if stages != row.stages {
            problems.push(format!("{number} names the stages {:?}; its clauses wait for {stages:?}", row.stages));
        }
    }
    report(&problems);
}
