//! Real threads: many worlds at once, several threads in one world, and a call that waits in one thread and goes on in another.

use std::collections::BTreeSet;
use std::sync::{Barrier, Mutex};
use std::thread;

use mapi_sim::kernel::Kernel;
use mapi_sim::mapi::{Prop, Relop, Restriction, SortOrderSet};
use mapi_sim::{
    AddrBook, Error, Failure, Finding, Fixture, Hresult, InitMonitor, Journal, LogoffFlags, Logon, LogonAct, LogonAnswer, LogonFlags,
    MsgStore, PendingLogon, Process, ProfAdmin, PropData, PropTag, Props, ReadingsReport, Report, Row, Rows, Session, Sim, SimDuration,
    SimTime, Snapshot, Status, StoreFlags, Stream, Table, TableData, Warned,
};

const NEW: LogonFlags = LogonFlags::EXTENDED.union(LogonFlags::NEW_SESSION);

fn is_send<T: Send + Sync>() {}
fn is_handle<T: Clone + Send + Sync>() {}

#[test]
fn worlds_handles_and_results_go_from_thread_to_thread() {
    is_send::<Sim>();
    is_send::<PendingLogon>();
    is_handle::<Process>();
    is_handle::<Session>();
    is_handle::<Table>();
    is_handle::<TableData>();
    is_handle::<Props>();
    is_handle::<PropData>();
    is_handle::<Stream>();
    is_handle::<MsgStore>();
    is_handle::<AddrBook>();
    is_handle::<Status>();
    is_handle::<ProfAdmin>();
    is_handle::<InitMonitor>();
    is_handle::<Logon>();
    is_handle::<Rows>();
    is_handle::<Warned<MsgStore>>();
    is_handle::<Failure>();
    is_handle::<Error>();
    is_handle::<Finding>();
    is_handle::<Report>();
    is_handle::<ReadingsReport>();
    is_handle::<Journal>();
    is_handle::<Snapshot>();
    is_handle::<Kernel>();
    is_handle::<Fixture>();
}

fn shared_world() -> Fixture {
    Fixture::shipped("shared").expect("it is shipped")
}

/// What one client does: logs on, reads tables by restriction and order, leaves a value in a store, logs off.
fn visit(client: &Process, round: u32) -> Result<(), Failure> {
    let profile = ["A", "B", "C"][round as usize % 3];
    let flags = if round.is_multiple_of(2) { LogonFlags::EXTENDED | LogonFlags::ALLOW_OTHERS } else { NEW | LogonFlags::NO_MAIL };
    let session = client.logon_ex(Logon::profile(profile).flags(flags))?;
    let status = session.get_status_table(0)?;
    status.restrict(Restriction::property(PropTag::PR_RESOURCE_TYPE, Relop::NE, 37))?;
    status.sort_table(SortOrderSet::by(PropTag::PR_DISPLAY_NAME))?;
    assert!(!status.query_all_rows()?.is_empty());
    let stores = session.get_msg_stores_table(0)?;
    let row = stores.rows()?.next().expect("every profile has a store");
    let store = session.open_msg_store(row.binary(PropTag::PR_ENTRYID).expect("an entry identifier"), StoreFlags::WRITE)?;
    store.set_props(&[Prop::new(PropTag::PR_COMMENT, format!("{} {round}", client.name()))])?;
    assert!(store.get_one(PropTag::PR_COMMENT)?.is_some());
    drop((status, stores, store));
    session.logoff(LogoffFlags::empty())
}

/// Makes the calls of a journal again, one after the other, in a fresh world.
fn replay(fixture: &Fixture, callers: &[(&str, &str)], live: &Sim) -> Sim {
    let again = fixture.start();
    for (process, thread) in callers {
        again.caller(process, thread);
    }
    let journal = live.journal();
    assert_eq!(journal.dropped(), 0, "the journal is whole");
    let mut entries: Vec<_> = journal.entries().collect();
    entries.sort_by_key(|entry| entry.id());
    for (at, entry) in entries.into_iter().enumerate() {
        assert_eq!(entry.id().number() as usize, at + 1, "no call is missing");
        until(&again, entry.times().0);
        let _ = again.begin(entry.caller(), entry.call().clone());
    }
    until(&again, live.now());
    again
}

/// Moves the clock to a time, if it is not there: to move it nowhere would bring about what is due now, which a call may have come before.
fn until(sim: &Sim, time: SimTime) {
    let span = time.as_millis() - sim.now().as_millis();
    if span > 0 {
        sim.advance(SimDuration::from_millis(span));
    }
}

#[test]
fn what_threads_did_in_one_world_can_be_done_again_by_one_thread() {
    const CALLERS: [(&str, &str); 6] =
        [("one", "main"), ("one", "ui"), ("two", "main"), ("two", "worker"), ("three", "main"), ("four", "main")];
    let fixture = shared_world();
    let sim = fixture.start();
    // Processes and threads are named in one order; who calls first is left to the scheduler.
    let clients: Vec<Process> = CALLERS.iter().map(|(process, thread)| sim.process(process).thread(thread)).collect();
    let keeper = clients[0].logon_ex(Logon::profile("A").flags(NEW | LogonFlags::ALLOW_OTHERS)).expect("a shared session");
    let start = Barrier::new(clients.len() + 1);
    thread::scope(|scope| {
        for client in &clients {
            scope.spawn(|| {
                start.wait();
                for round in 0..8 {
                    visit(client, round).unwrap_or_else(|failure| panic!("{failure}"));
                }
            });
        }
        scope.spawn(|| {
            start.wait();
            for _ in 0..40 {
                sim.advance(SimDuration::from_millis(250));
                thread::yield_now();
            }
        });
    });
    assert_eq!(sim.kernel(|kernel| kernel.sessions().count()), 1, "everybody logged off but the keeper");
    assert_eq!(sim.now().as_millis(), 10_000);
    keeper.logoff(LogoffFlags::empty()).expect("logged on");
    drop(keeper);
    let again = replay(&fixture, &CALLERS, &sim);
    let (was, is) = (sim.journal().to_string(), again.journal().to_string());
    assert_eq!(was.lines().zip(is.lines()).find(|(was, is)| was != is), None, "the first line that differs");
    assert_eq!(was.len(), is.len());
    assert!(again.snapshot() == sim.snapshot(), "live:\n{}\nagain:\n{}", sim.state(), again.state());
    again.discard();
}

/// Eight threads of a process share a session and a table.
#[test]
fn each_row_of_a_table_goes_to_one_of_the_threads_that_read_it() {
    shows!("NOTIFY-073");
    let fixture = shared_world();
    let sim = fixture.start();
    let clients: Vec<Process> =
        ["a", "b", "c", "d", "e", "f", "g", "h"].iter().map(|thread| sim.process("reader").thread(thread)).collect();
    let session = clients[0]
        .logon_ex(Logon::new().flags(LogonFlags::EXTENDED | LogonFlags::NEW_SESSION | LogonFlags::USE_DEFAULT))
        .expect("a session");
    let resources = session.get_status_table(0).and_then(|status| status.query_all_rows()).expect("rows").len();
    let data = clients[0].create_table(TableData::DYNAMIC, PropTag::PR_ROWID, &[]).expect("a table");
    for id in 0..200 {
        data.hr_modify_row(&[Prop::new(PropTag::PR_ROWID, id)].into_iter().collect::<Row>()).expect("a row");
    }
    let table = data.hr_get_view(None).expect("a view");
    let read = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in &clients {
            scope.spawn(|| {
                while let Some(row) = table.query_rows(1).expect("rows").pop() {
                    let status = session.get_status_table(0).and_then(|status| status.query_all_rows()).expect("rows");
                    assert_eq!(status.len(), resources);
                    read.lock().expect("no panic").push(row.long(PropTag::PR_ROWID).expect("a number"));
                }
            });
        }
    });
    let read = read.into_inner().expect("no panic");
    assert_eq!(read.len(), 200, "no row twice");
    assert_eq!(read.into_iter().collect::<BTreeSet<_>>(), (0..200).collect());
    session.logoff(LogoffFlags::empty()).expect("logged on");
}

#[test]
fn worlds_in_parallel_do_not_see_each_other() {
    let fixture = shared_world();
    let run = || {
        let sim = fixture.start();
        let client = sim.process("client");
        (0..6).for_each(|round| visit(&client, round).unwrap_or_else(|failure| panic!("{failure}")));
        let text = sim.journal().to_string();
        sim.finish();
        text
    };
    let alone = run();
    let together: Vec<String> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(run)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(together.iter().all(|journal| *journal == alone));
}

/// A world whose user thinks for a minute, the logon that waits for the user, and one that waits for the first to give the logon mutex back.
fn two_that_wait() -> (Sim, PendingLogon, PendingLogon) {
    let sim = Sim::office();
    let slow = LogonAnswer { after: SimDuration::from_secs(60), ..LogonAnswer::from(LogonAct::Pick("Home".into())) };
    sim.script(|script| script.logon_dialog.push_back(slow));
    let user = sim.process("user").begin_logon_ex(Logon::new().flags(NEW | LogonFlags::LOGON_UI));
    let second = sim.process("second").begin_logon_ex(Logon::profile("Work").flags(NEW));
    assert!(user.is_waiting() && second.is_waiting());
    (sim, user, second)
}

#[test]
fn a_call_that_waits_in_one_thread_is_finished_by_another() {
    let (sim, user, second) = two_that_wait();
    // The second is finished first, elsewhere; so the clock runs until the user has answered.
    let (second, user) = thread::scope(|scope| {
        let second = scope.spawn(|| second.finish()).join().expect("no panic").expect("a session");
        assert!(!user.is_waiting(), "the user answered on the way");
        (second, scope.spawn(|| user.finish()).join().expect("no panic").expect("a session"))
    });
    assert_eq!((user.profile_name(), second.profile_name()), ("Home".into(), "Work".into()));
    assert_eq!(sim.now().as_millis(), 60_000);
    for session in [user, second] {
        session.logoff(LogoffFlags::empty()).expect("logged on");
    }
    sim.finish();
}

#[test]
fn a_call_that_waits_goes_on_by_what_another_thread_does() {
    let (sim, user, second) = two_that_wait();
    thread::scope(|scope| {
        scope.spawn(|| sim.kill_process("user"));
    });
    assert!(!second.is_waiting(), "the mutex is free");
    assert_eq!(sim.now().as_millis(), 0, "no time passed");
    assert_eq!(second.finish().expect("a session").profile_name(), "Work");
    drop(user);

    let (sim, user, second) = two_that_wait();
    thread::scope(|scope| {
        scope.spawn(|| sim.advance(SimDuration::from_secs(60)));
    });
    assert!(!user.is_waiting() && !second.is_waiting());
    let hasty = sim.process("hasty").logon_ex(Logon::profile("Work").flags(NEW | LogonFlags::TIMEOUT_SHORT));
    assert_eq!(hasty.map(|_| ()).map_err(|failure| failure.hresult()), Ok::<(), Hresult>(()));
    assert!(user.finish().is_ok() && second.finish().is_ok());
}
