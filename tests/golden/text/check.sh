#!/usr/bin/env bash
# Holds Pillion's text kernels to Java's recorded answers, without a JVM: check.sh TEXT_DRIVER
# Each line of recorded.txt is a question, a bar and what Java answered; TextOracle.java in
# ../record tells how they are written.
set -euo pipefail
recorded=$(cd "$(dirname "$0")" && pwd)/recorded.txt

paste -d'|' "$recorded" <(cut -d'|' -f1 "$recorded" | "$1") | awk -F'|' '
  $2 != $3 { wrong++; print $1 "\n  java    " $2 "\n  pillion " $3 }
  END { printf "%d questions, %d answered differently\n", NR, wrong; exit wrong > 0 || NR < 3600 }'
