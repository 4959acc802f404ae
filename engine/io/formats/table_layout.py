"""How a text table is laid out: its delimiter, its names, which of its columns are text."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from engine.errors import InvalidFile
from engine.io.guard.memory import MAX_GENES

DELIMITERS = ("\t", ",", ";", "|", " ")
MISSING = frozenset(("", "na", "n/a", "nan", "null", "none", "."))
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?inf(inity)?", re.IGNORECASE)
CORNER = frozenset(("", "gene", "genes", "cell", "cells", "barcode", "barcodes", "index", "id", "name", "symbol",
                    "gene_id", "gene_name", "geneid", "gene_symbol", "cell_id", "cellid", "unnamed: 0"))  # fmt: skip
SAMPLE = 50


@dataclass(frozen=True)
class Layout:
    """A table of `n_values` columns of numbers, with `left` columns of text before them and `right` after.

    `columns` names the numbers, `texts` the text columns but the row names; `named` says that the first
    column names the rows.
    """

    delimiter: str
    left: int
    right: int
    columns: list[str]
    texts: list[str]
    named: bool

    @property
    def n_values(self) -> int:
        return len(self.columns)


def split(line: str, delimiter: str) -> list[str]:
    """The fields of a line; quotes hold delimiters, runs of spaces are one."""
    if delimiter == " ":
        return line.split() if '"' not in line else next(csv.reader([" ".join(line.split())], delimiter=" "))
    return next(csv.reader([line], delimiter=delimiter)) if '"' in line else line.split(delimiter)


def is_number(field: str) -> bool:
    """Whether a field is a number with a decimal point, or empty of one."""
    return bool(NUMBER.fullmatch(field.strip()))


def is_missing(field: str) -> bool:
    """Whether a field stands for a missing value."""
    return field.strip().lower() in MISSING


def find_delimiter(lines: list[str], path: Path) -> str:
    """The delimiter that splits these lines most, and alike; a space only where no other does.

    Raises
    ------
    InvalidFile
        When none does.
    """
    best, most = "", (False, 1)
    for delimiter in DELIMITERS:
        header, first, *others = [len(split(line, delimiter)) for line in lines]
        headed = header in (first, first - 1) and first > 1
        alike = headed or (others and set(others) == {first})
        if alike and (headed, first) > most and not (best and delimiter == " "):
            best, most = delimiter, (headed, first)
    if not best:
        raise InvalidFile(
            f"'{path.name}': expected a table with columns parted by tab, comma or semicolon, found lines such as "
            f"'{lines[min(1, len(lines) - 1)][:60]}'. Save the matrix as CSV."
        )
    return best


def find_layout(lines: list[str], path: Path) -> Layout:
    """The layout of a table from its first lines, the header first.

    Raises
    ------
    InvalidFile
        When there is no header, no row, no column of numbers, or too many columns.
    """
    if len(lines) < 2:
        raise InvalidFile(f"'{path.name}' has one line; expected names in the first and values below. Export it again.")
    delimiter = find_delimiter(lines, path)
    header, *rows = [split(line, delimiter) for line in lines]
    width = len(rows[0])
    if width > MAX_GENES:
        raise InvalidFile(
            f"'{path.name}' has {width:,} columns, the limit is {MAX_GENES:,}. Save it with fewer, or as a sparse h5ad."
        )
    short = len(header) == width - 1
    if not short and len(header) != width:
        raise InvalidFile(
            f"'{path.name}': the header has {len(header):,} names and the next line {width:,} fields; expected as "
            "many, or one name less. Export it again."
        )
    rows = [row for row in rows if len(row) == width]
    texts = [_is_text([row[at] for row in rows]) for at in range(width)]
    left = sum(1 for _ in takewhile(bool, texts))
    if left == width:
        raise InvalidFile(f"'{path.name}' has no column of numbers; expected a matrix of counts. Choose another file.")
    right = sum(1 for _ in takewhile(bool, reversed(texts)))
    names = ["", *header] if short else header
    named = left > 0 or short or names[0].strip().lower() in CORNER
    left = max(left, int(named))
    columns = names[left : width - right]
    _need_names(columns, path)
    return Layout(delimiter, left, right, columns, names[int(named) : left] + names[width - right :], named)


def _is_text(values: list[str]) -> bool:
    there = [value for value in values if not is_missing(value)]
    return bool(there) and not any(map(is_number, there)) and not all(re.fullmatch(r"\d+,\d+", v) for v in there)


def _need_names(columns: list[str], path: Path) -> None:
    """Refuse a header that is a line of values: numbers that are fractions, or the same again."""
    numbers = [name for name in columns if is_number(name)]
    whole = all(re.fullmatch(r"\d+", name) for name in numbers)
    if len(numbers) == len(columns) > 0 and not (whole and len(set(numbers)) == len(numbers)):
        raise InvalidFile(
            f"'{path.name}': expected names in the first line, found numbers such as {columns[0]}. "
            "Add a header with the names of cells or genes."
        )
