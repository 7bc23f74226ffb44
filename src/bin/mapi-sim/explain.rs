//! `mapi-sim explain`.

use mapi_sim::call::{Call, Mapi, OutPtr};
use mapi_sim::kernel::ProcessKind;
use mapi_sim::{Error, Explanation, LogonFlags};

use crate::{Explain, Said, fixture};

/// Reads flags: names with or without MAPI_, separated by commas or bars, or numbers.
pub(crate) fn flags(text: &str) -> Result<LogonFlags, String> {
    let parts = text.split([',', '|']).map(str::trim).filter(|part| !part.is_empty());
    parts.map(flag).try_fold(LogonFlags::empty(), |word, flag| Ok(word | flag?))
}

fn flag(text: &str) -> Result<LogonFlags, String> {
    let number = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    };
    if let Some(number) = number {
        return Ok(LogonFlags::new(number));
    }
    let upper = text.to_uppercase();
    let name = if upper.starts_with("MAPI_") { upper } else { format!("MAPI_{upper}") };
    LogonFlags::from_name(&name).ok_or_else(|| {
        let names: Vec<&str> = LogonFlags::names().map(|(name, _)| name.trim_start_matches("MAPI_")).collect();
        format!("no flag of MAPILogonEx is called {text}; there are {}", names.join(", "))
    })
}

fn logon(profile: Option<&str>, flags: LogonFlags) -> Call {
    let profile_name = profile.map(Into::into);
    Call::Mapi(Mapi::MAPILogonEx { ui_param: 0, profile_name, password: None, flags, session: OutPtr::Given })
}

/// The subcommand.
pub(crate) fn explain(args: &Explain) -> Said {
    match text(args) {
        Ok(out) => Said { out, err: String::new(), ok: true },
        Err(error) => Said { out: String::new(), err: format!("{error}\n"), ok: false },
    }
}

fn text(args: &Explain) -> Result<String, Error> {
    let fixture = fixture(&args.fixture)?;
    let kind = args.service.then_some(ProcessKind::Service);
    let shares = LogonFlags::EXTENDED | LogonFlags::NEW_SESSION | LogonFlags::ALLOW_OTHERS;
    let shared = args.shared.as_deref().map(|profile| ("somebody".to_owned(), logon(Some(profile), shares)));
    if let Some(profile) = args.shared.as_deref()
        && fixture.profiles().find(profile).is_none()
    {
        return Err(Error::misuse(format!("--shared {profile}: the world \"{}\" has no such profile", fixture.name())));
    }
    let earlier: Vec<(String, Call)> = shared.into_iter().collect();
    let call = logon(args.profile.as_deref(), args.flags);
    Explanation::of(&fixture, kind, &earlier, &args.process, &call).map(|explanation| explanation.to_string())
}
