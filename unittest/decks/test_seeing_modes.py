#!/usr/bin/env python3
"""examples/seeing-modes/in.modes in a shortened form, 128 atoms: are the vectors in its dumps those
that numpy finds for the matrix on file, sign included, for any solver and number of ranks, are the
shares of the atoms those of numpy's modes, and is there a picture?

    test_seeing_modes.py BUILD SCRATCH

Takes the potential that is here, fetches nothing.
"""
import os
import subprocess
import sys

import numpy
import scipy.sparse

from deck_checks import EXAMPLES, TOOL, begin, failed, holds
from inmvisc import ave_time, kob_andersen, potential
from inmvisc.outputs import INM_DOS

example = os.path.join(EXAMPLES, "seeing-modes")
EDGE = 0.36


def with_sign(e):
    """the largest component is positive"""
    return e * numpy.sign(e[numpy.argmax(abs(e))])


def check_vector(name, e, D, index, lam, vectors, rounding=1e-11):
    """e [3N] against the matrix, and against numpy's vector of the mode, from which rounding turns
    it by its size over the gap to the next mode.  The default is that of the digits in the dump."""
    scale = max(abs(lam))
    residual = numpy.linalg.norm(D @ e - lam[index] * e) / scale
    gap = min(abs(numpy.delete(lam, index) - lam[index])) / scale
    difference = abs(e - with_sign(vectors[:, index])).max()
    holds(f"{name}: D e = lambda e", residual < rounding, f"{residual:.1e}")
    holds(f"{name}: numpy's vector, with its sign", difference < rounding / gap,
          f"{difference:.1e}")


def means(e2, lam, pr):
    """mean |e_i|^2 over unstable localized and delocalized modes; e2 [N][modes]"""
    return [e2[:, (lam < 0) & chosen].mean(1) for chosen in (pr < EDGE, pr >= EDGE)]


def check_example(folder):
    done = lammps.run(os.path.join(example, "in.modes"), 2,
                      dict(potential=potential.copper_zirconium(), cells=4, nmelt=1000, nequil=1000,
                           more="file D.npz"), folder=folder)
    D = scipy.sparse.load_npz(os.path.join(folder, "D.npz")).toarray()
    lam, vectors = numpy.linalg.eigh(D)
    w = numpy.sign(lam) * numpy.sqrt(abs(lam))
    real = abs(lam) > 1e-9 * max(abs(lam))               # but for the three translations
    e2 = (vectors.reshape(-1, 3, len(lam)) ** 2).sum(1)
    pr = 1.0 / (len(e2) * (e2 ** 2).sum(0))
    known = dict(zip(("e2_UL", "e2_UD"), means(e2[:, real], lam[real], pr[real])))
    index = {"low": 0, "neg": numpy.argmin(abs(w + 2.0) + 1e9 * ~real),
             "pos": numpy.argmin(abs(w - 2.0) + 1e9 * ~real), "high": len(lam) - 1}
    for name, k in index.items():
        table = ave_time.dump(os.path.join(folder, name + ".dump"))[-1]
        holds(f"{name}: atoms in the order of IDs",
              numpy.array_equal(table["id"], numpy.arange(1, len(e2) + 1)))
        check_vector(name, table.columns("mux", "muy", "muz").T.ravel(), D, k, lam, vectors)
        for column, mean in known.items():
            difference = abs(table[column] - mean).max()
            holds(f"{name}: {column} of the atoms", difference < 1e-9, f"{difference:.1e}")
    holds("the log tells which modes",
          done.output.count("in the per-atom array, frequency") == 4)
    holds("columns that OVITO knows",
          table.names == "id type x y z mux muy muz e2_UL e2_UD".split())
    listed = ave_time.dump(os.path.join(folder, "modes.dat"))[-1]
    difference = abs(listed.component(INM_DOS.local, "lambda") - lam).max() / max(abs(lam))
    holds("the list of modes", difference < 1e-9, f"{difference:.1e}")


LIQUID = """units lj
atom_style atomic
region box block 0 5.1 0 5.0 0 4.9
create_box 2 box
create_atoms 1 random 100 4711 NULL overlap 0.8 maxtry 10000
create_atoms 2 random 25 4712 NULL overlap 0.7 maxtry 10000
mass 1 1.0
mass 2 2.0
""" + kob_andersen.SMOOTH + """
minimize 0 1 500 5000
velocity all create 2.0 4713
fix 1 all nve
run 500
write_restart liquid
"""
READ = """read_restart liquid
""" + kob_andersen.SMOOTH + """
group part id 20:90
compute e {group} inm/dos 20 edge {edge} {keywords} file D.npz
dump e all custom 1 e.dump id type x y z c_e[4] c_e[5] c_e[6]
dump_modify e sort id format float %.14g
run 0
"""


def check_solvers(folder):
    """the same vector whoever finds it; mass 2 for the second type; a group has 0 outside"""
    lammps.run_text(LIQUID, 2, folder=folder)
    cases = [(1, "all", "pr 0.3", "solver lapack eigenvector index 2"),
             (2, "all", "pr 0.3", "solver twostage modes unstable eigenvector index 2"),
             (3, "all", "pr 0.3", "solver twostage eigenvector index 300"),
             (2, "all", "pr 0.3", "precision single solver twostage eigenvector index 2"),
             (2, "all", "frequency 6", "solver kpm 50 modes lowest 5 eigenvector index 2"),
             (2, "part", "pr 0.3", "eigenvector index 4")]
    for ranks, group, edge, keywords in cases:
        lammps.run_text(READ.format(group=group, edge=edge, keywords=keywords), ranks,
                        folder=folder)
        D = scipy.sparse.load_npz(os.path.join(folder, "D.npz")).toarray()
        lam, vectors = numpy.linalg.eigh(D)
        columns = (INM_DOS.atom.column("c_e", f"e_{axis}") for axis in "xyz")
        e = ave_time.dump(os.path.join(folder, "e.dump"))[-1].columns(*columns).T
        name = f"{group}, {ranks} ranks, {keywords}"
        if group == "part":
            inside = numpy.arange(19, 90)
            holds(f"{name}: 0 outside the group", not numpy.delete(e, inside, 0).any())
            e = e[inside]
        index = int(keywords.split()[-1]) - 1
        single = len(lam) * 2.0 ** -24 if "single" in keywords else 1e-11
        check_vector(name, e.ravel(), D, index, lam, vectors, single)


lammps = begin()
check_example(os.path.join(lammps.folder, "example"))
check_solvers(os.path.join(lammps.folder, "solvers"))

subprocess.run(["sh", TOOL, os.path.join(example, "plot_modes.py"), "example", "-o", "modes.png"],
               cwd=lammps.folder, check=True)
holds("a picture", os.path.getsize(os.path.join(lammps.folder, "modes.png")) > 2e4)
sys.exit(failed())
