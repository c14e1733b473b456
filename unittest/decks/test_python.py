#!/usr/bin/env python3
"""examples/python/inm_numpy.py with the python module of the LAMMPS source tree: are all results of
the computes those of numpy, and is there a picture?  Skipped (77) where the module or the library
is not there.

    test_python.py BUILD SCRATCH
"""
import os
import re
import shutil
import subprocess
import sys

build, scratch = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
here = os.path.dirname(os.path.abspath(__file__))
example = os.path.join(here, "../../examples/python/inm_numpy.py")
SKIPPED = 77
# eigenvectors: rounding over the gaps of 300 to 400 modes; what is a sum over modes is better
TOLERANCE = {"lambda": 1e-11, "P": 1e-7, "Xi^2": 1e-7, "g(w)": 1e-12, "vector": 1e-7, "eta": 1e-9}

sys.path.insert(0, os.path.join(here, "../../tools/developer/validate"))
sys.dont_write_bytecode = True
from style_decks import Lammps                           # noqa: E402

host = Lammps(build)
env = dict(os.environ, PYTHONPATH=host.python, LD_LIBRARY_PATH=host.libraries,
           PYTHONDONTWRITEBYTECODE="1")
there = subprocess.run([sys.executable, "-c", "from lammps import lammps; lammps(cmdargs=['-screen', 'none', '-log', 'none'])"],
                       env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
if there.returncode != 0:
    print("skipped: LAMMPS's python module does not work here:",
          there.stdout.strip().split("\n")[-1])
    sys.exit(SKIPPED)

shutil.rmtree(scratch, ignore_errors=True)
os.makedirs(scratch)
done = subprocess.run([sys.executable, example, "-N", "128", "--snapshots", "2"], cwd=scratch,
                      env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
print(done.stdout, end="")
if done.returncode != 0:
    sys.exit("the example failed")
line = re.search(r"^relative differences between compute and numpy: (.*)$", done.stdout,
                 re.M).group(1)
found = {name: float(value) for name, value in (item.rsplit(" ", 1) for item in line.split(", "))}
f_u = float(re.search(r"f_u = (\S+),", done.stdout).group(1))
checks = [(f"{name}: {found.get(name)}, at most {limit}", name in found and found[name] < limit)
          for name, limit in TOLERANCE.items()]
checks.append((f"f_u = {f_u}, that of the liquid is 0.13", 0.09 < f_u < 0.18))
checks.append(("a picture", os.path.getsize(os.path.join(scratch, "inm_numpy.png")) > 1e4))
for name, good in checks:
    print("ok    " if good else "FAILED", name)
sys.exit(not all(good for _, good in checks))
