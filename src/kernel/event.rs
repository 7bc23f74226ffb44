//! What happened inside a call, beyond its reply: the trace that a test can read.

use std::fmt;
use std::sync::Arc;

use super::ask::{DialogAnswer, LogonAct};
use super::notify::Notice;
use super::ruling::RuleAct;
use crate::call::{Handle, ThreadId};
use crate::mapi::Hresult;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// The first MAPIInitialize of a process did its work (LOGON-002, LOGON-007).
    Initialized {
        /// Where notifications are produced.
        notifications: NotificationHome,
        /// Whether COM was initialised.
        coinit: bool,
    },
    /// The last MAPIUninitialize of a process called DeinitMapiUtil by itself (LOGON-042).
    DeinitMapiUtil,
    /// The last MAPIUninitialize of a process was done.
    Uninitialized,
    /// A call that undoes another came once too often; it was ignored (LOGON-036).
    Unbalanced,
    /// The call took the logon mutex.
    MutexTaken,
    /// The call found the logon mutex in the hands of another thread and waits.
    MutexWait {
        /// The holding thread.
        holder: String,
    },
    /// The call gave the logon mutex back.
    MutexGivenBack,
    /// The logon dialog was shown. Its profile field is empty.
    LogonDialog {
        /// The window to which it is modal.
        parent: u64,
        /// The profiles it lists.
        profiles: Vec<String>,
    },
    /// The user answered the logon dialog.
    LogonAnswered {
        /// What the user did.
        act: LogonAct,
        /// Whether the box for configuration dialogs was ticked.
        configure_services: bool,
    },
    /// The configuration dialog of a service was shown and answered.
    ServiceDialog {
        /// PR_SERVICE_NAME.
        service: String,
        /// Shown because of MAPI_SERVICE_UI_ALWAYS or the check box.
        always: bool,
        /// What the user did.
        answer: DialogAnswer,
    },
    /// A question that nobody answered; the default applied (LOGON-126).
    Unanswered {
        /// What was asked.
        what: String,
    },
    /// The entry point function of a service was called with MSG_SERVICE_CONFIGURE, without a user interface.
    EntryPoint {
        /// PR_SERVICE_NAME.
        service: String,
        /// What it returned.
        result: Hresult,
    },
    /// A service is disabled for the session.
    ServiceDisabled {
        /// PR_SERVICE_NAME.
        service: String,
    },
    /// A user created a profile in the logon dialog.
    ProfileCreated {
        /// Its name.
        name: String,
    },
    /// A session was made.
    SessionMade(Handle),
    /// The session became the one that others join.
    Shared(Handle),
    /// The client joined the session that this one began.
    Joined(Handle),
    /// The spooler was told of the session.
    SpoolerTold,
    /// The spooler forgot the session: its last messaging member left (LOGON-196).
    SpoolerForgot,
    /// Waiting messages were fetched before the call returned (LOGON-207).
    Download {
        /// The transport.
        provider: String,
        /// How many messages it fetched.
        fetched: u32,
        /// How it ended.
        result: Hresult,
    },
    /// The logoff dialog was shown and answered.
    LogoffDialog {
        /// The window to which it was modal.
        parent: u64,
        /// Whether the user confirmed.
        confirmed: bool,
    },
    /// A member left its session.
    MemberLeft(Handle),
    /// A session pointer was released without Logoff before it (SHUTDOWN-006).
    ReleasedWithoutLogoff(Handle),
    /// The session that this one began has no members any more and is gone.
    SessionEnded(Handle),
    /// A session was still open at the last MAPIUninitialize of its process (LOGON-037).
    SessionAbandoned(Handle),
    /// A profile that was marked for deletion, or whose deletion was asked for while it was free, is gone.
    ProfileDeleted {
        /// Its name.
        name: String,
    },
    /// A method of a provider was called.
    Provider {
        /// Section name of the provider.
        provider: String,
        /// The method.
        call: ProviderCall,
        /// The flags it was given.
        flags: u32,
        /// The window it was given.
        ui_param: u64,
        /// What it returned.
        result: Hresult,
    },
    /// A path that is not built answered MAPI_E_NO_SUPPORT.
    Unsupported,
    /// A sink was told something.
    Notified {
        /// The session pointer or table whose Advise registered it.
        source: Handle,
        /// ulConnection.
        connection: u32,
        /// The client's name for the sink.
        sink: u32,
        /// What it was told.
        notice: Notice,
    },
    /// Registrations that were not cancelled before Logoff ended with it (SHUTDOWN-012).
    SinksDropped {
        /// The session pointer.
        session: Handle,
        /// How many.
        count: usize,
    },
    /// A table was released with bookmarks that were not freed (TABLE-159).
    BookmarksLeft {
        /// The table.
        table: Handle,
        /// How many.
        count: usize,
    },
    /// Objects that were not released before Logoff are dead now (SHUTDOWN-007).
    ObjectsLeft {
        /// The session pointer.
        session: Handle,
        /// The objects.
        objects: Vec<Handle>,
    },
    /// DoFastShutdown came without a successful QueryFastShutdown before it (SHUTDOWN-079).
    FastShutdownUnasked,
    /// A process ended without a word.
    ProcessKilled {
        /// Its name.
        process: String,
    },
    /// A provider DLL was unloaded.
    FreeLibrary {
        /// Its base name.
        dll: String,
    },
    /// A profile has another name.
    ProfileRenamed {
        /// The old name.
        from: String,
        /// The new name.
        to: String,
    },
    /// A rule of the test stood between the client and MAPI.
    Ruled {
        /// Its name.
        rule: Arc<str>,
        /// What it did to the call.
        act: RuleAct,
    },
}

/// Declares the provider methods that a trace names: variant and what is printed.
macro_rules! provider_calls {
    ($($variant:ident $text:literal $says:literal;)*) => {
        /// A method of a service provider, as the trace names it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum ProviderCall { $(#[doc = $says] $variant,)* }

        impl ProviderCall {
            /// Its documented name.
            pub const fn name(self) -> &'static str {
                match self { $(ProviderCall::$variant => $text,)* }
            }
        }
    };
}

provider_calls! {
    ABProviderInit "ABProviderInit" "The entry point of an address book provider.";
    MSProviderInit "MSProviderInit" "The entry point of a store provider.";
    XPProviderInit "XPProviderInit" "The entry point of a transport.";
    Logon "Logon" "IABProvider::Logon or IMSProvider::Logon.";
    SpoolerLogon "SpoolerLogon" "IMSProvider::SpoolerLogon.";
    TransportLogon "TransportLogon" "IXPProvider::TransportLogon.";
    AddressTypes "AddressTypes" "IXPLogon::AddressTypes.";
    AddressTypesDropped "address types dropped" "The spooler forgets a transport's address types (SHUTDOWN-043).";
    TransportNotify "TransportNotify" "IXPLogon::TransportNotify.";
    OpenStatusEntry "OpenStatusEntry" "OpenStatusEntry of a logon object.";
    ValidateState "ValidateState" "IMAPIStatus::ValidateState.";
    SettingsDialog "SettingsDialog" "IMAPIStatus::SettingsDialog.";
    StoreLogoffTransports "StoreLogoffTransports" "IMAPISupport::StoreLogoffTransports.";
    Logoff "Logoff" "IABLogon::Logoff or IMSLogon::Logoff.";
    TransportLogoff "TransportLogoff" "IXPLogon::TransportLogoff.";
    ReleaseLogon "Release(logon)" "MAPI releases the logon object.";
    Shutdown "Shutdown" "Shutdown of the provider object.";
    ReleaseProvider "Release(provider)" "MAPI releases the provider object.";
    QueryFastShutdown "QueryFastShutdown" "IMAPIProviderShutdown::QueryFastShutdown.";
    NotifyProcessShutdown "NotifyProcessShutdown" "IMAPIProviderShutdown::NotifyProcessShutdown.";
    DoFastShutdown "DoFastShutdown" "IMAPIProviderShutdown::DoFastShutdown.";
}

/// Where notifications of a process are produced (LOGON-014, LOGON-016).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotificationHome {
    /// On a thread of their own.
    Dedicated,
    /// On the thread that made the first MAPIInitialize call.
    Thread(ThreadId),
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Initialized { notifications, coinit } => {
                let home = if *notifications == NotificationHome::Dedicated { "dedicated" } else { "caller" };
                write!(f, "initialised: notification_thread={home}, coinit={coinit}")
            }
            Event::DeinitMapiUtil => f.write_str("DeinitMapiUtil"),
            Event::Uninitialized => f.write_str("uninitialised"),
            Event::Unbalanced => f.write_str("ignored: nothing to undo"),
            Event::MutexTaken => f.write_str("logon mutex taken"),
            Event::MutexWait { holder } => write!(f, "logon mutex held by {holder}: waiting"),
            Event::MutexGivenBack => f.write_str("logon mutex given back"),
            Event::LogonDialog { parent, profiles } => {
                write!(f, "logon dialog: preselected=none, parent=0x{parent:X}, profiles=[{}]", profiles.join(", "))
            }
            Event::LogonAnswered { act, configure_services } => {
                write!(f, "user {act}{}", if *configure_services { ", ticks \"configure services\"" } else { "" })
            }
            Event::ServiceDialog { service, always, answer } => {
                write!(f, "configuration dialog of {service}{}: {answer}", if *always { " (always)" } else { "" })
            }
            Event::Unanswered { what } => write!(f, "nobody answered {what}"),
            Event::EntryPoint { service, result } => write!(f, "{service} MSG_SERVICE_CONFIGURE without UI: {result}"),
            Event::ServiceDisabled { service } => write!(f, "service {service} disabled for the session"),
            Event::ProfileCreated { name } => write!(f, "profile \"{name}\" created"),
            Event::SessionMade(session) => write!(f, "{session} made"),
            Event::Shared(session) => write!(f, "{session} is the shared session"),
            Event::Joined(session) => write!(f, "joined {session}"),
            Event::SpoolerTold => f.write_str("spooler told"),
            Event::SpoolerForgot => f.write_str("spooler forgot the session"),
            Event::Download { provider, fetched, result } => write!(f, "download by \"{provider}\": {fetched} fetched, {result}"),
            Event::LogoffDialog { parent, confirmed } => {
                write!(f, "logoff dialog: parent=0x{parent:X}, {}", if *confirmed { "confirmed" } else { "refused" })
            }
            Event::MemberLeft(session) => write!(f, "{session} left"),
            Event::ReleasedWithoutLogoff(session) => write!(f, "{session} released without Logoff"),
            Event::SessionEnded(session) => write!(f, "{session} ended"),
            Event::SessionAbandoned(session) => write!(f, "{session} was open at the last MAPIUninitialize"),
            Event::ProfileDeleted { name } => write!(f, "profile \"{name}\" deleted"),
            Event::Provider { provider, call, flags, ui_param, result } => {
                let window = if *ui_param == 0 { String::new() } else { format!(", ui_param=0x{ui_param:X}") };
                write!(f, "\"{provider}\".{}(flags=0x{flags:X}{window}) -> {result}", call.name())
            }
            Event::Unsupported => f.write_str("not built: MAPI_E_NO_SUPPORT"),
            Event::Notified { source, connection, sink, notice } => {
                write!(f, "OnNotify of sink {sink} ({source}, connection {connection}): {notice}")
            }
            Event::SinksDropped { session, count } => write!(f, "{count} registration(s) of {session} ended with Logoff"),
            Event::BookmarksLeft { table, count } => write!(f, "{count} bookmark(s) of {table} were not freed"),
            Event::ObjectsLeft { session, objects } => {
                let names: Vec<String> = objects.iter().map(Handle::to_string).collect();
                write!(f, "objects of {session} not released before Logoff: {}", names.join(", "))
            }
            Event::FastShutdownUnasked => f.write_str("DoFastShutdown without a successful QueryFastShutdown"),
            Event::ProcessKilled { process } => write!(f, "process {process} killed"),
            Event::FreeLibrary { dll } => write!(f, "FreeLibrary {dll}"),
            Event::Ruled { rule, act } => write!(f, "rule \"{rule}\": {act}"),
            Event::ProfileRenamed { from, to } => write!(f, "profile \"{from}\" renamed to \"{to}\""),
        }
    }
}

impl fmt::Display for LogonAct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LogonAct::Pick(name) => write!(f, "picks \"{name}\""),
            LogonAct::Create { name, services } => write!(f, "creates \"{name}\" with [{}]", services.join(", ")),
            LogonAct::Cancel => f.write_str("cancels"),
        }
    }
}

impl fmt::Display for DialogAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DialogAnswer::Ok => "ok",
            DialogAnswer::Supply => "supply",
            DialogAnswer::Cancel => "cancel",
        })
    }
}
