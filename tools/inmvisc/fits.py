"""Fits of viscosities against temperature, with confidence intervals.  scipy.

    vft             eta = eta_0 exp(B/(T - T_0)) modes_entropy   eta = A exp(B/(T [ln f + c])^l), c
    = b/a of  S_conf = a ln f + b line            y = a x + b crossover       temperature below
    which eta is nearer to one of two predictions than to the other

Viscosities are fitted by their logarithms, weighted with the relative errors.  Intervals are those
of a parametric bootstrap: data are drawn anew from normal distributions about the fitted curve
(crossover: about the data), with the errors that were given, and fitted again.  Where the scatter
about the curve is larger than the errors say, the errors are scaled up to it (chi^2 per degree of
freedom of one), never down. """

from collections import namedtuple

import numpy as np
from scipy.optimize import least_squares

Fit = namedtuple("Fit", "names value low high curve chi2 dof level")


def _least_squares(model, starts, bounds, x, y, sigma):
    best = None
    for start in starts:
        found = least_squares(lambda p: (model(p, x) - y) / sigma, np.clip(start, *bounds),
                              bounds=bounds, x_scale="jac", max_nfev=4000)
        if best is None or found.cost < best.cost:
            best = found
    return best


def _fit(names, model, starts, bounds, x, y, sigma, resamplings, level, seed):
    """model(p, x) for y with errors sigma; x may be a tuple of arrays."""
    y, sigma = np.asarray(y, dtype=float), np.asarray(sigma, dtype=float)
    if len(y) < len(names):
        raise ValueError(f"{len(y)} points cannot determine {len(names)} parameters")
    if not (np.isfinite(y).all() and np.isfinite(sigma).all() and (sigma > 0).all()):
        raise ValueError("values and errors must be finite, and errors positive")
    best = _least_squares(model, starts, bounds, x, y, sigma)
    dof, chi2 = len(y) - len(names), 2 * best.cost
    spread = sigma * np.sqrt(max(1.0, chi2 / dof)) if dof > 0 else sigma
    rng, curve = np.random.default_rng(seed), model(best.x, x)
    draws = [_least_squares(model, [best.x], bounds, x, curve + spread * rng.normal(size=len(y)),
                            sigma).x for _ in range(resamplings)]
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return Fit(names, best.x, low, high, lambda z: model(best.x, z), chi2, dof, level)


def vft(T, eta, error, resamplings=300, level=0.95, seed=1):
    """Parameters ln eta_0, B, T_0, with 0 <= T_0 < the lowest temperature.  curve(T) is ln eta."""
    T, eta = np.asarray(T, dtype=float), np.asarray(eta, dtype=float)
    lowest = T.min()
    starts = [(np.log(eta.min()) - 1, lowest, f * lowest) for f in (0.1, 0.5, 0.8)]
    bounds = ([-np.inf, 0, 0], [np.inf, np.inf, 0.999 * lowest])
    return _fit(("ln eta_0", "B", "T_0"), lambda p, t: p[0] + p[1] / (t - p[2]), starts, bounds, T,
                np.log(eta), np.asarray(error) / eta, resamplings, level, seed)


def line(x, y, error, resamplings=300, level=0.95, seed=1):
    """Parameters a, b of y = a x + b."""
    x = np.asarray(x, dtype=float)
    return _fit(("a", "b"), lambda p, z: p[0] * z + p[1], [(1.0, 0.0)], (-np.inf, np.inf), x, y,
                error, resamplings, level, seed)


def entropy(T, S, eta, error, exponent=None, resamplings=300, level=0.95, seed=1):
    """ln eta = ln A + B/(T S)^l: parameters ln A, B, and l unless it is given.  B is relative to
    the least (T S)^l."""
    x = np.asarray(T) * np.asarray(S)
    if not (x > 0).all():
        raise ValueError("T S_conf must be positive")
    unit, names = x.min(), ("ln A", "B", "l")[: 2 if exponent else 3]
    model = lambda p, z: p[0] + p[1] * (unit / z) ** (exponent or p[2])      # noqa: E731
    y = np.log(eta)
    starts = [(y.min(), np.ptp(y) + 0.1, l)[:len(names)] for l in (1.0, 2.0, 4.0)]
    bounds = ([-np.inf, 0, 0.05][:len(names)], [np.inf, np.inf, 12.0][:len(names)])
    return _fit(names, model, starts, bounds, x, y, np.asarray(error) / eta, resamplings, level,
                seed)


def modes_entropy(T, f, eta, error, resamplings=200, level=0.95, seed=1):
    """ln eta = ln A + B/(T [ln f + c])^l.  Only c = b/a can be had from viscosities: a goes into B.
    Parameters ln A, B, l, c; B is relative to the least T [ln f + c] of the data."""
    T, u = np.asarray(T, dtype=float), np.log(f)
    floor = -u.min()

    def model(p, z):
        t, v = z
        unit = (T * (u + floor + p[3])).min()
        return p[0] + p[1] * (unit / (t * (v + floor + p[3]))) ** p[2]

    y = np.log(eta)
    starts = [(y.min(), np.ptp(y) + 0.1, l, c) for l in (1.0, 2.0, 3.0) for c in (0.5, 2.0, 6.0)]
    fit = _fit(("ln A", "B", "l", "c"), model, starts,
               ([-np.inf, 0, 0.05, 0.02], [np.inf, np.inf, 12.0, 50.0]), (T, u), y,
               np.asarray(error) / eta, resamplings, level, seed)
    for values in (fit.value, fit.low, fit.high):
        values[3] += floor
    curve = lambda z: model(np.append(fit.value[:3], fit.value[3] - floor), z)      # noqa: E731
    return fit._replace(curve=curve)


Crossover = namedtuple("Crossover", "T low high share level")


def crossover(T, eta, error, first, first_error, second, second_error, resamplings=1000, level=0.95,
              seed=1):
    """T at which eta passes the geometric mean of two predictions: above it, eta is nearer to
    `first`, below to `second`.

    The lowest crossing of that kind, linear in T between the points.  NaN where there is none;
    share = part of the resamplings that have one. """
    order = np.argsort(T)
    T = np.asarray(T, dtype=float)[order]
    logs = [np.log(np.asarray(a, dtype=float)[order]) for a in (eta, first, second)]
    errors = [np.asarray(e, dtype=float)[order] / np.exp(a) for e,
              a in zip((error, first_error, second_error), logs)]

    def crossing(e, a, b):
        nearer = np.abs(e - b) - np.abs(e - a)          # positive: nearer to the first
        k = np.nonzero((nearer[:-1] < 0) & (nearer[1:] >= 0))[0]
        return (T[k[0]] + (T[k[0] + 1] - T[k[0]]) * nearer[k[0]] / (nearer[k[0]] - nearer[k[0] + 1])
                if len(k) else np.nan)

    rng = np.random.default_rng(seed)
    draws = np.array([crossing(*(a + s * rng.normal(size=len(T)) for a, s in zip(logs, errors)))
                      for _ in range(resamplings)])
    found = draws[np.isfinite(draws)]
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2]) if len(found) else (np.nan,
                                                                                           np.nan)
    return Crossover(crossing(*logs), low, high, len(found) / resamplings, level)


def told(fit, digits=3):
    """The parameters and their intervals in one line."""
    return ", ".join(f"{name} = {v:.{digits}g} [{lo:.{digits}g}, {hi:.{digits}g}]"
                     for name, v, lo, hi in zip(fit.names, fit.value, fit.low, fit.high))
