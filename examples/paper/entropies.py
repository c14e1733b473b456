"""Total, vibrational and configurational entropy per atom, in units of k, from the results of a
study.

S_total at the hottest temperature comes from the thermodynamic integration of in.integrate:
constant volume, from the ideal gas at infinite temperature.  From there down it is the heat that
leaves, at constant volume (Kob-Andersen) or at zero pressure (Cu50Zr50), where it is the energy in
both cases:

    S(T') - S(T) = int_T^T' dE/T,   E = 3/2 k T + U(T),   U = a + b T^(3/5) between two temperatures

S_vib is that of the harmonic modes of the inherent structures, S_conf = S_total - S_vib.
Anharmonicity of the vibrations is thus part of S_conf.  Errors of the energies are neglected; that
of S_total is that of the integration, the same at all T.
"""

import numpy as np

import plan

KB = {"lj": 1.0, "metal": 8.617333262e-5}      # energy/temperature of the unit style


def heat(T, U, kB):
    """Entropy relative to that at the last temperature, T ascending, U per atom."""
    T, U = np.asarray(T, dtype=float), np.asarray(U, dtype=float) / kB
    b = np.diff(U) / np.diff(T ** 0.6)
    steps = -1.5 * b * np.diff(T ** -0.4) + 1.5 * np.diff(np.log(T))
    return -np.append(np.cumsum(steps[::-1])[::-1], 0.0)


def of(study, liquid):
    """{T: {S_total, S_vib, S_conf: (value, error)}} where there are inherent structures, coldest
    first."""
    integral = study.of(liquid, "integrate")
    T, U = study.column(liquid, "equilibrate", "energy")
    if not integral or len(T) == 0:
        return {}
    hottest, reference = integral[-1]
    keep = T <= hottest
    T = T[keep]
    if T[-1] != hottest:
        return {}
    total = dict(zip(T, reference["S_total"] + heat(T, U[keep], KB[plan.LIQUID[liquid]["units"]])))
    err = reference["S_total_err"]
    out = {}
    for t, r in study.of(liquid, "inherent"):
        if t in total and np.isfinite(r["S_vib"]):
            out[t] = {"S_total": (total[t], err), "S_vib": (r["S_vib"], r["S_vib_err"]),
                      "S_conf": (total[t] - r["S_vib"], np.hypot(err, r["S_vib_err"]))}
    return out
