#!/usr/bin/env python3
"""Figures and tables of a study, from its results alone.

    tools/inmvisc-tool examples/paper/report.py RESULTS [--out report.html] [--rst table.rst]
        [--figures DIR]

report.html has every figure, number, parameter and version; table.rst is the table of the manual,
with the main figures beside it.
"""

import argparse
import base64
import html
import json
import os
import shutil
import tempfile

import numpy as np

import figures
import plan
from inmvisc import fits, rst
from study import Study

HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 15px/1.5 Georgia, serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #222 }}
h1, h2 {{ font-weight: normal }} h2 {{ margin-top: 2.2em; border-bottom: 1px solid #ccc }}
table {{ border-collapse: collapse; font: 12.5px/1.4 Helvetica, Arial, sans-serif }} td, th {{ padding: 2px 9px; text-align: right; white-space: nowrap }}
th {{ border-bottom: 1px solid #888; vertical-align: bottom }} .wide {{ overflow-x: auto }} img {{ max-width: 100% }}
figcaption {{ font-style: italic }} .none {{ color: #999 }} pre {{ font-size: 12px; white-space: pre-wrap }}
</style><h1>{title}</h1>
"""  # noqa: E501


def number(value, error=None, digits=3):
    if value is None or not np.isfinite(value):
        return "no data"
    if error is None or not np.isfinite(error) or error <= 0:
        return f"{value:.{digits}g}"
    places = max(0, 1 - int(np.floor(np.log10(error))))
    return f"{value:.{places}f} ± {error:.{places}f}"


def ratio(a, da, b, db):
    if not (a > 0 and b > 0):
        return "no data"
    return number(a / b, a / b * np.hypot(da / a, db / b))


COLUMNS = ["T", "N", "f_u", "f_uL", "edge", "w_min", "v~(0)", "eta_UL", "eta_UL, w_min of N = 4000",
           "eta_S", "eta_all", "eta_GK", "eta_UL/eta_GK", "window", "notes"]


def rows_of(study, liquid):
    """The table of one liquid as texts: main cases, then the other sizes."""
    f = figures.unit(liquid).eta_factor
    sizes = sorted({r["N"] for r in study.records if r["liquid"] == liquid
                    and r["part"] == "modes"})
    main = study.atoms(liquid)
    out = []
    for N in [main] + [n for n in sizes if n != main]:
        for T, equilibrate, dynamics, modes in study.together(liquid, N):
            own, paper = modes["own_S"], modes["4000_S"]
            notes = (([] if equilibrate["equilibrated"] else ["not equilibrated"])
                     + ([] if dynamics["window_holds"] else ["window too short"]))
            used = "v0" if abs(modes["friction"] / dynamics["v0"] - 1) < abs(modes["friction"]
                                                                             / dynamics["kT_over_D"]
                                                                             - 1) else "kT_over_D"
            out.append([f"{T:g}", str(N), number(modes["f_u"], modes["f_u_err"]),
                        number(modes["f_uL"], modes["f_uL_err"]), number(modes["edge"]),
                        number(own["w_min"]), number(modes["friction"], dynamics[f"{used}_err"]),
                        number(own["UL"] * f, own["UL_err"] * f),
                        number(paper["UL"] * f, paper["UL_err"] * f),
                        number(own["stable"] * f, own["stable_err"] * f),
                        number(own["all"] * f, own["all_err"] * f),
                        number(dynamics["eta_GK"] * f, dynamics["eta_GK_err"] * f),
                        ratio(own["UL"], own["UL_err"], dynamics["eta_GK"], dynamics["eta_GK_err"]),
                        number(dynamics["window"]),
                        ", ".join(notes) or "-"])
    return out


def units_of(liquid):
    u = figures.unit(liquid)
    plain = {r"$\tau^{-1}$": "1/tau", r"$\tau$": "tau", r"$m\sigma^{-1}\tau^{-1}$": "m/(sigma tau)",
             r"$m/\tau$": "m/tau"}
    w, t, eta, v = (plain.get(x, x) for x in (u.w, u.t, u.eta, u.friction))
    return (f"T in {u.T or 'reduced units'}, frequencies in {w}, friction in {v}, "
            f"viscosities in {eta}, window in {t}")


def fits_of(study, liquid):
    """Lines of text: VFT, crossover, entropies and their fits, shear flow; each says what it could
    not do."""
    out = []
    T, gk, err = study.column(liquid, "dynamics", "eta_GK", "eta_GK_err")
    holds = study.column(liquid, "dynamics", "window_holds")[1] == 1
    f = figures.unit(liquid).eta_factor
    fit = figures.vft_of(T[holds], gk[holds] * f, err[holds] * f)
    out.append("VFT of Green-Kubo, temperatures whose window holds: "
               + (f"{fits.told(fit)}; chi^2 {fit.chi2:.1f} for {fit.dof} degrees of freedom" if fit
                  else "less than 5 temperatures"))
    for choice, words in (("own_S", "w_min of this box"), ("4000_S", "w_min of N = 4000")):
        found = figures.study_crossover(study, liquid, choice)
        if found is None:
            text = "less than two temperatures"
        else:
            text = "none between the temperatures of the study"
            if np.isfinite(found.T):
                text = f"T = {found.T:.3g} [{found.low:.3g}, {found.high:.3g}]"
            text += f" ({100 * found.share:.0f} per cent of the resamplings have one)"
        out.append("crossover from stable (below) to unstable localized modes (above), "
                   f"{words}: {text}")
    S = figures.entropies.of(study, liquid)
    for T in S:
        out.append(f"entropies per atom in k at T = {T:g}: total {number(*S[T]['S_total'])}, "
                   f"vibrational {number(*S[T]['S_vib'])}, "
                   f"configurational {number(*S[T]['S_conf'])}")
    for words, fit in figures.entropy_fits(study, liquid):
        out.append(f"{words}: {fit if isinstance(fit, str) else fits.told(fit)}")
    for T, r in study.of(liquid, "shear"):
        flow = r["rates"]
        out.append(f"shear flow at T = {T:g}: "
                   + ", ".join(f"{number(eta * f, err * f)} at a rate of {rate:g}"
                               for rate, eta, err in zip(flow["rate"], flow["eta"],
                                                         flow["eta_err"])))
    return out


def parameters(study):
    out = {}
    for r in study.records:
        key = (r["liquid"], r["part"], r["N"])
        variables = {name: value.tolist() if hasattr(value, "tolist") else value
                     for name, value in r["variables"].items() if name not in ("T", "N")}
        out.setdefault(key, []).append(
            f"T {r['T']:g}, sample {r['sample']}, {r['seconds']:.0f} s on {r['ranks']} rank(s), "
            + json.dumps(variables))
    return out


def versions(study):
    return sorted({", ".join(f"{k} {v}" for k, v in r["versions"].items())
                   + (f", potential {r['potential']}" if "potential" in r else "")
                   for r in study.records})


def picture_of(figure, folder):
    return os.path.join(folder, f"figure-{figure.number.replace(',', '').replace(' ', '-')}.png")


def write_html(study, path, folder):
    """Draws the figures too, into the folder."""
    title = "Viscosity from unstable localized modes: the figures of the paper"
    with open(path, "w") as fp:
        fp.write(HEAD.format(title=title))
        fp.write("<p>Made from the results of the runs alone. Errors are standard errors, "
                 "intervals in brackets are 95 per cent. "
                 "Frequencies are angular; the paper's THz are rad/ps. The experiment of Fig. 5 is "
                 "not one of the paper's two, of which no "
                 "numbers were at hand, but Chen et al., J. Mol. Liq. 293, 111544 (2019).</p>\n")
        for liquid in study.liquids():
            fp.write(f"<h2>{html.escape(liquid)}</h2><p>P_c = {plan.LIQUID[liquid]['Pc']}. "
                     f"{html.escape(units_of(liquid))}.</p><div class=wide><table><tr>")
            fp.write("".join(f"<th>{html.escape(c)}" for c in COLUMNS) + "</tr>\n")
            for row in rows_of(study, liquid):
                fp.write("<tr>" + "".join(f"<td>{html.escape(c)}" for c in row) + "</tr>\n")
            fp.write("</table></div><ul>" + "".join(f"<li>{html.escape(line)}"
                                                    for line in fits_of(study, liquid)) + "</ul>\n")
        for figure in figures.FIGURES:
            picture = picture_of(figure, folder)
            missing = figures.draw(figure, study, picture)
            with open(picture, "rb") as image:
                data = base64.b64encode(image.read()).decode()
            name = figure.number if figure.number.startswith("extra") else f"Fig. {figure.number}"
            fp.write(f'<h2>{name}</h2><figure><img alt="{name}" src="data:image/png;base64,{data}">'
                     f"<figcaption>{html.escape(figure.title)}.")
            fp.write("".join(f' <span class="none">No data: {html.escape(m)}.</span>'
                             for m in missing) + "</figcaption></figure>\n")
        fp.write("<h2>Versions</h2><pre>" + html.escape("\n".join(versions(study)))
                 + "</pre><h2>Parameters</h2>\n")
        for (liquid, part, N), lines in parameters(study).items():
            text = html.escape("\n".join(lines))
            fp.write(f"<p>{liquid}, N = {N}, in.{part}</p><pre>{text}</pre>\n")


IN_MANUAL = ("3", "6", "4", "5")     # the other figures are in the report


def write_rst(study, path, drawn):
    """The page that includes it is in the folder above; drawn: the folder of the figures."""
    folder, file = os.path.split(os.path.abspath(path))
    stem = os.path.splitext(file)[0]
    with open(path, "w") as fp:
        fp.write(".. made by examples/paper/report.py from the results in examples/paper/results\n"
                 "\n")
        for liquid in study.liquids():
            name = {"kob-andersen": "Kob-Andersen", "cuzr": "Cu50Zr50"}[liquid]
            rows = rows_of(study, liquid)
            fp.write(f"{name}: {units_of(liquid)}; *P*\\ :sub:`c` = {plan.LIQUID[liquid]['Pc']}.\n"
                     "\n")
            if not rows:
                fp.write("No state of this liquid is complete yet.\n\n")
                continue
            fp.write(rst.table(COLUMNS, rows))
            fp.write("\n" + "".join(f"* {line}\n" for line in fits_of(study, liquid)) + "\n")
        for figure in (f for which in IN_MANUAL for f in figures.FIGURES if f.number == which):
            picture = f"{stem}-figure-{figure.number}.png"
            shutil.copyfile(picture_of(figure, drawn), os.path.join(folder, picture))
            fp.write(f".. figure:: {os.path.basename(folder)}/{picture}\n   :alt: figure "
                     f"{figure.number}\n\n"
                     f"   {figure.title}, as in Fig. {figure.number} of the paper.\n\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results")
    parser.add_argument("--out", help="default RESULTS/report.html")
    parser.add_argument("--rst")
    parser.add_argument("--figures", help="folder that keeps the pictures")
    args = parser.parse_args()
    write(args.results, args.out, args.rst, args.figures)


def write(results, out=None, rst=None, folder=None):
    study = Study(results)
    if not study.records:
        raise SystemExit(f"no results in {results}")
    if folder:
        os.makedirs(folder, exist_ok=True)
    out = out or os.path.join(results, "report.html")
    with tempfile.TemporaryDirectory() as temporary:
        write_html(study, out, folder or temporary)
        if rst:
            write_rst(study, rst, folder or temporary)
    return out


if __name__ == "__main__":
    main()
