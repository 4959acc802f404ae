"""Some cells and genes of a matrix, read without the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.io.matrix import BLOCK, Matrix

if TYPE_CHECKING:
    from scipy import sparse

GAP = 128  # unwanted cells that are read along rather than jumped over


class Selection:
    """Wanted cells and genes of a matrix, by their places in it; None is all of them.

    `cells` must rise. Unwanted cells between two wanted ones are jumped over where they are many, so that
    a few cells of a large file cost little, and memory stays bounded wherever they lie.
    """

    def __init__(self, matrix: Matrix, *, cells: np.ndarray | None = None, genes: np.ndarray | None = None) -> None:
        self._matrix, self._genes = matrix, genes
        self._cells = np.arange(matrix.shape[0]) if cells is None else np.asarray(cells, dtype=np.int64)
        self.shape = (len(self._cells), matrix.shape[1] if genes is None else len(genes))

    def rows(self, start: int, stop: int) -> sparse.csr_matrix:
        """Wanted cells `start` to `stop`."""
        from scipy import sparse

        wanted = self._cells[start:stop]
        parts = [self._part(run) for run in _runs(wanted)] or [self._part(wanted)]
        return parts[0] if len(parts) == 1 else sparse.vstack(parts, format="csr")

    def _part(self, run: np.ndarray) -> sparse.csr_matrix:
        first, last = (int(run[0]), int(run[-1]) + 1) if len(run) else (0, 0)
        part = self._matrix.rows(first, last)
        if last - first > len(run):
            part = part[run - first]
        return part if self._genes is None else part[:, self._genes]


def _runs(wanted: np.ndarray) -> list[np.ndarray]:
    """The wanted cells in stretches without a wide gap, none longer than a block."""
    stretches = np.split(wanted, np.flatnonzero(np.diff(wanted) > GAP) + 1)
    runs = []
    for stretch in stretches:
        if len(stretch):
            runs += np.split(stretch, np.searchsorted(stretch, np.arange(stretch[0] + BLOCK, stretch[-1] + 1, BLOCK)))
    return [run for run in runs if len(run)]
