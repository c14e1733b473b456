#!/usr/bin/env python3
"""Timings of USER-INMVISC, as ratios measured in one run.

    bench.py BUILD [--natoms 500 1000 2000] [--repeat 3] [--out doc/src/benchmarks.rst]

snapshot   neighbor list to eta of one Kob-Andersen configuration, against what a user can script:
           LAMMPS's dynamical_matrix (one rank, where it is right), a binary file, numpy.linalg.eigh
fix        an MD step with and without fix orthogonal/dynamics, in turn

All runs get the same cores: unbound, BLAS threads = cores.  Medians and ratios are what counts;
single times drift with the machine.
"""
import argparse
import datetime
import os
import platform
import re
import statistics
import subprocess
import tempfile
import time

import numpy as np

LIQUID = """
units lj
atom_style atomic
atom_modify map array
region box block 0 {length} 0 {length} 0 {length}
create_box 2 box
create_atoms 1 random {na} 4711 box overlap 0.8 maxtry 10000
create_atoms 2 random {nb} 4712 box overlap 0.7 maxtry 10000
mass * 1.0
pair_style lj/cut 2.5
pair_coeff 1 1 1.0 1.0 2.5
pair_coeff 1 2 1.5 0.8 2.0
pair_coeff 2 2 0.5 0.88 2.2
pair_modify shift yes
minimize 0.0 1.0e-2 200 2000
reset_timestep 0
velocity all create 2.0 12345 mom yes
timestep 0.005
fix nvt all nvt temp 2.0 1.0 0.5
run 2000
unfix nvt
write_data {data} nocoeff
"""

START = """
units lj
atom_style atomic
atom_modify map array
read_data {data}
pair_style lj/cut 2.5
pair_coeff 1 1 1.0 1.0 2.5
pair_coeff 1 2 1.5 0.8 2.0
pair_coeff 2 2 0.5 0.88 2.2
pair_modify shift yes
timestep 0.005
fix nve all nve
"""

SNAPSHOT = """
compute inm all inm/dos 200 edge pr 0.27 modes {modes} check no
compute gam all affine/gamma inm
compute eta all ulinm/viscosity inm gam friction 76.6 wmin 3.1
thermo_style custom step c_eta
run 0
"""


class Bench:
    def __init__(self, build, scratch, cores):
        self.build, self.scratch, self.cores = os.path.abspath(build), scratch, cores
        self.env = dict(os.environ, LAMMPS_PLUGIN_PATH=self.build, OPENBLAS_NUM_THREADS=str(cores),
                        OMP_NUM_THREADS=str(cores), OMPI_ALLOW_RUN_AS_ROOT="1",
                        OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")

    def lammps(self, deck, ranks=1):
        """Run a deck; return its log and the seconds that it took."""
        path = os.path.join(self.scratch, "in.bench")
        with open(path, "w") as fp:
            fp.write(deck)
        launch = ["mpirun", "--oversubscribe", "--bind-to", "none", "-np", str(ranks)] if ranks > 1 else []
        begin = time.perf_counter()
        done = subprocess.run(launch + [os.path.join(self.build, "lmp"), "-in", path, "-log", "none"],
                              cwd=self.scratch, env=self.env, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        seconds = time.perf_counter() - begin
        if done.returncode != 0:
            raise RuntimeError(done.stdout[-2000:])
        return done.stdout, seconds

    def liquid(self, natoms):
        data = os.path.join(self.scratch, f"liquid.{natoms}")
        if not os.path.exists(data):
            na = round(0.8 * natoms)
            self.lammps(LIQUID.format(length=(natoms / 1.185) ** (1 / 3), na=na, nb=natoms - na, data=data),
                        self.cores)
        return START.format(data=data)

    def snapshot(self, natoms, modes):
        """Seconds from neighbor list to eta: with the computes less without."""
        start = self.liquid(natoms)
        _, without = self.lammps(start + "run 0\n")
        _, with_it = self.lammps(start + SNAPSHOT.format(modes=modes))
        return with_it - without

    def scripted(self, natoms):
        """Seconds of the chain dynamical_matrix, file, numpy: matrix and diagonalization."""
        matrix = os.path.join(self.scratch, "matrix.bin")
        start = self.liquid(natoms)
        _, without = self.lammps(start + "run 0\n")
        _, with_it = self.lammps(start + f"run 0\ndynamical_matrix all regular 1.0e-6 file {matrix} binary yes\n")
        begin = time.perf_counter()
        d = np.fromfile(matrix).reshape(3 * natoms, 3 * natoms)
        lam, vec = np.linalg.eigh(0.5 * (d + d.T))
        intensity = (vec.reshape(natoms, 3, -1) ** 2).sum(axis=1)
        _ = 1.0 / (natoms * (intensity ** 2).sum(axis=0))
        os.remove(matrix)
        return with_it - without, time.perf_counter() - begin

    def step_cost(self, natoms, nlag, norigin, ranks, steps):
        """Seconds per MD step without and with the fix, in turn within one run."""
        deck = self.liquid(natoms) + f"run {steps}\n"
        for _ in range(5):
            deck += f"run {steps}\nfix mem all orthogonal/dynamics 1 {nlag} {norigin}\nrun {steps}\nunfix mem\n"
        out, _ = self.lammps(deck, ranks)
        loops = [float(t) / steps for t in re.findall(r"Loop time of (\S+)", out)][1:]
        return loops[0::2], loops[1::2]

    def fix_table(self, natoms, steps):
        """Cost of the fix as the window, the distance of origins, and the ranks change."""
        rows = []
        for nlag, norigin in ((100, 10), (400, 10), (400, 20), (1600, 10), (1600, 40)):
            for ranks in range(1, self.cores + 1):
                print(f"== fix, N = {natoms}, Nlag = {nlag}, Norigin = {norigin}, ranks = {ranks}", flush=True)
                without, with_it = self.step_cost(natoms, nlag, norigin, ranks, steps)
                # other programs only ever make a run longer, so the shortest of each kind are compared
                cost = min(with_it) / min(without) - 1.0
                rows.append([natoms, nlag, norigin, ranks, f"{1e3 * min(without):.3f}", f"{1e3 * min(with_it):.3f}",
                             f"{100 * cost:.1f} %"])
        return table(["N", "Nlag", "Norigin", "ranks", "step without (ms)", "step with (ms)", "added"], rows)


def table(header, rows):
    lines = [".. list-table::", "   :header-rows: 1", ""]
    for row in [header] + rows:
        lines += [("   * - " if k == 0 else "     - ") + str(cell) for k, cell in enumerate(row)]
    return "\n".join(lines) + "\n"


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("build")
    ap.add_argument("--natoms", type=int, nargs="+", default=[500, 1000, 2000])
    ap.add_argument("--fix-natoms", type=int, default=4000)
    ap.add_argument("--steps", type=int, default=1000)
    ap.add_argument("--repeat", type=int, default=3)
    ap.add_argument("--cores", type=int, default=os.cpu_count())
    ap.add_argument("--out", help="write the tables there as reStructuredText")
    a = ap.parse_args()

    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(a.build, scratch, a.cores)
        rows = []
        for n in a.natoms:
            print(f"== snapshot, N = {n}", flush=True)
            bench.liquid(n)
            runs = [(bench.snapshot(n, "all"), bench.snapshot(n, "unstable"), *bench.scripted(n))
                    for _ in range(a.repeat)]
            every, unstable, matrix, eigh = (statistics.median(x) for x in zip(*runs))
            ratio = statistics.median((r[2] + r[3]) / r[0] for r in runs)
            ratio_u = statistics.median((r[2] + r[3]) / r[1] for r in runs)
            rows.append([n, f"{every:.2f}", f"{unstable:.2f}", f"{matrix:.2f}", f"{eigh:.2f}",
                         f"{ratio:.1f}", f"{ratio_u:.1f}"])
        snapshot = table(["N", "modes all (s)", "modes unstable (s)", "dynamical_matrix (s)",
                          "numpy eigh and P (s)", "scripted / all", "scripted / unstable"], rows)
        fix = bench.fix_table(a.fix_natoms, a.steps)

    version = subprocess.run([os.path.join(a.build, "lmp"), "-h"], stdout=subprocess.PIPE, text=True).stdout
    version = re.search(r"\d+ \w{3} \d{4}", version).group(0)
    text = f"""Benchmarks
==========

Written by ``make bench`` on {datetime.date.today()}: LAMMPS {version}, {a.cores} cores, {platform.machine()}, medians of {a.repeat} runs.
Both sides of every ratio were measured in the same run on the same cores.
Kob-Andersen liquid at T = 1.

One snapshot, from the neighbor list to eta, on one rank with {a.cores} BLAS threads, against what a user can script: ``dynamical_matrix`` with ``binary yes``, numpy's ``eigh`` and the participation ratio.

{snapshot}
An MD step with and without ``fix orthogonal/dynamics 1 Nlag Norigin``, five runs of {a.steps} steps each in turn, the shortest of both kinds.

{fix}"""
    print(text)
    if a.out:
        with open(a.out, "w") as fp:
            fp.write(text)


if __name__ == "__main__":
    main()
