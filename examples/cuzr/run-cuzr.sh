#!/bin/sh
# Run in.cuzr on 2 ranks and draw the page:  run-cuzr.sh BUILD [T [LAMMPS arguments, e.g. -var snaps 5]]
# BUILD has lmp and inmviscplugin.so; everything is written to BUILD/cuzr-T, T = 2000 by default.
# The potential comes from tools/setup/potential.sh, unless the arguments have -var potential FILE.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
tools=$here/../../tools
[ $# -ge 1 ] || { echo "usage: $0 BUILD [T [LAMMPS arguments]]" >&2; exit 2; }
build=$(cd "$1" && pwd)
shift
temperature=2000
[ $# -eq 0 ] || { temperature=$1; shift; }
die() { echo "== cuzr: $*" >&2; exit 1; }

case $temperature in '' | *[!0-9.]*) die "T = $temperature is not a temperature" ;; esac
[ -x "$build/lmp" ] || die "no lmp in $build"
[ -f "$build/inmviscplugin.so" ] || die "no inmviscplugin.so in $build"
command -v mpirun > /dev/null || die "no mpirun: install Open MPI or MPICH, or run the deck with lmp alone, see the README"

case " $* " in
  *" -var potential "* | *" -v potential "*) ;;
  *) potential=$(sh "$tools/setup/potential.sh")
     set -- -var potential "$potential" "$@" ;;
esac

# the eigensolver runs on rank 0 while the others wait, so it may have all cores
cores=$(nproc 2> /dev/null || echo 2)
export LAMMPS_PLUGIN_PATH="$build" OPENBLAS_NUM_THREADS="$cores" OMP_NUM_THREADS="$cores"
options=
case $(mpirun --version 2> /dev/null) in
  *"Open MPI"* | *OpenRTE*)
    options='--bind-to none --oversubscribe'
    [ "$(id -u)" -ne 0 ] || export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 ;;
esac

out=$build/cuzr-$temperature
mkdir -p "$out"
cd "$out"
rm -f ./*.dat ./*.png
begin=$(date +%s)
# shellcheck disable=SC2086
mpirun $options -np 2 "$build/lmp" -in "$here/in.cuzr" -log log.lammps -var T "$temperature" "$@"
echo "== cuzr: simulation $(($(date +%s) - begin)) s, log and tables in $out"

if sh "$tools/python.sh" > /dev/null; then
  picture=$(sh "$tools/inmvisc-tool" page . -o "$out/cuzr.png" \
              --title "Cu50Zr50 liquid: viscosity from unstable localized modes")
  echo "== cuzr: picture $picture"
else
  echo "== cuzr: no picture"
fi
