//! Random worlds: a model world, and what limits the operations on it.

use std::collections::{BTreeSet, VecDeque};

use super::choices::Choices;
use super::generate::{self, Kind};
use super::texts::{self, CODE_PAGES, NAMES};
use crate::model::{
    Act, Behaviour, Config, DEFAULT_STORE, Delivery, DialogAnswer, Holder, INVALID_PARAMETER, InvalidParameters, Knobs, LastError,
    NOT_FOUND, NOT_PRIMARY, Op, PRIMARY, Process, ProcessKind, Prov, Resource, S_OK, Script, StatusRows, Svc, World, flag,
};

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
    /// What they say to MAPIInitialize.
    pub init_flags: u32,
    /// Logons are mostly such as succeed.
    pub easy: bool,
}

impl Plan {
    /// The operations that come first.
    pub fn start(&self) -> Vec<Op> {
        self.initialized.iter().map(|process| Op::Initialize { process: *process, thread: 1, flags: self.init_flags, version: 0 }).collect()
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
    let init_flags = if choices.once_in(4) { flag::INIT_MULTITHREAD } else { 0 };
    if choices.once_in(8) {
        return Plan { world, code_page, installed, kinds, flags, initialized, init_flags, easy: false };
    }
    for name in SERVICES {
        let providers = providers(choices, name);
        for provider in &providers {
            world.script.providers.insert(provider.section.clone(), behaviour(choices));
        }
        world.installed.insert(name.to_string(), providers);
    }
    world.fast_shutdown = choices.of(&[0, 0, 1, 2]);
    resources(choices, &mut world.knobs);
    Plan { world, code_page, installed, kinds, flags, initialized, init_flags, easy: false }
}

/// The world of a plan for what hangs from sessions: profiles that can be logged on to, nobody in the way, and the operations that matter.
pub fn of_sessions(mut plan: Plan) -> Plan {
    plan.world.holders.clear();
    plan.world.max_sessions = None;
    plan.world.default = None;
    plan.world.profiles.clear();
    for (name, services) in [("A", &SERVICES[..]), ("Work", &SERVICES[..2])] {
        let service = |name: &&str| Svc { name: name.to_string(), configured: true, required: false, has_entry: true, disabled: false };
        let id = plan.world.add_profile(name, false, services.iter().map(service).collect());
        plan.world.default.get_or_insert(id);
    }
    plan.initialized = (1..=PROCESSES).collect();
    plan.kinds = generate::session_swarm();
    plan.easy = true;
    plan
}

/// The providers of a service.
fn providers(choices: &mut impl Choices, service: &str) -> Vec<Prov> {
    let mut identity = choices.coin().then(|| format!("user of {service}"));
    let mut list = Vec::new();
    for nth in 0..choices.below(5) {
        let resource = choices.of(&[Resource::Store, Resource::Transport, Resource::AddressBook]);
        let mut flags = choices.of(&[0, NOT_PRIMARY, PRIMARY]);
        if resource == Resource::Store && choices.coin() {
            flags |= DEFAULT_STORE;
        }
        let gives = choices.coin();
        list.push(Prov {
            section: format!("{service}-{nth}"),
            resource,
            row: resource == Resource::Transport || !choices.once_in(5),
            flags,
            identity: if gives { identity.take() } else { None },
            types: choices.of(&[vec!["SMTP"], vec!["SMTP", "FAX"], vec!["*"], vec![]]).into_iter().map(str::to_string).collect(),
            limit: choices.once_in(5).then(|| choices.below(3)),
            fast: choices.of(&[None, Some(true), Some(false)]),
        });
    }
    list
}

/// What a provider does, mostly what it should.
fn behaviour(choices: &mut impl Choices) -> Behaviour {
    use crate::model::{ERRORS_RETURNED, FAIL_ONE, LOGON_FAILED, NO_ACCESS, UNCONFIGURED, USER_CANCEL};
    let results = [S_OK, S_OK, UNCONFIGURED, FAIL_ONE, LOGON_FAILED, ERRORS_RETURNED, NO_ACCESS, USER_CANCEL];
    Behaviour {
        logon: if choices.coin() { VecDeque::new() } else { choices.list(3, |choices| choices.of(&results)).into() },
        after_ms: choices.of(&[0, 0, 0, 1, 1000, 4000]),
        logoff: choices.list(2, |choices| choices.of(&[S_OK, LOGON_FAILED])).into(),
        inbound: choices.below(3),
        download: choices.list(2, |choices| choices.of(&[S_OK, LOGON_FAILED])).into(),
    }
}

/// The readings about what hangs from a session.
fn resources(choices: &mut impl Choices, knobs: &mut Knobs) {
    if choices.coin() {
        return;
    }
    let mut other = || choices.once_in(4);
    knobs.logoff_shared_machine_wide = other();
    knobs.critical_on_any_logoff = other();
    knobs.eager_providers = other();
    knobs.eager_transports = other();
    knobs.status_rows = if other() { StatusRows::Profile } else { StatusRows::Active };
    knobs.no_mail_flush_ok = other();
    knobs.late_delivery = other();
    knobs.query_identity_opens_ab = !other();
    knobs.ab_unconfigured_disables = other();
    knobs.negative_read_to_first = other();
    knobs.delivery = choices.of(&[Delivery::Queued, Delivery::Queued, Delivery::Inline, Delivery::Thread]);
    knobs.unadvise_unknown = choices.of(&[NOT_FOUND, NOT_FOUND, INVALID_PARAMETER, S_OK]);
    knobs.last_error = choices.of(&[LastError::Kept, LastError::Kept, LastError::Cleared, LastError::None]);
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
        ..usual
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
        2 => {
            let mut seen = BTreeSet::new();
            let mut services = choices.list(2, |choices| choices.of(installed));
            services.retain(|service| seen.insert(service.name.clone()));
            Act::Create { name: name.to_string(), services }
        }
        _ => Act::Cancel,
    };
    let after_ms = choices.of(&[0u64, 0, 1, 1000, 5000]);
    DialogAnswer { act, configure_services: choices.once_in(3), after_ms }
}
