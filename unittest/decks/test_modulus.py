#!/usr/bin/env python3
"""examples/modulus/in.modulus in a shortened form, 108 atoms: does it end in its last line, with
affine moduli near those of the liquid and near the fluctuations of its stress, and does the tool
read its files?  And in.glass: in an inherent structure with the friction of fix viscous, the modes
must give what oscillatory shear does.

    test_modulus.py BUILD SCRATCH
"""
import os
import re
import subprocess
import sys

import numpy as np
from deck_checks import EXAMPLES, TOOL, begin, expect, failed, holds

from inmvisc import ave_time
from inmvisc.oscillatory_shear import oscillation
from inmvisc.outputs import INM_MODULUS

number = r"(\S+)"
last_lines = re.compile(rf"^G_A +{number} \+- {number}\nK_A +{number} \+- {number}\n"
                        r"zeta .*\npage +inmvisc-tool (modulus .*) --plot modulus.png$", re.M)

lammps = begin()
done = lammps.run(os.path.join(EXAMPLES, "modulus/in.modulus"), 2,
                  dict(N=108, nmelt=1000, nequil=2000, nprod=6000, window=1.0, snaps=2, lo=7, nW=6,
                       known=20.0, here=os.path.join(EXAMPLES, "modulus")))
match = last_lines.search(done.output)
if not match:
    print(done.output[-3000:])
    sys.exit("the last lines are missing")
G_A, K_A = float(match.group(1)), float(match.group(3))

# 62.1 and 118.7 in a box of 1000 atoms, from an independent program
expect("G_A", G_A, 55, 69)
expect("K_A", K_A, 105, 132)

found = {}
for name in ("modes", "constant"):
    blocks = ave_time.blocks(os.path.join(lammps.folder, f"{name}.dat"))
    holds(f"{name}: two snapshots", len(blocks) == 2)
    found[name] = blocks[-1]
    for column in ("mean_G_storage", "mean_G_loss", "mean_K_loss", "err_G_loss", "err_K_storage"):
        holds(f"{name}: {column} is known",
              bool(np.isfinite(found[name].component(INM_MODULUS.array, column)).all()))
measured, constant = (found[name].component(INM_MODULUS.array, "mean_G_storage")
                      for name in ("modes", "constant"))
holds("the friction of a frequency is less than the constant one: a softer liquid at W = 7",
      bool(measured[0] < 0.85 * constant[0]), f"{measured[0]:g} {constant[0]:g}")

tool = subprocess.run(["sh", TOOL, *match.group(5).split()], cwd=lammps.folder,
                      stdout=subprocess.PIPE, text=True)
print(tool.stdout)
at_once = re.match(r"# G\(0\) = (\S+) \+- (\S+),", tool.stdout)
holds("the tool ends well", tool.returncode == 0 and at_once is not None)
# a run of 18 tau: some tenths of it are known, and the truncated potential takes 0.8 from G_A
if at_once:
    expect("V<s^2>/kT", float(at_once.group(1)), 0.7 * G_A, 1.3 * G_A)
holds("a row for each frequency", len(tool.stdout.splitlines()) == 3 + 6)

GLASS = """units lj
atom_style atomic
lattice fcc 1.185
region box block 0 3 0 3 0 3
create_box 2 box
create_atoms 1 box
set group all type/ratio 2 0.2 3
mass * 1.0
pair_style lj/cut 2.5
pair_coeff * * 1.0 0.9
velocity all create 3.0 12
fix 1 all nve
fix 2 all langevin 1.5 0.45 0.5 3
run 3000
unfix 2
unfix 1
write_restart state.restart
"""
with open(os.path.join(lammps.folder, "in.liquid"), "w") as deck:
    deck.write(GLASS)
lammps.run("in.liquid", 1, {})
done = lammps.run(os.path.join(EXAMPLES, "modulus/in.glass"), 1,
                  dict(ncool=1000, nequil=200, nprod=1000, window=0.5, snaps=2, lo=7, nW=2,
                       settle=8, last=2, here=os.path.join(EXAMPLES, "modulus")))
modes = ave_time.blocks(os.path.join(lammps.folder, "inherent.dat"))[-1]
w, storage, loss = (modes.component(INM_MODULUS.array, name)
                    for name in ("w", "G_storage", "G_loss"))
for k in range(2):
    shear = oscillation(os.path.join(lammps.folder, f"still.{k + 1}.dat"), w[k], dt=0.004)
    size = abs(complex(storage[k], loss[k]))
    expect(f"glass, W = {w[k]:.3g}: G' of shear less that of the modes, relative",
           (shear.storage[0] - storage[k]) / size, -0.01, 0.01)
    expect(f"glass, W = {w[k]:.3g}: G''", (shear.loss[0] - loss[k]) / size, -0.01, 0.01)
sys.exit(failed())
