#!/usr/bin/env python3
"""inmvisc.live: has every output the dimension that the manual gives it, and is a unit what this
dimension is in the unit style?"""
import os
import re
import sys

from inmvisc.live import dimension, unit

page = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../doc/src/outputs.rst")
with open(page) as fp:
    rows = re.findall(r"^   \* - (?:vector|array|local|per-atom)\n     - \S+\n     - (\S+)\n"
                      r"     - (.*)\n", fp.read(), re.M)
bad = [f"{name}: {dimension(name)}, the manual has {known}" for name, known in rows
       if dimension(name) != known]
for name, style, known in (("w", "metal", "rad/ps"), ("eta_UL", "real", "atm*fs"),
                           ("eta_UL", "lj", "(epsilon/sigma^3)*tau"),
                           ("D", "real", "Angstrom^2/fs"), ("lambda", "metal", "(rad/ps)^2"),
                           ("f_UL", "metal", "none"), ("v0", "metal", "(g/mol)/ps"),
                           ("G_A", "metal", "bar"), ("Xi2", "si", "N^2/kg")):
    if unit(name, style) != known:
        bad.append(f"{name} in {style}: {unit(name, style)}, expected {known}")
print("\n".join(bad), f"{len(rows)} outputs")
sys.exit(bool(bad) or len(rows) < 100)
