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
import subprocess
import sys

import numpy as np

from inmvisc import ave_time  # noqa: E402

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

# ---- Kob-Andersen liquid

KA = """
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
timestep {dt}
thermo 20000
fix nvt all nvt temp 2.0 {T} 0.5
run 10000
fix nvt all nvt temp {T} {T} 0.5
run {equil}
unfix nvt
velocity all zero linear
reset_timestep 0
fix nve all nve
fix t all ave/time 10 {equil_tenth} {equil} c_thermo_temp
run {equil}
variable factor equal {T}/f_t
velocity all scale $(temp*v_factor)
unfix t
reset_timestep 0
{fixes}
run {steps}
"""


def fix(name, stride, nlag, norigin, every, extra=""):
    """Lines that define the fix and write its vector every so many steps."""
    return (f"fix {name} all orthogonal/dynamics {stride} {nlag} {norigin} file {name}.dat {extra}\n"
            f"fix {name}v all ave/time {every} 1 {every} f_{name}[*] file {name}.vec\n")


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


def ka_deck(T, natoms, window, steps, equil, strides=(1, 2, 5), dt=0.005, origin=0.1, extra=""):
    """window, origin: length of the window and distance of origins, in time."""
    na = round(0.8 * natoms)
    fixes = "".join(fix(f"s{s}", s, round(window / (s * dt)), max(1, round(origin / (s * dt))),
                        steps, extra) for s in strides)
    return KA.format(length=(natoms / 1.2) ** (1 / 3), na=na, nb=natoms - na, T=T, dt=dt,
                     equil=equil, equil_tenth=equil // 10, fixes=fixes, steps=steps), {}


def direct_deck():
    deck, _ = ka_deck(1.0, 256, 2.0, 20000, 20000, strides=())
    lines = fix("direct", 1, 400, 1, 20000, "estimator direct") + fix("vacf", 1, 400, 1, 20000)
    return deck.replace("reset_timestep 0\n\nrun", "reset_timestep 0\n" + lines + "run"), {}


RUNS = {
    "gle": lambda: gle_deck((1, 2, 4, 8, 16), 1, 4000, 40000, False, 320, 16),
    "seeds": lambda: gle_deck((2,), 40, 50, 120000, True, 2000, 100, checkpoints=6),
    "direct": direct_deck,
    "ka1.0": lambda: ka_deck(1.0, 1000, 10.0, 250000, 20000),
    "ka0.6": lambda: ka_deck(0.6, 1000, 40.0, 300000, 50000, origin=0.5),
}


class Runs:
    def __init__(self, build, work, ranks):
        self.build, self.work, self.ranks = os.path.abspath(build), os.path.abspath(work), ranks
        self.env = dict(os.environ, LAMMPS_PLUGIN_PATH=self.build, OPENBLAS_NUM_THREADS="1",
                        OMP_NUM_THREADS="1", OMPI_ALLOW_RUN_AS_ROOT="1",
                        OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")

    def folder(self, name):
        """The folder of a run, which is run now if it is not there yet."""
        path = os.path.join(self.work, name)
        if os.path.exists(os.path.join(path, "done")):
            return path
        os.makedirs(path, exist_ok=True)
        deck, files = RUNS[name]()
        for file, text in {"in.run": deck, **files}.items():
            with open(os.path.join(path, file), "w") as fp:
                fp.write(text)
        print(f"== validate_kernel: {name}", flush=True)
        subprocess.run(["mpirun", "--oversubscribe", "--bind-to", "none", "-np", str(self.ranks),
                        os.path.join(self.build, "lmp"), "-in", "in.run", "-screen", "none"],
                       cwd=path, env=self.env, check=True)
        with open(os.path.join(path, "done"), "w") as fp:
            fp.write(datetime.datetime.now().isoformat() + "\n")
        return path

    def kernel(self, name, fix_id):
        """t, Cbar, integral, VACF of all atoms, then those of each type; last lines of the log."""
        return ave_time.blocks(os.path.join(self.folder(name), fix_id + ".dat"))[0][1]

    def vector(self, name, fix_id, row=-1):
        """[set][kernel, error, kT/D, error, D] at one of the outputs."""
        return ave_time.rows(os.path.join(self.folder(name), fix_id + ".vec"))[row, 1:].reshape(-1,
                                                                                                5)

    def log(self, name, fix_id):
        with open(os.path.join(self.folder(name), "log.lammps")) as fp:
            found = re.findall(rf"Fix orthogonal/dynamics {fix_id}: \d+ samples.*?friction used[^\n]*", fp.read(), re.S)
        return found[-1]


def table(header, rows):
    lines = [".. list-table::", "   :header-rows: 1", ""]
    for row in [header] + rows:
        lines += [("   * - " if k == 0 else "     - ") + str(cell) for k, cell in enumerate(row)]
    return "\n".join(lines) + "\n"


def pm(value, error):
    return f"{value:.4g} +- {error:.2g}"


# ---- what the runs show

def order_of_error(runs):
    strides = (1, 2, 4, 8, 16)
    kernels, rows, last = {}, [], None
    for s in strides:
        k = runs.kernel("gle", f"s{s}")
        kernels[s] = k[:, 1] / k[0, 3] / THETA ** 2        # <v v> of one component is kT, m = 1
    for s in strides:
        t = 0.02 * s * np.arange(len(kernels[s]))
        error = np.max(np.abs(kernels[s] - fast_kernel(t) / THETA ** 2))
        change = np.max(np.abs(kernels[s] - kernels[s // 2][::2])) if s > 1 else None
        v = runs.vector("gle", f"s{s}")[0]
        rows.append([f"{0.02 * s:.2f}", f"{THETA * 0.02 * s:.1f}", f"{100 * error:.2f} %",
                     "" if change is None else f"{100 * change:.2f} %",
                     "" if last is None else f"{math.log2(change / last):.2f}",
                     pm(v[0] / FAST, v[1] / FAST), pm(v[2] / FAST, v[3] / FAST)])
        last = change
    return f"""Kernel known exactly
--------------------

4000 free particles that obey a generalized Langevin equation with two extra variables (``fix gle``, which propagates them exactly), m = kT = 1, 40000 steps of 0.02; kernel {THETA ** 2:g} exp(-{GAMMA / 2:g} t) [cos wt + {GAMMA / 2:g}/w sin wt] with w\\ :sup:`2` = {OMEGA ** 2 - GAMMA ** 2 / 4:g}, integral {FAST:g}.
*error* is the largest difference from that, *change* the largest difference from the kernel with half the time between samples, which has the same noise; both relative to the value at t = 0.
The change falls with the square of the time between samples (order 2), the error too until the noise is reached.
The integral does not depend on it.

""" + table(["dt", "Omega0 dt", "error", "change", "order", "kernel / exact", "kT/D / exact"], rows)


def meaning_of_errors(runs):
    rows, exact = [], FAST + SLOW
    for checkpoint in range(1, 7):                          # 0 is at step 0
        v = runs.vector("seeds", "s2", checkpoint)[1:]
        steps = 20000 * checkpoint
        row = [steps, f"{steps * 0.02 / 40:.0f}"]
        for value, error in ((v[:, 0], v[:, 1]), (v[:, 2], v[:, 3])):
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

40 independent systems of 50 particles, one per atom type, with a slow part {KAPPA ** 2:g} exp(-t/{TAU:g}) added to the kernel: two thirds of the integral of {exact:g} come from it.
*spread* is the standard deviation of the 40 values, *error* the mean error that the fix states, *within 2* the share of values within two stated errors of the exact one (0.95 expected, 0.88 to 1 is consistent with it for 40 values).
The error of kT/D comes out somewhat below the spread, because the range of lags is chosen from the same data.
In the shortest runs the kernel of one of these small systems fails altogether, and its error tells.

""" + table(["steps", "windows", "kernel / exact", "spread", "error", "within 2", "kT/D / exact", "spread", "error",
             "within 2"], rows)


def kob_andersen(runs, temperatures):
    rows = []
    for name, T in temperatures:
        for s in (1, 2, 5):
            k, v = runs.kernel(name, f"s{s}"), runs.vector(name, f"s{s}")
            used = re.search(r"friction used: .*? \+- .*?, (.*)", runs.log(name, f"s{s}")).group(1)
            used = "kT/D" if used.startswith("kT/D") else "kernel"
            omega = re.findall(r"Omega0\*dt = (\S+)", runs.log(name, f"s{s}"))
            dt = k[1, 0] - k[0, 0]
            for which in (1, 2):
                vacf = k[:, 3 * which + 3]
                # kT/D, m = 1
                green_kubo = vacf[0] / (dt * (vacf.sum() - 0.5 * (vacf[0] + vacf[-1])))
                rows.append([T, "AB"[which - 1], s, omega[which], pm(*v[which, 0:2]),
                             pm(*v[which, 2:4]), f"{green_kubo:.4g}", used])
    return """Kob-Andersen liquid
-------------------

rho = 1.2, N = 1000, NVE, time step 0.005; window 10 at T = 1.0 and 40 at T = 0.6.
The integral of the kernel, kT/D from the displacements, and 1/int <v v> to the end of the window; three strides of the same trajectory.

""" + table(["T", "type", "stride", "Omega0 dt", "kernel", "kT/D", "kT / int vacf", "used"], rows)


def orthogonal_dynamics(runs):
    direct, vacf = runs.kernel("direct", "direct"), runs.kernel("direct", "vacf")
    vd, vv = runs.vector("direct", "direct"), runs.vector("direct", "vacf")
    sum_rule = re.findall(r"lambda - 1 = (\S+),", runs.log("direct", "direct"))
    rows = []
    for which in (1, 2):
        at = 3 * which + 1
        rows.append(["AB"[which - 1], sum_rule[which], pm(*vd[which, :2]), pm(*vv[which, :2]),
                     f"{100 * np.max(np.abs(direct[1:, at] - vacf[1:, at])) / vacf[0, at]:.2f} %",
                     f"{100 * (direct[0, at] / vacf[0, at] - 1):.2f} %"])
    return """Orthogonal dynamics itself
--------------------------

*estimator direct* against *vacf* on the same trajectory: Kob-Andersen, N = 256, T = 1, window 2, 20000 steps.
At t = 0 *direct* has <F\\ :sup:`2`> and *vacf* the difference quotient, which is lower by the error of second order.

""" + table(["type", "lambda - 1", "direct", "vacf", "largest difference at t > 0", "at t = 0"], rows)


def main():
    ap = argparse.ArgumentParser(description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("build")
    ap.add_argument("--out", help="write the tables there as reStructuredText")
    ap.add_argument("--work", help="folder for the runs, default BUILD/validate_kernel")
    ap.add_argument("--ranks", type=int, default=2)
    ap.add_argument("--only", nargs="+", default=list(RUNS), choices=list(RUNS))
    a = ap.parse_args()
    runs = Runs(a.build, a.work or os.path.join(a.build, "validate_kernel"), a.ranks)

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
    version = subprocess.run([os.path.join(a.build, "lmp"), "-h"], stdout=subprocess.PIPE,
                             text=True).stdout
    version = re.search(r"\d+ \w{3} \d{4}", version).group(0)
    text = f"""Validation of the memory kernel
===============================

Written by ``tools/developer/validate/validate_kernel.py`` on {datetime.date.today()} with LAMMPS {version}.

""" + "\n".join(parts)
    print(text)
    if a.out:
        with open(a.out, "w") as fp:
            fp.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
