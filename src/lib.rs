//! A deterministic, in-memory simulation of the Windows Messaging API, as a test double.
#![forbid(unsafe_code)]

pub mod call;
pub mod clause;
pub mod kernel;
pub mod mapi;
mod time;
mod fixture { pub mod script; }
pub use fixture::script;

pub use time::{SimDuration, SimTime};
