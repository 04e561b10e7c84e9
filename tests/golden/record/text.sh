#!/usr/bin/env bash
# Asks Java and Pillion's text kernels the same random questions: text.sh DRIVER [COUNT [SEED]]
# DRIVER is the built text_driver. Prints the questions on which they differ, with both answers.
# A pattern that Pillion refuses at load is no difference; how many there were is told.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
driver=$1
count=${2:-200000}
seed=${3:-$RANDOM}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

java "$here/TextOracle.java" cases "$seed" "$count" >"$work/questions"
java "$here/TextOracle.java" answer <"$work/questions" >"$work/java"
"$driver" <"$work/questions" >"$work/pillion"

printf 'seed %s, %s questions\n' "$seed" "$count"
paste -d'|' "$work/questions" "$work/java" "$work/pillion" | awk -F'|' '
  { split($1, question, " "); asked[question[1]]++ }
  $3 == "no pattern" && $2 != $3 { refused[question[1]]++; next }
  $2 != $3 { wrong[question[1]]++; print $1 "\n  java    " $2 "\n  pillion " $3 }
  END {
    for (kind in asked)
      printf "%-16s asked %7d, refused %5d, different %d\n", kind, asked[kind], refused[kind], wrong[kind]
    for (kind in wrong) exit 1
  }'
