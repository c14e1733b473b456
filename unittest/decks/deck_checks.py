"""What the deck tests share: they get BUILD and SCRATCH, check and go on; sys.exit(failed()) at the
end."""
import os
import shutil
import sys

from inmvisc.runner import Lammps

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
EXAMPLES = os.path.join(ROOT, "examples")
TOOL = os.path.join(ROOT, "tools/inmvisc-tool")
SKIPPED = 77        # exit code

_failures = []


def begin(**more):
    """The LAMMPS of BUILD, which runs decks in SCRATCH, a new folder."""
    build, scratch = sys.argv[1:3]
    shutil.rmtree(scratch, ignore_errors=True)
    os.makedirs(scratch)
    return Lammps(build, scratch, **more)


def holds(what, good, detail=""):
    if not good:
        _failures.append(what)
    print("ok    " if good else "FAILED", what, detail)


def expect(what, value, low, high):
    """low <= value <= high; NaN fails"""
    holds(f"{what}: {value:g}, expected {low:g} .. {high:g}", bool(low <= value <= high))


def failed():
    return len(_failures) > 0
