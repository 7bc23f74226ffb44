//! What methods of IMAPIProp give beside values and tags: problems, names, words.

use std::ffi::c_void;
use std::ptr;

use mapi_sim::Hresult;
use mapi_sim::mapi::{NameId, NameKind, PropProblem};

use super::{Block, Place, count};
use crate::abi::{GUID, MAPINAMEID, NameKind as Kind, SPropProblem, SPropProblemArray};

/// A filled block that the client has not got yet, with the number of its entries.
#[derive(Debug)]
pub struct Filled {
    block: Option<Block>,
    number: u32,
}

impl Filled {
    /// Gives the block to the client: how many entries it has, and where they begin; NULL if there are none.
    pub fn give<T>(self) -> (u32, *mut T) {
        (self.number, self.block.map_or(ptr::null_mut(), Block::give))
    }
}

/// Problems as one block (PROP-105).
pub fn problems(by: &'static str, problems: &[PropProblem]) -> Result<*mut SPropProblemArray, Hresult> {
    let head = std::mem::offset_of!(SPropProblemArray, aProblem);
    let block = Block::new(by, (head + problems.len() * size_of::<SPropProblem>()).max(size_of::<SPropProblemArray>()))?;
    let start = block.start::<SPropProblemArray>();
    // SAFETY: the block is large enough for the count and every problem, and aligned for them.
    unsafe {
        (&raw mut (*start).cProblem).write(count(problems));
        let first = (&raw mut (*start).aProblem).cast::<SPropProblem>();
        for (at, problem) in problems.iter().enumerate() {
            let filled = SPropProblem { ulIndex: problem.index, ulPropTag: problem.tag.value(), scode: problem.code.code().cast_signed() };
            first.add(at).write(filled);
        }
    }
    Ok(block.give())
}

/// Names as one block: an array of pointers is the root, NULL where there is no name (PROP-203, PROP-211). No names at all are no block (PROP-208).
pub fn names(by: &'static str, names: &[Option<NameId>]) -> Result<Filled, Hresult> {
    if names.is_empty() {
        return Ok(Filled { block: None, number: 0 });
    }
    let block = Block::new(by, names.len() * size_of::<*mut MAPINAMEID>())?;
    for (at, name) in names.iter().enumerate() {
        let Some(name) = name else { continue };
        let filled = [name_id(&block, name)?];
        let pointer = block.copy(&filled)?;
        // SAFETY: the block holds as many pointers as there are names; a new block is zeroed.
        unsafe { block.start::<*mut MAPINAMEID>().add(at).write(pointer) };
    }
    Ok(Filled { block: Some(block), number: count(names) })
}

fn name_id(block: &Block, name: &NameId) -> Result<MAPINAMEID, Hresult> {
    let lpguid = match &name.set {
        Some(set) => block.copy(set.bytes())?.cast::<GUID>(),
        None => ptr::null_mut(),
    };
    let (ul_kind, kind) = match &name.kind {
        NameKind::Id(id) => (NameId::MNID_ID, Kind { lID: *id }),
        NameKind::String(text) => {
            let units: Vec<u16> = text.encode_utf16().chain([0]).collect();
            (NameId::MNID_STRING, Kind { lpwstrName: block.copy(&units)? })
        }
    };
    Ok(MAPINAMEID { lpguid, ulKind: ul_kind, Kind: kind })
}

/// Words of 32 bits as one block.
pub fn words(by: &'static str, words: &[u32]) -> Result<Filled, Hresult> {
    let block = Block::new(by, size_of_val(words))?;
    // SAFETY: the block is as large as the words.
    unsafe { ptr::copy_nonoverlapping(words.as_ptr().cast::<c_void>(), block.start::<c_void>(), size_of_val(words)) };
    Ok(Filled { block: Some(block), number: count(words) })
}
