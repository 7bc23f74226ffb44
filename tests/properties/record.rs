//! A run that was recorded does the same again; and every moment of it can be come back to.

use mapi_sim::scenario::Scenario;
use mapi_sim::{Fixture, Sim, Snapshot};
use proptest::prelude::*;

use crate::support::choices::Bytes;
use crate::support::player::Player;
use crate::support::{OP_BYTES, WORLD_BYTES, generate, split, split_of_sessions};

/// Worlds with the profiles that the operations name.
const WORLDS: [&str; 3] = [
    r#"
        format = 1
        extends = "office"

        [[profile]]
        name = "A"
        services = ["LOCAL", "INET"]
    "#,
    r#"
        format = 1
        extends = "standard"

        [readings]
        eager_providers = true
        delivery = "inline"

        [[profile]]
        name = "A"
        default = true
        services = ["LOCAL", "INET"]

        [[profile]]
        name = "Work"
        services = ["LOCAL"]

        [[script.ui.MAPILogonEx]]
        pick = "A"
        after = "3s"

        [[script.ui.MAPILogonEx]]
        cancel = true

        [[script.mutex]]
        process = "setup"
        from = "2s"
        for = "7s"
    "#,
    r#"
        format = 1
        extends = "standard"

        [machine]
        max_sessions = 2

        [[profile]]
        name = "A"
        services = ["INET"]

        [[script.mutex]]
        process = "p3"
        thread = "t2"
        from = "4s"
    "#,
];

fn world(at: usize) -> Fixture {
    Fixture::named("world.toml", WORLDS[at % WORLDS.len()]).unwrap_or_else(|error| panic!("{error}"))
}

/// Does random things, with the model for a sense of what is there; `after` looks at the world after each of them.
fn play(sim: &Sim, input: &[u8], of_sessions: bool, mut after: impl FnMut(&Sim)) {
    let (plan, pieces): (_, Vec<&[u8]>) = if of_sessions {
        let (plan, pieces) = split_of_sessions(input);
        (plan, pieces.collect())
    } else {
        let (plan, pieces) = split(input);
        (plan, pieces.collect())
    };
    let mut model = plan.world.clone();
    let mut player = Player::new(sim, mapi_sim::CodePage::default());
    for op in plan.start() {
        model.apply(&op);
        player.apply(&op);
        after(sim);
    }
    for piece in pieces {
        let op = generate::op(&mut Bytes::new(piece), &plan, &model);
        model.apply(&op);
        player.apply(&op);
        after(sim);
    }
}

/// Runs a text, and gives the journal and the state that come of it.
fn run(text: &str) -> (String, String) {
    let scenario = Scenario::named("record.toml", text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let sim = scenario.fixture().start();
    let outcome = scenario.run_by(&sim, &mut &sim);
    assert!(outcome.passed(), "{outcome}\n{text}");
    let end = (sim.journal().to_string(), sim.state().to_string());
    sim.discard();
    end
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, max_shrink_iters: 2000, ..ProptestConfig::default() })]

    #[test]
    fn a_recorded_run_replays_to_the_same_journal(
        at in 0..WORLDS.len(),
        of_sessions in any::<bool>(),
        world_bytes in proptest::collection::vec(any::<u8>(), WORLD_BYTES),
        ops in proptest::collection::vec(proptest::collection::vec(any::<u8>(), OP_BYTES), 1..60),
    ) {
        let sim = world(at).start();
        play(&sim, &[world_bytes, ops.concat()].concat(), of_sessions, |_| {});
        let text = sim.record().unwrap_or_else(|error| panic!("{error}"));
        let (journal, state) = (sim.journal().to_string(), sim.state().to_string());
        sim.discard();
        let again = run(&text);
        prop_assert!(journal == again.0, "first:\n{journal}\nagain:\n{}\n{text}", again.0);
        // A process that was named and never called is in no scenario; all else is.
        prop_assert_eq!(state, again.1);
    }

    #[test]
    fn every_moment_can_be_come_back_to(
        at in 0..WORLDS.len(),
        world_bytes in proptest::collection::vec(any::<u8>(), WORLD_BYTES),
        ops in proptest::collection::vec(proptest::collection::vec(any::<u8>(), OP_BYTES), 1..60),
    ) {
        let sim = world(at).start();
        let mut moments: Vec<(u32, Snapshot)> = Vec::new();
        play(&sim, &[world_bytes, ops.concat()].concat(), true, |sim| {
            let call = sim.kernel(|kernel| kernel.last_call().number());
            // Of what was done after a call the moment after it knows nothing.
            if moments.last().is_none_or(|(last, _)| *last != call) {
                moments.push((call, sim.snapshot()));
            }
        });
        let back: Vec<Snapshot> = moments.iter().map(|(call, _)| sim.at(*call).unwrap_or_else(|error| panic!("{error}"))).collect();
        sim.discard();
        for ((call, then), back) in moments.iter().zip(&back) {
            prop_assert!(back == then, "after call #{call}:\n{}", then.diff(back));
        }
    }
}
