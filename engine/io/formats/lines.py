"""Small text tables beside a matrix: barcodes, features, peaks, positions."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from engine.errors import InvalidFile
from engine.io.formats.format import Source
from engine.io.guard.door import door
from engine.io.guard.memory import TEXT

LINE = 1 << 20  # the longest line of such a table


def read_lines(path: Path, source: Source, *, delimiter: str = "\t") -> list[list[str]]:
    """The fields of every line that is not empty; gzip is unpacked first.

    Raises
    ------
    InvalidFile
        When it is not UTF-8, not text, has lines of differing length, or takes more memory than the limit.
    """
    plain = source.plain(path)
    source.part(path).need(plain.stat().st_size + TEXT * (plain.stat().st_size / 8), "as a table")
    with door(path.name):
        text = plain.read_bytes().decode("utf-8-sig")
        if "\0" in text:
            raise InvalidFile(f"'{path.name}' was expected to be text, found binary data. Export it again.")
        if max(map(len, text.splitlines()), default=0) > LINE:
            raise InvalidFile(f"'{path.name}' has a line of over {LINE:,} letters. Expected a name or a few a line.")
        quoting = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL  # a gene may be called 5"-x
        lines = csv.reader(io.StringIO(text), delimiter=delimiter, quoting=quoting)
        rows = [[field.strip('"') for field in row] for row in lines if row]
    widths = {len(row) for row in rows}
    if len(widths) > 1:
        at = next(number for number, row in enumerate(rows, 1) if len(row) != len(rows[0]))
        raise InvalidFile(
            f"'{path.name}', line {at}: expected {len(rows[0])} fields as in the first line, found "
            f"{len(rows[at - 1])}. Export it again."
        )
    return rows
