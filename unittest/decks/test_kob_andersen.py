#!/usr/bin/env python3
"""examples/kob-andersen/in.demo in a shortened form: does it end in its last line, are its numbers
those of the liquid (physics: f_u 0.134, friction 77, Green-Kubo 14 at T = 1, here with a small box
and a short run), do they agree with each other, and is there a picture?

    test_kob_andersen.py BUILD SCRATCH
"""
import os
import re
import subprocess
import sys

from deck_checks import EXAMPLES, TOOL, begin, expect, failed
from inmvisc import ave_time

knobs = dict(N=400, nmelt=1000, nequil=2000, npress=1200, nseg=4000, mseg=3, snaps=3, window=5,
             klag=250)
last_line = re.compile(r"^eta ULINM = (\S+) \+- (\S+) Green-Kubo = (\S+) \+- (\S+) "
                       r"\(T = 1, N = 400\)$", re.M)

lammps = begin()
done = lammps.run(os.path.join(EXAMPLES, "kob-andersen/in.demo"), 2, knobs)
match = last_line.search(done.output)
if not match:
    print(done.output[-3000:])
    sys.exit("the last line is missing")
eta, eta_error, gk, gk_error = map(float, match.groups())
s = ave_time.values(os.path.join(lammps.folder, "summary.dat"))

# single runs of this length scatter: f_u by 4 %, friction by 10 %, eta_UL and Green-Kubo by a
# factor 2
expect("f_u", s["f_u"], 0.115, 0.155)
expect("friction", s["friction"], 50.0, 110.0)
expect("eta_UL", eta, 1.0, 40.0)
expect("its error", eta_error, 0.0, eta)
expect("Green-Kubo", gk, 4.0, 40.0)
expect("its error", gk_error, 0.0, gk)
expect("w_min, this box over that of N = 4000", s["wmin"] / s["wmin2"], 0.9999 * 10 ** (1 / 3),
       1.0001 * 10 ** (1 / 3))
expect("classes add up", (s["eta_UL"] + s["eta_UD"] + s["eta_stable"]) / s["eta_all"], 1 - 1e-5,
       1 + 1e-5)
expect("a lower w_min lets more modes in", s["eta2_all"] / s["eta_all"], 1.0, 1e9)

picture = os.path.join(lammps.folder, "page.png")
subprocess.run(["sh", TOOL, "page", ".", "-o", picture], cwd=lammps.folder, check=True)
expect("bytes of the picture", os.path.getsize(picture), 5e4, 1e7)
sys.exit(failed())
