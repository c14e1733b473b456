#!/bin/sh
# Install the Debian packages that LAMMPS, the plugin and the tests need.
# Distributed solvers (ScaLAPACK, ELPA) are optional: without their packages the build goes on.
# "packages.sh doc" those for the manual, "validate" and "versions" those for these targets.  Does nothing when all are there.  On other systems: print what is needed and go on.
set -eu

packages='
build-essential cmake ninja-build pkg-config
libopenmpi-dev openmpi-bin
libopenblas-dev
libfftw3-dev
libgtest-dev
python3 python3-numpy python3-scipy python3-matplotlib
python3-flake8 mypy
'
optional='
libscalapack-openmpi-dev
libelpa-dev
'
case ${1:-} in
  doc) packages='python3-sphinx python3-sphinx-rtd-theme libjs-mathjax' optional= ;;
  validate) packages='valgrind clang' optional= ;;
  versions) packages='mmdebstrap' optional= ;;
esac

say() { printf '== packages: %s\n' "$*"; }

if ! command -v dpkg-query > /dev/null 2>&1; then
  say "this is not a Debian system. Needed: a C99 and a C++17 compiler, CMake >= 3.18, Ninja, MPI,"
  say "LAPACK (OpenBLAS or MKL), FFTW 3, GoogleTest, Python 3 with numpy, scipy and matplotlib"
  say "(for two tests that are skipped without them: flake8 and mypy);"
  say "for distributed solvers ScaLAPACK and ELPA, if you want them. Going on."
  exit 0
fi

# those of the arguments that are not installed
missing_of() {
  for p in "$@"; do
    dpkg-query -W -f '${Status}\n' "$p" 2> /dev/null | grep -q 'ok installed' || printf ' %s' "$p"
  done
}

missing=$(missing_of $packages)
missing_optional=$(missing_of $optional)
[ -n "$missing$missing_optional" ] || { say "all present"; exit 0; }

sudo=
if [ "$(id -u)" -ne 0 ]; then
  sudo=sudo
  command -v sudo > /dev/null 2>&1 || {
    say "missing:$missing$missing_optional"
    say "install them as root (apt-get install$missing$missing_optional) and call make again; going on without"
    exit 0
  }
fi
say "installing$missing$missing_optional"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get -q update > /dev/null ||
  say "apt-get update failed; trying with the package lists that are here"
[ -z "$missing" ] || $sudo apt-get -q -y --no-install-recommends install $missing || {
  say "apt-get could not install:$missing"
  say "look at its message above; 'make' resumes here"
  exit 1
}
for p in $missing_optional; do
  $sudo apt-get -q -y --no-install-recommends install "$p" ||
    say "could not install $p; going on without: the solver of that library is left out"
done
