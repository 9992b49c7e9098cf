#!/usr/bin/env bash
# What a steady cluster of tokio_cluster takes: share of a core and resident memory of each process.
#
#   core/examples/tokio_cluster/steady.sh [NODES [SECONDS [OPTION...]]]
#
# Options go to every process. PROGRAM names a binary that was built before; otherwise it is built with --release.
set -euo pipefail
nodes=${1:-10} seconds=${2:-60}
shift $(($# < 2 ? $# : 2))
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

if [[ -z ${PROGRAM:-} ]]; then
  cargo build --quiet --release -p quorate --features prometheus,tracing --example tokio_cluster
  PROGRAM=${CARGO_TARGET_DIR:-target}/release/examples/tokio_cluster
fi
port=${PORT:-17400}
pids=()
trap 'kill -9 "${pids[@]}" 2>/dev/null || true' EXIT
for ((place = 0; place < nodes; place++)); do
  seed=()
  ((place == 0)) || seed=(--seed "127.0.0.1:$port")
  "$PROGRAM" "127.0.0.1:$((port + place))" "${seed[@]}" --log warn --http "127.0.0.1:$((port + 1000 + place))" "$@" &
  pids+=($!)
done

get() { exec 3<>"/dev/tcp/127.0.0.1/$1"; printf 'GET %s HTTP/1.0\r\n\r\n' "$2" >&3; cat <&3; exec 3>&-; }
ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }

for ((tries = 0; tries < 120; tries++)); do
  sleep 1
  up=$(get $((port + 1000)) /metrics 2>/dev/null | sed -n 's/^quorate_members{status="up".*} //p') || true
  [[ $up != "$nodes" ]] || break
done
[[ $up == "$nodes" ]] || { echo "only ${up:-0} of $nodes are up"; exit 1; }

before=()
for pid in "${pids[@]}"; do before+=("$(ticks "$pid")"); done
sleep "$seconds"
hertz=$(getconf CLK_TCK)
for ((place = 0; place < nodes; place++)); do
  pid=${pids[place]}
  memory=$(awk '/VmRSS/ { print $2 }' "/proc/$pid/status")
  echo "$(($(ticks "$pid") - before[place])) $memory"
done | awk -v hertz="$hertz" -v seconds="$seconds" '
  { share = 100 * $1 / hertz / seconds; shares += share; if (share > most) most = share
    memory += $2; if ($2 > largest) largest = $2 }
  END { printf "%d nodes, %d s: %.2f %% of a core each, at most %.2f %%; %.1f MB resident each, at most %.1f MB\n",
        NR, seconds, shares / NR, most, memory / NR / 1024, largest / 1024 }'
