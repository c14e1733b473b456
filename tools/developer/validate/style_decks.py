"""The decks that LAMMPS tests its own force styles with: unittest/force-styles/tests/*.yaml.

Which there are, which of them this LAMMPS can run, and the input script of each, command by command
as test_pair_style.cpp and its sisters make it.
"""
import os
import re

# style command of the deck
CATEGORIES = {"mol-pair": "pair", "atomic-pair": "pair", "manybody-pair": "pair",
              "ellipsoid-pair": "pair", "spin-pair": "pair", "bond": "bond",
              "angle": "angle", "dihedral": "dihedral", "improper": "improper", "kspace": "pair"}


def tests_of(lammps):
    return os.path.join(lammps.source, "unittest", "force-styles", "tests")


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
        self.folder = tests_of(lammps)
        self.values = read_yaml(os.path.join(self.folder, name + ".yaml"))
        # "pair lj/cut", ..., that this binary does not have
        self.missing = [p for p in self.prerequisites
                        if p.split()[1] not in lammps.styles.get(p.split()[0], ())]
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
    folder = tests_of(lammps)
    names = sorted(n[:-len(".yaml")] for n in os.listdir(folder)
                   if n.endswith(".yaml") and any(n.startswith(c + "-") for c in CATEGORIES))
    decks = [Deck(lammps, n) for n in names]
    return sorted(decks, key=lambda d: (list(CATEGORIES).index(d.category), d.name))
