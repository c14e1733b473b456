#!/bin/sh
# Run in.demo on 2 ranks and draw the page:  run-demo.sh BUILD [LAMMPS arguments, e.g. -var T 2.0]
# BUILD has lmp and inmviscplugin.so; everything is written to BUILD/demo.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 1 ] || { echo "usage: $0 BUILD [LAMMPS arguments]" >&2; exit 2; }
build=$(cd "$1" && pwd)
shift
die() { echo "== demo: $*" >&2; exit 1; }

[ -x "$build/lmp" ] || die "no lmp in $build"
[ -f "$build/inmviscplugin.so" ] || die "no inmviscplugin.so in $build"
command -v mpirun > /dev/null || die "no mpirun: install Open MPI or MPICH, or run the deck with lmp alone, see the README"

# the eigensolver runs on rank 0 while the others wait, so it may have all cores
cores=$(nproc 2> /dev/null || echo 2)
export LAMMPS_PLUGIN_PATH="$build" OPENBLAS_NUM_THREADS="$cores" OMP_NUM_THREADS="$cores"
options=
case $(mpirun --version 2> /dev/null) in
  *"Open MPI"* | *OpenRTE*)
    options='--bind-to none --oversubscribe'
    [ "$(id -u)" -ne 0 ] || export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 ;;
esac

mkdir -p "$build/demo"
cd "$build/demo"
rm -f ./*.dat ./*.png
begin=$(date +%s)
# shellcheck disable=SC2086
mpirun $options -np 2 "$build/lmp" -in "$here/in.demo" -log log.lammps "$@"
echo "== demo: simulation $(($(date +%s) - begin)) s, log and tables in $build/demo"

tools=$here/../../tools
if sh "$tools/python.sh" > /dev/null; then
  picture=$(sh "$tools/inmvisc-tool" page . -o "$build/demo/demo.png" \
              --title "Kob-Andersen liquid: viscosity from unstable localized modes")
  echo "== demo: picture $picture"
else
  echo "== demo: no picture"
fi
