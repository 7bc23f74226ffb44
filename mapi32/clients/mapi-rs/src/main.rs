//! A client on `outlook-mapi`, Microsoft's Rust bindings, as its users write one: it logs on, reads both tables, and lets go.
//!
//! It prints section `tables` of the scenario that the other client programs play too.

use core::ptr;
use outlook_mapi::{sys::*, *};
use windows_core::{PCSTR, Result};

/// The names of the properties, as the C programs have them.
const NAMES: &str = include_str!("../../c/names.h");

fn show_result<T>(result: &Result<T>) -> String {
    let code = result.as_ref().err().map_or(0, |error| error.code().0);
    format!("0x{:08X}", code.cast_unsigned())
}

fn name(tag: &PropTag) -> String {
    let number = format!("0x{:04X}", tag.prop_id());
    let found = NAMES.lines().find_map(|line| line.strip_prefix("N(")?.strip_suffix(')')?.strip_prefix(&number)?.strip_prefix(", "));
    found.map_or(number.clone(), str::to_owned)
}

fn printable(unit: u32) -> Option<char> {
    char::from_u32(unit).filter(|c| matches!(c, ' '..='~') && !matches!(c, '"' | '\\'))
}

fn show_ansi(text: PCSTR) -> String {
    let bytes = unsafe { text.as_bytes() };
    let shown = bytes.iter().map(|byte| printable((*byte).into()).map_or_else(|| format!("\\x{byte:02X}"), String::from));
    format!("a\"{}\"", shown.collect::<String>())
}

fn show_wide(units: &[u16]) -> String {
    let units = units.iter().take_while(|unit| **unit != 0);
    let shown = units.map(|unit| printable((*unit).into()).map_or_else(|| format!("\\u{unit:04X}"), String::from));
    format!("w\"{}\"", shown.collect::<String>())
}

fn show_value(value: &PropValueData<'_>) -> String {
    match value {
        PropValueData::Null => "null".to_owned(),
        PropValueData::Short(number) => number.to_string(),
        PropValueData::Long(number) => number.to_string(),
        PropValueData::Boolean(truth) => (*truth != 0).to_string(),
        PropValueData::Error(code) => format!("error 0x{:08X}", code.0.cast_unsigned()),
        PropValueData::AnsiString(text) => show_ansi(*text),
        PropValueData::Unicode(units) => show_wide(units),
        PropValueData::Binary(bytes) => bytes.iter().fold(String::from("x"), |shown, byte| shown + &format!("{byte:02X}")),
        _ => "another type".to_owned(),
    }
}

/// A whole table: its columns, its size, its rows.
fn print_table(place: &str, table: &IMAPITable) {
    let mut columns: MAPIOutParam<SPropTagArray> = MAPIOutParam::default();
    if unsafe { table.QueryColumns(0, columns.as_mut_ptr()) }.is_ok()
        && let Some(columns) = unsafe { columns.as_mut() }
    {
        let tags = unsafe { core::slice::from_raw_parts(columns.aulPropTag.as_ptr(), columns.cValues as usize) };
        println!("{place} columns{}", tags.iter().fold(String::new(), |all, tag| all + &format!(" {tag:08X}")));
    }
    let mut count = 0;
    let counted = unsafe { table.GetRowCount(0, &mut count) };
    println!("{place} count {} {count}", show_result(&counted));

    let mut rows = RowSet::default();
    let queried = unsafe { HrQueryAllRows(table, ptr::null_mut(), ptr::null_mut(), ptr::null_mut(), 0, rows.as_mut_ptr()) };
    println!("{place} rows {}", show_result(&queried));
    for (at, row) in rows.into_iter().enumerate() {
        for prop in row.iter() {
            println!("{place} {} {} {}", at + 1, name(&prop.tag), show_value(&prop.value));
        }
    }
}

/// One session, from Initialize to the last Release.
fn visit(number: usize, profile: Option<&str>, flags: LogonFlags) {
    let initialized = Initialize::new(InitializeFlags::default());
    println!("tables {number} initialize {}", show_result(&initialized));
    let Ok(initialized) = initialized else { return };
    let logon = Logon::new(initialized, Default::default(), profile, None, flags);
    println!("tables {number} logon {}", show_result(&logon));
    let Ok(logon) = logon else { return };
    for (what, unicode) in [("status", 0), ("status", MAPI_UNICODE)] {
        let table = unsafe { logon.session.GetStatusTable(unicode) };
        println!("tables {number} {what} {}", show_result(&table));
        if let Ok(table) = table {
            print_table(&format!("tables {number} {what}"), &table);
        }
    }
    let table = unsafe { logon.session.GetMsgStoresTable(0) };
    println!("tables {number} stores {}", show_result(&table));
    if let Ok(table) = table {
        print_table(&format!("tables {number} stores"), &table);
    }
}

fn main() {
    let new = || LogonFlags { extended: true, new_session: true, ..Default::default() };
    visit(1, Some("Work"), LogonFlags { no_mail: true, ..new() });
    visit(2, None, LogonFlags { extended: true, use_default: true, ..Default::default() });
    visit(3, Some("Wrok"), new());
}
