#!/usr/bin/env python3
"""inm_replay: do all solvers agree with numpy on the matrix that it writes and reads, on 1 and 2
ranks, and does it read what numpy writes?

    test_miniapp.py BUILD SCRATCH
"""
import os
import shutil
import subprocess
import sys

import numpy
import scipy.sparse

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../decks"))
from deck_checks import holds, expect, failed     # noqa: E402

build, scratch = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
TEXT = ("solver", "modes", "precision")


def replay(ranks, *arguments):
    launch = ["mpirun", "-np", str(ranks)] if ranks > 1 else []
    return subprocess.run(launch + [os.path.join(build, "inm_replay")] + list(arguments),
                          cwd=scratch, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def rows(ranks, *arguments):
    """the table as dictionaries by solver"""
    done = replay(ranks, *arguments)
    if done.returncode != 0:
        print(done.stdout[-3000:])
        sys.exit(f"inm_replay {' '.join(arguments)} failed")
    lines = done.stdout.splitlines()
    names = next(line for line in lines if line.startswith("# solver")).lstrip("# ").split()
    table = [dict(zip(names, line.split())) for line in lines
             if not line.startswith("#") and len(line.split()) == len(names)]
    return {r["solver"]: {k: v if k in TEXT else float(v) for k, v in r.items()} for r in table}


def eigenvalues(name):
    """of the mass-weighted matrix of a file, ascending, without the three translations"""
    facts = numpy.load(name)
    matrix = scipy.sparse.load_npz(name).toarray()
    if not facts["weighted"]:
        m = numpy.repeat(facts["mass"], 3)
        matrix = facts["scale"] * matrix / numpy.sqrt(numpy.outer(m, m))
    values = numpy.linalg.eigvalsh(matrix)
    zero = numpy.argsort(numpy.abs(values))[:3]
    holds("three translations", numpy.abs(values[zero]).max() < 1e-10 * numpy.abs(values).max())
    return numpy.delete(values, zero)


def frequency(value):
    return numpy.sign(value) * numpy.sqrt(abs(value))


def check_dense(what, row, values, vectors):
    precise = 1e-10 if row["precision"] == "double" else 1e-4
    # 12 digits are printed, and an eigenvalue is good to n eps of the largest
    holds(f"{what}: all modes", row["n"] == len(values) + 3)
    # six digits are printed
    expect(f"{what}: f_u", row["f_u"] - numpy.mean(values < 0.0), -1e-6, 1e-6)
    expect(f"{what}: lowest", row["lowest"] / frequency(values[0]) - 1.0, -precise, precise)
    expect(f"{what}: highest", row["highest"] / frequency(values[-1]) - 1.0, -precise, precise)
    eps = 2.0 ** (-52 if row["precision"] == "double" else -23)
    expect(f"{what}: trace", row["trace"], 0.0, row["n"] * eps)
    if vectors == "none":
        holds(f"{what}: no residual without vectors", numpy.isnan(row["residual"]))
    else:
        expect(f"{what}: residual", row["residual"], 0.0, row["n"] * eps)
    holds(f"{what}: time, speed, memory",
          row["seconds"] > 0 and row["GFlop/s"] > 0 and row["MB"] > 1)


def check_kpm(what, row, values):
    holds(f"{what}: all eigenvalues are in the interval",
          row["lowest"] <= frequency(values[0]) and row["highest"] >= frequency(values[-1]))
    # a count by five random vectors, with its spread
    expect(f"{what}: f_u", row["f_u"] - numpy.mean(values < 0.0), -0.06, 0.06)
    holds(f"{what}: speed", row["GB/s"] > 0)


def check_source(source, name, ranks, vectors):
    table = rows(ranks, source, "solver", "all", "modes", vectors, "write", name, "products", "300")
    values = eigenvalues(os.path.join(scratch, name))
    holds(f"{source}, {ranks} ranks: all solvers but lowest",
          {"lapack", "twostage", "kpm"} <= set(table) and "lowest" not in table, " ".join(table))
    for solver, row in table.items():
        what = f"{source}, {vectors}, {ranks} ranks, {solver}"
        holds(f"{what}: ranks", row["ranks"] == ranks)
        if solver == "kpm":
            check_kpm(what, row, values)
        else:
            check_dense(what, row, values, vectors)
    return values


def check_lowest(source, ranks, values):
    row = rows(ranks, source, "modes", "lowest", "4", "repeat", "2")["lowest"]
    what = f"{source}, {ranks} ranks, lowest"
    expect(f"{what}: first", row["lowest"] / frequency(values[0]) - 1.0, -1e-8, 1e-8)
    expect(f"{what}: last", row["highest"] / frequency(values[3]) - 1.0, -1e-8, 1e-8)
    expect(f"{what}: residual", row["residual"], 0.0, 1e-10)    # the criterion of the solver


def check_numpy_files(values):
    """by savez and savez_compressed, weighted or not, with the vectors or without"""
    arrays = dict(numpy.load(os.path.join(scratch, "F.npz")))
    size = numpy.abs(arrays["xi"]).max()
    holds("affine forces of all atoms add up to zero",
          numpy.abs(arrays["xi"].sum(axis=0)).max() < 1e-11 * size)
    holds("their shape", arrays["xi"].shape == (len(arrays["id"]), 3, 3, 3))
    plain = dict(arrays)
    atom = numpy.repeat(numpy.arange(len(arrays["id"])), numpy.diff(arrays["indptr"]))
    m = arrays["mass"]
    root = numpy.sqrt(m[atom] * m[arrays["indices"]])[:, None, None]
    plain["data"] = arrays["data"] * root / arrays["scale"]
    plain["weighted"] = numpy.array(False)
    del plain["xi"]
    numpy.savez(os.path.join(scratch, "plain.npz"), **plain)
    check_dense("savez, not weighted", rows(2, "plain.npz")["twostage"], values, "unstable")
    holds("the table tells that vectors are random",
          "random vectors" in replay(1, "plain.npz").stdout)

    numpy.savez_compressed(os.path.join(scratch, "small.npz"), **arrays)
    done = replay(2, "small.npz")
    if "built without zlib" in done.stdout:
        holds("compressed files are refused without zlib", done.returncode != 0)
    else:
        check_dense("savez_compressed", rows(2, "small.npz")["twostage"], values, "unstable")

    with open(os.path.join(scratch, "F.npz"), "rb") as fp:
        whole = fp.read()
    with open(os.path.join(scratch, "cut.npz"), "wb") as fp:
        fp.write(whole[:len(whole) // 2])
    for ranks in (1, 2):
        done = replay(ranks, "cut.npz")
        message = "ERROR: inm_replay: cut.npz is not a ZIP archive, or its end is missing"
        good = done.returncode != 0 and message in done.stdout
        holds(f"half a file is refused, {ranks} ranks", good, "" if good else done.stdout[-300:])


def check_single(values):
    row = rows(1, "F.npz", "precision", "single", "modes", "all")["twostage"]
    holds("precision single is used for more than some modes",
          row["precision"] == "single" or row["n"] < 600)
    check_dense("precision single", row, values, "all")


def check_errors():
    for arguments, message in (
            ((), "inm_replay SOURCE"),
            (("fcc:0",), "fcc:0 must be fcc:CELLS or random:N with a number of 1 or more"),
            (("none.npz",), "none.npz cannot be opened: No such file or directory"),
            (("fcc:2", "solver", "qr"), "solver cannot be qr; it can be all, lapack, twostage"),
            (("fcc:2", "modes", "few"),
             "modes cannot be few; it can be none, unstable, all, lowest"),
            (("fcc:2", "modes", "lowest"), "missing value for modes lowest"),
            (("fcc:2", "repeat", "0"), "repeat must be a whole number of 1 or more, not 0"),
            (("fcc:2", "repeat", "2.5"), "repeat must be a whole number of 1 or more, not 2.5"),
            (("fcc:2", "tolerance", "2"), "tolerance must be a number above 0 and below 1, not 2"),
            (("fcc:2", "color", "red"), "a keyword cannot be color; it can be solver"),
            (("fcc:2", "solver", "kpm", "precision", "single"),
             "solver kpm works in double precision"),
            (("fcc:2", "solver", "lapack", "modes", "lowest", "3"),
             "solver lapack finds all modes"),
            (("fcc:2", "modes", "lowest", "40"), "modes lowest K needs twice as many modes"),
            (("fcc:2", "write", "D.txt"),
             "write must be a name that ends in .npz or .mtx, not D.txt"),
            (("fcc:2", "write", "none/D.npz"),
             "cannot write file none/D.npz: No such file or directory")):
        done = replay(1, *arguments)
        good = done.returncode != 0 and message in done.stdout
        holds(f"error of {' '.join(arguments)}", good, "" if good else done.stdout[-300:])


shutil.rmtree(scratch, ignore_errors=True)
os.makedirs(scratch)
for number_of_ranks in (1, 2):
    check_source("fcc:2", "small.npz", number_of_ranks, "none")    # neighbors have several images
    check_source("random:90", "R.npz", number_of_ranks, "all")
    crystal = check_source("fcc:4", "F.npz", number_of_ranks, "unstable")
    check_lowest("fcc:4", number_of_ranks, crystal)
    check_lowest("F.npz", number_of_ranks, crystal)
check_numpy_files(crystal)
check_single(crystal)
check_errors()
sys.exit(failed())
