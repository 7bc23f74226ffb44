//! What must hold of a world between two operations, whatever came before.

use super::clock::HolderState;
use super::types::{
    Answer, INVALID_PARAMETER, InvalidParameters, LOGON_FAILED, NOT_FOUND, NOT_INITIALIZED, Outcome, S_OK, TIMEOUT, UNKNOWN_FLAGS,
    USER_CANCEL, flag,
};
use super::world::{Call, CallState, World};

/// Says what is wrong unless it holds.
fn hold(holds: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}

impl World {
    /// The properties of the decision table that can be seen in a state, and the model's own bookkeeping.
    pub fn check(&self) -> Result<(), String> {
        self.check_mutex()?;
        self.check_cores()?;
        self.check_profiles()?;
        self.check_members()?;
        for (number, call) in self.calls.iter().enumerate() {
            match &call.state {
                CallState::Done(Outcome { answer: Answer::NoSuchCall, .. }) => {}
                CallState::Done(outcome) => self.check_done(number, call, outcome)?,
                CallState::Running | CallState::Granted => return Err(format!("call {number} neither waits nor is done")),
                CallState::Queued { .. } | CallState::Dialog { .. } => self.check_waiting(number, call)?,
            }
        }
        Ok(())
    }

    /// Property 3: the mutex is held by waiting calls and scripted holders only, so it is free when there are none.
    fn check_mutex(&self) -> Result<(), String> {
        let calls = self.calls.iter().filter(|call| call.holds).count();
        let holders = self.holders.iter().filter(|holder| holder.state == HolderState::Holding).count();
        hold(calls + holders == self.mutex.depth as usize, || format!("{calls} calls and {holders} holders hold {:?}", self.mutex))?;
        hold((self.mutex.depth > 0) == self.mutex.owner.is_some(), || format!("depth and owner differ: {:?}", self.mutex))?;
        hold(self.mutex.owner.is_some() || self.mutex.queue.is_empty(), || format!("free, with waiters: {:?}", self.mutex))
    }

    /// Property 4: at most one core can be joined, and it has a member; so has every core. The limit is kept.
    fn check_cores(&self) -> Result<(), String> {
        for core in &self.cores {
            hold(self.member_count(core.number) > 0, || format!("core {} has no member", core.number))?;
            // Property 14.
            hold(self.profile(core.profile).is_some(), || format!("core {} has no profile", core.number))?;
            hold(core.shared || !core.ended, || format!("core {} ended sharing and was not shared", core.number))?;
        }
        hold(self.cores.windows(2).all(|pair| pair[0].number < pair[1].number), || "cores out of order".to_string())?;
        if let Some(slot) = self.shared_slot {
            let core = self.core(slot);
            hold(core.is_some_and(|core| core.shared && !core.ended), || format!("the shared slot has {core:?}"))?;
        }
        let most = self.max_sessions.map_or(usize::MAX, |most| most as usize);
        hold(self.cores.len() <= most, || format!("{} cores, limit {most}", self.cores.len()))
    }

    /// Names are unique; marks and new names wait for a session to end; the default can be used.
    fn check_profiles(&self) -> Result<(), String> {
        for profile in &self.profiles {
            hold(!self.taken(&profile.name, Some(profile.id)), || format!("name {:?} twice", profile.name))?;
            let waits = profile.marked || profile.pending_rename.is_some();
            hold(!waits || self.in_use(profile.id), || format!("{:?} waits for no session", profile.name))?;
            hold(!(profile.marked && profile.pending_rename.is_some()), || format!("{:?} is marked and renamed", profile.name))?;
        }
        if let Some(id) = self.default {
            let usable = self.profile(id).is_some_and(|profile| !(profile.marked || profile.app && self.knobs.app_profiles));
            hold(usable, || format!("default profile {id} cannot be used"))?;
        }
        Ok(())
    }

    /// Property 12: what a member is comes from its own logon alone. Members of processes that are through are through.
    fn check_members(&self) -> Result<(), String> {
        for (session, member) in self.members.iter().enumerate() {
            hold(!member.live || self.core(member.core).is_some(), || format!("session {session} has no core"))?;
            hold(!member.live || !member.released, || format!("session {session} is released and live"))?;
            hold(!member.live || self.init_count(member.process) > 0, || format!("session {session} outlives its process"))?;
            if let Some(call) = member.call.and_then(|call| self.calls.get(call)) {
                let asked = call.raw_flags & (flag::NO_MAIL | flag::NT_SERVICE) != 0;
                hold(member.no_mail == asked && member.process == call.process, || format!("session {session} is not what it asked for"))?;
            }
        }
        Ok(())
    }

    /// Properties 1, 2, 5, 9 and 10, for a call that is done.
    fn check_done(&self, number: usize, call: &Call, outcome: &Outcome) -> Result<(), String> {
        let Some(hr) = outcome.code() else { return Err(format!("call {number} is done without a result")) };
        hold(self.possible(hr), || format!("call {number} returned {hr:#X}"))?;
        hold((hr == S_OK) == outcome.session.is_some(), || format!("call {number}: {hr:#X} with {:?}", outcome.session))?;
        hold(!call.holds, || format!("call {number} kept the mutex"))?;
        let joined = outcome.session.as_ref().is_some_and(|session| session.joined);
        hold(!joined || call.raw_flags & flag::NEW_SESSION == 0, || format!("call {number} joined with MAPI_NEW_SESSION"))?;
        let dialogs = outcome.logon_dialogs + outcome.config_dialogs;
        hold(!joined || dialogs == 0, || format!("call {number} joined with dialogs"))?;
        let may_ask = call.flags & flag::LOGON_UI != 0;
        hold(outcome.logon_dialogs == 0 || may_ask, || format!("call {number} asked without MAPI_LOGON_UI"))?;
        hold(dialogs == 0 || call.raw_flags & flag::NT_SERVICE == 0, || format!("call {number} of a service asked"))?;
        hold(hr != USER_CANCEL || dialogs > 0, || format!("call {number} was cancelled without a dialog"))?;
        let may_time_out = call.flags & flag::TIMEOUT_SHORT != 0 && call.blocked;
        hold(hr != TIMEOUT || may_time_out, || format!("call {number} timed out without reason"))
    }

    /// Property 1, with the codes that some knobs add.
    fn possible(&self, hr: u32) -> bool {
        let specific = self.knobs.invalid_parameters == InvalidParameters::Specific;
        match hr {
            S_OK | NOT_INITIALIZED | LOGON_FAILED | TIMEOUT | USER_CANCEL => true,
            INVALID_PARAMETER | UNKNOWN_FLAGS => specific,
            NOT_FOUND => self.knobs.unknown_profile_not_found,
            _ => false,
        }
    }

    /// A call in the queue has no mutex, one in a dialog has it.
    fn check_waiting(&self, number: usize, call: &Call) -> Result<(), String> {
        let queued = matches!(call.state, CallState::Queued { .. });
        hold(call.holds != queued, || format!("call {number} waits wrongly: {:?}", call.state))?;
        let due = match &call.state {
            CallState::Queued { deadline } => *deadline,
            CallState::Dialog { until, .. } => Some(*until),
            _ => None,
        };
        hold(due.is_none_or(|due| due > self.now), || format!("call {number} is overdue"))
    }
}
