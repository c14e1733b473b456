"""An MD step with and without fix orthogonal/dynamics, in turn."""
import re

from inmvisc import kob_andersen
from inmvisc.rst import table


def step_cost(lammps, natoms, nlag, norigin, ranks, steps):
    """Seconds per MD step without and with the fix, in turn within one run."""
    deck = kob_andersen.equilibrated(lammps, natoms) + f"run {steps}\n"
    for _ in range(5):
        deck += (f"run {steps}\nfix mem all orthogonal/dynamics 1 {nlag} {norigin}\n"
                 f"run {steps}\nunfix mem\n")
    done = lammps.run_text(deck, ranks)
    loops = [float(t) / steps for t in re.findall(r"Loop time of (\S+)", done.output)][1:]
    return loops[0::2], loops[1::2]


def run(lammps, repeat, small):
    natoms, steps = (500, 50) if small else (4000, 1000)
    rows = []
    for nlag, norigin in ((100, 10), (400, 10), (400, 20), (1600, 10), (1600, 40)):
        for ranks in range(1, lammps.cores + 1):
            print(f"== fix, N = {natoms}, Nlag = {nlag}, Norigin = {norigin}, ranks = {ranks}",
                  flush=True)
            without, with_it = step_cost(lammps, natoms, nlag, norigin, ranks, steps)
            # other programs only ever make a run longer, so the shortest of each kind are compared
            cost = min(with_it) / min(without) - 1.0
            rows.append([natoms, nlag, norigin, ranks, f"{1e3 * min(without):.3f}",
                         f"{1e3 * min(with_it):.3f}", f"{100 * cost:.1f} %"])
    return f"""An MD step with and without ``fix orthogonal/dynamics 1 Nlag Norigin``, Kob-Andersen liquid, alternating, five runs of {steps} steps each; the table has the shortest of both kinds.

{table(["N", "Nlag", "Norigin", "ranks", "step without (ms)", "step with (ms)", "added"], rows)}"""  # noqa: E501
