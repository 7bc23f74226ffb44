//! The reference model: the logon part of MAPI once more, in plain types, written from the documentation alone.
//!
//! It is the oracle that the kernel is compared with, so it shares nothing with it: no code pages (names come decoded, or are said to be
//! undecodable), no clause ids, no journal. What a client does is an [`Op`]; [`World::apply`] answers with an [`Outcome`]; the queries of
//! [`World`] say what a test compares besides. [`table::decide`] is the same decision once more, as a table over abstract inputs, and
//! [`bridge::world_for`] makes a world out of such inputs, so that all three can be held against each other.
//!
//! Points where the documentation says nothing and the model had to choose are marked "Chosen:" in the comments.

// Two crates include this module by path, and neither uses all of it.
#![allow(dead_code, unused_imports)]

pub mod bridge;
mod check;
mod clock;
mod logon;
mod notify;
mod objects;
mod profiles;
mod providers;
mod resources;
mod session;
pub mod table;
pub mod types;
pub mod world;

#[cfg(test)]
mod compare;
#[cfg(test)]
mod rows;
#[cfg(test)]
mod scenes;

pub use clock::{Holder, HolderState, Mutex, Owner, Waiter};
pub use notify::{Home, Queued, Sink};
pub use resources::{DEFAULT_STORE, NOT_PRIMARY, PRIMARY, Place, Prov, Resource, Resources, RowFacts, Running};
pub use session::{Body, Object, Wait};
pub use types::*;
pub use world::{Call, CallState, Core, Member, Process, ProcessKind, Profile, State, Svc, World};
