//! Restrictions: which are refused, and which rows meet the others.

use std::cmp::Ordering;

use mapi_sim::mapi::{Bmr, FuzzyLevel, Hresult, Node, Prop, PropTag, PropType, Relop, Restriction, Value};

use super::compare::{holds, order, size};

/// How deep a restriction may be (TABLE-271).
pub const MOST_LEVELS: u16 = 64;

/// The readings that matter here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// missing_compare = "less" (TABLE-305).
    pub missing_is_less: bool,
    /// mv_tuple = false (TABLE-299).
    pub no_tuples: bool,
}

/// Where a restriction looks properties up.
pub type Lookup<'a> = dyn Fn(PropTag) -> Option<Value> + 'a;

/// The codes with which Restrict and FindRow may refuse a restriction; none if they take it.
pub fn refused(restriction: &Restriction, reading: Reading) -> Vec<Hresult> {
    let mut codes = Vec::new();
    if restriction.depth() > MOST_LEVELS {
        codes.push(Hresult::MAPI_E_TOO_COMPLEX);
    }
    collect(restriction, reading, &mut codes);
    codes.dedup();
    codes
}

fn collect(restriction: &Restriction, reading: Reading, codes: &mut Vec<Hresult>) {
    let too_complex = match restriction.node() {
        // TABLE-270: of nothing neither.
        Node::And(all) | Node::Or(all) => {
            all.iter().for_each(|one| collect(one, reading, codes));
            all.is_empty()
        }
        // TABLE-269.
        Node::Not(None) => {
            codes.push(Hresult::MAPI_E_INVALID_PARAMETER);
            false
        }
        Node::Not(Some(one)) => {
            collect(one, reading, codes);
            false
        }
        Node::Comment { restriction, .. } => {
            restriction.iter().for_each(|one| collect(one, reading, codes));
            false
        }
        Node::Content { fuzzy_level, tag, prop } => !content_is_taken(*fuzzy_level, *tag, prop),
        Node::Property { relop, tag, prop } => !property_is_taken(*relop, *tag, prop, reading),
        // TABLE-307.
        Node::CompareProps { relop, tag1, tag2 } => tag1.prop_type() != tag2.prop_type() || !compares(*relop, tag1.prop_type()),
        // TABLE-311.
        Node::BitMask { bmr, tag, .. } => tag.prop_type() != PropType::LONG || (*bmr != Bmr::EQZ && *bmr != Bmr::NEZ),
        Node::Size { relop, .. } => relop.0 > Relop::NE.0,
        // TABLE-317.
        Node::Exist { tag } => tag.prop_type() == PropType::OBJECT,
        // TABLE-320, TABLE-326, TABLE-147, TABLE-327.
        _ => true,
    };
    if too_complex {
        codes.push(Hresult::MAPI_E_TOO_COMPLEX);
    }
}

/// Whether an operator is known and orders values of this type (TABLE-301, TABLE-309).
fn compares(relop: Relop, prop_type: PropType) -> bool {
    relop.0 <= Relop::NE.0 && (prop_type.single() != PropType::CLSID || relop == Relop::EQ || relop == Relop::NE)
}

fn property_is_taken(relop: Relop, tag: PropTag, prop: &Prop, reading: Reading) -> bool {
    let (wanted, given) = (tag.prop_type(), prop.tag.prop_type());
    // A single constant means any value (TABLE-144, TABLE-297), many are a tuple (TABLE-299).
    let types = given == wanted.single() || (given == wanted && !wanted.is_instance() && !reading.no_tuples);
    types && compares(relop, wanted)
}

fn content_is_taken(level: FuzzyLevel, tag: PropTag, prop: &Prop) -> bool {
    let single = tag.prop_type().single();
    // TABLE-279, TABLE-284, TABLE-287, TABLE-290.
    level.level() <= 2 && prop.tag.prop_type() == single && (single.is_text() || single == PropType::BINARY)
}

/// Whether a row meets a restriction that was taken.
pub fn meets(restriction: &Restriction, row: &Lookup<'_>, reading: Reading) -> bool {
    match restriction.node() {
        Node::And(all) => all.iter().all(|one| meets(one, row, reading)),
        Node::Or(all) => all.iter().any(|one| meets(one, row, reading)),
        Node::Not(one) => !one.as_ref().is_some_and(|one| meets(one, row, reading)),
        // TABLE-324: what is inside counts.
        Node::Comment { restriction, .. } => restriction.as_ref().is_none_or(|one| meets(one, row, reading)),
        Node::Content { fuzzy_level, tag, prop } => values(row(*tag), prop).iter().any(|value| contains(value, &prop.value, *fuzzy_level)),
        Node::Property { relop, tag, prop } => match row(*tag) {
            // TABLE-302, TABLE-303, TABLE-305.
            None => reading.missing_is_less && holds(*relop, Some(Ordering::Less)),
            found => values(found, prop).iter().any(|value| holds(*relop, order(value, &prop.value))),
        },
        // TABLE-308.
        Node::CompareProps { relop, tag1, tag2 } => match (row(*tag1), row(*tag2)) {
            (Some(a), Some(b)) => holds(*relop, order(&a, &b)),
            _ => false,
        },
        // TABLE-313.
        Node::BitMask { bmr, tag, mask } => match row(*tag) {
            Some(Value::Long(bits)) => (bits.cast_unsigned() & mask == 0) == (*bmr == Bmr::EQZ),
            _ => false,
        },
        Node::Size { relop, tag, size: bytes } => row(*tag).is_some_and(|value| {
            let size = size(&value, tag.prop_type());
            holds(*relop, Some(size.cmp(&(*bytes as usize))))
        }),
        Node::Exist { tag } => row(*tag).is_some(),
        _ => unreachable!("refused before any row is looked at"),
    }
}

/// What a constant is held against: each value of a multivalued property if it is single, else the property.
fn values(found: Option<Value>, constant: &Prop) -> Vec<Value> {
    match found {
        Some(many) if many.prop_type().is_multi() && !constant.tag.prop_type().is_multi() => {
            (0..many.len()).filter_map(|at| many.element(at)).collect()
        }
        found => found.into_iter().collect(),
    }
}

/// TABLE-274, TABLE-275, TABLE-278, TABLE-282, TABLE-289.
fn contains(value: &Value, pattern: &Value, level: FuzzyLevel) -> bool {
    match (value, pattern) {
        (Value::String(value), Value::String(pattern)) if level.has(FuzzyLevel::IGNORECASE) || level.has(FuzzyLevel::LOOSE) => {
            within(value.to_lowercase().as_bytes(), pattern.to_lowercase().as_bytes(), level)
        }
        (Value::String(value), Value::String(pattern)) => within(value.as_bytes(), pattern.as_bytes(), level),
        (Value::Binary(value), Value::Binary(pattern)) => within(value, pattern, level),
        _ => unreachable!("refused before any row is looked at"),
    }
}

fn within(value: &[u8], pattern: &[u8], level: FuzzyLevel) -> bool {
    match level.level() {
        0 => value == pattern,
        1 => pattern.is_empty() || value.windows(pattern.len()).any(|part| part == pattern),
        _ => value.starts_with(pattern),
    }
}

/// The properties that a restriction asks about (TABLE-137).
pub fn asked(restriction: &Restriction) -> Vec<PropTag> {
    match restriction.node() {
        Node::And(all) | Node::Or(all) => all.iter().flat_map(asked).collect(),
        Node::Not(one) | Node::Comment { restriction: one, .. } => one.iter().flat_map(|one| asked(one)).collect(),
        Node::CompareProps { tag1, tag2, .. } => vec![*tag1, *tag2],
        Node::Content { tag, .. }
        | Node::Property { tag, .. }
        | Node::BitMask { tag, .. }
        | Node::Size { tag, .. }
        | Node::Exist { tag } => vec![*tag],
        _ => Vec::new(),
    }
}
