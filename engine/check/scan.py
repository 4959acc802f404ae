"""One streaming pass over a matrix: what kinds of values it holds, per cell and per gene."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InvalidFile
from engine.io.matrix import BLOCK, Matrix
from engine.io.qc import CellFacts, cell_facts
from engine.progress import Progress

if TYPE_CHECKING:
    from scipy import sparse

BLOCK_VALUES = 20_000_000  # cells × genes of a block, so that dense blocks stay small too
WHOLE = 1e-3  # how far a value may lie from a whole number


@dataclass(frozen=True)
class Scan:
    """Facts of a matrix (n_cells, n_genes).

    `n_values` are not 0; `missing` are NaN or infinite, `negative` and `fractional` the rest that are no counts;
    `where_missing` etc. name the first cell of each; `cells` facts per cell, `gene_cells` int64 (n_genes,), in how
    many cells a gene is above 0.
    """

    shape: tuple[int, int]
    n_values: int
    missing: int
    negative: int
    fractional: int
    largest: float
    first: dict[str, int]
    cells: CellFacts
    gene_cells: np.ndarray

    @property
    def whole(self) -> bool:
        """Whether all values that are there are whole numbers of 0 or more."""
        return not (self.negative or self.fractional)

    @property
    def empty_cells(self) -> np.ndarray:
        """Cells in which no gene is above 0, bool (n_cells,)."""
        return self.cells.genes == 0

    @property
    def empty_genes(self) -> np.ndarray:
        """Genes that are above 0 in no cell, bool (n_genes,)."""
        return self.gene_cells == 0


def stream(matrix: Matrix, progress: Progress | None = None) -> Iterator[sparse.csr_matrix]:
    """The matrix as CSR blocks of bounded size; asks between them whether to go on.

    Raises
    ------
    InvalidFile
        When a part of the file cannot be read.
    """
    n_cells, n_genes = matrix.shape
    size = int(np.clip(BLOCK_VALUES // max(n_genes, 1), 1, BLOCK))
    for start in range(0, n_cells, size):
        yield read_rows(matrix, start, min(start + size, n_cells))
        if progress is not None:
            progress.check()
            progress.step(min(start + size, n_cells) / n_cells)


def read_rows(matrix: Matrix, start: int, stop: int) -> sparse.csr_matrix:
    """Cells `start` to `stop`; a file damaged there is an `InvalidFile`."""
    try:
        return matrix.rows(start, stop)
    except (OSError, IndexError, ValueError) as error:
        raise InvalidFile(
            f"Cells {start + 1:,} to {stop:,} of the matrix cannot be read ({error}). "
            "The file is damaged there: copy it again from its source."
        ) from error


def scan(matrix: Matrix, names: Sequence[str], progress: Progress | None = None) -> Scan:
    """Facts of a matrix, read once; `names` are its genes."""
    tally = _Tally(matrix.shape[1])
    cells = cell_facts(tally.through(stream(matrix, progress)), names)
    return Scan(matrix.shape, tally.values, tally.missing, tally.negative, tally.fractional, tally.largest,
                tally.first, cells, tally.gene_cells)  # fmt: skip


class _Tally:
    """Counts what goes through it."""

    def __init__(self, n_genes: int) -> None:
        self.values = self.missing = self.negative = self.fractional = self._cells = 0
        self.largest = 0.0
        self.first: dict[str, int] = {}
        self.gene_cells = np.zeros(n_genes, dtype=np.int64)

    def through(self, parts: Iterator[sparse.csr_matrix]) -> Iterator[sparse.csr_matrix]:
        """The same blocks, counted, in float64 and without the missing values."""
        for block in parts:
            block = block.astype(np.float64)
            there = np.isfinite(block.data)
            self._count(block, "missing", ~there)
            block.data[~there] = 0
            self._count(block, "negative", block.data < 0)
            self._count(block, "fractional", np.abs(block.data - np.round(block.data)) > WHOLE)
            self.values += int(np.count_nonzero(block.data))
            self.largest = max(self.largest, float(block.data.max(initial=0)))
            self.gene_cells += np.bincount(block.indices[block.data > 0], minlength=block.shape[1])
            self._cells += block.shape[0]
            yield block

    def _count(self, block: sparse.csr_matrix, what: str, wrong: np.ndarray) -> None:
        number = int(wrong.sum())
        setattr(self, what, getattr(self, what) + number)
        if number and what not in self.first:
            cell = int(np.searchsorted(block.indptr, int(wrong.argmax()), side="right")) - 1
            self.first[what] = self._cells + cell
