//! The fuzz kit and the property kit: worlds that are worlds, sequences that come everywhere, the same for the same bytes, and plain without any.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;

use crate::adversary::noise as bytes;
use arbitrary::{Arbitrary, Unstructured};
use mapi_sim::call::Call;
use mapi_sim::fuzz::{self, CallSequence, World};
use mapi_sim::{Adversary, Choices, Fixture, LogonFlags, Sim, generate, strategy};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

fn play(world: &World, adversary: &Adversary, calls: &CallSequence) -> Sim {
    let sim = adversary.start(world.fixture());
    calls.clone().play(&sim);
    sim
}

#[test]
fn worlds_are_many_and_plain_without_choices() {
    let worlds: BTreeSet<String> =
        (0..500).map(|seed| World::of(&mut Choices::new(&bytes(seed, World::BYTES))).text().to_owned()).collect();
    assert!(worlds.len() > 300, "{}", worlds.len());
    let all = worlds.into_iter().collect::<String>();
    let keys = [
        "max_sessions",
        "init_failure",
        "kind = ",
        "configured = false",
        "required",
        "disabled",
        "async",
        "categories",
        "named = false",
        "script.mutex",
    ];
    keys.iter().for_each(|key| assert!(all.contains(key), "no world has {key}"));
    let plain = World::of(&mut Choices::default());
    assert_eq!(plain.to_string(), "format = 1\nextends = \"office\"\n");
    assert_eq!(**plain.fixture().profiles(), **Fixture::shipped("office").expect("it is shipped").profiles());
}

/// Nearly every function and method is called, most of them with success too; and what a call needs is there: most objects are real ones.
#[test]
fn sequences_come_everywhere() {
    let mut got: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for seed in 0..1500 {
        let adversary = Adversary::new(&[]);
        let world = World::of(&mut Choices::new(&bytes(seed, World::BYTES)));
        let calls = CallSequence::of(Choices::new(&bytes(seed + 7000, 1500)));
        let sim = play(&world, &adversary, &calls);
        for entry in sim.journal().entries() {
            let (made, well) = got.entry(entry.call().method().to_string()).or_default();
            *made += 1;
            *well += u32::from(entry.hr().is_success());
        }
        sim.discard();
    }
    let never: Vec<String> = Call::methods().map(ToString::to_string).filter(|name| !got.contains_key(name)).collect();
    // What hangs from streams, at the end of a long way.
    assert!(never.len() < 8 && never.iter().all(|name| name.starts_with("IStream::")), "never called: {never:?}");
    let failed: Vec<&String> = got.iter().filter(|(_, (_, well))| *well == 0).map(|(name, _)| name).collect();
    // Those that are not built, or have nothing to give on any object so far.
    assert!(failed.len() < 22, "never with success: {failed:?}");
    let (made, well) = got.values().fold((0, 0), |(made, well), (m, w)| (made + m, well + w));
    assert!(well * 3 > made, "{well} of {made} calls succeed");
}

#[test]
fn a_sequence_uses_some_methods_only_and_is_the_same_every_time() {
    let mut used = BTreeSet::new();
    for seed in 0..40 {
        let calls = CallSequence::of(Choices::new(&bytes(seed, 1200)));
        let adversary = Adversary::new(&bytes(seed, 300));
        let world = World::of(&mut Choices::default());
        let (one, two) = (play(&world, &adversary, &calls), play(&world, &adversary, &calls));
        assert_eq!(one.journal().to_string(), two.journal().to_string());
        let count = one.journal().entries().count();
        assert!(count <= CallSequence::MOST as usize * 8, "{count}");
        used.insert(one.journal().entries().map(|entry| entry.call().method().name).collect::<BTreeSet<_>>());
        one.discard();
        two.discard();
    }
    assert!(used.len() > 30, "each its own methods");
}

#[test]
fn logons_are_those_of_real_clients_and_any_others() {
    let office = Fixture::shipped("office").expect("it is shipped");
    let mut ends = BTreeSet::new();
    for seed in 0..400 {
        let sim = office.start();
        match sim.process("client").logon_ex(generate::logon(&mut Choices::new(&bytes(seed, 24)), &office)) {
            Ok(session) => {
                ends.insert(session.profile_name());
                drop(session);
            }
            Err(failure) => {
                ends.insert(failure.hresult().to_string());
            }
        }
        sim.discard();
    }
    assert!(ends.len() >= 5 && ends.contains("Work") && ends.contains("Home"), "{ends:?}");
}

#[test]
fn inputs_of_a_fuzzer_are_taken_apart() {
    let input = bytes(5, 900);
    let (world, adversary, calls) =
        <(World, Adversary, CallSequence)>::arbitrary_take_rest(Unstructured::new(&input)).expect("enough bytes");
    assert!(!world.text().is_empty());
    assert_ne!(adversary, Adversary::new(&[]));
    let sim = play(&world, &adversary, &calls);
    assert!(sim.journal().entries().count() > 10);
    sim.discard();
    let none = <(World, Adversary, CallSequence)>::arbitrary_take_rest(Unstructured::new(&[])).expect("no bytes are enough");
    assert_eq!(none.1, Adversary::new(&[]));
    assert_eq!(World::size_hint(0), (0, Some(World::BYTES)));
    let mut rest = Unstructured::new(&input);
    let choices = Choices::arbitrary(&mut rest).expect("some");
    assert!(choices.left() > 0 && choices.left() + rest.len() < input.len() + 1);
}

/// A target fails with everything that is needed: what happened, and the scenario.
#[test]
fn a_target_fails_with_the_scenario() {
    let office = Fixture::shipped("office").expect("it is shipped");
    let body = |sim: &Sim| drop(sim.logon("Work", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION).expect("it always works"));
    let failing = (0..200).map(|seed| bytes(seed, 200)).find(|input| Adversary::new(input).run(&office, body).is_err()).expect("one");
    let panic = std::panic::catch_unwind(AssertUnwindSafe(|| fuzz::run(&office, &failing, body))).expect_err("it fails");
    let text = panic.downcast_ref::<String>().expect("a text");
    assert!(text.starts_with("an adversary in the world \"office\": the body panicked: it always works"), "{text}");
    assert!(text.contains("\nformat = 1\n") && text.contains("\nadversary = true\n") | text.contains("\nfault = "), "{text}");
    // And with an input that breaks nothing it goes by.
    fuzz::run(&office, &[], body);
}

/// What proptest finds becomes plain when it is made smaller.
#[test]
fn strategies_shrink_to_the_plain_case() {
    let config = Config { failure_persistence: None, max_shrink_iters: 5000, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let office = Fixture::shipped("office").expect("it is shipped");
    let careless = |sim: &Sim| drop(sim.logon("Work", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION).expect("it always works"));
    let result = runner.run(&(strategy::worlds(), strategy::adversaries()), |(_, adversary)| Ok(adversary.run(&office, careless)?));
    let Err(TestError::Fail(_, (world, adversary))) = result else { panic!("a body that breaks was not found: {result:?}") };
    assert_eq!(world.to_string(), "format = 1\nextends = \"office\"\n", "the world had nothing to do with it");
    let failure = adversary.run(&office, careless).expect_err("it fails");
    assert!(failure.scenario().matches("[[step]]").count() <= 12, "{failure}");
    for strategy in [
        strategy::calls().boxed().prop_map(|calls| format!("{calls:?}")).boxed(),
        strategy::logons(&office).prop_map(|logon| format!("{logon:?}")).boxed(),
    ] {
        assert!(!strategy.new_tree(&mut runner).expect("a value").current().is_empty());
    }
}
