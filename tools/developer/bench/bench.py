#!/usr/bin/env python3
"""Timings of USER-INMVISC, as ratios measured in one run.

    bench.py BUILD [--sections snapshot kpm modulus] [--repeat 3] [--out doc/src/bench]
                   [--small] [--against OTHER]

Each section is a module beside this file, whose function run(lammps, repeat, small) returns a
table; it goes to a file of its own, with date and versions, so that one can be measured again
without the others.  With --against, two builds are compared in turn, and nothing else is measured.

All runs get the same cores: unbound, BLAS threads = cores.  Medians and ratios are what counts;
single times drift with the machine.
"""
import argparse
import datetime
import importlib
import os
import platform
import tempfile

from inmvisc import rst
from inmvisc.runner import Lammps

SECTIONS = ["snapshot", "spectrum", "kpm", "modulus", "hessian", "fix_cost"]


def main():
    ap = argparse.ArgumentParser(description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("build")
    ap.add_argument("--sections", nargs="+", choices=SECTIONS, default=SECTIONS)
    ap.add_argument("--repeat", type=int, default=3)
    ap.add_argument("--cores", type=int, default=os.cpu_count())
    ap.add_argument("--out", help="folder for the tables as reStructuredText")
    ap.add_argument("--small", action="store_true",
                    help="only small systems, to see that everything runs")
    ap.add_argument("--against", metavar="OTHER", help="another build of the package")
    a = ap.parse_args()

    with tempfile.TemporaryDirectory() as scratch:
        def lammps_of(build):
            return Lammps(build, scratch, a.cores, options=("-log", "none"))

        lammps = lammps_of(a.build)
        for name in ["pairs"] if a.against else a.sections:
            section = importlib.import_module(name)
            others = [lammps_of(a.against)] if a.against else []
            text = section.run(lammps, *others, a.repeat, a.small)
            text += (f"\nMeasured on {datetime.date.today()}: LAMMPS {lammps.version}, "
                     f"{a.cores} cores, {platform.machine()}, up to {a.repeat} runs.\n")
            rst.show(text, os.path.join(a.out, name + ".txt") if a.out else None)


if __name__ == "__main__":
    main()
