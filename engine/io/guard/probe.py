"""A damaged HDF5 file can end the whole program: it is tried in a process of its own first."""

from __future__ import annotations

import math
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from engine.errors import GeneweaveError, InvalidFile

SECONDS = 300
WHOLE = 1 << 26  # bytes of arrays that are read whole; of larger ones the first and the last row
ADDRESSES = 8 << 30
PROGRAM = ("-m", "engine.io.guard.probe")
EXPECTED = (GeneweaveError, OSError, KeyError, ValueError, TypeError, RuntimeError, MemoryError)
ROOT = Path(__file__).resolve().parents[3]


def probe(path: Path, name: str) -> None:
    """Read what is in an HDF5 file, its large arrays in part, where a crash does no harm.

    Raises
    ------
    InvalidFile
        When the library breaks down on it, or does not come to an end.
    """
    try:
        done = subprocess.run(
            [sys.executable, *PROGRAM, str(path.resolve())], cwd=ROOT, timeout=SECONDS,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise InvalidFile(
            f"'{name}' could not be looked through in {SECONDS // 60} minutes: its parts seem to lead in circles. "
            "It is damaged: copy or download it again."
        ) from error
    if done.returncode < 0:
        raise InvalidFile(
            f"'{name}' is so badly damaged that the HDF5 library breaks down on it. "
            "Copy or download it again, and compare its size with the original's."
        )


def look_through(path: Path) -> None:
    """Visit every part of an HDF5 file and read its attributes and values; errors of the library pass."""
    from engine.io.guard.hdf5 import open_hdf5

    with suppress(*EXPECTED), open_hdf5(path, path.name) as file:
        file.visititems(_look)


def _look(_: str, node: Any) -> None:
    """What the library raises is met by the reader too, which says so."""
    with suppress(*EXPECTED):
        for key in node.attrs:
            node.attrs[key]
    with suppress(*EXPECTED):
        _read(node)


def _read(node: Any) -> None:
    if not hasattr(node, "shape") or not node.shape:
        return
    row = math.prod(node.shape[1:]) * node.dtype.itemsize
    chunk = math.prod(node.chunks) * node.dtype.itemsize if node.chunks else 0
    if max(row, chunk) > WHOLE or 0 in node.shape:
        return
    if row * node.shape[0] <= WHOLE:
        node[()]
    else:
        node[:1], node[-1:]


def main(path: str) -> None:
    """The probe, with a bound on its memory where the system has one."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
    except (ImportError, ValueError, OSError):
        pass
    look_through(Path(path))


if __name__ == "__main__":
    main(sys.argv[1])
