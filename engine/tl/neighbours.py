"""The graph of nearest genes that clusters and the map share, weighted as UMAP does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

N_NEIGHBOURS = 15  # the gene itself counts as the first, as in scanpy
BISECTIONS = 64


@dataclass(frozen=True)
class Neighbours:
    """Exact nearest rows of every row, the row itself left out.

    `rows` int64 and `distances` float64, both of shape (n_rows, k), nearest first.
    """

    rows: np.ndarray
    distances: np.ndarray

    @property
    def n_rows(self) -> int:
        return self.rows.shape[0]

    @property
    def pairs(self) -> np.ndarray:
        """Row and neighbour, shape (n_rows · k, 2)."""
        start = np.repeat(np.arange(self.n_rows), self.rows.shape[1])
        return np.stack([start, self.rows.ravel()], axis=1)


def unit_rows(vectors: np.ndarray) -> np.ndarray:
    """Rows at length 1, float32: Euclidean order among them is the order of the cosine."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.maximum(length, 1e-12)).astype(np.float32)


def nearest(vectors: np.ndarray, *, n_neighbours: int = N_NEIGHBOURS) -> Neighbours:
    """Exact Euclidean neighbours; 1.5 s for 20,000 rows of 32 on two cores.

    Parameters
    ----------
    vectors
        Shape (n_rows, n_latent).
    n_neighbours
        Counts the row itself; cut to `n_rows` when there are fewer.
    """
    from sklearn.neighbors import NearestNeighbors

    k = min(n_neighbours, len(vectors)) - 1
    if k < 1:
        return Neighbours(np.zeros((len(vectors), 0), np.int64), np.zeros((len(vectors), 0)))
    search = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(vectors)
    distances, rows = search.kneighbors()
    return Neighbours(rows.astype(np.int64), distances.astype(np.float64))


def connectivities(neighbours: Neighbours) -> sparse.csr_matrix:
    """UMAP's fuzzy union of neighbourhoods, symmetric, float32, shape (n_rows, n_rows).

    Equation: v_ij = exp(−max(0, d_ij − ρ_i) / σ_i), ρ_i the smallest distance above 0, σ_i such
    that Σ_j v_ij = log2(k + 1); then v + vᵀ − v ∘ vᵀ (McInnes, Healy and Melville 2018, section 3).
    """
    n, k = neighbours.rows.shape
    indptr = np.arange(n + 1) * k
    one_way = sparse.csr_matrix((_strengths(neighbours.distances).ravel(), neighbours.rows.ravel(), indptr), (n, n))
    other_way = one_way.T.tocsr()
    union = one_way + other_way - one_way.multiply(other_way)
    union.sort_indices()
    return sparse.csr_matrix(union, dtype=np.float32)


def _strengths(distances: np.ndarray) -> np.ndarray:
    """Strength of the tie to each neighbour, in (0, 1], shape (n_rows, k)."""
    if distances.size == 0:
        return distances
    above = np.where(distances > 0, distances, np.inf).min(axis=1)
    over = np.maximum(distances - np.where(np.isfinite(above), above, 0)[:, None], 0)
    width = np.maximum(_widths(over), 1e-3 * distances.mean(axis=1))
    return np.exp(-over / np.maximum(width, 1e-12)[:, None])


def _widths(over: np.ndarray) -> np.ndarray:
    """σ of each row by bisection, shape (n_rows,)."""
    target = np.log2(over.shape[1] + 1)
    low, high = np.zeros(len(over)), np.full(len(over), np.inf)
    width = np.ones(len(over))
    for _ in range(BISECTIONS):
        too_wide = np.exp(-over / np.maximum(width, 1e-12)[:, None]).sum(axis=1) > target
        high, low = np.where(too_wide, width, high), np.where(too_wide, low, width)
        width = np.where(np.isinf(high), 2 * width, (low + np.where(np.isinf(high), 0, high)) / 2)
    return width
