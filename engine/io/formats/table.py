"""Text tables (CSV, TSV, TXT): streamed line by line into a sparse matrix."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InvalidFile
from engine.io.formats.digits import quick_numbers
from engine.io.formats.format import Format, Source
from engine.io.formats.orientation import genes_in_rows
from engine.io.formats.table_layout import SAMPLE, Layout, find_layout, is_missing, is_number, split
from engine.io.guard.door import door
from engine.io.matrix import InMemory, Opened

if TYPE_CHECKING:
    import pandas as pd

LONGEST = 1 << 28  # bytes of a line
VALUE_BYTES = 32  # memory a value takes at the peak, while the matrix is put together and turned


def sniff(source: Source) -> bool:
    """Anything that begins as text does."""
    return bool(source.head) and b"\0" not in source.head


def read(source: Source) -> Opened:
    """The table as cells by genes; which side is which is told in the notes.

    Raises
    ------
    InvalidFile
        When it is not UTF-8, has no header, a line of another length, or text among its numbers.
    """
    import pandas as pd

    with door(source.name):
        layout = find_layout(list(islice(_lines(source), SAMPLE + 1)), source.path)
        rows, texts, matrix = _values(layout, source)
    if not layout.named:
        source.notes.append("The rows have no names; they are numbered.")
    in_rows, why = genes_in_rows(rows, layout.columns)
    source.notes.append(why)
    about = pd.DataFrame(texts, index=pd.Index(rows, dtype=object))
    others = pd.DataFrame(index=pd.Index(layout.columns, dtype=object))
    if layout.texts:
        side = "genes" if in_rows else "cells"
        source.notes.append(f"Columns of text describe the {side}: {', '.join(layout.texts[:8])}.")
    obs, var = (others, about) if in_rows else (about, others)
    values = source.guarded(InMemory(matrix.T.tocsr() if in_rows else matrix), "matrix")
    return Opened(FORMAT.name, obs, var, {"X": values})


def _lines(source: Source) -> Iterator[str]:
    """Lines that are not empty, as text."""
    with open(source.path, "rb") as file:
        number, longest = 0, min(LONGEST, source.limit_bytes // 4)
        while line := file.readline(longest + 1):
            number += 1
            if len(line) > longest:
                raise source.invalid(
                    f"line {number:,} is longer than {longest:,} bytes, as no row of a matrix is. "
                    "Save the matrix as h5ad, or with line ends."
                )
            if b"\0" in line:
                raise source.invalid(f"line {number:,} holds binary data, expected text. Copy the file again.")
            text = _decoded(line, number, source).rstrip("\r\n")
            if text.strip():
                yield text


def _decoded(line: bytes, number: int, source: Source) -> str:
    try:
        return line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise source.invalid(
            f"line {number:,} is not UTF-8 text: it holds the byte 0x{line[error.start]:02x}. "
            "Save the file again as 'CSV UTF-8'."
        ) from error


def _values(layout: Layout, source: Source) -> tuple[list[str], dict[str, pd.Categorical], object]:
    """Row names, the columns of text, and the numbers as CSR float32."""
    import pandas as pd
    from scipy import sparse

    rows, texts = [], []
    columns, data, starts = [], [], [0]
    for number, line in enumerate(islice(_lines(source), 1, None), 2):
        words, values = _row(line, layout, number, source.path)
        rows.append(words[0] if layout.named else str(number - 1))
        texts.append(words[1:] if layout.named else words)
        there = np.flatnonzero(values)
        columns.append(there.astype(np.int32))
        data.append(values[there])
        starts.append(starts[-1] + len(there))
        source.need(VALUE_BYTES * starts[-1] + 200 * len(rows), f"{starts[-1]:,} values")
    joined = np.concatenate(data), np.concatenate(columns), np.array(starts)
    described = zip(layout.texts, zip(*texts, strict=True), strict=False)
    tables = {name: pd.Categorical(list(words)) for name, words in described}
    return rows, tables, sparse.csr_matrix(joined, shape=(len(rows), layout.n_values))


def _row(line: str, layout: Layout, number: int, path: Path) -> tuple[list[str], np.ndarray]:
    """Words and numbers of a line; the quick way where all is as it should be."""
    if layout.right == 0 and '"' not in line and layout.delimiter != " ":
        *words, rest = line.split(layout.delimiter, layout.left)
        if len(words) == layout.left and rest.count(layout.delimiter) == layout.n_values - 1 and " " not in rest:
            try:
                return words, quick_numbers(rest, layout.delimiter)
            except ValueError:
                pass  # the slow way tells which field it is
    return _slow_row(line, layout, number, path)


def _slow_row(line: str, layout: Layout, number: int, path: Path) -> tuple[list[str], np.ndarray]:
    try:
        fields = split(line, layout.delimiter)
    except csv.Error as error:
        raise InvalidFile(f"'{path.name}', line {number:,}: {error}. Expected plain CSV: export it again.") from error
    expected = layout.left + layout.n_values + layout.right
    if len(fields) != expected:
        raise InvalidFile(
            f"'{path.name}', line {number:,}: expected {expected:,} fields as in the line before, found "
            f"{len(fields):,}. The file is cut off or damaged: export it again."
        )
    last = expected - layout.right
    values = [
        _number(field, layout.columns[at], fields[0], number, path)
        for at, field in enumerate(fields[layout.left : last])
    ]
    return fields[: layout.left] + fields[last:], np.array(values, dtype=np.float32)


def _number(field: str, column: str, row: str, number: int, path: Path) -> float:
    if is_number(field):
        return float(field)
    if is_missing(field):
        return np.nan
    comma = re.fullmatch(r"\d+,\d+", field.strip())
    raise InvalidFile(
        f"'{path.name}', line {number:,}: expected a number in row '{row}', column '{column}', found '{field[:40]}'. "
        + ("Save it with decimal points, not commas." if comma else "Correct it, or put text columns at the sides.")
    )


FORMAT = Format("text table", sniff, read)
