#!/usr/bin/env python3
"""Is every test that doc/src/promises.rst names in the build?

    check_promises.py PAGE CTEST BUILD

Names in emphasis are those of tests of ctest, without the number of ranks, or Suite.name in the
sources.
"""
import glob
import os
import re
import subprocess
import sys

page, ctest, build = sys.argv[1:]
sources = os.path.dirname(os.path.abspath(__file__))
words = re.findall(r"(?<![*])[*]([A-Za-z_]+(?:[.][A-Za-z_0-9]+)?)[*](?![*])", open(page).read())
known = set(re.findall(r"Test +#\d+: (\S+)", subprocess.run([ctest, "-N"], cwd=build,
                                                            stdout=subprocess.PIPE,
                                                            text=True).stdout))
known |= {re.sub(r"[.]np\d+$", "", name) for name in known}
for source in glob.glob(os.path.join(sources, "*", "test_*.cpp")):
    for suite, name in re.findall(r"^TEST(?:_[FP])?\((\w+),\s*(\w+)\)", open(source).read(), re.M):
        known.add(f"{suite}.{name}")
named = [w for w in words if w not in ("newton", "delta", "promises")]
missing = [w for w in named if w not in known]
print(f"{len(named)} tests named, {len(missing)} of them not there")
sys.exit("not there: " + ", ".join(missing) if missing or not named else 0)
