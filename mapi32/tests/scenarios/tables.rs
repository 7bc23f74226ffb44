//! IMAPITable and ITableData through their slots.

use std::ptr::null_mut;

use mapi_sim::PropTag;
use mapi_sim::call::{IMAPITable, ITableData, Out};
use mapi_sim::mapi::{Guid, SortOrderSet};
use mapi32::abi::{MAPIERROR, SPropTagArray, SPropValue, SRow, SRowSet, SSortOrderSet};

use super::build::Memory;
use super::{Answer, Arm, Got, counted, done, object, out, tag_words, wide};
use crate::client::{CreateTable, MAPIAllocateBuffer, MAPIAllocateMore, MAPIFreeBuffer, Ptr};
use crate::method;
use crate::values::{take_bytes, take_error, take_order, take_row, take_rows, take_tags};

/// CreateTable, with the allocator of the library.
pub fn create(interface: Option<&Guid>, table_type: u32, index_column: PropTag, columns: &[PropTag]) -> Answer {
    let (columns, mut place) = (tag_words(columns), null_mut());
    let interface = interface.map_or(null_mut(), |guid| guid.bytes().as_ptr().cast_mut().cast());
    let functions =
        [MAPIAllocateBuffer as *const (), MAPIAllocateMore as *const (), MAPIFreeBuffer as *const ()].map(|f| f.cast_mut().cast());
    let [buffer, more, free] = functions;
    // SAFETY: an identifier or NULL, the functions of the allocator, counted tags, and a local.
    let hr = unsafe {
        CreateTable(interface, buffer, more, free, null_mut(), table_type, index_column.value(), columns.as_ptr(), &raw mut place)
    };
    object(hr, place)
}

impl Arm {
    /// The methods that only look, or that every table had from the beginning.
    pub(super) fn table(&mut self, this: Ptr, call: &IMAPITable) -> Answer {
        let mut numbers = [0u32; 3];
        let [first, second, third] = numbers.each_mut().map(|number| &raw mut *number);
        match call {
            IMAPITable::GetLastError { result, flags } => {
                let mut error: *mut MAPIERROR = null_mut();
                let hr = method!(this, 3, i32 = result.code().cast_signed(), u32 = flags.bits(), *mut *mut MAPIERROR = &raw mut error);
                out(hr, || Out::Error(take_error(error, wide(flags.bits()), self.page)))
            }
            IMAPITable::Advise { event_mask, advise_sink } => {
                let (sink, mut connection) = (self.sink(*advise_sink), 0usize);
                let hr = method!(this, 4, u32 = event_mask.bits(), Ptr = sink, *mut usize = &raw mut connection);
                out(hr, || Out::Number(connection as i64))
            }
            IMAPITable::Unadvise { connection } => done(method!(this, 5, usize = *connection as usize)),
            IMAPITable::GetStatus {} => {
                let hr = method!(this, 6, *mut u32 = first, *mut u32 = second);
                out(hr, || Out::TableStatus { status: numbers[0], table_type: numbers[1] })
            }
            IMAPITable::SetColumns { prop_tag_array, flags } => {
                let tags = tag_words(prop_tag_array);
                done(method!(this, 7, *const u32 = tags.as_ptr(), u32 = *flags))
            }
            IMAPITable::QueryColumns { flags } => {
                let mut tags: *mut SPropTagArray = null_mut();
                let hr = method!(this, 8, u32 = *flags, *mut *mut SPropTagArray = &raw mut tags);
                out(hr, || Out::Tags(take_tags(tags)))
            }
            IMAPITable::GetRowCount { flags } => {
                let hr = method!(this, 9, u32 = *flags, *mut u32 = first);
                out(hr, || Out::Number(numbers[0].into()))
            }
            IMAPITable::SeekRow { origin, row_count } => {
                let mut sought = 0i32;
                let hr = method!(this, 10, usize = *origin as usize, i32 = *row_count, *mut i32 = &raw mut sought);
                out(hr, || Out::Number(sought.into()))
            }
            IMAPITable::SeekRowApprox { numerator, denominator } => done(method!(this, 11, u32 = *numerator, u32 = *denominator)),
            IMAPITable::QueryPosition {} => {
                let hr = method!(this, 12, *mut u32 = first, *mut u32 = second, *mut u32 = third);
                let [row, numerator, denominator] = numbers;
                out(hr, || Out::Position { row, numerator, denominator })
            }
            IMAPITable::QueryRows { row_count, flags } => {
                let mut set: *mut SRowSet = null_mut();
                let hr = method!(this, 19, i32 = *row_count, u32 = *flags, *mut *mut SRowSet = &raw mut set);
                out(hr, || Out::Rows(take_rows(set, self.page)))
            }
            IMAPITable::Abort {} => done(method!(this, 20)),
            IMAPITable::WaitForCompletion { flags, timeout } => {
                let hr = method!(this, 23, u32 = *flags, u32 = *timeout, *mut u32 = first);
                if hr >> 31 == 1 { done(hr) } else { (hr, Got::Status(numbers[0])) }
            }
            other => self.table_view(this, other),
        }
    }

    /// Restrictions, orders, bookmarks.
    fn table_view(&self, this: Ptr, call: &IMAPITable) -> Answer {
        let (memory, mut place) = (Memory::new(self.page), 0usize);
        match call {
            IMAPITable::FindRow { restriction, origin, flags } => {
                let restriction = memory.restriction(restriction.as_deref());
                done(method!(this, 13, Ptr = restriction.cast(), usize = *origin as usize, u32 = *flags))
            }
            IMAPITable::Restrict { restriction, flags } => {
                let restriction = memory.restriction(restriction.as_deref());
                done(method!(this, 14, Ptr = restriction.cast(), u32 = *flags))
            }
            IMAPITable::CreateBookmark {} => {
                let hr = method!(this, 15, *mut usize = &raw mut place);
                out(hr, || Out::Number(place as i64))
            }
            IMAPITable::FreeBookmark { position } => done(method!(this, 16, usize = *position as usize)),
            IMAPITable::SortTable { sort_criteria, flags } => {
                done(method!(this, 17, *const u32 = memory.order(sort_criteria.as_deref()), u32 = *flags))
            }
            IMAPITable::QuerySortOrder {} => {
                let mut order: *mut SSortOrderSet = null_mut();
                let hr = method!(this, 18, *mut *mut SSortOrderSet = &raw mut order);
                out(hr, || Out::SortOrder(take_order(order)))
            }
            other => self.table_categories(this, other),
        }
    }

    /// Categories.
    fn table_categories(&self, this: Ptr, call: &IMAPITable) -> Answer {
        let (mut number, mut set): (u32, *mut SRowSet) = (0, null_mut());
        match call {
            IMAPITable::ExpandRow { instance_key, row_count, flags } => {
                let (cb, key) = counted(instance_key);
                let hr = method!(
                    this, 21, u32 = cb, *const u8 = key, u32 = *row_count, u32 = *flags, *mut *mut SRowSet = &raw mut set,
                    *mut u32 = &raw mut number
                );
                out(hr, || Out::Expanded { rows: take_rows(set, self.page), more_rows: number })
            }
            IMAPITable::CollapseRow { instance_key, flags } => {
                let (cb, key) = counted(instance_key);
                let hr = method!(this, 22, u32 = cb, *const u8 = key, u32 = *flags, *mut u32 = &raw mut number);
                out(hr, || Out::Number(number.into()))
            }
            IMAPITable::GetCollapseState { flags, instance_key } => {
                let ((cb, key), mut state): (_, Ptr) = (counted(instance_key), null_mut());
                let hr = method!(
                    this, 24, u32 = *flags, u32 = cb, *const u8 = key, *mut u32 = &raw mut number, *mut Ptr = &raw mut state
                );
                out(hr, || Out::Block(take_bytes(number, state)))
            }
            IMAPITable::SetCollapseState { flags, collapse_state } => {
                let ((cb, state), mut bookmark) = (counted(collapse_state), 0usize);
                let hr = method!(this, 25, u32 = *flags, u32 = cb, *const u8 = state, *mut usize = &raw mut bookmark);
                out(hr, || Out::Number(bookmark as i64))
            }
            other => panic!("{other:?} is new: teach it to this arm"),
        }
    }

    /// ITableData.
    pub(super) fn table_data(&self, this: Ptr, call: &ITableData) -> Answer {
        let (memory, mut number, mut row): (_, u32, *mut SRow) = (Memory::new(self.page), 0, null_mut());
        match call {
            ITableData::HrGetView { sort_order_set } => view(this, &memory, sort_order_set.as_deref()),
            ITableData::HrModifyRow { row } => {
                let row = memory.row(row);
                done(method!(this, 4, *const SRow = &raw const row))
            }
            ITableData::HrDeleteRow { prop_value } => {
                let key = memory.prop(prop_value);
                done(method!(this, 5, *const SPropValue = &raw const key))
            }
            ITableData::HrQueryRow { prop_value } => {
                let key = memory.prop(prop_value);
                let hr = method!(this, 6, *const SPropValue = &raw const key, *mut *mut SRow = &raw mut row, *mut u32 = &raw mut number);
                out(hr, || Out::DataRow { row: take_row(row, self.page), number })
            }
            ITableData::HrEnumRow { row_number } => {
                let hr = method!(this, 7, u32 = *row_number, *mut *mut SRow = &raw mut row);
                out(hr, || Out::DataRow { row: take_row(row, self.page), number: *row_number })
            }
            ITableData::HrNotify { flags, prop_values } => {
                let values = memory.row(prop_values);
                done(method!(this, 8, u32 = *flags, u32 = values.cValues, *const SPropValue = values.lpProps))
            }
            ITableData::HrInsertRow { row_number, row } => {
                let row = memory.row(row);
                done(method!(this, 9, u32 = *row_number, *const SRow = &raw const row))
            }
            ITableData::HrModifyRows { flags, rows } => done(method!(this, 10, u32 = *flags, *const u64 = memory.rows(rows))),
            ITableData::HrDeleteRows { flags, rows } => {
                let rows = rows.as_ref().map_or(std::ptr::null(), |rows| memory.rows(rows));
                let hr = method!(this, 11, u32 = *flags, *const u64 = rows, *mut u32 = &raw mut number);
                out(hr, || Out::Number(number.into()))
            }
            other => panic!("{other:?} is new: teach it to this arm"),
        }
    }
}

fn view(this: Ptr, memory: &Memory, order: Option<&SortOrderSet>) -> Answer {
    let mut place = null_mut();
    let hr = method!(this, 3, *const u32 = memory.order(order), Ptr = null_mut(), usize = 0, *mut Ptr = &raw mut place);
    object(hr, place)
}
