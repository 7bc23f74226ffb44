//! Code pages of strings without MAPI_UNICODE.

use std::borrow::Cow;

use encoding_rs::{self as enc, Encoding};

/// The code page of a machine: how its clients' 8-bit strings read (LOGON-075, LOGON-076). 1252 unless chosen.
///
/// The ANSI code pages of Windows and UTF-8; OEM code pages are not for MAPI (LOGON-079). The tables are those of the WHATWG Encoding Standard, which differ
/// from Windows in few places:
///
/// - Bytes that 1250 to 1258 and 874 leave free below 0xA0 read as C1 control characters, as on Windows (0x81 is U+0081). Free bytes from 0xA0 on are an
///   error here, where Windows gives characters of its private use area.
/// - 932 refuses the bytes 0xA0 and 0xFD to 0xFF; 936 also reads four-byte sequences of GB 18030; 950 also reads the Hong Kong characters.
/// - There is no best fit: a character that the code page lacks becomes `?`, where Windows writes `a` for `ā`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodePage(u16);

impl Default for CodePage {
    fn default() -> Self {
        CodePage(1252)
    }
}

impl CodePage {
    /// UTF-8 as a code page.
    pub const UTF_8: CodePage = CodePage(65001);

    /// The code page of this number, if it is a known one.
    #[must_use]
    pub fn new(number: u32) -> Option<CodePage> {
        let small = u16::try_from(number).ok()?;
        Self::known().contains(&number).then_some(CodePage(small))
    }

    /// The numbers of all known code pages, in ascending order.
    #[must_use]
    pub const fn known() -> &'static [u32] {
        &[874, 932, 936, 949, 950, 1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258, 65001]
    }

    /// Its number, as Windows counts.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0 as u32
    }

    /// The characters of these bytes; `None` if some of them are none. A zero byte does not end the text here.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        self.encoding().decode_without_bom_handling_and_without_replacement(bytes)
    }

    /// The bytes of a text, and whether a character had to become `?`.
    #[must_use]
    pub fn encode(self, text: &str) -> (Vec<u8>, bool) {
        let (bytes, _, lossy) = self.encoding().encode(text);
        if !lossy {
            return (bytes.into_owned(), false);
        }
        let mut out = Vec::with_capacity(text.len());
        let mut unit = [0; 4];
        for c in text.chars() {
            // No encoding of the table has a state, so that characters can be taken one by one.
            match self.encoding().encode(c.encode_utf8(&mut unit)) {
                (_, _, true) => out.push(b'?'),
                (bytes, _, false) => out.extend_from_slice(&bytes),
            }
        }
        (out, true)
    }

    /// The table of the code page.
    fn encoding(self) -> &'static Encoding {
        match self.0 {
            874 => enc::WINDOWS_874,
            932 => enc::SHIFT_JIS,
            936 => enc::GBK,
            949 => enc::EUC_KR,
            950 => enc::BIG5,
            1250 => enc::WINDOWS_1250,
            1251 => enc::WINDOWS_1251,
            1253 => enc::WINDOWS_1253,
            1254 => enc::WINDOWS_1254,
            1255 => enc::WINDOWS_1255,
            1256 => enc::WINDOWS_1256,
            1257 => enc::WINDOWS_1257,
            1258 => enc::WINDOWS_1258,
            65001 => enc::UTF_8,
            _ => enc::WINDOWS_1252,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_page_has_its_own_table_and_keeps_ascii() {
        let mut tables = Vec::new();
        for number in CodePage::known() {
            let page = CodePage::new(*number).expect("a known code page");
            assert_eq!(page.number(), *number);
            tables.push(page.encoding().name());
            let ascii: String = (0..128u8).map(char::from).collect();
            assert_eq!(page.encode(&ascii), (ascii.clone().into_bytes(), false), "{number}");
            assert_eq!(page.decode(ascii.as_bytes()).as_deref(), Some(ascii.as_str()), "{number}");
        }
        tables.sort_unstable();
        tables.dedup();
        assert_eq!(tables.len(), CodePage::known().len());
        assert_eq!(CodePage::new(437), None);
        assert_eq!(CodePage::new(1252 + 65536), None);
    }

    #[test]
    fn what_a_page_lacks_is_a_question_mark_or_an_error() {
        let western = CodePage::default();
        assert_eq!(western.encode("Prüf"), (b"Pr\xFCf".to_vec(), false));
        assert_eq!(western.encode("ā€"), (b"?\x80".to_vec(), true));
        assert_eq!(western.decode(b"\x81\x82").as_deref(), Some("\u{81}\u{201A}"));
        assert_eq!(CodePage::UTF_8.decode(b"\xFC"), None);
        assert_eq!(CodePage::UTF_8.decode(b"\xEF\xBB\xBFa").as_deref(), Some("\u{FEFF}a"), "a byte order mark is a character");
        assert_eq!(CodePage::new(932).map(|p| p.encode("日ä")), Some((b"\x93\xFA?".to_vec(), true)));
    }
}
