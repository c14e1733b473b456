#!/bin/sh
# The tests of the styles with a LAMMPS that is sanitized too: address and undefined behavior.
#
#   sanitized_lammps.sh BUILD
#
# LAMMPS is built beside the reference LAMMPS in the cache (once; half an hour on 2 cores), our build goes
# to BUILD/sanitized.  What LAMMPS itself does of undefined behavior is printed and does not stop a test;
# an error of memory does, whosever it is.
set -eu

root=$(cd "$(dirname "$0")/../../.." && pwd)
build=$(cd "$1" && pwd)/sanitized
flags='-fsanitize=address,undefined -fno-omit-frame-pointer -g1 -O1'
one_word=$(printf '%s' "$flags" | tr ' ' ';')   # options go through the shell's word splitting
export INMVISC_LAMMPS_OPTIONS="-DCMAKE_TUNE_FLAGS=$one_word -DCMAKE_SHARED_LINKER_FLAGS=-fsanitize=address,undefined -DCMAKE_EXE_LINKER_FLAGS=-fsanitize=address,undefined"
export ASAN_OPTIONS=detect_leaks=0

sh "$root/tools/setup/lammps.sh"
lammps=$(sh "$root/tools/setup/lammps.sh" --print)
cmake -G Ninja -S "$root" -B "$build" -DINMVISC_SANITIZE=OFF -DCMAKE_C_FLAGS="$flags" -DCMAKE_CXX_FLAGS="$flags" \
  -DLAMMPS_SOURCE_DIR="$lammps/src/src" -DLAMMPS_BINARY="$lammps/build/lmp" > "$build.log" 2>&1 ||
  { cat "$build.log"; exit 1; }
cmake --build "$build" --parallel "${JOBS:-$(nproc)}"

# not those that count bytes or wrap malloc, nor the core, which make check has
cd "$build" && ctest -j "$(nproc)" --output-on-failure -E '^(core|allocation|memory_growth|deck|hessian_coverage|soak|plugin.host_linalg)'
