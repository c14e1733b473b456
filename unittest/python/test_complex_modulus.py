#!/usr/bin/env python3
"""inmvisc.complex_modulus on a Maxwell liquid, G(t) = G exp(-t/tau), whose answer is known: its
stress is an exact series of correlated Gaussian numbers; files that cannot be right are errors."""
import contextlib
import importlib.util
import io
import os
import sys
import tempfile

import numpy as np
from scipy import constants
from scipy.signal import lfilter

from inmvisc import ave_time, complex_modulus
from inmvisc.green_kubo import traceless
from inmvisc.units import UNITS
from inmvisc.outputs import INM_MODULUS

STEP, SAMPLES = 0.04, 150000
SHEAR, BULK = (30.0, 1.0), (12.0, 0.6)      # G and tau, K_A - K_0 and tau, with V/kT = 1
W = np.geomspace(0.2, 10, 12)

failures = []


def holds(what, good, detail=""):
    print("ok    " if good else "FAILED", what, detail)
    if not good:
        failures.append(what)


def maxwell(G, tau, rows, rng):
    """<s(0) s(t)> = G exp(-t/tau) at all lags: a row for each component."""
    a = np.exp(-STEP / tau)
    noise = rng.normal(size=(rows, SAMPLES))
    noise[:, 1:] *= np.sqrt(1 - a**2)
    return np.sqrt(G) * lfilter([1], [1, -a], noise)


def exact(G, tau):
    """G' and G''"""
    x = W * tau
    return G * x**2 / (1 + x**2), G * x / (1 + x**2)


def stress_of(shear, pressure):
    """xx yy zz xy xz yz, a row per time, with these five traceless components."""
    xy, xz, yz, difference, uniaxial = shear
    third = uniaxial / np.sqrt(3)
    return np.array([pressure + difference + third, pressure - difference + third,
                     pressure - 2 * third, xy, xz, yz]).T


def within(what, value, error, wanted, relative):
    """Within 4 standard errors, and these are small enough for that to mean something."""
    off, error = np.abs(value - wanted) / error, np.asarray(error)
    holds(f"{what}: within 4 errors", bool((off < 4).all()), f"{np.max(off):.2f}")
    holds(f"{what}: errors of at most {relative:g}", bool((error < relative * wanted).all()),
          f"{np.max(error / wanted):.3f}")


rng = np.random.default_rng(2026)
shear, pressure = maxwell(*SHEAR, 5, rng), maxwell(*BULK, 1, rng)[0] + 7.0
stress = stress_of(shear, pressure)

# the transform: exact for straight pieces, and on a fine grid for the liquid without noise
T, w = 0.8, np.array([0.01, 1.0, 9.0, 70.0])
ramp = 1 - np.linspace(0, 1, 5)
known = 1j * w * ((1 - np.exp(-1j * w * T) - 1j * w * T) / (w * T) ** 2 * T)
found = complex_modulus.transform(ramp[None], T / 4, w)[0]
holds("transform of a ramp", np.allclose(found, known, rtol=1e-8, atol=0))
t = 0.01 * np.arange(2500)
storage, loss = exact(*SHEAR)
found = complex_modulus.transform(SHEAR[0] * np.exp(-t / SHEAR[1])[None], 0.01, W)[0]
holds("transform of an exponential", np.allclose(found, storage + 1j * loss, rtol=1e-4))

# moduli, viscosities, and moduli at t = 0
holds("traceless components", np.allclose(traceless(stress), shear))
found = complex_modulus.green_kubo(traceless(stress), STEP, 1.0, W)
within("G'", found.modulus.storage, found.modulus.storage_error, storage, 0.3)
within("G''", found.modulus.loss, found.modulus.loss_error, loss, 0.1)
within("eta", found.found.eta, found.found.error, SHEAR[0] * SHEAR[1], 0.05)
within("G(0)", found.at_once, found.at_once_error, SHEAR[0], 0.02)
holds("the window meets its criterion", found.found.converged
      and 3 * SHEAR[1] < found.found.window < 30 * SHEAR[1], f"{found.found.window:g}")
short = [complex_modulus.green_kubo(shear[:, k:k + 3000], STEP, 1.0, W[8:9])
         for k in range(0, SAMPLES, 3000)]
for part in ("storage", "loss"):
    values, errors = (np.array([getattr(run.modulus, name)[0] for run in short])
                      for name in (part, f"{part}_error"))
    ratio = np.sqrt(np.mean(errors**2)) / values.std(ddof=1)
    holds(f"errors of {part} are the scatter of {len(short)} runs", 0.7 < ratio < 1.4,
          f"{ratio:.2f}")

found = complex_modulus.green_kubo(complex_modulus.fluctuation(stress), STEP, 1.0, W, 1.0)
storage, loss = exact(*BULK)
within("K' - K_0", found.modulus.storage, found.modulus.storage_error, storage, 0.5)
within("K''", found.modulus.loss, found.modulus.loss_error, loss, 0.2)
within("zeta", found.found.eta, found.found.error, BULK[0] * BULK[1], 0.2)
within("K_A - K_0", found.at_once, found.at_once_error, BULK[0], 0.05)

# V<s^2>/kT in units of pressure, from SI
for units, temperature, SI, time in (("real", 300.0, constants.atm, 1e-15),
                                     ("metal", 300.0, constants.bar, 1e-12), ("si", 300.0, 1.0, 1)):
    length = 1.0 if units == "si" else 1e-10
    volume, square = 5000.0, 1.0e4
    known = volume * length**3 * square * SI**2 / (constants.k * temperature) / SI
    holds(f"unit style {units}",
          abs(UNITS[units].scale(volume, temperature) * square / known - 1) < 1e-5)
    holds(f"mPa s, {units}", abs(UNITS[units].eta_factor / (1e3 * SI * time) - 1) < 1e-12)

# ---- files

HEADERS = {"fix ave/time": "# Time-averaged data for fix s\n# TimeStep "
           + " ".join(f"c_thermo_press[{k}]" for k in range(1, 7)) + "\n",
           "fix print": "# TimeStep pxx pyy pzz pxy pxz pyz\n"}
EVERY, TIMESTEP = 4, STEP / 4
RUN = ["--volume", "1", "--temperature", "1", "--timestep", str(TIMESTEP)]


def rows_of(samples):
    return [" ".join([str(EVERY * k), *(f"{x:.8g}" for x in stress[k])]) + "\n"
            for k in range(samples)]


def modes_of(frequencies, reference="c_mod"):
    """Two blocks; every column holds its number, tenfold in the first block."""
    names = range(1, len(INM_MODULUS.array.names) + 1)
    text = ("# Time-averaged data for fix m\n# TimeStep Number-of-rows\n# Row "
            + " ".join(f"{reference}[{k}]" for k in names) + "\n")
    for step, factor in ((0, 10), (50, 1)):
        text += f"{step} {len(frequencies)}\n"
        for row, value in enumerate(frequencies, 1):
            text += " ".join(map(str, [row, value, *(factor * k for k in names[1:])])) + "\n"
    return text


def run(*words):
    """Text and exit code or message of the tool."""
    sys.argv = ["complex_modulus", *words]
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        try:
            complex_modulus.main()
        except SystemExit as end:
            return text.getvalue(), end.code
    return text.getvalue(), 0


with tempfile.TemporaryDirectory() as folder:
    def file(name, text):
        path = os.path.join(folder, name)
        with open(path, "w") as fp:
            fp.write(text)
        return path

    lines = rows_of(20000)
    outputs = []
    for kind, header in HEADERS.items():
        text, code = run(file("stress.dat", header + "".join(lines)), *RUN, "--nve",
                         "--frequencies", "0.5", "8", "4")
        table = ave_time.rows(file("table.dat", text))
        outputs.append(text)
        holds(f"{kind}: columns", code == 0 and table.names[:6] == [
            "W", "G_storage", "err_G_storage", "G_loss", "err_G_loss", "eta"], code)
        holds(f"{kind}: rows", np.allclose(table["W"], np.geomspace(0.5, 8, 4), rtol=1e-4)
              and np.allclose(table["eta"], table["G_loss"] / table["W"], rtol=1e-3))
        known = SHEAR[0] * SHEAR[1] * table["W"] / (1 + (SHEAR[1] * table["W"]) ** 2)
        holds(f"{kind}: values", bool((np.abs(table["G_loss"] - known)
                                       < 4 * table["err_G_loss"]).all()))
    holds("both files have the same answer", outputs[0] == outputs[1])

    good = file("stress.dat", HEADERS["fix print"] + "".join(lines))
    modes = [file("modes.dat", modes_of([1, 3])), file("other.dat", modes_of([1, 3], "c_b"))]
    text, code = run(good, *RUN, "--nve", "--modes", *modes)
    table = ave_time.rows(file("table.dat", text))
    holds("frequencies are those of the modes", code == 0 and list(table["W"]) == [1, 3], code)
    place = {name: k for k, name in enumerate(INM_MODULUS.array.names, 1)}
    for column, name in (("other.G_storage", "mean_G_storage"), ("modes.G_loss", "mean_G_loss"),
                         ("modes.err_G_loss", "err_G_loss"), ("other.K_loss", "mean_K_loss"),
                         ("modes.err_K_storage", "err_K_storage")):
        holds(f"{column} is {name} of the last block", list(table[column]) == [place[name]] * 2)

    if importlib.util.find_spec("matplotlib"):
        page = os.path.join(folder, "page.png")
        text, code = run(good, *RUN, "--nve", "--modes", *modes, "--plot", page)
        holds("page", code == 0 and os.path.getsize(page) > 10000)

    text, code = run(file("rare.dat", HEADERS["fix print"] + "".join(lines[::3])), *RUN)
    holds("a stress that is sampled too rarely is reported", "write the stress more often" in text)

    # ---- what must be an error that says what is wrong
    for what, words, said in (
            ("no file", [os.path.join(folder, "none"), *RUN], "No such file"),
            ("no column", [file("bad1.dat", HEADERS["fix print"].replace("pxz", "x")
                                + "".join(lines[:50])), *RUN], "no column pxz"),
            ("a row that was cut short", [file("bad2.dat", HEADERS["fix print"]
                                               + "".join(lines[:50]) + "200 1.0\n"), *RUN],
             "columns"),
            ("rows at unequal times", [file("bad3.dat", HEADERS["fix print"]
                                            + "".join(lines[:9] + lines[10:])), *RUN],
             "equally far apart"),
            ("a single row", [file("bad4.dat", HEADERS["fix print"] + lines[0]), *RUN],
             "equally far apart"),
            ("nan", [file("bad5.dat", HEADERS["fix print"] + "".join(lines[:50])
                          + f"{50 * EVERY} nan 0 0 0 0 0\n"), *RUN], "finite"),
            ("a short run", [file("bad6.dat", HEADERS["fix print"] + "".join(lines[:12])), *RUN],
             "too few"),
            ("a volume of 0", [good, *RUN, "--volume", "0"], "--volume"),
            ("frequencies from high to low", [good, *RUN, "--frequencies", "2", "1", "5"],
             "--frequencies"),
            ("modes of other frequencies",
             [good, *RUN, "--modes", modes[0], file("third.dat", modes_of([1, 4]))],
             "different frequencies"),
            ("modes without a block", [good, *RUN, "--modes",
                                       file("empty.dat", modes_of([1, 3]).split("0 2\n")[0])],
             "no complete block"),
            ("modes of another style", [good, *RUN, "--modes", file(
                "few.dat", "# a\n# TimeStep Number-of-rows\n# Row c_mod[1]\n0 1\n1 2\n")],
             "no column")):
        text, code = run(*words)
        holds(f"error: {what}", isinstance(code, str) and said in code and not text, code)
sys.exit(len(failures) > 0)
