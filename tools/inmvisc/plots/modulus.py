"""One page of a complex modulus: modes and Green-Kubo, each with a band of one standard error.

complex_modulus --plot draws it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from ..ave_time import Array, Path
from ..units import UNITS
from .page import STYLE
from .style import COLOUR

if TYPE_CHECKING:
    from ..complex_modulus import GreenKubo, Modes

MODES = (COLOUR["UL"], COLOUR["stable"], COLOUR["UD"], COLOUR["all"])     # one after the other


def band(ax: Axes, x: Array, value: Array, error: Array, colour: str, label: str,
         line: str = "-") -> None:
    ax.fill_between(x, value - error, value + error, color=colour, alpha=0.25, lw=0)
    ax.plot(x, value, line, color=colour, label=label)


def part(ax: Axes, title: str, symbol: str, name: str, letter: str, w: Array,
         green_kubo: GreenKubo, modes: list[Modes]) -> None:
    """Storage or loss against frequency."""
    ax.set_title(title)
    band(ax, w, getattr(green_kubo.modulus, name), getattr(green_kubo.modulus, f"{name}_error"),
         COLOUR["GK"], "Green-Kubo")
    for colour, table in zip(MODES, modes):
        of = getattr(table, letter)
        band(ax, table.w, getattr(of, name), getattr(of, f"{name}_error"), colour,
             f"inm/modulus, {table.name}", "o-")
    window = green_kubo.found.window
    if w[0] * window < 1:
        ax.axvspan(w[0], 1 / window, color="0.93", zorder=0, lw=0)
    ax.set_xscale("log")
    ax.set_xlim(w[0], w[-1])
    ax.axhline(0, color="0.75", lw=1, zorder=0)
    ax.set_ylabel(symbol)


def correlation(ax: Axes, title: str, symbol: str, part_of: GreenKubo, unit: str) -> None:
    """G(t), and its running integral relative to the viscosity."""
    found = part_of.found
    ax.set_title(title)
    ax.axhline(0, color="0.75", lw=1, zorder=0)
    ax.plot(found.time[1:], found.correlation[1:] / found.correlation[0], color=COLOUR["GK"],
            label=rf"${symbol}(t)/{symbol}(0)$")
    band(ax, found.time[1:], found.running[1:] / found.eta, found.running_error[1:] / found.eta,
         COLOUR["stable"], r"$\int_0^t$, relative to the window")
    ax.axvline(found.window, color="0.5", lw=1, ls=(0, (4, 3)))
    ax.set_xscale("log")
    ax.set_xlim(found.time[1], found.time[-1])
    ax.set_ylim(-0.4, 1.4)
    ax.set_xlabel(rf"$t$   $[{unit}]$")
    ax.legend(loc="lower left")


def page(path: Path, title: str, units: str, w: Array, shear: GreenKubo, bulk: GreenKubo | None,
         modes: list[Modes]) -> None:
    """Shear in the upper row; bulk, if it is there, in the lower one."""
    rate, time = UNITS[units].rate, UNITS[units].time
    pressure = rf"$[{UNITS[units].pressure_name}]$"
    plt.switch_backend("Agg")
    plt.rcParams.update(STYLE)
    figure, axes = plt.subplots(2 if bulk else 1, 3, squeeze=False,
                                figsize=(24, 13.5 if bulk else 7.5))
    part(axes[0, 0], "Storage modulus", f"$G'(W)$   {pressure}", "storage", "shear", w, shear,
         modes)
    part(axes[0, 1], "Loss modulus", f"$G''(W)$   {pressure}", "loss", "shear", w, shear, modes)
    correlation(axes[0, 2], "Stress correlation", "G", shear, time)
    if bulk:
        part(axes[1, 0], "Bulk, above the static modulus", f"$K'(W) - K_0$   {pressure}",
             "storage", "bulk", w, bulk, [])
        part(axes[1, 1], "Bulk: Green-Kubo adiabatic, modes isothermal",
             f"$K''(W)$   {pressure}", "loss", "bulk", w, bulk, modes)
        correlation(axes[1, 2], "Pressure correlation", r"\Delta K", bulk, time)
    for ax in axes[:, :2].flat:
        ax.set_xlabel(rf"$W$   $[{rate}]$")
    axes[0, 0].legend(loc="upper left")
    text = rf"Green-Kubo $\eta = {shear.found.eta:.3g} \pm {shear.found.error:.1g}$"
    if bulk:
        text += rf",   NVE $\zeta = {bulk.found.eta:.3g} \pm {bulk.found.error:.1g}$"
    figure.suptitle(title, x=0.045, y=0.975, ha="left", fontsize=27, fontweight="bold")
    figure.text(0.045, 0.905 if bulk else 0.86, text, fontsize=19, color="0.25")
    figure.subplots_adjust(left=0.05, right=0.985, top=0.845 if bulk else 0.75,
                           bottom=0.072 if bulk else 0.13, wspace=0.22, hspace=0.37)
    figure.savefig(path, dpi=100)
    plt.close(figure)
