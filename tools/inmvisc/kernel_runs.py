"""Runs of fix orthogonal/dynamics that are kept, and what they have found."""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Callable, Mapping

import numpy as np

from . import ave_time, kob_andersen
from .ave_time import Array, Path, Table
from .outputs import ORTHOGONAL_DYNAMICS
from .runner import Lammps

# a deck, and other files that it reads: {name: text}
Deck = Callable[[], "tuple[str, dict[str, str]]"]


def fix(name: str, stride: int, nlag: int, norigin: int, every: int, extra: str = "") -> str:
    """Lines that define the fix and write its vector every so many steps."""
    return (f"fix {name} all orthogonal/dynamics {stride} {nlag} {norigin} "
            f"file {name}.dat {extra}\n"
            f"fix {name}v all ave/time {every} 1 {every} f_{name}[*] file {name}.vec\n")


RESCALED = """\
unfix nvt
velocity all zero linear
reset_timestep 0
fix nve all nve
fix t all ave/time 10 {equil_tenth} {equil} c_thermo_temp
run {equil}
variable factor equal {T}/f_t
velocity all scale $(temp*v_factor)
unfix t
reset_timestep 0
{fixes}
run {steps}
"""


def liquid(T: float, atoms: int, steps: int, equil: int, fixes: str, dt: float = 0.005) -> str:
    """Kob-Andersen liquid of density 1.2, at constant energy with the mean temperature T, with
    fixes."""
    return (kob_andersen.hot(atoms, density=1.2, dt=dt) + "thermo 20000\n"
            + kob_andersen.nvt(2.0, T, 10000) + kob_andersen.nvt(T, T, equil)
            + RESCALED.format(T=T, equil=equil, equil_tenth=equil // 10, fixes=fixes, steps=steps))


class KernelRuns:
    """Runs by their names, each in a folder of its own below work; a finished one is not run
    again."""

    def __init__(self, build: Path, work: Path, ranks: int, decks: Mapping[str, Deck]) -> None:
        self.lammps = Lammps(build, work, cores=1)
        self.ranks, self.decks = ranks, decks

    def folder(self, name: str) -> str:
        """The folder of a run, which is run now if it is not there yet."""
        path = os.path.join(self.lammps.folder, name)
        if os.path.exists(os.path.join(path, "done")):
            return path
        deck, files = self.decks[name]()
        os.makedirs(path, exist_ok=True)
        for file, text in files.items():
            with open(os.path.join(path, file), "w") as out:
                out.write(text)
        print(f"== kernel: {name}", flush=True)
        self.lammps.run_text(deck, self.ranks, options=("-screen", "none"), folder=path)
        with open(os.path.join(path, "done"), "w") as out:
            out.write(datetime.datetime.now().isoformat() + "\n")
        return path

    def kernel(self, name: str, fix_id: str) -> Table:
        """Time, Cbar, Integral, VACF of all atoms, then Cbar_1, ... of each type."""
        return ave_time.blocks(os.path.join(self.folder(name), fix_id + ".dat"))[0]

    def friction(self, name: str, fix_id: str, row: int = -1) -> dict[str, Array]:
        """The vector of the fix at one of its outputs: for each of its names the values of all
        atoms and of each type."""
        found = ave_time.rows(os.path.join(self.folder(name), fix_id + ".vec"))
        vector = ORTHOGONAL_DYNAMICS.vector
        types = (len(found.names) - 1) // len(vector.names) - 1
        return {quantity: np.array([
            found[vector.column(f"f_{fix_id}", f"{quantity}_{k}" if k else quantity)][row]
            for k in range(types + 1)]) for quantity in vector.names}

    def log(self, name: str, fix_id: str) -> str:
        """What the fix says at the end of the run."""
        with open(os.path.join(self.folder(name), "log.lammps")) as log:
            said = log.read()
        report = rf"Fix orthogonal/dynamics {fix_id}: \d+ samples.*?friction used[^\n]*"
        return re.findall(report, said, re.S)[-1]
