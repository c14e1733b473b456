"""Results of a LAMMPS that runs inside Python, as numpy arrays with names and units.

    from lammps import lammps
    from inmvisc import live

    lmp = lammps()                              # ... the liquid, compute inm all inm/dos ...
    live.snapshot(lmp, "inm", "eta")            # has them computed for the configuration at hand
    modes = live.local(lmp, "inm", "inm/dos")
    modes["w"], modes["P"], modes.units["w"]    # "rad/ps"
    live.vector(lmp, "eta", "ulinm/viscosity")["mean_eta_UL"][0]
    live.atoms(lmp, "inm", "inm/dos").columns("e_x", "e_y", "e_z")
    live.fix_vector(lmp, "mem")["D"][0]         # of fix orthogonal/dynamics

Every array is a copy, since LAMMPS writes to its own memory again.  Rows of atoms are in the order
of their IDs.  On several ranks, local and per-atom arrays have the data of each rank.  Names are
those of doc/src/outputs.rst.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .ave_time import Array, Table
from .outputs import STYLES, Output

# dimensions of outputs by their names; the first that fits
DIMENSIONS = (
    ("lambda", "(radian/time)^2"), ("slope_g", "(time/radian)^2"), ("g", "time/radian"),
    (r"w|w_\w+|dw_edge", "radian/time"), (r"S_\w+", "k_B"), ("Gamma_m", "force^2/mass^2"),
    (r"Gamma(_bulk)?|(sum_)?Xi2(_bulk)?", "force^2/mass"), (r"Xi_\w+", "force"),
    (r"(mean_)?deta_\w+", "pressure*time^2/radian"),
    (r"(mean_|err_|num_)?(cum_|edge_)?(eta|zeta)(_\w+)?", "pressure*time"),
    (r"(mean_|err_|num_)?(([GK])(_\w+)?|P_conf|modulus)", "pressure"), ("v_sound", "length/time"),
    ("edge", "none or radian/time"),
    (r"v0|(err_)?v0_(kernel|msd)(_\w+)?|Integral(_\w+)?", "mass/time"),
    (r"D(_\w+)?", "length^2/time"), ("Time", "time"), (r"Cbar(_\w+)?", "(mass length/time^2)^2"))

UNITS = {
    "lj": {"time": "tau", "length": "sigma", "mass": "m", "force": "epsilon/sigma",
           "pressure": "epsilon/sigma^3"},
    "real": {"time": "fs", "length": "Angstrom", "mass": "g/mol", "force": "kcal/mol/Angstrom",
             "pressure": "atm"},
    "metal": {"time": "ps", "length": "Angstrom", "mass": "g/mol", "force": "eV/Angstrom",
              "pressure": "bar"},
    "si": {"time": "s", "length": "m", "mass": "kg", "force": "N", "pressure": "Pa"},
}


def dimension(name: str) -> str:
    """Of an output, as on the page of outputs."""
    return next((of for pattern, of in DIMENSIONS if re.fullmatch(pattern, name)), "none")


def unit(name: str, style: str) -> str:
    """Of an output in a unit style; a quotient is in parentheses where it is a factor."""
    words = {**UNITS.get(style, {}), "radian": "rad", "k_B": "kB"}
    text = dimension(name)

    def word(match: re.Match[str]) -> str:
        found = words.get(match.group(), match.group())
        return f"({found})" if "/" in found and match.group() != text else found

    return re.sub(r"[A-Za-z_]+", word, text)


@dataclass(frozen=True)
class Named(Table):
    """A table whose columns have units."""

    units: dict[str, str] = field(default_factory=dict)


def _named(lmp: Any, output: Output, rows: Array) -> Named:
    names = list(output.names)
    each = len(output.each)
    if each:
        types = (rows.shape[1] - len(names)) // each
        names += [f"{name}_{t}" for t in range(1, types + 1) for name in output.each]
    style = lmp.extract_global("units")
    return Named(names, np.array(rows, dtype=float), int(lmp.extract_global("ntimestep")),
                 units={name: unit(name, style) for name in names})


def snapshot(lmp: Any, *IDs: str) -> None:
    """Has computes evaluated for the configuration at hand, by a run of 0 steps; thermo_style is
    that of LAMMPS's default, "one", afterwards."""
    lmp.command("thermo_style custom step " + " ".join(f"c_{ID}" for ID in IDs))
    lmp.command("run 0 post no")
    lmp.command("thermo_style one")


def vector(lmp: Any, ID: str, style: str) -> Named:
    """The global vector of a compute: one row."""
    from lammps import LMP_STYLE_GLOBAL, LMP_TYPE_VECTOR
    values = lmp.numpy.extract_compute(ID, LMP_STYLE_GLOBAL, LMP_TYPE_VECTOR)
    return _named(lmp, STYLES[style].vector, np.array(values)[None])


def array(lmp: Any, ID: str, style: str) -> Named:
    """The global array of a compute: a row per bin of the spectrum, or per frequency."""
    from lammps import LMP_STYLE_GLOBAL, LMP_TYPE_ARRAY
    return _named(lmp, STYLES[style].array,
                  lmp.numpy.extract_compute(ID, LMP_STYLE_GLOBAL, LMP_TYPE_ARRAY))


def local(lmp: Any, ID: str, style: str) -> Named:
    """The local array of a compute: a row per mode."""
    from lammps import LMP_STYLE_LOCAL, LMP_TYPE_ARRAY
    return _named(lmp, STYLES[style].local,
                  lmp.numpy.extract_compute(ID, LMP_STYLE_LOCAL, LMP_TYPE_ARRAY))


def atoms(lmp: Any, ID: str, style: str) -> Named:
    """The per-atom array of a compute: a row per atom, in the order of their IDs."""
    from lammps import LMP_STYLE_ATOM, LMP_TYPE_ARRAY
    count = lmp.extract_global("nlocal")
    rows = lmp.numpy.extract_compute(ID, LMP_STYLE_ATOM, LMP_TYPE_ARRAY)[:count]
    output = STYLES[style].atom
    return _named(lmp, output, rows[np.argsort(lmp.numpy.extract_atom("id")[:count]),
                                    :len(output.names)])


def fix_vector(lmp: Any, ID: str) -> Named:
    """The global vector of a fix orthogonal/dynamics: one row."""
    from lammps import LMP_SIZE_VECTOR, LMP_STYLE_GLOBAL, LMP_TYPE_VECTOR
    size = lmp.extract_fix(ID, LMP_STYLE_GLOBAL, LMP_SIZE_VECTOR)
    values = [lmp.extract_fix(ID, LMP_STYLE_GLOBAL, LMP_TYPE_VECTOR, k) for k in range(size)]
    return _named(lmp, STYLES["orthogonal/dynamics"].vector, np.array(values)[None])
