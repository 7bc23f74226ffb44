//! What was done to a world, in order, and the world as it was now and then: enough to do it again, and to look back.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use super::{Sim, Snapshot, World};
use crate::call::{Call, CallId, Caller, Reply};
use crate::error::Error;
use crate::fixture::{Fixture, Script};
use crate::journal::Journal;
use crate::kernel::{Kernel, Ruling};
use crate::rule::Rules;
#[cfg(doc)]
use crate::state::State;
use crate::time::SimTime;

/// How many acts lie between two checkpoints, at least.
const STRIDE: usize = 64;
/// How many rows a checkpoint may cost for every act since the last: what clients keep in tables is copied when it changes next.
const ROWS_PER_ACT: usize = 16;
/// How many acts are kept behind the oldest checkpoint, at least.
const KEPT: usize = Journal::LIMIT - STRIDE;

/// One thing that was done to a world.
#[derive(Clone)]
pub(crate) enum Act {
    /// A process and a thread were named for the first time.
    Named(String, String),
    /// What is done next, an adversary does.
    Meddled,
    /// A call was made: what rules decided about it, if there were any, and whether it was not done at once.
    Call { caller: Caller, call: Call, ruled: Option<Ruled>, waits: bool },
    /// The clock ran until this call was done, or its reply was taken.
    Wait(CallId),
    /// The clock ran for this call until nothing more happened by itself, and the call still waited.
    WaitInVain(CallId, SimTime),
    /// The clock was moved to this moment.
    Advance(SimTime),
    /// A process was killed.
    Kill(String),
    /// Code changed the rules; the world behind that. What rules decide is kept with each call.
    Rules(Moment),
    /// Code changed the world from outside, in a way that no call does: what it changed, and the world behind it.
    Changed(&'static str, Moment),
}

/// What the rules decided about a call, if one acted, and the rules behind it. A rule of code is not asked again: it may answer otherwise.
#[derive(Clone)]
pub(crate) struct Ruled(Box<(Option<Ruling>, Rules)>);

impl Ruled {
    /// What was decided.
    pub fn ruling(&self) -> Option<&Ruling> {
        self.0.0.as_ref()
    }
}

/// A world without its past.
#[derive(Clone)]
pub(crate) struct Moment(Arc<World>);

/// A checkpoint, and what was done from there to the next.
#[derive(Clone)]
struct Segment {
    /// Number of the last call before it.
    after: u32,
    start: Arc<World>,
    acts: Vec<Act>,
}

/// The history of a world, as far as it is kept.
#[derive(Clone, Default)]
pub(super) struct History {
    /// The fixture that the world began as.
    origin: Option<Fixture>,
    segments: VecDeque<Segment>,
    /// Why what is kept is not everything.
    gone: Option<&'static str>,
}

/// Everything that was done to a world since it began as its fixture.
pub(crate) struct Recorded {
    pub fixture: Fixture,
    pub acts: Vec<Act>,
    pub journal: Journal,
    /// The subsystem as it is now.
    pub kernel: Kernel,
    /// What an adversary answered, where the fixture says nothing.
    pub said: Script,
    /// Calls that the Rust face made by itself.
    pub own: BTreeSet<CallId>,
}

impl History {
    /// Of a world that begins as this fixture.
    pub fn of(fixture: &Fixture) -> Self {
        History { origin: Some(fixture.clone()), ..History::default() }
    }

    /// Whether nothing was done yet.
    fn is_new(&self) -> bool {
        self.segments.is_empty() && self.gone.is_none()
    }

    /// Forgets everything, and says why.
    pub fn forget(&mut self, why: &'static str) {
        self.segments.clear();
        self.gone = Some(why);
    }

    fn is_due(&self, kernel: &Kernel) -> bool {
        self.segments.back().is_none_or(|segment| {
            let acts = segment.acts.len();
            acts > 0 && acts.is_multiple_of(STRIDE) && acts * ROWS_PER_ACT >= kernel.rows_kept()
        })
    }

    fn begin(&mut self, after: u32, start: World) {
        let kept = |segments: &VecDeque<Segment>| segments.iter().skip(1).map(|segment| segment.acts.len()).sum::<usize>();
        while kept(&self.segments) >= KEPT {
            self.segments.pop_front();
            self.gone = Some("it is longer than what is kept");
        }
        self.segments.push_back(Segment { after, start: Arc::new(start), acts: Vec::new() });
    }

    fn last(&mut self) -> Option<&mut Vec<Act>> {
        self.segments.back_mut().map(|segment| &mut segment.acts)
    }

    /// The call that was made last waits.
    pub fn waits(&mut self) {
        if let Some(Act::Call { waits, .. }) = self.last().and_then(|acts| acts.last_mut()) {
            *waits = true;
        }
    }

    fn acts(&self) -> impl Iterator<Item = &Act> {
        self.segments.iter().flat_map(|segment| &segment.acts)
    }

    /// Where to begin to come to the moment after a call: a checkpoint, and what was done from there on.
    fn way_to(&self, call: u32) -> Option<(&World, impl Iterator<Item = &Act>)> {
        let before = self.segments.iter().rposition(|segment| segment.after < call);
        let from = before.or_else(|| (call == 0 && self.gone.is_none()).then_some(0))?;
        let acts = self.segments.iter().skip(from).flat_map(|segment| &segment.acts);
        Some((&self.segments.get(from)?.start, acts))
    }

    /// The oldest call that [`way_to`](History::way_to) leads to.
    fn oldest(&self) -> Option<u32> {
        self.segments.front().map(|segment| if self.gone.is_some() { segment.after + 1 } else { segment.after })
    }
}

impl World {
    /// Notes what is done next, with a checkpoint before it if one is due.
    pub(super) fn remember(&mut self, act: Act) {
        if self.silent {
            return;
        }
        if self.history.is_due(&self.kernel) {
            let start = self.bare();
            self.history.begin(self.kernel.last_call().number(), start);
        }
        self.history.last().expect("a segment was begun if there was none").push(act);
    }

    /// Notes that a call is made next, with what rules decided about it.
    pub(super) fn remember_call(&mut self, caller: Caller, call: &Call, ruling: Option<&Ruling>) {
        if !self.silent {
            let ruled = (!self.rules.is_empty() || ruling.is_some()).then(|| Ruled(Box::new((ruling.cloned(), self.rules.clone()))));
            self.remember(Act::Call { caller, call: call.clone(), ruled, waits: false });
        }
    }

    /// The world without its past, which it does not keep either.
    fn bare(&mut self) -> World {
        let (journal, history) = (std::mem::take(&mut self.journal), std::mem::take(&mut self.history));
        let bare = World { silent: true, notifications: None, ..self.clone() };
        (self.journal, self.history) = (journal, history);
        bare
    }

    /// A process and a thread by name, made if they do not exist.
    pub(super) fn caller(&mut self, process: &str, thread: &str) -> Caller {
        if !self.kernel.knows_thread(process, thread) {
            self.remember(Act::Named(process.to_owned(), thread.to_owned()));
        }
        self.kernel.caller(process, thread)
    }

    /// Runs the clock until a call is done.
    pub(super) fn wait(&mut self, id: CallId) -> Result<Reply, Error> {
        self.remember(Act::Wait(id));
        let result = self.run_until(id);
        if let (Err(error), false) = (&result, self.silent) {
            let now = self.kernel.now();
            let acts = self.history.last().expect("the wait is in it");
            // There is no reply that was taken: what is left of the wait is the time that passed.
            acts.pop();
            if error.is_deadlock() {
                acts.push(Act::WaitInVain(id, now));
            }
        }
        result
    }

    /// Moves the clock on, on behalf of the test.
    pub(super) fn move_clock(&mut self, to: SimTime) {
        self.remember(Act::Advance(to));
        self.advance(to);
    }

    /// A process ends without a word.
    pub(super) fn kill(&mut self, name: &str) {
        self.remember(Act::Kill(name.to_owned()));
        let process = self.kernel.process_id(name);
        self.kernel.kill_process(process, &mut self.around);
        self.note_happened();
        self.initialized.retain(|caller| caller.process != process);
        self.settle();
    }

    /// Changes the script, on behalf of the test.
    pub(super) fn change_script<T>(&mut self, change: impl FnOnce(&mut Script) -> T) -> T {
        let before = self.around.script.clone();
        let result = change(&mut self.around.script);
        if self.around.script != before {
            self.changed("code changed its script");
        }
        result
    }

    /// Notes that code changed the world from outside, in a way that no call does and no scenario can say.
    pub(super) fn changed(&mut self, what: &'static str) {
        self.remember_moment(|moment| Act::Changed(what, moment));
    }

    /// Notes that code installed or removed a rule.
    pub(super) fn changed_rules(&mut self) {
        self.remember_moment(Act::Rules);
    }

    fn remember_moment(&mut self, act: impl FnOnce(Moment) -> Act) {
        if !self.silent {
            let moment = Moment(Arc::new(self.bare()));
            self.remember(act(moment));
        }
    }

    /// Does again what was done.
    fn again(&mut self, act: &Act) {
        match act {
            Act::Named(process, thread) => {
                self.kernel.caller(process, thread);
            }
            // What came of it the first time comes of it again.
            Act::Call { caller, call, ruled, .. } => {
                let ruling = ruled.clone().and_then(|Ruled(ruled)| {
                    let (ruling, rules) = *ruled;
                    self.rules = rules;
                    ruling
                });
                let _ = self.call_ruled(*caller, call.clone(), ruling);
            }
            Act::Wait(id) => {
                let _ = self.run_until(*id);
            }
            Act::Meddled => {}
            Act::Advance(to) | Act::WaitInVain(_, to) => self.advance(*to),
            Act::Kill(name) => self.kill(name),
            Act::Rules(moment) | Act::Changed(_, moment) => *self = (*moment.0).clone(),
        }
    }

    /// The world as it was after a call: before anything that was done after it, a wait for the call itself excepted.
    fn after(&self, call: u32) -> Result<World, Error> {
        let last = self.kernel.last_call().number();
        if call > last {
            return Err(Error::misuse(format!("there is no moment after call #{call}: the last call of this world is #{last}")));
        }
        if self.history.is_new() && !self.silent {
            return Ok(self.clone());
        }
        let Some((start, acts)) = self.history.way_to(call) else {
            let kept = match self.history.oldest() {
                _ if self.silent => "the journal is not kept".to_owned(),
                Some(oldest) => format!("the oldest that is kept is that after call #{oldest}"),
                None => "nothing was done since".to_owned(),
            };
            let why = self.history.gone.map_or_else(String::new, |why| format!(", because {why}"));
            return Err(Error::misuse(format!("the moment after call #{call} is gone{why}; {kept}")));
        };
        let (mut world, mut acts) = (start.clone(), acts.peekable());
        while world.kernel.last_call().number() < call
            && let Some(act) = acts.next()
        {
            world.again(act);
        }
        if let Some(act @ (Act::Wait(id) | Act::WaitInVain(id, _))) = acts.peek()
            && id.number() == call
        {
            world.again(act);
        }
        Ok(world)
    }
}

impl Snapshot {
    /// What differs from this world to another, as [`State::diff`] says it; empty if nothing does.
    #[must_use]
    pub fn diff(&self, other: &Snapshot) -> String {
        let text = self.state().diff(&other.state());
        let unseen = text.is_empty() && self != other;
        if unseen { "nothing that a state shows, but not all is the same\n".to_owned() } else { text }
    }
}

impl Sim {
    /// The world as it was after a call of this number, before anything that was done after it; 0 is the beginning.
    ///
    /// A call that its client waited for is done then; one that was begun waits. The world is made anew from the nearest of the checkpoints that
    /// are kept on the way, so that looking back changes nothing. The past reaches back as far as the journal, about [`Journal::LIMIT`] acts:
    /// calls, moves of the clock, killed processes, changes of the script.
    ///
    /// ```
    /// use mapi_sim::{LogonFlags, Sim};
    ///
    /// let sim = Sim::office();
    /// let session = sim.logon("Work", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION)?; // call #2, after MAPIInitialize
    /// session.logoff(Default::default())?;
    /// let then = sim.at(2).expect("the journal reaches back that far");
    /// assert_eq!(then.state().sessions.len(), 1);
    /// let now = then.start(); // and from there on, another way
    /// assert_eq!(now.kernel(|kernel| kernel.sessions().count()), 1);
    /// # now.discard();
    /// # Ok::<(), mapi_sim::Failure>(())
    /// ```
    ///
    /// # Errors
    ///
    /// That there was no such call yet, or that the moment is gone: older than what is kept, before a [`Snapshot`] that the world was started from,
    /// or before the journal was switched off.
    pub fn at(&self, call: u32) -> Result<Snapshot, Error> {
        let world = self.shared.world.lock();
        let then = world.after(call)?;
        Ok(Snapshot {
            fixture: self.shared.fixture.clone(),
            kernel: then.kernel,
            script: then.around.script,
            rules: then.rules.inherited(),
            levels: world.levels.clone(),
        })
    }

    /// Everything that was done since the world began as its fixture.
    pub(crate) fn recorded(&self) -> Result<Recorded, Error> {
        let world = self.shared.world.lock();
        let no = |why: &str| Err(Error::misuse(format!("the run of the world {:?} cannot be recorded: {why}", self.shared.fixture)));
        if world.silent {
            return no("its journal is not kept");
        }
        if let Some(why) = world.history.gone {
            return no(why);
        }
        if world.journal.dropped() > 0 {
            return no(&format!("{} lines of its journal are gone", world.journal.dropped()));
        }
        let Some(fixture) = world.history.origin.clone() else { return no("it did not begin as a fixture") };
        Ok(Recorded {
            fixture,
            acts: world.history.acts().cloned().collect(),
            journal: world.journal.clone(),
            kernel: world.kernel.clone(),
            own: world.exempt.own().clone(),
            said: world.around.adversary.as_ref().map(|adversary| adversary.said().clone()).unwrap_or_default(),
        })
    }
}
