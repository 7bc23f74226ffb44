//! Notifications of a session: who registered, what is queued, and when it is delivered.

use std::fmt;

use super::event::{Event, NotificationHome};
use super::{Kernel, Process, ProcessId};
use crate::call::{Bytes, Caller, Handle, Out, Reply};
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

impl Queued {
    /// Whether it is for a client in this process.
    pub(super) fn is_for(&self, process: ProcessId) -> bool {
        self.process == process
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
        self.connections += 1;
        let connection = self.connections;
        self.registrations.push(Registration { connection, source: this, sink });
        self.decided(ClauseId::session(160), Hresult::S_OK);
        Reply::ok(Out::Number(connection.into()))
    }

    /// Unadvise. What is queued for the registration is dropped, or with the reading late_delivery still delivered (NOTIFY-039).
    pub(super) fn unadvise(&mut self, this: Handle, connection: u32) -> Reply {
        let known = self.registrations.iter().position(|reg| reg.connection == connection && reg.source == this);
        match known {
            Some(at) => {
                self.registrations.remove(at);
                self.drop_queued(|queued| queued.connection == connection);
                self.decided(ClauseId::session(182), Hresult::S_OK)
            }
            None => {
                let hr = match self.machine.readings.index(Reading::UnadviseUnknown) {
                    1 => Hresult::MAPI_E_INVALID_PARAMETER,
                    2 => Hresult::S_OK,
                    _ => Hresult::MAPI_E_NOT_FOUND,
                };
                self.decided(ClauseId::session(183), hr)
            }
        }
    }

    fn drop_queued(&mut self, gone: impl Fn(&Queued) -> bool) {
        if self.machine.readings.index(Reading::LateDelivery) == 0 {
            self.queued.retain(|queued| !gone(queued));
        }
    }

    /// A client leaves: its registrations end with it, and the other members' sinks are told (SHUTDOWN-012, SHUTDOWN-028, SHUTDOWN-029).
    pub(super) fn tell_members(&mut self, leaving: Handle, ends: bool) {
        let left = self.registrations.iter().filter(|reg| reg.source == leaving).count();
        if left > 0 {
            self.emit(Event::SinksDropped { session: leaving, count: left });
        }
        self.registrations.retain(|reg| reg.source != leaving);
        self.drop_queued(|queued| queued.source == leaving);
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
            let mut queue = |event| self.queued.push_back(Queued { process, source, connection, sink, notice: Notice::Session(event) });
            if critical && (same || machine_wide) {
                queue(SessionEvent::EndOfSession);
            }
            if same && extended {
                queue(SessionEvent::LoggedOff);
            }
        }
        if self.machine.readings.index(Reading::Delivery) == 1 {
            self.deliver(|_| true);
        }
    }

    /// Delivers what is queued for some processes.
    fn deliver(&mut self, to: impl Fn(&Queued) -> bool) {
        let (now, later): (Vec<Queued>, Vec<Queued>) = std::mem::take(&mut self.queued).into_iter().partition(to);
        self.queued = later.into();
        for Queued { source, connection, sink, notice, .. } in now {
            self.emit(Event::Notified { source, connection, sink, notice });
        }
    }

    /// Delivers what belongs on the calling thread: at HrDispatchNotifications (LOGON-044), and at any call of the thread (NOTIFY-043).
    pub(super) fn deliver_on(&mut self, caller: Caller) {
        if self.queued.is_empty() {
            return;
        }
        let home = self.process(caller.process).notifications;
        if home == Some(NotificationHome::Thread(caller.thread)) && self.machine.readings.index(Reading::Delivery) != 2 {
            self.deliver(|queued| queued.process == caller.process);
        }
    }

    /// Delivers what belongs on threads of the notification engine, when time moves (LOGON-014).
    pub(super) fn deliver_on_engine(&mut self) {
        if self.queued.is_empty() {
            return;
        }
        let dedicated: Vec<bool> = self.processes.iter().map(|process| self.is_told_by_engine(process)).collect();
        self.deliver(|queued| dedicated.get(usize::from(queued.process.0)).copied().unwrap_or(true));
    }

    /// Whether the notification engine has something to deliver on a thread of its own.
    pub(super) fn engine_is_due(&self) -> bool {
        self.queued.iter().any(|queued| self.is_told_by_engine(self.process(queued.process)))
    }

    fn is_told_by_engine(&self, process: &Process) -> bool {
        self.machine.readings.index(Reading::Delivery) == 2 || process.notifications == Some(NotificationHome::Dedicated)
    }
}
