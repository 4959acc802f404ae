"""Matrix Market files: the header judged before the values are read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InvalidFile
from engine.io.formats.format import Format, Source
from engine.io.guard.door import door
from engine.io.guard.memory import need_memory
from engine.io.matrix import Opened

if TYPE_CHECKING:
    from scipy import sparse

BANNER = b"%%MatrixMarket"
VALUE_BYTES = 40  # memory that reading one value takes, at the peak
SHORTEST = 4  # bytes of the shortest line: "1 1\n"
PLAIN = b"0123456789+-.eEnaifNAIF \t\r\n"  # letters of numbers, NaN and infinity
EXACT = 2**24  # whole numbers below it are exact in single precision


def read_mtx(path: Path, source: Source) -> sparse.csr_matrix:
    """The matrix of a .mtx file, gzip or not, lines by columns as they stand in it.

    Raises
    ------
    InvalidFile
        When it is no coordinate matrix of numbers, its header claims more than it holds or may, or a line is damaged.
    """
    from scipy.io import mmread

    plain = source.plain(path)
    lines, columns, stored, start = _header(plain, path.name)
    need_memory(stored * VALUE_BYTES, source.limit_bytes, path.name, f"{stored:,} values")
    need_memory(16 * (lines + columns), source.limit_bytes, path.name, f"{lines:,} × {columns:,}")
    if plain.stat().st_size < SHORTEST * stored:
        raise InvalidFile(
            f"'{path.name}': the header tells of {stored:,} values, and the file is too short for them "
            f"({plain.stat().st_size:,} bytes). It is cut off: copy it again."
        )
    _check_letters(plain, start, path.name)
    with door(path.name):
        matrix = mmread(plain).tocsr()
    if matrix.dtype.kind in "iu" and abs(matrix.data).max(initial=0) < EXACT:
        return matrix.astype(np.float32)
    return matrix


def _check_letters(path: Path, start: int, name: str) -> None:
    """Refuse what is no number before it is read: the reader of scipy ends the program on a zero byte."""
    with door(name), open(path, "rb") as file:
        lines = file.read(start).count(b"\n")
        while block := file.read(1 << 22) + file.readline():
            if wrong := block.translate(None, PLAIN):
                before = block[: block.index(wrong[:1])]
                line = block[before.rfind(b"\n") + 1 :].split(b"\n", 1)[0].decode("ascii", "replace")
                number = lines + before.count(b"\n") + 1
                raise InvalidFile(
                    f"'{name}', line {number:,}: expected two whole numbers and a value, "
                    f"found {line[:40]!r}. The file is damaged: export it again."
                )
            lines += block.count(b"\n")


def _header(path: Path, name: str) -> tuple[int, int, int, int]:
    """Lines, columns, number of values, and where in the file these begin."""
    with door(name), open(path, "rb") as file:
        banner = file.readline(1024).split()
        if not banner or banner[0] != BANNER:
            raise InvalidFile(f"'{name}' was expected to begin with {BANNER.decode()}, and does not. Export it again.")
        kind = [word.decode("ascii", "replace").lower() for word in banner[1:]]
        if kind[:2] != ["matrix", "coordinate"] or kind[2:3][0] not in ("integer", "real") or kind[3:] != ["general"]:
            raise InvalidFile(
                f"'{name}': expected 'matrix coordinate integer (or real) general', found '{' '.join(kind)}'. "
                "Export the counts as a sparse matrix."
            )
        line = file.readline(1 << 16)
        while line.startswith(b"%") or (line and not line.strip()):
            line = file.readline(1 << 16)
        sizes, start = [int(word) for word in line.split()], file.tell()
    if len(sizes) != 3 or min(sizes) < 0 or max(sizes) > 1 << 50 or sizes[2] > sizes[0] * sizes[1]:
        raise InvalidFile(
            f"'{name}': expected a line with rows, columns and number of values, found "
            f"'{line.decode('ascii', 'replace').strip()[:60]}'. Export it again."
        )
    return sizes[0], sizes[1], sizes[2], start


def sniff(source: Source) -> bool:
    """A Matrix Market file by itself."""
    return source.head.startswith(BANNER)


def read(source: Source) -> Opened:
    """Always refused: names of cells and genes are in other files."""
    raise source.invalid(
        "a matrix.mtx alone does not name its cells and genes. Upload the whole folder: expected barcodes.tsv and "
        "features.tsv (or genes.tsv) beside it, gzip or not."
    )


FORMAT = Format("Matrix Market", sniff, read)
