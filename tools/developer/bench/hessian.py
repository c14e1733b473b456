"""The Hessian alone: against LAMMPS's dynamical_matrix, and large systems in block form.

Assembly is what the per-atom affine force of compute affine/gamma needs; no mode is computed.  It
is asked for in every step of a short run of fixed atoms, so the time is that of the loop with it
less that of the loop without."""
import os
import re

from inmvisc import kob_andersen, potential
from inmvisc.rst import table

NSTEP = 5

ASSEMBLY = """
compute inm all inm/dos 10 hessian {method} check no
compute gam all affine/gamma inm
compute xi all reduce sum c_gam[1]
thermo 1
thermo_style custom step c_xi
run {steps}
"""

EMPTY = """
thermo 1
thermo_style custom step
run {steps}
"""

METAL = """
units metal
atom_style atomic
atom_modify map array
lattice {lattice} {a}
region box block 0 {cells} 0 {cells} 0 {cells}
create_box {types} box
create_atoms 1 box {basis}
{mass}
pair_style {style}
pair_coeff * * {file} {elements}
velocity all create {temperature} 12345 mom yes
timestep 0.001
fix melt all npt temp {melt} {melt} 0.1 iso 0 0 1
run 500
unfix melt
write_data {data} nocoeff
"""

METAL_START = """
units metal
atom_style atomic
atom_modify map array
read_data {data}
pair_style {style}
pair_coeff * * {file} {elements}
"""


def metal(lammps, name, **deck):
    return METAL_START.format(data=lammps.data(name, METAL.format(data="{data}", **deck)), **deck)


def copper_zirconium(lammps, cells):
    """Cu50Zr50, 2 cells^3 atoms of a CsCl crystal just molten."""
    file = potential.copper_zirconium(fetch=True)
    return metal(lammps, f"cuzr.{cells}", lattice="bcc", a=3.3, cells=cells, types=2,
                 basis="basis 2 2", mass="mass 1 63.546\nmass 2 91.224", style="eam/fs", file=file,
                 elements="Cu Zr", temperature=4000, melt=2000)


def silicon(lammps, cells):
    """Silicon, 8 cells^3 atoms of a hot diamond crystal on its way to the liquid."""
    file = os.path.join(lammps.potentials, "Si.sw")
    return metal(lammps, f"si.{cells}", lattice="diamond", a=5.431, cells=cells, types=1, basis="",
                 mass="mass 1 28.0855", style="sw", file=file, elements="Si", temperature=6000,
                 melt=3000)


def loop(out):
    return float(re.findall(r"Loop time of (\S+)", out)[-1])


def assembly(lammps, start, ranks, method, steps=NSTEP):
    """Seconds of one assembly, and what the log says of its size."""
    empty = lammps.run_text(start + EMPTY.format(steps=steps), ranks).output
    out = lammps.run_text(start + ASSEMBLY.format(method=method, steps=steps), ranks).output
    # blocks, megabytes
    size = re.search(r"atoms: (\S+) blocks of pairs per atom, (\S+) MB", out).groups()
    return (loop(out) - loop(empty)) / steps, size, out


def dynamical_matrix(lammps, start, natoms, of):
    """Seconds of dynamical_matrix for the first atoms, on one rank, where it is right."""
    matrix = os.path.join(lammps.folder, "matrix.bin")
    deck = start + f"group few id <= {of}\nrun 0\n"
    command = f"dynamical_matrix few regular 1.0e-5 file {matrix} binary yes\n"
    without = lammps.run_text(deck).seconds
    with_it = lammps.run_text(deck + command).seconds
    os.remove(matrix)
    return (with_it - without) * natoms / of


def systems(lammps, small):
    """Name, beginning of a deck, atoms, method, and of how many atoms dynamical_matrix is
    measured."""
    atoms, cells, silicon_cells = (500, 6, 4) if small else (4000, 13, 8)
    yield ("Kob-Andersen, pairwise", kob_andersen.equilibrated(lammps, atoms), atoms, "auto",
           atoms // 4)
    yield "Cu50Zr50, eam/fs", copper_zirconium(lammps, cells), 2 * cells ** 3, "auto", 200
    for cells, method, of in ((silicon_cells, "auto", 200), (silicon_cells, "numeric 0", 200),
                              (2 * silicon_cells, "numeric 0", 20)):
        name = "Si, sw" if method == "auto" else "Si, sw, numeric"
        yield name, silicon(lammps, cells), 8 * cells ** 3, method, of


def against_dynamical_matrix(lammps, small):
    rows = []
    for name, start, natoms, method, of in systems(lammps, small):
        print(f"== hessian of {name}, N = {natoms}", flush=True)
        steps = 1 if method != "auto" else NSTEP
        ours, size, out = assembly(lammps, start, 1, method, steps)
        theirs = dynamical_matrix(lammps, start, natoms, of)
        evaluations = re.search(r"(\d+) evaluations", out)
        rows.append([name, natoms, evaluations.group(1) if evaluations else "", f"{ours:.3g}",
                     f"{theirs:.4g}", of, f"{theirs / ours:.0f}"])
        print(rows[-1], flush=True)
    return table(["system", "N", "evaluations of forces", "package (s)", "dynamical_matrix (s)",
                  "of them measured for atoms", "ratio"], rows)


def large(lammps, small):
    """Copies of a small box side by side, shaken: what an assembly costs does not depend on
    order."""
    atoms, cells, most = (500, 6, 1) if small else (4000, 13, 3)
    rows = []
    for name, start, natoms, copies in (
            ("Kob-Andersen", kob_andersen.equilibrated(lammps, atoms), atoms, range(2, most + 2)),
            ("Cu50Zr50, eam/fs", copper_zirconium(lammps, cells), 2 * cells ** 3,
             range(1, most + 1))):
        for k in copies:
            print(f"== large hessian of {name}, N = {k ** 3 * natoms}", flush=True)
            box = re.sub(r"(read_data .*)", rf"\1\nreplicate {k} {k} {k}\n"
                         "displace_atoms all random 0.02 0.02 0.02 4711", start)
            seconds, (blocks, megabytes), _ = assembly(lammps, box, lammps.cores, "auto", 2)
            rows.append([name, k ** 3 * natoms, blocks, megabytes, f"{seconds:.2f}",
                         f"{1e6 * seconds / (k ** 3 * natoms):.1f}"])
            print(rows[-1], flush=True)
    return table(["system", "N", "blocks per atom", "memory, all ranks (MB)", "seconds",
                  "microseconds per atom"], rows)


def run(lammps, repeat, small):
    ratio = against_dynamical_matrix(lammps, small)
    return f"""Assembly of the Hessian and of the affine forces, one rank, compared with LAMMPS's ``dynamical_matrix`` in the same run.
Where the latter was measured for a subset of the atoms, which are all equivalent, the time is scaled to all atoms.

{ratio}
Large systems in block form on {lammps.cores} ranks.
The block of a pair of atoms is stored once.

{large(lammps, small)}"""  # noqa: E501
