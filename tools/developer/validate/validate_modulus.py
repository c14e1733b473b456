#!/usr/bin/env python3
"""Complex moduli from the modes beside Green and Kubo: the page doc/src/validation_modulus.rst.

    tools/inmvisc-tool tools/developer/validate/validate_modulus.py DIR ... [--rst page.rst]

Each DIR holds a finished run of examples/modulus/in.modulus.  With N = 2000, T = 1 and 0.6:

    mpirun -np 2 lmp -in in.modulus -var N 2000 -var nprod 200000 -var window 16 -var snaps 8
    mpirun -np 2 lmp -in in.modulus -var N 2000 -var nprod 200000 -var window 16 -var snaps 8 \\
        -var T 0.6 -var nequil 20000 -var K 79.6
"""

from __future__ import annotations

import argparse
import datetime
import os
import re
from typing import NamedTuple

import numpy as np

from inmvisc import ave_time, rst
from inmvisc.complex_modulus import (GreenKubo, Modes, Modulus, fluctuation, green_kubo,
                                     read_modes)
from inmvisc.green_kubo import parser_of, read, traceless
from inmvisc.outputs import INM_MODULUS

PER_DECADE = 6      # rows of the tables
DENSITY = 1.185     # of the deck


class Run(NamedTuple):
    N: int
    T: float
    length: float               # time
    lammps: str                 # version
    friction: str               # as the deck prints it
    affine: dict[str, str]      # value +- error by name
    K_A: float
    snapshots: int
    measured: Modes
    constant: Modes
    shear: GreenKubo
    bulk: GreenKubo


def load(folder: str) -> Run:
    def path(name: str) -> str:
        return os.path.join(folder, name)

    with open(path("log.lammps")) as log:
        said = log.read()
    words = re.findall(r"^page +inmvisc-tool complex_modulus (.*) --nve", said, re.M)[-1].split()
    args = parser_of("").parse_args([path(words[0]), *words[1:]])
    stress, step, scale = read(args)
    measured, constant = (read_modes(path(name)) for name in ("modes.dat", "constant.dat"))
    shear = green_kubo(traceless(stress), step, scale, measured.w)
    bulk = green_kubo(fluctuation(stress), step, scale, measured.w, shear.found.window / 3)
    affine, vector = ave_time.rows(path("affine.dat")), INM_MODULUS.vector

    def last(name: str) -> float:
        return float(affine.component(vector, name)[-1])

    return Run(round(args.volume * DENSITY), args.temperature, step * (len(stress) - 1),
               re.findall(r"^LAMMPS \((\d+ \w+ \d+)", said, re.M)[-1],
               re.findall(r"^friction +(type 1 .*) from the kernel", said, re.M)[-1],
               {name: rst.with_error(last(f"mean_{name}"), last(f"err_{name}"))
                for name in ("G_A", "G_kin", "K_A", "P_conf", "G_stable", "K_stable")},
               last("mean_K_A"), int(last("nsnapshot")), measured, constant, shear, bulk)


def cells(of: Modulus, k: int) -> list[str]:
    return [f"{of.storage[k]:.1f} +- {of.storage_error[k]:.1f}",
            f"{of.loss[k]:.1f} +- {of.loss_error[k]:.1f}"]


def ratios(of: Modulus, known: Modulus, k: int) -> str:
    return f"{of.storage[k] / known.storage[k]:.2f}, {of.loss[k] / known.loss[k]:.2f}"


def shown(w: np.ndarray) -> range:
    per_decade = (len(w) - 1) / np.log10(w[-1] / w[0])
    return range(0, len(w), max(1, round(per_decade / PER_DECADE)))


def section(run: Run) -> str:
    title = f"T = {run.T:.3g}, N = {run.N}"
    known = run.shear.modulus
    shear = rst.table(
        ["W", "Green-Kubo G'", "G''", "measured v~(W): G'", "G''", "constant v~(0): G'", "G''",
         "measured / Green-Kubo", "constant / Green-Kubo"],
        [[f"{run.measured.w[k]:.3g}", *cells(known, k), *cells(run.measured.shear, k),
          *cells(run.constant.shear, k), ratios(run.measured.shear, known, k),
          ratios(run.constant.shear, known, k)] for k in shown(run.measured.w)])
    bulk = rst.table(
        ["W", "Green-Kubo, NVE: K' - K_0", "K''", "measured v~(W): K'", "K''",
         "constant v~(0): K'", "K''"],
        [[f"{run.measured.w[k]:.3g}", *cells(run.bulk.modulus, k), *cells(run.measured.bulk, k),
          *cells(run.constant.bulk, k)] for k in shown(run.measured.w)])
    windows = [f"window {part.found.window:.3g}"
               + ("" if part.found.converged else ", too short for its criterion")
               for part in (run.shear, run.bulk)]
    difference = rst.with_error(run.bulk.at_once, run.bulk.at_once_error)
    values = rst.table(["quantity", "value"], [
        ["run, time", f"{run.length:.0f}"],
        ["snapshots", run.snapshots],
        ["friction v~(0)", run.friction],
        ["eta, Green-Kubo", f"{rst.with_error(run.shear.found.eta, run.shear.found.error)}, "
                            f"{windows[0]}"],
        ["V<s^2>/kT", rst.with_error(run.shear.at_once, run.shear.at_once_error)],
        ["G_A", f"{run.affine['G_A']}, of which rho kT {run.affine['G_kin']}"],
        ["G_A - S(0), stable modes", run.affine["G_stable"]],
        ["K_A - K_0 = V<dP^2>/kT, NVE", difference],
        ["K_A", run.affine["K_A"]],
        ["K_A - V<dP^2>/kT, adiabatic K_0", f"{run.K_A - run.bulk.at_once:.4g}"],
        ["K_A - S(0), stable modes", run.affine["K_stable"]],
        ["zeta, Green-Kubo, NVE",
         f"{rst.with_error(run.bulk.found.eta, run.bulk.found.error)}, {windows[1]}"]])
    return "\n".join([title, "-" * len(title), "", values, shear, bulk])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--rst", help="file for the tables of the page")
    args = parser.parse_args()
    runs = [load(folder) for folder in args.folders]
    versions = " and ".join(sorted({run.lammps for run in runs}))
    head = (f"``tools/developer/validate/validate_modulus.py`` made these tables on "
            f"{datetime.date.today()}, LAMMPS {versions}.")
    rst.show("\n\n".join([head, *map(section, runs)]), args.rst)


if __name__ == "__main__":
    main()
