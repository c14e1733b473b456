"""Results of two runs beside each other, with the difference in standard errors.

    inmvisc compare RUN RUN

RUN is the folder of inmvisc.inc.  Parameters that differ come first: viscosities of classes can be
compared only if box, edge and w_min are the same.

Example:

    inmvisc compare T1.0/inmvisc T0.8/inmvisc
"""

from __future__ import annotations

import argparse
import sys

import numpy as np

from .run_folder import RunError, RunFolder

IDENTITY = ("units", "package", "lammps", "atoms", "steps", "timestep")


def lines(first: RunFolder, second: RunFolder) -> list[str]:
    """Parameters that differ, then a row per result."""
    out = []
    for name in (*IDENTITY, *first.sections.get("parameters", {})):
        a, b = first.text(name), second.text(name)
        if a != b:
            out.append(f"differs: {name:22s} {a or '-':>14s} {b or '-':>14s}")
    out.append(f"{'':22s} {first.folder[-24:]:>24s} {second.folder[-24:]:>24s}  "
               "difference/error  unit")
    for name in first.sections.get("results", {}):
        unit = first.unit(name)
        error = float(np.hypot(np.nan_to_num(first.error(name)), np.nan_to_num(second.error(name))))
        difference = second.value(name) - first.value(name)
        known = unit == second.unit(name) and error > 0 and np.isfinite(difference)
        out.append(f"{name:22s} {_text(first, name):>24s} {_text(second, name):>24s}  "
                   f"{f'{difference / error:+.1f}' if known else '':>16s}  {unit}")
    return out


def _text(run: RunFolder, name: str) -> str:
    error = run.error(name)
    return f"{run.value(name):.5g}" + (f" +- {error:.2g}" if np.isfinite(error) else "")


def main() -> None:
    parser = argparse.ArgumentParser(prog="inmvisc compare", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs=2, metavar="RUN", help="folder of inmvisc.inc")
    args = parser.parse_args()
    try:
        first, second = (RunFolder(folder) for folder in args.runs)
    except (OSError, RunError) as error:
        sys.exit(f"inmvisc compare: {error}")
    print("\n".join(lines(first, second)))


if __name__ == "__main__":
    main()
