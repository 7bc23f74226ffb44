//! MAPILogonEx in its thirteen steps.

use super::profiles::{too_long, valid, well_formed};
use super::types::{
    Act, Answer, Config, DialogAnswer, Gave, INVALID_PARAMETER, InvalidParameters, LOGON_FAILED, MOST_DIALOGS, NOT_FOUND, NOT_INITIALIZED,
    Name, Outcome, Pw, Request, S_OK, SessionFacts, UNCONFIGURED, UNKNOWN_FLAGS, USER_CANCEL, flag,
};
use super::world::{Call, CallState, Member, ProcessKind, World};

/// What step 8 comes to.
enum Choice {
    /// This profile.
    Profile(u32),
    /// Let the user choose.
    Dialog,
    /// No profile, and this code.
    Fail(u32),
}

/// How a service came out of step 11.
enum Health {
    /// It works.
    Fine,
    /// Its entry function configured it; the profile keeps that if the logon succeeds.
    Cured,
    /// It does not work.
    Failed,
}

impl World {
    /// Begins a logon and returns its number. It is done, or waits, when this returns.
    pub(super) fn begin(&mut self, request: &Request) -> usize {
        let number = self.calls.len();
        self.calls.push(Call {
            process: request.process,
            thread: request.thread,
            name: request.name.clone(),
            raw_flags: request.flags,
            flags: request.flags,
            logon_dialogs: 0,
            config_dialogs: 0,
            holds: false,
            blocked: false,
            state: CallState::Running,
        });
        match self.gates(request) {
            Ok(flags) => {
                self.calls[number].flags = flags;
                self.take_or_wait(number);
            }
            Err(hr) => self.finish(number, hr, None),
        }
        number
    }

    /// Steps 1 to 4: everything before the mutex. Gives the corrected flags.
    fn gates(&self, request: &Request) -> Result<u32, u32> {
        if !self.ready(request.process, request.thread) {
            return Err(NOT_INITIALIZED);
        }
        let invalid = self.knobs.invalid_parameters;
        if request.null_result {
            return Err(if invalid == InvalidParameters::Specific { INVALID_PARAMETER } else { LOGON_FAILED });
        }
        let mut flags = request.flags;
        if flags & !flag::KNOWN != 0 {
            match invalid {
                InvalidParameters::LogonFailed => return Err(LOGON_FAILED),
                InvalidParameters::Specific => return Err(UNKNOWN_FLAGS),
                InvalidParameters::IgnoreFlags => flags &= flag::KNOWN,
            }
        }
        if flags & flag::LOGON_UI != 0 && flags & flag::PASSWORD_UI != 0 {
            return Err(LOGON_FAILED);
        }
        let service = self.processes.get(&request.process).is_some_and(|process| process.kind == ProcessKind::Service);
        if flags & flag::NT_SERVICE != 0 {
            flags &= !(flag::LOGON_UI | flag::PASSWORD_UI | flag::SERVICE_UI_ALWAYS);
            flags |= flag::NO_MAIL;
        } else if service && self.knobs.strict_service {
            return Err(LOGON_FAILED);
        }
        if request.password == Pw::Other && !self.knobs.password_ignored {
            return Err(LOGON_FAILED);
        }
        Ok(flags)
    }

    /// Steps 6 to 8, with the mutex held.
    /// Chosen: a call whose process was uninitialised while it waited ends as uninitialised when its turn comes.
    pub(super) fn proceed(&mut self, number: usize) {
        let flags = self.calls[number].flags;
        if self.gone(number) {
            return self.finish(number, NOT_INITIALIZED, None);
        }
        if flags & flag::NEW_SESSION == 0
            && let Some(core) = self.shared_slot
        {
            let facts = self.add_member(number, core, true);
            return self.finish(number, S_OK, facts);
        }
        if self.max_sessions.is_some_and(|most| self.cores.len() >= most as usize) {
            return self.finish(number, LOGON_FAILED, None);
        }
        match self.choose(number) {
            Choice::Profile(id) => self.configure(number, id, false),
            Choice::Dialog => self.dialogs(number),
            Choice::Fail(hr) => self.finish(number, hr, None),
        }
    }

    /// Step 8.
    fn choose(&self, number: usize) -> Choice {
        let call = &self.calls[number];
        let has = |bit: u32| call.flags & bit != 0;
        let knobs = &self.knobs;
        let given = call.name.given();
        let explicit = has(flag::EXPLICIT_PROFILE);
        let use_default = if given {
            has(flag::USE_DEFAULT) && knobs.use_default_overrides_name
        } else if has(flag::USE_DEFAULT) {
            !(explicit && knobs.explicit_profile_blocks_default)
        } else {
            // Chosen: MAPI_EXPLICIT_PROFILE without MAPI_USE_DEFAULT keeps the default away under this reading too.
            knobs.implicit_default && !explicit
        };
        if !given || use_default {
            return match self.default.filter(|_| use_default) {
                Some(id) => Choice::Profile(id),
                None if has(flag::LOGON_UI) => Choice::Dialog,
                None => Choice::Fail(LOGON_FAILED),
            };
        }
        let Name::Given(name) = &call.name else { return Choice::Fail(LOGON_FAILED) };
        if too_long(name) || !well_formed(name) {
            return Choice::Fail(LOGON_FAILED);
        }
        match self.find_profile(name).map(|at| &self.profiles[at]) {
            Some(profile) if profile.marked => Choice::Fail(LOGON_FAILED),
            Some(profile) => Choice::Profile(profile.id),
            None if has(flag::LOGON_UI) && knobs.prompt_on_unknown_profile => Choice::Dialog,
            None if knobs.unknown_profile_not_found => Choice::Fail(NOT_FOUND),
            None => Choice::Fail(LOGON_FAILED),
        }
    }

    /// Step 9: shows logon dialogs until one is decided or stays open for a while.
    fn dialogs(&mut self, number: usize) {
        loop {
            if self.calls[number].logon_dialogs >= MOST_DIALOGS {
                return self.finish(number, USER_CANCEL, None);
            }
            self.calls[number].logon_dialogs += 1;
            let Some(answer) = self.script.logon.pop_front() else { return self.finish(number, USER_CANCEL, None) };
            if answer.after_ms > 0 {
                let until = self.now.saturating_add(answer.after_ms);
                self.calls[number].state = CallState::Dialog { until, answer };
                return;
            }
            if self.decided(number, answer) {
                return;
            }
        }
    }

    /// The user answers a dialog that stayed open for a while.
    pub(super) fn answered(&mut self, number: usize, answer: DialogAnswer) {
        if self.gone(number) {
            return self.finish(number, NOT_INITIALIZED, None);
        }
        if !self.decided(number, answer) {
            self.dialogs(number);
        }
    }

    /// Whether the process of a call has uninitialised, or left fast, while the call waited.
    pub(super) fn gone(&self, number: usize) -> bool {
        !self.ready(self.calls[number].process, self.calls[number].thread)
    }

    /// Whether an answer settles the choice of the profile; a wrong name does not. Then the call goes on.
    fn decided(&mut self, number: usize, answer: DialogAnswer) -> bool {
        let profile = match answer.act {
            Act::Cancel => {
                self.finish(number, USER_CANCEL, None);
                return true;
            }
            Act::Pick(name) => {
                self.find_profile(&name).map(|at| &self.profiles[at]).filter(|profile| !profile.marked).map(|profile| profile.id)
            }
            Act::Create { name, .. } if !valid(&name) || self.taken(&name, None) => None,
            Act::Create { name, mut services } => {
                services.iter_mut().for_each(|service| service.configured = true);
                let id = self.add_profile(&name, false, services);
                if let Some(profile) = self.profile_mut(id) {
                    profile.made_as = Some(name);
                }
                Some(id)
            }
        };
        let Some(id) = profile else { return false };
        self.configure(number, id, answer.configure_services);
        true
    }

    /// Steps 10 to 13, with the profile chosen.
    fn configure(&mut self, number: usize, id: u32, tick: bool) {
        let flags = self.calls[number].flags;
        if (tick || flags & flag::SERVICE_UI_ALWAYS != 0) && !self.service_dialogs(number, id) {
            return self.finish(number, USER_CANCEL, None);
        }
        match self.check_services(number, id) {
            Some((cured, disabled)) => {
                if let Some(profile) = self.profile_mut(id) {
                    cured.into_iter().for_each(|at| profile.services[at].configured = true);
                }
                self.publish(number, id, disabled);
            }
            None => self.finish(number, LOGON_FAILED, None),
        }
    }

    /// Step 10: a configuration dialog for each service that has an entry function. False if one was cancelled.
    fn service_dialogs(&mut self, number: usize, id: u32) -> bool {
        for at in 0..self.service_count(id) {
            let Some(service) = self.profile_mut(id).map(|profile| profile.services[at].clone()) else { continue };
            if service.disabled || !service.has_entry {
                continue;
            }
            self.calls[number].config_dialogs += 1;
            match self.script.next_config(&service.name) {
                Some(Config::Ok) => {}
                Some(Config::Supply) => self.keep_configured(id, at),
                Some(Config::Cancel) | None => return false,
            }
        }
        true
    }

    /// Step 11: which services the entry function configured, and which are disabled for the session. None if a required one failed.
    fn check_services(&mut self, number: usize, id: u32) -> Option<(Vec<usize>, Vec<usize>)> {
        let (mut cured, mut disabled) = (Vec::new(), Vec::new());
        for at in 0..self.service_count(id) {
            let Some(service) = self.profile_mut(id).map(|profile| profile.services[at].clone()) else { continue };
            if service.disabled {
                disabled.push(at);
                continue;
            }
            if service.configured {
                continue;
            }
            match self.cure(number, id, at) {
                Health::Fine => {}
                Health::Cured => cured.push(at),
                Health::Failed if service.required => return None,
                Health::Failed => disabled.push(at),
            }
        }
        Some((cured, disabled))
    }

    /// One service that lacks data: two dialogs where a user may be asked, else one try of its entry function.
    fn cure(&mut self, number: usize, id: u32, at: usize) -> Health {
        let ui = self.calls[number].flags & (flag::LOGON_UI | flag::PASSWORD_UI) != 0;
        let Some(service) = self.profile_mut(id).map(|profile| profile.services[at].clone()) else { return Health::Failed };
        if !service.has_entry {
            return Health::Failed;
        }
        if !ui {
            let good = self.script.next_entry(&service.name);
            self.note(&service.name, "configure", if good { S_OK } else { UNCONFIGURED });
            return if good { Health::Cured } else { Health::Failed };
        }
        for _ in 0..2 {
            self.calls[number].config_dialogs += 1;
            if self.script.next_config(&service.name) == Some(Config::Supply) {
                self.keep_configured(id, at);
                return Health::Fine;
            }
        }
        Health::Failed
    }

    fn service_count(&self, id: u32) -> usize {
        self.profile(id).map_or(0, |profile| profile.services.len())
    }

    fn keep_configured(&mut self, id: u32, at: usize) {
        if let Some(profile) = self.profile_mut(id) {
            profile.services[at].configured = true;
        }
    }

    /// Step 12: a new core, which takes the shared slot if others are allowed.
    fn publish(&mut self, number: usize, profile: u32, disabled: Vec<usize>) {
        let shared = self.calls[number].flags & flag::ALLOW_OTHERS != 0;
        let core = self.next_core;
        self.next_core += 1;
        for at in &disabled {
            let name = self.profile(profile).and_then(|profile| profile.services.get(*at)).map(|service| service.name.clone());
            self.note(&name.unwrap_or_default(), "disabled", S_OK);
        }
        self.add_core(core, profile, shared, disabled);
        if shared {
            self.shared_slot = Some(core);
        }
        let facts = self.add_member(number, core, false);
        self.finish(number, S_OK, facts);
    }

    fn add_member(&mut self, number: usize, core: u32, joined: bool) -> Option<SessionFacts> {
        let call = &self.calls[number];
        let no_mail = call.flags & flag::NO_MAIL != 0;
        let (flags, process) = (call.flags, call.process);
        self.members.push(Member { process, core, no_mail, live: true, released: false, call: Some(number), last_error: None });
        let now = self.now;
        if let Some(resources) = self.core_mut(core).map(|core| &mut core.resources).filter(|resources| !no_mail && !resources.told) {
            (resources.told, resources.due) = (true, Some(now));
            self.note("", "told", S_OK);
        }
        if !joined {
            self.start_eagerly(core);
        }
        let download = !no_mail && flags & flag::FORCE_DOWNLOAD != 0;
        if download || self.knobs.eager_transports {
            self.start_transports_now(core);
        }
        if download {
            self.download(core);
        }
        self.facts(self.members.len() - 1, joined)
    }

    /// The call returns, and gives the mutex back if it has it.
    pub(super) fn finish(&mut self, number: usize, hr: u32, session: Option<SessionFacts>) {
        let (process, thread) = (self.calls[number].process, self.calls[number].thread);
        self.deliver_on(process, thread, self.notes);
        let call = &mut self.calls[number];
        call.state = CallState::Done(Outcome {
            answer: Answer::Hr(hr),
            call: Some(number),
            session,
            logon_dialogs: call.logon_dialogs,
            config_dialogs: call.config_dialogs,
            gave: Gave::Nothing,
        });
        if std::mem::take(&mut call.holds) {
            self.give_back();
        }
    }
}
