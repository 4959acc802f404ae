"""Sums over all cells taken at a few depths instead: a quadrature over sequencing depth.

A weight such as s²/(sμ + s²c) depends on a cell through its depth s alone, and smoothly: between the least
and the largest depth it is a polynomial in log s of some forty terms, to thirteen digits. So a sum over
cells of counts times any such weight is a sum over forty depths of a table that one pass over the counts
fills, whatever the weight turns out to be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.io.matrix import Matrix, blocks

DIGITS = 13.5
NEAREST = np.log(2.0)  # how far, in log s, a weight's pole stays from the depths (see `smooth`)
CHUNK = 64  # cells held as dense floats at a time, so that they stay in the processor's cache


@dataclass(frozen=True)
class DepthNodes:
    """Depths at which weights are evaluated, ascending, shape (n_nodes,).

    `exact` says that they are all the depths there are; otherwise they are Chebyshev points in log s.
    """

    at: np.ndarray
    exact: bool

    @classmethod
    def of(cls, depth: np.ndarray) -> DepthNodes:
        """Nodes for the depths of the cells, all above 0, shape (n_cells,)."""
        there = np.unique(depth)
        half = np.log(there[-1] / there[0]) / 2
        n_nodes = _how_many(half) if half > 0 else 1
        if len(there) <= n_nodes:
            return cls(there.astype(np.float64), exact=True)
        points = np.cos(np.pi * np.arange(n_nodes - 1, -1, -1) / (n_nodes - 1))
        return cls(np.exp(np.log(there[0]) + half * (points + 1)), exact=False)

    def shares(self, depth: np.ndarray) -> np.ndarray:
        """How each cell is shared among the nodes, shape (n_cells, n_nodes): Lagrange's basis, rows sum to 1."""
        if self.exact:
            return (depth[:, None] == self.at).astype(np.float64)
        sign = (-1.0) ** np.arange(len(self.at))
        sign[[0, -1]] /= 2
        away = np.log(depth)[:, None] - np.log(self.at)
        hit = np.abs(away) < 1e-15
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = sign / away
            shares /= shares.sum(axis=1, keepdims=True)
        on_node = hit.any(axis=1)
        shares[on_node] = hit[on_node]
        return shares

    def smooth(self, ratio: np.ndarray) -> np.ndarray:
        """Whether 1/(1 + ratio · s) is as smooth over the depths as the nodes expect, for each ratio."""
        return 1 + ratio * self.at[-1] >= 0.5


@dataclass(frozen=True)
class DepthTable:
    """The cells of a count matrix gathered at the nodes.

    `cells` shape (n_nodes,) sums to the number of cells; `counts`, `squares` and `fourths`, shape
    (n_genes, n_nodes), sum to each gene's counts and their second and fourth powers.
    """

    nodes: DepthNodes
    cells: np.ndarray
    counts: np.ndarray
    squares: np.ndarray
    fourths: np.ndarray


def depth_table(matrix: Matrix, depth: np.ndarray, *, block: int) -> DepthTable:
    """One pass over the counts, `block` cells read at a time."""
    nodes = DepthNodes.of(depth)
    cells, powers = np.zeros(len(nodes.at)), np.zeros((3, matrix.shape[1], len(nodes.at)))
    for x, s in dense_chunks(matrix, depth, block=block):
        shares = nodes.shares(s)
        cells += shares.sum(axis=0)
        powers[0] += x.T @ shares
        powers[1] += np.square(x, out=x).T @ shares
        powers[2] += np.square(x, out=x).T @ shares
    return DepthTable(nodes, cells, *powers)


def dense_chunks(matrix: Matrix, depth: np.ndarray, *, block: int):
    """Cells as dense float64 (at most 64, n_genes) with their depths, `block` of them read at a time."""
    start = 0
    for part in blocks(matrix, size=block):
        for first in range(0, part.shape[0], CHUNK):
            x = part[first : first + CHUNK].toarray().astype(np.float64)
            yield x, depth[start + first : start + first + len(x)]
        start += part.shape[0]


def _how_many(half: float) -> int:
    """Nodes for `DIGITS` digits over ±`half` in log s: poles lie at ±iπ and, on the real line, beyond `NEAREST`."""
    beyond, beside = 1 + NEAREST / half, np.pi / half
    rate = min(beyond + np.sqrt(beyond**2 - 1), beside + np.sqrt(beside**2 + 1))
    return int(np.ceil(DIGITS * np.log(10) / np.log(rate))) + 2
