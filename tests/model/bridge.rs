//! A world out of the abstract inputs of the table, and back, so that table, model and kernel can be compared.

use super::clock::Holder;
use super::table::{Expected, Inputs, Kind, MutexIs, NameIs, ServiceIs, SharedIs, UserDoes, Which};
use super::types::{Act, Config, DialogAnswer, Name, Op, Outcome, Pw, Request, Script};
use super::world::{Process, ProcessKind, Svc, World};

/// The process and thread that log on.
pub const CALLER: (u32, u32) = (1, 1);
/// The process that has the sessions that are there before.
pub const OTHER: u32 = 2;
/// How long a brief and a long holder keep the mutex.
pub const HOLDS_MS: (u64, u64) = (1000, 60_000);

/// Name of a profile of such a world.
pub fn profile_name(which: Which) -> &'static str {
    match which {
        Which::None => "",
        Which::Shared => "S",
        Which::Default => "A",
        Which::Named => "B",
        Which::App => "P",
        Which::Picked => "C",
        Which::Created => "N",
    }
}

/// A world in the situation of these inputs, and the call that they describe.
///
/// Profiles: the default "A" (not the default without `default`), "B" the known one, "C" the user's pick, the app profile "P", "T" which is
/// marked, "S" of the shared session; the user creates "N". "T" has a session, and "S" too unless there is no shared one.
pub fn world_for(i: &Inputs) -> (World, Op) {
    let mut world = World::new(i.knobs.clone());
    let kind = if i.service_process { ProcessKind::Service } else { ProcessKind::Interactive };
    let mut caller = Process { kind, ..Process::default() };
    if i.initialized {
        caller.count = 1;
        caller.threads.insert(if i.thread_initialized { CALLER.1 } else { CALLER.1 + 1 }, 1);
    }
    world.processes.insert(CALLER.0, caller);
    world.add_process(OTHER, ProcessKind::Interactive, 1);
    let services = services(&i.services);
    for (name, app) in [("A", false), ("B", false), ("C", false), ("P", true), ("T", false), ("S", false)] {
        let id = world.add_profile(name, app, services.clone());
        match name {
            "A" if i.default => world.default = Some(id),
            "T" => {
                world.add_session(OTHER, id, false, false);
                world.profiles[id as usize].marked = true;
            }
            "S" if i.shared != SharedIs::None => {
                world.add_session(OTHER, id, true, false);
                if i.shared == SharedIs::Ended {
                    world.shared_slot = None;
                    world.cores.iter_mut().filter(|core| core.shared).for_each(|core| core.ended = true);
                }
            }
            _ => {}
        }
    }
    world.max_sessions = i.limit_reached.then_some(world.cores.len() as u32);
    world.holders.extend(match i.mutex {
        MutexIs::Free => None,
        MutexIs::Own => Some(Holder::new(Some(CALLER), 0, Some(HOLDS_MS.1))),
        MutexIs::OtherBrief => Some(Holder::new(None, 0, Some(HOLDS_MS.0))),
        MutexIs::OtherLong => Some(Holder::new(None, 0, Some(HOLDS_MS.1))),
    });
    world.script = script(i, &services);
    (world, Op::Logon(request(i)))
}

/// The call that these inputs describe.
pub fn request(i: &Inputs) -> Request {
    let given = |text: &str| Name::Given(text.to_string());
    let name = match i.name {
        NameIs::Null => Name::Null,
        NameIs::Known => given("B"),
        NameIs::App => given("P"),
        NameIs::Unknown => given("Nope"),
        NameIs::TooLong => Name::Given("a".repeat(65)),
        NameIs::Malformed => given(" B"),
        NameIs::Undecodable => Name::Undecodable,
        NameIs::Marked => given("T"),
    };
    Request {
        process: CALLER.0,
        thread: CALLER.1,
        name,
        password: i.password,
        flags: i.flags.bits() | if i.unknown_bits { 0x80 } else { 0 },
        null_result: !i.result_pointer,
    }
}

fn services(services: &[ServiceIs]) -> Vec<Svc> {
    let one = |(at, s): (usize, &ServiceIs)| Svc {
        name: format!("SVC{at}"),
        configured: s.configured,
        required: s.required,
        has_entry: s.has_entry,
        disabled: s.disabled,
    };
    services.iter().enumerate().map(one).collect()
}

/// Deals the answers of the table, which come in one row, out to the services that will ask for them.
fn script(i: &Inputs, services: &[Svc]) -> Script {
    let mut script = Script::default();
    let answer = |does: &UserDoes| DialogAnswer {
        act: match does {
            UserDoes::PickKnown => Act::Pick("C".to_string()),
            UserDoes::WrongName => Act::Pick("Nope".to_string()),
            UserDoes::Create => {
                Act::Create { name: "N".to_string(), services: services.iter().map(|s| Svc { disabled: false, ..s.clone() }).collect() }
            }
            UserDoes::Cancel => Act::Cancel,
        },
        configure_services: i.tick,
        after_ms: 0,
    };
    script.logon = i.user.iter().map(answer).collect();
    // What the table says tells which services ask: step 10 happened if its row is 10.2 or 10.3.
    let expected = super::table::decide(i);
    let created = expected.profile == Which::Created;
    let mut config = i.config.iter();
    let mut retry = i.retry.iter();
    let ui = (i.flags.logon_ui || i.flags.password_ui) && !i.flags.nt_service;
    let tenth = expected.rows.iter().any(|row| matches!(*row, "10.2" | "10.3"));
    for service in services {
        let mut configured = service.configured || created || expected.rows.contains(&"9.3");
        if !service.has_entry || (service.disabled && !expected.rows.contains(&"9.3")) {
            continue;
        }
        if tenth {
            // Without an answer the logon is cancelled here, and nobody asks for more.
            let Some(&answer) = config.next() else { break };
            script.config.entry(service.name.clone()).or_default().push_back(answer);
            configured |= answer == Config::Supply;
        }
        if configured {
            continue;
        }
        for _ in 0..if ui { 2 } else { 1 } {
            let Some(&answer) = retry.next() else { break };
            if ui {
                script.config.entry(service.name.clone()).or_default().push_back(answer);
            } else {
                script.entry.entry(service.name.clone()).or_default().push_back(answer == Config::Supply);
            }
            if answer == Config::Supply {
                break;
            }
        }
    }
    script
}

/// What differs between the table and an outcome, if anything does.
pub fn difference(expected: &Expected, outcome: &Outcome) -> Option<String> {
    let session = outcome.session.as_ref();
    let kind = match session {
        None => Kind::None,
        Some(session) if session.joined => Kind::Joined,
        Some(session) if session.shared => Kind::Shared,
        Some(_) => Kind::Individual,
    };
    let profile = session.map_or("", |session| session.profile.as_str());
    let no_mail = session.is_some_and(|session| session.no_mail);
    let same = outcome.code() == Some(expected.hr)
        && kind == expected.kind
        && profile == profile_name(expected.profile)
        && no_mail == expected.no_mail
        && outcome.logon_dialogs == expected.logon_dialogs
        && outcome.config_dialogs == expected.config_dialogs;
    (!same).then(|| format!("expected {expected:?}\n     got {outcome:?}"))
}

/// Inputs whose NULL name is an empty one instead.
pub fn with_empty_name(request: &Request) -> Request {
    Request { name: Name::Empty, ..request.clone() }
}

/// Inputs whose NULL password is an empty one instead.
pub fn with_empty_password(request: &Request) -> Request {
    Request { password: Pw::Empty, ..request.clone() }
}
