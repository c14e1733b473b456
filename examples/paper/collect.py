"""From the files of a part to its results: numbers and short curves, in the unit style of the
liquid.

Each function has the name of a part and gets its folder, the variables of its deck, and the results
of the parts it needs.  Errors are standard errors.
"""

import os
import re

import numpy as np

import plan

from inmvisc import ave_time, green_kubo


def mean_error(values):
    values = np.asarray(values, dtype=float)
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return np.nan, np.nan
    return values.mean(), values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan


def pair(out, name, values):
    out[name], out[f"{name}_err"] = mean_error(values)


def thinned(count, points):
    """Indices 0..count-1, all of the first ones, then evenly spaced in the logarithm."""
    return np.unique(np.concatenate([np.arange(min(count, 10)),
                                     np.round(np.geomspace(1, count - 1, points)).astype(int)]))


# ---- equilibrate

def equilibrate(folder, variables, needed):
    _, volume, energy, pressure = ave_time.rows(os.path.join(folder, "halves.dat")).T
    msd = ave_time.values(os.path.join(folder, "msd.dat"))["msd"]
    distance = (volume[-1] / variables["N"]) ** (1 / 3)
    return {"volume": volume[-1], "density": variables["N"] / volume[-1],
            "energy": energy[-1] / variables["N"],
            "energy_drift": (energy[-1] - energy[0]) / variables["N"], "pressure": pressure[-1],
            "msd": msd,
            "time": variables["nequil"] * variables["dt"],
            # criterion: during the equilibration the atoms have gone as far as the distance of
            # neighbors
            "equilibrated": bool(msd >= distance ** 2)}


# ---- modulus

def modulus(folder, variables, needed):
    rows = ave_time.rows(os.path.join(folder, "points.dat"))[:, 1:]
    blocks = len(rows) // 4
    points = rows[-4 * blocks:].reshape(4, blocks, 2)[:, 1:]
    fixed = ave_time.values(os.path.join(folder, "constants.dat"))
    T, volume = variables["T"], fixed["volume"]
    (p_small, _), (p_large, _), (p_up, e_up), (p_down, e_down) = points.mean(axis=1)
    error = points.std(axis=1, ddof=1) / np.sqrt(blocks - 1)
    dT = 2 * variables["warm"] * T
    dpdT, cv = (p_up - p_down) / dT, (e_up - e_down) / dT
    isothermal = (p_small - p_large) / (2 * variables["strain"])
    dpdT_err, cv_err = np.hypot(error[2], error[3]) / dT
    isothermal_err = np.hypot(error[0, 0], error[1, 0]) / (2 * variables["strain"])
    more = T * volume * dpdT ** 2 / cv / fixed["pv"]
    more_err = more * np.hypot(2 * dpdT_err / dpdT, cv_err / cv)
    return {"BT": isothermal, "BT_err": isothermal_err, "BS": isothermal + more,
            "BS_err": np.hypot(isothermal_err, more_err), "dPdT": dpdT,
            "CV": cv / variables["N"] / fixed["kB"]}


# ---- dynamics

def read_frames(path):
    """dump custom id type x y z: list of (box lengths, types, positions)."""
    out = []
    with open(path) as fp:
        for line in fp:
            if line.startswith("ITEM: NUMBER OF"):
                count = int(next(fp))
            elif line.startswith("ITEM: BOX"):
                box = np.array([next(fp).split()[:2] for _ in range(3)], dtype=float)
            elif line.startswith("ITEM: ATOMS"):
                rows = np.array([next(fp).split() for _ in range(count)], dtype=float)
                out.append((box[:, 1] - box[:, 0], rows[:, 1].astype(int), rows[:, 2:5]))
    return out


def pair_distribution(frames, bins=120):
    """g(r) to half of the box: all pairs, and 11, 12, 22.  Volume and composition do not change
    from frame to frame."""
    length, types, _ = frames[0]
    edges = np.linspace(0, min(length) / 2, bins + 1)
    shell = 4 / 3 * np.pi * np.diff(edges ** 3) / np.prod(length)
    kinds = {"all": (None, None), "11": (1, 1), "12": (1, 2), "22": (2, 2)}
    counts = {name: np.zeros(bins) for name in kinds}
    for length, types, x in frames:
        for i in range(len(x) - 1):
            d = x[i + 1:] - x[i]
            d -= length * np.round(d / length)
            r2 = np.einsum("ij,ij->i", d, d)
            near = r2 < edges[-1] ** 2
            h = np.histogram(np.sqrt(r2[near]), edges, weights=None)[0]
            counts["all"] += h
            same = near & (types[i + 1:] == types[i])
            h_same = np.histogram(np.sqrt(r2[same]), edges)[0]
            counts["11" if types[i] == 1 else "22"] += h_same
            counts["12"] += h - h_same
    n = {None: len(types), 1: np.sum(types == 1), 2: np.sum(types == 2)}
    out = {"r": (edges[1:] + edges[:-1]) / 2}
    for name, (a, b) in kinds.items():
        pairs = n[a] * (n[a] - 1) / 2 if a == b else n[a] * n[b]
        out[f"g_{name}"] = counts[name] / (len(frames) * pairs * shell)
    return out


def crossing(t, msd, level):
    """Time at which the mean-square displacement reaches the level, linear in the logarithms;
    beyond the data along its last slope."""
    x, y = np.log(t), np.log(msd)
    above = np.nonzero(msd >= level)[0]
    k = min(max(above[0], 1), len(x) - 1) if len(above) else len(x) - 1
    return float(np.exp(x[k - 1] + (np.log(level) - y[k - 1]) * (x[k] - x[k - 1])
                        / (y[k] - y[k - 1])))


def read_stress(folder):
    """Rows xx yy zz xy xz yz.  The text, 20 times as large, is replaced once it has been read."""
    text, binary = os.path.join(folder, "stress.dat"), os.path.join(folder, "stress.npy")
    if os.path.exists(text):
        np.save(binary, ave_time.rows(text)[:, 1:7].astype(np.float32))
        os.remove(text)
    return np.load(binary).astype(float)


def dynamics(folder, variables, needed):
    out = ave_time.values(os.path.join(folder, "friction.dat"))
    state = ave_time.rows(os.path.join(folder, "state.dat"))[1:]
    pair(out, "temperature", state[:, 1])
    pair(out, "pressure", state[:, 2])
    out["energy_drift"] = (out.pop("energy_end")
                           - out.pop("energy_start")) / variables["N"] / (out["kB"]
                                                                          * variables["T"])

    kernel, msd = (table for _, table in ave_time.blocks(os.path.join(folder, "kernel.dat"))[-2:])
    distance2 = (out["volume"] / variables["N"]) ** (2 / 3)
    msd = msd[(msd[:, 0] > 0) & np.isfinite(msd[:, 1]) & (msd[:, 1] > 0)]
    out["t_alpha"] = crossing(msd[:, 0], msd[:, 1], distance2 / 6)
    out["msd_reaches_t_alpha"] = bool(msd[-1, 0] >= out["t_alpha"])

    stress = read_stress(folder)
    step = variables["nstress"] * variables["dt"]
    scale = out["volume"] / (out["kB"] * out["temperature"] * out["pv"])
    gk = green_kubo.viscosity(stress, step, scale, out["t_alpha"])
    out.update(eta_GK=gk["eta"], eta_GK_err=gk["eta_err"], window=gk["window"],
               window_holds=gk["converged"], run=variables["nrun"] * variables["dt"])
    pick = thinned(len(gk["time"]), 120)
    out["green_kubo"] = {"t": gk["time"][pick], "G": gk["correlation"][pick],
                         "eta": gk["running"][pick], "eta_err": gk["running_err"][pick]}

    pick = thinned(len(kernel), 150)
    names = ["t", "C_FF", "integral", "vacf", "C_FF_1", "integral_1", "vacf_1", "C_FF_2",
             "integral_2", "vacf_2"]
    out["kernel"] = {name: kernel[pick, i] for i, name in enumerate(names)}
    out["msd"] = {name: msd[:, i] for i, name in enumerate(["t", "all", "1", "2"])}
    out["rdf"] = pair_distribution(read_frames(os.path.join(folder, "frames.dump"))[-10:])
    del out["kB"], out["pv"]
    return out


# ---- modes

def edge_frequency(w, P, Pc):
    """|w| where the bin mean of P, from w = 0 outwards on the unstable branch, first falls below
    Pc, linear between bins."""
    keep = (w < 0) & np.isfinite(P)
    w, P = -w[keep][::-1], P[keep][::-1]
    below = np.nonzero(P < Pc)[0]
    if len(below) == 0 or below[0] == 0:
        return np.nan
    k = below[0]
    return float(w[k - 1] + (P[k - 1] - Pc) / (P[k - 1] - P[k]) * (w[k] - w[k - 1]))


CHOICES = ("own_S", "4000_S", "own_T", "4000_T")      # w_min: box and modulus, the order of eta.dat


def modes(folder, variables, needed):
    spectrum = ave_time.blocks(os.path.join(folder, "spectrum.dat"))[-1][1].T
    w, g, count, sum_P, sum_Xi2, UL, everything = spectrum
    with np.errstate(invalid="ignore", divide="ignore"):
        P, Gamma = sum_P / count, sum_Xi2 / count
    inm = ave_time.rows(os.path.join(folder, "inm.dat"))[:, 1:]
    out = {"snapshots": len(inm), "hessian_error": float(np.nanmax(inm[:, 7]))}
    for i, name in enumerate(["f_s", "f_u", "f_uL", "f_uD", "edge_snapshots"]):
        pair(out, name, inm[:, i])
    out["edge"] = edge_frequency(w, P, variables["Pc"])

    eta = ave_time.rows(os.path.join(folder, "eta.dat"))[:, 1:].reshape(len(inm), len(CHOICES), -1)
    out["friction"] = eta[-1, 0, 6]
    for k, choice in enumerate(CHOICES):
        last = eta[-1, k]
        column = {"w_min": last[4]}
        for i, name in enumerate(["UL", "UD", "stable", "all"]):
            column[name], column[f"{name}_err"] = last[9 + i], last[13 + i]
        pair(column, "dlneta_dlnPc", eta[:, k, 7])
        pair(column, "dlneta_dlnwmin", eta[:, k, 8])
        out[choice] = column
    seen = np.nonzero(count > 0)[0]
    seen = slice(seen[0], seen[-1] + 1)
    out["spectrum"] = {"w": w[seen], "g": g[seen], "P": P[seen], "Gamma": Gamma[seen],
                       "deta_UL": UL[seen], "deta_all": everything[seen]}
    return out


# ---- inherent

def inherent(folder, variables, needed):
    rows = np.atleast_2d(np.loadtxt(os.path.join(folder, "minima.dat")))
    out = {"minima": len(rows), "unstable": float(rows[:, 1].max())}
    for i, name in ((0, "energy"), (2, "S_vib"), (3, "S_vib_quantum")):
        pair(out, name, rows[:, i])
    return out


# ---- integrate

def integrate(folder, variables, needed):
    """Excess entropy per atom, S/(N k) = b<U>/N - int_0^1 b <U>_lambda/N d lambda, b = 1/kT, and
    that of the ideal gas mixture with h as in the harmonic entropy: S = sum_t x_t [5/2 - ln(rho x_t
    Lambda_t^3)]."""
    fixed = ave_time.values(os.path.join(folder, "constants.dat"))
    kT, N = fixed["kB"] * variables["T"], variables["N"]
    lam, weight = plan.coupling()
    mean, error = np.transpose([mean_error(ave_time.rows(os.path.join(folder,
                                                                      f"energies.{x}.dat"))[2:, 1]
                                           / (N * kT)) for x in variables["lambda"]])
    integral, integral_err = np.sum(weight * mean), np.sqrt(np.sum((weight * error) ** 2))

    h, mvv2e = PLANCK[needed["units"]]
    ideal = 0.0
    for t in "12":
        x = fixed[f"count_{t}"] / N
        wavelength = h / np.sqrt(2 * np.pi * fixed[f"mass_{t}"] * kT * mvv2e)
        ideal += x * (2.5 - np.log(x * N / fixed["volume"] * wavelength ** 3))
    energy = needed["equilibrate"]["energy"] / kT
    return {"S_ideal": ideal, "S_excess": energy - integral, "S_excess_err": integral_err,
            "S_total": ideal + energy - integral, "S_total_err": integral_err,
            "nodes": {"lambda": lam, "beta_U": mean, "beta_U_err": error, "weight": weight}}


# Planck's constant in energy*time and mass*velocity^2 in energy, as LAMMPS has them
PLANCK = {"lj": (1.0, 1.0), "metal": (4.135667403e-3, 1.0364269e-4)}


# ---- shear

def shear(folder, variables, needed):
    """Viscosity at each rate, from ten blocks of the last two thirds of the strain."""
    table = []
    for rate in variables["erate"]:
        rows = ave_time.rows(os.path.join(folder, f"flow.{rate}.dat"))[1:][-10:]
        eta, err = mean_error(-rows[:, 1] / rate)
        table.append((rate, eta, err, rows[:, 2].mean()))
    rate, eta, err, T = np.transpose(table)
    return {"rates": {"rate": rate, "eta": eta, "eta_err": err, "temperature": T}}


# ---- pictures

STRONGEST = 400      # atoms with the largest displacements are kept


def pictures(folder, variables, needed):
    w, P = ave_time.dump_local(os.path.join(folder, "modes.dat"))[0][1].T
    with open(os.path.join(folder, "vectors.dump")) as fp:
        lines = fp.read().split("\n")
    begin = next(i for i, line in enumerate(lines) if line.startswith("ITEM: ATOMS")) + 1
    box = np.array([line.split()[:2] for line in lines[begin - 4:begin - 1]], dtype=float)
    rows = np.array([line.split() for line in lines[begin:begin + variables["N"]]], dtype=float)
    pick = {"UL": 0, "UD": int(np.argmin(np.abs(w - variables["wUD"]))),
            "stable_delocalized": int(np.argmin(np.abs(w - variables["wS"]))),
            "stable_localized": len(w) - 1}
    out = {"box": box[:, 1] - box[:, 0]}
    for k, (name, p) in enumerate(pick.items()):
        e = rows[:, 5 + 3 * k:8 + 3 * k]
        size = np.sum(e ** 2, axis=1)
        near = np.sort(np.argsort(size)[-STRONGEST:])
        out[name] = {"x": rows[near, 2] - box[0, 0], "y": rows[near, 3] - box[1, 0],
                     "ex": e[near, 0], "ey": e[near, 1]}
        out[f"{name}_w"], out[f"{name}_P"] = float(w[p]), float(1 / (len(size) * np.sum(size ** 2)))
    return out


def version(folder):
    """LAMMPS version as its log tells."""
    with open(os.path.join(folder, "log.lammps")) as fp:
        return re.match(r"LAMMPS \((.*)\)", fp.readline()).group(1)
