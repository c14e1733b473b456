"""Unstable modes with P and three projections, of Hessians of real liquids: the solvers of compute
inm/dos against LAPACK as a numpy or scipy user calls it, in one run, with the same BLAS threads."""
import os
import re
import statistics
import subprocess
import sys

from hessian import copper_zirconium
from inmvisc.runner import table

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
    w, v = scipy.linalg.eigh(a, subset_by_index=[0, int(sys.argv[3]) - 1], driver="evr", overwrite_a=True,
                             check_finite=False)
print(time.perf_counter() - begin)
"""


def our_solver(host, start, keywords, edge=0.27, wmin=3.1):
    """Seconds of solution and of the whole process, its memory in bytes, f_u, eta_UL."""
    out, seconds, memory = host.serial(start + SNAPSHOT.format(keywords=keywords, edge=edge,
                                                               wmin=wmin))
    f_u, eta = map(float, re.findall(r"^ *0 +(\S+) +(\S+) *$", out, re.M)[-1])
    solution = float(re.search(r"diagonalization took (\S+) s", out).group(1))
    return dict(seconds=solution, process=seconds, bytes=memory, f_u=f_u, eta=eta)


def lapack(host, matrix, which, count):
    done = subprocess.run([sys.executable, "-c", LAPACK, matrix, which, str(count)], env=host.env,
                          stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout)


def one_size(host, natoms, repeat):
    start, n = host.kob_andersen(natoms), 3 * natoms
    matrix = os.path.join(host.scratch, "spectrum.npz")
    host.serial(start + f"compute inm all inm/dos 10 modes none check no file {matrix}\n"
                "compute gam all affine/gamma inm\ncompute xi all reduce sum c_gam[1]\n"
                # the affine force needs the matrix, but no mode
                "thermo_style custom step c_xi\nrun 0\n")
    ratios, times = [], []
    for k in range(repeat):
        print(f"== spectrum, N = {natoms}, {k + 1} of {repeat}", flush=True)
        two = our_solver(host, start, "modes unstable solver twostage")
        single = our_solver(host, start, "modes unstable solver twostage precision single")
        every = our_solver(host, start, "modes all solver twostage")
        _, without, empty = host.serial(start + "run 0\n")
        count = round(two["f_u"] * (n - 3))
        evd, evr = lapack(host, matrix, "dsyevd", count), lapack(host, matrix, "dsyevr", count)
        times.append([two["seconds"], single["seconds"], every["seconds"], evd, evr])
        ratios.append([two["seconds"] / evd, two["seconds"] / evr,
                       single["seconds"] / two["seconds"], every["seconds"] / evd,
                       (two["process"] - without) / two["seconds"]])
        print(times[-1], ratios[-1], flush=True)
    os.remove(matrix)
    t = [statistics.median(x) for x in zip(*times)]
    r = [statistics.median(x) for x in zip(*ratios)]
    doubles = [(x["bytes"] - empty) / 8.0 / n ** 2 for x in (two, single)]
    return ([n, count] + [f"{x:.1f}" for x in t],
            [n] + [f"{x:.2f}" for x in r] + [f"{x:.2f}" for x in doubles])


def single_against_double(host):
    rows = []
    for name, start, edge, wmin in (
            ("Kob-Andersen, N = 500", host.kob_andersen(500), 0.27, 3.1),
            ("Kob-Andersen, N = 1000", host.kob_andersen(1000), 0.27, 3.1),
            ("Kob-Andersen, N = 2000", host.kob_andersen(2000), 0.27, 3.1),
            ("Cu50Zr50, N = 686", copper_zirconium(host, 7), 0.36, 5.6),
            ("Cu50Zr50, N = 1458", copper_zirconium(host, 9), 0.36, 5.6)):
        double, single = (our_solver(host, start, f"modes unstable solver twostage precision {p}",
                                     edge, wmin)["eta"] for p in ("double", "single"))
        rows.append([name, f"{abs(single / double - 1.0):.1e}"])
    return table(["system", "relative change of eta_UL"], rows)


def run(host, repeat, sizes=(2000, 4000)):
    times, ratios = zip(*(one_size(host, n, repeat if n <= 2000 else 1) for n in sizes))
    return f"""Diagonalization of *n* = 3\\ *N* modes of the Kob-Andersen liquid at T = 1 on one rank with {host.cores} BLAS threads, in seconds: by *solver twostage*, and of the same matrix by ``dsyevd`` (all vectors) and ``dsyevr`` (as many of the lowest as there are unstable ones) of the same BLAS library, called from scipy.
Those of the package include the assembly of the dense matrix, P, and three projections.

{table(["n", "unstable", "twostage, unstable", "the same, single precision", "twostage, all", "dsyevd, all", "dsyevr, unstable"], times)}
Ratios of these times, of the snapshot from the neighbor list to eta to its diagonalization, and the memory of the process less that without the computes, in units of *n*\\ :sup:`2` doubles:

{table(["n", "unstable / dsyevd", "unstable / dsyevr", "single / double", "all / dsyevd", "snapshot / diagonalization", "memory, double", "memory, single"], ratios)}
What single precision changes in eta_UL of one snapshot (edge and w_min of the paper):

{single_against_double(host)}"""
