#!/usr/bin/env python3
"""Has inmvisc.outputs the names of the code (src/USER-INMVISC/inmvisc_outputs.h), all of them in
their places, and no other?  And are faults in it found?"""
import os
import sys
from dataclasses import replace

from inmvisc.outputs import STYLES, Output

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, ".."))
from check_outputs import expected_rows, names_of_header, style_of    # noqa: E402

HEADER = os.path.join(HERE, "../../src/USER-INMVISC/inmvisc_outputs.h")
KINDS = {"vector": "vector", "array": "array", "local": "local", "per-atom": "atom"}
TYPES = (1, 2, 3)


def columns_of_header(key, names):
    """{name: position in brackets}, with those of some atom types"""
    found = {}
    for position, name in expected_rows(key, names):
        if "t" not in position:
            found[name] = int(position)
            continue
        each, first = map(int, position.split("*t+"))
        found.update((f"{name[:-1]}{t}", each * t + first) for t in TYPES)
    return found


def columns_of_tools(output):
    """the same from inmvisc.outputs"""
    names = [*output.names, *(f"{name}_{t}" for t in TYPES for name in output.each)]
    return {name: output.index(name) + 1 for name in names}


def compare(styles, header):
    """A line for each kind of output that is not the same, and the number of kinds with names."""
    lists, lines, count = names_of_header(header), [], 0
    wanted = {(style_of(name), kind): output for name, style in styles.items()
              for kind, output in ((kind, getattr(style, at)) for kind, at in KINDS.items())}
    for key in sorted({tuple(key.split()) for key in lists} | wanted.keys()):
        text = " ".join(key)
        code = columns_of_header(text, lists[text]) if text in lists else {}
        output = wanted.get(key, Output(()))
        tools = columns_of_tools(output)
        count += bool(code)
        if code != tools or len(set(output.names)) != len(output.names):
            lines.append(f"{text}: header {code}, inmvisc.outputs {output}")
    return lines, count


def faults():
    """What must be found."""
    dos, fix = STYLES["inm/dos"], STYLES["orthogonal/dynamics"]
    names = dos.vector.names
    for what, changed in (("another name", names[:4] + ("edge",) + names[5:]),
                          ("two names exchanged", (names[1], names[0]) + names[2:]),
                          ("a name is missing", names[:-1]), ("a name too many", names + ("T",)),
                          ("a name twice", names + names[-1:])):
        yield what, {**STYLES, "inm/dos": replace(dos, vector=Output(changed))}
    yield "a kind is missing", {**STYLES, "inm/dos": replace(dos, local=Output(()))}
    yield "a style is missing", {name: s for name, s in STYLES.items() if name != "affine/gamma"}
    yield "a style too many", {**STYLES, "inm/other": dos}
    yield "atom types are missing", {**STYLES, "orthogonal/dynamics": replace(
        fix, array=Output(fix.array.names))}
    yield "atom types in another order", {**STYLES, "orthogonal/dynamics": replace(
        fix, array=Output(fix.array.names, fix.array.each[::-1]))}


def main():
    with open(HEADER, encoding="utf-8") as source:
        header = source.read()
    lines, count = compare(STYLES, header)
    for line in lines:
        print("FAILED", line)
    print(f"{count} kinds of output, {len(lines)} differ")
    missed = [what for what, styles in faults() if not compare(styles, header)[0]]
    for what in missed:
        print("FAILED, not found:", what)
    return bool(lines or missed or not count)


if __name__ == "__main__":
    sys.exit(main())
