//! The decision table itself: one function a step, one arm a row, over abstract inputs and without a world.

use super::types::{
    Config, INVALID_PARAMETER, InvalidParameters, Knobs, LOGON_FAILED, MOST_DIALOGS, NOT_FOUND, NOT_INITIALIZED, Pw, S_OK, TIMEOUT,
    UNKNOWN_FLAGS, USER_CANCEL, flag,
};

/// The fifteen flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Flags {
    pub logon_ui: bool,
    pub new_session: bool,
    pub app_profile: bool,
    pub allow_others: bool,
    pub explicit_profile: bool,
    pub extended: bool,
    pub use_default: bool,
    pub force_download: bool,
    pub service_ui_always: bool,
    pub no_mail: bool,
    pub nt_service: bool,
    pub password_ui: bool,
    pub timeout_short: bool,
    pub bg_session: bool,
    pub unicode: bool,
}

/// The bits of [`Flags`], in its order.
pub const FLAG_BITS: [u32; 15] = [
    flag::LOGON_UI,
    flag::NEW_SESSION,
    flag::APP_PROFILE,
    flag::ALLOW_OTHERS,
    flag::EXPLICIT_PROFILE,
    flag::EXTENDED,
    flag::USE_DEFAULT,
    flag::FORCE_DOWNLOAD,
    flag::SERVICE_UI_ALWAYS,
    flag::NO_MAIL,
    flag::NT_SERVICE,
    flag::PASSWORD_UI,
    flag::TIMEOUT_SHORT,
    flag::BG_SESSION,
    flag::UNICODE,
];

impl Flags {
    /// From a flag word; other bits are lost.
    pub fn from_bits(word: u32) -> Flags {
        let has = |bit: u32| word & bit != 0;
        Flags {
            logon_ui: has(flag::LOGON_UI),
            new_session: has(flag::NEW_SESSION),
            app_profile: has(flag::APP_PROFILE),
            allow_others: has(flag::ALLOW_OTHERS),
            explicit_profile: has(flag::EXPLICIT_PROFILE),
            extended: has(flag::EXTENDED),
            use_default: has(flag::USE_DEFAULT),
            force_download: has(flag::FORCE_DOWNLOAD),
            service_ui_always: has(flag::SERVICE_UI_ALWAYS),
            no_mail: has(flag::NO_MAIL),
            nt_service: has(flag::NT_SERVICE),
            password_ui: has(flag::PASSWORD_UI),
            timeout_short: has(flag::TIMEOUT_SHORT),
            bg_session: has(flag::BG_SESSION),
            unicode: has(flag::UNICODE),
        }
    }

    /// The combination with this number, of 32768: bit n of the number is flag n of [`FLAG_BITS`].
    pub fn nth(number: u32) -> Flags {
        Flags::from_bits((0..15).filter(|n| number & (1 << n) != 0).map(|n| FLAG_BITS[n]).sum())
    }

    /// The flag word.
    pub fn bits(&self) -> u32 {
        let set = [
            self.logon_ui,
            self.new_session,
            self.app_profile,
            self.allow_others,
            self.explicit_profile,
            self.extended,
            self.use_default,
            self.force_download,
            self.service_ui_always,
            self.no_mail,
            self.nt_service,
            self.password_ui,
            self.timeout_short,
            self.bg_session,
            self.unicode,
        ];
        set.iter().zip(FLAG_BITS).filter(|(set, _)| **set).map(|(_, bit)| bit).sum()
    }
}

/// Who has the mutex when the call comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum MutexIs {
    Free,
    /// The calling thread.
    Own,
    /// Another, for less than the short limit of 5000 ms.
    OtherBrief,
    /// Another, for longer than that, but not for ever.
    OtherLong,
}

/// What there is of a shared session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum SharedIs {
    None,
    Joinable,
    /// Ended by MAPI_LOGOFF_SHARED, with members left.
    Ended,
}

/// What the name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum NameIs {
    /// NULL or empty.
    Null,
    Known,
    App,
    Unknown,
    TooLong,
    Malformed,
    Undecodable,
    Marked,
}

/// What the user does in one logon dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum UserDoes {
    PickKnown,
    WrongName,
    Create,
    Cancel,
}

/// A message service of the profile, whichever that is. A created profile has the same services, configured and enabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct ServiceIs {
    pub configured: bool,
    pub required: bool,
    pub has_entry: bool,
    pub disabled: bool,
}

/// Everything the decision looks at.
#[derive(Clone, Debug, PartialEq)]
pub struct Inputs {
    /// The process is initialised.
    pub initialized: bool,
    /// The thread is too; matters under strict threads.
    pub thread_initialized: bool,
    /// The result pointer is there.
    pub result_pointer: bool,
    /// A bit outside the mask is set.
    pub unknown_bits: bool,
    /// The other bits.
    pub flags: Flags,
    /// Password.
    pub password: Pw,
    /// The process is a Windows service.
    pub service_process: bool,
    /// Mutex.
    pub mutex: MutexIs,
    /// Shared session.
    pub shared: SharedIs,
    /// As many cores as allowed.
    pub limit_reached: bool,
    /// Name.
    pub name: NameIs,
    /// There is a default profile.
    pub default: bool,
    /// Readings.
    pub knobs: Knobs,
    /// Answers to logon dialogs, in order; none left is no answer.
    pub user: Vec<UserDoes>,
    /// The box for configuration dialogs is ticked in every answer.
    pub tick: bool,
    /// Services of the profile, in order.
    pub services: Vec<ServiceIs>,
    /// Answers to the dialogs of step 10, in order; none left is Cancel.
    pub config: Vec<Config>,
    /// Answers of step 11 in order: to the dialogs where a user may be asked, else of entry functions ([`Config::Supply`] is success).
    pub retry: Vec<Config>,
}

impl Default for Inputs {
    /// The situation of the end-to-end rows, with no flag and the known name.
    fn default() -> Self {
        Inputs {
            initialized: true,
            thread_initialized: true,
            result_pointer: true,
            unknown_bits: false,
            flags: Flags::default(),
            password: Pw::Null,
            service_process: false,
            mutex: MutexIs::Free,
            shared: SharedIs::None,
            limit_reached: false,
            name: NameIs::Known,
            default: true,
            knobs: Knobs::default(),
            user: Vec::new(),
            tick: false,
            services: Vec::new(),
            config: Vec::new(),
            retry: Vec::new(),
        }
    }
}

/// What kind of session comes of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Kind {
    #[default]
    None,
    Joined,
    Individual,
    Shared,
}

/// Which profile it is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Which {
    #[default]
    None,
    /// That of the shared session.
    Shared,
    Default,
    /// The one named.
    Named,
    /// The app profile named.
    App,
    /// The one the user picked.
    Picked,
    /// The one the user created.
    Created,
}

/// What the table says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// HRESULT.
    pub hr: u32,
    /// Kind of session.
    pub kind: Kind,
    /// Profile of the session; none if there is no session.
    pub profile: Which,
    /// The member has the no-mail view.
    pub no_mail: bool,
    /// Every row that applied, in order.
    pub rows: Vec<&'static str>,
    /// Logon dialogs shown.
    pub logon_dialogs: u32,
    /// Configuration dialogs shown.
    pub config_dialogs: u32,
}

/// Rows that say no more than "go on"; the paths of the end-to-end rows leave them out.
const PLAIN: [&str; 8] = ["1.2", "2.2", "3.4", "4.1", "5.1", "7.2", "10.1", "11.1"];

impl Expected {
    /// The rows that decide, as the end-to-end rows list them.
    pub fn path(&self) -> String {
        self.rows.iter().filter(|row| !PLAIN.contains(row)).copied().collect::<Vec<_>>().join(" ")
    }

    fn end(mut self, hr: u32) -> Expected {
        self.hr = hr;
        if hr != S_OK {
            (self.kind, self.profile, self.no_mail) = (Kind::None, Which::None, false);
        }
        self
    }
}

/// A row, and what it says to do next.
struct Row(&'static str, Then);

/// See [`Row`].
enum Then {
    Go,
    End(u32),
    Profile(Which),
    Dialog,
}

use Then::{Dialog, End, Go, Profile};

/// The whole decision.
pub fn decide(i: &Inputs) -> Expected {
    let mut e = Expected::default();
    for step in [step1, step2, step3, step4, step5, step6] {
        let Row(row, then) = step(i);
        e.rows.push(row);
        if let End(hr) = then {
            if row == "6.1" {
                joined(i, &mut e);
            }
            return e.end(hr);
        }
    }
    let Row(row, then) = step7(i);
    e.rows.push(row);
    if let End(hr) = then {
        return e.end(hr);
    }
    let mut ticked = false;
    if i.knobs_let_the_name_win() {
        e.rows.push("8.8");
    }
    let Row(row, then) = step8(i);
    e.rows.push(row);
    match then {
        End(hr) => return e.end(hr),
        Profile(which) => e.profile = which,
        Go | Dialog => {
            let Row(row, then) = step9(i, &mut e.logon_dialogs);
            e.rows.push(row);
            match then {
                Profile(which) => (e.profile, ticked) = (which, i.tick),
                End(hr) => return e.end(hr),
                Go | Dialog => return e.end(USER_CANCEL),
            }
        }
    }
    services(i, ticked, e)
}

/// Steps 10 to 13, once the profile is chosen.
fn services(i: &Inputs, ticked: bool, mut e: Expected) -> Expected {
    let mut services = i.services.clone();
    if e.profile == Which::Created {
        services.iter_mut().for_each(|service| (service.configured, service.disabled) = (true, false));
    }
    for step in [step10, step11] {
        let Row(row, then) = step(i, ticked, &mut services, &mut e.config_dialogs);
        e.rows.push(row);
        if let End(hr) = then {
            return e.end(hr);
        }
    }
    let (row, kind) = match (i.flags.allow_others, i.shared) {
        (false, _) => ("12.1", Kind::Individual),
        (true, SharedIs::None | SharedIs::Ended) => ("12.2", Kind::Shared),
        (true, SharedIs::Joinable) => ("12.3", Kind::Shared),
    };
    e.rows.push(row);
    e.kind = kind;
    e.no_mail = i.no_mail();
    e.rows.push(match (e.no_mail, i.flags.force_download) {
        (false, false) => "13.1",
        (false, true) => "13.2",
        (true, false) => "13.3",
        (true, true) => "13.4",
    });
    e.end(S_OK)
}

/// Step 6a.
fn joined(i: &Inputs, e: &mut Expected) {
    e.kind = Kind::Joined;
    e.profile = Which::Shared;
    e.no_mail = i.no_mail();
    e.rows.push(match (e.no_mail, i.flags.force_download) {
        (false, false) => "J.1",
        (false, true) => "J.2",
        (true, _) => "J.3",
    });
}

impl Inputs {
    // What row 3.3 leaves of the flags.

    fn logon_ui(&self) -> bool {
        self.flags.logon_ui && !self.flags.nt_service
    }

    fn provider_ui(&self) -> bool {
        (self.flags.logon_ui || self.flags.password_ui) && !self.flags.nt_service
    }

    fn service_ui_always(&self) -> bool {
        self.flags.service_ui_always && !self.flags.nt_service
    }

    fn no_mail(&self) -> bool {
        self.flags.no_mail || self.flags.nt_service
    }

    /// Row 8.8.
    fn knobs_let_the_name_win(&self) -> bool {
        !self.knobs.use_default_overrides_name && self.flags.use_default && self.name != NameIs::Null
    }

    /// MAPI_USE_DEFAULT as the readings take it. `Some(false)`: as if unset; `None`: unset, but the default counts if there is one.
    fn use_default(&self) -> Option<bool> {
        let (set, explicit) = (self.flags.use_default, self.flags.explicit_profile);
        match (self.name, set) {
            (NameIs::Null, true) => Some(!(explicit && self.knobs.explicit_profile_blocks_default)),
            (NameIs::Null, false) if self.knobs.implicit_default && !explicit => None,
            (_, set) => Some(set && !self.knobs_let_the_name_win()),
        }
    }
}

fn step1(i: &Inputs) -> Row {
    match (i.initialized, i.thread_initialized || !i.knobs.strict_threads) {
        (false, _) | (_, false) => Row("1.1", End(NOT_INITIALIZED)),
        (true, true) => Row("1.2", Go),
    }
}

fn step2(i: &Inputs) -> Row {
    match (i.result_pointer, i.knobs.invalid_parameters) {
        (false, InvalidParameters::Specific) => Row("2.1", End(INVALID_PARAMETER)),
        (false, _) => Row("2.1", End(LOGON_FAILED)),
        (true, _) => Row("2.2", Go),
    }
}

fn step3(i: &Inputs) -> Row {
    let f = &i.flags;
    match (i.unknown_bits, i.knobs.invalid_parameters) {
        (true, InvalidParameters::LogonFailed) => Row("3.1", End(LOGON_FAILED)),
        (true, InvalidParameters::Specific) => Row("3.1", End(UNKNOWN_FLAGS)),
        _ if f.logon_ui && f.password_ui => Row("3.2", End(LOGON_FAILED)),
        _ if f.nt_service => Row("3.3", Go),
        // A reading without a row of its own.
        _ if i.service_process && i.knobs.strict_service => Row("3.5", End(LOGON_FAILED)),
        _ => Row("3.4", Go),
    }
}

fn step4(i: &Inputs) -> Row {
    match i.password {
        Pw::Null => Row("4.1", Go),
        Pw::Empty => Row("4.2", Go),
        Pw::Other if i.knobs.password_ignored => Row("4.1", Go),
        Pw::Other => Row("4.3", End(LOGON_FAILED)),
    }
}

fn step5(i: &Inputs) -> Row {
    match (i.mutex, i.flags.timeout_short) {
        (MutexIs::Free, _) => Row("5.1", Go),
        (MutexIs::Own, _) => Row("5.2", Go),
        (MutexIs::OtherBrief, true) if i.knobs.short_timeout_ms >= 5000 => Row("5.3", Go),
        (MutexIs::OtherBrief | MutexIs::OtherLong, true) => Row("5.4", End(TIMEOUT)),
        (MutexIs::OtherBrief | MutexIs::OtherLong, false) => Row("5.5", Go),
    }
}

fn step6(i: &Inputs) -> Row {
    match (i.flags.new_session, i.shared) {
        (false, SharedIs::Joinable) => Row("6.1", End(S_OK)),
        (false, SharedIs::None) => Row("6.2", Go),
        (false, SharedIs::Ended) => Row("6.3", Go),
        (true, _) => Row("6.4", Go),
    }
}

fn step7(i: &Inputs) -> Row {
    if i.limit_reached { Row("7.1", End(LOGON_FAILED)) } else { Row("7.2", Go) }
}

fn step8(i: &Inputs) -> Row {
    let unknown = if i.knobs.unknown_profile_not_found { NOT_FOUND } else { LOGON_FAILED };
    let prompt = i.knobs.prompt_on_unknown_profile;
    match (i.use_default(), i.default, i.logon_ui(), i.name) {
        (Some(true), true, _, _) if i.flags.explicit_profile => Row("8.2", Profile(Which::Default)),
        (Some(true) | None, true, _, _) => Row("8.1", Profile(Which::Default)),
        (Some(true), false, true, _) => Row("8.3", Dialog),
        (Some(true), false, false, _) => Row("8.4", End(LOGON_FAILED)),
        (Some(false) | None, _, true, NameIs::Null) => Row("8.5", Dialog),
        (Some(false) | None, _, false, NameIs::Null) => Row("8.6", End(LOGON_FAILED)),
        (_, _, _, NameIs::Known) => Row("8.7", Profile(Which::Named)),
        (_, _, _, NameIs::App) if i.knobs.app_profiles => Row("8.9", Profile(Which::App)),
        (_, _, _, NameIs::App) => Row("8.7", Profile(Which::App)),
        (_, _, false, NameIs::Unknown) => Row("8.10", End(unknown)),
        (_, _, true, NameIs::Unknown) if prompt => Row("8.11", Dialog),
        (_, _, true, NameIs::Unknown) => Row("8.11", End(unknown)),
        (_, _, _, NameIs::TooLong) => Row("8.12", End(LOGON_FAILED)),
        (_, _, _, NameIs::Undecodable | NameIs::Malformed) => Row("8.13", End(LOGON_FAILED)),
        (_, _, _, NameIs::Marked) => Row("8.14", End(LOGON_FAILED)),
    }
}

fn step9(i: &Inputs, dialogs: &mut u32) -> Row {
    let most = MOST_DIALOGS as usize;
    let wrong = i.user.iter().take(most).take_while(|does| **does == UserDoes::WrongName).count();
    *dialogs = wrong.saturating_add(1).min(most) as u32;
    match i.user.get(wrong).filter(|_| wrong < most) {
        Some(UserDoes::PickKnown) if wrong == 0 => Row("9.1", Profile(Which::Picked)),
        Some(UserDoes::PickKnown) => Row("9.2", Profile(Which::Picked)),
        Some(UserDoes::Create) => Row("9.3", Profile(Which::Created)),
        Some(UserDoes::Cancel) => Row("9.4", End(USER_CANCEL)),
        Some(UserDoes::WrongName) | None => Row("9.5", End(USER_CANCEL)),
    }
}

fn step10(i: &Inputs, ticked: bool, services: &mut [ServiceIs], dialogs: &mut u32) -> Row {
    if !ticked && !i.service_ui_always() {
        return Row("10.1", Go);
    }
    let mut answers = i.config.iter();
    for service in services.iter_mut().filter(|service| service.has_entry && !service.disabled) {
        *dialogs += 1;
        match answers.next() {
            Some(Config::Ok) => {}
            Some(Config::Supply) => service.configured = true,
            Some(Config::Cancel) | None => return Row("10.3", End(USER_CANCEL)),
        }
    }
    Row("10.2", Go)
}

fn step11(i: &Inputs, _ticked: bool, services: &mut [ServiceIs], dialogs: &mut u32) -> Row {
    let tries = if i.provider_ui() { 2 } else { 1 };
    let mut answers = i.retry.iter();
    // A service that the profile has switched off is one that cannot be asked.
    let (mut cured, mut failed) = (false, services.iter().any(|service| service.disabled));
    for service in services.iter().filter(|service| !service.configured && !service.disabled) {
        let mut well = false;
        for _ in 0..if service.has_entry { tries } else { 0 } {
            *dialogs += u32::from(i.provider_ui());
            well = answers.next() == Some(&Config::Supply);
            if well {
                break;
            }
        }
        if !well && service.required {
            return Row("11.5", End(LOGON_FAILED));
        }
        cured |= well;
        failed |= !well;
    }
    match (failed, cured, i.provider_ui()) {
        (true, _, _) => Row("11.4", Go),
        (false, true, true) => Row("11.2", Go),
        (false, true, false) => Row("11.3", Go),
        (false, false, _) => Row("11.1", Go),
    }
}
