#!/bin/sh
# Scaled coordinates of a LAMMPS dump (xs ys zs) come out of ASE and MDAnalysis in another place than the
# plain ones (x y z) of the same atoms.
#
# ASE 3.24.0, MDAnalysis 2.9.0 (Debian 13), seen on 2026-11-30.
# A box from -5 to 5, one atom at -4, written once as x = -4 and once as xs = 0.1, which is the same
# place: x = xlo + xs (xhi - xlo).  ASE keeps the box where it is and gives -4 for x, but 1 for xs: the
# origin is not added.  MDAnalysis moves the box to 0 and gives 1 for x, but 6 for xs: the origin, which
# was not added, is subtracted all the same.  Positions beside the box, walls or fixed points, and files
# of both kinds together, are wrong by the origin; distances between atoms are right.
set -eu
. "$(dirname "$0")/debian.sh"

in_debian trixie 'python3-ase=3.24.0-1 python3-mdanalysis=2.9.0-12' << 'END' | seen 'ASE x: -4.0
ASE xs: 1.0
MDAnalysis x: 1.0
MDAnalysis xs: 6.0'
cat > dumps.py << 'PYTHON'
import warnings
warnings.simplefilter("ignore")
import MDAnalysis
import ase.io

HEADER = """ITEM: TIMESTEP
0
ITEM: NUMBER OF ATOMS
1
ITEM: BOX BOUNDS pp pp pp
-5.0 5.0
-5.0 5.0
-5.0 5.0
ITEM: ATOMS id type {columns}
1 1 {x}
"""
FILES = {"x": ("x y z", "-4.0 -4.0 -4.0"), "xs": ("xs ys zs", "0.1 0.1 0.1")}
for name, (columns, x) in FILES.items():
    with open(name + ".lammpsdump", "w") as fp:
        fp.write(HEADER.format(columns=columns, x=x))
for name in FILES:
    atoms = ase.io.read(name + ".lammpsdump", format="lammps-dump-text")
    print(f"ASE {name}: {atoms.positions[0][0]:.1f}")
for name in FILES:
    universe = MDAnalysis.Universe(name + ".lammpsdump", format="LAMMPSDUMP")
    print(f"MDAnalysis {name}: {universe.atoms.positions[0][0]:.1f}")
PYTHON
python3 dumps.py
END
