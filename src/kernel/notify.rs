//! Notifications of a session: who registered, what is queued, and when it is delivered.

use std::collections::{BTreeSet, VecDeque};
use std::fmt;

use super::event::{Event, NotificationHome};
use super::{Kernel, Process, ProcessId};
use crate::call::{Bytes, Caller, Handle, ObjectKind, Out, Reply};
use crate::clause::{ClauseId, Reading};
use crate::mapi::{Hresult, NotifyEvents, TableNotification};

/// A registration for events of a session or of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Registration {
    /// ulConnection: never zero, never used twice.
    pub connection: u32,
    /// The session pointer or table whose Advise it was.
    pub source: Handle,
    /// The client's name for its sink.
    pub sink: u32,
}

/// An event of a session that a sink is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionEvent {
    /// fnevExtended: a client logged off (SESSION-175).
    LoggedOff,
    /// fnevCriticalError with MAPI_E_END_OF_SESSION: clients should log off (SHUTDOWN-018).
    EndOfSession,
}

impl SessionEvent {
    /// ulEventType.
    pub const fn event_type(self) -> NotifyEvents {
        match self {
            SessionEvent::LoggedOff => NotifyEvents::fnevExtended,
            SessionEvent::EndOfSession => NotifyEvents::fnevCriticalError,
        }
    }
}

/// What a sink is told.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Notice {
    /// An event of the session.
    Session(SessionEvent),
    /// fnevTableModified.
    Table(Box<TableNotification>),
}

impl Notice {
    /// ulEventType.
    pub const fn event_type(&self) -> NotifyEvents {
        match self {
            Notice::Session(event) => event.event_type(),
            Notice::Table(_) => NotifyEvents::fnevTableModified,
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Notice::Session(SessionEvent::LoggedOff) => f.write_str("fnevExtended: a client logged off"),
            Notice::Session(SessionEvent::EndOfSession) => f.write_str("fnevCriticalError: MAPI_E_END_OF_SESSION"),
            Notice::Table(notification) => write!(f, "{notification}"),
        }
    }
}

/// A notification that waits for its delivery.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Queued {
    process: ProcessId,
    source: Handle,
    connection: u32,
    sink: u32,
    notice: Notice,
}

/// Notifications in the order in which they were caused.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Queue {
    waiting: VecDeque<(u64, Queued)>,
    /// How many were ever queued: the number of the next one.
    count: u64,
}

impl Queue {
    fn push(&mut self, queued: Queued) {
        self.waiting.push_back((self.count, queued));
        self.count += 1;
    }

    fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    fn iter(&self) -> impl Iterator<Item = &Queued> {
        self.waiting.iter().map(|(_, queued)| queued)
    }

    /// The number of the next notification: those that wait now are below it.
    pub(super) fn mark(&self) -> u64 {
        self.count
    }

    /// Takes some notifications out, in order.
    fn take(&mut self, which: impl Fn(u64, &Queued) -> bool) -> Vec<Queued> {
        if !self.waiting.iter().any(|(number, queued)| which(*number, queued)) {
            return Vec::new();
        }
        let (taken, rest): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.waiting).into_iter().partition(|(number, queued)| which(*number, queued));
        self.waiting = rest.into();
        taken.into_iter().map(|(_, queued)| queued).collect()
    }

    /// Nobody in this process can be told any more.
    pub(super) fn drop_process(&mut self, process: ProcessId) {
        self.take(|_, queued| queued.process == process);
    }
}

impl Kernel {
    /// Advise with a NULL entry identifier: events of the session itself (SESSION-160 to SESSION-162).
    pub(super) fn advise(&mut self, this: Handle, entry_id: Option<&Bytes>, mask: NotifyEvents, sink: u32) -> Reply {
        if sink == 0 {
            return self.decided(ClauseId::session(171), Hresult::MAPI_E_INVALID_PARAMETER);
        }
        if let Some(entry_id) = entry_id.filter(|id| !id.is_empty()) {
            return match super::eid::read(entry_id) {
                super::eid::Eid::Malformed => self.decided(ClauseId::session(168), Hresult::MAPI_E_INVALID_ENTRYID),
                super::eid::Eid::Foreign => self.decided(ClauseId::session(170), Hresult::MAPI_E_UNKNOWN_ENTRYID),
                _ => self.unsupported(),
            };
        }
        let internal = NotifyEvents::from_bits_retain(0x300);
        if !mask.is_empty() && internal.contains(mask) {
            return self.decided(ClauseId::session(164), Hresult::MAPI_E_NO_SUPPORT);
        }
        let connection = self.register(this, sink);
        self.decided(ClauseId::session(160), Hresult::S_OK);
        Reply::ok(Out::Number(connection.into()))
    }

    /// A registration of a sink; its connection number.
    pub(super) fn register(&mut self, source: Handle, sink: u32) -> u32 {
        self.connections += 1;
        self.registrations.push(Registration { connection: self.connections, source, sink });
        self.connections
    }

    /// Whether somebody registered for the events of an object.
    pub(super) fn is_watched(&self, source: Handle) -> bool {
        self.registrations.iter().any(|reg| reg.source == source)
    }

    /// Registrations end with what they were made on; how many did.
    pub(super) fn end_registrations(&mut self, gone: impl Fn(Handle) -> bool) -> usize {
        let before = self.registrations.len();
        self.registrations.retain(|reg| !gone(reg.source));
        self.drop_queued(|queued| gone(queued.source));
        before - self.registrations.len()
    }

    /// Queues what the sinks of a table are told, for clients that can be told: those that called MAPIInitialize (NOTIFY-150).
    pub(super) fn queue_for_table(&mut self, table: Handle, told: Vec<TableNotification>) {
        let Some(process) = self.objects.get(&table).map(|object| object.process).filter(|process| self.process(*process).count > 0) else {
            return;
        };
        let watching: Vec<&Registration> = self.registrations.iter().filter(|reg| reg.source == table).collect();
        for notification in told {
            for Registration { connection, source, sink } in watching.iter().copied().cloned() {
                let notice = Notice::Table(Box::new(notification.clone()));
                self.queue.push(Queued { process, source, connection, sink, notice });
            }
        }
        self.deliver_inline();
    }

    /// Under the reading delivery = "inline" nothing waits.
    fn deliver_inline(&mut self) {
        if self.machine.readings.index(Reading::Delivery) == 1 {
            self.deliver(|_, _| true);
        }
    }

    /// Unadvise. What is queued for the registration is dropped, or with the reading late_delivery still delivered (NOTIFY-039).
    pub(super) fn unadvise(&mut self, this: Handle, connection: u32) -> Reply {
        let known = self.registrations.iter().position(|reg| reg.connection == connection && reg.source == this);
        let is_table = this.kind() == ObjectKind::Table;
        match known {
            Some(at) => {
                self.registrations.remove(at);
                self.drop_queued(|queued| queued.connection == connection);
                self.decided(if is_table { ClauseId::table(35) } else { ClauseId::session(182) }, Hresult::S_OK)
            }
            None => {
                let hr = match self.machine.readings.index(Reading::UnadviseUnknown) {
                    1 => Hresult::MAPI_E_INVALID_PARAMETER,
                    2 => Hresult::S_OK,
                    _ => Hresult::MAPI_E_NOT_FOUND,
                };
                self.decided(if is_table { ClauseId::table(37) } else { ClauseId::session(183) }, hr)
            }
        }
    }

    fn drop_queued(&mut self, gone: impl Fn(&Queued) -> bool) {
        if self.machine.readings.index(Reading::LateDelivery) == 0 {
            self.queue.take(|_, queued| gone(queued));
        }
    }

    /// A client leaves: its registrations end with it, and the other members' sinks are told (SHUTDOWN-012, SHUTDOWN-028, SHUTDOWN-029).
    pub(super) fn tell_members(&mut self, leaving: Handle, ends: bool) {
        let tables: BTreeSet<Handle> =
            self.registrations.iter().map(|reg| reg.source).filter(|source| self.is_of(*source, leaving)).collect();
        let left = self.end_registrations(|source| source == leaving || tables.contains(&source));
        if left > 0 {
            self.emit(Event::SinksDropped { session: leaving, count: left });
        }
        let Some(id) = self.members.get(&leaving).map(|member| member.core) else { return };
        let machine_wide = ends && self.machine.readings.index(Reading::LogoffSharedScope) != 0;
        let extended = self.machine.readings.index(Reading::SessionAdviseNull) == 0;
        let critical = ends || self.machine.readings.index(Reading::CriticalErrorOnLogoff) != 0;
        let told = self.registrations.iter().filter_map(|reg| {
            let member = self.members.get(&reg.source)?;
            Some((reg.clone(), member.process, member.core == id))
        });
        for (reg, process, same) in told.collect::<Vec<_>>() {
            let Registration { connection, source, sink } = reg;
            let mut queue = |event| self.queue.push(Queued { process, source, connection, sink, notice: Notice::Session(event) });
            if critical && (same || machine_wide) {
                queue(SessionEvent::EndOfSession);
            }
            if same && extended {
                queue(SessionEvent::LoggedOff);
            }
        }
        self.deliver_inline();
    }

    /// Whether an object was got from this session pointer.
    fn is_of(&self, object: Handle, session: Handle) -> bool {
        self.objects.get(&object).is_some_and(|object| object.session == Some(session))
    }

    /// Delivers what is queued for some processes.
    fn deliver(&mut self, to: impl Fn(u64, &Queued) -> bool) {
        for Queued { source, connection, sink, notice, .. } in self.queue.take(to) {
            self.emit(Event::Notified { source, connection, sink, notice });
        }
    }

    /// Delivers what belongs on the calling thread: at HrDispatchNotifications (LOGON-044), and at the end of any call of the thread, what waited
    /// before it (NOTIFY-043). What the call itself dropped is gone; what it caused waits for the next one.
    pub(super) fn deliver_on(&mut self, caller: Caller, before: u64) {
        if self.queue.is_empty() {
            return;
        }
        let home = self.process(caller.process).notifications;
        if home == Some(NotificationHome::Thread(caller.thread)) && self.machine.readings.index(Reading::Delivery) != 2 {
            self.deliver(|number, queued| number < before && queued.process == caller.process);
        }
    }

    /// Delivers what belongs on threads of the notification engine, when time moves (LOGON-014).
    pub(super) fn deliver_on_engine(&mut self) {
        if self.queue.is_empty() {
            return;
        }
        let dedicated: Vec<bool> = self.processes.iter().map(|process| self.is_told_by_engine(process)).collect();
        self.deliver(|_, queued| dedicated.get(usize::from(queued.process.0)).copied().unwrap_or(true));
    }

    /// Whether the notification engine has something to deliver on a thread of its own.
    pub(super) fn engine_is_due(&self) -> bool {
        self.queue.iter().any(|queued| self.is_told_by_engine(self.process(queued.process)))
    }

    fn is_told_by_engine(&self, process: &Process) -> bool {
        self.machine.readings.index(Reading::Delivery) == 2 || process.notifications == Some(NotificationHome::Dedicated)
    }
}
