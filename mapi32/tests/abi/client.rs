//! The client: what it holds, and its calls.

use std::collections::BTreeMap;
use std::ptr::null_mut;
use std::sync::Arc;

use mapi32::abi::{NOTIFICATION, SBinary, SPropValue};
use mapi32::memory::{self, IMalloc, MAPIAllocateBuffer, MAPIAllocateMore, MAPIFreeBuffer, MAPIGetDefaultMalloc, MAPIReallocateBuffer};
use mapi32::world::Face;

use super::values::{Arena, property};
use super::{Bytes, Ptr};

#[allow(non_snake_case, reason = "the names of the exports")]
unsafe extern "system" {
    fn MAPIInitialize(init: Ptr) -> i32;
    fn MAPIUninitialize();
    fn ScInitMapiUtil(flags: u32) -> i32;
    fn DeinitMapiUtil();
    fn MAPILogonEx(ui: usize, profile: Ptr, password: Ptr, flags: u32, session: Ptr) -> i32;
    fn MAPIAdminProfiles(flags: u32, admin: Ptr) -> i32;
    fn CreateTable(iid: Ptr, buffer: Ptr, more: Ptr, free: Ptr, reserved: Ptr, kind: u32, index: u32, columns: Ptr, out: Ptr) -> i32;
    fn HrDispatchNotifications(flags: u32) -> i32;
    fn HrThisThreadAdviseSink(sink: Ptr, out: Ptr) -> i32;
    fn HrAllocAdviseSink(callback: unsafe extern "system" fn(Ptr, u32, *mut NOTIFICATION) -> i32, context: Ptr, out: *mut Ptr) -> i32;
    fn FreeProws(rows: Ptr);
    fn UlRelease(object: Ptr) -> u32;
    fn MapiSimAdvance(millis: u64) -> i32;
    fn MapiSimVerify(buffer: Ptr, size: usize) -> i32;
    fn MapiSimState(buffer: Ptr, size: usize) -> usize;
    fn MapiSimJournal(buffer: Ptr, size: usize) -> usize;
    fn HrSzFromEntryID(count: u32, entry: Ptr, out: *mut Ptr) -> i32;
    fn HrEntryIDFromSz(text: Ptr, count: *mut u32, entry: *mut Ptr) -> i32;
    fn ScCreateConversationIndex(count: u32, parent: Ptr, out_count: *mut u32, out: *mut Ptr) -> i32;
    fn ScCountProps(count: i32, props: *const SPropValue, size: *mut u32) -> i32;
    fn ScCopyProps(count: i32, props: *const SPropValue, to: Ptr, size: *mut u32) -> i32;
    fn ScDupPropset(count: i32, props: *const SPropValue, allocate: Ptr, out: *mut Ptr) -> i32;
    fn PropCopyMore(to: *mut SPropValue, from: *const SPropValue, more: Ptr, root: Ptr) -> i32;
    fn FPropCompareProp(left: *const SPropValue, relop: u32, right: *const SPropValue) -> i32;
    fn FPropContainsProp(whole: *const SPropValue, part: *const SPropValue, level: u32) -> i32;
    fn LPropCompareProp(left: *const SPropValue, right: *const SPropValue) -> i32;
    fn UlPropSize(prop: *const SPropValue) -> u32;
    fn FBadProp(prop: *const SPropValue) -> u32;
    fn FBadColumnSet(columns: Ptr) -> u32;
    fn HexFromBin(bytes: Ptr, count: i32, text: Ptr);
    fn ScBinFromHexBounded(text: Ptr, bytes: Ptr, limit: u32) -> i32;
    fn UFromSz(text: Ptr) -> u32;
    fn UlFromSzHex(text: Ptr) -> u32;
}

/// The methods behind IUnknown of each interface, one word each: `u` a number of 32 bits, `z` one of 64, `b` a count and bytes, `g` an identifier, `s` a
/// string, `t` property tags, `k` a sink, `r` something that is not looked at, `o` a result, `B` a block as a result, `R` rows, `O` an object, `T` a table; of tables `c` a
/// restriction, `q` a sort order, `p` a property value, `n` a count and property values, `w` a row, `W` rows, `f` a function to be called at the end.
const SESSION: &str = "uuB uT zbguO zguO gguo uT bguoO bbuo buko z zusr suoB uoB oB zuu ub uo zrrgzruuuus gro";
const TABLE: &str = "uuB uko z oo tu uB uo zuo uu ooo czu cu o z qu B uuR - buuRo buo uuo uboB ubo";
const TABLE_DATA: &str = "qfzT w p pBo uB un uw uW uWo";
const PROP: &str = "uuo u tuoB uB uguuo - to ugtzrgruo tzrgruo oguoo -";
const STATUS: &str = "zu zu - zbu";
const ADMIN: &str = "uuo uo ssz-u su sssu ssszu ssszu su sszuo";
const SHUTDOWN: &str = "- - -";

/// An object, alive or not.
#[derive(Clone, Copy)]
struct Object {
    at: Ptr,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Session,
    Shutdown,
    Table,
    TableData,
    Admin,
    /// A status object; a store and the address book have more methods, which are not built.
    Prop(&'static str),
}

impl Kind {
    fn methods(self) -> impl Iterator<Item = &'static str> {
        let (base, own) = match self {
            Kind::Session => (SESSION, ""),
            Kind::Shutdown => (SHUTDOWN, ""),
            Kind::Table => (TABLE, ""),
            Kind::TableData => (TABLE_DATA, ""),
            Kind::Admin => (ADMIN, ""),
            Kind::Prop(own) => (PROP, own),
        };
        base.split(' ').chain(own.split(' ')).filter(|method| !method.is_empty())
    }
}

/// A block that the client knows; one that is not in the list was freed, or was never there.
#[derive(Clone, Copy)]
struct Block {
    /// How far it may be written.
    size: usize,
    root: usize,
    rows: bool,
    malloc: bool,
}

type Slots = [usize; 12];
type Method = unsafe extern "system" fn(Ptr, usize, usize, usize, usize, usize, usize, usize, usize, usize, usize, usize) -> i32;

/// A client with what it holds.
pub struct Client {
    face: Arc<Face>,
    objects: Vec<Object>,
    live: BTreeMap<usize, Block>,
    /// Addresses of all blocks that there ever were.
    known: Vec<usize>,
    sinks: Vec<Ptr>,
    entries: Vec<Vec<u8>>,
}

/// What a sink of the client does.
unsafe extern "system" fn notified(_: Ptr, _: u32, _: *mut NOTIFICATION) -> i32 {
    0
}

/// What a client does at the end of a view.
unsafe extern "system" fn view_ended(_: usize, _: Ptr, _: Ptr) {}

impl Client {
    pub fn new(face: Arc<Face>) -> Client {
        Client { face, objects: Vec::new(), live: BTreeMap::new(), known: Vec::new(), sinks: Vec::new(), entries: Vec::new() }
    }

    /// One call.
    pub fn step(&mut self, bytes: &mut Bytes<'_>) {
        let mut arena = Arena::default();
        match bytes.below(32) {
            0..=4 => self.allocate(bytes),
            5..=7 => self.free(bytes),
            8 => self.write(bytes),
            9 => self.malloc(bytes),
            10 => self.begin_or_end(bytes, &mut arena),
            11 | 12 => self.logon(bytes, &mut arena),
            13 => self.control(bytes, &mut arena),
            14 => self.sink(bytes, &mut arena),
            15..=18 => self.count(bytes, &mut arena),
            19 => self.text(bytes, &mut arena),
            20 => self.properties(bytes, &mut arena),
            _ => self.method(bytes, &mut arena),
        }
    }

    /// Any block, alive or dead, or what never was one.
    fn pointer(&self, bytes: &mut Bytes<'_>) -> Ptr {
        let address = |bytes: &mut Bytes<'_>| self.known.get(bytes.below(self.known.len())).copied().unwrap_or_default();
        match bytes.below(16) {
            0 => null_mut(),
            1 => address(bytes).wrapping_add(usize::from(bytes.byte())) as Ptr,
            2 => bytes.word() as usize as Ptr,
            3 => (&raw const self.face).cast_mut().cast(),
            _ => address(bytes) as Ptr,
        }
    }

    /// A new block that the client got.
    fn got(&mut self, at: Ptr, block: impl FnOnce(usize) -> Block) {
        assert!(!at.is_null() && at.addr().is_multiple_of(16));
        self.known.push(at.addr());
        assert!(self.live.insert(at.addr(), block(at.addr())).is_none(), "a block that is alive was given away twice");
    }

    fn allocate(&mut self, bytes: &mut Bytes<'_>) {
        let (size, mut out) = (bytes.size(), 0xEE as Ptr);
        let place = if bytes.rarely(20) { null_mut() } else { &raw mut out };
        let root = self.pointer(bytes);
        let how = bytes.below(4);
        // SAFETY: the place is a local or NULL; the tracked mode takes any root.
        let code = unsafe {
            match how {
                0 | 1 => MAPIAllocateBuffer(size, place),
                2 => MAPIAllocateMore(size, root, place),
                _ => MAPIReallocateBuffer(root, size, place),
            }
        };
        if place.is_null() {
            return assert!(code < 0);
        }
        assert_eq!(code < 0, out.is_null());
        if out.is_null() {
            return;
        }
        let old = root.addr();
        if how == 3 && !root.is_null() {
            self.live.values_mut().filter(|block| block.root == old).for_each(|block| block.root = out.addr());
            self.live.remove(&old);
        }
        let linked = (how == 2).then(|| self.live.get(&old).map(|block| block.root)).flatten();
        let root = |me| linked.unwrap_or(me);
        self.got(out, |me| Block { size: size as usize, root: root(me), rows: false, malloc: false });
    }

    fn free(&mut self, bytes: &mut Bytes<'_>) {
        let at = self.pointer(bytes);
        let rows = self.live.get(&at.addr()).is_some_and(|block| block.rows);
        // SAFETY: rows were filled by the library, and not written since; the tracked mode takes any pointer.
        unsafe {
            if rows && bytes.below(4) > 0 {
                FreeProws(at);
            } else {
                assert_eq!(MAPIFreeBuffer(at), 0);
            }
        }
        self.freed(at);
    }

    /// A block was freed, if it is one that can be.
    fn freed(&mut self, at: Ptr) {
        let address = at.addr();
        if self.live.get(&address).is_some_and(|block| block.root == address && !block.malloc) {
            self.live.retain(|_, block| block.root != address);
        }
    }

    /// Writes into a block, and a little beyond: the guard is the library's own.
    fn write(&mut self, bytes: &mut Bytes<'_>) {
        let Some((&address, block)) = self.live.iter().nth(bytes.below(self.live.len())) else { return };
        if block.size == 0 {
            return;
        }
        let beyond = if bytes.rarely(6) { bytes.below(17) } else { 0 };
        // SAFETY: the block is alive, and 16 bytes of guard follow it.
        unsafe { (address as *mut u8).write_bytes(bytes.byte(), block.size + beyond) }
    }

    fn malloc(&mut self, bytes: &mut Bytes<'_>) {
        let (this, size, at) = (MAPIGetDefaultMalloc(), bytes.size() as usize, self.pointer(bytes));
        let block = self.live.get(&at.addr()).copied().filter(|block| block.malloc);
        // SAFETY: the object lives for ever; the tracked mode takes any pointer.
        unsafe {
            let methods = &(*this.cast::<IMalloc>()).lpVtbl;
            match bytes.below(5) {
                0 | 1 => {
                    let new = (methods.Alloc)(this, size);
                    if !new.is_null() {
                        self.got(new, |me| Block { size, root: me, rows: false, malloc: true });
                    }
                }
                2 => {
                    let new = (methods.Realloc)(this, at, size);
                    if (!new.is_null() || size == 0) && block.is_some() {
                        self.live.remove(&at.addr());
                    }
                    if !new.is_null() {
                        self.got(new, |me| Block { size, root: me, rows: false, malloc: true });
                    }
                }
                3 => {
                    (methods.Free)(this, at);
                    if block.is_some() {
                        self.live.remove(&at.addr());
                    }
                }
                _ => {
                    let told = (methods.GetSize)(this, at);
                    assert_eq!(told, block.map_or(usize::MAX, |block| block.size));
                }
            }
        }
    }

    fn begin_or_end(&mut self, bytes: &mut Bytes<'_>, arena: &mut Arena) {
        // SAFETY: eight bytes of a structure, or NULL.
        unsafe {
            match bytes.below(8) {
                0..=2 => drop(MAPIInitialize(null_mut())),
                3 => {
                    let init = [bytes.word().to_le_bytes(), bytes.word().to_le_bytes()].concat();
                    MAPIInitialize(arena.put(init));
                }
                4 => MAPIUninitialize(),
                5 => drop(ScInitMapiUtil(bytes.word())),
                6 => DeinitMapiUtil(),
                _ => memory::fail_nth(self.face.id(), bytes.below(5) as u64, bytes.rarely(4)),
            }
        }
    }

    fn logon(&mut self, bytes: &mut Bytes<'_>, arena: &mut Arena) {
        let flags = if bytes.below(4) > 0 { 0x8022 | (bytes.word() & 0x8000_0000) } else { bytes.word() };
        let (profile, password, out) = (arena.string(bytes), arena.string(bytes), arena.out(bytes));
        let (kind, columns) = ([Kind::Admin, Kind::TableData, Kind::Session, Kind::Session][bytes.below(4)], arena.tags(bytes));
        let (table_type, index) = (bytes.word() % 4, [0x0FF6_0102, 0x3000_0003, bytes.word()][bytes.below(3)]);
        // SAFETY: strings, tags and places are as the signatures say; the functions are not looked at.
        let hr = unsafe {
            match kind {
                Kind::Admin => MAPIAdminProfiles(bytes.word() & 1, out),
                Kind::TableData => {
                    let (iid, none) = (arena.iid(bytes), null_mut());
                    CreateTable(iid, none, none, none, none, table_type, index, columns, out)
                }
                _ => MAPILogonEx(bytes.byte().into(), profile, password, flags, out),
            }
        };
        self.keep(hr, out, kind);
    }

    /// Keeps the object that a call gave.
    fn keep(&mut self, hr: i32, out: Ptr, kind: Kind) {
        // SAFETY: a place of 16 bytes, or NULL.
        let at = if out.is_null() { null_mut() } else { unsafe { out.cast::<Ptr>().read_unaligned() } };
        assert!(hr >= 0 || at.is_null(), "an object in spite of a failure");
        if !at.is_null() {
            self.objects.push(Object { at, kind });
        }
    }

    fn control(&mut self, bytes: &mut Bytes<'_>, arena: &mut Arena) {
        let size = bytes.below(60);
        let buffer = if bytes.rarely(5) { null_mut() } else { arena.put(vec![0xEE; size]) };
        // SAFETY: the buffer is as long as it says.
        unsafe {
            match bytes.below(6) {
                0 => drop(MapiSimVerify(buffer, size)),
                1 => drop(MapiSimState(buffer, size)),
                2 => drop(MapiSimJournal(buffer, size)),
                3 => drop(HrDispatchNotifications(bytes.word())),
                _ => drop(MapiSimAdvance(u64::from(bytes.word() >> bytes.below(32)))),
            }
        }
    }

    fn sink(&mut self, bytes: &mut Bytes<'_>, arena: &mut Arena) {
        let mut out = null_mut();
        // SAFETY: a function of this file, a local; sinks are released by `leave` alone.
        unsafe {
            if bytes.rarely(2) || self.sinks.is_empty() {
                assert_eq!(HrAllocAdviseSink(notified, null_mut(), &raw mut out), 0);
            } else {
                HrThisThreadAdviseSink(self.a_sink(bytes), if bytes.rarely(9) { arena.out(bytes) } else { (&raw mut out).cast() });
            }
        }
        if !out.is_null() {
            self.sinks.push(out);
        }
    }

    fn a_sink(&self, bytes: &mut Bytes<'_>) -> Ptr {
        if bytes.rarely(4) { null_mut() } else { self.sinks.get(bytes.below(self.sinks.len())).copied().unwrap_or(null_mut()) }
    }

    fn object(&self, bytes: &mut Bytes<'_>) -> Option<Object> {
        // The latest oftener than others.
        let all = if bytes.rarely(3) { self.objects.len() } else { self.objects.len().min(4) };
        let back = bytes.below(all);
        self.objects.get(self.objects.len().checked_sub(back + 1)?).copied()
    }

    /// QueryInterface, AddRef and Release, of objects that may be dead.
    fn count(&mut self, bytes: &mut Bytes<'_>, arena: &mut Arena) {
        let Some(object) = self.object(bytes) else { return };
        let which = bytes.below(4).min(2);
        let (iid, out) = (arena.iid(bytes), arena.out(bytes));
        // SAFETY: the object came from the library, which keeps dead ones.
        let hr = unsafe { call(object.at, which, [iid.addr(), out.addr(), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) };
        if which == 0 {
            // SAFETY: 16 bytes, if it is not NULL.
            let shutdown = !iid.is_null() && unsafe { iid.cast::<u32>().read_unaligned() } == 0x2_0397;
            self.keep(hr, out, if shutdown { Kind::Shutdown } else { object.kind });
        }
    }

    /// Any method with arguments of its kinds.
    fn method(&mut self, bytes: &mut Bytes<'_>, arena: &mut Arena) {
        let Some(object) = self.object(bytes) else { return };
        let count = object.kind.methods().count();
        let number = bytes.below(count);
        let Some(kinds) = object.kind.methods().nth(number) else { return };
        let (mut slots, mut used, mut outs) = (Slots::default(), 0, Vec::new());
        let mut give = |value: usize| {
            slots[used] = value;
            used += 1;
        };
        for kind in kinds.chars() {
            match kind {
                'u' => give(bytes.word() as usize),
                'z' => give(if bytes.rarely(5) { bytes.word() as usize } else { bytes.below(6) }),
                'b' => {
                    let (count, place) = arena.counted(bytes, &self.entries);
                    give(count);
                    give(place.addr());
                }
                'g' => give(arena.iid(bytes).addr()),
                's' => give(arena.string(bytes).addr()),
                't' => give(arena.tags(bytes).addr()),
                'k' => give(self.a_sink(bytes).addr()),
                'r' => give(arena.zeros(bytes).addr()),
                'c' => give(arena.condition(bytes, 3).addr()),
                'q' => give(arena.order(bytes).addr()),
                'p' => give(arena.prop(bytes).addr()),
                'w' => give(arena.row(bytes).addr()),
                'W' => give(arena.rows(bytes).addr()),
                'f' => give(if bytes.rarely(2) { view_ended as *const () as usize } else { 0 }),
                'n' => {
                    let count = bytes.below(3);
                    let (count, place) = arena.props(bytes, count);
                    give(count);
                    give(place.addr());
                }
                'o' | 'B' | 'R' | 'O' | 'T' => {
                    let place = arena.out(bytes);
                    outs.push((kind, place));
                    give(place.addr());
                }
                _ => give(0),
            }
        }
        // SAFETY: the object came from the library, which keeps dead ones; the arguments are of the kinds that the slot has.
        let hr = unsafe { call(object.at, number + 3, slots) };
        self.results(hr, object.kind, &outs);
    }

    /// Takes what a method gave.
    fn results(&mut self, hr: i32, of: Kind, outs: &[(char, Ptr)]) {
        for &(kind, place) in outs {
            // SAFETY: a place of 16 bytes, or NULL.
            let value = if place.is_null() { null_mut() } else { unsafe { place.cast::<Ptr>().read_unaligned() } };
            match kind {
                'T' => self.keep(hr, place, Kind::Table),
                // Which of them it is does not matter: all begin with IMAPIProp, and what a status object has more is zeros for the others.
                'O' => self.keep(hr, place, Kind::Prop(if of == Kind::Session { "" } else { STATUS })),
                'B' | 'R' if !value.is_null() => {
                    assert!(hr >= 0, "a block in spite of a failure");
                    self.got(value, |me| Block { size: 0, root: me, rows: kind == 'R', malloc: false });
                    if kind == 'R' {
                        self.learn(value);
                    }
                }
                _ => {}
            }
        }
    }

    /// Learns entry identifiers out of rows.
    fn learn(&mut self, rows: Ptr) {
        // SAFETY: the library filled these rows just now, and an identifier has as many bytes as it says.
        unsafe {
            let set = &*rows.cast::<mapi32::abi::SRowSet>();
            for row in std::slice::from_raw_parts(
                (&raw const (*rows.cast::<mapi32::abi::SRowSet>()).aRow).cast::<mapi32::abi::SRow>(),
                set.cRows as usize,
            ) {
                for prop in std::slice::from_raw_parts(row.lpProps, if row.lpProps.is_null() { 0 } else { row.cValues as usize }) {
                    if prop.ulPropTag == 0x0FFF_0102 && self.entries.len() < 32 {
                        let SBinary { cb, lpb } = prop.Value.bin;
                        self.entries.push(std::slice::from_raw_parts(lpb, cb as usize).to_vec());
                    }
                }
            }
        }
    }

    /// Functions of texts and bytes.
    fn text(&mut self, bytes: &mut Bytes<'_>, arena: &mut Arena) {
        let length = bytes.below(64);
        let many = bytes.many(length);
        let digits: Vec<u8> = many.iter().map(|byte| b"0123456789abcdefABCDEF x"[usize::from(*byte) % 24]).chain([0]).collect();
        let (many, digits) = (arena.put(many), arena.put(digits));
        let (mut count, mut out) = (0u32, null_mut());
        let length = u32::try_from(length).unwrap_or_default();
        // SAFETY: texts end with a zero, counts are those of the bytes, and results have as much room as the functions ask for.
        unsafe {
            match bytes.below(6) {
                0 => drop(HrSzFromEntryID(length, many, &raw mut out)),
                1 => drop(HrEntryIDFromSz(digits, &raw mut count, &raw mut out)),
                2 => drop(ScCreateConversationIndex(length, many, &raw mut count, &raw mut out)),
                3 => HexFromBin(many, length.cast_signed(), arena.put(vec![0; 2 * length as usize + 1])),
                4 => {
                    let limit = bytes.below(40);
                    ScBinFromHexBounded(digits, arena.put(vec![0; limit]), u32::try_from(limit).unwrap_or_default());
                }
                _ => drop((UFromSz(digits), UlFromSzHex(digits), FBadColumnSet(arena.tags(bytes)))),
            }
        }
        if !out.is_null() {
            self.got(out, |me| Block { size: 0, root: me, rows: false, malloc: false });
        }
    }

    /// Functions of properties.
    fn properties(&mut self, bytes: &mut Bytes<'_>, arena: &mut Arena) {
        let props: Vec<SPropValue> = (0..1 + bytes.below(4)).map(|_| property(bytes, arena)).collect();
        let (count, first, last) = (i32::try_from(props.len()).unwrap_or_default(), &raw const props[0], &raw const props[props.len() - 1]);
        let (mut size, mut out) = (0u32, null_mut());
        // SAFETY: the properties hold what their types say; the copies have as much room as was counted.
        unsafe {
            let _ = (
                FPropCompareProp(first, u32::from(bytes.byte() % 8), last),
                LPropCompareProp(first, last),
                UlPropSize(first),
                FBadProp(first),
            );
            FPropContainsProp(first, last, bytes.word());
            if ScCountProps(count, props.as_ptr(), &raw mut size) >= 0 {
                let room = vec![0u64; (size as usize).div_ceil(8)].into_boxed_slice();
                let mut written = 0;
                let place = Box::into_raw(room);
                ScCopyProps(count, props.as_ptr(), place.cast(), &raw mut written);
                assert_eq!(written, size);
                drop(Box::from_raw(place));
                ScDupPropset(count, props.as_ptr(), null_mut(), &raw mut out);
                if !out.is_null() {
                    self.got(out, |me| Block { size: 0, root: me, rows: false, malloc: false });
                    let mut copy = std::mem::zeroed();
                    PropCopyMore(&raw mut copy, first, null_mut(), out);
                }
            }
        }
    }

    /// Gives everything back, in some order, and is gone.
    pub fn leave(&mut self) {
        memory::fail_nth(self.face.id(), 0, false);
        // SAFETY: objects came from the library; live blocks and sinks are the client's.
        unsafe {
            for object in &self.objects {
                while call(object.at, 2, Slots::default()) > 0 {}
            }
            while let Some((&at, block)) = self.live.first_key_value() {
                let (root, malloc) = (block.root, block.malloc);
                match (malloc, block.rows) {
                    (true, _) => ((*MAPIGetDefaultMalloc()).lpVtbl.Free)(MAPIGetDefaultMalloc(), at as Ptr),
                    (_, true) => FreeProws(at as Ptr),
                    _ => drop(MAPIFreeBuffer(root as Ptr)),
                }
                self.live.retain(|other, block| block.root != root && *other != at);
            }
            MAPIUninitialize();
            for sink in self.sinks.drain(..) {
                UlRelease(sink);
            }
        }
    }
}

/// Calls the method in a slot.
///
/// # Safety
///
/// The object came from the library, and has the slot. On 64-bit systems the caller cleans up, so that arguments beyond those of the method are not
/// looked at.
unsafe fn call(object: Ptr, slot: usize, a: Slots) -> i32 {
    // SAFETY: by the promise of the caller.
    unsafe {
        let method: Method = std::mem::transmute(*(*object.cast::<*const usize>()).add(slot));
        method(object, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10])
    }
}
