#!/bin/sh
# collect.sh PROGRAM ROOT: lays PROGRAM and the shared libraries that it needs into ROOT, as the
# file system of an image that holds nothing else.
set -eu
program=$1
root=$2

mkdir -p "$root/bin" "$root/etc" "$root/run/pillion" "$root/tmp" "$root/models"
chmod 1777 "$root/tmp" "$root/run/pillion"
cp "$program" "$root/bin/pillion"
strip "$root/bin/pillion"

# ldd prints "name => path (address)", and the loader as a bare path.
ldd "$program" | awk '{ for (i = 1; i <= NF; ++i) if ($i ~ /^\//) { print $i; next } }' |
  while read -r library; do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
  done

echo 'pillion:x:65532:65532:Pillion:/:/sbin/nologin' >"$root/etc/passwd"
echo 'pillion:x:65532:' >"$root/etc/group"
