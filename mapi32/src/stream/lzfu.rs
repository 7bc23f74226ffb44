//! The format of PR_RTF_COMPRESSED: a header of 16 bytes, then LZFu or the text as it is.
//!
//! LZFu is a dictionary of 4096 bytes, filled beforehand with what RTF often has, and runs of eight items: a byte, or two bytes with place (12 bits) and
//! length (4 bits, from 2 on). A place that is the writing place itself ends the text.

/// What the dictionary holds at the beginning.
const BEGINNING: &[u8; 207] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
/// Bytes of the dictionary.
const SIZE: usize = 4096;
/// The longest run that an item names, and the shortest.
const LONGEST: usize = 17;
const SHORTEST: usize = 2;
/// "LZFu" and "MELA" as little-endian longs.
const COMPRESSED: u32 = 0x7546_5A4C;
const AS_IT_IS: u32 = 0x414C_454D;
/// The largest text that is unpacked: a header that says more is rubbish, or means harm.
const MOST: usize = 1 << 28;

/// The dictionary, and where the next byte goes.
struct Window {
    bytes: [u8; SIZE],
    at: usize,
}

impl Window {
    fn new() -> Self {
        let mut bytes = [0; SIZE];
        bytes[..BEGINNING.len()].copy_from_slice(BEGINNING);
        Window { bytes, at: BEGINNING.len() }
    }

    fn push(&mut self, byte: u8) {
        self.bytes[self.at] = byte;
        self.at = (self.at + 1) % SIZE;
    }

    /// The longest run of the dictionary that these bytes begin with: place and length.
    fn longest(&self, wanted: &[u8], filled: usize) -> (usize, usize) {
        let limit = wanted.len().min(LONGEST);
        let mut best = (0, 0);
        for place in (0..filled.min(SIZE)).filter(|place| *place != self.at) {
            let run = (0..limit).take_while(|i| {
                let from = (place + i) % SIZE;
                // What stands behind the writing place is not there yet.
                from != self.at && from < filled && self.bytes[from] == wanted[*i]
            });
            let length = run.count();
            if length > best.1 {
                best = (place, length);
                if length == limit {
                    break;
                }
            }
        }
        best
    }
}

/// The checksum of the format: CRC-32 that begins with 0 and is not turned over at the end.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |sum: u32, byte| {
        let mut sum = sum ^ u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 };
        }
        sum
    })
}

/// Header and contents. The first size counts everything behind itself.
fn packed(text: &[u8], magic: u32, sum: u32, contents: &[u8]) -> Vec<u8> {
    let size = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
    let words = [size(contents.len() + 12), size(text.len()), magic, sum];
    words.into_iter().flat_map(u32::to_le_bytes).chain(contents.iter().copied()).collect()
}

/// The text as it is, behind its header.
#[must_use]
pub fn uncompressed(text: &[u8]) -> Vec<u8> {
    packed(text, AS_IT_IS, 0, text)
}

/// The text compressed.
#[must_use]
pub fn compress(text: &[u8]) -> Vec<u8> {
    let (mut window, mut filled) = (Window::new(), BEGINNING.len());
    let (mut contents, mut items) = (Vec::new(), Vec::new());
    // Eight items share a control byte; the last run may be shorter.
    let mut item = |named: bool, bytes: &[u8], last: bool| {
        items.push((named, bytes.to_vec()));
        if items.len() == 8 || last {
            contents.push(items.iter().enumerate().fold(0u8, |word, (bit, (named, _))| word | (u8::from(*named) << bit)));
            items.drain(..).for_each(|(_, bytes)| contents.extend(bytes));
        }
    };
    let name = |place: usize, length: usize| (u16::try_from(place << 4 | length).unwrap_or_default()).to_be_bytes();
    let mut rest = text;
    while !rest.is_empty() {
        let (place, length) = window.longest(rest, filled);
        let taken = if length >= SHORTEST { length } else { 1 };
        if length >= SHORTEST {
            item(true, &name(place, length - SHORTEST), false);
        } else {
            item(false, &rest[..1], false);
        }
        rest[..taken].iter().for_each(|byte| window.push(*byte));
        filled = (filled + taken).min(SIZE);
        rest = &rest[taken..];
    }
    item(true, &name(window.at, 0), true);
    packed(text, COMPRESSED, checksum(&contents), &contents)
}

/// The text behind a header; `None` if the bytes are none of the two forms.
#[must_use]
pub fn decompress(bytes: &[u8]) -> Option<Vec<u8>> {
    let word = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let (size, raw, magic, sum) = (word(0)? as usize, word(4)? as usize, word(8)?, word(12)?);
    let contents = bytes.get(16..size.checked_add(4)?)?;
    if raw > MOST {
        return None;
    }
    match magic {
        AS_IT_IS => contents.get(..raw).map(<[u8]>::to_vec),
        COMPRESSED if checksum(contents) == sum => unpack(contents, raw),
        _ => None,
    }
}

/// Follows the items until the one that ends the text.
fn unpack(contents: &[u8], size: usize) -> Option<Vec<u8>> {
    let mut window = Window::new();
    let mut text = Vec::new();
    let mut bytes = contents.iter().copied();
    while let Some(control) = bytes.next() {
        for bit in 0..8 {
            if control >> bit & 1 == 0 {
                let Some(byte) = bytes.next() else { return (text.len() == size).then_some(text) };
                window.push(byte);
                text.push(byte);
                continue;
            }
            let name = u16::from_be_bytes([bytes.next()?, bytes.next()?]);
            let (place, length) = (usize::from(name >> 4), usize::from(name & 0xF) + SHORTEST);
            if place == window.at {
                return (text.len() == size).then_some(text);
            }
            for i in 0..length {
                let byte = window.bytes[(place + i) % SIZE];
                window.push(byte);
                text.push(byte);
            }
        }
        if text.len() > size {
            return None;
        }
    }
    (text.len() == size).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The two examples of the format's description.
    const HELLO: (&[u8], &[u8]) = (
        b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n",
        &[
            0x2D, 0, 0, 0, 0x2B, 0, 0, 0, 0x4C, 0x5A, 0x46, 0x75, 0xF1, 0xC5, 0xC7, 0xA7, 0x03, 0x00, 0x0A, 0x00, 0x72, 0x63, 0x70, 0x67,
            0x31, 0x32, 0x35, 0x42, 0x32, 0x0A, 0xF3, 0x20, 0x68, 0x65, 0x6C, 0x09, 0x00, 0x20, 0x62, 0x77, 0x05, 0xB0, 0x6C, 0x64, 0x7D,
            0x0A, 0x80, 0x0F, 0xA0,
        ],
    );
    const CROSSING: (&[u8], &[u8]) = (
        b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}",
        &[
            0x1A, 0, 0, 0, 0x1C, 0, 0, 0, 0x4C, 0x5A, 0x46, 0x75, 0xE2, 0xD4, 0x4B, 0x51, 0x41, 0x00, 0x04, 0x20, 0x57, 0x58, 0x59, 0x5A,
            0x0D, 0x6E, 0x7D, 0x01, 0x0E, 0xB0,
        ],
    );

    #[test]
    fn the_examples_of_the_format_unpack() {
        for (text, packed) in [HELLO, CROSSING] {
            assert_eq!(decompress(packed).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_is_packed_unpacks() {
        let mut number = 1u32;
        let mut random = move || {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (number >> 24) as u8
        };
        for length in [0, 1, 2, 7, 8, 9, 16, 17, 100, 4095, 4096, 4097, 9000] {
            let text: Vec<u8> = (0..length).map(|i| if i % 3 == 0 { random() & 3 } else { b'x' }).collect();
            assert_eq!(decompress(&compress(&text)), Some(text.clone()), "{length}");
            assert_eq!(decompress(&uncompressed(&text)), Some(text));
        }
        assert!(compress(HELLO.0).len() <= HELLO.1.len(), "as small as the example");
        assert_eq!(&uncompressed(b"x")[8..12], b"MELA");
    }

    #[test]
    fn rubbish_is_refused() {
        let packed = HELLO.1;
        for at in 0..packed.len() {
            let mut changed = packed.to_vec();
            changed[at] ^= 0x11;
            assert_ne!(decompress(&changed).as_deref(), Some(HELLO.0), "byte {at}");
            assert_eq!(decompress(&packed[..at]), None);
        }
    }
}
