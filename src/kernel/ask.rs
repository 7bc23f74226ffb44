//! The question channel: everything that MAPI waits for somebody to decide.
//!
//! The kernel puts a [`Question`] wherever the documentation leaves a decision to the environment: a user at a dialog, a service's entry point
//! function, a transport. Whoever implements [`Ask`] answers: the fixture's script, user code, the fuzz adversary, a replay.

use super::Kernel;
use crate::mapi::Hresult;
use crate::time::SimDuration;

/// Answers the kernel's questions.
pub trait Ask {
    /// Answers one question. The world is there to be looked at; it does not change while the question is open.
    fn ask(&mut self, world: &Kernel, question: &Question) -> Response;
}

/// Nobody is there: every question stays unanswered.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nobody;

impl Ask for Nobody {
    fn ask(&mut self, _: &Kernel, _: &Question) -> Response {
        Response::Nobody
    }
}

/// Something the kernel cannot know.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Question {
    /// What does the user do in the logon dialog? Answered by [`Answer::Logon`].
    LogonDialog {
        /// The window to which it is modal (LOGON-054).
        parent: u64,
        /// The profiles it lists (LOGON-122). The profile field is empty (LOGON-120).
        profiles: Vec<String>,
        /// How often it was shown before in this call.
        earlier: u32,
    },
    /// What does the user do in the configuration dialog of a service? Answered by [`Answer::Dialog`].
    ServiceDialog {
        /// PR_SERVICE_NAME.
        service: String,
        /// The window to which it is modal.
        parent: u64,
        /// Shown because the client or the user asked for it (MAPI_SERVICE_UI_ALWAYS), not because data is lacking.
        always: bool,
    },
    /// What does the entry point function of a service return for MSG_SERVICE_CONFIGURE without a user interface? Answered by [`Answer::Result`].
    EntryPoint {
        /// PR_SERVICE_NAME.
        service: String,
    },
    /// How does the logon of a provider end? Answered by [`Answer::Result`]; a transport may take its time.
    ProviderLogon {
        /// Section name of the provider.
        provider: String,
    },
    /// What does the logoff method of a provider return? Answered by [`Answer::Result`].
    ProviderLogoff {
        /// Section name of the provider.
        provider: String,
    },
    /// How many messages wait for a transport? Answered by [`Answer::Count`].
    Inbound {
        /// Section name of the transport.
        provider: String,
    },
    /// How does fetching one waiting message end? Answered by [`Answer::Result`].
    Fetch {
        /// Section name of the transport.
        provider: String,
    },
    /// Does the user confirm the logoff? Answered by [`Answer::Confirm`].
    LogoffDialog {
        /// The window to which it is modal.
        parent: u64,
    },
}

/// An answer to a [`Question`]. One of another kind than the question asks for counts as none.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Answer {
    /// To the logon dialog.
    Logon(LogonAct, Tick),
    /// To the configuration dialog of a service.
    Dialog(DialogAnswer),
    /// What a provider or an entry point function returns.
    Result(Hresult),
    /// A number.
    Count(u32),
    /// Yes or no.
    Confirm(bool),
}

/// Whether the user ticks the box of the logon dialog that asks for the configuration dialog of each service (LOGON-129).
pub type Tick = bool;

/// When an answer comes.
#[derive(Clone, Debug, PartialEq)]
pub enum Response {
    /// At once.
    Now(Answer),
    /// After some virtual time, for which the call waits.
    After(SimDuration, Answer),
    /// Never: nobody is there who knows. The documented default for the question applies, with a diagnostic.
    Nobody,
}

/// One answer of the scripted user to the logon dialog.
#[derive(Clone, Debug, PartialEq)]
pub struct LogonAnswer {
    /// What the user does.
    pub act: LogonAct,
    /// Whether the user ticks the box that asks for a configuration dialog of each service (LOGON-129).
    pub configure_services: bool,
    /// How long the dialog stays open first, in virtual time.
    pub after: SimDuration,
}

/// What a user does in the logon dialog.
#[derive(Clone, Debug, PartialEq)]
pub enum LogonAct {
    /// Picks a profile from the list, or types its name. A name that does not exist brings the dialog up again (LOGON-124).
    Pick(String),
    /// Creates a profile with these services, all configured (LOGON-125).
    Create {
        /// Name of the new profile.
        name: String,
        /// Names of installed services.
        services: Vec<String>,
    },
    /// Presses Cancel (LOGON-123).
    Cancel,
}

/// What a user does in the configuration dialog of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialogAnswer {
    /// Presses OK and changes nothing: what was lacking goes on lacking.
    Ok,
    /// Supplies what was lacking and presses OK.
    Supply,
    /// Presses Cancel.
    Cancel,
}
