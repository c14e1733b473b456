#!/bin/sh
# Fuzz what reads foreign numbers for longer than the tests do.
#
#   fuzz.sh BUILD [SECONDS]     seconds for each target, 300 if not given
#
# With clang: libFuzzer, guided by coverage, its corpus kept in BUILD/fuzz/corpus.NAME so that the next
# call goes on from there.  Without: a longer list of the mutations that the tests have.  Then random
# commands for the styles.
set -eu

build=$(cd "$1" && pwd)
seconds=${2:-300}
root=$(cd "$(dirname "$0")/../../.." && pwd)
targets='restart matrix kernel npz'
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OPENBLAS_NUM_THREADS=1
export ASAN_OPTIONS=allocator_may_return_null=1:detect_leaks=0   # unittest/sanitizers looks for leaks

say() { printf '== fuzz: %s\n' "$*"; }

if command -v clang++ > /dev/null 2>&1; then
  cmake -G Ninja -S "$root" -B "$build/fuzz" -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ \
    -DINMVISC_FUZZER=ON -DINMVISC_TESTS=OFF -DINMVISC_ELPA=OFF -DINMVISC_SCALAPACK=OFF > "$build/fuzz.log" 2>&1 ||
    { cat "$build/fuzz.log"; exit 1; }
  for t in $targets; do
    cmake --build "$build/fuzz" --parallel 1 --target "libfuzzer_$t"
    corpus=$build/fuzz/corpus.$t
    mkdir -p "$corpus"
    "$build/unittest/sanitizers/fuzz_$t" --seeds "$corpus"
    say "$t, libFuzzer for $seconds s"
    (cd "$build/fuzz" && unittest/fuzz/libfuzzer_$t -max_total_time="$seconds" -timeout=30 -max_len=16384 -rss_limit_mb=4096 \
      -print_final_stats=1 "$corpus" > "fuzz_$t.log" 2>&1) || { tail -n 60 "$build/fuzz/fuzz_$t.log"; exit 1; }
    grep -E 'stat::number_of_executed_units|DONE' "$build/fuzz/fuzz_$t.log" || true
  done
else
  say "there is no clang++: a longer list of fixed mutations"
  for t in $targets; do
    runs=100000
    [ "$t" = matrix ] && runs=10000
    "$build/unittest/sanitizers/fuzz_$t" --runs $runs
  done
fi

say "commands"
cd "$build" && LAMMPS_PLUGIN_PATH=$build INMVISC_FUZZ_COMMANDS=3000 unittest/test_fuzz_commands > fuzz_commands.log ||
  { tail -n 60 fuzz_commands.log; exit 1; }
grep scripts: fuzz_commands.log
