//! IStream over files, and over compressed RTF.

use std::path::{Path, PathBuf};

use mapi32::stream::*;

use super::*;

const CREATE: u32 = 0x1002;
const READ: u32 = 0;
const UNIQUE: u32 = 0x8000_0000;
const DELETE: u32 = 0x0400_0000;
const E_NOTIMPL: u32 = 0x8000_4001;

/// A folder of this test alone, gone when it ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("mapi32-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).unwrap();
        Folder(folder)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn open(flags: u32, name: Option<&Path>, prefix: Option<&str>) -> Result<Ptr, i32> {
    let text = |text: Option<&str>| text.map(|text| std::ffi::CString::new(text).unwrap());
    let (name, prefix) = (text(name.map(|name| name.to_str().unwrap())), text(prefix));
    let str = |text: &Option<std::ffi::CString>| unsafe { Str::new(text.as_ref().map_or(ptr::null(), |text| text.as_ptr().cast())) };
    let mut stream = null_mut();
    let code = unsafe { OpenStreamOnFile(null_mut(), null_mut(), flags, str(&name), str(&prefix), &raw mut stream) };
    if code == OK { Ok(stream) } else { Err(code) }
}

fn write(stream: Ptr, bytes: &[u8]) -> u32 {
    let mut done = 0u32;
    let code = method!(stream, 4, *const u8 = bytes.as_ptr(), u32 = bytes.len() as u32, *mut u32 = &raw mut done);
    assert!(code != 0 || done as usize == bytes.len());
    code
}

fn read(stream: Ptr, size: u32) -> Vec<u8> {
    let (mut place, mut done) = (vec![0u8; size as usize], 0u32);
    assert_eq!(method!(stream, 3, *mut u8 = place.as_mut_ptr(), u32 = size, *mut u32 = &raw mut done), 0);
    place.truncate(done as usize);
    place
}

fn commit(stream: Ptr) -> u32 {
    method!(stream, 8, u32 = 0)
}

fn seek(stream: Ptr, by: i64) -> u32 {
    method!(stream, 5, i64 = by, u32 = 0, *mut u64 = null_mut())
}

// shows MEMORY-122, MEMORY-125
#[test]
fn a_file_is_written_and_read_again() {
    let folder = Folder::new("file");
    let file = folder.file("x.bin");
    let stream = open(CREATE, Some(&file), None).unwrap();
    assert_eq!((write(stream, b"hello world"), commit(stream), release(stream)), (0, 0, 0));
    assert_eq!(std::fs::read(&file).unwrap(), b"hello world");
    let stream = open(READ | DELETE, Some(&file), None).unwrap();
    assert_eq!(read(stream, 5), b"hello");
    assert_eq!(write(stream, b"no"), 0x8003_0005, "STG_E_ACCESSDENIED: for reading only");
    let mut place = 0u64;
    assert_eq!(method!(stream, 5, i64 = -5, u32 = 2, *mut u64 = &raw mut place), 0);
    assert_eq!((place, read(stream, 99)), (6, b"world".to_vec()));
    let mut again = null_mut();
    assert_eq!(client::query_interface(stream, [0xC, 0, 0, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46], &mut again), 0, "IStream");
    assert_eq!((release(again), file.exists()), (1, true));
    assert_eq!((release(stream), file.exists()), (0, false), "STGM_DELETEONRELEASE");
}

// shows MEMORY-123, MEMORY-124, ERROR-053
#[test]
fn files_that_cannot_be_opened() {
    let folder = Folder::new("refused");
    let file = folder.file("none.bin");
    for (flags, name) in [(0x1000, Some(&*file)), (READ, None), (CREATE, None), (UNIQUE, Some(&*folder.0))] {
        assert_eq!(open(flags, name, None), Err(INVALID_PARAMETER), "0x{flags:X}");
    }
    assert_eq!(open(READ, Some(&file), None), Err(NOT_FOUND));
    std::fs::write(&file, b"x").unwrap();
    let mut rights = std::fs::metadata(&file).unwrap().permissions();
    rights.set_readonly(true);
    std::fs::set_permissions(&file, rights).unwrap();
    let denied = Err(0x8007_0005_u32.cast_signed());
    match open(2, Some(&file), None) {
        // Whoever may do everything may write a file that is read only.
        Ok(stream) => assert_eq!(release(stream), 0),
        refused => assert_eq!(refused, denied),
    }
    assert_eq!(open(2, Some(&folder.0), None), denied, "nobody may write a folder");
    let mut out = null_mut();
    let none = || unsafe { Str::new(ptr::null()) };
    assert_eq!(unsafe { OpenStreamOnFile(null_mut(), null_mut(), CREATE | DELETE, none(), none(), null_mut()) }, INVALID_PARAMETER);
    assert_eq!(unsafe { OpenStreamOnFile(null_mut(), null_mut(), 0x4, none(), none(), &raw mut out) }, 0x8004_0106_u32.cast_signed());
}

// shows MEMORY-126
#[test]
fn temporary_files_have_names() {
    let folder = Folder::new("temporary");
    let streams: Vec<Ptr> =
        [None, None, Some("longer"), Some("")].map(|prefix| open(CREATE | UNIQUE | DELETE, Some(&folder.0), prefix).unwrap()).to_vec();
    let mut names: Vec<String> =
        std::fs::read_dir(&folder.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["SOF0000.TMP", "SOF0001.TMP", "SOF0002.TMP", "lon0000.TMP"]);
    streams.into_iter().for_each(|stream| assert_eq!(release(stream), 0));
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 0);
    let stream = open(CREATE | DELETE, None, Some("mpi")).unwrap();
    assert_eq!((write(stream, b"x"), release(stream)), (0, 0), "somewhere, for a while");
}

// shows MEMORY-127
#[test]
fn a_file_with_a_wide_name() {
    let folder = Folder::new("wide");
    let file = folder.file("Büro ☂.bin");
    let name: Vec<u16> = file.to_str().unwrap().encode_utf16().chain([0]).collect();
    let (name, none) = unsafe { (Str::new(name.as_ptr().cast()), Str::new(ptr::null())) };
    let mut stream = null_mut();
    assert_eq!(unsafe { OpenStreamOnFileW(null_mut(), null_mut(), CREATE, name, none, &raw mut stream) }, OK);
    assert_eq!((write(stream, b"umbrella"), release(stream)), (0, 0));
    assert_eq!(std::fs::read(&file).unwrap(), b"umbrella");
    assert_eq!(unsafe { OpenStreamOnFileW(null_mut(), null_mut(), READ, name, none, &raw mut stream) }, OK);
    assert_eq!((read(stream, 99), release(stream)), (b"umbrella".to_vec(), 0));
}

/// The name in a STATSTG is memory of the task allocator; MAPIFreeBuffer is the wrong way to free it, and that is found.
// shows MEMORY-006
#[cfg(not(windows))]
#[test]
fn streams_use_the_task_allocator() {
    let sim = Arc::new(Sim::office());
    let bound = bind_process(sim.clone(), "client");
    let folder = Folder::new("stat");
    let file = folder.file("x.bin");
    let stream = open(CREATE, Some(&file), None).unwrap();
    assert_eq!(write(stream, b"123"), 0);
    let mut stat: STATSTG = unsafe { zeroed() };
    assert_eq!(method!(stream, 12, *mut STATSTG = &raw mut stat, u32 = 1), 0);
    assert_eq!((stat.pwcsName, stat.kind, stat.cbSize, stat.grfMode), (null_mut(), 2, 3, CREATE));
    assert_eq!((stat.mtime, stat.ctime), (FILETIME::default(), FILETIME::default()), "no clock but the simulated one");
    assert_eq!(method!(stream, 12, *mut STATSTG = &raw mut stat, u32 = 0), 0);
    let name: Vec<u16> = file.to_str().unwrap().encode_utf16().chain([0]).collect();
    assert_eq!(unsafe { std::slice::from_raw_parts(stat.pwcsName, name.len()) }, name);
    assert_eq!(unsafe { MAPIFreeBuffer(stat.pwcsName.cast()) }, 0);
    let told = mapi32::memory::findings(bound.face().id());
    assert!(told[0].to_string().contains("made by IStream::Stat") && told[0].clause() == "MEMORY-043", "{told:?}");
    let malloc = mapi32::memory::MAPIGetDefaultMalloc();
    unsafe { ((*malloc).lpVtbl.Free)(malloc, stat.pwcsName.cast()) };
    assert!(mapi32::memory::leaks(bound.face().id()).is_empty());
    assert_eq!(release(stream), 0);
    bound.discard();
    Arc::into_inner(sim).unwrap().discard();
}

fn wrap(stream: Ptr, flags: u32) -> Ptr {
    let mut wrapped = null_mut();
    assert_eq!(unsafe { WrapCompressedRTFStream(stream, flags, &raw mut wrapped) }, OK);
    wrapped
}

/// Writes RTF into a file's stream, and gives what stands in the file then.
fn write_rtf(file: &Path, flags: u32, text: &[u8]) -> Vec<u8> {
    let stream = open(if file.exists() { 2 } else { CREATE }, Some(file), None).unwrap();
    let wrapped = wrap(stream, flags);
    let (first, second) = text.split_at(text.len() / 2);
    assert_eq!((write(wrapped, first), write(wrapped, second), commit(wrapped), release(wrapped), release(stream)), (0, 0, 0, 0, 0));
    std::fs::read(file).unwrap()
}

fn read_rtf(file: &Path) -> Vec<u8> {
    let stream = open(READ, Some(file), None).unwrap();
    let wrapped = wrap(stream, 0);
    assert_eq!(release(stream), 1, "the wrapper holds a reference");
    let mut text = read(wrapped, 7);
    text.extend(read(wrapped, 10_000));
    assert_eq!(release(wrapped), 0);
    text
}

const LONG: &[u8] = b"{\\rtf1\\ansi\\ansicpg1252\\pard hello hello hello hello hello world}\r\n";
const SHORT: &[u8] = b"{\\rtf1 short}";

// shows MEMORY-128, MEMORY-129, MEMORY-131
#[test]
fn rtf_is_compressed_and_comes_back() {
    let folder = Folder::new("rtf");
    let file = folder.file("rtf");
    let packed = write_rtf(&file, 1, LONG);
    assert_eq!(&packed[8..12], b"LZFu");
    assert!(packed.len() < LONG.len());
    assert_eq!(read_rtf(&file), LONG);
    let packed = write_rtf(&file, 1, SHORT);
    assert_eq!(packed.len(), packed[0] as usize + 4, "nothing of the longer text is left");
    assert_eq!(read_rtf(&file), SHORT);
    let plain = write_rtf(&file, 0x8001, LONG);
    assert_eq!((&plain[8..12], &plain[16..]), (&b"MELA"[..], LONG));
    assert_eq!(read_rtf(&file), LONG);
    std::fs::write(&file, b"this is no compressed RTF").unwrap();
    let stream = open(READ, Some(&file), None).unwrap();
    let mut wrapped = null_mut();
    assert_eq!(unsafe { WrapCompressedRTFStream(stream, 0, &raw mut wrapped) }, 0x8004_011B_u32.cast_signed());
    assert_eq!((wrapped, release(stream)), (null_mut(), 0), "no reference is left behind");
    assert_eq!(unsafe { WrapCompressedRTFStream(null_mut(), 0, &raw mut wrapped) }, INVALID_PARAMETER);
}

// shows MEMORY-130, ERROR-028, ERROR-054
#[test]
fn what_wrapped_streams_do_not_do() {
    let folder = Folder::new("less");
    let file = folder.file("rtf");
    write_rtf(&file, 1, LONG);
    let stream = open(READ, Some(&file), None).unwrap();
    let wrapped = wrap(stream, 0);
    let mut clone: Ptr = ptr::dangling_mut();
    let mut stat: STATSTG = unsafe { zeroed() };
    assert_eq!(method!(wrapped, 13, *mut Ptr = &raw mut clone), E_NOTIMPL);
    assert!(clone.is_null(), "a method of OLE sets NULL");
    assert_eq!(method!(wrapped, 10, u64 = 0, u64 = 1, u32 = 0), E_NOTIMPL, "LockRegion");
    assert_eq!(method!(wrapped, 11, u64 = 0, u64 = 1, u32 = 0), E_NOTIMPL, "UnlockRegion");
    assert_eq!(method!(wrapped, 9), E_NOTIMPL, "Revert");
    assert_eq!(seek(wrapped, 0), E_NOTIMPL);
    assert_eq!(method!(wrapped, 6, u64 = 0), E_NOTIMPL, "SetSize");
    assert_eq!(method!(wrapped, 12, *mut STATSTG = &raw mut stat, u32 = 1), E_NOTIMPL);
    assert_eq!(mapi_sim::Hresult::E_NOTIMPL.code(), E_NOTIMPL);
    // Read, CopyTo and Commit work.
    let copy = open(CREATE, Some(&folder.file("copy")), None).unwrap();
    let (mut from, mut to) = (0u64, 0u64);
    assert_eq!(method!(wrapped, 7, Ptr = copy, u64 = u64::MAX, *mut u64 = &raw mut from, *mut u64 = &raw mut to), 0);
    assert_eq!((from, to, commit(wrapped)), (LONG.len() as u64, LONG.len() as u64, 0));
    assert_eq!((release(copy), release(wrapped), release(stream)), (0, 0, 0));
    assert_eq!(std::fs::read(folder.file("copy")).unwrap(), LONG);
}

// shows MEMORY-132
#[test]
fn the_extended_wrapper() {
    let folder = Folder::new("extended");
    let file = folder.file("rtf");
    write_rtf(&file, 1, LONG);
    let stream = open(READ, Some(&file), None).unwrap();
    let call = |flags: u32, told: *mut RTF_WCSRETINFO| {
        let info = RTF_WCSINFO { size: 16, ulFlags: flags, ulInCodePage: 1252, ulOutCodePage: 0 };
        let mut wrapped = null_mut();
        (unsafe { WrapCompressedRTFStreamEx(stream, &raw const info, &raw mut wrapped, told) }, wrapped)
    };
    let mut told = RTF_WCSRETINFO { size: 0, ulStreamFlags: 0 };
    assert_eq!(call(0x1_0001, &raw mut told), (INVALID_PARAMETER, null_mut()));
    assert_eq!(call(0x1_0000, &raw mut told), (NO_SUPPORT, null_mut()));
    let (code, wrapped) = call(0, &raw mut told);
    assert_eq!((code, told.size, told.ulStreamFlags), (OK, 8, 1), "RTF");
    assert_eq!(read(wrapped, 1000), LONG);
    assert_eq!((release(wrapped), release(stream)), (0, 0));
}
