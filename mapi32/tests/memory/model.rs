//! The heap against a simple model, over random sequences of calls.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// What a sequence of calls does.
#[derive(Clone, Copy, Debug)]
enum Op {
    Root(usize),
    Link(usize, usize),
    Free(usize),
    Grow(usize, usize),
    Malloc(usize),
    FreeMalloc(usize),
    Fail(u64),
}

fn op() -> impl Strategy<Value = Op> {
    let (size, which) = (0..200usize, 0..40usize);
    prop_oneof![
        4 => size.clone().prop_map(Op::Root),
        6 => (size.clone(), which.clone()).prop_map(|(size, root)| Op::Link(size, root)),
        4 => which.clone().prop_map(Op::Free),
        1 => (which.clone(), size.clone()).prop_map(|(which, size)| Op::Grow(which, size)),
        1 => size.prop_map(Op::Malloc),
        1 => which.prop_map(Op::FreeMalloc),
        1 => (0..4u64).prop_map(Op::Fail),
    ]
}

/// One block of the model.
#[derive(Clone, Copy, Debug)]
struct Known {
    address: usize,
    size: usize,
    /// The index of its root, its own for a root; none for a block of IMalloc.
    root: Option<usize>,
}

/// The simple model: every block ever made, and which of them live.
#[derive(Debug, Default)]
struct Model {
    blocks: Vec<Known>,
    live: BTreeSet<usize>,
    /// How many requests from now on the next failure is; 0 for never.
    failing: u64,
    findings: usize,
}

impl Model {
    /// One call on both.
    fn step(&mut self, heap: &mut Heap, op: Op, by: Place) -> Result<(), TestCaseError> {
        match op {
            Op::Root(size) => self.made(heap.allocate(by, size, Family::Buffer), size, Some)?,
            Op::Malloc(size) => self.made(heap.allocate(by, size, Family::Malloc), size, |_| None)?,
            Op::Link(size, which) => self.link(heap, size, which, by)?,
            Op::Free(which) => self.free(heap, which, Family::Buffer, by),
            Op::FreeMalloc(which) => self.free(heap, which, Family::Malloc, by),
            Op::Grow(which, size) => self.grow(heap, which, size, by)?,
            Op::Fail(nth) => {
                heap.fail_nth(1, nth, false);
                self.failing = nth;
            }
        }
        Ok(())
    }

    /// The index that a number stands for, if there are blocks.
    fn pick(&self, which: usize) -> Option<usize> {
        which.checked_rem(self.blocks.len())
    }

    /// Compares the result of a request, and notes the block.
    fn made(
        &mut self,
        result: Result<*mut u8, Refusal>,
        size: usize,
        root: impl FnOnce(usize) -> Option<usize>,
    ) -> Result<(), TestCaseError> {
        let fails = self.failing == 1;
        self.failing = self.failing.saturating_sub(1);
        prop_assert_eq!(result.is_err(), fails);
        if let Ok(block) = result {
            unsafe { block.write_bytes(0xAB, size) };
            let me = self.blocks.len();
            // An address may come again once the dead one was given back; the old block is then forgotten.
            self.live.insert(me);
            self.blocks.push(Known { address: block.addr(), size, root: root(me) });
        }
        Ok(())
    }

    fn link(&mut self, heap: &mut Heap, size: usize, which: usize, by: Place) -> Result<(), TestCaseError> {
        let Some(index) = self.pick(which) else { return Ok(()) };
        let result = heap.link(by, size, self.blocks[index].address);
        match self.blocks[index].root {
            Some(root) if self.live.contains(&index) => {
                self.findings += usize::from(root != index);
                self.made(result, size, |_| Some(root))?;
            }
            _ => {
                self.findings += 1;
                prop_assert_eq!(result, Err(Refusal::InvalidParameter));
            }
        }
        Ok(())
    }

    fn free(&mut self, heap: &mut Heap, which: usize, family: Family, by: Place) {
        let Some(index) = self.pick(which) else { return };
        let Known { address, root, .. } = self.blocks[index];
        heap.free(by, address, family, false);
        let fits = (family == Family::Malloc) == root.is_none() && root.is_none_or(|root| root == index);
        if fits && self.live.contains(&index) {
            self.bury(index);
        } else {
            self.findings += 1;
        }
    }

    fn bury(&mut self, index: usize) {
        let blocks = &self.blocks;
        self.live.retain(|&other| other != index && (blocks[index].root.is_none() || blocks[other].root != Some(index)));
    }

    fn grow(&mut self, heap: &mut Heap, which: usize, size: usize, by: Place) -> Result<(), TestCaseError> {
        let Some(index) = self.pick(which) else { return Ok(()) };
        let Known { address, size: before, root } = self.blocks[index];
        let result = heap.reallocate(by, address, size, Family::Buffer);
        if root != Some(index) || !self.live.contains(&index) {
            self.findings += 1;
            prop_assert_eq!(result, Err(Refusal::InvalidParameter));
            return Ok(());
        }
        if let Ok(block) = result {
            let kept = unsafe { std::slice::from_raw_parts(block, before.min(size)) };
            prop_assert!(kept.iter().all(|&byte| byte == 0xAB));
        }
        let grown = self.blocks.len();
        self.made(result, size, Some)?;
        if result.is_ok() {
            for block in self.blocks.iter_mut().filter(|block| block.root == Some(index)) {
                block.root = Some(grown);
            }
            // The old one is a freed root.
            self.blocks[index].root = Some(index);
            self.live.remove(&index);
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if cfg!(miri) { 4 } else { 400 }, failure_persistence: None, ..ProptestConfig::default() })]

    // shows MEMORY-022, MEMORY-028, MEMORY-031, MEMORY-032, MEMORY-037
    #[test]
    fn the_heap_does_what_the_model_does(ops in prop::collection::vec(op(), 1..120)) {
        let mut heap = Heap::new();
        let mut model = Model::default();
        for (call, op) in (1..).zip(ops) {
            model.step(&mut heap, op, place(call, "test"))?;
            prop_assert_eq!(heap.live(), model.live.len());
            prop_assert_eq!(heap.findings(1).len(), model.findings);
            let roots = model.live.iter().filter(|&&index| model.blocks[index].root.is_none_or(|root| root == index)).count();
            prop_assert_eq!(heap.leaks(1).len(), roots);
        }
        heap.check();
        prop_assert_eq!(heap.findings(1).len(), model.findings);
    }
}
