"""The figures of the paper from the results of a study, each with the paper's number.

A panel is a function (ax, study, liquid) that draws, or raises NoData with the reason.
"""

from collections import namedtuple

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

import entropies
import plan
from inmvisc import fits

plt.switch_backend("Agg")

STYLE = {
    "font.family": "sans-serif", "font.sans-serif": ["Helvetica", "Arial", "Liberation Sans",
                                                     "DejaVu Sans"], "mathtext.fontset": "stixsans",
    "font.size": 10, "axes.labelsize": 11, "axes.linewidth": 0.9, "legend.fontsize": 8.5,
    "legend.frameon": False, "legend.handlelength": 1.6,
    "xtick.direction": "in", "ytick.direction": "in", "xtick.top": True, "ytick.right": True,
    "xtick.minor.visible": True,
    "ytick.minor.visible": True, "lines.linewidth": 1.3, "lines.markersize": 5.5,
    "errorbar.capsize": 2.5, "figure.facecolor": "white",
}
COLOUR = {"UL": "#1f5fbf", "UD": "#d1322d", "stable": "#7d3fb0", "all": "#2b9a4b", "GK": "black",
          "shear": "#d1322d"}
MARK = {"UL": "o", "UD": "v", "stable": "^", "all": "D", "GK": "o"}
NAME = {"UL": "unstable localized", "UD": "unstable delocalized", "stable": "stable",
        "all": "all modes"}
TITLE = {"kob-andersen": "Kob-Andersen", "cuzr": r"Cu$_{50}$Zr$_{50}$"}

Unit = namedtuple("Unit", "w t T eta friction B length eta_factor B_factor kB")
UNIT = {
    "lj": Unit(r"$\tau^{-1}$", r"$\tau$", "", r"$m\sigma^{-1}\tau^{-1}$", r"$m/\tau$",
               r"$\epsilon\sigma^{-3}$", r"$\sigma$", 1.0, 1.0, 1.0),
    "metal": Unit("rad/ps", "ps", "K", "mPa s", "g/mol/ps", "GPa", r"$\mathrm{\AA}$",
                  1e-4, 1e-4, 0.831446262),
}


class NoData(Exception):
    pass


def unit(liquid):
    return UNIT[plan.LIQUID[liquid]["units"]]


def some(rows, what):
    if not rows:
        raise NoData(f"no results of part {what}")
    return rows


def tinted(ax, liquid, temperatures):
    """Colour of each temperature, with a bar that tells it."""
    norm = Normalize(min(temperatures), max(temperatures)
                     * (1 + 1e-9 if len(temperatures) > 1 else 1.001))
    cmap = matplotlib.colormaps["turbo"]
    bar = ax.figure.colorbar(ScalarMappable(norm, cmap), ax=ax, pad=0.02, aspect=28)
    bar.set_label(rf"$T$ [{unit(liquid).T}]" if unit(liquid).T else "$T$")
    return lambda T: cmap(norm(T))


def temperature_axis(ax, liquid):
    ax.set_xlabel(rf"$T$ [{unit(liquid).T}]" if unit(liquid).T else "$T$")


def frequency_axis(ax, liquid):
    ax.set_xlabel(rf"$\omega$ [{unit(liquid).w}]" + r"   (unstable: $-|\omega|$)")


def bars(ax, x, y, yerr, xerr=None, log=False, **how):
    """Points with error bars; without those that are not known or, for a logarithmic axis, not
    positive."""
    x, y, yerr = (np.atleast_1d(np.asarray(a, dtype=float)) for a in (x, y, yerr))
    there = np.isfinite(x) & np.isfinite(y) & ((y > 0) | (not log))
    if not there.any():
        return
    known = [None if e is None else np.nan_to_num(np.broadcast_to(np.asarray(e, dtype=float),
                                                                  y.shape)[there]) for e in (yerr,
                                                                                             xerr)]
    ax.errorbar(x[there], y[there], *known, **how)


# ---- spectra

SLOPE = 0.04      # a(T) is fitted where |w| is below this part of the highest frequency


def slopes(r):
    """a in g = a |w| at low frequency, least squares: unstable and stable branch."""
    w, g = r["spectrum"]["w"], r["spectrum"]["g"]
    near = np.abs(w) < SLOPE * w.max()
    return [np.sum(g[use] * np.abs(w[use])) / np.sum(w[use] ** 2)
            for use in (near & (w < 0), near & (w > 0))]


def dos(ax, study, liquid):
    rows = some(study.of(liquid, "modes"), "modes")
    colour = tinted(ax, liquid, [T for T, _ in rows])
    for T, r in rows:
        ax.plot(r["spectrum"]["w"], r["spectrum"]["g"], color=colour(T))
    ax.axvline(0, color="0.7", lw=0.8, zorder=0)
    ax.set_ylim(0)
    ax.set_ylabel(rf"$g(\omega)$ [1/({unit(liquid).w})]" if unit(liquid).T
                  else r"$g(\omega)$ [$\tau$]")
    frequency_axis(ax, liquid)


def low_frequency(ax, study, liquid):
    rows = some(study.of(liquid, "modes"), "modes")
    colour = tinted(ax, liquid, [T for T, _ in rows])
    reach = 0.12 * max(r["spectrum"]["w"].max() for _, r in rows)
    for T, r in rows:
        w, g = r["spectrum"]["w"], r["spectrum"]["g"]
        near = np.abs(w) < reach
        ax.plot(w[near], g[near], "o", ms=3, color=colour(T))
        x = SLOPE * w.max() * np.linspace(-1, 1, 101)
        unstable, stable = slopes(r)
        ax.plot(x, np.where(x < 0, unstable, stable) * np.abs(x), color=colour(T), lw=0.9)
    ax.set_xlim(-reach, reach)
    ax.set_ylim(0)
    ax.set_ylabel(r"$g(\omega)$")
    frequency_axis(ax, liquid)


def slope(ax, study, liquid):
    rows = some(study.of(liquid, "modes"), "modes")
    T = [T for T, _ in rows]
    unstable, stable = np.transpose([slopes(r) for _, r in rows])
    ax.plot(T, stable, "^-", color=COLOUR["stable"], label="stable branch")
    ax.plot(T, unstable, "o-", color=COLOUR["UL"], label="unstable branch")
    ax.set_ylim(0)
    ax.set_ylabel(r"$a(T)$ in $g = a|\omega|$")
    ax.legend()
    temperature_axis(ax, liquid)


def gamma(ax, study, liquid):
    rows = some(study.of(liquid, "modes"), "modes")
    colour = tinted(ax, liquid, [T for T, _ in rows])
    for T, r in rows:
        ax.semilogy(r["spectrum"]["w"], r["spectrum"]["Gamma"], color=colour(T))
    ax.set_ylabel(r"$\Gamma(\omega)$ of $\Xi/\sqrt{m}$")
    frequency_axis(ax, liquid)


def participation(ax, study, liquid):
    rows = some(study.of(liquid, "modes"), "modes")
    colour = tinted(ax, liquid, [T for T, _ in rows])
    for T, r in rows:
        w = r["spectrum"]["w"]
        ax.plot(w[w < 0], r["spectrum"]["P"][w < 0], color=colour(T))
    ax.axhline(plan.LIQUID[liquid]["Pc"], color="0.3", ls=":", lw=1)
    ax.set_ylim(0)
    ax.set_ylabel(r"$P(\omega)$")
    frequency_axis(ax, liquid)


def participation_sizes(ax, study, liquid):
    series = study.sizes(liquid, "modes")
    if not series:
        raise NoData("no temperature with boxes of two sizes")
    T, boxes = max(series.items(), key=lambda item: len(item[1]))
    for k, (N, r) in enumerate(boxes.items()):
        w = r["spectrum"]["w"]
        ax.plot(w[w < 0], r["spectrum"]["P"][w < 0], "-o", ms=3,
                color=matplotlib.colormaps["viridis"](k / max(len(boxes) - 1, 1) * 0.9),
                label=f"$N$ = {N}")
    ax.axhline(plan.LIQUID[liquid]["Pc"], color="0.3", ls=":", lw=1)
    ax.set_ylim(0)
    ax.set_title(f"$T$ = {T:g} {unit(liquid).T}", fontsize=10)
    ax.set_ylabel(r"$P(\omega)$")
    ax.legend()
    frequency_axis(ax, liquid)


def edge(ax, study, liquid):
    T, value, snap, err = study.column(liquid, "modes", "edge", "edge_snapshots",
                                       "edge_snapshots_err")
    some(list(T), "modes")
    bars(ax, T, -value, err, fmt="o-", color=COLOUR["UL"])
    ax.set_ylabel(rf"mobility edge $-|\omega_c|$ [{unit(liquid).w}]")
    temperature_axis(ax, liquid)


def fractions(ax, study, liquid):
    names = ("f_s", "f_u", "f_uL", "f_uD")
    T, *values = study.column(liquid, "modes", *names)
    some(list(T), "modes")
    for name, v, colour, mark, label in zip(names, values,
                                            (COLOUR["stable"], "black", COLOUR["UL"], COLOUR["UD"]),
                                            "^so" + "v", ("$f_s$", "$f_u$", "$f_u^L$", "$f_u^D$")):
        ax.plot(T, v, mark + "-", color=colour, label=label)
    ax.set_yscale("log")
    ax.set_ylabel("fraction of modes")
    ax.legend(ncol=2)
    temperature_axis(ax, liquid)


# ---- friction and dynamics

def kernel(ax, study, liquid):
    rows = some(study.of(liquid, "dynamics"), "dynamics")
    colour = tinted(ax, liquid, [T for T, _ in rows])
    for T, r in rows:
        ax.plot(r["kernel"]["t"][1:], r["kernel"]["C_FF"][1:] / r["kernel"]["C_FF"][0],
                color=colour(T))
    ax.axhline(0, color="0.7", lw=0.8, zorder=0)
    ax.set_xscale("log")
    ax.set_xlabel(f"$t$ [{unit(liquid).t}]")
    ax.set_ylabel(r"$\bar C_{FF}(t)/\bar C_{FF}(0)$")


def friction(ax, study, liquid):
    T, v0, e0, kTD, eD = study.column(liquid, "dynamics", "v0", "v0_err", "kT_over_D",
                                      "kT_over_D_err")
    some(list(T), "dynamics")
    bars(ax, T, v0, e0, fmt="o", mfc="white", color=COLOUR["UL"],
         label=r"$\int \bar C_{FF}\,dt/k_BT$", zorder=3)
    bars(ax, T, kTD, eD, fmt="o", color="black", ms=4, label=r"$k_BT/D$")
    fit = vft_of(T, kTD, eD)
    if fit:
        x = np.linspace(T.min(), T.max(), 200)
        ax.plot(x, np.exp(fit.curve(x)), color="#d1322d", zorder=1, label="VFT of $k_BT/D$")
        note(ax, fits.told(fit))
    ax.set_yscale("log")
    ax.set_ylabel(rf"$\tilde v(0)$ [{unit(liquid).friction}]")
    ax.legend()
    temperature_axis(ax, liquid)


def consistency(ax, study, liquid):
    T, v0, e0, kTD, eD = study.column(liquid, "dynamics", "v0", "v0_err", "kT_over_D",
                                      "kT_over_D_err")
    some(list(T), "dynamics")
    bars(ax, T, v0 / kTD, np.hypot(e0 / v0, eD / kTD) * v0 / kTD, fmt="o", color=COLOUR["UL"])
    ax.axhline(1, color="0.6", lw=0.8)
    ax.set_ylabel(r"$\int \bar C_{FF}\,dt/k_BT$  over  $k_BT/D$")
    temperature_axis(ax, liquid)


def msd(ax, study, liquid):
    rows = some(study.of(liquid, "dynamics"), "dynamics")
    colour = tinted(ax, liquid, [T for T, _ in rows])
    for T, r in rows:
        ax.loglog(r["msd"]["t"], r["msd"]["all"], color=colour(T))
    ax.set_xlabel(f"$t$ [{unit(liquid).t}]")
    ax.set_ylabel(r"$\langle \Delta r^2\rangle$ [" + unit(liquid).length + "$^2$]")


def vacf(ax, study, liquid):
    rows = some(study.of(liquid, "dynamics"), "dynamics")
    colour = tinted(ax, liquid, [T for T, _ in rows])
    end = 0
    for T, r in rows:
        t, c = r["kernel"]["t"], r["kernel"]["vacf"] / r["kernel"]["vacf"][0]
        ax.plot(t, c, color=colour(T))
        far = np.nonzero(np.abs(c) > 0.02)[0]
        end = max(end, t[far[-1]])
    ax.axhline(0, color="0.7", lw=0.8, zorder=0)
    ax.set_xlim(0, 1.3 * end)
    ax.set_xlabel(f"$t$ [{unit(liquid).t}]")
    ax.set_ylabel("velocity autocorrelation")


def rdf(ax, study, liquid):
    rows = some(study.of(liquid, "dynamics"), "dynamics")
    colour = tinted(ax, liquid, [T for T, _ in rows])
    for T, r in rows:
        ax.plot(r["rdf"]["r"], r["rdf"]["g_all"], color=colour(T))
    ax.set_ylim(0)
    ax.set_xlabel(f"$r$ [{unit(liquid).length}]")
    ax.set_ylabel("$g(r)$")


def stress(ax, study, liquid):
    rows = some(study.of(liquid, "dynamics"), "dynamics")
    colour = tinted(ax, liquid, [T for T, _ in rows])
    for T, r in rows:
        gk = r["green_kubo"]
        ax.plot(gk["t"][1:], gk["eta"][1:] * unit(liquid).eta_factor, color=colour(T))
        ax.plot(r["window"], r["eta_GK"] * unit(liquid).eta_factor, "o", color=colour(T),
                mfc=colour(T) if r["window_holds"] else "white")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlabel(f"$t$ [{unit(liquid).t}]")
    ax.set_ylabel(rf"Green-Kubo $\eta(t)$ [{unit(liquid).eta}]")
    note(ax, "open: the window criterion fails")


# ---- elasticity

def modulus(ax, study, liquid):
    T, BS, eS, BT, eT = study.column(liquid, "modulus", "BS", "BS_err", "BT", "BT_err")
    some(list(T), "modulus")
    f = unit(liquid).B_factor
    bars(ax, T, BS * f, eS * f, fmt="o-", color=COLOUR["UL"], label="adiabatic")
    bars(ax, T, BT * f, eT * f, fmt="s-", color=COLOUR["UD"], mfc="white", label="isothermal")
    ax.set_ylabel(f"bulk modulus [{unit(liquid).B}]")
    ax.legend()
    temperature_axis(ax, liquid)


def cutoff(ax, study, liquid):
    N = study.atoms(liquid)
    T, *values = study.column(liquid, "modes", "own_S.w_min", "own_T.w_min", "4000_S.w_min",
                              "4000_T.w_min")
    some(list(T), "modes")
    for v, fmt, label in zip(values, ("o-", "s--", "o-", "s--"),
                             (f"$N$ = {N}, adiabatic", f"$N$ = {N}, isothermal",
                              "$N$ = 4000, adiabatic", "$N$ = 4000, isothermal")):
        ax.plot(T, v, fmt, label=label, color=COLOUR["UL"] if str(N) in label else "0.35")
    ax.set_ylabel(rf"$\omega_\mathrm{{min}}$ [{unit(liquid).w}]")
    ax.legend()
    temperature_axis(ax, liquid)


# ---- viscosity

def note(ax, text, high=False):
    """Small print in the lower left, or upper left, corner; a line for each parameter."""
    ax.annotate(text.replace("], ", "]\n"), (0.03, 0.97 if high else 0.03),
                xycoords="axes fraction", fontsize=6.5, color="0.35",
                va="top" if high else "bottom")


def vft_of(T, value, error):
    good = np.isfinite(value) & np.isfinite(error) & (error > 0) & (value > 0)
    return fits.vft(T[good], value[good], error[good]) if good.sum() >= 5 else None


def by_class(names, choice="own_S", cold=None):
    """eta of the classes against Green-Kubo; cold: the lowest temperatures only, up to this number
    times T_MC."""

    def panel(ax, study, liquid):
        rows = some(study.together(liquid), "modes")
        T_MC = plan.LIQUID[liquid]["T_MC"]
        if cold:
            rows = [row for row in rows if row[0] <= cold * T_MC]
            if len(rows) < 2:
                raise NoData(f"less than two temperatures below {cold:g} T_MC = {cold * T_MC:g}")
        f, T = unit(liquid).eta_factor, np.array([row[0] for row in rows])
        holds = np.array([d["window_holds"] and e["equilibrated"] for _, e, d, _ in rows],
                         dtype=bool)
        gk, err = (np.array([d[name] for _, _, d, _ in rows]) * f
                   for name in ("eta_GK", "eta_GK_err"))
        for name in names:
            v, e = (np.array([m[choice][key] for *_, m in rows]) * f
                    for key in (name, f"{name}_err"))
            bars(ax, T, v, e, log=True, fmt=MARK[name] + "-", lw=0.8, color=COLOUR[name],
                 label=NAME[name])
        bars(ax, T[holds], gk[holds], err[holds], fmt="o", color="black", label="Green-Kubo",
             zorder=4)
        if (~holds).any():
            bars(ax, T[~holds], gk[~holds], err[~holds], fmt="o", mfc="white", color="black",
                 zorder=4, label="Green-Kubo, not relaxed in the run")
        if not cold:
            fit = vft_of(T[holds], gk[holds], err[holds])
            if fit:
                x = np.linspace(T[holds].min(), T.max(), 200)
                ax.plot(x, np.exp(fit.curve(x)), color="0.4", lw=0.9, zorder=1,
                        label="VFT of Green-Kubo")
        else:
            ax.axvline(T_MC, color="#d1322d", lw=0.9, ls="--", label=r"$T_\mathrm{MC}$")
            ends = study_crossover(study, liquid, choice)
            if ends is not None and np.isfinite(ends.T):
                ax.axvspan(ends.low, ends.high, color="0.9", zorder=0)
        ax.set_yscale("log")
        ax.set_ylabel(rf"$\eta$ [{unit(liquid).eta}]")
        ax.set_title({"own_S": r"$\omega_\mathrm{min}$ of this box",
                      "4000_S": r"$\omega_\mathrm{min}$ of $N$ = 4000"}[choice], fontsize=9)
        ax.legend(fontsize=7.5)
        temperature_axis(ax, liquid)

    return panel


def study_crossover(study, liquid, choice):
    rows = [row for row in study.together(liquid) if row[3][choice]["UL"] > 0
            and row[2]["eta_GK"] > 0 and np.isfinite([row[3][choice]["UL_err"],
                                                      row[3][choice]["stable_err"]]).all()]
    if len(rows) < 2:
        return None
    T = [row[0] for row in rows]
    gk = [[d[name] for _, _, d, _ in rows] for name in ("eta_GK", "eta_GK_err")]
    modes = [[m[choice][name] for *_, m in rows] for name in ("UL", "UL_err", "stable",
                                                              "stable_err")]
    return fits.crossover(T, *gk, *modes)


def against_fraction(ax, study, liquid):
    rows = some(study.together(liquid), "modes")
    f = unit(liquid).eta_factor
    x = [m["f_uL"] for *_, m in rows]
    bars(ax, x, [d["eta_GK"] * f for _, _, d, _ in rows],
         [d["eta_GK_err"] * f for _, _, d, _ in rows], [m["f_uL_err"] for *_, m in rows], fmt="o",
         color="black", label="Green-Kubo")
    ax.plot(x, [m["own_S"]["UL"] * f for *_, m in rows], "o", mfc="white", color=COLOUR["UL"],
            label="unstable localized modes")
    ax.set_yscale("log")
    ax.set_xlabel("$f_u^L$")
    ax.set_ylabel(rf"$\eta$ [{unit(liquid).eta}]")
    ax.legend()


def parity(ax, study, liquid):
    rows = some(study.together(liquid), "modes")
    f = unit(liquid).eta_factor
    gk = np.array([d["eta_GK"] * f for _, _, d, _ in rows])
    for choice, mfc, label in (("own_S", COLOUR["UL"], "this box"),
                               ("4000_S", "white", "$N$ = 4000")):
        bars(ax, gk, [m[choice]["UL"] * f for *_, m in rows],
             [m[choice]["UL_err"] * f for *_, m in rows],
             [d["eta_GK_err"] * f for _, _, d, _ in rows], log=True, fmt="o", color=COLOUR["UL"],
             mfc=mfc, label=r"$\omega_\mathrm{min}$ of " + label)
    ends = [0.5 * gk.min(), 2 * gk.max()]
    ax.plot(ends, ends, color="0.5", lw=0.8)
    ax.set(xscale="log", yscale="log", xlabel=rf"Green-Kubo [{unit(liquid).eta}]",
           ylabel=rf"$\eta_{{UL}}$ [{unit(liquid).eta}]")
    ax.legend()


def box_dependence(ax, study, liquid):
    series = study.sizes(liquid, "modes")
    if not series:
        raise NoData("no temperature with boxes of two sizes")
    f = unit(liquid).eta_factor
    T, boxes = max(series.items(), key=lambda item: len(item[1]))
    N = list(boxes)
    for choice, mfc, label in (("own_S", COLOUR["UL"], "own box"),
                               ("4000_S", "white", "$N$ = 4000")):
        bars(ax, N, [boxes[n][choice]["UL"] * f for n in N],
             [boxes[n][choice]["UL_err"] * f for n in N], fmt="o-", color=COLOUR["UL"], mfc=mfc,
             label=r"$\eta_{UL}$, $\omega_\mathrm{min}$ of " + label)
    gk = study.sizes(liquid, "dynamics").get(T, {})
    if gk:
        bars(ax, list(gk), [r["eta_GK"] * f for r in gk.values()],
             [r["eta_GK_err"] * f for r in gk.values()], fmt="s", color="black", label="Green-Kubo")
    ax.set_xscale("log")
    ax.set_ylim(0)
    ax.set_xticks(N, [str(n) for n in N])
    ax.minorticks_off()
    ax.set_title(f"$T$ = {T:g} {unit(liquid).T}", fontsize=10)
    ax.set_xlabel("$N$")
    ax.set_ylabel(rf"$\eta$ [{unit(liquid).eta}]")
    ax.legend()


# ---- configurational entropy

def with_entropy(study, liquid):
    """T, S_conf, its error, f_uL, Green-Kubo viscosity and its error, where all are there and the
    window holds."""
    S = entropies.of(study, liquid)
    rows = [(T, *S[T]["S_conf"], m["f_uL"], m["f_uL_err"], d["eta_GK"], d["eta_GK_err"]) for T, e,
            d, m in study.together(liquid) if T in S and d["window_holds"] and e["equilibrated"]]
    if not rows:
        raise NoData("no results of parts inherent and integrate" if not S
                     else "no temperature at which the window holds")
    return np.transpose(rows)


def entropy_terms(ax, study, liquid):
    S = entropies.of(study, liquid)
    if not S:
        raise NoData("no results of parts inherent and integrate")
    T = np.array(list(S))
    for name, mark, colour, label in (("S_total", "s", "black", "total"),
                                      ("S_vib", "^", COLOUR["stable"], "vibrational, harmonic"),
                                      ("S_conf", "o", COLOUR["UL"], "configurational")):
        value, err = np.transpose([S[t][name] for t in T])
        bars(ax, T, value, err, fmt=mark + "-", color=colour, label=label)
    ax.set_ylabel("entropy per atom [$k_B$]")
    ax.legend()
    temperature_axis(ax, liquid)


def fraction_fit(study, liquid):
    """S_conf = a ln f_uL + b."""
    T, S, err, f, *_ = with_entropy(study, liquid)
    if len(T) < 3:
        raise NoData(f"{len(T)} temperatures do not tell how good a line is")
    return fits.line(np.log(f), S, err)


def entropy_fit(study, liquid):
    """eta = A exp(B/(T S_conf)^l)."""
    T, S, _, _, _, eta, err = with_entropy(study, liquid)
    if len(T) < 4:
        raise NoData(f"{len(T)} temperatures do not determine three parameters")
    if not (S > 0).all():
        raise NoData("S_conf is not positive at all temperatures")
    return fits.entropy(T, S, eta, err)


def relaxed(study, liquid):
    """T, f_uL, Green-Kubo and its error where the liquid was equilibrated and the window holds."""
    rows = [(T, m["f_uL"], d["eta_GK"], d["eta_GK_err"]) for T, e, d,
            m in study.together(liquid) if d["window_holds"] and e["equilibrated"]]
    if len(rows) < 5:
        raise NoData(f"{len(rows)} temperatures do not determine four parameters")
    return np.transpose(rows)


def modes_fit(study, liquid):
    """eta = A exp(B/(T [ln f_uL + c])^l), c = b/a."""
    return fits.modes_entropy(*relaxed(study, liquid))


def entropy_fits(study, liquid):
    """(what, fit or the reason why there is none)."""
    out = []
    for fit in (fraction_fit, entropy_fit, modes_fit):
        try:
            out.append((fit.__doc__.rstrip("."), fit(study, liquid)))
        except NoData as reason:
            out.append((fit.__doc__.rstrip("."), f"no fit, {reason}"))
    return out


def entropy_fraction(ax, study, liquid):
    T, S, err, f, ferr, *_ = with_entropy(study, liquid)
    bars(ax, np.log(f), S, err, ferr / f, fmt="o", color="black")
    if len(T) >= 3:
        fit = fraction_fit(study, liquid)
        x = np.linspace(np.log(f).min(), np.log(f).max(), 10)
        ax.plot(x, fit.curve(x), color="#d1322d")
        note(ax, fits.told(fit), high=True)
    ax.set_xlabel(r"$\ln f_u^L$")
    ax.set_ylabel(r"$S_\mathrm{conf}$ [$k_B$]")


def against_power(ax, liquid, z, exponent, curve, eta, err, label):
    """eta against (z/min z)^-exponent, with the curve at the points."""
    f, x = unit(liquid).eta_factor, (z / z.min()) ** -exponent
    bars(ax, x, eta * f, err * f, fmt="o", color="black")
    order = np.argsort(x)
    ax.plot(x[order], np.exp(curve)[order] * f, color="#d1322d")
    ax.set(yscale="log", xlabel=rf"$({label})^{{-\lambda}}$, relative, $\lambda$ = {exponent:.2f}",
           ylabel=rf"$\eta$ [{unit(liquid).eta}]")


def entropy_viscosity(ax, study, liquid):
    fit = entropy_fit(study, liquid)
    T, S, _, _, _, eta, err = with_entropy(study, liquid)
    against_power(ax, liquid, T * S, fit.value[2], fit.curve(T * S), eta, err, r"TS_\mathrm{conf}")
    note(ax, fits.told(fit), high=True)


def modes_viscosity(ax, study, liquid):
    fit = modes_fit(study, liquid)
    T, u, eta, err = relaxed(study, liquid)
    against_power(ax, liquid, T * (np.log(u) + fit.value[3]), fit.value[2],
                  fit.curve((T, np.log(u))), eta, err, r"T[\ln f_u^L + b/a]")
    note(ax, fits.told(fit), high=True)


# ---- other methods

def measured_cuzr(T):
    """Viscosity of the Cu50Zr50 melt in a levitator under microgravity, mPa s, and its range:
    0.08(2) exp(0.58(3) eV/kT) between 1250 and 1435 K; the two errors go together in a fit, so the
    range is that of the prefactor alone.  L. Y. Chen et al., J. Mol. Liq. 293, 111544 (2019)."""
    growth = np.exp(0.58 / (8.617333262e-5 * T))
    return 0.08 * growth, 0.06 * growth, 0.10 * growth


def methods(ax, study, liquid):
    rows = some(study.of(liquid, "shear"), "shear")
    f = unit(liquid).eta_factor
    rates = rows[0][1]["rates"]["rate"]
    for k, rate in enumerate(rates):
        points = [(T, r["rates"]["eta"][k] * f, r["rates"]["eta_err"][k] * f) for T, r in rows]
        T, eta, err = np.transpose(points)
        colour = matplotlib.colormaps["autumn"](0.75 * k / max(len(rates) - 1, 1))
        bars(ax, T, eta, err, log=True, fmt="x", color=colour,
             label=rf"shear, $\dot\epsilon$ = {rate:g}/" + unit(liquid).t)
    for T, e, d, m in study.together(liquid):
        ok = d["window_holds"] and e["equilibrated"]
        bars(ax, T, d["eta_GK"] * f, d["eta_GK_err"] * f, log=True, fmt="o", color="black",
             mfc="black" if ok else "white")
        bars(ax, T, m["own_S"]["UL"] * f, m["own_S"]["UL_err"] * f, log=True, fmt="o",
             color=COLOUR["UL"])
    if liquid == "cuzr":
        T = np.linspace(1250, 1435, 30)
        eta, low, high = measured_cuzr(T)
        ax.fill_between(T, low, high, color="0.85", lw=0)
        ax.plot(T, eta, color="0.5", label="experiment")
    ax.plot([], [], "o", color="black", label="Green-Kubo")
    ax.plot([], [], "o", color=COLOUR["UL"], label="unstable localized modes")
    ax.set_yscale("log")
    ax.set_ylabel(rf"$\eta$ [{unit(liquid).eta}]")
    ax.legend(fontsize=7.5)
    temperature_axis(ax, liquid)


def picture(name, words):
    def panel(ax, study, liquid):
        T, r = some(study.of(liquid, "pictures"), "pictures")[0]
        mode = r[name]
        grow = 0.12 * r["box"][0] / np.max(np.hypot(mode["ex"], mode["ey"]))
        ax.quiver(mode["x"], mode["y"], grow * mode["ex"], grow * mode["ey"], angles="xy",
                  scale_units="xy", scale=1, width=0.003, color=COLOUR["UL"])
        ax.set(xlim=(0, r["box"][0]), ylim=(0, r["box"][1]), aspect="equal", ylabel="$y$", xlabel=(
            f"$x$ [{unit(liquid).length}]\n" +
            rf"{words}, $\omega$ = {r[name + '_w']:.2f} {unit(liquid).w}, $P$ = "
            rf"{r[name + '_P']:.2f}, $T$ = {T:g} {unit(liquid).T}"))

    return panel


PICTURES = [("UL", "unstable localized"), ("UD", "unstable delocalized"),
            ("stable_delocalized", "stable delocalized"), ("stable_localized", "stable localized")]


# ---- the page

KA, CZ = "kob-andersen", "cuzr"
EVERY = ("UL", "UD", "stable", "all")
Figure = namedtuple("Figure", "number title panels")
FIGURES = [
    Figure("1", "Spectrum, affine forces, memory kernel, friction",
           [(dos, CZ), (gamma, CZ), (kernel, CZ), (friction, CZ)]),
    Figure("2", "Participation ratio, mobility edge, fractions",
           [(participation_sizes, CZ), (participation, CZ), (edge, CZ), (fractions, CZ)]),
    Figure("3", "Viscosity by class of modes",
           [(by_class(EVERY), CZ), (by_class(("UL", "stable"), cold=1.6), CZ),
            (by_class(EVERY, "4000_S"), CZ)]),
    Figure("4", "Configurational entropy and viscosity",
           [(entropy_fraction, CZ), (entropy_viscosity, CZ), (modes_viscosity, CZ),
            (entropy_terms, CZ)]),
    Figure("4, other liquid", "The same for the Kob-Andersen liquid",
           [(entropy_fraction, KA), (entropy_viscosity, KA), (modes_viscosity, KA),
            (entropy_terms, KA)]),
    Figure("5", "Green-Kubo, shear flow, modes, and an experiment", [(methods, CZ), (methods, KA)]),
    Figure("6", "Viscosity of the Kob-Andersen liquid",
           [(by_class(("UL", "stable")), KA), (by_class(("UL", "stable"), cold=1.6), KA),
            (by_class(EVERY, "4000_S"), KA)]),
    Figure("S1", "Kob-Andersen: modes against Green-Kubo, and the fraction of localized modes",
           [(parity, KA), (against_fraction, KA)]),
    Figure("S2", "Spectrum of the Kob-Andersen liquid", [(dos, KA), (fractions, KA)]),
    Figure("S3", "Low frequencies", [(low_frequency, CZ), (slope, CZ), (low_frequency, KA),
                                     (slope, KA)]),
    Figure("S4", "Affine forces of the Kob-Andersen liquid", [(gamma, KA)]),
    Figure("S5", "Mean-square displacement", [(msd, CZ), (msd, KA)]),
    Figure("S6", "Memory kernel of the Kob-Andersen liquid", [(kernel, KA), (friction, KA)]),
    Figure("S7", "Friction from the kernel and from diffusion",
           [(consistency, CZ), (consistency, KA)]),
    Figure("S8", "Participation ratio of the Kob-Andersen liquid",
           [(participation_sizes, KA), (participation, KA)]),
    Figure("S9", "Mobility edge of the Kob-Andersen liquid", [(edge, KA)]),
    Figure("S10", "Participation ratio against the size of the box", [(participation_sizes, CZ)]),
    Figure("S11", "Modes in real space, the 400 atoms that move most",
           [(picture(*p), CZ) for p in PICTURES]),
    Figure("S11, other liquid", "The same for the Kob-Andersen liquid",
           [(picture(*p), KA) for p in PICTURES]),
    Figure("S12", "Bulk modulus", [(modulus, CZ), (modulus, KA)]),
    Figure("S13", "Lower cutoff of the frequency", [(cutoff, CZ), (cutoff, KA)]),
    Figure("S14", "Pair distribution and velocity autocorrelation",
           [(rdf, CZ), (vacf, CZ), (rdf, KA), (vacf, KA)]),
    Figure("extra 1", "Green-Kubo integrals and their windows", [(stress, CZ), (stress, KA)]),
    Figure("extra 2", "Dependence on the size of the box",
           [(box_dependence, CZ), (box_dependence, KA)]),
]


def draw(figure, study, path):
    """Returns the reasons why panels are missing."""
    missing = []
    columns = min(2, len(figure.panels))
    rows = -(-len(figure.panels) // columns)
    with plt.rc_context(STYLE):
        fig, axes = plt.subplots(rows, columns, figsize=(4.6 * columns, 3.5 * rows), squeeze=False,
                                 layout="constrained")
        for k, ax in enumerate(axes.flat):
            if k >= len(figure.panels):
                ax.set_visible(False)
                continue
            panel, liquid = figure.panels[k]
            try:
                panel(ax, study, liquid)
            except NoData as reason:
                ax.cla()
                ax.set(xticks=[], yticks=[])
                ax.annotate(f"no data:\n{reason}", (0.5, 0.5), xycoords="axes fraction",
                            ha="center", va="center", color="0.4")
                missing.append(f"({'abcdefgh'[k]}) {reason}")
            ax.annotate(f"({'abcdefgh'[k]}) {TITLE[liquid]}", (0, 1.0), xytext=(0, 4),
                        textcoords="offset points", xycoords="axes fraction", fontsize=10,
                        weight="bold", va="bottom")
        fig.savefig(path, dpi=110)
        plt.close(fig)
    return missing
