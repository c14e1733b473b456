#!/bin/sh
# test_plugin.sh BUILD WORK [REFERENCE]: install the plugin, and load it from there by
# LAMMPS_PLUGIN_PATH.  REFERENCE: build folder whose plugin gives the numbers, default BUILD
set -eu
. "$(dirname "$0")/smoke.sh"
build=$1
reference=${3:-$build}
rm -rf "$2" && mkdir -p "$2" && cd "$2"

cmake --install "$build" --prefix "$PWD/prefix" > install.log || fail "cmake --install, see $PWD/install.log"
for file in LICENSE CITATION.cff README.md manual/Howto_inm_viscosity.rst; do
  [ -s "prefix/share/doc/user-inmvisc/$file" ] || fail "$file is not installed"
done

# the command finds its Python package, and the include file that its --include prints gives results in a run
share=prefix/share/user-inmvisc
for file in share/inmvisc.inc examples/kob-andersen/in.demo tools/inmvisc/plots/page.py; do
  [ -s "$share/$file" ] || fail "$file is not installed"
done
if "$PWD/prefix/bin/inmvisc" --help > help.out 2>&1; then
  include=$("$PWD/prefix/bin/inmvisc" --include)
  [ "$include" = "$PWD/$share/share/inmvisc.inc" ] || fail "inmvisc --include: $include"
  ln -s "$PWD/prefix/bin/inmvisc" linked
  for command in page edge green-kubo modulus compare; do
    ./linked $command --help > help.out || fail "inmvisc $command --help"
    grep -q '^Example:' help.out || fail "inmvisc $command --help has no example"
  done
elif grep -q 'no python3 here' help.out; then
  echo "inmvisc is not tested: no python3 with numpy, scipy and matplotlib"
else
  fail "inmvisc: $(cat help.out)"
fi
if [ -d "$build/manual" ]; then
  [ -s prefix/share/doc/user-inmvisc/html/Howto_inm_viscosity.html ] || fail "the HTML manual is not installed"
fi
"$PWD/prefix/bin/inm_replay" random:8 solver lapack > replay.log || fail "inm_replay does not run, see $PWD/replay.log"
installed=$(find "$PWD/prefix" -name inmviscplugin.so)
[ -n "$installed" ] || fail "no inmviscplugin.so in $PWD/prefix"

# the styles come from nowhere else
if LAMMPS_PLUGIN_PATH= smoke nothing "$build/lmp" 2> /dev/null; then fail "the styles are there without the plugin"; fi
expected=$(LAMMPS_PLUGIN_PATH= smoke expected "$reference/lmp" -var plugin "$reference/inmviscplugin.so")
path=$(LAMMPS_PLUGIN_PATH=$(dirname "$installed") smoke installed "$build/lmp")
same "plugin of the build folder, installed plugin" "$expected" "$path"

# plugin load tells of all five styles in one line (of LAMMPS, which is silent once it had a path to look through)
(unset LAMMPS_PLUGIN_PATH; smoke told "$build/lmp" -var plugin "$installed") > /dev/null
[ "$(grep -c 'Loading plugin' told.out)" -eq 1 ] || fail "plugin load does not print one line: $(grep 'Loading plugin' told.out)"
grep -q 'Loading plugin: .*inm/dos.*affine/gamma.*ulinm/viscosity.*inm/modulus.*orthogonal/dynamics' told.out || fail "plugin load does not name the styles"

# the folder can be moved: the second file is found beside the first
mv prefix moved
moved=$(LAMMPS_PLUGIN_PATH= smoke moved "$build/lmp" -var plugin "$PWD/moved${installed#"$PWD/prefix"}")
same "plugin of the build folder, moved plugin" "$expected" "$moved"
