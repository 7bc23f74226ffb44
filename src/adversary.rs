//! The adversary: whoever decides, out of bytes, what the documentation leaves to the environment of a client.

mod answers;
mod company;
mod part;

use std::sync::Arc;

use crate::call::{Call, CallId, Method, Reply};
use crate::choices::Choices;
use crate::clause::Reading;
use crate::fixture::{Fixture, Script};
use crate::kernel::{Ask, Hold, Kernel, Question, Response, Ruling, Then};
use crate::mapi::Hresult;
use crate::rule::{can_fail, documented};
use crate::time::SimDuration;
use company::Company;
use part::Parts;
pub(crate) use part::{Part, PartCall, Turn};

bitflags::bitflags! {
    /// What an [`Adversary`] may decide.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Powers: u8 {
        /// Which way the open points of the documentation are read, up to three of them.
        const READINGS = 1;
        /// What users do in dialogs, how services and providers answer, what waits for transports; where the fixture scripts nothing.
        const ANSWERS = 1 << 1;
        /// Which calls fail, with a result that the documentation lists for them.
        const FAULTS = 1 << 2;
        /// Which calls are held back, in virtual time.
        const DELAYS = 1 << 3;
        /// Other clients that come, share sessions, log everybody off, leave and die.
        const COMPANY = 1 << 4;
        /// Profiles that somebody deletes, renames or makes the default.
        const PROFILES = 1 << 5;
        /// Time that passes between two calls.
        const TIME = 1 << 6;
        /// The order in which sinks of different registrations are told.
        const NOTIFICATIONS = 1 << 7;
    }
}

/// Decides what the documentation leaves to the environment of a client, out of bytes.
///
/// A test says what a world is like; an adversary tries what else it could be. It is given the bytes of a fuzzer or of a property test, and in every
/// world that it starts it decides: how open points of the documentation are read, what users do in dialogs, how services and providers answer, which
/// calls fail or take their time, which other clients come, share the session, end it for everybody and die, when time passes, and in which order
/// sinks are told. What the fixture scripts stays as it is. The same bytes always decide the same.
///
/// Bytes that are zero, and those that are missing, decide plainly: an adversary without bytes lets everything go its usual way.
///
/// ```
/// use mapi_sim::{Adversary, Failure, Fixture, LogonFlags, Sim};
///
/// fn count_stores(sim: &Sim) -> Result<usize, Failure> {
///     let session = sim.logon("Work", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION)?;
///     let stores = session.get_msg_stores_table(0)?.query_rows(100)?.len();
///     session.logoff(Default::default())?;
///     Ok(stores)
/// }
///
/// let office = Fixture::shipped("office").unwrap();
/// for seed in 0..50u8 {
///     let bytes: Vec<u8> = (0..200u8).map(|at| at.wrapping_mul(37) ^ seed.wrapping_mul(91)).collect();
///     if let Err(failure) = Adversary::new(&bytes).run(&office, count_stores) {
///         panic!("{failure}");
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Adversary {
    /// What it may decide.
    allowed: Powers,
    /// What this run goes without.
    without: Powers,
    against: Option<Arc<str>>,
    /// Decides what happens around calls.
    choices: Choices,
    /// Decides what is answered to questions: apart, so that answers depend on the questions alone.
    answers: Choices,
    /// What it answered so far.
    said: Script,
    /// How many questions that were.
    spoke: usize,
    acts: Acts,
    /// Whether it acts just now.
    busy: bool,
}

/// Where its acts come from.
#[derive(Clone, Debug, PartialEq)]
enum Acts {
    /// Its choices.
    Company(Company),
    /// A scenario that was recorded.
    Parts(Parts),
}

/// Something that an adversary does between two calls of a client.
pub(crate) enum Move {
    /// Time passes.
    Time(SimDuration),
    /// Time passes until the next thing happens by itself.
    Next,
    /// Time passes until nothing happens by itself any more.
    UntilIdle,
    /// A process ends without a word.
    Kill(String),
    /// Somebody makes a call, about which something may be decided. What comes of it is told with the key.
    Call { process: String, thread: String, call: Call, fault: Option<Box<Ruling>>, key: usize },
    /// Somebody takes the reply to a call that is done.
    Take { call: CallId, key: usize },
}

/// Name of the adversary's decisions in the journal.
const NAME: &str = "adversary";

impl Adversary {
    /// Everything is decided out of these bytes.
    pub fn new(bytes: &[u8]) -> Self {
        let mut choices = Choices::new(bytes);
        let answers = choices.backwards();
        // Swarm: most runs go without some of the powers, so that others show more.
        let without = Powers::from_bits_retain(u8::try_from(choices.below(256)).unwrap_or(0));
        let acts = Acts::Company(Company::default());
        Adversary { allowed: Powers::all(), without, against: None, choices, answers, said: Script::default(), spoke: 0, acts, busy: false }
    }

    /// Plays the parts of others in a scenario that was recorded.
    pub(crate) fn of_turns(turns: Vec<Turn>) -> Self {
        Adversary { allowed: Powers::empty(), acts: Acts::Parts(Parts::new(turns)), ..Adversary::new(&[]) }
    }

    /// It meddles with the calls of this process alone: they fail and are held back, and others act before them. Processes that a test needs as
    /// they are, such as the one that shares a session for the client to join, are left alone.
    ///
    /// Answers to questions and readings hold for everybody all the same.
    #[must_use]
    pub fn against(self, process: &str) -> Self {
        Adversary { against: Some(process.into()), ..self }
    }

    /// It decides nothing but these.
    #[must_use]
    pub fn only(self, powers: Powers) -> Self {
        Adversary { allowed: self.allowed & powers, ..self }
    }

    /// It does not decide these.
    #[must_use]
    pub fn without(self, powers: Powers) -> Self {
        Adversary { allowed: self.allowed - powers, ..self }
    }

    /// What it decides in this run: what it may and does not go without, but never nothing.
    fn powers(&self) -> Powers {
        let some = self.allowed - self.without;
        if some.is_empty() { self.allowed } else { some }
    }

    /// The fixture under the readings that it chooses.
    pub(crate) fn read(&mut self, fixture: &Fixture) -> Fixture {
        if !self.powers().contains(Powers::READINGS) {
            return fixture.clone();
        }
        let open: Vec<Reading> = Reading::ALL.iter().copied().filter(|reading| reading.has_effect()).collect();
        let mut readings = fixture.machine().readings.clone();
        let changes = self.choices.list(3, |choices| (*choices.of(&open), choices.below(8)));
        if changes.is_empty() {
            return fixture.clone();
        }
        for (reading, value) in changes {
            readings = readings.with_index(reading, value as usize);
        }
        fixture.with_readings(readings)
    }

    /// What it answered so far.
    pub(crate) fn said(&self) -> &Script {
        &self.said
    }

    /// Whether a process is one of its own.
    pub(crate) fn is_company(&self, process: &str) -> bool {
        match &self.acts {
            Acts::Company(company) => company.is(process),
            Acts::Parts(parts) => parts.is(process),
        }
    }

    /// Begins its turn before a call of a process; false if that is none of its business.
    pub(crate) fn turn(&mut self, process: &str, method: &'static Method) -> bool {
        if self.busy || self.against.as_deref().is_some_and(|name| name != process) {
            return false;
        }
        self.busy = true;
        match &mut self.acts {
            Acts::Company(company) => company.turn(),
            Acts::Parts(parts) => parts.turn(process, method),
        }
        true
    }

    /// What it does next in its turn; `None` if it is done.
    pub(crate) fn next_move(&mut self, kernel: &Kernel) -> Option<Move> {
        let powers = self.powers();
        let next = match &mut self.acts {
            Acts::Company(company) => company.next(&mut self.choices, powers, kernel),
            Acts::Parts(parts) => parts.next(),
        };
        self.busy = next.is_some();
        next
    }

    /// What came of one of its calls: a reply, or that it waits.
    pub(crate) fn got(&mut self, key: usize, result: Result<Reply, CallId>) {
        match &mut self.acts {
            Acts::Company(company) => company.got(key, result),
            Acts::Parts(parts) => parts.got(key, result),
        }
    }

    /// A call whose end it waited for is gone.
    pub(crate) fn gone(&mut self, key: usize) {
        if let Acts::Company(company) = &mut self.acts {
            company.gone(key);
        }
    }

    /// Whether it had a scenario to play, and no call came before which something happens in that.
    pub(crate) fn missed(&self) -> bool {
        matches!(&self.acts, Acts::Parts(parts) if parts.missed())
    }

    /// What it decides about the call before which its turn was.
    pub(crate) fn fault(&mut self, method: &'static Method) -> Option<Ruling> {
        if let Acts::Parts(parts) = &mut self.acts {
            return parts.fault();
        }
        let (faults, delays) = (self.powers().contains(Powers::FAULTS), self.powers().contains(Powers::DELAYS));
        if !can_fail(method) || !(faults || delays) || !self.choices.once_in(8) {
            return None;
        }
        let slow = delays && (!faults || self.choices.once_in(3));
        let hold = if slow { Hold::For(*self.choices.of(&SPANS)) } else { Hold::Nothing };
        let fails = faults && (!slow || self.choices.once_in(2));
        let then = if fails { self.failure(method) } else { Then::Run };
        Some(Ruling { by: None, rule: NAME.into(), hold, then, text: None })
    }

    fn failure(&mut self, method: &Method) -> Then {
        let listed = documented::of(method);
        let at = self.choices.below(u32::try_from(listed.len() + 1).unwrap_or(1)) as usize;
        let hr = at.checked_sub(1).and_then(|at| listed.get(at)).copied().unwrap_or(Hresult::MAPI_E_CALL_FAILED);
        if hr.is_failure() { Then::Instead(Reply::of(hr)) } else { Then::Warn(hr) }
    }

    /// Which of so many notifications that are due is delivered next.
    pub(crate) fn notification(&mut self, due: usize) -> usize {
        if !self.powers().contains(Powers::NOTIFICATIONS) || due < 2 {
            return 0;
        }
        self.choices.below(u32::try_from(due).unwrap_or(u32::MAX)) as usize
    }
}

/// How many questions it answers, so that what it said stays bounded; no record reaches further back than so many acts.
const MOST_ANSWERS: usize = 4096;

/// How long things take.
const SPANS: [SimDuration; 5] = [
    SimDuration::from_millis(1),
    SimDuration::from_secs(1),
    SimDuration::from_secs(4),
    SimDuration::from_secs(6),
    SimDuration::from_secs(61),
];

/// Whoever answers the questions of a world: its script, and an adversary where that says nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Around {
    pub script: Script,
    pub adversary: Option<Box<Adversary>>,
}

impl Ask for Around {
    fn ask(&mut self, world: &Kernel, question: &Question) -> Response {
        if let Some(adversary) = &mut self.adversary
            && adversary.powers().contains(Powers::ANSWERS)
            && adversary.spoke < MOST_ANSWERS
        {
            adversary.spoke += 1;
            answers::improvise(&mut adversary.answers, world, question, &mut self.script, &mut adversary.said);
        }
        self.script.ask(world, question)
    }
}
