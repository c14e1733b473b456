#!/usr/bin/env python3
"""Run the simulations of the paper, part by part, and draw its figures from the results.

    tools/inmvisc-tool examples/paper/paper.py BUILD [--size smoke|desk|full] [--liquid ...]
        [--temperature ...] [--part ...] ...

BUILD has lmp and inmviscplugin.so.  Each part (a deck, in.PART, for one liquid, size, temperature
and sample) runs in a folder of its own under BUILD/paper/SIZE, which gets its name when the run is
complete, and leaves one small file of results.  What is there is not run again, so that the same
command goes on where an interrupted one stopped.  README.md tells more.
"""

import argparse
import contextlib
import fcntl
import functools
import itertools
import os
import platform
import shutil
import subprocess
import sys
import time

import numpy as np

import collect
import plan
import report
import store
from inmvisc import potential
from inmvisc.runner import Lammps

HERE = os.path.dirname(os.path.abspath(__file__))


def say(text):
    print(f"== paper: {text}", flush=True)


@contextlib.contextmanager
def locked(path):
    """One driver at a time works in a folder; the lock of one that was killed is gone with it."""
    os.makedirs(path, exist_ok=True)
    with open(os.path.join(path, "lock"), "w") as fp:
        fcntl.flock(fp, fcntl.LOCK_EX)
        yield


class StaleState(Exception):
    """A restart file whose data fix orthogonal/dynamics refuses."""


class Runner:
    def __init__(self, args):
        self.args = args
        self.lammps = Lammps(args.build, cores=args.threads, options=("-screen", "none"),
                             mpirun=("mpirun", *args.mpirun.split()))
        self.plan = plan.Plan(args.size)
        self.work = os.path.join(self.lammps.build, "paper", args.size)
        kept = os.path.join(self.work if args.size == "smoke" else HERE, "results")
        usual = kept if args.size == "smoke" else os.path.join(kept, args.size)
        self.results = os.path.abspath(args.results or usual)
        self.revision = self.commit()

    def commit(self):
        try:
            return subprocess.run(
                ["git", "-C", HERE, "describe", "--always", "--dirty", "--exclude=*"],
                stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
        except (OSError, subprocess.CalledProcessError):
            return "unknown"

    # ---- what a part needs

    def folder(self, case, part):
        return os.path.join(self.work, store.place(case), part)

    def done(self, case, part):
        return store.read(self.results, case, part) is not None

    def as_planned(self, case, part):
        """False if the results were made with other parameters than plan.py has now."""
        record = store.read(self.results, case, part)
        planned = store.restored(store.plain(self.plan.variables(case, part)))
        return record is None or all(np.array_equal(record["variables"].get(name), value)
                                     for name, value in planned.items())

    def state(self, case, part):
        """Restart file that the part leaves: of its run, or the one kept with the results, or of a
        run made again."""
        folder = self.folder(case, part)
        kept = part in plan.KEPT and os.path.exists(store.state(self.results, case, part))
        if kept and not os.path.isdir(folder):
            return self.unpacked(case, part)
        self.simulate(case, part)
        return os.path.join(folder, "state.restart")

    def unpacked(self, case, part):
        target = f"{self.folder(case, part)}.restart"
        if not os.path.exists(target):
            store.unpack_state(self.results, case, part, target)
        return target

    def result(self, case, part):
        if not self.done(case, part):
            self.part(case, part)
        return store.read(self.results, case, part)["results"]

    def inputs(self, case, part):
        """Index variables that name files and results of other parts."""
        out = {"here": HERE, "liquid": case.liquid}
        if case.liquid == "cuzr":
            out["potential"] = self.potential
        if part == "equilibrate":
            origin = self.plan.origin(case)
            out.update(state=self.state(*origin), Tfrom=origin[0].T)
        elif part == "modes":
            modulus = self.result(case, "modulus")
            out.update(state=self.state(case, "dynamics"), BS=modulus["BS"], BT=modulus["BT"])
        elif part == "inherent":
            out.update(state=self.state(case, "equilibrate"),
                       frames=os.path.join(os.path.dirname(self.state(case, "dynamics")),
                                           "frames.dump"))
        elif part != "melt":
            out["state"] = self.state(case, "equilibrate")
        return out

    @functools.cached_property
    def potential(self):
        return os.path.abspath(self.args.potential or potential.copper_zirconium(fetch=True))

    # ---- one part

    def simulate(self, case, part):
        """Run in.PART in its folder, unless that is there."""
        if os.path.isdir(self.folder(case, part)):
            return
        try:
            self.attempt(case, part)
        except StaleState:
            say(f"{store.place(case)}: the state of dynamics is that of another version of the "
                "fix; it is made again")
            shutil.rmtree(self.folder(case, "dynamics"))
            self.attempt(case, part)

    def attempt(self, case, part):
        folder = self.folder(case, part)
        variables = dict(self.plan.variables(case, part), **self.inputs(case, part))
        with locked(os.path.dirname(folder)):
            if os.path.isdir(folder):
                return
            temporary = f"{folder}.part"
            shutil.rmtree(temporary, ignore_errors=True)
            os.makedirs(temporary)
            begin = time.time()
            self.run_deck(temporary, plan.deck(case, part), variables)
            with open(os.path.join(temporary, "seconds"), "w") as fp:
                fp.write(f"{time.time() - begin:.1f}\n")
            os.rename(temporary, folder)
            if part in plan.KEPT:
                store.keep_state(self.results, case, part, os.path.join(folder, "state.restart"))
            say(f"{store.place(case)} {part}: {time.time() - begin:.0f} s")

    def run_deck(self, folder, deck, variables):
        done = self.lammps.run(os.path.join(HERE, deck), self.args.ranks, variables, folder=folder,
                               check=False)
        if done.status != 0:
            log = os.path.join(folder, "log.lammps")
            errors = [line for line in open(log) if line.startswith("ERROR")] \
                if os.path.exists(log) else []
            if any("another version of this fix" in line for line in errors):
                raise StaleState
            sys.exit(f"== paper: {deck} failed, see {log}\n{''.join(errors)}")

    def part(self, case, part):
        """Results of a part, from its run."""
        self.simulate(case, part)
        folder, variables = self.folder(case, part), self.plan.variables(case, part)
        needed = {name: self.result(case, name) for name in plan.NEEDS[part]
                  if name in collectors()}
        with open(os.path.join(folder, "seconds")) as fp:
            seconds = float(fp.read())
        record = {
            "part": part, "liquid": case.liquid, "units": plan.LIQUID[case.liquid]["units"],
            "N": case.N, "T": case.T,
            "sample": case.sample, "size": self.args.size, "variables": variables,
            "seconds": seconds, "ranks": self.args.ranks,
            "versions": {"LAMMPS": collect.version(folder), "USER-INMVISC": self.revision,
                         "python": platform.python_version(),
                         "numpy": np.__version__},
        }
        if case.liquid == "cuzr":
            record["potential"] = os.path.basename(self.potential)
        needed["units"] = record["units"]
        record["results"] = getattr(collect, part)(folder, variables, needed)
        store.write(self.results, case, part, record)

    # ---- all of it

    def asked(self, case):
        args = self.args
        return (not args.temperature or any(abs(case.T - T) < 1e-9 for T in args.temperature)) and \
            (not args.sample or case.sample in args.sample) and (not args.atoms
                                                                 or case.N in args.atoms)

    def chosen(self):
        """Cases and parts that were asked for, in the order in which they are run."""
        args = self.args
        lists = [self.plan.cases(liquid) for liquid in args.liquid or plan.LIQUID]
        # liquids in turn, so that results of all of them come
        for cases in itertools.zip_longest(*lists):
            for case in filter(None, cases):
                if not self.asked(case):
                    continue
                for part in args.part or plan.MAIN:
                    if self.plan.wanted(case, part):
                        yield case, part
        if not args.part:
            for cases in itertools.zip_longest(*lists):
                for case, part in itertools.product(filter(None, cases), plan.FURTHER):
                    if self.asked(case) and self.plan.wanted(case, part):
                        yield case, part

    def run(self):
        todo = [(case, part) for case, part in self.chosen() if not self.done(case, part)]
        other = [(case, part) for case, part in self.chosen() if not self.as_planned(case, part)]
        if self.args.list:
            for case, part in self.chosen():
                what = ("todo" if (case, part) in todo else
                        "other" if (case, part) in other else "done")
                print(f"{what}  {store.place(case)} {part}")
            return
        if other:
            say(f"{len(other)} results were made with other parameters than plan.py has now, and "
                "stay: see --list; remove what is to be made again")
        say(f"{len(todo)} parts of {len(list(self.chosen()))} to do, results in {self.results}")
        for case, part in todo:
            if not self.done(case, part):
                self.part(case, part)
        if self.args.report:
            page = os.path.join(self.work, "report.html")
            say(f"report {report.write(self.results, page, self.args.rst)}")


def collectors():
    return [name for name in plan.NEEDS if hasattr(collect, name)]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--size", choices=plan.SIZE, default="smoke")
    parser.add_argument("--liquid", action="append", choices=plan.LIQUID,
                        help="this one only; may be repeated, as all that follow")
    parser.add_argument("--temperature", action="append", type=float)
    parser.add_argument("--atoms", action="append", type=int)
    parser.add_argument("--sample", action="append", type=int)
    parser.add_argument("--part", action="append", choices=collectors())
    parser.add_argument("--list", action="store_true",
                        help="what is done, done with other parameters, and to do; run nothing")
    parser.add_argument("--no-report", dest="report", action="store_false",
                        help="do not draw the figures at the end")
    parser.add_argument("--rst", help="file for the table of the manual")
    parser.add_argument("--results", help="folder for the results, default results/SIZE here, for "
                                          "smoke BUILD/paper/smoke/results")
    parser.add_argument("--potential",
                        help="eam/fs file for Cu and Zr, default: that of tools/setup/potential.sh")
    parser.add_argument("--ranks", type=int, default=1)
    parser.add_argument("--mpirun", default="", help="options of mpirun, with --ranks")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of the eigensolver")
    Runner(parser.parse_args()).run()


if __name__ == "__main__":
    main()
