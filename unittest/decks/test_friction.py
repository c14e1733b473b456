#!/usr/bin/env python3
"""examples/friction/in.friction, to a coarser error: does fix halt end it, early, with the friction
of the liquid (77 for all atoms, 98 and 58 for the types, from an independent program)?

    test_friction.py BUILD SCRATCH
"""
import os
import re
import shutil
import subprocess
import sys

build, scratch = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
example = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                       "../../examples/friction/in.friction")
number = r"(\S+)"
last_line = re.compile(rf"^friction = {number} \+- {number}, type 1 {number} \+- {number}, "
                       rf"type 2 {number} \+- {number}, after {number} steps$", re.M)

shutil.rmtree(scratch, ignore_errors=True)
os.makedirs(scratch)
done = subprocess.run(["mpirun", "-np", "2", os.path.join(build, "lmp"), "-in", example, "-var",
                       "known", "0.08", "-var", "window", "5", "-var", "nequil", "10000"],
                      cwd=scratch, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
match = last_line.search(done.stdout)
if done.returncode != 0 or not match:
    print(done.stdout[-3000:])
    sys.exit("the deck failed or its last line is missing")
value = list(map(float, match.groups()))
print(match.group(0))

# within 4 of its own errors and 10 % for the short window and run
checks = [("error reached", value[1] <= 0.08 * value[0]), ("ended by fix halt", value[6] < 1e6)]
for name, found, error, known in (("all", value[0], value[1], 77.0),
                                  ("type 1", value[2], value[3], 98.0),
                                  ("type 2", value[4], value[5], 58.0)):
    checks.append((f"friction of {name}", abs(found - known) <= 4.0 * error + 0.1 * known))
checks.append(("kernel on file", os.path.getsize(os.path.join(scratch, "friction.dat")) > 1000))
for name, good in checks:
    print("ok    " if good else "FAILED", name)
sys.exit(not all(good for _, good in checks))
