"""The decks that LAMMPS tests its own force styles with: unittest/force-styles/tests/*.yaml.

Which there are, which of them this LAMMPS can run, and the input script of each, command by command
as test_pair_style.cpp and its sisters make it.
"""
import os
import re
import subprocess

CATEGORIES = {"mol-pair": "pair", "atomic-pair": "pair", "manybody-pair": "pair", "bond": "bond",
              "angle": "angle",
              # style command of the deck
              "dihedral": "dihedral", "improper": "improper", "kspace": "pair"}


class Lammps:
    """The LAMMPS that a build directory of this package belongs to."""

    def __init__(self, build):
        with open(os.path.join(build, "CMakeCache.txt")) as fp:
            source = re.search(r"^LAMMPS_SOURCE_DIR:\w+=(.*)$", fp.read(), re.M).group(1)
        self.binary = os.path.join(build, "lmp")
        self.root = os.path.dirname(os.path.abspath(source))
        self.tests = os.path.join(self.root, "unittest", "force-styles", "tests")
        self.python = os.path.join(self.root, "python")
        self.potentials = os.path.join(self.root, "potentials")
        bindir = os.path.dirname(os.path.realpath(self.binary))
        self.libraries = os.pathsep.join([bindir, os.path.join(os.path.dirname(bindir), "lib")])
        text = subprocess.run([self.binary, "-h"], stdout=subprocess.PIPE, text=True).stdout
        self.version = re.search(r"\d+ \w{3} \d{4}", text).group(0)
        self.styles = styles_of_help(text)

    def missing(self, prerequisites):
        """Those of the styles ("pair lj/cut") that this binary does not have."""
        return [p for p in prerequisites if p.split()[1] not in self.styles.get(p.split()[0], ())]


def styles_of_help(text):
    """lmp -h: {"pair": {"lj/cut", ...}, ...}"""
    sections = re.split(r"^\* (\w+) styles:?\s*$", text, flags=re.M | re.I)[1:]
    return {name.lower(): set(body.split()) for name, body in zip(sections[::2], sections[1::2])}


def read_yaml(path):
    """Top-level scalars of a file, those of several lines without indentation.

    These files have nothing else; a tag '!' before a value only says that it is a string."""
    values = {}
    with open(path) as fp:
        for key, body in re.findall(r"^([a-z_]+):[ ]*(?:![ ]+)?(.*\n(?:[ ].*\n|\n)*)", fp.read(),
                                    re.M):
            first, _, rest = body.partition("\n")
            lines = [line.strip() for line in rest.splitlines()]
            if re.match(r"\|[-+0-9]*\s*$", first):
                values[key] = "\n".join(lines)
            else:
                text = " ".join([first] + lines).strip()
                values[key] = text.strip('"').replace("\\n",
                                                      "\n") if text[:1] == '"' else text.strip("'")
    return values


class Deck:
    def __init__(self, lammps, name):
        self.name = name
        self.category = next(c for c in CATEGORIES if name.startswith(c + "-"))
        self.folder = lammps.tests
        self.values = read_yaml(os.path.join(self.folder, name + ".yaml"))
        self.missing = lammps.missing(self.prerequisites)
        self.style = self.style_under_test(lammps)

    def lines(self, key):
        return [line for line in self.values.get(key, "").splitlines() if line.strip()]

    @property
    def prerequisites(self):
        return [" ".join(line.split()) for line in self.lines("prerequisites")]

    def style_under_test(self, lammps):
        """Its name without arguments, of hybrid styles with those of the sub-styles."""
        if self.category == "kspace":
            words = [line.split() for line in self.lines("post_commands")]
            return next((w[1] for w in words if w[0] == "kspace_style"), "none")
        kind = CATEGORIES[self.category]
        words = self.values[kind + "_style"].split()
        known = lammps.styles.get(kind, ()) if words[0].startswith("hybrid") else ()
        return " ".join([words[0]] + [w for w in words[1:] if w in known])

    def commands(self):
        """As init_lammps() of LAMMPS's own test programs, up to and without 'run 0'."""
        kind = CATEGORIES[self.category]
        newton = "newton_pair" if kind == "pair" else "newton_bond"
        script = [f"variable {newton} index on", f"variable input_dir index {self.folder}"]
        script += self.lines("pre_commands")
        script.append("include " + os.path.join(self.folder, self.values["input_file"]))
        script.append(f"{kind}_style {self.values[kind + '_style']}")
        script += [f"{kind}_coeff {line}" for line in self.lines(kind + "_coeff")]
        if kind == "pair":
            script += ["pair_modify table 0", "pair_modify table/disp 0"]
        return script + self.lines("post_commands")

    def forces(self):
        """Forces on file, {atom ID: (x, y, z)}, to see that the deck is the same."""
        rows = [line.split() for line in self.lines("init_forces")]
        return {int(row[0]): tuple(map(float, row[1:4])) for row in rows}


def find_decks(lammps):
    names = sorted(n[:-len(".yaml")] for n in os.listdir(lammps.tests)
                   if n.endswith(".yaml") and any(n.startswith(c + "-") for c in CATEGORIES))
    decks = [Deck(lammps, n) for n in names]
    return sorted(decks, key=lambda d: (list(CATEGORIES).index(d.category), d.name))
