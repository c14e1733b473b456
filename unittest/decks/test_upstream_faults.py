#!/usr/bin/env python3
"""The faults of LAMMPS that the manual lists: does each input, without the plugin, print what the
page says?  A line that has changed is good news: a fault that was repaired.

    test_upstream_faults.py BUILD SCRATCH
"""
import os
import re
import sys

from deck_checks import ROOT, SKIPPED, begin, failed, holds

page = os.path.join(ROOT, "doc/src/upstream_faults.rst")
INPUT = re.compile(r"^\.\. literalinclude:: (upstream/in\.\S+)\n.*?^\.\. code-block:: none\n\n"
                   r"((?: +[^\n]*\n)+)", re.M | re.S)
# the column of a version in the table
VERSIONS = {"4 Feb 2025": 1, "4 Jul 2026": 2}


def lines_of(text):
    return [line.strip() for line in text.splitlines() if re.match(r"\s*(seen|right): ", line)]


def agrees(seen, right):
    """The numbers of the two lines, to the digits of a difference of energies; right may have less
    of them, or a choice."""
    a, b = ([float(x) for x in re.findall(r"(?<![\w.])-?\d[\d.e+-]*", line)]
            for line in (seen, right))
    pairs = zip(a, b) if len(a) == len(b) else ((x, min(b, key=lambda y: abs(x - y))) for x in a)
    return all(abs(x - y) <= 1.0e-3 * abs(y) for x, y in pairs)


def status(said, on_page):
    """What has become of the fault in this version."""
    if said == on_page:
        return "there"
    if [line.split(": ")[0] for line in said] == [line.split(": ")[0] for line in on_page]:
        seen, right = ([line for line in said if line.startswith(word)]
                       for word in ("seen", "right"))
        known = [line for line in on_page if line.startswith("seen")]
        good = [agrees(a, b) for a, b in zip(seen, right)]
        if all(good):
            return "repaired"
        if all(is_good or a == b for is_good, a, b in zip(good, seen, known)):
            return "repaired in part"
    return "; ".join(said) or "no output"


def rows_of_table(text):
    """{input: cells} of the table of versions"""
    return {cells[0]: cells for cells in
            (re.findall(r"- (.*)", row) for row in re.split(r"^   \* ", text, flags=re.M)[1:])}


lammps = begin()
if lammps.version not in VERSIONS:
    print("the page is about LAMMPS", " and ".join(VERSIONS), "- this one is", lammps.version)
    sys.exit(SKIPPED)
lammps.environment.update(LAMMPS_PLUGIN_PATH="", LAMMPS_POTENTIALS=lammps.potentials)
with open(page) as fp:
    text = fp.read()
found, table = INPUT.findall(text), rows_of_table(text)
inputs = {f"upstream/{name}" for name in os.listdir(os.path.join(ROOT, "doc/src/upstream"))}
holds("the page shows every input once", sorted(name for name, _ in found) == sorted(inputs))

for name, said_by_page in found:
    path = os.path.join(ROOT, "doc/src", name)
    # what is right is what one rank gives
    ranks = (2, 1) if name.endswith("_ranks") else (1,)
    said = []
    for n in ranks:
        done = lammps.run(path, n, options=("-log", "none", "-nocite"), time_limit=100, check=False)
        said += lines_of(done.output)
    is_now = status(said, lines_of(said_by_page))
    expected = table[os.path.basename(name)][VERSIONS[lammps.version]].split(" (")[0]
    holds(name, is_now == expected, "" if is_now == expected else f"{is_now}, not {expected}")

sys.exit(failed())
