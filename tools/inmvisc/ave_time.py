"""Read the text that LAMMPS writes: fix ave/time, fix ave/correlate, dump local and custom,
key-value lines.

numpy only.  Every reader returns all blocks in the file, so that a file of
several snapshots or segments can be averaged with error bars.
"""

import numpy as np


def rows(path):
    """fix ave/time with scalar values: one array, a row per output, first column the step."""
    return np.atleast_2d(np.loadtxt(path, comments="#"))


def blocks(path):
    """fix ave/time mode vector, fix ave/correlate: list of (step, array without the row number)."""
    out = []
    with open(path) as lines:
        lines = (line.split() for line in lines if line.strip() and not line.startswith("#"))
        for step, count, *_ in lines:
            table = [next(lines, None) for _ in range(int(count))]
            # the run was cut short while this block was written
            if table and table[-1] is None:
                break
            out.append((int(step), np.array([r[1:] for r in table], dtype=float)))
    return out


def dump_local(path):
    """dump local: list of (step, array)."""
    return _dump(path, "ITEM: ENTRIES")


def dump_custom(path):
    """dump custom of numbers only, no element symbols: list of (step, array)."""
    return _dump(path, "ITEM: ATOMS")


def _dump(path, head):
    out = []
    with open(path) as lines:
        for line in lines:
            if line.startswith("ITEM: TIMESTEP"):
                step = int(next(lines))
            elif line.startswith("ITEM: NUMBER OF"):
                count = int(next(lines))
            elif line.startswith(head):
                table = [next(lines, "").split() for _ in range(count)]
                if table and not table[-1]:
                    break
                out.append((step, np.array(table, dtype=float)))
    return out


def values(path):
    """Lines `name number`, as the print command writes them: a dictionary."""
    out = {}
    with open(path) as lines:
        for line in lines:
            words = line.split()
            if len(words) == 2:
                out[words[0]] = float(words[1])
    return out
