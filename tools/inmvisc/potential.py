"""Files of potentials that are not in this package."""

from __future__ import annotations

import os
import subprocess

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../setup/potential.sh")


def copper_zirconium(fetch: bool = False) -> str:
    """Path of the eam/fs file for Cu and Zr that is here; fetch: get it first if it is not."""
    command = ["sh", os.path.normpath(SCRIPT), *([] if fetch else ["--print"])]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise FileNotFoundError("no potential of Cu and Zr is here, see tools/setup/potential.sh")
    return done.stdout.strip()
