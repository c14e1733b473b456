#!/usr/bin/env python3
"""Does every file of the core include only what is below it, and every style only public headers?

    check_layers.py [--self-test] PACKAGE

PACKAGE is src/USER-INMVISC.  --self-test adds one bad line after the other and expects each to be found.
"""
import glob
import os
import re
import sys

# a folder of the core and those below it
BELOW = {"base": "", "comm": "base", "eigen": "base", "hessian": "base comm eigen",
         "spectral": "base comm eigen hessian", "modes": "base comm eigen hessian spectral",
         "kpm": "base comm eigen hessian spectral", "solvers": "base comm eigen hessian spectral modes kpm",
         "friction": "base comm", "files": "base comm eigen hessian"}
ALLOWED = {folder: set(below.split()) | {folder} for folder, below in BELOW.items()}

# public headers without a .c file of the same name: "" is above all folders
HEADER_ONLY = {"inm.h": ""}
ALLOWED[""] = set(BELOW)

# the only headers in angle brackets: C, POSIX and what the core is linked with
SYSTEM = set("""errno.h float.h limits.h math.h stdarg.h stddef.h stdint.h stdio.h stdlib.h string.h time.h
    dlfcn.h pthread.h sched.h sys/mman.h sys/resource.h sys/stat.h unistd.h mpi.h elpa/elpa.h""".split())


def read(package):
    """All sources below the package: path -> text."""
    kinds = ["*.cpp", "*.h", "plugin/*", "inm/*.[ch]", "inm/*/*.[ch]"]
    paths = [path for kind in kinds for path in glob.glob(os.path.join(package, kind))]
    return {os.path.relpath(path, package): open(path, encoding="utf-8").read() for path in sorted(paths)}


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
    return None if other in ALLOWED[mine] else f"of {other or 'no folder'}/, which is not below {mine}/"


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
        for mark, header in re.findall(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', text, re.M):
            count += 1
            wrong = core_break(path[4:], mark, header, files) if in_core else style_break(header, files)
            if wrong:
                found.append(f"{path}: {header}: {wrong}")
    return found, count


BAD_LINES = [("inm/base/inm_team.c", '#include "comm/inm_route.h"', "not below base/"),
             ("inm/comm/inm_route.c", '#include "eigen/inm_band.h"', "not below comm/"),
             ("inm/hessian/inm_sparse.c", '#include "inm_solver.h"', "of solvers/"),
             ("inm/friction/inm_kernel.c", '#include "inm_hessian.h"', "of hessian/"),
             ("inm/files/inm_npz.c", '#include "inm_modes.h"', "of modes/"),
             ("inm/eigen/inm_band.c", '#include "inm.h"', "of no folder/"),
             ("inm/inm_status.h", '#include "base/inm_team.h"', "private"),
             ("inm/inm_status.h", '#include "inm_hessian.h"', "not below base/"),
             ("inm/base/inm_team.c", '#include "inm_pages.h"', "included with its folder"),
             ("inm/base/inm_team.c", '#include "atom.h"', "not in the core"),
             ("inm/base/inm_team.c", "  #  include <lammps/atom.h>", "neither of C"),
             ("inm/inm_orphan.h", "", "of no folder"),
             ("inm/attic/inm_attic.c", "", "of no folder"),
             ("plugin/inmvisc_guard.cpp", '#include "inm/base/inm_team.h"', "styles include"),
             ("plugin/inmvisc_guard.cpp", '#include "inm_status.h"', "styles include"),
             ("compute_inm_dos.h", '#include "inm/inm_nothing.h"', "styles include")]


def self_test(files):
    """Every bad line is found, and found once."""
    before = set(breaks(files)[0])
    for path, line, wrong in BAD_LINES:
        spoiled = dict(files)
        spoiled[path] = spoiled.get(path, "") + "\n" + line + "\n"
        new = set(breaks(spoiled)[0]) - before
        if len(new) != 1 or wrong not in new.pop():
            sys.exit(f"not found: {line or 'a file'} in {path}")
    print(f"{len(BAD_LINES)} bad lines, all found")


def main():
    arguments = sys.argv[1:]
    testing = "--self-test" in arguments
    if testing:
        arguments.remove("--self-test")
    files = read(*arguments)
    if testing:
        return self_test(files)
    found, count = breaks(files)
    print(f"{count} includes in {len(files)} files, {len(found)} of them wrong")
    sys.exit("\n".join(found) if found or not count else 0)


if __name__ == "__main__":
    main()
