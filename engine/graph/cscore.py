"""CS-CORE: gene co-expression estimated from counts, free of the effect of sequencing depth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.graph.moments import Moments, fit_moments
from engine.io.matrix import InMemory, Matrix, blocks
from engine.pp.depths import CHUNK, DepthTable, depth_table

BLOCK = 512  # cells held as floats at a time
STRIP = 128  # genes whose pairs are finished at a time
DOUBLE_GENES = 512  # up to so many genes, double precision costs little
KURTOSIS = 30  # pairs of genes with heavier tails are summed in double precision
SINGLE_CELLS = 8192  # up to so many cells, sums of single-precision blocks need no double precision


@dataclass(frozen=True)
class CsCore:
    """Estimates and tests of every gene pair, each (n_genes, n_genes), float64 or, for large matrices, float32.

    `estimate` is clipped to [−1, 1] with 1 on the diagonal, and 0 for a gene whose variance estimate
    is negative; `statistic` is standard normal without co-expression, and NaN for a gene without counts;
    its diagonal says nothing.
    """

    estimate: np.ndarray
    statistic: np.ndarray
    n_iterations: int

    def p_value(self) -> np.ndarray:
        """Two-sided p, 2·sf(|T|), float64 (n_genes, n_genes)."""
        return np.concatenate([self.p_rows(start, start + STRIP) for start in range(0, len(self.statistic), STRIP)])

    def p_rows(self, start: int, stop: int) -> np.ndarray:
        """Two-sided p of the genes `start` to `stop` with all genes, float64."""
        from scipy.special import erfc

        rows = np.abs(self.statistic[start:stop], dtype=np.float64)
        return erfc(np.divide(rows, np.sqrt(2.0), out=rows), out=rows)


def cs_core(counts, depth: np.ndarray, *, device: str = "cpu") -> CsCore:
    """CS-CORE of Su et al., Nature Communications 14, 4846 (2023), by iteratively reweighted least squares.

    Two passes over the cells, `BLOCK` of them in memory at a time: memory is O(n_genes²) whatever their
    number. Products of residuals are taken in single precision for more than 512 genes, but for pairs
    with heavy tails, and summed in double precision for more than 8,192 cells.

    Parameters
    ----------
    counts
        Counts, shape (n_cells, n_genes): CSR, dense, or a `Matrix` in memory or on disk.
    depth
        Total counts of each cell over all genes measured, above 0, shape (n_cells,).
    device
        `cuda` takes the products on a GPU, all in double precision; `auto` where there is one; else the CPU.
    """
    matrix = counts if hasattr(counts, "rows") else InMemory(counts)
    depth = np.asarray(depth, dtype=np.float64)
    table = depth_table(matrix, depth, block=BLOCK)
    moments = fit_moments(table)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate, statistic = _products_on(device, matrix, depth, table, moments)
        _finish_estimate(estimate, table, moments)
        _finish_statistic(statistic, table, moments, _rough_weights(matrix, depth, table, moments))
    return CsCore(estimate, statistic, moments.n_iterations)


def _products_on(device: str, matrix: Matrix, depth, table: DepthTable, moments: Moments):
    """The products where `device` says."""
    if device != "cpu":
        from engine.graph.cscore_gpu import gpu_for, products

        if gpu := gpu_for(device):
            return products(matrix, depth, moments, device=gpu)
    return _products(matrix, depth, moments, _careful_genes(table, moments))


def _careful_genes(table: DepthTable, moments: Moments) -> np.ndarray:
    """Genes whose products with each other need double precision: a few cells carry all of their variance.

    The rounding of a product sum is that of its largest terms, which two such genes share or not:
    it follows √(kurtosis · kurtosis).
    """
    n_genes = len(moments.mu)
    if n_genes <= DOUBLE_GENES:
        return np.arange(n_genes)
    careful = ~table.nodes.smooth(moments.sigma2 / moments.mu)
    for spread in (moments.mu**2 / moments.theta, moments.sigma2):
        square = _weights(table, moments, spread) ** 2 / table.nodes.at**2
        tails = (table.fourths * square**2).sum(axis=1) / (table.squares * square).sum(axis=1) ** 2
        careful |= tails * table.cells.sum() > KURTOSIS
    return np.flatnonzero(careful)


def _products(matrix: Matrix, depth, moments: Moments, careful: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Σ rᵀr over cells for both weightings, right of and around the diagonal; r = s(x − sμ)/(sμ + s²c)."""
    n_cells, n_genes = matrix.shape
    only = len(careful) == n_genes
    keep = np.float64 if only or n_cells > SINGLE_CELLS else np.float32
    sums = np.zeros((n_genes, n_genes), keep), np.zeros((n_genes, n_genes), keep)
    exact = sums if only else tuple(np.zeros((len(careful), len(careful))) for _ in sums)
    single = np.empty((min(BLOCK, n_cells), 0 if only else n_genes), np.float32)
    double, start = np.empty((len(single), len(careful))), 0
    for block in blocks(matrix, size=BLOCK):
        n, s = block.shape[0], depth[start : start + block.shape[0], None]
        start += n
        for k, spread in enumerate((moments.mu**2 / moments.theta, moments.sigma2)):
            for rows, residual in _residuals(block, s, moments.mu, spread):
                double[rows] = residual if only else residual[:, careful]
                if not only:
                    single[rows] = residual
            _add_gram(exact[k], double[:n])
            if not only:
                _add_gram(sums[k], single[:n])
    for into, better in zip(sums, exact, strict=True):
        into[np.ix_(careful, careful)] = better
    return sums


def _residuals(block, s: np.ndarray, mu: np.ndarray, spread: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """(x − sμ)/(μ + sc) of the cells of a block, a few cells at a time, in double precision."""
    for first in range(0, block.shape[0], CHUNK):
        rows = slice(first, min(first + CHUNK, block.shape[0]))
        x, weight = block[rows].toarray().astype(np.float64), s[rows] * mu
        x -= weight
        np.multiply(s[rows], spread, out=weight)
        weight += mu
        yield rows, np.divide(x, weight, out=x)


def _strips(n_genes: int) -> Iterator[tuple[slice, slice]]:
    """Strips of genes, each with the genes from its first on: together the upper triangle."""
    for start in range(0, n_genes, STRIP):
        yield slice(start, min(start + STRIP, n_genes)), slice(start, n_genes)


def _add_gram(into: np.ndarray, residual: np.ndarray) -> None:
    for rows, right in _strips(into.shape[0]):
        into[rows, right] += residual[:, rows].T @ residual[:, right]


def _weights(table: DepthTable, moments: Moments, spread: np.ndarray) -> np.ndarray:
    """s²/(sμ + s²c) at the nodes, shape (n_genes, n_nodes)."""
    s = table.nodes.at
    return s / (moments.mu[:, None] + s * spread[:, None])


def _finish_estimate(sums: np.ndarray, table: DepthTable, moments: Moments) -> None:
    """From sums to correlations, in place."""
    weight = _weights(table, moments, moments.mu**2 / moments.theta)
    known = moments.sigma2 > 0
    sigma = np.sqrt(np.where(known, moments.sigma2, np.nan))
    for rows, right in _strips(len(sums)):
        strip = sums[rows, right] / ((weight[rows] * table.cells) @ weight[right].T)
        strip /= sigma[rows, None]
        strip /= sigma[right]
        np.clip(strip, -1, 1, out=strip)
        strip[~known[rows]] = 0.0
        strip[:, ~known[right]] = 0.0
        _write(sums, rows, right, strip)
    np.fill_diagonal(sums, 1.0)


def _finish_statistic(sums: np.ndarray, table: DepthTable, moments: Moments, rough: dict[int, np.ndarray]) -> None:
    """From sums to test statistics, in place; `rough` gives sums of squares that the nodes cannot."""
    weight = _weights(table, moments, moments.sigma2)
    for rows, right in _strips(len(sums)):
        squares = (weight[rows] * table.cells) @ weight[right].T
        for gene, exact in rough.items():
            if rows.start <= gene < rows.stop:
                squares[gene - rows.start] = exact[right]
            if gene >= right.start:
                squares[:, gene - right.start] = exact[rows]
        _write(sums, rows, right, sums[rows, right] / np.sqrt(squares))


def _rough_weights(matrix: Matrix, depth, table: DepthTable, moments: Moments) -> dict[int, np.ndarray]:
    """Σ of weights with those of all genes, for genes whose variance is so negative that theirs has a pole near by."""
    genes = np.flatnonzero(~table.nodes.smooth(moments.sigma2 / moments.mu) & (moments.mu > 0))
    sums = np.zeros((len(genes), matrix.shape[1]))
    for start in range(0, len(depth) if len(genes) else 0, CHUNK):
        s = depth[start : start + CHUNK, None]
        weight = s / (moments.mu + s * moments.sigma2)
        sums += weight[:, genes].T @ weight
    return dict(zip(genes.tolist(), sums, strict=True))


def _write(sums: np.ndarray, rows: slice, right: slice, strip: np.ndarray) -> None:
    """Put a strip in its place and, mirrored, below the diagonal."""
    within = strip[:, : rows.stop - rows.start]
    lower = np.tril_indices(len(within), -1)
    within[lower] = within.T[lower]
    sums[rows, right] = strip
    sums[right, rows] = strip.T
