//! The control interface, and worlds out of the environment.

mod client;

use std::ffi::{CStr, CString, c_char};
use std::ptr::null_mut;

use client::*;

unsafe extern "system" {
    fn MapiSimVersion() -> u32;
    fn MapiSimLoadFixture(text: *const c_char, flags: u32) -> u32;
    fn MapiSimReset() -> u32;
    fn MapiSimSetProcess(name: *const c_char) -> u32;
    fn MapiSimAdvance(millis: u64) -> u32;
    fn MapiSimStep() -> u32;
    fn MapiSimJournal(buffer: *mut c_char, size: usize) -> usize;
    fn MapiSimState(buffer: *mut c_char, size: usize) -> usize;
    fn MapiSimObjects(buffer: *mut c_char, size: usize) -> usize;
    fn MapiSimVerify(buffer: *mut c_char, size: usize) -> u32;
    fn MapiSimLastError(buffer: *mut c_char, size: usize) -> usize;
}

/// MAPI_SIM_THREAD.
const THREAD: u32 = 1;

fn load(text: &str) -> u32 {
    let text = CString::new(text).expect("no NUL");
    // SAFETY: the text lives through the call.
    unsafe { MapiSimLoadFixture(text.as_ptr(), THREAD) }
}

/// A text, asked for its length first as the header says.
fn text(get: unsafe extern "system" fn(*mut c_char, usize) -> usize) -> String {
    // SAFETY: NULL and 0, then a buffer of the size that is said.
    unsafe {
        let length = get(null_mut(), 0);
        let mut buffer = vec![0x55; length + 2];
        assert_eq!(get(buffer.as_mut_ptr(), length + 1), length);
        assert_eq!(buffer[length + 1], 0x55, "not a byte more");
        CStr::from_ptr(buffer.as_ptr()).to_str().expect("UTF-8").to_owned()
    }
}

#[test]
fn a_client_steers_its_world() {
    // SAFETY: no arguments.
    assert_eq!(unsafe { MapiSimVersion() }, 0x0001_0001);
    assert_eq!(load("minimal"), S_OK);
    assert_eq!(initialize(), S_OK);
    let (hr, session) = logon(Some("Work"), 0x22);
    assert_eq!(hr, S_OK);
    assert!(text(MapiSimJournal).contains("MAPILogonEx"));
    assert!(text(MapiSimState).contains("session session#1 on \"Work\""));
    assert!(text(MapiSimObjects).contains("session#1: 1 reference(s), from MAPILogonEx"));
    // SAFETY: no pointers.
    unsafe {
        assert_eq!(MapiSimAdvance(60_000), S_OK);
        while MapiSimStep() == S_OK {}
    }
    assert!(text(MapiSimState).starts_with("time 1m") || text(MapiSimState).starts_with("time 60s"), "{}", text(MapiSimState));
    let mut small = [0x55 as c_char; 4];
    // SAFETY: four bytes.
    unsafe { MapiSimJournal(small.as_mut_ptr(), 4) };
    assert_eq!(small[3], 0, "cut, with its NUL");
    assert_eq!(logoff(session), S_OK);
    assert_eq!(release(session), 0);
    uninitialize();
    // SAFETY: NULL wants no text.
    assert_eq!(unsafe { MapiSimVerify(null_mut(), 0) }, S_OK);
    // A second MAPIUninitialize is one too many.
    uninitialize();
    let mut verdict = vec![0 as c_char; 4096];
    // SAFETY: a buffer of this size.
    assert_eq!(unsafe { MapiSimVerify(verdict.as_mut_ptr(), verdict.len()) }, 1);
    // SAFETY: it ends with NUL.
    assert!(unsafe { CStr::from_ptr(verdict.as_ptr()) }.to_str().expect("UTF-8").contains("unbalanced"));
    // SAFETY: no arguments.
    assert_eq!(unsafe { MapiSimReset() }, S_OK);
    assert_eq!(text(MapiSimJournal), "");
    // SAFETY: a text.
    assert_eq!(unsafe { MapiSimSetProcess(c"indexer".as_ptr()) }, S_OK);
    assert_eq!(initialize(), S_OK);
    assert!(text(MapiSimJournal).starts_with("#1 indexer MAPIInitialize()"));
    uninitialize();
}

#[test]
fn a_bad_fixture_is_refused_with_its_line() {
    assert_eq!(load("format = 1\nprofiles = 3\n"), MAPI_E_INVALID_PARAMETER);
    assert!(text(MapiSimLastError).contains("fixture:2"), "{}", text(MapiSimLastError));
    // SAFETY: NULL is what is tried.
    assert_eq!(unsafe { MapiSimLoadFixture(null_mut(), THREAD) }, MAPI_E_INVALID_PARAMETER);
}

/// The environment: a copy of this test as the client, with variables that name a world and a file.
#[test]
fn the_environment_chooses_the_world() {
    if std::env::var_os("MAPI_SIM_TEST_CHILD").is_some() {
        assert_eq!(initialize(), S_OK);
        let (hr, session) = logon(Some("Work"), QUIET);
        assert_eq!(hr, S_OK);
        logoff(session);
        if std::env::var_os("MAPI_SIM_TEST_LEAK").is_none() {
            release(session);
        }
        return uninitialize();
    }
    let journal = std::env::temp_dir().join(format!("mapi-sim-{}.txt", std::process::id()));
    let run = |leak: bool| {
        let mut command = std::process::Command::new(std::env::current_exe().expect("a path"));
        command.args(["--exact", "the_environment_chooses_the_world", "--nocapture"]);
        command.env("MAPI_SIM_TEST_CHILD", "1").env("MAPI_SIM_FIXTURE", "minimal").env("MAPI_SIM_PROCESS", "mailer");
        command.env("MAPI_SIM_JOURNAL", &journal).env("MAPI_SIM_STRICT", "1").env("MAPI_SIM_SEED", "7");
        if leak {
            command.env("MAPI_SIM_TEST_LEAK", "1");
        }
        command.output().expect("runs")
    };
    let good = run(false);
    let record = std::fs::read_to_string(&journal).expect("written");
    assert!(good.status.success(), "{record}");
    assert!(record.contains("#2 mailer") && record.contains("verdict on mailer in \"minimal\": 0 problem(s)"), "{record}");
    let bad = run(true);
    let told = String::from_utf8_lossy(&bad.stderr).into_owned();
    assert_eq!(bad.status.code(), Some(mapi32::world::STRICT_STATUS), "{told}");
    assert!(told.contains("alive at MAPIUninitialize: session#1"), "{told}");
    std::fs::remove_file(&journal).expect("was written");
}
