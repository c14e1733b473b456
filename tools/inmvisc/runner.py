"""Run decks with the LAMMPS of a build directory: on so many ranks, with the plugin."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .ave_time import Path

Variables = Mapping[str, Any]

# LAMMPS's message, without its place in the source
MESSAGE = r"^ERROR(?: on proc \d+)?:\s*(.*?)(?: \(\S+:\d+\))?\s*$"
GRACE = 10.0        # seconds between asking a run to end and killing it

# for Open MPI, unless the environment says otherwise: ranks may be more than cores, and are not
# bound to one
MPI = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
       "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_hwloc_base_binding_policy": "none",
       "OMPI_MCA_btl_base_warn_component_unused": "0"}


@dataclass(frozen=True)
class Run:
    """A run that has ended."""

    command: list[str]
    status: int | None      # exit code, -N: killed by signal N, None: stopped after its time limit
    output: str
    seconds: float
    memory: float           # bytes: the largest resident set of LAMMPS, on one rank

    @property
    def error(self) -> str:
        """LAMMPS's message; empty if there is none."""
        found = re.search(MESSAGE, self.output, re.M)
        return found.group(1) if found else ""


class LammpsError(RuntimeError):
    """A run that did not end well."""

    def __init__(self, run: Run) -> None:
        super().__init__(f"{' '.join(run.command)}\nended with status {run.status}\n"
                         f"{run.output[-3000:]}")
        self.run = run


def arguments(variables: Variables) -> list[str]:
    """Index variables on the command line of LAMMPS; a list becomes one of several strings."""
    words = []
    for name, value in variables.items():
        words += ["-var", name, *map(str, value if isinstance(value, (list, tuple)) else [value])]
    return words


class Lammps:
    """The LAMMPS of a build directory: build/lmp, with the plugin that is beside it.

    build     the build directory
    folder    where decks are run unless a call says otherwise
    cores     threads of BLAS and OpenMP; None: as the environment says
    options   of LAMMPS, in every run
    mpirun    the command that starts ranks, with its options
    more      further variables of the environment
    """

    def __init__(self, build: Path, folder: Path = ".", cores: int | None = None,
                 options: Sequence[str] = (), mpirun: Sequence[str] = ("mpirun",),
                 more: Mapping[str, str] | None = None) -> None:
        self.build, self.folder = os.path.abspath(build), os.path.abspath(folder)
        self.binary = os.path.join(self.build, "lmp")
        self.cores = cores or os.cpu_count() or 1
        self.options, self.mpirun = list(options), list(mpirun)
        self.environment = {**MPI, **os.environ, "LAMMPS_PLUGIN_PATH": self.build}
        if cores:
            self.environment.update(OPENBLAS_NUM_THREADS=str(cores), OMP_NUM_THREADS=str(cores))
        self.environment.update(more or {})

    # ---- runs

    def command(self, words: Sequence[str], ranks: int = 1,
                prefix: Sequence[str] = ()) -> list[str]:
        """prefix: a program that starts LAMMPS, on each rank."""
        launch = [*self.mpirun, "-np", str(ranks)] if ranks > 1 else []
        return [*launch, *prefix, self.binary, *words]

    def run(self, deck: Path, ranks: int = 1, variables: Variables | None = None,
            options: Sequence[str] = (), *, folder: Path | None = None, prefix: Sequence[str] = (),
            time_limit: float | None = None, check: bool = True) -> Run:
        """Run the deck on file.  Without check, a run that fails is no exception."""
        words = ["-in", os.fspath(deck), *self.options, *options, *arguments(variables or {})]
        command = self.command(words, ranks, prefix)
        where = folder or self.folder
        os.makedirs(where, exist_ok=True)
        begin = time.perf_counter()
        with tempfile.TemporaryFile() as screen:
            process = subprocess.Popen(command, cwd=where, env=self.environment, stdout=screen,
                                       stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT)
            status, memory = _wait(process, time_limit)
            seconds = time.perf_counter() - begin
            screen.seek(0)
            output = screen.read().decode(errors="replace")
        done = Run(command, status, output, seconds, memory)
        if check and status != 0:
            raise LammpsError(done)
        return done

    def run_text(self, text: str, ranks: int = 1, variables: Variables | None = None,
                 options: Sequence[str] = (), *, name: str = "in.run", folder: Path | None = None,
                 prefix: Sequence[str] = (), time_limit: float | None = None,
                 check: bool = True) -> Run:
        """Write the text as a deck of that name into the folder of the run, and run it there."""
        where = folder or self.folder
        os.makedirs(where, exist_ok=True)
        with open(os.path.join(where, name), "w") as deck:
            deck.write(text)
        return self.run(name, ranks, variables, options, folder=where, prefix=prefix,
                        time_limit=time_limit, check=check)

    def start(self, deck: Path) -> subprocess.Popen[str]:
        """A run of the deck on one rank that is left to itself; its output is a pipe."""
        command = self.command(["-in", os.fspath(deck), *self.options])
        return subprocess.Popen(command, cwd=self.folder, env=self.environment, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def data(self, name: str, text: str) -> str:
        """The data file that a deck writes as {data}, which is run once, on all cores."""
        path = os.path.join(self.folder, name)
        if not os.path.exists(path):
            self.run_text(text.replace("{data}", path), self.cores)
        return path

    # ---- what LAMMPS this is

    @cached_property
    def help(self) -> str:
        return subprocess.run([self.binary, "-h"], stdout=subprocess.PIPE, text=True,
                              env=self.environment).stdout

    @cached_property
    def version(self) -> str:
        found = re.search(r"\d+ \w{3} \d{4}", self.help)
        return found.group(0) if found else "unknown"

    @cached_property
    def styles(self) -> dict[str, set[str]]:
        """{"pair": {"lj/cut", ...}, ...}"""
        sections = re.split(r"^\* (\w+) styles:?\s*$", self.help, flags=re.M | re.I)[1:]
        return {kind.lower(): set(names.split())
                for kind, names in zip(sections[::2], sections[1::2])}

    @cached_property
    def source(self) -> str:
        """The tree that the package was compiled for."""
        with open(os.path.join(self.build, "CMakeCache.txt")) as cache:
            found = re.search(r"^LAMMPS_SOURCE_DIR:\w+=(.*)$", cache.read(), re.M)
        if not found:
            raise FileNotFoundError(f"{self.build} does not say where the source of LAMMPS is")
        return os.path.dirname(os.path.abspath(found.group(1)))

    @property
    def potentials(self) -> str:
        return os.path.join(self.source, "potentials")

    @property
    def python_environment(self) -> dict[str, str]:
        """For `import lammps`: its module and its library, the other paths after them."""
        home = os.path.dirname(os.path.realpath(self.binary))
        libraries = [home, os.path.join(os.path.dirname(home), "lib")]
        before = {"PYTHONPATH": [os.path.join(self.source, "python")], "LD_LIBRARY_PATH": libraries}
        more = {name: os.pathsep.join([*paths, *filter(None, [os.environ.get(name)])])
                for name, paths in before.items()}
        return {**self.environment, **more}


def _wait(process: subprocess.Popen[bytes], limit: float | None) -> tuple[int | None, float]:
    """Exit code (None: stopped, since it took too long) and the largest resident set in bytes."""
    try:
        with _stopped_after(process.pid, limit) as stopped:
            _, status, usage = os.wait4(process.pid, 0)
    except BaseException:       # an interrupt from the keyboard, say
        process.kill()
        raise
    process.returncode = os.waitstatus_to_exitcode(status)
    return None if stopped.is_set() else process.returncode, 1024.0 * usage.ru_maxrss


@contextlib.contextmanager
def _stopped_after(pid: int, limit: float | None) -> Iterator[threading.Event]:
    """Ask the process to end after so many seconds (mpirun then ends its ranks), then kill it."""
    stopped = threading.Event()

    def stop(number: signal.Signals) -> None:
        stopped.set()
        os.kill(pid, number)

    timers = [] if limit is None else [threading.Timer(limit, stop, [signal.SIGTERM]),
                                       threading.Timer(limit + GRACE, stop, [signal.SIGKILL])]
    for timer in timers:
        timer.start()
    try:
        yield stopped
    finally:
        for timer in timers:
            timer.cancel()
