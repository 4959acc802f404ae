"""Random walks over the graph of each gene's most correlated genes."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from engine.tl.neighbours import unit_rows

BLOCK = 2048  # genes whose correlations with all others are in memory at a time


def correlation_graph(features: np.ndarray, k: int) -> sparse.csr_matrix:
    """Each gene joined to the `k` genes of largest |Pearson|, either way, weighted by it; symmetric, no diagonal.

    Parameters
    ----------
    features
        Shape (n_genes, n_cells); a constant row has no partner.
    """
    unit, n = unit_rows(features - features.mean(axis=1, keepdims=True)), len(features)
    k = min(k, n - 1)
    partners, weights = np.zeros((n, k), np.int64), np.zeros((n, k), np.float32)
    for start in range(0, n, BLOCK):
        rows = np.arange(start, min(start + BLOCK, n))
        size = np.abs(unit[rows] @ unit.T)
        size[rows - start, rows] = -1
        partners[rows] = np.argpartition(-size, k - 1, axis=1)[:, :k]
        weights[rows] = np.take_along_axis(size, partners[rows], axis=1)
    graph = sparse.csr_matrix((weights.ravel(), (np.repeat(np.arange(n), k), partners.ravel())), shape=(n, n))
    graph = graph.maximum(graph.T).tocsr()
    graph.eliminate_zeros()
    return graph


def walks(graph: sparse.csr_matrix, *, length: int, rng: np.random.Generator) -> np.ndarray:
    """A walk from every node that has a partner, int64 (n_starts, length); a step goes by weight.

    node2vec (Grover and Leskovec, KDD 2016) with p = q = 1. All walks step at once.
    """
    end = np.cumsum(graph.data.astype(np.float64))
    before = np.concatenate([[0.0], end])
    at = np.flatnonzero(np.diff(graph.indptr))
    path = np.empty((len(at), length), np.int64)
    for step in range(length):
        path[:, step] = at
        first, stop = graph.indptr[at], graph.indptr[at + 1]
        drawn = before[first] + rng.random(len(at)) * (before[stop] - before[first])
        at = graph.indices[np.clip(np.searchsorted(end, drawn, side="right"), first, stop - 1)]
    return path
