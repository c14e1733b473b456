#!/usr/bin/env python3
"""examples/water/in.water in a shortened form, 27 molecules: is every mode a motion of rigid
molecules, and are the bands where those of water are?

    test_water.py BUILD SCRATCH
"""
import os
import re
import shutil
import subprocess
import sys

from deck_checks import EXAMPLES, begin, expect, failed, holds

lammps = begin()
folder = os.path.join(EXAMPLES, "water")
shutil.copy(os.path.join(folder, "molecule.water"), lammps.folder)
done = lammps.run(os.path.join(folder, "in.water"), 2,
                  dict(n=3, cutoff=4.6, nequil=1000, nprod=20, snaps=1))
match = re.search(r"^f_u +(\S+)\nzero modes +(\S+)$", done.output, re.M)
if not match:
    print(done.output[-3000:])
    sys.exit("the last lines are missing")
f_u = float(match.group(1))
expect("f_u", f_u, 0.05, 0.2)
expect("zero modes", float(match.group(2)), 3, 3)

bands = subprocess.run([sys.executable, os.path.join(folder, "bands.py"), "D.npz"],
                       cwd=lammps.folder, stdout=subprocess.PIPE, text=True)
print(bands.stdout)
sums = re.search(r"modes: (\S+) and (\S+)\nf_u = (\S+),", bands.stdout)
holds("bands.py ends well", bands.returncode == 0 and sums is not None)
if sums:
    # 3 translations and 3 rotations of each molecule, less the translations of the box
    expect("translational parts", float(sums.group(1)), 3 * 27 - 3, 3 * 27 - 3)
    expect("rotational parts", float(sums.group(2)), 3 * 27, 3 * 27)
    expect("f_u by numpy", float(sums.group(3)), f_u, f_u)
part = {float(lo): float(t) for lo, t in
        re.findall(r"^ *(-?\d+) +-?\d+ +\S+ +(\S+)$", bands.stdout, re.M)}
for lo in (0.0, 100.0):
    expect(f"translational part from {lo:g}", part.get(lo, 0.0), 0.8, 1.0)
for lo in (500.0, 600.0, 700.0):
    expect(f"translational part from {lo:g}", part.get(lo, 1.0), 0.0, 0.15)
sys.exit(failed())
