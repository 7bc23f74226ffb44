//! Which slot belongs to which address: an open table, asked for exact addresses alone. Nothing ever walks it, so that where the system put a block is
//! seen nowhere.

/// One entry; address 0 is none.
#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    address: usize,
    slot: usize,
}

/// Slots by address.
#[derive(Debug)]
pub(super) struct Places {
    /// A power of two of them, or none; at most half are taken.
    cells: Vec<Cell>,
    taken: usize,
    /// How far the mixed address is shifted to become the number of a cell.
    shift: u32,
}

/// The least number of cells once there are some, as a power of two.
const LEAST: u32 = 9;

impl Places {
    /// An empty table.
    pub(super) const fn new() -> Self {
        Places { cells: Vec::new(), taken: 0, shift: 64 }
    }

    /// How many addresses are known.
    pub(super) fn len(&self) -> usize {
        self.taken
    }

    /// The slot of this address.
    #[inline]
    pub(super) fn get(&self, address: usize) -> Option<usize> {
        if self.cells.is_empty() || address == 0 {
            return None;
        }
        let cell = self.cells[self.find(address)];
        (cell.address == address).then_some(cell.slot)
    }

    /// Notes an address, which is not 0.
    pub(super) fn insert(&mut self, address: usize, slot: usize) {
        if (self.taken + 1) * 2 > self.cells.len() {
            self.grow();
        }
        let at = self.find(address);
        self.taken += usize::from(self.cells[at].address == 0);
        self.cells[at] = Cell { address, slot };
    }

    /// Forgets an address. Those that stand behind it, and would have its cell or an earlier one, move up: there are no gaps to jump over.
    pub(super) fn remove(&mut self, address: usize) {
        if self.get(address).is_none() {
            return;
        }
        let last = self.cells.len() - 1;
        let mut gap = self.find(address);
        let mut at = (gap + 1) & last;
        while self.cells[at].address != 0 {
            let home = self.home(self.cells[at].address);
            // How far the entry is from home, and how far the gap is from it.
            if (at.wrapping_sub(home) & last) >= (at.wrapping_sub(gap) & last) {
                self.cells[gap] = self.cells[at];
                gap = at;
            }
            at = (at + 1) & last;
        }
        self.cells[gap] = Cell::default();
        self.taken -= 1;
    }

    /// The cell where an address would best be.
    #[inline]
    fn home(&self, address: usize) -> usize {
        // Multiplied by the golden ratio, so that neighbours are spread; the high bits are the best mixed. They fit, for they number the cells.
        ((address as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift) as usize
    }

    /// The cell of an address, or the empty one where it would be.
    #[inline]
    fn find(&self, address: usize) -> usize {
        let last = self.cells.len() - 1;
        let mut at = self.home(address);
        while self.cells[at].address != address && self.cells[at].address != 0 {
            at = (at + 1) & last;
        }
        at
    }

    /// Twice the cells.
    #[cold]
    fn grow(&mut self) {
        let bits = if self.cells.is_empty() { LEAST } else { 65 - self.shift };
        let old = std::mem::replace(&mut self.cells, vec![Cell::default(); 1 << bits]);
        self.shift = 64 - bits;
        for cell in old.into_iter().filter(|cell| cell.address != 0) {
            let at = self.find(cell.address);
            self.cells[at] = cell;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn knows_what_an_ordered_map_knows() {
        let (mut places, mut map) = (Places::new(), BTreeMap::new());
        let mut number = 1u64;
        for step in 0..if cfg!(miri) { 400 } else { 60_000 } {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // Grows for a while, then shrinks, then grows: few addresses, so that they meet.
            let address = 16 + 16 * (number >> 33) as usize % 4096;
            if number >> 60 < if step / 10_000 % 2 == 0 { 11 } else { 5 } {
                places.insert(address, step);
                map.insert(address, step);
            } else {
                places.remove(address);
                map.remove(&address);
            }
            assert_eq!(places.len(), map.len());
            assert_eq!(places.get(address), map.get(&address).copied());
        }
        for address in (0..70_000).step_by(8) {
            assert_eq!(places.get(address), map.get(&address).copied());
        }
        assert_eq!(places.get(usize::MAX), None);
    }
}
