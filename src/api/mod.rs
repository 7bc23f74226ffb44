//! What a Rust test holds: safe handles whose methods carry MAPI's names in snake_case. They build a call and read its reply, nothing else.

mod failure;
mod logon;
mod objects;
mod process;
mod prof_admin;
mod props;
mod rows;
mod session;
mod table;
mod table_data;
mod warned;

pub use failure::Failure;
pub use logon::{Logon, PendingLogon};
pub use objects::{AddrBook, MsgStore, Status};
pub use process::{InitMonitor, Process};
pub use prof_admin::ProfAdmin;
pub use props::{NamedTag, PropData, Props, Stream};
pub use rows::Rows;
pub use session::Session;
pub use table::{Bookmark, Expanded, Position, Table, TableStatus};
pub use table_data::TableData;
pub use warned::Warned;

use std::sync::Arc;

use crate::call::{Call, Caller, Handle, Reply};
use crate::sim::Shared;

/// An object of a world that a Rust handle stands for. The last clone of the handle releases it.
struct Object {
    world: Arc<Shared>,
    caller: Caller,
    handle: Handle,
}

impl Object {
    fn new(world: &Arc<Shared>, caller: Caller, handle: Handle) -> Arc<Self> {
        Arc::new(Object { world: world.clone(), caller, handle })
    }

    fn call(&self, call: Call) -> Result<Reply, Failure> {
        make(&self.world, self.caller, call)
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.world.release(self.caller, self.handle);
        }
    }
}

/// Makes a call; a failing HRESULT is a [`Failure`].
///
/// # Panics
///
/// If the call can never end, because nothing in the world can bring about what it waits for.
fn make(world: &Arc<Shared>, caller: Caller, call: Call) -> Result<Reply, Failure> {
    let (id, reply) = world.call_numbered(caller, call).unwrap_or_else(|error| panic!("{error}"));
    if reply.hr.is_failure() { Err(Failure::new(world, id, reply.hr)) } else { Ok(reply) }
}
