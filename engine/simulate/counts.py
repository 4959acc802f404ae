"""Made-up cells: counts from a network, block by block, and the change of each mean that they show on average."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from engine.simulate.network import Network

BLOCK = 2048  # cells made at a time
NOISE = 0.3  # spread of a regulator's log expression between cells
BATCH = 0.15  # spread of a gene's log expression between batches
DEPTH, DEPTH_SPREAD = 5000.0, 0.35  # counts of a cell: median, and spread of its logarithm
DRAWS = 64  # cells that a true mean is averaged over
TARGET = 1e4
GRID = 200


@dataclass(frozen=True, eq=False)
class World:
    """What all cells have in common: log expression of each gene, of each batch, and how regulators spread."""

    base: np.ndarray
    batch: np.ndarray
    spread: np.ndarray

    def shares(self, change: np.ndarray, batch: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Share of each gene in the counts of each cell, float32 (n_cells, n_genes), rows of sum 1.

        Parameters
        ----------
        change
            Change of log expression by the perturbation, (n_cells or 1, n_genes).
        noise
            Of the regulators in each cell, (n_cells, n_regulators).
        """
        level = noise @ self.spread
        level += self.base + self.batch[batch] + change
        np.exp(level, out=level)
        level /= level.sum(axis=1, keepdims=True)
        return level


def world(network: Network, n_batches: int, rng: np.random.Generator) -> World:
    """Levels of genes spread as in real cells: a few high, most low; regulators are seen."""
    n_genes, n_regulators = len(network.genes), len(network.weights)
    base = rng.normal(0, 1.3, n_genes)
    base[:n_regulators] = rng.normal(0.8, 0.6, n_regulators)
    batch = rng.normal(0, BATCH, (n_batches, n_genes))
    return World(*(part.astype(np.float32) for part in (base, batch, network.spread())))


def blocks(of: World, change: np.ndarray, label: np.ndarray, batch: np.ndarray,
           rng: np.random.Generator) -> Iterator[np.ndarray]:  # fmt: skip
    """Counts of the cells, a block after the other, int64 (n, n_genes): Poisson around the shares of each cell.

    Parameters
    ----------
    change
        Change of log expression by perturbation, the last row that of control, float32 (n + 1, n_genes).
    label, batch
        Row of `change` and number of the batch of each cell.
    """
    for start in range(0, len(label), BLOCK):
        inside = slice(start, start + BLOCK)
        n = len(label[inside])
        noise = rng.normal(0, NOISE, (n, len(of.spread))).astype(np.float32)
        rate = of.shares(change[label[inside]], batch[inside], noise)
        rate *= (DEPTH * np.exp(rng.normal(0, DEPTH_SPREAD, n))).astype(np.float32)[:, None]
        yield rng.poisson(rate)


def true_means(of: World, change: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Expected log1p(1e4 · count / depth) of each gene, by perturbation, float32 (n, n_genes).

    The Poisson counts are averaged exactly, the noise of regulators and the batches over the same made-up cells for
    every perturbation, so that the difference of two means has little noise of its own.
    """
    noise = rng.normal(0, NOISE, (DRAWS, len(of.spread))).astype(np.float32)
    batch = np.arange(DRAWS) % len(of.batch)
    log_share, seen = _seen()
    means = np.zeros(change.shape, np.float32)
    for i, row in enumerate(change):
        share = of.shares(row[None], batch, noise)
        means[i] = np.interp(np.log(share), log_share, seen).mean(axis=0)
    return means


@cache
def _seen() -> tuple[np.ndarray, np.ndarray]:
    """E[log1p(1e4 · k / d)] of a count k of a gene by the logarithm of its share, over depths d of cells."""
    from scipy import stats

    log_share = np.linspace(-18, -1, GRID)
    depth = DEPTH * np.exp(DEPTH_SPREAD * stats.norm.ppf((np.arange(12) + 0.5) / 12))
    seen = np.zeros(GRID)
    for d in depth:
        for i, rate in enumerate(d * np.exp(log_share)):
            low, high = stats.poisson.ppf([1e-9, 1 - 1e-9], rate) if rate < 1e3 else (rate, rate)
            k = np.arange(int(low), int(high) + 1)
            weight = stats.poisson.pmf(k, rate) if rate < 1e3 else np.ones(1)
            seen[i] += weight @ np.log1p(TARGET * k / d) / len(depth)
    return log_share, seen
