"""The Kob-Andersen liquid as input of LAMMPS: texts that are put one after the other.

    hot(1000) + nvt(2.0, 1.0, 2000) + "unfix nvt\\nfix nve all nve\\n"

W. Kob, H. C. Andersen, Phys. Rev. E 51, 4626 (1995): 80 % A, 20 % B, reduced units of A; here with
the cutoffs 2.5 sigma_ab, where the energy is shifted to zero.
"""

from __future__ import annotations

from .ave_time import Path
from .runner import Lammps

UNITS = """
units lj
atom_style atomic
atom_modify map array
"""

POTENTIAL = """\
pair_style lj/cut 2.5
pair_coeff 1 1 1.0 1.0 2.5
pair_coeff 1 2 1.5 0.8 2.0
pair_coeff 2 2 0.5 0.88 2.2
pair_modify shift yes
"""

# with forces and second derivatives that go to zero smoothly, one cutoff for all
SMOOTH = """\
pair_style lj/smooth 2.0 2.5
pair_coeff 1 1 1.0 1.0
pair_coeff 1 2 1.5 0.8
pair_coeff 2 2 0.5 0.88
"""

BOX = """\
region box block 0 {length} 0 {length} 0 {length}
create_box 2 box
create_atoms 1 random {number_A} {seed_A} box overlap 0.8 maxtry 10000
create_atoms 2 random {number_B} {seed_B} box overlap 0.7 maxtry 10000
mass * 1.0
"""

START = """\
minimize 0.0 1.0e-2 200 2000
reset_timestep 0
velocity all create {T} {seed} mom yes
timestep {dt}
"""


def hot(atoms: int, density: float = 1.185, T: float = 2.0, dt: float = 0.005,
        seeds: tuple[int, int, int] = (4711, 4712, 12345)) -> str:
    """A cubic box of atoms at random, out of each other's way, with velocities of temperature T."""
    number_A = round(0.8 * atoms)
    box = BOX.format(length=(atoms / density) ** (1 / 3), number_A=number_A,
                     number_B=atoms - number_A, seed_A=seeds[0], seed_B=seeds[1])
    return UNITS + box + POTENTIAL + START.format(T=T, dt=dt, seed=seeds[2])


def nvt(T_begin: float, T_end: float, steps: int) -> str:
    """A run with a thermostat, fix nvt, which stays."""
    return f"fix nvt all nvt temp {T_begin} {T_end} 0.5\nrun {steps}\n"


def from_data(path: Path, dt: float = 0.005) -> str:
    """The atoms of a data file at constant energy."""
    return UNITS + f"read_data {path}\n" + POTENTIAL + f"timestep {dt}\nfix nve all nve\n"


def equilibrated(lammps: Lammps, atoms: int) -> str:
    """Beginning of a deck: the liquid at T = 1, which is made once in the folder of lammps."""
    text = hot(atoms) + nvt(2.0, 1.0, 2000) + "unfix nvt\nwrite_data {data} nocoeff\n"
    return from_data(lammps.data(f"ka.{atoms}", text))
