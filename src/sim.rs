//! One world to test against: [`Sim`]. It holds the only lock.

mod expect;
mod history;
mod meddle;
mod notifications;
mod report;
mod rules;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::adversary::Around;
use crate::call::{Call, CallId, Caller, Handle, IUnknown, Mapi, Reply};
use crate::error::Error;
use crate::fixture::{Fixture, Script};
use crate::journal::{Entry, Journal};
use crate::kernel::{Event, Finished, Kernel, Progress, Ruling};
use crate::lint::{self, Exempt, Finding, Levels, Lint, LintLevel};
use crate::mapi::InitFlags;
use crate::rule::Rules;
use crate::state::State;
use crate::time::{SimDuration, SimTime};
use expect::Expected;
pub use expect::{Expectation, Times};
use history::History;
pub(crate) use history::{Act, Recorded, Ruled};
pub use report::Report;
pub(crate) use report::panic_text;

use rules::Due;
pub use rules::RuleGuard;

/// One simulated machine.
///
/// A `Sim` is one world: it is not `Clone`, so that no test goes on with another world by mistake. Share it by reference or behind an `Arc`;
/// [`fork`](Sim::fork) makes an independent world on purpose. Processes and sessions are handles that can be cloned and sent to other threads.
///
/// ```
/// use mapi_sim::{LogonFlags, Sim};
///
/// let sim = Sim::office();
/// let session = sim.logon("Work", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION | LogonFlags::NO_MAIL)?;
/// session.logoff(Default::default())?;
/// sim.finish();
/// # Ok::<(), mapi_sim::Failure>(())
/// ```
pub struct Sim {
    shared: Arc<Shared>,
    checked: bool,
}

/// What the handles of a world share.
pub(crate) struct Shared {
    fixture: String,
    world: Mutex<World>,
}

/// A world: the subsystem, what is scripted around it, and what happened.
#[derive(Clone)]
struct World {
    kernel: Kernel,
    around: Around,
    /// What stands between clients and the subsystem.
    rules: Rules,
    /// A fault for one call that is to come.
    due: Option<Due>,
    journal: Journal,
    /// Replies of calls that were begun and not collected yet.
    replies: BTreeMap<CallId, Reply>,
    /// Whether the journal is not kept.
    silent: bool,
    /// Processes that the Rust face initialised by itself, and has to uninitialise.
    initialized: Vec<Caller>,
    /// What each lint does in this world.
    levels: Levels,
    /// What the lints do not look at.
    exempt: Exempt,
    /// Notifications that a face delivers to sinks outside, if one asked for them.
    notifications: Option<VecDeque<(Option<Caller>, Event)>>,
    /// What was done to it.
    history: History,
    /// What the test expects of its calls.
    expected: Vec<Expected>,
}

impl World {
    fn new(fixture: &Fixture) -> Self {
        World {
            kernel: Kernel::new(fixture.machine().clone(), fixture.profiles().clone()),
            around: Around { script: fixture.script().clone(), adversary: None },
            rules: Rules::of(fixture.faults()),
            due: None,
            journal: Journal::default(),
            replies: BTreeMap::new(),
            silent: false,
            initialized: Vec::new(),
            levels: Levels::with(fixture.lints()),
            exempt: Exempt::default(),
            notifications: None,
            history: History::of(fixture),
            expected: Vec::new(),
        }
    }

    /// What the lints find, as if the test ended now.
    fn lints(&self) -> Vec<Finding> {
        let mut found = lint::find(&self.journal, &self.kernel, &self.levels, &self.exempt, &self.initialized);
        found.retain(|finding| !self.is_company(&finding.process));
        found
    }

    /// MAPIInitialize on behalf of the test, which the lints do not look at and verification does not ask to be undone.
    fn initialize(&mut self, caller: Caller) -> Result<Reply, CallId> {
        let reply = self.make_own(caller, Call::Mapi(Mapi::MAPIInitialize { version: 0, flags: InitFlags::empty() }))?;
        if reply.hr.is_success() {
            self.initialized.push(caller);
        }
        Ok(reply)
    }

    /// Makes a call that is none of the client's.
    fn make_own(&mut self, caller: Caller, call: Call) -> Result<Reply, CallId> {
        self.meddle(caller, &call);
        self.exempt.note(self.next_call());
        self.call(caller, call, None)
    }

    /// Number of the next call.
    fn next_call(&self) -> CallId {
        CallId::from_number(self.kernel.last_call().number() + 1)
    }

    /// Makes a call of a client: its number, and its reply if it is done at once.
    fn make(&mut self, caller: Caller, call: Call) -> (CallId, Option<Reply>) {
        let meddled = self.meddle(caller, &call).then(|| self.meddled(&call)).flatten();
        (self.next_call(), self.call(caller, call, meddled).ok())
    }

    /// Makes a call; its reply if it is done at once. What an adversary decided about it counts where nobody else decides.
    fn call(&mut self, caller: Caller, call: Call, meddled: Option<Ruling>) -> Result<Reply, CallId> {
        let ruling = self.decided(caller, &call).or(meddled);
        self.remember_call(caller, &call, ruling.as_ref());
        self.call_ruled(caller, call, ruling)
    }

    /// Makes a call about which the rules have decided.
    fn call_ruled(&mut self, caller: Caller, call: Call, ruling: Option<Ruling>) -> Result<Reply, CallId> {
        let progress = match ruling {
            None => self.kernel.apply(caller, call, &mut self.around),
            Some(ruling) => self.kernel.apply_ruled(caller, call, ruling, &mut self.around),
        };
        match progress {
            Progress::Waiting(id) => {
                self.history.waits();
                self.settle();
                Err(id)
            }
            Progress::Done(finished) if self.silent => {
                self.listen(Some(finished.caller), &finished.events);
                self.settle();
                Ok(finished.reply)
            }
            Progress::Done(mut finished) => {
                let kept = finished.reply.kept();
                let reply = std::mem::replace(&mut finished.reply, kept);
                self.record(finished);
                self.settle();
                Ok(reply)
            }
        }
    }

    fn record(&mut self, finished: Finished) {
        self.listen(Some(finished.caller), &finished.events);
        if self.silent {
            return;
        }
        let kernel = &self.kernel;
        self.journal.record(finished, |caller| kernel.caller_name(caller));
        self.watch();
    }

    /// Lets waiting calls go on that can.
    fn settle(&mut self) {
        if self.kernel.has_ready() {
            let mut done = Vec::new();
            self.kernel.settle(&mut self.around, &mut done);
            self.collect(done);
        }
    }

    fn advance(&mut self, to: SimTime) {
        let mut done = Vec::new();
        while self.kernel.advance_once(to, &mut self.around, &mut done) {
            self.note_happened();
            self.collect(std::mem::take(&mut done));
        }
    }

    /// Tells and notes what happened outside calls.
    fn note_happened(&mut self) {
        let happened = self.kernel.take_happened();
        self.listen(None, &happened);
        if !self.silent {
            self.journal.note(self.kernel.now(), happened);
        }
    }

    fn collect(&mut self, done: Vec<Finished>) {
        for finished in done {
            self.replies.insert(finished.id, finished.reply.clone());
            self.record(finished);
        }
    }

    /// Runs the clock until a call is done.
    fn run_until(&mut self, id: CallId) -> Result<Reply, Error> {
        loop {
            if let Some(reply) = self.replies.remove(&id) {
                return Ok(reply);
            }
            if !self.kernel.waiting().any(|waiting| waiting == id) {
                return Err(Error::misuse(format!("call {id} does not wait; it was collected already, or never begun")));
            }
            let Some(next) = self.kernel.next_time() else {
                return Err(Error::deadlock(format!(
                    "call {id} waits for something that nothing in this world can bring about: {}",
                    self.kernel.waits_for(id)
                )));
            };
            self.advance(next.max(self.kernel.now()));
        }
    }
}

impl Fixture {
    /// Starts a world; as often as you like, each independent of the others.
    #[must_use]
    pub fn start(&self) -> Sim {
        Sim::with(self.name(), World::new(self))
    }
}

impl Sim {
    /// The smallest shipped world: one profile, `Work`, which is the default.
    pub fn minimal() -> Self {
        Sim::shipped("minimal")
    }

    /// A shipped world with three profiles: `Work` (an Exchange-like service with store and transport, a local store, an internet transport, a
    /// hook), `Home`, and the app profile `Assistant`.
    pub fn office() -> Self {
        Sim::shipped("office")
    }

    fn shipped(name: &str) -> Self {
        Fixture::shipped(name).expect("a test starts every shipped world").start()
    }

    fn with(fixture: &str, world: World) -> Self {
        Sim { shared: Arc::new(Shared { fixture: fixture.to_owned(), world: Mutex::new(world) }), checked: false }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Name of the fixture that this world began as.
    pub fn fixture_name(&self) -> &str {
        &self.shared.fixture
    }

    /// Who makes a call: a process and a thread by name, made if they do not exist.
    pub fn caller(&self, process: &str, thread: &str) -> Caller {
        self.shared.world.lock().caller(process, thread)
    }

    /// Makes a call and runs the virtual clock until it is done.
    ///
    /// This is the door that takes any [`Call`], as scenarios and fuzzers make them; the typed handles are the pleasant one.
    ///
    /// # Errors
    ///
    /// [`Error::is_deadlock`] if the call waits for something that nothing in this world can bring about (LOGON-159). It goes on waiting.
    pub fn call(&self, caller: Caller, call: Call) -> Result<Reply, Error> {
        self.shared.call(caller, call)
    }

    /// Makes a call without running the clock: its reply, or its number if it waits.
    pub fn begin(&self, caller: Caller, call: Call) -> Result<Reply, CallId> {
        let (id, reply) = self.shared.begin(caller, call);
        reply.ok_or(id)
    }

    /// Runs the clock until a call that was begun is done.
    ///
    /// # Errors
    ///
    /// [`Error::is_deadlock`] as for [`call`](Sim::call); [`Error::is_misuse`] if the call does not wait.
    pub fn wait(&self, call: CallId) -> Result<Reply, Error> {
        self.shared.world.lock().wait(call)
    }

    /// Moves the virtual clock on, letting everything happen on the way.
    pub fn advance(&self, span: SimDuration) {
        let mut world = self.shared.world.lock();
        let to = world.kernel.now().after(span);
        world.move_clock(to);
    }

    /// Moves the virtual clock to the next moment at which something happens by itself; false if there is none.
    pub fn step(&self) -> bool {
        let mut world = self.shared.world.lock();
        let next = world.kernel.next_time();
        if let Some(next) = next {
            world.move_clock(next);
        }
        next.is_some()
    }

    /// A process ends without a word: its calls, sessions and objects go, and it holds nothing any more (SHUTDOWN-059). A handle of a logon that it
    /// had begun must not be finished after that.
    ///
    /// # Panics
    ///
    /// If no process of that name ever did anything: a misspelt name would test nothing.
    pub fn kill_process(&self, name: &str) {
        assert!(self.knows_process(name), "there is no process {name:?} in the world {:?} to kill", self.shared.fixture);
        self.shared.world.lock().kill(name);
    }

    /// Whether a process of this name ever did anything.
    pub(crate) fn knows_process(&self, name: &str) -> bool {
        self.shared.world.lock().kernel.processes().iter().any(|process| process.name() == name)
    }

    /// The virtual time.
    pub fn now(&self) -> SimTime {
        self.shared.world.lock().kernel.now()
    }

    /// Changes what is scripted around the subsystem, from now on. The world is locked meanwhile: the closure must not use the `Sim` or its handles.
    ///
    /// ```
    /// use mapi_sim::{LogonAct, LogonAnswer, LogonFlags, Sim};
    ///
    /// let sim = Sim::office();
    /// sim.script(|script| script.logon_dialog.push_back(LogonAnswer::from(LogonAct::Pick("Home".into()))));
    /// let session = sim.logon(None, LogonFlags::EXTENDED | LogonFlags::NEW_SESSION | LogonFlags::LOGON_UI)?;
    /// assert_eq!(session.profile_name(), "Home");
    /// # Ok::<(), mapi_sim::Failure>(())
    /// ```
    pub fn script<T>(&self, change: impl FnOnce(&mut Script) -> T) -> T {
        self.shared.world.lock().change_script(change)
    }

    /// Looks at the subsystem itself, as it is now: the closure gets a copy, so that it may use the world's handles too.
    pub fn kernel<T>(&self, look: impl FnOnce(&Kernel) -> T) -> T {
        let kernel = self.shared.world.lock().kernel.clone();
        look(&kernel)
    }

    /// What happened so far.
    pub fn journal(&self) -> Journal {
        self.shared.world.lock().journal.clone()
    }

    /// What a call got, if it is done and still kept.
    pub(crate) fn entry(&self, call: CallId) -> Option<Entry> {
        self.shared.world.lock().journal.entry(call).cloned()
    }

    /// How many lines the journal has had.
    pub(crate) fn journal_length(&self) -> u64 {
        self.shared.world.lock().journal.length()
    }

    /// What happened outside calls since the journal had this many lines.
    pub(crate) fn world_since(&self, length: u64) -> Vec<Event> {
        self.shared.world.lock().journal.world_since(length)
    }

    /// MAPIInitialize on behalf of a scenario, not of its client; it never waits.
    pub(crate) fn initialize(&self, caller: Caller) -> Option<Reply> {
        self.shared.world.lock().initialize(caller).ok()
    }

    /// Makes a call as a face makes it by itself.
    pub(crate) fn call_own(&self, caller: Caller, call: Call) -> Result<Reply, Error> {
        let mut world = self.shared.world.lock();
        match world.make_own(caller, call) {
            Ok(reply) => Ok(reply),
            Err(id) => world.wait(id),
        }
    }

    /// Ends a world that was verified already, or that nobody wants verified.
    pub fn discard(mut self) {
        self.checked = true;
    }

    /// Stops keeping the journal, or goes on: for campaigns that read no texts. Failures then cannot say why.
    pub fn keep_journal(&self, keep: bool) {
        let mut world = self.shared.world.lock();
        world.silent = !keep;
        if !keep {
            world.history.forget("the journal was not kept all the time");
            world.look_away();
        }
    }

    /// Why a call got its reply: the clause that decided, and what would have been near. `None` if the call is not done or no longer kept.
    pub fn why(&self, call: CallId) -> Option<String> {
        self.shared.why(call)
    }

    /// The world as it is now, for people to read.
    pub fn state(&self) -> State {
        State::of(&self.shared.world.lock().kernel)
    }

    /// The world as it is now, as inert data: it can be compared, kept, and started again.
    pub fn snapshot(&self) -> Snapshot {
        let world = self.shared.world.lock();
        let (fixture, levels, rules) = (self.shared.fixture.clone(), world.levels.clone(), world.rules.inherited());
        Snapshot { fixture, kernel: world.kernel.clone(), script: world.around.script.clone(), rules, levels }
    }

    /// An independent world that goes on from here. It does not answer for the calls and sessions that it inherits.
    pub fn fork(&self) -> Sim {
        let world = self.shared.world.lock().clone();
        let exempt = world.exempt.inherited(&world.kernel);
        let rules = world.rules.inherited();
        Sim::with(&self.shared.fixture, World { initialized: Vec::new(), exempt, rules, expected: Vec::new(), ..world })
    }

    /// Says what happens in this world when a lint finds something, in the calls that were made already too. The fixture's `[lints]` table gives
    /// the levels to begin with.
    ///
    /// ```
    /// use mapi_sim::{Lint, LintLevel, LogonFlags, Sim};
    ///
    /// let sim = Sim::office();
    /// sim.lint(Lint::UseAfterLogoff, LintLevel::Allow);
    /// let session = sim.logon("Work", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION)?;
    /// session.logoff(Default::default())?;
    /// assert!(session.logoff(Default::default()).is_err());
    /// sim.finish();
    /// # Ok::<(), mapi_sim::Failure>(())
    /// ```
    pub fn lint(&self, lint: Lint, level: LintLevel) {
        self.shared.world.lock().levels.set(lint, level);
    }

    /// What the lints find in the calls that the journal keeps, in its order, and in what the test would leave behind if it ended now. Lints that
    /// are allowed are left out.
    ///
    /// ```
    /// use mapi_sim::{Lint, LogonFlags, Sim};
    ///
    /// let sim = Sim::office();
    /// let session = sim.logon("Work", LogonFlags::NEW_SESSION)?;
    /// session.logoff(Default::default())?;
    /// assert_eq!(sim.lints()[0].lint, Lint::MissingMapiExtended);
    /// # Ok::<(), mapi_sim::Failure>(())
    /// ```
    pub fn lints(&self) -> Vec<Finding> {
        self.shared.world.lock().lints()
    }

    /// Ends the test: undoes what the Rust face did by itself and verifies the rest.
    ///
    /// # Panics
    ///
    /// If verification finds something; see [`check`](Sim::check).
    pub fn finish(mut self) {
        self.checked = true;
        let found = self.check();
        self.shared.uninitialize();
        if let Err(report) = found {
            panic!("{report}");
        }
    }

    /// Verifies without ending, as if the test ended now: calls that still wait, rules that did not act as often as was expected, what was expected
    /// and did not come, and what the lints find that are denied. What other lints find stands in the report too, if there is one. Lints see what
    /// the journal keeps, [`Journal::LIMIT`] lines.
    ///
    /// # Errors
    ///
    /// A [`Report`] of everything that was found.
    pub fn check(&self) -> Result<(), Report> {
        let world = self.shared.world.lock();
        let waiting = world.waiting().map(|id| format!("call {id} still waits: {}", world.kernel.waits_for(id)));
        let (denied, warned): (Vec<Finding>, Vec<Finding>) =
            world.lints().into_iter().partition(|finding| finding.level == LintLevel::Deny);
        let problems: Vec<String> = waiting.chain(world.unmet()).chain(denied.iter().map(ToString::to_string)).collect();
        let warnings = || warned.iter().map(ToString::to_string).collect();
        if problems.is_empty() { Ok(()) } else { Err(Report { fixture: self.shared.fixture.clone(), problems, warnings: warnings() }) }
    }
}

impl Drop for Sim {
    /// Verifies, unless [`finish`](Sim::finish) did or a panic is on its way already.
    fn drop(&mut self) {
        if !self.checked && !std::thread::panicking() {
            let found = self.check();
            self.shared.uninitialize();
            if let Err(report) = found {
                panic!("{report}");
            }
        }
    }
}

impl fmt::Debug for Sim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sim({:?}, at {})", self.shared.fixture, self.now())
    }
}

impl Shared {
    pub(crate) fn call(&self, caller: Caller, call: Call) -> Result<Reply, Error> {
        self.call_numbered(caller, call).map(|(_, reply)| reply)
    }

    /// Makes a call and gives its number too.
    pub(crate) fn call_numbered(&self, caller: Caller, call: Call) -> Result<(CallId, Reply), Error> {
        let mut world = self.world.lock();
        let (id, reply) = world.make(caller, call);
        let reply = match reply {
            Some(reply) => reply,
            None => world.wait(id)?,
        };
        Ok((id, reply))
    }

    pub(crate) fn begin(&self, caller: Caller, call: Call) -> (CallId, Option<Reply>) {
        self.world.lock().make(caller, call)
    }

    pub(crate) fn wait(&self, id: CallId) -> Result<Reply, Error> {
        self.world.lock().wait(id)
    }

    pub(crate) fn caller(&self, process: &str, thread: &str) -> Caller {
        self.world.lock().caller(process, thread)
    }

    pub(crate) fn kernel<T>(&self, look: impl FnOnce(&Kernel) -> T) -> T {
        look(&self.world.lock().kernel)
    }

    pub(crate) fn why(&self, call: CallId) -> Option<String> {
        self.world.lock().journal.entry(call).map(crate::why::explain)
    }

    /// Initialises a process that has not done it, on behalf of its Rust handle.
    pub(crate) fn initialize(&self, caller: Caller) {
        let mut world = self.world.lock();
        if world.kernel.process(caller.process).init_count() == 0 {
            // What it failed with, the client's next call tells.
            let _ = world.initialize(caller);
        }
    }

    /// Undoes what [`initialize`](Shared::initialize) did.
    fn uninitialize(&self) {
        let mut world = self.world.lock();
        for caller in std::mem::take(&mut world.initialized) {
            if world.kernel.process(caller.process).init_count() > 0 {
                // MAPIUninitialize never waits.
                let _ = world.make_own(caller, Call::Mapi(Mapi::MAPIUninitialize {}));
            }
        }
    }

    /// The last Rust handle of an object is gone.
    pub(crate) fn release(&self, caller: Caller, object: Handle) {
        // Release never waits, and a reply to it tells nothing that could be acted on here.
        let _ = self.world.lock().make(caller, Call::IUnknown(object, IUnknown::Release {}));
    }
}

/// A world as inert data.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    fixture: String,
    kernel: Kernel,
    script: Script,
    rules: Rules,
    levels: Levels,
}

impl Snapshot {
    /// The world as it was, for people to read.
    pub fn state(&self) -> State {
        State::of(&self.kernel)
    }

    /// An independent world that begins here, with an empty journal.
    pub fn start(&self) -> Sim {
        let mut world = World {
            kernel: self.kernel.clone(),
            around: Around { script: self.script.clone(), adversary: None },
            rules: self.rules.clone(),
            due: None,
            journal: Journal::default(),
            replies: BTreeMap::new(),
            silent: false,
            initialized: Vec::new(),
            levels: self.levels.clone(),
            exempt: Exempt::default().inherited(&self.kernel),
            notifications: None,
            history: History::default(),
            expected: Vec::new(),
        };
        world.history.forget("the world began as a snapshot");
        Sim::with(&self.fixture, world)
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        State::of(&self.kernel).fmt(f)
    }
}
