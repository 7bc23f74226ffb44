//! The allocator: its bookkeeping against a model, its misuse reports, and its C functions.
//!
//! Written so that it can run under Miri: no call out of the process, few cases there. The fast mode, a switch of the process, has a test binary's life only
//! inside one test that holds a lock against the others.
#![allow(clippy::undocumented_unsafe_blocks, clippy::unwrap_used, reason = "a test vouches for its own pointers")]

#[path = "memory/model.rs"]
mod model;

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr;
use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use mapi32::abi::GUID;
use mapi32::memory::{
    self, Family, Finding, Heap, MAPIAllocateBuffer, MAPIAllocateMore, MAPIFreeBuffer, MAPIGetDefaultMalloc, MAPIReallocateBuffer, Owned,
    Place, Refusal, Standing, World,
};

const OK: i32 = 0;
const NOT_ENOUGH_MEMORY: i32 = 0x8007_000E_u32.cast_signed();
const INVALID_PARAMETER: i32 = 0x8007_0057_u32.cast_signed();
const NOT_INITIALIZED: i32 = 0x8004_0605_u32.cast_signed();

/// Worlds of the tests: one a thread.
struct Threads;

thread_local! {
    static STANDING: Cell<Standing> = const { Cell::new(Standing::alone("")) };
}

impl World for Threads {
    fn standing(&self, function: &'static str) -> Standing {
        let mut standing = STANDING.get();
        standing.place.function = function;
        standing
    }

    fn report(&self, _: &Finding) {}
}

/// Held by every test that uses the C functions; for writing by the one that switches modes.
static MODE: RwLock<()> = RwLock::new(());

/// Makes this thread a world of its own.
fn world(number: u32) -> RwLockReadGuard<'static, ()> {
    memory::install(&Threads);
    let mut standing = Standing::alone("");
    standing.place.world = number;
    STANDING.set(standing);
    MODE.read().unwrap()
}

/// As [`world`], with the heap to itself, for tests of freed blocks: others would push them out of the heap's memory of the dead.
fn alone(number: u32) -> RwLockWriteGuard<'static, ()> {
    drop(world(number));
    MODE.write().unwrap()
}

/// A place in world 1.
fn place(call: u64, function: &'static str) -> Place {
    Place { world: 1, call, function }
}

/// MAPIAllocateBuffer, whose success is expected.
fn buffer(size: u32) -> *mut c_void {
    let mut block = ptr::null_mut();
    assert_eq!(unsafe { MAPIAllocateBuffer(size, &raw mut block) }, OK);
    assert!(!block.is_null());
    block
}

/// MAPIAllocateMore, whose success is expected.
fn more(size: u32, root: *mut c_void) -> *mut c_void {
    let mut block = ptr::null_mut();
    assert_eq!(unsafe { MAPIAllocateMore(size, root, &raw mut block) }, OK);
    assert!(!block.is_null());
    block
}

/// What was found in a world, as text.
fn said(world: u32) -> Vec<String> {
    memory::findings(world).iter().map(ToString::to_string).collect()
}

// shows MEMORY-013, MEMORY-014, MEMORY-015, MEMORY-016, MEMORY-034
#[test]
fn blocks_are_aligned_and_writable() {
    let _mode = world(10);
    let sizes = if cfg!(miri) { 1..60 } else { 1..4097 };
    for size in sizes {
        let block = buffer(size);
        assert_eq!(block.addr() % 16, 0);
        unsafe { block.cast::<u8>().write_bytes(0x5A, size as usize) };
        assert_eq!(unsafe { MAPIFreeBuffer(block) }, 0u32);
    }
    assert!(said(10).is_empty());
    assert!(memory::leaks(10).is_empty());
}

// shows MEMORY-017
#[test]
fn blocks_of_no_bytes_are_blocks() {
    let _mode = world(11);
    let (a, b) = (buffer(0), buffer(0));
    assert_ne!(a, b);
    assert_eq!(unsafe { (MAPIFreeBuffer(a), MAPIFreeBuffer(b)) }, (0, 0));
    assert!(said(11).is_empty());
}

// shows MEMORY-012, MEMORY-018, MEMORY-038
#[test]
fn new_and_dead_blocks_are_filled() {
    let _mode = alone(12);
    let block = buffer(4).cast::<[u8; 4]>();
    assert_eq!(unsafe { block.read() }, [0xCD; 4]);
    unsafe { block.write([1, 2, 3, 4]) };
    unsafe { MAPIFreeBuffer(block.cast()) };
    // The block rests, so that its memory is still the allocator's.
    assert_eq!(unsafe { block.read() }, [0xDD; 4]);
}

// shows MEMORY-020
#[test]
fn enormous_sizes_do_not_wrap() {
    let _mode = world(13);
    let mut block = ptr::dangling_mut();
    assert_eq!(unsafe { MAPIAllocateBuffer(u32::MAX, &raw mut block) }, NOT_ENOUGH_MEMORY);
    assert!(block.is_null());
    let root = buffer(1);
    assert_eq!(unsafe { MAPIAllocateMore(u32::MAX - 15, root, &raw mut block) }, NOT_ENOUGH_MEMORY);
    assert!(block.is_null());
    unsafe { MAPIFreeBuffer(root) };
    assert_eq!(
        said(13),
        [
            "MAPIAllocateBuffer, call 1: 4294967295 bytes were asked for; a negative number, or a sum that wrapped?",
            "MAPIAllocateMore, call 3: 4294967280 bytes were asked for; a negative number, or a sum that wrapped?",
        ]
    );
}

// shows MEMORY-021, MEMORY-033
#[test]
fn null_pointers() {
    let _mode = world(14);
    assert_eq!(unsafe { MAPIAllocateBuffer(8, ptr::null_mut()) }, INVALID_PARAMETER);
    assert_eq!(unsafe { MAPIAllocateMore(8, ptr::null_mut(), ptr::null_mut()) }, INVALID_PARAMETER);
    assert_eq!(unsafe { MAPIReallocateBuffer(ptr::null_mut(), 8, ptr::null_mut()) }, INVALID_PARAMETER);
    assert_eq!(unsafe { MAPIFreeBuffer(ptr::null_mut()) }, 0);
    assert!(said(14).is_empty());
    assert_eq!(memory::attempts(14), 0);
}

// shows MEMORY-022, MEMORY-024, MEMORY-025
#[test]
fn a_root_takes_its_chain_along() {
    let _mode = world(15);
    let root = buffer(24);
    let linked: Vec<_> = (0..100).map(|i| more(i * 7 % 50, root)).collect();
    for block in &linked {
        assert_eq!(block.addr() % 16, 0);
    }
    assert_eq!(
        memory::leaks(15)[0].to_string(),
        "buffer#1 (24 bytes, made by MAPIAllocateBuffer, call 1) was not freed, nor 100 blocks (2450 bytes) linked to it"
    );
    unsafe { MAPIFreeBuffer(root) };
    assert!(memory::leaks(15).is_empty());
    assert!(said(15).is_empty());
}

// shows MEMORY-026, MEMORY-027, MEMORY-028
#[test]
fn a_linked_block_is_not_freed_alone() {
    let _mode = world(16);
    let root = buffer(8);
    let child = more(8, root).cast::<u64>();
    unsafe { child.write(7) };
    assert_eq!(unsafe { MAPIFreeBuffer(child.cast()) }, 0);
    assert_eq!(unsafe { child.read() }, 7);
    unsafe { MAPIFreeBuffer(root) };
    assert_eq!(
        said(16),
        ["MAPIFreeBuffer, call 3: buffer#2 (8 bytes, made by MAPIAllocateMore, call 2) is linked to \
          buffer#1 (8 bytes, made by MAPIAllocateBuffer, call 1) and dies with it; it was not freed"]
    );
}

// shows MEMORY-030, MEMORY-031
#[test]
fn a_linked_block_stands_for_its_root() {
    let _mode = world(17);
    let root = buffer(8);
    let child = more(8, root);
    let grandchild = more(8, child);
    unsafe { MAPIFreeBuffer(root) };
    assert!(memory::leaks(17).is_empty());
    assert_ne!(child, grandchild);
    assert_eq!(
        said(17),
        [
            "MAPIAllocateMore, call 3: buffer#2 (8 bytes, made by MAPIAllocateMore, call 2) is linked itself; the new block is linked to its root"
        ]
    );
    assert!(memory::findings(17)[0].is_advice());
}

// shows MEMORY-029
#[test]
fn no_root_makes_a_root_or_fails_by_the_reading() {
    let _mode = world(18);
    let block = more(8, ptr::null_mut());
    assert_eq!(unsafe { MAPIFreeBuffer(block) }, 0);
    let mut standing = STANDING.get();
    standing.null_root_fails = true;
    STANDING.set(standing);
    let mut block = ptr::dangling_mut();
    assert_eq!(unsafe { MAPIAllocateMore(8, ptr::null_mut(), &raw mut block) }, INVALID_PARAMETER);
    assert!(block.is_null());
    assert!(said(18).is_empty());
}

// shows MEMORY-011, MEMORY-010
#[test]
fn before_and_after_initialisation() {
    let _mode = world(19);
    let early = buffer(8);
    let mut standing = STANDING.get();
    standing.refused = true;
    standing.ended = true;
    STANDING.set(standing);
    let mut block = ptr::dangling_mut();
    assert_eq!(unsafe { MAPIAllocateBuffer(8, &raw mut block) }, NOT_INITIALIZED);
    assert!(block.is_null());
    assert_eq!(unsafe { MAPIAllocateMore(8, early, &raw mut block) }, NOT_INITIALIZED);
    assert_eq!(unsafe { MAPIFreeBuffer(early) }, 0);
    assert_eq!(
        said(19),
        ["MAPIFreeBuffer, call 2: buffer#1 (8 bytes, made by MAPIAllocateBuffer, call 1) was freed after the last MAPIUninitialize"]
    );
}

// shows MEMORY-035, MEMORY-036, MEMORY-037
#[test]
fn wrong_pointers_are_found_and_not_followed() {
    let _mode = alone(20);
    let block = buffer(256);
    let mut local = 0u64;
    let wrong = [
        ptr::without_provenance_mut(0x1000),
        (&raw mut local).cast(),
        block.wrapping_byte_add(16),
        ptr::without_provenance_mut(usize::MAX),
    ];
    for pointer in wrong {
        assert_eq!(unsafe { MAPIFreeBuffer(pointer) }, 0);
    }
    assert_eq!(unsafe { MAPIFreeBuffer(block) }, 0);
    assert_eq!(unsafe { MAPIFreeBuffer(block) }, 0);
    assert_eq!(
        said(20),
        [
            "MAPIFreeBuffer, call 2: the pointer is of no live block of this allocator",
            "MAPIFreeBuffer, call 3: the pointer is of no live block of this allocator",
            "MAPIFreeBuffer, call 4: the pointer lies 16 bytes behind the beginning of buffer#1 (256 bytes, made by MAPIAllocateBuffer, call 1)",
            "MAPIFreeBuffer, call 5: the pointer is of no live block of this allocator",
            "MAPIFreeBuffer, call 7: buffer#1 (256 bytes, made by MAPIAllocateBuffer, call 1) was freed already, by MAPIFreeBuffer, call 6",
        ]
    );
    assert!(memory::findings(20).iter().all(|finding| finding.clause() == "MEMORY-037"));
}

// shows MEMORY-037
#[test]
fn roots_that_are_none() {
    let _mode = alone(21);
    let root = buffer(8);
    unsafe { MAPIFreeBuffer(root) };
    let mut block = ptr::dangling_mut();
    for wrong in [root, ptr::without_provenance_mut(0x2000)] {
        assert_eq!(unsafe { MAPIAllocateMore(8, wrong, &raw mut block) }, INVALID_PARAMETER);
        assert!(block.is_null());
    }
    assert_eq!(
        said(21),
        [
            "MAPIAllocateMore, call 3: buffer#1 (8 bytes, made by MAPIAllocateBuffer, call 1) was freed already, by MAPIFreeBuffer, call 2; nothing was allocated",
            "MAPIAllocateMore, call 4: the pointer is of no live block of this allocator",
        ]
    );
}

// shows MEMORY-013
#[test]
fn writes_outside_a_block_are_found() {
    let mut heap = Heap::new();
    let block = heap.allocate(place(7, "MAPIAllocateBuffer"), 5, Family::Buffer).unwrap();
    unsafe { block.add(5).write(0) };
    heap.check();
    heap.check();
    heap.free(place(8, "MAPIFreeBuffer"), block.addr(), Family::Buffer, false);
    let block = heap.allocate(place(9, "MAPIAllocateBuffer"), 5, Family::Buffer).unwrap();
    unsafe { block.sub(3).write(0) };
    heap.free(place(10, "MAPIFreeBuffer"), block.addr(), Family::Buffer, false);
    let told: Vec<String> = heap.findings(1).iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "a look at the heap: byte 1 behind the end of buffer#1 (5 bytes, made by MAPIAllocateBuffer, call 7) was overwritten",
            "MAPIFreeBuffer, call 10: byte 3 before the beginning of buffer#2 (5 bytes, made by MAPIAllocateBuffer, call 9) was overwritten",
        ]
    );
}

// shows MEMORY-038
#[test]
fn writes_into_the_dead_are_found() {
    let mut heap = Heap::new();
    let block = heap.allocate(place(1, "MAPIAllocateBuffer"), 100, Family::Buffer).unwrap();
    heap.free(place(2, "MAPIFreeBuffer"), block.addr(), Family::Buffer, false);
    unsafe { block.add(42).write(1) };
    heap.check();
    assert_eq!(
        heap.findings(1)[0].to_string(),
        "a look at the heap: byte 42 of buffer#1 (100 bytes, made by MAPIAllocateBuffer, call 1) was overwritten after MAPIFreeBuffer, call 2 had freed it"
    );
}

#[test]
fn the_dead_do_not_pile_up() {
    let mut heap = Heap::new();
    let mut all = Vec::new();
    for call in 1..=1500 {
        all.push(heap.allocate(place(call, "MAPIAllocateBuffer"), 3000, Family::Buffer).unwrap().addr());
    }
    for (call, block) in (1501..).zip(&all) {
        heap.free(place(call, "MAPIFreeBuffer"), *block, Family::Buffer, false);
    }
    assert_eq!(heap.live(), 0);
    // The last one is still known by name, the first is not.
    assert!(heap.name_of(all[1499]).is_some());
    assert!(heap.name_of(all[0]).is_none());
    assert!(heap.findings(1).is_empty());
}

// shows MEMORY-019, MEMORY-032
#[test]
fn failures_to_order() {
    let _mode = world(22);
    let root = buffer(8);
    let child = more(8, root);
    memory::fail_nth(22, 2, false);
    let first = buffer(8);
    let mut block = ptr::dangling_mut();
    assert_eq!(unsafe { MAPIAllocateMore(8, root, &raw mut block) }, NOT_ENOUGH_MEMORY);
    assert!(block.is_null());
    let second = more(8, root);
    assert_eq!(memory::attempts(22), 5);
    unsafe { child.cast::<u64>().write(1) };
    memory::fail_nth(22, 1, true);
    for _ in 0..3 {
        assert_eq!(unsafe { MAPIAllocateBuffer(8, &raw mut block) }, NOT_ENOUGH_MEMORY);
    }
    memory::fail_nth(22, 0, false);
    unsafe { (MAPIFreeBuffer(root), MAPIFreeBuffer(first), MAPIFreeBuffer(buffer(1))) };
    assert!(memory::leaks(22).is_empty());
    assert_ne!(second, child);
    assert!(said(22).is_empty());
}

// shows MEMORY-009
#[test]
fn leaks_are_listed_by_the_call_that_made_them() {
    let _mode = world(23);
    let (a, b) = (buffer(256), buffer(1));
    more(16, a);
    let c = buffer(2);
    unsafe { MAPIFreeBuffer(c) };
    let leaks: Vec<String> = memory::leaks(23).iter().map(ToString::to_string).collect();
    assert_eq!(
        leaks,
        [
            "buffer#1 (256 bytes, made by MAPIAllocateBuffer, call 1) was not freed, nor 1 block (16 bytes) linked to it",
            "buffer#2 (1 byte, made by MAPIAllocateBuffer, call 2) was not freed",
        ]
    );
    memory::forget(23);
    assert!(memory::leaks(23).is_empty());
    unsafe { (MAPIFreeBuffer(a), MAPIFreeBuffer(b)) };
    assert!(said(23).is_empty());
}

// shows MEMORY-007
#[test]
fn one_world_may_free_what_another_made() {
    let _mode = world(24);
    let block = buffer(8);
    STANDING.set(Standing { place: Place { world: 25, call: 0, function: "" }, ..STANDING.get() });
    unsafe { MAPIFreeBuffer(block) };
    assert!(memory::leaks(24).is_empty());
    assert!(said(24).is_empty() && said(25).is_empty());
}

// shows MEMORY-039, MEMORY-040, MEMORY-041
#[test]
fn reallocation_keeps_contents_and_chain() {
    let _mode = alone(26);
    let old = buffer(16);
    let child = more(8, old);
    unsafe { old.cast::<[u8; 16]>().write([9; 16]) };
    let mut new = ptr::null_mut();
    assert_eq!(unsafe { MAPIReallocateBuffer(old, 32, &raw mut new) }, OK);
    assert_eq!(unsafe { new.cast::<[u8; 16]>().read() }, [9; 16]);
    let mut none = ptr::dangling_mut();
    assert_eq!(unsafe { MAPIReallocateBuffer(child, 32, &raw mut none) }, INVALID_PARAMETER);
    assert_eq!(unsafe { MAPIReallocateBuffer(old, 32, &raw mut none) }, INVALID_PARAMETER);
    assert!(none.is_null());
    memory::fail_nth(26, 1, false);
    assert_eq!(unsafe { MAPIReallocateBuffer(new, 64, &raw mut none) }, NOT_ENOUGH_MEMORY);
    unsafe { MAPIFreeBuffer(new) };
    assert!(memory::leaks(26).is_empty());
    assert_eq!(
        said(26),
        [
            "MAPIReallocateBuffer, call 4: buffer#2 (8 bytes, made by MAPIAllocateMore, call 2) is linked and cannot be reallocated",
            "MAPIReallocateBuffer, call 5: buffer#1 (16 bytes, made by MAPIAllocateBuffer, call 1) was freed already, by MAPIReallocateBuffer, call 3; \
             nothing was allocated",
        ]
    );
}

// shows MEMORY-042, MEMORY-043
#[test]
fn the_default_malloc() {
    let _mode = world(27);
    let malloc = MAPIGetDefaultMalloc();
    unsafe {
        let methods = (*malloc).lpVtbl;
        let mut out = ptr::null_mut();
        let unknown = GUID { Data4: [0xC0, 0, 0, 0, 0, 0, 0, 0x46], ..GUID::default() };
        for (first, code) in [(0, OK), (2, OK), (3, 0x8000_4002_u32.cast_signed())] {
            let iid = GUID { Data1: first, ..unknown };
            assert_eq!((methods.QueryInterface)(malloc, &raw const iid, &raw mut out), code);
            assert_eq!(out, if code == OK { malloc.cast() } else { ptr::null_mut() });
        }
        assert_eq!(((methods.AddRef)(malloc), (methods.Release)(malloc)), (1, 1));
        let block = (methods.Alloc)(malloc, 24);
        assert_eq!((methods.GetSize)(malloc, block), 24);
        assert_eq!((methods.DidAlloc)(malloc, block), -1);
        block.cast::<u64>().write(5);
        let block = (methods.Realloc)(malloc, block, 48);
        assert_eq!(((methods.GetSize)(malloc, block), block.cast::<u64>().read()), (48, 5));
        MAPIFreeBuffer(block);
        (methods.HeapMinimize)(malloc);
        (methods.Free)(malloc, block);
        (methods.Free)(malloc, ptr::null_mut());
        assert_eq!((methods.GetSize)(malloc, ptr::null_mut()), usize::MAX);
        assert!((methods.Realloc)(malloc, (methods.Realloc)(malloc, ptr::null_mut(), 8), 0).is_null());
        let mapi = buffer(8);
        (methods.Free)(malloc, mapi);
        MAPIFreeBuffer(mapi);
    }
    assert!(memory::leaks(27).is_empty());
    assert_eq!(
        said(27),
        [
            "MAPIFreeBuffer, call 3: malloc#2 (48 bytes, made by IMalloc::Realloc, call 2) is of the other allocator",
            "IMalloc::Free, call 8: buffer#4 (8 bytes, made by MAPIAllocateBuffer, call 7) is of the other allocator",
        ]
    );
}

// shows MEMORY-004
#[test]
fn a_block_of_the_face_is_freed_unless_handed_over() {
    let _mode = world(28);
    let block = Owned::new("IMAPITable::QueryRows", 40).unwrap();
    block.link("IMAPITable::QueryRows", 8).unwrap();
    drop(block);
    assert!(memory::leaks(28).is_empty());
    let block = Owned::new("IMAPITable::QueryRows", 40).unwrap().into_raw();
    assert_eq!(memory::leaks(28)[0].block.to_string(), "buffer#3 (40 bytes, made by IMAPITable::QueryRows, call 4)");
    unsafe { MAPIFreeBuffer(block) };
    memory::fail_nth(28, 1, false);
    assert_eq!(Owned::new("IMAPITable::QueryRows", 40).unwrap_err(), NOT_ENOUGH_MEMORY);
}

// shows MEMORY-023
#[test]
fn many_threads() {
    let _mode = world(29);
    let (threads, rounds) = if cfg!(miri) { (3, 20) } else { (8, 1250) };
    let shared = buffer(8).addr();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(move || {
                STANDING.set(Standing { place: Place { world: 29, call: 0, function: "" }, ..Standing::alone("") });
                for size in 0..rounds {
                    let root = buffer(size);
                    more(size / 2, root);
                    more(3, ptr::without_provenance_mut(shared));
                    unsafe { MAPIFreeBuffer(root) };
                }
            });
        }
    });
    assert_eq!(memory::leaks(29)[0].linked, (threads * rounds) as usize);
    unsafe { MAPIFreeBuffer(ptr::without_provenance_mut(shared)) };
    assert!(memory::leaks(29).is_empty());
    assert!(said(29).is_empty());
}

/// The mode without tracking keeps chains, contents and codes; wrong pointers of our own making are noticed where the mark is gone.
// shows MEMORY-022, MEMORY-030, MEMORY-041
#[test]
fn the_fast_mode() {
    let _mode = alone(30);
    let tracked = buffer(8);
    memory::set_fast(true);
    let root = buffer(100);
    let children: Vec<_> = (0..10).map(|i| more(i, root)).collect();
    let grandchild = more(4, children[3]);
    assert!(children.iter().chain([&root, &grandchild]).all(|block| block.addr() % 16 == 0));
    unsafe { root.cast::<[u8; 100]>().write([3; 100]) };
    let mut grown = ptr::null_mut();
    assert_eq!(unsafe { MAPIReallocateBuffer(root, 200, &raw mut grown) }, OK);
    assert_eq!(unsafe { grown.cast::<[u8; 100]>().read() }, [3; 100]);
    more(5, children[0]);
    assert_eq!(unsafe { MAPIFreeBuffer(children[1]) }, 0);
    unsafe { MAPIFreeBuffer(grown) };
    let malloc = MAPIGetDefaultMalloc();
    unsafe {
        let block = ((*malloc).lpVtbl.Alloc)(malloc, 77);
        assert_eq!(((*malloc).lpVtbl.GetSize)(malloc, block), 77);
        ((*malloc).lpVtbl.Free)(malloc, block);
    }
    memory::fail_nth(30, 1, false);
    let mut none = ptr::dangling_mut();
    assert_eq!(unsafe { MAPIAllocateBuffer(8, &raw mut none) }, NOT_ENOUGH_MEMORY);
    assert!(none.is_null());
    // A block of the tracked mode is known for what it is.
    unsafe { MAPIFreeBuffer(tracked) };
    memory::set_fast(false);
    assert!(memory::leaks(30).is_empty());
    assert_eq!(memory::findings(30).len(), 1);
}
