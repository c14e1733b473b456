"""Unit styles of LAMMPS: constants, names for pictures, and viscosities in mPa s."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Units:
    """Of a unit style; the names are LaTeX in math mode."""

    kB: float               # energy/temperature
    pressure: float         # energy/volume in units of pressure
    time: str
    xi2: str                # force^2/mass
    friction: str           # mass/time
    pressure_name: str
    temperature: str
    millipascal: float | None = None    # mPa s of pressure*time; None: reduced units

    @property
    def rate(self) -> str:
        return r"\tau^{-1}" if self.millipascal is None else rf"\mathrm{{rad}}/{self.time}"

    @property
    def eta(self) -> str:
        """The unit of viscosity that is shown."""
        return r"m\,\sigma^{-1}\tau^{-1}" if self.millipascal is None else r"\mathrm{mPa\,s}"

    @property
    def eta_text(self) -> str:
        """The same in plain text."""
        return "m/(sigma*tau)" if self.millipascal is None else "mPa s"

    @property
    def eta_factor(self) -> float:
        """From pressure*time to what is shown."""
        return 1.0 if self.millipascal is None else self.millipascal

    def scale(self, volume: float, temperature: float) -> float:
        """V/(kB T), whose product with (pressure)^2 is a pressure."""
        return volume / (self.kB * temperature * self.pressure)


UNITS = {
    "lj": Units(1.0, 1.0, r"\tau", r"m\,\tau^{-4}\sigma^2", r"m/\tau", r"\epsilon/\sigma^3",
                r"\epsilon/k_B"),
    "metal": Units(8.617343e-5, 1.6021765e6, r"\mathrm{ps}",
                   r"\mathrm{eV}^2\mathrm{\AA}^{-2}\mathrm{mol/g}", r"\mathrm{g/mol/ps}",
                   r"\mathrm{bar}", r"\mathrm{K}", 1e-4),
    "real": Units(0.0019872067, 68568.415, r"\mathrm{fs}",
                  r"(\mathrm{kcal/mol/\AA})^2\mathrm{mol/g}", r"\mathrm{g/mol/fs}",
                  r"\mathrm{atm}", r"\mathrm{K}", 1.01325e-7),
    "si": Units(1.3806504e-23, 1.0, r"\mathrm{s}", r"\mathrm{N^2/kg}", r"\mathrm{kg/s}",
                r"\mathrm{Pa}", r"\mathrm{K}", 1e3),
}
