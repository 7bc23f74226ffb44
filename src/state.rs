//! The state of a world, for people to read and for tests to compare.

mod diff;

use std::fmt;

use crate::call::Handle;
use crate::kernel::Kernel;
use crate::time::SimTime;

/// What a world looks like at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// The virtual time.
    pub time: SimTime,
    /// Every process that was named.
    pub processes: Vec<ProcessState>,
    /// Every profile.
    pub profiles: Vec<ProfileState>,
    /// Every session.
    pub sessions: Vec<SessionState>,
    /// The thread that holds the logon mutex.
    pub mutex: Option<String>,
    /// Calls that wait, and for what.
    pub waiting: Vec<String>,
}

/// A process.
#[derive(Clone, Debug, PartialEq)]
pub struct ProcessState {
    /// Its name.
    pub name: String,
    /// MAPIInitialize calls not undone.
    pub initialized: u32,
}

/// A profile.
#[derive(Clone, Debug, PartialEq)]
pub struct ProfileState {
    /// Its name.
    pub name: String,
    /// PR_DEFAULT_PROFILE.
    pub default: bool,
    /// Marked for deletion.
    pub marked: bool,
    /// Names of its services, those that lack data with a question mark.
    pub services: Vec<String>,
}

/// A session.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionState {
    /// The handle of the client that began it.
    pub id: Handle,
    /// Name of its profile.
    pub profile: String,
    /// `individual`, `shared`, or `shared, ended`.
    pub kind: &'static str,
    /// Whether the spooler knows it.
    pub spooler: bool,
    /// Its clients: session pointer, process, and whether it has MAPI_NO_MAIL.
    pub members: Vec<(Handle, String, bool)>,
}

impl State {
    pub(crate) fn of(kernel: &Kernel) -> Self {
        let default = kernel.profiles().default_profile();
        let profiles = kernel.profiles().iter().map(|(id, profile)| ProfileState {
            name: profile.name.clone(),
            default: default == Some(id),
            marked: profile.marked,
            services: profile.services.iter().map(|s| format!("{}{}", s.id, if s.configured { "" } else { "?" })).collect(),
        });
        let processes = kernel.processes().iter();
        let processes = processes.map(|process| ProcessState { name: process.name().to_owned(), initialized: process.init_count() });
        State {
            time: kernel.now(),
            processes: processes.collect(),
            profiles: profiles.collect(),
            sessions: sessions(kernel),
            mutex: kernel.logon_mutex().owner().map(|owner| kernel.caller_name(owner)),
            waiting: kernel.waiting().map(|id| format!("call {id}: {}", kernel.waits_for(id))).collect(),
        }
    }
}

fn sessions(kernel: &Kernel) -> Vec<SessionState> {
    let member = |handle: &Handle| {
        let member = kernel.member(*handle)?;
        Some((*handle, kernel.process(member.process).name().to_owned(), member.no_mail))
    };
    let session = |(id, core): (Handle, &crate::kernel::Core)| SessionState {
        id,
        profile: kernel.profiles().get(core.profile).map_or_else(String::new, |profile| profile.name.clone()),
        kind: match (core.shared, kernel.shared_session() == Some(id)) {
            (false, _) => "individual",
            (true, true) => "shared",
            (true, false) => "shared, not joinable",
        },
        spooler: core.spooler,
        members: core.members.iter().filter_map(member).collect(),
    };
    kernel.sessions().map(session).collect()
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "time {}", self.time)?;
        writeln!(f, "logon mutex: {}", self.mutex.as_deref().unwrap_or("free"))?;
        for process in &self.processes {
            writeln!(f, "process {}: initialised {}x", process.name, process.initialized)?;
        }
        for profile in &self.profiles {
            let marks = [(profile.default, " (default)"), (profile.marked, " (marked for deletion)")];
            let marks: String = marks.iter().filter(|(set, _)| *set).map(|(_, text)| *text).collect();
            writeln!(f, "profile \"{}\"{marks}: {}", profile.name, profile.services.join(", "))?;
        }
        for session in &self.sessions {
            let spooler = if session.spooler { "spooler knows it" } else { "spooler does not know it" };
            writeln!(f, "session {} on \"{}\": {}, {spooler}", session.id, session.profile, session.kind)?;
            for (handle, process, no_mail) in &session.members {
                writeln!(f, "  {handle} of {process}{}", if *no_mail { ", MAPI_NO_MAIL" } else { "" })?;
            }
        }
        self.waiting.iter().try_for_each(|waiting| writeln!(f, "{waiting}"))
    }
}
