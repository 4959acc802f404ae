"""CS-CORE: gene co-expression estimated from counts, free of the effect of sequencing depth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MAX_ITERATIONS = 11
TOLERANCE = 0.05  # on the largest change of log θ
BLOCK = 4096  # cells held as floats at a time


@dataclass(frozen=True)
class CsCore:
    """Estimates and tests of every gene pair, each (n_genes, n_genes) float64.

    `estimate` is clipped to [−1, 1] with 1 on the diagonal, and 0 for a gene whose variance estimate
    is negative; `statistic` is standard normal without co-expression; its diagonal says nothing.
    """

    estimate: np.ndarray
    statistic: np.ndarray
    n_iterations: int

    def p_value(self) -> np.ndarray:
        """Two-sided p, 2·sf(|T|)."""
        from scipy.stats import norm

        return 2 * norm.sf(np.abs(self.statistic))


def cs_core(counts, depth: np.ndarray) -> CsCore:
    """CS-CORE of Su et al., Nature Communications 14, 4846 (2023), by iteratively reweighted least squares.

    Parameters
    ----------
    counts
        Counts, shape (n_cells, n_genes), CSR or dense.
    depth
        Total counts of each cell over all genes measured, shape (n_cells,).
    """
    mu, sigma2, n_iterations = _moments(counts, depth)
    theta = _shared_theta(mu, sigma2)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = _estimate(counts, depth, mu, sigma2, theta)
        statistic = _statistic(counts, depth, mu, sigma2)
    return CsCore(estimate, statistic, n_iterations)


def _blocks(counts, depth: np.ndarray):
    """Dense blocks of cells with their depth: (block, n_genes) and (block, 1)."""
    for start in range(0, counts.shape[0], BLOCK):
        block = counts[start : start + BLOCK]
        dense = block.toarray() if hasattr(block, "toarray") else block
        yield np.asarray(dense, dtype=np.float64), depth[start : start + BLOCK, None]


def _moments(counts, depth: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Mean and variance of each gene's underlying expression, and the number of iterations."""
    squares = (depth**2).sum()
    mu = sum((s * x).sum(0) for x, s in _blocks(counts, depth)) / squares
    spread = sum((s**2 * ((x - s * mu) ** 2 - s * mu)).sum(0) for x, s in _blocks(counts, depth))
    sigma2 = spread / (depth**4).sum()
    log_theta = _log_theta(mu, sigma2)
    n_iterations = 0
    while n_iterations < MAX_ITERATIONS:
        n_iterations += 1
        mu, sigma2 = _reweighted(counts, depth, mu, _shared_theta(mu, sigma2))
        last, log_theta = log_theta, _log_theta(mu, sigma2)
        change = np.abs(log_theta - last)
        if not np.nanmax(change, initial=0.0) > TOLERANCE:
            break
    return mu, sigma2, n_iterations


def _reweighted(counts, depth: np.ndarray, mu: np.ndarray, theta: float) -> tuple[np.ndarray, np.ndarray]:
    """One step: means weighted by 1/w, then variances weighted by 1/h, at the shared θ."""
    top = bottom = 0.0
    for x, s in _blocks(counts, depth):
        w = s * mu + (s * mu) ** 2 / theta
        top, bottom = top + (s * x / w).sum(0), bottom + (s**2 / w).sum(0)
    new_mu = top / bottom
    top = bottom = 0.0
    for x, s in _blocks(counts, depth):
        mean = s * new_mu
        h = (mean**2 / theta + mean) ** 2
        top, bottom = top + (s**2 * ((x - mean) ** 2 - mean) / h).sum(0), bottom + (s**4 / h).sum(0)
    return new_mu, top / bottom


def _log_theta(mu: np.ndarray, sigma2: np.ndarray) -> np.ndarray:
    """log μ²/σ²; NaN where the variance estimate is not positive."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(sigma2 > 0, np.log(mu**2 / sigma2), np.nan)


def _shared_theta(mu: np.ndarray, sigma2: np.ndarray) -> float:
    """Median of the positive μ²/σ²."""
    positive = sigma2 > 0
    return float(np.median(mu[positive] ** 2 / sigma2[positive])) if positive.any() else 1.0


def _estimate(counts, depth, mu, sigma2, theta) -> np.ndarray:
    top = bottom = 0.0
    for x, s in _blocks(counts, depth):
        w = s * mu + (s * mu) ** 2 / theta
        residual, weight = s * (x - s * mu) / w, s**2 / w
        top, bottom = top + residual.T @ residual, bottom + weight.T @ weight
    sigma = np.sqrt(np.where(sigma2 > 0, sigma2, np.nan))
    estimate = np.clip((top / bottom) / np.outer(sigma, sigma), -1, 1)
    estimate[~(sigma2 > 0)] = 0.0
    estimate[:, ~(sigma2 > 0)] = 0.0
    np.fill_diagonal(estimate, 1.0)
    return estimate


def _statistic(counts, depth, mu, sigma2) -> np.ndarray:
    top = bottom = 0.0
    for x, s in _blocks(counts, depth):
        variance = s * mu + s**2 * sigma2
        residual, weight = s * (x - s * mu) / variance, s**2 / variance
        top, bottom = top + residual.T @ residual, bottom + weight.T @ weight
    return top / np.sqrt(bottom)
