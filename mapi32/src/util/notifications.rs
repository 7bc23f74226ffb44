//! Notifications in one piece of memory: `ScCountNotifications`, `ScCopyNotifications`, `ScRelocNotifications`.
//!
//! The array comes first, then the parts of each notification in the order of its members, each at a multiple of eight. Property values go as a flat
//! array of their own (`flat`).

use std::ffi::c_void;
use std::ptr;

use super::flat::{Bases, look};
use super::value::{Span, id_of, pt, string8, type_of, unicode};
use crate::abi::{ENTRYID, MAPIERROR, NOTIFICATION, SPropTagArray, SPropValue};
use crate::boundary::guard;
use crate::codes::{CALL_FAILED, INVALID_PARAMETER, NOT_ENOUGH_MEMORY, OK};

/// The events by number; what a notification holds.
mod event {
    pub(super) const CRITICAL_ERROR: u32 = 0x1;
    pub(super) const NEW_MAIL: u32 = 0x2;
    /// Created, deleted, modified, moved, copied, search complete.
    pub(super) const OBJECT: [u32; 6] = [0x4, 0x8, 0x10, 0x20, 0x40, 0x80];
    pub(super) const TABLE_MODIFIED: u32 = 0x100;
    pub(super) const STATUS_OBJECT: u32 = 0x200;
    pub(super) const EXTENDED: u32 = 0x8000_0000;
}

/// MAPI_UNICODE in the flags of a notification.
const UNICODE: u32 = 0x8000_0000;
/// Where parts begin: multiples of this.
const ALIGN: usize = 8;

/// What is done with each pointer of a notification.
enum Work {
    /// Counting alone, or copying to this place; so many bytes are used.
    Copy { base: *mut u8, used: usize },
    /// Pointers from one place become pointers to another.
    Move(Bases),
}

/// What is wrong with a notification.
struct Bad;

impl Work {
    /// Bytes behind a pointer: where they will lie.
    ///
    /// # Safety
    /// The pointer is null, or `len` bytes can be read: at it for a copy, at its target for a move.
    unsafe fn part<T>(&mut self, pointer: &mut *mut T, len: usize) -> Result<(), Bad> {
        if pointer.is_null() {
            // No part is the first byte, so that an offset is never 0 either.
            return if len == 0 { Ok(()) } else { Err(Bad) };
        }
        match self {
            Work::Copy { base, used } => {
                let at = used.next_multiple_of(ALIGN);
                let place = base.wrapping_add(at);
                if !base.is_null() && len > 0 {
                    // SAFETY: the caller vouches for the source; the room was counted over the same notifications.
                    unsafe { pointer.cast::<u8>().copy_to_nonoverlapping(place, len) };
                }
                *used = at + len;
                if !base.is_null() {
                    *pointer = place.cast();
                }
            }
            Work::Move(bases) => *pointer = bases.moved(pointer.cast()).cast(),
        }
        Ok(())
    }

    /// A structure behind a pointer that holds pointers itself: its copy is what the next parts belong to.
    ///
    /// # Safety
    /// As [`Work::part`].
    unsafe fn structure<T: Copy>(
        &mut self,
        pointer: &mut *mut T,
        inside: impl FnOnce(&mut Self, &mut T) -> Result<(), Bad>,
    ) -> Result<(), Bad> {
        if pointer.is_null() {
            return Ok(());
        }
        // SAFETY: the caller vouches for the structure, where it lies now.
        let mut value = unsafe { self.now(*pointer).read_unaligned() };
        // SAFETY: as above.
        unsafe { self.part(pointer, size_of::<T>())? };
        inside(self, &mut value)?;
        let place = match self {
            Work::Copy { base, .. } if base.is_null() => return Ok(()),
            Work::Copy { .. } => *pointer,
            Work::Move(bases) => bases.where_now(pointer.cast()).cast(),
        };
        // SAFETY: the copy lies there, as large as the structure.
        unsafe { place.write_unaligned(value) };
        Ok(())
    }

    /// Where the target of a pointer that was not touched yet can be read. NULL stays NULL.
    fn now<T>(&self, pointer: *mut T) -> *mut T {
        match self {
            Work::Copy { .. } => pointer,
            Work::Move(_) if pointer.is_null() => pointer,
            Work::Move(bases) => bases.target(pointer.cast()).cast(),
        }
    }

    /// An entry identifier.
    ///
    /// # Safety
    /// As [`Work::part`].
    unsafe fn id(&mut self, pointer: &mut *mut ENTRYID, size: u32) -> Result<(), Bad> {
        // SAFETY: the caller vouches for it.
        unsafe { self.part(pointer, size as usize) }
    }

    /// A string of the width that the flags say, or NULL.
    ///
    /// # Safety
    /// As [`Work::part`]; the string has its terminator.
    unsafe fn string(&mut self, pointer: &mut *mut c_void, flags: u32) -> Result<(), Bad> {
        if pointer.is_null() {
            return Ok(());
        }
        let now = self.now(*pointer);
        // SAFETY: the caller vouches for the string.
        let (span, end) = unsafe { if flags & UNICODE == 0 { (string8(now.cast()), 1) } else { (unicode(now.cast()), 2) } };
        let Span { len, .. } = span.map_err(|_| Bad)?;
        // SAFETY: as above.
        unsafe { self.part(pointer, len + end) }
    }

    /// Property values behind a pointer.
    ///
    /// # Safety
    /// As [`Work::part`]; the values hold what their types say.
    unsafe fn props(&mut self, pointer: &mut *mut SPropValue, count: u32) -> Result<(), Bad> {
        let count = i32::try_from(count).map_err(|_| Bad)?;
        if count == 0 {
            return Ok(());
        }
        // SAFETY: the caller vouches for the values.
        unsafe {
            match self {
                Work::Copy { base, used } => {
                    let flat = look(count, *pointer).map_err(|_| Bad)?;
                    let at = used.next_multiple_of(ALIGN);
                    if !base.is_null() {
                        *pointer = base.add(at).cast();
                        flat.write(base.add(at));
                    }
                    *used = at + flat.size();
                }
                Work::Move(bases) => {
                    let now: *mut SPropValue = bases.target(pointer.cast()).cast();
                    *pointer = bases.moved(pointer.cast()).cast();
                    for at in 0..count as usize {
                        let mut value = now.add(at).read_unaligned();
                        bases.relocate(&mut value).ok_or(Bad)?;
                        now.add(at).write_unaligned(value);
                    }
                }
            }
        }
        Ok(())
    }

    /// A property value inside a notification: what it points at. One without an identifier stands for none.
    ///
    /// # Safety
    /// As [`Work::props`].
    unsafe fn prop(&mut self, value: &mut SPropValue) -> Result<(), Bad> {
        if id_of(value.ulPropTag) == 0 || matches!(type_of(value.ulPropTag), pt::NULL | pt::ERROR) {
            return Ok(());
        }
        if let Work::Move(bases) = self {
            // SAFETY: the caller vouches for the value.
            return unsafe { bases.relocate(value) }.map(drop).ok_or(Bad);
        }
        let mut place: *mut SPropValue = value;
        // SAFETY: as above; the flat copy begins with the value itself.
        unsafe {
            self.props(&mut place, 1)?;
            *value = place.read_unaligned();
        }
        Ok(())
    }

    /// Every pointer of a notification.
    ///
    /// # Safety
    /// The pointers are null or lead to what the kind of the notification says.
    unsafe fn notification(&mut self, it: &mut NOTIFICATION) -> Result<(), Bad> {
        // SAFETY: the event says which member is set; the caller vouches for what its pointers lead to.
        unsafe {
            match it.ulEventType {
                event::CRITICAL_ERROR => {
                    let err = &mut it.info.err;
                    self.id(&mut err.lpEntryID, err.cbEntryID)?;
                    let flags = err.ulFlags;
                    self.structure(&mut err.lpMAPIError, |work, error: &mut MAPIERROR| {
                        work.string(&mut error.lpszError, flags)?;
                        work.string(&mut error.lpszComponent, flags)
                    })
                }
                event::NEW_MAIL => {
                    let mail = &mut it.info.newmail;
                    self.id(&mut mail.lpEntryID, mail.cbEntryID)?;
                    self.id(&mut mail.lpParentID, mail.cbParentID)?;
                    self.string(&mut mail.lpszMessageClass, mail.ulFlags)
                }
                kind if event::OBJECT.contains(&kind) => {
                    let obj = &mut it.info.obj;
                    self.id(&mut obj.lpEntryID, obj.cbEntryID)?;
                    self.id(&mut obj.lpParentID, obj.cbParentID)?;
                    self.id(&mut obj.lpOldID, obj.cbOldID)?;
                    self.id(&mut obj.lpOldParentID, obj.cbOldParentID)?;
                    let size = tags_size(self.now(obj.lpPropTagArray))?;
                    self.part(&mut obj.lpPropTagArray, size)
                }
                event::TABLE_MODIFIED => {
                    let tab = &mut it.info.tab;
                    self.prop(&mut tab.propIndex)?;
                    self.prop(&mut tab.propPrior)?;
                    self.props(&mut tab.row.lpProps, tab.row.cValues)
                }
                event::STATUS_OBJECT => {
                    let status = &mut it.info.statobj;
                    self.id(&mut status.lpEntryID, status.cbEntryID)?;
                    self.props(&mut status.lpPropVals, status.cValues)
                }
                event::EXTENDED => {
                    let ext = &mut it.info.ext;
                    self.part(&mut ext.pbEventParameters, ext.cb as usize)
                }
                _ => Err(Bad),
            }
        }
    }
}

/// The bytes of an array of tags.
///
/// # Safety
/// Null, or a counted array.
unsafe fn tags_size(tags: *const SPropTagArray) -> Result<usize, Bad> {
    if tags.is_null() {
        return Ok(0);
    }
    // SAFETY: the caller vouches for the array.
    let count = unsafe { tags.cast::<u32>().read_unaligned() } as usize;
    count.checked_mul(4).and_then(|size| size.checked_add(4)).filter(|size| *size < 1 << 24).ok_or(Bad)
}

/// How many notifications there are, if that can be.
fn number(count: i32, notifications: *const NOTIFICATION) -> Option<usize> {
    usize::try_from(count).ok().filter(|count| (1..1 << 20).contains(count) && !notifications.is_null())
}

/// Counts, or copies to `to`; the bytes.
///
/// # Safety
/// As [`ScCopyNotifications`]; `to` is null for counting.
unsafe fn copy(count: i32, notifications: *const NOTIFICATION, to: *mut u8) -> Result<usize, i32> {
    let count = number(count, notifications).ok_or(INVALID_PARAMETER)?;
    let mut work = Work::Copy { base: to, used: count * size_of::<NOTIFICATION>() };
    for at in 0..count {
        // SAFETY: the caller vouches for the array and for the room.
        unsafe {
            let mut it = notifications.add(at).read_unaligned();
            work.notification(&mut it).map_err(|Bad| INVALID_PARAMETER)?;
            if !to.is_null() {
                to.cast::<NOTIFICATION>().add(at).write_unaligned(it);
            }
        }
    }
    let Work::Copy { used, .. } = work else { return Err(CALL_FAILED) };
    Ok(used)
}

/// Writes a size, if anybody asked.
///
/// # Safety
/// `out` is null or can be written.
unsafe fn tell(size: Result<usize, i32>, out: *mut u32) -> i32 {
    match size.and_then(|size| u32::try_from(size).map_err(|_| NOT_ENOUGH_MEMORY)) {
        Ok(size) => {
            if !out.is_null() {
                // SAFETY: the caller vouches for it.
                unsafe { out.write(size) };
            }
            OK
        }
        Err(code) => code,
    }
}

/// `ScCountNotifications`: the bytes of a flat copy; checks the notifications on the way (MEMORY-162). `size` may be NULL.
///
/// # Safety
/// `notifications` is null or leads to `count` of them, which hold what their events say; `size` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ScCountNotifications(count: i32, notifications: *const NOTIFICATION, size: *mut u32) -> i32 {
    // SAFETY: the caller vouches for its pointers.
    guard("ScCountNotifications", CALL_FAILED, || unsafe { tell(copy(count, notifications, ptr::null_mut()), size) })
}

/// `ScCopyNotifications`: a flat copy at `to` (MEMORY-163), with or without its size (MEMORY-165).
///
/// # Safety
/// As [`ScCountNotifications`]; `to` has as much room as that counts.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ScCopyNotifications(count: i32, notifications: *const NOTIFICATION, to: *mut c_void, size: *mut u32) -> i32 {
    guard("ScCopyNotifications", CALL_FAILED, || {
        if to.is_null() {
            return INVALID_PARAMETER;
        }
        // Counted first, so that nothing is written if one of them is bad.
        // SAFETY: the caller vouches for its pointers.
        unsafe { tell(copy(count, notifications, ptr::null_mut()).and_then(|_| copy(count, notifications, to.cast())), size) }
    })
}

/// `ScRelocNotifications`: corrects the pointers of a flat array that was moved from one base to another (MEMORY-164); bases of 0 as in `ScRelocProps`.
///
/// # Safety
/// `notifications` leads to `count` of them as a flat copy holds them, which lie at the new base, or at the old one if the new one is 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ScRelocNotifications(
    count: i32,
    notifications: *mut NOTIFICATION,
    old: *mut c_void,
    new: *mut c_void,
    size: *mut u32,
) -> i32 {
    guard("ScRelocNotifications", CALL_FAILED, || {
        let Some(number) = number(count, notifications) else { return INVALID_PARAMETER };
        // SAFETY: the caller vouches for the array and the bases. Pointers are good before they become offsets, and after they were.
        unsafe {
            let before = new.is_null().then(|| copy(count, notifications, ptr::null_mut()));
            let mut work = Work::Move(Bases { old: old.cast(), new: new.cast() });
            for at in 0..number {
                let mut it = notifications.add(at).read_unaligned();
                if work.notification(&mut it).is_err() {
                    return INVALID_PARAMETER;
                }
                notifications.add(at).write_unaligned(it);
            }
            tell(before.unwrap_or_else(|| copy(count, notifications, ptr::null_mut())), size)
        }
    })
}
