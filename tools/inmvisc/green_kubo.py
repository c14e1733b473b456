"""Viscosity by Green and Kubo from the stress of one run, with a stated window and block errors.

    inmvisc green-kubo RUN [--t-alpha t]
    inmvisc green-kubo stress.dat --volume V --temperature T --timestep dt --units metal

RUN is the folder of inmvisc.inc, which knows volume, temperature, timestep and units.

stress.dat is what fix ave/time writes of the six components of compute pressure, c_ID[1] ...
c_ID[6], which are xx yy zz xy xz yz; or what has columns pxx pyy pzz pxy pxz pyz, as from

    fix print N "$(step) $(pxx) $(pyy) $(pzz) $(pxy) $(pxz) $(pyz)" file stress.dat &
              title "# TimeStep pxx pyy pzz pxy pxz pyz"

    eta(t) = V/(kB T) int_0^t <s(0) s(t')> dt'

for each of the five independent components s of the traceless stress of an isotropic liquid, xy,
xz, yz, (xx-yy)/2 and (xx+yy-2zz)/sqrt(12), and for the origins in each of `segments` equal parts of
the run: 5*segments estimates of eta(t), whose scatter gives the standard error of their mean.

The window, criterion: the shortest t with
  (1) |eta(2t') - eta(t')| <= max(2 standard errors of this difference, 3 per cent of eta)
      for t <= t' <= 2t as far as the data go, so that what comes after t does not count;
      the integral is then taken to 2t;
  (2) 2t >= 3 t_alpha, where the structural relaxation time t_alpha is given by the caller;
  (3) 2t <= run/10, so that the run has ten windows.
If there is none, the integral to run/10 is returned with `converged` False.

Example:

    inmvisc green-kubo inmvisc --t-alpha 2.5
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from . import ave_time
from .ave_time import Array
from .run_folder import RunFolder
from .units import UNITS

WINDOWS = 10          # least number of windows in a run
COMPONENTS = ("pxx", "pyy", "pzz", "pxy", "pxz", "pyz")


class Viscosity(NamedTuple):
    eta: float                  # pressure*time
    error: float                # standard error
    window: float               # time to which it is integrated
    converged: bool             # does the window meet the criterion?
    time: Array                 # [lag]
    correlation: Array          # V/(kB T) <s(0) s(t)>, mean of the estimates [lag]
    running: Array              # eta(t) [lag]
    running_error: Array
    estimates: Array            # of the correlation: a row per component and segment


def traceless(stress: npt.ArrayLike) -> Array:
    """xx yy zz xy xz yz, a row per time -> five independent components of equal variance, a row per
    component."""
    xx, yy, zz, xy, xz, yz = np.asarray(stress, dtype=float).T
    return np.array([xy, xz, yz, (xx - yy) / 2, (xx + yy - 2 * zz) / np.sqrt(12)])


def correlations(series: Array, nlag: int, segments: int) -> Array:
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


def integrals(correlation: Array, step: float) -> Array:
    """Running trapezoid integral of each row."""
    return np.pad(np.cumsum((correlation[:, 1:] + correlation[:, :-1]) * step / 2, axis=1),
                  ((0, 0), (1, 0)))


def mean_error(rows: Array) -> tuple[Array, Array]:
    """Mean of the rows and its standard error from their scatter."""
    return rows.mean(axis=0), rows.std(axis=0, ddof=1) / np.sqrt(len(rows))


def window(eta: Array, step: float, t_alpha: float, tolerance: float = 0.03) -> int | None:
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


def viscosity(stress: npt.ArrayLike, step: float, scale: float, t_alpha: float = 0.0,
              segments: int = 8) -> Viscosity:
    """stress: rows xx yy zz xy xz yz, `step` apart in time; scale: V/(kB T) with units."""
    return of_series(traceless(stress), step, scale, t_alpha, segments)


def of_series(series: Array, step: float, scale: float, t_alpha: float = 0.0,
              segments: int = 8) -> Viscosity:
    """The same for components of equal variance, a row each, `step` apart in time."""
    nlag = series.shape[1] // WINDOWS
    if nlag < 3:
        raise ValueError(f"{series.shape[1]} samples are too few: the window is a tenth of them")
    correlation = scale * correlations(series, nlag, segments)
    eta = integrals(correlation, step)
    mean, error = mean_error(eta)
    end = window(eta, step, t_alpha)
    at = nlag - 1 if end is None else end
    return Viscosity(mean[at], error[at], at * step, end is not None, step * np.arange(nlag),
                     correlation.mean(axis=0), mean, error, correlation)


def parser_of(description: str, prog: str) -> argparse.ArgumentParser:
    """With what describes the file of the stress and the run."""
    parser = argparse.ArgumentParser(prog=prog, description=description,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stress", metavar="RUN",
                        help="folder of inmvisc.inc, or a file of the stress")
    parser.add_argument("--compute", default="c_thermo_press",
                        help="c_ID of the pressure, in the header of the file")
    parser.add_argument("--units", choices=UNITS, help="unit style; default: of the folder, or lj")
    parser.add_argument("--volume", type=float, help="required with a file")
    parser.add_argument("--temperature", type=float, help="required with a file")
    parser.add_argument("--timestep", type=float, help="required with a file")
    parser.add_argument("--t-alpha", type=float, default=0.0, help="structural relaxation time")
    parser.add_argument("--segments", type=int, default=8, help="parts of the run, for the error")
    return parser


def from_folder(args: argparse.Namespace) -> None:
    """What the folder knows takes the place of options that are not given."""
    if os.path.isdir(args.stress):
        run = RunFolder(args.stress)
        args.stress = run.path("stress.dat")
        args.units = args.units or run.text("units")
        for name in ("volume", "temperature", "timestep"):
            if getattr(args, name) is None:
                setattr(args, name, run.value(name))
    args.units = args.units or "lj"


def read(args: argparse.Namespace) -> tuple[Array, float, float]:
    """Stress, a row per time; time between the rows; V/(kB T) with units."""
    from_folder(args)
    table = ave_time.rows(args.stress)
    try:
        stress = np.array([table.first(name, f"{args.compute}[{k}]")
                           for k, name in enumerate(COMPONENTS, 1)]).T
    except KeyError as missing:
        raise ValueError(f"{args.stress} is no series of the stress: {missing.args[0]}") from None
    apart = np.diff(table["TimeStep"])
    if len(apart) == 0 or apart[0] <= 0 or (apart != apart[0]).any():
        raise ValueError(f"{args.stress}: the rows must be equally far apart in time")
    if not np.isfinite(stress).all():
        raise ValueError(f"{args.stress}: the stress must be finite")
    for name in ("volume", "temperature", "timestep"):
        value = getattr(args, name)
        if value is None:
            raise ValueError(f"--{name} is needed with a file; a folder of inmvisc.inc knows it")
        if not value > 0:
            raise ValueError(f"--{name} must be above 0")
    return (stress, args.timestep * apart[0],
            UNITS[args.units].scale(args.volume, args.temperature))


def main() -> None:
    args = parser_of(__doc__, "inmvisc green-kubo").parse_args()
    try:
        stress, step, scale = read(args)
        found = viscosity(stress, step, scale, args.t_alpha, args.segments)
    except (OSError, ValueError) as wrong:
        sys.exit(f"inmvisc green-kubo: {wrong}")
    units = UNITS[args.units]
    eta, error = units.eta_factor * found.eta, units.eta_factor * found.error
    print(f"eta = {eta:.6g} +- {error:.2g} {units.eta_text}, window {found.window:.6g}"
          + ("" if found.converged else ": the run is too short for the criterion of the window"))


if __name__ == "__main__":
    main()
