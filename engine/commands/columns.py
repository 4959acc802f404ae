"""Rows of words as columns in a terminal."""

from __future__ import annotations


def aligned(rows: list[list[str]]) -> str:
    """The first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join([row[0].ljust(widths[0]), *(word.rjust(width) for word, width in
                                zip(row[1:], widths[1:], strict=True))]).rstrip() for row in rows)  # fmt: skip


def plus_minus(mean: float, sd: float) -> str:
    """A mean with its standard deviation; a dash where there is none."""
    if mean != mean:
        return "–"
    return f"{mean:.3f} ± {sd:.3f}" if sd == sd else f"{mean:.3f}"
