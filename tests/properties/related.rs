//! Properties 6, 7, 8, 11 and 13 of the decision table: two calls that have to come out the same, in the same random situation.

use mapi_sim::mapi::Text;
use proptest::prelude::*;

use crate::model::{Name, Op, Outcome, Request, flag};
use crate::support::choices::Bytes;
use crate::support::sut::{Shared, Sut};
use crate::support::{MOST_OPS, OP_BYTES, WORLD_BYTES, generate, lower, oracle, split, story, texts};

/// A kernel after a random past, a call that can be made, and the story to tell.
struct Situation {
    sut: Sut,
    request: Request,
    code_page: mapi_sim::CodePage,
    story: String,
}

fn situation(input: &[u8]) -> Situation {
    let (plan, pieces) = split(input);
    let (mut model, mut sut) = (plan.world.clone(), Sut::new(&plan));
    let mut told = plan.start();
    for op in &told {
        model.apply(op);
        sut.apply(op);
    }
    let mut pieces: Vec<&[u8]> = pieces.collect();
    let last = pieces.pop().unwrap_or_default();
    for piece in pieces {
        let op = generate::op(&mut Bytes::new(piece), &plan, &model);
        model.apply(&op);
        sut.apply(&op);
        told.push(op);
    }
    let mut choices = Bytes::new(last);
    let busy = |caller: &(u32, u32)| !model.thread_busy(caller.0, caller.1);
    let caller = [(1, 1), (2, 1), (3, 1), (1, 2), (2, 2), (3, 2)].into_iter().find(busy).unwrap_or((4, 1));
    let request = generate::request(&mut choices, &plan, &model, caller);
    told.push(Op::Logon(request.clone()));
    Situation { sut, request, code_page: texts::code_page(plan.code_page), story: story(&plan, &told) }
}

/// HRESULT, profile, joined or not, shared or not.
fn decided(outcome: &Outcome) -> (Option<u32>, Option<(&str, bool, bool)>) {
    (outcome.code(), outcome.session.as_ref().map(|session| (session.profile.as_str(), session.joined, session.shared)))
}

impl Situation {
    /// What comes of a call, and what it leaves.
    fn after(&self, request: &Request) -> (Outcome, Shared) {
        self.after_call(request, lower::logon(request, false, self.code_page))
    }

    fn after_call(&self, request: &Request, call: mapi_sim::call::Call) -> (Outcome, Shared) {
        let mut sut = self.sut.clone();
        let outcome = sut.logon_call(request, call);
        assert_eq!(sut.broken, Vec::<String>::new(), "{}", self.story);
        assert_eq!(oracle::invariants(&sut), Ok(()), "{}", self.story);
        (outcome, Shared::of(&sut.kernel))
    }

    fn name_is_given(&self) -> bool {
        self.request.name.given()
    }
}

fn input() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), WORLD_BYTES..WORLD_BYTES + OP_BYTES * MOST_OPS / 4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Property 6: with a joinable session and no MAPI_NEW_SESSION the name does not count.
    #[test]
    fn a_joinable_session_makes_the_name_void(input in input(), name in 0..6usize) {
        let mut s = situation(&input);
        s.request.flags &= !flag::NEW_SESSION;
        let (first, left) = s.after(&s.request);
        // The session may come to be, or cease to be joinable, only while the call waits.
        if s.sut.kernel.shared_session().is_some() && s.sut.kernel.waiting().next().is_none() {
            let long = "y".repeat(70);
            let given = |name: &str| Name::Given(name.to_string());
            let names = [Name::Null, Name::Empty, given("Nope"), given(" A"), given(&long), given("Work")];
            let other = Request { name: names[name].clone(), ..s.request.clone() };
            let (second, also_left) = s.after(&other);
            prop_assert_eq!(first, second, "{}", s.story);
            prop_assert_eq!(left.profiles, also_left.profiles);
        }
    }

    /// Property 7: with a given name MAPI_EXPLICIT_PROFILE does not count.
    #[test]
    fn a_given_name_makes_explicit_profile_void(input in input()) {
        let s = situation(&input);
        if s.name_is_given() {
            let other = Request { flags: s.request.flags ^ flag::EXPLICIT_PROFILE, ..s.request.clone() };
            prop_assert_eq!(s.after(&s.request).0, s.after(&other).0, "{}", s.story);
        }
    }

    /// Property 8: no name and an empty name are the same.
    #[test]
    fn no_name_is_an_empty_name(input in input()) {
        let s = situation(&input);
        let (null, empty) = (Request { name: Name::Null, ..s.request.clone() }, Request { name: Name::Empty, ..s.request.clone() });
        prop_assert_eq!(s.after(&null), s.after(&empty), "{}", s.story);
        let call = lower::logon_as(&empty, Some(Text::from("\0rest")));
        prop_assert_eq!(s.after(&null), s.after_call(&empty, call), "{}", s.story);
    }

    /// Property 11: the flags about mail decide nothing.
    #[test]
    fn mail_flags_never_change_the_decision(input in input(), which in 1..8u32) {
        let s = situation(&input);
        let bits = [flag::NO_MAIL, flag::FORCE_DOWNLOAD, flag::BG_SESSION];
        let change: u32 = (0..3).filter(|at| which & (1 << at) != 0).map(|at| bits[at]).sum();
        let other = Request { flags: s.request.flags ^ change, ..s.request.clone() };
        let ((first, left), (second, also_left)) = (s.after(&s.request), s.after(&other));
        prop_assert_eq!(decided(&first), decided(&second), "{}", s.story);
        prop_assert_eq!(left.profiles, also_left.profiles);
    }

    /// Property 13: the ANSI and the Unicode form of a name are the same.
    #[test]
    fn the_width_of_a_name_changes_nothing(input in input()) {
        let s = situation(&input);
        let Name::Given(name) = &s.request.name else { return Ok(()) };
        let (bytes, lossy) = s.code_page.encode(name);
        if lossy || s.code_page.decode(&bytes).as_deref() != Some(name.as_str()) {
            return Ok(());
        }
        let narrow = Request { flags: s.request.flags & !flag::UNICODE, ..s.request.clone() };
        let wide = Request { flags: s.request.flags | flag::UNICODE, ..s.request.clone() };
        let ansi = s.after_call(&narrow, lower::logon_as(&narrow, Some(Text::Ansi(bytes.into()))));
        let unicode = s.after_call(&wide, lower::logon_as(&wide, Some(Text::wide(name))));
        prop_assert_eq!(ansi.0, unicode.0, "{}", s.story);
        prop_assert_eq!(ansi.1.profiles, unicode.1.profiles);
    }
}
