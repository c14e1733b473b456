"""Read the text that LAMMPS writes: fix ave/time, ave/correlate, dump local and custom, `name
value` lines.

numpy only.  What has a header comes as a Table, whose columns are found by the names in it.  Every
reader returns all blocks in the file, so that a file of several snapshots or segments can be
averaged with error bars.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Union

import numpy as np
import numpy.typing as npt

from .outputs import Output

Array = npt.NDArray[np.float64]
Path = Union[str, "os.PathLike[str]"]


@dataclass(frozen=True)
class Table:
    """Numbers in columns with names; rows [row, column]."""

    names: list[str]
    rows: Array
    step: int = 0                   # of the snapshot, where the file has one for each table
    box: Array | None = None        # low and high of x, y, z: [3, 2], of a dump

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, name: str) -> Array:
        """A column by its name."""
        return self.rows[:, self.index(name)]

    def index(self, *names: str) -> int:
        """Where the column is that has the first of these names that there is."""
        for name in names:
            if name in self.names:
                return self.names.index(name)
        raise KeyError(f"no column {' or '.join(names)} among {' '.join(self.names)}")

    def first(self, *names: str) -> Array:
        """The column that has the first of these names that there is."""
        return self.rows[:, self.index(*names)]

    def columns(self, *names: str) -> Array:
        """[name, row]"""
        return np.array([self[name] for name in names])

    def component(self, output: Output, name: str) -> Array:
        """The column of that name, or else the first one that LAMMPS calls c_ID[k] or f_ID[k],
        where k is the place of the name in what a style hands out."""
        if name in self.names:
            return self[name]
        number = output.index(name) + 1
        return self.first(*(n for n in self.names if re.fullmatch(rf"[cf]_\w+\[{number}\]", n)),
                          name)

    def where(self, chosen: npt.NDArray[np.bool_]) -> Table:
        """The rows that are chosen."""
        return Table(self.names, self.rows[chosen], self.step, self.box)


def rows(path: Path) -> Table:
    """fix ave/time with scalar values: a row per output; the first column is TimeStep."""
    names = []
    with open(path) as lines:
        for line in lines:
            if not line.startswith("#"):
                break
            names = line[1:].split()
    return _table(names, np.loadtxt(path, comments="#", ndmin=2), path)


def blocks(path: Path) -> list[Table]:
    """fix ave/time mode vector, ave/correlate, and the file of fix orthogonal/dynamics: a Table per
    output.

    Row numbers, the first column, are left out.
    """
    out, names = [], []
    with open(path) as lines:
        for line in lines:
            words = line.split()
            if line.startswith("#"):
                names = line[1:].split()[1:]
            elif words:
                step, count = int(words[0]), int(words[1])
                numbers = _numbers(lines, count, len(names) + 1)
                if numbers is None:         # the run was cut short while this block was written
                    break
                out.append(Table(names, numbers[:, 1:], step))
    return out


def dump(path: Path) -> list[Table]:
    """dump local, and dump custom of numbers only, no element symbols: a Table per snapshot."""
    out = []
    with open(path) as lines:
        for line in lines:
            words = line.split()
            if line.startswith("ITEM: TIMESTEP"):
                step = int(next(lines))
            elif line.startswith("ITEM: NUMBER OF"):
                count = int(next(lines))
            elif line.startswith("ITEM: BOX BOUNDS"):
                box = np.array([next(lines).split()[:2] for _ in range(3)], dtype=float)
            elif line.startswith(("ITEM: ENTRIES", "ITEM: ATOMS")):
                numbers = _numbers(lines, count, len(words) - 2)
                if numbers is None:
                    break
                out.append(Table(words[2:], numbers, step, box))
    return out


def thermo(log: str) -> Table:
    """The thermo output of the last run in the text of a log; what stands between its rows is
    passed over."""
    names: list[str] = []
    numbers: list[list[float]] = []
    open_ = False
    for line in log.splitlines():
        words = line.split()
        if words[:1] == ["Step"]:
            names, numbers, open_ = words, [], True
        elif line.startswith("Loop time"):
            open_ = False
        elif open_ and len(words) == len(names):
            with contextlib.suppress(ValueError):
                numbers.append([float(word) for word in words])
    return Table(names, np.array(numbers).reshape(-1, len(names)))


def values(path: Path) -> dict[str, float]:
    """Lines `name number`, as the print command writes them; other lines are passed over."""
    out = {}
    with open(path) as lines:
        for line in lines:
            words = line.split()
            if len(words) == 2:
                out[words[0]] = float(words[1])
    return out


def _numbers(lines: Iterator[str], count: int, columns: int) -> Array | None:
    """The next lines, [count, columns]; None if the file ends before or in the last of them."""
    found = [next(lines, "").split() for _ in range(count)]
    if count > 1 and found[0] and len(found[0]) != columns:
        raise ValueError(f"{columns} names in the header, {len(found[0])} columns")
    if count and len(found[-1]) != columns:
        return None
    return np.array(found, dtype=float).reshape(count, columns)


def _table(names: list[str], numbers: Array, path: Path) -> Table:
    if len(names) != numbers.shape[1]:
        raise ValueError(f"{path}: {len(names)} names in the header, {numbers.shape[1]} columns")
    return Table(names, numbers)
