//! The table of all lints.

use super::LintLevel::{self, Deny, Warn};
use crate::clause::{ClauseId, Prefix};

/// Declares the lints once: name, default level, clauses, what is found, why it matters, how to mend it.
macro_rules! lints {
    ($($variant:ident $id:literal $level:ident [$($prefix:ident $number:literal),*] $says:literal, $why:literal, $mend:literal;)*) => {
        /// Something that a client does and had better not. `docs/lints.md` lists them all.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum Lint {
            $(#[doc = concat!("`", $id, "`: ", $says)] $variant,)*
        }

        impl Lint {
            /// All lints, in the order of the table.
            pub const ALL: &[Lint] = &[$(Lint::$variant,)*];

            /// How many lints there are.
            pub const COUNT: usize = Lint::ALL.len();

            /// Its name, as in the `[lints]` table of a fixture.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Lint::$variant => $id,)* }
            }

            /// The lint of this name.
            #[must_use]
            pub fn from_id(id: &str) -> Option<Lint> {
                Lint::ALL.iter().copied().find(|lint| lint.id() == id)
            }

            /// Its level where nobody says otherwise.
            #[must_use]
            pub const fn default_level(self) -> LintLevel {
                match self { $(Lint::$variant => $level,)* }
            }

            /// The clauses behind it, the main one first.
            #[must_use]
            pub const fn clauses(self) -> &'static [ClauseId] {
                match self { $(Lint::$variant => const { &[$(ClauseId::new(Prefix::$prefix, $number)),*] },)* }
            }

            /// What it finds, in one sentence.
            #[must_use]
            pub const fn says(self) -> &'static str {
                match self { $(Lint::$variant => $says,)* }
            }

            /// Why it matters.
            #[must_use]
            pub const fn why(self) -> &'static str {
                match self { $(Lint::$variant => $why,)* }
            }

            /// How to mend it.
            #[must_use]
            pub const fn mend(self) -> &'static str {
                match self { $(Lint::$variant => $mend,)* }
            }
        }
    };
}

lints! {
    MissingMapiExtended "missing-mapi-extended" Warn [Logon 87, Logon 88]
        "MAPILogonEx is called without MAPI_EXTENDED.",
        "Every call should have the flag; what a call without it gets is not documented.",
        "pass MAPI_EXTENDED in every call";
    NameWithoutNewSession "name-without-new-session" Warn [Logon 137]
        "A call that names a profile, without MAPI_NEW_SESSION, joined a shared session on another profile.",
        "The name is not looked at while there is a shared session: the client works on a profile that it did not ask for.",
        "pass MAPI_NEW_SESSION together with the name, or no name where any profile will do";
    ProfileNameTooLong "profile-name-too-long" Warn [Logon 59, Logon 60, Logon 61]
        "A profile name has more than 64 characters, counted in UTF-16 units or in bytes of the code page.",
        "64 is the documented limit and what counts as a character is not: a name that is longer by one of the counts can fail elsewhere. The \
         terminator is not counted.",
        "keep profile names within 64 bytes of the code page";
    PasswordGiven "password-given" Warn [Logon 65]
        "MAPILogonEx gets a password pointer that is not NULL, even one to an empty string.",
        "lpszPassword has to be NULL; profiles have no passwords any more.",
        "pass NULL";
    UnknownFlagsIgnored "unknown-flags-ignored" Warn [Logon 89, Error 18]
        "Undocumented flag bits passed because a reading says that they are ignored.",
        "Another MAPI refuses the same call.",
        "pass documented bits only";
    DialogUnanswered "dialog-unanswered" Warn [Logon 126]
        "A dialog was due and the script has no answer for it.",
        "It counts as cancelled at once; a person would have been asked.",
        "script an answer, or call without the flags that allow a dialog";
    ServiceWithoutNoMail "service-without-no-mail" Warn [Logon 197, Logon 217]
        "A Windows service logs on without MAPI_NO_MAIL.",
        "A service has no spooler; MAPI sets the flag by itself only for other kinds of clients.",
        "pass MAPI_NO_MAIL";
    ServiceWithoutNtService "service-without-nt-service" Warn [Logon 213, Logon 31, Logon 33, Logon 214]
        "A Windows service leaves MAPI_NT_SERVICE out of MAPIINIT_0.ulFlags or of the flags of MAPILogonEx.",
        "Both places need it; without it MAPI does not know that it serves a service.",
        "pass MAPI_NT_SERVICE in MAPIINIT_0.ulFlags and in flFlags of MAPILogonEx";
    NtServiceByNonService "nt-service-by-non-service" Warn [Logon 212, Logon 32]
        "A process that is no Windows service passes MAPI_NT_SERVICE.",
        "The flag forbids dialogs and implies MAPI_NO_MAIL, and it is meant for services alone.",
        "leave MAPI_NT_SERVICE out";
    UiInService "ui-in-service" Warn [Logon 215, Logon 216]
        "A Windows service passes a flag that allows a dialog.",
        "Nobody sits in front of a service; what MAPI does with the flag is not documented.",
        "leave out MAPI_LOGON_UI, MAPI_PASSWORD_UI, MAPI_SERVICE_UI_ALWAYS and MAPI_LOGOFF_UI";
    UnattendedWithoutNoMail "unattended-without-no-mail" Warn [Logon 198]
        "A program without a user logs on without MAPI_NO_MAIL.",
        "The spooler may want to talk to a user; automated clients always set the flag.",
        "pass MAPI_NO_MAIL";
    StatusTableAtStartup "status-table-at-startup" Warn [Status 31]
        "GetStatusTable is the first thing that a process does with a messaging session, and no time has passed since its logon.",
        "It can only finish after the spooler has started the transports, which makes the start of the client slow.",
        "call it later, or log on with MAPI_NO_MAIL";
    ThreadNotInitialised "thread-not-initialised" Warn [Logon 18, Logon 19]
        "A thread uses MAPI without having called MAPIInitialize, in a process whose other threads have.",
        "Each thread has to; what a call on another thread gets is not documented.",
        "call MAPIInitialize on every thread that uses MAPI, and MAPIUninitialize at its end";
    SeveralThreadsWithoutMultithreadFlag "several-threads-without-multithread-flag" Warn [Logon 17]
        "Several threads of a process use MAPI, and its first MAPIInitialize had no MAPI_MULTITHREAD_NOTIFICATIONS.",
        "Notifications then come on the first thread only, while it dispatches messages.",
        "pass MAPI_MULTITHREAD_NOTIFICATIONS to MAPIInitialize, on every thread";
    UnbalancedInitialize "unbalanced-initialize" Deny [Logon 36, Logon 34, Logon 42]
        "MAPIUninitialize or DeinitMapiUtil comes once too often, or a MAPIInitialize is never undone.",
        "One too many is a crash elsewhere; one too few keeps MAPI loaded and the sessions of the process open.",
        "call MAPIUninitialize once for each MAPIInitialize that succeeded";
    UninitialisedWithSessions "uninitialised-with-sessions" Warn [Logon 37]
        "The last MAPIUninitialize of a process comes while it has a session.",
        "What becomes of the session is not documented.",
        "log off and release every session before";
    ReleasedWithoutLogoff "released-without-logoff" Warn [Shutdown 6]
        "A session pointer is released and Logoff was not called on it.",
        "What becomes of the session is not documented.",
        "call Logoff before the last Release";
    SessionOpenAtEnd "session-open-at-end" Warn [Logon 37, Shutdown 6]
        "A client has not logged off when the test ends.",
        "A session that is forgotten keeps its profile in use, and the stores open.",
        "log off";
    ObjectsLeftAtLogoff "objects-left-at-logoff" Warn [Shutdown 7]
        "Objects of a session are not released before Logoff.",
        "They are dead afterwards, and their memory is lost.",
        "release every object that came from the session before Logoff";
    SinksLeftAtLogoff "sinks-left-at-logoff" Warn [Shutdown 12]
        "Registrations of a session are not cancelled before Logoff.",
        "When their sinks are released differs from provider to provider.",
        "call Unadvise for each Advise before Logoff";
    UseAfterLogoff "use-after-logoff" Deny [Shutdown 2, Shutdown 9]
        "A method is called on a session after Logoff, or on an object of such a session.",
        "Only Release is allowed; what another MAPI does is not documented.",
        "call nothing but Release after Logoff";
    LogoffSharedUsed "logoff-shared-used" Warn [Shutdown 22]
        "Logoff is called with MAPI_LOGOFF_SHARED.",
        "It makes all other MAPI clients of the machine begin to shut down.",
        "leave MAPI_LOGOFF_SHARED out";
    FastShutdownUnasked "fast-shutdown-unasked" Warn [Shutdown 79, Shutdown 80]
        "DoFastShutdown comes without a QueryFastShutdown before it that succeeded.",
        "Where the providers do not agree to a fast shutdown, data is lost.",
        "call QueryFastShutdown and NotifyProcessShutdown first, and go on only after S_OK";
    CallAfterFastShutdown "call-after-fast-shutdown" Warn [Shutdown 82, Shutdown 83]
        "A process calls MAPI after its DoFastShutdown succeeded. Release is let pass, because smart pointers call it by themselves.",
        "Nothing may be called any more, not even MAPIUninitialize.",
        "leave the process after DoFastShutdown";
    LongSeek "long-seek" Warn [Table 91]
        "SeekRow is asked to move by more than 50 rows.",
        "Tables that keep their rows elsewhere fetch every row on the way.",
        "go to a fraction of the table with SeekRowApprox, or to a row with FindRow";
    BookmarksLeft "bookmarks-left" Warn [Table 158, Table 159]
        "A table is released with bookmarks that were not freed.",
        "Bookmarks are limited, and elsewhere they keep memory until the table is gone.",
        "call FreeBookmark for each CreateBookmark before the last Release";
    StreamSeek "stream-seek" Warn [Prop 128]
        "Seek moves the cursor of a property's stream to another place than its beginning, or SetSize gives it another size than none.",
        "Not every provider can do it, and some give a wrong position back.",
        "read or write the stream from its beginning; Seek to 0 and SetSize of 0 are safe";
    PropertyUnderStream "property-under-stream" Warn [Prop 130]
        "SetProps or DeleteProps changes a property that a stream is open on.",
        "Which of the two values stays is not documented.",
        "commit and release the stream first, or write through it";
    UnsupportedCall "unsupported-call" Deny [Session 6, Error 13]
        "A call is not built in the simulator and answered MAPI_E_NO_SUPPORT.",
        "A test that goes on from there tests a failure that the client does not meet outside.",
        "keep the call out of the test, or allow the lint where the failure is meant";
}
