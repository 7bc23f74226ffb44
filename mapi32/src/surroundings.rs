//! What the allocator and the utility functions ask of the world of the calling thread.

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

/// Where a call to the allocator stands in a world.
fn standing(face: &Face, function: &'static str) -> Standing {
    // A method of an object allocates inside its own call; the allocator's own functions are no calls of the journal.
    let call = if function.contains(':') { face.sim().kernel(|kernel| kernel.last_call().number()).into() } else { 0 };
    let (needs_init, null_root_fails) = face.gates;
    let initialized = face.initialized.load(Ordering::Relaxed);
    Standing {
        place: Place { world: face.id(), call, function },
        refused: needs_init && initialized == 0,
        null_root_fails,
        ended: initialized == 0 && face.began.load(Ordering::Relaxed),
    }
}

impl memory::World for Worlds {
    fn standing(&self, function: &'static str) -> Standing {
        world::look(|face| face.map_or_else(|| Standing::alone(function), |face| standing(face, function)))
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
