//! The bookkeeping: which blocks there are, who made them, what is linked to what. No unsafe code: pointers from clients are numbers here, looked up and
//! never followed.

use std::collections::VecDeque;

use super::guarded::{Damage, Guarded};
use super::ledgers::{Ledgers, Order};
use super::places::Places;
use super::report::{BlockName, Finding, Leak, Misuse, Place};

/// The largest block: more is a negative number or a wrapped sum in every client seen (MEMORY-020).
const LARGEST: usize = 1 << 30;
/// How many freed blocks are kept, so that a second free is known for what it is.
const RESTING_BLOCKS: usize = 32;
/// How many bytes of them.
const RESTING_BYTES: usize = 1 << 20;
/// Who finds what nobody's call found.
const LOOK: &str = "a look at the heap";

/// Which of the two allocators a block belongs to: they are not mixed (MEMORY-043).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// MAPIAllocateBuffer and MAPIAllocateMore.
    Buffer,
    /// The IMalloc of MAPIGetDefaultMalloc.
    Malloc,
}

/// Why there is no block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// MAPI_E_NOT_ENOUGH_MEMORY.
    NotEnoughMemory,
    /// MAPI_E_INVALID_PARAMETER.
    InvalidParameter,
}

/// What a block is within its chain.
#[derive(Debug)]
enum Role {
    /// A root, with the slots of the blocks linked to it, oldest first.
    Root(Vec<usize>),
    /// Linked to the root in this slot.
    Linked(usize),
    /// A block of IMalloc.
    Malloc,
}

/// One block, alive or freed lately.
#[derive(Debug)]
struct Block {
    memory: Guarded,
    name: BlockName,
    role: Role,
    /// The call that freed it.
    freed: Option<Place>,
    /// Whether damage was reported already.
    told: bool,
}

impl Block {
    /// Which allocator it belongs to.
    #[inline]
    fn family(&self) -> Family {
        if matches!(self.role, Role::Malloc) { Family::Malloc } else { Family::Buffer }
    }

    /// What freeing it is called, where it is dead or belongs to the other allocator.
    #[cold]
    fn misused(&self) -> Misuse {
        match self.freed {
            Some(freed) => Misuse::DoubleFree { block: self.name, freed },
            None => Misuse::WrongFamily { block: self.name },
        }
    }

    /// Whether nobody wrote where nobody may, or that was told before.
    #[inline]
    fn is_sound(&self) -> bool {
        self.told || (self.memory.is_whole() && (self.freed.is_none() || self.memory.is_undisturbed()))
    }

    /// A write outside the block, or into it after it was freed, if that was not told before.
    #[cold]
    fn damage(&mut self) -> Option<Misuse> {
        let block = self.name;
        let misuse = match (self.memory.damage(), self.freed) {
            _ if self.told => return None,
            (Some(Damage::Behind(offset)), _) => Misuse::WrittenBehind { block, offset },
            (Some(Damage::Before(distance)), _) => Misuse::WrittenBefore { block, distance },
            (None, Some(freed)) => Misuse::WrittenAfterFree { block, freed, offset: self.memory.disturbed()? },
            (None, None) => return None,
        };
        self.told = true;
        Some(misuse)
    }
}

/// All blocks of a process.
#[derive(Debug)]
pub struct Heap {
    /// The slot of each block by the address of its first usable byte: live ones, and the freed ones that rest.
    places: Places,
    /// The blocks. A slot is empty once its block went back to the system.
    slots: Vec<Option<Block>>,
    /// The empty slots.
    empty: Vec<usize>,
    /// The slots of the freed ones, oldest first.
    resting: VecDeque<usize>,
    resting_bytes: usize,
    worlds: Ledgers,
    found: Vec<Finding>,
}

impl Default for Heap {
    fn default() -> Self {
        Self::new()
    }
}

impl Heap {
    /// An empty heap.
    #[must_use]
    pub const fn new() -> Self {
        Heap {
            places: Places::new(),
            slots: Vec::new(),
            empty: Vec::new(),
            resting: VecDeque::new(),
            resting_bytes: 0,
            worlds: Ledgers::new(),
            found: Vec::new(),
        }
    }

    /// Makes a root block, or one of IMalloc (MEMORY-013). Size 0 gives a block of its own, too (MEMORY-017).
    ///
    /// # Errors
    /// There is no memory, or a failure was ordered.
    #[inline]
    pub fn allocate(&mut self, place: Place, size: usize, family: Family) -> Result<*mut u8, Refusal> {
        let place = self.numbered(place);
        let role = if family == Family::Buffer { Role::Root(Vec::new()) } else { Role::Malloc };
        Ok(self.make(place, size, role)?.1)
    }

    /// Makes a block that is freed with the root at `root` (MEMORY-024). A linked block in its place stands for its root (MEMORY-030).
    ///
    /// # Errors
    /// There is no memory, a failure was ordered, or there is no such root: InvalidParameter, with a finding.
    pub fn link(&mut self, place: Place, size: usize, root: usize) -> Result<*mut u8, Refusal> {
        let place = self.numbered(place);
        let root = match self.spot(root, Family::Buffer) {
            Ok(slot) => self.root_of(place, slot),
            Err(misuse) => {
                self.tell(place, after_free(misuse));
                return Err(Refusal::InvalidParameter);
            }
        };
        let (slot, pointer) = self.make(place, size, Role::Linked(root))?;
        if let Some(Block { role: Role::Root(linked), .. }) = self.block_mut(root) {
            linked.push(slot);
        }
        Ok(pointer)
    }

    /// Frees a root with all that is linked to it (MEMORY-022), or a block of IMalloc. Everything else is found and left alone (MEMORY-028, MEMORY-037).
    /// `ended` says that the last MAPIUninitialize lies behind (MEMORY-010).
    #[inline]
    pub fn free(&mut self, place: Place, address: usize, family: Family, ended: bool) {
        let place = self.numbered(place);
        match self.spot(address, family) {
            Err(misuse) => self.tell(place, misuse),
            Ok(slot) => self.free_live(place, slot, ended),
        }
    }

    /// Gives a block another size: a new block with the old contents, to which the linked blocks move; the old one is freed (MEMORY-039, MEMORY-041).
    ///
    /// # Errors
    /// As [`Heap::link`]; the old block is left as it was.
    pub fn reallocate(&mut self, place: Place, address: usize, size: usize, family: Family) -> Result<*mut u8, Refusal> {
        let place = self.numbered(place);
        let old = match self.reallocatable(address, family) {
            Ok(slot) => slot,
            Err(misuse) => {
                self.tell(place, misuse);
                return Err(Refusal::InvalidParameter);
            }
        };
        let role = if family == Family::Buffer { Role::Root(Vec::new()) } else { Role::Malloc };
        let (new, pointer) = self.make(place, size, role)?;
        self.move_over(old, new);
        self.free_live(place, old, false);
        Ok(pointer)
    }

    /// How large a live block is.
    #[must_use]
    pub fn size_of(&self, address: usize, family: Family) -> Option<usize> {
        let block = self.block(self.places.get(address)?)?;
        (block.freed.is_none() && block.family() == family).then(|| block.memory.size())
    }

    /// The name of the block at this address, alive or resting.
    #[must_use]
    pub fn name_of(&self, address: usize) -> Option<BlockName> {
        self.places.get(address).and_then(|slot| self.block(slot)).map(|block| block.name)
    }

    /// How many blocks are alive, linked ones included.
    #[must_use]
    pub fn live(&self) -> usize {
        self.places.len() - self.resting.len()
    }

    /// Looks at the guards of all blocks, and at the contents of those that rest.
    pub fn check(&mut self) {
        let damaged: Vec<(u32, Misuse)> =
            self.slots.iter_mut().flatten().filter_map(|block| block.damage().map(|misuse| (block.name.made.world, misuse))).collect();
        for (world, misuse) in damaged {
            self.tell(Place { world, call: 0, function: LOOK }, misuse);
        }
    }

    /// The live roots and IMalloc blocks that a world made, in the order of their numbers (MEMORY-009).
    #[must_use]
    pub fn leaks(&self, world: u32) -> Vec<Leak> {
        let live = self.slots.iter().flatten().filter(|block| block.freed.is_none() && block.name.made.world == world);
        let mut leaks: Vec<Leak> = live.filter_map(|block| self.leak(block)).collect();
        leaks.sort_by_key(|leak| leak.block.number);
        leaks
    }

    /// What was found in a world so far.
    #[must_use]
    pub fn findings(&self, world: u32) -> &[Finding] {
        self.worlds.get(world).map_or(&[], |ledger| &ledger.findings)
    }

    /// Whether something was found since it was taken last.
    #[must_use]
    pub fn has_found(&self) -> bool {
        !self.found.is_empty()
    }

    /// What was found since this was called last.
    #[inline]
    pub fn take_found(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.found)
    }

    /// How often a world asked for memory so far.
    #[must_use]
    pub fn attempts(&self, world: u32) -> u64 {
        self.worlds.get(world).map_or(0, |ledger| ledger.attempts)
    }

    /// Lets the `nth` request of a world from now on fail; 0 takes the order back.
    pub fn fail_nth(&mut self, world: u32, nth: u64, and_later: bool) {
        let ledger = self.worlds.of(world);
        ledger.order = (nth > 0).then(|| Order { at: ledger.attempts.saturating_add(nth), and_later });
    }

    /// Whether some world still has an order to fail.
    #[must_use]
    pub fn has_orders(&self) -> bool {
        self.worlds.have_orders()
    }

    /// Counts a request, and says whether it may be granted.
    ///
    /// # Errors
    /// A failure was ordered for it.
    #[inline]
    pub fn admit(&mut self, place: Place) -> Result<(), Refusal> {
        if self.worlds.of(place.world).admit() { Ok(()) } else { Err(Refusal::NotEnoughMemory) }
    }

    /// Records a misuse that somebody else noticed.
    #[cold]
    pub fn tell(&mut self, by: Place, misuse: Misuse) {
        let finding = Finding { by, misuse };
        self.worlds.of(by.world).keep(finding);
        self.found.push(finding);
    }

    /// Forgets what is kept for a world. Its blocks stay valid and belong to no world.
    pub fn forget(&mut self, world: u32) {
        self.worlds.forget(world);
        for block in self.slots.iter_mut().flatten().filter(|block| block.name.made.world == world) {
            block.name.made.world = u32::MAX;
        }
    }

    /// The place, with a number where the world gave none.
    #[inline]
    fn numbered(&mut self, place: Place) -> Place {
        if place.call > 0 {
            return place;
        }
        let ledger = self.worlds.of(place.world);
        ledger.calls += 1;
        Place { call: ledger.calls, ..place }
    }

    /// The block in a slot.
    #[inline]
    fn block(&self, slot: usize) -> Option<&Block> {
        self.slots.get(slot)?.as_ref()
    }

    /// The block in a slot.
    #[inline]
    fn block_mut(&mut self, slot: usize) -> Option<&mut Block> {
        self.slots.get_mut(slot)?.as_mut()
    }

    /// Makes a block; its slot and where it begins.
    #[inline]
    fn make(&mut self, place: Place, size: usize, role: Role) -> Result<(usize, *mut u8), Refusal> {
        self.admit(place)?;
        if size > LARGEST {
            self.tell(place, Misuse::TooLarge { size });
            return Err(Refusal::NotEnoughMemory);
        }
        let revived = self.revive(size);
        let memory = if revived.is_some() { None } else { Some(Guarded::new(size).ok_or(Refusal::NotEnoughMemory)?) };
        let ledger = self.worlds.of(place.world);
        ledger.made += 1;
        let kind = if matches!(role, Role::Malloc) { "malloc" } else { "buffer" };
        let name = BlockName { kind, number: ledger.made, size, made: place };
        let slot = match memory {
            None => revived.unwrap_or_default(),
            Some(memory) => return Ok(self.insert(Block { memory, name, role, freed: None, told: false })),
        };
        let Some(block) = self.block_mut(slot) else { return Err(Refusal::NotEnoughMemory) };
        (block.name, block.role, block.freed, block.told) = (name, role, None, false);
        Ok((slot, block.memory.pointer()))
    }

    /// Takes the oldest resting block into use again if it has this size and its time is over: the same as giving it back and asking for it anew, without
    /// the way through map and system.
    #[inline]
    fn revive(&mut self, size: usize) -> Option<usize> {
        let slot = *self.resting.front().filter(|_| self.resting.len() >= RESTING_BLOCKS)?;
        let block = self.block_mut(slot).filter(|block| block.memory.size() == size)?;
        let damage = if block.is_sound() { None } else { block.damage().map(|misuse| (block.name.made.world, misuse)) };
        block.memory.renew();
        self.resting.pop_front();
        self.resting_bytes -= size;
        if let Some((world, misuse)) = damage {
            self.tell(Place { world, call: 0, function: LOOK }, misuse);
        }
        Some(slot)
    }

    /// Puts a new block into a slot.
    fn insert(&mut self, block: Block) -> (usize, *mut u8) {
        let pointer = block.memory.pointer();
        let slot = self.empty.pop().unwrap_or(self.slots.len());
        if slot == self.slots.len() {
            self.slots.push(None);
        }
        self.places.insert(block.memory.address(), slot);
        self.slots[slot] = Some(block);
        (slot, pointer)
    }

    /// The slot of the live block of this family that begins here, or what else the pointer is.
    #[inline]
    #[allow(clippy::result_large_err, reason = "a finding names block and calls; it is no error to carry far")]
    fn spot(&self, address: usize, family: Family) -> Result<usize, Misuse> {
        match self.places.get(address).and_then(|slot| Some((slot, self.block(slot)?))) {
            Some((slot, block)) if block.freed.is_none() && block.family() == family => Ok(slot),
            Some((_, block)) => Err(block.misused()),
            None => Err(self.astray(address)),
        }
    }

    /// What a pointer is at which no block begins. All blocks are looked through: it is a mistake, and does not happen often.
    #[cold]
    fn astray(&self, address: usize) -> Misuse {
        let offset = |block: &Block| address.checked_sub(block.memory.address()).filter(|offset| *offset < block.memory.size());
        let inside = self.slots.iter().flatten().find_map(|block| Some((block.name, offset(block)?)));
        inside.map_or(Misuse::Foreign, |(block, offset)| Misuse::Interior { block, offset })
    }

    /// The root of a live block: itself, or what it is linked to.
    fn root_of(&mut self, place: Place, slot: usize) -> usize {
        match self.block(slot) {
            Some(Block { role: Role::Linked(root), name, .. }) => {
                let (root, block) = (*root, *name);
                self.tell(place, Misuse::LinkedToLinked { block });
                root
            }
            _ => slot,
        }
    }

    /// Frees a live block, unless it is linked.
    #[inline]
    fn free_live(&mut self, place: Place, slot: usize, ended: bool) {
        let Some(block) = self.block_mut(slot) else { return };
        let linked = match &mut block.role {
            Role::Linked(root) => {
                let (block, root) = (block.name, *root);
                let root = self.block(root).map_or(block, |root| root.name);
                return self.tell(place, Misuse::FreedLinked { block, root });
            }
            Role::Root(linked) => std::mem::take(linked),
            Role::Malloc => Vec::new(),
        };
        if ended {
            let block = block.name;
            self.tell(place, Misuse::FreedAfterUninitialize { block });
        }
        self.bury(place, slot);
        if !linked.is_empty() {
            linked.into_iter().for_each(|child| self.bury(place, child));
        }
        if self.resting.len() > RESTING_BLOCKS || self.resting_bytes > RESTING_BYTES {
            self.trim();
        }
    }

    /// Lets one block rest: its guards are looked at, then it is filled.
    #[inline]
    fn bury(&mut self, place: Place, slot: usize) {
        let Some(block) = self.block_mut(slot) else { return };
        let damage = if block.is_sound() { None } else { block.damage() };
        block.freed = Some(place);
        block.memory.bury();
        let size = block.memory.size();
        self.resting.push_back(slot);
        self.resting_bytes += size;
        if let Some(misuse) = damage {
            self.tell(place, misuse);
        }
    }

    /// Gives the oldest resting blocks back to the system.
    fn trim(&mut self) {
        while self.resting.len() > RESTING_BLOCKS || self.resting_bytes > RESTING_BYTES {
            let Some(slot) = self.resting.pop_front() else { return };
            let Some(block) = self.block_mut(slot) else { continue };
            let (damage, address, size, world) = (block.damage(), block.memory.address(), block.memory.size(), block.name.made.world);
            self.slots[slot] = None;
            self.empty.push(slot);
            self.places.remove(address);
            self.resting_bytes -= size;
            if let Some(misuse) = damage {
                self.tell(Place { world, call: 0, function: LOOK }, misuse);
            }
        }
    }

    /// The slot of a block that can be reallocated, or why this one cannot.
    #[allow(clippy::result_large_err, reason = "a finding names block and calls; it is no error to carry far")]
    fn reallocatable(&self, address: usize, family: Family) -> Result<usize, Misuse> {
        let slot = self.spot(address, family).map_err(after_free)?;
        match self.block(slot) {
            Some(Block { role: Role::Linked(_), name, .. }) => Err(Misuse::ReallocatedLinked { block: *name }),
            _ => Ok(slot),
        }
    }

    /// Moves contents and linked blocks from one block to another.
    fn move_over(&mut self, from: usize, to: usize) {
        let Some(mut target) = self.slots.get_mut(to).and_then(Option::take) else { return };
        if let Some(source) = self.block_mut(from) {
            target.memory.copy_from(&source.memory);
            if let (Role::Root(old), Role::Root(new)) = (&mut source.role, &mut target.role) {
                *new = std::mem::take(old);
            }
        }
        if let Role::Root(linked) = &target.role {
            for &child in linked {
                if let Some(block) = self.block_mut(child) {
                    block.role = Role::Linked(to);
                }
            }
        }
        self.slots[to] = Some(target);
    }

    /// A live block as a leak; linked ones are told with their root.
    fn leak(&self, block: &Block) -> Option<Leak> {
        let linked: &[usize] = match &block.role {
            Role::Linked(_) => return None,
            Role::Root(linked) => linked,
            Role::Malloc => &[],
        };
        let linked_bytes = linked.iter().filter_map(|&child| self.block(child)).map(|child| child.memory.size()).sum();
        Some(Leak { block: block.name, linked: linked.len(), linked_bytes })
    }
}

/// The judgement on a freed block where it was to be used, not freed.
fn after_free(misuse: Misuse) -> Misuse {
    match misuse {
        Misuse::DoubleFree { block, freed } => Misuse::UsedAfterFree { block, freed },
        other => other,
    }
}
