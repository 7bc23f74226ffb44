//! Helpers about the machine rather than about MAPI: storage codes, the component of the default client, paths, single values out of many.

use std::ffi::c_void;

use super::surroundings;
use super::value::{self, pt, string8, type_of};
use crate::abi::{BOOL, GUID, PV, SBinary, SPropValue};
use crate::boundary::guard;
use crate::codes::{
    CALL_FAILED, COLLISION, CORRUPT_DATA, DISK_ERROR, FALSE, INVALID_PARAMETER, NO_ACCESS, NO_SUPPORT, NOT_ENOUGH_DISK, NOT_ENOUGH_MEMORY,
    NOT_FOUND, OK, TOO_BIG,
};

/// The machine in UNC paths: its drives are shared as `\\MAPI-SIM\C$`.
const MACHINE: &str = r"\\MAPI-SIM\";

/// Codes of OLE storages, and what MAPI calls them (MEMORY-169). The page says only that there is such a table.
const STORAGE: &[(u32, i32)] = &[
    (0, OK),
    // STG_E_INVALIDFUNCTION, STG_E_INVALIDPARAMETER, STG_E_INVALIDFLAG, STG_E_INVALIDPOINTER, STG_E_INVALIDNAME.
    (0x8003_0001, NO_SUPPORT),
    (0x8003_0057, INVALID_PARAMETER),
    (0x8003_00FF, INVALID_PARAMETER),
    (0x8003_0009, INVALID_PARAMETER),
    (0x8003_00FC, INVALID_PARAMETER),
    // STG_E_FILENOTFOUND, STG_E_PATHNOTFOUND, STG_E_NOMOREFILES.
    (0x8003_0002, NOT_FOUND),
    (0x8003_0003, NOT_FOUND),
    (0x8003_0012, NOT_FOUND),
    // STG_E_ACCESSDENIED, STG_E_SHAREVIOLATION, STG_E_LOCKVIOLATION, STG_E_DISKISWRITEPROTECTED.
    (0x8003_0005, NO_ACCESS),
    (0x8003_0020, NO_ACCESS),
    (0x8003_0021, NO_ACCESS),
    (0x8003_0013, NO_ACCESS),
    // STG_E_INSUFFICIENTMEMORY, STG_E_TOOMANYOPENFILES.
    (0x8003_0008, NOT_ENOUGH_MEMORY),
    (0x8003_0004, NOT_ENOUGH_MEMORY),
    // STG_E_SEEKERROR, STG_E_WRITEFAULT, STG_E_READFAULT, STG_E_MEDIUMFULL.
    (0x8003_0019, DISK_ERROR),
    (0x8003_001D, DISK_ERROR),
    (0x8003_001E, DISK_ERROR),
    (0x8003_0070, NOT_ENOUGH_DISK),
    // STG_E_FILEALREADYEXISTS, STG_E_INVALIDHEADER, STG_E_OLDDLL.
    (0x8003_0050, COLLISION),
    (0x8003_00FB, CORRUPT_DATA),
];

/// `MapStorageSCode`: what MAPI calls a code of OLE's storages; MAPI_E_CALL_FAILED for one without a match (MEMORY-169).
#[unsafe(no_mangle)]
pub extern "system" fn MapStorageSCode(code: i32) -> i32 {
    STORAGE.iter().find(|(storage, _)| *storage == code.cast_unsigned()).map_or(CALL_FAILED, |(_, mapi)| *mapi)
}

/// Writes a text and its terminator, as far as they fit. Nothing where there is no room even for the terminator.
///
/// # Safety
/// `to` is null, or has room for `room` bytes.
unsafe fn write(to: *mut u8, room: usize, text: &[u8]) {
    if to.is_null() || room == 0 {
        return;
    }
    let count = text.len().min(room - 1);
    // SAFETY: by the promise of the caller.
    unsafe {
        to.copy_from_nonoverlapping(text.as_ptr(), count);
        to.add(count).write(0);
    }
}

/// `FGetComponentPath`: where the default mail client's own MAPI library lies: `machine.component_path` of the fixture, or nowhere (MEMORY-171). Component and
/// qualifier are not looked at.
///
/// # Safety
/// `path` is null, or has room for `room` characters.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FGetComponentPath(
    _component: *const u8,
    _qualifier: *const u8,
    path: *mut u8,
    room: u32,
    _install: BOOL,
) -> BOOL {
    guard("FGetComponentPath", 0, || {
        let surroundings = surroundings();
        let found = surroundings.component_path();
        let (text, _) = surroundings.code_page().encode(found.as_deref().unwrap_or_default());
        // SAFETY: by the promise of the caller.
        unsafe { write(path, room as usize, &text) };
        BOOL::from(found.is_some())
    })
}

/// Turns one path into the other; a form that is there already is S_FALSE, with the path as it is.
///
/// # Safety
/// `from` is null or a string; `to` is null or has room for `room` characters.
unsafe fn convert(from: *const u8, to: *mut u8, room: u32, turn: impl FnOnce(&[u8]) -> Result<(i32, Vec<u8>), i32>) -> i32 {
    // SAFETY: by the promise of the caller.
    let Ok(span) = (unsafe { string8(from) }) else { return INVALID_PARAMETER };
    if to.is_null() || room == 0 || span.len == 0 {
        return INVALID_PARAMETER;
    }
    // SAFETY: as above.
    match turn(unsafe { span.bytes() }) {
        Ok((_, path)) if path.len() >= room as usize => TOO_BIG,
        Ok((code, path)) => {
            // SAFETY: as above.
            unsafe { write(to, room as usize, &path) };
            code
        }
        Err(code) => code,
    }
}

/// Whether a path begins with a drive.
fn has_drive(path: &[u8]) -> bool {
    matches!(path, [letter, b':', ..] if letter.is_ascii_alphabetic())
}

/// `ScUNCFromLocalPath`: the UNC form of a path on a drive (MEMORY-160).
///
/// # Safety
/// `local` is null or a string; `unc` is null or has room for `room` characters.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ScUNCFromLocalPath(local: *const u8, unc: *mut u8, room: u32) -> i32 {
    guard("ScUNCFromLocalPath", CALL_FAILED, || {
        // SAFETY: by the promise of the caller.
        unsafe {
            convert(local, unc, room, |path| match path {
                [b'\\', b'\\', ..] => Ok((FALSE, path.to_vec())),
                [letter, _, rest @ ..] if has_drive(path) => {
                    Ok((OK, [MACHINE.as_bytes(), &[letter.to_ascii_uppercase(), b'$'], rest].concat()))
                }
                _ => Err(INVALID_PARAMETER),
            })
        }
    })
}

/// `ScLocalPathFromUNC`: the path on a drive behind a UNC form; other machines and shares are not found (MEMORY-161).
///
/// # Safety
/// As [`ScUNCFromLocalPath`], the other way round.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ScLocalPathFromUNC(unc: *const u8, local: *mut u8, room: u32) -> i32 {
    guard("ScLocalPathFromUNC", CALL_FAILED, || {
        // SAFETY: by the promise of the caller.
        unsafe {
            convert(unc, local, room, |path| match path {
                _ if has_drive(path) => Ok((FALSE, path.to_vec())),
                [b'\\', b'\\', ..] => {
                    let ours = path.get(..MACHINE.len()).filter(|start| start.eq_ignore_ascii_case(MACHINE.as_bytes()));
                    match (ours, path.get(MACHINE.len()..)) {
                        (Some(_), Some([letter, b'$', rest @ ..])) if letter.is_ascii_alphabetic() && matches!(rest, [] | [b'\\', ..]) => {
                            Ok((OK, [&[*letter, b':'], rest].concat()))
                        }
                        _ => Err(NOT_FOUND),
                    }
                }
                _ => Err(INVALID_PARAMETER),
            })
        }
    })
}

/// `GetInstance`: one value of a multivalued property as a property of its own (MEMORY-098). What does not fit into the structure stays where it is: only
/// the pointer is copied (MEMORY-099). An index outside leaves the destination as it is (MEMORY-100).
///
/// # Safety
/// `many` is null or a multivalued property whose array can be read; `one` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetInstance(many: *const SPropValue, one: *mut SPropValue, index: u32) {
    guard("GetInstance", (), || {
        if many.is_null() || one.is_null() {
            return;
        }
        // SAFETY: by the promise of the caller.
        unsafe {
            let source = many.read_unaligned();
            let (kind, index) = (type_of(source.ulPropTag), index as usize);
            // All arrays have their count and pointer at the same places.
            let (count, values) = (source.Value.MVl.cValues as usize, source.Value.MVl.values.cast::<u8>());
            if kind & pt::MV_FLAG == 0 || index >= count || values.is_null() {
                return;
            }
            let base = kind & !pt::MV_FLAG;
            let mut value = PV { li: 0 };
            match base {
                pt::STRING8 | pt::UNICODE => value.lpszA = values.cast::<*mut u8>().add(index).read_unaligned(),
                pt::BINARY => value.bin = values.cast::<SBinary>().add(index).read_unaligned(),
                pt::CLSID => value.lpguid = values.cast::<GUID>().add(index),
                _ => {
                    let Some((size, _)) = value::number_size(base) else { return };
                    values.add(index * size).copy_to_nonoverlapping((&raw mut value).cast(), size);
                }
            }
            one.write_unaligned(SPropValue { ulPropTag: (source.ulPropTag & !0xFFFF) | base, dwAlignPad: 0, Value: value });
        }
    });
}

/// Tells the world that a function was called which is not built.
fn not_built(name: &'static str) {
    guard(name, (), || {
        if let Some(face) = crate::world::current() {
            let _ = face.unsupported(name, None);
        }
    });
}

/// `BuildDisplayTable`: not built; both tables are NULL (MEMORY-170).
///
/// # Safety
/// `table` and `data` are null or can be written.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments, reason = "the function has so many")]
pub unsafe extern "system" fn BuildDisplayTable(
    _allocate: *mut c_void,
    _more: *mut c_void,
    _free: *mut c_void,
    _malloc: *mut c_void,
    _instance: *mut c_void,
    _count: u32,
    _pages: *mut c_void,
    _flags: u32,
    table: *mut *mut c_void,
    data: *mut *mut c_void,
) -> i32 {
    not_built("BuildDisplayTable");
    for out in [table, data] {
        if !out.is_null() {
            // SAFETY: by the promise of the caller.
            unsafe { out.write_unaligned(std::ptr::null_mut()) };
        }
    }
    NO_SUPPORT
}

/// `FtgRegisterIdleRoutine`: a tag that is not 0. The routine is never called, and the verdict says so (MEMORY-168).
#[unsafe(no_mangle)]
pub extern "system" fn FtgRegisterIdleRoutine(
    _routine: *mut c_void,
    _context: *mut c_void,
    _priority: i16,
    _wait: u32,
    _flags: u16,
) -> usize {
    not_built("FtgRegisterIdleRoutine");
    1
}
