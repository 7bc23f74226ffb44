//! Answers that explain themselves: a call, what decided, and what would have been near.

use std::fmt::Write;

use crate::call::{Call, Mapi};
use crate::journal::Entry;
use crate::kernel::{Before, LogonWhy, Row, Why};
use crate::mapi::{LogonFlags, Text};
use crate::near::nearest;

/// Explains one call: the first line is the call, the others begin with two spaces.
///
/// ```text
/// MAPILogonEx(profile_name="Wrok", flags=MAPI_NEW_SESSION|MAPI_NO_MAIL) -> MAPI_E_LOGON_FAILED (0x80040111)   call #7
///   decided by LOGON-110 (row 8.10): the named profile does not exist and MAPI_LOGON_UI is not set
///   nearest: profile "Work" (2 edits); default profile "Home" would be used with MAPI_USE_DEFAULT
///   shared session session#1 ("Home") not considered: MAPI_NEW_SESSION
/// ```
pub(crate) fn explain(entry: &Entry) -> String {
    let mut text = format!("{} -> {:?}   call {}", entry.call(), entry.hr(), entry.id());
    match entry.why() {
        Why::Nothing => {}
        Why::Clause(clause) => line(&mut text, &format!("decided by {clause}")),
        Why::Rule(rule) => line(&mut text, &format!("decided by the rule \"{rule}\" of the test")),
        Why::Logon(why) => explain_logon(&mut text, entry.call(), why),
    }
    text
}

fn line(text: &mut String, more: &str) {
    // Writing to a String does not fail.
    let _ = write!(text, "\n  {more}");
}

fn explain_logon(text: &mut String, call: &Call, why: &LogonWhy) {
    let row = why.path.deciding();
    let clause = row.clauses().first().map_or_else(String::new, ToString::to_string);
    line(text, &format!("decided by {clause} (row {}): {}", row.id(), row.says()));
    let Call::Mapi(Mapi::MAPILogonEx { profile_name, flags, .. }) = call else { return };
    if let Some(before) = &why.before {
        let near = alternatives(row, profile_name.as_ref(), *flags, before);
        if !near.is_empty() {
            line(text, &format!("nearest: {}", near.join("; ")));
        }
        if let Some((session, profile)) = before.shared
            && flags.contains(LogonFlags::NEW_SESSION)
            && why.path.rows().contains(&Row::R6_4)
        {
            let name = before.profiles.get(profile).map_or("?", |profile| &profile.name);
            line(text, &format!("shared session {session} (\"{name}\") not considered: MAPI_NEW_SESSION"));
        }
    }
}

/// What would have succeeded, or nearly did.
fn alternatives(row: Row, name: Option<&Text>, flags: LogonFlags, before: &Before) -> Vec<String> {
    let mut near = Vec::new();
    match row {
        Row::R1_1 => near.push("MAPIInitialize first".to_owned()),
        Row::R2_1 => near.push("a valid lppSession".to_owned()),
        Row::R3_1 => near.push(format!("the known flags are 0x{:08X}", LogonFlags::known_mask())),
        Row::R3_2 => near.push("either MAPI_LOGON_UI or MAPI_PASSWORD_UI".to_owned()),
        Row::R4_3 => near.push("a NULL password; MAPI profiles have none".to_owned()),
        Row::R5_4 => near.push("without MAPI_TIMEOUT_SHORT the call waits".to_owned()),
        Row::R7_1 => near.push("log a session off, or raise machine.max_sessions".to_owned()),
        Row::R8_12 | Row::R8_13 | Row::R8_10 | Row::R8_11 | Row::R8_14 => near.extend(nearest_profile(name, flags, before)),
        Row::R9_4 | Row::R9_5 => near.push("script the user's answer: [[script.ui.MAPILogonEx]] pick = \"...\"".to_owned()),
        Row::R11_5 => near.push("MAPI_LOGON_UI lets the user supply what is lacking".to_owned()),
        _ => {}
    }
    if Row::R8_4 <= row && row <= Row::R8_14 {
        near.extend(default_profile(flags, before));
    }
    near
}

fn nearest_profile(name: Option<&Text>, flags: LogonFlags, before: &Before) -> Option<String> {
    let name = name?.decode(flags.contains(LogonFlags::UNICODE), before.code_page).ok()?;
    let names = before.profiles.iter().filter(|(_, profile)| !profile.marked).map(|(_, profile)| profile.name.as_str());
    let (near, edits) = nearest(&name, names)?;
    Some(match edits {
        0 => format!("profile \"{near}\" (another case)"),
        1 => format!("profile \"{near}\" (1 edit)"),
        _ => format!("profile \"{near}\" ({edits} edits)"),
    })
}

fn default_profile(flags: LogonFlags, before: &Before) -> Option<String> {
    let Some(id) = before.profiles.default_profile() else {
        return Some("there is no default profile".to_owned());
    };
    let name = &before.profiles.get(id)?.name;
    (!flags.contains(LogonFlags::USE_DEFAULT)).then(|| format!("default profile \"{name}\" would be used with MAPI_USE_DEFAULT"))
}
