#!/usr/bin/env python3
"""The faults of LAMMPS that the manual lists: does each input, without the plugin, print what the
page says?  A line that has changed is good news: a fault that was repaired leaves the page.

    test_upstream_faults.py BUILD SCRATCH
"""
import os
import re
import sys

from deck_checks import ROOT, SKIPPED, begin, failed, holds

page = os.path.join(ROOT, "doc/src/upstream_faults.rst")
INPUT = re.compile(r"^\.\. literalinclude:: (upstream/in\.\S+)\n.*?^\.\. code-block:: none\n\n"
                   r"((?: +[^\n]*\n)+)", re.M | re.S)


def lines_of(text):
    return [line.strip() for line in text.splitlines() if re.match(r"\s*(seen|right): ", line)]


lammps = begin()
if lammps.version != "4 Feb 2025":
    print("the page is about LAMMPS 4 Feb 2025, this one is", lammps.version)
    sys.exit(SKIPPED)
lammps.environment.update(LAMMPS_PLUGIN_PATH="", LAMMPS_POTENTIALS=lammps.potentials)
with open(page) as fp:
    found = INPUT.findall(fp.read())
inputs = {f"upstream/{name}" for name in os.listdir(os.path.join(ROOT, "doc/src/upstream"))}
holds("the page shows every input once", sorted(name for name, _ in found) == sorted(inputs))

for name, text in found:
    path = os.path.join(ROOT, "doc/src", name)
    # what is right is what one rank gives
    ranks = (2, 1) if name.endswith("_ranks") else (1,)
    said = []
    for n in ranks:
        done = lammps.run(path, n, options=("-log", "none", "-nocite"), time_limit=100)
        said += lines_of(done.output)
    holds(name, said == lines_of(text), "" if said == lines_of(text) else "; ".join(said))

sys.exit(failed())
