//! What is kept for each world: numbers of calls and blocks, orders to fail, findings.

use super::report::Finding;

/// How many findings a world keeps.
const FINDINGS: usize = 1000;

/// An order that allocations fail.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order {
    /// The request that fails, counted from the first of the world.
    pub(super) at: u64,
    /// Whether all later ones fail too.
    pub(super) and_later: bool,
}

/// What is kept for one world.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub(super) calls: u64,
    pub(super) attempts: u64,
    pub(super) made: u64,
    pub(super) order: Option<Order>,
    pub(super) findings: Vec<Finding>,
}

impl Ledger {
    /// Counts a request; whether it may be granted.
    #[inline]
    pub(super) fn admit(&mut self) -> bool {
        self.attempts += 1;
        let Some(order) = self.order else { return true };
        let fails = self.attempts == order.at || (order.and_later && self.attempts > order.at);
        if fails && !order.and_later {
            self.order = None;
        }
        !fails
    }

    /// Keeps a finding, unless there are very many.
    pub(super) fn keep(&mut self, finding: Finding) {
        if self.findings.len() < FINDINGS {
            self.findings.push(finding);
        }
    }
}

/// The ledgers of all worlds: a sorted list, and the place of the one that was asked for last, because it is nearly always the one asked for next.
#[derive(Debug)]
pub(super) struct Ledgers {
    all: Vec<(u32, Ledger)>,
    last: usize,
}

impl Ledgers {
    /// None.
    pub(super) const fn new() -> Self {
        Ledgers { all: Vec::new(), last: 0 }
    }

    /// The ledger of a world, if it has one.
    pub(super) fn get(&self, world: u32) -> Option<&Ledger> {
        let at = self.all.binary_search_by_key(&world, |(number, _)| *number).ok()?;
        Some(&self.all[at].1)
    }

    /// The ledger of a world; a new one if it has none.
    #[inline]
    pub(super) fn of(&mut self, world: u32) -> &mut Ledger {
        if self.all.get(self.last).is_none_or(|(number, _)| *number != world) {
            self.turn_to(world);
        }
        &mut self.all[self.last].1
    }

    #[cold]
    fn turn_to(&mut self, world: u32) {
        self.last = match self.all.binary_search_by_key(&world, |(number, _)| *number) {
            Ok(at) => at,
            Err(at) => {
                self.all.insert(at, (world, Ledger::default()));
                at
            }
        };
    }

    /// Forgets a world.
    pub(super) fn forget(&mut self, world: u32) {
        self.all.retain(|(number, _)| *number != world);
    }

    /// Whether some world has an order to fail.
    pub(super) fn have_orders(&self) -> bool {
        self.all.iter().any(|(_, ledger)| ledger.order.is_some())
    }
}
