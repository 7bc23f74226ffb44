//! The kernel alone, with somebody who answers in every way there is.

use proptest::prelude::*;

use crate::support::choices::{Bytes, Choices, Dice};
use crate::support::storm::Storm;
use crate::support::sut::{Around, Sut};
use crate::support::{generate, oracle, split, story};

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_breaks_under_any_answers(input in proptest::collection::vec(any::<u8>(), 128..900), seed: u64) {
        storm(&input, seed);
    }
}

/// Runs operations. The model serves only to make operations up.
fn storm(input: &[u8], seed: u64) {
    let (plan, pieces) = split(input);
    let mut sut = Sut::new(&plan);
    sut.around = Around::Storm(Storm(Dice(seed)));
    let mut model = plan.world.clone();
    let mut dice = Dice(!seed);
    let mut told = Vec::new();
    let ops: Vec<_> = plan.start().into_iter().map(Ok).chain(pieces.map(Err)).collect();
    for op in ops {
        let op = op.unwrap_or_else(|piece| generate::any_op(&mut Bytes::new(piece), &plan, &model));
        model.apply(&op);
        if generate::maker(&op).is_some_and(|caller| sut.is_busy(caller)) {
            continue;
        }
        told.push(op.clone());
        sut.apply(&op);
        if dice.once_in(8) {
            sut.drain();
        }
        let broken = sut.broken.pop().map_or(Ok(()), Err);
        if let Err(what) = broken.and_then(|()| oracle::invariants(&sut)) {
            panic!("{what}\n{}", story(&plan, &told));
        }
    }
}
