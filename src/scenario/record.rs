//! A run as a scenario that does the same again.

use std::collections::{BTreeMap, BTreeSet};

use super::Scenario;
use super::form::NULL;
use super::object::is_method;
use super::write;
use crate::call::{Call, CallId, Caller, Form, Handle, ObjectKind, Reply, Word};
use crate::error::Error;
use crate::journal::Entry;
use crate::kernel::{Hold, Kernel, Ruling, Then};
use crate::sim::{Act, Recorded, Ruled, Sim};
use crate::time::{SimDuration, SimTime};

impl Sim {
    /// What was done in this world so far, as a scenario file: run in a world of its own, it gives the same journal, byte for byte.
    ///
    /// The world stands in it by its name if it is a shipped one, otherwise whole. Every call is a step that expects the result it got; calls that
    /// waited are begun and finished where they were; time moves as it did. Nothing is judged: `check = false` stands in it.
    ///
    /// ```
    /// use mapi_sim::scenario::Scenario;
    /// use mapi_sim::{LogonFlags, Sim};
    ///
    /// let sim = Sim::office();
    /// let session = sim.logon("Work", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION)?;
    /// session.logoff(Default::default())?;
    /// let text = sim.record().expect("nothing was done that a text cannot say");
    ///
    /// let scenario = Scenario::named("again.toml", &text).expect("it reads");
    /// let again = scenario.fixture().start();
    /// assert!(scenario.run_by(&again, &mut &again).passed());
    /// assert_eq!(again.journal().to_string(), sim.journal().to_string());
    /// # again.discard();
    /// # Ok::<(), mapi_sim::Failure>(())
    /// ```
    ///
    /// # Errors
    ///
    /// What cannot be recorded: a world that began as a snapshot or was changed by code, a script that the test changed, a rule of code that gave a
    /// reply or held a call back until it was let go, a run that is longer than what the journal keeps, a journal that was switched off, an argument that no text gives back.
    pub fn record(&self) -> Result<String, Error> {
        self.record_as(&format!("a run of the world {}", self.fixture_name()))
    }

    /// The same, with a name for the scenario.
    pub(crate) fn record_as(&self, name: &str) -> Result<String, Error> {
        let recorded = self.recorded()?;
        let text = Writer::new(&recorded).text(name).map_err(|what| unrecorded(&recorded, &what))?;
        // What cannot be read again is no record: better said now than when it is needed.
        let scenario = Scenario::named("record.toml", &text).map_err(|error| unrecorded(&recorded, &error.to_string()))?;
        let (written, began) = (scenario.fixture(), &recorded.fixture);
        let script = began.script().clone().and(&recorded.said);
        if written.machine() != began.machine() || written.profiles() != began.profiles() || *written.script() != script {
            return Err(unrecorded(&recorded, "the world was changed by code before it was started"));
        }
        Ok(text)
    }
}

fn unrecorded(recorded: &Recorded, what: &str) -> Error {
    Error::misuse(format!("the run of the world {:?} cannot be recorded: {what}", recorded.fixture.name()))
}

/// How a step makes a call.
#[derive(Clone, Copy, PartialEq)]
enum Manner {
    /// In one go.
    Whole,
    /// It is begun, and finished later or never.
    Begun,
}

/// A record on its way.
struct Writer<'a> {
    recorded: &'a Recorded,
    entries: BTreeMap<CallId, &'a Entry>,
    /// Objects that later calls name.
    used: BTreeSet<Handle>,
    /// Objects that a step saved.
    saved: BTreeSet<Handle>,
    now: SimTime,
    /// Whether an adversary does what comes next.
    meddled: bool,
    text: String,
}

impl<'a> Writer<'a> {
    fn new(recorded: &'a Recorded) -> Self {
        let entries = recorded.journal.entries().map(|entry| (entry.id(), entry)).collect();
        let mut used = BTreeSet::new();
        for act in &recorded.acts {
            if let Act::Call { call, .. } = act {
                used.extend(call.this());
                used.extend(handles(call).map(|(_, handle)| handle));
            }
        }
        Writer { recorded, entries, used, saved: BTreeSet::new(), now: SimTime::ZERO, meddled: false, text: String::new() }
    }

    fn kernel(&self) -> &'a Kernel {
        &self.recorded.kernel
    }

    /// The whole scenario; `Err` says what cannot be written.
    fn text(mut self, name: &str) -> Result<String, String> {
        let name = name.replace(|c: char| c.is_control(), " ");
        write::line(&mut self.text, "format", &Form::Int(1));
        write::line(&mut self.text, "name", &Form::Str(name));
        write::line(&mut self.text, "initialize", &Form::Bool(false));
        write::line(&mut self.text, "check", &Form::Bool(false));
        if self.kernel().waiting().next().is_some() {
            write::line(&mut self.text, "leaves_waiting", &Form::Bool(true));
        }
        write::world(&mut self.text, &self.recorded.fixture, &self.recorded.said).ok_or("its world was not written as text")?;
        let mut acts = self.recorded.acts.iter().peekable();
        let (mut number, mut steps, mut begun) = (0, 0, BTreeSet::new());
        while let Some(act) = acts.next() {
            steps += usize::from(!matches!(act, Act::Named(..) | Act::Rules(_) | Act::Meddled));
            match act {
                // What rules decided stands at each call.
                Act::Named(..) | Act::Rules(_) => {}
                Act::Meddled => self.meddled = true,
                Act::Changed(what, _) => return Err(format!("{what}; write it into the fixture")),
                Act::Kill(process) => self.kill(process)?,
                Act::Advance(to) | Act::WaitInVain(_, to) => self.advance(*to),
                Act::Wait(id) if begun.remove(id) => self.finish(*id),
                Act::Wait(id) => self.catch_up(*id),
                Act::Call { caller, call, ruled, waits } => {
                    number += 1;
                    let id = CallId::from_number(number);
                    let waited = acts.next_if(|next| matches!(next, Act::Wait(waited) if *waited == id)).is_some();
                    let manner = if waited || !waits { Manner::Whole } else { Manner::Begun };
                    if manner == Manner::Begun {
                        begun.insert(id);
                    }
                    let fault = self.fault(id, ruled.as_ref())?;
                    self.call(id, *caller, call, fault, manner)?;
                }
            }
        }
        if steps == 0 {
            return Err("nothing was done in it yet".to_owned());
        }
        Ok(self.text)
    }

    fn step(&mut self) {
        self.text.push_str("\n[[step]]\n");
        if std::mem::take(&mut self.meddled) {
            write::line(&mut self.text, "adversary", &Form::Bool(true));
        }
    }

    fn line(&mut self, key: &str, value: impl Into<String>) {
        write::line(&mut self.text, key, &Form::Str(value.into()));
    }

    fn kill(&mut self, process: &str) -> Result<(), String> {
        let called = self.recorded.acts.iter().any(|act| match act {
            Act::Call { caller, .. } => self.kernel().process(caller.process).name() == process,
            _ => false,
        });
        let outside = self.kernel().machine().mutex_holders.iter().any(|holder| holder.process == process);
        if !called && !outside {
            return Err(format!("the process {process:?} was killed, which never made a call"));
        }
        self.step();
        self.line("kill", process);
        Ok(())
    }

    fn advance(&mut self, to: SimTime) {
        let span = to.as_millis().saturating_sub(self.now.as_millis());
        self.now = self.now.max(to);
        self.step();
        self.line("advance", SimDuration::from_millis(span).to_string());
    }

    /// The clock stands where it stood when a call was done.
    fn catch_up(&mut self, id: CallId) {
        if let Some(entry) = self.entries.get(&id) {
            self.now = self.now.max(entry.times().1);
        }
    }

    /// What was decided about a call, as its step writes it; nothing if a rule of the fixture decided, which does so again.
    fn fault(&self, id: CallId, ruled: Option<&Ruled>) -> Result<Option<Form>, String> {
        let rules = self.recorded.fixture.faults().len();
        let acts = |ruling: &&Ruling| ruling.hold != Hold::Nothing || ruling.then != Then::Run;
        let Some(ruling) = ruled.and_then(Ruled::ruling).filter(|ruling| !ruling.is_by_first(rules)).filter(acts) else { return Ok(None) };
        let text = |text: &str| Form::Str(text.to_owned());
        let mut fault = Vec::new();
        match &ruling.then {
            Then::Run => {}
            Then::Warn(hr) => fault.push(("fail", hr.write())),
            Then::Instead(reply) if reply.hr.is_failure() && *reply == Reply::of(reply.hr) => fault.push(("fail", reply.hr.write())),
            Then::Instead(_) => return Err(format!("a rule of code gave the reply to call {id}")),
        }
        match ruling.hold {
            Hold::Nothing => {}
            Hold::For(span) => fault.push(("delay", text(&span.to_string()))),
            Hold::UntilReleased(_) => return Err(format!("a rule of code held back call {id} until it was let go")),
        }
        fault.extend(ruling.text.as_deref().map(|words| ("text", text(words))));
        fault.push(("name", text(&ruling.rule)));
        Ok(Some(Form::Table(fault.into_iter().map(|(key, form)| (key.to_owned(), form)).collect())))
    }

    fn call(&mut self, id: CallId, caller: Caller, call: &Call, fault: Option<Form>, manner: Manner) -> Result<(), String> {
        let process = self.kernel().process(caller.process);
        let (process, thread) = (process.name().to_owned(), process.thread_name(caller.thread).to_owned());
        if [&process, &thread].iter().any(|name| name.is_empty() || name.chars().any(char::is_control)) {
            return Err(format!("call {id} is made by {process:?}, thread {thread:?}, which no scenario can name"));
        }
        let args = self.args(id, call)?;
        self.step();
        if process != "main" {
            self.line("process", process);
        }
        if thread != "main" {
            self.line("thread", thread);
        }
        if let Some(object) = call.this() {
            let name = self.object(object);
            self.line("object", name);
        }
        self.line("call", method_name(call));
        if !args.is_empty() {
            write::line(&mut self.text, "args", &Form::Table(args));
        }
        if let Some(fault) = fault {
            write::line(&mut self.text, "fault", &fault);
        }
        // Rules of the fixture do not see it, and must not again.
        if self.recorded.own.contains(&id) && !self.recorded.fixture.faults().is_empty() {
            write::line(&mut self.text, "own", &Form::Bool(true));
        }
        match manner {
            Manner::Begun => self.line("begin", format!("call_{}", id.number())),
            Manner::Whole => self.end(id),
        }
        Ok(())
    }

    fn finish(&mut self, id: CallId) {
        self.step();
        self.line("finish", format!("call_{}", id.number()));
        self.end(id);
    }

    /// What a call got.
    fn end(&mut self, id: CallId) {
        self.catch_up(id);
        let Some(entry) = self.entries.get(&id) else { return };
        let hr = Form::Table(vec![("hr".to_owned(), Form::Str(entry.hr().to_string()))]);
        write::line(&mut self.text, "expect", &hr);
        if let Some(object) = entry.reply().object().filter(|object| self.used.contains(object)) {
            self.saved.insert(object);
            self.line("save", saved_name(object));
        }
    }

    /// How a step names an object: as a step saved it, or by its number if none did.
    fn object(&self, object: Handle) -> String {
        if self.saved.contains(&object) { saved_name(object) } else { object.to_string() }
    }

    /// The arguments as a step writes them.
    fn args(&self, id: CallId, call: &Call) -> Result<Vec<(String, Form)>, String> {
        let written: Vec<(String, Form)> = call.args().into_iter().map(|(name, form, _)| (name.to_owned(), form)).collect();
        let null = |form: &Form| if *form == Form::Str(NULL.to_owned()) { Form::Null } else { form.clone() };
        let read: Vec<(String, Form)> = written.iter().map(|(name, form)| (name.clone(), null(form))).collect();
        let again = Call::read(&method_name(call), call.this(), &read);
        if !again.is_some_and(|again| again.is_ok_and(|again| again == *call || format!("{again:?}") == format!("{call:?}"))) {
            return Err(format!("an argument of call {id}, {call}, is not read back as it was"));
        }
        let objects: BTreeMap<&str, Handle> = handles(call).collect();
        let object = |(name, form): (String, Form)| match objects.get(&*name) {
            Some(object) => (name, Form::Str(self.object(*object))),
            None => (name, form),
        };
        Ok(written.into_iter().map(object).collect())
    }
}

/// The objects among the arguments of a call.
fn handles(call: &Call) -> impl Iterator<Item = (&'static str, Handle)> {
    let args = call.args();
    let plain: Vec<(String, Form)> = args.iter().map(|(name, form, _)| ((*name).to_owned(), form.clone())).collect();
    let name = method_name(call);
    let this = call.this();
    args.into_iter().filter_map(move |(arg, form, _)| {
        let Form::Str(text) = &form else { return None };
        let handle = Handle::parse(text)?;
        // Text that looks like an object is none: there another text would do as well.
        let other = |(key, form): &(String, Form)| (key.clone(), if key == arg { Form::Str("no object".to_owned()) } else { form.clone() });
        let read = Call::read(&name, this, &plain.iter().map(other).collect::<Vec<_>>())?;
        read.is_err_and(|bad| bad.name == arg).then_some((arg, handle))
    })
}

fn saved_name(object: Handle) -> String {
    format!("{}_{}", object.kind().word(), object.number())
}

/// The documented name, with the interface where the object alone does not tell it or several have a method of that name.
fn method_name(call: &Call) -> String {
    let method = call.method();
    let namesakes = Call::methods().filter(|other| other.name == method.name).count();
    let own = |kind: ObjectKind| method.interface == "IUnknown" || kind.interfaces().contains(&method.interface);
    let plain = !is_method(method) || (namesakes == 1 && call.this().is_some_and(|object| own(object.kind())));
    if plain { method.name.to_owned() } else { method.to_string() }
}
