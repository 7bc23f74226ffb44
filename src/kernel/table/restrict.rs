//! Restrictions: whether a table can take one, and whether a row meets it.

use std::borrow::Cow;

use super::super::profile::fold;
use super::super::project;
use super::cells::{Parts, row_key};
use super::settings::Rules;
use super::value::{find, holds, same_type, wants};
use crate::clause::ClauseId;
use crate::mapi::{Bmr, FuzzyLevel, Hresult, Node, Prop, PropTag, PropType, Relop, Restriction, Value};

/// Why a table does not take a restriction.
pub(super) type Refusal = (ClauseId, Hresult);

const TOO_COMPLEX: Hresult = Hresult::MAPI_E_TOO_COMPLEX;

/// Looks whether a table takes a restriction.
pub(super) fn check(restriction: &Restriction, columns: &[PropTag], rules: &Rules) -> Result<(), Refusal> {
    if restriction.depth() > rules.settings.max_restriction_depth {
        return Err((ClauseId::table(271), TOO_COMPLEX));
    }
    check_node(restriction, columns, rules)
}

fn check_node(restriction: &Restriction, columns: &[PropTag], rules: &Rules) -> Result<(), Refusal> {
    let inner = |child: &Option<Box<Restriction>>, null: Refusal| match child {
        Some(child) => check_node(child, columns, rules),
        None => Err(null),
    };
    let too_complex = |clause: u16| Err((ClauseId::table(clause), TOO_COMPLEX));
    for tag in named(restriction.node()) {
        if rules.columns_only && !columns.iter().any(|column| column.id() == tag.id()) {
            return too_complex(137);
        }
        if tag.prop_type().is_instance() && !rules.settings.instances {
            return too_complex(145);
        }
    }
    match restriction.node() {
        Node::And(all) | Node::Or(all) if all.is_empty() => too_complex(270),
        Node::And(all) | Node::Or(all) => all.iter().try_for_each(|child| check_node(child, columns, rules)),
        Node::Not(child) => inner(child, (ClauseId::table(269), Hresult::MAPI_E_INVALID_PARAMETER)),
        Node::Content { fuzzy_level, tag, prop } => check_content(*fuzzy_level, *tag, prop, rules),
        Node::Property { relop, tag, prop } => check_property(*relop, *tag, prop, rules),
        Node::CompareProps { relop, tag1, tag2 } => {
            let (one, other) = (tag1.prop_type(), tag2.prop_type());
            if !same_type(one, other, rules.lenient) {
                return too_complex(307);
            }
            check_operator(*relop, one)
        }
        Node::BitMask { bmr, tag, .. } if tag.prop_type() != PropType::LONG || !matches!(*bmr, Bmr::EQZ | Bmr::NEZ) => too_complex(311),
        Node::Size { relop, .. } => check_operator(*relop, PropType::LONG),
        Node::Exist { tag } if tag.prop_type() == PropType::OBJECT => too_complex(317),
        Node::BitMask { .. } | Node::Exist { .. } => Ok(()),
        Node::Comment { restriction: None, .. } => Ok(()),
        Node::Comment { restriction, .. } => inner(restriction, (ClauseId::table(324), TOO_COMPLEX)),
        // No table so far has subobjects in its rows, counts, or takes a type that it does not know.
        Node::Sub { .. } => too_complex(320),
        Node::Count { .. } => too_complex(326),
        Node::Other { rt: 12 } => too_complex(327),
        Node::Other { .. } => too_complex(147),
        Node::TooDeep => too_complex(271),
    }
}

/// The properties that one level of a restriction names.
fn named(node: &Node) -> impl Iterator<Item = PropTag> {
    let (one, other) = match node {
        Node::Content { tag, .. }
        | Node::Property { tag, .. }
        | Node::BitMask { tag, .. }
        | Node::Size { tag, .. }
        | Node::Exist { tag } => (Some(*tag), None),
        Node::CompareProps { tag1, tag2, .. } => (Some(*tag1), Some(*tag2)),
        _ => (None, None),
    };
    one.into_iter().chain(other)
}

fn check_content(level: FuzzyLevel, tag: PropTag, prop: &Prop, rules: &Rules) -> Result<(), Refusal> {
    let levels = rules.settings.content_levels;
    if !levels.get(level.level() as usize).copied().unwrap_or(false) {
        return Err((ClauseId::table(280), TOO_COMPLEX));
    }
    let single = tag.prop_type().single();
    if !same_type(single, prop.tag.prop_type(), rules.lenient) || !prop.value.fits(prop.tag.prop_type()) {
        return Err((ClauseId::table(284), TOO_COMPLEX));
    }
    if single.is_text() || single == PropType::BINARY { Ok(()) } else { Err((ClauseId::table(283), TOO_COMPLEX)) }
}

fn check_property(relop: Relop, tag: PropTag, prop: &Prop, rules: &Rules) -> Result<(), Refusal> {
    let (own, constant) = (tag.prop_type(), prop.tag.prop_type());
    let tuple = own.is_multi() && !own.is_instance() && same_type(own, constant, rules.lenient);
    if tuple && !rules.tuples {
        return Err((ClauseId::table(298), TOO_COMPLEX));
    }
    if !(tuple || same_type(own.single(), constant, rules.lenient)) || !prop.value.fits(constant) {
        return Err((ClauseId::table(296), TOO_COMPLEX));
    }
    check_operator(relop, constant)
}

/// Whether values of a type can be compared so.
fn check_operator(relop: Relop, prop_type: PropType) -> Result<(), Refusal> {
    let equality = matches!(relop, Relop::EQ | Relop::NE);
    match prop_type.single() {
        _ if relop.0 > Relop::NE.0 => Err((ClauseId::table(301), TOO_COMPLEX)),
        PropType::CLSID if !equality => Err((ClauseId::table(309), TOO_COMPLEX)),
        PropType::UNSPECIFIED | PropType::NULL | PropType::ERROR | PropType::OBJECT => Err((ClauseId::table(296), TOO_COMPLEX)),
        _ => Ok(()),
    }
}

/// What a restriction is held against: a row, or one line of it.
pub(super) struct Subject<'a> {
    /// The properties of the row.
    row: &'a [Prop],
    /// Properties that the table makes, which stand before those of the row.
    made: Vec<Prop>,
    /// Which value of each property that is shown apart; nothing for all of them.
    parts: Parts,
}

impl<'a> Subject<'a> {
    /// A whole row. PR_INSTANCE_KEY is made only where the restriction asks for it: [`names_key`].
    pub fn row(number: u32, row: &'a [Prop], by_key: bool, rules: &Rules) -> Self {
        let key = || Prop::new(PropTag::PR_INSTANCE_KEY, row_key(number, 0, row, rules));
        let made = if by_key { vec![key()] } else { Vec::new() };
        Subject { row, made, parts: Parts::new() }
    }

    /// One line of a row.
    pub fn line(row: &'a [Prop], made: Vec<Prop>, parts: Parts) -> Self {
        Subject { row, made, parts }
    }

    /// The value of a property of this type: characters of either width, an instance out of many values or of one, and any type for
    /// PT_UNSPECIFIED.
    fn of(&self, tag: PropTag) -> Option<Cow<'_, Value>> {
        let value = &find(&self.made, tag).or_else(|| find(self.row, tag))?.value;
        let (own, wanted) = (value.prop_type(), tag.prop_type());
        if wanted.is_instance() {
            let part = self.parts.iter().find(|(id, _)| *id == tag.id());
            let one = part.and_then(|(_, part)| value.element(*part));
            return own.single().is_same(wanted.single()).then(|| one.map_or(Cow::Borrowed(value), Cow::Owned));
        }
        (wanted == PropType::UNSPECIFIED || value.fits(wanted)).then_some(Cow::Borrowed(value))
    }
}

/// Whether a restriction asks for PR_INSTANCE_KEY.
pub(super) fn names_key(restriction: &Restriction) -> bool {
    let node = restriction.node();
    let children = match node {
        Node::And(all) | Node::Or(all) => all.iter().any(names_key),
        Node::Not(Some(child)) | Node::Comment { restriction: Some(child), .. } => names_key(child),
        _ => false,
    };
    children || named(node).any(|tag| tag.id() == PropTag::PR_INSTANCE_KEY.id())
}

/// Whether a row meets a restriction that the table takes.
pub(super) fn matches(restriction: &Restriction, row: &Subject<'_>, rules: &Rules) -> bool {
    let missing = |relop: Relop| rules.missing_is_less && wants(relop, std::cmp::Ordering::Less);
    match restriction.node() {
        Node::And(all) => all.iter().all(|child| matches(child, row, rules)),
        Node::Or(all) => all.iter().any(|child| matches(child, row, rules)),
        Node::Not(Some(child)) => !matches(child, row, rules),
        Node::Content { fuzzy_level, tag, prop } => {
            row.of(*tag).is_some_and(|value| any(&value, &|one| contains(one, *fuzzy_level, &prop.value)))
        }
        Node::Property { relop, tag, prop } => match row.of(*tag) {
            None => missing(*relop),
            Some(value) if value.prop_type().is_multi() && prop.tag.prop_type().is_multi() => holds(&value, *relop, &prop.value),
            Some(value) => any(&value, &|one| holds(one, *relop, &prop.value)),
        },
        Node::CompareProps { relop, tag1, tag2 } => {
            let both = row.of(*tag1).zip(row.of(*tag2));
            both.is_some_and(|(one, other)| holds(&one, *relop, &other))
        }
        Node::BitMask { bmr, tag, mask } => match row.of(*tag).as_deref() {
            Some(Value::Long(bits)) => (bits.cast_unsigned() & mask == 0) == (*bmr == Bmr::EQZ),
            _ => false,
        },
        Node::Size { relop, tag, size } => {
            row.of(*tag).is_some_and(|value| wants(*relop, project::size(&value, tag.prop_type()).cmp(&u64::from(*size))))
        }
        Node::Exist { tag } => row.of(*tag).is_some(),
        Node::Comment { restriction: Some(child), .. } => matches(child, row, rules),
        Node::Comment { restriction: None, .. } => true,
        Node::Not(None) | Node::Sub { .. } | Node::Count { .. } | Node::Other { .. } | Node::TooDeep => false,
    }
}

/// Whether a value meets a condition, or one of many does (TABLE-290, TABLE-297).
fn any(value: &Value, meets: &dyn Fn(&Value) -> bool) -> bool {
    if value.prop_type().is_multi() { (0..value.len()).filter_map(|at| value.element(at)).any(|one| meets(&one)) } else { meets(value) }
}

/// Whether a value contains another (TABLE-274 to TABLE-282). Upper bits count for characters alone.
fn contains(value: &Value, level: FuzzyLevel, part: &Value) -> bool {
    match (value, part) {
        (Value::String(value), Value::String(part)) if level.has(FuzzyLevel::IGNORECASE) || level.has(FuzzyLevel::LOOSE) => {
            contains_text(&fold(value), level, &fold(part))
        }
        (Value::String(value), Value::String(part)) => contains_text(value, level, part),
        (Value::Binary(value), Value::Binary(part)) => match level.level() {
            0 => value == part,
            // Characters are searched in linear time; each byte is one here.
            1 => as_characters(value).contains(&as_characters(part)),
            _ => value.starts_with(part),
        },
        _ => false,
    }
}

fn contains_text(value: &str, level: FuzzyLevel, part: &str) -> bool {
    match level.level() {
        0 => value == part,
        1 => value.contains(part),
        _ => value.starts_with(part),
    }
}

fn as_characters(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_searched_in_linear_time() {
        const LONG: usize = 1 << 20;
        let part = [vec![b'a'; LONG / 2], vec![b'b']].concat();
        let value = [&vec![b'a'; LONG][..], &part].concat();
        let text = |bytes: &[u8]| Value::String(bytes.iter().copied().map(char::from).collect());
        for (value, part) in [(text(&value), text(&part)), (Value::Binary(value), Value::Binary(part))] {
            for level in [FuzzyLevel::SUBSTRING, FuzzyLevel::SUBSTRING | FuzzyLevel::IGNORECASE] {
                assert!(contains(&value, level, &part));
                assert!(!contains(&part, level, &value));
            }
        }
        let bytes = |bytes: &[u8]| Value::Binary(bytes.to_vec());
        assert!(contains(&bytes(&[0, 0xC3, 0xA9]), FuzzyLevel::SUBSTRING, &bytes(&[0xA9])));
        assert!(contains(&bytes(&[]), FuzzyLevel::SUBSTRING, &bytes(&[])));
    }
}
