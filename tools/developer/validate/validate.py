#!/usr/bin/env python3
"""Compare the Kob-Andersen liquid with values obtained without this package.

    validate.py BUILD [--out doc/src/validation.rst] [--work DIR]

Runs examples/kob-andersen/in.demo with N = 1000 at three temperatures and holds its results
against an independent numpy program (9 snapshots at T = 1.0, 6 at the others; Green-Kubo and D from
one run of 1000 to 2500 tau, good to 10 %).  Finished temperatures are kept in --work and not run
again.
"""
import argparse
import datetime
import os

from inmvisc import ave_time, rst
from inmvisc.runner import Lammps, arguments

# T: f_u, D, kT/D, eta_UL at w_min 3.1, at 4.92, Green-Kubo; a window long enough for each
REFERENCE = {
    0.6: dict(fu=0.087, D=0.0018, friction=325.0, eta2=54.6, eta=25.0, GK=57.0),
    1.0: dict(fu=0.134, D=0.0131, friction=76.6, eta2=10.2, eta=7.05, GK=14.3),
    2.0: dict(fu=0.196, D=0.0551, friction=36.3, eta2=7.6, eta=4.2, GK=6.0),
}
LENGTHS = {
    0.6: dict(nequil=200000, window=60, nseg=100000, mseg=5, klag=4000, korigin=80, nstress=10),
    1.0: dict(nequil=20000, window=10, nseg=40000, mseg=5),
    2.0: dict(nequil=10000, window=5, nseg=40000, mseg=5),
}
NAMES = [("fu", "f_u"), ("D", "D"), ("friction", "friction"), ("eta2", "eta_UL, w_min of N = 4000"),
         ("eta", "eta_UL, w_min of N = 1000"), ("GK", "Green-Kubo")]


DECK = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                    "../../../examples/kob-andersen/in.demo")


def run(lammps, deck, t, snapshots):
    """Its summary; a finished run is not run again."""
    folder = os.path.join(lammps.folder, f"T{t}")
    summary = os.path.join(folder, "summary.dat")
    if not os.path.exists(summary):
        variables = dict(LENGTHS[t], N=1000, T=t, snaps=snapshots)
        print("== validate:", *arguments(variables), flush=True)
        lammps.run(deck, 2, variables, folder=folder)
    return ave_time.values(summary)


def results(s):
    return dict(fu=(s["f_u"], None), D=(s["D"], None), friction=(s["friction"], s["friction_err"]),
                eta=(s["eta_UL"], s["eta_UL_err"]), eta2=(s["eta2_UL"], s["eta2_UL_err"]),
                GK=(s["eta_GK"], s["eta_GK_err"]))


def main():
    ap = argparse.ArgumentParser(description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("build")
    ap.add_argument("--out", help="write the table there as reStructuredText")
    ap.add_argument("--work", help="folder for the runs, default BUILD/validate")
    ap.add_argument("--snapshots", type=int, default=10)
    ap.add_argument("--temperatures", type=float, nargs="+", default=sorted(REFERENCE))
    a = ap.parse_args()
    lammps = Lammps(a.build, a.work or os.path.join(a.build, "validate"), os.cpu_count(),
                    options=("-screen", "none"))
    rows = []
    for t in a.temperatures:
        found = results(run(lammps, DECK, t, a.snapshots))
        for key, name in NAMES:
            value, error = found[key]
            reference = REFERENCE[t][key]
            here = f"{value:.4g}" if error is None else rst.with_error(value, error)
            rows.append([t, name, here, f"{reference:g}", f"{value / reference:.2f}"])
    text = f"""Validation
==========

``make validate`` wrote this page on {datetime.date.today()} with LAMMPS {lammps.version}.

Kob-Andersen liquid, rho = 1.185, N = 1000, {a.snapshots} snapshots, ``examples/kob-andersen/in.demo``.
The column *known* comes from a numpy program that is independent of this package (6 to 9 snapshots; uncertainty of D and Green-Kubo some 10 %).
eta_UL uses P_c = 0.27; w_min comes from the isothermal bulk modulus measured here, while *known* uses 4.92 (N = 1000) and 3.1 (N = 4000).

{rst.table(["T", "quantity", "here", "known", "ratio"], rows)}"""  # noqa: E501
    rst.show(text, a.out)


if __name__ == "__main__":
    main()
