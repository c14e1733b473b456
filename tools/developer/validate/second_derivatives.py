#!/usr/bin/env python3
"""What LAMMPS itself says about second derivatives: a map of its pair and bonded styles.

    second_derivatives.py BUILD... [--work DIR] [--only REGEX] [--kept]
                          [--table doc/src/second_derivatives.rst]

Several builds are those of several versions of LAMMPS, which the page has side by side.

Coefficients are those of LAMMPS's unittest/force-styles (style_decks.py).  For each deck the
program second_derivatives.cpp, compiled for the LAMMPS of BUILD and linked with its library, moves
one pair of atoms, or one molecule, and prints what compute(), single() and born_matrix() say; this
script compares.  What the package uses is what compute inm/dos prints for the deck.

The exit code tells of decks that cannot be run; numbers that do not fit are LAMMPS's.
"""
import argparse
import collections
import datetime
import json
import os
import re
import subprocess
import sys

import numpy as np

from coverage import TRIGGER, provider_of, reason_of
from coverage_table import number, plain
from inmvisc.rst import table
from inmvisc.runner import Lammps
from style_decks import CATEGORIES, find_decks

KINDS = ("pair", "bond", "angle", "dihedral", "improper")
TIME_LIMIT = 60         # s, of a deck
WRONG = 1.0e-4          # relative error of a number
RADII, STEP = 24, 3.0e-4    # distances or angles of a pair of types, step of differences by them
NEGLIGIBLE = 1.0e-10    # force beside which the rounding of an energy counts
STRAY = 2               # radii of a pair of types that may be at a knot or an inner cutoff
DECK_WRONG = 1.0e-5     # relative error of the power of all forces

# The deck of this style has all its bonds cut off.
OWN = {"bond-harmonic_shift_cut": {"bond_coeff": "\n".join(f"{t} {20 * t} {1.0 + 0.1 * t} 4.0"
                                                           for t in range(1, 6))}}
# columns of second_derivatives.cpp
COLUMNS = {
    "pair": "itype jtype special at e f gradient wide stiffness single_e single_f du du2",
    "bond": "itype at e f gradient wide stiffness single_e single_f du du2",
    "angle": "itype at e du_force du_energy du2_energy single_e du du2",
    "dihedral": "itype at e du_force du_energy du2_energy single_e du du2",
    "term": "itype trial difference force",
    "deck": "trial power expected size"}


def compile_probe(lammps, work):
    """The program, linked with the library that the LAMMPS of the build uses."""
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "second_derivatives.cpp")
    probe = os.path.join(work, "second_derivatives")
    home = os.path.dirname(os.path.realpath(lammps.binary))
    subprocess.run(["mpicxx", "-std=c++17", "-O1", f"-DINMVISC_RADII={RADII}",
                    f"-DINMVISC_STEP={STEP}", "-I", os.path.join(lammps.source, "src"), source,
                    "-o", probe, "-L", home, "-llammps", f"-Wl,-rpath,{home}"], check=True)
    return probe


def read_rows(output):
    """{kind of line: {column: values}}, and whether there are single() and born_matrix()"""
    rows, has = collections.defaultdict(list), (False, False)
    for line in output.splitlines():
        word, *values = line.split()
        if word == "has":
            has = tuple(v != "0" for v in values)
        elif word in COLUMNS:
            rows[word].append([float(v) for v in values])
    return {word: dict(zip(COLUMNS[word].split(), np.array(found).T))
            for word, found in rows.items()}, has


def relative(a, b, small, noise=0.0):
    """|a - b| by the larger one; small keeps zeros of both from counting, and noise is subtracted
    from the difference."""
    scale = np.maximum(np.abs(a), np.abs(b)) + np.abs(small)
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.where(scale > 0.0, (np.abs(a - b) - noise) / scale, 0.0)
    return np.where(np.isfinite(error), np.maximum(error, 0.0), np.inf)


def scale_of(columns, name):
    """The largest value of each set, if that is not at a singularity."""
    found = np.zeros(len(columns[name]))
    for rows in sets_of(columns).values():
        size = np.abs(columns[name][rows])
        found[rows] = min(size.max(), 1.0e6 * np.median(size))
    return found


def without_constant(columns, energy):
    """The energy, with a constant for each set that gives it the mean of e: single() may leave out
    what does not depend on the distance."""
    shifted = np.array(energy)
    for rows in sets_of(columns).values():
        shifted[rows] += np.mean(columns["e"][rows] - energy[rows])
    return shifted


def questions(kind, rows, has):
    """{question: (columns of the configurations, errors)} that this deck answers"""
    found = {}
    single, born = has
    if kind in rows:
        c = rows[kind]
        if kind in ("pair", "bond"):
            weak = 1.0e-3 * c["at"] * c["stiffness"]
            # rounding, or a knot in the stencil
            noise = (10.0 * np.abs(c["gradient"] - c["wide"])
                     + 1.0e-15 * scale_of(c, "e") / (STEP * c["at"]))
            found["gradient"] = c, relative(c["f"], c["gradient"], np.abs(weak) + NEGLIGIBLE, noise)
            if single:
                found["single: force"] = c, relative(c["f"], c["single_f"], weak)
                error = [relative(c["e"], e, 1.0e-3 * c["at"] * c["f"])
                         for e in (c["single_e"], without_constant(c, c["single_e"]))]
                found["single: energy"] = c, np.minimum(*error)
            if born:
                found["u'"] = c, relative(c["du"], -c["f"], weak)
                found["u''"] = c, relative(c["du2"], c["stiffness"], 1.0e-3 * c["f"] / c["at"])
        else:
            size = 1.0e-3 * np.abs(c["du_energy"]).max()
            found["gradient"] = c, relative(c["du_force"], c["du_energy"], size)
            if single:
                found["single: energy"] = c, relative(c["e"], c["single_e"], size)
            if born:
                found["u'"] = c, relative(c["du"], c["du_energy"], size)
                found["u''"] = c, relative(c["du2"], c["du2_energy"], size)
    if "term" in rows:
        c = rows["term"]
        with np.errstate(invalid="ignore", divide="ignore"):
            error = np.where(c["force"] > 1.0e-8, c["difference"] / c["force"], 0.0)
        found["gradient"] = c, np.where(np.isfinite(error), error, np.inf)
    return found


def sets_of(columns):
    """{(types, special): where in the columns}"""
    keys = np.stack([columns[k] for k in ("itype", "jtype", "special") if k in columns], axis=1)
    return {tuple(int(v) for v in key): np.all(keys == key, axis=1)
            for key in np.unique(keys, axis=0)}


def amount(errors):
    """In words; an infinite error is that of a number that is infinite or nan."""
    finite = errors[np.isfinite(errors)]
    if len(finite) < len(errors):
        return "infinite or nan" + (f", else up to {number(finite.max())}"
                                    if len(finite) and finite.max() > WRONG else "")
    return f"up to {number(errors.max())}, median {number(np.median(errors))}"


def which(bad, every):
    """In words: the sets that have the error, of pairs of types"""
    if len(bad[0]) == 1:
        if len(bad) == len(every):
            return ""
        return f"{len(bad)} of {len(every)} types: "
    order = {"i < j": lambda k: k[0] < k[1], "i = j": lambda k: k[0] == k[1],
             "i > j": lambda k: k[0] > k[1]}
    words = []
    there = {name for name, is_so in order.items() if any(is_so(k) for k in every)}
    wrong = {name for name, is_so in order.items() if any(is_so(k) for k in bad)}
    if wrong != there:
        words.append(" and ".join(name for name in order if name in wrong))
    if all(k[2] for k in bad):
        words.append("with special factors")
    elif any(k[2] for k in every) and not any(k[2] for k in bad):
        words.append("without special factors")
    pairs = {k[:2] for k in every if any(is_so(k) for n, is_so in order.items() if n in wrong)}
    wrong_pairs = {k[:2] for k in bad}
    if len(wrong_pairs) < len(pairs):
        words.append(f"{len(wrong_pairs)} of {len(pairs)} pairs of types")
    return ", ".join(words) + ": " if words else ""


def verdict(columns, errors):
    """'' if right, else where it is wrong and by how much"""
    every = sets_of(columns)
    bad = [key for key, rows in every.items() if np.sum(errors[rows] > WRONG) > STRAY]
    if not bad:
        return ""
    values = np.concatenate([errors[every[key]] for key in bad])
    return which(bad, every) + amount(values)


def deck_verdict(columns):
    """Of the forces of all atoms of the deck; the median does not see a pair that crosses a
    cutoff."""
    moving = columns["size"] > 0.0
    if not moving.any():
        return ""
    error = np.median(np.abs(columns["power"] - columns["expected"])[moving]
                      / columns["size"][moving])
    return "" if error <= DECK_WRONG else f"forces of all atoms: {number(error)}"


def in_words(answers, has):
    """Cells of a deck: gradient, single(), born_matrix()"""
    def cell(names, there):
        if not there:
            return "--"
        known = [name for name in names if name in answers]
        if not known:
            return "not tested"
        wrong = [f"{name.replace('single: ', '')} {answers[name]}".strip() for name in known
                 if answers[name]]
        return "; ".join(wrong) if wrong else "right"
    gradient = [answers[name] for name in ("gradient", "deck") if answers.get(name)]
    tested = "gradient" in answers or "deck" in answers
    return ("; ".join(gradient) if gradient else "right" if tested else "not tested",
            cell(["single: force", "single: energy"], has[0]), cell(["u'", "u''"], has[1]))


def short_provider(text, kind):
    """The part of this kind, without numbers that belong to the deck"""
    for part in re.split(r"; (?=\w+ style )", text):
        if part.startswith(f"{kind} style "):
            what = part.split(": ", 1)[1]
            reason = re.search(r" \(((?:[^()]|\([^()]*\))*)\)$", what)
            if what.startswith("central differences"):
                why = reason.group(1).split(": ", 1)[-1] if reason else ""
                return "differences of forces" + (f" ({why})" if why else "")
            return re.sub(r" failed the self-test for \d+ type pairs",
                          " failed the self-test for some pairs of types",
                          re.sub(r", [\d.]+ atoms per embedding term", "", what))
    return text or "nothing"


class Map:
    """What was found with the LAMMPS of a build: self.found is [(deck, cells)], self.failed is
    [(deck, reason)]."""

    def __init__(self, build, work):
        self.work = work
        self.found, self.failed = [], []
        self.lammps = Lammps(build, work, cores=1, options=("-log", "none", "-nocite"))
        self.lammps.environment["LAMMPS_POTENTIALS"] = self.lammps.potentials
        self.version = self.lammps.version.replace(" ", "")
        self.every = [d for d in find_decks(self.lammps)
                      if d.category != "kspace" and not d.style.startswith("hybrid")]
        os.makedirs(work, exist_ok=True)

    @property
    def file(self):
        return os.path.join(self.work, "found.json")

    def scan(self, only):
        self.probe = compile_probe(self.lammps, self.work)
        for deck in self.every:
            if deck.missing or not re.search(only, deck.name):
                continue
            cells, reason = self.row(deck)
            print(deck.name, *(cells or ["FAILED", reason]), sep=" | ", flush=True)
            (self.found if cells else self.failed).append((deck, cells or reason))
        with open(self.file, "w") as fp:
            json.dump({"found": [(d.name, cells) for d, cells in self.found],
                       "failed": [(d.name, reason) for d, reason in self.failed]}, fp, indent=0)

    def read_kept(self):
        decks = {d.name: d for d in self.every}
        with open(self.file) as fp:
            kept = json.load(fp)
        self.found = [(decks[name], cells) for name, cells in kept["found"]]
        self.failed = [(decks[name], reason) for name, reason in kept["failed"]]

    def folder(self, deck, commands):
        folder = os.path.join(self.work, deck.name)
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "deck.lmp"), "w") as fp:
            fp.write("\n".join(commands) + "\n")
        return folder

    def row(self, deck):
        """Cells of the deck: gradient, single(), born_matrix(), what the package uses; or None and
        the reason."""
        kind = CATEGORIES[deck.category]
        deck.values.update(OWN.get(deck.name, {}))
        folder = self.folder(deck, deck.commands())
        try:
            done = subprocess.run([self.probe, "deck.lmp", kind], cwd=folder, text=True,
                                  env=self.lammps.environment, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  timeout=TIME_LIMIT)
        except subprocess.TimeoutExpired:
            return None, f"not done within {TIME_LIMIT} s"
        if done.returncode != 0:
            return None, reason_of(done.stdout)
        rows, has = read_rows(done.stdout)
        answers = {name: verdict(*found) for name, found in questions(kind, rows, has).items()}
        if "deck" in rows:
            answers["deck"] = deck_verdict(rows["deck"])
        return (*in_words(answers, has), self.used(deck, kind)), ""

    def used(self, deck, kind):
        folder = self.folder(deck, deck.commands() + [TRIGGER.format(how="auto")])
        done = self.lammps.run("deck.lmp", folder=folder, time_limit=TIME_LIMIT, check=False)
        if done.status is None:
            return f"not done within {TIME_LIMIT} s"
        if done.status == 0:
            return short_provider(provider_of(done.output), kind)
        return "nothing: " + reason_of(done.output).split(". It is largest")[0]


def style_cells(found):
    """{style: its cells}; a cell that differs between the decks of a style names them."""
    by_style = collections.defaultdict(list)
    for deck, cells in found:
        by_style[deck.style].append((deck, cells))
    rows = {}
    for style, decks in by_style.items():
        rows[style] = []
        for k in range(4):
            names = collections.defaultdict(list)
            for deck, cells in decks:
                names[cells[k]].append(deck.name[len(deck.category) + 1:])
            common = max(names, key=lambda text: len(names[text]))
            texts = [plain(common)] + [f"{plain(text)} (deck {plain(', '.join(which_decks))})"
                                       for text, which_decks in names.items() if text != common]
            rows[style].append("; ".join(texts))
    return rows


def style_rows(cells_of):
    """A row for each style, from {version: cells of its styles}; where versions differ, the cell
    has each."""
    for style in sorted(set().union(*cells_of.values())):
        there = {v: cells[style] for v, cells in cells_of.items() if style in cells}
        name = plain(style)
        if len(there) < len(cells_of):
            name += f" ({', '.join(there)})"
        yield [name] + [texts[0] if len(set(texts)) == 1
                        else "; ".join(f"*{v}*: {t}" for v, t in zip(there, texts))
                        for texts in zip(*there.values())]


def missing_styles(decks, kind):
    names = {m.split()[1] for d in decks if CATEGORIES[d.category] == kind for m in d.missing
             if m.split()[0] == kind}
    return plain(", ".join(sorted(names)))


def without_deck(lammps, decks, kind):
    """Styles of this LAMMPS that no deck has"""
    tested = {word for d in decks if not d.missing for word in d.style.split()}
    left = {name for name in lammps.styles.get(kind, ()) if name not in tested
            and not re.search("^(hybrid|none|zero|deprecated|DEPRECATED)|/(omp|opt|kk|gpu|intel)$",
                              name)}
    return plain(", ".join(sorted(left)))


PAGE = """The second derivatives of LAMMPS
================================

``tools/developer/validate/second_derivatives.py`` wrote this page on {date} with LAMMPS {versions}.
Faults that users meet are listed, each with an input, on the page :doc:`upstream_faults`.

The Hessian of this package is built from numbers that styles of LAMMPS provide: forces by *compute()*, the force of one pair or bond by *single()*, and first and second derivatives by *born_matrix()*.
This page shows which of them are consistent.
The coefficients are those of LAMMPS's own tests, ``unittest/force-styles/tests``: {decks}.
One pair of atoms, or one molecule, is moved through {radii} distances or angles; all pairs of types are tried in both orders, and pairs also with special factors of 0.3 (Lennard-Jones) and 0.6 (Coulomb).

* *forces*: is the force of *compute()* the negative gradient of its energy?
  For bonded styles, all coordinates of a displaced molecule.
  *Forces of all atoms* compares the power of the forces along random displacements of all atoms of the deck with the change of the energy.
  Tables, and the approximation of *erfc* in the real-space part of Ewald sums, have forces and energies with errors of their own: coarse tables fail this test, and nothing is wrong with them.
* *single()*: are its force and energy those of *compute()*?
  The energies may differ by a constant.
* *born_matrix()*: *u'* and *u''* against forces of *compute()* and their differences.
  Angles and dihedrals are compared with differences of the energy, by the cosine.
* *the package uses*: what the log of :doc:`compute inm/dos <compute_inm_dos>` says for *hessian auto*.

Errors are relative to the larger of the two numbers: 2 means opposite signs.
A number counts as wrong if more than {stray} of the {radii} values of a pair of types differ by more than {wrong:.0e}: single values at a knot or at an inner cutoff do not count.
For all forces of a deck the limit is {deck_wrong:.0e}.
Two dashes mean that the style does not have the function.
Median and maximum are over the pairs of types for which the number is wrong.
"""  # noqa: E501


SEVERAL = """A cell that differs between the versions has both; the others hold for all versions that have the style.
A style with a version behind its name was tested with that one only: the other does not have it, or was built without its package.
"""  # noqa: E501


def write_page(path, maps):
    versions = [m.version for m in maps]
    counted = " and ".join(f"{len(m.found)} decks that LAMMPS {m.version} can run" for m in maps)
    lines = [PAGE.format(date=datetime.date.today(), versions=" and ".join(versions),
                         decks=counted, radii=RADII, stray=STRAY, wrong=WRONG,
                         deck_wrong=DECK_WRONG)]
    if len(maps) > 1:
        lines += [SEVERAL]
    for kind in KINDS:
        rows = style_rows({m.version: style_cells([(d, c) for d, c in m.found
                                                   if CATEGORIES[d.category] == kind])
                           for m in maps})
        title = f"{kind.capitalize()} styles"
        lines += [title, "-" * len(title), "",
                  table(["style", "forces", "single()", "born_matrix()", "the package uses"], rows,
                        [16, 20, 20, 22, 22])]
        for m in maps:
            for text, names in (("without a deck of their own in LAMMPS's tests",
                                 without_deck(m.lammps, m.every, kind)),
                                ("not built", missing_styles(m.every, kind))):
                if names:
                    lines += [f"{m.version}, {text}: {names}.", ""]
    failed = [[plain(d.name), m.version, plain(reason)] for m in maps for d, reason in m.failed]
    if failed:
        lines += ["Decks that do not run", "---------------------", "",
                  table(["deck", "version", "reason"], failed)]
    with open(path, "w") as fp:
        fp.write("\n".join(lines).rstrip("\n") + "\n")


def main():
    ap = argparse.ArgumentParser(description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("build", nargs="+")
    ap.add_argument("--work", help="folder of the runs, default BUILD/second_derivatives")
    ap.add_argument("--only", default="", help="decks whose name matches this expression")
    ap.add_argument("--kept", action="store_true", help="only write the page, from the last scan")
    ap.add_argument("--table", help="write the page there as reStructuredText")
    a = ap.parse_args()
    maps = []
    for build in map(os.path.abspath, a.build):
        work = os.path.abspath(a.work or os.path.join(build, "second_derivatives"))
        maps.append(Map(build, work))
        if a.kept:
            maps[-1].read_kept()
        else:
            maps[-1].scan(a.only)
    if a.table:
        write_page(a.table, maps)
    for m in maps:
        print(f"{m.version}: {len(m.found)} decks, {len(m.failed)} do not run")
    return 1 if any(m.failed for m in maps) else 0


if __name__ == "__main__":
    sys.exit(main())
