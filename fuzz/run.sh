#!/usr/bin/env bash
# Runs all fuzz targets, or those named, one after the other: `fuzz/run.sh [--jobs N] SECONDS [TARGET...]`, each with N processes (1) until they
# have had so many seconds of processor time each. On a machine that does other things too that takes longer than SECONDS. Needs a nightly
# toolchain and cargo-fuzz (`cargo install cargo-fuzz`). Starts from fuzz/seeds and keeps what it learns beside the build. Prints, of each
# target, how many executions there were, how many a second of one processor, and how long they took; what it finds ends it, and is left in
# fuzz/artifacts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

jobs=1
if [[ ${1:-} == --jobs ]]; then
  jobs=${2:-}
  shift 2 || true
fi
if [[ ! $jobs =~ ^[1-9][0-9]*$ || ! ${1:-} =~ ^[1-9][0-9]*$ ]]; then
  echo "usage: fuzz/run.sh [--jobs N] SECONDS [TARGET...]" >&2
  exit 2
fi
seconds=$1
shift
targets=("$@")
((${#targets[@]} > 0)) || mapfile -t targets < <(sed -n 's/^name = "\(.*\)"$/\1/p' Cargo.toml | tail -n +2)

# The code has no unsafe parts, so there is nothing for a sanitizer to find; overflows and broken invariants are looked for.
common=(--sanitizer none --release --debug-assertions)
host=$(rustc +nightly -vV | sed -n 's/^host: //p')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# one JOB SECONDS: a process of the target, whose statistics are left in $work.
one() {
  local options=(-max_total_time="$2" -max_len=4096 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -seed="$RANDOM$1")
  "$binary" -artifact_prefix="artifacts/$target/" "${options[@]}" "$corpus" "seeds/$target" >"$work/$1.log" 2>&1
}

# A statistic of all processes, summed up and the largest.
stat() { sed -n "s/^stat::$1: *//p" "$work"/*.log | awk '{ sum += $1; if ($1 > max) max = $1 } END { print sum + 0, max + 0 }'; }

# use: sets `used` to the processor time of all processes that have ended, in seconds. A subshell would not know of them.
use() {
  times >"$work/times"
  used=$(awk 'NR == 2 { gsub(/[ms]/, " "); print int($1 * 60 + $2 + $3 * 60 + $4) }' "$work/times")
}

for target in "${targets[@]}"; do
  flags=("${common[@]}")
  case $target in
    # Their bytes are choices. What the code compares has nothing to do with those, and to watch it takes more than half of the time.
    world | differences | inputs | byzantine) flags+=(--no-trace-compares) ;;
  esac
  build=${CARGO_TARGET_DIR:-target}
  cargo +nightly fuzz build "${flags[@]}" "$target" >"$work/build" 2>&1 || { cat "$work/build"; exit 1; }
  # A copy, which a build beside it does not replace.
  binary=$work/$target
  cp "$build/$host/release/$target" "$binary"
  corpus=$build/corpus/$target
  mkdir -p "$corpus" "artifacts/$target"
  use
  before=$used spent=0 executions=0 memory=0
  while ((spent < seconds * jobs)); do
    rm -f "$work"/*.log
    processes=()
    for ((job = 0; job < jobs; job++)); do
      one "$job" $(((seconds * jobs - spent + jobs - 1) / jobs)) &
      processes+=($!)
    done
    for job in "${!processes[@]}"; do
      if ! wait "${processes[$job]}"; then
        kill "${processes[@]}" 2>/dev/null || true
        tail -n 60 "$work/$job.log"
        echo "$target: FOUND SOMETHING, see above"
        exit 1
      fi
    done
    read -r sum _ < <(stat number_of_executed_units)
    read -r _ most < <(stat peak_rss_mb)
    executions=$((executions + sum)) memory=$((most > memory ? most : memory))
    use
    spent=$((used - before))
  done
  echo "$target: $executions executions, $((executions / (spent > 0 ? spent : 1))) a second of one processor, $spent s of it, $memory MB at most, nothing found"
done
