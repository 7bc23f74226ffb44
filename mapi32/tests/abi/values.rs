//! Arguments of every kind, each in memory of its own.

use super::{Bytes, Ptr};

/// What lives as long as one call: the memory behind its pointers.
#[derive(Default)]
pub struct Arena(Vec<Box<[u8]>>);

/// Names that the office world knows, and some that it does not.
const NAMES: [&str; 8] = ["Work", "Home", "work", "", "Nobody", "W\u{F6}rk", "Exchange", "SMTP"];

/// Identifiers of interfaces by their first number.
const IIDS: [u32; 14] =
    [0, 2, 0x2_0300, 0x2_0301, 0x2_0302, 0x2_0303, 0x2_0305, 0x2_0306, 0x2_0309, 0x2_031C, 0x2_0324, 0x2_0397, 0x2_0380, 0x2_031D];

impl Arena {
    /// The address of these bytes. They are as long as they are: one byte beyond is somebody else's.
    pub fn put(&mut self, bytes: Vec<u8>) -> Ptr {
        self.0.push(bytes.into_boxed_slice());
        self.0.last_mut().map_or(std::ptr::null_mut(), |bytes| bytes.as_mut_ptr().cast())
    }

    /// The same at an odd address, now and then.
    fn put_somewhere(&mut self, bytes: &mut Bytes<'_>, mut what: Vec<u8>) -> Ptr {
        if !bytes.rarely(8) {
            return self.put(what);
        }
        what.insert(0, 0xEE);
        self.put(what).wrapping_byte_add(1)
    }

    /// A place for a result, or NULL: 16 zeros.
    pub fn out(&mut self, bytes: &mut Bytes<'_>) -> Ptr {
        if bytes.rarely(12) { std::ptr::null_mut() } else { self.put_somewhere(bytes, vec![0; 16]) }
    }

    /// A string that ends in any width, or NULL.
    pub fn string(&mut self, bytes: &mut Bytes<'_>) -> Ptr {
        let mut text = match bytes.below(12) {
            0 => return std::ptr::null_mut(),
            name @ 1..=4 => NAMES[name % NAMES.len()].as_bytes().to_vec(),
            5 | 6 => NAMES[bytes.below(NAMES.len())].encode_utf16().flat_map(u16::to_le_bytes).collect(),
            7 => vec![bytes.byte() | 1; 700],
            _ => {
                let length = bytes.below(40);
                bytes.many(length)
            }
        };
        if text.len() % 2 == 1 {
            text.push(0);
        }
        text.extend([0; 2]);
        self.put_somewhere(bytes, text)
    }

    /// A count and so many bytes; the memory may be longer, and NULL may have any count.
    pub fn counted(&mut self, bytes: &mut Bytes<'_>, known: &[Vec<u8>]) -> (usize, Ptr) {
        match bytes.below(8) {
            0 => (bytes.word() as usize, std::ptr::null_mut()),
            // No client can mean that count: it is not believed.
            1 => (u32::MAX as usize - bytes.below(200), self.put(vec![0; 4])),
            2 => {
                let length = bytes.below(90);
                let what = bytes.many(length);
                (length, self.put_somewhere(bytes, what))
            }
            _ => {
                let Some(mut entry) = known.get(bytes.below(known.len())).cloned() else { return (0, std::ptr::null_mut()) };
                if bytes.rarely(3) && !entry.is_empty() {
                    let at = bytes.below(entry.len());
                    entry[at] ^= bytes.byte();
                }
                let length = if bytes.rarely(6) { bytes.below(entry.len()) } else { entry.len() };
                (length, self.put_somewhere(bytes, entry))
            }
        }
    }

    /// An identifier of an interface, or NULL.
    pub fn iid(&mut self, bytes: &mut Bytes<'_>) -> Ptr {
        let first = match bytes.below(6) {
            0 | 1 => return std::ptr::null_mut(),
            2 => bytes.word(),
            _ => IIDS[bytes.below(IIDS.len())],
        };
        self.put(interface(first))
    }

    /// Counted property tags, or NULL.
    pub fn tags(&mut self, bytes: &mut Bytes<'_>) -> Ptr {
        let count = match bytes.below(8) {
            0 => return std::ptr::null_mut(),
            1 => return self.put([u32::MAX.to_le_bytes(), [0; 4]].concat()),
            count => count - 2,
        };
        let mut array = u32::try_from(count).unwrap_or_default().to_le_bytes().to_vec();
        for _ in 0..count {
            array.extend(tag(bytes).to_le_bytes());
        }
        self.put_somewhere(bytes, array)
    }

    /// Zeros that are looked at as whatever the method wants, or NULL.
    pub fn zeros(&mut self, bytes: &mut Bytes<'_>) -> Ptr {
        if bytes.rarely(2) { std::ptr::null_mut() } else { self.put(vec![0; 256]) }
    }
}

/// The identifier of an interface in MAPI's range.
pub fn interface(first: u32) -> Vec<u8> {
    [&first.to_le_bytes()[..], &[0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46]].concat()
}

/// A property tag: of the status and stores tables, or any.
pub fn tag(bytes: &mut Bytes<'_>) -> u32 {
    const TAGS: [u32; 10] =
        [0x3001_001E, 0x3001_001F, 0x0FFF_0102, 0x0FFE_0003, 0x3E03_0003, 0x3E04_0003, 0x3400_000B, 0x0FF6_0102, 0x3009_0003, 0x3001_0000];
    const TYPES: [u32; 20] = [2, 3, 4, 5, 6, 7, 10, 11, 13, 20, 30, 31, 64, 72, 258, 0x1003, 0x101E, 0x101F, 0x1102, 0];
    match bytes.below(4) {
        0 => bytes.word(),
        1 => (u32::from(bytes.byte()) << 16) | TYPES[bytes.below(TYPES.len())],
        _ => TAGS[bytes.below(TAGS.len())],
    }
}
