#!/bin/sh
# Get the Cu-Zr potential of examples/cuzr (eam/fs) into the cache outside the checkout and print its path.
#
#   potential.sh            fetch what is missing; messages go to stderr, the path to stdout
#   potential.sh --print    fetch nothing: the path of the best file that is here, or an error
#
# Best: Mendelev, Sun, Zhang, Wang, Ho, J Chem Phys 151, 214502 (2019).  Debian has it compiled into a
# model of the package openkim-models, as a text that is one symbol of a shared library.
# Else: CuZr_mm.eam.fs (2007) of LAMMPS's source or of the package lammps-data, another potential.
set -eu

package=openkim-models
model=EAM_Dynamo_MendelevSunZhang_2019_CuZr__MO_609260676108_000
symbol=Cu_Zr_4_eam_fs
begin='Source: M.I. Mendelev'                 # of the text
other=CuZr_mm.eam.fs

lammps=$(sh "$(dirname "$0")/lammps.sh" --print)
dir=$(dirname "$lammps")/potentials
file=$dir/CuZr_2019.eam.fs

say() { printf '== potential: %s\n' "$*" >&2; }

second_best() {
  for path in "$lammps/src/potentials/$other" "${LAMMPS_POTENTIALS:-/usr/share/lammps/potentials}/$other"; do
    [ -f "$path" ] || continue
    say "$1: taking $other of 2007, not the 2019 potential; numbers will differ"
    printf '%s\n' "$path"
    exit 0
  done
  say "$1, and no $other in LAMMPS's source or in ${LAMMPS_POTENTIALS:-/usr/share/lammps/potentials}"
  say "give your own eam/fs file for Cu and Zr: -var potential FILE"
  exit 1
}

# the 2019 library out of a Debian package that is not installed
unpack() {
  for need in apt-get dpkg-deb readelf; do
    command -v "$need" > /dev/null 2>&1 || { say "no $need"; return 1; }
  done
  say "fetching Debian's $package (45 MB, removed afterwards)"
  (cd "$part" && apt-get -q -o APT::Sandbox::User=root download "$package") >&2 ||
    { say "the package could not be fetched; 'apt-get update' as root may help"; return 1; }
  dpkg-deb -x "$part/$package"*.deb "$part/root" >&2 || return 1
  library=$(find "$part/root" -path "*/$model/*.so" | head -n 1)
  [ -n "$library" ] || { say "$package has no model $model"; return 1; }
}

# bytes of the symbol: its address in its section, and where that section is in the file
extract() {
  found=$(readelf -W --dyn-syms "$library" | awk -v name="$symbol" '$NF == name { print $2, $3, $(NF - 1) }')
  [ -n "$found" ] || { say "no symbol $symbol in the library of the model"; return 1; }
  read -r value size section << END
$found
END
  read -r address offset << END
$(readelf -W -S "$library" | sed -n "s/^ *\[ *$section\] *//p" | awk '{ print $3, $4 }')
END
  # without the NUL of a C string, should there be one
  tail -c +$((0x$value - 0x$address + 0x$offset + 1)) "$library" | head -c $((size)) | tr -d '\000' > "$part/text"
  head -c 80 "$part/text" | grep -q "^$begin" || { say "symbol $symbol is not the text that was expected"; return 1; }
}

[ -f "$file" ] && { printf '%s\n' "$file"; exit 0; }
[ "${1:-}" = --print ] && second_best "the 2019 potential has not been fetched"

mkdir -p "$dir"
part=$(mktemp -d "$dir/part.XXXXXX")
trap 'rm -rf "$part"' EXIT
trap 'exit 1' HUP INT TERM
if unpack && extract; then
  mv "$part/text" "$file"
  say "Mendelev et al. (2019) ready"
  printf '%s\n' "$file"
else
  second_best "the 2019 potential could not be had"
fi
