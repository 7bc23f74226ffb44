//! OpenStreamOnFile: a stream on a real file. The one place of the face where a client's calls touch the disk.

use std::borrow::Cow;
use std::ffi::c_void;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::{Description, Inner, make};
use crate::boundary::guard;
use crate::codes::{ACCESS_DENIED, CALL_FAILED, INVALID_PARAMETER, NO_ACCESS, NOT_FOUND, OK, READ_FAULT, UNKNOWN_FLAGS, WRITE_FAULT};
use crate::wire::Str;
use crate::world;

/// STGM_READWRITE, STGM_WRITE: without one of them the file is read only.
const READWRITE: u32 = 0x2;
const WRITE: u32 = 0x1;
/// STGM_CREATE.
const CREATE: u32 = 0x1000;
/// STGM_DELETEONRELEASE.
const DELETE_ON_RELEASE: u32 = 0x0400_0000;
/// SOF_UNIQUEFILENAME.
const UNIQUE: u32 = 0x8000_0000;
/// STGM_TRANSACTED and the modes of sharing: taken, and without effect.
const WITHOUT_EFFECT: u32 = 0x0001_0000 | 0x70;
/// How many names of temporary files are tried.
const NAMES: u32 = 1 << 16;

/// A file, and what becomes of it.
struct OnFile {
    file: File,
    path: PathBuf,
    mode: u32,
}

impl OnFile {
    fn writable(&self) -> Result<(), i32> {
        if self.mode & (READWRITE | WRITE) == 0 { Err(ACCESS_DENIED) } else { Ok(()) }
    }
}

impl Inner for OnFile {
    fn read(&mut self, to: &mut [u8]) -> Result<usize, i32> {
        let mut done = 0;
        while done < to.len() {
            match self.file.read(&mut to[done..]) {
                Ok(0) => break,
                Ok(count) => done += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Err(READ_FAULT),
            }
        }
        Ok(done)
    }

    fn write(&mut self, from: &[u8]) -> Result<usize, i32> {
        self.writable()?;
        self.file.write_all(from).map_err(|_| WRITE_FAULT)?;
        Ok(from.len())
    }

    fn seek(&mut self, by: i64, origin: u32) -> Result<u64, i32> {
        let to = match origin {
            0 => SeekFrom::Start(u64::try_from(by).map_err(|_| INVALID_PARAMETER)?),
            1 => SeekFrom::Current(by),
            2 => SeekFrom::End(by),
            _ => return Err(INVALID_PARAMETER),
        };
        self.file.seek(to).map_err(|_| INVALID_PARAMETER)
    }

    fn set_size(&mut self, size: u64) -> Result<(), i32> {
        self.writable()?;
        self.file.set_len(size).map_err(|_| WRITE_FAULT)
    }

    fn commit(&mut self) -> Result<(), i32> {
        self.file.flush().map_err(|_| WRITE_FAULT)
    }

    fn stat(&mut self) -> Result<Description, i32> {
        let size = self.file.metadata().map_err(|_| READ_FAULT)?.len();
        Ok(Description { name: self.path.to_string_lossy().into_owned(), size, mode: self.mode & !(UNIQUE | DELETE_ON_RELEASE) })
    }
}

impl Drop for OnFile {
    /// The final Release (MEMORY-125). A file that cannot be removed stays: Release has no way to say so.
    fn drop(&mut self) {
        if self.mode & DELETE_ON_RELEASE != 0 {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Which code a refusal of the system becomes (MEMORY-124).
fn code(error: &std::io::Error) -> i32 {
    match error.kind() {
        ErrorKind::NotFound => NOT_FOUND,
        ErrorKind::PermissionDenied | ErrorKind::IsADirectory | ErrorKind::ReadOnlyFilesystem => NO_ACCESS,
        _ => CALL_FAILED,
    }
}

/// Flags that do not go together (MEMORY-123).
fn allowed(flags: u32, named: bool) -> Result<(), i32> {
    if flags & !(READWRITE | WRITE | CREATE | DELETE_ON_RELEASE | UNIQUE | WITHOUT_EFFECT) != 0 {
        return Err(UNKNOWN_FLAGS);
    }
    let has = |all: u32| flags & all == all;
    let wrong = (has(CREATE) && !has(READWRITE)) || (has(UNIQUE) && !has(CREATE)) || (!named && !has(CREATE | DELETE_ON_RELEASE));
    if wrong { Err(INVALID_PARAMETER) } else { Ok(()) }
}

/// Opens the file that the arguments name.
fn open(flags: u32, name: Option<&str>, prefix: Option<&str>) -> Result<OnFile, i32> {
    allowed(flags, name.is_some())?;
    match name {
        Some(name) if flags & UNIQUE == 0 => {
            let mut options = OpenOptions::new();
            let writes = flags & (READWRITE | WRITE) != 0;
            options.read(true).write(writes);
            if flags & CREATE != 0 {
                options.create(true).truncate(true);
            }
            let file = options.open(name).map_err(|error| code(&error))?;
            Ok(OnFile { file, path: name.into(), mode: flags })
        }
        Some(folder) => temporary(Path::new(folder), prefix, flags),
        None => temporary(&std::env::temp_dir(), prefix, flags),
    }
}

/// A new file: `<prefix>HHHH.TMP`, the first of these names that nobody has (MEMORY-126).
fn temporary(folder: &Path, prefix: Option<&str>, flags: u32) -> Result<OnFile, i32> {
    let prefix: String = prefix.filter(|prefix| !prefix.is_empty()).unwrap_or("SOF").chars().take(3).collect();
    for number in 0..NAMES {
        let path = folder.join(format!("{prefix}{number:04X}.TMP"));
        match OpenOptions::new().read(true).write(true).create_new(true).open(&path) {
            Ok(file) => return Ok(OnFile { file, path, mode: flags }),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(code(&error)),
        }
    }
    Err(CALL_FAILED)
}

/// Opens, and gives the stream to the client.
///
/// # Safety
/// `out` is null or can be written.
unsafe fn give(flags: u32, name: Str, prefix: Str, wide: bool, out: *mut *mut c_void) -> i32 {
    if out.is_null() {
        return INVALID_PARAMETER;
    }
    let page = world::known().map_or_else(Default::default, |face| face.code_page());
    let text = |string: Str| string.text(wide).map(|text| text.decode(wide, page).map(Cow::into_owned)).transpose();
    let (Ok(name), Ok(prefix)) = (text(name), text(prefix)) else { return INVALID_PARAMETER };
    match open(flags, name.as_deref(), prefix.as_deref()) {
        Ok(file) => {
            // SAFETY: by the promise of the caller.
            unsafe { out.write_unaligned(make(Box::new(file))) };
            OK
        }
        Err(code) => code,
    }
}

/// `OpenStreamOnFile`: a stream on a file, or on a new temporary one (MEMORY-122). Names are 8-bit, in the code page of the world. The functions of the
/// client's allocator are not needed: a stream of ours keeps no memory of theirs.
///
/// # Safety
/// Strings are null or end with a zero; `out` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenStreamOnFile(
    _allocate: *mut c_void,
    _free: *mut c_void,
    flags: u32,
    name: Str,
    prefix: Str,
    out: *mut *mut c_void,
) -> i32 {
    // SAFETY: by the promise of the caller.
    guard("OpenStreamOnFile", CALL_FAILED, || unsafe { give(flags, name, prefix, false, out) })
}

/// `OpenStreamOnFileW`: the same with wide names; of olmapi32 alone (MEMORY-127).
///
/// # Safety
/// As [`OpenStreamOnFile`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenStreamOnFileW(
    _allocate: *mut c_void,
    _free: *mut c_void,
    flags: u32,
    name: Str,
    prefix: Str,
    out: *mut *mut c_void,
) -> i32 {
    // SAFETY: by the promise of the caller.
    guard("OpenStreamOnFileW", CALL_FAILED, || unsafe { give(flags, name, prefix, true, out) })
}
