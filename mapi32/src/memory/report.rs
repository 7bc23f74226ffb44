//! What the allocator reports, in words.

use std::fmt;

/// Where a call to the allocator comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The world of the calling thread; 0 where there is none.
    pub world: u32,
    /// The number of the call, as the journal counts; 0 lets the heap count for itself.
    pub call: u64,
    /// The function that the client called.
    pub function: &'static str,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.function)?;
        if self.call == 0 { Ok(()) } else { write!(f, ", call {}", self.call) }
    }
}

/// A block as reports name it: `buffer#3 (256 bytes, made by MAPIAllocateBuffer, call 7)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockName {
    /// `buffer`, or `malloc` for a block of IMalloc.
    pub kind: &'static str,
    /// Its number within the world that made it, from 1.
    pub number: u64,
    /// Its size in bytes.
    pub size: usize,
    /// The call that made it.
    pub made: Place,
}

impl fmt::Display for BlockName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{} ({}, made by {})", self.kind, self.number, bytes(self.size), self.made)
    }
}

/// A misuse of the allocator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misuse {
    /// A block was freed a second time.
    DoubleFree {
        /// The block.
        block: BlockName,
        /// The call that freed it first.
        freed: Place,
    },
    /// A block of MAPIAllocateMore was freed by itself; it lives on until its root is freed (MEMORY-028).
    FreedLinked {
        /// The block.
        block: BlockName,
        /// What it is linked to.
        root: BlockName,
    },
    /// A pointer that no allocation returned, or one that was freed long ago (MEMORY-037).
    Foreign,
    /// A pointer into the middle of a block.
    Interior {
        /// The block.
        block: BlockName,
        /// How far behind its beginning.
        offset: usize,
    },
    /// A block of MAPIAllocateBuffer given to IMalloc, or the reverse (MEMORY-043).
    WrongFamily {
        /// The block.
        block: BlockName,
    },
    /// Somebody wrote behind the end of a block.
    WrittenBehind {
        /// The block.
        block: BlockName,
        /// How far behind its last byte: 0 for the very next.
        offset: usize,
    },
    /// Somebody wrote before the beginning of a block.
    WrittenBefore {
        /// The block.
        block: BlockName,
        /// How far before its first byte.
        distance: usize,
    },
    /// Somebody wrote into a block after it was freed.
    WrittenAfterFree {
        /// The block.
        block: BlockName,
        /// The call that freed it.
        freed: Place,
        /// At which byte first.
        offset: usize,
    },
    /// A size so large that it is likely a negative number or a sum that wrapped (MEMORY-020).
    TooLarge {
        /// The size asked for.
        size: usize,
    },
    /// MAPIAllocateMore on a block of MAPIAllocateMore: accepted, and linked to its root (MEMORY-030).
    LinkedToLinked {
        /// The block that was given as root.
        block: BlockName,
    },
    /// MAPIAllocateMore or a reallocation on a block that was freed.
    UsedAfterFree {
        /// The block.
        block: BlockName,
        /// The call that freed it.
        freed: Place,
    },
    /// MAPIReallocateBuffer on a block of MAPIAllocateMore.
    ReallocatedLinked {
        /// The block.
        block: BlockName,
    },
    /// A block was freed after the last MAPIUninitialize; it works (MEMORY-010).
    FreedAfterUninitialize {
        /// The block.
        block: BlockName,
    },
}

/// A misuse, and the call that was guilty of it or that found it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The call.
    pub by: Place,
    /// What it did, or found.
    pub misuse: Misuse,
}

impl Finding {
    /// The clause behind the judgement.
    #[must_use]
    pub const fn clause(&self) -> &'static str {
        match self.misuse {
            Misuse::DoubleFree { .. } | Misuse::Foreign | Misuse::Interior { .. } => "MEMORY-037",
            Misuse::FreedLinked { .. } => "MEMORY-028",
            Misuse::WrongFamily { .. } => "MEMORY-043",
            Misuse::WrittenBehind { .. } | Misuse::WrittenBefore { .. } => "MEMORY-013",
            Misuse::WrittenAfterFree { .. } | Misuse::UsedAfterFree { .. } => "MEMORY-038",
            Misuse::TooLarge { .. } => "MEMORY-020",
            Misuse::LinkedToLinked { .. } => "MEMORY-030",
            Misuse::ReallocatedLinked { .. } => "MEMORY-041",
            Misuse::FreedAfterUninitialize { .. } => "MEMORY-010",
        }
    }

    /// Whether it is only advice: the call did something sensible.
    #[must_use]
    pub const fn is_advice(&self) -> bool {
        matches!(self.misuse, Misuse::LinkedToLinked { .. } | Misuse::FreedAfterUninitialize { .. })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by = &self.by;
        match &self.misuse {
            Misuse::DoubleFree { block, freed } => write!(f, "{by}: {block} was freed already, by {freed}"),
            Misuse::FreedLinked { block, root } => write!(f, "{by}: {block} is linked to {root} and dies with it; it was not freed"),
            Misuse::Foreign => write!(f, "{by}: the pointer is of no live block of this allocator"),
            Misuse::Interior { block, offset } => write!(f, "{by}: the pointer lies {} behind the beginning of {block}", bytes(*offset)),
            Misuse::WrongFamily { block } => write!(f, "{by}: {block} is of the other allocator"),
            Misuse::WrittenBehind { block, offset } => write!(f, "{by}: byte {} behind the end of {block} was overwritten", offset + 1),
            Misuse::WrittenBefore { block, distance } => write!(f, "{by}: byte {distance} before the beginning of {block} was overwritten"),
            Misuse::WrittenAfterFree { block, freed, offset } => {
                write!(f, "{by}: byte {offset} of {block} was overwritten after {freed} had freed it")
            }
            Misuse::TooLarge { size } => write!(f, "{by}: {} were asked for; a negative number, or a sum that wrapped?", bytes(*size)),
            Misuse::LinkedToLinked { block } => write!(f, "{by}: {block} is linked itself; the new block is linked to its root"),
            Misuse::UsedAfterFree { block, freed } => write!(f, "{by}: {block} was freed already, by {freed}; nothing was allocated"),
            Misuse::ReallocatedLinked { block } => write!(f, "{by}: {block} is linked and cannot be reallocated"),
            Misuse::FreedAfterUninitialize { block } => write!(f, "{by}: {block} was freed after the last MAPIUninitialize"),
        }
    }
}

/// A block that is still alive, with the blocks linked to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leak {
    /// The root.
    pub block: BlockName,
    /// How many blocks are linked to it.
    pub linked: usize,
    /// Their sizes together.
    pub linked_bytes: usize,
}

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was not freed", self.block)?;
        match self.linked {
            0 => Ok(()),
            1 => write!(f, ", nor 1 block ({}) linked to it", bytes(self.linked_bytes)),
            n => write!(f, ", nor {n} blocks ({}) linked to it", bytes(self.linked_bytes)),
        }
    }
}

/// A number of bytes in words.
fn bytes(count: usize) -> String {
    if count == 1 { "1 byte".to_owned() } else { format!("{count} bytes") }
}
