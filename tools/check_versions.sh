#!/bin/sh
# Does the package compile and run with another LAMMPS than the reference, and installed in another
# way?  Runs unittest/install/in.smoke there and compares with the plugin of the folder BUILD.
#
#   check_versions.sh BUILD plugin SUITE VERSION    LAMMPS built from the source of that Debian suite:
#                                                   plugin and driver
#   check_versions.sh BUILD library SUITE VERSION   driver with the liblammps of that Debian suite, all
#                                                   in a chroot (as root, with mmdebstrap)
#   check_versions.sh BUILD in-tree                 package in the source tree of the reference
#
# VERSION may be "newest": what the suite has today.
#
# Sources, builds and chroots are kept in the cache of tools/setup/lammps.sh.  A first call builds a
# LAMMPS of a few packages with little optimization, or fetches a Debian of 1 GB.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
tests=$root/unittest/install
build=$(cd "$1" && pwd)
way=$2
suite=${3:-}
version=${4:-}
jobs=${JOBS:-$(nproc)}
[ "$version" != newest ] ||
  version=$(INMVISC_LAMMPS_SUITE="$suite" sh "$root/tools/setup/lammps.sh" --newest)
work=$build/check_versions/$way-$version
reference=$(sh "$root/tools/setup/lammps.sh" --print)
cache=$(dirname "$reference")
few='PLUGIN MANYBODY MOLECULE'
quick='-DCMAKE_CXX_FLAGS_RELEASE=-O1'

say() { printf '== %s %s: %s\n' "$way" "$version" "$*"; }
quietly() {
  "$@" > "$work/log" 2>&1 && return
  tail -n 30 "$work/log"
  say "FAILED: $*"
  exit 1
}
# the plugin is another build of the package; INMVISC_TESTS stays off, only test_*.sh run
configure() {
  quietly cmake -G Ninja -S "$root" -B "$work/build" -DINMVISC_TESTS=OFF -DINMVISC_DRIVER=ON -DINMVISC_WERROR=ON "$@"
  quietly cmake --build "$work/build" --parallel "$jobs"
}

export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
mkdir -p "$work"
[ -z "$suite" ] || say "LAMMPS $version of Debian $suite"

case $way in
  plugin)
    export INMVISC_LAMMPS_SUITE="$suite" INMVISC_LAMMPS_VERSION="$version"
    export INMVISC_LAMMPS_PACKAGES="$few" INMVISC_LAMMPS_OPTIONS="$quick"
    sh "$root/tools/setup/lammps.sh"
    lammps=$(sh "$root/tools/setup/lammps.sh" --print)
    configure -DLAMMPS_SOURCE_DIR="$lammps/src/src" -DLAMMPS_BINARY="$lammps/build/lmp"
    sh "$tests/test_plugin.sh" "$work/build" "$work/plugin" "$build"
    sh "$tests/test_driver.sh" "$work/build" "$work/driver" "$build" ;;

  library)
    INMVISC_LAMMPS_SUITE="$suite" INMVISC_LAMMPS_VERSION="$version" sh "$root/tools/setup/lammps.sh" --source
    lammps=$(INMVISC_LAMMPS_VERSION="$version" sh "$root/tools/setup/lammps.sh" --print)
    debian=$cache/debian-$suite-$version
    if [ ! -f "$debian/made" ]; then
      say "making a Debian $suite in $debian"
      rm -rf "$debian"
      sh "$root/tools/setup/debian_suite.sh" deb "$suite" > "$work/sources"
      quietly mmdebstrap --variant=apt --aptopt='APT::Install-Recommends "false"' \
        --aptopt='Acquire::Check-Valid-Until "false"' \
        --include=liblammps-dev,g++,cmake,ninja-build,pkg-config,libopenblas-dev,libopenmpi-dev,openmpi-bin \
        "$suite" "$debian" "$work/sources"
      touch "$debian/made"
    fi
    # the numbers to compare with, the checkout, and the headers go in
    (cd "$work" && . "$tests/smoke.sh" && smoke reference "$build/lmp" -var plugin "$build/inmviscplugin.so") > "$work/numbers"
    rm -rf "$debian/inmvisc" "$debian/lammps" && mkdir "$debian/inmvisc" "$debian/lammps"
    cp -Rp "$lammps/src/src" "$debian/lammps"
    (cd "$root" && cp -Rp CMakeLists.txt cmake src unittest doc README.md CHANGELOG.md CITATION.cff LICENSE "$debian/inmvisc")
    cp "$work/numbers" "$debian/inmvisc"
    cat > "$debian/inmvisc/run.sh" << END
set -eu
library=\$(find /usr/lib -name liblammps.so | head -n 1)
cmake -G Ninja -S /inmvisc -B /build -DINMVISC_TESTS=OFF -DINMVISC_DRIVER=ON -DINMVISC_WERROR=ON \
  -DLAMMPS_SOURCE_DIR=/lammps/src -DLAMMPS_LIBRARY=\$library > /log 2>&1 || { tail -n 30 /log; exit 1; }
cmake --build /build --parallel $jobs > /log 2>&1 || { tail -n 30 /log; exit 1; }
sh /inmvisc/unittest/install/test_driver.sh /build /run/driver "\$(cat /inmvisc/numbers)"
END
    say "building and running in $debian"
    unshare --mount --pid --fork sh -c 'mount -t proc proc "$0/proc" && chroot "$0" sh /inmvisc/run.sh' "$debian" ;;

  in-tree)
    tree=${INMVISC_IN_TREE:-$cache/in-tree}   # its folders src and build are made if they are not there
    mkdir -p "$tree"
    [ -d "$tree/src" ] || cp -R "$reference/src" "$tree/src"
    sh "$root/tools/package.sh" add "$tree/src"
    options=
    [ -f "$tree/build/CMakeCache.txt" ] || options="-G Ninja -DBUILD_MPI=ON -DBUILD_OMP=OFF -DCMAKE_BUILD_TYPE=Release -DPKG_MANYBODY=ON $quick"
    quietly cmake $options -DPKG_USER-INMVISC=on -S "$tree/src/cmake" -B "$tree/build"
    say "building in $tree/build"
    quietly cmake --build "$tree/build" --parallel "$jobs"
    (cd "$work"
     . "$tests/smoke.sh"
     plugin=$(smoke plugin "$build/lmp" -var plugin "$build/inmviscplugin.so")
     inside=$(LAMMPS_PLUGIN_PATH= smoke inside "$tree/build/lmp")
     same "plugin, package in the tree" "$plugin" "$inside")
    "$tree/build/lmp" -h | grep -q USER-INMVISC || { say "lmp -h does not list the package"; exit 1; }
    sh "$root/tools/package.sh" remove "$tree/src" ;;
esac
say "passed"
