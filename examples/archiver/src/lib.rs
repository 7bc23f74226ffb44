//! The MAPI layer of a mail archiver.
//!
//! The archiver knows MAPI through the traits [`Mail`] and [`Account`] alone. In production they are implemented over MAPI itself, on Windows; in the
//! tests over a simulated machine (`tests/support`), on any system.

use std::fmt;

/// A system that accounts can be logged on to.
pub trait Mail {
    /// What a logon gives.
    type Account: Account;

    /// Logs on: to a session that is there and shared, if there is one and it will do, or to one of our own. A session that is shared is on the
    /// profile of whoever began it, whatever `profile` says.
    fn log_on(&self, profile: &str, session: Wanted) -> Result<Self::Account, MailError>;
}

/// Which session a logon may get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A shared one too: cheap, because the providers are logged on already.
    Any,
    /// One of our own.
    Own,
}

/// An account that is logged on.
pub trait Account {
    /// A message store that is open.
    type Open: OpenStore;

    /// The profile that the session is on.
    fn profile(&self) -> Result<String, MailError>;
    /// The message stores, by name.
    fn stores(&self) -> Result<Vec<Store>, MailError>;
    /// Opens one of them.
    fn open(&self, store: &Store) -> Result<Self::Open, MailError>;
    /// The names of the stores that are logged on, by us or by others of the session.
    fn running(&self) -> Result<Vec<String>, MailError>;
    /// Whether that changed since this was asked last.
    fn changed(&mut self) -> Result<bool, MailError>;
    /// Logs off.
    fn log_off(self) -> Result<(), MailError>;
}

/// A message store that is open.
pub trait OpenStore {
    /// What the archiver wrote into the store when it was there last.
    fn stamp(&self) -> Result<Option<String>, MailError>;
    /// Writes it anew.
    fn set_stamp(&self, stamp: &str) -> Result<(), MailError>;
}

/// A message store of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    pub name: String,
    pub entry_id: Vec<u8>,
}

/// What MAPI refused.
#[derive(Clone, PartialEq, Eq)]
pub struct MailError {
    /// The HRESULT.
    pub code: u32,
    /// For people.
    pub text: String,
}

impl fmt::Display for MailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for MailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for MailError {}

/// What was archived.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Archived {
    /// The stores that were new, or had been archived before another date.
    pub stores: Vec<String>,
    /// The stores that had been archived already.
    pub skipped: Vec<String>,
    /// The stores that were logged on meanwhile.
    pub running: Vec<String>,
}

/// Archives the stores of a profile, and leaves the stamp in each.
///
/// # Errors
///
/// What MAPI refused. The account is logged off all the same.
pub fn archive(mail: &impl Mail, profile: &str, stamp: &str) -> Result<Archived, MailError> {
    let mut account = log_on(mail, profile)?;
    let archived = archive_stores(&mut account, stamp);
    let logged_off = account.log_off();
    let archived = archived?;
    logged_off.map(|()| archived)
}

/// Logs on to the profile, by a shared session if it is on that one.
fn log_on<M: Mail>(mail: &M, profile: &str) -> Result<M::Account, MailError> {
    let account = mail.log_on(profile, Wanted::Any)?;
    // The planted mistake: whoever shares a session shares it on the profile of his own choice.
    if cfg!(feature = "bug") {
        return Ok(account);
    }
    match account.profile() {
        Ok(found) if found == profile => Ok(account),
        _ => {
            account.log_off()?;
            mail.log_on(profile, Wanted::Own)
        }
    }
}

fn archive_stores(account: &mut impl Account, stamp: &str) -> Result<Archived, MailError> {
    let mut archived = Archived { running: account.running()?, ..Archived::default() };
    let mut open = Vec::new();
    for store in account.stores()? {
        open.push((account.open(&store)?, store.name));
    }
    if account.changed()? {
        archived.running = account.running()?;
    }
    for (store, name) in open {
        if store.stamp()?.as_deref() == Some(stamp) {
            archived.skipped.push(name);
            continue;
        }
        // Here an archiver reads the messages of the store.
        store.set_stamp(stamp)?;
        archived.stores.push(name);
    }
    Ok(archived)
}
