#!/usr/bin/env python3
"""A long run of a Cu-Zr liquid with all styles invoked often, load balancing and atom sorting on,
and a restart after every block, beside one undisturbed analysis of its trajectory.

    soak.py BUILD [--minutes 60] [--work DIR] [--ranks 2]
    soak.py BUILD --blocks 2 --steps 100 --cells 4 --work DIR

Every block is a process of its own that starts from the restart file of the block before: bricks
with fix balance in even blocks, tiles with recursive bisection in odd ones, atoms sorted all the
time.  Each writes its snapshots and the numbers of the styles.  In the end one process on one rank
reads all snapshots with rerun, without restarts, balancing or sorting.  Its numbers must be the
same: those of the fix to the last bit, because it sums exactly, the others within the rounding of a
diagonalization.  Left out is component 8 of compute inm/dos, the error of the Hessian, which is
rounding itself and is measured once in a process.

With --work what was done is kept: a call that was interrupted goes on with the block that did not
finish. Takes the potential that is here (tools/setup/potential.sh).
"""
import argparse
import os
import shutil
import sys
import tempfile
import time

import numpy as np

from inmvisc import ave_time, potential
from inmvisc.runner import Lammps

EVERY = 5          # steps between samples of the fix, and snapshots
# of what comes from a diagonalization, relative: rounding 1e-16 of the largest eigenvalue makes
# 1e-13 of the smallest that counts, and classes and mean values add to that
TOLERANCE = 1e-9

MELT = """
units metal
atom_style atomic
lattice bcc 3.3
region box block 0 {cells} 0 {cells} 0 {cells}
create_box 2 box
create_atoms 1 box basis 1 1 basis 2 2
pair_style eam/fs
pair_coeff * * {potential} Cu Zr
velocity all create 4000 48271 mom yes
fix int all npt temp 2500 2000 0.1 iso 0 0 1.0
timestep 0.002
run {nmelt}
unfix int
fix int all nve
run 100
write_restart {restart}
"""

# with forces of the pair style again, because a restart file has no file names of potentials
STYLES = """
pair_style eam/fs
pair_coeff * * {potential} Cu Zr
timestep 0.002
fix mem all orthogonal/dynamics {every} 20 4 blocks 4
compute inm all inm/dos 60 range -50 200 edge pr 0.36
compute gam all affine/gamma inm
compute eta all ulinm/viscosity inm gam friction f_mem wmin 5
variable g equal c_gam[20][2]
fix out all ave/time {snap} 1 {snap} f_mem f_mem[*] c_inm c_inm[*7] c_inm[9*] &
        c_eta[1] c_eta[2] c_eta[3] c_eta[4] c_eta[5] c_eta[6] c_eta[7] c_eta[8] c_eta[9] v_g &
        file {out} format " %.17g"
thermo {snap}
thermo_style custom step temp pe c_inm c_eta
"""

BLOCK = """
{tiled}
read_restart {restart}
atom_modify sort 20 2.0
neigh_modify every 1 delay 0 check yes
fix int all nve
{styles}
{balance}
dump d all custom {every} {dump} id type x y z vx vy vz ix iy iz
dump_modify d format float %.17g
run {steps}
write_restart {next}
"""

ANALYSIS = """
read_restart {restart}
atom_modify sort 0 0.0
{styles}
rerun {dumps} dump x y z vx vy vz ix iy iz
"""


def deviation(a, b):
    """Relative; 0 for the same number or two that are unknown, infinite if only one of them is."""
    with np.errstate(invalid="ignore"):
        relative = np.abs(a - b) / np.maximum(np.abs(a), np.abs(b))
    unknown = np.where(np.isnan(a) & np.isnan(b), 0.0, np.inf)
    return np.where(a == b, 0.0, np.where(np.isnan(a) | np.isnan(b), unknown, relative))


class Soak:
    def __init__(self, lammps, a, potential):
        self.lammps, self.a, self.potential = lammps, a, potential

    def file(self, kind, k):
        return os.path.join(self.lammps.folder, f"{kind}.{k}")

    def styles(self, out):
        return STYLES.format(potential=self.potential, every=EVERY, snap=self.a.snap, out=out)

    def begin(self):
        first = self.file("restart", 0)
        if not os.path.exists(first):
            part = first + ".part"
            self.lammps.run_text(MELT.format(cells=self.a.cells, potential=self.potential,
                                             nmelt=self.a.melt, restart=part), self.a.ranks)
            os.rename(part, first)

    def block(self, k):
        """Run block k if it was not run to its end; the restart file that it leaves says so."""
        done = self.file("restart", k + 1)
        if os.path.exists(done):
            return
        tiled = k % 2
        balance = "fix bal all balance 50 1.0 " + ("rcb" if tiled else "shift xyz 10 1.05")
        self.lammps.run_text(BLOCK.format(
            tiled="comm_style tiled" if tiled else "", restart=self.file("restart", k), every=EVERY,
            styles=self.styles(self.file("live", k)), balance=balance, dump=self.file("dump", k),
            steps=self.a.steps, next=done + ".part"), self.a.ranks)
        os.rename(done + ".part", done)

    def analysis(self, nblock):
        out = self.file("analysis", nblock)
        dumps = " ".join(self.file("dump", k) for k in range(nblock))
        self.lammps.run_text(ANALYSIS.format(restart=self.file("restart", 0),
                                             styles=self.styles(out), dumps=dumps))
        return ave_time.rows(out)

    def compare(self, nblock):
        """Print a line for each block; True if all is the same."""
        whole, good = self.analysis(nblock), True
        of_fix = np.array([name.startswith("f_mem") for name in whole.names])
        of_fix, others = np.nonzero(of_fix)[0], np.nonzero(~of_fix)[0][1:]      # without the step
        for k in range(nblock):
            live = ave_time.rows(self.file("live", k))
            there = np.isin(live["TimeStep"], whole["TimeStep"])
            same = whole.rows[np.searchsorted(whole["TimeStep"], live["TimeStep"][there])]
            apart = deviation(live.rows[there], same)
            missing = live["TimeStep"][~there].astype(int).tolist()
            fix = np.count_nonzero(apart[:, of_fix])
            worst = apart[:, others].max(initial=0.0) if there.any() else np.inf
            known = np.count_nonzero(~np.isnan(live["f_mem"]))
            ok = not missing and fix == 0 and worst <= TOLERANCE
            good = good and ok
            print(f"{'ok    ' if ok else 'FAILED'} block {k}: {len(live)} snapshots, friction "
                  "known "
                  f"in {known}; of the fix {fix} numbers differ, of the others by {worst:.1e} at "
                  "most" + (f"; steps {missing} are missing in the analysis" if missing else ""),
                  flush=True)
        return good


def main():
    p = argparse.ArgumentParser(description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("build")
    p.add_argument("--minutes", type=float, default=60.0, help="begin no block after so long")
    p.add_argument("--blocks", type=int, default=0, help="so many blocks, however long they take")
    p.add_argument("--steps", type=int, default=1000, help="of a block")
    p.add_argument("--snap", type=int, default=25,
                   help=f"steps between diagonalizations, a multiple of {EVERY}")
    p.add_argument("--cells", type=int, default=5, help="cells of 2 atoms along an edge")
    p.add_argument("--melt", type=int, default=2000, help="steps of the melt")
    p.add_argument("--ranks", type=int, default=2)
    p.add_argument("--work", help="directory to keep, and to resume from")
    a = p.parse_args()

    try:
        metal = potential.copper_zirconium()
    except FileNotFoundError as reason:
        sys.exit(f"soak: {reason}")
    work = a.work or tempfile.mkdtemp(prefix="inmvisc-soak-")
    os.makedirs(work, exist_ok=True)
    soak = Soak(Lammps(a.build, work, cores=1, options=("-log", "none")), a, metal)

    begin, k = time.monotonic(), 0
    soak.begin()
    while k < a.blocks or (not a.blocks and time.monotonic() - begin < 60.0 * a.minutes):
        soak.block(k)
        k += 1
    good = soak.compare(k)
    print(f"{k} blocks of {a.steps} steps, {2 * a.cells ** 3} atoms, {a.ranks} ranks, "
          f"{time.monotonic() - begin:.0f} s")
    if not a.work:
        shutil.rmtree(work)
    sys.exit(not good)


if __name__ == "__main__":
    main()
