//! The kernel beside the reference model, step by step, over random worlds and operations.

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

use crate::model::{Op, Outcome, World};
use crate::support::choices::Bytes;
use crate::support::plan::{self, Plan};
use crate::support::sut::Sut;
use crate::support::{MOST_OPS, OP_BYTES, WORLD_BYTES, generate, oracle, story};

/// The model with what came of its last operation.
#[derive(Clone, Debug)]
pub struct Reference {
    plan: Plan,
    world: World,
    told: Vec<Op>,
    last: Option<Outcome>,
}

impl ReferenceStateMachine for Reference {
    type State = Reference;
    type Transition = Op;

    fn init_state() -> BoxedStrategy<Reference> {
        (proptest::collection::vec(any::<u8>(), WORLD_BYTES), any::<bool>())
            .prop_map(|(bytes, sessions)| {
                let plan = plan::plan(&mut Bytes::new(&bytes));
                let plan = if sessions { plan::of_sessions(plan) } else { plan };
                Reference { world: plan.world.clone(), told: Vec::new(), plan, last: None }
            })
            .boxed()
    }

    fn transitions(state: &Reference) -> BoxedStrategy<Op> {
        let (plan, world, step) = (state.plan.clone(), state.world.clone(), state.told.len());
        let begin = plan.start().get(step).cloned();
        let piece = proptest::collection::vec(any::<u8>(), OP_BYTES);
        piece.prop_map(move |bytes| begin.clone().unwrap_or_else(|| generate::op(&mut Bytes::new(&bytes), &plan, &world))).boxed()
    }

    fn preconditions(state: &Reference, op: &Op) -> bool {
        generate::possible(&state.world, op)
    }

    fn apply(mut state: Reference, op: &Op) -> Reference {
        state.last = Some(state.world.apply(op));
        state.told.push(op.clone());
        state
    }
}

impl StateMachineTest for Sut {
    type SystemUnderTest = Sut;
    type Reference = Reference;

    fn init_test(reference: &Reference) -> Sut {
        Sut::new(&reference.plan)
    }

    fn apply(mut sut: Sut, reference: &Reference, op: Op) -> Sut {
        let got = sut.apply(&op);
        let expected = reference.last.as_ref().expect("an operation came before");
        if let Err(what) = oracle::agree(&reference.world, expected, &mut sut, &got) {
            panic!("{what}\n{}", story(&reference.plan, &reference.told));
        }
        sut
    }
}

prop_state_machine! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("tests/properties.proptest-regressions"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn kernel_and_model_agree(sequential 1..MOST_OPS => Sut);
}
