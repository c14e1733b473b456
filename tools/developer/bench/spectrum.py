"""Unstable modes with P and three projections, of Hessians of real liquids: the solvers of compute
inm/dos against LAPACK as a numpy or scipy user calls it, in one run, with the same BLAS threads."""
import os
import re
import statistics
import subprocess
import sys

from hessian import copper_zirconium
from inmvisc import kob_andersen
from inmvisc.ave_time import thermo
from inmvisc.rst import table

# {edge}: P_c of the paper; friction and w_min set the scale of eta only
SNAPSHOT = """
compute inm all inm/dos 200 edge pr {edge} check no {keywords}
compute gam all affine/gamma inm
compute eta all ulinm/viscosity inm gam friction 76.6 wmin {wmin}
thermo_style custom step c_inm c_eta
thermo_modify format float %.15g
run 0
"""

# the matrix of file argv[1], argv[2]: all vectors by dsyevd or the lowest argv[3] by dsyevr
LAPACK = """
import sys, time
import scipy.linalg, scipy.sparse
a = scipy.sparse.load_npz(sys.argv[1]).toarray(order="F")
begin = time.perf_counter()
if sys.argv[2] == "dsyevd":
    w, v, info = scipy.linalg.lapack.dsyevd(a, compute_v=1, lower=1, overwrite_a=1)
else:
    w, v = scipy.linalg.eigh(a, subset_by_index=[0, int(sys.argv[3]) - 1], driver="evr",
                             overwrite_a=True, check_finite=False)
print(time.perf_counter() - begin)
"""


def our_solver(lammps, start, keywords, edge=0.27, wmin=3.1):
    """Seconds of solution and of the whole process, its memory in bytes, f_u, eta_UL."""
    done = lammps.run_text(start + SNAPSHOT.format(keywords=keywords, edge=edge, wmin=wmin))
    found = thermo(done.output)
    solution = float(re.search(r"diagonalization took (\S+) s", done.output).group(1))
    return dict(seconds=solution, process=done.seconds, bytes=done.memory,
                f_u=found["c_inm"][-1], eta=found["c_eta"][-1])


def lapack(lammps, matrix, which, count):
    done = subprocess.run([sys.executable, "-c", LAPACK, matrix, which, str(count)],
                          env=lammps.environment, stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout)


def one_size(lammps, natoms, repeat):
    start, n = kob_andersen.equilibrated(lammps, natoms), 3 * natoms
    matrix = os.path.join(lammps.folder, "spectrum.npz")
    # the affine force needs the matrix, but no mode
    lammps.run_text(start + f"compute inm all inm/dos 10 modes none check no file {matrix}\n"
                    "compute gam all affine/gamma inm\ncompute xi all reduce sum c_gam[1]\n"
                    "thermo_style custom step c_xi\nrun 0\n")
    ratios, times = [], []
    for k in range(repeat):
        print(f"== spectrum, N = {natoms}, {k + 1} of {repeat}", flush=True)
        two = our_solver(lammps, start, "modes unstable solver twostage")
        single = our_solver(lammps, start, "modes unstable solver twostage precision single")
        every = our_solver(lammps, start, "modes all solver twostage")
        empty = lammps.run_text(start + "run 0\n")
        count = round(two["f_u"] * (n - 3))
        evd, evr = lapack(lammps, matrix, "dsyevd", count), lapack(lammps, matrix, "dsyevr", count)
        times.append([two["seconds"], single["seconds"], every["seconds"], evd, evr])
        ratios.append([two["seconds"] / evd, two["seconds"] / evr,
                       single["seconds"] / two["seconds"], every["seconds"] / evd,
                       (two["process"] - empty.seconds) / two["seconds"]])
        print(times[-1], ratios[-1], flush=True)
    os.remove(matrix)
    t = [statistics.median(x) for x in zip(*times)]
    r = [statistics.median(x) for x in zip(*ratios)]
    doubles = [(x["bytes"] - empty.memory) / 8.0 / n ** 2 for x in (two, single)]
    return ([n, count] + [f"{x:.1f}" for x in t],
            [n] + [f"{x:.2f}" for x in r] + [f"{x:.2f}" for x in doubles])


def liquids(lammps, small):
    """Name, beginning of a deck, P_c of the paper, w_min."""
    for atoms in (500,) if small else (500, 1000, 2000):
        start = kob_andersen.equilibrated(lammps, atoms)
        yield f"Kob-Andersen, N = {atoms}", start, 0.27, 3.1
    for cells in () if small else (7, 9):
        yield f"Cu50Zr50, N = {2 * cells ** 3}", copper_zirconium(lammps, cells), 0.36, 5.6


def single_against_double(lammps, small):
    rows = []
    for name, start, edge, wmin in liquids(lammps, small):
        double, single = (our_solver(lammps, start, f"modes unstable solver twostage precision {p}",
                                     edge, wmin)["eta"] for p in ("double", "single"))
        rows.append([name, f"{abs(single / double - 1.0):.1e}"])
    return table(["system", "relative change of eta_UL"], rows)


def run(lammps, repeat, small):
    sizes = (300,) if small else (2000, 4000)
    times, ratios = zip(*(one_size(lammps, n, repeat if n <= 2000 else 1) for n in sizes))
    times_header = ["n", "unstable", "twostage, unstable", "the same, single precision",
                    "twostage, all", "dsyevd, all", "dsyevr, unstable"]
    ratios_header = ["n", "unstable / dsyevd", "unstable / dsyevr", "single / double",
                     "all / dsyevd", "snapshot / diagonalization", "memory, double",
                     "memory, single"]
    return f"""Diagonalization of *n* = 3\\ *N* modes of the Kob-Andersen liquid at T = 1 on one rank with {lammps.cores} BLAS threads, in seconds: *solver twostage*, and for the same matrix ``dsyevd`` (all vectors) and ``dsyevr`` (as many of the lowest vectors as there are unstable modes) of the same BLAS library, called from scipy.
The times of the package include the assembly of the dense matrix, P, and three projections.

{table(times_header, times)}
Ratios of these times, the ratio of the whole snapshot, from the neighbor list to eta, to its diagonalization, and the memory of the process minus that without the computes, in units of *n*\\ :sup:`2` doubles:

{table(ratios_header, ratios)}
Effect of single precision on eta_UL of one snapshot (threshold and w_min of the paper):

{single_against_double(lammps, small)}"""  # noqa: E501
