//! How values compare: in restrictions, and as keys of a sort.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::super::profile::fold;
use super::settings::Rules;
use crate::mapi::{Prop, PropTag, PropType, Relop, Value};

/// The property of this identifier.
pub(super) fn find(row: &[Prop], tag: PropTag) -> Option<&Prop> {
    let found = row.iter().find(|prop| prop.tag.id() == tag.id())?;
    // Neither a failure nor a place without property is a value.
    (!matches!(found.value, Value::Error(_) | Value::Null)).then_some(found)
}

/// Whether two types are one in a restriction: equal, or characters of both widths where the machine is lenient (TABLE-287).
pub(super) fn same_type(a: PropType, b: PropType, lenient: bool) -> bool {
    a == b || (lenient && a.is_text() && b.is_text() && a.is_multi() == b.is_multi())
}

/// Whether an order is what an operator wants. RELOP_RE and unknown ones want nothing; they are refused before.
pub(super) const fn wants(relop: Relop, order: Ordering) -> bool {
    match relop {
        Relop::LT => order.is_lt(),
        Relop::LE => order.is_le(),
        Relop::GT => order.is_gt(),
        Relop::GE => order.is_ge(),
        Relop::EQ => order.is_eq(),
        Relop::NE => order.is_ne(),
        _ => false,
    }
}

/// Whether `left relop right` holds for values of one type. A number that is none has no order (TABLE-309).
pub(super) fn holds(left: &Value, relop: Relop, right: &Value) -> bool {
    compare(left, right).map_or(relop == Relop::NE, |order| wants(relop, order))
}

/// The order of two values of one type; `None` of types without order, and of numbers that are none.
pub(super) fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    Some(match (left, right) {
        (Value::Short(l), Value::Short(r)) => l.cmp(r),
        (Value::Long(l), Value::Long(r)) => l.cmp(r),
        (Value::Float(l), Value::Float(r)) => return l.partial_cmp(r),
        (Value::Double(l), Value::Double(r)) | (Value::AppTime(l), Value::AppTime(r)) => return l.partial_cmp(r),
        (Value::Currency(l), Value::Currency(r)) | (Value::LongLong(l), Value::LongLong(r)) | (Value::SysTime(l), Value::SysTime(r)) => {
            l.cmp(r)
        }
        (Value::Bool(l), Value::Bool(r)) => l.cmp(r),
        (Value::String(l), Value::String(r)) => l.cmp(r),
        (Value::Guid(l), Value::Guid(r)) => l.cmp(r),
        (Value::Binary(l), Value::Binary(r)) => l.cmp(r),
        (left, right) if left.prop_type().is_multi() && left.prop_type() == right.prop_type() => return tuples(left, right),
        _ => return None,
    })
}

/// Multivalued properties as ordered tuples: the first inequality decides, and a tuple that is the beginning of the other is less (TABLE-140,
/// TABLE-142).
fn tuples(left: &Value, right: &Value) -> Option<Ordering> {
    for at in 0..left.len().min(right.len()) {
        match compare(&left.element(at)?, &right.element(at)?)? {
            Ordering::Equal => {}
            order => return Some(order),
        }
    }
    Some(left.len().cmp(&right.len()))
}

/// A value as a sort compares it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Key<'a> {
    Int(i64),
    Real(f64),
    Text(Cow<'a, str>),
    Bytes(&'a [u8]),
    Many(Vec<Key<'a>>),
    /// No value: last in both directions (TABLE-161).
    Missing,
}

impl<'a> Key<'a> {
    /// The key of a row for one column; `part` is the instance of a multivalued property.
    pub fn of(row: &'a [Prop], tag: PropTag, part: Option<usize>, rules: &Rules) -> Self {
        let Some(prop) = find(row, tag) else { return Key::Missing };
        let wanted = if tag.prop_type().is_instance() { tag.prop_type().single() } else { tag.prop_type() };
        let fits = |prop_type: PropType| prop.value.fits(prop_type);
        match &prop.value {
            many if tag.prop_type().is_instance() && many.prop_type().is_multi() && many.prop_type().single().is_same(wanted) => {
                part.map_or(Key::Missing, |part| Key::element(many, part, rules))
            }
            value if fits(wanted) || wanted == PropType::UNSPECIFIED => Key::whole(value, rules),
            _ => Key::Missing,
        }
    }

    fn element(many: &'a Value, part: usize, rules: &Rules) -> Self {
        match many {
            Value::MvString(list) => list.get(part).map_or(Key::Missing, |text| Key::text(text, rules)),
            Value::MvBinary(list) => list.get(part).map_or(Key::Missing, |bytes| Key::Bytes(bytes)),
            Value::MvGuid(list) => list.get(part).map_or(Key::Missing, |guid| Key::Bytes(guid.bytes())),
            other => other.element(part).map_or(Key::Missing, |one| Key::number(&one)),
        }
    }

    fn whole(value: &'a Value, rules: &Rules) -> Self {
        match value {
            Value::String(text) => Key::text(text, rules),
            Value::Binary(bytes) => Key::Bytes(bytes),
            Value::Guid(guid) => Key::Bytes(guid.bytes()),
            many if many.prop_type().is_multi() => Key::Many((0..many.len()).map(|at| Key::element(many, at, rules)).collect()),
            one => Key::number(one),
        }
    }

    fn number(value: &Value) -> Self {
        match value {
            Value::Short(v) => Key::Int((*v).into()),
            Value::Long(v) => Key::Int((*v).into()),
            Value::Bool(v) => Key::Int((*v).into()),
            Value::Currency(v) | Value::LongLong(v) | Value::SysTime(v) => Key::Int(*v),
            Value::Float(v) => Key::Real((*v).into()),
            Value::Double(v) | Value::AppTime(v) => Key::Real(*v),
            _ => Key::Missing,
        }
    }

    /// Characters, without regard to case unless the machine orders by code point (TABLE-183).
    fn text(text: &'a str, rules: &Rules) -> Self {
        if rules.ordinal {
            Key::Text(Cow::Borrowed(text))
        } else if text.is_ascii() && text.bytes().any(|b| b.is_ascii_uppercase()) {
            Key::Text(Cow::Owned(text.to_ascii_lowercase()))
        } else {
            Key::Text(fold(text))
        }
    }

    /// The order of two keys of one column.
    pub fn order(&self, other: &Key<'_>, descending: bool) -> Ordering {
        let turned = |order: Ordering| if descending { order.reverse() } else { order };
        match (self, other) {
            (Key::Missing, Key::Missing) => Ordering::Equal,
            (Key::Missing, _) => Ordering::Greater,
            (_, Key::Missing) => Ordering::Less,
            (Key::Int(l), Key::Int(r)) => turned(l.cmp(r)),
            (Key::Text(l), Key::Text(r)) => turned(l.cmp(r)),
            (Key::Bytes(l), Key::Bytes(r)) => turned(l.cmp(r)),
            (Key::Real(l), Key::Real(r)) => turned(l.partial_cmp(r).unwrap_or_else(|| l.is_nan().cmp(&r.is_nan()))),
            // As a missing value: a tuple that is the beginning of the other is last (TABLE-172, TABLE-173).
            (Key::Many(l), Key::Many(r)) => {
                let first = l.iter().zip(r).map(|(l, r)| l.order(r, descending)).find(|order| order.is_ne());
                first.unwrap_or_else(|| r.len().cmp(&l.len()))
            }
            (l, r) => turned(l.rank().cmp(&r.rank())),
        }
    }

    /// A place among keys of other kinds, which only a column of many types has.
    const fn rank(&self) -> u8 {
        match self {
            Key::Int(_) => 0,
            Key::Real(_) => 1,
            Key::Text(_) => 2,
            Key::Bytes(_) => 3,
            Key::Many(_) => 4,
            Key::Missing => 5,
        }
    }

    /// Bytes that are equal for equal keys alone.
    pub fn identity(&self, into: &mut Vec<u8>) {
        into.push(self.rank());
        let mut counted = |bytes: &[u8]| {
            into.extend(bytes.len().to_le_bytes());
            into.extend(bytes);
        };
        match self {
            Key::Int(number) => counted(&number.to_le_bytes()),
            // Both zeros are equal, and so is every number that is none.
            Key::Real(number) if *number == 0.0 => counted(&0.0_f64.to_le_bytes()),
            Key::Real(number) if number.is_nan() => counted(&f64::NAN.to_le_bytes()),
            Key::Real(number) => counted(&number.to_le_bytes()),
            Key::Text(text) => counted(text.as_bytes()),
            Key::Bytes(bytes) => counted(bytes),
            Key::Many(list) => {
                counted(&list.len().to_le_bytes());
                list.iter().for_each(|key| key.identity(into));
            }
            Key::Missing => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tuples_compare_in_restrictions_and_sorts() {
        let many = |values: &[i32]| Value::MvLong(values.to_vec());
        assert_eq!(compare(&many(&[1]), &many(&[1, 2])), Some(Ordering::Less));
        assert_eq!(compare(&many(&[1, 3]), &many(&[1, 2])), Some(Ordering::Greater));
        let key = |values: &[i64]| Key::Many(values.iter().map(|v| Key::Int(*v)).collect());
        for descending in [false, true] {
            assert_eq!(key(&[1]).order(&key(&[1, 2]), descending), Ordering::Greater, "a shorter one is last");
        }
        assert_eq!(key(&[0, 9]).order(&key(&[1, 2]), true), Ordering::Greater);
    }

    #[test]
    fn numbers_that_are_none_have_no_order() {
        let nan = Value::Double(f64::NAN);
        assert!(holds(&nan, Relop::NE, &nan) && !holds(&nan, Relop::EQ, &nan) && !holds(&nan, Relop::LE, &nan));
        assert_eq!(Key::Real(f64::NAN).order(&Key::Real(f64::INFINITY), false), Ordering::Greater);
    }
}
