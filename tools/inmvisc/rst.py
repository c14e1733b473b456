"""Pages and tables of the manual, in reStructuredText."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .ave_time import Path


def table(header: Sequence[object], rows: Iterable[Sequence[object]],
          widths: Sequence[int] = ()) -> str:
    """A list-table, with the line break at its end."""
    lines = [".. list-table::", "   :header-rows: 1"]
    if widths:
        lines.append("   :widths: " + " ".join(map(str, widths)))
    lines.append("")
    for row in [header, *rows]:
        lines += [f"   {' ' if k else '*'} - {cell}".rstrip() for k, cell in enumerate(row)]
    return "\n".join(lines) + "\n"


def with_error(value: float, error: float) -> str:
    return f"{value:.4g} +- {error:.2g}"


def show(text: str, path: Path | None = None) -> None:
    """Print a page, and write it where it is wanted."""
    print(text)
    if path:
        with open(path, "w") as page:
            page.write(text)
