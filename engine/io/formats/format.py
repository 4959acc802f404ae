"""What a reader is given, and what it is: a name, a test of the content, a function that reads."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from engine.errors import InvalidFile
from engine.io.guard.archives import Budget, gunzip
from engine.io.guard.door import door
from engine.io.guard.folders import check_folder
from engine.io.guard.hdf5 import open_hdf5
from engine.io.guard.memory import Guarded, need_memory, need_shape
from engine.io.guard.probe import probe
from engine.io.matrix import Matrix, Opened

HDF5 = b"\x89HDF\r\n\x1a\n"
GZIP = b"\x1f\x8b"
UNPACKED = 4  # bytes that may be unpacked to disk, for each that may be taken of memory
HEAD = 4096


@dataclass(frozen=True)
class Source:
    """A plain file or folder, already out of its archive, with the limits of reading it.

    `name` is what the person calls it; `limit_bytes` the memory that its matrix may take; `scratch` a folder
    for what must be unpacked; `stack` closes what is opened once the matrix is no longer needed. `probed` has HDF5
    files tried in a process of their own before they are opened in this one.
    """

    path: Path
    name: str
    limit_bytes: int
    scratch: Path
    stack: ExitStack
    notes: list[str] = field(default_factory=list)
    probed: bool = False

    @cached_property
    def files(self) -> list[Path]:
        """All files of a folder; empty for a file."""
        return check_folder(self.path) if self.path.is_dir() else []

    @cached_property
    def head(self) -> bytes:
        """The first bytes of a file; empty for a folder."""
        if self.path.is_dir():
            return b""
        with door(self.name), open(self.path, "rb") as file:
            return file.read(HEAD)

    @cached_property
    def path_bytes(self) -> int:
        """Bytes of a file; of a folder, of all files in it."""
        return sum(path.stat().st_size for path in self.files or [self.path])

    @property
    def is_hdf5(self) -> bool:
        """Whether the content is HDF5, after a user block too."""
        return self.head.startswith(HDF5) or any(self.head[at : at + 8] == HDF5 for at in (512, 1024, 2048))

    @cached_property
    def hdf5(self) -> Any:
        """The HDF5 file, inspected and open until `stack` closes; probed in another process before, if wanted."""
        if self.probed:
            probe(self.path, self.name)
        return self.stack.enter_context(open_hdf5(self.path, self.name))

    @cached_property
    def keys(self) -> frozenset[str]:
        """The top names of an HDF5 file; none for anything else."""
        return frozenset(self.hdf5) if self.is_hdf5 else frozenset()

    def plain(self, path: Path) -> Path:
        """`path` itself, or what its gzip holds, unpacked into the scratch folder."""
        with open(path, "rb") as file:
            packed = file.read(2) == GZIP
        if not packed:
            return path
        target = self.scratch / f"{len(list(self.scratch.iterdir()))}-{path.name.removesuffix('.gz')}"
        with door(path.name):
            return gunzip(path, target, Budget(path.name, path.stat().st_size, self.limit_bytes * UNPACKED))

    def part(self, path: Path) -> Source:
        """Another file of the same upload, with the same limits, notes and end."""
        return Source(path, path.name, self.limit_bytes, self.scratch, self.stack, self.notes, self.probed)

    def guarded(self, matrix: Matrix, part: str) -> Matrix:
        """The matrix, of an honest shape, whose damage is told in sentences."""
        need_shape(matrix.shape, self.name, part)
        return Guarded(matrix, self.name, part)

    def need(self, wanted: float, part: str, advice: str = "") -> None:
        """Raise `InvalidFile` when `part` would take more memory than there may be."""
        need_memory(wanted, self.limit_bytes, self.name, part, advice)

    def invalid(self, expected: str) -> InvalidFile:
        """An `InvalidFile` about this file."""
        return InvalidFile(f"'{self.name}': {expected}")


@dataclass(frozen=True)
class Format:
    """One kind of file: `sniff` tells whether a source is of it, `read` opens it."""

    name: str
    sniff: Callable[[Source], bool]
    read: Callable[[Source], Opened]
