//! Clients out of bytes: those of the fuzz target's corpus, and some that look random and are the same on every run.
#![allow(clippy::undocumented_unsafe_blocks, reason = "a test vouches for its own pointers")]

mod abi;

#[test]
fn clients_out_of_bytes() {
    let mut number = 1u64;
    for length in 0..if cfg!(debug_assertions) { 150 } else { 600 } {
        let input: Vec<u8> = (0..length * 4)
            .map(|_| {
                number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (number >> 56) as u8
            })
            .collect();
        abi::run(&input);
    }
}

#[test]
fn clients_of_the_corpus() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/abi_ops");
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        abi::run(&std::fs::read(entry.path()).expect("a file"));
    }
}
