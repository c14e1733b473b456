#!/bin/sh
# Install the Debian packages that LAMMPS, the plugin and the tests need.
# "packages.sh doc" those for the manual.  Does nothing when all are there.  On other systems: print what is needed and go on.
set -eu

packages='
build-essential cmake ninja-build pkg-config
libopenmpi-dev openmpi-bin
libopenblas-dev
libfftw3-dev
libgtest-dev
python3 python3-numpy python3-scipy python3-matplotlib
'
[ "${1:-}" = doc ] && packages='python3-sphinx python3-sphinx-rtd-theme'

say() { printf '== packages: %s\n' "$*"; }

if ! command -v dpkg-query > /dev/null 2>&1; then
  say "this is not a Debian system. Needed: a C99 and a C++17 compiler, CMake >= 3.16, Ninja, MPI,"
  say "LAPACK (OpenBLAS or MKL), FFTW 3, GoogleTest, Python 3 with numpy, scipy and matplotlib. Going on."
  exit 0
fi

missing=
for p in $packages; do
  dpkg-query -W -f '${Status}\n' "$p" 2> /dev/null | grep -q 'ok installed' || missing="$missing $p"
done
[ -n "$missing" ] || { say "all present"; exit 0; }

sudo=
if [ "$(id -u)" -ne 0 ]; then
  sudo=sudo
  command -v sudo > /dev/null 2>&1 || {
    say "missing:$missing"
    say "install them as root (apt-get install$missing) and call make again; going on without"
    exit 0
  }
fi
say "installing$missing"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get -q update > /dev/null ||
  say "apt-get update failed; trying with the package lists that are here"
$sudo apt-get -q -y --no-install-recommends install $missing || {
  say "apt-get could not install:$missing"
  say "look at its message above; 'make' resumes here"
  exit 1
}
