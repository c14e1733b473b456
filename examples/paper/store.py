"""Results on disk: one small JSON file for each part, and restart files that other parts begin
from, written under another name first, so that a file that is there is whole.

    results/kob-andersen/N2000-s1/T0.6/modes.json
    results/kob-andersen/N2000-s1/T0.6/equilibrate.restart.gz
"""

import contextlib
import gzip
import json
import math
import os
import shutil

import numpy as np


def place(case):
    return os.path.join(case.liquid, f"N{case.N}-s{case.sample}", f"T{case.T:g}")


def path(root, case, part):
    return os.path.join(root, place(case), f"{part}.json")


def state(root, case, part):
    return os.path.join(root, place(case), f"{part}.restart.gz")


def plain(value, digits=6):
    """For JSON: numbers with so many digits, null for what is not finite."""
    if isinstance(value, dict):
        return {key: plain(item, digits) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return [plain(item, 5) for item in value.tolist()]
    if isinstance(value, (list, tuple)):
        return [plain(item, digits) for item in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(f"{value:.{digits}g}") if math.isfinite(value) else None
    return value


@contextlib.contextmanager
def whole(target, mode):
    """A file to write to, which gets its name when it is complete."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    temporary = f"{target}.{os.getpid()}"
    with open(temporary, mode) as fp:
        yield fp
    os.replace(temporary, target)


def write(root, case, part, record):
    text = json.dumps(plain(record), indent=1, allow_nan=False)
    with whole(path(root, case, part), "w") as fp:
        fp.write(flat(text) + "\n")


def keep_state(root, case, part, restart):
    with open(restart, "rb") as fp, whole(state(root, case, part), "wb") as out, \
            gzip.GzipFile("", "wb", fileobj=out, mtime=0) as packed:
        shutil.copyfileobj(fp, packed)


def unpack_state(root, case, part, restart):
    with gzip.open(state(root, case, part)) as packed, whole(restart, "wb") as fp:
        shutil.copyfileobj(packed, fp)


def flat(text):
    """Lists of numbers on one line each."""
    out, depth = [], 0
    for line in text.split("\n"):
        if depth:
            item = line.strip()
            out[-1] += item if item in ("]", "],") or item.endswith("[") else item + " "
        else:
            out.append(line)
        depth += line.count("[") - line.count("]")
    return "\n".join(out)


def restored(value):
    if isinstance(value, dict):
        return {key: restored(item) for key, item in value.items()}
    if isinstance(value, list):
        return np.array([math.nan if item is None else item for item in value], dtype=float)
    return math.nan if value is None else value


def load(path):
    """What was written; lists are arrays, null is NaN."""
    with open(path) as fp:
        return restored(json.load(fp))


def read(root, case, part):
    """The results of a part, or None."""
    try:
        return load(path(root, case, part))
    except FileNotFoundError:
        return None
