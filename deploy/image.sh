#!/usr/bin/env bash
# Builds the container image with buildah, without a daemon, and smoke-tests it: serves the demo
# model as another user who may write nowhere but beside its socket, scores rows from outside, and
# stops the server.
#   image.sh [TAG]
# Where no registry can be reached, the base image is made from Debian's packages.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tag=${1:-pillion}
export BUILDAH_ISOLATION=${BUILDAH_ISOLATION:-chroot}
say() { printf '==> %s\n' "$*" >&2; }

base_image() {
  local image=debian:bookworm-slim
  if timeout 20 buildah pull -q "$image" >/dev/null 2>&1; then
    echo "$image"
    return
  fi
  image=localhost/pillion-base
  if ! buildah inspect --type image "$image" >/dev/null 2>&1; then
    say "no image registry answers: making the base image from Debian's packages"
    local container mount
    container=$(buildah from scratch)
    mount=$(buildah mount "$container")
    mmdebstrap --variant=minbase --quiet --include=ca-certificates bookworm "$mount"
    buildah umount "$container" >/dev/null
    buildah commit -q --rm "$container" "$image" >/dev/null
  fi
  echo "$image"
}

# buildah does not pass signals on: its own end would kill what it runs. That is the last of its
# descendants.
stop_server() {
  local program=$server child status=0
  while child=$(cat "/proc/$program/task/"*/children 2>/dev/null) && [ -n "$child" ]; do
    program=${child%% *}
  done
  kill "$program" 2>/dev/null || true
  wait "$server" || status=$?
  server=
  return "$status"
}

# The trap below runs after smoke_test has returned: what it names must outlive the function.
server=
container=
run_dir=
clean_up() {
  if [ -n "$server" ]; then stop_server || true; fi
  [ -z "$container" ] || buildah rm "$container" >/dev/null
  [ -z "$run_dir" ] || rm -rf "$run_dir"
}

smoke_test() {
  local root
  trap clean_up EXIT
  container=$(buildah from "$tag")
  root=$(buildah mount "$container")
  run_dir=$(mktemp -d)
  chmod 0777 "$run_dir"
  say "smoke test: serve as uid 65532 from the image's own files"
  buildah run --user 65532:65532 --volume "$run_dir:/run/pillion" "$container" -- \
    /bin/pillion serve house=/models/house.zip --run-dir /run/pillion &
  server=$!
  for _ in $(seq 100); do
    [ -S "$run_dir/pillion.sock" ] && break
    sleep 0.1
  done
  "$root/bin/pillion" ctl ready --run-dir "$run_dir"
  "$root/bin/pillion" score --url "unix:$run_dir/pillion.sock" house \
    examples/king-county/houses.frame.json --select prediction --to csv | head -n 3
  stop_server || { say "the server ended with $?"; return 1; }
  say "image $tag: $(du -sh "$root" | cut -f1) unpacked, smoke test passed"
}

base=$(base_image)
say "building $tag on $base"
buildah bud -q --build-arg BASE="$base" --file deploy/Containerfile --tag "$tag" . >/dev/null
smoke_test
