#!/bin/sh
# phonopy takes three columns of a LAMMPS dump as forces by their place, whatever the header says.
#
# phonopy 2.38.2 (Debian 13), seen on 2026-11-30.
# Two dumps of the same two atoms.  The one that phonopy's manual shows has the columns
# id type x y z fx fy fz.  The other one, also valid, has velocities before the forces:
# id type x y z vx vy vz fx fy fz.  From it phonopy reads the velocities as forces, without a word.
set -eu
. "$(dirname "$0")/debian.sh"

in_debian trixie 'python3-phonopy=2.38.2-1' << 'END' | seen 'x y z fx fy fz: 0.50 -0.50
x y z vx vy vz fx fy fz: 7.00 -7.00'
cat > dumps.py << 'PYTHON'
from phonopy.interface.lammps import LammpsForcesLoader

HEADER = """ITEM: TIMESTEP
0
ITEM: NUMBER OF ATOMS
2
ITEM: BOX BOUNDS pp pp pp
0.0 5.0
0.0 5.0
0.0 5.0
ITEM: ATOMS id type {columns}
1 1 1.0 1.0 1.0{v1} 0.5 0.0 0.0
2 1 3.0 3.0 3.0{v2} -0.5 0.0 0.0
"""
for columns, v1, v2 in (("x y z fx fy fz", "", ""),
                        ("x y z vx vy vz fx fy fz", " 7.0 0.0 0.0", " -7.0 0.0 0.0")):
    with open("forces.dump", "w") as fp:
        fp.write(HEADER.format(columns=columns, v1=v1, v2=v2))
    forces = LammpsForcesLoader().load("forces.dump").forces
    print(f"{columns}: {forces[0][0]:.2f} {forces[1][0]:.2f}")
PYTHON
python3 dumps.py
END
