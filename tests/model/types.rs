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

/// The bit of an HRESULT that says failure.
pub const CANNOT_CONTINUE: u32 = 0x8000_0000;
/// One provider fails; its service may be used.
pub const FAIL_ONE: u32 = 0x8004_011D;
/// A provider lacks configuration.
pub const UNCONFIGURED: u32 = 0x8004_011C;
/// No such interface.
pub const NO_INTERFACE: u32 = 0x8000_4002;
/// Nobody does that.
pub const NO_SUPPORT: u32 = 0x8004_0102;
/// A provider has as many sessions as it admits.
pub const SESSION_LIMIT: u32 = 0x8004_0112;
/// An entry identifier of somebody else.
pub const UNKNOWN_ENTRYID: u32 = 0x8004_0201;
/// No such bookmark.
pub const INVALID_BOOKMARK: u32 = 0x8004_0405;
/// Success, with errors on the way.
pub const ERRORS_RETURNED: u32 = 0x0004_0380;
/// Success, without an identity.
pub const NO_SERVICE: u32 = 0x0004_0203;
/// What Unadvise answers when all is well.
pub const UNADVISE_OK: u32 = S_OK;

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
    /// MAPI_MULTITHREAD_NOTIFICATIONS
    pub const INIT_MULTITHREAD: u32 = 0x1;
    /// The flags of MAPIInitialize.
    pub const INIT_KNOWN: u32 = 0x1_0009;
    /// MAPI_LOGOFF_SHARED
    pub const LOGOFF_SHARED: u32 = 0x1;
    /// MAPI_LOGOFF_UI
    pub const LOGOFF_UI: u32 = 0x2;
}

/// The flags of OpenMsgStore.
pub mod store_flag {
    /// MDB_NO_MAIL
    pub const NO_MAIL: u32 = 0x80;
    /// All of them.
    pub const KNOWN: u32 = 0x1BD;
}

/// Which providers have rows in the status table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StatusRows {
    /// Those that are logged on.
    #[default]
    Active,
    /// Every one of the profile.
    Profile,
}

/// When notifications arrive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// At the next call of their thread.
    #[default]
    Queued,
    /// Inside the call that causes them.
    Inline,
    /// On a thread of MAPI's own.
    Thread,
}

/// What GetLastError knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LastError {
    /// The last failure.
    #[default]
    Kept,
    /// The last failure, unless a success came after it.
    Cleared,
    /// Nothing.
    None,
}

/// What a sink is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// The session ends: log off.
    EndOfSession,
    /// A client logged off.
    LoggedOff,
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
    /// MAPI_LOGOFF_SHARED tells every client of the machine.
    pub logoff_shared_machine_wide: bool,
    /// Any logoff is told as the end of the session.
    pub critical_on_any_logoff: bool,
    /// Address books and stores log on inside the logon.
    pub eager_providers: bool,
    /// Transports start inside the logon.
    pub eager_transports: bool,
    /// See there.
    pub status_rows: StatusRows,
    /// FlushQueues of the spooler works in a session without mail.
    pub no_mail_flush_ok: bool,
    /// What is queued is delivered even after Unadvise and Logoff.
    pub late_delivery: bool,
    /// See there.
    pub delivery: Delivery,
    /// What Unadvise answers for a number that it does not know.
    pub unadvise_unknown: u32,
    /// See there.
    pub last_error: LastError,
    /// QueryIdentity logs the address books on.
    pub query_identity_opens_ab: bool,
    /// An address book that lacks configuration disables its service in OpenAddressBook too.
    pub ab_unconfigured_disables: bool,
    /// Reading backwards moves the cursor to the first row read.
    pub negative_read_to_first: bool,
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
            logoff_shared_machine_wide: false,
            critical_on_any_logoff: false,
            eager_providers: false,
            eager_transports: false,
            status_rows: StatusRows::Active,
            no_mail_flush_ok: false,
            late_delivery: false,
            delivery: Delivery::Queued,
            unadvise_unknown: NOT_FOUND,
            last_error: LastError::Kept,
            query_identity_opens_ab: true,
            ab_unconfigured_disables: false,
            negative_read_to_first: false,
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

/// A method of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Method {
    /// OpenAddressBook.
    OpenAddressBook,
    /// OpenMsgStore.
    OpenMsgStore {
        /// Which store of the profile, from 0.
        store: usize,
        /// Flag word.
        flags: u32,
    },
    /// GetStatusTable.
    GetStatusTable,
    /// OpenEntry with the entry identifier of a status row.
    OpenStatus {
        /// The session in whose table the row stands.
        of: usize,
        /// Which row, from 0.
        row: usize,
    },
    /// EnumAdrTypes.
    EnumAdrTypes,
    /// QueryIdentity.
    QueryIdentity,
    /// Advise for the events of the session.
    Advise {
        /// The sink; zero is NULL.
        sink: u32,
    },
    /// Unadvise.
    Unadvise {
        /// Number of the registration.
        connection: u32,
    },
    /// GetLastError.
    GetLastError {
        /// The HRESULT that is asked about.
        hr: u32,
    },
    /// IMAPIClientShutdown::QueryFastShutdown.
    QueryFastShutdown,
    /// IMAPIClientShutdown::NotifyProcessShutdown.
    NotifyProcessShutdown,
    /// IMAPIClientShutdown::DoFastShutdown.
    DoFastShutdown,
}

/// A method of an object that a session gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObjectMethod {
    /// The last Release.
    Release,
    /// IMAPITable::GetRowCount.
    Count,
    /// IMAPITable::SeekRow.
    Seek {
        /// Bookmark.
        origin: u32,
        /// Rows.
        by: i32,
    },
    /// IMAPITable::QueryRows.
    Rows {
        /// How many.
        count: i32,
        /// Flag word.
        flags: u32,
    },
    /// IMAPIProp::GetPropList.
    Props,
    /// IMAPIStatus::ValidateState.
    Validate,
    /// IMAPIStatus::FlushQueues.
    Flush,
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
    /// A method of a session; the clock runs until it is done.
    On {
        /// Calling process.
        process: u32,
        /// Calling thread.
        thread: u32,
        /// Number of the session.
        session: usize,
        /// The method.
        method: Method,
    },
    /// GetStatusTable on a thread of its own; it is left waiting if it must wait for transports.
    BeginTable {
        /// Calling process.
        process: u32,
        /// Calling thread.
        thread: u32,
        /// Number of the session.
        session: usize,
    },
    /// The clock runs until the call with this number is done: calls of GetStatusTable and EnumAdrTypes in order of their beginnings, from 0.
    FinishTable {
        /// Number of the call.
        call: usize,
    },
    /// A method of an object.
    Object {
        /// Calling process.
        process: u32,
        /// Calling thread.
        thread: u32,
        /// Number of the object: objects that sessions gave in order, from 0.
        object: usize,
        /// The method.
        method: ObjectMethod,
    },
    /// HrDispatchNotifications.
    Dispatch {
        /// Calling process.
        process: u32,
        /// Calling thread.
        thread: u32,
    },
    /// A process ends without a word.
    Kill {
        /// The process.
        process: u32,
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

impl Op {
    /// The process and thread that make it.
    pub fn maker(&self) -> Option<(u32, u32)> {
        match self {
            Op::Logon(request) | Op::BeginLogon(request) => Some((request.process, request.thread)),
            Op::FinishLogon { .. } | Op::FinishTable { .. } | Op::Advance { .. } | Op::Kill { .. } => None,
            Op::Initialize { process, thread, .. }
            | Op::Uninitialize { process, thread }
            | Op::Logoff { process, thread, .. }
            | Op::Release { process, thread, .. }
            | Op::On { process, thread, .. }
            | Op::BeginTable { process, thread, .. }
            | Op::Object { process, thread, .. }
            | Op::Dispatch { process, thread }
            | Op::DeleteProfile { process, thread, .. }
            | Op::RenameProfile { process, thread, .. }
            | Op::SetDefault { process, thread, .. } => Some((*process, *thread)),
        }
    }
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

/// What a method gives beside its HRESULT.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Gave {
    /// Nothing.
    #[default]
    Nothing,
    /// An object, by its number.
    Object(usize),
    /// A number.
    Number(i64),
    /// Strings.
    Texts(Vec<String>),
    /// Rows, by PR_ROWID.
    Rows(Vec<u32>),
    /// An identity, by its display name, or the one that stands for nobody.
    Identity(Option<String>),
    /// Whether GetLastError had something to say.
    Known(bool),
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
    /// What else a method gave.
    pub gave: Gave,
}

impl Outcome {
    /// A result without anything else.
    pub fn hr(hr: u32) -> Outcome {
        Outcome::of(Answer::Hr(hr))
    }

    /// An answer without anything else.
    pub fn of(answer: Answer) -> Outcome {
        Outcome { answer, call: None, session: None, logon_dialogs: 0, config_dialogs: 0, gave: Gave::Nothing }
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
    /// What providers do, by section.
    pub providers: BTreeMap<String, Behaviour>,
}

/// What a provider does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Behaviour {
    /// Results of its logons. The last one stays; none at all is success.
    pub logon: VecDeque<u32>,
    /// How long a transport takes to log on.
    pub after_ms: u64,
    /// Results of its logoffs; none left is success.
    pub logoff: VecDeque<u32>,
    /// Messages that wait for a transport.
    pub inbound: u32,
    /// Results of fetching one; none left is success.
    pub download: VecDeque<u32>,
}

impl Script {
    /// The next result of a provider's logon, and how long it takes.
    pub fn next_logon(&mut self, section: &str) -> (u32, u64) {
        let Some(script) = self.providers.get_mut(section) else { return (S_OK, 0) };
        let result = if script.logon.len() > 1 { script.logon.pop_front() } else { script.logon.front().copied() };
        (result.unwrap_or(S_OK), script.after_ms)
    }

    /// The next result of a provider's logoff.
    pub fn next_logoff(&mut self, section: &str) -> u32 {
        self.providers.get_mut(section).and_then(|script| script.logoff.pop_front()).unwrap_or(S_OK)
    }

    /// A transport fetches what waits, until one fails: how many it fetched, and the last result.
    pub fn fetch(&mut self, section: &str) -> (u32, u32) {
        let Some(script) = self.providers.get_mut(section) else { return (0, S_OK) };
        let mut fetched = 0;
        while script.inbound > 0 {
            let result = script.download.pop_front().unwrap_or(S_OK);
            if result & CANNOT_CONTINUE != 0 {
                return (fetched, result);
            }
            script.inbound -= 1;
            fetched += 1;
        }
        (fetched, S_OK)
    }

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
