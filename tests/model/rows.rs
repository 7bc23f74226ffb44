//! The end-to-end rows of the decision table, each through the table and through a world.

use super::bridge::{difference, world_for};
use super::table::{Flags, Inputs, Kind, MutexIs, NameIs, ServiceIs, SharedIs, UserDoes, Which, decide};
use super::types::{Config, LOGON_FAILED, NOT_INITIALIZED, Pw, S_OK, TIMEOUT, USER_CANCEL, flag};

const WELL: ServiceIs = ServiceIs { configured: true, required: false, has_entry: true, disabled: false };
const LACKS: ServiceIs = ServiceIs { configured: false, ..WELL };
const NEEDED: ServiceIs = ServiceIs { required: true, ..LACKS };

/// One end-to-end row: what goes in, what comes out, the deciding rows.
#[allow(clippy::too_many_arguments)]
fn row(no: &str, name: NameIs, flags: u32, state: fn(&mut Inputs), hr: u32, kind: Kind, profile: Which, dialogs: (u32, u32), path: &str) {
    let mut inputs = Inputs { name, flags: Flags::from_bits(flags), ..Inputs::default() };
    state(&mut inputs);
    let said = decide(&inputs);
    assert_eq!((said.hr, said.kind, said.profile), (hr, kind, profile), "{no} by the table: {said:?}");
    assert_eq!((said.logon_dialogs, said.config_dialogs), dialogs, "{no}: dialogs by the table: {said:?}");
    assert_eq!(said.path(), path, "{no}: path");
    let (mut world, op) = world_for(&inputs);
    let before = world.state();
    let outcome = world.apply(&op);
    assert_eq!(difference(&said, &outcome), None, "{no} by the world");
    assert_eq!(world.check(), Ok(()), "{no}");
    assert!(hr == S_OK || world.state() == before, "{no}: a failure left a trace");
}

#[test]
#[rustfmt::skip]
fn gates() {
    use Kind as K;
    use NameIs as N;
    use Which as W;
    row("E01", N::Known, flag::EXTENDED | flag::NEW_SESSION, |i| { i.initialized = false }, NOT_INITIALIZED, K::None, W::None, (0, 0), "1.1");
    row("E02", N::Null, flag::EXTENDED, |i| { i.initialized = false; i.result_pointer = false }, NOT_INITIALIZED, K::None, W::None, (0, 0), "1.1");
    row("E03", N::Known, flag::EXTENDED, |i| { i.result_pointer = false }, LOGON_FAILED, K::None, W::None, (0, 0), "2.1");
    row("E04", N::Known, flag::EXTENDED | flag::NEW_SESSION, |i| { i.unknown_bits = true }, LOGON_FAILED, K::None, W::None, (0, 0), "3.1");
    row("E05", N::Known, flag::EXTENDED | flag::NEW_SESSION | flag::LOGON_UI | flag::PASSWORD_UI, |_| {}, LOGON_FAILED, K::None, W::None, (0, 0), "3.2");
    row("E06", N::Known, flag::EXTENDED | flag::NEW_SESSION, |i| { i.password = Pw::Empty }, S_OK, K::Individual, W::Named, (0, 0), "4.2 6.4 8.7 12.1 13.1");
    row("E07", N::Known, flag::EXTENDED | flag::NEW_SESSION, |i| { i.password = Pw::Other }, LOGON_FAILED, K::None, W::None, (0, 0), "4.3");
    row("E08", N::Null, flag::EXTENDED, |i| { i.password = Pw::Other; i.shared = SharedIs::Joinable }, LOGON_FAILED, K::None, W::None, (0, 0), "4.3");
    row("E09", N::Known, flag::EXTENDED | flag::NEW_SESSION | flag::TIMEOUT_SHORT, |i| { i.mutex = MutexIs::OtherLong }, TIMEOUT, K::None, W::None, (0, 0), "5.4");
    row("E10", N::Known, flag::EXTENDED | flag::NEW_SESSION | flag::TIMEOUT_SHORT, |i| { i.mutex = MutexIs::OtherBrief }, S_OK, K::Individual, W::Named, (0, 0), "5.3 6.4 8.7 12.1 13.1");
    row("E11", N::Known, flag::EXTENDED | flag::NEW_SESSION, |i| { i.mutex = MutexIs::OtherLong }, S_OK, K::Individual, W::Named, (0, 0), "5.5 6.4 8.7 12.1 13.1");
    row("E12", N::Null, flag::EXTENDED | flag::TIMEOUT_SHORT, |i| { i.mutex = MutexIs::OtherLong; i.shared = SharedIs::Joinable }, TIMEOUT, K::None, W::None, (0, 0), "5.4");
    row("E13", N::Known, flag::EXTENDED | flag::NEW_SESSION | flag::TIMEOUT_SHORT, |i| { i.mutex = MutexIs::Own }, S_OK, K::Individual, W::Named, (0, 0), "5.2 6.4 8.7 12.1 13.1");
    row("E14", N::Known, flag::EXTENDED | flag::NEW_SESSION, |i| { i.limit_reached = true }, LOGON_FAILED, K::None, W::None, (0, 0), "6.4 7.1");
    row("E15", N::Null, flag::EXTENDED | flag::NEW_SESSION | flag::LOGON_UI, |i| { i.limit_reached = true }, LOGON_FAILED, K::None, W::None, (0, 0), "6.4 7.1");
    row("E16", N::Null, flag::EXTENDED, |i| { i.shared = SharedIs::Joinable; i.limit_reached = true }, S_OK, K::Joined, W::Shared, (0, 0), "6.1 J.1");
}

#[test]
#[rustfmt::skip]
fn a_shared_session_exists() {
    use Kind as K;
    use NameIs as N;
    use Which as W;
    row("E17", N::Null, flag::EXTENDED, |i| { i.shared = SharedIs::Joinable }, S_OK, K::Joined, W::Shared, (0, 0), "6.1 J.1");
    row("E18", N::Known, flag::EXTENDED, |i| { i.shared = SharedIs::Joinable }, S_OK, K::Joined, W::Shared, (0, 0), "6.1 J.1");
    row("E19", N::Unknown, flag::EXTENDED, |i| { i.shared = SharedIs::Joinable }, S_OK, K::Joined, W::Shared, (0, 0), "6.1 J.1");
    row("E20", N::TooLong, flag::EXTENDED, |i| { i.shared = SharedIs::Joinable }, S_OK, K::Joined, W::Shared, (0, 0), "6.1 J.1");
    row("E21", N::Malformed, flag::EXTENDED, |i| { i.shared = SharedIs::Joinable }, S_OK, K::Joined, W::Shared, (0, 0), "6.1 J.1");
    row("E21", N::Undecodable, flag::EXTENDED, |i| { i.shared = SharedIs::Joinable }, S_OK, K::Joined, W::Shared, (0, 0), "6.1 J.1");
    row("E22", N::Null, flag::EXTENDED | flag::LOGON_UI, |i| { i.shared = SharedIs::Joinable }, S_OK, K::Joined, W::Shared, (0, 0), "6.1 J.1");
    row("E23", N::Null, flag::EXTENDED | flag::EXPLICIT_PROFILE | flag::LOGON_UI, |i| { i.shared = SharedIs::Joinable }, S_OK, K::Joined, W::Shared, (0, 0), "6.1 J.1");
    row("E24", N::Null, flag::EXTENDED | flag::USE_DEFAULT, |i| { i.shared = SharedIs::Joinable }, S_OK, K::Joined, W::Shared, (0, 0), "6.1 J.1");
    row("E25", N::Known, flag::EXTENDED | flag::ALLOW_OTHERS, |i| { i.shared = SharedIs::Joinable }, S_OK, K::Joined, W::Shared, (0, 0), "6.1 J.1");
    row("E26", N::Null, flag::EXTENDED | flag::SERVICE_UI_ALWAYS, |i| { i.shared = SharedIs::Joinable }, S_OK, K::Joined, W::Shared, (0, 0), "6.1 J.1");
    row("E27", N::Null, flag::EXTENDED | flag::NO_MAIL, |i| { i.shared = SharedIs::Joinable }, S_OK, K::Joined, W::Shared, (0, 0), "6.1 J.3");
    row("E28", N::Null, flag::EXTENDED | flag::FORCE_DOWNLOAD, |i| { i.shared = SharedIs::Joinable }, S_OK, K::Joined, W::Shared, (0, 0), "6.1 J.2");
    row("E29", N::Null, flag::EXTENDED | flag::FORCE_DOWNLOAD | flag::NO_MAIL, |i| { i.shared = SharedIs::Joinable }, S_OK, K::Joined, W::Shared, (0, 0), "6.1 J.3");
    row("E30", N::Known, flag::EXTENDED | flag::NEW_SESSION, |i| { i.shared = SharedIs::Joinable }, S_OK, K::Individual, W::Named, (0, 0), "6.4 8.7 12.1 13.1");
    row("E31", N::Known, flag::EXTENDED | flag::NEW_SESSION | flag::ALLOW_OTHERS, |i| { i.shared = SharedIs::Joinable }, S_OK, K::Shared, W::Named, (0, 0), "6.4 8.7 12.3 13.1");
    row("E32", N::Null, flag::EXTENDED | flag::NEW_SESSION, |i| { i.shared = SharedIs::Joinable }, LOGON_FAILED, K::None, W::None, (0, 0), "6.4 8.6");
    row("E33", N::Null, flag::EXTENDED | flag::NEW_SESSION | flag::USE_DEFAULT, |i| { i.shared = SharedIs::Joinable }, S_OK, K::Individual, W::Default, (0, 0), "6.4 8.1 12.1 13.1");
    row("E34", N::Unknown, flag::EXTENDED | flag::NEW_SESSION, |i| { i.shared = SharedIs::Joinable }, LOGON_FAILED, K::None, W::None, (0, 0), "6.4 8.10");
    row("E35", N::Null, flag::EXTENDED, |i| { i.shared = SharedIs::Ended }, LOGON_FAILED, K::None, W::None, (0, 0), "6.3 8.6");
    row("E36", N::Known, flag::EXTENDED | flag::ALLOW_OTHERS, |i| { i.shared = SharedIs::Ended }, S_OK, K::Shared, W::Named, (0, 0), "6.3 8.7 12.2 13.1");
}

#[test]
#[rustfmt::skip]
fn no_shared_session_and_no_name() {
    use Kind as K;
    use NameIs as N;
    use Which as W;
    row("E37", N::Null, flag::EXTENDED, |_| {}, LOGON_FAILED, K::None, W::None, (0, 0), "6.2 8.6");
    row("E38", N::Null, flag::EXTENDED | flag::NEW_SESSION, |_| {}, LOGON_FAILED, K::None, W::None, (0, 0), "6.4 8.6");
    row("E39", N::Null, flag::EXTENDED | flag::NEW_SESSION, |i| { i.default = false }, LOGON_FAILED, K::None, W::None, (0, 0), "6.4 8.6");
    row("E40", N::Null, flag::EXTENDED | flag::NEW_SESSION | flag::EXPLICIT_PROFILE, |_| {}, LOGON_FAILED, K::None, W::None, (0, 0), "6.4 8.6");
    row("E41", N::Null, flag::EXTENDED | flag::NEW_SESSION | flag::USE_DEFAULT, |_| {}, S_OK, K::Individual, W::Default, (0, 0), "6.4 8.1 12.1 13.1");
    row("E42", N::Null, flag::EXTENDED | flag::NEW_SESSION | flag::USE_DEFAULT | flag::LOGON_UI, |_| {}, S_OK, K::Individual, W::Default, (0, 0), "6.4 8.1 12.1 13.1");
    row("E43", N::Null, flag::EXTENDED | flag::NEW_SESSION | flag::EXPLICIT_PROFILE | flag::USE_DEFAULT, |_| {}, S_OK, K::Individual, W::Default, (0, 0), "6.4 8.2 12.1 13.1");
    row("E44", N::Null, flag::EXTENDED | flag::NEW_SESSION | flag::EXPLICIT_PROFILE | flag::USE_DEFAULT | flag::LOGON_UI, |_| {}, S_OK, K::Individual, W::Default, (0, 0), "6.4 8.2 12.1 13.1");
    row("E45", N::Null, flag::EXTENDED | flag::ALLOW_OTHERS | flag::USE_DEFAULT, |_| {}, S_OK, K::Shared, W::Default, (0, 0), "6.2 8.1 12.2 13.1");
    row("E46", N::Null, flag::EXTENDED | flag::NEW_SESSION | flag::USE_DEFAULT, |i| { i.default = false }, LOGON_FAILED, K::None, W::None, (0, 0), "6.4 8.4");
    row("E47", N::Null, flag::EXTENDED | flag::NEW_SESSION | flag::USE_DEFAULT | flag::LOGON_UI, |i| { i.default = false; i.user = vec![UserDoes::PickKnown] }, S_OK, K::Individual, W::Picked, (1, 0), "6.4 8.3 9.1 12.1 13.1");
    row("E48", N::Null, flag::EXTENDED | flag::NEW_SESSION | flag::USE_DEFAULT | flag::LOGON_UI, |i| { i.default = false; i.user = vec![UserDoes::Cancel] }, USER_CANCEL, K::None, W::None, (1, 0), "6.4 8.3 9.4");
    row("E49", N::Null, flag::EXTENDED | flag::NEW_SESSION | flag::LOGON_UI, |i| { i.user = vec![UserDoes::PickKnown] }, S_OK, K::Individual, W::Picked, (1, 0), "6.4 8.5 9.1 12.1 13.1");
    row("E50", N::Null, flag::EXTENDED | flag::NEW_SESSION | flag::LOGON_UI, |i| { i.user = vec![UserDoes::WrongName, UserDoes::PickKnown] }, S_OK, K::Individual, W::Picked, (2, 0), "6.4 8.5 9.2 12.1 13.1");
    row("E51", N::Null, flag::EXTENDED | flag::NEW_SESSION | flag::LOGON_UI, |i| { i.user = vec![UserDoes::Create] }, S_OK, K::Individual, W::Created, (1, 0), "6.4 8.5 9.3 12.1 13.1");
    row("E52", N::Null, flag::EXTENDED | flag::NEW_SESSION | flag::LOGON_UI, |i| { i.user = vec![UserDoes::Cancel] }, USER_CANCEL, K::None, W::None, (1, 0), "6.4 8.5 9.4");
    row("E53", N::Null, flag::EXTENDED | flag::NEW_SESSION | flag::LOGON_UI, |_| {}, USER_CANCEL, K::None, W::None, (1, 0), "6.4 8.5 9.5");
    row("E54", N::Null, flag::EXTENDED | flag::NEW_SESSION | flag::ALLOW_OTHERS | flag::EXPLICIT_PROFILE | flag::LOGON_UI, |i| { i.user = vec![UserDoes::PickKnown] }, S_OK, K::Shared, W::Picked, (1, 0), "6.4 8.5 9.1 12.2 13.1");
    row("E55", N::Null, flag::EXTENDED | flag::NEW_SESSION | flag::PASSWORD_UI, |_| {}, LOGON_FAILED, K::None, W::None, (0, 0), "6.4 8.6");
}

#[test]
#[rustfmt::skip]
fn no_shared_session_and_a_name() {
    use Kind as K;
    use NameIs as N;
    use Which as W;
    row("E56", N::Known, flag::EXTENDED, |_| {}, S_OK, K::Individual, W::Named, (0, 0), "6.2 8.7 12.1 13.1");
    row("E57", N::Known, flag::EXTENDED | flag::NEW_SESSION, |_| {}, S_OK, K::Individual, W::Named, (0, 0), "6.4 8.7 12.1 13.1");
    row("E58", N::Known, flag::EXTENDED | flag::NEW_SESSION | flag::LOGON_UI, |_| {}, S_OK, K::Individual, W::Named, (0, 0), "6.4 8.7 12.1 13.1");
    row("E59", N::Known, flag::EXTENDED | flag::NEW_SESSION | flag::EXPLICIT_PROFILE, |_| {}, S_OK, K::Individual, W::Named, (0, 0), "6.4 8.7 12.1 13.1");
    row("E60", N::Known, flag::EXTENDED | flag::NEW_SESSION | flag::USE_DEFAULT, |_| {}, S_OK, K::Individual, W::Default, (0, 0), "6.4 8.1 12.1 13.1");
    row("E61", N::Known, flag::EXTENDED | flag::NEW_SESSION | flag::USE_DEFAULT, |i| { i.default = false }, LOGON_FAILED, K::None, W::None, (0, 0), "6.4 8.4");
    row("E62", N::Known, flag::EXTENDED | flag::ALLOW_OTHERS, |_| {}, S_OK, K::Shared, W::Named, (0, 0), "6.2 8.7 12.2 13.1");
    row("E63", N::Known, flag::EXTENDED | flag::NEW_SESSION | flag::ALLOW_OTHERS, |_| {}, S_OK, K::Shared, W::Named, (0, 0), "6.4 8.7 12.2 13.1");
    row("E64", N::App, flag::EXTENDED | flag::NEW_SESSION, |_| {}, S_OK, K::Individual, W::App, (0, 0), "6.4 8.9 12.1 13.1");
    row("E65", N::Unknown, flag::EXTENDED | flag::NEW_SESSION, |_| {}, LOGON_FAILED, K::None, W::None, (0, 0), "6.4 8.10");
    row("E66", N::Unknown, flag::EXTENDED | flag::NEW_SESSION | flag::LOGON_UI, |_| {}, LOGON_FAILED, K::None, W::None, (0, 0), "6.4 8.11");
    row("E67", N::Unknown, flag::EXTENDED | flag::NEW_SESSION | flag::USE_DEFAULT, |_| {}, S_OK, K::Individual, W::Default, (0, 0), "6.4 8.1 12.1 13.1");
    row("E68", N::TooLong, flag::EXTENDED | flag::NEW_SESSION, |_| {}, LOGON_FAILED, K::None, W::None, (0, 0), "6.4 8.12");
    row("E69", N::Malformed, flag::EXTENDED | flag::NEW_SESSION, |_| {}, LOGON_FAILED, K::None, W::None, (0, 0), "6.4 8.13");
    row("E69", N::Undecodable, flag::EXTENDED | flag::NEW_SESSION, |_| {}, LOGON_FAILED, K::None, W::None, (0, 0), "6.4 8.13");
    row("E70", N::Marked, flag::EXTENDED | flag::NEW_SESSION, |_| {}, LOGON_FAILED, K::None, W::None, (0, 0), "6.4 8.14");
}

#[test]
#[rustfmt::skip]
fn mail_services_and_configuration() {
    use Kind as K;
    use NameIs as N;
    use Which as W;
    row("E71", N::Known, flag::EXTENDED | flag::NEW_SESSION | flag::NO_MAIL, |_| {}, S_OK, K::Individual, W::Named, (0, 0), "6.4 8.7 12.1 13.3");
    row("E72", N::Known, flag::EXTENDED | flag::NEW_SESSION | flag::ALLOW_OTHERS | flag::NO_MAIL, |_| {}, S_OK, K::Shared, W::Named, (0, 0), "6.4 8.7 12.2 13.3");
    row("E73", N::Known, flag::EXTENDED | flag::NEW_SESSION | flag::FORCE_DOWNLOAD, |_| {}, S_OK, K::Individual, W::Named, (0, 0), "6.4 8.7 12.1 13.2");
    row("E74", N::Known, flag::EXTENDED | flag::NEW_SESSION | flag::FORCE_DOWNLOAD | flag::NO_MAIL, |_| {}, S_OK, K::Individual, W::Named, (0, 0), "6.4 8.7 12.1 13.4");
    row("E75", N::Known, flag::EXTENDED | flag::NEW_SESSION | flag::NO_MAIL | flag::NT_SERVICE, |_| {}, S_OK, K::Individual, W::Named, (0, 0), "3.3 6.4 8.7 12.1 13.3");
    row("E76", N::Known, flag::EXTENDED | flag::NEW_SESSION | flag::NT_SERVICE, |_| {}, S_OK, K::Individual, W::Named, (0, 0), "3.3 6.4 8.7 12.1 13.3");
    row("E77", N::Null, flag::EXTENDED | flag::NEW_SESSION | flag::LOGON_UI | flag::NO_MAIL | flag::NT_SERVICE, |_| {}, LOGON_FAILED, K::None, W::None, (0, 0), "3.3 6.4 8.6");
    row("E78", N::Null, flag::EXTENDED | flag::NEW_SESSION | flag::USE_DEFAULT | flag::LOGON_UI | flag::NO_MAIL | flag::NT_SERVICE, |_| {}, S_OK, K::Individual, W::Default, (0, 0), "3.3 6.4 8.1 12.1 13.3");
    row("E79", N::Known, flag::EXTENDED | flag::NEW_SESSION | flag::SERVICE_UI_ALWAYS | flag::NO_MAIL | flag::NT_SERVICE, |_| {}, S_OK, K::Individual, W::Named, (0, 0), "3.3 6.4 8.7 12.1 13.3");
    row("E80", N::Null, flag::EXTENDED | flag::NT_SERVICE, |i| { i.shared = SharedIs::Joinable }, S_OK, K::Joined, W::Shared, (0, 0), "3.3 6.1 J.3");
    row("E81", N::Known, flag::EXTENDED | flag::NEW_SESSION | flag::SERVICE_UI_ALWAYS, |i| { (i.services, i.config) = (vec![WELL, WELL], vec![Config::Ok, Config::Ok]) }, S_OK, K::Individual, W::Named, (0, 2), "6.4 8.7 10.2 12.1 13.1");
    row("E82", N::Known, flag::EXTENDED | flag::NEW_SESSION | flag::SERVICE_UI_ALWAYS, |i| { (i.services, i.config) = (vec![WELL, WELL, WELL], vec![Config::Ok, Config::Cancel]) }, USER_CANCEL, K::None, W::None, (0, 2), "6.4 8.7 10.3");
    row("E83", N::Known, flag::EXTENDED | flag::NEW_SESSION | flag::LOGON_UI, |i| { (i.services, i.retry) = (vec![LACKS], vec![Config::Supply]) }, S_OK, K::Individual, W::Named, (0, 1), "6.4 8.7 11.2 12.1 13.1");
    row("E84", N::Known, flag::EXTENDED | flag::NEW_SESSION, |i| { (i.services, i.retry) = (vec![LACKS], vec![Config::Supply]) }, S_OK, K::Individual, W::Named, (0, 0), "6.4 8.7 11.3 12.1 13.1");
    row("E85", N::Known, flag::EXTENDED | flag::NEW_SESSION, |i| { i.services = vec![LACKS] }, S_OK, K::Individual, W::Named, (0, 0), "6.4 8.7 11.4 12.1 13.1");
    row("E86", N::Known, flag::EXTENDED | flag::NEW_SESSION, |i| { (i.services, i.retry) = (vec![LACKS], Vec::new()) }, S_OK, K::Individual, W::Named, (0, 0), "6.4 8.7 11.4 12.1 13.1");
    row("E87", N::Known, flag::EXTENDED | flag::NEW_SESSION, |i| { i.services = vec![NEEDED] }, LOGON_FAILED, K::None, W::None, (0, 0), "6.4 8.7 11.5");
    row("E88", N::Known, flag::EXTENDED | flag::NEW_SESSION | flag::LOGON_UI, |i| { (i.services, i.retry) = (vec![NEEDED], vec![Config::Supply]) }, S_OK, K::Individual, W::Named, (0, 1), "6.4 8.7 11.2 12.1 13.1");
    row("E89", N::Known, flag::EXTENDED | flag::NEW_SESSION | flag::LOGON_UI, |i| { i.services = vec![NEEDED] }, LOGON_FAILED, K::None, W::None, (0, 2), "6.4 8.7 11.5");
}
