#!/bin/sh
# test_driver.sh BUILD WORK [REFERENCE]: lmp_inmvisc of BUILD has the styles without any plugin, gives
# the numbers of the plugin, and behaves as lmp.  REFERENCE: build folder whose plugin gives the
# numbers, default BUILD; or the numbers
set -eu
. "$(dirname "$0")/smoke.sh"
build=$1
reference=${3:-$build}
rm -rf "$2" && mkdir -p "$2" && cd "$2"
unset LAMMPS_PLUGIN_PATH

case $reference in
  */*) plugin=$(smoke plugin "$reference/lmp" -var plugin "$reference/inmviscplugin.so") ;;
  *) plugin=$reference ;;
esac
driver=$(smoke driver "$build/lmp_inmvisc")
if grep -q 'Loading plugin' driver.out; then fail "the styles came from a plugin"; fi
same "plugin, driver" "$plugin" "$driver"
two=$(smoke two mpirun -np 2 "$build/lmp_inmvisc")
same "driver on 1 and on 2 ranks" "$driver" "$two"

# input from standard input; the styles again after clear, as with the plugin
{ echo 'print "before"'; echo clear
  echo "plugin load $build/inmviscplugin.so"; cat "$here/in.smoke"; } |
  "$build/lmp_inmvisc" -log none > clear.out 2>&1 || { tail -n 5 clear.out; fail "run after clear"; }
same "driver, driver after clear" "$driver" "$(sed -n 's/^smoke: //p' clear.out)"

# errors end it with a code, on all ranks
for np in 1 2; do
  if echo 'compute x all inm/dos nonsense' | mpirun -np $np "$build/lmp_inmvisc" -log none > error.out 2>&1; then
    fail "an error in the input ended with code 0"
  fi
  grep -q ERROR error.out || { cat error.out; fail "no message"; }
done
if "$build/lmp_inmvisc" -nonsense -log none > option.out 2>&1; then fail "a wrong option ended with code 0"; fi
