# Flags of every target. MLeap's numbers depend on each rounding: no contraction, no fast-math.
add_library(pillion_flags INTERFACE)
target_compile_options(pillion_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Werror -ffp-contract=off)
target_include_directories(pillion_flags INTERFACE
  ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)

# Debug builds are compiled more often than they run; tests spend their time in what links this.
add_library(pillion_optimized INTERFACE)
target_compile_options(pillion_optimized INTERFACE $<$<CONFIG:Debug>:-O1>)

if(PILLION_SANITIZE)
  add_compile_options(-fsanitize=${PILLION_SANITIZE} -fno-omit-frame-pointer)
  # Instrumented code makes g++ see paths that do not exist.
  target_compile_options(pillion_flags INTERFACE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  add_link_options(-fsanitize=${PILLION_SANITIZE})
  if(PILLION_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=all)
  endif()
  if(PILLION_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Asio has fences, which this sanitizer does not model; ours are exchanges there.
    target_compile_options(pillion_flags INTERFACE
      -Wno-tsan -Wno-array-bounds -Wno-stringop-overflow)
  endif()
endif()

if(PILLION_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)  # coverage in all of ours; the programs link main
endif()

# Engine and sidecar run on machines with hardware fma (2013 and later): std::fma is part of
# MLeap's dot product, and the library's software form is 30 times slower. Only the files that mean
# it (PILLION_FUSED_OPTIONS) are compiled with it: g++ 12 fuses complex products whatever
# -ffp-contract says. The client is linked into other people's programs and stays at the baseline.
add_library(pillion_arch INTERFACE)
set(PILLION_FUSED_OPTIONS "")
if(PILLION_ARCH AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64")
  target_compile_options(pillion_arch INTERFACE -march=${PILLION_ARCH} -mno-fma)
  set(PILLION_FUSED_OPTIONS -mfma)
endif()

# What most files include, compiled once a library instead of once a file. Presets without it see an
# include that is missing.
set(PILLION_PRECOMPILED
  <algorithm> <array> <atomic> <chrono> <cmath> <cstdint> <cstring> <filesystem> <functional>
  <limits> <map> <memory> <optional> <span> <string> <string_view> <tl/expected.hpp> <utility>
  <vector>)
function(pillion_precompile target) # [HEADER...]
  if(PILLION_PRECOMPILE)
    target_precompile_headers(${target} PRIVATE ${PILLION_PRECOMPILED} ${ARGN})
  endif()
endfunction()
