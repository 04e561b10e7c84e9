#!/usr/bin/env bash
# Records the golden cases anew with the real Spark and MLeap: record.sh [PATTERN…]
# MLEAP_JARS names a folder with MLeap's jars, for where Maven Central lacks them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../../tools/mleap/environment.sh"

recorder_ready() {
  local classes
  classes=$MLEAP_HOME/recorder-$(fingerprint "$here"/jvm/*.scala <(printf '%s' "$SCORE_CLASSPATH"))
  if [ ! -d "$classes" ]; then
    say "compiling the recorder"
    scala_compile $SPARK_SCALA "$classes" "$SCORE_CLASSPATH" "$here"/jvm/*.scala
  fi
  RECORD_CLASSPATH=$classes:$SCORE_CLASSPATH
}

# MLeap's Spark extension hides Spark's own one-vs-rest; without its registry file it is absent.
without_extension() {
  printf '%s' "$MLEAP_CLASSPATH" | tr ':' '\n' | grep -v '/mleap-spark-extension[^/]*$' | paste -sd:
}

need java
mleap_ready
python_ready record "$here/requirements.txt"
scorer_ready
recorder_ready
work=$(mktemp -d "$MLEAP_HOME/record.XXXXXX")
trap 'rm -rf "$work"' EXIT
export RECORD_CLASSPATH PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1

say "recording"
failed=0
MLEAP_CLASSPATH=$(without_extension) "$PYTHON" "$here/record.py" "$work" "$here/../cases" "$@" || failed=1
export MLEAP_CLASSPATH
"$PYTHON" "$here/record.py" --extension "$work" "$here/../cases" "$@" || failed=1
say "$(find "$here/../cases" -name '*.txt' | wc -l) cases, $(du -sh --apparent-size "$here/../cases" | cut -f1)"
exit $failed
