"""The folder that the include file inmvisc.inc writes: summary.yaml and tables.

    run = RunFolder("inmvisc")
    run.value("eta_UL"), run.error("eta_UL"), run.unit("eta_UL")
    run.table("spectrum")["g"]

summary.yaml is YAML of two levels, `section:` and `  name: text` or `  name: {value: 1, error: 2,
unit: text}`, for any reader of YAML; this one needs none.
"""

from __future__ import annotations

import os
import re

from . import ave_time
from .ave_time import Path, Table
from .units import UNITS, Units

NAN = float("nan")
ENTRY = re.compile(r"  (\w+): (.*)")
FIELD = re.compile(r"(\w+): ([^,}]+)")


class RunError(ValueError):
    """What is wrong with a folder, in one line."""


class RunFolder:
    """Results of a run by their names."""

    def __init__(self, folder: Path) -> None:
        self.folder = os.fspath(folder)
        path = self.path("summary.yaml")
        if not os.path.exists(path):
            raise RunError(f"{path} is not there: RUN is the folder of inmvisc.inc, "
                           "which writes it at the end of a run")
        self.sections: dict[str, dict[str, dict[str, str]]] = {}
        section = ""
        with open(path) as lines:
            for line in lines:
                entry = ENTRY.match(line)
                if entry:
                    name, text = entry.groups()
                    self.sections.setdefault(section, {})[name] = (
                        dict(FIELD.findall(text)) if text.startswith("{")
                        else {"value": text.strip()})
                elif re.match(r"\w+:\s*$", line):
                    section = line.split(":")[0]
        if self.text("units") not in UNITS:
            raise RunError(f"{path}: units {self.text('units')}; only {' '.join(UNITS)} are known")
        self.units: Units = UNITS[self.text("units")]

    def path(self, name: str) -> str:
        return os.path.join(self.folder, name)

    def _entry(self, name: str) -> dict[str, str]:
        for section in self.sections.values():
            if name in section:
                return section[name]
        return {}

    def text(self, name: str, field: str = "value") -> str:
        return self._entry(name).get(field, "")

    def value(self, name: str, field: str = "value") -> float:
        """NaN where it is not known or not there."""
        try:
            return float(self.text(name, field))
        except ValueError:
            return NAN

    def error(self, name: str) -> float:
        return self.value(name, "error")

    def unit(self, name: str) -> str:
        return self.text(name, "unit")

    def eta(self, name: str) -> tuple[float, float]:
        """A viscosity and its error in the unit that is shown."""
        factor = self.units.eta_factor
        return factor * self.value(name), factor * self.error(name)

    @property
    def scale(self) -> float:
        """V/(kB T) with units: its product with pressure^2 is a pressure."""
        return 1.0 / self.value("kT_over_V")

    def tables(self, name: str) -> list[Table]:
        """All blocks of NAME.dat."""
        path = self.path(f"{name}.dat")
        if not os.path.exists(path):
            raise RunError(f"{path} is not there")
        found = ave_time.dump(path) if name == "modes" else ave_time.blocks(path)
        if not found:
            raise RunError(f"{path} has no complete table: the run has no snapshot")
        return found

    def table(self, name: str) -> Table:
        """The last block of NAME.dat, or its rows if it has a single table."""
        if name in ("snapshots", "stress"):
            return ave_time.rows(self.path(f"{name}.dat"))
        return self.tables(name)[-1]
