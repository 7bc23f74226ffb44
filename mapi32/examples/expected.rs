//! The scenario of the client programs (`clients/c/scenario.c`) through the Rust face, printed in the same words: what the clients have to see. The section
//! `views` is what `clients/c/views.c` does.
//!
//! `cargo run -p mapi32 --example expected -- FIXTURE [SECTION...]`

#![allow(clippy::print_stdout, reason = "printing is what it is for")]

#[path = "expected/views.rs"]
mod views;

use mapi_sim::call::{Bytes, Call, Caller, Handle, IMAPIProp, IMAPISession, IMAPIStatus, IMAPITable, IUnknown, Mapi, Out, OutPtr, Reply};
use mapi_sim::mapi::Guid;
use mapi_sim::{CodePage, Fixture, Hresult, InitFlags, LogoffFlags, LogonFlags, PropTag, Row, Sim, StoreFlags, Text, Value};

const EXT_NEW: u32 = 0x22;
const ALLOW_OTHERS: u32 = 0x8;
const NO_MAIL: u32 = 0x8000;
const UNICODE: u32 = 0x8000_0000;
const SECTIONS: [&str; 9] = ["early", "initialize", "logon", "nomail", "mail", "shared", "errors", "after", "end"];

/// The client: one process with one thread.
struct Client {
    sim: Sim,
    caller: Caller,
}

fn show_hr(hr: Hresult) -> String {
    format!("0x{:08X}", hr.code())
}

/// An 8-bit string as the C program prints it.
fn show_ansi(text: &str) -> String {
    let mut shown = String::from("a\"");
    for byte in CodePage::default().encode(text).0 {
        match byte {
            b'"' | b'\\' => shown += &format!("\\x{byte:02X}"),
            0x20..=0x7E => shown.push(char::from(byte)),
            _ => shown += &format!("\\x{byte:02X}"),
        }
    }
    shown + "\""
}

/// A UTF-16 string as the C program prints it.
fn show_wide(text: &str) -> String {
    let mut shown = String::from("w\"");
    for unit in text.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte @ 0x20..=0x7E) if byte != b'"' && byte != b'\\' => shown.push(char::from(byte)),
            _ => shown += &format!("\\u{unit:04X}"),
        }
    }
    shown + "\""
}

fn show_bytes(bytes: &[u8]) -> String {
    bytes.iter().fold(String::from("x"), |shown, byte| shown + &format!("{byte:02X}"))
}

fn show_value(tag: PropTag, value: &Value) -> String {
    match value {
        Value::Error(hr) => format!("error {}", show_hr(*hr)),
        Value::String(text) if tag.in_width(true) == tag => show_wide(text),
        Value::String(text) => show_ansi(text),
        Value::Binary(bytes) => show_bytes(bytes),
        other => other.to_string(),
    }
}

fn print_props(place: &str, row: &Row) {
    for prop in &row.props {
        let name = prop.tag.property_name().map_or_else(|| format!("0x{:04X}", prop.tag.id()), str::to_owned);
        println!("{place} {name} {}", show_value(prop.tag, &prop.value));
    }
}

fn print_rows(place: &str, reply: &Reply) {
    if let Out::Rows(rows) = &reply.out {
        rows.iter().enumerate().for_each(|(at, row)| print_props(&format!("{place} {}", at + 1), row));
    }
}

fn number(reply: &Reply, otherwise: i64) -> i64 {
    if let Out::Number(number) = reply.out { number } else { otherwise }
}

/// The PR_ENTRYID of each row.
fn entry_ids(reply: &Reply) -> Vec<Vec<u8>> {
    let Out::Rows(rows) = &reply.out else { return Vec::new() };
    let id = |row: &Row| match row.get(PropTag::PR_ENTRYID) {
        Some(Value::Binary(bytes)) => Some(bytes.clone()),
        _ => None,
    };
    rows.iter().filter_map(id).collect()
}

impl Client {
    fn call(&self, call: Call) -> Reply {
        self.sim.call(self.caller, call).expect("nothing in this world waits forever")
    }

    fn session(&self, session: Handle, call: IMAPISession) -> Reply {
        self.call(Call::IMAPISession(session, call))
    }

    fn table(&self, table: Handle, call: IMAPITable) -> Reply {
        self.call(Call::IMAPITable(table, call))
    }

    fn print(&self, place: &str, reply: &Reply) {
        println!("{place} {}", show_hr(reply.hr));
    }

    fn logon(&self, profile: Option<Text>, flags: u32) -> Reply {
        let flags = LogonFlags::new(flags);
        self.call(Call::Mapi(Mapi::MAPILogonEx { ui_param: 0, profile_name: profile, password: None, flags, session: OutPtr::Given }))
    }

    fn ansi(&self, profile: &str, flags: u32) -> Reply {
        self.logon(Some(Text::ansi(&CodePage::default().encode(profile).0)), flags)
    }

    fn release(&self, object: Option<Handle>) {
        if let Some(object) = object {
            self.call(Call::IUnknown(object, IUnknown::Release {}));
        }
    }

    fn logoff(&self, session: Handle, flags: u32) -> Reply {
        self.session(session, IMAPISession::Logoff { ui_param: 0, flags: LogoffFlags::new(flags), reserved: 0 })
    }

    fn status_table(&self, session: Handle, flags: u32) -> Reply {
        self.session(session, IMAPISession::GetStatusTable { flags: flags.into() })
    }

    fn query_all_rows(&self, table: Handle) -> Reply {
        self.table(table, IMAPITable::SeekRow { origin: 0, row_count: 0 });
        let count = number(&self.table(table, IMAPITable::GetRowCount { flags: 0 }), 0);
        self.table(table, IMAPITable::QueryRows { row_count: i32::try_from(count).expect("few rows"), flags: 0 })
    }

    fn print_table(&self, place: &str, table: Handle) {
        if let Out::Tags(tags) = self.table(table, IMAPITable::QueryColumns { flags: 0 }).out {
            println!("{place} columns{}", tags.iter().fold(String::new(), |all, tag| all + &format!(" {:08X}", tag.value())));
        }
        let count = self.table(table, IMAPITable::GetRowCount { flags: 0 });
        println!("{place} count {} {}", show_hr(count.hr), number(&count, 0));
        let rows = self.query_all_rows(table);
        self.print(&format!("{place} rows"), &rows);
        print_rows(place, &rows);
    }

    fn walk_table(&self, place: &str, table: Handle) {
        let some = vec![PropTag::PR_DISPLAY_NAME_A, PropTag::PR_DISPLAY_NAME_W, PropTag::new(0x1000_001E)];
        self.print(&format!("{place} set"), &self.table(table, IMAPITable::SetColumns { prop_tag_array: some, flags: 0 }));
        let sought = self.table(table, IMAPITable::SeekRow { origin: 0, row_count: 1 });
        println!("{place} seek {} {}", show_hr(sought.hr), number(&sought, -1));
        print_rows(place, &self.table(table, IMAPITable::QueryRows { row_count: 1, flags: 0 }));
        print_rows(place, &self.table(table, IMAPITable::QueryRows { row_count: -2, flags: 0 }));
    }

    fn print_object(&self, place: &str, object: Handle) {
        for flags in [0, UNICODE] {
            let reply = self.call(Call::IMAPIProp(object, IMAPIProp::GetProps { prop_tag_array: None, flags }));
            self.print(&format!("{place} props"), &reply);
            if let Out::Props(row) = &reply.out {
                print_props(place, row);
            }
        }
    }

    fn print_status_objects(&self, place: &str, session: Handle, rows: &Reply) {
        for (at, id) in entry_ids(rows).into_iter().enumerate() {
            let place = format!("{place} {}", at + 1);
            let call = IMAPISession::OpenEntry { entry_id: Some(Bytes::new(id)), interface: None, flags: 0.into() };
            let opened = self.session(session, call);
            let object_type = if let Out::Opened { object_type, .. } = opened.out { object_type } else { 0 };
            println!("{place} open {} type {object_type}", show_hr(opened.hr));
            let Some(object) = opened.object() else { continue };
            self.print_object(&place, object);
            let validate = Call::IMAPIStatus(object, IMAPIStatus::ValidateState { ui_param: 0, flags: 0 });
            self.print(&format!("{place} validate"), &self.call(validate));
            let settings = Call::IMAPIStatus(object, IMAPIStatus::SettingsDialog { ui_param: 0, flags: 0 });
            self.print(&format!("{place} settings"), &self.call(settings));
            self.release(Some(object));
        }
    }

    fn open_store(&self, session: Handle, id: &[u8]) -> Reply {
        let call = IMAPISession::OpenMsgStore { ui_param: 0, entry_id: Some(Bytes::new(id)), interface: None, flags: StoreFlags::empty() };
        self.session(session, call)
    }

    fn print_stores(&self, place: &str, session: Handle, rows: &Reply) {
        for (at, id) in entry_ids(rows).into_iter().enumerate() {
            let place = format!("{place} {}", at + 1);
            let opened = self.open_store(session, &id);
            self.print(&format!("{place} open"), &opened);
            if let Some(store) = opened.object() {
                self.print_object(&place, store);
                self.release(Some(store));
            }
        }
    }

    fn print_identity(&self, section: &str, session: Handle) {
        let identity = self.session(session, IMAPISession::QueryIdentity {});
        let bytes = if let Out::EntryId(bytes) = &identity.out { bytes.to_vec() } else { Vec::new() };
        println!("{section} identity {} {}", show_hr(identity.hr), show_bytes(&bytes));
        let types = self.session(session, IMAPISession::EnumAdrTypes { flags: 0.into() });
        let names = if let Out::Strings(names) = &types.out { names.clone() } else { Vec::new() };
        let names = names.iter().fold(String::new(), |all, name| all + " " + &show_ansi(name));
        println!("{section} adrtypes {}{names}", show_hr(types.hr));
    }

    fn tour(&self, section: &str, session: Handle) {
        let (status, stores, book) = (format!("{section} status"), format!("{section} stores"), format!("{section} book"));
        for flags in [0, UNICODE] {
            let opened = self.status_table(session, flags);
            self.print(&status, &opened);
            let table = opened.object().expect("a status table");
            self.print_table(&status, table);
            if flags == 0 {
                self.print_status_objects(&status, session, &self.query_all_rows(table));
            }
            self.walk_table(&status, table);
            self.release(Some(table));
        }
        for flags in [0, UNICODE] {
            let opened = self.session(session, IMAPISession::GetMsgStoresTable { flags: flags.into() });
            self.print(&stores, &opened);
            let table = opened.object().expect("a table of stores");
            self.print_table(&stores, table);
            if flags == 0 {
                self.print_stores(&stores, session, &self.query_all_rows(table));
            }
            self.release(Some(table));
        }
        let opened = self.session(session, IMAPISession::OpenAddressBook { ui_param: 0, interface: None, flags: 0 });
        self.print(&book, &opened);
        if let Some(object) = opened.object() {
            self.print_object(&format!("{book} 1"), object);
        }
        self.release(opened.object());
        self.print_identity(section, session);
    }

    fn print_profile(&self, place: &str, session: Handle) {
        let table = self.status_table(session, 0).object().expect("a status table");
        if let Out::Rows(rows) = self.query_all_rows(table).out {
            let name = rows[0].get(PropTag::PR_DISPLAY_NAME_A).expect("the subsystem has a name");
            println!("{place} profile {}", show_value(PropTag::PR_DISPLAY_NAME_A, name));
        }
        self.release(Some(table));
    }

    fn section_logon(&self) {
        let ansi = |name: &str| Some(Text::ansi(&CodePage::default().encode(name).0));
        let wide = |name: &str| Some(Text::wide(name));
        let logons = [
            (ansi("Work"), EXT_NEW | NO_MAIL),
            (ansi("Work"), EXT_NEW | 0x10),
            (None, 0x60),
            (wide("Home"), EXT_NEW | UNICODE),
            (ansi("Wrok"), EXT_NEW | NO_MAIL),
            (ansi("Assistant"), EXT_NEW | 0x4),
            (None, EXT_NEW),
            (ansi("Büro"), EXT_NEW | 0x10_0000),
            (wide("Büro"), EXT_NEW | UNICODE | NO_MAIL),
        ];
        for (at, (profile, flags)) in logons.into_iter().enumerate() {
            let place = format!("logon {}", at + 1);
            let reply = self.logon(profile, flags);
            let given = if reply.object().is_some() { "given" } else { "null" };
            println!("{place} flags 0x{flags:08X} hr {} session {given}", show_hr(reply.hr));
            let Some(session) = reply.object() else { continue };
            self.print_profile(&place, session);
            self.print(&format!("{place} logoff"), &self.logoff(session, 0));
            self.release(Some(session));
            println!("{place} release 0");
        }
    }

    fn section_tour(&self, section: &str, flags: u32) {
        let reply = self.ansi("Work", EXT_NEW | flags);
        self.print(&format!("{section} logon"), &reply);
        let session = reply.object().expect("a session");
        self.tour(section, session);
        self.print(&format!("{section} logoff"), &self.logoff(session, 0));
        self.release(Some(session));
    }

    fn section_shared(&self) {
        let first = self.ansi("Work", EXT_NEW | ALLOW_OTHERS);
        self.print("shared first", &first);
        let second = self.ansi("Home", 0x20);
        self.print("shared second", &second);
        let (first, second) = (first.object().expect("a session"), second.object().expect("a session"));
        self.print_profile("shared second", second);
        self.print("shared second logoff", &self.logoff(second, 0));
        self.release(Some(second));
        self.print_profile("shared first", first);
        self.print("shared first logoff", &self.logoff(first, 0));
        self.release(Some(first));
    }

    fn errors_of_session(&self, session: Handle) {
        let garbage = || Some(Bytes::new(vec![0x5A; 24]));
        self.print("errors status flags", &self.status_table(session, 1));
        self.print("errors stores flags", &self.session(session, IMAPISession::GetMsgStoresTable { flags: 0x40.into() }));
        let no_store = IMAPISession::OpenMsgStore { ui_param: 0, entry_id: None, interface: None, flags: StoreFlags::empty() };
        self.print("errors store none", &self.session(session, no_store));
        self.print("errors store garbage", &self.open_store(session, &[0x5A; 24]));
        let entry = self.session(session, IMAPISession::OpenEntry { entry_id: garbage(), interface: None, flags: 0.into() });
        self.print("errors entry garbage", &entry);
        match self.session(session, IMAPISession::GetLastError { result: entry.hr, flags: 0.into() }).out {
            Out::Error(Some(error)) => {
                println!("errors last 0 {} {} {}", show_ansi(&error.error), error.low_level_error, error.context);
            }
            _ => println!("errors last none"),
        }
        let compare = IMAPISession::CompareEntryIDs { entry_id1: garbage(), entry_id2: garbage(), flags: 0 };
        self.print("errors compare garbage", &self.session(session, compare));
        self.print("errors unadvise", &self.session(session, IMAPISession::Unadvise { connection: 99 }));
        self.print("errors logoff flags", &self.logoff(session, 0x80));
        let strange = Guid::parse("12345678-1234-1234-0102-030405060708").expect("a GUID");
        let interface = self.call(Call::IUnknown(session, IUnknown::QueryInterface { iid: strange }));
        self.print("errors interface", &interface);
        println!("errors interface null");
    }

    fn errors_of_table(&self, session: Handle) {
        let opened = self.status_table(session, 0);
        self.print("errors table", &opened);
        let table = opened.object().expect("a status table");
        self.print("errors rows zero", &self.table(table, IMAPITable::QueryRows { row_count: 0, flags: 0 }));
        self.print("errors bookmark", &self.table(table, IMAPITable::SeekRow { origin: 7, row_count: 0 }));
        self.print("errors columns none", &self.table(table, IMAPITable::SetColumns { prop_tag_array: Vec::new(), flags: 0 }));
        self.print("errors columns flags", &self.table(table, IMAPITable::QueryColumns { flags: 0x10 }));
        self.release(Some(table));
    }

    fn section_errors(&self) {
        let session = self.ansi("Work", EXT_NEW | NO_MAIL).object().expect("a session");
        self.errors_of_session(session);
        self.errors_of_table(session);
        self.print("errors logoff", &self.logoff(session, 0));
        self.release(Some(session));
    }

    fn section_after(&self) {
        let session = self.ansi("Work", EXT_NEW | NO_MAIL).object().expect("a session");
        let table = self.status_table(session, 0).object().expect("a status table");
        self.print("after logoff", &self.logoff(session, 0));
        self.print("after status", &self.status_table(session, 0));
        self.print("after count", &self.table(table, IMAPITable::GetRowCount { flags: 0 }));
        self.print("after rows", &self.table(table, IMAPITable::QueryRows { row_count: 1, flags: 0 }));
        self.print("after again", &self.logoff(session, 0));
        self.release(Some(table));
        self.release(Some(session));
        println!("after release 0 0");
    }

    /// What the client on `outlook-mapi` does, which never logs off: each of its sessions ends with MAPIUninitialize.
    fn section_tables(&self) {
        let ansi = |name: &str| Some(Text::ansi(name.as_bytes()));
        for (at, (profile, flags)) in [(ansi("Work"), EXT_NEW | NO_MAIL), (None, 0x60), (ansi("Wrok"), EXT_NEW)].into_iter().enumerate() {
            let place = format!("tables {}", at + 1);
            let call = Call::Mapi(Mapi::MAPIInitialize { version: 0, flags: InitFlags::empty() });
            self.print(&format!("{place} initialize"), &self.call(call));
            let reply = self.logon(profile, flags);
            self.print(&format!("{place} logon"), &reply);
            if let Some(session) = reply.object() {
                self.read_tables(&place, session);
                self.release(Some(session));
            }
            self.call(Call::Mapi(Mapi::MAPIUninitialize {}));
        }
    }

    fn read_tables(&self, place: &str, session: Handle) {
        let stores = IMAPISession::GetMsgStoresTable { flags: 0.into() };
        let tables = [
            ("status", IMAPISession::GetStatusTable { flags: 0.into() }),
            ("status", IMAPISession::GetStatusTable { flags: UNICODE.into() }),
            ("stores", stores),
        ];
        for (what, call) in tables {
            let (place, opened) = (format!("{place} {what}"), self.session(session, call));
            self.print(&place, &opened);
            self.print_table(&place, opened.object().expect("a table"));
            self.release(opened.object());
        }
    }

    fn play(&self, section: &str) {
        match section {
            "early" => {
                self.print("early logon", &self.ansi("Work", EXT_NEW));
                self.print("early admin", &self.call(Call::Mapi(Mapi::MAPIAdminProfiles { flags: 0 })));
            }
            "initialize" => {
                let call = Call::Mapi(Mapi::MAPIInitialize { version: 0, flags: InitFlags::empty() });
                self.print("initialize", &self.call(call));
            }
            "logon" => self.section_logon(),
            "nomail" => self.section_tour(section, NO_MAIL),
            "mail" => self.section_tour(section, 0),
            "shared" => self.section_shared(),
            "errors" => self.section_errors(),
            "after" => self.section_after(),
            "tables" => self.section_tables(),
            "views" => self.section_views(),
            "end" => {
                self.call(Call::Mapi(Mapi::MAPIUninitialize {}));
                self.print("end logon", &self.ansi("Work", EXT_NEW));
            }
            other => panic!("no section {other:?}"),
        }
    }
}

fn main() {
    let mut args = std::env::args().skip(1);
    let path = args.next().expect("usage: expected FIXTURE [SECTION...]");
    let sections: Vec<String> = args.collect();
    let sections = if sections.is_empty() { SECTIONS.map(str::to_owned).to_vec() } else { sections };
    let sim = Fixture::load(&path).unwrap_or_else(|error| panic!("{error}")).start();
    let caller = sim.caller("client", "main");
    let client = Client { sim, caller };
    sections.iter().for_each(|section| client.play(section));
}
