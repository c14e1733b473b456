#!/usr/bin/env python3
"""Does every file of the core include only what is below it, and every style only public headers?

    check_layers.py PACKAGE         which is src/USER-INMVISC
    check_layers.py --self-test     are bad includes found?
"""
import glob
import os
import re
import sys

# a folder of the core and those below it
BELOW = {"base": "", "comm": "base", "eigen": "base", "hessian": "base comm eigen",
         "spectral": "base comm eigen hessian", "modes": "base comm eigen hessian spectral",
         "kpm": "base comm eigen hessian spectral modes",
         "solvers": "base comm eigen hessian spectral modes kpm",
         "friction": "base comm", "files": "base comm eigen hessian"}
ALLOWED = {folder: set(below.split()) | {folder} for folder, below in BELOW.items()}

# public headers without a .c file of the same name: "" is above all folders
HEADER_ONLY = {"inm.h": "", "inm_complex.h": "base", "inm_capability.h": "spectral",
               "inm_request.h": "spectral"}
ALLOWED[""] = set(BELOW)

# the only headers in angle brackets: C, POSIX and what the core is linked with
SYSTEM = set("""complex.h errno.h float.h limits.h math.h stdarg.h stddef.h stdint.h stdio.h
    stdlib.h string.h time.h dlfcn.h pthread.h sched.h sys/mman.h sys/resource.h sys/stat.h
    unistd.h mpi.h elpa/elpa.h zlib.h""".split())

INCLUDE = r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]'


def read(package):
    """All sources below the package: path -> text."""
    kinds = ["*.cpp", "*.h", "plugin/*", "inm/*.[ch]", "inm/*/*.[ch]"]
    paths = [path for kind in kinds for path in glob.glob(os.path.join(package, kind))]
    return {os.path.relpath(path, package): open(path, encoding="utf-8").read()
            for path in sorted(paths)}


def folder_of(name, files):
    """Folder that a file of the core, named from inm/, belongs to; None if there is none."""
    folder, base = os.path.split(name)
    if folder:
        return folder if folder in BELOW else None
    if base in HEADER_ONLY:
        return HEADER_ONLY[base]
    owners = [owner for owner in BELOW if f"inm/{owner}/{base[:-2]}.c" in files]
    return owners[0] if len(owners) == 1 else None


def core_break(name, mark, header, files):
    """What is wrong with an include in the file inm/NAME, or None."""
    if mark == "<":
        return None if header in SYSTEM else "neither of C, nor of POSIX, nor a library of the core"
    if f"inm/{header}" not in files:
        return "not in the core under this name: a private header is included with its folder"
    if "/" in header and "/" not in name:
        return "private, in a public header"
    mine, other = folder_of(name, files), folder_of(header, files)
    if mine is None or other is None:
        return "of no folder, or in a file of no folder"
    if other in ALLOWED[mine]:
        return None
    return f"of {other or 'no folder'}/, which is not below {mine}/"


def style_break(header, files):
    """What is wrong with an include in a style, or None."""
    core = header.startswith("inm/") or re.fullmatch(r"(.*/)?inm(_\w+)?\.h", header)
    if not core or (re.fullmatch(r"inm/inm(_\w+)?\.h", header) and header in files):
        return None
    return "styles include public headers of the core, as inm/NAME.h"


def breaks(files):
    """All that is wrong, as a list of lines; and the number of includes."""
    found, count = [], 0
    for path, text in files.items():
        in_core = path.startswith("inm/")
        if in_core and folder_of(path[4:], files) is None:
            found.append(f"{path}: of no folder: give it to one of {', '.join(BELOW)}")
        for mark, header in re.findall(INCLUDE, text, re.M):
            count += 1
            wrong = (core_break(path[4:], mark, header, files) if in_core
                     else style_break(header, files))
            if wrong:
                found.append(f"{path}: {header}: {wrong}")
    return found, count


# for the self-test: a small package without a break, and lines that break it
GOOD_FILES = {"inm/inm.h": '#include "inm_solver.h"', "inm/inm_status.h": "#include <mpi.h>",
              "inm/inm_hessian.h": '#include "inm_status.h"',
              "inm/inm_solver.h": '#include "inm_hessian.h"',
              "inm/base/inm_status.c": '#include "inm_status.h"',
              "inm/base/inm_team.h": '#include "inm_status.h"',
              "inm/base/inm_team.c": '#include "base/inm_team.h"\n#include <pthread.h>',
              "inm/comm/inm_route.h": '#include "inm_status.h"',
              "inm/comm/inm_route.c": '#include "comm/inm_route.h"',
              "inm/eigen/inm_band.h": "", "inm/eigen/inm_band.c": '#include "eigen/inm_band.h"',
              "inm/eigen/inm_band_single.c": '#include "eigen/inm_band.c"',
              "inm/hessian/inm_hessian.c":
                  '#include "inm_hessian.h"\n#include "comm/inm_route.h"',
              "inm/solvers/inm_solver.c":
                  '#include "inm_solver.h"\n#include "eigen/inm_band.h"',
              "inm/friction/inm_kernel.c": '#include "base/inm_team.h"',
              "inm/files/inm_npz.c": '#include "inm_hessian.h"',
              "compute_inm_dos.h": '#include "compute.h"\n#include "inm/inm.h"',
              "plugin/inmvisc_guard.cpp": '#include "inmvisc_guard.h"\n#include "inm/inm_status.h"'}
BAD_LINES = [("inm/base/inm_team.c", '#include "comm/inm_route.h"', "not below base/"),
             ("inm/comm/inm_route.c", '#include "eigen/inm_band.h"', "not below comm/"),
             ("inm/hessian/inm_hessian.c", '#include "inm_solver.h"', "of solvers/"),
             ("inm/friction/inm_kernel.c", '#include "inm_hessian.h"', "of hessian/"),
             ("inm/files/inm_npz.c", '#include "inm_solver.h"', "of solvers/"),
             ("inm/eigen/inm_band.c", '#include "inm.h"', "of no folder/"),
             ("inm/inm_status.h", '#include "base/inm_team.h"', "private"),
             ("inm/inm_status.h", '#include "inm_hessian.h"', "not below base/"),
             ("inm/base/inm_team.c", '#include "inm_team.h"', "included with its folder"),
             ("inm/base/inm_team.c", '#include "atom.h"', "not in the core"),
             ("inm/base/inm_team.c", "  #  include <lammps/atom.h>", "neither of C"),
             ("inm/inm_orphan.h", "", "of no folder"),
             ("inm/attic/inm_attic.c", "", "of no folder"),
             ("plugin/inmvisc_guard.cpp", '#include "inm/base/inm_team.h"', "styles include"),
             ("plugin/inmvisc_guard.cpp", '#include "inm_status.h"', "styles include"),
             ("compute_inm_dos.h", '#include "inm/inm_nothing.h"', "styles include")]


def self_test():
    """Nothing is found in the good files, and each bad line is found, once."""
    found, count = breaks(GOOD_FILES)
    if found or count < len(GOOD_FILES):
        sys.exit("\n".join(found) or "includes were overlooked")
    for path, line, wrong in BAD_LINES:
        found = breaks({**GOOD_FILES, path: GOOD_FILES.get(path, "") + "\n" + line + "\n"})[0]
        if len(found) != 1 or wrong not in found[0]:
            sys.exit(f"not found: {line or 'a file'} in {path}")
    print(f"{len(BAD_LINES)} bad lines, all found")


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    files = read(*sys.argv[1:])
    found, count = breaks(files)
    print(f"{count} includes in {len(files)} files, {len(found)} of them wrong")
    sys.exit("\n".join(found) if found or not count else 0)


if __name__ == "__main__":
    main()
