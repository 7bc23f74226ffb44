//! `expect`: what the client sees, read from a file and compared with a reply.

use super::cell;
use super::form::{NULL, form};
use super::inside::Compared;
use super::object::Saved;
use super::refer::{self, Replies};
use super::step::Expect;
use crate::call::{Form, Reply, Word};
use crate::fixture::problems::Problems;
use crate::fixture::tree::{Node, Table};
use crate::mapi::{NameId, PropProblem, PropTag, SortOrderSet};

/// Named results of calls, `hr` first.
const OUTS: &[&str] = &[
    "hr",
    "object",
    "object_type",
    "value",
    "entry_id",
    "tags",
    "rows",
    "props",
    "strings",
    "count",
    "error",
    "component",
    "status",
    "table_type",
    "row",
    "numerator",
    "denominator",
    "sort_order",
    "more_rows",
    "bytes",
    "problems",
    "names",
    "access",
    "read",
    "written",
];

/// Reads the table; `known` are the names that earlier steps saved.
pub(super) fn read<'n>(table: &Table<'_>, known: impl Iterator<Item = &'n str> + Clone, problems: &mut Problems) -> Expect {
    table.only(OUTS, problems);
    if !table.has("hr") {
        table.missing("hr", "what the call returns, such as hr = \"S_OK\"", problems);
    }
    let hr = table.get("hr").and_then(|node| node.hresult(problems));
    let outs = table.iter().filter(|(key, _)| *key != "hr").filter_map(|(key, node)| {
        refer::check(&node, known.clone(), problems);
        check(key, &node, problems);
        let value = if node.as_str() == Some(NULL) { Some(Form::Null) } else { form(&node, problems) };
        Some((key.to_owned(), value?))
    });
    let outs = outs.collect();
    Expect { hr, outs }
}

/// Looks at the parts of a result.
fn check(key: &str, node: &Node<'_>, problems: &mut Problems) {
    match key {
        _ if node.as_str() == Some(NULL) => {}
        "tags" => {
            if let Some(items) = node.items("property tags", problems) {
                for item in items.iter() {
                    item.tag(problems);
                }
            }
        }
        "rows" => {
            let Some(items) = node.items("rows", problems) else { return };
            for item in items.iter() {
                if let Some(row) = item.table(problems) {
                    cell::check_row(&row, problems);
                }
            }
        }
        "props" => {
            if let Some(row) = node.table(problems) {
                cell::check_row(&row, problems);
            }
        }
        _ => {}
    }
}

/// Compares a reply with what the client has to see.
pub(super) fn compare(expect: &Expect, reply: &Reply, saved: &Saved, replies: &Replies, all: &mut Vec<Compared>) {
    if let Some(hr) = expect.hr {
        all.push(Compared::new("hr", format!("\"{hr}\""), format!("\"{}\"", reply.hr)));
    }
    let outs = reply.out.form();
    for (name, value) in &expect.outs {
        let found = outs.iter().find(|(key, _)| key == name).map_or(&Form::Null, |(_, form)| form);
        let value = match refer::resolve(value, replies) {
            Ok(value) => value,
            Err(what) => {
                all.push(Compared::new(name.clone(), value.to_string(), what));
                continue;
            }
        };
        match name.as_str() {
            "rows" => rows(&value, found, all),
            "props" => {
                all.extend(cell::differing(&value, found).map(|(column, expected, found)| different("props", &column, &expected, &found)))
            }
            "tags" => all.push(Compared::new("tags", tags(&value).to_string(), found.to_string())),
            "sort_order" => all.push(Compared::new("sort_order", as_written::<SortOrderSet>(&value).to_string(), found.to_string())),
            "problems" => all.push(Compared::new("problems", as_written::<Vec<PropProblem>>(&value).to_string(), found.to_string())),
            "access" => all.push(Compared::new("access", as_written::<Vec<u32>>(&value).to_string(), found.to_string())),
            "names" => all.push(Compared::new("names", names(&value).to_string(), found.to_string())),
            "object" => all.push(Compared::new("object", object(&value, saved).to_string(), found.to_string())),
            _ => all.push(Compared::new(name.clone(), value.to_string(), found.to_string())),
        }
    }
}

/// Rows in order, each in the columns that are named.
fn rows(expected: &Form, found: &Form, all: &mut Vec<Compared>) {
    let (Form::List(expected), Form::List(found)) = (expected, found) else {
        all.push(Compared::new("rows", expected.to_string(), found.to_string()));
        return;
    };
    for (at, row) in expected.iter().enumerate() {
        let place = format!("rows[{at}]");
        match found.get(at) {
            None => all.push(Compared::new(place, row.to_string(), format!("no such row among {}", found.len()))),
            Some(found) => {
                all.extend(cell::differing(row, found).map(|(column, expected, found)| different(&place, &column, &expected, &found)));
            }
        }
    }
}

fn different(place: &str, column: &str, expected: &Form, found: &Form) -> Compared {
    Compared::new(format!("{place}.{column}"), expected.to_string(), found.to_string())
}

/// Tags as a reply writes them.
fn tags(form: &Form) -> Form {
    match form {
        Form::List(items) => {
            Form::List(items.iter().map(|item| PropTag::read(item).map_or_else(|_| item.clone(), |tag| tag.write())).collect())
        }
        other => other.clone(),
    }
}

/// A word as a reply writes it.
fn as_written<T: Word>(form: &Form) -> Form {
    T::read(form).map_or_else(|_| form.clone(), |word| word.write())
}

/// Names of properties as a reply writes them; "NULL" is one that did not come.
fn names(form: &Form) -> Form {
    let one = |form: &Form| match form {
        Form::Str(null) if null == NULL => Form::Null,
        name => as_written::<NameId>(name),
    };
    match form {
        Form::List(items) => Form::List(items.iter().map(one).collect()),
        other => other.clone(),
    }
}

/// An object by the name under which it was saved.
fn object(form: &Form, saved: &Saved) -> Form {
    match form {
        Form::Str(name) => saved.get(name).map_or_else(|| form.clone(), |handle| Form::Str(handle.to_string())),
        other => other.clone(),
    }
}
