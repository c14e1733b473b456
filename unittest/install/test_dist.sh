#!/bin/sh
# test_dist.sh LAMMPS_SOURCE_DIR WORK: the source archive has what is committed, and configures by itself
set -eu
. "$(dirname "$0")/smoke.sh"
root=$(cd "$here/../.." && pwd)
git -C "$root" rev-parse HEAD > /dev/null 2>&1 || { echo "this is no checkout"; exit 77; }
rm -rf "$2" && mkdir -p "$2" && cd "$2"

archive=$(sh "$root/tools/dist.sh" .)
tar -xzf "$archive"
folder=$(basename "$archive" .tar.gz)
git -C "$root" ls-tree -r --name-only HEAD | grep -v -e '^\.ci/' -e '^\.gitattributes$' | LC_ALL=C sort > committed
(cd "$folder" && find . -type f | sed 's|^\./||' | LC_ALL=C sort) > archived
diff committed archived || fail "the archive is not what is committed"

cmake -S "$folder" -B build -D LAMMPS_SOURCE_DIR="$1" -D INMVISC_TESTS=OFF \
  -D CMAKE_EXPORT_COMPILE_COMMANDS=ON > configure.log 2>&1 || { tail -n 20 configure.log; fail "configuring"; }
for source in "$folder"/src/USER-INMVISC/*.cpp "$folder"/src/USER-INMVISC/inm/*/*.c; do
  grep -q "${source##*/}" build/compile_commands.json || fail "$source would not be compiled"
done
