//! The archiver's traits over a simulated machine. A client of MAPI itself makes the same calls, by `outlook-mapi` or by C.

#![allow(dead_code)] // Each test has a part of it.

use archiver::{Account, Mail, MailError, OpenStore, Store, Wanted, archive};
use mapi_sim::mapi::{Prop, Relop, Restriction, SortOrderSet};
use mapi_sim::{Failure, Fixture, Logon, LogonFlags, MsgStore, Process, PropTag, Session, Sim, StoreFlags, Table};

const MAPI_STORE_PROVIDER: i32 = 33;
const MAPI_SUBSYSTEM: i32 = 39;
const SINK: u32 = 1;

/// A simulated machine that the archiver runs on.
pub struct SimMail<'a> {
    sim: &'a Sim,
    process: Process,
}

/// A session on it.
pub struct SimAccount<'a> {
    sim: &'a Sim,
    process: Process,
    session: Session,
    status: Table,
    connection: Option<u32>,
}

/// An open store of it.
pub struct SimStore(MsgStore);

impl<'a> SimMail<'a> {
    pub fn new(sim: &'a Sim) -> Self {
        sim.keep_notifications(true);
        SimMail { sim, process: sim.process("archiver") }
    }
}

fn error(failure: Failure) -> MailError {
    MailError { code: failure.hresult().code(), text: failure.to_string() }
}

impl<'a> Mail for SimMail<'a> {
    type Account = SimAccount<'a>;

    fn log_on(&self, profile: &str, wanted: Wanted) -> Result<SimAccount<'a>, MailError> {
        let mut flags = LogonFlags::EXTENDED | LogonFlags::NO_MAIL;
        if wanted == Wanted::Own {
            flags |= LogonFlags::NEW_SESSION;
        }
        let session = self.process.logon_ex(Logon::profile(profile).flags(flags)).map_err(error)?;
        let status = session.get_status_table(0).map_err(error)?;
        // A table may be unable to tell of changes; then nothing is heard of.
        let connection = status.advise(SINK).ok();
        Ok(SimAccount { sim: self.sim, process: self.process.clone(), session, status, connection })
    }
}

impl Account for SimAccount<'_> {
    type Open = SimStore;

    fn profile(&self) -> Result<String, MailError> {
        self.status.restrict(Restriction::property(PropTag::PR_RESOURCE_TYPE, Relop::EQ, MAPI_SUBSYSTEM)).map_err(error)?;
        let rows = self.status.query_all_rows().map_err(error)?;
        let name = rows.iter().find_map(|row| row.text(PropTag::PR_DISPLAY_NAME));
        Ok(name.unwrap_or_default().to_owned())
    }

    fn stores(&self) -> Result<Vec<Store>, MailError> {
        let table = self.session.get_msg_stores_table(0).map_err(error)?;
        table.set_columns(&[PropTag::PR_DISPLAY_NAME, PropTag::PR_ENTRYID]).map_err(error)?;
        table.restrict(Restriction::exist(PropTag::PR_ENTRYID)).map_err(error)?;
        table.sort_table(SortOrderSet::by(PropTag::PR_DISPLAY_NAME)).map_err(error)?;
        let store = |row: mapi_sim::Row| {
            let name = row.text(PropTag::PR_DISPLAY_NAME)?.to_owned();
            Some(Store { name, entry_id: row.binary(PropTag::PR_ENTRYID)?.to_vec() })
        };
        Ok(table.rows().map_err(error)?.filter_map(store).collect())
    }

    fn open(&self, store: &Store) -> Result<SimStore, MailError> {
        let store = self.session.open_msg_store(&store.entry_id, StoreFlags::WRITE).map_err(error)?;
        Ok(SimStore(store.into_inner()))
    }

    fn running(&self) -> Result<Vec<String>, MailError> {
        let stores = Restriction::property(PropTag::PR_RESOURCE_TYPE, Relop::EQ, MAPI_STORE_PROVIDER);
        self.status.restrict(stores).map_err(error)?;
        self.status.sort_table(SortOrderSet::by(PropTag::PR_DISPLAY_NAME)).map_err(error)?;
        let rows = self.status.query_all_rows().map_err(error)?;
        Ok(rows.iter().filter_map(|row| row.text(PropTag::PR_DISPLAY_NAME)).map(str::to_owned).collect())
    }

    fn changed(&mut self) -> Result<bool, MailError> {
        self.process.hr_dispatch_notifications().map_err(error)?;
        let mut changed = false;
        while self.sim.take_notification(self.process.caller()).is_some() {
            changed = true;
        }
        Ok(changed)
    }

    fn log_off(self) -> Result<(), MailError> {
        if let Some(connection) = self.connection {
            self.status.unadvise(connection).map_err(error)?;
        }
        drop(self.status);
        self.session.logoff(Default::default()).map_err(error)
    }
}

impl OpenStore for SimStore {
    fn stamp(&self) -> Result<Option<String>, MailError> {
        let row = self.0.get_props(Some(&[PropTag::PR_COMMENT])).map_err(error)?;
        Ok(row.text(PropTag::PR_COMMENT).map(str::to_owned))
    }

    fn set_stamp(&self, stamp: &str) -> Result<(), MailError> {
        let problems = self.0.set_props(&[Prop::new(PropTag::PR_COMMENT, stamp)]).map_err(error)?;
        match problems.first() {
            None => Ok(()),
            Some(problem) => Err(MailError { code: problem.code.code(), text: format!("the stamp was not taken: {}", problem.code) }),
        }
    }
}

/// The world of the tests: `tests/worlds/desk.toml`.
pub fn desk() -> Fixture {
    Fixture::named("desk.toml", include_str!("../worlds/desk.toml")).unwrap_or_else(|error| panic!("{error}"))
}

/// Outlook begins a session on a profile that others may join.
pub fn outlook(sim: &Sim, profile: &str) -> Session {
    let flags = LogonFlags::EXTENDED | LogonFlags::NEW_SESSION | LogonFlags::ALLOW_OTHERS;
    sim.process("outlook").logon_ex(Logon::profile(profile).flags(flags)).unwrap_or_else(|failure| panic!("{failure}"))
}

/// The stamps in the stores of a profile, read by somebody else.
pub fn stamps(sim: &Sim, profile: &str) -> Vec<String> {
    read_stamps(sim, profile).unwrap_or_else(|error| panic!("{error}"))
}

fn read_stamps(sim: &Sim, profile: &str) -> Result<Vec<String>, MailError> {
    let mail = SimMail { sim, process: sim.process("auditor") };
    let account = mail.log_on(profile, Wanted::Own)?;
    let mut stamps = Vec::new();
    for store in account.stores()? {
        stamps.extend(account.open(&store)?.stamp()?);
    }
    account.log_off()?;
    Ok(stamps)
}

/// Archives one profile, in a world where anything may go wrong; and whatever does, nothing is archived of the other.
pub fn archives_its_own(sim: &Sim) -> Result<(), MailError> {
    let archived = archive(&SimMail::new(sim), "Work", "Monday");
    // Where nobody can look, nothing can be said.
    if let Ok(others) = read_stamps(sim, "Private") {
        assert!(others.is_empty(), "asked for \"Work\", archived \"Private\"");
    }
    archived.map(drop)
}
