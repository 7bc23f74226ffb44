//! Words of a call in and out as text: the one codec that scenarios, the journal and the records of runs share.

use std::fmt;

use crate::mapi::{
    CopyFlags, Guid, Hresult, InitFlags, LogoffFlags, LogonFlags, NameFlags, NotifyEvents, OpenFlags, PropTag, Row, SaveFlags, StoreFlags,
    Text, WidthFlags,
};

use super::Handle;

/// A value as a scenario file writes it, apart from any file format.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// Nothing: NULL, or an argument left out.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A string.
    Str(String),
    /// A list.
    List(Vec<Form>),
    /// Named values.
    Table(Vec<(String, Form)>),
}

impl Form {
    /// The value under `name`, if this is a table that has it.
    pub fn get(&self, name: &str) -> Option<&Form> {
        let Form::Table(entries) = self else { return None };
        entries.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }
}

impl fmt::Display for Form {
    /// As TOML writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Form::Null => f.write_str("\"NULL\""),
            Form::Bool(value) => write!(f, "{value}"),
            Form::Int(value) => write!(f, "{value}"),
            Form::Str(value) => toml_string(value, f),
            Form::List(items) => {
                f.write_str("[")?;
                for (i, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if i == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
            Form::Table(entries) if entries.is_empty() => f.write_str("{}"),
            Form::Table(entries) => {
                f.write_str("{ ")?;
                for (i, (key, value)) in entries.iter().enumerate() {
                    write!(f, "{}{} = {value}", if i == 0 { "" } else { ", " }, toml_key(key))?;
                }
                f.write_str(" }")
            }
        }
    }
}

/// A key as TOML takes it.
pub(crate) fn toml_key(name: &str) -> String {
    let bare = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if bare { name.to_owned() } else { Form::Str(name.to_owned()).to_string() }
}

/// A basic string of TOML: quotes, backslashes and control characters escaped.
fn toml_string(value: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("\"")?;
    for c in value.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            c if c.is_control() => write!(f, "\\u{:04X}", c as u32)?,
            c => write!(f, "{c}")?,
        }
    }
    f.write_str("\"")
}

/// A type that an argument of a call can have.
pub trait Word: Sized {
    /// What a reader should have written, for messages.
    const EXPECTED: &'static str;

    /// Reads the word; `Err` says what is wrong when [`EXPECTED`](Self::EXPECTED) alone does not.
    fn read(form: &Form) -> Result<Self, Option<String>>;

    /// The word as a scenario writes it.
    fn write(&self) -> Form;

    /// What leaving the argument out means, if that is allowed.
    fn absent() -> Option<Self> {
        None
    }

    /// The word in a line of the journal; `None` where it is as if left out.
    fn show(&self) -> Option<String>;
}

/// Names of numbers whose word has no flag type of its own: words of one or two flags, bookmarks, types of tables, and time without end.
const NUMBERS: &[(&str, u32)] = &[
    ("TBL_ASYNC", 1),
    ("TBL_BATCH", 2),
    ("TBL_ALL_COLUMNS", 1),
    ("TBL_NOADVANCE", 1),
    ("DIR_BACKWARD", 1),
    ("TAD_ALL_ROWS", 1),
    ("BOOKMARK_BEGINNING", 0),
    ("BOOKMARK_CURRENT", 1),
    ("BOOKMARK_END", 2),
    ("TBLTYPE_SNAPSHOT", 0),
    ("TBLTYPE_KEYSET", 1),
    ("TBLTYPE_DYNAMIC", 2),
    ("INFINITE", u32::MAX),
    ("MAPI_CREATE", 2),
    ("MAPI_UNICODE", 0x8000_0000),
    ("IPROP_READONLY", 1),
    ("IPROP_READWRITE", 2),
    ("IPROP_CLEAN", 0x1_0000),
    ("IPROP_DIRTY", 0x2_0000),
    ("STREAM_SEEK_SET", 0),
    ("STREAM_SEEK_CUR", 1),
    ("STREAM_SEEK_END", 2),
    ("STGM_WRITE", 1),
];

/// Numbers of 32 bits: 0 is as if left out.
macro_rules! word_of_32_bits {
    ($number:ty, $expected:literal) => {
        impl Word for $number {
            const EXPECTED: &'static str = $expected;

            fn read(form: &Form) -> Result<Self, Option<String>> {
                match form {
                    Form::Int(value) => Self::try_from(*value).map_err(|_| None),
                    Form::Str(name) => {
                        let named = NUMBERS.iter().find(|(known, _)| known == name);
                        named.and_then(|(_, number)| Self::try_from(*number).ok()).ok_or(None)
                    }
                    Form::List(items) => items.iter().try_fold(0, |word, item| Ok(word | Self::read(item)?)),
                    _ => Err(None),
                }
            }

            fn write(&self) -> Form {
                Form::Int((*self).into())
            }

            fn absent() -> Option<Self> {
                Some(0)
            }

            fn show(&self) -> Option<String> {
                (*self != 0).then(|| self.to_string())
            }
        }
    };
}

word_of_32_bits!(u32, "a number from 0 to 0xFFFFFFFF");
word_of_32_bits!(i32, "a number from -2147483648 to 2147483647");

impl Word for i64 {
    const EXPECTED: &'static str = "a number from -0x8000000000000000 to 0x7FFFFFFFFFFFFFFF";

    fn read(form: &Form) -> Result<Self, Option<String>> {
        match form {
            Form::Int(value) => Ok(*value),
            _ => Err(None),
        }
    }

    fn write(&self) -> Form {
        Form::Int(*self)
    }

    fn absent() -> Option<Self> {
        Some(0)
    }

    fn show(&self) -> Option<String> {
        (*self != 0).then(|| self.to_string())
    }
}

impl Word for u64 {
    const EXPECTED: &'static str = "a number from 0 to 0x7FFFFFFFFFFFFFFF";

    fn read(form: &Form) -> Result<Self, Option<String>> {
        match form {
            Form::Int(value) => u64::try_from(*value).map_err(|_| None),
            _ => Err(None),
        }
    }

    fn write(&self) -> Form {
        Form::Int(i64::try_from(*self).unwrap_or(i64::MAX))
    }

    fn absent() -> Option<Self> {
        Some(0)
    }

    fn show(&self) -> Option<String> {
        (*self != 0).then(|| format!("0x{self:X}"))
    }
}

impl<T: Word> Word for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn read(form: &Form) -> Result<Self, Option<String>> {
        match form {
            Form::Null => Ok(None),
            other => T::read(other).map(Some),
        }
    }

    fn write(&self) -> Form {
        self.as_ref().map_or(Form::Null, T::write)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn show(&self) -> Option<String> {
        self.as_ref().map(|word| word.show().unwrap_or_else(|| word.write().to_string()))
    }
}

impl<T: Word> Word for Box<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn read(form: &Form) -> Result<Self, Option<String>> {
        T::read(form).map(Box::new)
    }

    fn write(&self) -> Form {
        T::write(self)
    }

    fn show(&self) -> Option<String> {
        T::show(self)
    }
}

impl Word for Text {
    const EXPECTED: &'static str = "a string, { ansi = \"hex bytes\" } or { wide = [units] }";

    fn read(form: &Form) -> Result<Self, Option<String>> {
        if let Form::Str(text) = form {
            return Ok(Text::Str(text.as_str().into()));
        }
        if let Some(Form::Str(hex)) = form.get("ansi") {
            let bytes = hex_bytes(hex).ok_or_else(|| Some(format!("{hex:?} is not an even number of hex digits")))?;
            return Ok(Text::Ansi(bytes.into()));
        }
        if let Some(Form::List(units)) = form.get("wide") {
            let unit = |form: &Form| match form {
                Form::Int(value) => u16::try_from(*value).map_err(|_| Some(format!("{value} is not a UTF-16 unit"))),
                other => Err(Some(format!("{other} is not a UTF-16 unit"))),
            };
            return Ok(Text::Wide(units.iter().map(unit).collect::<Result<_, _>>()?));
        }
        Err(None)
    }

    fn write(&self) -> Form {
        match self {
            Text::Str(text) => Form::Str(text.to_string()),
            Text::Ansi(bytes) => Form::Table(vec![("ansi".into(), Form::Str(hex(bytes)))]),
            Text::Wide(units) => {
                Form::Table(vec![("wide".into(), Form::List(units.iter().map(|unit| Form::Int((*unit).into())).collect()))])
            }
        }
    }

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Word for Guid {
    const EXPECTED: &'static str = "the name of an interface such as \"IID_IMAPISession\", or \"{GUID}\"";

    fn read(form: &Form) -> Result<Self, Option<String>> {
        match form {
            Form::Str(text) => Guid::parse(text).ok_or(None),
            _ => Err(None),
        }
    }

    fn write(&self) -> Form {
        Form::Str(self.name().map_or_else(|| self.to_string(), str::to_owned))
    }

    fn show(&self) -> Option<String> {
        Some(self.name().map_or_else(|| self.to_string(), str::to_owned))
    }
}

impl Word for Hresult {
    const EXPECTED: &'static str = "the name of an HRESULT such as \"MAPI_E_NOT_FOUND\", or its number";

    fn read(form: &Form) -> Result<Self, Option<String>> {
        match form {
            Form::Str(name) => Hresult::from_name(name).or_else(|| hex_number(name).map(Hresult::new)).ok_or(None),
            Form::Int(value) => u32::try_from(*value).map(Hresult::new).map_err(|_| None),
            _ => Err(None),
        }
    }

    fn write(&self) -> Form {
        Form::Str(self.to_string())
    }

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}

/// Bytes that a client passes or gets: an entry identifier. Written as hex digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(pub Box<[u8]>);

impl Bytes {
    /// These bytes.
    pub fn new(bytes: impl Into<Box<[u8]>>) -> Self {
        Bytes(bytes.into())
    }
}

impl std::ops::Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(self))
    }
}

impl Word for Bytes {
    const EXPECTED: &'static str = "a string of hex digits";

    fn read(form: &Form) -> Result<Self, Option<String>> {
        match form {
            Form::Str(digits) => hex_bytes(digits).map(Bytes::new).ok_or(None),
            _ => Err(None),
        }
    }

    fn write(&self) -> Form {
        Form::Str(hex(self))
    }

    fn show(&self) -> Option<String> {
        Some(hex(self))
    }
}

impl Word for PropTag {
    const EXPECTED: &'static str = "the name of a property such as \"PR_DISPLAY_NAME\", or eight hex digits";

    fn read(form: &Form) -> Result<Self, Option<String>> {
        match form {
            Form::Str(text) => PropTag::parse(text).ok_or(None),
            Form::Int(value) => u32::try_from(*value).map(PropTag::new).map_err(|_| None),
            _ => Err(None),
        }
    }

    fn write(&self) -> Form {
        Form::Str(self.to_string())
    }

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Word for Vec<PropTag> {
    const EXPECTED: &'static str = "a list of property names";

    fn read(form: &Form) -> Result<Self, Option<String>> {
        match form {
            Form::List(items) => items.iter().map(PropTag::read).collect(),
            _ => Err(None),
        }
    }

    fn write(&self) -> Form {
        Form::List(self.iter().map(PropTag::write).collect())
    }

    fn absent() -> Option<Self> {
        Some(Vec::new())
    }

    fn show(&self) -> Option<String> {
        (!self.is_empty()).then(|| format!("[{}]", self.iter().map(PropTag::to_string).collect::<Vec<_>>().join(", ")))
    }
}

/// How many there are, as a scenario writes a number.
pub(super) fn count<T>(list: &[T]) -> i64 {
    i64::try_from(list.len()).unwrap_or(i64::MAX)
}

/// A row as a table of its columns, by property name whatever the type.
pub(super) fn row(row: &Row) -> Form {
    let name = |tag: PropTag| tag.property_name().map_or_else(|| tag.to_string(), str::to_owned);
    Form::Table(row.props.iter().map(|prop| (name(prop.tag), super::words::value(&prop.value))).collect())
}

/// `0x` and hex digits.
fn hex_number(text: &str) -> Option<u32> {
    u32::from_str_radix(text.strip_prefix("0x")?, 16).ok()
}

/// Upper-case hex digits of bytes.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// The bytes that hex digits stand for; spaces are passed over.
pub fn hex_bytes(digits: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = digits.bytes().filter(|b| *b != b' ').collect();
    if !digits.len().is_multiple_of(2) || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let nibble = |b: u8| char::from(b).to_digit(16).and_then(|n| u8::try_from(n).ok());
    digits.chunks(2).map(|pair| Some(nibble(pair[0])? << 4 | nibble(pair[1])?)).collect()
}

/// Reads a flag word: a number, or a list of names and numbers.
fn read_flags(form: &Form, named: impl Fn(&str) -> Option<u32>, what: &str) -> Result<u32, Option<String>> {
    let one = |form: &Form| match form {
        Form::Int(value) => u32::try_from(*value).map_err(|_| Some(format!("{value} is not a 32-bit word"))),
        Form::Str(name) => named(name).or_else(|| hex_number(name)).ok_or_else(|| Some(format!("{name:?} is no flag of {what}"))),
        _ => Err(None),
    };
    match form {
        Form::List(items) => items.iter().try_fold(0, |word, item| Ok(word | one(item)?)),
        other => one(other),
    }
}

/// Writes a flag word as a list of names, with a number for what has no name.
fn write_flags(text: &str) -> Form {
    let part = |part: &str| hex_number(part).map_or_else(|| Form::Str(part.to_owned()), |number| Form::Int(number.into()));
    if text == "0" { Form::List(Vec::new()) } else { Form::List(text.split('|').map(part).collect()) }
}

/// `Word` for flag types of [`crate::mapi`].
macro_rules! flag_words {
    ($($name:ident),* $(,)?) => {$(
        impl Word for $name {
            const EXPECTED: &'static str = concat!("a list of names of ", stringify!($name), ", or a number");

            fn read(form: &Form) -> Result<Self, Option<String>> {
                let named = |name: &str| $name::from_name(name).map(|flag| flag.bits());
                read_flags(form, named, stringify!($name)).map($name::from_bits_retain)
            }

            fn write(&self) -> Form {
                write_flags(&self.to_string())
            }

            fn absent() -> Option<Self> {
                Some($name::empty())
            }

            fn show(&self) -> Option<String> {
                (!self.is_empty()).then(|| self.to_string())
            }
        }
    )*};
}

flag_words!(LogonFlags, InitFlags, LogoffFlags, WidthFlags, StoreFlags, OpenFlags, NotifyEvents, SaveFlags, CopyFlags, NameFlags);

/// Where a client lets a result be stored: somewhere, or nowhere (a NULL out-pointer, written `"NULL"`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OutPtr {
    /// A place for the result.
    Given,
    /// NULL.
    Null,
}

impl Word for OutPtr {
    const EXPECTED: &'static str = "\"NULL\", or nothing for a valid pointer";

    fn read(form: &Form) -> Result<Self, Option<String>> {
        match form {
            Form::Null => Ok(OutPtr::Null),
            _ => Err(None),
        }
    }

    fn write(&self) -> Form {
        Form::Null
    }

    fn absent() -> Option<Self> {
        Some(OutPtr::Given)
    }

    fn show(&self) -> Option<String> {
        (*self == OutPtr::Null).then(|| "NULL".to_owned())
    }
}

impl Word for Handle {
    const EXPECTED: &'static str = "the name under which an earlier step saved an object";

    fn read(form: &Form) -> Result<Self, Option<String>> {
        match form {
            Form::Str(name) => Handle::parse(name).ok_or(None),
            _ => Err(None),
        }
    }

    fn write(&self) -> Form {
        Form::Str(self.to_string())
    }

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_in_and_out() {
        let word = LogonFlags::from_bits_retain(0x8000_00A2);
        assert_eq!(LogonFlags::read(&word.write()), Ok(word));
        assert_eq!(word.write().to_string(), "[\"MAPI_NEW_SESSION\", \"MAPI_EXTENDED\", \"MAPI_UNICODE\", 128]");
        assert_eq!(LogonFlags::read(&Form::Int(0x22)), Ok(LogonFlags::EXTENDED | LogonFlags::NEW_SESSION));
        assert_eq!(LogonFlags::read(&Form::Str("MAPI_NEW".into())), Err(Some("\"MAPI_NEW\" is no flag of LogonFlags".into())));
        assert_eq!(LogonFlags::empty().write(), Form::List(vec![]));
    }

    #[test]
    fn texts_in_and_out() {
        for text in [Text::from("Work"), Text::Ansi([0x50, 0xFC].into()), Text::Wide([0x50, 0xD800].into())] {
            assert_eq!(Text::read(&text.write()), Ok(text));
        }
        assert_eq!(hex_bytes("5 0FC"), Some(vec![0x50, 0xFC]));
        assert_eq!(hex_bytes("50F"), None);
        assert_eq!(hex_bytes("+1"), None);
        assert_eq!(hex_bytes("50é"), None);
    }

    #[test]
    fn toml_strings_are_escaped() {
        assert_eq!(Form::Str("a\"b\\c\u{1}".into()).to_string(), "\"a\\\"b\\\\c\\u0001\"");
    }
}
