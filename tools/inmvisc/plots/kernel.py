"""A good memory kernel and three bad ones from one run, for the manual.

    python3 -m inmvisc.plots.kernel BUILD [-o doc/src/img/kernel_good_bad.png] [--work DIR]

Kob-Andersen liquid at T = 1, all atoms together.  A finished run in DIR (default BUILD/plot_kernel)
is used again.
"""

from __future__ import annotations

import argparse
import os

import matplotlib.pyplot as plt

from ..ave_time import Path
from ..kernel_runs import KernelRuns, fix, liquid
from .style import COLOUR, PLAIN

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../.."))
PICTURE = os.path.join(ROOT, "doc/src/img/kernel_good_bad.png")

STEPS = 120000
KERNELS = [  # name, Nevery, Nlag, Norigin, start, colour, legend
    ("good", 2, 1000, 10, 0, COLOUR["stable"], "good: window 10, a sample every 0.01, 60 windows"),
    ("short", 2, 120, 10, 0, COLOUR["UD"], "window of 1.2, shorter than the decay"),
    ("coarse", 30, 67, 1, 0, COLOUR["UL"], r"a sample every 0.15, $\Omega_0\,\Delta t$ = 3.7"),
    ("brief", 2, 1000, 10, STEPS - 5000, COLOUR["all"], "run of 2.5 windows"),
]
LINES = {"good": dict(zorder=5, lw=3.2), "short": dict(zorder=6, ls=(0, (4, 2))),
         "coarse": dict(marker="o", ms=4)}
STYLE: dict[str, object] = {**PLAIN, "font.size": 12.5, "lines.linewidth": 2.0}


def deck() -> tuple[str, dict[str, str]]:
    fixes = "".join(fix(name, every, nlag, norigin, STEPS, f"start {start}")
                    for name, every, nlag, norigin, start, _, _ in KERNELS)
    return liquid(1.0, 500, STEPS, 20000, fixes), {}


def draw(runs: KernelRuns, out: Path) -> None:
    plt.switch_backend("Agg")
    plt.rcParams.update(STYLE)
    fig, (left, right) = plt.subplots(1, 2, figsize=(12.5, 4.9))
    inset = left.inset_axes([0.44, 0.42, 0.52, 0.5])
    found = runs.friction("plot", "good")
    friction, error = found["v0_msd"][0], found["err_v0_msd"][0]
    right.axhspan(friction - error, friction + error, color="0.88", lw=0)
    right.annotate(r"$k_BT/D$ of the displacements", (0.012, 1.03 * friction + error), color="0.35",
                   fontsize=11.5)
    for name, _, _, _, _, colour, legend in reversed(KERNELS):
        kernel = runs.kernel("plot", name)
        t, integral = kernel["Time"], kernel["Integral"]
        v = kernel["Cbar"] / kernel["VACF"][0]      # <v v> of one component is kT, masses are 1
        how = LINES.get(name, {})
        left.plot(t, v, color=colour, **how)
        inset.plot(t, v, color=colour, lw=1.2 if name != "good" else 1.8)
        right.plot(t[1:], integral[1:], color=colour, label=legend, **how)
        if name == "short":
            right.plot(t[-1], integral[-1], "o", color=colour, ms=9, zorder=7)
    left.set(xlim=(0, 0.8), xlabel=r"$t$  $[\tau]$", ylabel=r"$v(t)$  $[m/\tau^2]$", title="kernel")
    inset.set(xlim=(0, 10), ylim=(-14, 40))
    inset.axhline(0, color="0.7", lw=0.8, zorder=0)
    inset.set_title("to the end of the window", fontsize=11)
    right.set(xscale="log", xlim=(0.01, 10), ylim=(0, 1.45 * friction), xlabel=r"$t$  $[\tau]$",
              ylabel=r"$\int_0^t v\,dt'$  $[m/\tau]$", title="its integral")
    handles, labels = right.get_legend_handles_labels()
    fig.legend(handles[::-1], labels[::-1], loc="lower center", ncol=2, fontsize=11.5)
    fig.tight_layout(rect=(0, 0.13, 1, 1), w_pad=3)
    fig.savefig(out, dpi=110)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("-o", "--out", default=PICTURE)
    parser.add_argument("--work", help="folder for the run, default BUILD/plot_kernel")
    parser.add_argument("--ranks", type=int, default=2)
    args = parser.parse_args()
    work = args.work or os.path.join(args.build, "plot_kernel")
    draw(KernelRuns(args.build, work, args.ranks, {"plot": deck}), args.out)


if __name__ == "__main__":
    main()
