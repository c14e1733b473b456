#!/usr/bin/env python3
"""Readers of inmvisc.ave_time on small files: names, runs that were cut short, wrong headers,
thermo output."""
import os
import sys
import tempfile

import numpy as np

from inmvisc import ave_time
from inmvisc.outputs import INM_DOS, ORTHOGONAL_DYNAMICS

VECTOR = """# Time-averaged data for fix g
# TimeStep Number-of-rows
# Row c_inm[1] c_inm[4]
0 2
1 -1.5 3
2 0.5 nan
100 2
1 -1.5 4
2 0.5 """
ROWS = """# Time-averaged data for fix out
# TimeStep f_mem c_eta[1]
0 nan 1
10 2.5 3
"""
LOCAL = """ITEM: TIMESTEP
7
ITEM: NUMBER OF ENTRIES
2
ITEM: BOX BOUNDS pp pp pp
0 1
0 2
-1 3
ITEM: ENTRIES c_x[1] c_x[2] class
-4 -2 -1
9 3 1
"""
LOG = """Step Temp
0 1
Loop time of 1 on 1 procs
   Step          c_eta
         0   nan
Compute inm/dos inm: 10 products
        50   2.5
Loop time of 2 on 1 procs
1 2
"""

failures = []


def holds(what, good):
    print("ok    " if good else "FAILED", what)
    if not good:
        failures.append(what)


def raises(error, function, *arguments):
    try:
        function(*arguments)
    except error:
        return True
    return False


with tempfile.TemporaryDirectory() as folder:
    def file(text):
        path = os.path.join(folder, "table")
        with open(path, "w") as fp:
            fp.write(text)
        return path

    blocks = ave_time.blocks(file(VECTOR))
    holds("a block that was cut short is left out", [b.step for b in blocks] == [0])
    holds("columns have their names",
          list(blocks[0][INM_DOS.array.column("c_inm", "count")][:1]) == [3.0])
    holds("nan is NaN", bool(np.isnan(blocks[0]["c_inm[4]"][1])))
    holds("a header of another length is an error",
          raises(ValueError, ave_time.blocks, file(VECTOR.replace(" c_inm[4]", ""))))

    rows = ave_time.rows(file(ROWS))
    holds("rows", list(rows["TimeStep"]) == [0, 10] and rows["c_eta[1]"][-1] == 3)
    holds("a name that is not there is an error", raises(KeyError, rows.__getitem__, "c_eta[2]"))
    holds("so are rows of another length",
          raises(ValueError, ave_time.rows, file(ROWS.replace(" f_mem", ""))))

    modes, = ave_time.dump(file(LOCAL))
    holds("dump: step and box", modes.step == 7 and modes.box.tolist() == [[0, 1], [0, 2], [-1, 3]])
    holds("a component is found by its place, or by its own name",
          list(modes.component(INM_DOS.local, "w")) == [-2, 3]
          and list(modes.component(INM_DOS.local, "class")) == [-1, 1])
    holds("chosen rows", modes.where(modes["class"] < 0).rows.tolist() == [[-4, -2, -1]])

thermo = ave_time.thermo(LOG)
holds("thermo output of the last run", thermo.names == ["Step", "c_eta"]
      and list(thermo["Step"]) == [0, 50] and thermo["c_eta"][1] == 2.5)
vector = ORTHOGONAL_DYNAMICS.vector
holds("components of atom types", vector.column("f_mem", "D_1") == "f_mem[10]"
      and vector.column("f_mem", "v0_kernel_2") == "f_mem[11]")
sys.exit(len(failures) > 0)
