//! What an adversary has the people and services around a client say.
//!
//! It never answers by itself: it writes the answer into the script, if that has none, just before the script is asked. So what it said is a script,
//! and a world with that script goes the same way.

use std::collections::VecDeque;

use super::SPANS;
use crate::choices::Choices;
use crate::fixture::{ProviderScript, Script, ServiceScript};
use crate::kernel::{DialogAnswer, Kernel, LogonAct, LogonAnswer, ProviderKind, Question};
use crate::mapi::Hresult;
use crate::time::SimDuration;

/// How often a user tries again in the logon dialog before pressing Cancel.
const PATIENCE: u32 = 3;

/// What entry point functions return for MSG_SERVICE_CONFIGURE; the first is what they do unless somebody says otherwise.
const ENTRY_POINT: [Hresult; 4] =
    [Hresult::MAPI_E_UNCONFIGURED, Hresult::S_OK, Hresult::MAPI_E_USER_CANCEL, Hresult::MAPI_E_EXTENDED_ERROR];

/// How logons of providers end.
const LOGON: [Hresult; 8] = [
    Hresult::S_OK,
    Hresult::S_OK,
    Hresult::MAPI_E_UNCONFIGURED,
    Hresult::MAPI_E_FAILONEPROVIDER,
    Hresult::MAPI_E_LOGON_FAILED,
    Hresult::MAPI_E_USER_CANCEL,
    Hresult::MAPI_E_UNKNOWN_CPID,
    Hresult::MAPI_E_UNKNOWN_LCID,
];

/// How fetching a message, and the logoff of a provider, end.
const REST: [Hresult; 4] = [Hresult::S_OK, Hresult::S_OK, Hresult::MAPI_E_CALL_FAILED, Hresult::MAPI_E_NETWORK_ERROR];

/// Sees to it that the script has an answer to the question, unless the fixture says how that is.
pub(super) fn improvise(choices: &mut Choices, world: &Kernel, question: &Question, script: &mut Script, said: &mut Script) {
    match question {
        Question::LogonDialog { profiles, earlier, .. } => {
            if script.logon_dialog.is_empty() {
                let answer = logon_answer(choices, world, profiles, *earlier);
                both(&mut script.logon_dialog, &mut said.logon_dialog, answer);
            }
        }
        Question::LogoffDialog { .. } => {
            if script.logoff_dialog.is_empty() {
                both(&mut script.logoff_dialog, &mut said.logoff_dialog, !choices.once_in(3));
            }
        }
        Question::ServiceDialog { service, .. } => {
            if let Some((script, said)) = service_scripts(service, script, said) {
                let answer = *choices.of(&[DialogAnswer::Cancel, DialogAnswer::Supply, DialogAnswer::Ok]);
                both(&mut script.dialog, &mut said.dialog, answer);
            }
        }
        Question::EntryPoint { service } => {
            if let Some((script, said)) = service_scripts(service, script, said) {
                ahead(&mut script.on_configure, &mut said.on_configure, || *choices.of(&ENTRY_POINT));
            }
        }
        Question::ProviderLogon { provider }
        | Question::ProviderLogoff { provider }
        | Question::Inbound { provider }
        | Question::Fetch { provider } => {
            let Some((script, said)) = provider_scripts(choices, world, provider, script, said) else { return };
            match question {
                Question::ProviderLogon { .. } => ahead(&mut script.logon, &mut said.logon, || *choices.of(&LOGON)),
                Question::ProviderLogoff { .. } => both(&mut script.logoff, &mut said.logoff, *choices.of(&REST)),
                Question::Fetch { .. } => both(&mut script.download, &mut said.download, *choices.of(&REST)),
                _ => {}
            }
        }
    }
}

/// Says it, and remembers that.
fn both<T: Clone>(script: &mut VecDeque<T>, said: &mut VecDeque<T>, answer: T) {
    script.push_back(answer.clone());
    said.push_back(answer);
}

/// Says it in a list whose last entry stays: one ahead, so that the next time another can follow.
fn ahead<T: Clone>(script: &mut VecDeque<T>, said: &mut VecDeque<T>, mut answer: impl FnMut() -> T) {
    while script.len() < 2 {
        both(script, said, answer());
    }
}

fn logon_answer(choices: &mut Choices, world: &Kernel, profiles: &[String], earlier: u32) -> LogonAnswer {
    let act = match choices.below(8) {
        _ if earlier >= PATIENCE => LogonAct::Cancel,
        1..=4 if !profiles.is_empty() => LogonAct::Pick(choices.of(profiles).clone()),
        5 => LogonAct::Pick("Nobody's".to_owned()),
        6 => {
            let installed: Vec<&String> = world.machine().services.keys().collect();
            let services = installed.into_iter().filter(|_| choices.once_in(2)).cloned().collect();
            LogonAct::Create { name: format!("New {}", world.profiles().iter().count() + 1), services }
        }
        _ => LogonAct::Cancel,
    };
    LogonAnswer { act, configure_services: choices.once_in(4), after: after(choices) }
}

fn after(choices: &mut Choices) -> SimDuration {
    if choices.once_in(3) { *choices.of(&SPANS) } else { SimDuration::ZERO }
}

/// The scripts of a service, if the fixture has none for it.
fn service_scripts<'a>(name: &str, script: &'a mut Script, said: &'a mut Script) -> Option<(&'a mut ServiceScript, &'a mut ServiceScript)> {
    if !said.services.contains_key(name) {
        if script.services.contains_key(name) {
            return None;
        }
        script.services.insert(name.to_owned(), ServiceScript::default());
        said.services.insert(name.to_owned(), ServiceScript::default());
    }
    Some((script.services.get_mut(name)?, said.services.get_mut(name)?))
}

/// The scripts of a provider, if the fixture has none for it. What a transport has to fetch and how long it takes to start is settled when it is first
/// asked anything.
fn provider_scripts<'a>(
    choices: &mut Choices,
    world: &Kernel,
    name: &str,
    script: &'a mut Script,
    said: &'a mut Script,
) -> Option<(&'a mut ProviderScript, &'a mut ProviderScript)> {
    if !said.providers.contains_key(name) {
        if script.providers.contains_key(name) {
            return None;
        }
        let mut new = ProviderScript::default();
        if world.machine().providers.get(name).is_some_and(|provider| provider.kind == ProviderKind::Transport) {
            (new.inbound, new.start_after) = (choices.below(4), after(choices));
        }
        script.providers.insert(name.to_owned(), new.clone());
        said.providers.insert(name.to_owned(), new);
    }
    Some((script.providers.get_mut(name)?, said.providers.get_mut(name)?))
}
