//! Property values and rows of tables.

use std::fmt;

use super::{Guid, Hresult, PropTag, PropType};

/// The value of a property. Characters are the same in both widths; the tag beside the value says which one the caller gets.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value: PT_NULL.
    Null,
    /// PT_SHORT.
    Short(i16),
    /// PT_LONG.
    Long(i32),
    /// PT_FLOAT.
    Float(f32),
    /// PT_DOUBLE.
    Double(f64),
    /// PT_CURRENCY.
    Currency(i64),
    /// PT_APPTIME.
    AppTime(f64),
    /// Why there is no value: PT_ERROR.
    Error(Hresult),
    /// PT_BOOLEAN.
    Bool(bool),
    /// PT_OBJECT: there is one; OpenProperty gives it.
    Object,
    /// PT_LONGLONG.
    LongLong(i64),
    /// PT_STRING8 or PT_UNICODE.
    String(String),
    /// PT_SYSTIME.
    SysTime(i64),
    /// PT_CLSID.
    Guid(Guid),
    /// PT_BINARY.
    Binary(Vec<u8>),
    /// PT_MV_LONG.
    MvLong(Vec<i32>),
    /// PT_MV_STRING8 or PT_MV_UNICODE.
    MvString(Vec<String>),
    /// PT_MV_BINARY.
    MvBinary(Vec<Vec<u8>>),
}

impl Value {
    /// The type that a tag of this value has. For characters it is the wide one.
    #[must_use]
    pub const fn prop_type(&self) -> PropType {
        match self {
            Value::Null => PropType::NULL,
            Value::Short(_) => PropType::SHORT,
            Value::Long(_) => PropType::LONG,
            Value::Float(_) => PropType::FLOAT,
            Value::Double(_) => PropType::DOUBLE,
            Value::Currency(_) => PropType::CURRENCY,
            Value::AppTime(_) => PropType::APPTIME,
            Value::Error(_) => PropType::ERROR,
            Value::Bool(_) => PropType::BOOLEAN,
            Value::Object => PropType::OBJECT,
            Value::LongLong(_) => PropType::LONGLONG,
            Value::String(_) => PropType::UNICODE,
            Value::SysTime(_) => PropType::SYSTIME,
            Value::Guid(_) => PropType::CLSID,
            Value::Binary(_) => PropType::BINARY,
            Value::MvLong(_) => PropType::MV_LONG,
            Value::MvString(_) => PropType::MV_UNICODE,
            Value::MvBinary(_) => PropType::MV_BINARY,
        }
    }
}

macro_rules! from {
    ($($type:ty => $variant:expr;)*) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                $variant(value)
            }
        }
    )*};
}

from! {
    bool => Value::Bool;
    i16 => Value::Short;
    i32 => Value::Long;
    // PT_LONG has a sign, but flag words and codes are kept in it bit by bit.
    u32 => |bits: u32| Value::Long(bits.cast_signed());
    Hresult => Value::Error;
    Guid => Value::Guid;
    String => Value::String;
    &str => |text: &str| Value::String(text.to_owned());
    Vec<u8> => Value::Binary;
    &[u8] => |bytes: &[u8]| Value::Binary(bytes.to_vec());
    Vec<String> => Value::MvString;
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Short(v) => write!(f, "{v}"),
            Value::Long(v) => write!(f, "{v}"),
            Value::Float(v) => write!(f, "{v:?}"),
            Value::Double(v) | Value::AppTime(v) => write!(f, "{v:?}"),
            Value::Currency(v) | Value::LongLong(v) | Value::SysTime(v) => write!(f, "{v}"),
            Value::Error(v) => write!(f, "{v}"),
            Value::Bool(v) => write!(f, "{v}"),
            Value::Object => f.write_str("object"),
            Value::String(v) => write!(f, "{v:?}"),
            Value::Guid(v) => write!(f, "{v}"),
            Value::Binary(v) => hex(f, v),
            Value::MvLong(v) => list(f, v, |f, v| write!(f, "{v}")),
            Value::MvString(v) => list(f, v, |f, v| write!(f, "{v:?}")),
            Value::MvBinary(v) => list(f, v, |f, v| hex(f, v)),
        }
    }
}

/// Bytes as hexadecimal digits.
fn hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    f.write_str("x")?;
    bytes.iter().try_for_each(|b| write!(f, "{b:02X}"))
}

/// Values between brackets.
fn list<T>(f: &mut fmt::Formatter<'_>, values: &[T], one: impl Fn(&mut fmt::Formatter<'_>, &T) -> fmt::Result) -> fmt::Result {
    f.write_str("[")?;
    for (at, value) in values.iter().enumerate() {
        f.write_str(if at == 0 { "" } else { ", " })?;
        one(f, value)?;
    }
    f.write_str("]")
}

/// A property: its tag and its value.
#[derive(Clone, PartialEq)]
pub struct Prop {
    /// Which property, and the type under which the caller gets it.
    pub tag: PropTag,
    /// Its value.
    pub value: Value,
}

impl Prop {
    /// The property of this tag with this value.
    #[must_use]
    pub fn new(tag: PropTag, value: impl Into<Value>) -> Self {
        Prop { tag, value: value.into() }
    }
}

impl fmt::Display for Prop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.tag.prop_type() == PropType::ERROR, self.tag.property_name()) {
            (true, Some(name)) => write!(f, "{name}={}", self.value),
            _ => write!(f, "{}={}", self.tag, self.value),
        }
    }
}

impl fmt::Debug for Prop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A row of a table: its columns in order.
#[derive(Clone, Default, PartialEq)]
pub struct Row {
    /// The columns.
    pub props: Vec<Prop>,
}

impl Row {
    /// The value of the column with exactly this tag.
    #[must_use]
    pub fn get(&self, tag: PropTag) -> Option<&Value> {
        self.props.iter().find(|prop| prop.tag == tag).map(|prop| &prop.value)
    }

    /// The column of this identifier, whatever its type.
    #[must_use]
    pub fn find(&self, id: u16) -> Option<&Prop> {
        self.props.iter().find(|prop| prop.tag.id() == id)
    }
}

impl FromIterator<Prop> for Row {
    fn from_iter<I: IntoIterator<Item = Prop>>(props: I) -> Self {
        Row { props: props.into_iter().collect() }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (at, prop) in self.props.iter().enumerate() {
            write!(f, "{}{prop}", if at == 0 { "" } else { ", " })?;
        }
        f.write_str("}")
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_print_compactly() {
        let row: Row = [
            Prop::new(PropTag::PR_DISPLAY_NAME_A, "Work"),
            Prop::new(PropTag::PR_RESOURCE_FLAGS, 0x8000_0000_u32),
            Prop::new(PropTag::PR_ENTRYID, vec![0, 0xAB]),
            Prop::new(PropTag::PR_STATUS_STRING.with_type(PropType::ERROR), Hresult::MAPI_E_NOT_FOUND),
            Prop::new(PropTag::PR_SERVICE_SUPPORT_FILES, vec!["a.dll".to_owned(), "b\"".to_owned()]),
        ]
        .into_iter()
        .collect();
        let text = "{PR_DISPLAY_NAME_A=\"Work\", PR_RESOURCE_FLAGS=-2147483648, PR_ENTRYID=x00AB, PR_STATUS_STRING=MAPI_E_NOT_FOUND, \
                    PR_SERVICE_SUPPORT_FILES_W=[\"a.dll\", \"b\\\"\"]}";
        assert_eq!(row.to_string(), text);
        assert_eq!(row.get(PropTag::PR_ENTRYID), Some(&Value::Binary(vec![0, 0xAB])));
        assert_eq!(row.get(PropTag::PR_DISPLAY_NAME_W), None);
        assert_eq!(row.find(0x3001).map(|p| p.tag), Some(PropTag::PR_DISPLAY_NAME_A));
    }
}
