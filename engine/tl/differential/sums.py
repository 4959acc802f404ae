"""Sums over the cells of each unit, from which the correlations of any set of units follow at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.graph.moments import fit_moments
from engine.io.matrix import InMemory
from engine.pp.depths import DepthNodes, depth_table

BLOCK = 1024  # cells held as single-precision residuals at a time
STRIP = 32  # genes whose pairs are worked on together: a few megabytes for a few labellings
TINY = 1e-30  # instead of a division by zero, where a gene has no counts


@dataclass(frozen=True)
class UnitSums:
    """Sums of each unit; those of a set of units are theirs added up.

    `products` and `weights`, float32 (n_units, n_packed), are numerators and denominators of the covariance of each
    pair of genes: strips of `STRIP` genes, each with the genes from its first on, one strip after the other.
    `excess` and `spread`, float64 (n_units, n_genes), are those of each gene's variance; `squares` and `expected` its
    sum of squared residuals, and what that would be were V the variance of its counts; `mean` its level in each unit,
    counts a count of depth; `n_cells` int (n_units,).
    """

    products: np.ndarray
    weights: np.ndarray
    excess: np.ndarray
    spread: np.ndarray
    squares: np.ndarray
    expected: np.ndarray
    mean: np.ndarray
    n_cells: np.ndarray

    @property
    def n_units(self) -> int:
        return self.excess.shape[0]

    @property
    def n_genes(self) -> int:
        return self.excess.shape[1]

    def strips(self) -> Iterator[Strip]:
        """The pairs, a strip of genes at a time."""
        for rows, right, packed in _strips(self.n_genes):
            yield Strip(rows, right, self.products[:, packed], self.weights[:, packed])

    def scale(self, sets: np.ndarray) -> np.ndarray:
        """1/σ of each gene in each set of units, float32 (n_sets, n_genes); 0 where the variance is not above 0.

        Parameters
        ----------
        sets
            Which units are in each set, shape (n_sets, n_units).
        """
        variance = (sets @ self.excess) / np.maximum(sets @ self.spread, TINY)
        positive = variance > 0
        return np.where(positive, 1 / np.sqrt(np.where(positive, variance, 1)), 0).astype(np.float32)

    def error_scale(self) -> np.ndarray:
        """What the standard error of no correlation takes from each gene, float32 (n_genes,): √(Σr²/expected)/σ.

        The first factor is below 1 where a gene's level differs between units: V holds that, residuals do not.
        """
        real = self.squares.sum(axis=0) / np.maximum(self.expected.sum(axis=0), TINY)
        return self.scale(np.ones((1, self.n_units), np.float32))[0] * np.sqrt(real).astype(np.float32)

    def correlations(self, units: np.ndarray) -> np.ndarray:
        """Correlations within the units chosen, bool (n_units,): float32 (n_genes, n_genes), diagonal 1."""
        sets = np.asarray(units, dtype=np.float32)[None]
        scale, into = self.scale(sets), np.empty((self.n_genes, self.n_genes), np.float32)
        for strip in self.strips():
            strip.write(into, strip.correlations(sets, scale)[0])
        np.fill_diagonal(into, 1)
        return into

    def independent_error(self) -> np.ndarray:
        """Standard error of each correlation over all units were there none, (n_genes, n_genes); ∞ where not known."""
        scale, into = self.error_scale(), np.empty((self.n_genes, self.n_genes), np.float32)
        for strip in self.strips():
            strip.write(into, strip.independent_error(scale))
        return into


@dataclass(frozen=True)
class Strip:
    """The pairs of the genes `rows` with the genes `right`, sums of them as in `UnitSums`."""

    rows: slice
    right: slice
    products: np.ndarray
    weights: np.ndarray

    @property
    def shape(self) -> tuple[int, int]:
        return self.rows.stop - self.rows.start, self.right.stop - self.right.start

    def correlations(self, sets: np.ndarray, scale: np.ndarray) -> np.ndarray:
        """Of each set of units, float32 (n_sets, n_rows, n_right), clipped to [−1, 1]; `scale` as `UnitSums.scale`."""
        found = sets @ self.products
        found /= np.maximum(sets @ self.weights, TINY)
        found = found.reshape(len(sets), *self.shape)
        found *= scale[:, self.rows, None]
        found *= scale[:, None, self.right]
        return np.clip(found, -1, 1, out=found)

    def independent_error(self, scale: np.ndarray) -> np.ndarray:
        """Standard error of each correlation over all units were there none, (n_rows, n_right); ∞ where not known.

        Σ rᵢrⱼ of independent genes has the variance Σ wᵢwⱼ where V is the variance of the counts; `scale`, as
        `UnitSums.error_scale`, makes up for where it is not.
        """
        weights = np.maximum(self.weights.sum(axis=0).reshape(self.shape), TINY)
        error = scale[self.rows, None] * scale[None, self.right] / np.sqrt(weights)
        return np.where(error > 0, error, np.inf)

    def write(self, into: np.ndarray, values: np.ndarray) -> None:
        """Put values of the pairs in their place and, mirrored, below the diagonal."""
        into[self.rows, self.right] = values
        into[self.right, self.rows] = values.T

    def add(self, into: np.ndarray, values: np.ndarray) -> None:
        """Add the values of the pairs, (n_sets, n_rows, n_right), to the totals of their genes, (n_sets, n_genes).

        A gene's pair with itself counts too, once.
        """
        n_rows = self.shape[0]
        into[:, self.rows] += values.sum(axis=2)
        into[:, self.rows.stop :] += values[:, :, n_rows:].sum(axis=1)


def unit_sums(counts, depth: np.ndarray, cell_unit: np.ndarray, n_units: int) -> UnitSums:
    """Weighted sums over the cells of each unit, around the unit's own mean.

    The moments of CS-CORE (Su et al., Nature Communications 14, 4846, 2023) are fitted on all cells, labels unseen,
    and give the weights 1/V, V = sμ + s²·max(σ², 0), of a cell of depth s. With w = s²/V, S = Σw and the unit's mean
    m = Σ(sx/V)/S, its residuals are r = s(x − sm)/V, and Σ rᵢrⱼ estimates the covariance times

        Σ wᵢwⱼ − Σ wᵢ²wⱼ/Sᵢ − Σ wᵢwⱼ²/Sⱼ + (Σ wᵢwⱼ)²/(SᵢSⱼ),

    without bias: the last three terms are for the mean that was fitted, and make n − 1 of n where all weights are
    equal. A gene's variance comes of its own Σ r² less what counting adds to it, by the same rule.

    Peak memory is 4·n_units·n_genes² bytes for the sums, and 28·n_genes² + 8·BLOCK·n_genes beside.

    Parameters
    ----------
    counts
        CSR, shape (n_cells, n_genes).
    depth
        Total counts of each cell over all genes measured, above 0, shape (n_cells,).
    cell_unit
        Unit of each cell, −1 for one left out, shape (n_cells,).
    """
    used = np.flatnonzero(cell_unit >= 0)
    order = used[np.argsort(cell_unit[used], kind="stable")]
    counts, depth = counts[order], np.asarray(depth, dtype=np.float64)[order]
    ends = np.searchsorted(cell_unit[order], np.arange(n_units + 1))
    weigh = _Weights.fitted(counts, depth)
    n_genes = counts.shape[1]
    packed = [np.empty((n_units, _strips(n_genes)[-1][2].stop), np.float32) for _ in range(2)]
    rows = [np.empty((n_units, n_genes)) for _ in range(5)]
    for unit, (start, stop) in enumerate(zip(ends[:-1], ends[1:], strict=True)):
        found = _sums_of_one(counts[start:stop], depth[start:stop], weigh)
        for into, matrix in zip(packed, found[:2], strict=True):
            _pack(into[unit], matrix)
        for into, vector in zip(rows, found[2:], strict=True):
            into[unit] = vector
    return UnitSums(*packed, *rows, np.diff(ends))


@dataclass(frozen=True)
class _Weights:
    """V of each gene as mean + s²·variance, and w = s²/V, q = s³/V², s/V at the nodes, (n_genes, n_nodes)."""

    nodes: DepthNodes
    mu: np.ndarray
    sigma2: np.ndarray
    w: np.ndarray
    q: np.ndarray
    per_count: np.ndarray

    @classmethod
    def fitted(cls, counts, depth: np.ndarray) -> _Weights:
        table = depth_table(InMemory(counts), depth, block=BLOCK)
        moments = fit_moments(table)
        mu = np.where(moments.mu > 0, moments.mu, np.inf)  # a gene without counts weighs nothing
        sigma2, s = np.maximum(np.nan_to_num(moments.sigma2), 0), table.nodes.at
        per_count = 1 / (mu[:, None] + s * sigma2[:, None])
        return cls(table.nodes, mu, sigma2, s * per_count, s * per_count**2, per_count)


def _sums_of_one(counts, depth: np.ndarray, weigh: _Weights) -> tuple[np.ndarray, ...]:
    """Products and weights (n_genes, n_genes), then excess to mean as in `UnitSums`, (n_genes,), of one unit."""
    shares = weigh.nodes.shares(depth)
    cells, total = shares.sum(axis=0), np.maximum(weigh.w @ shares.sum(axis=0), TINY)
    mean = ((counts.T @ shares) * weigh.per_count).sum(axis=1) / total
    products = _gram(counts, depth, weigh, mean)
    pairs, uneven = (weigh.w * cells) @ weigh.w.T, (weigh.w**2 * cells) @ weigh.w.T / total[:, None]
    weights = pairs - uneven - uneven.T + pairs**2 / np.outer(total, total)
    noise, own = weigh.q @ cells, np.diag(pairs) / total
    noise = mean * (noise - 2 * (weigh.q * weigh.w) @ cells / total + own / total * noise)
    squares = np.diag(products).astype(np.float64)
    return products, weights, squares - noise, np.diag(weights), squares, total - own, mean


def _gram(counts, depth: np.ndarray, weigh: _Weights, mean: np.ndarray) -> np.ndarray:
    """Σ r rᵀ, float32 (n_genes, n_genes)."""
    mu, sigma2, mean = (values.astype(np.float32) for values in (weigh.mu, weigh.sigma2, mean))
    total = np.zeros((len(mu), len(mu)), np.float32)
    for start in range(0, len(depth), BLOCK):
        x = counts[start : start + BLOCK].toarray().astype(np.float32, copy=False)
        s = depth[start : start + BLOCK, None].astype(np.float32)
        x -= s * mean
        x /= mu + s * sigma2
        total += x.T @ x
    return total


def _strips(n_genes: int) -> list[tuple[slice, slice, slice]]:
    """Genes of each strip, those beside them, and where their pairs are packed."""
    found, start = [], 0
    for first in range(0, n_genes, STRIP):
        last = min(first + STRIP, n_genes)
        stop = start + (last - first) * (n_genes - first)
        found.append((slice(first, last), slice(first, n_genes), slice(start, stop)))
        start = stop
    return found


def _pack(into: np.ndarray, matrix: np.ndarray) -> None:
    for rows, right, packed in _strips(len(matrix)):
        into[packed] = matrix[rows, right].ravel()
