#!/usr/bin/env bash
# Installs everything to an empty directory and moves that away. Builds programs against nothing but
# what is there, with CMake's package and with pkg-config, in C++ and in C, shared and static; runs
# them against the installed server. Then looks at what the library shows.
#   install_test.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
source=$1
build=$2
work=$(mktemp -d)
server=
clean_up() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" || true
  fi
  rm -rf "$work"
}
trap clean_up EXIT
fail() { echo "install_test: $*" >&2; exit 1; }

cmake --install "$build" --prefix "$work/installed" >/dev/null
root=$work/moved
mv "$work/installed" "$root"
library=$(find "$root" -name libpillion-client.so)
libdir=$(dirname "$library")
doc=$root/share/doc/pillion
for file in "$root/bin/pillion" "$libdir/libpillion-client.so.2" "$libdir/libpillion-client.a" \
  "$libdir/libpillion-engine.so.1" \
  "$libdir/pkgconfig/pillion-client.pc" "$doc/README.md" "$doc/docs/ops.md"; do
  [ -e "$file" ] || fail "$file is not installed"
done
cmake --install "$build" --prefix "$work/client" --component client >/dev/null
[ ! -e "$work/client/bin" ] || fail "the component client brings a program"

readelf -d "$library" | grep 'SONAME.*libpillion-client\.so\.2\]' >/dev/null ||
  fail "wrong SONAME"
# Exactly what the headers declare, and nothing else.
nm -D --defined-only "$library" | awk '{ print $3 }' | grep -v '^_init$\|^_fini$' | sort >"$work/shown"
grep -hoE '^PILLION_API .*' -A1 "$root"/include/pillion/pillion{,_arrow}.h |
  grep -oE '\bpillion_[a-z_]+\(' | tr -d '(' | sort -u >"$work/declared"
diff "$work/declared" "$work/shown" || fail "declared (<) and shown (>) functions differ"

engine=$libdir/libpillion-engine.so.1
readelf -d "$engine" | grep 'SONAME.*libpillion-engine\.so\.1\]' >/dev/null ||
  fail "wrong SONAME of the engine"
nm -D --defined-only "$engine" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort >"$work/shown"
grep -oE '\bpillion_engine_[a-z]+\(' "$source/schemas/inproc/engine_abi.h" | tr -d '(' | sort -u \
  >"$work/declared"
diff "$work/declared" "$work/shown" || fail "the engine: declared (<) and shown (>) differ"

# A library with sanitizers needs programs with the same.
flags=$(sed -n 's/^CMAKE_CXX_FLAGS:[^=]*=//p; s/^PILLION_SANITIZE:[^=]*=\(..*\)/-fsanitize=\1/p' \
  "$build/CMakeCache.txt" | tr '\n' ' ')
bin=$work/programs
cmake -G Ninja -S "$doc/examples/client" -B "$bin" -DCMAKE_PREFIX_PATH="$root" \
  -DCMAKE_CXX_FLAGS="$flags" -DCMAKE_C_FLAGS="$flags" >/dev/null
cmake --build "$bin" >"$work/log" || { cat "$work/log"; fail "the examples do not build"; }
# A project without C++.
mkdir "$work/c_only"
cp "$doc/examples/client/score.c" "$work/c_only"
cat >"$work/c_only/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.16)
project(c_only LANGUAGES C)
find_package(pillion-client REQUIRED)
add_executable(c_only score.c)
target_link_libraries(c_only PRIVATE pillion::client_static)
CMAKE
cmake -G Ninja -S "$work/c_only" -B "$bin/c_only_build" -DCMAKE_PREFIX_PATH="$root" \
  -DCMAKE_C_FLAGS="$flags" >/dev/null
cmake --build "$bin/c_only_build" >"$work/log" || { cat "$work/log"; fail "C alone does not build"; }
cp "$bin/c_only_build/c_only" "$bin"

# The compilers, as a user who has pkg-config and nothing else calls them.
export PKG_CONFIG_PATH="$libdir/pkgconfig"
read -ra cflags <<<"$flags -Wall -Wextra -Wpedantic -Werror $(pkg-config --cflags pillion-client)"
read -ra shared <<<"$(pkg-config --libs pillion-client) -Wl,-rpath,$libdir"
read -ra static <<<"$(pkg-config --static --libs pillion-client |
  sed 's/-lpillion-client/-l:libpillion-client.a/')"
cc "${cflags[@]}" "$doc/examples/client/score.c" "${shared[@]}" -o "$bin/pkg_c"
cc "${cflags[@]}" "$doc/examples/client/score.c" "${static[@]}" -o "$bin/pkg_c_static"
c++ -std=c++17 "${cflags[@]}" "$doc/examples/client/score.cc" "${static[@]}" -o "$bin/pkg_static"
echo '#include <pillion/pillion_arrow.h>' >"$work/arrow.c"
cc "${cflags[@]}" -c "$work/arrow.c" -o "$work/arrow.o" || fail "C does not take pillion_arrow.h"
for standard in 17 20; do
  c++ -std=c++$standard "${cflags[@]}" "$source/tests/client/names.cc" "${shared[@]}" \
    -o "$bin/names$standard"
done

programs=(score score_static score_c score_c_static c_only pkg_c pkg_c_static pkg_static)
for program in score_static score_c_static c_only pkg_c_static pkg_static; do
  if readelf -d "$bin/$program" | grep libpillion-client; then fail "$program is not static"; fi
done
for program in "${programs[@]}"; do
  # No server is there: a plain message and an exit code, not a hang or a crash.
  status=0
  "$bin/$program" "shm:$work/none.sock" house 2>"$work/message" || status=$?
  [ "$status" -eq 69 ] || [ "$status" -eq 1 ] || fail "$program: exit code $status"
  grep -q 'cannot connect' "$work/message" || fail "$program: $(cat "$work/message")"
done

"$root/bin/pillion" serve "house=$doc/examples/king-county/house-lr.zip" --run-dir "$work/run" \
  >/dev/null &
server=$!
"$root/bin/pillion" ctl ready --run-dir "$work/run" --wait 60 >/dev/null
# The house of the examples is the 24th of those that MLeap scored.
price=$(grep -m 1 '"mleap"' "$doc/examples/king-county/answers.json" |
  grep -oE '[0-9]+\.[0-9]+' | sed -n 24p)
price=$(printf '%.2f' "$price")
for program in "${programs[@]}"; do
  for transport in shm unix; do
    said=$("$bin/$program" "$transport:$work/run/pillion.sock" house) ||
      fail "$program: exit code $?"
    [ "$said" = "$price" ] || fail "$program says $said, MLeap $price"
  done
done
# Without a server: the engine lies beside the client's library; programs that hold that are told.
for program in "${programs[@]}"; do
  said=$(PILLION_ENGINE=$engine "$bin/$program" \
    "inproc:$doc/examples/king-county/house-lr.zip" house-lr) || fail "$program: exit code $?"
  [ "$said" = "$price" ] || fail "$program says $said in process, MLeap $price"
done
said=$("$bin/pkg_c" "inproc:$doc/examples/king-county/house-lr.zip" house-lr) ||
  fail "the engine is not found beside the client's library"
[ "$said" = "$price" ] || fail "pkg_c says $said in process, MLeap $price"
# It is not found where it is not, and the message says where it was looked for.
"$bin/pkg_static" "inproc:$doc/examples/king-county/house-lr.zip" house-lr 2>"$work/message" &&
  fail "pkg_static found an engine"
grep -q "$bin/libpillion-engine.so.1: no such file.*PILLION_ENGINE" "$work/message" ||
  fail "pkg_static: $(cat "$work/message")"
for standard in 17 20; do
  "$bin/names$standard" "shm:$work/run/pillion.sock" house >/dev/null ||
    fail "names$standard: exit code $?"
done
