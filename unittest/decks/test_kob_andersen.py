#!/usr/bin/env python3
"""examples/kob-andersen/in.demo in a shortened form: does it end in its last line, are its numbers
those of the liquid (physics: f_u 0.134, friction 77, Green-Kubo 14 at T = 1, here with a small box
and a short run), do they agree with each other, and is there a picture?

    test_kob_andersen.py BUILD SCRATCH
"""
import os
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
from deck_checks import expect, failed             # noqa: E402

build, scratch = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
here = os.path.dirname(os.path.abspath(__file__))
example = os.path.join(here, "../../examples/kob-andersen/in.demo")
knobs = dict(N=400, nmelt=1000, nequil=2000, npress=1200, nseg=4000, mseg=3, snaps=3, window=5,
             klag=250)
last_line = re.compile(r"^eta ULINM = (\S+) \+- (\S+) Green-Kubo = (\S+) \+- (\S+) \(T = 1, N = 400\)$", re.M)



shutil.rmtree(scratch, ignore_errors=True)
os.makedirs(scratch)
command = ["mpirun", "-np", "2", os.path.join(build, "lmp"), "-in", example]
for name, value in knobs.items():
    command += ["-var", name, str(value)]
done = subprocess.run(command, cwd=scratch, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                      text=True)
if done.returncode != 0:
    print(done.stdout[-3000:])
    sys.exit("the deck failed")

match = last_line.search(done.stdout)
if not match:
    print(done.stdout[-3000:])
    sys.exit("the last line is missing")
eta, eta_error, gk, gk_error = map(float, match.groups())
with open(os.path.join(scratch, "summary.dat")) as fp:
    s = {line.split()[0]: float(line.split()[1]) for line in fp if len(line.split()) == 2}

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

picture = os.path.join(scratch, "page.png")
plot = subprocess.run([sys.executable, "-m", "inmvisc.plots.page", ".", "-o",
                       picture], cwd=scratch, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                      text=True, env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1"))
if plot.returncode != 0:
    print(plot.stdout)
    sys.exit("no picture")
expect("bytes of the picture", os.path.getsize(picture), 5e4, 1e7)
sys.exit(failed())
