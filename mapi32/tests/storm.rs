//! Hostile clients that break no promise about memory: any slot with NULL and zero, any flags, releases in any order, from several threads.

mod client;

use std::ptr::null_mut;
use std::sync::Arc;

use client::*;
use mapi_sim::Sim;
use mapi32::bind_process;
use mapi32::world::bind_face;

/// Numbers that look random and are the same on every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// Every slot of every kind of object with NULL and zero for each argument: an answer, and out-parameters that nobody gave are not written.
#[test]
fn every_slot_takes_null_and_zero() {
    let sim = Arc::new(Sim::office());
    let bound = bind_process(sim.clone(), "client");
    assert_eq!(initialize(), S_OK);
    let (_, session) = logon(Some("Work"), QUIET);
    let table = status_table(session, 0);
    let Some((_, Read::Binary(entry_id))) = all_rows(table)[0].iter().find(|(tag, _)| *tag == 0x0FFF_0102).cloned() else {
        panic!("PR_ENTRYID")
    };
    let (mut kind, mut status, mut book, mut admin) = (0u32, null_mut(), null_mut(), null_mut());
    let length = u32::try_from(entry_id.len()).expect("short");
    let hr = method!(
        session, 9, u32 = length, *const u8 = entry_id.as_ptr(), Ptr = null_mut(), u32 = 0, *mut u32 = &raw mut kind,
        *mut Ptr = &raw mut status
    );
    assert_eq!(hr, S_OK);
    assert_eq!(method!(session, 6, usize = 0, Ptr = null_mut(), u32 = 0, *mut Ptr = &raw mut book), S_OK);
    // SAFETY: a local.
    assert_eq!(unsafe { MAPIAdminProfiles(0, &raw mut admin) }, S_OK);
    let (mut data, mut stream, iid) = (null_mut(), null_mut(), iid(0xC));
    // SAFETY: NULL functions are allowed.
    assert_eq!(unsafe { CreateIProp(std::ptr::null(), null_mut(), null_mut(), null_mut(), null_mut(), &raw mut data) }, S_OK);
    // PR_HTML, with MAPI_CREATE and MAPI_MODIFY.
    let hr = method!(data, 7, u32 = 0x1013_0102, *const u8 = iid.as_ptr(), u32 = 0, u32 = 3, *mut Ptr = &raw mut stream);
    assert_eq!(hr, S_OK);
    let all = [(table, 26), (status, 18), (book, 32), (admin, 12), (stream, 14), (data, 18), (session, 22)];
    for (object, slots) in all {
        for number in (3..slots).filter(|number| !(object == session && *number == 17)) {
            let hr = call_slot(object, number, [0; 4]);
            assert_ne!(hr, MAPI_E_INVALID_OBJECT, "slot {number}");
        }
        assert_eq!(release(object), 0);
    }
    uninitialize();
    let problems = bound.face().ledger().findings().0;
    assert!(problems.iter().all(|problem| problem.contains("is not built")), "{problems:#?}");
    bound.discard();
    Arc::into_inner(sim).expect("alone").discard();
}

/// Threads of one process that log on, count, release too often and go on.
#[test]
fn threads_misuse_what_they_have() {
    let sim = Arc::new(Sim::office());
    let bound = bind_process(sim.clone(), "client");
    assert_eq!(initialize(), S_OK);
    let threads: Vec<_> = (0..4u64)
        .map(|seed| {
            let face = bound.face().clone();
            std::thread::spawn(move || {
                let _bound = bind_face(face);
                let mut numbers = Numbers(seed + 1);
                let mut held: Vec<Ptr> = Vec::new();
                for _ in 0..400 {
                    let pick = |numbers: &mut Numbers, held: &[Ptr]| held.get(usize::try_from(numbers.below(64)).unwrap_or(0)).copied();
                    match numbers.below(6) {
                        0 => held.extend(Some(logon(Some("Work"), QUIET).1).filter(|session| !session.is_null())),
                        1 => drop(pick(&mut numbers, &held).map(add_ref)),
                        2 | 3 => drop(pick(&mut numbers, &held).map(release)),
                        4 => drop(pick(&mut numbers, &held).map(logoff)),
                        _ => {
                            let mut table = null_mut();
                            if let Some(session) = pick(&mut numbers, &held) {
                                let _ = method!(session, 8, u32 = 0, *mut Ptr = &raw mut table);
                            }
                            if !table.is_null() {
                                assert_eq!(release(table), 0);
                            }
                        }
                    }
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
    uninitialize();
    assert!(!bound.face().ledger().findings().0.is_empty());
    bound.discard();
    Arc::into_inner(sim).expect("alone").discard();
}
