//! References: a value taken from the reply that an earlier step saved.

use std::collections::BTreeMap;

use super::cell;
use crate::call::Form;
use crate::error::Code;
use crate::fixture::problems::{Note, Problems};
use crate::fixture::tree::{Node, Table};

/// Named values of a reply.
pub(super) type Outs = Vec<(&'static str, Form)>;

/// Replies by the names under which they were saved.
pub(super) type Replies = BTreeMap<String, Outs>;

/// Keys of a reference.
const KEYS: &[&str] = &["from", "row", "where", "column", "value"];

/// Whether a value is taken from a saved reply.
fn is_reference(form: &Form) -> bool {
    form.get("from").is_some()
}

/// A value with another in the place of every reference in it.
pub(super) fn with_stand_in(form: &Form, stand_in: &Form) -> Form {
    match form {
        Form::Table(_) if is_reference(form) => stand_in.clone(),
        Form::List(items) => Form::List(items.iter().map(|item| with_stand_in(item, stand_in)).collect()),
        Form::Table(entries) => Form::Table(entries.iter().map(|(key, form)| (key.clone(), with_stand_in(form, stand_in))).collect()),
        other => other.clone(),
    }
}

/// Looks at every reference in a value of a file; `known` are the names that earlier steps saved.
pub(super) fn check<'n>(node: &Node<'_>, known: impl Iterator<Item = &'n str> + Clone, problems: &mut Problems) {
    if let Some(items) = node.as_items() {
        items.iter().for_each(|item| check(&item, known.clone(), problems));
    }
    let Some(table) = node.as_table() else { return };
    if table.has("from") {
        reference(&table, known, problems);
    } else {
        table.iter().for_each(|(_, node)| check(&node, known.clone(), problems));
    }
}

fn reference<'n>(table: &Table<'_>, known: impl Iterator<Item = &'n str> + Clone, problems: &mut Problems) {
    table.only(KEYS, problems);
    if let Some(node) = table.get("from")
        && let Some(name) = node.line(problems)
        && !known.clone().any(|saved| saved == name)
        && !problems.has_syntax_errors()
    {
        let note = problems.unknown(name, "was not saved by an earlier step", "saved", known);
        problems.error(node.place(), Code::Undeclared, note);
    }
    if table.has("value") == table.has("column") {
        let note = Note::new("a reference takes a `value` by its name, or a `column` of a row").expected("value, column");
        problems.error(table.place(), Code::Missing, note);
    }
    if table.has("row") && table.has("where") {
        let note = Note::new("a row is chosen by its number or by what is in it, not by both");
        problems.error(table.place(), Code::Conflict, note);
    }
    if let Some(node) = table.get("row") {
        node.integer(0, i64::MAX, problems);
    }
    if let Some(node) = table.get("column") {
        node.tag(problems);
    }
    if let Some(columns) = table.table("where", problems) {
        cell::check_row(&columns, problems);
    }
}

/// The value with every reference in it replaced by what it refers to; `Err` says which does not resolve, and why.
pub(super) fn resolve(form: &Form, replies: &Replies) -> Result<Form, String> {
    match form {
        Form::List(items) => items.iter().map(|item| resolve(item, replies)).collect::<Result<_, _>>().map(Form::List),
        Form::Table(_) if is_reference(form) => found(form, replies).map_err(|what| format!("{form} does not resolve: {what}")),
        Form::Table(entries) => {
            let entry = |(key, form): &(String, Form)| Ok((key.clone(), resolve(form, replies)?));
            entries.iter().map(entry).collect::<Result<_, String>>().map(Form::Table)
        }
        other => Ok(other.clone()),
    }
}

fn found(form: &Form, replies: &Replies) -> Result<Form, String> {
    let Some(Form::Str(name)) = form.get("from") else { return Err("`from` is no name".to_owned()) };
    let outs = replies.get(name).ok_or_else(|| format!("the step that was to save {name:?} got no reply"))?;
    let out = |key: &str| outs.iter().find(|(known, _)| *known == key).map(|(_, form)| form);
    if let Some(Form::Str(key)) = form.get("value") {
        return out(key).cloned().ok_or_else(|| format!("{name:?} has no {key}"));
    }
    let Some(Form::Str(column)) = form.get("column") else { return Err("`column` is no name".to_owned()) };
    let row = match out("props") {
        Some(props) => props,
        None => row(form, out("rows").ok_or_else(|| format!("{name:?} has no rows"))?)?,
    };
    row.get(&cell::column(column)).cloned().ok_or_else(|| format!("its row has no {column}"))
}

/// The row that a reference chooses: by number from 0, by what is in it, or the first.
fn row<'a>(form: &Form, rows: &'a Form) -> Result<&'a Form, String> {
    let Form::List(rows) = rows else { return Err("there are no rows".to_owned()) };
    let chosen = match (form.get("row"), form.get("where")) {
        (Some(Form::Int(number)), _) => usize::try_from(*number).ok().and_then(|number| rows.get(number)),
        (_, Some(columns)) => rows.iter().find(|row| cell::differing(columns, row).is_none()),
        _ => rows.first(),
    };
    chosen.ok_or_else(|| format!("no such row among {}", rows.len()))
}

#[cfg(test)]
mod tests {
    use crate::scenario::Scenario;

    const LOGON: &str = r#"
        format = 1
        name = "references"
        fixture = "office"

        [[step]]
        call = "MAPILogonEx"
        args = { profile_name = "Work", flags = ["MAPI_EXTENDED", "MAPI_NEW_SESSION", "MAPI_NO_MAIL"] }
        expect = { hr = "S_OK" }
        save = "s"

        [[step]]
        object = "s"
        call = "GetStatusTable"
        expect = { hr = "S_OK" }
        save = "t"

        [[step]]
        object = "t"
        call = "QueryRows"
        args = { row_count = 255 }
        expect = { hr = "S_OK" }
        save = "rows"
        "#;

    fn opens(reference: &str) -> String {
        let step =
            format!("[[step]]\nobject = \"s\"\ncall = \"OpenEntry\"\nargs = {{ entry_id = {reference} }}\nexpect = {{ hr = \"S_OK\" }}\n");
        match Scenario::named("t.toml", &format!("{LOGON}\n{step}")) {
            Ok(scenario) => scenario.run().to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_reference_that_resolves_opens_its_row() {
        for row in ["", "row = 2,", "where = { PR_RESOURCE_TYPE = \"MAPI_SPOOLER\", PR_STATUS_CODE = [\"STATUS_FAILURE\"] },"] {
            let report = opens(&format!("{{ from = \"rows\", {row} column = \"PR_ENTRYID\" }}"));
            assert!(report.starts_with("ok "), "{report}");
        }
    }

    #[test]
    fn what_does_not_resolve_fails_the_step() {
        for (reference, what) in [
            ("{ from = \"rows\", row = 3, column = \"PR_ENTRYID\" }", "no such row among 3"),
            ("{ from = \"rows\", where = { PR_ROWID = 9 }, column = \"PR_ENTRYID\" }", "no such row among 3"),
            ("{ from = \"rows\", column = \"PR_SUBJECT\" }", "its row has no PR_SUBJECT"),
            ("{ from = \"rows\", value = \"entry_id\" }", "\"rows\" has no entry_id"),
            ("{ from = \"t\", column = \"PR_ENTRYID\" }", "\"t\" has no rows"),
        ] {
            let report = opens(reference);
            assert!(report.contains("not run: ") && report.contains(what), "{reference}: {report}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_a_mistake_of_the_file() {
        for (reference, what) in [
            ("{ from = \"row\", column = \"PR_ENTRYID\" }", "was not saved by an earlier step"),
            ("{ from = \"rows\" }", "a reference takes a `value` by its name, or a `column` of a row"),
            ("{ from = \"rows\", row = 1, where = { PR_ROWID = 1 }, column = \"PR_ENTRYID\" }", "not by both"),
            ("{ from = \"rows\", row = -1, column = \"PR_ENTRYID\" }", "row"),
            ("{ from = \"rows\", column = \"PR_ENTRY\" }", "PR_ENTRYID"),
            ("{ from = \"rows\", where = { PR_STATUS_CODE = [\"STATUS_FAIL\"] }, column = \"PR_ENTRYID\" }", "STATUS_FAILURE"),
            ("{ from = \"rows\", from_row = 1, column = \"PR_ENTRYID\" }", "from_row"),
        ] {
            let report = opens(reference);
            assert!(report.starts_with("t.toml:") && report.contains(what), "{reference}: {report}");
        }
    }
}
