#!/bin/sh
# Fetch, configure and build the reference LAMMPS in a cache outside the checkout.
#
#   lammps.sh            make it there, print progress
#   lammps.sh --print    only print the cache directory: DIR/src is the source, DIR/build the build
#   lammps.sh --source   fetch the source, build nothing
#   lammps.sh --newest   only print the version that the suite has today
#
# INMVISC_LAMMPS_SUITE, _VERSION, _PACKAGES, _OPTIONS in the environment make another one; the packages "many" are
# all that compile without further libraries.
#
# The cache is keyed by version and build options, so checkouts share it and
# another set of options does not disturb it.  Every step leaves a stamp: an
# interrupted call resumes at the step that did not finish.
set -eu

suite=${INMVISC_LAMMPS_SUITE:-trixie}   # Debian suite whose source package is 4Feb2025
version=${INMVISC_LAMMPS_VERSION:-4Feb2025}
packages=${INMVISC_LAMMPS_PACKAGES:-PLUGIN MANYBODY KSPACE MOLECULE EXTRA-COMPUTE EXTRA-FIX EXTRA-PAIR EXTRA-MOLECULE PHONON RIGID}
[ "$packages" = many ] && packages='AMOEBA ASPHERE BOCS BODY BPM BROWNIAN CG-DNA CG-SPICA CLASS2 COLLOID CORESHELL DIELECTRIC DIPOLE DPD-BASIC DPD-MESO DPD-REACT DPD-SMOOTH DRUDE EFF EXTRA-COMMAND EXTRA-COMPUTE EXTRA-DUMP EXTRA-FIX EXTRA-MOLECULE EXTRA-PAIR FEP GRANULAR INTERLAYER KSPACE LEPTON MANYBODY MC MEAM MGPT MISC ML-IAP ML-POD ML-RANN ML-SNAP ML-UF3 MOFFF MOLECULE OPT ORIENT PERI PHONON PLUGIN QEQ QTB REACTION REAXFF REPLICA RIGID SHOCK SMTBQ SPH SPIN SRD TALLY UEF YAFF'
options='-DBUILD_SHARED_LIBS=ON -DBUILD_MPI=ON -DBUILD_OMP=OFF -DCMAKE_BUILD_TYPE=Release -DWITH_JPEG=OFF -DWITH_PNG=OFF -DWITH_GZIP=OFF -DWITH_CURL=OFF'
for p in $packages; do options="$options -DPKG_$p=ON"; done
options="$options${INMVISC_LAMMPS_OPTIONS:+ $INMVISC_LAMMPS_OPTIONS}"

key=$(printf '%s' "$options" | cksum | cut -d ' ' -f 1)
setup=$(cd "$(dirname "$0")" && pwd)
cache=${INMVISC_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/user-inmvisc}
dir=$cache/lammps-$version-$key
[ "${1:-}" = --print ] && { printf '%s\n' "$dir"; exit 0; }

say() { printf '== lammps: %s\n' "$*" >&2; }
die() {
  say "$*"
  say "a further 'make' resumes at this step; to start over remove $dir"
  exit 1
}

# apt on another suite, without touching the system's configuration: apt_in FOLDER COMMAND...
apt_in() {
  apt=$1
  command=$2
  shift 2
  "$command" -q -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$apt/sources.list.d" \
    -o Dir::State::Lists="$apt/lists" -o Dir::Cache="$apt/cache" -o APT::Sandbox::User=root "$@"
}
sources_in() {
  rm -rf "$1"
  mkdir -p "$1/sources.list.d" "$1/lists/partial" "$1/cache/archives/partial"
  sh "$setup/debian_suite.sh" deb-src "$suite" > "$1/sources.list.d/lammps.sources" ||
    die "give your own LAMMPS instead: cmake -B build -DLAMMPS_SOURCE_DIR=... -DLAMMPS_BINARY=..."
  apt_in "$1" apt-get update >&2 || die "apt-get update for the source package failed"
}

# 20260704+dfsg-2 -> 4Jul2026
newest() {
  folder=$cache/apt-$suite-$$
  sources_in "$folder"
  date=$(apt_in "$folder" apt-cache showsrc --only-source lammps | sed -n 's/^Version: \([0-9]\{8\}\).*/\1/p' | sort | tail -n 1)
  rm -rf "$folder"
  [ -n "$date" ] || die "suite $suite has no source package of LAMMPS"
  day=${date#??????}
  month=${date#????}
  month=${month%??}
  set -- Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec
  shift $((${month#0} - 1))
  printf '%s%s%s\n' "${day#0}" "$1" "${date%????}"
}

# Debian's source package
fetch() {
  apt=$dir/apt
  sources_in "$apt"
  (cd "$dir" && apt_in "$apt" apt-get source --download-only --tar-only lammps) || die "the source package could not be fetched"
  rm -rf "$dir/src.part" "$dir/src"
  mkdir "$dir/src.part"
  tar -xf "$dir"/lammps_*.orig.tar.* -C "$dir/src.part" || die "the source archive does not unpack"
  header=$(find "$dir/src.part" -maxdepth 3 -path '*/src/version.h')   # with or without a folder around src
  [ -n "$header" ] || die "the source archive has no src/version.h"
  tree=${header%/src/version.h}
  got=$(sed -n 's/^#define LAMMPS_VERSION "\(.*\)"/\1/p' "$tree/src/version.h" | tr -d ' ')
  [ "$got" = "$version" ] || die "suite $suite has LAMMPS $got, wanted $version: set INMVISC_LAMMPS_SUITE or INMVISC_LAMMPS_VERSION"
  mv "$tree" "$dir/src"
  rm -rf "$apt" "$dir/src.part" "$dir"/lammps_*
}

[ "${1:-}" = --newest ] && { newest; exit 0; }

mkdir -p "$dir"
exec 9> "$dir/lock"
command -v flock > /dev/null 2>&1 && { flock -n 9 || { say "another build is using $dir, waiting"; flock 9; }; }

[ -f "$dir/built" ] && { say "$version ready in $dir"; exit 0; }
if [ ! -f "$dir/fetched" ]; then
  say "fetching the source of $version"
  fetch
  touch "$dir/fetched"
fi
[ "${1:-}" = --source ] && exit 0
say "configuring $version with $packages"
cmake -G Ninja -S "$dir/src/cmake" -B "$dir/build" $options > "$dir/configure.log" 2>&1 || {
  tail -n 20 "$dir/configure.log"
  die "configuring failed, see $dir/configure.log"
}
say "building $version (once; some 10 minutes on 2 cores)"
cmake --build "$dir/build" ${JOBS:+--parallel "$JOBS"} || die "building failed, the compiler's message is above"
touch "$dir/built"
say "$version ready in $dir"
