"""Systems too large to diagonalize: solver kpm, from a snapshot to the viscosity by class.

The liquids are copies of a small equilibrated box side by side, with new velocities, after a run in
which the copies part.  What a snapshot costs is a run of it less the same run without the computes.
The bandwidth of the products is set against that of a triad a = b + s c (as in STREAM), in as many
processes at the same time, before and after."""
import os
import re
import subprocess

import numpy as np

from inmvisc import kob_andersen
from inmvisc.ave_time import thermo as thermo_of
from inmvisc.outputs import ULINM_VISCOSITY
from inmvisc.rst import table, with_error

PARTED = """
replicate {copies} {copies} {copies}
velocity all create 2.0 777 mom yes
fix t all temp/rescale 10 1.0 1.0 0.02 1.0
run {steps}
unfix t
write_data {data} nocoeff
"""

EMPTY = """
thermo_style custom step temp
run 0
info memory
"""

SNAPSHOT = """
compute inm all inm/dos 100 edge frequency 6.0 solver kpm auto
compute gam all affine/gamma inm
compute eta all ulinm/viscosity inm gam friction 77 bulk 65
thermo_style custom step c_eta[1] c_eta[19] c_eta[2] c_eta[20] c_eta[3] c_eta[21]
thermo_modify format float %.6g
run 0
info memory
"""

TRIAD = r"""
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

static double now(void)
{
  struct timeval t;
  gettimeofday(&t, NULL);
  return t.tv_sec + 1e-6 * t.tv_usec;
}

int main(void)
{
  const size_t n = 20000000;
  double *a = malloc(8 * n), *b = malloc(8 * n), *c = malloc(8 * n), best = 1e30;
  for (size_t i = 0; i < n; i++) a[i] = b[i] = c[i] = 1.0;
  for (int pass = 0; pass < 10; pass++) {
    const double begin = now();
    for (size_t i = 0; i < n; i++) a[i] = b[i] + 3.0 * c[i];
    const double seconds = now() - begin;
    if (seconds < best) best = seconds;
  }
  printf("%g %g\n", 24e-9 * n / best, a[n / 2]);
  return 0;
}
"""


def triad(lammps, ranks):
    """GB/s of all processes together."""
    program = os.path.join(lammps.folder, "triad")
    if not os.path.exists(program):
        with open(program + ".c", "w") as fp:
            fp.write(TRIAD)
        subprocess.run(["cc", "-O3", "-march=native", program + ".c", "-o", program], check=True)
    running = [subprocess.Popen([program], stdout=subprocess.PIPE, text=True) for _ in range(ranks)]
    return sum(float(p.communicate()[0].split()[0]) for p in running)


def liquid(lammps, small, copies, steps):
    """Beginning of a deck: small * copies^3 atoms."""
    start = kob_andersen.equilibrated(lammps, small)
    parted = PARTED.format(copies=copies, steps=steps, data="{data}")
    return kob_andersen.from_data(lammps.data(f"ka.{small}x{copies}", start + parted))


def snapshot(lammps, small, copies, steps, ranks):
    natoms = small * copies ** 3
    print(f"== kpm, N = {natoms}", flush=True)
    start = liquid(lammps, small, copies, steps)
    before = triad(lammps, ranks)
    without = lammps.run_text(start + EMPTY, ranks).seconds
    done = lammps.run_text(start + SNAPSHOT, ranks)
    bandwidth = max(before, triad(lammps, ranks))

    said = r"(\d+) products with .*; (\S+) s, (\S+) GB/s"
    products, busy, rate = re.search(said, done.output).groups()
    thermo, vector = thermo_of(done.output), ULINM_VISCOSITY.vector
    eta, error = (np.array([thermo[vector.column("c_eta", f"{kind}_{name}")][-1]
                            for name in ("UL", "UD", "stable")]) for kind in ("eta", "num_eta"))
    resident = float(re.search(r"Maximum resident set size: +(\S+) Mbyte", done.output).group(1))
    total = done.seconds - without
    row = [natoms, products, f"{total:.0f}", f"{1e6 * total / natoms:.0f}",
           f"{1e9 * float(busy) / int(products) / natoms:.0f}", f"{ranks * resident / 1024:.2f}",
           *map(with_error, eta, error), f"{100 * error[0] / eta[0]:.2g} %", rate,
           f"{bandwidth:.1f}"]
    print(row, flush=True)
    return row


def run(lammps, repeat, small):
    ranks = lammps.cores
    cases = [(500, 2, 100)] if small else [(4000, 3, 300), (8000, 5, 100)]
    rows = [snapshot(lammps, *case, ranks) for case in cases]
    header = ["N", "products", "seconds", "microseconds per atom", "ns per atom and product",
              "memory, all ranks (GB)", "eta_UL", "eta_UD", "eta_stable", "error of eta_UL",
              "products (GB/s)", "triad (GB/s)"]
    return f"""One snapshot of the Kob-Andersen liquid at T = 1 with *solver kpm auto* on {ranks} ranks, edge at a frequency of 6, friction 77, from positions to the viscosity by class: Hessian, affine forces, matrix-vector products, sums.
The liquids are replicated boxes of 4000 and 8000 atoms, with new velocities, after 300 and 100 steps.
Memory is the largest resident set of rank 0 times the ranks.

{table(header, rows)}"""  # noqa: E501
