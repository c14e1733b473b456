#!/usr/bin/env python3
"""Do two builds of the package give the same numbers?  For changes inside that must change nothing.

    compare_outputs.py record BUILD DIR [--start OTHER] [--decks REGEX]
    compare_outputs.py compare OLD NEW [--rtol 1e-12] [--noise [DIR ...]] [--decks REGEX]

record runs the decks below with BUILD/lmp and the plugin of BUILD, and stores in DIR all that the
styles hand out: a file DECK.RANKS.npz for each deck, with scalars, vectors, arrays, local and
per-atom arrays at several steps, files, and the lines of the log.  Liquids are melted by LAMMPS
alone and kept as DIR/start/*.data; with --start they are those of OTHER, so that both builds begin
with the same atoms.

compare prints for each output the largest difference of a column relative to the largest element of
the column.  NaN must meet NaN.  Exit status 1 if a difference exceeds rtol, unless the table
REASONS below says why.  Lines of the log are compared too, without the times in them, but never
fail.

For changes that add the same numbers in another order: with --noise a difference is allowed up to
--factor times what other roundings make in the old build, that is, the other number of ranks, and
recordings DIR with other loops (INMVISC_PROCESSOR=any in the environment).  Trajectories must be
the same all the same.
"""
import argparse
import hashlib
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np
import numpy.typing as npt

# ---- what may differ, and why --------------------------------------------------------------------


class Reason(NamedTuple):
    deck: str       # regular expressions, of the whole name
    output: str
    rtol: float
    why: str


# None yet: two runs of one build are the same to the last bit, also on 2 ranks and with 2 threads.
REASONS: List[Reason] = []

# ---- liquids -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Liquid:
    head: str                   # before there is a box
    forces: str                 # after it
    make: str                   # from nothing to a liquid; {head}, {forces}: the two above
    files: Mapping[str, str] = field(default_factory=dict)


KA_HEAD = "units lj\natom_style atomic\n"
KA_FORCES = """
pair_style lj/cut 2.5
pair_modify shift yes
pair_coeff 1 1 1.0 1.0 2.5
pair_coeff 1 2 1.5 0.8 2.0
pair_coeff 2 2 0.5 0.88 2.2
neighbor 0.3 bin
neigh_modify every 2 delay 0 check yes
timestep 0.005
"""
KA_MAKE = """
{head}
region box block 0 7.5 0 7.5 0 7.5
create_box 2 box
create_atoms 1 random 400 48271 NULL overlap 0.8 maxtry 10000
create_atoms 2 random 100 48272 NULL overlap 0.7 maxtry 10000
mass * 1.0
{forces}
minimize 0.0 1.0 500 5000
velocity all create 2.0 48273 mom yes rot no dist gaussian
fix int all nvt temp 2.0 2.0 0.5
run 2000
fix int all nvt temp 1.0 1.0 0.5
run 2000
velocity all zero linear
"""
KA_TILT_MAKE = """
{head}
read_data ka.data
{forces}
change_box all triclinic
change_box all xy final 1.0 xz final -0.6 yz final 0.8 remap units box
minimize 0.0 1.0 100 1000
fix int all nvt temp 1.0 1.0 0.2
run 1000
velocity all zero linear
"""

# to a minimum of the energy, where all modes are stable; line searches end too early
STILL_MAKE = """
{head}
read_data {liquid}.data
{forces}
min_style cg
minimize 0.0 1.0e-7 2000 20000
min_style fire
minimize 0.0 1.0e-7 10000 20000
velocity all set 0 0 0
"""
KA_SMOOTH_FORCES = """
pair_style lj/smooth 2.0 2.5
pair_coeff 1 1 1.0 1.0
pair_coeff 1 2 1.5 0.8
pair_coeff 2 2 0.5 0.88
neighbor 0.3 bin
timestep 0.005
"""

CUZR_FORCES = """
pair_style eam/fs
pair_coeff * * CuZr_mm.eam.fs Cu Zr
neighbor 1.0 bin
timestep 0.002
"""
CUZR_MAKE = """
{head}
lattice bcc 3.35
region box block 0 5 0 5 0 5
create_box 2 box
create_atoms 1 box basis 1 1 basis 2 2
mass 1 63.546
mass 2 91.224
{forces}
velocity all create 6000 48271 mom yes rot no dist gaussian
fix int all nvt temp 3000 3000 0.1
run 1000
fix int all nvt temp 2000 2000 0.1
run 500
velocity all zero linear
"""

WATER_FORCES = """
pair_style lj/cut/coul/long 4.5
pair_coeff * * 0.0 1.0
pair_coeff 1 1 0.1554253 3.165492
pair_modify table 0
kspace_style ewald 1.0e-5
bond_style harmonic
bond_coeff 1 529.581 1.012
angle_style harmonic
angle_coeff 1 37.95 113.24
special_bonds lj/coul 0 0 0
neighbor 1.0 bin
neigh_modify every 1 delay 0 check yes
timestep 1.0
"""
WATER_MOLECULE = """# SPC/Fw

3 atoms
2 bonds
1 angles

Coords

1 0.0 0.0 0.0
2 0.8450 0.5569 0.0
3 -0.8450 0.5569 0.0

Types

1 1
2 2
3 2

Charges

1 -0.82
2 0.41
3 0.41

Bonds

1 1 1 2
2 1 1 3

Angles

1 1 2 1 3
"""
WATER_MAKE = """
{head}
lattice sc 3.108
region box block 0 3 0 3 0 3
create_box 2 box bond/types 1 angle/types 1 extra/bond/per/atom 2 extra/angle/per/atom 1 &
  extra/special/per/atom 2
molecule water water.mol
create_atoms 0 box mol water 48271
mass 1 15.9994
mass 2 1.008
{forces}
minimize 0.0 1.0e-3 200 2000
velocity all create 298.0 48272 mom yes rot no dist gaussian
fix int all nvt temp 298.0 298.0 100.0
run 1000
velocity all zero linear
"""
WATER_TILT_MAKE = """
{head}
read_data water.data
{forces}
change_box all triclinic
change_box all xy final 1.0 xz final -0.6 yz final 0.8 remap units box
minimize 0.0 1.0e-3 200 2000
fix int all nvt temp 298.0 298.0 50.0
run 500
velocity all zero linear
"""

# chains of beads in a helix, so that no angle is straight
BEADS = 8


def chain() -> str:
    """the file of the molecule"""
    turn = np.arange(BEADS) * 1.7
    places = np.column_stack((0.6 * np.cos(turn), 0.6 * np.sin(turn), 0.35 * np.arange(BEADS)))

    def section(name: str, rows: Sequence[str]) -> str:
        return "\n".join([name, ""] + [f"{i + 1} {row}" for i, row in enumerate(rows)]) + "\n\n"

    def terms(atoms: int) -> List[str]:
        return ["1 " + " ".join(str(k + j + 1) for j in range(atoms))
                for k in range(BEADS - atoms + 1)]

    return (f"# a helix\n\n{BEADS} atoms\n{BEADS - 1} bonds\n{BEADS - 2} angles\n"
            f"{BEADS - 3} dihedrals\n1 impropers\n\n"
            + section("Coords", [f"{x:.6f} {y:.6f} {z:.6f}" for x, y, z in places])
            + section("Types", ["1"] * 5 + ["2"] * (BEADS - 5))
            + section("Bonds", terms(2)) + section("Angles", terms(3))
            + section("Dihedrals", terms(4)) + section("Impropers", terms(4)[2:3]))


CHAINS_HEAD = "units lj\natom_style molecular\nspecial_bonds fene\n"
CHAINS_FORCES = """
pair_style lj/cut 1.6
pair_modify shift yes
pair_coeff 1 1 1.0 1.0
pair_coeff 1 2 1.1 1.0
pair_coeff 2 2 0.9 1.05
bond_style fene
bond_coeff 1 30.0 1.5 1.0 1.0
angle_style harmonic
angle_coeff 1 10.0 110.0
dihedral_style harmonic
dihedral_coeff 1 0.5 1 3
improper_style cvff
improper_coeff 1 0.3 -1 2
neighbor 0.4 bin
neigh_modify every 1 delay 0 check yes
timestep 0.004
"""
CHAINS_MAKE = """
{head}
region box block 0 7.2 0 7.2 0 7.2
create_box 2 box bond/types 1 angle/types 1 dihedral/types 1 improper/types 1 &
  extra/bond/per/atom 2 extra/angle/per/atom 3 extra/dihedral/per/atom 4 &
  extra/improper/per/atom 4 extra/special/per/atom 10
molecule chain chain.mol
create_atoms 0 random 36 48271 NULL mol chain 48272
mass 1 1.0
mass 2 1.7
{forces}
comm_modify cutoff 3.0
pair_style soft 1.122462
pair_coeff * * 10.0
bond_style harmonic
bond_coeff 1 100.0 0.97
variable push equal ramp(10,200)
fix push all adapt 1 pair soft a * * v_push
minimize 0.0 1.0 500 5000
velocity all create 1.0 48273
fix int all nve/limit 0.05
fix lan all langevin 1.0 1.0 0.5 48274
run 1500
unfix push
pair_style lj/cut 1.6
{forces}
run 1500
unfix lan
unfix int
fix int all nvt temp 1.0 1.0 0.5
run 1500
velocity all zero linear
"""

SILICON_FORCES = """
pair_style sw
pair_coeff * * Si.sw Si
neighbor 1.0 bin
timestep 0.001
"""
SILICON_MAKE = """
{head}
lattice diamond 5.431
region box block 0 3 0 3 0 3
create_box 1 box
create_atoms 1 box
mass 1 28.0855
{forces}
velocity all create 8000 48271 mom yes rot no dist gaussian
fix int all nvt temp 3500 2200 0.1
run 1500
velocity all zero linear
"""

FLAT_HEAD = "units lj\natom_style atomic\ndimension 2\n"
FLAT_FORCES = """
pair_style lj/cut 2.5
pair_modify shift yes
pair_coeff 1 1 1.0 1.0
pair_coeff 1 2 1.2 0.9
pair_coeff 2 2 0.8 0.95
neighbor 0.3 bin
neigh_modify every 2 delay 0 check yes
timestep 0.005
fix flat all enforce2d
"""
FLAT_MAKE = """
{head}
lattice hex 0.8
region box block 0 12 0 7 -0.1 0.1
create_box 2 box
create_atoms 1 box
set group all type/fraction 2 0.3 48271
mass 1 1.0
mass 2 1.6
{forces}
velocity all create 3.0 48272 mom yes rot no dist gaussian
fix int all nvt temp 3.0 1.0 0.5
run 3000
velocity all zero linear
"""

METAL = "units metal\natom_style atomic\n"
WATER_HEAD = "units real\natom_style full\n"
LIQUIDS: Dict[str, Liquid] = {          # one may begin with another that stands before it
    "ka": Liquid(KA_HEAD, KA_FORCES, KA_MAKE),
    "ka-tilt": Liquid(KA_HEAD, KA_FORCES, KA_TILT_MAKE),
    "ka-still": Liquid(KA_HEAD, KA_SMOOTH_FORCES, STILL_MAKE.replace("{liquid}", "ka")),
    "cuzr": Liquid(METAL, CUZR_FORCES, CUZR_MAKE),
    "water": Liquid(WATER_HEAD, WATER_FORCES, WATER_MAKE, {"water.mol": WATER_MOLECULE}),
    "water-tilt": Liquid(WATER_HEAD, WATER_FORCES, WATER_TILT_MAKE),
    "chains": Liquid(CHAINS_HEAD, CHAINS_FORCES, CHAINS_MAKE, {"chain.mol": chain()}),
    "silicon": Liquid(METAL, SILICON_FORCES, SILICON_MAKE),
    "silicon-still": Liquid(METAL, SILICON_FORCES, STILL_MAKE.replace("{liquid}", "silicon")),
    "flat": Liquid(FLAT_HEAD, FLAT_FORCES, FLAT_MAKE),
}
POTENTIALS = ("CuZr_mm.eam.fs", "Si.sw")

# ---- what is asked of the styles -----------------------------------------------------------------


def vector_and_array(source: str, name: str, every: int, scalar: bool = True) -> str:
    """source: c_ID or f_ID.  A wildcard is the length of the vector or the columns of the array."""
    ask = f"all ave/time {every} 1 {every}"
    both = f"fix {name}_a {ask} {source}[*] mode vector format \" %.17g\" file {name}.array\n"
    if scalar:
        both += f"fix {name}_v {ask} {source} {source}[*] format \" %.17g\" file {name}.vector\n"
    return both


def local(compute: str, columns: int, every: int, name: str) -> str:
    """in the order in which they come: ascending on any number of ranks"""
    line = " ".join(["%.17g"] * columns)
    what = " ".join(f"c_{compute}[{k + 1}]" for k in range(columns))
    return (f"dump {name}_l all local {every} {name}.local {what}\n"
            f"dump_modify {name}_l format line \"{line}\"\n")


def atoms(what: str, every: int, name: str, group: str = "all") -> str:
    return (f"dump {name}_p {group} custom {every} {name}.atom id {what}\n"
            f"dump_modify {name}_p sort id format float %.17g\n")


def spectrum(name: str, keywords: str, every: int = 50, gammas: Optional[Mapping[str, str]] = None,
             etas: Sequence[Tuple[str, str]] = (), group: str = "all", prefix: str = "") -> str:
    """A compute inm/dos NAME with computes affine/gamma NAME+key for each of gammas, and a compute
    ulinm/viscosity NAME+number for each of etas (key of its gamma, keywords): all they hand out."""
    gammas = {"g": ""} if gammas is None else gammas
    text = f"compute {name} {group} inm/dos {keywords}\n"
    for key, more in gammas.items():
        text += f"compute {name}{key} {group} affine/gamma {name} {more}\n"
    for k, (key, more) in enumerate(etas):
        text += f"compute {name}{k + 1} {group} ulinm/viscosity {name} {name}{key} {more}\n"

    text += vector_and_array(f"c_{name}", prefix + name, every)
    text += local(name, 4, every, prefix + name)
    text += atoms(" ".join(f"c_{name}[{k}]" for k in range(1, 7)), every, prefix + name)
    for key in gammas:
        g = name + key
        text += vector_and_array(f"c_{g}", prefix + g, every, scalar=False)
        text += local(g, 2, every, prefix + g)
        text += atoms(" ".join(f"c_{g}[{k}]" for k in range(1, 10)), every, prefix + g)
    for k in range(len(etas)):
        text += vector_and_array(f"c_{name}{k + 1}", f"{prefix}{name}{k + 1}", every)
    return text


def kernel(name: str, arguments: str, every: int = 50, group: str = "all", prefix: str = "") -> str:
    """a fix orthogonal/dynamics"""
    return (f"fix {name} {group} orthogonal/dynamics {arguments}\n"
            + vector_and_array(f"f_{name}", prefix + name, every))


def nve(steps: int, every: int = 50, prefix: str = "") -> str:
    """the run, and its trajectory, which must be the same too"""
    return (f"fix {prefix}run all ave/time {every} 1 {every} "
            f"c_thermo_temp c_thermo_pe c_thermo_press format \" %.17g\" file {prefix}run.vector\n"
            + atoms("x y z vx vy vz", every, f"{prefix}run")
            + f"fix int all nve\nthermo {every}\nrun {steps}\n")


# ---- decks ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Deck:
    liquid: str
    runs: Tuple[str, ...]               # of LAMMPS, one after the other
    ranks: Tuple[int, ...] = (1,)
    turns: Tuple[int, ...] = ()         # number of ranks of each run, if they are not the same
    env: Mapping[str, str] = field(default_factory=dict)
    optional: bool = False              # a build may do without
    errors: bool = False                # each run must end in an error, whose text is kept


VARIABLES = """
variable fric equal 75.0
variable w equal 3.1
variable b equal 65.0
group part id 1:150
"""
SHORT_KERNEL = "1 20 5 blocks 2"        # has a value at step 50, errors at step 100


def begin(liquid: str, forces: Optional[str] = None) -> str:
    found = LIQUIDS[liquid]
    return (f"{found.head}\nread_data {liquid}.data\n"
            + (found.forces if forces is None else forces) + VARIABLES)


def simple(liquid: str, *commands: str, steps: int = 100, every: int = 50,
           forces: Optional[str] = None) -> str:
    return begin(liquid, forces) + "".join(commands) + nve(steps, every)


PLANES = {"g": "", "x": "plane xy", "y": "plane xz", "z": "plane yz", "s": "method strain 1.0e-6"}
TWO = {"g": "", "s": "plane xy method strain 1.0e-6"}


def ka_lapack() -> str:
    return simple(
        "ka", kernel("mem", SHORT_KERNEL),
        spectrum("a", "60 edge pr 0.27 solver lapack modes all eigenvector index 1",
                 gammas=PLANES, etas=(
                     ("g", "friction f_mem bulk 65.0"), ("g", "friction 75.0 wmin 3.1"),
                     ("g", "friction f_mem[3] wmin v_w friction/mix mean"),
                     ("x", "friction f_mem[1] bulk v_b"),
                     ("s", "friction v_fric wmin 0.0 friction/mix mode"))),
        spectrum("b", "60 range -25 100 edge pr 0.27 solver lapack modes unstable "
                 "eigenvector frequency -2.0", etas=(("g", "friction f_mem bulk 65.0"),)),
        spectrum("c", "60 edge frequency 6.0 solver lapack modes none",
                 etas=(("g", "friction f_mem bulk 65.0"),)))


def twostage() -> Tuple[str, ...]:
    return (
        spectrum("d", "60 edge pr 0.27 solver twostage modes all eigenvector frequency 3.0",
                 etas=(("g", "friction 75.0 wmin 3.1"),)),
        spectrum("e", "50 range -25 100 edge frequency 6.0 solver twostage modes unstable check no",
                 gammas={"g": "plane xy"}, etas=(("g", "friction 75.0 bulk 65.0"),)),
        spectrum("f", "60 edge none solver twostage modes none"),
        spectrum("g", "60 edge pr 0.27 modes unstable precision single eigenvector index 1",
                 etas=(("g", "friction 75.0 wmin 3.1"),)),
        spectrum("h", "60 edge pr 0.27 solver twostage modes all precision single",
                 etas=(("g", "friction 75.0 wmin 3.1"),)))


def ka_auto() -> str:
    return simple(
        "ka", kernel("mem", SHORT_KERNEL),
        spectrum("i", "60 edge pr 0.27", etas=(("g", "friction f_mem wmin 3.1"),)),
        spectrum("j", "60 modes none", gammas={}),
        spectrum("k", "60 edge none modes unstable", etas=(("g", "friction f_mem wmin 3.1"),)))


def kpm() -> Tuple[str, ...]:
    return (
        spectrum("a", "60 range -25 100 edge frequency 6.0 solver kpm 200", gammas=PLANES, etas=(
            ("g", "friction 75.0 wmin 3.1"), ("x", "friction f_mem bulk 65.0 friction/mix mean"))),
        spectrum("b", "60 edge frequency 6.0 solver kpm auto",
                 etas=(("g", "friction 75.0 wmin 3.1"),)),
        spectrum("c", "60 edge none solver kpm auto kpm/error 0.01",
                 etas=(("g", "friction 75.0 wmin 4.0"),)),
        spectrum("d", "60 edge frequency 6.0 solver kpm 150 modes lowest 20 eigenvector index 1 "
                 "kpm/width 0.4 kpm/random 11", etas=(("g", "friction 75.0 wmin 3.1"),)),
        spectrum("e", "60 edge frequency 6.0 solver kpm auto", gammas={}))


def ka_numeric() -> str:
    eta = (("g", "friction 75.0 wmin 3.1"),)
    return simple(
        "ka", spectrum("a", "60 edge pr 0.27 modes unstable hessian numeric 0", 10, etas=eta),
        spectrum("b", "60 edge frequency 6.0 modes unstable hessian numeric 1.0e-5", 10,
                 etas=eta, group="part"),
        spectrum("c", "60 edge frequency 6.0 solver kpm 60 hessian analytic", 10, etas=eta),
        steps=0, every=10)


def ka_fix() -> str:
    return simple(
        "ka", kernel("m1", "2 30 5 blocks 4 file m1.dat", 300),
        kernel("m2", "1 60 10 blocks 4 types no normalize yes file m2.dat", 300),
        kernel("m3", "1 20 1 blocks 4 estimator direct file m3.dat", 300),
        kernel("m4", "3 20 4 start 120 file m4.dat", 300, group="part"),
        kernel("m5", "1 40 8 estimator vacf types yes normalize no", 300),
        "fix int all nve\nrun 300\n", steps=900, every=300)


def ka_matrix() -> str:
    return simple(
        "ka", spectrum("a", "20 modes none file a.*.npz", 20, {}),
        spectrum("b", "20 modes none file b.npz weighted no", 20, {}),
        spectrum("c", "20 modes none file c.mtx", 20, {}, group="part"),
        spectrum("d", "20 solver kpm 20 file d.*.mtx weighted no", 20, {}, group="part"),
        steps=20, every=20)


RESTARTED = ("a", "60 range -25 100 edge pr 0.27 modes unstable")
RESTARTED_ETA = (("g", "friction f_mem bulk 65.0"), ("g", "friction 75.0 wmin 3.1"))
RESTARTED_KPM = ("k", "60 range -25 100 edge frequency 6.0 solver kpm 100")


def restarted(prefix: str) -> str:
    return (kernel("mem", "1 20 5 blocks 4 file " + prefix + "mem.dat", prefix=prefix)
            + kernel("dir", "1 10 1 blocks 4 estimator direct", prefix=prefix)
            + spectrum(*RESTARTED, etas=RESTARTED_ETA, prefix=prefix)
            + spectrum(*RESTARTED_KPM, etas=(("g", "friction 75.0 wmin 3.1"),), prefix=prefix)
            + nve(100, prefix=prefix))


def ka_restart() -> Tuple[str, ...]:
    again = KA_HEAD + "read_restart {}\n" + KA_FORCES + VARIABLES.replace("group part", "#")
    return (begin("ka") + restarted("first_") + "write_restart one.restart\n",
            again.format("one.restart") + restarted("second_") + "write_restart two.restart\n",
            again.format("two.restart") + restarted("third_"))


def ka_rerun() -> Tuple[str, ...]:
    write = ("fix int all nve\ndump t all custom 1 t.dump id type x y z ix iy iz vx vy vz\n"
             "dump_modify t format float %.17g sort id\nrun 60\n")
    read = (kernel("m1", "1 15 3 blocks 2 file m1.dat", 20)
            + kernel("m2", "1 12 1 blocks 2 estimator direct", 20)
            + spectrum("a", "60 edge pr 0.27 modes unstable", 20,
                       etas=(("g", "friction f_m1 bulk 65.0"),))
            + "thermo 20\nrerun t.dump dump x y z ix iy iz vx vy vz\n")
    return begin("ka") + write, begin("ka") + read


def still(liquid: str, entropies: Sequence[float], friction: str, wmin: str) -> str:
    return simple(
        liquid, spectrum("a", f"60 modes none entropy {entropies[0]}", 10, {}),
        spectrum("b", f"60 edge pr 0.27 modes all entropy {entropies[1]} eigenvector index 4", 10,
                 etas=(("g", f"friction {friction} wmin {wmin}"),)),
        steps=0, every=10)


def cuzr() -> str:
    return simple(
        "cuzr", kernel("mem", SHORT_KERNEL + " file mem.dat"),
        spectrum("a", "60 edge pr 0.36 eigenvector frequency -5.0", gammas=TWO, etas=(
            ("g", "friction f_mem bulk 3.0e4"), ("g", "friction 500.0 wmin 1.5"),
            ("s", "friction f_mem[6] wmin 1.5 friction/mix mean"))),
        spectrum("b", "60 range -50 200 edge frequency 4.0 solver twostage modes unstable "
                 "precision single", etas=(("g", "friction f_mem bulk 3.0e4"),)),
        spectrum("c", "60 edge frequency 4.0 solver kpm 400 modes lowest 12",
                 etas=(("g", "friction 500.0 wmin 1.5 friction/mix mean"),)))


def molecular(liquid: str, edge: str, soft: str, friction: str, wmin: str, forces: str = "",
              gammas: Optional[Mapping[str, str]] = None, steps: int = 40) -> str:
    """forces: to be changed after those of the liquid"""
    return simple(
        liquid, forces, kernel("mem", "1 10 2 blocks 2", 20),
        spectrum("a", "50 edge pr 0.27 eigenvector index 1", 20, gammas=gammas, etas=(
            ("g", "friction f_mem wmin " + wmin), ("g", f"friction {friction} wmin {wmin}"))),
        spectrum("b", f"50 edge frequency {edge} modes unstable eigenvector frequency {soft}", 20,
                 etas=(("g", f"friction f_mem wmin {wmin} friction/mix mean"),)),
        steps=steps, every=20)


def one_kpm(liquid: str, edge: str, friction: str, wmin: str, group: str = "all") -> str:
    return spectrum("k", f"50 edge frequency {edge} solver kpm 120 modes lowest 8", 50, group=group,
                    etas=(("g", f"friction {friction} wmin {wmin} friction/mix mean"),))


def silicon() -> str:
    return simple(
        "silicon", kernel("mem", SHORT_KERNEL),
        spectrum("a", "60 edge pr 0.3 eigenvector index 1", gammas=TWO, etas=(
            ("g", "friction f_mem bulk 5.0e5"), ("s", "friction 300.0 wmin 10.0"))),
        one_kpm("silicon", "15.0", "300.0", "10.0"))


def flat() -> str:
    return simple(
        "flat", kernel("mem", SHORT_KERNEL + " file mem.dat"),
        kernel("dir", "1 10 1 blocks 2 estimator direct"),
        spectrum("a", "60 edge pr 0.27 eigenvector index 1", gammas=TWO, etas=(
            ("g", "friction f_mem bulk 30.0"), ("s", "friction 20.0 wmin 2.0"))),
        spectrum("b", "60 edge frequency 5.0 solver twostage modes unstable file b.*.npz"),
        one_kpm("flat", "5.0", "20.0", "3.0"))


def ka_group() -> str:
    return simple(
        "ka", kernel("mem", SHORT_KERNEL, group="part"),
        spectrum("a", "40 edge pr 0.4 eigenvector index 3", group="part", gammas=TWO, etas=(
            ("g", "friction f_mem bulk 65.0"), ("s", "friction 75.0 wmin 3.1"))),
        spectrum("b", "40 edge frequency 4.0 solver twostage modes unstable", group="part",
                 etas=(("g", "friction 75.0 wmin 3.1"),)),
        one_kpm("ka", "4.0", "75.0", "3.1", group="part"))


def ka_tilt() -> str:
    return simple(
        "ka-tilt", kernel("mem", SHORT_KERNEL),
        spectrum("a", "60 edge pr 0.27 modes unstable eigenvector index 1", gammas=TWO, etas=(
            ("g", "friction f_mem bulk 65.0"), ("s", "friction 75.0 wmin 3.1"))),
        one_kpm("ka-tilt", "6.0", "75.0", "3.1"))


def ka_hybrid() -> str:
    forces = """
pair_style hybrid/overlay lj/smooth 2.0 2.5 morse 1.9 buck 1.8
pair_coeff 1 1 lj/smooth 1.0 1.0
pair_coeff 1 2 lj/smooth 1.5 0.8
pair_coeff 2 2 lj/smooth 0.5 0.88
pair_coeff 1 1 morse 0.05 2.0 1.3
pair_coeff 1 2 buck 100.0 0.2 0.1
pair_modify pair buck shift yes
neighbor 0.3 bin
neigh_modify every 2 delay 0 check yes
timestep 0.002
"""
    return simple("ka", spectrum("a", "60 edge pr 0.27 modes unstable", 10, gammas=TWO,
                                 etas=(("g", "friction 75.0 wmin 3.1"),)),
                  steps=10, every=10, forces=forces)


def distributed(solver: str) -> str:
    return simple(
        "ka", spectrum("a", f"60 edge pr 0.27 modes all solver {solver} eigenvector index 1", 20,
                       etas=(("g", "friction 75.0 wmin 3.1"),)),
        spectrum("b", f"60 edge pr 0.27 modes unstable solver {solver}", 20,
                 etas=(("g", "friction 75.0 wmin 3.1"),)),
        spectrum("c", f"60 modes none solver {solver}", 20),
        steps=20, every=20)


def ka_loops() -> str:
    """what has inner loops for several kinds of processor"""
    eta = (("g", "friction 75.0 wmin 3.1"),)
    return simple("ka", kernel("mem", "1 20 5 blocks 2 file mem.dat"), *twostage()[3:],
                  spectrum("a", "60 edge frequency 6.0 solver twostage modes unstable", etas=eta),
                  spectrum("k", "60 edge frequency 6.0 solver kpm 150 modes lowest 20", etas=eta),
                  steps=50)


def ka_threads() -> str:
    return simple("ka", *twostage(), spectrum("a", "60 edge pr 0.27 solver lapack"),
                  spectrum("k", "60 edge frequency 6.0 solver kpm 150 modes lowest 20"), steps=50)


def bad_commands() -> Tuple[str, ...]:
    good = "compute inm all inm/dos 60 edge pr 0.27\ncompute gam all affine/gamma inm\n"
    ask = "thermo_style custom step c_{}\nrun 0\n"
    bad = ("compute a all inm/dos 1", "compute a all inm/dos 60 edge pr 1.5",
           "compute a all inm/dos 60 modes none edge pr 0.27",
           "compute a all inm/dos 60 solver kpm 100 precision single",
           "compute a all inm/dos 60 eigenvector index 2000\n" + ask.format("a"),
           "compute a all inm/dos 60 memory 1.0e-3\n" + ask.format("a"),
           good + "compute b part affine/gamma inm\n" + ask.format("b[1][1]"),
           good + "compute b all affine/gamma gam",
           good + "compute b all affine/gamma inm method strain 0.5",
           good + "compute b all ulinm/viscosity inm gam friction 1.0",
           good + "compute b all ulinm/viscosity inm gam friction f_none wmin 1.0\n"
           + ask.format("b"),
           "fix m all orthogonal/dynamics 1 1 1 blocks 1",
           "fix m all orthogonal/dynamics 2 20 1 estimator direct",
           "fix m all orthogonal/dynamics 1 20 5 file no_such_folder/m.dat\n"
           "fix int all nve\nrun 30")
    return tuple(begin("ka") + line + "\n" for line in bad)


def decks() -> Dict[str, Deck]:
    both = (1, 2)
    kernel_of = kernel("mem", SHORT_KERNEL)
    pppm = "kspace_style pppm 1.0e-6\nkspace_modify order 7\n"
    tilted = {"g": "", "s": "method strain 1.0e-5"}
    water = ("0.02", "-0.01", "2.0", "0.01")
    return {
        "ka-lapack": Deck("ka", (ka_lapack(),), both),
        "ka-twostage": Deck("ka", (simple("ka", *twostage()),), both),
        "ka-auto": Deck("ka", (ka_auto(),), both),
        "ka-kpm": Deck("ka", (simple("ka", kernel_of, *kpm()),), both),
        "ka-numeric": Deck("ka", (ka_numeric(),), both),
        "ka-fix": Deck("ka", (ka_fix(),), both),
        "ka-matrix": Deck("ka", (ka_matrix(),), both),
        "ka-restart": Deck("ka", ka_restart(), (1,), turns=(1, 2, 1)),
        "ka-rerun": Deck("ka", ka_rerun(), both),
        "ka-still": Deck("ka-still", (still("ka-still", (1.0, 0.5), "75.0", "3.1"),)),
        "ka-group": Deck("ka", (ka_group(),), both),
        "ka-hybrid": Deck("ka", (ka_hybrid(),), both),
        "ka-tilt": Deck("ka-tilt", (ka_tilt(),), both),
        "ka-threads": Deck("ka", (ka_threads(),),
                           env={"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"}),
        "ka-avx2": Deck("ka", (ka_loops(),), env={"INMVISC_PROCESSOR": "avx2"}),
        "ka-any": Deck("ka", (ka_loops(),), env={"INMVISC_PROCESSOR": "any"}),
        "ka-scalapack": Deck("ka", (distributed("scalapack"),), (2,), optional=True),
        "ka-elpa": Deck("ka", (distributed("elpa"),), (2,), optional=True),
        "ka-errors": Deck("ka", bad_commands(), errors=True),
        "cuzr": Deck("cuzr", (cuzr(),), both),
        "water-ewald": Deck("water", (molecular("water", *water),), both),
        "water-pppm": Deck("water", (molecular("water", *water, pppm),), both),
        "water-tilt": Deck("water-tilt", (molecular("water-tilt", *water, gammas=tilted,
                                                    steps=20),), both),
        "chains": Deck("chains", (molecular("chains", "10.0", "-2.0", "50.0", "4.0", gammas=TWO),),
                       both),
        "silicon": Deck("silicon", (silicon(),), both),
        "silicon-still": Deck("silicon-still", (still("silicon-still", (300.0, 1000.0), "300.0",
                                                      "10.0"),)),
        "flat": Deck("flat", (flat(),), both),
    }


# ---- running -------------------------------------------------------------------------------------


class Runner:
    """BUILD/lmp with its plugin, one thread on each rank"""

    def __init__(self, build: Path, mpirun: Sequence[str]) -> None:
        self.lmp = build / "lmp"
        self.mpirun = list(mpirun)
        self.env = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                        OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1",
                        OMPI_MCA_mpi_yield_when_idle="1",
                        LAMMPS_PLUGIN_PATH=str(build))

    def __call__(self, folder: Path, text: str, ranks: int, env: Mapping[str, str],
                 name: str) -> "subprocess.CompletedProcess[str]":
        (folder / f"in.{name}").write_text(text)
        launch = [] if ranks == 1 else self.mpirun + ["-np", str(ranks)]
        return subprocess.run(launch + [str(self.lmp), "-in", f"in.{name}", "-log", f"log.{name}"],
                              cwd=folder, env={**self.env, **env}, text=True, errors="replace",
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)


def potentials_of(build: Path) -> Path:
    """the folder of LAMMPS's sources that the build was made with"""
    cache = (build / "CMakeCache.txt").read_text()
    found = re.search(r"^LAMMPS_SOURCE_DIR:\w+=(.*)$", cache, re.M)
    if not found:
        sys.exit(f"{build}/CMakeCache.txt does not say which LAMMPS")
    return Path(found.group(1)).parent / "potentials"


def make_start(runner: Runner, build: Path, folder: Path, wanted: Sequence[str]) -> None:
    """configurations of the liquids; those that are there stay"""
    folder.mkdir(parents=True, exist_ok=True)
    for name in POTENTIALS:
        if not (folder / name).exists():
            shutil.copy(potentials_of(build) / name, folder / name)
    for name, liquid in LIQUIDS.items():
        needed = name in wanted or any(other.startswith(name + "-") for other in wanted)
        if (folder / f"{name}.data").exists() or not needed:
            continue
        for other, content in liquid.files.items():
            (folder / other).write_text(content)
        text = liquid.make.replace("{head}", liquid.head).replace("{forces}", liquid.forces)
        began = time.time()
        done = runner(folder, text + f"\nwrite_data {name}.data nocoeff\n", 1, {}, name)
        if done.returncode != 0:
            sys.exit(f"{done.stdout[-2000:]}\nstart of {name} failed")
        print(f"start {name:16s} {time.time() - began:6.1f} s", flush=True)


# ---- reading what a run has left -----------------------------------------------------------------

Array = npt.NDArray[Any]
Outputs = Dict[str, Array]


def store(out: Outputs, name: str, blocks: Sequence[Array], labels: Sequence[str]) -> None:
    """blocks of snapshots; of one shape they are one array"""
    if len({block.shape for block in blocks}) == 1:
        out[name] = np.stack(blocks)
        out["#" + name] = np.array(labels, dtype=str)
    else:
        for k, block in enumerate(blocks):
            out[f"{name}.{k}"] = block


def read_rows(path: Path, out: Outputs) -> None:
    """fix ave/time, mode scalar"""
    lines = path.read_text().splitlines()
    labels: List[str] = next((x.split()[1:] for x in lines if x.startswith("# TimeStep")), [])
    rows = [[float(x) for x in line.split()] for line in lines if not line.startswith("#")]
    out[path.name] = np.array(rows)
    out["#" + path.name] = np.array(labels, dtype=str)


def read_tables(path: Path, out: Outputs) -> None:
    """fix ave/time, mode vector, and the file of fix orthogonal/dynamics"""
    lines = path.read_text().splitlines()
    labels: List[str] = next((x.split()[1:] for x in lines if x.startswith("# Row")), [])
    if path.suffix == ".dat":
        heads = [line for line in lines if line.startswith("#")]
        out[f"log:{path.name}"] = np.array(heads, dtype=str)
    rows = iter([line for line in lines if not line.startswith("#")])
    blocks = []
    for line in rows:
        count = int(line.split()[1])
        table = [[float(x) for x in next(rows).split()] for _ in range(count)]
        blocks.append(np.array(table).reshape(count, -1))
    store(out, path.name, blocks, labels)


def read_dump(path: Path, out: Outputs) -> None:
    lines = iter(path.read_text().splitlines())
    count = 0
    labels: List[str] = []
    blocks: List[Array] = []
    for line in lines:
        if line.startswith("ITEM: NUMBER OF"):
            count = int(next(lines))
        elif line.startswith(("ITEM: ENTRIES", "ITEM: ATOMS")):
            labels = line.split()[2:]
            rows = [[float(x) for x in next(lines).split()] for _ in range(count)]
            blocks.append(np.array(rows).reshape(count, -1 if count else len(labels)))
    store(out, path.name, blocks, labels)


def read_npz(path: Path, out: Outputs) -> None:
    with np.load(path) as stored:
        for key in stored.files:
            value = stored[key]
            if value.dtype.kind in "US":
                out[f"log:{path.name}:{key}"] = np.atleast_1d(value.astype(str))
            else:
                columns = value.shape[-1] if value.ndim > 1 else 1
                out[f"{path.name}:{key}"] = value.reshape(-1, columns).astype(float)


def read_mtx(path: Path, out: Outputs) -> None:
    lines = path.read_text().splitlines()
    out[f"log:{path.name}"] = np.array([line for line in lines if line.startswith("%")], dtype=str)
    out[path.name] = np.array([[float(x) for x in line.split()] for line in lines
                               if not line.startswith("%")])


READERS = {".vector": read_rows, ".array": read_tables, ".dat": read_tables, ".local": read_dump,
           ".atom": read_dump, ".npz": read_npz, ".mtx": read_mtx}
OURS = re.compile(r"(WARNING: )?(Compute (inm/dos|affine/gamma|ulinm/viscosity)"
                  r"|Fix orthogonal/dynamics|.*(inm/dos|affine/gamma|ulinm|orthogonal/dynamics))")
PROGRESS = re.compile(r"% done, about|\d s of about|: [\d.]+ (s|min)$|of at least \d+ products in"
                      r"|: diagonalization took")
COMMAND = re.compile(r"\s*(compute|fix|thermo_style|dump|variable|group)\s")
THERMO = re.compile(r"[\s\d.e+-]+$")
PLACE = re.compile(r" \(\S+:\d+\)")        # of the source
TIMES = re.compile(r"[\d.e+-]+ (s|min|h|GB/s)\b")


def package_lines(text: str) -> List[str]:
    """of a log: those of the package, also where they are continued, without times"""
    lines: List[str] = []
    ours = False
    for line in text.splitlines():
        begins = OURS.match(line) and not COMMAND.match(line)
        ours = bool(begins) or (ours and line.startswith("  ") and not THERMO.match(line))
        if ours and not PROGRESS.search(line):
            lines.append(PLACE.sub("", TIMES.sub(r"# \1", line)).rstrip())
    return lines


def error_of(done: "subprocess.CompletedProcess[str]") -> str:
    found = re.search(r"ERROR.*(\n.*)?", done.stdout)
    return PLACE.sub("", found.group(0)) if found else done.stdout[-500:]


def run_deck(runner: Runner, start: Path, deck: Deck, ranks: int, folder: Path) -> Outputs:
    for path in start.iterdir():
        if not path.name.startswith(("in.", "log.")):
            os.symlink(path.resolve(), folder / path.name)
    out: Outputs = {}
    log: List[str] = []
    for k, text in enumerate(deck.runs):
        done = runner(folder, text, deck.turns[k] if deck.turns else ranks, deck.env, f"run{k}")
        failed = done.returncode != 0
        if deck.errors or (failed and deck.optional):
            log.append(error_of(done) if failed else "no error")
            if not deck.errors:
                break
        elif failed:
            raise RuntimeError(done.stdout[-3000:])
        else:
            log += package_lines((folder / f"log.run{k}").read_text(errors="replace"))
    out["log:log"] = np.array(log, dtype=str)
    if not deck.errors:
        for path in sorted(folder.iterdir()):
            if path.suffix in READERS and not path.is_symlink():
                READERS[path.suffix](path, out)
    return out


def chosen(regex: Optional[str]) -> Iterator[Tuple[str, Deck, int]]:
    for name, deck in decks().items():
        for ranks in deck.ranks:
            if regex is None or re.search(regex, f"{name}.{ranks}"):
                yield name, deck, ranks


def digest(folder: Path) -> Dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.glob("*.data")) + [folder / name for name in POTENTIALS]}


def cpu_seconds() -> float:
    """of all runs so far: what does not depend on who else works on the machine"""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def record(a: argparse.Namespace) -> int:
    build, target = a.build.resolve(), a.directory.resolve()
    for name in ("lmp", "inmviscplugin.so"):
        if not (build / name).exists():
            sys.exit(f"no {name} in {build}")
    runner = Runner(build, a.mpirun.split())
    wanted = list(chosen(a.decks))
    target.mkdir(parents=True, exist_ok=True)
    start = target / "start"
    if a.start and not start.exists():
        shutil.copytree(a.start / "start", start)
    began = time.time()
    make_start(runner, build, start, sorted({deck.liquid for _, deck, _ in wanted}))
    (target / "start.json").write_text(json.dumps(digest(start), indent=1) + "\n")
    failures = 0
    for name, deck, ranks in wanted:
        at, cpu = time.time(), cpu_seconds()
        with tempfile.TemporaryDirectory() as scratch:
            try:
                out = run_deck(runner, start, deck, ranks, Path(scratch))
            except RuntimeError as error:
                print(f"{name}.{ranks} FAILED\n{error}", flush=True)
                failures += 1
                continue
        np.savez_compressed(target / f"{name}.{ranks}.npz", **out)
        count = sum(not key.startswith(("#", "log:")) for key in out)
        print(f"{name + '.' + str(ranks):18s} {time.time() - at:6.1f} s, "
              f"{cpu_seconds() - cpu:6.1f} s of processors, {count:4d} outputs", flush=True)
    print(f"{len(wanted)} decks, {failures} failed, {time.time() - began:.0f} s, "
          f"{cpu_seconds():.0f} s of processors")
    return 1 if failures else 0


# ---- comparing -----------------------------------------------------------------------------------


class Difference(NamedTuple):
    deck: str
    output: str         # file and column
    relative: float     # infinite if shapes or NaN are not the same


def column_differences(old: Array, new: Array) -> Array:
    """of each column relative to its largest element"""
    if old.shape != new.shape:
        return np.array([np.inf])
    if old.size == 0:
        return np.zeros(1)
    a, b = (x.reshape(-1, x.shape[-1]) for x in (old, new))
    found = np.zeros(a.shape[1])
    for k in range(a.shape[1]):
        x, y = a[:, k], b[:, k]
        finite = np.isfinite(x)
        same = np.array_equal(x[~finite], y[~finite], equal_nan=True)
        if not same or not np.isfinite(y[finite]).all():
            found[k] = np.inf
        elif finite.any():
            largest, most = np.abs(x[finite]).max(), np.abs(x[finite] - y[finite]).max()
            found[k] = most / largest if largest > 0.0 else (np.inf if most > 0.0 else 0.0)
    return found


def same_deck(deck: str, old: Mapping[str, Array],
              new: Mapping[str, Array]) -> Tuple[List[Difference], List[str]]:
    """differences of all columns, and what the texts say"""
    differences: List[Difference] = []
    texts: List[str] = []
    for name in sorted(set(old) | set(new)):
        if name.startswith("#"):
            continue
        if name.startswith("log:"):
            a, b = ([str(line) for line in x.get(name, ()) if not PROGRESS.search(str(line))]
                    for x in (old, new))
            texts += [f"{name[4:]}  - {line}" for line in (Counter(a) - Counter(b)).elements()]
            texts += [f"{name[4:]}  + {line}" for line in (Counter(b) - Counter(a)).elements()]
            if a != b and sorted(a) == sorted(b):
                texts.append(f"{name[4:]}  the same lines in another order")
        elif name not in old or name not in new:
            where = " missing" if name in old else " not in old"
            differences.append(Difference(deck, name + where, np.inf))
        else:
            found = column_differences(old[name], new[name])
            labels = list(old["#" + name]) if "#" + name in old else []
            for k, relative in enumerate(found):
                number = f" {k + 1}" if len(found) > 1 else ""
                label = f" {labels[k]}" if len(labels) == len(found) else number
                differences.append(Difference(deck, name + label, float(relative)))
    return differences, texts


def load(directory: Path, regex: Optional[str]) -> Dict[str, Dict[str, Array]]:
    found = {}
    for path in sorted(directory.glob("*.npz")):
        if regex is None or re.search(regex, path.stem):
            with np.load(path) as stored:
                found[path.stem] = {key: stored[key] for key in stored.files}
    return found


def reason_for(d: Difference) -> Optional[Reason]:
    for reason in REASONS:
        if re.fullmatch(reason.deck, d.deck) and re.fullmatch(reason.output, d.output) \
                and d.relative <= reason.rtol:
            return reason
    return None


TRAJECTORY = re.compile(r"(\w+_)?run\.")       # of LAMMPS, not ours


def roundings(deck: str, old: Mapping[str, Mapping[str, Array]],
              others: Sequence[Mapping[str, Mapping[str, Array]]]) -> Dict[str, float]:
    """what they make of each column.  Other ranks do not count where the trajectory itself goes
    another way, as it does after some hundred steps."""
    sources = [other[deck] for other in others if deck in other]
    name, ranks = deck.rsplit(".", 1)
    twin = old.get(f"{name}.{3 - int(ranks)}", {})
    if "run.atom" in twin:
        if column_differences(old[deck]["run.atom"], twin["run.atom"]).max() < 1e-10:
            sources.append(twin)
    known: Dict[str, float] = {}
    for source in sources:
        for d in same_deck(deck, old[deck], source)[0]:
            if d.relative < np.inf and not TRAJECTORY.match(d.output):
                known[d.output] = max(d.relative, known.get(d.output, 0.0))
    return known


def print_deck(deck: str, differences: Sequence[Difference], texts: Sequence[str]) -> None:
    """a line for each output, with its worst column"""
    worst: Dict[str, Difference] = {}
    for d in differences:
        name = d.output.split(" ")[0]
        if name not in worst or d.relative > worst[name].relative:
            worst[name] = d
    different = sorted((d for d in worst.values() if d.relative > 0.0),
                       key=lambda d: -d.relative)
    same = [name for name, d in worst.items() if d.relative == 0.0]
    print(f"{deck}: {len(worst)} outputs, {len(same)} identical")
    for d in different:
        print(f"  {d.relative:8.1e}  {d.output}")
    if same:
        print(f"  {0.0:8.1e}  {' '.join(same)}" if different else f"  {0.0:8.1e}  all of them")
    for text in texts:
        print(f"      text {text}")


def compare(a: argparse.Namespace) -> int:
    old, new = load(a.old, a.decks), load(a.new, a.decks)
    if not old:
        sys.exit(f"nothing recorded in {a.old}")
    start, other = (json.loads((x / "start.json").read_text()) for x in (a.old, a.new))
    if any(start[name] != other[name] for name in set(start) & set(other)):
        sys.exit("The liquids do not begin with the same atoms: record NEW with --start OLD.")
    others = None if a.noise is None else [load(folder, a.decks) for folder in a.noise]
    bad: List[Difference] = []
    excused: Dict[str, List[Difference]] = {}
    for deck in sorted(set(old) | set(new)):
        if deck not in old or deck not in new:
            where = a.old if deck in old else a.new
            bad.append(Difference(deck, f"was recorded only in {where}", np.inf))
            continue
        differences, texts = same_deck(deck, old[deck], new[deck])
        print_deck(deck, differences, texts)
        known = {} if others is None else roundings(deck, old, others)
        for d in differences:
            if d.relative <= a.rtol:
                continue
            reason = reason_for(d)
            if reason:
                excused.setdefault(reason.why, []).append(d)
            elif d.relative <= a.factor * known.get(d.output, 0.0) < np.inf:
                excused.setdefault(f"within {a.factor:g} times other roundings", []).append(d)
            else:
                bad.append(d)
    for why, those in excused.items():
        most = max(those, key=lambda d: d.relative)
        print(f"{len(those)} columns above {a.rtol:g}, up to {most.relative:.1e} "
              f"({most.deck} {most.output}): {why}")
    print(f"{len(bad)} columns or decks that must not differ do")
    for d in sorted(bad, key=lambda d: -d.relative):
        print(f"  {d.relative:8.1e}  {d.deck}  {d.output}")
    return 1 if bad else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = parser.add_subparsers(dest="part", required=True)
    one = parts.add_parser("record")
    one.add_argument("build", type=Path)
    one.add_argument("directory", type=Path)
    one.add_argument("--start", type=Path, help="take the configurations of this recording")
    one.add_argument("--decks", help="regular expression, found in DECK.RANKS")
    one.add_argument("--mpirun", default="mpirun --oversubscribe --bind-to none")
    two = parts.add_parser("compare")
    two.add_argument("old", type=Path)
    two.add_argument("new", type=Path)
    two.add_argument("--rtol", type=float, default=1e-12)
    two.add_argument("--noise", type=Path, nargs="*")
    two.add_argument("--factor", type=float, default=10.0)
    two.add_argument("--decks", help="regular expression, found in DECK.RANKS")
    a = parser.parse_args()
    return record(a) if a.part == "record" else compare(a)


if __name__ == "__main__":
    sys.exit(main())
