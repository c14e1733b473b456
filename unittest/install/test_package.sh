#!/bin/sh
# test_package.sh LAMMPS WORK: add the package to a copy of a LAMMPS source tree, configure, take it
# out again.  LAMMPS: the top folder.  That it builds and runs is for make check-versions.
set -eu
. "$(dirname "$0")/smoke.sh"
package="$here/../../tools/package.sh"
lammps=$(cd "$1" && pwd)
rm -rf "$2" && mkdir -p "$2/tree" && cd "$2"

for part in "$lammps"/*; do
  case ${part##*/} in
    cmake | src) cp -R "$part" tree ;;   # what may change
    *) ln -s "$part" tree ;;
  esac
done
sh "$package" remove tree > /dev/null    # should it be in there
sums() { find tree/cmake tree/src -exec ls -ld {} + | awk '{ print $1, $NF }'
         find tree/cmake tree/src -type f -exec cksum {} +; }
sums > before

# refused, and nothing done
if sh "$package" add . > out 2>&1; then fail "added to a folder that is no source tree"; fi
grep -q 'source tree' out || fail "no message about the source tree"
cp tree/cmake/CMakeLists.txt saved
sed 's/^set(STANDARD_PACKAGES/set(PACKAGES/' saved > tree/cmake/CMakeLists.txt
if sh "$package" add tree > out 2>&1; then fail "added to a CMakeLists.txt without a list of packages"; fi
cat saved > tree/cmake/CMakeLists.txt
sums | cmp - before || fail "a refused add has changed the tree"

sh "$package" add tree
sums > added
cmp -s before added && fail "add has changed nothing"
sh "$package" add tree > /dev/null
sums | cmp - added || fail "the second add has changed something"

cmake -S tree/cmake -B build -D PKG_USER-INMVISC=on -D BUILD_SHARED_LIBS=off > configure.log 2>&1 ||
  { tail -n 20 configure.log; fail "configuring"; }
for style in compute_inm_dos compute_affine_gamma compute_ulinm_viscosity compute_inm_modulus fix_orthogonal_dynamics; do
  grep -q "$style.h" build/styles/style_compute.h build/styles/style_fix.h || fail "$style is not among the styles"
done

echo '// edited' >> tree/src/USER-INMVISC/compute_inm_dos.h
if sh "$package" remove tree > out 2>&1; then fail "an edited file was removed"; fi
sh "$package" add tree > out 2>&1 && fail "an edited file was overwritten"
cp -p "$here/../../src/USER-INMVISC/compute_inm_dos.h" tree/src/USER-INMVISC
sh "$package" remove tree
sums | cmp - before || fail "the tree is not as it was"
sh "$package" remove tree > /dev/null
sums | cmp - before || fail "the second remove has changed something"
