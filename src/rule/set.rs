//! The rules of one world, and how often each was asked and acted.

use std::sync::Arc;

use super::Rule;
use crate::call::{Call, Caller};
use crate::kernel::{RuleId, Ruling};

/// The rules of one world, in the order in which they are asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rules {
    list: Vec<Installed>,
    made: u32,
    /// What rules that are gone were expected to do and did not.
    unmet: Vec<String>,
}

/// A rule at work.
#[derive(Clone, Debug, PartialEq)]
struct Installed {
    id: RuleId,
    rule: Arc<Rule>,
    name: Arc<str>,
    seen: u32,
    fired: u32,
}

impl Installed {
    /// What is to be said if the rule did not act as often as was expected.
    fn unmet(&self) -> Option<String> {
        let expect = self.rule.expect?;
        let met = expect.least <= self.fired && expect.most.is_none_or(|most| self.fired <= most);
        let (times, calls) = (count(self.fired), count(self.seen));
        let (name, place) = (&self.name, &self.rule.place);
        (!met).then(|| format!("the rule \"{name}\" ({place}) acted {times}, expected {expect}; calls that it is for came {calls}"))
    }
}

/// `once`, `3 times`.
fn count(times: u32) -> String {
    match times {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        more => format!("{more} times"),
    }
}

impl Rules {
    /// The rules that a fixture begins with.
    pub fn of(rules: &[Rule]) -> Self {
        let mut all = Rules::default();
        for rule in rules {
            all.install(rule.clone());
        }
        all
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Takes a rule in, behind the others.
    pub fn install(&mut self, rule: Rule) -> RuleId {
        self.made += 1;
        let id = RuleId(self.made);
        let name = rule.title().into();
        self.list.push(Installed { id, rule: Arc::new(rule), name, seen: 0, fired: 0 });
        id
    }

    /// Takes a rule out. What it was expected to do and did not stays known.
    pub fn remove(&mut self, id: RuleId) {
        if let Some(at) = self.list.iter().position(|installed| installed.id == id) {
            let gone = self.list.remove(at);
            self.unmet.extend(gone.unmet());
        }
    }

    /// How often a rule acted.
    pub fn fired(&self, id: RuleId) -> u32 {
        self.list.iter().find(|installed| installed.id == id).map_or(0, |installed| installed.fired)
    }

    /// What is decided about a call: the first rule that does not pass decides, and those behind it are not asked and do not count.
    pub fn decide(&mut self, caller: Caller, call: &Call, process: &str) -> Option<Ruling> {
        if !super::can_fail(call.method()) {
            return None;
        }
        self.list.iter_mut().find_map(|installed| {
            let rule = &installed.rule;
            if !rule.is_for(call, process) {
                return None;
            }
            installed.seen = installed.seen.saturating_add(1);
            if !rule.which.includes(installed.seen) {
                return None;
            }
            let (held, then) = rule.verdict(call, caller)?;
            installed.fired = installed.fired.saturating_add(1);
            let (rule, text) = (installed.name.clone(), rule.text.clone());
            Some(Ruling { by: Some(installed.id), rule, hold: held.hold(installed.id), then, text })
        })
    }

    /// What rules were expected to do and did not.
    pub fn unmet(&self) -> Vec<String> {
        self.unmet.iter().cloned().chain(self.list.iter().filter_map(Installed::unmet)).collect()
    }

    /// The same rules in a world that does not answer for what they were expected to do.
    pub fn inherited(&self) -> Self {
        let mut rules = self.clone();
        rules.unmet.clear();
        rules
            .list
            .iter_mut()
            .filter(|installed| installed.rule.expect.is_some())
            .for_each(|installed| Arc::make_mut(&mut installed.rule).expect = None);
        rules
    }
}
