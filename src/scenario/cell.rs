//! Values of rows: how a scenario writes them, and how they compare.

use crate::call::Form;
use crate::fixture::problems::Problems;
use crate::fixture::tree::{Table, bad_word};
use crate::mapi::{Hresult, PropTag, ProviderFlags, StatusCode, StatusMethods};

/// Names of numbers that a column can have.
type Names = &'static [(&'static str, u32)];

/// PR_RESOURCE_TYPE by name.
const RESOURCE_TYPES: Names = &[
    ("MAPI_STORE_PROVIDER", 33),
    ("MAPI_AB", 34),
    ("MAPI_AB_PROVIDER", 35),
    ("MAPI_TRANSPORT_PROVIDER", 36),
    ("MAPI_SPOOLER", 37),
    ("MAPI_PROFILE_PROVIDER", 38),
    ("MAPI_SUBSYSTEM", 39),
    ("MAPI_HOOK_PROVIDER", 40),
];

/// The name under which a row has a column, whatever the width of its characters.
pub(super) fn column(name: &str) -> String {
    match PropTag::parse(name) {
        Some(tag) => tag.property_name().map_or_else(|| tag.to_string(), str::to_owned),
        None => name.to_owned(),
    }
}

/// The number of a name in a column of flags or kinds.
fn number(column: &str, name: &str) -> Option<u32> {
    match column {
        "PR_STATUS_CODE" => StatusCode::from_name(name).map(|flag| flag.bits()),
        "PR_RESOURCE_METHODS" => StatusMethods::from_name(name).map(|flag| flag.bits()),
        "PR_RESOURCE_FLAGS" => ProviderFlags::from_name(name).map(|flag| flag.bits()),
        "PR_RESOURCE_TYPE" => RESOURCE_TYPES.iter().find(|(known, _)| *known == name).map(|(_, number)| *number),
        _ => None,
    }
}

/// A value as a row has it: names become numbers, a list of flags one word. An error stays a name.
fn plain(column: &str, form: &Form) -> Form {
    match form {
        Form::Str(name) => match (number(column, name), Hresult::from_name(name)) {
            (Some(number), _) => Form::Int(number.into()),
            (None, Some(hr)) => Form::Str(hr.to_string()),
            (None, None) => form.clone(),
        },
        Form::List(words) if !names(column).is_empty() => {
            let bits = words.iter().map(|name| match plain(column, name) {
                Form::Int(bits) => Some(bits),
                _ => None,
            });
            bits.collect::<Option<Vec<i64>>>()
                .map_or_else(|| form.clone(), |bits| Form::Int(bits.into_iter().fold(0, |word, bits| word | bits)))
        }
        other => other.clone(),
    }
}

/// The first column that is not as expected: its name, and what it should and does have.
pub(super) fn differing(expected: &Form, row: &Form) -> Option<(String, Form, Form)> {
    let Form::Table(columns) = expected else { return None };
    columns.iter().find_map(|(name, value)| {
        let column = column(name);
        let (expected, found) = (plain(&column, value), row.get(&column).cloned().unwrap_or(Form::Null));
        (expected != found).then_some((column, expected, found))
    })
}

/// Looks at the columns of a row that a file expects.
pub(super) fn check_row(row: &Table<'_>, problems: &mut Problems) {
    for (name, node) in row.iter() {
        if PropTag::parse(name).is_none() {
            node.as_key().tag(problems);
            continue;
        }
        let column = column(name);
        // Elsewhere a list is the values of a multivalued property.
        let Some(items) = node.as_items().filter(|_| !names(&column).is_empty()) else { continue };
        for item in items.iter() {
            if let Some(word) = item.as_str().filter(|word| number(&column, word).is_none()) {
                bad_word(item, word, names(&column).into_iter(), problems);
            }
        }
    }
}

/// The names that a column can have.
fn names(column: &str) -> Vec<&'static str> {
    match column {
        "PR_STATUS_CODE" => StatusCode::names().map(|(name, _)| name).collect(),
        "PR_RESOURCE_METHODS" => StatusMethods::names().map(|(name, _)| name).collect(),
        "PR_RESOURCE_FLAGS" => ProviderFlags::names().map(|(name, _)| name).collect(),
        "PR_RESOURCE_TYPE" => RESOURCE_TYPES.iter().map(|(name, _)| *name).collect(),
        _ => Vec::new(),
    }
}
