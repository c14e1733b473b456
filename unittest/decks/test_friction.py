#!/usr/bin/env python3
"""examples/friction/in.friction, to a coarser error: does fix halt end it, early, with the friction
of the liquid (77 for all atoms, 98 and 58 for the types, from an independent program)?

    test_friction.py BUILD SCRATCH
"""
import os
import re
import sys

from deck_checks import EXAMPLES, begin, failed, holds

number = r"(\S+)"
last_line = re.compile(rf"^friction = {number} \+- {number}, type 1 {number} \+- {number}, "
                       rf"type 2 {number} \+- {number}, after {number} steps$", re.M)

lammps = begin()
done = lammps.run(os.path.join(EXAMPLES, "friction/in.friction"), 2,
                  dict(known=0.08, window=5, nequil=10000))
match = last_line.search(done.output)
if not match:
    print(done.output[-3000:])
    sys.exit("the last line is missing")
value = list(map(float, match.groups()))
print(match.group(0))

holds("error reached", value[1] <= 0.08 * value[0])
holds("ended by fix halt", value[6] < 1e6)
# within 4 of its own errors and 10 % for the short window and run
for name, found, error, known in (("all", value[0], value[1], 77.0),
                                  ("type 1", value[2], value[3], 98.0),
                                  ("type 2", value[4], value[5], 58.0)):
    holds(f"friction of {name}", abs(found - known) <= 4.0 * error + 0.1 * known)
holds("kernel on file", os.path.getsize(os.path.join(lammps.folder, "friction.dat")) > 1000)
sys.exit(failed())
