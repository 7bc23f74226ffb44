//! What each lint looks for: one walk over the journal, with a little memory of each process and session.

use std::collections::{BTreeMap, BTreeSet};

use super::{Exempt, Finding, Lint};
use crate::call::{
    Call, CallId, Caller, Handle, IMAPIClientShutdown, IMAPIProp, IMAPISession, IMAPITable, IStream, IUnknown, Mapi, ObjectKind, ProcessId,
    ThreadId,
};
use crate::clause::{ClauseId, Reading};
use crate::journal::{Entry, Journal};
use crate::kernel::logon::{DialogEnd, Found, NameState};
use crate::kernel::{Event, Kernel, MAX_PROFILE_NAME, NotificationHome, ProcessKind, Why, fold};
use crate::mapi::{Hresult, InitFlags, LogoffFlags, LogonFlags, PropTag, Text};
use crate::time::SimTime;

/// SeekRow is meant for so many rows at most (TABLE-091).
const LONG_SEEK: u32 = 50;

/// What is remembered of a process. A process that ends without a word is forgotten.
#[derive(Default)]
struct Past {
    /// Whether its first MAPIInitialize is kept.
    known: bool,
    /// Whether the client itself called MAPIInitialize, and its beginning is kept; what the Rust face does by itself is not the client's.
    explicit: bool,
    /// Whether the first MAPIInitialize, which settles where notifications come, is the client's, is kept, and had no thread of their own.
    one_thread: bool,
    /// MAPIInitialize calls that are not undone, by thread.
    initialized: BTreeMap<ThreadId, u32>,
    /// Threads that used MAPI.
    users: BTreeSet<ThreadId>,
    /// Threads of which it was said that they did not initialise MAPI.
    told: BTreeSet<ThreadId>,
    /// The DoFastShutdown that succeeded.
    left: Option<CallId>,
}

/// What is remembered of a session pointer.
struct Began {
    call: CallId,
    at: SimTime,
    flags: LogonFlags,
    /// Whether a method of it was called.
    worked: bool,
}

/// One walk.
pub(super) struct Rules<'a> {
    journal: &'a Journal,
    kernel: &'a Kernel,
    exempt: &'a Exempt,
    processes: BTreeMap<ProcessId, Past>,
    sessions: BTreeMap<Handle, Began>,
    /// Profiles of sessions, by the handle of the client that began them.
    profiles: BTreeMap<Handle, String>,
    /// The call that ended each session pointer, and objects that were left then, with their session.
    ended: BTreeMap<Handle, CallId>,
    left: BTreeMap<Handle, Handle>,
    /// Open streams: on which object, and on which property.
    streams: BTreeMap<Handle, (Handle, u16)>,
    found: Vec<Finding>,
}

impl<'a> Rules<'a> {
    pub(super) fn new(journal: &'a Journal, kernel: &'a Kernel, exempt: &'a Exempt) -> Self {
        Rules {
            journal,
            kernel,
            exempt,
            processes: BTreeMap::new(),
            sessions: BTreeMap::new(),
            profiles: BTreeMap::new(),
            ended: BTreeMap::new(),
            left: BTreeMap::new(),
            streams: BTreeMap::new(),
            found: Vec::new(),
        }
    }

    /// `faces`: processes that the Rust face initialised by itself and will uninitialise.
    pub(super) fn run(mut self, faces: &[Caller]) -> Vec<Finding> {
        for (entry, events) in self.journal.lines() {
            match entry {
                Some(entry) => self.entry(entry),
                None => events.iter().for_each(|event| self.outside(event)),
            }
        }
        self.the_end(faces);
        self.found
    }

    /// Notes a finding, unless the call is one of the world that this one was forked from.
    fn find(&mut self, lint: Lint, entry: &Entry, text: impl Into<String>) {
        if entry.id().number() > self.exempt.call {
            let process = self.kernel.process(entry.caller().process).name().to_owned();
            self.found.push(Finding { lint, level: lint.default_level(), call: Some(entry.id()), process, text: text.into() });
        }
    }

    fn past(&mut self, entry: &Entry) -> &mut Past {
        self.processes.entry(entry.caller().process).or_default()
    }

    fn kind(&self, entry: &Entry) -> ProcessKind {
        self.kernel.process(entry.caller().process).kind()
    }

    fn outside(&mut self, event: &Event) {
        if let Event::ProcessKilled { process } = event {
            let kernel = self.kernel;
            self.processes.retain(|id, _| kernel.process(*id).name() != process);
        }
    }

    fn entry(&mut self, entry: &Entry) {
        let own = self.exempt.is_own(entry.id());
        let release = matches!(entry.call(), Call::IUnknown(_, IUnknown::Release {}));
        if !own && !release {
            self.after_fast_shutdown(entry);
            self.thread(entry);
        }
        match entry.call() {
            Call::Mapi(Mapi::MAPIInitialize { flags, .. }) => self.initialize(entry, *flags, own),
            Call::Mapi(Mapi::MAPIUninitialize {}) => self.uninitialize(entry),
            Call::Mapi(Mapi::MAPILogonEx { profile_name, password, flags, .. }) => {
                self.logon(entry, profile_name.as_ref(), password.as_deref(), *flags);
            }
            Call::IMAPISession(this, call) => self.session(entry, *this, call),
            Call::IMAPITable(table, IMAPITable::SeekRow { row_count, .. }) if row_count.unsigned_abs() > LONG_SEEK => {
                self.find(Lint::LongSeek, entry, format!("SeekRow moves {table} by {row_count} rows"));
            }
            Call::IStream(stream, call) => self.stream(entry, *stream, call),
            Call::IMAPIProp(object, call) => self.props(entry, *object, call),
            Call::IUnknown(object, IUnknown::Release {}) => {
                self.streams.retain(|stream, (of, _)| stream != object && of != object);
            }
            Call::IMAPIClientShutdown(_, IMAPIClientShutdown::DoFastShutdown {}) if entry.hr().is_success() => {
                self.past(entry).left = Some(entry.id());
            }
            _ => {}
        }
        self.ignored_flags(entry);
        self.dead_object(entry);
        entry.events().iter().for_each(|event| self.event(entry, event, own));
    }

    fn after_fast_shutdown(&mut self, entry: &Entry) {
        if let Some(left) = self.past(entry).left {
            self.find(Lint::CallAfterFastShutdown, entry, format!("{} after the process left with call {left}", entry.call().method()));
        }
    }

    /// Lints about the thread that makes a call. They need to know the process from its beginning.
    fn thread(&mut self, entry: &Entry) {
        if matches!(
            entry.call(),
            Call::Mapi(
                Mapi::MAPIInitialize { .. }
                    | Mapi::MAPIUninitialize {}
                    | Mapi::ScInitMapiUtil { .. }
                    | Mapi::DeinitMapiUtil {}
                    | Mapi::CreateMAPIInitializationMonitor {}
            ) | Call::IMAPIInitMonitor(..)
                | Call::IMAPIWaitResult(..)
        ) {
            return;
        }
        let thread = entry.caller().thread;
        let name = self.kernel.process(entry.caller().process).thread_name(thread).to_owned();
        let past = self.past(entry);
        if !past.explicit || past.initialized.is_empty() {
            return;
        }
        let stranger = !past.initialized.contains_key(&thread) && past.told.insert(thread);
        past.users.insert(thread);
        let second = past.one_thread && past.users.len() == 2;
        if second {
            past.one_thread = false;
        }
        if stranger {
            let text = format!("{} on thread \"{name}\", which has not called MAPIInitialize", entry.call().method());
            self.find(Lint::ThreadNotInitialised, entry, text);
        }
        if second {
            let text = format!("thread \"{name}\" is the second one that uses MAPI; MAPI_MULTITHREAD_NOTIFICATIONS was not set");
            self.find(Lint::SeveralThreadsWithoutMultithreadFlag, entry, text);
        }
    }

    fn initialize(&mut self, entry: &Entry, flags: InitFlags, own: bool) {
        if entry.hr().is_failure() {
            return;
        }
        let thread = entry.caller().thread;
        let home = entry.events().iter().find_map(|event| match event {
            Event::Initialized { notifications, .. } => Some(*notifications),
            _ => None,
        });
        let past = self.past(entry);
        *past.initialized.entry(thread).or_default() += 1;
        past.known |= home.is_some();
        if own {
            return;
        }
        past.explicit = past.known;
        past.one_thread |= matches!(home, Some(NotificationHome::Thread(_)));
        match (self.kind(entry) == ProcessKind::Service, flags.contains(InitFlags::NT_SERVICE)) {
            (true, false) => self.find(Lint::ServiceWithoutNtService, entry, "a service without MAPI_NT_SERVICE in MAPIINIT_0.ulFlags"),
            (false, true) => {
                self.find(Lint::NtServiceByNonService, entry, "MAPI_NT_SERVICE in MAPIINIT_0.ulFlags of a process that is no service")
            }
            _ => {}
        }
    }

    fn uninitialize(&mut self, entry: &Entry) {
        let thread = entry.caller().thread;
        let last = entry.events().contains(&Event::Uninitialized);
        let past = self.past(entry);
        if last {
            *past = Past::default();
        } else if let Some(count) = past.initialized.get_mut(&thread) {
            *count -= 1;
            if *count == 0 {
                past.initialized.remove(&thread);
            }
        }
    }

    fn logon(&mut self, entry: &Entry, name: Option<&Text>, password: Option<&Text>, flags: LogonFlags) {
        if let Some(session) = entry.reply().object() {
            self.sessions.insert(session, Began { call: entry.id(), at: entry.times().1, flags, worked: false });
        }
        if !flags.contains(LogonFlags::EXTENDED) {
            self.find(Lint::MissingMapiExtended, entry, "MAPILogonEx without MAPI_EXTENDED");
        }
        if password.is_some() {
            self.find(Lint::PasswordGiven, entry, "lpszPassword is not NULL");
        }
        if let Some(name) = name {
            self.name(entry, name, flags);
        }
        self.kind_of_program(entry, flags);
    }

    fn name(&mut self, entry: &Entry, name: &Text, flags: LogonFlags) {
        let code_page = self.kernel.machine().code_page;
        let Ok(name) = name.decode(flags.contains(LogonFlags::UNICODE), code_page) else { return };
        let (units, bytes) = (name.encode_utf16().count(), code_page.encode(&name).0.len());
        if units > MAX_PROFILE_NAME || bytes > MAX_PROFILE_NAME {
            let text = format!("a profile name of {units} UTF-16 units, {bytes} bytes in code page {}", code_page.number());
            self.find(Lint::ProfileNameTooLong, entry, text);
        }
        let joined = entry.events().iter().find_map(|event| if let Event::Joined(core) = event { Some(core) } else { None });
        let Some(profile) = joined.and_then(|core| self.profile_of(*core)) else { return };
        if !name.is_empty() && fold(&name) != fold(&profile) {
            self.find(Lint::NameWithoutNewSession, entry, format!("asked for \"{name}\", joined a shared session on \"{profile}\""));
        }
    }

    /// Name of the profile of a session, by the handle of the client that began it.
    fn profile_of(&self, core: Handle) -> Option<String> {
        let mut sessions = self.kernel.sessions();
        let open = sessions.find(|(handle, _)| *handle == core).map(|(_, core)| core.made_on.name.clone());
        open.or_else(|| self.profiles.get(&core).cloned())
    }

    /// Lints about flags that belong to one kind of program.
    fn kind_of_program(&mut self, entry: &Entry, flags: LogonFlags) {
        let kind = self.kind(entry);
        let has = |flag| flags.contains(flag);
        let ui = flags & (LogonFlags::LOGON_UI | LogonFlags::PASSWORD_UI | LogonFlags::SERVICE_UI_ALWAYS);
        if kind == ProcessKind::Service {
            if !has(LogonFlags::NO_MAIL) {
                self.find(Lint::ServiceWithoutNoMail, entry, "a service logs on without MAPI_NO_MAIL");
            }
            if !has(LogonFlags::NT_SERVICE) {
                self.find(Lint::ServiceWithoutNtService, entry, "a service without MAPI_NT_SERVICE in the flags of MAPILogonEx");
            }
            if !ui.is_empty() {
                self.find(Lint::UiInService, entry, format!("a service passes {ui}"));
            }
            return;
        }
        if has(LogonFlags::NT_SERVICE) {
            self.find(Lint::NtServiceByNonService, entry, "MAPI_NT_SERVICE in the flags of a process that is no service");
        }
        if kind == ProcessKind::Unattended && !has(LogonFlags::NO_MAIL) {
            self.find(Lint::UnattendedWithoutNoMail, entry, "a program without a user logs on without MAPI_NO_MAIL");
        }
    }

    fn session(&mut self, entry: &Entry, this: Handle, call: &IMAPISession) {
        let first = self.sessions.get_mut(&this).is_some_and(|began| !std::mem::replace(&mut began.worked, true));
        match call {
            IMAPISession::GetStatusTable { .. } if first && entry.hr().is_success() && self.is_startup(entry, this) => {
                self.find(
                    Lint::StatusTableAtStartup,
                    entry,
                    format!("GetStatusTable is the first method called after the logon to {this}"),
                );
            }
            IMAPISession::Logoff { flags, .. } => {
                if flags.contains(LogoffFlags::SHARED) {
                    self.find(Lint::LogoffSharedUsed, entry, format!("Logoff of {this} with MAPI_LOGOFF_SHARED"));
                }
                if flags.contains(LogoffFlags::UI) && self.kind(entry) == ProcessKind::Service {
                    self.find(Lint::UiInService, entry, "a service passes MAPI_LOGOFF_UI");
                }
            }
            _ => {}
        }
    }

    /// Whether a messaging session was logged on to and no time has passed since.
    fn is_startup(&self, entry: &Entry, session: Handle) -> bool {
        let no_mail = LogonFlags::NO_MAIL | LogonFlags::NT_SERVICE;
        self.sessions.get(&session).is_some_and(|began| began.at == entry.times().0 && !began.flags.intersects(no_mail))
    }

    /// Flag bits that a reading lets pass. Methods whose flag word is a plain number are not looked at.
    fn ignored_flags(&mut self, entry: &Entry) {
        let readings = &self.kernel.machine().readings;
        let (ignored, unknown) = match entry.call() {
            Call::Mapi(Mapi::MAPILogonEx { flags, .. }) => (readings.is(Reading::InvalidParameters, "ignore_flags"), flags.unknown_bits()),
            Call::IMAPISession(_, call) => (readings.is(Reading::UnknownFlags, "ignore"), session_flags(call)),
            _ => return,
        };
        if unknown != 0 && ignored && entry.hr() != Hresult::MAPI_E_NOT_INITIALIZED {
            self.find(Lint::UnknownFlagsIgnored, entry, format!("{} with the undocumented bits 0x{unknown:X}", entry.call().method()));
        }
    }

    fn stream(&mut self, entry: &Entry, stream: Handle, call: &IStream) {
        let text = match call {
            IStream::Seek { dlib_move, .. } if *dlib_move != 0 => format!("Seek moves {stream} by {dlib_move}"),
            IStream::SetSize { new_size } if *new_size != 0 => format!("SetSize gives {stream} {new_size} bytes"),
            _ => return,
        };
        self.find(Lint::StreamSeek, entry, text);
    }

    fn props(&mut self, entry: &Entry, object: Handle, call: &IMAPIProp) {
        if entry.hr().is_failure() {
            return;
        }
        let changed: Vec<PropTag> = match call {
            IMAPIProp::OpenProperty { prop_tag, .. } => {
                let stream = entry.reply().object().filter(|opened| opened.kind() == ObjectKind::Stream);
                self.streams.extend(stream.map(|stream| (stream, (object, prop_tag.id()))));
                return;
            }
            IMAPIProp::SetProps { prop_array: Some(row), .. } => row.props.iter().map(|prop| prop.tag).collect(),
            IMAPIProp::DeleteProps { prop_tag_array: Some(tags), .. } => tags.to_vec(),
            _ => return,
        };
        let under = |tag: &PropTag| self.streams.iter().find(|(_, at)| **at == (object, tag.id())).map(|(stream, _)| (*tag, *stream));
        if let Some((tag, stream)) = changed.iter().find_map(under) {
            let method = entry.call().method().name;
            self.find(Lint::PropertyUnderStream, entry, format!("{method} changes {tag} of {object}, on which {stream} is open"));
        }
    }

    fn dead_object(&mut self, entry: &Entry) {
        let Some(this) = entry.call().this().filter(|_| entry.hr() == Hresult::MAPI_E_INVALID_OBJECT) else { return };
        let clause = entry.why().clause();
        if clause != Some(ClauseId::shutdown(2)) && clause != Some(ClauseId::shutdown(9)) {
            return;
        }
        let session = self.left.get(&this).copied().unwrap_or(this);
        let end = self.ended.get(&session).map_or_else(String::new, |call| format!(" with call {call}"));
        let of = if session == this { String::new() } else { format!(" of {session}") };
        let text = format!("{} on {this}{of}, which was logged off{end}", entry.call().method());
        self.find(Lint::UseAfterLogoff, entry, text);
    }

    /// Lints that are told by what happened inside a call.
    fn event(&mut self, entry: &Entry, event: &Event, own: bool) {
        match event {
            Event::SessionMade(session) => self.note_profile(entry, *session),
            Event::MemberLeft(session) => {
                self.ended.insert(*session, entry.id());
            }
            Event::Unanswered { what } => self.find(Lint::DialogUnanswered, entry, format!("nobody answered {what}")),
            Event::ReleasedWithoutLogoff(session) if self.past(entry).left.is_none() => {
                self.find(Lint::ReleasedWithoutLogoff, entry, format!("{session} was released without Logoff{}", self.since(*session)));
            }
            Event::SessionAbandoned(session) if own => self.still_open(*session, entry.caller().process),
            Event::SessionAbandoned(session) => {
                let text = format!("the last MAPIUninitialize came while {session} was open{}", self.since(*session));
                self.find(Lint::UninitialisedWithSessions, entry, text);
            }
            Event::ObjectsLeft { session, objects } => {
                self.left.extend(objects.iter().map(|object| (*object, *session)));
                let names: Vec<String> = objects.iter().map(Handle::to_string).collect();
                if !own && self.past(entry).left.is_none() {
                    self.find(Lint::ObjectsLeftAtLogoff, entry, format!("{session} was left with {}", names.join(", ")));
                }
            }
            Event::BookmarksLeft { table, count } => {
                self.find(Lint::BookmarksLeft, entry, format!("{table} was released with {count} bookmark(s) that were not freed"));
            }
            Event::SinksDropped { session, count } if !own => {
                let what = if *count == 1 { "registration" } else { "registrations" };
                self.find(Lint::SinksLeftAtLogoff, entry, format!("{session} was left with {count} {what} for events"));
            }
            Event::Unbalanced => self.find(Lint::UnbalancedInitialize, entry, format!("{} with nothing to undo", entry.call().method())),
            Event::FastShutdownUnasked => {
                self.find(Lint::FastShutdownUnasked, entry, "DoFastShutdown without a QueryFastShutdown that succeeded");
            }
            Event::Unsupported => self.find(Lint::UnsupportedCall, entry, format!("{} is not built", entry.call().method())),
            _ => {}
        }
    }

    /// ` (call #2)`: the logon to a session, if it is kept.
    fn since(&self, session: Handle) -> String {
        self.sessions.get(&session).map_or_else(String::new, |began| format!("; it began with call {}", began.call))
    }

    /// The profile of a session that the call made: the last one that its decision found.
    fn note_profile(&mut self, entry: &Entry, session: Handle) {
        let Why::Logon(why) = entry.why() else { return };
        let chosen = why.facts.iter().rev().find_map(|fact| match fact {
            Found::Name(NameState::Known(id) | NameState::App(id)) | Found::Profile(id) => Some(*id),
            Found::Dialog(DialogEnd::Picked { profile, .. } | DialogEnd::Created { profile, .. }) => Some(*profile),
            _ => None,
        });
        if let Some(profile) = chosen.and_then(|id| self.kernel.profiles().get(id)) {
            self.profiles.insert(session, profile.name.clone());
        }
    }

    /// A client that has not logged off at the end. A process that left fast may do so (SHUTDOWN-077).
    fn still_open(&mut self, session: Handle, process: ProcessId) {
        if self.exempt.is_inherited(session) || self.kernel.process(process).has_left() {
            return;
        }
        let call = self.sessions.get(&session).map(|began| began.call);
        self.at_end(Lint::SessionOpenAtEnd, call, process, format!("{session} was not logged off"));
    }

    fn at_end(&mut self, lint: Lint, call: Option<CallId>, process: ProcessId, text: String) {
        let process = self.kernel.process(process).name().to_owned();
        self.found.push(Finding { lint, level: lint.default_level(), call, process, text });
    }

    /// What the test leaves behind, if it ended now.
    fn the_end(&mut self, faces: &[Caller]) {
        let kernel = self.kernel;
        for (session, member) in kernel.members().filter(|(_, member)| !member.logged_off) {
            self.still_open(session, member.process);
        }
        for (at, process) in (0..=u16::MAX).zip(kernel.processes()) {
            let id = ProcessId(at);
            let face = faces.iter().any(|caller| caller.process == id);
            let owed = process.init_count().saturating_sub(u32::from(face)).saturating_sub(self.exempt.initialized(usize::from(at)));
            if owed > 0 && !process.has_left() {
                let text = format!("{owed} MAPIInitialize not undone");
                self.at_end(Lint::UnbalancedInitialize, None, id, text);
            }
        }
    }
}

/// The bits without a name in the flags of a method of a session.
fn session_flags(call: &IMAPISession) -> u32 {
    match call {
        IMAPISession::Logoff { flags, .. } => flags.unknown_bits(),
        IMAPISession::OpenMsgStore { flags, .. } => flags.unknown_bits(),
        IMAPISession::OpenEntry { flags, .. } => flags.unknown_bits(),
        IMAPISession::GetLastError { flags, .. }
        | IMAPISession::GetMsgStoresTable { flags }
        | IMAPISession::GetStatusTable { flags }
        | IMAPISession::MessageOptions { flags, .. }
        | IMAPISession::QueryDefaultMessageOpt { flags, .. }
        | IMAPISession::EnumAdrTypes { flags } => flags.unknown_bits(),
        _ => 0,
    }
}
