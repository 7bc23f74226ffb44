//! Result codes as the exported functions give them: those of `Hresult`, as the signed numbers of C.

use mapi_sim::Hresult;

const fn of(hr: Hresult) -> i32 {
    hr.code().cast_signed()
}

pub const OK: i32 = of(Hresult::S_OK);
pub const FALSE: i32 = of(Hresult::S_FALSE);
pub const NOT_IMPLEMENTED: i32 = of(Hresult::E_NOTIMPL);
pub const NO_INTERFACE: i32 = of(Hresult::MAPI_E_INTERFACE_NOT_SUPPORTED);
pub const CALL_FAILED: i32 = of(Hresult::MAPI_E_CALL_FAILED);
pub const INVALID_POINTER: i32 = of(Hresult::STG_E_INVALIDPOINTER);
pub const ACCESS_DENIED: i32 = of(Hresult::STG_E_ACCESSDENIED);
/// STG_E_WRITEFAULT, which no object of MAPI gives.
pub const WRITE_FAULT: i32 = 0x8003_001D_u32.cast_signed();
/// STG_E_READFAULT, which no object of MAPI gives.
pub const READ_FAULT: i32 = 0x8003_001E_u32.cast_signed();
pub const NO_SUPPORT: i32 = of(Hresult::MAPI_E_NO_SUPPORT);
pub const UNKNOWN_FLAGS: i32 = of(Hresult::MAPI_E_UNKNOWN_FLAGS);
pub const INVALID_ENTRYID: i32 = of(Hresult::MAPI_E_INVALID_ENTRYID);
pub const NOT_ENOUGH_DISK: i32 = of(Hresult::MAPI_E_NOT_ENOUGH_DISK);
pub const NOT_FOUND: i32 = of(Hresult::MAPI_E_NOT_FOUND);
pub const DISK_ERROR: i32 = of(Hresult::MAPI_E_DISK_ERROR);
pub const CORRUPT_DATA: i32 = of(Hresult::MAPI_E_CORRUPT_DATA);
pub const TOO_BIG: i32 = of(Hresult::MAPI_E_TOO_BIG);
pub const TABLE_TOO_BIG: i32 = of(Hresult::MAPI_E_TABLE_TOO_BIG);
pub const COLLISION: i32 = of(Hresult::MAPI_E_COLLISION);
pub const NOT_INITIALIZED: i32 = of(Hresult::MAPI_E_NOT_INITIALIZED);
pub const NO_ACCESS: i32 = of(Hresult::MAPI_E_NO_ACCESS);
pub const NOT_ENOUGH_MEMORY: i32 = of(Hresult::MAPI_E_NOT_ENOUGH_MEMORY);
pub const INVALID_PARAMETER: i32 = of(Hresult::MAPI_E_INVALID_PARAMETER);
