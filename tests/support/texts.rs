//! Names of profiles, and how a client passes them.

use mapi_sim::kernel::is_profile_name;
use mapi_sim::mapi::{CodePage, Text};

use super::choices::Choices;
use crate::model::{Name, World, flag};

/// Code pages of random machines. The first two have a character for every byte; the others do not.
pub const CODE_PAGES: [u32; 4] = [1252, 1251, 932, 65001];

/// Names of profiles. Folding their case is the same for both sides: no letter here folds to two.
pub const NAMES: [&str; 12] =
    ["A", "Work", "Home mail", "Büro", "Почта", "予定", "x_1", "Été 2", "b", "Long name with several words in it", "Ω", "n0"];

/// Names that no profile of a random world begins with.
pub const OTHERS: [&str; 10] = ["Nope", "", " A", "A ", "a/b", "A\0b", "\0", "wörk", "ящик", "?"];

/// The code page of this number.
pub fn code_page(number: u32) -> CodePage {
    CodePage::new(number).unwrap_or_default()
}

/// A name as a client may pass it: one of the world's, perhaps in other case, or one of the lists, or one of 64 or 65 characters.
pub fn any_name(choices: &mut impl Choices, world: &World) -> String {
    let there: Vec<&str> = world.profiles.iter().map(|profile| profile.name.as_str()).collect();
    match choices.below(8) {
        0..=3 if !there.is_empty() => choices.of(&there).to_string(),
        4 if !there.is_empty() => recased(choices.of(&there)),
        5 => choices.of(&OTHERS).to_string(),
        6 => choices.of(&["z", "я"]).repeat(if choices.coin() { 65 } else { 64 }),
        _ => choices.of(&NAMES).to_string(),
    }
}

/// A name as MAPI reads it in a Unicode call.
pub fn read_name(choices: &mut impl Choices, world: &World) -> String {
    any_name(choices, world).split('\0').next().unwrap_or_default().to_string()
}

fn recased(name: &str) -> String {
    let upper = name.to_uppercase();
    if upper == name { name.to_lowercase() } else { upper }
}

/// The name that MAPI reads: up to a NUL, and in an ANSI call only what the code page has.
pub fn as_read(name: &str, flags: u32, code_page: CodePage) -> Name {
    let until_nul = name.split('\0').next().unwrap_or_default();
    if flags & flag::UNICODE != 0 || until_nul.is_ascii() {
        return Name::Given(until_nul.to_string());
    }
    let (bytes, _) = code_page.encode(until_nul);
    code_page.decode(&bytes).map_or(Name::Undecodable, |text| Name::Given(text.into_owned()))
}

/// The text of a name, in characters or, with `raw`, in units of its own.
pub fn text(name: &str, unicode: bool, raw: bool, code_page: CodePage) -> Text {
    match (raw, unicode) {
        (false, _) => name.into(),
        (true, true) => Text::wide(name),
        (true, false) => Text::Ansi(code_page.encode(name).0.into()),
    }
}

/// Bytes or units that are no characters.
pub fn undecodable(unicode: bool) -> Text {
    if unicode { Text::Wide([0x41, 0xD800, 0x42].into()) } else { Text::ansi(b"A\xFF\xFE") }
}

/// Whether a code page has bytes that are no characters.
pub fn has_undecodable(code_page: CodePage) -> bool {
    code_page.decode(b"A\xFF\xFE").is_none()
}

/// Whether a profile may be called so; a check of the list above.
pub fn usable(name: &str) -> bool {
    is_profile_name(name)
}
