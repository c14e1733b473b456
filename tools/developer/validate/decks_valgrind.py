#!/usr/bin/env python3
"""The example decks, much shortened, under valgrind (memcheck): what it says of our code.

    PYTHONPATH=examples/paper tools/inmvisc-tool tools/developer/validate/decks_valgrind.py BUILD
        [--out doc/src/validation_memory.rst] [--deck NAME ...]

Decks without a style of ours are left out, but for in.melt, whose liquid the others of the paper
begin from. An error counts if a function of inmvisc_styles.so or inmviscplugin.so is on its stack.
Those of MPI and of LAMMPS alone are counted and left out; so is what MPI keeps until the end.
About 30 minutes.
"""
import argparse
import datetime
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

import plan     # of examples/paper

from inmvisc import potential
from inmvisc.rst import table
from inmvisc.runner import Lammps

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../.."))
EXAMPLES = os.path.join(ROOT, "examples")


def paper(part, state="", **more):
    """A deck of the paper as its test has it, from the state of a deck before it."""
    case = plan.Case("kob-andersen", 120, 2.0, 1)
    variables = plan.Plan("test").variables(case, part)
    files = dict(here="{examples}/paper", liquid=case.liquid,
                 **({"state": "{scratch}/" + state + "/state.restart"} if state else {}))
    return f"paper/{plan.deck(case, part)}", {**variables, **files, **more}


OURS = ("inmvisc_styles.so", "inmviscplugin.so")

# deck: file, variables
DECKS = {
    "kob-andersen": ("kob-andersen/in.demo", dict(N=80, nmelt=50, nequil=60, npress=120, nseg=2000,
                                                  mseg=3, snaps=3, window=0.5,
                                                  klag=20, korigin=5)),
    "friction": ("friction/in.friction", dict(N=80, nequil=20, nmax=4000, known=0.5, window=0.5)),
    "matrix .npz": ("matrix/in.matrix", dict(N=80, nequil=20, file="D.npz")),
    "matrix .mtx": ("matrix/in.matrix", dict(N=80, nequil=20, file="D.mtx")),
    "mobility edge": ("mobility-edge/in.edge", dict(N=80, nmelt=50, nequil=50, snaps=2,
                                                    spacing=10)),
    "large box": ("mobility-edge/in.large", dict(large=100, nmelt=50, nequil=50, klag=10,
                                                 lprod=2200, lsnaps=2,
                                                 edge="{edge}")),
    "large box, kpm": ("mobility-edge/in.large", dict(large=100, nmelt=50, nequil=50, klag=10,
                                                      lprod=2200, lsnaps=2,
                                                      edge="{edge}",
                                                      modes="solver kpm 40 modes lowest 4",
                                                      mix="mean")),
    "cuzr": ("cuzr/in.cuzr", dict(cells=4, nmelt=40, nequil=40, npress=120, nseg=1100, mseg=2,
                                  snaps=2, window=0.05, klag=10,
                                  korigin=5, potential="{potential}")),
    "seeing modes": ("seeing-modes/in.modes", dict(cells=4, nmelt=40, nequil=40,
                                                   potential="{potential}")),
    "argon": ("liquids/in.argon", dict(N=3, nequil=40, npress=120, klag=20, nseg=200, mseg=2,
                                       snaps=2, window=400)),
    "polymer": ("liquids/in.polymer", dict(chains=25, npush=2000, nequil=100, npress=120, klag=20,
                                           korigin=5, nseg=200, mseg=2, snaps=2,
                                           window=0.5)),
    "water": ("liquids/in.water", dict(N=3, nequil=2000, npress=1200, klag=20, korigin=5, nseg=100,
                                       mseg=2, snaps=1, window=50)),
    "paper melt": paper("melt", nmelt=100),
    "paper dynamics": paper("dynamics", "paper_melt"),
    "paper modes": paper("modes", "paper_dynamics", BS=30, BT=25),
    "paper inherent": paper("inherent", "paper_melt",
                            frames="{scratch}/paper_dynamics/frames.dump"),
    "paper pictures": paper("pictures", "paper_melt"),
}


def is_ours(error):
    return any((obj.text or "").endswith(OURS) for obj in error.iter("obj"))


def describe(error):
    frames = [f"{f.findtext('fn') or '?'} "
              f"({f.findtext('file') or os.path.basename(f.findtext('obj') or '?')}:"
              f"{f.findtext('line') or '?'})" for f in error.iter("frame")]
    what = error.findtext("what") or error.findtext("xwhat/text") or "?"
    return f"{error.findtext('kind')}: {what}\n    " + "\n    ".join(frames[:12])


class Valgrind:
    def __init__(self, build, scratch):
        self.lammps, self.scratch = Lammps(build, scratch, cores=1), scratch

    def run(self, name, deck, variables):
        """Exit status, errors of ours, number of the others."""
        folder = os.path.join(self.scratch, re.sub(r"\W", "_", name))
        os.makedirs(folder)
        for included in ("*.inc", "*.mol"):
            for path in glob.glob(os.path.join(EXAMPLES, os.path.dirname(deck), included)):
                os.symlink(path, os.path.join(folder, os.path.basename(path)))
        report = os.path.join(folder, "memcheck.xml")
        valgrind = ["valgrind", "--xml=yes", "--xml-file=" + report, "--leak-check=full",
                    "--show-leak-kinds=definite", "--num-callers=40", "--quiet",
                    "--keep-debuginfo=yes"]
        done = self.lammps.run(os.path.join(EXAMPLES, deck), variables=variables, folder=folder,
                               prefix=valgrind, check=False)
        if done.status != 0:
            print(done.output[-1500:])
        errors = list(ElementTree.parse(report).getroot().iter("error"))
        ours = [e for e in errors if is_ours(e)]
        return done.status, ours, len(errors) - len(ours)


def main():
    p = argparse.ArgumentParser(description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("build")
    p.add_argument("--out")
    p.add_argument("--deck", nargs="+", default=list(DECKS), choices=list(DECKS))
    a = p.parse_args()
    if not shutil.which("valgrind"):
        sys.exit("decks_valgrind: there is no program valgrind, nothing was checked")
    try:
        metal = potential.copper_zirconium()
    except FileNotFoundError:
        metal = ""
    rows, bad = [], 0
    with tempfile.TemporaryDirectory(prefix="inmvisc-valgrind-") as scratch:
        edge = os.path.join(scratch, "edge.lmp")
        with open(edge, "w") as fp:
            fp.write("variable wedge equal 8.0\nvariable dwedge equal 0.5\n"
                     "variable Pc equal 0.27\n")
        valgrind = Valgrind(a.build, scratch)
        for name in a.deck:
            deck, variables = DECKS[name]
            places = dict(edge=edge, potential=metal, scratch=scratch, examples=EXAMPLES)
            variables = {name: value.format(**places) if isinstance(value, str) else value
                         for name, value in variables.items()}
            if variables.get("potential") == "":
                print(f"skipped {name}: no potential is here", flush=True)
                continue
            status, ours, others = valgrind.run(name, deck, variables)
            bad += len(ours) + (status != 0)
            rows.append([name, "yes" if status == 0 else f"no, status {status}", len(ours), others])
            print(f"{'ok    ' if not ours and not status else 'FAILED'} {name}: {len(ours)} errors "
                  f"with us on the stack, {others} without", flush=True)
            for error in ours:
                print("  " + describe(error), flush=True)
    if a.out:
        version = subprocess.run(["valgrind", "--version"], stdout=subprocess.PIPE,
                                 text=True).stdout.strip()
        with open(a.out, "w") as fp:
            fp.write(f"""Validation: memory of the example decks
=======================================

Each deck ran for some hundred steps with some hundred atoms under {version}, LAMMPS {valgrind.lammps.version}, {datetime.date.today().isoformat()}, one rank.
Errors and definite leaks count as ours if a function of the plugin is on the stack; the others belong to MPI and LAMMPS.
*make validate* repeats this (tools/developer/validate/decks_valgrind.py).

{table(["deck", "ran to its end", "ours", "others"], rows)}""")  # noqa: E501
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
