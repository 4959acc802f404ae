"""Mean and variance of each gene's expression under the counts, as CS-CORE fits them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.pp.depths import DepthTable

MAX_ITERATIONS = 11
TOLERANCE = 0.05  # on the largest change of log θ


@dataclass(frozen=True)
class Moments:
    """Mean `mu` and variance `sigma2` of each gene's underlying expression, shape (n_genes,); the shared θ."""

    mu: np.ndarray
    sigma2: np.ndarray
    theta: float
    n_iterations: int


def fit_moments(table: DepthTable) -> Moments:
    """Iteratively reweighted least squares of Su et al., Nature Communications 14, 4846 (2023).

    The reference stops at a change of log θ of 0.05, or after 11 iterations; so does this.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        mu, sigma2 = _start(table)
        log_theta, n_iterations, change = _log_theta(mu, sigma2), 0, np.inf
        while change > TOLERANCE and n_iterations < MAX_ITERATIONS:
            n_iterations += 1
            mu, sigma2 = _step(table, mu, shared_theta(mu, sigma2))
            last, log_theta = log_theta, _log_theta(mu, sigma2)
            change = np.nanmax(np.abs(log_theta - last), initial=0.0)
        return Moments(mu, sigma2, shared_theta(mu, sigma2), n_iterations)


def shared_theta(mu: np.ndarray, sigma2: np.ndarray) -> float:
    """Median of the positive μ²/σ²; 1 where none is."""
    positive = (sigma2 > 0) & (mu > 0)
    return float(np.median(mu[positive] ** 2 / sigma2[positive])) if positive.any() else 1.0


def _start(table: DepthTable) -> tuple[np.ndarray, np.ndarray]:
    """μ = Σsx/Σs², and σ² = Σs²((x − sμ)² − sμ)/Σs⁴."""
    s = table.nodes.at
    third, fourth = table.cells @ s**3, table.cells @ s**4
    mu = table.counts @ s / (table.cells @ s**2)
    spread = table.squares @ s**2 - 2 * mu * (table.counts @ s**3) + mu**2 * fourth - mu * third
    return mu, spread / fourth


def _step(table: DepthTable, mu: np.ndarray, theta: float) -> tuple[np.ndarray, np.ndarray]:
    """Means weighted by 1/w with w = M + M²/θ, then variances weighted by 1/w² at the new means."""
    s = table.nodes.at
    mean = s * mu[:, None]  # (n_genes, n_nodes)
    w = mean + mean**2 / theta
    mu = (table.counts * (s / w)).sum(axis=1) / (s**2 / w @ table.cells)
    mean = s * mu[:, None]
    weight = (s / (mean + mean**2 / theta)) ** 2
    spread = table.squares - 2 * mean * table.counts + (mean**2 - mean) * table.cells
    return mu, (weight * spread).sum(axis=1) / (s**2 * weight @ table.cells)


def _log_theta(mu: np.ndarray, sigma2: np.ndarray) -> np.ndarray:
    """log μ²/σ²; NaN where the variance estimate is not positive."""
    return np.where((sigma2 > 0) & (mu > 0), np.log(mu**2 / sigma2), np.nan)
