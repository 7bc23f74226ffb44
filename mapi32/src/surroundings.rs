//! What the allocator and the utility functions ask of the world of the calling thread.

use std::cell::Cell;
use std::sync::atomic::Ordering;

use mapi_sim::clause::Reading;
use mapi_sim::mapi::CodePage;

use crate::ledger::Problem;
use crate::memory::{self, Finding, Place, Standing};
use crate::util::{self, Readings};
use crate::world::{self, Face};

/// The worlds of the process, for the allocator and the utility functions.
struct Worlds;

static WORLDS: Worlds = Worlds;

/// Makes the worlds known; the first call counts.
pub(crate) fn install() {
    let _ = memory::install(&WORLDS);
    let _ = util::install(&WORLDS);
}

/// The readings of a world that let the allocator refuse.
pub(crate) fn gates(face: &Face) -> (bool, bool) {
    face.sim().kernel(|kernel| {
        let readings = &kernel.machine().readings;
        (readings.index(Reading::AllocNeedsInit) != 0, readings.index(Reading::AllocMoreNull) != 0)
    })
}

/// What a thread saw of its world when it looked last. It stays true while the epoch stays the same. Cells one by one: nothing is copied that is not asked.
struct Seen {
    epoch: Cell<u64>,
    world: Cell<u32>,
    refused: Cell<bool>,
    null_root_fails: Cell<bool>,
    ended: Cell<bool>,
}

thread_local! {
    static SEEN: Seen = const {
        Seen { epoch: Cell::new(0), world: Cell::new(0), refused: Cell::new(false), null_root_fails: Cell::new(false), ended: Cell::new(false) }
    };
}

/// Looks at the world of the calling thread.
#[cold]
fn look(seen: &Seen, epoch: u64) {
    world::look(|face| {
        let initialized = face.map_or(0, |face| face.initialized.load(Ordering::Relaxed));
        let began = face.is_some_and(|face| face.began.load(Ordering::Relaxed));
        let (needs_init, null_root_fails) = face.map_or((false, false), |face| face.gates);
        seen.world.set(face.map_or(0, Face::id));
        seen.refused.set(needs_init && initialized == 0);
        seen.null_root_fails.set(null_root_fails);
        seen.ended.set(initialized == 0 && began);
    });
    seen.epoch.set(epoch);
}

/// The number of the call that a method of an object allocates in. The allocator's own functions are no calls of the journal.
#[cold]
fn number_of_call(function: &str) -> u64 {
    let number = |face: &Face| face.sim().kernel(|kernel| kernel.last_call().number()).into();
    if function.contains(':') { world::look(|face| face.map_or(0, number)) } else { 0 }
}

impl memory::World for Worlds {
    fn standing(&self, function: &'static str) -> Standing {
        SEEN.with(|seen| {
            let epoch = world::epoch();
            if seen.epoch.get() != epoch {
                look(seen, epoch);
            }
            let call = if function.starts_with("MAPI") { 0 } else { number_of_call(function) };
            Standing {
                place: Place { world: seen.world.get(), call, function },
                refused: seen.refused.get(),
                null_root_fails: seen.null_root_fails.get(),
                ended: seen.ended.get(),
            }
        })
    }

    fn report(&self, finding: &Finding) {
        if let Some(face) = world::known() {
            let problem = if finding.is_advice() { Problem::Note } else { Problem::Memory };
            face.ledger().note(problem, format!("{finding} ({})", finding.clause()));
        }
    }
}

/// 2024-01-01, in 100-nanosecond steps since 1601: when every world begins.
const BEGINNING: u64 = 0x01DA_3C45_2EF5_8000;

impl util::Surroundings for Worlds {
    fn filetime(&self) -> u64 {
        let millis = world::known().map_or(0, |face| face.sim().now().as_millis());
        BEGINNING.saturating_add(millis.saturating_mul(10_000))
    }

    fn identifier(&self) -> [u8; 16] {
        let Some(face) = world::current() else { return [0; 16] };
        let number = face.identifiers.fetch_add(1, Ordering::Relaxed).to_string();
        face.sim().kernel(|kernel| kernel.machine().new_uid(&["identifier", &number]))
    }

    fn code_page(&self) -> CodePage {
        world::known().map_or_else(CodePage::default, |face| face.code_page())
    }

    fn component_path(&self) -> Option<String> {
        world::known()?.sim().kernel(|kernel| kernel.machine().component_path.clone())
    }

    fn readings(&self) -> Readings {
        let Some(face) = world::known() else { return Readings::default() };
        face.sim().kernel(|kernel| {
            let other = |reading| kernel.machine().readings.index(reading) != 0;
            Readings {
                find_by_tag: other(Reading::FindPropMatch),
                flatten_errors: other(Reading::GetOnePropError),
                ignore_problems: other(Reading::SetOnePropProblem),
                clear_restriction: other(Reading::QueryAllRowsNull),
            }
        })
    }
}
