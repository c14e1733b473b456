#!/usr/bin/env python3
"""solver kpm of compute inm/dos against the diagonalization of the same snapshots.

    validate_kpm.py BUILD [--sizes 1000 4000] [--out doc/src/validation_kpm.rst]

Eigenvalues and squared projections of a diagonalization are summed here, with the steps of the
manual page, smooth or sharp: viscosities, counts of modes, spectra.  Then ranks and orders of
atoms. """
import argparse
import datetime
import os
import random
import re
import tempfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
from inmvisc import ave_time  # noqa: E402
from inmvisc.runner import Host, table  # noqa: E402

EDGE, WMIN, FRICTION, NBIN, LO, HI = 6.5, 3.1, 76.6, 120, -40.0, 140.0
CLASSES = ("eta_UL", "eta_UD", "eta_stable", "eta_all")

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


def modes_of(host, start):
    """lambda and Xi^2 without the translations, and the volume."""
    path = os.path.join(host.scratch, "modes.dat")
    out, _ = host.lammps(start + computes("modes all") + MODES.format(modes=path)
                         + 'print "volume $(vol:%.17g)"\n')
    (_, rows), = ave_time.dump_local(path)
    rows = rows[rows[:, 1] != 0]
    return rows[:, 0], rows[:, 2], float(re.search(r"^volume (\S+)", out, re.M).group(1))


def moments_of(host, start, keywords, ranks=1):
    """vector of compute ulinm/viscosity, bins of g, log."""
    bins, eta = (os.path.join(host.scratch, name) for name in ("bins.dat", "eta.dat"))
    out, _ = host.lammps(start + computes(keywords) + BINS.format(bins=bins, eta=eta), ranks)
    return ave_time.blocks(eta)[-1][1][:, 0], ave_time.blocks(bins)[-1][1], out


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


def one_size(host, natoms):
    print(f"== validate_kpm, N = {natoms}", flush=True)
    start = host.kob_andersen(natoms)
    lam, xi2, volume = modes_of(host, start)
    width = 0.1 * EDGE
    smooth, sharp = viscosities(lam, xi2, volume, width), viscosities(lam, xi2, volume, 0.0)
    rows = []
    for products in (500, 1000, 2000, 4000, 8000, 16000):
        eta, _, _ = moments_of(host, start, f"solver kpm {products}", host.cores)
        rows.append([natoms, products] + [f"{x:.1e}" for x in np.abs(eta[:4] / smooth - 1)])
        print(rows[-1], flush=True)
    eta, bins, out = moments_of(host, start, "solver kpm auto kpm/random 61", host.cores)
    products = re.search(r"(\d+) products", out).group(1)
    against_sharp = [[natoms, products, name, f"{sharp[k]:.5g}", f"{eta[k]:.5g}",
                      f"{eta[18 + k]:.2g}", f"{abs(eta[k] - sharp[k]):.2g}"] for k,
                     name in enumerate(CLASSES)]
    for row in against_sharp:
        print(row, flush=True)

    # modes below each boundary between two bins, relative to all of them
    w = np.sign(lam) * np.sqrt(np.abs(lam))
    boundaries = LO + (HI - LO) / NBIN * np.arange(1, NBIN + 1)
    below = np.searchsorted(np.sort(w), boundaries) / len(w)
    deviation = np.abs(np.cumsum(bins[:, 2]) / len(w) - below)

    reference, _, _ = moments_of(host, start, "solver kpm 800", 1)
    order = []
    for what, deck, ranks in (("2 ranks", start, 2), ("4 ranks", start, 4),
                              ("another order of atoms",
                               start.replace(f"ka.{natoms}", f"ka.{natoms}.shuffled"), 1)):
        if "order" in what:
            shuffled(re.search(r"read_data (\S+)", start).group(1))
        other, _, _ = moments_of(host, deck, "solver kpm 800", ranks)
        order.append([natoms, what, f"{np.max(np.abs(other[:4] / reference[:4] - 1)):.1e}"])
        print(order[-1], flush=True)
    return rows, against_sharp, [natoms, f"{np.max(deviation):.1e}",
                                 f"{np.sqrt(np.mean(deviation ** 2)):.1e}"], order


def main():
    ap = argparse.ArgumentParser(description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("build")
    ap.add_argument("--sizes", nargs="+", type=int, default=[1000, 4000])
    ap.add_argument("--out", help="page of the manual")
    a = ap.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        host = Host(a.build, scratch, os.cpu_count())
        converged, sharp, spectra, order = zip(*(one_size(host, n) for n in a.sizes))
        version = host.version()
    flat = lambda groups: [row for group in groups for row in group]  # noqa: E731
    text = f"""Validation of solver kpm
========================

Written by ``make validate`` on {datetime.date.today()} with LAMMPS {version}: *solver kpm* of :doc:`compute inm/dos <compute_inm_dos>` against eigenvalues and projections of a diagonalization of the same snapshot of the Kob-Andersen liquid (T = 1), which are summed by the script.
Edge at w = {EDGE}, w_min = {WMIN}, steps {0.1 * EDGE:.3g} wide.

Relative error of the viscosities after so many products, with the same smooth steps:

{table(["N", "products"] + list(CLASSES), flat(converged))}
With sharp edges, *solver kpm auto*, and the error that it prints:

{table(["N", "products", "class", "diagonalization, sharp edges", "kpm", "error printed", "difference"], flat(sharp))}
Fraction of the modes below a frequency, at the {NBIN} boundaries of the bins, with 61 random vectors:

{table(["N", "largest deviation", "root mean square"], spectra)}
Largest relative change of the four viscosities at 800 products:

{table(["N", "against one rank", "change"], flat(order))}"""
    print(text)
    if a.out:
        with open(a.out, "w") as fp:
            fp.write(text)


if __name__ == "__main__":
    main()
