#!/usr/bin/env bash
# Pillion against MLeap 0.20.0, as Maven Central has it, on a JVM of this machine: one row at a time,
# distinct rows, the row built and the answer read on both sides, in turns of half a second.
#   mleap.sh PILLION [ROUNDS]
# The answers of both must be the same numbers, else nothing is raced.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source_dir=$here/../..
pillion=$(realpath "$1")
rounds=${2:-11}
shared=${PILLION_SHARED:-$source_dir/../shared}
demo=$source_dir/examples/king-county
. "$source_dir/tools/mleap/environment.sh"

readonly ROUND_MS=500
readonly WARM_UP_ROUNDS=10

need java
published_scorer_ready
classes=$MLEAP_HOME/racer-$(fingerprint "$here/Racer.scala" <(printf '%s' "$SCORE_CLASSPATH"))
if [ ! -d "$classes" ]; then
  say "compiling MLeap's side of the race"
  scala_compile "$PUBLISHED_SCALA" "$classes" "$SCORE_CLASSPATH" "$here/Racer.scala"
fi
racer() { java -Xmx1g -cp "$classes:$SCORE_CLASSPATH" pillion.race.Racer "$@"; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# number KEY < a line of `pillion bench --json`
number() { sed -E "s/.*\"$1\":([0-9.]+).*/\1/"; }

# quartiles < numbers, one on a line: "median low high"
quartiles() {
  sort -g | awk '{ x[NR] = $1 } END { print x[int((NR + 1) / 2)], x[int((NR + 3) / 4)], x[int((3 * NR + 3) / 4)] }'
}

# round WHAT TRANSPORT: Pillion's median of one round, in nanoseconds
round() {
  "$pillion" bench "$model" --rows "$work/rows.json" --select "$column" --transport "$2" \
    --seconds 0.$((ROUND_MS / 100)) --json 2>/dev/null |
    grep -F "\"what\":\"$1\"" | tee -a "$work/lines" | number p50_ns
}

race() { # NAME MODEL FRAME COLUMN
  local name=$1 frame=$3
  model=$2 column=$4
  say "$name: rows and MLeap's answers"
  racer rows "$frame" "$work/rows.json"
  rm -f "$work"/{ours,theirs,mleap,plan,waist,ring,lines}

  coproc JVM { racer drive "$model" "$work/rows.json" "$column" "$work/theirs"; }
  local i answer
  for ((i = 0; i < WARM_UP_ROUNDS; ++i)); do
    echo "$ROUND_MS" >&"${JVM[1]}"
    read -r answer <&"${JVM[0]}"
  done
  "$pillion" score "$model" "$work/rows.json" --select "$column" --to csv |
    tail -n +2 | tr -d '\r' >"$work/ours"
  if ! cmp -s "$work/ours" "$work/theirs"; then
    diff "$work/ours" "$work/theirs" | head -5 >&2
    fail "$name: the answers differ"
  fi
  say "$name: $(wc -l <"$work/ours") equal answers; $rounds rounds"
  for ((i = 0; i < rounds; ++i)); do
    echo "$ROUND_MS" >&"${JVM[1]}"
    read -r answer <&"${JVM[0]}"
    echo "${answer%% *}" >>"$work/mleap"
    round plan inproc >>"$work/plan"
    round score inproc >>"$work/waist"
    round score shm >>"$work/ring"
  done
  eval "exec ${JVM[1]}>&-"
  wait "$JVM_PID"

  local what label
  printf '\n%s\n' "$name"
  printf '  %-44s %9s ns (%s .. %s)\n' "MLeap 0.20.0, in process" $(quartiles <"$work/mleap")
  while read -r what label; do
    printf '  %-44s %9s ns (%s .. %s)' "Pillion, $label" $(quartiles <"$work/$what")
    paste "$work/mleap" "$work/$what" | awk '{ print $1 / $2 }' | quartiles |
      awk '{ printf "   %.1f times as fast (%.1f .. %.1f)\n", $1, $2, $3 }'
  done <<'WAYS'
plan in process, values to values
waist in process, bytes to bytes
ring another process, by shared memory
WAYS
  if grep -qF '"quiet":false' "$work/lines"; then
    echo "  The machine was not quiet: believe the ratios rather than the times."
  fi
  if grep -qF '"placement":"one CPU"' "$work/lines"; then
    echo "  Caller and sidecar shared one CPU in $(grep -cF '"placement":"one CPU"' "$work/lines")" \
      "of $rounds rounds: no shared memory is fast there."
  fi
}

java -version 2>&1 | head -1
race "King County, linear regression" "$demo/house-lr.zip" "$demo/houses.frame.json" prediction
race "King County, random forest" "$demo/house-rf.zip" "$demo/houses.frame.json" prediction
if [ -d "$shared/data" ]; then
  for kind in lr rf; do
    race "Airbnb, $kind" "$shared/data/airbnb.model.$kind.zip" "$shared/data/frame.airbnb.json" \
      price_prediction
  done
else
  say "skipped: the Airbnb models, which are not in $shared/data"
fi
