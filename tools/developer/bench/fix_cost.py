"""An MD step with and without fix orthogonal/dynamics, in turn."""
import re

from inmvisc.runner import table


def step_cost(host, natoms, nlag, norigin, ranks, steps):
    """Seconds per MD step without and with the fix, in turn within one run."""
    deck = host.kob_andersen(natoms) + f"run {steps}\n"
    for _ in range(5):
        deck += f"run {steps}\nfix mem all orthogonal/dynamics 1 {nlag} {norigin}\nrun {steps}\nunfix mem\n"
    out, _ = host.lammps(deck, ranks)
    loops = [float(t) / steps for t in re.findall(r"Loop time of (\S+)", out)][1:]
    return loops[0::2], loops[1::2]


def run(host, repeat, natoms=4000, steps=1000):
    rows = []
    for nlag, norigin in ((100, 10), (400, 10), (400, 20), (1600, 10), (1600, 40)):
        for ranks in range(1, host.cores + 1):
            print(f"== fix, N = {natoms}, Nlag = {nlag}, Norigin = {norigin}, ranks = {ranks}",
                  flush=True)
            without, with_it = step_cost(host, natoms, nlag, norigin, ranks, steps)
            # other programs only ever make a run longer, so the shortest of each kind are compared
            cost = min(with_it) / min(without) - 1.0
            rows.append([natoms, nlag, norigin, ranks, f"{1e3 * min(without):.3f}",
                         f"{1e3 * min(with_it):.3f}", f"{100 * cost:.1f} %"])
    return f"""An MD step with and without ``fix orthogonal/dynamics 1 Nlag Norigin``, Kob-Andersen liquid, five runs of {steps} steps each in turn, the shortest of both kinds.

""" + table(["N", "Nlag", "Norigin", "ranks", "step without (ms)", "step with (ms)", "added"], rows)
