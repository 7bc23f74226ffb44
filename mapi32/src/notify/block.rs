//! What a sink is told, as one piece of memory: the NOTIFICATION first, then what it points at.

use std::cell::Cell;

use mapi_sim::kernel::{Notice, SessionEvent};
use mapi_sim::mapi::{CodePage, Prop, TableNotification};
use mapi_sim::{Hresult, Row};

use crate::abi::{NOTIFICATION, SPropValue};
use crate::wire::{self, Place};
use crate::wire_in::Props;

/// PR_NULL: a property that is none.
const PR_NULL: u32 = 1;
/// Parts begin at multiples of this.
const ALIGN: usize = 8;

/// The piece of memory: parts are laid one behind the other. Without memory they are only counted.
struct Piece {
    start: *mut u8,
    size: usize,
    used: Cell<usize>,
}

impl Place for Piece {
    fn copy<T: Copy>(&self, values: &[T]) -> Result<*mut T, Hresult> {
        let at = self.used.get().next_multiple_of(ALIGN);
        self.used.set(at + size_of_val(values));
        if self.used.get() > self.size {
            // Counting: nobody follows the pointer.
            return Ok(std::ptr::null_mut());
        }
        let place = self.start.wrapping_add(at).cast::<T>();
        // SAFETY: the piece is large enough, apart from the values, and aligned for any value of C.
        unsafe { std::ptr::copy_nonoverlapping(values.as_ptr(), place, values.len()) };
        Ok(place)
    }
}

/// Lays a notification out in one piece. What is not set of it is zero, and padding is: members are set one by one, in place.
fn flat(fill: impl Fn(&Piece, &mut NOTIFICATION) -> Result<(), Hresult>) -> Option<Vec<u64>> {
    let head = size_of::<NOTIFICATION>();
    let counting = Piece { start: std::ptr::null_mut(), size: 0, used: Cell::new(head) };
    // SAFETY: zero is a value of every member.
    fill(&counting, &mut unsafe { std::mem::zeroed() }).ok()?;
    let size = counting.used.get();
    let mut words = vec![0u64; size.div_ceil(size_of::<u64>())];
    let piece = Piece { start: words.as_mut_ptr().cast(), size, used: Cell::new(head) };
    // SAFETY: the piece begins with room for it, and is aligned and zero; parts are laid behind it.
    fill(&piece, unsafe { &mut *piece.start.cast::<NOTIFICATION>() }).ok()?;
    Some(words)
}

/// A notification of the subsystem; none of a kind that is new. Members that its event does not use are zero (NOTIFY-052, SESSION-181).
pub(super) fn of(notice: &Notice, page: CodePage) -> Option<Vec<u64>> {
    flat(|piece, notification| {
        notification.ulEventType = notice.event_type().bits();
        match notice {
            // Code and parameters of a logoff belong to the session, and are zero (SESSION-179).
            Notice::Session(SessionEvent::LoggedOff) => Ok(()),
            // No entry identifier and no text (SESSION-178).
            Notice::Session(SessionEvent::EndOfSession) => {
                notification.info.err.scode = Hresult::MAPI_E_END_OF_SESSION.code().cast_signed();
                Ok(())
            }
            Notice::Table(table) => {
                let TableNotification { event, result, index, prior, row } = &**table;
                notification.info.tab.ulTableEvent = (*event).number();
                notification.info.tab.hResult = result.code().cast_signed();
                of_row(piece, notification, [index.as_ref(), prior.as_ref()], row, page)
            }
            _ => Err(Hresult::MAPI_E_NO_SUPPORT),
        }
    })
}

/// A copy of somebody's notification of a table; none if it cannot be read. `ScCopyNotifications` takes no row with an empty value or an empty column.
///
/// # Safety
///
/// TABLE_NOTIFICATION is the kind of it, and its pointers are NULL or lead to what it says.
pub(super) unsafe fn copy_of_table(notification: &NOTIFICATION, page: CodePage) -> Option<Vec<u64>> {
    // SAFETY: by the promise of the caller.
    let (tab, read) = unsafe { (notification.info.tab, |prop: &SPropValue| Props::new(prop).one(page)) };
    let index = read(&tab.propIndex).ok()?;
    let prior = read(&tab.propPrior).ok()?;
    // SAFETY: as above.
    let row = unsafe { Props::new(tab.row.lpProps) }.row(tab.row.cValues, page).ok()?;
    flat(|piece, copy| {
        copy.ulEventType = notification.ulEventType;
        copy.info.tab.ulTableEvent = tab.ulTableEvent;
        copy.info.tab.hResult = tab.hResult;
        of_row(piece, copy, [Some(&index), Some(&prior)], &row, page)
    })
}

/// The keys of the row and of the one before it, and its columns.
fn of_row(piece: &Piece, notification: &mut NOTIFICATION, keys: [Option<&Prop>; 2], row: &Row, page: CodePage) -> Result<(), Hresult> {
    let values: Vec<SPropValue> = row.props.iter().map(|prop| wire::prop_value(piece, prop, page)).collect::<Result<_, _>>()?;
    // Events without row data have no row (NOTIFY-114).
    if !values.is_empty() {
        notification.info.tab.row.cValues = wire::count(&values);
        notification.info.tab.row.lpProps = piece.copy(&values)?;
    }
    let [index, prior] = keys.map(|prop| key(piece, prop, page));
    notification.info.tab.propIndex = index?;
    notification.info.tab.propPrior = prior?;
    Ok(())
}

/// A key of a row, or PR_NULL: zero is no tag (NOTIFY-053, NOTIFY-113).
fn key(piece: &Piece, key: Option<&Prop>, page: CodePage) -> Result<SPropValue, Hresult> {
    let none = SPropValue { ulPropTag: PR_NULL, dwAlignPad: 0, Value: wire::no_value() };
    key.map_or(Ok(none), |prop| wire::prop_value(piece, prop, page))
}
