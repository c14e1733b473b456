#!/usr/bin/env python3
"""Draw the four modes that in.modes has written, as in Fig. S11 of the paper: arrows projected on
the xy plane.

    plot_modes.py [DIR] [-o modes.png]
"""
import argparse
import os

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from inmvisc import ave_time

COLOUR = {1: "#4f7cac", -1: "#c2255c", -2: "#eda63a"}    # of the class, as in inmvisc.plots.page
NAME = {1: "stable", -1: "unstable localized", -2: "unstable delocalized"}


def read_mode(path):
    """positions, eigenvector, participation ratio"""
    table = ave_time.dump_custom(path)[-1][1]
    e = table[:, 5:8]
    return table[:, 2:5], e, 1.0 / (len(e) * ((e ** 2).sum(1) ** 2).sum())


def find(modes, pr, low):
    """the row of modes.dat with this participation ratio, on the branch of the mode"""
    branch = modes[modes[:, 1] < 0] if low else modes[modes[:, 1] > 0]
    return branch[np.argmin(abs(branch[:, 2] - pr))]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", default=".")
    parser.add_argument("-o", "--output", default="modes.png")
    arguments = parser.parse_args()

    modes = ave_time.dump_local(os.path.join(arguments.folder, "modes.dat"))[-1][1]
    figure, axes = plt.subplots(1, 4, figsize=(15, 4.4), constrained_layout=True)
    for ax, name in zip(axes, ("low", "neg", "pos", "high")):
        x, e, pr = read_mode(os.path.join(arguments.folder, name + ".dump"))
        mode = find(modes, pr, name in ("low", "neg"))
        colour = COLOUR[int(mode[3])]
        size = np.sqrt((e ** 2).sum(1))
        # the longest arrow has the same length in all panels: what differs is how many are long
        u = e * (0.12 * np.ptp(x[:, 0]) / size.max())
        ax.scatter(x[:, 0], x[:, 1], s=2, color="#d5d8dd", linewidths=0)
        order = np.argsort(size)
        ax.quiver(x[order, 0], x[order, 1], u[order, 0], u[order, 1], color=colour, angles="xy",
                  scale_units="xy", scale=1, width=0.006, headwidth=3.5)
        ax.set_title(f"$\\omega$ = {mode[1]:.2f} rad/ps\n{NAME[int(mode[3])]}, P = {pr:.3f}, {pr * len(x):.0f} atoms",
                     fontsize=11)
        ax.set_aspect("equal")
        ax.set_xticks([])
        ax.set_yticks([])
        print(f"{name}: w = {mode[1]:.4f} rad/ps, P = {pr:.4f}, {pr * len(x):.1f} of {len(x)} atoms, {NAME[int(mode[3])]}")
    figure.savefig(arguments.output, dpi=80)


if __name__ == "__main__":
    main()
