#!/usr/bin/env bash
# On processors without AVX2, FMA or another part of x86-64-v3 the program says so and ends with 78.
#   cpu_test.sh PROGRAM [ARGUMENT...]
set -euo pipefail
fail() { echo "cpu_test: $*" >&2; exit 1; }
if ! command -v qemu-x86_64 >/dev/null; then
  echo "cpu_test: skipped, because qemu-x86_64 (package qemu-user) is not there"
  exit 77
fi

on() { # CPU PROGRAM [ARGUMENT...] : prints what is said, returns the exit code
  local cpu=$1
  shift
  qemu-x86_64 -cpu "$cpu" "$@" 2>&1
}

on max "$@" >/dev/null || fail "does not run on a processor that has everything"
while read -r cpu lacks; do
  status=0
  said=$(on "$cpu" "$@") || status=$?
  [ "$status" -eq 78 ] || fail "$cpu: exit code $status: $said"
  grep -q "this processor lacks $lacks; pillion needs x86-64-v3" <<<"$said" || fail "$cpu: $said"
done <<'CPUS'
core2duo AVX2 FMA BMI1 BMI2 F16C MOVBE LZCNT
Nehalem AVX2 FMA BMI1 BMI2 F16C MOVBE LZCNT
max,-avx2 AVX2
max,-fma FMA
max,-avx,-avx2,-fma,-f16c AVX2 FMA F16C
max,-movbe MOVBE
CPUS
