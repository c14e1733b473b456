#!/usr/bin/env python3
"""The map of LAMMPS's second derivatives, of a few styles of which it is known what is right: does
its tool find what is right, and what is wrong?

    test_second_derivatives.py BUILD SCRATCH
"""
import os
import subprocess
import sys

from deck_checks import ROOT, TOOL, begin, failed, holds

script = os.path.join(ROOT, "tools/developer/validate/second_derivatives.py")
# forces, single(), born_matrix(): begin of the words of each
KNOWN = {"mol-pair-lj_cut": ("right", "right", "right"),
         "mol-pair-lj96_cut": ("right", "right", "u'' up to 2.0e+00"),  # r^-6 for r^-3
         "mol-pair-lj_smooth_linear": ("with special factors: up to 7.0e-01", "energy with", "--"),
         "angle-harmonic": ("right", "right", "right"),
         "dihedral-charmm": ("right", "--", "--"),      # with its pairs 1-4
         "improper-harmonic": ("right", "--", "--")}

lammps = begin()
only = f"^({'|'.join(KNOWN)})$"
done = subprocess.run(["sh", TOOL, script, lammps.build, "--work", lammps.folder, "--only", only,
                       "--table", os.path.join(lammps.folder, "page.rst")],
                      env=lammps.environment, text=True, stdout=subprocess.PIPE,
                      stderr=subprocess.STDOUT)
holds("all decks run", done.returncode == 0, done.stdout if done.returncode else "")
found = {line.split(" | ")[0]: line.split(" | ")[1:] for line in done.stdout.splitlines()}
for name, words in KNOWN.items():
    cells = found.get(name, [])
    holds(name, len(cells) == 4 and all(cell.startswith(word) for cell, word in zip(cells, words)),
          " | ".join(cells))
holds("it writes the page", os.path.exists(os.path.join(lammps.folder, "page.rst")))
sys.exit(failed())
