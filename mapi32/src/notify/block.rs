//! What a sink is told, as one piece of memory: the NOTIFICATION first, then what it points at.

use std::cell::Cell;

use mapi_sim::kernel::{Notice, SessionEvent};
use mapi_sim::mapi::{CodePage, Prop, TableNotification};
use mapi_sim::{Hresult, Row};

use crate::abi::{NOTIFICATION, SPropValue, SRow, TABLE_NOTIFICATION};
use crate::wire::{self, Place, Props};

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

/// Lays a notification out in one piece.
fn flat(make: impl Fn(&Piece) -> Result<NOTIFICATION, Hresult>) -> Option<Vec<u64>> {
    let head = size_of::<NOTIFICATION>();
    let counting = Piece { start: std::ptr::null_mut(), size: 0, used: Cell::new(head) };
    make(&counting).ok()?;
    let mut words = vec![0u64; counting.used.get().div_ceil(size_of::<u64>())];
    let piece = Piece { start: words.as_mut_ptr().cast(), size: counting.used.get(), used: Cell::new(head) };
    let notification = make(&piece).ok()?;
    // SAFETY: the piece begins with room for it, and is aligned.
    unsafe { piece.start.cast::<NOTIFICATION>().write(notification) };
    Some(words)
}

/// A notification of the subsystem; none of a kind that is new.
pub(super) fn of(notice: &Notice, page: CodePage) -> Option<Vec<u64>> {
    flat(|piece| {
        let mut notification = nothing(notice.event_type().bits());
        match notice {
            // Code and parameters of a logoff belong to the session, and are zero (SESSION-179).
            Notice::Session(SessionEvent::LoggedOff) => {}
            // No entry identifier and no text (SESSION-178).
            Notice::Session(SessionEvent::EndOfSession) => {
                notification.info.err.scode = Hresult::MAPI_E_END_OF_SESSION.code().cast_signed();
            }
            Notice::Table(table) => {
                let TableNotification { event, result, index, prior, row } = &**table;
                notification.info.tab = of_table(piece, (*event).number(), *result, [index.as_ref(), prior.as_ref()], row, page)?;
            }
            _ => return Err(Hresult::MAPI_E_NO_SUPPORT),
        }
        Ok(notification)
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
    let result = Hresult::new(tab.hResult.cast_unsigned());
    flat(|piece| {
        let mut copy = nothing(notification.ulEventType);
        copy.info.tab = of_table(piece, tab.ulTableEvent, result, [Some(&index), Some(&prior)], &row, page)?;
        Ok(copy)
    })
}

/// A notification in which every member is zero: those that its event does not use stay so (NOTIFY-052, SESSION-181).
fn nothing(event_type: u32) -> NOTIFICATION {
    // SAFETY: zero is a value of every member.
    let mut notification: NOTIFICATION = unsafe { std::mem::zeroed() };
    notification.ulEventType = event_type;
    notification
}

fn of_table(
    piece: &Piece,
    event: u32,
    result: Hresult,
    keys: [Option<&Prop>; 2],
    row: &Row,
    page: CodePage,
) -> Result<TABLE_NOTIFICATION, Hresult> {
    // The row first: it is counted and laid in the same order.
    let values: Vec<SPropValue> = row.props.iter().map(|prop| wire::prop_value(piece, prop, page)).collect::<Result<_, _>>()?;
    // Events without row data have no row (NOTIFY-114).
    let props = if values.is_empty() { std::ptr::null_mut() } else { piece.copy(&values)? };
    let [index, prior] = keys.map(|prop| key(piece, prop, page));
    Ok(TABLE_NOTIFICATION {
        ulTableEvent: event,
        hResult: result.code().cast_signed(),
        propIndex: index?,
        propPrior: prior?,
        row: SRow { ulAdrEntryPad: 0, cValues: wire::count(&values), lpProps: props },
        ulPad: 0,
    })
}

/// A key of a row, or PR_NULL: zero is no tag (NOTIFY-053, NOTIFY-113).
fn key(piece: &Piece, key: Option<&Prop>, page: CodePage) -> Result<SPropValue, Hresult> {
    let none = SPropValue { ulPropTag: PR_NULL, dwAlignPad: 0, Value: wire::no_value() };
    key.map_or(Ok(none), |prop| wire::prop_value(piece, prop, page))
}
