#!/usr/bin/env python3
"""check_outputs.py HEADER PAGE: the names and positions of all outputs on the page of the manual
(doc/src/outputs.rst) are those of the code (src/USER-INMVISC/inmvisc_outputs.h).

With --self-test it checks that a name that differs, is missing or is out of place is found.
"""

import re
import sys

KINDS = {"VECTOR": "vector", "ARRAY": "array", "LOCAL": "local", "PERATOM": "per-atom"}

# The fix has one column of time, and then the same outputs for all atoms and for each type t: on
# the page these rows have a position in t and a name that ends in _t.
TIME = "Time"

# of the page: title and text of a style; kind, position and name of an output
SECTION = r"^((?:compute|fix) \S+)\n\"+\n(.*?)(?=^\S[^\n]*\n\"+\n|\Z)"
ROW = r"^   \* - (\S+)\n     - (\S+)\n     - (\S+)\n"


def names_of_header(text: str) -> dict[str, list[str]]:
    """From "INM_DOS vector" to its names in order."""
    lists = re.findall(r"#define (\w+)_(VECTOR|ARRAY|LOCAL|PERATOM)\(ENTRY\)((?:.*\\\n)*.*)", text)
    return {f"{style} {KINDS[kind]}": re.findall(r"ENTRY\((\w+)\)", body)
            for style, kind, body in lists}


def style_of(title: str) -> str:
    """compute inm/dos -> INM_DOS"""
    return title.split()[-1].replace("/", "_").upper()


def names_of_page(text: str) -> dict[str, list[tuple[str, str]]]:
    """From "INM_DOS vector" to pairs of position and name."""
    found: dict[str, list[tuple[str, str]]] = {}
    for title, body in re.findall(SECTION, text, flags=re.S | re.M):
        for kind, position, name in re.findall(ROW, body, flags=re.M):
            if kind not in ("kind", "scalar"):
                found.setdefault(f"{style_of(title)} {kind}", []).append((position, name))
    return found


def expected_rows(style_and_kind: str, names: list[str]) -> list[tuple[str, str]]:
    """Rows that the page has to have for a list of the header."""
    if not style_and_kind.startswith("ORTHOGONAL_DYNAMICS"):
        return [(str(i), name) for i, name in enumerate(names, 1)]
    n = len(names)
    if style_and_kind.endswith("array"):
        return ([("1", TIME)] + [(str(i), name) for i, name in enumerate(names, 2)] +
                [(f"{n}*t+{i}", f"{name}_t") for i, name in enumerate(names, 2)])
    return ([(str(i), name) for i, name in enumerate(names, 1)] +
            [(f"{n}*t+{i}", f"{name}_t") for i, name in enumerate(names, 1)])


def differences(header: str, page: str) -> list[str]:
    """A line for each list that is not the same in both."""
    of_header, of_page = names_of_header(header), names_of_page(page)
    lines = []
    if len(of_header) < 13:
        lines.append(f"only {len(of_header)} lists found in the header")
    for key in sorted(of_header.keys() | of_page.keys()):
        wanted = expected_rows(key, of_header.get(key, []))
        found = of_page.get(key, [])
        if wanted != found:
            lines.append(f"{key}: header {wanted}, page {found}")
    return lines


def self_test(header: str, page: str) -> int:
    """Every fault that is put in must be found."""
    row = "     - f_UL\n"
    faults = {
        "a name that differs": page.replace(row, "     - f_localized\n", 1),
        "a position that differs": page.replace("     - 3\n" + row, "     - 4\n" + row, 1),
        "a row that is missing": re.sub(r"   \* - vector\n     - 3\n     - f_UL\n.*\n.*\n", "",
                                        page, count=1),
    }
    missed = [what for what, bad in faults.items() if bad == page or not differences(header, bad)]
    for what in missed:
        print(f"not found: {what}")
    return 1 if missed else 0


def main() -> int:
    """Exit status 1 if there is a difference."""
    arguments = [a for a in sys.argv[1:] if a != "--self-test"]
    header, page = (open(name, encoding="utf-8").read() for name in arguments)
    if "--self-test" in sys.argv:
        return self_test(header, page)
    lines = differences(header, page)
    print("\n".join(lines) or "all outputs have the same names in the code and in the manual")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
