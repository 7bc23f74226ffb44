//! From the model's words to the kernel's: machines, profiles, scripts and calls.

use std::collections::BTreeMap;
use std::sync::Arc;

use mapi_sim::call::{
    Bytes, Call, Handle, IMAPIClientShutdown, IMAPIProp, IMAPISession, IMAPIStatus, IMAPITable, IProfAdmin, IUnknown, Mapi, ObjectKind,
    OutPtr,
};
use mapi_sim::clause::{Reading, Readings};
use mapi_sim::kernel::{
    DialogAnswer, Identity, LogonAct, LogonAnswer, Machine, MutexHolder, ProcessKind, Profile, ProfileProvider, ProfileService, Profiles,
    Provider, ProviderKind, Service,
};
use mapi_sim::mapi::{CodePage, Hresult, LogoffFlags, LogonFlags, NotifyEvents, OpenFlags, StoreFlags, Text, WidthFlags};
use mapi_sim::{ProviderScript, Script, ServiceScript, SimDuration, SimTime};

use super::plan::Plan;
use super::texts;
use crate::model::{
    self, Act, Config, Delivery, INVALID_PARAMETER, InvalidParameters, Knobs, LastError, Method, NOT_FOUND, Name, ObjectMethod, Prov, Pw,
    Request, Resource, StatusRows, Svc, flag,
};

/// MAPI_APP_PROFILE and MAPI_UNICODE in the flag word of an administration method.
const ADMIN: u32 = 0x8000_0004;

/// Name of a process.
pub fn process_name(process: u32) -> String {
    format!("p{process}")
}

/// Name of a thread.
pub fn thread_name(thread: u32) -> String {
    format!("t{thread}")
}

/// The session with this number.
pub fn session(number: usize) -> Handle {
    Handle::new(ObjectKind::Session, u32::try_from(number).map_or(u32::MAX, |number| number.saturating_add(1)))
}

/// The machine of a plan.
pub fn machine(plan: &Plan) -> Arc<Machine> {
    let world = &plan.world;
    let kind = |kind: model::ProcessKind| match kind {
        model::ProcessKind::Interactive => ProcessKind::Interactive,
        model::ProcessKind::Service => ProcessKind::Service,
    };
    let holder = |(at, holder): (usize, &model::Holder)| MutexHolder {
        process: holder.owner.map_or_else(|| format!("outside{at}"), |(process, _)| process_name(process)),
        thread: holder.owner.map_or_else(|| "main".to_string(), |(_, thread)| thread_name(thread)),
        from: SimTime::from_millis(holder.from),
        until: holder.until.map(SimTime::from_millis),
    };
    let service = |svc: &Svc| Service {
        name: svc.name.clone(),
        title: svc.name.clone(),
        required: svc.required,
        entry: svc.has_entry.then(|| "ServiceEntry".to_string()),
        providers: world.installed.get(&svc.name).into_iter().flatten().map(|prov| prov.section.clone()).collect(),
        ..Service::default()
    };
    Arc::new(Machine {
        code_page: texts::code_page(plan.code_page),
        max_sessions: world.max_sessions,
        outlook_version: 2016,
        readings: readings(&world.knobs),
        processes: world.processes.iter().map(|(number, process)| (process_name(*number), kind(process.kind))).collect(),
        services: plan.installed.iter().map(|svc| (svc.name.clone(), service(svc))).collect(),
        providers: world.installed.values().flatten().map(|prov| (prov.section.clone(), provider(prov))).collect(),
        fast_shutdown: world.fast_shutdown,
        mutex_holders: world.holders.iter().enumerate().map(holder).collect(),
        ..Machine::default()
    })
}

/// The readings that are chosen.
pub fn readings(knobs: &Knobs) -> Readings {
    let usual = Knobs::default();
    let invalid = match knobs.invalid_parameters {
        InvalidParameters::LogonFailed => 0,
        InvalidParameters::Specific => 1,
        InvalidParameters::IgnoreFlags => 2,
    };
    let delivery = match knobs.delivery {
        Delivery::Queued => 0,
        Delivery::Inline => 1,
        Delivery::Thread => 2,
    };
    let unadvise = match knobs.unadvise_unknown {
        NOT_FOUND => 0,
        INVALID_PARAMETER => 1,
        _ => 2,
    };
    let last_error = match knobs.last_error {
        LastError::Kept => 0,
        LastError::Cleared => 1,
        LastError::None => 2,
    };
    let chosen = [
        (Reading::UseDefaultOverridesName, usize::from(knobs.use_default_overrides_name != usual.use_default_overrides_name)),
        (Reading::ExplicitProfileBlocksDefault, usize::from(knobs.explicit_profile_blocks_default)),
        (Reading::ImplicitDefault, usize::from(knobs.implicit_default)),
        (Reading::UnknownProfileResult, usize::from(knobs.unknown_profile_not_found)),
        (Reading::PromptOnUnknownProfile, usize::from(knobs.prompt_on_unknown_profile)),
        (Reading::InvalidParameters, invalid),
        (Reading::AppProfiles, usize::from(knobs.app_profiles != usual.app_profiles)),
        (Reading::PasswordPolicy, usize::from(knobs.password_ignored)),
        (Reading::ProfileNameCase, usize::from(knobs.case_sensitive)),
        (Reading::ShortTimeoutMs, usize::from(knobs.short_timeout_ms != usual.short_timeout_ms)),
        (Reading::StrictService, usize::from(knobs.strict_service)),
        (Reading::StrictThreads, usize::from(knobs.strict_threads)),
        (Reading::LogoffSharedBy, usize::from(knobs.logoff_shared_by_owner)),
        (Reading::LogoffSharedScope, usize::from(knobs.logoff_shared_machine_wide)),
        (Reading::CriticalErrorOnLogoff, usize::from(knobs.critical_on_any_logoff)),
        (Reading::EagerProviders, usize::from(knobs.eager_providers)),
        (Reading::EagerTransports, usize::from(knobs.eager_transports)),
        (Reading::StatusRows, usize::from(knobs.status_rows == StatusRows::Profile)),
        (Reading::NoMailFlush, usize::from(knobs.no_mail_flush_ok)),
        (Reading::LateDelivery, usize::from(knobs.late_delivery)),
        (Reading::QueryIdentityOpensAb, usize::from(!knobs.query_identity_opens_ab)),
        (Reading::AbUnconfiguredDisablesService, usize::from(knobs.ab_unconfigured_disables)),
        (Reading::NegativeReadCursor, usize::from(knobs.negative_read_to_first)),
        (Reading::Delivery, delivery),
        (Reading::UnadviseUnknown, unadvise),
        (Reading::LastError, last_error),
    ];
    chosen.into_iter().fold(Readings::default(), |readings, (reading, index)| readings.with_index(reading, index))
}

/// An installed provider.
fn provider(prov: &Prov) -> Provider {
    let identity = |display: &String| Identity { display: display.clone(), address_type: "SMTP".to_string(), address: display.clone() };
    Provider {
        section: prov.section.clone(),
        kind: match prov.resource {
            Resource::AddressBook => ProviderKind::AddressBook,
            Resource::Store => ProviderKind::Store,
            Resource::Transport => ProviderKind::Transport,
        },
        provider_display: prov.section.clone(),
        display_name: prov.section.clone(),
        dll: "provider.dll".to_string(),
        flags: prov.flags,
        identity: prov.identity.as_ref().map(identity),
        required: Vec::new(),
        status_code: None,
        server_based: false,
        record_key: None,
        session_limit: prov.limit,
        address_types: prov.types.clone(),
        own_store: None,
        ignores_no_dialog: false,
        fast_shutdown: prov.fast,
        status_row: prov.row,
    }
}

/// A provider in a profile. Its identifier is made of where it stands.
fn instance(prov: &Prov, (profile, service, nth): (u32, usize, usize)) -> ProfileProvider {
    let mut uid = [0xAA; 16];
    uid[..3].copy_from_slice(&[profile, service as u32, nth as u32].map(|number| number as u8));
    ProfileProvider { provider: prov.section.clone(), id: prov.section.clone(), display_name: prov.section.clone(), flags: prov.flags, uid }
}

/// The profiles of a world.
pub fn profiles(plan: &Plan) -> Arc<Profiles> {
    let instances = |profile: u32, at: usize, svc: &Svc| {
        let installed = plan.world.installed.get(&svc.name).into_iter().flatten().enumerate();
        installed.map(|(nth, prov)| instance(prov, (profile, at, nth))).collect()
    };
    let service = |profile: u32, at: usize, svc: &Svc| ProfileService {
        service: svc.name.clone(),
        id: svc.name.clone(),
        providers: instances(profile, at, svc),
        configured: svc.configured,
        required: svc.required,
        has_entry: svc.has_entry,
        disabled: svc.disabled,
        ..ProfileService::default()
    };
    let mut profiles = Profiles::default();
    for profile in &plan.world.profiles {
        let services = profile.services.iter().enumerate().map(|(at, svc)| service(profile.id, at, svc)).collect();
        let id = profiles.add(Profile { name: profile.name.clone(), app: profile.app, services, ..Profile::default() });
        if plan.world.default == Some(profile.id) {
            profiles.set_default(id);
        }
    }
    Arc::new(profiles)
}

/// What people and services will do.
pub fn script(script: &model::Script) -> Script {
    let mut services: BTreeMap<String, ServiceScript> = BTreeMap::new();
    for (name, answers) in &script.config {
        services.entry(name.clone()).or_default().dialog = answers.iter().map(|answer| dialog(*answer)).collect();
    }
    for (name, results) in &script.entry {
        let result = |good: &bool| if *good { Hresult::S_OK } else { Hresult::MAPI_E_UNCONFIGURED };
        services.entry(name.clone()).or_default().on_configure = results.iter().map(result).collect();
    }
    let results = |codes: &std::collections::VecDeque<u32>| codes.iter().map(|code| Hresult::new(*code)).collect();
    let provider = |behaviour: &model::Behaviour| ProviderScript {
        logon: results(&behaviour.logon),
        download: results(&behaviour.download),
        inbound: behaviour.inbound,
        start_after: SimDuration::from_millis(behaviour.after_ms),
        logoff: results(&behaviour.logoff),
    };
    let providers = script.providers.iter().map(|(section, behaviour)| (section.clone(), provider(behaviour))).collect();
    Script { providers, logon_dialog: script.logon.iter().map(answer).collect(), services, ..Script::default() }
}

fn dialog(answer: Config) -> DialogAnswer {
    match answer {
        Config::Ok => DialogAnswer::Ok,
        Config::Supply => DialogAnswer::Supply,
        Config::Cancel => DialogAnswer::Cancel,
    }
}

fn answer(answer: &model::DialogAnswer) -> LogonAnswer {
    let act = match &answer.act {
        Act::Pick(name) => LogonAct::Pick(name.clone()),
        Act::Create { name, services } => {
            LogonAct::Create { name: name.clone(), services: services.iter().map(|svc| svc.name.clone()).collect() }
        }
        Act::Cancel => LogonAct::Cancel,
    };
    LogonAnswer { act, configure_services: answer.configure_services, after: SimDuration::from_millis(answer.after_ms) }
}

/// The call of a logon; with `raw` its name is passed in units of its own.
pub fn logon(request: &Request, raw: bool, code_page: CodePage) -> Call {
    let unicode = request.flags & flag::UNICODE != 0;
    let profile_name = match &request.name {
        Name::Null => None,
        Name::Empty => Some(texts::text("", unicode, raw, code_page)),
        Name::Given(name) => Some(texts::text(name, unicode, raw, code_page)),
        Name::Undecodable => Some(texts::undecodable(unicode)),
    };
    logon_as(request, profile_name)
}

/// The call of a logon with this name instead.
pub fn logon_as(request: &Request, profile_name: Option<Text>) -> Call {
    let password = match request.password {
        Pw::Null => None,
        Pw::Empty => Some(Box::new("".into())),
        Pw::Other => Some(Box::new("secret".into())),
    };
    Call::Mapi(Mapi::MAPILogonEx {
        ui_param: 0,
        profile_name,
        password,
        flags: LogonFlags::new(request.flags),
        session: if request.null_result { OutPtr::Null } else { OutPtr::Given },
    })
}

/// IMAPISession::Logoff.
pub fn logoff(number: usize, flags: u32) -> Call {
    Call::IMAPISession(session(number), IMAPISession::Logoff { ui_param: 0, flags: LogoffFlags::new(flags), reserved: 0 })
}

/// A store's entry identifier: four zero bytes, who made it, and the provider's own identifier.
pub fn store_entry_id(uid: [u8; 16]) -> Bytes {
    Bytes::new([&[0; 4], &b"mapi-sim store\0\0"[..], &uid].concat())
}

/// A status row's entry identifier that no session has.
pub fn no_status_row() -> Bytes {
    Bytes::new([&[0; 4], &b"mapi-sim status\0"[..], &9999u32.to_le_bytes()].concat())
}

/// A method of a session; `entry_id` is that of the store or status row that it opens.
pub fn method(this: Handle, method: &Method, entry_id: Bytes) -> Call {
    let width = WidthFlags::UNICODE;
    let entry_id = Some(entry_id);
    let call = match method {
        Method::OpenAddressBook => IMAPISession::OpenAddressBook { ui_param: 0, interface: None, flags: 1 },
        Method::OpenMsgStore { flags, .. } => {
            IMAPISession::OpenMsgStore { ui_param: 0, entry_id, interface: None, flags: StoreFlags::from_bits_retain(*flags) }
        }
        Method::GetStatusTable => IMAPISession::GetStatusTable { flags: width },
        Method::OpenStatus { .. } => IMAPISession::OpenEntry { entry_id, interface: None, flags: OpenFlags::empty() },
        Method::EnumAdrTypes => IMAPISession::EnumAdrTypes { flags: width },
        Method::QueryIdentity => IMAPISession::QueryIdentity {},
        Method::Advise { sink } => IMAPISession::Advise { entry_id: None, event_mask: NotifyEvents::fnevCriticalError, advise_sink: *sink },
        Method::Unadvise { connection } => IMAPISession::Unadvise { connection: *connection },
        Method::GetLastError { hr } => IMAPISession::GetLastError { result: Hresult::new(*hr), flags: width },
        Method::QueryFastShutdown => return Call::IMAPIClientShutdown(this, IMAPIClientShutdown::QueryFastShutdown {}),
        Method::NotifyProcessShutdown => return Call::IMAPIClientShutdown(this, IMAPIClientShutdown::NotifyProcessShutdown {}),
        Method::DoFastShutdown => return Call::IMAPIClientShutdown(this, IMAPIClientShutdown::DoFastShutdown {}),
    };
    Call::IMAPISession(this, call)
}

/// A method of an object.
pub fn object_method(this: Handle, method: &ObjectMethod) -> Call {
    match method {
        ObjectMethod::Release => release(this),
        ObjectMethod::Count => Call::IMAPITable(this, IMAPITable::GetRowCount { flags: 0 }),
        ObjectMethod::Seek { origin, by } => Call::IMAPITable(this, IMAPITable::SeekRow { origin: *origin, row_count: *by }),
        ObjectMethod::Rows { count, flags } => Call::IMAPITable(this, IMAPITable::QueryRows { row_count: *count, flags: *flags }),
        ObjectMethod::Props => Call::IMAPIProp(this, IMAPIProp::GetPropList { flags: 0 }),
        ObjectMethod::Validate => Call::IMAPIStatus(this, IMAPIStatus::ValidateState { ui_param: 0, flags: 0 }),
        ObjectMethod::Flush => Call::IMAPIStatus(this, IMAPIStatus::FlushQueues { ui_param: 0, target_transport: None, flags: 2 }),
    }
}

/// The last Release of an object.
pub fn release(object: Handle) -> Call {
    Call::IUnknown(object, IUnknown::Release {})
}

/// IProfAdmin::DeleteProfile.
pub fn delete(admin: Handle, name: &str) -> Call {
    Call::IProfAdmin(admin, IProfAdmin::DeleteProfile { profile_name: Some(Text::wide(name)), flags: ADMIN })
}

/// IProfAdmin::RenameProfile.
pub fn rename(admin: Handle, name: &str, new: &str) -> Call {
    let (old_profile_name, new_profile_name) = (Some(Text::wide(name)), Some(Box::new(Text::wide(new))));
    Call::IProfAdmin(admin, IProfAdmin::RenameProfile { old_profile_name, old_password: None, new_profile_name, ui_param: 0, flags: ADMIN })
}

/// IProfAdmin::SetDefaultProfile.
pub fn set_default(admin: Handle, name: Option<&str>) -> Call {
    Call::IProfAdmin(admin, IProfAdmin::SetDefaultProfile { profile_name: name.map(Text::wide), flags: ADMIN & !0x4 })
}
