//! The C and COM face of [`mapi_sim`]: `mapi32.dll` for Windows and Wine, `libmapi32.so` for Linux.
//!
//! An unmodified client calls the functions of MAPI and the methods of its objects; this crate translates them to [`mapi_sim::call::Call`] and the
//! replies back. It has no semantics of MAPI's objects. Its own are reference counts ([`com`]), the allocator (`memory`), and the ledger that knows
//! who made which object and who misused it ([`ledger`]).
//!
//! # Which world
//!
//! A process gets a world by environment variables, by the control interface in `include/mapi_sim.h`, or, from Rust, by [`bind`]: see [`world`].
//!
//! # Fences
//!
//! Unsafe code is allowed here and nowhere else in the project. Pointers of the client are wrapped in types of [`wire`] as soon as they arrive; NULL
//! rules and the rules of out-parameters live there. Every function that C can call runs inside [`boundary::guard`].

#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod abi;
pub mod boundary;
mod codes;
pub mod com;
pub mod control;
pub mod exports;
pub mod ledger;
pub mod memory;
pub mod notify;
pub mod objects;
pub mod stream;
mod surroundings;
pub mod util;
pub mod wire;
pub mod wire_in;
pub mod world;

pub use world::{Bound, bind, bind_process};
