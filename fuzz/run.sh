#!/bin/sh
# Fuzzes one target for some seconds, guided by coverage, with a stable compiler:
#
#     fuzz/run.sh TARGET SECONDS [libFuzzer options]
#
# The compiler passes below are those that cargo-fuzz asks for; `--target` keeps them away from build scripts. New inputs go to fuzz/found/TARGET
# (not checked in), crashes to fuzz/artifacts/TARGET; the checked-in corpus is only read. A crash that is worth keeping becomes a file with a telling
# name in fuzz/corpus/TARGET.
set -eu
cd "$(dirname "$0")"
target=$1
seconds=$2
shift 2

host=$(rustc -vV | sed -n 's/^host: //p')
RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module \
-Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
-Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares \
-Ccodegen-units=1"
case $target in
# Pointers: with AddressSanitizer, which a stable compiler has for who asks like this. Objects that a client forgets are no leak of ours to report.
abi_ops)
    RUSTFLAGS="$RUSTFLAGS -Zsanitizer=address"
    export RUSTC_BOOTSTRAP=1 ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=0}"
    ;;
esac
export RUSTFLAGS
cargo build --release --target "$host" --bin "$target"

mkdir -p "found/$target" "artifacts/$target"
set -- "$@" "found/$target" "corpus/$target"
# A world is 128 bytes and an operation 16; more than 32 operations find little that fewer do not.
longest=4096
case $target in
logon | session_ops) longest=640 ;;
api_ops) longest=1500 ;;
# A world is 32 bytes and an operation 24.
table_ops) longest=1024 ;;
fixture_toml) set -- "$@" ../fixtures ../fixtures/bad ;;
scenario_toml) set -- "$@" ../fixtures/scenarios ;;
esac
exec "${CARGO_TARGET_DIR:-target}/$host/release/$target" -max_total_time="$seconds" -max_len="$longest" -timeout=10 -rss_limit_mb=4096 \
    -artifact_prefix="artifacts/$target/" -print_final_stats=1 "$@"
