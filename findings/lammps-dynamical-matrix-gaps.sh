#!/bin/sh
# LAMMPS's dynamical_matrix needs atom IDs without gaps, and does not say so.
#
# LAMMPS 4Feb2025 (Debian 13), seen on 2026-11-30.
# Three atoms that all feel each other.  With the IDs 1, 2, 3 the 9 x 9 matrix has its translations: the
# sum of a row is 0.  With the IDs 1, 2, 4, as deletion of an atom leaves them (compress no), the file has
# the size of a 9 x 9 matrix, without a warning, but the atom 4 is in none of its rows, and the last
# rows are zero.  The loop goes over 1 to the number of atoms.
set -eu
. "$(dirname "$0")/debian.sh"

in_debian trixie 'lammps=20250204+dfsg.1-2' << 'END' | seen 'compress yes: 27 triples, 0 of zeros, largest sum of a row 0.0
compress no: 27 triples, 15 of zeros, largest sum of a row 10.1'
for compress in yes no; do
  cat > in.matrix << INPUT
units lj
atom_modify map array
region box block 0 6 0 6 0 6
create_box 1 box
create_atoms 1 single 2.4 3.0 3.0
create_atoms 1 single 3.5 3.0 3.0
create_atoms 1 single 2.9 4.0 3.1
create_atoms 1 single 3.0 3.3 4.0
mass 1 1
pair_style lj/cut 2.5
pair_coeff 1 1 1 1
group third id 3
delete_atoms group third compress $compress
run 0
dynamical_matrix all regular 1e-6 file matrix.dat binary no
INPUT
  OMPI_MCA_plm=isolated lmp -in in.matrix -log none > lammps.out
  awk -v compress=$compress '$1 == 0 && $2 == 0 && $3 == 0 { zeros++ }
    { sum += $1
      if (NR % 3 == 0) { if (sum < 0) sum = -sum; if (sum > most) most = sum; sum = 0 } }
    END { printf "compress %s: %d triples, %d of zeros, largest sum of a row %.1f\n", compress, NR, zeros, most }' matrix.dat
done
END
