//! Values of readings, and the choice of a value for each.

use std::collections::BTreeSet;
use std::fmt;

use super::Reading;
use super::consulted::Consulted;

/// One way to take a reading, as it stands in the `[readings]` table of a fixture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReadingValue {
    /// True or false.
    Bool(bool),
    /// A number.
    Number(i64),
    /// A word.
    Word(&'static str),
}

/// As in TOML: `true`, `5000`, `"logon_failed"`.
impl fmt::Display for ReadingValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadingValue::Bool(value) => write!(f, "{value}"),
            ReadingValue::Number(value) => write!(f, "{value}"),
            ReadingValue::Word(value) => write!(f, "\"{value}\""),
        }
    }
}

impl From<bool> for ReadingValue {
    fn from(value: bool) -> Self {
        ReadingValue::Bool(value)
    }
}

impl From<i64> for ReadingValue {
    fn from(value: i64) -> Self {
        ReadingValue::Number(value)
    }
}

impl From<i32> for ReadingValue {
    fn from(value: i32) -> Self {
        ReadingValue::Number(value.into())
    }
}

impl From<&'static str> for ReadingValue {
    fn from(value: &'static str) -> Self {
        ReadingValue::Word(value)
    }
}

/// The readings that some part of the simulation looks at, in the order of the table. The others belong to parts that are not built yet.
const BUILT: &[Reading] = &[
    Reading::AbUnconfiguredDisablesService,
    Reading::QueryIdentityOpensAb,
    Reading::ArgumentChecks,
    Reading::LastError,
    Reading::Unicode,
    Reading::UnknownFlags,
    Reading::CriticalErrorOnLogoff,
    Reading::DeadQueryInterface,
    Reading::LogoffSharedBy,
    Reading::LogoffSharedScope,
    Reading::AppProfiles,
    Reading::EagerProviders,
    Reading::ExplicitProfileBlocksDefault,
    Reading::ImplicitDefault,
    Reading::InvalidParameters,
    Reading::PasswordPolicy,
    Reading::ProfileNameCase,
    Reading::PromptOnUnknownProfile,
    Reading::ShortTimeoutMs,
    Reading::StrictService,
    Reading::StrictThreads,
    Reading::UnknownProfileResult,
    Reading::UseDefaultOverridesName,
    Reading::EagerTransports,
    Reading::NoMailFlush,
    Reading::Options,
    Reading::OutlookProtocolManager,
    Reading::Delivery,
    Reading::DoneEventsSync,
    Reading::LateDelivery,
    Reading::SessionAdviseNull,
    Reading::UnadviseUnknown,
    Reading::WrappedSinkThread,
    Reading::StoreTableRows,
    Reading::CopyMissingProperty,
    Reading::DeleteMissingProperty,
    Reading::FailedTagId,
    Reading::NamedPropertyCase,
    Reading::NamesOfSet,
    Reading::PropListOrder,
    Reading::SignatureChanges,
    Reading::TypeMismatch,
    Reading::StatusRows,
    Reading::AbortWhenIdle,
    Reading::Collation,
    Reading::InstanceKeyLen,
    Reading::LeafOmitsKeys,
    Reading::MissingColumn,
    Reading::MissingCompare,
    Reading::MvTuple,
    Reading::NegativeReadCursor,
    Reading::QueryAllRowsNull,
    Reading::RestrictColumnsOnly,
    Reading::TableDataInsert,
    Reading::TableDataNotify,
    Reading::UnspecifiedColumn,
    Reading::AllocMoreNull,
    Reading::AllocNeedsInit,
    Reading::FindPropMatch,
    Reading::GetOnePropError,
    Reading::SetOnePropProblem,
];

impl Reading {
    /// Whether some part of the simulation looks at it. What a fixture chooses for another reading changes no answer yet; the loader warns of it.
    #[must_use]
    pub fn has_effect(self) -> bool {
        BUILT.contains(&self)
    }

    /// The default: the first of the values.
    #[must_use]
    pub const fn default_value(self) -> ReadingValue {
        self.values()[0]
    }

    /// The reading of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Reading> {
        Reading::ALL.iter().copied().find(|reading| reading.name() == name)
    }

    /// The value of this reading that is written so: `logon_failed` for a word, with or without quotes, `true`, `5000`.
    #[must_use]
    pub fn value_named(self, text: &str) -> Option<ReadingValue> {
        self.values().iter().copied().find(|value| match value {
            ReadingValue::Word(word) => *word == text || value.to_string() == text,
            _ => value.to_string() == text,
        })
    }

    /// The place of a value among the values of this reading.
    fn position(self, value: ReadingValue) -> Option<u8> {
        let at = self.values().iter().position(|known| *known == value)?;
        u8::try_from(at).ok()
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The chosen value of every reading; the first of each by default.
///
/// It remembers which readings were looked up. That is no part of it: it is not compared, and a copy begins without it.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Readings {
    chosen: Chosen,
    consulted: Consulted,
}

/// The places of the chosen values.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Chosen([u8; Reading::COUNT]);

/// A value that the reading does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{reading}` has no value {value}; it has {}", list(*.reading))]
pub struct NotAValue {
    /// The reading.
    pub reading: Reading,
    /// The value it does not have.
    pub value: ReadingValue,
}

/// The values of a reading, with commas.
fn list(reading: Reading) -> String {
    let values: Vec<String> = reading.values().iter().map(ToString::to_string).collect();
    values.join(", ")
}

impl Default for Chosen {
    fn default() -> Self {
        Chosen([0; Reading::COUNT])
    }
}

impl Chosen {
    fn place(&self, reading: Reading) -> usize {
        usize::from(self.0[reading as usize])
    }
}

impl Readings {
    /// The chosen value.
    #[must_use]
    pub fn get(&self, reading: Reading) -> ReadingValue {
        reading.values()[self.index(reading)]
    }

    /// Whether this value is the chosen one. It must be one of the reading's values.
    #[must_use]
    pub fn is(&self, reading: Reading, value: impl Into<ReadingValue>) -> bool {
        let value = value.into();
        debug_assert!(reading.values().contains(&value), "{}", NotAValue { reading, value });
        self.get(reading) == value
    }

    /// The place of the chosen value among the values of the reading; 0 is the default.
    #[must_use]
    pub fn index(&self, reading: Reading) -> usize {
        self.consulted.note(reading);
        self.chosen.place(reading)
    }

    /// The readings that were looked up since these choices were made or copied, by [`get`](Self::get), [`is`](Self::is) or
    /// [`index`](Self::index): of a world's machine those that could have changed something in it so far.
    ///
    /// ```
    /// use mapi_sim::clause::Reading;
    /// use mapi_sim::{Fixture, LogonFlags};
    ///
    /// let fixture = Fixture::shipped("office").expect("it is shipped").with_readings(Default::default());
    /// let sim = fixture.start();
    /// assert!(sim.logon("Wrok", LogonFlags::EXTENDED | LogonFlags::NEW_SESSION).is_err());
    /// assert!(fixture.machine().readings.consulted().contains(&Reading::UnknownProfileResult));
    /// ```
    #[must_use]
    pub fn consulted(&self) -> BTreeSet<Reading> {
        self.consulted.all()
    }

    /// Chooses a value.
    ///
    /// # Errors
    ///
    /// [`NotAValue`] if the reading has no such value; nothing is changed then.
    pub fn set(&mut self, reading: Reading, value: impl Into<ReadingValue>) -> Result<(), NotAValue> {
        let value = value.into();
        self.chosen.0[reading as usize] = reading.position(value).ok_or(NotAValue { reading, value })?;
        Ok(())
    }

    /// The same choices, but for one: the value at this place. Places are counted round and round, so that every number means a value.
    #[must_use]
    pub fn with_index(mut self, reading: Reading, index: usize) -> Self {
        let at = index % reading.values().len();
        self.chosen.0[reading as usize] = u8::try_from(at).unwrap_or_default();
        self
    }

    /// The readings that are not at their default, with their values.
    pub fn changed(&self) -> impl Iterator<Item = (Reading, ReadingValue)> + '_ {
        let places = Reading::ALL.iter().map(|reading| (*reading, self.chosen.place(*reading)));
        places.filter(|(_, place)| *place != 0).map(|(reading, place)| (reading, reading.values()[place]))
    }
}

/// Only what differs from the default: `Readings { logoff_shared_by = "owner" }`.
impl fmt::Debug for Readings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Readings {")?;
        for (at, (reading, value)) in self.changed().enumerate() {
            write!(f, "{}{reading} = {value}", if at == 0 { " " } else { ", " })?;
        }
        f.write_str(if self.changed().next().is_some() { " }" } else { "}" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reading_has_two_values_or_more_and_goes_by_its_name() {
        assert_eq!(Reading::ALL.len(), 88);
        for (at, reading) in Reading::ALL.iter().enumerate() {
            assert_eq!(*reading as usize, at);
            assert_eq!(Reading::from_name(reading.name()), Some(*reading));
            assert!(reading.values().len() >= 2 && !reading.clauses().is_empty() && !reading.says().is_empty(), "{reading}");
            for (place, value) in reading.values().iter().enumerate() {
                assert_eq!(reading.position(*value).map(usize::from), Some(place), "{reading}: a value twice");
                assert_eq!(reading.value_named(&value.to_string()), Some(*value));
                let kinds = reading.values().iter().map(std::mem::discriminant);
                assert!(kinds.clone().all(|kind| kind == std::mem::discriminant(value)), "{reading}: values of two kinds");
            }
        }
        assert!(Reading::ALL.windows(2).all(|w| w[0].area() < w[1].area() || w[0].name() < w[1].name()));
        assert!(BUILT.windows(2).all(|w| w[0] < w[1]), "in the order of the table, none twice");
    }

    #[test]
    fn choices_are_kept_and_only_those_are_shown() {
        let mut readings = Readings::default();
        assert!(readings.is(Reading::LogoffSharedBy, "any"));
        assert_eq!(format!("{readings:?}"), "Readings {}");
        assert_eq!(readings.set(Reading::LogoffSharedBy, "owner"), Ok(()));
        assert_eq!(readings.set(Reading::ShortTimeoutMs, 0), Ok(()));
        assert_eq!(format!("{readings:?}"), "Readings { logoff_shared_by = \"owner\", short_timeout_ms = 0 }");
        assert_eq!(readings.get(Reading::ShortTimeoutMs), ReadingValue::Number(0));
        let refused = readings.set(Reading::ImplicitDefault, "yes").map_err(|e| e.to_string());
        assert_eq!(refused, Err("`implicit_default` has no value \"yes\"; it has false, true".to_owned()));
        assert_eq!(Readings::default().with_index(Reading::ImplicitDefault, 3).index(Reading::ImplicitDefault), 1);
        assert_eq!(Reading::UnknownProfileResult.value_named("not_found"), Some(ReadingValue::Word("not_found")));
        assert_eq!(Reading::UnknownProfileResult.value_named("true"), None);
    }

    #[test]
    fn look_ups_are_remembered_and_not_compared() {
        let readings = Readings::default();
        assert_eq!(readings.changed().count(), 0);
        assert!(readings.consulted().is_empty(), "showing looks nothing up");
        let _ =
            (readings.get(Reading::AbAdviseNull), readings.index(Reading::UnspecifiedColumn), readings.is(Reading::StatusRows, "active"));
        let wanted = [Reading::AbAdviseNull, Reading::StatusRows, Reading::UnspecifiedColumn];
        assert_eq!(readings.consulted().into_iter().collect::<Vec<_>>(), wanted);
        assert_eq!(readings, Readings::default());
        assert!(readings.clone().consulted().is_empty(), "a copy begins without");
    }
}
