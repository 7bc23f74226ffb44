//! The table against the world, over all flags and over random situations; and what has to hold between neighbouring inputs.

use super::bridge::{difference, request, with_empty_name, world_for};
use super::table::{Flags, Inputs, MutexIs, NameIs, ServiceIs, SharedIs, UserDoes, decide};
use super::types::{Config, InvalidParameters, Knobs, Op, Outcome, Pw, S_OK, flag};

/// A small generator of numbers, so that every run is the same.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn often(&mut self) -> bool {
        self.roll(12) != 0
    }

    fn coin(&mut self) -> bool {
        self.roll(2) == 0
    }

    fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.roll(choices.len() as u64) as usize].clone()
    }

    fn list<T: Clone>(&mut self, most: u64, choices: &[T]) -> Vec<T> {
        (0..self.roll(most + 1)).map(|_| self.of(choices)).collect()
    }
}

const NAMES: [NameIs; 8] =
    [NameIs::Null, NameIs::Known, NameIs::App, NameIs::Unknown, NameIs::TooLong, NameIs::Malformed, NameIs::Undecodable, NameIs::Marked];
const SHARED: [SharedIs; 3] = [SharedIs::None, SharedIs::Joinable, SharedIs::Ended];
const CONFIG: [Config; 3] = [Config::Ok, Config::Supply, Config::Cancel];
const USER: [UserDoes; 4] = [UserDoes::PickKnown, UserDoes::WrongName, UserDoes::Create, UserDoes::Cancel];

fn knobs(dice: &mut Dice) -> Knobs {
    let mut one = |rare: bool| if rare { dice.roll(4) == 0 } else { dice.roll(4) != 0 };
    Knobs {
        use_default_overrides_name: one(false),
        explicit_profile_blocks_default: one(true),
        implicit_default: one(true),
        unknown_profile_not_found: one(true),
        prompt_on_unknown_profile: one(true),
        app_profiles: one(false),
        password_ignored: one(true),
        case_sensitive: one(true),
        short_timeout_ms: if one(true) { 0 } else { 5000 },
        strict_service: one(true),
        strict_threads: one(true),
        logoff_shared_by_owner: one(true),
        invalid_parameters: dice.of(&[InvalidParameters::LogonFailed, InvalidParameters::Specific, InvalidParameters::IgnoreFlags]),
        ..Knobs::default()
    }
}

fn inputs(dice: &mut Dice) -> Inputs {
    let service = |dice: &mut Dice| ServiceIs {
        configured: dice.coin(),
        required: dice.coin(),
        has_entry: dice.roll(4) != 0,
        disabled: dice.roll(5) == 0,
    };
    let mut flags = Flags::nth(dice.roll(1 << 15) as u32);
    flags.password_ui &= !dice.often() || !flags.logon_ui;
    flags.nt_service &= dice.coin();
    Inputs {
        initialized: dice.often(),
        thread_initialized: dice.often(),
        result_pointer: dice.often(),
        unknown_bits: !dice.often(),
        flags,
        password: if dice.often() { Pw::Null } else { dice.of(&[Pw::Empty, Pw::Other]) },
        service_process: dice.roll(4) == 0,
        mutex: dice.of(&[MutexIs::Free, MutexIs::Free, MutexIs::Own, MutexIs::OtherBrief, MutexIs::OtherLong]),
        shared: dice.of(&SHARED),
        limit_reached: !dice.often(),
        name: dice.of(&NAMES),
        default: dice.coin(),
        knobs: if dice.coin() { Knobs::default() } else { knobs(dice) },
        user: dice.list(3, &USER),
        tick: dice.coin(),
        services: (0..dice.roll(4)).map(|_| service(dice)).collect(),
        config: dice.list(4, &CONFIG),
        retry: dice.list(4, &CONFIG),
    }
}

/// Holds table and world against each other for one situation, and gives what the world said.
fn compare(i: &Inputs) -> Outcome {
    let said = decide(i);
    let (mut world, op) = world_for(i);
    assert_eq!(world.check(), Ok(()), "the world of {i:?}");
    let (cores, members, slot) = (world.cores.clone(), world.members.clone(), world.shared_slot);
    let outcome = world.apply(&op);
    if let Some(difference) = difference(&said, &outcome) {
        panic!("{i:?}\n{difference}");
    }
    assert_eq!(world.check(), Ok(()), "after {i:?}");
    if said.hr != S_OK {
        assert_eq!((&cores, &members, slot), (&world.cores, &world.members, world.shared_slot), "a failure left a trace: {i:?}");
    }
    outcome
}

#[test]
fn table_and_world_agree_on_all_flags() {
    for number in 0..1 << 15 {
        let name = NAMES[number as usize * 7 / 3 % 8];
        let shared = SHARED[number as usize / 5 % 3];
        let i = Inputs { flags: Flags::nth(number), name, shared, user: vec![UserDoes::PickKnown], ..Inputs::default() };
        compare(&i);
    }
}

#[test]
fn table_and_world_agree_on_random_situations() {
    let mut dice = Dice(1);
    let mut rows = std::collections::BTreeSet::new();
    for _ in 0..60_000 {
        let i = inputs(&mut dice);
        compare(&i);
        rows.extend(decide(&i).rows);
    }
    // Every row of section 3, and the reading that has none.
    let all = "1.1 1.2 2.1 2.2 3.1 3.2 3.3 3.4 4.1 4.2 4.3 5.1 5.2 5.3 5.4 5.5 6.1 6.2 6.3 6.4 J.1 J.2 J.3 7.1 7.2 8.1 8.2 8.3 8.4 8.5 8.6 \
               8.7 8.8 8.9 8.10 8.11 8.12 8.13 8.14 9.1 9.2 9.3 9.4 9.5 10.1 10.2 10.3 11.1 11.2 11.3 11.4 11.5 12.1 12.2 12.3 13.1 13.2 \
               13.3 13.4 3.5";
    let missed: Vec<&str> = all.split_whitespace().filter(|row| !rows.contains(row)).collect();
    assert_eq!(missed, Vec::<&str>::new(), "rows that no situation reached");
}

#[test]
fn mail_flags_never_change_the_decision() {
    let mut dice = Dice(2);
    for _ in 0..5_000 {
        let i = inputs(&mut dice);
        let mut other = i.clone();
        other.flags.no_mail = !i.flags.no_mail;
        other.flags.force_download = !i.flags.force_download;
        other.flags.bg_session = !i.flags.bg_session;
        other.flags.extended = !i.flags.extended;
        other.flags.unicode = !i.flags.unicode;
        other.flags.app_profile = !i.flags.app_profile;
        let (a, b) = (compare(&i), compare(&other));
        let facts = |o: &Outcome| o.session.as_ref().map(|s| (s.profile.clone(), s.joined, s.shared));
        assert_eq!((a.code(), facts(&a)), (b.code(), facts(&b)), "{i:?}");
    }
}

#[test]
fn empty_and_missing_names_are_the_same() {
    let mut dice = Dice(3);
    for _ in 0..5_000 {
        let i = Inputs { name: NameIs::Null, ..inputs(&mut dice) };
        let (mut a, op) = world_for(&i);
        let mut b = a.clone();
        assert_eq!(a.apply(&op), b.apply(&Op::Logon(with_empty_name(&request(&i)))), "{i:?}");
        assert_eq!(a.state(), b.state());
    }
}

#[test]
fn a_given_name_makes_explicit_profile_void() {
    let mut dice = Dice(4);
    for _ in 0..5_000 {
        let i = Inputs { name: dice.of(&NAMES[1..]), ..inputs(&mut dice) };
        let mut other = i.clone();
        other.flags.explicit_profile = !i.flags.explicit_profile;
        assert_eq!(compare(&i), compare(&other), "{i:?}");
    }
}

#[test]
fn a_joinable_session_makes_the_name_void() {
    let mut dice = Dice(5);
    for _ in 0..2_000 {
        let mut i = Inputs { shared: SharedIs::Joinable, ..inputs(&mut dice) };
        i.flags.new_session = false;
        let first = compare(&i);
        for name in NAMES {
            assert_eq!(first, compare(&Inputs { name, ..i.clone() }), "{i:?}");
        }
    }
}

#[test]
fn flag_words_and_numbers_of_combinations() {
    assert_eq!(Flags::nth((1 << 15) - 1).bits(), flag::KNOWN);
    assert_eq!(Flags::nth(0), Flags::default());
    assert_eq!(Flags::from_bits(0x1022).bits(), 0x1022);
}
