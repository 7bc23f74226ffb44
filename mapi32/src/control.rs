//! The control interface: `include/mapi_sim.h`. A program that may be changed, or its test, steers the world by these functions.

use std::ffi::{CStr, c_char};
use std::sync::Arc;

use mapi_sim::{Fixture, Hresult, SimDuration};
use parking_lot::Mutex;

use crate::boundary::{guard, guard_hr};
use crate::world::{self, Face};

/// Version of the control interface: the high half changes when a program has to change, the low half when there is more.
pub const VERSION: u32 = 0x0001_0001;
/// MAPI_SIM_THREAD: the calling thread gets the world, not the process.
const THREAD: u32 = 0x1;

/// Why the last control call failed.
static LAST_ERROR: Mutex<String> = Mutex::new(String::new());

/// A text of the client as UTF-8.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct Utf8(*const c_char);

impl Utf8 {
    /// The text at this address.
    ///
    /// # Safety
    ///
    /// It is NULL, or a text with its NUL as long as the value lives.
    pub const unsafe fn new(text: *const c_char) -> Self {
        Utf8(text)
    }

    fn text<'a>(self) -> Option<&'a str> {
        if self.0.is_null() {
            return None;
        }
        // SAFETY: by the promise of the client the text ends with a NUL, and lives as long as the call.
        unsafe { CStr::from_ptr(self.0) }.to_str().ok()
    }
}

/// A buffer for a text.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct Buffer(*mut c_char);

impl Buffer {
    /// The buffer at this address.
    ///
    /// # Safety
    ///
    /// It is NULL, or valid for writes of the size that the call says.
    pub const unsafe fn new(buffer: *mut c_char) -> Self {
        Buffer(buffer)
    }

    /// Writes as much of a text as fits, with its NUL, and says how long all of it is, without NUL.
    fn fill(self, size: usize, text: &str) -> usize {
        if !self.0.is_null() && size > 0 {
            let mut end = text.len().min(size - 1);
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            // SAFETY: by the promise of the client `size` bytes can be written; `end` is less.
            unsafe {
                std::ptr::copy_nonoverlapping(text.as_ptr(), self.0.cast::<u8>(), end);
                self.0.add(end).write(0);
            }
        }
        text.len()
    }
}

fn refuse(text: String) -> Hresult {
    *LAST_ERROR.lock() = text;
    Hresult::MAPI_E_INVALID_PARAMETER
}

/// The version of this interface.
#[unsafe(no_mangle)]
pub extern "system" fn MapiSimVersion() -> u32 {
    VERSION
}

/// Begins another world, out of a fixture's text or the name of a shipped world.
#[unsafe(no_mangle)]
pub extern "system" fn MapiSimLoadFixture(text: Utf8, flags: u32) -> i32 {
    guard_hr("MapiSimLoadFixture", || {
        if flags & !THREAD != 0 {
            return refuse(format!("MapiSimLoadFixture: flags 0x{flags:X} are not known"));
        }
        let Some(text) = text.text() else { return refuse("MapiSimLoadFixture: the text is NULL or no UTF-8".to_owned()) };
        let fixture = match Fixture::shipped(text.trim()) {
            Some(shipped) => Ok(shipped),
            None => Fixture::from_text(text),
        };
        match fixture {
            Ok(fixture) => {
                begin(&fixture, flags & THREAD != 0, &world::process_name());
                Hresult::S_OK
            }
            Err(error) => refuse(error.to_string()),
        }
    })
}

fn begin(fixture: &Fixture, thread: bool, process: &str) {
    let journal = world::journal_path();
    world::set(Some(Face::ours(fixture, process, journal)), thread);
}

/// Begins the world of the calling thread again, as its fixture says.
#[unsafe(no_mangle)]
pub extern "system" fn MapiSimReset() -> i32 {
    guard_hr("MapiSimReset", || {
        let Some(face) = world::current() else { return refuse(world::refusal()) };
        let Some(fixture) = face.fixture() else {
            return refuse("MapiSimReset: the world was given by a Rust test, which begins its own".to_owned());
        };
        begin(fixture, world::is_bound(), face.process());
        Hresult::S_OK
    })
}

/// The calling thread goes on as a process of another name, in the same world.
#[unsafe(no_mangle)]
pub extern "system" fn MapiSimSetProcess(name: Utf8) -> i32 {
    guard_hr("MapiSimSetProcess", || {
        let Some(face) = world::current() else { return refuse(world::refusal()) };
        let Some(name) = name.text().filter(|name| !name.is_empty()) else {
            return refuse("MapiSimSetProcess: the name is NULL, empty or no UTF-8".to_owned());
        };
        world::set(Some(face.sibling(name)), true);
        Hresult::S_OK
    })
}

/// Moves the virtual clock on.
#[unsafe(no_mangle)]
pub extern "system" fn MapiSimAdvance(millis: u64) -> i32 {
    guard_hr("MapiSimAdvance", || {
        let Some(face) = world::current() else { return refuse(world::refusal()) };
        face.sim().advance(SimDuration::from_millis(millis));
        crate::notify::deliver(&face);
        Hresult::S_OK
    })
}

/// Moves the virtual clock to the next moment at which something happens: S_FALSE if there is none.
#[unsafe(no_mangle)]
pub extern "system" fn MapiSimStep() -> i32 {
    guard_hr("MapiSimStep", || {
        let Some(face) = world::current() else { return refuse(world::refusal()) };
        let moved = face.sim().step();
        crate::notify::deliver(&face);
        if moved { Hresult::S_OK } else { Hresult::S_FALSE }
    })
}

/// A text of the calling thread's world into a buffer.
fn text(name: &str, buffer: Buffer, size: usize, make: impl FnOnce(&Arc<Face>) -> String) -> usize {
    guard(name, 0, || {
        let text = world::current().map_or_else(world::refusal, |face| make(&face));
        buffer.fill(size, &text)
    })
}

/// Chooses how many bytes of connection numbers and bookmarks are written: 8 or 4.
#[unsafe(no_mangle)]
pub extern "system" fn MapiSimSetConnectionBytes(bytes: u32) -> i32 {
    guard_hr("MapiSimSetConnectionBytes", || {
        if crate::wire::set_connection_bytes(bytes) {
            return Hresult::S_OK;
        }
        refuse(format!("MapiSimSetConnectionBytes: {bytes} is neither 4 nor 8"))
    })
}

/// The journal as text.
#[unsafe(no_mangle)]
pub extern "system" fn MapiSimJournal(buffer: Buffer, size: usize) -> usize {
    text("MapiSimJournal", buffer, size, |face| face.sim().journal().to_string())
}

/// The world as it is now, as text.
#[unsafe(no_mangle)]
pub extern "system" fn MapiSimState(buffer: Buffer, size: usize) -> usize {
    text("MapiSimState", buffer, size, |face| face.sim().state().to_string())
}

/// The objects that are alive, with their references, as text.
#[unsafe(no_mangle)]
pub extern "system" fn MapiSimObjects(buffer: Buffer, size: usize) -> usize {
    text("MapiSimObjects", buffer, size, |face| face.ledger().to_string())
}

/// Verifies the world as if the process ended now: S_OK, or S_FALSE if something is wrong; the verdict as text.
#[unsafe(no_mangle)]
pub extern "system" fn MapiSimVerify(buffer: Buffer, size: usize) -> i32 {
    guard_hr("MapiSimVerify", || {
        let Some(face) = world::current() else { return refuse(world::refusal()) };
        let (hr, text) = match face.verdict() {
            Ok(text) => (Hresult::S_OK, text),
            Err(text) => (Hresult::S_FALSE, text),
        };
        buffer.fill(size, &text);
        hr
    })
}

/// Writes journal, objects, state and verdict to a file.
#[unsafe(no_mangle)]
pub extern "system" fn MapiSimWriteJournal(path: Utf8) -> i32 {
    guard_hr("MapiSimWriteJournal", || {
        let Some(face) = world::current() else { return refuse(world::refusal()) };
        let Some(path) = path.text() else { return refuse("MapiSimWriteJournal: the path is NULL or no UTF-8".to_owned()) };
        match std::fs::write(path, face.record()) {
            Ok(()) => Hresult::S_OK,
            Err(error) => refuse(format!("MapiSimWriteJournal: {path} cannot be written: {error}")),
        }
    })
}

/// Why the last control call that failed did so.
#[unsafe(no_mangle)]
pub extern "system" fn MapiSimLastError(buffer: Buffer, size: usize) -> usize {
    guard("MapiSimLastError", 0, || buffer.fill(size, &LAST_ERROR.lock().clone()))
}
