//! Worlds out of choices, as texts of fixtures.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use parking_lot::Mutex;

use crate::choices::Choices;
use crate::fixture::Fixture;

/// A world out of choices: a shipped one with other profiles, services, limits and manners of its tables and properties. Without choices it is
/// `office`.
///
/// It displays as the text of its fixture.
///
/// ```
/// use mapi_sim::{Choices, generate::World};
///
/// let world = World::of(&mut Choices::new(&[7, 3, 200, 41, 99, 2, 250, 8]));
/// println!("{world}");
/// let sim = world.fixture().start();
/// sim.finish();
/// ```
#[derive(Clone, PartialEq)]
pub struct World {
    text: String,
    fixture: Fixture,
}

/// Shipped worlds to build on; the first is the plain one.
const BASES: [&str; 8] = ["office", "minimal", "shared", "broken_services", "no_default", "test_profile", "service_host", "cyrillic"];

/// Names of profiles.
const NAMES: [&str; 6] = ["Work", "Home", "Archive 2024", "\u{c9}t\u{e9}", "A", "work file"];

/// Installed services of the world `standard`.
const SERVICES: [&str; 5] = ["LOCAL", "INET", "ADDR", "SERVER", "HOOK"];

impl World {
    /// How many bytes a fuzzer needs for one, at most.
    pub const BYTES: usize = 100;

    /// The world of these choices.
    pub fn of(choices: &mut Choices) -> World {
        let text = text(choices);
        let fixture = read(&text);
        World { text, fixture }
    }

    /// The fixture, read.
    pub fn fixture(&self) -> &Fixture {
        &self.fixture
    }

    /// The fixture's text.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "World:\n{}", self.text)
    }
}

/// How many fixtures are kept: a fuzzer comes back to the same worlds again and again, and reading one costs more than a run in it.
const KEPT: usize = 512;

fn read(text: &str) -> Fixture {
    static READ: Mutex<BTreeMap<String, Fixture>> = Mutex::new(BTreeMap::new());
    let mut read = READ.lock();
    if let Some(fixture) = read.get(text) {
        return fixture.clone();
    }
    let fixture = Fixture::named("world.toml", text).unwrap_or_else(|error| panic!("a generated world is one: {error}\n{text}"));
    if read.len() == KEPT {
        read.clear();
    }
    read.insert(text.to_owned(), fixture.clone());
    fixture
}

fn text(choices: &mut Choices) -> String {
    let mut text = String::from("format = 1\n");
    // Writing to a String does not fail.
    let _ = write_world(choices, &mut text);
    text
}

fn write_world(choices: &mut Choices, text: &mut String) -> fmt::Result {
    let own = choices.once_in(2);
    let base = if own { "standard" } else { choices.of(&BASES) };
    writeln!(text, "extends = \"{base}\"")?;
    if choices.once_in(2) {
        machine(choices, text)?;
    }
    if own {
        profiles(choices, text)?;
    }
    if choices.once_in(4) {
        let slow = *choices.of(&["0s", "50ms", "2s"]);
        writeln!(text, "\n[tables]\nasync = \"{slow}\"")?;
        let keys = [
            "categories = true",
            "max_batch = 1",
            "max_bookmarks = 1",
            "qchanged = true",
            "rich = false",
            "notify = false",
            "truncate = 4",
        ];
        some(choices, text, &keys)?;
    }
    if choices.once_in(4) {
        writeln!(text, "\n[properties]")?;
        some(
            choices,
            text,
            &["large_limit = 8", "set_limit = 8", "name_limit = 2", "fixed_types = true", "mv = false", "named = false", "ansi = false"],
        )?;
    }
    if choices.once_in(8) {
        let thread = *choices.of(&["main", "worker"]);
        let from = *choices.of(&["0s", "2s"]);
        writeln!(text, "\n[[script.mutex]]\nprocess = \"setup\"\nthread = \"{thread}\"\nfrom = \"{from}\"\nfor = \"7s\"")?;
    }
    Ok(())
}

/// Some of these lines.
fn some(choices: &mut Choices, text: &mut String, lines: &[&str]) -> fmt::Result {
    lines.iter().filter(|_| choices.once_in(4)).try_for_each(|line| writeln!(text, "{line}"))
}

fn machine(choices: &mut Choices, text: &mut String) -> fmt::Result {
    writeln!(text, "\n[machine]")?;
    if choices.once_in(3) {
        writeln!(text, "max_sessions = {}", *choices.of(&[1, 2, 3, 0]))?;
    }
    writeln!(text, "code_page = {}", *choices.of(&[1252, 932, 65001, 1251]))?;
    writeln!(text, "fast_shutdown = {}", choices.below(3))?;
    if choices.once_in(6) {
        let failure =
            *choices.of(&["registry", "ole_version", "process_context", "shared_globals", "notification_engine", "profile_provider"]);
        writeln!(text, "init_failure = \"{failure}\"")?;
    }
    if choices.once_in(3) {
        let kind = *choices.of(&["service", "unattended"]);
        writeln!(text, "\n[[machine.process]]\nname = \"two\"\nkind = \"{kind}\"")?;
    }
    Ok(())
}

fn profiles(choices: &mut Choices, text: &mut String) -> fmt::Result {
    let default = choices.below(4);
    for (at, name) in (1..).zip(&NAMES[..*choices.of(&[2, 1, 3, 6, 0])]) {
        writeln!(text, "\n[[profile]]\nname = \"{name}\"")?;
        if at == default {
            writeln!(text, "default = true")?;
        }
        let services: Vec<&str> = SERVICES.into_iter().filter(|_| !choices.once_in(2)).collect();
        if !choices.once_in(4) {
            writeln!(text, "services = {services:?}")?;
            continue;
        }
        for service in services {
            writeln!(text, "\n[[profile.service]]\nservice = \"{service}\"")?;
            some(choices, text, &["configured = false", "required = true", "disabled = true"])?;
        }
    }
    Ok(())
}
