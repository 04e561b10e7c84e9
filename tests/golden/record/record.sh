#!/usr/bin/env bash
# Records the golden cases anew with the real Spark and MLeap: record.sh [PATTERN…]
# MLEAP_SOURCE names a checkout of MLeap's sources, for where Maven Central has no MLeap 0.25.2.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../../tools/mleap/environment.sh"

recorder_ready() {
  local classes=$MLEAP_HOME/recorder-$(fingerprint "$MLEAP_TOOLS"/scorer/*.scala "$here"/jvm/*.scala)
  if [ ! -d "$classes" ]; then
    say "compiling the recorder"
    rm -rf "$classes.part"
    scala_compile "$classes.part" "$SCORE_CLASSPATH" "$here"/jvm/*.scala
    mv "$classes.part" "$classes"
  fi
  RECORD_CLASSPATH=$classes:$SCORE_CLASSPATH
}

# MLeap's Spark extension hides Spark's own one-vs-rest; without its registry file it is absent.
without_extension() {
  printf '%s' "$MLEAP_CLASSPATH" | tr ':' '\n' | grep -v 'mleap-spark-extension-conf' | paste -sd:
}

need java
python_ready record "$here/requirements.txt"
mleap_ready
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
say "$(find "$here/../cases" -name case.json | wc -l) cases, $(du -sh --apparent-size "$here/../cases" | cut -f1)"
exit $failed
