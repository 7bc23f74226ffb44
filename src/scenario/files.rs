//! Many scenario files at once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Scenario;
use super::read::whole_file;
use super::world::shown;
use crate::error::{Code, Error};

/// How deep folders are looked into.
const DEEPEST: usize = 32;

/// The scenario files of a path: itself, or all `*.toml` in a folder and the folders in it, in the order of their names.
///
/// # Errors
///
/// That the path, or a folder in it, cannot be read.
pub fn files(path: impl AsRef<Path>) -> Result<Vec<PathBuf>, Error> {
    let path = path.as_ref();
    let mut found = Vec::new();
    if path.is_dir() {
        folder(path, DEEPEST, &mut found)?
    } else {
        found.push(path.to_owned())
    }
    Ok(found)
}

fn folder(path: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), Error> {
    let unreadable = |error: std::io::Error| whole_file(&shown(path), Code::File, format!("the folder cannot be read: {}", error.kind()));
    if depth == 0 {
        return Err(whole_file(&shown(path), Code::File, format!("more than {DEEPEST} folders within each other")));
    }
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        entries.push(entry.map_err(unreadable)?.path());
    }
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            folder(&entry, depth - 1, found)?;
        } else if entry.extension().is_some_and(|ending| ending == "toml") {
            found.push(entry);
        }
    }
    Ok(())
}

/// Scenarios of several files and folders, and what is wrong with those that could not be read.
#[derive(Clone, Debug, Default)]
pub struct Suite {
    scenarios: Vec<Scenario>,
    errors: Vec<Error>,
}

impl Suite {
    /// Reads every scenario of these files and folders. Two scenarios may not have the same name.
    pub fn load<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Suite {
        let mut suite = Suite::default();
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        for path in paths {
            match files(path) {
                Ok(files) => files.iter().for_each(|file| suite.add(file, &mut names)),
                Err(error) => suite.errors.push(error),
            }
        }
        suite
    }

    fn add(&mut self, file: &Path, names: &mut BTreeMap<String, String>) {
        match Scenario::load(file) {
            Err(error) => self.errors.push(error),
            Ok(scenario) => match names.insert(scenario.name.clone(), scenario.file.clone()) {
                Some(other) if other != scenario.file => {
                    let what = format!("the name \"{}\" is that of {other} too; each scenario has one of its own", scenario.name);
                    self.errors.push(whole_file(&scenario.file, Code::Duplicate, what));
                }
                _ => self.scenarios.push(scenario),
            },
        }
    }

    /// The scenarios that could be read, in the order of the paths.
    #[must_use]
    pub fn scenarios(&self) -> &[Scenario] {
        &self.scenarios
    }

    /// What is wrong with the others.
    #[must_use]
    pub fn errors(&self) -> &[Error] {
        &self.errors
    }
}
