#!/usr/bin/env python3
"""examples/cuzr/in.cuzr in a shortened form, 250 atoms: does it end in its last line, is it liquid
Cu50Zr50 (density of experiment, thermodynamics, Einstein relation), are its viscosities those of
the modes it wrote, in the units it states, and is there a picture?

    test_cuzr.py BUILD SCRATCH

Takes the potential that is here, fetches nothing.
"""
import os
import re
import subprocess
import sys

from deck_checks import EXAMPLES, TOOL, begin, expect, failed
from inmvisc import ave_time, potential

knobs = dict(T=2000, cells=5, nmelt=1500, nequil=2000, npress=1000, nseg=4000, mseg=2, snaps=2,
             window=1, klag=150, korigin=10)
last_line = re.compile(r"^eta ULINM = (\S+) \+- (\S+) mPa s Green-Kubo = (\S+) \+- (\S+) mPa s "
                       r"\(T = 2000 K, N = 250\)$", re.M)


def sum_over_modes(wmin):
    """<sum_p Xi_p^2/lambda_p^2> of |w| >= wmin, all modes: (eV/A)^2/(g/mol) ps^4, mean over the
    snapshots."""
    total = 0.0
    snapshots = ave_time.dump(os.path.join(lammps.folder, "modes.dat"))
    for modes in snapshots:
        modes = modes.where((modes["class"] != 0) & (abs(modes["w"]) >= wmin))
        total += (modes["Xi2"] / modes["lambda"] ** 2).sum()
    return total / len(snapshots)


knobs["potential"] = potential.copper_zirconium()
lammps = begin()
done = lammps.run(os.path.join(EXAMPLES, "cuzr/in.cuzr"), 2, knobs)
match = last_line.search(done.output)
if not match:
    print(done.output[-3000:])
    sys.exit("the last line is missing")
eta, eta_error, gk, gk_error = map(float, match.groups())
steep = re.search(r"^d ln eta_UL / d ln P_c +(\S+) \(this box\), (\S+) \(N = 4000\)", done.output,
                  re.M)
s = ave_time.values(os.path.join(lammps.folder, "summary.dat"))

# liquid Cu50Zr50 has some 6.9 g/cm^3 near its melting point and loses some 5 % up to 2000 K: 0.051
# atoms per A^3
expect("density", s["density"], 0.046, 0.057)
expect("adiabatic over isothermal modulus", s["B_S"] / s["B_T"], 1.0, 2.0)
expect("adiabatic modulus / GPa", s["B_S"] * 1e-4, 30.0, 150.0)
expect("relative error of the Hessian", s["hessian_error"], 0.0, 1e-4)
# a metallic liquid far above its melting point: D of some 1e-9 m^2/s, some mPa s; Green-Kubo of 12
# ps scatters by some 1 mPa s
expect("D / (A^2/ps)", s["D"], 0.1, 1.5)
expect("Green-Kubo / mPa s", gk, 0.2, 15.0)
expect("its error / mPa s", gk_error, 0.0, 5.0)
# D from 12 ps of 250 atoms is good to some 10 %
expect("friction D / kT", s["friction"] * s["D"] / (8.314462618e-1 * s["T"]), 0.7, 1.4)
expect("w_min, this box over that of N = 4000", s["wmin"] / s["wmin2"], 0.9999 * 16 ** (1 / 3),
       1.0001 * 16 ** (1 / 3))
expect("classes add up", (s["eta2_UL"] + s["eta2_UD"] + s["eta2_stable"]) / s["eta2_all"], 1 - 1e-5,
       1 + 1e-5)
expect("a lower w_min lets more modes in", s["eta2_all"] / s["eta_all"], 1.0, 1e9)
expect("eta of the last line / mPa s", eta, 1e-4 * s["eta_UL"] - 0.0051,
       1e-4 * s["eta_UL"] + 0.0051)
expect("its error / mPa s", eta_error, 0.0, 5.0)

# modes that are added with P_c add viscosity
for box, value in zip(("this box", "N = 4000"), steep.groups()):
    expect(f"d ln eta_UL / d ln P_c, {box}", float(value), 0.0, 50.0)

# friction over mass of a mode lies between those of Cu and Zr.  1 eV/A = 9648.53 g/mol A/ps^2 and
# 1 eV/A^3 = 1.602177e6 bar, so (eV/A)^2/(g/mol) ps^4 (1/ps)/A^3 is the product of both in bar ps
rate = s["friction_Cu"] / 63.546, s["friction_Zr"] / 91.224
unit = 9648.53321 * 1.602176634e6 * s["density"] / s["N"]
modes = unit * sum_over_modes(s["wmin2"])
expect("eta of all modes / bar ps", s["eta2_all"], 0.999 * min(rate) * modes,
       1.001 * max(rate) * modes)

picture = os.path.join(lammps.folder, "page.png")
subprocess.run(["sh", TOOL, "page", ".", "-o", picture],
               cwd=lammps.folder, check=True)
expect("bytes of the picture", os.path.getsize(picture), 5e4, 1e7)
sys.exit(failed())
