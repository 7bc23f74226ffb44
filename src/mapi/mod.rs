//! Words of MAPI: numbers and their names, and the small values that calls carry. Data only; nothing here knows the simulator.
//!
//! Names and numbers are those of Microsoft's public MAPI headers.

mod code_page;
mod flags;
mod guid;
mod hresult;
mod name;
mod notification;
mod restrict;
mod sort;
mod tag;
mod text;
mod value;

pub use code_page::CodePage;
pub use flags::{
    CopyFlags, EntryIdFlags, InitFlags, LogoffFlags, LogonFlags, NameFlags, NotifyEvents, OpenFlags, ProviderFlags, SaveFlags,
    ServiceFlags, StatusCode, StatusMethods, StoreFlags, TableFlags, WidthFlags,
};
pub use guid::Guid;
pub use hresult::Hresult;
pub use name::{IdRange, NameId, NameKind, PropProblem, is_transmittable};
pub use notification::{TableEvent, TableNotification};
pub use restrict::{Bmr, FuzzyLevel, MAX_DEPTH, Node, Relop, Restriction};
pub use sort::{SortOrder, SortOrderSet};
pub use tag::{PropTag, PropType};
pub use text::{Text, Undecodable};
pub use value::{Prop, Row, Value};
