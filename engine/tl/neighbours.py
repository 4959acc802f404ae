"""The graph of nearest genes that clusters and the map share, weighted as UMAP does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

N_NEIGHBOURS = 15  # the gene itself counts as the first, as in scanpy


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

    def with_self(self) -> tuple[np.ndarray, np.ndarray]:
        """Rows and distances with each row as its own first neighbour, shape (n_rows, k + 1)."""
        own = np.arange(self.n_rows)[:, None]
        return np.hstack([own, self.rows]), np.hstack([np.zeros_like(own, dtype=float), self.distances])


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
    rows = search.kneighbors(return_distance=False)
    return _in_order(vectors, rows.astype(np.int64))


def _in_order(vectors: np.ndarray, rows: np.ndarray) -> Neighbours:
    """Neighbours with distances from the differences: those of equal rows are 0, not the rounding of a product."""
    places = vectors.astype(np.float64)
    distances = np.stack([np.linalg.norm(places - places[column], axis=1) for column in rows.T], axis=1)
    order = np.argsort(distances, axis=1, kind="stable")
    return Neighbours(np.take_along_axis(rows, order, 1), np.take_along_axis(distances, order, 1))


def connectivities(neighbours: Neighbours) -> sparse.csr_matrix:
    """UMAP's fuzzy union of neighbourhoods, symmetric, float32, shape (n_rows, n_rows).

    McInnes, Healy and Melville (2018), section 3, by umap-learn.
    """
    n, k = neighbours.rows.shape
    if k == 0:
        return sparse.csr_matrix((n, n), dtype=np.float32)
    from umap.umap_ import fuzzy_simplicial_set

    rows, distances = neighbours.with_self()
    nothing = sparse.coo_matrix((n, 1))  # the vectors are not looked at when neighbours are given
    union, _, _ = fuzzy_simplicial_set(
        nothing, k + 1, None, "euclidean", knn_indices=rows, knn_dists=distances.astype(np.float32)
    )
    return sparse.csr_matrix(union, dtype=np.float32)
