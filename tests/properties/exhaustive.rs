//! The decision of MAPILogonEx over every answer of every fact that it asks for, against the table.
//!
//! A walk answers each new fact with each of its answers in turn, and a fact that is asked again as before. What is behind the end of a walk is a
//! leaf: a whole decision. All answers of all steps at once would be hundreds of millions, so there are three walks. One branches over everything
//! up to the choice of the profile, and lets the later answers take turns; one branches over the dialogs and one service behind every way in
//! which a user may be asked; one over two services.

use std::collections::{BTreeMap, BTreeSet};

use mapi_sim::clause::Reading;
use mapi_sim::kernel::logon::{
    Asked, Channel, ConfigEnd, Decision, DialogEnd, Fact, Found, MutexState, NameState, Outcome, ServiceState, SharedState, decide,
};
use mapi_sim::kernel::{Profile, ProfileId, Profiles, Row};
use mapi_sim::mapi::{Hresult, LogonFlags};

use crate::model::table::{self, Expected, Flags, Inputs, Kind, MutexIs, NameIs, ServiceIs, SharedIs, UserDoes, Which};
use crate::model::{Config, InvalidParameters, Pw};

/// What a walk branches over; the rest takes a plain answer, or turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    /// Steps 1 to 9; later answers take turns.
    Choice,
    /// From the user interface on: the dialogs, up to one service, and the steps behind.
    OneService,
    /// Two services, and the steps behind.
    TwoServices,
}

/// The profiles that a decision can meet.
struct Cast {
    default: ProfileId,
    named: ProfileId,
    app: ProfileId,
    picked: ProfileId,
    created: ProfileId,
}

impl Cast {
    fn new() -> Self {
        let mut profiles = Profiles::default();
        let mut add = |name: &str| profiles.add(Profile { name: name.to_string(), ..Profile::default() }).expect("names differ");
        Cast { default: add("A"), named: add("B"), app: add("P"), picked: add("C"), created: add("N") }
    }

    fn which(&self, id: ProfileId) -> Which {
        let all = [
            (self.default, Which::Default),
            (self.named, Which::Named),
            (self.app, Which::App),
            (self.picked, Which::Picked),
            (self.created, Which::Created),
        ];
        all.into_iter().find(|(known, _)| *known == id).map_or(Which::None, |(_, which)| which)
    }
}

/// A walk through all answers: one leaf at a time.
struct Walk<'a> {
    scope: Scope,
    cast: &'a Cast,
    /// Which answer was given of how many, at each branch from the root to this leaf.
    trail: Vec<(u32, u32)>,
    /// How much of the trail this leaf has used.
    used: usize,
    /// Nothing branches behind this point.
    turns: bool,
    leaves: u32,
    turn: u32,
    /// Answers that stay.
    known: BTreeMap<Fact, Found>,
    /// The same as inputs of the table.
    inputs: Inputs,
    dialogs: (u32, u32),
    gone: bool,
}

/// Every state of a service.
fn service_states() -> impl Iterator<Item = ServiceState> {
    let bit = |n: u32, at: u32| n & (1 << at) != 0;
    (0..16).map(move |n| ServiceState { configured: !bit(n, 0), has_entry: !bit(n, 1), required: bit(n, 2), disabled: bit(n, 3) })
}

impl<'a> Walk<'a> {
    fn new(scope: Scope, cast: &'a Cast) -> Self {
        let (trail, known, inputs) = (Vec::new(), BTreeMap::new(), Inputs::default());
        Walk { scope, cast, trail, used: 0, turns: false, leaves: 0, turn: 0, known, inputs, dialogs: (0, 0), gone: false }
    }

    /// Begins a leaf.
    fn begin(&mut self) {
        self.leaves += 1;
        (self.used, self.turns, self.turn, self.dialogs, self.gone) = (0, false, self.leaves, (0, 0), false);
        self.known.clear();
        self.inputs = Inputs { default: false, ..Inputs::default() };
    }

    /// Goes on to the next leaf; false if there is none.
    fn next(&mut self) -> bool {
        assert_eq!(self.used, self.trail.len(), "a leaf asks what the one before asked up to their branch");
        while let Some((given, of)) = self.trail.pop() {
            if given + 1 < of {
                self.trail.push((given + 1, of));
                return true;
            }
        }
        false
    }

    /// One of `n` answers.
    fn below(&mut self, n: u32) -> u32 {
        if n <= 1 {
            return 0;
        }
        if self.turns {
            let answer = self.turn % n;
            self.turn = self.turn / n + self.leaves.rotate_left(7) % 1009;
            return answer;
        }
        if self.used == self.trail.len() {
            self.trail.push((0, n));
        }
        let (given, of) = self.trail[self.used];
        assert_eq!(of, n, "a leaf asks what the one before asked up to their branch");
        self.used += 1;
        given
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(u32::try_from(list.len()).expect("a short list")) as usize]
    }

    fn yes(&mut self) -> bool {
        self.below(2) == 1
    }

    /// Yes or no, where this scope branches over it; else the plain answer.
    fn yes_in(&mut self, branches: bool, plain: bool) -> bool {
        if branches { self.yes() } else { plain }
    }

    /// A new answer, noted in the inputs.
    fn answer(&mut self, fact: Fact) -> Found {
        let all = self.scope == Scope::Choice;
        let truth = |value: bool| if value { Found::Yes } else { Found::No };
        match fact {
            Fact::Initialized => {
                self.inputs.initialized = !self.yes_in(all, false);
                truth(self.inputs.initialized)
            }
            Fact::ResultPointer => {
                self.inputs.result_pointer = !self.yes_in(all, false);
                truth(self.inputs.result_pointer)
            }
            Fact::UnknownFlags => {
                self.inputs.unknown_bits = self.yes_in(all, false);
                truth(self.inputs.unknown_bits)
            }
            Fact::Flag(flag) => truth(self.flag(flag)),
            Fact::Reading(reading) => Found::Choice(self.reading(reading)),
            Fact::ServiceProcess => {
                self.inputs.service_process = self.yes_in(all, false);
                truth(self.inputs.service_process)
            }
            Fact::Password => {
                let given = self.yes_in(all, false);
                self.inputs.password = if given { Pw::Other } else { Pw::Null };
                truth(given)
            }
            Fact::PasswordPointer => {
                let given = self.yes_in(all, false);
                self.inputs.password = if given { Pw::Empty } else { Pw::Null };
                truth(given)
            }
            Fact::LimitReached => {
                self.inputs.limit_reached = self.yes_in(all, false);
                truth(self.inputs.limit_reached)
            }
            Fact::Mutex | Fact::MutexWait { .. } => self.mutex(fact),
            Fact::Shared => self.shared(),
            Fact::NameGiven | Fact::Name | Fact::DefaultProfile => self.profile(fact),
            Fact::LogonDialog => self.logon_dialog(),
            Fact::Service(profile, service) => self.service(profile, service),
            Fact::ServiceDialog { profile, service, always } => self.service_dialog(profile, service, always),
            Fact::EntryPoint(..) => {
                let good = self.yes();
                self.inputs.retry.push(if good { Config::Supply } else { Config::Ok });
                truth(good)
            }
            Fact::StillThere(_) => {
                self.gone = !self.turns && self.scope == Scope::OneService && self.yes();
                truth(!self.gone)
            }
        }
    }

    /// The flags of the user interface branch in every scope; those of the way to a profile only in their own.
    fn flag(&mut self, flag: LogonFlags) -> bool {
        let branches = match self.scope {
            Scope::Choice => true,
            Scope::OneService => flag != LogonFlags::USE_DEFAULT,
            Scope::TwoServices => ![LogonFlags::NEW_SESSION, LogonFlags::USE_DEFAULT, LogonFlags::EXPLICIT_PROFILE].contains(&flag),
        };
        let set = self.yes_in(branches, self.scope == Scope::TwoServices && flag != LogonFlags::EXPLICIT_PROFILE);
        if set {
            self.inputs.flags = Flags::from_bits(self.inputs.flags.bits() | flag.bits());
        }
        set
    }

    fn reading(&mut self, reading: Reading) -> u8 {
        let values = u32::try_from(reading.values().len()).expect("few values");
        let index = if self.scope == Scope::Choice { self.below(values) } else { 0 };
        let knobs = &mut self.inputs.knobs;
        let other = index != 0;
        match reading {
            Reading::InvalidParameters => {
                let all = [InvalidParameters::LogonFailed, InvalidParameters::Specific, InvalidParameters::IgnoreFlags];
                knobs.invalid_parameters = all[index as usize];
            }
            Reading::StrictService => knobs.strict_service = other,
            Reading::PasswordPolicy => knobs.password_ignored = other,
            Reading::UseDefaultOverridesName => knobs.use_default_overrides_name = !other,
            Reading::ExplicitProfileBlocksDefault => knobs.explicit_profile_blocks_default = other,
            Reading::ImplicitDefault => knobs.implicit_default = other,
            Reading::PromptOnUnknownProfile => knobs.prompt_on_unknown_profile = other,
            Reading::UnknownProfileResult => knobs.unknown_profile_not_found = other,
            _ => panic!("the decision asks for {reading}, which the table does not know"),
        }
        u8::try_from(index).expect("few values")
    }

    fn mutex(&mut self, fact: Fact) -> Found {
        if let Fact::MutexWait { short } = fact {
            let came = !short || self.yes();
            self.inputs.mutex = if came { MutexIs::OtherBrief } else { MutexIs::OtherLong };
            return if came { Found::Yes } else { Found::No };
        }
        let states = [(MutexState::Free, MutexIs::Free), (MutexState::Own, MutexIs::Own), (MutexState::Other, MutexIs::OtherBrief)];
        let (state, is) = if self.scope == Scope::Choice { self.of(&states) } else { states[0] };
        self.inputs.mutex = is;
        Found::Mutex(state)
    }

    fn shared(&mut self) -> Found {
        let states =
            [(SharedState::None, SharedIs::None), (SharedState::Joinable, SharedIs::Joinable), (SharedState::Ended, SharedIs::Ended)];
        let (state, is) = self.of(&states);
        self.inputs.shared = is;
        Found::Shared(state)
    }

    fn profile(&mut self, fact: Fact) -> Found {
        let all = self.scope == Scope::Choice;
        match fact {
            Fact::NameGiven => {
                let given = self.yes_in(self.scope != Scope::TwoServices, false);
                self.inputs.name = if given { NameIs::Known } else { NameIs::Null };
                if given { Found::Yes } else { Found::No }
            }
            Fact::DefaultProfile => {
                self.inputs.default = self.yes_in(all, true);
                if self.inputs.default { Found::Profile(self.cast.default) } else { Found::No }
            }
            _ => {
                let states = [
                    (NameState::Known(self.cast.named), NameIs::Known),
                    (NameState::App(self.cast.app), NameIs::App),
                    (NameState::Unknown, NameIs::Unknown),
                    (NameState::TooLong, NameIs::TooLong),
                    (NameState::Malformed, NameIs::Malformed),
                    (NameState::Undecodable, NameIs::Undecodable),
                    (NameState::Marked, NameIs::Marked),
                ];
                let (state, is) = if all { self.of(&states) } else { states[0] };
                self.inputs.name = is;
                Found::Name(state)
            }
        }
    }

    /// Up to two wrong names, then an end; a third one, and all later ones, is not answered.
    fn logon_dialog(&mut self) -> Found {
        self.dialogs.0 += 1;
        let (picked, created) = (self.cast.picked, self.cast.created);
        let ends = [
            (DialogEnd::Picked { profile: picked, tick: false }, Some(UserDoes::PickKnown)),
            (DialogEnd::Picked { profile: picked, tick: true }, Some(UserDoes::PickKnown)),
            (DialogEnd::Created { profile: created, tick: false }, Some(UserDoes::Create)),
            (DialogEnd::Created { profile: created, tick: true }, Some(UserDoes::Create)),
            (DialogEnd::Cancelled, Some(UserDoes::Cancel)),
            (DialogEnd::Unanswered, None),
            (DialogEnd::Wrong, Some(UserDoes::WrongName)),
        ];
        let (end, does) = match (self.scope, self.dialogs.0) {
            (Scope::Choice, 1 | 2) => self.of(&ends),
            (Scope::Choice, _) => self.of(&ends[..6]),
            _ => self.of(&ends[..4]),
        };
        self.inputs.user.extend(does);
        if let DialogEnd::Picked { tick, .. } | DialogEnd::Created { tick, .. } = end {
            self.inputs.tick = tick;
        }
        Found::Dialog(end)
    }

    /// Up to one service, or two: in any state, but configured in a profile that was just created.
    fn service(&mut self, profile: ProfileId, service: u16) -> Found {
        self.turns |= self.scope == Scope::Choice;
        let fresh = profile == self.cast.created;
        let states: Vec<ServiceState> = service_states().filter(|state| !fresh || state.configured && !state.disabled).collect();
        // A disabled service, or one that is configured, comes in fewer forms where there are two of them.
        let few = |state: &ServiceState| !(state.disabled || state.configured) || !state.required && (state.has_entry || !state.disabled);
        let (there, states) = match self.scope {
            Scope::TwoServices => (service < 2, states.into_iter().filter(few).collect()),
            _ => (service < if self.turns { 2 } else { 1 } && self.yes(), states),
        };
        if !there {
            return Found::No;
        }
        let state = self.of(&states);
        let ServiceState { configured, required, has_entry, disabled } = state;
        self.inputs.services.push(ServiceIs { configured, required, has_entry, disabled });
        Found::Service(state)
    }

    fn service_dialog(&mut self, profile: ProfileId, service: u16, always: bool) -> Found {
        self.dialogs.1 += 1;
        let (end, does) =
            self.of(&[(ConfigEnd::Ok, Config::Ok), (ConfigEnd::Supplied, Config::Supply), (ConfigEnd::Cancelled, Config::Cancel)]);
        if always { &mut self.inputs.config } else { &mut self.inputs.retry }.push(does);
        if end == ConfigEnd::Supplied
            && let Some(Found::Service(state)) = self.known.get_mut(&Fact::Service(profile, service))
        {
            state.configured = true;
        }
        Found::Config(end)
    }
}

impl Channel for Walk<'_> {
    fn find(&mut self, fact: Fact) -> Asked<Found> {
        if let Some(found) = self.known.get(&fact) {
            return Ok(*found);
        }
        let found = self.answer(fact);
        if !matches!(fact, Fact::LogonDialog | Fact::ServiceDialog { .. } | Fact::EntryPoint(..)) {
            self.known.insert(fact, found);
        }
        Ok(found)
    }
}

/// What the table should say of a decision.
fn as_expected(walk: &Walk<'_>, decision: &Decision) -> Expected {
    let (kind, profile, no_mail) = match &decision.outcome {
        Outcome::Refused => (Kind::None, Which::None, false),
        Outcome::Joined(nature) => (Kind::Joined, Which::Shared, nature.no_mail),
        Outcome::New { profile, publish, nature, .. } => {
            (if *publish { Kind::Shared } else { Kind::Individual }, walk.cast.which(*profile), nature.no_mail)
        }
    };
    let rows = decision.path.rows().iter().map(|row| row.id()).collect();
    Expected { hr: decision.hr.code(), kind, profile, no_mail, rows, logon_dialogs: walk.dialogs.0, config_dialogs: walk.dialogs.1 }
}

/// Walks one scope; gives the number of leaves and adds the rows that were reached.
fn walk(scope: Scope, cast: &Cast, rows: &mut BTreeSet<Row>) -> u32 {
    let mut walk = Walk::new(scope, cast);
    loop {
        walk.begin();
        let Ok(decision) = decide(&mut walk) else { panic!("nothing here waits") };
        rows.extend(decision.path.rows());
        if walk.gone {
            assert_eq!((decision.hr, decision.path.deciding()), (Hresult::MAPI_E_LOGON_FAILED, Row::R8_14));
        } else {
            assert_eq!(as_expected(&walk, &decision), table::decide(&walk.inputs), "{scope:?} {:?}", walk.inputs);
        }
        if !walk.next() {
            return walk.leaves;
        }
    }
}

#[test]
#[allow(clippy::print_stdout)] // The number of leaves is a result of the test.
fn every_answer_leads_where_the_table_says() {
    let cast = Cast::new();
    let mut rows = BTreeSet::new();
    let leaves = [Scope::Choice, Scope::OneService, Scope::TwoServices].map(|scope| walk(scope, &cast, &mut rows));
    println!("{leaves:?} leaves");
    assert!(leaves.iter().sum::<u32>() > 100_000, "{leaves:?}");
    let missed: Vec<Row> = Row::ALL.iter().copied().filter(|row| !rows.contains(row)).collect();
    assert_eq!(missed, Vec::<Row>::new(), "rows that no answers reach");
}

/// What takes the table's turn after a hundred dialogs, which no walk gets to.
#[test]
fn after_a_hundred_wrong_names_the_dialog_counts_as_cancelled() {
    struct Stubborn(u32);
    impl Channel for Stubborn {
        fn find(&mut self, fact: Fact) -> Asked<Found> {
            self.0 += u32::from(fact == Fact::LogonDialog);
            Ok(match fact {
                Fact::LogonDialog => Found::Dialog(DialogEnd::Wrong),
                Fact::Initialized | Fact::ResultPointer | Fact::Flag(LogonFlags::NEW_SESSION | LogonFlags::LOGON_UI) => Found::Yes,
                _ => Found::No,
            })
        }
    }
    let mut user = Stubborn(0);
    let decision = decide(&mut user).expect("nothing here waits");
    assert_eq!((user.0, decision.hr, decision.path.deciding()), (100, Hresult::MAPI_E_USER_CANCEL, Row::R9_5));
}
