//! One logon taken apart: the way through the decision table, and what would have changed the outcome.

use std::fmt;
use std::sync::Arc;

use crate::call::{Call, Caller, Mapi, Reply};
use crate::clause::{Reading, Readings};
use crate::error::Error;
use crate::fixture::{Fixture, Script};
use crate::kernel::{Event, Finished, Kernel, Machine, Path, ProcessKind, Profiles, Progress, Why};
use crate::mapi::{Hresult, InitFlags, LogonFlags, Text};

/// Most moments for which one call is waited for.
const MOST_MOMENTS: u32 = 10_000;

/// One call of MAPILogonEx, taken apart. It displays as a text that teaches.
///
/// ```
/// use mapi_sim::call::{Call, Mapi, OutPtr};
/// use mapi_sim::{Explanation, Fixture, LogonFlags};
///
/// let office = Fixture::shipped("office").expect("it is shipped");
/// let logon = Call::Mapi(Mapi::MAPILogonEx {
///     ui_param: 0,
///     profile_name: Some("Wrok".into()),
///     password: None,
///     flags: LogonFlags::EXTENDED | LogonFlags::NEW_SESSION,
///     session: OutPtr::Given,
/// });
/// let text = Explanation::of(&office, None, &[], "main", &logon)?.to_string();
/// assert!(text.contains("with MAPI_USE_DEFAULT: S_OK"));
/// # Ok::<(), mapi_sim::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    heading: String,
    end: End,
    path: Path,
    events: Vec<String>,
    /// Variations of the call that end otherwise, with their ends.
    changes: Vec<(String, End)>,
    /// Variations that end alike.
    alike: Vec<String>,
    /// Readings under which the call ends otherwise.
    readings: Vec<(String, &'static str, End)>,
}

/// How a logon ended.
#[derive(Clone, Debug, PartialEq)]
struct End {
    /// None if the call waits for ever.
    hr: Option<Hresult>,
    session: Option<Joined>,
    dialogs: usize,
}

/// The session that a logon got.
#[derive(Clone, Debug, PartialEq)]
struct Joined {
    profile: String,
    joined: bool,
    shared: bool,
    no_mail: bool,
}

/// What is done before the call that is explained, and in which world.
struct Setting<'a> {
    fixture: &'a Fixture,
    kind: Option<ProcessKind>,
    earlier: &'a [(String, Call)],
    process: &'a str,
}

impl Explanation {
    /// Explains a call of MAPILogonEx by a process, in the world of a fixture.
    ///
    /// `kind` says what kind of program the process is, if not what the fixture says; `earlier` are calls that others make first. Every process is
    /// initialised before its first call.
    ///
    /// # Errors
    ///
    /// [`Error::is_misuse`] if the call is another function, [`Error::is_deadlock`] if it, or an earlier one, waits for something that nothing in
    /// this world can bring about.
    pub fn of(
        fixture: &Fixture,
        kind: Option<ProcessKind>,
        earlier: &[(String, Call)],
        process: &str,
        call: &Call,
    ) -> Result<Explanation, Error> {
        let Call::Mapi(Mapi::MAPILogonEx { .. }) = call else {
            return Err(Error::misuse(format!("{} is no logon; only MAPILogonEx has a decision to explain", call.method())));
        };
        let setting = Setting { fixture, kind, earlier, process };
        let readings = setting.readings();
        let (finished, end) = setting.run(&readings, true, call)?;
        let Why::Logon(why) = &finished.why else { return Err(Error::misuse("MAPILogonEx went without the decision table")) };
        let mut explanation = Explanation {
            heading: format!("{call} by {process} in the world \"{}\"", fixture.name()),
            path: why.path,
            events: finished.events.iter().map(ToString::to_string).collect(),
            end,
            changes: Vec::new(),
            alike: Vec::new(),
            readings: Vec::new(),
        };
        explanation.try_variations(&setting, &readings, call);
        explanation.try_readings(&setting, &readings, call);
        Ok(explanation)
    }

    /// Other flags, other names, no initialisation.
    fn try_variations(&mut self, setting: &Setting<'_>, readings: &Readings, call: &Call) {
        for (label, call, initialized) in variations(setting.fixture, call) {
            let end = setting.end(readings, initialized, &call);
            if end == self.end { self.alike.push(label) } else { self.changes.push((label, end)) }
        }
    }

    /// Every other value of every reading that has an effect.
    fn try_readings(&mut self, setting: &Setting<'_>, readings: &Readings, call: &Call) {
        for reading in Reading::ALL.iter().filter(|reading| reading.has_effect()) {
            for (index, value) in reading.values().iter().enumerate().filter(|(index, _)| *index != readings.index(*reading)) {
                let end = setting.end(&readings.clone().with_index(*reading, index), true, call);
                if end != self.end {
                    self.readings.push((format!("{reading} = {value}"), reading.says(), end));
                }
            }
        }
    }
}

impl Setting<'_> {
    /// The fixture's own readings.
    fn readings(&self) -> Readings {
        self.fixture.machine().readings.clone()
    }

    /// Runs the calls before and then this one, in a new world.
    fn run(&self, readings: &Readings, initialized: bool, call: &Call) -> Result<(Finished, End), Error> {
        let mut machine = Machine::clone(self.fixture.machine());
        machine.readings = readings.clone();
        if let Some(kind) = self.kind {
            machine.processes.insert(self.process.to_owned(), kind);
        }
        let profiles = Arc::new(Profiles::clone(self.fixture.profiles()));
        let mut world = World { kernel: Kernel::new(Arc::new(machine), profiles), script: self.fixture.script().clone() };
        for (process, call) in self.earlier {
            let caller = world.caller(process, true)?;
            world.call(caller, call.clone())?;
        }
        let caller = world.caller(self.process, initialized)?;
        let finished = world.call(caller, call.clone())?;
        let end = world.end(&finished);
        Ok((finished, end))
    }

    /// How the call ends; a call that cannot end is an end too.
    fn end(&self, readings: &Readings, initialized: bool, call: &Call) -> End {
        self.run(readings, initialized, call).map_or(End { hr: None, session: None, dialogs: 0 }, |(_, end)| end)
    }
}

/// A world without a lock.
struct World {
    kernel: Kernel,
    script: Script,
}

impl World {
    fn caller(&mut self, process: &str, initialized: bool) -> Result<Caller, Error> {
        let caller = self.kernel.caller(process, "main");
        if initialized && self.kernel.process(caller.process).init_count() == 0 {
            self.call(caller, Call::Mapi(Mapi::MAPIInitialize { version: 0, flags: InitFlags::empty() }))?;
        }
        Ok(caller)
    }

    /// Makes a call and runs the clock until it is done.
    fn call(&mut self, caller: Caller, call: Call) -> Result<Finished, Error> {
        let id = match self.kernel.apply(caller, call, &mut self.script) {
            Progress::Done(finished) => {
                self.kernel.settle(&mut self.script, &mut Vec::new());
                return Ok(finished);
            }
            Progress::Waiting(id) => id,
        };
        let mut done = Vec::new();
        for _ in 0..MOST_MOMENTS {
            if let Some(finished) = done.iter().position(|finished: &Finished| finished.id == id).map(|at| done.swap_remove(at)) {
                return Ok(finished);
            }
            let Some(next) = self.kernel.next_time() else { break };
            self.kernel.advance(next.max(self.kernel.now()), &mut self.script, &mut done);
        }
        Err(Error::deadlock(format!("call {id} waits for something that does not come: {}", self.kernel.waits_for(id))))
    }

    fn end(&self, finished: &Finished) -> End {
        let Reply { hr, .. } = finished.reply;
        let session = finished.reply.object().and_then(|handle| {
            let member = self.kernel.member(handle)?;
            let core = self.kernel.session_of(handle)?;
            let profile = self.kernel.profiles().get(core.profile)?.name.clone();
            Some(Joined { profile, joined: member.core != handle, shared: core.shared, no_mail: member.no_mail })
        });
        let shown = |event: &&Event| matches!(event, Event::LogonDialog { .. } | Event::ServiceDialog { .. });
        End { hr: Some(hr), session, dialogs: finished.events.iter().filter(shown).count() }
    }
}

/// The call with each flag the other way round, with other names, and in a process that is not initialised.
fn variations(fixture: &Fixture, call: &Call) -> Vec<(String, Call, bool)> {
    let Call::Mapi(Mapi::MAPILogonEx { ui_param, profile_name, password, flags, session }) = call else { return Vec::new() };
    let with = |profile_name: &Option<Text>, flags: LogonFlags| {
        let (profile_name, password) = (profile_name.clone(), password.clone());
        Call::Mapi(Mapi::MAPILogonEx { ui_param: *ui_param, profile_name, password, flags, session: *session })
    };
    let mut all = Vec::new();
    for (name, flag) in LogonFlags::names() {
        let word = if flags.contains(flag) { "without" } else { "with" };
        all.push((format!("{word} {name}"), with(profile_name, *flags ^ flag), true));
    }
    if profile_name.is_some() {
        all.push(("with profile_name NULL".to_owned(), with(&None, *flags), true));
    }
    let profiles = fixture.profiles();
    let default = profiles.default_profile();
    let is_given = |name: &str| matches!(profile_name, Some(Text::Str(given)) if **given == *name);
    let usable = || profiles.iter().filter(|(_, profile)| !profile.marked && !is_given(&profile.name));
    let other = usable().find(|(id, profile)| Some(*id) != default && !profile.app);
    for (id, profile) in usable().filter(|(id, _)| Some(*id) == default).chain(other) {
        let note = if Some(id) == default { ", the default profile" } else { "" };
        let name = Some(Text::from(profile.name.as_str()));
        all.push((format!("with profile_name \"{}\"{note}", profile.name), with(&name, *flags), true));
    }
    all.push(("without MAPIInitialize".to_owned(), call.clone(), false));
    all
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(hr) = self.hr else { return f.write_str("the call waits for ever") };
        write!(f, "{hr}")?;
        if let Some(Joined { profile, joined, shared, no_mail }) = &self.session {
            let kind = match (joined, shared) {
                (true, _) => "joins the shared session",
                (false, true) => "a new shared session",
                (false, false) => "a new session of its own",
            };
            write!(f, ", {kind} on \"{profile}\"{}", if *no_mail { ", no mail" } else { "" })?;
        }
        match self.dialogs {
            0 => Ok(()),
            1 => f.write_str(", after a dialog"),
            count => write!(f, ", after {count} dialogs"),
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n\nThe way through the decision table (> decides):", self.heading)?;
        for row in self.path.rows() {
            let mark = if *row == self.path.deciding() { '>' } else { ' ' };
            let clauses: Vec<String> = row.clauses().iter().map(ToString::to_string).collect();
            writeln!(f, "{mark} {:<5} {} ({})", row.id(), row.says(), clauses.join(", "))?;
        }
        writeln!(f, "\nOutcome: {}", self.end)?;
        self.events.iter().try_for_each(|event| writeln!(f, "  {event}"))?;
        writeln!(f, "\nWhat would have changed it:")?;
        self.changes.iter().try_for_each(|(label, end)| writeln!(f, "  {label}: {end}"))?;
        if self.changes.is_empty() {
            writeln!(f, "  nothing that was tried")?;
        }
        if !self.alike.is_empty() {
            writeln!(f, "The same: {}", self.alike.join("; "))?;
        }
        if !self.readings.is_empty() {
            writeln!(f, "\nOther readings of open points that would have changed it:")?;
            for (reading, says, end) in &self.readings {
                writeln!(f, "  {reading}: {end}\n    ({says})")?;
            }
        }
        Ok(())
    }
}
