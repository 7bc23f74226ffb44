//! Rules: faults, delays and scripted answers between a client and MAPI.
//!
//! A rule says which calls it is for, which of those it acts on, and what it does to them. `docs/manual/faults.md` is the page about them.

pub(crate) mod documented;
mod names;
mod set;

use std::fmt;
use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

use crate::call::{Call, Caller, Handle, Reply};
use crate::error::Error;
use crate::kernel::{Hold, RuleId, Ruling, Then};
use crate::mapi::Hresult;
use crate::time::SimDuration;

pub(crate) use names::Target;
pub use names::can_fail;
pub(crate) use set::Rules;

/// A rule: which calls, which of them, and what happens to those. [`on`] begins one, [`Sim::rule`](crate::Sim::rule) installs it.
///
/// ```
/// use mapi_sim::{Hresult, LogonFlags, Sim, on};
///
/// let sim = Sim::office();
/// let rule = sim.rule(on("IMAPISession::GetMsgStoresTable").nth(2).fail(Hresult::MAPI_E_NETWORK_ERROR).expect(1..));
/// let session = sim.logon("Work", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION)?;
/// assert!(session.get_msg_stores_table(0).is_ok());
/// assert_eq!(session.get_msg_stores_table(0).err().map(|failure| failure.hresult()), Some(Hresult::MAPI_E_NETWORK_ERROR));
/// assert_eq!(rule.fired(), 1);
/// session.logoff(Default::default())?;
/// # Ok::<(), mapi_sim::Failure>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a rule does nothing until it is given to Sim::rule"]
pub struct Rule {
    target: Result<Target, Error>,
    process: Option<String>,
    object: Option<Handle>,
    when: Option<Predicate>,
    which: Which,
    hold: Held,
    act: Act,
    text: Option<Arc<str>>,
    name: Option<String>,
    expect: Option<Expect>,
    place: String,
}

/// What a closure decides about a call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Verdict {
    /// Nothing: the next rule is asked.
    Pass,
    /// The call fails with this code and is not made. A success code is a warning: the call is made, and its S_OK becomes this.
    Fail(Hresult),
    /// The call is made after some virtual time.
    Delay(SimDuration),
    /// The call is made when [`RuleGuard::release`](crate::RuleGuard::release) lets it go.
    Block,
    /// The call is not made; this is its reply.
    Answer(Reply),
}

/// Which of the calls that a rule is for it acts on; they count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Always,
    Nth(u32),
    First(u32),
    From(u32),
    Every(u32),
}

/// How a rule holds a call back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    No,
    For(SimDuration),
    Blocked,
}

/// What a rule does then.
#[derive(Clone, Debug, PartialEq)]
enum Act {
    Run,
    Fail(Hresult),
    Answer(Reply),
    Decide(Decide),
}

/// How often a rule has to act: at least, and at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Expect {
    least: u32,
    most: Option<u32>,
}

/// A closure over the call. Two are equal if they are the same one.
#[derive(Clone)]
struct Predicate(Arc<dyn Fn(&Call) -> bool + Send + Sync>);

/// A closure that decides. Two are equal if they are the same one.
#[derive(Clone)]
struct Decide(Arc<Decider>);

/// What such a closure is.
type Decider = dyn Fn(&Call, Caller) -> Verdict + Send + Sync;

impl PartialEq for Predicate {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl PartialEq for Decide {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a closure")
    }
}

impl fmt::Debug for Decide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a closure")
    }
}

/// Begins a rule for calls of a function or method by its documented name: `"MAPILogonEx"`, `"IMAPITable::QueryRows"`, or `"GetLastError"` of any
/// interface; `"IMAPITable::*"` is every method of an interface, `"*"` every call.
///
/// A rule without more acts on each such call, and does nothing to it: say what with [`fail`](Rule::fail) and its like. MAPIUninitialize,
/// DeinitMapiUtil and Release return nothing that could fail: no rule sees them. A misspelt name is found when the rule is installed.
#[track_caller]
pub fn on(call: &str) -> Rule {
    let at = std::panic::Location::caller();
    Rule::new(Target::parse(call), format!("{}:{}", at.file().replace('\\', "/"), at.line()))
}

impl Rule {
    pub(crate) fn new(target: Result<Target, Error>, place: String) -> Self {
        Rule {
            target,
            process: None,
            object: None,
            when: None,
            which: Which::Always,
            hold: Held::No,
            act: Act::Run,
            text: None,
            name: None,
            expect: None,
            place,
        }
    }

    /// Only calls of the process of this name.
    pub fn process(self, name: impl Into<String>) -> Self {
        Rule { process: Some(name.into()), ..self }
    }

    /// Only methods of this object.
    pub fn object(self, object: Handle) -> Self {
        Rule { object: Some(object), ..self }
    }

    /// Only calls of which this is true: a look at the arguments. The world is locked meanwhile: the closure must not use the `Sim` or its handles.
    ///
    /// ```
    /// use mapi_sim::call::{Call, IMAPITable};
    /// use mapi_sim::{Hresult, on};
    ///
    /// let long = |call: &Call| matches!(call, Call::IMAPITable(_, IMAPITable::QueryRows { row_count, .. }) if *row_count > 100);
    /// let rule = on("QueryRows").when(long).fail(Hresult::MAPI_E_NOT_ENOUGH_MEMORY);
    /// # let _ = rule;
    /// ```
    pub fn when(self, is: impl Fn(&Call) -> bool + Send + Sync + 'static) -> Self {
        Rule { when: Some(Predicate(Arc::new(is))), ..self }
    }

    /// Only the `n`th of these calls; the first is 1.
    pub fn nth(self, n: u32) -> Self {
        Rule { which: Which::Nth(n), ..self }
    }

    /// Only the first `n` of these calls.
    pub fn first(self, n: u32) -> Self {
        Rule { which: Which::First(n), ..self }
    }

    /// Only the `n`th of these calls and all that come later.
    pub fn from(self, n: u32) -> Self {
        Rule { which: Which::From(n), ..self }
    }

    /// Only every `n`th of these calls.
    pub fn every(self, n: u32) -> Self {
        Rule { which: Which::Every(n), ..self }
    }

    /// Each of these calls, which is the default.
    pub fn always(self) -> Self {
        Rule { which: Which::Always, ..self }
    }

    /// The call fails with this code and is not made: it leaves no trace but its line in the journal and what GetLastError of its object tells
    /// (ERROR-032, LOGON-170, LOGON-171).
    ///
    /// A success code other than S_OK is a warning (ERROR-003): the call is made, and if it succeeds with S_OK, the client gets the warning with
    /// everything else that came back.
    pub fn fail(self, hr: Hresult) -> Self {
        Rule { act: Act::Fail(hr), ..self }
    }

    /// The call is not made and gets this reply. It is up to you that the reply is one which the method can give: a success without the object that
    /// the method opens makes the typed handles panic.
    pub fn answer(self, reply: Reply) -> Self {
        Rule { act: Act::Answer(reply), ..self }
    }

    /// The call is held back for some virtual time, and then made, or failed with [`fail`](Rule::fail). Time and other calls go on meanwhile.
    pub fn delay(self, span: SimDuration) -> Self {
        Rule { hold: Held::For(span), ..self }
    }

    /// The call is held back until [`RuleGuard::release`](crate::RuleGuard::release) lets it go, or the rule is removed; then it is made, or failed
    /// with [`fail`](Rule::fail). Such a call has to be begun, with [`Process::begin_logon_ex`](crate::Process::begin_logon_ex) or
    /// [`Sim::begin`](crate::Sim::begin): one that is waited for at once can never end.
    pub fn block(self) -> Self {
        Rule { hold: Held::Blocked, ..self }
    }

    /// A closure decides about each of these calls. Its verdicts are told in the journal. The world is locked meanwhile: the closure must not use
    /// the `Sim` or its handles. A [`Verdict::Delay`] or [`Verdict::Block`] lets the call be made afterwards.
    ///
    /// Forks of the world ask the same closure; one that counts in something that it shares counts for all of them.
    pub fn decide(self, decide: impl Fn(&Call, Caller) -> Verdict + Send + Sync + 'static) -> Self {
        Rule { act: Act::Decide(Decide(Arc::new(decide))), ..self }
    }

    /// lpszError that GetLastError of the object gives after a failure by this rule. Without it there is a text that names the rule (SESSION-020,
    /// ERROR-035).
    pub fn text(self, text: impl Into<String>) -> Self {
        Rule { text: Some(text.into().into()), ..self }
    }

    /// The name by which the journal and messages call the rule. Without one it is called after what it is for: `OpenMsgStore, 2nd`.
    pub fn named(self, name: impl Into<String>) -> Self {
        Rule { name: Some(name.into()), ..self }
    }

    /// How often the rule has to act, as a range: `1..` is at least once, `1..=2` once or twice, `0..=0` never. [`Sim::check`](crate::Sim::check)
    /// and [`Sim::finish`](crate::Sim::finish) report one that did not.
    pub fn expect(self, times: impl RangeBounds<u32>) -> Self {
        let least = match times.start_bound() {
            Bound::Included(least) => *least,
            Bound::Excluded(below) => below.saturating_add(1),
            Bound::Unbounded => 0,
        };
        let most = match times.end_bound() {
            Bound::Included(most) => Some(*most),
            Bound::Excluded(above) => Some(above.saturating_sub(1)),
            Bound::Unbounded => None,
        };
        Rule { expect: Some(Expect { least, most }), ..self }
    }

    /// What is wrong with the rule itself.
    pub(crate) fn mistake(&self) -> Option<Error> {
        if let Err(error) = &self.target {
            return Some(error.clone());
        }
        match (self.which, &self.act) {
            (Which::Nth(0) | Which::First(0) | Which::From(0) | Which::Every(0), _) => {
                Some(Error::misuse("a rule counts calls from 1; 0 is none of them"))
            }
            (_, Act::Fail(Hresult::S_OK)) => Some(Error::misuse("S_OK is no failure and no warning; use `answer`, or no rule")),
            (_, Act::Run) if self.hold == Held::No => {
                Some(Error::misuse("the rule does nothing; say what with `fail`, `answer`, `delay`, `block` or `decide`"))
            }
            _ => None,
        }
    }

    /// What the rule decides about one call, whatever it is for; `None` if it passes.
    pub(crate) fn once(&self) -> Option<Ruling> {
        // No rule has the number 0, and a rule that is for one call alone does not block it.
        let (hold, then) = (self.hold.hold(RuleId(0)), self.settled()?);
        (hold != Hold::Nothing || then != Then::Run).then(|| Ruling {
            by: None,
            rule: self.title().into(),
            hold,
            then,
            text: self.text.clone(),
        })
    }

    /// Its name, given or made.
    fn title(&self) -> String {
        if let Some(name) = &self.name {
            return name.clone();
        }
        let call = self.target.as_ref().map_or_else(|_| "?".to_owned(), ToString::to_string);
        let process = self.process.as_ref().map_or_else(String::new, |name| format!(" of {name}"));
        let object = self.object.map_or_else(String::new, |object| format!(" on {object}"));
        let which = match self.which {
            Which::Always => String::new(),
            Which::Nth(n) => format!(", {}", ordinal(n)),
            Which::First(n) => format!(", first {n}"),
            Which::From(n) => format!(", from the {}", ordinal(n)),
            Which::Every(n) => format!(", every {}", ordinal(n)),
        };
        format!("{call}{object}{process}{which}")
    }

    /// Whether the rule is for this call.
    fn is_for(&self, call: &Call, process: &str) -> bool {
        self.target.as_ref().is_ok_and(|target| target.is(call))
            && self.process.as_deref().is_none_or(|name| name == process)
            && self.object.is_none_or(|object| call.this() == Some(object))
            && self.when.as_ref().is_none_or(|when| (when.0)(call))
    }

    /// What the rule does to a call that it acts on; none if it passes.
    fn verdict(&self, call: &Call, caller: Caller) -> Option<(Held, Then)> {
        let Act::Decide(decide) = &self.act else { return self.settled().map(|then| (self.hold, then)) };
        let then = match (decide.0)(call, caller) {
            Verdict::Pass => return None,
            Verdict::Fail(Hresult::S_OK) => Then::Run,
            Verdict::Fail(hr) => fail(hr),
            Verdict::Answer(reply) => Then::Instead(reply),
            Verdict::Delay(span) => return Some((Held::For(span), Then::Run)),
            Verdict::Block => return Some((Held::Blocked, Then::Run)),
        };
        Some((self.hold, then))
    }

    /// What the rule does to every call that it acts on; `None` if code decides about each.
    fn settled(&self) -> Option<Then> {
        match &self.act {
            Act::Run => Some(Then::Run),
            Act::Fail(hr) => Some(fail(*hr)),
            Act::Answer(reply) => Some(Then::Instead(reply.clone())),
            Act::Decide(_) => None,
        }
    }
}

/// A failure, or a warning.
fn fail(hr: Hresult) -> Then {
    if hr.is_failure() { Then::Instead(Reply::of(hr)) } else { Then::Warn(hr) }
}

/// `1st`, `2nd`, `11th`.
fn ordinal(n: u32) -> String {
    let end = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{end}")
}

impl Held {
    fn hold(self, id: RuleId) -> Hold {
        match self {
            Held::No => Hold::Nothing,
            Held::For(span) => Hold::For(span),
            Held::Blocked => Hold::UntilReleased(id),
        }
    }
}

impl Which {
    /// Whether the rule acts on its `n`th call.
    fn includes(self, n: u32) -> bool {
        match self {
            Which::Always => true,
            Which::Nth(nth) => n == nth,
            Which::First(first) => n <= first,
            Which::From(from) => n >= from,
            Which::Every(every) => n.is_multiple_of(every),
        }
    }
}

impl fmt::Display for Expect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.least, self.most) {
            (least, None) => write!(f, "at least {least}"),
            (0, Some(0)) => f.write_str("never"),
            (least, Some(most)) if least == most => write!(f, "exactly {least}"),
            (0, Some(most)) => write!(f, "at most {most}"),
            (least, Some(most)) => write!(f, "{least} to {most}"),
        }
    }
}
