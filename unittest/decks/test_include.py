#!/usr/bin/env python3
"""inmvisc.inc on argon in reduced, real and metal units, 108 atoms, seconds: are all files there,
are viscosities those of the modes and of the stress that it wrote, in the units it states, and do
the commands of inmvisc read its folder?

    test_include.py BUILD SCRATCH
"""
import math
import os
import re
import subprocess
import sys

import numpy as np
from deck_checks import ROOT, TOOL, begin, expect, failed, holds

from inmvisc import ave_time
from inmvisc.run_folder import RunFolder

# argon, 39.948 g/mol, 119.8 K, 3.405 A: of each unit style the units of mass, energy, length,
# temperature and time, in those of the style
STYLES = {"lj": (1.0, 1.0, 1.0, 1.0, 1.0),
          "real": (39.948, 0.238067, 3.405, 119.8, 2156.0),
          "metal": (39.948, 0.0103236, 3.405, 119.8, 2.156)}
# force^2/mass time^3/length^3 in pressure*time: energy in mass*(length/time)^2, and energy/volume
# in pressure (CODATA)
PRODUCT = {"lj": (1.0, 1.0), "real": (4.184e-4, 68568.415), "metal": (9648.53321, 1.602176634e6)}
KB = {"lj": 1.0, "real": 1.987204259e-3, "metal": 8.617333262e-5}
NAMES = {"lj": "epsilon/sigma^3*tau", "real": "atm*fs", "metal": "bar*ps"}
FILES = ("summary.yaml", "spectrum.dat", "friction.dat", "green_kubo.dat", "modes.dat",
         "modulus.dat", "stress.dat", "snapshots.dat")
DECK = """
units {style}
variable a equal (4/0.82)^(1/3)*{x}
lattice custom $a a1 1 0 0 a2 0 1 0 a3 0 0 1 &
        basis 0 0 0 basis 0.5 0.5 0 basis 0.5 0 0.5 basis 0 0.5 0.5
region box block 0 3 0 3 0 3
create_box 1 box
create_atoms 1 box
mass 1 {m}
pair_style lj/cut $(2.3*{x})
pair_modify shift yes
pair_coeff 1 1 {e} {x}
timestep $(0.004*{t})
velocity all create $(3.0*{T}) 4711 mom yes loop geom
fix nvt all nvt temp $(2.0*{T}) $(1.2*{T}) $(0.4*{t})
run 1000
unfix nvt
fix nve all nve
include {include}
"""
KNOBS = dict(inm_steps=4000, inm_snapshots=2, inm_segments=4, inm_press=1200, inm_window=0.2,
             inm_bins=60, inm_nfreq=5)


def sum_over_modes(run):
    """<sum_p Xi_p^2/lambda_p^2> of |w| above w_min, mean over the snapshots."""
    sums = []
    for modes in run.tables("modes"):
        modes = modes.where((modes["class"] != 0) & (abs(modes["w"]) >= run.value("w_min")))
        sums.append((modes["Xi2"] / modes["lambda"] ** 2).sum())
    return np.mean(sums)


def command(*words):
    done = subprocess.run(["sh", TOOL, *words], cwd=lammps.folder, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    holds(f"inmvisc {' '.join(words)}", done.returncode == 0,
          "" if done.returncode == 0 else done.stdout[-500:])
    return done.stdout


def check(style):
    m, e, x, T, t = STYLES[style]
    include = os.path.join(ROOT, "share/inmvisc.inc")
    text = DECK.format(style=style, m=m, e=e, x=x, T=T, t=t, include=include)
    lammps.run_text(text, variables={**KNOBS, "inm_folder": style}, name=f"in.{style}")
    folder = os.path.join(lammps.folder, style)
    for name in FILES:
        holds(f"{style}: {name}", os.path.getsize(os.path.join(folder, name)) > 100)
    run = RunFolder(folder)
    holds(f"{style}: units", run.text("units") == style and run.unit("eta_UL") == NAMES[style])
    expect(f"{style}: kB", run.value("kB") / KB[style], 0.9999, 1.0001)
    expect(f"{style}: t0", run.value("t0") / (t * 0.82 ** (-1 / 3)), 0.7, 1.1)
    expect(f"{style}: kT/V", run.value("kT_over_V") * run.value("volume")
           / (KB[style] * run.value("temperature") * PRODUCT[style][1]), 0.9999, 1.0001)
    expect(f"{style}: speed of sound, reduced", run.value("sound_speed") * t / x, 2.0, 12.0)
    modes = sum_over_modes(run) * run.value("friction_mean_of_types") / m / run.value("volume")
    expect(f"{style}: eta of all modes over that of modes.dat",
           run.value("eta_all") / (modes * math.prod(PRODUCT[style])), 0.999, 1.001)

    # Green-Kubo again, by numpy, from the tables of correlations
    total = []
    for table in run.tables("green_kubo"):
        for name in table.names[2:]:
            dt = (table["TimeDelta"][1] - table["TimeDelta"][0]) * run.value("timestep")
            total.append(np.sum(table[name]) * dt - (table[name][0] + table[name][-1]) * dt / 2)
    eta = np.mean(total) * run.value("volume") / (KB[style] * run.value("temperature")
                                                  * PRODUCT[style][1])
    expect(f"{style}: Green-Kubo over numpy", run.value("eta_GK") / eta, 0.999, 1.001)
    for name in ("spectrum", "modulus", "snapshots", "stress", "green_kubo"):
        with open(os.path.join(folder, f"{name}.dat")) as fp:
            holds(f"{style}: units in the header of {name}.dat",
                  fp.readline().startswith("#units:"))
    holds(f"{style}: no snapshot without friction",
          bool(np.isfinite(ave_time.rows(run.path("snapshots.dat"))["eta_all"]).all()))


lammps = begin()
for style in STYLES:
    check(style)
holds("page", os.path.getsize(os.path.join(lammps.folder, command("page", "real").strip())) > 5e4)
said = command("green-kubo", "real")
holds("Green-Kubo in mPa s", re.match(r"eta = \S+ \+- \S+ mPa s, window", said), said)
holds("moduli of modes and stress", "modulus.G_storage" in command("modulus", "real"))
holds("two runs beside each other", "differs: units" in command("compare", "real", "metal"))
holds("a folder without a run", subprocess.run(["sh", TOOL, "page", lammps.folder],
                                               stderr=subprocess.PIPE).returncode == 1)

# of the outside world: YAML, pandas
try:
    import yaml
    with open(os.path.join(lammps.folder, "metal/summary.yaml")) as fp:
        summary = yaml.safe_load(fp)
    holds("yaml", summary["results"]["eta_GK"]["value"]
          == RunFolder(os.path.join(lammps.folder, "metal")).value("eta_GK"))
except ImportError:
    print("skipped: yaml is not here")
with open(os.path.join(ROOT, "CMakeLists.txt")) as fp:
    version = re.search(r"project\(USER-INMVISC VERSION (\S+)", fp.read()).group(1)
holds(f"version {version}", RunFolder(os.path.join(lammps.folder, "lj")).text("package") == version)
sys.exit(failed())
