"""Complex shear and bulk modulus by Green and Kubo from the stress of one run.

    inmvisc modulus RUN [--plot modulus.png]
    inmvisc modulus stress.dat --volume V --temperature T --timestep dt --units metal
        [--frequencies lo hi n | --modes modulus.dat ...] [--nve] [--plot page.png]

RUN is the folder of inmvisc.inc, which knows all of this: the output has its Green-Kubo moduli
beside those of its modes, and the bulk modulus, since the run is one at constant energy.

stress.dat is read as by green-kubo: what fix ave/time writes of the six components of compute
pressure, `fix ID all ave/time N 1 N c_thermo_press[*] file stress.dat`, or columns pxx pyy pzz pxy
pxz pyz of fix print.  N = 1 is best: the interval between the rows should be below a tenth of the
inverse Einstein frequency, and the rows must not be averages over time (the second number is 1).

    G(t)  = V/(kB T) <s(0) s(t)>             mean over xy, xz, yz, (xx-yy)/2, (xx+yy-2zz)/sqrt(12)
    G'(W) = W int G(t) sin(Wt) dt            G''(W) = W int G(t) cos(Wt) dt      eta'(W) = G''/W

W is an angular frequency, radian/time.  Between its lags G(t) is taken to be linear, and the
integrals are exact for that.  They end at the window of the viscosity, whose criterion is that of
green-kubo: what comes after it does not count.  Below 1/window, G' is what little the window has
left of it.  Errors are standard errors from the scatter of the estimates, one for each component
and segment of the run.

--nve: in a run at constant energy the same for the pressure P = (xx+yy+zz)/3 gives

    K_A - K_0 = V/(kB T) <dP^2>              K_A: affine modulus, K_0: static, adiabatic modulus
    K'(W) - K_0, K''(W), zeta                the same with dP for s

This is an adiabatic response; that of compute inm/modulus is isothermal, because its
friction is a heat bath.
The window is at least that of shear, since the pressure relaxes with the same structure.  The mean
pressure is that of the run, which lowers zeta by about 2 window/run of its value.

--modes: the array of compute inm/modulus that `fix ID all ave/time N 1 N c_ID[*] mode vector file
modes.dat` has written.  Its last block has means over the snapshots and their errors.  Several
files must have the same frequencies, and the integrals are taken at these.

Output: lines with # tell the modulus at t = 0, viscosity and window.  Then a row per frequency,
with the names of its columns: W, G', G'' with their errors, eta', with --nve K' - K_0 and K'', and
the same of each file of modes, where the columns are called FILE.G_storage and so on.

Example:

    inmvisc modulus inmvisc --plot modulus.pdf > modulus.txt
"""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from . import ave_time
from .ave_time import Array, Path
from .green_kubo import Viscosity, mean_error, of_series, parser_of, read, traceless
from .outputs import INM_MODULUS

SLOW = 0.98     # of G(0) at the first lag, where Omega_0 times the interval is 0.2


class Modulus(NamedTuple):
    """At each frequency."""

    storage: Array
    storage_error: Array
    loss: Array
    loss_error: Array


class Modes(NamedTuple):
    """Of compute inm/modulus; a channel that was not asked for is NaN."""

    name: str
    w: Array
    shear: Modulus
    bulk: Modulus


class GreenKubo(NamedTuple):
    """Moduli from a stress, beside its viscosity and the correlation."""

    found: Viscosity
    at_once: float              # V/(kB T) <s^2>
    at_once_error: float
    modulus: Modulus


def transform(correlation: Array, step: float, w: Array) -> npt.NDArray[np.complex128]:
    """i w int G(t) exp(-iwt) dt of each row of lags, G being linear between them [row, w]."""
    angle = w * step
    hat = (2 * np.sin(angle / 2) / angle) ** 2          # of a lag, from the one before to the next
    first = hat / 2 + 1j * (np.sin(angle) - angle) / angle**2
    weight = np.exp(-1j * np.outer(np.arange(correlation.shape[1]), angle))
    weight[0] *= first
    weight[1:-1] *= hat
    weight[-1] *= np.conj(first)
    return 1j * w * step * (correlation @ weight)


def modulus(found: Viscosity, w: Array) -> Modulus:
    """From the estimates of G(t), to the window of the viscosity."""
    step = found.time[1] - found.time[0]
    inside = found.estimates[:, :round(found.window / step) + 1]
    complex_ = transform(inside, step, w)
    return Modulus(*mean_error(complex_.real), *mean_error(complex_.imag))


def green_kubo(series: Array, step: float, scale: float, w: Array, t_alpha: float = 0.0,
               segments: int = 8) -> GreenKubo:
    """From components of equal variance and of mean zero, a row each."""
    found = of_series(series, step, scale, t_alpha, segments)
    value, error = mean_error(found.estimates[:, 0])
    return GreenKubo(found, float(value), float(error), modulus(found, w))


def fluctuation(stress: Array) -> Array:
    """Pressure from its mean, a single row."""
    pressure = stress[:, :3].mean(axis=1)
    return (pressure - pressure.mean())[None]


def read_modes(path: Path) -> Modes:
    """Means of the last block in a file of compute inm/modulus."""
    tables = ave_time.blocks(path)
    if not tables:
        raise ValueError(f"{path}: there is no complete block")
    values = {name: tables[-1].component(INM_MODULUS.array, name)
              for name in INM_MODULUS.array.names}

    def channel(name: str) -> Modulus:
        return Modulus(*(values[f"{kind}_{name}_{part}"] for part in ("storage", "loss")
                         for kind in ("mean", "err")))

    name = os.path.splitext(os.path.basename(path))[0]
    return Modes(name, values["w"], channel("G"), channel("K"))


def frequencies(modes: list[Modes], given: list[float]) -> Array:
    """Those of the modes, or else the logarithmic ones that were given."""
    for other in modes[1:]:
        if not np.array_equal(other.w, modes[0].w):
            raise ValueError(f"{other.name} and {modes[0].name} have different frequencies")
    if modes:
        return modes[0].w
    lo, hi, n = given
    if not (0 < lo < hi and n >= 2 and n == int(n)):
        raise ValueError("--frequencies: 0 < lo < hi and n, 2 or more, an integer")
    return np.geomspace(lo, hi, int(n))


def columns(w: Array, shear: GreenKubo, bulk: GreenKubo | None,
            modes: list[Modes]) -> dict[str, Array]:
    """Name and values of each column of the output."""
    found = {"W": w}

    def add(prefix: str, letter: str, of: Modulus) -> None:
        found.update({f"{prefix}{letter}_storage": of.storage,
                      f"{prefix}err_{letter}_storage": of.storage_error,
                      f"{prefix}{letter}_loss": of.loss,
                      f"{prefix}err_{letter}_loss": of.loss_error})
        if letter == "G":
            found[f"{prefix}eta"] = of.loss / w

    add("", "G", shear.modulus)
    if bulk:
        add("", "K", bulk.modulus)
    for table in modes:
        add(f"{table.name}.", "G", table.shear)
        if bulk:
            add(f"{table.name}.", "K", table.bulk)
    return found


def summary(what: str, viscosity: str, part: GreenKubo) -> str:
    found = part.found
    text = (f"# {what} = {part.at_once:.5g} +- {part.at_once_error:.2g}, "
            f"{viscosity} = {found.eta:.5g} +- {found.error:.2g}, window {found.window:.5g}")
    if not found.converged:
        text += ": the run is too short for the criterion of the window"
    if found.correlation[1] < SLOW * found.correlation[0]:
        text += (f"\n# the correlation falls to {found.correlation[1] / found.correlation[0]:.3f} "
                 "within the first interval: write the stress more often")
    return text


def main() -> None:
    parser = parser_of(__doc__, "inmvisc modulus")
    parser.add_argument("--frequencies", type=float, nargs=3, default=(0.1, 100.0, 31),
                        metavar=("lo", "hi", "n"), help="logarithmic, radian/time")
    parser.add_argument("--nve", action="store_true", help="constant energy: bulk modulus as well")
    parser.add_argument("--modes", nargs="+", default=[], metavar="FILE")
    parser.add_argument("--plot", metavar="FILE", help="a page with modes and Green-Kubo")
    parser.add_argument("--title", default="Complex modulus from instantaneous normal modes")
    args = parser.parse_args()

    try:
        if os.path.isdir(args.stress):
            args.nve = True
            args.modes = args.modes or [os.path.join(args.stress, "modulus.dat")]
        modes = [read_modes(path) for path in args.modes]
        w = frequencies(modes, args.frequencies)
        stress, step, scale = read(args)
        shear = green_kubo(traceless(stress), step, scale, w, args.t_alpha, args.segments)
        bulk = green_kubo(fluctuation(stress), step, scale, w, shear.found.window / 3,
                          args.segments) if args.nve else None
    except (OSError, KeyError, ValueError) as error:
        said = error.args[0] if isinstance(error, KeyError) else error     # without quotes
        sys.exit(f"inmvisc modulus: {said}")

    print(summary("G(0)", "eta", shear))
    if bulk:
        print(summary("K_A - K_0", "zeta", bulk))
    table = columns(w, shear, bulk, modes)
    print("# " + " ".join(table))
    for row in zip(*table.values()):
        print(" ".join(f"{value:.5g}" for value in row))
    if args.plot:
        from .plots import modulus as plot      # matplotlib is needed for this only
        plot.page(args.plot, args.title, args.units, w, shear, bulk, modes)


if __name__ == "__main__":
    main()
