//! What sinks are told, kept for a face that has sinks of its own to call.

use std::collections::VecDeque;

use super::{Sim, World};
use crate::call::Caller;
use crate::journal::Journal;
use crate::kernel::Event;

impl World {
    /// Keeps what sinks are told, for a face that calls them: in whose call, or `None` if time brought it.
    pub(super) fn listen(&mut self, caller: Option<Caller>, events: &[Event]) {
        if let Some(kept) = &mut self.notifications {
            let told = events.iter().filter(|event| matches!(event, Event::Notified { .. }));
            kept.extend(told.map(|event| (caller, event.clone())));
            kept.drain(..kept.len().saturating_sub(Journal::LIMIT));
        }
    }

    /// The notification that is delivered next on this thread. Those of one registration keep their order.
    fn next_notification(&mut self, caller: Caller) -> Option<Event> {
        let kept = self.notifications.as_mut()?;
        let mut due: Vec<(usize, u32)> = Vec::new();
        for (at, (whose, event)) in kept.iter().enumerate() {
            if let Event::Notified { connection, .. } = event
                && whose.is_none_or(|whose| whose == caller)
                && !due.iter().any(|(_, other)| other == connection)
            {
                due.push((at, *connection));
                if self.around.adversary.is_none() {
                    break;
                }
            }
        }
        let first = self.around.adversary.as_mut().map_or(0, |adversary| adversary.notification(due.len()));
        let (at, _) = due.get(first)?;
        kept.remove(*at).map(|(_, event)| event)
    }
}

impl Sim {
    /// Keeps what sinks are told, or stops it: for a face that has sinks of its own to call, by [`take_notification`](Sim::take_notification).
    pub fn keep_notifications(&self, keep: bool) {
        let mut world = self.shared.world.lock();
        match (keep, &world.notifications) {
            (true, None) => world.notifications = Some(VecDeque::new()),
            (false, _) => world.notifications = None,
            (true, Some(_)) => {}
        }
    }

    /// The oldest [`Event::Notified`] that is kept and is due on this thread: what came in a call of its own, or with time. At most
    /// [`Journal::LIMIT`] are kept. An [`Adversary`](crate::Adversary) may prefer that of another registration.
    pub fn take_notification(&self, caller: Caller) -> Option<Event> {
        let mut world = self.shared.world.lock();
        world.next_notification(caller)
    }
}
