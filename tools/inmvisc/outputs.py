"""What the four styles hand out: a name for each number, in the order of doc/src/outputs.rst.

    ULINM_VISCOSITY.vector.index("eta_UL")              0, in an array of Python
    ULINM_VISCOSITY.vector.column("c_eta", "eta_UL")    "c_eta[1]", as LAMMPS calls it

A test compares this table with that page of the manual.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Output:
    """The components of a vector, or the columns of an array."""

    names: tuple[str, ...]
    each: tuple[str, ...] = ()      # those that follow for each atom type: NAME 1, NAME 2, ...

    def index(self, name: str) -> int:
        """Position, counted from 0."""
        word, _, number = name.partition(" ")
        if number:
            return len(self.names) + (int(number) - 1) * len(self.each) + self.each.index(word)
        return self.names.index(name)

    def column(self, reference: str, name: str) -> str:
        """The name that LAMMPS gives to it in a header, for a reference like c_ID or f_ID."""
        return f"{reference}[{self.index(name) + 1}]"


@dataclass(frozen=True)
class Style:
    """A compute or a fix; an empty Output is one that it does not have."""

    vector: Output = Output(())
    array: Output = Output(())      # a row per bin of the spectrum, or per lag
    local: Output = Output(())      # a row per mode
    atom: Output = Output(())


INM_DOS = Style(
    vector=Output(("f_stable", "f_unstable", "f_UL", "f_UD", "edge", "zero_modes", "slope",
                   "hessian_error", "f_stable_error", "f_UL_error", "products", "resolution",
                   "S_classical", "S_quantum")),
    array=Output(("w", "g", "P", "count", "sum_P")),
    local=Output(("lambda", "w", "P", "class")),
    atom=Output(("share_UL", "share_UD", "share_stable", "e_x", "e_y", "e_z")))

AFFINE_GAMMA = Style(
    array=Output(("w", "Gamma", "Gamma_over_mass", "sum_Xi2")),
    local=Output(("lambda", "Xi2")),
    atom=Output(tuple(f"Xi_{plane}_{x}" for plane in ("xy", "xz", "yz") for x in "xyz")))

ULINM_VISCOSITY = Style(
    vector=Output(("eta_UL", "eta_UD", "eta_stable", "eta_all", "w_min", "edge", "friction",
                   "dlneta_dlnPc", "dlneta_dlnwmin",
                   "mean_UL", "mean_UD", "mean_stable", "mean_all",
                   "error_UL", "error_UD", "error_stable", "error_all", "snapshots",
                   "numerical_UL", "numerical_UD", "numerical_stable", "numerical_all")),
    array=Output(("w", "deta_UL", "deta_all", "eta_UL", "eta_all")))

ORTHOGONAL_DYNAMICS = Style(
    vector=Output(("kernel", "kernel_error", "kT_over_D", "kT_over_D_error", "D"),
                  each=("kernel", "kernel_error", "kT_over_D", "kT_over_D_error", "D")),
    array=Output(("t", "C_FF", "integral"), each=("C_FF", "integral")))

STYLES = {"inm/dos": INM_DOS, "affine/gamma": AFFINE_GAMMA, "ulinm/viscosity": ULINM_VISCOSITY,
          "orthogonal/dynamics": ORTHOGONAL_DYNAMICS}

# the class of a mode, in the local array of compute inm/dos
CLASS = {"stable": 1, "UL": -1, "UD": -2}
