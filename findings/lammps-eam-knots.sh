#!/bin/sh
# The second derivative of a tabulated EAM potential jumps at every knot of its table in LAMMPS, and a
# finer table makes it worse.
#
# LAMMPS 4Feb2025 (Debian 13), seen on 2026-11-30.
# pair_style eam/alloy reads a setfl file and interpolates with cubic polynomials.  They are no cubic
# splines, whose second derivative would be continuous: the slopes at the knots are differences of the
# rows next to them, so that only the first derivative is continuous.  The digits of the file count
# more than its rows, since the rounding of a row is divided by the square of their distance: with six
# digits the second derivative jumps by less than 1e-3 with 1000 rows, and by 8 % with 10000.
# The potential here is a pair of atoms with a Morse function.  The stiffness on either side of a knot
# is the difference of two forces 1e-6 apart; knots are 1e-2 to 5e-4 apart.
set -eu
. "$(dirname "$0")/debian.sh"

in_debian trixie 'lammps=20250204+dfsg.1-2' << 'END' | seen '500 rows: jumps of the stiffness up to 1e-04
1000 rows: jumps of the stiffness up to 6e-04
10000 rows: jumps of the stiffness up to 8e-02'
for rows in 500 1000 10000; do
  awk -v n=$rows 'BEGIN {
    dr = 5.0 / n
    print "a Morse potential\n\n\n1 X"
    print n, 0.01, n, dr, 5.0 - dr
    print 1, 1.0, 3.6, "fcc"
    for (i = 0; i < 2 * n; i++) print 0.0            # embedding energy, density
    for (i = 0; i < n; i++) {
      r = i * dr; e = exp(-1.5 * (r - 2.5))
      printf "%.5e\n", r * (e * e - 2.0 * e) }
  }' > morse.eam.alloy
  cat > in.pair << 'INPUT'
units metal
region box block -10 10 -10 10 -10 10
create_box 1 box
create_atoms 1 single 0 0 0
create_atoms 1 single 2 0 0
pair_style eam/alloy
pair_coeff * * morse.eam.alloy X
group second id 2
variable k loop 60
label next
# at the knot, and on both sides of it
variable knot equal 2+0.005*floor((v_k-1)/3)
variable r equal v_knot+1e-6*((v_k-1)%3-1)
set atom 2 x $(v_r:%.17g)
run 0 post no
print "$(fcm(second,x):%.17g)" append forces
next k
jump SELF next
INPUT
  rm -f forces
  OMPI_MCA_plm=isolated lmp -in in.pair -log none > lammps.out
  awk -v n=$rows '{ f[(NR - 1) % 3] = $1 }
    NR % 3 == 0 { left = (f[0] - f[1]) / 1e-6; right = (f[1] - f[2]) / 1e-6
                  jump = (right - left) / left; if (jump < 0) jump = -jump
                  if (jump > most) most = jump }
    END { printf "%d rows: jumps of the stiffness up to %.0e\n", n, most }' forces
done
END
