"""Complex shear modulus from the stress of an oscillatory shear flow."""

from __future__ import annotations

import numpy as np

from . import ave_time
from .ave_time import Path
from .complex_modulus import Modulus
from .green_kubo import mean_error

BLOCKS = 8          # each of whole periods


def oscillation(path: Path, w: float, dt: float) -> Modulus:
    """Stress over strain at the frequency of the strain, from blocks of whole periods.

    path: step, strain, P_xy at every step, written by fix ave/time.  A period has the fewest steps
    that are no longer than dt.
    """
    table = ave_time.rows(path)
    strain, stress = table.rows[:, 1], -table.rows[:, 2]     # P_xy = -stress
    per_period = int(np.ceil(2 * np.pi / w / dt))
    periods = len(strain) // per_period
    blocks = min(BLOCKS, periods)
    length = periods // blocks * per_period
    phase = np.exp(-2j * np.pi * np.arange(length) / per_period)
    parts = [slice(k * length, (k + 1) * length) for k in range(blocks)]
    found = np.array([phase @ stress[part] / (phase @ strain[part]) for part in parts])
    return Modulus(*(np.atleast_1d(x) for part in (found.real, found.imag)
                     for x in mean_error(part)))
