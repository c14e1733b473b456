#!/usr/bin/env python3
"""Timings of USER-INMVISC, as ratios measured in one run.

    bench.py BUILD [--sections snapshot hessian kpm fix_cost] [--repeat 3] [--out doc/src/bench]

Each section is a module beside this file; its table goes to a file of its own, with date and
versions, so that one can be measured again without the others.

All runs get the same cores: unbound, BLAS threads = cores.  Medians and ratios are what counts;
single times drift with the machine.
"""
import argparse
import datetime
import importlib
import os
import platform
import tempfile

from inmvisc.runner import Host

SECTIONS = ["snapshot", "spectrum", "kpm", "hessian", "fix_cost"]


def main():
    ap = argparse.ArgumentParser(description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("build")
    ap.add_argument("--sections", nargs="+", choices=SECTIONS, default=SECTIONS)
    ap.add_argument("--repeat", type=int, default=3)
    ap.add_argument("--cores", type=int, default=os.cpu_count())
    ap.add_argument("--out", help="folder for the tables as reStructuredText")
    a = ap.parse_args()

    with tempfile.TemporaryDirectory() as scratch:
        host = Host(a.build, scratch, a.cores)
        for name in a.sections:
            text = importlib.import_module(name).run(host, a.repeat)
            text += f"\nMeasured on {datetime.date.today()}: LAMMPS {host.version()}, {a.cores} cores, {platform.machine()}, up to {a.repeat} runs.\n"
            print(text)
            if a.out:
                with open(os.path.join(a.out, name + ".txt"), "w") as fp:
                    fp.write(text)


if __name__ == "__main__":
    main()
