#!/usr/bin/env bash
# The demo of `./dev demo`: serves the house-price model, scores 200 houses that were sold after
# training over shared memory and over the Unix socket, shows the latencies, stops what it started.
#   demo.sh BUILD_DIR
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
pillion=$(cd "$1" && pwd)/bin/pillion
frame=$here/houses.frame.json

run_dir=$(mktemp -d)
server=
stop() {
  [ -n "$server" ] && kill "$server" 2>/dev/null && wait "$server" 2>/dev/null
  rm -rf "$run_dir"
}
trap stop EXIT

step() { printf '\n== %s\n' "$*"; }

step "Serving house-lr.zip, a Spark pipeline exported with MLeap"
"$pillion" serve "house=$here/house-lr.zip" "forest=$here/house-rf.zip" --run-dir "$run_dir" \
  --log-level warning &
server=$!
"$pillion" ctl ready --run-dir "$run_dir" --wait 30 >/dev/null
socket=$run_dir/pillion.sock

step "Scoring 200 houses from another process, over shared memory and over the Unix socket"
for transport in shm unix; do
  "$pillion" score --url "$transport:$socket" house "$frame" --select prediction --to csv \
    >"$run_dir/$transport.csv"
done
cmp "$run_dir/shm.csv" "$run_dir/unix.csv"
"$pillion" score --url "shm:$socket" forest "$frame" --select prediction --to csv \
  >"$run_dir/forest.csv"
echo "Both transports gave the same bits. The first ten, in dollars:"
echo
paste -d, "$here/prices.csv" "$run_dir/shm.csv" "$run_dir/forest.csv" |
  awk -F, 'NR == 1 { printf "%12s %18s %15s\n", "sold for", "linear regression", "random forest"; next }
           NR <= 11 { printf "%12.0f %18.0f %15.0f\n", $1, $2, $3 }
           { n++; a = $2 - $1; b = $3 - $1; l += a < 0 ? -a : a; f += b < 0 ? -b : b }
           END { printf "\nOn average over %d houses off by %.0f and %.0f dollars.\n", n, l / n, f / n }'

step "Latency of one row: built, sent, scored, answered, read; beside what the machine itself takes"
"$pillion" bench --url "shm:$socket" house --rows "$frame" --select prediction --seconds 2 \
  >"$run_dir/shm.txt"
"$pillion" bench --url "unix:$socket" house --rows "$frame" --select prediction --seconds 2 \
  >"$run_dir/unix.txt"
sed -n '1,2p' "$run_dir/shm.txt"
sed -n '2p' "$run_dir/unix.txt"
sed -n '3,5p' "$run_dir/shm.txt"

cat <<WORDS

What happened: a sidecar loaded the model that Spark had trained and answered another process
through memory that both share; no byte passed the kernel. Spark's own answers for these rows are in
examples/king-county/answers.json; ours are the same to the last bit (./dev test holds that).
The line "cache line" is the physical floor: two cores handing each other one word.

Try next:
  build/release/bin/pillion inspect examples/king-county/house-lr.zip
  build/release/bin/pillion score YOUR_BUNDLE.zip rows.csv
  build/release/bin/pillion serve YOUR_BUNDLE.zip --run-dir /tmp/pillion
  less README.md                        # ten lines of client code
WORDS
