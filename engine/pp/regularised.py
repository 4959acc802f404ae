"""sctransform v2's model of counts: a negative binomial for each gene, its parameters smoothed over genes."""

from __future__ import annotations

import numpy as np

from engine.io.matrix import InMemory
from engine.pp.depths import DepthTable, depth_table
from engine.pp.kernel_smoother import sheather_jones, smooth
from engine.pp.residuals import GeneModel

GENES, CELLS = 2000, 2000  # that the fit learns from; more are sampled
WIDEN = 3  # times Sheather and Jones' bandwidth
LOG_THETA = np.log(1e-3), np.log(1e6)  # where θ is looked for
ROUNDS = 24  # of bisection: six digits
MIN_MEAN = 1e-3  # counts a cell, below which a gene is taken for Poisson


def regularised_model(counts, depth: np.ndarray, *, seed: int = 0) -> GeneModel:
    """The model of Choudhary & Satija, Genome Biology 23, 27 (2022), of counts (n_cells, n_genes), CSR.

    log μ = β + log depth, the slope fixed; θ and β by maximum likelihood for genes whose variance exceeds
    their mean, then regressed on the log of the geometric mean. The other genes are Poisson: θ = ∞. No
    variance is below (median non-zero count / 5)². The fit learns from at most 2,000 genes and 2,000 cells.
    """
    rng = np.random.default_rng(seed)
    mean, geometric, variance = _gene_facts(counts)
    minimum = (np.median(counts.data) / 5) ** 2 if counts.nnz else 0.0
    rate, theta = mean / depth.mean(), np.full(len(mean), np.inf)
    spread = np.flatnonzero((variance > mean) & (mean > MIN_MEAN))
    if len(spread):
        genes = np.sort(rng.choice(spread, min(GENES, len(spread)), replace=False))
        cells = np.sort(rng.choice(len(depth), min(CELLS, len(depth)), replace=False))
        beta, fitted = fit_genes(counts[cells][:, genes], depth[cells])
        found = np.isfinite(beta) & np.isfinite(fitted)
        x, at = np.log10(geometric[genes][found]), np.log10(geometric[spread])
        y = np.stack([beta[found], np.log10(1 + geometric[genes][found] / fitted[found])], axis=1)
        smoothed = smooth(x, y, at, width=WIDEN * sheather_jones(x))
        rate[spread] = np.exp(smoothed[:, 0])
        theta[spread] = geometric[spread] / np.maximum(10 ** smoothed[:, 1] - 1, 1e-12)
    return GeneModel(rate, theta, minimum)


def fit_genes(counts, depth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """β and θ of each gene by maximum likelihood, x ~ NB(e^β · depth, θ), θ with Cox and Reid's adjustment."""
    table = depth_table(InMemory(counts), depth, block=len(depth))
    columns = counts.tocsc().astype(np.float64)
    columns.eliminate_zeros()
    totals = np.asarray(columns.sum(axis=0)).ravel()
    with np.errstate(divide="ignore"):
        beta = np.log(totals / depth.sum())
    for _ in range(2):
        theta = _theta(columns, table, np.exp(beta))
        beta = _beta(table, beta, theta)
    return beta, theta


def _beta(table: DepthTable, beta: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """β at a given θ: Σ (x − μ)/(1 + μ/θ) = 0, by Fisher's scoring."""
    for _ in range(20):
        mu = table.nodes.at * np.exp(beta)[:, None]
        damped = 1 + mu / theta[:, None]
        score = ((table.counts - table.cells * mu) / damped).sum(axis=1)
        beta = beta + np.clip(score / (table.cells * mu / damped).sum(axis=1), -1, 1)
    return beta


def _theta(columns, table: DepthTable, rate: np.ndarray) -> np.ndarray:
    """θ at which the profile likelihood is largest, by bisection of its slope in log θ; ∞ where it still rises."""
    low, high = np.full(len(rate), LOG_THETA[0]), np.full(len(rate), LOG_THETA[1])
    for _ in range(ROUNDS):
        middle = (low + high) / 2
        rising = _slope(columns, table, rate, np.exp(middle)) > 0
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    return np.where(high >= LOG_THETA[1], np.inf, np.exp((low + high) / 2))


def _slope(columns, table: DepthTable, rate: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """Derivative by θ of the log likelihood, less half that of log Σ μ/(1 + μ/θ)."""
    from scipy.special import digamma

    cells = np.diff(columns.indptr)
    above = digamma(columns.data + np.repeat(theta, cells)) - np.repeat(digamma(theta), cells)
    seen = np.bincount(np.repeat(np.arange(len(theta)), cells), weights=above, minlength=len(theta))
    mu, at = table.nodes.at * rate[:, None], theta[:, None]  # (n_genes, n_nodes)
    every = table.cells * (1 - np.log1p(mu / at)) - (table.counts + table.cells * at) / (mu + at)
    information, change = table.cells * mu * at / (at + mu), table.cells * (mu / (at + mu)) ** 2
    return seen + every.sum(axis=1) - 0.5 * change.sum(axis=1) / information.sum(axis=1)


def _gene_facts(counts) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, geometric mean (of counts + 1, less 1) and variance of each gene."""
    n, n_genes = counts.shape
    data = counts.data.astype(np.float64)
    kinds = data, np.log1p(data), data**2
    sums = (np.bincount(counts.indices, weights=values, minlength=n_genes) for values in kinds)
    mean, log_mean, square = (total / n for total in sums)
    return mean, np.expm1(log_mean), (square - mean**2) * n / max(n - 1, 1)
