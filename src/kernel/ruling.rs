//! What somebody outside decided about a call before MAPI sees it: a fault, a delay, a scripted answer.
//!
//! The kernel does not know who decides, nor by what rule: it is given the decision with the call, and keeps to it.

use std::fmt;
use std::sync::Arc;

use super::session::LastError;
use super::wait::{Running, Wake};
use super::{Ask, Event, Kernel, Progress, Why};
use crate::call::{Call, Caller, Reply};
use crate::mapi::Hresult;
use crate::time::SimDuration;

/// Number of a rule in its world: 1 is the first. Numbers are never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub(crate) u32);

/// What was decided about one call.
#[derive(Clone, Debug, PartialEq)]
pub struct Ruling {
    /// Number of the rule in its world; `None` if none of its rules decided.
    pub by: Option<RuleId>,
    /// Name of the rule, for the journal.
    pub rule: Arc<str>,
    /// What comes first.
    pub hold: Hold,
    /// What comes then.
    pub then: Then,
    /// lpszError of the MAPIERROR that GetLastError of the object gives for a failure; without it there is a text all the same (ERROR-035).
    pub text: Option<Arc<str>>,
}

impl Ruling {
    /// Whether one of the first rules of the world decided: those that it began with.
    pub(crate) fn is_by_first(&self, rules: usize) -> bool {
        self.by.is_some_and(|RuleId(number)| number as usize <= rules)
    }
}

/// How long a call is held back before anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Not at all.
    Nothing,
    /// For some virtual time.
    For(SimDuration),
    /// Until [`Kernel::release_rule`] is called for this rule.
    UntilReleased(RuleId),
}

/// What happens to a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Then {
    /// It is made.
    Run,
    /// It is made; if it succeeds with S_OK, the client gets this warning instead.
    Warn(Hresult),
    /// It is not made; this is the reply.
    Instead(Reply),
}

/// What a rule did to a call, as the journal tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RuleAct {
    /// The call was not made and failed.
    Fail(Hresult),
    /// The call was not made and got a reply that is no failure.
    Answer(Hresult),
    /// The call was made and its S_OK became a warning.
    Warn(Hresult),
    /// The call was held back for some time.
    Delay(SimDuration),
    /// The call was held back until the rule let it go.
    Block,
}

impl fmt::Display for RuleAct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RuleAct::Fail(hr) => write!(f, "fail {hr}"),
            RuleAct::Answer(hr) => write!(f, "answer {hr}"),
            RuleAct::Warn(hr) => write!(f, "warn {hr}"),
            RuleAct::Delay(span) => write!(f, "delay {span}"),
            RuleAct::Block => f.write_str("block"),
        }
    }
}

impl Kernel {
    /// Makes a call about which something was decided outside. A call that is not made has its number and its place in the journal all the same,
    /// and leaves nothing behind but what GetLastError tells.
    pub fn apply_ruled(&mut self, caller: Caller, call: Call, ruling: Ruling, ask: &mut dyn Ask) -> Progress {
        let mut run = self.next_run(caller, call);
        run.ruling = Some(Box::new(ruling));
        self.drive(run, ask)
    }

    /// Lets the calls go on that a rule holds back; how many there were. They do so at the next [`settle`](Kernel::settle).
    pub fn release_rule(&mut self, rule: RuleId) -> usize {
        self.wake_where(|wake| matches!(wake, Wake::Rule(id, _) if *id == rule))
    }

    /// Lets the running call go as far as it can, by what was decided about it.
    pub(super) fn step_ruled(&mut self, run: &mut Running, ask: &mut dyn Ask) -> Result<Reply, Wake> {
        let Some(mut ruling) = run.ruling.take() else { return self.step(run, ask) };
        let held = self.hold(&mut ruling);
        let end = match (held, &ruling.then) {
            (Some(wake), _) => Err(wake),
            (None, Then::Instead(reply)) => Ok(self.instead(&run.call, &ruling, reply.clone())),
            (None, Then::Run) => self.step(run, ask),
            (None, Then::Warn(hr)) => self.step(run, ask).map(|reply| self.warn(&run.call, &ruling, *hr, reply)),
        };
        run.ruling = Some(ruling);
        end
    }

    /// Holds a call back, once.
    fn hold(&mut self, ruling: &mut Ruling) -> Option<Wake> {
        match std::mem::replace(&mut ruling.hold, Hold::Nothing) {
            Hold::Nothing => None,
            Hold::For(span) => {
                self.tell(ruling, RuleAct::Delay(span));
                Some(Wake::Delay(self.now.after(span)))
            }
            Hold::UntilReleased(rule) => {
                self.tell(ruling, RuleAct::Block);
                Some(Wake::Rule(rule, ruling.rule.clone()))
            }
        }
    }

    fn tell(&mut self, ruling: &Ruling, act: RuleAct) {
        self.emit(Event::Ruled { rule: ruling.rule.clone(), act });
    }

    /// The reply to a call that is not made.
    fn instead(&mut self, call: &Call, ruling: &Ruling, reply: Reply) -> Reply {
        let act = if reply.hr.is_failure() { RuleAct::Fail(reply.hr) } else { RuleAct::Answer(reply.hr) };
        self.tell(ruling, act);
        self.why = Why::Rule(ruling.rule.clone());
        self.keep_ruled_error(call, ruling, reply.hr);
        reply
    }

    /// A call that went well, and is to end with a warning.
    fn warn(&mut self, call: &Call, ruling: &Ruling, hr: Hresult, mut reply: Reply) -> Reply {
        if reply.hr == Hresult::S_OK {
            self.tell(ruling, RuleAct::Warn(hr));
            self.why = Why::Rule(ruling.rule.clone());
            self.keep_ruled_error(call, ruling, hr);
            reply.hr = hr;
        }
        reply
    }

    /// Keeps what a rule did for the GetLastError of the object whose method was called (ERROR-032), as for any other failure.
    fn keep_ruled_error(&mut self, call: &Call, ruling: &Ruling, hr: Hresult) {
        let method = call.method().name;
        let Some(this) = call.this().filter(|_| hr != Hresult::S_OK && method != "GetLastError") else { return };
        let text = ruling.text.clone().unwrap_or_else(|| format!("{method} returned {hr:?} (rule \"{}\")", ruling.rule).into());
        let error = Some(LastError { hr, method, clause: None, text: Some(text) });
        if let Some(kept) = self.last_error_mut(this) {
            *kept = error;
        }
    }
}
