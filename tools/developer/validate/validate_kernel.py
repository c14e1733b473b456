#!/usr/bin/env python3
"""Hold fix orthogonal/dynamics against kernels that are known exactly, and against itself.

    validate_kernel.py BUILD [--out doc/src/validation_kernel.rst] [--work DIR] [--ranks 2] [--only
    gle ka1.0]

gle       free particles that obey a generalized Langevin equation (fix gle): kernel and D are known
          in closed form; order of the error in the time between samples
seeds     40 independent such systems, one per atom type, with a slow and a fast part in the kernel:
          do the errors mean what they say?
ka1.0     Kob-Andersen liquid, NVE, strides 1, 2, 5: kernel against kT/D against the integral of the
ka0.6     velocity autocorrelation, with errors
direct    the orthogonal dynamics itself against the kernel from velocities

A finished run is kept in DIR (default BUILD/validate_kernel) and not run again.
"""
import argparse
import datetime
import math
import os
import re

import numpy as np

from inmvisc import rst
from inmvisc.kernel_runs import KernelRuns, fix, liquid
from inmvisc.rst import table
from inmvisc.rst import with_error as pm

# ---- free particles with memory: dp = -theta s2, ds1 = -gamma s1 - omega s2 + noise,
# ds2 = theta p + omega s1, and ds3 = kappa p - s3/tau + noise.  m = kT = 1.

THETA, OMEGA, GAMMA = 5.0, 4.0, 3.0
KAPPA, TAU = math.sqrt(2.0), 5.0


def fast_kernel(t):
    w = math.sqrt(OMEGA ** 2 - GAMMA ** 2 / 4)
    return THETA ** 2 * np.exp(-GAMMA * t / 2) * (np.cos(w * t) + GAMMA / (2 * w) * np.sin(w * t))


FAST = THETA ** 2 * GAMMA / OMEGA ** 2
SLOW = KAPPA ** 2 * TAU

GLE = """
units lj
atom_style atomic
region box block 0 60 0 60 0 60
create_box {ntypes} box
{create}
mass * 1.0
pair_style zero 1.0
pair_coeff * *
velocity all create 1.0 {seed} dist gaussian
timestep {dt}
comm_modify cutoff 2.0
neighbor 1.0 bin
thermo {every}
fix gle all gle {ns} 1.0 1.0 {seed} gle.A
run {equil}
reset_timestep 0
{fixes}
run {steps}
"""


def gle_deck(strides, ntypes, per_type, steps, slow, nlag, norigin, dt=0.02, checkpoints=1,
             seed=90210):
    create = "\n".join(f"create_atoms {t} random {per_type} {1000 + t} NULL"
                       for t in range(1, ntypes + 1))
    every = steps // checkpoints
    fixes = "".join(fix(f"s{s}", s, nlag // s, max(1, norigin // s), every) for s in strides)
    a = [[0, 0, THETA], [0, GAMMA, OMEGA], [-THETA, -OMEGA, 0]]
    if slow:
        a = [row + [0] for row in a] + [[-KAPPA, 0, 0, 1 / TAU]]
        a[0][3] = KAPPA
    deck = GLE.format(ntypes=ntypes, create=create, dt=dt, ns=len(a) - 1, equil=2000, fixes=fixes,
                      steps=steps, every=every, seed=seed)
    return deck, {"gle.A": "\n".join(" ".join(f"{x:.10g}" for x in row) for row in a) + "\n"}


def ka_deck(T, natoms, window, steps, equil, strides=(1, 2, 5), dt=0.005, origin=0.1):
    """window, origin: length of the window and distance of origins, in time."""
    fixes = "".join(fix(f"s{s}", s, round(window / (s * dt)), max(1, round(origin / (s * dt))),
                        steps) for s in strides)
    return liquid(T, natoms, steps, equil, fixes, dt), {}


def direct_deck():
    fixes = fix("direct", 1, 400, 1, 20000, "estimator direct") + fix("vacf", 1, 400, 1, 20000)
    return liquid(1.0, 256, 20000, 20000, fixes), {}


RUNS = {
    "gle": lambda: gle_deck((1, 2, 4, 8, 16), 1, 4000, 40000, False, 320, 16),
    "seeds": lambda: gle_deck((2,), 40, 50, 120000, True, 2000, 100, checkpoints=6),
    "direct": direct_deck,
    "ka1.0": lambda: ka_deck(1.0, 1000, 10.0, 250000, 20000),
    "ka0.6": lambda: ka_deck(0.6, 1000, 40.0, 300000, 50000, origin=0.5),
}


# ---- what the runs show

def order_of_error(runs):
    strides = (1, 2, 4, 8, 16)
    kernels, rows, last = {}, [], None
    for s in strides:
        k = runs.kernel("gle", f"s{s}")
        # <v v> of one component is kT, m = 1
        kernels[s] = k["Cbar"] / k["VACF"][0] / THETA ** 2
    for s in strides:
        t = 0.02 * s * np.arange(len(kernels[s]))
        error = np.max(np.abs(kernels[s] - fast_kernel(t) / THETA ** 2))
        change = np.max(np.abs(kernels[s] - kernels[s // 2][::2])) if s > 1 else None
        found = {name: of_sets[0] / FAST for name, of_sets in runs.friction("gle", f"s{s}").items()}
        rows.append([f"{0.02 * s:.2f}", f"{THETA * 0.02 * s:.1f}", f"{100 * error:.2f} %",
                     "" if change is None else f"{100 * change:.2f} %",
                     "" if last is None else f"{math.log2(change / last):.2f}",
                     pm(found["v0_kernel"], found["err_v0_kernel"]),
                     pm(found["v0_msd"], found["err_v0_msd"])])
        last = change
    return f"""Exact kernel
------------

The system has 4000 free particles that obey a generalized Langevin equation with two extra variables (``fix gle``, which propagates them exactly), m = kT = 1, 40000 steps of 0.02; kernel {THETA ** 2:g} exp(-{GAMMA / 2:g} t) [cos wt + {GAMMA / 2:g}/w sin wt] with w\\ :sup:`2` = {OMEGA ** 2 - GAMMA ** 2 / 4:g}, integral {FAST:g}.
*error* is the largest difference from this kernel, and *change* the largest difference from the kernel with half the sampling interval, which has the same noise; both are relative to the value at t = 0.
The change falls with the square of the sampling interval (order 2), and so does the error until it reaches the noise.
The integral does not depend on the sampling interval.

{table(["dt", "Omega0 dt", "error", "change", "order", "kernel / exact", "kT/D / exact"], rows)}"""  # noqa: E501


def seen(what):
    """Columns of meaning_of_errors."""
    return [what, "spread", "error", "within 2"]


def meaning_of_errors(runs):
    rows, exact = [], FAST + SLOW
    for checkpoint in range(1, 7):                          # 0 is at step 0
        found = runs.friction("seeds", "s2", checkpoint)
        steps = 20000 * checkpoint
        row = [steps, f"{steps * 0.02 / 40:.0f}"]
        for name in ("v0_kernel", "v0_msd"):
            value, error = found[name][1:], found[f"err_{name}"][1:]
            if np.isnan(error).any():
                row += ["", "", "not known yet", ""]
                continue
            z = (value - exact) / error
            row += [f"{np.mean(value) / exact:.3f}", f"{100 * np.std(value, ddof=1) / exact:.1f} %",
                    f"{100 * np.sqrt(np.mean(error ** 2)) / exact:.1f} %",
                    f"{np.mean(np.abs(z) < 2):.2f}"]
        rows.append(row)
    return f"""Errors
------

40 independent systems of 50 particles, one per atom type, with a slow part {KAPPA ** 2:g} exp(-t/{TAU:g}) added to the kernel: it contributes two thirds of the integral of {exact:g}.
*spread* is the standard deviation of the 40 values, *error* the root-mean-square error that the fix reports, and *within 2* the fraction of values within two reported errors of the exact one (0.95 expected; 0.88 to 1 is consistent with it for 40 values).
The error of kT/D is somewhat below the spread, because the range of lags is chosen from the same data.
In the shortest runs the kernel of one of these small systems fails completely, and its error shows this.

{table(["steps", "windows", *seen("kernel / exact"), *seen("kT/D / exact")], rows)}"""  # noqa: E501


def kob_andersen(runs, temperatures):
    rows = []
    for name, T in temperatures:
        for s in (1, 2, 5):
            k, found = runs.kernel(name, f"s{s}"), runs.friction(name, f"s{s}")
            used = re.search(r"friction used: .*? \+- .*?, (.*)", runs.log(name, f"s{s}")).group(1)
            used = "kT/D" if used.startswith("kT/D") else "kernel"
            omega = re.findall(r"Omega0\*dt = (\S+)", runs.log(name, f"s{s}"))
            dt = k["Time"][1] - k["Time"][0]
            for which in (1, 2):
                vacf = k[f"VACF_{which}"]
                # kT/D, m = 1
                green_kubo = vacf[0] / (dt * (vacf.sum() - 0.5 * (vacf[0] + vacf[-1])))
                rows.append([T, "AB"[which - 1], s, omega[which],
                             pm(found["v0_kernel"][which], found["err_v0_kernel"][which]),
                             pm(found["v0_msd"][which], found["err_v0_msd"][which]),
                             f"{green_kubo:.4g}", used])
    return f"""Kob-Andersen liquid
-------------------

rho = 1.2, N = 1000, NVE, time step 0.005; window 10 at T = 1.0 and 40 at T = 0.6.
The table has the integral of the kernel, kT/D from the displacements, and 1/int <v v> up to the end of the window, for three sampling intervals (strides) of the same trajectory.

{table(["T", "type", "stride", "Omega0 dt", "kernel", "kT/D", "kT / int vacf", "used"], rows)}"""  # noqa: E501


def orthogonal_dynamics(runs):
    direct, vacf = runs.kernel("direct", "direct"), runs.kernel("direct", "vacf")
    frictions = [runs.friction("direct", fix_id) for fix_id in ("direct", "vacf")]
    sum_rule = re.findall(r"lambda - 1 = (\S+),", runs.log("direct", "direct"))
    rows = []
    for which in (1, 2):
        of_direct, of_vacf = direct[f"Cbar_{which}"], vacf[f"Cbar_{which}"]
        rows.append(["AB"[which - 1], sum_rule[which],
                     *(pm(v["v0_kernel"][which], v["err_v0_kernel"][which]) for v in frictions),
                     f"{100 * np.max(np.abs(of_direct - of_vacf)[1:]) / of_vacf[0]:.2f} %",
                     f"{100 * (of_direct[0] / of_vacf[0] - 1):.2f} %"])
    header = ["type", "lambda - 1", "direct", "vacf", "largest difference at t > 0", "at t = 0"]
    return f"""Direct orthogonal dynamics
--------------------------

*estimator direct* is compared with *vacf* on the same trajectory: Kob-Andersen, N = 256, T = 1, window 2, 20000 steps.
At t = 0 *direct* has <F\\ :sup:`2`> and *vacf* the difference quotient, which is lower by the second-order error.

{table(header, rows)}"""  # noqa: E501


def main():
    ap = argparse.ArgumentParser(description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("build")
    ap.add_argument("--out", help="write the tables there as reStructuredText")
    ap.add_argument("--work", help="folder for the runs, default BUILD/validate_kernel")
    ap.add_argument("--ranks", type=int, default=2)
    ap.add_argument("--only", nargs="+", default=list(RUNS), choices=list(RUNS))
    a = ap.parse_args()
    work = a.work or os.path.join(a.build, "validate_kernel")
    runs = KernelRuns(a.build, work, a.ranks, RUNS)

    parts = []
    if "gle" in a.only:
        parts.append(order_of_error(runs))
    if "seeds" in a.only:
        parts.append(meaning_of_errors(runs))
    temperatures = [(n, float(n[2:])) for n in ("ka1.0", "ka0.6") if n in a.only]
    if "direct" in a.only:
        parts.append(orthogonal_dynamics(runs))
    if temperatures:
        parts.append(kob_andersen(runs, temperatures))
    text = f"""Validation of the memory kernel
===============================

``tools/developer/validate/validate_kernel.py`` wrote this page on {datetime.date.today()} with LAMMPS {runs.lammps.version}.

""" + "\n".join(parts)  # noqa: E501
    rst.show(text, a.out)


if __name__ == "__main__":
    main()
