//! `ScCreateConversationIndex`: where a message stands in its conversation.
//!
//! The page has no layout (MEMORY-156). It is that of PidTagConversationIndex: a header of 22 bytes (the six upper bytes of the time, whose first is 0x01 for
//! times of our age, and an identifier), and 5 bytes for each reply: the time since the header in 31 bits, and a byte that tells apart replies of one moment.

use std::ptr;

use super::surroundings;
use crate::boundary::guard;
use crate::codes::{CALL_FAILED, INVALID_PARAMETER, OK};
use crate::memory::Owned;

/// The bytes of a header.
const HEADER: usize = 22;
/// The bytes of a reply.
const REPLY: usize = 5;

/// `ScCreateConversationIndex`: a header for a new conversation, or the parent's index and a reply (MEMORY-155), in a block of MAPIAllocateBuffer. Time and
/// identifier are the world's. A parent shorter than a header begins a new conversation.
///
/// # Safety
/// `parent` is null or leads to `parent_count` bytes; the others are null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ScCreateConversationIndex(parent_count: u32, parent: *const u8, count: *mut u32, out: *mut *mut u8) -> i32 {
    guard("ScCreateConversationIndex", CALL_FAILED, || {
        if count.is_null() || out.is_null() || (parent.is_null() && parent_count > 0) {
            return INVALID_PARAMETER;
        }
        let given = if parent.is_null() { 0 } else { parent_count as usize };
        // SAFETY: the caller vouches for the parent.
        let parent = if given == 0 { &[][..] } else { unsafe { std::slice::from_raw_parts(parent, given) } };
        let index = index(parent);
        let Ok(len) = u32::try_from(index.len()) else { return INVALID_PARAMETER };
        let block = match Owned::new("ScCreateConversationIndex", index.len()) {
            Ok(block) => block,
            Err(code) => return code,
        };
        // SAFETY: the block has room for the index; the caller vouches for the out parameters.
        unsafe {
            ptr::copy_nonoverlapping(index.as_ptr(), block.as_ptr().cast(), index.len());
            count.write(len);
            out.write(block.into_raw().cast());
        }
        OK
    })
}

/// The index of a message with this parent.
fn index(parent: &[u8]) -> Vec<u8> {
    let world = surroundings();
    let now = world.filetime();
    if parent.len() < HEADER {
        let mut header = now.to_be_bytes()[..6].to_vec();
        header[0] = 1;
        header.extend_from_slice(&world.identifier());
        return header;
    }
    let mut index = parent.to_vec();
    let mut begun = [0; 8];
    begun[..6].copy_from_slice(&parent[..6]);
    let number = u8::try_from((parent.len() - HEADER) / REPLY % 16).unwrap_or(0);
    index.extend_from_slice(&reply(now.saturating_sub(u64::from_be_bytes(begun)), number));
    index
}

/// A reply so long after the header: fine steps for less than about 1.8 years, coarse ones beyond. Its last byte counts the replies above it.
fn reply(since: u64, number: u8) -> [u8; REPLY] {
    let time = if since >> 49 == 0 { (since >> 18) & 0x7FFF_FFFF } else { 0x8000_0000 | ((since >> 23) & 0x7FFF_FFFF) };
    let [.., a, b, c, d] = time.to_be_bytes();
    [a, b, c, d, number]
}
