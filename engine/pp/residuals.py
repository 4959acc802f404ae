"""Normalisation by Pearson residuals, a few cells at a time, and the genes whose residuals vary most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.io.matrix import InMemory, Matrix, blocks
from engine.pp.depths import dense_chunks

BLOCK = 2048  # cells read at a time
THETA = 100.0


@dataclass(frozen=True)
class GeneModel:
    """What counts are expected: mean `rate` · depth, variance μ + μ²/θ but at least `min_variance`.

    `rate` and `theta` float64 (n_genes,); θ = ∞ is Poisson.
    """

    rate: np.ndarray
    theta: np.ndarray
    min_variance: float = 0.0

    def of(self, genes: np.ndarray) -> GeneModel:
        """The model of some of the genes."""
        return GeneModel(self.rate[genes], self.theta[genes], self.min_variance)

    def residuals(self, x: np.ndarray, depth: np.ndarray, *, clip: float) -> np.ndarray:
        """(x − μ)/√variance within ± `clip`, float64 (n_cells, n_genes); 0 where nothing is expected."""
        mu = depth[:, None] * self.rate
        spread = mu / self.theta
        spread += 1
        spread *= mu
        np.maximum(spread, self.min_variance or np.finfo(float).tiny, out=spread)
        np.subtract(x, mu, out=mu)
        mu /= np.sqrt(spread, out=spread)
        return np.clip(mu, -clip, clip, out=mu)


def detected_fraction(counts) -> np.ndarray:
    """Share of cells in which each gene has a count, shape (n_genes,); `counts` is CSR (n_cells, n_genes)."""
    return np.asarray((counts > 0).mean(axis=0)).ravel()


def analytic_model(counts) -> tuple[GeneModel, np.ndarray]:
    """The model with θ = 100 and the depths that go with it: each cell's counts over these genes.

    Lause, Berens & Kobak, Genome Biology 22, 258 (2021); `counts` is CSR (n_cells, n_genes).
    """
    depth = np.asarray(counts.sum(axis=1, dtype=np.float64)).ravel()
    totals = np.asarray(counts.sum(axis=0, dtype=np.float64)).ravel()
    return GeneModel(totals / totals.sum(), np.full(len(totals), THETA)), depth


def residual_variance(counts, depth: np.ndarray, model: GeneModel) -> np.ndarray:
    """Variance of each gene's residuals over all cells, clipped to ±√n_cells, float64 (n_genes,)."""
    matrix = _as_matrix(counts)
    sums, squares, n_cells = np.zeros(matrix.shape[1]), np.zeros(matrix.shape[1]), matrix.shape[0]
    for x, s in dense_chunks(matrix, depth, block=BLOCK):
        residual = model.residuals(x, s, clip=np.sqrt(n_cells))
        sums += residual.sum(axis=0)
        squares += np.square(residual, out=residual).sum(axis=0)
    return squares / n_cells - (sums / n_cells) ** 2


def residual_features(counts, depth: np.ndarray, model: GeneModel, *, clip: float) -> np.ndarray:
    """Residuals of every cell, float32 (n_cells, n_genes); meant for the genes and cells that are kept."""
    matrix = _as_matrix(counts)
    out, start = np.empty(matrix.shape, np.float32), 0
    for x, s in dense_chunks(matrix, depth, block=BLOCK):
        out[start : start + len(s)] = model.residuals(x, s, clip=clip)
        start += len(s)
    return out


def most_variable(variance: np.ndarray, n_genes: int) -> np.ndarray:
    """Genes with the largest residual variance, at most `n_genes`, in their original order."""
    return np.sort(np.argsort(-variance, kind="stable")[:n_genes])


def log_mean(counts, depth: np.ndarray) -> np.ndarray:
    """Mean of log1p(1e4 · count / depth) of each gene, shape (n_genes,); `counts` is CSR or a `Matrix`."""
    matrix = _as_matrix(counts)
    sums, start = np.zeros(matrix.shape[1]), 0
    for block in blocks(matrix, size=BLOCK):
        scaled = block.multiply(1e4 / depth[start : start + block.shape[0], None]).tocsr()
        sums += np.bincount(scaled.indices, weights=np.log1p(scaled.data), minlength=len(sums))
        start += block.shape[0]
    return sums / max(matrix.shape[0], 1)


def _as_matrix(counts) -> Matrix:
    return counts if hasattr(counts, "rows") else InMemory(counts)
