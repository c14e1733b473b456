"""One snapshot of the Kob-Andersen liquid, from the neighbor list to eta, against what a user can
script: LAMMPS's dynamical_matrix (one rank, where it is right), a binary file,
numpy.linalg.eigh."""
import os
import statistics
import time

import numpy as np

from inmvisc import kob_andersen
from inmvisc.rst import table

SNAPSHOT = """
compute inm all inm/dos 200 edge pr 0.27 modes {modes} check no
compute gam all affine/gamma inm
compute eta all ulinm/viscosity inm gam friction 76.6 wmin 3.1
thermo_style custom step c_eta
run 0
"""


def with_package(lammps, natoms, modes):
    """Seconds from neighbor list to eta: with the computes less without."""
    start = kob_andersen.equilibrated(lammps, natoms)
    without = lammps.run_text(start + "run 0\n")
    with_it = lammps.run_text(start + SNAPSHOT.format(modes=modes))
    return with_it.seconds - without.seconds


def scripted(lammps, natoms):
    """Seconds of the chain dynamical_matrix, file, numpy: matrix and diagonalization."""
    matrix = os.path.join(lammps.folder, "matrix.bin")
    start = kob_andersen.equilibrated(lammps, natoms)
    command = f"run 0\ndynamical_matrix all regular 1.0e-6 file {matrix} binary yes\n"
    without = lammps.run_text(start + "run 0\n")
    with_it = lammps.run_text(start + command)
    begin = time.perf_counter()
    d = np.fromfile(matrix).reshape(3 * natoms, 3 * natoms)
    lam, vec = np.linalg.eigh(0.5 * (d + d.T))
    intensity = (vec.reshape(natoms, 3, -1) ** 2).sum(axis=1)
    _ = 1.0 / (natoms * (intensity ** 2).sum(axis=0))
    os.remove(matrix)
    return with_it.seconds - without.seconds, time.perf_counter() - begin


def run(lammps, repeat, small):
    sizes = (500,) if small else (1000, 2000, 4000)
    rows = []
    for n in sizes:
        print(f"== snapshot, N = {n}", flush=True)
        kob_andersen.equilibrated(lammps, n)
        runs = [(with_package(lammps, n, "all"), with_package(lammps, n, "unstable"),
                 *scripted(lammps, n)) for _ in range(repeat if n <= 2000 else 1)]
        every, unstable, matrix, eigh = (statistics.median(x) for x in zip(*runs))
        ratio = statistics.median((r[2] + r[3]) / r[0] for r in runs)
        ratio_u = statistics.median((r[2] + r[3]) / r[1] for r in runs)
        rows.append([n, f"{every:.2f}", f"{unstable:.2f}", f"{matrix:.2f}", f"{eigh:.2f}",
                     f"{ratio:.1f}", f"{ratio_u:.1f}"])
    header = ["N", "modes all (s)", "modes unstable (s)", "dynamical_matrix (s)",
              "numpy eigh and P (s)", "scripted / all", "scripted / unstable"]
    return f"""One snapshot of the Kob-Andersen liquid, from the neighbor list to eta, on one rank with {lammps.cores} BLAS threads, compared with a script: ``dynamical_matrix`` with ``binary yes``, numpy's ``eigh`` and the participation ratio.

{table(header, rows)}"""  # noqa: E501
