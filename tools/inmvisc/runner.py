"""LAMMPS as a benchmark wants it: decks, seconds, liquids that are made once."""
import os
import re
import subprocess
import time

KA_LIQUID = """
units lj
atom_style atomic
atom_modify map array
region box block 0 {length} 0 {length} 0 {length}
create_box 2 box
create_atoms 1 random {na} 4711 box overlap 0.8 maxtry 10000
create_atoms 2 random {nb} 4712 box overlap 0.7 maxtry 10000
mass * 1.0
pair_style lj/cut 2.5
pair_coeff 1 1 1.0 1.0 2.5
pair_coeff 1 2 1.5 0.8 2.0
pair_coeff 2 2 0.5 0.88 2.2
pair_modify shift yes
minimize 0.0 1.0e-2 200 2000
reset_timestep 0
velocity all create 2.0 12345 mom yes
timestep 0.005
fix nvt all nvt temp 2.0 1.0 0.5
run 2000
unfix nvt
write_data {data} nocoeff
"""

KA_START = """
units lj
atom_style atomic
atom_modify map array
read_data {data}
pair_style lj/cut 2.5
pair_coeff 1 1 1.0 1.0 2.5
pair_coeff 1 2 1.5 0.8 2.0
pair_coeff 2 2 0.5 0.88 2.2
pair_modify shift yes
timestep 0.005
fix nve all nve
"""


class Host:
    """Runs decks with the LAMMPS of a build, on given cores, in a folder of its own."""

    def __init__(self, build, scratch, cores):
        self.build, self.scratch, self.cores = os.path.abspath(build), scratch, cores
        self.env = dict(os.environ, LAMMPS_PLUGIN_PATH=self.build, OPENBLAS_NUM_THREADS=str(cores),
                        OMP_NUM_THREADS=str(cores), OMPI_ALLOW_RUN_AS_ROOT="1",
                        OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")

    def version(self):
        text = subprocess.run([os.path.join(self.build, "lmp"), "-h"], stdout=subprocess.PIPE,
                              text=True).stdout
        return re.search(r"\d+ \w{3} \d{4}", text).group(0)

    def lammps(self, deck, ranks=1):
        """Run a deck; return its log and the seconds that it took."""
        path = os.path.join(self.scratch, "in.bench")
        with open(path, "w") as fp:
            fp.write(deck)
        launch = ["mpirun", "--oversubscribe", "--bind-to", "none", "-np",
                  str(ranks)] if ranks > 1 else []
        begin = time.perf_counter()
        done = subprocess.run(launch + [os.path.join(self.build, "lmp"), "-in", path, "-log",
                                        "none"], cwd=self.scratch, env=self.env,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        seconds = time.perf_counter() - begin
        if done.returncode != 0:
            raise RuntimeError(done.stdout[-2000:])
        return done.stdout, seconds

    def serial(self, deck):
        """Run a deck on one rank; return its log, the seconds that it took, its largest memory in
        bytes."""
        path = os.path.join(self.scratch, "in.serial")
        with open(path, "w") as fp:
            fp.write(deck)
        begin = time.perf_counter()
        run = subprocess.Popen([os.path.join(self.build, "lmp"), "-in", path, "-log", "none"],
                               cwd=self.scratch, env=self.env, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
        out = run.stdout.read()
        _, status, usage = os.wait4(run.pid, 0)
        if status != 0:
            raise RuntimeError(out[-2000:])
        return out, time.perf_counter() - begin, 1024.0 * usage.ru_maxrss

    def data(self, name, deck):
        """Data file that a deck writes as {data}, made once with all cores."""
        path = os.path.join(self.scratch, name)
        if not os.path.exists(path):
            self.lammps(deck.replace("{data}", path), self.cores)
        return path

    def kob_andersen(self, natoms):
        """Beginning of a deck: a Kob-Andersen liquid, equilibrated."""
        na = round(0.8 * natoms)
        deck = KA_LIQUID.format(length=(natoms / 1.185) ** (1 / 3), na=na, nb=natoms - na,
                                data="{data}")
        return KA_START.format(data=self.data(f"ka.{natoms}", deck))


def table(header, rows):
    """A reStructuredText list-table."""
    lines = [".. list-table::", "   :header-rows: 1", ""]
    for row in [header, *rows]:
        lines += [("   * - " if k == 0 else "     - ") + str(cell) for k, cell in enumerate(row)]
    return "\n".join(lines) + "\n"
