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
finish. Takes the potential that is here (tools/setup/potential.sh). """
import argparse
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
from inmvisc.runner import Host  # noqa: E402

EVERY = 5          # steps between samples of the fix, and snapshots
# of what comes from a diagonalization, relative: rounding 1e-16 of the largest eigenvalue makes
TOLERANCE = 1e-9
                   # 1e-13 of the smallest that counts, and classes and mean values add to that

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
fix out all ave/time {snap} 1 {snap} f_mem f_mem[*] c_inm c_inm[*7] c_inm[9*] c_eta[1] c_eta[2] c_eta[3] c_eta[4] c_eta[5] &
        c_eta[6] c_eta[7] c_eta[8] c_eta[9] v_g file {out} format " %.17g"
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


def rows(path):
    """step -> the words of its line."""
    with open(path) as fp:
        lines = [line.split() for line in fp if not line.startswith("#")]
    return {int(words[0]): words[1:] for words in lines}


def deviation(a, b):
    """0 for the same number or two that are unknown."""
    x, y = float(a), float(b)
    if math.isnan(x) or math.isnan(y):
        return 0.0 if math.isnan(x) and math.isnan(y) else math.inf
    return 0.0 if x == y else abs(x - y) / max(abs(x), abs(y))


class Soak:
    def __init__(self, host, a, potential):
        self.host, self.a, self.potential = host, a, potential

    def file(self, kind, k):
        return os.path.join(self.host.scratch, f"{kind}.{k}")

    def styles(self, out):
        return STYLES.format(potential=self.potential, every=EVERY, snap=self.a.snap, out=out)

    def begin(self):
        first = self.file("restart", 0)
        if not os.path.exists(first):
            part = first + ".part"
            self.host.lammps(MELT.format(cells=self.a.cells, potential=self.potential,
                                         nmelt=self.a.melt, restart=part), self.a.ranks)
            os.rename(part, first)

    def block(self, k):
        """Run block k if it was not run to its end; the restart file that it leaves says so."""
        done = self.file("restart", k + 1)
        if os.path.exists(done):
            return
        tiled = k % 2
        balance = "fix bal all balance 50 1.0 " + ("rcb" if tiled else "shift xyz 10 1.05")
        self.host.lammps(BLOCK.format(
            tiled="comm_style tiled" if tiled else "", restart=self.file("restart", k), every=EVERY,
            styles=self.styles(self.file("live", k)), balance=balance, dump=self.file("dump", k),
            steps=self.a.steps, next=done + ".part"), self.a.ranks)
        os.rename(done + ".part", done)

    def analysis(self, nblock):
        out = self.file("analysis", nblock)
        dumps = " ".join(self.file("dump", k) for k in range(nblock))
        self.host.lammps(ANALYSIS.format(restart=self.file("restart", 0), styles=self.styles(out),
                                         dumps=dumps), 1)
        return rows(out)

    def compare(self, nblock):
        """Print a line for each block; True if all is the same."""
        whole, nfix, good = self.analysis(nblock), 1 + 5 * 3, True
        for k in range(nblock):
            live = rows(self.file("live", k))
            missing = [step for step in live if step not in whole]
            fix = sum(words[c] != whole[step][c] for step,
                      words in live.items() if step in whole for c in range(nfix))
            worst = max([deviation(x, y) for step, words in live.items() if step in whole
                         for x, y in zip(words[nfix:], whole[step][nfix:])], default=math.inf)
            known = sum(not math.isnan(float(words[0])) for words in live.values())
            ok = not missing and fix == 0 and worst <= TOLERANCE
            good = good and ok
            print(f"{'ok    ' if ok else 'FAILED'} block {k}: {len(live)} snapshots, friction known in {known}; of the fix "
                  f"{fix} numbers differ, of the others by {worst:.1e} at most" +
                  (f"; steps {missing} are missing in the analysis" if missing else ""), flush=True)
        return good


def main():
    p = argparse.ArgumentParser(description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("build")
    p.add_argument("--minutes", type=float, default=60.0, help="begin no block after so long")
    p.add_argument("--blocks", type=int, default=0, help="so many blocks, however long they take")
    p.add_argument("--steps", type=int, default=1000, help="of a block")
    p.add_argument("--snap", type=int, default=25,
                   help="steps between diagonalizations, a multiple of %d" % EVERY)
    p.add_argument("--cells", type=int, default=5, help="cells of 2 atoms along an edge")
    p.add_argument("--melt", type=int, default=2000, help="steps of the melt")
    p.add_argument("--ranks", type=int, default=2)
    p.add_argument("--work", help="directory to keep, and to resume from")
    a = p.parse_args()

    potential = subprocess.run(["sh", os.path.join(HERE, "../../setup/potential.sh"), "--print"],
                               stdout=subprocess.PIPE, text=True)
    if potential.returncode != 0:
        sys.exit("soak: no potential of Cu and Zr is here, see tools/setup/potential.sh")
    work = a.work or tempfile.mkdtemp(prefix="inmvisc-soak-")
    os.makedirs(work, exist_ok=True)
    host = Host(a.build, os.path.abspath(work), 1)
    soak = Soak(host, a, potential.stdout.strip())

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


main()
