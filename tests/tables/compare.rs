//! How values compare: in restrictions, and as keys of a sort order.

use std::cmp::Ordering;

use mapi_sim::mapi::{PropType, Relop, Value};

/// How two values of one type stand to each other in a restriction; `None` if neither is less and they are not equal (NaN).
///
/// Characters compare by code point, bytes by bytes. Multivalued properties are tuples: the first values that differ decide (TABLE-140), and of
/// two where one begins with the other the shorter is less (TABLE-142).
pub fn order(a: &Value, b: &Value) -> Option<Ordering> {
    if a.prop_type().is_multi() {
        for at in 0.. {
            return match (a.element(at), b.element(at)) {
                (Some(a), Some(b)) if order(&a, &b) == Some(Ordering::Equal) => continue,
                (Some(a), Some(b)) => order(&a, &b),
                (a, b) => Some(a.is_some().cmp(&b.is_some())),
            };
        }
    }
    match (a, b) {
        (Value::Short(a), Value::Short(b)) => Some(a.cmp(b)),
        (Value::Long(a), Value::Long(b)) => Some(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Double(a), Value::Double(b)) | (Value::AppTime(a), Value::AppTime(b)) => a.partial_cmp(b),
        (Value::Currency(a), Value::Currency(b)) | (Value::LongLong(a), Value::LongLong(b)) | (Value::SysTime(a), Value::SysTime(b)) => {
            Some(a.cmp(b))
        }
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::String(a), Value::String(b)) => Some(a.chars().cmp(b.chars())),
        (Value::Guid(a), Value::Guid(b)) => Some(a.bytes().cmp(b.bytes())),
        (Value::Binary(a), Value::Binary(b)) => Some(a.cmp(b)),
        _ => unreachable!("values of one type: {a:?}, {b:?}"),
    }
}

/// Whether an operator holds between values that stand so to each other (TABLE-294, TABLE-295, TABLE-309).
pub fn holds(relop: Relop, order: Option<Ordering>) -> bool {
    match relop {
        Relop::LT => order == Some(Ordering::Less),
        Relop::LE => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Relop::GT => order == Some(Ordering::Greater),
        Relop::GE => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        Relop::EQ => order == Some(Ordering::Equal),
        Relop::NE => order != Some(Ordering::Equal),
        _ => unreachable!("refused before any row is looked at"),
    }
}

/// How two keys of a sort order stand to each other; who has none comes last in both directions (TABLE-161).
///
/// `ordinal`: characters compare by code point instead of without regard to case (TABLE-183).
pub fn sorted(a: Option<&Value>, b: Option<&Value>, descending: bool, ordinal: bool) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => sorted_values(a, b, descending, ordinal),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

fn sorted_values(a: &Value, b: &Value, descending: bool, ordinal: bool) -> Ordering {
    if a.prop_type().is_multi() {
        // Of two tuples where one begins with the other the shorter comes last, in both directions (TABLE-172, TABLE-173).
        for at in 0.. {
            match (a.element(at), b.element(at)) {
                (None, None) => return Ordering::Equal,
                (a, b) => match sorted(a.as_ref(), b.as_ref(), descending, ordinal) {
                    Ordering::Equal => {}
                    other => return other,
                },
            }
        }
    }
    let ascending = match (a, b) {
        (Value::String(a), Value::String(b)) if !ordinal => a.to_lowercase().chars().cmp(b.to_lowercase().chars()),
        _ => order(a, b).unwrap_or_else(|| nan(a).cmp(&nan(b))),
    };
    if descending { ascending.reverse() } else { ascending }
}

/// NaN comes after all numbers.
fn nan(value: &Value) -> bool {
    match value {
        Value::Float(number) => number.is_nan(),
        Value::Double(number) | Value::AppTime(number) => number.is_nan(),
        _ => false,
    }
}

/// The size of a value in bytes, as UlPropSize counts it: characters with their terminator, many values together (TABLE-315).
pub fn size(value: &Value, prop_type: PropType) -> usize {
    if value.prop_type().is_multi() {
        return (0..value.len()).filter_map(|at| value.element(at)).map(|one| size(&one, prop_type.single())).sum();
    }
    match value {
        Value::Short(_) | Value::Bool(_) => 2,
        Value::Long(_) | Value::Float(_) => 4,
        Value::Double(_) | Value::Currency(_) | Value::AppTime(_) | Value::LongLong(_) | Value::SysTime(_) => 8,
        Value::Guid(_) => 16,
        Value::Binary(bytes) => bytes.len(),
        // Every character of the code page 1252 is one byte, and what it does not have becomes a question mark.
        Value::String(text) if prop_type == PropType::STRING8 => text.chars().count() + 1,
        Value::String(text) => 2 * (text.encode_utf16().count() + 1),
        _ => unreachable!("rows of the model hold no {value:?}"),
    }
}
