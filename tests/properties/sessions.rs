//! What hangs from a session: kernel and model side by side where logons succeed, in worlds that the shrinker can make small.

use proptest::prelude::*;

use crate::support::{OP_BYTES, WORLD_BYTES, session_differential};

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, max_shrink_iters: 4000, ..ProptestConfig::default() })]

    #[test]
    fn sessions_agree(
        world in proptest::collection::vec(any::<u8>(), WORLD_BYTES),
        ops in proptest::collection::vec(proptest::collection::vec(any::<u8>(), OP_BYTES), 1..60),
    ) {
        session_differential(&[world, ops.concat()].concat());
    }
}
