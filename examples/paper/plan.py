"""What is run: the two liquids, the three sizes of the study, and how long each part of it is.

A part is a deck, in.PART, for one Case: liquid, number of atoms, temperature, independent sample.
"""

from collections import namedtuple

import numpy as np

Case = namedtuple("Case", "liquid N T sample")

# Needs of a part: other parts of the same case whose final state or results it begins from.
NEEDS = {
    "melt": [],
    "equilibrate": ["melt"],       # or the next hotter temperature, see Plan.origin
    "modulus": ["equilibrate"],
    "dynamics": ["equilibrate"],
    "modes": ["dynamics", "modulus"],
    "inherent": ["dynamics"],
    "integrate": ["equilibrate"],
    "shear": ["equilibrate"],
    "pictures": ["equilibrate"],
}
MAIN = ("equilibrate", "modulus", "dynamics", "modes")
# main size only; integrate: the hottest; pictures: one
FURTHER = ("inherent", "integrate", "shear", "pictures")
# their final states stay with the results, so that other parts begin from them anywhere
KEPT = ("equilibrate",)
LAMBDA_NODES = 8      # of the thermodynamic integration


def deck(case, part):
    return f"in.{part}.{case.liquid}" if part == "melt" else f"in.{part}"


# What the paper states, and what belongs to the force field
LIQUID = {
    "kob-andersen": {
        "units": "lj", "Pc": 0.27, "T_MC": 0.44, "picture": 1.0, "rates": (0.1, 0.03, 0.01),
        "wUD": -1.0, "wS": 1.0,
        "vary": {"dt": 0.005, "nmelt": 5000, "kevery": 2, "korigin": 20, "nstress": 4,
                 "strain": 0.02, "warm": 0.1,
                 "nbin": 250, "wlo": -25, "whi": 100},
    },
    "cuzr": {
        "units": "metal", "Pc": 0.36, "T_MC": 840, "picture": 1600, "rates": (0.2, 0.06, 0.02),
        "wUD": -1.73, "wS": 1.09,
        "vary": {"dt": 0.002, "nmelt": 5000, "kevery": 2, "korigin": 25, "nstress": 4,
                 "strain": 0.02, "warm": 0.1,
                 "nbin": 250, "wlo": -50, "whi": 200},
    },
}

# Per temperature, hottest first: steps of cooling to it, of equilibration, of the dynamics, and
# lags of the kernel. Every liquid is cooled in sequence.  test: for the test of this folder, no
# physics; desk: at most 20 minutes for each part on one core of its own, which makes 600 steps of
# Kob-Andersen and 115 of Cu50Zr50 a second.
SIZE = {
    "test": {
        "samples": 1, "melt_T": {"kob-andersen": 3.0, "cuzr": 3000},
        "series": {"kob-andersen": (1.0, (60,))}, "total": 0.2, "minima": 1, "nstep": 240,
        "kob-andersen": {
            "N": 120, "nsnap": 2, "spacing": 200, "npress": 600, "vary": {"nmelt": 500},
            "steps": {2.0: (200, 600, 4000, 100), 1.0: (200, 600, 4000, 100)}},
        "cuzr": {
            "N": 120, "nsnap": 2, "spacing": 200, "npress": 600, "vary": {"nmelt": 500},
            "steps": {2200: (200, 400, 1600, 50), 1600: (200, 400, 1600, 50)}},
    },
    "smoke": {
        "samples": 1, "melt_T": {"kob-andersen": 3.0, "cuzr": 3000},
        "series": {}, "total": 0.6, "minima": 2, "nstep": 1200,
        "kob-andersen": {"N": 300, "nsnap": 2, "spacing": 400, "npress": 1200, "steps": {
            2.0: (1000, 2000, 8000, 200), 1.0: (1000, 2000, 8000, 200)}},
        "cuzr": {"N": 250, "nsnap": 2, "spacing": 400, "npress": 1200, "steps": {
            2200: (1000, 2000, 8000, 200), 1600: (1000, 2000, 8000, 200)}},
    },
    "desk": {
        "samples": 1, "melt_T": {"kob-andersen": 3.0, "cuzr": 3000},
        "series": {"kob-andersen": (1.0, (1000, 4000)), "cuzr": (1800, (1000, 4000))}, "total": 3.0,
        "minima": 5, "nstep": 6000,
        "kob-andersen": {"N": 2000, "nsnap": 10, "spacing": 2000, "npress": 12000, "steps": {
            2.00: (10000, 20000, 100000, 500),
            1.50: (10000, 20000, 100000, 500),
            1.00: (10000, 30000, 160000, 500),
            0.80: (10000, 40000, 200000, 1000),
            0.70: (20000, 60000, 240000, 1500),
            0.60: (20000, 120000, 400000, 2000),
            0.55: (30000, 200000, 500000, 2000),
            0.50: (60000, 300000, 650000, 2000),
            0.45: (100000, 350000, 650000, 2000)}},
        "cuzr": {"N": 2000, "nsnap": 10, "spacing": 1000, "npress": 6000, "steps": {
            2200: (5000, 10000, 60000, 750),
            2000: (5000, 10000, 60000, 750),
            1800: (5000, 10000, 60000, 750),
            1600: (5000, 10000, 60000, 1000),
            1400: (5000, 15000, 60000, 1500),
            1200: (10000, 25000, 100000, 2000),
            1100: (10000, 30000, 120000, 2000),
            1000: (10000, 70000, 120000, 2000),
            900: (10000, 70000, 120000, 2000)}},
    },
}


def full():
    """The paper's 4000 atoms, ten samples, time steps and cooling rates: 3.3e-6 in reduced units,
    per tau (Kob-Andersen), 10^10 K/s (Cu50Zr50).  Relaxation grows as T falls, and so do the
    runs."""

    def cooled(temperatures, rate, cold, equilibrate, dynamics, lags):
        """rate: temperature per step; each choice is a pair, above and below the temperature
        `cold`."""
        steps, hotter = {}, None
        for T in temperatures:
            k = int(T <= cold)
            steps[T] = (10000 if hotter is None else round((hotter - T) / rate), equilibrate[k],
                        dynamics[k], lags[k])
            hotter = T
        return steps

    ka = (2.0, 1.5, 1.2, 1.0, 0.9, 0.8, 0.7, 0.65, 0.6, 0.55, 0.5, 0.475, 0.45, 0.44, 0.43, 0.42,
          0.4)
    cuzr = (2200, 2000, 1800, 1600, 1500, 1400, 1300, 1200, 1100, 1050, 1000, 950, 900, 870, 850,
            830, 800)
    long = {"nsnap": 20, "spacing": 4000, "npress": 60000}
    return {
        "samples": 10, "melt_T": {"kob-andersen": 3.0, "cuzr": 2300},
        "series": {"kob-andersen": (1.0, (1000, 2000, 8000)), "cuzr": (1800, (1000, 2000, 8000))},
        "total": 30.0, "minima": 10, "nstep": 60000,
        "kob-andersen": {"N": 4000, **long,
                         "steps": cooled(ka, 3.3e-6 * 0.005, 0.6, (200000, 4000000),
                                         (1000000, 20000000), (1000, 4000))},
        "cuzr": {"N": 4000, **long, "vary": {"dt": 0.001, "nmelt": 1000000, "kevery": 4,
                                             "nstress": 8},
                 "steps": cooled(cuzr, 1e-5, 1100, (200000, 4000000), (1000000, 20000000),
                                 (1000, 4000))},
    }


SIZE["full"] = full()


def coupling():
    """lambda, and weights of the integral over lambda from 0 to 1: Gauss-Legendre in x, lambda =
    x^4, hottest last. Where <U> goes as lambda^(-3/4), as for r^-12, its product with d lambda/dx
    is smooth."""
    x, weight = np.polynomial.legendre.leggauss(LAMBDA_NODES)
    x, weight = (x[::-1] + 1) / 2, weight[::-1] / 2
    return x ** 4, 4 * x ** 3 * weight


class Plan:
    """One size of the study: its cases, and the variables of each deck."""

    def __init__(self, size):
        self.size = size
        self.table = SIZE[size]

    def temperatures(self, liquid):
        return list(self.table[liquid]["steps"])

    def cases(self, liquid):
        """Main cases first, hottest first; then those of other sizes at one temperature."""
        table = self.table[liquid]
        out = [Case(liquid, table["N"], T, s) for s in range(1, self.table["samples"] + 1)
               for T in table["steps"]]
        T, sizes = self.table["series"].get(liquid, (None, ()))
        return out + [Case(liquid, N, T, 1) for N in sizes]

    def melt(self, case):
        return case._replace(T=self.table["melt_T"][case.liquid])

    def origin(self, case):
        """The case and the part whose state the equilibration begins from."""
        if case.N == self.table[case.liquid]["N"]:
            hotter = [T for T in self.temperatures(case.liquid) if T > case.T]
            if hotter:
                return case._replace(T=min(hotter)), "equilibrate"
        return self.melt(case), "melt"

    def variables(self, case, part):
        """Index variables of in.PART, without files and results of other parts."""
        liquid, table = LIQUID[case.liquid], self.table[case.liquid]
        out = dict(liquid["vary"], **table.get("vary", {}))
        ncool, nequil, nrun, klag = table["steps"].get(case.T, (0, 0, 0, 0))
        spacing = table["spacing"]
        nframe = -(-nrun // spacing) * spacing // 10 // 40 * 40
        out.update(T=case.T, N=case.N, Pc=liquid["Pc"], seed=48271 + 1000 * case.sample,
                   ncool=ncool, nequil=nequil, klag=klag, nrun=-(-nrun // spacing) * spacing,
                   nframe=nframe, npress=table["npress"], spacing=spacing,
                   nsnap=self.snapshots(case))
        if part in FURTHER:
            out.update(self.further(case, part, nframe))
        return out

    def further(self, case, part, nframe):
        liquid, table = LIQUID[case.liquid], self.table
        return {
            "inherent": lambda: {"nframes": table["minima"],
                                 "stride": 10 // table["minima"] * nframe, "ftol": 1e-9,
                                 "maxiter": 5000},
            "integrate": lambda: {"nstep": table["nstep"],
                                  "lambda": [float(f"{x:.10g}") for x in coupling()[0]]},
            "shear": lambda: {"erate": liquid["rates"], "total": table["total"]},
            "pictures": lambda: {"wUD": liquid["wUD"], "wS": liquid["wS"]},
        }[part]()

    def wanted(self, case, part):
        """False for further parts of cases that have none."""
        if part in FURTHER and case.N != self.table[case.liquid]["N"]:
            return False
        if part == "integrate":
            return case.T == max(self.temperatures(case.liquid))
        if part == "pictures":
            return case.T == LIQUID[case.liquid]["picture"] and case.sample == 1
        return True

    def snapshots(self, case):
        """Fewer in larger boxes, for one number of modes in all, but 3 at the least."""
        table = self.table[case.liquid]
        return max(min(3, table["nsnap"]), int(round(table["nsnap"] * table["N"] / case.N)))
