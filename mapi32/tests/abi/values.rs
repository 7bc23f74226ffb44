//! Arguments of every kind, each in memory of its own.

use std::ptr::null_mut;

use mapi32::abi::{PV, SBinary, SPropValue};

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

/// Structures that tables are asked with.
impl Arena {
    /// A property value that holds what its type says; one that does not, now and then; or NULL.
    pub fn prop(&mut self, bytes: &mut Bytes<'_>) -> Ptr {
        if bytes.rarely(9) { std::ptr::null_mut() } else { self.props(bytes, 1).1 }
    }

    /// So many property values.
    pub fn props(&mut self, bytes: &mut Bytes<'_>, count: usize) -> (usize, Ptr) {
        let mut all = Vec::new();
        for _ in 0..count {
            let SPropValue { ulPropTag, Value, .. } = property(bytes, self);
            // SAFETY: a number or a pointer was written, and of counted bytes a count and a pointer; every 16 bytes began as zeros.
            let words = unsafe {
                match ulPropTag & 0xFFFF {
                    0x102 => [Value.bin.cb.into(), Value.bin.lpb.addr() as u64],
                    kind if kind & 0x1000 != 0 => [0, 0],
                    _ => [Value.li.cast_unsigned(), 0],
                }
            };
            all.extend(u64::from(ulPropTag).to_le_bytes());
            all.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        }
        (count, self.put_somewhere(bytes, all))
    }

    /// An SRow, or NULL.
    pub fn row(&mut self, bytes: &mut Bytes<'_>) -> Ptr {
        if bytes.rarely(12) {
            return std::ptr::null_mut();
        }
        let row = self.row_bytes(bytes);
        self.put_somewhere(bytes, row)
    }

    fn row_bytes(&mut self, bytes: &mut Bytes<'_>) -> Vec<u8> {
        let count = bytes.below(4);
        let (count, props) = match bytes.below(16) {
            0 => (u32::MAX as usize, std::ptr::null_mut()),
            _ => self.props(bytes, count),
        };
        let mut row = vec![0; 4];
        row.extend(u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
        row.extend((props.addr() as u64).to_le_bytes());
        row
    }

    /// An SRowSet, or NULL.
    pub fn rows(&mut self, bytes: &mut Bytes<'_>) -> Ptr {
        let count = match bytes.below(12) {
            0 => return std::ptr::null_mut(),
            1 => return self.put([&u32::MAX.to_le_bytes()[..], &[0; 20]].concat()),
            count => count % 10,
        };
        let mut set = u64::try_from(count).unwrap_or_default().to_le_bytes().to_vec();
        for _ in 0..count {
            set.extend(self.row_bytes(bytes));
        }
        self.put_somewhere(bytes, set)
    }

    /// An SSortOrderSet, or NULL.
    pub fn order(&mut self, bytes: &mut Bytes<'_>) -> Ptr {
        let count = match bytes.below(8) {
            0 => return std::ptr::null_mut(),
            1 => return self.put([u32::MAX.to_le_bytes(), [0; 4], [0; 4]].concat()),
            count => count - 2,
        };
        let counted = [count, bytes.below(4), bytes.below(4)];
        let mut set: Vec<u8> = counted.iter().flat_map(|count| u32::try_from(*count).unwrap_or_default().to_le_bytes()).collect();
        for _ in 0..count {
            set.extend(tag(bytes).to_le_bytes());
            set.extend([0u32, 1, 0, 1, 0, 2, 4, 8, 99][bytes.below(9)].to_le_bytes());
        }
        self.put_somewhere(bytes, set)
    }

    /// An SRestriction, or NULL; now and then one that is its own child.
    pub fn condition(&mut self, bytes: &mut Bytes<'_>, levels: u32) -> Ptr {
        match bytes.below(16) {
            0 => std::ptr::null_mut(),
            1 => {
                let place = self.put(vec![0; 32]);
                let circle = node(2, [0, 0], [place.addr(), 0]);
                // SAFETY: 32 bytes.
                unsafe { place.cast::<u8>().copy_from_nonoverlapping(circle.as_ptr(), 32) };
                place
            }
            _ => {
                let one = self.node(bytes, levels);
                self.put_somewhere(bytes, one)
            }
        }
    }

    fn node(&mut self, bytes: &mut Bytes<'_>, levels: u32) -> Vec<u8> {
        let rt = [0, 1, 2, 3, 4, 4, 4, 5, 6, 7, 8, 8, 9, 10, 11, 12][bytes.below(16)];
        let (tag, number) = (tag(bytes), u32::from(bytes.byte() % 8));
        match rt {
            0 | 1 if bytes.rarely(9) => node(rt, [bytes.word() | 0x10_0000, 0], [self.put(vec![0; 32]).addr(), 0]),
            0 | 1 => {
                let count = if levels == 0 { 0 } else { bytes.below(4) };
                let all: Vec<u8> = (0..count).flat_map(|_| self.node(bytes, levels - 1)).collect();
                node(rt, [u32::try_from(count).unwrap_or_default(), 0], [self.put(all).addr(), 0])
            }
            3 => node(rt, [(number % 4) | (number << 16), tag], [self.prop(bytes).addr(), 0]),
            4 => node(rt, [number, tag], [self.prop(bytes).addr(), 0]),
            10 => {
                let count = bytes.below(3);
                let (count, props) = self.props(bytes, count);
                let inner = if levels == 0 { std::ptr::null_mut() } else { self.condition(bytes, levels - 1) };
                node(rt, [u32::try_from(count).unwrap_or_default(), 0], [inner.addr(), props.addr()])
            }
            2 | 9 | 11 => {
                let inner = if levels == 0 { std::ptr::null_mut() } else { self.condition(bytes, levels - 1) };
                node(rt, [if rt == 9 { tag } else { number }, 0], [inner.addr(), 0])
            }
            _ => node(rt, [number, tag], [bytes.word() as usize, 0]),
        }
    }
}

/// The 32 bytes of an SRestriction: rt, two words, two pointers.
fn node(rt: u32, words: [u32; 2], pointers: [usize; 2]) -> Vec<u8> {
    let mut bytes = [rt.to_le_bytes(), [0; 4], words[0].to_le_bytes(), words[1].to_le_bytes()].concat();
    pointers.iter().for_each(|pointer| bytes.extend((*pointer as u64).to_le_bytes()));
    bytes
}

/// A property that holds what its type says.
pub fn property(bytes: &mut Bytes<'_>, arena: &mut Arena) -> SPropValue {
    let tag = tag(bytes);
    let value = match tag & 0xFFFF {
        0x1E => PV { lpszA: arena.string(bytes).cast() },
        0x1F => {
            let length = bytes.below(30);
            // Aligned as wide strings are.
            let mut units: Vec<u8> = bytes.many(2 * length);
            units.extend([0; 2]);
            PV { lpszW: arena.put(units).cast() }
        }
        0x102 => {
            let length = bytes.below(50);
            let many = bytes.many(length);
            PV { bin: SBinary { cb: u32::try_from(length).unwrap_or_default(), lpb: arena.put(many).cast() } }
        }
        0x48 => PV { lpguid: arena.put(bytes.many(16)).cast() },
        // Multivalued and unknown ones without values.
        kind if kind & 0x1000 != 0 => PV { bin: SBinary { cb: 0, lpb: null_mut() } },
        _ => PV { li: i64::from(bytes.word()) << bytes.below(33) },
    };
    SPropValue { ulPropTag: tag, dwAlignPad: 0, Value: value }
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
