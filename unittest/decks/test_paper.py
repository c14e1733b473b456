#!/usr/bin/env python3
"""examples/paper: fits and Green-Kubo against data whose answer is known, formulas of the parts
against closed forms, and a study of two small boxes that is killed in the middle and goes on.

    test_paper.py BUILD SCRATCH

Takes the potential that is here, fetches nothing.
"""
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
from scipy.signal import lfilter

# of examples/paper
import collect
import entropies
import figures
import plan
import store
from deck_checks import EXAMPLES, TOOL, begin, expect, failed, holds
from inmvisc import fits, green_kubo, potential
from study import Study, merge

example = os.path.join(EXAMPLES, "paper")
lammps = begin()
build, scratch = lammps.build, lammps.folder


def refused(what, function, *args):
    try:
        function(*args)
    except ValueError:
        return holds(what, True)
    holds(what, False)


# ---- fits

def coverage(what, make, truth, sets=16):
    """Sets of noisy data: the 95 per cent intervals hold the truth in 0.95 sets, at least 12 (but
    for a probability of 0.001) of 16."""
    hit = np.zeros(len(truth))
    for k in range(sets):
        fit = make(np.random.default_rng(100 + k))
        hit += (fit.low <= truth) & (np.array(truth) <= fit.high)
    for name, n in zip(fit.names, hit):
        expect(f"{what}: intervals of {name} that hold the truth, of {sets}", n, 12, sets)


def vft_fit():
    T = np.linspace(900, 2200, 9)
    log = -1.0 + 1500 / (T - 600)

    def make(rng):
        return fits.vft(T, np.exp(log + 0.05 * rng.normal(size=9)), 0.05 * np.exp(log),
                        resamplings=60)

    coverage("VFT", make, (-1.0, 1500.0, 600.0))
    exact = fits.vft(T, np.exp(log), 0.05 * np.exp(log), resamplings=2)
    expect("VFT without noise: T_0", exact.value[2], 599.99, 600.01)
    refused("two points are refused", fits.vft, T[:2], np.exp(log[:2]), np.ones(2))
    refused("errors of zero are refused", fits.vft, T, np.exp(log), np.zeros(9))


def entropy_fits():
    T = np.array([0.9, 1.0, 1.1, 1.2, 1.4, 1.6, 1.8, 2.0, 2.2])
    f = 0.05 + 0.04 * (T - 0.9) / 1.3
    S = 1.2 * np.log(f) + 4.78
    x = T * S
    log = 0.5 + 2.0 * (x.min() / x) ** 2.1
    coverage("eta against S_conf", lambda rng: fits.entropy(T, S,
                                                            np.exp(log + 0.02 * rng.normal(size=9)),
                                                            0.02 * np.exp(log), resamplings=60),
             (0.5, 2.0, 2.1))
    exact = fits.modes_entropy(T, f, np.exp(log), 0.02 * np.exp(log), resamplings=2)
    expect("eta against f_uL without noise: l", exact.value[2], 2.05, 2.15)
    expect("  and b/a", exact.value[3], 4.78 / 1.2 - 0.1, 4.78 / 1.2 + 0.1)
    line = fits.line(np.log(f), S, np.full(9, 0.01), resamplings=20)
    expect("S_conf against ln f_uL: a", line.value[0], 1.1999, 1.2001)
    expect("  and b", line.value[1], 4.7799, 4.7801)
    refused("an S_conf that is not positive is refused", fits.entropy, T, S - 2, np.exp(log),
            np.exp(log))


def crossover_fit():
    T = np.array([700, 800, 900, 1000, 1200.0])
    gk = np.exp(5 - T / 300)
    # the first prediction is off by exp(0.3 |...|) below 850, the second above; equally far at 850
    first, second = gk * np.exp(0.002 * (T - 850) * (T < 850)), gk * np.exp(0.002 * (T - 850)
                                                                            * (T > 850))
    found = fits.crossover(T, gk, 0.02 * gk, first, 0.02 * gk, second, 0.02 * gk)
    expect("crossover", found.T, 849.9, 850.1)
    expect("  its interval, below", found.low, 800, 849)
    expect("  above", found.high, 851, 900)
    none = fits.crossover(T, gk, 0.02 * gk, gk, 0.02 * gk, 5 * gk, 0.02 * gk)
    holds("none where one prediction is always nearer", np.isnan(none.T) and none.share < 0.01)


# ---- Green-Kubo: stress with an exponential correlation, variance 1, time tau: eta = tau

def stress_series(rng, count, tau):
    a = np.exp(-1 / tau)
    s = lfilter([np.sqrt(1 - a * a)], [1, -a], rng.normal(size=(6, count + int(10 * tau))),
                axis=1)[:, -count:]
    # so that all five components of the traceless stress have variance 1
    s[:3] *= np.sqrt(2)
    return s.T


def green_kubo_series():
    runs = [green_kubo.viscosity(stress_series(np.random.default_rng(k), 40000, 20.0), 1.0, 1.0,
                                 t_alpha=20.0) for k in range(20)]
    eta, err = np.array([(r.eta, r.error) for r in runs]).T
    expect("Green-Kubo: mean of 20 runs, in its errors from tau",
           (eta.mean() - 20.0) / (eta.std(ddof=1) / 20 ** 0.5), -3, 3)
    expect("  scatter of the runs over the stated error",
           eta.std(ddof=1) / np.sqrt(np.mean(err ** 2)), 0.65, 1.5)
    holds("  windows hold", all(r.converged for r in runs))
    expect("  shortest of them", min(r.window for r in runs), 60, 400)
    short = green_kubo.viscosity(stress_series(np.random.default_rng(5), 4000, 200.0), 1.0, 1.0,
                                 t_alpha=200.0)
    holds("a run of 20 correlation times fails the criterion and says so", not short.converged)
    five = green_kubo.traceless(stress_series(np.random.default_rng(1), 200000, 1.0))
    expect("largest correlation between two of the five components",
           np.max(np.abs(np.corrcoef(five) - np.eye(5))), 0, 0.02)
    expect("their variances", np.max(np.abs(five.var(axis=1) - 1)), 0, 0.04)


# ---- formulas of the parts

def ideal_entropy():
    """Argon at 298.15 K and 1 bar: 154.846 J/(mol K) in tables of standard entropies."""
    folder = os.path.join(scratch, "argon")
    os.makedirs(folder)
    N, kB = 1000, 8.617333262e-5
    with open(os.path.join(folder, "constants.dat"), "w") as fp:
        fp.write(f"volume {N * kB * 298.15 * 1.602176634e6}\nkB {kB}\ncount_1 {N}\ncount_2 1e-9\n"
                 "mass_1 39.948\nmass_2 39.948\n")
    lam, weight = plan.coupling()
    for x in lam:       # beta U/N = 2 lambda^(-3/4), whose integral is 8
        with open(os.path.join(folder, f"energies.{x}.dat"), "w") as fp:
            fp.write("# TimeStep v_u c_thermo_temp\n")
            fp.write("".join(f"{k} {2 * x ** -0.75 * N * kB * 298.15} 0\n" for k in range(12)))
    r = collect.integrate(folder, {"T": 298.15, "N": N, "lambda": list(lam)},
                          {"units": "metal", "equilibrate": {"energy": 0.0}})
    expect("entropy of argon, J/(mol K)", r["S_ideal"] * 8.314462618, 154.8, 154.9)
    expect("integral over lambda of 2 lambda^(-3/4)", -r["S_excess"], 7.999999, 8.000001)
    T = np.array([1.0, 1.3, 2.0])
    S = entropies.heat(T, 3 * T ** 0.6, 1.0)
    exact = 3 * (-1.5) * (T ** -0.4 - 2.0 ** -0.4) + 1.5 * np.log(T / 2.0)
    expect("entropy from the heat, largest deviation", np.max(np.abs(S - exact)), 0, 1e-12)


def structure_formulas():
    rng = np.random.default_rng(3)
    frames = [(np.full(3, 10.0), np.repeat([1, 2], [300, 100]), rng.uniform(0, 10, (400, 3)))
              for _ in range(10)]
    g = collect.pair_distribution(frames, bins=20)
    for name in ("g_all", "g_11", "g_12", "g_22"):
        expect(f"{name} of an ideal gas, mean beyond the first bins", np.mean(g[name][5:]), 0.98,
               1.02)
    t = np.geomspace(0.01, 100, 30)
    expect("time at which a diffusive displacement reaches 0.6",
           collect.crossing(t, 6 * 0.1 * t, 0.6), 0.9999, 1.0001)
    expect("  beyond the data", collect.crossing(t, 6 * 1e-4 * t, 0.6), 999, 1001)
    w = np.arange(-20, 0) + 0.5
    expect("edge of a linear P", collect.edge_frequency(w, 0.5 + w / 40, 0.27), 9.19, 9.21)
    holds("no edge where P does not cross", np.isnan(collect.edge_frequency(w, 0 * w + 0.5, 0.27)))
    two = merge([{"a": 1.0, "a_err": 0.5, "ok": True, "c": {"x": np.arange(3.0), "y": np.ones(3)}},
                 {"a": 3.0, "a_err": 0.5, "ok": False,
                  "c": {"x": np.arange(3.0), "y": 3 * np.ones(3)}}])
    holds("two samples: mean, error of their scatter, all flags",
          two["a"] == 2.0 and abs(two["a_err"] - 1.0) < 1e-12 and not two["ok"]
          and np.all(two["c"]["y"] == 2.0))


# ---- the study

def command(results):
    return ["sh", TOOL, os.path.join(example, "paper.py"), os.path.join(scratch, "build"), "--size",
            "test", "--threads", "1", "--results", results, "--potential",
            potential.copper_zirconium(), "--no-report"]


def call(results):
    return subprocess.run(command(results), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True)


def stamps(folder):
    return {os.path.relpath(path, folder): os.path.getmtime(path)
            for path in glob.glob(os.path.join(folder, "**/*"), recursive=True)
            if path.endswith((".json", "log.lammps")) and ".part" not in path}


def made(done):
    """Parts that a call of the driver has run, in order."""
    return [line.split(":")[1].split()[-1] for line in done.stdout.split("\n")
            if line.startswith("== paper:") and line.endswith(" s")]


def foreign(state, liquid):
    """A state like that of another version of the fix: one with other lags."""
    lammps.run_text(f"read_restart {liquid}\ninclude {example}/forces.kob-andersen\n"
                    "reset_timestep 0\nfix int all nve\n"
                    "fix mem all orthogonal/dynamics 2 50 20\nrun 1000\n"
                    f"write_restart {state}\n", variables={"dt": 0.005}, options=("-log", "none"))


def killed_and_resumed():
    results, work = os.path.join(scratch, "results"), os.path.join(scratch, "build/paper/test")
    os.makedirs(os.path.join(scratch, "build"))
    for name in os.listdir(build):
        if name == "lmp" or name.endswith(".so"):
            os.symlink(os.path.realpath(os.path.join(build, name)),
                       os.path.join(scratch, "build", name))
    log = open(os.path.join(scratch, "killed.log"), "w")
    first = subprocess.Popen(command(results), stdout=log, stderr=subprocess.STDOUT,
                             start_new_session=True)
    unfinished = os.path.join(work, "kob-andersen/N120-s1/T2/dynamics.part/log.lammps")
    while not os.path.exists(unfinished) and first.poll() is None:
        time.sleep(0.05)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    before, runs = stamps(results), stamps(work)
    holds("killed in the middle of a part", os.path.exists(unfinished) and len(before) == 2
          and len(runs) == 3)

    done = call(results)
    print(done.stdout)
    if done.returncode != 0:
        sys.exit("paper.py failed")
    after, again = stamps(results), stamps(work)
    holds("nothing that was finished was run again",
          all(after[k] == v for k, v in before.items())
          and all(again[k] == v for k, v in runs.items()))
    holds("all parts are there", len(after) == 32
          and not glob.glob(os.path.join(work, "**/*.part"), recursive=True))

    third = call(results)
    holds("a third call runs nothing", third.returncode == 0 and "0 parts of 32" in third.stdout
          and stamps(work) == again and stamps(results) == after)

    shutil.rmtree(os.path.join(work, "cuzr"))
    os.remove(os.path.join(results, "cuzr/N120-s1/T2200/modulus.json"))
    fourth = call(results)
    holds("from the results and the states kept with them, only a missing part is made",
          fourth.returncode == 0 and made(fourth) == ["modulus"])

    shutil.rmtree(os.path.join(work, "cuzr"))
    os.remove(os.path.join(results, "cuzr/N120-s1/T2200/modulus.json"))
    os.remove(os.path.join(results, "cuzr/N120-s1/T2200/equilibrate.restart.gz"))
    fifth = call(results)
    holds("from results alone, the states that it needs too",
          fifth.returncode == 0 and made(fifth) == ["melt", "equilibrate", "modulus"])

    state = os.path.join(work, "kob-andersen/N120-s1/T2/dynamics/state.restart")
    foreign(state, os.path.join(work, "kob-andersen/N120-s1/T2/equilibrate/state.restart"))
    os.remove(os.path.join(results, "kob-andersen/N120-s1/T2/modes.json"))
    shutil.rmtree(os.path.join(work, "kob-andersen/N120-s1/T2/modes"))
    sixth = call(results)
    print(sixth.stdout)
    holds("a state that the fix refuses is made again",
          sixth.returncode == 0 and "made again" in sixth.stdout
          and made(sixth) == ["dynamics", "modes"])

    path = os.path.join(results, "cuzr/N120-s1/T2200/shear.json")
    with open(path) as fp:
        text = fp.read()
    with open(path, "w") as fp:
        fp.write(text.replace('"total": 0.2', '"total": 0.3'))
    listed = subprocess.run(command(results) + ["--list"], stdout=subprocess.PIPE,
                            text=True).stdout.split("\n")
    holds("results with other parameters are named, and no others",
          [line for line in listed if line and not line.startswith("done")]
          == ["other  cuzr/N120-s1/T2200 shear"])
    checks(results)


def checks(results):
    for path in glob.glob(os.path.join(results, "**/*.json"), recursive=True):
        with open(path) as fp:
            record = json.load(fp)
        if not (record["seconds"] > 0 and record["versions"]["LAMMPS"]
                and record["variables"]["N"] == record["N"]):
            holds(f"{path} has times, versions and variables", False)
        if os.path.getsize(path) > 60000:
            holds(f"{path} is small", False)
    study = Study(results)
    for liquid, density, fu in (("kob-andersen", (1.1849, 1.1851), (0.05, 0.3)),
                                ("cuzr", (0.04, 0.07), (0.05, 0.3))):
        # bar, A, ps, g/mol: B/(rho v^2)
        factor = 1.0 if liquid == "kob-andersen" else 1.0364269e-4 * 1.602176634e6
        mass = 1.0 if liquid == "kob-andersen" else (63.546 + 91.224) / 2
        modulus = dict(study.of(liquid, "modulus"))
        for T, equilibrate, dynamics, modes in study.together(liquid):
            name = f"{liquid}, T = {T:g}: "
            expect(name + "density", equilibrate["density"], *density)
            expect(name + "measured temperature over it", dynamics["temperature"] / T, 0.75, 1.3)
            expect(name + "energy that drifts, in kT per atom", dynamics["energy_drift"], -0.01,
                   0.01)
            expect(name + "f_u", modes["f_u"], *fu)
            expect(name + "f_s + f_uL + f_uD", modes["f_s"] + modes["f_uL"] + modes["f_uD"],
                   0.99999, 1.00001)
            expect(name + "integral of g", np.sum(modes["spectrum"]["g"])
                   * (modes["spectrum"]["w"][1] - modes["spectrum"]["w"][0]), 0.995, 1.005)
            expect(name + "Hessian against forces", modes["hessian_error"], 0, 1e-5)
            N, L = study.atoms(liquid), dynamics["volume"] ** (1 / 3)
            for choice, B in (("own_S", "BS"), ("own_T", "BT")):
                w = 2 * np.pi / L * np.sqrt(modulus[T][B] / factor
                                            / (mass * N / dynamics["volume"]))
                expect(name + f"w_min of {choice} over 2 pi sqrt(B/rho)/L",
                       modes[choice]["w_min"] / w, 0.999, 1.001)
            expect(name + "w_min of N = 4000 over it",
                   modes["4000_S"]["w_min"] / modes["own_S"]["w_min"] * (4000 / N) ** (1 / 3),
                   0.9999, 1.0001)
            for choice in collect.CHOICES:
                c = modes[choice]
                expect(name + f"classes of {choice} over all modes",
                       (c["UL"] + c["UD"] + c["stable"]) / c["all"], 0.9999, 1.0001)
            expect(name + "adiabatic over isothermal modulus", modulus[T]["BS"] / modulus[T]["BT"],
                   1.0, 4.0)
            # k T <s s> V is the modulus of a sudden shear
            G = dynamics["green_kubo"]["G"][0] / modulus[T]["BT"]
            expect(name + "modulus of a sudden shear over the bulk modulus", G, 0.1, 1.5)
        S = entropies.of(study, liquid)
        holds(f"{liquid}: entropies at both temperatures", len(S) == 2)
        cold, hot = (S[T] for T in S)
        expect(f"{liquid}: total entropy, hot less cold, per atom",
               hot["S_total"][0] - cold["S_total"][0], 0.2, 4.0)
        expect(f"{liquid}: vibrational, hot less cold, over 3 ln of the temperatures",
               (hot["S_vib"][0] - cold["S_vib"][0]) / (3 * np.log(max(S) / min(S))), 0.6, 1.4)
    T, rates = study.of("kob-andersen", "shear")[0]
    holds("shear: three rates", list(rates["rates"]["rate"])
          == list(plan.LIQUID["kob-andersen"]["rates"]))
    expect("  temperature of the flow", np.mean(rates["rates"]["temperature"]), 0.9, 1.1)
    P = study.of("kob-andersen", "pictures")[0][1]
    expect("pictures: P of the lowest mode over that of an extended one",
           P["UL_P"] / P["stable_delocalized_P"], 0, 0.5)
    holds("two sizes at one temperature", [list(v)
                                           for v in study.sizes("kob-andersen", "modes").values()]
          == [[60, 120]])
    page, table = os.path.join(scratch, "report.html"), os.path.join(scratch, "table.rst")
    done = subprocess.run(["sh", TOOL, os.path.join(example, "report.py"), results, "--out", page,
                           "--rst", table], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True)
    holds("report.py draws without a word", done.returncode == 0 and done.stdout == "")
    with open(page) as fp:
        text = fp.read()
    expect("figures in the report", text.count("<img "), *[len(figures.FIGURES)] * 2)
    holds("its table, versions and parameters", "eta_UL/eta_GK" in text and "LAMMPS" in text
          and "in.integrate" in text)
    with open(table) as fp:
        text = fp.read()
    holds("table for the manual: a row for each state", text.count("   * -") == 2 + 5)


def refusals():
    done = subprocess.run(command(os.path.join(scratch, "none")) + ["--liquid", "water"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    holds("an unknown liquid is refused with those that there are",
          done.returncode != 0 and "kob-andersen" in done.stdout)
    holds("null is NaN and NaN is null", store.plain(float("nan")) is None
          and np.isnan(store.restored(None)))


since = time.time()
for part in (vft_fit, entropy_fits, crossover_fit, green_kubo_series, ideal_entropy,
             structure_formulas, refusals, killed_and_resumed):
    part()
    print(f"       {part.__name__}: {time.time() - since:.1f} s")
sys.exit(failed())
