"""The Hessian alone: against LAMMPS's dynamical_matrix, and large systems in block form.

Assembly is what the per-atom affine force of compute affine/gamma needs; no mode is computed.  It
is asked for in every step of a short run of fixed atoms, so the time is that of the loop with it
less that of the loop without."""
import os
import re
import subprocess

from inmvisc.runner import table

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


def metal(host, name, **deck):
    return METAL_START.format(data=host.data(name, METAL.format(data="{data}", **deck)), **deck)


def copper_zirconium(host, cells):
    """Cu50Zr50, 2 cells^3 atoms of a CsCl crystal just molten."""
    root = os.path.join(os.path.dirname(__file__), "..", "..", "..")
    script = os.path.join(root, "tools", "setup", "potential.sh")
    file = subprocess.run(["sh", script], stdout=subprocess.PIPE, text=True,
                          check=True).stdout.strip()
    return metal(host, f"cuzr.{cells}", lattice="bcc", a=3.3, cells=cells, types=2,
                 basis="basis 2 2", mass="mass 1 63.546\nmass 2 91.224", style="eam/fs", file=file,
                 elements="Cu Zr", temperature=4000, melt=2000)


def silicon(host, cells):
    """Silicon, 8 cells^3 atoms of a hot diamond crystal on its way to the liquid."""
    lammps = os.path.dirname(os.path.dirname(os.path.realpath(os.path.join(host.build, "lmp"))))
    file = os.path.join(lammps, "src", "potentials", "Si.sw")
    return metal(host, f"si.{cells}", lattice="diamond", a=5.431, cells=cells, types=1, basis="",
                 mass="mass 1 28.0855", style="sw", file=file, elements="Si", temperature=6000,
                 melt=3000)


def loop(out):
    return float(re.findall(r"Loop time of (\S+)", out)[-1])


def assembly(host, start, ranks, method, steps=NSTEP):
    """Seconds of one assembly, and what the log says of its size."""
    empty, _ = host.lammps(start + EMPTY.format(steps=steps), ranks)
    out, _ = host.lammps(start + ASSEMBLY.format(method=method, steps=steps), ranks)
    # blocks, megabytes
    size = re.search(r"atoms: (\S+) blocks of pairs per atom, (\S+) MB", out).groups()
    return (loop(out) - loop(empty)) / steps, size, out


def dynamical_matrix(host, start, natoms, of):
    """Seconds of dynamical_matrix for the first atoms, on one rank, where it is right."""
    matrix = os.path.join(host.scratch, "matrix.bin")
    deck = start + f"group few id <= {of}\nrun 0\n"
    _, without = host.lammps(deck)
    _, with_it = host.lammps(deck
                             + f"dynamical_matrix few regular 1.0e-5 file {matrix} binary yes\n")
    os.remove(matrix)
    return (with_it - without) * natoms / of


def against_dynamical_matrix(host):
    rows = []
    for name, start, natoms, method, of in (
            ("Kob-Andersen, pairwise", host.kob_andersen(4000), 4000, "auto", 1000),
            ("Cu50Zr50, eam/fs", copper_zirconium(host, 13), 4394, "auto", 200),
            ("Si, sw", silicon(host, 8), 4096, "auto", 200),
            ("Si, sw, numeric", silicon(host, 8), 4096, "numeric 0", 200),
            ("Si, sw, numeric", silicon(host, 16), 32768, "numeric 0", 20)):
        print(f"== hessian of {name}, N = {natoms}", flush=True)
        steps = 1 if method != "auto" else NSTEP
        ours, size, out = assembly(host, start, 1, method, steps)
        theirs = dynamical_matrix(host, start, natoms, of)
        evaluations = re.search(r"(\d+) evaluations", out)
        rows.append([name, natoms, evaluations.group(1) if evaluations else "", f"{ours:.3g}",
                     f"{theirs:.4g}", of, f"{theirs / ours:.0f}"])
        print(rows[-1], flush=True)
    return table(["system", "N", "evaluations of forces", "package (s)", "dynamical_matrix (s)",
                  "of them measured for atoms", "ratio"], rows)


def large(host):
    """Copies of a small box side by side, shaken: what an assembly costs does not depend on
    order."""
    rows = []
    for name, start, natoms, copies in (("Kob-Andersen", host.kob_andersen(4000), 4000, (2, 3, 4)),
                                        ("Cu50Zr50, eam/fs", copper_zirconium(host, 13), 4394,
                                         (1, 2, 3))):
        for k in copies:
            print(f"== large hessian of {name}, N = {k ** 3 * natoms}", flush=True)
            box = re.sub(r"(read_data .*)", rf"\1\nreplicate {k} {k} {k}\n"
                         "displace_atoms all random 0.02 0.02 0.02 4711", start)
            seconds, (blocks, megabytes), _ = assembly(host, box, host.cores, "auto", 2)
            rows.append([name, k ** 3 * natoms, blocks, megabytes, f"{seconds:.2f}",
                         f"{1e6 * seconds / (k ** 3 * natoms):.1f}"])
            print(rows[-1], flush=True)
    return table(["system", "N", "blocks per atom", "memory, all ranks (MB)", "seconds",
                  "microseconds per atom"], rows)


def run(host, repeat):
    ratio = against_dynamical_matrix(host)
    return f"""Assembly of the Hessian and of the affine forces, one rank, against LAMMPS's ``dynamical_matrix`` in the same run (where it was measured for a part of the atoms, which are all alike, the time is scaled to all).

{ratio}
Large systems in block form on {host.cores} ranks.
A block of a pair of atoms is stored once.

{large(host)}"""
