//! Random worlds: a model world, and what limits the operations on it.

use std::collections::VecDeque;

use super::choices::Choices;
use super::generate::{self, Kind};
use super::texts::{self, CODE_PAGES, NAMES};
use crate::model::{Act, Config, DialogAnswer, Holder, InvalidParameters, Knobs, Op, Process, ProcessKind, Script, Svc, World, flag};

/// Processes are numbered from 1 to this.
pub const PROCESSES: u32 = 3;
/// Threads of each, too.
pub const THREADS: u32 = 2;
/// Names of the installed services.
pub const SERVICES: [&str; 3] = ["SVC0", "SVC1", "SVC2"];

/// A world to begin with, and a swarm: the operations and flags that this run may use.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The world before the first operation. Nobody is initialised yet.
    pub world: World,
    /// The machine's code page.
    pub code_page: u32,
    /// The installed services, as a user who creates a profile gets them.
    pub installed: Vec<Svc>,
    /// Kinds of operations that may come.
    pub kinds: Vec<Kind>,
    /// Flags that may be set.
    pub flags: u32,
    /// Processes that are initialised first, on their first thread.
    pub initialized: Vec<u32>,
}

impl Plan {
    /// The operations that come first.
    pub fn start(&self) -> Vec<Op> {
        self.initialized.iter().map(|process| Op::Initialize { process: *process, thread: 1, flags: 0, version: 0 }).collect()
    }
}

/// A world out of choices.
pub fn plan(choices: &mut impl Choices) -> Plan {
    let kinds = generate::swarm(choices);
    let flags = if choices.once_in(3) { choices.below(1 << 16) | choices.below(1 << 8) << 16 | flag::UNICODE } else { !0 };
    let initialized = (1..=PROCESSES).filter(|_| !choices.once_in(6)).collect();
    let code_page = choices.of(&CODE_PAGES);
    let mut world = World::new(if choices.coin() { knobs(choices) } else { Knobs::default() });
    world.max_sessions = if choices.once_in(4) { Some(choices.below(4)) } else { None };
    for process in 1..=PROCESSES {
        let kind = if choices.once_in(5) { ProcessKind::Service } else { ProcessKind::Interactive };
        world.processes.insert(process, Process { kind, ..Process::default() });
    }
    let installed: Vec<Svc> = SERVICES.iter().map(|name| installed(choices, name)).collect();
    profiles(choices, &mut world, &installed);
    world.holders = choices.list(3, holder);
    world.script = script(choices, &installed);
    Plan { world, code_page, installed, kinds, flags, initialized }
}

fn knobs(choices: &mut impl Choices) -> Knobs {
    let usual = Knobs::default();
    let mut other = || choices.once_in(4);
    Knobs {
        use_default_overrides_name: usual.use_default_overrides_name ^ other(),
        explicit_profile_blocks_default: other(),
        implicit_default: other(),
        unknown_profile_not_found: other(),
        prompt_on_unknown_profile: other(),
        app_profiles: usual.app_profiles ^ other(),
        password_ignored: other(),
        case_sensitive: other(),
        short_timeout_ms: if other() { 0 } else { usual.short_timeout_ms },
        strict_service: other(),
        strict_threads: other(),
        logoff_shared_by_owner: other(),
        invalid_parameters: choices.of(&[
            InvalidParameters::LogonFailed,
            InvalidParameters::LogonFailed,
            InvalidParameters::Specific,
            InvalidParameters::IgnoreFlags,
        ]),
    }
}

fn installed(choices: &mut impl Choices, name: &str) -> Svc {
    Svc { name: name.to_string(), configured: true, required: choices.coin(), has_entry: !choices.once_in(4), disabled: false }
}

fn profiles(choices: &mut impl Choices, world: &mut World, installed: &[Svc]) {
    for _ in 0..choices.below(7) {
        let name = choices.of(&NAMES);
        let app = choices.once_in(5);
        let services = choices.list(3, |choices| Svc {
            configured: !choices.coin(),
            required: choices.coin(),
            has_entry: !choices.once_in(4),
            disabled: choices.once_in(6),
            ..choices.of(installed)
        });
        if !world.profiles.iter().any(|profile| profile.name == name) {
            let id = world.add_profile(name, app, services);
            if choices.once_in(3) && !(app && world.knobs.app_profiles) {
                world.default = Some(id);
            }
        }
    }
}

fn holder(choices: &mut impl Choices) -> Holder {
    let owner = choices.once_in(3).then(|| (1 + choices.below(PROCESSES), 1 + choices.below(THREADS)));
    // A thread of the world takes the mutex before it makes its first call: it cannot do so while it is inside one.
    let from = choices.of(if owner.is_some() { &[0u64] } else { &[0, 0, 1, 1000, 4999, 5000, 9000] });
    let held = choices.of(&[Some(1), Some(1000), Some(4999), Some(5000), Some(5001), Some(30_000u64), None]);
    Holder::new(owner, from, held.map(|held| from + held))
}

fn script(choices: &mut impl Choices, installed: &[Svc]) -> Script {
    let mut script = Script { logon: choices.list(6, |choices| answer(choices, installed)).into(), ..Script::default() };
    for service in installed {
        let dialogs = choices.list(4, |choices| choices.of(&[Config::Supply, Config::Ok, Config::Cancel]));
        script.config.insert(service.name.clone(), dialogs.into());
        let results: VecDeque<bool> = choices.list(2, |choices| !choices.coin()).into();
        script.entry.insert(service.name.clone(), results);
    }
    script
}

fn answer(choices: &mut impl Choices, installed: &[Svc]) -> DialogAnswer {
    let name = if choices.once_in(4) { choices.of(&texts::OTHERS) } else { choices.of(&NAMES) };
    let act = match choices.below(4) {
        0 | 1 => Act::Pick(name.to_string()),
        2 => Act::Create { name: name.to_string(), services: choices.list(2, |choices| choices.of(installed)) },
        _ => Act::Cancel,
    };
    let after_ms = choices.of(&[0u64, 0, 1, 1000, 5000]);
    DialogAnswer { act, configure_services: choices.once_in(3), after_ms }
}
