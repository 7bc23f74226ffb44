//! Which world a call reaches, and who makes it.
//!
//! An object belongs to the world in which it was made, whatever thread calls it. A function of mapi32 reaches the world that its thread is bound to
//! ([`bind`], or `MapiSimLoadFixture` with `MAPI_SIM_THREAD`); a thread that is not bound reaches the world of the process. That one is made at the
//! first call out of the environment:
//!
//! - `MAPI_SIM_FIXTURE`: a fixture file, or the name of a shipped world. Nothing: the shipped world `office`.
//! - `MAPI_SIM_SEED`: a number that takes the place of `machine.seed`.
//! - `MAPI_SIM_JOURNAL`: a file; the journal, the state and the verdict are written to it at the last MAPIUninitialize and at the end of the process.
//! - `MAPI_SIM_STRICT`: `1` makes a process that fails verification end with exit status 86, and print the verdict to its standard error output.
//! - `MAPI_SIM_CONNECTION_BYTES`: `4` for a client whose headers give connection numbers and bookmarks four bytes; nothing, or `8`: eight.
//! - `MAPI_SIM_PROCESS`: the name of the process in the world. Nothing: the executable's name without ending.
//!
//! Threads are named by the order of their first call: `main`, `t2`, `t3`.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use mapi_sim::call::{Call, Caller, Handle, Reply};
use mapi_sim::mapi::CodePage;
use mapi_sim::{Fixture, Hresult, Sim, Text};
use parking_lot::Mutex;

use crate::ledger::{Ledger, Problem};
use crate::wire::{MAPI_UNICODE, Str};
use crate::{memory, notify, surroundings, wire};

/// Exit status of a process that fails verification under `MAPI_SIM_STRICT`.
pub const STRICT_STATUS: i32 = 86;

/// One process of one world, as this library shows it to a client.
#[derive(Debug)]
pub struct Face {
    id: u32,
    /// Taken by `drop` alone.
    sim: Option<Arc<Sim>>,
    /// The fixture that the world began as, if this library began it: then nobody else verifies the world, and dropping it is no verdict.
    fixture: Option<Fixture>,
    process: String,
    page: CodePage,
    threads: Mutex<BTreeMap<u64, Caller>>,
    ledger: Ledger,
    journal: Option<PathBuf>,
    /// Readings of the allocator: `alloc_needs_init`, `alloc_more_null`.
    pub(crate) gates: (bool, bool),
    /// MAPIInitialize calls that MAPIUninitialize has not undone.
    pub(crate) initialized: AtomicU32,
    /// Whether MAPIInitialize ever succeeded.
    pub(crate) began: AtomicBool,
    /// Identifiers that utility functions made.
    pub(crate) identifiers: AtomicU64,
}

static NEXT_FACE: AtomicU32 = AtomicU32::new(1);
static NEXT_THREAD: AtomicU64 = AtomicU64::new(1);
/// Counts the changes of who is bound to what, and of what is initialised: see [`epoch`].
static EPOCH: AtomicU64 = AtomicU64::new(1);
/// The world of threads that are not bound.
static PROCESS: Mutex<Option<Arc<Face>>> = Mutex::new(None);
/// What was wrong with the environment.
static REFUSED: OnceLock<String> = OnceLock::new();

thread_local! {
    static BOUND: RefCell<Option<Arc<Face>>> = const { RefCell::new(None) };
    static THREAD: u64 = NEXT_THREAD.fetch_add(1, Ordering::Relaxed);
    /// The caller that this thread last was, and in which face.
    static LAST: Cell<Option<(u32, Caller)>> = const { Cell::new(None) };
}

impl Face {
    /// A process of this name in a world that somebody else verifies.
    pub fn new(sim: Arc<Sim>, process: &str) -> Arc<Face> {
        Face::with(sim, None, process, None)
    }

    /// A process of this name in a new world.
    pub(crate) fn ours(fixture: &Fixture, process: &str, journal: Option<PathBuf>) -> Arc<Face> {
        Face::with(Arc::new(fixture.start()), Some(fixture.clone()), process, journal)
    }

    /// Another process of the same world.
    pub(crate) fn sibling(&self, process: &str) -> Arc<Face> {
        Face::with(self.sim().clone(), self.fixture.clone(), process, self.journal.clone())
    }

    fn with(sim: Arc<Sim>, fixture: Option<Fixture>, process: &str, journal: Option<PathBuf>) -> Arc<Face> {
        surroundings::install();
        notify::listen(&sim);
        let mut face = Face {
            id: NEXT_FACE.fetch_add(1, Ordering::Relaxed),
            page: sim.kernel(|kernel| kernel.machine().code_page),
            sim: Some(sim),
            fixture,
            process: process.to_owned(),
            threads: Mutex::default(),
            ledger: Ledger::default(),
            journal,
            gates: (false, false),
            initialized: AtomicU32::new(0),
            began: AtomicBool::new(false),
            identifiers: AtomicU64::new(0),
        };
        face.gates = surroundings::gates(&face);
        if face.gates != (false, false) {
            memory::set_gate(true);
        }
        Arc::new(face)
    }

    /// Its number among the worlds and processes of this library.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The name of the process.
    pub fn process(&self) -> &str {
        &self.process
    }

    /// The world.
    pub fn sim(&self) -> &Arc<Sim> {
        self.sim.as_ref().expect("only drop takes it")
    }

    /// The fixture that the world began as, if this library began it.
    pub(crate) fn fixture(&self) -> Option<&Fixture> {
        self.fixture.as_ref()
    }

    /// Who made which object, and who misused it.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The code page of strings without MAPI_UNICODE.
    pub fn code_page(&self) -> CodePage {
        self.page
    }

    /// The calling thread in the world.
    pub fn caller(&self) -> Caller {
        if let Some((id, caller)) = LAST.get()
            && id == self.id
        {
            return caller;
        }
        let mut threads = self.threads.lock();
        let next = threads.len() + 1;
        let me = thread();
        let caller = *threads.entry(me).or_insert_with(|| {
            let name = if next == 1 { "main".to_owned() } else { format!("t{next}") };
            self.sim().caller(&self.process, &name)
        });
        LAST.set(Some((self.id, caller)));
        caller
    }

    /// The calling thread goes on as the thread of this name in the world: a test plays several threads of a client by one.
    pub fn play(&self, name: &str) -> Caller {
        let caller = self.sim().caller(&self.process, name);
        self.threads.lock().insert(thread(), caller);
        LAST.set(Some((self.id, caller)));
        caller
    }

    /// Makes a call in the world, and tells the sinks of clients what happened in it.
    ///
    /// A call that waits for something that nothing in the world can bring about fails, with a line in the report: in a real process it would hang.
    pub fn call(&self, call: Call) -> Reply {
        let method = call.method();
        let reply = match self.sim().call(self.caller(), call) {
            Ok(reply) => {
                if reply.hr == Hresult::MAPI_E_NOT_INITIALIZED && method.name != "MAPIInitialize" {
                    let text = format!("{method}: the process {} has not called MAPIInitialize (LOGON-004)", self.process);
                    self.ledger.note(Problem::NotInitialized, text);
                }
                reply
            }
            Err(error) => {
                self.ledger.note(Problem::Deadlock, error.to_string());
                Reply::of(Hresult::MAPI_E_CALL_FAILED)
            }
        };
        notify::deliver(self);
        reply
    }

    /// A method that is not built, and has no call either: answered with MAPI_E_NO_SUPPORT, and told by the verdict.
    pub fn unsupported(&self, name: &str, this: Option<Handle>) -> Hresult {
        let on = this.map_or_else(String::new, |this| format!(" on {this}"));
        self.ledger.note(Problem::Unsupported, format!("{name}{on} is not built; it answered MAPI_E_NO_SUPPORT"));
        Hresult::MAPI_E_NO_SUPPORT
    }

    /// The text of a string argument, with a warning if it is of the other width than the flags say.
    pub fn text(&self, method: &str, string: Str, flags: u32) -> Option<Text> {
        let text = string.text(flags & MAPI_UNICODE != 0)?;
        if wire::looks_narrow(&text) {
            let said = format!("{method}: a string passed with MAPI_UNICODE looks like 8-bit bytes; it was read as {text}");
            self.ledger.note(Problem::Width, said);
        }
        Some(text)
    }

    /// The call that made an object, as the journal tells it.
    pub fn maker(&self, object: Handle) -> Option<String> {
        let journal = self.sim().journal();
        let entry = journal.entries().find(|entry| entry.reply().object() == Some(object))?;
        Some(format!("call {} {} by {}", entry.id(), entry.call(), journal.caller_name(entry.caller())))
    }

    /// Notes one more MAPIInitialize or MAPIUninitialize; true if the last one was undone.
    pub fn count_initialize(&self, up: bool) -> bool {
        if up {
            self.began.store(true, Ordering::Relaxed);
            self.initialized.fetch_add(1, Ordering::AcqRel);
            changed();
            return false;
        }
        let before = self.initialized.fetch_update(Ordering::AcqRel, Ordering::Acquire, |count| count.checked_sub(1));
        changed();
        before == Ok(1)
    }

    /// The last MAPIUninitialize of the process: what is alive still is a leak, objects and blocks.
    pub fn end_of_mapi(&self) {
        self.ledger.end_of_mapi(self);
        for leak in crate::memory::leaks(self.id) {
            self.ledger.note(Problem::Leak, leak.to_string());
        }
    }

    /// Everything that is wrong, in one text; nothing if nothing is.
    pub fn verdict(&self) -> Result<String, String> {
        let world = self.sim().check();
        let (problems, warnings) = self.ledger.findings();
        let mut text = String::new();
        let mut bad = problems.len();
        if let Err(report) = &world {
            bad += report.problems().len();
            report.problems().iter().for_each(|problem| line(&mut text, "problem", problem));
        }
        problems.iter().for_each(|problem| line(&mut text, "problem", problem));
        if let Err(report) = &world {
            report.warnings().iter().for_each(|warning| line(&mut text, "warning", warning));
        }
        warnings.iter().for_each(|warning| line(&mut text, "warning", warning));
        let head = format!("verdict on {} in \"{}\": {bad} problem(s)\n", self.process, self.sim().fixture_name());
        if bad == 0 { Ok(head + &text) } else { Err(head + &text) }
    }

    /// Journal, objects, state and verdict as one text.
    pub fn record(&self) -> String {
        let verdict = self.verdict().unwrap_or_else(|text| text);
        format!("{}\n{}\n{}\n{verdict}", self.sim().journal(), self.ledger, self.sim().state())
    }

    /// Writes the record to the file of `MAPI_SIM_JOURNAL`, if there is one.
    pub fn write_journal(&self) {
        if let Some(path) = &self.journal
            && let Err(error) = std::fs::write(path, self.record())
        {
            self.ledger.note(Problem::Note, format!("MAPI_SIM_JOURNAL: {} cannot be written: {error}", path.display()));
        }
    }
}

fn line(text: &mut String, kind: &str, what: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "{kind}: {what}");
}

impl Drop for Face {
    fn drop(&mut self) {
        memory::forget(self.id);
        if let Some(sim) = self.sim.take()
            && self.fixture.is_some()
            && let Some(sim) = Arc::into_inner(sim)
        {
            sim.discard();
        }
    }
}

/// The world of the calling thread: the one it is bound to, or that of the process.
pub fn current() -> Option<Arc<Face>> {
    BOUND.with_borrow(Clone::clone).or_else(of_process)
}

/// The world of the calling thread, if there is one already.
pub fn known() -> Option<Arc<Face>> {
    BOUND.with_borrow(Clone::clone).or_else(|| PROCESS.lock().clone())
}

/// The number of the calling thread.
pub(crate) fn thread() -> u64 {
    THREAD.with(|me| *me)
}

/// Looks at the world of the calling thread, if there is one already. The look must not come back here.
pub(crate) fn look<T>(look: impl FnOnce(Option<&Face>) -> T) -> T {
    BOUND.with_borrow(|bound| match bound {
        Some(face) => look(Some(face)),
        None => look(PROCESS.lock().as_deref()),
    })
}

/// Whether the calling thread has a world of its own.
pub fn is_bound() -> bool {
    BOUND.with_borrow(Option::is_some)
}

/// Why the process has no world.
pub fn refusal() -> String {
    REFUSED.get().cloned().unwrap_or_else(|| "there is no world".to_owned())
}

/// The world of the process, made out of the environment if there is none yet.
pub fn of_process() -> Option<Arc<Face>> {
    let mut place = PROCESS.lock();
    if place.is_none() {
        match from_environment() {
            Ok(face) => {
                *place = Some(face);
                changed();
            }
            Err(text) => {
                if REFUSED.set(text.clone()).is_ok() {
                    tell(&text);
                }
            }
        }
        at_exit();
    }
    place.clone()
}

/// Gives the calling thread, or the process, another world. The one before it is given back.
pub fn set(face: Option<Arc<Face>>, thread: bool) -> Option<Arc<Face>> {
    let before = if thread {
        BOUND.replace(face)
    } else {
        at_exit();
        std::mem::replace(&mut *PROCESS.lock(), face)
    };
    changed();
    before
}

/// As long as this number stays the same, a thread reaches the same world as before, which is initialised or not as before. Whoever keeps what it saw
/// asks for the number first and looks then.
pub(crate) fn epoch() -> u64 {
    EPOCH.load(Ordering::Acquire)
}

/// Something was changed that [`epoch`] tells of.
fn changed() {
    EPOCH.fetch_add(1, Ordering::AcqRel);
}

/// The name that the process has in a world.
pub fn process_name() -> String {
    let given = std::env::var("MAPI_SIM_PROCESS").ok().filter(|name| !name.is_empty());
    let executable = || Some(std::env::current_exe().ok()?.file_stem()?.to_string_lossy().into_owned());
    given.or_else(executable).unwrap_or_else(|| "client".to_owned())
}

fn from_environment() -> Result<Arc<Face>, String> {
    let fixture = match std::env::var_os("MAPI_SIM_FIXTURE").filter(|value| !value.is_empty()) {
        None => Fixture::shipped("office").ok_or("the shipped world `office` is missing")?,
        Some(value) => match value.to_str().and_then(Fixture::shipped) {
            Some(shipped) => shipped,
            None => Fixture::load(&value).map_err(|error| format!("MAPI_SIM_FIXTURE: {error}"))?,
        },
    };
    let fixture = match std::env::var("MAPI_SIM_SEED") {
        Ok(seed) if !seed.is_empty() => {
            let seed = seed.parse().map_err(|_| format!("MAPI_SIM_SEED: {seed:?} is no number from 0 to 18446744073709551615"))?;
            fixture.with_seed(seed)
        }
        _ => fixture,
    };
    match std::env::var("MAPI_SIM_CONNECTION_BYTES") {
        Ok(bytes) if !bytes.is_empty() && !bytes.parse().is_ok_and(wire::set_connection_bytes) => {
            return Err(format!("MAPI_SIM_CONNECTION_BYTES: {bytes:?} is neither 4 nor 8"));
        }
        _ => {}
    }
    Ok(Face::ours(&fixture, &process_name(), journal_path()))
}

/// The file of `MAPI_SIM_JOURNAL`.
pub(crate) fn journal_path() -> Option<PathBuf> {
    std::env::var_os("MAPI_SIM_JOURNAL").filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Tells the user of the process; there is no other channel when no world could be made.
fn tell(text: &str) {
    #[allow(clippy::print_stderr, reason = "the verdict of an unmodified client has to come out somewhere")]
    {
        eprintln!("mapi-sim: {text}");
    }
}

/// Notes a panic that was caught at the edge.
pub fn note_panic(name: &str, message: &str) {
    if let Some(face) = current() {
        face.ledger.note(Problem::Panic, format!("{name} failed inside the simulator: {message}"));
    }
}

/// What is done at the end of the process is registered once.
fn at_exit() {
    static ONCE: OnceLock<()> = OnceLock::new();
    unsafe extern "C" {
        fn atexit(callback: extern "C" fn()) -> i32;
    }
    ONCE.get_or_init(|| {
        // SAFETY: the function given lives as long as the process, and stops panics itself.
        let _ = unsafe { atexit(at_end) };
    });
}

/// The end of the process: the journal is written; under `MAPI_SIM_STRICT` a failed verification becomes the exit status.
extern "C" fn at_end() {
    let failed = crate::boundary::guard("exit", false, || {
        // Threads that the system ended may have left the lock taken; then there is nothing to look at.
        let Some(face) = PROCESS.try_lock().and_then(|place| place.clone()) else { return REFUSED.get().is_some() };
        face.ledger.end_of_process(&face);
        face.write_journal();
        match face.verdict() {
            Ok(_) => false,
            Err(text) => {
                if strict() {
                    tell(&text);
                }
                true
            }
        }
    });
    if failed && strict() {
        quit();
    }
}

/// Ends the process at once, with the status of a failed verification.
#[cfg(not(windows))]
fn quit() -> ! {
    unsafe extern "C" {
        fn _exit(status: i32) -> !;
    }
    // SAFETY: ends the process; nothing of this library is used afterwards.
    unsafe { _exit(STRICT_STATUS) }
}

/// Ends the process at once, with the status of a failed verification. A library that is being unloaded may not begin an orderly exit anew.
#[cfg(windows)]
fn quit() {
    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn GetCurrentProcess() -> isize;
        fn TerminateProcess(process: isize, status: u32) -> i32;
    }
    // SAFETY: ends the process; nothing of this library is used afterwards.
    let _ = unsafe { TerminateProcess(GetCurrentProcess(), STRICT_STATUS.cast_unsigned()) };
}

fn strict() -> bool {
    std::env::var("MAPI_SIM_STRICT").is_ok_and(|value| !value.is_empty() && value != "0")
}

/// A world bound to the thread that asked for it.
///
/// Dropping it gives the thread back what it had, and panics if the ledger found a problem, unless a panic is on its way already. [`finish`](Bound::finish) says it
/// at once and verifies the world too; [`discard`](Bound::discard) leaves it unsaid.
#[derive(Debug)]
pub struct Bound {
    face: Arc<Face>,
    before: Option<Arc<Face>>,
    checked: bool,
    /// It belongs to its thread.
    not_send: std::marker::PhantomData<*const ()>,
}

impl Bound {
    /// The world as the client sees it.
    pub fn face(&self) -> &Arc<Face> {
        &self.face
    }

    /// Ends the binding and verifies: the ledger, and the world as [`Sim::check`] does.
    ///
    /// # Panics
    ///
    /// If something is wrong.
    pub fn finish(mut self) {
        self.checked = true;
        if let Err(text) = self.face.verdict() {
            panic!("{text}");
        }
    }

    /// Ends the binding without a verdict.
    pub fn discard(mut self) {
        self.checked = true;
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        set(self.before.take(), true);
        let (problems, _) = self.face.ledger.findings();
        if !self.checked && !std::thread::panicking() && !problems.is_empty() {
            panic!("misuse by {}:\n{}", self.face.process, problems.join("\n"));
        }
    }
}

/// Binds the calling thread to a world, as a process of the executable's name, until the result is dropped: so a Rust test drives a C client in its
/// own process.
pub fn bind(sim: Arc<Sim>) -> Bound {
    bind_process(sim, &process_name())
}

/// As [`bind`], as a process of this name. Two processes of one world are two bindings of one `Sim`.
pub fn bind_process(sim: Arc<Sim>, process: &str) -> Bound {
    let mut bound = bind_face(Face::new(sim, process));
    bound.checked = false;
    bound
}

/// Binds the calling thread to a face that another thread has: a second thread of the same process. The first binding gives the verdict.
pub fn bind_face(face: Arc<Face>) -> Bound {
    let before = set(Some(face.clone()), true);
    Bound { face, before, checked: true, not_send: std::marker::PhantomData }
}
