//! Clauses of the catalogue, by number, and the readings that answer the open ones.
//!
//! A clause is one testable statement of the documentation, such as `LOGON-134`; the texts are in `docs/clauses/`. The library carries the numbers only,
//! so that every answer can name the clause that decided it. A [`Reading`] is a point that the documentation leaves open, with the ways to take it.

mod consulted;
mod knobs;
mod reading;

use std::fmt;
use std::str::FromStr;

pub use knobs::Reading;
pub use reading::{NotAValue, ReadingValue, Readings};

/// The number of a clause: `LOGON-134`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClauseId {
    prefix: Prefix,
    number: u16,
}

/// Declares the prefixes once: variant, word, constructor.
macro_rules! prefixes {
    ($($variant:ident $word:literal $new:ident $says:literal;)*) => {
        /// What a clause is about: the word before its number.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Prefix {
            $(#[doc = $says] $variant,)*
        }

        impl Prefix {
            /// All prefixes, in their order.
            pub const ALL: &[Prefix] = &[$(Prefix::$variant,)*];

            /// The word as it is written: `LOGON`.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Prefix::$variant => $word,)*
                }
            }
        }

        impl ClauseId {
            $(
                #[doc = concat!("Clause `", $word, "-` and this number. ", $says)]
                #[must_use]
                pub const fn $new(number: u16) -> Self {
                    ClauseId::new(Prefix::$variant, number)
                }
            )*
        }
    };
}

prefixes! {
    Logon "LOGON" logon "MAPIInitialize, MAPILogonEx and what belongs to them.";
    Session "SESSION" session "IMAPISession.";
    Shutdown "SHUTDOWN" shutdown "Logoff and the fast shutdown.";
    Profile "PROFILE" profile "Profiles, their sections and IProfAdmin.";
    Service "SERVICE" service "Message services and IMsgServiceAdmin.";
    Provider "PROVIDER" provider "Service providers and IProviderAdmin.";
    Status "STATUS" status "The status table and status objects.";
    Spooler "SPOOLER" spooler "The spooler, transports and hooks.";
    Submit "SUBMIT" submit "Submission, delivery, reports.";
    Store "STORE" store "What submission and delivery need of a store.";
    Table "TABLE" table "IMAPITable, restrictions, orders.";
    Prop "PROP" prop "IMAPIProp and property values.";
    Memory "MEMORY" memory "Memory and utility functions.";
    Notify "NOTIFY" notify "Notifications.";
    Error "ERROR" error "Result codes and GetLastError.";
    Eid "EID" eid "Entry identifiers and other keys.";
}

impl ClauseId {
    /// The clause of this prefix and number.
    #[must_use]
    pub const fn new(prefix: Prefix, number: u16) -> Self {
        ClauseId { prefix, number }
    }

    /// What the clause is about.
    #[must_use]
    pub const fn prefix(self) -> Prefix {
        self.prefix
    }

    /// Its number, from 1 on within its prefix.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.number
    }
}

impl fmt::Display for ClauseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:03}", self.prefix.word(), self.number)
    }
}

impl fmt::Debug for ClauseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text is no clause number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a clause number; one looks like LOGON-134")]
pub struct NotAClauseId;

impl FromStr for ClauseId {
    type Err = NotAClauseId;

    /// Reads `LOGON-134`: a prefix, a hyphen and three digits or more, exactly as it prints.
    fn from_str(text: &str) -> Result<Self, NotAClauseId> {
        let (word, digits) = text.split_once('-').ok_or(NotAClauseId)?;
        let prefix = Prefix::ALL.iter().find(|prefix| prefix.word() == word).ok_or(NotAClauseId)?;
        let plain = digits.bytes().all(|b| b.is_ascii_digit()) && (digits.len() == 3 || digits.len() > 3 && !digits.starts_with('0'));
        match digits.parse() {
            Ok(number) if plain && number > 0 => Ok(ClauseId::new(*prefix, number)),
            _ => Err(NotAClauseId),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clause_numbers_print_and_come_back() {
        const ID: ClauseId = ClauseId::logon(134);
        assert_eq!(ID.to_string(), "LOGON-134");
        assert_eq!(size_of::<ClauseId>(), 4);
        for prefix in Prefix::ALL {
            for number in [1, 42, 999, 1000, u16::MAX] {
                let id = ClauseId::new(*prefix, number);
                assert_eq!(id.to_string().parse(), Ok(id));
            }
        }
        for wrong in [
            "",
            "LOGON",
            "LOGON-",
            "LOGON-1",
            "LOGON-0001",
            "LOGON-000",
            "LOGON-+01",
            "logon-134",
            "LOGIN-134",
            "LOGON-99999",
            "LOGON-134 ",
        ] {
            assert_eq!(wrong.parse::<ClauseId>(), Err(NotAClauseId), "{wrong}");
        }
    }

    #[test]
    fn clauses_stand_in_the_order_of_prefix_and_number() {
        assert!(ClauseId::logon(999) < ClauseId::session(1));
        assert!(ClauseId::logon(2) < ClauseId::logon(10));
        assert_eq!(Prefix::ALL.len(), 16);
    }
}
