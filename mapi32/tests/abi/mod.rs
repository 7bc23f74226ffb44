//! Clients out of bytes: valid and hostile call sequences through the exported functions and the vtables.
//!
//! A client here keeps the promises that C cannot check (what is no NULL can be read or written as far as the signature says) and breaks every other: any
//! flags, sizes and order; NULL; releases and frees too often or of the wrong thing; objects that are dead; pointers that were never allocated. Arguments
//! lie in memory of their own, exactly as long as they say, so that AddressSanitizer sees a read or write beyond them.

mod client;
mod values;

use std::ffi::c_void;

use mapi_sim::Sim;

use client::Client;

/// A pointer as C has it.
type Ptr = *mut c_void;

/// The most calls of one sequence.
const CALLS: usize = 300;

/// Bytes, read one after another; zeros when they are used up.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::from(self.byte()) % limit.max(1)
    }

    /// One in so many.
    fn rarely(&mut self, in_so_many: usize) -> bool {
        self.below(in_so_many) == 1
    }

    /// A number: small ones, flags and limits oftener than others.
    fn word(&mut self) -> u32 {
        match self.byte() {
            small @ 0..=99 => small.into(),
            100..=139 => 1 << self.below(32),
            140..=159 => (1 << self.below(32)) | (1 << self.below(32)),
            160..=169 => u32::MAX - u32::from(self.byte()),
            170..=179 => 0x8000_0000 | u32::from(self.byte()),
            180..=199 => 0x8000 | 0x20 | u32::from(self.byte() & 0x42),
            _ => u32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()]),
        }
    }

    /// A size of a block: mostly small; beyond 64 KiB only what is refused, for the sake of speed.
    fn size(&mut self) -> u32 {
        if !self.rarely(24) {
            return u32::from(self.byte()) * u32::from(self.byte() % 9);
        }
        let size = self.word();
        if size > 1 << 30 { size } else { size & 0xFFFF }
    }

    fn many(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.byte()).collect()
    }
}

/// Runs the client that these bytes describe, in a world of its own. Fails if the library panics inside, or breaks a promise of its own.
pub fn run(input: &[u8]) {
    let sim = std::sync::Arc::new(Sim::office());
    let bound = mapi32::bind_process(sim.clone(), "client");
    let mut bytes = Bytes(input);
    let mut client = Client::new(bound.face().clone());
    for _ in 0..CALLS {
        if bytes.is_empty() {
            break;
        }
        client.step(&mut bytes);
    }
    client.leave();
    let problems = bound.face().ledger().findings().0;
    let inside: Vec<&String> = problems.iter().filter(|problem| problem.contains("failed inside the simulator")).collect();
    assert!(inside.is_empty(), "{inside:#?}");
    drop(client);
    bound.discard();
    std::sync::Arc::into_inner(sim).expect("nobody else has the world").discard();
}
