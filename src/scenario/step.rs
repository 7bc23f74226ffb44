//! Steps of a scenario: what is done, and what it has to bring.

use crate::call::Form;
use crate::clause::ClauseId;
use crate::kernel::Ruling;
use crate::lint::Lint;
use crate::mapi::Hresult;
use crate::time::{SimDuration, SimTime};

/// One `[[step]]`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    /// Line of the file in which it begins.
    pub line: usize,
    /// Whether an adversary did it.
    pub adversary: bool,
    /// The step as it was written.
    pub written: Form,
    /// What is done.
    pub action: Action,
    /// What the client sees.
    pub expect: Option<Expect>,
    /// What only the simulator knows.
    pub inside: Vec<Inside>,
    /// Name for the reply and the object in it.
    pub save: Option<String>,
}

impl Step {
    /// The lints that have to find something in the call.
    pub fn meant(&self) -> impl Iterator<Item = Lint> {
        let lints = self.inside.iter().filter_map(|inside| if let Inside::Lints(lints) = inside { Some(lints) } else { None });
        lints.flatten().copied()
    }
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Action {
    /// A call, done in one go.
    Call(Made),
    /// A call that may wait, under a name by which a later step finishes it.
    Begin(Made, String),
    /// The end of a call that was begun.
    Finish(String),
    /// Time that passes.
    Advance(SimDuration),
    /// The next thing that happens by itself.
    Next,
    /// Everything that happens by itself.
    UntilIdle,
    /// A process that ends without a word.
    Kill(String),
}

/// A call as a step writes it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Made {
    pub process: String,
    pub thread: String,
    /// Name of the object whose method is called.
    pub object: Option<String>,
    /// Documented name.
    pub name: String,
    pub args: Vec<(String, Form)>,
    /// What somebody outside decided about it.
    pub fault: Option<Ruling>,
    /// Whether a face makes it by itself: rules do not see it.
    pub own: bool,
}

/// What the client has to see.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Expect {
    pub hr: Option<Hresult>,
    /// Named results; NULL for one that must not be there.
    pub outs: Vec<(String, Form)>,
}

/// One thing that only the simulator knows.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Inside {
    /// Profile of the session.
    Profile(String),
    /// Whether the client joined a session of another.
    Joined(bool),
    /// Whether the session is one that was made to be shared.
    Shared(bool),
    /// Whether the client has MAPI_NO_MAIL, set or implied.
    NoMail(bool),
    /// Whether the spooler knows the session.
    Spooler(bool),
    /// How many clients the session has.
    Members(i64),
    /// The clause that decided.
    DecidedBy(ClauseId),
    /// Rows of the decision table that say something of the call.
    Path(Vec<String>),
    /// Parts of the texts of events, in this order.
    Events(Vec<String>),
    /// Parts that no event's text has.
    NoEvents(Vec<String>),
    /// Parts of the texts of events outside calls, in this order.
    World(Vec<String>),
    /// Parts that no text of an event outside calls has.
    NoWorld(Vec<String>),
    /// Lints that find something in the call.
    Lints(Vec<Lint>),
    /// Whether no lint finds anything in the call.
    NoLints(bool),
    /// How many dialogs were shown.
    Dialogs(i64),
    /// Virtual time when the step is done.
    Time(SimTime),
    /// How many sessions there are.
    Sessions(i64),
    /// How many calls wait.
    Waiting(i64),
    /// Who holds the logon mutex.
    Mutex(Option<String>),
    /// The default profile.
    DefaultProfile(Option<String>),
    /// Names of all profiles, in their order.
    Profiles(Vec<String>),
}
