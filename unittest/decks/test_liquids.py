#!/usr/bin/env python3
"""The decks of examples/liquids in a shortened form: do they end in their last line, is the Hessian
that of the forces, is energy kept, are the numbers those of the liquid within what so short a run
can tell, and do the classes add up?

    test_liquids.py BUILD SCRATCH [argon polymer water]
"""
import os
import re
import shutil
import sys

from deck_checks import EXAMPLES, begin, expect, failed
from inmvisc import ave_time

SHORT = {
    "argon": dict(N=3, nequil=3000, npress=1200, klag=200, nseg=2000, mseg=2, snaps=2, window=4000),
    "polymer": dict(chains=25, npush=2000, nequil=3000, npress=1200, klag=200, korigin=10,
                    nseg=2000, mseg=2, snaps=2, window=5),
    "water": dict(N=3, nequil=2000, npress=1200, klag=200, nseg=1000, mseg=2, snaps=1, window=500),
}
# N and ranges: T of a short NVE run; bulk modulus of argon (of water only the sign, which w_min
# needs: one picosecond gave 42000 in one run and 61000 atm in another); D (argon: 1.6e-9 m^2/s =
# 1.6e-4 A^2/fs; water: 2.3e-9); f_u is known for no box this small, but a liquid has some
EXPECTED = {
    "argon": dict(N=(108, 108), T=(70, 105), B=(2000, 12000), D=(0.4e-4, 5e-4), f_u=(0.1, 0.3)),
    "polymer": dict(N=(250, 250), T=(0.85, 1.15), B=(10, 300), D=(0.003, 0.2), f_u=(0.02, 0.3)),
    "water": dict(N=(81, 81), T=(230, 370), B=(0, 1e6), D=(0.4e-4, 8e-4), f_u=(0.02, 0.3)),
}


def check(liquid):
    folder = os.path.join(lammps.folder, liquid)
    # includes and molecules are found in the current folder
    shutil.copytree(os.path.join(EXAMPLES, "liquids"), folder)
    done = lammps.run(f"in.{liquid}", 2, SHORT[liquid], folder=folder)
    last_line = r"^eta ULINM = \S+ \+- \S+, all modes \S+, Green-Kubo = "
    if not re.search(last_line, done.output, re.M):
        print(done.output[-3000:])
        sys.exit(f"in.{liquid}: its last line is missing")
    s = ave_time.values(os.path.join(folder, "summary.dat"))
    for name, (low, high) in EXPECTED[liquid].items():
        expect(f"{liquid}: {name}", s[name], low, high)
    expect(f"{liquid}: relative error of the Hessian", s["hessian_error"], 0.0, 1e-4)
    expect(f"{liquid}: energy kept, relative", s["drift"], 0.0, 0.02)
    expect(f"{liquid}: classes add up", (s["eta_UL"] + s["eta_UD"] + s["eta_stable"])
           / s["eta_all"], 1 - 1e-6, 1 + 1e-6)
    expect(f"{liquid}: Green-Kubo is a number", s["GK"], -1e9, 1e9)
    # kT/D is the Einstein relation itself
    kT = {"argon": 8.314462618e-7, "polymer": 1.0, "water": 8.314462618e-7}[liquid] * s["T"]
    expect(f"{liquid}: kT/D times D over kT", s["friction_D"] * s["D"] / kT, 0.7, 1.4)


lammps = begin()
for liquid in sys.argv[3:] or SHORT:
    check(liquid)
sys.exit(failed())
