"""Results of USER-INMVISC as pages and numbers.

    inmvisc page RUN               a page of pictures of a run
    inmvisc green-kubo RUN         viscosity from the stress, with a window that it finds
    inmvisc modulus RUN            complex moduli from the stress, beside those of the modes
    inmvisc edge RUN RUN ...       mobility edge from boxes of several sizes
    inmvisc compare RUN RUN        results of two runs, and how far they are apart

RUN is the folder that inmvisc.inc writes: in your input, after the equilibration,

    fix      nve all nve
    include  inmvisc.inc

`inmvisc COMMAND --help` tells more, with an example; `inmvisc --include` prints where inmvisc.inc
is.
"""

from __future__ import annotations

import importlib
import os
import sys

COMMANDS = {"page": "plots.page", "green-kubo": "green_kubo", "modulus": "complex_modulus",
            "edge": "mobility_edge", "compare": "compare"}
INCLUDE = "../../share/inmvisc.inc"      # in the source tree and where it is installed


def include_file() -> str:
    path = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), INCLUDE))
    if not os.path.exists(path):
        sys.exit(f"inmvisc: {path} is not there")
    return path


def main() -> None:
    words = sys.argv[1:]
    if not words or words[0] in ("-h", "--help"):
        print(__doc__.strip())
        sys.exit(0 if words else 2)
    if words == ["--include"]:
        print(include_file())
        return
    if words[0] not in COMMANDS:
        sys.exit(f"inmvisc: no command {words[0]}; there are {', '.join(COMMANDS)}")
    sys.argv = [f"inmvisc {words[0]}", *words[1:]]
    try:
        importlib.import_module(f"inmvisc.{COMMANDS[words[0]]}").main()
    except BrokenPipeError:         # as of `inmvisc modulus RUN | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
