//! The fixtures that come with the library can be used, and those in `fixtures/bad` fail with the text beside them.
//!
//! With `UPDATE_EXPECTED` in the environment the expected texts are written anew; read them before you keep them.

use std::path::{Path, PathBuf};

use mapi_sim::{Error, Fixture};

/// Files of a folder with an ending, by name.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{folder}: {e}"));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a folder that can be read").path()).collect();
    files.retain(|path| path.extension().is_some_and(|found| found == ending));
    files.sort();
    files
}

/// The name of a file without folder and ending.
fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The problems of a text.
fn fails(text: &str) -> Error {
    Fixture::named("home.toml", text).expect_err("a bad fixture")
}

#[test]
fn every_fixture_is_shipped_and_can_be_used() {
    let files = files("fixtures", "toml");
    let names: Vec<String> = files.iter().map(|path| stem(path)).collect();
    assert_eq!(names, Fixture::shipped_names(), "every file of fixtures/ is a shipped world");
    for (path, name) in files.iter().zip(&names) {
        let loaded = Fixture::load(path).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(loaded.warnings(), [], "{name}");
        assert_eq!(loaded.name(), name);
        assert_eq!(Some(loaded), Fixture::shipped(name));
        let text = std::fs::read_to_string(path).expect("a file that was just read");
        assert!(text.starts_with("# "), "{name} says what it is for");
    }
}

#[test]
fn every_bad_fixture_fails_with_the_text_beside_it() {
    let files = files("fixtures/bad", "toml");
    assert!(files.len() >= 40, "{} bad fixtures", files.len());
    for path in files {
        let error = Fixture::load(&path).expect_err(&format!("{} can be used", path.display()));
        assert!(error.is_fixture());
        let (found, beside) = (format!("{error}\n"), path.with_extension("expected"));
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            std::fs::write(&beside, &found).expect("a folder that can be written");
        }
        let expected = std::fs::read_to_string(&beside).unwrap_or_default();
        assert_eq!(found, expected, "{} does not fail as {} says", path.display(), beside.display());
    }
}

#[test]
fn every_expected_text_belongs_to_a_file() {
    for path in files("fixtures/bad", "expected") {
        assert!(path.with_extension("toml").exists(), "{} has no fixture", path.display());
    }
}

#[test]
fn the_parts_of_a_problem_are_fields() {
    let error = fails("format = 1\nextends = \"standard\"\n[[profile]]\nname = \"Home\"\nservices = [\"LOCL\"]\n");
    let [problem] = error.problems() else { panic!("{error}") };
    assert_eq!((problem.file.as_str(), problem.line, problem.column), ("home.toml", 5, 13));
    assert_eq!(problem.path, "profile[0] \"Home\".services[0]");
    assert_eq!(problem.code.word(), "undeclared");
    assert_eq!(problem.found.as_deref(), Some("\"LOCL\""));
    assert_eq!(problem.expected.as_deref(), Some("\"ADDR\", \"HOOK\", \"INET\", \"LOCAL\", \"SERVER\""));
    assert_eq!(problem.hint.as_deref(), Some("did you mean \"LOCAL\"?"));
}

#[test]
fn a_child_says_only_in_what_it_differs() {
    let text = "format = 1\nextends = \"office\"\n[machine]\nseed = 7\n[[profile]]\nname = \"HOME\"\nservices = [\"LOCAL\"]\n[[profile]]\nname = \"Neu\"\n";
    let fixture = Fixture::from_text(text).expect("a good fixture");
    let names: Vec<&str> = fixture.profiles().iter().map(|(_, profile)| profile.name.as_str()).collect();
    assert_eq!(names, ["Work", "HOME", "Assistant", "Neu"]);
    assert_eq!(fixture.machine().seed, 7);
    let default = fixture.profiles().default_profile().and_then(|id| fixture.profiles().get(id)).map(|profile| profile.name.as_str());
    assert_eq!(default, Some("Work"));
    assert_eq!(fixture.machine().services.len(), 5);
    assert_eq!(fixture.profiles().find("home").map(|(_, profile)| profile.services.len()), Some(1));
}

#[test]
fn warnings_do_not_stop_a_load() {
    let text = "format = 1\n[mapisvc.providers.Lonely]\ntype = \"store\"\n";
    let fixture = Fixture::named("home.toml", text).expect("a good fixture");
    let [warning] = fixture.warnings() else { panic!("{:?}", fixture.warnings()) };
    assert!(warning.to_string().starts_with("home.toml:2: warning: mapisvc.providers.Lonely: section \"Lonely\" is used by no service"));
}

#[test]
fn settings_without_effect_are_warned_of() {
    let text = "format = 1\nextends = \"standard\"\n[machine]\noutlook_version = 2013\n[mapisvc.providers.\"Server Mailbox\"]\n\
                server_based = false\nignores_no_dialog = true\n[readings]\nsent_mail = \"copy\"\nimplicit_default = true\n";
    let fixture = Fixture::named("home.toml", text).expect("a good fixture");
    let found: Vec<String> = fixture.warnings().iter().map(|warning| format!("{}: {}", warning.line, warning.path)).collect();
    let mailbox = "mapisvc.providers.\"Server Mailbox\"";
    let server = [format!("6: {mailbox}.server_based"), format!("7: {mailbox}.ignores_no_dialog")];
    assert_eq!(found, ["4: machine.outlook_version", &server[0], &server[1], "9: readings.sent_mail"]);
    let warning = fixture.warnings().last().expect("four").to_string();
    assert!(
        warning.starts_with("home.toml:9: warning: readings.sent_mail: has no effect yet; it belongs to what is not built\n"),
        "{warning}"
    );
    let error = fails(&text.replace("[machine]\n", "[machine]\nstrict = true\n"));
    assert_eq!(error.problems().iter().filter(|problem| problem.path == "readings.sent_mail").count(), 1, "{error}");
}

#[test]
fn generated_identifiers_depend_on_seed_profile_and_id() {
    let world = |seed: u64| {
        let services = "services = [\"LOCAL\", \"LOCAL\", \"SERVER\"]";
        let text = format!(
            "format = 1\nextends = \"standard\"\n[machine]\nseed = {seed}\n[[profile]]\nname = \"A\"\n{services}\n[[profile]]\nname = \"B\"\n{services}\n"
        );
        Fixture::from_text(&text).expect("a good fixture")
    };
    let uids = |fixture: &Fixture| {
        let services = fixture.profiles().iter().flat_map(|(_, profile)| profile.services.clone()).collect::<Vec<_>>();
        let providers = services.iter().flat_map(|service| service.providers.iter().map(|provider| provider.uid));
        services.iter().map(|service| service.uid).chain(providers).collect::<std::collections::BTreeSet<_>>()
    };
    let (one, two) = (uids(&world(1)), uids(&world(2)));
    assert_eq!(one.len(), 14, "3 services and 4 providers in each of two profiles");
    assert_eq!(one, uids(&world(1)));
    assert!(one.is_disjoint(&two));
}

#[test]
fn every_section_reaches_its_part_of_the_world() {
    let text = r#"
format = 1
extends = "standard"

[machine]
seed = 9
code_page = 1251
max_sessions = 2
outlook_version = 2010
init_failure = ["registry", { coinit = 0x80010106 }]

[[machine.process]]
name = "svc"
kind = "service"

[mapisvc.services.INET]
entry = false

[mapisvc.providers."Internet Mail"]
fast_shutdown = true

[[profile]]
name = "Home"

[[profile.service]]
service = "INET"
configured = false
required = true
uid = "000102030405060708090a0b0c0d0e0f"

[[profile.service]]
service = "LOCAL"

[[profile.service.provider]]
provider = "Personal Folders"
display_name = "Mine"
remove_flags = ["STATUS_DEFAULT_STORE"]

[readings]
implicit_default = true

[lints]
use-after-logoff = "warn"

[[script.ui.MAPILogonEx]]
create = "New"
services = ["LOCAL"]
after = "60s"

[[script.ui.Logoff]]
answer = "cancel"

[script.service.INET]
dialog = ["ok", "supply"]
on_configure = ["S_OK"]

[script.provider."Internet Mail"]
logon = ["MAPI_E_FAILONEPROVIDER", -2147221231]
inbound = 3
start_after = "2m"

[[script.mutex]]
process = "other"
from = "1s"
for = "2s"
"#;
    let fixture = Fixture::named("all.toml", text).unwrap_or_else(|error| panic!("{error}"));
    let machine = fixture.machine();
    assert_eq!((machine.seed, machine.max_sessions, machine.outlook_version), (9, Some(2), 2010));
    assert_eq!(format!("{:?}", machine.init_failure), "[Registry, Coinit(0x80010106)]");
    assert_eq!(format!("{:?}", machine.processes), "{\"svc\": Service}");
    assert_eq!(format!("{:?}", machine.readings), "Readings { implicit_default = true }");
    assert_eq!(machine.services["INET"].entry, None);
    assert_eq!(machine.services["INET"].title, "Internet Mail", "the parent's");
    assert_eq!(machine.providers["Internet Mail"].fast_shutdown, Some(true));
    assert_eq!(format!("{:?}", fixture.lints()), "{UseAfterLogoff: Warn}");
    let holder = machine.mutex_holders.first().expect("a holder");
    assert_eq!((holder.thread.as_str(), holder.from.as_millis(), holder.until.map(|t| t.as_millis())), ("main", 1000, Some(3000)));
    let (_, profile) = fixture.profiles().find("HOME").expect("a profile");
    let [inet, local] = profile.services.as_slice() else { panic!("{profile:?}") };
    assert_eq!((inet.configured, inet.required, inet.has_entry, inet.uid[15]), (false, true, false, 15));
    assert_eq!((local.providers[0].display_name.as_str(), local.providers[0].flags), ("Mine", 0x20));
    let script = fixture.script();
    assert_eq!(script.logon_dialog.front().map(|answer| answer.after.to_string()), Some("60s".into()));
    assert_eq!(script.logoff_dialog, [false]);
    assert_eq!(script.services["INET"].dialog.len(), 2);
    let provider = &script.providers["Internet Mail"];
    assert_eq!((provider.inbound, provider.start_after.to_string().as_str()), (3, "120s"));
    assert_eq!(format!("{:?}", provider.logon), "[MAPI_E_FAILONEPROVIDER (0x8004011D), MAPI_E_LOGON_FAILED (0x80040111)]");
}

#[test]
fn a_text_has_no_neighbours_and_files_are_found_or_not() {
    let error = fails("format = 1\nextends = \"other.toml\"\n");
    assert_eq!(error.problems().first().map(|problem| problem.code.word()), Some("extends"));
    let error = Fixture::load("fixtures/nowhere.toml").expect_err("no such file");
    assert_eq!(error.to_string(), "fixtures/nowhere.toml: the file does not exist");
}

#[test]
fn no_text_panics() {
    let good = std::fs::read_to_string("fixtures/standard.toml").expect("a shipped file");
    let bytes = good.as_bytes();
    let mut state = 1u64;
    let mut draw = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap_or_default() % below
    };
    for _ in 0..300 {
        let mut text = bytes.to_vec();
        for _ in 0..=draw(6) {
            let at = draw(text.len());
            match draw(4) {
                0 => drop(text.drain(at..(at + draw(40)).min(text.len()))),
                1 => text[at] = b"[]{}=\"'\n\\,.#\0\x7f"[draw(14)],
                2 => text.truncate(at.max(1)),
                _ => text.extend_from_within(at..(at + draw(200)).min(text.len())),
            }
            text.push(b'\n');
        }
        if let Err(error) = Fixture::from_text(&String::from_utf8_lossy(&text)) {
            assert!(!error.problems().is_empty() && !error.to_string().is_empty());
        }
    }
}
