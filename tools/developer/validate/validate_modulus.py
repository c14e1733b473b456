#!/usr/bin/env python3
"""Complex moduli from the modes beside Green and Kubo or oscillatory shear: the tables of the page
doc/src/validation_modulus.rst, one file for each example of CASES.

    tools/inmvisc-tool tools/developer/validate/validate_modulus.py BUILD --work DIR [--rst DIR]
        [--only NAME ...] [--potential FILE] [-- -var nprod 20000 ...]

An example that has finished in DIR/NAME is not run again.  What comes after -- goes to LAMMPS, and
is in the table.
"""

from __future__ import annotations

import argparse
import datetime
import gzip
import os
import re
import shutil
import subprocess
import sys
from typing import NamedTuple

import numpy as np

from inmvisc import ave_time, rst
from inmvisc.ave_time import Array
from inmvisc.complex_modulus import (GreenKubo, Modes, Modulus, fluctuation, green_kubo,
                                     read_modes)
from inmvisc.green_kubo import parser_of, read, traceless
from inmvisc.oscillatory_shear import oscillation
from inmvisc.outputs import INM_MODULUS

PER_DECADE = 6      # rows of the tables
GLASS_DT = 0.004    # of its deck, at most
EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../examples")
STATES = os.path.join(EXAMPLES, "paper/results/desk")


class Case(NamedTuple):
    deck: str
    variables: dict[str, object]
    state: str = ""                 # of examples/paper that it begins with
    published: dict[str, str] = {}  # by the name of the quantity


CUZR = dict(liquid="cuzr", units="metal", dt=0.002, window=4, nprod=60000)
ARGON = {"eta, Green-Kubo": "0.0958 mPa s", "zeta, Green-Kubo, NVE": "0.379 +- 0.008 mPa s",
         "K_A - K_0 = V<dP^2>/kT, NVE": "0.673 GPa"}
CASES = {
    "T1-N1000": Case("in.modulus", dict(N=1000, nprod=200000, window=16, snaps=8)),
    "T0.6-N1000": Case("in.modulus", dict(N=1000, T=0.6, nequil=20000, nprod=200000, window=16,
                                          snaps=8)),
    "T1": Case("in.equilibrated", dict(T=1), "kob-andersen/N2000-s1/T1"),
    "T0.6": Case("in.equilibrated", dict(T=0.6), "kob-andersen/N2000-s1/T0.6"),
    "cuzr-2000": Case("in.equilibrated", dict(T=2000, **CUZR), "cuzr/N2000-s1/T2000"),
    "cuzr-1200": Case("in.equilibrated", dict(T=1200, **CUZR), "cuzr/N2000-s1/T1200"),
    "glass": Case("in.glass", dict(Tfrom=0.45), "kob-andersen/N2000-s1/T0.45"),
    "polymer": Case("in.polymer", {}),
    "argon": Case("in.argon", {}, published=ARGON),
}


class Units(NamedTuple):
    """Tables are in GPa and ps, and so in mPa s, unless the units are reduced ones."""

    modulus: float
    time: float
    of_modulus: str
    of_time: str
    of_viscosity: str
    digits: int


UNITS = {"lj": Units(1, 1, "", "", "", 1),
         "metal": Units(1e-4, 1, " GPa", " ps", " mPa s", 2),
         "real": Units(1.01325e-4, 1e-3, " GPa", " ps", " mPa s", 3)}


class Run(NamedTuple):
    case: Case
    units: Units
    N: int
    T: float
    length: float               # time
    made: str                   # what made it, and how
    friction: str               # as the deck prints it
    affine: dict[str, tuple[float, float]]      # value, error
    snapshots: int
    measured: Modes
    constant: Modes
    known: Modes | None
    shear: GreenKubo
    bulk: GreenKubo


def affine_moduli(path: str) -> tuple[dict[str, tuple[float, float]], int]:
    """Means and errors by name, and the number of snapshots."""
    affine, vector = ave_time.rows(path), INM_MODULUS.vector

    def last(name: str) -> float:
        return float(affine.component(vector, name)[-1])

    names = ("G_A", "G_kin", "K_A", "P_conf", "G_stable", "K_stable")
    return ({name: (last(f"mean_{name}"), last(f"err_{name}")) for name in names},
            int(last("nsnapshot")))


def load(folder: str, case: Case, made: str) -> Run:
    def path(name: str) -> str:
        return os.path.join(folder, name)

    with open(path("log.lammps")) as log:
        said = log.read()
    words = re.findall(r"^page +inmvisc-tool modulus (.*) --nve", said, re.M)[-1].split()
    args = parser_of("", "").parse_args([path(words[0]), *words[1:]])
    stress, step, scale = read(args)
    files = ["modes.dat", "constant.dat"]
    if os.path.exists(path("known.dat")):
        files.append("known.dat")
    measured, constant, *known = (read_modes(path(name)) for name in files)
    shear = green_kubo(traceless(stress), step, scale, measured.w)
    bulk = green_kubo(fluctuation(stress), step, scale, measured.w, shear.found.window / 3)
    affine, snapshots = affine_moduli(path("affine.dat"))
    return Run(case, UNITS[args.units],
               int(re.findall(r"^Loop time .* with (\d+) atoms", said, re.M)[-1]),
               args.temperature, step * (len(stress) - 1), made,
               re.findall(r"^friction +(type 1 .*) from the kernel", said, re.M)[-1],
               affine, snapshots, measured, constant, known[0] if known else None, shear, bulk)


def cells(of: Modulus, k: int, units: Units) -> list[str]:
    def cell(value: float, error: float) -> str:
        if not np.isfinite(value):
            return "not known"
        text, known = (f"{x * units.modulus:.{units.digits}f}" for x in (value, error))
        return f"{text}, no error" if known == "nan" else f"{text} +- {known}"

    return [cell(of.storage[k], of.storage_error[k]), cell(of.loss[k], of.loss_error[k])]


def ratios(of: Modulus, known: Modulus, k: int) -> str:
    if not np.isfinite(of.storage[k]):
        return ""
    return f"{of.storage[k] / known.storage[k]:.2f}, {of.loss[k] / known.loss[k]:.2f}"


def shown(w: Array) -> range:
    per_decade = (len(w) - 1) / np.log10(w[-1] / w[0])
    return range(0, len(w), max(1, round(per_decade / PER_DECADE)))


def modes_of(run: Run) -> list[tuple[str, Modes]]:
    found = [("measured v~(W)", run.measured), ("constant v~(0)", run.constant)]
    return found + [("published friction", run.known)] if run.known else found


def names(run: Run, letter: str) -> list[str]:
    of = run.units.of_modulus
    return [name for friction, _ in modes_of(run)
            for name in (f"{friction}: {letter}'{of}", f"{letter}''")]


def w_of(run: Run, k: int) -> str:
    return f"{run.measured.w[k] / run.units.time:.3g}"


def shear_table(run: Run) -> str:
    known, modes = run.shear.modulus, modes_of(run)
    return rst.table(
        ["W" + (f", rad/{run.units.of_time.strip()}" if run.units.of_time else ""),
         f"Green-Kubo G'{run.units.of_modulus}", "G''", *names(run, "G"),
         *(f"{friction} / Green-Kubo" for friction, _ in modes)],
        [[w_of(run, k), *cells(known, k, run.units),
          *(cell for _, of in modes for cell in cells(of.shear, k, run.units)),
          *(ratios(of.shear, known, k) for _, of in modes)] for k in shown(run.measured.w)])


def bulk_table(run: Run) -> str:
    modes = modes_of(run)
    return rst.table(
        ["W", f"Green-Kubo, NVE: K' - K_0{run.units.of_modulus}", "K''", *names(run, "K")],
        [[w_of(run, k), *cells(run.bulk.modulus, k, run.units),
          *(cell for _, of in modes for cell in cells(of.bulk, k, run.units))]
         for k in shown(run.measured.w)])


def values_table(run: Run, flows: bool = True) -> str:
    """Without viscosities where it does not flow."""
    units = run.units

    def modulus(value: float, error: float) -> str:
        return rst.with_error(value * units.modulus, error * units.modulus) + units.of_modulus

    def viscosity(part: GreenKubo) -> str:
        found, factor = part.found, units.modulus * units.time
        return (rst.with_error(found.eta * factor, found.error * factor) + units.of_viscosity
                + f", window {found.window * units.time:.3g}{units.of_time}"
                + ("" if found.converged else ", too short for its criterion"))

    static = (run.affine["K_A"][0] - run.bulk.at_once) * units.modulus
    rows = [["run, time", f"{run.length * units.time:.4g}{units.of_time}"],
            ["snapshots", str(run.snapshots)],
            ["friction v~(0), units of the deck", run.friction],
            ["eta, Green-Kubo", viscosity(run.shear)],
            ["V<s^2>/kT", modulus(run.shear.at_once, run.shear.at_once_error)],
            ["G_A", f"{modulus(*run.affine['G_A'])}, of which rho kT "
                    f"{modulus(*run.affine['G_kin'])}"],
            ["G_A - S(0), stable modes", modulus(*run.affine["G_stable"])],
            ["K_A - K_0 = V<dP^2>/kT, NVE", modulus(run.bulk.at_once, run.bulk.at_once_error)],
            ["K_A", modulus(*run.affine["K_A"])],
            ["K_A - V<dP^2>/kT, adiabatic K_0", f"{static:.4g}{units.of_modulus}"],
            ["K_A - S(0), stable modes", modulus(*run.affine["K_stable"])],
            ["zeta, Green-Kubo, NVE", viscosity(run.bulk)]]
    if not flows:
        rows = [row for row in rows if not row[0].startswith(("eta", "zeta", "friction"))]
    published = run.case.published
    if not published:
        return rst.table(["quantity", "value"], rows)
    return rst.table(["quantity", "value", "published"],
                     [[*row, published.get(row[0], "")] for row in rows])


def liquid(folder: str, case: Case, made: str) -> str:
    run = load(folder, case, made)
    said = f"N = {run.N}, measured T = {run.T:.4g}{' K' if run.units.of_modulus else ''}. {made}\n"
    return "\n".join([said, values_table(run), shear_table(run), bulk_table(run)])


# ---- oscillatory shear --------------------------------------------------------------------------

def glass(folder: str, case: Case, made: str) -> str:
    def path(name: str) -> str:
        return os.path.join(folder, name)

    run = load(folder, case, made)
    dt = float(re.findall(r"-var dt (\S+)|$", made)[0] or GLASS_DT)
    kinetic = run.affine["G_kin"][0]
    still = ave_time.blocks(path("inherent.dat"))[-1]
    storage, loss = (still.component(INM_MODULUS.array, name) for name in ("G_storage", "G_loss"))
    cold, hot = [], []
    for k, w in enumerate(run.measured.w):
        found = oscillation(path(f"still.{k + 1}.dat"), w, dt)
        cold.append([w_of(run, k), rst.with_error(found.storage[0], found.storage_error[0]),
                     rst.with_error(found.loss[0], found.loss_error[0]),
                     f"{storage[k]:.4g}", f"{loss[k]:.4g}"])
        found = oscillation(path(f"shear.{k + 1}.dat"), w, dt)
        found = found._replace(storage=found.storage + kinetic)
        hot.append([w_of(run, k), *cells(found, 0, run.units),
                    *cells(run.shear.modulus, k, run.units),
                    *(cell for _, of in modes_of(run) for cell in cells(of.shear, k, run.units))])
    return "\n".join([
        f"N = {run.N}. {made}\n", "Inherent structure:\n",
        rst.table(["W", "oscillatory shear: G'", "G''", "modes: G'", "G''"], cold),
        f"Measured T = {run.T:.4g}:\n",
        rst.table(["W", "oscillatory shear: G'", "G''", "stress without shear: G'", "G''",
                   *names(run, "G")], hot), values_table(run, flows=False)])


# ---- runs ---------------------------------------------------------------------------------------

def finished(folder: str) -> bool:
    try:
        with open(os.path.join(folder, "log.lammps")) as log:
            return log.read().rstrip().rpartition("\n")[2].startswith("Total wall time")
    except OSError:
        return False


def simulate(folder: str, case: Case, build: str, given: list[str], hidden: list[str]) -> None:
    """`given` comes before the variables of the case: LAMMPS keeps the first value."""
    os.makedirs(folder, exist_ok=True)
    if case.state:
        packed = os.path.join(STATES, case.state, "equilibrate.restart.gz")
        with gzip.open(packed) as begin, open(os.path.join(folder, "state.restart"), "wb") as state:
            shutil.copyfileobj(begin, state)
    decks = os.path.join(EXAMPLES, "modulus")
    words = given + [word for name, value in case.variables.items() if name not in given[1::3]
                     for word in ("-var", name, str(value))]
    with open(os.path.join(folder, "variables"), "w") as text:
        text.write(" ".join(words))
    subprocess.run([os.path.join(build, "lmp"), "-in", os.path.join(decks, case.deck), *words,
                    *hidden, "-var", "here", decks, "-log", "log.lammps", "-screen", "none",
                    "-nocite"], cwd=folder, check=True,
                   env={**os.environ, "LAMMPS_PLUGIN_PATH": build})


def made_by(folder: str, case: Case) -> str:
    """Deck, variables, version, date."""
    log = os.path.join(folder, "log.lammps")
    with open(log) as text:
        version = re.findall(r"^LAMMPS \((\d+ \w+ \d+)", text.read(), re.M)[-1]
    with open(os.path.join(folder, "variables")) as text:
        call = " ".join([case.deck, text.read().strip()])
    date = datetime.date.fromtimestamp(os.path.getmtime(log))
    return f"``{call}``, one rank, LAMMPS {version}, {date}."


def main() -> None:
    argv, given = sys.argv[1:], []
    if "--" in argv:
        argv, given = argv[:argv.index("--")], argv[argv.index("--") + 1:]
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--work", required=True, help="folder of the runs")
    parser.add_argument("--rst", help="folder for the tables")
    parser.add_argument("--only", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--potential", help="eam/fs file of Cu and Zr")
    args = parser.parse_args(argv)
    build = os.path.abspath(args.build)
    for name in args.only:
        case = CASES[name]
        hidden = ["-var", "potential", os.path.abspath(args.potential or "")]
        if name.startswith("cuzr") and not args.potential:
            print(f"{name} is left out: it needs --potential")
            continue
        folder = os.path.join(args.work, name)
        if not finished(folder):
            simulate(folder, case, build, given, hidden)
        made = made_by(folder, case)
        text = (glass if case.deck == "in.glass" else liquid)(folder, case, made)
        rst.show(text, os.path.join(args.rst, f"{name}.txt") if args.rst else None)


if __name__ == "__main__":
    main()
