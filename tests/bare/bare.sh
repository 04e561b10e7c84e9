#!/usr/bin/env bash
# Does README's two commands in a bare Debian 12 that holds git alone: a clone of what is committed,
# ./dev demo, ./dev test. What they need they must install themselves.
#   bare.sh [COMMAND...]    of ./dev, in place of demo and test
# Needs root and mmdebstrap. A host that is Debian 12 lends its apt sources and settings.
set -euo pipefail
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }
[ "$(id -u)" -eq 0 ] || { echo "bare.sh: needs root, for a root directory of its own" >&2; exit 77; }
[ $# -gt 0 ] || set -- demo test

root=$(mktemp -d /var/tmp/pillion_bare_XXXXXX)
trap 'rm -rf --one-file-system "$root"' EXIT
is_bookworm() { grep -q '^VERSION_CODENAME=bookworm$' /etc/os-release; }

say "making a bare Debian 12 in $root"
mirrors=()
if is_bookworm; then
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
    [ ! -s "$file" ] || mirrors+=("$file")
  done
fi
mmdebstrap --quiet --variant=minbase --include=git,ca-certificates bookworm "$root" "${mirrors[@]}"
if is_bookworm; then cp -r /etc/apt/apt.conf.d "$root/etc/apt"; fi
cp -L /etc/resolv.conf /etc/hosts "$root/etc"
git clone --quiet --no-hardlinks "$source" "$root/root/pillion"

# Mounts and processes end with the namespaces.
inside() { # ROOT COMMAND...
  local root=$1
  shift
  mount --rbind /dev "$root/dev"
  mount -t proc proc "$root/proc"
  exec chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    PILLION_JOBS="${PILLION_JOBS:-$(nproc)}" sh -c 'cd /root/pillion && exec "$@"' sh "$@"
}
for command in "$@"; do
  say "./dev $command"
  unshare --mount --pid --fork --kill-child \
    bash -euc "$(declare -f inside); inside \"\$@\"" bash "$root" ./dev "$command"
done
say "done: $*"
