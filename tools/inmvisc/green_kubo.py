"""Viscosity by Green and Kubo from the stress of one run, with a stated window and block errors.

    eta(t) = V/(kB T) int_0^t <s(0) s(t')> dt'

for each of the five independent components s of the traceless stress of an isotropic liquid, xy,
xz, yz, (xx-yy)/2 and (xx+yy-2zz)/sqrt(12), and for the origins in each of `segments` equal parts of
the run: 5*segments estimates of eta(t), whose scatter gives the standard error of their mean.

The window, criterion: the shortest t with
  (1) |eta(2t') - eta(t')| <= max(2 standard errors of this difference, 3 per cent of eta) for t <=
  t' <= 2t as far as the data go,
      so that what comes after t does not count; the integral is then taken to 2t;
  (2) 2t >= 3 t_alpha, where the structural relaxation time t_alpha is given by the caller;
  (3) 2t <= run/10, so that the run has ten windows.
If there is none, the integral to run/10 is returned with `converged` False.
"""

import numpy as np

COMPONENTS = 5
WINDOWS = 10          # least number of windows in a run


def traceless(stress):
    """xx yy zz xy xz yz, a row per time -> five independent components of equal variance, a row per
    component."""
    xx, yy, zz, xy, xz, yz = np.asarray(stress, dtype=float).T
    return np.array([xy, xz, yz, (xx - yy) / 2, (xx + yy - 2 * zz) / np.sqrt(12)])


def correlations(series, nlag, segments):
    """<s(t0) s(t0+lag)> for lag = 0..nlag-1, a row per component and segment of origins t0; lags
    may leave the segment."""
    total = series.shape[1]
    origins = (total - nlag + 1) // segments
    if origins < 1:
        raise ValueError(f"{total} samples are too few for {nlag} lags in {segments} segments")
    size = 2 ** int(np.ceil(np.log2(origins + nlag)))
    rows = []
    for s in range(segments):
        begin = s * origins
        first = np.fft.rfft(series[:, begin:begin + origins], size)
        both = np.fft.rfft(series[:, begin:begin + origins + nlag - 1], size)
        rows.append(np.fft.irfft(np.conj(first) * both, size)[:, :nlag] / origins)
    return np.concatenate(rows)


def integrals(correlation, step):
    """Running trapezoid integral of each row."""
    return np.pad(np.cumsum((correlation[:, 1:] + correlation[:, :-1]) * step / 2, axis=1),
                  ((0, 0), (1, 0)))


def mean_error(rows):
    return rows.mean(axis=0), rows.std(axis=0, ddof=1) / np.sqrt(len(rows))


def window(eta, step, t_alpha, tolerance=0.03):
    """Index of the end of the window in the running integrals eta (a row per estimate), or None."""
    last = eta.shape[1] - 1
    grid = np.unique(np.round(np.geomspace(1, max(last // 2, 1), 120)).astype(int))
    mean = eta.mean(axis=0)
    difference, error = mean_error(eta[:, 2 * grid] - eta[:, grid])
    settled = np.abs(difference) <= np.maximum(2 * error, tolerance * np.abs(mean[2 * grid]))
    for k in grid:
        later = (grid >= k) & (grid <= 2 * k)
        if settled[later].all() and 2 * k * step >= 3 * t_alpha:
            return 2 * k
    return None


def viscosity(stress, step, scale, t_alpha=0.0, segments=8):
    """stress: rows xx yy zz xy xz yz, `step` apart in time; scale: V/(kB T) with units.  A
    dictionary."""
    series = traceless(stress)
    nlag = series.shape[1] // WINDOWS
    correlation = scale * correlations(series, nlag, segments)
    eta = integrals(correlation, step)
    mean, error = mean_error(eta)
    end = window(eta, step, t_alpha)
    at = nlag - 1 if end is None else end
    return {"eta": mean[at], "eta_err": error[at], "window": at * step,
            "converged": end is not None, "time": step * np.arange(nlag),
            "correlation": correlation.mean(axis=0), "running": mean, "running_err": error}
