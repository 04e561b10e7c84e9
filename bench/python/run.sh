#!/usr/bin/env bash
# A call from Python over shared memory, beside the same one from C: run.sh BUILD_DIR PYTHON
set -euo pipefail
build=$(realpath "$1")
houses=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../examples/king-county" && pwd)
export PILLION_CLIENT=$build/lib/libpillion-client.so.2

run_dir=$(mktemp -d)
server=
stop() {
  [ -n "$server" ] && kill "$server" 2>/dev/null && wait "$server" 2>/dev/null
  rm -rf "$run_dir"
}
trap stop EXIT
"$build/bin/pillion" serve "house=$houses/house-lr.zip" --run-dir "$run_dir" --log-level warning &
server=$!
"$build/bin/pillion" ctl ready --run-dir "$run_dir" --wait 30 >/dev/null

"$2" "$(dirname "${BASH_SOURCE[0]}")/calls.py" "$run_dir" house "$houses/houses.frame.json" \
  prediction
"$build/bin/pillion" bench --url "shm:$run_dir/pillion.sock" house \
  --rows "$houses/houses.frame.json" --select prediction --seconds 1
