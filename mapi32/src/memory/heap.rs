//! The bookkeeping: which blocks there are, who made them, what is linked to what. No unsafe code: pointers from clients are numbers here, looked up and
//! never followed.

use std::collections::{BTreeMap, VecDeque};

use super::guarded::{Damage, Guarded};
use super::report::{BlockName, Finding, Leak, Misuse, Place};

/// The largest block: more is a negative number or a wrapped sum in every client seen (MEMORY-020).
const LARGEST: usize = 1 << 30;
/// How many freed blocks are kept, so that a second free is known for what it is.
const RESTING_BLOCKS: usize = 128;
/// How many bytes of them.
const RESTING_BYTES: usize = 1 << 20;
/// How many findings a world keeps.
const FINDINGS: usize = 1000;
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
    fn family(&self) -> Family {
        if matches!(self.role, Role::Malloc) { Family::Malloc } else { Family::Buffer }
    }

    /// A write outside the block, or into it after it was freed, if that was not told before.
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

/// An order that allocations fail.
#[derive(Clone, Copy, Debug)]
struct Order {
    /// The request that fails, counted from the first of the world.
    at: u64,
    /// Whether all later ones fail too.
    and_later: bool,
}

/// What is kept for each world.
#[derive(Debug, Default)]
struct Ledger {
    calls: u64,
    attempts: u64,
    made: u64,
    order: Option<Order>,
    findings: Vec<Finding>,
}

/// All blocks of a process.
#[derive(Debug)]
pub struct Heap {
    /// The slot of each block by the address of its first usable byte: live ones, and the freed ones that rest.
    map: BTreeMap<usize, usize>,
    /// The blocks. A slot is empty once its block went back to the system.
    slots: Vec<Option<Block>>,
    /// The empty slots.
    empty: Vec<usize>,
    /// The slots of the freed ones, oldest first.
    resting: VecDeque<usize>,
    resting_bytes: usize,
    worlds: BTreeMap<u32, Ledger>,
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
            map: BTreeMap::new(),
            slots: Vec::new(),
            empty: Vec::new(),
            resting: VecDeque::new(),
            resting_bytes: 0,
            worlds: BTreeMap::new(),
            found: Vec::new(),
        }
    }

    /// Makes a root block, or one of IMalloc (MEMORY-013). Size 0 gives a block of its own, too (MEMORY-017).
    ///
    /// # Errors
    /// There is no memory, or a failure was ordered.
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
        let block = self.block(*self.map.get(&address)?)?;
        (block.freed.is_none() && block.family() == family).then(|| block.memory.size())
    }

    /// The name of the block at this address, alive or resting.
    #[must_use]
    pub fn name_of(&self, address: usize) -> Option<BlockName> {
        self.map.get(&address).and_then(|slot| self.block(*slot)).map(|block| block.name)
    }

    /// How many blocks are alive, linked ones included.
    #[must_use]
    pub fn live(&self) -> usize {
        self.map.len() - self.resting.len()
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
        self.worlds.get(&world).map_or(&[], |ledger| &ledger.findings)
    }

    /// What was found since this was called last.
    pub fn take_found(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.found)
    }

    /// How often a world asked for memory so far.
    #[must_use]
    pub fn attempts(&self, world: u32) -> u64 {
        self.worlds.get(&world).map_or(0, |ledger| ledger.attempts)
    }

    /// Lets the `nth` request of a world from now on fail; 0 takes the order back.
    pub fn fail_nth(&mut self, world: u32, nth: u64, and_later: bool) {
        let ledger = self.worlds.entry(world).or_default();
        ledger.order = (nth > 0).then(|| Order { at: ledger.attempts.saturating_add(nth), and_later });
    }

    /// Whether some world still has an order to fail.
    #[must_use]
    pub fn has_orders(&self) -> bool {
        self.worlds.values().any(|ledger| ledger.order.is_some())
    }

    /// Counts a request, and says whether it may be granted.
    ///
    /// # Errors
    /// A failure was ordered for it.
    pub fn admit(&mut self, place: Place) -> Result<(), Refusal> {
        let ledger = self.worlds.entry(place.world).or_default();
        ledger.attempts += 1;
        match ledger.order {
            Some(order) if ledger.attempts == order.at || (order.and_later && ledger.attempts > order.at) => {
                if !order.and_later {
                    ledger.order = None;
                }
                Err(Refusal::NotEnoughMemory)
            }
            _ => Ok(()),
        }
    }

    /// Records a misuse that somebody else noticed.
    pub fn tell(&mut self, by: Place, misuse: Misuse) {
        let finding = Finding { by, misuse };
        let kept = &mut self.worlds.entry(by.world).or_default().findings;
        if kept.len() < FINDINGS {
            kept.push(finding);
        }
        self.found.push(finding);
    }

    /// Forgets what is kept for a world. Its blocks stay valid and belong to no world.
    pub fn forget(&mut self, world: u32) {
        self.worlds.remove(&world);
        for block in self.slots.iter_mut().flatten().filter(|block| block.name.made.world == world) {
            block.name.made.world = u32::MAX;
        }
    }

    /// The place, with a number where the world gave none.
    fn numbered(&mut self, mut place: Place) -> Place {
        if place.call == 0 {
            let ledger = self.worlds.entry(place.world).or_default();
            ledger.calls += 1;
            place.call = ledger.calls;
        }
        place
    }

    /// The block in a slot.
    fn block(&self, slot: usize) -> Option<&Block> {
        self.slots.get(slot)?.as_ref()
    }

    /// The block in a slot.
    fn block_mut(&mut self, slot: usize) -> Option<&mut Block> {
        self.slots.get_mut(slot)?.as_mut()
    }

    /// Makes a block; its slot and where it begins.
    fn make(&mut self, place: Place, size: usize, role: Role) -> Result<(usize, *mut u8), Refusal> {
        self.admit(place)?;
        if size > LARGEST {
            self.tell(place, Misuse::TooLarge { size });
            return Err(Refusal::NotEnoughMemory);
        }
        let revived = self.revive(size);
        let memory = if revived.is_some() { None } else { Some(Guarded::new(size).ok_or(Refusal::NotEnoughMemory)?) };
        let ledger = self.worlds.entry(place.world).or_default();
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
    fn revive(&mut self, size: usize) -> Option<usize> {
        let slot = *self.resting.front().filter(|_| self.resting.len() >= RESTING_BLOCKS)?;
        let block = self.block_mut(slot).filter(|block| block.memory.size() == size)?;
        let (damage, world) = (block.damage(), block.name.made.world);
        block.memory.renew();
        self.resting.pop_front();
        self.resting_bytes -= size;
        if let Some(misuse) = damage {
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
        self.map.insert(block.memory.address(), slot);
        self.slots[slot] = Some(block);
        (slot, pointer)
    }

    /// The slot of the live block of this family that begins here, or what else the pointer is.
    #[allow(clippy::result_large_err, reason = "a finding names block and calls; it is no error to carry far")]
    fn spot(&self, address: usize, family: Family) -> Result<usize, Misuse> {
        let Some((&start, &slot)) = self.map.range(..=address).next_back() else { return Err(Misuse::Foreign) };
        let Some(block) = self.block(slot) else { return Err(Misuse::Foreign) };
        let (offset, name) = (address - start, block.name);
        match block.freed {
            _ if offset > 0 && offset >= block.memory.size() => Err(Misuse::Foreign),
            _ if offset > 0 => Err(Misuse::Interior { block: name, offset }),
            Some(freed) => Err(Misuse::DoubleFree { block: name, freed }),
            None if block.family() != family => Err(Misuse::WrongFamily { block: name }),
            None => Ok(slot),
        }
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
    fn free_live(&mut self, place: Place, slot: usize, ended: bool) {
        let Some(block) = self.block_mut(slot) else { return };
        let name = block.name;
        let linked = match &mut block.role {
            Role::Linked(root) => {
                let root = *root;
                let root = self.block(root).map_or(name, |root| root.name);
                return self.tell(place, Misuse::FreedLinked { block: name, root });
            }
            Role::Root(linked) => std::mem::take(linked),
            Role::Malloc => Vec::new(),
        };
        if ended {
            self.tell(place, Misuse::FreedAfterUninitialize { block: name });
        }
        self.bury(place, slot);
        linked.into_iter().for_each(|child| self.bury(place, child));
        self.trim();
    }

    /// Lets one block rest: its guards are looked at, then it is filled.
    fn bury(&mut self, place: Place, slot: usize) {
        let Some(block) = self.block_mut(slot) else { return };
        let damage = block.damage();
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
            self.map.remove(&address);
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
