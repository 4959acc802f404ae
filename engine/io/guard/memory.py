"""Sizes that a file claims, judged before anything of that size is made."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.errors import InvalidFile
from engine.io.guard.door import door
from engine.io.matrix import Matrix

MAX_GENES = 1_000_000  # wider tables are windows over a genome
RATIO = 250  # bytes claimed for one stored; sparse counts in gzip stay below 60
TEXT = 64  # bytes that one string takes in memory, about
GB = 1e9


class Guarded:
    """A matrix whose reading tells of damage in sentences, and whose column numbers lie within it."""

    def __init__(self, matrix: Matrix, name: str, part: str) -> None:
        self._matrix, self._name, self._part = matrix, name, part
        self.shape = matrix.shape

    def rows(self, start: int, stop: int):
        """Cells `start` to `stop`, CSR with sorted, unique column numbers.

        Raises
        ------
        InvalidFile
            When this part of the file is damaged, or names a gene beyond the last.
        """
        with door(self._name, self._part):
            block = self._matrix.rows(start, stop)
            if block.nnz and (block.indices.min() < 0 or block.indices.max() >= self.shape[1]):
                bad = block.indices.max() if block.indices.min() >= 0 else block.indices.min()
                raise InvalidFile(
                    f"'{self._name}' ({self._part}): expected column indices from 0 to {self.shape[1] - 1:,}, "
                    f"found {bad:,}, out of range. The file is damaged: write it again."
                )
            block.sum_duplicates()
        return block


def need_memory(wanted: float, limit: float, name: str, part: str, advice: str = "") -> None:
    """Raise `InvalidFile` when `wanted` bytes are more than `limit`."""
    if wanted > limit:
        raise InvalidFile(
            f"'{name}' ({part}) would take {size(wanted)} of memory, more than the limit of {size(limit)}. "
            + (advice or "Keep fewer cells or genes, or raise GENEWEAVE_MATRIX_GB.")
        )


def need_shape(shape: tuple[int, ...], name: str, part: str) -> None:
    """Raise `InvalidFile` unless `shape` is that of cells by genes, both there, and no wider than a genome."""
    if len(shape) != 2:
        raise InvalidFile(
            f"'{name}' ({part}): expected a table of two dimensions, found {len(shape)} with shape "
            f"{'×'.join(f'{n:,}' for n in shape) or 'of a single value'}. Write cells by genes."
        )
    if 0 in shape:
        raise InvalidFile(
            f"'{name}' ({part}): expected cells and genes, found {shape[0]:,} cells and {shape[1]:,} genes. "
            "The matrix is empty: export it again, before filtering."
        )
    if shape[1] > MAX_GENES:
        raise InvalidFile(
            f"'{name}' ({part}): expected up to {MAX_GENES:,} genes or peaks, found {shape[1]:,} columns. "
            "Sum windows to peaks or genes first; if genes and cells are the wrong way round, transpose."
        )


def need_honest(node: Any, limit: float, name: str, part: str) -> None:
    """Raise `InvalidFile` when an array claims far more than it stores, or has chunks too large to unpack."""
    claimed = math.prod(int(n) for n in node.shape) * node.dtype.itemsize
    chunk = math.prod(int(n) for n in node.chunks) * node.dtype.itemsize if node.chunks else 0
    if chunk > limit / 4:
        raise InvalidFile(
            f"'{name}' ({part}): a chunk unpacks to {size(chunk)}, more than the limit of {size(limit / 4)}. "
            "Write the file again with smaller chunks."
        )
    stored = stored_bytes(node)
    if claimed > limit / 4 and claimed > RATIO * max(stored, 1):
        shape = " × ".join(f"{int(n):,}" for n in node.shape)
        raise InvalidFile(
            f"'{name}' ({part}): the file claims {shape} values, {size(claimed)}, and stores only {size(stored)}. "
            "No real matrix is like this: write it again, as a sparse one if it is nearly empty."
        )


def stored_bytes(node: Any) -> int:
    """Bytes that an array of HDF5 or zarr takes on the disk."""
    if hasattr(node, "nbytes_stored"):
        return int(node.nbytes_stored())
    return int(node.id.get_storage_size())


def need_numbers(dtype: np.dtype, name: str, part: str) -> None:
    """Raise `InvalidFile` unless values of this type are real numbers."""
    if dtype.kind not in "iufb":
        kind = {"O": "text or objects", "S": "text", "U": "text", "T": "text", "V": "records", "c": "complex numbers"}
        raise InvalidFile(
            f"'{name}' ({part}): expected numbers, found {kind.get(dtype.kind, str(dtype))}. "
            "Objects are never loaded: write the matrix as float32 or integers."
        )


def size(count: float) -> str:
    """Bytes in words: "2.1 GB"."""
    count = min(count, 10**18)
    for unit, word in ((1e12, "TB"), (GB, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= unit:
            return f"{count / unit:.3g} {word}"
    return f"{count:.0f} bytes"
