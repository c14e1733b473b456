"""Fits of viscosities against temperature, with confidence intervals.  scipy.

    vft             eta = eta_0 exp(B/(T - T_0))
    entropy         eta = A exp(B/(T S_conf)^l)
    modes_entropy   eta = A exp(B/(T [ln f + c])^l), c = b/a of  S_conf = a ln f + b
    line            y = a x + b
    crossover       T below which eta is nearer to one of two predictions than to the other

Viscosities are fitted by their logarithms, weighted with the relative errors.  Intervals are those
of a parametric bootstrap: data are drawn again from normal distributions about the fitted curve
(crossover: about the data), with the errors that were given, and fitted again.  Where the scatter
about the curve is larger than the errors say, the errors are scaled up to it (chi^2 per degree of
freedom of one), never down.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import OptimizeResult, least_squares

from .ave_time import Array

Model = Callable[[Array, Any], Array]       # parameters, abscissa -> ordinate
Bounds = tuple[Any, Any]


class Fit(NamedTuple):
    names: Sequence[str]            # of the parameters
    value: Array                    # one for each parameter, as the next two
    low: Array                      # ends of the interval
    high: Array
    curve: Callable[[Any], Array]   # the fitted ordinate
    chi2: float
    dof: int                        # degrees of freedom
    level: float                    # of the interval


class Crossover(NamedTuple):
    T: float
    low: float
    high: float
    share: float            # part of the resamplings that have one
    level: float


def _least_squares(model: Model, starts: Sequence[Any], bounds: Bounds, x: Any, y: Array,
                   sigma: Array) -> OptimizeResult:
    """The best of the fits from several starts."""
    best = None
    for start in starts:
        found = least_squares(lambda p: (model(p, x) - y) / sigma, np.clip(start, *bounds),
                              bounds=bounds, x_scale="jac", max_nfev=4000)
        if best is None or found.cost < best.cost:
            best = found
    return best


def _fit(names: Sequence[str], model: Model, starts: Sequence[Any], bounds: Bounds, x: Any,
         y: npt.ArrayLike, sigma: npt.ArrayLike, resamplings: int, level: float, seed: int) -> Fit:
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


def vft(T: npt.ArrayLike, eta: npt.ArrayLike, error: npt.ArrayLike, resamplings: int = 300,
        level: float = 0.95, seed: int = 1) -> Fit:
    """Parameters ln eta_0, B, T_0, with 0 <= T_0 < the lowest temperature.  curve(T) is ln eta."""
    T, eta = np.asarray(T, dtype=float), np.asarray(eta, dtype=float)
    lowest = T.min()
    starts = [(np.log(eta.min()) - 1, lowest, f * lowest) for f in (0.1, 0.5, 0.8)]
    bounds = ([-np.inf, 0, 0], [np.inf, np.inf, 0.999 * lowest])

    def log_eta(p: Array, t: Array) -> Array:
        log_eta_0, B, T_0 = p
        return log_eta_0 + B / (t - T_0)

    return _fit(("ln eta_0", "B", "T_0"), log_eta, starts, bounds, T, np.log(eta),
                np.asarray(error) / eta, resamplings, level, seed)


def line(x: npt.ArrayLike, y: npt.ArrayLike, error: npt.ArrayLike, resamplings: int = 300,
         level: float = 0.95, seed: int = 1) -> Fit:
    """Parameters a, b of y = a x + b."""
    x = np.asarray(x, dtype=float)
    return _fit(("a", "b"), lambda p, z: p[0] * z + p[1], [(1.0, 0.0)], (-np.inf, np.inf), x, y,
                error, resamplings, level, seed)


def entropy(T: npt.ArrayLike, S: npt.ArrayLike, eta: npt.ArrayLike, error: npt.ArrayLike,
            exponent: float | None = None, resamplings: int = 300, level: float = 0.95,
            seed: int = 1) -> Fit:
    """ln eta = ln A + B/(T S)^l: parameters ln A, B, and l unless it is given.  B is relative to
    the least (T S)^l."""
    x = np.asarray(T) * np.asarray(S)
    if not (x > 0).all():
        raise ValueError("T S_conf must be positive")
    unit, names = x.min(), ("ln A", "B", "l")[: 2 if exponent else 3]

    def log_eta(p: Array, z: Array) -> Array:
        return p[0] + p[1] * (unit / z) ** (exponent or p[2])

    y = np.log(eta)
    starts = [(y.min(), np.ptp(y) + 0.1, power)[:len(names)] for power in (1.0, 2.0, 4.0)]
    bounds = ([-np.inf, 0, 0.05][:len(names)], [np.inf, np.inf, 12.0][:len(names)])
    return _fit(names, log_eta, starts, bounds, x, y, np.asarray(error) / eta, resamplings, level,
                seed)


def modes_entropy(T: npt.ArrayLike, f: npt.ArrayLike, eta: npt.ArrayLike, error: npt.ArrayLike,
                  resamplings: int = 200, level: float = 0.95, seed: int = 1) -> Fit:
    """ln eta = ln A + B/(T [ln f + c])^l.  Only c = b/a can be had from viscosities: a goes into B.
    Parameters ln A, B, l, c; B is relative to the least T [ln f + c] of the data."""
    T, u = np.asarray(T, dtype=float), np.log(f)
    floor = -u.min()

    def log_eta(p: Array, z: tuple[Array, Array]) -> Array:
        t, v = z
        unit = (T * (u + floor + p[3])).min()
        return p[0] + p[1] * (unit / (t * (v + floor + p[3]))) ** p[2]

    y = np.log(eta)
    starts = [(y.min(), np.ptp(y) + 0.1, power, c) for power in (1.0, 2.0, 3.0)
              for c in (0.5, 2.0, 6.0)]
    fit = _fit(("ln A", "B", "l", "c"), log_eta, starts,
               ([-np.inf, 0, 0.05, 0.02], [np.inf, np.inf, 12.0, 50.0]), (T, u), y,
               np.asarray(error) / eta, resamplings, level, seed)
    for values in (fit.value, fit.low, fit.high):
        values[3] += floor
    return fit._replace(
        curve=lambda z: log_eta(np.append(fit.value[:3], fit.value[3] - floor), z))


def crossover(T: npt.ArrayLike, eta: npt.ArrayLike, error: npt.ArrayLike, first: npt.ArrayLike,
              first_error: npt.ArrayLike, second: npt.ArrayLike, second_error: npt.ArrayLike,
              resamplings: int = 1000, level: float = 0.95, seed: int = 1) -> Crossover:
    """T at which eta passes the geometric mean of two predictions: above it, eta is nearer to
    `first`, below to `second`.

    The lowest crossing of that kind, linear in T between the points.  NaN where there is none;
    share = part of the resamplings that have one.
    """
    order = np.argsort(T)
    t = np.asarray(T, dtype=float)[order]
    logs = [np.log(np.asarray(a, dtype=float)[order]) for a in (eta, first, second)]
    errors = [np.asarray(e, dtype=float)[order] / np.exp(a)
              for e, a in zip((error, first_error, second_error), logs)]

    def crossing(e: Array, a: Array, b: Array) -> float:
        nearer = np.abs(e - b) - np.abs(e - a)          # positive: nearer to the first
        below = np.nonzero((nearer[:-1] < 0) & (nearer[1:] >= 0))[0]
        if len(below) == 0:
            return np.nan
        k = below[0]
        return t[k] + (t[k + 1] - t[k]) * nearer[k] / (nearer[k] - nearer[k + 1])

    rng = np.random.default_rng(seed)
    draws = np.array([crossing(*(a + s * rng.normal(size=len(t)) for a, s in zip(logs, errors)))
                      for _ in range(resamplings)])
    found = draws[np.isfinite(draws)]
    low, high = np.nan, np.nan
    if len(found):
        low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    return Crossover(crossing(*logs), low, high, len(found) / resamplings, level)


def told(fit: Fit, digits: int = 3) -> str:
    """The parameters and their intervals in one line."""
    return ", ".join(f"{name} = {v:.{digits}g} [{lo:.{digits}g}, {hi:.{digits}g}]"
                     for name, v, lo, hi in zip(fit.names, fit.value, fit.low, fit.high))
