//! An adversary: a body that keeps to the rules holds, its run is recorded and come back to, and its part can be rehearsed.

use mapi_sim::mapi::{Relop, Restriction};
use mapi_sim::scenario::Scenario;
use mapi_sim::{Adversary, Failure, Fixture, Logon, LogonFlags, PropTag, Sim, Snapshot, State, StoreFlags};
use proptest::prelude::*;

const OWN: LogonFlags = LogonFlags::EXTENDED.union(LogonFlags::NEW_SESSION);

fn world(at: usize) -> Fixture {
    const WORLDS: [&str; 3] = [
        "format = 1\nextends = \"office\"\n",
        r#"
            format = 1
            extends = "office"

            [[fault]]
            call = "OpenMsgStore"
            every = 3
            fail = "MAPI_E_NETWORK_ERROR"

            [script.provider."Personal Folders"]
            logon = ["MAPI_E_FAILONEPROVIDER", "S_OK"]

            [[script.ui.MAPILogonEx]]
            pick = "Home"
            after = "3s"
        "#,
        "format = 1\nextends = \"broken_services\"\n",
    ];
    Fixture::named("world.toml", WORLDS[at % WORLDS.len()]).unwrap_or_else(|error| panic!("{error}"))
}

/// A client that opens what there is, and passes every failure on.
fn client(sim: &Sim) -> Result<(), Failure> {
    let process = sim.process("client");
    let flags = [LogonFlags::EXTENDED, LogonFlags::EXTENDED | LogonFlags::LOGON_UI, OWN];
    for flags in flags {
        let session = process.logon_ex(Logon::profile("Work").flags(flags))?;
        let status = session.get_status_table(0)?;
        let connection = status.advise(1)?;
        let stores = session.get_msg_stores_table(0)?;
        stores.restrict(Restriction::property(PropTag::PR_RESOURCE_FLAGS, Relop::NE, 0))?;
        for row in stores.query_rows(9)? {
            let store = session.open_msg_store(row.binary(PropTag::PR_ENTRYID).unwrap_or_default(), StoreFlags::WRITE)?;
            store.get_props(None)?;
        }
        status.query_all_rows()?;
        process.hr_dispatch_notifications()?;
        status.unadvise(connection)?;
        session.logoff(Default::default())?;
    }
    Ok(())
}

/// Runs a body beside an adversary to its end, however that is; its journal and what was recorded.
fn run(adversary: &Adversary, fixture: &Fixture) -> (String, String, Vec<Snapshot>) {
    let sim = adversary.start(fixture);
    drop(client(&sim));
    let text = sim.record().unwrap_or_else(|error| panic!("{error}"));
    let journal = sim.journal().to_string();
    let last = sim.kernel(|kernel| kernel.last_call().number());
    let moments = (0..=last).map(|call| sim.at(call).unwrap_or_else(|error| panic!("{error}"))).collect();
    sim.discard();
    (journal, text, moments)
}

/// Runs the text of a scenario; the journal that comes of it, and what `look` sees after each step.
fn replay(text: &str) -> (String, Vec<Snapshot>) {
    let scenario = Scenario::named("record.toml", text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let sim = scenario.fixture().start();
    let outcome = scenario.run_by(&sim, &mut &sim);
    assert!(outcome.passed(), "{outcome}\n{text}");
    let journal = sim.journal().to_string();
    let last = sim.kernel(|kernel| kernel.last_call().number());
    let moments = (0..=last).map(|call| sim.at(call).unwrap_or_else(|error| panic!("{error}"))).collect();
    sim.discard();
    (journal, moments)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, max_shrink_iters: 3000, ..ProptestConfig::default() })]

    #[test]
    fn a_client_that_passes_failures_on_holds(at in 0..3usize, bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        Adversary::new(&bytes).against("client").run(&world(at), client)?;
    }

    #[test]
    fn a_run_beside_an_adversary_is_recorded_whole(at in 0..3usize, bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let (journal, text, moments) = run(&Adversary::new(&bytes), &world(at));
        let (again, others) = replay(&text);
        prop_assert!(journal == again, "first:\n{journal}\nagain:\n{again}\n{text}");
        // The script of a replay is known from its beginning, and a process from its first call: what is compared is the state of the rest.
        for (call, (one, other)) in moments.iter().zip(&others).enumerate() {
            let (one, other) = (State { processes: Vec::new(), ..one.state() }, State { processes: Vec::new(), ..other.state() });
            prop_assert!(one == other, "after call #{call}: {}", one.diff(&other));
        }
    }

    #[test]
    fn what_an_adversary_did_can_be_rehearsed(at in 0..3usize, bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let (journal, text, _) = run(&Adversary::new(&bytes), &world(at));
        let scenario = Scenario::named("record.toml", &text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let mut again = String::new();
        scenario.rehearse(|sim: &Sim| {
            drop(client(sim));
            again = sim.journal().to_string();
        })?;
        prop_assert!(journal == again, "first:\n{journal}\nrehearsed:\n{again}\n{text}");
    }
}
