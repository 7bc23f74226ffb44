//! MAPILogonEx in the world: the channel by which the decision sees it, and what a decision does to it.

use std::sync::Arc;

use super::ask::{Answer, Ask, DialogAnswer, LogonAct, Question, Response};
use super::logon::{
    Asked, Channel, ConfigEnd, Decision, DialogEnd, Fact, Found, MutexState, NameState, Outcome, Pause, ServiceState, SharedState, decide,
};
use super::machine::ProcessKind;
use super::mutex::Holder;
use super::profile::{MAX_PROFILE_NAME, Profile, ProfileId, Profiles, is_profile_name, name_length};
use super::provider::Client;
use super::rows::Path;
use super::wait::{Running, State, Wake};
use super::{Event, Kernel, Why};
use crate::call::{Call, CallId, Caller, Handle, Mapi, OutPtr, Reply};
use crate::clause::{Reading, ReadingValue};
use crate::mapi::{CodePage, Hresult, LogonFlags, Text};
use crate::time::SimDuration;

/// Why a logon came out as it did.
#[derive(Clone, Debug, PartialEq)]
pub struct LogonWhy {
    /// The rows of the decision table that applied.
    pub path: Path,
    /// What was found out about the world, in the order in which it was asked for.
    pub facts: Vec<Found>,
    /// The world as it was, if the logon was refused.
    pub before: Option<Before>,
}

/// What a refused logon could have had.
#[derive(Clone, Debug, PartialEq)]
pub struct Before {
    /// The code page of the machine.
    pub code_page: CodePage,
    /// The profiles of the machine.
    pub profiles: Arc<Profiles>,
    /// The session that could be joined, and its profile.
    pub shared: Option<(Handle, ProfileId)>,
}

/// Arguments of a MAPILogonEx call.
#[derive(Clone, Copy)]
struct Arguments<'a> {
    ui_param: u64,
    name: Option<&'a Text>,
    password: Option<&'a Text>,
    flags: LogonFlags,
    session: OutPtr,
}

/// The channel of a call that runs in the world. What it found earlier, before it had to wait, it does not look up again.
struct World<'a> {
    kernel: &'a mut Kernel,
    ask: &'a mut dyn Ask,
    id: CallId,
    caller: Caller,
    args: Arguments<'a>,
    state: &'a mut State,
    /// How much of the state's log this run has used.
    used: usize,
    /// What to wait for, when the decision pauses.
    wake: Option<Wake>,
}

/// How many facts of the world an ordinary logon looks up, and how many events it has.
const USUAL_FACTS: usize = 8;
const USUAL_EVENTS: usize = 4;

impl Kernel {
    /// MAPILogonEx.
    pub(super) fn logon_ex(&mut self, run: &mut Running, ask: &mut dyn Ask) -> Result<Reply, Wake> {
        let Call::Mapi(Mapi::MAPILogonEx { ui_param, profile_name, password, flags, session }) = &run.call else {
            unreachable!("`step` sends only MAPILogonEx here")
        };
        let args =
            Arguments { ui_param: *ui_param, name: profile_name.as_ref(), password: password.as_deref(), flags: *flags, session: *session };
        let (id, caller) = (run.id, run.caller);
        run.state.log.reserve(USUAL_FACTS);
        self.trace.reserve(USUAL_EVENTS);
        if run.state.came == Some(true) {
            self.emit(Event::MutexTaken);
        }
        let mut world = World { kernel: self, ask, id, caller, args, state: &mut run.state, used: 0, wake: None };
        let decision = match decide(&mut world) {
            Ok(decision) => decision,
            Err(_) => return Err(world.wake.unwrap_or(Wake::Ready)),
        };
        let (hr, path) = (decision.hr, decision.path);
        let reply = self.enact(caller, (args.flags, args.ui_param), decision, ask);
        if self.mutex.is_held_by(Holder::Call(id)) {
            self.emit(Event::MutexGivenBack);
            self.give_mutex_back(Holder::Call(id));
        }
        let facts = std::mem::take(&mut run.state.log);
        let before = hr.is_failure().then(|| Before {
            code_page: self.machine.code_page,
            profiles: self.profiles.clone(),
            shared: self.shared.and_then(|id| Some((id, self.cores.get(&id)?.profile))),
        });
        self.why = Why::Logon(Box::new(LogonWhy { path, facts, before }));
        Ok(reply)
    }

    /// Does what was decided.
    fn enact(&mut self, caller: Caller, (flags, ui_param): (LogonFlags, u64), decision: Decision, ask: &mut dyn Ask) -> Reply {
        let (core, nature) = match decision.outcome {
            Outcome::Refused => return Reply::of(decision.hr),
            Outcome::Joined(nature) => (self.shared, nature),
            Outcome::New { profile, publish, nature, disabled, cured } => {
                for service in cured {
                    self.configure_service(profile, service);
                }
                (Some(self.make_session(profile, publish, disabled)), nature)
            }
        };
        let core = core.expect("a join is decided only when there is a shared session, and the call holds the mutex");
        let joined = self.cores.get(&core).is_some_and(|core| !core.members.is_empty());
        let session = self.add_member(core, caller, (flags, ui_param), nature.no_mail);
        if !joined {
            let service = flags.contains(LogonFlags::NT_SERVICE);
            let ui = flags.contains(LogonFlags::LOGON_UI) && !service;
            self.start_eagerly(core, Client { ui_param, ui, service }, ask);
        }
        if nature.download || self.machine.readings.index(Reading::EagerTransports) != 0 {
            self.start_transports_now(core, ask);
        }
        if nature.download {
            self.download(core, ask);
        }
        Reply::ok(crate::call::Out::Object(session))
    }

    /// The data that a service of a profile lacked is there from now on.
    fn configure_service(&mut self, profile: ProfileId, service: u16) {
        let profiles = Arc::make_mut(&mut self.profiles);
        if let Some(service) = profiles.get_mut(profile).and_then(|profile| profile.services.get_mut(usize::from(service))) {
            service.configured = true;
        }
    }

    /// What a decoded name stands for (rows 8.7 to 8.14).
    fn name_state(&self, name: &str) -> NameState {
        // A name that is found is of the right length and form, since every profile's is.
        match self.find_profile(name) {
            None if name_length(name) > MAX_PROFILE_NAME => NameState::TooLong,
            None if !is_profile_name(name) => NameState::Malformed,
            None => NameState::Unknown,
            Some((_, profile)) if profile.marked => NameState::Marked,
            Some((id, profile)) if profile.app && self.knows_app_profiles() => NameState::App(id),
            Some((id, _)) => NameState::Known(id),
        }
    }

    /// Finds a profile by name, as the reading profile_name_case says (LOGON-064).
    pub(super) fn find_profile(&self, name: &str) -> Option<(ProfileId, &Arc<Profile>)> {
        let sensitive = self.machine.readings.index(Reading::ProfileNameCase) != 0;
        self.profiles.find(name).filter(|(_, profile)| !sensitive || profile.name == name)
    }

    /// What the logon dialog lists: the rows of the profile table, app profiles only with MAPI_APP_PROFILE (LOGON-082, LOGON-122).
    fn offered_profiles(&self, flags: LogonFlags) -> Vec<String> {
        let app = flags.contains(LogonFlags::APP_PROFILE) || !self.knows_app_profiles();
        let offered = self.profiles.iter().filter(|(_, profile)| !profile.marked && (app || !profile.app));
        offered.map(|(_, profile)| profile.name.clone()).collect()
    }

    /// A user creates a profile in the logon dialog; none if the name cannot be used, or a service is not installed.
    fn user_creates(&mut self, name: &str, services: &[String]) -> Option<ProfileId> {
        if !is_profile_name(name) || self.is_taken(name, None) {
            return None;
        }
        let id = |at: usize, service: &String| match services[..at].iter().filter(|earlier| *earlier == service).count() {
            0 => service.clone(),
            earlier => format!("{service}#{}", earlier + 1),
        };
        let made = services.iter().enumerate().map(|(at, service)| self.machine.new_service(name, service, &id(at, service)));
        let made = made.collect::<Option<Vec<_>>>()?;
        let profile = Profile { name: name.to_owned(), services: made, ..Profile::default() };
        let id = Arc::make_mut(&mut self.profiles).add(profile)?;
        self.emit(Event::ProfileCreated { name: name.to_owned() });
        Some(id)
    }
}

impl Channel for World<'_> {
    fn find(&mut self, fact: Fact) -> Asked<Found> {
        if let Some(found) = self.argument(fact) {
            return Ok(found);
        }
        if let Some(found) = self.state.log.get(self.used) {
            self.used += 1;
            return Ok(*found);
        }
        let found = self.look(fact)?;
        self.state.log.push(found);
        self.used += 1;
        Ok(found)
    }
}

const fn yes(value: bool) -> Found {
    if value { Found::Yes } else { Found::No }
}

impl World<'_> {
    /// Facts that the call itself, the machine's settings or the process give; they need no log.
    fn argument(&self, fact: Fact) -> Option<Found> {
        let args = &self.args;
        Some(match fact {
            // Not kept: a process that is uninitialised while its logon waits has no session to get.
            Fact::Initialized => yes(self.kernel.is_initialized(self.caller)),
            Fact::ResultPointer => yes(args.session == OutPtr::Given),
            Fact::UnknownFlags => yes(args.flags.unknown_bits() != 0),
            Fact::Flag(flag) => yes(args.flags.contains(flag)),
            Fact::Reading(reading) => {
                Found::Choice(u8::try_from(self.kernel.machine.readings.index(reading)).expect("a reading has few values"))
            }
            Fact::ServiceProcess => yes(self.kernel.process(self.caller.process).kind == ProcessKind::Service),
            Fact::Password => yes(args.password.is_some_and(|password| !password.is_empty())),
            Fact::PasswordPointer => yes(args.password.is_some()),
            // Not kept either: it is asked when nothing can make the call wait any more.
            Fact::StillThere(profile) => yes(self.kernel.profiles.get(profile).is_some_and(|profile| !profile.marked)),
            Fact::NameGiven => yes(args.name.is_some_and(|name| !name.is_empty())),
            _ => return None,
        })
    }

    /// Facts of the world, and what others do.
    fn look(&mut self, fact: Fact) -> Asked<Found> {
        let kernel = &mut *self.kernel;
        Ok(match fact {
            Fact::Mutex => self.take_mutex(),
            Fact::MutexWait { short } => return self.wait_for_mutex(short),
            Fact::Shared => Found::Shared(match (kernel.shared, kernel.ended) {
                (Some(_), _) => SharedState::Joinable,
                (None, 0) => SharedState::None,
                (None, _) => SharedState::Ended,
            }),
            Fact::LimitReached => yes(kernel.machine.max_sessions.is_some_and(|max| kernel.cores.len() >= max as usize)),
            Fact::Name => Found::Name(self.name()),
            Fact::DefaultProfile => kernel.profiles.default_profile().map_or(Found::No, Found::Profile),
            Fact::Service(profile, service) => self.service(profile, service),
            Fact::LogonDialog => return self.logon_dialog(),
            Fact::ServiceDialog { profile, service, always } => return self.service_dialog(profile, service, always),
            Fact::EntryPoint(profile, service) => return self.entry_point(profile, service),
            _ => unreachable!("`argument` answers the facts of the call"),
        })
    }

    fn take_mutex(&mut self) -> Found {
        let holder = Holder::Call(self.id);
        let own = self.kernel.mutex.owner() == Some(self.caller);
        if self.kernel.mutex.take(holder, self.caller) {
            self.kernel.emit(Event::MutexTaken);
            return Found::Mutex(if own { MutexState::Own } else { MutexState::Free });
        }
        let owner = self.kernel.mutex.owner().map_or_else(String::new, |owner| self.kernel.caller_name(owner));
        self.kernel.emit(Event::MutexWait { holder: owner });
        Found::Mutex(MutexState::Other)
    }

    /// Waits for the mutex: without end, or for the short limit (LOGON-158).
    fn wait_for_mutex(&mut self, short: bool) -> Asked<Found> {
        if let Some(came) = self.state.came.take() {
            return Ok(yes(came));
        }
        let limit = match self.kernel.machine.readings.get(Reading::ShortTimeoutMs) {
            ReadingValue::Number(millis) if short => Some(SimDuration::from_millis(millis.unsigned_abs())),
            _ => None,
        };
        if limit == Some(SimDuration::ZERO) {
            return Ok(Found::No);
        }
        self.kernel.mutex.queue(Holder::Call(self.id), self.caller);
        self.wake = Some(Wake::Mutex(limit.map(|limit| self.kernel.now.after(limit))));
        Err(Pause::Mutex { short })
    }

    fn name(&self) -> NameState {
        let Some(name) = self.args.name else { return NameState::Unknown };
        match name.decode(self.args.flags.contains(LogonFlags::UNICODE), self.kernel.machine.code_page) {
            Ok(name) => self.kernel.name_state(&name),
            Err(_) => NameState::Undecodable,
        }
    }

    fn service(&self, profile: ProfileId, service: u16) -> Found {
        let profile = self.kernel.profiles.get(profile);
        let Some(service) = profile.and_then(|profile| profile.services.get(usize::from(service))) else { return Found::No };
        Found::Service(ServiceState {
            configured: service.configured,
            required: service.required,
            has_entry: service.has_entry,
            disabled: service.disabled,
        })
    }

    /// Puts a question to whoever answers for the world outside.
    fn put(&mut self, question: &Question) -> Asked<Option<Answer>> {
        if let Some(answer) = self.state.answer.take() {
            return Ok(Some(answer));
        }
        match self.ask.ask(self.kernel, question) {
            Response::Now(answer) => Ok(Some(answer)),
            Response::After(SimDuration::ZERO, answer) => Ok(Some(answer)),
            Response::After(delay, answer) => {
                self.wake = Some(Wake::At(self.kernel.now.after(delay), answer));
                Err(Pause::Answer)
            }
            Response::Nobody => Ok(None),
        }
    }

    fn logon_dialog(&mut self) -> Asked<Found> {
        let profiles = self.kernel.offered_profiles(self.args.flags);
        let parent = self.args.ui_param;
        if self.state.answer.is_none() {
            self.kernel.emit(Event::LogonDialog { parent, profiles: profiles.clone() });
            self.state.dialogs += 1;
        }
        let question = Question::LogonDialog { parent, profiles, earlier: self.state.dialogs - 1 };
        let Some(Answer::Logon(act, tick)) = self.put(&question)? else {
            self.kernel.emit(Event::Unanswered { what: "the logon dialog".to_owned() });
            return Ok(Found::Dialog(DialogEnd::Unanswered));
        };
        self.kernel.emit(Event::LogonAnswered { act: act.clone(), configure_services: tick });
        Ok(Found::Dialog(match act {
            LogonAct::Cancel => DialogEnd::Cancelled,
            LogonAct::Pick(name) => match self.kernel.name_state(&name) {
                NameState::Known(profile) | NameState::App(profile) => DialogEnd::Picked { profile, tick },
                _ => DialogEnd::Wrong,
            },
            LogonAct::Create { name, services } => match self.kernel.user_creates(&name, &services) {
                Some(profile) => DialogEnd::Created { profile, tick },
                None => DialogEnd::Wrong,
            },
        }))
    }

    fn service_name(&self, profile: ProfileId, service: u16) -> String {
        let profile = self.kernel.profiles.get(profile);
        profile.and_then(|profile| profile.services.get(usize::from(service))).map_or_else(String::new, |service| service.service.clone())
    }

    fn service_dialog(&mut self, profile: ProfileId, service: u16, always: bool) -> Asked<Found> {
        let name = self.service_name(profile, service);
        let question = Question::ServiceDialog { service: name.clone(), parent: self.args.ui_param, always };
        let answer = match self.put(&question)? {
            Some(Answer::Dialog(answer)) => answer,
            _ => {
                self.kernel.emit(Event::Unanswered { what: format!("the configuration dialog of {name}") });
                DialogAnswer::Cancel
            }
        };
        self.kernel.emit(Event::ServiceDialog { service: name, always, answer });
        Ok(Found::Config(match answer {
            DialogAnswer::Ok => ConfigEnd::Ok,
            DialogAnswer::Cancel => ConfigEnd::Cancelled,
            DialogAnswer::Supply => {
                self.kernel.configure_service(profile, service);
                ConfigEnd::Supplied
            }
        }))
    }

    /// The entry point function without a user interface: what nobody answers is MAPI_E_UNCONFIGURED.
    fn entry_point(&mut self, profile: ProfileId, service: u16) -> Asked<Found> {
        let name = self.service_name(profile, service);
        let result = match self.put(&Question::EntryPoint { service: name.clone() })? {
            Some(Answer::Result(result)) => result,
            _ => Hresult::MAPI_E_UNCONFIGURED,
        };
        self.kernel.emit(Event::EntryPoint { service: name, result });
        Ok(yes(result.is_success()))
    }
}
