#!/usr/bin/env bash
# Runs all fuzz targets, or those named, one after the other: `fuzz/run.sh SECONDS [TARGET...]`, so many seconds each. Needs a nightly
# toolchain and cargo-fuzz (`cargo install cargo-fuzz`). Starts from fuzz/seeds and keeps what it learns beside the build. Prints, of each target,
# how many executions there were and how many a second; what it finds ends it, and is left in fuzz/artifacts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if [[ ! ${1:-} =~ ^[1-9][0-9]*$ ]]; then
  echo "usage: fuzz/run.sh SECONDS [TARGET...]" >&2
  exit 2
fi
seconds=$1
shift
targets=("$@")
((${#targets[@]} > 0)) || mapfile -t targets < <(sed -n 's/^name = "\(.*\)"$/\1/p' Cargo.toml | tail -n +2)

# The code has no unsafe parts, so there is nothing for a sanitizer to find; overflows and broken invariants are looked for.
flags=(--sanitizer none --release --debug-assertions)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for target in "${targets[@]}"; do
  corpus=${CARGO_TARGET_DIR:-target}/corpus/$target
  mkdir -p "$corpus"
  options=(-max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1)
  if ! cargo +nightly fuzz run "${flags[@]}" "$target" "$corpus" "seeds/$target" -- "${options[@]}" >"$log" 2>&1; then
    tail -n 60 "$log"
    echo "$target: FOUND SOMETHING, see above"
    exit 1
  fi
  stat() { sed -n "s/^stat::$1: *//p" "$log"; }
  echo "$target: $(stat number_of_executed_units) executions, $(stat average_exec_per_sec) a second, $(stat peak_rss_mb) MB at most, nothing found"
done
