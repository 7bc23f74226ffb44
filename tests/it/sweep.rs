//! The fault sweep: it fails every call in every way, and names the one that broke the body.

use mapi_sim::call::{Call, Method};
use mapi_sim::scenario::Scenario;
use mapi_sim::{
    Failure, Fixture, Hresult, InitFlags, Kinds, LogoffFlags, Logon, LogonFlags, PropTag, Sim, SimDuration, StoreFlags, Sweep, Value, sweep,
};

const QUIET: LogonFlags = LogonFlags::EXTENDED.union(LogonFlags::NEW_SESSION).union(LogonFlags::NO_MAIL);

fn office() -> Fixture {
    Fixture::shipped("office").expect("shipped")
}

/// A client that does everything right: it passes failures on and lets go of what it has.
fn good(sim: &Sim) -> Result<usize, Failure> {
    let session = sim.logon("Work", QUIET)?;
    let rows = session.get_msg_stores_table(0)?.query_rows(10)?;
    for row in &rows {
        let id = row.props.iter().find(|prop| prop.tag == PropTag::PR_ENTRYID).map(|prop| &prop.value);
        if let Some(Value::Binary(id)) = id {
            let store = session.open_msg_store(id, StoreFlags::empty())?.into_inner();
            store.get_prop_list()?;
        }
    }
    session.logoff(LogoffFlags::empty())?;
    Ok(rows.len())
}

#[test]
fn a_client_that_passes_failures_on_is_clean() {
    let found = sweep(&office(), Kinds::default(), good);
    found.expect_clean();
    // MAPILogonEx, GetMsgStoresTable, QueryRows, two stores with OpenMsgStore and GetPropList, Logoff.
    assert_eq!(found.calls(), 8);
    insta::assert_snapshot!(found, @r#"the sweep over the world "office" failed 8 call(s) in 53 run(s) and found nothing"#);
}

#[test]
fn every_call_meets_every_code_once_and_from_then_on() {
    let seen = std::cell::RefCell::new(Vec::new());
    let found = sweep(&office(), Kinds::default(), |sim: &Sim| {
        let ends = (sim.logon("Work", QUIET).err(), sim.logon("Work", QUIET).err());
        seen.borrow_mut().push((ends.0.map(|failure| failure.hresult()), ends.1.map(|failure| failure.hresult())));
    });
    assert_eq!(found.broken(), []);
    let mut expected = vec![(None, None)];
    let codes = [Hresult::MAPI_E_LOGON_FAILED, Hresult::MAPI_E_TIMEOUT, Hresult::MAPI_E_USER_CANCEL, Hresult::MAPI_E_CALL_FAILED];
    expected.extend(codes.map(|hr| (Some(hr), None)));
    expected.extend(codes.map(|hr| (Some(hr), Some(hr))));
    expected.extend(codes.map(|hr| (None, Some(hr))));
    expected.extend(codes.map(|hr| (None, Some(hr))));
    expected.push((None, None));
    assert_eq!(*seen.borrow(), expected, "the last run has no such call");
}

/// Ten clients with one mistake each, by what is wrong with them.
fn planted() -> Vec<(&'static str, Sweep)> {
    let office = office();
    let all = Kinds::default;
    let table = |sim: &Sim| sim.logon("Work", QUIET).and_then(|session| session.get_status_table(0)).map(drop);
    table(&Sim::office()).expect("it works without faults");
    vec![
        ("unwraps the logon", sweep(&office, all(), |sim: &Sim| drop(sim.logon("Work", QUIET).expect("logged on")))),
        (
            "unwraps the table",
            sweep(&office, all(), |sim: &Sim| {
                let session = sim.logon("Work", QUIET)?;
                drop(session.get_status_table(0).expect("there is always one"));
                session.logoff(LogoffFlags::empty())
            }),
        ),
        (
            "takes it that there are rows",
            sweep(&office, all(), |sim: &Sim| {
                let session = sim.logon("Work", QUIET)?;
                let rows = session.get_msg_stores_table(0)?.query_rows(10).unwrap_or_default();
                assert!(!rows[0].props.is_empty());
                session.logoff(LogoffFlags::empty())
            }),
        ),
        (
            "forgets the session if the table cannot be had",
            sweep(&office, all(), |sim: &Sim| {
                let session = sim.logon("Work", QUIET)?;
                match session.get_status_table(0) {
                    Ok(_) => session.logoff(LogoffFlags::empty()),
                    Err(failure) => {
                        std::mem::forget(session);
                        Err(failure)
                    }
                }
            }),
        ),
        (
            "forgets a table if it cannot be read",
            sweep(&office, all(), |sim: &Sim| {
                let session = sim.logon("Work", QUIET)?;
                let table = session.get_status_table(0)?;
                if table.query_rows(1).is_err() {
                    std::mem::forget(table);
                }
                session.logoff(LogoffFlags::empty())
            }),
        ),
        (
            "tries again for ever, and gives up with a panic",
            sweep(&office, all(), |sim: &Sim| {
                let session = sim.logon("Work", QUIET)?;
                let tries = (0..100).find(|_| session.get_status_table(0).is_ok());
                assert!(tries.is_some(), "a hundred times");
                session.logoff(LogoffFlags::empty())
            }),
        ),
        (
            "takes every failure of a store for one that it knows",
            sweep(&office, all(), |sim: &Sim| {
                let session = sim.logon("Work", QUIET)?;
                if let Err(failure) = session.open_address_book(0) {
                    assert_eq!(failure.hresult(), Hresult::MAPI_E_NOT_FOUND);
                }
                session.logoff(LogoffFlags::empty())
            }),
        ),
        (
            "takes a warning for a failure",
            sweep(&office, all(), |sim: &Sim| {
                let session = sim.logon("Work", QUIET)?;
                if let Ok(book) = session.open_address_book(0) {
                    assert_eq!(book.warning(), None);
                }
                session.logoff(LogoffFlags::empty())
            }),
        ),
        (
            "leaves MAPI initialised if the logon fails",
            sweep(&office, all(), |sim: &Sim| {
                let client = sim.uninitialized_process("client");
                client.initialize(InitFlags::empty())?;
                client.logon_ex(Logon::profile("Work").flags(QUIET))?.logoff(LogoffFlags::empty())?;
                client.uninitialize();
                Ok::<(), Failure>(())
            }),
        ),
        (
            "asks for the last error and unwraps it",
            sweep(&office, all(), |sim: &Sim| {
                let session = sim.logon("Work", QUIET)?;
                if let Err(failure) = session.get_status_table(0) {
                    drop(session.get_last_error(failure.hresult()).expect("MAPI has a text").expect("a text"));
                }
                session.get_last_error(Hresult::MAPI_E_NOT_FOUND).expect("MAPI can be asked");
                session.logoff(LogoffFlags::empty())
            }),
        ),
    ]
}

#[test]
fn ten_planted_mistakes_are_found_with_the_call() {
    let mut text = String::new();
    for (mistake, found) in planted() {
        assert!(!found.broken().is_empty(), "{mistake}: {found}");
        text += &format!("{mistake}\n  {}: {}\n", found.broken()[0].fault, found.broken()[0].how);
    }
    insta::assert_snapshot!(text);
}

#[test]
fn the_report_names_the_call_and_gives_it_as_a_scenario() {
    let found = sweep(&office(), Kinds::codes([Hresult::MAPI_E_NETWORK_ERROR]), |sim: &Sim| {
        let session = sim.logon("Work", QUIET)?;
        let table = session.get_msg_stores_table(0)?;
        let _ = table.query_rows(1);
        assert_eq!(table.query_rows(1).expect("rows again").len(), 1);
        drop(table);
        session.logoff(LogoffFlags::empty())
    });
    insta::assert_snapshot!(found);
    assert_eq!(found.broken().len(), 3, "the first read for good, the second once and for good");
    for broken in found.broken() {
        let scenario = Scenario::named("sweep.toml", &broken.scenario).unwrap_or_else(|error| panic!("{error}\n{}", broken.scenario));
        let outcome = scenario.run();
        assert!(outcome.passed(), "{outcome}\n{}", broken.scenario);
    }
}

#[test]
fn a_body_that_fails_without_a_fault_is_told_so() {
    let found = sweep(&office(), Kinds::default(), |sim: &Sim| sim.logon("Wrok", QUIET).map(drop).map_err(|failure| failure.hresult()));
    assert_eq!(found.runs(), 1);
    insta::assert_snapshot!(found);
}

#[test]
fn a_sweep_has_an_end() {
    let found = sweep(&office(), Kinds::default().at_most(7), good);
    assert_eq!((found.runs(), found.stopped()), (7, true));
    insta::assert_snapshot!(found, @r#"
    the sweep over the world "office" failed 1 call(s) in 7 run(s) and found nothing
    it stopped there: no more runs were allowed; the rest is not swept
    "#);
    let panic = std::panic::catch_unwind(|| found.expect_clean());
    assert!(panic.is_err(), "a sweep that is not through is no success");
}

#[test]
fn kinds_say_with_what_calls_are_failed() {
    let method = |name: &str| -> &'static Method { Call::methods().find(|method| method.name == name).expect("a method") };
    let open = Kinds::documented().of(method("OpenMsgStore"));
    assert!(open.contains(&Hresult::MAPI_E_UNKNOWN_CPID) && open.contains(&Hresult::MAPI_W_ERRORS_RETURNED), "{open:?}");
    assert!(open.contains(&Hresult::MAPI_E_CALL_FAILED) && !open.contains(&Hresult::MAPI_E_DISK_ERROR), "{open:?}");
    assert!(Kinds::documented().and_common().of(method("OpenMsgStore")).contains(&Hresult::MAPI_E_DISK_ERROR));
    assert_eq!(Kinds::codes([Hresult::MAPI_E_OFFLINE]).of(method("QueryRows")), [Hresult::MAPI_E_OFFLINE]);
    assert_eq!(Kinds::documented().of(method("Release")), []);
    let runs = |kinds: Kinds| sweep(&office(), kinds, good).runs();
    let (both, once, lasting) = (runs(Kinds::default()), runs(Kinds::default().transient()), runs(Kinds::default().persistent()));
    assert!(once < both && lasting < both && once > 8, "{both} {once} {lasting}");
}

/// The scenario of a sweep is the world that broke: with its own faults and readings, and with calls of one process failing.
#[test]
fn the_scenario_of_a_sweep_keeps_its_world() {
    let world = r#"
        format = 1
        extends = "office"

        [readings]
        last_error = "cleared"

        [[fault]]
        call = "GetMsgStoresTable"
        process = "swept"
        nth = 1
        fail = "MAPI_E_NETWORK_ERROR"
    "#;
    let world = Fixture::named("world.toml", world).expect("it reads");
    let found = sweep(&world, Kinds::codes([Hresult::MAPI_E_NOT_ENOUGH_MEMORY]).of_process("swept"), |sim: &Sim| {
        let other = sim.process("other").logon_ex(Logon::profile("Work").flags(QUIET)).expect("calls of others do not fail");
        other.get_msg_stores_table(0).expect("nor does this");
        let swept = sim.process("swept").logon_ex(Logon::profile("Work").flags(QUIET))?;
        swept.get_msg_stores_table(0).map(drop).expect_err("the fault of the world");
        sim.advance(SimDuration::from_secs(2));
        swept.get_msg_stores_table(0).expect("it fails once").query_rows(1)?;
        other.get_msg_stores_table(0).expect("nor does this");
        other.logoff(LogoffFlags::empty())
    });
    assert_eq!(found.broken().len(), 2, "once and for good: {found}");
    for broken in found.broken() {
        let scenario = Scenario::named("sweep.toml", &broken.scenario).unwrap_or_else(|error| panic!("{error}\n{}", broken.scenario));
        let outcome = scenario.run();
        assert!(outcome.passed(), "{outcome}\n{}", broken.scenario);
    }
    insta::assert_snapshot!(found.broken()[1].scenario);
}

/// What others do on the machine does not fail, and a misspelt name is no success.
#[test]
fn a_sweep_can_be_of_one_process() {
    let body = |sim: &Sim| {
        let other = sim.process("other").logon_ex(Logon::profile("Work").flags(QUIET)).expect("calls of others do not fail");
        let swept = sim.process("swept").logon_ex(Logon::profile("Work").flags(QUIET)).map(drop);
        drop(other);
        swept.map_err(|failure| failure.hresult())
    };
    let found = sweep(&office(), Kinds::default().of_process("swept"), body);
    assert!(found.calls() > 0 && found.runs() > 4, "{found}");
    found.expect_clean();
    let misspelt = std::panic::catch_unwind(|| sweep(&office(), Kinds::default().of_process("swpet"), body));
    let text = misspelt.expect_err("nobody has that name");
    assert_eq!(text.downcast_ref::<String>().expect("a text"), "the sweep is of the process \"swpet\", which the body does not use");
}

/// A client that calls nearly every method of the typed face, and goes on after a failure as far as it can.
fn everything(sim: &Sim) {
    let client = sim.uninitialized_process("client");
    if client.initialize(InitFlags::empty()).is_err() {
        return;
    }
    if let Ok(monitor) = client.create_mapi_initialization_monitor() {
        let _ = (monitor.is_initialized(), monitor.wait(1));
    }
    let _ = client.hr_dispatch_notifications();
    if let Ok(admin) = client.admin_profiles() {
        let _ = (admin.rename_profile("Home", "House"), admin.set_default_profile(Some("House")), admin.delete_profile("House"));
    }
    if let Ok(session) = client.logon_ex(Logon::profile("Work").flags(QUIET)) {
        on_session(&session);
        let _ = session.logoff(LogoffFlags::empty());
    }
    let pending = client.begin_logon_ex(Logon::profile("Work").flags(QUIET));
    if let Ok(session) = pending.finish() {
        let _ = session.logoff(LogoffFlags::empty());
    }
    if let Ok(one) = client.create_iprop() {
        properties(&client, &one);
    }
    if let Ok(data) = client.create_table(0, PropTag::PR_ROWID, &[PropTag::PR_ROWID, PropTag::PR_DISPLAY_NAME]) {
        rows(&data);
    }
    client.uninitialize();
}

fn on_session(session: &mapi_sim::Session) {
    let connection = session.advise(mapi_sim::mapi::NotifyEvents::CRITICAL_ERROR, 1);
    let _ = (session.query_identity(), session.enum_adr_types(), session.get_last_error(Hresult::MAPI_E_NOT_FOUND));
    let _ = (session.profile_name(), session.joined(), session.is_shared(), session.query_fast_shutdown());
    if let Ok(status) = session.get_status_table(0) {
        for row in status.query_all_rows().map(|rows| rows.to_vec()).unwrap_or_default() {
            if let Some(Value::Binary(id)) = row.get(PropTag::PR_ENTRYID)
                && let Ok(object) = session.open_status(id)
            {
                let _ = (object.validate_state(0), object.settings_dialog(0), object.flush_queues(0), object.get_props(None));
            }
        }
        table(&status);
    }
    if let Ok(stores) = session.get_msg_stores_table(0) {
        for row in stores.rows().into_iter().flatten() {
            if let Some(Value::Binary(id)) = row.get(PropTag::PR_ENTRYID) {
                let _ = session.compare_entry_ids(id, id);
                if let Ok(store) = session.open_msg_store(id, StoreFlags::empty()) {
                    let store = store.into_inner();
                    let _ = (store.get_props(None), store.get_one(PropTag::PR_DISPLAY_NAME), store.get_prop_list());
                }
            }
        }
    }
    if let Ok(book) = session.open_address_book(0) {
        let _ = book.into_inner().get_prop_list();
    }
    let _ = connection.map(|connection| session.unadvise(connection));
}

fn table(table: &mapi_sim::Table) {
    use mapi_sim::Bookmark;
    let _ = (table.get_status(), table.query_columns(), table.query_all_columns(), table.set_columns(&[PropTag::PR_ENTRYID]));
    let _ = (table.get_row_count(), table.seek_row(Bookmark::BEGINNING, 1), table.seek_row_approx(1, 2), table.query_position());
    let _ = (table.restrict(None), table.query_sort_order(), table.abort(), table.wait_for_completion(1));
    if let Ok(mark) = table.create_bookmark() {
        let _ = (table.seek_row(mark, 0), table.free_bookmark(mark));
    }
    let _ = (table.expand_row(&[], 1), table.collapse_row(&[]), table.get_collapse_state(&[]), table.query_rows_no_advance(1));
    let _ = table.advise(1).map(|connection| table.unadvise(connection));
}

fn properties(client: &mapi_sim::Process, one: &mapi_sim::PropData) {
    use mapi_sim::mapi::{CopyFlags, Guid, NameId, OpenFlags, Prop, SaveFlags};
    let names = [NameId::string(Guid::PS_PUBLIC_STRINGS, "Keywords")];
    let _ = (one.set_props(&[Prop::new(PropTag::PR_SUBJECT, "text")]), one.get_ids_from_names(Some(&names), true));
    let _ = (one.get_names_from_ids(None, None, Default::default()), one.get_one(PropTag::PR_SUBJECT), one.get_props(None));
    if let Ok(other) = client.create_iprop() {
        let _ = (one.copy_to(&other, &[], CopyFlags::empty()), one.copy_props(&other, &[PropTag::PR_SUBJECT], CopyFlags::empty()));
    }
    if let Ok(stream) = one.open_property(PropTag::PR_SUBJECT, OpenFlags::empty()) {
        let _ = (stream.read(2), stream.write(b"xx"), stream.seek(0, 0), stream.set_size(0), stream.stat(), stream.commit());
    }
    let _ = (one.hr_get_prop_access(None), one.hr_add_obj_props(&[PropTag::PR_SUBJECT]), one.hr_set_obj_access(1));
    let _ = (one.delete_props(&[PropTag::PR_SUBJECT]), one.save_changes(SaveFlags::empty()), one.get_last_error(Hresult::MAPI_E_NOT_FOUND));
}

fn rows(data: &mapi_sim::TableData) {
    let row = |number: i32| mapi_sim::Row { props: vec![mapi_sim::mapi::Prop::new(PropTag::PR_ROWID, number)] };
    let _ = (data.hr_modify_row(&row(1)), data.hr_modify_rows(vec![row(2), row(3)]), data.hr_insert_row(0, &row(4)));
    if let Ok(view) = data.hr_get_view(None) {
        table(&view);
    }
    let _ = (data.hr_query_row(1, PropTag::PR_ROWID), data.hr_enum_row(0), data.hr_notify(1, PropTag::PR_ROWID));
    let _ = (data.hr_delete_row(1, PropTag::PR_ROWID), data.hr_delete_rows(vec![row(2)]), data.hr_delete_all_rows());
}

#[test]
fn no_method_of_the_typed_face_panics_however_a_call_fails() {
    sweep(&office(), Kinds::default(), everything).expect_clean();
    let others = Kinds::codes([Hresult::S_FALSE, Hresult::new(0x8123_4567)]);
    sweep(&Fixture::shipped("minimal").expect("shipped"), others.transient(), everything).expect_clean();
}
