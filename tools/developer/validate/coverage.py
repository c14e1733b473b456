#!/usr/bin/env python3
"""The Hessian of every force style that LAMMPS itself has a test deck for, against differences of
forces.

    coverage.py BUILD [--work DIR] [--only REGEX] [--part I/N] [--time-limit S] [--fresh]
                      [--subset] [--references] [--table doc/src/hessian_coverage.rst]

Each deck of LAMMPS's unittest/force-styles (style_decks.py) is run with compute inm/dos, hessian
auto and numeric, on 1 and 2 ranks, and the matrix it writes is compared with differences of forces
that LAMMPS gives through its python module (force_reference.py).  Results go to DIR/results.jsonl
(DIR is BUILD/coverage), one line per run; what is there for the same plugin is not run again,
unless it FAILED.

ok          largest error over kept elements below 1e-5 of the largest element; of a reciprocal sum
            in closed form, below 5 times the relative difference between the forces of the style,
            of which the reference is made, and those of the sum
WRONG       above that
refused     the compute, or LAMMPS, stops with a reason
check       the compute's own check against forces stops it; its error is then that with check no
untestable  the reference has jumps or kinks within its step in more than 20 % of the elements
no deck     the deck does not run in this LAMMPS, without this package
FAILED      anything else: a crash, a time-out, no matrix on file

Exit code 1 if there is a WRONG or FAILED one.
"""
import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time

import numpy as np
import scipy.sparse

from coverage_table import write_page
from inmvisc.runner import MESSAGE, Lammps
from style_decks import find_decks

METHODS = {"auto": "auto", "numeric": "numeric 0"}
THRESHOLD = 1.0e-5
MAX_LEFT_OUT = 0.2
OF_FORCES = 5.0       # error of a matrix in closed form over that of the forces
RUN_TIMEOUT, REFERENCE_TIMEOUT = 60, 900      # s
SUBSET = """mol-pair-lj_cut mol-pair-lj_cut_coul_long mol-pair-hybrid-overlay mol-pair-lj96_cut
    mol-pair-tip4p_cut mol-pair-table atomic-pair-eam_fs atomic-pair-hybrid-eam manybody-pair-sw
    manybody-pair-tersoff bond-morse angle-cosine_periodic dihedral-charmm improper-umbrella
    kspace-ewald kspace-pppm""".split()

TRIGGER = """
compute h all inm/dos 10 modes none hessian {how} file H.npz weighted no
thermo_style custom step c_h
run 0 post no
"""


def digest(*texts):
    return hashlib.sha1("\n".join(texts).encode()).hexdigest()[:12]


class Coverage:
    def __init__(self, build, work):
        self.work = work
        self.lammps = Lammps(build, work, cores=1, options=("-log", "none", "-nocite"))
        self.lammps.environment["LAMMPS_POTENTIALS"] = self.lammps.potentials
        with open(os.path.join(build, "inmvisc_styles.so"), "rb") as fp:
            self.plugin = hashlib.sha1(fp.read()).hexdigest()[:12]
        self.file = os.path.join(work, "results.jsonl")
        os.makedirs(os.path.join(work, "references"), exist_ok=True)

    def results(self):
        """Those of this plugin, {(deck, method, ranks): result}; the last one counts."""
        if not os.path.exists(self.file):
            return {}
        with open(self.file) as fp:
            lines = [json.loads(line) for line in fp]
        return {(r["deck"], r["method"], r["np"]): r for r in lines if r["plugin"] == self.plugin}

    def reference(self, deck):
        """Arrays of force_reference.py, or {"reason": why there are none}; kept on file."""
        path = os.path.join(self.work, "references", deck.name + ".npz")
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "force_reference.py")
        with open(script) as fp:
            key = digest(fp.read(), self.lammps.version, *deck.commands())
        if os.path.exists(path):
            with np.load(path) as stored:
                if str(stored["key"]) == key:
                    return dict(stored)
        folder = self.run_folder(deck, "reference", "")
        status, output = self.reference_run([sys.executable, script, "deck.lmp", "out.npz"], folder)
        if status == 0:
            with np.load(os.path.join(folder, "out.npz")) as made:
                found = dict(made)
            if not same_forces(found["forces"], deck.forces()):
                found = dict(reason="its forces are not those that LAMMPS has on file for it")
        else:
            found = dict(reason=reason_of(output) if status
                         else f"no reference within {REFERENCE_TIMEOUT} s")
        np.savez_compressed(path, key=key, **found)
        shutil.rmtree(folder)
        return found

    def reference_run(self, command, folder):
        """Exit code (None: too long) and output."""
        try:
            done = subprocess.run(command, cwd=folder, text=True, errors="replace",
                                  env=self.lammps.python_environment, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  timeout=REFERENCE_TIMEOUT)
        except subprocess.TimeoutExpired:
            return None, ""
        return done.returncode, done.stdout

    def run_folder(self, deck, name, trigger):
        folder = os.path.join(self.work, "runs", f"{deck.name}.{name}")
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        with open(os.path.join(folder, "deck.lmp"), "w") as fp:
            fp.write("\n".join(deck.commands()) + "\n" + trigger)
        return folder

    def launch(self, deck, method, ranks, keywords, timeout):
        """Exit code, output and the file of the matrix."""
        folder = self.run_folder(deck, f"{method}.np{ranks}",
                                 TRIGGER.format(how=METHODS[method] + keywords))
        done = self.lammps.run("deck.lmp", ranks, folder=folder, time_limit=timeout, check=False)
        with open(os.path.join(folder, "output"), "w") as fp:
            fp.write(done.output)
        return done.status, done.output, os.path.join(folder, "H.npz")

    def test(self, deck, method, ranks, reference):
        result = dict(deck=deck.name, method=method, np=ranks, plugin=self.plugin)
        if "reason" in reference:
            return dict(result, verdict="no deck", reason=str(reference["reason"]))
        result.update({key: float(reference[key]) for key in ("left_out", "step", "asymmetry")})
        timeout = RUN_TIMEOUT * max(1.0, len(reference["forces"]) / 3 / 64)
        status, output, matrix_file = self.launch(deck, method, ranks, "", timeout)
        refused = {}
        if status:
            refused = refusal_of(output)
            if refused["verdict"] == "check":      # would it have been right?
                status, output, matrix_file = self.launch(deck, method, ranks, " check no", timeout)
        result["provider"] = provider_of(output)
        if status is None:
            return dict(result, verdict="FAILED", reason=f"not done within {timeout:.0f} s")
        if status == 0:
            result.update(self.judge(deck, method, ranks, matrix_file, reference,
                                     bound_for(result["provider"])))
        return dict(result, **refused)

    def judge(self, deck, method, ranks, matrix_file, reference, bound):
        try:
            matrix = read_matrix(matrix_file)
        except (OSError, KeyError, ValueError) as e:
            return dict(verdict="FAILED", reason=f"no matrix: {e}")
        found = compare(matrix, reference, bound)
        one = os.path.join(self.work, "runs", f"{deck.name}.{method}.np1", "H.npz")
        if ranks > 1 and os.path.exists(one):
            change = np.abs(read_matrix(one) - matrix).max()
            found["change"] = float(change / (reference["scale"] or 1.0))
        return found

    def run_all(self, decks, variants, fresh, time_limit):
        """Number of runs for which no time was left; variants are [(method, ranks)]."""
        start, left = time.time(), 0
        done = {} if fresh else {key for key, r in self.results().items()
                                 if r["verdict"] != "FAILED"}
        for deck in decks:
            todo = [v for v in variants if (deck.name, *v) not in done]
            if todo and time.time() - start > time_limit:
                left += len(todo)
                continue
            reference = self.reference(deck) if todo else None
            for method, ranks in todo:
                result = self.test(deck, method, ranks, reference)
                with open(self.file, "a") as fp:
                    fp.write(json.dumps(result) + "\n")
                number = f"{result['error']:.1e}" if "error" in result else result["reason"]
                print(f"{result['verdict']:10s} {deck.name} {method} np {ranks}: {number}",
                      flush=True)
        return left


def same_forces(found, on_file):
    """To 1e-6 of the largest: other compilers and libraries make differences of rounding only."""
    found = found.reshape(-1, 3)
    expected = np.array([on_file[i + 1] for i in range(len(found))])
    return np.abs(found - expected).max() <= 1.0e-6 * np.abs(expected).max()


def reason_of(output):
    """LAMMPS's message, without its place in the source; else the last line."""
    found = re.search(MESSAGE, output, re.M)
    if found:
        text = re.sub(r"^Compute inm/dos h: ", "", found.group(1))
        return text.split(". Besides")[0][:300]
    lines = output.strip().splitlines()
    return lines[-1][:300] if lines else "no output"


def refusal_of(output):
    reason = reason_of(output)
    checked = re.search("does not reproduce the forces|cannot be checked", reason)
    stopped = re.search(MESSAGE, output, re.M)
    return dict(verdict="check" if checked else "refused" if stopped else "FAILED", reason=reason)


def provider_of(output):
    """What the compute says about where the parts of the Hessian come from."""
    said = r"^Compute inm/dos h: Hessian of ((?!\d+ atoms).*?)(?:; H u against forces.*)?$"
    parts = re.findall(said, output, re.M)
    return "; ".join(parts)


def bound_for(provider):
    """Largest error that counts as right."""
    found = re.search(r"forces of the style differ from it by (\S+) of (\S+) rms", provider)
    return max(THRESHOLD, OF_FORCES * float(found[1]) / float(found[2])) if found else THRESHOLD


def read_matrix(path):
    """Dense, in the order of the atom IDs."""
    with np.load(path) as stored:
        ids = stored["id"]
    dense = scipy.sparse.load_npz(path).toarray()
    dimension = dense.shape[0] // len(ids)
    order = (dimension * np.argsort(ids)[:, None] + np.arange(dimension)).ravel()
    return dense[np.ix_(order, order)]


def compare(matrix, reference, bound):
    """Largest error relative to the largest element, and of a block of two atoms relative to
    itself.

    The second one is over blocks that the reference has to 1e-4 at least; it sees what the
    strongest pair of a deck would hide."""
    expected, kept, scale = reference["hessian"], reference["kept"], float(reference["scale"])
    if matrix.shape != expected.shape:
        return dict(verdict="FAILED",
                    reason=f"matrix has {matrix.shape[0]} rows, not {expected.shape[0]}")
    difference = np.where(kept, np.abs(matrix - expected), 0.0)
    error = difference.max() / (scale or 1.0)

    def blocks(a, reduce):
        n = len(a) // 3
        return reduce(reduce(a.reshape(n, 3, n, 3), axis=3), axis=1)
    size = blocks(np.abs(expected), np.max)
    noise = blocks(reference["error"], np.max) + float(reference["asymmetry"]) * scale
    known = blocks(kept, np.all) & (size > 1.0e4 * noise) & (size > 0.0)
    ratio = np.where(known, blocks(difference, np.max) / np.where(known, size, 1.0), 0.0)
    i, j = np.unravel_index(np.argmax(ratio), ratio.shape)
    good = error <= bound           # a matrix with nan is not
    testable = float(reference["left_out"]) <= MAX_LEFT_OUT
    reason = ("" if testable
              else f"{100 * float(reference['left_out']):.0f} % of the elements left out")
    return dict(verdict="WRONG" if testable and not good else "ok" if testable else "untestable",
                reason=reason, error=float(error), block_error=float(ratio[i, j]),
                block=[int(i) + 1, int(j) + 1])


def main():
    ap = argparse.ArgumentParser(description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("build")
    ap.add_argument("--work", help="folder for results and runs, default BUILD/coverage")
    ap.add_argument("--only", default="", help="decks whose name matches this expression")
    ap.add_argument("--part", default="1/1", help="I/N: every N-th deck from the I-th on")
    ap.add_argument("--time-limit", type=float, default=float("inf"),
                    help="seconds after which no deck is begun")
    ap.add_argument("--fresh", action="store_true", help="run again what has been run")
    ap.add_argument("--subset", action="store_true", help="some decks of every kind, fresh")
    ap.add_argument("--references", action="store_true", help="only compute the references")
    ap.add_argument("--table", help="write the page there as reStructuredText")
    a = ap.parse_args()
    build = os.path.abspath(a.build)
    coverage = Coverage(build, os.path.abspath(a.work or os.path.join(build, "coverage")))
    every = find_decks(coverage.lammps)
    decks = [d for d in every if not d.missing and re.search(a.only, d.name)]
    if a.subset:
        decks = [d for d in decks if d.name in SUBSET]
    part, parts = map(int, a.part.split("/"))
    decks = decks[part - 1::parts]
    if a.references:
        for deck in decks:
            found = coverage.reference(deck)
            print(deck.name, found.get("reason", f"left out {float(found.get('left_out', 1)):.1%}"),
                  flush=True)
        return 0

    variants = [("auto", 1), ("auto", 2)] + ([] if a.subset
                                             else [("numeric", 1)]) + [("numeric", 2)]
    left = coverage.run_all(decks, variants, a.fresh or a.subset, a.time_limit)
    results = coverage.results()
    if a.table:
        write_page(a.table, coverage.lammps.version, every, results)
    names = {d.name for d in decks}
    here = [r for (name, *variant), r in results.items() if name in names
            and tuple(variant) in variants]
    bad = [r for r in here if r["verdict"] in ("WRONG", "FAILED")]
    print(f"{len(here)} runs of {len(decks)} decks, {len(bad)} bad"
          + (f", {left} not run for want of time" if left else ""))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
