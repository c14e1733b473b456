#!/bin/sh
# pair_style lj/charmm/coul/charmm of LAMMPS switches the Coulomb energy off, but its force is not the
# derivative of that energy.
#
# LAMMPS 4Feb2025 (Debian 13), seen on 2026-11-30.
# Two opposite charges between the inner and the outer cutoff, without Lennard-Jones.  The manual speaks
# of an energy switching function; the Lennard-Jones force has its derivative, the Coulomb force does
# not: it is seven times too small in the middle of the region, and the energy of a run without a
# thermostat drifts.
set -eu
. "$(dirname "$0")/debian.sh"

in_debian trixie 'lammps=20250204+dfsg.1-2' << 'END' | seen 'r 1.9: force -0.277, -dE/dr -0.277
r 2.5: force -0.092, -dE/dr -0.686'
for r in 1.9 2.5; do
  cat > in.charges << INPUT
units lj
atom_style charge
region box block -10 10 -10 10 -10 10
create_box 1 box
create_atoms 1 single 0 0 0
create_atoms 1 single $r 0 0
mass 1 1
set atom 1 charge 1
set atom 2 charge -1
pair_style lj/charmm/coul/charmm 2.0 3.0
pair_coeff 1 1 0 1
group second id 2
thermo_modify norm no
run 0
variable force equal \$(fcm(second,x))
displace_atoms second move 1e-4 0 0 units box
run 0
variable plus equal \$(pe)
displace_atoms second move -2e-4 0 0 units box
run 0
variable minus equal \$(pe)
print "r $r: force \$(v_force:%.3f), -dE/dr \$((v_minus-v_plus)/2e-4:%.3f)" file numbers
INPUT
  OMPI_MCA_plm=isolated lmp -in in.charges -log none > lammps.out
  cat numbers
done
END
