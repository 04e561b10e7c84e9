#!/usr/bin/env bash
# Compares the functions of a program that hold a fused multiply-add with those that may: the
# numbers of all others are MLeap's only if each product is rounded.
#   fused_functions_test.sh PROGRAM
set -euo pipefail
program=$1

# Those of engine/linear/fused_sums.cc.
allowed='pillion::AddFourScaledFused(double const*, double const*, double*, unsigned long)
pillion::AddScaledFused(double, double const*, double*, unsigned long)
pillion::DotFused(double const*, double const*, unsigned long)
pillion::DotFused(float const*, float const*, unsigned long)'

# x86-64: vfmadd132sd, vfnmsub213pd, vfmaddsub231pd; aarch64: fmadd, fnmsub, fmla, fcmla.
found=$(LC_ALL=C objdump -d --no-show-raw-insn --demangle "$program" | LC_ALL=C awk -F '\t' '
  /^[0-9a-f]+ <.*>:$/ {
    name = $0
    sub(/^[0-9a-f]+ </, "", name)
    sub(/( \[clone .*)?>:$/, "", name)
  }
  { split($2, words, " ") }
  words[1] ~ /^(vfn?m(add|sub)|fn?m(add|sub)$|fml[as]|fcmla)/ { print name }' | LC_ALL=C sort -u)

diff <(echo "$allowed") <(echo "$found") && exit
echo "fused_functions_test: functions of $program that may hold fused multiply-adds (<) and" \
  "those that do (>) differ" >&2
exit 1
