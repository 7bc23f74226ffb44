//! The world of a scenario: a shipped one, a file, or tables of the scenario itself; and its readings.

use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::DeValue;

use crate::error::{Code, Problem};
use crate::fixture::Fixture;
use crate::fixture::inline::{self, Origin, Written};
use crate::fixture::problems::{Note, Problems, quote};
use crate::fixture::tree::{Node, Table, Value};

pub(super) use crate::fixture::inline::{Parents, read as text, shown, with_warnings};

/// Where a scenario came from.
#[derive(Clone, Debug)]
pub(super) struct Home(Origin);

impl Home {
    /// A text without a home.
    pub fn text() -> Self {
        Home(Origin::Text)
    }

    /// A file.
    pub fn file(path: &Path) -> Self {
        Home(Origin::File(inline::plain(path)))
    }

    /// The folder of the file.
    fn folder(&self) -> Option<PathBuf> {
        match &self.0 {
            Origin::File(path) => Some(path.parent().unwrap_or(Path::new("")).to_owned()),
            _ => None,
        }
    }
}

/// Merges the parents of the world in `[fixture]` into it. Their `format` is no part of the world. With the tree comes what was written of that world.
pub(super) fn extend<'a>(tree: Value<'a>, home: &Home, parents: &'a Parents, problems: &mut Problems) -> (Value<'a>, Written) {
    let (mut tree, written) = inline::extend_within(tree, "fixture", home.0.clone(), parents, problems);
    if let DeValue::Table(root) = tree.get_mut()
        && let Some(DeValue::Table(world)) = root.get_mut("fixture").map(Spanned::get_mut)
    {
        world.remove("format");
    }
    (tree, written)
}

/// A world for a scenario that has none, so that the rest of it can be read.
pub(super) fn none() -> Fixture {
    inline::nowhere()
}

/// The world of a scenario. What is wrong with another file goes to `foreign`.
pub(super) fn fixture(
    root: &Table<'_>,
    written: Written,
    home: &Home,
    foreign: &mut Vec<Problem>,
    problems: &mut Problems,
) -> Option<Fixture> {
    let fixture = of_key(root, written, home, foreign, problems);
    match root.get("readings") {
        // Without a world there are mistakes to be found all the same.
        Some(node) => Some(inline::with_readings(&fixture.unwrap_or_else(none), &node, problems)),
        None => fixture,
    }
}

/// The world of the key `fixture`.
fn of_key(root: &Table<'_>, written: Written, home: &Home, foreign: &mut Vec<Problem>, problems: &mut Problems) -> Option<Fixture> {
    let Some(node) = root.get("fixture") else {
        root.missing("fixture", "a shipped world such as \"office\", a path, or a table [fixture]", problems);
        return None;
    };
    match (node.as_str(), node.as_table()) {
        (Some(name), _) => elsewhere(&node, name, home, foreign, problems),
        (_, Some(table)) => Some(inline::fixture("[fixture]", &table, written, problems)),
        _ => {
            node.wrong_type("a shipped world's name, a path, or a table", problems);
            None
        }
    }
}

/// A shipped world, or one in another file.
fn elsewhere(node: &Node<'_>, name: &str, home: &Home, foreign: &mut Vec<Problem>, problems: &mut Problems) -> Option<Fixture> {
    if let Some(fixture) = Fixture::shipped(name) {
        return Some(fixture);
    }
    if !name.ends_with(".toml") {
        let note = problems.unknown(
            name,
            "is neither a shipped world nor a path that ends with .toml",
            "shipped",
            Fixture::shipped_names().iter().copied(),
        );
        problems.error(node.place(), Code::Undeclared, note);
        return None;
    }
    let Some(folder) = home.folder() else {
        let note = Note::new("a file can be named only in a scenario that was loaded from a file").found(quote(name));
        problems.error(node.place(), Code::BadValue, note.hint("name a shipped world, or write the world as [fixture]"));
        return None;
    };
    let path = inline::plain(&folder.join(name));
    if !path.is_file() {
        let note = Note::new(format!("there is no file {}", quote(&shown(&path)))).found(quote(name));
        problems.error(node.place(), Code::File, note.hint("the path is relative to the scenario file"));
        return None;
    }
    match Fixture::load(&path) {
        Ok(fixture) => Some(fixture),
        Err(error) => {
            foreign.extend(error.problems().iter().cloned());
            None
        }
    }
}
