"""The mobility edge of the unstable modes, from boxes of several sizes.

    inmvisc edge N250/modes.dat N500/modes.dat ... [--out edge.dat] [--picture edge.png]
                 [--lammps edge.lmp]

A folder of inmvisc.inc stands for the modes.dat in it.  A file is what dump local writes of the
local array of compute inm/dos, all modes of some snapshots of one box.  Its columns are found by
their names, c_ID[1] c_ID[2] c_ID[3] or
    lambda w P          (radian/time)^2, radian/time (negative: unstable), and a pure number
The number of atoms is that of the modes over the dimension.  Files with the same number are put
together.

In bins of |w| on the unstable branch, with standard errors over the snapshots:
    P(w; N)    mean participation ratio
    r(w; N)    mean of min(s, s')/max(s, s') of the gaps s, s' on either side of an eigenvalue
               lambda; never across snapshots; 0.5307 where modes are extended (GOE), 0.3863 where
               they are localized (Poisson)
    alpha(w)   from P ~ N^-alpha: 0 where modes are extended, 1 where they are localized

The edge, as |w|, is where a curve, made monotone, passes a level, with errors by bootstrap over the
snapshots:
    alpha      alpha(w) = 1/2
    ratio      r(w) of the largest box halfway between the two limits
    collapse   r(w; N) = F((w - w_edge) N^(1/(d nu))), a logistic function: where the curves of all
               sizes cross
P_c is P at the edge, for each size.

Example:

    inmvisc edge N250/inmvisc N500/inmvisc N1000/inmvisc --picture edge.png
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from scipy.optimize import OptimizeWarning, curve_fit

from . import ave_time
from .ave_time import Array, Path
from .outputs import INM_DOS
from .plots.style import COLOUR, PLAIN

GOE, POISSON = 0.5307, 0.3863           # mean ratio of adjacent gaps: extended, localized
MIDDLE = (GOE + POISSON) / 2
PARTED = 0.1                            # alpha at which curves P(w) of several sizes part
ENOUGH = 30                             # modes that a bin must hold
NAN = float("nan")


# ---- one box: sums over the modes of each snapshot

def gap_ratios(levels: Array) -> Array:
    """min/max of the gaps below and above each of the inner levels, which are in ascending
    order."""
    s = np.diff(levels)
    small, large = np.minimum(s[:-1], s[1:]), np.maximum(s[:-1], s[1:])
    return np.divide(small, large, out=np.full(len(small), np.nan), where=large > 0)


class Modes(NamedTuple):
    """A snapshot, in ascending order of lambda and without the rigid translations: [mode] each."""

    lam: Array      # (radian/time)^2
    w: Array        # radian/time, negative: unstable
    P: Array

    @property
    def unstable(self) -> npt.NDArray[np.bool_]:
        return self.lam < 0


class Box:
    """Snapshots of one size: for each of them and each bin the number of modes and of ratios, and
    their sums."""

    def __init__(self, atoms: int, snapshots: Sequence[Modes]) -> None:
        self.atoms = atoms
        self.snapshots = [Modes(*(column[modes.lam != 0] for column in modes))
                          for modes in snapshots]

    def bin(self, edges: Array) -> Box:
        tables = []
        for modes in self.snapshots:
            w, unstable = -modes.w, modes.unstable
            r = np.full(len(w), np.nan)
            r[1:-1] = gap_ratios(modes.lam)
            ratio = unstable & np.isfinite(r)
            tables.append([np.histogram(w[unstable], edges)[0],
                           np.histogram(w[unstable], edges, weights=modes.P[unstable])[0],
                           np.histogram(w[ratio], edges)[0],
                           np.histogram(w[ratio], edges, weights=r[ratio])[0]])
        self.tables = np.array(tables, dtype=float)         # [snapshot, quantity, bin]
        self.P, self.P_error = self.ratio_of_sums(1, 0)
        self.r, self.r_error = self.ratio_of_sums(3, 2)
        return self

    def ratio_of_sums(self, above: int, below: int) -> tuple[Array, Array]:
        """sum/sum over the snapshots and its standard error, from the scatter of the snapshots
        about it."""
        a, b = self.tables[:, above], self.tables[:, below]
        s, n = len(a), b.sum(0)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(n >= ENOUGH, a.sum(0) / n, np.nan)
            error = (np.sqrt(s / max(s - 1, 1) * ((a - mean * b) ** 2).sum(0)) / n if s > 1
                     else np.full(len(n), np.nan))
        return mean, np.maximum(error, 1e-6 * mean)

    def resampled(self, rng: np.random.Generator) -> tuple[Array, Array]:
        """P and r of as many snapshots drawn with replacement."""
        snapshots = len(self.tables)
        weight = np.bincount(rng.integers(snapshots, size=snapshots), minlength=snapshots)
        drawn = np.tensordot(weight, self.tables, 1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return (np.where(np.isfinite(self.P), drawn[1] / drawn[0], np.nan),
                    np.where(np.isfinite(self.r), drawn[3] / drawn[2], np.nan))

    def unstable_fraction(self) -> tuple[float, float]:
        f = np.array([np.mean(modes.unstable) for modes in self.snapshots])
        return f.mean(), f.std(ddof=1) / np.sqrt(len(f)) if len(f) > 1 else NAN


def snapshots_of(path: Path) -> list[Modes]:
    if os.path.isdir(path):
        path = os.path.join(path, "modes.dat")
    if not os.path.exists(path):
        sys.exit(f"{path}: no such file")
    tables = ave_time.dump(path)
    if not tables:
        sys.exit(f"{path}: no snapshot of modes")
    if len({len(table) for table in tables}) > 1:
        sys.exit(f"{path}: rows should be those of all modes of each snapshot")
    try:
        found = [Modes(*(table.component(INM_DOS.local, name) for name in ("lambda", "w", "P")))
                 for table in tables]
    except KeyError as missing:
        sys.exit(f"{path}: {missing.args[0]}")
    if any(np.isnan(modes.P[modes.unstable]).any() for modes in found):
        sys.exit(f"{path}: unstable modes without P; compute inm/dos needs modes unstable or all")
    return found


def read(paths: Sequence[Path], dimension: int = 3) -> list[Box]:
    """Boxes in ascending order of size."""
    found: dict[int, list[Modes]] = {}
    for path in paths:
        snapshots = snapshots_of(path)
        found.setdefault(len(snapshots[0].lam) // dimension, []).extend(snapshots)
    return [Box(atoms, found[atoms]) for atoms in sorted(found)]


# ---- formulas

def exponent(atoms: Sequence[int], P: Array, error: Array) -> tuple[Array, Array, Array]:
    """alpha of ln P = c - alpha ln N, each bin a weighted fit over the sizes: alpha, its error,
    chi^2 per degree of freedom."""
    x = np.log(np.asarray(atoms, dtype=float))[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        y, weight = np.log(P), (P / error) ** 2
        xbar, ybar = (weight * x).sum(0) / weight.sum(0), (weight * y).sum(0) / weight.sum(0)
        sxx = (weight * (x - xbar) ** 2).sum(0)
        alpha = -(weight * (x - xbar) * (y - ybar)).sum(0) / sxx
        chi2 = (weight * (y - ybar + alpha * (x - xbar)) ** 2).sum(0)
    dof = len(x) - 2
    return alpha, 1 / np.sqrt(sxx), chi2 / dof if dof > 0 else np.full_like(alpha, np.nan)


def monotone(y: Array, weight: Array) -> Array:
    """The ascending curve nearest to y (weighted least squares): neighbours in the wrong order
    share their mean."""
    blocks: list[tuple[float, float, int]] = []         # mean, weight, members
    for value, w in zip(y, weight):
        blocks.append((value, w, 1))
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            b, wb, nb = blocks.pop()
            a, wa, na = blocks.pop()
            blocks.append(((wa * a + wb * b) / (wa + wb), wa + wb, na + nb))
    return np.concatenate([np.full(n, value) for value, _, n in blocks])


def crossing(x: Array, y: Array, error: Array, level: float) -> float:
    """Where y, which ascends but for noise, passes the level; NaN if it does not."""
    known = np.isfinite(y) & np.isfinite(error)
    if known.sum() < 2:
        return NAN
    x, y = x[known], monotone(y[known], error[known] ** -2.0)
    k = np.searchsorted(y, level)
    if k == 0 or k == len(y):
        return NAN
    return x[k - 1] + (x[k] - x[k - 1]) * (level - y[k - 1]) / (y[k] - y[k - 1])


def between(w: float, x: Array, y: Array) -> float:
    """y at w, linear between the bins; NaN outside."""
    known = np.isfinite(y)
    if not np.isfinite(w) or known.sum() < 2:
        return NAN
    return float(np.interp(w, x[known], y[known], left=NAN, right=NAN))


def at(w: float, x: Array, y: Array) -> float:
    """The same for ln y: P falls steeply."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(np.exp(between(w, x, np.log(y))))


def collapse(w: Array, atoms: Sequence[int], r: Array, error: Array, nu: float,
             dimension: int) -> tuple[float, float, float, int]:
    """Finite-size scaling of the gap ratio, r = F((w - w_edge) N^(1/(d nu))), with r_c = F(0).

    F goes from the one limit to the other as a logistic function, F = Poisson + (GOE - Poisson)/(1
    + exp(a + b x)). Returns w_edge, r_c, chi^2, degrees of freedom; NaN where r does not go from
    one limit to the other."""
    length = (np.asarray(atoms, dtype=float) / atoms[-1]) ** (1 / (dimension * nu))
    used = np.isfinite(r) & np.isfinite(error)
    start = np.array([crossing(w, -r[i], error[i], -MIDDLE) for i in range(len(atoms))])
    if not np.isfinite(start).any() or used.any(1).sum() < 2 or used.sum() < 6:
        return NAN, NAN, NAN, 0
    place, scale = np.broadcast_to(w, r.shape)[used], np.broadcast_to(length[:, None],
                                                                      r.shape)[used]

    def F(x: tuple[Array, Array], edge: float, a: float, b: float) -> Array:
        return POISSON + (GOE - POISSON) / (1 + np.exp(np.clip(a + b * (x[0] - edge) * x[1], -60,
                                                               60)))

    try:
        with warnings.catch_warnings():
            # no covariance: r does not tell the parameters
            warnings.simplefilter("error", OptimizeWarning)
            (edge, a, b), _ = curve_fit(F, (place, scale), r[used],
                                        p0=(np.nanmean(start), 0.0, 1.0), sigma=error[used])
    except (RuntimeError, OptimizeWarning):
        return NAN, NAN, NAN, 0
    if b <= 0 or not place.min() < edge < place.max():
        return NAN, NAN, NAN, 0
    chi2 = np.sum(((F((place, scale), edge, a, b) - r[used]) / error[used]) ** 2)
    return (edge, POISSON + (GOE - POISSON) / (1 + np.exp(np.clip(a, -60, 60))), chi2,
            int(used.sum()) - 3)


# ---- all estimates from the means of all boxes, for the data and for each resampling of them

class Edge:
    """The edge by each criterion, with its error; keys of value, error, seen are those of
    estimates."""

    def __init__(self, boxes: Sequence[Box], edges: Array, dimension: int = 3, nu: float = 1.57,
                 published: float = 0.27, resamplings: int = 400, seed: int = 1) -> None:
        self.boxes, self.atoms = [box.bin(edges) for box in boxes], [box.atoms for box in boxes]
        self.edges, self.w = edges, (edges[1:] + edges[:-1]) / 2
        self.dimension, self.nu, self.published = dimension, nu, published
        self.P, self.P_error = np.array([b.P for b in boxes]), np.array([b.P_error for b in boxes])
        self.r, self.r_error = np.array([b.r for b in boxes]), np.array([b.r_error for b in boxes])
        self.alpha, self.alpha_error, self.alpha_chi2 = exponent(self.atoms, self.P, self.P_error)

        self.value = self.estimates(self.P, self.r)
        rng = np.random.default_rng(seed)
        drawn = []
        for _ in range(resamplings):
            means = [box.resampled(rng) for box in self.boxes]
            drawn.append(self.estimates(np.array([m[0] for m in means]),
                                        np.array([m[1] for m in means])))
        self.error: dict[str, float] = {}
        self.seen: dict[str, float] = {}        # share of the resamplings
        for key in self.value:
            values = np.array([d[key] for d in drawn])
            values = values[np.isfinite(values)]
            self.seen[key] = len(values) / max(len(drawn), 1)
            self.error[key] = values.std(ddof=1) if len(values) > 1 else NAN

    def estimates(self, P: Array, r: Array) -> dict[str, float]:
        """A dictionary name: number, NaN where a curve does not pass its level."""
        w, atoms, largest = self.w, self.atoms, len(self.atoms) - 1
        out: dict[str, float] = {}
        alpha, error, _ = exponent(atoms, P, self.P_error)
        out["alpha"] = crossing(w, alpha, error, 0.5)
        out["parted"] = crossing(w, alpha, error, PARTED)
        for i in range(largest):
            pair, pair_error, _ = exponent(atoms[i:i + 2], P[i:i + 2], self.P_error[i:i + 2])
            out[f"alpha {atoms[i]} {atoms[i + 1]}"] = crossing(w, pair, pair_error, 0.5)
        for i, n in enumerate(atoms):
            out[f"ratio {n}"] = crossing(w, -r[i], self.r_error[i], -MIDDLE)
        out["ratio"] = out[f"ratio {atoms[largest]}"]
        out["collapse"], out["r_c"], out["chi2"], out["dof"] = collapse(w, atoms, r, self.r_error,
                                                                        self.nu, self.dimension)
        for name in ("parted", "alpha", "ratio", "collapse"):
            for i, n in enumerate(atoms):
                out[f"P {name} {n}"] = at(out[name], w, P[i])
            out[f"alpha at {name}"] = between(out[name], w, alpha)
        for i, n in enumerate(atoms):
            out[f"published {n}"] = crossing(w, -P[i], self.P_error[i], -self.published)
            out[f"r published {n}"] = at(out[f"published {n}"], w, r[i])
        out["alpha published"] = between(out[f"published {atoms[largest]}"], w, alpha)
        return out

    def determined(self, key: str) -> bool:
        """Is there a crossing in the data and in nearly every resampling of them?"""
        return bool(np.isfinite(self.value[key]) and self.seen[key] >= 0.95
                    and np.isfinite(self.error[key]))

    def text(self, key: str, form: str = ".2f") -> str:
        if not np.isfinite(self.value[key]):
            return "none"
        if not self.determined(key):
            return f"{self.value[key]:{form}} (?)"
        if self.error[key] < 1e-9 * abs(self.value[key]):      # the criterion itself
            return f"{self.value[key]:{form}}"
        return f"{self.value[key]:{form}} +- {self.error[key]:{form}}"


# ---- what is printed and written

METHOD = {"alpha": "P ~ N^-alpha passes alpha = 1/2",
          "ratio": f"r of the largest box passes {MIDDLE:.4f}",
          "collapse": "r(w; N) of all sizes cross"}


def row(label: str, place: str, alpha: str, at_size: Sequence[str]) -> str:
    """A criterion, the texts of the edge and of alpha there, and those of each size."""
    return f"{label:40s} {place:>15s}  {alpha:>16s}  " + "  ".join(f"{x:>16s}" for x in at_size)


def report(edge: Edge) -> list[str]:
    """The lines after the table: what the data say about the edge, and what they do not."""
    atoms, value = edge.atoms, edge.value
    lines = ["edge |w| in radian/time, errors by bootstrap over the snapshots; "
             "(?) = not found in more than 1 of 20 resamplings", "",
             row("criterion", "w_edge", "alpha there", [f"P_c(N={n})" for n in atoms])]
    for name, label in (*METHOD.items(), ("parted", f"curves P(w) part: alpha = {PARTED:g}")):
        lines.append(row(label, edge.text(name), edge.text(f"alpha at {name}", ".3f"),
                         [edge.text(f"P {name} {n}", ".3f") for n in atoms]))
    lines += [row(f"published P_c = {edge.published:g}: w where P(w) is that", "", "",
                  [edge.text(f"published {n}") for n in atoms]),
              row("    r there", "", "",
                  [edge.text(f"r published {n}", ".3f") for n in atoms])]
    lines += ["", "drift with the size"]
    for a, b in zip(atoms, atoms[1:]):
        lines.append(f"    alpha = 1/2 from N = {a} and {b}: w_edge {edge.text(f'alpha {a} {b}')}")
    for n in atoms:
        lines.append(f"    r passes {MIDDLE:.4f}, N = {n}: w_edge {edge.text(f'ratio {n}')}")
    if np.isfinite(value["collapse"]):
        lines.append(f"    crossing of r(w; N): r_c {edge.text('r_c', '.3f')}, "
                     f"chi^2 {value['chi2']:.0f} for {value['dof']} degrees of freedom, "
                     f"nu = {edge.nu:g}")
    return lines + [""] + verdict(edge)


def verdict(edge: Edge) -> list[str]:
    lines, known = [], [name for name in METHOD if edge.determined(name)]
    for name in METHOD:
        if name not in known:
            lines.append(f"The data do not determine the edge by '{METHOD[name]}'.")
    for i, a in enumerate(known):
        for b in known[i + 1:]:
            distance = edge.value[b] - edge.value[a]
            error = np.hypot(edge.error[a], edge.error[b])
            lines.append(f"'{a}' and '{b}' differ by {distance:+.2f} +- {error:.2f}: "
                         + ("they agree." if abs(distance) <= 2 * error
                            else "they do not agree within two errors."))
    if "alpha" in known:
        small, large = (edge.value[f"P alpha {n}"] for n in (edge.atoms[0], edge.atoms[-1]))
        lines.append(f"P_c at the alpha edge goes from {small:.3f} (N = {edge.atoms[0]}) "
                     f"to {large:.3f} (N = {edge.atoms[-1]}): quote it with N.")
        pairs = [f"alpha {a} {b}" for a, b in zip(edge.atoms, edge.atoms[1:])
                 if edge.determined(f"alpha {a} {b}")]
        if len(pairs) > 1:
            shift = edge.value[pairs[-1]] - edge.value[pairs[0]]
            error = np.hypot(edge.error[pairs[0]], edge.error[pairs[-1]])
            lines.append(
                f"From the smallest to the largest pair of sizes w_edge moves by {shift:+.2f} "
                f"+- {error:.2f}: " + (
                    "no drift is seen." if abs(shift) <= 2 * error else
                    "a drift is not excluded; larger boxes or more snapshots would tell."))
        lines.append(f"The published P_c = {edge.published:g} is reached at "
                     f"w = {edge.text(f'published {edge.atoms[-1]}')} in the largest box, where "
                     f"alpha = {edge.text('alpha published', '.3f')}; r there is in the table.")
    return lines


def table(edge: Edge) -> list[str]:
    """Columns: w, P, r and their errors for each size, alpha, its error, chi^2 per degree of
    freedom; '#' before the names."""
    of_sizes = [f"{q}_{n}" for n in edge.atoms for q in ("P", "dP", "r", "dr")]
    names = ["w", *of_sizes, "alpha", "dalpha", "chi2/dof"]
    columns = [-edge.w]
    for i in range(len(edge.atoms)):
        columns += [edge.P[i], edge.P_error[i], edge.r[i], edge.r_error[i]]
    columns += [edge.alpha, edge.alpha_error, edge.alpha_chi2]
    rows = np.array(columns).T[::-1]                     # from the most unstable modes to w = 0
    rows = rows[np.isfinite(rows[:, 1::4]).any(1)]
    widths = [max(8, len(n) + 1) for n in names]
    head = "#" + "".join(f"{n:>{width}s}" for n, width in zip(names, widths))[1:]
    digits = [2] + [4] * (len(names) - 1)
    return [head] + ["".join(f"{x:{width}.{d}f}" for x, width, d in zip(values, widths, digits))
                     for values in rows]


def heading(edge: Edge) -> list[str]:
    boxes = []
    for box in edge.boxes:
        f_u, error = box.unstable_fraction()
        boxes.append(f"N = {box.atoms}: {len(box.snapshots)} snapshots, "
                     f"f_u {f_u:.4f} +- {error:.4f}")
    return [f"mobility edge of unstable modes; {', '.join(boxes)}",
            "w at the centre of the bin, radian/time (negative: unstable); "
            "P, r, alpha are pure numbers; dX = standard error of X"]


def lammps_input(edge: Edge, pick: str) -> list[str]:
    """Variables for an input script: the edge, and P there in the largest box."""
    if not edge.determined(pick):
        sys.exit(f"no edge to hand on: '{METHOD[pick]}' is not determined by these data")
    n = edge.atoms[-1]
    return [f"# mobility edge from boxes of N = {', '.join(map(str, edge.atoms))}: {METHOD[pick]}",
            f"# w_edge = {edge.text(pick)} radian/time; "
            f"Pc = {edge.text(f'P {pick} {n}', '.3f')} is P there at N = {n}",
            f"variable        wedge   index {edge.value[pick]:.4f}",
            f"variable        dwedge  index {edge.error[pick]:.4f}",
            f"variable        Pc      index {edge.value[f'P {pick} {n}']:.4f}"]


def compare(edge: Edge, path: Path, pick: str) -> list[str]:
    """A larger box against the edge found: P at w_edge, and how many unstable modes each way of
    stating it calls localized."""
    lines = []
    for box in read([path], edge.dimension):
        wc, pc = edge.value[pick], edge.value[f"P {pick} {edge.atoms[-1]}"]
        every = sum(len(modes.lam) for modes in box.snapshots)
        w = np.concatenate([-modes.w[modes.unstable] for modes in box.snapshots])
        P = np.concatenate([modes.P[modes.unstable] for modes in box.snapshots])
        near = P[np.abs(w - wc) < np.diff(edge.edges)[0] / 2]
        error = near.std(ddof=1) / np.sqrt(len(near)) if len(near) > 1 else NAN
        expected = pc * (box.atoms / edge.atoms[-1]) ** -edge.value[f"alpha at {pick}"]
        lines.append(f"N = {box.atoms}, {len(box.snapshots)} snapshots: P of the {len(near)} modes "
                     f"within half a bin of w_edge {near.mean() if len(near) else NAN:.3f} "
                     f"+- {error:.3f}, expected from P_c(N={edge.atoms[-1]}) and alpha: "
                     f"{expected:.3f}")
        lines.append(f"    fraction of modes unstable {len(w) / every:.4f}; "
                     f"localized by |w| > {wc:.2f}: {np.sum(w > wc) / every:.4f}, "
                     f"by P < {pc:.3f}: {np.sum(P < pc) / every:.4f}, "
                     f"by P < {edge.published:g}: {np.sum(P < edge.published) / every:.4f}")
    return lines


# ---- the picture

CRIMSON, AMBER, INK = COLOUR["UL"], COLOUR["UD"], COLOUR["GK"]
STYLE: dict[str, object] = {**PLAIN, "font.size": 14, "axes.labelsize": 15, "lines.linewidth": 1.4,
                            "mathtext.fontset": "dejavusans"}


def draw(edge: Edge, path: Path, title: str = "", unit: str = "rad/time") -> None:
    """Three panels on the axis of the unstable modes, -|w|: P and r for each size, alpha; the edge
    as a band of its error."""
    plt.switch_backend("Agg")
    plt.rcParams.update(STYLE)

    second = "collapse" if edge.determined("collapse") else "ratio"
    bands: list[tuple[str, str, object, str]] = [
        ("alpha", CRIMSON, "-", r"$\alpha = 1/2$"),
        (second, AMBER, (0, (4, 2)),
         "crossing of $r$" if second == "collapse" else "$r$ halfway")]
    bands = [band for band in bands if edge.determined(band[0])]
    colours = [plt.get_cmap("viridis_r")(x) for x in np.linspace(0.15, 0.95, len(edge.atoms))]
    x, width = -edge.w, edge.edges[1] - edge.edges[0]
    seen = np.isfinite(edge.P).sum(0) >= 2
    left = x[seen][-1] - width

    fig, axes = plt.subplots(1, 3, figsize=(15, 5.2))
    a, b, c = axes
    for ax, letter in zip(axes, "abc"):
        ax.set_title(letter, loc="left", fontweight="bold", fontsize=17)
        ax.set_xlim(left, 0)
        ax.set_xlabel(rf"$-|\omega|$   [{unit}]")
        for name, colour, dashes, _ in bands:
            w, e = edge.value[name], edge.error[name]
            ax.axvspan(-w - e, -w + e, color=colour, alpha=0.16, lw=0, zorder=0)
            ax.axvline(-w, color=colour, lw=1.4, ls=dashes, zorder=1)

    for i, n in enumerate(edge.atoms):
        style: dict[str, Any] = dict(color=colours[i], marker="osD^vPX*"[i % 8], ms=4.5,
                                     elinewidth=1.2)
        a.errorbar(x, edge.P[i], edge.P_error[i], label=f"$N$ = {n}", **style)
        known = edge.r_error[i] < 0.03                    # the others only clutter
        b.errorbar(x[known], edge.r[i][known], edge.r_error[i][known], **style)
        if "alpha" in [band[0] for band in bands]:
            a.plot(-edge.value["alpha"], edge.value[f"P alpha {n}"], "o", ms=10, mfc="none",
                   mec=CRIMSON, mew=1.6, zorder=6)
    c.errorbar(x, edge.alpha, edge.alpha_error, color=INK, marker="o", ms=5, elinewidth=1.3)

    def level(ax: Any, y: float, words: str, side: str = "right", below: bool = False) -> None:
        ax.axhline(y, color="0.45", lw=1.1, ls=":", zorder=0)
        ax.annotate(words, (0 if side == "right" else left, y),
                    xytext=(-2 if side == "right" else 4, -15 if below else 5),
                    textcoords="offset points", ha=side, color="0.35", fontsize=12)

    level(a, edge.published, f"$P_c$ = {edge.published:g}", "left")
    level(b, GOE, "extended (GOE)", "left")
    level(b, POISSON, "localized (Poisson)", below=True)
    level(c, 1, "localized")
    level(c, 0.5, "")
    level(c, 0, "extended", "left")
    a.set_ylim(0, 1.1 * np.nanmax(edge.P[:, seen]))
    b.set_ylim(0.34, 0.58)
    c.set_ylim(-0.12, 1.25)
    a.set_ylabel(r"participation ratio  $P(\omega)$")
    b.set_ylabel(r"ratio of adjacent gaps  $r(\omega)$")
    c.set_ylabel(r"exponent  $\alpha(\omega)$  of  $P \sim N^{-\alpha}$")
    a.legend(loc="lower right", handlelength=1.4, fontsize=13)
    if bands:
        handles = []
        for name, colour, dashes, words in bands:
            label = rf"{words}:  $|\omega|$ = {edge.value[name]:.1f} $\pm$ {edge.error[name]:.1f}"
            handles.append(plt.Line2D([], [], color=colour, ls=dashes, label=label))
        fig.legend(handles=handles, loc="upper right", ncol=2, fontsize=14)
    fig.suptitle(title, x=0.012, ha="left", fontsize=16)
    fig.tight_layout(rect=(0, 0, 1, 1.0), w_pad=2.0)
    fig.savefig(path, dpi=90)


def bins(boxes: Sequence[Box], width: float | None = None) -> Array:
    """Edges of the bins of |w| from 0 to the largest one; by default 20 of them cover 99 per cent
    of the modes of the largest box."""
    last = np.concatenate([-modes.w[modes.unstable] for modes in boxes[-1].snapshots])
    if width is None:
        width = np.quantile(last, 0.99) / 20
    return width * np.arange(int(np.ceil(last.max() / width)) + 1)


def main() -> None:
    parser = argparse.ArgumentParser(prog="inmvisc edge", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", metavar="RUN",
                        help="folders of inmvisc.inc, or files of modes")
    parser.add_argument("--width", type=float, help="width of the bins, radian/time")
    parser.add_argument("--dimension", type=int, default=3, choices=(2, 3))
    parser.add_argument("--nu", type=float, default=1.57,
                        help="exponent of the localization length for 'collapse', not fitted: "
                        "1.57 for disordered systems in 3 dimensions (Slevin, Ohtsuki 2014)")
    parser.add_argument("--published", type=float, default=0.27, metavar="P_c",
                        help="a threshold to compare with; published: 0.27 Kob-Andersen, "
                        "0.36 Cu50Zr50")
    parser.add_argument("--resamplings", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1, help="of the bootstrap")
    parser.add_argument("--out", help="file for the table")
    parser.add_argument("--picture", help="PNG")
    parser.add_argument("--title", default="")
    parser.add_argument("--unit", default="rad/time", help="of the frequency, in the picture")
    parser.add_argument("--use", choices=METHOD, default="alpha",
                        help="which edge is handed on by --lammps and compared with")
    parser.add_argument("--lammps", help="file with the edge as variables of an input script")
    parser.add_argument("--compare", action="append", default=[], metavar="FILE",
                        help="modes of a larger box, not used for the edge")
    args = parser.parse_args()

    boxes = read(args.files, args.dimension)
    if len(boxes) < 2:
        sys.exit("finite-size scaling needs boxes of two sizes or more")
    if any(len(box.snapshots) < 2 for box in boxes):
        sys.exit("errors need two snapshots or more of each size")
    edge = Edge(boxes, bins(boxes, args.width), args.dimension, args.nu, args.published,
                args.resamplings, args.seed)

    head, rows, found = heading(edge), table(edge), report(edge)
    for path in args.compare:
        found += ["", "a box that was not used"] + compare(edge, path, args.use)
    print("\n".join(head + [""] + rows + [""] + found))
    if args.out:
        with open(args.out, "w") as fp:
            fp.write("\n".join([f"# {line}" for line in head] + rows
                               + [f"# {line}".rstrip() for line in found]) + "\n")
    if args.picture:
        draw(edge, args.picture, args.title, args.unit)
    if args.lammps:
        lines = lammps_input(edge, args.use)
        with open(args.lammps, "w") as fp:
            fp.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
