//! Rules at work in a world: between the call of a client and the subsystem.

use std::sync::Arc;

use super::{Shared, Sim, World};
use crate::call::{Call, Caller, Method};
use crate::kernel::{RuleId, Ruling};
use crate::rule::Rule;

/// A fault that waits for its call.
#[derive(Clone)]
pub(super) struct Due {
    caller: Caller,
    method: &'static Method,
    ruling: Ruling,
}

impl World {
    /// What was expected of rules and of calls, and did not come.
    pub(super) fn unmet(&self) -> impl Iterator<Item = String> {
        self.rules.unmet().into_iter().chain(self.unexpected())
    }

    /// What is decided about the call that comes next: by the rules, or else by the fault that waits for it.
    pub(super) fn decided(&mut self, caller: Caller, call: &Call) -> Option<Ruling> {
        self.ruling(caller, call).or_else(|| {
            let due = self.due.take_if(|due| due.caller == caller && due.method == call.method())?;
            Some(due.ruling)
        })
    }

    /// What the rules decide about the call that comes next. Those that the Rust face makes by itself are no client's.
    fn ruling(&mut self, caller: Caller, call: &Call) -> Option<Ruling> {
        if self.rules.is_empty() || self.exempt.is_own(self.next_call()) {
            return None;
        }
        self.rules.decide(caller, call, self.kernel.process(caller.process).name())
    }

    /// Lets the calls go on that a rule holds back.
    fn release(&mut self, id: RuleId) -> usize {
        let released = self.kernel.release_rule(id);
        self.settle();
        if released > 0 {
            self.changed("code let calls go on that a rule held back");
        }
        released
    }
}

impl Sim {
    /// Installs a rule behind those that are there. The first rule that does not pass decides about a call; those behind it are not asked. It is
    /// gone when its guard is dropped.
    ///
    /// ```
    /// use mapi_sim::{Hresult, LogonFlags, Sim, on};
    ///
    /// let sim = Sim::office();
    /// let down = sim.rule(on("MAPILogonEx").fail(Hresult::MAPI_E_CALL_FAILED));
    /// let refused = sim.logon("Work", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION).unwrap_err();
    /// assert_eq!(refused.hresult(), Hresult::MAPI_E_CALL_FAILED);
    /// drop(down);
    /// sim.logon("Work", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION)?.logoff(Default::default())?;
    /// # Ok::<(), mapi_sim::Failure>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If the rule can never act, because nothing has the name that it is for or it does nothing: such a rule would test nothing.
    #[track_caller]
    pub fn rule(&self, rule: Rule) -> RuleGuard {
        if let Some(mistake) = rule.mistake() {
            panic!("{mistake}");
        }
        let mut world = self.shared.world.lock();
        let id = world.rules.install(rule);
        world.changed_rules();
        drop(world);
        RuleGuard { world: self.shared.clone(), id, keep: false }
    }

    /// Lets the calls go on that a rule holds back in this world, a fork too; how many there were. [`RuleGuard::release`] does it in the world of
    /// the rule.
    pub fn release_rule(&self, rule: RuleId) -> usize {
        self.shared.world.lock().release(rule)
    }
}

impl Sim {
    /// Decides about the next call of a function by a caller, unless a rule does; `None` takes that back.
    pub(crate) fn fault_next(&self, fault: Option<(Caller, &'static Method, Ruling)>) {
        self.shared.world.lock().due = fault.map(|(caller, method, ruling)| Due { caller, method, ruling });
    }

    /// What a client that is done should not have left in the world, one text each.
    pub(crate) fn leftovers(&self) -> Vec<String> {
        let world = self.shared.world.lock();
        let kernel = &world.kernel;
        let mut left: Vec<String> = kernel.waiting().map(|id| format!("call {id} waiting: {}", kernel.waits_for(id))).collect();
        left.extend(kernel.logon_mutex().calls().map(|id| format!("the logon mutex held by call {id}")));
        left.extend(kernel.members().map(|(session, member)| {
            format!("{session} not {}", if member.logged_off { "released" } else { "logged off and not released" })
        }));
        left.extend(kernel.objects().map(|(object, _)| format!("{object} not released")));
        for process in kernel.processes() {
            let own = world.initialized.iter().filter(|caller| kernel.process(caller.process).name() == process.name()).count();
            let owed = process.init_count().saturating_sub(u32::try_from(own).unwrap_or(u32::MAX));
            if owed > 0 {
                left.push(format!("{owed} MAPIInitialize of {} not undone", process.name()));
            }
        }
        left
    }

    /// Rules that did not act as often as was expected, one text each.
    pub(crate) fn unmet_rules(&self) -> Vec<String> {
        self.shared.world.lock().rules.unmet()
    }

    /// What was expected of calls and of rules, and did not come, one text each.
    pub(crate) fn unmet(&self) -> Vec<String> {
        self.shared.world.lock().unmet().collect()
    }

    /// Ends the verification of a world that somebody else looked at.
    pub(crate) fn skip_check(&mut self) {
        self.checked = true;
    }
}

/// A rule at work. The rule is removed when the guard is dropped, and what it holds back goes on.
#[must_use = "the rule is removed when its guard is dropped; `keep` leaves it there"]
pub struct RuleGuard {
    world: Arc<Shared>,
    id: RuleId,
    keep: bool,
}

impl RuleGuard {
    /// Number of the rule.
    pub fn id(&self) -> RuleId {
        self.id
    }

    /// How often the rule acted so far.
    pub fn fired(&self) -> u32 {
        self.world.world.lock().rules.fired(self.id)
    }

    /// Lets the calls go on that the rule holds back; how many there were. It holds back those that come later.
    pub fn release(&self) -> usize {
        self.world.world.lock().release(self.id)
    }

    /// Leaves the rule in its world for good.
    pub fn keep(mut self) {
        self.keep = true;
    }
}

impl Drop for RuleGuard {
    /// Removes the rule, unless it is kept.
    fn drop(&mut self) {
        if !self.keep {
            let mut world = self.world.world.lock();
            world.rules.remove(self.id);
            world.changed_rules();
            world.release(self.id);
        }
    }
}

impl std::fmt::Debug for RuleGuard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RuleGuard({}, acted {})", self.id.0, self.fired())
    }
}
