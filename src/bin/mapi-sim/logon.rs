//! A world in which somebody logs on, for the commands that show one.

use std::mem::ManuallyDrop;

use mapi_sim::call::{Call, Caller, Handle, Mapi, OutPtr, Reply};
use mapi_sim::{Error, Fixture, LogonFlags, Sim};

use crate::args::Logon;
use crate::named_fixture;

/// The process that begins the shared session of `--shared`.
pub(crate) const SOMEBODY: &str = "somebody";

/// Reads flags: names with or without MAPI_, separated by commas or bars, or numbers.
pub(crate) fn flags(text: &str) -> Result<LogonFlags, String> {
    let parts = text.split([',', '|']).map(str::trim).filter(|part| !part.is_empty());
    parts.map(flag).try_fold(LogonFlags::empty(), |word, flag| Ok(word | flag?))
}

fn flag(text: &str) -> Result<LogonFlags, String> {
    let number = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    };
    if let Some(number) = number {
        return Ok(LogonFlags::new(number));
    }
    let upper = text.to_uppercase();
    let name = if upper.starts_with("MAPI_") { upper } else { format!("MAPI_{upper}") };
    LogonFlags::from_name(&name).ok_or_else(|| {
        let names: Vec<&str> = LogonFlags::names().map(|(name, _)| name.trim_start_matches("MAPI_")).collect();
        format!("no flag of MAPILogonEx is called {text}; there are {}", names.join(", "))
    })
}

/// MAPILogonEx.
pub(crate) fn call(profile: Option<&str>, flags: LogonFlags) -> Call {
    let profile_name = profile.map(Into::into);
    Call::Mapi(Mapi::MAPILogonEx { ui_param: 0, profile_name, password: None, flags, session: OutPtr::Given })
}

/// The logon that begins the shared session of `--shared`.
pub(crate) fn shared(fixture: &Fixture, args: &Logon) -> Result<Option<Call>, Error> {
    let Some(profile) = args.shared.as_deref() else { return Ok(None) };
    if fixture.profiles().find(profile).is_none() {
        return Err(Error::misuse(format!("--shared {profile}: the world \"{}\" has no such profile", fixture.name())));
    }
    Ok(Some(call(Some(profile), LogonFlags::EXTENDED | LogonFlags::NEW_SESSION | LogonFlags::ALLOW_OTHERS)))
}

/// A fresh world, and the process that acts in it.
pub(crate) struct World {
    /// Never dropped: the command ends soon after, and a call that still waits is told by what it shows, not by the verification of a test.
    sim: ManuallyDrop<Sim>,
    caller: Option<Caller>,
    process: String,
}

impl World {
    /// Starts the world, with the shared session if one is wanted. The process that logs on comes into it later.
    pub fn start(args: &Logon) -> Result<World, String> {
        let fixture = named_fixture(&args.fixture).map_err(|error| error.to_string())?;
        let begins = shared(&fixture, args).map_err(|error| error.to_string())?;
        let mut world = World { sim: ManuallyDrop::new(fixture.start()), caller: None, process: SOMEBODY.to_owned() };
        if let Some(call) = begins {
            world.make(call).map_err(|why| format!("--shared: {why}"))?;
        }
        world.caller = None;
        world.process.clone_from(&args.process);
        Ok(world)
    }

    /// The world itself.
    pub fn sim(&self) -> &Sim {
        &self.sim
    }

    /// Makes a call of the process, which is initialised before its first one; a failing one is told by its why.
    pub fn make(&mut self, call: Call) -> Result<Reply, String> {
        let caller = *self.caller.get_or_insert_with(|| self.sim.process(&self.process).caller());
        let reply = self.sim.call(caller, call).map_err(|error| error.to_string())?;
        if reply.hr.is_success() {
            return Ok(reply);
        }
        let id = self.sim.kernel(|kernel| kernel.last_call());
        Err(self.sim.why(id).unwrap_or_else(|| format!("{:?}", reply.hr)))
    }

    /// Makes a call that gives an object.
    pub fn open(&mut self, call: Call) -> Result<Handle, String> {
        let reply = self.make(call)?;
        reply.object().ok_or_else(|| format!("{:?}, but no object", reply.hr))
    }

    /// What became of a logon that succeeded: `a session of its own on "Work"`.
    pub fn outcome(&self, session: Handle) -> String {
        let sessions = self.sim.state().sessions;
        let Some(core) = sessions.iter().find(|core| core.members.iter().any(|(handle, ..)| *handle == session)) else {
            return "a session".to_owned();
        };
        let how = match (core.id == session, core.kind) {
            (false, _) => "joined the shared session",
            (true, "individual") => "a session of its own",
            (true, _) => "a new shared session",
        };
        format!("{how} on \"{}\"", core.profile)
    }
}
