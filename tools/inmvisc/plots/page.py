"""One page of a viscosity from instantaneous normal modes: spectrum, kernel, Green-Kubo, classes.

    inmvisc page RUN [-o page.png] [--title TEXT]

RUN is the folder that inmvisc.inc writes.  The page has the density of states, participation ratios
and affine forces by class, where the viscosity comes from, the memory kernel with the friction,
Green-Kubo, the viscosity of each class, and the viscosity of all unstable modes beyond an edge as a
function of this edge.  Units are those of the run; viscosities are in mPa s where the run has
units.  PNG, PDF or SVG, by the name of the output.

Example:

    inmvisc page inmvisc -o argon.pdf --title "Argon, 86 K"
"""

from __future__ import annotations

import argparse
import os
import sys

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ..ave_time import Array, Table
from ..green_kubo import integrals, mean_error
from ..outputs import CLASS
from ..run_folder import RunError, RunFolder
from .style import COLOUR, NAME, PLAIN

STYLE = {
    **PLAIN, "font.family": "sans-serif", "font.size": 14.5, "mathtext.fontset": "dejavusans",
    "axes.titlesize": 17, "axes.titlelocation": "left", "axes.titlepad": 10,
    "axes.titleweight": "bold", "axes.labelsize": 15.5, "axes.linewidth": 1.1,
    "xtick.direction": "out", "ytick.direction": "out", "legend.fontsize": 13.5,
    "lines.linewidth": 2.2, "lines.solid_capstyle": "round",
}


class Page:
    """What the panels share: the data, the frequency axis and its landmarks."""

    def __init__(self, run: RunFolder) -> None:
        self.run = run
        self.unit = run.units
        self.factor = run.units.eta_factor
        self.spectrum = run.table("spectrum")
        self.kernel = next(table for table in run.tables("friction") if "Cbar" in table.names)
        self.modes = run.tables("modes") if os.path.exists(run.path("modes.dat")) else []
        self.wmin = run.value("w_min")
        self.gk = run.eta("eta_GK")
        self.w = self.spectrum["w"]
        self.dw = self.w[1] - self.w[0]
        self.edges = np.append(self.w - self.dw / 2, self.w[-1] + self.dw / 2)
        filled = self.w[self.spectrum["count"] > 0]
        below = np.cumsum(self.spectrum["g"]) * self.dw
        self.lo, self.hi = filled[0] - self.dw, np.interp(0.97, below, self.w)
        self.visible = (self.w > self.lo) & (self.w < self.hi)

    def mean(self, quantity: str) -> Array:
        """Sum over the modes of each bin, over their number."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.spectrum[f"sum({quantity})"] / self.spectrum["count"]

    @staticmethod
    def of_class(name: str, snapshot: Table, quantity: str) -> Array:
        """A column of modes.dat for the modes of one class."""
        return snapshot[quantity][snapshot["class"] == CLASS[name]]

    def share(self, name: str, weight: str | None = None) -> Array:
        """Histogram of the modes of one class in a snapshot, mean over the snapshots."""
        w = np.concatenate([self.of_class(name, s, "w") for s in self.modes])
        weights = None if weight is None else np.concatenate(
            [self.of_class(name, s, weight) for s in self.modes])
        return np.histogram(w, self.edges, weights=weights)[0] / len(self.modes)

    def frequency_axis(self, ax: Axes) -> None:
        ax.set_xlim(self.lo, self.hi)
        ax.set_xlabel(rf"$\omega$   $[{self.unit.rate}]$     unstable: $-|\omega|$")
        ax.axvline(0, color="0.75", lw=1, zorder=0)
        cut = self.wmin
        ax.axvspan(-cut, cut, color="0.93", zorder=0, lw=0)
        if np.isfinite(self.edge):
            ax.axvline(self.edge, color=COLOUR["UL"], lw=1.4, ls=(0, (4, 3)), zorder=1)

    @property
    def edge(self) -> float:
        """Mobility edge on the plotted axis, where unstable frequencies are negative."""
        return -abs(self.run.value("w_edge"))

    @property
    def threshold(self) -> float:
        """P_c; NaN if the edge was given as a frequency."""
        kind, _, value = self.run.text("edge").partition(" ")
        return float(value) if kind == "pr" else np.nan


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
    ax.set_ylabel(rf"$g(\omega)$   $[1/({page.unit.rate})]$".replace(r"1/(\tau^{-1})", r"\tau"))


def participation(ax: Axes, page: Page) -> None:
    ax.set_title("Participation ratio")
    if page.modes:
        for name in CLASS:
            w, P = (page.of_class(name, page.modes[-1], q) for q in ("w", "P"))
            ax.plot(w, P, ".", ms=3.6, mew=0, alpha=0.55, color=COLOUR[name], rasterized=True)
    mean = page.mean("P")
    ax.plot(page.w, mean, color="0.1", label="mean of the bin")
    pc = page.threshold
    page.frequency_axis(ax)
    ax.set_ylim(0, 1.3 * np.nanmax(mean[page.visible]))
    if np.isfinite(pc):
        ax.axhline(pc, color=COLOUR["UL"], lw=1.4, ls=":", label=rf"$P_c = {pc:g}$")
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
    ax.set_ylabel(rf"$\Gamma(\omega)$   $[{page.unit.xi2}]$")


def friction(ax: Axes, page: Page) -> None:
    ax.set_title("Memory kernel and friction")
    t, c, integral = page.kernel.columns("Time", "Cbar", "Integral")
    value, error = page.run.value("friction"), page.run.error("friction")
    band = np.nan_to_num(error)
    ax.axhline(0, color="0.75", lw=1, zorder=0)
    ax.plot(t, c / c[0], color=COLOUR["stable"])
    ax.set_xscale("log")
    ax.set_xlim(t[1], t[-1])
    ax.set_xlabel(rf"$t$   $[{page.unit.time}]$")
    ax.set_ylabel(r"$\bar C_{FF}(t)\,/\,\bar C_{FF}(0)$", color=COLOUR["stable"])
    right = ax.twinx()
    right.spines["right"].set_visible(True)
    right.axhspan(value - band, value + band, color=COLOUR["UL"], alpha=0.18, lw=0)
    right.plot(t, integral, color=COLOUR["UL"])
    right.set_ylabel(rf"$\int_0^t \bar C_{{FF}}/k_BT$   $[{page.unit.friction}]$",
                     color=COLOUR["UL"])
    low, high = ax.get_ylim()
    top = 1.25 * max(value + band, np.nanmax(integral))
    ax.set_ylim(low, 1.12)
    right.set_ylim(top * low / 1.12, top)                  # one zero for both axes
    right.annotate(rf"$\tilde\nu(0) = {number(value, error)}$", (0.97, 0.36),
                   xycoords="axes fraction", ha="right", color=COLOUR["UL"], fontsize=16)


def green_kubo(ax: Axes, page: Page) -> None:
    ax.set_title("Green-Kubo")
    segments = page.run.tables("green_kubo")
    pairs = [name for name in segments[0].names if "*" in name]
    t = segments[0]["TimeDelta"] * page.run.value("timestep")
    c = np.concatenate([s.columns(*pairs) for s in segments]) * page.run.scale * page.factor
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
    ax.set_title(rf"$\eta_{{GK}} = {number(*page.gk)}$", loc="right", color=COLOUR["GK"],
                 fontsize=15)
    ax.set_xlabel(rf"$t$   $[{page.unit.time}]$")
    ax.set_ylabel(rf"$\eta(t)$   $[{page.unit.eta}]$")
    ax.legend(loc="upper left")


def by_class(ax: Axes, page: Page) -> None:
    ax.set_title("Viscosity by class")
    names = ("UL", "UD", "stable", "all")
    gk, err = page.gk
    shown = [gk]
    for x, name in enumerate(names):
        value, error = page.run.eta(f"eta_{name}")      # its error has that of the friction in it
        if value > 0:
            shown.append(value)
            ax.errorbar(x, value, np.nan_to_num(error), fmt="o", ms=11, color=COLOUR[name],
                        elinewidth=2, capsize=5, zorder=3)
    ax.axhspan(gk - err, gk + err, color=COLOUR["GK"], alpha=0.18, lw=0)
    ax.axhline(gk, color=COLOUR["GK"], lw=1.6, label="Green-Kubo")
    ax.set_yscale("log")
    ax.set_ylim(min(shown) / 3, 6 * max(shown))
    ax.set_xlim(-0.5, 3.5)
    ax.set_xticks(range(4))
    ax.set_xticklabels(["unstable\nlocalized", "unstable\ndelocalized", "stable", "all"])
    for tick, name in zip(ax.get_xticklabels(), names):
        tick.set_color(COLOUR[name])
        tick.set_fontweight("bold")
        tick.set_fontsize(12)
    ax.tick_params(axis="x", length=0)
    ax.set_ylabel(rf"$\eta$   $[{page.unit.eta}]$")
    ax.legend(loc="upper left")


def decomposition(ax: Axes, page: Page) -> None:
    ax.set_title("Where the viscosity comes from")
    ul, every = (page.factor * page.spectrum[f"deta_{name}/dw"] for name in ("UL", "all"))
    rest = every - ul
    for part, name, where in ((ul, "UL", page.w < 0), (rest, "UD", page.w < 0),
                              (rest, "stable", page.w > 0)):
        ax.stairs(np.where(where, part, 0), page.edges, color=COLOUR[name], lw=2, fill=False)
        ax.stairs(np.where(where, part, 0), page.edges, color=COLOUR[name], alpha=0.3, fill=True)
    peak = np.nanmax(every)
    ax.set_yscale("log")
    ax.set_ylim(peak * 1e-5, peak * 4)
    page.frequency_axis(ax)
    unit = f"{page.unit.eta}/({page.unit.rate})".replace(r"\tau^{-1}/(\tau^{-1})", "")
    ax.set_ylabel(rf"$d\eta/d\omega$   $[{unit}]$")


def beyond(ax: Axes, page: Page) -> None:
    """eta of the unstable modes with |w| above x: what eta_UL would be with the edge at x."""
    ax.set_title("Unstable, beyond an edge")
    gk, err = page.gk
    x, eta = -page.edges[1:], page.factor * page.spectrum["eta_all(w)"]
    seen = (x > 0) & (x < -page.lo) & (eta > 0)
    ax.axhspan(gk - err, gk + err, color=COLOUR["GK"], alpha=0.18, lw=0)
    ax.axhline(gk, color=COLOUR["GK"], lw=1.6, label="Green-Kubo")
    if seen.any():
        ax.plot(x[seen], eta[seen], color=COLOUR["UL"],
                label=r"modes with $|\omega|$ above the edge")
        ax.set_ylim(min(gk, eta[seen].max()) / 300, 8 * max(gk, eta[seen].max()))
    ax.axvspan(0, page.wmin, color="0.93", zorder=0, lw=0)
    if np.isfinite(page.edge):
        ax.axvline(-page.edge, color=COLOUR["UL"], lw=1.4, ls=(0, (4, 3)))
    ax.set_yscale("log")
    ax.set_xlim(0, -page.lo if page.lo < 0 else None)
    ax.set_xlabel(rf"edge $|\omega|$   $[{page.unit.rate}]$")
    ax.set_ylabel(rf"$\eta$   $[{page.unit.eta}]$")
    ax.legend(loc="upper right")


def number(value: float, error: float) -> str:
    """value and error to two digits of the error, for a title."""
    if not np.isfinite(value):
        return r"\mathrm{not\ known}"
    if not np.isfinite(error) or error <= 0:
        return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    digits = max(0, 1 - int(np.floor(np.log10(error))))
    return rf"{value:.{digits}f} \pm {error:.{digits}f}"


PANELS = (density, participation, affine, decomposition, friction, green_kubo, by_class, beyond)


def draw(run: RunFolder, path: str, title: str) -> None:
    """The page as a picture."""
    page = Page(run)
    plt.switch_backend("Agg")
    plt.rcParams.update(STYLE)
    figure, axes = plt.subplots(2, 4, figsize=(24, 13.5))
    for ax, panel in zip(axes.flat, PANELS):
        panel(ax, page)
    figure.suptitle(title, x=0.045, y=0.975, ha="left", fontsize=29, fontweight="bold")
    ul, err = run.eta("eta_UL")
    eta = rf"\,{page.unit.eta}"
    figure.text(0.045, 0.908,
                rf"$T = {run.value('temperature'):.4g}\,{page.unit.temperature}$,  "
                rf"$N = {run.value('atoms'):g}$,  {run.text('snapshots')} snapshots:    "
                rf"$\eta_{{UL}} = {number(ul, err)}{eta}$    "
                rf"Green-Kubo $\eta = {number(*page.gk)}{eta}$",
                fontsize=21, color="0.25")
    keys = [Patch(color=COLOUR[c], label=NAME[c]) for c in ("UL", "UD", "stable")]
    keys += [Patch(color="0.9", label=r"$|\omega| < \omega_{\min}$"),
             Line2D([], [], color=COLOUR["UL"], lw=1.6, ls=(0, (4, 3)), label="edge of classes")]
    figure.legend(handles=keys, loc="upper right", bbox_to_anchor=(0.99, 0.985), ncol=3,
                  fontsize=16, columnspacing=1.6, handlelength=1.6)
    figure.subplots_adjust(left=0.05, right=0.985, top=0.845, bottom=0.072, wspace=0.38,
                           hspace=0.37)
    narrow = axes[1, 0].get_position()                     # room for the second ordinate
    for ax in figure.axes:
        if ax.get_position().bounds == narrow.bounds:
            ax.set_position([narrow.x0, narrow.y0, 0.88 * narrow.width, narrow.height])
    figure.savefig(path, dpi=100)
    plt.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(prog="inmvisc page", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", metavar="RUN", help="folder of inmvisc.inc")
    parser.add_argument("-o", "--output", help="default: RUN/page.png")
    parser.add_argument("--title", default="Shear viscosity from instantaneous normal modes")
    args = parser.parse_args()
    output = args.output or os.path.join(args.run, "page.png")
    try:
        draw(RunFolder(args.run), output, args.title)
    except (OSError, KeyError, RunError) as error:
        sys.exit(f"inmvisc page: {error.args[0] if isinstance(error, KeyError) else error}")
    print(output)


if __name__ == "__main__":
    main()
