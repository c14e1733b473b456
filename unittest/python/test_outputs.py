#!/usr/bin/env python3
"""Has inmvisc.outputs a name for each number that doc/src/outputs.rst lists, and no other?"""
import os
import re
import sys

from inmvisc.outputs import STYLES

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../doc/src/outputs.rst")
KINDS = {"vector": "vector", "array, row per bin": "array", "array, row per lag": "array",
         "local array, row per mode": "local", "per-atom array": "atom"}


def cells():
    """Rows of the table: style, kind, index, what, unit."""
    with open(PAGE) as page:
        text = page.read()
    body = text[text.index(".. list-table::"):text.index("\nFiles:")]
    for row in re.split(r"^   \* - ?", body, flags=re.M)[2:]:
        yield [cell.strip() for cell in re.split(r"^     - ?", row, flags=re.M)]


def documented():
    """{style: {kind: (indices, does a line end in ...)}}"""
    found, style, kind = {}, None, None
    for name, what, index, *_ in cells():
        if name:
            style = re.search(r"`(\S+) <", name).group(1)
            found[style] = {}
        kind = what or kind
        if kind == "scalar":
            continue
        numbers, repeated = found[style].setdefault(KINDS[kind], ([], []))
        for part in index.replace(", ...", "").split(", "):
            first, _, last = part.partition("-")
            (repeated if index.endswith("...") else numbers).extend(
                range(int(first), int(last or first) + 1))
    return found


def main():
    page, good = documented(), True
    for name, style in STYLES.items():
        for kind in ("vector", "array", "local", "atom"):
            output = getattr(style, kind)
            numbers, repeated = page.get(name, {}).get(kind, ([], []))
            every, each = len(output.names), len(output.each)
            same = (numbers == list(range(1, every + 1))
                    and repeated == list(range(every + 1, every + each + 1)))
            distinct = len(set(output.names)) == every
            good = good and same and distinct
            print(f"{'ok    ' if same and distinct else 'FAILED'} {name}, {kind}: {every} names"
                  f" and {each} for each type, on the page {numbers} and {repeated}")
    if set(page) != set(STYLES):
        print("FAILED styles on the page:", *page)
        good = False
    return not good


if __name__ == "__main__":
    sys.exit(main())
