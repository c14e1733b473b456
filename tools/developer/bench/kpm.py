"""Systems too large to diagonalize: solver kpm, from a snapshot to the viscosity by class.

The liquids are copies of a small equilibrated box side by side, with new velocities, after a run in
which the copies part.  What a snapshot costs is a run of it less the same run without the computes.
The bandwidth of the products is set against that of a triad a = b + s c (as in STREAM), in as many
processes at the same time, before and after."""
import os
import re
import subprocess

from inmvisc.runner import table

DECORRELATE = """
units lj
atom_style atomic
atom_modify map array
read_data {small}
replicate {copies} {copies} {copies}
pair_style lj/cut 2.5
pair_coeff 1 1 1.0 1.0 2.5
pair_coeff 1 2 1.5 0.8 2.0
pair_coeff 2 2 0.5 0.88 2.2
pair_modify shift yes
velocity all create 2.0 777 mom yes
timestep 0.005
fix nve all nve
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


def triad(host, ranks):
    """GB/s of all processes together."""
    program = os.path.join(host.scratch, "triad")
    if not os.path.exists(program):
        with open(program + ".c", "w") as fp:
            fp.write(TRIAD)
        subprocess.run(["cc", "-O3", "-march=native", program + ".c", "-o", program], check=True)
    running = [subprocess.Popen([program], stdout=subprocess.PIPE, text=True) for _ in range(ranks)]
    return sum(float(p.communicate()[0].split()[0]) for p in running)


def liquid(host, small, copies, steps):
    """Beginning of a deck: small * copies^3 atoms."""
    start = host.kob_andersen(small)
    of = re.search(r"read_data (\S+)", start).group(1)
    deck = DECORRELATE.format(small=of, copies=copies, steps=steps, data="{data}")
    return start.replace(of, host.data(f"ka.{small}x{copies}", deck))


def snapshot(host, small, copies, steps, ranks):
    natoms = small * copies ** 3
    print(f"== kpm, N = {natoms}", flush=True)
    start = liquid(host, small, copies, steps)
    before = triad(host, ranks)
    _, without = host.lammps(start + EMPTY, ranks)
    out, seconds = host.lammps(start + SNAPSHOT, ranks)
    bandwidth = max(before, triad(host, ranks))

    products, busy, rate = re.search(r"(\d+) products with .*; (\S+) s, (\S+) GB/s", out).groups()
    # the row of the thermo output, after what the computes have to say
    eta = [float(x) for x in re.findall(r"^ +\d+((?: +[\d.e+-]+){6}) *$", out, re.M)[-1].split()]
    resident = float(re.search(r"Maximum resident set size: +(\S+) Mbyte", out).group(1))
    total = seconds - without
    row = [natoms, products, f"{total:.0f}", f"{1e6 * total / natoms:.0f}",
           f"{1e9 * float(busy) / int(products) / natoms:.0f}", f"{ranks * resident / 1024:.2f}",
           *(f"{value:.4g} +- {error:.2g}" for value, error in zip(eta[::2], eta[1::2])),
           f"{100 * eta[1] / eta[0]:.2g} %", rate, f"{bandwidth:.1f}"]
    print(row, flush=True)
    return row


def run(host, repeat):
    ranks = host.cores
    rows = [snapshot(host, 4000, 3, 300, ranks), snapshot(host, 8000, 5, 100, ranks)]
    header = ["N", "products", "seconds", "microseconds per atom", "ns per atom and product",
              "memory, all ranks (GB)", "eta_UL", "eta_UD", "eta_stable", "error of eta_UL",
              "products (GB/s)", "triad (GB/s)"]
    return f"""One snapshot of the Kob-Andersen liquid at T = 1 with *solver kpm auto* on {ranks} ranks, edge at a frequency of 6, friction 77, from positions to the viscosity by class: Hessian, affine forces, products, sums.
The liquids are copies of boxes of 4000 and 8000 atoms side by side, with new velocities, after 300 and 100 steps.
Memory is the largest resident set of rank 0 times the ranks.

{table(header, rows)}"""
