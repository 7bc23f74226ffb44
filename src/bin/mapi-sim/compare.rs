//! `mapi-sim status --compare`: the status table without and with MAPI_NO_MAIL.

use mapi_sim::mapi::Prop;
use mapi_sim::{LogonFlags, PropTag, Row};

use crate::args::Status;
use crate::status::{View, decoded, title, view};
use crate::{Said, line, plural};

/// The same row in the one view and in the other.
type Pair<'a> = (Option<&'a Row>, Option<&'a Row>);

/// Columns that identify a row and say nothing about its resource.
const IDENTIFY: &[PropTag] = &[PropTag::PR_ROWID, PropTag::PR_INSTANCE_KEY, PropTag::PR_ENTRYID];

/// A column in which two rows differ.
struct Difference {
    column: String,
    without: String,
    with: String,
}

/// The subcommand.
pub(crate) fn compare(args: &Status) -> Said {
    let mut said = Said::well(String::new());
    let mut look = |how: &str, flags| match view(args, flags) {
        Ok(view) => {
            note(&mut said.err, how, &view.notes);
            Some(view)
        }
        Err(why) => {
            note(&mut said.err, how, &why);
            said.ok = false;
            None
        }
    };
    let without = look("without", args.flags - LogonFlags::NO_MAIL);
    let with = look("with", args.flags | LogonFlags::NO_MAIL);
    if let (Some(without), Some(with)) = (without, with) {
        let head = |mark, view: &View| format!("{mark} {}: {}\n", view.logon, view.outcome);
        said.out = format!("{}\n{}{}\n", without.who, head('-', &without), head('+', &with));
        said.out += &text(&without, &with);
    }
    said
}

/// What did not go well in one of the two logons.
fn note(err: &mut String, how: &str, what: &str) {
    if !what.is_empty() {
        line(err, format_args!("{how} MAPI_NO_MAIL:\n{}", what.trim_end()));
    }
}

fn text(without: &View, with: &View) -> String {
    let mut out = String::new();
    let pairs = pairs(&without.rows, &with.rows);
    let pairs: Vec<(Pair<'_>, Vec<Difference>)> = pairs.into_iter().map(|pair| (pair, differences(pair))).collect();
    for (pair, differences) in &pairs {
        let (mark, note) = match pair {
            (_, None) => ("-", "only without MAPI_NO_MAIL".to_owned()),
            (None, _) => ("+", "only with MAPI_NO_MAIL".to_owned()),
            _ if differences.is_empty() => (" ", "the same".to_owned()),
            _ => (" ", format!("differs in {}", plural(differences.len(), "column"))),
        };
        let [kind, name] = pair.0.or(pair.1).map(title).unwrap_or_default();
        line(&mut out, format_args!("{mark} {kind:<24} {name:<28} {note}"));
    }
    for ((row, _), differences) in pairs.iter().filter(|(_, differences)| !differences.is_empty()) {
        let [kind, name] = row.map(title).unwrap_or_default();
        line(&mut out, format_args!("\n{kind} \"{name}\""));
        for Difference { column, without, with } in differences {
            line(&mut out, format_args!("  {column}\n    - {without}\n    + {with}"));
        }
    }
    let one_sided = pairs.iter().filter(|((one, other), _)| one.is_none() || other.is_none()).count();
    let differ = pairs.iter().filter(|(_, differences)| !differences.is_empty()).count();
    let counts = [&without.rows, &with.rows].map(|rows| plural(rows.len(), "row"));
    line(
        &mut out,
        format_args!("\n{} without MAPI_NO_MAIL, {} with it: {one_sided} in one view only, {differ} different", counts[0], counts[1]),
    );
    out
}

/// Rows of the two views that are of the same resource, in the order of the first view, then what only the second has.
fn pairs<'a>(without: &'a [Row], with: &'a [Row]) -> Vec<Pair<'a>> {
    let mut left: Vec<&Row> = with.iter().collect();
    let mut pairs: Vec<Pair<'a>> = Vec::new();
    for row in without {
        let other = left.iter().position(|other| key(other) == key(row)).map(|at| left.remove(at));
        pairs.push((Some(row), other));
    }
    pairs.extend(left.into_iter().map(|row| (None, Some(row))));
    pairs
}

/// What a row is about: type, name, and the DLL behind it.
fn key(row: &Row) -> ([String; 2], Option<String>) {
    let dll = row.find(PropTag::PR_PROVIDER_DLL_NAME.id()).and_then(decoded);
    (title(row), dll.map(|(_, name)| name))
}

/// The columns in which the two rows differ.
fn differences((without, with): Pair<'_>) -> Vec<Difference> {
    let (Some(without), Some(with)) = (without, with) else { return Vec::new() };
    let mut ids: Vec<u16> = Vec::new();
    for id in without.props.iter().chain(&with.props).map(|prop| prop.tag.id()) {
        if !ids.contains(&id) && !IDENTIFY.iter().any(|tag| tag.id() == id) {
            ids.push(id);
        }
    }
    ids.iter().filter_map(|id| difference(*id, without.find(*id), with.find(*id))).collect()
}

fn difference(id: u16, without: Option<&Prop>, with: Option<&Prop>) -> Option<Difference> {
    if without.map(|prop| &prop.value) == with.map(|prop| &prop.value) {
        return None;
    }
    let (without, with) = (without.and_then(decoded), with.and_then(decoded));
    let column = without.as_ref().or(with.as_ref()).map_or_else(|| format!("0x{id:04X}"), |(column, _)| column.clone());
    let value = |shown: Option<(String, String)>| shown.map_or_else(|| "absent".to_owned(), |(_, value)| value);
    Some(Difference { column, without: value(without), with: value(with) })
}
