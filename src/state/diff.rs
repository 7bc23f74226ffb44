//! What differs between two states.

use std::collections::BTreeSet;

use super::{ProcessState, ProfileState, SessionState, State};
use crate::call::Handle;

impl State {
    /// What differs from `self` to `other`, a line a difference; empty if nothing does.
    ///
    /// ```
    /// use mapi_sim::{LogonFlags, Sim};
    ///
    /// let sim = Sim::minimal();
    /// let before = sim.state();
    /// let session = sim.logon("Work", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION | LogonFlags::NO_MAIL)?;
    /// assert_eq!(before.diff(&sim.state()), "\
    /// process main: new, initialised 1x
    /// session session#1 on \"Work\": new, individual, spooler does not know it
    ///   + session#1 of main, MAPI_NO_MAIL
    /// ");
    /// # Ok::<(), mapi_sim::Failure>(())
    /// ```
    #[must_use]
    pub fn diff(&self, other: &State) -> String {
        let mut text = String::new();
        let mut say = |line: String| text += &(line + "\n");
        if self.time != other.time {
            say(format!("time {} -> {}", self.time, other.time));
        }
        if self.mutex != other.mutex {
            let holder = |state: &State| state.mutex.clone().unwrap_or_else(|| "free".to_owned());
            say(format!("logon mutex: {} -> {}", holder(self), holder(other)));
        }
        pairs(
            &self.processes,
            &other.processes,
            |process| &process.name,
            |name, old, new| {
                let told = |process: &ProcessState| format!("initialised {}x", process.initialized);
                changed(&format!("process {name}"), old.map(told), new.map(told), &mut say);
            },
        );
        pairs(
            &self.profiles,
            &other.profiles,
            |profile| &profile.name,
            |name, old, new| {
                changed(&format!("profile \"{name}\""), old.map(profile), new.map(profile), &mut say);
            },
        );
        pairs(&self.sessions, &other.sessions, |session| &session.id, |id, old, new| session(*id, old, new, &mut say));
        lines("waiting: ", &self.waiting, &other.waiting, &mut say);
        text
    }
}

/// Everything by what it is called, in the order of the old and then of the new: as it was and as it is.
fn pairs<T: PartialEq, K: Ord>(old: &[T], new: &[T], key: impl Fn(&T) -> &K, mut each: impl FnMut(&K, Option<&T>, Option<&T>)) {
    let known: BTreeSet<&K> = old.iter().map(&key).collect();
    for one in old {
        let other = new.iter().find(|other| key(other) == key(one));
        if other != Some(one) {
            each(key(one), Some(one), other);
        }
    }
    new.iter().filter(|one| !known.contains(key(one))).for_each(|one| each(key(one), None, Some(one)));
}

fn changed(what: &str, old: Option<String>, new: Option<String>, say: &mut impl FnMut(String)) {
    match (old, new) {
        (None, Some(new)) => say(format!("{what}: new, {new}")),
        (Some(_), None) => say(format!("{what}: gone")),
        (Some(old), Some(new)) if old != new => say(format!("{what}: {old} -> {new}")),
        _ => {}
    }
}

fn profile(profile: &ProfileState) -> String {
    let marks = [(profile.default, "default, "), (profile.marked, "marked for deletion, ")];
    let marks: String = marks.iter().filter(|(set, _)| *set).map(|(_, text)| *text).collect();
    let services = if profile.services.is_empty() { "no services".to_owned() } else { profile.services.join(" ") };
    format!("{marks}{services}")
}

fn session(id: Handle, old: Option<&SessionState>, new: Option<&SessionState>, say: &mut impl FnMut(String)) {
    let Some(named) = new.or(old) else { return };
    let told = |session: &SessionState| {
        format!("{}, {}", session.kind, if session.spooler { "spooler knows it" } else { "spooler does not know it" })
    };
    let what = format!("session {id} on \"{}\"", named.profile);
    let members = |session: Option<&SessionState>| {
        let member = |(handle, process, no_mail): &(Handle, String, bool)| {
            format!("{handle} of {process}{}", if *no_mail { ", MAPI_NO_MAIL" } else { "" })
        };
        session.map_or_else(Vec::new, |session| session.members.iter().map(member).collect::<Vec<String>>())
    };
    let (before, now) = (old.map(told), new.map(told));
    if before == now {
        say(format!("{what}:"));
    }
    changed(&what, before, now, say);
    if new.is_some() {
        lines("  ", &members(old), &members(new), say);
    }
}

/// Lines that came and went.
fn lines(indent: &str, old: &[String], new: &[String], say: &mut impl FnMut(String)) {
    old.iter().filter(|line| !new.contains(line)).for_each(|line| say(format!("{indent}- {line}")));
    new.iter().filter(|line| !old.contains(line)).for_each(|line| say(format!("{indent}+ {line}")));
}
