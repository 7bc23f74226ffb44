//! The plain structures of MAPI as C lays them out, with C's names, so that a search for a name of the headers finds it here.
//!
//! Layout is natural, without packing; the assertions at the end hold the numbers for 64-bit systems. Interfaces are not here: they have vtables of their own.
#![allow(
    non_snake_case,
    non_camel_case_types,
    clippy::upper_case_acronyms,
    missing_docs,
    reason = "names and meaning are those of the C headers"
)]

use std::ffi::c_void;

/// A result code as C returns it.
pub type HRESULT = i32;
/// The older name of a result code.
pub type SCODE = i32;
/// C's truth value: 0 is false, 1 is what MAPI writes for true.
pub type BOOL = i32;
/// A UTF-16 unit of a wide string.
pub type WCHAR = u16;

/// `MAPIAllocateBuffer` as a parameter.
pub type ALLOCATEBUFFER = unsafe extern "system" fn(cb: u32, out: *mut *mut c_void) -> SCODE;
/// `MAPIAllocateMore` as a parameter.
pub type ALLOCATEMORE = unsafe extern "system" fn(cb: u32, root: *mut c_void, out: *mut *mut c_void) -> SCODE;
/// `MAPIFreeBuffer` as a parameter.
pub type FREEBUFFER = unsafe extern "system" fn(block: *mut c_void) -> u32;
/// The function behind an advise sink of `HrAllocAdviseSink`.
pub type NOTIFCALLBACK = unsafe extern "system" fn(context: *mut c_void, count: u32, notifications: *mut NOTIFICATION) -> i32;

/// Declares structures of the C interface: laid out by C's rules, copied bit by bit.
macro_rules! structures {
    ($($(#[$about:meta])* $name:ident { $($field:ident: $type:ty,)* })*) => {$(
        $(#[$about])*
        #[repr(C)]
        #[derive(Clone, Copy)]
        pub struct $name { $(pub $field: $type,)* }
    )*};
}

/// Multivalued arrays: a count and a pointer to the values.
macro_rules! arrays {
    ($($name:ident: $type:ty;)*) => {$(
        #[repr(C)]
        #[derive(Clone, Copy)]
        pub struct $name { pub cValues: u32, pub values: *mut $type }
    )*};
}

/// 100-nanosecond steps since 1601, in two halves.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FILETIME {
    pub dwLowDateTime: u32,
    pub dwHighDateTime: u32,
}

/// An interface or property set identifier.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct GUID {
    pub Data1: u32,
    pub Data2: u16,
    pub Data3: u16,
    pub Data4: [u8; 8],
}

/// IUnknown. The identifiers of Microsoft's own interfaces differ from it in the first field.
pub const IID_IUNKNOWN: GUID = GUID { Data1: 0, Data2: 0, Data3: 0, Data4: [0xC0, 0, 0, 0, 0, 0, 0, 0x46] };

/// An identifier as bytes.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MAPIUID {
    pub ab: [u8; 16],
}

structures! {
    /// Counted bytes.
    SBinary { cb: u32, lpb: *mut u8, }
}

arrays! {
    SShortArray: i16;
    SLongArray: i32;
    SRealArray: f32;
    SDoubleArray: f64;
    SCurrencyArray: i64;
    SAppTimeArray: f64;
    SDateTimeArray: FILETIME;
    SBinaryArray: SBinary;
    SLPSTRArray: *mut u8;
    SWStringArray: *mut WCHAR;
    SGuidArray: GUID;
    SLargeIntegerArray: i64;
}

/// Counted entry identifiers; in C the members are `cValues` and `lpbin`.
pub type ENTRYLIST = SBinaryArray;

/// The value of a property; its tag says which member is meant.
#[repr(C)]
#[derive(Clone, Copy)]
pub union PV {
    pub i: i16,
    pub l: i32,
    pub ul: u32,
    pub flt: f32,
    pub dbl: f64,
    pub b: u16,
    pub cur: i64,
    pub at: f64,
    pub ft: FILETIME,
    pub lpszA: *mut u8,
    pub bin: SBinary,
    pub lpszW: *mut WCHAR,
    pub lpguid: *mut GUID,
    pub li: i64,
    pub MVi: SShortArray,
    pub MVl: SLongArray,
    pub MVflt: SRealArray,
    pub MVdbl: SDoubleArray,
    pub MVcur: SCurrencyArray,
    pub MVat: SAppTimeArray,
    pub MVft: SDateTimeArray,
    pub MVbin: SBinaryArray,
    pub MVszA: SLPSTRArray,
    pub MVszW: SWStringArray,
    pub MVguid: SGuidArray,
    pub MVli: SLargeIntegerArray,
    pub err: SCODE,
    pub x: i32,
}

structures! {
    /// A property: tag and value.
    SPropValue { ulPropTag: u32, dwAlignPad: u32, Value: PV, }
    /// Property tags; the array goes on behind the structure.
    SPropTagArray { cValues: u32, aulPropTag: [u32; 1], }
    SPropProblem { ulIndex: u32, ulPropTag: u32, scode: SCODE, }
    SPropProblemArray { cProblem: u32, aProblem: [SPropProblem; 1], }
    SRow { ulAdrEntryPad: u32, cValues: u32, lpProps: *mut SPropValue, }
    /// Rows; the array goes on behind the structure.
    SRowSet { cRows: u32, aRow: [SRow; 1], }
    ADRENTRY { ulReserved1: u32, cValues: u32, rgPropVals: *mut SPropValue, }
    ADRLIST { cEntries: u32, aEntries: [ADRENTRY; 1], }
    SSortOrder { ulPropTag: u32, ulOrder: u32, }
    SSortOrderSet { cSorts: u32, cCategories: u32, cExpanded: u32, aSort: [SSortOrder; 1], }

    SAndRestriction { cRes: u32, lpRes: *mut SRestriction, }
    SOrRestriction { cRes: u32, lpRes: *mut SRestriction, }
    SNotRestriction { ulReserved: u32, lpRes: *mut SRestriction, }
    SContentRestriction { ulFuzzyLevel: u32, ulPropTag: u32, lpProp: *mut SPropValue, }
    SPropertyRestriction { relop: u32, ulPropTag: u32, lpProp: *mut SPropValue, }
    SComparePropsRestriction { relop: u32, ulPropTag1: u32, ulPropTag2: u32, }
    SBitMaskRestriction { relBMR: u32, ulPropTag: u32, ulMask: u32, }
    SSizeRestriction { relop: u32, ulPropTag: u32, cb: u32, }
    SExistRestriction { ulReserved1: u32, ulPropTag: u32, ulReserved2: u32, }
    SSubRestriction { ulSubObject: u32, lpRes: *mut SRestriction, }
    SCommentRestriction { cValues: u32, lpRes: *mut SRestriction, lpProp: *mut SPropValue, }
    SCountRestriction { ulCount: u32, lpRes: *mut SRestriction, }
    SRestriction { rt: u32, res: SRestrictionUnion, }

    MAPIERROR { ulVersion: u32, lpszError: *mut c_void, lpszComponent: *mut c_void, ulLowLevelError: u32, ulContext: u32, }
    MAPINAMEID { lpguid: *mut GUID, ulKind: u32, Kind: NameKind, }
    /// An entry identifier; its bytes go on behind the structure.
    ENTRYID { abFlags: [u8; 4], ab: [u8; 1], }
    FLATENTRY { cb: u32, abEntry: [u8; 1], }
    FLATENTRYLIST { cEntries: u32, cbEntries: u32, abEntries: [u8; 1], }
    MAPIINIT_0 { ulVersion: u32, ulFlags: u32, }

    ERROR_NOTIFICATION { cbEntryID: u32, lpEntryID: *mut ENTRYID, scode: SCODE, ulFlags: u32, lpMAPIError: *mut MAPIERROR, }
    NEWMAIL_NOTIFICATION {
        cbEntryID: u32, lpEntryID: *mut ENTRYID, cbParentID: u32, lpParentID: *mut ENTRYID, ulFlags: u32, lpszMessageClass: *mut c_void, ulMessageFlags: u32,
    }
    OBJECT_NOTIFICATION {
        cbEntryID: u32, lpEntryID: *mut ENTRYID, ulObjType: u32, cbParentID: u32, lpParentID: *mut ENTRYID, cbOldID: u32, lpOldID: *mut ENTRYID,
        cbOldParentID: u32, lpOldParentID: *mut ENTRYID, lpPropTagArray: *mut SPropTagArray,
    }
    TABLE_NOTIFICATION { ulTableEvent: u32, hResult: HRESULT, propIndex: SPropValue, propPrior: SPropValue, row: SRow, ulPad: u32, }
    EXTENDED_NOTIFICATION { ulEvent: u32, cb: u32, pbEventParameters: *mut u8, }
    STATUS_OBJECT_NOTIFICATION { cbEntryID: u32, lpEntryID: *mut ENTRYID, cValues: u32, lpPropVals: *mut SPropValue, }
    NOTIFICATION { ulEventType: u32, ulAlignPad: u32, info: NotificationInfo, }
}

/// The kinds of a restriction; `rt` says which member is meant.
#[repr(C)]
#[derive(Clone, Copy)]
pub union SRestrictionUnion {
    pub resCompareProps: SComparePropsRestriction,
    pub resAnd: SAndRestriction,
    pub resOr: SOrRestriction,
    pub resNot: SNotRestriction,
    pub resContent: SContentRestriction,
    pub resProperty: SPropertyRestriction,
    pub resBitMask: SBitMaskRestriction,
    pub resSize: SSizeRestriction,
    pub resExist: SExistRestriction,
    pub resSub: SSubRestriction,
    pub resComment: SCommentRestriction,
    pub resCount: SCountRestriction,
}

/// The name of a named property: a number or a wide string.
#[repr(C)]
#[derive(Clone, Copy)]
pub union NameKind {
    pub lID: i32,
    pub lpwstrName: *mut WCHAR,
}

/// What a notification tells; `ulEventType` says which member is meant.
#[repr(C)]
#[derive(Clone, Copy)]
pub union NotificationInfo {
    pub err: ERROR_NOTIFICATION,
    pub newmail: NEWMAIL_NOTIFICATION,
    pub obj: OBJECT_NOTIFICATION,
    pub tab: TABLE_NOTIFICATION,
    pub ext: EXTENDED_NOTIFICATION,
    pub statobj: STATUS_OBJECT_NOTIFICATION,
}

/// Holds sizes, alignments and offsets at compile time.
macro_rules! layout {
    ($($type:ty: $size:literal / $align:literal { $($field:ident $offset:literal),* };)*) => {$(
        const _: () = assert!(size_of::<$type>() == $size && align_of::<$type>() == $align);
        $(const _: () = assert!(std::mem::offset_of!($type, $field) == $offset);)*
    )*};
}

#[cfg(target_pointer_width = "64")]
layout! {
    FILETIME: 8 / 4 { dwHighDateTime 4 };
    GUID: 16 / 4 { Data4 8 };
    MAPIUID: 16 / 1 {};
    PV: 16 / 8 {};
    SPropValue: 24 / 8 { dwAlignPad 4, Value 8 };
    SBinary: 16 / 8 { lpb 8 };
    SBinaryArray: 16 / 8 { values 8 };
    SPropTagArray: 8 / 4 { aulPropTag 4 };
    SPropProblem: 12 / 4 { ulPropTag 4, scode 8 };
    SPropProblemArray: 16 / 4 { aProblem 4 };
    SRow: 16 / 8 { cValues 4, lpProps 8 };
    ADRENTRY: 16 / 8 { cValues 4, rgPropVals 8 };
    SRowSet: 24 / 8 { aRow 8 };
    ADRLIST: 24 / 8 { aEntries 8 };
    SSortOrder: 8 / 4 { ulOrder 4 };
    SSortOrderSet: 20 / 4 { cCategories 4, cExpanded 8, aSort 12 };
    SRestriction: 32 / 8 { res 8 };
    SAndRestriction: 16 / 8 { lpRes 8 };
    SContentRestriction: 16 / 8 { ulPropTag 4, lpProp 8 };
    SCommentRestriction: 24 / 8 { lpRes 8, lpProp 16 };
    SBitMaskRestriction: 12 / 4 { ulPropTag 4, ulMask 8 };
    MAPIERROR: 32 / 8 { lpszError 8, lpszComponent 16, ulLowLevelError 24, ulContext 28 };
    MAPINAMEID: 24 / 8 { ulKind 8, Kind 16 };
    ENTRYID: 5 / 1 { ab 4 };
    FLATENTRYLIST: 12 / 4 { cbEntries 4, abEntries 8 };
    MAPIINIT_0: 8 / 4 { ulFlags 4 };
    ERROR_NOTIFICATION: 32 / 8 { lpEntryID 8, scode 16, ulFlags 20, lpMAPIError 24 };
    NEWMAIL_NOTIFICATION: 56 / 8 { lpEntryID 8, cbParentID 16, lpParentID 24, ulFlags 32, lpszMessageClass 40, ulMessageFlags 48 };
    OBJECT_NOTIFICATION: 72 / 8 {
        lpEntryID 8, ulObjType 16, cbParentID 20, lpParentID 24, cbOldID 32, lpOldID 40, cbOldParentID 48, lpOldParentID 56, lpPropTagArray 64
    };
    TABLE_NOTIFICATION: 80 / 8 { hResult 4, propIndex 8, propPrior 32, row 56, ulPad 72 };
    EXTENDED_NOTIFICATION: 16 / 8 { cb 4, pbEventParameters 8 };
    STATUS_OBJECT_NOTIFICATION: 32 / 8 { lpEntryID 8, cValues 16, lpPropVals 24 };
    NOTIFICATION: 88 / 8 { info 8 };
}
