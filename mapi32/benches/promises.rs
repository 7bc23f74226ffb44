//! What the face costs, each beside what it is measured against, in one run.
//!
//! - AddRef and Release: at most 1.3 times two atomic operations that nobody else wants.
//! - Logon and logoff through the C face: at most 1.5 times the Rust face.
//! - An allocation of 256 bytes and its free: at most 6 times malloc and free with tracking, at most 2 times without.
#![allow(missing_docs, reason = "criterion's macros make functions without")]

use std::ffi::c_void;
use std::hint::black_box;
use std::ptr::null_mut;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use criterion::{Criterion, criterion_group, criterion_main};
use mapi_sim::{Logon, LogonFlags, Sim};

type Ptr = *mut c_void;

unsafe extern "system" {
    fn MAPIInitialize(init: Ptr) -> u32;
    fn MAPILogonEx(ui: usize, profile: *const u8, password: *const u8, flags: u32, session: *mut Ptr) -> u32;
    fn MAPIAllocateBuffer(size: u32, out: *mut Ptr) -> u32;
    fn MAPIFreeBuffer(block: Ptr) -> u32;
}

unsafe extern "C" {
    fn malloc(size: usize) -> Ptr;
    fn free(block: Ptr);
}

/// MAPI_EXTENDED, MAPI_NEW_SESSION and MAPI_NO_MAIL.
const QUIET: u32 = 0x8022;

/// The function in a slot.
///
/// # Safety
///
/// The object has the slot, with this signature.
unsafe fn slot<F: Copy>(object: Ptr, number: usize) -> F {
    // SAFETY: by the promise of the caller.
    unsafe { std::mem::transmute_copy(&*(*object.cast::<*const usize>()).add(number)) }
}

type Count = unsafe extern "system" fn(Ptr) -> u32;
type Logoff = unsafe extern "system" fn(Ptr, usize, u32, u32) -> u32;

fn logon() -> Ptr {
    let mut session = null_mut();
    // SAFETY: a name with its NUL, and a local.
    let hr = unsafe { MAPILogonEx(0, c"Work".as_ptr().cast(), null_mut(), QUIET, &raw mut session) };
    assert_eq!(hr, 0);
    session
}

fn log_off(session: Ptr) {
    // SAFETY: a session, and the slots of Logoff and Release.
    unsafe {
        slot::<Logoff>(session, 17)(session, 0, 0, 0);
        slot::<Count>(session, 2)(session);
    }
}

fn counts(c: &mut Criterion) {
    let sim = Arc::new(Sim::office());
    let _bound = mapi32::bind(sim);
    // SAFETY: NULL is allowed.
    unsafe { MAPIInitialize(null_mut()) };
    let session = logon();
    // SAFETY: the slots of AddRef and Release.
    let (add_ref, release) = unsafe { (slot::<Count>(session, 1), slot::<Count>(session, 2)) };
    let atomic = AtomicU32::new(1);
    let mut group = c.benchmark_group("count");
    group.bench_function("two atomics", |b| {
        b.iter(|| {
            black_box(&atomic).fetch_add(1, Ordering::Relaxed);
            black_box(&atomic).fetch_sub(1, Ordering::Release)
        });
    });
    // SAFETY: the session is alive.
    group.bench_function("AddRef and Release", |b| b.iter(|| unsafe { (add_ref(black_box(session)), release(black_box(session))) }));
    group.finish();
    log_off(session);
    mapi32::exports::MAPIUninitialize();
}

fn sessions(c: &mut Criterion) {
    let mut group = c.benchmark_group("logon and logoff");
    let sim = Sim::office();
    sim.keep_journal(false);
    let process = sim.process("client");
    group.bench_function("Rust face", |b| {
        b.iter(|| {
            let session = process.logon_ex(Logon::profile("Work").flags(LogonFlags::new(QUIET))).expect("logs on");
            session.logoff(Default::default()).expect("logs off");
        });
    });
    let other = Arc::new(Sim::office());
    other.keep_journal(false);
    let bound = mapi32::bind(other.clone());
    // SAFETY: NULL is allowed.
    unsafe { MAPIInitialize(null_mut()) };
    group.bench_function("C face", |b| b.iter(|| log_off(logon())));
    group.finish();
    bound.discard();
    drop(process);
    sim.discard();
    if let Some(other) = Arc::into_inner(other) {
        other.discard();
    }
}

fn allocate() {
    let mut block = null_mut();
    // SAFETY: a local, then its block.
    unsafe {
        MAPIAllocateBuffer(black_box(256), &raw mut block);
        MAPIFreeBuffer(black_box(block));
    }
}

fn memory(c: &mut Criterion) {
    let mut group = c.benchmark_group("256 bytes");
    // SAFETY: a block and its free.
    group.bench_function("malloc and free", |b| b.iter(|| unsafe { free(black_box(malloc(black_box(256)))) }));
    let sim = Arc::new(Sim::office());
    let bound = mapi32::bind(sim);
    group.bench_function("tracked", |b| b.iter(allocate));
    mapi32::memory::set_fast(true);
    group.bench_function("fast", |b| b.iter(allocate));
    mapi32::memory::set_fast(false);
    group.finish();
    bound.discard();
}

criterion_group!(promises, counts, sessions, memory);
criterion_main!(promises);
