#!/usr/bin/env bash
# What the real MLeap answers: score.sh MODEL FRAME OUT
# MLeap's runtime as Maven Central has it, in a plain JVM; frames end in .json or .bin.
set -euo pipefail
[ $# -eq 3 ] || { echo "usage: score.sh MODEL FRAME OUT" >&2; exit 64; }
. "$(dirname "$0")/environment.sh"

need java
published_scorer_ready
exec java -cp "$SCORE_CLASSPATH" pillion.golden.Scorer "$@"
