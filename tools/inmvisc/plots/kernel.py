"""A good memory kernel and three bad ones from one run, for the manual.

    python3 -m inmvisc.plots.kernel BUILD [-o doc/src/img/kernel_good_bad.png] [--work DIR]

Kob-Andersen liquid at T = 1, all atoms together.  A finished run in DIR (default BUILD/plot_kernel)
is used again. """
import argparse
import os
import sys

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../developer/validate"))
import validate_kernel as vk        # noqa: E402

STEPS = 120000
KERNELS = [  # name, Nevery, Nlag, Norigin, start, colour, legend
    ("good", 2, 1000, 10, 0, "#4f7cac", "good: window 10, a sample every 0.01, 60 windows"),
    ("short", 2, 120, 10, 0, "#eda63a", "window of 1.2, shorter than the decay"),
    ("coarse", 30, 67, 1, 0, "#c2255c", r"a sample every 0.15, $\Omega_0\,\Delta t$ = 3.7"),
    ("brief", 2, 1000, 10, STEPS - 5000, "#8a8f98", "run of 2.5 windows"),
]


def deck():
    text, _ = vk.ka_deck(1.0, 500, 10.0, STEPS, 20000, strides=())
    fixes = "".join(vk.fix(name, every, nlag, norigin, STEPS, f"start {start}")
                    for name, every, nlag, norigin, start, _, _ in KERNELS)
    return text.replace("reset_timestep 0\n\nrun", "reset_timestep 0\n" + fixes + "run"), {}


LINES = {"good": dict(zorder=5, lw=3.2), "short": dict(zorder=6, ls=(0, (4, 2))),
         "coarse": dict(marker="o", ms=4)}


def style():
    plt.rcParams.update({"font.size": 12.5, "axes.spines.top": False, "axes.spines.right": False,
                         "legend.frameon": False, "lines.linewidth": 2.0,
                         "figure.facecolor": "white"})


def draw(runs, out):
    style()
    fig, (left, right) = plt.subplots(1, 2, figsize=(12.5, 4.9))
    good = runs.vector("plot", "good")[0]
    right.axhspan(good[2] - good[3], good[2] + good[3], color="0.88", lw=0)
    right.annotate(r"$k_BT/D$ of the displacements", (0.012, 1.03 * good[2] + good[3]),
                   color="0.35", fontsize=11.5)
    for name, _, _, _, _, colour, legend in reversed(KERNELS):
        k = runs.kernel("plot", name)
        kT = k[0, 3]                                       # <v v> of one component, masses are 1
        how = LINES.get(name, {})
        left.plot(k[:, 0], k[:, 1] / kT, color=colour, **how)
        right.plot(k[1:, 0], k[1:, 2], color=colour, label=legend, **how)
        if name == "short":
            right.plot(k[-1, 0], k[-1, 2], "o", color=colour, ms=9, zorder=7)
    left.set(xlim=(0, 0.8), xlabel=r"$t$  $[\tau]$", ylabel=r"$v(t)$  $[m/\tau^2]$", title="kernel")
    inset = left.inset_axes([0.44, 0.42, 0.52, 0.5])
    for name, _, _, _, _, colour, _ in reversed(KERNELS):
        k = runs.kernel("plot", name)
        inset.plot(k[:, 0], k[:, 1] / k[0, 3], color=colour, lw=1.2 if name != "good" else 1.8)
    inset.set(xlim=(0, 10), ylim=(-14, 40))
    inset.axhline(0, color="0.7", lw=0.8, zorder=0)
    inset.set_title("to the end of the window", fontsize=11)
    right.set(xscale="log", xlim=(0.01, 10), ylim=(0, 1.45 * good[2]), xlabel=r"$t$  $[\tau]$",
              ylabel=r"$\int_0^t v\,dt'$  $[m/\tau]$", title="its integral")
    handles, labels = right.get_legend_handles_labels()
    fig.legend(handles[::-1], labels[::-1], loc="lower center", ncol=2, fontsize=11.5)
    fig.tight_layout(rect=(0, 0.13, 1, 1), w_pad=3)
    fig.savefig(out, dpi=110)


def main():
    ap = argparse.ArgumentParser(description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("build")
    ap.add_argument("-o", "--out", default=os.path.join(HERE, "../../../doc/src/img/kernel_good_bad.png"))
    ap.add_argument("--work", help="folder for the run, default BUILD/plot_kernel")
    ap.add_argument("--ranks", type=int, default=2)
    a = ap.parse_args()
    vk.RUNS["plot"] = deck
    runs = vk.Runs(a.build, a.work or os.path.join(a.build, "plot_kernel"), a.ranks)
    runs.folder("plot")
    draw(runs, a.out)


if __name__ == "__main__":
    main()
