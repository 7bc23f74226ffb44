//! What is held from outside: slots against the list of the interfaces, exported names against the checked-in list.

use mapi32::objects::layouts;

/// The interfaces with their base and their own slots, as the reference and the headers have them.
const SLOTS: &str = include_str!("slots.txt");

/// The exported names.
const EXPORTS: &str = include_str!("../exports.txt");

/// Every slot of every interface, by name and number.
// shows TABLE-002
#[test]
fn slots_stand_where_the_headers_have_them() {
    let layouts = layouts();
    let find = |name: &str| layouts.iter().find(|layout| layout.interface == name);
    let mut count = 0;
    for line in SLOTS.lines().filter(|line| !line.starts_with('#')) {
        let (interface, slots) = line.split_once(':').expect("interface: slots");
        let layout = find(interface).unwrap_or_else(|| panic!("{interface} has no vtable"));
        let wanted: Vec<&str> = slots.split_whitespace().collect();
        assert_eq!(layout.slots, wanted, "{interface}");
        count += wanted.len();
    }
    assert_eq!(layouts.iter().map(|layout| layout.slots.len()).sum::<usize>(), count);
}

/// The names of the definition files, of MAPIStubLibrary's list and of olmapi32's further ones, as the reference page of the interface has them.
// shows MEMORY-179, MEMORY-180, MEMORY-181
#[test]
fn every_name_of_the_lists_is_exported() {
    let page = include_str!("../../docs/clauses/abi.md");
    let exported: Vec<&str> = EXPORTS.lines().filter_map(|line| line.split('@').next()).collect();
    let mut count = 0;
    for section in ["### 7.1 ", "### 7.2 ", "### 7.3 "] {
        let block = page.split(section).nth(1).and_then(|rest| rest.split("```").nth(1)).expect("a list of names");
        for name in block.split_whitespace().filter_map(|name| name.split('@').next()) {
            assert!(exported.contains(&name), "{section}: {name}");
            count += 1;
        }
    }
    assert!(count > 200, "{count}");
}

/// The library is for 64-bit processes: the loader of any other refuses it.
// shows MEMORY-183
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn the_library_is_for_64_bits() {
    let library = std::env::current_exe().expect("a test has a path").with_file_name("libmapi32.so");
    let head = std::fs::read(library).expect("it is built beside the test");
    assert_eq!((&head[..5], head[18]), (&b"\x7FELF\x02"[..], 0x3E), "ELFCLASS64, EM_X86_64");
}

/// The library exports exactly the names of `exports.txt`.
#[cfg(target_os = "linux")]
#[test]
fn exports_are_the_checked_in_list() {
    let library = std::env::current_exe().expect("a test has a path").with_file_name("libmapi32.so");
    assert!(library.exists(), "{} is built beside the test", library.display());
    let output = std::process::Command::new("nm").args(["-D", "--defined-only", "--format=posix"]).arg(&library).output().expect("nm runs");
    let text = String::from_utf8(output.stdout).expect("names are ASCII");
    let mut built: Vec<&str> = text.lines().filter_map(|line| line.split_whitespace().next()).collect();
    built.sort_unstable();
    let wanted: Vec<&str> = EXPORTS.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split('@').next()).collect();
    let missing: Vec<&&str> = wanted.iter().filter(|name| !built.contains(name)).collect();
    let more: Vec<&&str> = built.iter().filter(|name| !wanted.contains(name)).collect();
    assert!(missing.is_empty() && more.is_empty(), "missing: {missing:?}\nnot in the list: {more:?}");
}
