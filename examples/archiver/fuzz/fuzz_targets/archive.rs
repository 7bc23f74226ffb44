//! The archiver beside an adversary: whatever happens around it, it ends, leaves nothing behind, and archives nobody else's mail.
//!
//! `cargo fuzz run archive` looks for what breaks that. Without cargo-fuzz it is a program that runs every file of `corpus/archive`, or those given.
#![cfg_attr(fuzzing, no_main)]

#[path = "../../tests/support/mod.rs"]
mod support;

use std::sync::LazyLock;

use mapi_sim::{Adversary, Fixture, fuzz};

/// Read once, started for every input.
static DESK: LazyLock<Fixture> = LazyLock::new(support::desk);

fn archive(bytes: &[u8]) {
    // What others do to the archiver is the adversary's; who looks afterwards is left alone.
    fuzz::run_beside(&DESK, &Adversary::new(bytes).against("archiver"), support::archives_its_own);
}

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| archive(bytes));

#[cfg(not(fuzzing))]
fn main() {
    let mut files: Vec<std::path::PathBuf> = std::env::args_os().skip(1).map(Into::into).collect();
    if files.is_empty() {
        let corpus = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/archive")).expect("the corpus");
        files = corpus.map(|entry| entry.expect("an entry").path()).collect();
        files.sort();
    }
    for file in &files {
        println!("{}", file.file_name().unwrap_or_default().display());
        archive(&std::fs::read(file).expect("a file that can be read"));
    }
    println!("{} passed", files.len());
}
