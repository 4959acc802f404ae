"""A network rewired at equal degree: the null that keeps only how many partners of either sign a gene has."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from engine.graph.split import EdgeSplit
from engine.types import GeneGraph

ROUNDS = 20  # sweeps of swaps over all edges


def rewired(graph: GeneGraph, split: EdgeSplit, *, seed: int | tuple[int, ...]) -> GeneGraph:
    """The same genes with the kept edges of `split` rewired, positive and negative ones apart.

    Every gene keeps its number of partners of either sign, but for a pair that both signs drew, which stays
    positive. The features stay as they are.
    """
    rng, n = np.random.default_rng(seed), graph.n_genes
    statistic = sparse.csr_matrix((n, n), dtype=np.float32)
    for sign in (-1.0, 1.0):
        edges = graph.edges[:, split.kept[np.sign(graph.statistic[split.kept]) == sign]]
        i, j = swapped(edges, n, rng)
        one = sparse.csr_matrix((np.full(len(i), sign, np.float32), (i, j)), shape=(n, n))
        statistic = statistic - statistic.multiply(one != 0) + one
    adata = graph.adata.copy()
    adata.obsp["statistic"] = sparse.csr_matrix(statistic + statistic.T)
    return GeneGraph(adata)


def swapped(edges: np.ndarray, n_genes: int, rng: np.random.Generator) -> np.ndarray:
    """Undirected edges after many double swaps (a–b, c–d → a–d, c–b), i < j, shape (2, n_edges).

    All edges are paired at random and swapped at once; swaps that would make a loop or an edge twice are
    left out (Maslov and Sneppen 2002, in sweeps).
    """
    edges = edges.copy()
    for _ in range(ROUNDS if edges.shape[1] > 1 else 0):
        order = rng.permutation(edges.shape[1])
        half = len(order) // 2
        one, two = order[:half], order[half : 2 * half]
        (a, b), (c, d) = edges[:, one], edges[:, two]
        turn = rng.random(half) < 0.5
        c, d = np.where(turn, d, c), np.where(turn, c, d)
        keys = edges[0] * n_genes + edges[1]
        new = [np.minimum(a, d) * n_genes + np.maximum(a, d), np.minimum(c, b) * n_genes + np.maximum(c, b)]
        once = np.bincount(np.unique(np.concatenate(new), return_inverse=True)[1])
        place = np.unique(np.concatenate(new), return_inverse=True)[1]
        good = (a != d) & (c != b) & (once[place[:half]] == 1) & (once[place[half:]] == 1)
        good &= ~np.isin(new[0], keys) & ~np.isin(new[1], keys)
        edges[:, one[good]] = np.stack([new[0][good] // n_genes, new[0][good] % n_genes])
        edges[:, two[good]] = np.stack([new[1][good] // n_genes, new[1][good] % n_genes])
    return edges
