//! Arithmetic on FILETIMEs, modulo 2^64.

use crate::abi::FILETIME;

/// The number in two halves.
const fn wide(time: FILETIME) -> u64 {
    (time.dwHighDateTime as u64) << 32 | time.dwLowDateTime as u64
}

/// Two halves of a number.
#[allow(clippy::cast_possible_truncation, reason = "the halves are what is wanted")]
const fn halves(number: u64) -> FILETIME {
    FILETIME { dwLowDateTime: number as u32, dwHighDateTime: (number >> 32) as u32 }
}

/// `FtAddFt`: the sum (MEMORY-172).
#[unsafe(no_mangle)]
pub extern "system" fn FtAddFt(addend1: FILETIME, addend2: FILETIME) -> FILETIME {
    halves(wide(addend1).wrapping_add(wide(addend2)))
}

/// `FtAdcFt`: the sum with a carry in and out; without one it is `FtAddFt` (MEMORY-173).
///
/// # Safety
/// `carry` is null or can be read and written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FtAdcFt(addend1: FILETIME, addend2: FILETIME, carry: *mut u16) -> FILETIME {
    // SAFETY: the caller vouches for a carry that is not null.
    let carry = unsafe { carry.as_mut() };
    let carry_in = carry.as_ref().is_some_and(|c| **c != 0);
    let (sum, first) = wide(addend1).overflowing_add(wide(addend2));
    let (sum, second) = sum.overflowing_add(u64::from(carry_in));
    if let Some(carry) = carry {
        *carry = u16::from(first || second);
    }
    halves(sum)
}

/// `FtSubFt`: the first less the second (MEMORY-174).
#[unsafe(no_mangle)]
pub extern "system" fn FtSubFt(minuend: FILETIME, subtrahend: FILETIME) -> FILETIME {
    halves(wide(minuend).wrapping_sub(wide(subtrahend)))
}

/// `FtMulDw`: a number times a FILETIME (MEMORY-176).
#[unsafe(no_mangle)]
pub extern "system" fn FtMulDw(multiplier: u32, multiplicand: FILETIME) -> FILETIME {
    halves(wide(multiplicand).wrapping_mul(u64::from(multiplier)))
}

/// `FtMulDwDw`: the whole product of two numbers (MEMORY-175).
#[unsafe(no_mangle)]
pub extern "system" fn FtMulDwDw(multiplicand: u32, multiplier: u32) -> FILETIME {
    halves(u64::from(multiplicand) * u64::from(multiplier))
}

/// `FtNegFt`: the two's complement (MEMORY-177).
#[unsafe(no_mangle)]
pub extern "system" fn FtNegFt(time: FILETIME) -> FILETIME {
    halves(wide(time).wrapping_neg())
}
