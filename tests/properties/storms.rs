//! The kernel alone, with somebody who answers in every way there is.

use proptest::prelude::*;

use crate::model::{LOGON_FAILED, Name, Op, Pw, Request, Svc, flag};
use crate::support::choices::{Bytes, Choices, Dice};
use crate::support::storm::{self, Storm};
use crate::support::sut::{Around, Sut};
use crate::support::{generate, oracle, split, story};

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_breaks_under_any_answers(input in proptest::collection::vec(any::<u8>(), 128..900), seed: u64) {
        weather(&input, seed);
    }
}

/// Runs operations. The model serves only to make operations up.
fn weather(input: &[u8], seed: u64) {
    let (plan, pieces) = split(input);
    let mut dice = Dice(!seed);
    let kernel = storm::kernel(&mut dice, &plan);
    let mut sut = Sut::with(&plan, kernel);
    sut.around = Around::Storm(Storm(Dice(seed)));
    let mut model = plan.world.clone();
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

/// What a storm found: a profile that others delete while the dialogs of a logon are open is no profile to log on to (LOGON-112).
#[test]
fn a_profile_can_go_while_its_dialog_is_open() {
    let (mut plan, _) = split(&[0; 128]);
    let lacks = Svc { name: "SVC0".to_string(), configured: false, required: false, has_entry: true, disabled: false };
    plan.world.add_profile("Work", false, vec![lacks]);
    let mut sut = Sut::new(&plan);
    sut.around = Around::Slow;
    for process in [1, 2] {
        sut.apply(&Op::Initialize { process, thread: 1, flags: 0, version: 0 });
    }
    let name = Name::Given("Work".to_string());
    let flags = flag::NEW_SESSION | flag::LOGON_UI;
    sut.apply(&Op::BeginLogon(Request { process: 1, thread: 1, name, password: Pw::Null, flags, null_result: false }));
    assert!(sut.is_busy((1, 1)));
    let deleted = sut.apply(&Op::DeleteProfile { process: 2, thread: 1, name: "Work".to_string() });
    assert_eq!(deleted.code(), Some(0));
    assert_eq!(sut.apply(&Op::FinishLogon { call: 0 }).code(), Some(LOGON_FAILED));
    assert_eq!((sut.kernel.sessions().count(), sut.kernel.logon_mutex().is_free()), (0, true));
}
