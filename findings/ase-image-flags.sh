#!/bin/sh
# ASE applies the image flags of a LAMMPS data file, but not those of a dump of the same atoms.
#
# ASE 3.24.0 (Debian 13), seen on 2026-11-30.
# A box of 10, an atom at x = 1 that has left the box once to the right (image flag 1).  From the data
# file ASE gives 11, the unwrapped position, from the dump with columns x ix it gives 1, the wrapped
# one, and drops ix.  A displacement between a data file of the start and a dump of later is therefore
# wrong by whole box lengths.
set -eu
. "$(dirname "$0")/debian.sh"

in_debian trixie 'python3-ase=3.24.0-1' << 'END' | seen 'data file: 11.0
dump: 1.0
arrays of the dump: numbers positions'
cat > start.data << 'DATA'
one atom

1 atoms
1 atom types
0 10 xlo xhi
0 10 ylo yhi
0 10 zlo zhi

Masses

1 39.95

Atoms # atomic

1 1 1.0 2.0 3.0 1 0 0
DATA
cat > later.dump << 'DUMP'
ITEM: TIMESTEP
0
ITEM: NUMBER OF ATOMS
1
ITEM: BOX BOUNDS pp pp pp
0 10
0 10
0 10
ITEM: ATOMS id type x y z ix iy iz
1 1 1.0 2.0 3.0 1 0 0
DUMP
cat > read.py << 'PYTHON'
import ase.io

data = ase.io.read("start.data", format="lammps-data", atom_style="atomic")
dump = ase.io.read("later.dump", format="lammps-dump-text")
print(f"data file: {data.positions[0][0]:.1f}")
print(f"dump: {dump.positions[0][0]:.1f}")
print("arrays of the dump:", *sorted(dump.arrays))
PYTHON
python3 read.py
END
