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
from inmvisc.outputs import INM_DOS, ULINM_VISCOSITY


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
    halves = ave_time.rows(os.path.join(folder, "halves.dat"))
    volume, energy, pressure = halves.columns("v_v", "v_u", "c_thermo_press")
    msd = ave_time.values(os.path.join(folder, "msd.dat"))["msd"]
    distance = (volume[-1] / variables["N"]) ** (1 / 3)
    return {"volume": volume[-1], "density": variables["N"] / volume[-1],
            "energy": energy[-1] / variables["N"],
            "energy_drift": (energy[-1] - energy[0]) / variables["N"], "pressure": pressure[-1],
            "msd": msd, "time": variables["nequil"] * variables["dt"],
            # criterion: during the equilibration the atoms have gone as far as the distance of
            # neighbors
            "equilibrated": bool(msd >= distance ** 2)}


# ---- modulus

def modulus(folder, variables, needed):
    pe = ave_time.rows(os.path.join(folder, "points.dat")).columns("c_thermo_press", "v_e").T
    blocks = len(pe) // 4
    points = pe[-4 * blocks:].reshape(4, blocks, 2)[:, 1:]       # [state, block, p or e]
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
    return [(frame.box[:, 1] - frame.box[:, 0], frame["type"].astype(int),
             frame.columns("x", "y", "z").T) for frame in ave_time.dump(path)]


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
        stress = ave_time.rows(text).columns(*(f"c_thermo_press[{k}]" for k in range(1, 7))).T
        np.save(binary, stress.astype(np.float32))
        os.remove(text)
    return np.load(binary).astype(float)


def dynamics(folder, variables, needed):
    out = ave_time.values(os.path.join(folder, "friction.dat"))
    state = ave_time.rows(os.path.join(folder, "state.dat"))
    pair(out, "temperature", state["c_thermo_temp"][1:])
    pair(out, "pressure", state["c_thermo_press"][1:])
    drift = out.pop("energy_end") - out.pop("energy_start")
    out["energy_drift"] = drift / variables["N"] / (out["kB"] * variables["T"])

    kernel, msd = ave_time.blocks(os.path.join(folder, "kernel.dat"))[-2:]
    distance2 = (out["volume"] / variables["N"]) ** (2 / 3)
    msd = msd.where((msd["Time"] > 0) & np.isfinite(msd["MSD"]) & (msd["MSD"] > 0))
    out["t_alpha"] = crossing(msd["Time"], msd["MSD"], distance2 / 6)
    out["msd_reaches_t_alpha"] = bool(msd["Time"][-1] >= out["t_alpha"])

    stress = read_stress(folder)
    step = variables["nstress"] * variables["dt"]
    scale = out["volume"] / (out["kB"] * out["temperature"] * out["pv"])
    gk = green_kubo.viscosity(stress, step, scale, out["t_alpha"])
    out.update(eta_GK=gk.eta, eta_GK_err=gk.error, window=gk.window, window_holds=gk.converged,
               run=variables["nrun"] * variables["dt"])
    pick = thinned(len(gk.time), 120)
    out["green_kubo"] = {"t": gk.time[pick], "G": gk.correlation[pick], "eta": gk.running[pick],
                         "eta_err": gk.running_error[pick]}

    pick = thinned(len(kernel), 150)
    out["kernel"] = {"t": kernel["Time"][pick]}
    for kind in ("", "_1", "_2"):       # all atoms, then each type
        for name, column in (("C_FF", "Cbar"), ("integral", "Integral"), ("vacf", "VACF")):
            out["kernel"][name + kind] = kernel[column + kind][pick]
    out["msd"] = {"t": msd["Time"], "all": msd["MSD"], "1": msd["MSD_1"], "2": msd["MSD_2"]}
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


# w_min: box and modulus, and the compute in eta.dat that has it
CHOICES = {"own_S": "c_S", "4000_S": "c_S4", "own_T": "c_T", "4000_T": "c_T4"}


def modes(folder, variables, needed):
    spectrum = ave_time.blocks(os.path.join(folder, "spectrum.dat"))[-1]
    w, g, count, sum_P, sum_Xi2, UL, everything = spectrum.columns(
        "w", "g", "count", "sum(P)", "sum(Xi2)", "deta_UL/dw", "deta_all/dw")
    with np.errstate(invalid="ignore", divide="ignore"):
        P, Gamma = sum_P / count, sum_Xi2 / count
    inm = ave_time.rows(os.path.join(folder, "inm.dat"))

    def of_inm(name):
        return inm[INM_DOS.vector.column("c_inm", name)]

    out = {"snapshots": len(inm), "hessian_error": float(np.nanmax(of_inm("err_hessian")))}
    for name, component in (("f_s", "f_stable"), ("f_u", "f_unstable"), ("f_uL", "f_UL"),
                            ("f_uD", "f_UD"), ("edge_snapshots", "w_edge")):
        pair(out, name, of_inm(component))
    out["edge"] = edge_frequency(w, P, variables["Pc"])

    eta = ave_time.rows(os.path.join(folder, "eta.dat"))

    def of_eta(choice, name):
        return eta[ULINM_VISCOSITY.vector.column(CHOICES[choice], name)]

    out["friction"] = of_eta("own_S", "v0")[-1]
    for choice in CHOICES:
        column = {"w_min": of_eta(choice, "w_min")[-1]}
        for name in ("UL", "UD", "stable", "all"):
            column[name] = of_eta(choice, f"mean_eta_{name}")[-1]
            column[f"{name}_err"] = of_eta(choice, f"err_eta_{name}")[-1]
        for name, component in (("dlneta_dlnPc", "slope_edge"), ("dlneta_dlnwmin", "slope_wmin")):
            pair(column, name, of_eta(choice, component))
        out[choice] = column
    seen = np.nonzero(count > 0)[0]
    seen = slice(seen[0], seen[-1] + 1)
    out["spectrum"] = {"w": w[seen], "g": g[seen], "P": P[seen], "Gamma": Gamma[seen],
                       "deta_UL": UL[seen], "deta_all": everything[seen]}
    return out


# ---- inherent

def inherent(folder, variables, needed):
    minima = ave_time.rows(os.path.join(folder, "minima.dat"))
    out = {"minima": len(minima), "unstable": float(minima["f_unstable"].max())}
    for name in ("energy", "S_vib", "S_vib_quantum"):
        pair(out, name, minima[name])
    return out


# ---- integrate

def integrate(folder, variables, needed):
    """Excess entropy per atom, S/(N k) = b<U>/N - int_0^1 b <U>_lambda/N d lambda, b = 1/kT, and
    that of the ideal gas mixture with h as in the harmonic entropy: S = sum_t x_t [5/2 - ln(rho x_t
    Lambda_t^3)]."""
    fixed = ave_time.values(os.path.join(folder, "constants.dat"))
    kT, N = fixed["kB"] * variables["T"], variables["N"]
    lam, weight = plan.coupling()
    energies = [ave_time.rows(os.path.join(folder, f"energies.{x}.dat"))["v_u"]
                for x in variables["lambda"]]
    mean, error = np.transpose([mean_error(u[2:] / (N * kT)) for u in energies])
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
        flow = ave_time.rows(os.path.join(folder, f"flow.{rate}.dat"))
        pxy, temperature = flow.columns("c_p[4]", "c_peculiar")[:, 1:][:, -10:]
        eta, err = mean_error(-pxy / rate)
        table.append((rate, eta, err, temperature.mean()))
    rate, eta, err, T = np.transpose(table)
    return {"rates": {"rate": rate, "eta": eta, "eta_err": err, "temperature": T}}


# ---- pictures

STRONGEST = 400      # atoms with the largest displacements are kept


def pictures(folder, variables, needed):
    w = ave_time.dump(os.path.join(folder, "modes.dat"))[0][INM_DOS.local.column("c_d", "w")]
    atoms = ave_time.dump(os.path.join(folder, "vectors.dump"))[0]
    x, y = atoms["x"] - atoms.box[0, 0], atoms["y"] - atoms.box[1, 0]
    # the compute whose eigenvector it is, and which mode
    pick = {"UL": ("c_a", 0), "UD": ("c_b", int(np.argmin(np.abs(w - variables["wUD"])))),
            "stable_delocalized": ("c_c", int(np.argmin(np.abs(w - variables["wS"])))),
            "stable_localized": ("c_d", len(w) - 1)}
    out = {"box": atoms.box[:, 1] - atoms.box[:, 0]}
    for name, (compute, p) in pick.items():
        e = atoms.columns(*(INM_DOS.atom.column(compute, f"e_{axis}") for axis in "xyz")).T
        size = np.sum(e ** 2, axis=1)
        near = np.sort(np.argsort(size)[-STRONGEST:])
        out[name] = {"x": x[near], "y": y[near], "ex": e[near, 0], "ey": e[near, 1]}
        out[f"{name}_w"], out[f"{name}_P"] = float(w[p]), float(1 / (len(size) * np.sum(size ** 2)))
    return out


def version(folder):
    """LAMMPS version as its log tells."""
    with open(os.path.join(folder, "log.lammps")) as fp:
        return re.match(r"LAMMPS \((.*)\)", fp.readline()).group(1)
