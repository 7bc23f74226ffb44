//! Which readings were looked up.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::Reading;

/// Notes of look-ups, a bit for each reading. They are no part of the choices: they compare equal to all others, and a copy begins without any.
/// Bits are only ever set, so that the order of look-ups, also by several threads, does not matter.
#[derive(Default)]
pub(super) struct Consulted([AtomicU64; WORDS]);

const WORDS: usize = Reading::COUNT.div_ceil(64);

impl Consulted {
    /// Notes a look-up. A reading that was noted before costs one load.
    pub(super) fn note(&self, reading: Reading) {
        let (word, bit) = (&self.0[reading as usize / 64], 1 << (reading as usize % 64));
        if word.load(Relaxed) & bit == 0 {
            word.fetch_or(bit, Relaxed);
        }
    }

    /// The readings that were noted.
    pub(super) fn all(&self) -> BTreeSet<Reading> {
        let noted = |reading: &&Reading| self.0[**reading as usize / 64].load(Relaxed) >> (**reading as usize % 64) & 1 != 0;
        Reading::ALL.iter().filter(noted).copied().collect()
    }
}

impl Clone for Consulted {
    fn clone(&self) -> Self {
        Consulted::default()
    }
}

impl PartialEq for Consulted {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Consulted {}

impl PartialOrd for Consulted {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Consulted {
    fn cmp(&self, _: &Self) -> Ordering {
        Ordering::Equal
    }
}

impl Hash for Consulted {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl fmt::Debug for Consulted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.all().fmt(f)
    }
}
