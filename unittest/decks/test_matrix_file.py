#!/usr/bin/env python3
"""The matrix files of compute inm/dos, read by numpy and scipy: are both formats the same matrix,
on 1 and 2 ranks, with the eigenvalues of the compute and the elements of LAMMPS's dynamical_matrix?
And examples/matrix: does the script that comes with it find what the compute has found?

    test_matrix_file.py BUILD SCRATCH
"""
import os
import subprocess
import sys

import numpy
import scipy.io
import scipy.sparse

from deck_checks import EXAMPLES, begin, failed, holds
from inmvisc import ave_time

example = os.path.join(EXAMPLES, "matrix")


def expect_equal(what, found, known, tolerance):
    """largest difference relative to the largest element"""
    if found.shape != known.shape:
        return holds(what, False, f"{found.shape} instead of {known.shape}")
    difference = numpy.abs(found - known).max() / max(numpy.abs(known).max(), 1e-300)
    holds(what, difference <= tolerance, f"{difference:.1e}, allowed {tolerance:.0e}")


def run(ranks, deck, folder):
    lammps.run_text(deck, ranks, folder=folder, name="in.test")


# ---- decks: crystals with displaced atoms, the same on any number of ranks

# Smooth at the cutoff, so that differences of forces are right too.  Two masses, and a group. d,
# dz: displacements in lattice units; change: of the box, once the atoms are there; gaps: in the
# IDs.

CRYSTAL = """
units {units}
atom_modify map array
dimension {dim}
boundary {boundary}
lattice {lattice}
region box block {cells}
create_box 2 box
create_atoms 1 box
set group all type/fraction 2 0.4 482
mass 1 {mass1}
mass 2 {mass2}
{change}
displace_atoms all random {d} {d} {dz} 7331
pair_style lj/smooth {inner} {outer}
pair_coeff * * {epsilon} {sigma}
reset_atoms id sort yes
{gaps}
group part id 10:50
"""
GAPS = "group gaps id 5:200:7\ndelete_atoms group gaps compress no"
CASES = {
    "lj, triclinic": dict(units="lj", dim=3, boundary="p p p", lattice="fcc 0.9",
                          cells="0 3 0 3 0 3", mass1=1.0,
                          mass2=3.5, d=0.08, dz=0.08, inner=1.8, outer=2.2, epsilon=1.0, sigma=1.0,
                          scale=1.0,
                          change="change_box all triclinic\n"
                                 "change_box all xy final 0.4 xz final -0.3 yz final 0.2 remap "
                                 "units box"),
    # argon: 1 kcal/mol/Angstrom/(g/mol) = 4.184e-4 Angstrom/fs^2
    "real, free surface": dict(units="real", dim=3, boundary="p p s", lattice="fcc 5.3",
                               cells="0 3 0 3 0 2", mass1=39.95,
                               mass2=83.8, d=0.06, dz=0.06, inner=6.0, outer=7.5, epsilon=0.238,
                               sigma=3.4,
                               scale=4.184e-4, change=""),
    "lj, 2 dimensions": dict(units="lj", dim=2, boundary="p p p", lattice="hex 0.9",
                             cells="0 6 0 4 -0.1 0.1", mass1=1.0,
                             mass2=0.3, d=0.08, dz=0.0, inner=1.8, outer=2.2, epsilon=1.0,
                             sigma=1.0, scale=1.0,
                             change=""),
}
COMPUTES = """
compute d all inm/dos 20 modes none file D.npz
compute t all inm/dos 20 modes none file D.mtx
compute h all inm/dos 20 modes none file H.npz weighted no
compute m all inm/dos 20 modes none file H.mtx weighted no
compute g part inm/dos 20 modes none file G.*.npz
dump lambda all local 1 lambda.txt c_d[1]
dump_modify lambda format line "%.17g"
dump part all local 1 lambda_part.txt c_g[1]
dump_modify part format line "%.17g"
compute x all affine/gamma d
dump affine all custom 1 affine.txt id c_x[1] c_x[2] c_x[3] c_x[4] c_x[5] c_x[6] c_x[7] &
     c_x[8] c_x[9]
dump_modify affine format float "%.17g"
thermo_style custom step pe c_t c_h c_m
run 0
"""
ORACLE = """
compute d all inm/dos 20 modes none file O.npz
thermo_style custom step c_d
run 0
dynamical_matrix all regular {delta} file dynmat binary yes
"""


def eigenvalues(name, compute):
    """Of a dump, in ascending order."""
    found, = ave_time.dump(name)
    return numpy.sort(found[f"{compute}[1]"])


def check_facts(name, case, folder):
    facts = numpy.load(os.path.join(folder, "D.npz"))
    plain = numpy.load(os.path.join(folder, "H.npz"))
    part = numpy.load(os.path.join(folder, "G.0.npz"))
    all_id = facts["id"]
    holds(f"{name}: IDs ascend, with gaps", numpy.all(numpy.diff(all_id) > 0)
          and all_id[-1] > len(all_id))
    masses = numpy.array([0.0, case["mass1"], case["mass2"]])
    holds(f"{name}: masses are those of the types",
          numpy.array_equal(facts["mass"], masses[facts["type"]]))
    holds(f"{name}: units, time step, weighting",
          str(facts["units"]) == case["units"] and facts["timestep"] == 0 and facts["weighted"]
          and not plain["weighted"])
    holds(f"{name}: IDs of the group", list(part["id"]) == [i for i in all_id if 10 <= i <= 50])
    # digits of CODATA in LAMMPS
    expect_equal(f"{name}: scale", facts["scale"], numpy.array(case["scale"]), 1e-5)
    if case["change"]:
        edge = 3 * (4 / 0.9) ** (1 / 3)
        expect_equal(f"{name}: box", facts["box"],
                     numpy.array([[edge, 0, 0], [0.4, edge, 0], [-0.3, 0.2, edge]]), 1e-15)
    return facts


def check_affine(name, case, facts, folder):
    """xi of the file beside compute affine/gamma, planes xy, xz, yz"""
    rows = numpy.loadtxt(os.path.join(folder, "affine.txt"), skiprows=9)
    rows = rows[numpy.argsort(rows[:, 0])]
    for number, (k, c) in enumerate(((0, 1), (0, 2), (1, 2))[:1 if case["dim"] == 2 else 3]):
        expect_equal(f"{name}: affine forces {'xyz'[k]}{'xyz'[c]}", facts["xi"][:, :, k, c],
                     rows[:, 1 + 3 * number:4 + 3 * number], 1e-14)


def check_replay(name, file, column, compute, folder):
    """a solver finds in the file what the compute has found"""
    done = subprocess.run([os.path.join(lammps.build, "inm_replay"), file, "modes", "none"],
                          cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    values = eigenvalues(os.path.join(folder, column), compute)
    known = numpy.sign(values) * numpy.sqrt(numpy.abs(values))
    row = done.stdout.splitlines()[-1].split()
    good = done.returncode == 0 and int(row[1]) == len(values)
    holds(f"{name}: inm_replay {file}", good, "" if good else done.stdout[-300:])
    expect_equal(f"{name}: its ends of the spectrum", numpy.array(row[-2:], dtype=float),
                 numpy.array([known.min(), known.max()]), 1e-9)


def check_case(name, case, folder):
    run(1, CRYSTAL.format(gaps=GAPS, **case) + COMPUTES, folder)
    D = scipy.sparse.load_npz(os.path.join(folder, "D.npz"))
    H = scipy.sparse.load_npz(os.path.join(folder, "H.npz"))
    facts = check_facts(name, case, folder)
    dim, dense = case["dim"], D.toarray()
    holds(f"{name}: rows are coordinates of atoms, in blocks",
          D.shape[0] == dim * len(facts["id"]) and D.blocksize == (dim, dim))
    holds(f"{name}: sparse", D.nnz < 0.8 * D.shape[0] ** 2, f"{D.nnz / D.shape[0] ** 2:.2f}")
    expect_equal(f"{name}: symmetric", dense.T, dense, 1e-15)

    # 17 digits are all of them
    for npz, mtx in ((D, "D.mtx"), (H, "H.mtx")):
        expect_equal(f"{name}: {mtx} is the same matrix",
                     scipy.io.mmread(os.path.join(folder, mtx)).toarray(), npz.toarray(), 0.0)
    m = numpy.repeat(facts["mass"], dim)
    expect_equal(f"{name}: D = scale H / sqrt(m_i m_j)",
                 facts["scale"] * H.toarray() / numpy.sqrt(numpy.outer(m, m)),
                 dense, 1e-14)    # rounding of sums in the same order
    rows = numpy.flatnonzero(numpy.repeat((facts["id"] >= 10) & (facts["id"] <= 50), dim))
    G = scipy.sparse.load_npz(os.path.join(folder, "G.0.npz")).toarray()
    expect_equal(f"{name}: the group is that part of it", G, dense[numpy.ix_(rows, rows)], 1e-13)

    # the compute lifts translations out of the spectrum and puts them back as 0
    for matrix, file, compute in ((dense, "lambda.txt", "c_d"), (G, "lambda_part.txt", "c_g")):
        expect_equal(f"{name}: eigenvalues, {file}", numpy.linalg.eigvalsh(matrix),
                     eigenvalues(os.path.join(folder, file), compute), 1e-9)

    check_affine(name, case, facts, folder)
    check_replay(name, "D.npz", "lambda.txt", "c_d", folder)
    check_replay(name, "H.npz", "lambda.txt", "c_d", folder)
    check_replay(name, "G.0.npz", "lambda_part.txt", "c_g", folder)

    # on 2 ranks the same contributions are added in another order
    two = os.path.join(folder, "two")
    run(2, CRYSTAL.format(gaps=GAPS, **case) + COMPUTES, two)
    again = scipy.sparse.load_npz(os.path.join(two, "D.npz"))
    holds(f"{name}: 2 ranks, the same blocks", numpy.array_equal(again.indices, D.indices)
          and numpy.array_equal(again.indptr, D.indptr))
    expect_equal(f"{name}: 2 ranks, the same elements", again.data, D.data, 1e-13)
    expect_equal(f"{name}: 2 ranks, symmetric", again.toarray().T, again.toarray(), 0.0)


def check_oracle(name, case, folder):
    """dynamical_matrix is right on one rank and with IDs without gaps; it leaves out the conversion
    of units, and has z in 2 dimensions.  Differences of forces have 6 to 8 digits."""
    run(1, CRYSTAL.format(gaps="", **case) + ORACLE.format(delta=1e-6 * case["sigma"]), folder)
    D = scipy.sparse.load_npz(os.path.join(folder, "O.npz")).toarray()
    oracle = case["scale"] * numpy.fromfile(os.path.join(folder, "dynmat"))
    oracle = oracle.reshape(len(D) // case["dim"] * 3, -1)
    keep = numpy.flatnonzero(numpy.arange(len(oracle)) % 3 < case["dim"])
    expect_equal(f"{name}: dynamical_matrix", D, oracle[numpy.ix_(keep, keep)], 2e-6)


def check_times(folder):
    """names with and without *"""
    case = CASES["lj, 2 dimensions"]
    run(2, CRYSTAL.format(gaps="", **case) + "compute a all inm/dos 20 modes none file A.*.npz\n"
        "compute b all inm/dos 20 modes none file B.npz\nfix 1 all nve\nfix 2 all enforce2d\n"
        "thermo 5\nthermo_style custom step c_a c_b\nrun 10\n", folder)
    found = sorted(os.listdir(folder))
    holds("a file of each snapshot with *, of the last without",
          found == ["A.0.npz", "A.10.npz", "A.5.npz", "B.npz", "in.test", "log.lammps"],
          " ".join(found))
    last, named = (numpy.load(os.path.join(folder, name)) for name in ("B.npz", "A.10.npz"))
    holds("which says so", last["timestep"] == 10 and named["timestep"] == 10
          and numpy.array_equal(last["data"], named["data"]))


def check_errors(folder):
    for keywords, message in (
            ("file D.txt", "Compute inm/dos x: file must end in .npz or .mtx, not D.txt"),
            ("file .npz", "Compute inm/dos x: file must end in .npz or .mtx, not .npz"),
            ("file", "Compute inm/dos x: missing value for file"),
            ("file D.npz weighted maybe", "Compute inm/dos x: weighted must be yes, no, on, off, "
             "true, or false, not maybe"),
            ("weighted no", "Compute inm/dos x: keyword weighted needs keyword file"),
            ("file none/D.npz",
             "Compute inm/dos x: cannot write file none/D.npz: No such file or directory")):
        deck = (CRYSTAL.format(gaps="", **CASES["lj, 2 dimensions"])
                + f"compute x all inm/dos 20 modes none {keywords}\n"
                "thermo_style custom step c_x\nrun 0\n")
        done = lammps.run_text(deck, 2, folder=folder, check=False)
        good = done.status != 0 and message in done.output
        holds(f"error of {keywords}", good, "" if good else done.output[-500:])


def check_example(folder):
    for name in ("D.npz", "D.mtx"):
        lammps.run(os.path.join(example, "in.matrix"), 2, dict(file=name, nequil=1000, N=300),
                   folder=folder)
        read = subprocess.run([sys.executable, os.path.join(example, "read_matrix.py"), name],
                              cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True)
        print(read.stdout, end="")
        holds(f"example, {name}", read.returncode == 0 and "3 zero" in read.stdout
              and read.stdout.rstrip().endswith("by compute inm/dos: the same"))


lammps = begin()
for number, (name, case) in enumerate(CASES.items()):
    check_case(name, case, os.path.join(lammps.folder, f"case{number}"))
    check_oracle(name, case, os.path.join(lammps.folder, f"case{number}"))
check_times(os.path.join(lammps.folder, "times"))
check_errors(os.path.join(lammps.folder, "errors"))
check_example(os.path.join(lammps.folder, "example"))
sys.exit(failed())
