//! The utility functions of mapi32: work on structures of the client without a session (MEMORY-182).
//!
//! A C structure is read once into a `value::View`, unaligned and with NULL rules in one place; sizes, comparisons and flat copies then work on that.
//! What a function needs from the world (the clock of conversation indices, the code page, readings) comes through [`Surroundings`].
//!
//! | room | functions |
//! |---|---|
//! | `text` | hexadecimal text, numbers in text, searching, swapping |
//! | `wide` | `MNLS_*` |
//! | `time` | `Ft*` |
//! | `prop` | finding, sizing and copying of properties; `FreeProws`, `FreePadrlist` |
//! | `compare` | `FPropCompareProp`, `LPropCompareProp`, `FPropContainsProp` |
//! | `flat` | `ScCountProps`, `ScCopyProps`, `ScRelocProps`, `ScDupPropset` |
//! | `valid` | `FBad*` |
//! | `object` | through the interfaces of any provider: `HrGetOneProp`, `HrQueryAllRows`, `HrAddColumns` and relatives |
//! | `sink` | `HrAllocAdviseSink` |
//! | `conversation` | `ScCreateConversationIndex` |
//! | `compound` | `HrComposeEID`, `HrComposeMsgID` and their reverse |
//! | `notifications` | `ScCountNotifications`, `ScCopyNotifications`, `ScRelocNotifications` |
//! | `machine` | paths, component, storage codes: `FGetComponentPath`, `ScUNCFromLocalPath`, `MapStorageSCode` |

mod compare;
mod compound;
mod conversation;
mod flat;
mod machine;
mod notifications;
mod object;
mod prop;
mod sink;
mod text;
mod time;
mod valid;
pub(crate) mod value;
mod wide;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use mapi_sim::mapi::CodePage;

pub use compare::*;
pub use compound::*;
pub use conversation::*;
pub use flat::*;
pub use machine::*;
pub use notifications::*;
pub use object::*;
pub use prop::*;
pub use sink::*;
pub use text::*;
pub use time::*;
pub use valid::*;
pub use wide::*;

/// The readings that utility functions follow; the defaults are those of the catalogue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Readings {
    /// `find_prop_match = "tag"`: LpValFindProp compares whole tags (MEMORY-065).
    pub find_by_tag: bool,
    /// `get_one_prop_error = "not_found"`: HrGetOneProp flattens the errors of a property (MEMORY-068).
    pub flatten_errors: bool,
    /// `set_one_prop_problem = "ignore"`: HrSetOneProp does not look at problems (MEMORY-071).
    pub ignore_problems: bool,
    /// `query_all_rows_null = "clear"`: HrQueryAllRows without a restriction removes the one in force (TABLE-343).
    pub clear_restriction: bool,
}

/// What utility functions ask of the world of the calling thread.
pub trait Surroundings: Sync {
    /// The virtual time, in 100-nanosecond steps since 1601.
    fn filetime(&self) -> u64;

    /// A new identifier, the same for the same seed and the same calls before.
    fn identifier(&self) -> [u8; 16];

    /// The code page of 8-bit strings.
    fn code_page(&self) -> CodePage;

    /// The readings in force.
    fn readings(&self) -> Readings;

    /// The path of the default mail client's MAPI library, if the machine has one (`machine.component_path`).
    fn component_path(&self) -> Option<String>;
}

/// The worlds, once there are some.
static SURROUNDINGS: OnceLock<&'static dyn Surroundings> = OnceLock::new();

/// Sets the worlds, once in a process. `false` if there were some already.
pub fn install(surroundings: &'static dyn Surroundings) -> bool {
    SURROUNDINGS.set(surroundings).is_ok()
}

/// What holds for a thread without a world: a clock that stands still, identifiers that count.
struct Nowhere;

/// The identifiers that were given without a world.
static COUNTED: AtomicU64 = AtomicU64::new(0);

impl Surroundings for Nowhere {
    fn filetime(&self) -> u64 {
        // 2024-01-01.
        0x01DA_3C45_2EF5_8000
    }

    fn identifier(&self) -> [u8; 16] {
        let number = COUNTED.fetch_add(1, Ordering::Relaxed) + 1;
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(b"mapi-sim");
        bytes[8..].copy_from_slice(&number.to_be_bytes());
        bytes
    }

    fn code_page(&self) -> CodePage {
        CodePage::default()
    }

    fn readings(&self) -> Readings {
        Readings::default()
    }

    fn component_path(&self) -> Option<String> {
        None
    }
}

/// The world of the calling thread.
fn surroundings() -> &'static dyn Surroundings {
    SURROUNDINGS.get().copied().unwrap_or(&Nowhere)
}
