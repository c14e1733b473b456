#!/usr/bin/env python3
"""Every input that the manual and the README show, run as it stands: all blocks of LAMMPS commands
on the pages, but for the syntax of a command.  A block that uses a fix or compute of the package
without defining it comes after the standard one; the lines of a section "Examples" are independent
of each other and are run one by one.

    test_manual.py BUILD SCRATCH
"""
import os
import re
import sys

from deck_checks import ROOT, begin, failed, holds
from inmvisc import ave_time, kob_andersen
from inmvisc.outputs import ULINM_VISCOSITY

pages = os.path.join(ROOT, "doc/src")

# small enough for a diagonalization in no time
LIQUID = (kob_andersen.hot(100, density=1.2, seeds=(48271, 48272, 48273))
          + kob_andersen.nvt(2.0, 1.0, 2000)
          + "unfix nvt\nfix int all nve\nreset_timestep 0\n")
STANDARD = {
    "mem": "fix mem all orthogonal/dynamics 1 400 10",
    "inm": "compute inm all inm/dos 200 edge pr 0.27",
    "gam": "compute gam all affine/gamma inm",
    "eta": "compute eta all ulinm/viscosity inm gam friction f_mem bulk 65.0",
    "mod": "compute mod all inm/modulus inm gam 1.0 60.0 31 friction f_mem channel both",
}
ASK = {         # how to have a style do its work
    "inm/dos": "thermo_style custom step c_inm\nrun 0\n",
    "affine/gamma": "fix ask all ave/time 1 1 1 c_gam[1] mode vector\nrun 0\n",
    "ulinm/viscosity": "thermo_style custom step c_eta\nrun 0\n",
    "inm/modulus": "thermo_style custom step c_mod\nrun 0\n",
    "orthogonal/dynamics": "run 50\n",
}
WORKFLOW = ("inm/dos", "affine/gamma", "ulinm/viscosity", "orthogonal/dynamics")
OTHERS = "variable fric equal 80\nvariable w equal 3.0\ngroup mobile type 1\n"


def blocks(name):
    """(section, text) of the blocks of LAMMPS commands on a page"""
    section, result, lines = "", [], open(os.path.join(pages, name)).read().split("\n")
    for i, line in enumerate(lines):
        if re.match(r"([\"=^'-])\1{3,}$", line) and i > 0:
            section = lines[i - 1]
        start = re.match(r"( *)\.\. code-block:: LAMMPS$", line)
        if not start:
            continue
        block, k = [], i + 1
        while k < len(lines) and (not lines[k].strip()
                                  or len(lines[k]) - len(lines[k].lstrip()) > len(start.group(1))):
            block.append(lines[k].strip())
            k += 1
        result.append((section, "\n".join(block).strip() + "\n"))
    return result


def defines(text, ID):
    return re.search(rf"^(compute|fix)\s+{ID}\s", text, re.M)


def with_standard(text):
    """the block, after the standard definitions of what it uses"""
    for ID in reversed(STANDARD):
        used = re.search(rf"\b[cf]_{ID}\b|affine/gamma +{ID}\b"
                         rf"|(?:ulinm/viscosity|inm/modulus) .*\b{ID}\b", text)
        if used and not defines(text, ID):
            text = STANDARD[ID] + "\n" + text
    return text


def run(name, text):
    folder = os.path.join(lammps.folder, re.sub(r"\W+", "_", name))
    os.makedirs(folder)
    for library in ("inmviscplugin.so", "inmvisc_styles.so"):
        os.symlink(os.path.join(lammps.build, library), os.path.join(folder, library))
    with open(os.path.join(folder, "edge.lmp"), "w") as fp:
        fp.write("variable wedge equal 6.0\n")
    load = "" if "plugin" in text else "plugin load ./inmviscplugin.so\n"
    done = lammps.run_text(LIQUID + load + OTHERS + text, folder=folder, check=False)
    good = done.status == 0
    holds(name, good, "" if good else "\n" + done.output[-1500:])
    return folder, done.output


def run_block(name, text):
    text = with_standard(text)
    every = max([int(n) for n in re.findall(r"(?:ave/time|local|custom) +(\d+)", text)] or [400])
    return run(name, text if re.search(r"^run\s", text, re.M) else text + f"run {every}\n")


def run_examples(name, text):
    for line in text.strip().split("\n"):
        style = line.split()[3]
        run(f"{name}, {line}", with_standard(line + "\n") + ASK[style])


def check_workflow(name, folder, out):
    """the block that the README and the how-to begin with: its last row has the result, LAMMPS
    tells of the styles in one line, and asks to cite what they are based on"""
    table = ave_time.rows(os.path.join(folder, "eta.dat"))
    column = ULINM_VISCOSITY.vector.column
    eta, error = (table[column("c_eta", quantity)][-1]
                  for quantity in ("mean_eta_UL", "err_eta_UL"))
    holds(f"{name}: eta = {eta:.3g}", 0.0 < eta < 1000.0)
    holds(f"{name}: its error from two snapshots = {error:.3g}", 0.0 <= error < 1000.0)
    holds(f"{name}: one line for the plugin", out.count("Loading plugin: ") == 1)
    known = [line for line in out.split("\n") if re.match(r"(Compute|Fix)\[ *\d+\]", line)]
    for style in WORKFLOW:
        holds(f"{name}: info tells of {style}", any(f"style = {style}," in line for line in known))
        holds(f"{name}: {style} has a reference",
              re.search(rf"^- \w+ {style} command: \S", out, re.M))


lammps = begin()
del lammps.environment["LAMMPS_PLUGIN_PATH"]        # the inputs load the plugin
readme = re.findall(r"(?:^    .+\n)+", open(os.path.join(ROOT, "README.md")).read(), re.M)
workflow = "".join(line.strip() + "\n" for text in readme if "plugin  load" in text
                   for line in text.strip().split("\n"))
holds("the README has the workflow", workflow.startswith("plugin"))
check_workflow("README.md", *run("README.md", workflow + "run 10000\ninfo computes fixes\n"))

count = 0
for page in sorted(os.listdir(pages)):
    if not page.endswith(".rst"):
        continue
    for number, (section, text) in enumerate(blocks(page)):
        if section == "Syntax":
            continue
        count += 1
        if section == "Examples":
            run_examples(page, text)
        else:
            run_block(f"{page}, block {number + 1}", text)
holds(f"{count} blocks on the pages", count >= 12)
sys.exit(failed())
