"""A matrix of cells by genes, in memory or on disk, read a block of cells at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from scipy import sparse

BLOCK = 4096  # cells held at a time


class Matrix(Protocol):
    """Anything with a shape (n_cells, n_genes) that gives ranges of cells as CSR."""

    shape: tuple[int, int]

    def rows(self, start: int, stop: int) -> sparse.csr_matrix:
        """Cells `start` to `stop`, CSR (stop − start, n_genes), in the type they are stored in."""


class InMemory:
    """A matrix that is in memory already, sparse or dense."""

    def __init__(self, values: Any) -> None:
        self._values = values.tocsr() if hasattr(values, "tocsr") else np.asarray(values)
        self.shape = tuple(self._values.shape)

    def rows(self, start: int, stop: int) -> sparse.csr_matrix:
        """Cells `start` to `stop`."""
        from scipy import sparse

        return sparse.csr_matrix(self._values[start:stop])


class OnDisk:
    """A matrix in an open HDF5 file: a group in CSR form (data, indices, indptr), or a dense dataset."""

    def __init__(self, node: Any, shape: tuple[int, int] | None = None) -> None:
        self._node = node
        self._indptr = native(node["indptr"][:]) if hasattr(node, "keys") else None  # a dataset has none
        self.shape = tuple(int(n) for n in (shape or (node.attrs["shape"] if self._sparse else node.shape)))

    @property
    def _sparse(self) -> bool:
        return self._indptr is not None

    def rows(self, start: int, stop: int) -> sparse.csr_matrix:
        """Cells `start` to `stop`; only they are read."""
        from scipy import sparse

        stop = min(stop, self.shape[0])
        if not self._sparse:
            return sparse.csr_matrix(native(self._node[start:stop]))
        first, last = int(self._indptr[start]), int(self._indptr[stop])
        starts = self._indptr[start : stop + 1] - first
        parts = native(self._node["data"][first:last]), native(self._node["indices"][first:last]), starts
        return sparse.csr_matrix(parts, shape=(stop - start, self.shape[1]))


def native(values: np.ndarray) -> np.ndarray:
    """Values in a type that sparse matrices take: this machine's byte order, not half precision."""
    plain = {"float16": np.dtype("float32"), "float128": np.dtype("float64")}
    return values.astype(plain.get(values.dtype.name, values.dtype.newbyteorder("=")), copy=False)


def blocks(matrix: Matrix, *, size: int = BLOCK) -> Iterator[sparse.csr_matrix]:
    """The matrix as CSR blocks of at most `size` cells, one after the other."""
    for start in range(0, matrix.shape[0], size):
        yield matrix.rows(start, min(start + size, matrix.shape[0]))


@dataclass(frozen=True)
class Opened:
    """A file as its reader found it, nothing judged yet.

    `matrices` has what holds values per cell and gene: "X", "raw", "layers/NAME", in that order;
    all share `obs`, and all but "raw" share `var`. `raw_var` describes the genes of "raw", None where
    there is none. `obsm` holds the coordinates under "spatial", float64 (n_cells, 2), and surface
    proteins under "protein", a DataFrame (n_cells, n_proteins) of counts, where the file has them;
    other entries are left out. `notes` are sentences on what the reader had to decide.
    """

    format: str
    obs: pd.DataFrame
    var: pd.DataFrame
    matrices: dict[str, Matrix]
    raw_var: pd.DataFrame | None = None
    obsm: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
