#!/bin/sh
# Mobility edge from boxes of several sizes, and a larger box that uses it:
#
#   run-edge.sh BUILD [T [LAMMPS arguments, e.g. -var spacing 800]]
#
# BUILD has lmp and inmviscplugin.so; everything is written to BUILD/edge-T, T = 1.0 by default.
# A size that is finished is not run again, so that a call resumes one that was interrupted.
# In the environment: SIZES="atoms:snapshots ..." and LARGE=atoms (0: leave it out).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
tools=$here/../../tools
[ $# -ge 1 ] || { echo "usage: $0 BUILD [T [LAMMPS arguments]]" >&2; exit 2; }
build=$(cd "$1" && pwd)
shift
temperature=1.0
[ $# -eq 0 ] || { temperature=$1; shift; }
sizes=${SIZES:-250:1000 500:500 1000:120 2000:15}
large=${LARGE:-4000}
die() { echo "== edge: $*" >&2; exit 1; }

case $temperature in '' | *[!0-9.]*) die "T = $temperature is not a temperature" ;; esac
[ -x "$build/lmp" ] || die "no lmp in $build"
[ -f "$build/inmviscplugin.so" ] || die "no inmviscplugin.so in $build"
sh "$tools/python.sh" > /dev/null

# one rank: boxes are small, and the eigensolver has all cores unless the environment says how many
cores=$(nproc 2> /dev/null || echo 2)
export LAMMPS_PLUGIN_PATH="$build"
export OPENBLAS_NUM_THREADS="${OPENBLAS_NUM_THREADS:-$cores}" OMP_NUM_THREADS="${OMP_NUM_THREADS:-$cores}"

out=$build/edge-$temperature
mkdir -p "$out"
cd "$out"
[ ! -f arguments ] || [ "$(cat arguments)" = "$*" ] ||
  die "$out was begun with other LAMMPS arguments ('$(cat arguments)'); remove it to start over"
printf '%s\n' "$*" > arguments

# run FOLDER DECK ARGUMENTS: in FOLDER.part, which gets its name when the run is complete
run() {
  folder=$1 deck=$2
  shift 2
  [ ! -d "$folder" ] || { echo "== edge: $folder is there"; return; }
  rm -rf "$folder.part"
  mkdir "$folder.part"
  begin=$(date +%s)
  (cd "$folder.part" && "$build/lmp" -in "$here/$deck" -log log.lammps -screen none -var T "$temperature" "$@") ||
    { grep -s ERROR "$folder.part/log.lammps"; die "$deck failed, see $out/$folder.part/log.lammps"; }
  mv "$folder.part" "$folder"
  echo "== edge: $folder, $(($(date +%s) - begin)) s: $(sed -n 's/^\(edge\|large\): //p' "$folder/log.lammps")"
}

files=
for size in $sizes; do
  atoms=${size%:*}
  run "N$atoms" in.edge -var N "$atoms" -var snaps "${size#*:}" "$@"
  files="$files N$atoms/modes.dat"
done

# shellcheck disable=SC2086
sh "$tools/inmvisc-tool" edge $files --out edge.dat --picture edge.png --lammps edge.lmp \
  --title "Kob-Andersen liquid, T = $temperature" --unit '$\tau^{-1}$' || die "no edge from these sizes"
echo "== edge: table $out/edge.dat, picture $out/edge.png, for LAMMPS $out/edge.lmp"

[ "$large" -ne 0 ] || exit 0
run "large$large" in.large -var edge ../edge.lmp -var large "$large" "$@"
# shellcheck disable=SC2086
sh "$tools/inmvisc-tool" edge $files --compare "large$large/modes.dat" --out edge.dat | sed -n '/^a box that/,$p'
