#!/usr/bin/env python3
"""solver kpm of compute inm/dos against the diagonalization of the same snapshots.

    validate_kpm.py BUILD [--sizes 1000 4000] [--out doc/src/validation_kpm.rst]

Eigenvalues and squared projections of a diagonalization are summed here, with the steps of the
manual page, smooth or sharp: viscosities, counts of modes, spectra.  Then ranks and orders of
atoms.
"""
import argparse
import datetime
import os
import random
import re
import tempfile

import numpy as np

from inmvisc import ave_time, kob_andersen, rst
from inmvisc.outputs import AFFINE_GAMMA, INM_DOS, ULINM_VISCOSITY
from inmvisc.rst import table
from inmvisc.runner import Lammps

EDGE, WMIN, FRICTION, NBIN, LO, HI = 6.5, 3.1, 76.6, 120, -40.0, 140.0
CLASSES = ("UL", "UD", "stable", "all")

COMPUTES = """
compute inm all inm/dos {nbin} range {lo} {hi} edge frequency {edge} check no {keywords}
compute gam all affine/gamma inm
compute eta all ulinm/viscosity inm gam friction {friction} wmin {wmin}
thermo_style custom step vol c_inm c_eta c_gam[1][4]
thermo_modify format float %.17g norm no
"""

MODES = """
dump d all local 1 {modes} c_inm[1] c_inm[4] c_gam[2]
dump_modify d format float %.17g
run 0
"""

BINS = """
fix g all ave/time 1 1 1 c_inm[1] c_inm[2] c_inm[4] mode vector file {bins} format " %.17g"
fix e all ave/time 1 1 1 c_eta mode vector file {eta} format " %.17g"
run 0
"""


def computes(keywords):
    return COMPUTES.format(nbin=NBIN, lo=LO, hi=HI, edge=EDGE, friction=FRICTION, wmin=WMIN,
                           keywords=keywords)


def modes_of(lammps, start):
    """lambda and Xi^2 without the translations, and the volume."""
    path = os.path.join(lammps.folder, "modes.dat")
    done = lammps.run_text(start + computes("modes all") + MODES.format(modes=path)
                           + 'print "volume $(vol:%.17g)"\n')
    modes, = ave_time.dump(path)
    modes = modes.where(modes[INM_DOS.local.column("c_inm", "class")] != 0)
    volume = float(re.search(r"^volume (\S+)", done.output, re.M).group(1))
    return (modes[INM_DOS.local.column("c_inm", "lambda")],
            modes[AFFINE_GAMMA.local.column("c_gam", "Xi2")], volume)


def moments_of(lammps, start, keywords, ranks=1):
    """Viscosities of the classes, their numerical errors, number of modes in the bins, log."""
    bins, eta = (os.path.join(lammps.folder, name) for name in ("bins.dat", "eta.dat"))
    done = lammps.run_text(start + computes(keywords) + BINS.format(bins=bins, eta=eta), ranks)
    vector = ave_time.blocks(eta)[-1]["c_eta"]
    value, error = (vector[[ULINM_VISCOSITY.vector.index(f"{kind}_{name}") for name in CLASSES]]
                    for kind in ("eta", "num_eta"))
    count = ave_time.blocks(bins)[-1][INM_DOS.array.column("c_inm", "count")]
    return value, error, count, done.output


def step(w, edge, width):
    s = np.clip((w - edge) / width + 0.5, 0.0, 1.0) if width else (w >= edge).astype(float)
    return s ** 3 * (10 - 15 * s + 6 * s ** 2)


def viscosities(lam, xi2, volume, width):
    w = np.sqrt(np.abs(lam))
    every = FRICTION / volume * xi2 / lam ** 2 * step(w, WMIN, width)
    localized = step(w, EDGE, width)
    return np.array([np.sum((every * localized)[lam < 0]),
                     np.sum((every * (1 - localized))[lam < 0]), np.sum(every[lam > 0]),
                     np.sum(every)])


def shuffled(path):
    """The same data file with its atoms in another order."""
    head, atoms, tail = re.split(r"(?<=# atomic\n\n)|\n\n(?=Velocities)", open(path).read())
    lines = atoms.strip().split("\n")
    random.Random(1).shuffle(lines)
    with open(path + ".shuffled", "w") as fp:
        fp.write(head + "\n".join(lines) + "\n\n" + tail)
    return path + ".shuffled"


def one_size(lammps, natoms):
    print(f"== validate_kpm, N = {natoms}", flush=True)
    start = kob_andersen.equilibrated(lammps, natoms)
    lam, xi2, volume = modes_of(lammps, start)
    width = 0.1 * EDGE
    smooth, sharp = viscosities(lam, xi2, volume, width), viscosities(lam, xi2, volume, 0.0)
    rows = []
    for products in (500, 1000, 2000, 4000, 8000, 16000):
        eta, *_ = moments_of(lammps, start, f"solver kpm {products}", lammps.cores)
        rows.append([natoms, products] + [f"{x:.1e}" for x in np.abs(eta / smooth - 1)])
        print(rows[-1], flush=True)
    eta, error, count, out = moments_of(lammps, start, "solver kpm auto kpm/random 61",
                                        lammps.cores)
    products = re.search(r"(\d+) products", out).group(1)
    against_sharp = [[natoms, products, f"eta_{name}", f"{known:.5g}", f"{found:.5g}", f"{e:.2g}",
                      f"{abs(found - known):.2g}"]
                     for name, known, found, e in zip(CLASSES, sharp, eta, error)]
    for row in against_sharp:
        print(row, flush=True)

    # modes below each boundary between two bins, relative to all of them
    w = np.sign(lam) * np.sqrt(np.abs(lam))
    boundaries = LO + (HI - LO) / NBIN * np.arange(1, NBIN + 1)
    below = np.searchsorted(np.sort(w), boundaries) / len(w)
    deviation = np.abs(np.cumsum(count) / len(w) - below)

    reference, *_ = moments_of(lammps, start, "solver kpm 800", 1)
    order = []
    for what, deck, ranks in (("2 ranks", start, 2), ("4 ranks", start, 4),
                              ("another order of atoms",
                               start.replace(f"ka.{natoms}", f"ka.{natoms}.shuffled"), 1)):
        if "order" in what:
            shuffled(re.search(r"read_data (\S+)", start).group(1))
        other, *_ = moments_of(lammps, deck, "solver kpm 800", ranks)
        order.append([natoms, what, f"{np.max(np.abs(other / reference - 1)):.1e}"])
        print(order[-1], flush=True)
    return rows, against_sharp, [natoms, f"{np.max(deviation):.1e}",
                                 f"{np.sqrt(np.mean(deviation ** 2)):.1e}"], order


def flat(groups):
    return [row for group in groups for row in group]


def main():
    ap = argparse.ArgumentParser(description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("build")
    ap.add_argument("--sizes", nargs="+", type=int, default=[1000, 4000])
    ap.add_argument("--out", help="page of the manual")
    a = ap.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        lammps = Lammps(a.build, scratch, os.cpu_count(), options=("-log", "none"))
        converged, sharp, spectra, order = zip(*(one_size(lammps, n) for n in a.sizes))
    header = ["N", "products", "class", "diagonalization, sharp edges", "kpm", "error printed",
              "difference"]
    text = f"""Validation of solver kpm
========================

``make validate`` wrote this page on {datetime.date.today()} with LAMMPS {lammps.version}.
It compares *solver kpm* of :doc:`compute inm/dos <compute_inm_dos>` with sums over the eigenvalues and projections of a diagonalization of the same snapshot of the Kob-Andersen liquid (T = 1), which the script evaluates.
The edge is at w = {EDGE}, w_min = {WMIN}, and the steps are {0.1 * EDGE:.3g} wide.

Relative error of the viscosities as a function of the number of matrix-vector products, with the same smooth steps:

{table(["N", "products", *(f"eta_{name}" for name in CLASSES)], flat(converged))}
Results of *solver kpm auto* compared with sharp edges, and the error that it prints:

{table(header, flat(sharp))}
Fraction of the modes below a frequency, at the {NBIN} boundaries of the bins, with 61 random vectors:

{table(["N", "largest deviation", "root mean square"], spectra)}
Largest relative change of the four viscosities at 800 products:

{table(["N", "against one rank", "change"], flat(order))}"""  # noqa: E501
    rst.show(text, a.out)


if __name__ == "__main__":
    main()
