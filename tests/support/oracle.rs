//! What has to hold: that kernel and model agree, and the properties of section 5 of the decision table.

use mapi_sim::call::{Call, Mapi};
use mapi_sim::clause::Reading;
use mapi_sim::kernel::{Event, Finished, Kernel, Row, Why};
use mapi_sim::mapi::{Hresult, LogonFlags};

use super::lower;
use super::sessions::Tables;
use super::sut::{Shared, Sut};
use crate::model::{Answer, Outcome, World};

/// Says what differs, unless it is the same.
pub(super) fn same<T: PartialEq + std::fmt::Debug>(what: &str, model: &T, kernel: &T) -> Result<(), String> {
    if model == kernel { Ok(()) } else { Err(format!("{what} differ\n  model: {model:?}\n kernel: {kernel:?}")) }
}

/// Says what is wrong unless it holds.
pub(super) fn hold(holds: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}

/// Whether one operation gave the same in both, and left the same behind.
pub fn agree(model: &World, expected: &Outcome, sut: &mut Sut, got: &Outcome) -> Result<(), String> {
    let mut expected = expected.clone();
    if matches!(expected.answer, Answer::Waiting | Answer::Deadlock) {
        // How many dialogs a call has shown so far is known when it is done.
        (expected.logon_dialogs, expected.config_dialogs) = (0, 0);
    }
    same("outcomes", &expected, got)?;
    if let Some(what) = sut.broken.pop() {
        return Err(what);
    }
    model.check().map_err(|what| format!("the model itself: {what}"))?;
    invariants(sut)?;
    same_state(model, sut)?;
    same("what providers and services were asked", &model.did, &sut.did)?;
    same("what sinks were told", &model.told, &sut.told)?;
    let tables = Tables::of(&sut.kernel);
    super::sessions::same_views(model, sut, &tables)?;
    super::sessions::invariants(sut, &tables)
}

/// A session core: name of its profile, whether shared, whether ended, its clients, the positions of disabled services.
type CoreFacts = (String, bool, bool, usize, Vec<usize>, Vec<usize>);

/// A profile: name, app profile, marked, name it will take, services with configured and disabled.
type ProfileFacts<'a> = (&'a str, bool, bool, Option<&'a str>, Vec<(&'a str, bool, bool, bool, bool)>);

fn same_state(model: &World, sut: &Sut) -> Result<(), String> {
    let kernel = &sut.kernel;
    same("times", &model.now, &kernel.now().as_millis())?;
    same("profiles", &model_profiles(model), &kernel_profiles(kernel))?;
    let default = kernel.profiles().default_profile().and_then(|id| kernel.profiles().get(id)).map(|profile| profile.name.clone());
    same("default profiles", &model.default_name(), &default)?;
    same("session cores", &model_cores(model), &kernel_cores(kernel))?;
    let joinable = kernel.shared_session().map(|handle| handle.number() as usize - 1);
    let slot = model.shared_slot.and_then(|slot| model.cores.iter().find(|core| core.number == slot)).map(|core| core.creator);
    same("joinable sessions", &slot, &joinable)?;
    for (number, member) in model.members.iter().enumerate() {
        let handle = lower::session(number);
        let expected = (member.live, member.released, member.live.then_some(member.no_mail));
        let known = kernel.member(handle);
        let live = known.is_some_and(|member| !member.logged_off);
        let got = (live, known.is_none(), known.filter(|member| !member.logged_off).map(|member| member.no_mail));
        same(&format!("clients {handle}"), &expected, &got)?;
    }
    for number in model.processes.keys() {
        let count = kernel.processes().iter().find(|process| process.name() == lower::process_name(*number)).map_or(0, |p| p.init_count());
        same(&format!("counts of process {number}"), &model.init_count(*number), &count)?;
    }
    same("mutexes (free)", &model.mutex_free(), &kernel.logon_mutex().is_free())?;
    let mut waiting: Vec<_> = model.waiting().into_iter().map(|call| sut.logons.get(call).copied()).collect();
    let waits = (0..model.waits.len()).filter(|at| model.report_wait(*at).answer == Answer::Waiting);
    waiting.extend(waits.map(|at| sut.waits.get(at).map(|(id, _)| *id)));
    waiting.sort_unstable();
    same("waiting calls", &waiting, &kernel.waiting().map(Some).collect())?;
    same("next moments", &model.next_timer(), &kernel.next_time().map(|time| time.as_millis()))
}

fn model_profiles(model: &World) -> Vec<ProfileFacts<'_>> {
    let profiles = model.profiles.iter();
    profiles
        .map(|profile| {
            let services = profile.services.iter();
            let services = services.map(|s| (s.name.as_str(), s.configured, s.required, s.has_entry, s.disabled)).collect();
            (profile.name.as_str(), profile.app, profile.marked, profile.pending_rename.as_deref(), services)
        })
        .collect()
}

fn kernel_profiles(kernel: &Kernel) -> Vec<ProfileFacts<'_>> {
    let profiles = kernel.profiles().iter().map(|(_, profile)| profile);
    profiles
        .map(|profile| {
            let services = profile.services.iter();
            let services = services.map(|s| (s.service.as_str(), s.configured, s.required, s.has_entry, s.disabled)).collect();
            (profile.name.as_str(), profile.app, profile.marked, profile.pending_rename.as_deref(), services)
        })
        .collect()
}

fn model_cores(model: &World) -> Vec<CoreFacts> {
    let clients = |number| (0..model.members.len()).filter(|at| model.members[*at].live && model.members[*at].core == number).collect();
    let name = |id| model.profiles.iter().find(|profile| profile.id == id).map(|profile| profile.name.clone()).unwrap_or_default();
    let cores = model.cores.iter();
    cores.map(|core| (name(core.profile), core.shared, core.ended, core.creator, clients(core.number), core.disabled.clone())).collect()
}

fn kernel_cores(kernel: &Kernel) -> Vec<CoreFacts> {
    let number = |handle: mapi_sim::call::Handle| handle.number() as usize - 1;
    let cores = kernel.sessions().map(|(handle, core)| {
        let profile = kernel.profiles().get(core.profile);
        let disabled = core.disabled.iter().map(|at| usize::from(*at)).collect();
        let name = profile.map(|profile| profile.name.clone()).unwrap_or_default();
        let clients = core.members.iter().map(|member| number(*member)).collect();
        (name, core.shared, core.ended, number(handle), clients, disabled)
    });
    cores.collect()
}

/// What must hold of a kernel between two calls, whatever came before (properties 3, 4, 12 and 14).
pub fn invariants(sut: &Sut) -> Result<(), String> {
    let kernel = &sut.kernel;
    for (handle, core) in kernel.sessions() {
        hold(!core.members.is_empty(), || format!("{handle} has no member"))?;
        hold(kernel.profiles().get(core.profile).is_some(), || format!("{handle} is on no profile"))?;
        hold(core.shared || !core.ended, || format!("{handle} ended sharing and was not shared"))?;
        let mine: Vec<_> = kernel.members().filter(|(_, m)| m.core == handle && !m.logged_off).map(|(handle, _)| handle).collect();
        hold(mine == core.members, || format!("{handle} has members {:?}, and {mine:?} say that they are", core.members))?;
        let messaging = mine.iter().any(|member| kernel.member(*member).is_some_and(|member| !member.no_mail));
        hold(core.spooler == messaging, || format!("{handle}: spooler {}, messaging member {messaging}", core.spooler))?;
    }
    if let Some(shared) = kernel.shared_session() {
        let core = kernel.sessions().find(|(handle, _)| *handle == shared).map(|(_, core)| core);
        hold(core.is_some_and(|core| core.shared && !core.ended), || format!("{shared} can be joined and is {core:?}"))?;
    }
    for (handle, member) in kernel.members() {
        hold(member.logged_off || kernel.session_of(handle).is_some(), || format!("{handle} has no session"))?;
        hold(member.logged_off || kernel.process(member.process).init_count() > 0, || format!("{handle} outlives its process"))?;
        let nature = sut.natures.get(&handle).copied();
        hold(nature == Some(member.no_mail), || format!("{handle} came with {nature:?} and has {}", member.no_mail))?;
    }
    let most = kernel.machine().max_sessions.map_or(usize::MAX, |most| most as usize);
    hold(kernel.sessions().count() <= most, || "more sessions than allowed".to_string())?;
    let nobody = kernel.waiting().next().is_none() && kernel.machine().mutex_holders.is_empty();
    hold(!nobody || kernel.logon_mutex().is_free(), || "the mutex is held by nobody".to_string())?;
    hold(kernel.logon_mutex().is_free() == kernel.logon_mutex().owner().is_none(), || "the mutex has holds and no owner".to_string())
}

/// The properties that a logon which is done breaks (1, 2, 5, 9, 10, 14).
pub fn broken_by(kernel: &Kernel, finished: &Finished) -> Vec<String> {
    let Call::Mapi(Mapi::MAPILogonEx { flags, .. }) = &finished.call else { return Vec::new() };
    let flags = *flags;
    let hr = finished.reply.hr;
    let object = finished.reply.object();
    let is = |what: fn(&Event) -> bool| finished.events.iter().any(what);
    let logon_dialog = is(|event| matches!(event, Event::LogonDialog { .. }));
    let dialog = logon_dialog || is(|event| matches!(event, Event::ServiceDialog { .. }));
    let joined = is(|event| matches!(event, Event::Joined(_)));
    let taken = finished.events.iter().filter(|event| matches!(event, Event::MutexTaken)).count();
    let given = finished.events.iter().filter(|event| matches!(event, Event::MutexGivenBack)).count();
    let member = object.and_then(|object| kernel.member(object));
    let rows = match &finished.why {
        Why::Logon(why) => why.path.rows().to_vec(),
        _ => Vec::new(),
    };
    let before_seven = !rows.iter().any(|row| *row >= Row::R7_1);
    let marked = object.and_then(|object| kernel.session_of(object)).and_then(|core| kernel.profiles().get(core.profile)).map(|p| p.marked);
    let checks = [
        (possible(kernel, hr), "an impossible result (property 1)"),
        ((hr == Hresult::S_OK) == object.is_some(), "a session without S_OK, or the reverse (property 2)"),
        (!(joined && flags.contains(LogonFlags::NEW_SESSION)), "joined with MAPI_NEW_SESSION (property 5)"),
        (!joined || before_seven && !dialog, "joined after step 6, or with a dialog (property 5)"),
        (!rows.contains(&Row::R6_1) || joined, "row 6.1 without joining (property 5)"),
        (!logon_dialog || flags.contains(LogonFlags::LOGON_UI), "a logon dialog without MAPI_LOGON_UI (property 9)"),
        (!dialog || !flags.contains(LogonFlags::NT_SERVICE), "a dialog of a service (property 9)"),
        (hr != Hresult::MAPI_E_USER_CANCEL || dialog, "cancelled without a dialog (property 9)"),
        (
            hr != Hresult::MAPI_E_TIMEOUT
                || flags.contains(LogonFlags::TIMEOUT_SHORT) && is(|event| matches!(event, Event::MutexWait { .. })),
            "timed out without reason (property 10)",
        ),
        (member.is_none_or(|member| member.no_mail == flags.intersects(LogonFlags::NO_MAIL | LogonFlags::NT_SERVICE)), "not as asked for"),
        (joined || marked != Some(true), "a new session on a marked profile (property 14)"),
        (taken == given, "the mutex is not given back (LOGON-160)"),
        (!rows.is_empty(), "no row decided"),
    ];
    let broken = checks.iter().filter(|(holds, _)| !holds);
    broken.map(|(_, what)| format!("{} gave {hr}: {what}\n{:?}", finished.call, finished)).collect()
}

/// Property 1, with the codes that some readings add.
fn possible(kernel: &Kernel, hr: Hresult) -> bool {
    let index = |reading| kernel.machine().readings.index(reading);
    match hr {
        Hresult::S_OK
        | Hresult::MAPI_E_NOT_INITIALIZED
        | Hresult::MAPI_E_LOGON_FAILED
        | Hresult::MAPI_E_TIMEOUT
        | Hresult::MAPI_E_USER_CANCEL => true,
        Hresult::MAPI_E_INVALID_PARAMETER | Hresult::MAPI_E_UNKNOWN_FLAGS => index(Reading::InvalidParameters) == 1,
        Hresult::MAPI_E_NOT_FOUND => index(Reading::UnknownProfileResult) == 1,
        _ => false,
    }
}

/// What a logon that failed has changed and may not have (LOGON-172, property 3). Users change profiles in dialogs.
pub fn untouched(before: &Shared, after: &Shared, outcome: &Outcome) -> Option<String> {
    let mut before = before.clone();
    if outcome.logon_dialogs + outcome.config_dialogs > 0 {
        let kept = before.profiles.iter().all(|(id, profile)| {
            let now = after.profiles.get(id);
            now.is_some_and(|now| {
                (&now.name, now.app, now.marked, now.services.len()) == (&profile.name, profile.app, profile.marked, profile.services.len())
            })
        });
        if !kept || before.profiles.default_profile() != after.profiles.default_profile() {
            return Some(format!("a failing logon changed profiles (LOGON-172)\n{before:?}\n{after:?}"));
        }
        before.profiles = after.profiles.clone();
    }
    (before != *after).then(|| format!("a failing logon left a trace (LOGON-172)\n{before:?}\n{after:?}"))
}
