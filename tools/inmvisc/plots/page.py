"""One page of a viscosity from instantaneous normal modes: spectrum, kernel, Green-Kubo, classes.

    python3 -m inmvisc.plots.page [DIR] [-o page.png] [--title TEXT] [--units lj|metal|real]

DIR holds what examples/kob-andersen/in.demo writes; columns are found by their names:
    spectrum.dat   fix ave/time mode vector: w g count sum(P) sum(Xi2) deta_UL/dw deta_all/dw
                   eta_UL(w) eta_all(w)
    kernel.dat     fix ave/time mode vector: t C_FF integral/kT
    stress.dat     fix ave/correlate, a block per segment
    modes.dat      dump local: w P class Xi2, or c_inm[2] c_inm[3] c_inm[4] c_gam[2];
                   without it the spectrum is not coloured by class
    summary.dat    lines `name value`: T N V dt Pc wmin edge friction eta_UL eta_UL_err ...
"""

from __future__ import annotations

import argparse
import os

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from .. import ave_time
from ..ave_time import Array, Path, Table
from ..green_kubo import integrals, mean_error
from ..outputs import AFFINE_GAMMA, CLASS, INM_DOS
from .style import COLOUR, NAME, PLAIN

UNITS = {  # frequency, time, Xi^2/m, friction, viscosity
    "lj": [r"\tau^{-1}", r"\tau", r"m\,\tau^{-4}\sigma^2", r"m/\tau", r"m\,\sigma^{-1}\tau^{-1}"],
    "metal": [r"\mathrm{rad/ps}", r"\mathrm{ps}", r"\mathrm{eV}^2\mathrm{\AA}^{-2}\mathrm{mol/g}",
              r"\mathrm{g/mol/ps}", r"\mathrm{bar\,ps}"],
    "real": [r"\mathrm{rad/fs}", r"\mathrm{fs}", r"(\mathrm{kcal/mol/\AA})^2\mathrm{mol/g}",
             r"\mathrm{g/mol/fs}", r"\mathrm{atm\,fs}"],
}

STYLE = {
    **PLAIN, "font.family": "sans-serif", "font.size": 14.5, "mathtext.fontset": "dejavusans",
    "axes.titlesize": 17, "axes.titlelocation": "left", "axes.titlepad": 10,
    "axes.titleweight": "bold", "axes.labelsize": 15.5, "axes.linewidth": 1.1,
    "xtick.direction": "out", "ytick.direction": "out", "legend.fontsize": 13.5,
    "lines.linewidth": 2.2, "lines.solid_capstyle": "round",
}

# columns of modes.dat without names of their own are those of the computes inm and gam
MODE_COLUMNS = {"w": INM_DOS.local.column("c_inm", "w"), "P": INM_DOS.local.column("c_inm", "P"),
                "class": INM_DOS.local.column("c_inm", "class"),
                "Xi2": AFFINE_GAMMA.local.column("c_gam", "Xi2")}


class Page:
    """What the panels share: the data, the frequency axis and its landmarks."""

    def __init__(self, folder: Path, units: str) -> None:
        self.folder = folder
        self.unit = dict(zip(("w", "t", "xi2", "friction", "eta"), UNITS[units]))
        self.info = ave_time.values(self.path("summary.dat"))
        self.spectrum = ave_time.blocks(self.path("spectrum.dat"))[-1]
        self.kernel = ave_time.blocks(self.path("kernel.dat"))[-1]
        modes = self.path("modes.dat")
        self.modes = ave_time.dump(modes) if os.path.exists(modes) else []
        self.w = self.spectrum["w"]
        self.dw = self.w[1] - self.w[0]
        self.edges = np.append(self.w - self.dw / 2, self.w[-1] + self.dw / 2)
        filled = self.w[self.spectrum["count"] > 0]
        below = np.cumsum(self.spectrum["g"]) * self.dw
        self.lo, self.hi = filled[0] - self.dw, np.interp(0.97, below, self.w)
        self.visible = (self.w > self.lo) & (self.w < self.hi)

    def path(self, name: str) -> str:
        return os.path.join(self.folder, name)

    def mean(self, quantity: str) -> Array:
        """Sum over the modes of each bin, over their number."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.spectrum[f"sum({quantity})"] / self.spectrum["count"]

    @staticmethod
    def of_class(name: str, snapshot: Table, quantity: str) -> Array:
        """A column of modes.dat for the modes of one class."""
        chosen = snapshot.first("class", MODE_COLUMNS["class"]) == CLASS[name]
        return snapshot.first(quantity, MODE_COLUMNS[quantity])[chosen]

    def share(self, name: str, weight: str | None = None) -> Array:
        """Histogram of the modes of one class in a snapshot, mean over the snapshots."""
        w = np.concatenate([self.of_class(name, s, "w") for s in self.modes])
        weights = None if weight is None else np.concatenate(
            [self.of_class(name, s, weight) for s in self.modes])
        return np.histogram(w, self.edges, weights=weights)[0] / len(self.modes)

    def frequency_axis(self, ax: Axes) -> None:
        ax.set_xlim(self.lo, self.hi)
        ax.set_xlabel(rf"$\omega$   $[{self.unit['w']}]$     unstable: $-|\omega|$")
        ax.axvline(0, color="0.75", lw=1, zorder=0)
        cut = self.info["wmin"]
        ax.axvspan(-cut, cut, color="0.93", zorder=0, lw=0)
        ax.axvline(self.edge, color=COLOUR["UL"], lw=1.4, ls=(0, (4, 3)), zorder=1)

    @property
    def edge(self) -> float:
        """Mobility edge on the plotted axis, where unstable frequencies are negative."""
        return -abs(self.info.get("edge", np.nan))


def density(ax: Axes, page: Page) -> None:
    g = page.spectrum["g"]
    ax.set_title("Density of states")
    if page.modes:
        base = np.zeros_like(g)
        scale = g.sum() / np.sum([page.share(c) for c in CLASS])
        for name in ("UL", "UD", "stable"):
            top = base + scale * page.share(name)
            ax.fill_between(page.edges, np.append(base, 0), np.append(top, 0), step="post",
                            color=COLOUR[name], lw=0, alpha=0.9)
            base = top
    ax.stairs(g, page.edges, color="0.15", lw=1.1)
    page.frequency_axis(ax)
    ax.set_ylim(0)
    ax.set_ylabel(rf"$g(\omega)$   $[1/({page.unit['w']})]$".replace(r"1/(\tau^{-1})", r"\tau"))


def participation(ax: Axes, page: Page) -> None:
    ax.set_title("Participation ratio")
    if page.modes:
        for name in CLASS:
            w, P = (page.of_class(name, page.modes[-1], q) for q in ("w", "P"))
            ax.plot(w, P, ".", ms=3.6, mew=0, alpha=0.55, color=COLOUR[name], rasterized=True)
    mean = page.mean("P")
    ax.plot(page.w, mean, color="0.1", label="mean of the bin")
    pc = page.info["Pc"]
    ax.axhline(pc, color=COLOUR["UL"], lw=1.4, ls=":")
    page.frequency_axis(ax)
    ax.set_ylim(0, 1.3 * np.nanmax(mean[page.visible]))
    ax.annotate(rf"$P_c = {pc:g}$", (page.hi, pc), xytext=(0, 4), textcoords="offset points",
                ha="right", va="bottom", color=COLOUR["UL"], fontsize=15)
    ax.set_ylabel(r"$P(\omega)$")
    ax.legend(loc="upper right")


def affine(ax: Axes, page: Page) -> None:
    ax.set_title("Affine force field")
    mean = page.mean("Xi2")
    if page.modes:
        for name in CLASS:
            n = page.share(name)
            with np.errstate(invalid="ignore", divide="ignore"):
                of_class = np.where(n * len(page.modes) >= 3, page.share(name, "Xi2") / n, np.nan)
            ax.plot(page.w, of_class, color=COLOUR[name])
    else:
        ax.plot(page.w, mean, color="0.1")
    ax.set_yscale("log")
    ax.set_ylim(0.4 * np.nanmin(mean[page.visible]), 2 * np.nanmax(mean[page.visible]))
    page.frequency_axis(ax)
    ax.set_ylabel(rf"$\Gamma(\omega)$   $[{page.unit['xi2']}]$")


def friction(ax: Axes, page: Page) -> None:
    ax.set_title("Memory kernel and friction")
    t, c, integral = page.kernel.columns("t", "C_FF", "integral/kT")
    value, error = page.info["friction"], page.info["friction_err"]
    ax.axhline(0, color="0.75", lw=1, zorder=0)
    ax.plot(t, c / c[0], color=COLOUR["stable"])
    ax.set_xscale("log")
    ax.set_xlim(t[1], t[-1])
    ax.set_xlabel(rf"$t$   $[{page.unit['t']}]$")
    ax.set_ylabel(r"$\bar C_{FF}(t)\,/\,\bar C_{FF}(0)$", color=COLOUR["stable"])
    right = ax.twinx()
    right.spines["right"].set_visible(True)
    right.axhspan(value - error, value + error, color=COLOUR["UL"], alpha=0.18, lw=0)
    right.plot(t, integral, color=COLOUR["UL"])
    right.set_ylabel(rf"$\int_0^t \bar C_{{FF}}/k_BT$   $[{page.unit['friction']}]$",
                     color=COLOUR["UL"])
    low, high = ax.get_ylim()
    top = 1.25 * max(value + error, np.nanmax(integral))
    ax.set_ylim(low, 1.12)
    right.set_ylim(top * low / 1.12, top)                  # one zero for both axes
    right.annotate(rf"$\tilde\nu(0) = {value:.1f} \pm {error:.1f}$", (t[-1], value + error),
                   xytext=(-4, 7), textcoords="offset points", ha="right", color=COLOUR["UL"],
                   fontsize=16)


def green_kubo(ax: Axes, page: Page) -> None:
    ax.set_title("Green-Kubo")
    segments = ave_time.blocks(page.path("stress.dat"))
    pairs = [name for name in segments[0].names if "*" in name]
    t = segments[0]["TimeDelta"] * page.info["dt"]
    c = np.concatenate([s.columns(*pairs) for s in segments]) * page.info["V"] / page.info["T"]
    mean, error = mean_error(integrals(c, t[1] - t[0]))
    ax.fill_between(t, mean - error, mean + error, color=COLOUR["GK"], alpha=0.18, lw=0)
    ax.plot(t, mean, color=COLOUR["GK"], label=r"$\eta(t)$, running integral")
    g = c.mean(0)
    ax.plot(t, g / g[0] * mean[-1], color=COLOUR["stable"], lw=1.6,
            label=r"stress correlation, scaled")
    ax.axhline(0, color="0.75", lw=1, zorder=0)
    ax.errorbar(1.02 * t[-1], mean[-1], error[-1], fmt="o", color=COLOUR["GK"], capsize=4, ms=7,
                clip_on=False)
    ax.set_xlim(0, 1.04 * t[-1])
    ax.set_ylim(-0.08 * mean[-1], 1.35 * (mean + error).max())
    ax.axvline(t[-1], color="0.5", lw=1, ls=(0, (4, 3)))
    ax.annotate("window", (t[-1], 0.30 * mean[-1]), xytext=(-5, 0), textcoords="offset points",
                rotation=90, ha="right", va="center", color="0.4", fontsize=11)
    ax.annotate(rf"$\eta_{{GK}} = {page.info['eta_GK']:.1f} \pm {page.info['eta_GK_err']:.1f}$",
                (0.5, 0.22), xycoords="axes fraction", ha="center", fontsize=16, color=COLOUR["GK"])
    ax.set_xlabel(rf"$t$   $[{page.unit['t']}]$")
    ax.set_ylabel(rf"$\eta(t)$   $[{page.unit['eta']}]$")
    ax.legend(loc="upper left")


def by_class(ax: Axes, page: Page) -> None:
    ax.set_title("Viscosity by class")
    info, names = page.info, ("UL", "UD", "stable", "all")
    relative = info["friction_err"] / info["friction"]
    for x, name in enumerate(names):
        for which, shift, mark in (("eta", -0.12, "o"), ("eta2", 0.12, "s")):
            value = info.get(f"{which}_{name}")
            if value is None:
                continue
            error = np.hypot(info[f"{which}_{name}_err"], value * relative)
            ax.errorbar(x + shift, value, error, fmt=mark, ms=11,
                        mfc=COLOUR[name] if which == "eta" else "white", mec=COLOUR[name], mew=2,
                        ecolor=COLOUR[name], elinewidth=2, capsize=5, zorder=3)
    gk, err = info["eta_GK"], info["eta_GK_err"]
    ax.axhspan(gk - err, gk + err, color=COLOUR["GK"], alpha=0.18, lw=0)
    ax.axhline(gk, color=COLOUR["GK"], lw=1.6)
    ax.annotate("Green-Kubo", (3.45, gk - err), xytext=(0, -5), textcoords="offset points",
                ha="right", va="top", fontsize=13.5, color=COLOUR["GK"])
    ax.set_yscale("log")
    ax.set_xlim(-0.5, 3.5)
    ax.set_xticks(range(4))
    ax.set_xticklabels(["unstable\nlocalized", "unstable\ndelocalized", "stable", "all"])
    for tick, name in zip(ax.get_xticklabels(), names):
        tick.set_color(COLOUR[name])
        tick.set_fontweight("bold")
        tick.set_fontsize(12)
    ax.tick_params(axis="x", length=0)
    marks = [ax.plot([], [], "o", color="0.3", ms=9)[0]]
    labels = [rf"$\omega_{{\min}} = {info['wmin']:.2f}$, this box"]
    if "wmin2" in info:
        marks.append(ax.plot([], [], "s", mfc="white", mec="0.3", mew=2, ms=9)[0])
        labels.append(rf"$\omega_{{\min}} = {info['wmin2']:.2f}$, $N$ = 4000")
    low, high = ax.get_ylim()
    ax.set_ylim(min(low, gk / 3), high * 1.5)
    ax.legend(marks, labels, loc="upper left", handletextpad=0.3)
    ax.set_ylabel(rf"$\eta$   $[{page.unit['eta']}]$")


def decomposition(ax: Axes, page: Page) -> None:
    ax.set_title("Where the viscosity comes from")
    ul, every = page.spectrum["deta_UL/dw"], page.spectrum["deta_all/dw"]
    rest = every - ul
    for part, name, where in ((ul, "UL", page.w < 0), (rest, "UD", page.w < 0),
                              (rest, "stable", page.w > 0)):
        ax.stairs(np.where(where, part, 0), page.edges, color=COLOUR[name], lw=2, fill=False)
        ax.stairs(np.where(where, part, 0), page.edges, color=COLOUR[name], alpha=0.3, fill=True)
    peak = np.nanmax(every)
    ax.set_yscale("log")
    ax.set_ylim(peak * 1e-5, peak * 4)
    page.frequency_axis(ax)
    unit = f"{page.unit['eta']}/({page.unit['w']})".replace(r"\tau^{-1}/(\tau^{-1})", "")
    ax.set_ylabel(rf"$d\eta/d\omega$   $[{unit}]$")


def cumulative(ax: Axes, page: Page) -> None:
    ax.set_title("Summed from the left")
    gk, err = page.info["eta_GK"], page.info["eta_GK_err"]
    right = page.edges[1:]
    ax.axhspan(gk - err, gk + err, color=COLOUR["GK"], alpha=0.18, lw=0)
    ax.axhline(gk, color=COLOUR["GK"], lw=1.6)
    every, ul = page.spectrum["eta_all(w)"], page.spectrum["eta_UL(w)"]
    ax.plot(right, every, color=COLOUR["all"], label=NAME["all"])
    ax.plot(right, ul, color=COLOUR["UL"], label=NAME["UL"])
    ax.set_yscale("log")
    page.frequency_axis(ax)
    total = every[-1]
    ax.set_ylim(min(gk, ul[-1]) / 200, total * 2.2)
    ax.annotate("Green-Kubo", (page.hi, gk + err), xytext=(0, 5), textcoords="offset points",
                ha="right", va="bottom", fontsize=13.5, color=COLOUR["GK"])
    ax.set_ylabel(rf"$\int_{{-\infty}}^{{\omega}} d\eta$   $[{page.unit['eta']}]$")
    ax.legend(loc="lower right")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", default=".")
    parser.add_argument("-o", "--output", default=None, help="default: DIR/demo.png")
    parser.add_argument("--title", default="Shear viscosity from unstable localized modes")
    parser.add_argument("--units", choices=UNITS, default="lj")
    args = parser.parse_args()

    page = Page(args.folder, args.units)
    info = page.info
    plt.switch_backend("Agg")
    plt.rcParams.update(STYLE)
    figure, axes = plt.subplots(2, 4, figsize=(24, 13.5))
    panels = (density, participation, affine, decomposition, friction, green_kubo, by_class,
              cumulative)
    for ax, panel in zip(axes.flat, panels):
        panel(ax, page)
    figure.suptitle(args.title, x=0.045, y=0.975, ha="left", fontsize=29, fontweight="bold")
    error = np.hypot(info["eta_UL_err"], info["eta_UL"] * info["friction_err"] / info["friction"])
    figure.text(0.045, 0.908,
                rf"$T = {info['T']:g}$,  $N = {info['N']:g}$,  {len(page.modes)} snapshots:    "
                rf"$\eta_{{UL}} = {info['eta_UL']:.1f} \pm {error:.1f}$    "
                rf"Green-Kubo $\eta = {info['eta_GK']:.1f} \pm {info['eta_GK_err']:.1f}$",
                fontsize=21, color="0.25")
    keys = [Patch(color=COLOUR[c], label=NAME[c]) for c in ("UL", "UD", "stable")]
    keys += [Patch(color="0.9", label=r"$|\omega| < \omega_{\min}$"),
             Line2D([], [], color=COLOUR["UL"], lw=1.6, ls=(0, (4, 3)), label="mobility edge")]
    figure.legend(handles=keys, loc="upper right", bbox_to_anchor=(0.99, 0.985), ncol=3,
                  fontsize=16, columnspacing=1.6, handlelength=1.6)
    figure.subplots_adjust(left=0.05, right=0.985, top=0.845, bottom=0.072, wspace=0.38,
                           hspace=0.37)
    narrow = axes[1, 0].get_position()                     # room for the second ordinate
    for ax in figure.axes:
        if ax.get_position().bounds == narrow.bounds:
            ax.set_position([narrow.x0, narrow.y0, 0.88 * narrow.width, narrow.height])
    output = args.output or os.path.join(args.folder, "demo.png")
    figure.savefig(output, dpi=100)
    print(output)


if __name__ == "__main__":
    main()
