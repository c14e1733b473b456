#!/usr/bin/env python3
"""inmvisc.mobility_edge against spectra whose edge, exponents and gap ratios are known, and
examples/mobility-edge in small boxes, from the first step to the box that is handed the edge.

    test_mobility_edge.py BUILD SCRATCH
"""
import os
import re
import subprocess
import sys
import time

import numpy as np
from scipy.special import erf

import inmvisc.mobility_edge as me
from deck_checks import EXAMPLES, TOOL, begin, expect, failed, holds
from inmvisc import ave_time
from inmvisc.outputs import INM_DOS

example = os.path.join(EXAMPLES, "mobility-edge/run-edge.sh")
lammps = begin()
build, scratch = lammps.build, lammps.folder

SIZES = (250, 500, 1000, 2000)


def dump(path, snapshots):
    """As dump local writes it; a snapshot is lambda and P of its lowest modes, stable ones above
    make it complete."""
    with open(path, "w") as fp:
        for step, (lam, p) in enumerate(snapshots):
            above = max(lam[-1], 0) + np.arange(1, 3 * snapshots.atoms - 3 - len(lam) + 1) * 1.7
            rows = [(x, -np.sqrt(-x), y, "nan") for x, y in zip(lam, p) if x < 0]
            rows += [(0, 0, 1, 0)] * 3
            rows += [(x, np.sqrt(x), "nan", 1) for x in np.append(lam[lam > 0], above)]
            fp.write(f"ITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ENTRIES\n{len(rows)}\nITEM: BOX "
                     "BOUNDS pp pp pp\n"
                     "0 1\n0 1\n0 1\nITEM: ENTRIES lambda w P class\n")
            for x, w, y, c in rows:
                fp.write(f"{x:.12g} {w:.12g} {y if isinstance(y, str) else format(y, '.12g')} "
                         f"{c}\n")
    return path


class Snapshots(list):
    def __init__(self, atoms, items):
        super().__init__(items)
        self.atoms = atoms


def tool_run(*args):
    return subprocess.run(["sh", TOOL, "edge", *args], cwd=scratch, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def goe(rng, n):
    """Eigenvalues of a matrix of the Gaussian orthogonal ensemble, ascending."""
    a = rng.normal(size=(n, n))
    return np.linalg.eigvalsh((a + a.T) / 2)


def unfolded(rng, n, m):
    """m eigenvalues from the middle of a GOE matrix of order n, mean spacing 1, by the semicircle
    law."""
    x = goe(rng, n) / np.sqrt(2 * n)
    y = n * (0.5 + (x * np.sqrt(1 - np.minimum(x * x, 1)) + np.arcsin(np.clip(x, -1, 1))) / np.pi)
    return y[(n - m) // 2:(n + m) // 2]


# ---- gap ratios: GOE matrices and independent levels, through files

def gap_ratio(name, level, spectra):
    atoms = 400
    path = dump(os.path.join(scratch, f"{name}.dat"),
                Snapshots(atoms, [(x, np.full(len(x), 0.5)) for x in spectra]))
    box = me.read([path])[0].bin(np.array([0.0, 100.0]))
    expect(f"r of {name}, in standard errors from {level}", (box.r[0] - level) / box.r_error[0],
           -3.5, 3.5)
    expect(f"standard error of r of {name}", box.r_error[0], 1e-4, 4e-3)
    expect(f"number of ratios of {name}", box.tables[:, 2].sum(),
           *[sum(np.sum(x < 0) - 1 for x in spectra)] * 2)


def gap_ratios():
    rng = np.random.default_rng(11)
    gap_ratio("GOE", 0.5307, [goe(rng, 400) for _ in range(60)])
    gap_ratio("Poisson", 0.3863, [np.sort(rng.uniform(-9.0, 3.0, 400)) for _ in range(60)])


# ---- finite-size scaling of P: alpha = 1/2 planted at w = 12, ten per cent of lognormal noise with
# mean 1

def planted(rng, atoms, count, alpha, noise=0.1, wmax=20.0, power=0.5):
    items = []
    for _ in range(count):
        w = np.sort(wmax * rng.uniform(size=atoms // 2) ** power)[::-1]
        p = 4.0 * atoms ** -alpha(w) * np.exp(noise * rng.normal(size=len(w)) - noise ** 2 / 2)
        items.append((-w ** 2, p / 4.0))
    return Snapshots(atoms, items)


def boxes(rng, name, alpha, **more):
    return [dump(os.path.join(scratch, f"{name}{n}.dat"),
                 planted(rng, n, 24000 // n, alpha, **more)) for n in SIZES]


def exact_exponents():
    rng = np.random.default_rng(5)
    for alpha in (0.0, 0.3, 1.0):
        files = boxes(rng, f"flat{alpha}-", lambda w, alpha=alpha: np.full(len(w), alpha),
                      noise=0.0)
        edge = me.Edge(me.read(files), np.linspace(0, 20, 11), resamplings=20)
        expect(f"largest error of alpha = {alpha}", np.nanmax(np.abs(edge.alpha - alpha)), 0, 1e-7)
        expect("bins with alpha", np.isfinite(edge.alpha).sum(), 9, 10)
    done = tool_run(*files, "--lammps", "none.lmp", "--resamplings", "20")
    holds("no edge is found where there is none",
          "do not determine the edge by 'P ~ N^-alpha" in done.stdout)
    holds("and none is handed on", done.returncode != 0
          and not os.path.exists(os.path.join(scratch, "none.lmp")))


def planted_edge():
    rng = np.random.default_rng(7)
    true = lambda w: 1 / (1 + np.exp(-(w - 12.0) / 3.0))      # noqa: E731
    edge = me.Edge(me.read(boxes(rng, "planted", true)), np.linspace(0, 20, 41), resamplings=200)
    expect("planted edge, in its errors from 12",
           (edge.value["alpha"] - 12.0) / edge.error["alpha"], -3.0, 3.0)
    expect("its error", edge.error["alpha"], 1e-4, 0.1)
    for n in SIZES:
        expect(f"P_c of N = {n} over N^-1/2", edge.value[f"P alpha {n}"] * n ** 0.5, 0.97, 1.03)
    pull = (edge.alpha - true(edge.w)) / edge.alpha_error
    expect("rms deviation of alpha(w) from the planted one, in errors",
           np.sqrt(np.nanmean(pull ** 2)), 0.5, 1.5)
    holds("uncorrelated levels have no edge by r",
          not edge.determined("ratio") and not edge.determined("collapse"))


# ---- level statistics: GOE levels below |w| = 12, independent ones above

def planted_levels():
    rng = np.random.default_rng(3)
    files = []
    for n, count in ((250, 60), (500, 60)):
        items = []
        for _ in range(count):
            y = unfolded(rng, 480, 240)
            inner = 12.0 * (y - y[0] + 0.5) / (y[-1] - y[0] + 1)
            w = np.sort(np.concatenate([inner, rng.uniform(12.0, 20.0, 120)]))[::-1]
            items.append((-w ** 2, np.full(len(w), 0.3)))
        files.append(dump(os.path.join(scratch, f"levels{n}.dat"), Snapshots(n, items)))
    edge = me.Edge(me.read(files), np.linspace(0, 20, 21), resamplings=100)
    expect("edge by r, planted as a step at 12", edge.value["ratio"], 11.5, 12.5)
    holds("which is determined", edge.determined("ratio"))


def collapse():
    """20 realizations of r = F((w - 12) N^(1/(3 nu))), F an error function, with noise 0.01: mean
    of the edges found."""
    rng = np.random.default_rng(9)
    w = np.arange(0.5, 20, 1.0)
    n = np.array(SIZES, dtype=float)[:, None]
    true = 0.4585 - 0.0722 * erf(0.25 * (w - 12.0) * (n / 2000) ** (1 / (3 * 1.57)))
    noise = np.full(true.shape, 0.01)
    found = [me.collapse(w, SIZES, true + 0.01 * rng.normal(size=true.shape), noise, 1.57, 3)
             for _ in range(20)]
    edges, r_c, chi2, dof = np.array(found).T
    expect("spread of the crossing", edges.std(ddof=1), 0.05, 1.5)
    expect("mean crossing, in its errors from 12",
           (edges.mean() - 12) / (edges.std(ddof=1) / 20 ** 0.5), -3.0, 3.0)
    expect("r there", r_c.mean(), 0.4585 - 0.01, 0.4585 + 0.01)
    expect("chi^2 per degree of freedom", (chi2 / dof).mean(), 0.7, 1.3)


# ---- the example, in small boxes

def deck():
    sizes = {60: 300, 120: 120, 180: 60}
    arguments = ["-var", "nmelt", "500", "-var", "nequil", "1500", "-var", "spacing", "40", "-var",
                 "klag", "100", "-var", "lprod", "4000"]
    command = ["sh", example, os.path.join(scratch, "build"), "1.0", *arguments]
    os.makedirs(os.path.join(scratch, "build"))
    for name in os.listdir(build):
        if name == "lmp" or name.endswith(".so"):
            os.symlink(os.path.realpath(os.path.join(build, name)),
                       os.path.join(scratch, "build", name))
    env = dict(os.environ, SIZES=" ".join(f"{n}:{s}" for n, s in sizes.items()), LARGE="480",
               OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env=env)
    print(done.stdout)
    if done.returncode != 0:
        sys.exit("run-edge.sh failed")
    out = os.path.join(scratch, "build/edge-1.0")
    for n, s in sizes.items():
        path = os.path.join(out, f"N{n}/modes.dat")
        with open(path) as fp:
            head = "".join(next(fp) for _ in range(4))
        holds(f"N = {n}: header with units", f"# N {n}, T 1.0" in head and "(radian/tau)^2" in head)
        snapshots = ave_time.dump(path)
        holds(f"N = {n}: {s} snapshots of 3N modes", [len(t) for t in snapshots] == [3 * n] * s)
        lam, w, P = np.concatenate([t.columns("lambda", "w", "P") for t in snapshots], axis=1)
        u = lam < 0
        holds(f"N = {n}: P of the unstable modes between 1/N and 1",
              bool(np.all((P[u] >= 1 / n) & (P[u] <= 1))))
        expect(f"N = {n}: w^2 + lambda", np.max(np.abs(w[u] ** 2 + lam[u])), 0, 1e-4)
        expect(f"N = {n}: rigid translations per snapshot", np.sum(lam == 0) / s, 3, 3)
        with open(os.path.join(out, f"N{n}/log.lammps")) as fp:
            last = re.search(rf"^edge: N = {n}, T = (\S+), f_u = (\S+) \+- (\S+), {s} snapshots",
                             fp.read(), re.M)
        expect(f"N = {n}: f_u of the log over that of the file",
               float(last.group(2)) / (np.sum(u) / (s * (3 * n - 3))), 0.999, 1.001)
        expect(f"N = {n}: f_u", float(last.group(2)), 0.11, 0.16)

    # the large box has the edge of the small ones, and localized modes are those beyond it
    with open(os.path.join(out, "edge.lmp")) as fp:
        wedge = float(re.search(r"wedge +index (\S+)", fp.read()).group(1))
    expect("edge of boxes of 60 to 240 atoms", wedge, 4.0, 20.0)
    with open(os.path.join(out, "large480/log.lammps")) as fp:
        last = re.search(r"^large: N = 480, w_edge = (\S+), f_uL = (\S+), eta_UL = (\S+) ",
                         fp.read(), re.M)
    expect("edge of the large box over it", float(last.group(1)) / wedge, 0.9999, 1.0001)
    snapshots = ave_time.dump(os.path.join(out, "large480/modes.dat"))
    lam, w = (np.concatenate([t.component(INM_DOS.local, name) for t in snapshots])
              for name in ("lambda", "w"))
    expect("its localized modes over those beyond the edge",
           float(last.group(2)) / (np.sum(w < -wedge) / np.sum(lam != 0)), 0.9999, 1.0001)
    # 480 atoms and 2 snapshots: an order of magnitude at best
    expect("its viscosity", float(last.group(3)), 1e-3, 1e3)
    data = np.loadtxt(os.path.join(out, "edge.dat"))
    expect("columns of the table", data.shape[1], *[4 + 4 * len(sizes)] * 2)
    expect("bytes of the picture", os.path.getsize(os.path.join(out, "edge.png")), 2e4, 1.5e5)

    # a second call runs nothing again, another one with other arguments refuses
    before = os.path.getmtime(os.path.join(out, "N60/modes.dat"))
    again = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                           env=env)
    holds("a finished run is resumed without running",
          again.returncode == 0 and again.stdout.count(" is there") == len(sizes) + 1
          and os.path.getmtime(os.path.join(out, "N60/modes.dat")) == before)
    other = subprocess.run(command[:-1] + ["5000"], stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, env=env)
    holds("other arguments are refused", other.returncode != 0
          and "other LAMMPS arguments" in other.stdout)


def refusals():
    rng = np.random.default_rng(1)
    one = dump(os.path.join(scratch, "one.dat"), planted(rng, 250, 3, lambda w: 0 * w))
    holds("one size is refused", "two sizes" in tool_run(one).stdout)
    without = Snapshots(250, [(-np.arange(100.0, 0.0, -1.0), np.full(100, np.nan))] * 2)
    other = dump(os.path.join(scratch, "nan.dat"), without)
    holds("modes without P are refused", "modes unstable or all" in tool_run(one, other).stdout)


since = time.time()
for part in (gap_ratios, exact_exponents, planted_edge, planted_levels, collapse, refusals, deck):
    part()
    print(f"       {part.__name__}: {time.time() - since:.1f} s")
sys.exit(failed())
