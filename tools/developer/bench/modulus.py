"""What complex moduli cost: beside the modes, beside the moments, and against a script.

The friction is that of each type as a function of frequency, which a fix orthogonal/dynamics
measures before the snapshot, so its transform counts.  A snapshot is a run of no steps."""
import re
import statistics
import time

import numpy as np

from hessian import dynamical_matrix
from inmvisc import kob_andersen
from inmvisc.rst import table
from kpm import liquid

MEASURED = """
timestep 0.003
fix mem all orthogonal/dynamics 1 {nlag} 50
run {steps}
"""

DENSE = """
compute inm all inm/dos 200 edge pr 0.27 check no
compute gam all affine/gamma inm
compute eta all ulinm/viscosity inm gam friction f_mem wmin 3.1
thermo_style custom step c_eta
run 0
"""

DENSE_MODULUS = DENSE.replace("thermo_style custom step c_eta", """\
compute mod all inm/modulus inm gam 1.0 60.0 100 friction f_mem channel both
thermo_style custom step c_eta c_mod""")

KPM = """
compute inm all inm/dos 100 edge frequency 6.0 solver kpm auto check no
compute gam all affine/gamma inm
compute eta all ulinm/viscosity inm gam friction 77 bulk 65
thermo_style custom step c_eta
run 0
"""

KPM_MODULUS = KPM.replace("thermo_style custom step c_eta", """\
compute mod all inm/modulus inm gam 1.0 60.0 100 friction 77 channel both
thermo_style custom step c_eta c_mod""")

ALONE = """
compute inm all inm/dos 100 solver kpm auto check no
compute gam all affine/gamma inm
compute mod all inm/modulus inm gam 1.0 60.0 100 friction 77
thermo_style custom step c_mod
run 0
"""


def timed(snapshot, computes):
    """Commands of a snapshot, its wall time in the output; then its computes are deleted."""
    head, run, tail = snapshot.rpartition("run 0\n")
    end = "".join(f"uncompute {name}\n" for name in reversed(computes))
    return (head + "variable begin timer\n" + run + "variable end timer\n" + tail +
            'print "snapshot took $(v_end-v_begin) s"\nvariable begin delete\n'
            "variable end delete\nthermo_style one\n" + end)


def added(lammps, start, without, with_it, repeat, ranks):
    """Seconds of a snapshot without and with the modulus, in turn in one process, and their
    ratio."""
    pair = timed(without, ["inm", "gam", "eta"]) + timed(with_it, ["inm", "gam", "eta", "mod"])
    output = lammps.run_text(start + repeat * pair, ranks).output
    seconds = [float(x) for x in re.findall(r"snapshot took (\S+) s", output)]
    pairs = list(zip(seconds[0::2], seconds[1::2]))
    plain, more = (statistics.median(x) for x in zip(*pairs))
    return plain, more, statistics.median(b / a for a, b in pairs)


def cost(lammps, repeat, small):
    """A row per system: name, N, seconds without and with, ratio."""
    dense = (500,) if small else (1000, 2000)
    copies = (500, 2, 100) if small else (8000, 5, 100)
    rows = []
    for n in dense:
        print(f"== modulus beside modes, N = {n}", flush=True)
        start = kob_andersen.equilibrated(lammps, n) + MEASURED.format(
            nlag=100 if small else 400, steps=1600 if small else 8000)
        plain, more, ratio = added(lammps, start, DENSE, DENSE_MODULUS, repeat, 1)
        rows.append(["modes, friction from the kernel", n, f"{plain:.3g}", f"{more:.3g}",
                     f"{ratio:.3f}"])
    natoms = copies[0] * copies[1] ** 3
    print(f"== modulus beside moments, N = {natoms}", flush=True)
    plain, more, ratio = added(lammps, liquid(lammps, *copies), KPM, KPM_MODULUS,
                               1 if natoms > 100000 else repeat, lammps.cores)
    rows.append([f"solver kpm auto, {lammps.cores} ranks", natoms, f"{plain:.3g}", f"{more:.3g}",
                 f"{ratio:.3f}"])
    print(rows, flush=True)
    return rows


def eigh(natoms):
    """Seconds of numpy.linalg.eigh of a random symmetric matrix of 3 natoms."""
    a = np.random.default_rng(1).normal(size=(3 * natoms, 3 * natoms))
    begin = time.perf_counter()
    np.linalg.eigh(a + a.T)
    return time.perf_counter() - begin


def against_script(lammps, small):
    """From a data file to G*(W): solver kpm, and dynamical_matrix with numpy's eigh."""
    natoms, of, few = (500, 40, 200) if small else (10000, 100, 1000)
    print(f"== from a data file to G*(W), N = {natoms}", flush=True)
    start = kob_andersen.equilibrated(lammps, natoms)
    ours = lammps.run_text(start + ALONE, lammps.cores).seconds
    matrix = dynamical_matrix(lammps, start, natoms, of)
    modes = eigh(few) * (natoms / few) ** 3
    return [natoms, f"{ours:.3g}", f"{matrix:.4g}", of, f"{modes:.4g}", few,
            f"{(matrix + modes) / ours:.0f}"]


def run(lammps, repeat, small):
    costs = table(["snapshot", "N", "without moduli (s)", "with (s)", "ratio"],
                  cost(lammps, repeat, small))
    script = table(["N", "package, whole run (s)", "dynamical_matrix (s)",
                    "of it measured for atoms", "numpy eigh (s)", "scaled by N\\ :sup:`3` from",
                    "script / package"], [against_script(lammps, small)])
    return f"""``compute inm/modulus`` with 100 frequencies from 1 to 60 and both channels, in addition to the viscosity: Kob-Andersen liquid at T = 1, a snapshot with it and without it in turn (medians; BLAS threads or ranks: {lammps.cores}).

{costs}
From a data file to G\\ :sup:`*`\\ (W) at 100 frequencies, all of LAMMPS included, with *solver kpm auto* on {lammps.cores} ranks, compared with ``dynamical_matrix`` (one rank) and numpy's ``eigh``.
Neither of these was run in full: the matrix was measured for the first atoms and scaled to all, the diagonalization was measured for a smaller matrix and scaled by its third power, without its memory of three matrices.

{script}"""  # noqa: E501
