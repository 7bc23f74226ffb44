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
    /// PT_MV_SHORT.
    MvShort(Vec<i16>),
    /// PT_MV_LONG.
    MvLong(Vec<i32>),
    /// PT_MV_FLOAT.
    MvFloat(Vec<f32>),
    /// PT_MV_DOUBLE.
    MvDouble(Vec<f64>),
    /// PT_MV_CURRENCY.
    MvCurrency(Vec<i64>),
    /// PT_MV_APPTIME.
    MvAppTime(Vec<f64>),
    /// PT_MV_LONGLONG.
    MvLongLong(Vec<i64>),
    /// PT_MV_STRING8 or PT_MV_UNICODE.
    MvString(Vec<String>),
    /// PT_MV_SYSTIME.
    MvSysTime(Vec<i64>),
    /// PT_MV_CLSID.
    MvGuid(Vec<Guid>),
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
            Value::MvShort(_) => PropType::MV_SHORT,
            Value::MvLong(_) => PropType::MV_LONG,
            Value::MvFloat(_) => PropType::MV_FLOAT,
            Value::MvDouble(_) => PropType::MV_DOUBLE,
            Value::MvCurrency(_) => PropType::MV_CURRENCY,
            Value::MvAppTime(_) => PropType::MV_APPTIME,
            Value::MvLongLong(_) => PropType::MV_LONGLONG,
            Value::MvString(_) => PropType::MV_UNICODE,
            Value::MvSysTime(_) => PropType::MV_SYSTIME,
            Value::MvGuid(_) => PropType::MV_CLSID,
            Value::MvBinary(_) => PropType::MV_BINARY,
        }
    }

    /// How many values it holds: those of a multivalued property, and one of every other.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Value::MvShort(v) => v.len(),
            Value::MvLong(v) => v.len(),
            Value::MvFloat(v) => v.len(),
            Value::MvDouble(v) | Value::MvAppTime(v) => v.len(),
            Value::MvCurrency(v) | Value::MvLongLong(v) | Value::MvSysTime(v) => v.len(),
            Value::MvString(v) => v.len(),
            Value::MvGuid(v) => v.len(),
            Value::MvBinary(v) => v.len(),
            _ => 1,
        }
    }

    /// Whether it is a multivalued property without values.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One value of a multivalued property, by its place from 0; `None` of every other, and past the end.
    #[must_use]
    pub fn element(&self, at: usize) -> Option<Value> {
        match self {
            Value::MvShort(v) => v.get(at).copied().map(Value::Short),
            Value::MvLong(v) => v.get(at).copied().map(Value::Long),
            Value::MvFloat(v) => v.get(at).copied().map(Value::Float),
            Value::MvDouble(v) => v.get(at).copied().map(Value::Double),
            Value::MvCurrency(v) => v.get(at).copied().map(Value::Currency),
            Value::MvAppTime(v) => v.get(at).copied().map(Value::AppTime),
            Value::MvLongLong(v) => v.get(at).copied().map(Value::LongLong),
            Value::MvString(v) => v.get(at).cloned().map(Value::String),
            Value::MvSysTime(v) => v.get(at).copied().map(Value::SysTime),
            Value::MvGuid(v) => v.get(at).copied().map(Value::Guid),
            Value::MvBinary(v) => v.get(at).cloned().map(Value::Binary),
            _ => None,
        }
    }

    /// The multivalued property of these values, all of one type; `None` of a type without one, or if they differ in type.
    #[must_use]
    pub fn many(element: PropType, values: &[Value]) -> Option<Value> {
        macro_rules! all {
            ($many:ident, $one:ident) => {
                values
                    .iter()
                    .map(|value| if let Value::$one(v) = value { Some(v.clone()) } else { None })
                    .collect::<Option<_>>()
                    .map(Value::$many)
            };
        }
        match element {
            PropType::SHORT => all!(MvShort, Short),
            PropType::LONG => all!(MvLong, Long),
            PropType::FLOAT => all!(MvFloat, Float),
            PropType::DOUBLE => all!(MvDouble, Double),
            PropType::CURRENCY => all!(MvCurrency, Currency),
            PropType::APPTIME => all!(MvAppTime, AppTime),
            PropType::LONGLONG => all!(MvLongLong, LongLong),
            PropType::STRING8 | PropType::UNICODE => all!(MvString, String),
            PropType::SYSTIME => all!(MvSysTime, SysTime),
            PropType::CLSID => all!(MvGuid, Guid),
            PropType::BINARY => all!(MvBinary, Binary),
            _ => None,
        }
    }

    /// Whether a tag of this type can have this value; characters of either width are the same.
    #[must_use]
    pub fn fits(&self, prop_type: PropType) -> bool {
        let own = self.prop_type();
        own == prop_type || (own.is_text() && prop_type.is_text() && own.is_multi() == prop_type.is_multi())
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
    i64 => Value::LongLong;
    f64 => Value::Double;
    Vec<String> => Value::MvString;
    Vec<Vec<u8>> => Value::MvBinary;
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Short(v) => write!(f, "{v}"),
            Value::Long(v) => write!(f, "{v}"),
            Value::Float(v) => write!(f, "{v:?}"),
            Value::Double(v) | Value::AppTime(v) => write!(f, "{v:?}"),
            Value::Currency(v) => currency(f, *v),
            Value::LongLong(v) | Value::SysTime(v) => write!(f, "{v}"),
            Value::Error(v) => write!(f, "{v}"),
            Value::Bool(v) => write!(f, "{v}"),
            Value::Object => f.write_str("object"),
            Value::String(v) => write!(f, "{v:?}"),
            Value::Guid(v) => write!(f, "{v}"),
            Value::Binary(v) => hex(f, v),
            Value::MvShort(v) => list(f, v, |f, v| write!(f, "{v}")),
            Value::MvLong(v) => list(f, v, |f, v| write!(f, "{v}")),
            Value::MvFloat(v) => list(f, v, |f, v| write!(f, "{v:?}")),
            Value::MvDouble(v) | Value::MvAppTime(v) => list(f, v, |f, v| write!(f, "{v:?}")),
            Value::MvCurrency(v) => list(f, v, |f, v| currency(f, *v)),
            Value::MvLongLong(v) | Value::MvSysTime(v) => list(f, v, |f, v| write!(f, "{v}")),
            Value::MvGuid(v) => list(f, v, |f, v| write!(f, "{v}")),
            Value::MvString(v) => list(f, v, |f, v| write!(f, "{v:?}")),
            Value::MvBinary(v) => list(f, v, |f, v| hex(f, v)),
        }
    }
}

/// Ten-thousandths as a decimal number (PROP-032).
fn currency(f: &mut fmt::Formatter<'_>, value: i64) -> fmt::Result {
    let (sign, parts) = (if value < 0 { "-" } else { "" }, value.unsigned_abs());
    write!(f, "{sign}{}.{:04}", parts / 10_000, parts % 10_000)
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

    /// The text of a property of characters, in whatever width.
    #[must_use]
    pub fn text(&self, tag: PropTag) -> Option<&str> {
        match &self.find(tag.id())?.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number of a PT_LONG property.
    #[must_use]
    pub fn long(&self, tag: PropTag) -> Option<i32> {
        match self.find(tag.id())?.value {
            Value::Long(number) => Some(number),
            _ => None,
        }
    }

    /// The bytes of a PT_BINARY property.
    #[must_use]
    pub fn binary(&self, tag: PropTag) -> Option<&[u8]> {
        match &self.find(tag.id())?.value {
            Value::Binary(bytes) => Some(bytes),
            _ => None,
        }
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
