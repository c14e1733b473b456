#!/usr/bin/env python3
"""Faults from outside: killed in the middle of a run, a damaged restart file, a full disk, too
little memory, an error in one partition.

    test_faults.py BUILD SCRATCH
"""
import glob
import os
import signal
import struct
import sys
import time

from deck_checks import begin, failed, holds

runner = begin(options=("-log", "none"))
os.chdir(runner.folder)

forces = """
pair_style lj/smooth 2.0 2.5
pair_coeff * * 1.0 1.0
timestep 0.002
fix nve all nve
"""
liquid = """
units lj
lattice fcc 1.0
region box block 0 {cells} 0 {cells} 0 {cells}
create_box 1 box
create_atoms 1 box
mass 1 1.0
velocity all create 2.0 4711 loop geom
""" + forces
kernel = "fix mem all orthogonal/dynamics 1 10 2 blocks 2 file kernel.dat\n"
modes = "compute inm all inm/dos 20 edge pr 0.3\nthermo_style custom step c_inm\n"


def check(what, good, text=""):
    holds(what, good, "" if good else "\n" + text[-2000:])


def write(name, text):
    with open(name, "w") as f:
        f.write(text)
    return name


def lammps(commands, ranks=1, prefix=(), options=()):
    """Exit code and output; the code is None if it did not end."""
    done = runner.run_text(commands, ranks, options=options, prefix=prefix, time_limit=200,
                           check=False)
    return done.status, done.output


def is_error(code, text, message):
    """An orderly end with that message: neither a hang nor a signal."""
    return code is not None and 0 < code < 128 and message in text


def numbers(name):
    return [float(w) for line in open(name) if not line.startswith("#") for w in line.split()]


# ---- killed in the middle of a run

run = runner.start(write("in.killed", liquid.format(cells=3) + kernel
                         + "restart 100 killed.*\nthermo 100\nrun 1000000\n"))
since = time.time()
while len(glob.glob("killed.*")) < 4 and time.time() - since < 150 and run.poll() is None:
    time.sleep(0.05)
run.send_signal(signal.SIGKILL)
run.communicate()
check("killed in the middle of the run", run.returncode == -signal.SIGKILL)
check("nothing was written by half", not os.path.exists("kernel.dat"))

# the newest may be what the kill has interrupted; LAMMPS says so, and the one before is whole
files = sorted(glob.glob("killed.*"), key=lambda n: int(n.split(".")[1]))
for last in reversed(files):
    step = int(last.split(".")[1])
    code, text = lammps(f"read_restart {last}\n{forces}{kernel}thermo 100\nrun 60\n")
    if code == 0:
        break
check("continues from the last restart file", code == 0, text)
continued = numbers("kernel.dat")
code, text = lammps(liquid.format(cells=3) + kernel + f"thermo 100\nrun {step}\nrun 60\n")
check("the uninterrupted run ends", code == 0, text)
straight = numbers("kernel.dat")
worst = max(abs(a - b) / (abs(b) + 1e-3 * max(map(abs, straight[2:])))
            for a, b in zip(continued, straight))
print(f"        restart at step {step}, {len(straight)} numbers, largest relative difference "
      f"{worst:.1g}")
check("same kernel as without the kill, to what a restart does to the trajectory",
      len(continued) == len(straight) and worst < 1e-6)

# the same trajectory on file: to the bit, see
# OrthogonalDynamics.rerun_split_at_a_restart_is_identical

# ---- a restart file that is damaged

whole = open(last, "rb").read()
# version, types, Nlag, Norigin, blocks, dim, estimator
options = struct.pack("7d", 3, 1, 10, 2, 2, 3, 0)
at = whole.find(options)
check("the data of the fix are in the restart file", at > 0 and whole.find(options, at + 1) < 0)
again = forces + kernel + "run 0\n"
for what, data, message in (
        ("truncated", whole[:len(whole) * 2 // 3], "ERROR"),
        ("truncated in the data of the fix", whole[:at + 30], "ERROR"),
        ("with another number in the sums", whole[:at + 400] + b"\x3f" + whole[at + 401:],
         "data in the restart file are damaged"),
        ("with another number of samples", whole[:at + 60] + b"\x55" + whole[at + 61:],
         "data in the restart file are damaged"),
        ("with other numbers in the header of the fix",
         whole[:at - 11 * 8] + b"\x55" * 8 + whole[at - 10 * 8:],
         "data in the restart file are damaged"),
        ("of another version of the fix", whole[:at] + struct.pack("d", 2) + whole[at + 8:],
         "or from another version of this fix")):
    with open("damaged", "wb") as f:
        f.write(data)
    code, text = lammps("read_restart damaged\n" + again)
    check(f"a restart file {what} is refused", is_error(code, text, message),
          f"exit code {code}\n{text}")

# ---- a disk that is full

if os.path.exists("/dev/full"):
    write("kernel.dat", "the one before\n")
    os.symlink("/dev/full", "kernel.dat.tmp")
    code, text = lammps(liquid.format(cells=3) + kernel + "run 30\n")
    check("a full disk at the end of a run is an error with its reason",
          is_error(code, text, "Fix orthogonal/dynamics mem: cannot write file kernel.dat: No "
                               "space left on device"), text)
    check("the file before stays", open("kernel.dat").read() == "the one before\n"
          and not os.path.lexists("kernel.dat.tmp"))
    code, text = lammps(liquid.format(cells=3) + kernel.replace("kernel.dat", "/dev/full")
                        + "run 30\n")
    check("a device is written directly, and stays",
          is_error(code, text, "No space left") and not os.path.isfile("/dev/full"), text)
    os.symlink("/dev/full", "D.npz.tmp")
    code, text = lammps(liquid.format(cells=3) + modes.replace("pr 0.3", "pr 0.3 file D.npz")
                        + "run 0\n")
    check("a full disk under the matrix is an error with its reason",
          is_error(code, text,
                   "Compute inm/dos inm: cannot write file D.npz: No space left on device"), text)
    check("no half-written matrix", not os.path.lexists("D.npz")
          and not os.path.lexists("D.npz.tmp"))

# ---- too little memory

large = liquid.format(cells=10) + modes + "run 0\n"    # 12000 modes: more than a GB


def limited(gigabytes, rank=None):
    """A shell that runs LAMMPS in an address space of that size, on one rank only if that is
    given."""
    test = "true" if rank is None else f'[ "$OMPI_COMM_WORLD_RANK" = {rank} ]'
    return ["sh", "-c", f'{test} && ulimit -v {int(gigabytes * 1048576)}; exec "$@"', "sh"]


code, text = lammps(large, prefix=limited(1.0))
check("too little memory is told before it is taken", is_error(code, text, "GB are available"),
      f"exit code {code}\n{text}")
code, text = lammps(large.replace("pr 0.3", "pr 0.3 solver scalapack"), 2,
                    prefix=limited(0.9, rank=1))
check("too little memory on one rank ends all of them", is_error(code, text, "GB are available"),
      f"exit code {code}\n{text}")

# ---- an error in one partition

write("in.one", liquid.format(cells=3) + "compute inm all inm/dos 1\n")
write("in.two", liquid.format(cells=3) + kernel + "thermo 10000\nrun 100000000\n")
both = "variable which world in.one in.two\ninclude ${which}\n"
code, text = lammps(both, 2, options=("-partition", "2x1", "-plog", "none"))
text += "".join(open(name).read() for name in glob.glob("screen.*"))
check("an error in one partition ends the other",
      code is not None and code != 0 and "Nbin must be an integer" in text,
      f"exit code {code}\n{text}")

sys.exit(failed())
