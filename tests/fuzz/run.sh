#!/bin/sh
# run.sh BUILD_DIRECTORY [TARGET] [SECONDS]: runs the libFuzzer programs, or the one named, so many
# seconds each. What it finds new stays in BUILD_DIRECTORY/corpus; what breaks is named and kept
# there too.
set -eu

build=$1
target=${2:-}
seconds=${3:-60}
seeds=$(dirname "$0")/corpus

for program in "$build"/bin/${target:-*}_fuzz; do
  [ -x "$program" ] || { echo "no fuzzer $program" >&2; exit 66; }
  name=$(basename "$program" _fuzz)
  mkdir -p "$build/corpus/$name"
  echo "== $name, $seconds seconds"
  "$program" -max_total_time="$seconds" -max_len=16384 -timeout=10 -rss_limit_mb=2048 \
    -print_final_stats=1 -artifact_prefix="$build/corpus/$name-" \
    "$build/corpus/$name" "$seeds/$name"
done
