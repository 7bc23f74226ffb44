//! Functions that work through the interfaces of an object, whoever made it.

use std::ffi::c_void;
use std::ptr::{self, NonNull};

use super::prop::matches_tag;
use super::surroundings;
use super::value::{id_of, pt, type_of};
use crate::abi::{
    ALLOCATEBUFFER, BOOL, FREEBUFFER, HRESULT, SPropProblem, SPropProblemArray, SPropTagArray, SPropValue, SRestriction, SRow, SRowSet,
    SSortOrderSet,
};
use crate::boundary::guard;
use crate::codes::{CALL_FAILED, INVALID_PARAMETER, NOT_ENOUGH_MEMORY, NOT_FOUND, OK, TABLE_TOO_BIG};
use crate::memory::{MAPIAllocateBuffer, MAPIFreeBuffer, Owned};

/// MAPI_UNICODE.
const UNICODE: u32 = 0x8000_0000;

/// An object of a client or a provider: a pointer to a pointer to its methods.
#[derive(Clone, Copy)]
pub(super) struct Object(NonNull<c_void>);

/// Declares methods by slot, as the headers number them.
macro_rules! methods {
    ($($(#[$about:meta])* $slot:literal $name:ident($($arg:ident: $type:ty),*) -> $result:ty;)*) => {$(
        $(#[$about])*
        ///
        /// # Safety
        /// The object has this method in this slot, and the arguments are what it expects.
        pub(super) unsafe fn $name(self, $($arg: $type),*) -> $result {
            type Method = unsafe extern "system" fn(*mut c_void, $($type),*) -> $result;
            // SAFETY: the caller vouches for object, slot and arguments; a vtable is an array of pointers to functions.
            unsafe {
                let methods = self.0.cast::<*const Method>().read();
                methods.add($slot).read()(self.0.as_ptr(), $($arg),*)
            }
        }
    )*};
}

impl Object {
    /// The object behind a pointer that is not null.
    pub(super) fn new(object: *mut c_void) -> Option<Object> {
        NonNull::new(object).map(Object)
    }

    methods! {
        /// IUnknown::AddRef.
        1 add_ref() -> u32;
        /// IUnknown::Release.
        2 release() -> u32;
        /// IMAPIProp::GetProps.
        5 get_props(tags: *const SPropTagArray, flags: u32, count: *mut u32, props: *mut *mut SPropValue) -> HRESULT;
        /// IMAPIProp::GetPropList.
        6 get_prop_list(flags: u32, tags: *mut *mut SPropTagArray) -> HRESULT;
        /// IMAPIProp::SetProps.
        8 set_props(count: u32, props: *const SPropValue, problems: *mut *mut SPropProblemArray) -> HRESULT;
        /// IMAPITable::SetColumns.
        7 set_columns(columns: *const SPropTagArray, flags: u32) -> HRESULT;
        /// IMAPITable::QueryColumns.
        8 query_columns(flags: u32, columns: *mut *mut SPropTagArray) -> HRESULT;
        /// IMAPITable::SeekRow.
        10 seek_row(origin: usize, rows: i32, sought: *mut i32) -> HRESULT;
        /// IMAPITable::Restrict.
        14 restrict(restriction: *const SRestriction, flags: u32) -> HRESULT;
        /// IMAPITable::SortTable.
        17 sort_table(order: *const SSortOrderSet, flags: u32) -> HRESULT;
        /// IMAPITable::QueryRows.
        19 query_rows(count: i32, flags: u32, rows: *mut *mut SRowSet) -> HRESULT;
    }
}

/// `UlAddRef`: AddRef, and its count; 0 for NULL (MEMORY-135, MEMORY-137).
///
/// # Safety
/// Null or a live object.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UlAddRef(object: *mut c_void) -> u32 {
    // SAFETY: the caller vouches for the object.
    guard("UlAddRef", 0, || Object::new(object).map_or(0, |object| unsafe { object.add_ref() }))
}

/// `UlRelease`: Release, and its count; 0 for NULL (MEMORY-136).
///
/// # Safety
/// Null or a live object.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UlRelease(object: *mut c_void) -> u32 {
    // SAFETY: the caller vouches for the object.
    guard("UlRelease", 0, || Object::new(object).map_or(0, |object| unsafe { object.release() }))
}

/// `HrGetOneProp`: one property, in a block of its own; never a warning (MEMORY-066 to MEMORY-069).
///
/// # Safety
/// `object` is null or a live IMAPIProp; `out` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HrGetOneProp(object: *mut c_void, tag: u32, out: *mut *mut SPropValue) -> HRESULT {
    guard("HrGetOneProp", CALL_FAILED, || {
        let (Some(object), false) = (Object::new(object), out.is_null()) else { return INVALID_PARAMETER };
        // SAFETY: the caller vouches for object and out parameter.
        unsafe {
            out.write(ptr::null_mut());
            match get_one(object, tag) {
                Ok(prop) => {
                    out.write(prop);
                    OK
                }
                Err(code) => code,
            }
        }
    })
}

/// One property, or the code of its error.
///
/// # Safety
/// A live IMAPIProp.
unsafe fn get_one(object: Object, tag: u32) -> Result<*mut SPropValue, HRESULT> {
    let wanted = SPropTagArray { cValues: 1, aulPropTag: [tag] };
    let (mut count, mut props) = (0, ptr::null_mut::<SPropValue>());
    // SAFETY: the caller vouches for the object; what it gives is a block of MAPIAllocateBuffer, or nothing.
    unsafe {
        let code = object.get_props(&raw const wanted, 0, &raw mut count, &raw mut props);
        if code >= 0 && count > 0 && !props.is_null() && type_of((*props).ulPropTag) != pt::ERROR {
            return Ok(props);
        }
        let error = if code >= 0 && count > 0 && !props.is_null() { (*props).Value.err } else { code };
        MAPIFreeBuffer(props.cast());
        let flat = code >= 0 && surroundings().readings().flatten_errors;
        Err(if error >= 0 || flat { NOT_FOUND } else { error })
    }
}

/// `HrSetOneProp`: sets one property; a problem with it is the result (MEMORY-070, MEMORY-071).
///
/// # Safety
/// `object` is null or a live IMAPIProp; `prop` is null or a property.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HrSetOneProp(object: *mut c_void, prop: *const SPropValue) -> HRESULT {
    guard("HrSetOneProp", CALL_FAILED, || {
        let (Some(object), false) = (Object::new(object), prop.is_null()) else { return INVALID_PARAMETER };
        let ignore = surroundings().readings().ignore_problems;
        let mut problems = ptr::null_mut::<SPropProblemArray>();
        // SAFETY: the caller vouches for object and property; the problems are a block of MAPIAllocateBuffer, or nothing.
        unsafe {
            let code = object.set_props(1, prop, if ignore { ptr::null_mut() } else { &raw mut problems });
            let problem = if problems.is_null() || (*problems).cProblem == 0 { OK } else { first_problem(problems) };
            MAPIFreeBuffer(problems.cast());
            if code < 0 { code } else { problem }
        }
    })
}

/// The code of the first problem.
///
/// # Safety
/// An array with at least one problem.
unsafe fn first_problem(problems: *const SPropProblemArray) -> HRESULT {
    // SAFETY: the caller vouches for the array.
    unsafe { (&raw const (*problems).aProblem).cast::<SPropProblem>().read().scode }
}

/// `FPropExists`: whether an object has a property: by identifier if the type is PT_UNSPECIFIED, else by its whole tag (MEMORY-072).
///
/// # Safety
/// Null or a live IMAPIProp.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FPropExists(object: *mut c_void, tag: u32) -> BOOL {
    guard("FPropExists", 0, || {
        let Some(object) = Object::new(object) else { return 0 };
        let flags = if type_of(tag) & !pt::MV_FLAG == pt::UNICODE { UNICODE } else { 0 };
        let mut tags = ptr::null_mut();
        // SAFETY: the caller vouches for the object; what it gives is a block of MAPIAllocateBuffer, or nothing.
        unsafe {
            let code = object.get_prop_list(flags, &raw mut tags);
            let exists = code >= 0 && !tags.is_null() && tags_of(tags).iter().any(|&other| matches_tag(other, tag));
            MAPIFreeBuffer(tags.cast());
            BOOL::from(exists)
        }
    })
}

/// The tags of an array.
///
/// # Safety
/// Null, or an array as long as it says, for as long as the result is used.
unsafe fn tags_of<'a>(tags: *const SPropTagArray) -> &'a [u32] {
    if tags.is_null() {
        return &[];
    }
    // SAFETY: the caller vouches for the array.
    unsafe { std::slice::from_raw_parts((&raw const (*tags).aulPropTag).cast(), (*tags).cValues as usize) }
}

/// `HrQueryAllRows`: columns, restriction and order where they are given, then all rows from the beginning in one set (TABLE-339 to TABLE-347). `most` of 0 is no
/// limit; more rows than that are MAPI_E_TABLE_TOO_BIG.
///
/// # Safety
/// `table` is null or a live IMAPITable; the structures are null or what they should be; `out` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HrQueryAllRows(
    table: *mut c_void,
    columns: *const SPropTagArray,
    restriction: *const SRestriction,
    order: *const SSortOrderSet,
    most: i32,
    out: *mut *mut SRowSet,
) -> HRESULT {
    guard("HrQueryAllRows", CALL_FAILED, || {
        let (Some(table), false, 0..) = (Object::new(table), out.is_null(), most) else { return INVALID_PARAMETER };
        // SAFETY: the caller vouches for the table and the structures.
        unsafe {
            out.write(ptr::null_mut());
            let result = prepare(table, columns, restriction, order).and_then(|()| gather(table, most));
            match result {
                Ok(rows) => {
                    out.write(rows);
                    OK
                }
                Err(code) => code,
            }
        }
    })
}

/// Sets the table up and goes to its beginning.
///
/// # Safety
/// As [`HrQueryAllRows`].
unsafe fn prepare(
    table: Object,
    columns: *const SPropTagArray,
    restriction: *const SRestriction,
    order: *const SSortOrderSet,
) -> Result<(), HRESULT> {
    let check = |code: HRESULT| if code < 0 { Err(code) } else { Ok(()) };
    // SAFETY: the caller vouches for the table and the structures.
    unsafe {
        if !columns.is_null() {
            check(table.set_columns(columns, 0))?;
        }
        if !restriction.is_null() || surroundings().readings().clear_restriction {
            check(table.restrict(restriction, 0))?;
        }
        if !order.is_null() {
            check(table.sort_table(order, 0))?;
        }
        check(table.seek_row(0, 0, ptr::null_mut()))
    }
}

/// Reads until there are no more rows.
///
/// # Safety
/// A live IMAPITable.
unsafe fn gather(table: Object, most: i32) -> Result<*mut SRowSet, HRESULT> {
    let mut rows = Rows(Vec::new());
    loop {
        let wanted =
            if most == 0 { i32::MAX } else { most.saturating_add(1).saturating_sub(i32::try_from(rows.0.len()).unwrap_or(i32::MAX)) };
        let mut batch = ptr::null_mut();
        // SAFETY: the caller vouches for the table; a set that it gives is a block of MAPIAllocateBuffer with rows of their own.
        let taken = unsafe {
            let code = table.query_rows(wanted, 0, &raw mut batch);
            let taken = rows.take(batch);
            if code < 0 {
                return Err(code);
            }
            taken
        };
        if most > 0 && rows.0.len() > most as usize {
            return Err(TABLE_TOO_BIG);
        }
        if taken == 0 {
            return rows.into_set();
        }
    }
}

/// Rows that belong to nobody else: freed when dropped.
struct Rows(Vec<SRow>);

impl Rows {
    /// Takes the rows out of a set, and frees what is left of it; how many there were.
    ///
    /// # Safety
    /// Null, or a set of blocks of MAPIAllocateBuffer.
    unsafe fn take(&mut self, set: *mut SRowSet) -> usize {
        if set.is_null() {
            return 0;
        }
        // SAFETY: the caller vouches for the set.
        unsafe {
            let count = (*set).cRows as usize;
            let first = (&raw const (*set).aRow).cast::<SRow>();
            self.0.extend((0..count).map(|i| first.add(i).read()));
            MAPIFreeBuffer(set.cast());
            count
        }
    }

    /// One set with all of them.
    fn into_set(mut self) -> Result<*mut SRowSet, HRESULT> {
        let count = u32::try_from(self.0.len()).map_err(|_| TABLE_TOO_BIG)?;
        let size = std::mem::offset_of!(SRowSet, aRow) + size_of::<SRow>() * self.0.len();
        let set = Owned::new("HrQueryAllRows", size)?.into_raw().cast::<SRowSet>();
        // SAFETY: the block has room for the count and the rows; they are the set's now.
        unsafe {
            (&raw mut (*set).cRows).write(count);
            let first = (&raw mut (*set).aRow).cast::<SRow>();
            for (i, row) in self.0.drain(..).enumerate() {
                first.add(i).write(SRow { ulAdrEntryPad: 0, ..row });
            }
        }
        Ok(set)
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        for row in &self.0 {
            // SAFETY: each row's properties are a block that nobody else holds.
            unsafe { MAPIFreeBuffer(row.lpProps.cast()) };
        }
    }
}

/// `HrAddColumns`: puts columns first, before those that the table has (TABLE-349).
///
/// # Safety
/// `table` is null or a live IMAPITable; `columns` is null or an array; the functions are null or the allocator's.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HrAddColumns(
    table: *mut c_void,
    columns: *const SPropTagArray,
    allocate: Option<ALLOCATEBUFFER>,
    free: Option<FREEBUFFER>,
) -> HRESULT {
    // SAFETY: the caller vouches for all of it.
    unsafe { HrAddColumnsEx(table, columns, allocate, free, None) }
}

/// `HrAddColumnsEx`: as [`HrAddColumns`]; the filter sees the columns that the table has before they are joined, and may change their tags (TABLE-350, TABLE-351).
///
/// # Safety
/// As [`HrAddColumns`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HrAddColumnsEx(
    table: *mut c_void,
    columns: *const SPropTagArray,
    allocate: Option<ALLOCATEBUFFER>,
    free: Option<FREEBUFFER>,
    filter: Option<unsafe extern "system" fn(*mut SPropTagArray)>,
) -> HRESULT {
    guard("HrAddColumnsEx", CALL_FAILED, || {
        let (Some(table), false) = (Object::new(table), columns.is_null()) else { return INVALID_PARAMETER };
        let (allocate, free) = (allocate.unwrap_or(MAPIAllocateBuffer), free.unwrap_or(MAPIFreeBuffer));
        let mut present = ptr::null_mut();
        // SAFETY: the caller vouches for table, array and functions; what QueryColumns gives is a block of MAPIAllocateBuffer.
        unsafe {
            let code = table.query_columns(0, &raw mut present);
            if code < 0 {
                return code;
            }
            if let (Some(filter), false) = (filter, present.is_null()) {
                filter(present);
            }
            let joined = join(tags_of(columns), tags_of(present));
            MAPIFreeBuffer(present.cast());
            set_columns(table, &joined, allocate, free)
        }
    })
}

/// New tags first, then those of the old ones that are not among them.
fn join(new: &[u32], old: &[u32]) -> Vec<u32> {
    // A column without an identifier stands for itself each time.
    let stays = |tag: &&u32| id_of(**tag) == 0 || !new.contains(tag);
    new.iter().chain(old.iter().filter(stays)).copied().collect()
}

/// Sets columns, in an array from the client's allocator.
///
/// # Safety
/// A live IMAPITable, and functions that fit each other.
unsafe fn set_columns(table: Object, tags: &[u32], allocate: ALLOCATEBUFFER, free: FREEBUFFER) -> HRESULT {
    let (Ok(count), Ok(size)) = (u32::try_from(tags.len()), u32::try_from(4 + size_of_val(tags).max(4))) else { return INVALID_PARAMETER };
    let mut block = ptr::null_mut();
    // SAFETY: the caller vouches for table and functions; the block has room for count and tags.
    unsafe {
        match allocate(size, &raw mut block) {
            code if code < 0 => return code,
            _ if block.is_null() => return NOT_ENOUGH_MEMORY,
            _ => {}
        }
        let array = block.cast::<SPropTagArray>();
        (&raw mut (*array).cValues).write(count);
        ptr::copy_nonoverlapping(tags.as_ptr(), (&raw mut (*array).aulPropTag).cast::<u32>(), tags.len());
        let code = table.set_columns(array, 0);
        free(block);
        code
    }
}
