//! String arguments as clients pass them.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use super::CodePage;

/// A string argument, before the call's MAPI_UNICODE flag says how its bytes are to be read.
///
/// A client may pass what does not fit its flags; then the simulator sees what MAPI would see (LOGON-075 to LOGON-078).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Text {
    /// Characters, passed in whatever width the call's flags ask for.
    Str(Box<str>),
    /// These bytes.
    Ansi(Box<[u8]>),
    /// These UTF-16 units.
    Wide(Box<[u16]>),
}

/// The bytes of a string argument are no characters: unknown to the code page, or an unpaired surrogate (LOGON-077).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a text: bytes that the code page does not know, or half a surrogate pair")]
pub struct Undecodable;

impl Text {
    /// A text as 8-bit bytes of its own.
    #[must_use]
    pub fn ansi(bytes: &[u8]) -> Text {
        Text::Ansi(bytes.into())
    }

    /// A text as UTF-16 units, whatever the flags say.
    #[must_use]
    pub fn wide(text: &str) -> Text {
        Text::Wide(text.encode_utf16().collect())
    }

    /// Whether nothing stands before the end: no unit at all, or a NUL first.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Text::Str(text) => text.is_empty() || text.starts_with('\0'),
            Text::Ansi(bytes) => bytes.first().is_none_or(|b| *b == 0),
            Text::Wide(units) => units.first().is_none_or(|u| *u == 0),
        }
    }

    /// The characters that MAPI reads, up to the first NUL (LOGON-075): UTF-16 with `unicode`, otherwise in the code page.
    ///
    /// Characters ([`Text::Str`]) are encoded by the client first; what its code page lacks arrives as `?`. Units of the wrong width are read as they
    /// lie in memory, little-endian.
    ///
    /// # Errors
    ///
    /// [`Undecodable`] if the units are no characters.
    pub fn decode(&self, unicode: bool, code_page: CodePage) -> Result<Cow<'_, str>, Undecodable> {
        match self {
            Text::Str(text) => Ok(characters(until_nul_str(text), unicode, code_page)),
            Text::Ansi(bytes) if unicode => wide(bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]))).map(Cow::Owned),
            Text::Ansi(bytes) => code_page.decode(until_nul(bytes)).ok_or(Undecodable),
            Text::Wide(units) if unicode => wide(units.iter().copied()).map(Cow::Owned),
            Text::Wide(units) => {
                let bytes: Vec<u8> = units.iter().flat_map(|u| u.to_le_bytes()).collect();
                let text = code_page.decode(until_nul(&bytes)).ok_or(Undecodable)?;
                Ok(Cow::Owned(text.into_owned()))
            }
        }
    }
}

/// What arrives of characters that the client encodes itself.
fn characters(text: &str, unicode: bool, code_page: CodePage) -> Cow<'_, str> {
    if unicode || text.is_ascii() {
        return Cow::Borrowed(text);
    }
    match code_page.encode(text) {
        (_, false) => Cow::Borrowed(text),
        (bytes, true) => code_page.decode(&bytes).map_or(Cow::Borrowed(text), |text| Cow::Owned(text.into_owned())),
    }
}

/// UTF-16 units up to the first NUL, as characters.
fn wide(units: impl Iterator<Item = u16>) -> Result<String, Undecodable> {
    char::decode_utf16(units.take_while(|u| *u != 0)).collect::<Result<_, _>>().map_err(|_| Undecodable)
}

/// What stands before the first NUL.
fn until_nul(bytes: &[u8]) -> &[u8] {
    bytes.iter().position(|b| *b == 0).map_or(bytes, |end| &bytes[..end])
}

/// What stands before the first NUL.
fn until_nul_str(text: &str) -> &str {
    text.split_once('\0').map_or(text, |(before, _)| before)
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Text::Str(text.into())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Text::Str(text.into())
    }
}

impl From<&String> for Text {
    fn from(text: &String) -> Self {
        Text::Str(text.as_str().into())
    }
}

/// `"Work"`, `b"Pr\xFCf"`, `L"Pr\u{fc}f"`.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Text::Str(text) => write!(f, "{text:?}"),
            Text::Ansi(bytes) => {
                f.write_str("b\"")?;
                for b in bytes {
                    match *b {
                        b'"' | b'\\' => write!(f, "\\{}", char::from(*b))?,
                        b' '..=b'~' => f.write_char(char::from(*b))?,
                        _ => write!(f, "\\x{b:02X}")?,
                    }
                }
                f.write_char('"')
            }
            Text::Wide(units) => {
                f.write_str("L\"")?;
                for unit in char::decode_utf16(units.iter().copied()) {
                    match unit {
                        Ok(c @ ('"' | '\\')) => write!(f, "\\{c}")?,
                        Ok(c @ ' '..='~') => f.write_char(c)?,
                        Ok(c) => write!(f, "\\u{{{:x}}}", u32::from(c))?,
                        Err(half) => write!(f, "\\u{{{:x}}}", half.unpaired_surrogate())?,
                    }
                }
                f.write_char('"')
            }
        }
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &Text, unicode: bool) -> Result<String, Undecodable> {
        text.decode(unicode, CodePage::default()).map(Cow::into_owned)
    }

    #[test]
    fn characters_come_through_as_far_as_the_code_page_has_them() {
        let text = Text::from("Prüf\0rest");
        assert_eq!(read(&text, true).as_deref(), Ok("Prüf"));
        assert_eq!(read(&text, false).as_deref(), Ok("Prüf"));
        assert!(matches!(text.decode(false, CodePage::default()), Ok(Cow::Borrowed(_))));
        assert_eq!(read(&"Prāf".into(), false).as_deref(), Ok("Pr?f"));
        assert_eq!(read(&"Prāf".into(), true).as_deref(), Ok("Prāf"));
    }

    #[test]
    fn units_of_their_own_are_read_as_they_lie() {
        assert_eq!(read(&Text::ansi(b"Pr\xFCf\0x"), false).as_deref(), Ok("Prüf"));
        assert_eq!(read(&Text::ansi(b"W\0o\0r\0k\0\0\0?"), true).as_deref(), Ok("Work"));
        assert_eq!(read(&Text::ansi(b"Work"), true).as_deref(), Ok("\u{6F57}\u{6B72}"));
        assert_eq!(read(&Text::wide("Work"), false).as_deref(), Ok("W"));
        assert_eq!(read(&Text::wide("Prüf 😀"), true).as_deref(), Ok("Prüf 😀"));
        assert_eq!(read(&Text::Wide([0xD800, 0x41].into()), true), Err(Undecodable));
        assert_eq!(read(&Text::Wide([0x41, 0, 0xD800].into()), true).as_deref(), Ok("A"));
        assert_eq!(Text::ansi(b"\xFC").decode(false, CodePage::UTF_8), Err(Undecodable));
        assert_eq!(read(&Text::ansi(b"A\0B"), true).as_deref(), Ok("A"), "an odd last byte is dropped");
    }

    #[test]
    fn empty_is_nothing_before_the_nul() {
        for empty in [Text::from(""), Text::from("\0a"), Text::ansi(b""), Text::ansi(b"\0"), Text::wide(""), Text::wide("\0a")] {
            assert!(empty.is_empty(), "{empty}");
        }
        assert!(!Text::from(" ").is_empty());
    }

    #[test]
    fn texts_print_with_their_width() {
        assert_eq!(Text::from("Wo\"rk").to_string(), r#""Wo\"rk""#);
        assert_eq!(Text::ansi(b"Pr\xFCf\\").to_string(), r#"b"Pr\xFCf\\""#);
        assert_eq!(format!("{:?}", Text::wide("Prüf😀")), r#"L"Pr\u{fc}f\u{1f600}""#);
        assert_eq!(Text::Wide([0xD800].into()).to_string(), r#"L"\u{d800}""#);
    }
}
