"""What the five styles hand out: a name for each number, as in doc/src/outputs.rst.

    ULINM_VISCOSITY.vector.index("eta_UL")              0, in an array of Python
    ULINM_VISCOSITY.vector.column("c_eta", "eta_UL")    "c_eta[1]", as LAMMPS calls it

A test compares this table with that of the code, inmvisc_outputs.h.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Output:
    """The components of a vector, or the columns of an array."""

    names: tuple[str, ...]
    each: tuple[str, ...] = ()      # those that follow for each atom type: NAME_1, NAME_2, ...

    def index(self, name: str) -> int:
        """Position, counted from 0."""
        if name in self.names:
            return self.names.index(name)
        word, _, number = name.rpartition("_")
        if word not in self.each or not number.isdecimal() or int(number) < 1:
            raise ValueError(f"no output {name} among {' '.join(self.names)}")
        return len(self.names) + (int(number) - 1) * len(self.each) + self.each.index(word)

    def column(self, reference: str, name: str) -> str:
        """The name that LAMMPS gives to it in a header, for a reference like c_ID or f_ID."""
        return f"{reference}[{self.index(name) + 1}]"


@dataclass(frozen=True)
class Style:
    """A compute or a fix; an empty Output is one that it does not have."""

    vector: Output = Output(())
    array: Output = Output(())      # a row per bin of the spectrum, per lag, or per frequency
    local: Output = Output(())      # a row per mode
    atom: Output = Output(())


INM_DOS = Style(
    vector=Output(("f_stable", "f_unstable", "f_UL", "f_UD", "w_edge", "nzero", "slope_g",
                   "err_hessian", "err_f_unstable", "err_f_UL", "nmatvec", "dw_edge",
                   "S_classical", "S_quantum")),
    array=Output(("w_bin", "g", "mean_P", "count", "sum_P")),
    local=Output(("lambda", "w", "P", "class")),
    atom=Output(("e2_UL", "e2_UD", "e2_stable", "e_x", "e_y", "e_z")))

AFFINE_GAMMA = Style(
    array=Output(("w_bin", "Gamma", "Gamma_m", "sum_Xi2", "Gamma_bulk")),
    local=Output(("lambda", "Xi2", "Xi2_bulk")),
    atom=Output(tuple(f"Xi_{plane}_{x}" for plane in ("xy", "xz", "yz", "V") for x in "xyz")))

ULINM_VISCOSITY = Style(
    vector=Output(("eta_UL", "eta_UD", "eta_stable", "eta_all", "w_min", "w_edge", "v0",
                   "slope_edge", "slope_wmin",
                   "mean_eta_UL", "mean_eta_UD", "mean_eta_stable", "mean_eta_all",
                   "err_eta_UL", "err_eta_UD", "err_eta_stable", "err_eta_all", "nsnapshot",
                   "num_eta_UL", "num_eta_UD", "num_eta_stable", "num_eta_all",
                   "modulus", "err_modulus", "v_sound")),
    array=Output(("w_bin", "deta_UL", "deta_all", "cum_eta_UL", "cum_eta_all",
                  "mean_deta_UL", "mean_deta_all", "mean_cum_eta_UL", "mean_cum_eta_all")),
    local=Output(("edge", "edge_eta_UL", "edge_eta_UD", "mean_edge_eta_UL", "mean_edge_eta_UD",
                  "err_edge_eta_UL", "err_edge_eta_UD")))


def with_means(quantities: tuple[str, ...]) -> tuple[str, ...]:
    """The quantities, their means over snapshots, and the standard errors of these."""
    return tuple(f"{of}{name}" for of in ("", "mean_", "err_") for name in quantities)


INM_MODULUS = Style(
    vector=Output(with_means(("G_born", "G_born_xy", "G_born_xz", "G_born_yz", "G_kin", "G_A",
                              "K_born", "P_conf", "K_A", "G_stable", "K_stable",
                              "zeta_UL", "zeta_UD", "zeta_stable", "zeta_all")) + ("nsnapshot",)),
    array=Output(("w",) + with_means(("G_storage", "G_loss", "eta", "K_storage", "K_loss"))
                 + ("num_G", "num_K")))

ORTHOGONAL_DYNAMICS = Style(
    vector=Output(("v0_kernel", "err_v0_kernel", "v0_msd", "err_v0_msd", "D"),
                  each=("v0_kernel", "err_v0_kernel", "v0_msd", "err_v0_msd", "D")),
    array=Output(("Time", "Cbar", "Integral"), each=("Cbar", "Integral")))

STYLES = {"inm/dos": INM_DOS, "affine/gamma": AFFINE_GAMMA, "ulinm/viscosity": ULINM_VISCOSITY,
          "inm/modulus": INM_MODULUS, "orthogonal/dynamics": ORTHOGONAL_DYNAMICS}

# the class of a mode, in the local array of compute inm/dos
CLASS = {"stable": 1, "UL": -1, "UD": -2}
