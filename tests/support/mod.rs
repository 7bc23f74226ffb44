//! What property tests and fuzz targets share: random worlds and operations, the kernel driven as the model is, and what has to hold.
//!
//! Everything random comes out of [`choices::Choices`], so that the bytes of a fuzzer and those of a property test mean the same. A [`plan::Plan`]
//! is a model world and what limits the operations on it; [`sut::Sut`] is the kernel in the same situation; [`oracle::agree`] holds the two
//! against each other.

// Several crates include this module by path, and none uses all of it.
#![allow(dead_code)]

pub mod choices;
pub mod generate;
pub mod lower;
pub mod oracle;
pub mod plan;
pub mod player;
pub mod sessions;
pub mod storm;
pub mod sut;
pub mod texts;

use crate::model::{Op, Outcome, World};
use choices::Bytes;
use plan::Plan;
use sut::Sut;

/// How many bytes of an input make the world.
pub const WORLD_BYTES: usize = 128;
/// How many bytes make one operation.
pub const OP_BYTES: usize = 16;
/// The most operations of one sequence.
pub const MOST_OPS: usize = 60;

/// The world and the pieces of which the operations are made.
pub fn split(input: &[u8]) -> (Plan, impl Iterator<Item = &[u8]>) {
    let (world, ops) = input.split_at(input.len().min(WORLD_BYTES));
    (plan::plan(&mut Bytes::new(world)), ops.chunks(OP_BYTES).take(MOST_OPS))
}

/// The same as [`split`], for what hangs from sessions.
pub fn split_of_sessions(input: &[u8]) -> (Plan, impl Iterator<Item = &[u8]>) {
    let (plan, pieces) = split(input);
    (plan::of_sessions(plan), pieces)
}

/// Runs model and kernel side by side over a world and operations out of bytes, and holds them against each other after every step.
///
/// # Panics
///
/// With the whole story, when they differ.
pub fn differential(input: &[u8]) {
    let (plan, pieces) = split(input);
    side_by_side(&plan, pieces);
}

/// The same in a world where little stands in the way of a logon, with the operations that sessions are for.
///
/// # Panics
///
/// With the whole story, when they differ.
pub fn session_differential(input: &[u8]) {
    let (plan, pieces) = split_of_sessions(input);
    side_by_side(&plan, pieces);
}

/// Runs model and kernel side by side over these operations, behind those that the plan begins with; says what came of each that could be made.
///
/// # Panics
///
/// With the whole story, when they differ.
pub fn run_ops(plan: &Plan, ops: &[Op]) -> Vec<Outcome> {
    let (mut model, mut sut, mut told, mut outcomes) = (plan.world.clone(), Sut::new(plan), Vec::new(), Vec::new());
    for op in plan.start().into_iter().chain(ops.iter().cloned()) {
        if !generate::possible(&model, &op) {
            continue;
        }
        let expected = model.apply(&op);
        let got = sut.apply(&op);
        told.push(op);
        if let Err(what) = oracle::agree(&model, &expected, &mut sut, &got) {
            panic!("{what}\n{}", story(plan, &told));
        }
        outcomes.push(got);
    }
    outcomes
}

fn side_by_side<'a>(plan: &Plan, pieces: impl Iterator<Item = &'a [u8]>) {
    let mut model = plan.world.clone();
    let mut sut = Sut::new(plan);
    let mut told = Vec::new();
    let mut step = |model: &mut World, op: Op| {
        let expected = model.apply(&op);
        let got = sut.apply(&op);
        told.push(op);
        if let Err(what) = oracle::agree(model, &expected, &mut sut, &got) {
            panic!("{what}\n{}", story(plan, &told));
        }
    };
    for op in plan.start() {
        step(&mut model, op);
    }
    for piece in pieces {
        let op = generate::op(&mut Bytes::new(piece), plan, &model);
        step(&mut model, op);
    }
}

/// A world and what was done in it, to read.
pub fn story(plan: &Plan, ops: &[Op]) -> String {
    let mut text = format!("code page {}\n{:?}\n", plan.code_page, plan.world);
    for (at, op) in ops.iter().enumerate() {
        text.push_str(&format!("{at:>3}: {op:?}\n"));
    }
    text
}
