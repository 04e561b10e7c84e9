#!/usr/bin/env bash
# Everything that has a number, on this machine, now: micro benches, then models in process, over
# shared memory and over the socket, then the transports alone, each beside the machine's floors.
#   run.sh BUILD_DIR
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=$1
pillion=$build/bin/pillion
demo=examples/king-county
shared=${PILLION_SHARED:-../shared}

title() { printf '\n== %s\n' "$*"; }

for micro in "$build"/bin/*_bench; do
  title "$(basename "$micro")"
  "$micro" --benchmark_min_time=0.2
done

for model in house-lr house-rf; do
  title "$model"
  "$pillion" bench "$demo/$model.zip" --rows "$demo/houses.frame.json" --select prediction
done
if [ -d "$shared/data" ]; then
  for model in lr rf; do
    title "airbnb $model"
    "$pillion" bench "$shared/data/airbnb.model.$model.zip" \
      --rows "$shared/data/frame.airbnb.json" --select price_prediction
  done
fi

title "transports, null scorer, 240 bytes"
"$pillion" bench transport --row-bytes 240
title "transports, both ends asleep between requests"
"$pillion" bench transport --row-bytes 240 --park
title "batches of 16"
"$pillion" bench "$demo/house-lr.zip" --rows "$demo/houses.frame.json" --select prediction \
  --batch 16
title "64 rows in flight"
"$pillion" bench "$demo/house-lr.zip" --rows "$demo/houses.frame.json" --select prediction \
  --transport shm --in-flight 64
title "many threads on one client"
"$build/bin/threads_report"
