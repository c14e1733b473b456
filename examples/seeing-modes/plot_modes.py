#!/usr/bin/env python3
"""Draw the four modes that in.modes has written, as in Fig. S11 of the paper: arrows projected on
the xy plane.

    ../../tools/inmvisc-tool plot_modes.py [DIR] [-o modes.png]
"""
import argparse
import os

import matplotlib.pyplot as plt
import numpy as np

from inmvisc import ave_time
from inmvisc.outputs import CLASS, INM_DOS
from inmvisc.plots.style import COLOUR, NAME

CLASS_OF = {number: name for name, number in CLASS.items()}


def read_mode(path):
    """Positions [atom, 3], eigenvector [atom, 3], participation ratio."""
    table = ave_time.dump(path)[-1]
    x, e = table.columns("x", "y", "z").T, table.columns("mux", "muy", "muz").T
    return x, e, 1.0 / (len(e) * ((e ** 2).sum(1) ** 2).sum())


def find(modes, pr, unstable):
    """Frequency and class of the mode with this participation ratio, on the branch of the mode."""
    w, P, number = (modes.component(INM_DOS.local, name) for name in ("w", "P", "class"))
    branch = np.nonzero((w < 0) if unstable else (w > 0))[0]
    k = branch[np.argmin(abs(P[branch] - pr))]
    return w[k], CLASS_OF[int(number[k])]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", default=".")
    parser.add_argument("-o", "--output", default="modes.png")
    arguments = parser.parse_args()

    modes = ave_time.dump(os.path.join(arguments.folder, "modes.dat"))[-1]
    plt.switch_backend("Agg")
    figure, axes = plt.subplots(1, 4, figsize=(15, 4.4), constrained_layout=True)
    for ax, name in zip(axes, ("low", "neg", "pos", "high")):
        x, e, pr = read_mode(os.path.join(arguments.folder, name + ".dump"))
        w, kind = find(modes, pr, name in ("low", "neg"))
        size = np.sqrt((e ** 2).sum(1))
        # the longest arrow has the same length in all panels: what differs is how many are long
        u = e * (0.12 * np.ptp(x[:, 0]) / size.max())
        ax.scatter(x[:, 0], x[:, 1], s=2, color="#d5d8dd", linewidths=0)
        order = np.argsort(size)
        ax.quiver(x[order, 0], x[order, 1], u[order, 0], u[order, 1], color=COLOUR[kind],
                  angles="xy", scale_units="xy", scale=1, width=0.006, headwidth=3.5)
        ax.set_title(f"$\\omega$ = {w:.2f} rad/ps\n"
                     f"{NAME[kind]}, P = {pr:.3f}, {pr * len(x):.0f} atoms", fontsize=11)
        ax.set_aspect("equal")
        ax.set_xticks([])
        ax.set_yticks([])
        print(f"{name}: w = {w:.4f} rad/ps, P = {pr:.4f}, {pr * len(x):.1f} of {len(x)} atoms, "
              f"{NAME[kind]}")
    figure.savefig(arguments.output, dpi=80)


if __name__ == "__main__":
    main()
