//! The decision of MAPILogonEx: a pure function of the facts that it asks for, in the order of the decision table.
//!
//! It sees the world only through a [`Channel`]; the kernel, the exhaustive test and the explanation of an answer each bring their own.

use super::profile::ProfileId;
use super::rows::{Path, Row};
use crate::clause::Reading;
use crate::mapi::{Hresult, LogonFlags};

/// Something the decision wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fact {
    /// Is the process (with the reading strict_threads: the thread) initialised? [`Found::Yes`] or [`Found::No`].
    Initialized,
    /// Is lppSession a valid pointer? Yes or no.
    ResultPointer,
    /// Has flFlags a bit outside the known mask? Yes or no.
    UnknownFlags,
    /// Is this flag set? Yes or no.
    Flag(LogonFlags),
    /// Which value has this reading? [`Found::Choice`]: the index of the value, 0 for the default.
    Reading(Reading),
    /// Does the call come from a Windows service? Yes or no.
    ServiceProcess,
    /// Is a non-empty password given? Yes or no.
    Password,
    /// Is lpszPassword a pointer at all? Yes or no; asked when no non-empty password is given.
    PasswordPointer,
    /// In what state is the logon mutex? [`Found::Mutex`]. If it is free or the caller's own, the call takes it.
    Mutex,
    /// How does waiting for the mutex end? Yes: taken. No: the short limit passed, only if `short`.
    MutexWait {
        /// Whether MAPI_TIMEOUT_SHORT limits the wait.
        short: bool,
    },
    /// Is there a shared session? [`Found::Shared`].
    Shared,
    /// Is the session limit reached? Yes or no.
    LimitReached,
    /// Is a profile name given that is not empty? Yes or no.
    NameGiven,
    /// What does the name stand for? [`Found::Name`].
    Name,
    /// The default profile: [`Found::Profile`] or [`Found::No`].
    DefaultProfile,
    /// What does the user do in the logon dialog? [`Found::Dialog`].
    LogonDialog,
    /// The state of a service of the profile, by position: [`Found::Service`], or [`Found::No`] behind the last.
    Service(ProfileId, u16),
    /// Shows the configuration dialog of a service. [`Found::Config`].
    ServiceDialog {
        /// The profile.
        profile: ProfileId,
        /// Position of the service.
        service: u16,
        /// Because of MAPI_SERVICE_UI_ALWAYS or the check box, not because data is lacking.
        always: bool,
    },
    /// Does the entry point function configure the service without a user interface? Yes or no.
    EntryPoint(ProfileId, u16),
    /// Is the chosen profile still there, and not marked for deletion? Yes or no; others may have deleted it while dialogs were open.
    StillThere(ProfileId),
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Found {
    /// Yes.
    Yes,
    /// No, or none.
    No,
    /// Index of a reading's value.
    Choice(u8),
    /// State of the logon mutex.
    Mutex(MutexState),
    /// State of the shared slot.
    Shared(SharedState),
    /// What a profile name stands for.
    Name(NameState),
    /// A profile.
    Profile(ProfileId),
    /// End of a logon dialog.
    Dialog(DialogEnd),
    /// State of a service.
    Service(ServiceState),
    /// End of a configuration dialog.
    Config(ConfigEnd),
}

/// Who holds the logon mutex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MutexState {
    /// Nobody.
    Free,
    /// The calling thread.
    Own,
    /// Somebody else.
    Other,
}

/// The shared session of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SharedState {
    /// There is none.
    None,
    /// There is one to join.
    Joinable,
    /// There was one; MAPI_LOGOFF_SHARED ended it, and members are still there.
    Ended,
}

/// What a given profile name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameState {
    /// An ordinary profile.
    Known(ProfileId),
    /// An app profile.
    App(ProfileId),
    /// No profile.
    Unknown,
    /// More than 64 characters.
    TooLong,
    /// Characters that no profile name has, or outer spaces.
    Malformed,
    /// Bytes or units that decode to nothing.
    Undecodable,
    /// A profile that is marked for deletion.
    Marked,
}

/// How a logon dialog ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DialogEnd {
    /// An existing profile was chosen.
    Picked {
        /// The profile.
        profile: ProfileId,
        /// Whether the box for configuration dialogs was ticked.
        tick: bool,
    },
    /// A name was typed that does not exist.
    Wrong,
    /// A profile was created.
    Created {
        /// The profile.
        profile: ProfileId,
        /// Whether the box for configuration dialogs was ticked.
        tick: bool,
    },
    /// Cancel was pressed.
    Cancelled,
    /// Nobody answered.
    Unanswered,
}

/// A message service at logon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServiceState {
    /// All its data is there.
    pub configured: bool,
    /// The logon fails if it cannot be configured.
    pub required: bool,
    /// It has an entry point function.
    pub has_entry: bool,
    /// The profile says that it is disabled.
    pub disabled: bool,
}

/// How a configuration dialog ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConfigEnd {
    /// OK, nothing supplied.
    Ok,
    /// OK, and what was lacking was supplied.
    Supplied,
    /// Cancel, or nobody answered.
    Cancelled,
}

/// Why a decision cannot go on yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// Another thread holds the logon mutex.
    Mutex {
        /// Whether MAPI_TIMEOUT_SHORT limits the wait.
        short: bool,
    },
    /// An answer comes later.
    Answer,
}

/// What a channel gives: an answer, or the call has to wait.
pub type Asked<T> = Result<T, Pause>;

/// The way by which the decision learns facts. The answer is of the kind that the [`Fact`] names.
pub trait Channel {
    /// Finds out one fact.
    fn find(&mut self, fact: Fact) -> Asked<Found>;
}

/// How often the logon dialog is shown in one call before it counts as cancelled. A person gives up earlier; a fuzzer does not.
pub const MAX_DIALOGS: u32 = 100;

/// The outcome of MAPILogonEx, before anything is done about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The HRESULT.
    pub hr: Hresult,
    /// The rows of the decision table that applied.
    pub path: Path,
    /// What happens to sessions.
    pub outcome: Outcome,
}

/// What a decision does to sessions.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Nothing.
    Refused,
    /// The client becomes a member of the shared session.
    Joined(Nature),
    /// A new session is made.
    New {
        /// On this profile.
        profile: ProfileId,
        /// Whether it becomes the shared one.
        publish: bool,
        /// The client's nature.
        nature: Nature,
        /// Services (by position) that are disabled for the session.
        disabled: Vec<u16>,
        /// Services that their entry point function configured.
        cured: Vec<u16>,
    },
}

/// What a member of a session is, whatever the other members are (LOGON-150).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nature {
    /// MAPI_NO_MAIL, set or implied by MAPI_NT_SERVICE.
    pub no_mail: bool,
    /// Fetch messages before the call returns.
    pub download: bool,
}

/// Decides one call of MAPILogonEx.
pub fn decide<C: Channel + ?Sized>(channel: &mut C) -> Asked<Decision> {
    let mut logon = Logon { channel, path: Path::new(), ui: false, password_ui: false, service_ui: false, no_mail: false };
    let end = match logon.run()? {
        Ok(end) => end,
        Err(hr) => return Ok(Decision { hr, path: logon.path, outcome: Outcome::Refused }),
    };
    Ok(Decision { hr: Hresult::S_OK, path: logon.path, outcome: end })
}

/// One decision on its way.
struct Logon<'a, C: ?Sized> {
    channel: &'a mut C,
    path: Path,
    /// MAPI_LOGON_UI, unless the caller is a service.
    ui: bool,
    /// MAPI_PASSWORD_UI, unless the caller is a service.
    password_ui: bool,
    /// MAPI_SERVICE_UI_ALWAYS, unless the caller is a service; later also the check box of the dialog.
    service_ui: bool,
    /// MAPI_NO_MAIL, or the caller is a service.
    no_mail: bool,
}

/// The rest of the way, or the HRESULT with which it ended; `?` leaves at once.
type Way<T> = Asked<Result<T, Hresult>>;

/// Goes on with the value of a step, or leaves with its HRESULT.
macro_rules! way {
    ($step:expr) => {
        match $step? {
            Ok(value) => value,
            Err(hr) => return Ok(Err(hr)),
        }
    };
}

impl<C: Channel + ?Sized> Logon<'_, C> {
    fn run(&mut self) -> Way<Outcome> {
        way!(self.gates());
        way!(self.flag_word());
        way!(self.password());
        way!(self.mutex());
        if self.shared()? {
            return self.join().map(Ok);
        }
        if self.yes(Fact::LimitReached)? {
            return self.refuse(Row::R7_1);
        }
        self.path.push(Row::R7_2);
        let profile = match way!(self.profile()) {
            Some(profile) => profile,
            None => way!(self.dialog()),
        };
        way!(self.configuration_dialogs(profile));
        let (disabled, cured) = way!(self.services(profile));
        if !self.yes(Fact::StillThere(profile))? {
            return self.refuse(Row::R8_14);
        }
        let publish = self.publish()?;
        let nature = self.nature(Row::R13_1, Row::R13_2, Row::R13_3, Row::R13_4)?;
        Ok(Ok(Outcome::New { profile, publish, nature, disabled, cured }))
    }

    fn yes(&mut self, fact: Fact) -> Asked<bool> {
        Ok(self.channel.find(fact)? == Found::Yes)
    }

    fn flag(&mut self, flag: LogonFlags) -> Asked<bool> {
        self.yes(Fact::Flag(flag))
    }

    /// Index of a reading's value; 0 is the default.
    fn reading(&mut self, reading: Reading) -> Asked<u8> {
        match self.channel.find(Fact::Reading(reading))? {
            Found::Choice(index) => Ok(index),
            _ => Ok(0),
        }
    }

    /// Ends with MAPI_E_LOGON_FAILED.
    fn refuse<T>(&mut self, row: Row) -> Way<T> {
        self.end(row, Hresult::MAPI_E_LOGON_FAILED)
    }

    fn end<T>(&mut self, row: Row, hr: Hresult) -> Way<T> {
        self.path.push(row);
        Ok(Err(hr))
    }

    /// Steps 1 and 2: initialised, result pointer.
    fn gates(&mut self) -> Way<()> {
        if !self.yes(Fact::Initialized)? {
            return self.end(Row::R1_1, Hresult::MAPI_E_NOT_INITIALIZED);
        }
        self.path.push(Row::R1_2);
        if !self.yes(Fact::ResultPointer)? {
            let specific = self.reading(Reading::InvalidParameters)? == INVALID_SPECIFIC;
            let hr = if specific { Hresult::MAPI_E_INVALID_PARAMETER } else { Hresult::MAPI_E_LOGON_FAILED };
            return self.end(Row::R2_1, hr);
        }
        self.path.push(Row::R2_2);
        Ok(Ok(()))
    }

    /// Step 3: the flag word.
    fn flag_word(&mut self) -> Way<()> {
        if self.yes(Fact::UnknownFlags)? {
            match self.reading(Reading::InvalidParameters)? {
                INVALID_SPECIFIC => return self.end(Row::R3_1, Hresult::MAPI_E_UNKNOWN_FLAGS),
                INVALID_IGNORED => {}
                _ => return self.refuse(Row::R3_1),
            }
        }
        self.ui = self.flag(LogonFlags::LOGON_UI)?;
        self.password_ui = self.flag(LogonFlags::PASSWORD_UI)?;
        if self.ui && self.password_ui {
            return self.refuse(Row::R3_2);
        }
        if self.flag(LogonFlags::NT_SERVICE)? {
            (self.ui, self.password_ui, self.no_mail) = (false, false, true);
            self.path.push(Row::R3_3);
            return Ok(Ok(()));
        }
        if self.reading(Reading::StrictService)? != 0 && self.yes(Fact::ServiceProcess)? {
            return self.refuse(Row::R3_5);
        }
        self.path.push(Row::R3_4);
        Ok(Ok(()))
    }

    /// Step 4: the password.
    fn password(&mut self) -> Way<()> {
        if self.yes(Fact::Password)? {
            if self.reading(Reading::PasswordPolicy)? == 0 {
                return self.refuse(Row::R4_3);
            }
            self.path.push(Row::R4_1);
        } else {
            let row = if self.yes(Fact::PasswordPointer)? { Row::R4_2 } else { Row::R4_1 };
            self.path.push(row);
        }
        Ok(Ok(()))
    }

    /// Step 5: the mutex. From here on the call holds it.
    fn mutex(&mut self) -> Way<()> {
        let row = match self.channel.find(Fact::Mutex)? {
            Found::Mutex(MutexState::Own) => Row::R5_2,
            Found::Mutex(MutexState::Other) => {
                let short = self.flag(LogonFlags::TIMEOUT_SHORT)?;
                if !self.yes(Fact::MutexWait { short })? {
                    return self.end(Row::R5_4, Hresult::MAPI_E_TIMEOUT);
                }
                if short { Row::R5_3 } else { Row::R5_5 }
            }
            _ => Row::R5_1,
        };
        self.path.push(row);
        Ok(Ok(()))
    }

    /// Step 6: whether the call joins the shared session.
    fn shared(&mut self) -> Asked<bool> {
        if self.flag(LogonFlags::NEW_SESSION)? {
            self.path.push(Row::R6_4);
            return Ok(false);
        }
        let row = match self.channel.find(Fact::Shared)? {
            Found::Shared(SharedState::Joinable) => Row::R6_1,
            Found::Shared(SharedState::Ended) => Row::R6_3,
            _ => Row::R6_2,
        };
        self.path.push(row);
        Ok(row == Row::R6_1)
    }

    /// Step 6a: the joined session.
    fn join(&mut self) -> Asked<Outcome> {
        self.nature(Row::J1, Row::J2, Row::J3, Row::J3).map(Outcome::Joined)
    }

    /// Steps 6a and 13: messaging or not, and the download.
    fn nature(&mut self, mail: Row, mail_now: Row, no_mail: Row, no_mail_now: Row) -> Asked<Nature> {
        self.no_mail = self.no_mail || self.flag(LogonFlags::NO_MAIL)?;
        let force = self.flag(LogonFlags::FORCE_DOWNLOAD)?;
        self.path.push(match (self.no_mail, force) {
            (false, false) => mail,
            (false, true) => mail_now,
            (true, false) => no_mail,
            (true, true) => no_mail_now,
        });
        Ok(Nature { no_mail: self.no_mail, download: force && !self.no_mail })
    }

    /// Step 8: the profile; none if the user has to be asked.
    fn profile(&mut self) -> Way<Option<ProfileId>> {
        if self.flag(LogonFlags::USE_DEFAULT)? && self.default_counts()? {
            return self.default_profile();
        }
        if !self.yes(Fact::NameGiven)? {
            return self.no_name();
        }
        self.named()
    }

    /// Whether MAPI_USE_DEFAULT, which is set, decides: the readings use_default_overrides_name and explicit_profile_blocks_default.
    fn default_counts(&mut self) -> Asked<bool> {
        if self.reading(Reading::UseDefaultOverridesName)? != 0 && self.yes(Fact::NameGiven)? {
            self.path.push(Row::R8_8);
            return Ok(false);
        }
        let blocked = self.flag(LogonFlags::EXPLICIT_PROFILE)?
            && self.reading(Reading::ExplicitProfileBlocksDefault)? != 0
            && !self.yes(Fact::NameGiven)?;
        Ok(!blocked)
    }

    /// Rows 8.1 to 8.4.
    fn default_profile(&mut self) -> Way<Option<ProfileId>> {
        if let Found::Profile(profile) = self.channel.find(Fact::DefaultProfile)? {
            let row = if self.flag(LogonFlags::EXPLICIT_PROFILE)? { Row::R8_2 } else { Row::R8_1 };
            self.path.push(row);
            return Ok(Ok(Some(profile)));
        }
        if !self.ui {
            return self.refuse(Row::R8_4);
        }
        self.path.push(Row::R8_3);
        Ok(Ok(None))
    }

    /// Rows 8.5 and 8.6, and the reading implicit_default: then the default profile comes before a dialog, as with MAPI_USE_DEFAULT.
    fn no_name(&mut self) -> Way<Option<ProfileId>> {
        if self.reading(Reading::ImplicitDefault)? != 0
            && !self.flag(LogonFlags::EXPLICIT_PROFILE)?
            && let Found::Profile(profile) = self.channel.find(Fact::DefaultProfile)?
        {
            self.path.push(Row::R8_1);
            return Ok(Ok(Some(profile)));
        }
        if !self.ui {
            return self.refuse(Row::R8_6);
        }
        self.path.push(Row::R8_5);
        Ok(Ok(None))
    }

    /// Rows 8.7 and 8.9 to 8.14.
    fn named(&mut self) -> Way<Option<ProfileId>> {
        let Found::Name(state) = self.channel.find(Fact::Name)? else { return self.refuse(Row::R8_10) };
        match state {
            NameState::Known(profile) => {
                self.path.push(Row::R8_7);
                Ok(Ok(Some(profile)))
            }
            NameState::App(profile) => {
                self.path.push(Row::R8_9);
                Ok(Ok(Some(profile)))
            }
            NameState::Unknown => self.unknown_name(),
            NameState::TooLong => self.refuse(Row::R8_12),
            NameState::Malformed | NameState::Undecodable => self.refuse(Row::R8_13),
            NameState::Marked => self.refuse(Row::R8_14),
        }
    }

    /// Rows 8.10 and 8.11, and the readings prompt_on_unknown_profile and unknown_profile_result.
    fn unknown_name(&mut self) -> Way<Option<ProfileId>> {
        let row = if self.ui { Row::R8_11 } else { Row::R8_10 };
        if self.ui && self.reading(Reading::PromptOnUnknownProfile)? != 0 {
            self.path.push(row);
            return Ok(Ok(None));
        }
        let not_found = self.reading(Reading::UnknownProfileResult)? != 0;
        self.end(row, if not_found { Hresult::MAPI_E_NOT_FOUND } else { Hresult::MAPI_E_LOGON_FAILED })
    }

    /// Step 9: the logon dialog.
    fn dialog(&mut self) -> Way<ProfileId> {
        for shown in 0..MAX_DIALOGS {
            let Found::Dialog(end) = self.channel.find(Fact::LogonDialog)? else { break };
            let (row, profile, tick) = match end {
                DialogEnd::Wrong => continue,
                DialogEnd::Picked { profile, tick } => (if shown == 0 { Row::R9_1 } else { Row::R9_2 }, profile, tick),
                DialogEnd::Created { profile, tick } => (Row::R9_3, profile, tick),
                DialogEnd::Cancelled => return self.end(Row::R9_4, Hresult::MAPI_E_USER_CANCEL),
                DialogEnd::Unanswered => break,
            };
            self.path.push(row);
            self.service_ui = tick;
            return Ok(Ok(profile));
        }
        self.end(Row::R9_5, Hresult::MAPI_E_USER_CANCEL)
    }

    /// Step 10: the configuration dialog of each service.
    fn configuration_dialogs(&mut self, profile: ProfileId) -> Way<()> {
        let service = self.path.rows().contains(&Row::R3_3);
        if !service && !self.service_ui {
            self.service_ui = self.flag(LogonFlags::SERVICE_UI_ALWAYS)?;
        }
        if !self.service_ui {
            self.path.push(Row::R10_1);
            return Ok(Ok(()));
        }
        for service in 0..u16::MAX {
            let Found::Service(state) = self.channel.find(Fact::Service(profile, service))? else { break };
            if !state.has_entry || state.disabled {
                continue;
            }
            if self.channel.find(Fact::ServiceDialog { profile, service, always: true })? == Found::Config(ConfigEnd::Cancelled) {
                return self.end(Row::R10_3, Hresult::MAPI_E_USER_CANCEL);
            }
        }
        self.path.push(Row::R10_2);
        Ok(Ok(()))
    }

    /// Step 11: the services that are disabled, and those that their entry point functions configured.
    fn services(&mut self, profile: ProfileId) -> Way<(Vec<u16>, Vec<u16>)> {
        let (mut disabled, mut cured) = (Vec::new(), Vec::new());
        let mut row = Row::R11_1;
        for service in 0..u16::MAX {
            let Found::Service(state) = self.channel.find(Fact::Service(profile, service))? else { break };
            let end = if state.disabled { Row::R11_4 } else { self.service(profile, service, state)? };
            match end {
                Row::R11_5 => return self.refuse(end),
                Row::R11_4 => disabled.push(service),
                Row::R11_3 => cured.push(service),
                _ => {}
            }
            row = row.max(end);
        }
        self.path.push(row);
        Ok(Ok((disabled, cured)))
    }

    /// Step 11 for one service: the row that applies to it.
    fn service(&mut self, profile: ProfileId, service: u16, state: ServiceState) -> Asked<Row> {
        if state.configured {
            return Ok(Row::R11_1);
        }
        if state.has_entry && (self.ui || self.password_ui) {
            for _ in 0..2 {
                if self.channel.find(Fact::ServiceDialog { profile, service, always: false })? == Found::Config(ConfigEnd::Supplied) {
                    return Ok(Row::R11_2);
                }
            }
        } else if state.has_entry && self.yes(Fact::EntryPoint(profile, service))? {
            return Ok(Row::R11_3);
        }
        Ok(if state.required { Row::R11_5 } else { Row::R11_4 })
    }

    /// Step 12: whether the session becomes the shared one.
    fn publish(&mut self) -> Asked<bool> {
        if !self.flag(LogonFlags::ALLOW_OTHERS)? {
            self.path.push(Row::R12_1);
            return Ok(false);
        }
        let exists = self.channel.find(Fact::Shared)? == Found::Shared(SharedState::Joinable);
        self.path.push(if exists { Row::R12_3 } else { Row::R12_2 });
        Ok(true)
    }
}

/// Index of `specific` among the values of the reading invalid_parameters.
const INVALID_SPECIFIC: u8 = 1;
/// Index of `ignore_flags`.
const INVALID_IGNORED: u8 = 2;
