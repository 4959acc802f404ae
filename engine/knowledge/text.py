"""Small text files, plain or gzip-compressed, read whole and never larger than allowed."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import InvalidFile

if TYPE_CHECKING:
    import pandas as pd

MOST = 200_000_000  # bytes of text


def read_text(path: Path, *, most: int = MOST) -> str:
    """The text of a UTF-8 file, decompressed when it is gzip-compressed.

    Raises
    ------
    InvalidFile
        When it is not there, larger than `most` bytes, damaged, or not UTF-8.
    """
    name = f"'{Path(path).name}'"
    if not Path(path).is_file():
        found = "a folder is" if Path(path).is_dir() else "nothing is"
        raise InvalidFile(f"A text file was expected at '{path}', and {found} there. Check the path.")
    try:
        with Path(path).open("rb") as start:
            compressed = start.read(2) == b"\x1f\x8b"
        with gzip.open(path) if compressed else Path(path).open("rb") as content:
            found = content.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InvalidFile(f"{name} was expected to be text, but cannot be read ({error}). Bring it again.") from error
    if len(found) > most:
        raise InvalidFile(f"{name} may hold up to {most / 1e6:g} MB of text, and holds more. Bring a smaller one.")
    if b"\0" in found:
        raise InvalidFile(f"{name} was expected to be text, found binary content. Save it as plain text.")
    try:
        return found.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = found[: error.start].count(b"\n") + 1
        raise InvalidFile(
            f"{name} was expected to be UTF-8 text, found other characters in line {line}. Save it as UTF-8."
        ) from error


def read_table(path: Path, *, header: bool = True, columns: tuple[str, ...] | None = None) -> pd.DataFrame:
    """A table of text, separated by tabs, else by commas; empty cells are empty text.

    Parameters
    ----------
    header
        Whether the first line names the columns; they are numbers otherwise.
    columns
        Those to keep; None keeps all.
    """
    import io

    import pandas as pd

    text = read_text(path)
    separator = "\t" if "\t" in text.partition("\n")[0] else ","
    return pd.read_csv(io.StringIO(text), sep=separator, dtype=str, na_filter=False, header=0 if header else None,
                       usecols=columns)  # fmt: skip
