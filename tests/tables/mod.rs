//! The reference model of tables: IMAPITable over the rows of an ITableData once more, written from the documentation alone.
//!
//! It is naive on purpose. The rows are a list; after every operation each view is made anew from the whole list: restriction, one row a value of
//! MVI columns, a stable sort with a plain comparator, categories, collapsed rows. The cursor and the bookmarks are names of rows, looked up in the
//! new list. It shares the words with the kernel (calls, values, restrictions, sort orders), and no code that decides anything.
//!
//! What only the kernel can choose has a made-up number here: instance keys that a table makes, bookmarks, connections, collapse states.
//! [`bind`] learns what the kernel chose and holds it to its choice. Where the documentation allows several answers an [`Answer`] has them all.
//! Points that the documentation leaves open and the model had to choose are marked "Chosen:" in the comments.

// Several crates include this module by path, and none uses all of it.
#![allow(dead_code)]

pub mod bind;
pub mod compare;
pub mod data;
pub mod drive;
pub mod generate;
pub mod lines;
pub mod methods;
pub mod notes;
pub mod restrict;
pub mod schema;
pub mod state;
pub mod view;
pub mod world;

pub use drive::differential;

/// How many bytes of an input make the world.
pub const WORLD_BYTES: usize = 32;
/// How many bytes make one operation.
pub const OP_BYTES: usize = 24;
/// The most operations of one sequence.
pub const MOST_OPS: usize = 60;
