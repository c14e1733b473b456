"""The page doc/src/hessian_coverage.rst from the results of coverage.py."""
import collections
import datetime
import re

from inmvisc.rst import table

TITLES = {"mol-pair": "Pair styles, molecular decks", "atomic-pair": "Pair styles, atomic decks",
          "manybody-pair": "Many-body pair styles", "ellipsoid-pair": "Pair styles of ellipsoids",
          "spin-pair": "Pair styles of spins", "bond": "Bond styles", "angle": "Angle styles",
          "dihedral": "Dihedral styles", "improper": "Improper styles", "kspace": "KSpace styles"}
METHODS = ("auto", "numeric")
ASYMMETRY = 2.0e-5      # of d f_i / d x_j, above which forces are said to be no gradient
# worst first
ORDER = ("FAILED", "WRONG", "check", "refused", "untestable", "no deck", "not run", "ok")
MEANING = {"ok": "correct", "WRONG": "wrong", "refused": "not allowed, with a reason",
           "check": "rejected by the compute's own check against forces",
           "untestable": "not testable: the reference has kinks or jumps in more than 20 % "
                         "of the elements",
           "no deck": "the deck does not run in this LAMMPS", "FAILED": "no result",
           "not run": "not run yet"}


def plain(text):
    """Text without meaning as markup, and without line breaks inside a table."""
    return re.sub(r"([\\*|_`])", r"\\\1", " ".join(text.split()))


def of_method(deck, method, results):
    """Results on 1 and 2 ranks, and the worse verdict."""
    found = [results[k] for k in ((deck.name, method, 1), (deck.name, method, 2)) if k in results]
    verdicts = [r["verdict"] for r in found] + ["not run"] * (2 - len(found))
    return found, min(verdicts, key=ORDER.index)


def number(value):
    return "0" if value == 0.0 else f"{value:.1e}"


def error_cell(found, verdict):
    errors = [r["error"] for r in found if "error" in r]
    if not errors:
        return verdict
    return number(max(errors)) + ("" if verdict == "ok" else f" ({verdict})")


def remarks(found_of):
    """Why there is no Hessian, each reason once, and what the reference knows about it."""
    texts, asymmetry = [], 0.0
    for method, found in found_of.items():
        for r in found:
            asymmetry = max(asymmetry, r.get("asymmetry", 0.0))
            if r.get("reason") and (method, r["reason"]) not in texts:
                texts.append((method, r["reason"]))
    if len({t for _, t in texts}) == 1:
        said = [plain(texts[0][1])]
    else:
        said = [f"{m}: {plain(t)}" for m, t in texts]
    if asymmetry > ASYMMETRY:
        said.append(f"the forces are not a gradient, asymmetry {number(asymmetry)}")
    return "; ".join(said)


def deck_row(deck, results):
    found_of, cells, changes = {}, [], []
    for method in METHODS:
        found, verdict = of_method(deck, method, results)
        found_of[method] = found
        cells.append(error_cell(found, verdict))
        changes += [r["change"] for r in found if "change" in r]
    some = [r for found in found_of.values() for r in found]
    compared = [r for r in some if r.get("left_out", 0.0) > 0.0]
    provider = next((r["provider"] for r in found_of["auto"] if r.get("provider")), "")
    blocks = [r["block_error"] for r in found_of["auto"] if "block_error" in r]
    return [plain(deck.name[len(deck.category) + 1:]), plain(deck.style),
            plain(provider)] + cells + [number(max(blocks)) if blocks else "",
                                        number(max(changes)) if changes else "",
                                        f"{100 * compared[0]['left_out']:.2f} %" if compared
                                        else "", remarks(found_of)]


def refusals(decks, results):
    """[[reason, number of decks, decks]] for hessian auto, the most frequent one first."""
    of_reason = collections.defaultdict(list)
    for deck in decks:
        found, _ = of_method(deck, "auto", results)
        for reason in {r["reason"] for r in found if r.get("reason")}:
            of_reason[reason].append(deck.name)
    ordered = sorted(of_reason.items(), key=lambda item: -len(item[1]))
    return [[plain(reason), str(len(names)), plain(", ".join(names))] for reason, names in ordered]


def not_in_build(decks):
    count = collections.Counter(style for d in decks for style in d.missing)
    return ", ".join(plain(style) for style in sorted(count))


def counts(decks, results):
    rows = []
    for verdict in reversed(ORDER):
        numbers = [sum(of_method(d, m, results)[1] == verdict for d in decks) for m in METHODS]
        if any(numbers) or verdict in ("ok", "WRONG"):
            rows.append([MEANING[verdict]] + [str(n) for n in numbers])
    return rows


def write_page(path, version, decks, results):
    built = [d for d in decks if not d.missing]
    lines = f"""Force styles whose Hessian was tested
=====================================

``tools/developer/validate/coverage.py`` wrote this page on {datetime.date.today()} with LAMMPS {version}.

LAMMPS tests each force style with its own deck, in ``unittest/force-styles/tests`` of its source tree.
Of its {len(decks)} decks for pair, bond, angle, dihedral, improper and kspace styles, {len(decks) - len(built)} need a style that is not in the LAMMPS used here.
In each of the other {len(built)} the matrix of :doc:`compute inm/dos <compute_inm_dos>`, keyword *file*, was compared with differences of forces from the python module of LAMMPS, without this package.

* *auto*, *numeric*: largest error of an element for the keyword *hessian*, relative to the largest element; the larger one of the results on 1 and 2 ranks.
  Above 1e-5 the matrix counts as wrong.
  If the compute's own check against forces stops it, the number before *(check)* is the error that *check no* gives.
* *block*: for *auto*, largest error of the block of two atoms relative to that block, over the blocks for which the differences are accurate to 1e-4.
  It shows what the strongest pair of a deck would otherwise hide: a pair whose distance is so close to a knot of a table, or to an inner cutoff where the slope of the force jumps, that the compute's own stencil extends across it.
* *ranks*: largest difference between the matrices from 1 and 2 ranks, in the same measure.
* *left out*: fraction of the non-zero elements for which the differences themselves change, by more than 3e-6 of the largest element, when their step is halved: the force has a jump (a pair crosses a cutoff) or its slope has one (knots of tables and splines).
  These elements are not compared; steps are 1e-5 to 1e-3 length units.
* The elements are those of the symmetric part, because the forces of mesh methods, and of a few other styles, are not quite the gradient of an energy.
  If d f_i / d x_j is not symmetric to 2e-5 of the largest element, the remark says so.
* For *ewald*, *pppm*, *pppm/cg* and *pppm/stagger*, *auto* is the reciprocal sum in closed form (:doc:`Howto_inm_hessian <Howto_inm_hessian>`).
  Differences of forces have the error of the style, of its mesh or its wave vectors; its decks count as right up to 5 times the relative difference between the forces of the style and those of the sum, which the compute prints.
* Charges are constant.

""".splitlines()  # noqa: E501
    lines.append(table(["decks", "*hessian auto*", "*hessian numeric*"], counts(built, results),
                       [60, 20, 20]))
    reasons = refusals(built, results)
    if reasons:
        lines += ["Reasons for a missing Hessian", "-----------------------------", ""]
        lines.append(table(["reason (*hessian auto*)", "decks", "which"], reasons, [50, 8, 42]))
    for category, title in TITLES.items():
        rows = [deck_row(d, results) for d in built if d.category == category]
        if not rows:
            continue
        lines += [title, "-" * len(title), ""]
        lines.append(table(["deck", "style", "Hessian from", "auto", "numeric", "block", "ranks",
                            "left out", "remark"], rows, [14, 16, 22, 8, 8, 8, 8, 8, 16]))
    lines += ["Styles not in this LAMMPS", "-------------------------", "",
              not_in_build(decks) + "."]
    with open(path, "w") as fp:
        fp.write("\n".join(lines) + "\n")
