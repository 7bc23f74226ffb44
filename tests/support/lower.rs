//! From the model's words to the kernel's: machines, profiles, scripts and calls.

use std::collections::BTreeMap;
use std::sync::Arc;

use mapi_sim::call::{Call, Handle, IMAPISession, IProfAdmin, IUnknown, Mapi, ObjectKind, OutPtr};
use mapi_sim::clause::{Reading, Readings};
use mapi_sim::kernel::{
    DialogAnswer, LogonAct, LogonAnswer, Machine, MutexHolder, ProcessKind, Profile, ProfileService, Profiles, Service,
};
use mapi_sim::mapi::{CodePage, Hresult, LogoffFlags, LogonFlags, Text};
use mapi_sim::{Script, ServiceScript, SimDuration, SimTime};

use super::plan::Plan;
use super::texts;
use crate::model::{self, Act, Config, InvalidParameters, Knobs, Name, Pw, Request, Svc, flag};

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
        ..Service::default()
    };
    Arc::new(Machine {
        code_page: texts::code_page(plan.code_page),
        max_sessions: world.max_sessions,
        outlook_version: 2016,
        readings: readings(&world.knobs),
        processes: world.processes.iter().map(|(number, process)| (process_name(*number), kind(process.kind))).collect(),
        services: plan.installed.iter().map(|svc| (svc.name.clone(), service(svc))).collect(),
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
    ];
    chosen.into_iter().fold(Readings::default(), |readings, (reading, index)| readings.with_index(reading, index))
}

/// The profiles of a world.
pub fn profiles(plan: &Plan) -> Arc<Profiles> {
    let service = |svc: &Svc| ProfileService {
        service: svc.name.clone(),
        id: svc.name.clone(),
        configured: svc.configured,
        required: svc.required,
        has_entry: svc.has_entry,
        disabled: svc.disabled,
        ..ProfileService::default()
    };
    let mut profiles = Profiles::default();
    for profile in &plan.world.profiles {
        let services = profile.services.iter().map(service).collect();
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
    Script { logon_dialog: script.logon.iter().map(answer).collect(), services, ..Script::default() }
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
