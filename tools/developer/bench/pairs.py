"""Two builds of the package, in turn within one run: what a change costs or gains.

Each row is a whole run of LAMMPS, start included, first with the one build, then with the other,
then the order is reversed; the ratio is taken pair by pair, so that it holds when the speed of the
machine drifts."""
import statistics

from hessian import ASSEMBLY, copper_zirconium, silicon
from inmvisc import kob_andersen
from inmvisc.rst import table
from kpm import liquid
from spectrum import SNAPSHOT

KPM = """
compute inm all inm/dos 100 edge frequency 6.0 solver kpm {keywords} check no
compute gam all affine/gamma inm
compute eta all ulinm/viscosity inm gam friction 77 bulk 65
thermo_style custom step c_eta
run 0
"""

FIX = """
fix mem all orthogonal/dynamics 1 400 20
run {steps}
"""


def assembly(method, steps):
    return ASSEMBLY.format(method=method, steps=steps)


def snapshot(keywords):
    return SNAPSHOT.format(keywords=keywords, edge=0.27, wmin=3.1)


def rows(lammps, small):
    """What is measured, ranks, deck."""
    atoms, cells, si, copies = (500, 6, 3, 2) if small else (4000, 13, 6, 3)
    ka = kob_andersen.equilibrated(lammps, atoms)
    yield f"Hessian, pairwise, N = {atoms}, 20 times", 1, ka + assembly("auto", 20)
    yield (f"Hessian, eam/fs, N = {2 * cells ** 3}, 5 times", 1,
           copper_zirconium(lammps, cells) + assembly("auto", 5))
    yield (f"Hessian, numeric, sw, N = {8 * si ** 3}", 1,
           silicon(lammps, si) + assembly("numeric 0", 1))
    middle, few = (300, 200) if small else (1500, 800)
    ka = kob_andersen.equilibrated(lammps, middle)
    for name, words in (("unstable modes", "modes unstable solver twostage"),
                        ("unstable modes, single", "modes unstable solver twostage "
                         "precision single"),
                        ("all modes", "modes all solver twostage")):
        yield f"{name}, N = {middle}", 1, ka + snapshot(words)
    yield f"30 lowest modes, N = {middle}", 1, ka + KPM.format(keywords="200 modes lowest 30")
    ka = kob_andersen.equilibrated(lammps, few)
    yield f"all modes, lapack, N = {few}", 1, ka + snapshot("modes all solver lapack")
    if lammps.cores > 1:
        yield f"all modes, scalapack, N = {few}", 2, ka + snapshot("modes all solver scalapack")
    yield (f"kpm, 240 products, N = {4000 * copies ** 3}", lammps.cores,
           liquid(lammps, 4000, copies, 100) + KPM.format(keywords="240"))
    ka = kob_andersen.equilibrated(lammps, atoms)
    yield f"MD with the fix, N = {atoms}", 1, ka + FIX.format(steps=100 if small else 2000)


def run(one, other, repeat, small):
    """one and other: two builds, whose runs share a folder."""
    lines = []
    for name, ranks, deck in rows(one, small):
        seconds = []
        for k in range(repeat):
            builds = (one, other) if k % 2 == 0 else (other, one)
            took = {id(b): b.run_text(deck, ranks).seconds for b in builds}
            seconds.append((took[id(one)], took[id(other)]))
        ratios = [a / b for a, b in seconds]
        a, b = (statistics.median(x) for x in zip(*seconds))
        lines.append([name, ranks, f"{a:.2f}", f"{b:.2f}", f"{statistics.median(ratios):.3f}",
                      f"{min(ratios):.3f} to {max(ratios):.3f}"])
        print("==", *lines[-1], flush=True)
    return f"""Whole runs with two builds in turn, with {one.cores} BLAS threads on one rank; the ratio is the median over {repeat} pairs.

{table(["run", "ranks", "this build (s)", "the other (s)", "ratio", "range"], lines)}"""  # noqa: E501
