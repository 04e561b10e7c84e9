#!/usr/bin/env bash
# Installs the client library to an empty directory and builds the examples against nothing but
# that: with CMake's package, and with pkg-config. Then looks at what the library shows.
#   install_test.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
source=$1
build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "install_test: $*" >&2; exit 1; }

cmake --install "$build" --prefix "$work/root" --component client >/dev/null
library=$(find "$work/root" -name libpillion-client.so)
libdir=$(dirname "$library")

for file in libpillion-client.so.1 libpillion-client.a pkgconfig/pillion-client.pc; do
  [ -e "$libdir/$file" ] || fail "$file is not installed"
done
readelf -d "$library" | grep -q 'SONAME.*libpillion-client\.so\.1\]' || fail "wrong SONAME"
# Exactly what the header declares, and nothing else.
nm -D --defined-only "$library" | awk '{ print $3 }' | grep -v '^_init$\|^_fini$' | sort >"$work/shown"
grep -oE '^PILLION_API .*' -A1 "$work/root/include/pillion/pillion.h" |
  grep -oE '\bpillion_[a-z_]+\(' | tr -d '(' | sort -u >"$work/declared"
diff "$work/declared" "$work/shown" || fail "declared (<) and shown (>) functions differ"

flags=$(sed -n 's/^CMAKE_CXX_FLAGS:[^=]*=//p; s/^PILLION_SANITIZE:[^=]*=\(..*\)/-fsanitize=\1/p' \
  "$build/CMakeCache.txt" | tr '\n' ' ')
cmake -S "$source/examples/client" -B "$work/build" -DCMAKE_PREFIX_PATH="$work/root" \
  -DCMAKE_CXX_FLAGS="$flags" -DCMAKE_C_FLAGS="$flags" >/dev/null
cmake --build "$work/build" >/dev/null

export PKG_CONFIG_PATH="$libdir/pkgconfig"
# The package's paths are those of the configured prefix; here it is another one.
pkg() { pkg-config --define-variable=prefix="$work/root" "$@" pillion-client; }
# shellcheck disable=SC2046
c++ -std=c++17 $flags "$source/examples/client/score.cc" $(pkg --cflags) $(pkg --libs) \
  -Wl,-rpath,"$libdir" -o "$work/build/score_pkg"

for program in score score_static score_c score_pkg; do
  # No server is there: a plain message and an exit code, not a hang or a crash.
  status=0
  "$work/build/$program" "shm:$work/none.sock" house 2>"$work/message" || status=$?
  [ "$status" -eq 69 ] || [ "$status" -eq 1 ] || fail "$program: exit code $status"
  grep -q 'cannot connect' "$work/message" || fail "$program: $(cat "$work/message")"
done
