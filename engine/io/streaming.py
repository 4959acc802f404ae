"""Cells of a dataset as log-normalised values, a block at a time, for what needs no more of them than sums."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import InvalidCounts, InvalidStudy
from engine.io.dataset import column_depth, counts_of, gene_names, opened_source, wanted_cells
from engine.io.matrix import Matrix, blocks
from engine.io.qc import cell_facts, kept
from engine.io.selection import Selection
from engine.types import DatasetSource, QcLimits

if TYPE_CHECKING:
    import pandas as pd
    from scipy import sparse

BLOCK = 4096  # cells held at a time
SAMPLE = 400  # cells that tell which values a matrix holds
TARGET = 1e4  # counts that a cell is brought to
LARGEST_LOG = 20.0  # natural logarithm of 5e8: no cell has so many counts
LOGGED, AS_IS = "log1p of counts per 10,000", "as in the file"


@dataclass(frozen=True, eq=False)
class CellStream:
    """The cells of one dataset, read when asked for; `scale` says what the values are.

    `cells` are the places of the kept cells in the file, rising; `obs` has a row for each of them; `genes` names
    differ from each other.
    """

    source: DatasetSource
    scale: str
    cells: np.ndarray
    obs: pd.DataFrame
    genes: np.ndarray
    _matrix: Matrix
    _gather: sparse.csr_matrix | None
    _depth: np.ndarray | None

    def blocks(self, keep: np.ndarray) -> Iterator[tuple[np.ndarray, sparse.csr_matrix]]:
        """Log-normalised values of some cells: their places among the kept ones, and CSR float32 (n, n_genes).

        Parameters
        ----------
        keep
            Which of the kept cells, bool (n_cells,).

        Raises
        ------
        InvalidCounts
            When a value is NaN, infinite or negative, or a cell has no counts.
        """
        places = np.flatnonzero(keep)
        start = 0
        for block in blocks(Selection(self._matrix, cells=self.cells[places]), size=BLOCK):
            inside = places[start : start + block.shape[0]]
            start += block.shape[0]
            yield inside, self._normal(block, inside)

    def _normal(self, block: sparse.csr_matrix, inside: np.ndarray) -> sparse.csr_matrix:
        self._need_numbers(block)
        if self._gather is not None:
            block = block @ self._gather
        values = block.astype(np.float32)
        if self.scale != LOGGED or self.source.counts == "raw/log1p-1e4":
            return values
        depth = np.asarray(block.sum(axis=1)).ravel() if self._depth is None else self._depth[inside]
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = np.where(depth > 0, TARGET / depth, 0.0)
        values.data = np.log1p(block.data * np.repeat(factor, np.diff(block.indptr))).astype(np.float32)
        return values

    def _need_numbers(self, block: sparse.csr_matrix) -> None:
        if not np.isfinite(block.data).all() or (block.data < 0).any():
            bad = "NaN or infinite" if not np.isfinite(block.data).all() else "negative"
            raise InvalidCounts(
                f"Dataset '{self.source.name}': expected counts, or logarithms of normalised counts, of 0 or more, "
                f"found {bad} values. Point 'counts' to the matrix that holds them."
            )


@contextmanager
def streamed(source: DatasetSource) -> Iterator[CellStream]:
    """Context: the cells of a dataset that its column and its limits keep; they can be read inside the context.

    Raises
    ------
    InvalidStudy
        When the file or a column is not there, no cell is left, or values are neither counts nor their logarithms.
    """
    with opened_source(source) as opened:
        cells = wanted_cells(opened.obs, source)
        matrix, table = counts_of(opened, source)
        names = gene_names(table, source).astype(str)
        depth = column_depth(opened.obs, source)
        scale = _scale(matrix, cells, source)
        cells = _within_limits(matrix, cells, names, source)
        genes, gather = _gathered(names)
        given = None if depth is None else _depth_of(depth[cells], source)
        yield CellStream(source, scale, cells, opened.obs.iloc[cells], genes, matrix, gather, given)


def _scale(matrix: Matrix, cells: np.ndarray, source: DatasetSource) -> str:
    """What the values are, from cells in four places of the file."""
    few = np.concatenate([part[: SAMPLE // 4] for part in np.array_split(cells, 4)])
    values = Selection(matrix, cells=few).rows(0, len(few)).data
    values = values[np.isfinite(values)]
    if source.counts == "raw/log1p-1e4" or (values == np.round(values)).all():
        return LOGGED
    if values.min(initial=0.0) < 0 or values.max(initial=0.0) > LARGEST_LOG:
        raise InvalidStudy(
            f"Dataset '{source.name}': expected counts, or logarithms of normalised counts, found values from "
            f"{values.min():.3g} to {values.max():.3g}. Point 'counts' to the matrix with raw counts; log fold changes "
            "are a dataset of the modality 'effects'."
        )
    return AS_IS


def _within_limits(matrix: Matrix, cells: np.ndarray, names: np.ndarray, source: DatasetSource) -> np.ndarray:
    if source.qc == QcLimits():
        return cells
    facts = cell_facts(blocks(Selection(matrix, cells=cells), size=BLOCK), names)
    keep = kept(facts, source.qc)
    if not keep.any():
        raise InvalidStudy(f"Dataset '{source.name}': its quality limits leave none of {len(keep):,} cells. Loosen "
                           "them.")  # fmt: skip
    return cells[keep]


def _gathered(names: np.ndarray) -> tuple[np.ndarray, sparse.csr_matrix | None]:
    """Distinct names in their order, and what sums the columns of one name; None where they all differ."""
    import pandas as pd
    from scipy import sparse

    codes, unique = pd.factorize(pd.Index(names))
    if len(unique) == len(codes):
        return np.asarray(unique).astype(str), None
    gather = sparse.csr_matrix((np.ones(len(codes), np.float32), (np.arange(len(codes)), codes)))
    return np.asarray(unique).astype(str), gather


def _depth_of(depth: np.ndarray, source: DatasetSource) -> np.ndarray:
    if not (np.isfinite(depth).all() and (depth > 0).all()):
        raise InvalidCounts(
            f"Dataset '{source.name}': every cell needs a total count above 0 in '{source.depth}', found "
            f"{int((~(depth > 0)).sum()):,} without. Name another column, or drop these cells."
        )
    return depth

