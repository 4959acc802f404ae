"""A matrix seen in another way, block by block: turned, filled, had back, gathered, some of its cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.check.recover import Recipe
from engine.io.matrix import InMemory, Matrix

if TYPE_CHECKING:
    from scipy import sparse


def turned(matrix: Matrix) -> Matrix:
    """Cells and genes swapped; the only view that holds the whole matrix in memory."""
    from scipy import sparse

    from engine.check.scan import stream

    parts = list(stream(matrix))
    whole = sparse.vstack(parts, format="csr") if parts else sparse.csr_matrix(matrix.shape)
    return InMemory(whole.T.tocsr())


class Filled:
    """Missing and infinite values read as 0; `found` tells whether there were any in what was read."""

    def __init__(self, inner: Matrix) -> None:
        self._inner, self.shape, self.found = inner, inner.shape, False

    def rows(self, start: int, stop: int) -> sparse.csr_matrix:
        """Cells `start` to `stop`."""
        block = self._inner.rows(start, stop).copy()
        there = np.isfinite(block.data)
        self.found = self.found or not there.all()
        block.data[~there] = 0
        block.eliminate_zeros()
        return block


class Recovered:
    """Counts had back from normalised values; `depth` are totals per cell, or None."""

    def __init__(self, inner: Matrix, recipe: Recipe, depth: np.ndarray | None) -> None:
        self._inner, self._recipe, self._depth, self.shape = inner, recipe, depth, inner.shape

    def rows(self, start: int, stop: int) -> sparse.csr_matrix:
        """Cells `start` to `stop`."""
        depth = None if self._depth is None else self._depth[start:stop]
        return self._recipe.counts(self._inner.rows(start, stop), depth)[0]


class Gathered:
    """Genes made from columns: `gather` is sparse, (n_columns of the inner matrix, n_genes)."""

    def __init__(self, inner: Matrix, gather: sparse.spmatrix) -> None:
        self._inner, self._gather = inner, gather.tocsr().astype(np.float64)
        self.shape = (inner.shape[0], gather.shape[1])

    def rows(self, start: int, stop: int) -> sparse.csr_matrix:
        """Cells `start` to `stop`."""
        block = (self._inner.rows(start, stop).astype(np.float64) @ self._gather).tocsr()
        block.sort_indices()
        return block


def selection(n_columns: int, columns: np.ndarray) -> sparse.csr_matrix:
    """The gather that takes some columns as they are, CSR (n_columns, len(columns))."""
    from scipy import sparse

    return sparse.identity(n_columns, format="csr")[:, columns]


class Kept:
    """Some of the cells: `cells` are their places in the inner matrix, rising, int64 (n_kept,)."""

    def __init__(self, inner: Matrix, cells: np.ndarray) -> None:
        self._inner, self._cells = inner, np.asarray(cells, dtype=np.int64)
        self.shape = (len(self._cells), inner.shape[1])

    def rows(self, start: int, stop: int) -> sparse.csr_matrix:
        """Cells `start` to `stop` of the kept ones."""
        cells = self._cells[start:stop]
        if not len(cells):
            return self._inner.rows(0, 0)
        return self._inner.rows(int(cells[0]), int(cells[-1]) + 1)[cells - cells[0]]
