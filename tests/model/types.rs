//! Words of the model: results, flags, settings, operations, outcomes, and the scripted user.

use std::collections::{BTreeMap, VecDeque};

/// Success.
pub const S_OK: u32 = 0;
/// E_FAIL.
pub const E_FAIL: u32 = 0x8000_4005;
/// The process, or under strict threads the thread, has not called MAPIInitialize.
pub const NOT_INITIALIZED: u32 = 0x8004_0605;
/// Logon failed.
pub const LOGON_FAILED: u32 = 0x8004_0111;
/// The logon mutex was not free in time.
pub const TIMEOUT: u32 = 0x8004_0401;
/// The user cancelled.
pub const USER_CANCEL: u32 = 0x8004_0113;
/// A bad argument.
pub const INVALID_PARAMETER: u32 = 0x8007_0057;
/// A flag bit that nobody knows.
pub const UNKNOWN_FLAGS: u32 = 0x8004_0106;
/// No such profile.
pub const NOT_FOUND: u32 = 0x8004_010F;
/// The name is taken.
pub const NO_ACCESS: u32 = 0x8007_0005;
/// The session has ended, or is not the caller's.
pub const INVALID_OBJECT: u32 = 0x8004_0108;

/// What DeleteProfile answers for a profile that is marked already: it is still there, and nothing more happens (PROFILE-078).
pub const DELETE_MARKED: u32 = S_OK;

/// How many logon dialogs one call shows at most; the one after that counts as cancelled without being shown.
pub const MOST_DIALOGS: u32 = 100;

/// The flags of MAPILogonEx.
pub mod flag {
    /// MAPI_LOGON_UI
    pub const LOGON_UI: u32 = 0x1;
    /// MAPI_NEW_SESSION
    pub const NEW_SESSION: u32 = 0x2;
    /// MAPI_APP_PROFILE
    pub const APP_PROFILE: u32 = 0x4;
    /// MAPI_ALLOW_OTHERS
    pub const ALLOW_OTHERS: u32 = 0x8;
    /// MAPI_EXPLICIT_PROFILE
    pub const EXPLICIT_PROFILE: u32 = 0x10;
    /// MAPI_EXTENDED
    pub const EXTENDED: u32 = 0x20;
    /// MAPI_USE_DEFAULT
    pub const USE_DEFAULT: u32 = 0x40;
    /// MAPI_FORCE_DOWNLOAD
    pub const FORCE_DOWNLOAD: u32 = 0x1000;
    /// MAPI_SERVICE_UI_ALWAYS
    pub const SERVICE_UI_ALWAYS: u32 = 0x2000;
    /// MAPI_NO_MAIL
    pub const NO_MAIL: u32 = 0x8000;
    /// MAPI_NT_SERVICE
    pub const NT_SERVICE: u32 = 0x1_0000;
    /// MAPI_PASSWORD_UI
    pub const PASSWORD_UI: u32 = 0x2_0000;
    /// MAPI_TIMEOUT_SHORT
    pub const TIMEOUT_SHORT: u32 = 0x10_0000;
    /// MAPI_BG_SESSION
    pub const BG_SESSION: u32 = 0x20_0000;
    /// MAPI_UNICODE
    pub const UNICODE: u32 = 0x8000_0000;
    /// All of them.
    pub const KNOWN: u32 = 0x8033_B07F;
    /// The flags of MAPIInitialize.
    pub const INIT_KNOWN: u32 = 0x1_0009;
    /// MAPI_LOGOFF_SHARED
    pub const LOGOFF_SHARED: u32 = 0x1;
    /// MAPI_LOGOFF_UI
    pub const LOGOFF_UI: u32 = 0x2;
}

/// How an invalid parameter of MAPILogonEx is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum InvalidParameters {
    /// As a failed logon, whatever it is.
    #[default]
    LogonFailed,
    /// With a code that names the mistake.
    Specific,
    /// Unknown flag bits pass; a missing result pointer is a failed logon.
    IgnoreFlags,
}

/// The readings that touch logon and logoff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Knobs {
    /// MAPI_USE_DEFAULT replaces a given name.
    pub use_default_overrides_name: bool,
    /// MAPI_EXPLICIT_PROFILE without a name makes MAPI_USE_DEFAULT void.
    pub explicit_profile_blocks_default: bool,
    /// A call without a name takes the default profile without being told so.
    pub implicit_default: bool,
    /// An unknown name is answered with MAPI_E_NOT_FOUND.
    pub unknown_profile_not_found: bool,
    /// An unknown name with MAPI_LOGON_UI brings up the logon dialog.
    pub prompt_on_unknown_profile: bool,
    /// See there.
    pub invalid_parameters: InvalidParameters,
    /// App profiles exist; without them the mark on a profile means nothing.
    pub app_profiles: bool,
    /// A non-empty password has no effect.
    pub password_ignored: bool,
    /// Profile names are compared exactly.
    pub case_sensitive: bool,
    /// How long MAPI_TIMEOUT_SHORT waits, in virtual milliseconds.
    pub short_timeout_ms: u64,
    /// A service has to say MAPI_NT_SERVICE.
    pub strict_service: bool,
    /// Every thread has to initialise for itself.
    pub strict_threads: bool,
    /// MAPI_LOGOFF_SHARED counts from the creator of the session only.
    pub logoff_shared_by_owner: bool,
}

impl Default for Knobs {
    fn default() -> Self {
        Knobs {
            use_default_overrides_name: true,
            explicit_profile_blocks_default: false,
            implicit_default: false,
            unknown_profile_not_found: false,
            prompt_on_unknown_profile: false,
            invalid_parameters: InvalidParameters::LogonFailed,
            app_profiles: true,
            password_ignored: false,
            case_sensitive: false,
            short_timeout_ms: 5000,
            strict_service: false,
            strict_threads: false,
            logoff_shared_by_owner: false,
        }
    }
}

/// The profile name of a call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// A NULL pointer.
    Null,
    /// An empty string.
    Empty,
    /// These characters; empty counts as [`Name::Empty`].
    Given(String),
    /// Bytes that are no characters.
    Undecodable,
}

impl Name {
    /// Whether the caller named something at all.
    pub fn given(&self) -> bool {
        match self {
            Name::Null | Name::Empty => false,
            Name::Given(text) => !text.is_empty(),
            Name::Undecodable => true,
        }
    }
}

/// The password of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pw {
    /// A NULL pointer.
    Null,
    /// An empty string.
    Empty,
    /// Anything else.
    Other,
}

/// The arguments of MAPILogonEx.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Calling process.
    pub process: u32,
    /// Calling thread of that process.
    pub thread: u32,
    /// Profile name.
    pub name: Name,
    /// Password.
    pub password: Pw,
    /// Flag word.
    pub flags: u32,
    /// The caller left the result pointer NULL.
    pub null_result: bool,
}

/// What a client does.
///
/// The operations on profiles stand for calls with MAPI_APP_PROFILE set, so that app profiles may be changed too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// MAPIInitialize.
    Initialize {
        /// Calling process.
        process: u32,
        /// Calling thread.
        thread: u32,
        /// `MAPIINIT_0.ulFlags`.
        flags: u32,
        /// `MAPIINIT_0.ulVersion`.
        version: u32,
    },
    /// MAPIUninitialize.
    Uninitialize {
        /// Calling process.
        process: u32,
        /// Calling thread.
        thread: u32,
    },
    /// MAPILogonEx; the clock runs until it is done.
    Logon(Request),
    /// MAPILogonEx on a thread of its own; it is left waiting if it must wait.
    BeginLogon(Request),
    /// The clock runs until the call with this number is done. Every logon has a number, in order of their beginnings, from 0.
    FinishLogon {
        /// Number of the call.
        call: usize,
    },
    /// IMAPISession::Logoff.
    Logoff {
        /// Calling process.
        process: u32,
        /// Calling thread.
        thread: u32,
        /// Number of the session: successful logons in order, from 0.
        session: usize,
        /// Flag word.
        flags: u32,
    },
    /// The last Release of a session pointer.
    Release {
        /// Calling process.
        process: u32,
        /// Calling thread.
        thread: u32,
        /// Number of the session.
        session: usize,
    },
    /// Virtual time passes.
    Advance {
        /// Milliseconds.
        ms: u64,
    },
    /// IProfAdmin::DeleteProfile.
    DeleteProfile {
        /// Calling process.
        process: u32,
        /// Calling thread.
        thread: u32,
        /// Name of the profile.
        name: String,
    },
    /// IProfAdmin::RenameProfile.
    RenameProfile {
        /// Calling process.
        process: u32,
        /// Calling thread.
        thread: u32,
        /// Name of the profile.
        name: String,
        /// Its new name.
        new: String,
    },
    /// IProfAdmin::SetDefaultProfile.
    SetDefault {
        /// Calling process.
        process: u32,
        /// Calling thread.
        thread: u32,
        /// Name of the profile; none clears the default.
        name: Option<String>,
    },
}

/// How a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is done, with this HRESULT.
    Hr(u32),
    /// It waits for the mutex or for the user.
    Waiting,
    /// It waits, and nothing that is due can ever let it go on.
    Deadlock,
    /// No call has this number.
    NoSuchCall,
}

/// What a successful logon gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionFacts {
    /// Number of the session, as [`Op::Logoff`] takes it.
    pub session: usize,
    /// Name of its profile.
    pub profile: String,
    /// It joined a session that was there.
    pub joined: bool,
    /// The session core is of the shared kind.
    pub shared: bool,
    /// This client has the no-mail view.
    pub no_mail: bool,
    /// Number of the session core: cores in order of creation, from 0.
    pub core: u32,
}

/// What an operation gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The result.
    pub answer: Answer,
    /// Number of the logon, for the operations that begin or finish one.
    pub call: Option<usize>,
    /// The session of a successful logon.
    pub session: Option<SessionFacts>,
    /// Logon dialogs shown so far by this call.
    pub logon_dialogs: u32,
    /// Configuration dialogs of services shown so far by this call.
    pub config_dialogs: u32,
}

impl Outcome {
    /// A result without anything else.
    pub fn hr(hr: u32) -> Outcome {
        Outcome::of(Answer::Hr(hr))
    }

    /// An answer without anything else.
    pub fn of(answer: Answer) -> Outcome {
        Outcome { answer, call: None, session: None, logon_dialogs: 0, config_dialogs: 0 }
    }

    /// The HRESULT, if the call is done.
    pub fn code(&self) -> Option<u32> {
        match self.answer {
            Answer::Hr(hr) => Some(hr),
            _ => None,
        }
    }
}

/// What the user does in one logon dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialogAnswer {
    /// What it is.
    pub act: Act,
    /// Whether the box that asks for the configuration of each service is ticked. It counts only for the answer that is accepted.
    pub configure_services: bool,
    /// How long the dialog stays open first.
    pub after_ms: u64,
}

/// See [`DialogAnswer`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Picks or types a name.
    Pick(String),
    /// Creates a profile with these services, all of them configured.
    Create {
        /// Its name.
        name: String,
        /// Its services; `configured` is taken as true.
        services: Vec<super::world::Svc>,
    },
    /// Presses Cancel.
    Cancel,
}

/// What the user does in the configuration dialog of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Config {
    /// Confirms and changes nothing.
    Ok,
    /// Supplies what was lacking and confirms.
    Supply,
    /// Presses Cancel.
    Cancel,
}

/// The scripted user and the scripted services.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// Answers to logon dialogs; none left counts as Cancel.
    pub logon: VecDeque<DialogAnswer>,
    /// Answers to configuration dialogs, by name of the service; none left counts as Cancel.
    pub config: BTreeMap<String, VecDeque<Config>>,
    /// Results of the entry function without user interface, by name of the service: true is success.
    /// The last one stays; none at all is failure.
    pub entry: BTreeMap<String, VecDeque<bool>>,
}

impl Script {
    /// The next answer to a configuration dialog of this service.
    pub fn next_config(&mut self, service: &str) -> Option<Config> {
        self.config.get_mut(service).and_then(VecDeque::pop_front)
    }

    /// The next result of the entry function of this service.
    pub fn next_entry(&mut self, service: &str) -> bool {
        match self.entry.get_mut(service) {
            Some(results) if results.len() > 1 => results.pop_front().unwrap_or(false),
            Some(results) => results.front().copied().unwrap_or(false),
            None => false,
        }
    }
}
