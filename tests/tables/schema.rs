//! Properties of random tables, and values for them. Few different values, so that rows meet each other.

use mapi_sim::mapi::{Guid, Prop, PropTag, PropType, Row, Value};

use crate::support::choices::Choices;

/// Columns that can name a row.
pub const INDEXES: [PropTag; 3] = [PropTag::PR_ROWID, PropTag::PR_INSTANCE_KEY, PropTag::PR_DISPLAY_NAME_W];

/// The properties of rows, each with the type in which rows have it: one of every type.
pub const PROPERTIES: [PropTag; 28] = [
    PropTag::PR_MESSAGE_FLAGS,
    PropTag::PR_SUBJECT_A,
    PropTag::PR_IMPORTANCE,
    PropTag::of(0x661A, PropType::MV_UNICODE),
    PropTag::of(0x6612, PropType::MV_LONG),
    PropTag::PR_PROVIDER_DISPLAY_W,
    PropTag::of(0x6601, PropType::SHORT),
    PropTag::of(0x6602, PropType::FLOAT),
    PropTag::of(0x6603, PropType::DOUBLE),
    PropTag::of(0x6604, PropType::CURRENCY),
    PropTag::of(0x6605, PropType::APPTIME),
    PropTag::of(0x6606, PropType::BOOLEAN),
    PropTag::of(0x6607, PropType::LONGLONG),
    PropTag::of(0x6608, PropType::SYSTIME),
    PropTag::of(0x6609, PropType::CLSID),
    PropTag::of(0x660A, PropType::BINARY),
    PropTag::of(0x6611, PropType::MV_SHORT),
    PropTag::of(0x6613, PropType::MV_FLOAT),
    PropTag::of(0x6614, PropType::MV_DOUBLE),
    PropTag::of(0x6615, PropType::MV_CURRENCY),
    PropTag::of(0x6616, PropType::MV_APPTIME),
    PropTag::of(0x6617, PropType::MV_LONGLONG),
    PropTag::of(0x6618, PropType::MV_SYSTIME),
    PropTag::of(0x6619, PropType::MV_STRING8),
    PropTag::of(0x661B, PropType::MV_CLSID),
    PropTag::of(0x661C, PropType::MV_BINARY),
    PropTag::of(0x661D, PropType::LONG),
    PropTag::of(0x661E, PropType::UNICODE),
];

/// Texts, all of code page 1252.
const TEXTS: [&str; 10] = ["a", "A", "b", "", "ab", "aB", "Bab", "\u{e9}", "\u{c9}a", "z"];
const LONGS: [i32; 7] = [1, 0, 2, 3, -1, i32::MIN, i32::MAX];
const NUMBERS: [f64; 7] = [1.0, 0.0, -1.5, f64::NAN, f64::INFINITY, -0.0, 2.5];

/// A value of a type.
pub fn value(choices: &mut impl Choices, prop_type: PropType) -> Value {
    if prop_type.is_multi() {
        let count = 1 + choices.below(3);
        let values: Vec<Value> = (0..count).map(|_| value(choices, prop_type.single())).collect();
        return Value::many(prop_type.single(), &values).expect("values of one type that can be many");
    }
    match prop_type {
        PropType::SHORT => Value::Short(choices.of(&[1, 0, -1, i16::MAX])),
        PropType::LONG => Value::Long(choices.of(&LONGS)),
        PropType::FLOAT => Value::Float(choices.of(&[1.0, 0.0, -1.5, f32::NAN, f32::INFINITY, -0.0])),
        PropType::DOUBLE => Value::Double(choices.of(&NUMBERS)),
        PropType::CURRENCY => Value::Currency(choices.of(&[1, 0, -1, i64::MAX])),
        PropType::APPTIME => Value::AppTime(choices.of(&NUMBERS)),
        PropType::BOOLEAN => Value::Bool(choices.coin()),
        PropType::LONGLONG => Value::LongLong(choices.of(&[1, 0, -1, i64::MIN])),
        PropType::SYSTIME => Value::SysTime(choices.of(&[1, 0, 2, i64::MAX])),
        PropType::CLSID => Value::Guid(Guid::new([u8::try_from(choices.below(3)).expect("small"); 16])),
        PropType::BINARY => Value::Binary(choices.of(&[vec![1], vec![], vec![1, 2], vec![0xFF], vec![2, 1]])),
        _ => Value::String(choices.of(&TEXTS).to_string()),
    }
}

/// The value of an index column that names a row.
pub fn index_value(index: PropTag, number: u32) -> Value {
    match index.prop_type() {
        PropType::LONG => Value::Long(i32::try_from(number).expect("small")),
        PropType::BINARY => Value::Binary(vec![b'k', u8::try_from(number).expect("small")]),
        _ => Value::String(format!("name {number}")),
    }
}

/// A row with this index value, and some of these properties.
pub fn row(choices: &mut impl Choices, index: PropTag, number: Option<u32>, properties: &[PropTag]) -> Row {
    let mut row: Row = number.map(|number| Prop { tag: index, value: index_value(index, number) }).into_iter().collect();
    for tag in properties {
        if !choices.once_in(4) {
            row.props.push(Prop { tag: *tag, value: value(choices, tag.prop_type()) });
        }
    }
    row
}
