//! What a sink is told, as one piece of memory: the NOTIFICATION first, then what it points at.

use std::cell::RefCell;

use mapi_sim::Hresult;
use mapi_sim::kernel::{Notice, SessionEvent};
use mapi_sim::mapi::{CodePage, Prop, TableNotification};

use crate::abi::{NOTIFICATION, PV, SPropValue, SRow, TABLE_NOTIFICATION};
use crate::util::{ScCopyNotifications, ScCountNotifications};
use crate::wire::{self, Place};

/// PR_NULL: a property that is none.
const PR_NULL: u32 = 1;

/// Parts of a notification, each in memory of its own, for as long as it takes to copy them into one piece.
#[derive(Default)]
struct Parts(RefCell<Vec<Box<[u64]>>>);

impl Place for Parts {
    fn copy<T: Copy>(&self, values: &[T]) -> Result<*mut T, Hresult> {
        let mut part = vec![0u64; size_of_val(values).div_ceil(size_of::<u64>()).max(1)].into_boxed_slice();
        let start = part.as_mut_ptr().cast::<T>();
        // SAFETY: the part is large enough, apart from the values, and aligned for any value of C.
        unsafe { std::ptr::copy_nonoverlapping(values.as_ptr(), start, values.len()) };
        self.0.borrow_mut().push(part);
        Ok(start)
    }
}

/// The notification; none of one that does not fit C, which no source of the subsystem makes.
pub(super) fn flat(notice: &Notice, page: CodePage) -> Option<Vec<u64>> {
    let parts = Parts::default();
    let notification = loose(&parts, notice, page).ok()?;
    let mut size = 0;
    // SAFETY: the notification and its parts were made above; the copy is as large as was counted.
    unsafe {
        if ScCountNotifications(1, &raw const notification, &raw mut size) != 0 {
            return None;
        }
        let mut words = vec![0u64; (size as usize).div_ceil(size_of::<u64>())];
        let code = ScCopyNotifications(1, &raw const notification, words.as_mut_ptr().cast(), std::ptr::null_mut());
        (code == 0).then_some(words)
    }
}

/// The notification, with its parts elsewhere. Members that its event does not use are zero (NOTIFY-052, SESSION-181).
fn loose(parts: &Parts, notice: &Notice, page: CodePage) -> Result<NOTIFICATION, Hresult> {
    // SAFETY: zero is a value of every member.
    let mut notification: NOTIFICATION = unsafe { std::mem::zeroed() };
    notification.ulEventType = notice.event_type().bits();
    match notice {
        // Code and parameters of a logoff belong to the session, and are zero (SESSION-179).
        Notice::Session(SessionEvent::LoggedOff) => {}
        // No entry identifier and no text (SESSION-178).
        Notice::Session(SessionEvent::EndOfSession) => {
            notification.info.err.scode = Hresult::MAPI_E_END_OF_SESSION.code().cast_signed();
        }
        Notice::Table(table) => notification.info.tab = of_table(parts, table, page)?,
        _ => return Err(Hresult::MAPI_E_NO_SUPPORT),
    }
    Ok(notification)
}

fn of_table(parts: &Parts, table: &TableNotification, page: CodePage) -> Result<TABLE_NOTIFICATION, Hresult> {
    let row: Vec<SPropValue> = table.row.props.iter().map(|prop| wire::prop_value(parts, prop, page)).collect::<Result<_, _>>()?;
    // Events without row data have no row (NOTIFY-114).
    let props = if row.is_empty() { std::ptr::null_mut() } else { parts.copy(&row)? };
    Ok(TABLE_NOTIFICATION {
        ulTableEvent: table.event.number(),
        hResult: table.result.code().cast_signed(),
        propIndex: key(parts, table.index.as_ref(), page)?,
        propPrior: key(parts, table.prior.as_ref(), page)?,
        row: SRow { ulAdrEntryPad: 0, cValues: wire::count(&row), lpProps: props },
        ulPad: 0,
    })
}

/// A key of a row, or PR_NULL: zero is no tag (NOTIFY-053, NOTIFY-113).
fn key(parts: &Parts, key: Option<&Prop>, page: CodePage) -> Result<SPropValue, Hresult> {
    let none = SPropValue { ulPropTag: PR_NULL, dwAlignPad: 0, Value: PV { li: 0 } };
    key.map_or(Ok(none), |prop| wire::prop_value(parts, prop, page))
}
