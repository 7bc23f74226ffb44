//! C values and the words of calls: pointers of the client in, replies out.
//!
//! The types here are pointers as they stand in the signatures of MAPI. A client that calls a method promises what the header says: a pointer is NULL
//! or points at what its type names. Everything that trusts this promise is in this file; the objects above it have no unsafe code.

pub mod prop_out;

use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicU8, Ordering};

use mapi_sim::call::{Bytes, MapiError};
use mapi_sim::mapi::{CodePage, Guid, Prop, PropType, SortOrderSet};
use mapi_sim::{Hresult, PropTag, Row, Text, Value};

use crate::abi::{FILETIME, GUID, MAPIERROR, PV, SBinary, SPropTagArray, SPropValue, SRow, SRowSet, SSortOrderSet};
use crate::memory::Owned;

mod read;

pub use read::{Condition, OneRow, Order, Rows, Unreadable};

/// The lower 32 bits of a bookmark or connection: header families differ in its width, and the upper half of a 32-bit argument is not defined.
#[allow(clippy::cast_possible_truncation)]
pub const fn low(number: usize) -> u32 {
    number as u32
}

/// How many bytes of a connection number or a bookmark are written: see [`write_connection`].
static CONNECTION_BYTES: AtomicU8 = AtomicU8::new(8);

/// Chooses the width of connection numbers and bookmarks in out-parameters: 8 as in Microsoft's headers, the default, or 4 as in Wine's and mingw-w64's. It
/// is one for the process, as its headers are. `false`, and nothing chosen, for another number.
pub fn set_connection_bytes(bytes: u32) -> bool {
    match bytes {
        4 => CONNECTION_BYTES.store(4, Ordering::Relaxed),
        8 => CONNECTION_BYTES.store(8, Ordering::Relaxed),
        _ => return false,
    }
    true
}

/// Writes a connection number or a bookmark where the client wants it, in the width of its headers. Every method that gives one comes here.
pub fn write_connection(out: Out<usize>, number: usize) {
    if CONNECTION_BYTES.load(Ordering::Relaxed) == 4 {
        Out(out.0.cast::<u32>()).set(low(number));
    } else {
        out.set(number);
    }
}

/// MAPI_UNICODE in a flag word.
pub const MAPI_UNICODE: u32 = 0x8000_0000;
/// The most elements of an array that is read: more is no count but rubbish.
pub(crate) const MOST: u32 = 1 << 20;
/// The longest string that is read, in units.
const LONGEST: usize = 1 << 20;

/// Where a result goes, or NULL.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct Out<T>(*mut T);

impl<T> Out<T> {
    /// The place at this address.
    ///
    /// # Safety
    ///
    /// It is NULL, or valid for writes of a `T` as long as the value lives. It need not be aligned.
    pub const unsafe fn new(place: *mut T) -> Self {
        Out(place)
    }

    /// Whether the client passed NULL.
    pub fn is_null(self) -> bool {
        self.0.is_null()
    }

    /// Writes the result; nothing if the client wants none.
    pub fn set(self, value: T) {
        if !self.0.is_null() {
            // SAFETY: by the promise of the client the place can be written; alignment is not assumed.
            unsafe { self.0.write_unaligned(value) }
        }
    }
}

/// A pointer that this face does not look at.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct Raw(*mut c_void);

impl Raw {
    /// The value at this address.
    ///
    /// # Safety
    ///
    /// As long as the value lives, it is NULL, or what the signature says that it is.
    pub const unsafe fn new(place: *mut c_void) -> Self {
        Raw(place)
    }

    /// Whether the client passed NULL.
    pub fn is_null(self) -> bool {
        self.0.is_null()
    }

    /// The pointer.
    pub fn pointer(self) -> *mut c_void {
        self.0
    }

    /// Counted bytes: an entry identifier. NULL is none, and so is a count that no client can mean.
    pub fn bytes(self, count: u32) -> Option<Bytes> {
        if count > MOST { None } else { self.data(count) }
    }

    /// Counted bytes, however many: what a stream is written. NULL is none.
    pub fn data(self, count: u32) -> Option<Bytes> {
        if self.0.is_null() {
            return None;
        }
        // SAFETY: by the promise of the client `count` bytes can be read there.
        Some(Bytes::new(unsafe { std::slice::from_raw_parts(self.0.cast::<u8>(), count as usize) }))
    }
}

/// An interface identifier or MAPIUID, or NULL.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct Iid(*const GUID);

impl Iid {
    /// The value at this address.
    ///
    /// # Safety
    ///
    /// As long as the value lives, it is NULL, or 16 bytes can be read.
    pub const unsafe fn new(place: *const GUID) -> Self {
        Iid(place)
    }

    /// The identifier.
    pub fn guid(self) -> Option<Guid> {
        // SAFETY: by the promise of the client 16 bytes can be read at a pointer that is not NULL; alignment is not assumed.
        (!self.0.is_null()).then(|| Guid::new(unsafe { self.0.cast::<[u8; 16]>().read_unaligned() }))
    }
}

/// A string of the width that MAPI_UNICODE says, or NULL.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct Str(*const c_void);

impl Str {
    /// The value at this address.
    ///
    /// # Safety
    ///
    /// As long as the value lives, it is NULL, or a string of the width that the call says, with its NUL.
    pub const unsafe fn new(place: *const c_void) -> Self {
        Str(place)
    }

    /// Whether there is no string, or one without characters.
    pub fn is_empty(self) -> bool {
        // SAFETY: by the promise of the client a pointer that is not NULL leads to a string, of one byte at least.
        self.0.is_null() || unsafe { self.0.cast::<u8>().read() } == 0
    }

    /// Its units as they are, up to the terminating NUL.
    pub fn text(self, unicode: bool) -> Option<Text> {
        if self.0.is_null() {
            return None;
        }
        // SAFETY: by the promise of the client a string ends with a NUL of its width. At most LONGEST units are read.
        Some(unsafe {
            if unicode { Text::Wide(units(self.0.cast::<u16>()).into()) } else { Text::Ansi(units(self.0.cast::<u8>()).into()) }
        })
    }
}

/// Whether UTF-16 units look like 8-bit bytes taken two by two: both halves of each are printable ASCII. Some real names of ideographs look so too.
pub fn looks_narrow(text: &Text) -> bool {
    let printable = |byte: u8| (0x20..0x7F).contains(&byte);
    match text {
        Text::Wide(units) => !units.is_empty() && units.iter().all(|unit| unit.to_le_bytes().into_iter().all(printable)),
        _ => false,
    }
}

/// The units before the NUL; alignment is not assumed.
///
/// # Safety
///
/// A NUL unit follows the units that can be read.
unsafe fn units<T: Copy + Default + PartialEq>(start: *const T) -> Vec<T> {
    let mut units = Vec::new();
    while units.len() < LONGEST {
        // SAFETY: no NUL was found yet, so that the string goes on here.
        let unit = unsafe { start.add(units.len()).read_unaligned() };
        if unit == T::default() {
            break;
        }
        units.push(unit);
    }
    units
}

/// An SPropTagArray, or NULL.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct Tags(*const SPropTagArray);

impl Tags {
    /// The value at this address.
    ///
    /// # Safety
    ///
    /// As long as the value lives, it is NULL, or a counted array can be read.
    pub const unsafe fn new(place: *const SPropTagArray) -> Self {
        Tags(place)
    }

    /// Whether the client passed NULL.
    pub fn is_null(self) -> bool {
        self.0.is_null()
    }

    /// The tags. A count that no client can mean reads as an empty array.
    pub fn tags(self) -> Option<Vec<PropTag>> {
        if self.0.is_null() {
            return None;
        }
        // SAFETY: by the promise of the client a counted array stands there.
        let count = unsafe { (&raw const (*self.0).cValues).read_unaligned() };
        let count = if count > MOST { 0 } else { count as usize };
        // SAFETY: as above; the tags follow the count.
        let first = unsafe { (&raw const (*self.0).aulPropTag).cast::<u32>() };
        // SAFETY: as above, `at` is below the count.
        Some((0..count).map(|at| PropTag::new(unsafe { first.add(at).read_unaligned() })).collect())
    }
}

/// Where the parts of a value lie: in a block for the client, or in memory of the library's own.
pub(crate) trait Place {
    /// A copy of these values, one behind the other, aligned for any value of C.
    fn copy<T: Copy>(&self, values: &[T]) -> Result<*mut T, Hresult>;
}

/// A block being filled: one root, and what is linked to it, made on behalf of a method. Freed again unless it is given away.
#[derive(Debug)]
struct Block {
    owned: Owned,
    by: &'static str,
}

/// The code of a refused allocation.
fn refused(code: i32) -> Hresult {
    Hresult::new(code.cast_unsigned())
}

impl Block {
    /// A root of this size, zeroed.
    fn new(by: &'static str, size: usize) -> Result<Self, Hresult> {
        let owned = Owned::new(by, size).map_err(refused)?;
        // SAFETY: the allocator gave a block of this size.
        unsafe { owned.as_ptr().cast::<u8>().write_bytes(0, size) };
        Ok(Block { owned, by })
    }

    /// Where it begins.
    fn start<T>(&self) -> *mut T {
        self.owned.as_ptr().cast()
    }

    /// Gives the block to the client.
    fn give<T>(self) -> *mut T {
        self.owned.into_raw().cast()
    }
}

impl Place for Block {
    /// More memory that goes with the root.
    fn copy<T: Copy>(&self, values: &[T]) -> Result<*mut T, Hresult> {
        let block: *mut T = self.owned.link(self.by, size_of_val(values)).map_err(refused)?.as_ptr().cast();
        // SAFETY: the allocator gave a block of this size, apart from every other, aligned for any value of C.
        unsafe { ptr::copy_nonoverlapping(values.as_ptr(), block, values.len()) };
        Ok(block)
    }
}

/// A string of the asked width, with its NUL.
fn string<P: Place>(place: &P, text: &str, unicode: bool, page: CodePage) -> Result<*mut c_void, Hresult> {
    place.copy(&encode(text, unicode, page)).map(<*mut u8>::cast)
}

/// A text in the asked width, with its NUL.
fn encode(text: &str, unicode: bool, page: CodePage) -> Vec<u8> {
    if unicode {
        text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
    } else {
        let (mut bytes, _) = page.encode(text);
        bytes.push(0);
        bytes
    }
}

/// A value of zeros: whatever member is set then, the rest of it is zero.
pub(crate) fn no_value() -> PV {
    // SAFETY: zero is a value of every member.
    unsafe { std::mem::zeroed() }
}

/// Counted bytes and multivalued properties all have their count and their pointer at the same places. The padding between them stays zero.
fn counted<T>(pv: &mut PV, count: usize, values: *mut T) {
    pv.bin.cb = u32::try_from(count).unwrap_or(u32::MAX);
    pv.bin.lpb = values.cast();
}

/// A value as C holds it; what it points at lies in the place.
fn value<P: Place>(place: &P, prop: &Prop, page: CodePage) -> Result<PV, Hresult> {
    let wide = matches!(prop.tag.prop_type(), PropType::UNICODE | PropType::MV_UNICODE);
    let mut pv = no_value();
    match &prop.value {
        Value::Null => {}
        Value::Short(v) => pv.i = *v,
        Value::Long(v) => pv.l = *v,
        Value::Float(v) => pv.flt = *v,
        Value::Double(v) | Value::AppTime(v) => pv.dbl = *v,
        Value::Currency(v) | Value::LongLong(v) => pv.li = *v,
        Value::Error(hr) => pv.err = hr.code().cast_signed(),
        Value::Bool(v) => pv.b = u16::from(*v),
        Value::Object => {}
        Value::String(text) => pv.lpszA = string(place, text, wide, page)?.cast(),
        Value::SysTime(v) => pv.ft = filetime(*v),
        Value::Guid(guid) => pv.lpguid = place.copy(guid.bytes())?.cast(),
        Value::Binary(bytes) => counted(&mut pv, bytes.len(), place.copy(bytes)?),
        Value::MvShort(list) => counted(&mut pv, list.len(), place.copy(list)?),
        Value::MvLong(list) => counted(&mut pv, list.len(), place.copy(list)?),
        Value::MvFloat(list) => counted(&mut pv, list.len(), place.copy(list)?),
        Value::MvDouble(list) | Value::MvAppTime(list) => counted(&mut pv, list.len(), place.copy(list)?),
        Value::MvCurrency(list) | Value::MvLongLong(list) => counted(&mut pv, list.len(), place.copy(list)?),
        Value::MvSysTime(list) => {
            let times: Vec<FILETIME> = list.iter().map(|time| filetime(*time)).collect();
            counted(&mut pv, times.len(), place.copy(&times)?);
        }
        Value::MvGuid(list) => {
            let bytes: Vec<u8> = list.iter().flat_map(|guid| *guid.bytes()).collect();
            counted(&mut pv, list.len(), place.copy(&bytes)?);
        }
        Value::MvString(list) => {
            let texts = list.iter().map(|text| string(place, text, wide, page).map(<*mut c_void>::cast::<u8>));
            let texts: Vec<*mut u8> = texts.collect::<Result<_, _>>()?;
            counted(&mut pv, texts.len(), place.copy(&texts)?);
        }
        Value::MvBinary(list) => {
            let list: Vec<SBinary> = list.iter().map(|bytes| binary(place, bytes)).collect::<Result<_, _>>()?;
            counted(&mut pv, list.len(), place.copy(&list)?);
        }
    }
    Ok(pv)
}

fn binary<P: Place>(place: &P, bytes: &[u8]) -> Result<SBinary, Hresult> {
    Ok(SBinary { cb: count(bytes), lpb: place.copy(bytes)?.cast() })
}

fn filetime(time: i64) -> FILETIME {
    let [a, b, c, d, e, f, g, h] = time.to_le_bytes();
    FILETIME { dwLowDateTime: u32::from_le_bytes([a, b, c, d]), dwHighDateTime: u32::from_le_bytes([e, f, g, h]) }
}

/// How many there are, as C counts.
pub fn count<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}

/// A property as C holds it.
pub(crate) fn prop_value<P: Place>(place: &P, prop: &Prop, page: CodePage) -> Result<SPropValue, Hresult> {
    Ok(SPropValue { ulPropTag: prop.tag.value(), dwAlignPad: 0, Value: value(place, prop, page)? })
}

/// Property values as one block: the array is the root. `by` is the method on whose behalf it is made, here and below.
pub fn props(by: &'static str, row: &Row, page: CodePage) -> Result<(u32, *mut SPropValue), Hresult> {
    let block = prop_block(by, row, page)?;
    Ok((count(&row.props), block.give()))
}

fn prop_block(by: &'static str, row: &Row, page: CodePage) -> Result<Block, Hresult> {
    let block = Block::new(by, row.props.len() * size_of::<SPropValue>())?;
    for (at, prop) in row.props.iter().enumerate() {
        let filled = prop_value(&block, prop, page)?;
        // SAFETY: the block holds as many values as the row has, and the allocator aligns for them.
        unsafe { block.start::<SPropValue>().add(at).write(filled) };
    }
    Ok(block)
}

/// Rows: a root for the set and one for each row, so that a client can keep a row and free it alone (MEMORY-045).
pub fn rows(by: &'static str, rows: &[Row], page: CodePage) -> Result<*mut SRowSet, Hresult> {
    let head = std::mem::offset_of!(SRowSet, aRow);
    let set = Block::new(by, (head + rows.len() * size_of::<SRow>()).max(size_of::<SRowSet>()))?;
    let blocks: Vec<Block> = rows.iter().map(|row| prop_block(by, row, page)).collect::<Result<_, _>>()?;
    let start = set.start::<SRowSet>();
    // SAFETY: the block is large enough for the count, and aligned for it.
    unsafe { (&raw mut (*start).cRows).write(count(rows)) };
    for (at, (row, block)) in rows.iter().zip(blocks).enumerate() {
        let filled = SRow { ulAdrEntryPad: 0, cValues: count(&row.props), lpProps: block.give() };
        // SAFETY: the block is large enough for every row, and aligned for them.
        unsafe { (&raw mut (*start).aRow).cast::<SRow>().add(at).write(filled) };
    }
    Ok(set.give())
}

/// A row of its own, as one block: the row is the root.
pub fn row(by: &'static str, row: &Row, page: CodePage) -> Result<*mut SRow, Hresult> {
    let block = Block::new(by, size_of::<SRow>())?;
    let props = row.props.iter().map(|prop| prop_value(&block, prop, page)).collect::<Result<Vec<_>, _>>()?;
    let filled = SRow { ulAdrEntryPad: 0, cValues: count(&props), lpProps: block.copy(&props)? };
    // SAFETY: the block is of this size and aligned.
    unsafe { block.start::<SRow>().write(filled) };
    Ok(block.give())
}

/// A sort order as one block.
pub fn sort_order(by: &'static str, order: &SortOrderSet) -> Result<*mut SSortOrderSet, Hresult> {
    let counts = [count(&order.keys), order.categories, order.expanded];
    let words: Vec<u32> = counts.into_iter().chain(order.keys.iter().flat_map(|key| [key.tag.value(), key.order])).collect();
    let block = Block::new(by, size_of_val(&words[..]).max(size_of::<SSortOrderSet>()))?;
    // SAFETY: the block holds the counts and every key, which are words.
    unsafe { ptr::copy_nonoverlapping(words.as_ptr(), block.start::<u32>(), words.len()) };
    Ok(block.give())
}

/// Property tags as one block.
pub fn tag_array(by: &'static str, tags: &[PropTag]) -> Result<*mut SPropTagArray, Hresult> {
    let words: Vec<u32> = [count(tags)].into_iter().chain(tags.iter().map(|tag| tag.value())).collect();
    let block = Block::new(by, words.len().max(2) * 4)?;
    // SAFETY: the block holds the count and every tag.
    unsafe { ptr::copy_nonoverlapping(words.as_ptr(), block.start::<u32>(), words.len()) };
    Ok(block.give())
}

/// Bytes as one block: an entry identifier.
pub fn bytes(by: &'static str, bytes: &[u8]) -> Result<(u32, *mut c_void), Hresult> {
    let block = Block::new(by, bytes.len())?;
    // SAFETY: the block is as large as the bytes.
    unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), block.start::<u8>(), bytes.len()) };
    Ok((count(bytes), block.give()))
}

/// Strings as one block: an array of pointers is the root.
pub fn strings(by: &'static str, list: &[String], unicode: bool, page: CodePage) -> Result<(u32, *mut c_void), Hresult> {
    let block = Block::new(by, list.len() * size_of::<*mut c_void>())?;
    for (at, text) in list.iter().enumerate() {
        let text = string(&block, text, unicode, page)?;
        // SAFETY: the block holds as many pointers as there are strings.
        unsafe { block.start::<*mut c_void>().add(at).write(text) };
    }
    Ok((count(list), block.give()))
}

/// A MAPIERROR as one block (ERROR-036, ERROR-039).
pub fn error(by: &'static str, error: &MapiError, unicode: bool, page: CodePage) -> Result<*mut MAPIERROR, Hresult> {
    let block = Block::new(by, size_of::<MAPIERROR>())?;
    let filled = MAPIERROR {
        ulVersion: 0,
        lpszError: string(&block, &error.error, unicode, page)?,
        lpszComponent: string(&block, &error.component, unicode, page)?,
        ulLowLevelError: error.low_level_error,
        ulContext: error.context,
    };
    // SAFETY: the block is of this size and aligned.
    unsafe { block.start::<MAPIERROR>().write(filled) };
    Ok(block.give())
}
