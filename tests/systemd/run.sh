#!/usr/bin/env bash
# Boots a Debian 12 with systemd as init, Pillion and its unit as shipped, and does to it what
# operators do: inside.sh, which runs there.
#   run.sh BUILD_DIRECTORY
# Needs root, mmdebstrap and systemd-nspawn. A host that is Debian 12 lends its apt sources.
set -euo pipefail
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(realpath "$1")
say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }
[ "$(id -u)" -eq 0 ] || { echo "run.sh: needs root, to boot a system" >&2; exit 77; }

root=$(mktemp -d /var/tmp/pillion_systemd_XXXXXX)
trap 'rm -rf --one-file-system "$root"' EXIT

debian="$build/debian-systemd.tar"
if [ ! -s "$debian" ]; then
  say "making a Debian 12 with systemd, kept in $debian"
  mirrors=()
  if grep -q '^VERSION_CODENAME=bookworm$' /etc/os-release; then
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list \
      /etc/apt/sources.list.d/*.sources; do
      [ ! -s "$file" ] || mirrors+=("$file")
    done
  fi
  mmdebstrap --quiet --variant=minbase --include=systemd,systemd-sysv,dbus bookworm \
    "$debian.new" "${mirrors[@]}" --format=tar
  mv "$debian.new" "$debian"
fi
tar --extract --file "$debian" --directory "$root" --numeric-owner --exclude './dev/*'

# As deploy/README.md says.
install -D "$build/bin/pillion" "$root/usr/bin/pillion"
install -D -m 0644 -t "$root/etc/systemd/system" "$source/deploy/pillion.service"
install -D -m 0644 -t "$root/usr/lib/sysusers.d" "$source/deploy/sysusers.d/pillion.conf"
install -D -m 0644 -t "$root/usr/lib/tmpfiles.d" "$source/deploy/tmpfiles.d/pillion.conf"
install -D -m 0644 "$source/examples/king-county/house-lr.zip" "$root/etc/pillion/models/house.zip"

# The libraries that the program was linked with, beside those of the fresh system.
ldd "$build/bin/pillion" | awk '$3 ~ /^\// { print $3 }' | while read -r library; do
  [ -e "$root$library" ] || install -D "$library" "$root$library"
done
install -D -m 0644 -t "$root/test" "$source/examples/king-county/houses.frame.json" \
  "$source/tests/systemd/inside.sh"
cat >"$root/etc/systemd/system/operator.service" <<'UNIT'
[Unit]
Description=What operators do
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/bash /test/inside.sh
StandardOutput=file:/test/report
StandardError=inherit
ExecStopPost=/bin/systemctl --no-block poweroff
UNIT
mkdir -p "$root/etc/systemd/system/default.target.wants"
ln -s ../operator.service "$root/etc/systemd/system/default.target.wants/operator.service"
ln -sf /lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"

say "booting it"
timeout --kill-after=10 300 systemd-nspawn --quiet --directory="$root" --boot --register=no \
  --keep-unit --console=pipe --machine="pillion-$$" </dev/null >"$root/test/console" 2>&1 ||
  tail -n 30 "$root/test/console" >&2
cat "$root/test/report" 2>/dev/null || { echo "run.sh: it wrote no report" >&2; exit 1; }
grep -q '^all of it is right$' "$root/test/report"
