"""A table of gene vectors that somebody brought: judged by what it would unpack to before it is read."""

from __future__ import annotations

import gzip
import math
import zipfile
from pathlib import Path
from typing import Any

from engine.io.guard.door import door
from engine.io.guard.hdf5 import open_hdf5
from engine.io.guard.memory import need_memory
from engine.io.guard.probe import probe

BLOCK = 1 << 20
ADVICE = "Keep fewer genes or dimensions, or save it as npz with float32."


def check_vectors(path: Path, most: float) -> None:
    """Look at a file before it is read as a table of vectors; an HDF5 file must reach nothing outside itself.

    Parameters
    ----------
    most
        Bytes that it may unpack to.

    Raises
    ------
    InvalidFile
    """
    measure = {".npz": _of_zip, ".h5ad": _of_hdf5, ".gz": _of_gzip}.get(path.suffix.lower(), _of_file)
    with door(path.name):
        need_memory(measure(path, most), most, path.name, "unpacked", ADVICE)


def need_room(shape: tuple[int, ...], most: float, name: str) -> None:
    """Raise `InvalidFile` when float32 values of this shape would take more than `most` bytes."""
    need_memory(4 * math.prod(map(int, shape)), most, name, "with its zeros", ADVICE)


def _of_file(path: Path, most: float) -> int:
    return path.stat().st_size


def _of_zip(path: Path, most: float) -> int:
    with zipfile.ZipFile(path) as archive:
        return sum(info.file_size for info in archive.infolist())


def _of_gzip(path: Path, most: float) -> int:
    """Bytes of the content, counted no further than just past `most`."""
    count = 0
    if math.isfinite(most):
        with gzip.open(path) as stream:
            while count <= most and (block := stream.read(BLOCK)):
                count += len(block)
    return count


def _of_hdf5(path: Path, most: float) -> int:
    claims: list[int] = []

    def claim(_: str, node: Any) -> None:
        if hasattr(node, "shape"):
            claims.append(math.prod(map(int, node.shape or ())) * node.dtype.itemsize)

    probe(path, path.name)
    with open_hdf5(path, path.name) as file:
        file.visititems(claim)
    return sum(claims)
